#include "core/common/decimal.h"

#include "unit/decimals.h"
#include "unit/laws.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <limits>

namespace customer_value::test {
namespace {

constexpr auto least = std::numeric_limits<std::int64_t>::min(), most = std::numeric_limits<std::int64_t>::max();
constexpr auto not_a_number = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();

template <class Float> std::string shortest(Float value) { return std::string(ShortestDecimal(value).text()); }

TEST(Decimal, shows_the_number_that_its_digits_make)
{
    EXPECT_EQ(shown(OwnedDecimal({12, 3400}, 0, 2, false).view()), "12.34");
    EXPECT_EQ(shown(OwnedDecimal({1}, 2, 0, true).view()), "-100000000");
    EXPECT_EQ(shown(OwnedDecimal({50}, -2, 8, false).view()), "0.00000050");
    EXPECT_EQ(shown(OwnedDecimal({}, 0, 0, false).view()), "0");
    EXPECT_EQ(shown(OwnedDecimal({}, 0, 3, false).view()), "0.000");
    for (const char* text : {"0", "7", "10000", "9999", "0.1", "0.0001", "0.00001", "-0.00001", "1.50",
                             "-123456789.123456789", "100000000000000000000", "10000.00010000"})
        EXPECT_EQ(shown(OwnedDecimal(text).view()), text);
}

TEST(Decimal, shows_any_text_that_it_was_made_from)
{
    Random random(1);
    for (int round = 0; round < 2000; ++round) {
        auto text = random_decimal(random, 60, 60);
        const bool negative = text.starts_with('-');
        text.erase(0, negative ? 1 : 0);
        text.erase(0, std::min(text.find_first_not_of('0'), text.size()));
        if (text.empty() || text.front() == '.')
            text.insert(0, 1, '0');
        if (negative && text.find_first_not_of("0.") != std::string::npos)
            text.insert(0, 1, '-');
        EXPECT_EQ(shown(OwnedDecimal(text).view()), text);
    }
}

TEST(Decimal, has_one_text_for_each_value)
{
    const auto text_of = [](const OwnedDecimal& value) {
        std::string text(value_text_size(value), '?');
        text.resize(value_text(value, text.data()).size());
        return text;
    };
    for (const auto& [value, text] : {std::pair("1.00", "1"),
                                      {"100", "100"},
                                      {"10000", "10000"},
                                      {"0.000", "0"},
                                      {"-0.00", "0"},
                                      {"-0.50", "-0.5"},
                                      {"0.00000000010", "0.0000000001"},
                                      {"123456789012345678901234567890.120", "123456789012345678901234567890.12"}})
        EXPECT_EQ(text_of(OwnedDecimal(value)), text);
    Random random(2);
    for (int round = 0; round < 2000; ++round) {
        const OwnedDecimal value(random_decimal(random, 60, 60));
        std::string expected = shown(value.view());
        if (expected.find('.') != std::string::npos) {
            expected.erase(expected.find_last_not_of('0') + 1);
            if (expected.back() == '.')
                expected.pop_back();
        }
        EXPECT_EQ(text_of(value), expected);
    }
}

TEST(Decimal, names_what_is_not_a_number)
{
    EXPECT_EQ(shown(special(Decimal::Kind::not_a_number)), "NaN");
    EXPECT_EQ(shown(special(Decimal::Kind::plus_infinity)), "Infinity");
    EXPECT_EQ(shown(special(Decimal::Kind::minus_infinity)), "-Infinity");
    EXPECT_EQ(shown(not_a_number), "NaN");
    EXPECT_EQ(shown(infinity), "Infinity");
    EXPECT_EQ(shown(-infinity), "-Infinity");
    EXPECT_EQ(shown(-0.1), "-0.1");
    EXPECT_EQ(shown(std::numeric_limits<double>::lowest()), "-1.7976931348623157e+308");
}

TEST(Decimal, refuses_what_is_not_finite_and_says_what_and_where)
{
    for (const auto kind : {Decimal::Kind::not_a_number, Decimal::Kind::plus_infinity, Decimal::Kind::minus_infinity})
        EXPECT_ERROR(out_of_range, (require_finite("amount", special(kind)), 0));
    for (const double value : {not_a_number, infinity, -infinity}) {
        EXPECT_ERROR(out_of_range, (require_finite("amount", value), 0));
        EXPECT_ERROR(out_of_range, (require_finite("amount", static_cast<float>(value)), 0));
    }
    EXPECT_NO_THROW(require_finite("amount", OwnedDecimal("1").view()));
    EXPECT_NO_THROW(require_finite("amount", std::numeric_limits<double>::max()));
    EXPECT_NO_THROW(require_finite("amount", most));
    try {
        require_finite("price", -infinity);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.message(), "price must be a finite number: -Infinity");
    }
}

TEST(Decimal, is_compared_by_value_whatever_the_scale_shown)
{
    const auto compared = [](const char* left, const char* right) {
        return compare(OwnedDecimal(left), OwnedDecimal(right));
    };
    EXPECT_EQ(compared("1.50", "1.5"), std::strong_ordering::equal);
    EXPECT_EQ(compared("0", "0.000"), std::strong_ordering::equal);
    EXPECT_EQ(compared("10000", "9999.9999"), std::strong_ordering::greater);
    EXPECT_EQ(compared("-10000", "-9999.9999"), std::strong_ordering::less);
    EXPECT_EQ(compared("-1", "0"), std::strong_ordering::less);
    EXPECT_EQ(compared("0.00000001", "0"), std::strong_ordering::greater);
    EXPECT_EQ(compared("-3", "2"), std::strong_ordering::less);
    EXPECT_EQ(compared("1.00000001", "1"), std::strong_ordering::greater);
    EXPECT_EQ(compared("100000000", "1"), std::strong_ordering::greater);
}

TEST(Decimal, is_compared_as_whole_numbers_are)
{
    Random random(2);
    for (int round = 0; round < 5000; ++round) {
        const auto left = random_decimal(random, 9, 9), right = round % 3 == 0
                                                                    ? left + (left.find('.') == left.npos ? ".0" : "00")
                                                                    : random_decimal(random, 9, 9);
        const auto expected = scaled(left, 20).compare(scaled(right, 20)) <=> 0;
        EXPECT_EQ(compare(OwnedDecimal(left), OwnedDecimal(right)), expected) << left << " " << right;
    }
}

TEST(IntegerDecimal, holds_every_integer_to_both_ends)
{
    Random random(3);
    std::vector<std::int64_t> values{0,        1,         -1,    9999,      10000, -10000,
                                     99999999, 100000000, least, least + 1, most,  most - 1};
    for (int i = 0; i < 1000; ++i)
        values.push_back(static_cast<std::int64_t>(random() >> random() % 64) * (random() % 2 == 0 ? 1 : -1));
    for (const std::int64_t value : values) {
        const IntegerDecimal decimal(value);
        EXPECT_EQ(shown(decimal.view()), std::to_string(value));
        EXPECT_EQ(scaled(decimal.view(), 0), BigInteger(value));
        EXPECT_EQ(decimal.view().scale, 0);
        EXPECT_EQ(decimal.view().zero(), value == 0);
    }
}

TEST(IntegerDecimal, of_zero_equals_any_zero)
{
    EXPECT_EQ(compare(IntegerDecimal(0).view(), OwnedDecimal("0.00")), std::strong_ordering::equal);
    EXPECT_EQ(compare(IntegerDecimal(10000).view(), OwnedDecimal("10000.0")), std::strong_ordering::equal);
}

TEST(ShortestDecimal, is_the_number_that_a_person_wrote)
{
    EXPECT_EQ(shortest(0.1), "0.1");
    EXPECT_EQ(shortest(0.1f), "0.1");
    EXPECT_EQ(shortest(-19.99), "-19.99");
    EXPECT_EQ(shortest(0.0), "0");
    EXPECT_EQ(shortest(1e15), "1000000000000000");
    EXPECT_EQ(shortest(1e-7), "0.0000001");
    EXPECT_EQ(shortest(16777216.0f), "16777216");
}

TEST(ShortestDecimal, has_no_more_digits_than_postgresql_prints)
{
    EXPECT_EQ(shortest(1e22), "1" + std::string(22, '0'));
    EXPECT_EQ(shortest(1e23), "1" + std::string(23, '0'));
    EXPECT_EQ(shortest(-1.5e300), "-15" + std::string(299, '0'));
    EXPECT_EQ(shortest(1e10f), "1" + std::string(10, '0'));
}

TEST(ShortestDecimal, has_room_for_the_largest_and_the_smallest)
{
    constexpr auto limits = std::numeric_limits<double>{};
    EXPECT_EQ(shortest(limits.max()).size(), 309u);
    EXPECT_EQ(shortest(limits.lowest()).size(), 310u);
    EXPECT_EQ(shortest(limits.denorm_min()), "0." + std::string(323, '0') + "5");
    EXPECT_LE(shortest(-limits.min()).size(), 400u);
    EXPECT_LE(shortest(-std::bit_cast<double>(std::uint64_t{0x000fffffffffffff})).size(), 400u);
    EXPECT_EQ(shortest(std::numeric_limits<float>::max()).size(), 39u);
}

TEST(ShortestDecimal, reads_back_as_the_same_number)
{
    Random random(4);
    for (int round = 0; round < 20000; ++round) {
        const auto value = std::bit_cast<double>(random());
        if (!std::isfinite(value))
            continue;
        const auto text = shortest(value);
        EXPECT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
        EXPECT_TRUE(DecimalText::parsed(text)) << text;
        const auto narrow = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
        if (std::isfinite(narrow)) {
            EXPECT_EQ(std::strtof(shortest(narrow).c_str(), nullptr), narrow) << shortest(narrow);
        }
    }
}

TEST(DecimalText, is_taken_apart_into_sign_whole_and_fraction)
{
    const auto parts = *DecimalText::parsed("-0012.340");
    EXPECT_TRUE(parts.negative);
    EXPECT_EQ(parts.whole, "0012");
    EXPECT_EQ(parts.fraction, "340");
    EXPECT_FALSE(DecimalText::parsed("0")->negative);
    EXPECT_EQ(DecimalText::parsed("7")->fraction, "");
    const std::string long_number(5000, '9');
    EXPECT_EQ(DecimalText::parsed(long_number)->whole.size(), 5000u);
}

TEST(DecimalText, refuses_every_other_form)
{
    for (const char* text : {"",   "-",  "+1",  "--1", ".",   ".5",       "5.", "-.5",  "1.2.3",    "1,2",
                             " 1", "1 ", "1e5", "0x1", "NaN", "Infinity", "1-", "1.-2", "\xD9\xA1", "1\n"})
        EXPECT_FALSE(DecimalText::parsed(text)) << text;
    EXPECT_FALSE(DecimalText::parsed(std::string_view("1\0", 2)));
    EXPECT_FALSE(DecimalText::parsed(std::string(100000, 'x')));
}

}  // namespace
}  // namespace customer_value::test
