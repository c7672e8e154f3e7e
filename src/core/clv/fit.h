// Fits of the models by maximum likelihood.
//
// Each model with dropout is compared with the same model without: where dropout gains nothing, the fit lies on the
// boundary of the parameters, says so, and is the model without dropout.
#pragma once

#include "core/clv/beta_geometric.h"
#include "core/clv/bg_bb.h"
#include "core/clv/gamma_gamma.h"
#include "core/clv/pareto_nbd.h"
#include "core/clv/sbg.h"

#include <optional>

namespace customer_value::clv {

struct Fitted {
    std::size_t count = 0;                      // of parameters
    Point parameters{};                         // in the units of the rows
    std::array<bool, most_parameters> known{};  // false where the boundary leaves a parameter without meaning
    std::optional<Point> standard_errors;       // nothing where the likelihood is flat in some direction
    double log_likelihood = 0;
    double customers = 0;
    double gradient = 0;  // the largest derivative of the mean log-likelihood by the logarithm of a parameter
    bool converged = false;
    bool at_boundary = false;
    bool without_dropout = false;  // the boundary is that nobody drops out
};

// What differs between the models: the likelihood without dropout, where to start, units. A plan is made of the sorted
// state, in memory of the caller.
template <class Model> struct Plan;

// The models of purchases in continuous time.
template <class LikelihoodType> struct PurchasePlan {
    using State = RepeatPurchases;
    using Likelihood = LikelihoodType;
    using Baseline = NbdLikelihood;
    static std::size_t bytes_for(const State& state) noexcept { return PurchaseColumns::bytes_for(state.size()); }

    PurchasePlan(const State& state, void* memory) : columns(purchase_columns(state, memory)) {}
    [[nodiscard]] const PurchaseColumns& data() const noexcept { return columns; }
    [[nodiscard]] double customers() const noexcept { return data().total_customers; }
    // ln of a density per unit of the rows
    [[nodiscard]] double shift() const noexcept { return -data().total_frequency * std::log(data().scale); }
    [[nodiscard]] Point baseline_start() const noexcept
    {
        return {0, std::log(data().total_age / data().total_frequency), 0, 0};
    }

    PurchaseColumns columns;
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
    RowPlan(const State& state, void*) noexcept : state_(&state) {}
    [[nodiscard]] const State& data() const noexcept { return *state_; }
    [[nodiscard]] double customers() const { return static_cast<double>(state_->customers()); }
    [[nodiscard]] double shift() const noexcept { return 0; }
    [[nodiscard]] Point unit() const noexcept { return {1, 1, 1, 1}; }

private:
    const State* state_;
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
    Plan(const State& state, void* memory) : columns_(spend_columns(state, memory)) {}
    [[nodiscard]] const SpendColumns& data() const noexcept { return columns_; }
    [[nodiscard]] double customers() const noexcept { return data().total_customers; }
    [[nodiscard]] double shift() const noexcept { return -data().total_customers * std::log(data().scale); }
    [[nodiscard]] Point unit() const noexcept { return {1, 1, data().scale, 1}; }

private:
    SpendColumns columns_;
};

// Throws invalid_parameter where the rows cannot tell the parameters, and says what is missing. Rows there must be.
template <class Model> void require_enough(const typename Plan<Model>::State& state);

template <class Model> class Fit {
public:
    using State = typename Plan<Model>::State;

    static std::size_t bytes_for(const State& state) noexcept { return Plan<Model>::bytes_for(state); }
    // Of a sorted state that is not empty, in bytes_for(state) of memory that nobody needs afterwards.
    Fit(const State& state, void* memory);
    [[nodiscard]] const Fitted& fitted() const noexcept { return fitted_; }
    // The fit without dropout.
    [[nodiscard]] const Fitted& baseline() const noexcept { return baseline_; }

private:
    Fitted fitted_, baseline_;
};

extern template class Fit<BgNbd>;
extern template class Fit<MbgNbd>;
extern template class Fit<ParetoNbd>;
extern template class Fit<BgBb>;
extern template class Fit<Sbg>;
extern template class Fit<GammaGamma>;

}  // namespace customer_value::clv
