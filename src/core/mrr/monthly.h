// What a subscription that bills `amount` every so often is worth a month.
//
//     months      amount / months
//     weeks       amount * 52 / 12 / weeks      (52 weeks a year)
//     other days  amount * 365 / 12 / days      (365 days a year)
//
// in units of 10^-8, rounded half away from zero: one rounding for each subscription, after which all sums are exact.
// So MRR of any report is the sum of these, and ARR is 12 times MRR, to the last digit.
#pragma once

#include "core/common/decimal.h"

#include <array>
#include <cstdint>

namespace customer_value::mrr {

// How often a subscription bills: a number of months, or a number of days (a week is 7).
class BillingInterval {
public:
    // Throws invalid_parameter unless one of the two is positive and the other 0.
    BillingInterval(std::int64_t months, std::int64_t days);

    // The share of an amount that falls on a month: factor() / divisor(), which is even.
    [[nodiscard]] std::int64_t factor() const noexcept { return factor_; }
    [[nodiscard]] std::int64_t divisor() const noexcept { return divisor_; }

private:
    std::int64_t factor_, divisor_;
};

class MonthlyAmount {
public:
    static constexpr std::int32_t places = 8;

    // Throws out_of_range where the amount is not finite, or 10^120 and more.
    MonthlyAmount(const Decimal& amount, const BillingInterval& every);

    // As many decimal places as it takes, and no fewer than the amount had (up to 8); lives as long as this.
    [[nodiscard]] Decimal view() const noexcept;
    [[nodiscard]] Decimal negated() const noexcept
    {
        Decimal value = view();
        value.negative = !value.negative && !value.zero();
        return value;
    }

private:
    static constexpr std::int32_t lowest = -places / 4, longest_weight = 29;

    // digits at 10000^(lowest + i)
    std::array<std::int16_t, longest_weight - lowest + 3> digits_{};
    std::array<std::int16_t, longest_weight - lowest + 3> shown_{};  // most significant first
    std::int32_t top_ = 0;                                           // of digits_, behind the highest that is not 0
    std::int32_t scale_ = 0;
    bool negative_ = false;

    void multiply(const Decimal& amount, std::int64_t factor) noexcept;
    void divide(std::int64_t divisor) noexcept;
    void show(std::int32_t least_scale) noexcept;
};

}  // namespace customer_value::mrr
