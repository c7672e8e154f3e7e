#include "core/ledger/order_gaps.h"

#include "unit/customers_view.h"

#include "core/common/error.h"

#include <gtest/gtest.h>

#include <vector>

namespace customer_value::test {
namespace {

TEST(OrderGaps, are_between_days_with_an_order)
{
    const Customers customers({{1, 1, 11, -12, 31}, {5}, {-7}, {3, 9}});
    const auto gaps = ledger::order_gaps(customers.view(), 100);
    EXPECT_EQ(gaps.gaps, 3);  // 10, 20, 6
    EXPECT_EQ(gaps.customers, 2);
    EXPECT_EQ(*gaps.quantiles[0], 8);
    EXPECT_EQ(*gaps.quantiles[1], 10);
    EXPECT_EQ(*gaps.quantiles[2], 15);
    EXPECT_DOUBLE_EQ(*gaps.quantiles[3], 18);
}

TEST(OrderGaps, of_a_customer_who_orders_once_are_none)
{
    const auto gaps = ledger::order_gaps(Customers({{5}, {-7, 8}}).view(), 100);
    EXPECT_EQ(gaps.gaps, 0);
    EXPECT_FALSE(gaps.quantiles[1]);
}

TEST(OrderGaps, longer_than_the_table_are_in_their_place)
{
    const auto gaps = ledger::order_gaps(Customers({{1, 2, 70002, 270002}, {0, 90000}}).view(), 1000000);
    EXPECT_EQ(gaps.gaps, 4);  // 1, 70000, 90000, 200000
    EXPECT_EQ(*gaps.quantiles[1], 80000);
    EXPECT_EQ(*gaps.quantiles[3], 167000);
}

TEST(Waits, end_with_the_next_order_or_with_as_of)
{
    const Customers customers({{1, 1, 11, 31}, {5}, {-7}, {3, 13}, {20}, {40}});
    std::vector<ledger::Wait> waits(6);
    ASSERT_EQ(ledger::waits_for_next_order(customers.view(), 1, 30, waits), 2u);  // customer 6 orders later
    EXPECT_EQ(waits[0].days, 10);
    EXPECT_EQ(waits[0].ordered, 2);
    EXPECT_EQ(waits[0].waiting, 1);
    EXPECT_EQ(waits[1].days, 25);
    EXPECT_EQ(waits[1].waiting, 1);
    ASSERT_EQ(ledger::waits_for_next_order(customers.view(), 2, 30, waits), 2u);
    EXPECT_EQ(waits[0].days, 17);
    EXPECT_EQ(waits[1].days, 19);
    EXPECT_EQ(waits[1].ordered, 0);  // that of day 31 is not known on day 30
}

TEST(Waits, are_for_an_order_that_has_a_number)
{
    EXPECT_THROW((void)ledger::waits_for_next_order(Customers({{1}, {2}}).view(), 0, 30, {}), Error);
}

}  // namespace
}  // namespace customer_value::test
