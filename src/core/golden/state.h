// How values are spread: each positive value with the number of times that it was seen, exact.
#pragma once

#include "core/common/archive.h"
#include "core/common/mantissa.h"
#include "core/golden/golden.h"

#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace customer_value::golden {

// Values of at most 38 digits at one scale, the largest seen, followed in memory by the entries. Rows are put behind
// the others; where the memory is full they are brought into order and equal ones united before more memory is asked
// for. A finished state is in ascending order, each value once.
class State {
public:
    static constexpr int version = 1;
    static constexpr const char* type_name = "golden_state";

    struct Room {
        std::uint32_t entries = 0;
    };
    static std::size_t bytes_for(Room room);
    [[nodiscard]] Room room() const noexcept { return room_; }
    // No more than is used.
    [[nodiscard]] Room used() const noexcept { return {count_}; }
    static State* create(void* memory, Room room) noexcept;
    static State* relocate(const State& from, void* memory, Room room) noexcept;

    // Adds a row; values are Decimal, integers or floating-point numbers (read as the decimal that is printed for
    // them). Values up to 0 are counted only. Throws out_of_range where the value is not finite or has more than 38
    // digits at the scale.
    template <class Value> std::optional<Room> add(const Value& value)
    {
        require_finite("value", value);
        if constexpr (std::floating_point<Value>) {
            if (!(value > 0))
                return add_zero();
            const ShortDecimal number(value);
            const std::int32_t places = std::max(number.places, 0);
            return add_positive(fitting(scaled_up(number.digits, places - number.places), value), places);
        } else if constexpr (std::integral<Value>) {
            return value > 0 ? add_positive(value, 0) : add_zero();
        } else {
            if (value.negative || value.zero())
                return add_zero();
            return add_positive(fitting(mantissa(value), value), value.scale);
        }
    }
    // The same for values that are to be read with one threshold. Throws invalid_parameter on a second one,
    // out_of_range where it does not lie between 0 and 1.
    template <class Value> std::optional<Room> add(const Value& value, double threshold)
    {
        require_share("threshold", threshold);
        set_threshold("threshold", threshold);
        return add(value);
    }
    // The same for values that are to be read with one share of the customers.
    template <class Value> std::optional<Room> add_for_top(const Value& value, double share)
    {
        require_share_of_customers(share);
        set_threshold("share", share);
        return add(value);
    }
    // Takes in the entries of another. The room for all of them is asked for before the first, as far as there can be:
    // they may be the same values.
    std::optional<Room> merge(const State& other);
    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    // Ascending, equal values united.
    void sort();
    [[nodiscard]] bool is_sorted() const noexcept;

    // What a sorted state says.
    [[nodiscard]] std::int64_t customers() const;
    [[nodiscard]] Gini<Int256> gini() const;
    [[nodiscard]] Golden<Int256> golden(double threshold) const;
    [[nodiscard]] Top<Int256> top(double share) const;
    // The positive values, ascending, by their place from 0 on.
    [[nodiscard]] Int128 value_at(std::size_t place) const noexcept { return value_of(entries()[place]); }
    [[nodiscard]] std::int64_t times_at(std::size_t place) const noexcept { return entries()[place].times; }
    // Values are in units of 10^-scale.
    [[nodiscard]] std::int32_t scale() const noexcept { return scale_; }
    // The threshold or share that came with the rows, or the usual one.
    [[nodiscard]] double threshold() const noexcept { return has_threshold_ != 0 ? threshold_ : usual_threshold; }
    [[nodiscard]] double share() const noexcept { return has_threshold_ != 0 ? threshold_ : usual_share; }
    static constexpr double usual_threshold = 0.8, usual_share = 0.2;

    static std::size_t bytes_for_input(std::size_t length) { return bytes_for(room_for_input(length)); }
    template <class Archive> void write(Archive& archive) const
    {
        archive.count("scale", scale_);
        archive.count("zeros", zeros_);
        archive.text("threshold", has_threshold_ != 0 ? shown(threshold_) : "");
        for (const Entry& entry : entries()) {
            archive.number("value", shown(value_of(entry), scale_));
            archive.count("times", entry.times);
        }
    }
    template <class Archive> static State* read(void* memory, Archive& archive, std::size_t length)
    {
        State* state = create(memory, room_for_input(length));
        std::int64_t scale = 0, times = 0;
        char threshold[32];
        archive.count("scale", scale);
        archive.count("zeros", state->zeros_);
        const std::size_t size = archive.text("threshold", threshold, sizeof threshold);
        state->start(scale, {threshold, size});
        while (archive.more()) {
            const DecimalText value = archive.number("value");
            archive.count("times", times);
            state->restore(value, times);
        }
        state->validate();
        return state;
    }

private:
    struct Entry {
        std::uint64_t low;
        std::int64_t high;
        std::int64_t times;
    };
    static Int128 value_of(const Entry& entry) noexcept
    {
        return static_cast<Int128>(static_cast<UInt128>(entry.high) << 64 | entry.low);
    }
    static void set_value(Entry& entry, Int128 value) noexcept
    {
        entry.low = static_cast<std::uint64_t>(value);
        entry.high = static_cast<std::int64_t>(value >> 64);
    }
    template <class Value> static Int128 fitting(std::optional<Int128> mantissa, const Value& value)
    {
        if (!mantissa)
            throw_too_long(shown(value));
        return *mantissa;
    }
    [[noreturn]] static void throw_too_long(const std::string& value);
    static Room room_for_input(std::size_t length) noexcept;

    std::optional<Room> add_zero();
    std::optional<Room> add_positive(Int128 value, std::int32_t scale);
    std::optional<Room> add_entry(Int128 value, std::int64_t times);
    void set_scale(std::int32_t scale);
    void set_threshold(const char* argument, double threshold);
    [[nodiscard]] Int128 at_scale(Int128 value, std::int32_t scale) const;
    void start(std::int64_t scale, std::string_view threshold);
    void restore(const DecimalText& value, std::int64_t times);
    void validate() const;

    [[nodiscard]] std::span<Entry> entries() noexcept { return {reinterpret_cast<Entry*>(this + 1), count_}; }
    [[nodiscard]] std::span<const Entry> entries() const noexcept
    {
        return {reinterpret_cast<const Entry*>(this + 1), count_};
    }
    void put(Int128 value, std::int64_t times) noexcept
    {
        Entry& entry = reinterpret_cast<Entry*>(this + 1)[count_++];
        set_value(entry, value);
        entry.times = times;
    }

    Room room_;
    std::uint32_t count_;
    std::int32_t scale_;
    std::int32_t has_threshold_;
    std::int64_t zeros_;  // rows with a value up to 0
    double threshold_;
};

static_assert(sizeof(State) % alignof(std::int64_t) == 0);

}  // namespace customer_value::golden
