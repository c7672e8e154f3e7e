// The rows of a ledger while it is built, each a word with the customer it belongs to: put down in the order in which
// they come, but in a bucket for every 4,096 customers. Memory is then written in a few streams instead of all over,
// and a bucket is sorted by customer where it is read, in the cache. A row takes 10 bytes, and 8 more with an order id.
#pragma once

#include "core/ledger/view.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace customer_value::ledger {

class Buckets {
public:
    static constexpr unsigned customer_bits = 12;
    static constexpr std::uint32_t customers = 1u << customer_bits;  // of a bucket

    class Bucket {
    public:
        [[nodiscard]] std::size_t rows() const noexcept
        {
            return rows_before_ + (last_ == nullptr ? 0 : rows_in(last_));
        }

        // Calls `visit` with each row, in the order in which they came: which of the bucket's customers, and the word.
        template <class Visit> void each(Visit visit) const
        {
            for (Chunk* chunk = first_; chunk != nullptr; chunk = behind(chunk))
                each_of(chunk, visit);
        }
        // The same where rows have order ids, with that of each.
        template <class Visit> void each_with_id(Visit visit) const
        {
            for (Chunk* chunk = first_; chunk != nullptr; chunk = behind(chunk)) {
                const OrderId* id = chunk->order_ids();
                each_of(chunk, [&](std::uint16_t customer, std::uint64_t word) { visit(customer, word, *id++); });
            }
        }
        // Replaces each word by what `changed` makes of it.
        template <class Change> void change(Change changed)
        {
            for (Chunk* chunk = first_; chunk != nullptr; chunk = behind(chunk))
                for (unsigned char *row = chunk->rows(), *const end = row + rows_in(chunk) * row_bytes; row != end;
                     row += row_bytes) {
                    std::uint64_t word;
                    std::memcpy(&word, row, sizeof word);
                    word = changed(word);
                    std::memcpy(row, &word, sizeof word);
                }
        }
        // Takes all rows away; the chunks stay, for the rows that come.
        void clear() noexcept
        {
            rows_before_ = 0;
            if (first_ != nullptr)
                begin(first_);
        }

    private:
        friend class Buckets;
        // Never moved. Behind it are the order ids, where rows have them, then the rows.
        struct Chunk {
            Chunk* next;
            std::uint32_t capacity;
            bool has_order_ids;

            [[nodiscard]] OrderId* order_ids() noexcept { return reinterpret_cast<OrderId*>(this + 1); }
            [[nodiscard]] unsigned char* rows() noexcept
            {
                return reinterpret_cast<unsigned char*>(order_ids() + (has_order_ids ? capacity : 0));
            }
        };
        [[nodiscard]] std::size_t rows_in(Chunk* chunk) const noexcept
        {
            return chunk == last_ ? static_cast<std::size_t>(next_ - chunk->rows()) / row_bytes : chunk->capacity;
        }
        template <class Visit> void each_of(Chunk* chunk, Visit visit) const
        {
            for (unsigned char *row = chunk->rows(), *const end = row + rows_in(chunk) * row_bytes; row != end;
                 row += row_bytes) {
                std::uint64_t word;
                std::uint16_t customer;
                std::memcpy(&word, row, sizeof word);
                std::memcpy(&customer, row + sizeof word, sizeof customer);
                visit(customer, word);
            }
        }
        // The next chunk that has rows.
        [[nodiscard]] Chunk* behind(Chunk* chunk) const noexcept { return chunk == last_ ? nullptr : chunk->next; }
        // Rows go into this one now.
        void begin(Chunk* chunk) noexcept
        {
            last_ = chunk;
            next_ = chunk->rows();
            end_ = next_ + chunk->capacity * row_bytes;
            next_order_id_ = chunk->order_ids();
        }
        // False where there is no place for another row.
        [[nodiscard]] bool advance() noexcept
        {
            if (last_ == nullptr || last_->next == nullptr)
                return false;
            rows_before_ += last_->capacity;
            begin(last_->next);
            return true;
        }

        unsigned char* next_ = nullptr;  // place for a row in the last chunk, and the end of that
        unsigned char* end_ = nullptr;
        OrderId* next_order_id_ = nullptr;
        Chunk* first_ = nullptr;
        Chunk* last_ = nullptr;        // that has rows; empty ones may come behind it
        std::size_t rows_before_ = 0;  // the last chunk
    };

    [[nodiscard]] static std::size_t bucket_of(std::uint32_t customer) noexcept { return customer >> customer_bits; }

    // False where the bucket needs another chunk first, or is not there yet. `order_id` is null where rows have none.
    [[nodiscard]] bool push(std::uint32_t customer, std::uint64_t word, const OrderId* order_id) noexcept
    {
        const std::size_t number = bucket_of(customer);
        if (number >= count_) [[unlikely]]
            return false;
        Bucket& bucket = buckets_[number];
        if (bucket.next_ == bucket.end_ && !bucket.advance()) [[unlikely]]
            return false;
        const auto place = static_cast<std::uint16_t>(customer % customers);
        std::memcpy(bucket.next_, &word, sizeof word);
        std::memcpy(bucket.next_ + sizeof word, &place, sizeof place);
        bucket.next_ += row_bytes;
        if (order_id != nullptr)
            *bucket.next_order_id_++ = *order_id;
        return true;
    }

    // Rows of the next chunk of a bucket, and the bytes of that many.
    [[nodiscard]] std::size_t next_capacity(std::size_t bucket) const noexcept
    {
        const auto* last = buckets_[bucket].last_;
        return last == nullptr ? 8 : last->capacity < largest_chunk ? 2 * last->capacity : largest_chunk;
    }
    [[nodiscard]] static std::size_t chunk_bytes(std::size_t rows, bool has_order_ids) noexcept
    {
        return sizeof(Bucket::Chunk) + rows * (row_bytes + (has_order_ids ? sizeof(OrderId) : 0));
    }
    void add_chunk(std::size_t bucket, void* memory, std::size_t capacity, bool has_order_ids) noexcept
    {
        auto* chunk = static_cast<Bucket::Chunk*>(memory);
        *chunk = {nullptr, static_cast<std::uint32_t>(capacity), has_order_ids};
        Bucket& to = buckets_[bucket];
        to.rows_before_ = to.rows();
        (to.last_ == nullptr ? to.first_ : to.last_->next) = chunk;
        to.begin(chunk);
    }
    // As many buckets, in memory that begins with those there were.
    void place_at(void* memory, std::size_t count) noexcept
    {
        buckets_ = static_cast<Bucket*>(memory);
        for (; count_ < count; ++count_)
            buckets_[count_] = {};
    }
    [[nodiscard]] std::span<Bucket> all() const noexcept { return {buckets_, count_}; }

private:
    static constexpr std::size_t row_bytes = sizeof(std::uint64_t) + sizeof(std::uint16_t);
    static constexpr std::size_t largest_chunk = 8192;  // rows

    Bucket* buckets_ = nullptr;
    std::size_t count_ = 0;
};

}  // namespace customer_value::ledger
