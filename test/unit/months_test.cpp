#include "core/mart/months.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

namespace customer_value::mart {
namespace {

using ledger::civil_of;
using ledger::day_of;

std::vector<Day> days_of(const Months& months) { return {months.first_days().begin(), months.first_days().end()}; }

TEST(Months, are_kept_once_and_in_order)
{
    Months months;
    EXPECT_TRUE(months.add(day_of(2024, 3, 31)));
    EXPECT_FALSE(months.add(day_of(2024, 3, 1)));
    EXPECT_TRUE(months.add(day_of(2024, 2, 29)));
    EXPECT_TRUE(months.add(day_of(1999, 12, 31)));
    EXPECT_FALSE(months.add(day_of(2024, 3, 15)));
    EXPECT_EQ(days_of(months), (std::vector<Day>{day_of(1999, 12, 1), day_of(2024, 2, 1), day_of(2024, 3, 1)}));
    EXPECT_FALSE(months.all());
}

TEST(Months, are_those_of_a_set_for_random_days)
{
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        std::uniform_int_distribution<Day> day(-9000, -9000 + round * 60);
        Months months;
        std::set<Day> twin;
        for (int i = 0; i < 500; ++i) {
            const Day added = day(random);
            const auto date = civil_of(added);
            EXPECT_EQ(months.add(added), twin.insert(day_of(date.year, date.month, 1)).second);
        }
        EXPECT_EQ(days_of(months), std::vector<Day>(twin.begin(), twin.end()));
    }
}

TEST(Months, are_all_where_there_are_too_many)
{
    Months months;
    for (std::size_t i = 0; i < Months::most; ++i)
        EXPECT_TRUE(months.add(static_cast<Day>(i * 31)));
    EXPECT_FALSE(months.all());
    EXPECT_FALSE(months.add(0));
    EXPECT_TRUE(months.add(static_cast<Day>(Months::most * 31)));
    EXPECT_TRUE(months.all());
    EXPECT_FALSE(months.add(-100));
    EXPECT_FALSE(months.add_all());
}

// 4714-11-24 BC is the first date that PostgreSQL has: the first day of its month is none
TEST(Months, are_all_where_no_date_can_name_one)
{
    for (const Day day : {-2451545, ledger::earliest_day - 1, ledger::latest_day + 1, 2145031948}) {
        Months months;
        EXPECT_TRUE(months.add(day));
        EXPECT_TRUE(months.all());
    }
    for (const Day day : {ledger::earliest_day, ledger::latest_day}) {
        Months months;
        EXPECT_TRUE(months.add(day));
        EXPECT_FALSE(months.all());
    }
}

}  // namespace
}  // namespace customer_value::mart
