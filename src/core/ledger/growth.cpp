#include "core/ledger/growth.h"

#include "core/ledger/day_index.h"

#include <vector>

namespace customer_value::ledger {

namespace {

// A stretch of bounds, first..last, at which a customer is active.
struct Run {
    std::int32_t first, last;
};

void count_run(Run run, bool is_first, std::span<Growth> growth, std::span<std::int64_t> active_from)
{
    const auto at = [](std::int32_t index) { return static_cast<std::size_t>(index); };
    ++active_from[at(run.first)];
    --active_from[at(run.last + 1)];
    if (run.first > 0)
        ++(is_first ? growth[at(run.first - 1)].joined : growth[at(run.first - 1)].reactivated);
    if (at(run.last) < growth.size())
        ++growth[at(run.last)].churned;
}

}  // namespace

void customer_growth(const View& view, std::span<const Day> bounds, Span lapse, std::span<Growth> growth)
{
    // an order makes its customer active at the bounds behind it, as long as it lies in their lapse
    std::vector<Day> thresholds(bounds.size());
    std::transform(bounds.begin(), bounds.end(), thresholds.begin(), [&](Day bound) { return lapse.before(bound); });
    const DayIndex first_bound(
        view, [&](Day day) { return std::upper_bound(bounds.begin(), bounds.end(), day) - bounds.begin(); });
    const DayIndex last_bound(view, [&](Day day) {
        return std::upper_bound(thresholds.begin(), thresholds.end(), day) - thresholds.begin() - 1;
    });

    std::vector<std::int64_t> active_from(bounds.size() +
                                          1);  // how many more are active at a bound than at the one before
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        Run run{0, -1};
        bool ordered = false, run_is_first = false;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (!rows.is_order(i))
                continue;
            const Run covered{first_bound(rows.days[i]), last_bound(rows.days[i])};
            const bool is_first_order = !ordered;
            ordered = true;
            if (covered.first > covered.last)
                continue;
            if (run.last >= run.first && covered.first <= run.last + 1) {
                run.last = std::max(run.last, covered.last);
                continue;
            }
            if (run.last >= run.first)
                count_run(run, run_is_first, growth, active_from);
            run = covered;
            // an earlier order that lapsed inside the same period does not make the customer an old one
            run_is_first =
                is_first_order ||
                (covered.first > 0 && first_order_of(rows) >= bounds[static_cast<std::size_t>(covered.first - 1)]);
        }
        if (run.last >= run.first)
            count_run(run, run_is_first, growth, active_from);
    }
    std::int64_t active = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        active += active_from[i];
        if (i < growth.size())
            growth[i].at_start = active;
        if (i > 0)
            growth[i - 1].at_end = active;
    }
}

Proportion churn_between(const View& view, Day from, Day to, Span lapse)
{
    const Day bounds[] = {from, to};
    Growth growth;
    customer_growth(view, bounds, lapse, {&growth, 1});
    return {growth.churned, growth.at_start};
}

}  // namespace customer_value::ledger
