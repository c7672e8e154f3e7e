// A ledger while it is built: rows in the order in which they come, keys in a flat hash table.
//
// Probing a table of 500,000 customers row by row costs a chain of cache misses each time. So rows are put down with their
// keys pending; when some hundreds are together, all their slots are prefetched, then all their keys, and then they are
// resolved in a loop: the misses overlap. Rows lie in chunks that are never moved, three columns each (customer number, day,
// amount): 16 bytes a row.
//
// The memory is the caller's. An operation that lacks some returns what it needs and changes nothing that matters; the
// caller gives it with `adopt`, frees what that returns, and asks again.
#pragma once

#include "core/ledger/view.h"

#include "core/common/decimal.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace customer_value::ledger {

// Memory that an operation needs first.
struct Request {
    enum class Use : std::uint8_t { pending, chunk, keys, text } use;
    std::size_t count;  // rows, rows, keys, bytes
    std::size_t bytes;
};

// How far an append has come.
struct Cursor {
    std::uint32_t customer = 0, row = 0;
};

// A customer's number beside the word by which its key sorts.
struct Ranked {
    std::uint64_t order;
    std::uint32_t number;
};

class Builder {
public:
    // Adds a row. Throws out_of_range for days outside the calendar and amounts with more digits than fit,
    // invalid_parameter where kinds of keys, or rows with and without amounts, are mixed.
    [[nodiscard]] std::optional<Request> add(const Key& customer, Day day, const Decimal* amount)
    {
        if (customer.kind != kind_ || (amount != nullptr) != has_amounts() || amounts_ == Amounts::unknown) [[unlikely]]
            set_kind(customer.kind, amount != nullptr);
        return place(customer, day, amount == nullptr ? 0 : scaled(*amount));
    }

    // The same for an amount in units of 10^-scale, at least as large as all before; null for a row without amount.
    [[nodiscard]] std::optional<Request> add(const Key& customer, Day day, const std::int64_t* amount, std::int32_t scale);

    // Adds the rows of a view from the cursor on, in stretches; complete when the cursor's customer is view.customers.
    [[nodiscard]] std::optional<Request> append(const View& view, Cursor& cursor);

    // Resolves the keys that are still pending.
    [[nodiscard]] std::optional<Request> flush();

    // Takes memory for a request; returns the memory that it replaces, to be freed, or null.
    void* adopt(const Request& request, void* memory);

    // Takes the oldest chunk off, to be freed, once its rows are scattered; null when there is none left.
    [[nodiscard]] void* release_chunk() noexcept;
    // Takes off the memory of the keys' table and of pending keys, each perhaps null, once the rows are ranked.
    struct Tables {
        void* keys;
        void* pending;
    };
    [[nodiscard]] Tables release_tables() noexcept { return {std::exchange(keys_, nullptr), std::exchange(pending_, nullptr)}; }
    // Takes off the bytes of text keys, perhaps null; a view of them is then void.
    [[nodiscard]] void* release_text() noexcept { return std::exchange(text_, nullptr); }

    [[nodiscard]] KeyKind kind() const noexcept { return kind_; }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_before_ + room_.count; }
    [[nodiscard]] std::uint32_t customers() const noexcept { return customers_; }
    [[nodiscard]] std::size_t text_bytes() const noexcept { return text_used_; }
    [[nodiscard]] bool has_amounts() const noexcept { return amounts_ == Amounts::present; }
    // Bytes of memory adopted and still held.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    // Clustering: customers by key, rows by customer, day and amount; all keys must be resolved.
    struct Clustered {
        std::uint32_t* offsets;  // customers + 1
        Day* days;               // rows
        std::int64_t* amounts;   // rows, null without amounts
        std::uint64_t* keys;     // customers * words_of(kind)
        Ranked* scratch;         // customers; can be freed after the last scatter
        std::uint32_t* places;   // customers; likewise
    };
    // Ranks the customers by key and counts their rows.
    void rank(const Clustered& to) const;
    // Copies the rows of the oldest chunk to their places; false when there is none left. Then the chunk can be released.
    bool scatter(const Clustered& to) const noexcept;
    // Sorts the rows of the customers from `customer` on, a stretch of them; complete when it reaches customers().
    void sort_rows(const Clustered& to, std::uint32_t& customer) const;
    [[nodiscard]] View view(const Clustered& from) const noexcept;

