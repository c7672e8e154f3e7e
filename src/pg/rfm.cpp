#include "pg/arguments.h"
#include "pg/guard.h"

#include "core/rfm/segment.h"

using namespace customer_value;
using namespace customer_value::pg;

SQL_FUNCTION(rfm_segment)
{
    const std::int32_t r = PG_GETARG_INT32(0), f = PG_GETARG_INT32(1), m = PG_GETARG_INT32(2);
    const auto name = guarded([&] { return rfm::name_of(rfm::segment_of(r, f, m)); });
    PG_RETURN_TEXT_P(cstring_to_text_with_len(name.data(), static_cast<int>(name.size())));
}
