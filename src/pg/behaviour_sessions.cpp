#include "pg/guard.h"
#include "pg/partition.h"

#include "core/behaviour/sessions.h"

using namespace customer_value;
using namespace customer_value::pg;

namespace {

// The gap in microseconds; 22023 unless it is positive and of one length always.
std::int64_t gap_of(const Interval* gap)
{
    std::int64_t length;
    if (gap->month != 0 || __builtin_mul_overflow(std::int64_t{gap->day}, std::int64_t{USECS_PER_DAY}, &length) ||
        __builtin_add_overflow(length, std::int64_t{gap->time}, &length) || length <= 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("gap must be longer than zero, without months: %s",
                               DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(gap)))),
                        errhint("Write it in minutes, hours or days (of 24 hours), for example '30 minutes'.")));
    return length;
}

}  // namespace

// sessionize(at, gap) OVER (PARTITION BY customer ORDER BY at)
SQL_FUNCTION(sessionize)
{
    WindowObject window = window_of(fcinfo);
    auto* sessions = partition_memory<behaviour::Sessions>(window);
    WinSetMarkPosition(window, WinGetCurrentPosition(window));
    bool no_instant, no_gap;
    const TimestampTz at = DatumGetTimestampTz(WinGetFuncArgCurrent(window, 0, &no_instant));
    const Datum gap = WinGetFuncArgCurrent(window, 1, &no_gap);
    if (no_instant || no_gap)
        PG_RETURN_NULL();
    if (TIMESTAMP_NOT_FINITE(at))
        ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                        errmsg("at must be a finite instant: %s", at < 0 ? "-infinity" : "infinity")));
    const std::int64_t length = gap_of(DatumGetIntervalP(gap));
    PG_RETURN_INT64(guarded([&] { return sessions->add(at, length); }));
}
