#include "pg/aggregate.h"
#include "pg/ledger_customers.h"

#include "core/ledger/order_gaps.h"
#include "core/survival/survival.h"

using namespace customer_value;
using namespace customer_value::pg;

// days_between_orders(ledger, as_of)
SQL_FUNCTION(days_between_orders)
{
    if (lacks(fcinfo, {0}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const ledger::Day as_of = as_of_argument(fcinfo, 1, ledger);
    const auto gaps = ledger.read([&](const ledger::View& view) { return ledger::order_gaps(view, as_of); });
    const auto days = [&](std::size_t i) {
        return gaps.quantiles[i] ? NullableResult{Float8GetDatum(*gaps.quantiles[i]), false} : null_column();
    };
    ResultRows rows(fcinfo);
    rows.put({count_column(gaps.gaps), count_column(gaps.customers), days(0), days(1), days(2), days(3)});
    return rows.done();
}

// time_to_next_order(ledger, nth, as_of)
SQL_FUNCTION(time_to_next_order)
{
    if (lacks(fcinfo, {0, 1}))
        PG_RETURN_NULL();
    const Ledger ledger(fcinfo, 0);
    const std::int32_t nth = PG_GETARG_INT32(1);
    const ledger::Day as_of = as_of_argument(fcinfo, 2, ledger);
    const std::span waits(allocated<ledger::Wait>(ledger.customers), ledger.customers);
    const std::size_t count =
        ledger.read([&](const ledger::View& view) { return ledger::waits_for_next_order(view, nth, as_of, waits); });
    auto* state = empty<survival::State>();
    for (const ledger::Wait& wait : waits.first(count)) {
        survival::Duration duration{};
        duration.length = wait.days;
        duration.churned = wait.ordered;
        duration.censored = wait.waiting;
        state = add(state, duration);
    }
    return datum_of(finished(*state));
}
