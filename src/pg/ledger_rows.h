// New ledgers of some rows of a ledger.
#pragma once

#include "pg/ledger_object.h"

#include "core/ledger/row_numbers.h"

#include <memory>

namespace customer_value::pg {

// The keys of a ledger's customers, in their order. Those of a stored one are there when LedgerSource::read_rows has put them there;
// one in the making knows them at once, and `ranks` say where its customers come among them.
struct OrderedKeys {
    std::uint64_t* keys;
    std::uint32_t* ranks;  // null for a stored ledger, which is in order
};
inline OrderedKeys ordered_keys(const LedgerSource& source)
{
    const std::uint32_t customers = source.view.customers;
    const auto room = [&](std::size_t bytes) { return MemoryContextAllocHuge(CurrentMemoryContext, bytes + 1); };
    auto* keys = static_cast<std::uint64_t*>(room(customers * ledger::words_of(source.view.kind) * sizeof(std::uint64_t)));
    if (source.object == nullptr)
        return {keys, nullptr};
    auto* order = static_cast<std::uint32_t*>(room(customers * sizeof(std::uint32_t)));
    auto* ranks = static_cast<std::uint32_t*>(room(customers * sizeof(std::uint32_t)));
    guarded([&] { source.object->builder.rank(order, keys); });
    for (std::uint32_t place = 0; place < customers; ++place)
        ranks[order[place]] = place;
    pfree(order);
    return {keys, ranks};
}

// The ledger with its keys in order, those of a stored one once it is read.
inline ledger::View whole_of(const LedgerSource& source, const OrderedKeys& keys)
{
    ledger::View whole = source.view;
    whole.keys = keys.keys;
    return whole;
}

// Memory for so many rows, in the current context.
template <class Number> Number* rows_of(std::size_t count)
{
    std::size_t bytes = count * sizeof(Number) + alignof(Number);  // palloc knows no alignment above 8 bytes
    void* memory = allocated_large(bytes);
    return static_cast<Number*>(std::align(alignof(Number), count * sizeof(Number), memory, bytes));
}

// The ledger of rows in the order of customers (core/ledger/row_numbers.h), in the room, until the next one.
template <class Number> Datum ledger_of(std::span<Number> rows, const ledger::RowLayout& layout, const ledger::View& whole, FlatRoom& room)
{
    unsigned char* body = flat_body(room, guarded([&] { return ledger::most_encoded<Number>(rows, layout, whole); }));
    const ledger::Encoded encoded = guarded([&] { return ledger::encode(rows, layout, whole, body); });
    return flattened(room, encoded.head, encoded.end);
}

}  // namespace customer_value::pg
