// Rows of a ledger each by itself, which know the place of their customer: to make a new ledger of some of them.
#pragma once

#include "core/ledger/view.h"

#include <cstdint>
#include <span>

namespace customer_value::ledger {

struct PlacedRow {
    std::uint32_t customer;  // its place in the order of keys
    Day day;
    std::int64_t amount;
};

// Brings them into the order of customers. The result lies in `rows` or in `spare`, which has room for as many.
[[nodiscard]] std::span<PlacedRow> sorted_by_customer(std::span<PlacedRow> rows, PlacedRow* spare);

// The ledger of rows in the order of customers; those of one customer may come in any order of days, and are sorted. Kind, scale, keys and
// text are those of `whole`. No rows make the empty ledger.
[[nodiscard]] View laid_out(std::span<PlacedRow> rows, const View& whole, const Columns& into);

}  // namespace customer_value::ledger
