#include "core/golden/long_sum.h"

#include <algorithm>
#include <cstring>

namespace customer_value::golden {

LongSum* LongSum::create(void* memory, LimbWindow values) noexcept
{
    std::memset(memory, 0, bytes_for(values));
    auto* sum = static_cast<LongSum*>(memory);
    sum->low_ = values.low;
    sum->count_ = values.count + spare_limbs;
    return sum;
}

void LongSum::add(const Decimal& value, std::int64_t times) noexcept
{
    std::int64_t* limb = limbs() + (value.weight - value.digit_count + 1 - low_);
    std::int64_t carry = 0;
    for (std::int32_t i = value.digit_count; i-- > 0 || carry != 0; ++limb) {
        const std::int64_t total = *limb + carry + (i >= 0 ? value.digit(i) * times : 0);
        *limb = total % 10000;
        carry = total / 10000;
        i = std::max(i, 0);
    }
}

void LongSum::set_ceiling(ShortDecimal share, const LongSum& total) noexcept
{
    UInt128 carry = 0;
    for (std::int32_t i = 0; i < count_; ++i) {
        const UInt128 product = static_cast<UInt128>(total.limbs()[i]) * share.digits + carry;
        limbs()[i] = static_cast<std::int64_t>(product % 10000);
        carry = product / 10000;
    }
    // divided by 10^places: whole limbs first, then up to three digits
    const std::int32_t groups = std::min(share.places / 4, count_);
    bool exact = std::all_of(limbs(), limbs() + groups, [](std::int64_t limb) { return limb == 0; });
    std::copy(limbs() + groups, limbs() + count_, limbs());
    std::fill(limbs() + (count_ - groups), limbs() + count_, 0);
    const auto unit = static_cast<std::int64_t>(power_of_ten(share.places % 4));
    std::int64_t rest = 0;
    for (std::int32_t i = count_; i-- > 0;) {
        const std::int64_t part = rest * 10000 + limbs()[i];
        limbs()[i] = part / unit;
        rest = part % unit;
    }
    exact = exact && rest == 0;
    for (std::int32_t i = 0; !exact && i < count_; ++i) {
        exact = ++limbs()[i] < 10000;
        if (!exact)
            limbs()[i] = 0;
    }
}

bool operator<(const LongSum& left, const LongSum& right) noexcept
{
    for (std::int32_t i = left.count_; i-- > 0;)
        if (left.limbs()[i] != right.limbs()[i])
            return left.limbs()[i] < right.limbs()[i];
    return false;
}

std::int32_t LongSum::used() const noexcept
{
    std::int32_t used = count_;
    while (used > 0 && limbs()[used - 1] == 0)
        --used;
    return used;
}

Decimal LongSum::decimal(std::int16_t* digits, std::int32_t skipped) const noexcept
{
    const std::int32_t count = std::max(used() - skipped, 0);
    for (std::int32_t i = 0; i < count; ++i)
        digits[i] = static_cast<std::int16_t>(limbs()[skipped + count - 1 - i]);
    return {
        reinterpret_cast<const unsigned char*>(digits), count, std::max(count - 1, 0), 0, false, Decimal::Kind::finite};
}

}  // namespace customer_value::golden
