#include "pg/arguments.h"
#include "pg/ledger_object.h"
#include "pg/results.h"

#include "core/ledger/text.h"

extern "C" {
#include "pgtime.h"
#include "utils/datetime.h"
}

using namespace customer_value;
using namespace customer_value::pg;
using ledger::Day;
using ledger::View;

namespace {

pg_tz* zone_named(std::string_view name)
{
    char text[TZ_STRLEN_MAX + 1];
    const auto length = std::min(name.size(), sizeof text - 1);
    std::memcpy(text, name.data(), length);
    text[length] = '\0';
    pg_tz* zone = name.size() == length ? pg_tzset(text) : nullptr;
    if (zone == nullptr)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("time zone \"%s\" not recognized", text),
                        errhint("Name it as pg_timezone_names does, for example Europe/Berlin.")));
    return zone;
}

// The day on which an instant falls in a time zone.
Day local_day(TimestampTz at, std::string_view zone)
{
    struct pg_tm time;
    fsec_t fraction;
    int offset;
    if (TIMESTAMP_NOT_FINITE(at))
        ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("at must be a finite timestamp")));
    if (timestamp2tm(at, &offset, &time, &fraction, nullptr, zone_named(zone)) != 0)
        ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
    return date2j(time.tm_year, time.tm_mon, time.tm_mday) - POSTGRES_EPOCH_JDATE;
}

// One more row; arguments are the ledger, the customer, the day or the instant, perhaps the amount, perhaps the time zone.
template <class Customer, bool has_amount, bool is_instant> Datum add_argument_row(FunctionCallInfo fcinfo)
{
    LedgerObject* object = own_ledger(fcinfo);
    const Key customer = argument<Customer>(fcinfo, 1);
    const Day day = is_instant ? local_day(PG_GETARG_TIMESTAMPTZ(2), text_of(PG_GETARG_DATUM(has_amount ? 4 : 3))) : PG_GETARG_DATEADT(2);
    if constexpr (has_amount) {
        const Decimal amount = decimal_of(PG_GETARG_DATUM(3));
        add_row(object, customer, day, &amount);
    } else {
        add_row(object, customer, day, nullptr);
    }
    return in_aggregate(fcinfo) ? datum_of(object) : flattened(object);
}

}  // namespace

#define LEDGER_ADD(name, Customer)                                                                               \
    SQL_FUNCTION(ledger_add_##name) { return add_argument_row<Customer, true, false>(fcinfo); }                  \
    SQL_FUNCTION(ledger_add_activity_##name) { return add_argument_row<Customer, false, false>(fcinfo); }        \
    SQL_FUNCTION(ledger_add_instant_##name) { return add_argument_row<Customer, true, true>(fcinfo); }           \
    SQL_FUNCTION(ledger_add_activity_instant_##name) { return add_argument_row<Customer, false, true>(fcinfo); }

LEDGER_ADD(bigint, BigintKey)
LEDGER_ADD(uuid, UuidKey)
LEDGER_ADD(text, TextKey)

SQL_FUNCTION(customer_ledger_merge)
{
    const View other = read_ledger(fcinfo, 1);
    LedgerObject* object = own_ledger(fcinfo);
    append(object, other);
    return in_aggregate(fcinfo) ? datum_of(object) : flattened(object);
}

// The aggregate's own object as its result, not a flat copy. PostgreSQL 15 copies (flattens) a result that is no chunk of the
// current context; so what is returned is such a chunk, a pointer to the object, for reading only.
SQL_FUNCTION(customer_ledger_finish)
{
    const Datum datum = PG_GETARG_DATUM(0);
    if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum)))
        PG_RETURN_DATUM(datum);
    void* pointer = palloc(EXPANDED_POINTER_SIZE);
    std::memcpy(pointer, DatumGetEOHP(datum)->eoh_ro_ptr, EXPANDED_POINTER_SIZE);
    PG_RETURN_POINTER(pointer);
}

SQL_FUNCTION(customer_ledger_in)
{
    const std::string_view text(PG_GETARG_CSTRING(0));
    LedgerObject* object = new_ledger();
    if (text == "empty")
        return flattened(object);
    ledger::TextRows rows(text);
    guarded([&] { rows.begin(); });
    ledger::TextRows::Row row;
    for (std::size_t count = 0; guarded([&] { return rows.next(row); }); ++count) {
        const std::int64_t* amount = rows.has_amounts() ? &row.amount : nullptr;
        add_row(object, row.customer, row.day, amount, rows.scale());
        if (count % 65536 == 0)
            CHECK_FOR_INTERRUPTS();
    }
    return flattened(object);
}

SQL_FUNCTION(customer_ledger_out)
{
    const View view = read_ledger(fcinfo, 0);
    const auto write = [&](Sink& sink) {
        TextWriter writer(sink);
        writer.begin(FlatLedger::current_version);
        ledger::write(view, writer);
        writer.end();
    };
    const std::size_t length = guarded([&] {
        Sink counter;
        write(counter);
        return counter.size();
    });
    if (length >= MaxAllocSize)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("the text form of this ledger would pass the limit of 1 GB"),
                        errhint("Copy it in binary form.")));
    auto* text = static_cast<char*>(palloc(length + 1));
    guarded([&] {
        Sink sink(text, length);
        write(sink);
    });
    text[length] = '\0';
    PG_RETURN_CSTRING(text);
}

