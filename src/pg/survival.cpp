#include "pg/aggregate.h"
#include "pg/result_rows.h"

#include "core/common/statistics.h"
#include "core/survival/survival.h"

namespace survival = customer_value::survival;
using namespace customer_value::pg;
using survival::State;

STATE_FUNCTIONS(km_state, State)

SQL_FUNCTION(km_add) { return transition<State, double, bool>(fcinfo); }
SQL_FUNCTION(km_add_entry) { return transition<State, double, double, bool>(fcinfo); }

namespace {

// What `read` says of the durations of the first argument, in order; NULL where it says nothing.
template <class Read> Datum read_durations(FunctionCallInfo fcinfo, Read read)
{
    const State& state = sorted_state<State>(fcinfo, 0);
    const std::optional<double> answer = guarded([&] { return read(state.entries()); });
    if (!answer)
        PG_RETURN_NULL();
    PG_RETURN_FLOAT8(*answer);
}

NullableResult number_column(std::optional<double> number) { return {Float8GetDatum(number.value_or(0)), !number}; }

}  // namespace

SQL_FUNCTION(km_survival)
{
    const double t = PG_GETARG_FLOAT8(1);
    return read_durations(fcinfo, [&](auto durations) { return survival::survival(durations, t); });
}

SQL_FUNCTION(km_mean)
{
    return read_durations(fcinfo, [](auto durations) { return survival::restricted_mean(durations, std::nullopt); });
}

SQL_FUNCTION(km_mean_to_horizon)
{
    const double horizon = PG_GETARG_FLOAT8(1);
    return read_durations(fcinfo, [&](auto durations) { return survival::restricted_mean(durations, horizon); });
}

SQL_FUNCTION(km_median)
{
    return read_durations(fcinfo, [](auto durations) { return survival::median(durations); });
}

SQL_FUNCTION(km_hazard_mean)
{
    return read_durations(fcinfo, [](auto durations) { return survival::hazard_mean(durations); });
}

// km_curve(state, confidence)
SQL_FUNCTION(km_curve)
{
    const State& state = sorted_state<State>(fcinfo, 0);
    const double confidence = PG_GETARG_FLOAT8(1);
    survival::Curve curve =
        guarded([&] { return survival::Curve(state.entries(), customer_value::two_sided_z(confidence)); });
    ResultRows rows(fcinfo);
    while (const auto step = guarded([&] { return curve.next(); }))
        rows.put({number_column(step->t), count_column(step->at_risk), count_column(step->events),
                  number_column(step->survival), number_column(step->lower), number_column(step->upper)});
    return rows.done();
}
