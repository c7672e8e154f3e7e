#include "pg/ledger_object.h"

#include "pg/aggregate.h"

#include <new>
#include <sys/mman.h>

namespace customer_value::pg {

using ledger::Builder;
using ledger::Head;
using ledger::Request;
using ledger::View;

int max_ledger_memory = 1024 * 1024;

namespace {

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

// One child context of an aggregate's context stands for all ledgers in it. An expanded object must have a context of its
// own that hangs below that of the aggregate, which is how nodeAgg knows that it need not be copied; a context for each of
// 100,000 groups would make hash aggregation quadratic. The child holds nothing: everything lies in its parent, and goes with it.
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
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("a ledger would pass customer_value.max_ledger_memory (%d MB) after " UINT64_FORMAT " rows",
                               max_ledger_memory / 1024, static_cast<uint64>(object->builder.rows())),
                        errhint("Build it in parts, GROUP BY ledger_shard(customer, 8), and sum their reports; or raise the setting.")));
}

// Rows go to 500,000 customers in turn: with pages of 4 kB nearly each one misses the address translation buffers too. Where
// the system takes no such advice nothing is lost.
void advise_large_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes)
{
#ifdef MADV_HUGEPAGE
    constexpr std::size_t large_page = std::size_t{1} << 21;
    const std::size_t skipped = -reinterpret_cast<std::uintptr_t>(memory) % large_page;
    if (bytes >= skipped + 2 * large_page)
        (void)madvise(static_cast<char*>(memory) + skipped, (bytes - skipped) / large_page * large_page, MADV_HUGEPAGE);
#endif
}

template <class T> T* allocated_in(MemoryContext memory, std::size_t count)
{
    return static_cast<T*>(MemoryContextAllocHuge(memory, count * sizeof(T) + 1));
}

void complete(LedgerObject* object)
{
    with_memory(object, [&] { return object->builder.flush(); });
}

// A ledger without rows keeps none, so that all such are equal.
std::string_view kept_currency(const View& view) { return view.customers == 0 ? std::string_view{} : view.currency; }

Size flat_size_of(const View& view, std::size_t body_size) { return sizeof(FlatLedger) + kept_currency(view).size() + body_size; }

// All but the body; returns where that goes.
unsigned char* write_head(const View& view, FlatLedger* flat, std::size_t body_size)
{
    const std::string_view currency = kept_currency(view);
    SET_VARSIZE(flat, flat_size_of(view, body_size));
    flat->version = FlatLedger::current_version;
    flat->currency_length = static_cast<std::uint8_t>(currency.size());
    std::memset(flat->unused, 0, sizeof flat->unused);
    std::memset(static_cast<void*>(&flat->head), 0, sizeof flat->head);
    flat->head = Head::of(view);
    auto* behind = reinterpret_cast<unsigned char*>(flat + 1);
    return behind + currency.copy(reinterpret_cast<char*>(behind), currency.size());
}

void check_size(std::size_t body_size, std::size_t rows, std::size_t most)
{
    if (body_size > most)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("a ledger of " UINT64_FORMAT " rows would pass the limit of %d GB for a value", static_cast<uint64>(rows), most > MaxAllocSize ? 4 : 1),
                        errhint("Build it in parts, GROUP BY ledger_shard(customer, 8), and sum their reports.")));
}
void check_flat_size(std::size_t body_size, std::size_t rows) { check_size(body_size, rows, MaxAllocSize - sizeof(FlatLedger) - Currency::longest); }

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

// Encodes the rows of all customers, a bucket at a time, in the order in which the customers came. `ends` are of 32 bits.
void encode_rows(LedgerObject* object)
{
    Builder& builder = object->builder;
    LedgerObject::Flattening& to = object->flattening;
    const ledger::Day first_day = builder.head().first_day;
    std::size_t used = 0;
    for (std::size_t bucket = 0; bucket < builder.bucket_count(); ++bucket) {
        const std::size_t first = bucket * ledger::Buckets::customers, last = std::min<std::size_t>(first + ledger::Buckets::customers, builder.customers());
        const std::size_t needed = used + ledger::most_encoded(builder.rows_of_bucket(bucket), last - first);
        if (needed > to.capacity) {
            to.capacity = needed + needed / 4;
            to.bytes = static_cast<unsigned char*>(to.bytes == nullptr ? MemoryContextAllocHuge(object->memory, to.capacity) : repalloc_huge(to.bytes, to.capacity));
        }
        used = guarded([&] {
            ledger::BucketStream stream(builder, ledger::RowOrder::by_day, bucket);
            unsigned char* at = to.bytes + used;
            for (std::size_t customer = first; customer < last; ++customer) {
                at = ledger::encode_rows(stream.rows_of(static_cast<std::uint32_t>(customer)), first_day, at);
                to.ends[customer] = static_cast<std::uint32_t>(at - to.bytes);
            }
            return static_cast<std::size_t>(at - to.bytes);
        });
        check_size(used, builder.rows(), std::numeric_limits<std::uint32_t>::max());
        CHECK_FOR_INTERRUPTS();
    }
}

View view_for_flattening(const LedgerObject* object)
{
    View view = object->builder.head();
    view.keys = object->flattening.keys;
    return view;
}
ledger::EncodedRows encoded_rows(const LedgerObject* object)
{
    const LedgerObject::Flattening& flattening = object->flattening;
    return {flattening.bytes, flattening.ends, flattening.order};
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
    to.body_size = ledger::encoded_size(view_for_flattening(object), encoded_rows(object));
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
    const View view = view_for_flattening(object);
    Assert(object->flattening.order != nullptr && allocated == flat_size_of(view, object->flattening.body_size));
    ledger::encode(view, encoded_rows(object), write_head(view, static_cast<FlatLedger*>(result), object->flattening.body_size));
    discard_flattening(object);
}

