#include "core/common/statistics.h"

#include "core/common/boost_math.h"
#include "core/common/decimal.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <string>

namespace customer_value {

void require_confidence(double confidence)
{
    if (!(confidence > 0 && confidence < 1))
        throw Error(ErrorCode::out_of_range, "confidence must lie between 0 and 1: " + shown(confidence), {},
                    "Pass 0.95 for a 95 % interval.");
}

double two_sided_z(double confidence)
{
    require_confidence(confidence);
    // the upper tail keeps its digits where the confidence is close to 1
    return boost::math::quantile(boost::math::complement(boost::math::normal{}, (1 - confidence) / 2));
}

double two_sided_t(double confidence, double degrees_of_freedom)
{
    require_confidence(confidence);
    return boost::math::quantile(
        boost::math::complement(boost::math::students_t{degrees_of_freedom}, (1 - confidence) / 2));
}

double two_sided_p(double z)
{
    return std::min(1.0, 2 * boost::math::cdf(boost::math::complement(boost::math::normal{}, std::abs(z))));
}

double two_sided_p(double t, double degrees_of_freedom)
{
    return std::min(
        1.0, 2 * boost::math::cdf(boost::math::complement(boost::math::students_t{degrees_of_freedom}, std::abs(t))));
}

ConfidenceInterval wilson(const Proportion& proportion, double z)
{
    const auto n = static_cast<double>(proportion.total);
    const double share = static_cast<double>(proportion.hits) / n;
    const double shrink = 1 + z * z / n;
    const double middle = (share + z * z / (2 * n)) / shrink;
    const double half = z / shrink * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
    // at 0 of n and n of n the bound is exact; rounding must not push it past the end
    return {proportion.hits == 0 ? 0.0 : std::max(0.0, middle - half),
            proportion.hits == proportion.total ? 1.0 : std::min(1.0, middle + half)};
}

}  // namespace customer_value
