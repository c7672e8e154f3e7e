// How many customers are active: on a day, in the window that ends with it, in how many periods.
#pragma once

#include "core/ledger/view.h"

#include <cstdint>
#include <span>

namespace customer_value::ledger {

struct Active {
    std::int64_t on_day = 0;     // customers who ordered on the day
    std::int64_t in_window = 0;  // customers who ordered on one of the days of the window that ends with it
};

// Adds to `active`, which is zero, a row a day from `from` on. The window has `window_days` days, at least one.
void rolling_active(const View& view, Day from, std::int32_t window_days, std::span<Active> active);

// The largest number of periods in which one customer can have been active: that of one customer's rows.
[[nodiscard]] std::size_t most_active_periods(const View& view) noexcept;

// Adds each customer with an order to the place of the number of periods with orders; most_active_periods + 1 places.
void stickiness(const View& view, const Step& step, std::span<std::int64_t> customers);

}  // namespace customer_value::ledger
