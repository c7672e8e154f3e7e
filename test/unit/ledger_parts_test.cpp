// Parts of a ledger: periods, slices of days, first orders, shards.
#include "unit/interrupted.h"
#include "unit/laws.h"

#include "core/common/radix_sort.h"
#include "core/ledger/rollup.h"
#include "core/ledger/slices.h"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <random>
#include <vector>

using namespace customer_value;
using namespace customer_value::ledger;

namespace {

// Rows by the key of their customer, in the order of days and amounts.
using Shop = std::map<std::string, std::vector<std::pair<Day, std::int64_t>>>;

Shop random_shop(std::mt19937_64& random, std::size_t rows, std::uint64_t customers, std::uint64_t days,
                 std::uint64_t amounts)
{
    Shop shop;
    for (std::size_t i = 0; i < rows; ++i)
        shop["customer " + std::to_string(random() % customers)].emplace_back(
            static_cast<Day>(random() % days) - 50, static_cast<std::int64_t>(random() % amounts - amounts / 3));
    for (auto& [key, of_customer] : shop)
        std::sort(of_customer.begin(), of_customer.end());
    return shop;
}

// A shop as a stored ledger, of text keys, or of the places of the customers as bigints.
class StoredShop {
public:
    StoredShop(const Shop& shop, KeyKind kind)
    {
        std::vector<std::uint32_t> offsets{0};
        std::vector<Day> days;
        std::vector<std::int64_t> amounts;
        std::vector<std::uint64_t> keys;
        std::string text;
        for (const auto& [key, rows] : shop) {
            keys.push_back(kind == KeyKind::bigint ? 1000 * keys.size()
                                                   : static_cast<std::uint64_t>(text.size()) << 16 | key.size());
            text += key;
            for (const auto& [day, amount] : rows) {
                days.push_back(day);
                amounts.push_back(amount);
            }
            offsets.push_back(static_cast<std::uint32_t>(days.size()));
        }
        Head head;
        head.kind = kind;
        head.has_amounts = true;
        head.scale = 2;
        head.customers = static_cast<std::uint32_t>(shop.size());
        head.first_day = *std::min_element(days.begin(), days.end());
        head.last_day = *std::max_element(days.begin(), days.end());
        head.rows = days.size();
        head.text_bytes = kind == KeyKind::text ? text.size() : 0;
        const View view{head, nullptr, offsets.data(), days.data(), amounts.data(), keys.data(), text.data()};
        body_.resize(encoded_size(view));
        encode(view, body_.data());
        whole = {head, body_};
    }
    StoredShop(const StoredShop&) = delete;

    // The parts that a division makes of it, in rooms of `share` of what is likely enough.
    template <class Kind> std::vector<Shop> parts(Kind division, std::size_t count, double share = 1)
    {
        std::vector<Extent> extents(count);
        if (division.whole().rows > 0)
            extents[0] = division.whole();
        else
            measured(division, extents);
        std::vector<std::vector<unsigned char>> rooms;
        for (const Extent& extent : extents)
            rooms.emplace_back(
                static_cast<std::size_t>(share * static_cast<double>(PartWriter::likely_room(whole, extent))));
        std::vector<PartWriter> writers = written(division, extents, rooms);
        for (std::size_t i = 0; i < count; ++i) {
            EXPECT_TRUE(share < 1 || writers[i].missing_room() == 0);
            if (writers[i].missing_room() > 0)
                rooms[i].resize(writers[i].missing_room());
        }
        writers = written(division, extents, rooms);
        std::vector<Shop> parts;
        for (std::size_t i = 0; i < count; ++i) {
            EXPECT_EQ(writers[i].missing_room(), 0u);
            parts.push_back(read({writers[i].head(), {rooms[i].data(), writers[i].size()}}));
        }
        return parts;
    }

