#include "core/ledger/by_age.h"

#include "core/common/error.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace customer_value::ledger {

namespace {

// Ages ascending, each with its place in the report.
struct PlacedAge {
    std::int32_t age;
    std::size_t place;
};
std::vector<PlacedAge> ascending(std::span<const std::int32_t> ages)
{
    std::vector<PlacedAge> placed;
    for (std::size_t i = 0; i < ages.size(); ++i)
        placed.push_back({ages[i], i});
    std::stable_sort(placed.begin(), placed.end(),
                     [](const PlacedAge& left, const PlacedAge& right) { return left.age < right.age; });
    return placed;
}

// The ages, of those that ascend, that a customer has reached by as_of.
std::span<const PlacedAge> reached(std::span<const PlacedAge> ages, Day first_order, Day as_of)
{
    const std::int64_t age = std::int64_t{as_of} - first_order;
    const auto end =
        std::partition_point(ages.begin(), ages.end(), [&](const PlacedAge& placed) { return placed.age <= age; });
    return ages.first(static_cast<std::size_t>(end - ages.begin()));
}

// The day of the first order up to as_of.
std::optional<Day> first_order_until(const Rows& rows, Day as_of)
{
    for (std::size_t i = 0; i < rows.size() && rows.days[i] <= as_of; ++i)
        if (rows.is_order(i))
            return rows.days[i];
    return std::nullopt;
}

// The ages of the orders up to as_of, each once.
void list_order_ages(const Rows& rows, Day first_order, Day as_of, std::vector<std::int32_t>& ages)
{
    ages.clear();
    for (std::size_t i = 0; i < rows.size() && rows.days[i] <= as_of; ++i)
        if (rows.is_order(i) && (ages.empty() || ages.back() != rows.days[i] - first_order))
            ages.push_back(rows.days[i] - first_order);
}

bool stayed(std::span<const std::int32_t> order_ages, std::int32_t age, AgeRetentionKind kind)
{
    switch (kind) {
    case AgeRetentionKind::on:
        return std::binary_search(order_ages.begin(), order_ages.end(), age);
    case AgeRetentionKind::on_or_after:
        return order_ages.back() >= age;
    case AgeRetentionKind::within:
        break;
    }
    return order_ages.size() > 1 && order_ages[1] <= age;
}

// Calls `visit` with each of the ages that a customer has reached, in ascending order, and what they had spent by then.
template <class Visit>
void each_reached(const Rows& rows, Day first_order, std::span<const PlacedAge> ages, Day as_of, Visit visit)
{
    Int128 revenue = 0;
    std::size_t row = 0;
    for (const PlacedAge& age : reached(ages, first_order, as_of)) {
        for (; row < rows.size() && rows.days[row] - first_order <= age.age; ++row)
            revenue += rows.amount(row);
        visit(age, revenue);
    }
}

void require_amounts(const View& view, const char* report)
{
    if (!view.has_amounts && view.customers > 0)
        throw Error(ErrorCode::invalid_parameter, std::string(report) + " needs a ledger with amounts", {},
                    "Build it with ledger_agg(customer, day, amount).");
}

[[noreturn, gnu::cold, gnu::noinline]] void fail_age_kind(std::string_view name)
{
    throw Error(ErrorCode::invalid_parameter,
                "kind must be on, on_or_after or within: \"" + std::string(name.substr(0, 40)) + '"', {},
                "on: ordered on the day of that age; on_or_after: on it or later; within: ordered again up to it.");
}

}  // namespace

AgeRetentionKind age_retention_kind_named(std::string_view name)
{
    if (name == "on")
        return AgeRetentionKind::on;
    if (name == "on_or_after")
        return AgeRetentionKind::on_or_after;
    if (name == "within")
        return AgeRetentionKind::within;
    fail_age_kind(name);
}

void require_ages(std::span<const std::int32_t> ages)
{
    for (const std::int32_t age : ages)
        if (age < 0 || age > longest_age)
            throw Error(ErrorCode::out_of_range,
                        "ages must be between 0 and " + std::to_string(longest_age) + " days: " + std::to_string(age));
}

void retention_by_age(const View& view, std::span<const std::int32_t> ages, AgeRetentionKind kind, Day as_of,
                      std::span<AgeRetention> report)
{
    const auto placed = ascending(ages);
    std::vector<std::int32_t> order_ages;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        const auto first = first_order_until(rows, as_of);
        if (!first)
            continue;
        list_order_ages(rows, *first, as_of, order_ages);
        for (const PlacedAge& age : reached(placed, *first, as_of)) {
            ++report[age.place].customers;
            report[age.place].active += stayed(order_ages, age.age, kind);
        }
    }
}

void revenue_by_age(const View& view, std::span<const std::int32_t> ages, Day as_of, std::span<AgeRevenue> report)
{
    require_amounts(view, "revenue_by_age");
    const auto placed = ascending(ages);
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        const auto first = first_order_until(rows, as_of);
        if (!first)
            continue;
        each_reached(rows, *first, placed, as_of, [&](const PlacedAge& age, Int128 revenue) {
            ++report[age.place].customers;
            report[age.place].revenue += revenue;
        });
    }
}

void cohorts_by_age(const View& view, const CohortGrid& grid, std::span<const std::int32_t> ages,
                    std::span<std::int64_t> sizes, std::span<AgeCohort> report)
{
    require_amounts(view, "cohorts_by_age");
    const auto placed = ascending(ages);
    std::vector<std::int32_t> order_ages;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        const auto first = first_order_until(rows, grid.as_of);
        if (!first)
            continue;
        const auto cohort = static_cast<std::size_t>(grid.step.period_of(*first) - grid.first_period);
        ++sizes[cohort];
        list_order_ages(rows, *first, grid.as_of, order_ages);
        each_reached(rows, *first, placed, grid.as_of, [&](const PlacedAge& age, Int128 revenue) {
            AgeCohort& cell = report[cohort * ages.size() + age.place];
            ++cell.customers;
            cell.active_on += stayed(order_ages, age.age, AgeRetentionKind::on) ? 1 : 0;
            cell.active_within += stayed(order_ages, age.age, AgeRetentionKind::within) ? 1 : 0;
            cell.revenue += revenue;
        });
    }
}

}  // namespace customer_value::ledger
