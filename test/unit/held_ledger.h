// A ledger as a program holds it that is not PostgreSQL, for tests. Memory is exact and comes from the heap, so that the
// sanitizers see every byte too many.
#pragma once

#include "unit/decimals.h"

#include "core/common/mantissa.h"
#include "core/ledger/bucket_stream.h"
#include "core/ledger/codec.h"

#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace customer_value::test {

using namespace ledger;

// A row as a test has it.
struct Row {
    std::string customer;  // as printed
    Day day;
    std::int64_t amount;
    OrderId order_id = no_order_id;
    auto operator<=>(const Row&) const = default;
};

// Holds a ledger as src/pg/ledger_object.cpp does.
class HeldLedger {
public:
    void add(const Key& customer, Day day, const Decimal* amount)
    {
        while (const auto request = builder_.add(customer, day, amount))
            supply(*request);
    }
    void add(std::int64_t customer, Day day, std::int64_t amount)
    {
        const IntegerDecimal decimal(amount);
        const Decimal view = decimal.view();
        add({KeyKind::bigint, {reinterpret_cast<const char*>(&customer), sizeof customer}}, day, &view);
    }
    // An amount of so many decimal places, in units of the last.
    void add(std::int64_t customer, Day day, std::int64_t amount, std::int32_t scale)
    {
        const OwnedDecimal decimal(shown(Int128{amount}, scale));
        const Decimal view = decimal.view();
        add({KeyKind::bigint, {reinterpret_cast<const char*>(&customer), sizeof customer}}, day, &view);
    }
    // A line of an order.
    void add_line(std::int64_t customer, Day day, std::int64_t amount, KeyKind kind_of_id, OrderId order_id)
    {
        const IntegerDecimal decimal(amount);
        const Decimal view = decimal.view();
        const Key key{KeyKind::bigint, {reinterpret_cast<const char*>(&customer), sizeof customer}};
        while (const auto request = builder_.add(key, day, view, kind_of_id, order_id))
            supply(*request);
    }
    void add(std::string_view customer, Day day) { add({KeyKind::text, customer}, day, nullptr); }
    void append(const View& view)
    {
        for (Cursor cursor; cursor.customer < view.customers;)
            while (const auto request = builder_.append(view, cursor))
                supply(*request);
    }
    View view()
    {
        flush();
        const std::size_t customers = builder_.customers(), rows = builder_.rows();
        offsets_.resize(customers + 1);
        days_.resize(rows);
        amounts_.resize(builder_.has_amounts() ? rows : 0);
        keys_.resize(customers * words_of(builder_.kind()));
        order_ids_.resize(builder_.has_order_ids() ? rows : 0);
        return laid_out(builder_, {offsets_.data(), days_.data(), amounts_.data(), keys_.data(), order_ids_.data()});
    }
    // The body as an aggregate's result is flattened: encoded bucket by bucket, then put together.
    std::vector<unsigned char> body()
    {
        flush();
        std::vector<std::uint32_t> order(builder_.customers()), ends(builder_.customers());
        std::vector<std::uint64_t> keys(order.size() * words_of(builder_.kind()));
        builder_.rank(order.data(), keys.data());
        std::vector<unsigned char> pieces(most_encoded(builder_.rows(), builder_.customers()));
        const Head head = builder_.head();
        unsigned char* at = pieces.data();
        for (std::size_t bucket = 0; bucket < builder_.bucket_count(); ++bucket) {
            BucketStream stream(builder_, RowOrder::by_day, bucket);
            for (std::size_t customer = bucket * Buckets::customers;
                 customer < std::min<std::size_t>((bucket + 1) * Buckets::customers, order.size()); ++customer) {
                at = encode_rows(stream.rows_of(static_cast<std::uint32_t>(customer)), head.first_day, head.kind_of_ids,
                                 at);
                ends[customer] = static_cast<std::uint32_t>(at - pieces.data());
            }
        }
        const EncodedLedger encoded{head, keys.data(), builder_.text(), order.data(), ends.data(), pieces.data()};
        std::vector<unsigned char> body(encoded_size(encoded));
        encode(encoded, body.data());
        return body;
    }
    [[nodiscard]] const Builder& builder()
    {
        flush();
        return builder_;
    }

private:
    void flush()
    {
        while (const auto request = builder_.flush())
            supply(*request);
    }
    // Memory always moves, and is of exactly the size asked for.
    void supply(const Request& request)
    {
        auto piece = std::make_unique<unsigned char[]>(request.bytes);
        void* memory = piece.get();
        if (request.old != nullptr) {
            std::memcpy(memory, request.old, request.old_bytes);
            pieces_.erase(request.old);
        }
        pieces_.emplace(memory, std::move(piece));
        builder_.adopt(request, memory);
    }

    Builder builder_;
    std::map<void*, std::unique_ptr<unsigned char[]>> pieces_;
    std::vector<std::uint32_t> offsets_;
    std::vector<Day> days_;
    std::vector<std::int64_t> amounts_;
    std::vector<std::uint64_t> keys_;
    std::vector<OrderId> order_ids_;
};

inline std::multiset<Row> rows_of(const View& view)
{
    std::multiset<Row> rows;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows some = view.of(customer);
        for (std::size_t i = 0; i < some.size(); ++i)
            rows.insert({printable(view.key(customer)), some.days[i], some.amount(i), some.order_id(i)});
    }
    return rows;
}

// The binary body of a view.
inline std::vector<unsigned char> body_of(const View& view)
{
    std::vector<unsigned char> body(encoded_size(view));
    encode(view, body.data());
    return body;
}

// A view decoded into memory of exactly the size that its head asks for.
struct DecodedLedger {
    DecodedLedger(const Head& head, std::vector<unsigned char> bytes)
        : body(std::move(bytes)),
          offsets(head.customers + 1),
          days(head.rows),
          amounts(head.has_amounts ? head.rows : 0),
          keys(head.customers * words_of(head.kind)),
          order_ids(head.kind_of_ids == KeyKind::none ? 0 : head.rows),
          view(decode({head, body}, {offsets.data(), days.data(), amounts.data(), keys.data(), order_ids.data()}))
    {
    }
    std::vector<unsigned char> body;  // where text keys stay
    std::vector<std::uint32_t> offsets;
    std::vector<Day> days;
    std::vector<std::int64_t> amounts;
    std::vector<std::uint64_t> keys;
    std::vector<OrderId> order_ids;
    View view;
};

}  // namespace customer_value::test
