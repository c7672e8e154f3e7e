#include "core/clv/sbg.h"

#include "core/clv/special.h"

namespace customer_value::clv {

double Sbg::survival(double horizon, double age) const noexcept
{
    return std::exp(log_rising(beta + age, horizon) - log_rising(alpha + beta + age, horizon));
}

// The sum over k of ((1 - theta) / (1 + discount))^k is (1 + discount) / (discount + theta), in the mean over theta.
double Sbg::expected_lifetime(double discount) const
{
    return (1 + discount) * beta_mean(alpha, beta, [=](double theta, double) { return -std::log(discount + theta); });
}

double Sbg::residual_lifetime(double discount, double age) const
{
    return (1 + discount) * beta_mean(alpha, beta + age, [=](double theta, double stays) {
               return std::log(stays) - std::log(discount + theta);
           });
}

void SbgLikelihood::add(std::size_t from, std::size_t to, LikelihoodSum& sum) const noexcept
{
    const auto [alpha, beta] = model_;
    for (std::size_t i = from; i < to; ++i) {
        const auto& entry = rows_->rows()[i];
        const double period = static_cast<double>(entry.row.period_number), lost = static_cast<double>(entry.row.lost),
                     renewed = period - lost;
        const double both = digamma_rising(alpha + beta, period);
        sum.add(static_cast<double>(entry.customers),
                lost * std::log(alpha) + log_rising(beta, renewed) - log_rising(alpha + beta, period),
                {lost / alpha - both, digamma_rising(beta, renewed) - both, 0, 0});
    }
}

}  // namespace customer_value::clv
