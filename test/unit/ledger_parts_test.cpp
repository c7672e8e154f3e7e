// Parts of a ledger that are made of its rows one by one: periods, first orders.
#include "unit/interrupted.h"
#include "unit/laws.h"

#include "core/ledger/first_orders.h"
#include "core/ledger/periods.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <numeric>
#include <random>
#include <vector>

using namespace customer_value;
using namespace customer_value::ledger;

namespace {

// Rows by the text key of their customer, in the order of days and amounts.
using Shop = std::map<std::string, std::vector<std::pair<Day, std::int64_t>>>;

Shop random_shop(std::mt19937_64& random, std::size_t rows, std::uint64_t customers, std::uint64_t days, std::uint64_t amounts)
{
    Shop shop;
    for (std::size_t i = 0; i < rows; ++i)
        shop["customer " + std::to_string(random() % customers)].emplace_back(static_cast<Day>(random() % days) - 50, static_cast<std::int64_t>(random() % amounts - amounts / 3));
    for (auto& [key, of_customer] : shop)
        std::sort(of_customer.begin(), of_customer.end());
    return shop;
}

// The shop as a ledger: its customers in the order that `ranks` say, each with its rows in any order.
class HeldShop {
public:
    HeldShop(const Shop& shop, std::mt19937_64& random) : ranks(shop.size())
    {
        std::iota(ranks.begin(), ranks.end(), 0u);
        std::shuffle(ranks.begin(), ranks.end(), random);
        std::vector<const Shop::value_type*> customers;
        for (const auto& customer : shop) {
            customers.push_back(&customer);
            keys_.push_back(static_cast<std::uint64_t>(text_.size()) << 16 | customer.first.size());
            text_ += customer.first;
        }
        for (const std::uint32_t rank : ranks) {
            auto rows = customers[rank]->second;
            std::shuffle(rows.begin(), rows.end(), random);
            offsets_.push_back(static_cast<std::uint32_t>(days_.size()));
            for (const auto& [day, amount] : rows) {
                days_.push_back(day);
                amounts_.push_back(amount);
            }
        }
        offsets_.push_back(static_cast<std::uint32_t>(days_.size()));
        view = {KeyKind::text, true, 2, static_cast<std::uint32_t>(shop.size()), *std::min_element(days_.begin(), days_.end()), *std::max_element(days_.begin(), days_.end()),
                offsets_.data(), days_.data(), amounts_.data(), keys_.data(), text_.data()};
    }
    std::vector<std::uint32_t> ranks;
    View view;  // the keys are in their order

private:
    std::vector<std::uint32_t> offsets_;
    std::vector<Day> days_;
    std::vector<std::int64_t> amounts_;
    std::vector<std::uint64_t> keys_;
    std::string text_;
};

// What is read of the stored form that rows make. It is in the order of keys, and its head is right, or reading it fails.
template <class Number> Shop stored(std::span<Number> rows, const RowLayout& layout, const HeldShop& held)
{
    std::vector<unsigned char> body(most_encoded<Number>(rows, layout, held.view));
    const Encoded encoded = encode(rows, layout, held.view, body.data());
    const Head& head = encoded.head;
    std::vector<std::uint32_t> offsets(head.customers + 1);
    std::vector<Day> days(head.rows);
    std::vector<std::int64_t> amounts(head.rows);
    std::vector<std::uint64_t> keys(head.customers);
    const View view = decode(head, {body.data(), encoded.end}, {offsets.data(), days.data(), amounts.data(), keys.data()});
    Shop shop;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer)
        for (std::uint32_t i = offsets[customer]; i < offsets[customer + 1]; ++i)
            shop[std::string(view.key(customer).bytes)].emplace_back(days[i], amounts[i]);
    return shop;
}

