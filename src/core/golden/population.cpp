#include "core/golden/population.h"

namespace customer_value::golden {

bool Collector::set_groups(std::int32_t groups) noexcept
{
    const std::int64_t factor = unit(groups - groups_);
    for (std::size_t i = 0; i < count_; ++i) {
        std::int64_t value;
        if (__builtin_mul_overflow(Whole::value_of(items_[i]), factor, &value))
            return false;
        items_[i].value = static_cast<std::uint64_t>(value);
    }
    groups_ = groups;
    return true;
}

bool Collector::add(const Decimal& value, std::uint64_t row) noexcept
{
    constexpr std::int32_t most_groups = 4;  // 10000^4 < 2^63 < 10000^5
    const std::int32_t groups = value.digit_count - 1 - value.weight;
    if (groups > most_groups || value.weight > most_groups)
        return false;
    if (groups > groups_ && !set_groups(groups))
        return false;
    std::int64_t whole = 0;
    for (std::int32_t i = 0; i < value.digit_count; ++i)
        if (__builtin_mul_overflow(whole, std::int64_t{10000}, &whole) ||
            __builtin_add_overflow(whole, std::int64_t{value.digit(i)}, &whole))
            return false;
    // zeros behind the digits, up to the last group of all
    const std::int32_t zeros = value.zero() ? 0 : groups_ - groups;
    if (zeros > most_groups ? whole != 0 : __builtin_mul_overflow(whole, unit(zeros), &whole))
        return false;
    items_[count_++] = {static_cast<std::uint64_t>(value.negative ? -whole : whole), row};
    return true;
}

}  // namespace customer_value::golden
