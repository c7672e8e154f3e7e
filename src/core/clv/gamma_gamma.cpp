#include "core/clv/gamma_gamma.h"

#include "core/clv/special.h"

namespace customer_value::clv {

SpendColumns spend_columns(const RepeatSpend& state, void* memory)
{
    const auto rows = state.rows();
    Arena arena(memory);
    auto* customers = arena.take<double>(rows.size());
    auto* frequency = arena.take<double>(rows.size());
    auto* spend = arena.take<double>(rows.size());
    auto* log_spend = arena.take<double>(rows.size());
    SpendColumns columns;
    columns.rows = rows.size();
    columns.customers = customers;
    columns.frequency = frequency;
    columns.spend = spend;
    columns.log_spend = log_spend;
    double value = 0;
    Lookout lookout;
    for (const auto& entry : rows) {
        lookout.call();
        columns.total_customers += static_cast<double>(entry.customers);
        value += static_cast<double>(entry.customers) * entry.row.monetary_value;
    }
    if (value > 0)
        columns.scale = value / columns.total_customers;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        lookout.call();
        const auto& [row, count] = rows[i];
        customers[i] = static_cast<double>(count);
        frequency[i] = static_cast<double>(row.frequency);
        spend[i] = frequency[i] * row.monetary_value / columns.scale;
        log_spend[i] = std::log(spend[i]);
        columns.log_value += customers[i] * std::log(row.monetary_value / columns.scale);
    }
    return columns;
}

// Equation 1a. Rows of one frequency stand together, and share all but the logarithm of their spend.
void GammaGammaLikelihood::add(std::size_t from, std::size_t to, LikelihoodSum& sum) const noexcept
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
        const double share = v > spend ? smaller - log_ratio : smaller,
                     rest = v > spend ? smaller : smaller + log_ratio;
        sum.add(columns_.customers[i], constant + q * rest + p * x * share,
                {x * (by_p + share), by_q + rest, q / v - (p * x + q) / (spend + v), 0});
    }
    // the density of m has 1/m once
    if (from == 0)
        sum.value -= columns_.log_value;
}

}  // namespace customer_value::clv
