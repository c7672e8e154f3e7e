#include "core/ledger/new_vs_returning.h"

#include "core/ledger/day_index.h"

#include <algorithm>

namespace customer_value::ledger {

void new_vs_returning(const View& view, const Step& step, std::int32_t first_period, std::span<NewVsReturning> report)
{
    if (view.rows == 0 || report.empty())
        return;
    // -1 is any period before the first one, `end` any after the last
    const auto end = static_cast<std::int32_t>(report.size());
    const DayIndex period_of(view, [&](Day day) {
        return std::clamp<std::int64_t>(std::int64_t{step.period_of(day)} - first_period, -1, end);
    });
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        bool ordered_before = false;
        for (std::size_t i = 0; i < rows.size();) {
            const std::int32_t period = period_of(rows.days[i]);
            if (period == end)
                break;
            std::int64_t orders = 0;
            Int128 net = 0;
            for (; i < rows.size() && period_of(rows.days[i]) == period; ++i) {
                orders += rows.is_order(i);
                net += rows.amount(i);
            }
            if (period >= 0) {
                NewVsReturning& row = report[static_cast<std::size_t>(period)];
                (ordered_before ? row.returning_revenue : row.new_revenue) += net;
                row.returning += ordered_before && orders > 0;
                row.joined += !ordered_before && orders > 0;
                row.repeated += orders > 1;
                row.joined_and_repeated += !ordered_before && orders > 1;
            }
            ordered_before |= orders > 0;
        }
    }
}

}  // namespace customer_value::ledger
