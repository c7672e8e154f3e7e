#include "core/experiment/experiment.h"

#include "core/common/mantissa.h"

// GCC 12 takes the two forms of a cpp_int for one; clang does not know its warning
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <boost/multiprecision/cpp_int.hpp>
#pragma GCC diagnostic pop

#include <cmath>

namespace customer_value::experiment {

namespace {

using BigInteger = boost::multiprecision::cpp_int;

constexpr std::int32_t most_groups = (State::most_whole_digits + State::most_decimal_places) / 4;

[[noreturn, gnu::cold, gnu::noinline]] void throw_too_long(const Decimal& value)
{
    throw Error(ErrorCode::out_of_range, "value has too many digits: " + clipped(shown(value)),
                "At most " + std::to_string(State::most_whole_digits) + " are allowed before and " +
                    std::to_string(State::most_decimal_places) + " after the decimal point.",
                "Round it, for example value::numeric(20,4).");
}

[[noreturn, gnu::cold, gnu::noinline]] void throw_too_many_values()
{
    throw Error(ErrorCode::out_of_range, "too many values: 2^49 at most");
}

// The square of a decimal, with room for its digits; zero has none.
class Square {
public:
    explicit Square(const Decimal& value)
    {
        const auto size = std::min(static_cast<std::size_t>(value.digit_count), std::size_t{most_groups});
        std::array<std::uint64_t, 2 * most_groups> products;
        std::fill_n(products.begin(), 2 * size, 0);
        for (std::int32_t i = 0; i < value.digit_count; ++i)
            for (std::int32_t j = 0; j < value.digit_count; ++j)
                products[static_cast<std::size_t>(i + j + 1)] +=
                    static_cast<std::uint64_t>(value.digit(i) * value.digit(j));
        std::uint64_t carry = 0;
        for (std::size_t i = 2 * size; i-- > 0; carry /= 10000) {
            carry += products[i];
            digits_[i] = static_cast<std::int16_t>(carry % 10000);
        }
        view_ = {reinterpret_cast<const unsigned char*>(digits_.data()),
                 2 * value.digit_count,
                 2 * value.weight + 1,
                 2 * value.scale,
                 false,
                 Decimal::Kind::finite};
    }
    Square(const Square&) = delete;
    Square& operator=(const Square&) = delete;
    [[nodiscard]] const Decimal& view() const noexcept { return view_; }

private:
    std::array<std::int16_t, 2 * most_groups> digits_;
    Decimal view_;
};

// Digits without a decimal point as a number. (A 0 in front would make it octal.)
BigInteger whole_of(std::string digits)
{
    const bool negative = digits.starts_with('-');
    std::erase_if(digits, [](char c) { return c == '-' || c == '.'; });
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    const BigInteger whole(digits.empty() ? "0" : digits);
    return negative ? BigInteger(-whole) : whole;
}

// A group in whole numbers: its sums times 10^scale and 10^(2 scale).
struct Sample {
    explicit Sample(const State& state) : count(state.count()), scale(state.scale())
    {
        std::vector<std::int16_t> digits(state.digits_needed());
        sum = whole_of(shown(state.sum(digits)));
        squares = whole_of(shown(state.sum_of_squares(digits)));
    }
    [[nodiscard]] BigInteger power(std::int32_t exponent) const
    {
        return boost::multiprecision::pow(BigInteger(10), static_cast<unsigned>(exponent));
    }
    // The variance of the mean is (sum of squares - sum^2 / n) / (n - 1) / n = spread / spread_unit; needs two values.
    [[nodiscard]] BigInteger spread() const { return count * squares - sum * sum; }
    [[nodiscard]] BigInteger spread_unit() const { return count * count * (count - 1) * power(2 * scale); }

