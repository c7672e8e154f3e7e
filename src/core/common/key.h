// What identifies a customer or an order: a bigint, a uuid or a text.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace customer_value {

enum class KeyKind : std::uint8_t { none, bigint, uuid, text };

[[nodiscard]] constexpr std::string_view name_of(KeyKind kind) noexcept
{
    constexpr std::array<std::string_view, 4> names{"none", "bigint", "uuid", "text"};
    return names[static_cast<std::size_t>(kind)];
}

using Uuid = std::array<unsigned char, 16>;

// A key as the caller holds it: the bytes of a bigint (native order), a uuid or a text.
struct Key {
    KeyKind kind;
    std::string_view bytes;
};

// Below 0 where one comes before the other, 0 where both are the same. Keys of one kind.
[[nodiscard]] inline int compare(const Key& left, const Key& right) noexcept
{
    if (left.kind != KeyKind::bigint)
        return left.bytes.compare(right.bytes);
    std::int64_t first, second;
    std::memcpy(&first, left.bytes.data(), sizeof first);
    std::memcpy(&second, right.bytes.data(), sizeof second);
    return (first > second) - (first < second);
}

// The kind of that name.
[[nodiscard]] std::optional<KeyKind> kind_named(std::string_view name) noexcept;

// A key as SQL prints it.
[[nodiscard]] std::string printable(const Key& key);

// The key that prints as `text`; its bytes lie in the text or in the buffer. Nothing where the text is no such key.
union KeyBuffer {
    std::int64_t number;
    Uuid uuid;
};
[[nodiscard]] std::optional<Key> parsed_key(KeyKind kind, std::string_view text, KeyBuffer& buffer) noexcept;

// Mixes the bits of 64 (the finaliser of splitmix64, S. Vigna 2015).
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t bits) noexcept
{
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111ebu;
    return bits ^ bits >> 31;
}

[[nodiscard]] inline std::uint64_t hash_of(std::string_view bytes) noexcept
{
    std::uint64_t hash = bytes.size();
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data(), 8);
        hash = mixed((hash + 0x9e3779b97f4a7c15u) ^ word);
    }
    std::uint64_t word = 0;
    if (!bytes.empty())
        std::memcpy(&word, bytes.data(), bytes.size());
    return mixed((hash + 0x9e3779b97f4a7c15u) ^ word);
}

// A hash that never changes and is the same on every machine, for what is stored. hash_of may change: it only serves
// tables in memory.
[[nodiscard]] std::uint64_t stable_hash_of(const Key& key);

}  // namespace customer_value
