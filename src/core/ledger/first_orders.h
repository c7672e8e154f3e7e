// What a ledger keeps of a customer whose older rows are given up: the first order, of several on that day the one of the least amount, and the
// refunds of days before it; all refunds where there is no order yet.
#pragma once

#include "core/ledger/row_numbers.h"

#include <cstddef>
#include <cstdint>

namespace customer_value::ledger {

// Puts that of a customer's rows, which are in the order of day and amount, into `into`, which has room for all; returns its end.
// `place` is that of the customer in the order of keys.
template <class Number> Number* put_first_order(const Rows& rows, std::uint32_t place, const RowLayout& layout, Number* into)
{
    std::size_t first = 0;
    while (first < rows.size() && !rows.is_order(first))
        ++first;
    // refunds of the day itself come before its orders
    for (std::size_t i = 0; i < first && (first == rows.size() || rows.days[i] < rows.days[first]); ++i)
        *into++ = layout.number<Number>(place, rows.days[i], rows.amount(i));
    if (first < rows.size())
        *into++ = layout.number<Number>(place, rows.days[first], rows.amount(first));
    return into;
}

}  // namespace customer_value::ledger
