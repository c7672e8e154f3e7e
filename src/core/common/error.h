// What the core throws. A failure names the argument, the value and the rule; it knows no SQLSTATE (src/pg/guard.cpp
// maps the code to one).
#pragma once

#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>

namespace customer_value {

// The first bytes of a text for a message, without half a character of UTF-8 at the end.
[[nodiscard]] std::string clipped(std::string_view text, std::size_t most = 60);

// The parts of a message, one after the other.
[[nodiscard]] std::string joined(std::initializer_list<std::string_view> parts);

enum class ErrorCode {
    out_of_range,       // a number outside its documented range, NaN, Infinity, an overflow
    invalid_parameter,  // a wrong option, mixed currencies, states that do not belong together
    malformed_text,     // the text form of a state that cannot be read
    malformed_binary,   // the binary form of a state that cannot be read
    too_large,          // a state that would pass the 1 GB limit of a value
    out_of_memory,
    interrupted,  // somebody wants the work to end
    internal,     // a bug in this library
};

class Error : public std::exception {
public:
    Error(ErrorCode code, std::string message, std::string detail = {}, std::string hint = {});

    Error(const Error&) = default;
    Error& operator=(const Error&) = default;
    ~Error() override;

    [[nodiscard]] ErrorCode code() const noexcept { return code_; }
    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    [[nodiscard]] const std::string& detail() const noexcept { return detail_; }
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

private:
    ErrorCode code_;
    std::string message_, detail_, hint_;
};

// Throws invalid_parameter for a stored value of this type that breaks a rule.
[[noreturn, gnu::cold]] void throw_invalid(std::string_view type_name, std::string_view rule);

}  // namespace customer_value
