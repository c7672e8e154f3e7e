// The engine of the ledger: calendar, builder, codec, text form.
#include "unit/held_ledger.h"
#include "unit/interrupted.h"
#include "unit/laws.h"

#include "core/ledger/float_amount.h"
#include "core/ledger/text.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

using namespace customer_value;
using namespace customer_value::ledger;
using test::body_of, test::DecodedLedger, test::HeldLedger, test::Row, test::rows_of;

namespace {

HeldLedger random_ledger(std::mt19937_64& random, std::size_t rows, std::int64_t customers,
                         std::multiset<Row>& expected)
{
    HeldLedger ledger;
    for (std::size_t i = 0; i < rows; ++i) {
        const auto customer =
            static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(customers)) - customers / 2;
        const auto day = static_cast<Day>(random() % 3000);
        const auto amount = static_cast<std::int64_t>(random() % 100000) - 20000;
        ledger.add(customer, day, amount);
        expected.insert({std::to_string(customer), day, amount});
    }
    return ledger;
}

}  // namespace

TEST(Calendar, agrees_with_itself_on_every_day_of_five_thousand_years)
{
    for (Day day = -900000; day < 900000; ++day) {
        const CivilDate date = civil_of(day);
        ASSERT_EQ(day_of(date.year, date.month, date.day), day);
    }
    EXPECT_EQ(day_of(2000, 1, 1), 0);
    EXPECT_EQ(day_of(2024, 2, 29), 8825);
    EXPECT_EQ(iso_of(8825), "2024-02-29");
    EXPECT_EQ(iso_of(earliest_day), "-4712-01-01");
}

TEST(Step, holds_each_day_in_one_period)
{
    for (const Span span : {Span{0, 1}, Span{0, 7}, Span{0, 10}, Span{1, 0}, Span{3, 0}, Span{12, 0}, Span{0, 14}}) {
        const Step step(span);
        for (Day day = -40000; day < 40000; ++day) {
            const auto period = step.period_of(day);
            ASSERT_LE(step.start_of(period), day);
            ASSERT_GT(step.start_of(period + 1), day);
        }
    }
    EXPECT_EQ(Step({0, 7}).start_of(Step({0, 7}).period_of(day_of(2021, 1, 1))),
              day_of(2020, 12, 28));  // ISO week 53 of 2020
    EXPECT_EQ(Step({3, 0}).start_of(Step({3, 0}).period_of(day_of(2024, 5, 17))), day_of(2024, 4, 1));
    for (const Span span : {Span{0, 0}, Span{1, 1}, Span{-1, 0}, Span{0, -7}})
        EXPECT_ERROR(invalid_parameter, Step{span});
}

TEST(Span, goes_back_to_the_last_day_of_a_shorter_month)
{
    EXPECT_EQ((Span{1, 0}.before(day_of(2024, 3, 31))), day_of(2024, 2, 29));
    EXPECT_EQ((Span{12, 0}.before(day_of(2024, 2, 29))), day_of(2023, 2, 28));
    EXPECT_EQ((Span{1, 10}.before(day_of(2024, 1, 5))), day_of(2023, 11, 25));
}

TEST(Builder, keeps_every_row_for_any_number_of_rows_and_customers)
{
    std::mt19937_64 random(1);
    for (const std::size_t rows : {0, 1, 7, 8, 9, 500, 511, 512, 513, 1500, 5000, 200000})
        for (const std::int64_t customers : {1, 3, 700, 60000}) {
            std::multiset<Row> expected;
            auto ledger = random_ledger(random, rows, customers, expected);
            const View view = ledger.view();
            ASSERT_EQ(view.rows, rows);
            ASSERT_TRUE(rows_of(view) == expected) << rows << " rows of " << customers;
            for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
                const Rows some = view.of(customer);
                ASSERT_GT(some.size(), 0u);
                for (std::size_t i = 1; i < some.size(); ++i)
                    ASSERT_TRUE(some.days[i - 1] < some.days[i] ||
                                (some.days[i - 1] == some.days[i] && some.amounts[i - 1] <= some.amounts[i]));
            }
        }
}

// The places that a ledger keeps of a small amount: zeros at the end count up to the fourth.
std::int32_t places_of(std::int64_t amount, std::int32_t scale)
{
    if (amount == 0 && scale > 4)
        return 0;
    if (scale > 4)
        for (; scale > 0 && amount % 10 == 0; --scale)
            amount /= 10;
    return scale;
}

