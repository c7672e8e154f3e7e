#include "core/ledger/active.h"

#include "core/ledger/day_index.h"

#include <algorithm>

namespace customer_value::ledger {

void rolling_active(const View& view, Day from, std::int32_t window_days, std::span<Active> active)
{
    const auto end = static_cast<std::int64_t>(active.size());
    // in_window is at first how many more there are than on the day before; days are counted from `from`
    const auto add_run = [&](std::int64_t first, std::int64_t behind) {
        first = std::max<std::int64_t>(first, 0);
        if (first >= std::min(behind, end))
            return;
        ++active[static_cast<std::size_t>(first)].in_window;
        if (behind < end)
            --active[static_cast<std::size_t>(behind)].in_window;
    };
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        std::int64_t before = 0, run_first = 0, run_behind = 0;
        bool is_run = false;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::int64_t day = std::int64_t{rows.days[i]} - from;
            if ((is_run && day == before) || !rows.is_order(i))
                continue;
            if (day >= end)
                break;
            if (day >= 0)
                ++active[static_cast<std::size_t>(day)].on_day;
            if (is_run && day > run_behind)
                add_run(run_first, run_behind);
            if (!is_run || day > run_behind)
                run_first = day;
            is_run = true;
            before = day;
            run_behind = day + window_days;
        }
        if (is_run)
            add_run(run_first, run_behind);
    }
    std::int64_t in_window = 0;
    for (Active& day : active)
        day.in_window = in_window += day.in_window;
}

std::size_t most_active_periods(const View& view) noexcept
{
    std::uint32_t most = 0;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer)
        most = std::max(most, view.offsets[customer + 1] - view.offsets[customer]);
    return most;
}

void stickiness(const View& view, const Step& step, std::span<std::int64_t> customers)
{
    if (view.rows() == 0)
        return;
    const DayIndex period_of(view, [&](Day day) { return step.period_of(day); });
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        std::size_t periods = 0;
        std::int32_t before = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::int32_t period = period_of(rows.days[i]);
            if ((periods == 0 || period != before) && rows.is_order(i)) {
                before = period;
                ++periods;
            }
        }
        if (periods > 0)
            ++customers[periods];
    }
}

}  // namespace customer_value::ledger
