#include "pg/results.h"

#include "pg/arguments.h"
#include "pg/guard.h"

#include <limits>

namespace customer_value::pg {

namespace {

Datum call(PGFunction function, Datum left, Datum right) { return DirectFunctionCall2(function, left, right); }

template <class Float> Datum shortest(Float value)
{
    constexpr std::size_t longest = 420;
    char* text = static_cast<char*>(palloc(longest));
    guarded([&] {
        const std::string decimal = std::isfinite(value) ? std::string(ShortestDecimal(value).text()) : shown(value);
        text[decimal.copy(text, longest - 1)] = '\0';
    });
    return numeric_of(text);
}

}  // namespace

Datum numeric_of(const Decimal& value)
{
    constexpr std::uint16_t negative = 0x4000;  // as numeric_recv reads it
    constexpr std::int32_t largest_weight = 32767;
    if (value.weight > largest_weight)
        ereport(ERROR,
                (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("sum of amounts overflows numeric format")));
    StringInfoData message;
    initStringInfo(&message);
    pq_sendint16(&message, static_cast<std::uint16_t>(value.digit_count));
    pq_sendint16(&message, static_cast<std::uint16_t>(value.weight));
    pq_sendint16(&message, value.negative ? negative : std::uint16_t{0});
    pq_sendint16(&message, static_cast<std::uint16_t>(value.scale));
    for (std::int32_t i = 0; i < value.digit_count; ++i)
        pq_sendint16(&message, static_cast<std::uint16_t>(value.digit(i)));
    const Datum number =
        DirectFunctionCall3(numeric_recv, PointerGetDatum(&message), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
    pfree(message.data);
    return number;
}

Datum numeric_of(const char* text)
{
    return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

Datum numeric_of(double value) { return DirectFunctionCall1(float8_numeric, Float8GetDatum(value)); }

Datum shortest_numeric(float value) { return shortest(value); }
Datum shortest_numeric(double value) { return shortest(value); }

Datum numeric_of(Int128 value, int scale)
{
    using Limits = std::numeric_limits<std::int64_t>;
    if (value >= Limits::min() && value <= Limits::max())
        return NumericGetDatum(int64_div_fast_to_numeric(static_cast<std::int64_t>(value), scale));
    const std::size_t longest = mantissa_digits + static_cast<std::size_t>(scale) + 4;
    auto* text = static_cast<char*>(palloc(longest));
    guarded([&] { text[shown(value, scale).copy(text, longest - 1)] = '\0'; });
    return numeric_of(text);
}

NullableResult ratio(Datum dividend, Datum divisor, int least_scale)
{
    if (decimal_of(divisor).zero())
        return {};
    Datum quotient = DirectFunctionCall1(numeric_trim_scale, call(numeric_div, dividend, divisor));
    if (DatumGetInt32(DirectFunctionCall1(numeric_scale, quotient)) < least_scale)
        quotient = call(numeric_round, quotient, Int32GetDatum(least_scale));
    return {quotient, false};
}

NullableResult percent(Datum part, Datum whole)
{
    return ratio(call(numeric_mul, part, NumericGetDatum(int64_to_numeric(100))), whole);
}

NullableResult percent(std::int64_t part, std::int64_t whole)
{
    return percent(NumericGetDatum(int64_to_numeric(part)), NumericGetDatum(int64_to_numeric(whole)));
}

Datum row_of(FunctionCallInfo fcinfo, std::initializer_list<NullableResult> columns)
{
    TupleDesc description;
    if (get_call_result_type(fcinfo, nullptr, &description) != TYPEFUNC_COMPOSITE)
        elog(ERROR, "return type must be a row type");
    RowValues row(columns);
    Assert(row.count == description->natts);
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), row.values, row.nulls));
}

}  // namespace customer_value::pg