    // It is in the order of keys, its head is right, and its bytes are those that encoding it gives.
    static Shop read(const StoredLedger& ledger)
    {
        std::vector<std::uint32_t> offsets(ledger.customers + 1);
        std::vector<Day> days(ledger.rows);
        std::vector<std::int64_t> amounts(ledger.rows);
        std::vector<std::uint64_t> keys(ledger.customers);
        const View view = decode(ledger, {offsets.data(), days.data(), amounts.data(), keys.data(), nullptr});
        std::vector<unsigned char> again(encoded_size(view));
        encode(view, again.data());
        EXPECT_TRUE(std::ranges::equal(again, ledger.body));
        Shop shop;
        for (std::uint32_t customer = 0; customer < view.customers; ++customer)
            for (std::uint32_t i = offsets[customer]; i < offsets[customer + 1]; ++i)
                shop[view.kind == KeyKind::bigint ? std::to_string(keys[customer])
                                                  : std::string(view.key(customer).bytes)]
                    .emplace_back(days[i], amounts[i]);
        return shop;
    }

    StoredLedger whole;

private:
    template <class Kind> void measured(Kind division, std::vector<Extent>& extents)
    {
        measure(whole, division, extents);
    }
    template <class Kind>
    std::vector<PartWriter> written(Kind division, const std::vector<Extent>& extents,
                                    std::vector<std::vector<unsigned char>>& rooms)
    {
        std::vector<PartWriter> writers;
        for (std::size_t i = 0; i < rooms.size(); ++i)
            writers.emplace_back(whole, extents[i].first_day, rooms[i].data(), rooms[i].size());
        each_part(whole, division,
                  [&](std::size_t part, const Key& customer, const Rows& kept) { writers[part].add(customer, kept); });
        return writers;
    }
    std::vector<unsigned char> body_;
};

// The shop with the keys that its ledger has.
Shop keyed(const Shop& shop, KeyKind kind)
{
    Shop keyed;
    std::size_t place = 0;
    for (const auto& [key, rows] : shop) {
        if (!rows.empty())
            keyed[kind == KeyKind::bigint ? std::to_string(1000 * place) : key] = rows;
        ++place;
    }
    return keyed;
}
// What of each customer's rows fulfils the condition; customers without any stay.
Shop filtered(const Shop& shop, const std::function<bool(const std::pair<Day, std::int64_t>&)>& condition)
{
    Shop kept;
    for (const auto& [key, rows] : shop)
        std::ranges::copy_if(rows, std::back_inserter(kept[key]), condition);
    return kept;
}

}  // namespace

TEST(Parts, periods_hold_the_rows_of_their_days)
{
    std::mt19937_64 random(1);
    const Step month({1, 0});
    for (const KeyKind kind : {KeyKind::text, KeyKind::bigint})
        for (const std::uint64_t customers : {1, 300, 5000})
            for (const std::uint64_t days : {1, 90, 700}) {
                const Shop shop = random_shop(random, 20000, customers, days, 1000);
                StoredShop stored(shop, kind);
                const std::int32_t first = month.period_of(stored.whole.first_day),
                                   count = month.period_of(stored.whole.last_day) - first + 1;
                for (const double share : {1.0, 0.3, 0.0}) {
                    const auto parts =
                        stored.parts(ByPeriod(stored.whole, month, first), static_cast<std::size_t>(count), share);
                    for (std::int32_t i = 0; i < count; ++i)
                        EXPECT_EQ(
                            parts[static_cast<std::size_t>(i)],
                            keyed(filtered(shop,
                                           [&](const auto& row) { return month.period_of(row.first) == first + i; }),
                                  kind));
                }
            }
}

TEST(Parts, slices_hold_the_rows_between_their_days)
{
    std::mt19937_64 random(5);
    const Shop shop = random_shop(random, 3000, 200, 100, 1000);
    StoredShop stored(shop, KeyKind::text);
    for (std::int64_t from = -60; from <= 60; from += 8)
        for (std::int64_t to = from; to <= 60; to += 8)
            EXPECT_EQ(stored.parts(BetweenDays(stored.whole, from, to), 1).front(),
                      keyed(filtered(shop, [&](const auto& row) { return row.first >= from && row.first < to; }),
                            KeyKind::text));
}

