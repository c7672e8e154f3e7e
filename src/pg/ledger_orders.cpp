// Ledgers of order lines, and what is left of orders after refunds.
#include "pg/arguments.h"
#include "pg/currency.h"
#include "pg/ledger_customers.h"
#include "pg/local_day.h"

#include "core/ledger/settlement.h"

using namespace customer_value;
using namespace customer_value::pg;
using ledger::Day;
using ledger::View;

namespace {

enum class When : bool { day, instant };

// One more line; arguments are the ledger, the customer, the day or the instant, the amount, the order id, for an
// instant the time zone, perhaps the currency. Not strict: a line whose order id is NULL is an order by itself.
template <class Customer, class OrderKey, When when, bool has_currency> Datum add_line_of(FunctionCallInfo fcinfo)
{
    constexpr int id_index = 4, tz_index = 5, currency_index = when == When::instant ? 6 : 5;
    for (const int index : {1, 2, 3, when == When::instant ? tz_index : 3})
        if (PG_ARGISNULL(index))
            PG_RETURN_DATUM(PG_GETARG_DATUM(0));
    if constexpr (has_currency)
        require_currency(fcinfo, currency_index);
    LedgerObject* object = own_ledger(fcinfo);
    const Key customer = argument<Customer>(fcinfo, 1);
    const Day day = when == When::instant ? local_day(PG_GETARG_TIMESTAMPTZ(2), text_of(PG_GETARG_DATUM(tz_index)))
                                          : PG_GETARG_DATEADT(2);
    const Decimal amount = decimal_of(PG_GETARG_DATUM(3));
    const bool has_id = !PG_ARGISNULL(id_index);
    const Key id = has_id ? argument<OrderKey>(fcinfo, id_index) : Key{};
    const ledger::OrderId order_id = has_id ? guarded([&] { return ledger::order_id_of(id); }) : ledger::no_order_id;
    if constexpr (has_currency) {
        const std::string_view currency = text_of(PG_GETARG_DATUM(currency_index));
        guarded([&] {
            require_currency_name(currency);
            object->builder.set_currency(currency);
        });
    }
    add_line(object, customer, day, amount, kind_of<OrderKey>, order_id);
    return in_aggregate(fcinfo) ? datum_of(object) : flattened(object);
}

}  // namespace

#define LEDGER_ADD_LINE(name, Customer, id, OrderKey)                                                                  \
    SQL_FUNCTION(ledger_add_##name##_order_##id) { return add_line_of<Customer, OrderKey, When::day, false>(fcinfo); } \
    SQL_FUNCTION(ledger_add_##name##_order_##id##_currency)                                                            \
    {                                                                                                                  \
        return add_line_of<Customer, OrderKey, When::day, true>(fcinfo);                                               \
    }                                                                                                                  \
    SQL_FUNCTION(ledger_add_instant_##name##_order_##id)                                                               \
    {                                                                                                                  \
        return add_line_of<Customer, OrderKey, When::instant, false>(fcinfo);                                          \
    }                                                                                                                  \
    SQL_FUNCTION(ledger_add_instant_##name##_order_##id##_currency)                                                    \
    {                                                                                                                  \
        return add_line_of<Customer, OrderKey, When::instant, true>(fcinfo);                                           \
    }
#define LEDGER_ADD_LINES(name, Customer)               \
    LEDGER_ADD_LINE(name, Customer, bigint, BigintKey) \
    LEDGER_ADD_LINE(name, Customer, uuid, UuidKey)     \
    LEDGER_ADD_LINE(name, Customer, text, TextKey)

LEDGER_ADD_LINES(bigint, BigintKey)
LEDGER_ADD_LINES(uuid, UuidKey)
LEDGER_ADD_LINES(text, TextKey)

// settled(ledger, as_of)
SQL_FUNCTION(ledger_settled)
{
    if (PG_ARGISNULL(0))
        PG_RETURN_NULL();
    const View view = Ledger(fcinfo, 0).laid_out();
    const Day as_of = as_of_argument(fcinfo, 1, view);
    if (guarded([&] { return ledger::is_settled(view, as_of); }))
        return unchanged_ledger(fcinfo, 0);
    const ledger::Columns into = columns_for(view);
    return flattened(guarded([&] { return ledger::settled_ledger(view, as_of, into); }));
}
