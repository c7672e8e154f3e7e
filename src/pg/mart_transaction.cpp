// The transactions of a refresh. A snapshot that is taken before a lock is granted is older than what it reads: whoever
// held the table meanwhile, to rewrite it or to empty and load it, has committed what the snapshot does not see, and it
// would be noted as read. So the locks come first. PL/pgSQL cannot do that: it takes a snapshot for the expression that
// names the table. In a transaction block, which only who has begun it can end, all is one transaction, in which each
// statement has a snapshot of its own.
#include "pg/server.h"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_rewrite.h"
#include "executor/spi.h"
#include "storage/lmgr.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/syscache.h"
}

namespace {

constexpr int most_sources = 16;

// Whether the caller may read a source, or some columns of it; one that is gone may nobody read.
bool may_read(Oid source)
{
    return SearchSysCacheExists1(RELOID, ObjectIdGetDatum(source)) &&
           (pg_class_aclcheck(source, GetUserId(), ACL_SELECT) == ACLCHECK_OK ||
            pg_attribute_aclcheck_all(source, GetUserId(), ACL_SELECT, ACLMASK_ANY) == ACLCHECK_OK);
}

ScanKeyData equals(AttrNumber column, Oid value)
{
    ScanKeyData key;
    ScanKeyInit(&key, column, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(value));
    return key;
}

// Calls visit with each row of a table of the catalogue that an index finds by its first columns.
template <int columns, class Visit>
void scan_catalogue(Oid table, Oid index, ScanKeyData (&keys)[columns], const Visit& visit)
{
    Relation catalogue = table_open(table, AccessShareLock);
    SysScanDesc scan = systable_beginscan(catalogue, index, true, nullptr, columns, keys);
    for (HeapTuple row = systable_getnext(scan); HeapTupleIsValid(row); row = systable_getnext(scan))
        visit(row);
    systable_endscan(scan);
    table_close(catalogue, AccessShareLock);
}

// The relations that the expressions of an object name, which is a row of a table of the catalogue.
List* named_by(Oid catalogue, Oid object)
{
    List* found = NIL;
    ScanKeyData of_object[] = {equals(Anum_pg_depend_classid, catalogue), equals(Anum_pg_depend_objid, object)};
    scan_catalogue(DependRelationId, DependDependerIndexId, of_object, [&](HeapTuple row) {
        const auto* on = reinterpret_cast<Form_pg_depend>(GETSTRUCT(row));
        if (on->refclassid == RelationRelationId)
            found = list_append_unique_oid(found, on->refobjid);
    });
    return found;
}

// What is read with a relation, as PostgreSQL knows it, which is not what functions read: the tables below a table, its
// indexes, what its policies ask, and what the query of a view names.
List* read_with(Oid relation)
{
    List* found = find_inheritance_children(relation, NoLock);
    ScanKeyData indexes[] = {equals(Anum_pg_index_indrelid, relation)};
    scan_catalogue(IndexRelationId, IndexIndrelidIndexId, indexes, [&](HeapTuple row) {
        found = lappend_oid(found, reinterpret_cast<Form_pg_index>(GETSTRUCT(row))->indexrelid);
    });
    ScanKeyData rules[] = {equals(Anum_pg_rewrite_ev_class, relation)};
    scan_catalogue(RewriteRelationId, RewriteRelRulenameIndexId, rules, [&](HeapTuple row) {
        found = list_concat(found, named_by(RewriteRelationId, reinterpret_cast<Form_pg_rewrite>(GETSTRUCT(row))->oid));
    });
    ScanKeyData policies[] = {equals(Anum_pg_policy_polrelid, relation)};
    scan_catalogue(PolicyRelationId, PolicyPolrelidPolnameIndexId, policies, [&](HeapTuple row) {
        found = list_concat(found, named_by(PolicyRelationId, reinterpret_cast<Form_pg_policy>(GETSTRUCT(row))->oid));
    });
    return found;
}

// The tables and views that a mart reads. They are kept here, as what is allocated may not outlive a transaction.
class Sources {
public:
    explicit Sources(ArrayType* array)
    {
        Datum* values;
        bool* nulls;
        deconstruct_array(array, REGCLASSOID, sizeof(Oid), true, TYPALIGN_INT, &values, &nulls, &count);
        if (count > most_sources)
            ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                            errmsg("a mart has at most %d sources: %d", most_sources, count)));
        for (int i = 0; i < count; ++i)
            oids[i] = nulls[i] ? InvalidOid : DatumGetObjectId(values[i]);
    }

    // Locks the sources that the caller may read, and all that is read with them, against all that would change more
    // than rows. Who reads one of the others next says so. While it waits for one relation it holds none of the others:
    // a writer that empties two tables of a mart, one after the other, would else be what a deadlock ends.
    void lock() const
    {
        for (Oid busy = lock_or_busy(); OidIsValid(busy); busy = lock_or_busy()) {
            LockRelationOid(busy, AccessShareLock);
            UnlockRelationOid(busy, AccessShareLock);
        }
    }

