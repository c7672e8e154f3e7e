#include "pg/state.h"

namespace customer_value::pg {

void report_unknown_version(const char* type_name, int found, int known)
{
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("this %s was stored in version %d, this release reads version %d", type_name, found, known),
                    errhint("Update the customer_value library.")));
    pg_unreachable();
}

}  // namespace customer_value::pg
