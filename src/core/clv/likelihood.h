// What a fit asks of a model's likelihood:
//
//     parameters                        how many; all are positive, and searched for as logarithms
//     at(parameters)                    prepares for rows at these parameters
//     rows(), block                     how many rows, and how many are summed at once: some milliseconds of work
//     add(from, to, sum)                adds the log-likelihood of rows and its derivatives to a sum
#pragma once

#include "core/clv/search.h"
#include "core/common/interrupt.h"

#include <algorithm>

namespace customer_value::clv {

// A log-likelihood and its derivatives by the parameters (not by their logarithms).
struct LikelihoodSum {
    double value = 0;
    Point gradient{};

    void add(double weight, double more, const Point& derivatives) noexcept
    {
        value += weight * more;
        for (std::size_t i = 0; i < most_parameters; ++i)
            gradient[i] += weight * derivatives[i];
    }
    void add(const LikelihoodSum& other) noexcept { add(1, other.value, other.gradient); }
};

// The sum over all rows, block by block.
template <class Likelihood> [[nodiscard]] LikelihoodSum sum_of(const Likelihood& likelihood)
{
    LikelihoodSum sum;
    for (std::size_t from = 0, to = 0; from < likelihood.rows(); from = to) {
        stop_if_interrupted();
        to = std::min(likelihood.rows(), from + Likelihood::block);
        LikelihoodSum block;
        likelihood.add(from, to, block);
        sum.add(block);
    }
    return sum;
}

}  // namespace customer_value::clv
