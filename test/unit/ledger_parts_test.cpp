// Parts of a ledger that are made of its rows one by one: periods, first orders.
#include "unit/interrupted.h"
#include "unit/laws.h"

#include "core/ledger/periods.h"
#include "core/ledger/slices.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <numeric>
#include <random>
#include <vector>

using namespace customer_value;
using namespace customer_value::ledger;

namespace {

// Columns of a ledger with bigint keys, and of what is made of it.
struct HeldColumns {
    HeldColumns(std::size_t customers, std::size_t rows) : offsets(customers + 1), days(rows), amounts(rows), keys(customers) {}
    Columns into() { return {offsets.data(), days.data(), amounts.data(), keys.data()}; }
    std::vector<std::uint32_t> offsets;
    std::vector<Day> days;
    std::vector<std::int64_t> amounts;
    std::vector<std::uint64_t> keys;
};

// Rows by key, in the order of days and amounts.
using Shop = std::map<std::uint64_t, std::vector<std::pair<Day, std::int64_t>>>;

Shop random_shop(std::mt19937_64& random, std::size_t rows, std::uint64_t customers, std::uint64_t days)
{
    Shop shop;
    for (std::size_t i = 0; i < rows; ++i)
        shop[random() % customers].emplace_back(static_cast<Day>(random() % days) - 50, static_cast<std::int64_t>(random() % 1000) - 300);
    for (auto& [key, of_customer] : shop)
        std::sort(of_customer.begin(), of_customer.end());
    return shop;
}

Shop shop_of(const View& view)
{
    Shop shop;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        for (std::size_t i = 0; i < rows.size(); ++i)
            shop[view.keys[customer]].emplace_back(rows.days[i], rows.amount(i));
    }
    return shop;
}

// A shop as a ledger: customers in the order of keys, or in the order that `ranks` say, each with its rows in any order.
struct HeldShop {
    HeldShop(const Shop& shop, const std::vector<std::uint32_t>& ranks, std::mt19937_64& random) : columns(shop.size(), rows_in(shop))
    {
        std::vector<const Shop::value_type*> customers;
        for (const auto& customer : shop) {
            customers.push_back(&customer);
            keys.push_back(customer.first);
        }
        view = {KeyKind::bigint, true, 2, static_cast<std::uint32_t>(shop.size()), latest_day, earliest_day, columns.offsets.data(), columns.days.data(), columns.amounts.data(), nullptr};
        std::size_t row = 0;
        for (std::size_t customer = 0; customer < ranks.size(); ++customer) {
            auto rows = customers[ranks[customer]]->second;
            std::shuffle(rows.begin(), rows.end(), random);
            for (const auto& [day, amount] : rows) {
                view.first_day = std::min(view.first_day, day);
                view.last_day = std::max(view.last_day, day);
                columns.days[row] = day;
                columns.amounts[row++] = amount;
            }
            columns.offsets[customer + 1] = static_cast<std::uint32_t>(row);
        }
    }
    static std::size_t rows_in(const Shop& shop)
    {
        std::size_t rows = 0;
        for (const auto& [key, of_customer] : shop)
            rows += of_customer.size();
        return rows;
    }
    // What the ledgers made of it take kind and keys from.
    [[nodiscard]] View whole() const
    {
        View whole = view;
        whole.keys = keys.data();
        return whole;
    }
    HeldColumns columns;
    std::vector<std::uint64_t> keys;
    View view;
};

std::vector<std::uint32_t> shuffled(std::size_t count, std::mt19937_64& random)
{
    std::vector<std::uint32_t> ranks(count);
    std::iota(ranks.begin(), ranks.end(), 0u);
    std::shuffle(ranks.begin(), ranks.end(), random);
    return ranks;
}

// The rows of the shop for which `is_kept` holds.
template <class IsKept> Shop kept(const Shop& shop, IsKept is_kept)
{
    Shop part;
    for (const auto& [key, rows] : shop)
        for (const auto& row : rows)
            if (is_kept(row.first))
                part[key].push_back(row);
    return part;
}

