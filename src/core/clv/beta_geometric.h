// BG/NBD and MBG/NBD: customers buy at a rate lambda ~ Gamma(r, rate alpha), and after a purchase drop out for ever
// with a probability p ~ Beta(a, b).
//
// Sources. BG/NBD: P. Fader, B. Hardie, K. Lee, "Counting your customers" the easy way, Marketing Science 24 (2005)
// 275-284 (equations named below), and Hardie's notes 021 and 027. MBG/NBD, where a customer may drop out after the
// first purchase already: E. Batislam, M. Denizel, A. Filiztekin, International Journal of Research in Marketing 24
// (2007) 201-209; U. Wagner, D. Hoppe, Marketing Science 27 (2008), erratum.
//
// What lies ahead is written as sums over the count N of purchases that a customer without dropout would make, a
// negative binomial: sum of P(N > j) E[(1-p)^j]. It equals the papers' Gauss hypergeometric functions, has positive
// terms only, and neither cancels nor has a pole at a = 1.
#pragma once

#include "core/clv/columns.h"
#include "core/clv/likelihood.h"

namespace customer_value::clv {

// When a customer may drop out: after a repeat purchase (BG/NBD), or after any (MBG/NBD).
enum class Dropout { after_repeat, after_any };

// Purchases over `time` (in units of the rate's scale) of a customer whose rate has this shape, and who drops out with
// probability ~ Beta(a, b) after each of them.
struct Prospect {
    double shape, time, a, b;

    [[nodiscard]] double purchases() const;  // expected number of purchases
    [[nodiscard]] double survival() const;   // probability of being there at the end
};

// a = 0: nobody drops out (NBD), and b says nothing.
template <Dropout dropout> struct BetaGeometric {
    static constexpr std::size_t parameters = 4;
    double r, alpha, a, b;

    [[nodiscard]] bool has_dropout() const noexcept { return a > 0; }
    // note 021, equation 3
    [[nodiscard]] double p_alive(const History& history) const;
    [[nodiscard]] double p_alive_at(double horizon, const History& history) const;
    // equation 10; equation 9 for a new customer
    [[nodiscard]] double expected_purchases(double horizon, const History& history) const;
    [[nodiscard]] double expected_purchases(double horizon) const;
    [[nodiscard]] double p_no_purchase(double horizon, const History& history) const;
    // equation 8
    [[nodiscard]] double purchase_count_probability(std::int64_t n, double horizon) const;
    // Discounted at a continuous rate over all the time to come: integral of e^(-rate u) dE[X(u)].
    [[nodiscard]] double residual_transactions(double rate, const History& history) const;
    // The expected purchases of a customer who is alive.
    [[nodiscard]] double purchases_if_alive(double horizon, const History& history) const
    {
        return prospect(horizon, history).purchases();
    }

private:
    static constexpr double first =
        dropout == Dropout::after_any ? 1 : 0;  // purchases before the repeats that may end it
    [[nodiscard]] Prospect prospect(double horizon, const History& history) const noexcept;
    // ln of the odds of having dropped out after the last purchase
    [[nodiscard]] double log_odds_gone(const History& history) const noexcept;
};

using BgNbd = BetaGeometric<Dropout::after_repeat>;
using MbgNbd = BetaGeometric<Dropout::after_any>;

// Section 7 of the paper and note 027: A1 + A2 + ln(e^A3 + e^A4).
template <Dropout dropout> class BetaGeometricLikelihood {
public:
    static constexpr std::size_t parameters = 4, block = 65536;
    explicit BetaGeometricLikelihood(const PurchaseColumns& columns) noexcept;

    void at(const Point& values) noexcept;
    [[nodiscard]] std::size_t rows() const noexcept { return columns_.rows; }
    void add(std::size_t from, std::size_t to, LikelihoodSum& sum) const noexcept;

private:
    // of a frequency
    struct Caches {
        double *constant, *log_dropout, *inverse, *by_r, *by_a,
            *by_b;  // A1 + A2, A4 but for its power, 1/(b+x-1), derivatives
        double *log_age, *inverse_age, *log_recency,
            *inverse_recency;  // of 1 + T / alpha, 1 + t_x / alpha; 1 / (alpha + T), 1 / (alpha + t_x)
    };
    PurchaseColumns columns_;
    Caches caches_{};
    Point at_{};
};

// The negative binomial: nobody drops out. Parameters r, alpha.
class NbdLikelihood {
public:
    static constexpr std::size_t parameters = 2, block = 65536;
    explicit NbdLikelihood(const PurchaseColumns& columns) noexcept;

    void at(const Point& values) noexcept;
    [[nodiscard]] std::size_t rows() const noexcept { return columns_.rows; }
    void add(std::size_t from, std::size_t to, LikelihoodSum& sum) const noexcept;

private:
    PurchaseColumns columns_;
    double *constant_ = nullptr, *by_r_ = nullptr, *log_age_ = nullptr, *inverse_age_ = nullptr;
    Point at_{};
};

}  // namespace customer_value::clv
