#include "core/golden/golden.h"

#include <algorithm>
#include <string>

namespace customer_value::golden {

void require_share(const char* argument, double share)
{
    if (!(share >= 0 && share <= 1))
        throw Error(ErrorCode::out_of_range, std::string(argument) + " must lie between 0 and 1: " + shown(share), {},
                    "0.8 are the customers who bring the first 80 % of revenue.");
}

void require_share_of_customers(double share)
{
    if (!(share >= 0 && share <= 1))
        throw Error(ErrorCode::out_of_range, "share must be between 0 and 1: " + shown(share), {},
                    "0.2 are the best 20 % of the customers.");
}

void require_cuts(std::span<const double> cuts)
{
    if (cuts.empty() || cuts.size() > most_cuts)
        throw Error(ErrorCode::invalid_parameter,
                    "cuts must be 1 to " + std::to_string(most_cuts) + " numbers: " + std::to_string(cuts.size()));
    for (std::size_t i = 0; i < cuts.size(); ++i) {
        require_share("cuts", cuts[i]);
        if (i > 0 && cuts[i] <= cuts[i - 1])
            throw Error(ErrorCode::invalid_parameter,
                        "cuts must ascend: " + shown(cuts[i - 1]) + ", " + shown(cuts[i]));
    }
}

Int256 ceiling(ShortDecimal share, const Int256& total) noexcept
{
    constexpr std::int32_t most_places = 18;  // of a divisor
    Int256 quotient = total * static_cast<std::int64_t>(share.digits);
    bool exact = true;
    for (std::int32_t left = share.places; left > 0; left -= most_places)
        exact = quotient.divide(static_cast<std::uint64_t>(power_of_ten(std::min(left, most_places)))) == 0 && exact;
    if (!exact)
        quotient += 1;
    return quotient;
}

}  // namespace customer_value::golden
