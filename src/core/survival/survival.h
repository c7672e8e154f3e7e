// How long customers stay, when many are still there: the Kaplan-Meier estimate of the share that survives a duration,
// from durations that ended in churn and durations that were cut off (censored) while the customer was there. Source:
// E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958) 457-481.
#pragma once

#include "core/common/archive.h"
#include "core/common/tally.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace customer_value::survival {

// The customers of one duration, in the unit that the caller measures in. Customers who are known only from some age on
// (left truncation) are those who `entered` at that age.
struct Duration {
    static constexpr std::size_t shortest_form = 33;  // bytes

    double length;
    std::int64_t churned, censored, entered;

    [[nodiscard]] double key() const noexcept { return length; }
    void absorb(const Duration& other)
    {
        add_count(churned, other.churned);
        add_count(censored, other.censored);
        add_count(entered, other.entered);
    }
};

struct Nothing {};

// Counts per duration, so merging is exact.
class State : public Tally<State, Nothing, Duration> {
public:
    static constexpr int version = 1;
    static constexpr const char* type_name = "km_state";
    static constexpr const char* entries_name = "durations";
    static constexpr const char* too_large_hint = "Round the durations first, for example to days.";

    // Customers of one duration at once; it is finite, not negative, and has customers.
    std::optional<Room> add(const Duration& duration) { return append(duration); }
    // Throws out_of_range unless the duration is finite and not negative.
    std::optional<Room> add(double duration, bool churned);
    // The same for a customer who is known from the age `entry` on: at risk after it. Throws invalid_parameter unless
    // the entry is 0, which is to be known from the start, or below the duration.
    std::optional<Room> add(double entry, double duration, bool churned);
    std::optional<Room> merge(const State& other) { return append(other); }

    template <class Archive> void write(Archive& archive) const
    {
        for (const Duration& duration : entries()) {
            archive.number("duration", ShortestDecimal(duration.length).text());
            archive.count("churned", duration.churned);
            archive.count("censored", duration.censored);
            archive.count("entered", duration.entered);
        }
    }
    // Into bytes_for_input(length) of memory; entries may come in any order.
    template <class Archive> static State* read(void* memory, Archive& archive, std::size_t length)
    {
        State* state = create(memory, room_for_input(length));
        while (archive.more()) {
            const DecimalText length_text = archive.number("duration");
            Duration duration{};
            archive.count("churned", duration.churned);
            archive.count("censored", duration.censored);
            archive.count("entered", duration.entered);
            state->restore(length_text, duration);
        }
        state->sort();
        state->validate();
        return state;
    }

private:
    void restore(const DecimalText& length, Duration duration);
    void validate() const;
};

// Functions below take the entries of a sorted state. All throw out_of_range where there are more than 2^61 customers.

// The share of customers who are still there after duration t: the product over churn up to t of 1 - churned / at risk.
// At risk of churn at a duration are those who entered before it and are still there; who is censored at it is still at
// risk, who enters at it is not yet. Nothing where it is not known: without customers, and behind the longest duration
// when not all have churned by then. Throws out_of_range unless t is finite and not negative.
[[nodiscard]] std::optional<double> survival(std::span<const Duration> durations, double t);

// The area under the curve up to the horizon: the mean duration within it. Nothing where the curve is not known so far.
// Without a horizon: up to the longest duration. Throws out_of_range unless the horizon is finite and not negative.
[[nodiscard]] std::optional<double> restricted_mean(std::span<const Duration> durations, std::optional<double> horizon);

// The shortest duration that at most half survive; nothing where more than half do.
[[nodiscard]] std::optional<double> median(std::span<const Duration> durations);

// The time that all customers were watched, from entry to duration, / churned: the mean lifetime where churn comes at a
// constant rate (exponential lifetimes). Nothing without churn.
[[nodiscard]] std::optional<double> hazard_mean(std::span<const Duration> durations);

// Where the curve stands behind one duration after the other.
class Walk {
public:
    explicit Walk(std::span<const Duration> durations);

    [[nodiscard]] std::int64_t at_risk() const noexcept { return at_risk_; }
    [[nodiscard]] double survival() const noexcept { return survival_; }
    void pass(const Duration& duration) noexcept
    {
        at_risk_ -= duration.churned;
        // while nobody is censored or enters the product is a ratio of counts: no rounding adds up
        if (duration.churned > 0)
            survival_ = before_ * static_cast<double>(at_risk_) / static_cast<double>(since_change_);
        if (duration.censored > 0 || duration.entered > 0) {
            at_risk_ += duration.entered - duration.censored;
            before_ = survival_;
            since_change_ = at_risk_;
        }
    }

private:
    std::int64_t at_risk_, since_change_;  // now, and when customers were last censored or entered
    double survival_ = 1, before_ = 1;     // now, and then
};

// A step of the curve: a duration at which somebody churned.
struct CurveStep {
    double t;
    std::int64_t at_risk, events;
    double survival;                     // behind the step
    std::optional<double> lower, upper;  // nothing where nobody survives
};

// The steps of the curve one after the other, with their pointwise bounds at a two-sided z: S^exp(+-z s), where s =
// sqrt(G) / |ln S| and G, the sum of churned / (at risk (at risk - churned)), is Greenwood's formula. Sources: M.
// Greenwood, "The natural duration of cancer", Reports on Public Health and Medical Subjects 33 (1926) 1-26; J. D.
// Kalbfleisch, R. L. Prentice, The Statistical Analysis of Failure Time Data (1980), section 1.3.
class Curve {
public:
    Curve(std::span<const Duration> durations, double z) : rest_(durations), z_(z), walk_(durations) {}
    // The next step; nothing behind the last.
    [[nodiscard]] std::optional<CurveStep> next();

private:
    std::span<const Duration> rest_;
    double z_;
    Walk walk_;
    double greenwood_ = 0;
};

}  // namespace customer_value::survival
