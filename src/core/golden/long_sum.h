// Exact sums of positive decimals of any length, which can be compared after each addition: whole numbers of base-10000
// limbs with all carries made, in memory of the caller.
#pragma once

#include "core/common/exact_sum.h"
#include "core/common/short_decimal.h"

#include <cstddef>
#include <cstdint>

namespace customer_value::golden {

// The sum in units of 10000^low. Sums over the same window can be compared.
class LongSum {
public:
    // What sums of up to 2^49 values need on top of the limbs of one of them, and 17 digits of a share on top of that.
    static constexpr std::int32_t spare_limbs = 9;

    static std::size_t bytes_for(LimbWindow values) noexcept
    {
        return sizeof(LongSum) + static_cast<std::size_t>(values.count + spare_limbs) * sizeof(std::int64_t);
    }
    // Nothing yet, in bytes_for(values) of memory, for values within the window.
    static LongSum* create(void* memory, LimbWindow values) noexcept;

    // Adds value * times; times <= 2^49.
    void add(const Decimal& value, std::int64_t times) noexcept;
    // Becomes the least such number that is not below share * total, for 0 <= share <= 1.
    void set_ceiling(ShortDecimal share, const LongSum& total) noexcept;

    friend bool operator<(const LongSum& left, const LongSum& right) noexcept;

    // How many limbs matter.
    [[nodiscard]] std::int32_t used() const noexcept;
    // The sum without its lowest `skipped` limbs, in units of its lowest limb left, written into `digits`: used() of
    // them.
    Decimal decimal(std::int16_t* digits, std::int32_t skipped) const noexcept;

private:
    [[nodiscard]] std::int64_t* limbs() noexcept { return reinterpret_cast<std::int64_t*>(this + 1); }
    [[nodiscard]] const std::int64_t* limbs() const noexcept { return reinterpret_cast<const std::int64_t*>(this + 1); }

    std::int32_t low_, count_;
};

static_assert(sizeof(LongSum) % alignof(std::int64_t) == 0);

}  // namespace customer_value::golden
