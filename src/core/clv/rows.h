// The rows that models are fitted to. Symbols of the papers: x = frequency, t_x = recency, T = age, n = opportunities.
#pragma once

#include "core/clv/tally.h"

namespace customer_value::clv {

inline constexpr std::int64_t most_purchases = 1'000'000'000;  // x, n and periods
inline constexpr double longest_time = 1e12;                   // t_x, T and horizons, in any unit

// A whole number that comes in floating point, as the files of other tools have it: 2.0. Throws out_of_range for another
// number; beyond 2^53 it is one that no rule allows.
[[nodiscard]] std::int64_t whole_number(std::string_view name, double value);

// What a customer did up to now: repeat purchases (days with a purchase, but the first), time from the first to the
// last purchase, time since the first purchase. Throws out_of_range unless 0 <= recency <= age, and recency is 0
// exactly where frequency is.
struct History {
    std::int64_t frequency;
    double recency, age;
};
void check(const History& history);

// Spend per repeat purchase. Throws out_of_range unless frequency >= 0 and monetary_value is finite.
void check_spend(std::int64_t frequency, double monetary_value);

struct PurchaseRow {
    static constexpr int state_version = 1;
    static constexpr const char* state_name = "repeat_purchase_state";
    static constexpr const char* state_rows = "frequency, recency and age";
    static constexpr std::size_t shortest_form = 34;

    std::int64_t frequency;
    double recency, age;

    friend bool operator==(const PurchaseRow&, const PurchaseRow&) = default;
    // by time last: customers of one first and last purchase stand together
    friend bool operator<(const PurchaseRow& left, const PurchaseRow& right) noexcept
    {
        if (left.age != right.age)
            return left.age < right.age;
        return left.recency != right.recency ? left.recency < right.recency : left.frequency < right.frequency;
    }
    [[nodiscard]] std::uint64_t hash() const noexcept
    {
        return mixed(bits_of(age) ^ mixed(bits_of(recency) ^ mixed(static_cast<std::uint64_t>(frequency))));
    }
    void checked() const { check(History{frequency, recency, age}); }
    template <class Self, class Archive> static void describe(Self& self, Archive& archive)
    {
        archive.count("frequency", self.frequency);
        archive.real("recency", self.recency);
        archive.real("age", self.age);
    }
    using State = RowCounts<PurchaseRow>;
    static std::optional<State::Room> add(State& state, std::int64_t frequency, double recency, double age,
                                          std::int64_t weight = 1);
};

struct SpendRow {
    static constexpr int state_version = 1;
    static constexpr const char* state_name = "repeat_spend_state";
    static constexpr const char* state_rows = "frequency and monetary_value";
    static constexpr std::size_t shortest_form = 25;

    std::int64_t frequency;
    double monetary_value;

    friend bool operator==(const SpendRow&, const SpendRow&) = default;
    friend bool operator<(const SpendRow& left, const SpendRow& right) noexcept
    {
        return left.frequency != right.frequency ? left.frequency < right.frequency
                                                 : left.monetary_value < right.monetary_value;
    }
    [[nodiscard]] std::uint64_t hash() const noexcept
    {
        return mixed(bits_of(monetary_value) ^ mixed(static_cast<std::uint64_t>(frequency)));
    }
    void checked() const;
    template <class Self, class Archive> static void describe(Self& self, Archive& archive)
    {
        archive.count("frequency", self.frequency);
        archive.real("monetary_value", self.monetary_value);
    }
    using State = RowCounts<SpendRow>;
    // Customers without a repeat purchase, or whose repeat purchases came to nothing, say nothing about spend: no row.
    static std::optional<State::Room> add(State& state, std::int64_t frequency, double monetary_value,
                                          std::int64_t weight = 1);
};

// Customers of a contract who left in a period, or who were last seen still there at its end.
struct RenewalRow {
    static constexpr int state_version = 1;
    static constexpr const char* state_name = "renewal_state";
    static constexpr const char* state_rows = "period_number";
    static constexpr std::size_t shortest_form = 24;

    std::int64_t period_number;
    std::int64_t lost;  // 1 where they left, 0 where they stayed

    friend bool operator==(const RenewalRow&, const RenewalRow&) = default;
    friend bool operator<(const RenewalRow& left, const RenewalRow& right) noexcept
    {
        return left.period_number != right.period_number ? left.period_number < right.period_number
                                                         : left.lost < right.lost;
    }
    [[nodiscard]] std::uint64_t hash() const noexcept
    {
        return mixed(static_cast<std::uint64_t>(2 * period_number + lost));
    }
    void checked() const;
    template <class Self, class Archive> static void describe(Self& self, Archive& archive)
    {
        archive.count("period_number", self.period_number);
        archive.count("lost", self.lost);
    }
    using State = RowCounts<RenewalRow>;
    static std::optional<State::Room> add(State& state, std::int64_t period_number, std::int64_t lost,
                                          std::int64_t survived, std::int64_t weight = 1);
};

using RepeatPurchases = RowCounts<PurchaseRow>;
using RepeatSpend = RowCounts<SpendRow>;
using Renewals = RowCounts<RenewalRow>;

}  // namespace customer_value::clv
