#include "core/ledger/calendar.h"

#include <gtest/gtest.h>

namespace customer_value::test {
namespace {

using ledger::Day;
using ledger::day_of;
using ledger::Step;

TEST(Steps, of_weeks_start_on_monday_or_on_the_origin)
{
    const Day sunday = day_of(2024, 1, 7), monday = day_of(2024, 1, 8);
    const Step by_monday({0, 7}), by_sunday({0, 7}, day_of(2031, 6, 1));  // a Sunday
    EXPECT_EQ(by_monday.start_of(by_monday.period_of(monday)), monday);
    EXPECT_EQ(by_monday.start_of(by_monday.period_of(sunday)), monday - 7);
    EXPECT_EQ(by_sunday.start_of(by_sunday.period_of(monday)), sunday);
    EXPECT_EQ(by_sunday.start_of(by_sunday.period_of(sunday)), sunday);
    EXPECT_EQ(by_sunday.start_of(by_sunday.period_of(sunday - 1)), sunday - 7);
}

TEST(Steps, of_months_start_with_the_month_of_the_origin)
{
    const Step fiscal_year({12, 0}, day_of(1990, 4, 1));
    EXPECT_EQ(fiscal_year.start_of(fiscal_year.period_of(day_of(2024, 3, 31))), day_of(2023, 4, 1));
    EXPECT_EQ(fiscal_year.start_of(fiscal_year.period_of(day_of(2024, 4, 1))), day_of(2024, 4, 1));
    EXPECT_EQ(fiscal_year.start_of(fiscal_year.period_of(day_of(1999, 12, 31))), day_of(1999, 4, 1));
    EXPECT_EQ(fiscal_year.start_of(fiscal_year.period_of(day_of(-40, 4, 1))), day_of(-40, 4, 1));
}

TEST(Steps, hold_each_day_once_whatever_the_origin)
{
    for (const ledger::Span span : {ledger::Span{0, 1}, {0, 7}, {0, 10}, {0, 91}, {1, 0}, {3, 0}, {5, 0}, {12, 0}})
        for (const Day origin : {day_of(2024, 2, 1), day_of(1899, 11, 1), day_of(2000, 1, 1), day_of(5000, 12, 1)}) {
            const Step step(span, origin);
            EXPECT_EQ(step.start_of(step.period_of(origin)), origin);
            for (Day day = day_of(1999, 10, 1); day < day_of(2001, 3, 1); ++day) {
                const auto period = step.period_of(day);
                EXPECT_LE(step.start_of(period), day);
                EXPECT_GT(step.start_of(period + 1), day);
            }
        }
}

TEST(Steps, with_an_origin_of_the_default_are_the_default)
{
    for (const ledger::Span span : {ledger::Span{0, 7}, {0, 14}})
        for (Day day = -1000; day < 1000; ++day)
            EXPECT_EQ(Step(span).period_of(day), Step(span, 2).period_of(day));
    for (const ledger::Span span : {ledger::Span{0, 10}, {1, 0}, {3, 0}, {12, 0}})
        for (Day day = -1000; day < 1000; ++day)
            EXPECT_EQ(Step(span).period_of(day), Step(span, 0).period_of(day));
}

TEST(Steps, of_months_have_an_origin_that_is_the_first_of_a_month)
{
    EXPECT_THROW(Step({12, 0}, day_of(2024, 4, 2)), Error);
    EXPECT_THROW(Step({1, 0}, day_of(2024, 3, 31)), Error);
    EXPECT_NO_THROW(Step({0, 7}, day_of(2024, 4, 2)));
}

}  // namespace
}  // namespace customer_value::test
