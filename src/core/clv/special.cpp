#include "core/clv/special.h"

#include "core/common/boost_math.h"

#include <boost/math/policies/policy.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/gamma.hpp>

namespace customer_value::clv {

namespace {

// Errors of Boost.Math come out as NaN or infinity, and double is not promoted to long double.
using Quiet = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::pole_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::denorm_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
    boost::math::policies::rounding_error<boost::math::policies::ignore_error>,
    boost::math::policies::indeterminate_result_error<boost::math::policies::ignore_error>,
    boost::math::policies::promote_float<false>, boost::math::policies::promote_double<false>>;

constexpr double few = 32;      // factors that are multiplied out
constexpr double large = 1000;  // from here on Stirling's series has all digits after a few terms
constexpr double overflow_guard = 1e250;

// ln Gamma(z) - ((z - 1/2) ln z - z + ln(2 pi) / 2), for large z.
double stirling_rest(double z) noexcept
{
    const double inverse = 1 / z, square = inverse * inverse;
    return inverse * (1.0 / 12 - square * (1.0 / 360 - square / 1260));
}

// ln z - psi(z), for large z.
double digamma_rest(double z) noexcept
{
    const double inverse = 1 / z, square = inverse * inverse;
    return inverse / 2 + square * (1.0 / 12 - square * (1.0 / 120 - square / 252));
}

}  // namespace

double log_gamma(double z) noexcept { return boost::math::lgamma(z, Quiet()); }
double digamma(double z) noexcept { return boost::math::digamma(z, Quiet()); }

double log_rising(double z, double n) noexcept
{
    if (n <= few && n == std::floor(n)) {
        double product = 1, sum = 0;
        for (double i = 0; i < n; ++i) {
            product *= z + i;
            if (product > overflow_guard || product < 1 / overflow_guard) {
                sum += std::log(product);
                product = 1;
            }
        }
        return sum + std::log(product);
    }
    if (z > large)
        return (z - 0.5) * std::log1p(n / z) + n * (std::log(z + n) - 1) + stirling_rest(z + n) - stirling_rest(z);
    return log_gamma(z + n) - log_gamma(z);
}

double digamma_rising(double z, double n) noexcept
{
    if (n <= few && n == std::floor(n)) {
        double sum = 0;
        for (double i = 0; i < n; ++i)
            sum += 1 / (z + i);
        return sum;
    }
    if (z > large)
        return std::log1p(n / z) - (digamma_rest(z + n) - digamma_rest(z));
    return digamma(z + n) - digamma(z);
}

double purchases_pmf(double n, double shape, double time) noexcept
{
    if (time <= 0)
        return n == 0 ? 1 : 0;
    return std::exp(log_rising(shape, n) - log_factorial(n) - shape * std::log1p(time) - n * std::log1p(1 / time));
}

double purchases_tail(double n, double shape, double time)
{
    if (n <= 0)
        return 1;
    if (time <= 0)
        return 0;
    return boost::math::ibeta(n, shape, time / (1 + time), Quiet());
}

double integral(Integrand f, double from, double to)
{
    if (!(from < to))
        return 0;
    return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(f, from, to, 12, 1e-9);
}

}  // namespace customer_value::clv
