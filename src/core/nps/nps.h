// Net promoter score: how many of the customers asked would recommend (9 or 10), less how many would not (below 7).
// Source: F. Reichheld, "The one number you need to grow", Harvard Business Review 81 (2003) 46-54.
#pragma once

#include "core/common/checked.h"
#include "core/common/decimal.h"
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

template <class Score> [[noreturn, gnu::cold, gnu::noinline]] void throw_score_out_of_range(const Score& score)
{
    throw Error(ErrorCode::out_of_range, "score must lie between 0 and 10: " + shown(score), {},
                "Leave other answers out with FILTER (WHERE nps_valid(score)).");
}

struct State {
    static constexpr int version = 1;
    static constexpr const char* type_name = "nps_state";

    std::int64_t promoters = 0;
    std::int64_t passives = 0;
    std::int64_t detractors = 0;

    template <class Score> void add(const Score& score) { add_count(counter(score), 1); }
    // Throws invalid_parameter for an answer that cannot have been added.
    template <class Score> void remove(const Score& score)
    {
        auto& count = counter(score);
        if (count == 0) [[unlikely]]
            throw_not_counted();
        --count;
    }
    void merge(const State& other)
    {
        add_count(promoters, other.promoters);
        add_count(passives, other.passives);
        add_count(detractors, other.detractors);
    }
    void validate() const noexcept {}

    // Three counts are below 2^63.
    [[nodiscard]] std::int64_t responses() const noexcept { return promoters + passives + detractors; }

    template <class Self, class Archive> static void describe(Self& self, Archive& archive)
    {
        archive.count("promoters", self.promoters);
        archive.count("passives", self.passives);
        archive.count("detractors", self.detractors);
    }

private:
    template <class Score> std::int64_t& counter(const Score& score)
    {
        const auto found = category(score);
        if (!found) [[unlikely]]
            throw_score_out_of_range(score);
        return *found == Category::promoter ? promoters : *found == Category::passive ? passives : detractors;
    }
};

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
