// Refunds are taken off orders: by the published cases, and against a settlement that tries each order in turn.
#include "core/ledger/settlement.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include <tuple>
#include <vector>

using namespace customer_value;
using namespace customer_value::ledger;

namespace {

struct Line {
    Day day;
    std::int64_t amount;
    OrderId order_id = no_order_id;
    auto operator<=>(const Line&) const = default;
};
using Lines = std::vector<Line>;

Lines settled(Lines lines, bool has_order_ids = true)
{
    std::sort(lines.begin(), lines.end());
    std::vector<Day> days;
    std::vector<std::int64_t> amounts;
    std::vector<OrderId> ids;
    for (const Line& line : lines) {
        days.push_back(line.day);
        amounts.push_back(line.amount);
        ids.push_back(line.order_id);
    }
    Settlement settlement;
    const Rows rest = settlement.of({days, amounts.data(), nullptr, has_order_ids ? ids.data() : nullptr});
    Lines left;
    for (std::size_t i = 0; i < rest.size(); ++i)
        left.push_back({rest.days[i], rest.amount(i), rest.order_id(i)});
    return left;
}

// The rule word for word: each refund looks through all orders.
Lines settled_slowly(Lines lines)
{
    std::sort(lines.begin(), lines.end());
    std::vector<std::int64_t> rest;
    for (const Line& line : lines)
        rest.push_back(line.amount);
    const auto take = [&](std::size_t refund, std::size_t order) {
        const std::int64_t taken = std::min(-rest[refund], rest[order]);
        rest[refund] += taken;
        rest[order] -= taken;
    };
    for (std::size_t refund = 0; refund < lines.size(); ++refund)
        for (std::size_t order = lines.size(); order-- > 0;)
            if (rest[refund] < 0 && rest[order] > 0 && lines[refund].order_id != no_order_id &&
                lines[order].order_id == lines[refund].order_id)
                take(refund, order);
    for (std::size_t refund = 0; refund < lines.size(); ++refund) {
        if (rest[refund] >= 0)
            continue;
        const auto is_earlier = [&](std::size_t order) {
            return lines[order].day <= lines[refund].day && rest[order] > 0;
        };
        const std::int64_t wanted = -rest[refund];
        for (std::size_t order = lines.size(); order-- > 0 && rest[refund] < 0;)
            if (is_earlier(order) && rest[order] == lines[order].amount && lines[order].amount == wanted)
                take(refund, order);
        for (std::size_t order = lines.size(); order-- > 0 && rest[refund] < 0;)
            if (is_earlier(order))
                take(refund, order);
    }
    Lines left;
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (rest[i] != 0 || lines[i].amount == 0)
            left.push_back({lines[i].day, rest[i], lines[i].order_id});
    std::sort(left.begin(), left.end());
    return left;
}

}  // namespace

TEST(Settlement, takes_a_refund_off_the_order_with_its_id)
{
    EXPECT_EQ(settled({{1, 100, 7}, {2, 100, 8}, {9, -100, 7}}), (Lines{{2, 100, 8}}));
    EXPECT_EQ(settled({{1, 100, 7}, {2, 40, 8}, {9, -30, 7}}), (Lines{{1, 70, 7}, {2, 40, 8}}));
    // the day of a refund may be before that of its order
    EXPECT_EQ(settled({{5, 100, 7}, {4, -100, 7}}), Lines{});
    // paid in two parts
    EXPECT_EQ(settled({{1, 60, 7}, {2, 50, 7}, {9, -70, 7}}), (Lines{{1, 40, 7}}));
}

TEST(Settlement, takes_a_refund_with_an_id_of_its_own_off_the_latest_order_of_the_same_amount)
{
    EXPECT_EQ(settled({{1, 60, 1}, {2, 60, 2}, {3, 50, 3}, {4, -60, 99}}), (Lines{{1, 60, 1}, {3, 50, 3}}));
    EXPECT_EQ(settled({{1, 60}, {2, 60}, {3, 50}, {4, -60}}, false), (Lines{{1, 60}, {3, 50}}));
    // not off a later one
    EXPECT_EQ(settled({{1, 60}, {4, -60}, {5, 60}}), (Lines{{5, 60}}));
    // but off one of the same day
    EXPECT_EQ(settled({{4, 60}, {4, -60}}), Lines{});
}

TEST(Settlement, takes_another_refund_off_the_orders_before_it_back_in_time)
{
    EXPECT_EQ(settled({{1, 60}, {2, 50}, {3, -70}}), (Lines{{1, 40}}));
    EXPECT_EQ(settled({{1, 60}, {2, 50}, {3, -200}}), (Lines{{3, -90}}));
    EXPECT_EQ(settled({{1, -5}, {2, 50}}), (Lines{{1, -5}, {2, 50}}));
}

TEST(Settlement, leaves_free_orders_and_customers_without_refunds_as_they_are)
{
    EXPECT_EQ(settled({{1, 0}, {2, 0}, {2, 10}}), (Lines{{1, 0}, {2, 0}, {2, 10}}));
    EXPECT_EQ(settled({{1, 0}, {2, 10}, {3, -10}}), (Lines{{1, 0}}));
    EXPECT_EQ(settled({}), Lines{});
}

// 9.89 on 1 June, its refund on 2 June, 4.94 on 3 June
TEST(Settlement, leaves_one_order_of_a_first_one_that_was_sent_back)
{
    EXPECT_EQ(settled({{1, 989}, {2, -989}, {3, 494}}), (Lines{{3, 494}}));
}

TEST(Settlement, agrees_with_the_rule_word_for_word)
{
    std::mt19937_64 random(2);
    for (int round = 0; round < 20000; ++round) {
        const auto below = [&](std::uint64_t limit) { return static_cast<std::int64_t>(random() % limit); };
        const std::int64_t days = 1 + below(20), amounts = 1 + below(12), ids = 1 + below(8);
        const bool has_order_ids = below(2) == 0;
        Lines lines;
        for (std::int64_t rows = below(70); rows > 0; --rows) {
            const OrderId id = !has_order_ids || below(3) == 0 ? no_order_id : below(static_cast<std::uint64_t>(ids));
            lines.push_back({static_cast<Day>(below(static_cast<std::uint64_t>(days))),
                             below(static_cast<std::uint64_t>(amounts)) * (below(3) == 0 ? -3 : 1), id});
        }
        const Lines expected = settled_slowly(lines), left = settled(lines, has_order_ids);
        ASSERT_EQ(left, expected) << "round " << round;
        const auto sum = [](const Lines& some) {
            return std::accumulate(some.begin(), some.end(), std::int64_t{0},
                                   [](std::int64_t total, const Line& line) { return total + line.amount; });
        };
        ASSERT_EQ(sum(left), sum(lines));
        ASSERT_EQ(settled(left, has_order_ids), left);
    }
}

TEST(Settlement, takes_no_longer_for_one_customer_with_very_many_rows)
{
    Lines lines;
    for (int i = 0; i < 300000; ++i)
        lines.push_back({i / 3, i % 3 == 0 ? -7 : 7 + i % 2});
    EXPECT_EQ(settled(lines).size(), settled(lines, false).size());
}
