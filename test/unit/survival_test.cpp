#include "core/survival/survival.h"

#include "core/common/statistics.h"
#include "unit/interrupted.h"
#include "unit/laws.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

namespace customer_value::test {
namespace {

using survival::State;
using Survival = Held<State>;
using Row = std::pair<double, bool>;

constexpr auto not_a_number = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();

Survival of(const std::vector<Row>& rows)
{
    Survival state;
    for (const auto& [duration, churned] : rows)
        state.add(duration, churned);
    return state.finished();
}

std::vector<Row> random_rows(Random& random, int most, int durations)
{
    std::vector<Row> rows;
    for (int left = between(random, 0, most); left > 0; --left)
        rows.emplace_back(between(random, 0, durations) / 8.0, random() % 3 > 0);
    return rows;
}

Survival random_state(Random& random) { return of(random_rows(random, 60, between(random, 0, 100))); }

TEST(Survival, of_the_worked_example)
{
    const auto state = of({{4, true}, {1, true}, {5, false}, {3, false}, {2, true}});
    EXPECT_DOUBLE_EQ(*survival::restricted_mean(state->entries(), 5), 3.3);
    EXPECT_DOUBLE_EQ(*survival::restricted_mean(state->entries(), std::nullopt), 3.3);
    EXPECT_DOUBLE_EQ(*survival::restricted_mean(state->entries(), 2.5), 2.1);
    EXPECT_DOUBLE_EQ(*survival::hazard_mean(state->entries()), 5);
    EXPECT_DOUBLE_EQ(*survival::median(state->entries()), 4);
    EXPECT_DOUBLE_EQ(*survival::survival(state->entries(), 0), 1);
    EXPECT_DOUBLE_EQ(*survival::survival(state->entries(), 2), 0.6);
    EXPECT_FALSE(survival::survival(state->entries(), 5.5));
    EXPECT_FALSE(survival::restricted_mean(state->entries(), 5.5));
    EXPECT_EQ(
        state.text(),
        "(version:1,duration:1,churned:1,censored:0,entered:0,duration:2,churned:1,censored:0,entered:0,duration:3,churned:0,censored:1,entered:0,"
        "duration:4,churned:1,censored:0,entered:0,duration:5,churned:0,censored:1,entered:0)");
}

// The product over churned customers, one at a time, in long double: who is censored at a duration comes after who
// churned.
TEST(Survival, is_the_product_over_customers_one_by_one)
{
    Random random(71);
    for (int round = 0; round < 300; ++round) {
        auto rows = random_rows(random, 40, 30);
        const auto state = of(rows);
        std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
            return a.first < b.first || (a.first == b.first && a.second > b.second);
        });
        for (const double t : {0.0, 0.3, 1.0, 2.5, 3.75, 9.0}) {
            long double product = 1;
            std::size_t left = rows.size();
            for (const auto& [duration, churned] : rows) {
                if (duration <= t && churned)
                    product *= 1 - 1.0L / static_cast<long double>(left);
                --left;
            }
            const auto share = survival::survival(state->entries(), t);
            const bool known = !rows.empty() && (t <= rows.back().first || rows.back().second);
            ASSERT_EQ(share.has_value(), known);
            if (known) {
                EXPECT_NEAR(*share, static_cast<double>(product), 1e-14);
            }
        }
    }
}

TEST(Survival, without_censoring_is_the_share_left)
{
    Random random(72);
    std::vector<Row> rows;
    for (int i = 0; i < 997; ++i)
        rows.emplace_back(between(random, 1, 500), true);
    const auto state = of(rows);
    std::sort(rows.begin(), rows.end());
    EXPECT_EQ(*survival::median(state->entries()), rows[498].first);
    double all = 0;
    for (const auto& row : rows)
        all += row.first;
    EXPECT_NEAR(*survival::restricted_mean(state->entries(), std::nullopt), all / 997, 1e-9);
    EXPECT_DOUBLE_EQ(*survival::hazard_mean(state->entries()), all / 997);
    EXPECT_EQ(*survival::survival(state->entries(), 1e300), 0);
}

