#include "pg/arguments.h"
#include "pg/guard.h"

#include "core/common/decimal.h"

using namespace customer_value;
using namespace customer_value::pg;

// checked(argument, value, at_least, at_most): the value, where it is finite and between the bounds that are not NULL.
SQL_FUNCTION(checked)
{
    if (PG_ARGISNULL(1))
        PG_RETURN_NULL();
    const std::string_view name = text_of(PG_GETARG_DATUM(0));
    const Decimal value = decimal_of(PG_GETARG_DATUM(1));
    const bool has_least = !PG_ARGISNULL(2), has_most = !PG_ARGISNULL(3);
    const Decimal least = has_least ? decimal_of(PG_GETARG_DATUM(2)) : Decimal{};
    const Decimal most = has_most ? decimal_of(PG_GETARG_DATUM(3)) : Decimal{};
    guarded([&] {
        require_finite(name, value);
        if ((has_least && compare(value, least) < 0) || (has_most && compare(value, most) > 0))
            throw Error(ErrorCode::out_of_range,
                        std::string(name) + (has_most ? " must lie between " + shown(least) + " and " + shown(most)
                                                      : " must not be below " + shown(least)) + ": " + shown(value));
    });
    PG_RETURN_DATUM(PG_GETARG_DATUM(1));
}
