// The tables of test/reference, which every checkout has.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace customer_value::test {

// The numbers of a CSV file's lines after its header; a field without a number is NaN.
inline std::vector<std::vector<double>> reference(const std::string& name)
{
    const auto path = std::filesystem::path(__FILE__).parent_path().parent_path() / "reference" / name;
    std::ifstream file(path);
    EXPECT_TRUE(file) << path << " cannot be read";
    std::vector<std::vector<double>> rows;
    std::string line, field;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::istringstream fields(line + ',');
        rows.emplace_back();
        while (std::getline(fields, field, ','))
            rows.back().push_back(field.empty() ? std::numeric_limits<double>::quiet_NaN()
                                                : std::strtod(field.c_str(), nullptr));
    }
    return rows;
}

}  // namespace customer_value::test
