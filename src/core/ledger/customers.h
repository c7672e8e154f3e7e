// What each customer bought: orders, revenue, first and last order, repeat purchases.
#pragma once

#include "core/common/mantissa.h"
#include "core/ledger/view.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

namespace customer_value::ledger {

// The days from <= day < to.
struct DayRange {
    Day from = std::numeric_limits<Day>::min();
    Day to = std::numeric_limits<Day>::max();
};

// The rows of these days.
[[nodiscard]] inline Rows within(const Rows& rows, DayRange range) noexcept
{
    const auto first = std::lower_bound(rows.days.begin(), rows.days.end(), range.from);
    const auto end = std::lower_bound(first, rows.days.end(), range.to);
    const auto offset = static_cast<std::size_t>(first - rows.days.begin());
    return some_of(rows, offset, offset + static_cast<std::size_t>(end - first));
}

// The rows up to a day, which is in.
[[nodiscard]] inline Rows until(const Rows& rows, Day as_of) noexcept
{
    return within(rows, {std::numeric_limits<Day>::min(), as_of + 1});
}

struct Purchases {
    std::int64_t rows = 0, orders = 0;
    std::int64_t active_days = 0;         // days with an order
    Int128 gross = 0, refunds = 0;        // sums of amounts >= 0 and of amounts < 0
    Day first_order = 0, last_order = 0;  // where there are orders

    [[nodiscard]] Int128 net() const noexcept { return gross + refunds; }
    // Adds those of later days.
    void append(const Purchases& later) noexcept;
};

[[nodiscard]] Purchases purchases_of(const Rows& rows) noexcept;

// The sum of the amounts.
[[nodiscard]] inline Int128 net_of(const Rows& rows) noexcept
{
    Int128 net = 0;
    for (std::size_t i = 0; i < rows.size(); ++i)
        net += rows.amount(i);
    return net;
}

// What models of repeat buying take for a customer. All rows of one day are one purchase, and its spend is their sum; a
// day of refunds only is no purchase. Fader, Hardie, Lee 2005: x = frequency, t_x = last - first, T = as_of - first.
struct RfmSummary {
    std::int64_t frequency;  // days with an order, without the first
    Day first, last;         // day of the first and of the last order
    Int128 spend;            // of the repeat days
};

// Nothing for a customer without orders.
[[nodiscard]] std::optional<RfmSummary> repeat_purchases_of(const Rows& rows) noexcept;

// Each customer's sum of amounts in these days.
void net_revenues(const View& view, DayRange range, std::span<Int128> revenues);

}  // namespace customer_value::ledger
