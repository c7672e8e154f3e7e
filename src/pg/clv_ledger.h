// Models and ledgers: arguments, and the rows that fits take.
#pragma once

#include "pg/clv_model.h"
#include "pg/ledger_customers.h"

#include "core/clv/outlook.h"

namespace customer_value::pg {

// The unit of a model's time: whole days or weeks. Ereports 22023 for months, which differ in length.
inline std::int32_t unit_days(FunctionCallInfo fcinfo, int index)
{
    const ledger::Span unit = span_argument(fcinfo, index, "unit");
    if (unit.months != 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("unit must be a number of days or weeks: %s",
                               DatumGetCString(DirectFunctionCall1(interval_out, PG_GETARG_DATUM(index)))),
                        errhint("Months differ in length: pass '1 day' or '1 week', for example.")));
    return unit.days;
}

// Calls use(customer, bought) for each customer of a settled view with an order by then.
template <class Use> void each_bought(const ledger::View& view, ledger::Day as_of, Use use)
{
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        CHECK_FOR_INTERRUPTS();
        const auto bought = clv::bought_by(view.of(customer), as_of);
        if (bought)
            use(customer, *bought);
    }
}

// The state that a fit takes, as if rfm_summary had been aggregated.
inline clv::RepeatPurchases* purchase_state(const ledger::View& view, ledger::Day as_of, std::int32_t unit)
{
    auto* state = empty<clv::RepeatPurchases>();
    each_bought(view, as_of, [&](std::uint32_t, const clv::Bought& bought) {
        const clv::History history = bought.history(unit);
        state = add(state, history.frequency, history.recency, history.age);
    });
    return state;
}

// The mean spend of the repeat days; 0 without any.
inline double monetary_value_of(const ledger::View& view, const clv::Bought& bought)
{
    if (bought.frequency == 0)
        return 0;
    const double unit = std::pow(10.0, view.scale);
    return static_cast<double>(bought.spend) / unit / static_cast<double>(bought.frequency);
}

inline void require_amounts(const ledger::Head& head)
{
    if (head.customers > 0 && !head.has_amounts)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("this ledger has no amounts, which a forecast of value needs"),
                        errhint("Make it with ledger_agg(customer, day, amount).")));
}

}  // namespace customer_value::pg
