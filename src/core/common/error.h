// What the core throws. A failure names the argument, the value and the rule; it knows no SQLSTATE (src/pg/guard.cpp
// maps the code to one).
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace customer_value {

enum class ErrorCode {
    out_of_range,       // a number outside its documented range, NaN, Infinity, an overflow
    invalid_parameter,  // a wrong option, mixed currencies, states that do not belong together
    missing_value,      // NULL where a value is needed
    malformed_text,     // the text form of a state that cannot be read
    malformed_binary,   // the binary form of a state that cannot be read
    too_large,          // a state that would pass the 1 GB limit of a value
    unknown_version,    // a state written by a newer release
    out_of_memory,
    internal,           // a bug in this library
};

class Error : public std::exception {
public:
    Error(ErrorCode code, std::string message, std::string detail = {}, std::string hint = {})
        : code_(code), message_(std::move(message)), detail_(std::move(detail)), hint_(std::move(hint)) {}

    [[nodiscard]] ErrorCode code() const noexcept { return code_; }
    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    [[nodiscard]] const std::string& detail() const noexcept { return detail_; }
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

private:
    ErrorCode code_;
    std::string message_, detail_, hint_;
};

}  // namespace customer_value
