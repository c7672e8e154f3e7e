// What an order id that is a text may be.
#pragma once

#include <string_view>

namespace customer_value {

// Throws invalid_parameter for a text that looks like a currency code, three capital letters: in the place of an order
// id it makes all orders of a currency one.
void require_order_id(std::string_view order_id);

}  // namespace customer_value
