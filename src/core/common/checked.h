// Counts that cannot wrap, nor can the sum of a few: every count in a state is a whole number from 0 to 2^61.
#pragma once

#include "core/common/error.h"

#include <cstdint>

namespace customer_value {

inline constexpr std::int64_t max_count = std::int64_t{1} << 61;

// Out of line, as every throw on the path of a row: the strings would cost each call a stack frame.
[[noreturn, gnu::cold]] void throw_count_out_of_range();
[[noreturn, gnu::cold]] void throw_not_counted();

// Adds `more`, a count itself, to `count`; throws out_of_range, and leaves it alone, where the sum passes max_count.
inline void add_count(std::int64_t& count, std::int64_t more)
{
    if (count > max_count - more) [[unlikely]]
        throw_count_out_of_range();
    count += more;
}

}  // namespace customer_value
