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
    const std::uint64_t days = static_cast<std::uint64_t>(day + day_bias),
                        units = static_cast<std::uint64_t>(amount) + static_cast<std::uint64_t>(amount_bias);
    return (days >> (63 - day_shift) | units >> (day_shift - amount_shift)) == 0;
}
[[nodiscard]] constexpr std::uint64_t of(Day day, std::int64_t amount, std::int32_t scale) noexcept
{
    return static_cast<std::uint64_t>(day + day_bias) << day_shift |
           static_cast<std::uint64_t>(amount + amount_bias) << amount_shift | static_cast<std::uint64_t>(scale) / 4;
}
[[nodiscard]] constexpr Day day(std::uint64_t word) noexcept
{
    return static_cast<Day>(static_cast<std::int64_t>(word >> day_shift) - day_bias);
}
[[nodiscard]] constexpr std::int64_t amount(std::uint64_t word) noexcept
{
    constexpr std::uint64_t mask = (std::uint64_t{1} << (day_shift - amount_shift)) - 1;
    return static_cast<std::int64_t>(word >> amount_shift & mask) - amount_bias;
}
// Twice the day, and 1 more for an amount that is not negative.
[[nodiscard]] constexpr std::int64_t day_and_sign(Day day, std::int64_t amount) noexcept
{
    return 2 * std::int64_t{day} + (amount >= 0);
}
[[nodiscard]] constexpr std::int32_t scale(std::uint64_t word) noexcept
{
    return static_cast<std::int32_t>(word & 7) * 4;
}

// A row that does not fit into a word.
struct LargeRow {
    std::int64_t amount;
    Day day;
    std::int32_t scale;
};

struct Row {
    Day day;
    std::int64_t amount;
};

// Rows out of their words, all amounts in units of 10^-shown.
class Unpacker {
public:
    // Words are of the scale `kept`, unless they are mixed; `large` are the rows that lie elsewhere.
    Unpacker(std::int32_t kept, std::int32_t shown, bool is_mixed, const LargeRow* large) noexcept
        : places_(kept - shown),
          inverse_(inverse_of_power_of_five(kept - shown)),
          shown_(shown),
          is_mixed_(is_mixed),
          large_(large)
    {
    }
    // Whether the word holds its row and is of the kept scale.
    [[nodiscard]] bool is_plain(std::uint64_t word) const noexcept { return !is_mixed_ && word < elsewhere; }
    [[nodiscard]] bool all_are_plain() const noexcept { return !is_mixed_ && large_ == nullptr; }
    [[nodiscard]] Row plain(std::uint64_t word) const noexcept
    {
        return {day(word), static_cast<std::int64_t>(static_cast<std::uint64_t>(amount(word) >> places_) * inverse_)};
    }
    [[nodiscard]] Row operator()(std::uint64_t word) const noexcept
    {
        if (is_plain(word)) [[likely]]
            return plain(word);
        if (word < elsewhere)
            return {day(word), rescaled(amount(word), scale(word))};
        const LargeRow& row = large_[word & ~elsewhere];
        return {row.day, rescaled(row.amount, row.scale)};
    }

private:
    // The multiplier m with 5^places * m = 1 modulo 2^64: dividing exactly by 10^places is a shift and a
    // multiplication.
    static constexpr std::uint64_t inverse_of_power_of_five(std::int32_t places) noexcept
    {
        std::uint64_t power = 1;
        for (std::int32_t i = 0; i < places; ++i)
            power *= 5;
        std::uint64_t inverse = power;  // right to three bits; each Newton step doubles them
        for (int i = 0; i < 5; ++i)
            inverse *= 2 - power * inverse;
        return inverse;
    }
    // Those places that are dropped are zeros.
    [[nodiscard]] std::int64_t rescaled(std::int64_t amount, std::int32_t from) const noexcept
    {
        for (; from > shown_; --from)
            amount /= 10;
        for (; from < shown_; ++from)
            amount *= 10;
        return amount;
    }

    std::int32_t places_;
    std::uint64_t inverse_;
    std::int32_t shown_;
    bool is_mixed_;
    const LargeRow* large_;
};

}  // namespace customer_value::ledger::packed_row
