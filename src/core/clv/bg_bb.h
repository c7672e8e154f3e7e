// BG/BB: at each of a number of opportunities (years, meetings) a customer who is still there buys with probability p ~
// Beta(alpha, beta), and before each drops out for ever with probability theta ~ Beta(gamma, delta). Source: P. Fader,
// B. Hardie, J. Shang, "Customer-base analysis in a discrete-time noncontractual setting", Marketing Science 29 (2010)
// 1086-1108 (equations named below). Its quotients of beta functions are finite sums here, which have no pole at gamma
// = 1.
#pragma once

#include "core/clv/likelihood.h"
#include "core/clv/rows.h"

namespace customer_value::clv {

inline constexpr std::int64_t most_opportunities = 10'000;

// x = frequency, t_x = recency (the opportunity of the last purchase, from 1), n = opportunities.
struct Opportunities {
    std::int64_t frequency, recency, opportunities;
};
// Throws out_of_range unless 0 <= frequency <= recency <= opportunities, and recency is 0 exactly where frequency is.
void check(const Opportunities& history);
// The same of a row whose times are opportunities; throws invalid_parameter where they are not whole numbers.
[[nodiscard]] Opportunities opportunities_of(const PurchaseRow& row);

// gamma = 0: nobody drops out, and delta says nothing.
struct BgBb {
    static constexpr std::size_t parameters = 4;
    double alpha, beta, gamma, delta;

    [[nodiscard]] bool has_dropout() const noexcept { return gamma > 0; }
    [[nodiscard]] double p_alive(const Opportunities& history) const { return p_alive_at(0, history); }
    // equation A10: there at opportunity n + horizon
    [[nodiscard]] double p_alive_at(std::int64_t horizon, const Opportunities& history) const;
    // equation 13; for a new customer the expected purchases at the first opportunities
    [[nodiscard]] double expected_purchases(std::int64_t horizon, const Opportunities& history) const;
    [[nodiscard]] double expected_purchases(std::int64_t horizon) const
    {
        return expected_purchases(horizon, {0, 0, 0});
    }
    [[nodiscard]] double p_no_purchase(std::int64_t horizon, const Opportunities& history) const;
    // equation 8
    [[nodiscard]] double purchase_count_probability(std::int64_t n, std::int64_t horizon) const;
    // equation 14: discounted by (1 + discount) for each opportunity
    [[nodiscard]] double residual_transactions(double discount, const Opportunities& history) const;

    // Having survived n opportunities, the probability to survive j more.
    [[nodiscard]] double survival(double n, double j) const noexcept;
    // ln of a row's likelihood, split into that of a customer who is still there and of one who dropped out before.
    struct Terms {
        double log_alive, log_gone;
    };
    [[nodiscard]] Terms terms(const Opportunities& history) const noexcept;
};

class BgBbLikelihood {
public:
    static constexpr std::size_t parameters = 4, block = 64;
    explicit BgBbLikelihood(const RepeatPurchases& rows) noexcept : rows_(&rows) {}

    void at(const Point& values) noexcept { model_ = {values[0], values[1], values[2], values[3]}; }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_->size(); }
    void add(std::size_t from, std::size_t to, LikelihoodSum& sum) const;

private:
    const RepeatPurchases* rows_ = nullptr;
    BgBb model_{};
};

// The beta-binomial: nobody drops out. Parameters alpha, beta.
class BetaBinomialLikelihood {
public:
    static constexpr std::size_t parameters = 2, block = 4096;
    explicit BetaBinomialLikelihood(const RepeatPurchases& rows) noexcept : rows_(&rows) {}

    void at(const Point& values) noexcept { alpha_ = values[0], beta_ = values[1]; }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_->size(); }
    void add(std::size_t from, std::size_t to, LikelihoodSum& sum) const;

private:
    const RepeatPurchases* rows_ = nullptr;
    double alpha_ = 0, beta_ = 0;
};

}  // namespace customer_value::clv
