// A ledger while it is built: its customers' keys in a table (customer_table.h), its rows, a word each, in buckets
// (buckets.h).
//
// Probing a table of 500,000 customers row by row costs a chain of cache misses each time. So rows wait until some
// hundreds are together; then all their slots are prefetched, then all their keys: the misses overlap.
//
// The memory is the caller's. An operation that lacks some returns what it needs and changes nothing that matters; the
// caller gives it with `adopt`, and asks again.
//
// With order ids each line is a row until the builder is read: then the lines of one order, day and sign become one.
#pragma once

#include "core/ledger/buckets.h"
#include "core/ledger/customer_table.h"
#include "core/ledger/packed_row.h"
#include "core/ledger/view.h"

#include "core/common/currency.h"
#include "core/common/decimal.h"
#include "core/common/interrupt.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <optional>

namespace customer_value::ledger {

// How far an append has come.
struct Cursor {
    std::uint32_t customer = 0, row = 0;
};

class Builder {
public:
    // Adds a row. Throws out_of_range for days outside the calendar and amounts with more digits than fit,
    // invalid_parameter where kinds of keys, or rows with and without amounts, are mixed.
    [[nodiscard]] std::optional<Request> add(const Key& customer, Day day, const Decimal* amount)
    {
        if (customer.kind != kind() || amounts_ != (amount == nullptr ? Amounts::absent : Amounts::present))
            [[unlikely]]
            set_kind(customer.kind, amount != nullptr, KeyKind::none);
        return place(customer, day, amount == nullptr ? 0 : scaled(*amount));
    }

    // The same for a line of an order whose id is of that kind; throws invalid_parameter where it is of another than
    // those before, or these have none.
    [[nodiscard]] std::optional<Request> add(const Key& customer, Day day, const Decimal& amount, KeyKind kind_of_id,
                                             OrderId order_id)
    {
        if (customer.kind != kind() || kind_of_id != kind_of_ids_) [[unlikely]]
            set_kind(customer.kind, true, kind_of_id);
        return place(customer, day, scaled(amount), order_id);
    }

    // The same for an amount in units of 10^-scale, at least as large as all before; null for a row without amount.
    [[nodiscard]] std::optional<Request> add(const Key& customer, Day day, const std::int64_t* amount,
                                             std::int32_t scale, KeyKind kind_of_id = KeyKind::none,
                                             OrderId order_id = no_order_id);

    // The currency of the amounts that come, perhaps none. Throws invalid_parameter where there are rows in another.
    void set_currency(std::string_view currency)
    {
        if (rows() > 0)
            currency_.require(currency);
        else
            currency_.become(currency);
    }

    // Adds the rows of a view from the cursor on, which it moves as far as there is memory.
    [[nodiscard]] std::optional<Request> append(const View& view, Cursor& cursor);

    // Sends the rows that wait to their customers, and makes lines orders. A builder is read only after that.
    [[nodiscard]] std::optional<Request> flush();

    // Takes memory for a request.
    void adopt(const Request& request, void* memory);

    [[nodiscard]] KeyKind kind() const noexcept { return table_.kind(); }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_ + pending_count_; }
    [[nodiscard]] std::uint32_t customers() const noexcept { return table_.size(); }
    [[nodiscard]] bool has_amounts() const noexcept { return amounts_ >= Amounts::present; }
    [[nodiscard]] bool has_order_ids() const noexcept { return amounts_ == Amounts::by_order; }
    // Bytes of memory adopted.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    [[nodiscard]] Head head() const noexcept;
    // Puts the customers in the order of their keys: their numbers here, and their keys (customers * words_of(kind)),
    // of which those of text are places in text().
    void rank(std::uint32_t* order, std::uint64_t* keys) const { table_.rank(order, keys); }
    [[nodiscard]] const char* text() const noexcept { return table_.text(); }
    // Adds how many rows each customer has.
    void count_rows(std::span<std::uint32_t> rows) const noexcept;
    // The rows of the customers of a bucket, and how many buckets there are.
    [[nodiscard]] std::size_t rows_of_bucket(std::size_t bucket) const noexcept
    {
        return buckets_.all()[bucket].rows();
    }
    [[nodiscard]] std::size_t bucket_count() const noexcept
    {
        return customers() == 0 ? 0 : Buckets::bucket_of(customers() - 1) + 1;
    }

private:
    friend class BucketStream;

    enum class Amounts : std::uint8_t { unknown, absent, present, by_order };
    using LargeRow = packed_row::LargeRow;
    static constexpr std::int32_t largest_scale = 16;
    static constexpr std::size_t batch = CustomerTable::batch;  // pending rows
    static constexpr std::size_t unbatched = 2 * batch;         // rows; a smaller ledger fits into the caches anyway
    static constexpr std::size_t batch_text = batch * 64;       // bytes of their keys

