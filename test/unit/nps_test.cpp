#include "core/nps/nps.h"

#include "unit/laws.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace customer_value::test {
namespace {

using nps::Category;
using nps::State;
using Satisfaction = nps::SatisfactionState;

constexpr auto not_a_number = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();

State survey(int promoters, int passives, int detractors)
{
    State state;
    for (; promoters > 0; --promoters)
        state.add(9 + promoters % 2);
    for (; passives > 0; --passives)
        state.add(7 + passives % 2);
    for (; detractors > 0; --detractors)
        state.add(detractors % 7);
    return state;
}

Held<State> random_state(Random& random)
{
    Held<State> state;
    for (int rows = between(random, 0, 50); rows > 0; --rows)
        state.add(between(random, 0, 10));
    return state;
}

Held<Satisfaction> random_satisfaction(Random& random)
{
    Held<Satisfaction> state;
    for (int rows = between(random, 0, 50); rows > 0; --rows)
        state.add(between(random, 1, 5), 4);
    return state;
}

TEST(NpsCategory, of_whole_scores_is_bounded_by_7_and_9)
{
    for (int score = 0; score <= 10; ++score) {
        const auto expected = score >= 9 ? Category::promoter : score >= 7 ? Category::passive : Category::detractor;
        EXPECT_EQ(nps::category(score), expected);
        EXPECT_EQ(nps::category(static_cast<std::int16_t>(score)), expected);
        EXPECT_EQ(nps::category(static_cast<std::int64_t>(score)), expected);
        EXPECT_EQ(nps::category(static_cast<double>(score)), expected);
        EXPECT_EQ(nps::category(static_cast<float>(score)), expected);
        for (const char* zeros : {"", ".0", ".00000"})
            EXPECT_EQ(nps::category(OwnedDecimal(std::to_string(score) + zeros).view()), expected) << score << zeros;
    }
}

TEST(NpsCategory, of_a_fraction_is_the_one_that_it_has_not_yet_left)
{
    for (const auto& [text, expected] : {std::pair{"0.0001", Category::detractor},
                                         {"6.5", Category::detractor},
                                         {"6.999999999999", Category::detractor},
                                         {"7.00000000000001", Category::passive},
                                         {"8.5", Category::passive},
                                         {"8.9999999999999", Category::passive},
                                         {"9.0001", Category::promoter},
                                         {"9.999999999999", Category::promoter}}) {
        EXPECT_EQ(nps::category(OwnedDecimal(text).view()), expected) << text;
        EXPECT_EQ(nps::category(std::stod(text)), expected) << text;
    }
    EXPECT_EQ(nps::category(std::nextafter(9.0f, 0.0f)), Category::passive);
    EXPECT_EQ(nps::category(std::nextafter(7.0, 0.0)), Category::detractor);
}

TEST(NpsCategory, is_none_outside_0_to_10)
{
    for (const char* text :
         {"-1", "-0.0000000001", "10.0000000001", "11", "10000", "10010", "99999999", "70000", "-7", "-10000"}) {
        EXPECT_FALSE(nps::category(OwnedDecimal(text).view())) << text;
        EXPECT_FALSE(nps::category(std::stod(text))) << text;
    }
    for (const auto kind : {Decimal::Kind::not_a_number, Decimal::Kind::plus_infinity, Decimal::Kind::minus_infinity})
        EXPECT_FALSE(nps::category(special(kind)));
    for (const double score :
         {not_a_number, infinity, -infinity, std::nextafter(10.0, 11.0), -std::numeric_limits<double>::denorm_min()})
        EXPECT_FALSE(nps::category(score)) << score;
    EXPECT_FALSE(nps::category(-1));
    EXPECT_FALSE(nps::category(11));
    EXPECT_FALSE(nps::category(std::numeric_limits<std::int64_t>::min()));
    EXPECT_EQ(nps::category(-0.0), Category::detractor);
    EXPECT_EQ(nps::category(OwnedDecimal("-0.00").view()), Category::detractor);
}

TEST(Nps, refuses_a_score_outside_0_to_10_and_shows_it)
{
    State state;
    EXPECT_ERROR(out_of_range, (state.add(11), 0));
    EXPECT_ERROR(out_of_range, (state.add(not_a_number), 0));
    try {
        state.add(OwnedDecimal("10.50").view());
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.message(), "score must be between 0 and 10: 10.50");
    }
    EXPECT_EQ(state.responses(), 0);
}

TEST(Nps, counts_promoters_passives_and_detractors)
{
    const auto state = survey(50, 30, 20);
    EXPECT_EQ(state.promoters, 50);
    EXPECT_EQ(state.passives, 30);
    EXPECT_EQ(state.detractors, 20);
    EXPECT_EQ(state.responses(), 100);
}

