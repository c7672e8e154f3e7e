// Net promoter score: how many of the customers asked would recommend (9 or 10), less how many would not (below 7).
// Source: F. Reichheld, "The one number you need to grow", Harvard Business Review 81 (2003) 46-54.
#pragma once

#include "core/common/checked.h"
#include "core/common/decimal.h"
#include "core/common/mantissa.h"
#include "core/common/proportion.h"
#include "core/common/statistics.h"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>

namespace customer_value::nps {

enum class Category { detractor, passive, promoter };

// The category of a score, nothing where it lies outside 0..10. Fractions belong to the category that they have not
// yet left: 6.5 is a detractor, 8.5 a passive.
template <class Score>
requires std::integral<Score> || std::floating_point<Score>
[[nodiscard]] std::optional<Category> category(Score score) noexcept
{
    if (!(score >= 0 && score <= 10)) [[unlikely]]
        return std::nullopt;
    return score >= 9 ? Category::promoter : score >= 7 ? Category::passive : Category::detractor;
}

[[nodiscard]] inline std::optional<Category> category(const Decimal& score) noexcept
{
    if (score.kind != Decimal::Kind::finite || (score.negative && !score.zero()) || (!score.zero() && score.weight > 0))
        return std::nullopt;
    const auto whole = score.at(0);
    if (whole > 10 || (whole == 10 && score.digit_count > 1))
        return std::nullopt;
    return category(static_cast<std::int32_t>(whole));
}

// Order of numbers of one type.
template <class Number> [[nodiscard]] bool reaches(const Number& number, const Number& bound)
{
    if constexpr (std::integral<Number> || std::floating_point<Number>)
        return number >= bound;
    else
        return customer_value::compare(number, bound) >= 0;
}

[[nodiscard]] inline std::optional<Category> category(const ScaledNumber& score) noexcept
{
    const auto at_least = [&](int bound) { return reaches(score, ScaledNumber{Int128{bound}, 0}); };
    if (!at_least(0) || !reaches(ScaledNumber{Int128{10}, 0}, score))
        return std::nullopt;
    return at_least(9) ? Category::promoter : at_least(7) ? Category::passive : Category::detractor;
}

// Whether a score within 0..10 is one that a scale of 1 to 5 has, too.
template <class Score> [[nodiscard]] bool is_from_1_to_5(const Score& score) noexcept
{
    if constexpr (std::same_as<Score, Decimal>) {
        const auto whole = score.at(0);
        return whole >= 1 && (whole < 5 || (whole == 5 && score.digit_count == 1));
    } else if constexpr (std::same_as<Score, ScaledNumber>) {
        return reaches(score, ScaledNumber{Int128{1}, 0}) && reaches(ScaledNumber{Int128{5}, 0}, score);
    } else {
        return score >= 1 && score <= 5;
    }
}

// Cuts on a scale of one's own: detractors up to the first, promoters from the second on. Throws out_of_range for a
// number that is not finite, invalid_parameter unless the first is below the second.
template <class Number>
[[nodiscard]] Category category(const Number& score, const Number& detractor_to, const Number& promoter_from)
{
    const auto text = [](const Number& number) {
        if constexpr (std::same_as<Number, ScaledNumber>)
            return customer_value::shown(number.mantissa, number.scale);
        else
            return shown(number);
    };
    if constexpr (!std::same_as<Number, ScaledNumber>) {
        require_finite("score", score);
        require_finite("detractor_to", detractor_to);
        require_finite("promoter_from", promoter_from);
    }
    if (reaches(detractor_to, promoter_from)) [[unlikely]]
        throw Error(ErrorCode::invalid_parameter,
                    joined({"detractor_to must be below promoter_from: ", clipped(text(detractor_to)), ", ",
                            clipped(text(promoter_from))}));
    return reaches(score, promoter_from)  ? Category::promoter
           : reaches(detractor_to, score) ? Category::detractor
                                          : Category::passive;
}

template <class Score> [[noreturn, gnu::cold, gnu::noinline]] void throw_score_out_of_range(const Score& score)
{
    std::string text;
    if constexpr (std::same_as<Score, ScaledNumber>)
        text = customer_value::shown(score.mantissa, score.scale);
    else
        text = shown(score);
    throw Error(ErrorCode::out_of_range, "score must be between 0 and 10: " + clipped(text), {},
                "Leave other answers out with FILTER (WHERE nps_valid(score)), or pass the cuts of another scale: "
                "nps(score, detractor_to, promoter_from).");
}

struct State {
    static constexpr int version = 1;
    static constexpr const char* type_name = "nps_state";

