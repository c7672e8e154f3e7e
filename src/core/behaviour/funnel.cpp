#include "core/behaviour/funnel.h"

#include "core/common/interrupt.h"
#include "core/common/mantissa.h"

#include <array>
#include <bit>
#include <vector>

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

void FunnelState::restore(const DecimalText& at, std::int64_t met, std::int64_t times)
{
    const auto instant = microseconds(at);
    if (!instant || *instant < earliest_instant || *instant >= behind_latest_instant)
        throw_invalid(FunnelState::type_name,
                      "\"at\" must be a number of seconds since 2000-01-01 that a timestamp can hold.");
    require_conditions("steps", steps(), met);
    if (met == 0)
        throw_invalid(FunnelState::type_name, "An event must have \"met\" a step.");
    if (times < 1 || times > Event::most_times)
        throw_invalid(FunnelState::type_name, "\"times\" must be from 1 to " + std::to_string(Event::most_times) + ".");
    if (append({*instant, static_cast<std::uint32_t>(met), static_cast<std::uint32_t>(times)}))
        throw Error(ErrorCode::too_large, "too many events for one funnel_state");
}

std::uint32_t excluded_conditions(std::span<const std::int32_t> numbers, int conditions)
{
    std::uint32_t excluded = 0;
    for (const std::int32_t number : numbers) {
        if (number < 1 || number > conditions)
            throw Error(ErrorCode::invalid_parameter, "excluded must be numbers of steps, from 1 to " +
                                                          std::to_string(conditions) + ": " + std::to_string(number));
        const std::uint32_t bit = std::uint32_t{1} << (number - 1);
        if ((excluded & bit) != 0)
            throw Error(ErrorCode::invalid_parameter, "excluded must name a step once: " + std::to_string(number));
        excluded |= bit;
    }
    if (std::popcount(excluded) == conditions)
        throw Error(ErrorCode::invalid_parameter, "excluded must leave a step");
    return excluded;
}

namespace {

// Those bits of `bits` that are in `kept`, moved together.
std::uint32_t compressed(std::uint32_t bits, std::uint32_t kept) noexcept
{
    std::uint32_t result = 0;
    for (int place = 0; kept != 0; kept &= kept - 1)
        result |= (bits >> std::countr_zero(kept) & 1) << place++;
    return result;
}

// For each step the latest first instant from which a chain reached it: whatever an earlier one could still reach, a
// later one can. One pass, because a step's latest first instant never moves back.
class Search {
public:
    Search(int steps, std::int64_t window) noexcept
        // all of time is more than 63 bits
        : longest_(window == no_window ? ~std::uint64_t{0} : static_cast<std::uint64_t>(window)), steps_(steps)
    {
    }
    [[nodiscard]] int reached() const noexcept { return reached_; }
    void restart() noexcept { reached_ = 0; }