TEST(Nps, of_50_30_20_lies_between_14_69_and_45_31)
{
    const auto interval = nps::confidence_interval(survey(50, 30, 20), two_sided_z(0.95));
    EXPECT_NEAR(interval.lower, 14.69, 0.005);
    EXPECT_NEAR(interval.upper, 45.31, 0.005);
}

TEST(Nps, interval_ends_at_the_ends_of_the_score)
{
    for (const auto& state : {survey(1, 0, 0), survey(0, 0, 1), survey(0, 1, 0)}) {
        const auto interval = nps::confidence_interval(state, 1.96);
        EXPECT_EQ(interval.lower, interval.upper);
    }
    const auto wide = nps::confidence_interval(survey(9, 0, 1), 5);
    EXPECT_EQ(wide.upper, 100);
    EXPECT_EQ(nps::confidence_interval(survey(1, 0, 9), 5).lower, -100);
}

TEST(Nps, is_compared_by_the_z_of_two_samples)
{
    // 30 and 10 points: variances (0.7 - 0.09)/100 and (0.7 - 0.01)/100, z = -0.2 / sqrt(0.013)
    const auto comparison = nps::compare(survey(50, 30, 20), survey(40, 30, 30));
    ASSERT_TRUE(comparison);
    EXPECT_NEAR(comparison->difference, -20, 1e-12);
    EXPECT_NEAR(comparison->z.value(), -0.2 / std::sqrt(0.013), 1e-12);
    EXPECT_NEAR(comparison->p_value.value(), std::erfc(0.2 / std::sqrt(0.013) / std::sqrt(2.0)), 1e-12);
    const auto reverse = nps::compare(survey(40, 30, 30), survey(50, 30, 20));
    EXPECT_NEAR(reverse->difference, 20, 1e-12);
    EXPECT_DOUBLE_EQ(reverse->p_value.value(), comparison->p_value.value());
}

TEST(Nps, is_not_tested_where_nothing_was_asked_or_nothing_varies)
{
    EXPECT_FALSE(nps::compare(State{}, survey(1, 2, 3)));
    EXPECT_FALSE(nps::compare(survey(1, 2, 3), State{}));
    const auto opposite = nps::compare(survey(5, 0, 0), survey(0, 0, 5));
    ASSERT_TRUE(opposite);
    EXPECT_EQ(opposite->difference, -200);
    EXPECT_FALSE(opposite->z || opposite->p_value);
    EXPECT_TRUE(nps::compare(survey(5, 0, 0), survey(4, 1, 0)));
    const auto same = nps::compare(survey(5, 3, 2), survey(5, 3, 2));
    ASSERT_TRUE(same);
    EXPECT_EQ(same->difference, 0);
    EXPECT_EQ(same->p_value, 1);
}

TEST(Nps, forgets_a_score_that_is_taken_out)
{
    Random random(71);
    auto state = random_state(random);
    const auto before = state.text();
    for (int score = 0; score <= 10; ++score) {
        state.add(score);
        EXPECT_TRUE(state.remove(static_cast<double>(score)));
        EXPECT_EQ(state.text(), before);
    }
}

TEST(Nps, has_a_readable_form)
{
    EXPECT_EQ(Held<State>().add(9).add(10).add(8).add(0).text(),
              "(version:1,promoters:2,passives:1,detractors:1,from_1_to_5:0)");
    EXPECT_EQ(Held<State>().add(3).add(5.5).text(), "(version:1,promoters:0,passives:0,detractors:2,from_1_to_5:1)");
    EXPECT_ERROR(invalid_parameter,
                 Held<State>::from_text("(version:1,promoters:0,passives:0,detractors:2,from_1_to_5:3)"));
}

TEST(Nps, by_cuts_of_a_scale_of_ones_own)
{
    State state;
    for (const int score : {1, 2, 3, 4, 4})
        state.add(score, 2, 4);
    EXPECT_EQ(state.detractors, 2);
    EXPECT_EQ(state.passives, 1);
    EXPECT_EQ(state.promoters, 2);
    state.add(2.5, 2.5, 4.0);
    state.add(OwnedDecimal("2.51").view(), OwnedDecimal("2.5").view(), OwnedDecimal("4.0").view());
    state.add(ScaledNumber{Int128{400}, 2}, ScaledNumber{Int128{25}, 1}, ScaledNumber{Int128{4}, 0});
    EXPECT_EQ(state.detractors, 3);
    EXPECT_EQ(state.passives, 2);
    EXPECT_EQ(state.promoters, 3);
    for (const int score : {1, 2, 2, 3, 3, 4, 4, 4})
        state.remove(score, 2, 4);
    EXPECT_EQ(state.responses(), 0);
    EXPECT_ERROR(invalid_parameter, state.remove(1, 2, 4));
    EXPECT_ERROR(invalid_parameter, state.add(1, 4, 4));
    EXPECT_ERROR(out_of_range, state.add(1.0, not_a_number, 4.0));
    EXPECT_ERROR(out_of_range, state.add(infinity, 3.0, 4.0));
}

