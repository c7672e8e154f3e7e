#include "pg/ledger_arguments.h"
#include "pg/result_rows.h"

#include "core/common/statistics.h"
#include "core/ledger/growth.h"

using namespace customer_value;
using namespace customer_value::pg;

namespace {

NullableResult percent_column(double share) { return {numeric_of(100 * share), false}; }

}  // namespace

// customer_growth(ledger, step, from, to, lapse, known_from, origin)
SQL_FUNCTION(customer_growth)
{
    if (lacks(fcinfo, {0, 1, 4}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const Periods periods = periods_argument(fcinfo, 1, 2, 3, ledger);
    const ledger::Span lapse = span_argument(fcinfo, 4, "lapse");
    const ledger::Day known_from = known_from_argument(fcinfo, 5, ledger);
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
        const bool knows_start = ledger::is_known(bounds[i], lapse, known_from),
                   knows_end = ledger::is_known(bounds[i + 1], lapse, known_from),
                   has_rate = knows_start && row.at_start > 0;
        const Proportion churn{row.churned, row.at_start};
        const customer_value::ConfidenceInterval interval =
            has_rate ? guarded([&] { return wilson(churn, z); }) : customer_value::ConfidenceInterval{};
        const auto counted = [](bool is_known, std::int64_t customers) {
            return is_known ? count_column(customers) : null_column();
        };
        rows.put({day_column(bounds[i]), counted(knows_start, row.at_start), count_column(row.joined),
                  counted(knows_start, row.reactivated), counted(knows_start, row.churned),
                  counted(knows_end, row.at_end), has_rate ? percent(row.churned, row.at_start) : null_column(),
                  has_rate ? percent_column(interval.lower) : null_column(),
                  has_rate ? percent_column(interval.upper) : null_column()});
    }
    return rows.done();
}
