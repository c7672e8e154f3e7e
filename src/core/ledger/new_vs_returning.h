// New and returning customers of each period, and what each of the two spend.
#pragma once

#include "core/common/mantissa.h"
#include "core/ledger/view.h"

#include <cstdint>
#include <span>

namespace customer_value::ledger {

struct NewVsReturning {
    std::int64_t joined = 0;               // the first order ever is in the period
    std::int64_t returning = 0;            // ordered in the period and before it
    std::int64_t repeated = 0;             // ordered twice or more in the period
    std::int64_t joined_and_repeated = 0;  // of those who joined
    // Net revenue of the period: of customers with an order before it, and of all others. A refund of who has no order up
    // to the end of the period is in the second.
    Int128 returning_revenue = 0, new_revenue = 0;

    [[nodiscard]] std::int64_t customers() const noexcept { return joined + returning; }
};

// Adds to `report`, a row a period from `first_period` on. Rows before it count for what came first.
void new_vs_returning(const View& view, const Step& step, std::int32_t first_period, std::span<NewVsReturning> report);

}  // namespace customer_value::ledger
