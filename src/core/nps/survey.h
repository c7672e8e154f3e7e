// The latest answer of each respondent, for surveys that ask the same people again.
#pragma once

#include "core/common/keyed_pairs.h"
#include "core/common/mantissa.h"
#include "core/nps/nps.h"

#include <cstdint>

namespace customer_value::nps {

struct Answer {
    std::int64_t at;  // microseconds since 2000-01-01 00:00 UTC
    PackedInt128 score;
    std::int32_t scale;
    std::uint32_t unused;

    // The later one; of two at the same instant the lower one.
    void merge(const Answer& other) noexcept;
    [[nodiscard]] ScaledNumber number() const noexcept { return {score, scale}; }

    template <class Archive> void write(Archive& archive) const
    {
        archive.number("microseconds", std::to_string(at));
        archive.number("score", shown(score, scale));
    }
    template <class Archive> static Answer read(Archive& archive)
    {
        const auto at = archive.number("microseconds");
        const std::int64_t instant = restored(at);
        return restored(instant, archive.number("score"));
    }

private:
    static std::int64_t restored(const DecimalText& at);
    static Answer restored(std::int64_t at, const DecimalText& score);
};

// All answers are to one survey, which has no name.
struct SurveyContent {
    static constexpr const char* type_name = "survey_state";
    static constexpr const char *key_name = "respondent", *keys_name = "respondents", *name_name = "survey",
                                *names_name = "surveys", *pairs_name = "answers";
    static constexpr const char* too_large_hint = "Aggregate in parts of the respondents, for example by country.";
    using Value = Answer;

    // Throws out_of_range for an infinite instant, and for a score that is not finite or has more than 38 digits. A day
    // (from 2000-01-01) is its midnight in UTC.
    template <class Score> static KeyedRow<Answer> row(const Key& respondent, std::int64_t at, const Score& score)
    {
        return row(respondent, at, scaled_number("score", score));
    }
    template <class Score> static KeyedRow<Answer> row(const Key& respondent, std::int32_t day, const Score& score)
    {
        return row(respondent, midnight_of(day), scaled_number("score", score));
    }
    static KeyedRow<Answer> row(const Key& respondent, std::int64_t at, const ScaledNumber& score);

private:
    static std::int64_t midnight_of(std::int32_t day);
};
using Survey = KeyedPairs<SurveyContent>;

// The answers, counted on the scale from 0 to 10 or by cuts of one's own; throws what State::add throws.
[[nodiscard]] State answers(const Survey& survey);
[[nodiscard]] State answers(const Survey& survey, const ScaledNumber& detractor_to, const ScaledNumber& promoter_from);

}  // namespace customer_value::nps
