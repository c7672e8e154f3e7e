// The rows of purchases as a likelihood goes over them: logarithms depend on few distinct frequencies, recencies and
// ages, so that a row holds their numbers. Times are in units of the largest age. All lies in memory of the caller.
#pragma once

#include "core/clv/rows.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace customer_value::clv {

// Hands out parts of one piece of memory, each aligned to 8 bytes.
class Arena {
public:
    explicit Arena(void* memory) noexcept : next_(static_cast<char*>(memory)) {}
    template <class T> T* take(std::size_t count) noexcept
    {
        static_assert(alignof(T) <= 8);
        auto* part = reinterpret_cast<T*>(next_);
        next_ += (count * sizeof(T) + 7) / 8 * 8;
        return part;
    }

private:
    char* next_;
};

struct PurchaseColumns {
    std::size_t rows = 0;
    const double* customers = nullptr;
    const std::uint32_t *frequency = nullptr, *recency = nullptr, *age = nullptr;  // numbers of the values below
    std::span<const double> frequencies, recencies, ages;
    double scale = 1;                                                // the largest age, in the unit of the rows
    double total_customers = 0, total_frequency = 0, total_age = 0;  // total_age in units of scale
    double* scratch = nullptr;  // scratch_values for each row, for the caches of a likelihood

    static constexpr std::size_t scratch_values = 11;
    static constexpr std::size_t bytes_for(std::size_t rows) noexcept
    {
        return rows * ((4 + scratch_values) * 8 + 3 * 4) + 256;
    }
};

// The columns of sorted rows, in bytes_for(rows) of memory.
[[nodiscard]] PurchaseColumns purchase_columns(const RepeatPurchases& state, void* memory);

}  // namespace customer_value::clv
