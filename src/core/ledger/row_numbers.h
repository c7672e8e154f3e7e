// Rows as numbers that sort as rows do: the place of the customer in the order of keys, then the day, then the amount, each in as many bits
// as the ledger needs. New ledgers are made of some of them, in their stored form.
#pragma once

#include "core/ledger/body_writer.h"
#include "core/ledger/codec.h"

#include "core/common/radix_sort.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

namespace customer_value::ledger {

// Nearly all ledgers need 64 bits at most.
using NarrowRow = std::uint64_t;
__extension__ using WideRow = unsigned __int128;

struct AmountRange {
    std::int64_t least, most;
};
inline constexpr AmountRange any_amount{std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};

class RowLayout {
public:
    // For rows of these customers, days and amounts.
    RowLayout(const View& head, AmountRange amounts) noexcept
        : first_day_(head.first_day), least_(static_cast<std::uint64_t>(amounts.least)), amount_bits_(bits_of(static_cast<std::uint64_t>(amounts.most) - least_)),
          day_bits_(bits_of(static_cast<std::uint64_t>(std::int64_t{head.last_day} - head.first_day))), customer_bits_(std::max(bits_of(head.customers), 1u)),
          widest_(std::max(magnitude(amounts.least), magnitude(amounts.most)))
    {
    }
    // As many different amounts as 64 bits have room for beside customer and day, as many refunds as orders; in the rare ledger that leaves no bit for
    // them, none.
    [[nodiscard]] static RowLayout narrow(const View& head) noexcept
    {
        const RowLayout without(head, {0, 0});
        const unsigned taken = without.day_bits_ + without.customer_bits_;
        if (taken >= 63)
            return without;
        const std::int64_t half = std::int64_t{1} << (63 - taken);
        return {head, {-half, half - 1}};
    }
    [[nodiscard]] bool has_room_for(std::int64_t amount) const noexcept { return static_cast<std::uint64_t>(amount) - least_ <= low(~std::uint64_t{0}, amount_bits_); }
    // All bits that a customer may have, and the amount that is farthest from 0, without its sign.
    [[nodiscard]] std::uint64_t customers() const noexcept { return low(~std::uint64_t{0}, customer_bits_); }
    [[nodiscard]] std::uint64_t widest_amount() const noexcept { return widest_; }

    template <class Number> [[nodiscard]] Number number(std::uint32_t customer, Day day, std::int64_t amount) const noexcept
    {
        return Number{customer} << (day_bits_ + amount_bits_) | static_cast<Number>(std::int64_t{day} - first_day_) << amount_bits_ | (static_cast<std::uint64_t>(amount) - least_);
    }
    template <class Number> [[nodiscard]] std::uint32_t customer(Number row) const noexcept { return static_cast<std::uint32_t>(row >> (day_bits_ + amount_bits_)); }
    template <class Number> [[nodiscard]] Day day(Number row) const noexcept
    {
        return static_cast<Day>(first_day_ + static_cast<std::int64_t>(low(static_cast<std::uint64_t>(row >> amount_bits_), day_bits_)));
    }
    // The first and the last day of some rows.
    template <class Number> [[nodiscard]] std::pair<Day, Day> days(std::span<const Number> rows) const noexcept
    {
        const Number days = ((Number{1} << day_bits_) - 1) << amount_bits_;
        Number first = days, last = 0;
        for (const Number row : rows) {
            first = std::min(first, row & days);
            last = std::max(last, row & days);
        }
        return {day(first), day(last)};
    }
    template <class Number> [[nodiscard]] std::int64_t amount(Number row) const noexcept
    {
        return static_cast<std::int64_t>(least_ + low(static_cast<std::uint64_t>(row), amount_bits_));
    }

private:
    static unsigned bits_of(std::uint64_t most) noexcept { return static_cast<unsigned>(std::bit_width(most)); }
    static std::uint64_t low(std::uint64_t number, unsigned bits) noexcept { return bits == 64 ? number : number & ((std::uint64_t{1} << bits) - 1); }

    Day first_day_;
    std::uint64_t least_;
    unsigned amount_bits_, day_bits_, customer_bits_;
    std::uint64_t widest_;
};

// Puts all rows of a customer into `into`; returns its end.
template <class Number> Number* put_rows(const Rows& rows, std::uint32_t place, const RowLayout& layout, Number* into)
{
    for (std::size_t i = 0; i < rows.size(); ++i)
        *into++ = layout.number<Number>(place, rows.days[i], rows.amount(i));
    return into;
}

// Brings rows into the order of customers. The result lies in `rows` or in `spare`, which has room for as many.
template <class Number> [[nodiscard]] std::span<Number> sorted_by_customer(std::span<Number> rows, const RowLayout& layout, Number* spare)
{
    return radix_sorted(rows, spare, layout.customers(), [&](Number row) { return layout.customer(row); });
}

// A ledger of rows in the order of customers: kind, scale, keys and text are those of `whole`. Its body takes at most so many bytes:
template <class Number> [[nodiscard]] std::size_t most_encoded(std::span<const Number> rows, const RowLayout& layout, const View& whole);

// Writes its body. Rows of one customer may come in any order: they are sorted. No rows make the empty ledger.
struct Encoded {
    Head head;
    unsigned char* end;
};
template <class Number> [[nodiscard]] Encoded encode(std::span<Number> rows, const RowLayout& layout, const View& whole, unsigned char* body);

}  // namespace customer_value::ledger
