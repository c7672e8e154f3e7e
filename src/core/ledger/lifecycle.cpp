#include "core/ledger/lifecycle.h"

#include "core/ledger/day_index.h"

#include <algorithm>

namespace customer_value::ledger {

void lifecycle(const View& view, const Step& step, std::int32_t first_period, std::span<Lifecycle> lifecycle)
{
    if (view.rows == 0 || lifecycle.empty())
        return;
    // -1 is the period before the first one, -2 any earlier, `end` any that is later than the last
    const auto end = static_cast<std::int32_t>(lifecycle.size());
    const DayIndex period_of(view, [&](Day day) {
        return std::clamp<std::int64_t>(std::int64_t{step.period_of(day)} - first_period, -2, end);
    });
    const auto at = [&](std::int32_t period) -> Lifecycle& { return lifecycle[static_cast<std::size_t>(period)]; };

    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        constexpr std::int32_t never = -3;
        std::int32_t before = never;
        for (std::size_t i = 0; i < rows.size() && before < end; ++i) {
            const std::int32_t period = period_of(rows.days[i]);
            if (period == before || !rows.is_order(i))
                continue;
            if (before >= -1 && period > before + 1)
                ++at(before + 1).dormant;
            if (period >= 0 && period < end)
                ++(before == never        ? at(period).joined
                   : before == period - 1 ? at(period).returning
                                          : at(period).resurrecting);
            before = period;
        }
        if (before >= -1 && before + 1 < end)
            ++at(before + 1).dormant;
    }
}

}  // namespace customer_value::ledger
