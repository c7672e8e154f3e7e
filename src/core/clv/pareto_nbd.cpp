#include "core/clv/pareto_nbd.h"

#include "core/clv/legendre.h"
#include "core/clv/special.h"

#include <array>

namespace customer_value::clv {

namespace {

constexpr double negligible = 40;  // e-folds below which the integrand is left out

// The integral of (1+u/alpha)^-power_alpha (1+u/beta)^-power_beta over the time u of the dropout. Logarithms are of
// 1+u/alpha and 1+u/beta, which keep their digits where alpha and beta are large.
class DropoutTimes {
public:
    DropoutTimes(double alpha, double beta, double power_beta, double from, double to) noexcept
        : alpha_is_less_(alpha < beta),
          power_beta_(power_beta),
          from_time_(from),
          scale_less_(std::min(alpha, beta)),
          scale_more_(std::max(alpha, beta)),
          less_(scale_less_ + from),
          more_(scale_more_ + from),
          length_(to - from),
          log_length_(quick_log1p(length_ / less_)),
          log_less_(quick_log1p(from / scale_less_)),
          log_scale_(std::log(scale_less_))
    {
    }

    // ln of the integral, and the means over it that the derivatives need, where they are asked for.
    struct Result {
        double log_integral = -infinity;
        double log_alpha = 0, inverse_alpha = 0, log_beta = 0, inverse_beta = 0;
    };
    template <bool with_means> Result integrated(double power_alpha) noexcept
    {
        if (!(length_ > 0))
            return {};
        const double end = cut(power_alpha);
        const double drop = std::abs(log_integrand(power_alpha, 0) - log_integrand(power_alpha, end));
        const bool easy = end <= 1.8 && drop <= 5;
        const int panels = easy ? 1 : static_cast<int>(std::min(64.0, std::ceil(std::max({end / 3, drop / 20, 1.0}))));
        Total total;
        for (int panel = 0; panel < panels; ++panel) {
            use_nodes<with_means>(end * panel / panels, end / panels, easy ? legendre_8 : legendre_16);
            add_panel<with_means>(power_alpha, total);
        }
        return total.result(alpha_is_less_);
    }

private:
    // A sum of exponentials that is scaled by the largest.
    struct Total {
        double top = -infinity, sum = 0, log_less = 0, inverse_less = 0, log_more = 0, inverse_more = 0;

        void scale_to(double new_top) noexcept
        {
            const double factor = top == -infinity ? 0 : std::exp(top - new_top);
            top = new_top;
            for (double* part : {&sum, &log_less, &inverse_less, &log_more, &inverse_more})
                *part *= factor;
        }
        [[nodiscard]] Result result(bool alpha_is_less) const noexcept
        {
            const double a = log_less / sum, b = inverse_less / sum, c = log_more / sum, d = inverse_more / sum;
            return alpha_is_less ? Result{top + std::log(sum), a, b, c, d} : Result{top + std::log(sum), c, d, a, b};
        }
    };
    struct Node {
        double log_less, log_more, inverse_less, inverse_more, log_weight;
    };

    // v is ln((c+u) / (c+from)), c the smaller of alpha and beta
    [[nodiscard]] double log_integrand(double power_alpha, double v) const noexcept
    {
        const double less = alpha_is_less_ ? power_alpha : power_beta_,
                     more = alpha_is_less_ ? power_beta_ : power_alpha;
        return (1 - less) * v - more * quick_log1p(less_ * quick_expm1(v) / more_);
    }
    // Where the integrand has become negligible, or the end.
    [[nodiscard]] double cut(double power_alpha) const noexcept
    {
        const double less = alpha_is_less_ ? power_alpha : power_beta_,
                     more = alpha_is_less_ ? power_beta_ : power_alpha;
        double end = log_length_;
        if (less > 1)
            end = std::min(end, negligible / (less - 1));
        const double reach = (negligible + std::max(0.0, (1 - less) * log_length_)) / more;
        if (reach < 700)
            end = std::min(end, std::log1p(more_ / less_ * std::expm1(reach)));
        return end;
    }
    // The nodes of a panel; those of the panel before are kept where it is the same, as for customers that differ in
    // frequency only.
    template <bool with_means> void use_nodes(double from, double length, const LegendreRule& rule) noexcept
    {
        if (rule_ == &rule && from == from_ && length == panel_)
            return;
        rule_ = &rule;
        from_ = from;
        panel_ = length;
        const double log_panel = std::log(length);
        for (std::size_t k = 0; k < rule.count; ++k) {
            const double v = from + length * rule.at[k], grown = less_ * quick_expm1(v);
            nodes_[k] = {log_less_ + v, quick_log1p((from_time_ + grown) / scale_more_),
                         with_means ? 1 / (less_ + grown) : 0, with_means ? 1 / (more_ + grown) : 0,
                         rule.log_weight[k] + log_panel + log_scale_ + log_less_ + v};
        }
    }
    template <bool with_means> void add_panel(double power_alpha, Total& total) const noexcept
    {
        const double less = alpha_is_less_ ? power_alpha : power_beta_,
                     more = alpha_is_less_ ? power_beta_ : power_alpha;
        std::array<double, LegendreRule::most_nodes> logs;
        double top = total.top;
        const std::size_t count = rule_->count;
        for (std::size_t i = 0; i < count; ++i) {
            logs[i] = nodes_[i].log_weight - less * nodes_[i].log_less - more * nodes_[i].log_more;
            top = std::max(top, logs[i]);
        }
        if (top > total.top)
            total.scale_to(top);
        for (std::size_t i = 0; i < count; ++i) {
            const double weight = std::exp(logs[i] - top);
            total.sum += weight;
            if constexpr (!with_means)
                continue;
            total.log_less += weight * nodes_[i].log_less;
            total.inverse_less += weight * nodes_[i].inverse_less;
            total.log_more += weight * nodes_[i].log_more;
            total.inverse_more += weight * nodes_[i].inverse_more;
        }
    }

