// Golden customers of a ledger, and how evenly their revenue is spread.
#pragma once

#include "core/golden/golden.h"
#include "core/ledger/customers.h"

#include <cstdint>
#include <span>

namespace customer_value::ledger {

using Golden = golden::Golden<Int128>;
using Gini = golden::Gini<Int128>;

// The golden ones among the positive values. Reorders the values. Throws out_of_range where the threshold does not lie between
// 0 and 1.
[[nodiscard]] Golden golden_of(std::span<Int128> values, double threshold);

// A golden customer: 1 + the number of customers with more, revenue, and the revenue of all with as much or more.
struct Standing {
    Int128 revenue, cumulative;
    std::int64_t rank;
    std::uint32_t customer;
};

// The golden customers by rank, then key. `standings` has room for them all.
void rank_golden(std::span<const Int128> revenues, const Golden& golden, std::span<Standing> standings);

// A period: customers with positive net revenue in it, golden ones, and against the period before those who became
// golden and those who no longer are.
struct GoldenPeriod {
    std::int64_t customers = 0, golden = 0, entered = 0, left = 0;
};

// `bounds` are the starts of the periods and the end of the last, `trend` one row a period. Throws as golden_of.
void golden_trend(const View& view, std::span<const Day> bounds, double threshold, std::span<GoldenPeriod> trend);

// Values below 0 count as 0. Reorders the values.
[[nodiscard]] Gini gini_of(std::span<Int128> values);

}  // namespace customer_value::ledger
