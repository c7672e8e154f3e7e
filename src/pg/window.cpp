#include "pg/window.h"

namespace customer_value::pg {

namespace {

Datum option_of(WindowObject window, int index, bool* is_null)
{
    return WinGetFuncArgCurrent(window, index + 1, is_null);
}

const char* shown_option(Oid type, Datum value, bool is_null)
{
    if (is_null)
        return "NULL";
    Oid output;
    bool is_varlena;
    getTypeOutputInfo(type, &output, &is_varlena);
    return OidOutputFunctionCall(output, value);
}

}  // namespace

Options read_options(FunctionCallInfo fcinfo, WindowObject window, MemoryContext memory)
{
    Options options{};
    options.count = PG_NARGS() - 1;
    const MemoryContext caller = MemoryContextSwitchTo(memory);
    for (int i = 0; i < options.count; ++i) {
        std::int16_t length;
        bool by_value;
        get_typlenbyval(get_fn_expr_argtype(fcinfo->flinfo, i + 1), &length, &by_value);
        const Datum value = option_of(window, i, &options.nulls[i]);
        if (!options.nulls[i])
            options.values[i] = datumCopy(value, by_value, length);
        options.can_change = options.can_change || !get_fn_expr_arg_stable(fcinfo->flinfo, i + 1);
    }
    MemoryContextSwitchTo(caller);
    return options;
}

void require_same_options(FunctionCallInfo fcinfo, WindowObject window, const Options& options,
                          const char* const* names)
{
    for (int i = 0; i < options.count; ++i) {
        const Oid type = get_fn_expr_argtype(fcinfo->flinfo, i + 1);
        std::int16_t length;
        bool by_value, is_null;
        get_typlenbyval(type, &length, &by_value);
        const Datum value = option_of(window, i, &is_null);
        if (is_null != options.nulls[i] || (!is_null && !datum_image_eq(value, options.values[i], by_value, length)))
            ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                            errmsg("%s must be the same in all rows of a partition: %s and %s", names[i],
                                   shown_option(type, options.values[i], options.nulls[i]),
                                   shown_option(type, value, is_null)),
                            errhint("Put what it depends on into PARTITION BY.")));
    }
}

}  // namespace customer_value::pg
