#include "core/common/mantissa.h"

#include "unit/decimals.h"
#include "unit/laws.h"

#include <gtest/gtest.h>

namespace customer_value::test {
namespace {

const std::string nines(38, '9');

TEST(Mantissa, is_the_decimal_at_its_own_scale)
{
    EXPECT_TRUE(mantissa(OwnedDecimal("12.340").view()) == 12340);
    EXPECT_TRUE(mantissa(OwnedDecimal("-0.00001").view()) == -1);
    EXPECT_TRUE(mantissa(OwnedDecimal("0.000").view()) == 0);
    EXPECT_TRUE(mantissa(OwnedDecimal("100000000").view()) == 100000000);
    EXPECT_TRUE(mantissa(*DecimalText::parsed("-12.340")) == -12340);
    EXPECT_TRUE(mantissa(*DecimalText::parsed("0000000000000000000000000000000000000000000000001")) == 1);
}

TEST(Mantissa, of_a_decimal_and_of_its_text_are_the_same)
{
    Random random(41);
    for (int round = 0; round < 5000; ++round) {
        const auto text = random_decimal(random, between(random, 1, 30), between(random, 0, 30));
        const auto places = text.find('.') == text.npos ? 0 : static_cast<int>(text.size() - text.find('.') - 1);
        const BigInteger expected = scaled(text, places);
        const auto from_digits = mantissa(OwnedDecimal(text).view()), from_text = mantissa(*DecimalText::parsed(text));
        const bool fits = boost::multiprecision::abs(expected) < boost::multiprecision::pow(BigInteger(10), 38);
        ASSERT_EQ(from_digits.has_value(), fits) << text;
        ASSERT_EQ(from_text.has_value(), fits) << text;
        if (fits) {
            EXPECT_EQ(BigInteger(*from_digits), expected) << text;
            EXPECT_EQ(BigInteger(*from_text), expected) << text;
            EXPECT_EQ(scaled(shown(*from_digits, places), places), expected) << text;
        }
    }
}

TEST(Mantissa, has_at_most_38_digits)
{
    for (const std::string& text :
         {nines, "-" + nines, "0." + nines, "9." + nines.substr(1), nines.substr(2) + ".99"}) {
        EXPECT_TRUE(mantissa(OwnedDecimal(text).view()).has_value()) << text;
        EXPECT_TRUE(mantissa(*DecimalText::parsed(text)).has_value()) << text;
    }
    for (const std::string& text : {"1" + std::string(38, '0'), "-1" + std::string(38, '0'), nines + ".0",
                                    "1." + std::string(38, '0'), nines + nines}) {
        EXPECT_FALSE(mantissa(OwnedDecimal(text).view()).has_value()) << text;
        EXPECT_FALSE(mantissa(*DecimalText::parsed(text)).has_value()) << text;
    }
    EXPECT_FALSE(mantissa(OwnedDecimal({1}, 32767, 0, false).view()).has_value());
}

TEST(Mantissa, is_scaled_up_while_it_has_room)
{
    EXPECT_TRUE(scaled_up(-5, 2) == -500);
    EXPECT_TRUE(scaled_up(7, 0) == 7);
    EXPECT_TRUE(scaled_up(0, 16383) == 0);
    EXPECT_TRUE(scaled_up(9, 37) == 9 * power_of_ten(37));
    EXPECT_TRUE(scaled_up(mantissa_limit - 1, 0) == mantissa_limit - 1);
    EXPECT_FALSE(scaled_up(10, 37).has_value());
    EXPECT_FALSE(scaled_up(-10, 37).has_value());
    EXPECT_FALSE(scaled_up(1, 38).has_value());
    EXPECT_FALSE(scaled_up(1, 16383).has_value());
    EXPECT_FALSE(scaled_up(mantissa_limit, 0).has_value());
    EXPECT_FALSE(scaled_up(-mantissa_limit, 0).has_value());
}

TEST(Mantissa, is_shown_with_all_its_places)
{
    EXPECT_EQ(shown(Int128{12340}, 3), "12.340");
    EXPECT_EQ(shown(Int128{-1}, 5), "-0.00001");
    EXPECT_EQ(shown(Int128{0}, 0), "0");
    EXPECT_EQ(shown(Int128{0}, 2), "0.00");
    EXPECT_EQ(shown(mantissa_limit - 1, 0), nines);
    EXPECT_EQ(shown(-(mantissa_limit - 1), 38), "-0." + nines);
    EXPECT_EQ(shown(Int128{1}, 100), "0." + std::string(99, '0') + "1");
}

}  // namespace
}  // namespace customer_value::test
