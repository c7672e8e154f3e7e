// The stored form of a ledger, which is its binary form too: a head and then, customer by customer in the order of keys,
//
//     the key        bigint: the first zigzag-coded, then the distance to the one before; uuid: 16 bytes; text: length, bytes
//     the rows       their number; days as distances, the first to the first day of the ledger
//     the amounts    zigzag-coded, in units of 10^-scale
//
// Numbers are LEB128 (7 bits a byte), so that a row takes 3 to 6 bytes in all. The head keeps what can be answered
// without a look at the rest.
#pragma once

#include "core/ledger/view.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace customer_value::ledger {

// Behind the varlena header and the version of a stored value.
struct Head {
    KeyKind kind = KeyKind::none;
    bool has_amounts = false;
    std::uint8_t scale = 0;
    std::uint32_t customers = 0;
    Day first_day = 0, last_day = 0;
    std::uint64_t rows = 0;
    std::uint64_t text_bytes = 0;  // of all text keys

    [[nodiscard]] static Head of(const View& view) noexcept;
};

// The memory that a view of a stored ledger needs; the caller gives it, and `decode` fills it.
struct Decoded {
    std::uint32_t* offsets;  // customers + 1
    Day* days;               // rows
    std::int64_t* amounts;   // rows, null without amounts
    std::uint64_t* keys;     // customers * words_of(kind)
    char* text;              // text_bytes
};

// Bytes of the body that `encode` writes.
[[nodiscard]] std::size_t encoded_size(const View& view) noexcept;
void encode(const View& view, unsigned char* body) noexcept;

// Takes bytes as hostile: throws malformed_binary unless the body is what encode writes for such a head.
[[nodiscard]] View decode(const Head& head, std::span<const unsigned char> body, const Decoded& into);

// The head in the binary form, with the body behind it.
inline constexpr std::size_t longest_head = 64;
[[nodiscard]] std::size_t write_head(const Head& head, unsigned char* to) noexcept;
// Takes the head off `bytes`; throws malformed_binary where it cannot be one, also where the body is too short for it.
[[nodiscard]] Head read_head(std::span<const unsigned char>& bytes);

}  // namespace customer_value::ledger
