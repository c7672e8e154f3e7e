// Ledgers of order lines.
#include "pg/currency.h"
#include "pg/ledger_rows.h"

using namespace customer_value;
using namespace customer_value::pg;
using ledger::Day;

namespace {

// One more line, of which all but the ledger and the order id has been read.
template <class Amount>
[[gnu::noinline]] Datum add_line_to(FunctionCallInfo fcinfo, const Key& customer, Day day, const Amount& amount,
                                    KeyKind kind_of_id, const Key* id, const std::string_view* currency)
{
    LedgerObject* object = own_ledger(fcinfo);
    const ledger::OrderId order_id =
        id != nullptr ? guarded([&] { return ledger::order_id_of(*id); }) : ledger::no_order_id;
    if (currency != nullptr)
        guarded([&] {
            require_currency_name(*currency);
            object->builder.set_currency(*currency);
        });
    add_row_of(object, customer, day, amount, kind_of_id, order_id);
    return in_aggregate(fcinfo) ? datum_of(object) : flattened(object);
}

// Arguments are the ledger, the customer, the day or the instant, the amount, the order id, for an instant the time
// zone, perhaps the currency. Not strict: a line whose order id is NULL is an order by itself.
template <class Customer, class OrderKey, class DayArgument, class Amount, bool has_currency>
Datum add_line_of(FunctionCallInfo fcinfo)
{
    constexpr bool is_instant = std::same_as<DayArgument, InstantArgument>;
    constexpr int id_index = 4, tz_index = 5, currency_index = is_instant ? 6 : 5;
    if (PG_ARGISNULL(0))
        PG_RETURN_NULL();
    for (const int index : {1, 2, 3, is_instant ? tz_index : 3})
        if (PG_ARGISNULL(index))
            PG_RETURN_DATUM(PG_GETARG_DATUM(0));
    if constexpr (has_currency)
        require_currency(fcinfo, currency_index);
    const CustomerArgument<Customer> customer(fcinfo, 1);
    const Day day = day_of<DayArgument>(fcinfo, 2, tz_index);
    const Amount amount = argument<Amount>(fcinfo, 3);
    const bool has_id = !PG_ARGISNULL(id_index);
    const Key id = has_id ? argument<OrderKey>(fcinfo, id_index) : Key{};
    const std::string_view currency = has_currency ? text_of(PG_GETARG_DATUM(currency_index)) : std::string_view{};
    return add_line_to(fcinfo, customer.key(), day, amount, kind_of<OrderKey>, has_id ? &id : nullptr,
                       has_currency ? &currency : nullptr);
}

}  // namespace

#define LEDGER_ADD_LINE(name, Customer, day, Day, amount, Amount, id, Id) \
    SQL_FUNCTION(ledger_add_##name##_##day##_##amount##_order_##id)       \
    {                                                                     \
        return add_line_of<Customer, Id, Day, Amount, false>(fcinfo);     \
    }
#define LEDGER_ADD_LINE_IDS(name, Customer, day, Day, amount, Amount)            \
    LEDGER_ADD_LINE(name, Customer, day, Day, amount, Amount, bigint, BigintKey) \
    LEDGER_ADD_LINE(name, Customer, day, Day, amount, Amount, uuid, UuidKey)     \
    LEDGER_ADD_LINE(name, Customer, day, Day, amount, Amount, text, TextKey)
#define LEDGER_ADD_LINE_AMOUNTS(name, Customer, day, Day)               \
    LEDGER_ADD_LINE_IDS(name, Customer, day, Day, bigint, std::int64_t) \
    LEDGER_ADD_LINE_IDS(name, Customer, day, Day, numeric, Decimal)     \
    LEDGER_ADD_LINE_IDS(name, Customer, day, Day, real, float)          \
    LEDGER_ADD_LINE_IDS(name, Customer, day, Day, double, double)
#define LEDGER_ADD_LINES(name, Customer)                        \
    LEDGER_ADD_LINE_AMOUNTS(name, Customer, date, DateArgument) \
    LEDGER_ADD_LINE_AMOUNTS(name, Customer, timestamp, TimestampArgument)

FOR_EACH_CUSTOMER(LEDGER_ADD_LINES)

// With a time zone or a currency amounts are numeric.
#define LEDGER_ADD_OPTIONAL(name, Customer, id, Id)                                 \
    SQL_FUNCTION(ledger_add_##name##_date_order_##id##_currency)                    \
    {                                                                               \
        return add_line_of<Customer, Id, DateArgument, Decimal, true>(fcinfo);      \
    }                                                                               \
    SQL_FUNCTION(ledger_add_##name##_timestamp_order_##id##_currency)               \
    {                                                                               \
        return add_line_of<Customer, Id, TimestampArgument, Decimal, true>(fcinfo); \
    }                                                                               \
    SQL_FUNCTION(ledger_add_##name##_instant_order_##id)                            \
    {                                                                               \
        return add_line_of<Customer, Id, InstantArgument, Decimal, false>(fcinfo);  \
    }                                                                               \
    SQL_FUNCTION(ledger_add_##name##_instant_order_##id##_currency)                 \
    {                                                                               \
        return add_line_of<Customer, Id, InstantArgument, Decimal, true>(fcinfo);   \
    }
#define LEDGER_ADD_OPTIONALS(name, Customer)               \
    LEDGER_ADD_OPTIONAL(name, Customer, bigint, BigintKey) \
    LEDGER_ADD_OPTIONAL(name, Customer, uuid, UuidKey)     \
    LEDGER_ADD_OPTIONAL(name, Customer, text, TextKey)

LEDGER_ADD_OPTIONALS(bigint, BigintKey)
LEDGER_ADD_OPTIONALS(uuid, UuidKey)
LEDGER_ADD_OPTIONALS(text, TextKey)
