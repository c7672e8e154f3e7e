#include "core/golden/golden.h"

#include <string>

namespace customer_value::golden {

void require_share(const char* argument, double share)
{
    if (!(share >= 0 && share <= 1))
        throw Error(ErrorCode::out_of_range, std::string(argument) + " must lie between 0 and 1: " + shown(share), {},
                    "0.8 are the customers who bring the first 80 % of revenue.");
}

void require_cuts(std::span<const double> cuts)
{
    if (cuts.empty() || cuts.size() > most_cuts)
        throw Error(ErrorCode::invalid_parameter,
                    "cuts must be 1 to " + std::to_string(most_cuts) + " numbers: " + std::to_string(cuts.size()));
    for (std::size_t i = 0; i < cuts.size(); ++i) {
        require_share("cuts", cuts[i]);
        if (i > 0 && cuts[i] <= cuts[i - 1])
            throw Error(ErrorCode::invalid_parameter, "cuts must ascend: " + shown(cuts[i - 1]) + ", " + shown(cuts[i]));
    }
}

Int256 ceiling(ShortDecimal share, const Int256& total)
{
    constexpr std::int32_t most_places = 76;  // 10^76 < 2^255, and above any product
    const Int256 product = total * share.digits;
    if (share.places > most_places)
        return product == 0 ? 0 : 1;
    const Int256 unit = boost::multiprecision::pow(Int256(10), static_cast<unsigned>(share.places));
    const Int256 whole = product / unit;
    return whole * unit == product ? whole : whole + 1;
}

}  // namespace customer_value::golden