TEST(Survival, of_nobody_is_unknown)
{
    const Survival state;
    EXPECT_FALSE(survival::survival(state->entries(), 0));
    EXPECT_FALSE(survival::restricted_mean(state->entries(), 0));
    EXPECT_FALSE(survival::restricted_mean(state->entries(), std::nullopt));
    EXPECT_FALSE(survival::median(state->entries()));
    EXPECT_FALSE(survival::hazard_mean(state->entries()));
    EXPECT_FALSE(survival::Curve(state->entries(), 1.96).next());
}

// M. Greenwood's standard error and the bounds, to four places: Stata's sts list of the 6-MP patients of E. J.
// Freireich et al., Blood 21 (1963) 699-716.
TEST(SurvivalCurve, of_the_leukaemia_patients_is_the_published_one)
{
    std::vector<Row> rows;
    for (const int weeks : {6, 6, 6, 7, 10, 13, 16, 22, 23})
        rows.emplace_back(weeks, true);
    for (const int weeks : {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35})
        rows.emplace_back(weeks, false);
    const auto state = of(rows);
    survival::Curve curve(state->entries(), two_sided_z(0.95));
    struct Published {
        double t, survival, lower, upper;
    };
    for (const auto& published : {Published{6, 0.8571, 0.6197, 0.9516},
                                  {7, 0.8067, 0.5631, 0.9228},
                                  {10, 0.7529, 0.5032, 0.8894},
                                  {13, 0.6902, 0.4316, 0.8491},
                                  {16, 0.6275, 0.3675, 0.8049},
                                  {22, 0.5378, 0.2678, 0.7468},
                                  {23, 0.4482, 0.1881, 0.6801}}) {
        const auto step = curve.next();
        ASSERT_TRUE(step);
        EXPECT_EQ(step->t, published.t);
        EXPECT_NEAR(step->survival, published.survival, 5e-5);
        EXPECT_NEAR(*step->lower, published.lower, 5e-5);
        EXPECT_NEAR(*step->upper, published.upper, 5e-5);
    }
    EXPECT_FALSE(curve.next());
}

TEST(SurvivalCurve, holds_survival_between_its_bounds)
{
    Random random(73);
    for (int round = 0; round < 100; ++round) {
        const auto state = random_state(random);
        survival::Curve curve(state->entries(), two_sided_z(0.9));
        double before = 1;
        while (const auto step = curve.next()) {
            EXPECT_LT(step->survival, before);
            before = step->survival;
            EXPECT_EQ(step->lower.has_value(), step->survival > 0);
            if (step->lower) {
                EXPECT_LE(*step->lower, step->survival);
                EXPECT_GE(*step->upper, step->survival);
                EXPECT_GE(*step->lower, 0);
                EXPECT_LE(*step->upper, 1);
            }
            EXPECT_DOUBLE_EQ(*survival::survival(state->entries(), step->t), step->survival);
        }
    }
}

struct Watched {
    double entry, duration;
    bool churned;
};

Survival watched(const std::vector<Watched>& rows)
{
    Survival state;
    for (const auto& [entry, duration, churned] : rows)
        state.add(entry, duration, churned);
    return state.finished();
}

std::vector<Watched> random_watched(Random& random, int most)
{
    std::vector<Watched> rows;
    for (int left = between(random, 0, most); left > 0; --left) {
        const double entry = std::max(0, between(random, -8, 16)) / 8.0;
        rows.push_back({entry, entry + between(random, entry > 0 ? 1 : 0, 16) / 8.0, random() % 3 > 0});
    }
    return rows;
}