TEST(Parts, shards_hold_their_customers_with_all_rows)
{
    std::mt19937_64 random(6);
    for (const KeyKind kind : {KeyKind::text, KeyKind::bigint}) {
        const Shop shop = random_shop(random, 5000, 700, 300, 100000);
        StoredShop stored(shop, kind);
        Shop together;
        for (std::int32_t shard = 0; shard < 7; ++shard) {
            const auto parts = stored.parts(OfShard(7, shard), 1);
            for (const auto& [key, rows] : parts.front()) {
                const std::int64_t number = kind == KeyKind::bigint ? std::stoll(key) : 0;
                EXPECT_EQ(shard_of(kind == KeyKind::text
                                       ? Key{kind, key}
                                       : Key{kind, {reinterpret_cast<const char*>(&number), sizeof number}},
                                   7),
                          shard);
                EXPECT_TRUE(together.emplace(key, rows).second);
            }
        }
        EXPECT_EQ(together, keyed(shop, kind));
        EXPECT_THROW(OfShard(7, 7), Error);
        EXPECT_THROW(OfShard(0, 0), Error);
    }
}

TEST(Parts, customers_of_another_ledger_are_kept_with_all_their_rows)
{
    std::mt19937_64 random(10);
    for (const KeyKind kind : {KeyKind::text, KeyKind::bigint})
        for (const std::uint64_t customers : {1, 60, 700, 3000}) {
            const Shop shop = random_shop(random, 5000, 700, 300, 1000),
                       other = random_shop(random, 2 * customers, customers + 300, 10, 10);
            StoredShop stored(shop, kind), others(other, kind);
            const Shop of_other = keyed(other, kind);
            Shop expected;
            for (const auto& [key, rows] : keyed(shop, kind))
                if (of_other.contains(key))
                    expected[key] = rows;
            EXPECT_EQ(stored.parts(InOther(stored.whole, others.whole), 1, 0.5).front(), expected);
            EXPECT_EQ(stored.parts(InOther(stored.whole, stored.whole), 1).front(), keyed(shop, kind));
            EXPECT_TRUE(stored.parts(InOther(stored.whole, StoredLedger{}), 1).front().empty());
        }
    StoredShop text(random_shop(random, 10, 3, 10, 10), KeyKind::text),
        bigint(random_shop(random, 10, 3, 10, 10), KeyKind::bigint);
    EXPECT_THROW(InOther(text.whole, bigint.whole), Error);
    EXPECT_NO_THROW(InOther(text.whole, StoredLedger{}));
}

TEST(Parts, keys_are_in_their_order)
{
    const auto key = [](const std::int64_t& number) {
        return Key{KeyKind::bigint, {reinterpret_cast<const char*>(&number), sizeof number}};
    };
    const std::int64_t least = std::numeric_limits<std::int64_t>::min(), minus = -1, one = 1, many = 256;
    EXPECT_TRUE(compare(key(least), key(minus)) < 0 && compare(key(minus), key(one)) < 0 &&
                compare(key(one), key(many)) < 0);
    EXPECT_TRUE(compare(key(many), key(least)) > 0 && compare(key(one), key(one)) == 0);
    EXPECT_TRUE(compare(Key{KeyKind::text, "a"}, Key{KeyKind::text, "ab"}) < 0 &&
                compare(Key{KeyKind::text, "é"}, Key{KeyKind::text, "z"}) > 0);
}

TEST(Parts, first_orders_are_the_least_on_the_first_day_with_an_order_and_the_refunds_before)
{
    std::mt19937_64 random(2);
    for (const std::uint64_t customers : {1, 40, 3000}) {
        const Shop shop = random_shop(random, 6000, customers, 100, 1000);
        Shop expected;
        bool some_have_refunds_only = false, some_begin_with_refunds = false, some_leave_refunds_of_the_day = false;
        for (const auto& [key, rows] : shop) {
            const auto first = std::find_if(rows.begin(), rows.end(), [](const auto& row) { return row.second >= 0; });
            for (auto row = rows.begin(); row != first; ++row) {
                if (first == rows.end() || row->first < first->first)
                    expected[key].push_back(*row);
                else
                    some_leave_refunds_of_the_day = true;
            }
            some_have_refunds_only |= first == rows.end();
            some_begin_with_refunds |= first != rows.end() && expected.contains(key);
            if (first != rows.end())
                expected[key].push_back(*first);
        }
        EXPECT_TRUE(customers < 3000 ||
                    (some_have_refunds_only && some_begin_with_refunds && some_leave_refunds_of_the_day));
        StoredShop stored(shop, KeyKind::text);
        EXPECT_EQ(stored.parts(FirstOrders(stored.whole), 1, 0.5).front(), expected);
    }
}