private:
    enum class Amounts : std::uint8_t { unknown, absent, present };
    struct Chunk {
        Chunk* next;
        std::uint32_t capacity, count;

        [[nodiscard]] std::int64_t* amounts() noexcept { return reinterpret_cast<std::int64_t*>(this + 1); }
        [[nodiscard]] std::uint32_t* customers(bool has_amounts) noexcept
        {
            return reinterpret_cast<std::uint32_t*>(amounts() + (has_amounts ? capacity : 0));
        }
        [[nodiscard]] Day* days(bool has_amounts) noexcept { return reinterpret_cast<Day*>(customers(has_amounts) + capacity); }
    };
    static constexpr std::int32_t largest_scale = 16;
    static constexpr std::size_t largest_chunk = 65536;
    static constexpr std::size_t batch = 512;             // pending keys; smaller ledgers fit into the caches anyway
    static constexpr std::size_t batch_text = batch * 64;  // their bytes

    void set_kind(KeyKind kind, bool has_amounts);
    void widen_scale(std::int32_t scale);
    void see_scale(std::int32_t scale);
    [[nodiscard]] std::int64_t scaled_slowly(const Decimal& amount);
    [[nodiscard]] std::int64_t scaled(std::int64_t amount, std::int32_t scale) const;
    [[nodiscard]] std::optional<Request> place_slowly(const Key& customer, Day day, std::int64_t value);

    // The amount in units of 10^-scale_: its digits, base 10000, as one number.
    [[nodiscard]] std::int64_t scaled(const Decimal& amount)
    {
        const std::int32_t groups = scale_ / 4;
        const std::int32_t trailing = amount.weight - amount.digit_count + 1 + groups;  // groups of zeros to append
        if (amount.kind != Decimal::Kind::finite || std::min(amount.scale, largest_scale) > shown_scale_ || trailing < 0 || amount.weight + groups + 1 > 4) [[unlikely]]
            return scaled_slowly(amount);
        std::int64_t value = 0;
        for (std::int32_t i = 0; i < amount.digit_count; ++i)
            value = value * 10000 + amount.digit(i);
        if (amount.digit_count > 0)
            for (std::int32_t i = 0; i < trailing; ++i)
                value *= 10000;
        return amount.negative ? -value : value;
    }
    [[nodiscard]] std::optional<Request> place(const Key& customer, Day day, std::int64_t value)
    {
        if (kind_ == KeyKind::text || pending_count_ == batch || pending_ == nullptr || room_.count == room_.capacity ||
            day < earliest_day || day > latest_day) [[unlikely]]
            return place_slowly(customer, day, value);
        std::memcpy(pending_ + pending_count_++ * width(), customer.bytes.data(), width() * sizeof(std::uint64_t));
        push_row(0, day, value);
        return std::nullopt;
    }
    [[nodiscard]] Request chunk_request() const noexcept;
    [[nodiscard]] std::optional<Request> reserve_keys(std::size_t more, std::size_t more_text) const;
    [[nodiscard]] std::optional<Request> reserve_pending(std::size_t text_bytes);
    void push_row(std::uint32_t customer, Day day, std::int64_t amount) noexcept
    {
        const std::uint32_t at = room_.count++;
        room_.customers[at] = customer;
        room_.days[at] = day;
        if (room_.amounts != nullptr)
            room_.amounts[at] = amount;
    }
    void push_pending(const Key& customer) noexcept;
    template <KeyKind kind> void resolve_pending();
    [[nodiscard]] std::string_view pending_bytes(std::size_t i) const noexcept;
    [[nodiscard]] std::uint64_t hash_of(const std::uint64_t* words) const noexcept;
    template <KeyKind kind> [[nodiscard]] bool same_key(std::uint32_t customer, const std::uint64_t* words, std::string_view bytes) const noexcept;
    std::uint32_t find_or_insert(const Key& customer);
    template <KeyKind kind> std::uint32_t find_or_insert(std::uint64_t hash, const std::uint64_t* words, std::string_view bytes);
    void index_keys();

    // Words of a key here: a text has its hash beside its place.
    [[nodiscard]] std::size_t width() const noexcept { return kind_ == KeyKind::bigint ? 1 : 2; }
    [[nodiscard]] std::size_t slot_count() const noexcept { return std::size_t{2} * key_capacity_; }
    [[nodiscard]] std::uint32_t* slots() const noexcept { return reinterpret_cast<std::uint32_t*>(keys_ + key_capacity_ * width()); }
    [[nodiscard]] std::string_view key_bytes_of(std::uint32_t customer) const noexcept
    {
        const auto* words = keys_ + customer * width();
        return key_bytes(kind_, kind_ == KeyKind::text ? words + 1 : words, text_);
    }

    KeyKind kind_ = KeyKind::none;
    Amounts amounts_ = Amounts::unknown;
    std::int32_t scale_ = 0;        // of the amounts kept: 0, 4, 8, 12 or 16
    std::int32_t shown_scale_ = 0;  // the largest that an amount had
    mutable Day first_day_ = 0, last_day_ = 0;  // found when the rows are clustered
    std::size_t bytes_ = 0;

    Chunk* first_chunk_ = nullptr;
    Chunk* last_chunk_ = nullptr;
    std::size_t rows_before_ = 0;  // in the chunks before the last
    // The columns of the last chunk, and how many rows it has: its own count is brought up to date when it is full or read.
    struct Room {
        std::uint32_t count = 0, capacity = 0;
        std::uint32_t* customers = nullptr;
        Day* days = nullptr;
        std::int64_t* amounts = nullptr;
    } room_;

    std::uint64_t* pending_ = nullptr;  // words of the keys of the last rows, then their text
    std::uint32_t pending_count_ = 0, pending_text_used_ = 0;

    std::uint64_t* keys_ = nullptr;  // key_capacity_ * width() words, then the slots of the hash table: number + 1, or 0
    std::uint32_t customers_ = 0, key_capacity_ = 0;  // a power of two

    char* text_ = nullptr;
    std::size_t text_used_ = 0, text_capacity_ = 0;
};

}  // namespace customer_value::ledger
