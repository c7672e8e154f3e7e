#include "core/ledger/migration.h"

#include "core/ledger/customers.h"

namespace customer_value::ledger {

namespace {

constexpr std::uint8_t no_segment = rfm::segment_count;

// Each customer's segment as of a day; no_segment for those without an order by then.
std::vector<std::uint8_t> segments_at(const View& view, Day as_of, std::int32_t bins)
{
    std::vector<std::uint32_t> customers;
    std::vector<Day> last_orders;
    std::vector<std::int64_t> orders;
    std::vector<Int128> revenues;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Purchases purchases = purchases_of(until(view.of(customer), as_of));
        if (purchases.orders == 0)
            continue;
        customers.push_back(customer);
        last_orders.push_back(purchases.last_order);
        orders.push_back(purchases.orders);
        if (view.has_amounts)
            revenues.push_back(purchases.net());
    }
    const auto r = rfm::scores_of<Day>(last_orders, bins);
    const auto f = rfm::scores_of<std::int64_t>(orders, bins);
    const auto m = view.has_amounts ? rfm::scores_of<Int128>(revenues, bins) : f;
    std::vector<std::uint8_t> segments(view.customers, no_segment);
    for (std::size_t i = 0; i < customers.size(); ++i)
        segments[customers[i]] = static_cast<std::uint8_t>(rfm::segment_of(
            rfm::score_of_five(r[i], bins), rfm::score_of_five(f[i], bins), rfm::score_of_five(m[i], bins)));
    return segments;
}

}  // namespace

Migration segment_migration(const View& view, Day from, Day to, std::int32_t bins)
{
    rfm::require_bins(bins);
    const auto before = segments_at(view, from, bins), after = segments_at(view, to, bins);
    Migration migration{};
    for (std::uint32_t customer = 0; customer < view.customers; ++customer)
        if (after[customer] != no_segment)
            ++migration[before[customer]][after[customer]];
    return migration;
}

}  // namespace customer_value::ledger
