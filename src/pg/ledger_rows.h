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

// One more row, its amount of any type; a line of an order where there is a kind of order ids.
template <class Amount>
[[gnu::always_inline]] inline void add_row_of(LedgerObject* object, const Key& customer, ledger::Day day,
                                              const Amount& amount, KeyKind kind_of_id = KeyKind::none,
                                              ledger::OrderId order_id = ledger::no_order_id)
{
    const auto add_decimal = [&](const Decimal& decimal) {
        if (kind_of_id == KeyKind::none)
            add_row(object, customer, day, &decimal);
        else
            add_line(object, customer, day, decimal, kind_of_id, order_id);
    };
    const auto add_whole = [&](std::int64_t number) {
        add_row(object, customer, day, &number, 0, kind_of_id, order_id);
    };
    if constexpr (std::same_as<Amount, Decimal>) {
        add_decimal(amount);
    } else if constexpr (std::integral<Amount>) {
        add_whole(amount);
    } else if (const auto whole = ledger::whole_amount(amount)) {
        add_whole(*whole);
    } else {
        const auto decimal = guarded([&] { return ledger::decimal_amount(amount); });
        add_decimal(decimal.view());
    }
}

}  // namespace customer_value::pg
