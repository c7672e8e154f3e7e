// What the tests of forecasts share: fits of held states, and the data files where they are there.
#pragma once

#include "core/clv/fit.h"
#include "unit/laws.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace customer_value::test {

// A fit that is complete, with the memory that it lies in.
template <class Model> class Fitting {
public:
    explicit Fitting(const Held<typename clv::Fit<Model>::State>& rows)
        : rows_(rows.finished()), memory_(clv::Fit<Model>::bytes_for(*rows_)), fit_(*rows_, memory_.get())
    {
        while (!fit_.step())
            ++steps_;
    }
    [[nodiscard]] const clv::Fitted& result() const { return fit_.fitted(); }
    [[nodiscard]] const clv::Fitted& baseline() const { return fit_.baseline(); }
    [[nodiscard]] int steps() const { return steps_; }

private:
    Held<typename clv::Fit<Model>::State> rows_;
    Memory memory_;
    clv::Fit<Model> fit_;
    int steps_ = 0;
};

template <class Model> clv::Fitted fitted(const Held<typename clv::Fit<Model>::State>& rows) { return Fitting<Model>(rows).result(); }

// The log-likelihood and its derivatives at given parameters, whose times are in the unit of the rows.
template <class Model> clv::Sum likelihood_at(const Held<typename clv::Fit<Model>::State>& rows, clv::Point parameters)
{
    const auto sorted = rows.finished();
    Memory memory(clv::Fit<Model>::bytes_for(*sorted));
    clv::Plan<Model> plan(*sorted, memory.get());
    while (!plan.step()) {
    }
    for (std::size_t i = 0; i < clv::most_parameters; ++i)
        parameters[i] /= plan.unit()[i];
    typename clv::Plan<Model>::Likelihood likelihood(plan.data());
    likelihood.at(parameters);
    clv::Sum sum;
    likelihood.add(0, likelihood.rows(), sum);
    sum.value += plan.shift();
    for (std::size_t i = 0; i < clv::most_parameters; ++i)
        sum.gradient[i] /= plan.unit()[i];
    return sum;
}

// Where a data file is: in shared/data beside the sources, or where CUSTOMER_VALUE_DATA says; empty where it is not there.
inline std::string data_file(const std::string& name)
{
    const char* folder = std::getenv("CUSTOMER_VALUE_DATA");
    const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
    const auto file = (folder == nullptr ? root.parent_path() / "shared" / "data" : std::filesystem::path(folder)) / name;
    return std::filesystem::exists(file) ? file.string() : std::string();
}

// The numbers of a file's lines, but for the first line; nothing where the file is not there.
inline std::vector<std::vector<double>> numbers_of(const std::string& name)
{
    std::vector<std::vector<double>> rows;
    std::ifstream file(data_file(name));
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::ranges::replace(line, ',', ' ');
        std::istringstream words(line);
        rows.emplace_back(std::istream_iterator<double>(words), std::istream_iterator<double>());
    }
    return rows;
}

// Equal to so many digits, relative to the expected value.
#define EXPECT_DIGITS(expected, actual, tolerance) EXPECT_NEAR((actual) / (expected), 1, tolerance) << "expected " << (expected) << ", not " << (actual)

}  // namespace customer_value::test
