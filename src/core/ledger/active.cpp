#include "core/ledger/active.h"

#include "core/ledger/day_index.h"

#include <algorithm>
#include <vector>

namespace customer_value::ledger {

// An order counts its customer from its day on until the window has passed or the next order takes over, so that
// nothing branches on how far apart orders are.
void rolling_active(const View& view, Day from, std::int32_t window_days, std::span<Active> active)
{
    // days are counted from `from`; the last place is for all that lies behind
    const auto end = static_cast<std::int64_t>(active.size());
    const auto place = [end](std::int64_t day) {
        return static_cast<std::size_t>(std::clamp<std::int64_t>(day, 0, end));
    };
    std::vector<std::int64_t> more(active.size() + 1);  // how many more there are in the window than on the day before
    std::vector<std::int64_t> on_day(active.size() + 1);
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        std::size_t i = 0;
        while (i < rows.size() && !rows.is_order(i))
            ++i;
        if (i == rows.size())
            continue;
        std::int64_t before = std::int64_t{rows.days[i]} - from;
        ++more[place(before)];
        on_day[place(before)] += before >= 0;
        for (++i; i < rows.size() && before < end; ++i) {
            if (!rows.is_order(i))
                continue;
            const std::int64_t day = std::int64_t{rows.days[i]} - from;
            ++more[place(day)];
            --more[place(std::min(day, before + window_days))];
            on_day[place(day)] += day != before && day >= 0;
            before = day;
        }
        --more[place(before + window_days)];
    }
    std::int64_t in_window = 0;
    for (std::size_t day = 0; day < active.size(); ++day)
        active[day] = {on_day[day], in_window += more[day]};
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
    if (view.rows == 0)
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
