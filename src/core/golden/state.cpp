#include "core/golden/state.h"

#include "core/common/checked.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace customer_value::golden {

namespace {

// A value of PostgreSQL is at most 1 GB: 2^25 entries take 805 MB of it.
constexpr std::size_t most_entries = std::size_t{1} << 25;
constexpr std::size_t shortest_input_entry = 17;  // bytes, in either outside form

[[noreturn]] void throw_one_threshold()
{
    throw Error(ErrorCode::invalid_parameter,
                "values with a threshold and without one cannot be added to one golden_state");
}

}  // namespace

std::size_t State::bytes_for(Room room)
{
    if (room.entries > most_entries)
        throw Error(ErrorCode::too_large, "too many different values for one golden_state: it would pass 1 GB",
                    "It holds 33554432 different values.",
                    "Round the values first, or use the window functions golden_share and is_golden.");
    return sizeof(State) + room.entries * sizeof(Entry);
}

State* State::create(void* memory, Room room) noexcept
{
    std::memset(memory, 0, sizeof(State));
    auto* state = static_cast<State*>(memory);
    state->room_ = room;
    return state;
}

State* State::relocate(const State& from, void* memory, Room room) noexcept
{
    auto* to = static_cast<State*>(memory);
    std::memcpy(memory, &from, sizeof(State) + from.count_ * sizeof(Entry));
    to->room_ = room;
    return to;
}

void State::throw_too_long(const std::string& value)
{
    throw Error(ErrorCode::out_of_range, "value has more than 38 digits: " + clipped(value),
                "Decimal places are counted at the largest scale among all values.",
                "Round the values first, for example value::numeric(20,4).");
}

Int128 State::at_scale(Int128 value, std::int32_t scale) const
{
    const auto scaled = scaled_up(value, scale_ - scale);
    if (!scaled)
        throw_too_long(shown(value, scale));
    return *scaled;
}

void State::set_scale(std::int32_t scale)
{
    const std::int32_t before = std::exchange(scale_, scale);
    try {
        for (const Entry& entry : entries())
            (void)at_scale(value_of(entry), before);
    } catch (...) {
        scale_ = before;
        throw;
    }
    for (Entry& entry : entries())
        set_value(entry, at_scale(value_of(entry), before));
}

void State::set_threshold(const char* argument, double threshold)
{
    if (has_threshold_ == 0 && (count_ > 0 || zeros_ > 0))
        throw_one_threshold();
    if (has_threshold_ != 0 && threshold != threshold_)
        throw Error(ErrorCode::invalid_parameter, std::string(argument) + " must be the same in all rows: " +
                                                      shown(threshold_) + " and " + shown(threshold));
    has_threshold_ = 1;
    threshold_ = threshold + 0.0;  // one zero of the two
}

std::optional<State::Room> State::add_zero()
{
    add_count(zeros_, 1);
    return std::nullopt;
}

std::optional<State::Room> State::add_positive(Int128 value, std::int32_t scale)
{
    if (scale > scale_)
        set_scale(scale);
    return add_entry(at_scale(value, scale), 1);
}

std::optional<State::Room> State::add_entry(Int128 value, std::int64_t times)
{
    if (count_ == room_.entries) {
        sort();
        // in vain, or nearly: the next rows would soon ask again
        if (count_ >= room_.entries / 2)
            return Room{static_cast<std::uint32_t>(
                std::max(std::size_t{count_} + 1, std::min(2 * std::size_t{room_.entries} + 16, most_entries)))};
    }
    put(value, times);
    return std::nullopt;
}

std::optional<State::Room> State::merge(const State& other)
{
    if (const std::size_t wanted = std::min(size() + other.size(), most_entries); wanted > room_.entries)
        return Room{static_cast<std::uint32_t>(wanted)};
    if (other.has_threshold_ != 0)
        set_threshold("threshold", other.threshold_);
    else if (has_threshold_ != 0 && (other.count_ > 0 || other.zeros_ > 0))
        throw_one_threshold();
    if (other.scale_ > scale_)
        set_scale(other.scale_);
    Lookout lookout;
    for (const Entry& entry : other.entries()) {
        lookout.call();
        if (count_ == room_.entries) [[unlikely]]
            sort();
        if (count_ == room_.entries) [[unlikely]]
            return Room{count_ + 1};  // too much for bytes_for
        put(at_scale(value_of(entry), other.scale_), entry.times);
    }
    add_count(zeros_, other.zeros_);
    return std::nullopt;
}

