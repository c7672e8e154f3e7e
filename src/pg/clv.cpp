// The states of fits, fits of rows, and models from given parameters.
#include "pg/clv_model.h"

#include "core/common/mantissa.h"

#include <charconv>

using namespace customer_value;
using namespace customer_value::pg;

STATE_FUNCTIONS(repeat_purchase_state, clv::RepeatPurchases)
STATE_FUNCTIONS(repeat_spend_state, clv::RepeatSpend)
STATE_FUNCTIONS(renewal_state, clv::Renewals)

namespace {

// The double next to a numeric.
double double_of(const Decimal& value)
{
    require_finite("monetary_value", value);
    constexpr std::int64_t exact = std::int64_t{1} << 53;
    constexpr double powers[] = {1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (value.scale <= 22)
        if (const auto whole = mantissa(value); whole && *whole<exact&& * whole> - exact)
            return static_cast<double>(*whole) / powers[value.scale];
    const std::string text = shown(value);
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

template <bool weighted> Datum add_purchases(FunctionCallInfo fcinfo)
{
    auto* state = own_state<clv::RepeatPurchases>(fcinfo);
    const std::int64_t frequency = whole_argument(fcinfo, 1, "frequency");
    const double recency = PG_GETARG_FLOAT8(2), age = PG_GETARG_FLOAT8(3);
    if constexpr (weighted)
        return result_of(fcinfo, add(state, frequency, recency, age, argument<std::int64_t>(fcinfo, 4)));
    else
        return result_of(fcinfo, add(state, frequency, recency, age));
}

// Spend in numeric is spend in double precision.
template <class Number> double spend_argument(FunctionCallInfo fcinfo, int index)
{
    const auto value = argument<Number>(fcinfo, index);
    if constexpr (std::same_as<Number, double>)
        return value;
    else
        return guarded([&] { return double_of(value); });
}
template <class Number, bool weighted> Datum add_spend(FunctionCallInfo fcinfo)
{
    auto* state = own_state<clv::RepeatSpend>(fcinfo);
    const std::int64_t frequency = whole_argument(fcinfo, 1, "frequency");
    const double value = spend_argument<Number>(fcinfo, 2);
    if constexpr (weighted)
        return result_of(fcinfo, add(state, frequency, value, argument<std::int64_t>(fcinfo, 3)));
    else
        return result_of(fcinfo, add(state, frequency, value));
}

// Opportunities are whole numbers.
template <bool weighted> Datum add_opportunities(FunctionCallInfo fcinfo)
{
    auto* state = own_state<clv::RepeatPurchases>(fcinfo);
    const clv::Opportunities history = opportunities_argument(fcinfo, 1);
    guarded([&] { clv::check(history); });
    const auto recency = static_cast<double>(history.recency),
               opportunities = static_cast<double>(history.opportunities);
    if constexpr (weighted)
        return result_of(fcinfo,
                         add(state, history.frequency, recency, opportunities, argument<std::int64_t>(fcinfo, 4)));
    else
        return result_of(fcinfo, add(state, history.frequency, recency, opportunities));
}

// The unit of the rows is not known.
template <class Model> Datum fit(FunctionCallInfo fcinfo)
{
    return fitted_row<Model>(fcinfo, read_state<typename clv::Fit<Model>::State>(fcinfo, 0), {});
}

// The unit of a model's time; ereports 22023 unless it is positive.
NullableResult unit_column(FunctionCallInfo fcinfo, int index)
{
    const Interval* unit = PG_GETARG_INTERVAL_P(index);
    if (unit->time < 0 || unit->day < 0 || unit->month < 0 || (unit->time == 0 && unit->day == 0 && unit->month == 0))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("unit must be positive: %s",
                               DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(unit)))),
                        errhint("Pass for example '1 day' or '1 week'.")));
    return {PG_GETARG_DATUM(index), false};
}

// A model of parameters from elsewhere; the last argument of some is the unit.
template <class Model> Datum given(FunctionCallInfo fcinfo)
{
    ModelParameters parameters{};
    for (std::size_t i = 0; i < Model::parameters; ++i) {
        parameters.values[i] = PG_GETARG_FLOAT8(static_cast<int>(i));
        parameters.known[i] = true;
    }
    guarded([&] { (void)model_of<Model>(parameters); });
    clv::Fitted fitted;
    fitted.count = Model::parameters;
    for (std::size_t i = 0; i < Model::parameters; ++i) {
        fitted.parameters[i] = parameters.values[i];
        fitted.known[i] = true;
    }
    const auto parameter_count = static_cast<int>(Model::parameters);
    return model_row(fcinfo, fitted,
                     fifth_of<Model>(fitted, PG_NARGS() > parameter_count ? unit_column(fcinfo, parameter_count)
                                                                          : NullableResult{}));
}

