// Parts of a ledger: its rows of some days, its customers of a shard.
#pragma once

#include "core/ledger/codec.h"

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

// A customer's shard, 0 .. shards - 1. Users store what follows from it: it must never change, and is the same on every
// machine. Throws invalid_parameter unless shards is positive.
[[nodiscard]] std::int32_t shard_of(const Key& customer, std::int32_t shards);
// Throws invalid_parameter unless there is such a shard.
void require_shard(std::int32_t shards, std::int32_t shard);

}  // namespace customer_value::ledger
