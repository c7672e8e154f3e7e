#include "pg/customer_argument.h"
#include "pg/ledger_customers.h"

#include "core/ledger/slices.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>

using namespace customer_value;
using namespace customer_value::pg;
using ledger::Extent, ledger::PartWriter, ledger::StoredLedger, ledger::View;

namespace {

// A part that may have rows.
struct Part {
    std::size_t number;
    ledger::Day first_day;
    PartWriter writer;
    FlatRoom room;

    [[nodiscard]] Datum flat() { return flattened(room, writer.head(), writer.size()); }
};

// The parts of a stored ledger that a division makes of it (core/ledger/slices.h), in the order of their numbers, which
// are below `most`; `also` is called once with the place among them of each part that keeps rows of a customer, and
// those rows.
template <class MakeDivision, class Also>
std::span<Part> parts_of(const StoredLedger& whole, std::size_t most, MakeDivision make_division, Also also)
{
    const std::span extents(allocated<Extent>(most), most);
    std::fill(extents.begin(), extents.end(), Extent{});
    guarded([&] {
        auto division = make_division();
        if (const Extent extent = division.whole(); extent.rows > 0)
            extents[0] = extent;
        else
            ledger::measure(whole, division, extents);
    });

    const auto count = static_cast<std::size_t>(
        std::count_if(extents.begin(), extents.end(), [](const Extent& extent) { return extent.rows > 0; }));
    const std::span parts(allocated<Part>(count), count);
    const std::span places(allocated<std::uint32_t>(most), most);
    const auto writer = [&](FlatRoom& room, ledger::Day first_day, std::size_t bytes) {
        return PartWriter(whole, first_day, flat_body(room, whole, bytes), bytes);
    };
    for (std::size_t number = 0, place = 0; number < most; ++number) {
        if (extents[number].rows == 0)
            continue;
        FlatRoom room{CurrentMemoryContext, nullptr, 0};
        const PartWriter begun =
            writer(room, extents[number].first_day, PartWriter::likely_room(whole, extents[number]));
        places[number] = static_cast<std::uint32_t>(place);
        parts[place++] = {number, extents[number].first_day, begun, room};
    }
    const auto write = [&](auto visit) {
        guarded([&] {
            auto division = make_division();
            ledger::each_part(whole, division, [&](std::size_t number, const Key& customer, const ledger::Rows& kept) {
                parts[places[number]].writer.add(customer, kept);
                visit(places[number], kept);
            });
        });
    };
    write(also);
    // the rare part that has taken more room than was likely
    if (std::any_of(parts.begin(), parts.end(), [](const Part& part) { return part.writer.missing_room() > 0; })) {
        for (Part& part : parts)
            part.writer = writer(part.room, part.first_day, std::max(part.writer.room(), part.writer.missing_room()));
        write([](std::size_t, const ledger::Rows&) {});
    }
    return parts;
}

// The one part that a division makes of a ledger.
template <class MakeDivision> Datum part_of(const StoredLedger& whole, MakeDivision make_division)
{
    const std::span parts = parts_of(whole, 1, make_division, [](std::size_t, const ledger::Rows&) {});
    return parts.empty() ? flattened(View{}) : parts.front().flat();
}

// The ledger as it came where all its days are kept, without a look at the rows.
Datum slice(FunctionCallInfo fcinfo, std::int64_t from, std::int64_t to)
{
    const ledger::Head head = read_head(fcinfo, 0);
    if (head.first_day >= from && head.last_day < to)
        return unchanged_ledger(fcinfo, 0);
    const StoredLedger whole = Ledger(fcinfo, 0).stored();
    return part_of(whole, [&] { return ledger::BetweenDays(whole, from, to); });
}

template <class Customer> Datum shard(FunctionCallInfo fcinfo)
{
    const CustomerArgument<Customer> customer(fcinfo, 0);
    const std::int32_t shards = PG_GETARG_INT32(1);
    PG_RETURN_INT32(guarded([&] { return ledger::shard_of(customer.key(), shards); }));
}

// A row for each period that has any rows, with its sums where they are asked for.
Datum slices(FunctionCallInfo fcinfo, const StoredLedger& whole, const ledger::Step& step,
             std::optional<ledger::Day> summed_until)
{
    if (whole.rows == 0)
        return no_rows(fcinfo);
    const Periods periods = periods_of(step, whole.first_day, whole.last_day + 1, "step makes");
    const auto most = static_cast<std::size_t>(periods.count);
    const auto sums = zeros<ledger::PeriodSums>(summed_until ? most : 0);
    const std::span parts = parts_of(
        whole, most, [&] { return ledger::ByPeriod(whole, step, periods.first); },
        [&](std::size_t place, const ledger::Rows& kept) {
            if (summed_until)
                sums[place].add(kept, *summed_until);
        });
    ResultRows result(fcinfo);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const NullableResult start = day_column(periods.start(static_cast<std::int64_t>(parts[i].number))),
                             part{parts[i].flat(), false};
        if (summed_until)
            result.put({start, part, count_column(sums[i].orders), count_column(sums[i].refund_rows),
                        money_column(whole, sums[i].gross), money_column(whole, sums[i].refunds)});
        else
            result.put({start, part});
    }
    return result.done();
}