template <class Number> void expect_periods(const Shop& shop, const HeldShop& held, const PeriodRange& periods)
{
    const Day as_of = held.view.first_day + (held.view.last_day - held.view.first_day) / 2;
    std::vector<std::uint64_t> places(static_cast<std::size_t>(periods.count));
    const RowsOf source{held.view};
    count_rows(source, held.view, periods, places.data());
    const RowLayout layout = sizeof(Number) == sizeof(NarrowRow) ? RowLayout::narrow(held.view) : RowLayout(held.view, any_amount);
    std::vector<Number> all(held.view.rows()), spare(all.size());
    std::vector<PeriodSums> sums(places.size());
    EXPECT_TRUE(put_down(source, held.view, periods, held.ranks.data(), layout, places.data(), all.data(), as_of, sums.data()));
    for (std::size_t i = 0; i < places.size(); ++i) {
        const std::span<Number> rows(all.data() + (i == 0 ? 0 : places[i - 1]), all.data() + places[i]);
        Shop expected;
        for (const auto& [key, of_customer] : shop)
            for (const auto& row : of_customer)
                if (periods.step.period_of(row.first) == periods.first + static_cast<std::int32_t>(i))
                    expected[key].push_back(row);
        std::int64_t orders = 0, refund_rows = 0, gross = 0, refunds = 0;
        for (const auto& [key, of_customer] : expected)
            for (const auto& [day, amount] : of_customer)
                if (day <= as_of) {
                    ++(amount < 0 ? refund_rows : orders);
                    (amount < 0 ? refunds : gross) += amount;
                }
        EXPECT_TRUE(sums[i].orders == orders && sums[i].refund_rows == refund_rows && sums[i].gross == gross && sums[i].refunds == refunds);
        EXPECT_EQ(stored(sorted_by_customer(rows, layout, spare.data()), layout, held), expected);
    }
}

}  // namespace

TEST(Periods, hold_the_rows_of_their_days_for_any_order_of_customers)
{
    std::mt19937_64 random(1);
    const Step month({1, 0});
    for (const std::uint64_t customers : {1, 300, 5000})
        for (const std::uint64_t days : {1, 90, 700}) {
            const Shop shop = random_shop(random, 20000, customers, days, 1000);
            const HeldShop held(shop, random);
            const std::int32_t first = month.period_of(held.view.first_day), last = month.period_of(held.view.last_day);
            expect_periods<NarrowRow>(shop, held, {month, first, last - first + 1});
            expect_periods<WideRow>(shop, held, {month, first, last - first + 1});
        }
}

TEST(Rows, are_numbers_of_64_bits_where_these_are_enough)
{
    View head{KeyKind::bigint, true, 0, 1u << 20, -100, (1 << 12) - 101};
    // 21 bits for customers, 12 for days, 31 for amounts
    const RowLayout narrow = RowLayout::narrow(head);
    constexpr std::int64_t half = std::int64_t{1} << 30;
    for (const std::int64_t amount : {-half, std::int64_t{-1}, std::int64_t{0}, half - 1}) {
        EXPECT_TRUE(narrow.has_room_for(amount));
        const auto row = narrow.number<NarrowRow>(1u << 20, -100, amount);
        EXPECT_EQ(narrow.customer(row), 1u << 20);
        EXPECT_EQ(narrow.day(row), -100);
        EXPECT_EQ(narrow.amount(row), amount);
    }
    for (const std::int64_t amount : {-half - 1, half, any_amount.least, any_amount.most})
        EXPECT_FALSE(narrow.has_room_for(amount));
    head.first_day = earliest_day;
    head.last_day = latest_day;
    head.customers = 1u << 30;
    EXPECT_FALSE(RowLayout::narrow(head).has_room_for(1 << 10));
    const RowLayout widest(head, any_amount);
    for (const std::int64_t amount : {any_amount.least, std::int64_t{-1}, std::int64_t{0}, any_amount.most})
        for (const Day day : {earliest_day, 0, latest_day}) {
            const auto row = widest.number<WideRow>((1u << 30) - 1, day, amount);
            EXPECT_EQ(widest.customer(row), (1u << 30) - 1);
            EXPECT_EQ(widest.day(row), day);
            EXPECT_EQ(widest.amount(row), amount);
        }
}

