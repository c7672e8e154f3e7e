#include "pg/aggregate.h"
#include "pg/results.h"

#include "core/nps/nps.h"
#include "core/nps/survey.h"

namespace nps = customer_value::nps;
using namespace customer_value::pg;

STATE_FUNCTIONS(nps_state, nps::State)
STATE_FUNCTIONS(csat_state, nps::SatisfactionState)
STATE_FUNCTIONS(survey_state, nps::Survey)

#define SURVEY_FUNCTIONS(suffix, Score)                                                                              \
    SQL_FUNCTION(nps_add_##suffix) { return transition<nps::State, Score>(fcinfo); }                                 \
    SQL_FUNCTION(nps_remove_##suffix) { return inverse_transition<nps::State, Score>(fcinfo); }                      \
    SQL_FUNCTION(nps_add_cuts_##suffix) { return transition<nps::State, Score, Score, Score>(fcinfo); }              \
    SQL_FUNCTION(nps_remove_cuts_##suffix) { return inverse_transition<nps::State, Score, Score, Score>(fcinfo); }   \
    SQL_FUNCTION(survey_add_bigint_##suffix)                                                                         \
    {                                                                                                                \
        return transition<nps::Survey, BigintKey, std::int64_t, Score>(fcinfo);                                      \
    }                                                                                                                \
    SQL_FUNCTION(survey_add_uuid_##suffix) { return transition<nps::Survey, UuidKey, std::int64_t, Score>(fcinfo); } \
    SQL_FUNCTION(survey_add_text_##suffix) { return transition<nps::Survey, TextKey, std::int64_t, Score>(fcinfo); } \
    SQL_FUNCTION(survey_add_day_bigint_##suffix)                                                                     \
    {                                                                                                                \
        return transition<nps::Survey, BigintKey, std::int32_t, Score>(fcinfo);                                      \
    }                                                                                                                \
    SQL_FUNCTION(survey_add_day_uuid_##suffix)                                                                       \
    {                                                                                                                \
        return transition<nps::Survey, UuidKey, std::int32_t, Score>(fcinfo);                                        \
    }                                                                                                                \
    SQL_FUNCTION(survey_add_day_text_##suffix)                                                                       \
    {                                                                                                                \
        return transition<nps::Survey, TextKey, std::int32_t, Score>(fcinfo);                                        \
    }                                                                                                                \
    SQL_FUNCTION(nps_valid_##suffix) { PG_RETURN_BOOL(nps::category(argument<Score>(fcinfo, 0)).has_value()); }      \
    SQL_FUNCTION(csat_add_##suffix) { return transition<nps::SatisfactionState, Score, Score>(fcinfo); }             \
    SQL_FUNCTION(csat_remove_##suffix) { return inverse_transition<nps::SatisfactionState, Score, Score>(fcinfo); }

FOR_EACH_NUMBER(SURVEY_FUNCTIONS)

SQL_FUNCTION(nps_promoters) { PG_RETURN_INT64(read_state<nps::State>(fcinfo, 0).promoters); }
SQL_FUNCTION(nps_passives) { PG_RETURN_INT64(read_state<nps::State>(fcinfo, 0).passives); }
SQL_FUNCTION(nps_detractors) { PG_RETURN_INT64(read_state<nps::State>(fcinfo, 0).detractors); }
SQL_FUNCTION(nps_responses) { PG_RETURN_INT64(read_state<nps::State>(fcinfo, 0).responses()); }

namespace {

NullableResult nps_of(const nps::State& state)
{
    guarded([&] { nps::require_scale(state); });
    return percent(state.promoters - state.detractors, state.responses());
}

// The latest answers of a survey_state, by the cuts of arguments 1 and 2.
nps::State answers_by_cuts(FunctionCallInfo fcinfo)
{
    const auto& survey = read_state<nps::Survey>(fcinfo, 0);
    const auto detractor_to = argument<customer_value::Decimal>(fcinfo, 1),
               promoter_from = argument<customer_value::Decimal>(fcinfo, 2);
    return guarded([&] {
        return nps::answers(survey, customer_value::scaled_number("detractor_to", detractor_to),
                            customer_value::scaled_number("promoter_from", promoter_from));
    });
}

nps::State answers_of(FunctionCallInfo fcinfo)
{
    const auto& survey = read_state<nps::Survey>(fcinfo, 0);
    return guarded([&] { return nps::answers(survey); });
}

Datum state_of(const nps::State& answers)
{
    auto* state = empty<nps::State>();
    *state = answers;
    return datum_of(state);
}

}  // namespace

SQL_FUNCTION(nps_value) { return nps_of(read_state<nps::State>(fcinfo, 0)).returned(fcinfo); }

SQL_FUNCTION(survey_nps) { return nps_of(answers_of(fcinfo)).returned(fcinfo); }
SQL_FUNCTION(survey_nps_cuts) { return nps_of(answers_by_cuts(fcinfo)).returned(fcinfo); }
SQL_FUNCTION(survey_answers) { return state_of(answers_of(fcinfo)); }
SQL_FUNCTION(survey_answers_cuts) { return state_of(answers_by_cuts(fcinfo)); }
SQL_FUNCTION(survey_responses)
{
    PG_RETURN_INT64(static_cast<std::int64_t>(read_state<nps::Survey>(fcinfo, 0).size()));
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
