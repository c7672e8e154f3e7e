// sale_history: a sales::SaleHistory as it is stored, a version byte and then what its `store` writes.
#pragma once

#include "pg/guard.h"
#include "pg/server.h"

#include "core/sales/kinds.h"

#include <span>

namespace customer_value::pg {

// Room for a history of so many bytes.
inline std::span<unsigned char> new_sale_history(std::size_t size)
{
    if (size > MaxAllocSize - VARHDRSZ - 1)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("a %s would pass the limit of 1 GB", sales::SaleHistory::type_name)));
    auto* value = static_cast<varlena*>(palloc(VARHDRSZ + 1 + size));
    SET_VARSIZE(value, VARHDRSZ + 1 + size);
    auto* bytes = reinterpret_cast<unsigned char*>(VARDATA(value));
    *bytes = sales::SaleHistory::version;
    return {bytes + 1, size};
}
// What was put there, of which the first `size` bytes count.
inline Datum sale_history_datum(std::span<unsigned char> stored, std::size_t size)
{
    unsigned char* value = stored.data() - 1 - VARHDRSZ;
    SET_VARSIZE(value, VARHDRSZ + 1 + size);
    return PointerGetDatum(value);
}

std::span<const unsigned char> stored_sale_history(Datum datum);

}  // namespace customer_value::pg
