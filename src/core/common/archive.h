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
    void put(std::string_view bytes)
    {
        lookout_.call();
        if (buffer_ != nullptr && size_ + bytes.size() <= capacity_)
            std::memcpy(buffer_ + size_, bytes.data(), bytes.size());
        size_ += bytes.size();
    }
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

    void begin(int version)
    {
        sink_.put('(');
        count("version", version);
    }
    void end() { sink_.put(')'); }
    void count(std::string_view name, std::int64_t value)
    {
        label(name);
        std::array<char, 24> digits;
        sink_.put({digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr});
    }
    void number(std::string_view name, std::string_view decimal)
    {
        label(name);
        sink_.put(decimal);
    }
    void text(std::string_view name, std::string_view value)
    {
        label(name);
        sink_.put('"');
        for (const char c : value) {
            if (c == '"' || c == '\\')
                sink_.put('\\');
            sink_.put(c);
        }
        sink_.put('"');
    }

private:
    void label(std::string_view name)
    {
        if (!first_)
            sink_.put(',');
        first_ = false;
        sink_.put(name);
        sink_.put(':');
    }
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
    void text(std::string_view, std::string_view value)
    {
        integer(value.size());
        sink_.put(value);
    }

private:
    void integer(std::uint64_t value)
    {
        for (int shift = 56; shift >= 0; shift -= 8)
            sink_.put(static_cast<char>(value >> shift));
    }
    Sink& sink_;
};

// What both readers promise: a count is between 0 and max_count.
class TextReader {
public:
    static constexpr bool reading = true;
    TextReader(std::string_view type, std::string_view input) noexcept : type_(type), input_(input), rest_(input) {}

    void begin(int newest)
    {
        skip_blanks();
        expect('(');
        std::int64_t version = 0;
        count("version", version);
        if (version < 1 || version > newest)
            fail("its version is " + std::to_string(version) + ", this release reads versions 1 to " + std::to_string(newest));
    }
    void end()
    {
        expect(')');
        skip_blanks();
        if (!rest_.empty())
            fail("there is text behind the closing parenthesis");
    }
    void count(std::string_view name, std::int64_t& value)
    {
        label(name);
        const auto [stop, problem] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (problem != std::errc{} || value < 0 || value > max_count)
            fail("\"" + std::string(name) + "\" must be a whole number from 0 to " + std::to_string(max_count));
        rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
    }
    // The characters up to the next field.
    [[nodiscard]] std::string_view word(std::string_view name)
    {
        label(name);
        return take_word();
    }
    [[nodiscard]] DecimalText number(std::string_view name)
    {
        label(name);
        const auto parts = DecimalText::parsed(next_word());
        if (!parts)
            fail("\"" + std::string(name) + "\" must be a decimal number");
        (void)take_word();
        return *parts;
    }
    // A quoted text, written without its escapes into `buffer`; returns its length.
    std::size_t text(std::string_view name, char* buffer, std::size_t capacity)
    {
        label(name);
        expect('"');
        std::size_t size = 0;
        for (; !rest_.empty() && rest_.front() != '"'; rest_.remove_prefix(1)) {
            if (rest_.front() == '\\')
                rest_.remove_prefix(1);
            if (rest_.empty() || size == capacity)
                fail("\"" + std::string(name) + "\" is longer than " + std::to_string(capacity) + " bytes or not closed");
            buffer[size++] = rest_.front();
        }
        expect('"');
        return size;
    }
    [[noreturn]] void fail(const std::string& rule) const
    {
        throw Error(ErrorCode::malformed_text,
                    "invalid input syntax for type " + std::string(type_) + ": \"" + clipped(input_) + "\"",
                    "At byte " + std::to_string(input_.size() - rest_.size()) + ": " + rule + ".");
    }
    // More fields that repeat: true while the closing parenthesis is not reached.
    [[nodiscard]] bool more() const noexcept { return !rest_.empty() && rest_.front() != ')'; }
    // Whether the next field has that name.
    [[nodiscard]] bool next_is(std::string_view name) const
    {
        return rest_.starts_with(',') && rest_.substr(1).starts_with(name) && rest_.substr(1 + name.size()).starts_with(':');
    }

private:
    [[nodiscard]] std::string_view next_word() const { return rest_.substr(0, rest_.find_first_of(",)")); }
    std::string_view take_word()
    {
        const auto word = next_word();
        rest_.remove_prefix(word.size());
        return word;
    }
    void label(std::string_view name)
    {
        lookout_.call();
        if (!first_)
            expect(',');
        first_ = false;
        if (!rest_.starts_with(name))
            fail("expected \"" + std::string(name) + "\"");
        rest_.remove_prefix(name.size());
        expect(':');
    }
    void expect(char c)
    {
        if (rest_.empty() || rest_.front() != c)
            fail(std::string("expected \"") + c + "\"");
        rest_.remove_prefix(1);
    }
    void skip_blanks() noexcept
    {
        while (!rest_.empty() && std::string_view(" \t\r\n").find(rest_.front()) != std::string_view::npos)
            rest_.remove_prefix(1);
    }
    std::string_view type_, input_, rest_;
    bool first_ = true;
    Lookout lookout_;
};

class BinaryReader {
public:
    static constexpr bool reading = true;
    BinaryReader(std::string_view type, std::string_view input) noexcept : type_(type), input_(input), rest_(input) {}

    void begin(int newest)
    {
        const auto version = static_cast<unsigned char>(take(1).front());
        if (version < 1 || version > newest)
            fail("its version is " + std::to_string(version) + ", this release reads versions 1 to " + std::to_string(newest));
    }
    void end() const
    {
        if (!rest_.empty())
            fail("there are bytes behind its end");
    }
    void count(std::string_view name, std::int64_t& value)
    {
        value = static_cast<std::int64_t>(integer());
        if (value < 0 || value > max_count)
            fail("\"" + std::string(name) + "\" must be a whole number from 0 to " + std::to_string(max_count));
    }
    [[nodiscard]] DecimalText number(std::string_view name)
    {
        const auto parts = DecimalText::parsed(counted(name, rest_.size()));
        if (!parts)
            fail("\"" + std::string(name) + "\" must be a decimal number");
        return *parts;
    }
    std::size_t text(std::string_view name, char* buffer, std::size_t capacity)
    {
        const auto bytes = counted(name, capacity);
        std::memcpy(buffer, bytes.data(), bytes.size());
        return bytes.size();
    }
    [[noreturn]] void fail(const std::string& rule) const
    {
        throw Error(ErrorCode::malformed_binary, "invalid binary form of type " + std::string(type_),
                    "At byte " + std::to_string(input_.size() - rest_.size()) + " of " + std::to_string(input_.size()) +
                        ": " + rule + ".");
    }
    [[nodiscard]] bool more() const noexcept { return !rest_.empty(); }

private:
    std::string_view take(std::size_t size)
    {
        if (rest_.size() < size)
            fail("it ends too early");
        const auto bytes = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return bytes;
    }
    std::string_view counted(std::string_view name, std::size_t capacity)
    {
        const auto size = integer();
        if (size > capacity)
            fail("\"" + std::string(name) + "\" is longer than " + std::to_string(capacity) + " bytes");
        return take(static_cast<std::size_t>(size));
    }
    std::uint64_t integer()
    {
        lookout_.call();
        std::uint64_t value = 0;
        for (const char byte : take(8))
            value = value << 8 | static_cast<unsigned char>(byte);
        return value;
    }
    std::string_view type_, input_, rest_;
    Lookout lookout_;
};

}  // namespace customer_value
