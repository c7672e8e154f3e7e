#include "pg/arguments.h"
#include "pg/ledger_cohorts.h"

using namespace customer_value;
using namespace customer_value::pg;
using ledger::CohortGrid;

namespace {

CohortGrid grid_argument(FunctionCallInfo fcinfo, int as_of_index, const ledger::Head& head)
{
    const ledger::Step step = step_argument(fcinfo, 1);
    const auto as_of = day_argument(fcinfo, as_of_index, "as_of");
    return guarded([&] { return ledger::cohort_grid(head, step, as_of); });
}

}  // namespace

// cohort_retention(ledger, step, kind, as_of)
SQL_FUNCTION(cohort_retention)
{
    if (lacks(fcinfo, {0, 1, 2}))
        return no_rows(fcinfo);
    const std::string_view kind_name = text_of(PG_GETARG_DATUM(2));
    const auto kind = guarded([&] { return ledger::retention_kind_named(kind_name); });
    const Ledger ledger(fcinfo, 0);
    const CohortGrid grid = grid_argument(fcinfo, 3, ledger);
    const auto sizes = zeros<std::int64_t>(static_cast<std::size_t>(grid.periods));
    const auto active = zeros<std::int64_t>(grid.cells());
    ledger.read([&](const ledger::View& rows) { return ledger::cohort_retention(rows, grid, kind, sizes, active); },
                ledger::CustomerStream::Amounts::left_out, ledger::RowOrder::any);

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

// revenue_cohorts(ledger, step, as_of)
SQL_FUNCTION(revenue_cohorts)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const CohortGrid grid = grid_argument(fcinfo, 2, ledger);
    const auto sizes = zeros<std::int64_t>(static_cast<std::size_t>(grid.periods));
    const auto revenue = zeros<Int128>(grid.cells());
    ledger.read([&](const ledger::View& rows) { return ledger::revenue_cohorts(rows, grid, sizes, revenue); },
                ledger::CustomerStream::Amounts::read, ledger::RowOrder::any);

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
        const Datum total = numeric_of(cumulative, ledger.scale);
        rows.put({day_column(grid.start(cohort)),
                  count_column(size),
                  period_column(k),
                  {numeric_of(earned, ledger.scale), false},
                  {total, false},
                  ratio(total, NumericGetDatum(int64_to_numeric(size)), ledger.scale)});
    });
    return rows.done();
}
