#include "pg/ledger_cohorts.h"
#include "pg/ledger_customers.h"

#include "core/mrr/cohorts.h"

using namespace customer_value;
using namespace customer_value::pg;
using ledger::CohortGrid;
using ledger::View;

// mrr_cohorts(ledger, step, as_of, grace, origin)
SQL_FUNCTION(mrr_cohorts)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const ledger::Step step = step_argument(fcinfo, 1, 4);
    const ledger::Day as_of = as_of_argument(fcinfo, 2, ledger);
    const ledger::Span grace = grace_argument(fcinfo, 3);
    const CohortGrid grid = guarded([&] { return mrr::cohort_grid(ledger, step, as_of); });
    const auto sizes = zeros<std::int64_t>(static_cast<std::size_t>(grid.periods));
    const auto cells = zeros<mrr::CohortCell>(grid.cells());
    ledger.read([&](const View& customers) { mrr::cohorts(customers, grid, grace, sizes, cells); },
                ledger::CustomerStream::Amounts::read);

    ResultRows rows(fcinfo);
    each_cell(grid, sizes, [&](std::int64_t cohort, std::int64_t k) {
        const std::int64_t size = sizes[static_cast<std::size_t>(cohort)];
        if (!grid.is_complete(cohort, k)) {
            rows.put({day_column(grid.start(cohort)), count_column(size), period_column(k), null_column(),
                      null_column(), null_column(), null_column(), null_column(), null_column()});
            return;
        }
        const mrr::CohortCell& cell = cells[grid.cell(cohort, k)];
        const Datum base = numeric_of(cells[grid.cell(cohort, 0)].mrr, ledger.scale),
                    now = numeric_of(cell.mrr, ledger.scale), retained = numeric_of(cell.retained, ledger.scale);
        rows.put({day_column(grid.start(cohort)),
                  count_column(size),
                  period_column(k),
                  count_column(cell.customers),
                  percent(cell.customers, size),
                  {now, false},
                  percent(now, base),
                  {retained, false},
                  percent(retained, base)});
    });
    return rows.done();
}

// renewals(ledger, step, as_of, grace)
SQL_FUNCTION(mrr_renewals)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const ledger::Span step = span_argument(fcinfo, 1, "step");
    (void)step_argument(fcinfo, 1);
    const ledger::Day as_of = as_of_argument(fcinfo, 2, ledger);
    const ledger::Span grace = grace_argument(fcinfo, 3);
    const std::int64_t most = mrr::most_renewals(ledger, step, as_of);
    if (most > most_periods)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("step and as_of make more than %lld periods", static_cast<long long>(most_periods)),
                        errhint("Take a longer step or an earlier as_of.")));
    const auto counts = zeros<mrr::ContractRenewals>(static_cast<std::size_t>(most));
    ledger.read([&](const View& view) { mrr::renewals(view, step, as_of, grace, counts); },
                ledger::CustomerStream::Amounts::read);

    ResultRows rows(fcinfo);
    std::size_t count = counts.size();
    while (count > 0 && counts[count - 1].lost == 0 && counts[count - 1].survived == 0)
        --count;
    for (std::size_t i = 0; i < count; ++i)
        rows.put({count_column(static_cast<std::int64_t>(i) + 1), count_column(counts[i].lost),
                  count_column(counts[i].survived)});
    return rows.done();
}
