// The ledger as a value of PostgreSQL.
//
// Stored, it is flat and compressed (core/ledger/codec.h). While an aggregate builds it, it is an expanded object, a
// builder (core/ledger/builder.h) whose memory lies in the aggregate's own context. Reports read it there; PostgreSQL
// flattens the object by itself wherever it must leave the aggregate: for parallel workers, tuples, tables.
#pragma once

#include "pg/memory.h"
#include "pg/state.h"

#include "core/ledger/builder.h"
#include "core/ledger/bucket_stream.h"
#include "core/ledger/codec.h"

extern "C" {
#include "utils/expandeddatum.h"
#include "utils/memutils.h"
}

namespace customer_value::pg {

// customer_value.max_ledger_memory, in kB: what one ledger may hold while it is built.
extern int max_ledger_memory;

inline constexpr std::uint32_t ledger_magic = 0x6c656467;

struct LedgerObject {
    ExpandedObjectHeader header;
    std::uint32_t magic;
    MemoryContext memory;  // of everything below
    ledger::Builder builder;
    // between the calls that flatten it; null and 0 otherwise
    struct Flattening {
        std::uint32_t* order;  // Builder::rank
        std::uint64_t* keys;
        std::uint32_t* ends;  // core/ledger/codec.h: EncodedLedger
        unsigned char* bytes;
        std::size_t capacity;         // of bytes
        std::size_t body_size, rows;  // of the ledger, once it is encoded
    } flattening;
};

// The ledger that an aggregate builds (first argument, made into an object at the first row), or a new one outside.
LedgerObject* own_ledger_slowly(FunctionCallInfo fcinfo);
inline LedgerObject* own_ledger(FunctionCallInfo fcinfo)
{
    const auto* value = reinterpret_cast<const varlena*>(DatumGetPointer(fcinfo->args[0].value));
    if (in_aggregate(fcinfo) && VARATT_IS_EXTERNAL_EXPANDED_RW(value)) [[likely]] {
        auto* object = reinterpret_cast<LedgerObject*>(DatumGetEOHP(fcinfo->args[0].value));
        if (object->magic == ledger_magic) [[likely]]
            return object;
    }
    return own_ledger_slowly(fcinfo);
}
Datum datum_of(LedgerObject* object);

void supply(LedgerObject* object, const ledger::Request& request);
// Repeats an operation of the builder until it has all the memory that it asks for.
template <class Operation> [[gnu::always_inline]] inline void with_memory(LedgerObject* object, Operation operation)
{
    for (;;) {
        const auto request = guarded(operation);
        if (!request) [[likely]]
            return;
        supply(object, *request);
    }
}

inline void add_row(LedgerObject* object, const Key& customer, ledger::Day day, const Decimal* amount)
{
    with_memory(object, [&] { return object->builder.add(customer, day, amount); });
}
// A line of an order whose id is of that kind.
inline void add_line(LedgerObject* object, const Key& customer, ledger::Day day, const Decimal& amount,
                     KeyKind kind_of_id, ledger::OrderId order_id)
{
    with_memory(object, [&] { return object->builder.add(customer, day, amount, kind_of_id, order_id); });
}
// For an amount in units of 10^-scale; null for a row without amount.
void add_row(LedgerObject* object, const Key& customer, ledger::Day day, const std::int64_t* amount, std::int32_t scale,
             KeyKind kind_of_id = KeyKind::none, ledger::OrderId order_id = ledger::no_order_id);
void append(LedgerObject* object, const ledger::View& view);

// A new, empty object in memory of its own under the current context.
LedgerObject* new_ledger();
// The flat form, in the current context.
Datum flattened(LedgerObject* object);
Datum flattened(const ledger::View& view);

// Memory for a flat form, in the context in which it was made; it grows by itself. Many can be made in it, one after
// the other.
struct FlatRoom {
    MemoryContext context;
    void* memory;
    std::size_t size;
};
// Where the body of such a ledger goes, of at most that many bytes; and the ledger when it is there.
unsigned char* flat_body(FlatRoom& room, const ledger::Head& head, std::size_t most_bytes);
Datum flattened(FlatRoom& room, const ledger::Head& head, std::size_t body_size);

// A ledger that is only read, in whatever form it comes: its head, and the ways to its rows.
class Ledger : public ledger::Head {
public:
    explicit Ledger(Datum datum);
    Ledger(FunctionCallInfo fcinfo, int index) : Ledger(fcinfo->args[index].value) {}

    // For a report that goes through the customers once: guarded, calls `use` with a view whose customers can be read
    // one after the other, in no order and without their keys. Amounts of stored ledgers are not there unless asked
    // for.
    template <class Use>
    auto read(Use use, ledger::CustomerStream::Amounts amounts = ledger::CustomerStream::Amounts::left_out,
              ledger::RowOrder order = ledger::RowOrder::by_day) const
    {
        return guarded([&] {
            if (object_ == nullptr) {
                ledger::CustomerStream stream({*this, body_}, amounts);
                return use(stream.view());
            }
            ledger::BucketStream stream(object_->builder, order);
            return use(stream.view());
        });
    }
    // As columns in the current context, customers in the order of their keys.
    [[nodiscard]] ledger::View laid_out() const;
    // In its stored form, into which one that is being built is brought first.
    [[nodiscard]] ledger::StoredLedger stored() const;

private:
    LedgerObject* object_;  // null where it is stored:
    std::span<const unsigned char> body_;
};

// Its head alone, without a look at the rows, which may be compressed.
ledger::Head read_head(FunctionCallInfo fcinfo, int index);
// An argument as the result: for reading only where it is still being built.
Datum unchanged_ledger(FunctionCallInfo fcinfo, int index);
// The columns of a stored ledger, in the current context.
ledger::View decoded(const ledger::StoredLedger& ledger);
// Such a view after settlement as of the end of a day, in the current context: its customers, perhaps without rows.
ledger::View settled(const ledger::View& view, ledger::Day as_of);
// Memory for the columns of such a ledger, in the current context.
ledger::Columns columns_for(const ledger::Head& head);

}  // namespace customer_value::pg
