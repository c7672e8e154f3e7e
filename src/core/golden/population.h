// The customers of a window's partition and their values, to be ranked. Whole numbers first: all values as 64-bit
// integers at a common scale, which sort and add fast. Where one does not fit, exact: decimals of any length.
//
// Nothing here owns memory or has to be cleaned up, so that the owner may be interrupted anywhere.
#pragma once

#include "core/golden/golden.h"
#include "core/golden/long_sum.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace customer_value::golden {

// A value and the number of its row. What the value is, Whole or Exact says.
struct Item {
    std::uint64_t value;
    std::uint64_t row;
};

// Order of descending values, and sums of them.
struct Whole {
    using Sum = Int128;  // no partition has 2^63 rows
    static std::int64_t value_of(const Item& item) noexcept { return static_cast<std::int64_t>(item.value); }
    static bool before(const Item& left, const Item& right) noexcept { return value_of(left) > value_of(right); }
    static bool same(const Item& left, const Item& right) noexcept { return left.value == right.value; }
    static void add(Sum& sum, const Item& item, std::int64_t times) noexcept { sum += Int128{value_of(item)} * times; }
    static void set_ceiling(Sum& line, ShortDecimal share, const Sum& total)
    {
        line = static_cast<Sum>(ceiling(share, Int256(total)));
    }
};

// A decimal as it is kept: here, then its digits.
struct KeptDecimal {
    std::int32_t weight, digit_count;
    bool negative;

    static std::size_t bytes_for(const Decimal& value) noexcept
    {
        const std::size_t bytes =
            sizeof(KeptDecimal) + static_cast<std::size_t>(value.digit_count) * sizeof(std::int16_t);
        return (bytes + alignof(KeptDecimal) - 1) / alignof(KeptDecimal) * alignof(KeptDecimal);
    }
    static const KeptDecimal* create(void* memory, const Decimal& value) noexcept
    {
        auto* kept = static_cast<KeptDecimal*>(memory);
        *kept = {value.weight, value.digit_count, value.negative};
        if (value.digit_count > 0)
            std::memcpy(kept + 1, value.digits, static_cast<std::size_t>(value.digit_count) * sizeof(std::int16_t));
        return kept;
    }
    [[nodiscard]] Decimal view() const noexcept
    {
        return {
            reinterpret_cast<const unsigned char*>(this + 1), digit_count, weight, 0, negative, Decimal::Kind::finite};
    }
};

struct Exact {
    using Sum = LongSum;
    static Decimal value_of(const Item& item) noexcept { return std::bit_cast<const KeptDecimal*>(item.value)->view(); }
    static bool before(const Item& left, const Item& right) noexcept
    {
        return compare(value_of(left), value_of(right)) > 0;
    }
    static bool same(const Item& left, const Item& right) noexcept
    {
        return compare(value_of(left), value_of(right)) == 0;
    }
    static void add(Sum& sum, const Item& item, std::int64_t times) noexcept { sum.add(value_of(item), times); }
    static void set_ceiling(Sum& line, ShortDecimal share, const Sum& total) { line.set_ceiling(share, total); }
};
static_assert(sizeof(const KeptDecimal*) == sizeof(Item::value));

// The position behind the values that are the same as the first.
template <class Numbers>
[[nodiscard]] std::size_t end_of_peers(const Item* items, std::size_t first, std::size_t count) noexcept
{
    std::size_t end = first + 1;
    while (end < count && Numbers::same(items[first], items[end]))
        ++end;
    return end;
}

// The position of the first of the values that are the same as the last, of one value at least.
template <class Numbers> [[nodiscard]] std::size_t first_of_last_peers(const Item* items, std::size_t count) noexcept
{
    std::size_t first = count - 1;
    while (first > 0 && Numbers::same(items[first - 1], items[count - 1]))
        --first;
    return first;
}

// An integer in the order of the floating-point numbers, below 0 for those below, 0 for both zeros.
[[nodiscard]] inline std::int64_t ordered(double value) noexcept
{
    const auto bits = std::bit_cast<std::int64_t>(value);
    return bits >= 0 ? bits : -(bits & INT64_MAX);
}

// Takes values in. Those that are whole at the common scale are in units of 10000^-groups.
class Collector {
public:
    // So much memory for items as the partition has rows.
    explicit Collector(Item* items) noexcept : items_(items) {}

    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] LimbWindow window() const noexcept { return window_; }

    // False where the value does not fit; all have then to be taken in as exact ones.
    [[nodiscard]] bool add(std::int64_t value, std::uint64_t row) noexcept
    {
        if (groups_ > 0 && __builtin_mul_overflow(value, unit(groups_), &value))
            return false;
        items_[count_++] = {static_cast<std::uint64_t>(value), row};
        return true;
    }
    [[nodiscard]] bool add(const Decimal& value, std::uint64_t row) noexcept;
    void add(const KeptDecimal* value, std::uint64_t row) noexcept
    {
        const LimbWindow needed = ExactSum::needed(value->view());
        if (needed.count > 0)
            window_ = window_.count == 0 ? needed : window_.united(needed);
        items_[count_++] = {std::bit_cast<std::uint64_t>(value), row};
    }

private:
    static constexpr std::int64_t unit(std::int32_t groups) noexcept
    {
        std::int64_t unit = 1;
        while (groups-- > 0)
            unit *= 10000;
        return unit;
    }
    bool set_groups(std::int32_t groups) noexcept;

    Item* items_;
    std::size_t count_ = 0;
    std::int32_t groups_ = 0;
    LimbWindow window_;
};

}  // namespace customer_value::golden
