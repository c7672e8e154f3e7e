// Counts that cannot wrap: every count in a state is a non-negative 64-bit integer.
#pragma once

#include "core/common/error.h"

#include <cstdint>

namespace customer_value {

// Out of line, as every throw on the path of a row: the strings would cost each call a stack frame.
[[noreturn, gnu::cold, gnu::noinline]] inline void throw_count_out_of_range()
{
    throw Error(ErrorCode::out_of_range, "count out of range", "A count must stay below 2^63.");
}

// Adds `more` to `count`; throws out_of_range where the sum passes 2^63 - 1.
inline void add_count(std::int64_t& count, std::int64_t more)
{
    if (__builtin_add_overflow(count, more, &count)) [[unlikely]]
        throw_count_out_of_range();
}

}  // namespace customer_value
