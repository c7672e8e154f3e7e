#include "pg/server.h"

// PostgreSQL 18 shows name and version of what is loaded: SELECT * FROM pg_get_loaded_modules()
extern "C" {
#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(.name = "customer_value", .version = CUSTOMER_VALUE_VERSION);
#else
PG_MODULE_MAGIC;
#endif
}
