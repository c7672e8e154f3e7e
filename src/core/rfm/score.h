// RFM scores by rank and by thresholds of one's own.
#pragma once

#include "core/common/decimal.h"

#include <cstdint>
#include <span>

namespace customer_value::rfm {

// Scores from 1 to `bins` by rank. Equal values share the mean m of their ranks, and the ranks are stretched: with the
// mean rank a of the lowest group of equals and b of the highest,
//
//     score = 1 + floor(bins (m - a) / (b - a)), at most bins
//
// so that the lowest group scores 1 and the highest `bins`. Where all values are equal, they score the middle,
// (bins + 1) / 2 rounded up. Mean ranks are kept doubled, which makes them whole.
class RankScale {
public:
    // For `count` values, one at least: the lowest group has `lowest` of them, the highest `highest`.
    constexpr RankScale(std::int64_t count, std::int64_t lowest, std::int64_t highest, std::int32_t bins) noexcept
        : least_(lowest - 1), range_(2 * count - highest - lowest), bins_(bins)
    {
    }
    [[nodiscard]] constexpr bool all_are_equal() const noexcept { return range_ == 0; }
    [[nodiscard]] constexpr std::int32_t middle() const noexcept { return static_cast<std::int32_t>(bins_ / 2 + 1); }
    // The score of a group of equals at the places first <= place < end from the lowest value up.
    [[nodiscard]] constexpr std::int32_t score_of(std::int64_t first, std::int64_t end) const noexcept
    {
        if (all_are_equal())
            return middle();
        const std::int64_t score = 1 + bins_ * (first + end - 1 - least_) / range_;
        return static_cast<std::int32_t>(score < bins_ ? score : bins_);
    }
    // The least first + end - 1 of a group that scores more than `score`, which is less than bins.
    [[nodiscard]] constexpr std::int64_t least_above(std::int64_t score) const noexcept
    {
        return least_ + (score * range_ + bins_ - 1) / bins_;
    }

private:
    std::int64_t least_, range_, bins_;
};

// Reads cuts one after the other and scores a value by them: 1, and one more for each cut that it reaches, which is to
// be at it or on its better side. Throws invalid_parameter where the cuts do not ascend, out_of_range for one that is
// not finite.
class CutScore {
public:
    CutScore(const Decimal& value, bool higher_is_better) noexcept : value_(value), higher_is_better_(higher_is_better)
    {
    }
    void add(const Decimal& cut);
    [[nodiscard]] std::int32_t score() const noexcept { return score_; }

private:
    Decimal value_, last_cut_;
    std::int32_t cuts_ = 0, score_ = 1;
    bool higher_is_better_;
};

// Values from the least up, each so many times: the places, from 1, of those that are the first to reach the scores 2, 3
// and so on, written to `places`, which has room for most_bins; how many scores are reached. Throws invalid_parameter
// for other numbers of bins, out_of_range where times are not positive, or too many.
[[nodiscard]] std::size_t find_cuts(std::span<const std::int64_t> times, std::int32_t bins, std::int32_t* places);

// Throws invalid_parameter where there are none or too many to make a score of.
void require_cuts(std::int64_t count);

}  // namespace customer_value::rfm
