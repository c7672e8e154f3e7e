#include "core/golden/state.h"

#include "unit/interrupted.h"
#include "unit/laws.h"

#include <gtest/gtest.h>

namespace customer_value::test {
namespace {

using Values = Held<golden::State>;

void add(Values& state, const std::string& value) { state.add(OwnedDecimal(value).view()); }

Values of(std::initializer_list<const char*> values)
{
    Values state;
    for (const char* value : values)
        add(state, value);
    return state.finished();
}

TEST(GoldenState, unites_equal_values_at_the_largest_scale)
{
    EXPECT_EQ(of({"2", "1.50", "0", "2.0", "-7.25"}).text(),
              "(version:1,scale:2,zeros:2,threshold:\"\",value:1.50,times:1,value:2.00,times:2)");
    EXPECT_EQ(of({}).text(), "(version:1,scale:0,zeros:0,threshold:\"\")");
}

TEST(GoldenState, reads_all_number_types_alike)
{
    Values integers, doubles, floats, decimals;
    for (const int value : {3, -1, 0, 8, 3}) {
        integers.add(std::int64_t{value});
        doubles.add(double{1} * value);
        floats.add(static_cast<float>(value));
        add(decimals, std::to_string(value));
    }
    const std::string expected = "(version:1,scale:0,zeros:2,threshold:\"\",value:3,times:2,value:8,times:1)";
    for (const Values* state : {&integers, &doubles, &floats, &decimals})
        EXPECT_EQ(state->finished().text(), expected);
    EXPECT_EQ(
        Values().add(0.1).add(0.25F).add(1e20).finished().text(),
        "(version:1,scale:2,zeros:0,threshold:\"\",value:0.10,times:1,value:0.25,times:1,value:100000000000000000000.00,times:1)");
}

TEST(GoldenState, gini_is_that_of_the_definition)
{
    Random random(20240229);
    for (int round = 0; round < 200; ++round) {
        std::vector<int> values(static_cast<std::size_t>(between(random, 1, 40)));
        Values state;
        for (int& value : values) {
            value = between(random, -3, 12);
            state.add(value);
            value = std::max(value, 0);
        }
        std::sort(values.begin(), values.end());
        std::int64_t weighted = 0, total = 0;
        const auto n = static_cast<std::int64_t>(values.size());
        for (std::int64_t i = 1; i <= n; ++i) {
            weighted += 2 * i * values[static_cast<std::size_t>(i - 1)];
            total += values[static_cast<std::size_t>(i - 1)];
        }
        const auto finished = state.finished();
        const auto gini = finished->gini();
        EXPECT_EQ(gini.count, n);
        EXPECT_EQ(gini.total, total);
        EXPECT_EQ(gini.numerator, weighted - (n + 1) * total);  // n total (2 sum(i v) / (n total) - (n + 1) / n)
    }
}

// The best customers one by one: the share of each of `scale` equal pieces of a customer.
TEST(GoldenState, top_share_counts_the_last_customer_in_part)
{
    Random random(20240301);
    for (int round = 0; round < 300; ++round) {
        std::vector<int> values(static_cast<std::size_t>(between(random, 1, 30)));
        Values state;
        for (int& value : values) {
            value = between(random, -3, 12);
            state.add(value);
            value = std::max(value, 0);
        }
        std::sort(values.begin(), values.end(), std::greater<>());
        const int hundredths = between(random, 0, 100);
        std::int64_t pieces = hundredths * static_cast<std::int64_t>(values.size()), sum = 0, total = 0;
        for (const int value : values) {
            const std::int64_t counted = std::min<std::int64_t>(pieces, 100);
            sum += counted * value;
            total += value;
            pieces -= counted;
        }
        const auto top = state.finished()->top(hundredths / 100.0);
        const auto unit = static_cast<std::int64_t>(power_of_ten(top.places));
        EXPECT_EQ(top.total, total);
        Int256 part = top.whole * unit;
        part += top.next * static_cast<std::int64_t>(top.part);
        EXPECT_EQ(part * 100, Int256(sum) * unit) << hundredths;
    }
}

TEST(GoldenState, top_share_takes_any_share)
{
    const auto state = of({"5", "3", "2", "0"});
    EXPECT_EQ(state->top(0).whole, 0);
    EXPECT_EQ(state->top(1).whole, 10);
    EXPECT_EQ(state->top(1).total, 10);
    EXPECT_EQ(state->top(0.5).whole, 8);
    const auto tiny = state->top(5e-324);
    EXPECT_EQ(tiny.whole, 0);
    EXPECT_EQ(tiny.next, 5);
    EXPECT_TRUE(tiny.part == 20 && tiny.places == 324);
    EXPECT_EQ(of({"-1"})->top(0.2).total, 0);
    for (const double share : {-0.1, 1.1, std::nan("")})
        EXPECT_THROW((void)state->top(share), Error);
    Values with_share;
    with_share->add_for_top(5, 0.3);
    EXPECT_THROW((void)with_share->add_for_top(5, 0.4), Error);
}

TEST(GoldenState, no_sum_of_the_longest_values_overflows)
{
    Values state;
    const std::string nines(38, '9');
    add(state, nines);
    const auto largest =
        Values::from_text("(version:1,scale:0,zeros:1,threshold:\"\",value:" + nines + ",times:2305843009213693951)");
    const auto gini = largest->gini();
    EXPECT_EQ(gini.total, Int256(mantissa_limit - 1) * 2305843009213693951);
    EXPECT_EQ(gini.numerator, gini.total * 1);
    EXPECT_EQ(largest->golden(0.8).golden_total, gini.total);
    EXPECT_EQ(largest->golden(0.8).golden, 2305843009213693951);
    EXPECT_THROW((void)merged(state, largest).finished()->gini(), Error);
    EXPECT_THROW(add(state, nines + "0"), Error);
    EXPECT_THROW(add(state, "0.1"), Error);
    EXPECT_THROW(state.add(1e38), Error);
    EXPECT_EQ(state.finished().text(), of({nines.c_str()}).text());
}

TEST(GoldenState, thresholds_do_not_mix)
{
    Values half;
    half.add(5, 0.5).add(4, 0.5);
    EXPECT_EQ(half->threshold(), 0.5);
    EXPECT_EQ(of({"1"})->threshold(), 0.8);
    EXPECT_THROW(half.add(5, 0.6), Error);
    EXPECT_THROW(half.add(5, 1.5), Error);
    EXPECT_THROW(half.add(5, std::nan("")), Error);
    EXPECT_THROW((void)merged(half, of({"1"})), Error);
    EXPECT_THROW((void)merged(of({"1"}), half), Error);
    EXPECT_EQ(merged_text(half, Values()), half.finished().text());
    EXPECT_EQ(merged_text(Values(), half), half.finished().text());
    expect_round_trips(half.finished());
}

TEST(GoldenState, is_the_same_for_any_split)
{
    Random random(8);
    std::vector<std::string> values;
    for (int i = 0; i < 3000; ++i)
        values.push_back(random_decimal(random, 3, 2));
    expect_order_free<golden::State, std::string>(values,
                                                  [](Values& state, const std::string& value) { add(state, value); });
    expect_merge_laws<golden::State>([](Random& seed) {
        Values state;
        for (int i = between(seed, 0, 30); i > 0; --i)
            add(state, random_decimal(seed, 2, 3));
        return state.finished();
    });
}

TEST(GoldenState, values_that_repeat_take_no_more_room)
{
    Values state;
    for (int i = 0; i < 200000; ++i)
        state.add(i % 10);
    EXPECT_LT(state->size(), 100U);
    EXPECT_EQ(state.finished()->size(), 9U);
    EXPECT_EQ(state.finished()->customers(), 200000);
}

TEST(GoldenState, asks_once_for_the_room_of_a_merge)
{
    Values left = of({"0", "1.5"}), right;
    for (int i = 1; i <= 70000; ++i)
        right.add(i);
    right.add(0);
    const Values both = merged(left, right).finished();
    EXPECT_EQ(both->size(), 70001U);
    EXPECT_EQ(both->customers(), 70003);
    expect_stops([&] { left.merge(right); });
}

TEST(GoldenState, survives_hostile_forms)
{
    expect_hostile_forms_survived(of({"0", "1.5", "20.25", "20.25"}), {"scale", "zeros", "times"});
    expect_hostile_forms_survived(Values().add(7, 0.25).finished(), {"scale", "zeros", "times"});
    expect_hostile_forms_survived(Values(), {"scale", "zeros", "times"});
}

}  // namespace
}  // namespace customer_value::test
