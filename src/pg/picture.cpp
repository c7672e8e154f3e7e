#include "pg/guard.h"

#include "core/common/decimal.h"
#include "core/picture/picture.h"

namespace picture = customer_value::picture;
using namespace customer_value::pg;

namespace {

// Blocks where the database can hold them.
picture::Charset charset()
{
    return GetDatabaseEncoding() == PG_UTF8 ? picture::Charset::blocks : picture::Charset::ascii;
}

}  // namespace

SQL_FUNCTION(text_bar)
{
    constexpr std::size_t longest = std::size_t{3} * picture::most_width;
    const double value = PG_GETARG_FLOAT8(0), max = PG_GETARG_FLOAT8(1);
    const std::int32_t width = PG_GETARG_INT32(2);
    const picture::Charset characters = charset();
    char bar[longest];
    const auto length = guarded([&] {
        const auto text = picture::text_bar(value, max, width, characters);
        return text ? std::optional(text->copy(bar, longest)) : std::nullopt;
    });
    if (!length)
        PG_RETURN_NULL();
    PG_RETURN_TEXT_P(cstring_to_text_with_len(bar, static_cast<int>(*length)));
}

SQL_FUNCTION(sparkline)
{
    ArrayType* array = PG_GETARG_ARRAYTYPE_P(0);
    Datum* values;
    bool* nulls;
    int count;
    deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &values, &nulls, &count);
    double least = 0, most = 0;
    bool any = false;
    for (int i = 0; i < count; ++i) {
        CHECK_FOR_INTERRUPTS();
        if (nulls[i])
            continue;
        const double value = DatumGetFloat8(values[i]);
        guarded([&] { customer_value::require_finite("value", value); });
        least = any ? std::min(least, value) : value;
        most = any ? std::max(most, value) : value;
        any = true;
    }
    const picture::Sparkline line(least, most, charset());
    auto* text =
        static_cast<varlena*>(palloc(VARHDRSZ + static_cast<std::size_t>(count) * picture::Sparkline::longest));
    char* end = VARDATA(text);
    for (int i = 0; i < count; ++i) {
        CHECK_FOR_INTERRUPTS();
        end += line.write(nulls[i] ? std::nullopt : std::optional(DatumGetFloat8(values[i])), end);
    }
    SET_VARSIZE(text, end - reinterpret_cast<char*>(text));
    PG_RETURN_TEXT_P(text);
}
