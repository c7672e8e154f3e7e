// Did the change make a difference? Two groups of customers, each treated in its own way, are compared by the mean of a
// value (Welch's test) or by the share that did something (two-proportion z test).
#pragma once

#include "core/common/exact_sum.h"
#include "core/common/float_decimal.h"
#include "core/common/statistics.h"

#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace customer_value::experiment {

// Number, exact sum and exact sum of squares of the values of a group, followed in memory by their limbs: first those
// of the sum, then those of the squares, whose window is twice as wide. So mean and variance depend on the values only,
// not on how they came or were merged, and nothing cancels. The memory is the caller's, as in revenue::State.
class State {
public:
    static constexpr int version = 1;
    static constexpr const char* type_name = "ab_state";
    // Every double precision number is within them.
    static constexpr std::int32_t most_whole_digits = 312, most_decimal_places = 324;

    struct Room : LimbWindow {
        Room(LimbWindow window = usual_window) noexcept : LimbWindow(window) {}
    };
    static std::size_t bytes_for(Room room) noexcept
    {
        return sizeof(State) + 3 * sizeof(std::int64_t) * static_cast<std::size_t>(room.count);
    }
    [[nodiscard]] Room room() const noexcept { return window_; }
    static State* create(void* memory, Room room) noexcept
    {
        std::memset(memory, 0, bytes_for(room));
        auto* state = static_cast<State*>(memory);
        state->window_ = room;
        return state;
    }
    // A copy of `from` in bytes_for(room) of memory; the room includes that of `from`.
    static State* relocate(const State& from, void* memory, Room room)
    {
        State* to = create(memory, room);
        (void)to->merge(from);
        return to;
    }

    // Values are Decimal, integers or floating-point numbers (read as the decimal that is printed for them). Throws
    // out_of_range where the value is not finite, or has more digits than the limits above.
    template <class Value> std::optional<Room> add(const Value& value)
    {
        require_finite("value", value);
        if constexpr (std::integral<Value>)
            return add_decimal(IntegerDecimal(value).view());
        else if constexpr (std::floating_point<Value>)
            return add_decimal(FloatDecimal(value).view());
        else
            return add_decimal(value);
    }
    std::optional<Room> merge(const State& other);

    [[nodiscard]] std::int64_t count() const noexcept { return count_; }
    // The largest number of decimal places among the values.
    [[nodiscard]] std::int32_t scale() const noexcept { return scale_; }
    // The sums, written into digits_needed() digits that the caller has room for.
    [[nodiscard]] std::size_t digits_needed() const noexcept { return squares().digits_needed(); }
    Decimal sum(std::span<std::int16_t> digits) const noexcept { return sums().carried(digits, scale_); }
    Decimal sum_of_squares(std::span<std::int16_t> digits) const noexcept
    {
        return squares().carried(digits, 2 * scale_);
    }

    static std::size_t bytes_for_input(std::size_t length) noexcept
    {
        constexpr std::size_t longest_sum = 2000;  // digits of a sum of squares, and then some
        const auto limbs = static_cast<std::int32_t>(std::min(length, longest_sum) / 4) + 1;
        return bytes_for(Room(usual_window.united({-limbs, 2 * limbs})));
    }
    template <class Archive> void write(Archive& archive) const
    {
        std::vector<std::int16_t> digits(digits_needed());
        archive.count("values", count_);
        archive.number("sum", shown(sum(digits)));
        archive.number("sum_of_squares", shown(sum_of_squares(digits)));
    }
    // Into bytes_for_input(length of the input) of memory.
    template <class Archive> static State* read(void* memory, Archive& archive)
    {
        std::int64_t count = 0;
        archive.count("values", count);
        const DecimalText sum = archive.number("sum"), squares = archive.number("sum_of_squares");
        return restore(memory, count, sum, squares);
    }

private:
    static State* restore(void* memory, std::int64_t count, const DecimalText& sum, const DecimalText& squares);
    std::optional<Room> add_decimal(const Decimal& value);

    [[nodiscard]] LimbWindow squares_window() const noexcept { return {2 * window_.low, 2 * window_.count}; }
    [[nodiscard]] std::int64_t* limbs() const noexcept
    {
        return reinterpret_cast<std::int64_t*>(const_cast<State*>(this) + 1);
    }
    [[nodiscard]] ExactSum sums() const noexcept { return {limbs(), window_}; }
    [[nodiscard]] ExactSum squares() const noexcept { return {limbs() + window_.count, squares_window()}; }

    std::int64_t count_;
    LimbWindow window_;
    std::int32_t scale_;
};

static_assert(sizeof(State) % alignof(std::int64_t) == 0);

// Second mean minus first. The difference alone is known where a group has one value, or where neither varies.
struct MeanComparison {
    double difference;
    struct Test {
        double lower, upper;                    // of the difference
        double t, degrees_of_freedom, p_value;  // two-sided
    };
    std::optional<Test> test;
};

// Nothing where a group has no values. Throws out_of_range unless 0 < confidence < 1, or where the difference is past
// double precision. t = d / sqrt(e), e = v1/n1 + v2/n2 and e^2 / (v1^2/(n1^2 (n1 - 1)) + v2^2/(n2^2 (n2 - 1))) degrees
// of freedom, v the sample variances. Source: B. L. Welch, "The generalization of 'Student's' problem when several
// different population variances are involved", Biometrika 34 (1947) 28-35.
[[nodiscard]] std::optional<MeanComparison> compare_means(const State& first, const State& second, double confidence);

// Second share minus first, in percent points.
struct RateComparison {
    double difference;
    struct Test {
        double z, p_value;  // two-sided
    };
    std::optional<Test> test;  // nothing where nobody or everybody did it in both groups
    std::optional<ConfidenceInterval>
        interval;  // of the difference; nothing where nobody or everybody did it in each group
};

// x of n in each group; nothing where a group is empty. Throws out_of_range unless 0 <= x <= n and 0 < confidence < 1.
// z takes the share of both groups together for its variance, as it is if they do not differ; the interval takes each
// group's own. Source: J. L. Fleiss, B. Levin, M. C. Paik, Statistical Methods for Rates and Proportions, 3rd ed.
// (2003), sections 3.1 and 4.3.
[[nodiscard]] std::optional<RateComparison> compare_rates(std::int64_t x1, std::int64_t n1, std::int64_t x2,
                                                          std::int64_t n2, double confidence);

}  // namespace customer_value::experiment
