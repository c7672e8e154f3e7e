#include "pg/ledger_object.h"

#include "pg/aggregate.h"

#include <new>

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
    const std::size_t held = object->builder.bytes() + object->clustered_bytes;
    if (held + more > static_cast<std::size_t>(max_ledger_memory) * 1024)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("a ledger would pass customer_value.max_ledger_memory (%d MB) after " UINT64_FORMAT " rows",
                               max_ledger_memory / 1024, static_cast<uint64>(object->builder.rows())),
                        errhint("Build it in parts, GROUP BY ledger_shard(customer, 8), and sum their reports; or raise the setting.")));
}

void* allocate(LedgerObject* object, std::size_t bytes)
{
    check_memory(object, bytes);
    return MemoryContextAllocHuge(object->memory, bytes);
}

void free_if_any(void* memory)
{
    if (memory != nullptr)
        pfree(memory);
}

void free_clustered(LedgerObject* object)
{
    pfree(object->clustered.offsets);
    pfree(object->clustered.days);
    pfree(object->clustered.keys);
    free_if_any(object->clustered.amounts);
    free_if_any(object->builder.release_text());
}

// Puts the rows in order: they leave the builder, whose memory goes as they do.
void cluster(LedgerObject* object)
{
    if (object->is_clustered)
        return;
    Builder& builder = object->builder;
    with_memory(object, [&] { return builder.flush(); });
    const std::size_t customers = builder.customers(), rows = builder.rows(), words = ledger::words_of(builder.kind());
    Builder::Clustered& to = object->clustered;
    const std::size_t before = builder.bytes();
    to.offsets = static_cast<std::uint32_t*>(allocate(object, (customers + 1) * sizeof(std::uint32_t)));
    to.keys = static_cast<std::uint64_t*>(allocate(object, customers * words * sizeof(std::uint64_t) + 1));
    to.scratch = static_cast<ledger::Ranked*>(allocate(object, customers * sizeof(ledger::Ranked) + 1));
    to.places = static_cast<std::uint32_t*>(allocate(object, customers * sizeof(std::uint32_t) + 1));
    guarded([&] { builder.rank(to); });
    pfree(to.scratch);
    const auto [keys, pending] = builder.release_tables();
    free_if_any(keys);
    free_if_any(pending);
    to.days = static_cast<ledger::Day*>(MemoryContextAllocHuge(object->memory, rows * sizeof(ledger::Day) + 1));
    to.amounts = builder.has_amounts() ? static_cast<std::int64_t*>(MemoryContextAllocHuge(object->memory, rows * sizeof(std::int64_t) + 1)) : nullptr;
    while (builder.scatter(to)) {
        pfree(builder.release_chunk());
        CHECK_FOR_INTERRUPTS();
    }
    pfree(to.places);
    for (std::uint32_t customer = 0; customer < customers;) {
        guarded([&] { builder.sort_rows(to, customer); });
        CHECK_FOR_INTERRUPTS();
    }
    object->is_clustered = true;
    object->clustered_bytes = before;
}

View view_of(LedgerObject* object)
{
    cluster(object);
    return object->builder.view(object->clustered);
}

// A clustered ledger takes rows again: they go back into a builder.
void make_growable(LedgerObject* object)
{
    if (!object->is_clustered)
        return;
    const View view = view_of(object);
    LedgerObject old = *object;
    new (&object->builder) Builder;
    object->is_clustered = false;
    object->clustered_bytes = 0;
    object->body_size = 0;
    append(object, view);
    free_clustered(&old);
}

void write_flat(const View& view, FlatLedger* flat, std::size_t body_size)
{
    SET_VARSIZE(flat, sizeof(FlatLedger) + body_size);
    flat->version = FlatLedger::current_version;
    std::memset(flat->unused, 0, sizeof flat->unused);
    std::memset(static_cast<void*>(&flat->head), 0, sizeof flat->head);
    flat->head = Head::of(view);
    ledger::encode(view, reinterpret_cast<unsigned char*>(flat + 1));
}

