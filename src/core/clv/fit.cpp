#include "core/clv/fit.h"

#include <string>

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
    throw_too_little(std::string(fit) + " needs customers who bought again: none of " + std::to_string(state.customers()) + " has a frequency above 0",
                     "Take a longer time or more customers; WHERE or FILTER leaves segments out that are too small.");
}

}  // namespace

template <> void require_enough<BgNbd>(const RepeatPurchases& state) { require_repeat_buyers("bg_nbd_fit", state); }
template <> void require_enough<MbgNbd>(const RepeatPurchases& state) { require_repeat_buyers("mbg_nbd_fit", state); }
template <> void require_enough<ParetoNbd>(const RepeatPurchases& state) { require_repeat_buyers("pareto_nbd_fit", state); }
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
        throw_too_little("sbg_fit needs customers who left: none of " + std::to_string(state.customers()) + " did", "Take more periods.");
    if (last < 2)
        throw_too_little("sbg_fit needs two periods or more: all rows are of period " + std::to_string(last), "One period tells a rate, but not how it differs between customers.");
}
template <> void require_enough<GammaGamma>(const RepeatSpend& state)
{
    const auto rows = state.rows();
    for (const auto& entry : rows)
        if (entry.row.monetary_value != rows.front().row.monetary_value)
            return;
    throw_too_little("gamma_gamma_fit needs customers who spend differently: the monetary_value of all " + std::to_string(state.customers()) + " with a repeat purchase is " +
                     shown(rows.front().row.monetary_value), "Rows without a repeat purchase, or of nothing spent, do not count.");
}

template <class Model> template <class Each> Fitted Fit<Model>::result(const Run<Each>& run) const
{
    const Search& search = run.search();
    Fitted fitted;
    fitted.count = Each::parameters;
    fitted.customers = plan_.customers();
    fitted.log_likelihood = -search.value() * fitted.customers + plan_.shift();
    fitted.gradient = search.steepness();
    fitted.converged = search.converged();
    Point errors{};
    Matrix covariance{};
    const bool curved = search.covariance(covariance);
    fitted.at_boundary = search.has_left() || !curved;
    for (std::size_t i = 0; i < Each::parameters; ++i) {
        fitted.parameters[i] = std::exp(search.best()[i]) * plan_.unit()[i];
        fitted.known[i] = true;
        // the delta method, from the logarithm
        errors[i] = fitted.parameters[i] * std::sqrt(covariance[i][i] / fitted.customers);
    }
    if (!fitted.at_boundary)
        fitted.standard_errors = errors;
    return fitted;
}

template <class Model> void Fit<Model>::begin_search()
{
    // the rate as it is without dropout, then others; customers who mostly stay, who mostly leave, who all do alike
    constexpr std::array<Point, starts> others{{{0, 0, 0, 0}, {-1, -1, -2, 1}, {1, 1, 2, 3}}};
    Point start = others[static_cast<std::size_t>(start_)];
    if constexpr (has_baseline) {
        const Point base = baseline_run_.search().best();
        start[0] += std::clamp(base[0], -5.0, 5.0);
        start[1] += std::clamp(base[1], -5.0, 5.0);
    }
    run_ = Run<Likelihood>(Likelihood(plan_.data()), plan_.customers(), start);
}

// Whether a run is on its way to the fit without dropout, which is known already: its end would be the baseline's, after as many steps again. The value is above that of the
// baseline and falls to it in proportion to the dropout, and dropouts do not become earlier; where dropout would gain anything, the slope would be twice as steep or more.
// The first start is followed to its end.
template <class Model> bool Fit<Model>::nears_baseline() const
{
    if constexpr (has_baseline) {
        constexpr double little = -5, near = 1e-3, proportional = 1.5;  // e-folds of dropout; of log-likelihood; of the slope
        const Search& search = run_.search();
        const double above = search.value() - baseline_run_.search().value(), slope = search.gradient()[2];
        return start_ > 0 && search.best()[2] < little && above >= 0 && above * plan_.customers() < near && proportional * slope > above && slope < proportional * above && search.gradient()[3] <= 0 && search.best()[3] > 0;
    }
    return false;
}

// The model without dropout, in the form of the model with it.
template <class Model> void Fit<Model>::fall_back()
{
    const std::size_t count = fitted_.count;
    fitted_ = baseline_;
    fitted_.count = count;
    fitted_.at_boundary = true;
    fitted_.without_dropout = true;
    fitted_.known[2] = true;    // a, s or gamma is 0
    fitted_.known[3] = false;
}

// Whether a run has ended well; the next begins otherwise.
template <class Model> bool Fit<Model>::end_search()
{
    const Fitted latest = result(run_);
    if (!found_ || latest.log_likelihood > fitted_.log_likelihood || (latest.converged && !fitted_.converged && latest.log_likelihood > fitted_.log_likelihood - smallest_gain))
        fitted_ = latest;
    found_ = true;
    bool good = fitted_.converged && !fitted_.at_boundary;
    if constexpr (has_baseline)
        good = good && fitted_.log_likelihood > baseline_.log_likelihood + smallest_gain;
    if (!good && ++start_ < starts) {
        begin_search();
        return false;
    }
    if constexpr (has_baseline)
        if (!(fitted_.log_likelihood > baseline_.log_likelihood + smallest_gain))
            fall_back();
    return true;
}

template <class Model> bool Fit<Model>::step()
{
    switch (phase_) {
    case Phase::prepare:
        if (plan_.step()) {
            if constexpr (has_baseline) {
                baseline_run_ = Run<Baseline>(Baseline(plan_.data()), plan_.customers(), plan_.baseline_start());
                phase_ = Phase::baseline;
            } else {
                begin_search();
                phase_ = Phase::search;
            }
        }
        break;
    case Phase::baseline:
        if constexpr (has_baseline)
            if (baseline_run_.step()) {
                baseline_ = result(baseline_run_);
                begin_search();
                phase_ = Phase::search;
            }
        break;
    case Phase::search:
        if ((run_.step() || nears_baseline()) && end_search())
            phase_ = Phase::done;
        break;
    case Phase::done: break;
    }
    return phase_ == Phase::done;
}

template class Fit<BgNbd>;
template class Fit<MbgNbd>;
template class Fit<ParetoNbd>;
template class Fit<BgBb>;
template class Fit<Sbg>;
template class Fit<GammaGamma>;

}  // namespace customer_value::clv
