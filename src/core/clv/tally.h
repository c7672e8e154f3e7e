// The state of a fit: the distinct rows that were seen, and how many customers each stands for. A likelihood needs no
// more, and the fit of a million customers goes over some ten thousand rows. A row says what it holds:
//
//     state_version, state_name, state_rows     of the stored form; what the rows are called in messages
//     shortest_form                             bytes that one takes at least, in either outside form
//     hash(), ==, <                             by value
//     checked()                                 throws out_of_range where it cannot be
//     describe(self, archive)                   its fields, `archive.real` among them
#pragma once

#include "core/common/archive.h"
#include "core/common/interrupt.h"
#include "core/common/key.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <type_traits>

namespace customer_value::clv {

// Fields of rows through any archive: a real number is its shortest decimal, which reads back as the same.
template <class Archive> class RowArchive {
public:
    explicit RowArchive(Archive& archive) noexcept : archive_(archive) {}
    template <class Integer> void count(std::string_view name, Integer& value) { archive_.count(name, value); }
    void real(std::string_view name, double& value) requires Archive::reading
    {
        const DecimalText parts = archive_.number(name);
        const char* begin = parts.whole.data();
        const std::string_view last = parts.fraction.empty() ? parts.whole : parts.fraction;
        const auto [stop, problem] = std::from_chars(begin, last.data() + last.size(), value);
        if (problem != std::errc{} || stop != last.data() + last.size())
            archive_.fail("\"" + std::string(name) + "\" is out of range");
        if (parts.negative && value != 0)
            value = -value;
    }
    void real(std::string_view name, const double& value) requires(!Archive::reading)
    {
        archive_.number(name, ShortestDecimal(value).text());
    }

private:
    Archive& archive_;
};

// In one piece of memory that the caller owns: this head, the slots of a hash table (entry number + 1, 0 for empty; at
// most half of them used), and the entries. An operation that finds the memory too small changes nothing and returns
// the room that it needs.
template <class RowType> class RowCounts {
public:
    using Row = RowType;
    static constexpr int version = Row::state_version;
    static constexpr const char* type_name = Row::state_name;

    struct Entry {
        Row row;
        std::int64_t customers;
    };
    struct Room {
        std::uint32_t entries = 0;
    };

    static std::size_t bytes_for(Room room)
    {
        if (room.entries > most_entries)
            throw Error(ErrorCode::too_large,
                        "too many different rows for one fit: more than " + std::to_string(most_entries),
                        joined({"A ", type_name, " holds each distinct row of ", Row::state_rows, " once."}),
                        "Round the rows, for example to whole days and cents, or fit a sample.");
        return sizeof(RowCounts) + slots_for(room.entries) * sizeof(std::uint32_t) + room.entries * sizeof(Entry);
    }
    [[nodiscard]] Room room() const noexcept { return room_; }
    [[nodiscard]] Room used() const noexcept { return {count_}; }

    static RowCounts* create(void* memory, Room room) noexcept
    {
        auto* tally = static_cast<RowCounts*>(memory);
        tally->room_ = room;
        tally->count_ = 0;
        std::memset(static_cast<void*>(tally + 1), 0, slots_for(room.entries) * sizeof(std::uint32_t));
        return tally;
    }
    // A copy of `from`; the room includes what `from` uses. (Inlined, GCC 12 takes the size of an empty one for that of
    // all.)
    [[gnu::noinline]] static RowCounts* relocate(const RowCounts& from, void* memory, Room room)
    {
        RowCounts* to = create(memory, room);
        to->count_ = from.count_;
        if (from.count_ > 0)
            std::memcpy(static_cast<void*>(to->entries()), from.entries(), from.count_ * sizeof(Entry));
        to->index();
        return to;
    }
    // In the order of the rows, so that equal contents have equal forms and equal sums.
    void sort()
    {
        sort_or_stop(entries(), entries() + count_,
                     [](const Entry& left, const Entry& right) { return left.row < right.row; });
        index();
    }

    // One row of so many customers; none where it is 0.
    std::optional<Room> add_row(const Row& row, std::int64_t customers)
    {
        row.checked();
        if (customers < 0 || customers > max_count) [[unlikely]]
            throw_bad_weight(customers);
        if (customers == 0)
            return std::nullopt;
        std::uint32_t* slot = find(row);
        if (*slot == 0) {
            if (count_ == room_.entries) [[unlikely]]
                return enlarged(count_ + std::size_t{1});
            entries()[count_] = {row, 0};
            *slot = ++count_;
        }
        add_count(entries()[*slot - 1].customers, customers);
        return std::nullopt;
    }
    template <class... Arguments> std::optional<Room> add(const Arguments&... arguments)
    {
        return Row::add(*this, arguments...);
    }

    // Merges the entries of `other`. The room for all of them is asked for before the first, as far as there can be:
    // they may be the same rows.
    std::optional<Room> merge(const RowCounts& other)
    {
        if (const std::size_t all = std::min(size() + other.size(), most_entries); all > room_.entries)
            return enlarged(all);
        Lookout lookout;
        for (const Entry& entry : other.rows()) {
            lookout.call();
            if (const auto room = add_row(entry.row, entry.customers)) [[unlikely]]
                return room;  // too much for bytes_for
        }
        return std::nullopt;
    }

    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    [[nodiscard]] std::span<const Entry> rows() const noexcept { return {entries(), count_}; }
    // Room for so many more rows, nothing where it is there.
    [[nodiscard]] std::optional<Room> room_for(std::size_t more) const
    {
        return count_ + more <= room_.entries ? std::nullopt : std::optional(enlarged(count_ + more));
    }
    [[nodiscard]] std::int64_t customers() const
    {
        std::int64_t sum = 0;
        for (const Entry& entry : rows())
            add_count(sum, entry.customers);
        return sum;
    }

    static std::size_t bytes_for_input(std::size_t length) { return bytes_for(room_for_input(length)); }
    template <class Archive> void write(Archive& archive) const
    {
        RowArchive<Archive> fields(archive);
        for (const Entry& entry : rows()) {
            Row::describe(entry.row, fields);
            fields.count("customers", entry.customers);
        }
    }
    // Into bytes_for_input(length of the input) of memory.
    template <class Archive> static RowCounts* read(void* memory, Archive& archive, std::size_t length)
    {
        RowCounts* tally = create(memory, room_for_input(length));
        RowArchive<Archive> fields(archive);
        while (archive.more()) {
            Row row{};
            std::int64_t customers = 0;
            Row::describe(row, fields);
            fields.count("customers", customers);
            const auto before = tally->count_;
            if (tally->add_row(row, customers) || tally->count_ == before)
                throw_invalid(type_name, "Each row must be there once, with one customer or more.");
        }
        return tally;
    }

private:
    static constexpr std::size_t most_entries = (std::size_t{1} << 22) - 1;  // what is sorted within a second
    static constexpr std::size_t longest_probe = 4096;

    [[noreturn, gnu::cold, gnu::noinline]] static void throw_bad_weight(std::int64_t customers)
    {
        throw Error(ErrorCode::out_of_range,
                    "weight must be a number of customers from 0 to 2^61: " + std::to_string(customers));
    }
    [[noreturn, gnu::cold, gnu::noinline]] static void throw_collisions()
    {
        throw Error(ErrorCode::too_large, "too many rows have the same hash");
    }
    static std::size_t slots_for(std::size_t entries) noexcept { return std::bit_ceil(2 * entries + 2); }
    static Room room_for_input(std::size_t length) noexcept
    {
        return {static_cast<std::uint32_t>(std::min(length / Row::shortest_form + 1, most_entries))};
    }
    // Twice what is needed, cut at the limit; past it bytes_for throws.
    [[nodiscard]] Room enlarged(std::size_t entries) const noexcept
    {
        return {static_cast<std::uint32_t>(std::max(entries, std::min(2 * entries + 8, most_entries)))};
    }
    [[nodiscard]] std::uint32_t* find(const Row& row) const
    {
        const std::size_t mask = slots_for(room_.entries) - 1;
        std::size_t at = row.hash() & mask;
        for (std::size_t probe = 0; slots()[at] != 0 && !(entries()[slots()[at] - 1].row == row); at = (at + 1) & mask)
            if (++probe > longest_probe) [[unlikely]]
                throw_collisions();
        return &slots()[at];
    }
    void index()
    {
        std::memset(slots(), 0, slots_for(room_.entries) * sizeof(std::uint32_t));
        for (std::uint32_t i = 0; i < count_; ++i)
            *find(entries()[i].row) = i + 1;
    }
    [[nodiscard]] std::uint32_t* slots() const noexcept
    {
        return reinterpret_cast<std::uint32_t*>(const_cast<RowCounts*>(this) + 1);
    }
    [[nodiscard]] Entry* entries() const noexcept
    {
        return reinterpret_cast<Entry*>(slots() + slots_for(room_.entries));
    }

    Room room_;
    std::uint32_t count_;
};

// The bits of a number for hashing; both zeros are one.
[[nodiscard]] inline std::uint64_t bits_of(double value) noexcept { return std::bit_cast<std::uint64_t>(value + 0.0); }

}  // namespace customer_value::clv
