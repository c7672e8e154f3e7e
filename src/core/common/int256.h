// Signed integers of 256 bits, for exact sums of products: two's complement, without checks of overflow.
#pragma once

#include "core/common/mantissa.h"

#include <array>
#include <compare>
#include <cstdint>
#include <string>

namespace customer_value {

class Int256 {
public:
    Int256(Int128 value = 0) noexcept;

    // The low 128 bits.
    explicit operator Int128() const noexcept;

    Int256& operator+=(const Int256& other) noexcept;
    Int256& operator*=(std::int64_t factor) noexcept;
    friend Int256 operator*(Int256 value, std::int64_t factor) noexcept { return value *= factor; }

    bool operator==(const Int256&) const noexcept = default;
    std::strong_ordering operator<=>(const Int256& other) const noexcept;

    // Divides a number that is at least 0 by one above it, and returns the remainder.
    std::uint64_t divide(std::uint64_t divisor) noexcept;

private:
    [[nodiscard]] bool is_negative() const noexcept { return static_cast<std::int64_t>(words_.back()) < 0; }
    void negate() noexcept;

    std::array<std::uint64_t, 4> words_;  // the lowest first
};

[[nodiscard]] std::string shown(Int256 value);

}  // namespace customer_value
