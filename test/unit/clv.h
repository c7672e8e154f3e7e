// What the tests of forecasts share: fits of held states.
#pragma once

#include "core/clv/fit.h"
#include "unit/laws.h"

namespace customer_value::test {

// A fit that is complete, with the memory that it lies in.
template <class Model> class Fitting {
public:
    explicit Fitting(const Held<typename clv::Fit<Model>::State>& rows)
        : rows_(rows.finished()), memory_(clv::Fit<Model>::bytes_for(*rows_)), fit_(*rows_, memory_.get())
    {
    }
    [[nodiscard]] const clv::Fitted& result() const { return fit_.fitted(); }
    [[nodiscard]] const clv::Fitted& baseline() const { return fit_.baseline(); }

private:
    Held<typename clv::Fit<Model>::State> rows_;
    Memory memory_;
    clv::Fit<Model> fit_;
};

template <class Model> clv::Fitted fitted(const Held<typename clv::Fit<Model>::State>& rows)
{
    return Fitting<Model>(rows).result();
}

// The log-likelihood and its derivatives at given parameters, whose times are in the unit of the rows.
template <class Model>
clv::LikelihoodSum likelihood_at(const Held<typename clv::Fit<Model>::State>& rows, clv::Point parameters)
{
    const auto sorted = rows.finished();
    Memory memory(clv::Fit<Model>::bytes_for(*sorted));
    const clv::Plan<Model> plan(*sorted, memory.get());
    for (std::size_t i = 0; i < clv::most_parameters; ++i)
        parameters[i] /= plan.unit()[i];
    typename clv::Plan<Model>::Likelihood likelihood(plan.data());
    likelihood.at(parameters);
    clv::LikelihoodSum sum;
    likelihood.add(0, likelihood.rows(), sum);
    sum.value += plan.shift();
    for (std::size_t i = 0; i < clv::most_parameters; ++i)
        sum.gradient[i] /= plan.unit()[i];
    return sum;
}

// Equal to so many digits, relative to the expected value.
#define EXPECT_DIGITS(expected, actual, tolerance) \
    EXPECT_NEAR((actual) / (expected), 1, tolerance) << "expected " << (expected) << ", not " << (actual)

}  // namespace customer_value::test
