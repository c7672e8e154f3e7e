// How long customers take from one order to the next. All orders of one day are one purchase here.
#pragma once

#include "core/ledger/view.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace customer_value::ledger {

inline constexpr std::array gap_shares{0.25, 0.5, 0.75, 0.9};

// The days between consecutive days with an order, of all customers up to a day.
struct OrderGaps {
    std::int64_t gaps = 0, customers = 0;  // customers with a gap
    // The quantiles of gap_shares, between two gaps by their distance, as percentile_cont has them; nothing without gaps.
    std::array<std::optional<double>, gap_shares.size()> quantiles{};
};
[[nodiscard]] OrderGaps order_gaps(const View& view, Day as_of);

// Customers by the days from their n-th purchase to the next one, or to as_of where they still wait for it.
struct Wait {
    Day days;
    std::int64_t ordered, waiting;
};
// Ascending by days; `waits` has room for as many as there are customers. Returns how many there are. Customers with
// fewer than n purchases up to as_of are in none. Throws invalid_parameter unless n is positive.
[[nodiscard]] std::size_t waits_for_next_order(const View& view, std::int32_t nth, Day as_of, std::span<Wait> waits);

}  // namespace customer_value::ledger
