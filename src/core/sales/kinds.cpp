#include "core/sales/kinds.h"

#include "core/common/archive.h"
#include "core/common/numbers.h"

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

namespace customer_value::sales {

namespace {

constexpr std::size_t most_entries = std::size_t{1} << 30, most_text_bytes = 0xFFFFFFFF;

Key text_key(std::string_view text) noexcept { return {KeyKind::text, text}; }

ScaledNumber price_of(const auto& group) noexcept { return {group.dearest, static_cast<std::int32_t>(group.scale)}; }

SaleKind kind_named(std::string_view name)
{
    for (const SaleKind kind :
         {SaleKind::front_end, SaleKind::repeat, SaleKind::upsell, SaleKind::add_on, SaleKind::cross_sell})
        if (name == name_of(kind))
            return kind;
    throw_invalid(SaleHistory::type_name, "\"kind\" must be front_end, repeat, upsell, add_on or cross_sell.");
}

ScaledNumber dearest_of(const DecimalText& number)
{
    const auto price = mantissa(number);
    if (!price || *price < 0 || number.fraction.size() > 16383)
        throw_invalid(SaleHistory::type_name,
                      "\"dearest\" must be a price from 0, of at most 38 digits and 16383 decimal places.");
    return {*price, static_cast<std::int32_t>(number.fraction.size())};
}

}  // namespace

SaleHistory* SaleHistory::create(void* memory, Room room) noexcept
{
    auto* history = new (memory) SaleHistory;
    history->room_ = room;
    history->used_ = {{0, 0}, {0, 0}};
    history->baskets_ = 0;
    history->has_sale_ = false;
    history->products().clear();
    history->groups().clear();
    return history;
}

SaleHistory* SaleHistory::relocate(const SaleHistory& from, void* memory, Room room)
{
    SaleHistory* to = create(memory, room);
    to->products().copy_from(from.products());
    to->groups().copy_from(from.groups());
    to->baskets_ = from.baskets_;
    to->has_sale_ = from.has_sale_;
    return to;
}

SaleHistory::Room SaleHistory::with_one_more(const Line& line) const noexcept
{
    const auto grown = [](TableRoom used, TableRoom now, std::string_view key) -> TableRoom {
        return {enlarged(used.entries + std::size_t{1}, now.entries, most_entries),
                enlarged(used.text_bytes + key.size(), now.text_bytes, most_text_bytes)};
    };
    return {grown(used_.products, room_.products, line.product),
            grown(used_.groups, room_.groups, line.relation.value_or(""))};
}

std::optional<SaleHistory::Room> SaleHistory::add(std::span<const Line> lines, std::span<SaleKind> kinds)
{
    Lookout lookout;
    for (const Line& line : lines) {
        lookout.call();
        if (!line.is_refund())
            if (const auto room = add(line, kinds[line.row]))
                return room;
    }
    return std::nullopt;
}

std::optional<SaleHistory::Room> SaleHistory::add(const Line& line, SaleKind& kind)
{
    auto all_products = products();
    auto all_groups = groups();
    const Key product_key = text_key(line.product), group_key = text_key(line.relation.value_or(""));
    const auto product = all_products.place_of(product_key);
    const auto group = all_groups.place_of(group_key);
    const bool known = product.is_taken(), grouped = line.relation.has_value(),
               known_group = grouped && group.is_taken();
    if ((!known && !all_products.fits(product_key)) || (grouped && !known_group && !all_groups.fits(group_key)))
        return with_one_more(line);

    const std::uint32_t basket = baskets_ + 1;
    Product& bought = known ? all_products.entry_at(product) : all_products.insert(product, product_key);
    const auto dearer = [&](const Group& than) { return compare(line.price, price_of(than)) > 0; };
    if (bought.basket != basket) {
        bought.kind = known         ? SaleKind::repeat
                      : basket == 1 ? SaleKind::front_end
                      : known_group ? (dearer(all_groups.entry_at(group)) ? SaleKind::upsell : SaleKind::add_on)
                                    : SaleKind::cross_sell;
        bought.basket = basket;
    }
    kind = bought.kind;
    has_sale_ = true;
    if (grouped) {
        Group& prices = known_group ? all_groups.entry_at(group) : all_groups.insert(group, group_key);
        if (!known_group || dearer(prices)) {
            prices.dearest = line.price.mantissa;
            prices.scale = line.price.scale;
        }
    }
    return std::nullopt;
}

void SaleHistory::end_basket(std::span<const Line> lines, std::span<SaleKind> kinds)
{
    Lookout lookout;
    // refunds come first, as their prices are below zero
    for (const Line& line : lines) {
        lookout.call();
        if (!line.is_refund())
            break;
        auto all_products = products();
        const auto product = all_products.place_of(text_key(line.product));
        kinds[line.row] = product.is_taken() ? all_products.entry_at(product).kind : SaleKind::none;
    }
    baskets_ += has_sale_;
    has_sale_ = false;
}

template <class Output> void SaleHistory::store_with(Output& output) const
{
    for (const TableRoom& used : {used_.products, used_.groups}) {
        output.number(used.entries);
        output.number(used.text_bytes);
    }
    const auto all_products = products();
    for (const Product& product : all_products.entries()) {
        const std::string_view name = all_products.key_of(product).bytes;
        output.number(name.size() << 3 | static_cast<std::uint64_t>(product.kind));
        output.bytes(name);
    }
    const auto all_groups = groups();
    for (const Group& group : all_groups.entries()) {
        const std::string_view name = all_groups.key_of(group).bytes;
        output.number(name.size());
        output.bytes(name);
        output.number(static_cast<std::uint64_t>(group.scale) << 1 | (group.dearest.high != 0));
        output.number(group.dearest.low);
        if (group.dearest.high != 0)
            output.number(static_cast<std::uint64_t>(group.dearest.high));
    }
}

template <class OnRoom, class OnProduct, class OnGroup>
void SaleHistory::for_each_stored(std::span<const unsigned char> stored, OnRoom on_room, OnProduct on_product,
                                  OnGroup on_group)
{
    Reader reader(stored, "a sale history");
    const auto size = [&reader] { return static_cast<std::uint32_t>(reader.number()); };
    Room room;
    for (TableRoom* used : {&room.products, &room.groups}) {
        used->entries = size();
        used->text_bytes = size();
    }
    if (!on_room(room))
        return;
    Lookout lookout;
    for (std::uint32_t i = 0; i < room.products.entries; ++i) {
        lookout.call();
        const std::uint64_t word = reader.number();
        on_product(reader.bytes(word >> 3), static_cast<SaleKind>(word & 7));
    }
    for (std::uint32_t i = 0; i < room.groups.entries; ++i) {
        lookout.call();
        const std::string_view name = reader.bytes(reader.number());
        const std::uint64_t scale = reader.number();
        ScaledNumber price{Int128{0}, static_cast<std::int32_t>(scale >> 1)};
        price.mantissa.low = reader.number();
        if ((scale & 1) != 0)
            price.mantissa.high = static_cast<std::int64_t>(reader.number());
        on_group(name, price);
    }
}

std::size_t SaleHistory::stored_size() const
{
    Counter counter;
    store_with(counter);
    return counter.size;
}

void SaleHistory::store(unsigned char* to) const
{
    Writer writer{to};
    store_with(writer);
}

void SaleHistory::know_product(std::string_view name, SaleKind kind)
{
    auto all = products();
    const auto place = all.place_of(text_key(name));
    Product& product = place.is_taken() ? all.entry_at(place) : all.insert(place, text_key(name));
    product.kind = std::max(product.kind, kind);
    product.basket = baskets_ = 1;
}

void SaleHistory::know_group(std::string_view name, const ScaledNumber& dearest)
{
    auto all = groups();
    const auto place = all.place_of(text_key(name));
    Group& group = place.is_taken() ? all.entry_at(place) : all.insert(place, text_key(name));
    if (compare(dearest, price_of(group)) >= 0) {
        group.dearest = dearest.mantissa;
        group.scale = dearest.scale;
    }
}

std::optional<SaleHistory::Room> SaleHistory::know(std::span<const unsigned char> stored)
{
    std::optional<Room> needed;
    for_each_stored(
        stored,
        [&](const Room& more) {
            const auto all = [](TableRoom used, TableRoom known) -> TableRoom {
                const std::size_t entries = std::size_t{used.entries} + known.entries,
                                  text_bytes = std::size_t{used.text_bytes} + known.text_bytes;
                if (entries > most_entries || text_bytes > most_text_bytes)
                    throw Error(ErrorCode::too_large, "a customer has bought too many products");
                return {static_cast<std::uint32_t>(entries), static_cast<std::uint32_t>(text_bytes)};
            };
            const Room room{all(used_.products, more.products), all(used_.groups, more.groups)};
            const auto larger = [](TableRoom wanted, TableRoom now) {
                return wanted.entries > now.entries || wanted.text_bytes > now.text_bytes;
            };
            if (larger(room.products, room_.products) || larger(room.groups, room_.groups))
                needed = room;
            return !needed;
        },
        [&](std::string_view name, SaleKind kind) { know_product(name, kind); },
        [&](std::string_view name, const ScaledNumber& dearest) { know_group(name, dearest); });
    return needed;
}

template <class Archive> void SaleHistory::write(std::span<const unsigned char> stored, Archive& archive)
{
    Room room;
    bool has_groups = false;  // their number stands before the first
    const auto begin_groups = [&] {
        if (!std::exchange(has_groups, true))
            archive.count("groups", room.groups.entries);
    };
    for_each_stored(
        stored,
        [&](const Room& used) {
            room = used;
            archive.count("products", room.products.entries);
            return true;
        },
        [&](std::string_view name, SaleKind kind) {
            archive.text("product", name);
            archive.text("kind", name_of(kind));
        },
        [&](std::string_view name, const ScaledNumber& dearest) {
            begin_groups();
            archive.text("group", name);
            archive.number("dearest", shown(dearest.mantissa, dearest.scale));
        });
    begin_groups();
}

template <class Archive> std::size_t SaleHistory::read(Archive& archive, std::span<unsigned char> stored)
{
    std::string text(stored.size(), '\0');
    const auto text_of = [&](const char* name) {
        return std::string_view(text.data(), archive.text(name, text.data(), text.size()));
    };
    std::vector<std::uint64_t> memory;
    SaleHistory* history = nullptr;
    const auto make_room = [&](Room room) {
        std::vector<std::uint64_t> larger((bytes_for(room) + 7) / 8);
        history = history == nullptr ? create(larger.data(), room) : relocate(*history, larger.data(), room);
        memory = std::move(larger);
    };
    make_room({{0, 0}, {0, 0}});
    const auto insist_on_new = [](const auto& table, std::string_view name, const char* rule) {
        if (table.place_of(text_key(name)).is_taken())
            throw_invalid(SaleHistory::type_name, rule);
    };
    std::int64_t products = 0, groups = 0;
    archive.count("products", products);
    for (std::int64_t i = 0; i < products; ++i) {
        const Line line{text_of("product"), std::nullopt, {}, 0};
        insist_on_new(history->products(), line.product, "Each product must be there once.");
        if (!history->products().fits(text_key(line.product)))
            make_room(history->with_one_more(line));
        char kind[16];
        const std::size_t size = archive.text("kind", kind, sizeof kind);
        history->know_product(line.product, kind_named({kind, size}));
    }
    archive.count("groups", groups);
    if (products == 0 && groups > 0)
        throw_invalid(SaleHistory::type_name, "Without products there must be no groups.");
    for (std::int64_t i = 0; i < groups; ++i) {
        const Line line{{}, text_of("group"), {}, 0};
        insist_on_new(history->groups(), *line.relation, "Each group must be there once.");
        if (!history->groups().fits(text_key(*line.relation)))
            make_room(history->with_one_more(line));
        history->know_group(*line.relation, dearest_of(archive.number("dearest")));
    }
    const std::size_t size = history->stored_size();
    if (size > stored.size())
        throw_invalid(SaleHistory::type_name, "It is shorter than what it says.");
    history->store(stored.data());
    return size;
}

template void SaleHistory::write(std::span<const unsigned char>, TextWriter&);
template void SaleHistory::write(std::span<const unsigned char>, BinaryWriter&);
template std::size_t SaleHistory::read(TextReader&, std::span<unsigned char>);
template std::size_t SaleHistory::read(BinaryReader&, std::span<unsigned char>);

}  // namespace customer_value::sales