const FlatLedger* flat_argument(Datum datum)
{
    const auto* flat = reinterpret_cast<const FlatLedger*>(PG_DETOAST_DATUM(datum));
    if (flat->version != FlatLedger::current_version)
        report_unknown_version("ledger", flat->version, FlatLedger::current_version);
    return flat;
}

}  // namespace

void supply(LedgerObject* object, const Request& request)
{
    check_memory(object, request.bytes - request.old_bytes);
    void* memory = request.old == nullptr ? MemoryContextAllocHuge(object->memory, request.bytes) : repalloc_huge(request.old, request.bytes);
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
        append(copy, read_ledger(fcinfo, 0));
        return copy;
    }
    if (object != nullptr && object->memory == aggregate) [[likely]]
        return object;
    LedgerObject* fresh = make_object(aggregate, object_context(aggregate));
    append(fresh, read_ledger(fcinfo, 0));
    return fresh;
}

Datum datum_of(LedgerObject* object) { return EOHPGetRWDatum(&object->header); }

void add_row(LedgerObject* object, const Key& customer, ledger::Day day, const std::int64_t* amount, std::int32_t scale)
{
    with_memory(object, [&] { return object->builder.add(customer, day, amount, scale); });
}

void append(LedgerObject* object, const View& view)
{
    ledger::Cursor cursor;
    while (cursor.customer < view.customers) {
        with_memory(object, [&] { return object->builder.append(view, cursor); });
        CHECK_FOR_INTERRUPTS();
    }
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
    check_flat_size(body_size, view.rows());
    auto* flat = static_cast<FlatLedger*>(palloc(flat_size_of(view, body_size)));
    auto* body = write_head(view, flat, body_size);
    guarded([&] { ledger::encode(view, body); });
    return PointerGetDatum(flat);
}

unsigned char* flat_body(FlatRoom& room, std::size_t most_bytes)
{
    const std::size_t most = flat_size_of({}, most_bytes);
    if (most > room.size) {
        free_if_any(room.memory);
        room.memory = MemoryContextAllocHuge(room.context, most);
        room.size = most;
    }
    return write_head({}, static_cast<FlatLedger*>(room.memory), 0);
}

Datum flattened(FlatRoom& room, const Head& head, const unsigned char* end)
{
    auto* flat = static_cast<FlatLedger*>(room.memory);
    const auto size = static_cast<std::size_t>(end - static_cast<unsigned char*>(room.memory));
    check_flat_size(size - sizeof(FlatLedger), head.rows);
    SET_VARSIZE(flat, size);
    flat->head = head;
    return PointerGetDatum(flat);
}

void* allocated_large(std::size_t bytes)
{
    void* memory = MemoryContextAllocHuge(CurrentMemoryContext, bytes + 1);
    advise_large_pages(memory, bytes);
    return memory;
}

ledger::Columns columns_for(KeyKind kind, bool has_amounts, std::size_t customers, std::size_t rows)
{
    const MemoryContext memory = CurrentMemoryContext;
    return {allocated_in<std::uint32_t>(memory, customers + 1), allocated_in<ledger::Day>(memory, rows),
            has_amounts ? allocated_in<std::int64_t>(memory, rows) : nullptr,
            allocated_in<std::uint64_t>(memory, customers * ledger::words_of(kind))};
}

View decoded(const Head& head, std::span<const unsigned char> body)
{
    const ledger::Columns into = columns_for(head.kind, head.has_amounts, head.customers, head.rows);
    return guarded([&] { return ledger::decode(head, body, into); });
}

LedgerSource ledger_source(Datum datum)
{
    if (LedgerObject* object = object_in(datum)) {
        complete(object);
        return {object->builder.head(), object, {}, {}};
    }
    const FlatLedger* flat = flat_argument(datum);
    View view = ledger::head_view(flat->head);
    view.currency = flat->currency();
    view.text = reinterpret_cast<const char*>(flat->body().data());
    return {view, nullptr, flat->body(), flat->head};
}

LedgerSource stored_ledger(FunctionCallInfo fcinfo, int index)
{
    LedgerSource source = ledger_source(fcinfo, index);
    if (source.object == nullptr)
        return source;
    const std::size_t size = prepare_flattening(source.object);
    const View view = view_for_flattening(source.object);
    auto* body = static_cast<unsigned char*>(allocated_large(size));
    ledger::encode(view, encoded_rows(source.object), body);
    source.head = Head::of(view);
    discard_flattening(source.object);
    source.object = nullptr;
    source.body = {body, size};
    source.view.text = reinterpret_cast<const char*>(body);
    return source;
}

View read_ledger(FunctionCallInfo fcinfo, int index)
{
    const Datum datum = fcinfo->args[index].value;
    if (LedgerObject* object = object_in(datum)) {
        complete(object);
        const Builder& builder = object->builder;
        const ledger::Columns into = columns_for(builder.kind(), builder.has_amounts(), builder.customers(), builder.rows());
        return guarded([&] { return ledger::laid_out(builder, into); });
    }
    const FlatLedger* flat = flat_argument(datum);
    View view = decoded(flat->head, flat->body());
    view.currency = flat->currency();
    return view;
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
        return Head::of(object->builder.head());
    }
    const auto* slice = reinterpret_cast<const FlatLedger*>(PG_DETOAST_DATUM_SLICE(datum, 0, sizeof(FlatLedger) - VARHDRSZ));
    if (slice->version != FlatLedger::current_version)
        report_unknown_version("ledger", slice->version, FlatLedger::current_version);
    return slice->head;
}

}  // namespace customer_value::pg
