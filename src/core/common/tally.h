// Entries with a key each, in one piece of memory that the caller owns: this head, then the entries. A row is appended
// in constant time; entries are brought into the order of their keys, and those of one key made one, when the memory is
// full or somebody asks. So what is stored depends on the rows alone, not on how they came or were split, and rows that
// come in order cost no sort.
#pragma once

#include "core/common/error.h"
#include "core/common/interrupt.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <type_traits>

namespace customer_value {

// Base of a state (see src/pg/aggregate.h). Entry has key(), absorb(entry of the same key) and shortest_form, the
// fewest bytes that one takes in either outside form; Head is what the state knows besides. State has no members of its
// own, and names its entries for a message: `entries_name`. Operations that find the memory too small leave the
// contents alone and return the room they need.
template <class State, class Head, class Entry> class Tally {
public:
    // So many sort in about a second, and take less than half of the 1 GB that a value may have.
    static constexpr std::size_t most_entries = 10'000'000;

    struct Room {
        std::uint32_t entries = 0;
    };
    static std::size_t bytes_for(Room room) noexcept { return sizeof(Tally) + room.entries * sizeof(Entry); }
    static std::size_t bytes_for_input(std::size_t length) noexcept { return bytes_for(room_for_input(length)); }
    [[nodiscard]] Room room() const noexcept { return {capacity_}; }
    // What the entries take, without slack.
    [[nodiscard]] Room used() const noexcept { return {count_}; }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }

    static State* create(void* memory, Room room) noexcept
    {
        static_assert(std::is_trivially_copyable_v<Entry> && sizeof(State) == sizeof(Tally) &&
                      sizeof(Tally) % alignof(Entry) == 0);
        std::memset(memory, 0, sizeof(Tally));
        auto* state = static_cast<State*>(memory);
        state->capacity_ = room.entries;
        return state;
    }
    // A copy of `from`; the room includes what `from` uses.
    static State* relocate(const State& from, void* memory, Room room) noexcept
    {
        std::memcpy(memory, static_cast<const void*>(&from), bytes_for(from.used()));
        auto* to = static_cast<State*>(memory);
        to->capacity_ = room.entries;
        return to;
    }

    // One entry a key, ascending.
    void sort()
    {
        if (is_sorted())
            return;
        Entry* const first = data();
        const auto by_key = [](const Entry& left, const Entry& right) { return left.key() < right.key(); };
        if (sorted_ < count_ / 2) {
            sort_or_stop(first, first + count_, by_key);
        } else {
            sort_or_stop(first + sorted_, first + count_, by_key);
            std::inplace_merge(first, first + sorted_, first + count_, by_key);
        }
        std::uint32_t last = 0;
        for (std::uint32_t i = 1; i < count_; ++i)
            if (first[last].key() == first[i].key())
                first[last].absorb(first[i]);
            else
                first[++last] = first[i];
        sorted_ = count_ = last + 1;
    }
    [[nodiscard]] bool is_sorted() const noexcept { return sorted_ == count_; }
    [[nodiscard]] std::span<const Entry> entries() const noexcept { return {data(), count_}; }

protected:
    std::optional<Room> append(const Entry& entry)
    {
        const bool in_order = is_sorted() && (count_ == 0 || !(entry.key() < data()[count_ - 1].key()));
        if (in_order && count_ > 0 && entry.key() == data()[count_ - 1].key()) {
            data()[count_ - 1].absorb(entry);
            return std::nullopt;
        }
        if (count_ == capacity_) [[unlikely]] {
            if (const auto room = made_room(1))
                return room;
            return append(entry);
        }
        data()[count_++] = entry;
        sorted_ += in_order;
        return std::nullopt;
    }
    // Two entries, both or none.
    std::optional<Room> append(const Entry& first, const Entry& second)
    {
        if (count_ + std::size_t{2} > capacity_)
            if (const auto room = made_room(2))
                return room;
        (void)append(first);  // it fits
        return append(second);
    }
    // Appends the entries of `other`. The room for all of them is asked for before the first, as far as there can be:
    // they may have the same keys.
    std::optional<Room> append(const Tally& other)
    {
        if (count_ + other.size() > capacity_)
            if (const auto room = made_room(other.size()))
                return room;
        Lookout lookout;
        for (const Entry& entry : other.entries()) {
            lookout.call();
            (void)append(entry);  // it fits, or throws
        }
        return std::nullopt;
    }
    static Room room_for_input(std::size_t length) noexcept
    {
        return {static_cast<std::uint32_t>(std::min(length / Entry::shortest_form + 1, most_room))};
    }

    [[nodiscard]] Head& head() noexcept { return head_; }
    [[nodiscard]] const Head& head() const noexcept { return head_; }

private:
    static constexpr std::size_t most_room = (std::size_t{1} << 24) - 1;

    // Sorts, which may be enough: nothing where a quarter of the memory is free then, so that the next sort is far
    // away. Otherwise more than there is now.
    std::optional<Room> made_room(std::size_t more)
    {
        sort();
        if (count_ >= most_entries)
            throw Error(ErrorCode::too_large, joined({"too many ", State::entries_name, " for one ", State::type_name}),
                        joined({"It holds ", std::to_string(most_entries), " of them."}), State::too_large_hint);
        if (count_ + more <= capacity_ && (count_ <= capacity_ - capacity_ / 4 || capacity_ == most_room))
            return std::nullopt;
        const Room room = filling_power_of_two(std::max(count_ + more, capacity_ + std::size_t{1}));
        return room.entries > capacity_ ? std::optional(room) : std::nullopt;
    }
    // PostgreSQL hands out small memory in powers of two; a state of a group in a million fills them.
    static Room filling_power_of_two(std::size_t entries) noexcept
    {
        constexpr std::size_t varlena_header = 8;
        const std::size_t bytes =
            std::bit_ceil(varlena_header + sizeof(Tally) + entries * sizeof(Entry)) - varlena_header - sizeof(Tally);
        return {static_cast<std::uint32_t>(std::min(bytes / sizeof(Entry), most_room))};
    }

    [[nodiscard]] Entry* data() const noexcept { return reinterpret_cast<Entry*>(const_cast<Tally*>(this) + 1); }

    Head head_;
    std::uint32_t capacity_;
    std::uint32_t count_;
    std::uint32_t sorted_;  // so many at the front are one a key, ascending
};

}  // namespace customer_value
