// The outside forms of a state. A state describes itself once, field by field:
//
//     template <class Self, class Archive> static void describe(Self& self, Archive& archive)
//     {
//         archive.count("promoters", self.promoters);
//     }
//
// and the four archives below make of that its text form `(version:1,promoters:50)`, readable and lossless, and its
// binary form (network byte order, fields in the same order, no names). Writers are run twice: once without a buffer,
// to learn the length, and once to fill it. Readers take bytes as hostile: they throw malformed_text or
// malformed_binary, and what they pass on is within the range that they promise.
#pragma once

#include "core/common/checked.h"
#include "core/common/decimal.h"
#include "core/common/error.h"
#include "core/common/interrupt.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

namespace customer_value {

// Bytes into a buffer of known size; without a buffer they are only counted.
class Sink {
public:
    Sink() = default;
    Sink(char* buffer, std::size_t capacity) noexcept : buffer_(buffer), capacity_(capacity) {}

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    void put(std::string_view bytes);
    void put(char byte) { put(std::string_view(&byte, 1)); }

private:
    char* buffer_ = nullptr;
    std::size_t capacity_ = 0, size_ = 0;
    Lookout lookout_;
};

class TextWriter {
public:
    static constexpr bool reading = false;
    explicit TextWriter(Sink& sink) noexcept : sink_(sink) {}

    void begin(int version);
    void end() { sink_.put(')'); }
    void count(std::string_view name, std::int64_t value);
    void number(std::string_view name, std::string_view decimal);
    void text(std::string_view name, std::string_view value);

private:
    void label(std::string_view name);
    Sink& sink_;
    bool first_ = true;
};

class BinaryWriter {
public:
    static constexpr bool reading = false;
    explicit BinaryWriter(Sink& sink) noexcept : sink_(sink) {}

    void begin(int version) { sink_.put(static_cast<char>(version)); }
    void end() noexcept {}
    void count(std::string_view, std::int64_t value) { integer(static_cast<std::uint64_t>(value)); }
    void number(std::string_view, std::string_view decimal) { text({}, decimal); }
    void text(std::string_view, std::string_view value);

private:
    void integer(std::uint64_t value);
    Sink& sink_;
};

// What both readers promise: a count is between 0 and max_count.
class TextReader {
public:
    static constexpr bool reading = true;
    TextReader(std::string_view type, std::string_view input) noexcept : type_(type), input_(input), rest_(input) {}

    void begin(int newest);
    void end();
    void count(std::string_view name, std::int64_t& value);
    // The characters up to the next field.
    [[nodiscard]] std::string_view word(std::string_view name);
    [[nodiscard]] DecimalText number(std::string_view name);
    // A quoted text, written without its escapes into `buffer`; returns its length.
    std::size_t text(std::string_view name, char* buffer, std::size_t capacity);
    [[noreturn]] void fail(const std::string& rule) const;
    // More fields that repeat: true while the closing parenthesis is not reached.
    [[nodiscard]] bool more() const noexcept { return !rest_.empty() && rest_.front() != ')'; }
    // Whether the next field has that name.
    [[nodiscard]] bool next_is(std::string_view name) const;

private:
    [[nodiscard]] std::string_view next_word() const { return rest_.substr(0, rest_.find_first_of(",)")); }
    std::string_view take_word();
    void label(std::string_view name);
    void expect(char c);
    void skip_blanks() noexcept;
    std::string_view type_, input_, rest_;
    bool first_ = true;
    Lookout lookout_;
};

class BinaryReader {
public:
    static constexpr bool reading = true;
    BinaryReader(std::string_view type, std::string_view input) noexcept : type_(type), input_(input), rest_(input) {}

    void begin(int newest);
    void end() const;
    void count(std::string_view name, std::int64_t& value);
    [[nodiscard]] DecimalText number(std::string_view name);
    std::size_t text(std::string_view name, char* buffer, std::size_t capacity);
    [[noreturn]] void fail(const std::string& rule) const;
    [[nodiscard]] bool more() const noexcept { return !rest_.empty(); }

private:
    std::string_view take(std::size_t size);
    std::string_view counted(std::string_view name, std::size_t capacity);
    std::uint64_t integer();
    std::string_view type_, input_, rest_;
    Lookout lookout_;
};

}  // namespace customer_value