    // Upwards a step builds on those of the same instant.
    void meet_upwards(Instant at, std::uint32_t met) noexcept
    {
        for (; met != 0; met &= met - 1)
            meet(std::countr_zero(met), at);
    }
    // Downwards on earlier instants only.
    void meet_downwards(Instant at, std::uint32_t met) noexcept
    {
        for (; met != 0; met &= ~std::bit_floor(met))
            meet(std::bit_width(met) - 1, at);
    }
    // By rows at one instant, each of which is one step at most: those before the instant go on as far as the steps that
    // follow can be given to different rows.
    void meet_once(Instant at, std::span<const std::uint32_t> rows)
    {
        const auto before = first_;
        const int reached_before = reached_;
        for (int from = 0; from <= std::min(reached_before, steps_ - 1); ++from) {
            const Instant start = from == 0 ? at : before[static_cast<std::size_t>(from) - 1];
            if (since(start, at) > longest_)
                continue;
            const int end = from + steps_from(from, rows);
            for (int step = from; step < end; ++step) {
                Instant& first = first_[static_cast<std::size_t>(step)];
                first = step < reached_ ? std::max(first, start) : start;
                reached_ = std::max(reached_, step + 1);
            }
        }
    }

private:
    static std::uint64_t since(Instant from, Instant to) noexcept
    {
        return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
    }
    void meet(int step, Instant at) noexcept
    {
        const auto here = static_cast<std::size_t>(step);
        if (step == 0)
            first_[0] = at;
        else if (step <= reached_ && since(first_[here - 1], at) <= longest_)
            first_[here] = first_[here - 1];
        else
            return;
        reached_ = std::max(reached_, step + 1);
    }
    // How many steps from this one on can be given to different rows: each step in turn takes a row, and moves steps
    // that have taken theirs to others (augmenting paths).
    int steps_from(int from, std::span<const std::uint32_t> rows)
    {
        taken_by_.assign(rows.size(), nobody);
        int step = from;
        for (; step < steps_; ++step) {
            tried_.assign(rows.size(), false);
            if (!takes_a_row(step, rows))
                break;
        }
        return step - from;
    }
    bool takes_a_row(int step, std::span<const std::uint32_t> rows)
    {
        for (std::size_t row = 0; row < rows.size(); ++row) {
            if ((rows[row] >> step & 1) == 0 || tried_[row])
                continue;
            tried_[row] = true;
            if (taken_by_[row] == nobody || takes_a_row(taken_by_[row], rows)) {
                taken_by_[row] = step;
                return true;
            }
        }
        return false;
    }

    static constexpr int nobody = -1;
    std::uint64_t longest_;
    int steps_;
    std::array<Instant, most_conditions> first_{};
    int reached_ = 0;
    std::vector<int> taken_by_;
    std::vector<bool> tried_;
};

// The events of one instant as rows, so many that each of `steps` steps has the choice that it would have among all:
// as many rows as there are steps are enough for one.
void list_rows(std::span<const Event> events, std::uint32_t kept, int steps, std::vector<std::uint32_t>& rows)
{
    std::array<int, most_conditions> choices{};
    rows.clear();
    for (const Event& event : events) {
        const std::uint32_t met = compressed(event.met, kept);
        for (std::uint32_t time = 0; time < event.times; ++time) {
            bool is_needed = false;
            for (std::uint32_t left = met; left != 0; left &= left - 1)
                is_needed |= choices[static_cast<std::size_t>(std::countr_zero(left))] < steps;
            if (!is_needed)
                break;
            for (std::uint32_t left = met; left != 0; left &= left - 1)
                ++choices[static_cast<std::size_t>(std::countr_zero(left))];
            rows.push_back(met);
        }
    }
}

}  // namespace

int longest_chain(std::span<const Event> events, int conditions, const Rule& rule)
{
    const std::uint32_t all = conditions == 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << conditions) - 1;
    const std::uint32_t kept = all & ~rule.excluded;
    const int steps = std::popcount(kept);
    Search search(steps, rule.window);
    std::vector<std::uint32_t> rows;
    Lookout lookout;
    int longest = 0;
    for (std::size_t from = 0, end = 0; from < events.size() && longest < steps; from = end) {
        lookout.call();
        std::uint32_t met = 0;
        for (; end < events.size() && events[end].at == events[from].at; ++end)
            met |= events[end].met;
        const Instant at = events[from].at;
        const std::uint32_t steps_met = rule.excluded == 0 ? met : compressed(met, kept);
        const auto pass = [&] {
            if (rule.order == Order::same_instant_counts)
                search.meet_upwards(at, steps_met);
            else if (rule.order == Order::strictly_later || (end - from == 1 && events[from].times == 1))
                search.meet_downwards(at, steps_met);
            else {
                list_rows(events.subspan(from, end - from), kept, steps, rows);
                search.meet_once(at, rows);
            }
            longest = std::max(longest, search.reached());
        };
        pass();
        if ((met & rule.excluded) != 0) {
            // a chain may end at the instant, and another begin
            search.restart();
            pass();
        }
    }
    return longest;
}

}  // namespace customer_value::behaviour
