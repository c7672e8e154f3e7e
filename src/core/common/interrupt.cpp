#include "core/common/interrupt.h"

namespace customer_value {

void throw_interrupted() { throw Error(ErrorCode::interrupted, "canceling statement"); }

}  // namespace customer_value
