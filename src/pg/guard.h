// The wall between C++ and PostgreSQL. Inside `guarded` there is C++ only: it may throw, and calls nothing of
// PostgreSQL, not even palloc. Outside there is C only: it may ereport, and has no local that needs a destructor.
// An exception becomes plain data, the catch block closes, and only then the error is reported: an ereport inside
// a catch, or across a frame with a destructor, would leak.
#pragma once

#include "pg/server.h"

#include <type_traits>

namespace customer_value::pg {

// Keeps what the exception being handled says, as plain data. A backend has one thread and reports at once, so there is
// one place for it, and the functions that are called once a row carry no buffer on their stack.
void keep_failure() noexcept;

// Reports what was kept.
[[noreturn]] void report_failure();

// Calls `body` and returns what it returns; an exception ends as an error of PostgreSQL.
template <class Body> [[gnu::always_inline]] inline auto guarded(Body&& body) -> decltype(body())
{
    static_assert(std::is_void_v<decltype(body())> || std::is_trivially_destructible_v<decltype(body())>,
                  "an error reported later would leak the result");
    try {
        return body();
    } catch (...) {
        keep_failure();
    }
    report_failure();
}

}  // namespace customer_value::pg
