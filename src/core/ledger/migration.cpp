#include "core/ledger/migration.h"

#include "core/ledger/customers.h"

namespace customer_value::ledger {

namespace {

constexpr std::uint8_t no_segment = rfm::segment_count;

// What customers had bought by a day, of those with an order by then.
struct Standings {
    std::vector<std::uint32_t> customers;
    std::vector<Day> last_orders;
    std::vector<std::int64_t> orders;
    std::vector<Int128> revenues;

    void add(std::uint32_t customer, const Purchases& purchases)
    {
        if (purchases.orders == 0)
            return;
        customers.push_back(customer);
        last_orders.push_back(purchases.last_order);
        orders.push_back(purchases.orders);
        revenues.push_back(purchases.net());
    }
    // Each customer's segment, no_segment for the others.
    [[nodiscard]] std::vector<std::uint8_t> segments(const View& view, std::int32_t bins) const
    {
        const auto r = rfm::scores_of<Day>(last_orders, bins);
        const auto f = rfm::scores_of<std::int64_t>(orders, bins);
        const auto m = view.has_amounts ? rfm::scores_of<Int128>(revenues, bins) : f;
        std::vector<std::uint8_t> segments(view.customers, no_segment);
        for (std::size_t i = 0; i < customers.size(); ++i)
            segments[customers[i]] = static_cast<std::uint8_t>(rfm::segment_of(r[i], f[i], m[i], bins));
        return segments;
    }
};

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
    const auto before = at_from.segments(view, bins), after = at_to.segments(view, bins);
    Migration migration{};
    for (std::uint32_t customer = 0; customer < view.customers; ++customer)
        if (after[customer] != no_segment)
            ++migration[before[customer]][after[customer]];
    return migration;
}

}  // namespace customer_value::ledger
