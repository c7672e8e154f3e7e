#include "core/ledger/golden.h"

#include "core/common/decimal.h"
#include "core/ledger/day_index.h"

#include <array>
#include <charconv>
#include <functional>
#include <vector>

namespace customer_value::ledger {

namespace {

__extension__ using UInt128 = unsigned __int128;

// digits / 10^places, the shortest decimal of a number from 0 to 1.
struct Fraction {
    std::uint64_t digits = 0;
    std::int32_t places = 0;

    explicit Fraction(double value)
    {
        std::array<char, 40> text;  // d[.ddd]e[+-]xx
        const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific).ptr;
        const char* c = text.data();
        for (bool behind_point = false; *c != 'e'; ++c) {
            if (*c == '.') {
                behind_point = true;
                continue;
            }
            digits = digits * 10 + static_cast<std::uint64_t>(*c - '0');
            places += behind_point;
        }
        std::int32_t exponent = 0;
        c += c[1] == '+' ? 2 : 1;
        std::from_chars(c, end, exponent);
        places -= exponent;
    }
};

// The least integer that is not below share * total. A value below share * total is one below this.
Int128 ceiling(Fraction share, Int128 total)
{
    const auto whole = static_cast<UInt128>(total);
    const UInt128 low = static_cast<UInt128>(static_cast<std::uint64_t>(whole)) * share.digits;
    const UInt128 high = (whole >> 64) * share.digits + (low >> 64);  // below 2^63 * 10^17
    std::array<std::uint64_t, 3> limbs{static_cast<std::uint64_t>(high >> 64), static_cast<std::uint64_t>(high), static_cast<std::uint64_t>(low)};
    bool exact = true;
    for (std::int32_t place = 0; place < share.places; ++place) {
        UInt128 rest = 0;
        for (std::uint64_t& limb : limbs) {
            const UInt128 part = rest << 64 | limb;
            limb = static_cast<std::uint64_t>(part / 10);
            rest = part % 10;
        }
        exact = exact && rest == 0;
    }
    return static_cast<Int128>(static_cast<UInt128>(limbs[1]) << 64 | limbs[2]) + !exact;
}

void require_share(double threshold)
{
    if (!(threshold >= 0 && threshold <= 1))
        throw Error(ErrorCode::out_of_range, "threshold must lie between 0 and 1: " + shown(threshold), {},
                    "0.8 are the customers who bring the first 80 % of revenue.");
}

}  // namespace

Golden golden_of(std::span<Int128> values, double threshold)
{
    require_share(threshold);
    Golden golden;
    const auto end = std::partition(values.begin(), values.end(), [](Int128 value) { return value > 0; });
    const auto positive = values.first(static_cast<std::size_t>(end - values.begin()));
    std::sort(positive.begin(), positive.end(), std::greater<>());
    golden.customers = static_cast<std::int64_t>(positive.size());
    for (const Int128 value : positive)
        golden.total += value;
    const Int128 line = ceiling(Fraction(threshold), golden.total);
    Int128 sum = 0, higher = 0;
    for (std::size_t i = 0; i < positive.size(); ++i) {
        if (i > 0 && positive[i] != positive[i - 1])
            higher = sum;
        if (higher >= line)
            break;
        sum += positive[i];
        golden.least = positive[i];
        golden.golden_total = sum;
        ++golden.golden;
    }
    return golden;
}

void rank_golden(std::span<const Int128> revenues, const Golden& golden, std::span<Standing> standings)
{
    std::size_t count = 0;
    for (std::uint32_t customer = 0; customer < revenues.size(); ++customer)
        if (golden.includes(revenues[customer]))
            standings[count++] = {revenues[customer], 0, 0, customer};
    std::sort(standings.begin(), standings.end(), [](const Standing& left, const Standing& right) {
        return left.revenue != right.revenue ? left.revenue > right.revenue : left.customer < right.customer;
    });
    Int128 cumulative = 0;
    for (std::size_t first = 0, end = 0; first < standings.size(); first = end) {
        for (; end < standings.size() && standings[end].revenue == standings[first].revenue; ++end)
            cumulative += standings[end].revenue;
        for (std::size_t i = first; i < end; ++i) {
            standings[i].rank = static_cast<std::int64_t>(first) + 1;
            standings[i].cumulative = cumulative;
        }
    }
}

namespace {

// Calls `use(period, customer, revenue)` for each customer with positive net revenue in a period.
template <class PeriodOf, class Use> void for_each_income(const View& view, const PeriodOf& period_of, std::size_t periods, Use use)
{
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        for (std::size_t i = 0; i < rows.size();) {
            const std::int32_t period = period_of(rows.days[i]);
            Int128 revenue = 0;
            for (; i < rows.size() && period_of(rows.days[i]) == period; ++i)
                revenue += rows.amount(i);
            if (revenue > 0 && period >= 0 && static_cast<std::size_t>(period) < periods)
                use(static_cast<std::size_t>(period), customer, revenue);
        }
    }
}

}  // namespace

void golden_trend(const View& view, std::span<const Day> bounds, double threshold, std::span<GoldenPeriod> trend)
{
    require_share(threshold);
    const DayIndex period_of(view, [&](Day day) { return std::upper_bound(bounds.begin(), bounds.end(), day) - bounds.begin() - 1; });
    // incomes by period, each period's in the order of customers
    std::vector<std::size_t> starts(trend.size() + 2);
    for_each_income(view, period_of, trend.size(), [&](std::size_t period, std::uint32_t, Int128) { ++starts[period + 2]; });
    for (std::size_t period = 2; period < starts.size(); ++period)
        starts[period] += starts[period - 1];
    std::vector<Int128> revenues(starts.back());
    std::vector<std::uint32_t> customers(starts.back());
    for_each_income(view, period_of, trend.size(), [&](std::size_t period, std::uint32_t customer, Int128 revenue) {
        const std::size_t at = starts[period + 1]++;
        revenues[at] = revenue;
        customers[at] = customer;
    });
    std::vector<std::size_t> golden_until(view.customers);  // the period behind the last in which a customer was golden
    std::vector<Int128> sorted;
    for (std::size_t period = 0; period < trend.size(); ++period) {
        sorted.assign(revenues.begin() + static_cast<std::ptrdiff_t>(starts[period]), revenues.begin() + static_cast<std::ptrdiff_t>(starts[period + 1]));
        const Golden golden = golden_of(sorted, threshold);
        GoldenPeriod& row = trend[period];
        row.customers = golden.customers;
        row.golden = row.entered = golden.golden;
        for (std::size_t i = starts[period]; i < starts[period + 1]; ++i)
            if (golden.includes(revenues[i])) {
                row.entered -= period > 0 && golden_until[customers[i]] == period;
                golden_until[customers[i]] = period + 1;
            }
        if (period > 0)
            row.left = trend[period - 1].golden - (row.golden - row.entered);
    }
}

Gini gini_of(std::span<Int128> values)
{
    std::sort(values.begin(), values.end());
    Gini gini;
    gini.count = static_cast<std::int64_t>(values.size());
    // no sum passes n * total, below 2^32 customers * 2^32 rows * 2^63
    for (std::int64_t i = 0; i < gini.count; ++i)
        if (const Int128 value = values[static_cast<std::size_t>(i)]; value > 0) {
            gini.total += value;
            gini.numerator += (2 * i + 1 - gini.count) * value;
        }
    return gini;
}

}  // namespace customer_value::ledger
