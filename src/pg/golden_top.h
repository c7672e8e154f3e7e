// What the best customers bring, in percent.
#pragma once

#include "pg/results.h"

namespace customer_value::pg {

// 100 (whole + next part / 10^places) / total of a golden::Top, exact before the division; NULL without a total.
NullableResult top_share_pct(Datum total, Datum whole, Datum next, Int128 part, std::int32_t places);

}  // namespace customer_value::pg
