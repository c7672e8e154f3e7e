#include "core/common/key.h"

#include <charconv>

namespace customer_value {

namespace {

// 8-4-4-4-12 hexadecimal digits: where the hyphens stand.
constexpr bool is_hyphen(std::size_t position) noexcept
{
    return position == 8 || position == 13 || position == 18 || position == 23;
}
constexpr std::size_t uuid_length = 36;
constexpr std::string_view hexadecimal = "0123456789abcdef";

bool read_uuid(std::string_view text, Uuid& uuid) noexcept
{
    if (text.size() != uuid_length)
        return false;
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_hyphen(i)) {
            if (text[i] != '-')
                return false;
            continue;
        }
        const auto digit = hexadecimal.find(text[i]);
        if (digit == std::string_view::npos)
            return false;
        auto& byte = uuid[digits / 2];
        byte = static_cast<unsigned char>(digits++ % 2 == 0 ? digit << 4 : byte | digit);
    }
    return true;
}

// The bytes as a number, the first the lowest, whatever the machine.
std::uint64_t word_of(std::string_view bytes) noexcept
{
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return word;
}

}  // namespace

std::uint64_t stable_hash_of(const Key& key)
{
    constexpr std::uint64_t golden = 0x9e3779b97f4a7c15u;
    std::string_view bytes = key.bytes;
    if (key.kind == KeyKind::bigint) {
        std::uint64_t number;
        std::memcpy(&number, bytes.data(), sizeof number);
        return mixed(number + golden);
    }
    std::uint64_t hash = bytes.size();
    for (; bytes.size() > 8; bytes.remove_prefix(8))
        hash = mixed((hash + golden) ^ word_of(bytes.substr(0, 8)));
    return mixed((hash + golden) ^ word_of(bytes));
}

std::optional<KeyKind> kind_named(std::string_view name) noexcept
{
    for (const auto kind : {KeyKind::none, KeyKind::bigint, KeyKind::uuid, KeyKind::text})
        if (name == name_of(kind))
            return kind;
    return std::nullopt;
}

std::string printable(const Key& key)
{
    if (key.kind == KeyKind::bigint) {
        std::int64_t number;
        std::memcpy(&number, key.bytes.data(), sizeof number);
        return std::to_string(number);
    }
    if (key.kind != KeyKind::uuid)
        return std::string(key.bytes);
    std::string text;
    for (const char c : key.bytes) {
        if (is_hyphen(text.size()))
            text += '-';
        const auto byte = static_cast<unsigned char>(c);
        text += hexadecimal[byte >> 4];
        text += hexadecimal[byte & 15];
    }
    return text;
}

std::optional<Key> parsed_key(KeyKind kind, std::string_view text, KeyBuffer& buffer) noexcept
{
    if (kind == KeyKind::bigint) {
        std::int64_t number = 0;
        const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (problem != std::errc{} || stop != text.data() + text.size())
            return std::nullopt;
        buffer.number = number;
        return Key{kind, {reinterpret_cast<const char*>(&buffer), sizeof number}};
    }
    if (kind == KeyKind::uuid) {
        buffer.uuid = {};
        if (!read_uuid(text, buffer.uuid))
            return std::nullopt;
        return Key{kind, {reinterpret_cast<const char*>(&buffer), sizeof(Uuid)}};
    }
    return Key{kind, text};
}

}  // namespace customer_value
