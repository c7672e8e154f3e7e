#include "core/mrr/cohorts.h"

#include "core/ledger/day_index.h"

#include <algorithm>

namespace customer_value::mrr {

namespace {

CohortCell cell_of(Int128 worth, Int128 base) noexcept
{
    return {worth, std::clamp<Int128>(worth, 0, std::max<Int128>(base, 0)), worth > 0};
}

void add(CohortCell& cell, const CohortCell& more, int sign) noexcept
{
    cell.mrr += sign * more.mrr;
    cell.retained += sign * more.retained;
    cell.customers += sign * more.customers;
}

// Cells have the change to the cell before them only; now the sum.
void accumulate(const ledger::CohortGrid& grid, std::span<CohortCell> cells)
{
    for (std::int64_t cohort = 0; cohort < grid.periods; ++cohort)
        for (std::int64_t k = 1; k < grid.periods - cohort; ++k)
            add(cells[grid.cell(cohort, k)], cells[grid.cell(cohort, k - 1)], 1);
}

Day later(Day day, ledger::Span step, std::int64_t times) noexcept
{
    return ledger::Span{static_cast<std::int32_t>(-step.months * times), static_cast<std::int32_t>(-step.days * times)}
        .before(day);
}

// How many whole steps lie between two days: the largest t with first + t steps <= last.
std::int64_t whole_steps(Day first, Day last, ledger::Span step) noexcept
{
    if (step.months == 0)
        return (std::int64_t{last} - first) / step.days;
    const ledger::CivilDate from = ledger::civil_of(first), to = ledger::civil_of(last);
    const std::int64_t steps = ((std::int64_t{to.year} - from.year) * 12 + to.month - from.month) / step.months;
    return later(first, step, steps) > last ? steps - 1 : steps;
}

}  // namespace

ledger::CohortGrid cohort_grid(const ledger::Head& head, ledger::Step step, Day as_of)
{
    ledger::Head until = head;
    until.last_day = std::max(head.first_day, as_of);  // what is worth something stays so without further rows
    return ledger::cohort_grid(until, step, as_of);
}

void cohorts(const View& view, const ledger::CohortGrid& grid, ledger::Span grace, std::span<std::int64_t> sizes,
             std::span<CohortCell> cells)
{
    if (grid.periods == 0)
        return;
    const ledger::DayIndex period_of(
        view, [&](Day day) { return day > grid.as_of ? grid.periods : grid.step.period_of(day) - grid.first_period; });
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        Worth worth(view.of(customer), grace);
        std::int32_t cohort = -1;
        Int128 base = 0;
        CohortCell last;
        while (worth.more()) {
            const std::int32_t period = period_of(worth.day());
            if (period == grid.periods)
                break;
            bool pays = false;
            do
                pays |= worth.advance() > 0;
            while (worth.more() && period_of(worth.day()) == period);
            if (cohort < 0 && !pays)
                continue;
            if (cohort < 0) {
                cohort = period;
                base = worth.now();
                ++sizes[static_cast<std::size_t>(cohort)];
            }
            const CohortCell now = cell_of(worth.now(), base);
            CohortCell& cell = cells[grid.cell(cohort, period - cohort)];
            add(cell, now, 1);
            add(cell, last, -1);
            last = now;
        }
    }
    accumulate(grid, cells);
}

std::int64_t most_renewals(const ledger::Head& head, ledger::Span step, Day as_of) noexcept
{
    return head.rows == 0 || as_of < head.first_day ? 0 : whole_steps(head.first_day, as_of, step) + 1;
}

void renewals(const View& view, ledger::Span step, Day as_of, ledger::Span grace, std::span<ContractRenewals> renewals)
{
    const auto at = [&](std::int64_t t) -> ContractRenewals& { return renewals[static_cast<std::size_t>(t - 1)]; };
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        Worth worth(view.of(customer), grace);
        Day first = as_of;
        while (worth.more() && worth.now() <= 0) {
            const Day day = worth.day();
            if (worth.advance() > 0)
                first = day;
        }
        if (worth.now() <= 0 || first >= as_of)
            continue;
        Day end = as_of;
        bool lost = false;
        while (worth.more() && !lost && worth.day() <= as_of) {
            end = worth.day();
            lost = worth.advance() <= 0;
        }
        if (lost)
            ++at(whole_steps(first, end - 1, step) + 1).lost;
        else if (const auto survived = whole_steps(first, as_of, step); survived > 0)
            ++at(survived).survived;
    }
}

}  // namespace customer_value::mrr
