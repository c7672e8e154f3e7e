#include "core/behaviour/funnel.h"

#include "core/common/mantissa.h"

#include <array>
#include <bit>

namespace customer_value::behaviour {

namespace {

constexpr int decimal_places = 6;  // of a second in microseconds

}  // namespace

std::string seconds(std::int64_t microseconds)
{
    std::string text = shown(Int128{microseconds}, decimal_places);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.'))
        text.pop_back();
    return text;
}

std::optional<std::int64_t> microseconds(const DecimalText& seconds) noexcept
{
    const auto places = static_cast<int>(seconds.fraction.size());
    const auto value = mantissa(seconds);
    if (places > decimal_places || !value)
        return std::nullopt;
    const auto scaled = scaled_up(*value, decimal_places - places);
    if (!scaled || *scaled != static_cast<std::int64_t>(*scaled))
        return std::nullopt;
    return static_cast<std::int64_t>(*scaled);
}

void FunnelState::throw_other_window(std::int64_t before, std::int64_t now)
{
    const auto shown = [](std::int64_t window) { return window == no_window ? "none" : seconds(window) + " seconds"; };
    throw Error(ErrorCode::invalid_parameter,
                "all rows must have the same window: " + shown(before) + " and " + shown(now));
}

void FunnelState::restore_head(std::int64_t steps, const DecimalText& window)
{
    require_conditions("steps", steps, 0);
    const auto length = microseconds(window);
    if (!length || *length < 0 || *length > no_window || (steps == 0 && *length != 0))
        throw_invalid(FunnelState::type_name, "\"window\" must be a number of seconds from 0 to " + seconds(no_window) +
                                                  ", and 0 without \"steps\".");
    head() = {*length, static_cast<std::uint32_t>(steps)};
}

void FunnelState::restore(const DecimalText& at, std::int64_t met)
{
    const auto instant = microseconds(at);
    if (!instant || *instant < earliest_instant || *instant >= behind_latest_instant)
        throw_invalid(FunnelState::type_name,
                      "\"at\" must be a number of seconds since 2000-01-01 that a timestamp can hold.");
    require_conditions("steps", steps(), met);
    if (met == 0)
        throw_invalid(FunnelState::type_name, "An event must have \"met\" a step.");
    if (append({*instant, static_cast<std::uint32_t>(met)}))
        throw Error(ErrorCode::too_large, "too many events for one funnel_state");
}

// For each step the latest first instant from which a chain reached it: whatever an earlier one could still reach, a
// later one can. One pass, because a step's latest first instant never moves back.
int longest_chain(std::span<const Event> events, int steps, std::int64_t window, Order order) noexcept
{
    // all of time is more than 63 bits
    const std::uint64_t longest = window == no_window ? ~std::uint64_t{0} : static_cast<std::uint64_t>(window);
    const auto since = [](Instant from, Instant to) {
        return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
    };
    std::array<Instant, most_conditions> first;
    int reached = 0;
    const auto meet = [&](int step, Instant at) {
        const auto here = static_cast<std::size_t>(step);
        if (step == 0)
            first[0] = at;
        else if (step <= reached && since(first[here - 1], at) <= longest)
            first[here] = first[here - 1];
        else
            return;
        reached = std::max(reached, step + 1);
    };
    for (const Event& event : events) {
        // upwards a step builds on those of the same instant, downwards on earlier instants only
        if (order == Order::same_instant_counts)
            for (std::uint32_t met = event.met; met != 0; met &= met - 1)
                meet(std::countr_zero(met), event.at);
        else
            for (std::uint32_t met = event.met; met != 0; met &= ~std::bit_floor(met))
                meet(std::bit_width(met) - 1, event.at);
        if (reached == steps)
            break;
    }
    return reached;
}

}  // namespace customer_value::behaviour
