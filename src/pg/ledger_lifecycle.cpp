#include "pg/ledger_arguments.h"
#include "pg/result_rows.h"

#include "core/ledger/growth.h"
#include "core/ledger/lifecycle.h"

using namespace customer_value;
using namespace customer_value::pg;

namespace {

// Of the customers active at the start of [from, to), those lost at its end; of none where that is not known.
Proportion churn_argument(FunctionCallInfo fcinfo)
{
    if (lacks(fcinfo, {0, 1, 2, 3}))
        return {};
    const Ledger ledger(fcinfo, 0);
    const DayBounds bounds = day_bounds_argument(fcinfo, 1, 2);
    const ledger::Span lapse = span_argument(fcinfo, 3, "lapse");
    const ledger::Day known_from = known_from_argument(fcinfo, 4, ledger);
    if (ledger.rows == 0 || !ledger::is_known(*bounds.from, lapse, known_from))
        return {};
    return ledger.read(
        [&](const ledger::View& rows) { return ledger::churn_between(rows, *bounds.from, *bounds.to, lapse); });
}

}  // namespace

// lifecycle(ledger, step, from, to, origin)
SQL_FUNCTION(lifecycle)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const Periods periods = periods_argument(fcinfo, 1, 2, 3, ledger);
    const auto count = static_cast<std::size_t>(periods.count);
    auto* lifecycle = static_cast<ledger::Lifecycle*>(palloc0((count + 1) * sizeof(ledger::Lifecycle)));
    ledger.read([&](const ledger::View& rows) {
        return ledger::lifecycle(rows, periods.step, periods.first, {lifecycle, count});
    });
    ResultRows rows(fcinfo);
    for (std::size_t i = 0; i < count; ++i)
        rows.put({day_column(periods.start(static_cast<std::int64_t>(i))), count_column(lifecycle[i].joined),
                  count_column(lifecycle[i].returning), count_column(lifecycle[i].resurrecting),
                  count_column(lifecycle[i].dormant)});
    return rows.done();
}

// churn_rate(ledger, from, to, lapse, known_from)
SQL_FUNCTION(ledger_churn_rate)
{
    const Proportion churn = churn_argument(fcinfo);
    return percent(churn.hits, churn.total).returned(fcinfo);
}

// retention_rate(ledger, from, to, lapse, known_from)
SQL_FUNCTION(ledger_retention_rate)
{
    const Proportion churn = churn_argument(fcinfo);
    return percent(churn.total - churn.hits, churn.total).returned(fcinfo);
}