    bool alpha_is_less_;
    double power_beta_, from_time_, scale_less_, scale_more_, less_, more_, length_, log_length_, log_less_, log_scale_;
    const LegendreRule* rule_ = nullptr;
    double from_ = 0, panel_ = 0;
    std::array<Node, LegendreRule::most_nodes> nodes_;
};

}  // namespace

double ParetoNbd::p_alive(const History& history) const
{
    if (!has_dropout())
        return 1;
    const double power = r + static_cast<double>(history.frequency);
    DropoutTimes times(alpha, beta, s + 1, history.recency, history.age);
    const double alive = -power * std::log1p(history.age / alpha) - s * std::log1p(history.age / beta);
    return logistic(alive - std::log(s / beta) - times.integrated<false>(power).log_integral);
}

double ParetoNbd::p_alive_at(double horizon, const History& history) const
{
    return p_alive(history) * (has_dropout() ? std::exp(-s * std::log1p(horizon / (beta + history.age))) : 1);
}

double ParetoNbd::purchases_if_alive(double horizon, const History& history) const
{
    const double rate = (r + static_cast<double>(history.frequency)) / (alpha + history.age);
    if (!has_dropout())
        return rate * horizon;
    const double e_folds = std::log1p(horizon / (beta + history.age)), exponent = (s - 1) * e_folds;
    return rate * (beta + history.age) * e_folds * (exponent == 0 ? 1 : -std::expm1(-exponent) / exponent);
}

double ParetoNbd::expected_purchases(double horizon, const History& history) const
{
    return p_alive(history) * purchases_if_alive(horizon, history);
}

// n purchases and still there at the end, or dropped out at time u after n.
double ParetoNbd::count_probability(double n, double horizon) const
{
    if (!has_dropout())
        return purchases_pmf(n, r, horizon / alpha);
    const double there = purchases_pmf(n, r, horizon / alpha) * std::exp(-s * std::log1p(horizon / beta));
    const double scale = std::min(alpha, beta);
    const auto dropping_out = [&](double v) {
        const double u = scale * std::expm1(v);
        return purchases_pmf(n, r, u / alpha) * s / (beta + u) * std::exp(-s * std::log1p(u / beta)) * (scale + u);
    };
    return there + integral(dropping_out, 0, std::log1p(horizon / scale));
}

double ParetoNbd::p_no_purchase(double horizon, const History& history) const
{
    const double alive = p_alive(history);
    // the posterior of a customer who is alive is of the same form
    const ParetoNbd posterior{r + static_cast<double>(history.frequency), alpha + history.age, s, beta + history.age};
    return std::min(1.0, 1 - alive + alive * posterior.count_probability(0, horizon));
}

double ParetoNbd::purchase_count_probability(std::int64_t n, double horizon) const
{
    return count_probability(static_cast<double>(n), horizon);
}

double ParetoNbd::residual_transactions(double rate, const History& history) const
{
    const double purchase_rate = (r + static_cast<double>(history.frequency)) / (alpha + history.age);
    if (!has_dropout())
        return purchase_rate / rate;
    const auto discounted = [&](double u) { return std::exp(-rate * u - s * std::log1p(u / (beta + history.age))); };
    return p_alive(history) * purchase_rate * integral_to_infinity(discounted, rate);
}

ParetoNbdLikelihood::ParetoNbdLikelihood(const PurchaseColumns& columns) noexcept : columns_(columns)
{
    Arena arena(columns.scratch);
    constant_ = arena.take<double>(columns.frequencies.size());
    by_r_ = arena.take<double>(columns.frequencies.size());
}

void ParetoNbdLikelihood::at(const Point& values) noexcept
{
    at_ = values;
    const double r = values[0], alpha = values[1];
    const double log_alpha = std::log(alpha);
    purchase_terms(columns_.frequencies, r, log_alpha, constant_, by_r_);
}

// Rows of one age and recency stand together, and share the nodes of the quadrature.
void ParetoNbdLikelihood::add(std::size_t from, std::size_t to, LikelihoodSum& sum) const noexcept
{
    const auto [r, alpha, s, beta] = at_;
    const double log_rate = std::log(s / beta);
    for (std::size_t i = from; i < to;) {
        const auto age = columns_.age[i], recency = columns_.recency[i];
        const double start = columns_.recencies[recency], end = columns_.ages[age];
        DropoutTimes times(alpha, beta, s + 1, start, end);
        const double log_alpha_age = quick_log1p(end / alpha), log_beta_age = quick_log1p(end / beta);
        for (; i < to && columns_.age[i] == age && columns_.recency[i] == recency; ++i) {
            const auto x = columns_.frequency[i];
            const double power = r + columns_.frequencies[x];
            const auto gone = times.integrated<true>(power);
            const double log_alive = -power * log_alpha_age - s * log_beta_age, log_gone = log_rate + gone.log_integral;
            const double p = logistic(log_alive - log_gone), q = 1 - p;
            sum.add(columns_.customers[i], constant_[x] + log_sum_exp(log_alive, log_gone),
                    {by_r_[x] - p * log_alpha_age - q * gone.log_alpha,
                     r / alpha - power * (p / (alpha + end) + q * gone.inverse_alpha),
                     -p * log_beta_age + q * (1 / s - gone.log_beta),
                     s / beta - p * s / (beta + end) - q * (s + 1) * gone.inverse_beta});
        }
    }
}

}  // namespace customer_value::clv
