// The wall between C++ and PostgreSQL. Inside `guarded` there is C++ only: it may throw, and calls nothing of
// PostgreSQL, not even palloc. Outside there is C only: it may ereport, and has no local that needs a destructor.
// An exception becomes a plain Failure, the catch block closes, and only then the error is reported: an ereport inside
// a catch, or across a frame with a destructor, would leak.
#pragma once

#include "pg/server.h"

#include "core/common/error.h"

#include <type_traits>

namespace customer_value::pg {

struct Failure {
    ErrorCode code;
    char message[480], detail[480], hint[480];
};

// Fills `failure` from the exception that is being handled.
void describe_current_exception(Failure& failure) noexcept;

[[noreturn]] void report(const Failure& failure);

// Calls `body` and returns what it returns; an exception ends as an error of PostgreSQL.
template <class Body> auto guarded(Body&& body) -> decltype(body())
{
    static_assert(std::is_void_v<decltype(body())> || std::is_trivially_destructible_v<decltype(body())>,
                  "an error reported later would leak the result");
    Failure failure;
    try {
        return body();
    } catch (...) {
        describe_current_exception(failure);
    }
    report(failure);
}

}  // namespace customer_value::pg
