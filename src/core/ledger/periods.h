// A ledger cut into calendar periods. Its rows come by customer; they are put down by period, and each period's rows make a ledger
// (placed_rows.h). A row costs the same however many periods there are.
#pragma once

#include "core/ledger/placed_rows.h"

#include <cstdint>
#include <span>

namespace customer_value::ledger {

// Periods of a calendar that follow one another; `first` is the number of the first.
struct PeriodRange {
    Step step;
    std::int32_t first, count;
};

// Adds how many rows lie in each of the periods, which hold all rows.
void count_rows(const View& view, const PeriodRange& periods, std::span<std::uint64_t> counts);

// Puts down the rows that lie in the periods, those of a period together, from the place in `rows` that places[period] says; that is behind them
// afterwards. `ranks` are the places of the view's customers in the order of keys, null where they come in it.
void put_down(const View& view, const PeriodRange& periods, const std::uint32_t* ranks, std::span<std::uint64_t> places, PlacedRow* rows);

}  // namespace customer_value::ledger
