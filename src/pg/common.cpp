#include "pg/arguments.h"
#include "pg/guard.h"
#include "pg/results.h"

#include "core/common/decimal.h"

using namespace customer_value;
using namespace customer_value::pg;

namespace {

[[noreturn]] void throw_outside(std::string_view name, const Decimal& value, const Decimal* least, const Decimal* most)
{
    const std::string rule = least != nullptr && most != nullptr
                                 ? " must lie between " + shown(*least) + " and " + shown(*most)
                             : least != nullptr ? " must not be below " + shown(*least)
                                                : " must not be above " + shown(*most);
    throw Error(ErrorCode::out_of_range, clipped(name) + rule + ": " + clipped(shown(value)));
}

}  // namespace

// checked_argument(argument, value, at_least, at_most): the value, where it is finite and within the bounds that are
// not NULL. Not strict: the bounds may be NULL.
SQL_FUNCTION(checked_argument)
{
    if (PG_ARGISNULL(1))
        PG_RETURN_NULL();
    const std::string_view name = PG_ARGISNULL(0) ? std::string_view("value") : text_of(PG_GETARG_DATUM(0));
    const Decimal value = decimal_of(PG_GETARG_DATUM(1));
    const bool has_least = !PG_ARGISNULL(2), has_most = !PG_ARGISNULL(3);
    const Decimal least = has_least ? decimal_of(PG_GETARG_DATUM(2)) : Decimal{};
    const Decimal most = has_most ? decimal_of(PG_GETARG_DATUM(3)) : Decimal{};
    guarded([&] {
        require_finite(name, value);
        require_finite("at_least", least);
        require_finite("at_most", most);
        if ((has_least && compare(value, least) < 0) || (has_most && compare(value, most) > 0))
            throw_outside(name, value, has_least ? &least : nullptr, has_most ? &most : nullptr);
    });
    PG_RETURN_DATUM(PG_GETARG_DATUM(1));
}

SQL_FUNCTION(shortest_decimal_real) { return shortest_numeric(PG_GETARG_FLOAT4(0)); }
SQL_FUNCTION(shortest_decimal_double) { return shortest_numeric(PG_GETARG_FLOAT8(0)); }
