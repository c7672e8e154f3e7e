#include "core/sales/kinds.h"

#include <algorithm>
#include <new>

namespace customer_value::sales {

namespace {

constexpr std::size_t stretch = 65536;  // lines between two looks for a cancel request
constexpr std::size_t most_entries = std::size_t{1} << 30, most_text_bytes = 0xFFFFFFFF;

Key text_key(std::string_view text) noexcept { return {KeyKind::text, text}; }

}  // namespace

History* History::create(void* memory, Room room) noexcept
{
    auto* history = new (memory) History;
    history->room_ = room;
    history->used_ = {{0, 0}, {0, 0}};
    history->baskets_ = 0;
    history->has_sale_ = false;
    history->products().clear();
    history->groups().clear();
    return history;
}

History* History::relocate(const History& from, void* memory, Room room)
{
    History* to = create(memory, room);
    auto& source = const_cast<History&>(from);  // tables are views that can be changed
    to->products().copy_from(source.products());
    to->groups().copy_from(source.groups());
    to->baskets_ = from.baskets_;
    to->has_sale_ = from.has_sale_;
    return to;
}

History::Room History::with_one_more(const Line& line) const noexcept
{
    const auto grown = [](TableRoom used, TableRoom now, std::string_view key) -> TableRoom {
        return {enlarged(used.entries + std::size_t{1}, now.entries, most_entries),
                enlarged(used.text_bytes + key.size(), now.text_bytes, most_text_bytes)};
    };
    return {grown(used_.products, room_.products, line.product), grown(used_.groups, room_.groups, line.relation.value_or(""))};
}

std::optional<History::Room> History::add(std::span<const Line> lines, std::size_t& position, std::span<Kind> kinds)
{
    for (const std::size_t stop = std::min(lines.size(), position + stretch); position < stop; ++position)
        if (!lines[position].is_refund())
            if (const auto room = add(lines[position], kinds[lines[position].row]))
                return room;
    return std::nullopt;
}

std::optional<History::Room> History::add(const Line& line, Kind& kind)
{
    auto all_products = products();
    auto all_groups = groups();
    const Key product_key = text_key(line.product), group_key = text_key(line.relation.value_or(""));
    const auto product = all_products.place_of(product_key);
    const auto group = all_groups.place_of(group_key);
    const bool known = product.is_taken(), grouped = line.relation.has_value(), known_group = grouped && group.is_taken();
    if ((!known && !all_products.fits(product_key)) || (grouped && !known_group && !all_groups.fits(group_key)))
        return with_one_more(line);

    const std::uint32_t basket = baskets_ + 1;
    Product& bought = known ? all_products.entry_at(product) : all_products.insert(product, product_key);
    const auto dearer = [&](const Group& than) { return compare(line.price, ScaledNumber{than.dearest, static_cast<std::int32_t>(than.scale)}) > 0; };
    if (bought.basket != basket) {
        bought.kind = known         ? Kind::repeat
                      : basket == 1 ? Kind::front_end
                      : known_group ? (dearer(all_groups.entry_at(group)) ? Kind::upsell : Kind::add_on)
                                    : Kind::cross_sell;
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

void History::end_basket(std::span<const Line> lines, std::span<Kind> kinds)
{
    // refunds come first, as their prices are below zero
    for (const Line& line : lines) {
        if (!line.is_refund())
            break;
        auto all_products = products();
        const auto product = all_products.place_of(text_key(line.product));
        kinds[line.row] = product.is_taken() ? all_products.entry_at(product).kind : Kind::none;
    }
    baskets_ += has_sale_;
    has_sale_ = false;
}

}  // namespace customer_value::sales
