// From the rows of a ledger to what models take, and from models to what is ahead: discounted purchases, and a cache
// for ledgers in which many customers have the same frequency and age.
#pragma once

#include "core/clv/bg_bb.h"
#include "core/clv/rows.h"

#include "core/ledger/customers.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace customer_value::clv {

inline constexpr double most_steps = 10'000;  // of a horizon, in units of time

// Throws out_of_range unless it is finite and not negative, or as the name says.
double checked_horizon(double horizon);
double checked_discounted_horizon(double horizon);
double checked_discount(double discount, const char* name, bool may_be_zero);

// Purchases at the end of each unit of time discounted by (1 + discount) for each: sum of (E(k) - E(k-1)) / (1 +
// discount)^k up to the horizon, whose last step may be shorter. E(t) are the expected purchases by time t.
template <class Expected>
[[nodiscard]] double discounted_purchases(Expected&& expected, double horizon, double discount)
{
    if (discount == 0)
        return expected(horizon);
    double sum = 0, before = 0;
    for (double from = 0; from < horizon; ++from) {
        const double to = std::min(from + 1, horizon), until = expected(to);
        sum += (until - before) * std::exp(-to * std::log1p(discount));
        before = until;
    }
    return sum;
}

// A customer of a ledger as of the end of a day, in units of so many days.
struct Bought {
    std::int64_t frequency;
    std::int32_t recency_days, age_days;
    Int128 spend;  // of the repeat days, in units of the ledger

    [[nodiscard]] History history(std::int32_t unit) const noexcept
    {
        return {frequency, static_cast<double>(recency_days) / unit, static_cast<double>(age_days) / unit};
    }
};
// Nothing for a customer without an order by then.
[[nodiscard]] std::optional<Bought> bought_by(const ledger::Rows& rows, ledger::Day as_of) noexcept;

// Opportunities to buy as of the end of a day: the calendar periods after that of the first order, complete by then.
// Nothing for a customer whose first period is not complete.
[[nodiscard]] std::optional<Opportunities> opportunities_by(const ledger::Rows& rows, ledger::Day as_of,
                                                            const ledger::Step& step) noexcept;

// What a customer who is alive will buy, which depends on frequency and age only.
struct Ahead {
    double purchases, discounted;
};

// Remembers what was computed last for a frequency and age; plain data.
class AheadCache {
public:
    static constexpr std::size_t slots = 1 << 15;
    void clear() noexcept
    {
        for (Slot& slot : slots_)
            slot.frequency = -1;
    }
    template <class Compute> const Ahead& of(const History& history, Compute compute)
    {
        Slot& slot = slots_[mixed(static_cast<std::uint64_t>(history.frequency) << 32 ^
                                  mixed(std::bit_cast<std::uint64_t>(history.age))) %
                            slots];
        if (slot.frequency != history.frequency || slot.age != history.age) {
            slot.frequency = -1;
            slot.ahead = compute();
            slot.frequency = history.frequency;
            slot.age = history.age;
        }
        return slot.ahead;
    }

private:
    struct Slot {
        std::int64_t frequency;
        double age;
        Ahead ahead;
    };
    Slot slots_[slots];
};

}  // namespace customer_value::clv