    BigInteger count;
    std::int32_t scale;
    BigInteger sum, squares;
};

// number * 2^exponent, or the number itself where the exponent is below 0: a fraction n / d times 2^e is shifted(n, e)
// / shifted(d, -e).
BigInteger shifted(const BigInteger& number, std::int64_t exponent)
{
    return exponent <= 0 ? number : BigInteger(number << static_cast<std::size_t>(exponent));
}

// A fraction above 0 times 2^exponent, rounded down.
BigInteger quotient(const BigInteger& numerator, const BigInteger& denominator, std::int64_t exponent)
{
    return shifted(numerator, exponent) / shifted(denominator, -exponent);
}

// The power of two, give or take one, that a fraction above 0 is near to.
std::int64_t magnitude(const BigInteger& numerator, const BigInteger& denominator)
{
    return static_cast<std::int64_t>(msb(numerator)) - static_cast<std::int64_t>(msb(denominator));
}

// The double nearest to a fraction with a denominator above 0; infinite where it is too large.
double nearest(const BigInteger& numerator, const BigInteger& denominator)
{
    constexpr int digits = 100;  // in base 2: rounded down to these and then to the 53 of a double
    if (numerator == 0)
        return 0;
    const BigInteger size = abs(numerator);
    const std::int64_t exponent = digits - magnitude(size, denominator);
    const auto number = static_cast<double>(static_cast<unsigned __int128>(quotient(size, denominator, exponent)));
    return std::ldexp(numerator < 0 ? -number : number, static_cast<int>(-exponent));
}

// The root of a fraction above 0, as digits * 2^-exponent.
struct Root {
    Root(const BigInteger& numerator, const BigInteger& denominator)
        : exponent(most_digits - magnitude(numerator, denominator) / 2),
          digits(sqrt(quotient(numerator, denominator, 2 * exponent)))
    {
    }

