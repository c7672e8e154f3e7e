// A flat hash table from keys (bigint, uuid, text) to entries, in memory that somebody else owns: slots (entry number +
// 1, 0 for empty; at most half of them used), the entries in the order in which they came, and the bytes of text keys.
// It is part of stored states, so how it lies in memory and how it hashes stays as it is.
#pragma once

#include "core/common/error.h"
#include "core/common/interrupt.h"
#include "core/common/key.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace customer_value {

struct TableRoom {
    std::uint32_t entries = 0;
    std::uint32_t text_bytes = 0;
};

// What is needed, or twice that where the room must grow anyway, up to `most`.
[[nodiscard]] inline std::uint32_t enlarged(std::size_t needed, std::size_t now, std::size_t most) noexcept
{
    return static_cast<std::uint32_t>(needed <= now ? now : std::max(needed, std::min(2 * needed + 8, most)));
}

// An entry begins with `std::uint64_t key[2]` (bigint: value, 0; uuid: its bytes; text: hash, offset << 32 | length),
// or with `std::uint64_t key[1]` where keys are always bigint. The table is a view, made anew whenever it is used.
template <class Entry> class KeyTable {
public:
    static constexpr bool wide = sizeof(Entry::key) == 2 * sizeof(std::uint64_t);

    KeyTable(void* memory, TableRoom room, TableRoom& used, KeyKind kind) noexcept
        : memory_(memory), room_(room), used_(&used), kind_(kind)
    {
    }

    static constexpr std::size_t slots_for(std::size_t entries) noexcept { return std::bit_ceil(2 * entries + 2); }
    static constexpr std::size_t bytes_for(TableRoom room) noexcept
    {
        return slots_for(room.entries) * sizeof(std::uint32_t) + room.entries * sizeof(Entry) +
               (room.text_bytes + std::size_t{7}) / 8 * 8;
    }
    // A new table in bytes_for(room) of memory has no entry in its slots.
    void clear() noexcept { std::memset(slots(), 0, slots_for(room_.entries) * sizeof(std::uint32_t)); }

    [[nodiscard]] std::span<Entry> entries() const noexcept { return {first(), used_->entries}; }
    [[nodiscard]] Key key_of(const Entry& entry) const noexcept
    {
        if constexpr (wide)
            if (kind_ == KeyKind::text)
                return {kind_, {text() + (entry.key[1] >> 32), static_cast<std::uint32_t>(entry.key[1])}};
        return {kind_,
                {reinterpret_cast<const char*>(entry.key), kind_ == KeyKind::uuid ? std::size_t{16} : std::size_t{8}}};
    }

    // Where the key's entry is, or would be: the slot, and an entry with the key and else nothing. Throws too_large
    // where too many keys collide.
    struct Place {
        std::uint32_t* slot;
        Entry blank;

        [[nodiscard]] bool is_taken() const noexcept { return *slot != 0; }
    };
    [[nodiscard]] Place place_of(const Key& key) const
    {
        Entry blank{};
        if constexpr (wide) {
            if (key.kind == KeyKind::text) {
                blank.key[0] = hash_of(key.bytes);
                blank.key[1] = static_cast<std::uint64_t>(used_->text_bytes) << 32 | key.bytes.size();
                return {slot_of(blank, key.bytes), blank};
            }
        }
        std::memcpy(blank.key, key.bytes.data(), key.bytes.size());
        return {slot_of(blank, {}), blank};
    }
    [[nodiscard]] Entry& entry_at(const Place& place) const noexcept { return first()[*place.slot - 1]; }
    // Whether there is room for one more entry.
    [[nodiscard]] bool fits(const Key& key) const noexcept
    {
        return used_->entries < room_.entries &&
               (key.kind != KeyKind::text || used_->text_bytes + key.bytes.size() <= room_.text_bytes);
    }
    // The new entry at a place that is not taken; it must fit.
    Entry& insert(const Place& place, const Key& key) noexcept
    {
        if (key.kind == KeyKind::text && !key.bytes.empty()) {
            std::memcpy(text() + used_->text_bytes, key.bytes.data(), key.bytes.size());
            used_->text_bytes += static_cast<std::uint32_t>(key.bytes.size());
        }
        Entry& entry = first()[used_->entries];
        entry = place.blank;
        *place.slot = ++used_->entries;
        return entry;
    }

    // Takes over what another table holds; there must be room.
    void copy_from(const KeyTable& from)
    {
        *used_ = *from.used_;
        if (used_->entries > 0)
            std::memcpy(static_cast<void*>(first()), from.first(), used_->entries * sizeof(Entry));
        if (used_->text_bytes > 0)
            std::memcpy(text(), from.text(), used_->text_bytes);
        index();
    }
    // Finds the slots of all entries again.
    void index()
    {
        clear();
        std::uint32_t number = 0;
        for (const Entry& entry : entries())
            *slot_of(entry, kind_ == KeyKind::text ? key_of(entry).bytes : std::string_view{}) = ++number;
    }
    // Puts the entries in the order of their keys, and their texts too, so that equal contents are equal bytes.
    void sort()
    {
        sort_or_stop(entries().begin(), entries().end(), [this](const Entry& left, const Entry& right) {
            if (kind_ == KeyKind::bigint)
                return static_cast<std::int64_t>(left.key[0]) < static_cast<std::int64_t>(right.key[0]);
            return key_of(left).bytes < key_of(right).bytes;
        });
        if constexpr (wide)
            sort_texts();
        index();
    }

private:
    static constexpr std::size_t longest_probe = 4096;  // slots; a table at most half full needs a few dozen

    [[noreturn, gnu::cold]] static void throw_collisions()
    {
        throw Error(ErrorCode::too_large, "too many ids have the same hash");
    }

    [[nodiscard]] std::uint32_t* slot_of(const Entry& wanted, std::string_view bytes) const
    {
        std::uint64_t second = 0;
        if constexpr (wide)
            second = kind_ == KeyKind::uuid ? wanted.key[1] : 0;
        const std::size_t mask = slots_for(room_.entries) - 1;
        std::size_t at = mixed(wanted.key[0] ^ mixed(second)) & mask;
        for (std::size_t probe = 0; slots()[at] != 0 && !same(first()[slots()[at] - 1], wanted, bytes);
             at = (at + 1) & mask)
            if (++probe > longest_probe) [[unlikely]]
                throw_collisions();
        return &slots()[at];
    }
    [[nodiscard]] bool same(const Entry& entry, const Entry& wanted, std::string_view bytes) const noexcept
    {
        if constexpr (wide)
            return entry.key[0] == wanted.key[0] &&
                   (kind_ == KeyKind::text ? key_of(entry).bytes == bytes : entry.key[1] == wanted.key[1]);
        else
            return entry.key[0] == wanted.key[0];
    }
    void sort_texts()
    {
        if (used_->text_bytes == 0)
            return;
        const std::vector<char> old(text(), text() + used_->text_bytes);
        std::uint64_t offset = 0;
        for (Entry& entry : entries()) {
            const std::size_t size = static_cast<std::uint32_t>(entry.key[1]);
            std::memcpy(text() + offset, old.data() + (entry.key[1] >> 32), size);
            entry.key[1] = offset << 32 | size;
            offset += size;
        }
    }

    [[nodiscard]] std::uint32_t* slots() const noexcept { return static_cast<std::uint32_t*>(memory_); }
    [[nodiscard]] Entry* first() const noexcept { return reinterpret_cast<Entry*>(slots() + slots_for(room_.entries)); }
    [[nodiscard]] char* text() const noexcept { return reinterpret_cast<char*>(first() + room_.entries); }

    void* memory_;
    TableRoom room_;
    TableRoom* used_;
    KeyKind kind_;
};

}  // namespace customer_value
