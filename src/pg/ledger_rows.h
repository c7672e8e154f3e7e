// The rows that an aggregate makes a ledger of: their days and amounts, of the types that people have.
#pragma once

#include "pg/customer_argument.h"
#include "pg/ledger_object.h"
#include "pg/local_day.h"

#include "core/ledger/float_amount.h"

#include <concepts>

namespace customer_value::pg {

// Days: a date; a timestamp, which is on its own day; an instant, whose day depends on the time zone.
struct DateArgument {};
struct TimestampArgument {};
struct InstantArgument {};

// The day of an argument; `tz_index` is that of the time zone, for an instant.
template <class Type> ledger::Day day_of(FunctionCallInfo fcinfo, int index, [[maybe_unused]] int tz_index)
{
    if constexpr (std::same_as<Type, InstantArgument>)
        return local_day(PG_GETARG_TIMESTAMPTZ(index), text_of(PG_GETARG_DATUM(tz_index)));
    else if constexpr (std::same_as<Type, TimestampArgument>)
        return own_day(PG_GETARG_TIMESTAMP(index));
    else
        return PG_GETARG_DATEADT(index);
}

// Calls `use` with an amount of any type as a Decimal, or as a whole number.
template <class Amount, class Use> [[gnu::always_inline]] inline void with_amount(const Amount& amount, Use use)
{
    if constexpr (std::same_as<Amount, Decimal>) {
        use(amount);
    } else if constexpr (std::integral<Amount>) {
        use(std::int64_t{amount});
    } else if (const auto whole = ledger::whole_amount(amount)) {
        use(*whole);
    } else {
        const auto decimal = guarded([&] { return ledger::decimal_amount(amount); });
        use(decimal.view());
    }
}

}  // namespace customer_value::pg
