// How the customer base grows: active at the start of a period, new, reactivated, churned, active at its end.
#pragma once

#include "core/common/proportion.h"
#include "core/ledger/view.h"

#include <cstdint>
#include <span>

namespace customer_value::ledger {

// start + new + reactivated - churned = end, in every row that knows all of them.
struct Growth {
    std::int64_t at_start = 0, joined = 0, reactivated = 0, churned = 0, at_end = 0;
};

// A customer is active at the start of a day when an order lies in the lapse before it: bound - lapse <= day < bound. A
// customer who becomes active within a period is new if the first order ever lies in it, otherwise reactivated.
// `bounds` are the starts of the periods and the end of the last, `growth` one row a period.
void customer_growth(const View& view, std::span<const Day> bounds, Span lapse, std::span<Growth> growth);

// Whether all orders of the lapse before a bound are known, of which those from `known_from` on are. Otherwise nobody
// knows who is active at the bound, and at_start, reactivated and churned of the period that it starts and at_end of the
// one that it ends mean nothing. Later bounds than a known one are known.
[[nodiscard]] inline bool is_known(Day bound, Span lapse, Day known_from) noexcept
{
    return lapse.before(bound) >= known_from;
}

// Of the customers active at `from`, those not active at `to`: hits are lost.
[[nodiscard]] Proportion churn_between(const View& view, Day from, Day to, Span lapse);

}  // namespace customer_value::ledger
