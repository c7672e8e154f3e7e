// What a mart does in one go: a query's rows are held in memory for the statements that follow, as an ephemeral
// relation, which is how triggers see the rows that changed. A scan of one reads rows where they lie, where that of a
// common table copies each, and a row that holds a ledger has some 40 MB.
#include "pg/server.h"

extern "C" {
#include "executor/spi.h"
#include "executor/tstoreReceiver.h"
#include "utils/plancache.h"
#include "utils/tuplestore.h"
}

#include <climits>

namespace {

SPIPlanPtr prepared(const char* query)
{
    SPIPlanPtr plan = SPI_prepare(query, 0, nullptr);
    if (plan == nullptr)
        elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
    return plan;
}

void run(SPIPlanPtr plan, DestReceiver* receiver)
{
    SPIExecuteOptions options = {};
    options.dest = receiver;
    if (const int result = SPI_execute_plan_extended(plan, &options); result < 0)
        elog(ERROR, "SPI_execute_plan_extended failed: %s", SPI_result_code_string(result));
}

// The rows stay in memory whatever work_mem says: they are there once already, and would be read from a file as often
// as they are scanned.
void hold(char* name, const char* query)
{
    SPIPlanPtr plan = prepared(query);
    List* sources = SPI_plan_get_plan_sources(plan);
    if (list_length(sources) != 1 || static_cast<CachedPlanSource*>(linitial(sources))->resultDesc == nullptr)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("what is held must be one query that gives rows: %s", query)));
    Tuplestorestate* rows = tuplestore_begin_heap(false, false, INT_MAX);
    DestReceiver* receiver = CreateDestReceiver(DestTuplestore);
    SetTuplestoreDestReceiverParams(receiver, rows, CurrentMemoryContext, false, nullptr, nullptr);
    run(plan, receiver);

    auto* relation = static_cast<EphemeralNamedRelation>(palloc0(sizeof(EphemeralNamedRelationData)));
    relation->md.name = name;
    relation->md.tupdesc = static_cast<CachedPlanSource*>(linitial(sources))->resultDesc;
    relation->md.enrtype = ENR_NAMED_TUPLESTORE;
    relation->md.enrtuples = static_cast<double>(tuplestore_tuple_count(rows));
    relation->reldata = rows;
    if (const int result = SPI_register_relation(relation); result != SPI_OK_REL_REGISTER)
        elog(ERROR, "SPI_register_relation failed: %s", SPI_result_code_string(result));
}

struct Texts {
    Datum* values;
    bool* nulls;
    int count;
};

Texts texts(ArrayType* array)
{
    Texts texts;
    deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &texts.values, &texts.nulls, &texts.count);
    return texts;
}

}  // namespace

// mart_run(held, queries)
SQL_FUNCTION(mart_run)
{
    const Texts held = texts(PG_GETARG_ARRAYTYPE_P(0)), queries = texts(PG_GETARG_ARRAYTYPE_P(1));
    SPI_connect();
    for (int i = 0; i < queries.count; ++i) {
        if (queries.nulls[i])
            ereport(ERROR,
                    (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("query %d of %d is NULL", i + 1, queries.count)));
        char* query = TextDatumGetCString(queries.values[i]);
        if (i < held.count && !held.nulls[i])
            hold(TextDatumGetCString(held.values[i]), query);
        else
            run(prepared(query), nullptr);
    }
    SPI_finish();
    PG_RETURN_VOID();
}
