// The functions of the models against integrals and series in 50 digits, for up to 3000 purchases and parameters from
// .008 to 2000.
#include "core/clv/special.h"
#include "unit/clv.h"
#include "unit/reference.h"

#include <boost/math/quadrature/gauss.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>

namespace customer_value::test {
namespace {

using namespace clv;
using Digits = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<50>, boost::multiprecision::et_off>;

Digits log_rising_exact(const Digits& z, int n)
{
    Digits sum = 0, product = 1;
    for (int i = 0; i < n; ++i) {
        product *= z + i;
        if (i % 50 == 49) {
            sum += log(product);
            product = 1;
        }
    }
    return sum + log(product);
}

// A row of clv_stress.csv: parameters of all sizes, few and many purchases, long and short silence, and what the models
// make of it.
struct Stress {
    Point parameters;
    History history;
    double horizon;
    std::array<double, 6> figures{};  // p_alive and expected_purchases of BG/NBD, MBG/NBD, Pareto/NBD
};
std::vector<Stress> stress_points()
{
    std::vector<Stress> points;
    for (const auto& row : reference("clv_stress.csv")) {
        Stress point{{row[0], row[1], row[2], row[3]}, {static_cast<std::int64_t>(row[4]), row[5], row[6]}, row[7], {}};
        std::copy_n(row.begin() + 8, point.figures.size(), point.figures.begin());
        points.push_back(point);
    }
    return points;
}
std::string shown_point(const Stress& point)
{
    std::ostringstream text;
    for (const double parameter : point.parameters)
        text << parameter << ' ';
    text << "x " << point.history.frequency << " t_x " << point.history.recency << " T " << point.history.age << " t "
         << point.horizon;
    return text.str();
}

void expect_close(double actual, const Digits& expected, double tolerance, const char* what)
{
    const auto rounded = static_cast<double>(expected);
    EXPECT_TRUE(std::isfinite(actual)) << what;
    // what vanishes may vanish
    EXPECT_LE(std::abs(actual - rounded), tolerance * std::abs(rounded) + 1e-300)
        << what << ": expected " << rounded << ", not " << actual;
}

// That the table has what 50 digits have
void expect_tabled(double figure, const Digits& exact, const char* what)
{
    const auto rounded = static_cast<double>(exact);
    EXPECT_NEAR(figure, rounded, 1e-14 * std::abs(rounded) + 1e-300) << what << " in clv_stress.csv";
}

// Gauss's series in 50 digits; all terms are positive.
Digits gauss_series(const Digits& a, const Digits& b, const Digits& c, const Digits& z)
{
    Digits term = 1, sum = 1;
    for (int n = 0; n < 2'000'000; ++n) {
        term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z;
        sum += term;
        if (term < sum * Digits("1e-45") && (a + n) * (b + n) * z < (c + n) * (n + 1))
            break;
    }
    return sum;
}

// Equation 10 as printed, a little beside its pole at a = 1.
Digits purchases_if_alive_exact(const Point& parameters, const History& history, double horizon, int first)
{
    const Digits r = parameters[0], alpha = parameters[1], b = Digits(parameters[3]) + first + history.frequency;
    const Digits a = parameters[2] == 1 ? Digits(1) + Digits("1e-20") : Digits(parameters[2]);
    const Digits shape = r + history.frequency, time = alpha + history.age;
    return (a + b - 1) / (a - 1) *
           (1 - pow(time / (time + horizon), shape) * gauss_series(shape, b, a + b - 1, horizon / (time + horizon)));
}

Digits p_alive_exact(const Point& parameters, const History& history, int first)
{
    const Digits r = parameters[0], alpha = parameters[1], a = parameters[2], b = parameters[3];
    const int x = static_cast<int>(history.frequency);
    if (x + first == 0)
        return 1;
    return 1 / (1 + a / (b + (x + first - 1)) * pow((alpha + history.age) / (alpha + history.recency), r + x));
}

// `first`: 0 where customers cannot drop out after the first purchase, else 1; `figures`: where the model's are in the
// table
template <class Model> void expect_beta_geometric_right(int first, std::size_t figures)
{
    for (const Stress& point : stress_points()) {
        SCOPED_TRACE(shown_point(point));
        const auto [r, alpha, a, b] = point.parameters;
        const Model model{r, alpha, a, b};
        const Digits alive = p_alive_exact(point.parameters, point.history, first);
        expect_close(model.p_alive(point.history), alive, 1e-11, "p_alive");
        expect_tabled(point.figures[figures], alive, "p_alive");
        const Digits time = (Digits(alpha) + point.history.age + point.horizon) / (Digits(alpha) + point.history.age);
        expect_close(model.p_no_purchase(point.horizon, point.history),
                     1 - alive * (1 - pow(1 / time, Digits(r) + point.history.frequency)), 1e-11, "p_no_purchase");
        if (point.parameters[2] + point.parameters[3] + static_cast<double>(point.history.frequency) + first <= 1) {
            EXPECT_TRUE(std::isnan(point.figures[figures + 1]));
            continue;  // the printed form has another pole there
        }
        const Digits if_alive = purchases_if_alive_exact(point.parameters, point.history, point.horizon, first);
        expect_close(model.purchases_if_alive(point.horizon, point.history), if_alive, 1e-9, "purchases_if_alive");
        expect_tabled(point.figures[figures + 1], alive * if_alive, "expected_purchases");
        const double purchases = model.expected_purchases(point.horizon, point.history);
        EXPECT_TRUE(std::isfinite(purchases) && purchases >= 0);
    }
}

TEST(BgNbd, is_right_under_stress) { expect_beta_geometric_right<BgNbd>(0, 0); }
TEST(MbgNbd, is_right_under_stress) { expect_beta_geometric_right<MbgNbd>(1, 2); }

// E[(1 + p t)^-s] by Gauss's series in the form of Pfaff, whose terms are positive too
TEST(Prospect, survives_as_the_series_says)
{
    for (const Prospect& ahead : {Prospect{.243, 9, .793, 2.426}, Prospect{3000, .02, .008, 2000},
                                  Prospect{26, .5, 1, 1}, Prospect{2000, .4, 2000, 2000}, Prospect{.3, 4000, .5, 20},
                                  Prospect{5, 200, .05, 3}, Prospect{400, 1.5, .5, 400}, Prospect{.008, 1e-7, 5, 5}}) {
        const Digits time = ahead.time, s = ahead.shape, a = ahead.a, b = ahead.b;
        // E[(1 - z(1-p))^-s] (1 - z)^s
        const Digits z = time / (1 + time);
        Digits expected = pow(1 - z, s) * gauss_series(s, b, a + b, z);
        EXPECT_DIGITS(static_cast<double>(expected), ahead.survival(), 1e-9)
            << ahead.shape << ' ' << ahead.time << ' ' << ahead.a << ' ' << ahead.b;
    }
}

// ln of the likelihood by quadrature over the time of the dropout, in 50 digits
struct ParetoExact {
    Digits log_alive, log_gone;
};
ParetoExact pareto_exact(const Point& parameters, const History& history)
{
    const Digits r = parameters[0], alpha = parameters[1], s = parameters[2], beta = parameters[3];
    const Digits power = r + history.frequency, from = history.recency, to = history.age;
    const Digits top = -power * log(alpha + from) - (s + 1) * log(beta + from);
    // panels that double from the width of the steepest part on
    const auto integrand = [&](const Digits& u) -> Digits {
        return exp(-power * log(alpha + u) - (s + 1) * log(beta + u) - top);
    };
    const Digits width = 1 / (power / (alpha + from) + (s + 1) / (beta + from));
    Digits sum = 0;
    for (Digits start = from, length = width / 4; start < to; length *= 2) {
        const Digits end = (std::min)(to, Digits(start + length));
        const Digits part = boost::math::quadrature::gauss<Digits, 20>::integrate(integrand, start, end);
        sum += part;
        if (part < sum * Digits("1e-25"))
            break;
        start = end;
    }
    return {-power * log(alpha + to) - s * log(beta + to), sum == 0 ? Digits(-1e300) : Digits(log(s) + top + log(sum))};
}

// Equation 41 as printed, at s = 1 its limit
Digits pareto_purchases_exact(const Point& parameters, const History& history, double horizon)
{
    const Digits r = parameters[0], alpha = parameters[1], s = parameters[2], beta = parameters[3];
    const Digits time = beta + history.age, rate = (r + history.frequency) / (alpha + history.age);
    if (s == 1)
        return rate * time * log((time + horizon) / time);
    return rate * time / (s - 1) * (1 - pow(time / (time + horizon), s - 1));
}

TEST(ParetoNbd, is_right_under_stress)
{
    for (const Stress& point : stress_points()) {
        SCOPED_TRACE(shown_point(point));
        const auto [r, alpha, s, beta] = point.parameters;
        const ParetoNbd model{r, alpha, s, beta};
        const ParetoExact exact = pareto_exact(point.parameters, point.history);
        const Digits alive = 1 / (1 + exp(exact.log_gone - exact.log_alive));
        expect_close(model.p_alive(point.history), alive, 1e-9, "p_alive");
        expect_tabled(point.figures[4], alive, "p_alive");
        Held<RepeatPurchases> row;
        row.add(point.history.frequency, point.history.recency, point.history.age);
        const Digits larger = (std::max)(exact.log_alive, exact.log_gone),
                     smaller = (std::min)(exact.log_alive, exact.log_gone);
        const Digits log_likelihood = log_rising_exact(r, static_cast<int>(point.history.frequency)) +
                                      Digits(r) * log(Digits(alpha)) + Digits(s) * log(Digits(beta)) + larger +
                                      log(1 + exp(smaller - larger));
        EXPECT_NEAR(likelihood_at<ParetoNbd>(row, point.parameters).value, static_cast<double>(log_likelihood),
                    1e-9 * (1 + std::abs(static_cast<double>(log_likelihood))));
        const Digits purchases = pareto_purchases_exact(point.parameters, point.history, point.horizon);
        expect_close(model.purchases_if_alive(point.horizon, point.history), purchases, 1e-11, "purchases_if_alive");
        expect_tabled(point.figures[5], alive * purchases, "expected_purchases");
        const double none = model.p_no_purchase(point.horizon, point.history);
        EXPECT_TRUE(none >= 0 && none <= 1) << none;
    }
}

// The sum of the products as it stands in the paper, in 50 digits
Digits bg_bb_exact(const Point& parameters, const Opportunities& history, Digits* alive)
{
    const Digits al = parameters[0], be = parameters[1], ga = parameters[2], de = parameters[3];
    const auto beta_ratio = [](const Digits& a, const Digits& b, int more_a, int more_b) {
        return exp(log_rising_exact(a, more_a) + log_rising_exact(b, more_b) -
                   log_rising_exact(a + b, more_a + more_b));
    };
    const int x = static_cast<int>(history.frequency), recency = static_cast<int>(history.recency),
              n = static_cast<int>(history.opportunities);
    *alive = beta_ratio(al, be, x, n - x) * beta_ratio(ga, de, 0, n);
    Digits sum = *alive;
    for (int i = 0; i < n - recency; ++i)
        sum += beta_ratio(al, be, x, recency - x + i) * beta_ratio(ga, de, 1, recency + i);
    return sum;
}

TEST(BgBb, is_right_under_stress)
{
    for (const Point& parameters : std::vector<Point>{{1.2, .75, .66, 2.78},
                                                      {.008, .008, .008, .008},
                                                      {2000, 2000, 2000, 2000},
                                                      {.008, 2000, 1, .008},
                                                      {2000, .008, .5, 2000},
                                                      {3, 4, 1, 1}})
        for (const Opportunities& history :
             {Opportunities{0, 0, 6}, {3, 5, 6}, {6, 6, 6}, {1, 1, 120}, {40, 90, 120}, {0, 0, 0}}) {
            SCOPED_TRACE(shown_point(
                {parameters, {history.frequency, double(history.recency), double(history.opportunities)}, 0}));
            Digits alive;
            const Digits likelihood = bg_bb_exact(parameters, history, &alive);
            const BgBb model{parameters[0], parameters[1], parameters[2], parameters[3]};
            expect_close(model.p_alive(history), alive / likelihood, 1e-11, "p_alive");
            Held<RepeatPurchases> row;
            row.add(history.frequency, double(history.recency), double(history.opportunities));
            EXPECT_NEAR(likelihood_at<BgBb>(row, parameters).value, static_cast<double>(log(likelihood)),
                        1e-10 * (1 + std::abs(static_cast<double>(log(likelihood)))));
            // one more opportunity: that the purchase comes, and that it does not, are the next rows
            Digits ignored;
            const Opportunities bought{history.frequency + 1, history.opportunities + 1, history.opportunities + 1};
            const Digits next = bg_bb_exact(parameters, bought, &ignored) / likelihood;
            expect_close(model.expected_purchases(1, history), next, 1e-11, "expected_purchases(1)");
            EXPECT_NEAR(model.p_no_purchase(1, history), static_cast<double>(1 - next), 1e-11);
            // discounted over all the time to come: the sum of what comes
            double sum = 0, before = 0;
            for (int m = 1; m <= 400; ++m) {
                const double until = model.expected_purchases(m, history);
                sum += (until - before) * std::pow(1.1, -m);
                before = until;
            }
            EXPECT_NEAR(model.residual_transactions(.1, history), sum, 1e-9 * (1 + sum));
        }
}

// e^-rate u, u a time, against purchases: the limit of short steps
template <class Model> void expect_discounting(const Model& model, const History& history, double rate)
{
    // Richardson's extrapolation of sums over steps
    const auto sum_over = [&](double step) {
        double sum = 0, before = 0;
        for (double u = step; u < 45 / rate; u += step) {
            const double until = model.expected_purchases(u, history);
            sum += (until - before) * std::exp(-rate * (u - step / 2));
            before = until;
        }
        return sum;
    };
    const double coarse = sum_over(.5 / rate / 40), fine = sum_over(.5 / rate / 80);
    EXPECT_DIGITS(fine + (fine - coarse) / 3, model.residual_transactions(rate, history), 1e-6);
}

TEST(ResidualTransactions, are_the_discounted_purchases_to_come)
{
    expect_discounting(BgNbd{.243, 4.414, .793, 2.426}, {2, 30.43, 38.86}, .05);
    expect_discounting(BgNbd{.243, 4.414, 1, 2.426}, {26, 30, 39}, .0027);
    expect_discounting(MbgNbd{.525, 6.183, .891, 1.614}, {0, 0, 38.86}, .01);
    expect_discounting(ParetoNbd{.55, 10.56, .61, 11.64}, {7, 35, 77.86}, .0027);
    expect_discounting(ParetoNbd{.55, 10.56, 1, 11.64}, {0, 0, 77.86}, .1);
}

// What peers print as NaN
TEST(Models, are_finite_and_in_range_at_random_points)
{
    Random random(58);
    const auto size = [&] {
        return std::exp(std::log(.008) + static_cast<double>(random() % 10001) / 10000 * std::log(2000 / .008));
    };
    for (int round = 0; round < 400; ++round) {
        const Point point{size(), size(), size(), size()};
        const double age = size(), share = static_cast<double>(random() % 1001) / 1000, horizon = size();
        const auto x = static_cast<std::int64_t>(
            share == 0 ? 0 : std::floor(std::exp(static_cast<double>(random() % 8007) / 1000)));
        const History history{x, x == 0 ? 0 : age * share, age};
        SCOPED_TRACE(shown_point({point, history, horizon}));
        const auto expect_sound = [&](const auto& model) {
            const double alive = model.p_alive(history), later = model.p_alive_at(horizon, history),
                         none = model.p_no_purchase(horizon, history);
            EXPECT_TRUE(alive >= 0 && alive <= 1 && later >= 0 && later <= alive + 1e-12) << alive << ' ' << later;
            EXPECT_TRUE(none >= 1 - alive - 1e-12 && none <= 1) << none;
            const double soon = model.expected_purchases(horizon / 2, history),
                         until = model.expected_purchases(horizon, history);
            EXPECT_TRUE(soon >= 0 && until >= soon * (1 - 1e-9) && std::isfinite(until)) << soon << ' ' << until;
            EXPECT_GE(until * (1 + 1e-9) + 1e-14, 1 - none);  // Markov
            EXPECT_EQ(model.expected_purchases(0, history), 0);
            const double count = model.purchase_count_probability(static_cast<std::int64_t>(random() % 20), horizon);
            EXPECT_TRUE(count >= 0 && count <= 1 + 1e-12) << count;
        };
        expect_sound(BgNbd{point[0], point[1], point[2], point[3]});
        expect_sound(MbgNbd{point[0], point[1], point[2], point[3]});
        expect_sound(ParetoNbd{point[0], point[1], point[2], point[3]});
    }
}

// the limits a = 1, s = 1, gamma = 1 are smooth
TEST(Models, are_smooth_where_the_papers_divide_by_zero)
{
    const History history{4, 20, 39};
    const auto at = [&](double one) {
        return std::array{BgNbd{.243, 4.414, one, 2.426}.expected_purchases(39, history),
                          MbgNbd{.243, 4.414, one, 2.426}.expected_purchases(39),
                          ParetoNbd{.55, 10.56, one, 11.64}.expected_purchases(39, history),
                          BgBb{1.2, .75, one, 2.78}.expected_purchases(5, {2, 4, 6})};
    };
    const auto below = at(1 - 1e-7), exactly = at(1), above = at(1 + 1e-7);
    for (std::size_t i = 0; i < exactly.size(); ++i)
        EXPECT_DIGITS((below[i] + above[i]) / 2, exactly[i], 1e-12);
}

TEST(CountProbabilities, sum_to_one_and_have_the_expected_purchases_as_their_mean)
{
    const auto expect_mean = [](const auto& model, auto horizon, int most) {
        double sum = 0, mean = 0;
        for (int n = 0; n <= most; ++n) {
            const double p = model.purchase_count_probability(n, horizon);
            sum += p;
            mean += n * p;
        }
        EXPECT_NEAR(sum, 1, 1e-10);
        EXPECT_DIGITS(model.expected_purchases(horizon), mean, 1e-9);
    };
    expect_mean(BgNbd{.243, 4.414, .793, 2.426}, 39.0, 600);
    expect_mean(BgNbd{5, 2, .1, 9}, 30.0, 3000);
    expect_mean(MbgNbd{.525, 6.183, .891, 1.614}, 39.0, 600);
    expect_mean(ParetoNbd{.55, 10.56, .61, 11.64}, 39.0, 400);
    expect_mean(ParetoNbd{3, .5, 1, 40}, 10.0, 2000);
    expect_mean(BgBb{1.2, .75, .66, 2.78}, std::int64_t{10}, 10);
    expect_mean(BgNbd{.385, 12.07, 0, 1}, 39.0, 600);
    expect_mean(ParetoNbd{.385, 12.07, 0, 1}, 39.0, 600);
    expect_mean(BgBb{.49, .83, 0, 1}, std::int64_t{10}, 10);
}

TEST(LogRising, agrees_with_fifty_digits)
{
    for (const double z : {1e-9, .008, .5, 1.0, 30.0, 999.0, 1001.0, 5e5, 4.8e8})
        for (const int n : {0, 1, 2, 31, 32, 33, 400, 3000}) {
            const Digits exact = log_rising_exact(z, n);
            EXPECT_NEAR(log_rising(z, n), static_cast<double>(exact),
                        2e-13 * (1 + std::abs(static_cast<double>(exact))))
                << z << ' ' << n;
            Digits sum = 0;
            for (int i = 0; i < n; ++i)
                sum += 1 / (Digits(z) + i);
            EXPECT_NEAR(digamma_rising(z, n), static_cast<double>(sum), 1e-12 * static_cast<double>(sum))
                << z << ' ' << n;
        }
}

}  // namespace
}  // namespace customer_value::test
