// How far a customer got along a chain of steps within a window of time: saw, put into the basket, bought.
#pragma once

#include "core/behaviour/conditions.h"
#include "core/common/archive.h"
#include "core/common/tally.h"

#include <cstdint>
#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace customer_value::behaviour {

// An instant: microseconds since 2000-01-01 00:00 UTC. PostgreSQL's timestamps lie between these (4714 BC to 294276).
using Instant = std::int64_t;
inline constexpr Instant earliest_instant = -211'813'488'000'000'000, behind_latest_instant = 9'223'371'331'200'000'000;

// About 73,000 years: windows are shorter, and this one is no limit.
inline constexpr std::int64_t no_window = max_count;

// Rows at one instant that met the same steps. More of them than a chain has steps make no difference.
struct Event {
    static constexpr std::size_t shortest_form = 19;  // bytes
    static constexpr std::uint32_t most_times = most_conditions;

    Instant at;
    std::uint32_t met;
    std::uint32_t times = 1;

    [[nodiscard]] std::pair<Instant, std::uint32_t> key() const noexcept { return {at, met}; }
    void absorb(const Event& other) noexcept { times = std::min(times + other.times, most_times); }
};

// Microseconds as a plain decimal number of seconds, and back; nothing for more than six decimal places or what is no
// 64-bit number.
[[nodiscard]] std::string seconds(std::int64_t microseconds);
[[nodiscard]] std::optional<std::int64_t> microseconds(const DecimalText& seconds) noexcept;

struct FunnelHead {
    std::int64_t window;  // microseconds
    std::uint32_t steps;  // 0 without rows
};

// The events of a customer that met a step. What met none leaves no trace but that the customer was there.
class FunnelState : public Tally<FunnelState, FunnelHead, Event> {
public:
    static constexpr int version = 1;
    static constexpr const char* type_name = "funnel_state";
    static constexpr const char* entries_name = "events";
    static constexpr const char* too_large_hint = "Is a GROUP BY missing? A funnel is that of one customer.";

    // Throws invalid_parameter where the window or the number of steps differs from the rows before.
    std::optional<Room> add(std::int64_t window, Instant at, const Conditions& steps)
    {
        if (!steps.known)
            return std::nullopt;
        adopt_head(window, steps.count);
        if (steps.met == 0)
            return std::nullopt;
        return append({at, steps.met});
    }
    std::optional<Room> merge(const FunnelState& other)
    {
        adopt_head(other.window(), other.steps());
        return append(other);
    }
    [[nodiscard]] std::int64_t window() const noexcept { return head().window; }
    [[nodiscard]] std::int32_t steps() const noexcept { return static_cast<std::int32_t>(head().steps); }

    template <class Archive> void write(Archive& archive) const
    {
        archive.count("steps", steps());
        archive.number("window", seconds(window()));
        for (const Event& event : entries()) {
            archive.number("at", seconds(event.at));
            archive.count("met", event.met);
            archive.count("times", event.times);
        }
    }
    // Into bytes_for_input(length) of memory; events may come in any order.
    template <class Archive> static FunnelState* read(void* memory, Archive& archive, std::size_t length)
    {
        FunnelState* state = create(memory, room_for_input(length));
        std::int64_t steps = 0;
        archive.count("steps", steps);
        state->restore_head(steps, archive.number("window"));
        while (archive.more()) {
            const DecimalText at = archive.number("at");
            std::int64_t met = 0, times = 0;
            archive.count("met", met);
            archive.count("times", times);
            state->restore(at, met, times);
        }
        return state;
    }

private:
    void adopt_head(std::int64_t window, std::int32_t steps)
    {
        if (steps == 0)
            return;
        if (head().steps != 0 && head().window != window) [[unlikely]]
            throw_other_window(head().window, window);
        adopt("steps", head().steps, steps);
        head().window = window;
    }
    [[noreturn]] static void throw_other_window(std::int64_t before, std::int64_t now);
    void restore_head(std::int64_t steps, const DecimalText& window);
    void restore(const DecimalText& at, std::int64_t met, std::int64_t times);
};

enum class Order : std::uint8_t {
    same_instant_counts,  // t1 <= t2 <= ...; rows at one instant are one event, which may be several steps
    each_event_once,      // t1 <= t2 <= ...; each row is one step at most
    strictly_later        // t1 < t2 < ...
};

struct Rule {
    std::int64_t window;
    Order order;
    std::uint32_t excluded = 0;  // conditions that are no steps and must not be met between steps
};

// The conditions of these numbers, from 1, as bits. Throws invalid_parameter for a number twice, one that no condition
// has, and where no step is left.
[[nodiscard]] std::uint32_t excluded_conditions(std::span<const std::int32_t> numbers, int conditions);

// The most steps k for which there are instants t1, t2, ..., tk in their order, the last at most t1 + window, with step
// i met at ti, and no excluded condition at an instant after t1 and before tk. All instants are tried as the first;
// `events` ascend. What else happened between does not matter. The conditions that are not excluded are the steps.
[[nodiscard]] int longest_chain(std::span<const Event> events, int conditions, const Rule& rule);

}  // namespace customer_value::behaviour
