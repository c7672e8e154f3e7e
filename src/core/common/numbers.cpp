#include "core/common/numbers.h"

namespace customer_value {

void refuse_binary(const char* what, const char* rule)
{
    throw Error(ErrorCode::malformed_binary, std::string("invalid binary form of ") + what, std::string(rule) + ".");
}

}  // namespace customer_value
