// A ledger as every report reads it: customers in the order of their keys, and for each its rows in the order of day,
// amount and order id. The memory belongs to somebody else.
#pragma once

#include "core/ledger/head.h"
#include "core/ledger/order_id.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace customer_value::ledger {

// One customer's rows: an amount >= 0 is an order, an amount < 0 a refund. Without amounts every row is an order. In a
// ledger with order ids the lines of one order, day and sign are one row.
struct Rows {
    std::span<const Day> days;
    const std::int64_t* amounts;             // null where the ledger has no amounts, or they were not asked for
    const unsigned char* refunds = nullptr;  // a bit a row, then; null where there are none
    const OrderId* order_ids = nullptr;      // null where the ledger has none, or amounts were not asked for
    // All rows of a customer of a stored ledger as they are stored there (codec.h), after the first day: bytes that are
    // the same in every ledger. `refunds` belongs to them. Empty for other rows.
    std::span<const unsigned char> stored = {};

    [[nodiscard]] std::size_t size() const noexcept { return days.size(); }
    [[nodiscard]] bool is_order(std::size_t row) const noexcept
    {
        return amounts != nullptr ? amounts[row] >= 0 : refunds == nullptr || (refunds[row / 8] >> row % 8 & 1) == 0;
    }
    [[nodiscard]] std::int64_t amount(std::size_t row) const noexcept { return amounts == nullptr ? 0 : amounts[row]; }
    [[nodiscard]] OrderId order_id(std::size_t row) const noexcept
    {
        return order_ids == nullptr ? no_order_id : order_ids[row];
    }
};

// The rows first <= row < behind of a customer.
[[nodiscard]] inline Rows some_of(const Rows& rows, std::size_t first, std::size_t behind) noexcept
{
    if (behind - first == rows.size())
        return rows;
    return {rows.days.subspan(first, behind - first), rows.amounts == nullptr ? nullptr : rows.amounts + first, nullptr,
            rows.order_ids == nullptr ? nullptr : rows.order_ids + first};
}

// The day of a customer's first order, which there must be.
[[nodiscard]] inline Day first_order_of(const Rows& rows) noexcept
{
    std::size_t row = 0;
    while (!rows.is_order(row))
        ++row;
    return rows.days[row];
}

// Where rows come from that do not lie in columns: customers one after the other, each once or more.
class RowSource {
public:
    // The rows of the customer that was asked for last, or of the next one; they live until the next call.
    [[nodiscard]] virtual Rows rows_of(std::uint32_t customer) = 0;

protected:
    ~RowSource() = default;
};

// In what order a report wants the rows of a customer.
enum class RowOrder : bool { any, by_day };

// Text keys are at most this long.
inline constexpr std::size_t longest_key = 4096;

[[nodiscard]] constexpr std::size_t words_of(KeyKind kind) noexcept { return kind == KeyKind::uuid ? 2 : 1; }

// The bytes of the key that stands in `words`. bigint: one word; uuid: two, its bytes; text: its offset in `text` << 16
// | its length.
[[nodiscard]] inline std::string_view key_bytes(KeyKind kind, const std::uint64_t* words, const char* text) noexcept
{
    if (kind == KeyKind::text)
        return {text + (*words >> 16), *words & 0xffff};
    return {reinterpret_cast<const char*>(words), 8 * words_of(kind)};
}

struct View : Head {
    RowSource* stream = nullptr;             // or, where that is null, columns:
    const std::uint32_t* offsets = nullptr;  // customers + 1
    const Day* days = nullptr;
    const std::int64_t* amounts = nullptr;
    const std::uint64_t* keys = nullptr;  // customers * words_of(kind)
    const char* text = nullptr;
    const OrderId* order_ids = nullptr;  // where there are any

    [[nodiscard]] Rows of(std::uint32_t customer) const
    {
        if (stream != nullptr)
            return stream->rows_of(customer);
        const auto from = offsets[customer], to = offsets[customer + 1];
        return {{days + from, days + to},
                amounts == nullptr ? nullptr : amounts + from,
                nullptr,
                order_ids == nullptr ? nullptr : order_ids + from};
    }
    [[nodiscard]] Key key(std::uint32_t customer) const noexcept
    {
        return {kind, key_bytes(kind, keys + customer * words_of(kind), text)};
    }
};

// Memory for the columns of a view; the caller gives it.
struct Columns {
    std::uint32_t* offsets;  // customers + 1
    Day* days;               // rows
    std::int64_t* amounts;   // rows, null without amounts
    std::uint64_t* keys;     // customers * words_of(kind)
    OrderId* order_ids;      // rows, null without order ids
};

}  // namespace customer_value::ledger