// Customers who lose everything, a first day that moves, and many customers of whom nothing is taken
TEST(Parts, settled_rows_are_those_of_each_customer_settled)
{
    std::mt19937_64 random(9);
    std::size_t changed = 0, unchanged = 0, gone = 0;
    for (const KeyKind kind : {KeyKind::text, KeyKind::bigint})
        for (const std::uint64_t customers : {1, 300, 3000})
            for (const Day as_of : {-20, 20, 1000}) {
                Shop shop = random_shop(random, 6000, customers, 100, 1000);
                for (auto& [key, rows] : shop)  // a third has no refund
                    if (random() % 3 == 0)
                        std::erase_if(rows, [](const auto& row) { return row.second < 0; });
                std::erase_if(shop, [](const auto& each) { return each.second.empty(); });
                Shop expected;
                Day first_day = latest_day;
                Settlement settlement;
                for (const auto& [key, rows] : shop) {
                    std::vector<Day> days;
                    std::vector<std::int64_t> amounts;
                    for (const auto& [day, amount] : rows)
                        if (day <= as_of) {
                            days.push_back(day);
                            amounts.push_back(amount);
                        }
                    const Rows left = settlement.of({days, amounts.data()});
                    auto& kept = expected[key];
                    for (std::size_t i = 0; i < left.size(); ++i)
                        kept.emplace_back(left.days[i], left.amount(i));
                    first_day = kept.empty() ? first_day : std::min(first_day, kept.front().first);
                    ++(kept.empty() ? gone : kept == rows ? unchanged : changed);
                }
                StoredShop stored(shop, kind);
                for (const double share : {1.0, 0.3, 0.0}) {
                    Day seen;
                    const auto parts = stored.parts(Settled(stored.whole, as_of, first_day, seen), 1, share);
                    EXPECT_EQ(seen, first_day);
                    EXPECT_EQ(parts.front(), keyed(expected, kind));
                }
            }
    EXPECT_TRUE(changed > 1000 && unchanged > 1000 && gone > 1000);
}

// Numbers in ten bytes each: nothing writes them so, and reading accepts them
TEST(Parts, what_is_stored_in_more_bytes_than_it_should_be_stays_within_the_memory)
{
    constexpr std::size_t count = 100;
    std::vector<unsigned char> body{2, 2 * count % 128 + 128, 2 * count / 128};  // customer 1
    const auto number = [&](unsigned char value) {
        body.push_back(value | 0x80);
        body.insert(body.end(), 8, 0x80);
        body.push_back(0);
    };
    for (std::size_t i = 0; i < count; ++i)
        number(1);
    body.insert(body.end(), {10 * count % 128 + 128, 10 * count / 128});
    for (std::size_t i = 0; i < count; ++i)
        number(7);
    Head head;
    head.kind = KeyKind::bigint;
    head.has_amounts = true;
    head.customers = 1;
    head.rows = count;
    head.last_day = count;
    const StoredLedger whole{head, body};
    for (std::size_t room = 0; room < body.size() + 100; room += 10) {
        std::vector<unsigned char> memory(room + 8, 0xaa);
        PartWriter writer(whole, 0, memory.data(), room);
        OfShard all(1, 0);
        each_part(whole, all, [&](std::size_t, const Key& customer, const Rows& kept) { writer.add(customer, kept); });
        EXPECT_TRUE(std::all_of(memory.begin() + static_cast<std::ptrdiff_t>(room), memory.end(),
                                [](unsigned char byte) { return byte == 0xaa; }));
        const std::size_t needed = body.size() - 9;  // the first day is written in one byte
        EXPECT_EQ(writer.missing_room() > 0, room < needed + SlackWriter::slack) << room;
    }
}

