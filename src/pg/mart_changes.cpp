// Which months of the orders a statement has changed, noted in the table `changes` of a mart. A mart has a trigger
// function of its own, note_changes(), in its own schema: it belongs to the mart's owner, who alone may put it on
// tables, moves with the schema, and takes its triggers with it when it is dropped. Its language is `customer_value`,
// whose handler this is: so a user can create it who may create no function in C.
//
// The handler runs in the sessions of those who write orders, and is all that does. It calls no function of a user,
// looks no name up but that of the table beside the function, and writes into that table only, past its grants. And no
// write fails for it: what cannot be noted as a month is noted as NULL, all months; what cannot be noted there leaves a
// mark elsewhere (mart_marks.h); and refresh_mart finds out what could not be noted at all.
#include "pg/mart_marks.h"
#include "pg/server.h"

#include "core/mart/months.h"

extern "C" {
#include "access/relation.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_proc.h"
#include "commands/trigger.h"
#include "datatype/timestamp.h"
#include "executor/executor.h"
#include "pgtime.h"
#include "storage/lmgr.h"
#include "utils/datetime.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"
}

#include <array>
#include <string_view>

using customer_value::mart::Months;

namespace {

// The column by which orders have a month, as the arguments of the trigger name it: its name, for instants a zone, and
// for timestamps of one zone whose days are those of another a second one.
struct OrderedAt {
    AttrNumber column = InvalidAttrNumber;  // where it is gone, of another type now, or in no row because it is
                                            // generated when it is read
    Oid type = InvalidOid;
    pg_tz* zone = nullptr;
    bool is_converted = false;
};

OrderedAt ordered_at(const TriggerData* call)
{
    const Trigger* trigger = call->tg_trigger;
    OrderedAt at;
    if (trigger->tgnargs == 0)
        return at;
    const AttrNumber column = get_attnum(RelationGetRelid(call->tg_relation), trigger->tgargs[0]);
    if (column <= 0)
        return at;
    const FormData_pg_attribute* attribute = TupleDescAttr(RelationGetDescr(call->tg_relation), column - 1);
    if (attribute->attgenerated != '\0' && attribute->attgenerated != ATTRIBUTE_GENERATED_STORED)
        return at;
    at.type = getBaseType(attribute->atttypid);
    at.zone = trigger->tgnargs > 1 ? pg_tzset(trigger->tgargs[1]) : nullptr;
    at.is_converted = trigger->tgnargs > 2;
    if (at.type == DATEOID || at.type == TIMESTAMPOID || (at.type == TIMESTAMPTZOID && at.zone != nullptr))
        at.column = column;
    return at;
}

void add_instant(Months& months, TimestampTz instant, pg_tz* zone)
{
    pg_tm time;
    fsec_t fraction;
    int offset;
    if (timestamp2tm(instant, &offset, &time, &fraction, nullptr, zone) != 0)
        months.add_all();
    else
        months.add(date2j(time.tm_year, time.tm_mon, time.tm_mday) - POSTGRES_EPOCH_JDATE);
}

// Clocks of two zones are less than two days apart: months on either side are read rather than missed.
void add_timestamp(Months& months, Timestamp at, bool is_converted)
{
    const auto day = static_cast<DateADT>(customer_value::ledger::floor_divided(at, USECS_PER_DAY));
    if (is_converted) {
        months.add(day - 2);
        months.add(day + 2);
    } else {
        months.add(day);
    }
}

// Adds the month of a row. One without a day, or at infinity, is in no figure.
void add(Months& months, const OrderedAt& at, Datum value, bool is_null)
{
    if (is_null)
        return;
    if (at.type == DATEOID) {
        if (!DATE_NOT_FINITE(DatumGetDateADT(value)))
            months.add(DatumGetDateADT(value));
    } else if (!TIMESTAMP_NOT_FINITE(DatumGetTimestamp(value))) {
        if (at.type == TIMESTAMPOID)
            add_timestamp(months, DatumGetTimestamp(value), at.is_converted);
        else
            add_instant(months, DatumGetTimestampTz(value), at.zone);
    }
}

// Adds the months of the rows that a statement has put in or taken out.
void add_rows(Months& months, const OrderedAt& at, Tuplestorestate* rows, TupleDesc descriptor)
{
    if (rows == nullptr || at.column == InvalidAttrNumber) {
        months.add_all();
        return;
    }
    TupleTableSlot* slot = MakeSingleTupleTableSlot(descriptor, &TTSOpsMinimalTuple);
    // others read these rows too, each by a pointer of its own
    tuplestore_select_read_pointer(rows, tuplestore_alloc_read_pointer(rows, EXEC_FLAG_REWIND));
    tuplestore_rescan(rows);
    while (!months.all() && tuplestore_gettupleslot(rows, true, false, slot)) {
        CHECK_FOR_INTERRUPTS();
        bool is_null;
        const Datum value = slot_getattr(slot, at.column, &is_null);
        add(months, at, value, is_null);
    }
    tuplestore_select_read_pointer(rows, 0);
    ExecDropSingleTupleTableSlot(slot);
}

void add_statement(Months& months, const TriggerData* call)
{
    const OrderedAt at = ordered_at(call);
    TupleDesc descriptor = RelationGetDescr(call->tg_relation);
    if (TRIGGER_FIRED_BY_TRUNCATE(call->tg_event))
        months.add_all();
    if (TRIGGER_FIRED_BY_UPDATE(call->tg_event) || TRIGGER_FIRED_BY_DELETE(call->tg_event))
        add_rows(months, at, call->tg_oldtable, descriptor);
    if (TRIGGER_FIRED_BY_UPDATE(call->tg_event) || TRIGGER_FIRED_BY_INSERT(call->tg_event))
        add_rows(months, at, call->tg_newtable, descriptor);
}

// The table `changes` beside a trigger function: nullptr where there is none that belongs to the same owner and has the
// one column that create_mart has made. What the owner may have put on it, indexes and triggers, is not served:
// refresh_mart finds them, and reads all. Where it cannot be locked, nullptr too, and a mark is left.
Relation open_changes(Oid function)
{
    const Oid schema = get_func_namespace(function);
    const Oid table = get_relname_relid("changes", schema);
    if (!OidIsValid(table))
        return nullptr;
    if (!customer_value::pg::lock_changes(table)) {
        customer_value::pg::mark_all_changed(function);
        return nullptr;
    }
    Relation changes = try_relation_open(table, NoLock);
    if (changes == nullptr) {
        UnlockRelationOid(table, RowExclusiveLock);
        return nullptr;
    }
    // only now, as who held the table may have given both to another owner
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    const Oid owner = HeapTupleIsValid(tuple) ? reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->proowner : InvalidOid;
    if (HeapTupleIsValid(tuple))
        ReleaseSysCache(tuple);
    Form_pg_class is = changes->rd_rel;
    TupleDesc columns = RelationGetDescr(changes);
    if (is->relkind == RELKIND_RELATION && is->relowner == owner && is->relpersistence != RELPERSISTENCE_TEMP &&
        columns->natts == 1 && TupleDescAttr(columns, 0)->atttypid == DATEOID)
        return changes;
    relation_close(changes, RowExclusiveLock);
    return nullptr;
}

void insert(Relation changes, const Months& months)
{
    TupleTableSlot* slot = MakeSingleTupleTableSlot(RelationGetDescr(changes), &TTSOpsVirtual);
    const auto put = [&](Datum value, bool is_null) {
        ExecClearTuple(slot);
        slot->tts_values[0] = value;
        slot->tts_isnull[0] = is_null;
        ExecStoreVirtualTuple(slot);
        simple_table_tuple_insert(changes, slot);
    };
    if (months.all())
        put(Datum{0}, true);
    else
        for (const DateADT day : months.first_days())
            put(DateADTGetDatum(day), false);
    ExecDropSingleTupleTableSlot(slot);
}

// Row by row is how logical replication applies changes: what a (sub)transaction has noted for a mart, so that it does
// not once more for each row. Marts share places; one that another has taken notes some months twice.
struct Noted {
    Oid changes = InvalidOid;
    FullTransactionId by{};
    Months months;
};
constinit std::array<Noted, 8> noted;

// Notes the months of one row that has changed while session_replication_role is replica: statement triggers do not
// fire then.
void note_row(Relation changes, const TriggerData* call)
{
    const OrderedAt at = ordered_at(call);
    Months months;
    const auto add_row = [&](HeapTuple row) {
        bool is_null;
        const Datum value = heap_getattr(row, at.column, RelationGetDescr(call->tg_relation), &is_null);
        add(months, at, value, is_null);
    };
    if (at.column == InvalidAttrNumber) {
        months.add_all();
    } else {
        add_row(call->tg_trigtuple);
        if (TRIGGER_FIRED_BY_UPDATE(call->tg_event))
            add_row(call->tg_newtuple);
    }
    Noted& before = noted[RelationGetRelid(changes) % noted.size()];
    const FullTransactionId by = GetCurrentFullTransactionId();
    if (before.changes != RelationGetRelid(changes) || !FullTransactionIdEquals(before.by, by))
        before = {RelationGetRelid(changes), by, {}};
    bool is_new = months.all() && before.months.add_all();
    for (const DateADT day : months.first_days())
        is_new = before.months.add(day) || is_new;
    if (is_new)
        insert(changes, before.months.all() ? before.months : months);
}

void note_statement(Relation changes, const TriggerData* call)
{
    Months months;
    add_statement(months, call);
    insert(changes, months);
}

}  // namespace

