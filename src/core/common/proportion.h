// k of n: the state behind every rate of customers, and its confidence interval.
#pragma once

#include "core/common/checked.h"

#include <cstdint>

namespace customer_value {

// Invariant: 0 <= hits <= total.
struct Proportion {
    std::int64_t hits = 0;
    std::int64_t total = 0;

    // Counts a case that may be a hit, or nothing where there is no `present` case: no branch to mispredict.
    void add(bool hit, bool present = true)
    {
        add_count(total, present);
        hits += hit & present;
    }
    // Throws invalid_parameter for a case that cannot have been added.
    void remove(bool hit, bool present = true)
    {
        if (hits < (hit & present) || total - hits < (!hit & present)) [[unlikely]]
            throw_not_counted();
        total -= present;
        hits -= hit & present;
    }
    void merge(const Proportion& other)
    {
        add_count(total, other.total);
        hits += other.hits;
    }
};

}  // namespace customer_value
