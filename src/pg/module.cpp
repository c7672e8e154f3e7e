#include "pg/ledger_object.h"

#include "core/common/interrupt.h"

extern "C" {
#include "utils/guc.h"
}

// PostgreSQL 18 shows name and version of what is loaded: SELECT * FROM pg_get_loaded_modules()
extern "C" {
#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(.name = "customer_value", .version = CUSTOMER_VALUE_VERSION);
#else
PG_MODULE_MAGIC;
#endif
}

extern "C" void _PG_init()
{
    DefineCustomIntVariable(
        "customer_value.max_ledger_memory", "Memory that one customer ledger may hold while it is built.",
        "A query that would pass it ends with an error that names the remedy.", &customer_value::pg::max_ledger_memory,
        1024 * 1024, 1024, INT_MAX, PGC_SUSET, GUC_UNIT_KB, nullptr, nullptr, nullptr);
    MarkGUCPrefixReserved("customer_value");
    // what CHECK_FOR_INTERRUPTS would end the query for
    customer_value::is_interrupted = []() noexcept {
        bool ends = QueryCancelPending || ProcDiePending;
#if PG_VERSION_NUM >= 170000
        ends = ends || TransactionTimeoutPending;
#endif
        return ends && InterruptHoldoffCount == 0 && CritSectionCount == 0;
    };
}
