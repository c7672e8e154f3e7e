// Customers of a period against those of the period before it.
#pragma once

#include "core/ledger/view.h"

#include <cstdint>
#include <span>

namespace customer_value::ledger {

// joined + returning + resurrecting ordered in the period; returning + dormant ordered in the one before.
struct Lifecycle {
    std::int64_t joined = 0;        // the first order ever lies in the period
    std::int64_t returning = 0;     // ordered in the previous period too
    std::int64_t resurrecting = 0;  // ordered before, but not in the previous period
    std::int64_t dormant = 0;       // ordered in the previous period and not in this one
};

// Adds to `lifecycle`, a row a period from `first_period` on. Rows before it count for what came first and before.
void lifecycle(const View& view, const Step& step, std::int32_t first_period, std::span<Lifecycle> lifecycle);

}  // namespace customer_value::ledger
