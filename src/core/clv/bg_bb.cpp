#include "core/clv/bg_bb.h"

#include "core/clv/special.h"

namespace customer_value::clv {

namespace {

[[noreturn, gnu::cold, gnu::noinline]] void throw_bad_opportunities(const Opportunities& history)
{
    const std::string n = std::to_string(history.opportunities);
    if (history.opportunities < 0 || history.opportunities > most_opportunities)
        throw Error(ErrorCode::out_of_range,
                    "opportunities must be a whole number from 0 to " + std::to_string(most_opportunities) + ": " + n);
    throw Error(
        ErrorCode::out_of_range,
        "frequency must lie between 0 and recency, and recency between frequency and opportunities: frequency " +
            std::to_string(history.frequency) + ", recency " + std::to_string(history.recency) + ", opportunities " + n,
        "Recency is the number of the opportunity of the last purchase; it is 0 exactly where frequency is 0.");
}

// The likelihood of dropping out before the last opportunities, as a sum over the opportunity at which it happened;
// each term is the one before times a quotient. Calls use(log of the first term, log of the term in units of the first,
// i) for i = 0, 1, ...
struct Dropouts {
    const BgBb& model;
    double x, recency, n;

    [[nodiscard]] double log_first() const noexcept
    {
        return log_rising(model.alpha, x) + log_rising(model.beta, recency - x) -
               log_rising(model.alpha + model.beta, recency) + std::log(model.gamma) +
               log_rising(model.delta, recency) - log_rising(model.gamma + model.delta, recency + 1);
    }
    [[nodiscard]] double quotient(double i) const noexcept
    {
        const double k = recency + i;
        return (model.beta + k - x) / (model.alpha + model.beta + k) * (model.delta + k) /
               (model.gamma + model.delta + k + 1);
    }
    template <class Use> void each(Use use) const
    {
        double term = 1;
        for (double i = 0; i < n - recency; ++i) {
            use(term, i);
            term *= quotient(i);
        }
    }
};

}  // namespace

void check(const Opportunities& history)
{
    const bool is_fine = history.frequency >= 0 && history.frequency <= history.recency &&
                         history.recency <= history.opportunities && history.opportunities <= most_opportunities &&
                         (history.frequency == 0) == (history.recency == 0);
    if (!is_fine) [[unlikely]]
        throw_bad_opportunities(history);
}

Opportunities opportunities_of(const PurchaseRow& row)
{
    if (row.recency != std::floor(row.recency) || row.age != std::floor(row.age)) [[unlikely]]
        throw Error(ErrorCode::invalid_parameter,
                    "recency and opportunities must be whole numbers: " + shown(row.recency) + ", " + shown(row.age),
                    {}, "bg_bb_fit counts opportunities to buy, such as years; for times take bg_nbd_fit.");
    if (row.age > most_opportunities)
        throw_bad_opportunities({row.frequency, 0, static_cast<std::int64_t>(row.age)});
    const Opportunities history{row.frequency, static_cast<std::int64_t>(row.recency),
                                static_cast<std::int64_t>(row.age)};
    check(history);
    return history;
}

double BgBb::survival(double n, double j) const noexcept
{
    return has_dropout() ? std::exp(log_rising(delta + n, j) - log_rising(gamma + delta + n, j)) : 1;
}

BgBb::Terms BgBb::terms(const Opportunities& history) const noexcept
{
    const auto x = static_cast<double>(history.frequency), recency = static_cast<double>(history.recency),
               n = static_cast<double>(history.opportunities);
    const double bought = log_rising(alpha, x) + log_rising(beta, n - x) - log_rising(alpha + beta, n);
    if (!has_dropout())
        return {bought, -infinity};
    const Dropouts dropouts{*this, x, recency, n};
    double sum = 0;
    dropouts.each([&](double term, double) { sum += term; });
    return {bought + log_rising(delta, n) - log_rising(gamma + delta, n),
            sum == 0 ? -infinity : dropouts.log_first() + std::log(sum)};
}

double BgBb::p_alive_at(std::int64_t horizon, const Opportunities& history) const
{
    const Terms split = terms(history);
    return logistic(split.log_alive - split.log_gone) *
           survival(static_cast<double>(history.opportunities), static_cast<double>(horizon));
}

double BgBb::expected_purchases(std::int64_t horizon, const Opportunities& history) const
{
    const auto x = static_cast<double>(history.frequency), n = static_cast<double>(history.opportunities);
    double still_there = 1, sum = 0;
    for (double j = 0; j < static_cast<double>(horizon); ++j) {
        if (has_dropout())
            still_there *= (delta + n + j) / (gamma + delta + n + j);
        sum += still_there;
    }
    return p_alive(history) * (alpha + x) / (alpha + beta + n) * sum;
}

// Given a customer who is there after n: drops out at opportunity j + 1 without having bought, or stays and does not
// buy.
double BgBb::p_no_purchase(std::int64_t horizon, const Opportunities& history) const
{
    const auto x = static_cast<double>(history.frequency), n = static_cast<double>(history.opportunities);
    double still_there = 1, no_purchase = 1, sum = 0;
    for (double j = 0; j < static_cast<double>(horizon); ++j) {
        if (has_dropout()) {
            sum += still_there * no_purchase * gamma / (gamma + delta + n + j);
            still_there *= (delta + n + j) / (gamma + delta + n + j);
        }
        no_purchase *= (beta + n - x + j) / (alpha + beta + n + j);
    }
    const double alive = p_alive(history);
    return std::min(1.0, 1 - alive + alive * (sum + still_there * no_purchase));
}

double BgBb::purchase_count_probability(std::int64_t n, std::int64_t horizon) const
{
    const auto x = static_cast<double>(n), all = static_cast<double>(horizon);
    if (x > all)
        return 0;
    const auto bought = [&](double i) {
        return std::exp(log_factorial(i) - log_factorial(x) - log_factorial(i - x) + log_rising(alpha, x) +
                        log_rising(beta, i - x) - log_rising(alpha + beta, i));
    };
    double sum = bought(all) * survival(0, all);
    if (has_dropout())
        for (double i = x; i < all; ++i)
            sum += bought(i) * survival(0, i) * gamma / (gamma + delta + i);
    return std::min(1.0, sum);
}

double BgBb::residual_transactions(double discount, const Opportunities& history) const
{
    const auto x = static_cast<double>(history.frequency), n = static_cast<double>(history.opportunities);
    const double rate = p_alive(history) * (alpha + x) / (alpha + beta + n);
    if (!has_dropout())
        return rate / discount;
    // sum of ((1 - theta) / (1 + discount))^j, in the mean over theta ~ Beta(gamma, delta + n)
    return rate * beta_mean(gamma, delta + n,
                            [&](double theta, double stays) { return std::log(stays) - std::log(discount + theta); });
}

void BgBbLikelihood::add(std::size_t from, std::size_t to, LikelihoodSum& sum) const
{
    // no structured binding: clang 14 cannot capture one
    const double alpha = model_.alpha, beta = model_.beta, gamma = model_.gamma, delta = model_.delta;
    for (std::size_t row = from; row < to; ++row) {
        const auto& entry = rows_->rows()[row];
        const Opportunities history = opportunities_of(entry.row);
        const auto x = static_cast<double>(history.frequency), recency = static_cast<double>(history.recency),
                   n = static_cast<double>(history.opportunities);
        const Dropouts dropouts{model_, x, recency, n};
        // the mean derivative over the dropouts; each is the one before plus a fraction
        Point slope{digamma_rising(alpha, x) - digamma_rising(alpha + beta, recency),
                    digamma_rising(beta, recency - x) - digamma_rising(alpha + beta, recency),
                    1 / gamma - digamma_rising(gamma + delta, recency + 1),
                    digamma_rising(delta, recency) - digamma_rising(gamma + delta, recency + 1)};
        Point gone{};
        double total = 0;
        dropouts.each([&](double term, double i) {
            total += term;
            for (std::size_t k = 0; k < 4; ++k)
                gone[k] += term * slope[k];
            const double at = recency + i, by_sum = 1 / (alpha + beta + at), by_dropout = 1 / (gamma + delta + at + 1);
            slope[0] -= by_sum;
            slope[1] += 1 / (beta + at - x) - by_sum;
            slope[2] -= by_dropout;
            slope[3] += 1 / (delta + at) - by_dropout;
        });
        const double dropout_slope = digamma_rising(gamma + delta, n), purchase_slope = digamma_rising(alpha + beta, n);
        const Point alive{digamma_rising(alpha, x) - purchase_slope, digamma_rising(beta, n - x) - purchase_slope,
                          -dropout_slope, digamma_rising(delta, n) - dropout_slope};
        const double log_alive = log_rising(alpha, x) + log_rising(beta, n - x) - log_rising(alpha + beta, n) +
                                 log_rising(delta, n) - log_rising(gamma + delta, n);
        const double log_gone = total == 0 ? -infinity : dropouts.log_first() + std::log(total);
        const double p = logistic(log_alive - log_gone);
        Point mean;
        for (std::size_t k = 0; k < 4; ++k)
            mean[k] = p * alive[k] + (total == 0 ? 0 : (1 - p) * gone[k] / total);
        sum.add(static_cast<double>(entry.customers), log_sum_exp(log_alive, log_gone), mean);
    }
}

void BetaBinomialLikelihood::add(std::size_t from, std::size_t to, LikelihoodSum& sum) const
{
    for (std::size_t row = from; row < to; ++row) {
        const auto& entry = rows_->rows()[row];
        const Opportunities history = opportunities_of(entry.row);
        const auto x = static_cast<double>(history.frequency), n = static_cast<double>(history.opportunities);
        const double both = digamma_rising(alpha_ + beta_, n);
        sum.add(static_cast<double>(entry.customers),
                log_rising(alpha_, x) + log_rising(beta_, n - x) - log_rising(alpha_ + beta_, n),
                {digamma_rising(alpha_, x) - both, digamma_rising(beta_, n - x) - both, 0, 0});
    }
}

}  // namespace customer_value::clv
