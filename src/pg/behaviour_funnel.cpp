#include "pg/aggregate.h"
#include "pg/behaviour_conditions.h"

#include "core/behaviour/funnel.h"
#include "core/common/mantissa.h"

namespace behaviour = customer_value::behaviour;
using namespace customer_value::pg;
using behaviour::FunnelState;

STATE_FUNCTIONS(funnel_state, FunnelState)

namespace {

// An interval of fixed length in microseconds; days are 24 hours. Ereports 22023 for months, which have none, and below
// zero.
std::int64_t window_argument(FunctionCallInfo fcinfo, int index)
{
    const Interval* window = PG_GETARG_INTERVAL_P(index);
    const customer_value::Int128 length = customer_value::Int128{window->day} * USECS_PER_DAY + window->time;
    if (window->month != 0 || length < 0 || length >= behaviour::no_window) [[unlikely]] {
        const char* shown = DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(window)));
        if (window->month != 0)
            ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                            errmsg("window_length must be fixed, months and years are not: %s", shown),
                            errhint("Pass for example '30 days' or '1 hour'.")));
        ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                        errmsg("window_length must be between 0 and 73000 years: %s", shown)));
    }
    return static_cast<std::int64_t>(length);
}

Datum added(FunctionCallInfo fcinfo, std::int64_t window, int at_index, int steps_index)
{
    const TimestampTz at = PG_GETARG_TIMESTAMPTZ(at_index);
    if (TIMESTAMP_NOT_FINITE(at)) [[unlikely]]
        ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                        errmsg("at must be finite: %s", at > 0 ? "infinity" : "-infinity")));
    const auto steps = conditions_argument(fcinfo, steps_index, "steps");
    return result_of(fcinfo, add(own_state<FunnelState>(fcinfo), window, at, steps));
}

// The numbers of an integer[] of one dimension; ereports for others.
std::span<const std::int32_t> numbers_argument(FunctionCallInfo fcinfo, int index, const char* name)
{
    ArrayType* array = PG_GETARG_ARRAYTYPE_P(index);
    if (ARR_NDIM(array) > 1)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must be an array of one dimension", name)));
    if (array_contains_nulls(array))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not contain nulls", name)));
    return {reinterpret_cast<const std::int32_t*>(ARR_DATA_PTR(array)),
            static_cast<std::size_t>(ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)))};
}

}  // namespace

SQL_FUNCTION(funnel_add) { return added(fcinfo, behaviour::no_window, 1, 2); }
SQL_FUNCTION(funnel_add_within) { return added(fcinfo, window_argument(fcinfo, 1), 2, 3); }

// window_funnel(state): NULL where nobody was there
SQL_FUNCTION(window_funnel)
{
    const auto& state = sorted_state<FunnelState>(fcinfo, 0);
    if (state.steps() == 0)
        PG_RETURN_NULL();
    const behaviour::Rule rule{state.window(), behaviour::Order::same_instant_counts};
    PG_RETURN_INT32(guarded([&] { return behaviour::longest_chain(state.entries(), state.steps(), rule); }));
}

// window_funnel(state, window_length, strict_increase, once, excluded)
SQL_FUNCTION(window_funnel_within)
{
    using enum behaviour::Order;
    const auto& state = sorted_state<FunnelState>(fcinfo, 0);
    const std::int64_t window = window_argument(fcinfo, 1);
    const behaviour::Order order = PG_GETARG_BOOL(2)   ? strictly_later
                                   : PG_GETARG_BOOL(3) ? each_event_once
                                                       : same_instant_counts;
    const auto excluded = numbers_argument(fcinfo, 4, "excluded");
    if (state.steps() == 0)
        PG_RETURN_NULL();
    PG_RETURN_INT32(guarded([&] {
        const behaviour::Rule rule{window, order, behaviour::excluded_conditions(excluded, state.steps())};
        return behaviour::longest_chain(state.entries(), state.steps(), rule);
    }));
}
