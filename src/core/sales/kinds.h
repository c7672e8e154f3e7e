// Kinds of sale: what a line is to the customer who has bought before.
//
//     front_end   in the customer's first basket
//     repeat      the same product as in an earlier basket
//     upsell      another product of a relation group already bought from, dearer than the dearest so far in it
//     add_on      another product of such a group, not dearer
//     cross_sell  from a group not bought from
//
// The lines of a basket (one instant) are classed in the order of price, then product, each against all lines before
// it. The lines of one product in one basket are of one kind, that of its first line: two of a thing are not a repeat,
// and equal lines must not depend on the order of rows.
#pragma once

#include "core/common/key_table.h"
#include "core/common/mantissa.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace customer_value::sales {

enum class SaleKind : std::uint8_t { none, front_end, repeat, upsell, add_on, cross_sell };

[[nodiscard]] constexpr std::string_view name_of(SaleKind kind) noexcept
{
    constexpr std::string_view names[] = {"none", "front_end", "repeat", "upsell", "add_on", "cross_sell"};
    return names[static_cast<std::size_t>(kind)];
}

// A line of a basket; who does not know the relation group of a product leaves it out: the product is alone then.
struct Line {
    std::string_view product;
    std::optional<std::string_view> relation;
    ScaledNumber price;  // below zero: a refund
    std::size_t row;     // its number among the rows of the basket

    [[nodiscard]] bool is_refund() const noexcept { return price.mantissa < 0; }
};

// The order in which the lines of a basket are classed.
[[nodiscard]] inline bool before(const Line& left, const Line& right) noexcept
{
    const auto prices = compare(left.price, right.price);
    if (prices != 0)
        return prices < 0;
    return left.product != right.product ? left.product < right.product : left.relation < right.relation;
}

// What one customer has bought so far: the products, and the dearest price of each relation group. One piece of memory
// that the caller owns, as large as this needs it: an operation that finds it too small changes nothing and returns the
// room that it needs.
class SaleHistory {
public:
    struct Room {
        TableRoom products{12, 96}, groups{4, 32};
    };
    static std::size_t bytes_for(Room room) noexcept
    {
        return sizeof(SaleHistory) + KeyTable<Product>::bytes_for(room.products) +
               KeyTable<Group>::bytes_for(room.groups);
    }
    static SaleHistory* create(void* memory, Room room) noexcept;
    // A copy of `from`; the room includes what `from` uses.
    static SaleHistory* relocate(const SaleHistory& from, void* memory, Room room);

    // Classes the lines of the current basket, in the order of `before`; the answers go to `kinds`, by row. Where it
    // returns room, it has classed some of them, and takes all again: a line that it knows from this basket is of the
    // same kind once more, and adds nothing.
    [[nodiscard]] std::optional<Room> add(std::span<const Line> lines, std::span<SaleKind> kinds);
    // Ends the basket. Its refunds are of the kind that the product was last sold as, now or earlier; of none where it
    // was not.
    void end_basket(std::span<const Line> lines, std::span<SaleKind> kinds);

    // What it knows, to be stored: how many products, groups and bytes of their names; then each product, its name and
    // the kind that it was last sold as; then each group, its name and its dearest price. A history that is read from
    // there classes what follows as this one would. Numbers are LEB128.
    [[nodiscard]] bool is_empty() const noexcept { return used_.products.entries == 0; }
    [[nodiscard]] std::size_t stored_size() const;
    void store(unsigned char* to) const;
    // Takes over what was stored, before the first basket.
    [[nodiscard]] std::optional<Room> know(std::span<const unsigned char> stored);

    // The outside forms of what was stored. Reading takes bytes as hostile; what is to be stored is never longer than
    // they are, and goes to `stored`. Returns its size.
    static constexpr int version = 1;
    static constexpr const char* type_name = "sale_history";
    template <class Archive> static void write(std::span<const unsigned char> stored, Archive& archive);
    template <class Archive> static std::size_t read(Archive& archive, std::span<unsigned char> stored);

private:
    struct Product {
        std::uint64_t key[2];
        std::uint32_t basket;  // the last with it, from 1
        SaleKind kind;         // of it there
        std::uint8_t unused[3];
    };
    struct Group {
        std::uint64_t key[2];
        PackedInt128 dearest;
        std::int64_t scale;
    };
    [[nodiscard]] std::optional<Room> add(const Line& line, SaleKind& kind);
    [[nodiscard]] Room with_one_more(const Line& line) const noexcept;
    void know_product(std::string_view name, SaleKind kind);
    void know_group(std::string_view name, const ScaledNumber& dearest);
    template <class Output> void store_with(Output& output) const;
    template <class OnRoom, class OnProduct, class OnGroup>
    static void for_each_stored(std::span<const unsigned char> stored, OnRoom on_room, OnProduct on_product,
                                OnGroup on_group);

    // Tables are views that can be changed, also of what is not.
    [[nodiscard]] KeyTable<Product> products() const noexcept
    {
        auto* history = const_cast<SaleHistory*>(this);
        return {history + 1, room_.products, history->used_.products, KeyKind::text};
    }
    [[nodiscard]] KeyTable<Group> groups() const noexcept
    {
        auto* history = const_cast<SaleHistory*>(this);
        return {reinterpret_cast<char*>(history + 1) + KeyTable<Product>::bytes_for(room_.products), room_.groups,
                history->used_.groups, KeyKind::text};
    }

    Room room_, used_;
    std::uint32_t baskets_;  // ended, with a sale
    bool has_sale_;          // in the current basket
};

}  // namespace customer_value::sales
