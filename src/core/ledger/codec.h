// The stored form of a ledger, which is its binary form too: a head and then, customer by customer in the order of keys,
//
//     the key        bigint: the first zigzag-coded, then the distance to the one before; uuid: 16 bytes; text: length, bytes
//     the rows       twice their number, and 1 if there are refunds; days as distances, the first to the first day of the ledger
//     the refunds    where there are, a bit a row
//     the amounts    how many bytes they take; each without its sign, in units of 10^-scale
//
// Numbers are LEB128 (7 bits a byte), so that a row takes 3 to 6 bytes in all. Reports that ask only who came when step
// over the amounts. The head keeps what can be answered
// without a look at the rest.
#pragma once

#include "core/ledger/view.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

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

// A view of a stored ledger of which only the head is known: for the arguments of a report, and to be streamed.
[[nodiscard]] View head_view(const Head& head) noexcept;

// Decodes one customer at a time into memory of its own, which stays in the cache: a report that goes through the customers
// once needs no columns of all rows. Bytes are checked as by `decode`, but for what only the end can tell.
class CustomerStream {
public:
    enum class Amounts : bool { left_out, read };
    CustomerStream(const Head& head, std::span<const unsigned char> body, Amounts amounts) noexcept : head_(head), rest_(body), amounts_wanted_(amounts) {}
    [[nodiscard]] View view() noexcept
    {
        View view = head_view(head_);
        view.stream = this;
        return view;
    }
    // The rows of the customer that is asked for again, or of the next one.
    [[nodiscard]] Rows rows_of(std::uint32_t customer);

private:
    Head head_;
    std::span<const unsigned char> rest_;
    Amounts amounts_wanted_;
    std::uint32_t next_ = 0;
    std::uint64_t rows_read_ = 0;
    std::vector<Day> days_;
    std::vector<std::int64_t> amounts_;
    Rows rows_{};
};

// The head in the binary form, with the body behind it.
inline constexpr std::size_t longest_head = 64;
[[nodiscard]] std::size_t write_head(const Head& head, unsigned char* to) noexcept;
// Takes the head off `bytes`; throws malformed_binary where it cannot be one, also where the body is too short for it.
[[nodiscard]] Head read_head(std::span<const unsigned char>& bytes);

}  // namespace customer_value::ledger
