#include "core/revenue/revenue.h"

#include "unit/laws.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace customer_value::test {
namespace {

using revenue::State;
using Revenue = Held<State>;

constexpr auto not_a_number = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();

Revenue of(std::initializer_list<const char*> amounts)
{
    Revenue revenue;
    for (const char* amount : amounts)
        revenue.add(OwnedDecimal(amount).view());
    return revenue;
}

std::string gross(const Revenue& revenue)
{
    std::vector<std::int16_t> digits(revenue->digits_needed());
    return shown(revenue->gross(digits));
}
std::string refunded(const Revenue& revenue)
{
    std::vector<std::int16_t> digits(revenue->digits_needed());
    return shown(revenue->refunded(digits));
}
std::string net(const Revenue& revenue)
{
    std::vector<std::int64_t> limbs(revenue->digits_needed());
    std::vector<std::int16_t> digits(revenue->digits_needed());
    return shown(revenue->net(limbs, digits));
}

Revenue random_revenue(Random& random)
{
    Revenue revenue;
    const int places = between(random, 0, 3) == 0 ? 60 : 4;
    for (int rows = between(random, 0, 20); rows > 0; --rows)
        revenue.add(OwnedDecimal(random_decimal(random, between(random, 0, 3) == 0 ? 50 : 6, places)).view());
    return revenue;
}

TEST(Revenue, of_the_example_ledger_is_650_less_280)
{
    const auto revenue = of({"100", "40", "60", "250", "80", "120", "-250", "-30"});
    EXPECT_EQ(gross(revenue), "650");
    EXPECT_EQ(refunded(revenue), "-280");
    EXPECT_EQ(net(revenue), "370");
    EXPECT_EQ(revenue->sales_count(), 6);
    EXPECT_EQ(revenue->refunds_count(), 2);
    EXPECT_EQ(revenue.text(),
              "(version:1,sales:650,sales_count:6,refunds:-280,refunds_count:2,scale_count:8,currency:\"\")");
}

TEST(Revenue, counts_a_free_order_as_a_sale)
{
    auto revenue = of({"0.00", "0"});
    revenue.add(0).add(0.0).add(-0.0);
    EXPECT_EQ(revenue->sales_count(), 5);
    EXPECT_EQ(revenue->refunds_count(), 0);
    EXPECT_EQ(net(revenue), "0.00");
    expect_round_trips(revenue);
}

TEST(Revenue, takes_integers_and_floating_point_numbers_as_the_decimals_that_they_show)
{
    Revenue revenue;
    revenue.add(std::int16_t{7})
        .add(std::numeric_limits<std::int64_t>::max())
        .add(std::numeric_limits<std::int64_t>::min())
        .add(0.1)
        .add(0.1f)
        .add(-19.99);
    EXPECT_EQ(gross(revenue), "9223372036854775814.20");
    EXPECT_EQ(refunded(revenue), "-9223372036854775827.99");
    EXPECT_EQ(net(revenue), "-13.79");
    for (int i = 0; i < 10; ++i)
        revenue.add(std::numeric_limits<double>::max())
            .add(-std::numeric_limits<double>::max())
            .add(std::numeric_limits<double>::denorm_min());
    EXPECT_EQ(net(revenue), "-13.78" + std::string(320, '9') + "50");
    expect_round_trips(revenue);
}

TEST(Revenue, equals_the_sum_of_whole_numbers_without_limits)
{
    Random random(81);
    for (int round = 0; round < 100; ++round) {
        Revenue revenue;
        BigInteger sales = 0, refunds = 0;
        std::int64_t sale_rows = 0, refund_rows = 0;
        for (int rows = between(random, 0, 40); rows > 0; --rows) {
            const auto text = random_decimal(random, 40, 40);
            const BigInteger value = scaled(text, 60);
            revenue.add(OwnedDecimal(text).view());
            (value < 0 ? refunds : sales) += value;
            ++(value < 0 ? refund_rows : sale_rows);
        }
        EXPECT_EQ(scaled(gross(revenue), 60), sales);
        EXPECT_EQ(scaled(refunded(revenue), 60), refunds);
        EXPECT_EQ(scaled(net(revenue), 60), sales + refunds);
        EXPECT_EQ(revenue->sales_count(), sale_rows);
        EXPECT_EQ(revenue->refunds_count(), refund_rows);
        expect_round_trips(revenue);
    }
}

TEST(Revenue, refuses_what_is_not_finite)
{
    Revenue revenue;
    for (const auto kind : {Decimal::Kind::not_a_number, Decimal::Kind::plus_infinity, Decimal::Kind::minus_infinity})
        EXPECT_ERROR(out_of_range, revenue.add(special(kind)));
    for (const double amount : {not_a_number, infinity, -infinity})
        EXPECT_ERROR(out_of_range, revenue.add(amount));
    EXPECT_EQ(revenue.text(), Revenue().text());
}

TEST(Revenue, asks_for_room_and_changes_nothing_until_it_has_it)
{
    auto revenue = of({"1.5", "-2"});
    const auto before = revenue.text();
    const OwnedDecimal large("1" + std::string(40, '0') + ".000000000001");
    const auto room = revenue->add(large.view());
    ASSERT_TRUE(room);
    EXPECT_TRUE(room->covers(ExactSum::needed(large.view()).low, ExactSum::needed(large.view()).high()));
    EXPECT_TRUE(room->covers(revenue->room().low, revenue->room().high()));
    EXPECT_EQ(revenue.text(), before);
    Memory memory(State::bytes_for(*room));
    State* moved = State::relocate(*revenue, memory.get(), *room);
    EXPECT_EQ(moved->rows(), 2);
    EXPECT_FALSE(moved->add(large.view()));
    EXPECT_EQ(moved->rows(), 3);
}

TEST(Revenue, that_asks_for_room_for_its_first_row_has_no_currency_yet)
{
    Revenue revenue;
    ASSERT_TRUE(revenue->add(OwnedDecimal("1" + std::string(30, '0')).view(), "EUR"));
    EXPECT_EQ(revenue.text(), Revenue().text());
}

TEST(Revenue, merge_asks_for_room_and_changes_nothing_until_it_has_it)
{
    auto revenue = of({"1.5"});
    const auto wide = of({"1000000000000000000000000.0000000001"});
    const auto before = revenue.text();
    const auto room = revenue->merge(*wide);
    ASSERT_TRUE(room);
    EXPECT_EQ(revenue.text(), before);
    EXPECT_TRUE(room->covers(wide->room().low, wide->room().high()));
    EXPECT_EQ(net(merged(revenue, wide)), "1000000000000000000000001.5000000001");
}

TEST(Revenue, holds_the_longest_numeric_and_refuses_a_longer_one)
{
    Revenue revenue;
    revenue.add(OwnedDecimal({1}, 32767, 0, false).view()).add(OwnedDecimal({1000}, -4096, 16383, true).view());
    expect_round_trips(revenue);
    EXPECT_ERROR(out_of_range, revenue.add(OwnedDecimal({1}, 32768, 0, false).view()));
    EXPECT_ERROR(out_of_range, revenue.add(OwnedDecimal({1}, -4097, 16388, false).view()));
}

TEST(Revenue, keeps_to_one_currency)
{
    Revenue euros;
    euros.add(5, "EUR").add(0.5, "EUR");
    EXPECT_EQ(euros->currency(), "EUR");
    EXPECT_ERROR(invalid_parameter, euros.add(1, "USD"));
    EXPECT_ERROR(invalid_parameter, euros.add(1, "EU"));
    EXPECT_ERROR(invalid_parameter, euros.add(1, "eur"));
    EXPECT_EQ(euros->rows(), 2);
    EXPECT_ERROR(invalid_parameter, of({"1"}).add(1, "EUR"));
    expect_round_trips(euros);
}

TEST(Revenue, needs_a_currency_of_1_to_23_bytes)
{
    EXPECT_ERROR(invalid_parameter, Revenue().add(1, std::string_view("")));
    EXPECT_ERROR(invalid_parameter, Revenue().add(1, std::string_view("123456789012345678901234")));
    EXPECT_ERROR(invalid_parameter, Revenue().add(1, std::string_view(std::string(100000, 'x'))));
    const auto longest = Revenue().add(1, std::string_view("12345678901234567890123"));
    EXPECT_EQ(longest->currency(), "12345678901234567890123");
    expect_round_trips(longest);
    expect_round_trips(Revenue().add(1, std::string_view("\"\\(),:")));
}

TEST(Revenue, merges_with_its_own_currency_only)
{
    const auto euros = Revenue().add(5, "EUR"), dollars = Revenue().add(7, "USD"), unnamed = Revenue().add(1);
    EXPECT_EQ(merged(euros, euros)->currency(), "EUR");
    EXPECT_EQ(merged(euros, Revenue())->currency(), "EUR");
    EXPECT_EQ(merged(Revenue(), euros)->currency(), "EUR");
    EXPECT_ERROR(invalid_parameter, merged(euros, dollars));
    EXPECT_ERROR(invalid_parameter, merged(dollars, euros));
    EXPECT_ERROR(invalid_parameter, merged(euros, unnamed));
    EXPECT_ERROR(invalid_parameter, merged(unnamed, euros));
}

TEST(Revenue, shows_the_largest_scale_among_its_rows)
{
    auto revenue = of({"1", "2.50"});
    EXPECT_EQ(revenue->scale(), 2);
    revenue.add(OwnedDecimal("-0.125").view());
    EXPECT_EQ(revenue->scale(), 3);
    EXPECT_EQ(net(revenue), "3.375");
    revenue.add(1);
    EXPECT_EQ(revenue->scale(), 3);
    EXPECT_EQ(merged(of({"1.5"}), of({"1.50"})).text(), of({"1.50", "1.5"}).text());
}

TEST(Revenue, gives_back_a_row_while_the_scale_of_the_rest_is_known)
{
    auto revenue = of({"1.50", "2.25", "3"});
    EXPECT_TRUE(revenue.remove(OwnedDecimal("3").view()));
    EXPECT_EQ(revenue.text(), of({"1.50", "2.25"}).text());
    EXPECT_TRUE(revenue.remove(OwnedDecimal("1.50").view()));
    EXPECT_EQ(revenue.text(), of({"2.25"}).text());
    EXPECT_TRUE(revenue.remove(OwnedDecimal("2.25").view()));
    EXPECT_EQ(revenue.text(), Revenue().text());
}

TEST(Revenue, does_not_give_back_the_last_row_of_the_largest_scale)
{
    auto revenue = of({"1.50", "2.5", "3"});
    const auto before = revenue.text();
    EXPECT_FALSE(revenue.remove(OwnedDecimal("1.50").view()));
    EXPECT_EQ(revenue.text(), before);
    EXPECT_TRUE(revenue.remove(OwnedDecimal("2.5").view()));
    EXPECT_FALSE(revenue.remove(OwnedDecimal("1.50").view()));
    EXPECT_TRUE(revenue.remove(OwnedDecimal("3").view()));
    EXPECT_TRUE(revenue.remove(OwnedDecimal("1.50").view()));
    EXPECT_EQ(revenue.text(), Revenue().text());
}

TEST(Revenue, does_not_give_back_the_last_row_of_a_currency)
{
    auto revenue = Revenue().add(5, "EUR").add(7, "EUR");
    EXPECT_TRUE(revenue.remove(5, std::string_view("EUR")));
    EXPECT_FALSE(revenue.remove(7, std::string_view("EUR")));
    EXPECT_EQ(revenue.text(), Revenue().add(7, "EUR").text());
}

TEST(Revenue, after_any_row_given_back_is_as_if_it_had_never_been)
{
    Random random(82);
    for (int round = 0; round < 200; ++round) {
        std::vector<std::string> window;
        Revenue revenue;
        for (int step = 0; step < 60; ++step) {
            if (window.empty() || random() % 2 == 0) {
                window.push_back(random_decimal(random, 5, between(random, 0, 3)));
                revenue.add(OwnedDecimal(window.back()).view());
            } else {
                const std::string first = window.front();
                window.erase(window.begin());
                if (!revenue.remove(OwnedDecimal(first).view())) {
                    revenue = Revenue();
                    for (const auto& amount : window)
                        revenue.add(OwnedDecimal(amount).view());
                }
            }
            Revenue anew;
            for (const auto& amount : window)
                anew.add(OwnedDecimal(amount).view());
            ASSERT_EQ(revenue.text(), anew.text());
        }
    }
}

TEST(Revenue, gives_back_floating_point_amounts_exactly)
{
    Revenue revenue;
    for (const double amount : {0.5, 0.1, 1e200, -1e-200, 0.25})
        revenue.add(amount);
    revenue.add(1e-200);
    EXPECT_TRUE(revenue.remove(1e200));
    EXPECT_TRUE(revenue.remove(0.5));
    EXPECT_TRUE(revenue.remove(1e-200));
    EXPECT_FALSE(revenue.remove(-1e-200));
    EXPECT_EQ(revenue.text(), Revenue().add(0.1).add(-1e-200).add(0.25).text());
}

TEST(Revenue, merges_by_the_laws)
{
    expect_merge_laws<State>(random_revenue);
    expect_merge_laws<State>([](Random& random) {
        Revenue revenue;
        for (int rows = between(random, 0, 3); rows > 0; --rows)
            revenue.add(between(random, -5, 5), "EUR");
        return revenue;
    });
}

TEST(Revenue, does_not_depend_on_order_or_split)
{
    Random random(83);
    std::vector<std::string> rows;
    for (int i = 0; i < 100; ++i)
        rows.push_back(random_decimal(random, 30, 30));
    expect_order_free<State, std::string>(
        rows, [](Revenue& revenue, const std::string& row) { revenue.add(OwnedDecimal(row).view()); });
}

TEST(Revenue, merges_with_itself)
{
    auto revenue = of({"1.5", "-2.25", "1000000000000000000000"});
    const auto expected = merged(revenue, Revenue(revenue)).text();
    EXPECT_FALSE(revenue->merge(*revenue));
    EXPECT_EQ(revenue.text(), expected);
}

TEST(Revenue, counts_2_to_the_49_rows_and_no_more)
{
    auto full = Revenue::from_text(
        "(version:1,sales:562949953421312,sales_count:562949953421312,refunds:0,refunds_count:0,scale_count:1,currency:\"\")");
    EXPECT_ERROR(out_of_range, full.add(1));
    EXPECT_ERROR(out_of_range, full.merge(of({"1"})));
    EXPECT_ERROR(out_of_range, of({"1"}).merge(full));
    EXPECT_NO_THROW(full.merge(Revenue()));
    EXPECT_EQ(net(full), "562949953421312");
}

TEST(Revenue, survives_hostile_forms)
{
    const auto counts = {std::string_view("sales_count"), std::string_view("refunds_count"),
                         std::string_view("scale_count")};
    expect_hostile_forms_survived(of({"100.25", "-3", "70000.125"}), counts);
    expect_hostile_forms_survived(Revenue().add(5, "EUR").add(-0.5, "EUR"), counts);
    expect_hostile_forms_survived(Revenue(), counts);
}

TEST(Revenue, refuses_fields_that_contradict_each_other)
{
    for (
        const char* fields :
        {"sales:-1,sales_count:1,refunds:0,refunds_count:0,scale_count:1,currency:\"\"",     // sales below zero
         "sales:0,sales_count:0,refunds:1,refunds_count:1,scale_count:1,currency:\"\"",      // refunds above zero
         "sales:1,sales_count:0,refunds:0,refunds_count:0,scale_count:0,currency:\"\"",      // a sum of nothing
         "sales:0,sales_count:1,refunds:-1,refunds_count:0,scale_count:1,currency:\"\"",     // the same for refunds
         "sales:0,sales_count:1,refunds:0,refunds_count:1,scale_count:1,currency:\"\"",      // a refund of nothing
         "sales:1.0,sales_count:1,refunds:0,refunds_count:0,scale_count:1,currency:\"\"",    // two scales
         "sales:1,sales_count:1,refunds:0,refunds_count:0,scale_count:0,currency:\"\"",      // no row of its scale
         "sales:1,sales_count:1,refunds:0,refunds_count:0,scale_count:2,currency:\"\"",      // too many
         "sales:0.0,sales_count:0,refunds:0.0,refunds_count:0,scale_count:0,currency:\"\"",  // the scale of nothing
         "sales:0,sales_count:0,refunds:0,refunds_count:0,scale_count:0,currency:\"EUR\"",   // the currency of nothing
         "sales:1,sales_count:562949953421312,refunds:-1,refunds_count:1,scale_count:1,currency:\"\"",
         "sales:1,sales_count:2305843009213693952,refunds:-1,refunds_count:2305843009213693952,scale_count:1,currency:\"\""})
        EXPECT_ERROR(invalid_parameter, Revenue::from_text("(version:1," + std::string(fields) + ")")) << fields;
}

// A sum of amounts can be 15 digits longer than the longest amount.
TEST(Revenue, reads_sums_as_long_as_numeric_amounts_make_them_and_no_longer)
{
    const auto form = [](const std::string& whole, const std::string& fraction) {
        return "(version:1,sales:" + whole + "." + fraction + ",sales_count:1,refunds:0." +
               std::string(fraction.size(), '0') + ",refunds_count:0,scale_count:1,currency:\"\")";
    };
    expect_round_trips(Revenue::from_text(form(std::string(131072 + 15, '9'), std::string(16383, '9'))));
    EXPECT_ERROR(invalid_parameter, Revenue::from_text(form(std::string(131072 + 17, '9'), "0")));
    EXPECT_ERROR(invalid_parameter, Revenue::from_text(form("1", std::string(16384, '0'))));
}

}  // namespace
}  // namespace customer_value::test
