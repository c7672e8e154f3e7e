// A writer of orders must not fail for the sake of a mart. Where it cannot have its lock on the table `changes`, as somebody
// holds that table and waits for the orders, it leaves a mark where no such lock is in the way: a row of pg_description for
// the trigger function, with the number of the (sub)transaction in place of that of a column. Such a row is committed or
// rolled back with the orders, goes when the function is dropped, and no command shows or dumps it.
#include "pg/mart_marks.h"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/pg_description.h"
#include "catalog/pg_proc.h"
#include "storage/lmgr.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
}

namespace {

constexpr char mark_text[] =
    "orders were written while the table changes was locked: the next refresh_mart reads all months";

ScanKeyData equals(AttrNumber column, RegProcedure operation, Datum value)
{
    ScanKeyData key;
    ScanKeyInit(&key, column, BTEqualStrategyNumber, operation, value);
    return key;
}

// The rows of pg_description for a function that a snapshot sees, or that for one number.
SysScanDesc scan_descriptions(Relation descriptions, Oid function, Snapshot snapshot, const int32* number = nullptr)
{
    ScanKeyData keys[] = {
        equals(Anum_pg_description_objoid, F_OIDEQ, ObjectIdGetDatum(function)),
        equals(Anum_pg_description_classoid, F_OIDEQ, ObjectIdGetDatum(ProcedureRelationId)),
        equals(Anum_pg_description_objsubid, F_INT4EQ, Int32GetDatum(number == nullptr ? 0 : *number))};
    return systable_beginscan(descriptions, DescriptionObjIndexId, true, snapshot, number == nullptr ? 2 : 3, keys);
}

// Waits until the lock could be had, in a subtransaction that gives it up again, as an error ends it. False where the wait
// was too long, or part of a deadlock.
bool wait_for(Oid changes)
{
    MemoryContext const context = CurrentMemoryContext;
    ResourceOwner const owner = CurrentResourceOwner;
    volatile bool could_lock = true;
    BeginInternalSubTransaction(nullptr);
    PG_TRY();
    {
        LockRelationOid(changes, RowExclusiveLock);
    }
    PG_CATCH();
    {
        const int code = geterrcode();
        if (code != ERRCODE_T_R_DEADLOCK_DETECTED && code != ERRCODE_LOCK_NOT_AVAILABLE)
            PG_RE_THROW();
        MemoryContextSwitchTo(context);
        FlushErrorState();
        could_lock = false;
    }
    PG_END_TRY();
    RollbackAndReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(context);
    CurrentResourceOwner = owner;
    return could_lock;
}

}  // namespace

bool customer_value::pg::lock_changes(Oid changes)
{
    while (!ConditionalLockRelationOid(changes, RowExclusiveLock))
        if (!wait_for(changes))
            return false;
    return true;
}

void customer_value::pg::mark_all_changed(Oid function)
{
    const auto number = static_cast<int32>(GetCurrentTransactionId());
    Relation descriptions = table_open(DescriptionRelationId, RowExclusiveLock);
    SysScanDesc scan = scan_descriptions(descriptions, function, SnapshotSelf, &number);
    const bool is_marked = HeapTupleIsValid(systable_getnext(scan));
    systable_endscan(scan);
    if (!is_marked) {
        Datum values[] = {ObjectIdGetDatum(function), ObjectIdGetDatum(ProcedureRelationId), Int32GetDatum(number),
                          CStringGetTextDatum(mark_text)};
        bool nulls[] = {false, false, false, false};
        CatalogTupleInsert(descriptions, heap_form_tuple(RelationGetDescr(descriptions), values, nulls));
    }
    table_close(descriptions, NoLock);
}

// mart_take_marks(function): removes the marks that the snapshot sees
SQL_FUNCTION(mart_take_marks)
{
    const Oid function = PG_GETARG_OID(0);
    if (!owns_function(function))
        aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_FUNCTION, get_func_name(function));
    Relation descriptions = table_open(DescriptionRelationId, RowExclusiveLock);
    SysScanDesc scan = scan_descriptions(descriptions, function, GetActiveSnapshot());
    bool is_marked = false;
    for (HeapTuple row = systable_getnext(scan); HeapTupleIsValid(row); row = systable_getnext(scan)) {
        if (reinterpret_cast<Form_pg_description>(GETSTRUCT(row))->objsubid == 0)
            continue;  // a comment
        CatalogTupleDelete(descriptions, &row->t_self);
        is_marked = true;
    }
    systable_endscan(scan);
    table_close(descriptions, NoLock);
    PG_RETURN_BOOL(is_marked);
}
