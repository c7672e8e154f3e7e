#include "core/rfm/segment.h"

#include "core/common/error.h"

#include <string>

namespace customer_value::rfm {

namespace {

void require_score(const char* argument, std::int32_t score, std::int32_t bins)
{
    if (score >= 1 && score <= bins)
        return;
    constexpr const char* hint =
        "Pass the number of bins of these scores, for example rfm_segment(r, f, m, bins => 10).";
    throw Error(ErrorCode::out_of_range,
                std::string(argument) + " must be between 1 and " + std::to_string(bins) + ": " + std::to_string(score),
                {}, score < 1 ? "" : hint);
}

}  // namespace

Segment segment_of(std::int32_t r, std::int32_t f, std::int32_t m, std::int32_t bins)
{
    require_bins(bins);
    require_score("r", r, bins);
    require_score("f", f, bins);
    require_score("m", m, bins);
    return segment_of(score_of_five(r, bins), score_of_five(f, bins), score_of_five(m, bins));
}

Segment segment_of(std::int32_t r, std::int32_t f, std::int32_t m)
{
    require_score("r", r, 5);
    require_score("f", f, 5);
    require_score("m", m, 5);
    using enum Segment;
    static constexpr Segment map[5][5] = {
        {hibernating, hibernating, at_risk, at_risk, cannot_lose_them},
        {hibernating, hibernating, at_risk, at_risk, cannot_lose_them},
        {about_to_sleep, about_to_sleep, need_attention, loyal, loyal},
        {promising, potential_loyalists, potential_loyalists, loyal, loyal},
        {new_customers, potential_loyalists, potential_loyalists, champions, champions}};
    return map[r - 1][(f + m + 1) / 2 - 1];
}

void require_bins(std::int32_t bins)
{
    if (bins < fewest_bins || bins > most_bins)
        throw Error(ErrorCode::invalid_parameter, "bins must lie between " + std::to_string(fewest_bins) + " and " +
                                                      std::to_string(most_bins) + ": " + std::to_string(bins));
}

}  // namespace customer_value::rfm