TEST(Nps, of_answers_that_are_all_from_1_to_5_is_refused)
{
    State state;
    for (int i = 0; i < 29; ++i)
        state.add(1 + i % 5);
    nps::require_scale(state);
    state.add(OwnedDecimal("5.00").view());
    EXPECT_ERROR(invalid_parameter, nps::require_scale(state));
    EXPECT_ERROR(invalid_parameter, (void)nps::confidence_interval(state, 2));
    EXPECT_ERROR(invalid_parameter, (void)nps::compare(survey(1, 1, 1), state));
    for (const char* other : {"0", "0.99", "5.01", "6", "9"}) {
        auto more = state;
        more.add(OwnedDecimal(other).view());
        nps::require_scale(more);
        more.remove(OwnedDecimal(other).view());
        EXPECT_ERROR(invalid_parameter, nps::require_scale(more)) << other;
    }
    State cut;
    for (int i = 0; i < 40; ++i)
        cut.add(1 + i % 5, 3, 5);
    nps::require_scale(cut);
}

TEST(Nps, merges_by_the_laws) { expect_merge_laws<State>(random_state); }

TEST(Nps, does_not_depend_on_order_or_split)
{
    std::vector<int> rows;
    for (int i = 0; i < 300; ++i)
        rows.push_back(i % 11);
    expect_order_free<State, int>(rows, [](Held<State>& state, const int& score) { state.add(score); });
}

TEST(Nps, survives_hostile_forms)
{
    Random random(72);
    expect_hostile_forms_survived(random_state(random), {"promoters", "passives", "detractors", "from_1_to_5"});
    EXPECT_ERROR(
        malformed_text,
        Held<State>::from_text("(version:1,promoters:2305843009213693953,passives:1,detractors:0,from_1_to_5:0)"));
}

TEST(Nps, that_is_full_in_one_category_takes_answers_in_the_others)
{
    const auto full =
        Held<State>::from_text("(version:1,promoters:2305843009213693952,passives:0,detractors:0,from_1_to_5:0)");
    EXPECT_ERROR(out_of_range, Held<State>(full).merge(Held<State>().add(9)));
    EXPECT_ERROR(out_of_range, Held<State>(full).add(9));
    auto state = full;
    state.add(7);
    expect_round_trips(state);
}

TEST(Satisfaction, counts_scores_at_or_above_the_top)
{
    Satisfaction state;
    for (const int score : {5, 4, 3, 5})
        state.add(score, 4);
    EXPECT_EQ(state.hits, 3);
    EXPECT_EQ(state.total, 4);
    state.add(OwnedDecimal("4.0").view(), OwnedDecimal("4").view());
    state.add(OwnedDecimal("3.9999").view(), OwnedDecimal("4.00").view());
    state.add(4.5, 4.5);
    state.add(-3.0f, -2.0f);
    EXPECT_EQ(state.hits, 5);
    EXPECT_EQ(state.total, 8);
}

TEST(Satisfaction, refuses_what_is_not_finite)
{
    Satisfaction state;
    EXPECT_ERROR(out_of_range, (state.add(not_a_number, 4.0), 0));
    EXPECT_ERROR(out_of_range, (state.add(4.0, infinity), 0));
    EXPECT_ERROR(out_of_range, (state.add(special(Decimal::Kind::plus_infinity), OwnedDecimal("4").view()), 0));
    EXPECT_EQ(state.total, 0);
}

TEST(Satisfaction, forgets_a_score_that_is_taken_out)
{
    Random random(73);
    auto state = random_satisfaction(random);
    const auto before = state.text();
    for (int score = 1; score <= 5; ++score) {
        state.add(score, 4);
        state.remove(score, 4);
        EXPECT_EQ(state.text(), before);
    }
}

TEST(Satisfaction, merges_by_the_laws) { expect_merge_laws<Satisfaction>(random_satisfaction); }

TEST(Satisfaction, survives_hostile_forms)
{
    Random random(74);
    expect_hostile_forms_survived(random_satisfaction(random), {"satisfied", "responses"});
    EXPECT_ERROR(invalid_parameter, Held<Satisfaction>::from_text("(version:1,satisfied:2,responses:1)"));
}

}  // namespace
}  // namespace customer_value::test
