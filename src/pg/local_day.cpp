#include "pg/local_day.h"

#include <algorithm>
#include <cstring>

extern "C" {
#include "pgtime.h"
#include "utils/datetime.h"
}

namespace customer_value::pg {

namespace {

pg_tz* zone_named(std::string_view name)
{
    char text[TZ_STRLEN_MAX + 1];
    const auto length = std::min(name.size(), sizeof text - 1);
    std::memcpy(text, name.data(), length);
    text[length] = '\0';
    pg_tz* zone = name.size() == length ? pg_tzset(text) : nullptr;
    if (zone == nullptr)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("time zone \"%s\" not recognized", text),
                        errhint("Name it as pg_timezone_names does, for example Europe/Berlin.")));
    return zone;
}

void require_finite_timestamp(Timestamp at, const char* name)
{
    if (TIMESTAMP_NOT_FINITE(at))
        ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("%s must be a finite timestamp", name)));
}

}  // namespace

ledger::Day own_day(Timestamp at, const char* name)
{
    require_finite_timestamp(at, name);
    const auto day = at / USECS_PER_DAY;
    return static_cast<ledger::Day>(at % USECS_PER_DAY < 0 ? day - 1 : day);
}

ledger::Day local_day(TimestampTz at, std::string_view zone, const char* name)
{
    struct pg_tm time;
    fsec_t fraction;
    int offset;
    require_finite_timestamp(at, name);
    if (timestamp2tm(at, &offset, &time, &fraction, nullptr, zone_named(zone)) != 0)
        ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
    return date2j(time.tm_year, time.tm_mon, time.tm_mday) - POSTGRES_EPOCH_JDATE;
}

}  // namespace customer_value::pg
