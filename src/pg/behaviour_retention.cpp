#include "pg/aggregate.h"
#include "pg/behaviour_conditions.h"

#include "core/behaviour/retention.h"

using namespace customer_value::pg;
using customer_value::behaviour::RetentionState;

STATE_FUNCTIONS(retention_state, RetentionState)

SQL_FUNCTION(retention_add)
{
    RetentionState* state = own_state<RetentionState>(fcinfo);
    const auto conditions = conditions_argument(fcinfo, 1, "conditions");
    return datum_of(add(state, conditions));
}

SQL_FUNCTION(retention_value)
{
    const auto& state = read_state<RetentionState>(fcinfo, 0);
    if (state.count == 0)
        PG_RETURN_NULL();
    Datum retained[customer_value::behaviour::most_conditions];
    for (int i = 0; i < state.count; ++i)
        retained[i] = BoolGetDatum(state.retained(i));
    PG_RETURN_ARRAYTYPE_P(construct_array(retained, static_cast<int>(state.count), BOOLOID, 1, true, TYPALIGN_CHAR));
}
