#include "core/revenue/orders.h"

#include <bit>
#include <cstring>
#include <span>
#include <vector>

namespace customer_value::revenue {

namespace {

// A value of PostgreSQL is at most 1 GB: 2^24 - 1 entries with their slots take 805 MB of it.
constexpr std::size_t most_entries = (std::size_t{1} << 24) - 1;
constexpr std::size_t most_text_bytes = 250'000'000;
constexpr std::size_t merge_stretch = 65536;                         // entries between two looks for a cancel request
constexpr std::size_t shortest_input_entry = 25;                     // bytes, in either outside form

[[noreturn]] void throw_invalid(const std::string& rule)
{
    throw Error(ErrorCode::invalid_parameter, "invalid order_state", rule);
}

constexpr std::size_t longest_probe = 4096;  // slots; a hash table at most half full needs a few dozen

[[noreturn, gnu::cold]] void throw_order_too_large(const Key& order, Int128 amount, std::int32_t scale)
{
    throw Error(ErrorCode::out_of_range, "the net amount of order \"" + clipped(printable(order)) + "\" has more than 38 digits after " + clipped(shown(amount, scale)),
                "Decimal places are counted at the largest scale among all amounts.", "Round the amounts first, for example amount::numeric(20,4).");
}

[[noreturn, gnu::cold]] void throw_collisions()
{
    throw Error(ErrorCode::too_large, "too many order ids have the same hash");
}

}  // namespace

std::size_t Orders::slots_for(std::size_t entries) noexcept { return std::bit_ceil(2 * entries + 2); }

std::size_t Orders::bytes_for(Room room)
{
    if (room.entries > most_entries || room.text_bytes > most_text_bytes)
        throw Error(ErrorCode::too_large, "too many orders for one average check: their state would pass 1 GB",
                    "It holds 16777215 orders and 250 MB of text keys.",
                    "Sum by order first: SELECT avg(net) FROM (SELECT sum(amount) AS net FROM ... GROUP BY order_id) AS orders WHERE net > 0.");
    return sizeof(Orders) + slots_for(room.entries) * sizeof(std::uint32_t) + room.entries * sizeof(Entry) +
           (room.text_bytes + std::size_t{7}) / 8 * 8;
}

Orders* Orders::create(void* memory, Room room) noexcept
{
    auto* orders = static_cast<Orders*>(memory);
    std::memset(memory, 0, sizeof(Orders) + slots_for(room.entries) * sizeof(std::uint32_t));
    orders->room_ = room;
    return orders;
}

Orders* Orders::relocate(const Orders& from, void* memory, Room room)
{
    Orders* to = create(memory, room);
    to->count_ = from.count_;
    to->text_used_ = from.text_used_;
    to->scale_ = from.scale_;
    to->kind_ = from.kind_;
    std::memcpy(to->entries(), from.entries(), from.count_ * sizeof(Entry));
    std::memcpy(to->text(), from.text(), from.text_used_);
    to->index();
    return to;
}

void Orders::index()
{
    std::memset(slots(), 0, slots_for(room_.entries) * sizeof(std::uint32_t));
    for (std::uint32_t i = 0; i < count_; ++i)
        *find(entries()[i], key_of(entries()[i]).bytes) = i + 1;
}

void Orders::sort()
{
    std::sort(entries(), entries() + count_, [this](const Entry& left, const Entry& right) {
        if (kind_ == KeyKind::bigint)
            return static_cast<std::int64_t>(left.key[0]) < static_cast<std::int64_t>(right.key[0]);
        return key_of(left).bytes < key_of(right).bytes;
    });
    // texts too, so that equal contents are equal bytes
    if (text_used_ > 0) {
        const std::vector<char> old(text(), text() + text_used_);
        std::uint64_t offset = 0;
        for (Entry& entry : std::span(entries(), count_)) {
            const std::size_t size = static_cast<std::uint32_t>(entry.key[1]);
            std::memcpy(text() + offset, old.data() + (entry.key[1] >> 32), size);
            entry.key[1] = offset << 32 | size;
            offset += size;
        }
    }
    index();
}

Key Orders::key_of(const Entry& entry) const noexcept
{
    if (kind_ == KeyKind::text)
        return {kind_, {text() + (entry.key[1] >> 32), static_cast<std::uint32_t>(entry.key[1])}};
    return {kind_, {reinterpret_cast<const char*>(entry.key), kind_ == KeyKind::bigint ? std::size_t{8} : std::size_t{16}}};
}

Orders::Entry Orders::blank(const Key& order) const noexcept
{
    Entry entry{};
    if (order.kind == KeyKind::text) {
        entry.key[0] = hash_of(order.bytes);
        entry.key[1] = static_cast<std::uint64_t>(text_used_) << 32 | order.bytes.size();
    } else {
        std::memcpy(entry.key, order.bytes.data(), order.bytes.size());
    }
    return entry;
}

bool Orders::same(const Entry& entry, const Entry& wanted, std::string_view bytes) const noexcept
{
    return entry.key[0] == wanted.key[0] && (kind_ == KeyKind::text ? key_of(entry).bytes == bytes : entry.key[1] == wanted.key[1]);
}

std::uint32_t* Orders::find(const Entry& wanted, std::string_view bytes) const
{
    const std::size_t mask = slots_for(room_.entries) - 1;
    const std::uint64_t second = kind_ == KeyKind::uuid ? wanted.key[1] : 0;
    std::size_t at = mixed(wanted.key[0] ^ mixed(second)) & mask;
    for (std::size_t probe = 0; slots()[at] != 0 && !same(entries()[slots()[at] - 1], wanted, bytes); at = (at + 1) & mask)
        if (++probe > longest_probe) [[unlikely]]
            throw_collisions();
    return &slots()[at];
}

Orders::Entry& Orders::insert(const Entry& wanted, std::string_view bytes, std::uint32_t* slot) noexcept
{
    if (kind_ == KeyKind::text && !bytes.empty()) {
        std::memcpy(text() + text_used_, bytes.data(), bytes.size());
        text_used_ += static_cast<std::uint32_t>(bytes.size());
    }
    entries()[count_] = wanted;
    *slot = ++count_;
    return entries()[count_ - 1];
}

// Twice what is needed, cut at the limit.
Orders::Room Orders::enlarged(std::size_t entries, std::size_t text_bytes) const
{
    const auto doubled = [](std::size_t needed, std::size_t now, std::size_t most) {
        return static_cast<std::uint32_t>(needed <= now ? now : std::max(needed, std::min(2 * needed + 8, most)));
    };
    return {doubled(entries, room_.entries, most_entries), doubled(text_bytes, room_.text_bytes, most_text_bytes)};
}

void Orders::set_kind(KeyKind kind)
{
    if (kind_ == KeyKind::none)
        kind_ = kind;
    if (kind_ != kind && kind != KeyKind::none)
        throw Error(ErrorCode::invalid_parameter, "orders of two kinds of key cannot be merged: " + std::string(name_of(kind_)) +
                    " and " + std::string(name_of(kind)));
}

void Orders::set_scale(std::int32_t scale)
{
    const auto all = std::span(entries(), count_);
    for (const Entry& entry : all)
        if (!scaled_up(net_of(entry), scale - scale_))
            throw_order_too_large(key_of(entry), net_of(entry), scale_);
    for (Entry& entry : all)
        set_net(entry, *scaled_up(net_of(entry), scale - scale_));
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
    const Entry wanted = blank(order);
    std::uint32_t* slot = find(wanted, order.bytes);
    const std::size_t more_text = order.kind == KeyKind::text ? order.bytes.size() : 0;
    if (*slot == 0 && (count_ == room_.entries || text_used_ + more_text > room_.text_bytes))
        return enlarged(count_ + std::size_t{1}, text_used_ + more_text);
    Entry& entry = *slot == 0 ? insert(wanted, order.bytes, slot) : entries()[*slot - 1];
    Int128 net;
    if (__builtin_add_overflow(net_of(entry), *scaled, &net) || net >= mantissa_limit || net <= -mantissa_limit)
        throw_order_too_large(order, amount, scale);
    set_net(entry, net);
    entry.refunded |= refund;
    return std::nullopt;
}

std::optional<Orders::Room> Orders::merge(const Orders& other, std::size_t& position)
{
    set_kind(other.kind_);
    const std::size_t remaining = other.count_ - position;
    // room for all at once, as far as there can be; if they do not fit they may still be the same orders
    const auto entries_wanted = std::min(count_ + remaining, most_entries), text_wanted = std::min(std::size_t{text_used_} + other.text_used_, most_text_bytes);
    if (position == 0 && (entries_wanted > room_.entries || text_wanted > room_.text_bytes))
        return enlarged(entries_wanted, text_wanted);
    for (const std::size_t stop = position + std::min(remaining, merge_stretch); position < stop; ++position) {
        const Entry& entry = other.entries()[position];
        if (const auto room = add_row(net_of(entry), other.scale_, entry.refunded != 0, other.key_of(entry)))
            return room;
    }
    return std::nullopt;
}

Orders::Kept Orders::kept() const
{
    Kept kept;
    for (const Entry& entry : std::span(entries(), count_)) {
        const Int128 net = net_of(entry);
        if (net <= 0 && entry.refunded != 0)
            continue;
        ++kept.orders;
        if (__builtin_add_overflow(kept.net, net, &kept.net) || kept.net >= mantissa_limit || kept.net <= -mantissa_limit)
            throw Error(ErrorCode::out_of_range, "the net amount of all orders has more than 38 digits");
    }
    return kept;
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
        throw_invalid("\"key\" must be none, bigint, uuid or text.");
    if (scale > 16383)
        throw_invalid("\"scale\" must not be larger than 16383.");
    kind_ = *known;
    scale_ = static_cast<std::int32_t>(scale);
}

void Orders::validate() const
{
    if (count_ == 0 && (kind_ != KeyKind::none || scale_ != 0))
        throw_invalid("A state without orders must have neither a kind of key nor a scale.");
}

void Orders::restore(std::string_view key, const DecimalText& net, std::int64_t refunded)
{
    const auto amount = mantissa(net);
    if (!amount || static_cast<std::int32_t>(net.fraction.size()) != scale_)
        throw_invalid("\"net\" must have at most 38 digits, and as many decimal places as \"scale\" says.");
    if (refunded > 1)
        throw_invalid("\"refunded\" must be 0 or 1.");
    if (*amount < 0 && refunded == 0)
        throw_invalid("An order below zero must be \"refunded\".");
    if (kind_ == KeyKind::none)
        throw_invalid("A state with orders must name the kind of its keys.");
    KeyBuffer buffer;
    const auto order = parsed_key(kind_, key, buffer);
    if (!order)
        throw_invalid("\"order\" must be a " + std::string(name_of(kind_)) + ".");
    const auto before = count_;
    if (add_row(*amount, scale_, refunded != 0, *order) || count_ == before)
        throw_invalid("Each order must be there once.");
}

}  // namespace customer_value::revenue