// The handler of the language: a trigger function of a mart is called.
SQL_FUNCTION(mart_call)
{
    if (!CALLED_AS_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("functions in the language customer_value are for triggers of a mart")));
    const auto* call = reinterpret_cast<TriggerData*>(fcinfo->context);
    const bool is_row = TRIGGER_FIRED_FOR_ROW(call->tg_event);
    // rows of other sessions are noted by statement
    if (!is_row || SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA) {
        if (Relation changes = open_changes(fcinfo->flinfo->fn_oid); changes != nullptr) {
            if (is_row)
                note_row(changes, call);
            else
                note_statement(changes, call);
            relation_close(changes, NoLock);
        }
    }
    // a trigger that somebody has made to fire before rows must not swallow them
    return PointerGetDatum(!is_row                                   ? nullptr
                           : TRIGGER_FIRED_BY_UPDATE(call->tg_event) ? call->tg_newtuple
                                                                     : call->tg_trigtuple);
}

// The validator of the language: CREATE FUNCTION has made one in it.
SQL_FUNCTION(mart_validate)
{
    const Oid function = PG_GETARG_OID(0);
    if (!CheckFunctionValidatorAccess(fcinfo->flinfo->fn_oid, function))
        PG_RETURN_VOID();
    if (get_func_rettype(function) != TRIGGEROID || get_func_nargs(function) != 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
                        errmsg("functions in the language customer_value are for triggers of a mart"),
                        errhint("create_mart makes the one that a mart needs.")));
    PG_RETURN_VOID();
}
