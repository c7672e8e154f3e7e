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

// The scores of values by their mean ranks, each found by counting.
std::vector<std::int32_t> counted_scores(const std::vector<int>& values, std::int32_t bins)
{
    const auto twice_the_rank = [&](int value) {
        return 2 * std::count_if(values.begin(), values.end(), [&](int other) { return other < value; }) +
               std::count(values.begin(), values.end(), value) - 1;
    };
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    const auto a = twice_the_rank(*least), b = twice_the_rank(*greatest);
    std::vector<std::int32_t> scores;
    for (const int value : values)
        scores.push_back(a == b ? (bins + 2) / 2
                                : std::min<std::int32_t>(bins, static_cast<std::int32_t>(
                                                                   1 + bins * (twice_the_rank(value) - a) / (b - a))));
    return scores;
}

TEST(Score, of_a_group_of_equals_is_that_of_its_mean_rank_stretched_to_1_and_bins)
{
    Random random(20240229);
    for (int round = 0; round < 3000; ++round) {
        std::vector<int> values(static_cast<std::size_t>(between(random, 1, 60)));
        const int most = between(random, 0, 40);
        for (int& value : values)
            value = between(random, 0, most) * between(random, 0, most);
        const auto bins = between(random, fewest_bins, round % 10 == 0 ? 200 : 12);
        const auto expected = counted_scores(values, bins), scores = scores_of(std::span<const int>(values), bins);
        ASSERT_EQ(scores, expected) << bins;
        std::vector<int> sorted = values;
        std::sort(sorted.begin(), sorted.end());
        const auto count_of = [&](int value) { return std::count(values.begin(), values.end(), value); };
        const RankScale scale(std::ssize(values), count_of(sorted.front()), count_of(sorted.back()), bins);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto group = std::equal_range(sorted.begin(), sorted.end(), values[i]);
            ASSERT_EQ(scale.score_of(group.first - sorted.begin(), group.second - sorted.begin()), expected[i]);
        }
        std::vector<std::int64_t> times;
        for (std::size_t i = 0; i < sorted.size(); i += static_cast<std::size_t>(times.back()))
            times.push_back(count_of(sorted[i]));
        std::int32_t places[most_bins];
        const std::size_t cuts = find_cuts(times, bins, places);
        sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
        for (std::size_t i = 0; i < values.size(); ++i)
            ASSERT_EQ(1 + std::count_if(places, places + cuts,
                                        [&](std::int32_t place) {
                                            return values[i] >= sorted[static_cast<std::size_t>(place) - 1];
                                        }),
                      expected[i]);
    }
}

TEST(Score, has_the_published_examples)
{
    const auto scored_5 = [](std::vector<int> values) { return scores_of(std::span<const int>(values), 5); };
    using Scores = std::vector<std::int32_t>;
    EXPECT_EQ(scored_5({1, 1, 1, 1, 1, 1, 1, 2, 3, 9}), (Scores{1, 1, 1, 1, 1, 1, 1, 4, 5, 5}));
    EXPECT_EQ(scored_5({20, 20, 20}), (Scores{3, 3, 3}));
    EXPECT_EQ(scored_5({2, 1, 1, 2}), (Scores{5, 1, 1, 5}));
    EXPECT_EQ(scored_5({3, 9, 9, 9, 9, 9, 9}), (Scores{1, 5, 5, 5, 5, 5, 5}));
    EXPECT_EQ(scored_5({4}), (Scores{3}));
    EXPECT_EQ(scored_5({}), Scores{});
}

TEST(Score, cuts_are_of_values_that_are_there)
{
    std::int32_t places[most_bins];
    EXPECT_EQ(find_cuts({}, 5, places), 0u);
    const std::int64_t none[] = {1, 0}, many[] = {std::int64_t{1} << 50, 1}, one[] = {1};
    EXPECT_THROW((void)find_cuts(none, 5, places), Error);
    EXPECT_THROW((void)find_cuts(many, 5, places), Error);
    EXPECT_THROW((void)find_cuts(one, 1, places), Error);
}

TEST(Score, of_the_largest_partition_does_not_overflow)
{
    constexpr std::int64_t count = std::int64_t{1} << 31;
    const RankScale scale(count, 1, 1, most_bins);
    EXPECT_EQ(scale.score_of(0, 1), 1);
    EXPECT_EQ(scale.score_of(count - 1, count), most_bins);
    EXPECT_EQ(scale.score_of(count / 2, count / 2 + 1), most_bins / 2 + 1);
}

TEST(Segment, of_other_bins_is_that_of_the_scores_brought_to_five)
{
    EXPECT_EQ(segment_of(4, 4, 4, 4), Segment::champions);
    EXPECT_EQ(segment_of(4, 4, 4), Segment::loyal);
    EXPECT_EQ(segment_of(3, 2, 1, 4), segment_of(4, 2, 1));
    EXPECT_EQ(segment_of(1, 2, 2, 2), segment_of(1, 5, 5));
    for (std::int32_t score = 1; score <= 5; ++score)
        EXPECT_EQ(segment_of(score, 2, 3, 5), segment_of(score, 2, 3));
    EXPECT_THROW((void)segment_of(5, 1, 1, 4), Error);
    EXPECT_THROW((void)segment_of(1, 0, 1, 4), Error);
    EXPECT_THROW((void)segment_of(1, 1, 1, 1), Error);
    EXPECT_THROW((void)segment_of(1, 1, 6), Error);
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
