#include "core/survival/survival.h"

#include "core/common/mantissa.h"

#include <cmath>
#include <string>

namespace customer_value::survival {

namespace {

void require_not_negative(std::string_view argument, double value)
{
    require_finite(argument, value);
    if (value < 0) [[unlikely]]
        throw Error(ErrorCode::out_of_range, std::string(argument) + " must not be negative: " + shown(value));
}

std::int64_t customers(std::span<const Duration> durations)
{
    std::int64_t all = 0;
    for (const Duration& duration : durations) {
        add_count(all, duration.churned);
        add_count(all, duration.censored);
    }
    return all;
}

// Up to where the curve is known: for ever when all have churned.
bool is_known(std::span<const Duration> durations, double t) noexcept
{
    return !durations.empty() && (t <= durations.back().length || durations.back().censored == 0);
}

}  // namespace

Walk::Walk(std::span<const Duration> durations) : at_risk_(customers(durations)), since_change_(0)
{
    for (const Duration& duration : durations)
        at_risk_ -= duration.entered;  // there are no more of them than customers
    since_change_ = at_risk_;
}

std::optional<State::Room> State::add(double duration, bool churned)
{
    require_not_negative("duration", duration);
    return append({duration + 0.0, churned, !churned, 0});  // + 0.0 makes 0 of -0
}

std::optional<State::Room> State::add(double entry, double duration, bool churned)
{
    require_not_negative("entry", entry);
    require_not_negative("duration", duration);
    if (!(entry > 0))
        return add(duration, churned);
    if (entry >= duration) [[unlikely]]
        throw Error(ErrorCode::invalid_parameter,
                    "entry must be below duration: " + shown(entry) + ", " + shown(duration),
                    "Who has left before the customers became known is not among them.",
                    "Leave such rows out with FILTER (WHERE entry < duration).");
    return append({entry, 0, 0, 1}, {duration, churned, !churned, 0});
}

void State::restore(const DecimalText& length, Duration duration)
{
    const std::string_view text(length.whole.data(),
                                length.whole.size() + (length.fraction.empty() ? 0 : 1 + length.fraction.size()));
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), duration.length);
    if (problem != std::errc{} || length.negative)
        throw_invalid(type_name, "\"duration\" must not be negative, and within double precision.");
    if (duration.churned == 0 && duration.censored == 0 && duration.entered == 0)
        throw_invalid(type_name, "A \"duration\" without customers must not be there.");
    if (append(duration))
        throw Error(ErrorCode::too_large, "too many durations for one km_state");
}

// Nobody leaves before entering.
void State::validate() const
{
    Int128 there = 0;
    for (const Duration& duration : entries())
        there += Int128{duration.churned} + duration.censored - duration.entered;
    bool is_sound = there >= 0;
    for (const Duration& duration : entries()) {
        there -= Int128{duration.churned} + duration.censored;
        is_sound = is_sound && there >= 0 && (duration.entered == 0 || duration.length > 0);
        there += duration.entered;
    }
    if (!is_sound)
        throw_invalid(type_name, "Each customer who \"entered\" must be there at a later \"duration\".");
}

std::optional<double> survival(std::span<const Duration> durations, double t)
{
    require_not_negative("t", t);
    Walk walk(durations);
    if (!is_known(durations, t))
        return std::nullopt;
    for (const Duration& duration : durations) {
        if (duration.length > t)
            break;
        walk.pass(duration);
    }
    return walk.survival();
}

std::optional<double> restricted_mean(std::span<const Duration> durations, std::optional<double> horizon)
{
    if (horizon)
        require_not_negative("horizon", *horizon);
    Walk walk(durations);
    if (!is_known(durations, horizon.value_or(0)))
        return std::nullopt;
    const double end = horizon.value_or(durations.back().length);
    double area = 0, from = 0;
    for (const Duration& duration : durations) {
        if (duration.length >= end)
            break;
        area += walk.survival() * (duration.length - from);
        from = duration.length;
        walk.pass(duration);
    }
    // behind the last duration the curve is 0, or end is not behind it
    return area + walk.survival() * (end - from);
}

std::optional<double> median(std::span<const Duration> durations)
{
    // factors that multiply to exactly 1/2 may come out a few roundings above it
    constexpr double half = 0.5 * (1 + 1e-12);
    Walk walk(durations);
    for (const Duration& duration : durations) {
        walk.pass(duration);
        if (walk.survival() <= half)
            return duration.length;
    }
    return std::nullopt;
}

std::optional<double> hazard_mean(std::span<const Duration> durations)
{
    (void)customers(durations);
    double all = 0;
    std::int64_t churned = 0;
    for (const Duration& duration : durations) {
        all += duration.length * static_cast<double>(duration.churned + duration.censored - duration.entered);
        churned += duration.churned;
    }
    if (churned == 0)
        return std::nullopt;
    const double mean = all / static_cast<double>(churned);
    require_finite("the mean duration", mean);
    return mean;
}

std::optional<CurveStep> Curve::next()
{
    while (!rest_.empty()) {
        const Duration& duration = rest_.front();
        rest_ = rest_.subspan(1);
        const std::int64_t at_risk = walk_.at_risk();
        walk_.pass(duration);
        if (duration.churned == 0)
            continue;
        CurveStep step{duration.length, at_risk, duration.churned, walk_.survival(), {}, {}};
        if (step.survival > 0) {
            greenwood_ += static_cast<double>(duration.churned) / static_cast<double>(at_risk) /
                          static_cast<double>(at_risk - duration.churned);
            const double error = z_ * std::sqrt(greenwood_) / -std::log(step.survival);
            step.lower = std::pow(step.survival, std::exp(error));
            step.upper = std::pow(step.survival, std::exp(-error));
        }
        return step;
    }
    return std::nullopt;
}

}  // namespace customer_value::survival
