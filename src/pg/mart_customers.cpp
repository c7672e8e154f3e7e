// What a mart keeps of each customer.
#include "pg/clv_ledger.h"

using namespace customer_value;
using namespace customer_value::pg;
using ledger::Day;
using ledger::View;

namespace {

// _mart_customers(ledger, key, as_of)
Datum mart_customers(FunctionCallInfo fcinfo, StatedKind stated)
{
    if (lacks(fcinfo, {0, 2}))
        return no_rows(fcinfo);
    const View view = Ledger(fcinfo, 0).laid_out();
    require_kind(fcinfo, 1, view, stated);
    const Day as_of = *day_argument(fcinfo, 2, "as_of");
    const View left = settled(view, as_of);
    ResultRows rows(fcinfo);
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        CHECK_FOR_INTERRUPTS();
        const auto all = ledger::purchases_of(ledger::until(view.of(customer), as_of));
        if (all.rows == 0)
            continue;
        const auto bought = clv::bought_by(left.of(customer), as_of);
        const auto day = [](bool is_there, Day day) { return is_there ? day_column(day) : null_column(); };
        const Day first = bought ? as_of - bought->age_days : 0, last = bought ? first + bought->recency_days : 0;
        rows.put({customer_column(view, customer, stated), day(all.orders > 0, all.first_order),
                  day(all.orders > 0, all.last_order), count_column(all.orders), money_column(view, all.net()),
                  money_column(view, all.gross), money_column(view, all.refunds), day(bought.has_value(), first),
                  day(bought.has_value(), last), bought ? count_column(bought->frequency) : null_column(),
                  bought ? NullableResult{Float8GetDatum(monetary_value_of(view, *bought)), false} : null_column()});
    }
    return rows.done();
}

}  // namespace

SQL_FUNCTION(mart_customers_bigint) { return mart_customers(fcinfo, KeyKind::bigint); }
SQL_FUNCTION(mart_customers_text) { return mart_customers(fcinfo, std::nullopt); }