Shop part_of(std::span<PlacedRow> rows, const HeldShop& held)
{
    HeldColumns columns(rows.size(), rows.size());
    const View part = laid_out(rows, held.whole(), columns.into());
    for (std::uint32_t customer = 1; customer < part.customers; ++customer)
        EXPECT_LT(part.keys[customer - 1], part.keys[customer]);
    const Shop shop = shop_of(part);
    Day first = latest_day, last = earliest_day;
    for (const auto& [key, of_customer] : shop) {
        first = std::min(first, of_customer.front().first);
        last = std::max(last, of_customer.back().first);
    }
    if (!rows.empty()) {
        EXPECT_EQ(part.first_day, first);
        EXPECT_EQ(part.last_day, last);
    }
    return shop;
}

}  // namespace

TEST(Periods, hold_the_rows_of_their_days_for_any_order_of_customers)
{
    std::mt19937_64 random(1);
    const Step month({1, 0});
    for (const std::uint64_t customers : {1, 300, 5000})
        for (const std::uint64_t days : {1, 90, 700}) {
            const Shop shop = random_shop(random, 20000, customers, days);
            const auto ranks = shuffled(shop.size(), random);
            const HeldShop held(shop, ranks, random);
            const std::int32_t first = month.period_of(held.view.first_day), last = month.period_of(held.view.last_day);
            const PeriodRange all{month, first, last - first + 1};
            std::vector<std::uint64_t> counts(static_cast<std::size_t>(all.count));
            count_rows(held.view, all, counts);
            // two ranges of periods, one after the other
            for (const auto& [from, count] : {std::pair{0, all.count / 2}, std::pair{all.count / 2, all.count - all.count / 2}}) {
                const PeriodRange some{month, first + from, count};
                std::vector<std::uint64_t> places(static_cast<std::size_t>(count));
                const auto begin = counts.begin() + from;
                std::exclusive_scan(begin, begin + count, places.begin(), std::uint64_t{0});
                std::vector<PlacedRow> rows(std::accumulate(begin, begin + count, std::uint64_t{0})), spare(rows.size());
                put_down(held.view, some, ranks.data(), places, rows.data());
                std::uint64_t place = 0;
                for (std::int32_t i = 0; i < count; place = places[static_cast<std::size_t>(i++)]) {
                    const std::span<PlacedRow> of_period(rows.data() + place, places[static_cast<std::size_t>(i)] - place);
                    const auto sorted = sorted_by_customer(of_period, spare.data());
                    EXPECT_EQ(part_of(sorted, held), kept(shop, [&](Day day) { return month.period_of(day) == some.first + i; }));
                }
            }
        }
}

TEST(FirstOrders, are_the_least_on_the_first_day_with_an_order_and_the_refunds_before)
{
    std::mt19937_64 random(2);
    for (const std::uint64_t customers : {1, 40, 3000}) {
        const Shop shop = random_shop(random, 6000, customers, 100);
        const auto ranks = shuffled(shop.size(), random);
        const HeldShop held(shop, ranks, random);
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
        std::vector<Beginning> beginnings(shop.size());
        std::vector<std::uint64_t> ends(shop.size());
        std::vector<PlacedRow> rows(count_first_orders(held.view, ranks.data(), beginnings.data(), ends.data()));
        put_first_orders(held.view, ranks.data(), beginnings.data(), ends.data(), rows.data());
        EXPECT_EQ(part_of(rows, held), expected);
    }
}

TEST(Periods, cutting_stops_when_interrupted)
{
    std::mt19937_64 random(3);
    std::vector<PlacedRow> rows(100'000), spare(rows.size());
    for (std::uint32_t i = 0; i < rows.size(); ++i)
        rows[i] = {static_cast<std::uint32_t>(rows.size()) - i, 0, 0};
    const std::vector<std::uint64_t> keys(rows.size() + 1);
    test::expect_stops([&] { (void)sorted_by_customer(rows, spare.data()); });
    View whole{KeyKind::bigint, true, 0, static_cast<std::uint32_t>(keys.size())};
    whole.keys = keys.data();
    HeldColumns columns(rows.size(), rows.size());
    test::expect_stops([&] { (void)laid_out(rows, whole, columns.into()); });
}
