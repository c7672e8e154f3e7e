// Ledgers of order lines, and what is left of orders after refunds.
#include "pg/currency.h"
#include "pg/ledger_customers.h"
#include "pg/ledger_rows.h"

#include "core/ledger/settlement.h"

using namespace customer_value;
using namespace customer_value::pg;
using ledger::Day;
using ledger::View;

namespace {

// One more line; arguments are the ledger, the customer, the day, the amount, the order id, for an instant the time
// zone, perhaps the currency. Not strict: a line whose order id is NULL is an order by itself.
template <class Customer, class DayArgument, class Amount, class OrderKey, bool has_currency>
Datum add_line_of(FunctionCallInfo fcinfo)
{
    constexpr bool is_instant = std::same_as<DayArgument, InstantArgument>;
    constexpr int id_index = 4, tz_index = 5, currency_index = is_instant ? 6 : 5;
    for (const int index : {1, 2, 3, is_instant ? tz_index : 3})
        if (PG_ARGISNULL(index))
            PG_RETURN_DATUM(PG_GETARG_DATUM(0));
    if constexpr (has_currency)
        require_currency(fcinfo, currency_index);
    LedgerObject* object = own_ledger(fcinfo);
    const CustomerArgument<Customer> customer(fcinfo, 1);
    const Day day = day_of<DayArgument>(fcinfo, 2, tz_index);
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
    with_amount(argument<Amount>(fcinfo, 3), [&](const auto& amount) {
        if constexpr (std::same_as<std::remove_cvref_t<decltype(amount)>, Decimal>)
            add_line(object, customer.key(), day, amount, kind_of<OrderKey>, order_id);
        else
            add_row(object, customer.key(), day, &amount, 0, kind_of<OrderKey>, order_id);
    });
    return in_aggregate(fcinfo) ? datum_of(object) : flattened(object);
}

}  // namespace

#define LEDGER_ADD_LINE(customer, Customer, day, Day, id, OrderKey)          \
    SQL_FUNCTION(ledger_add_line_##customer##_##day##_##id)                  \
    {                                                                        \
        return add_line_of<Customer, Day, Decimal, OrderKey, false>(fcinfo); \
    }                                                                        \
    LEDGER_ADD_LINE_CURRENCY(customer, Customer, day, Day, id, OrderKey)
#define LEDGER_ADD_LINE_CURRENCY(customer, Customer, day, Day, id, OrderKey) \
    SQL_FUNCTION(ledger_add_line_##customer##_##day##_##id##_currency)       \
    {                                                                        \
        return add_line_of<Customer, Day, Decimal, OrderKey, true>(fcinfo);  \
    }
#define LEDGER_ADD_LINES_OF_DAY(customer, Customer, day, Day)        \
    LEDGER_ADD_LINE(customer, Customer, day, Day, bigint, BigintKey) \
    LEDGER_ADD_LINE(customer, Customer, day, Day, uuid, UuidKey)     \
    LEDGER_ADD_LINE_CURRENCY(customer, Customer, day, Day, text, TextKey)
#define LEDGER_ADD_LINES(customer, Customer)                                            \
    LEDGER_ADD_LINES_OF_DAY(customer, Customer, date, DateArgument)                     \
    LEDGER_ADD_LINES_OF_DAY(customer, Customer, timestamp, TimestampArgument)           \
    LEDGER_ADD_LINES_OF_DAY(customer, Customer, instant, InstantArgument)               \
    SQL_FUNCTION(ledger_add_line_##customer##_instant_text)                             \
    {                                                                                   \
        return add_line_of<Customer, InstantArgument, Decimal, TextKey, false>(fcinfo); \
    }

LEDGER_ADD_LINES(bigint, BigintKey)
LEDGER_ADD_LINES(uuid, UuidKey)
LEDGER_ADD_LINES(text, TextKey)

// With text ids all types of customers and amounts that have a form with a time zone, which a day would be cast to
// otherwise.
#define LEDGER_ADD_TEXT_LINE(customer, Customer, day, Day, amount, Amount) \
    SQL_FUNCTION(ledger_add_line_##customer##_##day##_##amount##_text)     \
    {                                                                      \
        return add_line_of<Customer, Day, Amount, TextKey, false>(fcinfo); \
    }
#define LEDGER_ADD_TEXT_LINES_OF_DAY(customer, Customer, day, Day)           \
    LEDGER_ADD_TEXT_LINE(customer, Customer, day, Day, bigint, std::int64_t) \
    LEDGER_ADD_TEXT_LINE(customer, Customer, day, Day, numeric, Decimal)     \
    LEDGER_ADD_TEXT_LINE(customer, Customer, day, Day, real, float)          \
    LEDGER_ADD_TEXT_LINE(customer, Customer, day, Day, double, double)
#define LEDGER_ADD_TEXT_LINES(customer, Customer)                        \
    LEDGER_ADD_TEXT_LINES_OF_DAY(customer, Customer, date, DateArgument) \
    LEDGER_ADD_TEXT_LINES_OF_DAY(customer, Customer, timestamp, TimestampArgument)

LEDGER_ADD_TEXT_LINES(smallint, std::int16_t)
LEDGER_ADD_TEXT_LINES(integer, std::int32_t)
LEDGER_ADD_TEXT_LINES(bigint, BigintKey)
LEDGER_ADD_TEXT_LINES(numeric, Decimal)
LEDGER_ADD_TEXT_LINES(uuid, UuidKey)
LEDGER_ADD_TEXT_LINES(text, TextKey)

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
