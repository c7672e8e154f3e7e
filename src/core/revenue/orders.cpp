#include "core/revenue/orders.h"

#include <algorithm>
#include <cstring>

namespace customer_value::revenue {

namespace {

// A value of PostgreSQL is at most 1 GB: 2^24 - 1 entries with their slots take 805 MB of it.
constexpr std::size_t most_entries = (std::size_t{1} << 24) - 1;
constexpr std::size_t most_text_bytes = 250'000'000;
constexpr std::size_t shortest_input_entry = 25;  // bytes, in either outside form

[[noreturn, gnu::cold]] void throw_order_too_large(const Key& order, Int128 amount, std::int32_t scale)
{
    throw Error(ErrorCode::out_of_range,
                "the net amount of order \"" + clipped(printable(order)) + "\" has more than 38 digits after " +
                    clipped(shown(amount, scale)),
                "Decimal places are counted at the largest scale among all amounts.",
                "Round the amounts first, for example amount::numeric(20,4).");
}

}  // namespace

std::size_t Orders::bytes_for(Room room)
{
    if (room.entries > most_entries || room.text_bytes > most_text_bytes)
        throw Error(
            ErrorCode::too_large, "too many orders for one average check: their state would pass 1 GB",
            "It holds 16777215 orders and 250 MB of text keys.",
            "Sum by order first: SELECT avg(net) FROM (SELECT sum(amount) AS net FROM ... GROUP BY order_id) AS orders WHERE net > 0.");
    return sizeof(Orders) + KeyTable<Entry>::bytes_for(room);
}

Orders* Orders::create(void* memory, Room room) noexcept
{
    auto* orders = static_cast<Orders*>(memory);
    std::memset(memory, 0, sizeof(Orders));
    orders->room_ = room;
    orders->table().clear();
    return orders;
}

Orders* Orders::relocate(const Orders& from, void* memory, Room room)
{
    Orders* to = create(memory, room);
    to->scale_ = from.scale_;
    to->kind_ = from.kind_;
    to->table().copy_from(from.table());
    return to;
}

void Orders::sort() { table().sort(); }

Orders::Room Orders::enlarged(std::size_t entries, std::size_t text_bytes) const
{
    return {customer_value::enlarged(entries, room_.entries, most_entries),
            customer_value::enlarged(text_bytes, room_.text_bytes, most_text_bytes)};
}

void Orders::set_kind(KeyKind kind)
{
    if (kind_ == KeyKind::none)
        kind_ = kind;
    if (kind_ != kind && kind != KeyKind::none)
        throw Error(ErrorCode::invalid_parameter,
                    "orders of two kinds of key cannot be merged: " + std::string(name_of(kind_)) + " and " +
                        std::string(name_of(kind)));
}

void Orders::set_scale(std::int32_t scale)
{
    for (const Entry& entry : table().entries())
        if (!scaled_up(entry.net, scale - scale_))
            throw_order_too_large(table().key_of(entry), entry.net, scale_);
    for (Entry& entry : table().entries())
        entry.net = *scaled_up(entry.net, scale - scale_);
    scale_ = scale;
}

std::optional<Orders::Room> Orders::add_row(Int128 amount, std::int32_t scale, bool refund, const Key& order)
{
    set_kind(order.kind);
    if (scale > scale_)
        set_scale(scale);
    const auto scaled = scaled_up(amount, scale_ - scale);
    if (!scaled)
        throw_order_too_large(order, amount, scale);
    auto orders = table();
    const auto place = orders.place_of(order);
    if (!place.is_taken() && !orders.fits(order))
        return enlarged(used_.entries + std::size_t{1},
                        used_.text_bytes + (order.kind == KeyKind::text ? order.bytes.size() : 0));
    Entry& entry = place.is_taken() ? orders.entry_at(place) : orders.insert(place, order);
    Int128 net;
    if (__builtin_add_overflow(static_cast<Int128>(entry.net), *scaled, &net) || net >= mantissa_limit ||
        net <= -mantissa_limit)
        throw_order_too_large(order, amount, scale);
    entry.net = net;
    entry.refunded |= refund;
    return std::nullopt;
}

std::optional<Orders::Room> Orders::merge(const Orders& other)
{
    set_kind(other.kind_);
    const auto entries_wanted = std::min(size() + other.size(), most_entries),
               text_wanted = std::min(std::size_t{used_.text_bytes} + other.used_.text_bytes, most_text_bytes);
    if (entries_wanted > room_.entries || text_wanted > room_.text_bytes)
        return enlarged(entries_wanted, text_wanted);
    const auto others = other.table();
    Lookout lookout;
    for (const Entry& entry : others.entries()) {
        lookout.call();
        if (const auto room = add_row(entry.net, other.scale_, entry.refunded != 0, others.key_of(entry))) [[unlikely]]
            return room;  // too much for bytes_for
    }
    return std::nullopt;
}

Orders::Total Orders::total() const
{
    Total total;
    for (const Entry& entry : table().entries()) {
        const Int128 net = entry.net;
        total.orders += net > 0 || entry.refunded == 0;
        if (__builtin_add_overflow(total.net, net, &total.net) || total.net >= mantissa_limit ||
            total.net <= -mantissa_limit)
            throw Error(ErrorCode::out_of_range, "the net amount of all orders has more than 38 digits");
    }
    return total;
}

Orders::Room Orders::room_for_input(std::size_t length) noexcept
{
    return {static_cast<std::uint32_t>(std::min(length / shortest_input_entry + 1, most_entries)),
            static_cast<std::uint32_t>(std::min(length, most_text_bytes))};
}

void Orders::start(std::string_view kind, std::int64_t scale)
{
    const auto known = kind_named(kind);
    if (!known)
        throw_invalid(Orders::type_name, "\"key\" must be none, bigint, uuid or text.");
    if (scale > 16383)
        throw_invalid(Orders::type_name, "\"scale\" must not be larger than 16383.");
    kind_ = *known;
    scale_ = static_cast<std::int32_t>(scale);
}

void Orders::validate() const
{
    if (used_.entries == 0 && (kind_ != KeyKind::none || scale_ != 0))
        throw_invalid(Orders::type_name, "A state without orders must have neither a kind of key nor a scale.");
}

void Orders::restore(std::string_view key, const DecimalText& net, std::int64_t refunded)
{
    const auto amount = mantissa(net);
    if (!amount || static_cast<std::int32_t>(net.fraction.size()) != scale_)
        throw_invalid(Orders::type_name,
                      "\"net\" must have at most 38 digits, and as many decimal places as \"scale\" says.");
    if (refunded > 1)
        throw_invalid(Orders::type_name, "\"refunded\" must be 0 or 1.");
    if (*amount < 0 && refunded == 0)
        throw_invalid(Orders::type_name, "An order below zero must be \"refunded\".");
    if (kind_ == KeyKind::none)
        throw_invalid(Orders::type_name, "A state with orders must name the kind of its keys.");
    KeyBuffer buffer;
    const auto order = parsed_key(kind_, key, buffer);
    if (!order)
        throw_invalid(Orders::type_name, "\"order\" must be a " + std::string(name_of(kind_)) + ".");
    const auto before = used_.entries;
    if (add_row(*amount, scale_, refunded != 0, *order) || used_.entries == before)
        throw_invalid(Orders::type_name, "Each order must be there once.");
}

}  // namespace customer_value::revenue
