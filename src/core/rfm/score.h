// RFM scores by rank and by thresholds of one's own.
#pragma once

#include "core/common/decimal.h"

#include <cstdint>

namespace customer_value::rfm {

// 1 + floor(bins * worse / count): `worse` of `count` values are strictly worse. Equal values share the score, the best
// of them never passes bins.
[[nodiscard]] constexpr std::int32_t score_of(std::int64_t worse, std::int64_t count, std::int32_t bins) noexcept
{
    return static_cast<std::int32_t>(1 + bins * worse / count);
}

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

// Throws invalid_parameter where there are none or too many to make a score of.
void require_cuts(std::int64_t count);

}  // namespace customer_value::rfm
