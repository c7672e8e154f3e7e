#include "core/behaviour/funnel.h"
#include "core/behaviour/retention.h"

#include "unit/laws.h"

#include <gtest/gtest.h>

#include <functional>

namespace customer_value::test {
namespace {

using behaviour::Conditions;
using behaviour::Event;
using behaviour::FunnelState;
using behaviour::Order;
using behaviour::RetentionState;
using Funnel = Held<FunnelState>;
using Retention = Held<RetentionState>;

constexpr std::int64_t second = 1'000'000;

Conditions met(std::uint32_t bits, int count) { return {bits, count, true}; }

// --- retention ---

Retention random_retention(Random& random)
{
    Retention state;
    for (int rows = between(random, 0, 5); rows > 0; --rows)
        state.add(met(static_cast<std::uint32_t>(random() & random() & 0x1F), 5));
    return state;
}

TEST(Retention, counts_a_condition_only_with_the_first)
{
    Retention state;
    state.add(met(0b010, 3)).add(Conditions{0, 3, false});
    EXPECT_FALSE(state->retained(0) || state->retained(1) || state->retained(2));
    state.add(met(0b001, 3));
    EXPECT_TRUE(state->retained(0) && state->retained(1));
    EXPECT_FALSE(state->retained(2));
    EXPECT_EQ(state.text(), "(version:1,conditions:3,met:3)");
    EXPECT_EQ(Retention().add(Conditions{0, 3, false}).text(), Retention().text());
    EXPECT_TRUE(Retention().add(met(~0u, 32))->retained(31));
}

TEST(Retention, merges_by_the_laws) { expect_merge_laws<RetentionState>(random_retention); }

TEST(Retention, does_not_depend_on_order_or_split)
{
    Random random(91);
    std::vector<std::uint32_t> rows;
    for (int i = 0; i < 50; ++i)
        rows.push_back(1u << random() % 32 & 0xFFF);
    expect_order_free<RetentionState, std::uint32_t>(
        rows, [](Retention& state, const std::uint32_t& bits) { state.add(met(bits, 12)); });
}

TEST(Retention, survives_hostile_forms)
{
    expect_hostile_forms_survived(Retention().add(met(5, 3)), {"conditions", "met"});
    for (const char* text :
         {"(version:1,conditions:2,met:4)", "(version:1,conditions:33,met:0)", "(version:1,conditions:0,met:1)"})
        EXPECT_ERROR(invalid_parameter, Retention::from_text(text));
    EXPECT_ERROR(invalid_parameter, Retention().add(met(1, 1)).add(met(1, 2)));
    EXPECT_ERROR(invalid_parameter, Retention().add(met(1, 1)).merge(Retention().add(met(1, 2))));
}

// --- funnels ---

struct Row {
    std::int64_t at;
    std::uint32_t bits;
};

std::vector<Row> random_rows(Random& random, int most, int instants, int steps)
{
    std::vector<Row> rows;
    for (int left = between(random, 0, most); left > 0; --left)
        rows.push_back({between(random, -instants, instants) * second,
                        static_cast<std::uint32_t>(random() & random()) & ((1u << steps) - 1)});
    return rows;
}

Funnel of(const std::vector<Row>& rows, int steps, std::int64_t window = behaviour::no_window)
{
    Funnel state;
    for (const Row& row : rows)
        state.add(window, row.at, met(row.bits, steps));
    return state;
}

Funnel random_funnel(Random& random) { return of(random_rows(random, 40, 30, 4), 4, 30 * second); }

// All chains, one by one.
int longest_by_trying(const std::vector<Row>& rows, int steps, std::int64_t window, bool strictly)
{
    int longest = 0;
    const std::function<void(int, std::int64_t, std::int64_t)> go_on = [&](int step, std::int64_t first,
                                                                           std::int64_t last) {
        longest = std::max(longest, step);
        if (step < steps)
            for (const Row& row : rows)
                if ((row.bits >> step & 1) != 0 &&
                    (step == 0 || (row.at - first <= window && (strictly ? row.at > last : row.at >= last))))
                    go_on(step + 1, step == 0 ? row.at : first, row.at);
    };
    go_on(0, 0, 0);
    return longest;
}

TEST(Funnel, finds_the_longest_chain_of_all)
{
    Random random(92);
    std::array<int, 6> reached{};
    for (int round = 0; round < 4000; ++round) {
        const int steps = between(random, 1, 5);
        const auto rows = random_rows(random, 14, 8, steps);
        const std::int64_t window = between(random, 0, 16) * second;
        const auto state = of(rows, steps).finished();
        const int longest = longest_by_trying(rows, steps, window, false);
        EXPECT_EQ(behaviour::longest_chain(state->entries(), steps, {window, Order::same_instant_counts}), longest);
        EXPECT_EQ(behaviour::longest_chain(state->entries(), steps, {window, Order::strictly_later}),
                  longest_by_trying(rows, steps, window, true));
        ++reached[static_cast<std::size_t>(longest)];
    }
    for (const int rounds : reached)
        EXPECT_GT(rounds, 20);
}

// The same with each row used once, or with an excluded condition, by trying all rows one after the other.
int longest_of_rows(const std::vector<Row>& rows, std::uint32_t steps, std::int64_t window, bool once,
                    std::uint32_t excluded)
{
    int longest = 0;
    std::vector<bool> used(rows.size());
    const auto is_broken = [&](std::int64_t first, std::int64_t last) {
        return std::any_of(rows.begin(), rows.end(), [&](const Row& row) {
            return (row.bits & excluded) != 0 && row.at > first && row.at < last;
        });
    };
    const std::function<void(int, std::uint32_t, std::int64_t, std::int64_t)> go_on =
        [&](int reached, std::uint32_t left, std::int64_t first, std::int64_t last) {
            longest = std::max(longest, reached);
            for (std::size_t i = 0; left != 0 && i < rows.size(); ++i) {
                const Row& row = rows[i];
                if ((row.bits & left & -left) == 0 || (once && used[i]))
                    continue;
                if (reached > 0 && (row.at < last || row.at - first > window || is_broken(first, row.at)))
                    continue;
                used[i] = true;
                go_on(reached + 1, left & (left - 1), reached == 0 ? row.at : first, row.at);
                used[i] = false;
            }
        };
    go_on(0, steps, 0, 0);
    return longest;
}

TEST(Funnel, takes_each_event_once)
{
    Random random(95);
    std::array<int, 6> reached{};
    int differs = 0;
    for (int round = 0; round < 4000; ++round) {
        const int steps = between(random, 1, 5);
        const auto rows = random_rows(random, 9, round % 4, steps);
        const std::int64_t window = between(random, 0, 8) * second;
        const auto state = of(rows, steps).finished();
        const int longest = longest_of_rows(rows, (1u << steps) - 1, window, true, 0);
        ASSERT_EQ(behaviour::longest_chain(state->entries(), steps, {window, Order::each_event_once}), longest);
        ++reached[static_cast<std::size_t>(longest)];
        differs += longest != behaviour::longest_chain(state->entries(), steps, {window, Order::same_instant_counts}) &&
                   longest != behaviour::longest_chain(state->entries(), steps, {window, Order::strictly_later});
    }
    for (const int rounds : reached)
        EXPECT_GT(rounds, 20);
    EXPECT_GT(differs, 20);
}

TEST(Funnel, is_broken_by_what_is_excluded_between_its_steps)
{
    Random random(96);
    int differs = 0;
    for (int round = 0; round < 4000; ++round) {
        const int conditions = between(random, 2, 5);
        const auto rows = random_rows(random, 14, 6, conditions);
        const std::int64_t window = between(random, 0, 12) * second;
        const std::uint32_t all = (1u << conditions) - 1,
                            excluded = 1 + static_cast<std::uint32_t>(random()) % (all - 1);
        const auto state = of(rows, conditions).finished();
        const auto chain = [&](Order order, std::uint32_t without) {
            return behaviour::longest_chain(state->entries(), conditions, {window, order, without});
        };
        ASSERT_EQ(chain(Order::same_instant_counts, excluded),
                  longest_of_rows(rows, all & ~excluded, window, false, excluded));
        ASSERT_EQ(chain(Order::each_event_once, excluded),
                  longest_of_rows(rows, all & ~excluded, window, true, excluded));
        differs +=
            chain(Order::same_instant_counts, excluded) != longest_of_rows(rows, all & ~excluded, window, false, 0);
    }
    EXPECT_GT(differs, 50);
}

TEST(Funnel, of_many_events_at_one_instant_gives_each_step_its_own)
{
    std::vector<Row> rows;
    for (std::uint32_t i = 0; i < 31; ++i)
        rows.push_back({0, ~0u});
    for (int i = 0; i < 1000; ++i)
        rows.push_back({0, 1});
    const auto state = of(rows, 32).finished();
    EXPECT_EQ(state->size(), 2u);
    EXPECT_EQ(behaviour::longest_chain(state->entries(), 32, {0, Order::each_event_once}), 32);
    EXPECT_EQ(behaviour::longest_chain(of({rows.begin(), rows.begin() + 31}, 32).finished()->entries(), 32,
                                       {0, Order::each_event_once}),
              31);
}

TEST(Funnel, excludes_conditions_by_their_numbers)
{
    const std::vector<std::int32_t> two{1, 3}, twice{2, 2}, all{1, 2, 3}, other{4}, none{0};
    EXPECT_EQ(behaviour::excluded_conditions(two, 3), 0b101u);
    EXPECT_EQ(behaviour::excluded_conditions({}, 3), 0u);
    for (const auto& numbers : {twice, all, other, none})
        EXPECT_ERROR(invalid_parameter, (void)behaviour::excluded_conditions(numbers, 3));
}

TEST(Funnel, takes_all_of_time)
{
    const auto state = of({{behaviour::earliest_instant, 1}, {behaviour::behind_latest_instant - 1, 2}}, 2);
    EXPECT_EQ(behaviour::longest_chain(state->entries(), 2, {behaviour::no_window, Order::strictly_later}), 2);
    EXPECT_EQ(behaviour::longest_chain(state->entries(), 2, {behaviour::no_window - 1, Order::strictly_later}), 1);
    expect_round_trips(state);
}

TEST(Funnel, of_32_steps_at_one_instant_reaches_all_or_one)
{
    const auto state = of({{0, ~0u}}, 32);
    EXPECT_EQ(behaviour::longest_chain(state->entries(), 32, {0, Order::same_instant_counts}), 32);
    EXPECT_EQ(behaviour::longest_chain(state->entries(), 32, {0, Order::strictly_later}), 1);
    EXPECT_EQ(behaviour::longest_chain({}, 32, {0, Order::same_instant_counts}), 0);
}

TEST(FunnelState, keeps_what_met_a_step)
{
    Funnel state;
    state.add(behaviour::no_window, 5 * second, Conditions{0, 3, false});
    EXPECT_EQ(state.text(), "(version:1,steps:0,window:0)");
    state.add(90 * second, 5 * second, met(0, 3));
    EXPECT_EQ(state.text(), "(version:1,steps:3,window:90)");
    state.add(90 * second, 7 * second + 500'000, met(2, 3))
        .add(90 * second, -second, met(1, 3))
        .add(90 * second, 7 * second + 500'000, met(4, 3));
    EXPECT_EQ(state.text(),
              "(version:1,steps:3,window:90,at:-1,met:1,times:1,at:7.5,met:2,times:1,at:7.5,met:4,times:1)");
}

TEST(FunnelState, costs_no_sort_in_order)
{
    Funnel state;
    for (int i = 0; i < 1000; ++i) {
        state.add(behaviour::no_window, i / 2 * second, met(1u << i % 2, 2));
        ASSERT_TRUE(state->is_sorted());
    }
    EXPECT_EQ(state->size(), 1000u);
    EXPECT_FALSE(state.add(behaviour::no_window, 3, met(1, 2))->is_sorted());
}

TEST(FunnelState, fills_powers_of_two_of_memory)
{
    Funnel state;
    for (int i = 0; i < 100; ++i) {
        state.add(behaviour::no_window, i, met(1, 1));
        const auto bytes = 8 + FunnelState::bytes_for(state->room());
        EXPECT_GT(bytes + sizeof(Event), std::bit_ceil(bytes));
    }
}

TEST(FunnelState, merges_by_the_laws) { expect_merge_laws<FunnelState>(random_funnel); }

TEST(FunnelState, does_not_depend_on_order_or_split)
{
    Random random(93);
    const auto add = [](Funnel& state, const Row& row) { state.add(second, row.at, met(row.bits, 6)); };
    expect_order_free<FunnelState, Row>(random_rows(random, 1000, 300, 6), add);
    expect_order_free<FunnelState, Row>(random_rows(random, 1000, 3, 6), add);
}

TEST(FunnelState, survives_hostile_forms)
{
    expect_hostile_forms_survived(of({{1, 1}}, 2, second), {"steps"});
    expect_hostile_forms_survived(Funnel(), {"steps"});
    EXPECT_EQ(
        Funnel::from_text("(version:1,steps:2,window:5,at:3,met:2,times:1,at:1,met:1,times:1,at:3.000,met:2,times:31)")
            .text(),
        "(version:1,steps:2,window:5,at:1,met:1,times:1,at:3,met:2,times:32)");
    for (const char* times : {"0", "33"})
        EXPECT_ERROR(invalid_parameter,
                     Funnel::from_text("(version:1,steps:2,window:5,at:3,met:2,times:" + std::string(times) + ")"));
}

TEST(FunnelState, refuses_what_does_not_belong_together)
{
    EXPECT_ERROR(invalid_parameter, of({{1, 1}}, 2, second).add(2 * second, 1, met(1, 2)));
    EXPECT_ERROR(invalid_parameter, of({{1, 1}}, 2, second).add(second, 1, met(1, 3)));
    EXPECT_ERROR(invalid_parameter, of({{1, 1}}, 2, second).merge(of({{1, 1}}, 3, second)));
    EXPECT_ERROR(invalid_parameter, of({{1, 1}}, 2, second).merge(of({{1, 1}}, 2)));
}

TEST(FunnelSeconds, are_read_as_they_are_written)
{
    Random random(94);
    std::vector<std::int64_t> values{0,
                                     1,
                                     -1,
                                     999'999,
                                     1'000'000,
                                     -1'000'001,
                                     std::numeric_limits<std::int64_t>::max(),
                                     std::numeric_limits<std::int64_t>::min()};
    for (int i = 0; i < 1000; ++i)
        values.push_back(static_cast<std::int64_t>(random()) >> random() % 63);
    for (const auto value : values) {
        const auto text = behaviour::seconds(value);
        EXPECT_EQ(behaviour::microseconds(*DecimalText::parsed(text)), value) << text;
    }
    for (const char* text : {"0.0000001", "9223372036854.775808", "99999999999999999999999999999999999999999"})
        EXPECT_FALSE(behaviour::microseconds(*DecimalText::parsed(text))) << text;
}

}  // namespace
}  // namespace customer_value::test
