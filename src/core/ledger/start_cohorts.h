// Cohorts by a start that is not the first order, such as a sign-up or an install: the starts are in one ledger, the
// orders in another. Both are read side by side in the order of their keys.
//
// A customer is of the cohort of the first row of the starts that is no refund. Who starts and never orders is in the
// size of the cohort; who orders without a start is in none, and orders before the period of the start do not count.
#pragma once

#include "core/common/mantissa.h"
#include "core/ledger/codec.h"
#include "core/ledger/cohorts.h"

#include <cstdint>
#include <optional>
#include <span>

namespace customer_value::ledger {

// From the first period of the starts on; without as_of: as of the last day of both. Throws invalid_parameter where the
// customers of the two are of different kinds, or the periods too many.
[[nodiscard]] CohortGrid start_cohort_grid(const Head& starts, const Head& orders, Step step, std::optional<Day> as_of);

// Adds to `sizes` and to `active`, as cohort_retention does.
void start_cohort_retention(const StoredLedger& starts, const StoredLedger& orders, const CohortGrid& grid,
                            RetentionKind kind, std::span<std::int64_t> sizes, std::span<std::int64_t> active);

// Adds to `sizes` and to `revenue` the amounts from the period of the start on. Throws invalid_parameter for orders
// without amounts.
void start_revenue_cohorts(const StoredLedger& starts, const StoredLedger& orders, const CohortGrid& grid,
                           std::span<std::int64_t> sizes, std::span<Int128> revenue);

}  // namespace customer_value::ledger
