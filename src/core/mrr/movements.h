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

enum class Movement : std::uint8_t { none, joined, reactivation, expansion, contraction, churn };
[[nodiscard]] std::string_view name_of(Movement movement) noexcept;

// One customer between two days.
struct Change {
    Int128 before = 0, after = 0;
    bool paid_before = false;  // on some day before the first
    [[nodiscard]] Movement movement() const noexcept;
};
// From the start of day `from` to the start of day `to`.
[[nodiscard]] Change change_of(const Rows& rows, Day from, Day to);

// What happened between two bounds; losses are negative, so that start + joined + ... + churn = end.
struct Movements {
    Int128 start = 0, joined = 0, reactivation = 0, expansion = 0, contraction = 0, churn = 0;
    std::int64_t start_customers = 0, new_customers = 0, reactivated_customers = 0, churned_customers = 0;

    [[nodiscard]] Int128 lost() const noexcept { return -(churn + contraction); }
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
// within a period has not moved but by the difference. Rows come by day.
void movements(const View& view, std::span<const Day> bounds, std::span<Movements> movements);

// At the end of a day.
struct RecurringRevenue {
    Int128 mrr = 0;
    std::int64_t customers = 0;  // who pay
};
[[nodiscard]] RecurringRevenue standing(const View& view, Day as_of);

// Goes through the days of a customer's rows: what the customer is worth at the end of each.
class Worth {
public:
    explicit Worth(const Rows& rows) noexcept : rows_(rows) {}
    [[nodiscard]] bool more() const noexcept { return next_ < rows_.size(); }
    [[nodiscard]] Day day() const noexcept { return rows_.days[next_]; }  // of the next
    // Takes all rows of the next day in.
    Int128 advance() noexcept
    {
        const Day today = day();
        do
            worth_ += rows_.amount(next_++);
        while (more() && day() == today);
        return worth_;
    }
    [[nodiscard]] Int128 now() const noexcept { return worth_; }

private:
    Rows rows_;
    std::size_t next_ = 0;
    Int128 worth_ = 0;
};

}  // namespace customer_value::mrr
