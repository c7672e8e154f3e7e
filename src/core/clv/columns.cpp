#include "core/clv/columns.h"

#include <algorithm>

namespace customer_value::clv {

namespace {

constexpr std::size_t stretch = 65536;  // rows between two looks for a cancel request

std::span<const double> distinct(double* values, std::size_t count)
{
    if (!std::is_sorted(values, values + count))
        std::sort(values, values + count);
    return {values, std::unique(values, values + count)};
}

std::uint32_t number_of(double value, std::span<const double> values) noexcept
{
    return static_cast<std::uint32_t>(std::lower_bound(values.begin(), values.end(), value) - values.begin());
}

}  // namespace

ColumnBuilder::ColumnBuilder(const RepeatPurchases& from, void* memory) noexcept : from_(&from)
{
    Arena arena(memory);
    const std::size_t rows = columns_.rows = from.size();
    columns_.customers = customers_ = arena.take<double>(rows);
    frequencies_ = arena.take<double>(rows);
    recencies_ = arena.take<double>(rows);
    ages_ = arena.take<double>(rows);
    columns_.frequency = frequency_ = arena.take<std::uint32_t>(rows);
    columns_.recency = recency_ = arena.take<std::uint32_t>(rows);
    columns_.age = age_ = arena.take<std::uint32_t>(rows);
    columns_.scratch = arena.take<double>(PurchaseColumns::scratch_values * rows);
    // rows are sorted by age
    columns_.scale = rows == 0 || from.rows().back().row.age == 0 ? 1 : from.rows().back().row.age;
}

bool ColumnBuilder::step()
{
    const auto rows = from_->rows();
    const double scale = columns_.scale;
    if (phase_ == Phase::distinct) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            frequencies_[i] = static_cast<double>(rows[i].row.frequency);
            recencies_[i] = rows[i].row.recency / scale;
            ages_[i] = rows[i].row.age / scale;
            customers_[i] = static_cast<double>(rows[i].customers);
            columns_.total_customers += customers_[i];
            columns_.total_frequency += customers_[i] * frequencies_[i];
            columns_.total_age += customers_[i] * ages_[i];
        }
        columns_.frequencies = distinct(frequencies_, rows.size());
        columns_.recencies = distinct(recencies_, rows.size());
        columns_.ages = distinct(ages_, rows.size());
        phase_ = Phase::index;
        return rows.empty();
    }
    for (const std::size_t stop = std::min(rows.size(), position_ + stretch); position_ < stop; ++position_) {
        const PurchaseRow& row = rows[position_].row;
        frequency_[position_] = number_of(static_cast<double>(row.frequency), columns_.frequencies);
        recency_[position_] = number_of(row.recency / scale, columns_.recencies);
        age_[position_] = number_of(row.age / scale, columns_.ages);
    }
    return position_ == rows.size();
}

}  // namespace customer_value::clv
