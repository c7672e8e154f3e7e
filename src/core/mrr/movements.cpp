#include "core/mrr/movements.h"

#include "core/ledger/day_index.h"

#include <algorithm>

namespace customer_value::mrr {

namespace {

void count(Movements& row, const Change& change)
{
    const Int128 difference = change.after - change.before + change.passing;
    if (change.passing > 0) {
        row.churn -= change.passing, ++row.churned_customers;
        (change.paid_before ? row.passing_reactivation : row.passing_joined) += change.passing;
        ++row.passing_customers;
    }
    switch (change.movement()) {
    case Movement::none:
        return;
    case Movement::joined:
        row.joined += difference, ++row.new_customers;
        return;
    case Movement::reactivation:
        row.reactivation += difference, ++row.reactivated_customers;
        return;
    case Movement::expansion:
        row.expansion += difference;
        return;
    case Movement::contraction:
        row.contraction += difference;
        return;
    case Movement::churn:
        row.churn += difference, ++row.churned_customers;
        return;
    }
}

// What a customer paid last who came and left between two days, and was worth the same before and after.
Int128 passing_of(Int128 before, Int128 after, Int128 paid) noexcept { return before <= 0 && after <= 0 ? paid : 0; }

}  // namespace

std::string_view name_of(Movement movement) noexcept
{
    switch (movement) {
    case Movement::joined:
        return "new";
    case Movement::reactivation:
        return "reactivation";
    case Movement::expansion:
        return "expansion";
    case Movement::contraction:
        return "contraction";
    case Movement::churn:
        return "churn";
    case Movement::none:
        break;
    }
    return "none";
}

Movement Change::movement() const noexcept
{
    if (passing == 0 && before == after)
        return Movement::none;
    if (passing > 0 || (before <= 0 && after > 0))
        return paid_before ? Movement::reactivation : Movement::joined;
    if (before > 0 && after <= 0)
        return Movement::churn;
    return after > before ? Movement::expansion : Movement::contraction;
}

Change change_of(const Rows& rows, Day from, Day to, ledger::Span grace)
{
    Worth worth(rows, grace);
    Change change;
    while (worth.more() && worth.day() < from)
        change.paid_before |= worth.advance() > 0;
    change.before = worth.now();
    Int128 paid = 0;
    while (worth.more() && worth.day() < to)
        if (worth.advance() > 0)
            paid = worth.now();
    change.after = worth.now();
    change.passing = passing_of(change.before, change.after, paid);
    return change;
}

void movements(const View& view, std::span<const Day> bounds, ledger::Span grace, std::span<Movements> movements)
{
    const auto periods = static_cast<std::int32_t>(movements.size());
    const ledger::DayIndex period_of(
        view, [&](Day day) { return std::upper_bound(bounds.begin(), bounds.end(), day) - bounds.begin() - 1; });
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        Worth worth(view.of(customer), grace);
        bool paid = false;  // on a day before the period
        while (worth.more()) {
            const std::int32_t period = period_of(worth.day());
            if (period >= periods)
                break;
            const Int128 before = worth.now();
            Int128 last_paid = 0;
            do
                if (worth.advance() > 0)
                    last_paid = worth.now();
            while (worth.more() && period_of(worth.day()) == period);
            if (period >= 0)
                count(movements[static_cast<std::size_t>(period)],
                      {before, worth.now(), paid, passing_of(before, worth.now(), last_paid)});
            else {
                movements[0].start += worth.now();
                movements[0].start_customers += worth.now() > 0;
            }
            paid |= last_paid > 0;
        }
    }
    for (std::size_t i = 1; i < movements.size(); ++i) {
        movements[i].start = movements[i - 1].end();
        movements[i].start_customers = movements[i - 1].end_customers();
    }
}

RecurringRevenue standing(const View& view, Day as_of, ledger::Span grace)
{
    RecurringRevenue standing;
    const auto add = [&](Int128 worth) {
        standing.mrr += worth;
        standing.customers += worth > 0;
    };
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        if (!grace.is_none()) {
            Worth worth(rows, grace);
            while (worth.more() && worth.day() <= as_of)
                (void)worth.advance();
            add(worth.now());
            continue;
        }
        Int128 worth = 0;
        for (std::size_t i = 0; i < rows.size(); ++i)
            worth += rows.days[i] <= as_of ? rows.amount(i) : 0;
        add(worth);
    }
    return standing;
}

}  // namespace customer_value::mrr
