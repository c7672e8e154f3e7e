#include "core/clv/fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>

namespace customer_value::clv {

namespace {

[[noreturn]] void throw_too_little(const std::string& needs, const std::string& hint)
{
    throw Error(ErrorCode::invalid_parameter, needs, {}, hint);
}

void require_repeat_buyers(const char* fit, const RepeatPurchases& state)
{
    for (const auto& entry : state.rows())
        if (entry.row.frequency > 0)
            return;
    throw_too_little(std::string(fit) + " needs customers who bought again: none of " +
                         std::to_string(state.customers()) + " has a frequency above 0",
                     "Take a longer time or more customers; WHERE or FILTER leaves segments out that are too small.");
}

}  // namespace

template <> void require_enough<BgNbd>(const RepeatPurchases& state) { require_repeat_buyers("bg_nbd_fit", state); }
template <> void require_enough<MbgNbd>(const RepeatPurchases& state) { require_repeat_buyers("mbg_nbd_fit", state); }
template <> void require_enough<ParetoNbd>(const RepeatPurchases& state)
{
    require_repeat_buyers("pareto_nbd_fit", state);
}
template <> void require_enough<BgBb>(const RepeatPurchases& state)
{
    require_repeat_buyers("bg_bb_fit", state);
    for (const auto& entry : state.rows())
        (void)opportunities_of(entry.row);
}
template <> void require_enough<Sbg>(const Renewals& state)
{
    std::int64_t last = 0, lost = 0;
    for (const auto& entry : state.rows()) {
        last = std::max(last, entry.row.period_number);
        lost += entry.row.lost;
    }
    if (lost == 0)
        throw_too_little("sbg_fit needs customers who left: none of " + std::to_string(state.customers()) + " did",
                         "Take more periods.");
    if (last < 2)
        throw_too_little("sbg_fit needs two periods or more: all rows are of period " + std::to_string(last),
                         "One period tells a rate, but not how it differs between customers.");
}
template <> void require_enough<GammaGamma>(const RepeatSpend& state)
{
    const auto rows = state.rows();
    for (const auto& entry : rows)
        if (entry.row.monetary_value != rows.front().row.monetary_value)
            return;
    throw_too_little("gamma_gamma_fit needs customers who spend differently: the monetary_value of all " +
                         std::to_string(state.customers()) + " with a repeat purchase is " +
                         shown(rows.front().row.monetary_value),
                     "Rows without a repeat purchase, or of nothing spent, do not count.");
}

namespace {

constexpr double smallest_gain = 1e-6;  // of log-likelihood, by dropout
// customers who do as without dropout, who mostly stay, who mostly leave, who all do alike
constexpr std::array<Point, 3> starts{{{0, 0, 0, 0}, {-1, -1, -2, 1}, {1, 1, 2, 3}}};

// Looks for the best parameters of one likelihood from one start.
template <class Likelihood>
Search search_from(const Point& log_start, Likelihood likelihood, double customers, const Search::Enough& is_enough)
{
    const auto minus_mean = [&](const Point& log_parameters) {
        Point parameters{};
        for (std::size_t i = 0; i < Likelihood::parameters; ++i)
            parameters[i] = std::exp(log_parameters[i]);
        likelihood.at(parameters);
        const LikelihoodSum sum = sum_of(likelihood);
        Search::Value mean{-sum.value / customers, {}};
        for (std::size_t i = 0; i < Likelihood::parameters; ++i)
            mean.gradient[i] = -sum.gradient[i] * parameters[i] / customers;
        return mean;
    };
    return {Likelihood::parameters, log_start, minus_mean, is_enough};
}

template <class Likelihood, class Model> Fitted fitted_by(const Search& search, const Plan<Model>& plan)
{
    Fitted fitted;
    fitted.count = Likelihood::parameters;
    fitted.customers = plan.customers();
    fitted.log_likelihood = -search.value() * fitted.customers + plan.shift();
    fitted.gradient = search.steepness();
    fitted.converged = search.converged();
    Point errors{};
    Matrix covariance{};
    const bool curved = search.covariance(covariance);
    fitted.at_boundary = search.has_left() || !curved;
    for (std::size_t i = 0; i < Likelihood::parameters; ++i) {
        fitted.parameters[i] = std::exp(search.best()[i]) * plan.unit()[i];
        fitted.known[i] = true;
        // the delta method, from the logarithm
        errors[i] = fitted.parameters[i] * std::sqrt(covariance[i][i] / fitted.customers);
    }
    if (!fitted.at_boundary)
        fitted.standard_errors = errors;
    return fitted;
}

// Whether a search is on its way to the fit without dropout, which is known already: its end would be the baseline's,
// after as many steps again. The value is above that of the baseline and falls to it in proportion to the dropout, and
// dropouts do not become earlier; where dropout would gain anything, the slope would be twice as steep or more.
bool nears(const Search& baseline, const Search& search, double customers)
{
    constexpr double little = -5, near = 1e-3,
                     proportional = 1.5;  // e-folds of dropout; of log-likelihood; of the slope
    const double above = search.value() - baseline.value(), slope = search.gradient()[2];
    return search.best()[2] < little && above >= 0 && above * customers < near && proportional * slope > above &&
           slope < proportional * above && search.gradient()[3] <= 0 && search.best()[3] > 0;
}

// The best of the searches from several starts; the next is made where those before did not end well. The first is
// followed to its end.
template <class Model> Fitted best_fit(const Plan<Model>& plan, const Search* baseline, double baseline_log_likelihood)
{
    using Likelihood = typename Plan<Model>::Likelihood;
    const double customers = plan.customers();
    Fitted best;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        Point start = starts[i];
        // the rate as it is without dropout
        for (std::size_t rate = 0; baseline != nullptr && rate < 2; ++rate)
            start[rate] += std::clamp(baseline->best()[rate], -5.0, 5.0);
        const Search search = search_from(start, Likelihood(plan.data()), customers, [&](const Search& now) {
            return i > 0 && baseline != nullptr && nears(*baseline, now, customers);
        });
        const Fitted latest = fitted_by<Likelihood>(search, plan);
        if (i == 0 || latest.log_likelihood > best.log_likelihood ||
            (latest.converged && !best.converged && latest.log_likelihood > best.log_likelihood - smallest_gain))
            best = latest;
        if (best.converged && !best.at_boundary && best.log_likelihood > baseline_log_likelihood + smallest_gain)
            break;
    }
    return best;
}

// The model without dropout, in the form of the model with it.
Fitted without_dropout(const Fitted& baseline, std::size_t parameters)
{
    Fitted fitted = baseline;
    fitted.count = parameters;
    fitted.at_boundary = true;
    fitted.without_dropout = true;
    fitted.known[2] = true;  // a, s or gamma is 0
    fitted.known[3] = false;
    return fitted;
}

}  // namespace

template <class Model> Fit<Model>::Fit(const State& state, void* memory)
{
    using Baseline = typename Plan<Model>::Baseline;
    require_enough<Model>(state);
    const Plan<Model> plan(state, memory);
    if constexpr (std::is_same_v<Baseline, NoBaseline>) {
        fitted_ = best_fit(plan, nullptr, -std::numeric_limits<double>::infinity());
    } else {
        const Search search = search_from(plan.baseline_start(), Baseline(plan.data()), plan.customers(),
                                          [](const Search&) { return false; });
        baseline_ = fitted_by<Baseline>(search, plan);
        fitted_ = best_fit(plan, &search, baseline_.log_likelihood);
        if (!(fitted_.log_likelihood > baseline_.log_likelihood + smallest_gain))
            fitted_ = without_dropout(baseline_, fitted_.count);
    }
}

template class Fit<BgNbd>;
template class Fit<MbgNbd>;
template class Fit<ParetoNbd>;
template class Fit<BgBb>;
template class Fit<Sbg>;
template class Fit<GammaGamma>;

}  // namespace customer_value::clv
