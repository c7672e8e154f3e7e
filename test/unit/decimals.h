// Decimals for tests: made from a plain text as PostgreSQL would make them, and whole numbers without limits to check
// sums against.
#pragma once

#include "core/common/decimal.h"

#include <boost/multiprecision/cpp_int.hpp>

#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace customer_value::test {

using BigInteger = boost::multiprecision::cpp_int;
using Random = std::mt19937_64;

// A whole number from `least` to `most`.
inline int between(Random& random, int least, int most)
{
    return least + static_cast<int>(random() % static_cast<std::uint64_t>(most - least + 1));
}

inline std::string random_digits(Random& random, int count)
{
    std::string digits;
    while (count-- > 0)
        digits += static_cast<char>('0' + between(random, 0, 9));
    return digits;
}

// A decimal that owns its digits, at an odd address.
class OwnedDecimal {
public:
    // Digits of base 10000, the most significant first.
    OwnedDecimal(std::vector<std::int16_t> digits, std::int32_t weight, std::int32_t scale, bool negative)
        : bytes_(1 + 2 * digits.size()),
          digit_count_(static_cast<std::int32_t>(digits.size())),
          weight_(weight),
          scale_(scale),
          negative_(negative)
    {
        if (!digits.empty())
            std::memcpy(bytes_.data() + 1, digits.data(), 2 * digits.size());
    }
    // [-]digits[.digits]; groups of zeros at both ends are not kept.
    explicit OwnedDecimal(std::string_view text) : OwnedDecimal(parsed(text)) {}

    [[nodiscard]] Decimal view() const
    {
        return {bytes_.data() + 1, digit_count_, weight_, scale_, negative_, Decimal::Kind::finite};
    }
    operator Decimal() const { return view(); }  // NOLINT: a decimal by another name

private:
    static OwnedDecimal parsed(std::string_view text)
    {
        const bool negative = text.starts_with('-');
        text.remove_prefix(negative ? 1 : 0);
        const auto point = std::min(text.find('.'), text.size());
        std::string whole(text.substr(0, point)), fraction(text.substr(std::min(point + 1, text.size())));
        const auto scale = static_cast<std::int32_t>(fraction.size());
        whole.insert(0, (4 - whole.size() % 4) % 4, '0');
        fraction.append((4 - fraction.size() % 4) % 4, '0');
        auto weight = static_cast<std::int32_t>(whole.size() / 4) - 1;
        std::vector<std::int16_t> digits;
        const std::string all = whole + fraction;
        for (std::size_t i = 0; i < all.size(); i += 4)
            digits.push_back(static_cast<std::int16_t>(std::stoi(all.substr(i, 4))));
        while (!digits.empty() && digits.back() == 0)
            digits.pop_back();
        while (!digits.empty() && digits.front() == 0) {
            digits.erase(digits.begin());
            --weight;
        }
        if (digits.empty())
            return {{}, 0, scale, false};
        return {digits, weight, scale, negative};
    }

    std::vector<unsigned char> bytes_;
    std::int32_t digit_count_, weight_, scale_;
    bool negative_;
};

inline Decimal special(Decimal::Kind kind)
{
    Decimal value;
    value.kind = kind;
    return value;
}

// A random [-]digits[.digits] of up to so many digits on each side of the point.
inline std::string random_decimal(Random& random, int most_whole, int most_fraction)
{
    const int fraction = between(random, 0, most_fraction);
    const std::string text = random_digits(random, between(random, 1, most_whole)) +
                             (fraction > 0 ? "." + random_digits(random, fraction) : "");
    return random() % 2 == 0 ? text : "-" + text;
}

// The value of a plain decimal text, or of a decimal, times 10^places; it has no more than so many decimal places.
inline BigInteger scaled(std::string_view text, int places)
{
    const bool negative = text.starts_with('-');
    BigInteger value = 0;
    bool behind_point = false;
    for (const char c : text.substr(negative ? 1 : 0)) {
        if (c == '.') {
            behind_point = true;
            continue;
        }
        value = value * 10 + (c - '0');
        places -= behind_point ? 1 : 0;
    }
    value *= boost::multiprecision::pow(BigInteger(10), static_cast<unsigned>(places));
    return negative ? -value : value;
}

inline BigInteger scaled(const Decimal& decimal, int places)
{
    BigInteger value = 0;
    for (std::int32_t i = 0; i < decimal.digit_count; ++i)
        value = value * 10000 + decimal.digit(i);
    const std::int32_t exponent = 4 * (decimal.weight - decimal.digit_count + 1) + places;
    if (decimal.digit_count > 0)
        value *= boost::multiprecision::pow(BigInteger(10), static_cast<unsigned>(exponent));
    return decimal.negative ? -value : value;
}

}  // namespace customer_value::test
