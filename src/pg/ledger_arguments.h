// Arguments of ledger reports.
#pragma once

#include "pg/ledger_object.h"

#include "core/ledger/calendar.h"

#include <limits>
#include <optional>

namespace customer_value::pg {

// Beyond them day arithmetic would leave the calendar.
inline constexpr std::int32_t longest_months = 120'000, longest_days = 3'652'500;

// An interval of whole months and days, positive, at most 10,000 years (22003); throws (ereports) 22023 otherwise, and
// names the argument.
inline ledger::Span span_argument(FunctionCallInfo fcinfo, int index, const char* name)
{
    const Interval* interval = PG_GETARG_INTERVAL_P(index);
    if (interval->time != 0 || interval->month < 0 || interval->day < 0 || (interval->month == 0 && interval->day == 0))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("%s must be a positive number of days, weeks, months or years: %s", name,
                               DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(interval)))),
                        errhint("Pass for example '1 month', '1 week' or '90 days'.")));
    if (interval->month > longest_months || interval->day > longest_days)
        ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                        errmsg("%s must not be longer than 10000 years: %s", name,
                               DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(interval))))));
    return {interval->month, interval->day};
}

// How long a gap in paying may be and is none: nothing where it is NULL.
inline ledger::Span grace_argument(FunctionCallInfo fcinfo, int index)
{
    if (PG_ARGISNULL(index))
        return {};
    const Interval* grace = PG_GETARG_INTERVAL_P(index);
    return grace->time == 0 && grace->day == 0 && grace->month == 0 ? ledger::Span{}
                                                                    : span_argument(fcinfo, index, "grace");
}

inline ledger::Step step_argument(FunctionCallInfo fcinfo, int index)
{
    const ledger::Span span = span_argument(fcinfo, index, "step");
    return guarded([&] { return ledger::Step(span); });
}

// A date, or nothing where it is NULL; 22003 for infinity.
inline std::optional<ledger::Day> day_argument(FunctionCallInfo fcinfo, int index, const char* name)
{
    if (PG_ARGISNULL(index))
        return std::nullopt;
    const ledger::Day day = PG_GETARG_DATEADT(index);
    if (day < ledger::earliest_day || day > ledger::latest_day)
        ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                        errmsg("%s is out of range: %s", name,
                               DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(day))))));
    return day;
}

// A step whose periods start on the day that another argument names, where that is not NULL.
inline ledger::Step step_argument(FunctionCallInfo fcinfo, int index, int origin_index)
{
    const ledger::Span span = span_argument(fcinfo, index, "step");
    const auto origin = day_argument(fcinfo, origin_index, "origin");
    return guarded([&] { return ledger::Step(span, origin); });
}

// The days [from, to) that two arguments name. Each is nothing where it is NULL; 22023 where from is later than to.
struct DayBounds {
    std::optional<ledger::Day> from, to;
};

inline DayBounds day_bounds_argument(FunctionCallInfo fcinfo, int from_index, int to_index)
{
    const DayBounds bounds{day_argument(fcinfo, from_index, "from_day"), day_argument(fcinfo, to_index, "to_day")};
    if (bounds.from && bounds.to && *bounds.from > *bounds.to)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("from_day must not be later than to_day: %s > %s",
                               DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(*bounds.from))),
                               DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(*bounds.to))))));
    return bounds;
}

// The periods of a report: those that hold the days [from, to); all that hold rows where from or to is NULL.
struct Periods {
    ledger::Step step;
    std::int32_t first, count;

    [[nodiscard]] ledger::Day start(std::int64_t index) const noexcept { return step.start_of(first + index); }
};

inline constexpr std::int64_t most_periods = 1'000'000;

// Those that hold the days [first, end); 22023 where they are too many, and `made_by` says what made them.
inline Periods periods_of(const ledger::Step& step, ledger::Day first, ledger::Day end, const char* made_by)
{
    if (end <= first)
        return {step, 0, 0};
    const std::int64_t first_period = step.period_of(first), last_period = step.period_of(end - 1);
    if (last_period - first_period >= most_periods)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("%s more than %lld periods", made_by, static_cast<long long>(most_periods)),
                        errhint("Take a longer step or a shorter time.")));
    if (step.start_of(first_period) < ledger::earliest_day)
        ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                        errmsg("the first period would start before 4713 BC"), errhint("Take a shorter step.")));
    return {step, static_cast<std::int32_t>(first_period), static_cast<std::int32_t>(last_period - first_period + 1)};
}

// The last argument of the function is the origin of its step.
inline Periods periods_argument(FunctionCallInfo fcinfo, int step_index, int from_index, int to_index,
                                const ledger::Head& head)
{
    const ledger::Step step = step_argument(fcinfo, step_index, PG_NARGS() - 1);
    const auto [from, to] = day_bounds_argument(fcinfo, from_index, to_index);
    if (head.rows == 0 && !(from && to))
        return {step, 0, 0};
    return periods_of(step, from.value_or(head.first_day), to.value_or(head.last_day + 1),
                      "from_day, to_day and step make");
}

// The day from which a ledger has all rows: what the argument says, otherwise that of its first row; for a ledger without
// rows no day is such a one.
inline ledger::Day known_from_argument(FunctionCallInfo fcinfo, int index, const ledger::Head& head)
{
    return day_argument(fcinfo, index, "known_from")
        .value_or(head.rows > 0 ? head.first_day : std::numeric_limits<ledger::Day>::max());
}

}  // namespace customer_value::pg
