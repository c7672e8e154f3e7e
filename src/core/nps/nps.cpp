#include "core/nps/nps.h"

#include <algorithm>
#include <cmath>

namespace customer_value::nps {

namespace {

struct Score {
    double value;     // -1..1
    double variance;  // of the mean
};

Score score_of(const State& state)
{
    require_scale(state);
    const auto n = static_cast<double>(state.responses());
    const double promoters = static_cast<double>(state.promoters) / n;
    const double detractors = static_cast<double>(state.detractors) / n;
    const double value = promoters - detractors;
    return {value, (promoters + detractors - value * value) / n};
}

}  // namespace

void require_scale(const State& state)
{
    if (state.from_1_to_5 < least_responses_to_judge || state.from_1_to_5 != state.responses())
        return;
    throw Error(
        ErrorCode::invalid_parameter,
        "scores must be on a scale from 0 to 10: all " + std::to_string(state.responses()) + " are from 1 to 5", {},
        "Pass the cuts of another scale: nps(score, detractor_to, promoter_from), for example nps(score, 3, 5) where "
        "5 is best. If these are answers from 0 to 10, say so: nps(score, 6, 9).");
}

ConfidenceInterval confidence_interval(const State& state, double z)
{
    const auto [value, variance] = score_of(state);
    const double half = z * std::sqrt(std::max(0.0, variance));
    return {std::max(-100.0, 100 * (value - half)), std::min(100.0, 100 * (value + half))};
}

std::optional<Comparison> compare(const State& first, const State& second)
{
    if (first.responses() == 0 || second.responses() == 0)
        return std::nullopt;
    const auto a = score_of(first), b = score_of(second);
    const double error = std::sqrt(std::max(0.0, a.variance + b.variance));
    const double difference = 100 * (b.value - a.value);
    if (!(error > 0))
        return Comparison{difference, std::nullopt, std::nullopt};
    const double z = (b.value - a.value) / error;
    return Comparison{difference, z, two_sided_p(z)};
}

}  // namespace customer_value::nps