    void set_kind(KeyKind kind, bool has_amounts, KeyKind kind_of_ids);
    void widen_scale(std::int32_t scale);
    void see_scale(std::int32_t scale);
    [[nodiscard]] std::int64_t scaled_slowly(const Decimal& amount);
    [[nodiscard]] std::int64_t scaled(std::int64_t amount, std::int32_t scale) const;
    [[nodiscard]] std::optional<Request> place_slowly(const Key& customer, Day day, std::int64_t value,
                                                      OrderId order_id);

    // The amount in units of 10^-scale_: its digits, base 10000, as one number.
    [[nodiscard]] std::int64_t scaled(const Decimal& amount)
    {
        const std::int32_t groups = scale_ / 4;
        const std::int32_t trailing = amount.weight - amount.digit_count + 1 + groups;  // groups of zeros to append
        if (amount.kind != Decimal::Kind::finite || std::min(amount.scale, largest_scale) > shown_scale_ ||
            trailing < 0 || amount.weight + groups + 1 > 4) [[unlikely]]
            return scaled_slowly(amount);
        std::int64_t value = 0;
        for (std::int32_t i = 0; i < amount.digit_count; ++i)
            value = value * 10000 + amount.digit(i);
        if (amount.digit_count > 0)
            for (std::int32_t i = 0; i < trailing; ++i)
                value *= 10000;
        return amount.negative ? -value : value;
    }
    [[nodiscard]] std::optional<Request> place(const Key& customer, Day day, std::int64_t value,
                                               OrderId order_id = no_order_id)
    {
        if (kind() == KeyKind::text || pending_count_ == batch || pending_ == nullptr || !packed_row::fits(day, value))
            [[unlikely]]
            return place_slowly(customer, day, value, order_id);
        std::memcpy(pending_keys() + pending_count_ * table_.words(), customer.bytes.data(),
                    table_.words() * sizeof(std::uint64_t));
        pending_order_ids()[pending_count_] = order_id;
        pending_[pending_count_++] = packed_row::of(day, value, scale_);
        return std::nullopt;
    }
    // The word for a row; throws out_of_range for its day. Null where there must be room for large rows first.
    [[nodiscard]] std::optional<std::uint64_t> packed(Day day, std::int64_t value);
    [[nodiscard]] LargeRow& large_of(std::uint64_t word) const noexcept
    {
        return large_[word & ~packed_row::elsewhere];
    }
    [[nodiscard]] packed_row::Unpacker unpacker() const noexcept { return {scale_, shown_scale_, is_mixed_, large_}; }

    [[nodiscard]] Request pending_request() const noexcept;
    [[nodiscard]] Request rows_request(std::uint32_t customer) const;
    [[nodiscard]] Request large_rows_request() const;
    [[nodiscard]] std::optional<Request> push(std::uint32_t customer, std::uint64_t word, OrderId order_id);
    void push_pending(const Key& customer, std::uint64_t word, OrderId order_id) noexcept;
    [[nodiscard]] std::optional<Request> send_pending();
    [[nodiscard]] std::optional<Request> combine_lines(Buckets::Bucket& bucket);
    template <KeyKind kind> [[nodiscard]] std::optional<Request> resolve_pending();
    [[nodiscard]] std::optional<Request> resolve(const View& view, std::uint32_t first, std::uint32_t count,
                                                 std::uint32_t* numbers);
    [[nodiscard]] std::string_view pending_bytes(std::size_t i) const noexcept;
    template <class Change> void change_words(Change changed);

    [[nodiscard]] std::uint64_t* pending_keys() const noexcept { return pending_ + batch; }
    [[nodiscard]] OrderId* pending_order_ids() const noexcept
    {
        return reinterpret_cast<OrderId*>(pending_ + 3 * batch);
    }
    [[nodiscard]] char* pending_text() const noexcept { return reinterpret_cast<char*>(pending_ + 4 * batch); }
    CustomerTable table_;
    Currency currency_;
    Amounts amounts_ = Amounts::unknown;
    KeyKind kind_of_ids_ = KeyKind::none;  // of orders
    bool is_mixed_ = false;                // there are words of a scale other than scale_
    std::int32_t scale_ = 0;               // of the amounts that come: 0, 4, 8, 12 or 16, and never less than before
    std::int32_t shown_scale_ = 0;         // the largest that an amount had
    std::size_t bytes_ = 0;
    std::size_t rows_ = 0;  // that do not wait

    Buckets buckets_;
    std::size_t combined_ = 0;                          // buckets whose lines are orders already
    std::uint64_t lowest_ = packed_row::elsewhere - 1;  // word; for the first and the last day
    std::int64_t highest_ = 0;
    Day first_large_ = latest_day, last_large_ = earliest_day;
    LargeRow* large_ = nullptr;
    std::size_t large_count_ = 0, large_capacity_ = 0;

    std::uint64_t* pending_ = nullptr;  // rows that wait: their words, their keys, their order ids, the text of keys
    std::uint32_t pending_count_ = 0, pending_text_used_ = 0;
};

}  // namespace customer_value::ledger
