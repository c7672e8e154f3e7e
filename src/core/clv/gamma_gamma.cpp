#include "core/clv/gamma_gamma.h"

#include "core/clv/special.h"

namespace customer_value::clv {

SpendColumnBuilder::SpendColumnBuilder(const RepeatSpend& from, void* memory) noexcept : from_(&from)
{
    Arena arena(memory);
    const std::size_t rows = columns_.rows = from.size();
    columns_.customers = customers_ = arena.take<double>(rows);
    columns_.frequency = frequency_ = arena.take<double>(rows);
    columns_.spend = spend_ = arena.take<double>(rows);
    columns_.log_spend = log_spend_ = arena.take<double>(rows);
    double value = 0, customers = 0;
    for (const auto& entry : from.rows()) {
        customers += static_cast<double>(entry.customers);
        value += static_cast<double>(entry.customers) * entry.row.monetary_value;
    }
    if (value > 0)
        columns_.scale = value / customers;
    columns_.total_customers = customers;
}

bool SpendColumnBuilder::step() noexcept
{
    constexpr std::size_t stretch = 65536;
    const auto rows = from_->rows();
    for (const std::size_t stop = std::min(rows.size(), position_ + stretch); position_ < stop; ++position_) {
        const auto& [row, customers] = rows[position_];
        customers_[position_] = static_cast<double>(customers);
        frequency_[position_] = static_cast<double>(row.frequency);
        spend_[position_] = frequency_[position_] * row.monetary_value / columns_.scale;
        log_spend_[position_] = std::log(spend_[position_]);
        columns_.log_value += customers_[position_] * std::log(row.monetary_value / columns_.scale);
    }
    return position_ == rows.size();
}

// Equation 1a. Rows of one frequency stand together, and share all but the logarithm of their spend.
void GammaGammaLikelihood::add(std::size_t from, std::size_t to, Sum& sum) const noexcept
{
    const double p = at_[0], q = at_[1], v = at_[2], log_v = std::log(v), log_gamma_q = log_gamma(q);
    double x = -1, constant = 0, by_p = 0, by_q = 0;
    for (std::size_t i = from; i < to; ++i) {
        if (columns_.frequency[i] != x) {
            x = columns_.frequency[i];
            // ln of Gamma(px + q) / (Gamma(px) Gamma(q)), with the digits of the larger one's ratio
            constant = q > p * x ? log_rising(q, p * x) - log_gamma(p * x) : log_rising(p * x, q) - log_gamma_q;
            by_p = digamma_rising(p * x, q);
            by_q = digamma_rising(q, p * x);
        }
        // ln of spend / (spend + v) and of v / (spend + v)
        const double spend = columns_.spend[i], log_ratio = log_v - columns_.log_spend[i];
        const double smaller = -std::log1p(v > spend ? spend / v : v / spend);
        const double share = v > spend ? smaller - log_ratio : smaller, rest = v > spend ? smaller : smaller + log_ratio;
        sum.add(columns_.customers[i], constant + q * rest + p * x * share,
                {x * (by_p + share), by_q + rest, q / v - (p * x + q) / (spend + v), 0});
    }
    // the density of m has 1/m once
    if (from == 0)
        sum.value -= columns_.log_value;
}

}  // namespace customer_value::clv
