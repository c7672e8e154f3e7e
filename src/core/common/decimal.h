// Exact decimal numbers as PostgreSQL keeps them, seen without a copy: base-10000 digits, most significant first.
// Value = sign * sum(digit[i] * 10000^(weight - i)); `scale` is the number of decimal places shown.
#pragma once

#include "core/common/error.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <compare>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace customer_value {

struct Decimal {
    enum class Kind : std::uint8_t { finite, not_a_number, plus_infinity, minus_infinity };

    const unsigned char* digits = nullptr;  // 16-bit digits in native order, perhaps unaligned
    std::int32_t digit_count = 0;
    std::int32_t weight = 0;
    std::int32_t scale = 0;
    bool negative = false;
    Kind kind = Kind::finite;

    [[nodiscard]] std::int16_t digit(std::int32_t index) const noexcept
    {
        std::int16_t value;
        std::memcpy(&value, digits + 2 * index, sizeof value);
        return value;
    }
    [[nodiscard]] bool zero() const noexcept { return digit_count == 0; }
    // The digit at 10000^position, 0 outside the digits that are kept.
    [[nodiscard]] std::int16_t at(std::int32_t position) const noexcept
    {
        const std::int32_t index = weight - position;
        return index >= 0 && index < digit_count ? digit(index) : std::int16_t{0};
    }
};

[[nodiscard]] constexpr std::string_view name_of(Decimal::Kind kind) noexcept
{
    return kind == Decimal::Kind::not_a_number     ? "NaN"
           : kind == Decimal::Kind::plus_infinity  ? "Infinity"
           : kind == Decimal::Kind::minus_infinity ? "-Infinity"
                                                   : "a number";
}

// The name of a number that is not finite.
[[nodiscard]] inline std::string_view name_of(double value) noexcept
{
    return std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

// A number as a message shows it.
template <std::integral Integer> [[nodiscard]] std::string shown(Integer value) { return std::to_string(value); }

template <std::floating_point Float> [[nodiscard]] std::string shown(Float value)
{
    if (!std::isfinite(value))
        return std::string(name_of(value));
    std::array<char, 32> text;
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

[[nodiscard]] std::string shown(const Decimal& value);

// A finite decimal as plain text, without zeros at the end of its fraction: equal values have equal texts. Writes at
// most value_text_size(value) bytes.
[[nodiscard]] std::size_t value_text_size(const Decimal& value) noexcept;
std::string_view value_text(const Decimal& value, char* into) noexcept;

// Throws out_of_range; the value is shown.
[[noreturn, gnu::cold]] void throw_not_finite(std::string_view argument, std::string_view value);

// Throws out_of_range for NaN and the infinities.
inline void require_finite(std::string_view argument, const Decimal& value)
{
    if (value.kind == Decimal::Kind::finite) [[likely]]
        return;
    throw_not_finite(argument, name_of(value.kind));
}

template <std::floating_point Float> void require_finite(std::string_view argument, Float value)
{
    if (std::isfinite(value)) [[likely]]
        return;
    throw_not_finite(argument, name_of(value));
}

template <std::integral Integer> void require_finite(std::string_view, Integer) noexcept {}

// Order of two finite decimals by value; the shown scale does not matter.
[[nodiscard]] inline std::strong_ordering compare(const Decimal& left, const Decimal& right) noexcept
{
    const int left_sign = left.zero() ? 0 : left.negative ? -1 : 1;
    const int right_sign = right.zero() ? 0 : right.negative ? -1 : 1;
    if (left_sign != right_sign || left_sign == 0)
        return left_sign <=> right_sign;
    const std::int32_t top = std::max(left.weight, right.weight);
    const std::int32_t bottom = std::min(left.weight - left.digit_count, right.weight - right.digit_count);
    for (std::int32_t position = top; position > bottom; --position)
        if (left.at(position) != right.at(position))
            return (left.at(position) < right.at(position)) == (left_sign > 0) ? std::strong_ordering::less
                                                                               : std::strong_ordering::greater;
    return std::strong_ordering::equal;
}

// An integer as a Decimal of scale 0, with room for its digits.
class IntegerDecimal {
public:
    explicit IntegerDecimal(std::int64_t value) noexcept
    {
        auto rest =
            value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
        std::int32_t first = static_cast<std::int32_t>(digits_.size());
        for (; rest != 0; rest /= 10000)
            digits_[static_cast<std::size_t>(--first)] = static_cast<std::int16_t>(rest % 10000);
        first_ = first;
        negative_ = value < 0;
    }
    [[nodiscard]] Decimal view() const noexcept
    {
        const auto count = static_cast<std::int32_t>(digits_.size()) - first_;
        return {reinterpret_cast<const unsigned char*>(digits_.data() + first_),
                count,
                count - 1,
                0,
                negative_,
                Decimal::Kind::finite};
    }

private:
    std::array<std::int16_t, 5> digits_;  // 10^20 > 2^63
    std::int32_t first_;
    bool negative_;
};

// The shortest decimal that reads back as the same floating-point number, without an exponent: 0.1 means one tenth. It
// is what PostgreSQL prints, but for rare ties: 1e23, a one with 23 zeros here, is printed as 9.999999999999999e+22.
class ShortestDecimal {
public:
    explicit ShortestDecimal(double value) { read(value); }
    explicit ShortestDecimal(float value) { read(value); }
    [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), length_}; }

private:
    template <std::floating_point Float> void read(Float value);
    void put(char c) noexcept { text_[length_++] = c; }
    void put(std::string_view digits) noexcept;

    std::array<char, 400> text_;  // the longest has 309 places before the point or 1 + 324 + 17 after it
    std::size_t length_ = 0;
};

// The parts of a plain decimal text: [-]digits[.digits].
struct DecimalText {
    bool negative = false;
    std::string_view whole, fraction;

    // Nothing where `text` has another form.
    static std::optional<DecimalText> parsed(std::string_view text);
};

}  // namespace customer_value
