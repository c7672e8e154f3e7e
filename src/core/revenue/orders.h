// Net revenue per order, for the average check by order: one entry an order, found through a flat hash table.
#pragma once

#include "core/common/archive.h"
#include "core/common/key_table.h"
#include "core/common/mantissa.h"
#include "core/common/order_id_text.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace customer_value::revenue {

// Orders in one piece of memory that the caller owns: this head and a table of orders. An operation that finds the
// memory too small changes nothing and returns the room that it needs.
class Orders {
public:
    static constexpr int version = 1;
    static constexpr const char* type_name = "order_state";

    using Room = TableRoom;
    // Throws too_large past PostgreSQL's limit of 1 GB for a value.
    static std::size_t bytes_for(Room room);
    [[nodiscard]] Room room() const noexcept { return room_; }
    // The room that what it holds takes, without slack.
    [[nodiscard]] Room used() const noexcept { return used_; }

    static Orders* create(void* memory, Room room) noexcept;
    // A copy of `from`; the room includes what `from` uses.
    static Orders* relocate(const Orders& from, void* memory, Room room);
    // Puts the entries in the order of their keys, so that equal contents have equal forms.
    void sort();

    // Adds a row of an order. Throws out_of_range where the amount is not finite or an order needs more than 38
    // digits, invalid_parameter where the kind of key differs from the rows before, or the id is a currency code.
    template <class Amount> std::optional<Room> add(const Amount& amount, const Key& order)
    {
        const ScaledNumber number = scaled_number("amount", amount);
        if (order.kind == KeyKind::text)
            require_order_id(order.bytes);
        return add_row(number.mantissa, number.scale, number.mantissa < 0, order);
    }
    // Merges the entries of `other`. The room for all of them is asked for before the first, as far as there can be:
    // they may be the same orders.
    std::optional<Room> merge(const Orders& other);

    [[nodiscard]] std::size_t size() const noexcept { return used_.entries; }
    [[nodiscard]] std::int32_t scale() const noexcept { return scale_; }

    // The sum of all amounts at `scale`, and how many orders there are: an id that has a refund and nothing left is none.
    // Throws out_of_range where the sum has more than 38 digits.
    struct Total {
        std::int64_t orders = 0;
        Int128 net = 0;
    };
    [[nodiscard]] Total total() const;

    static std::size_t bytes_for_input(std::size_t length) { return bytes_for(room_for_input(length)); }
    template <class Archive> void write(Archive& archive) const
    {
        archive.text("key", name_of(kind_));
        archive.count("scale", scale_);
        for (const Entry& entry : table().entries()) {
            archive.text("order", printable(table().key_of(entry)));
            archive.number("net", shown(entry.net, scale_));
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
        std::uint64_t key[2];
        PackedInt128 net;
        std::uint64_t refunded;
    };

    static Room room_for_input(std::size_t length) noexcept;
    void start(std::string_view kind, std::int64_t scale);
    void validate() const;
    void restore(std::string_view key, const DecimalText& net, std::int64_t refunded);
    std::optional<Room> add_row(Int128 amount, std::int32_t scale, bool refund, const Key& order);
    void set_scale(std::int32_t scale);
    void set_kind(KeyKind kind);
    [[nodiscard]] Room enlarged(std::size_t entries, std::size_t text_bytes) const;
    [[nodiscard]] KeyTable<Entry> table() const noexcept
    {
        auto* self = const_cast<Orders*>(this);
        return {self + 1, room_, self->used_, kind_};
    }

    Room room_, used_;
    std::int32_t scale_;
    KeyKind kind_;
};

}  // namespace customer_value::revenue