TEST(Builder, keeps_rows_that_do_not_fit_into_a_word_and_amounts_of_several_scales)
{
    std::mt19937_64 random(7);
    const std::int64_t powers[] = {1, 10, 1000, 100'000, 10'000'000};
    for (const std::size_t rows : {1, 10, 600, 30000})
        for (const std::int32_t largest : {0, 3, 5, 7}) {
            std::multiset<Row> expected;
            std::vector<std::tuple<std::int64_t, Day, std::int64_t, std::int32_t>> all;
            std::int32_t most = 0;
            for (std::size_t i = 0; i < rows; ++i) {
                const auto scale = static_cast<std::int32_t>(random() % static_cast<std::uint64_t>(largest + 1));
                const Day day = random() % 50 == 0 ? static_cast<Day>(random() % 100'000'000) - 2'000'000
                                                   : static_cast<Day>(random() % 3000);
                const std::int64_t amount =
                    (static_cast<std::int64_t>(random() % 2000) - 500) * powers[random() % 60 == 0 ? random() % 5 : 0];
                all.emplace_back(static_cast<std::int64_t>(random() % 30), day, amount, scale);
                most = std::max(most, places_of(amount, scale));
            }
            HeldLedger ledger;
            for (const auto& [customer, day, amount, scale] : all) {
                ledger.add(customer, day, amount, scale);
                std::int64_t shown = amount;
                for (std::int32_t i = scale; i < most; ++i)
                    shown *= 10;
                for (std::int32_t i = most; i < scale; ++i)
                    shown /= 10;  // zeros
                expected.insert({std::to_string(customer), day, shown});
            }
            const View view = ledger.view();
            ASSERT_EQ(view.scale, most);
            ASSERT_TRUE(rows_of(view) == expected) << rows << " rows, up to " << largest << " places";
            Day first = latest_day, last = earliest_day;
            for (const Row& row : expected) {
                first = std::min(first, row.day);
                last = std::max(last, row.day);
            }
            EXPECT_EQ(view.first_day, first);
            EXPECT_EQ(view.last_day, last);
            EXPECT_EQ(ledger.body(), body_of(view));
        }
}

TEST(Builder, does_not_count_zeros_at_the_end_of_an_amount)
{
    const auto shown_of = [](std::vector<std::string> amounts) {
        HeldLedger ledger;
        std::int64_t customer = 0;
        for (const auto& amount : amounts) {
            const test::OwnedDecimal decimal(amount);
            const Decimal view = decimal.view();
            ledger.add({KeyKind::bigint, {reinterpret_cast<const char*>(&customer), sizeof customer}}, 0, &view);
            ++customer;
        }
        const View view = ledger.view();
        std::string all;
        for (std::uint32_t i = 0; i < view.customers; ++i)
            all += shown(Int128{view.of(i).amount(0)}, view.scale) + " ";
        return all;
    };
    EXPECT_EQ(shown_of({"999.0000000000000000"}), "999 ");
    EXPECT_EQ(shown_of({"123.4500000000000000", "0.0000000000000000"}), "123.45 0.00 ");
    EXPECT_EQ(shown_of({"100.00", "5.5000", "7"}), "100.0000 5.5000 7.0000 ");
    EXPECT_EQ(shown_of({"1000000000000000.00", "-1000000000000000.0000"}), "1000000000000000 -1000000000000000 ");
    EXPECT_EQ(shown_of({"0.00000100"}), "0.000001 ");
    EXPECT_EQ(shown_of({"922337203685477.0000000000", "0.1"}), "922337203685477.0 0.1 ");
    EXPECT_EQ(shown_of({"0.1", "922337203685477.0000000000"}), "0.1 922337203685477.0 ");
    EXPECT_THROW(shown_of({"3333.3333333333333333"}), Error);
    EXPECT_THROW(shown_of({"0.00000000000000001"}), Error);
}

TEST(FloatAmount, is_what_is_printed_but_for_what_arithmetic_has_left)
{
    const auto kept = [](auto amount) { return shown(decimal_amount(amount).view()); };
    EXPECT_EQ(kept(6 * 2.55), "15.3");
    EXPECT_EQ(kept(0.1 + 0.2), "0.3");
    EXPECT_EQ(kept(-2.55), "-2.55");
    EXPECT_EQ(kept(0.1F), "0.1");
    EXPECT_EQ(kept(123456.79F), "123456.79");
    EXPECT_EQ(kept(123456789012.345), "123456789012.345");
    EXPECT_EQ(kept(1234567890123.4567), "1234567890123.46");
    EXPECT_EQ(kept(99999999999999.996), "100000000000000");
    EXPECT_EQ(kept(9007199254740993.0), "9007199254740992");
    EXPECT_EQ(whole_amount(9007199254740991.0), 9007199254740991);
    EXPECT_EQ(whole_amount(-2147483648.0), -2147483648);
    EXPECT_EQ(whole_amount(-0.0), 0);
    EXPECT_FALSE(whole_amount(0.5));
    EXPECT_FALSE(whole_amount(16777216.0F));
    EXPECT_FALSE(whole_amount(std::numeric_limits<double>::quiet_NaN()));
    EXPECT_FALSE(whole_amount(std::numeric_limits<double>::infinity()));
    EXPECT_THROW((void)decimal_amount(std::numeric_limits<double>::quiet_NaN()), Error);
    EXPECT_THROW((void)decimal_amount(-std::numeric_limits<float>::infinity()), Error);
}

TEST(BucketStream, gives_each_customer_once_with_all_rows_by_day_or_in_any_order)
{
    using Customer = std::vector<std::pair<Day, std::int64_t>>;
    const auto rows_in = [](const View& view, std::uint32_t customer) {
        Customer rows;
        const Rows some = view.of(customer);
        for (std::size_t i = 0; i < some.size(); ++i)
            rows.emplace_back(some.days[i], some.amount(i));
        return rows;
    };
    std::mt19937_64 random(8);
    for (const std::int64_t customers : {1, 5, 4095, 4096, 4097, 20000}) {
        std::multiset<Row> ignored;
        auto ledger = random_ledger(random, 50000, customers, ignored);
        const View columns = ledger.view();
        std::vector<Customer> expected;
        for (std::uint32_t customer = 0; customer < columns.customers; ++customer)
            expected.push_back(rows_in(columns, customer));
        std::sort(expected.begin(), expected.end());
        for (const RowOrder order : {RowOrder::by_day, RowOrder::any}) {
            BucketStream stream(ledger.builder(), order);
            const View view = stream.view();
            std::vector<Customer> read;
            for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
                read.push_back(rows_in(view, customer));
                ASSERT_EQ(rows_in(view, customer), read.back());  // the same again
                ASSERT_TRUE(order == RowOrder::any || std::is_sorted(read.back().begin(), read.back().end()));
                std::sort(read.back().begin(), read.back().end());
            }
            std::sort(read.begin(), read.end());
            EXPECT_EQ(read, expected);
        }
        EXPECT_EQ(ledger.body(), body_of(columns));
    }
}

