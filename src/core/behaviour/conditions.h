// Several conditions on one row, numbered from 0, as bits.
#pragma once

#include "core/common/checked.h"
#include "core/common/error.h"

#include <cstdint>
#include <string>

namespace customer_value::behaviour {

inline constexpr std::int64_t most_conditions = 32;

struct Conditions {
    std::uint32_t met = 0;   // bit i: condition i is true; a NULL is not
    std::int32_t count = 0;  // from 1 to most_conditions
    bool known = false;      // not all are NULL: otherwise the row is ignored
};

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_other_count(const char* name, std::int64_t before,
                                                                     std::int64_t now)
{
    throw Error(ErrorCode::invalid_parameter, joined({"all rows must have the same number of ", name, ": ",
                                                      std::to_string(before), " and ", std::to_string(now)}));
}

// Takes over the number of conditions of more rows; 0 stands for no rows. Throws invalid_parameter on a second number.
template <class Count> void adopt(const char* name, Count& count, std::int64_t more)
{
    if (count != more && more != 0) [[unlikely]] {
        if (count != 0)
            throw_other_count(name, count, more);
        count = static_cast<Count>(more);
    }
}

// Throws invalid_parameter unless `met` has bits of `count` conditions only, at most most_conditions.
inline void require_conditions(const char* name, std::int64_t count, std::int64_t met)
{
    if (count > most_conditions || met >> count != 0)
        throw Error(ErrorCode::invalid_parameter,
                    joined({"\"", name, "\" must be at most ", std::to_string(most_conditions),
                            ", and \"met\" below 2 to the power of it"}));
}

}  // namespace customer_value::behaviour