// The product over the durations at which customers churned, each risk set counted row by row.
TEST(SurvivalEntry, leaves_out_of_a_risk_set_who_has_not_entered_before)
{
    Random random(76);
    int unlike_without_entry = 0;
    for (int round = 0; round < 500; ++round) {
        const auto rows = random_watched(random, 40);
        const auto state = watched(rows);
        std::map<double, std::int64_t> events;
        double time = 0;
        for (const Watched& row : rows) {
            time += row.duration - row.entry;
            if (row.churned)
                ++events[row.duration];
        }
        survival::Curve curve(state->entries(), two_sided_z(0.9));
        long double product = 1;
        for (const auto& [t, churned] : events) {
            const auto at_risk = std::count_if(rows.begin(), rows.end(), [t = t](const Watched& row) {
                return (row.entry < t || row.entry == 0) && row.duration >= t;
            });
            product *= 1 - static_cast<long double>(churned) / static_cast<long double>(at_risk);
            const auto step = curve.next();
            ASSERT_TRUE(step);
            EXPECT_EQ(step->t, t);
            EXPECT_EQ(step->at_risk, at_risk);
            EXPECT_EQ(step->events, churned);
            EXPECT_NEAR(step->survival, static_cast<double>(product), 1e-14);
            EXPECT_EQ(step->lower.has_value(), step->survival > 0);
            EXPECT_DOUBLE_EQ(*survival::survival(state->entries(), t), step->survival);
            unlike_without_entry += at_risk != std::count_if(rows.begin(), rows.end(),
                                                             [t = t](const Watched& row) { return row.duration >= t; });
        }
        EXPECT_FALSE(curve.next());
        if (!events.empty()) {
            double all = 0;
            for (const auto& event : events)
                all += static_cast<double>(event.second);
            EXPECT_NEAR(*survival::hazard_mean(state->entries()), time / all, 1e-9);
        }
    }
    EXPECT_GT(unlike_without_entry, 100);
}

TEST(SurvivalEntry, of_0_is_no_entry)
{
    EXPECT_EQ(watched({{0, 3, true}, {-0.0, 0, false}}).text(), of({{3, true}, {0, false}}).text());
    EXPECT_EQ(watched({{2, 3, true}, {3, 4, false}}).text(),
              "(version:1,duration:2,churned:0,censored:0,entered:1,duration:3,churned:1,censored:0,entered:1,"
              "duration:4,churned:0,censored:1,entered:0)");
}

TEST(SurvivalEntry, at_which_nobody_was_left_changes_nothing)
{
    const auto state = watched({{0, 2, false}, {5, 6, true}, {5, 7, false}});
    EXPECT_DOUBLE_EQ(*survival::survival(state->entries(), 4), 1);
    EXPECT_DOUBLE_EQ(*survival::survival(state->entries(), 6), 0.5);
    const auto gone = watched({{0, 2, true}, {5, 6, true}, {5, 7, false}});
    EXPECT_DOUBLE_EQ(*survival::survival(gone->entries(), 6), 0);
    EXPECT_DOUBLE_EQ(*survival::restricted_mean(gone->entries(), std::nullopt), 2);
}

TEST(SurvivalEntry, must_be_before_the_end)
{
    for (const double entry : {-1.0, not_a_number, infinity})
        EXPECT_ERROR(out_of_range, Survival().add(entry, 5.0, true)) << entry;
    EXPECT_ERROR(invalid_parameter, Survival().add(5.0, 5.0, true));
    EXPECT_ERROR(invalid_parameter, Survival().add(6.0, 5.0, false));
    for (const char* text :
         {"(version:1,duration:1,churned:0,censored:0,entered:1)",
          "(version:1,duration:1,churned:1,censored:0,entered:0,duration:2,churned:0,censored:0,entered:1)",
          "(version:1,duration:1,churned:1,censored:0,entered:1)",
          "(version:1,duration:0,churned:0,censored:0,entered:1,duration:2,churned:1,censored:0,entered:0)"})
        EXPECT_ERROR(invalid_parameter, Survival::from_text(text)) << text;
}

TEST(SurvivalEntry, merges_by_the_laws)
{
    expect_merge_laws<State>([](Random& random) { return watched(random_watched(random, 60)); });
    Random random(77);
    expect_order_free<State, Watched>(random_watched(random, 2000), [](Survival& state, const Watched& row) {
        state.add(row.entry, row.duration, row.churned);
    });
}

