#include "pg/arguments.h"
#include "pg/ledger_arguments.h"
#include "pg/ledger_rows.h"

#include "core/ledger/first_orders.h"
#include "core/ledger/slices.h"

#include <limits>

using namespace customer_value;
using namespace customer_value::pg;

namespace {

// The ledger as it came where all its days are kept, without a look at the rows.
Datum slice(FunctionCallInfo fcinfo, ledger::Days kept)
{
    const ledger::Head head = read_head(fcinfo, 0);
    if (head.first_day >= kept.from && head.last_day < kept.to)
        return unchanged_ledger(fcinfo, 0);
    const ledger::View view = read_ledger(fcinfo, 0);
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
    return slice(fcinfo, {beginning, std::int64_t{*day_argument(fcinfo, 1, "as_of")} + 1});
}

// slice(ledger, from, to)
SQL_FUNCTION(ledger_slice)
{
    if (PG_ARGISNULL(0))
        PG_RETURN_NULL();
    const DayBounds bounds = day_bounds_argument(fcinfo, 1, 2);
    return slice(fcinfo, {bounds.from ? *bounds.from : beginning, bounds.to ? *bounds.to : end});
}

// first_orders(ledger)
SQL_FUNCTION(ledger_first_orders)
{
    const LedgerSource source = ledger_source(fcinfo, 0);
    const OrderedKeys keys = ordered_keys(source);
    ledger::View whole = source.view;
    whole.keys = keys.keys;
    const ledger::RowLayout layout(whole, ledger::any_amount);
    constexpr auto amounts = ledger::CustomerStream::Amounts::read;
    const std::span firsts(rows_of<ledger::WideRow>(whole.customers), whole.customers);
    const std::size_t refunds = source.read_rows([&](const auto& rows) { return ledger::note_first_orders(rows, whole.customers, keys.ranks, layout, firsts.data()); }, amounts, keys.keys);
    auto* room = rows_of<ledger::WideRow>(whole.customers + refunds);
    auto* spare = rows_of<ledger::WideRow>(whole.customers + refunds);
    const auto kept = source.read_rows([&](const auto& rows) {
        return ledger::sorted_by_customer(ledger::first_orders(rows, keys.ranks, layout, firsts, room), layout, spare);
    }, amounts);
    FlatRoom flat{CurrentMemoryContext, nullptr, 0};
    return ledger_of(kept, layout, whole, flat);
}

SQL_FUNCTION(ledger_shard_bigint) { return shard<BigintKey>(fcinfo); }
SQL_FUNCTION(ledger_shard_uuid) { return shard<UuidKey>(fcinfo); }
SQL_FUNCTION(ledger_shard_text) { return shard<TextKey>(fcinfo); }
