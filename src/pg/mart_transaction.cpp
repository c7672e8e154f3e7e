// The transactions of a refresh. A snapshot that is taken before a lock is granted is older than what it reads: whoever held
// the table meanwhile, to rewrite it or to empty and load it, has committed what the snapshot does not see, and it would be
// noted as read. So the locks come first. PL/pgSQL cannot do that: it takes a snapshot for the expression that names the table.
#include "pg/server.h"

extern "C" {
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_inherits.h"
#include "commands/lockcmds.h"
#include "executor/spi.h"
#include "nodes/makefuncs.h"
#include "storage/lmgr.h"
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

// Locks what a view reads, as LOCK TABLE does with the view itself.
void lock_view(Oid view)
{
    LockStmt* statement = makeNode(LockStmt);
    statement->relations = list_make1(makeRangeVar(get_namespace_name(get_rel_namespace(view)), get_rel_name(view), -1));
    statement->mode = AccessShareLock;
    LockTableCommand(statement);
}

// The tables and views that a mart reads. They are kept here, as what is allocated may not outlive a transaction.
struct Sources {
    explicit Sources(ArrayType* array)
    {
        Datum* values;
        bool* nulls;
        deconstruct_array(array, REGCLASSOID, sizeof(Oid), true, TYPALIGN_INT, &values, &nulls, &count);
        if (count > most_sources)
            ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("a mart has at most %d sources: %d", most_sources, count)));
        for (int i = 0; i < count; ++i)
            oids[i] = nulls[i] ? InvalidOid : DatumGetObjectId(values[i]);
    }

    // The sources that the caller may read, and all tables below them. Who reads one of the others next says so.
    [[nodiscard]] List* relations() const
    {
        List* all = NIL;
        for (int i = 0; i < count; ++i)
            if (OidIsValid(oids[i]) && may_read(oids[i]))
                all = list_concat_unique_oid(all, find_all_inheritors(oids[i], NoLock, nullptr));
        return all;
    }

    // Locks them against all that would change more than rows. While it waits for one it holds none of the others: a writer
    // that empties two tables of a mart, one after the other, would else be what a deadlock ends.
    void lock() const
    {
        for (Oid busy = InvalidOid;;) {
            if (OidIsValid(busy)) {
                LockRelationOid(busy, AccessShareLock);
                UnlockRelationOid(busy, AccessShareLock);
            }
            const List* all = relations();
            busy = InvalidOid;
            int locked = 0;
            for (; locked < list_length(all) && !OidIsValid(busy); ++locked)
                if (!ConditionalLockRelationOid(list_nth_oid(all, locked), AccessShareLock))
                    busy = list_nth_oid(all, locked);
            if (!OidIsValid(busy))
                break;
            for (int i = 0; i < locked - 1; ++i)
                UnlockRelationOid(list_nth_oid(all, i), AccessShareLock);
        }
        for (int i = 0; i < count; ++i)
            if (get_rel_relkind(oids[i]) == RELKIND_VIEW && pg_class_aclcheck(oids[i], GetUserId(), ACL_SELECT) == ACLCHECK_OK)
                lock_view(oids[i]);
    }

    int count;
    Oid oids[most_sources];
};

}  // namespace

// mart_lock(sources)
SQL_FUNCTION(mart_lock)
{
    const Sources sources(PG_GETARG_ARRAYTYPE_P(0));
    sources.lock();
    PG_RETURN_VOID();
}

// mart_transaction(state, sources)
SQL_FUNCTION(mart_transaction)
{
    // a procedure cannot be STRICT
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the state and the sources of a mart must not be NULL")));
    const Oid state = PG_GETARG_OID(0);
    if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(state)))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", state)));
    if (!owns_table(state))
        aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(state));
    const Sources sources(PG_GETARG_ARRAYTYPE_P(1));
    const auto* context = fcinfo->context;
    const bool may_commit = context != nullptr && IsA(context, CallContext) && !reinterpret_cast<const CallContext*>(context)->atomic;
    SPI_connect_ext(may_commit ? SPI_OPT_NONATOMIC : 0);
    SPI_commit();
    SPI_finish();
    set_config_option("transaction_isolation", "repeatable read", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, ERROR, false);
    LockRelationOid(state, ShareUpdateExclusiveLock);   // one refresh at a time
    sources.lock();
    PG_RETURN_VOID();
}
