// Arguments of behaviour functions: VARIADIC boolean[].
#pragma once

#include "pg/server.h"

#include "core/behaviour/conditions.h"

namespace customer_value::pg {

// One dimension of 1 to 32 conditions; ereports 22023 otherwise, and names the argument.
inline behaviour::Conditions conditions_argument(FunctionCallInfo fcinfo, int index, const char* name)
{
    const ArrayType* array = PG_GETARG_ARRAYTYPE_P(index);
    const int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
    if (ARR_NDIM(array) > 1) [[unlikely]]
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("%s must have one dimension: %d", name, ARR_NDIM(array))));
    if (count < 1 || count > behaviour::most_conditions) [[unlikely]]
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("there must be 1 to %d %s: %d", static_cast<int>(behaviour::most_conditions), name, count)));
    const bits8* there = ARR_NULLBITMAP(array);
    const auto* values = reinterpret_cast<const bool*>(ARR_DATA_PTR(array));
    behaviour::Conditions conditions{0, count, there == nullptr};
    for (int i = 0; i < count; ++i)
        if (there == nullptr || (there[i / 8] >> i % 8 & 1) != 0) {
            conditions.known = true;
            conditions.met |= static_cast<std::uint32_t>(*values++) << i;  // a NULL takes no room
        }
    return conditions;
}

}  // namespace customer_value::pg
