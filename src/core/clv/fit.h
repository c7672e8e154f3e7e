// Fits of the models by maximum likelihood, in stretches: `step` does some milliseconds of work and says whether the fit is complete.
// Between two steps the caller looks for a cancel request. A fit is plain data in memory that the caller owns; it may be dropped at any
// time.
//
// Each model with dropout is compared with the same model without: where dropout gains nothing, the fit lies on the boundary of
// the parameters, says so, and is the model without dropout.
#pragma once

#include "core/clv/beta_geometric.h"
#include "core/clv/bg_bb.h"
#include "core/clv/gamma_gamma.h"
#include "core/clv/pareto_nbd.h"
#include "core/clv/sbg.h"

#include <optional>

namespace customer_value::clv {

struct Fitted {
    std::size_t count = 0;              // of parameters
    Point parameters{};                 // in the units of the rows
    std::array<bool, most_parameters> known{};  // false where the boundary leaves a parameter without meaning
    std::optional<Point> standard_errors;       // nothing where the likelihood is flat in some direction
    double log_likelihood = 0;
    double customers = 0;
    double gradient = 0;                // the largest derivative of the mean log-likelihood by the logarithm of a parameter
    bool converged = false;
    bool at_boundary = false;
    bool without_dropout = false;       // the boundary is that nobody drops out
};

// Looks for the best parameters of one likelihood from one start.
template <class Likelihood> class Run {
public:
    Run() = default;
    Run(const Likelihood& likelihood, double customers, const Point& log_start) noexcept
        : likelihood_(likelihood), customers_(customers), search_(Likelihood::parameters, log_start)
    {
        begin();
    }
    bool step()
    {
        if (search_.done())
            return true;
        const std::size_t to = std::min(likelihood_.rows(), row_ + Likelihood::stretch);
        Sum part;
        likelihood_.add(row_, to, part);
        sum_.add(part);
        row_ = to;
        if (row_ < likelihood_.rows())
            return false;
        Point gradient{};
        for (std::size_t i = 0; i < Likelihood::parameters; ++i)
            gradient[i] = -sum_.gradient[i] * at_[i] / customers_;
        search_.tell(-sum_.value / customers_, gradient);
        if (!search_.done())
            begin();
        return search_.done();
    }
    [[nodiscard]] const Search& search() const noexcept { return search_; }

private:
    void begin()
    {
        for (std::size_t i = 0; i < Likelihood::parameters; ++i)
            at_[i] = std::exp(search_.next()[i]);
        likelihood_.at(at_);
        sum_ = {};
        row_ = 0;
    }
    Likelihood likelihood_;
    double customers_ = 0;
    Search search_;
    Point at_{};
    Sum sum_;
    std::size_t row_ = 0;
};

// What differs between the models: the likelihood without dropout, where to start, units. A plan is made of the sorted state and memory of
// the caller, and is prepared in steps.
template <class Model> struct Plan;

// The models of purchases in continuous time.
template <class LikelihoodType> struct PurchasePlan {
    using State = RepeatPurchases;
    using Likelihood = LikelihoodType;
    using Baseline = NbdLikelihood;
    static std::size_t bytes_for(const State& state) noexcept { return PurchaseColumns::bytes_for(state.size()); }

    PurchasePlan() = default;
    PurchasePlan(const State& state, void* memory) noexcept : builder(state, memory) {}
    bool step() { return builder.step(); }
    [[nodiscard]] const PurchaseColumns& data() const noexcept { return builder.columns(); }
    [[nodiscard]] double customers() const noexcept { return data().total_customers; }
    // ln of a density per unit of the rows
    [[nodiscard]] double shift() const noexcept { return -data().total_frequency * std::log(data().scale); }
    [[nodiscard]] Point baseline_start() const noexcept { return {0, std::log(data().total_age / data().total_frequency), 0, 0}; }

    ColumnBuilder builder;
};

template <> struct Plan<BgNbd> : PurchasePlan<BetaGeometricLikelihood<Dropout::after_repeat>> {
    using PurchasePlan::PurchasePlan;
    [[nodiscard]] Point unit() const noexcept { return {1, data().scale, 1, 1}; }
};
template <> struct Plan<MbgNbd> : PurchasePlan<BetaGeometricLikelihood<Dropout::after_any>> {
    using PurchasePlan::PurchasePlan;
    [[nodiscard]] Point unit() const noexcept { return {1, data().scale, 1, 1}; }
};
template <> struct Plan<ParetoNbd> : PurchasePlan<ParetoNbdLikelihood> {
    using PurchasePlan::PurchasePlan;
    [[nodiscard]] Point unit() const noexcept { return {1, data().scale, 1, data().scale}; }
};

// Fits over the rows as they are.
template <class Rows, class LikelihoodOfRows, class BaselineOfRows> class RowPlan {
public:
    using State = Rows;
    using Likelihood = LikelihoodOfRows;
    using Baseline = BaselineOfRows;
    static std::size_t bytes_for(const State&) noexcept { return 0; }
    RowPlan() = default;
    RowPlan(const State& state, void*) noexcept : state_(&state) {}
    bool step() { return true; }
    [[nodiscard]] const State& data() const noexcept { return *state_; }
    [[nodiscard]] double customers() const { return static_cast<double>(state_->customers()); }
    [[nodiscard]] double shift() const noexcept { return 0; }
    [[nodiscard]] Point unit() const noexcept { return {1, 1, 1, 1}; }

private:
    const State* state_ = nullptr;
};
template <> struct Plan<BgBb> : RowPlan<RepeatPurchases, BgBbLikelihood, BetaBinomialLikelihood> {
    using RowPlan::RowPlan;
    [[nodiscard]] Point baseline_start() const noexcept { return {}; }
};

struct NoBaseline {};
template <> struct Plan<Sbg> : RowPlan<Renewals, SbgLikelihood, NoBaseline> {
    using RowPlan::RowPlan;
};

template <> struct Plan<GammaGamma> {
    using State = RepeatSpend;
    using Likelihood = GammaGammaLikelihood;
    using Baseline = NoBaseline;
    static std::size_t bytes_for(const State& state) noexcept { return SpendColumns::bytes_for(state.size()); }
    Plan() = default;
    Plan(const State& state, void* memory) noexcept : builder_(state, memory) {}
    bool step() noexcept { return builder_.step(); }
    [[nodiscard]] const SpendColumns& data() const noexcept { return builder_.columns(); }
    [[nodiscard]] double customers() const noexcept { return data().total_customers; }
    [[nodiscard]] double shift() const noexcept { return -data().total_customers * std::log(data().scale); }
    [[nodiscard]] Point unit() const noexcept { return {1, 1, data().scale, 1}; }

private:
    SpendColumnBuilder builder_;
};

// Throws invalid_parameter where the rows cannot tell the parameters, and says what is missing. Rows there must be.
template <class Model> void require_enough(const typename Plan<Model>::State& state);

template <class Model> class Fit {
public:
    using State = typename Plan<Model>::State;
    using Likelihood = typename Plan<Model>::Likelihood;
    using Baseline = typename Plan<Model>::Baseline;
    static constexpr bool has_baseline = !std::is_same_v<Baseline, NoBaseline>;

    static std::size_t bytes_for(const State& state) noexcept { return Plan<Model>::bytes_for(state); }
    // Of a sorted state that is not empty, in bytes_for(state) of memory.
    Fit(const State& state, void* memory) : plan_((require_enough<Model>(state), Plan<Model>(state, memory))) {}
    bool step();
    [[nodiscard]] const Fitted& fitted() const noexcept { return fitted_; }
    // The fit without dropout.
    [[nodiscard]] const Fitted& baseline() const noexcept { return baseline_; }

private:
    enum class Phase { prepare, baseline, search, done };
    static constexpr double smallest_gain = 1e-6;  // of log-likelihood, by dropout
    static constexpr int starts = 3;

    void begin_search();
    bool nears_baseline() const;
    bool end_search();
    template <class Each> Fitted result(const Run<Each>& run) const;
    void fall_back();

    Phase phase_ = Phase::prepare;
    Plan<Model> plan_;
    int start_ = 0;
    bool found_ = false;
    struct Empty {};
    [[no_unique_address]] std::conditional_t<has_baseline, Run<std::conditional_t<has_baseline, Baseline, Likelihood>>, Empty> baseline_run_;
    Run<Likelihood> run_;
    Fitted fitted_, baseline_;
};

extern template class Fit<BgNbd>;
extern template class Fit<MbgNbd>;
extern template class Fit<ParetoNbd>;
extern template class Fit<BgBb>;
extern template class Fit<Sbg>;
extern template class Fit<GammaGamma>;

}  // namespace customer_value::clv
