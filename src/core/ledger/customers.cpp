#include "core/ledger/customers.h"

namespace customer_value::ledger {

void Purchases::append(const Purchases& later) noexcept
{
    if (orders == 0)
        first_order = later.first_order;
    if (later.orders > 0)
        last_order = later.last_order;
    rows += later.rows;
    orders += later.orders;
    active_days += later.active_days;
    gross += later.gross;
    refunds += later.refunds;
}

Purchases purchases_of(const Rows& rows) noexcept
{
    Purchases purchases;
    purchases.rows = static_cast<std::int64_t>(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!rows.is_order(i)) {
            purchases.refunds += rows.amount(i);
            continue;
        }
        const Day day = rows.days[i];
        if (purchases.orders++ == 0)
            purchases.first_order = day;
        if (purchases.orders == 1 || day != purchases.last_order)
            ++purchases.active_days;
        purchases.last_order = day;
        purchases.gross += rows.amount(i);
    }
    return purchases;
}

std::optional<RfmSummary> repeat_purchases_of(const Rows& rows) noexcept
{
    std::optional<RfmSummary> repeat;
    for (std::size_t first = 0, end = 0; first < rows.size(); first = end) {
        const Day day = rows.days[first];
        Int128 spend = 0;
        for (; end < rows.size() && rows.days[end] == day; ++end)
            spend += rows.amount(end);
        if (!rows.is_order(end - 1))  // the largest amount of the day
            continue;
        if (!repeat) {
            repeat = {0, day, day, 0};
            continue;
        }
        ++repeat->frequency;
        repeat->last = day;
        repeat->spend += spend;
    }
    return repeat;
}

void net_revenues(const View& view, DayRange range, std::span<Int128> revenues)
{
    for (std::uint32_t customer = 0; customer < view.customers; ++customer)
        revenues[customer] = net_of(within(view.of(customer), range));
}

}  // namespace customer_value::ledger
