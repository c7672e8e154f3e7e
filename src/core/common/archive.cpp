#include "core/common/archive.h"

#include <charconv>
#include <cstring>

namespace customer_value {

void Sink::put(std::string_view bytes)
{
    lookout_.call();
    if (buffer_ != nullptr && size_ + bytes.size() <= capacity_)
        std::memcpy(buffer_ + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
}

void TextWriter::begin(int version)
{
    sink_.put('(');
    count("version", version);
}

void TextWriter::count(std::string_view name, std::int64_t value)
{
    label(name);
    std::array<char, 24> digits;
    sink_.put({digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr});
}

void TextWriter::number(std::string_view name, std::string_view decimal)
{
    label(name);
    sink_.put(decimal);
}

void TextWriter::text(std::string_view name, std::string_view value)
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

void TextWriter::label(std::string_view name)
{
    if (!first_)
        sink_.put(',');
    first_ = false;
    sink_.put(name);
    sink_.put(':');
}

void BinaryWriter::text(std::string_view, std::string_view value)
{
    integer(value.size());
    sink_.put(value);
}

void BinaryWriter::integer(std::uint64_t value)
{
    std::array<char, 8> bytes;
    for (std::size_t i = bytes.size(); i-- > 0; value >>= 8)
        bytes[i] = static_cast<char>(value);
    sink_.put({bytes.data(), bytes.size()});
}

void TextReader::begin(int newest)
{
    skip_blanks();
    expect('(');
    std::int64_t version = 0;
    count("version", version);
    if (version < 1 || version > newest)
        fail("its version is " + std::to_string(version) + ", this release reads versions 1 to " +
             std::to_string(newest));
}

void TextReader::end()
{
    expect(')');
    skip_blanks();
    if (!rest_.empty())
        fail("there is text behind the closing parenthesis");
}

void TextReader::count(std::string_view name, std::int64_t& value)
{
    label(name);
    const auto [stop, problem] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (problem != std::errc{} || value < 0 || value > max_count)
        fail("\"" + std::string(name) + "\" must be a whole number from 0 to " + std::to_string(max_count));
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
}

std::string_view TextReader::word(std::string_view name)
{
    label(name);
    return take_word();
}

DecimalText TextReader::number(std::string_view name)
{
    label(name);
    const auto parts = DecimalText::parsed(next_word());
    if (!parts)
        fail("\"" + std::string(name) + "\" must be a decimal number");
    (void)take_word();
    return *parts;
}

std::size_t TextReader::text(std::string_view name, char* buffer, std::size_t capacity)
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

void TextReader::fail(const std::string& rule) const
{
    throw Error(ErrorCode::malformed_text,
                "invalid input syntax for type " + std::string(type_) + ": \"" + clipped(input_) + "\"",
                "At byte " + std::to_string(input_.size() - rest_.size()) + ": " + rule + ".");
}

bool TextReader::next_is(std::string_view name) const
{
    return rest_.starts_with(',') && rest_.substr(1).starts_with(name) &&
           rest_.substr(1 + name.size()).starts_with(':');
}

std::string_view TextReader::take_word()
{
    const auto word = next_word();
    rest_.remove_prefix(word.size());
    return word;
}

void TextReader::label(std::string_view name)
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

void TextReader::expect(char c)
{
    if (rest_.empty() || rest_.front() != c)
        fail(std::string("expected \"") + c + "\"");
    rest_.remove_prefix(1);
}

void TextReader::skip_blanks() noexcept
{
    while (!rest_.empty() && std::string_view(" \t\r\n").find(rest_.front()) != std::string_view::npos)
        rest_.remove_prefix(1);
}

void BinaryReader::begin(int newest)
{
    const auto version = static_cast<unsigned char>(take(1).front());
    if (version < 1 || version > newest)
        fail("its version is " + std::to_string(version) + ", this release reads versions 1 to " +
             std::to_string(newest));
}

void BinaryReader::end() const
{
    if (!rest_.empty())
        fail("there are bytes behind its end");
}

void BinaryReader::count(std::string_view name, std::int64_t& value)
{
    value = static_cast<std::int64_t>(integer());
    if (value < 0 || value > max_count)
        fail("\"" + std::string(name) + "\" must be a whole number from 0 to " + std::to_string(max_count));
}

DecimalText BinaryReader::number(std::string_view name)
{
    const auto parts = DecimalText::parsed(counted(name, rest_.size()));
    if (!parts)
        fail("\"" + std::string(name) + "\" must be a decimal number");
    return *parts;
}

std::size_t BinaryReader::text(std::string_view name, char* buffer, std::size_t capacity)
{
    const auto bytes = counted(name, capacity);
    std::memcpy(buffer, bytes.data(), bytes.size());
    return bytes.size();
}

void BinaryReader::fail(const std::string& rule) const
{
    throw Error(ErrorCode::malformed_binary, "invalid binary form of type " + std::string(type_),
                "At byte " + std::to_string(input_.size() - rest_.size()) + " of " + std::to_string(input_.size()) +
                    ": " + rule + ".");
}

std::string_view BinaryReader::take(std::size_t size)
{
    if (rest_.size() < size)
        fail("it ends too early");
    const auto bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
}

std::string_view BinaryReader::counted(std::string_view name, std::size_t capacity)
{
    const auto size = integer();
    if (size > capacity)
        fail("\"" + std::string(name) + "\" is longer than " + std::to_string(capacity) + " bytes");
    return take(static_cast<std::size_t>(size));
}

std::uint64_t BinaryReader::integer()
{
    lookout_.call();
    std::uint64_t value = 0;
    for (const char byte : take(8))
        value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

}  // namespace customer_value
