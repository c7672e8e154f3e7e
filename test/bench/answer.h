// What a statement answers, as text, whoever answered it.
#pragma once

#include "../stress/connection.h"

#include <string>
#include <vector>

namespace customer_value::bench {

using Answer = std::vector<std::vector<std::string>>;  // rows of values; NULL for null

Answer answer_of(const test::Result& result);

// Says where the answers differ: "2, NAME says 3". Empty where they agree; numbers do to twelve digits, since the scale
// of a quotient is a matter of taste.
std::string difference(const Answer& ours, const Answer& theirs, const std::string& name);

}  // namespace customer_value::bench