SQL_FUNCTION(customer_ledger_recv)
{
    auto* message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    const int length = message->len - message->cursor;
    const auto* bytes = reinterpret_cast<const unsigned char*>(pq_getmsgbytes(message, length));
    std::span<const unsigned char> body(bytes, static_cast<std::size_t>(length));
    const auto head = guarded([&] {
        if (body.empty() || body[0] != FlatLedger::current_version)
            throw Error(ErrorCode::malformed_binary, "invalid binary form of type customer_ledger", "Its version is unknown.");
        body = body.subspan(1);
        return ledger::read_head(body);
    });
    const View view = decoded(head, body);
    for (std::uint32_t customer = 0; view.kind == KeyKind::text && customer < view.customers; ++customer) {
        const auto key = view.key(customer).bytes;
        if (std::memchr(key.data(), '\0', key.size()) != nullptr || !pg_verifymbstr(key.data(), static_cast<int>(key.size()), true))
            ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION), errmsg("invalid binary form of type customer_ledger"),
                            errdetail("A customer is not valid text in encoding %s.", GetDatabaseEncodingName())));
    }
    return flattened(view);
}

SQL_FUNCTION(customer_ledger_send)
{
    const View view = read_ledger(fcinfo, 0);
    unsigned char head[ledger::longest_head];
    const std::size_t head_size = ledger::write_head(ledger::Head::of(view), head);
    const std::size_t body_size = ledger::encoded_size(view);
    if (body_size > MaxAllocSize - VARHDRSZ - 1 - head_size)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("the binary form of this ledger would pass the limit of 1 GB")));
    auto* bytes = static_cast<bytea*>(palloc(VARHDRSZ + 1 + head_size + body_size));
    SET_VARSIZE(bytes, VARHDRSZ + 1 + head_size + body_size);
    auto* to = reinterpret_cast<unsigned char*>(VARDATA(bytes));
    *to++ = FlatLedger::current_version;
    std::memcpy(to, head, head_size);
    ledger::encode(view, to + head_size);
    PG_RETURN_BYTEA_P(bytes);
}

SQL_FUNCTION(customers_count) { PG_RETURN_INT64(read_head(fcinfo, 0).customers); }
SQL_FUNCTION(ledger_rows_count) { PG_RETURN_INT64(static_cast<std::int64_t>(read_head(fcinfo, 0).rows)); }

SQL_FUNCTION(ledger_first_day)
{
    const auto head = read_head(fcinfo, 0);
    if (head.rows == 0)
        PG_RETURN_NULL();
    PG_RETURN_DATEADT(head.first_day);
}
SQL_FUNCTION(ledger_last_day)
{
    const auto head = read_head(fcinfo, 0);
    if (head.rows == 0)
        PG_RETURN_NULL();
    PG_RETURN_DATEADT(head.last_day);
}
