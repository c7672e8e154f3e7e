// Window functions: the partition as they see it.
#pragma once

#include "pg/server.h"

extern "C" {
#include "windowapi.h"
}

namespace customer_value::pg {

// The window of a call. PostgreSQL refuses a call without OVER, but not an operator that a user has made of the
// function.
inline WindowObject window_of(FunctionCallInfo fcinfo)
{
    WindowObject window = PG_WINDOW_OBJECT();
    if (!WindowObjectIsValid(window))
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("window function called in a context that is no window"), errhint("Call it with OVER ().")));
    return window;
}

// Memory that goes with the partition, all zero at its first row.
template <class T> T* partition_memory(WindowObject window)
{
    return static_cast<T*>(WinGetPartitionLocalMemory(window, sizeof(T)));
}

}  // namespace customer_value::pg
