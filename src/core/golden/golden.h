// Golden customers: those who bring the first 80 % of revenue, and how evenly revenue is spread. The mathematics that a
// ledger, an aggregate and window functions share, over sums of any exact type.
#pragma once

#include "core/common/int256.h"
#include "core/common/short_decimal.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace customer_value::golden {

// Throws out_of_range where a share of revenue is not between 0 and 1.
void require_share(const char* argument, double share);
// The same for a share of the customers.
void require_share_of_customers(double share);

// Cuts of classes: 1 to 25 shares, ascending. Throws out_of_range or invalid_parameter for others.
inline constexpr std::size_t most_cuts = 25;
void require_cuts(std::span<const double> cuts);

// The least integer that is not below share * total, for 0 <= share <= 1 and 0 <= total < 2^190. A sum below share *
// total is one below this.
[[nodiscard]] Int256 ceiling(ShortDecimal share, const Int256& total) noexcept;

// Among positive values, one is golden when the sum of strictly higher values is below threshold * total: who crosses
// the line is in, and equal values are in or out together.
template <class Sum> struct Golden {
    std::int64_t customers = 0;  // with a positive value
    std::int64_t golden = 0;
    Sum total = 0, golden_total = 0;  // sums of positive and of golden values
    Sum least = 0;                    // the smallest golden value, where there is one

    [[nodiscard]] bool includes(const Sum& value) const { return golden > 0 && value >= least; }
};

// The same value so many times.
template <class Sum> struct Peers {
    Sum value;
    std::int64_t times;
};

// Exact: the threshold is the decimal that is printed for it, so 0.8 is eight tenths. From `first` to `end` are
// positive values, the highest first; `peers_of` makes Peers<Sum> of one; equal ones may follow each other. Throws
// out_of_range where the threshold does not lie between 0 and 1.
template <class Sum, class Iterator, class PeersOf>
[[nodiscard]] Golden<Sum> golden_of(Iterator first, Iterator end, double threshold, PeersOf peers_of)
{
    require_share("threshold", threshold);
    Golden<Sum> golden;
    for (Iterator each = first; each != end; ++each) {
        const Peers<Sum> peers = peers_of(*each);
        golden.customers += peers.times;
        golden.total += peers.value * peers.times;
    }
    const Sum line = static_cast<Sum>(ceiling(ShortDecimal(threshold), Int256(golden.total)));
    Sum higher = 0;
    for (Iterator each = first; each != end; ++each) {
        const Peers<Sum> peers = peers_of(*each);
        if (golden.golden > 0 && peers.value != golden.least)
            higher = golden.golden_total;
        if (higher >= line)
            break;
        golden.golden_total += peers.value * peers.times;
        golden.golden += peers.times;
        golden.least = peers.value;
    }
    return golden;
}

// What the best customers bring: of n customers the best `share` are share * n, a number that need not be whole. The
// last one then counts in part, so that the answer moves evenly with the share (the Lorenz curve); which one of equals
// that is makes no difference.
template <class Sum> struct Top {
    Sum total = 0;            // of the positive values
    Sum whole = 0, next = 0;  // the sum of those that count whole, and the value that counts in part
    Int128 part = 0;          // of 10^places
    std::int32_t places = 0;
};

// Exact, with the share as the decimal that is printed for it. From `first` to `end` as for golden_of; there are
// `customers` with those who have nothing. Throws out_of_range where the share is not between 0 and 1.
template <class Sum, class Iterator, class PeersOf>
[[nodiscard]] Top<Sum> top_of(Iterator first, Iterator end, std::int64_t customers, double share, PeersOf peers_of)
{
    require_share_of_customers(share);
    const ShortDecimal fraction(share);
    const auto product = static_cast<Int128>(fraction.digits) * customers;  // below 10^17 * 2^61
    Top<Sum> top;
    top.places = fraction.places;
    // 10^places is above the product where it has more digits
    const bool is_whole = fraction.places <= 0, is_small = fraction.places > mantissa_digits;
    const Int128 unit = is_whole || is_small ? 1 : power_of_ten(fraction.places);
    auto left = static_cast<std::int64_t>(is_small ? 0 : product / unit);
    top.part = is_small ? product : product % unit;
    bool is_next = true;
    for (Iterator each = first; each != end; ++each) {
        const Peers<Sum> peers = peers_of(*each);
        const std::int64_t whole = std::min(left, peers.times);
        top.total += peers.value * peers.times;
        top.whole += peers.value * whole;
        left -= whole;
        if (is_next && whole < peers.times) {
            top.next = peers.value;
            is_next = false;
        }
    }
    return top;
}

// Gini coefficient of n values: 2 sum(i v_i) / (n sum v) - (n + 1) / n, ascending (C. Gini 1912; this form: P.
// Dasgupta, A. Sen, D. Starrett 1973), which is numerator / (n total). Values below 0 count as 0, so that it lies
// between 0 and 1.
template <class Sum> struct Gini {
    Sum numerator = 0, total = 0;
    std::int64_t count = 0;
};

// Adds up the values from the lowest to the highest; `count` is how many there are, all at least 0.
template <class Sum> class GiniSum {
public:
    explicit GiniSum(std::int64_t count) { gini_.count = count; }
    // The same value `times` times, at the 0-based ranks from `lower`: the sum of (2 i + 1 - n) v over them.
    void add(const Sum& value, std::int64_t times)
    {
        const Sum all = value * times;
        gini_.total += all;
        gini_.numerator += all * (2 * lower_ + times - gini_.count);
        lower_ += times;
    }
    [[nodiscard]] const Gini<Sum>& gini() const noexcept { return gini_; }

private:
    Gini<Sum> gini_;
    std::int64_t lower_ = 0;
};

}  // namespace customer_value::golden
