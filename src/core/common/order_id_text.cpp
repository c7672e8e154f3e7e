#include "core/common/order_id_text.h"

#include "core/common/error.h"

#include <algorithm>
#include <string>

namespace customer_value {

namespace {

[[noreturn, gnu::cold, gnu::noinline]] void throw_currency(std::string_view order_id)
{
    throw Error(ErrorCode::invalid_parameter, "order_id must not be a currency code: \"" + std::string(order_id) + "\"",
                "Three capital letters are taken for the code of a currency, and all its rows would be one order.",
                "Pass the id of the order, and choose the currency by FILTER (WHERE currency = '" +
                    std::string(order_id) +
                    "') or GROUP BY currency. If orders have such ids, prefix them: '#' || order_id.");
}

}  // namespace

void require_order_id(std::string_view order_id)
{
    const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (order_id.size() == 3 && std::all_of(order_id.begin(), order_id.end(), is_capital)) [[unlikely]]
        throw_currency(order_id);
}

}  // namespace customer_value
