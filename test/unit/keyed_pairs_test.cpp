// The laws of the states that keep a value for each pair of a key and a name, for each content.
#include "core/behaviour/ladder.h"
#include "core/sales/affinity.h"
#include "core/sales/report.h"

#include "unit/interrupted.h"
#include "unit/laws.h"
#include "unit/owned_key.h"

#include <gtest/gtest.h>

namespace customer_value::test {
namespace {

using behaviour::Ladder;
using sales::AffinityState;
using Sales = sales::State;

std::string some_name(Random& random, int names)
{
    return std::string(static_cast<std::size_t>(between(random, 0, 3)), '"') +
           std::to_string(between(random, 1, names));
}

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
        state.add(std::string_view(some_name(random, 4)), Key(OwnedKey(between(random, -9, 9))),
                  OwnedDecimal(random_decimal(random, 5, 3)).view());
    });
    return state;
}
Held<AffinityState> random_affinity(Random& random)
{
    Held<AffinityState> state;
    for_some_rows(random, [&] {
        state.add(Key(OwnedKey("order " + some_name(random, 9))), std::string_view(some_name(random, 9)));
    });
    return state;
}
Held<Ladder> random_ladder(Random& random)
{
    Held<Ladder> state;
    for_some_rows(random, [&] {
        state.add(Key(OwnedKey(some_uuid(random))), std::string_view(some_name(random, 4)),
                  std::int64_t{between(random, -99, 99)});
    });
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
    expect_order_free<Sales, Row>(rows, [](auto& state, const Row& row) {
        state.add(std::string_view(row.first), Key(OwnedKey(row.first + "x")), OwnedDecimal(row.second).view());
    });
    expect_order_free<AffinityState, Row>(
        rows, [](auto& state, const Row& row) { state.add(Key(OwnedKey(row.first)), std::string_view(row.second)); });
    expect_order_free<Ladder, Row>(rows, [](auto& state, const Row& row) {
        state.add(Key(OwnedKey(row.first)), std::string_view("stage"), static_cast<std::int64_t>(row.second.size()));
    });
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

template <class State> Held<State> lines(std::int64_t from, std::int64_t to)
{
    Held<State> state;
    for (std::int64_t i = from; i < to; ++i)
        state.add(Key(OwnedKey("order " + std::to_string(i))), std::string_view(i % 2 == 0 ? "even" : "odd"));
    return state;
}

TEST(KeyedPairs, ask_once_for_the_room_of_a_merge)
{
    auto left = lines<AffinityState>(0, 10);
    const auto right = lines<AffinityState>(5, 5000);
    const auto room = left->merge(*right);
    ASSERT_TRUE(room);
    EXPECT_EQ(left->size(), 10u);
    EXPECT_EQ(merged(left, right).text(), lines<AffinityState>(0, 5000).text());
}

TEST(KeyedPairs, that_share_keys_merge_where_the_sum_of_both_would_be_too_large)
{
    using Small = KeyedPairs<sales::AffinityContent, 50'000>;  // bytes: some 600 lines
    const auto left = lines<Small>(0, 500), right = lines<Small>(20, 520);
    EXPECT_ERROR(too_large, lines<Small>(0, 1000));
    EXPECT_EQ(merged(left, right).text(), lines<Small>(0, 520).text());
    EXPECT_EQ(merged(merged(left, right), left).text(), lines<Small>(0, 520).text());
    EXPECT_ERROR(too_large, merged(left, lines<Small>(500, 1000)));
}

TEST(KeyedPairs, stop_merging_when_interrupted)
{
    auto state = lines<AffinityState>(0, 10);
    const auto many = lines<AffinityState>(0, 70'000);
    expect_stops([&] { state.merge(many); });
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