TEST(SurvivalState, counts_each_duration_once)
{
    Random random(74);
    for (int round = 0; round < 50; ++round) {
        const auto rows = random_rows(random, 3000, round * 20);
        std::map<double, std::pair<int, int>> counts;
        for (const auto& [duration, churned] : rows)
            ++(churned ? counts[duration].first : counts[duration].second);
        const auto state = of(rows);
        ASSERT_EQ(state->entries().size(), counts.size());
        auto counted = counts.begin();
        for (const auto& entry : state->entries()) {
            EXPECT_EQ(entry.length, counted->first);
            EXPECT_EQ(entry.churned, counted->second.first);
            EXPECT_EQ(entry.censored, counted->second.second);
            ++counted;
        }
    }
}

TEST(SurvivalState, merges_by_the_laws) { expect_merge_laws<State>(random_state); }

TEST(SurvivalState, does_not_depend_on_order_or_split)
{
    Random random(75);
    expect_order_free<State, Row>(random_rows(random, 2000, 300),
                                  [](Survival& state, const Row& row) { state.add(row.first, row.second); });
}

TEST(SurvivalState, stops_merging_when_interrupted)
{
    Survival left, right;
    for (int duration = 0; duration < 70000; ++duration)
        right.add(1.0 * duration, true);
    expect_stops([&] { left.merge(right); });
}

TEST(SurvivalState, keeps_every_double)
{
    Survival state;
    for (const double duration : {0.0, -0.0, 0.1, 1.0 / 3, 5e-324, 1e-300, 1.7976931348623157e308, 123456789.123})
        state.add(duration, true);
    EXPECT_EQ(state.finished()->entries().size(), 7u);  // 0 and -0 are one
    expect_round_trips(state);
    EXPECT_EQ(Survival::from_text(state.text())->entries().back().length, 1.7976931348623157e308);
    EXPECT_EQ(Survival::from_binary(state.binary())->entries()[1].length, 5e-324);
}

TEST(SurvivalState, survives_hostile_forms)
{
    const auto state = of({{1, true}, {1, true}, {2.5, false}});
    expect_hostile_forms_survived(Survival::from_text("(version:1,duration:2.5,churned:2,censored:1,entered:0)"),
                                  {"churned", "censored", "entered"});
    for (const char* text : {"(version:1,duration:1,churned:0,censored:0,entered:0)",
                             "(version:1,duration:-1,churned:1,censored:0,entered:0)"})
        EXPECT_ERROR(invalid_parameter, Survival::from_text(text));
    EXPECT_EQ(
        Survival::from_text(
            "(version:1,duration:2.5,churned:0,censored:1,entered:0,duration:1,churned:1,censored:0,entered:0,duration:1.00,churned:1,censored:0,entered:0)")
            .text(),
        state.text());
}

TEST(SurvivalState, refuses_what_is_no_duration)
{
    for (const double duration : {-1.0, -5e-324, not_a_number, infinity, -infinity}) {
        EXPECT_ERROR(out_of_range, Survival().add(duration, true)) << duration;
        EXPECT_ERROR(out_of_range, survival::survival({}, duration)) << duration;
        EXPECT_ERROR(out_of_range, survival::restricted_mean({}, duration)) << duration;
    }
}

TEST(SurvivalState, refuses_to_count_past_the_largest_count)
{
    const auto full = Survival::from_text("(version:1,duration:1,churned:2305843009213693952,censored:0,entered:0)");
    EXPECT_ERROR(out_of_range, Survival(full).add(1.0, true));
    const auto fuller = Survival(full).add(2.0, true).finished();
    EXPECT_ERROR(out_of_range, survival::median(fuller->entries()));
    EXPECT_ERROR(out_of_range, survival::hazard_mean(fuller->entries()));
    EXPECT_ERROR(out_of_range, survival::Curve(fuller->entries(), 2).next());
}

}  // namespace
}  // namespace customer_value::test
