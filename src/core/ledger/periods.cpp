#include "core/ledger/periods.h"

#include "core/ledger/day_index.h"

namespace customer_value::ledger {

namespace {

// From a day to the place of its period in the range, perhaps outside.
auto period_index(const View& view, const PeriodRange& periods)
{
    return DayIndex(view, [periods](Day day) { return periods.step.period_of(day) - periods.first; });
}

}  // namespace

void count_rows(const View& view, const PeriodRange& periods, std::span<std::uint64_t> counts)
{
    const auto period_of = period_index(view, periods);
    for (std::uint32_t customer = 0; customer < view.customers; ++customer)
        for (const Day day : view.of(customer).days)
            ++counts[static_cast<std::size_t>(period_of(day))];
}

void put_down(const View& view, const PeriodRange& periods, const std::uint32_t* ranks, std::span<std::uint64_t> places, PlacedRow* rows)
{
    const auto period_of = period_index(view, periods);
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows own = view.of(customer);
        const std::uint32_t place = ranks == nullptr ? customer : ranks[customer];
        for (std::size_t i = 0; i < own.size(); ++i) {
            const auto period = static_cast<std::size_t>(period_of(own.days[i]));
            if (period < places.size())
                rows[places[period]++] = {place, own.days[i], own.amount(i)};
        }
    }
}

}  // namespace customer_value::ledger
