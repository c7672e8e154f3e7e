#include "core/clv/legendre.h"

#include <boost/math/quadrature/gauss.hpp>
#include <gtest/gtest.h>

#include <cmath>

namespace customer_value::clv {
namespace {

template <unsigned count> void compare_with_boost(const LegendreRule& rule)
{
    using Gauss = boost::math::quadrature::gauss<double, count>;
    ASSERT_EQ(rule.count, count);
    for (std::size_t i = 0; i < count; ++i) {
        const double node = Gauss::abscissa()[i / 2], weight = Gauss::weights()[i / 2];
        EXPECT_DOUBLE_EQ(rule.at[i], (i % 2 == 0 ? 1 - node : 1 + node) / 2) << i;
        EXPECT_DOUBLE_EQ(rule.log_weight[i], std::log(weight / 2)) << i;
    }
}

TEST(LegendreRule, is_that_of_boost)
{
    compare_with_boost<8>(legendre_8);
    compare_with_boost<16>(legendre_16);
}

TEST(LegendreRule, integrates_polynomials_exactly)
{
    for (const LegendreRule* rule : {&legendre_8, &legendre_16})
        for (std::size_t degree = 0; degree < 2 * rule->count; ++degree) {
            double integral = 0;
            for (std::size_t i = 0; i < rule->count; ++i)
                integral += std::exp(rule->log_weight[i]) * std::pow(rule->at[i], degree);
            EXPECT_NEAR(integral, 1.0 / static_cast<double>(degree + 1), 1e-15) << rule->count << ' ' << degree;
        }
}

}  // namespace
}  // namespace customer_value::clv