constexpr std::int64_t beginning = std::numeric_limits<std::int64_t>::min(),
                       end = std::numeric_limits<std::int64_t>::max();

}  // namespace

// as_of(ledger, as_of)
SQL_FUNCTION(ledger_as_of) { return slice(fcinfo, beginning, std::int64_t{*day_argument(fcinfo, 1, "as_of")} + 1); }

// slice(ledger, from, to)
SQL_FUNCTION(ledger_slice)
{
    if (PG_ARGISNULL(0))
        PG_RETURN_NULL();
    const DayBounds bounds = day_bounds_argument(fcinfo, 1, 2);
    return slice(fcinfo, bounds.from ? *bounds.from : beginning, bounds.to ? *bounds.to : end);
}

// first_orders(ledger)
SQL_FUNCTION(ledger_first_orders)
{
    const StoredLedger whole = Ledger(fcinfo, 0).stored();
    return part_of(whole, [&] { return ledger::FirstOrders(whole); });
}

// shard(ledger, shards, shard)
SQL_FUNCTION(ledger_of_shard)
{
    const std::int32_t shards = PG_GETARG_INT32(1), shard = PG_GETARG_INT32(2);
    return part_of(Ledger(fcinfo, 0).stored(), [=] { return ledger::OfShard(shards, shard); });
}

// keep(ledger, other)
SQL_FUNCTION(ledger_keep)
{
    const StoredLedger whole = Ledger(fcinfo, 0).stored(), other = Ledger(fcinfo, 1).stored();
    return part_of(whole, [&] { return ledger::InOther(whole, other); });
}

#define LEDGER_SHARD(customer, Customer) \
    SQL_FUNCTION(ledger_shard_##customer) { return shard<Customer>(fcinfo); }

FOR_EACH_CUSTOMER(LEDGER_SHARD)

// slices(ledger, step)
SQL_FUNCTION(ledger_slices)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const StoredLedger whole = Ledger(fcinfo, 0).stored();
    return slices(fcinfo, whole, step_argument(fcinfo, 1), std::nullopt);
}

// slices(ledger, step, as_of, origin)
SQL_FUNCTION(ledger_summed_slices)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const StoredLedger whole = Ledger(fcinfo, 0).stored();
    const ledger::Step step = step_argument(fcinfo, 1, 3);
    return slices(fcinfo, whole, step, as_of_argument(fcinfo, 2, whole));
}

// settled(ledger, as_of)
SQL_FUNCTION(ledger_settled)
{
    if (PG_ARGISNULL(0))
        PG_RETURN_NULL();
    const StoredLedger whole = Ledger(fcinfo, 0).stored();
    if (whole.rows == 0)
        return unchanged_ledger(fcinfo, 0);
    const ledger::Day as_of = as_of_argument(fcinfo, 1, whole);
    // only where the orders of the first day were sent back it takes a second time
    for (ledger::Day first_day = whole.first_day, seen = first_day;; first_day = seen) {
        const Datum left = part_of(whole, [&] { return ledger::Settled(whole, as_of, first_day, seen); });
        if (seen == first_day || seen == ledger::latest_day)
            return left;
    }
}
