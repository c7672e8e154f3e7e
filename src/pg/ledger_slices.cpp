#include "pg/arguments.h"
#include "pg/ledger_arguments.h"

#include "core/ledger/slices.h"

#include <limits>

using namespace customer_value;
using namespace customer_value::pg;

namespace {

Datum slice(const ledger::View& view, ledger::Days kept)
{
    const ledger::SliceSize size = ledger::slice_size(view, kept);
    const ledger::Columns into = columns_for(view.kind, view.has_amounts, size.customers, size.rows);
    return flattened(ledger::sliced(view, kept, into));
}

template <class Customer> Datum shard(FunctionCallInfo fcinfo)
{
    const Key customer = argument<Customer>(fcinfo, 0);
    const std::int32_t shards = PG_GETARG_INT32(1);
    PG_RETURN_INT32(guarded([&] { return ledger::shard_of(customer, shards); }));
}

constexpr std::int64_t beginning = std::numeric_limits<std::int64_t>::min(), end = std::numeric_limits<std::int64_t>::max();

}  // namespace

// as_of(ledger, as_of)
SQL_FUNCTION(ledger_as_of)
{
    const ledger::View view = read_ledger(fcinfo, 0);
    return slice(view, {beginning, std::int64_t{*day_argument(fcinfo, 1, "as_of")} + 1});
}

// slice(ledger, from, to)
SQL_FUNCTION(ledger_slice)
{
    if (PG_ARGISNULL(0))
        PG_RETURN_NULL();
    const ledger::View view = read_ledger(fcinfo, 0);
    const DayBounds bounds = day_bounds_argument(fcinfo, 1, 2);
    return slice(view, {bounds.from ? *bounds.from : beginning, bounds.to ? *bounds.to : end});
}

// first_orders(ledger)
SQL_FUNCTION(ledger_first_orders)
{
    const LedgerSource source = ledger_source(fcinfo, 0);
    const OrderedKeys keys = ordered_keys(source);
    const std::size_t customers = source.view.customers + std::size_t{1};
    auto* beginnings = static_cast<ledger::Beginning*>(MemoryContextAllocHuge(CurrentMemoryContext, customers * sizeof(ledger::Beginning)));
    auto* ends = static_cast<std::uint64_t*>(MemoryContextAllocHuge(CurrentMemoryContext, customers * sizeof(std::uint64_t)));
    constexpr auto amounts = ledger::CustomerStream::Amounts::read;
    const std::size_t count = source.read([&](const ledger::View& view) { return ledger::count_first_orders(view, keys.ranks, beginnings, ends); }, amounts, ledger::RowOrder::any, keys.keys);
    auto* room = static_cast<ledger::PlacedRow*>(MemoryContextAllocHuge(CurrentMemoryContext, (count + 1) * sizeof(ledger::PlacedRow)));
    source.read([&](const ledger::View& view) { ledger::put_first_orders(view, keys.ranks, beginnings, ends, room); }, amounts, ledger::RowOrder::any, keys.keys);
    const std::span<ledger::PlacedRow> rows(room, count);
    ledger::View whole = source.view;
    whole.keys = keys.keys;
    const ledger::Columns into = columns_for(whole.kind, whole.has_amounts, rows.size(), rows.size());
    return flattened(guarded([&] { return ledger::laid_out(rows, whole, into); }));
}

SQL_FUNCTION(ledger_shard_bigint) { return shard<BigintKey>(fcinfo); }
SQL_FUNCTION(ledger_shard_uuid) { return shard<UuidKey>(fcinfo); }
SQL_FUNCTION(ledger_shard_text) { return shard<TextKey>(fcinfo); }
