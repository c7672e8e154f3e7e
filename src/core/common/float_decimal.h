// A floating-point number as a Decimal: the shortest decimal that reads back as it, digit by digit, without its text.
#pragma once

#include "core/common/decimal.h"

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>

namespace customer_value {

class FloatDecimal {
public:
    // `value` is finite. Where it takes more than `most_digits`, it is rounded to as many.
    template <std::floating_point Float>
    explicit FloatDecimal(Float value, int most_digits = longest) : negative_(value < 0)
    {
        // d[.ddd]e[+-]xx
        std::array<char, 40> scientific;
        char* const last = scientific.data() + scientific.size();
        const char* end = std::to_chars(scientific.data(), last, std::abs(value), std::chars_format::scientific).ptr;
        const auto find_exponent = [&] {
            const char* at = end;
            while (*--at != 'e') {}
            return at;
        };
        const char* exponent_at = find_exponent();
        if (exponent_at - scientific.data() > most_digits + 1) [[unlikely]] {  // one is the point
            end =
                std::to_chars(scientific.data(), last, std::abs(value), std::chars_format::scientific, most_digits - 1)
                    .ptr;
            exponent_at = find_exponent();
        }
        std::int32_t exponent = 0;
        std::from_chars(exponent_at + 1 + (exponent_at[1] == '+'), end, exponent);
        weight_ = group_of(exponent);
        while (exponent_at[-1] == '0' && exponent_at - scientific.data() > 2)  // behind the point, after rounding
            --exponent_at;
        std::int32_t place = exponent;
        for (const char* digit = scientific.data(); digit != exponent_at; ++digit)
            if (*digit != '.') {
                digits_[static_cast<std::size_t>(weight_ - group_of(place))] +=
                    static_cast<std::int16_t>((*digit - '0') * power(place - 4 * group_of(place)));
                --place;
            }
        scale_ = place < -1 ? -1 - place : 0;
        while (count_ > 0 && digits_[static_cast<std::size_t>(count_ - 1)] == 0)
            --count_;
        if (count_ == 0)
            weight_ = 0;
    }
    [[nodiscard]] Decimal view() const noexcept
    {
        return {reinterpret_cast<const unsigned char*>(digits_.data()),
                count_,
                weight_,
                scale_,
                negative_ && count_ > 0,
                Decimal::Kind::finite};
    }

private:
    static constexpr int longest = 17;  // digits that a double may take

    static constexpr std::int32_t group_of(std::int32_t place) noexcept
    {
        return place >= 0 ? place / 4 : -((3 - place) / 4);
    }
    static constexpr std::int32_t power(std::int32_t exponent) noexcept
    {
        constexpr std::array<std::int32_t, 4> powers{1, 10, 100, 1000};
        return powers[static_cast<std::size_t>(exponent)];
    }

    std::array<std::int16_t, 6> digits_{};  // 17 digits touch at most 6 groups of 4
    std::int32_t count_ = 6, weight_ = 0, scale_ = 0;
    bool negative_;
};

}  // namespace customer_value
