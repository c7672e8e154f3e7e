#include "core/clv/rows.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace customer_value::clv {

namespace {

[[noreturn, gnu::cold, gnu::noinline]] void throw_out_of_range(const std::string& rule, const std::string& value)
{
    throw Error(ErrorCode::out_of_range, rule + ": " + value);
}

[[noreturn, gnu::cold, gnu::noinline]] void throw_bad_history(const History& history)
{
    const std::string recency = shown(history.recency), age = shown(history.age),
                      frequency = std::to_string(history.frequency);
    if (history.frequency < 0 || history.frequency > most_purchases)
        throw_out_of_range("frequency must be a whole number from 0 to " + std::to_string(most_purchases), frequency);
    if (!(history.age >= 0 && history.age <= longest_time))
        throw_out_of_range("age must lie between 0 and 1e12", age);
    if (!(history.recency >= 0 && history.recency <= history.age))
        throw Error(
            ErrorCode::out_of_range, "recency must lie between 0 and age: " + recency + ", with age " + age,
            "Recency is the time from the first to the last purchase, age the time from the first purchase to now.");
    throw Error(ErrorCode::out_of_range,
                "recency must be 0 where frequency is 0, and above 0 elsewhere: " + recency + ", with frequency " +
                    frequency,
                "Frequency counts the days with a purchase but the first; all purchases of a day are one.",
                "rfm_summary prepares such rows from a ledger.");
}

}  // namespace

std::int64_t whole_number(std::string_view name, double value)
{
    constexpr double most = 0x1p53;
    if (!(value == std::trunc(value)) || std::isinf(value)) [[unlikely]]
        throw_out_of_range(std::string(name) + " must be a whole number", shown(value));
    return static_cast<std::int64_t>(std::clamp(value, -most, most));
}

void check(const History& history)
{
    const bool is_fine = history.frequency >= 0 && history.frequency <= most_purchases && history.recency >= 0 &&
                         history.recency <= history.age && history.age <= longest_time &&
                         (history.frequency == 0) == (history.recency == 0);
    if (!is_fine) [[unlikely]]
        throw_bad_history(history);
}

void check_spend(std::int64_t frequency, double monetary_value)
{
    if (frequency < 0 || frequency > most_purchases) [[unlikely]]
        throw_out_of_range("frequency must be a whole number from 0 to " + std::to_string(most_purchases),
                           std::to_string(frequency));
    if (!(std::abs(monetary_value) <= 1e15)) [[unlikely]]
        throw_out_of_range("monetary_value must lie between -1e15 and 1e15", shown(monetary_value));
}

std::optional<RepeatPurchases::Room> PurchaseRow::add(State& state, std::int64_t frequency, double recency, double age,
                                                      std::int64_t weight)
{
    return state.add_row({frequency, recency + 0.0, age + 0.0}, weight);
}

void SpendRow::checked() const
{
    check_spend(frequency, monetary_value);
    if (frequency == 0 || monetary_value <= 0)
        throw_out_of_range("a row of spend must have frequency and monetary_value above 0",
                           std::to_string(frequency) + ", " + shown(monetary_value));
}

std::optional<RepeatSpend::Room> SpendRow::add(State& state, std::int64_t frequency, double monetary_value,
                                               std::int64_t weight)
{
    check_spend(frequency, monetary_value);
    if (frequency == 0 || monetary_value <= 0)
        return std::nullopt;
    return state.add_row({frequency, monetary_value}, weight);
}

void RenewalRow::checked() const
{
    if (period_number < 1 || period_number > most_purchases) [[unlikely]]
        throw_out_of_range("period_number must be a whole number from 1 to " + std::to_string(most_purchases),
                           std::to_string(period_number));
    if (lost < 0 || lost > 1) [[unlikely]]
        throw_out_of_range("\"lost\" must be 0 or 1", std::to_string(lost));
}

std::optional<Renewals::Room> RenewalRow::add(State& state, std::int64_t period_number, std::int64_t lost,
                                              std::int64_t survived, std::int64_t weight)
{
    for (const auto& [name, count] : {std::pair{"lost", lost}, {"survived", survived}, {"weight", weight}})
        if (count < 0 || count > max_count) [[unlikely]]
            throw_out_of_range(std::string(name) + " must be a count from 0 to 2^61", std::to_string(count));
    std::int64_t all_lost, all_survived;
    if (__builtin_mul_overflow(lost, weight, &all_lost) || __builtin_mul_overflow(survived, weight, &all_survived))
        [[unlikely]]
        throw_count_out_of_range();
    RenewalRow{period_number, 0}.checked();
    if (const auto room = state.room_for(2))
        return room;
    (void)state.add_row({period_number, 1}, all_lost);
    (void)state.add_row({period_number, 0}, all_survived);
    return std::nullopt;
}

}  // namespace customer_value::clv
