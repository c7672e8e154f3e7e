#include "core/golden/population.h"

#include "unit/decimals.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>

namespace customer_value::test {
namespace {

using namespace golden;

// The values as a collector takes them, or nothing where one does not fit.
std::optional<std::vector<Item>> collected(const std::vector<std::string>& values)
{
    std::vector<Item> items(values.size());
    Collector collector(items.data());
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!collector.add(OwnedDecimal(values[i]).view(), i))
            return std::nullopt;
    return items;
}

// Checks that whole numbers are in the ratios of the values; true where the values fit.
bool are_in_ratio(const std::vector<std::string>& values)
{
    const auto items = collected(values);
    if (!items)
        return false;
    constexpr int places = 40;
    for (std::size_t i = 0; i < values.size(); ++i)
        for (std::size_t j = 0; j < values.size(); ++j)
            EXPECT_EQ(BigInteger(Whole::value_of((*items)[i])) * scaled(values[j], places),
                      BigInteger(Whole::value_of((*items)[j])) * scaled(values[i], places))
                << values[i] << " to " << values[j];
    return true;
}

TEST(Collector, keeps_values_whole_at_the_largest_scale)
{
    EXPECT_TRUE(are_in_ratio({"1", "0", "-5", "12345678"}));
    EXPECT_TRUE(are_in_ratio({"100", "0.01", "123.4567", "0.00001", "-3", "90000000"}));
    EXPECT_TRUE(are_in_ratio({"10000", "100000000", "1000000000000", "0.5"}));
    EXPECT_TRUE(are_in_ratio({"9223372036854775807", "-9223372036854775807"}));
    EXPECT_TRUE(are_in_ratio({"922337203685477.5807"}));
    EXPECT_TRUE(are_in_ratio({"922.1234567890123456", "0.0000000000000001"}));
    EXPECT_TRUE(are_in_ratio({"0", "0.0000000000000001"}));
}

TEST(Collector, refuses_what_does_not_fit_64_bits)
{
    EXPECT_FALSE(are_in_ratio({"9223372036854775808"}));
    EXPECT_FALSE(are_in_ratio({"99999999999999999999"}));
    EXPECT_FALSE(are_in_ratio({"922337203685477.5808"}));
    EXPECT_FALSE(are_in_ratio({"9223372036854775807", "0.1"}));
    EXPECT_FALSE(are_in_ratio({"0.1", "9223372036854775807"}));
    EXPECT_FALSE(are_in_ratio({"923.1234567890123456"}));
    EXPECT_FALSE(are_in_ratio({"0.00000000000000000001"}));
    EXPECT_FALSE(are_in_ratio({"1" + std::string(30, '0')}));
    EXPECT_FALSE(are_in_ratio({"1" + std::string(3000, '0')}));
}

TEST(Collector, random_values_are_in_ratio_or_too_long)
{
    Random random(20240229);
    int fit = 0;
    for (int round = 0; round < 3000; ++round) {
        std::vector<std::string> values;
        for (int i = between(random, 1, 6); i > 0; --i)
            values.push_back(random_decimal(random, 12, 9));
        fit += are_in_ratio(values);
    }
    EXPECT_GT(fit, 500);
    EXPECT_LT(fit, 2800);
}

TEST(Ordered, has_the_order_of_floating_point_numbers)
{
    Random random(1);
    std::vector<double> values{
        0.0, -0.0, 1, -1, 5e-324, -5e-324, std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest()};
    for (int i = 0; i < 200; ++i)
        if (const auto value = std::bit_cast<double>(random()); std::isfinite(value))
            values.push_back(value);
    for (const double left : values)
        for (const double right : values)
            EXPECT_EQ(left < right, ordered(left) < ordered(right)) << left << " " << right;
    EXPECT_EQ(ordered(0.0), ordered(-0.0));
    EXPECT_GT(ordered(5e-324), 0);
}

// Sums in memory of exactly the size that they ask for.
class HeldSum {
public:
    explicit HeldSum(LimbWindow window)
        : memory_(LongSum::bytes_for(window) / sizeof(std::int64_t)),
          window_(window),
          sum_(LongSum::create(memory_.data(), window))
    {
    }
    LongSum& operator*() { return *sum_; }
    // In units of 10000^low.
    [[nodiscard]] BigInteger value() const
    {
        std::vector<std::int16_t> digits(static_cast<std::size_t>(sum_->used()) + 1);
        return scaled(sum_->decimal(digits.data(), 0), 0);
    }

private:
    std::vector<std::int64_t> memory_;
    LimbWindow window_;
    LongSum* sum_;
};

TEST(LongSum, agrees_with_whole_numbers_without_limits)
{
    Random random(20240229);
    for (int round = 0; round < 500; ++round) {
        std::vector<OwnedDecimal> values;
        LimbWindow window;
        for (int i = between(random, 1, 8); i > 0; --i) {
            std::string text = random_decimal(random, between(random, 1, 60), between(random, 0, 40));
            values.emplace_back(text.starts_with('-') ? text.substr(1) : text);
            if (const LimbWindow needed = ExactSum::needed(values.back().view()); needed.count > 0)
                window = window.count == 0 ? needed : window.united(needed);
        }
        HeldSum sum(window), line(window);
        constexpr int places = 40;
        BigInteger expected = 0;
        for (const OwnedDecimal& value : values) {
            const std::int64_t times = random() % 3 == 0 ? std::int64_t{1} << between(random, 0, 45) : 1;
            (*sum).add(value.view(), times);
            expected += scaled(value.view(), places) * times;
        }
        const BigInteger unit =
            boost::multiprecision::pow(BigInteger(10), static_cast<unsigned>(places + 4 * window.low));
        EXPECT_EQ(sum.value() * unit, expected);
        const double share =
            std::array{0.0, 1.0, 0.8, 0.5, 1.0 / 3, 0.1 + 0.2, 5e-324, 1e-9, 0.9999999999999999}[random() % 9];
        const ShortDecimal fraction(share);
        (*line).set_ceiling(fraction, *sum);
        const BigInteger divisor = boost::multiprecision::pow(BigInteger(10), static_cast<unsigned>(fraction.places));
        EXPECT_EQ(line.value(), (sum.value() * fraction.digits + divisor - 1) / divisor) << share;
        EXPECT_EQ(*line < *sum, line.value() < sum.value());
        EXPECT_FALSE(*sum < *line);
        EXPECT_FALSE(*sum < *sum);
    }
}

TEST(LongSum, ceiling_is_that_of_whole_numbers)
{
    for (const std::uint64_t total :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{100}, std::uint64_t{99999999}, std::uint64_t{1} << 62})
        for (const double share : {0.0, 0.7, 0.8, 0.12345, 1.0, 5e-324, 1e-76, 1e-77, 1e-78}) {
            const IntegerDecimal decimal(static_cast<std::int64_t>(total));
            const LimbWindow window{0, 5};
            HeldSum sum(window), line(window);
            (*sum).add(decimal.view(), 1);
            (*line).set_ceiling(ShortDecimal(share), *sum);
            EXPECT_EQ(BigInteger(shown(ceiling(ShortDecimal(share), Int256(total)))), line.value())
                << share << " of " << total;
        }
}

TEST(LongSum, leaves_its_lowest_limbs_out_where_asked)
{
    const OwnedDecimal value("123456789.0123");
    HeldSum sum(ExactSum::needed(value.view()));
    (*sum).add(value.view(), 1);
    std::vector<std::int16_t> digits(10);
    EXPECT_EQ(scaled((*sum).decimal(digits.data(), 1), 0), 123456789);
    EXPECT_EQ(scaled((*sum).decimal(digits.data(), 2), 0), 12345);
    EXPECT_EQ(scaled((*sum).decimal(digits.data(), 9), 0), 0);
}

}  // namespace
}  // namespace customer_value::test
