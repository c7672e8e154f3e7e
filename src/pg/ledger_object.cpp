#include "pg/ledger_object.h"

#include "pg/aggregate.h"

#include "core/ledger/settlement.h"

#include <new>

namespace customer_value::pg {

using ledger::Builder;
using ledger::Head;
using ledger::Request;
using ledger::StoredLedger;
using ledger::View;

int max_ledger_memory = 1024 * 1024;

namespace {

// What is on disk: this, then the currency, then the body.
struct FlatLedger {
    std::int32_t varlena_header;
    std::uint8_t version;
    std::uint8_t currency_length;  // 0 where none is said
    std::uint8_t unused[2];
    ledger::Facts facts;

    [[nodiscard]] Head head() const noexcept
    {
        return {facts, {reinterpret_cast<const char*>(this + 1), currency_length}};
    }
    [[nodiscard]] std::span<const unsigned char> body() const noexcept
    {
        return {reinterpret_cast<const unsigned char*>(this + 1) + currency_length,
                VARSIZE(this) - sizeof(FlatLedger) - currency_length};
    }
};

constexpr const char* object_context_name = "customer_value ledgers";

Size flat_size(ExpandedObjectHeader* header);
void flatten_into(ExpandedObjectHeader* header, void* result, Size allocated);

const ExpandedObjectMethods methods = {flat_size, flatten_into};

LedgerObject* object_in(Datum datum)
{
    const auto* value = reinterpret_cast<const varlena*>(DatumGetPointer(datum));
    if (!VARATT_IS_EXTERNAL_EXPANDED(value))
        return nullptr;
    auto* object = reinterpret_cast<LedgerObject*>(DatumGetEOHP(datum));
    return object->magic == ledger_magic ? object : nullptr;
}

// One child context of an aggregate's context stands for all ledgers in it. An expanded object must have a context of
// its own that hangs below that of the aggregate, which is how nodeAgg knows that it need not be copied; a context for
// each of 100,000 groups would make hash aggregation quadratic. The child holds nothing: everything lies in its parent,
// and goes with it.
MemoryContext object_context(MemoryContext parent)
{
    for (MemoryContext child = parent->firstchild; child != nullptr; child = child->nextchild)
        if (child->name == object_context_name)
            return child;
    return AllocSetContextCreate(parent, object_context_name, 0, 1024, 8192);
}

LedgerObject* make_object(MemoryContext memory, MemoryContext object_context)
{
    auto* object = static_cast<LedgerObject*>(MemoryContextAllocZero(memory, sizeof(LedgerObject)));
    EOH_init_header(&object->header, &methods, object_context);
    object->magic = ledger_magic;
    object->memory = memory;
    new (&object->builder) Builder;
    return object;
}

void check_memory(const LedgerObject* object, std::size_t more)
{
    const std::size_t held = object->builder.bytes();
    if (held + more > static_cast<std::size_t>(max_ledger_memory) * 1024)
        ereport(
            ERROR,
            (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
             errmsg("a ledger would pass customer_value.max_ledger_memory (%d MB) after " UINT64_FORMAT " rows",
                    max_ledger_memory / 1024, static_cast<uint64>(object->builder.rows())),
             errhint(
                 "Build it in parts, GROUP BY ledger_shard(customer, 8), and sum their reports; or raise the setting.")));
}

void complete(LedgerObject* object)
{
    with_memory(object, [&] { return object->builder.flush(); });
}

Size flat_size_of(const Head& head, std::size_t body_size)
{
    return sizeof(FlatLedger) + head.currency.size() + body_size;
}

// Writes all but the body; returns where that goes.
unsigned char* begin_flat(void* memory, const Head& head, std::size_t body_size)
{
    auto* flat = static_cast<FlatLedger*>(memory);
    SET_VARSIZE(flat, flat_size_of(head, body_size));
    flat->version = ledger::format_version;
    flat->currency_length = static_cast<std::uint8_t>(head.currency.size());
    std::memset(flat->unused, 0, sizeof flat->unused);
    flat->facts = head;
    auto* behind = reinterpret_cast<unsigned char*>(flat + 1);
    return behind + head.currency.copy(reinterpret_cast<char*>(behind), head.currency.size());
}

void check_size(std::size_t body_size, std::size_t rows, std::size_t most)
{
    if (body_size > most)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("a ledger of " UINT64_FORMAT " rows would pass the limit of %d GB for a value",
                               static_cast<uint64>(rows), most > MaxAllocSize ? 4 : 1),
                        errhint("Build it in parts, GROUP BY ledger_shard(customer, 8), and sum their reports.")));
}
void check_flat_size(std::size_t body_size, std::size_t rows)
{
    check_size(body_size, rows, MaxAllocSize - sizeof(FlatLedger) - Currency::longest);
}

void free_if_any(void* memory)
{
    if (memory != nullptr)
        pfree(memory);
}