TEST(Builder, tells_text_keys_apart_by_all_their_bytes)
{
    HeldLedger ledger;
    std::multiset<Row> expected;
    std::mt19937_64 random(2);
    for (int i = 0; i < 30000; ++i) {
        std::string key(random() % 40, 'x');
        for (char& c : key)
            c = static_cast<char>('a' + random() % 2);
        if (i % 1000 == 0)
            key = std::string(longest_key - static_cast<std::size_t>(i % 3), static_cast<char>('a' + i / 1000 % 2));
        ledger.add(key, i % 50);
        expected.insert({key, i % 50, 0});
    }
    EXPECT_TRUE(rows_of(ledger.view()) == expected);
    EXPECT_ERROR(out_of_range, ledger.add(std::string(longest_key + 1, 'x'), 1));
}

TEST(Builder, gives_the_same_ledger_for_any_order_and_any_split)
{
    std::mt19937_64 random(3);
    std::multiset<Row> expected;
    auto whole = random_ledger(random, 20000, 900, expected);
    const auto body = body_of(whole.view());
    std::vector<Row> rows(expected.begin(), expected.end());
    std::shuffle(rows.begin(), rows.end(), random);
    std::vector<HeldLedger> parts(7);
    for (std::size_t i = 0; i < rows.size(); ++i)
        parts[random() % parts.size()].add(std::stoll(rows[i].customer), rows[i].day, rows[i].amount);
    HeldLedger merged;
    for (auto& part : parts)
        merged.append(part.view());
    EXPECT_EQ(body_of(merged.view()), body);
}

TEST(Codec, reads_what_it_writes)
{
    std::mt19937_64 random(4);
    for (const std::size_t rows : {1, 2, 100, 30000}) {
        std::multiset<Row> expected;
        auto ledger = random_ledger(random, rows, 500, expected);
        const View view = ledger.view();
        const DecodedLedger decoded(view, body_of(view));
        EXPECT_TRUE(rows_of(decoded.view) == expected);
        EXPECT_EQ(decoded.view.first_day, view.first_day);
        EXPECT_EQ(decoded.view.last_day, view.last_day);
    }
    HeldLedger extremes;
    extremes.add(std::numeric_limits<std::int64_t>::min(), earliest_day, std::numeric_limits<std::int64_t>::max());
    extremes.add(std::numeric_limits<std::int64_t>::max(), latest_day, -std::numeric_limits<std::int64_t>::max());
    const View view = extremes.view();
    EXPECT_TRUE(rows_of(DecodedLedger(view, body_of(view)).view) == rows_of(view));
}

