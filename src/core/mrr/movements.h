// How monthly recurring revenue moves. A subscription over [a, b) worth m a month is two rows of a ledger, (a, +m) and
// (b, -m), an open-ended one only the first: what a customer is worth at the end of a day is the sum of the rows up to
// it.
//
// A customer pays where that is positive. All is by customer: one of two subscriptions that ends is contraction, not
// churn.
#pragma once

#include "core/common/mantissa.h"
#include "core/ledger/view.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace customer_value::mrr {

using ledger::Day;
using ledger::Rows;
using ledger::View;

// Goes through the days of a customer's rows: what the customer is worth at the end of each. A gap in paying that is not
// longer than the grace is none: up to the day of coming back the customer is worth what it was before the gap.
class Worth {
public:
    explicit Worth(const Rows& rows, ledger::Span grace = {}) noexcept : rows_(rows), grace_(grace) {}
    [[nodiscard]] bool more() const noexcept { return next_ < rows_.size(); }
    [[nodiscard]] Day day() const noexcept { return rows_.days[next_]; }  // of the next
    // Takes all rows of the next day in.
    Int128 advance() noexcept
    {
        const Day today = day();
        take_day();
        if (!(worth_ > 0 && sum_ <= 0 && !grace_.is_none() && comes_back_by(grace_.after(today))))
            worth_ = sum_;
        return worth_;
    }
    [[nodiscard]] Int128 now() const noexcept { return worth_; }

private:
    void take_day() noexcept
    {
        const Day today = day();
        do
            sum_ += rows_.amount(next_++);
        while (more() && day() == today);
    }
    // Goes on to the first day of paying up to `last`; stays where there is none.
    bool comes_back_by(Day last) noexcept
    {
        const std::size_t next = next_;
        const Int128 sum = sum_;
        while (more() && day() <= last) {
            const std::size_t before_day = next_;
            const Int128 before = sum_;
            take_day();
            if (sum_ > 0) {
                next_ = before_day;
                sum_ = before;
                return true;
            }
        }
        next_ = next;
        sum_ = sum;
        return false;
    }

    Rows rows_;
    ledger::Span grace_;
    std::size_t next_ = 0;
    Int128 sum_ = 0, worth_ = 0;
};

enum class Movement : std::uint8_t { none, joined, reactivation, expansion, contraction, churn };
[[nodiscard]] std::string_view name_of(Movement movement) noexcept;

// One customer between two days.
struct Change {
    Int128 before = 0, after = 0;
    bool paid_before = false;  // on some day before the first
    Int128 passing = 0;        // who pays between the two, but neither before nor after: what it paid last; otherwise 0
    // For a passing customer that of coming, which churn by the same amount follows.
    [[nodiscard]] Movement movement() const noexcept;
};
// From the start of day `from` to the start of day `to`.
[[nodiscard]] Change change_of(const Rows& rows, Day from, Day to, ledger::Span grace = {});

// What happened between two bounds; losses are negative, so that start + joined + ... + churn = end.
struct Movements {
    Int128 start = 0, joined = 0, reactivation = 0, expansion = 0, contraction = 0, churn = 0;
    std::int64_t start_customers = 0, new_customers = 0, reactivated_customers = 0, churned_customers = 0;
    // Of them who came and left between the bounds: they are in no rate, for they were not there at the start.
    Int128 passing_joined = 0, passing_reactivation = 0;
    std::int64_t passing_customers = 0;

    [[nodiscard]] Int128 passing() const noexcept { return passing_joined + passing_reactivation; }
    // Of what customers paid at the start.
    [[nodiscard]] Int128 lost() const noexcept { return -(churn + passing() + contraction); }
    [[nodiscard]] Int128 won_back() const noexcept { return reactivation - passing_reactivation; }
    [[nodiscard]] std::int64_t lost_customers() const noexcept { return churned_customers - passing_customers; }
    [[nodiscard]] Int128 end() const noexcept
    {
        return start + joined + reactivation + expansion + contraction + churn;
    }
    [[nodiscard]] std::int64_t end_customers() const noexcept
    {
        return start_customers + new_customers + reactivated_customers - churned_customers;
    }
};

// A row of `movements` for each period between two of `bounds`: rows of the first day of a period are movements of it.
// Who begins to pay and has not on any day before the period is new, otherwise reactivated; who left and came back
// within a period has not moved but by the difference. Who came and left within one has done both. Rows come by day.
void movements(const View& view, std::span<const Day> bounds, ledger::Span grace, std::span<Movements> movements);

// At the end of a day.
struct RecurringRevenue {
    Int128 mrr = 0;
    std::int64_t customers = 0;  // who pay
};
// Rows come by day where there is a grace.
[[nodiscard]] RecurringRevenue standing(const View& view, Day as_of, ledger::Span grace = {});

}  // namespace customer_value::mrr
