#include "core/common/float_decimal.h"
#include "core/common/short_decimal.h"

#include "unit/decimals.h"

#include <gtest/gtest.h>

#include <limits>

namespace customer_value::test {
namespace {

TEST(ShortDecimal, is_what_is_printed)
{
    const auto parts = [](double value) {
        const ShortDecimal number(value);
        return std::pair(number.digits, number.places);
    };
    EXPECT_EQ(parts(0.8), std::pair(std::uint64_t{8}, 1));
    EXPECT_EQ(parts(0), std::pair(std::uint64_t{0}, 0));
    EXPECT_EQ(parts(1), std::pair(std::uint64_t{1}, 0));
    EXPECT_EQ(parts(1e22), std::pair(std::uint64_t{1}, -22));
    EXPECT_EQ(parts(0.1 + 0.2), std::pair(std::uint64_t{30000000000000004}, 17));
    EXPECT_EQ(ShortDecimal(0.1F).digits, 1U);
}

TEST(FloatDecimal, has_the_value_of_the_shortest_text)
{
    constexpr int places = 400;
    Random random(20240229);
    std::vector<double> values{0.0,
                               -0.0,
                               1,
                               -1,
                               0.1,
                               1e4,
                               9999,
                               10000,
                               12345.678,
                               1e15,
                               1e16,
                               1e22,
                               1e300,
                               123e-7,
                               std::numeric_limits<double>::max(),
                               std::numeric_limits<double>::denorm_min()};
    for (int i = 0; i < 20000; ++i)
        if (const auto value = std::bit_cast<double>(random()); std::isfinite(value))
            values.push_back(value);
    for (int exponent = -300; exponent < 300; ++exponent)
        values.push_back(std::pow(10.0, exponent) * (1 + static_cast<double>(random() % 9999)));
    for (const double value : values) {
        const FloatDecimal decimal(value);
        EXPECT_EQ(scaled(decimal.view(), places), scaled(ShortestDecimal(value).text(), places)) << value;
        for (std::int32_t i = 0; i < decimal.view().digit_count; ++i)
            EXPECT_TRUE(decimal.view().digit(i) >= 0 && decimal.view().digit(i) < 10000);
    }
}

}  // namespace
}  // namespace customer_value::test
