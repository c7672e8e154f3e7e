#include "core/common/exact_sum.h"

#include "unit/decimals.h"
#include "unit/laws.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace customer_value::test {
namespace {

constexpr int places = 200;  // of the whole numbers that sums are checked against

// A sum that owns its limbs, and moves them where a value needs a wider window.
class OwnedSum {
public:
    explicit OwnedSum(LimbWindow window = {0, 0}) : window_(window), limbs_(static_cast<std::size_t>(window.count)) {}

    template <class Value> void add(const Value& value, std::int64_t sign, bool zero)
    {
        if (zero)
            return;
        widen(ExactSum::needed(value));
        ExactSum(limbs_.data(), window_).add(value, sign);
    }
    void add(const std::string& text, std::int64_t sign = 1)
    {
        const OwnedDecimal value(text);
        add(value.view(), value.view().negative ? -sign : sign, value.view().zero());
    }
    void add(OwnedSum& other, std::int64_t sign = 1)
    {
        widen(other.window_);
        ExactSum(limbs_.data(), window_).add(ExactSum(other.limbs_.data(), other.window_), sign);
    }
    void widen(LimbWindow needed)
    {
        if (window_.count > 0)
            needed = window_.united(needed);
        std::vector<std::int64_t> limbs(static_cast<std::size_t>(needed.count));
        std::copy(limbs_.begin(), limbs_.end(), limbs.begin() + (window_.count > 0 ? window_.low - needed.low : 0));
        limbs_ = std::move(limbs);
        window_ = needed;
    }
    [[nodiscard]] BigInteger value()
    {
        const ExactSum sum(limbs_.data(), window_);
        std::vector<std::int16_t> digits(sum.digits_needed());
        const Decimal carried = sum.carried(digits, 7);
        EXPECT_EQ(carried.scale, 7);
        EXPECT_TRUE(carried.digit_count == 0 || (carried.digit(0) != 0 && carried.digit(carried.digit_count - 1) != 0));
        EXPECT_FALSE(carried.zero() && (carried.negative || carried.weight != 0));
        for (std::int32_t i = 0; i < carried.digit_count; ++i)
            EXPECT_TRUE(carried.digit(i) >= 0 && carried.digit(i) <= 9999);
        return scaled(carried, places);
    }
    [[nodiscard]] std::vector<std::int64_t>& limbs() { return limbs_; }

private:
    LimbWindow window_;
    std::vector<std::int64_t> limbs_;
};

BigInteger total(const std::vector<std::string>& values)
{
    BigInteger sum = 0;
    for (const auto& value : values)
        sum += scaled(value, places);
    return sum;
}

std::vector<std::string> random_decimals(Random& random, int count)
{
    std::vector<std::string> values;
    while (count-- > 0)
        values.push_back(random_decimal(random, between(random, 1, 80), between(random, 0, 80)));
    return values;
}

TEST(ExactSum, equals_the_sum_of_whole_numbers_without_limits)
{
    Random random(11);
    for (int round = 0; round < 300; ++round) {
        const auto values = random_decimals(random, between(random, 0, 60));
        OwnedSum sum;
        for (const auto& value : values)
            sum.add(value);
        EXPECT_EQ(sum.value(), total(values));
    }
}

TEST(ExactSum, of_texts_equals_that_of_decimals)
{
    Random random(12);
    for (int round = 0; round < 300; ++round) {
        const auto values = random_decimals(random, between(random, 0, 30));
        OwnedSum sum;
        for (const auto& value : values) {
            const auto parts = *DecimalText::parsed(value);
            sum.add(parts, parts.negative ? -1 : 1, false);
        }
        EXPECT_EQ(sum.value(), total(values));
    }
}

TEST(ExactSum, has_the_sign_of_its_highest_part_even_where_limbs_cancel)
{
    for (const auto& values : std::vector<std::vector<std::string>>{{"1", "-0.0001"},
                                                                    {"-1", "0.0001"},
                                                                    {"10000", "-9999.99999999"},
                                                                    {"-100000000", "99999999", "1"},
                                                                    {"1", "-1"},
                                                                    {"0.0001", "-1"},
                                                                    {"-0.0001"},
                                                                    {"9999", "1", "-10000"},
                                                                    {"5000", "5000", "-10000.0001"}}) {
        OwnedSum sum;
        for (const auto& value : values)
            sum.add(value);
        EXPECT_EQ(sum.value(), total(values));
    }
}

TEST(ExactSum, does_not_depend_on_order_split_or_merge_tree)
{
    Random random(13);
    for (int round = 0; round < 100; ++round) {
        auto values = random_decimals(random, 40);
        const BigInteger expected = total(values);
        std::shuffle(values.begin(), values.end(), random);
        std::vector<OwnedSum> parts(static_cast<std::size_t>(between(random, 1, 8)), OwnedSum(usual_window));
        for (const auto& value : values)
            parts[random() % parts.size()].add(value);
        while (parts.size() > 1) {
            std::swap(parts[random() % parts.size()], parts.back());
            OwnedSum last = std::move(parts.back());
            parts.pop_back();
            parts[random() % parts.size()].add(last);
        }
        EXPECT_EQ(parts.front().value(), expected);
    }
}

TEST(ExactSum, forgets_without_a_trace_what_is_taken_out)
{
    Random random(14);
    for (int round = 0; round < 100; ++round) {
        const auto values = random_decimals(random, 20), gone = random_decimals(random, 20);
        OwnedSum sum, rest;
        for (const auto& value : values)
            sum.add(value), rest.add(value);
        for (const auto& value : gone)
            sum.add(value), rest.add(value), rest.add(value, -1);
        for (const auto& value : gone)
            sum.add(value, -1);
        EXPECT_EQ(sum.value(), total(values));
        EXPECT_EQ(sum.limbs(), rest.limbs());
        sum.add(rest, -1);
        EXPECT_EQ(sum.value(), 0);
        EXPECT_TRUE(std::all_of(sum.limbs().begin(), sum.limbs().end(), [](std::int64_t limb) { return limb == 0; }));
    }
}

TEST(ExactSum, holds_as_many_rows_as_it_promises)
{
    for (const std::int64_t sign : {1, -1}) {
        OwnedSum sum(usual_window);
        std::fill(sum.limbs().begin(), sum.limbs().end(), sign * ExactSum::max_rows * 9999);
        const BigInteger row = scaled("9999999999999999.99999999", places);
        EXPECT_EQ(sum.value(), row * ExactSum::max_rows * sign);
        // with limbs of both signs beside each other
        for (std::size_t i = 0; i < sum.limbs().size(); i += 2)
            sum.limbs()[i] = -sum.limbs()[i];
        BigInteger expected = 0;
        for (std::size_t i = sum.limbs().size(); i-- > 0;)
            expected = expected * 10000 + sum.limbs()[i];
        EXPECT_EQ(sum.value(), expected * boost::multiprecision::pow(BigInteger(10), places - 8));
    }
}

TEST(ExactSum, asks_for_the_window_that_a_value_needs_and_no_more)
{
    const auto window = [](const char* text) { return ExactSum::needed(OwnedDecimal(text).view()); };
    EXPECT_EQ(window("1").low, 0);
    EXPECT_EQ(window("1").count, 1);
    EXPECT_EQ(window("0").count, 0);
    EXPECT_EQ(window("12345.678").low, -1);
    EXPECT_EQ(window("12345.678").high(), 2);
    EXPECT_EQ(window("100000000").low, 2);
    EXPECT_EQ(window("0.00001").high(), -1);
    EXPECT_TRUE(
        usual_window.covers(window("9999999999999999.99999999").low, window("9999999999999999.99999999").high()));
    EXPECT_FALSE(usual_window.covers(window("10000000000000000").low, window("10000000000000000").high()));
    EXPECT_FALSE(usual_window.covers(window("0.000000001").low, window("0.000000001").high()));
}

TEST(LimbWindow, united_takes_in_both)
{
    const LimbWindow left{-2, 3}, right{4, 2};
    EXPECT_EQ(left.united(right).low, -2);
    EXPECT_EQ(left.united(right).high(), 6);
    EXPECT_TRUE(right.united(left).covers(-2, 6));
    EXPECT_TRUE(left.covers(-2, 1));
    EXPECT_FALSE(left.covers(-3, 1));
    EXPECT_FALSE(left.covers(-2, 2));
}

}  // namespace
}  // namespace customer_value::test
