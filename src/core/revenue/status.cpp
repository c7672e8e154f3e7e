#include "core/revenue/status.h"

#include "core/common/error.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace customer_value::revenue {

namespace {

// whether rows of the status are revenue; nothing for a word that is not known
std::optional<bool> revenue_of(std::string_view status)
{
    using namespace std::string_view_literals;
    constexpr std::array counted{"paid"sv,      "completed"sv, "shipped"sv,           "delivered"sv,
                                 "fulfilled"sv, "refunded"sv,  "partially_refunded"sv};
    constexpr std::array not_counted{"cancelled"sv, "canceled"sv, "void"sv, "voided"sv,
                                     "pending"sv,   "failed"sv,   "draft"sv};
    std::string word(status.substr(0, 64));
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (std::find(counted.begin(), counted.end(), word) != counted.end())
        return true;
    if (std::find(not_counted.begin(), not_counted.end(), word) != not_counted.end())
        return false;
    return std::nullopt;
}

}  // namespace

bool is_known_status(std::string_view status) { return revenue_of(status).has_value(); }

bool is_revenue_status(std::string_view status)
{
    if (const auto revenue = revenue_of(status))
        return *revenue;
    throw Error(
        ErrorCode::invalid_parameter, "unknown order status: \"" + clipped(status) + "\"",
        "Known are paid, completed, shipped, delivered, fulfilled, refunded, partially_refunded, and, without revenue, "
        "cancelled, canceled, void, voided, pending, failed, draft.",
        "Map your own words first, for example with CASE.");
}

}  // namespace customer_value::revenue
