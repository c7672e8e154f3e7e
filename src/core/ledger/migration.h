// How customers move between RFM segments from one day to another.
#pragma once

#include "core/ledger/view.h"
#include "core/rfm/segment.h"

#include <array>
#include <cstdint>

namespace customer_value::ledger {

// Customers by segment at the first day and at the second; the last row is of those without an order by the first.
using Migration = std::array<std::array<std::int64_t, rfm::segment_count>, rfm::segment_count + 1>;

// The segments as of each day are of customers with an order by then, scored among themselves: R by the day of the last
// order, F by the number of orders, M by net revenue; in a ledger without amounts M is F. Throws invalid_parameter for
// bins out of range.
[[nodiscard]] Migration segment_migration(const View& view, Day from, Day to, std::int32_t bins);

}  // namespace customer_value::ledger
