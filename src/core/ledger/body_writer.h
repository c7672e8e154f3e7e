// How the body of a stored ledger is written (codec.h says what it looks like): into a Counter, a Writer or a
// SlackWriter.
#pragma once

#include "core/common/numbers.h"
#include "core/ledger/view.h"

#include <algorithm>
#include <cstring>

namespace customer_value::ledger {

[[nodiscard]] constexpr std::uint64_t magnitude(std::int64_t amount) noexcept
{
    return amount < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(amount) : static_cast<std::uint64_t>(amount);
}

// Writes keys of one kind, in their order.
class KeyWriter {
public:
    template <class Out> void write(Out& out, const Key& key) noexcept
    {
        if (key.kind == KeyKind::bigint) {
            std::uint64_t number;
            std::memcpy(&number, key.bytes.data(), sizeof number);
            out.number(is_first_ ? zigzag(static_cast<std::int64_t>(number)) : number - previous_);
            previous_ = number;
            is_first_ = false;
            return;
        }
        if (key.kind == KeyKind::text)
            out.number(key.bytes.size());
        out.bytes(key.bytes);
    }

    // The most that a key takes.
    [[nodiscard]] static std::size_t most_bytes(const Key& key) noexcept { return 10 + key.bytes.size(); }

private:
    std::uint64_t previous_ = 0;
    bool is_first_ = true;
};

// Writes the rows of a customer, `count` of them, in their order; day_of(i) and amount_of(i) are those of the i-th.
template <class Out, class DayOf, class AmountOf>
[[gnu::always_inline]] inline void write_rows(Out& out, std::size_t count, bool has_amounts, Day first_day,
                                              DayOf day_of, AmountOf amount_of) noexcept
{
    if (count == 1) {  // as below, without the loops: in a month most customers have one
        const std::int64_t amount = has_amounts ? amount_of(0) : 0;
        out.number(2 + (amount < 0));
        out.number(static_cast<std::uint64_t>(std::int64_t{day_of(0)} - first_day));
        if (amount < 0)
            out.number(1);
        if (has_amounts) {
            out.number(size_of(magnitude(amount)));
            out.number(magnitude(amount));
        }
        return;
    }
    bool has_refunds = false;
    std::size_t size = 0;
    for (std::size_t i = 0; has_amounts && i < count; ++i) {
        has_refunds |= amount_of(i) < 0;
        size += size_of(magnitude(amount_of(i)));
    }
    out.number(2 * count + has_refunds);
    Day before = first_day;
    for (std::size_t i = 0; i < count; ++i) {
        const Day day = day_of(i);
        out.number(static_cast<std::uint64_t>(std::int64_t{day} - before));
        before = day;
    }
    if (!has_amounts)
        return;
    for (std::size_t i = 0; has_refunds && i < count; i += 8) {
        unsigned bits = 0;
        for (std::size_t j = i; j < std::min(i + 8, count); ++j)
            bits |= static_cast<unsigned>(amount_of(j) < 0) << (j - i);
        const char byte = static_cast<char>(bits);
        out.bytes({&byte, 1});
    }
    out.number(size);
    for (std::size_t i = 0; i < count; ++i)
        out.number(magnitude(amount_of(i)));
}

// Writes the order ids after that, of a kind.
template <class Out> void write_order_ids(Out& out, const Rows& rows, KeyKind kind_of_ids) noexcept
{
    if (kind_of_ids == KeyKind::none)
        return;
    std::uint64_t previous = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto id = static_cast<std::uint64_t>(rows.order_ids[i]);
        if (kind_of_ids == KeyKind::bigint) {
            out.number(zigzag(static_cast<std::int64_t>(id - previous)));
            previous = id;
            continue;
        }
        char bytes[8];
        for (int byte = 0; byte < 8; ++byte)
            bytes[byte] = static_cast<char>(id >> 8 * byte);
        out.bytes({bytes, sizeof bytes});
    }
}

// Writes the rows of a customer with their order ids, of a kind.
template <class Out> void write_rows(Out& out, const Rows& rows, Day first_day, KeyKind kind_of_ids) noexcept
{
    if (!rows.stored.empty()) {
        out.number(2 * rows.size() + (rows.refunds != nullptr));
        out.number(static_cast<std::uint64_t>(std::int64_t{rows.days.front()} - first_day));
        out.bytes({reinterpret_cast<const char*>(rows.stored.data()), rows.stored.size()});
        return;
    }
    Out local = out;  // keeps the place in the bytes in a register
    write_rows(
        local, rows.size(), rows.amounts != nullptr, first_day, [&](std::size_t i) { return rows.days[i]; },
        [&](std::size_t i) { return rows.amounts[i]; });
    write_order_ids(local, rows, kind_of_ids);
    out = local;
}

}  // namespace customer_value::ledger
