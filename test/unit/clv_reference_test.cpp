// Published figures and exact optima, on the data of test/reference.
#include "unit/clv.h"
#include "unit/reference.h"

#include <cmath>

namespace customer_value::test {
namespace {

using namespace clv;

constexpr double fixed = 1e-8;    // of a function at given parameters, relative
constexpr double optimum = 1e-6;  // of a log-likelihood, absolute
constexpr double found = 1e-5;    // of a fitted parameter, relative

void expect_fit(const Fitted& fit, double log_likelihood, const std::vector<double>& parameters)
{
    EXPECT_NEAR(fit.log_likelihood, log_likelihood, optimum);
    ASSERT_EQ(fit.count, parameters.size());
    for (std::size_t i = 0; i < parameters.size(); ++i)
        EXPECT_DIGITS(parameters[i], fit.parameters[i], found) << " of parameter " << i;
    EXPECT_TRUE(fit.converged);
    EXPECT_FALSE(fit.at_boundary);
}

// The 2,357 customers of the CDNOW sample, in weeks.
struct Cdnow {
    Held<RepeatPurchases> purchases;
    Held<RepeatSpend> spend;
};
Cdnow cdnow_exact()
{
    Cdnow cdnow;
    for (const auto& row : reference("cdnow_sample.csv")) {
        const auto x = static_cast<std::int64_t>(row[1]);
        cdnow.purchases.add(x, row[2] / 7, row[3] / 7);
        cdnow.spend.add(x, x == 0 ? 0 : row[4] / row[1]);
    }
    return cdnow;
}

// The same as the spreadsheet of Fader and Hardie has it: weeks and dollars with two decimals.
Cdnow cdnow_rounded()
{
    const auto hundredths = [](double dividend, double divisor) {
        return std::floor(100 * dividend / divisor + .5 + 1e-9) / 100;
    };
    Cdnow cdnow;
    for (const auto& row : reference("cdnow_sample.csv")) {
        const auto x = static_cast<std::int64_t>(row[1]);
        cdnow.purchases.add(x, hundredths(row[2], 7), hundredths(row[3], 7));
        cdnow.spend.add(x, x == 0 ? 0 : hundredths(row[4], row[1]));
    }
    return cdnow;
}

TEST(Cdnow, summary_with_two_decimals_is_fitted_as_published)
{
    const Cdnow cdnow = cdnow_rounded();
    EXPECT_EQ(cdnow.purchases->customers(), 2357);
    expect_fit(fitted<BgNbd>(cdnow.purchases), -9582.42556057, {.2425929072, 4.4135315612, .7928861481, 2.4257534365});
    expect_fit(fitted<ParetoNbd>(cdnow.purchases), -9594.97392983,
               {.5532755087, 10.5776122387, .6062135687, 11.6679112379});
    expect_fit(fitted<MbgNbd>(cdnow.purchases), -9582.13268490, {.5248379837, 6.1829920197, .8913561553, 1.6139993347});
    expect_fit(fitted<GammaGamma>(cdnow.spend), -4055.92324350, {6.2488024897, 3.7445884533, 15.4477480095});
    EXPECT_EQ(fitted<GammaGamma>(cdnow.spend).customers, 946);
}

TEST(Cdnow, exact_days_are_fitted_as_computed)
{
    const Cdnow cdnow = cdnow_exact();
    EXPECT_EQ(cdnow.purchases->customers(), 2357);
    const Fitting<BgNbd> bg(cdnow.purchases);
    expect_fit(bg.result(), -9582.42920667, {.2425945224, 4.4136020190, .7929220172, 2.4259067768});
    expect_fit(bg.baseline(), -9763.65761467, {.3847661, 12.0720218});
    const Fitted pareto = fitted<ParetoNbd>(cdnow.purchases);
    expect_fit(pareto, -9594.97617894, {.5532770469, 10.5776834633, .6062399891, 11.6687352889});
    expect_fit(fitted<MbgNbd>(cdnow.purchases), -9582.13571555, {.5248431591, 6.1830852796, .8913593907, 1.6140022402});
    expect_fit(fitted<GammaGamma>(cdnow.spend), -4055.91769480, {6.2495722713, 3.7442246671, 15.4435209626});
    const Point bg_errors{.01255738, .37822406, .18573382, .70541426},
        pareto_errors{.04762793, .84272253, .18728134, 6.21111359};
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_DIGITS(bg_errors[i], (*bg.result().standard_errors)[i], 1e-6);
        EXPECT_DIGITS(pareto_errors[i], (*pareto.standard_errors)[i], 1e-6);
    }
}

TEST(Cdnow, log_likelihood_at_given_parameters)
{
    const Cdnow cdnow = cdnow_rounded();
    EXPECT_NEAR(likelihood_at<BgNbd>(cdnow.purchases, {.2425929072, 4.4135315612, .7928861481, 2.4257534365}).value,
                -9582.42556057, 1e-8);
    EXPECT_NEAR(
        likelihood_at<ParetoNbd>(cdnow.purchases, {.5532755087, 10.5776122387, .6062135687, 11.6679112379}).value,
        -9594.97392983, 1e-8);
    EXPECT_NEAR(likelihood_at<MbgNbd>(cdnow.purchases, {.5248379837, 6.1829920197, .8913561553, 1.6139993347}).value,
                -9582.13268490, 1e-8);
    EXPECT_NEAR(likelihood_at<GammaGamma>(cdnow.spend, {6.2488024897, 3.7445884533, 15.4477480095, 1}).value,
                -4055.92324350, 1e-8);
}

TEST(BgNbd, figures_of_the_paper)
{
    const BgNbd model{.243, 4.414, .793, 2.426};
    EXPECT_NEAR(model.p_alive({2, 30.43, 38.86}), .726579, 5e-7);
    EXPECT_NEAR(model.expected_purchases(39, {2, 30.43, 38.86}), 1.226028, 5e-7);
    EXPECT_EQ(model.p_alive({0, 0, 38.86}), 1);
    EXPECT_NEAR(model.expected_purchases(39, {0, 0, 38.86}), .195098, 5e-7);
    EXPECT_DIGITS(.3915692071, model.expected_purchases(2, {10, 35, 39}), 1e-9);
    EXPECT_DIGITS(1.07868964e-07, model.purchase_count_probability(10, 2), fixed);
    EXPECT_DIGITS(.5737863521, model.purchase_count_probability(0, 39), 1e-9);
    EXPECT_DIGITS(5.15637983, model.residual_transactions(.0027, {2, 30.43, 38.86}), fixed);
    const BgNbd fit{.2425945224, 4.4136020190, .7929220172, 2.4259067768};
    const std::vector<std::pair<double, double>> new_customer{
        {.1429, .0078}, {1, .0532}, {3, .1506}, {31.8571, 1.0405}, {32, 1.0437}};
    for (const auto& [horizon, purchases] : new_customer)
        EXPECT_NEAR(fit.expected_purchases(horizon), purchases, 5e-5) << horizon;
    // packages print 1.8576 at their own optimum; this is equation 9 at this one, with 30 digits
    EXPECT_DIGITS(1.8579583899401557, fit.expected_purchases(78), 1e-12);
    EXPECT_NEAR(fit.expected_purchases(78), 1.8576, 5e-4);
}

TEST(ParetoNbd, figures_of_the_papers)
{
    const ParetoNbd model{.55, 10.56, .61, 11.64};
    const std::array expected{.05077821, .09916088, .14542507, .18979930, .23247466};
    for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_NEAR(model.expected_purchases(static_cast<double>(i + 1)), expected[i], 5e-9);
    EXPECT_DIGITS(.5959380696, model.purchase_count_probability(0, 39), 1e-9);
    EXPECT_DIGITS(1.864183328,
                  (ParetoNbd{.5629966, 12.5590370, .4081095, 10.5148048}.residual_transactions(.0027, {7, 35, 77.86})),
                  1e-9);
}

TEST(GammaGamma, figures_of_the_note)
{
    const GammaGamma model{6.25, 3.74, 15.44};
    EXPECT_NEAR(*model.expected_value(2, 22.35), 24.663714, 5e-7);
    EXPECT_NEAR(*model.expected_value(0, 0), 35.218978, 5e-7);
    EXPECT_EQ(model.expected_value(0, 99), model.population_mean());
    EXPECT_EQ((GammaGamma{.3, .5, 1}.population_mean()), std::nullopt);
    EXPECT_EQ((GammaGamma{.3, .5, 1}.expected_value(1, 2)), std::nullopt);
    EXPECT_DIGITS(.3 * 5 / .1, *(GammaGamma{.3, .5, 1}.expected_value(2, 2)), 1e-12);
}

// 11,104 donors and six opportunities
Held<RepeatPurchases> donations()
{
    Held<RepeatPurchases> rows;
    for (const auto& row : reference("donations.csv"))
        rows.add(static_cast<std::int64_t>(row[0]), row[1], row[2], static_cast<std::int64_t>(row[3]));
    return rows;
}

TEST(BgBb, donations_are_fitted_and_forecast_as_published)
{
    const auto donors = donations();
    const Fitted fit = fitted<BgBb>(donors);
    expect_fit(fit, -33225.58127435, {1.2035223516, .7497163582, .6567182084, 2.7834422326});
    EXPECT_EQ(fit.customers, 11104);
    const BgBb model{fit.parameters[0], fit.parameters[1], fit.parameters[2], fit.parameters[3]};
    double holdout = 0;
    for (const auto& entry : donors->rows())
        holdout += static_cast<double>(entry.customers) * model.expected_purchases(5, opportunities_of(entry.row));
    EXPECT_NEAR(holdout, 12884.2, .05);
    // packages print 3.179805 at their own optimum; this is the sum at this one
    EXPECT_DIGITS(3.1798290282148685,
                  (BgBb{1.2035223516, .7497163582, .6567182084, 2.7834422326}.expected_purchases(10)), 1e-12);
    EXPECT_NEAR(model.expected_purchases(10), 3.179805, 5e-5);
}

// A column of contracts.csv: of 1000 customers, those left after each year
std::vector<std::int64_t> contracts(std::size_t segment)
{
    std::vector<std::int64_t> left;
    for (const auto& row : reference("contracts.csv"))
        left.push_back(std::llround(10 * row[segment]));
    return left;
}

// The first seven years of contracts
Held<Renewals> seven_years(const std::vector<std::int64_t>& left)
{
    constexpr std::size_t years = 7;
    Held<Renewals> rows;
    for (std::size_t year = 1; year <= years; ++year)
        rows.add(static_cast<std::int64_t>(year), left[year - 1] - left[year], year == years ? left[year] : 0);
    return rows;
}

TEST(Sbg, both_segments_are_fitted_and_projected_as_published)
{
    const Fitted high_end = fitted<Sbg>(seven_years(contracts(1)));
    expect_fit(high_end, -1611.15814739, {.6680883511, 3.8060949641});
    expect_fit(fitted<Sbg>(seven_years(contracts(2))), -1680.26518846, {.7040772985, 1.1820430262});
    const Sbg model{high_end.parameters[0], high_end.parameters[1]};
    const std::array survival{.460, .436, .414, .395, .378};
    for (std::size_t i = 0; i < survival.size(); ++i)
        EXPECT_NEAR(model.survival(static_cast<double>(8 + i), 0), survival[i], 5e-4);
    double product = 1;
    for (double age = 0; age < 8; ++age)
        product *= model.retention(age);
    EXPECT_DIGITS(product, model.survival(8, 0), 1e-13);
}

// sums of what the papers have as hypergeometric functions
TEST(Sbg, discounted_lifetimes_are_the_sums_that_they_stand_for)
{
    for (const Sbg& model : {Sbg{.668, 3.806}, Sbg{.704, 1.182}, Sbg{.05, .01}, Sbg{300, 2000}, Sbg{1, 1}})
        for (const double discount : {.01, .1, 1.0})
            for (const double age : {0.0, 1.0, 7.0}) {
                double fresh = 0, residual = 0;
                for (double k = 0; k < 5000; ++k) {
                    fresh += model.survival(k, 0) * std::pow(1 + discount, -k);
                    residual += model.survival(k + 1, age) * std::pow(1 + discount, -k);
                }
                EXPECT_DIGITS(fresh, model.expected_lifetime(discount), 1e-9);
                EXPECT_DIGITS(residual, model.residual_lifetime(discount, age), 1e-9)
                    << model.alpha << ' ' << model.beta << ' ' << discount << ' ' << age;
            }
}

}  // namespace
}  // namespace customer_value::test
