#include "core/common/int256.h"
#include "unit/decimals.h"

#include <gtest/gtest.h>

#include <random>

namespace customer_value {
namespace {

using test::BigInteger;

// Numbers of all lengths, above and below 0.
class Numbers {
public:
    Int128 next()
    {
        const auto bits = static_cast<Int128>(random_()) << 64 | random_();
        return bits >> random_() % 128;
    }
    std::int64_t next_factor() { return static_cast<std::int64_t>(random_()) >> random_() % 64; }

private:
    std::mt19937_64 random_{20};
};

BigInteger big(Int128 value) { return BigInteger(shown(value, 0)); }

TEST(Int256, adds_multiplies_and_orders_as_integers_do)
{
    Numbers numbers;
    for (int i = 0; i < 20000; ++i) {
        const Int128 a = numbers.next(), b = numbers.next();
        const std::int64_t p = numbers.next_factor(), q = numbers.next_factor();
        Int256 sum = Int256(a) * p;
        sum += Int256(b) * q;
        const BigInteger expected = big(a) * p + big(b) * q;
        ASSERT_EQ(shown(sum), expected.str());
        ASSERT_EQ(sum < Int256(a), expected < big(a));
        ASSERT_EQ(Int256(a) * p >= Int256(b) * q, big(a) * p >= big(b) * q);
        ASSERT_EQ(static_cast<Int128>(Int256(a)), a);
    }
}

TEST(Int256, divides_numbers_that_are_not_negative)
{
    Numbers numbers;
    for (int i = 0; i < 20000; ++i) {
        const Int128 a = numbers.next();
        const auto divisor = static_cast<std::uint64_t>(numbers.next_factor());
        if (a < 0 || divisor == 0)
            continue;
        Int256 value = Int256(a) * INT64_MAX;
        const BigInteger dividend = big(a) * INT64_MAX;
        ASSERT_EQ(value.divide(divisor), static_cast<std::uint64_t>(dividend % divisor));
        ASSERT_EQ(shown(value), BigInteger(dividend / divisor).str());
    }
}

TEST(Int256, has_the_extremes_of_its_factors)
{
    const Int128 least = -(Int128{1} << 126) * 2;
    EXPECT_EQ(shown(Int256(least) * INT64_MIN), BigInteger(BigInteger(1) << 190).str());
    EXPECT_EQ(shown(Int256()), "0");
    EXPECT_EQ(shown(Int256(-1)), "-1");
}

}  // namespace
}  // namespace customer_value
