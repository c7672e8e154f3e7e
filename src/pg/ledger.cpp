#include "pg/arguments.h"
#include "pg/ledger_type.h"
#include "pg/local_day.h"

using namespace customer_value;
using namespace customer_value::pg;
using ledger::Day;

namespace {

// One more row; arguments are the ledger, the customer, the day or the instant, perhaps the amount, perhaps the time
// zone.
template <class Customer, bool has_amount, bool is_instant> Datum add_argument_row(FunctionCallInfo fcinfo)
{
    LedgerObject* object = own_ledger(fcinfo);
    const Key customer = argument<Customer>(fcinfo, 1);
    const Day day = is_instant ? local_day(PG_GETARG_TIMESTAMPTZ(2), text_of(PG_GETARG_DATUM(has_amount ? 4 : 3)))
                               : PG_GETARG_DATEADT(2);
    if constexpr (has_amount) {
        const Decimal amount = decimal_of(PG_GETARG_DATUM(3));
        add_row(object, customer, day, &amount);
    } else {
        add_row(object, customer, day, nullptr);
    }
    return in_aggregate(fcinfo) ? datum_of(object) : flattened(object);
}

}  // namespace

#define LEDGER_ADD(name, Customer)                                                                        \
    SQL_FUNCTION(ledger_add_##name) { return add_argument_row<Customer, true, false>(fcinfo); }           \
    SQL_FUNCTION(ledger_add_activity_##name) { return add_argument_row<Customer, false, false>(fcinfo); } \
    SQL_FUNCTION(ledger_add_instant_##name) { return add_argument_row<Customer, true, true>(fcinfo); }    \
    SQL_FUNCTION(ledger_add_activity_instant_##name) { return add_argument_row<Customer, false, true>(fcinfo); }

LEDGER_ADD(bigint, BigintKey)
LEDGER_ADD(uuid, UuidKey)
LEDGER_ADD(text, TextKey)

LEDGER_TYPE(customer_ledger)

SQL_FUNCTION(customers_count) { PG_RETURN_INT64(read_head(fcinfo, 0).customers); }
SQL_FUNCTION(ledger_rows_count) { PG_RETURN_INT64(static_cast<std::int64_t>(read_head(fcinfo, 0).rows)); }

SQL_FUNCTION(ledger_first_day)
{
    const auto head = read_head(fcinfo, 0);
    if (head.rows == 0)
        PG_RETURN_NULL();
    PG_RETURN_DATEADT(head.first_day);
}
SQL_FUNCTION(ledger_last_day)
{
    const auto head = read_head(fcinfo, 0);
    if (head.rows == 0)
        PG_RETURN_NULL();
    PG_RETURN_DATEADT(head.last_day);
}
