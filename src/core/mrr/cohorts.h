// What becomes of the customers who began to pay in a period, and how long contracts last.
#pragma once

#include "core/mrr/movements.h"

#include "core/ledger/cohorts.h"

#include <cstdint>
#include <span>

namespace customer_value::mrr {

// A customer's cohort is the period of the first day of paying. The base is what the customer is worth at the end of
// that period.
struct CohortCell {
    Int128 mrr = 0;              // at the end of the period
    Int128 retained = 0;         // of it what does not exceed each customer's base
    std::int64_t customers = 0;  // who pay
};

// The periods of the cohorts: from that of the first row to that of as_of.
[[nodiscard]] ledger::CohortGrid cohort_grid(const ledger::Head& head, ledger::Step step, Day as_of);

// Adds the customers to `sizes` (a cohort each) and `cells` (grid.cells()), which are zero. Rows come by day.
void cohorts(const View& view, const ledger::CohortGrid& grid, ledger::Span grace, std::span<std::int64_t> sizes,
             std::span<CohortCell> cells);

// How many first contracts ended in their t-th period and how many were last seen going on after t, for t = index + 1:
// what the sBG model takes (P. Fader, B. Hardie 2007, "How to project customer retention", J. Interactive Marketing
// 21:76).
struct ContractRenewals {
    std::int64_t lost = 0, survived = 0;
};

// How many of `renewals` there are at most.
[[nodiscard]] std::int64_t most_renewals(const ledger::Head& head, ledger::Span step, Day as_of) noexcept;

// A customer's first contract runs from the first day of paying to the next day of not paying. It ended in period t
// where that day lies behind first + (t - 1) steps and not behind first + t steps; it survived t periods where the
// customer still pays on the day first + t steps, which as_of has reached. Who has not come to the first renewal yet
// says nothing. Rows come by day.
void renewals(const View& view, ledger::Span step, Day as_of, ledger::Span grace, std::span<ContractRenewals> renewals);

}  // namespace customer_value::mrr
