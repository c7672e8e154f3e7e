// Intervals and tests on counts; distributions come from Boost.Math.
#pragma once

#include "core/common/error.h"
#include "core/common/proportion.h"

namespace customer_value {

struct ConfidenceInterval {
    double lower;
    double upper;
};

// Throws out_of_range unless 0 < confidence < 1.
void require_confidence(double confidence);

// The z of a two-sided interval: the standard normal quantile at (1 + confidence) / 2.
// Throws out_of_range unless 0 < confidence < 1.
double two_sided_z(double confidence);
// The same of Student's t with so many degrees of freedom, at least 1, not only whole ones.
double two_sided_t(double confidence, double degrees_of_freedom);

// The probability that a standard normal is farther from zero than |z|.
double two_sided_p(double z);
// The same of Student's t.
double two_sided_p(double t, double degrees_of_freedom);

// Wilson's score interval for a proportion at a two-sided z, as probabilities in 0..1; needs total > 0.
// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927) 209-212.
ConfidenceInterval wilson(const Proportion& proportion, double z);

}  // namespace customer_value
