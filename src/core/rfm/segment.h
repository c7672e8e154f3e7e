// RFM: scores by rank, and the ten named segments that they make. R is recency, F frequency, M monetary value; 5 is best.
#pragma once

#include "core/common/interrupt.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace customer_value::rfm {

// From the best down, which is the order of reports.
enum class Segment : std::uint8_t {
    champions, loyal, potential_loyalists, new_customers, promising, need_attention, about_to_sleep, cannot_lose_them, at_risk, hibernating
};
inline constexpr std::size_t segment_count = 10;

[[nodiscard]] constexpr std::string_view name_of(Segment segment) noexcept
{
    constexpr std::array<std::string_view, segment_count> names{
        "Champions",      "Loyal",          "Potential Loyalists", "New Customers", "Promising",
        "Need Attention", "About To Sleep", "Cannot Lose Them",    "At Risk",       "Hibernating"};
    return names[static_cast<std::size_t>(segment)];
}

// The segment of three scores from 1 to 5: the usual map of R against FM, the mean of F and M, halves rounded up.
//
//     R    FM = 1          FM = 2               FM = 3               FM = 4     FM = 5
//     5    New Customers   Potential Loyalists  Potential Loyalists  Champions  Champions
//     4    Promising       Potential Loyalists  Potential Loyalists  Loyal      Loyal
//     3    About To Sleep  About To Sleep       Need Attention       Loyal      Loyal
//     2    Hibernating     Hibernating          At Risk              At Risk    Cannot Lose Them
//     1    Hibernating     Hibernating          At Risk              At Risk    Cannot Lose Them
//
// Throws out_of_range for other scores.
[[nodiscard]] Segment segment_of(std::int32_t r, std::int32_t f, std::int32_t m);

inline constexpr std::int32_t fewest_bins = 2, most_bins = 1000;
// Throws invalid_parameter for other numbers of bins.
void require_bins(std::int32_t bins);

// A score from 1 to `bins` on the scale of 1 to 5: the lowest bin is 1, the highest 5, those between are spread evenly and
// rounded to the nearest, halves up.
[[nodiscard]] constexpr std::int32_t score_of_five(std::int64_t score, std::int32_t bins) noexcept
{
    const std::int64_t steps = bins - 1;
    return static_cast<std::int32_t>(1 + (8 * (score - 1) + steps) / (2 * steps));
}

// Scores from 1 to `bins`, higher for higher values: 1 + floor(bins (rank - 1) / n), where equal values share the lowest rank.
template <class Value> [[nodiscard]] std::vector<std::int32_t> scores_of(std::span<const Value> values, std::int32_t bins)
{
    std::vector<Value> sorted(values.begin(), values.end());
    sort_or_stop(sorted.begin(), sorted.end(), std::less<>());
    std::vector<std::int32_t> scores(values.size());
    std::transform(values.begin(), values.end(), scores.begin(), [&](const Value& value) {
        const std::int64_t lower = std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin();
        return static_cast<std::int32_t>(1 + bins * lower / static_cast<std::int64_t>(sorted.size()));
    });
    return scores;
}

}  // namespace customer_value::rfm
