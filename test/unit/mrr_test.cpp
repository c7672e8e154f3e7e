// Monthly amounts against whole numbers without limits; movements, cohorts and renewals against counting day by day.
#include "unit/decimals.h"

#include "core/common/currency.h"
#include "core/mrr/cohorts.h"
#include "core/mrr/monthly.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace customer_value::test {
namespace {

using ledger::Span;
using ledger::Step;
using mrr::BillingInterval;
using mrr::Day;
using mrr::MonthlyAmount;
using mrr::View;

std::string monthly(std::string_view amount, std::int64_t months, std::int64_t days = 0)
{
    const OwnedDecimal decimal(amount);
    return shown(MonthlyAmount(decimal.view(), BillingInterval(months, days)).view());
}

TEST(MonthlyAmount, divides_by_months_and_takes_52_weeks_or_365_days_a_year)
{
    EXPECT_EQ(monthly("600", 12), "50");
    EXPECT_EQ(monthly("10", 0, 7), "43.33333333");
    EXPECT_EQ(monthly("12", 0, 1), "365");
    EXPECT_EQ(monthly("9.90", 1), "9.90");
    EXPECT_EQ(monthly("-100", 12), "-8.33333333");
}

TEST(MonthlyAmount, rounds_half_away_from_zero_whatever_is_cut_off)
{
    EXPECT_EQ(monthly("0.000000005", 1), "0.00000001");
    EXPECT_EQ(monthly("-0.000000005", 1), "-0.00000001");
    EXPECT_EQ(monthly("0.0000000049999999999999999999999999999999", 1), "0.00000000");
    EXPECT_EQ(monthly("0.0000000349999999999999", 7), "0.00000000");
    EXPECT_EQ(monthly("0.000000035", 7), "0.00000001");
    EXPECT_EQ(monthly("9999.999999999", 1), "10000.00000000");
}

TEST(MonthlyAmount, is_that_of_whole_numbers_without_limits)
{
    Random random(6);
    for (int i = 0; i < 20000; ++i) {
        const int whole = between(random, 0, i % 2 == 0 ? 12 : 110), places = between(random, 0, 30);
        const std::string digits = "1" + random_digits(random, whole), fraction = random_digits(random, places);
        const bool negative = between(random, 0, 1) == 1, by_months = between(random, 0, 1) == 1;
        const int every = between(random, 1, i % 3 == 0 ? 100000 : 40);
        const BigInteger unscaled(digits + fraction);
        const BigInteger numerator = unscaled * (by_months ? 1 : every % 7 == 0 ? 52 : 365) * 100000000;
        BigInteger denominator = by_months        ? BigInteger(every)
                                 : every % 7 == 0 ? BigInteger(12) * (every / 7)
                                                  : BigInteger(12) * every;
        for (int place = 0; place < places; ++place)
            denominator *= 10;
        std::string expected = BigInteger((2 * numerator + denominator) / (2 * denominator)).str();
        expected.insert(0, expected.size() < 9 ? 9 - expected.size() : 0, '0');
        expected.insert(expected.size() - 8, ".");
        for (int scale = 8; scale > std::min(places, 8) && expected.back() == '0'; --scale)
            expected.pop_back();
        if (expected.back() == '.')
            expected.pop_back();
        if (negative && expected.find_first_of("123456789") != std::string::npos)
            expected.insert(0, 1, '-');
        ASSERT_EQ(monthly((negative ? "-" : "") + digits + (places > 0 ? "." + fraction : ""), by_months ? every : 0,
                          by_months ? 0 : every),
                  expected)
            << every << (by_months ? " months" : " days");
    }
}

TEST(MonthlyAmount, refuses_what_is_no_amount_and_no_interval)
{
    EXPECT_THROW(monthly("1" + std::string(120, '0'), 1), Error);
    EXPECT_NO_THROW(monthly("9" + std::string(119, '9'), 0, 1));
    Decimal infinite;
    infinite.kind = Decimal::Kind::plus_infinity;
    EXPECT_THROW(MonthlyAmount(infinite, BillingInterval(1, 0)), Error);
    for (const auto& [months, days] :
         {std::pair{0, 0}, {1, 1}, {-1, 0}, {0, -7}, {-1, 31}, {100'000'000, 0}, {0, 2'000'000'000}})
        EXPECT_THROW(BillingInterval(months, days), Error);
}

TEST(Currency, is_one_for_all_that_is_added)
{
    Currency currency;
    EXPECT_EQ(currency.name(), "");
    currency.become("EUR");
    EXPECT_NO_THROW(currency.require("EUR"));
    EXPECT_THROW(currency.require("USD"), Error);
    EXPECT_THROW(currency.require(""), Error);
    EXPECT_THROW(currency.become(std::string(24, 'x')), Error);
    EXPECT_THROW(require_currency_name(""), Error);
    EXPECT_NO_THROW(require_currency_name(std::string(23, 'x')));
}

// Customers' rows in columns, as a ledger gives them.
class Subscriptions {
public:
    void add(Day start, Day end, std::int64_t amount)
    {
        rows_.push_back({start, amount});
        rows_.push_back({end, -amount});
    }
    void end_customer()
    {
        std::sort(rows_.begin(), rows_.end());
        for (const auto& [day, amount] : rows_) {
            days_.push_back(day);
            amounts_.push_back(amount);
        }
        if (!rows_.empty())
            offsets_.push_back(static_cast<std::uint32_t>(days_.size()));
        rows_.clear();
    }
    [[nodiscard]] View view() const
    {
        View view;
        view.kind = KeyKind::bigint;
        view.has_amounts = true;
        view.customers = static_cast<std::uint32_t>(offsets_.size() - 1);
        view.rows = days_.size();
        view.offsets = offsets_.data();
        view.days = days_.data();
        view.amounts = amounts_.data();
        view.first_day = *std::min_element(days_.begin(), days_.end());
        view.last_day = *std::max_element(days_.begin(), days_.end());
        return view;
    }

private:
    std::vector<std::pair<Day, std::int64_t>> rows_;
    std::vector<std::uint32_t> offsets_{0};
    std::vector<Day> days_;
    std::vector<std::int64_t> amounts_;
};

constexpr Day horizon = 200, last_end = 2 * horizon;  // of what is asked for, and of what is there

// With what each customer is worth on each day.
struct Drawn {
    Subscriptions subscriptions;
    std::vector<std::vector<Int128>> worth;  // by customer and day
};

Drawn drawn(Random& random)
{
    Drawn result;
    for (int customer = between(random, 1, 30); customer > 0; --customer) {
        std::vector<Int128> worth(last_end + 1);
        for (int subscription = between(random, 1, 5); subscription > 0; --subscription) {
            const Day start = between(random, 0, horizon - 20),
                      end = start + between(random, 1, between(random, 0, 1) == 0 ? 19 : 200);
            const int amount = between(random, -2, 9);
            result.subscriptions.add(start, end, amount);
            for (Day day = start; day < std::min(end, last_end); ++day)
                worth[static_cast<std::size_t>(day)] += amount;
        }
        result.subscriptions.end_customer();
        result.worth.push_back(worth);
    }
    return result;
}

Int128 before(const std::vector<Int128>& worth, Day day)
{
    return day == 0 ? 0 : worth[static_cast<std::size_t>(day - 1)];
}
bool pays_within(const std::vector<Int128>& worth, Day from, Day to)
{
    return std::any_of(worth.begin() + from, worth.begin() + to, [](Int128 amount) { return amount > 0; });
}

// Days without pay between two days of paying, at most so many, are worth what the day before them was.
void fill_gaps(std::vector<Int128>& worth, Day grace)
{
    const auto days = static_cast<Day>(worth.size());
    const auto at = [&](Day day) -> Int128& { return worth[static_cast<std::size_t>(day)]; };
    for (Day paid = -1, day = 0; day < days; ++day) {
        if (at(day) <= 0)
            continue;
        if (paid >= 0 && day - paid - 1 <= grace)
            std::fill(&at(paid) + 1, &at(day), at(paid));
        paid = day;
    }
}
Drawn drawn_with_grace(Random& random, Day grace)
{
    Drawn some = drawn(random);
    for (auto& worth : some.worth)
        fill_gaps(worth, grace);
    return some;
}

TEST(Movements, are_those_between_the_ends_of_days)
{
    Random random(7);
    for (int round = 0; round < 600; ++round) {
        const Day grace = round % 2 == 0 ? 0 : between(random, 1, 30);
        const Drawn some = drawn_with_grace(random, grace);
        std::vector<Day> bounds{between(random, 0, 60)};
        for (const Day length = between(random, 1, 40); bounds.back() + length < horizon;)
            bounds.push_back(bounds.back() + length);
        std::vector<mrr::Movements> movements(bounds.size() - 1);
        if (movements.empty())
            continue;
        mrr::movements(some.subscriptions.view(), bounds, Span{0, grace}, movements);
        for (std::size_t period = 0; period + 1 < bounds.size(); ++period) {
            mrr::Movements expected;
            Int128 end = 0;
            std::int64_t paying = 0;
            for (const auto& worth : some.worth) {
                const Int128 was = before(worth, bounds[period]), is = before(worth, bounds[period + 1]),
                             change = is - was;
                const bool paid = pays_within(worth, 0, bounds[period]);
                expected.start += was;
                expected.start_customers += was > 0;
                end += is;
                paying += is > 0;
                Int128 passing = 0;  // what who came and left paid last
                for (Day day = bounds[period]; was <= 0 && is <= 0 && day < bounds[period + 1]; ++day)
                    passing = worth[static_cast<std::size_t>(day)] > 0 ? worth[static_cast<std::size_t>(day)] : passing;
                if (passing > 0) {
                    (paid ? expected.reactivation : expected.joined) += change + passing;
                    ++(paid ? expected.reactivated_customers : expected.new_customers);
                    (paid ? expected.passing_reactivation : expected.passing_joined) += passing;
                    ++expected.passing_customers;
                    expected.churn -= passing;
                    ++expected.churned_customers;
                } else if (was <= 0 && is > 0) {
                    (paid ? expected.reactivation : expected.joined) += change;
                    ++(paid ? expected.reactivated_customers : expected.new_customers);
                } else if (was > 0 && is <= 0) {
                    expected.churn += change;
                    ++expected.churned_customers;
                } else {
                    (change > 0 ? expected.expansion : expected.contraction) += change;
                }
            }
            const mrr::Movements& got = movements[period];
            ASSERT_TRUE(got.start == expected.start && got.joined == expected.joined &&
                        got.reactivation == expected.reactivation && got.expansion == expected.expansion &&
                        got.contraction == expected.contraction && got.churn == expected.churn && got.end() == end);
            ASSERT_EQ(got.start_customers, expected.start_customers);
            ASSERT_EQ(got.new_customers, expected.new_customers);
            ASSERT_EQ(got.reactivated_customers, expected.reactivated_customers);
            ASSERT_EQ(got.churned_customers, expected.churned_customers);
            ASSERT_EQ(got.end_customers(), paying);
            ASSERT_EQ(got.passing_customers, expected.passing_customers);
            ASSERT_TRUE(got.passing_joined == expected.passing_joined &&
                        got.passing_reactivation == expected.passing_reactivation);
            const mrr::RecurringRevenue standing =
                mrr::standing(some.subscriptions.view(), bounds[period + 1] - 1, Span{0, grace});
            ASSERT_TRUE(standing.mrr == end && standing.customers == paying);
        }
    }
}

TEST(Cohorts, follow_customers_from_the_period_of_their_first_day)
{
    Random random(8);
    for (int round = 0; round < 600; ++round) {
        const Day grace = round % 2 == 0 ? 0 : between(random, 1, 30);
        const Drawn some = drawn_with_grace(random, grace);
        const View view = some.subscriptions.view();
        const Step step(Span{0, between(random, 1, 30)});
        const ledger::CohortGrid grid = mrr::cohort_grid(view, step, between(random, 0, horizon - 1));
        std::vector<std::int64_t> sizes(static_cast<std::size_t>(grid.periods)), expected_sizes = sizes;
        std::vector<mrr::CohortCell> cells(grid.cells()), expected(grid.cells());
        mrr::cohorts(view, grid, Span{0, grace}, sizes, cells);
        const auto start = [&](std::int64_t period) { return std::clamp<Day>(grid.start(period), 0, horizon); };
        for (const auto& worth : some.worth) {
            std::int32_t cohort = 0;
            while (cohort < grid.periods &&
                   !pays_within(worth, start(cohort), std::min(start(cohort + 1), grid.as_of + 1)))
                ++cohort;
            if (cohort == grid.periods)
                continue;
            ++expected_sizes[static_cast<std::size_t>(cohort)];
            const Int128 base = before(worth, start(cohort + 1));
            for (std::int32_t k = 0; cohort + k < grid.periods; ++k) {
                const Int128 now = before(worth, start(cohort + k + 1));
                mrr::CohortCell& cell = expected[grid.cell(cohort, k)];
                cell.mrr += now;
                cell.retained += std::max<Int128>(0, std::min(now, base));
                cell.customers += now > 0;
            }
        }
        ASSERT_EQ(sizes, expected_sizes);
        for (std::int64_t cohort = 0; cohort < grid.periods; ++cohort)
            for (std::int64_t k = 0; grid.has(cohort, k) && grid.is_complete(cohort, k); ++k) {
                const auto &got = cells[grid.cell(cohort, k)], &twin = expected[grid.cell(cohort, k)];
                ASSERT_TRUE(got.mrr == twin.mrr && got.retained == twin.retained && got.customers == twin.customers);
            }
    }
}

TEST(Renewals, count_first_contracts_by_the_steps_they_lasted)
{
    Random random(9);
    for (int round = 0; round < 600; ++round) {
        const Day grace = round % 2 == 0 ? 0 : between(random, 1, 30);
        const Drawn some = drawn_with_grace(random, grace);
        const View view = some.subscriptions.view();
        const Span step{0, between(random, 1, 30)};
        const Day as_of = between(random, 0, horizon - 1);
        std::vector<mrr::ContractRenewals> got(static_cast<std::size_t>(mrr::most_renewals(view, step, as_of))),
            expected = got;
        mrr::renewals(view, step, as_of, Span{0, grace}, got);
        for (const auto& worth : some.worth) {
            Day first = 0;
            while (first <= as_of && worth[static_cast<std::size_t>(first)] <= 0)
                ++first;
            Day end = first;
            while (end <= as_of && worth[static_cast<std::size_t>(end)] > 0)
                ++end;
            if (first > as_of)
                continue;
            if (end <= as_of)
                ++expected[static_cast<std::size_t>((end - first + step.days - 1) / step.days - 1)].lost;
            else if (as_of - first >= step.days)
                ++expected[static_cast<std::size_t>((as_of - first) / step.days - 1)].survived;
        }
        for (std::size_t i = 0; i < got.size(); ++i) {
            ASSERT_EQ(got[i].lost, expected[i].lost);
            ASSERT_EQ(got[i].survived, expected[i].survived);
        }
    }
}

TEST(Renewals, months_end_with_shorter_months)
{
    const auto date = [](int year, int month, int day) { return ledger::day_of(year, month, day); };
    Subscriptions subscriptions;
    for (const Day end : {date(2023, 2, 28), date(2023, 3, 1), date(2023, 3, 31), date(2023, 4, 30)}) {
        subscriptions.add(date(2023, 1, 31), end, 5);
        subscriptions.end_customer();
    }
    std::vector<mrr::ContractRenewals> counts(
        static_cast<std::size_t>(mrr::most_renewals(subscriptions.view(), Span{1, 0}, date(2023, 4, 30))));
    ASSERT_EQ(counts.size(), 4u);
    mrr::renewals(subscriptions.view(), Span{1, 0}, date(2023, 4, 30), {}, counts);
    EXPECT_EQ(counts[0].lost, 1);  // on 28 February
    EXPECT_EQ(counts[1].lost, 2);  // on 1 March and on 31 March
    EXPECT_EQ(counts[2].lost, 1);
    std::fill(counts.begin(), counts.end(), mrr::ContractRenewals{});
    mrr::renewals(subscriptions.view(), Span{1, 0}, date(2023, 2, 28), {}, counts);
    EXPECT_EQ(counts[0].lost, 1);
    EXPECT_EQ(counts[0].survived, 3);
}

}  // namespace
}  // namespace customer_value::test
