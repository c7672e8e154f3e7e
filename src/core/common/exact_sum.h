// Exact sums of decimals: one 64-bit limb per base-10000 position, each the plain sum of the digits seen there.
//
// Adding, subtracting and merging are integer additions, so the sum does not depend on order, split or merge tree, and
// subtraction is exact (moving windows). No carry is made while adding: a limb overflows only after 2^63 / 9999 > 9e14
// rows, which `max_rows` keeps out. Carries are made once, when the sum is read.
#pragma once

#include "core/common/decimal.h"

#include <bit>
#include <cstdint>
#include <span>

namespace customer_value {

// Positions low .. low + count - 1 of the power of 10000.
struct LimbWindow {
    std::int32_t low = 0;
    std::int32_t count = 0;

    [[nodiscard]] std::int32_t high() const noexcept { return low + count; }
    [[nodiscard]] bool covers(std::int32_t from, std::int32_t to) const noexcept { return from >= low && to <= high(); }
    [[nodiscard]] LimbWindow united(LimbWindow other) const noexcept
    {
        const auto from = std::min(low, other.low);
        return {from, std::max(high(), other.high()) - from};
    }
};

// The window that money fits: below 10^16 with up to 8 decimal places.
inline constexpr LimbWindow usual_window{-2, 6};

// A sum over limbs that somebody else owns.
class ExactSum {
public:
    static constexpr std::int64_t max_rows = std::int64_t{1} << 49;
    // PostgreSQL's numeric has at most 131,072 digits before the point and 16,383 after it.
    static constexpr std::int32_t min_position = -4096, max_position = 32768;

    ExactSum(std::int64_t* limbs, LimbWindow window) noexcept : limbs_(limbs), window_(window) {}

    // The window that `value` needs; empty for zero.
    [[nodiscard]] static LimbWindow needed(const Decimal& value) noexcept
    {
        return {value.weight - value.digit_count + 1, value.digit_count};
    }
    [[nodiscard]] static LimbWindow needed(const DecimalText& value) noexcept
    {
        const auto below = static_cast<std::int32_t>((value.fraction.size() + 3) / 4);
        return {-below, below + static_cast<std::int32_t>((value.whole.size() + 3) / 4)};
    }

    // Adds sign * |value|; the window covers it.
    void add(const Decimal& value, std::int64_t sign) noexcept
    {
        std::int64_t* limb = limbs_ + (value.weight - window_.low);
        for (std::int32_t i = 0; i < value.digit_count; ++i)
            *limb-- += sign * value.digit(i);
    }
    void add(const DecimalText& value, std::int64_t sign) noexcept
    {
        const auto size = static_cast<std::int32_t>(value.whole.size());
        for (std::int32_t i = 0; i < size; ++i)  // place of the digit: 10^(size - 1 - i)
            limb((size - 1 - i) / 4) +=
                sign * (value.whole[static_cast<std::size_t>(i)] - '0') * power((size - 1 - i) % 4);
        for (std::int32_t i = 0; i < static_cast<std::int32_t>(value.fraction.size()); ++i)
            limb(-1 - i / 4) += sign * (value.fraction[static_cast<std::size_t>(i)] - '0') * power(3 - i % 4);
    }
    // Adds sign * other; the window covers it.
    void add(const ExactSum& other, std::int64_t sign) noexcept
    {
        for (std::int32_t position = other.window_.low; position < other.window_.high(); ++position)
            limb(position) += sign * other.limbs_[position - other.window_.low];
    }

    // The number of digits that `carried` needs room for.
    [[nodiscard]] std::size_t digits_needed() const noexcept { return static_cast<std::size_t>(window_.count) + 5; }

    // The sum in digits 0..9999, most significant first, written into `digits` (digits_needed() of them).
    Decimal carried(std::span<std::int16_t> digits, std::int32_t scale) const noexcept
    {
        const bool negative = sign() < 0;
        std::int64_t carry = 0;
        std::int32_t i = static_cast<std::int32_t>(digits.size());
        for (std::int32_t limb = 0; i > 0; ++limb) {
            const std::int64_t value = carry + (limb < window_.count ? (negative ? -limbs_[limb] : limbs_[limb]) : 0);
            carry = value / 10000;
            std::int64_t digit = value % 10000;
            if (digit < 0) {
                digit += 10000;
                --carry;
            }
            digits[static_cast<std::size_t>(--i)] = static_cast<std::int16_t>(digit);
        }
        std::int32_t first = 0, last = static_cast<std::int32_t>(digits.size());
        while (first < last && digits[static_cast<std::size_t>(first)] == 0)
            ++first;
        while (last > first && digits[static_cast<std::size_t>(last - 1)] == 0)
            --last;
        const auto weight = window_.low + static_cast<std::int32_t>(digits.size()) - 1 - first;
        return {reinterpret_cast<const unsigned char*>(digits.data() + first),
                last - first,
                last > first ? weight : 0,
                scale,
                negative && last > first,
                Decimal::Kind::finite};
    }

    // -1, 0 or 1.
    [[nodiscard]] int sign() const noexcept
    {
        std::int64_t carry = 0;
        bool zero = true;
        for (std::int32_t limb = 0; limb < window_.count; ++limb) {
            const std::int64_t value = limbs_[limb] + carry;
            carry = floor_divided(value);
            zero = zero && value - carry * 10000 == 0;
        }
        return carry < 0 ? -1 : carry > 0 || !zero;
    }

private:
    // value / 10000, rounded down.
    static constexpr std::int64_t floor_divided(std::int64_t value) noexcept
    {
        return value >= 0 ? value / 10000 : -((9999 - value) / 10000);
    }
    static constexpr std::int64_t power(std::int32_t exponent) noexcept
    {
        constexpr std::array<std::int64_t, 4> powers{1, 10, 100, 1000};
        return powers[static_cast<std::size_t>(exponent)];
    }
    std::int64_t& limb(std::int32_t position) noexcept { return limbs_[position - window_.low]; }

    std::int64_t* limbs_;
    LimbWindow window_;
};

}  // namespace customer_value
