#include "pg/aggregate.h"
#include "pg/results.h"

#include "core/nps/nps.h"

namespace nps = customer_value::nps;
using namespace customer_value::pg;

STATE_FUNCTIONS(nps_state, nps::State)
STATE_FUNCTIONS(csat_state, nps::SatisfactionState)

#define SURVEY_FUNCTIONS(suffix, Score)                                                                         \
    SQL_FUNCTION(nps_add_##suffix) { return transition<nps::State, Score>(fcinfo); }                            \
    SQL_FUNCTION(nps_remove_##suffix) { return inverse_transition<nps::State, Score>(fcinfo); }                 \
    SQL_FUNCTION(nps_valid_##suffix) { PG_RETURN_BOOL(nps::category(argument<Score>(fcinfo, 0)).has_value()); } \
    SQL_FUNCTION(csat_add_##suffix) { return transition<nps::SatisfactionState, Score, Score>(fcinfo); }        \
    SQL_FUNCTION(csat_remove_##suffix) { return inverse_transition<nps::SatisfactionState, Score, Score>(fcinfo); }

FOR_EACH_NUMBER(SURVEY_FUNCTIONS)

SQL_FUNCTION(nps_promoters) { PG_RETURN_INT64(read_state<nps::State>(fcinfo, 0).promoters); }
SQL_FUNCTION(nps_passives) { PG_RETURN_INT64(read_state<nps::State>(fcinfo, 0).passives); }
SQL_FUNCTION(nps_detractors) { PG_RETURN_INT64(read_state<nps::State>(fcinfo, 0).detractors); }
SQL_FUNCTION(nps_responses) { PG_RETURN_INT64(read_state<nps::State>(fcinfo, 0).responses()); }

SQL_FUNCTION(nps_value)
{
    const auto& state = read_state<nps::State>(fcinfo, 0);
    return percent(state.promoters - state.detractors, state.responses()).returned(fcinfo);
}

SQL_FUNCTION(nps_ci)
{
    const auto& state = read_state<nps::State>(fcinfo, 0);
    const double confidence = PG_GETARG_FLOAT8(1);
    const auto interval = guarded([&]() -> std::optional<customer_value::ConfidenceInterval> {
        const double z = customer_value::two_sided_z(confidence);
        return state.responses() == 0 ? std::nullopt : std::optional(nps::confidence_interval(state, z));
    });
    if (!interval)
        return row_of(fcinfo, {{}, {}});
    return row_of(fcinfo, {{numeric_of(interval->lower), false}, {numeric_of(interval->upper), false}});
}

SQL_FUNCTION(nps_compare)
{
    const auto& first = read_state<nps::State>(fcinfo, 0);
    const auto& second = read_state<nps::State>(fcinfo, 1);
    const auto comparison = guarded([&] { return nps::compare(first, second); });
    if (!comparison)
        return row_of(fcinfo, {{}, {}, {}});
    return row_of(fcinfo, {{numeric_of(comparison->difference), false},
                           {Float8GetDatum(comparison->z.value_or(0)), !comparison->z},
                           {Float8GetDatum(comparison->p_value.value_or(0)), !comparison->p_value}});
}

SQL_FUNCTION(csat_satisfied) { PG_RETURN_INT64(read_state<nps::SatisfactionState>(fcinfo, 0).hits); }
SQL_FUNCTION(csat_responses) { PG_RETURN_INT64(read_state<nps::SatisfactionState>(fcinfo, 0).total); }
SQL_FUNCTION(csat_value)
{
    const auto& state = read_state<nps::SatisfactionState>(fcinfo, 0);
    return percent(state.hits, state.total).returned(fcinfo);
}
