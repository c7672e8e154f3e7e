// SQL types over a ledger. They differ in what they are for and by their names; how they are built, merged, written and
// read is the same.
#pragma once

#include "pg/ledger_object.h"

namespace customer_value::pg {

struct LedgerType {
    const char* name;
    bool is_of_money;  // has amounts always, and no order ids
};
inline constexpr LedgerType customer_ledger_type{"customer_ledger", false}, mrr_ledger_type{"mrr_ledger", true};

Datum ledger_merge(FunctionCallInfo fcinfo);
Datum ledger_finish(FunctionCallInfo fcinfo);
Datum ledger_in(FunctionCallInfo fcinfo, const LedgerType& type);
Datum ledger_out(FunctionCallInfo fcinfo);
Datum ledger_recv(FunctionCallInfo fcinfo, const LedgerType& type);
Datum ledger_send(FunctionCallInfo fcinfo);

// The SQL functions that every such type has.
#define LEDGER_TYPE(name)                                                  \
    SQL_FUNCTION(name##_merge) { return ledger_merge(fcinfo); }            \
    SQL_FUNCTION(name##_finish) { return ledger_finish(fcinfo); }          \
    SQL_FUNCTION(name##_in) { return ledger_in(fcinfo, name##_type); }     \
    SQL_FUNCTION(name##_out) { return ledger_out(fcinfo); }                \
    SQL_FUNCTION(name##_recv) { return ledger_recv(fcinfo, name##_type); } \
    SQL_FUNCTION(name##_send) { return ledger_send(fcinfo); }

}  // namespace customer_value::pg
