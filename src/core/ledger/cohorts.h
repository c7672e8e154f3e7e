// Cohorts: customers by the period of their first order, and what becomes of them in the periods behind it.
//
// Cells lie in a triangle: cohort c, of so many periods as there are rows in, has the periods k = 0 .. periods - 1 - c.
// Whatever lies beyond has no rows and is zero.
#pragma once

#include "core/common/mantissa.h"
#include "core/ledger/view.h"

#include <cstdint>
#include <optional>
#include <span>

namespace customer_value::ledger {

struct CohortGrid {
    Step step;
    Day as_of;                   // rows of later days are not read
    std::int32_t first_period;   // that of the first row; cohorts are counted from it
    std::int32_t periods;        // those that hold rows up to as_of, and those between; 0 without rows
    std::int32_t last_complete;  // the last period that has ended at as_of; counted from first_period, perhaps negative

    [[nodiscard]] std::size_t cells() const noexcept { return cell(periods, 0); }
    [[nodiscard]] std::size_t cell(std::int64_t cohort, std::int64_t k) const noexcept
    {
        return static_cast<std::size_t>(cohort * periods - cohort * (cohort - 1) / 2 + k);
    }
    [[nodiscard]] bool is_complete(std::int64_t cohort, std::int64_t k) const noexcept
    {
        return cohort + k <= last_complete;
    }
    [[nodiscard]] bool has(std::int64_t cohort, std::int64_t k) const noexcept { return cohort + k < periods; }
    [[nodiscard]] Day start(std::int64_t cohort) const noexcept
    {
        return step.start_of(std::int64_t{first_period} + cohort);
    }
};

// The cells of a daily triangle of 22 years.
inline constexpr std::int64_t most_cohort_cells = std::int64_t{1} << 25;
// Periods between the first row and as_of.
inline constexpr std::int64_t most_cohort_periods = 1'000'000;

// Without as_of: as of the last day. Throws invalid_parameter where the periods are too many.
[[nodiscard]] CohortGrid cohort_grid(const Head& head, Step step, std::optional<Day> as_of);

enum class RetentionKind {
    on,           // ordered in period k
    on_or_after,  // ordered in period k or later
    every,        // ordered in each of the periods 0 .. k
};

// The kind of that name; throws invalid_parameter.
[[nodiscard]] RetentionKind retention_kind_named(std::string_view name);

// Where each customer counts in the last of its cells only: then in all those before it, too.
void count_downwards(const CohortGrid& grid, std::span<std::int64_t> active);

// Adds the customers to `sizes` (a cohort each) and to `active` (grid.cells()), which are zero.
void cohort_retention(const View& view, const CohortGrid& grid, RetentionKind kind, std::span<std::int64_t> sizes,
                      std::span<std::int64_t> active);

// Adds the customers to `sizes` and their amounts, refunds too, to `revenue` (grid.cells()), which are zero. Refunds
// before the first order count in k = 0. Throws invalid_parameter for a ledger without amounts.
void revenue_cohorts(const View& view, const CohortGrid& grid, std::span<std::int64_t> sizes,
                     std::span<Int128> revenue);

}  // namespace customer_value::ledger
