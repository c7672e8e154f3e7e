#include "core/ledger/golden.h"

#include "core/common/interrupt.h"
#include "core/ledger/day_index.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <vector>

namespace customer_value::ledger {

// Only the least golden value is looked for: halves that are golden as a whole, or not at all, need no order.
Golden golden_of(std::span<Int128> values, double threshold)
{
    golden::require_share("threshold", threshold);
    auto first = values.begin();
    auto end = std::partition(first, values.end(), [](Int128 value) { return value > 0; });
    Golden golden;
    golden.customers = end - first;
    golden.total = std::accumulate(first, end, Int128{0});
    const auto line = static_cast<Int128>(golden::ceiling(ShortDecimal(threshold), golden::Int256(golden.total)));
    Lookout lookout;
    // all values above those from first to end are golden, all below are not
    while (first != end) {
        const auto middle = first + (end - first) / 2;
        std::nth_element(first, middle, end, [&](Int128 left, Int128 right) {
            lookout.call();
            return left > right;
        });
        const Int128 value = *middle;
        const auto higher_end = std::partition(first, middle, [&](Int128 each) { return each > value; });
        const Int128 higher = std::accumulate(first, higher_end, golden.golden_total);
        if (higher >= line) {
            end = higher_end;
            continue;
        }
        const auto peers_end = std::partition(middle, end, [&](Int128 each) { return each == value; });
        golden.golden += peers_end - first;
        golden.golden_total = higher + value * (peers_end - higher_end);
        golden.least = value;
        first = peers_end;
    }
    return golden;
}

void rank_golden(std::span<const Int128> revenues, const Golden& golden, std::span<Standing> standings)
{
    std::size_t count = 0;
    for (std::uint32_t customer = 0; customer < revenues.size(); ++customer)
        if (golden.includes(revenues[customer]))
            standings[count++] = {revenues[customer], 0, 0, customer};
    sort_or_stop(standings.begin(), standings.end(), [](const Standing& left, const Standing& right) {
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
    Lookout lookout;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        lookout.call();
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
    golden::require_share("threshold", threshold);
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
    sort_or_stop(values.begin(), values.end(), std::less<>());
    // no sum passes n * total, below 2^32 customers * 2^32 rows * 2^63
    golden::GiniSum<Int128> sum(static_cast<std::int64_t>(values.size()));
    for (const Int128 value : values)
        sum.add(std::max<Int128>(value, 0), 1);
    return sum.gini();
}

}  // namespace customer_value::ledger
