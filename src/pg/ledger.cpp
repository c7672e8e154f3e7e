#include "pg/ledger_rows.h"
#include "pg/ledger_type.h"

using namespace customer_value;
using namespace customer_value::pg;
using ledger::Day;

namespace {

struct NoAmount {};

// One more row; arguments are the ledger, the customer, the day, perhaps the amount, perhaps the time zone.
template <class Customer, class DayArgument, class Amount> Datum add_argument_row(FunctionCallInfo fcinfo)
{
    constexpr bool has_amount = !std::same_as<Amount, NoAmount>;
    LedgerObject* object = own_ledger(fcinfo);
    const CustomerArgument<Customer> customer(fcinfo, 1);
    const Day day = day_of<DayArgument>(fcinfo, 2, has_amount ? 4 : 3);
    if constexpr (has_amount)
        add_row_of(object, customer.key(), day, argument<Amount>(fcinfo, 3));
    else
        add_row(object, customer.key(), day, nullptr);
    return in_aggregate(fcinfo) ? datum_of(object) : flattened(object);
}

// Customers must be of a type that an overload takes, or that PostgreSQL casts to one by itself.
void require_customer_type(Oid type)
{
    if (!OidIsValid(type))
        return;
    char category;
    bool is_preferred;
    type = getBaseType(type);
    get_type_category_preferred(type, &category, &is_preferred);
    if (category != TYPCATEGORY_STRING && type != INT2OID && type != INT4OID && type != INT8OID && type != NUMERICOID &&
        type != UUIDOID && type != UNKNOWNOID)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("customer must be bigint, uuid, text or numeric, not %s", format_type_be(type)),
                        errhint("Cast it, for example customer::text.")));
}

}  // namespace

#define LEDGER_ADD(customer, Customer, day, Day)                                                                       \
    SQL_FUNCTION(ledger_add_##customer##_##day) { return add_argument_row<Customer, Day, NoAmount>(fcinfo); }          \
    SQL_FUNCTION(ledger_add_##customer##_##day##_bigint)                                                               \
    {                                                                                                                  \
        return add_argument_row<Customer, Day, std::int64_t>(fcinfo);                                                  \
    }                                                                                                                  \
    SQL_FUNCTION(ledger_add_##customer##_##day##_numeric) { return add_argument_row<Customer, Day, Decimal>(fcinfo); } \
    SQL_FUNCTION(ledger_add_##customer##_##day##_real) { return add_argument_row<Customer, Day, float>(fcinfo); }      \
    SQL_FUNCTION(ledger_add_##customer##_##day##_double) { return add_argument_row<Customer, Day, double>(fcinfo); }

#define LEDGER_ADD_CUSTOMER(customer, Customer)                  \
    LEDGER_ADD(customer, Customer, date, DateArgument)           \
    LEDGER_ADD(customer, Customer, timestamp, TimestampArgument) \
    LEDGER_ADD(customer, Customer, instant, InstantArgument)

FOR_EACH_CUSTOMER(LEDGER_ADD_CUSTOMER)

// Overloads that PostgreSQL would otherwise fill by a cast in the time zone of the session, or not find at all.
SQL_FUNCTION(ledger_lacks_tz)
{
    if (PG_NARGS() > 1)  // as the transition function
        require_customer_type(get_fn_expr_argtype(fcinfo->flinfo, 1));
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("ledger_agg needs a time zone with a timestamp with time zone"),
                    errdetail("The day of an instant depends on the time zone."),
                    errhint("Name it, for example ledger_agg(customer, at, amount, 'Europe/Berlin').")));
    pg_unreachable();
}
SQL_FUNCTION(ledger_has_spare_tz)
{
    ereport(
        ERROR,
        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
         errmsg("ledger_agg takes a time zone with a timestamp with time zone only, not with a date or a timestamp"),
         errdetail("A date or a timestamp is on its own day."),
         errhint(
             "Leave the time zone out. If timestamps are in UTC and days are to be those of another time zone, write ledger_agg(customer, at AT TIME ZONE 'UTC', 'Europe/Berlin').")));
    pg_unreachable();
}

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
