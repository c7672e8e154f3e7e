// Results as SQL shows them: exact numerics, rates in percent, NULL where there is nothing to divide by.
#pragma once

#include "pg/server.h"

#include "core/common/decimal.h"
#include "core/common/mantissa.h"

#include <cstdint>
#include <initializer_list>

namespace customer_value::pg {

// A result that may be NULL.
struct NullableResult {
    Datum value = 0;
    bool is_null = true;

    Datum returned(FunctionCallInfo fcinfo) const
    {
        fcinfo->isnull = is_null;
        return value;
    }
};

// Columns as PostgreSQL forms a row of them.
struct RowValues {
    explicit RowValues(std::initializer_list<NullableResult> columns)
    {
        for (const NullableResult& column : columns) {
            values[count] = column.value;
            nulls[count++] = column.is_null;
        }
    }
    Datum values[MaxTupleAttributeNumber];
    bool nulls[MaxTupleAttributeNumber];
    int count = 0;
};

Datum numeric_of(const Decimal& value);
// A plain decimal text, without NaN.
Datum numeric_of(const char* text);
// 15 significant digits, which a double holds.
Datum numeric_of(double value);
// The decimal that a floating-point number is printed as; NaN and the infinities stay what they are.
Datum shortest_numeric(float value);
Datum shortest_numeric(double value);
// value / 10^scale, with `scale` decimal places.
Datum numeric_of(Int128 value, int scale);

// dividend / divisor, with as many decimal places as PostgreSQL's division keeps, less trailing zeros down to
// `least_scale`; NULL where the divisor is zero.
NullableResult ratio(Datum dividend, Datum divisor, int least_scale = 0);

// 100 * part / whole.
NullableResult percent(Datum part, Datum whole);
NullableResult percent(std::int64_t part, std::int64_t whole);

// The columns as one row, of the type that the function is declared to return.
Datum row_of(FunctionCallInfo fcinfo, std::initializer_list<NullableResult> columns);

}  // namespace customer_value::pg
