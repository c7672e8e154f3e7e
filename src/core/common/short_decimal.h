// Floating-point numbers as the decimals that are printed for them, in few enough digits to calculate with.
#pragma once

#include "core/common/mantissa.h"

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>

namespace customer_value {

__extension__ using UInt128 = unsigned __int128;

// digits / 10^places, the shortest decimal that reads back as the same finite number >= 0: 0.8 is eight tenths.
struct ShortDecimal {
    std::uint64_t digits = 0;  // below 10^17, without zeros at its end
    std::int32_t places = 0;   // below 0 for large numbers

    template <std::floating_point Float> explicit ShortDecimal(Float value) noexcept
    {
        std::array<char, 40> text;  // d[.ddd]e[+-]xx
        const auto end =
            std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific).ptr;
        const char* c = text.data();
        for (bool behind_point = false; *c != 'e'; ++c) {
            if (*c == '.') {
                behind_point = true;
                continue;
            }
            digits = digits * 10 + static_cast<std::uint64_t>(*c - '0');
            places += behind_point;
        }
        std::int32_t exponent = 0;
        c += c[1] == '+' ? 2 : 1;
        std::from_chars(c, end, exponent);
        places -= exponent;
    }
};

}  // namespace customer_value
