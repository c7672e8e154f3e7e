// The states of fits: laws, hostile forms, rows that cannot be.
#include "unit/clv.h"
#include "unit/interrupted.h"

#include <limits>

namespace customer_value::test {
namespace {

using namespace clv;

Held<RepeatPurchases> random_purchases(Random& random)
{
    Held<RepeatPurchases> state;
    for (int rows = between(random, 0, 30); rows > 0; --rows) {
        const std::int64_t x = between(random, 0, 4);
        const double age = between(random, 1, 9) / 7.0;
        state.add(x, x == 0 ? 0 : age * between(random, 1, 3) / 3, age, std::int64_t{between(random, 0, 5)});
    }
    return state;
}
Held<RepeatSpend> random_spend(Random& random)
{
    Held<RepeatSpend> state;
    for (int rows = between(random, 0, 30); rows > 0; --rows)
        state.add(std::int64_t{between(random, 0, 4)}, between(random, -2, 9) / 3.0);
    return state;
}
Held<Renewals> random_renewals(Random& random)
{
    Held<Renewals> state;
    for (int rows = between(random, 0, 30); rows > 0; --rows)
        state.add(std::int64_t{between(random, 1, 9)}, std::int64_t{between(random, 0, 4)},
                  std::int64_t{between(random, 0, 4)}, std::int64_t{between(random, 0, 3)});
    return state;
}

TEST(RepeatPurchases, merge_by_the_laws) { expect_merge_laws<RepeatPurchases>(random_purchases); }
TEST(RepeatSpend, merges_by_the_laws) { expect_merge_laws<RepeatSpend>(random_spend); }
TEST(Renewals, merge_by_the_laws) { expect_merge_laws<Renewals>(random_renewals); }

TEST(RepeatPurchases, are_distinct_rows_with_the_number_of_customers)
{
    Held<RepeatPurchases> state;
    state.add(std::int64_t{2}, 30.43, 38.86)
        .add(std::int64_t{0}, -0.0, 38.86)
        .add(std::int64_t{2}, 30.43, 38.86)
        .add(std::int64_t{0}, 0.0, 38.86, std::int64_t{7});
    EXPECT_EQ(
        state.text(),
        "(version:1,frequency:0,recency:0,age:38.86,customers:8,frequency:2,recency:30.43,age:38.86,customers:2)");
    EXPECT_EQ(state->customers(), 10);
    EXPECT_EQ(state.add(std::int64_t{1}, 1.0, 2.0, std::int64_t{0})->size(), 2u);
}

TEST(RepeatPurchases, do_not_depend_on_the_order_of_rows_or_their_split)
{
    std::vector<PurchaseRow> rows;
    Random random(5);
    for (int i = 0; i < 300; ++i) {
        const std::int64_t x = between(random, 0, 3);
        rows.push_back({x, x == 0 ? 0 : between(random, 1, 20) / 7.0, 20 / 7.0 + between(random, 0, 3)});
    }
    expect_order_free<RepeatPurchases, PurchaseRow>(rows, [](Held<RepeatPurchases>& state, const PurchaseRow& row) {
        state.add(row.frequency, row.recency, row.age);
    });
}

TEST(RepeatPurchases, ask_once_for_the_room_of_a_merge)
{
    Held<RepeatPurchases> left, right;
    left.add(std::int64_t{0}, 0.0, 1.0);
    for (int age = 1; age <= 70000; ++age)
        right.add(std::int64_t{0}, 0.0, 1.0 * age);
    EXPECT_EQ(merged(left, right)->size(), 70000u);
    EXPECT_EQ(merged(left, right)->customers(), 70001);
    expect_stops([&] { left.merge(right); });
}

TEST(WholeNumber, is_one_in_floating_point)
{
    EXPECT_EQ(whole_number("frequency", 2.0), 2);
    EXPECT_EQ(whole_number("frequency", -0.0), 0);
    EXPECT_EQ(whole_number("frequency", -3), -3);
    EXPECT_EQ(whole_number("frequency", 1e300), std::int64_t{1} << 53);
    for (const double other :
         {2.5, 1e-300, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
        EXPECT_THROW((void)whole_number("frequency", other), Error);
}

TEST(RepeatPurchases, refuse_rows_that_cannot_be)
{
    const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
    const std::vector<std::tuple<std::int64_t, double, double, std::int64_t>> rows{{-1, 0, 1, 1},
                                                                                   {1'000'000'001, 1, 1, 1},
                                                                                   {0, 0, nan, 1},
                                                                                   {1, nan, 1, 1},
                                                                                   {1, 1, infinity, 1},
                                                                                   {1, 2, 1, 1},
                                                                                   {1, -1, 1, 1},
                                                                                   {0, 0, -1, 1},
                                                                                   {0, 1, 2, 1},
                                                                                   {1, 0, 2, 1},
                                                                                   {1, 1, 1e13, 1},
                                                                                   {1, 1, 2, -1},
                                                                                   {1, 1, 2, max_count + 1}};
    for (const auto& [x, recency, age, weight] : rows) {
        Held<RepeatPurchases> state;
        EXPECT_ERROR(out_of_range, state.add(x, recency, age, weight)) << x << ' ' << recency << ' ' << age;
    }
    Held<RepeatSpend> spend;
    EXPECT_ERROR(out_of_range, spend.add(std::int64_t{1}, nan));
    EXPECT_ERROR(out_of_range, spend.add(std::int64_t{0}, infinity));
    EXPECT_ERROR(out_of_range, spend.add(std::int64_t{-1}, 1.0));
    Held<Renewals> renewals;
    EXPECT_ERROR(out_of_range, renewals.add(std::int64_t{0}, std::int64_t{1}, std::int64_t{1}));
    EXPECT_ERROR(out_of_range, renewals.add(std::int64_t{1}, std::int64_t{-1}, std::int64_t{1}));
    EXPECT_ERROR(out_of_range, renewals.add(std::int64_t{1}, max_count, std::int64_t{1}, std::int64_t{5}));
}

TEST(RepeatPurchases, count_no_further_than_2_to_the_61)
{
    Held<RepeatPurchases> state;
    state.add(std::int64_t{0}, 0.0, 1.0, max_count);
    EXPECT_ERROR(out_of_range, state.add(std::int64_t{0}, 0.0, 1.0));
    EXPECT_ERROR(too_large, RepeatPurchases::bytes_for({1u << 22}));
    EXPECT_LE(RepeatPurchases::bytes_for_input(std::numeric_limits<std::int32_t>::max()),
              (std::size_t{1} << 30) - 1 - 8);
}

TEST(FitStates, survive_hostile_forms)
{
    Held<RepeatPurchases> purchases;
    purchases.add(std::int64_t{2}, 30.43, 38.86).add(std::int64_t{0}, 0.0, 38.86, std::int64_t{9});
    expect_hostile_forms_survived(purchases, {"frequency", "customers"});
    Held<RepeatSpend> spend;
    spend.add(std::int64_t{2}, 30.43).add(std::int64_t{5}, 1e-7);
    expect_hostile_forms_survived(spend, {"frequency", "customers"});
    Held<Renewals> renewals;
    renewals.add(std::int64_t{2}, std::int64_t{5}, std::int64_t{3})
        .add(std::int64_t{1}, std::int64_t{5}, std::int64_t{0});
    expect_hostile_forms_survived(renewals, {"period_number", "lost", "customers"});
}

TEST(FitStates, refuse_fields_that_contradict_each_other)
{
    for (const char* fields : {"frequency:0,recency:1,age:2,customers:1", "frequency:1,recency:1,age:2,customers:0",
                               "frequency:1,recency:3,age:2,customers:1",
                               "frequency:1,recency:1,age:2,customers:1,frequency:1,recency:1.0,age:2,customers:1"}) {
        const auto error =
            error_of([&] { Held<RepeatPurchases>::from_text("(version:1," + std::string(fields) + ")"); });
        EXPECT_TRUE(error && refuses_a_form(*error)) << fields;
    }
    EXPECT_ERROR(malformed_text, Held<RepeatPurchases>::from_text("(version:1,frequency:1,recency:1,age:1" +
                                                                  std::string(400, '0') + ",customers:1)"));
    EXPECT_ERROR(out_of_range, Held<RepeatSpend>::from_text("(version:1,frequency:0,monetary_value:1,customers:1)"));
    EXPECT_ERROR(out_of_range, Held<Renewals>::from_text("(version:1,period_number:1,lost:2,customers:1)"));
}

}  // namespace
}  // namespace customer_value::test
