// Golden customers: those who bring the first 80 % of revenue, and how evenly revenue is spread.
#pragma once

#include "core/ledger/customers.h"

#include <cstdint>
#include <span>

namespace customer_value::ledger {

// Among positive values, one is golden when the sum of strictly higher values is below threshold * total: who crosses the
// line is in, and equal values are in or out together.
struct Golden {
    std::int64_t customers = 0;  // with a positive value
    std::int64_t golden = 0;
    Int128 total = 0, golden_total = 0;  // sums of positive and of golden values
    Int128 least = 0;                    // the smallest golden value, where there is one

    [[nodiscard]] bool includes(Int128 value) const noexcept { return golden > 0 && value >= least; }
};

// Exact: the threshold is the decimal that is printed for it, so 0.8 is eight tenths. Reorders the values. Throws out_of_range
// where the threshold does not lie between 0 and 1.
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

// Gini coefficient of n values: 2 sum(i v_i) / (n sum v) - (n + 1) / n, ascending (C. Gini 1912; this form: P. Dasgupta, A. Sen,
// D. Starrett 1973), which is numerator / (n total). Values below 0 count as 0, so that it lies between 0 and 1. Reorders the values.
struct Gini {
    Int128 numerator = 0, total = 0;
    std::int64_t count = 0;
};
[[nodiscard]] Gini gini_of(std::span<Int128> values);

}  // namespace customer_value::ledger
