#include "pg/ledger_arguments.h"
#include "pg/memory.h"
#include "pg/result_rows.h"

#include "core/ledger/active.h"

using namespace customer_value;
using namespace customer_value::pg;

namespace {

std::int32_t window_argument(FunctionCallInfo fcinfo, int index)
{
    const std::int32_t window_days = PG_GETARG_INT32(index);
    if (window_days < 1)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("window_days must be at least 1: %d", window_days),
                 errhint("Pass for example 7 for weekly or 30 for monthly active customers.")));
    return window_days;
}

struct DayRows {
    ledger::Day first;
    std::size_t count;
};

// The days of a report: [from, to), or those from the first or to the last row where one is NULL.
DayRows day_rows_argument(FunctionCallInfo fcinfo, int from_index, int to_index, const ledger::Head& head)
{
    const DayBounds bounds = day_bounds_argument(fcinfo, from_index, to_index);
    if (head.rows == 0 && !(bounds.from && bounds.to))
        return {0, 0};
    const ledger::Day first = bounds.from.value_or(head.first_day), end = bounds.to.value_or(head.last_day + 1);
    if (end <= first)
        return {0, 0};
    const std::int64_t count = std::int64_t{end} - first;
    if (count > most_periods)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("from_day and to_day make more than %lld days", static_cast<long long>(most_periods)),
                        errhint("Take a shorter time.")));
    return {first, static_cast<std::size_t>(count)};
}

}  // namespace

// rolling_active(ledger, window_days, from, to, known_from)
SQL_FUNCTION(rolling_active)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const std::int32_t window_days = window_argument(fcinfo, 1);
    const Ledger ledger(fcinfo, 0);
    const DayRows days = day_rows_argument(fcinfo, 2, 3, ledger);
    const ledger::Day known_from = known_from_argument(fcinfo, 4, ledger);
    auto* active = static_cast<ledger::Active*>(palloc0((days.count + 1) * sizeof(ledger::Active)));
    ledger.read([&](const ledger::View& rows) {
        return ledger::rolling_active(rows, days.first, window_days, {active, days.count});
    });
    ResultRows rows(fcinfo);
    for (std::size_t i = 0; i < days.count; ++i) {
        const ledger::Day day = days.first + static_cast<ledger::Day>(i);
        const bool is_known = std::int64_t{day} + 1 - window_days >= known_from;
        rows.put({day_column(day), count_column(active[i].on_day),
                  is_known ? count_column(active[i].in_window) : null_column(),
                  is_known ? percent(active[i].on_day, active[i].in_window) : null_column()});
    }
    return rows.done();
}

// stickiness(ledger, step, origin)
SQL_FUNCTION(stickiness)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const ledger::View view = Ledger(fcinfo, 0).laid_out();
    const ledger::Step step = step_argument(fcinfo, 1, 2);
    const std::size_t most = ledger::most_active_periods(view);
    const auto customers = zeros<std::int64_t>(most + 1);
    guarded([&] { ledger::stickiness(view, step, customers); });
    ResultRows rows(fcinfo);
    for (std::size_t periods = 1; periods <= most; ++periods)
        if (customers[periods] > 0)
            rows.put({NullableResult{Int32GetDatum(static_cast<std::int32_t>(periods)), false},
                      count_column(customers[periods])});
    return rows.done();
}
