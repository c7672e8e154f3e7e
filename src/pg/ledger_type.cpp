#include "pg/ledger_type.h"

#include "core/ledger/text.h"

namespace customer_value::pg {

using ledger::Head;
using ledger::View;

namespace {

// Throws `malformed` where a ledger is not one of this type.
void check_head(const LedgerType& type, ErrorCode malformed, const Head& head)
{
    const bool is_empty = head.kind == KeyKind::none;
    if (type.is_of_money && !is_empty && !head.has_amounts)
        throw Error(malformed, "invalid " + std::string(type.name), "It must have amounts.");
    if (type.is_of_money && head.kind_of_ids != KeyKind::none)
        throw Error(malformed, "invalid " + std::string(type.name), "It must not have order ids.");
    if (!head.currency.empty() && !head.has_amounts)
        throw Error(malformed, "invalid " + std::string(type.name), "Without amounts it must not have a currency.");
}

}  // namespace

Datum ledger_merge(FunctionCallInfo fcinfo)
{
    const View other = Ledger(fcinfo, 1).laid_out();
    LedgerObject* object = own_ledger(fcinfo);
    append(object, other);
    return in_aggregate(fcinfo) ? datum_of(object) : flattened(object);
}

// The aggregate's own object as its result, not a flat copy. PostgreSQL 15 copies (flattens) a result that is no chunk
// of the current context; so what is returned is such a chunk, a pointer to the object, for reading only.
Datum ledger_finish(FunctionCallInfo fcinfo)
{
    const Datum datum = PG_GETARG_DATUM(0);
    if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum)))
        PG_RETURN_DATUM(datum);
    void* pointer = palloc(EXPANDED_POINTER_SIZE);
    std::memcpy(pointer, DatumGetEOHP(datum)->eoh_ro_ptr, EXPANDED_POINTER_SIZE);
    PG_RETURN_POINTER(pointer);
}

Datum ledger_in(FunctionCallInfo fcinfo, const LedgerType& type)
{
    const std::string_view text(PG_GETARG_CSTRING(0));
    LedgerObject* object = new_ledger();
    if (text == "empty")
        return flattened(object);
    ledger::TextRows rows(text, type.name);
    const Head head = guarded([&] {
        const Head begun = rows.begin();
        check_head(type, ErrorCode::malformed_text, begun);
        object->builder.set_currency(begun.currency);
        return begun;
    });
    ledger::TextRows::Row row;
    for (std::size_t count = 0; guarded([&] { return rows.next(row); }); ++count) {
        add_row(object, row.customer, row.day, head.has_amounts ? &row.amount : nullptr, head.scale, head.kind_of_ids,
                row.order_id);
        if (count % 65536 == 0)
            CHECK_FOR_INTERRUPTS();
    }
    return flattened(object);
}

Datum ledger_out(FunctionCallInfo fcinfo)
{
    const View view = Ledger(fcinfo, 0).laid_out();
    const auto write = [&](Sink& sink) {
        TextWriter writer(sink);
        writer.begin(ledger::format_version);
        ledger::write(view, writer);
        writer.end();
    };
    const std::size_t length = guarded([&] {
        Sink counter;
        write(counter);
        return counter.size();
    });
    if (length >= MaxAllocSize)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("the text form of this ledger would pass the limit of 1 GB"),
                        errhint("Copy it in binary form.")));
    auto* text = static_cast<char*>(palloc(length + 1));
    guarded([&] {
        Sink sink(text, length);
        write(sink);
    });
    text[length] = '\0';
    PG_RETURN_CSTRING(text);
}

namespace {

void check_text(const LedgerType& type, std::string_view text, const char* what)
{
    if (std::memchr(text.data(), '\0', text.size()) != nullptr ||
        !pg_verifymbstr(text.data(), static_cast<int>(text.size()), true))
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION), errmsg("invalid binary form of type %s", type.name),
                 errdetail("A %s is not valid text in encoding %s.", what, GetDatabaseEncodingName())));
}

// The version, with the length and the bytes of the currency behind it.
std::size_t preamble_size(const Head& head) { return 2 + head.currency.size(); }

// Takes it off `bytes` and returns the currency.
std::string_view read_preamble(std::span<const unsigned char>& bytes)
{
    if (bytes.empty() || bytes[0] != ledger::format_version)
        throw Error(ErrorCode::malformed_binary, "invalid binary form of a ledger", "Its version is unknown.");
    if (bytes.size() < 2 || bytes[1] > Currency::longest || bytes.size() < 2u + bytes[1])
        throw Error(ErrorCode::malformed_binary, "invalid binary form of a ledger", "Its currency is too long.");
    const std::string_view currency(reinterpret_cast<const char*>(bytes.data()) + 2, bytes[1]);
    bytes = bytes.subspan(2 + currency.size());
    return currency;
}

}  // namespace

Datum ledger_recv(FunctionCallInfo fcinfo, const LedgerType& type)
{
    auto* message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    const int length = message->len - message->cursor;
    const auto* bytes = reinterpret_cast<const unsigned char*>(pq_getmsgbytes(message, length));
    const auto ledger = guarded([&] {
        std::span<const unsigned char> rest(bytes, static_cast<std::size_t>(length));
        const std::string_view currency = read_preamble(rest);
        Head head = ledger::read_head(rest);
        head.currency = currency;
        check_head(type, ErrorCode::malformed_binary, head);
        return ledger::StoredLedger{head, rest};
    });
    check_text(type, ledger.currency, "currency");
    const View view = decoded(ledger);
    for (std::uint32_t customer = 0; view.kind == KeyKind::text && customer < view.customers; ++customer)
        check_text(type, view.key(customer).bytes, "customer");
    return flattened(view);
}

Datum ledger_send(FunctionCallInfo fcinfo)
{
    const View view = Ledger(fcinfo, 0).laid_out();
    unsigned char head[ledger::longest_head];
    const std::size_t head_size = ledger::write_head(view, head), preamble = preamble_size(view);
    const std::size_t body_size = guarded([&] { return ledger::encoded_size(view); });
    if (body_size > MaxAllocSize - VARHDRSZ - preamble - head_size)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("the binary form of this ledger would pass the limit of 1 GB")));
    auto* bytes = static_cast<bytea*>(palloc(VARHDRSZ + preamble + head_size + body_size));
    SET_VARSIZE(bytes, VARHDRSZ + preamble + head_size + body_size);
    auto* to = reinterpret_cast<unsigned char*>(VARDATA(bytes));
    to[0] = ledger::format_version;
    to[1] = static_cast<unsigned char>(view.currency.size());
    view.currency.copy(reinterpret_cast<char*>(to) + 2, view.currency.size());
    std::memcpy(to + preamble, head, head_size);
    guarded([&] { ledger::encode(view, to + preamble + head_size); });
    PG_RETURN_BYTEA_P(bytes);
}

}  // namespace customer_value::pg
