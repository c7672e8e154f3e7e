// A signed decimal of at most 38 digits as a 128-bit integer at a scale that the owner keeps once for many of them.
#pragma once

#include "core/common/decimal.h"

#include <algorithm>
#include <compare>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace customer_value {

__extension__ using Int128 = __int128;

inline constexpr int mantissa_digits = 38;

inline constexpr Int128 power_of_ten(int exponent) noexcept
{
    Int128 power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

inline constexpr Int128 mantissa_limit = power_of_ten(mantissa_digits);  // exclusive

// value * 10^places; nothing where it passes 38 digits.
[[nodiscard]] inline std::optional<Int128> scaled_up(Int128 value, int places) noexcept
{
    if (value == 0)
        return 0;
    if (places > mantissa_digits)
        return std::nullopt;
    const Int128 limit = mantissa_limit / power_of_ten(places);
    if (value >= limit || value <= -limit)
        return std::nullopt;
    return value * power_of_ten(places);
}

// The decimal as an integer at its own scale; nothing where it passes 38 digits.
[[nodiscard]] inline std::optional<Int128> mantissa(const Decimal& value) noexcept
{
    Int128 whole = 0;
    const auto append = [&whole](std::int64_t base, std::int64_t digit) {
        if (whole > (mantissa_limit - 1 - digit) / base)
            return false;
        whole = whole * base + digit;
        return true;
    };
    for (std::int32_t position = value.weight; position >= 0; --position)
        if (!append(10000, value.at(position)))
            return std::nullopt;
    std::int32_t places = value.scale;
    for (std::int32_t position = -1; places > 0; --position) {
        const std::int32_t taken = std::min(places, 4);
        constexpr std::int64_t powers[] = {1, 10, 100, 1000, 10000};
        if (!append(powers[taken], value.at(position) / powers[4 - taken]))
            return std::nullopt;
        places -= taken;
    }
    return value.negative ? -whole : whole;
}

[[nodiscard]] std::optional<Int128> mantissa(const DecimalText& value) noexcept;

// A 128-bit integer in memory that is aligned to 8 bytes.
struct PackedInt128 {
    std::uint64_t low;
    std::int64_t high;

    PackedInt128() = default;
    PackedInt128(Int128 value) noexcept
        : low(static_cast<std::uint64_t>(value)), high(static_cast<std::int64_t>(value >> 64))
    {
    }
    operator Int128() const noexcept { return static_cast<Int128>(high) * (static_cast<Int128>(1) << 64) + low; }
};

// mantissa / 10^scale.
struct ScaledNumber {
    PackedInt128 mantissa;
    std::int32_t scale;
};

// A row's number, at its own scale; a floating-point number is the decimal that is printed for it. Throws out_of_range
// where it is not finite or has more than 38 digits.
template <class Number> [[nodiscard]] ScaledNumber scaled_number(std::string_view argument, const Number& number)
{
    require_finite(argument, number);
    const auto fitting = [&](std::optional<Int128> value) {
        if (!value) [[unlikely]]
            throw Error(ErrorCode::out_of_range,
                        joined({argument, " has more than 38 digits: ", clipped(shown(number))}));
        return *value;
    };
    if constexpr (std::integral<Number>) {
        return {static_cast<Int128>(number), 0};
    } else if constexpr (std::floating_point<Number>) {
        const ShortestDecimal shortest(number);
        const auto parts = *DecimalText::parsed(shortest.text());
        return {fitting(mantissa(parts)), static_cast<std::int32_t>(parts.fraction.size())};
    } else {
        return {fitting(mantissa(number)), number.scale};
    }
}

// Order by value. Where one cannot be brought to the scale of the other within 38 digits, it is further from zero.
[[nodiscard]] inline std::strong_ordering compare(const ScaledNumber& left, const ScaledNumber& right) noexcept
{
    const std::int32_t scale = std::max(left.scale, right.scale);
    const auto l = scaled_up(left.mantissa, scale - left.scale), r = scaled_up(right.mantissa, scale - right.scale);
    if (l && r)
        return *l < *r   ? std::strong_ordering::less
               : *l > *r ? std::strong_ordering::greater
                         : std::strong_ordering::equal;
    return (l ? right.mantissa < 0 : left.mantissa > 0) ? std::strong_ordering::greater : std::strong_ordering::less;
}

// The plain decimal text of value / 10^scale.
[[nodiscard]] std::string shown(Int128 value, int scale);

}  // namespace customer_value
