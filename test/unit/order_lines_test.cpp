// Ledgers of order lines: the lines of one customer, order, day and sign are one row, however they come together.
#include "unit/held_ledger.h"
#include "unit/laws.h"

#include "core/common/key.h"
#include "core/ledger/rollup.h"
#include "core/ledger/slices.h"

#include <gtest/gtest.h>
#include <map>
#include <random>
#include <tuple>

using namespace customer_value;
using namespace customer_value::ledger;
using test::body_of, test::DecodedLedger, test::HeldLedger, test::Row, test::rows_of;

namespace {

struct Line {
    std::int64_t customer;
    Day day;
    std::int64_t amount;
    OrderId order_id;
};

std::vector<Line> random_lines(std::mt19937_64& random, std::size_t count, std::uint64_t customers,
                               std::uint64_t orders)
{
    std::vector<Line> lines;
    for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t large = random() % 500 == 0 ? 1'000'000'000'000'000 : 1;
        const bool has_id = random() % 10 != 0;
        lines.push_back({static_cast<std::int64_t>(random() % customers), static_cast<Day>(random() % 40),
                         (static_cast<std::int64_t>(random() % 300) - 60) * large,
                         has_id ? static_cast<OrderId>(random() % orders) - 5 : no_order_id});
    }
    return lines;
}

HeldLedger held(const std::vector<Line>& lines, KeyKind kind_of_ids = KeyKind::bigint)
{
    HeldLedger ledger;
    for (const Line& line : lines)
        ledger.add_line(line.customer, line.day, line.amount, kind_of_ids, line.order_id);
    return ledger;
}

// What SQL would group them into.
std::multiset<Row> orders_of(const std::vector<Line>& lines)
{
    std::multiset<Row> rows;
    std::map<std::tuple<std::int64_t, Day, OrderId, bool>, std::int64_t> sums;
    for (const Line& line : lines)
        if (line.order_id == no_order_id)
            rows.insert({std::to_string(line.customer), line.day, line.amount, no_order_id});
        else
            sums[{line.customer, line.day, line.order_id, line.amount < 0}] += line.amount;
    for (const auto& [key, sum] : sums)
        rows.insert({std::to_string(std::get<0>(key)), std::get<1>(key), sum, std::get<2>(key)});
    return rows;
}

}  // namespace

TEST(OrderLines, are_one_row_for_each_customer_order_day_and_sign)
{
    const std::vector<Line> lines{{1, 5, 4999, 1}, {1, 5, 2000, 1}, {1, 7, -1000, 1}, {2, 5, 300, 1}, {1, 5, -1, 1}};
    EXPECT_EQ(rows_of(held(lines).view()), orders_of(lines));
    EXPECT_EQ(held(lines).view().rows, 4u);
}

TEST(OrderLines, without_an_id_are_orders_of_their_own)
{
    const std::vector<Line> lines{{1, 5, 10, no_order_id}, {1, 5, 10, no_order_id}, {1, 5, 10, 3}};
    EXPECT_EQ(held(lines).view().rows, 3u);
}

TEST(OrderLines, come_together_in_any_order_and_over_any_split)
{
    std::mt19937_64 random(1);
    for (const auto& [count, customers, orders] :
         {std::tuple<std::size_t, std::uint64_t, std::uint64_t>{50, 5, 10}, {3000, 100, 30}, {60000, 9000, 12}}) {
        const std::vector<Line> lines = random_lines(random, count, customers, orders);
        const auto expected = orders_of(lines);
        HeldLedger whole = held(lines);
        const View view = whole.view();
        EXPECT_EQ(rows_of(view), expected);
        EXPECT_EQ(view.rows, expected.size());
        const std::vector<unsigned char> body = whole.body();
        EXPECT_EQ(body, body_of(view));
        DecodedLedger decoded(view, body);
        EXPECT_EQ(rows_of(decoded.view), expected);
        // it can be read, grow and be read again
        HeldLedger growing;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            growing.add_line(lines[i].customer, lines[i].day, lines[i].amount, KeyKind::bigint, lines[i].order_id);
            if (i % (count / 3) == 7)
                (void)growing.view();
        }
        EXPECT_EQ(growing.body(), body);
        // parts, appended or written side by side
        std::vector<std::vector<Line>> parts(3);
        for (const Line& line : lines)
            parts[random() % 3].push_back(line);
        HeldLedger appended;
        std::vector<HeldLedger> held_parts;
        std::vector<std::vector<unsigned char>> bodies;
        std::vector<StoredLedger> stored;
        for (const auto& part : parts) {
            held_parts.push_back(held(part));
            appended.append(held_parts.back().view());
            bodies.push_back(held_parts.back().body());
        }
        for (std::size_t i = 0; i < parts.size(); ++i)
            stored.push_back({held_parts[i].view(), bodies[i]});
        EXPECT_EQ(appended.body(), body);
        ASSERT_TRUE(fit_together(stored));
        std::vector<unsigned char> room(likely_room(stored) + 100 * count);
        PartWriter writer(stored.front(), first_day_of(stored), room.data(), room.size());
        write_together(stored, writer);
        EXPECT_EQ(writer.missing_room(), 0u);
        room.resize(writer.size());
        EXPECT_EQ(room, body);
    }
}

TEST(OrderLines, keep_hashed_ids_too)
{
    std::mt19937_64 random(4);
    std::vector<Line> lines = random_lines(random, 2000, 50, 20);
    for (Line& line : lines)
        if (line.order_id != no_order_id)
            line.order_id = static_cast<OrderId>(mixed(static_cast<std::uint64_t>(line.order_id)));
    HeldLedger whole = held(lines, KeyKind::text);
    DecodedLedger decoded(whole.view(), whole.body());
    EXPECT_EQ(rows_of(decoded.view), orders_of(lines));
}

TEST(OrderLines, mix_with_nothing_else)
{
    HeldLedger bigint = held({{1, 5, 10, 1}}), text = held({{1, 5, 10, 1}}, KeyKind::text), plain;
    plain.add(1, 5, 10);
    EXPECT_ERROR(invalid_parameter, bigint.append(text.view()));
    EXPECT_ERROR(invalid_parameter, bigint.append(plain.view()));
    EXPECT_ERROR(invalid_parameter, plain.append(bigint.view()));
}

TEST(OrderLines, that_are_too_much_together_are_refused)
{
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    HeldLedger ledger = held({{1, 5, most, 1}, {1, 5, most, 1}});
    EXPECT_ERROR(out_of_range, ledger.view());
}

TEST(OrderId, is_a_bigint_as_it_is_and_64_bits_of_another)
{
    const std::int64_t number = -17, none = no_order_id;
    const auto id_of = [](const std::int64_t& value) {
        return order_id_of({KeyKind::bigint, {reinterpret_cast<const char*>(&value), sizeof value}});
    };
    EXPECT_EQ(id_of(number), -17);
    EXPECT_ERROR(out_of_range, id_of(none));
    // stored, so it must stay
    EXPECT_EQ(order_id_of({KeyKind::text, "SO/2024/17"}), 6824379179749291272);
    EXPECT_NE(order_id_of({KeyKind::text, "a"}), order_id_of({KeyKind::text, "b"}));
    EXPECT_ERROR(invalid_parameter, order_id_of({KeyKind::text, "Europe/Berlin"}));
}
