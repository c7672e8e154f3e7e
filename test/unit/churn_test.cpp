#include "core/churn/churn.h"

#include "core/common/statistics.h"
#include "unit/laws.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace customer_value::test {
namespace {

using churn::State;

constexpr auto most = customer_value::max_count;
constexpr auto not_a_number = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();

Held<State> random_state(Random& random)
{
    Held<State> state;
    for (int rows = between(random, 0, 50); rows > 0; --rows)
        state.add(random() % 2 == 0, random() % 2 == 0);
    return state;
}

TEST(Churn, counts_who_was_active_and_is_no_longer)
{
    State state;
    for (int i = 0; i < 1000; ++i)
        state.add(true, i >= 50);
    state.add(false, true);   // joined
    state.add(false, false);  // neither
    EXPECT_EQ(state.hits, 50);
    EXPECT_EQ(state.total, 1000);
    const auto interval = wilson(state, two_sided_z(0.95));
    EXPECT_NEAR(100 * interval.lower, 3.813, 0.0005);
    EXPECT_NEAR(100 * interval.upper, 6.531, 0.0005);
}

TEST(Churn, forgets_a_customer_who_is_taken_out)
{
    Random random(61);
    auto state = random_state(random);
    const auto before = state.text();
    for (const bool was : {true, false})
        for (const bool is : {true, false}) {
            state.add(was, is);
            EXPECT_TRUE(state.remove(was, is));
            EXPECT_EQ(state.text(), before);
        }
}

TEST(Churn, has_a_readable_form)
{
    EXPECT_EQ(Held<State>().add(true, false).add(true, true).text(), "(version:1,lost:1,at_start:2)");
}

TEST(Churn, merges_by_the_laws) { expect_merge_laws<State>(random_state); }

TEST(Churn, does_not_depend_on_order_or_split)
{
    Random random(62);
    std::vector<std::pair<bool, bool>> rows;
    for (int i = 0; i < 200; ++i)
        rows.emplace_back(random() % 2 == 0, random() % 2 == 0);
    expect_order_free<State, std::pair<bool, bool>>(
        rows, [](Held<State>& state, const auto& row) { state.add(row.first, row.second); });
}

TEST(Churn, survives_hostile_forms)
{
    Random random(63);
    expect_hostile_forms_survived(random_state(random), {"lost", "at_start"});
    expect_hostile_forms_survived(Held<State>(), {"lost", "at_start"});
    EXPECT_ERROR(invalid_parameter, Held<State>::from_text("(version:1,lost:2,at_start:1)"));
    EXPECT_NO_THROW(Held<State>::from_text("(version:1,lost:2305843009213693952,at_start:2305843009213693952)"));
}

TEST(Churn, refuses_to_count_past_the_largest_count)
{
    const auto full = Held<State>::from_text("(version:1,lost:0,at_start:2305843009213693952)");
    EXPECT_ERROR(out_of_range, Held<State>(full).add(true, true));
    EXPECT_ERROR(out_of_range, Held<State>(full).merge(Held<State>().add(true, false)));
    EXPECT_NO_THROW(Held<State>(full).add(false, true));
}

TEST(ChurnOfCounts, takes_lost_out_of_at_start)
{
    EXPECT_EQ(churn::of_counts(50, 1000).hits, 50);
    EXPECT_EQ(churn::of_counts(50, 1000).total, 1000);
    EXPECT_EQ(churn::of_counts(0, 0).total, 0);
    EXPECT_EQ(churn::of_counts(most, most).hits, most);
    EXPECT_ERROR(out_of_range, churn::of_counts(-1, 10));
    EXPECT_ERROR(out_of_range, churn::of_counts(0, -10));
    EXPECT_ERROR(out_of_range, churn::of_counts(11, 10));
}

TEST(ChurnOfCounts, with_new_customers_takes_lost_out_of_all)
{
    const auto rate = churn::of_counts_new_included(15, 100, 20);
    EXPECT_EQ(rate.hits, 15);
    EXPECT_EQ(rate.total, 120);
    EXPECT_EQ(churn::of_counts_new_included(110, 100, 20).hits, 110);
    EXPECT_ERROR(out_of_range, churn::of_counts_new_included(121, 100, 20));
    EXPECT_ERROR(out_of_range, churn::of_counts_new_included(-1, 100, 20));
    EXPECT_ERROR(out_of_range, churn::of_counts_new_included(1, -1, 20));
    EXPECT_ERROR(out_of_range, churn::of_counts_new_included(1, 100, -1));
    EXPECT_ERROR(out_of_range, churn::of_counts_new_included(1, most, 1));
}

TEST(AnnualizedChurn, compounds_the_rate_of_a_period)
{
    EXPECT_NEAR(churn::annualized(5, 12), 45.9640, 5e-5);
    EXPECT_DOUBLE_EQ(churn::annualized(5, 1), 5);
    EXPECT_DOUBLE_EQ(churn::annualized(50, 2), 75);
    EXPECT_DOUBLE_EQ(churn::annualized(19, 0.5), 10);
    EXPECT_DOUBLE_EQ(churn::annualized(100, 12), 100);
    EXPECT_DOUBLE_EQ(churn::annualized(100, 0.5), 100);
    EXPECT_DOUBLE_EQ(churn::annualized(99.9, 1e300), 100);
}

TEST(AnnualizedChurn, of_no_churn_or_of_no_time_is_none)
{
    EXPECT_EQ(churn::annualized(0, 12), 0);
    EXPECT_EQ(churn::annualized(0, 1e300), 0);
    EXPECT_EQ(churn::annualized(5, 0), 0);
    EXPECT_EQ(churn::annualized(0, 0), 0);
    EXPECT_EQ(churn::annualized(100, 0), 0);
}

TEST(AnnualizedChurn, keeps_the_digits_of_small_rates)
{
    EXPECT_NEAR(churn::annualized(1e-12, 12) / 12e-12, 1, 1e-12);
    EXPECT_NEAR(churn::annualized(1e-300, 1) / 1e-300, 1, 1e-12);
}

TEST(AnnualizedChurn, refuses_what_is_no_rate_and_no_number_of_periods)
{
    for (const double rate : {-0.1, 100.1, not_a_number, infinity, -infinity})
        EXPECT_ERROR(out_of_range, churn::annualized(rate, 12)) << rate;
    for (const double periods : {-1.0, not_a_number, infinity, -infinity})
        EXPECT_ERROR(out_of_range, churn::annualized(5, periods)) << periods;
}

}  // namespace
}  // namespace customer_value::test
