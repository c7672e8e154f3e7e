#include "core/nps/survey.h"

#include "core/common/instant.h"

namespace customer_value::nps {

void Answer::merge(const Answer& other) noexcept
{
    const auto order = compare(other.number(), number());
    // equal scores of different scales have one form, too
    const bool is_lower = order < 0 || (order == 0 && other.scale < scale);
    if (other.at > at || (other.at == at && is_lower))
        *this = other;
}

std::int64_t Answer::restored(const DecimalText& at) { return restored_instant(SurveyContent::type_name, at); }

Answer Answer::restored(std::int64_t at, const DecimalText& score)
{
    const auto number = mantissa(score);
    if (!number || score.fraction.size() > 16383)
        throw_invalid(SurveyContent::type_name, "\"score\" must have at most 38 digits and 16383 decimal places.");
    return {at, *number, static_cast<std::int32_t>(score.fraction.size()), 0};
}

KeyedRow<Answer> SurveyContent::row(const Key& respondent, std::int64_t at, const ScaledNumber& score)
{
    require_instant(at);
    return {respondent, {}, {at, score.mantissa, score.scale, 0}};
}

std::int64_t SurveyContent::midnight_of(std::int32_t day) { return midnight(day); }

State answers(const Survey& survey)
{
    State state;
    for (const auto& pair : survey.pairs())
        state.add(pair.value.number());
    return state;
}

State answers(const Survey& survey, const ScaledNumber& detractor_to, const ScaledNumber& promoter_from)
{
    State state;
    for (const auto& pair : survey.pairs())
        state.add(pair.value.number(), detractor_to, promoter_from);
    return state;
}

}  // namespace customer_value::nps
