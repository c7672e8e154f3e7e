// The stored form of a ledger, which is its binary form too: a head and then, customer by customer in the order of
// keys,
//
//     the key        bigint: the first zigzag-coded, then the distance to the one before;
//                    uuid: 16 bytes; text: length, bytes
//     the rows       twice their number, and 1 if there are refunds;
//                    days as distances, the first to the first day of the ledger
//     the refunds    where there are, a bit a row
//     the amounts    how many bytes they take; each without its sign, in units of 10^-scale
//     the order ids  where there are: of bigint zigzag-coded distances, the first to 0; of others 8 bytes each
//
// Numbers are LEB128 (7 bits a byte), so that a row takes 3 to 6 bytes in all. Reports that ask only who came when step
// over the amounts.
#pragma once

#include "core/common/interrupt.h"
#include "core/common/numbers.h"
#include "core/ledger/view.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace customer_value::ledger {

// A ledger in this form.
struct StoredLedger : Head {
    std::span<const unsigned char> body;
};

// Bytes of the body that `encode` writes. Both throw what the view throws where it is streamed.
[[nodiscard]] std::size_t encoded_size(const View& view);
void encode(const View& view, unsigned char* body);

// The same for a ledger whose rows are encoded already, piece by piece: the bytes of customer order[i] of a builder end
// at ends[order[i]], where those of the next one begin. Keys are in their order, as a view has them.
struct EncodedLedger : Head {
    const std::uint64_t* keys;
    const char* text;
    const std::uint32_t* order;
    const std::uint32_t* ends;
    const unsigned char* bytes;

    [[nodiscard]] Key key(std::uint32_t customer) const noexcept
    {
        return {kind, key_bytes(kind, keys + customer * words_of(kind), text)};
    }
    [[nodiscard]] std::string_view rows_of(std::uint32_t customer) const noexcept
    {
        const std::uint32_t number = order[customer], from = number == 0 ? 0 : ends[number - 1];
        return {reinterpret_cast<const char*>(bytes) + from, ends[number] - from};
    }
};
[[nodiscard]] std::size_t encoded_size(const EncodedLedger& ledger) noexcept;
void encode(const EncodedLedger& ledger, unsigned char* body) noexcept;
// Writes a piece, the rows of a customer; returns its end. What lies in the SlackWriter::slack bytes behind that is
// lost.
[[nodiscard]] unsigned char* encode_rows(const Rows& rows, Day first_day, KeyKind kind_of_ids,
                                         unsigned char* to) noexcept;
// The most bytes that the rows of some customers take.
[[nodiscard]] constexpr std::size_t most_encoded(std::size_t rows, std::size_t customers) noexcept
{
    return 25 * rows + rows / 8 + 20 * customers + SlackWriter::slack;
}

// Takes bytes as hostile: throws malformed_binary unless the body is what encode writes for such a head. Text keys stay
// where they are, in the body.
[[nodiscard]] View decode(const StoredLedger& ledger, const Columns& into);

// How many rows a customer has, one to as many as the ledger, and whether refunds are among them.
struct RowCount {
    std::size_t rows;
    bool has_refunds;
};

// Decodes one customer at a time into memory of its own, which stays in the cache: a report that goes through the
// customers once needs no columns of all rows. Bytes are checked as by `decode`, but for what only the end can tell.
class CustomerStream final : public RowSource {
public:
    enum class Amounts : bool { left_out, read };
    enum class Keys : bool { left_out, read };
    CustomerStream(const StoredLedger& ledger, Amounts amounts, Keys keys = Keys::left_out) noexcept
        : ledger_(ledger), rest_(ledger.body), amounts_wanted_(amounts), keys_wanted_(keys)
    {
    }
    // Without keys.
    [[nodiscard]] View view() noexcept { return {ledger_, this}; }
    [[nodiscard]] Rows rows_of(std::uint32_t customer) override;
    // Goes to the next customer; the rows are stepped over, unless they are asked for before the next call.
    void enter(std::uint32_t customer);
    // The one that was entered last, where keys are read; it lives until the next call.
    [[nodiscard]] Key customer() const noexcept { return {ledger_.kind, key_bytes(ledger_.kind, key_.data(), text())}; }

private:
    void leave();
    [[nodiscard]] const char* text() const noexcept { return reinterpret_cast<const char*>(ledger_.body.data()); }

    StoredLedger ledger_;
    std::span<const unsigned char> rest_;
    Amounts amounts_wanted_;
    Keys keys_wanted_;
    std::array<std::uint64_t, 2> key_{};
    std::uint32_t next_ = 0;
    RowCount
        count_{};  // of the rows that lie ahead of the customer that was entered last; none where they have been read
    std::uint64_t rows_read_ = 0;
    std::vector<Day> days_;
    std::vector<std::int64_t> amounts_;
    std::vector<OrderId> order_ids_;
    Rows rows_{};
    Lookout lookout_;
};

// The head in the binary form, with the body behind it.
inline constexpr std::size_t longest_head = 64;
[[nodiscard]] std::size_t write_head(const Head& head, unsigned char* to) noexcept;
// Takes the head off `bytes`; throws malformed_binary where it cannot be one, also where the body is too short for it.
[[nodiscard]] Head read_head(std::span<const unsigned char>& bytes);

}  // namespace customer_value::ledger
