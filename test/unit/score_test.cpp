#include "core/rfm/score.h"

#include "core/rfm/segment.h"
#include "unit/decimals.h"

#include <gtest/gtest.h>

namespace customer_value::test {
namespace {

using namespace rfm;

std::int32_t scored(const char* value, std::initializer_list<const char*> cuts, bool higher_is_better)
{
    const OwnedDecimal number(value);
    std::vector<OwnedDecimal> held;
    for (const char* cut : cuts)
        held.emplace_back(cut);
    CutScore score(number.view(), higher_is_better);
    for (const OwnedDecimal& cut : held)
        score.add(cut.view());
    return score.score();
}

TEST(Score, lies_between_1_and_bins_and_is_that_of_the_segments_of_a_ledger)
{
    Random random(20240229);
    for (int round = 0; round < 200; ++round) {
        std::vector<int> values(static_cast<std::size_t>(between(random, 1, 50)));
        for (int& value : values)
            value = between(random, 0, 9);
        const auto bins = between(random, fewest_bins, 12);
        const auto scores = scores_of(std::span<const int>(values), bins);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto worse =
                std::count_if(values.begin(), values.end(), [&](int other) { return other < values[i]; });
            EXPECT_EQ(score_of(worse, static_cast<std::int64_t>(values.size()), bins), scores[i]);
            EXPECT_TRUE(scores[i] >= 1 && scores[i] <= bins);
        }
    }
    EXPECT_EQ(score_of((std::int64_t{1} << 31) - 1, std::int64_t{1} << 31, most_bins), most_bins);
}

TEST(CutScore, at_a_cut_is_on_its_better_side)
{
    EXPECT_EQ(scored("9.99", {"10", "50"}, true), 1);
    EXPECT_EQ(scored("10.00", {"10", "50"}, true), 2);
    EXPECT_EQ(scored("50", {"10", "50.0"}, true), 3);
    EXPECT_EQ(scored("10", {"10", "50"}, false), 3);
    EXPECT_EQ(scored("10.01", {"10", "50"}, false), 2);
    EXPECT_EQ(scored("51", {"10", "50"}, false), 1);
}

TEST(CutScore, refuses_cuts_that_do_not_ascend_or_are_not_finite)
{
    EXPECT_THROW(scored("1", {"2", "2.0"}, true), Error);
    EXPECT_THROW(scored("1", {"2", "1"}, true), Error);
    CutScore score(OwnedDecimal("1").view(), true);
    EXPECT_THROW(score.add(special(Decimal::Kind::not_a_number)), Error);
    for (const std::int64_t count : {0, 1000, -1})
        EXPECT_THROW(require_cuts(count), Error);
    require_cuts(999);
}

}  // namespace
}  // namespace customer_value::test
