// Reads a ledger that is still in its builder: a bucket at a time is sorted by customer in memory of the stream's own,
// which stays in the cache.
#pragma once

#include "core/ledger/builder.h"

#include "core/common/interrupt.h"

#include <vector>

namespace customer_value::ledger {

class BucketStream final : public RowSource {
public:
    // From the first customer of a bucket on.
    BucketStream(const Builder& builder, RowOrder order, std::size_t bucket = 0) noexcept
        : builder_(builder),
          unpacked_(builder.unpacker()),
          order_(order),
          next_(static_cast<std::uint32_t>(bucket * Buckets::customers))
    {
    }

    // Customers in the order in which they came, without their keys.
    [[nodiscard]] View view() noexcept { return {builder_.head(), this}; }
    [[nodiscard]] Rows rows_of(std::uint32_t customer) override;

private:
    void load(std::size_t bucket);
    void read_plain(std::span<std::uint64_t> words);
    void read_any(std::size_t from, std::size_t count);

    const Builder& builder_;
    packed_row::Unpacker unpacked_;
    RowOrder order_;
    std::uint32_t next_;
    std::vector<std::uint32_t> ends_;   // behind the words of each customer of the bucket
    std::vector<std::uint64_t> words_;  // of the bucket, by customer
    std::vector<OrderId> ids_;          // of those rows, where they have them
    struct RowRead {
        Day day;
        std::int64_t amount;
        OrderId order_id;
    };
    std::vector<RowRead> rows_read_;
    std::vector<Day> days_;
    std::vector<std::int64_t> amounts_;
    std::vector<OrderId> order_ids_;
    Rows rows_{};
    Lookout lookout_;
};

// The ledger as columns, customers in the order of their keys; the text is that of the builder.
[[nodiscard]] View laid_out(const Builder& builder, const Columns& into);

}  // namespace customer_value::ledger
