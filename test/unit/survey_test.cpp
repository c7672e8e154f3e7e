#include "core/nps/survey.h"

#include "core/common/instant.h"
#include "unit/laws.h"
#include "unit/owned_key.h"

#include <gtest/gtest.h>

#include <map>

namespace customer_value::test {
namespace {

using nps::State;
using nps::Survey;

constexpr std::int64_t hour = 3'600'000'000;

struct Row {
    int respondent;
    std::int64_t at;
    std::string score;
};

void add(Held<Survey>& survey, const Row& row)
{
    survey.add(Key(OwnedKey(row.respondent)), row.at, OwnedDecimal(row.score).view());
}

Held<Survey> of(const std::vector<Row>& rows)
{
    Held<Survey> survey;
    for (const Row& row : rows)
        add(survey, row);
    return survey;
}

std::vector<Row> random_rows(Random& random, int most)
{
    static const std::vector<std::string> ends{"", ".0", ".00", ".5", ".50"};
    std::vector<Row> rows;
    for (int left = between(random, 0, most); left > 0; --left)
        rows.push_back({between(random, -5, 5), hour * between(random, -3, 3),
                        std::to_string(between(random, 0, 9)) + ends[random() % ends.size()]});
    return rows;
}

TEST(Survey, keeps_the_latest_answer_of_each_respondent)
{
    const auto survey =
        of({{1, 5, "3"}, {1, 7, "10"}, {2, 7, "9"}, {2, 5, "0"}, {3, 5, "8"}, {3, 5, "7"}, {3, 5, "9"}});
    EXPECT_EQ(survey->size(), 3u);
    const State answers = nps::answers(*survey);
    EXPECT_EQ(answers.promoters, 2);
    EXPECT_EQ(answers.passives, 1);
    const State by_cuts = nps::answers(*survey, {Int128{75}, 1}, {Int128{10}, 0});
    EXPECT_EQ(by_cuts.promoters, 1);
    EXPECT_EQ(by_cuts.passives, 1);
    EXPECT_EQ(by_cuts.detractors, 1);
}

TEST(Survey, is_what_a_map_keeps)
{
    Random random(171);
    for (int round = 0; round < 200; ++round) {
        const auto rows = random_rows(random, 80);
        std::map<int, std::pair<std::int64_t, double>> latest;
        for (const Row& row : rows) {
            const std::pair answer(row.at, -std::stod(row.score));
            const auto [place, is_new] = latest.emplace(row.respondent, answer);
            if (!is_new)
                place->second = std::max(place->second, answer);
        }
        State expected;
        for (const auto& [respondent, answer] : latest)
            expected.add(-answer.second);
        const State answers = nps::answers(*of(rows));
        EXPECT_EQ(answers.promoters, expected.promoters);
        EXPECT_EQ(answers.passives, expected.passives);
        EXPECT_EQ(answers.detractors, expected.detractors);
        EXPECT_EQ(answers.from_1_to_5, expected.from_1_to_5);
    }
}

TEST(Survey, takes_days_as_their_midnight_in_utc)
{
    Held<Survey> survey;
    survey.add(Key(OwnedKey(1)), std::int32_t{1}, 9);
    EXPECT_EQ(survey.text(),
              "(version:1,key:\"bigint\",respondents:1,respondent:\"1\",surveys:1,survey:\"\",answers:1,respondent:1,"
              "survey:1,microseconds:86400000000,score:9)");
}

TEST(Survey, refuses_what_is_no_answer)
{
    Held<Survey> survey;
    const auto key = [] { return OwnedKey(1); };
    EXPECT_ERROR(out_of_range, survey.add(Key(key()), end_of_instants, 9));
    EXPECT_ERROR(out_of_range, survey.add(Key(key()), std::int32_t{INT32_MAX}, 9));
    EXPECT_ERROR(out_of_range, survey.add(Key(key()), hour, special(Decimal::Kind::not_a_number)));
    EXPECT_EQ(survey->size(), 0u);
    add(survey, {1, hour, "11"});  // on another scale, perhaps
    EXPECT_ERROR(out_of_range, (void)nps::answers(*survey));
    EXPECT_EQ(nps::answers(*survey, {Int128{50}, 0}, {Int128{80}, 0}).detractors, 1);
}

TEST(Survey, merges_by_the_laws)
{
    expect_merge_laws<Survey>([](Random& random) { return of(random_rows(random, 40)); });
}

TEST(Survey, does_not_depend_on_the_order_of_rows_or_their_split)
{
    Random random(172);
    expect_order_free<Survey, Row>(random_rows(random, 300),
                                   [](Held<Survey>& survey, const Row& row) { add(survey, row); });
}

TEST(Survey, survives_hostile_forms)
{
    expect_hostile_forms_survived(of({{2, -7, "-10.25"}}), {"respondents", "surveys", "answers"});
}

}  // namespace
}  // namespace customer_value::test
