// Parts of a ledger: its rows of some days, its first orders, its customers of a shard.
#pragma once

#include "core/ledger/placed_rows.h"

#include <cstdint>

namespace customer_value::ledger {

// The days that a slice keeps: from <= day < to.
struct Days {
    std::int64_t from, to;
};

struct SliceSize {
    std::uint32_t customers = 0;
    std::size_t rows = 0;
};

[[nodiscard]] SliceSize slice_size(const View& view, Days kept) noexcept;

// The rows of those days, in memory of the caller for as many customers and rows as slice_size says (no text: that of the
// view is used on). Customers without rows vanish; a slice without rows is the empty ledger.
[[nodiscard]] View sliced(const View& view, Days kept, const Columns& into) noexcept;

// Which rows of a customer first_orders keeps.
struct Beginning {
    Day day;              // of the first order; the last of all days where there is none
    std::int64_t amount;  // the least on that day
};

// The first order of each customer, of several on that day the one of the least amount, and the refunds of days before it; all refunds where
// there is no order yet. `ranks` are the places of the view's customers in the order of keys, null where they come in it. Two passes
// over the same rows: the first fills `beginnings` and `ends`, by place, with the number of rows kept up to each customer
// and returns that of all; the second writes the rows in the order of customers.
[[nodiscard]] std::size_t count_first_orders(const View& view, const std::uint32_t* ranks, Beginning* beginnings, std::uint64_t* ends);
void put_first_orders(const View& view, const std::uint32_t* ranks, const Beginning* beginnings, const std::uint64_t* ends, PlacedRow* into);

// A customer's shard, 0 .. shards - 1. Users store what follows from it: it must never change, and is the same on every
// machine. Throws invalid_parameter unless shards is positive.
[[nodiscard]] std::int32_t shard_of(const Key& customer, std::int32_t shards);

}  // namespace customer_value::ledger
