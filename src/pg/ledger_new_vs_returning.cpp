#include "pg/ledger_customers.h"

#include "core/ledger/new_vs_returning.h"

using namespace customer_value;
using namespace customer_value::pg;

// new_vs_returning(ledger, step, from_day, to_day, origin)
SQL_FUNCTION(new_vs_returning)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const Periods periods = periods_argument(fcinfo, 1, 2, 3, ledger);
    const auto report = zeros<ledger::NewVsReturning>(static_cast<std::size_t>(periods.count));
    ledger.read(
        [&](const ledger::View& view) { return ledger::new_vs_returning(view, periods.step, periods.first, report); },
        ledger::CustomerStream::Amounts::read);
    ResultRows rows(fcinfo);
    for (std::size_t i = 0; i < report.size(); ++i) {
        const ledger::NewVsReturning& row = report[i];
        rows.put({day_column(periods.start(static_cast<std::int64_t>(i))), count_column(row.customers()),
                  count_column(row.joined), count_column(row.returning), money_column(ledger, row.new_revenue),
                  money_column(ledger, row.returning_revenue),
                  percent(row.returning + row.joined_and_repeated, row.customers()), count_column(row.repeated)});
    }
    return rows.done();
}
