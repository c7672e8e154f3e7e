#include "pg/arguments.h"
#include "pg/currency.h"
#include "pg/ledger_type.h"
#include "pg/local_day.h"
#include "pg/monthly.h"

using namespace customer_value;
using namespace customer_value::pg;
using ledger::Day;

namespace {

// The days [start, end) of a subscription; without end where it is open.
struct CoveredDays {
    Day start = 0, end = 0;
    bool is_open = false;

    [[nodiscard]] bool is_empty() const noexcept { return !is_open && end <= start; }
};

struct PeriodBounds {
    RangeBound lower, upper;
    bool is_empty;
};

PeriodBounds bounds_argument(FunctionCallInfo fcinfo, int index)
{
    const RangeType* period = PG_GETARG_RANGE_P(index);
    // looked up by type, not kept in fn_extra: a transition must not depend on its call site
    PeriodBounds bounds;
    range_deserialize(lookup_type_cache(RangeTypeGetOid(period), TYPECACHE_RANGE_INFO), period, &bounds.lower,
                      &bounds.upper, &bounds.is_empty);
    return bounds;
}

[[noreturn]] void report_no_start(FunctionCallInfo fcinfo, int index)
{
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("period must have a start: %s", OidOutputFunctionCall(F_RANGE_OUT, PG_GETARG_DATUM(index))),
                    errhint("Pass the first day, for example daterange('2024-01-01', NULL).")));
    pg_unreachable();
}

CoveredDays days_argument(FunctionCallInfo fcinfo, int index)
{
    const PeriodBounds bounds = bounds_argument(fcinfo, index);
    if (bounds.is_empty)
        return {};
    if (bounds.lower.infinite || DATE_NOT_FINITE(DatumGetDateADT(bounds.lower.val)))
        report_no_start(fcinfo, index);
    if (bounds.upper.infinite || DATE_NOT_FINITE(DatumGetDateADT(bounds.upper.val)))
        return {DatumGetDateADT(bounds.lower.val), 0, true};
    return {DatumGetDateADT(bounds.lower.val), DatumGetDateADT(bounds.upper.val), false};
}

// A day is covered where its end is, in that time zone.
CoveredDays days_of_instants_argument(FunctionCallInfo fcinfo, int index, std::string_view zone)
{
    const PeriodBounds bounds = bounds_argument(fcinfo, index);
    if (bounds.is_empty)
        return {};
    if (bounds.lower.infinite || TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(bounds.lower.val)))
        report_no_start(fcinfo, index);
    const Day start = local_day(DatumGetTimestampTz(bounds.lower.val), zone, "period");
    if (bounds.upper.infinite || TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(bounds.upper.val)))
        return {start, 0, true};
    return {start, local_day(DatumGetTimestampTz(bounds.upper.val), zone, "period"), false};
}

// One more subscription: its two rows. Arguments are the ledger, the customer, the period, the amount, how often it
// bills, perhaps the time zone, perhaps the currency.
template <class Customer, class Amount, bool is_instant, bool has_currency>
Datum add_subscription(FunctionCallInfo fcinfo)
{
    LedgerObject* object = own_ledger(fcinfo);
    const Key customer = argument<Customer>(fcinfo, 1);
    const CoveredDays days =
        is_instant ? days_of_instants_argument(fcinfo, 2, text_of(PG_GETARG_DATUM(5))) : days_argument(fcinfo, 2);
    const mrr::MonthlyAmount monthly = monthly_argument<Amount>(fcinfo, 3, 4);
    const std::string_view currency = has_currency ? text_of(PG_GETARG_DATUM(is_instant ? 6 : 5)) : std::string_view{};
    if constexpr (has_currency)
        guarded([&] { require_currency_name(currency); });
    const Decimal starts = monthly.view(), ends = monthly.negated();
    if (!days.is_empty() && !starts.zero()) {
        guarded([&] { object->builder.set_currency(currency); });
        add_row(object, customer, days.start, &starts);
        if (!days.is_open)
            add_row(object, customer, days.end, &ends);
    }
    return in_aggregate(fcinfo) ? datum_of(object) : flattened(object);
}

template <class Number> Datum monthly_amount(FunctionCallInfo fcinfo)
{
    const mrr::MonthlyAmount monthly = monthly_argument<Number>(fcinfo, 0, 1);
    const Datum number = numeric_of(monthly.view());
    return std::floating_point<Number> ? DirectFunctionCall1(numeric_float8, number) : number;
}

}  // namespace

LEDGER_TYPE(mrr_ledger)

#define MRR_ADD(name, Customer, suffix, Amount)                                                                  \
    SQL_FUNCTION(mrr_add_##name##_##suffix) { return add_subscription<Customer, Amount, false, false>(fcinfo); } \
    SQL_FUNCTION(mrr_add_instants_##name##_##suffix)                                                             \
    {                                                                                                            \
        return add_subscription<Customer, Amount, true, false>(fcinfo);                                          \
    }                                                                                                            \
    SQL_FUNCTION(mrr_add_currency_##name##_##suffix)                                                             \
    {                                                                                                            \
        return with_currency<add_subscription<Customer, Amount, false, true>, 5>(fcinfo);                        \
    }                                                                                                            \
    SQL_FUNCTION(mrr_add_instants_currency_##name##_##suffix)                                                    \
    {                                                                                                            \
        return with_currency<add_subscription<Customer, Amount, true, true>, 6>(fcinfo);                         \
    }
#define MRR_ADD_AMOUNTS(name, Customer)           \
    MRR_ADD(name, Customer, bigint, std::int64_t) \
    MRR_ADD(name, Customer, numeric, Decimal)     \
    MRR_ADD(name, Customer, real, float)          \
    MRR_ADD(name, Customer, double, double)

MRR_ADD_AMOUNTS(bigint, BigintKey)
MRR_ADD_AMOUNTS(uuid, UuidKey)
MRR_ADD_AMOUNTS(text, TextKey)

#define MONTHLY_AMOUNT(suffix, Number) \
    SQL_FUNCTION(monthly_amount_##suffix) { return monthly_amount<Number>(fcinfo); }

FOR_EACH_NUMBER(MONTHLY_AMOUNT)
