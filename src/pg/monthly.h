// A subscription's amount a month, from its amount and how often it bills.
#pragma once

#include "pg/arguments.h"
#include "pg/ledger_arguments.h"
#include "pg/results.h"

#include "core/ledger/float_amount.h"
#include "core/mrr/monthly.h"

#include <concepts>

namespace customer_value::pg {

// A number of any type as the decimal that is printed for it; its digits live in the current context.
template <class Number> Decimal decimal_argument(FunctionCallInfo fcinfo, int index)
{
    const auto number = argument<Number>(fcinfo, index);
    if constexpr (std::integral<Number>) {
        return decimal_of(NumericGetDatum(int64_to_numeric(number)));
    } else if constexpr (std::floating_point<Number>) {
        const auto whole = ledger::whole_amount(number);
        return decimal_of(whole ? NumericGetDatum(int64_to_numeric(*whole)) : shortest_numeric(number));
    } else {
        return number;
    }
}

inline mrr::BillingInterval billing_argument(FunctionCallInfo fcinfo, int index)
{
    const ledger::Span every = span_argument(fcinfo, index, "every");
    return guarded([&] { return mrr::BillingInterval(every.months, every.days); });
}

template <class Number> mrr::MonthlyAmount monthly_argument(FunctionCallInfo fcinfo, int amount_index, int every_index)
{
    const Decimal amount = decimal_argument<Number>(fcinfo, amount_index);
    const mrr::BillingInterval every = billing_argument(fcinfo, every_index);
    return guarded([&] { return mrr::MonthlyAmount(amount, every); });
}

}  // namespace customer_value::pg
