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

std::int64_t golden_among(std::vector<Int128> values, double threshold) { return golden_of(values, threshold).golden; }

TEST(Golden, customer_who_crosses_the_line_is_in)
{
    EXPECT_EQ(golden_among({300, 250, 200, 150, 100, 50}, 0.8), 4);
    EXPECT_EQ(golden_among({850, 50, 40, 30, 20, 10}, 0.8), 1);
    EXPECT_EQ(golden_among({400, 200, 200, 200}, 0.5), 4);
}

TEST(Golden, share_is_a_decimal_not_a_binary_fraction)
{
    EXPECT_EQ(golden_among({50, 30, 20}, 0.8), 2);  // 80 is not below 0.8 * 100, though the double 0.8 is above eight tenths
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
        for (Int128& value : values)
            value = static_cast<std::int64_t>(random() % 12) - 3;
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
        const auto result = golden_of(values, tenths / 10.0);
        EXPECT_EQ(result.golden, golden);
        EXPECT_TRUE(result.golden_total == golden_total && result.total == total);
    }
}

TEST(Golden, threshold_outside_0_to_1_is_refused)
{
    for (const double threshold : {-0.1, 1.0000000000000002, 80.0, std::nan(""), std::numeric_limits<double>::infinity()})
        EXPECT_THROW((void)golden_among({1}, threshold), Error);
}

}  // namespace
}  // namespace customer_value::test