TEST(FirstOrders, are_the_least_on_the_first_day_with_an_order_and_the_refunds_before)
{
    std::mt19937_64 random(2);
    for (const std::uint64_t customers : {1, 40, 3000}) {
        const Shop shop = random_shop(random, 6000, customers, 100, 1000);
        const HeldShop held(shop, random);
        Shop expected;
        bool some_have_refunds_only = false, some_begin_with_refunds = false;
        for (const auto& [key, rows] : shop) {
            const auto first = std::find_if(rows.begin(), rows.end(), [](const auto& row) { return row.second >= 0; });
            for (auto row = rows.begin(); row != first; ++row)
                if (first == rows.end() || row->first < first->first)
                    expected[key].push_back(*row);
            some_have_refunds_only |= first == rows.end();
            some_begin_with_refunds |= first != rows.end() && expected.contains(key);
            if (first != rows.end())
                expected[key].push_back(*first);
        }
        EXPECT_TRUE(customers == 1 || some_begin_with_refunds);
        EXPECT_TRUE(customers < 3000 || some_have_refunds_only);
        const RowLayout layout(held.view, any_amount);
        std::vector<WideRow> room(held.view.rows()), spare(room.size());
        WideRow* end = room.data();
        for (std::uint32_t customer = 0; customer < held.view.customers; ++customer) {
            const Rows rows = held.view.of(customer);
            std::vector<std::pair<Day, std::int64_t>> ordered;
            for (std::size_t i = 0; i < rows.size(); ++i)
                ordered.emplace_back(rows.days[i], rows.amount(i));
            std::sort(ordered.begin(), ordered.end());
            std::vector<Day> days;
            std::vector<std::int64_t> amounts;
            for (const auto& [day, amount] : ordered) {
                days.push_back(day);
                amounts.push_back(amount);
            }
            end = put_first_order(Rows{days, amounts.data()}, held.ranks[customer], layout, end);
        }
        const std::span kept(room.data(), end);
        EXPECT_EQ(stored(sorted_by_customer(kept, layout, spare.data()), layout, held), expected);
    }
}

TEST(RadixSort, keeps_equal_ones_in_their_order)
{
    std::mt19937_64 random(3);
    using Pair = std::pair<std::uint64_t, std::size_t>;
    for (const std::uint64_t different : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0x3ff}, std::uint64_t{0xff00000000000000}, ~std::uint64_t{0}})
        for (const std::size_t size : {0, 1, 255, 256, 5000}) {
            std::vector<Pair> pairs(size), spare(size);
            for (std::size_t i = 0; i < size; ++i)
                pairs[i] = {(random() & different) | (~different & 0x5555555555555555), i};
            auto expected = pairs;
            std::sort(expected.begin(), expected.end());
            const auto sorted = radix_sorted(std::span(pairs), spare.data(), different, [](const Pair& pair) { return pair.first; });
            EXPECT_TRUE(std::ranges::equal(sorted, expected));
        }
}

TEST(Periods, cutting_stops_when_interrupted)
{
    std::mt19937_64 random(4);
    const Shop shop = random_shop(random, 200'000, 100'000, 10, 1000);
    const HeldShop held(shop, random);
    const RowLayout layout(held.view, {-1000, 1000});
    std::vector<NarrowRow> rows, spare(held.view.rows());
    RowsOf{held.view}.each_row([&](std::uint32_t customer, Day day, std::int64_t amount) { rows.push_back(layout.number<NarrowRow>(customer, day, amount)); });
    std::vector<unsigned char> body(most_encoded<NarrowRow>(rows, layout, held.view));
    test::expect_stops([&] { (void)sorted_by_customer<NarrowRow>(rows, layout, spare.data()); });
    test::expect_stops([&] { (void)encode<NarrowRow>(rows, layout, held.view, body.data()); });
}
