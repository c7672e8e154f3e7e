#include "core/experiment/experiment.h"

#include "unit/laws.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace customer_value::test {
namespace {

using experiment::State;
using Sample = Held<State>;

constexpr auto not_a_number = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();

Sample of(const std::vector<std::string>& values)
{
    Sample sample;
    for (const auto& value : values)
        sample.add(OwnedDecimal(value).view());
    return sample;
}

std::vector<std::string> random_values(Random& random, int most)
{
    std::vector<std::string> values;
    const int places = between(random, 0, 3) == 0 ? 60 : 4;
    for (int rows = between(random, 0, most); rows > 0; --rows) {
        const auto digits = random_digits(random, between(random, 1, between(random, 0, 3) == 0 ? 50 : 6));
        const auto decimals = random_digits(random, between(random, 0, places));
        values.push_back((random() % 2 == 0 ? "-" : "") + digits + (decimals.empty() ? "" : "." + decimals));
    }
    return values;
}

Sample random_sample(Random& random) { return of(random_values(random, 20)); }

// The sums in whole numbers of 10^-places and 10^-(2 places).
struct Sums {
    BigInteger sum = 0, squares = 0;
};

Sums sums_of(const std::vector<std::string>& values, std::size_t places)
{
    Sums sums;
    for (std::string digits : values) {
        const bool negative = digits.front() == '-';
        const auto point = digits.find('.');
        digits.append(places - (point == std::string::npos ? 0 : digits.size() - point - 1), '0');
        std::erase_if(digits, [](char c) { return c == '-' || c == '.'; });
        digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
        const BigInteger value(digits);
        sums.sum += negative ? BigInteger(-value) : value;
        sums.squares += value * value;
    }
    return sums;
}

BigInteger whole(const Decimal& decimal)
{
    std::string digits = shown(decimal);
    const bool negative = digits.front() == '-';
    std::erase_if(digits, [](char c) { return c == '-' || c == '.'; });
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    return negative ? BigInteger(-BigInteger(digits)) : BigInteger(digits);
}

TEST(Experiment, sums_values_and_squares_exactly)
{
    Random random(81);
    for (int round = 0; round < 300; ++round) {
        const auto values = random_values(random, 30);
        const auto sample = of(values);
        const auto wanted = sums_of(values, static_cast<std::size_t>(sample->scale()));
        std::vector<std::int16_t> digits(sample->digits_needed());
        EXPECT_EQ(whole(sample->sum(digits)), wanted.sum);
        EXPECT_EQ(whole(sample->sum_of_squares(digits)), wanted.squares);
        EXPECT_EQ(sample->count(), static_cast<std::int64_t>(values.size()));
    }
}

TEST(Experiment, reads_a_float_as_the_decimal_that_is_printed_for_it)
{
    Random random(82);
    std::vector<double> values{0,
                               -0.0,
                               1,
                               -1,
                               0.1,
                               1e22,
                               1e23,
                               123456789.125,
                               9999,
                               10000,
                               10001,
                               0.0001,
                               0.00001,
                               1e-5,
                               4.9e-324,
                               1.7976931348623157e308,
                               -2.2250738585072014e-308};
    for (int i = 0; i < 2000; ++i) {
        const auto bits = random();
        const auto value = std::bit_cast<double>(bits);
        if (std::isfinite(value))
            values.push_back(value);
        values.push_back(static_cast<double>(static_cast<std::int64_t>(bits >> 20)) / 10000);
    }
    for (const double value : values) {
        EXPECT_EQ(shown(FloatDecimal(value).view()), value == 0 ? "0" : std::string(ShortestDecimal(value).text()));
        const auto narrow = static_cast<float>(value);
        if (std::isfinite(narrow)) {
            EXPECT_EQ(shown(FloatDecimal(narrow).view()),
                      narrow == 0 ? "0" : std::string(ShortestDecimal(narrow).text()));
        }
        const auto text = std::string(ShortestDecimal(value).text());
        EXPECT_EQ(Sample().add(value).text(), of({value == 0 ? "0" : text}).text());
    }
    EXPECT_EQ(Sample().add(std::int16_t{-3}).add(std::int64_t{5}).text(),
              "(version:1,values:2,sum:2,sum_of_squares:34)");
}

TEST(Experiment, merges_by_the_laws) { expect_merge_laws<State>(random_sample); }

TEST(Experiment, does_not_depend_on_order_or_split)
{
    Random random(83);
    expect_order_free<State, std::string>(random_values(random, 300), [](Sample& sample, const std::string& value) {
        sample.add(OwnedDecimal(value).view());
    });
}

TEST(Experiment, survives_hostile_forms)
{
    expect_hostile_forms_survived(of({"1.5", "-2.25", "1"}), {"values"});
    expect_hostile_forms_survived(Sample(), {"values"});
    EXPECT_ERROR(invalid_parameter, Sample::from_text("(version:1,values:1,sum:3,sum_of_squares:8)"));
    EXPECT_NO_THROW(Sample::from_text("(version:1,values:1,sum:3,sum_of_squares:9)"));
    EXPECT_NO_THROW(Sample::from_text("(version:1,values:1,sum:" + std::string(5000, '0') + "3,sum_of_squares:9)"));
}

TEST(Experiment, refuses_what_is_too_long_to_square)
{
    for (const double value : {not_a_number, infinity, -infinity})
        EXPECT_ERROR(out_of_range, Sample().add(value)) << value;
    EXPECT_ERROR(out_of_range, of({"1" + std::string(312, '0')}));
    EXPECT_ERROR(out_of_range, of({"0." + std::string(324, '0') + "1"}));
    EXPECT_ERROR(out_of_range, of({"0." + std::string(325, '0')}));
    EXPECT_EQ(of({std::string(312, '9') + "." + std::string(324, '9')})->count(), 1);
}

TEST(Experiment, refuses_too_many_values)
{
    const auto full = Sample::from_text("(version:1,values:562949953421312,sum:0,sum_of_squares:1)");
    EXPECT_ERROR(out_of_range, Sample(full).add(1));
    EXPECT_ERROR(out_of_range, Sample(full).merge(Sample().add(1)));
    EXPECT_ERROR(invalid_parameter, Sample::from_text("(version:1,values:562949953421313,sum:0,sum_of_squares:1)"));
}

// R: t.test(extra ~ group, data = sleep): t = -1.8608, df = 17.776, p-value = 0.07939, -3.3654832 to 0.2054832.
TEST(CompareMeans, of_the_sleep_data_is_the_published_test)
{
    const auto first = of({"1.9", "0.8", "1.1", "0.1", "-0.1", "4.4", "5.5", "1.6", "4.6", "3.4"});
    const auto second = of({"0.7", "-1.6", "-0.2", "-1.2", "-0.1", "3.4", "3.7", "0.8", "0.0", "2.0"});
    const auto comparison = experiment::compare_means(*first, *second, 0.95);
    ASSERT_TRUE(comparison && comparison->test);
    EXPECT_DOUBLE_EQ(comparison->difference, -1.58);
    EXPECT_NEAR(comparison->test->t, -1.8608, 5e-5);
    EXPECT_NEAR(comparison->test->degrees_of_freedom, 17.776, 5e-4);
    EXPECT_NEAR(comparison->test->p_value, 0.07939, 5e-6);
    EXPECT_NEAR(comparison->test->lower, -3.3654832, 5e-8);
    EXPECT_NEAR(comparison->test->upper, 0.2054832, 5e-8);
    const auto back = experiment::compare_means(*second, *first, 0.95);
    EXPECT_DOUBLE_EQ(back->test->t, -comparison->test->t);
    EXPECT_DOUBLE_EQ(back->test->lower, -comparison->test->upper);
}

TEST(CompareMeans, does_not_cancel)
{
    // as 0.1, 0.2, 0.4 against 0.3, 0.5, 0.6, far from zero
    const auto near = experiment::compare_means(*of({"0.1", "0.2", "0.4"}), *of({"0.3", "0.5", "0.6"}), 0.95);
    const std::string far = "1" + std::string(30, '0');
    const auto away = experiment::compare_means(*of({far + ".1", far + ".2", far + ".4"}),
                                                *of({far + ".3", far + ".5", far + ".6"}), 0.95);
    EXPECT_EQ(away->difference, near->difference);
    EXPECT_EQ(away->test->t, near->test->t);
    EXPECT_EQ(away->test->p_value, near->test->p_value);
}

TEST(CompareMeans, knows_the_difference_only_where_nothing_varies)
{
    EXPECT_FALSE(experiment::compare_means(*Sample(), *of({"1", "2"}), 0.95));
    EXPECT_FALSE(experiment::compare_means(*of({"1", "2"}), *Sample(), 0.95));
    for (const auto& second : {of({"5"}), of({"5", "5", "5.0"})}) {
        const auto comparison = experiment::compare_means(*of({"2", "2"}), *second, 0.95);
        ASSERT_TRUE(comparison);
        EXPECT_EQ(comparison->difference, 3);
        EXPECT_FALSE(comparison->test);
    }
    for (const double confidence : {0.0, 1.0, 95.0, not_a_number})
        EXPECT_ERROR(out_of_range, experiment::compare_means(*Sample(), *Sample(), confidence));
}

TEST(CompareMeans, takes_the_largest_and_the_smallest)
{
    const auto tiny =
        experiment::compare_means(*of({"0." + std::string(323, '0') + "1", "0." + std::string(323, '0') + "2"}),
                                  *of({"0." + std::string(323, '0') + "3", "0." + std::string(323, '0') + "5"}), 0.95);
    EXPECT_NEAR(tiny->test->t, 2.5 / std::sqrt(0.25 + 1), 1e-12);
    Sample large;
    large.add(1.7e308).add(1.6e308);
    EXPECT_NEAR(experiment::compare_means(*Sample().add(0).add(1), *large, 0.5)->test->t, 33, 1e-9);
    EXPECT_ERROR(out_of_range, experiment::compare_means(*Sample().add(-1.7e308).add(-1.7e308), *large, 0.95));
}

TEST(CompareRates, of_the_worked_example)
{
    const auto comparison = experiment::compare_rates(200, 1000, 250, 1000, 0.95);
    ASSERT_TRUE(comparison && comparison->test && comparison->interval);
    EXPECT_DOUBLE_EQ(comparison->difference, 5);
    EXPECT_NEAR(comparison->test->z, 2.6774, 5e-5);
    EXPECT_NEAR(comparison->test->p_value, 0.00742, 5e-6);
    EXPECT_NEAR(comparison->interval->lower, 1.35, 5e-3);
    EXPECT_NEAR(comparison->interval->upper, 8.65, 5e-3);
}

TEST(CompareRates, says_nothing_it_does_not_know)
{
    EXPECT_FALSE(experiment::compare_rates(0, 0, 1, 2, 0.95));
    EXPECT_FALSE(experiment::compare_rates(1, 2, 0, 0, 0.95));
    const auto none = experiment::compare_rates(0, 10, 0, 20, 0.95),
               all = experiment::compare_rates(10, 10, 20, 20, 0.95);
    EXPECT_FALSE(none->test || none->interval || all->test || all->interval);
    const auto apart = experiment::compare_rates(0, 10, 20, 20, 0.95);
    EXPECT_TRUE(apart->test);
    EXPECT_FALSE(apart->interval);
    constexpr auto most = max_count;
    EXPECT_EQ(experiment::compare_rates(most / 2, most, most / 2, most, 0.95)->difference, 0);
    EXPECT_ERROR(out_of_range, experiment::compare_rates(11, 10, 1, 10, 0.95));
    EXPECT_ERROR(out_of_range, experiment::compare_rates(1, 10, -1, 10, 0.95));
    EXPECT_ERROR(out_of_range, experiment::compare_rates(1, most + 1, 1, 10, 0.95));
    EXPECT_ERROR(out_of_range, experiment::compare_rates(1, 10, 1, 10, 1));
}

// Who did it and who did not are the same comparison with the other sign, also where nearly all did.
TEST(CompareRates, keeps_its_digits_where_nearly_all_did_it)
{
    constexpr auto most = max_count;
    for (const std::int64_t size : {std::int64_t{1'000'000'000'000}, most}) {
        const auto few = experiment::compare_rates(1, size, 3, size, 0.95),
                   nearly_all = experiment::compare_rates(size - 1, size, size - 3, size, 0.95);
        ASSERT_TRUE(few->test && few->interval && nearly_all->test && nearly_all->interval);
        EXPECT_DOUBLE_EQ(few->test->z, -nearly_all->test->z);
        EXPECT_DOUBLE_EQ(few->test->p_value, nearly_all->test->p_value);
        EXPECT_DOUBLE_EQ(few->interval->lower, -nearly_all->interval->upper);
        EXPECT_DOUBLE_EQ(few->interval->upper, -nearly_all->interval->lower);
    }
}

}  // namespace
}  // namespace customer_value::test
