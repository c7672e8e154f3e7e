// Which order states count as revenue.
#pragma once

#include <optional>
#include <string_view>

namespace customer_value::revenue {

// True where the money was taken (refunds are rows of their own), false where it was not or not yet. Case does not
// matter, nor does a space or a hyphen for an underscore, nor a prefix "wc-". Throws invalid_parameter for a word that
// is in neither list.
bool is_revenue_status(std::string_view status);

// Whether the word is in one of the two lists.
bool is_known_status(std::string_view status);

// The same as is_revenue_status, but nothing for a word that is in neither list.
std::optional<bool> revenue_of_status(std::string_view status);

}  // namespace customer_value::revenue