TEST(Codec, refuses_or_survives_any_damage)
{
    std::mt19937_64 random(5);
    std::multiset<Row> expected;
    auto numbers = random_ledger(random, 300, 40, expected);
    HeldLedger texts;
    for (int i = 0; i < 200; ++i)
        texts.add("customer " + std::to_string(i % 30), i * 7 % 90);
    for (const View& view : {numbers.view(), texts.view()}) {
        std::vector<unsigned char> form(longest_head);
        form.resize(write_head(view, form.data()));
        const auto body = body_of(view);
        form.insert(form.end(), body.begin(), body.end());
        const auto read = [](const std::vector<unsigned char>& bytes) {
            std::span<const unsigned char> rest(bytes);
            const Head head = read_head(rest);
            return rows_of(DecodedLedger(head, {rest.begin(), rest.end()}).view).size();
        };
        EXPECT_EQ(read(form), view.rows);
        for (std::size_t length = 0; length < form.size(); ++length)
            EXPECT_ERROR(malformed_binary, read({form.begin(), form.begin() + static_cast<std::ptrdiff_t>(length)}))
                << length;
        for (int i = 0; i < 20000; ++i) {
            auto damaged = form;
            for (auto n = random() % 3 + 1; n > 0; --n)
                damaged[random() % damaged.size()] = static_cast<unsigned char>(random());
            const auto error = test::error_of([&] { (void)read(damaged); });
            ASSERT_EQ(error.value_or(ErrorCode::malformed_binary), ErrorCode::malformed_binary);
        }
    }
}

TEST(LedgerText, reads_what_it_writes)
{
    HeldLedger ledger;
    ledger.add(5, 8825, -1234);
    ledger.add(-7, -2451507, 99);
    const View view = ledger.view();
    const auto write_to = [&](Sink& sink) {
        TextWriter writer(sink);
        writer.begin(1);
        write(view, writer);
        writer.end();
    };
    Sink counter;
    write_to(counter);
    std::string text(counter.size(), '\0');
    Sink sink(text.data(), text.size());
    write_to(sink);
    EXPECT_EQ(
        text,
        "(version:1,key:\"bigint\",amounts:1,scale:0,customer:\"-7\",day:-4712-01-01,amount:99,customer:\"5\",day:2024-02-29,amount:-1234)");
    TextRows rows(text);
    EXPECT_EQ(rows.begin().kind, KeyKind::bigint);
    ledger::TextRows::Row row;
    std::size_t count = 0;
    while (rows.next(row))
        ++count;
    EXPECT_EQ(count, 2u);
    for (std::size_t length = 0; length < text.size(); ++length)
        EXPECT_ERROR(malformed_text, [&] {
            TextRows cut(std::string_view(text).substr(0, length));
            (void)cut.begin();
            while (cut.next(row)) {}
        }());
}

TEST(CustomerStream, gives_the_rows_that_decoding_gives_with_or_without_amounts)
{
    std::mt19937_64 random(6);
    for (const std::size_t rows : {1, 9, 3000}) {
        std::multiset<Row> expected;
        auto ledger = random_ledger(random, rows, 100, expected);
        const View view = ledger.view();
        const auto body = body_of(view);
        CustomerStream with({view, body}, CustomerStream::Amounts::read, CustomerStream::Keys::read),
            without({view, body}, CustomerStream::Amounts::left_out);
        const View read = with.view(), left_out = without.view();
        EXPECT_EQ(read.rows, rows);
        for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
            const Rows whole = view.of(customer), some = read.of(customer), days = left_out.of(customer);
            ASSERT_EQ(with.customer().bytes, view.key(customer).bytes);
            ASSERT_EQ(some.size(), whole.size());
            ASSERT_EQ(days.size(), whole.size());
            for (std::size_t i = 0; i < whole.size(); ++i) {
                ASSERT_EQ(some.days[i], whole.days[i]);
                ASSERT_EQ(some.amount(i), whole.amount(i));
                ASSERT_EQ(days.days[i], whole.days[i]);
                ASSERT_EQ(days.is_order(i), whole.is_order(i));
            }
        }
        if (view.customers > 2) {
            EXPECT_ERROR(internal, (void)read.of(0));
        }
    }
}

