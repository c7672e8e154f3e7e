// k of n: the state behind every rate of customers, and its confidence interval.
#pragma once

#include "core/common/checked.h"

#include <cstdint>

namespace customer_value {

// Invariant: 0 <= hits <= total.
struct Proportion {
    std::int64_t hits = 0;
    std::int64_t total = 0;

    void add(bool hit)
    {
        add_count(total, 1);
        hits += hit;
    }
    void remove(bool hit) noexcept
    {
        --total;
        hits -= hit;
    }
    void merge(const Proportion& other)
    {
        add_count(total, other.total);
        hits += other.hits;
    }
};

}  // namespace customer_value