void State::sort()
{
    const auto all = entries();
    sort_or_stop(all.begin(), all.end(),
                 [](const Entry& left, const Entry& right) { return value_of(left) < value_of(right); });
    std::size_t last = 0;
    for (std::size_t i = 1; i < all.size(); ++i)
        if (value_of(all[i]) == value_of(all[last]))
            add_count(all[last].times, all[i].times);
        else
            all[++last] = all[i];
    count_ = all.empty() ? 0 : static_cast<std::uint32_t>(last + 1);
}

bool State::is_sorted() const noexcept
{
    const auto not_above = [](const Entry& left, const Entry& right) { return value_of(left) >= value_of(right); };
    return std::adjacent_find(entries().begin(), entries().end(), not_above) == entries().end();
}

std::int64_t State::customers() const
{
    std::int64_t customers = zeros_;
    for (const Entry& entry : entries())
        add_count(customers, entry.times);
    return customers;
}

Gini<Int256> State::gini() const
{
    GiniSum<Int256> sum(customers());
    sum.add(0, zeros_);
    for (const Entry& entry : entries())
        sum.add(Int256(value_of(entry)), entry.times);
    return sum.gini();
}

Golden<Int256> State::golden(double threshold) const
{
    (void)customers();  // their number can be told
    const auto all = entries();
    return golden_of<Int256>(all.rbegin(), all.rend(), threshold, [](const Entry& entry) {
        return Peers<Int256>{Int256(value_of(entry)), entry.times};
    });
}

Top<Int256> State::top(double share) const
{
    const auto all = entries();
    return top_of<Int256>(all.rbegin(), all.rend(), customers(), share, [](const Entry& entry) {
        return Peers<Int256>{Int256(value_of(entry)), entry.times};
    });
}

State::Room State::room_for_input(std::size_t length) noexcept
{
    return {static_cast<std::uint32_t>(std::min(length / shortest_input_entry + 1, most_entries))};
}

void State::start(std::int64_t scale, std::string_view threshold)
{
    if (scale > 16383)
        throw_invalid(State::type_name, "\"scale\" must not be larger than 16383.");
    scale_ = static_cast<std::int32_t>(scale);
    if (threshold.empty())
        return;
    const auto [stop, problem] = std::from_chars(threshold.data(), threshold.data() + threshold.size(), threshold_);
    has_threshold_ = 1;
    if (problem != std::errc{} || stop != threshold.data() + threshold.size() ||
        !(threshold_ >= 0 && threshold_ <= 1) || shown(threshold_) != threshold)
        throw_invalid(State::type_name, "\"threshold\" must be empty or a number from 0 to 1, as short as it can be.");
}

void State::restore(const DecimalText& value, std::int64_t times)
{
    const auto number = mantissa(value);
    if (!number || static_cast<std::int32_t>(value.fraction.size()) != scale_)
        throw_invalid(State::type_name,
                      "\"value\" must have at most 38 digits, and as many decimal places as \"scale\" says.");
    if (*number <= 0 || (count_ > 0 && *number <= value_of(entries().back())))
        throw_invalid(State::type_name, "Values must be above 0 and ascend.");
    if (times == 0)
        throw_invalid(State::type_name, "\"times\" must be at least 1.");
    if (count_ == room_.entries)
        throw_invalid(State::type_name, "There are too many values.");
    put(*number, times);
}

void State::validate() const
{
    if (count_ == 0 && scale_ != 0)
        throw_invalid(State::type_name, "A state without positive values must not have a scale.");
    if (has_threshold_ != 0 && count_ == 0 && zeros_ == 0)
        throw_invalid(State::type_name, "A state of no rows must not have a threshold.");
    (void)customers();
}

}  // namespace customer_value::golden
