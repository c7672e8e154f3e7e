#include "core/ledger/golden.h"

#include "core/common/interrupt.h"
#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <numeric>
#include <vector>

namespace customer_value::ledger {

namespace {

// Values that share their upper bits, by the next ten.
struct ValueBucket {
    Int128 sum = 0, least = 0;
    std::int64_t values = 0;
};
constexpr unsigned bucket_bits = 10;

unsigned bits_of(Int128 value) noexcept
{
    const auto high = static_cast<std::uint64_t>(value >> 64);
    return static_cast<unsigned>(high != 0 ? 64 + std::bit_width(high)
                                           : std::bit_width(static_cast<std::uint64_t>(value)));
}

}  // namespace

// Only the least golden value is looked for: values are summed by their upper bits, buckets are golden as a whole or
// not at all, and only the one in which the line is crossed is divided again.
template <class Value> Golden golden_of(std::span<Value> values, double threshold)
{
    golden::require_share("threshold", threshold);
    std::span<Value> open(values.begin(),
                          std::partition(values.begin(), values.end(), [](Value value) { return value > 0; }));
    Golden golden;
    golden.customers = static_cast<std::int64_t>(open.size());
    golden.total = std::accumulate(open.begin(), open.end(), Int128{0});
    const auto line = static_cast<Int128>(golden::ceiling(ShortDecimal(threshold), Int256(golden.total)));
    unsigned bits = open.empty() ? 0 : bits_of(*std::max_element(open.begin(), open.end()));
    // all values above the open ones are golden, all below are not
    while (!open.empty() && golden.golden_total < line) {
        stop_if_interrupted();
        const unsigned shift = bits > bucket_bits ? bits - bucket_bits : 0;
        const auto bucket_of = [&](Value value) {
            return static_cast<std::size_t>(value >> shift) & ((std::size_t{1} << bucket_bits) - 1);
        };
        std::array<ValueBucket, std::size_t{1} << bucket_bits> buckets{};
        for (const Value value : open) {
            ValueBucket& bucket = buckets[bucket_of(value)];
            bucket.least = bucket.values == 0 ? value : std::min<Int128>(bucket.least, value);
            bucket.sum += value;
            ++bucket.values;
        }
        std::size_t crossed = buckets.size();
        while (crossed-- > 0 && golden.golden_total < line) {
            const ValueBucket& bucket = buckets[crossed];
            if (bucket.values == 0)
                continue;
            // where no bits are left, equal values cross the line together
            if (shift > 0 && golden.golden_total + bucket.sum > line)
                break;
            golden.golden += bucket.values;
            golden.golden_total += bucket.sum;
            golden.least = bucket.least;
        }
        if (shift == 0 || golden.golden_total >= line)
            break;
        const auto first =
            std::partition(open.begin(), open.end(), [&](Value value) { return bucket_of(value) != crossed; });
        open = std::span<Value>(first, open.end());
        bits = shift;
    }
    return golden;
}

template Golden golden_of(std::span<std::int64_t>, double);
template Golden golden_of(std::span<Int128>, double);

void rank_golden(std::span<const Int128> revenues, const Golden& golden, std::span<GoldenStanding> standings)
{
    std::size_t count = 0;
    for (std::uint32_t customer = 0; customer < revenues.size(); ++customer)
        if (golden.includes(revenues[customer]))
            standings[count++] = {revenues[customer], 0, 0, customer};
    sort_or_stop(standings.begin(), standings.end(), [](const GoldenStanding& left, const GoldenStanding& right) {
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

std::size_t place_incomes(const View& view, std::span<const Day> bounds, std::span<std::size_t> starts)
{
    const auto period_of = period_index(view, bounds);
    const auto periods = static_cast<std::int32_t>(starts.size());
    std::fill(starts.begin(), starts.end(), 0);
    // rows, not customers: whether a row is the first of its customer in a period is a branch that nothing foretells
    for (std::uint32_t customer = 0; customer < view.customers; ++customer)
        for (const Day day : view.of(customer).days)
            if (const std::int32_t period = period_of(day); period >= 0 && period < periods)
                ++starts[static_cast<std::size_t>(period)];
    const std::size_t last = starts.empty() ? 0 : starts.back();
    std::exclusive_scan(starts.begin(), starts.end(), starts.begin(), std::size_t{0});
    return starts.empty() ? 0 : starts.back() + last;
}

template <class Revenue>
bool collect_incomes(const View& view, std::span<const Day> bounds, std::span<const std::size_t> starts,
                     const Incomes<Revenue>& incomes)
{
    const auto period_of = period_index(view, bounds);
    std::copy(starts.begin(), starts.end(), incomes.ends.begin());
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        for (std::size_t i = 0; i < rows.size();) {
            const std::int32_t period = period_of(rows.days[i]);
            Revenue revenue = 0;
            for (; i < rows.size() && period_of(rows.days[i]) == period; ++i)
                if (__builtin_add_overflow(revenue, rows.amount(i), &revenue)) [[unlikely]]
                    return false;
            if (revenue > 0 && period >= 0 && static_cast<std::size_t>(period) < incomes.ends.size()) {
                const std::size_t at = incomes.ends[static_cast<std::size_t>(period)]++;
                incomes.revenues[at] = revenue;
                incomes.customers[at] = customer;
            }
        }
    }
    return true;
}

template bool collect_incomes(const View&, std::span<const Day>, std::span<const std::size_t>,
                              const Incomes<std::int64_t>&);
template bool collect_incomes(const View&, std::span<const Day>, std::span<const std::size_t>, const Incomes<Int128>&);

template <class Revenue>
void golden_trend(const Incomes<Revenue>& incomes, std::span<const std::size_t> starts, std::uint32_t customers,
                  double threshold, std::span<GoldenPeriod> trend)
{
    golden::require_share("threshold", threshold);
    std::vector<std::uint32_t> golden_until(customers);  // the period behind the last in which a customer was golden
    std::vector<Revenue> reordered;
    for (std::size_t period = 0; period < trend.size(); ++period) {
        const std::span revenues(incomes.revenues + starts[period], incomes.revenues + incomes.ends[period]);
        reordered.assign(revenues.begin(), revenues.end());
        const Golden golden = golden_of(std::span(reordered), threshold);
        GoldenPeriod& row = trend[period];
        row.customers = golden.customers;
        row.golden = row.entered = golden.golden;
        for (std::size_t i = 0; i < revenues.size(); ++i)
            if (golden.includes(revenues[i])) {
                std::uint32_t& until = golden_until[incomes.customers[starts[period] + i]];
                row.entered -= period > 0 && until == period;
                until = static_cast<std::uint32_t>(period) + 1;
            }
        if (period > 0)
            row.left = trend[period - 1].golden - (row.golden - row.entered);
    }
}

template void golden_trend(const Incomes<std::int64_t>&, std::span<const std::size_t>, std::uint32_t, double,
                           std::span<GoldenPeriod>);
template void golden_trend(const Incomes<Int128>&, std::span<const std::size_t>, std::uint32_t, double,
                           std::span<GoldenPeriod>);

Top top_of(std::span<Int128> values, double share)
{
    const auto end = std::partition(values.begin(), values.end(), [](const Int128& value) { return value > 0; });
    sort_or_stop(values.begin(), end, std::greater<>());
    return golden::top_of<Int128>(values.begin(), end, std::ssize(values), share, [](const Int128& value) {
        return golden::Peers<Int128>{value, 1};
    });
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
