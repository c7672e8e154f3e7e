// Arguments and columns that name customers of a ledger, and exact money.
#pragma once

#include "pg/ledger_arguments.h"
#include "pg/memory.h"
#include "pg/result_rows.h"

#include "core/ledger/customers.h"

#include <span>

namespace customer_value::pg {

// Reports with a row per customer exist once for each kind of key, which the type of their argument `key` states, and
// once without that argument: then customers are text.
using StatedKind = std::optional<KeyKind>;

#define CUSTOMER_REPORT(name, ...)                                               \
    SQL_FUNCTION(name) { return __VA_ARGS__(fcinfo, std::nullopt); }             \
    SQL_FUNCTION(name##_bigint) { return __VA_ARGS__(fcinfo, KeyKind::bigint); } \
    SQL_FUNCTION(name##_uuid) { return __VA_ARGS__(fcinfo, KeyKind::uuid); }     \
    SQL_FUNCTION(name##_text) { return __VA_ARGS__(fcinfo, KeyKind::text); }

// Ereports 22023 where the ledger's customers are of another kind than stated, or `key`, the argument of that index, is
// not NULL: a literal that is meant for the argument after it would otherwise be taken for a key and ignored.
inline void require_kind(FunctionCallInfo fcinfo, int index, const ledger::Head& head, StatedKind stated)
{
    if (!stated)
        return;
    if (!PG_ARGISNULL(index))
        ereport(
            ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("key must be NULL: only its type counts"),
             errhint(
                 "To leave key out, say what the next argument is, as in as_of => '2024-12-31' or DATE '2024-12-31'.")));
    if (head.customers > 0 && head.kind != *stated)
        ereport(
            ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
             errmsg("this ledger's customers are %s, not %s", name_of(head.kind).data(), name_of(*stated).data()),
             errhint("Pass NULL::%s as key, or leave it out to get customers as text.", name_of(head.kind).data())));
}

// A customer in the type of its key.
inline NullableResult key_column(const ledger::View& view, std::uint32_t customer)
{
    const auto bytes = view.key(customer).bytes;
    if (view.kind == KeyKind::text)
        return {PointerGetDatum(cstring_to_text_with_len(bytes.data(), static_cast<int>(bytes.size()))), false};
    if (view.kind == KeyKind::uuid)
        return {PointerGetDatum(bytes.data()), false};
    std::int64_t number;
    std::memcpy(&number, bytes.data(), sizeof number);
    return {Int64GetDatum(number), false};
}

// A customer of a report: in the type of its key where that was stated, otherwise as text.
inline NullableResult customer_column(const ledger::View& view, std::uint32_t customer, StatedKind stated)
{
    const NullableResult key = key_column(view, customer);
    if (stated || view.kind == KeyKind::text)
        return key;
    const Datum shown = DirectFunctionCall1(view.kind == KeyKind::uuid ? uuid_out : int8out, key.value);
    return {PointerGetDatum(cstring_to_text(DatumGetCString(shown))), false};
}

// Money of a ledger; NULL where it has no amounts.
inline NullableResult money_column(const ledger::Head& head, Int128 amount)
{
    return head.has_amounts ? NullableResult{numeric_of(amount, head.scale), false} : null_column();
}
// amount / count, with no fewer places than money has; NULL without amounts and for a count of 0.
inline NullableResult mean_column(const ledger::Head& head, Int128 amount, std::int64_t count)
{
    return head.has_amounts ? ratio(numeric_of(amount, head.scale), numeric_of(Int128{count}, 0), head.scale)
                            : null_column();
}

// The day up to which rows count: the ledger's last where the argument is NULL.
inline ledger::Day as_of_argument(FunctionCallInfo fcinfo, int index, const ledger::Head& head)
{
    return day_argument(fcinfo, index, "as_of").value_or(head.last_day);
}

inline void require_order(ledger::Day from, ledger::Day to, const char* first = "from_day", const char* last = "to_day")
{
    if (from > to)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("%s must not be later than %s: %s > %s", first, last,
                               DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(from))),
                               DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(to))))));
}

// The days [from, to); without bound where an argument is NULL.
inline ledger::DayRange range_argument(FunctionCallInfo fcinfo, int from_index, int to_index)
{
    const auto from = day_argument(fcinfo, from_index, "from_day"), to = day_argument(fcinfo, to_index, "to_day");
    if (from && to)
        require_order(*from, *to);
    const ledger::DayRange all;
    return {from.value_or(all.from), to.value_or(all.to)};
}

}  // namespace customer_value::pg
