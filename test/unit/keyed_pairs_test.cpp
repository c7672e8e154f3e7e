// The laws of the states that keep a value for each pair of a key and a name, for each content.
#include "core/behaviour/ladder.h"
#include "core/sales/affinity.h"
#include "core/sales/report.h"

#include "unit/laws.h"
#include "unit/owned_key.h"

#include <gtest/gtest.h>

namespace customer_value::test {
namespace {

using behaviour::Ladder;
using sales::AffinityState;
using Sales = sales::State;

std::string some_name(Random& random, int names) { return std::string(static_cast<std::size_t>(between(random, 0, 3)), '"') + std::to_string(between(random, 1, names)); }

Uuid some_uuid(Random& random)
{
    Uuid uuid{};
    uuid[0] = static_cast<unsigned char>(between(random, 0, 5));
    uuid[15] = static_cast<unsigned char>(between(random, 0, 5));
    return uuid;
}

template <class AddRow> void for_some_rows(Random& random, AddRow add_row)
{
    for (int rows = between(random, 0, 40); rows > 0; --rows)
        add_row();
}

Held<Sales> random_sales(Random& random)
{
    Held<Sales> state;
    for_some_rows(random, [&] {
        state.add(std::string_view(some_name(random, 4)), Key(OwnedKey(between(random, -9, 9))), OwnedDecimal(random_decimal(random, 5, 3)).view());
    });
    return state;
}
Held<AffinityState> random_affinity(Random& random)
{
    Held<AffinityState> state;
    for_some_rows(random, [&] { state.add(Key(OwnedKey("order " + some_name(random, 9))), std::string_view(some_name(random, 9))); });
    return state;
}
Held<Ladder> random_ladder(Random& random)
{
    Held<Ladder> state;
    for_some_rows(random, [&] { state.add(Key(OwnedKey(some_uuid(random))), std::string_view(some_name(random, 4)), std::int64_t{between(random, -99, 99)}); });
    return state;
}

TEST(KeyedPairs, merge_by_the_laws)
{
    expect_merge_laws<Sales>(random_sales);
    expect_merge_laws<AffinityState>(random_affinity);
    expect_merge_laws<Ladder>(random_ladder);
}

TEST(KeyedPairs, do_not_depend_on_the_order_of_rows_or_their_split)
{
    Random random(93);
    std::vector<std::pair<std::string, std::string>> rows;
    for (int i = 0; i < 300; ++i)
        rows.emplace_back(some_name(random, 30), random_decimal(random, 6, 4));
    using Row = std::pair<std::string, std::string>;
    expect_order_free<Sales, Row>(rows, [](auto& state, const Row& row) { state.add(std::string_view(row.first), Key(OwnedKey(row.first + "x")), OwnedDecimal(row.second).view()); });
    expect_order_free<AffinityState, Row>(rows, [](auto& state, const Row& row) { state.add(Key(OwnedKey(row.first)), std::string_view(row.second)); });
    expect_order_free<Ladder, Row>(rows, [](auto& state, const Row& row) { state.add(Key(OwnedKey(row.first)), std::string_view("stage"), static_cast<std::int64_t>(row.second.size())); });
}

TEST(KeyedPairs, survive_hostile_forms)
{
    Held<Sales> sales;
    sales.add(std::string_view("a\"\\b"), Key(OwnedKey(-7)), OwnedDecimal("12.50").view());
    expect_hostile_forms_survived(sales, {"orders", "kinds", "amounts", "refunded"});
    Held<AffinityState> affinity;
    affinity.add(Key(OwnedKey("")), std::string_view(""));
    expect_hostile_forms_survived(affinity, {"orders", "products", "lines"});
    Held<Ladder> ladder;
    ladder.add(Key(OwnedKey(Uuid{1, 2, 3})), std::string_view("stage"), std::int64_t{-5});
    expect_hostile_forms_survived(ladder, {"customers", "stages", "arrivals"});
    expect_hostile_forms_survived(Held<AffinityState>(), {"orders", "products", "lines"});
}

TEST(KeyedPairs, are_merged_in_stretches)
{
    constexpr std::int64_t many = 150000;
    Held<AffinityState> left, right;
    for (std::int64_t i = 0; i < many; ++i)
        right.add(Key(OwnedKey(i)), std::string_view(i % 2 == 0 ? "even" : "odd"));
    left.add(Key(OwnedKey(0)), std::string_view("even")).add(Key(OwnedKey(-1)), std::string_view("even"));
    std::size_t position = 0, stretches = 0;
    const auto room = left->merge(*right, position);
    ASSERT_TRUE(room);
    EXPECT_EQ(position, 0u);
    Memory memory(AffinityState::bytes_for(*room));
    auto* moved = AffinityState::relocate(*left, memory.get(), *room);
    for (std::size_t before = 0; position < right->size(); before = position, ++stretches) {
        ASSERT_FALSE(moved->merge(*right, position));
        ASSERT_GT(position, before);
    }
    EXPECT_GE(stretches, 2u);
    EXPECT_EQ(moved->size(), static_cast<std::size_t>(many) + 1);
    EXPECT_EQ(moved->names_count(), 2u);
}

TEST(KeyedPairs, merge_with_themselves)
{
    Random random(94);
    auto state = random_sales(random);
    const auto expected = merged(state, Held<Sales>(state)).text();
    EXPECT_EQ(state.merge(state).text(), expected);
}

TEST(KeyedPairs, pass_one_gigabyte_with_an_error)
{
    AffinityState::Room room;
    room.pairs.entries = 1u << 27;
    EXPECT_ERROR(too_large, AffinityState::bytes_for(room));
}

TEST(KeyedPairs, refuse_two_kinds_of_key)
{
    Held<AffinityState> state;
    state.add(Key(OwnedKey(1)), std::string_view("a"));
    EXPECT_ERROR(invalid_parameter, state.add(Key(OwnedKey("1")), std::string_view("a")));
}

}  // namespace
}  // namespace customer_value::test
