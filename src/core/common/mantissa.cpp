#include "core/common/mantissa.h"

namespace customer_value {

std::optional<Int128> mantissa(const DecimalText& value) noexcept
{
    Int128 whole = 0;
    for (const std::string_view part : {value.whole, value.fraction})
        for (const char c : part) {
            if (whole > (mantissa_limit - 10) / 10)
                return std::nullopt;
            whole = whole * 10 + (c - '0');
        }
    return value.negative ? -whole : whole;
}

std::string shown(Int128 value, int scale)
{
    std::string digits;
    Int128 rest = value < 0 ? -value : value;
    for (; rest != 0; rest /= 10)
        digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    if (static_cast<int>(digits.size()) <= scale)
        digits.append(static_cast<std::size_t>(scale) + 1 - digits.size(), '0');
    if (digits.empty())
        digits = "0";
    std::reverse(digits.begin(), digits.end());
    if (scale > 0)
        digits.insert(digits.size() - static_cast<std::size_t>(scale), 1, '.');
    return value < 0 ? "-" + digits : digits;
}

}  // namespace customer_value
