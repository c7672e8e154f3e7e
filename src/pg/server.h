// PostgreSQL as C++ sees it: the one place that includes its headers, before any standard one, and the place for what
// differs between its versions (15 to 18).
#pragma once

extern "C" {
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/multirangetypes.h"
#include "utils/numeric.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"
#include "utils/uuid.h"
#include "windowapi.h"

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif
}

// port.h renames the printf family; the standard headers that follow need the real names
#undef snprintf
#undef vsnprintf
#undef sprintf
#undef vsprintf
#undef fprintf
#undef vfprintf
#undef printf
#undef vprintf
#undef strerror
#undef strerror_r
#undef gettext
#undef dgettext
#undef ngettext
#undef dngettext
#undef bind
#undef Min
#undef Max
#undef Abs

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 190000
#error "customer_value needs PostgreSQL 15 to 18"
#endif

// Whether the current user owns a table or a function, or is a superuser.
inline bool owns_table(Oid table)
{
#if PG_VERSION_NUM >= 160000
    return object_ownercheck(RelationRelationId, table, GetUserId());
#else
    return pg_class_ownercheck(table, GetUserId());
#endif
}

inline bool owns_function(Oid function)
{
#if PG_VERSION_NUM >= 160000
    return object_ownercheck(ProcedureRelationId, function, GetUserId());
#else
    return pg_proc_ownercheck(function, GetUserId());
#endif
}

// Defines a function that SQL can call: its C symbol is customer_value_<name>, which src/pg/symbols.map exports.
#define SQL_FUNCTION(name)                      \
    extern "C" {                                \
    PG_FUNCTION_INFO_V1(customer_value_##name); \
    }                                           \
    extern "C" PGDLLEXPORT Datum customer_value_##name([[maybe_unused]] PG_FUNCTION_ARGS)
