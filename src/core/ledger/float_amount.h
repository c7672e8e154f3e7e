// A floating-point amount as a ledger keeps it: as the shortest decimal that reads back as it, which is what is printed.
// Where a double takes 16 or 17 digits for that, arithmetic has left a rest in the last ones: 6 * 2.55 is
// 15.299999999999999. It is then rounded to the 15 digits that every double holds, as PostgreSQL's cast to numeric does.
#pragma once

#include "core/common/float_decimal.h"

#include <cmath>
#include <concepts>
#include <cstdint>
#include <optional>

namespace customer_value::ledger {

template <std::floating_point Float> inline constexpr Float whole_below = 0x1p53;
template <> inline constexpr float whole_below<float> = 0x1p24F;

// The amount where it is a whole number that the type holds exactly.
template <std::floating_point Float> [[nodiscard]] std::optional<std::int64_t> whole_amount(Float amount) noexcept
{
    if (!(std::abs(amount) < whole_below<Float>))
        return std::nullopt;
    const auto whole = static_cast<std::int64_t>(amount);
    return static_cast<Float>(whole) == amount ? std::optional(whole) : std::nullopt;
}

// Throws out_of_range for NaN and the infinities.
template <std::floating_point Float> [[nodiscard]] FloatDecimal decimal_amount(Float amount)
{
    constexpr int reliable_digits = 15, all_digits = 17;
    require_finite("amount", amount);
    const bool is_whole = whole_amount(amount) || std::abs(amount) >= whole_below<double>;
    return FloatDecimal(amount, is_whole ? all_digits : reliable_digits);
}

}  // namespace customer_value::ledger
