// What a fit asks of a model's likelihood:
//
//     parameters                        how many; all are positive, and searched for as logarithms
//     at(parameters)                    prepares for rows at these parameters
//     rows(), stretch                   how many rows, and how many at once between two looks for a cancel request
//     add(from, to, sum)                adds the log-likelihood of rows and its derivatives to a sum
#pragma once

#include "core/clv/search.h"

namespace customer_value::clv {

// A log-likelihood and its derivatives by the parameters (not by their logarithms).
struct Sum {
    double value = 0;
    Point gradient{};

    void add(double weight, double more, const Point& derivatives) noexcept
    {
        value += weight * more;
        for (std::size_t i = 0; i < most_parameters; ++i)
            gradient[i] += weight * derivatives[i];
    }
    void add(const Sum& other) noexcept { add(1, other.value, other.gradient); }
};

}  // namespace customer_value::clv
