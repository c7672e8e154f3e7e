// What the models share of numerical analysis: ratios of gamma functions that keep their digits, sums of logarithms,
// and integrals over a beta distribution and over time. Nothing here throws; callers check that what comes out is
// finite.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace customer_value::clv {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

// ln Gamma(z), psi(z); z > 0.
[[nodiscard]] double log_gamma(double z) noexcept;
[[nodiscard]] double digamma(double z) noexcept;

// ln Gamma(z + n) - ln Gamma(z) and psi(z + n) - psi(z) for z > 0 and n >= 0, without the cancellation of large z.
[[nodiscard]] double log_rising(double z, double n) noexcept;
[[nodiscard]] double digamma_rising(double z, double n) noexcept;

// ln(n!)
[[nodiscard]] inline double log_factorial(double n) noexcept { return log_rising(1, n); }

// std::log1p and std::expm1 for arguments above 0: where these keep no more digits than the plain functions, which take
// a third of the time.
[[nodiscard]] inline double quick_log1p(double x) noexcept { return x > 0.25 ? std::log(1 + x) : std::log1p(x); }
[[nodiscard]] inline double quick_expm1(double x) noexcept { return x > 0.5 ? std::exp(x) - 1 : std::expm1(x); }

// ln(e^a + e^b)
[[nodiscard]] inline double log_sum_exp(double a, double b) noexcept
{
    const double larger = std::max(a, b), smaller = std::min(a, b);
    if (larger == -infinity)
        return larger;
    return larger + std::log1p(std::exp(smaller - larger));
}

// 1 / (1 + e^-y)
[[nodiscard]] inline double logistic(double y) noexcept { return 1 / (1 + std::exp(-y)); }

// The probability that a negative binomial count is n: Gamma(s + n) / (Gamma(s) n!) (1 - z)^s z^n with z = t / (1 + t),
// the count of purchases over time t in units of the rate's scale.
[[nodiscard]] double purchases_pmf(double n, double shape, double time) noexcept;
// The probability that it is n or more, with its digits in the tail.
[[nodiscard]] double purchases_tail(double n, double shape, double time);

// A function of one argument, which the caller keeps.
class Integrand {
public:
    template <class Function>
    Integrand(const Function& function) noexcept
        : function_(&function), call_([](const void* f, double x) { return (*static_cast<const Function*>(f))(x); })
    {
    }
    double operator()(double x) const { return call_(function_, x); }

private:
    const void* function_;
    double (*call_)(const void* function, double x);
};

// The integral of f over [from, to], panel by panel; f may have steep places, which are refined. The tolerance is for
// the estimate of the error, which is that of the 15 points among the 31: the result has some 13 digits.
[[nodiscard]] double integral(Integrand f, double from, double to);

// The integral of f over [0, infinity) for f that is smooth in ln u and vanishes at least like e^(-decay u).
template <class Function> [[nodiscard]] double integral_to_infinity(Function&& f, double decay)
{
    constexpr double negligible = 45, panel = 4, deepest = 44;  // e-folds: of f, of u
    const double last = std::log(negligible / decay);
    const auto in_logarithm = [&](double y) {
        const double u = std::exp(y);
        return f(u) * u;
    };
    double sum = 0;
    for (double to = last; to > last - deepest; to -= panel) {
        const double part = integral(in_logarithm, to - panel, to);
        sum += part;
        if (std::abs(part) < 1e-17 * std::abs(sum))
            break;
    }
    return sum;
}

// A function given by its logarithm, which has one mode: between these bounds lies all that matters of it.
struct Support {
    double from, to, top;
};
template <class LogFunction> [[nodiscard]] Support bounds_of(const LogFunction& log_f, double start)
{
    constexpr double precise = 1e-3, negligible = 42, farthest = 1e7;
    constexpr int most_steps = 500;
    double mode = start, step = 1;
    for (int i = 0; i < most_steps && step > precise && std::abs(mode) < farthest; ++i) {
        const double here = log_f(mode), direction = log_f(mode + step) > here ? 1 : log_f(mode - step) > here ? -1 : 0;
        mode += direction * step;
        step *= direction != 0 ? 2 : 1.0 / 3;
    }
    const double top = log_f(mode);
    const auto edge = [&](double direction) {
        double distance = precise;
        while (distance < farthest && log_f(mode + direction * distance) > top - negligible)
            distance *= 1.7;
        return mode + direction * distance;
    };
    return {edge(-1), edge(1), top};
}

// ln of the density of the logit y of a Beta(a, b) variable, but for its constant: a ln p + b ln(1 - p).
[[nodiscard]] inline double log_logit_density(double a, double b, double y) noexcept
{
    const double log_p = y < -700 ? y : -std::log1p(std::exp(-y)), log_rest = y > 700 ? -y : -std::log1p(std::exp(y));
    return a * log_p + b * log_rest;
}

// The mean of e^(log_f(p, 1 - p)) where p has the distribution Beta(a, b), for log_f monotone in p: integrated over the
// logit of p, where the density has tails e^(a y) and e^(-b y), and divided by the integral of the density over the
// same.
template <class LogFunction> [[nodiscard]] double beta_mean(double a, double b, LogFunction&& log_f)
{
    const auto density = [=](double y) { return log_logit_density(a, b, y); };
    const auto weighted = [&](double y) { return density(y) + log_f(logistic(y), logistic(-y)); };
    const double center = std::log(a / b);
    const auto total = [=](const auto& log_function, const Support& bounds) {
        const double middle = std::clamp(center, bounds.from, bounds.to);
        const auto scaled = [&](double y) { return std::exp(log_function(y) - bounds.top); };
        return integral(scaled, bounds.from, middle) + integral(scaled, middle, bounds.to);
    };
    const Support plain = bounds_of(density, center), tilted = bounds_of(weighted, center);
    return total(weighted, tilted) / total(density, plain) * std::exp(tilted.top - plain.top);
}

// ln G(r + x) / G(r) - x ln alpha, and its derivative by r, at each x of an ascending list: each from the one before.
inline void purchase_terms(std::span<const double> frequencies, double r, double log_alpha, double* terms,
                           double* by_r) noexcept
{
    double before = 0, rise = 0, slope = 0;
    for (std::size_t i = 0; i < frequencies.size(); ++i) {
        const double x = frequencies[i];
        rise += log_rising(r + before, x - before);
        terms[i] = rise - x * log_alpha;
        by_r[i] = slope += digamma_rising(r + before, x - before);
        before = x;
    }
}

}  // namespace customer_value::clv
