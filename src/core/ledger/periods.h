// A ledger cut into calendar periods. Its rows, which come in no order, are put down by period; each period's rows then make a ledger
// (row_numbers.h). A row costs the same however many periods there are. Rows come from a source that has each_row(visit), which calls
// visit(customer, day, amount) with each: a Builder, or RowsOf a view.
#pragma once

#include "core/ledger/day_index.h"
#include "core/ledger/row_numbers.h"

#include "core/common/mantissa.h"

#include <cstdint>
#include <numeric>
#include <span>

namespace customer_value::ledger {

// Periods of a calendar that follow one another and hold all days of a ledger; `first` is the number of the first.
struct PeriodRange {
    Step step;
    std::int32_t first, count;

    // From a day to the place of its period among them.
    [[nodiscard]] auto index(const View& head) const
    {
        return DayIndex(head, [*this](Day day) { return step.period_of(day) - first; });
    }
};

// Adds how many rows lie in each of the periods. Of `head` the first and the last day are read.
template <class Source> void count_rows(const Source& source, const View& head, const PeriodRange& periods, std::uint64_t* counts)
{
    const auto period_of = periods.index(head);
    source.each_row([&](std::uint32_t, Day day, std::int64_t) { ++counts[period_of(day)]; });
}

// The sums of a period.
struct PeriodSums {
    std::int64_t orders, refund_rows;
    Int128 gross, refunds;

    void add(std::int64_t amount) noexcept
    {
        const bool is_refund = amount < 0;
        orders += !is_refund;
        refund_rows += is_refund;
        (is_refund ? refunds : gross) += amount;
    }
};

// Puts all rows down, each period's behind those of the period before; false where the layout has no room for an amount. `places` are how many they are
// in each, and then the place behind them; rows up to a day go into `sums`. `ranks` are the places of the customers in the order of keys, null where they are
// numbered in it.
template <class Number, class Source>
[[nodiscard]] bool put_down(const Source& source, const View& head, const PeriodRange& periods, const std::uint32_t* ranks, const RowLayout& layout, std::uint64_t* places, Number* rows,
                            Day as_of, PeriodSums* sums)
{
    const auto period_of = periods.index(head);
    std::exclusive_scan(places, places + periods.count, places, std::uint64_t{0});
    bool fit = true;
    source.each_row([&](std::uint32_t customer, Day day, std::int64_t amount) {
        const std::int32_t period = period_of(day);
        fit &= layout.has_room_for(amount);
        rows[places[period]++] = layout.number<Number>(ranks == nullptr ? customer : ranks[customer], day, amount);
        if (day <= as_of)
            sums[period].add(amount);
    });
    return fit;
}

}  // namespace customer_value::ledger
