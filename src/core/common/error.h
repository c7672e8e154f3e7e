// What the core throws. A failure names the argument, the value and the rule; it knows no SQLSTATE (src/pg/guard.cpp
// maps the code to one).
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace customer_value {

// The first bytes of a text for a message, without half a character of UTF-8 at the end.
[[nodiscard]] inline std::string clipped(std::string_view text, std::size_t most = 60)
{
    if (text.size() <= most)
        return std::string(text);
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80)
        --most;
    return std::string(text.substr(0, most)) + "...";
}

enum class ErrorCode {
    out_of_range,       // a number outside its documented range, NaN, Infinity, an overflow
    invalid_parameter,  // a wrong option, mixed currencies, states that do not belong together
    malformed_text,     // the text form of a state that cannot be read
    malformed_binary,   // the binary form of a state that cannot be read
    too_large,          // a state that would pass the 1 GB limit of a value
    out_of_memory,
    interrupted,        // somebody wants the work to end
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