// The model with another unit of time.
Datum with_unit(FunctionCallInfo fcinfo, int parameter_count)
{
    HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
    const NullableResult unit = unit_column(fcinfo, 1);
    TupleDesc description = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
    HeapTupleData tuple{};
    tuple.t_len = HeapTupleHeaderGetDatumLength(row);
    tuple.t_data = row;
    Datum values[MaxTupleAttributeNumber];
    bool nulls[MaxTupleAttributeNumber];
    heap_deform_tuple(&tuple, description, values, nulls);
    if (parameter_count < description->natts) {
        values[parameter_count] = unit.value;
        nulls[parameter_count] = unit.is_null;
    }
    HeapTuple changed = heap_form_tuple(description, values, nulls);
    ReleaseTupleDesc(description);
    return HeapTupleGetDatum(changed);
}

}  // namespace

SQL_FUNCTION(repeat_purchases_add) { return add_purchases<false>(fcinfo); }
SQL_FUNCTION(repeat_purchases_add_weighted) { return add_purchases<true>(fcinfo); }
SQL_FUNCTION(opportunities_add) { return add_opportunities<false>(fcinfo); }
SQL_FUNCTION(opportunities_add_weighted) { return add_opportunities<true>(fcinfo); }
SQL_FUNCTION(repeat_spend_add_double) { return add_spend<double, false>(fcinfo); }
SQL_FUNCTION(repeat_spend_add_weighted_double) { return add_spend<double, true>(fcinfo); }
SQL_FUNCTION(repeat_spend_add_numeric) { return add_spend<Decimal, false>(fcinfo); }
SQL_FUNCTION(repeat_spend_add_weighted_numeric) { return add_spend<Decimal, true>(fcinfo); }
SQL_FUNCTION(renewal_add) { return transition<clv::Renewals, std::int64_t, std::int64_t, std::int64_t>(fcinfo); }
SQL_FUNCTION(renewal_add_weighted)
{
    return transition<clv::Renewals, std::int64_t, std::int64_t, std::int64_t, std::int64_t>(fcinfo);
}

#define COUNT_FUNCTION(name, State)                                  \
    SQL_FUNCTION(name)                                               \
    {                                                                \
        const auto& state = read_state<State>(fcinfo, 0);            \
        PG_RETURN_INT64(guarded([&] { return state.customers(); })); \
    }
COUNT_FUNCTION(repeat_purchases_customers, clv::RepeatPurchases)
COUNT_FUNCTION(repeat_spend_customers, clv::RepeatSpend)
COUNT_FUNCTION(renewal_customers, clv::Renewals)

SQL_FUNCTION(repeat_buyers)
{
    const auto& state = read_state<clv::RepeatPurchases>(fcinfo, 0);
    PG_RETURN_INT64(guarded([&] {
        std::int64_t sum = 0;
        for (const auto& entry : state.rows())
            if (entry.row.frequency > 0)
                add_count(sum, entry.customers);
        return sum;
    }));
}

#define MODEL_FUNCTIONS(name, Model)                        \
    SQL_FUNCTION(name##_fit) { return fit<Model>(fcinfo); } \
    SQL_FUNCTION(name##_model) { return given<Model>(fcinfo); }
#define TIMED_MODEL_FUNCTIONS(name, Model) \
    MODEL_FUNCTIONS(name, Model)           \
    SQL_FUNCTION(with_unit_##name) { return with_unit(fcinfo, static_cast<int>(Model::parameters)); }

TIMED_MODEL_FUNCTIONS(bg_nbd, clv::BgNbd)
TIMED_MODEL_FUNCTIONS(mbg_nbd, clv::MbgNbd)
TIMED_MODEL_FUNCTIONS(pareto_nbd, clv::ParetoNbd)
TIMED_MODEL_FUNCTIONS(bg_bb, clv::BgBb)
TIMED_MODEL_FUNCTIONS(sbg, clv::Sbg)
MODEL_FUNCTIONS(gamma_gamma, clv::GammaGamma)
