#include "core/mrr/monthly.h"

#include <algorithm>
#include <string>

namespace customer_value::mrr {

namespace {

constexpr std::int64_t longest =
    10000 * 12 * 31;  // months or days: nobody bills more rarely, and no product below overflows

[[noreturn, gnu::cold, gnu::noinline]] void throw_interval(std::int64_t months, std::int64_t days)
{
    throw Error(ErrorCode::invalid_parameter,
                "every must be a positive number of months or of days, at most 10000 years: " + std::to_string(months) +
                    " months " + std::to_string(days) + " days",
                {}, "Pass for example '1 month', '1 year', '1 week' or '30 days'.");
}
[[noreturn, gnu::cold, gnu::noinline]] void throw_too_large(const Decimal& amount)
{
    throw Error(ErrorCode::out_of_range, "amount must be below 10^120: " + clipped(shown(amount)));
}

}  // namespace

BillingInterval::BillingInterval(std::int64_t months, std::int64_t days)
{
    if (months < 0 || days < 0 || (months > 0) == (days > 0) || months > longest || days > longest)
        throw_interval(months, days);
    if (months > 0) {
        factor_ = 2;
        divisor_ = 2 * months;
    } else if (days % 7 == 0) {
        factor_ = 2 * 52;
        divisor_ = 2 * 12 * (days / 7);
    } else {
        factor_ = 2 * 365;
        divisor_ = 2 * 12 * days;
    }
}

// |amount| * factor. What lies below the lowest digit is cut off: see `divide`.
void MonthlyAmount::multiply(const Decimal& amount, std::int64_t factor) noexcept
{
    std::int64_t carry = 0;
    for (std::int32_t position = std::min(amount.weight - amount.digit_count + 1, lowest);
         position <= std::max(amount.weight, lowest) || carry > 0; ++position) {
        carry += amount.at(position) * factor;
        if (position >= lowest) {
            digits_[static_cast<std::size_t>(position - lowest)] = static_cast<std::int16_t>(carry % 10000);
            top_ = position - lowest + 1;
        }
        carry /= 10000;
    }
}

// With an even divisor the remainder alone says how to round: what `multiply` cut off is less than one unit of it.
void MonthlyAmount::divide(std::int64_t divisor) noexcept
{
    std::int64_t rest = 0;
    for (std::int32_t i = top_; i-- > 0;) {
        auto& digit = digits_[static_cast<std::size_t>(i)];
        rest = rest * 10000 + digit;
        digit = static_cast<std::int16_t>(rest / divisor);
        rest %= divisor;
    }
    for (std::size_t i = 0; rest >= divisor / 2; ++i) {
        if (++digits_[i] < 10000)
            break;
        digits_[i] = 0;
    }
    while (top_ > 0 && digits_[static_cast<std::size_t>(top_ - 1)] == 0)
        --top_;
}

void MonthlyAmount::show(std::int32_t least_scale) noexcept
{
    std::int32_t fraction = digits_[1] * 10000 + digits_[0];
    for (scale_ = places; scale_ > least_scale && fraction % 10 == 0; --scale_)
        fraction /= 10;
    std::reverse_copy(digits_.begin(), digits_.begin() + top_, shown_.begin());
}

MonthlyAmount::MonthlyAmount(const Decimal& amount, const BillingInterval& every)
{
    require_finite("amount", amount);
    if (amount.weight > longest_weight)
        throw_too_large(amount);
    negative_ = amount.negative;
    multiply(amount, every.factor());
    divide(every.divisor());
    show(std::min(amount.scale, places));
}

Decimal MonthlyAmount::view() const noexcept
{
    std::int32_t count = top_;
    while (count > 0 && shown_[static_cast<std::size_t>(count - 1)] == 0)
        --count;
    return {reinterpret_cast<const unsigned char*>(shown_.data()),
            count,
            count == 0 ? 0 : top_ - 1 + lowest,
            scale_,
            negative_ && count > 0,
            Decimal::Kind::finite};
}

}  // namespace customer_value::mrr
