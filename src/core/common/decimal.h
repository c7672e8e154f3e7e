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
    return kind == Decimal::Kind::not_a_number    ? "NaN"
           : kind == Decimal::Kind::plus_infinity ? "Infinity"
           : kind == Decimal::Kind::minus_infinity ? "-Infinity"
                                                   : "a number";
}

// A number as a message shows it.
template <std::integral Integer> [[nodiscard]] std::string shown(Integer value) { return std::to_string(value); }

template <std::floating_point Float> [[nodiscard]] std::string shown(Float value)
{
    if (!std::isfinite(value))
        return std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
    std::array<char, 32> text;
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

[[nodiscard]] inline std::string shown(const Decimal& value)
{
    if (value.kind != Decimal::Kind::finite)
        return std::string(name_of(value.kind));
    std::string text;
    const auto group = [&](std::int32_t position) {
        const auto digits = std::to_string(10000 + value.at(position));
        text.append(digits, 1);
    };
    for (std::int32_t position = std::max(value.weight, 0); position >= 0; --position)
        group(position);
    text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
    if (value.scale > 0) {
        const auto point = text.size();
        for (std::int32_t position = -1; -4 * position < value.scale + 4; --position)
            group(position);
        text.resize(point + static_cast<std::size_t>(value.scale));
        text.insert(point, 1, '.');
    }
    return value.negative && !value.zero() ? "-" + text : text;
}

template <class Number> [[noreturn, gnu::cold, gnu::noinline]] void throw_not_finite(std::string_view argument, const Number& value)
{
    throw Error(ErrorCode::out_of_range, std::string(argument) + " must be a finite number: " + shown(value));
}

// Throws out_of_range for NaN and the infinities.
inline void require_finite(std::string_view argument, const Decimal& value)
{
    if (value.kind == Decimal::Kind::finite) [[likely]]
        return;
    throw_not_finite(argument, value);
}

template <std::floating_point Float> void require_finite(std::string_view argument, Float value)
{
    if (std::isfinite(value)) [[likely]]
        return;
    throw_not_finite(argument, value);
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
        auto rest = value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
        std::int32_t first = static_cast<std::int32_t>(digits_.size());
        for (; rest != 0; rest /= 10000)
            digits_[static_cast<std::size_t>(--first)] = static_cast<std::int16_t>(rest % 10000);
        first_ = first;
        negative_ = value < 0;
    }
    [[nodiscard]] Decimal view() const noexcept
    {
        const auto count = static_cast<std::int32_t>(digits_.size()) - first_;
        return {reinterpret_cast<const unsigned char*>(digits_.data() + first_), count, count - 1, 0, negative_,
                Decimal::Kind::finite};
    }

private:
    std::array<std::int16_t, 5> digits_;  // 10^20 > 2^63
    std::int32_t first_;
    bool negative_;
};

// The shortest decimal that reads back as the same floating-point number, without an exponent: 0.1 means one tenth. It is
// what PostgreSQL prints, but for rare ties: 1e23, a one with 23 zeros here, is printed as 9.999999999999999e+22.
class ShortestDecimal {
public:
    template <std::floating_point Float> explicit ShortestDecimal(Float value)
    {
        // d[.ddd]e[+-]xx
        std::array<char, 40> scientific;
        const auto end = std::to_chars(scientific.data(), scientific.data() + scientific.size(), value, std::chars_format::scientific).ptr;
        const std::string_view form(scientific.data(), static_cast<std::size_t>(end - scientific.data()));
        const auto exponent_at = form.find('e');
        int exponent = 0;
        std::from_chars(form.data() + exponent_at + 1 + (form[exponent_at + 1] == '+'), end, exponent);
        std::string_view mantissa = form.substr(0, exponent_at);
        if (mantissa.starts_with('-')) {
            put('-');
            mantissa.remove_prefix(1);
        }
        const char first = mantissa.front();
        mantissa.remove_prefix(std::min<std::size_t>(mantissa.size(), 2));
        if (exponent < 0) {
            put("0.");
            for (int zeros = -1 - exponent; zeros > 0; --zeros)
                put('0');
            put(first);
            put(mantissa);
        } else {
            put(first);
            const auto whole = std::min(mantissa.size(), static_cast<std::size_t>(exponent));
            put(mantissa.substr(0, whole));
            for (int zeros = exponent - static_cast<int>(whole); zeros > 0; --zeros)
                put('0');
            if (mantissa.size() > whole) {
                put('.');
                put(mantissa.substr(whole));
            }
        }
    }
    [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), length_}; }

private:
    void put(char c) noexcept { text_[length_++] = c; }
    void put(std::string_view digits) noexcept
    {
        std::memcpy(text_.data() + length_, digits.data(), digits.size());
        length_ += digits.size();
    }

    std::array<char, 400> text_;  // the longest has 309 places before the point or 1 + 324 + 17 after it
    std::size_t length_ = 0;
};

// The parts of a plain decimal text: [-]digits[.digits].
struct DecimalText {
    bool negative = false;
    std::string_view whole, fraction;

    // Nothing where `text` has another form.
    static std::optional<DecimalText> parsed(std::string_view text)
    {
        DecimalText parts;
        std::string_view rest = text;
        if (rest.starts_with('-')) {
            parts.negative = true;
            rest.remove_prefix(1);
        }
        const auto point = rest.find('.');
        parts.whole = rest.substr(0, point);
        if (point != std::string_view::npos)
            parts.fraction = rest.substr(point + 1);
        const auto all_digits = [](std::string_view digits) {
            return std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
        };
        if (parts.whole.empty() || !all_digits(parts.whole) || !all_digits(parts.fraction) ||
            (point != std::string_view::npos && parts.fraction.empty()))
            return std::nullopt;
        return parts;
    }
};

}  // namespace customer_value