    std::int64_t promoters = 0;
    std::int64_t passives = 0;
    std::int64_t detractors = 0;
    std::int64_t from_1_to_5 = 0;  // of the detractors; where cuts are given, answers are not counted here

    template <class Score> void add(const Score& score)
    {
        add_count(counter(score), 1);
        from_1_to_5 += is_from_1_to_5(score);
    }
    // Throws invalid_parameter for an answer that cannot have been added.
    template <class Score> void remove(const Score& score)
    {
        auto& count = counter(score);
        const bool is_low = is_from_1_to_5(score);
        if (count == 0 || (is_low && from_1_to_5 == 0)) [[unlikely]]
            throw_not_counted();
        --count;
        from_1_to_5 -= is_low;
    }
    // The same by cuts on a scale of one's own.
    template <class Score> void add(const Score& score, const Score& detractor_to, const Score& promoter_from)
    {
        add_count(counter(category(score, detractor_to, promoter_from)), 1);
    }
    template <class Score> void remove(const Score& score, const Score& detractor_to, const Score& promoter_from)
    {
        auto& count = counter(category(score, detractor_to, promoter_from));
        if (count == 0 || (&count == &detractors && detractors == from_1_to_5)) [[unlikely]]
            throw_not_counted();
        --count;
    }
    void merge(const State& other)
    {
        add_count(promoters, other.promoters);
        add_count(passives, other.passives);
        add_count(detractors, other.detractors);
        from_1_to_5 += other.from_1_to_5;
    }
    void validate() const
    {
        if (from_1_to_5 > detractors)
            throw_invalid(type_name, "\"from_1_to_5\" must not be larger than \"detractors\".");
    }

    // Three counts are below 2^63.
    [[nodiscard]] std::int64_t responses() const noexcept { return promoters + passives + detractors; }

    template <class Self, class Archive> static void describe(Self& self, Archive& archive)
    {
        archive.count("promoters", self.promoters);
        archive.count("passives", self.passives);
        archive.count("detractors", self.detractors);
        archive.count("from_1_to_5", self.from_1_to_5);
    }

private:
    std::int64_t& counter(Category category) noexcept
    {
        return category == Category::promoter ? promoters : category == Category::passive ? passives : detractors;
    }
    template <class Score> std::int64_t& counter(const Score& score)
    {
        const auto found = category(score);
        if (!found) [[unlikely]]
            throw_score_out_of_range(score);
        return counter(*found);
    }
};

inline constexpr std::int64_t least_responses_to_judge = 30;
// Throws invalid_parameter where the answers are obviously not on a scale from 0 to 10: they are so many or more, and
// all from 1 to 5. Customers who are asked from 0 to 10 and dislike everything answer 0, too.
void require_scale(const State& state);

// Those below throw what require_scale throws.

// The interval around the score at a two-sided z, in points, by the normal approximation; needs a response.
// nps +- z * 100 * sqrt((p + d - (p - d)^2) / n) with p and d the shares of promoters and detractors, cut at -100, 100.
ConfidenceInterval confidence_interval(const State& state, double z);

struct Comparison {
    double difference;                 // points, second minus first
    std::optional<double> z, p_value;  // two-sided; nothing where neither side varies
};

// Whether two scores differ by more than chance: two-sample z on the same variance as the interval. Nothing where a
// side has no responses.
std::optional<Comparison> compare(const State& first, const State& second);

// Customer satisfaction: the share of answers at or above `top`.
struct SatisfactionState : Proportion {
    static constexpr int version = 1;
    static constexpr const char* type_name = "csat_state";

    template <class Score> void add(const Score& score, const Score& top) { Proportion::add(satisfied(score, top)); }
    template <class Score> void remove(const Score& score, const Score& top)
    {
        Proportion::remove(satisfied(score, top));
    }
    void merge(const SatisfactionState& other) { Proportion::merge(other); }
    void validate() const
    {
        if (hits > total)
            throw Error(ErrorCode::invalid_parameter, "\"satisfied\" must not be larger than \"responses\"");
    }
    template <class Self, class Archive> static void describe(Self& self, Archive& archive)
    {
        archive.count("satisfied", self.hits);
        archive.count("responses", self.total);
    }

private:
    template <class Score> static bool satisfied(const Score& score, const Score& top)
    {
        require_finite("score", score);
        require_finite("top", top);
        if constexpr (std::same_as<Score, Decimal>)
            return customer_value::compare(score, top) >= 0;
        else
            return score >= top;
    }
};

}  // namespace customer_value::nps
