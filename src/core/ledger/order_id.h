// The ids of orders as a ledger keeps them.
#pragma once

#include "core/common/key.h"

#include <cstdint>
#include <limits>

namespace customer_value::ledger {

// A bigint as it is, 64 bits of a hash of a uuid or a text. It only serves to find the rows of one customer that belong
// together, so that two texts would have to meet in one customer.
using OrderId = std::int64_t;
inline constexpr OrderId no_order_id = std::numeric_limits<OrderId>::min();

// Throws out_of_range for the bigint that stands for no id, invalid_parameter for a text that looks like the currency
// or the time zone of a row, which stand elsewhere.
[[nodiscard]] OrderId order_id_of(const Key& id);

}  // namespace customer_value::ledger
