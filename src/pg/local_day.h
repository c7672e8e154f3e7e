// Days of instants, by an explicit time zone: never that of the session.
#pragma once

#include "pg/server.h"

#include "core/ledger/calendar.h"

#include <string_view>

namespace customer_value::pg {

// The day on which an instant falls in a time zone. Ereports 22003 where `at`, which the message calls `name`, is
// infinite, 22023 where the zone is unknown.
ledger::Day local_day(TimestampTz at, std::string_view zone, const char* name = "at");

// The day of a timestamp without time zone. Ereports 22003 where it is infinite.
ledger::Day own_day(Timestamp at, const char* name = "day");

}  // namespace customer_value::pg
