#include "core/revenue/orders.h"

#include "unit/interrupted.h"
#include "unit/laws.h"
#include "unit/owned_key.h"

#include <gtest/gtest.h>

#include <limits>
#include <map>

namespace customer_value::test {
namespace {

using revenue::Orders;
using Checks = Held<Orders>;

constexpr auto least = std::numeric_limits<std::int64_t>::min(), most = std::numeric_limits<std::int64_t>::max();
constexpr auto not_a_number = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();
const std::string nines(38, '9');

void add(Checks& orders, const std::string& amount, const OwnedKey& order)
{
    orders.add(OwnedDecimal(amount).view(), Key(order));
}

template <class OrderKey> Checks of(std::initializer_list<std::pair<const char*, OrderKey>> rows)
{
    Checks orders;
    for (const auto& [amount, order] : rows)
        add(orders, amount, order);
    return orders;
}

// What the state should be, kept in a map.
template <class OrderKey> class Expected {
public:
    void add(const std::string& amount, const OrderKey& order)
    {
        const auto places =
            amount.find('.') == amount.npos ? 0 : static_cast<int>(amount.size() - amount.find('.') - 1);
        scale_ = std::max(scale_, places);
        const BigInteger value = scaled(amount, most_places);
        auto& [net, refunded] = orders_[order];
        net += value;
        refunded |= value < 0;
    }
    [[nodiscard]] std::string text(std::string_view kind,
                                   const std::function<std::string(const OrderKey&)>& printed) const
    {
        std::string text = "(version:1,key:\"" + std::string(kind) + "\",scale:" + std::to_string(scale_);
        for (const auto& [order, sum] : orders_) {
            const BigInteger unscaled =
                sum.first / boost::multiprecision::pow(BigInteger(10), static_cast<unsigned>(most_places - scale_));
            text += ",order:\"" + printed(order) + "\",net:" + shown(static_cast<Int128>(unscaled), scale_) +
                    ",refunded:" + (sum.second ? "1" : "0");
        }
        return text + ")";
    }
    [[nodiscard]] std::pair<std::int64_t, BigInteger> total() const
    {
        std::pair<std::int64_t, BigInteger> total{0, 0};
        for (const auto& [order, sum] : orders_) {
            total.first += sum.first > 0 || !sum.second;
            total.second += sum.first;
        }
        return total;
    }
    static constexpr int most_places = 20;

private:
    std::map<OrderKey, std::pair<BigInteger, bool>> orders_;
    int scale_ = 0;
};

Uuid random_uuid(Random& random, int different)
{
    Uuid uuid{};
    uuid[0] = static_cast<unsigned char>(0x80 * between(random, 0, 1));
    uuid[7] = 0xF0;
    uuid[8] = 0x0A;
    uuid[15] = static_cast<unsigned char>(between(random, 0, different));
    return uuid;
}

std::string printed(const Uuid& uuid)
{
    std::string text;
    for (std::size_t i = 0; i < uuid.size(); ++i) {
        char hexadecimal[3];
        std::snprintf(hexadecimal, sizeof hexadecimal, "%02x", uuid[i]);
        text += hexadecimal;
        if (i == 3 || i == 5 || i == 7 || i == 9)
            text += '-';
    }
    return text;
}

std::string escaped(const std::string& text)
{
    std::string result;
    for (const char c : text) {
        if (c == '"' || c == '\\')
            result += '\\';
        result += c;
    }
    return result;
}

std::string random_text(Random& random)
{
    static const std::vector<std::string> words{"",         "a", "A",        "\"",  "\\", ",order:", "0123456789abcdef",
                                                "01234567", ")", "\xC3\xA9", "\xFF"};
    return words[random() % words.size()] + random_digits(random, between(random, 0, 2));
}

// Random rows against the map, in one state and in merged parts.
template <class OrderKey>
void expect_as_expected(std::string_view kind, const std::function<OrderKey(Random&)>& key,
                        const std::function<std::string(const OrderKey&)>& print)
{
    Random random(91);
    for (int round = 0; round < 60; ++round) {
        Expected<OrderKey> expected;
        Checks orders;
        std::vector<Checks> parts(static_cast<std::size_t>(between(random, 1, 4)));
        const int places = between(random, 0, 6);
        for (int rows = between(random, 1, 150); rows > 0; --rows) {
            const auto amount = random_decimal(random, 3, places);
            const auto order = key(random);
            expected.add(amount, order);
            add(orders, amount, order);
            add(parts[random() % parts.size()], amount, order);
        }
        for (std::size_t i = 1; i < parts.size(); ++i)
            parts[0].merge(parts[i]);
        const auto text = expected.text(kind, print);
        ASSERT_EQ(orders.text(), text);
        ASSERT_EQ(parts[0].text(), text);
        const auto total = orders->total();
        EXPECT_EQ(total.orders, expected.total().first);
        EXPECT_EQ(scaled(shown(total.net, orders->scale()), Expected<OrderKey>::most_places), expected.total().second);
        expect_round_trips(orders);
    }
}

Checks random_orders(Random& random)
{
    Checks orders;
    for (int rows = between(random, 0, 30); rows > 0; --rows)
        add(orders, random_decimal(random, 4, 3), static_cast<std::int64_t>(between(random, -5, 5)));
    return orders;
}

Checks random_text_orders(Random& random)
{
    Checks orders;
    for (int rows = between(random, 0, 30); rows > 0; --rows)
        add(orders, random_decimal(random, 4, 3), random_text(random));
    return orders;
}

TEST(Orders, of_the_example_ledger_make_an_average_check_of_74)
{
    const auto orders = of<std::int64_t>(
        {{"100", 1}, {"40", 2}, {"60", 3}, {"250", 4}, {"80", 6}, {"120", 7}, {"-250", 4}, {"-30", 6}});
    EXPECT_EQ(orders->total().orders, 5);
    EXPECT_TRUE(orders->total().net == 370);
}

TEST(Orders, with_a_refund_and_nothing_left_are_none_but_their_money_counts)
{
    const auto orders = of<std::int64_t>({{"10", 1}, {"-10", 1}, {"5", 2}, {"-7", 2}, {"-3", 3}, {"9", 4}, {"-2", 4}});
    EXPECT_EQ(orders->size(), 4u);
    EXPECT_EQ(orders->total().orders, 1);
    EXPECT_TRUE(orders->total().net == 2);
    const auto refund_of_its_own = of<std::int64_t>({{"107", 309}, {"50", 311}, {"-107", 310}});
    EXPECT_EQ(refund_of_its_own->total().orders, 2);
    EXPECT_TRUE(refund_of_its_own->total().net == 50);
}

TEST(Orders, whose_ids_are_currency_codes_are_refused)
{
    for (const char* id : {"EUR", "USD", "ABC"})
        EXPECT_ERROR(invalid_parameter, of<const char*>({{"1", id}})) << id;
    EXPECT_EQ(
        of<const char*>({{"1", "eur"}, {"1", "EU"}, {"1", "EURO"}, {"1", "EU1"}, {"1", "#EUR"}, {"1", ""}})->size(),
        6u);
    // what was stored may still be read
    EXPECT_EQ(Checks::from_text("(version:1,key:\"text\",scale:0,order:\"EUR\",net:1,refunded:0)")->size(), 1u);
}

TEST(Orders, that_were_free_are_kept)
{
    const auto orders = of<std::int64_t>({{"0", 1}, {"0.00", 2}, {"10", 3}});
    EXPECT_EQ(orders->total().orders, 3);
    EXPECT_TRUE(orders->total().net == 1000);
    EXPECT_EQ(Checks()->total().orders, 0);
}

TEST(Orders, with_bigint_keys_are_as_expected)
{
    expect_as_expected<std::int64_t>(
        "bigint",
        [](Random& random) {
            const std::int64_t keys[] = {0, -1, 1, least, most, least + 1, 1 << 20, -(1 << 20)};
            return random() % 2 == 0 ? keys[random() % std::size(keys)]
                                     : static_cast<std::int64_t>(between(random, -30, 30));
        },
        [](const std::int64_t& key) { return std::to_string(key); });
}

TEST(Orders, with_uuid_keys_are_as_expected)
{
    expect_as_expected<Uuid>(
        "uuid", [](Random& random) { return random_uuid(random, 40); }, [](const Uuid& key) { return printed(key); });
}

TEST(Orders, with_text_keys_are_as_expected) { expect_as_expected<std::string>("text", random_text, escaped); }

TEST(Orders, take_integers_and_floating_point_numbers_as_the_decimals_that_they_show)
{
    Checks orders;
    orders.add(std::int16_t{5}, Key(OwnedKey(1)))
        .add(0.1, Key(OwnedKey(1)))
        .add(0.25f, Key(OwnedKey(2)))
        .add(most, Key(OwnedKey(3)))
        .add(-0.5, Key(OwnedKey(2)))
        .add(-0.0, Key(OwnedKey(4)));
    EXPECT_EQ(orders.text(),
              "(version:1,key:\"bigint\",scale:2,order:\"1\",net:5.10,refunded:0,order:\"2\",net:-0.25,refunded:1,"
              "order:\"3\",net:9223372036854775807.00,refunded:0,order:\"4\",net:0.00,refunded:0)");
}

TEST(Orders, refuse_what_is_not_finite)
{
    Checks orders;
    for (const auto kind : {Decimal::Kind::not_a_number, Decimal::Kind::plus_infinity, Decimal::Kind::minus_infinity})
        EXPECT_ERROR(out_of_range, orders.add(special(kind), Key(OwnedKey(1))));
    for (const double amount : {not_a_number, infinity, -infinity})
        EXPECT_ERROR(out_of_range, orders.add(amount, Key(OwnedKey(1))));
    EXPECT_EQ(orders.text(), Checks().text());
}

TEST(Orders, keep_to_one_kind_of_key)
{
    auto orders = of<std::int64_t>({{"1", 1}});
    EXPECT_ERROR(invalid_parameter, add(orders, "1", "1"));
    EXPECT_ERROR(invalid_parameter, orders.merge(of<const char*>({{"1", "1"}})));
    EXPECT_NO_THROW(orders.merge(Checks()));
}

TEST(Orders, ask_for_room_and_change_nothing_until_they_have_it)
{
    Checks orders;
    const OwnedKey key("first");
    const auto room = orders->add(7, Key(key));
    ASSERT_TRUE(room);
    EXPECT_GE(room->entries, 1u);
    EXPECT_GE(room->text_bytes, 5u);
    EXPECT_EQ(orders->size(), 0u);
    EXPECT_EQ(orders->total().orders, 0);
    orders.add(7, Key(key));
    const auto before = orders.text();
    const OwnedKey long_key("a key that is longer than the room that was left for it, whatever the factor");
    ASSERT_TRUE(orders->add(8, Key(long_key)));
    EXPECT_EQ(orders.text(), before);
    EXPECT_FALSE(orders->add(8, Key(key)));  // a known order needs no room
}

TEST(Orders, grow_to_many)
{
    Checks orders;
    std::size_t moves = 0;
    for (std::int64_t i = 0; i < 20000; ++i) {
        const auto* before = &*orders;
        orders.add(i, Key(OwnedKey(i * 1000003)));
        moves += &*orders != before;
    }
    EXPECT_EQ(orders->size(), 20000u);
    EXPECT_EQ(orders->total().orders, 20000);
    EXPECT_TRUE(orders->total().net == Int128{20000} * 19999 / 2);
    EXPECT_LE(moves, 16u);  // it doubles
    EXPECT_EQ(orders.finished()->room().entries, 20000u);
}

TEST(Orders, that_are_too_many_for_one_value_are_refused)
{
    EXPECT_LE(Orders::bytes_for({(1u << 24) - 1, 250'000'000}), (std::size_t{1} << 30) - 1 - 8);
    EXPECT_ERROR(too_large, Orders::bytes_for({1u << 24, 0}));
    EXPECT_ERROR(too_large, Orders::bytes_for({1, 250'000'001}));
    EXPECT_LE(Orders::bytes_for_input(std::numeric_limits<std::int32_t>::max()), (std::size_t{1} << 30) - 1 - 8);
}

TEST(Orders, with_more_than_38_digits_are_refused)
{
    Checks orders;
    EXPECT_ERROR(out_of_range, add(orders, "1" + std::string(38, '0'), 1));
    EXPECT_ERROR(out_of_range, orders.add(1e39, Key(OwnedKey(1))));
    EXPECT_ERROR(out_of_range, orders.add(1e-40, Key(OwnedKey(1))).add(1, Key(OwnedKey(2))));
    orders = Checks();
    add(orders, nines, 1);
    EXPECT_ERROR(out_of_range, add(orders, "1", 1));
    EXPECT_ERROR(out_of_range, add(orders, "0.1", 2));
    EXPECT_ERROR(out_of_range, add(orders, "-0.1", 1));
    auto refunds = of<std::int64_t>({{("-" + nines).c_str(), 1}});
    EXPECT_ERROR(out_of_range, add(refunds, "-1", 1));
    EXPECT_ERROR(out_of_range, merged(refunds, refunds));
    EXPECT_EQ(merged(orders, refunds)->total().orders, 0);
}

TEST(Orders, whose_sum_has_more_than_38_digits_are_refused)
{
    const auto orders = of<std::int64_t>({{nines.c_str(), 1}, {"1", 2}});
    EXPECT_ERROR(out_of_range, orders->total());
    EXPECT_NO_THROW((void)of<std::int64_t>({{nines.c_str(), 1}, {"0", 2}})->total());
}

TEST(Orders, take_a_larger_scale_late)
{
    auto orders = of<std::int64_t>({{"5", 1}, {"-7", 2}, {"0.125", 3}, {"2.5", 1}});
    EXPECT_EQ(
        orders.text(),
        "(version:1,key:\"bigint\",scale:3,order:\"1\",net:7.500,refunded:0,order:\"2\",net:-7.000,refunded:1,order:\"3\",net:0.125,refunded:0)");
}

TEST(Orders, are_written_in_the_order_of_their_keys)
{
    EXPECT_EQ(
        of<std::int64_t>({{"1", 10}, {"1", -2}, {"1", 9}}).text(),
        "(version:1,key:\"bigint\",scale:0,order:\"-2\",net:1,refunded:0,order:\"9\",net:1,refunded:0,order:\"10\",net:1,refunded:0)");
    EXPECT_EQ(
        of<const char*>({{"1", "b"}, {"1", "\xC3\xA9"}, {"1", "B"}, {"1", ""}, {"1", "ba"}}).text(),
        "(version:1,key:\"text\",scale:0,order:\"\",net:1,refunded:0,order:\"B\",net:1,refunded:0,order:\"b\",net:1,refunded:0,"
        "order:\"ba\",net:1,refunded:0,order:\"\xC3\xA9\",net:1,refunded:0)");
}

TEST(Orders, can_go_on_after_they_were_put_in_order)
{
    auto orders = of<const char*>({{"1", "b"}, {"2", "a"}, {"3", "c"}});
    orders->sort();
    add(orders, "10", "a");
    add(orders, "10", "d");
    EXPECT_EQ(orders.text(), of<const char*>({{"10", "d"}, {"12", "a"}, {"1", "b"}, {"3", "c"}}).text());
}

TEST(Orders, ask_once_for_the_room_of_a_merge)
{
    constexpr std::int64_t many = 70'000;
    Checks left, right;
    for (std::int64_t i = 0; i < many; ++i)
        right.add(2, Key(OwnedKey(i)));
    left.add(1, Key(OwnedKey(0))).add(1, Key(OwnedKey(-1)));
    ASSERT_TRUE(left->merge(*right));
    EXPECT_EQ(left->size(), 2u);
    const auto both = merged(left, right);
    EXPECT_EQ(both->total().orders, many + 1);
    EXPECT_TRUE(both->total().net == 2 * many + 2);
    expect_stops([&] { left.merge(right); });
}

TEST(Orders, merge_with_themselves)
{
    auto orders = of<const char*>({{"1.5", "b"}, {"-2", "a"}});
    const auto expected = merged(orders, Checks(orders)).text();
    EXPECT_EQ(orders.merge(orders).text(), expected);
}

TEST(Orders, merge_by_the_laws)
{
    expect_merge_laws<Orders>(random_orders);
    expect_merge_laws<Orders>(random_text_orders);
    expect_merge_laws<Orders>([](Random& random) {
        Checks orders;
        for (int rows = between(random, 0, 20); rows > 0; --rows)
            add(orders, random_decimal(random, 4, 1), random_uuid(random, 6));
        return orders;
    });
}

TEST(Orders, do_not_depend_on_the_order_of_rows_or_their_split)
{
    Random random(92);
    std::vector<std::pair<std::string, std::string>> rows;
    for (int i = 0; i < 200; ++i)
        rows.emplace_back(random_decimal(random, 6, 4), random_text(random));
    expect_order_free<Orders, std::pair<std::string, std::string>>(
        rows, [](Checks& orders, const auto& row) { add(orders, row.first, row.second); });
}

TEST(Orders, survive_hostile_forms)
{
    expect_hostile_forms_survived(of<std::int64_t>({{"12.5", 1}, {"-3", -20}}), {"scale", "refunded"});
    expect_hostile_forms_survived(of<const char*>({{"12.5", "a\"\\b"}, {"-3", ""}}), {"scale", "refunded"});
    expect_hostile_forms_survived(of<Uuid>({{"12", Uuid{1, 2, 3}}, {"-3", Uuid{1, 2, 3, 4}}}), {"scale", "refunded"});
    expect_hostile_forms_survived(Checks(), {"scale", "refunded"});
}

TEST(Orders, refuse_fields_that_contradict_each_other)
{
    for (const char* fields :
         {"key:\"none\",scale:0,order:\"1\",net:1,refunded:0",     // orders without a kind
          "key:\"number\",scale:0",                                // no kind
          "key:\"bigint\",scale:16384",                            // no scale
          "key:\"bigint\",scale:1,order:\"1\",net:1,refunded:0",   // another scale
          "key:\"bigint\",scale:0,order:\"1\",net:1,refunded:2",   // neither yes nor no
          "key:\"bigint\",scale:0,order:\"1\",net:-1,refunded:0",  // below zero without a refund
          "key:\"bigint\",scale:0,order:\"1\",net:1,refunded:0,order:\"1\",net:1,refunded:0",  // an order twice
          "key:\"bigint\",scale:0,order:\"\",net:1,refunded:0", "key:\"bigint\",scale:0,order:\"1 \",net:1,refunded:0",
          "key:\"bigint\",scale:0,order:\"9223372036854775808\",net:1,refunded:0",
          "key:\"bigint\",scale:0,order:\"1\",net:100000000000000000000000000000000000000,refunded:0",
          "key:\"uuid\",scale:0,order:\"00000000-0000-0000-0000-00000000000\",net:1,refunded:0",
          "key:\"uuid\",scale:0,order:\"00000000-0000-0000-0000-0000000000000\",net:1,refunded:0",
          "key:\"uuid\",scale:0,order:\"00000000-0000-0000-0000_000000000000\",net:1,refunded:0",
          "key:\"uuid\",scale:0,order:\"0000000g-0000-0000-0000-000000000000\",net:1,refunded:0"})
        EXPECT_ERROR(invalid_parameter, Checks::from_text("(version:1," + std::string(fields) + ")")) << fields;
}

TEST(Orders, of_none_have_neither_kind_nor_scale)
{
    // otherwise a || empty and empty || a would show different scales
    for (const char* fields : {"key:\"none\",scale:5", "key:\"bigint\",scale:5"}) {
        const std::string form = "(version:1," + std::string(fields) + ")";
        std::optional<Checks> none;
        if (error_of([&] { none = Checks::from_text(form); }) == ErrorCode::invalid_parameter)
            continue;
        ASSERT_TRUE(none);
        const auto orders = of<std::int64_t>({{"1", 1}});
        EXPECT_EQ(merged_text(*none, orders), merged_text(orders, *none)) << form;
    }
}

}  // namespace
}  // namespace customer_value::test
