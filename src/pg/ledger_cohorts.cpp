#include "pg/arguments.h"
#include "pg/ledger_cohorts.h"

#include "core/ledger/start_cohorts.h"

using namespace customer_value;
using namespace customer_value::pg;
using ledger::CohortGrid;

namespace {

// Cohorts by the first order, in the step and as of the day that arguments name; the origin follows as_of.
CohortGrid grid_argument(FunctionCallInfo fcinfo, int step_index, int as_of_index, const ledger::Head& head)
{
    const ledger::Step step = step_argument(fcinfo, step_index, as_of_index + 1);
    const auto as_of = day_argument(fcinfo, as_of_index, "as_of");
    return guarded([&] { return ledger::cohort_grid(head, step, as_of); });
}
// Cohorts by starts.
CohortGrid grid_argument(FunctionCallInfo fcinfo, int step_index, int as_of_index, const ledger::Head& starts,
                         const ledger::Head& orders)
{
    const ledger::Step step = step_argument(fcinfo, step_index, as_of_index + 1);
    const auto as_of = day_argument(fcinfo, as_of_index, "as_of");
    return guarded([&] { return ledger::start_cohort_grid(starts, orders, step, as_of); });
}

ledger::RetentionKind kind_argument(FunctionCallInfo fcinfo, int index)
{
    const std::string_view name = text_of(PG_GETARG_DATUM(index));
    return guarded([&] { return ledger::retention_kind_named(name); });
}

Datum retention_rows(FunctionCallInfo fcinfo, const CohortGrid& grid, std::span<const std::int64_t> sizes,
                     std::span<const std::int64_t> active)
{
    ResultRows rows(fcinfo);
    each_cell(grid, sizes, [&](std::int64_t cohort, std::int64_t k) {
        const std::int64_t size = sizes[static_cast<std::size_t>(cohort)];
        const std::int64_t stayed = grid.has(cohort, k) ? active[grid.cell(cohort, k)] : 0;
        const bool is_complete = grid.is_complete(cohort, k);
        rows.put({day_column(grid.start(cohort)), count_column(size), period_column(k),
                  is_complete ? count_column(stayed) : null_column(),
                  is_complete ? percent(stayed, size) : null_column()});
    });
    return rows.done();
}

Datum revenue_rows(FunctionCallInfo fcinfo, const CohortGrid& grid, int scale, std::span<const std::int64_t> sizes,
                   std::span<const Int128> revenue)
{
    ResultRows rows(fcinfo);
    Int128 cumulative = 0;
    each_cell(grid, sizes, [&](std::int64_t cohort, std::int64_t k) {
        const std::int64_t size = sizes[static_cast<std::size_t>(cohort)];
        const Int128 earned = grid.has(cohort, k) ? revenue[grid.cell(cohort, k)] : 0;
        cumulative = k == 0 ? earned : cumulative + earned;
        if (!grid.is_complete(cohort, k)) {
            rows.put({day_column(grid.start(cohort)), count_column(size), period_column(k), null_column(),
                      null_column(), null_column()});
            return;
        }
        const Datum total = numeric_of(cumulative, scale);
        rows.put({day_column(grid.start(cohort)),
                  count_column(size),
                  period_column(k),
                  {numeric_of(earned, scale), false},
                  {total, false},
                  ratio(total, NumericGetDatum(int64_to_numeric(size)), scale)});
    });
    return rows.done();
}

}  // namespace

// cohort_retention(ledger, step, kind, as_of, origin)
SQL_FUNCTION(cohort_retention)
{
    if (lacks(fcinfo, {0, 1, 2}))
        return no_rows(fcinfo);
    const auto kind = kind_argument(fcinfo, 2);
    const Ledger ledger(fcinfo, 0);
    const CohortGrid grid = grid_argument(fcinfo, 1, 3, ledger);
    const auto sizes = zeros<std::int64_t>(static_cast<std::size_t>(grid.periods));
    const auto active = zeros<std::int64_t>(grid.cells());
    ledger.read([&](const ledger::View& rows) { return ledger::cohort_retention(rows, grid, kind, sizes, active); },
                ledger::CustomerStream::Amounts::left_out, ledger::RowOrder::any);
    return retention_rows(fcinfo, grid, sizes, active);
}

// cohort_retention_by_start(starts, ledger, step, kind, as_of, origin)
SQL_FUNCTION(cohort_retention_by_start)
{
    if (lacks(fcinfo, {0, 1, 2, 3}))
        return no_rows(fcinfo);
    const auto kind = kind_argument(fcinfo, 3);
    const auto starts = Ledger(fcinfo, 0).stored(), orders = Ledger(fcinfo, 1).stored();
    const CohortGrid grid = grid_argument(fcinfo, 2, 4, starts, orders);
    const auto sizes = zeros<std::int64_t>(static_cast<std::size_t>(grid.periods));
    const auto active = zeros<std::int64_t>(grid.cells());
    guarded([&] { ledger::start_cohort_retention(starts, orders, grid, kind, sizes, active); });
    return retention_rows(fcinfo, grid, sizes, active);
}

// revenue_cohorts(ledger, step, as_of, origin)
SQL_FUNCTION(revenue_cohorts)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const CohortGrid grid = grid_argument(fcinfo, 1, 2, ledger);
    const auto sizes = zeros<std::int64_t>(static_cast<std::size_t>(grid.periods));
    const auto revenue = zeros<Int128>(grid.cells());
    ledger.read([&](const ledger::View& rows) { return ledger::revenue_cohorts(rows, grid, sizes, revenue); },
                ledger::CustomerStream::Amounts::read, ledger::RowOrder::any);
    return revenue_rows(fcinfo, grid, ledger.scale, sizes, revenue);
}

// revenue_cohorts_by_start(starts, ledger, step, as_of, origin)
SQL_FUNCTION(revenue_cohorts_by_start)
{
    if (lacks(fcinfo, {0, 1, 2}))
        return no_rows(fcinfo);
    const auto starts = Ledger(fcinfo, 0).stored(), orders = Ledger(fcinfo, 1).stored();
    const CohortGrid grid = grid_argument(fcinfo, 2, 3, starts, orders);
    const auto sizes = zeros<std::int64_t>(static_cast<std::size_t>(grid.periods));
    const auto revenue = zeros<Int128>(grid.cells());
    guarded([&] { ledger::start_revenue_cohorts(starts, orders, grid, sizes, revenue); });
    return revenue_rows(fcinfo, grid, orders.scale, sizes, revenue);
}
