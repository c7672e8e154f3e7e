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

void require_cuts(std::int64_t count)
{
    if (count < 1 || count >= most_bins)
        throw Error(ErrorCode::invalid_parameter,
                    "cuts must be 1 to " + std::to_string(most_bins - 1) + " numbers: " + std::to_string(count));
}

}  // namespace customer_value::rfm