TEST(CustomerStream, steps_over_customers_that_nobody_asks_for)
{
    std::mt19937_64 random(7);
    for (const std::size_t rows : {1, 9, 3000}) {
        std::multiset<Row> expected;
        auto ledger = random_ledger(random, rows, rows < 3000 ? 4 : 100, expected);
        const View view = ledger.view();
        auto body = body_of(view);
        for (const auto amounts : {CustomerStream::Amounts::read, CustomerStream::Amounts::left_out}) {
            CustomerStream stream({view, body}, amounts, CustomerStream::Keys::read);
            for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
                stream.enter(customer);
                ASSERT_EQ(stream.customer().bytes, view.key(customer).bytes);
                if (random() % 2 == 0)
                    continue;
                const Rows whole = view.of(customer), some = stream.rows_of(customer), again = stream.rows_of(customer);
                ASSERT_TRUE(std::ranges::equal(some.days, whole.days) && std::ranges::equal(again.days, whole.days));
                for (std::size_t i = 0; i < whole.size(); ++i)
                    ASSERT_EQ(some.amount(i), amounts == CustomerStream::Amounts::read ? whole.amount(i) : 0);
            }
            EXPECT_ERROR(internal, stream.enter(0));
        }
        for (int i = 0; i < 3000; ++i) {
            auto damaged = body;
            damaged[random() % damaged.size()] = static_cast<unsigned char>(random());
            const auto error = test::error_of([&] {
                CustomerStream stream({view, damaged}, CustomerStream::Amounts::left_out);
                for (std::uint32_t customer = 0; customer < view.customers; ++customer)
                    stream.enter(customer);
            });
            ASSERT_EQ(error.value_or(ErrorCode::malformed_binary), ErrorCode::malformed_binary);
        }
    }
}

// Reports read customer by customer, or sort the many rows of one.
TEST(Ledger, reading_one_stops_when_interrupted)
{
    HeldLedger many, one;
    for (std::int64_t i = 0; i < 70'000; ++i) {
        many.add(i * 7919 % 70'001, static_cast<Day>(i % 100), i);
        one.add(1, static_cast<Day>(i * 7919 % 70'001), i);
    }
    const auto body = many.body();
    const Head head = many.view();
    for (HeldLedger* ledger : {&many, &one}) {
        test::expect_stops([&] { (void)ledger->view(); });
        test::expect_stops([&] {
            BucketStream stream(ledger->builder(), RowOrder::by_day);
            for (std::uint32_t customer = 0; customer < ledger->builder().customers(); ++customer)
                (void)stream.rows_of(customer);
        });
        const View view = ledger->view();
        test::expect_stops([&] {
            Sink sink;
            TextWriter writer(sink);
            write(view, writer);
        });
    }
    test::expect_stops([&] {
        CustomerStream stream({head, body}, CustomerStream::Amounts::read);
        for (std::uint32_t customer = 0; customer < head.customers; ++customer)
            (void)stream.rows_of(customer);
    });
    test::expect_stops([&] { (void)DecodedLedger(head, body); });
}

namespace {

// The key whose hash is this: `mixed` backwards.
std::int64_t key_of_hash(std::uint64_t hash)
{
    const auto unshifted = [](std::uint64_t bits, int shift) {
        std::uint64_t value = bits;
        for (int i = 0; i < 64 / shift; ++i)
            value = bits ^ value >> shift;
        return value;
    };
    const auto inverse = [](std::uint64_t odd) {
        std::uint64_t value = odd;
        for (int i = 0; i < 5; ++i)
            value *= 2 - odd * value;
        return value;
    };
    std::uint64_t bits = unshifted(hash, 31) * inverse(0x94d049bb133111ebu);
    bits = unshifted(bits, 27) * inverse(0xbf58476d1ce4e5b9u);
    return static_cast<std::int64_t>(unshifted(bits, 30));
}

}  // namespace

// In a table with room for them all, whose rows are placed in batches; the upper halves of the hashes differ.
TEST(Ledger, refuses_customers_made_to_share_a_slot)
{
    ASSERT_EQ(mixed(static_cast<std::uint64_t>(key_of_hash(0x123456789abcdef0u))), 0x123456789abcdef0u);
    HeldLedger ledger;
    for (std::int64_t i = 0; i < 20'000; ++i)
        ledger.add(i, 0, 1);
    const auto add_colliding = [&] {
        for (std::uint64_t i = 1; i < 10'000; ++i)
            ledger.add(key_of_hash(i << 32), 0, 1);
    };
    EXPECT_ERROR(too_large, add_colliding());
}
