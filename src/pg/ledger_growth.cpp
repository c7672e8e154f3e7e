#include "pg/ledger_arguments.h"
#include "pg/result_rows.h"

#include "core/common/statistics.h"
#include "core/ledger/growth.h"

using namespace customer_value;
using namespace customer_value::pg;

namespace {

NullableResult percent_column(double share) { return {numeric_of(100 * share), false}; }

}  // namespace

// customer_growth(ledger, step, from, to, lapse)
SQL_FUNCTION(customer_growth)
{
    if (lacks(fcinfo, {0, 1, 4}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const Periods periods = periods_argument(fcinfo, 1, 2, 3, ledger);
    const ledger::Span lapse = span_argument(fcinfo, 4, "lapse");
    const auto count = static_cast<std::size_t>(periods.count);
    auto* bounds = static_cast<ledger::Day*>(palloc((count + 1) * sizeof(ledger::Day)));
    auto* growth = static_cast<ledger::Growth*>(palloc0((count + 1) * sizeof(ledger::Growth)));
    for (std::size_t i = 0; i <= count; ++i)
        bounds[i] = periods.start(static_cast<std::int64_t>(i));
    if (count > 0)
        ledger.read([&](const ledger::View& view) {
            ledger::customer_growth(view, {bounds, count + 1}, lapse, {growth, count});
        });
    const double z = guarded([&] { return two_sided_z(0.95); });
    ResultRows rows(fcinfo);
    for (std::size_t i = 0; i < count; ++i) {
        const ledger::Growth& row = growth[i];
        const Proportion churn{row.churned, row.at_start};
        const customer_value::ConfidenceInterval interval =
            row.at_start == 0 ? customer_value::ConfidenceInterval{} : guarded([&] { return wilson(churn, z); });
        rows.put({day_column(bounds[i]), count_column(row.at_start), count_column(row.joined),
                  count_column(row.reactivated), count_column(row.churned), count_column(row.at_end),
                  percent(row.churned, row.at_start),
                  row.at_start == 0 ? null_column() : percent_column(interval.lower),
                  row.at_start == 0 ? null_column() : percent_column(interval.upper)});
    }
    return rows.done();
}
