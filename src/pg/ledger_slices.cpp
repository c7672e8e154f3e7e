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

// The ledger of what `put` chooses of each customer: put(rows, place, layout, into) puts some of the rows into `into` and returns its end; `place` is that of
// the customer in the order of keys, which stand in `whole`.
template <class Put> Datum chosen(const LedgerSource& source, const ledger::View& whole, const std::uint32_t* ranks, Put put)
{
    const ledger::RowLayout layout(whole, ledger::any_amount);
    auto* room = rows_of<ledger::WideRow>(whole.rows());
    const std::span rows = source.read([&](const ledger::View& view) {
        ledger::WideRow* end = room;
        for (std::uint32_t customer = 0; customer < view.customers; ++customer)
            end = put(view.of(customer), ranks == nullptr ? customer : ranks[customer], layout, end);
        return std::span(room, end);
    }, ledger::CustomerStream::Amounts::read, ledger::RowOrder::by_day, const_cast<std::uint64_t*>(whole.keys));
    auto* spare = ranks == nullptr ? nullptr : rows_of<ledger::WideRow>(rows.size());
    FlatRoom flat{CurrentMemoryContext, nullptr, 0};
    return ledger_of(ranks == nullptr ? rows : guarded([&] { return ledger::sorted_by_customer(rows, layout, spare); }), layout, whole, flat);
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
    return chosen(source, whole_of(source, keys), keys.ranks, ledger::put_first_order<ledger::WideRow>);
}

// shard(ledger, shards, shard)
SQL_FUNCTION(ledger_of_shard)
{
    const LedgerSource source = ledger_source(fcinfo, 0);
    const std::int32_t shards = PG_GETARG_INT32(1), shard = PG_GETARG_INT32(2);
    guarded([&] { ledger::require_shard(shards, shard); });
    const OrderedKeys keys = ordered_keys(source);
    const ledger::View whole = whole_of(source, keys);
    return chosen(source, whole, keys.ranks, [&](const ledger::Rows& rows, std::uint32_t place, const ledger::RowLayout& layout, ledger::WideRow* into) {
        return ledger::shard_of(whole.key(place), shards) == shard ? ledger::put_rows(rows, place, layout, into) : into;
    });
}

SQL_FUNCTION(ledger_shard_bigint) { return shard<BigintKey>(fcinfo); }
SQL_FUNCTION(ledger_shard_uuid) { return shard<UuidKey>(fcinfo); }
SQL_FUNCTION(ledger_shard_text) { return shard<TextKey>(fcinfo); }
