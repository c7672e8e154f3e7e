#include "core/common/statistics.h"

#include "unit/laws.h"

#include <boost/math/distributions/normal.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace customer_value::test {
namespace {

using Precise = boost::multiprecision::cpp_bin_float_50;

// Where the score test of a share changes its mind: |share - p| = z sqrt(p (1 - p) / n), solved by bisection between
// `inside`, which is not refused, and `outside`, which is.
double score_bound(std::int64_t hits, std::int64_t total, double z, long double outside)
{
    const auto n = static_cast<long double>(total);
    const long double share = static_cast<long double>(hits) / n;
    long double inside = share;
    for (int step = 0; step < 200; ++step) {
        const long double middle = (inside + outside) / 2;
        const bool refused =
            std::abs(share - middle) > static_cast<long double>(z) * std::sqrt(middle * (1 - middle) / n);
        (refused ? outside : inside) = middle;
    }
    return static_cast<double>(inside);
}

TEST(TwoSidedZ, is_the_published_quantile)
{
    for (const auto& [confidence, z] : {std::pair{0.5, 0.674489750196082},
                                        {0.8, 1.281551565544600},
                                        {0.9, 1.644853626951473},
                                        {0.95, 1.959963984540054},
                                        {0.98, 2.326347874040841},
                                        {0.99, 2.575829303548901},
                                        {0.999, 3.290526731491926}})
        EXPECT_NEAR(two_sided_z(confidence), z, 1e-14 * z + 1e-15) << confidence;
}

TEST(TwoSidedZ, agrees_with_fifty_digits)
{
    for (const double confidence : {1e-300, 1e-10, 0.01, 0.3, 0.68, 0.95, 0.9999, 1 - 1e-9, 1 - 1e-15}) {
        const Precise tail = (1 - Precise(confidence)) / 2;
        const auto expected = static_cast<double>(
            boost::math::quantile(boost::math::complement(boost::math::normal_distribution<Precise>{}, tail)));
        // at a confidence close to 0 only the absolute error can be small: (1 - confidence) / 2 is close to 1/2
        EXPECT_NEAR(two_sided_z(confidence), expected, 4e-16 + 1e-14 * expected) << confidence;
    }
}

TEST(TwoSidedZ, refuses_what_is_no_confidence)
{
    for (const double confidence : {0.0, 1.0, -0.5, 1.5, 95.0, std::numeric_limits<double>::quiet_NaN(),
                                    std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()})
        EXPECT_ERROR(out_of_range, two_sided_z(confidence)) << confidence;
    EXPECT_TRUE(std::isfinite(two_sided_z(std::nextafter(1.0, 0.0))));
    EXPECT_TRUE(std::isfinite(two_sided_z(std::numeric_limits<double>::denorm_min())));
}

// Tables of Student's t, for example NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
TEST(TwoSidedT, is_the_published_quantile)
{
    for (const auto& [degrees, t] :
         {std::pair{1.0, 12.706}, {2.0, 4.303}, {5.0, 2.571}, {10.0, 2.228}, {30.0, 2.042}, {100.0, 1.984}})
        EXPECT_NEAR(two_sided_t(0.95, degrees), t, 5e-4) << degrees;
    EXPECT_NEAR(two_sided_t(0.99, 10), 3.169, 5e-4);
    EXPECT_NEAR(two_sided_t(0.95, 1e12), two_sided_z(0.95), 1e-9);
}

TEST(TwoSidedT, turns_back_into_its_probability)
{
    for (const double degrees : {1.0, 1.5, 7.77, 1000.0, 1e9})
        for (const double confidence : {1e-9, 0.3, 0.95, 0.9999, 1 - 1e-12})
            EXPECT_NEAR(two_sided_p(two_sided_t(confidence, degrees), degrees) / (1 - confidence), 1, 1e-6)
                << degrees << ' ' << confidence;
    EXPECT_EQ(two_sided_p(0, 5), 1);
    EXPECT_EQ(two_sided_p(std::numeric_limits<double>::infinity(), 5), 0);
    EXPECT_DOUBLE_EQ(two_sided_p(-2, 5), two_sided_p(2, 5));
    for (const double confidence : {0.0, 1.0, -0.5, 95.0, std::numeric_limits<double>::quiet_NaN()})
        EXPECT_ERROR(out_of_range, two_sided_t(confidence, 5)) << confidence;
}

TEST(TwoSidedP, is_the_probability_beyond_z_on_both_sides)
{
    EXPECT_DOUBLE_EQ(two_sided_p(0), 1);
    EXPECT_NEAR(two_sided_p(1.959963984540054), 0.05, 1e-15);
    EXPECT_NEAR(two_sided_p(2.6774), 0.00742, 5e-6);
    EXPECT_NEAR(two_sided_p(5) / 5.733031437583878e-07, 1, 1e-13);
    EXPECT_NEAR(two_sided_p(10) / 1.523970604832105e-23, 1, 1e-13);
    EXPECT_EQ(two_sided_p(std::numeric_limits<double>::infinity()), 0);
    for (const double z : {0.1, 1.0, 3.5, 20.0}) {
        EXPECT_EQ(two_sided_p(-z), two_sided_p(z));
        EXPECT_NEAR(two_sided_p(z) / std::erfc(z / std::sqrt(2.0)), 1, 1e-12);
    }
}

TEST(TwoSidedP, undoes_two_sided_z)
{
    for (const double confidence : {0.01, 0.5, 0.95, 0.999999})
        EXPECT_NEAR(two_sided_p(two_sided_z(confidence)), 1 - confidence, 1e-15);
}

TEST(Wilson, of_50_in_1000_and_of_none_in_20_is_as_published)
{
    const auto few = wilson({50, 1000}, two_sided_z(0.95));
    EXPECT_NEAR(100 * few.lower, 3.813, 0.0005);
    EXPECT_NEAR(100 * few.upper, 6.531, 0.0005);
    const auto none = wilson({0, 20}, two_sided_z(0.95));
    EXPECT_EQ(none.lower, 0);
    EXPECT_NEAR(100 * none.upper, 16.11, 0.005);
}

TEST(Wilson, solves_the_equation_of_the_score_test)
{
    for (const double z : {0.1, 1.0, 1.959963984540054, 3.5})
        for (const auto& [hits, total] : {std::pair<std::int64_t, std::int64_t>{1, 2},
                                          {0, 1},
                                          {1, 1},
                                          {50, 1000},
                                          {999, 1000},
                                          {1, 1000000},
                                          {0, 20},
                                          {20, 20},
                                          {123456, 987654321}}) {
            const auto interval = wilson({hits, total}, z);
            EXPECT_NEAR(interval.lower, score_bound(hits, total, z, 0), 1e-14) << hits << " of " << total;
            EXPECT_NEAR(interval.upper, score_bound(hits, total, z, 1), 1e-14) << hits << " of " << total;
        }
}

TEST(Wilson, lies_within_0_and_1_around_the_share)
{
    Random random(51);
    for (int round = 0; round < 5000; ++round) {
        const auto total = static_cast<std::int64_t>(random() >> between(random, 1, 62)) + 1;
        const auto hits = static_cast<std::int64_t>(random() % (static_cast<std::uint64_t>(total) + 1));
        const double share = static_cast<double>(hits) / static_cast<double>(total);
        const auto interval = wilson({hits, total}, two_sided_z(between(random, 1, 999) / 1000.0));
        EXPECT_GE(interval.lower, 0);
        EXPECT_LE(interval.lower, share + 1e-15);
        EXPECT_GE(interval.upper, share - 1e-15);
        EXPECT_LE(interval.upper, 1);
    }
    const auto most = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(wilson({0, most}, 2).lower, 0);
    EXPECT_EQ(wilson({most, most}, 2).upper, 1);
}

}  // namespace
}  // namespace customer_value::test