TEST(Rollup, side_by_side_is_the_rows_of_all)
{
    std::mt19937_64 random(8);
    for (int round = 0; round < 60; ++round) {
        std::vector<std::unique_ptr<StoredShop>> shops;
        std::vector<StoredLedger> ledgers;
        Shop expected;
        for (auto n = random() % most_side_by_side + 1; n > 0; --n) {
            // as months are: one behind the other; or all over the same days
            const Shop drawn = random_shop(random, random() % 300 + 1, 40, 20, 9);
            Shop shop;
            for (auto [key, rows] : drawn) {
                for (auto& [day, amount] : rows)
                    day += round % 2 == 0 ? static_cast<Day>(20 * n) : 0;
                shop[key] = rows;
                auto& of_customer = expected[key];
                of_customer.insert(of_customer.end(), rows.begin(), rows.end());
                std::sort(of_customer.begin(), of_customer.end());
            }
            shops.push_back(std::make_unique<StoredShop>(shop, KeyKind::text));
            ledgers.push_back(shops.back()->whole);
        }
        ASSERT_TRUE(fit_together(ledgers));
        for (const std::size_t room : {likely_room(ledgers), std::size_t{100}, std::size_t{0}}) {
            std::vector<unsigned char> body(room);
            PartWriter writer(ledgers.front(), first_day_of(ledgers), body.data(), room);
            write_together(ledgers, writer);
            if (writer.missing_room() > 0) {
                EXPECT_LT(room, likely_room(ledgers));
                body.resize(writer.missing_room());
                writer = PartWriter(ledgers.front(), first_day_of(ledgers), body.data(), body.size());
                write_together(ledgers, writer);
            }
            ASSERT_EQ(writer.missing_room(), 0u);
            EXPECT_EQ(StoredShop::read({writer.head(), {body.data(), writer.size()}}), expected);
        }
        ledgers.resize(most_side_by_side + 1, ledgers.front());
        EXPECT_FALSE(fit_together(ledgers));
    }
    EXPECT_FALSE(fit_together({}));
}

TEST(Parts, sums_are_of_rows_up_to_a_day)
{
    const std::vector<Day> days{1, 2, 2, 3};
    const std::vector<std::int64_t> amounts{-5, -1, 7, std::numeric_limits<std::int64_t>::max()};
    PeriodSums sums{};
    sums.add(Rows{days, amounts.data()}, 2);
    EXPECT_TRUE(sums.orders == 1 && sums.refund_rows == 2 && sums.gross == 7 && sums.refunds == -6);
    sums.add(Rows{days, amounts.data()}, 9);
    EXPECT_TRUE(sums.orders == 3 && sums.refund_rows == 4 &&
                sums.gross == Int128{std::numeric_limits<std::int64_t>::max()} + 14 && sums.refunds == -12);
    PeriodSums without{};
    without.add(Rows{days, nullptr}, 2);
    EXPECT_TRUE(without.orders == 3 && without.refund_rows == 0 && without.gross == 0);
}

TEST(RadixSort, keeps_equal_ones_in_their_order)
{
    std::mt19937_64 random(3);
    using Pair = std::pair<std::uint64_t, std::size_t>;
    for (const std::uint64_t different : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0x3ff},
                                          std::uint64_t{0xff00000000000000}, ~std::uint64_t{0}})
        for (const std::size_t size : {0, 1, 255, 256, 5000}) {
            std::vector<Pair> pairs(size), spare(size);
            for (std::size_t i = 0; i < size; ++i)
                pairs[i] = {(random() & different) | (~different & 0x5555555555555555), i};
            auto expected = pairs;
            std::sort(expected.begin(), expected.end());
            const auto sorted =
                radix_sorted(std::span(pairs), spare.data(), different, [](const Pair& pair) { return pair.first; });
            EXPECT_TRUE(std::ranges::equal(sorted, expected));
        }
}

TEST(Parts, cutting_stops_when_interrupted)
{
    std::mt19937_64 random(4);
    StoredShop stored(random_shop(random, 200'000, 100'000, 10, 1000), KeyKind::text);
    test::expect_stops([&] { (void)stored.parts(ByPeriod(stored.whole, Step({0, 1}), -50), 10); });
}