// Forgets a flattening, perhaps one that failed half-way.
void discard_flattening(LedgerObject* object)
{
    LedgerObject::Flattening& flattening = object->flattening;
    free_if_any(flattening.order);
    free_if_any(flattening.keys);
    free_if_any(flattening.ends);
    free_if_any(flattening.bytes);
    flattening = {};
}

// Encodes the rows of all customers, a bucket at a time, in the order in which the customers came. `ends` are of 32
// bits.
void encode_rows(LedgerObject* object)
{
    Builder& builder = object->builder;
    LedgerObject::Flattening& to = object->flattening;
    const auto [first_day, kind_of_ids] = std::pair(builder.head().first_day, builder.head().kind_of_ids);
    std::size_t used = 0;
    for (std::size_t bucket = 0; bucket < builder.bucket_count(); ++bucket) {
        const std::size_t first = bucket * ledger::Buckets::customers,
                          last = std::min<std::size_t>(first + ledger::Buckets::customers, builder.customers());
        const std::size_t needed = used + ledger::most_encoded(builder.rows_of_bucket(bucket), last - first);
        if (needed > to.capacity) {
            to.capacity = needed + needed / 4;
            to.bytes =
                static_cast<unsigned char*>(to.bytes == nullptr ? MemoryContextAllocHuge(object->memory, to.capacity)
                                                                : repalloc_huge(to.bytes, to.capacity));
        }
        used = guarded([&] {
            ledger::BucketStream stream(builder, ledger::RowOrder::by_day, bucket);
            unsigned char* at = to.bytes + used;
            for (std::size_t customer = first; customer < last; ++customer) {
                at = ledger::encode_rows(stream.rows_of(static_cast<std::uint32_t>(customer)), first_day, kind_of_ids,
                                         at);
                to.ends[customer] = static_cast<std::uint32_t>(at - to.bytes);
            }
            return static_cast<std::size_t>(at - to.bytes);
        });
        check_size(used, builder.rows(), std::numeric_limits<std::uint32_t>::max());
        CHECK_FOR_INTERRUPTS();
    }
}

ledger::EncodedLedger encoded(const LedgerObject* object)
{
    const LedgerObject::Flattening& flattening = object->flattening;
    return {object->builder.head(), flattening.keys, object->builder.text(),
            flattening.order,       flattening.ends, flattening.bytes};
}

// Brings the ledger nearly into its stored form, and says how many bytes its body takes.
std::size_t prepare_flattening(LedgerObject* object)
{
    Builder& builder = object->builder;
    LedgerObject::Flattening& to = object->flattening;
    complete(object);
    // PostgreSQL asks once for the size of a tuple, and again when it writes it
    if (to.body_size > 0 && to.rows == builder.rows())
        return to.body_size;
    discard_flattening(object);
    to.order = allocated_in<std::uint32_t>(object->memory, builder.customers());
    to.keys = allocated_in<std::uint64_t>(object->memory, builder.customers() * ledger::words_of(builder.kind()));
    to.ends = allocated_in<std::uint32_t>(object->memory, builder.customers());
    guarded([&] { builder.rank(to.order, to.keys); });
    encode_rows(object);
    to.body_size = ledger::encoded_size(encoded(object));
    to.rows = builder.rows();
    return to.body_size;
}

Size flat_size(ExpandedObjectHeader* header)
{
    auto* object = reinterpret_cast<LedgerObject*>(header);
    const std::size_t body_size = prepare_flattening(object);
    check_flat_size(body_size, object->builder.rows());
    return flat_size_of(object->builder.head(), body_size);
}

void flatten_into(ExpandedObjectHeader* header, void* result, [[maybe_unused]] Size allocated)
{
    auto* object = reinterpret_cast<LedgerObject*>(header);
    const ledger::EncodedLedger ledger = encoded(object);
    Assert(object->flattening.order != nullptr && allocated == flat_size_of(ledger, object->flattening.body_size));
    ledger::encode(ledger, begin_flat(result, ledger, object->flattening.body_size));
    discard_flattening(object);
}

const FlatLedger* flat_of(const varlena* value)
{
    const auto* flat = reinterpret_cast<const FlatLedger*>(value);
    if (flat->version != ledger::format_version)
        report_unknown_version("ledger", flat->version, ledger::format_version);
    return flat;
}

}  // namespace

ledger::Columns columns_for(const Head& head)
{
    const MemoryContext memory = CurrentMemoryContext;
    return {allocated_in<std::uint32_t>(memory, head.customers + std::size_t{1}),
            allocated_in<ledger::Day>(memory, head.rows),
            head.has_amounts ? allocated_in<std::int64_t>(memory, head.rows) : nullptr,
            allocated_in<std::uint64_t>(memory, head.customers * ledger::words_of(head.kind)),
            head.kind_of_ids != KeyKind::none ? allocated_in<ledger::OrderId>(memory, head.rows) : nullptr};
}

