#include "core/common/checked.h"

namespace customer_value {

void throw_count_out_of_range()
{
    throw Error(ErrorCode::out_of_range, "count out of range", "A count must not pass 2^61.");
}

void throw_not_counted()
{
    throw Error(ErrorCode::invalid_parameter, "a row that is not counted in this state cannot be removed from it");
}

}  // namespace customer_value
