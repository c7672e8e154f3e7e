#include "core/ledger/by_age.h"

#include "unit/customers_view.h"

#include "core/common/error.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace customer_value::test {
namespace {

using ledger::AgeRetentionKind;

// Orders are worth 1, refunds -1; the first customer has a refund before the first order.
const Customers& shop()
{
    static const Customers customers({{-5, 10, 10, 17, -18, 40}, {10, 16}, {35, 35}, {-12}});
    return customers;
}

std::vector<ledger::AgeRetention> retention(const std::vector<std::int32_t>& ages, AgeRetentionKind kind, Day as_of)
{
    std::vector<ledger::AgeRetention> report(ages.size());
    ledger::retention_by_age(shop().view(), ages, kind, as_of, report);
    return report;
}

TEST(RetentionByAge, is_of_customers_who_have_reached_the_age)
{
    const auto report = retention({30, 5, 6, 31, 0}, AgeRetentionKind::on, 40);
    EXPECT_EQ(report[0].customers, 2);
    EXPECT_EQ(report[0].active, 1);
    EXPECT_EQ(report[1].customers, 3);  // on the day of as_of
    EXPECT_EQ(report[1].active, 0);
    EXPECT_EQ(report[2].customers, 2);
    EXPECT_EQ(report[2].active, 1);
    EXPECT_EQ(report[3].customers, 0);
    EXPECT_EQ(report[4].customers, 3);
    EXPECT_EQ(report[4].active, 3);
}

TEST(RetentionByAge, counts_orders_up_to_as_of_only)
{
    EXPECT_EQ(retention({7}, AgeRetentionKind::on_or_after, 39)[0].active, 1);
    EXPECT_EQ(retention({8}, AgeRetentionKind::on_or_after, 39)[0].active, 0);
    EXPECT_EQ(retention({8}, AgeRetentionKind::on_or_after, 40)[0].active, 1);
}

TEST(RetentionByAge, within_some_days_needs_an_order_on_another_day)
{
    EXPECT_EQ(retention({5}, AgeRetentionKind::within, 100)[0].active, 0);
    EXPECT_EQ(retention({6}, AgeRetentionKind::within, 100)[0].active, 1);
    EXPECT_EQ(retention({7}, AgeRetentionKind::within, 100)[0].active, 2);
    EXPECT_EQ(retention({7}, AgeRetentionKind::within, 100)[0].customers, 3);
}

TEST(RevenueByAge, has_refunds_before_the_first_order_and_nothing_of_the_young)
{
    const std::vector<std::int32_t> ages{8, 0, 30};
    std::vector<ledger::AgeRevenue> report(ages.size());
    ledger::revenue_by_age(shop().view(), ages, 40, report);
    EXPECT_TRUE(report[0].revenue == (-1 + 2 + 1 - 1) + 2);
    EXPECT_EQ(report[0].customers, 2);
    EXPECT_TRUE(report[1].revenue == (-1 + 2) + 1 + 2);
    EXPECT_TRUE(report[2].revenue == (-1 + 2 + 1 - 1 + 1) + 2);
}

TEST(CohortsByAge, are_the_reports_of_the_customers_of_each_cohort)
{
    const ledger::Step step({0, 10});
    ledger::View view = shop().view();
    view.first_day = 5;
    view.last_day = 40;
    const auto grid = ledger::cohort_grid(view, step, 40);
    const std::vector<std::int32_t> ages{30, 0, 7};
    std::vector<std::int64_t> sizes(static_cast<std::size_t>(grid.periods));
    std::vector<ledger::AgeCohort> cells(sizes.size() * ages.size());
    ledger::cohorts_by_age(view, grid, ages, sizes, cells);
    const auto cohort = static_cast<std::size_t>(step.period_of(10) - grid.first_period);
    const auto later = static_cast<std::size_t>(step.period_of(35) - grid.first_period);
    EXPECT_EQ(sizes[cohort], 2);
    EXPECT_EQ(sizes[later], 1);
    EXPECT_EQ(std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}), 3);  // who has only sent back is in none
    const ledger::AgeCohort* cell = &cells[cohort * ages.size()];
    EXPECT_EQ(cell[0].customers, 2);
    EXPECT_EQ(cell[0].active_on, 1);
    EXPECT_EQ(cell[0].active_within, 2);
    EXPECT_TRUE(cell[0].revenue == (-1 + 2 + 1 - 1 + 1) + 2);
    EXPECT_EQ(cell[2].active_on, 1);
    EXPECT_EQ(cell[2].active_within, 2);
    cell = &cells[later * ages.size()];
    EXPECT_EQ(cell[0].customers, 0);
    EXPECT_EQ(cell[1].customers, 1);
    EXPECT_TRUE(cell[1].revenue == 2);
}

TEST(Ages, are_not_negative_and_not_longer_than_10000_years)
{
    const std::vector<std::int32_t> fine{0, ledger::longest_age}, negative{-1}, long_ones{1, ledger::longest_age + 1};
    EXPECT_NO_THROW(ledger::require_ages(fine));
    EXPECT_THROW(ledger::require_ages(negative), Error);
    EXPECT_THROW(ledger::require_ages(long_ones), Error);
    EXPECT_THROW((void)ledger::age_retention_kind_named("every"), Error);
}

}  // namespace
}  // namespace customer_value::test
