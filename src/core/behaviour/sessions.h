// Sessions: instants of one customer that follow each other without too long a pause.
#pragma once

#include "core/common/error.h"

#include <cstdint>

namespace customer_value::behaviour {

// What is known of a customer's instants so far; zero before the first. Instants and gaps are microseconds.
struct Sessions {
    std::int64_t count;
    std::int64_t last;

    // The number of the session of an instant, from 1: a pause longer than the gap begins a new one. Throws
    // invalid_parameter where the instant is before the last.
    std::int64_t add(std::int64_t at, std::int64_t gap)
    {
        if (count > 0 && at < last) [[unlikely]]
            throw Error(ErrorCode::invalid_parameter, "at must not go back from row to row", {},
                        "Order the window by it: sessionize(at, gap) OVER (PARTITION BY customer ORDER BY at).");
        std::int64_t pause;
        if (count == 0 || __builtin_sub_overflow(at, last, &pause) || pause > gap)
            ++count;
        last = at;
        return count;
    }
};

}  // namespace customer_value::behaviour
