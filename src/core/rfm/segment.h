// RFM: scores by rank, and the ten named segments that they make. R is recency, F frequency, M monetary value; 5 is
// best.
#pragma once

#include "core/common/interrupt.h"
#include "core/rfm/score.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace customer_value::rfm {

// From the best down, which is the order of reports.
enum class Segment : std::uint8_t {
    champions,
    loyal,
    potential_loyalists,
    new_customers,
    promising,
    need_attention,
    about_to_sleep,
    cannot_lose_them,
    at_risk,
    hibernating
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
// The segment of three scores from 1 to `bins`, each brought to the scale of 1 to 5 by score_of_five. Throws
// invalid_parameter for bins out of range, out_of_range for other scores.
[[nodiscard]] Segment segment_of(std::int32_t r, std::int32_t f, std::int32_t m, std::int32_t bins);

inline constexpr std::int32_t fewest_bins = 2, most_bins = 1000;
// Throws invalid_parameter for other numbers of bins.
void require_bins(std::int32_t bins);

// A score from 1 to `bins` on the scale of 1 to 5: the lowest bin is 1, the highest 5, those between are spread evenly
// and rounded to the nearest, halves up.
[[nodiscard]] constexpr std::int32_t score_of_five(std::int64_t score, std::int32_t bins) noexcept
{
    const std::int64_t steps = bins - 1;
    return static_cast<std::int32_t>(1 + (8 * (score - 1) + steps) / (2 * steps));
}

// Where a score begins: at values above `value`, and at `value` itself where it is `included`.
template <class Value> struct Cut {
    Value value;
    bool included;

    [[nodiscard]] bool reached_by(const Value& other) const noexcept
    {
        return other > value || (included && other == value);
    }
};

// Brings those values to their places, which ascend, that would be there in order, and lower or equal ones before them:
// what is between is in no order, which is why it costs less than a sort.
template <class Value> void select_places(std::span<Value> values, std::span<const std::size_t> places)
{
    Lookout lookout;
    const auto less = [&](const Value& left, const Value& right) {
        lookout.call();
        return left < right;
    };
    const auto select = [&](const auto& self, std::size_t from, std::size_t to,
                            std::span<const std::size_t> wanted) -> void {
        if (wanted.empty())
            return;
        const std::size_t half = wanted.size() / 2, place = wanted[half];
        if (place >= from && place < to)  // not one that is wanted twice
            std::nth_element(values.begin() + from, values.begin() + place, values.begin() + to, less);
        self(self, from, std::min(place, to), wanted.first(half));
        self(self, std::max(place + 1, from), to, wanted.subspan(half + 1));
    };
    select(select, 0, values.size(), places);
}

// How many values are not above the one at the first of these selected places.
template <class Value>
[[nodiscard]] std::size_t end_of_group(std::span<const Value> values, std::span<const std::size_t> places)
{
    const Value& value = values[places[0]];
    std::size_t last = 0;  // the last place of an equal value
    while (last + 1 < places.size() && values[places[last + 1]] == value)
        ++last;
    const std::size_t from = places[last] + 1, to = last + 1 < places.size() ? places[last + 1] : values.size();
    return from + static_cast<std::size_t>(std::count(values.begin() + from, values.begin() + to, value));
}

// The cuts between scores from 1 to `bins` as RankScale gives them, ascending, one less than `bins`. Reorders the values,
// of which there is one at least.
template <class Value> [[nodiscard]] std::vector<Cut<Value>> cuts_of(std::span<Value> values, std::int32_t bins)
{
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    const Value lowest = *least, highest = *greatest;
    const RankScale scale(std::ssize(values), std::count(values.begin(), values.end(), lowest),
                          std::count(values.begin(), values.end(), highest), bins);
    std::vector<Cut<Value>> cuts;
    if (scale.all_are_equal()) {
        for (std::int32_t score = 1; score < bins; ++score)
            cuts.push_back({lowest, score < scale.middle()});
        return cuts;
    }
    // Twice the place is the bound or one less, so that the groups before that of the place are below the bound and
    // those after it are not.
    std::vector<std::size_t> places;
    for (std::int32_t score = 1; score < bins; ++score)
        places.push_back(static_cast<std::size_t>(scale.least_above(score) / 2));
    select_places(values, std::span<const std::size_t>(places));
    std::size_t first = 0, end = 0;  // of the group at the place before
    for (std::size_t i = 0; i < places.size(); ++i) {
        const Value& value = values[places[i]];
        if (places[i] >= end) {
            const auto from = values.begin() + (i == 0 ? 0 : places[i - 1] + 1), to = values.begin() + places[i];
            first = static_cast<std::size_t>(
                from - values.begin() + std::count_if(from, to, [&](const Value& other) { return other < value; }));
            end = end_of_group(std::span<const Value>(values), std::span<const std::size_t>(places).subspan(i));
        }
        cuts.push_back({value, static_cast<std::int64_t>(first + end) - 1 >= scale.least_above(std::ssize(cuts) + 1)});
    }
    return cuts;
}

// Scores by rank, higher for higher values.
template <class Value>
[[nodiscard]] std::vector<std::int32_t> scores_of(std::span<const Value> values, std::int32_t bins)
{
    std::vector<std::int32_t> scores(values.size());
    if (values.empty())
        return scores;
    std::vector<Value> reordered(values.begin(), values.end());
    const auto cuts = cuts_of(std::span(reordered), bins);
    constexpr std::size_t few =
        16;  // with few cuts, to compare with all takes less time than to guess wrong in a search
    std::transform(values.begin(), values.end(), scores.begin(), [&](const Value& value) {
        const auto reached = [&](const Cut<Value>& cut) { return cut.reached_by(value); };
        const auto count = cuts.size() <= few ? std::count_if(cuts.begin(), cuts.end(), reached)
                                              : std::partition_point(cuts.begin(), cuts.end(), reached) - cuts.begin();
        return static_cast<std::int32_t>(1 + count);
    });
    return scores;
}

}  // namespace customer_value::rfm
