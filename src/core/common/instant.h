// Instants: microseconds since 2000-01-01 00:00 UTC, as PostgreSQL counts them.
#pragma once

#include "core/common/decimal.h"

#include <cstdint>
#include <string_view>

namespace customer_value {

// PostgreSQL's timestamps are between these (4714 BC to 294276 AD).
inline constexpr std::int64_t first_instant = -211'813'488'000'000'000, end_of_instants = 9'223'371'331'200'000'000;

// Throws out_of_range for an infinite instant.
void require_instant(std::int64_t at);
// The midnight in UTC with which a day (from 2000-01-01) begins. Throws out_of_range for one that is infinite or too late.
[[nodiscard]] std::int64_t midnight(std::int32_t day);
// The instant that a state of this type names in its field "microseconds". Throws invalid_parameter for others.
[[nodiscard]] std::int64_t restored_instant(std::string_view type_name, const DecimalText& microseconds);

}  // namespace customer_value
