#include "core/clv/beta_geometric.h"

#include "core/clv/special.h"

namespace customer_value::clv {

namespace {

// Where the sum over counts would be too long, or begin below the smallest double, the integral over p takes over.
constexpr double most_terms = 3000, most_underflow = 600;

bool sums_well(const Prospect& ahead) noexcept
{
    const double mean = ahead.shape * ahead.time, spread = 1 + ahead.time;
    return mean + 12 * std::sqrt(mean * spread) + 40 * spread < most_terms &&
           ahead.shape * std::log1p(ahead.time) < most_underflow;
}

}  // namespace

double Prospect::purchases() const
{
    if (time <= 0)
        return 0;
    if (a <= 0)
        return shape * time;
    if (!sums_well(*this))
        return beta_mean(a, b, [this](double p, double) {
            return p * time < 1e-12 ? std::log(shape * time) : std::log(-std::expm1(-shape * std::log1p(p * time)) / p);
        });
    const double z = time / (1 + time);
    double tail = -std::expm1(-shape * std::log1p(time)), count_probability = std::exp(-shape * std::log1p(time)),
           still_there = 1, sum = 0;
    for (double j = 0;; ++j) {
        sum += tail * still_there;
        const double ratio = z * (shape + j) / (j + 1);
        count_probability *= ratio;
        // all that is left out: the tail is below a geometric series
        const double next = z * std::max(1.0, (shape + j + 1) / (j + 2));
        if (next < 1 && count_probability < 1e-17 * sum * (1 - next) * (1 - next))
            return sum;
        tail = std::max(0.0, tail - count_probability);
        still_there *= (b + j) / (a + b + j);
    }
}

double Prospect::survival() const
{
    if (time <= 0 || a <= 0)
        return 1;
    if (!sums_well(*this))
        return beta_mean(a, b, [this](double p, double) { return -shape * std::log1p(p * time); });
    const double z = time / (1 + time);
    double count_probability = std::exp(-shape * std::log1p(time)), still_there = 1, sum = 0;
    for (double j = 0;; ++j) {
        sum += count_probability * still_there;
        count_probability *= z * (shape + j) / (j + 1);
        still_there *= (b + j) / (a + b + j);
        const double next = z * std::max(1.0, (shape + j + 1) / (j + 2));
        if (next < 1 && count_probability * still_there < 1e-17 * sum * (1 - next))
            return std::min(1.0, sum);
    }
}

template <Dropout dropout>
Prospect BetaGeometric<dropout>::prospect(double horizon, const History& history) const noexcept
{
    const auto x = static_cast<double>(history.frequency);
    return {r + x, horizon / (alpha + history.age), a, b + x + first};
}

template <Dropout dropout> double BetaGeometric<dropout>::log_odds_gone(const History& history) const noexcept
{
    const auto x = static_cast<double>(history.frequency);
    if (!has_dropout() || x + first == 0)
        return -infinity;
    return std::log(a / (b + x + first - 1)) +
           (r + x) * std::log1p((history.age - history.recency) / (alpha + history.recency));
}

template <Dropout dropout> double BetaGeometric<dropout>::p_alive(const History& history) const
{
    return logistic(-log_odds_gone(history));
}

template <Dropout dropout> double BetaGeometric<dropout>::p_alive_at(double horizon, const History& history) const
{
    return p_alive(history) * prospect(horizon, history).survival();
}

template <Dropout dropout>
double BetaGeometric<dropout>::expected_purchases(double horizon, const History& history) const
{
    return p_alive(history) * prospect(horizon, history).purchases();
}

template <Dropout dropout> double BetaGeometric<dropout>::expected_purchases(double horizon) const
{
    return expected_purchases(horizon, {0, 0, 0});
}

template <Dropout dropout> double BetaGeometric<dropout>::p_no_purchase(double horizon, const History& history) const
{
    const Prospect ahead = prospect(horizon, history);
    const double odds = log_odds_gone(history);
    return logistic(odds) + logistic(-odds) * std::exp(-ahead.shape * std::log1p(ahead.time));
}

template <Dropout dropout>
double BetaGeometric<dropout>::purchase_count_probability(std::int64_t n, double horizon) const
{
    const auto count = static_cast<double>(n);
    const double time = horizon / alpha;
    if (!has_dropout())
        return purchases_pmf(count, r, time);
    // there after n purchases, and dropped out after exactly n
    const double chances = count + first;
    const double there = std::exp(log_rising(b, chances) - log_rising(a + b, chances));
    const double gone =
        chances == 0 ? 0 : std::exp(std::log(a) + log_rising(b, chances - 1) - log_rising(a + b, chances));
    return there * purchases_pmf(count, r, time) + gone * purchases_tail(count, r, time);
}

template <Dropout dropout>
double BetaGeometric<dropout>::residual_transactions(double rate, const History& history) const
{
    const double scale = rate * (alpha + history.age);
    const double alive = p_alive(history);
    Prospect ahead = prospect(1, history);
    if (!has_dropout())
        return ahead.shape / scale;
    // by parts: integral of e^(-w) E[purchases by w / rate]
    return alive * integral_to_infinity(
                       [&](double w) {
                           ahead.time = w / scale;
                           return std::exp(-w) * ahead.purchases();
                       },
                       1);
}

template struct BetaGeometric<Dropout::after_repeat>;
template struct BetaGeometric<Dropout::after_any>;

template <Dropout dropout>
BetaGeometricLikelihood<dropout>::BetaGeometricLikelihood(const PurchaseColumns& columns) noexcept : columns_(columns)
{
    Arena arena(columns.scratch);
    const auto take = [&](std::size_t count) { return arena.take<double>(count); };
    const std::size_t x = columns.frequencies.size(), age = columns.ages.size(), recency = columns.recencies.size();
    caches_ = {take(x), take(x),   take(x),   take(x),       take(x),
               take(x), take(age), take(age), take(recency), take(recency)};
}

template <Dropout dropout> void BetaGeometricLikelihood<dropout>::at(const Point& values) noexcept
{
    at_ = values;
    const auto [r, alpha, a, b] = values;
    constexpr double first = dropout == Dropout::after_any ? 1 : 0;
    // powers of alpha are taken out of A3 and A4, which keeps their digits where r and alpha are large
    const double log_alpha = std::log(alpha);
    // ratios of gamma functions, from one frequency to the next
    double before = 0, rise_r = 0, rise_b = log_rising(b, first), rise_ab = log_rising(a + b, first);
    double slope_r = 0, slope_b = digamma_rising(b, first), slope_ab = digamma_rising(a + b, first);
    for (std::size_t i = 0; i < columns_.frequencies.size(); ++i) {
        const double x = columns_.frequencies[i], more = x - before;
        rise_r += log_rising(r + before, more);
        rise_b += log_rising(b + first + before, more);
        rise_ab += log_rising(a + b + first + before, more);
        slope_r += digamma_rising(r + before, more);
        slope_b += digamma_rising(b + first + before, more);
        slope_ab += digamma_rising(a + b + first + before, more);
        before = x;
        caches_.constant[i] = rise_r - x * log_alpha + rise_b - rise_ab;
        const double may_drop = x + first > 0;
        caches_.inverse[i] = may_drop != 0 ? 1 / (b + x + first - 1) : 0;
        caches_.log_dropout[i] = may_drop != 0 ? std::log(a) - std::log(b + x + first - 1) : -infinity;
        caches_.by_r[i] = slope_r;
        caches_.by_a[i] = -slope_ab;
        caches_.by_b[i] = slope_b - slope_ab;
    }
    for (std::size_t i = 0; i < columns_.ages.size(); ++i) {
        caches_.log_age[i] = std::log1p(columns_.ages[i] / alpha);
        caches_.inverse_age[i] = 1 / (alpha + columns_.ages[i]);
    }
    for (std::size_t i = 0; i < columns_.recencies.size(); ++i) {
        caches_.log_recency[i] = std::log1p(columns_.recencies[i] / alpha);
        caches_.inverse_recency[i] = 1 / (alpha + columns_.recencies[i]);
    }
}

template <Dropout dropout>
void BetaGeometricLikelihood<dropout>::add(std::size_t from, std::size_t to, LikelihoodSum& sum) const noexcept
{
    const auto [r, alpha, a, b] = at_;
    const double r_over_alpha = r / alpha, inverse_a = 1 / a;
    for (std::size_t i = from; i < to; ++i) {
        const auto x = columns_.frequency[i], age = columns_.age[i], recency = columns_.recency[i];
        const double shape = r + columns_.frequencies[x];
        const double log_age = caches_.log_age[age], log_recency = caches_.log_recency[recency];
        const double alive = -shape * log_age, gone = caches_.log_dropout[x] - shape * log_recency;  // A3, A4
        const double smaller = std::exp(-std::abs(gone - alive));
        const double share = 1 / (1 + smaller);
        const double p_gone = gone > alive ? share : 1 - share, p_alive = 1 - p_gone;
        sum.add(
            columns_.customers[i], caches_.constant[x] + std::max(alive, gone) + std::log1p(smaller),
            {caches_.by_r[x] - p_alive * log_age - p_gone * log_recency,
             r_over_alpha - shape * (p_alive * caches_.inverse_age[age] + p_gone * caches_.inverse_recency[recency]),
             caches_.by_a[x] + p_gone * inverse_a, caches_.by_b[x] - p_gone * caches_.inverse[x]});
    }
}

template class BetaGeometricLikelihood<Dropout::after_repeat>;
template class BetaGeometricLikelihood<Dropout::after_any>;

NbdLikelihood::NbdLikelihood(const PurchaseColumns& columns) noexcept : columns_(columns)
{
    Arena arena(columns.scratch);
    constant_ = arena.take<double>(columns.frequencies.size());
    by_r_ = arena.take<double>(columns.frequencies.size());
    log_age_ = arena.take<double>(columns.ages.size());
    inverse_age_ = arena.take<double>(columns.ages.size());
}

void NbdLikelihood::at(const Point& values) noexcept
{
    at_ = values;
    const double r = values[0], alpha = values[1], log_alpha = std::log(alpha);
    purchase_terms(columns_.frequencies, r, log_alpha, constant_, by_r_);
    for (std::size_t i = 0; i < columns_.ages.size(); ++i) {
        log_age_[i] = std::log1p(columns_.ages[i] / alpha);
        inverse_age_[i] = 1 / (alpha + columns_.ages[i]);
    }
}

void NbdLikelihood::add(std::size_t from, std::size_t to, LikelihoodSum& sum) const noexcept
{
    const double r = at_[0], alpha = at_[1];
    for (std::size_t i = from; i < to; ++i) {
        const auto x = columns_.frequency[i], age = columns_.age[i];
        const double shape = r + columns_.frequencies[x];
        sum.add(columns_.customers[i], constant_[x] - shape * log_age_[age],
                {by_r_[x] - log_age_[age], r / alpha - shape * inverse_age_[age], 0, 0});
    }
}

}  // namespace customer_value::clv
