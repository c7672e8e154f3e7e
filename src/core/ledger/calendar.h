// Calendar periods of days, weeks, months, quarters or years. A day is PostgreSQL's date: days since 2000-01-01.
#pragma once

#include "core/common/error.h"

#include <cstdint>
#include <optional>
#include <string>

namespace customer_value::ledger {

using Day = std::int32_t;

// The days that a date may name here, 4713 BC is far enough: within them no arithmetic below overflows.
inline constexpr Day earliest_day = -2451507;  // 4713-11-24 BC
inline constexpr Day latest_day = 100000000;   // about the year 275,000

struct CivilDate {
    std::int32_t year;
    std::int32_t month;  // 1..12
    std::int32_t day;    // 1..31
};

// Proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms", 2013, shifted to
// 2000-01-01).
[[nodiscard]] constexpr CivilDate civil_of(Day day) noexcept
{
    const std::int64_t z = std::int64_t{day} + 10957 + 719468;
    const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    const auto day_of_era = z - era * 146097;
    const auto year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const auto day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const auto shifted_month = (5 * day_of_year + 2) / 153;
    const auto month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    return {static_cast<std::int32_t>(year_of_era + era * 400 + (month <= 2)), static_cast<std::int32_t>(month),
            static_cast<std::int32_t>(day_of_year - (153 * shifted_month + 2) / 5 + 1)};
}

[[nodiscard]] constexpr Day day_of(std::int64_t year, std::int64_t month, std::int64_t day) noexcept
{
    const std::int64_t y = month <= 2 ? year - 1 : year;
    const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
    const auto year_of_era = y - era * 400;
    const auto day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    const auto day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return static_cast<Day>(era * 146097 + day_of_era - 719468 - 10957);
}

[[nodiscard]] constexpr std::int32_t days_in_month(std::int64_t year, std::int64_t month) noexcept
{
    return month == 12 ? 31 : day_of(year, month + 1, 1) - day_of(year, month, 1);
}

[[nodiscard]] constexpr std::int64_t floor_divided(std::int64_t value, std::int64_t by) noexcept
{
    return value / by - (value % by < 0);
}

// A length of time in whole months and days, as an interval has it.
struct Span {
    std::int32_t months = 0;
    std::int32_t days = 0;

    // The day so much earlier; the last day of a shorter month stands for a day that it does not have (as in SQL).
    [[nodiscard]] Day before(Day day) const noexcept
    {
        const CivilDate date = civil_of(day);
        const std::int64_t month = std::int64_t{date.year} * 12 + date.month - 1 - months;
        const auto year = floor_divided(month, 12);
        const auto month_of_year = month - year * 12 + 1;
        const auto longest = days_in_month(year, month_of_year);
        return day_of(year, month_of_year, date.day < longest ? date.day : longest) - days;
    }
    // The day so much later, in the same way.
    [[nodiscard]] Day after(Day day) const noexcept { return Span{-months, -days}.before(day); }
    [[nodiscard]] bool is_none() const noexcept { return months == 0 && days == 0; }
};

// Periods of equal calendar length, numbered from one about 2000-01-01. Weeks start on Monday, as in ISO 8601: n weeks
// count from the Monday 2000-01-03, n days and n months from 2000-01-01, as date_bin and date_trunc would. With an
// origin a period starts on that day instead: weeks from Sunday, fiscal years from April.
class Step {
public:
    // Throws invalid_parameter unless the span is positive and either months or days, and the origin of months the first
    // day of one.
    explicit Step(Span span, std::optional<Day> origin = std::nullopt) : months_(span.months), days_(span.days)
    {
        if (span.months < 0 || span.days < 0 || (span.months > 0) == (span.days > 0))
            throw Error(ErrorCode::invalid_parameter, "step must be a positive number of days, weeks, months or years",
                        {}, "Pass for example '1 month', '1 week', '3 months' or '1 year'.");
        if (days_ > 0) {
            origin_ = origin ? remainder(*origin, days_) : days_ % 7 == 0 ? 2 : 0;
        } else if (origin) {
            const CivilDate date = civil_of(*origin);
            if (date.day != 1)
                fail_origin(date);
            origin_ = remainder((std::int64_t{date.year} - 2000) * 12 + date.month - 1, months_);
        }
    }

    // The number of the period that holds a day.
    [[nodiscard]] std::int32_t period_of(Day day) const noexcept
    {
        if (days_ > 0)
            return static_cast<std::int32_t>(floor_divided(std::int64_t{day} - origin_, days_));
        const CivilDate date = civil_of(day);
        return static_cast<std::int32_t>(
            floor_divided((std::int64_t{date.year} - 2000) * 12 + date.month - 1 - origin_, months_));
    }
    // The first day of a period.
    [[nodiscard]] Day start_of(std::int64_t period) const noexcept
    {
        if (days_ > 0)
            return static_cast<Day>(origin_ + period * days_);
        const std::int64_t month = origin_ + period * months_;
        const auto year = floor_divided(month, 12);
        return day_of(2000 + year, month - year * 12 + 1, 1);
    }

private:
    [[nodiscard]] static std::int32_t remainder(std::int64_t value, std::int32_t by) noexcept
    {
        return static_cast<std::int32_t>(value - floor_divided(value, by) * by);
    }
    [[noreturn, gnu::cold, gnu::noinline]] static void fail_origin(const CivilDate& date)
    {
        const auto two_digits = [](std::int32_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
        throw Error(ErrorCode::invalid_parameter,
                    "origin must be the first day of a month where step is of months: " + std::to_string(date.year) +
                        '-' + two_digits(date.month) + '-' + two_digits(date.day),
                    {}, "Pass for example origin => '2024-04-01', or a step of days or weeks.");
    }

    std::int32_t months_, days_;
    std::int32_t origin_ = 0;  // the first day, or month, of a period: less than a step after the beginning of 2000
};

}  // namespace customer_value::ledger