void supply(LedgerObject* object, const Request& request)
{
    check_memory(object, request.bytes - request.old_bytes);
    void* memory = request.old == nullptr ? MemoryContextAllocHuge(object->memory, request.bytes)
                                          : repalloc_huge(request.old, request.bytes);
    advise_large_pages(memory, request.bytes);
    guarded([&] { object->builder.adopt(request, memory); });
}

LedgerObject* new_ledger()
{
    MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "customer_value ledger", ALLOCSET_DEFAULT_SIZES);
    return make_object(memory, memory);
}

LedgerObject* own_ledger_slowly(FunctionCallInfo fcinfo)
{
    const Datum datum = fcinfo->args[0].value;
    LedgerObject* object = object_in(datum);
    MemoryContext aggregate;
    if (AggCheckCallContext(fcinfo, &aggregate) == 0) {
        LedgerObject* copy = new_ledger();
        append(copy, Ledger(datum).laid_out());
        return copy;
    }
    if (object != nullptr && object->memory == aggregate) [[likely]]
        return object;
    LedgerObject* fresh = make_object(aggregate, object_context(aggregate));
    append(fresh, Ledger(datum).laid_out());
    return fresh;
}

Datum datum_of(LedgerObject* object) { return EOHPGetRWDatum(&object->header); }

void add_row(LedgerObject* object, const Key& customer, ledger::Day day, const std::int64_t* amount, std::int32_t scale,
             KeyKind kind_of_id, ledger::OrderId order_id)
{
    with_memory(object, [&] { return object->builder.add(customer, day, amount, scale, kind_of_id, order_id); });
}

void append(LedgerObject* object, const View& view)
{
    ledger::Cursor cursor;
    with_memory(object, [&] { return object->builder.append(view, cursor); });
}

Datum flattened(LedgerObject* object)
{
    const Size size = flat_size(&object->header);
    void* flat = palloc(size);
    flatten_into(&object->header, flat, size);
    return PointerGetDatum(flat);
}

Datum flattened(const View& view)
{
    const std::size_t body_size = guarded([&] { return ledger::encoded_size(view); });
    check_flat_size(body_size, view.rows);
    void* flat = palloc(flat_size_of(view, body_size));
    auto* body = begin_flat(flat, view, body_size);
    guarded([&] { ledger::encode(view, body); });
    return PointerGetDatum(flat);
}

unsigned char* flat_body(FlatRoom& room, const Head& head, std::size_t most_bytes)
{
    const std::size_t most = flat_size_of(head, most_bytes);
    if (most > room.size) {
        free_if_any(room.memory);
        room.memory = MemoryContextAllocHuge(room.context, most);
        room.size = most;
    }
    return static_cast<unsigned char*>(room.memory) + flat_size_of(head, 0);
}

Datum flattened(FlatRoom& room, const Head& head, std::size_t body_size)
{
    check_flat_size(body_size, head.rows);
    (void)begin_flat(room.memory, head, body_size);
    return PointerGetDatum(room.memory);
}

View decoded(const StoredLedger& ledger)
{
    const ledger::Columns into = columns_for(ledger);
    return guarded([&] { return ledger::decode(ledger, into); });
}

Ledger::Ledger(Datum datum) : object_(object_in(datum))
{
    if (object_ != nullptr) {
        complete(object_);
        Head::operator=(object_->builder.head());
        return;
    }
    const FlatLedger* flat = flat_of(PG_DETOAST_DATUM(datum));
    Head::operator=(flat->head());
    body_ = flat->body();
}

View Ledger::laid_out() const
{
    if (object_ == nullptr)
        return decoded({*this, body_});
    const ledger::Columns into = columns_for(*this);
    return guarded([&] { return ledger::laid_out(object_->builder, into); });
}

View settled(const View& view, ledger::Day as_of)
{
    if (guarded([&] { return ledger::is_settled(view, as_of); }))
        return view;
    const ledger::Columns into = columns_for(view);
    return guarded([&] { return ledger::settled(view, as_of, into); });
}

StoredLedger Ledger::stored() const
{
    if (object_ == nullptr)
        return {*this, body_};
    const std::size_t size = prepare_flattening(object_);
    auto* body = static_cast<unsigned char*>(allocated_large(size));
    ledger::encode(encoded(object_), body);
    discard_flattening(object_);
    return {*this, {body, size}};
}

Datum unchanged_ledger(FunctionCallInfo fcinfo, int index)
{
    const Datum datum = fcinfo->args[index].value;
    const LedgerObject* object = object_in(datum);
    return object == nullptr ? datum : EOHPGetRODatum(&object->header);
}

Head read_head(FunctionCallInfo fcinfo, int index)
{
    const Datum datum = fcinfo->args[index].value;
    if (LedgerObject* object = object_in(datum)) {
        complete(object);
        return object->builder.head();
    }
    return flat_of(PG_DETOAST_DATUM_SLICE(datum, 0, sizeof(FlatLedger) + Currency::longest - VARHDRSZ))->head();
}

}  // namespace customer_value::pg
