#include "core/ledger/golden.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace customer_value::test {
namespace {

using ledger::golden_of;

constexpr Int128 largest = Int128{1} << 94;

std::int64_t golden_among(std::vector<Int128> values, double threshold)
{
    return golden_of(std::span(values), threshold).golden;
}

TEST(Golden, customer_who_crosses_the_line_is_in)
{
    EXPECT_EQ(golden_among({300, 250, 200, 150, 100, 50}, 0.8), 4);
    EXPECT_EQ(golden_among({850, 50, 40, 30, 20, 10}, 0.8), 1);
    EXPECT_EQ(golden_among({400, 200, 200, 200}, 0.5), 4);
}

TEST(Golden, share_is_a_decimal_not_a_binary_fraction)
{
    EXPECT_EQ(golden_among({50, 30, 20}, 0.8),
              2);  // 80 is not below 0.8 * 100, though the double 0.8 is above eight tenths
    EXPECT_EQ(golden_among({50, 30, 20}, std::nextafter(0.8, 1)), 3);
    EXPECT_EQ(golden_among({1, 2, 7}, 0.7), 1);
}

TEST(Golden, share_of_the_largest_sums_is_exact)
{
    // higher sums of exactly 7/10 of the total, and one unit to either side
    const Int128 unit = largest / 10;
    EXPECT_EQ(golden_among({7 * unit, 3 * unit}, 0.7), 1);
    EXPECT_EQ(golden_among({7 * unit + 1, 3 * unit}, 0.7), 1);
    EXPECT_EQ(golden_among({7 * unit - 1, 3 * unit}, 0.7), 2);
    EXPECT_EQ(golden_among({largest, 1}, 1 - std::numeric_limits<double>::epsilon() / 2), 1);
    EXPECT_EQ(golden_among({largest, 1}, 1), 2);
    EXPECT_EQ(golden_among({largest, 1}, std::numeric_limits<double>::denorm_min()), 1);
    EXPECT_EQ(golden_among({largest, 1}, 0), 0);
}

TEST(Golden, totals_agree_with_the_definition)
{
    std::mt19937 random(20240229);
    for (int round = 0; round < 300; ++round) {
        std::vector<Int128> values(random() % 30);
        // a few small values with many ties, or any of up to 100 bits
        const Int128 widest = round % 2 == 0 ? 12 : Int128{1} << random() % 100;
        for (Int128& value : values)
            value = static_cast<Int128>((static_cast<unsigned __int128>(random()) << 64 |
                                         static_cast<unsigned __int128>(random()) << 32 | random()) %
                                        static_cast<unsigned __int128>(widest)) -
                    widest / 4;
        const auto tenths = static_cast<int>(random() % 11);
        Int128 total = 0, golden_total = 0;
        std::int64_t golden = 0;
        for (const Int128 value : values)
            total += value > 0 ? value : 0;
        for (const Int128 value : values) {
            Int128 higher = 0;
            for (const Int128 other : values)
                higher += other > value ? other : 0;
            if (value > 0 && 10 * higher < tenths * total) {
                ++golden;
                golden_total += value;
            }
        }
        const auto result = golden_of(std::span(values), tenths / 10.0);
        EXPECT_EQ(result.golden, golden);
        EXPECT_TRUE(result.golden_total == golden_total && result.total == total);
        if (widest <= Int128{1} << 62) {
            std::vector<std::int64_t> narrow(values.begin(), values.end());
            EXPECT_EQ(golden_of(std::span(narrow), tenths / 10.0).golden, golden);
        }
        const auto least = std::ranges::count_if(values, [&](Int128 value) { return result.includes(value); });
        EXPECT_EQ(least, golden);
    }
}

TEST(GoldenTrend, revenues_beyond_64_bits_are_found_out)
{
    const ledger::Day days[] = {0, 0, 31};
    const std::int64_t amounts[] = {std::numeric_limits<std::int64_t>::max(), 1, 5};
    const std::uint32_t offsets[] = {0, 3};
    const ledger::Day bounds[] = {0, 31, 62};
    ledger::View view;
    view.customers = 1;
    view.rows = 3;
    view.last_day = 31;
    view.offsets = offsets;
    view.days = days;
    view.amounts = amounts;
    std::size_t starts[2], ends[2];
    ASSERT_EQ(ledger::place_incomes(view, bounds, starts), 3u);
    std::int64_t narrow[3];
    Int128 wide[3];
    std::uint32_t customers[3];
    EXPECT_FALSE(ledger::collect_incomes(view, bounds, starts, ledger::Incomes<std::int64_t>{ends, narrow, customers}));
    EXPECT_TRUE(ledger::collect_incomes(view, bounds, starts, ledger::Incomes<Int128>{ends, wide, customers}));
    EXPECT_TRUE(wide[starts[0]] == Int128{1} << 63 && wide[starts[1]] == 5);
}

TEST(Golden, threshold_outside_0_to_1_is_refused)
{
    for (const double threshold :
         {-0.1, 1.0000000000000002, 80.0, std::nan(""), std::numeric_limits<double>::infinity()})
        EXPECT_THROW((void)golden_among({1}, threshold), Error);
}

}  // namespace
}  // namespace customer_value::test
