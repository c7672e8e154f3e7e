#include "answer.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace customer_value::bench {

namespace {

bool agree(const std::string& left, const std::string& right)
{
    if (left == right)
        return true;
    char* left_end;
    char* right_end;
    const double a = std::strtod(left.c_str(), &left_end), b = std::strtod(right.c_str(), &right_end);
    return !left.empty() && !right.empty() && *left_end == '\0' && *right_end == '\0' &&
           std::abs(a - b) <= 1e-12 * std::max(std::abs(a), std::abs(b));
}

}  // namespace

Answer answer_of(const test::Result& result)
{
    Answer answer;
    for (int row = 0; row < result.rows(); ++row) {
        auto& values = answer.emplace_back();
        for (int column = 0; column < result.columns(); ++column)
            values.push_back(result.is_null(row, column) ? "NULL" : result.value(row, column));
    }
    return answer;
}

std::string difference(const Answer& ours, const Answer& theirs, const std::string& name)
{
    if (ours.size() != theirs.size())
        return "of " + std::to_string(ours.size()) + " rows, that of " + name + " of " + std::to_string(theirs.size());
    for (std::size_t row = 0; row < ours.size(); ++row) {
        if (ours[row].size() != theirs[row].size())
            return "of another number of columns than that of " + name;
        for (std::size_t column = 0; column < ours[row].size(); ++column)
            if (!agree(ours[row][column], theirs[row][column]))
                return ours[row][column] + ", " + name + " says " + theirs[row][column];
    }
    return {};
}

}  // namespace customer_value::bench
