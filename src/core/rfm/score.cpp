#include "core/rfm/score.h"

#include "core/rfm/segment.h"

#include <string>

namespace customer_value::rfm {

void CutScore::add(const Decimal& cut)
{
    require_finite("cuts", cut);
    if (cuts_++ > 0 && compare(cut, last_cut_) <= 0)
        throw Error(ErrorCode::invalid_parameter,
                    "cuts must ascend: " + clipped(shown(last_cut_)) + ", " + clipped(shown(cut)));
    last_cut_ = cut;
    const auto order = compare(value_, cut);
    score_ += higher_is_better_ ? order >= 0 : order <= 0;
}

std::size_t find_cuts(std::span<const std::int64_t> times, std::int32_t bins, std::int32_t* places)
{
    require_bins(bins);
    constexpr std::int64_t most = std::int64_t{1} << 50;
    std::int64_t count = 0;
    for (const std::int64_t each : times)
        if (each < 1 || each > most || (count += each) > most)
            throw Error(ErrorCode::out_of_range,
                        "times must be above 0, and less than 2^50 together: " + std::to_string(each));
    if (times.empty())
        return 0;
    const RankScale scale(count, times.front(), times.back(), bins);
    std::size_t reached = 0;
    std::int64_t first = 0, place = 0;
    for (const std::int64_t each : times) {
        ++place;
        const auto score = static_cast<std::size_t>(scale.score_of(first, first + each));
        for (; reached + 1 < score; ++reached)
            places[reached] = static_cast<std::int32_t>(place);
        first += each;
    }
    return reached;
}

void require_cuts(std::int64_t count)
{
    if (count < 1 || count >= most_bins)
        throw Error(ErrorCode::invalid_parameter,
                    "cuts must be 1 to " + std::to_string(most_bins - 1) + " numbers: " + std::to_string(count));
}

}  // namespace customer_value::rfm
