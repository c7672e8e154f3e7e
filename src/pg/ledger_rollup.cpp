#include "pg/ledger_customers.h"

#include "core/ledger/rollup.h"

using namespace customer_value;
using namespace customer_value::pg;
using ledger::PartWriter, ledger::StoredLedger, ledger::View;

namespace {

// Those that can be read side by side.
Datum written_together(std::span<const StoredLedger> ledgers)
{
    const StoredLedger& first = ledgers.front();
    FlatRoom room{CurrentMemoryContext, nullptr, 0};
    std::size_t bytes = ledger::likely_room(ledgers);
    for (;;) {
        PartWriter writer(first, ledger::first_day_of(ledgers), flat_body(room, first, bytes), bytes);
        guarded([&] { ledger::write_together(ledgers, writer); });
        bytes = writer.missing_room();
        if (bytes == 0)
            return flattened(room, writer.head(), writer.size());
    }
}

Datum built(std::span<const StoredLedger> ledgers)
{
    LedgerObject* object = new_ledger();
    for (const StoredLedger& ledger : ledgers)
        append(object, decoded(ledger));
    return flattened(object);
}

}  // namespace

// rollup(ledgers)
SQL_FUNCTION(ledger_rollup_array)
{
    ArrayType* array = PG_GETARG_ARRAYTYPE_P(0);
    const Oid type = ARR_ELEMTYPE(array);
    std::int16_t length;
    bool by_value;
    char alignment;
    get_typlenbyvalalign(type, &length, &by_value, &alignment);
    Datum* values;
    bool* nulls;
    int count;
    deconstruct_array(array, type, length, by_value, alignment, &values, &nulls, &count);
    auto* ledgers = allocated<StoredLedger>(static_cast<std::size_t>(count));
    std::size_t with_rows = 0;
    Datum last = 0;
    for (int i = 0; i < count; ++i) {
        if (nulls[i])
            continue;
        const StoredLedger ledger = Ledger(values[i]).stored();
        if (ledger.rows == 0)
            continue;
        last = values[i];
        ledgers[with_rows++] = ledger;
    }
    if (with_rows == 0)
        return flattened(View{});
    if (with_rows == 1)
        return last;
    const std::span<const StoredLedger> all(ledgers, with_rows);
    return guarded([&] { return ledger::fit_together(all); }) ? written_together(all) : built(all);
}