    static constexpr std::int64_t most_digits = 160;  // in base 2
    std::int64_t exponent;
    BigInteger digits;
};

}  // namespace

std::optional<State::Room> State::add_decimal(const Decimal& value)
{
    constexpr std::int32_t highest = most_whole_digits / 4 - 1;
    if ((!value.zero() && value.weight > highest) || value.scale > most_decimal_places) [[unlikely]]
        throw_too_long(value);
    const LimbWindow needed = ExactSum::needed(value);
    if (!value.zero() && !window_.covers(needed.low, needed.high())) [[unlikely]]
        return window_.united(needed);
    if (count_ == ExactSum::max_rows) [[unlikely]]
        throw_too_many_values();
    if (!value.zero()) {
        sums().add(value, value.negative ? -1 : 1);
        squares().add(Square(value).view(), 1);
    }
    ++count_;
    scale_ = std::max(scale_, value.scale);
    return std::nullopt;
}

std::optional<State::Room> State::merge(const State& other)
{
    if (!window_.covers(other.window_.low, other.window_.high()))
        return window_.united(other.window_);
    if (other.count_ > ExactSum::max_rows - count_)
        throw_too_many_values();
    sums().add(other.sums(), 1);
    squares().add(other.squares(), 1);
    count_ += other.count_;
    scale_ = std::max(scale_, other.scale_);
    return std::nullopt;
}

State* State::restore(void* memory, std::int64_t count, const DecimalText& sum, const DecimalText& squares)
{
    constexpr std::size_t row_digits = 15;  // of 2^49
    const auto whole_digits = [](const DecimalText& number) {
        return number.whole.size() - std::min(number.whole.find_first_not_of('0'), number.whole.size());
    };
    if (count > ExactSum::max_rows)
        throw_invalid(State::type_name, "There must be at most 2^49 \"values\".");
    if (sum.fraction.size() > most_decimal_places || squares.fraction.size() != 2 * sum.fraction.size() ||
        whole_digits(sum) > most_whole_digits + row_digits ||
        whole_digits(squares) > 2 * most_whole_digits + row_digits)
        throw_invalid(
            State::type_name,
            "\"sum\" must have at most 324 decimal places, \"sum_of_squares\" twice as many, and neither too many digits.");
    const auto text = [](const DecimalText& number) {
        return std::string(number.whole) + std::string(number.fraction);
    };
    const BigInteger s = whole_of(text(sum)), q = whole_of(text(squares));
    if ((squares.negative && q != 0) || s * s > count * q || (count == 0 && (q != 0 || !sum.fraction.empty())))
        throw_invalid(
            State::type_name,
            "The sums must be those of so many \"values\": \"sum\"^2 must not pass \"values\" * \"sum_of_squares\".");

    // zeros in front take no room
    DecimalText bare_sum = sum, bare_squares = squares;
    bare_sum.whole.remove_prefix(sum.whole.size() - whole_digits(sum));
    bare_squares.whole.remove_prefix(squares.whole.size() - whole_digits(squares));
    const LimbWindow twice = ExactSum::needed(bare_squares);
    const LimbWindow half{-((1 - twice.low) / 2), (1 - twice.low) / 2 + (twice.high() + 1) / 2};
    State* state = create(memory, usual_window.united(ExactSum::needed(bare_sum)).united(half));
    state->sums().add(bare_sum, sum.negative ? -1 : 1);
    state->squares().add(bare_squares, 1);
    state->count_ = count;
    state->scale_ = static_cast<std::int32_t>(sum.fraction.size());
    return state;
}

std::optional<MeanComparison> compare_means(const State& first, const State& second, double confidence)
{
    require_confidence(confidence);
    if (first.count() == 0 || second.count() == 0)
        return std::nullopt;
    const Sample a(first), b(second);
    // all fractions are exact, so that nothing cancels and no power of a large value overflows; the root has more
    // digits than are kept
    const BigInteger difference = b.sum * a.count * a.power(a.scale) - a.sum * b.count * b.power(b.scale),
                     unit = a.count * b.count * a.power(a.scale + b.scale);
    MeanComparison comparison{nearest(difference, unit), std::nullopt};
    require_finite("the difference of means", comparison.difference);
    if (first.count() == 1 || second.count() == 1)
        return comparison;
    // both variances of a mean, and their sum, in units of 1 / both_units
    const BigInteger a_unit = a.spread_unit(), b_unit = b.spread_unit(), both_units = a_unit * b_unit;
    const BigInteger a_spread = a.spread() * b_unit, b_spread = b.spread() * a_unit, spread = a_spread + b_spread;
    if (spread == 0)
        return comparison;
    const Root error(spread, both_units);
    const double t = nearest(shifted(difference, error.exponent), unit * shifted(error.digits, -error.exponent));
    const double degrees = nearest(spread * spread * (a.count - 1) * (b.count - 1),
                                   a_spread * a_spread * (b.count - 1) + b_spread * b_spread * (a.count - 1));
    // the half width of the interval is quantile_digits * error.digits * 2^-exponent
    int quantile_exponent = 0;
    const BigInteger quantile_digits(
        static_cast<std::int64_t>(std::ldexp(std::frexp(two_sided_t(confidence, degrees), &quantile_exponent), 53)));
    const std::int64_t exponent = error.exponent + 53 - quantile_exponent;
    const BigInteger middle = shifted(difference, exponent),
                     half = shifted(quantile_digits * error.digits * unit, -exponent), scale = shifted(unit, exponent);
    comparison.test = {nearest(middle - half, scale), nearest(middle + half, scale), t, degrees,
                       two_sided_p(t, degrees)};
    require_finite("a bound of the difference of means", comparison.test->lower);
    require_finite("a bound of the difference of means", comparison.test->upper);
    return comparison;
}

namespace {

void require_share(std::string_view x_name, std::int64_t x, std::string_view n_name, std::int64_t n)
{
    const auto refuse = [](std::string_view name, const std::string& rule, std::int64_t value) {
        throw Error(ErrorCode::out_of_range, std::string(name) + " must not " + rule + ": " + std::to_string(value));
    };
    if (n < 0 || x < 0)
        refuse(n < 0 ? n_name : x_name, "be negative", n < 0 ? n : x);
    if (n > max_count)
        refuse(n_name, "pass 2^61", n);
    if (x > n)
        refuse(x_name, "be larger than " + std::string(n_name), x);
}

}  // namespace

std::optional<RateComparison> compare_rates(std::int64_t x1, std::int64_t n1, std::int64_t x2, std::int64_t n2,
                                            double confidence)
{
    const double critical = two_sided_z(confidence);
    require_share("x1", x1, "n1", n1);
    require_share("x2", x2, "n2", n2);
    if (n1 == 0 || n2 == 0)
        return std::nullopt;
    const auto size1 = static_cast<double>(n1), size2 = static_cast<double>(n2);
    // the numerator is exact, so that equal shares differ by nothing
    const double difference = static_cast<double>(Int128{x2} * n1 - Int128{x1} * n2) / size1 / size2;
    RateComparison comparison{100 * difference, std::nullopt, std::nullopt};
    // q is counted, not 1 - p: near 1 that would lose its digits
    const auto variance = [](std::int64_t x, std::int64_t n) {
        return static_cast<double>(x) / static_cast<double>(n) * (static_cast<double>(n - x) / static_cast<double>(n));
    };
    const std::int64_t both = x1 + x2, all = n1 + n2;
    if (both > 0 && both < all) {
        const double z = difference / std::sqrt(variance(both, all) * (1 / size1 + 1 / size2));
        comparison.test = {z, two_sided_p(z)};
    }
    const double half = critical * std::sqrt(variance(x1, n1) / size1 + variance(x2, n2) / size2);
    if (half > 0)
        comparison.interval = {std::max(-100.0, 100 * (difference - half)), std::min(100.0, 100 * (difference + half))};
    return comparison;
}

}  // namespace customer_value::experiment
