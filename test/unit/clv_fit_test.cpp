// Fits: gradients, what a change of rows or units does to them, boundaries, and what is too little.
#include "unit/clv.h"
#include "unit/interrupted.h"

#include <cmath>
#include <random>

namespace customer_value::test {
namespace {

using namespace clv;

double uniform(Random& random) { return (static_cast<double>(random() >> 11) + .5) / 9007199254740992.0; }

// Customers who buy at a rate ~ Gamma(r, alpha) and drop out after a purchase with probability p ~ Beta(a, b); in whole
// days, of which each counts once, or at any time.
struct Customers {
    std::vector<History> histories;
    Held<RepeatPurchases> rows;
};
Customers simulated(int customers, double r, double alpha, double a, double b, double days, std::uint64_t seed,
                    bool whole_days = true)
{
    Customers made;
    std::mt19937_64 engine(seed);
    std::gamma_distribution<double> rate(r, 1 / alpha), of_a(a > 0 ? a : 1, 1), of_b(b, 1);
    for (int i = 0; i < customers; ++i) {
        const double lambda = rate(engine), g = of_a(engine), p = a > 0 ? g / (g + of_b(engine)) : 0;
        const double age = std::floor(days * (.6 + .4 * uniform(engine)));
        std::int64_t x = 0;
        double last = 0;
        for (double at = 0;;) {
            at += -std::log(uniform(engine)) / lambda;
            if (!(at < age))
                break;
            if (const double day = whole_days ? std::ceil(at) : at; day > last) {
                last = day;
                ++x;
            }
            if (uniform(engine) < p)
                break;
        }
        made.histories.push_back({x, std::min(last, age), age});
        made.rows.add(x, std::min(last, age), age);
    }
    return made;
}

template <class Model, class Rows> void expect_gradient(const Rows& rows, const Point& parameters)
{
    const LikelihoodSum sum = likelihood_at<Model>(rows, parameters);
    for (std::size_t i = 0; i < Model::parameters; ++i) {
        Point more = parameters, less = parameters;
        const double step = parameters[i] * 1e-5;
        more[i] += step;
        less[i] -= step;
        const double slope =
            (likelihood_at<Model>(rows, more).value - likelihood_at<Model>(rows, less).value) / (2 * step);
        EXPECT_NEAR(sum.gradient[i] * parameters[i], slope * parameters[i],
                    1e-6 * (std::abs(slope * parameters[i]) + 1e-3 * std::abs(sum.value)))
            << "parameter " << i;
    }
}

TEST(Likelihood, has_the_gradient_that_differences_show)
{
    const Customers customers = simulated(300, .8, 20, .9, 2.5, 300, 3);
    for (const Point& point : {Point{.3, 10, .8, 2.4}, Point{2, 100, .05, .4}, Point{40, 3, 20, 50}}) {
        expect_gradient<BgNbd>(customers.rows, point);
        expect_gradient<MbgNbd>(customers.rows, point);
        expect_gradient<ParetoNbd>(customers.rows, point);
        expect_gradient<ParetoNbd>(customers.rows, {point[0], 20, point[2], 20});
    }
    Held<RepeatPurchases> opportunities;
    Held<RepeatSpend> spend;
    Held<Renewals> renewals;
    Random random(4);
    for (int i = 0; i < 200; ++i) {
        const std::int64_t n = between(random, 0, 12), recency = between(random, 0, static_cast<int>(n));
        const std::int64_t x = recency == 0 ? 0 : between(random, 1, static_cast<int>(recency));
        opportunities.add(x, double(recency), double(n));
        spend.add(std::int64_t{between(random, 1, 300)}, 1 + 90 * uniform(random));
        renewals.add(std::int64_t{between(random, 1, 60)}, std::int64_t{between(random, 0, 5)},
                     std::int64_t{between(random, 0, 5)});
    }
    for (const Point& point : {Point{1.2, .75, .66, 2.78}, Point{.05, 40, 3, .1}}) {
        expect_gradient<BgBb>(opportunities, point);
        expect_gradient<GammaGamma>(spend, {point[0] * 5, point[1] * 5, point[2] * 20, 1});
        expect_gradient<Sbg>(renewals, point);
    }
}

template <class Model> void expect_same(const Fitted& left, const Fitted& right, double tolerance)
{
    EXPECT_NEAR(left.log_likelihood, right.log_likelihood, tolerance * std::abs(right.log_likelihood));
    EXPECT_EQ(left.customers, right.customers);
    for (std::size_t i = 0; i < Model::parameters; ++i) {
        EXPECT_DIGITS(right.parameters[i], left.parameters[i], tolerance);
        EXPECT_DIGITS((*right.standard_errors)[i], (*left.standard_errors)[i], tolerance * 1e3);
    }
}

template <class Model> void expect_fit_laws()
{
    const Customers customers = simulated(4000, .5, 15, .7, 2.5, 250, 11);
    const Fitted fit = fitted<Model>(customers.rows);
    ASSERT_TRUE(fit.converged && !fit.at_boundary);
    // rows in another order, and merged from parts, are the same bits
    Held<RepeatPurchases> backwards, odd, even, weighted;
    for (std::size_t i = customers.histories.size(); i-- > 0;)
        backwards.add(customers.histories[i].frequency, customers.histories[i].recency, customers.histories[i].age);
    for (std::size_t i = 0; i < customers.histories.size(); ++i) {
        const History& row = customers.histories[i];
        (i % 2 == 0 ? even : odd).add(row.frequency, row.recency, row.age);
        weighted.add(row.frequency, row.recency, row.age, std::int64_t{3});
    }
    for (const auto& other : {fitted<Model>(backwards), fitted<Model>(merged(odd, even))}) {
        EXPECT_EQ(other.parameters, fit.parameters);
        EXPECT_EQ(other.log_likelihood, fit.log_likelihood);
        EXPECT_EQ(*other.standard_errors, *fit.standard_errors);
    }
    // each customer three times: the same parameters, errors smaller by the root of three
    const Fitted threefold = fitted<Model>(weighted);
    EXPECT_DIGITS(3 * fit.log_likelihood, threefold.log_likelihood, 1e-12);
    for (std::size_t i = 0; i < Model::parameters; ++i) {
        EXPECT_DIGITS(fit.parameters[i], threefold.parameters[i], 1e-8);
        EXPECT_DIGITS((*fit.standard_errors)[i] / std::sqrt(3.0), (*threefold.standard_errors)[i], 1e-5);
    }
    // in weeks: alpha (and beta) are, and the log-likelihood moves by the sum of x times ln 7
    Held<RepeatPurchases> weeks;
    double purchases = 0;
    for (const History& row : customers.histories) {
        weeks.add(row.frequency, row.recency / 7, row.age / 7);
        purchases += static_cast<double>(row.frequency);
    }
    const Fitted weekly = fitted<Model>(weeks);
    EXPECT_NEAR(weekly.log_likelihood, fit.log_likelihood + purchases * std::log(7.0), 1e-7);
    const Point unit = std::is_same_v<Model, ParetoNbd> ? Point{1, 7, 1, 7} : Point{1, 7, 1, 1};
    for (std::size_t i = 0; i < Model::parameters; ++i)
        EXPECT_DIGITS(fit.parameters[i] / unit[i], weekly.parameters[i], 1e-7);
}

TEST(Fit, of_bg_nbd_keeps_its_laws) { expect_fit_laws<BgNbd>(); }
TEST(Fit, of_mbg_nbd_keeps_its_laws) { expect_fit_laws<MbgNbd>(); }
TEST(Fit, of_pareto_nbd_keeps_its_laws) { expect_fit_laws<ParetoNbd>(); }

TEST(Fit, finds_what_was_simulated_within_its_errors)
{
    const Fitted fit = fitted<BgNbd>(simulated(60000, .6, 12, .8, 2.5, 300, 5, false).rows);
    const Point truth{.6, 12, .8, 2.5};
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_NEAR(fit.parameters[i], truth[i], 4 * (*fit.standard_errors)[i]) << i;
}

// raw: as the sum over customers, without a table of distinct rows
TEST(Fit, of_the_compressed_rows_is_that_of_the_raw_ones)
{
    const Customers customers = simulated(500, .5, 15, .7, 2.5, 60, 12);
    EXPECT_LT(customers.rows->size(), 450u);
    const Fitted fit = fitted<BgNbd>(customers.rows);
    double raw = 0;
    for (const History& row : customers.histories) {
        Held<RepeatPurchases> one;
        one.add(row.frequency, row.recency, row.age);
        raw += likelihood_at<BgNbd>(one, fit.parameters).value;
    }
    EXPECT_NEAR(fit.log_likelihood, raw, 1e-8);
}

TEST(Fit, without_dropout_falls_back_to_the_model_without_and_says_so)
{
    const Customers loyal = simulated(1500, 2, 20, 0, 1, 200, 8);
    const auto expect_fallback = [](const Fitted& fit, const Fitted& baseline) {
        EXPECT_TRUE(fit.at_boundary);
        EXPECT_TRUE(fit.without_dropout);
        EXPECT_TRUE(fit.converged);
        EXPECT_EQ(fit.parameters[2], 0);
        EXPECT_FALSE(fit.known[3]);
        EXPECT_EQ(fit.log_likelihood, baseline.log_likelihood);
        EXPECT_EQ(fit.parameters[0], baseline.parameters[0]);
    };
    // who never drops out is silent at the end for as long as between purchases; here nobody is silent at all
    Held<RepeatPurchases> lively;
    for (const History& row : loyal.histories)
        lively.add(row.frequency, row.frequency == 0 ? 0 : row.age, row.age);
    const Fitting<BgNbd> bg(lively);
    expect_fallback(bg.result(), bg.baseline());
    const Fitting<MbgNbd> mbg(lively);
    expect_fallback(mbg.result(), mbg.baseline());
    const Fitting<ParetoNbd> pareto(lively);
    expect_fallback(pareto.result(), pareto.baseline());
    Held<RepeatPurchases> yearly;
    for (const std::int64_t x : {1, 2, 3, 4, 5})
        yearly.add(x, 5.0, 5.0, 10 * x);
    yearly.add(std::int64_t{0}, 0.0, 5.0, std::int64_t{3});
    const Fitting<BgBb> bg_bb(yearly);
    expect_fallback(bg_bb.result(), bg_bb.baseline());
    const BgNbd model{bg.result().parameters[0], bg.result().parameters[1], 0, 1};
    EXPECT_EQ(model.p_alive({3, 10, 100}), 1);
    EXPECT_EQ(model.p_alive_at(50, {3, 10, 100}), 1);
    EXPECT_DIGITS((model.r + 3) / (model.alpha + 100) * 7, model.expected_purchases(7, {3, 10, 100}), 1e-14);
}

// all buy at one rate: r and alpha go to infinity together
TEST(Fit, of_customers_who_are_all_alike_is_at_the_boundary)
{
    Held<RepeatPurchases> alike;
    for (int i = 0; i < 30; ++i)
        alike.add(std::int64_t{20}, 100.0, 101.0);
    for (const Fitted& fit : {fitted<BgNbd>(alike), fitted<MbgNbd>(alike), fitted<ParetoNbd>(alike)}) {
        EXPECT_TRUE(fit.at_boundary);
        EXPECT_TRUE(fit.converged) << fit.gradient;
        EXPECT_FALSE(fit.standard_errors);
        EXPECT_TRUE(std::isfinite(fit.log_likelihood));
        EXPECT_TRUE(fit.parameters[0] > 0 && fit.parameters[1] > 0);
    }
    Held<Renewals> same;
    for (const std::int64_t period : {1, 2, 3, 4, 5, 6})
        same.add(period, std::int64_t{1} << (10 - period), period == 6 ? std::int64_t{16} : std::int64_t{0});
    const Fitted renewal = fitted<Sbg>(same);
    EXPECT_TRUE(renewal.at_boundary);
    EXPECT_DIGITS(.5, renewal.parameters[0] / (renewal.parameters[0] + renewal.parameters[1]), 1e-3);
    Held<RepeatSpend> steady;
    for (int i = 0; i < 50; ++i)
        steady.add(std::int64_t{4}, 10 + i % 2 * 1e-9);
    EXPECT_TRUE(fitted<GammaGamma>(steady).at_boundary);
}

// any rows end in a fit or in a reason
TEST(Fit, of_odd_rows_is_finite_and_ends)
{
    Random random(77);
    for (int round = 0; round < 60; ++round) {
        Held<RepeatPurchases> rows;
        Held<RepeatSpend> spend;
        Held<Renewals> renewals;
        for (int customers = between(random, 1, 12); customers > 0; --customers) {
            const auto x = static_cast<std::int64_t>(random() % 3 == 0 ? 0 : std::pow(10, 4 * uniform(random)));
            const double age = std::pow(10, 12 * uniform(random) - 4);
            rows.add(x, x == 0 ? 0 : age * (random() % 4 == 0 ? 1 : uniform(random)), age,
                     std::int64_t{between(random, 1, 1000)});
            spend.add(x, std::pow(10, 20 * uniform(random) - 8));
            renewals.add(std::int64_t{between(random, 1, 400)}, std::int64_t{between(random, 0, 3)},
                         std::int64_t{between(random, 0, 1)});
        }
        const auto expect_sound = [](const Fitted& fit) {
            EXPECT_TRUE(std::isfinite(fit.log_likelihood)) << fit.log_likelihood;
            for (std::size_t i = 0; i < fit.count; ++i)
                EXPECT_TRUE(std::isfinite(fit.parameters[i]) && fit.parameters[i] >= 0) << fit.parameters[i];
            EXPECT_TRUE(fit.converged || fit.gradient > 0);
            const Point errors = fit.standard_errors.value_or(Point{});
            EXPECT_TRUE(std::ranges::all_of(errors, [](double error) { return error >= 0 && std::isfinite(error); }));
        };
        const auto try_fit = [&](auto fit) {
            const auto error = error_of([&] { expect_sound(fit()); });
            EXPECT_TRUE(!error || *error == ErrorCode::invalid_parameter);
        };
        try_fit([&] { return fitted<BgNbd>(rows); });
        try_fit([&] { return fitted<MbgNbd>(rows); });
        try_fit([&] { return fitted<ParetoNbd>(rows); });
        if (spend->size() > 0)
            try_fit([&] { return fitted<GammaGamma>(spend); });
        if (renewals->size() > 0)
            try_fit([&] { return fitted<Sbg>(renewals); });
    }
}

// whatever digits are lost on the way to infinity, the fit ends, and says that it is at the boundary
TEST(Fit, of_spends_that_the_model_cannot_have_is_at_the_boundary_or_converges)
{
    Random random(31);
    for (int round = 0; round < 40; ++round) {
        Held<RepeatSpend> spend;
        for (int customers = 0; customers < 80;
             ++customers)  // spends that vary in their own way: less, or more, than the model allows
            spend.add(std::int64_t{between(random, 1, 12)},
                      round % 2 == 0 ? 30 + 3 * uniform(random) : 30 / uniform(random));
        const Fitted fit = fitted<GammaGamma>(spend);
        EXPECT_TRUE(fit.converged || fit.at_boundary) << fit.gradient;
        EXPECT_LT(fit.gradient, 1e-3);
    }
}

TEST(Fit, of_too_little_says_what_is_missing)
{
    Held<RepeatPurchases> once;
    once.add(std::int64_t{0}, 0.0, 10.0, std::int64_t{40});
    EXPECT_ERROR(invalid_parameter, fitted<BgNbd>(once));
    EXPECT_ERROR(invalid_parameter, fitted<MbgNbd>(once));
    EXPECT_ERROR(invalid_parameter, fitted<ParetoNbd>(once));
    EXPECT_ERROR(invalid_parameter, fitted<BgBb>(once));
    Held<RepeatPurchases> fractions;
    fractions.add(std::int64_t{1}, 1.5, 10.0);
    EXPECT_ERROR(invalid_parameter, fitted<BgBb>(fractions));
    Held<RepeatPurchases> many;
    many.add(std::int64_t{1}, 1.0, 10001.0);
    EXPECT_ERROR(out_of_range, fitted<BgBb>(many));
    Held<RepeatSpend> same;
    same.add(std::int64_t{1}, 5.0)
        .add(std::int64_t{7}, 5.0)
        .add(std::int64_t{0}, 9.0)
        .add(std::int64_t{2}, 0.0)
        .add(std::int64_t{2}, -4.0);
    EXPECT_EQ(same->size(), 2u);
    EXPECT_ERROR(invalid_parameter, fitted<GammaGamma>(same));
    Held<Renewals> stayed, once_only;
    stayed.add(std::int64_t{5}, std::int64_t{0}, std::int64_t{9});
    EXPECT_ERROR(invalid_parameter, fitted<Sbg>(stayed));
    once_only.add(std::int64_t{1}, std::int64_t{4}, std::int64_t{9});
    EXPECT_ERROR(invalid_parameter, fitted<Sbg>(once_only));
}

TEST(Fit, stops_when_interrupted)
{
    const Customers customers = simulated(100, .5, 15, .7, 2.5, 4000, 13);
    Held<RepeatSpend> spend;
    spend.add(std::int64_t{1}, 3.0).add(std::int64_t{2}, 4.5).add(std::int64_t{2}, 2.0);
    Held<Renewals> renewals;
    renewals.add(std::int64_t{1}, std::int64_t{3}, std::int64_t{9})
        .add(std::int64_t{2}, std::int64_t{1}, std::int64_t{6});
    expect_stops([&] { (void)fitted<BgNbd>(customers.rows); });
    expect_stops([&] { (void)fitted<ParetoNbd>(customers.rows); });
    expect_stops([&] { (void)fitted<GammaGamma>(spend); });
    expect_stops([&] { (void)fitted<Sbg>(renewals); });
}

}  // namespace
}  // namespace customer_value::test
