// Net revenue per order, for the average check by order: one entry an order, found through a flat hash table.
#pragma once

#include "core/common/archive.h"
#include "core/common/key.h"
#include "core/common/mantissa.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace customer_value::revenue {

// Orders in one piece of memory that the caller owns: this head, the slots of the hash table (entry number + 1, 0 for
// empty; at most half of them used), the entries, and the bytes of text keys. An operation that finds the memory too
// small changes nothing and returns the room that it needs.
class Orders {
public:
    static constexpr int version = 1;
    static constexpr const char* type_name = "order_state";

    struct Room {
        std::uint32_t entries = 0;
        std::uint32_t text_bytes = 0;
    };
    // Throws too_large past PostgreSQL's limit of 1 GB for a value.
    static std::size_t bytes_for(Room room);
    [[nodiscard]] Room room() const noexcept { return room_; }
    // The room that what it holds takes, without slack.
    [[nodiscard]] Room used() const noexcept { return {count_, text_used_}; }

    static Orders* create(void* memory, Room room) noexcept;
    // A copy of `from`; the room includes what `from` uses.
    static Orders* relocate(const Orders& from, void* memory, Room room);
    // Puts the entries in the order of their keys, so that equal contents have equal forms.
    void sort();

    // Adds a row of an order. Throws out_of_range where the amount is not finite or an order needs more than 38
    // digits, invalid_parameter where the kind of key differs from the rows before.
    template <class Amount> std::optional<Room> add(const Amount& amount, const Key& order)
    {
        require_finite("amount", amount);
        if constexpr (std::integral<Amount>) {
            return add_row(static_cast<Int128>(amount), 0, amount < 0, order);
        } else if constexpr (std::floating_point<Amount>) {
            const ShortestDecimal shortest(amount);
            const auto parts = *DecimalText::parsed(shortest.text());
            return add_row(fitting(mantissa(parts), amount), static_cast<std::int32_t>(parts.fraction.size()), amount < 0, order);
        } else {
            return add_row(fitting(mantissa(amount), amount), amount.scale, amount.negative, order);
        }
    }
    // Merges a stretch of the entries of `other`, from `position` on, which it moves; complete when it reaches
    // other.size(). The room for all of them is asked for before the first.
    std::optional<Room> merge(const Orders& other, std::size_t& position);

    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    [[nodiscard]] std::int32_t scale() const noexcept { return scale_; }

    // The orders that count, and their sum at `scale`: an order with a refund and nothing left is dropped.
    struct Kept {
        std::int64_t orders = 0;
        Int128 net = 0;
    };
    [[nodiscard]] Kept kept() const;

    static std::size_t bytes_for_input(std::size_t length) { return bytes_for(room_for_input(length)); }
    template <class Archive> void write(Archive& archive) const
    {
        archive.text("key", name_of(kind_));
        archive.count("scale", scale_);
        for (std::uint32_t i = 0; i < count_; ++i) {
            const Entry& entry = entries()[i];
            archive.text("order", printable(key_of(entry)));
            archive.number("net", shown(net_of(entry), scale_));
            archive.count("refunded", entry.refunded);
        }
    }
    // Into bytes_for_input(length of the input) of memory.
    template <class Archive> static Orders* read(void* memory, Archive& archive, std::size_t length)
    {
        Orders* orders = create(memory, room_for_input(length));
        std::string key(length, '\0');
        std::int64_t scale = 0, refunded = 0;
        const std::size_t kind = archive.text("key", key.data(), 6);
        archive.count("scale", scale);
        orders->start({key.data(), kind}, scale);
        while (archive.more()) {
            const std::size_t size = archive.text("order", key.data(), key.size());
            const auto net = archive.number("net");
            archive.count("refunded", refunded);
            orders->restore({key.data(), size}, net, refunded);
        }
        orders->validate();
        return orders;
    }

private:
    struct Entry {
        std::uint64_t key[2];  // bigint: value, 0; uuid: its bytes; text: hash, offset << 32 | length
        std::uint64_t net_low;
        std::int64_t net_high;
        std::uint64_t refunded;
    };
    static Int128 net_of(const Entry& entry) noexcept
    {
        return static_cast<Int128>(entry.net_high) * (static_cast<Int128>(1) << 64) + entry.net_low;
    }
    static void set_net(Entry& entry, Int128 net) noexcept
    {
        entry.net_low = static_cast<std::uint64_t>(net);
        entry.net_high = static_cast<std::int64_t>(net >> 64);
    }
    template <class Amount> static Int128 fitting(std::optional<Int128> value, const Amount& amount)
    {
        if (!value)
            throw Error(ErrorCode::out_of_range, "amount has more than 38 digits: " + clipped(shown(amount)));
        return *value;
    }

    static Room room_for_input(std::size_t length) noexcept;
    void start(std::string_view kind, std::int64_t scale);
    void validate() const;
    void restore(std::string_view key, const DecimalText& net, std::int64_t refunded);
    std::optional<Room> add_row(Int128 amount, std::int32_t scale, bool refund, const Key& order);
    void set_scale(std::int32_t scale);
    void set_kind(KeyKind kind);
    Entry& insert(const Entry& wanted, std::string_view bytes, std::uint32_t* slot) noexcept;
    [[nodiscard]] Room enlarged(std::size_t entries, std::size_t text_bytes) const;
    [[nodiscard]] Key key_of(const Entry& entry) const noexcept;
    [[nodiscard]] bool same(const Entry& entry, const Entry& wanted, std::string_view bytes) const noexcept;
    [[nodiscard]] Entry blank(const Key& order) const noexcept;
    [[nodiscard]] std::uint32_t* find(const Entry& wanted, std::string_view bytes) const;
    void index();
    static std::size_t slots_for(std::size_t entries) noexcept;

    [[nodiscard]] std::uint32_t* slots() const noexcept { return reinterpret_cast<std::uint32_t*>(const_cast<Orders*>(this) + 1); }
    [[nodiscard]] Entry* entries() const noexcept { return reinterpret_cast<Entry*>(slots() + slots_for(room_.entries)); }
    [[nodiscard]] char* text() const noexcept { return reinterpret_cast<char*>(entries() + room_.entries); }

    Room room_;
    std::uint32_t count_;
    std::uint32_t text_used_;
    std::int32_t scale_;
    KeyKind kind_;
};

}  // namespace customer_value::revenue