void check_flat_size(std::size_t body_size, const View& view)
{
    if (body_size > MaxAllocSize - sizeof(FlatLedger))
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("a ledger of " UINT64_FORMAT " rows would pass the limit of 1 GB for a value", static_cast<uint64>(view.rows())),
                        errhint("Build it in parts, GROUP BY ledger_shard(customer, 8), and sum their reports.")));
}

Size flat_size(ExpandedObjectHeader* header)
{
    auto* object = reinterpret_cast<LedgerObject*>(header);
    const View view = view_of(object);
    if (object->body_size == 0)
        object->body_size = ledger::encoded_size(view);
    check_flat_size(object->body_size, view);
    return sizeof(FlatLedger) + object->body_size;
}

void flatten_into(ExpandedObjectHeader* header, void* result, [[maybe_unused]] Size allocated)
{
    auto* object = reinterpret_cast<LedgerObject*>(header);
    Assert(allocated == sizeof(FlatLedger) + object->body_size);
    write_flat(view_of(object), static_cast<FlatLedger*>(result), object->body_size);
}

const FlatLedger* flat_argument(Datum datum)
{
    const auto* flat = reinterpret_cast<const FlatLedger*>(PG_DETOAST_DATUM(datum));
    if (flat->version != FlatLedger::current_version)
        report_unknown_version("customer_ledger", flat->version, FlatLedger::current_version);
    return flat;
}

}  // namespace

void supply(LedgerObject* object, const Request& request)
{
    void* memory = allocate(object, request.bytes);
    if (void* replaced = guarded([&] { return object->builder.adopt(request, memory); }))
        pfree(replaced);
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
    if (object != nullptr && object->memory == aggregate) [[likely]] {
        make_growable(object);
        return object;
    }
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
    const std::size_t body_size = ledger::encoded_size(view);
    check_flat_size(body_size, view);
    auto* flat = static_cast<FlatLedger*>(palloc(sizeof(FlatLedger) + body_size));
    write_flat(view, flat, body_size);
    return PointerGetDatum(flat);
}

View decoded(const Head& head, std::span<const unsigned char> body)
{
    const auto huge = [](std::size_t bytes) { return MemoryContextAllocHuge(CurrentMemoryContext, bytes + 1); };
    const ledger::Decoded into{static_cast<std::uint32_t*>(huge((head.customers + std::size_t{1}) * sizeof(std::uint32_t))),
                               static_cast<ledger::Day*>(huge(head.rows * sizeof(ledger::Day))),
                               head.has_amounts ? static_cast<std::int64_t*>(huge(head.rows * sizeof(std::int64_t))) : nullptr,
                               static_cast<std::uint64_t*>(huge(head.customers * ledger::words_of(head.kind) * sizeof(std::uint64_t))),
                               static_cast<char*>(huge(head.text_bytes))};
    return guarded([&] { return ledger::decode(head, body, into); });
}

LedgerSource ledger_source(FunctionCallInfo fcinfo, int index)
{
    const Datum datum = fcinfo->args[index].value;
    if (LedgerObject* object = object_in(datum))
        return {view_of(object), {}, false, {}};
    const FlatLedger* flat = flat_argument(datum);
    return {ledger::head_view(flat->head), flat->body(), true, flat->head};
}

View read_ledger(FunctionCallInfo fcinfo, int index)
{
    const Datum datum = fcinfo->args[index].value;
    if (LedgerObject* object = object_in(datum))
        return view_of(object);
    const FlatLedger* flat = flat_argument(datum);
    return decoded(flat->head, flat->body());
}

Head read_head(FunctionCallInfo fcinfo, int index)
{
    const Datum datum = fcinfo->args[index].value;
    if (LedgerObject* object = object_in(datum))
        return Head::of(view_of(object));
    const auto* slice = reinterpret_cast<const FlatLedger*>(PG_DETOAST_DATUM_SLICE(datum, 0, sizeof(FlatLedger) - VARHDRSZ));
    if (slice->version != FlatLedger::current_version)
        report_unknown_version("customer_ledger", slice->version, FlatLedger::current_version);
    return slice->head;
}

}  // namespace customer_value::pg
