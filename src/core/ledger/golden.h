// Golden customers of a ledger, and how evenly their revenue is spread.
#pragma once

#include "core/golden/golden.h"
#include "core/ledger/customers.h"
#include "core/ledger/day_index.h"

#include <cstdint>
#include <span>

namespace customer_value::ledger {

using Golden = golden::Golden<Int128>;
using Gini = golden::Gini<Int128>;
using Top = golden::Top<Int128>;

// The golden ones among the positive values, Int128 or 64 bits. Reorders the values. Throws out_of_range where the
// threshold does not lie between 0 and 1.
template <class Value> [[nodiscard]] Golden golden_of(std::span<Value> values, double threshold);

// A golden customer: 1 + the number of customers with more, revenue, and the revenue of all with as much or more.
struct GoldenStanding {
    Int128 revenue, cumulative;
    std::int64_t rank;
    std::uint32_t customer;
};

// The golden customers by rank, then key. `standings` has room for them all.
void rank_golden(std::span<const Int128> revenues, const Golden& golden, std::span<GoldenStanding> standings);

// A period: customers with positive net revenue in it, golden ones, and against the period before those who became
// golden and those who no longer are.
struct GoldenPeriod {
    std::int64_t customers = 0, golden = 0, entered = 0, left = 0;
};

// Whose net revenue in which period is positive, period by period and in each in the order of the customers. The memory
// is the caller's: as many revenues and customers as place_incomes says. A revenue is of 64 bits where all fit, which
// is nearly always, and else an Int128.
template <class Revenue> struct Incomes {
    std::span<std::size_t> ends;  // of each period
    Revenue* revenues;
    std::uint32_t* customers;
};

// Periods by their bounds: the starts, and the end of the last.
[[nodiscard]] inline auto period_index(const Head& head, std::span<const Day> bounds)
{
    return DayIndex(
        head, [bounds](Day day) { return std::upper_bound(bounds.begin(), bounds.end(), day) - bounds.begin() - 1; });
}

// Sets `starts` to where the incomes of each period go: behind as many as there are rows in the periods before. Returns
// how many incomes there are at most.
[[nodiscard]] std::size_t place_incomes(const View& view, std::span<const Day> bounds, std::span<std::size_t> starts);
// Collects them, from `starts` on; false where a sum does not fit a Revenue.
template <class Revenue>
[[nodiscard]] bool collect_incomes(const View& view, std::span<const Day> bounds, std::span<const std::size_t> starts,
                                   const Incomes<Revenue>& incomes);
// One row a period. Throws as golden_of.
template <class Revenue>
void golden_trend(const Incomes<Revenue>& incomes, std::span<const std::size_t> starts, std::uint32_t customers,
                  double threshold, std::span<GoldenPeriod> trend);

// What the best customers bring. Values up to 0 count as 0. Reorders the values. Throws out_of_range where the share is
// not between 0 and 1.
[[nodiscard]] Top top_of(std::span<Int128> values, double share);

// Values below 0 count as 0. Reorders the values.
[[nodiscard]] Gini gini_of(std::span<Int128> values);

}  // namespace customer_value::ledger
