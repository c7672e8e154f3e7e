// Fits straight from a ledger.
#include "pg/clv_ledger.h"

using namespace customer_value;
using namespace customer_value::pg;
using ledger::Day;
using ledger::View;

namespace {

// fit(ledger, as_of, unit)
template <class Model> Datum fit_ledger(FunctionCallInfo fcinfo)
{
    if (lacks(fcinfo, {0, 2}))
        PG_RETURN_NULL();
    const Ledger ledger(fcinfo, 0);
    const Day as_of = as_of_argument(fcinfo, 1, ledger);
    const View view = settled(ledger.laid_out(), as_of);
    const std::int32_t unit = unit_days(fcinfo, 2);
    return fitted_row<Model>(fcinfo, *purchase_state(view, as_of, unit), {PG_GETARG_DATUM(2), false});
}

}  // namespace

SQL_FUNCTION(bg_nbd_fit_ledger) { return fit_ledger<clv::BgNbd>(fcinfo); }
SQL_FUNCTION(mbg_nbd_fit_ledger) { return fit_ledger<clv::MbgNbd>(fcinfo); }
SQL_FUNCTION(pareto_nbd_fit_ledger) { return fit_ledger<clv::ParetoNbd>(fcinfo); }

// repeat_purchases(ledger, as_of, unit)
SQL_FUNCTION(repeat_purchases_ledger)
{
    if (lacks(fcinfo, {0, 2}))
        PG_RETURN_NULL();
    const Ledger ledger(fcinfo, 0);
    const Day as_of = as_of_argument(fcinfo, 1, ledger);
    const View view = settled(ledger.laid_out(), as_of);
    return datum_of(finished(*purchase_state(view, as_of, unit_days(fcinfo, 2))));
}

// bg_bb_fit(ledger, as_of, step)
SQL_FUNCTION(bg_bb_fit_ledger)
{
    if (lacks(fcinfo, {0, 2}))
        PG_RETURN_NULL();
    const Ledger ledger(fcinfo, 0);
    const Day as_of = as_of_argument(fcinfo, 1, ledger);
    const View view = settled(ledger.laid_out(), as_of);
    const ledger::Step step = step_argument(fcinfo, 2);
    auto* state = empty<clv::RepeatPurchases>();
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        CHECK_FOR_INTERRUPTS();
        const auto history = clv::opportunities_by(view.of(customer), as_of, step);
        if (!history)
            continue;
        guarded([&] { clv::check(*history); });
        state = add(state, history->frequency, static_cast<double>(history->recency),
                    static_cast<double>(history->opportunities));
    }
    return fitted_row<clv::BgBb>(fcinfo, *state, {PG_GETARG_DATUM(2), false});
}

// gamma_gamma_fit(ledger, as_of)
SQL_FUNCTION(gamma_gamma_fit_ledger)
{
    if (lacks(fcinfo, {0}))
        PG_RETURN_NULL();
    const Ledger ledger(fcinfo, 0);
    const Day as_of = as_of_argument(fcinfo, 1, ledger);
    const View view = settled(ledger.laid_out(), as_of);
    require_amounts(view);
    auto* state = empty<clv::RepeatSpend>();
    each_bought(view, as_of, [&](std::uint32_t, const clv::Bought& bought) {
        state = add(state, bought.frequency, monetary_value_of(view, bought));
    });
    return fitted_row<clv::GammaGamma>(fcinfo, *state, {});
}
