// Figures of a whole customer base: revenue, how often customers buy, how long they stay, what they are worth.
#pragma once

#include "core/ledger/customers.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace customer_value::ledger {

struct Figures {
    std::int64_t orders = 0;
    std::int64_t buyers = 0, repeat_buyers = 0;  // customers with an order, with two or more
    Int128 gross = 0, refunds = 0;               // sums of amounts >= 0 and of amounts < 0

    [[nodiscard]] Int128 net() const noexcept { return gross + refunds; }
};
[[nodiscard]] Figures figures_of(const View& view);

// What adds up over months, but customers and buyers, and over shards: the sums of a period.
struct PeriodTotals {
    std::int64_t customers = 0, buyers = 0;  // with any row, with an order
    std::int64_t orders = 0, refund_rows = 0;
    Int128 gross = 0, refunds = 0;
};
// Adds the rows of the days from <= day < to to `report`, a row a period from `first_period` on, which holds all of them.
void totals_by_period(const View& view, const Step& step, std::int32_t first_period, std::int64_t from, std::int64_t to,
                      std::span<PeriodTotals> report);

// How long a customer was seen, in days, and whether the end was seen too.
struct Lifetime {
    std::int64_t days;
    bool churned;
};

// The area under the Kaplan-Meier survival curve up to the longest lifetime (E. L. Kaplan, P. Meier 1958, JASA 53:457):
// who is censored on a day is still at risk on it. Reorders the lifetimes; nothing without any.
[[nodiscard]] std::optional<double> restricted_mean(std::span<Lifetime> lifetimes);

// Days seen per churn: the mean of an exponential lifetime. Nothing where nobody churned.
[[nodiscard]] std::optional<double> hazard_mean(std::span<const Lifetime> lifetimes);

enum class LifespanMethod : std::uint8_t { observed, km, hazard };
// Throws invalid_parameter for another name.
[[nodiscard]] LifespanMethod lifespan_method(std::string_view name);

// The mean lifespan in days of customers with an order up to as_of. `observed`: from the first to the last order. `km`
// and `hazard` estimate it: a customer without an order in the lapse before the end of as_of has churned after last -
// first days, another is censored after as_of - first.
[[nodiscard]] std::optional<double> customer_lifespan(const View& view, LifespanMethod method, Span lapse, Day as_of);

// Customers with orders, by lifespan in calendar steps from the first to the last order, both counted.
struct LifespanRevenue {
    Int128 net;
    std::int64_t customers;
    std::int64_t steps;
};
// Ascending by steps; `groups` has room for as many as there are customers. Returns how many there are.
[[nodiscard]] std::size_t revenue_by_lifespan(const View& view, const Step& per, std::span<LifespanRevenue> groups);

}  // namespace customer_value::ledger
