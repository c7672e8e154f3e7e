// sBG: customers of a contract do not renew it with a probability theta ~ Beta(alpha, beta), each period anew.
// Sources: P. Fader, B. Hardie, "How to project customer retention", Journal of Interactive Marketing 21 (2007) 76-90;
// discounted lifetimes: "Customer-base valuation in a contractual setting", Marketing Science 29 (2010) 85-93,
// equations 5 and 6.
#pragma once

#include "core/clv/likelihood.h"
#include "core/clv/rows.h"

namespace customer_value::clv {

struct Sbg {
    static constexpr std::size_t parameters = 2;
    double alpha, beta;

    // The probability that a customer who was there after `age` periods is there after `horizon` more: S(age + horizon)
    // / S(age).
    [[nodiscard]] double survival(double horizon, double age) const noexcept;
    // The share of those there after `age` periods who renew once more.
    [[nodiscard]] double retention(double age) const noexcept { return (beta + age) / (alpha + beta + age); }
    // The expected number of periods to come, the one that now begins among them at once and in full, the k-th after it
    // discounted by (1 + discount)^k; for a customer who was there after `age` periods and is about to renew (or a new
    // one, age 0, who has just begun and pays for sure).
    [[nodiscard]] double expected_lifetime(double discount) const;
    [[nodiscard]] double residual_lifetime(double discount, double age) const;
};

class SbgLikelihood {
public:
    static constexpr std::size_t parameters = 2, block = 4096;
    explicit SbgLikelihood(const Renewals& rows) noexcept : rows_(&rows) {}

    void at(const Point& values) noexcept { model_ = {values[0], values[1]}; }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_->size(); }
    void add(std::size_t from, std::size_t to, LikelihoodSum& sum) const noexcept;

private:
    const Renewals* rows_ = nullptr;
    Sbg model_{};
};

}  // namespace customer_value::clv
