// Some stored ledgers as one: their customers are read side by side, in the order of keys, and the rows of each are
// written together. No table of customers is built, which costs most where many ledgers are merged by a Builder; for
// more than a few that is still faster.
#pragma once

#include "core/ledger/slices.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace customer_value::ledger {

inline constexpr std::size_t most_side_by_side = 16;

// Whether these can be read side by side: of one kind of keys and of order ids, one scale, one currency, all with
// amounts or all without, none without rows, and not too many.
[[nodiscard]] bool fit_together(std::span<const StoredLedger> ledgers) noexcept;

// The first day of the whole.
[[nodiscard]] Day first_day_of(std::span<const StoredLedger> ledgers) noexcept;
// How much room is most likely enough.
[[nodiscard]] std::size_t likely_room(std::span<const StoredLedger> ledgers) noexcept;
// Writes the whole of ledgers that fit together.
void write_together(std::span<const StoredLedger> ledgers, PartWriter& writer);

}  // namespace customer_value::ledger
