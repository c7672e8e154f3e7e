#include "core/ledger/cohorts.h"

#include "core/ledger/day_index.h"

#include <algorithm>
#include <string>

namespace customer_value::ledger {

namespace {

Rows up_to(Day as_of, Rows rows)
{
    if (rows.days.back() > as_of)
        rows.days = rows.days.first(static_cast<std::size_t>(std::upper_bound(rows.days.begin(), rows.days.end(), as_of) - rows.days.begin()));
    return rows;
}

// Calls `visit` with the rows up to as_of of each customer who has an order among them, its row, its cohort, and the map
// from days to periods.
template <class Visit> void each_in_cohort(const View& view, const CohortGrid& grid, std::span<std::int64_t> sizes, Visit visit)
{
    if (grid.periods == 0)
        return;
    const DayIndex period_of(view, [&](Day day) { return grid.step.period_of(day) - grid.first_period; });
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = up_to(grid.as_of, view.of(customer));
        std::size_t first = 0;
        while (first < rows.size() && !rows.is_order(first))
            ++first;
        if (first == rows.size())
            continue;
        const std::int32_t cohort = period_of(rows.days[first]);
        ++sizes[static_cast<std::size_t>(cohort)];
        visit(rows, first, cohort, period_of);
    }
}

// Until now each customer counts in the last cell only; then in all those before it.
void count_downwards(const CohortGrid& grid, std::span<std::int64_t> active)
{
    for (std::int32_t cohort = 0; cohort < grid.periods; ++cohort)
        for (std::int32_t k = grid.periods - cohort - 1; k > 0; --k)
            active[grid.cell(cohort, k - 1)] += active[grid.cell(cohort, k)];
}

void count_on(const View& view, const CohortGrid& grid, std::span<std::int64_t> sizes, std::span<std::int64_t> active)
{
    each_in_cohort(view, grid, sizes, [&](const Rows& rows, std::size_t first, std::int32_t cohort, const auto& period_of) {
        std::int64_t* cells = active.data() + grid.cell(cohort, 0);
        std::int32_t before = -1;
        for (std::size_t i = first; i < rows.size(); ++i) {
            const std::int32_t k = period_of(rows.days[i]) - cohort;
            if (k != before && rows.is_order(i)) {
                ++cells[k];
                before = k;
            }
        }
    });
}

void count_on_or_after(const View& view, const CohortGrid& grid, std::span<std::int64_t> sizes, std::span<std::int64_t> active)
{
    each_in_cohort(view, grid, sizes, [&](const Rows& rows, std::size_t, std::int32_t cohort, const auto& period_of) {
        std::size_t last = rows.size() - 1;
        while (!rows.is_order(last))
            --last;
        ++active[grid.cell(cohort, period_of(rows.days[last]) - cohort)];
    });
    count_downwards(grid, active);
}

void count_every(const View& view, const CohortGrid& grid, std::span<std::int64_t> sizes, std::span<std::int64_t> active)
{
    each_in_cohort(view, grid, sizes, [&](const Rows& rows, std::size_t first, std::int32_t cohort, const auto& period_of) {
        std::int32_t streak = 0;
        for (std::size_t i = first; i < rows.size(); ++i) {
            const std::int32_t k = period_of(rows.days[i]) - cohort;
            if (k > streak + 1)
                break;
            if (k > streak && rows.is_order(i))
                streak = k;
        }
        ++active[grid.cell(cohort, streak)];
    });
    count_downwards(grid, active);
}

[[noreturn, gnu::cold, gnu::noinline]] void fail_too_many(std::int64_t most, const char* what)
{
    throw Error(ErrorCode::invalid_parameter, "step and as_of make more than " + std::to_string(most) + what, {}, "Take a longer step or an earlier as_of.");
}
[[noreturn, gnu::cold, gnu::noinline]] void fail_kind(std::string_view name)
{
    throw Error(ErrorCode::invalid_parameter, "kind must be on, on_or_after or every: \"" + std::string(name) + '"', {},
                "on: ordered in the period; on_or_after: in it or later; every: in each period up to it.");
}
[[noreturn, gnu::cold, gnu::noinline]] void fail_without_amounts()
{
    throw Error(ErrorCode::invalid_parameter, "revenue_cohorts needs a ledger with amounts", {}, "Build it with ledger_agg(customer, day, amount).");
}

}  // namespace

CohortGrid cohort_grid(const View& view, Step step, std::optional<Day> as_of)
{
    const Day until = as_of.value_or(view.last_day);
    if (view.rows() == 0 || until < view.first_day)
        return {step, until, 0, 0, -1};
    const std::int64_t first = step.period_of(view.first_day);
    const std::int64_t periods = step.period_of(std::min(until, view.last_day)) - first + 1;
    // a period has ended at as_of where the next day lies in a later one
    const std::int64_t last_complete = step.period_of(until + 1) - first - 1;
    if (last_complete >= most_cohort_periods)
        fail_too_many(most_cohort_periods, " periods");
    if (periods * (periods + 1) / 2 > most_cohort_cells)
        fail_too_many(most_cohort_cells, " periods of cohorts");
    return {step, until, static_cast<std::int32_t>(first), static_cast<std::int32_t>(periods), static_cast<std::int32_t>(last_complete)};
}

RetentionKind retention_kind_named(std::string_view name)
{
    if (name == "on")
        return RetentionKind::on;
    if (name == "on_or_after")
        return RetentionKind::on_or_after;
    if (name == "every")
        return RetentionKind::every;
    fail_kind(name);
}

void cohort_retention(const View& view, const CohortGrid& grid, RetentionKind kind, std::span<std::int64_t> sizes, std::span<std::int64_t> active)
{
    switch (kind) {
    case RetentionKind::on: return count_on(view, grid, sizes, active);
    case RetentionKind::on_or_after: return count_on_or_after(view, grid, sizes, active);
    case RetentionKind::every: return count_every(view, grid, sizes, active);
    }
}

void revenue_cohorts(const View& view, const CohortGrid& grid, std::span<std::int64_t> sizes, std::span<Int128> revenue)
{
    if (!view.has_amounts && view.customers > 0)
        fail_without_amounts();
    each_in_cohort(view, grid, sizes, [&](const Rows& rows, std::size_t, std::int32_t cohort, const auto& period_of) {
        Int128* cells = revenue.data() + grid.cell(cohort, 0);
        for (std::size_t i = 0; i < rows.size(); ++i)
            cells[std::max(period_of(rows.days[i]) - cohort, 0)] += rows.amounts[i];
    });
}

}  // namespace customer_value::ledger
