// Gamma-Gamma: what a customer spends on a purchase varies around a mean of their own, Gamma(p, nu) with nu ~ Gamma(q,
// v), and does not depend on how often they buy. Sources: R. Colombo, W. Jiang, "A stochastic RFM model", Journal of
// Interactive Marketing 13 (1999) 2-12; P. Fader, B. Hardie, "The Gamma-Gamma model of monetary value", note 025
// (2013), equations 1a and 5. x = frequency, m = monetary_value.
#pragma once

#include "core/clv/columns.h"
#include "core/clv/likelihood.h"

#include <optional>

namespace customer_value::clv {

struct GammaGamma {
    static constexpr std::size_t parameters = 3;
    double p, q, v;

    // Expected spend per purchase; nothing where it is infinite (p x + q <= 1). Of a customer without repeat purchase
    // (x = 0) it is the population's mean; 0 of one whose repeat purchases came to nothing, or less.
    [[nodiscard]] std::optional<double> expected_value(std::int64_t frequency, double monetary_value) const noexcept
    {
        const auto x = static_cast<double>(frequency);
        if (x > 0 && monetary_value <= 0)
            return 0;
        const double degrees = p * x + q - 1;
        return degrees > 0 ? std::optional(p * (v + (x > 0 ? x * monetary_value : 0)) / degrees) : std::nullopt;
    }
    [[nodiscard]] std::optional<double> population_mean() const noexcept { return expected_value(0, 0); }
};

// Rows of spend as the likelihood goes over them, in units of the mean value.
struct SpendColumns {
    std::size_t rows = 0;
    const double *customers = nullptr, *frequency = nullptr, *spend = nullptr, *log_spend = nullptr;  // spend = x m
    double scale = 1, total_customers = 0;
    double log_value = 0;  // sum of ln m

    static constexpr std::size_t bytes_for(std::size_t rows) noexcept { return rows * 4 * sizeof(double) + 64; }
};

// In bytes_for(rows) of memory.
[[nodiscard]] SpendColumns spend_columns(const RepeatSpend& state, void* memory);

class GammaGammaLikelihood {
public:
    static constexpr std::size_t parameters = 3, block = 65536;
    explicit GammaGammaLikelihood(const SpendColumns& columns) noexcept : columns_(columns) {}

    void at(const Point& values) noexcept { at_ = values; }
    [[nodiscard]] std::size_t rows() const noexcept { return columns_.rows; }
    void add(std::size_t from, std::size_t to, LikelihoodSum& sum) const noexcept;

private:
    SpendColumns columns_;
    Point at_{};
};

}  // namespace customer_value::clv
