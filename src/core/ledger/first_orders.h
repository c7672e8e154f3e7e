// What a ledger keeps of a customer whose older rows are given up: the first order, of several on that day the one of the least amount, and the
// refunds of days before it; all refunds where there is no order yet. For sources of rows and `ranks` see periods.h.
#pragma once

#include "core/ledger/row_numbers.h"

#include <algorithm>
#include <cstdint>
#include <span>

namespace customer_value::ledger {

inline constexpr WideRow no_order = ~WideRow{0};

// Puts the first order of each customer at its place, no_order where there is none; returns how many refunds there are before them at most.
template <class Source>
std::size_t note_first_orders(const Source& source, std::uint32_t customers, const std::uint32_t* ranks, const RowLayout& layout, WideRow* firsts)
{
    std::size_t refunds = 0;
    std::fill_n(firsts, customers, no_order);
    source.each_row([&](std::uint32_t customer, Day day, std::int64_t amount) {
        const std::uint32_t place = ranks == nullptr ? customer : ranks[customer];
        WideRow& first = firsts[place];
        if (amount >= 0)
            first = std::min(first, layout.number<WideRow>(place, day, amount));
        else
            refunds += first == no_order || day < layout.day(first);
    });
    return refunds;
}

// The first orders, and behind them the refunds before them, in `into`, which has room for all.
template <class Source>
std::span<WideRow> first_orders(const Source& source, const std::uint32_t* ranks, const RowLayout& layout, std::span<const WideRow> firsts, WideRow* into)
{
    WideRow* end = std::remove_copy(firsts.begin(), firsts.end(), into, no_order);
    source.each_row([&](std::uint32_t customer, Day day, std::int64_t amount) {
        const std::uint32_t place = ranks == nullptr ? customer : ranks[customer];
        if (amount < 0 && (firsts[place] == no_order || day < layout.day(firsts[place])))
            *end++ = layout.number<WideRow>(place, day, amount);
    });
    return {into, end};
}

}  // namespace customer_value::ledger
