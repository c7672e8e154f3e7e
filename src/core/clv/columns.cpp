#include "core/clv/columns.h"

#include <algorithm>
#include <functional>

namespace customer_value::clv {

namespace {

std::span<const double> distinct(double* values, std::size_t count)
{
    if (!std::is_sorted(values, values + count))
        sort_or_stop(values, values + count, std::less<>());
    return {values, std::unique(values, values + count)};
}

std::uint32_t number_of(double value, std::span<const double> values) noexcept
{
    return static_cast<std::uint32_t>(std::lower_bound(values.begin(), values.end(), value) - values.begin());
}

}  // namespace

PurchaseColumns purchase_columns(const RepeatPurchases& state, void* memory)
{
    const auto rows = state.rows();
    Arena arena(memory);
    auto* customers = arena.take<double>(rows.size());
    auto* frequencies = arena.take<double>(rows.size());
    auto* recencies = arena.take<double>(rows.size());
    auto* ages = arena.take<double>(rows.size());
    auto* frequency = arena.take<std::uint32_t>(rows.size());
    auto* recency = arena.take<std::uint32_t>(rows.size());
    auto* age = arena.take<std::uint32_t>(rows.size());
    PurchaseColumns columns;
    columns.rows = rows.size();
    columns.customers = customers;
    columns.frequency = frequency;
    columns.recency = recency;
    columns.age = age;
    columns.scratch = arena.take<double>(PurchaseColumns::scratch_values * rows.size());
    // rows are sorted by age
    const double scale = columns.scale = rows.empty() || rows.back().row.age == 0 ? 1 : rows.back().row.age;
    Lookout lookout;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        lookout.call();
        frequencies[i] = static_cast<double>(rows[i].row.frequency);
        recencies[i] = rows[i].row.recency / scale;
        ages[i] = rows[i].row.age / scale;
        customers[i] = static_cast<double>(rows[i].customers);
        columns.total_customers += customers[i];
        columns.total_frequency += customers[i] * frequencies[i];
        columns.total_age += customers[i] * ages[i];
    }
    columns.frequencies = distinct(frequencies, rows.size());
    columns.recencies = distinct(recencies, rows.size());
    columns.ages = distinct(ages, rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        lookout.call();
        const PurchaseRow& row = rows[i].row;
        frequency[i] = number_of(static_cast<double>(row.frequency), columns.frequencies);
        recency[i] = number_of(row.recency / scale, columns.recencies);
        age[i] = number_of(row.age / scale, columns.ages);
    }
    return columns;
}

}  // namespace customer_value::clv