private:
    // Locks all without waiting for any; where another session holds one of them, locks none and says which.
    [[nodiscard]] Oid lock_or_busy() const
    {
        List* all = NIL;
        for (int i = 0; i < count; ++i)
            if (OidIsValid(oids[i]) && may_read(oids[i]))
                all = list_append_unique_oid(all, oids[i]);
        for (int locked = 0; locked < list_length(all); ++locked) {
            const Oid relation = list_nth_oid(all, locked);
            if (!ConditionalLockRelationOid(relation, AccessShareLock)) {
                for (int i = 0; i < locked; ++i)
                    UnlockRelationOid(list_nth_oid(all, i), AccessShareLock);
                return relation;
            }
            all = list_concat_unique_oid(all, read_with(relation));
        }
        return InvalidOid;
    }

    int count;
    Oid oids[most_sources];
};

}  // namespace

// mart_relations_now(source)
SQL_FUNCTION(mart_relations_now)
{
    const List* all = find_all_inheritors(PG_GETARG_OID(0), NoLock, nullptr);
    auto* oids = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<std::size_t>(list_length(all))));
    for (int i = 0; i < list_length(all); ++i)
        oids[i] = ObjectIdGetDatum(list_nth_oid(all, i));
    PG_RETURN_ARRAYTYPE_P(construct_array(oids, list_length(all), OIDOID, sizeof(Oid), true, TYPALIGN_INT));
}

namespace {

// Whether a procedure may end the transaction.
bool may_commit(FunctionCallInfo fcinfo)
{
    const auto* context = fcinfo->context;
    return context != nullptr && IsA(context, CallContext) && !reinterpret_cast<const CallContext*>(context)->atomic;
}

// Ends the transaction and begins another.
void begin_transaction(const char* isolation)
{
    SPI_connect_ext(SPI_OPT_NONATOMIC);
    SPI_commit();
    SPI_finish();
    set_config_option("transaction_isolation", isolation, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, ERROR,
                      false);
}

}  // namespace

// mart_commit(INOUT commits)
SQL_FUNCTION(mart_commit)
{
    const bool commits = may_commit(fcinfo);
    if (commits)
        begin_transaction("read committed");
    else if (XactIsoLevel != XACT_READ_COMMITTED)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("refresh_mart in a transaction block needs the isolation level READ COMMITTED"),
                        errdetail("Otherwise it would not see what it has waited for."),
                        errhint("BEGIN ISOLATION LEVEL READ COMMITTED, or CALL it outside of a transaction block.")));
    TupleDesc row;
    get_call_result_type(fcinfo, nullptr, &row);
    Datum values[] = {BoolGetDatum(commits)};
    bool nulls[] = {false};
    PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(row, values, nulls)));
}

// mart_transaction(state, sources)
SQL_FUNCTION(mart_transaction)
{
    // a procedure cannot be STRICT
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("the state and the sources of a mart must not be NULL")));
    const Oid state = PG_GETARG_OID(0);
    if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(state)))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", state)));
    if (!owns_table(state))
        aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(state));
    const Sources sources(PG_GETARG_ARRAYTYPE_P(1));
    if (may_commit(fcinfo))
        begin_transaction("repeatable read");
    LockRelationOid(state, ShareUpdateExclusiveLock);  // one refresh at a time
    sources.lock();
    PG_RETURN_VOID();
}
