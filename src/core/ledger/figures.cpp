#include "core/ledger/figures.h"

#include "core/common/interrupt.h"
#include "core/ledger/day_index.h"

#include <string>
#include <vector>

namespace customer_value::ledger {

Figures figures_of(const View& view)
{
    Figures figures;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        std::int64_t orders = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const bool is_order = rows.is_order(i);
            orders += is_order;
            (is_order ? figures.gross : figures.refunds) += rows.amount(i);
        }
        figures.orders += orders;
        figures.buyers += orders > 0;
        figures.repeat_buyers += orders > 1;
    }
    return figures;
}

void totals_by_period(const View& view, const Step& step, std::int32_t first_period, std::int64_t from, std::int64_t to,
                      std::span<PeriodTotals> report)
{
    if (view.rows == 0 || report.empty())
        return;
    // -1 is any day before the first one, `end` any after the last
    const auto end = static_cast<std::int32_t>(report.size());
    const DayIndex period_of(view, [&](Day day) {
        return day < from ? -1 : day >= to ? end : std::int64_t{step.period_of(day)} - first_period;
    });
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        for (std::size_t i = 0; i < rows.size();) {
            const std::int32_t period = period_of(rows.days[i]);
            if (period == end)
                break;
            const std::size_t first = i;
            std::int64_t orders = 0;
            Int128 gross = 0, refunds = 0;
            for (; i < rows.size() && period_of(rows.days[i]) == period; ++i) {
                const bool is_order = rows.is_order(i);
                orders += is_order;
                (is_order ? gross : refunds) += rows.amount(i);
            }
            if (period < 0)
                continue;
            PeriodTotals& row = report[static_cast<std::size_t>(period)];
            ++row.customers;
            row.buyers += orders > 0;
            row.orders += orders;
            row.refund_rows += static_cast<std::int64_t>(i - first) - orders;
            row.gross += gross;
            row.refunds += refunds;
        }
    }
}

std::optional<double> restricted_mean(std::span<Lifetime> lifetimes)
{
    if (lifetimes.empty())
        return std::nullopt;
    sort_or_stop(lifetimes.begin(), lifetimes.end(),
                 [](const Lifetime& left, const Lifetime& right) { return left.days < right.days; });
    double survival = 1, area = 0;
    std::int64_t from = 0;
    for (std::size_t first = 0, end = 0; first < lifetimes.size(); first = end) {
        const std::int64_t days = lifetimes[first].days;
        std::int64_t events = 0;
        for (; end < lifetimes.size() && lifetimes[end].days == days; ++end)
            events += lifetimes[end].churned;
        area += survival * static_cast<double>(days - from);
        from = days;
        const auto at_risk = static_cast<std::int64_t>(lifetimes.size() - first);
        survival *= static_cast<double>(at_risk - events) / static_cast<double>(at_risk);
    }
    return area;
}

std::optional<double> hazard_mean(std::span<const Lifetime> lifetimes)
{
    std::int64_t days = 0, churned = 0;
    for (const Lifetime& lifetime : lifetimes) {
        days += lifetime.days;
        churned += lifetime.churned;
    }
    if (churned == 0)
        return std::nullopt;
    return static_cast<double>(days) / static_cast<double>(churned);
}

LifespanMethod lifespan_method(std::string_view name)
{
    if (name == "observed")
        return LifespanMethod::observed;
    if (name == "km")
        return LifespanMethod::km;
    if (name == "hazard")
        return LifespanMethod::hazard;
    throw Error(ErrorCode::invalid_parameter,
                "method must be observed, km or hazard: \"" + std::string(name.substr(0, 40)) + "\"");
}

std::optional<double> customer_lifespan(const View& view, LifespanMethod method, Span lapse, Day as_of)
{
    const Day active_since = lapse.before(as_of + 1);
    std::vector<Lifetime> lifetimes;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Purchases purchases = purchases_of(until(view.of(customer), as_of));
        if (purchases.orders == 0)
            continue;
        const bool churned = purchases.last_order < active_since;
        const bool ends_with_order = churned || method == LifespanMethod::observed;
        lifetimes.push_back(
            {std::int64_t{ends_with_order ? purchases.last_order : as_of} - purchases.first_order, churned});
    }
    switch (method) {
    case LifespanMethod::km:
        return restricted_mean(lifetimes);
    case LifespanMethod::hazard:
        return hazard_mean(lifetimes);
    case LifespanMethod::observed:
        break;
    }
    if (lifetimes.empty())
        return std::nullopt;
    std::int64_t days = 0;
    for (const Lifetime& lifetime : lifetimes)
        days += lifetime.days;
    return static_cast<double>(days) / static_cast<double>(lifetimes.size());
}

std::size_t revenue_by_lifespan(const View& view, const Step& per, std::span<LifespanRevenue> groups)
{
    std::size_t count = 0;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Purchases purchases = purchases_of(view.of(customer));
        if (purchases.orders > 0)
            groups[count++] = {purchases.net(), 1,
                               std::int64_t{per.period_of(purchases.last_order)} -
                                   per.period_of(purchases.first_order) + 1};
    }
    groups = groups.first(count);
    sort_or_stop(groups.begin(), groups.end(),
                 [](const LifespanRevenue& left, const LifespanRevenue& right) { return left.steps < right.steps; });
    std::size_t last = 0;
    for (std::size_t i = 1; i < count; ++i)
        if (groups[i].steps == groups[last].steps) {
            groups[last].net += groups[i].net;
            ++groups[last].customers;
        } else {
            groups[++last] = groups[i];
        }
    return count == 0 ? 0 : last + 1;
}

}  // namespace customer_value::ledger
