// Pareto/NBD: customers buy at a rate lambda ~ Gamma(r, rate alpha) until they drop out at a time that is exponential
// with rate mu ~ Gamma(s, rate beta).
//
// Sources: D. Schmittlein, D. Morrison, R. Colombo, "Counting your customers", Management Science 33 (1987) 1-24; P.
// Fader, B. Hardie, "A note on deriving the Pareto/NBD model" (2005, equations named below), notes 009 and 012;
// discounted transactions: P. Fader, B. Hardie, K. Lee, Journal of Marketing Research 42 (2005) 415-430.
//
// The papers' difference of hypergeometric functions is taken for what it is, the integral over the time u of the
// dropout, by Gauss-Legendre quadrature: over the logarithm of c + u with c the smaller of alpha and beta, which keeps
// the singularities of the integrand at a distance of pi or more.
#pragma once

#include "core/clv/columns.h"
#include "core/clv/likelihood.h"

namespace customer_value::clv {

// s = 0: nobody drops out (NBD), and beta says nothing.
struct ParetoNbd {
    static constexpr std::size_t parameters = 4;
    double r, alpha, s, beta;

    [[nodiscard]] bool has_dropout() const noexcept { return s > 0; }
    [[nodiscard]] double p_alive(const History& history) const;
    [[nodiscard]] double p_alive_at(double horizon, const History& history) const;
    // equation 41; equation 27 for a new customer
    [[nodiscard]] double expected_purchases(double horizon, const History& history) const;
    [[nodiscard]] double expected_purchases(double horizon) const { return expected_purchases(horizon, {0, 0, 0}); }
    [[nodiscard]] double p_no_purchase(double horizon, const History& history) const;
    // note 012
    [[nodiscard]] double purchase_count_probability(std::int64_t n, double horizon) const;
    // Fader, Hardie, Lee 2005, equation 2: at a continuous rate of discount
    [[nodiscard]] double residual_transactions(double rate, const History& history) const;
    // The expected purchases of a customer who is alive.
    [[nodiscard]] double purchases_if_alive(double horizon, const History& history) const;

private:
    [[nodiscard]] double count_probability(double n, double horizon) const;
};

class ParetoNbdLikelihood {
public:
    static constexpr std::size_t parameters = 4, block = 8192;
    explicit ParetoNbdLikelihood(const PurchaseColumns& columns) noexcept;

    void at(const Point& values) noexcept;
    [[nodiscard]] std::size_t rows() const noexcept { return columns_.rows; }
    void add(std::size_t from, std::size_t to, LikelihoodSum& sum) const noexcept;

private:
    PurchaseColumns columns_;
    double *constant_ = nullptr, *by_r_ = nullptr;
    Point at_{};
};

}  // namespace customer_value::clv
