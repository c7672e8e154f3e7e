// The state of aggregates that keep one value for each pair of a key (an order, a customer) and a name (a product, a
// kind of sale, a stage): which of them is for `Content` to say. It is one piece of memory that the caller owns: this
// head, then a table of keys, one of names, and one of pairs of their numbers. An operation that finds the memory too
// small changes nothing that matters and returns the room that it needs.
#pragma once

#include "core/common/archive.h"
#include "core/common/key_table.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace customer_value {

// Content has
//     type_name, key_name, keys_name, name_name, names_name, pairs_name    words of the outside forms and of messages
//     too_large_hint                                                       what to do about a state of 1 GB
//     Value                     trivially copyable, with merge(other), write(archive) and static read(archive)
//     row(arguments...)         the Row that the arguments of the aggregate stand for
template <class Value> struct KeyedRow {
    Key key;
    std::string_view name;
    Value value;
};

// A state takes at most so many bytes: a value of PostgreSQL 1 GB.
template <class Content, std::size_t most_bytes = (std::size_t{1} << 30) - 64> class KeyedPairs {
public:
    static constexpr int version = 1;
    static constexpr const char* type_name = Content::type_name;
    using Value = typename Content::Value;

    struct Pair {
        std::uint64_t key[1];  // number of the key << 32 | number of the name
        [[no_unique_address]] Value value;

        [[nodiscard]] std::uint32_t key_number() const noexcept { return static_cast<std::uint32_t>(key[0] >> 32); }
        [[nodiscard]] std::uint32_t name_number() const noexcept { return static_cast<std::uint32_t>(key[0]); }
    };

    struct Room {
        TableRoom keys, names, pairs;
    };
    // Throws too_large past PostgreSQL's limit of 1 GB for a value.
    static std::size_t bytes_for(Room room)
    {
        const std::size_t bytes = plain_bytes_for(room);
        if (bytes > most_bytes)
            throw Error(ErrorCode::too_large,
                        joined({"too many ", Content::pairs_name, " for one ", type_name, ": it would pass 1 GB"}), {},
                        Content::too_large_hint);
        return bytes;
    }
    [[nodiscard]] Room room() const noexcept { return room_; }
    // The room that what it holds takes, without slack.
    [[nodiscard]] Room used() const noexcept { return used_; }

    static KeyedPairs* create(void* memory, Room room) noexcept
    {
        auto* state = static_cast<KeyedPairs*>(memory);
        std::memset(memory, 0, sizeof(KeyedPairs));
        state->room_ = room;
        state->keys().clear();
        state->names().clear();
        state->pair_table().clear();
        return state;
    }
    // A copy of `from`; the room includes what `from` uses.
    static KeyedPairs* relocate(const KeyedPairs& from, void* memory, Room room)
    {
        KeyedPairs* to = create(memory, room);
        to->kind_ = from.kind_;
        to->keys().copy_from(from.keys());
        to->names().copy_from(from.names());
        to->pair_table().copy_from(from.pair_table());
        return to;
    }
    // Puts keys and names in their order, and pairs in that of their keys, then names, so that equal contents have
    // equal forms.
    void sort()
    {
        const auto new_keys = renumbered(keys()), new_names = renumbered(names());
        for (Pair& pair : pair_table().entries())
            pair.key[0] = word_of(new_keys[pair.key_number()], new_names[pair.name_number()]);
        pair_table().sort();
    }

    // Adds a row. Throws what Content::row and Value::merge throw, and invalid_parameter where the kind of key differs
    // from the rows before.
    template <class... Arguments> std::optional<Room> add(const Arguments&... arguments)
    {
        const KeyedRow<Value> row = Content::row(arguments...);
        return put(row.key, row.name, row.value);
    }
    // Merges the pairs of `other`. The room for all of them is asked for before the first.
    std::optional<Room> merge(const KeyedPairs& other)
    {
        if (other.kind_ != KeyKind::none)
            set_kind(other.kind_);
        if (const Room all = united(other.used_); larger(all)) {
            if (plain_bytes_for(all) <= most_bytes)
                return all;
            if (const Room needed = united(new_in(other)); larger(needed))
                return needed;
        }
        Lookout lookout;
        for (const Pair& pair : other.pairs()) {
            lookout.call();
            (void)put(other.key(pair.key_number()), other.name(pair.name_number()), pair.value);  // it fits
        }
        return std::nullopt;
    }

    [[nodiscard]] std::size_t size() const noexcept { return used_.pairs.entries; }
    [[nodiscard]] std::uint32_t keys_count() const noexcept { return used_.keys.entries; }
    [[nodiscard]] std::uint32_t names_count() const noexcept { return used_.names.entries; }
    [[nodiscard]] std::span<const Pair> pairs() const noexcept { return pair_table().entries(); }
    [[nodiscard]] Key key(std::uint32_t number) const noexcept { return keys().key_of(keys().entries()[number]); }
    [[nodiscard]] std::string_view name(std::uint32_t number) const noexcept
    {
        return names().key_of(names().entries()[number]).bytes;
    }
    // The number of a name; nothing where no row has it.
    [[nodiscard]] std::optional<std::uint32_t> number_of(std::string_view name) const
    {
        return number_in(names(), {KeyKind::text, name});
    }

    // The outside forms begin with keys and names, each once; pairs follow as their numbers, from 1.
    template <class Archive> void write(Archive& archive) const
    {
        archive.text("key", name_of(kind_));
        archive.count(Content::keys_name, keys_count());
        for (std::uint32_t i = 0; i < keys_count(); ++i)
            archive.text(Content::key_name, printable(key(i)));
        archive.count(Content::names_name, names_count());
        for (std::uint32_t i = 0; i < names_count(); ++i)
            archive.text(Content::name_name, name(i));
        archive.count(Content::pairs_name, static_cast<std::int64_t>(size()));
        for (const Pair& pair : pairs()) {
            archive.count(Content::key_name, pair.key_number() + std::int64_t{1});
            archive.count(Content::name_name, pair.name_number() + std::int64_t{1});
            pair.value.write(archive);
        }
    }
    // The room that a form needs: it is read twice.
    template <class Archive> static Room measured(Archive archive, std::size_t length)
    {
        Room room;
        archive.begin(version);
        parse(
            archive, length, [](KeyKind) {}, [&room](const Key& key) { count(room.keys, key); },
            [&room](std::string_view name) {
                count(room.names, {KeyKind::text, name});
            },
            [&room](std::uint32_t, std::uint32_t, const Value&) { ++room.pairs.entries; });
        archive.end();
        return room;
    }
    // Into bytes_for(measured(...)) of memory.
    template <class Archive> static KeyedPairs* read(void* memory, Archive& archive, std::size_t length, Room room)
    {
        KeyedPairs* state = create(memory, room);
        parse(
            archive, length, [state](KeyKind kind) { state->kind_ = kind; },
            [state](const Key& key) { insert_once(state->keys(), key, Content::key_name); },
            [state](std::string_view name) {
                insert_once(state->names(), {KeyKind::text, name}, Content::name_name);
            },
            [state](std::uint32_t key, std::uint32_t name, const Value& value) {
                insert_once(state->pair_table(), packed(word_of(key, name)), "pair").value = value;
            });
        state->require_all_used();
        return state;
    }

private:
    // A key or a name; its number is set where they are put in order.
    struct Entry {
        std::uint64_t key[2];
        std::uint64_t number;
    };
    static constexpr std::size_t most_entries = std::size_t{1} << 27, most_text_bytes = std::size_t{1} << 30;

    static std::size_t plain_bytes_for(Room room) noexcept
    {
        return sizeof(KeyedPairs) + KeyTable<Entry>::bytes_for(room.keys) + KeyTable<Entry>::bytes_for(room.names) +
               KeyTable<Pair>::bytes_for(room.pairs);
    }
    static std::uint64_t word_of(std::uint32_t key, std::uint32_t name) noexcept
    {
        return static_cast<std::uint64_t>(key) << 32 | name;
    }
    static Key packed(const std::uint64_t& word) noexcept
    {
        return {KeyKind::bigint, {reinterpret_cast<const char*>(&word), sizeof word}};
    }

    template <class Table> static std::optional<std::uint32_t> number_in(const Table& table, const Key& key)
    {
        const auto place = table.place_of(key);
        return place.is_taken() ? std::optional(*place.slot - 1) : std::nullopt;
    }
    // In the order of the entries' keys; returns the new number of each.
    static std::vector<std::uint32_t> renumbered(KeyTable<Entry> table)
    {
        std::uint32_t number = 0;
        for (Entry& entry : table.entries())
            entry.number = number++;
        table.sort();
        std::vector<std::uint32_t> numbers(number);
        number = 0;
        for (Entry& entry : table.entries())
            numbers[std::exchange(entry.number, 0)] = number++;
        return numbers;
    }

    std::optional<Room> put(const Key& key, std::string_view name, const Value& value)
    {
        set_kind(key.kind);
        const Key name_key{KeyKind::text, name};
        auto all_keys = keys(), all_names = names();
        const auto key_place = all_keys.place_of(key), name_place = all_names.place_of(name_key);
        const std::uint32_t key_number = key_place.is_taken() ? *key_place.slot - 1 : used_.keys.entries;
        const std::uint32_t name_number = name_place.is_taken() ? *name_place.slot - 1 : used_.names.entries;
        const std::uint64_t word = word_of(key_number, name_number);
        auto all_pairs = pair_table();
        const auto place = all_pairs.place_of(packed(word));
        if (place.is_taken()) {
            all_pairs.entry_at(place).value.merge(value);
            return std::nullopt;
        }
        if ((!key_place.is_taken() && !all_keys.fits(key)) || (!name_place.is_taken() && !all_names.fits(name_key)) ||
            !all_pairs.fits(packed(word))) [[unlikely]]
            return with_one_more(key, name_key);
        if (!key_place.is_taken())
            all_keys.insert(key_place, key);
        if (!name_place.is_taken())
            all_names.insert(name_place, name_key);
        all_pairs.insert(place, packed(word)).value = value;
        return std::nullopt;
    }
    void set_kind(KeyKind kind)
    {
        if (kind_ == KeyKind::none)
            kind_ = kind;
        if (kind_ != kind) [[unlikely]]
            throw Error(ErrorCode::invalid_parameter,
                        joined({Content::keys_name, " of two kinds of key cannot be merged: ", name_of(kind_), " and ",
                                name_of(kind)}));
    }

    static void count(TableRoom& room, const Key& key) noexcept
    {
        ++room.entries;
        room.text_bytes += static_cast<std::uint32_t>(key.kind == KeyKind::text ? key.bytes.size() : 0);
    }
    // Twice the room where a table is full; less where that would pass the limit.
    [[nodiscard]] Room with_one_more(const Key& key, const Key& name) const noexcept
    {
        TableRoom keys = used_.keys, names = used_.names, pairs = used_.pairs;
        count(keys, key);
        count(names, name);
        ++pairs.entries;
        const auto grown = [](TableRoom needed, TableRoom now) -> TableRoom {
            return {enlarged(needed.entries, now.entries, most_entries),
                    enlarged(needed.text_bytes, now.text_bytes, most_text_bytes)};
        };
        const Room doubled{grown(keys, room_.keys), grown(names, room_.names), grown(pairs, room_.pairs)};
        if (plain_bytes_for(doubled) <= most_bytes)
            return doubled;
        const auto a_little = [](std::uint32_t needed, std::uint32_t now) {
            return needed <= now ? now : needed + needed / 16;
        };
        const auto nudged = [&](TableRoom needed, TableRoom now) -> TableRoom {
            return {a_little(needed.entries, now.entries), a_little(needed.text_bytes, now.text_bytes)};
        };
        return {nudged(keys, room_.keys), nudged(names, room_.names), nudged(pairs, room_.pairs)};
    }
    [[nodiscard]] Room united(const Room& other) const noexcept
    {
        const auto sum = [](TableRoom used, TableRoom now, TableRoom more) -> TableRoom {
            return {std::max(now.entries, used.entries + more.entries),
                    std::max(now.text_bytes, used.text_bytes + more.text_bytes)};
        };
        return {sum(used_.keys, room_.keys, other.keys), sum(used_.names, room_.names, other.names),
                sum(used_.pairs, room_.pairs, other.pairs)};
    }
    // The room of what only `other` has. Its keys are of the same kind.
    [[nodiscard]] Room new_in(const KeyedPairs& other) const
    {
        Room more;
        Lookout lookout;
        const auto count_new = [&lookout](TableRoom& room, const KeyTable<Entry>& table,
                                          const KeyTable<Entry>& others) {
            for (const Entry& entry : others.entries()) {
                lookout.call();
                if (const Key key = others.key_of(entry); !number_in(table, key))
                    count(room, key);
            }
        };
        count_new(more.keys, keys(), other.keys());
        count_new(more.names, names(), other.names());
        for (const Pair& pair : other.pairs()) {
            lookout.call();
            const auto key = number_in(keys(), other.key(pair.key_number())),
                       name = number_of(other.name(pair.name_number()));
            more.pairs.entries += !key || !name || !number_in(pair_table(), packed(word_of(*key, *name)));
        }
        return more;
    }
    [[nodiscard]] bool larger(const Room& room) const noexcept
    {
        const auto more = [](TableRoom wanted, TableRoom now) {
            return wanted.entries > now.entries || wanted.text_bytes > now.text_bytes;
        };
        return more(room.keys, room_.keys) || more(room.names, room_.names) || more(room.pairs, room_.pairs);
    }

    // Reads a form, which may be hostile, and passes on what is there, in range.
    template <class Archive, class OnKind, class OnKey, class OnName, class OnPair>
    static void parse(Archive& archive, std::size_t length, OnKind on_kind, OnKey on_key, OnName on_name,
                      OnPair on_pair)
    {
        std::string text(length, '\0');
        const std::size_t kind_size = archive.text("key", text.data(), std::min(length, std::size_t{6}));
        const auto kind = kind_named({text.data(), kind_size});
        if (!kind)
            throw_invalid(type_name, "\"key\" must be none, bigint, uuid or text.");
        on_kind(*kind);
        std::int64_t keys_found = 0, names_found = 0, pairs_found = 0;
        archive.count(Content::keys_name, keys_found);
        if ((keys_found == 0) != (*kind == KeyKind::none))
            throw_invalid(type_name, "\"key\" must be none where there are no rows, and only there.");
        for (std::int64_t i = 0; i < keys_found; ++i) {
            const std::size_t size = archive.text(Content::key_name, text.data(), length);
            KeyBuffer buffer;
            const auto key = parsed_key(*kind, {text.data(), size}, buffer);
            if (!key)
                throw_invalid(type_name, joined({"\"", Content::key_name, "\" must be a ", name_of(*kind), "."}));
            on_key(*key);
        }
        archive.count(Content::names_name, names_found);
        for (std::int64_t i = 0; i < names_found; ++i)
            on_name(std::string_view(text.data(), archive.text(Content::name_name, text.data(), length)));
        archive.count(Content::pairs_name, pairs_found);
        for (std::int64_t i = 0; i < pairs_found; ++i) {
            const auto key = number_below(archive, Content::key_name, keys_found),
                       name = number_below(archive, Content::name_name, names_found);
            on_pair(key, name, Value::read(archive));
        }
    }
    template <class Archive> static std::uint32_t number_below(Archive& archive, const char* field, std::int64_t size)
    {
        std::int64_t number = 0;
        archive.count(field, number);
        if (number < 1 || number > size)
            throw_invalid(type_name,
                          joined({"In a pair \"", field, "\" must be a number from 1 to that of those listed."}));
        return static_cast<std::uint32_t>(number - 1);
    }
    template <class Table> static auto& insert_once(Table table, const Key& key, const char* what)
    {
        const auto place = table.place_of(key);
        if (place.is_taken())
            throw_invalid(type_name, joined({"Each ", what, " must be there once."}));
        return table.insert(place, key);
    }
    void require_all_used() const
    {
        std::vector<bool> has_key(keys_count()), has_name(names_count());
        for (const Pair& pair : pairs())
            has_key[pair.key_number()] = has_name[pair.name_number()] = true;
        for (const auto& all : {has_key, has_name})
            if (std::find(all.begin(), all.end(), false) != all.end())
                throw_invalid(type_name, joined({"Each ", Content::key_name, " and each ", Content::name_name,
                                                 " must be in a pair."}));
    }

    // The three tables lie behind the head, one behind the other.
    [[nodiscard]] char* place_of_keys() const noexcept
    {
        return reinterpret_cast<char*>(const_cast<KeyedPairs*>(this) + 1);
    }
    [[nodiscard]] char* place_of_names() const noexcept
    {
        return place_of_keys() + KeyTable<Entry>::bytes_for(room_.keys);
    }
    [[nodiscard]] char* place_of_pairs() const noexcept
    {
        return place_of_names() + KeyTable<Entry>::bytes_for(room_.names);
    }
    [[nodiscard]] Room& counts() const noexcept { return const_cast<KeyedPairs*>(this)->used_; }
    [[nodiscard]] KeyTable<Entry> keys() const noexcept { return {place_of_keys(), room_.keys, counts().keys, kind_}; }
    [[nodiscard]] KeyTable<Entry> names() const noexcept
    {
        return {place_of_names(), room_.names, counts().names, KeyKind::text};
    }
    [[nodiscard]] KeyTable<Pair> pair_table() const noexcept
    {
        return {place_of_pairs(), room_.pairs, counts().pairs, KeyKind::bigint};
    }

    Room room_, used_;
    KeyKind kind_;
    std::uint8_t unused_[7];
};

}  // namespace customer_value
