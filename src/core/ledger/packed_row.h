// A row in one word while a ledger is built:
//
//     63      0; 1 for a row that does not fit, which then lies elsewhere, at the place that the other bits say
//     62..45  the day, from 1641 to 2358
//     44..3   the amount, up to 2,199,023,255,551 of its units
//     2..0    its scale / 4
//
// so that words of one scale sort as rows do, by day and amount.
#pragma once

#include "core/ledger/calendar.h"

#include <cstdint>

namespace customer_value::ledger::packed_row {

inline constexpr std::uint64_t elsewhere = std::uint64_t{1} << 63;
inline constexpr unsigned amount_shift = 3, day_shift = 45;
inline constexpr std::int64_t day_bias = std::int64_t{1} << 17, amount_bias = std::int64_t{1} << 41;

[[nodiscard]] constexpr bool fits(Day day, std::int64_t amount) noexcept
{
    const std::uint64_t days = static_cast<std::uint64_t>(day + day_bias), units = static_cast<std::uint64_t>(amount) + static_cast<std::uint64_t>(amount_bias);
    return (days >> (63 - day_shift) | units >> (day_shift - amount_shift)) == 0;
}
[[nodiscard]] constexpr std::uint64_t of(Day day, std::int64_t amount, std::int32_t scale) noexcept
{
    return static_cast<std::uint64_t>(day + day_bias) << day_shift | static_cast<std::uint64_t>(amount + amount_bias) << amount_shift |
           static_cast<std::uint64_t>(scale) / 4;
}
[[nodiscard]] constexpr Day day(std::uint64_t word) noexcept { return static_cast<Day>(static_cast<std::int64_t>(word >> day_shift) - day_bias); }
[[nodiscard]] constexpr std::int64_t amount(std::uint64_t word) noexcept
{
    constexpr std::uint64_t mask = (std::uint64_t{1} << (day_shift - amount_shift)) - 1;
    return static_cast<std::int64_t>(word >> amount_shift & mask) - amount_bias;
}
[[nodiscard]] constexpr std::int32_t scale(std::uint64_t word) noexcept { return static_cast<std::int32_t>(word & 7) * 4; }

}  // namespace customer_value::ledger::packed_row
