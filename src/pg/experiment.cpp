#include "pg/aggregate.h"
#include "pg/results.h"

#include "core/experiment/experiment.h"

namespace experiment = customer_value::experiment;
using namespace customer_value::pg;
using experiment::State;

STATE_FUNCTIONS(ab_state, State)

#define AB_ADD(suffix, Value) \
    SQL_FUNCTION(ab_add_##suffix) { return transition<State, Value>(fcinfo); }

FOR_EACH_NUMBER(AB_ADD)

namespace {

std::span<std::int16_t> digits_for(const State& state)
{
    return {static_cast<std::int16_t*>(palloc(state.digits_needed() * sizeof(std::int16_t))), state.digits_needed()};
}

Datum sum_of(const State& state) { return numeric_of(state.sum(digits_for(state))); }
Datum sum_of_squares(const State& state) { return numeric_of(state.sum_of_squares(digits_for(state))); }
Datum count_of(std::int64_t count) { return NumericGetDatum(int64_to_numeric(count)); }
Datum product(Datum left, Datum right) { return DirectFunctionCall2(numeric_mul, left, right); }

NullableResult bound_column(double bound) { return {numeric_of(bound), false}; }
NullableResult double_column(double number) { return {Float8GetDatum(number), false}; }

}  // namespace

SQL_FUNCTION(ab_count) { PG_RETURN_INT64(read_state<State>(fcinfo, 0).count()); }

SQL_FUNCTION(ab_mean)
{
    const State& state = read_state<State>(fcinfo, 0);
    return ratio(sum_of(state), count_of(state.count()), state.scale()).returned(fcinfo);
}

SQL_FUNCTION(ab_variance)
{
    const State& state = read_state<State>(fcinfo, 0);
    if (state.count() < 2)
        PG_RETURN_NULL();
    const Datum sum = sum_of(state), count = count_of(state.count());
    const Datum spread = DirectFunctionCall2(numeric_sub, product(count, sum_of_squares(state)), product(sum, sum));
    return ratio(spread, product(count, count_of(state.count() - 1))).returned(fcinfo);
}

// ab_test_mean(a, b, confidence)
SQL_FUNCTION(ab_test_mean)
{
    const State& first = read_state<State>(fcinfo, 0);
    const State& second = read_state<State>(fcinfo, 1);
    const double confidence = PG_GETARG_FLOAT8(2);
    const auto comparison = guarded([&] { return experiment::compare_means(first, second, confidence); });
    if (!comparison)
        return row_of(fcinfo, {{}, {}, {}, {}, {}, {}});
    if (!comparison->test)
        return row_of(fcinfo, {bound_column(comparison->difference), {}, {}, {}, {}, {}});
    const auto& test = *comparison->test;
    return row_of(fcinfo, {bound_column(comparison->difference), bound_column(test.lower), bound_column(test.upper),
                           double_column(test.t), double_column(test.degrees_of_freedom), double_column(test.p_value)});
}

// ab_test_rate(x1, n1, x2, n2, confidence)
SQL_FUNCTION(ab_test_rate)
{
    const std::int64_t x1 = PG_GETARG_INT64(0), n1 = PG_GETARG_INT64(1), x2 = PG_GETARG_INT64(2),
                       n2 = PG_GETARG_INT64(3);
    const double confidence = PG_GETARG_FLOAT8(4);
    const auto comparison = guarded([&] { return experiment::compare_rates(x1, n1, x2, n2, confidence); });
    if (!comparison)
        return row_of(fcinfo, {{}, {}, {}, {}, {}});
    const auto& test = comparison->test;
    const auto& interval = comparison->interval;
    return row_of(fcinfo,
                  {bound_column(comparison->difference), interval ? bound_column(interval->lower) : NullableResult{},
                   interval ? bound_column(interval->upper) : NullableResult{},
                   test ? double_column(test->z) : NullableResult{},
                   test ? double_column(test->p_value) : NullableResult{}});
}
