#include "core/ledger/migration.h"

#include "core/ledger/standings.h"

namespace customer_value::ledger {

namespace {

constexpr std::uint8_t no_segment = rfm::segment_count;

// Each customer's segment, no_segment for those without an order.
std::vector<std::uint8_t> segments_of(const View& view, Standings& standings, std::int32_t bins)
{
    standings.score(view.has_amounts, bins);
    std::vector<std::uint8_t> segments(view.customers, no_segment);
    for (const Standing& standing : standings.all())
        segments[standing.customer] = static_cast<std::uint8_t>(standing.segment);
    return segments;
}

}  // namespace

Migration segment_migration(const View& view, Day from, Day to, std::int32_t bins)
{
    rfm::require_bins(bins);
    Standings at_from, at_to;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        Purchases purchases = purchases_of(until(rows, from));
        at_from.add(customer, purchases);
        purchases.append(purchases_of(within(rows, {from + 1, to + 1})));
        at_to.add(customer, purchases);
    }
    const auto before = segments_of(view, at_from, bins), after = segments_of(view, at_to, bins);
    Migration migration{};
    for (std::uint32_t customer = 0; customer < view.customers; ++customer)
        if (after[customer] != no_segment)
            ++migration[before[customer]][after[customer]];
    return migration;
}

}  // namespace customer_value::ledger
