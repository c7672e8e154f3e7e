// What reports with a triangle of cohorts and periods share.
#pragma once

#include "pg/ledger_customers.h"

#include "core/ledger/cohorts.h"

#include <span>

namespace customer_value::pg {

// Calls `put` with each cohort that has customers, for each of the periods that the first of them has complete (one at
// least).
template <class Put> void each_cell(const ledger::CohortGrid& grid, std::span<const std::int64_t> sizes, Put put)
{
    std::size_t first = 0;
    while (first < sizes.size() && sizes[first] == 0)
        ++first;
    const std::int64_t last_k = std::max<std::int64_t>(grid.last_complete - static_cast<std::int64_t>(first), 0);
    for (std::size_t cohort = first; cohort < sizes.size(); ++cohort)
        for (std::int64_t k = 0; sizes[cohort] > 0 && k <= last_k; ++k)
            put(static_cast<std::int64_t>(cohort), k);
}

inline NullableResult period_column(std::int64_t k) { return {Int32GetDatum(static_cast<std::int32_t>(k)), false}; }

}  // namespace customer_value::pg
