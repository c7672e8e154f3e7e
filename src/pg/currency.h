// Rows that name their currency.
#pragma once

#include "pg/server.h"

namespace customer_value::pg {

// Ereports 22004 where argument `index`, the currency of a row, is NULL.
inline void require_currency(FunctionCallInfo fcinfo, int index)
{
    if (PG_ARGISNULL(index))
        ereport(
            ERROR,
            (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("currency must not be null where amount is not"),
             errhint(
                 "Name it with coalesce(currency, ...) or leave such rows out with FILTER (WHERE currency IS NOT NULL).")));
}

// Calls a transition function of a state, a row and, as argument `index`, the row's currency. What PostgreSQL declares
// is not strict, because a NULL currency must not pass unseen: it is an error, while NULL elsewhere leaves the row out.
template <PGFunction function, int index> Datum with_currency(FunctionCallInfo fcinfo)
{
    for (int i = 0; i < index; ++i)
        if (PG_ARGISNULL(i)) {
            fcinfo->isnull = PG_ARGISNULL(0);
            return PG_GETARG_DATUM(0);
        }
    require_currency(fcinfo, index);
    return function(fcinfo);
}

}  // namespace customer_value::pg
