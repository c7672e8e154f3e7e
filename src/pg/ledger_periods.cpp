#include "pg/ledger_arguments.h"
#include "pg/rows.h"

#include "core/ledger/periods.h"

#include <algorithm>
#include <span>

using namespace customer_value;
using namespace customer_value::pg;
using ledger::CustomerStream, ledger::PeriodRange, ledger::PlacedRow, ledger::RowOrder, ledger::View;

namespace {

template <class T> T* room_for(std::size_t count) { return static_cast<T*>(MemoryContextAllocHuge(CurrentMemoryContext, (count + 1) * sizeof(T))); }

// A ledger on its way into slices. Its rows are put down for as many periods at a time as hold half of them, so that they take 8 bytes
// each for a moment, or for one period if that is larger.
struct Slices {
    const LedgerSource& source;
    OrderedKeys keys;
    PeriodRange periods;
    std::span<std::uint64_t> counts;  // of rows in each period
    std::uint64_t largest, most;      // rows in a period, rows put down at a time
    PlacedRow *rows, *spare;
    ledger::Columns columns;
};

Slices slices_of(const LedgerSource& source, const PeriodRange& periods)
{
    const auto count = static_cast<std::size_t>(periods.count);
    auto* counts = static_cast<std::uint64_t*>(MemoryContextAllocExtended(CurrentMemoryContext, (count + 1) * sizeof(std::uint64_t), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
    Slices slices{source, ordered_keys(source), periods, {counts, count}, 0, 0, nullptr, nullptr, {}};
    source.read([&](const View& view) { ledger::count_rows(view, periods, slices.counts); }, CustomerStream::Amounts::left_out, RowOrder::any, slices.keys.keys);
    slices.largest = *std::max_element(slices.counts.begin(), slices.counts.end());
    slices.most = std::max<std::uint64_t>(slices.largest, source.view.rows() / 2);
    slices.rows = room_for<PlacedRow>(slices.most);
    slices.spare = room_for<PlacedRow>(slices.largest);
    slices.columns = columns_for(source.view.kind, source.view.has_amounts, std::min<std::size_t>(slices.largest, source.view.customers), slices.largest);
    return slices;
}

// How many periods from `first` on are put down at a time.
std::int32_t periods_at_a_time(const Slices& slices, std::int32_t first)
{
    std::int32_t behind = first;
    for (std::uint64_t rows = 0; behind < slices.periods.count; ++behind) {
        rows += slices.counts[static_cast<std::size_t>(behind)];
        if (rows > slices.most)
            break;
    }
    return behind - first;
}

// Puts the rows of some periods down, and the slice of each that has any into `result`.
void put_slices(const Slices& slices, std::int32_t first, std::int32_t count, std::span<std::uint64_t> places, Rows& result)
{
    const PeriodRange some{slices.periods.step, slices.periods.first + first, count};
    std::uint64_t place = 0;
    for (std::int32_t i = 0; i < count; ++i) {
        places[static_cast<std::size_t>(i)] = place;
        place += slices.counts[static_cast<std::size_t>(first + i)];
    }
    slices.source.read([&](const View& view) { ledger::put_down(view, some, slices.keys.ranks, places, slices.rows); }, CustomerStream::Amounts::read, RowOrder::any);
    View whole = slices.source.view;
    whole.keys = slices.keys.keys;
    place = 0;
    for (std::int32_t i = 0; i < count; place = places[static_cast<std::size_t>(i++)]) {
        std::span<PlacedRow> rows(slices.rows + place, slices.rows + places[static_cast<std::size_t>(i)]);
        if (rows.empty())
            continue;
        const View slice = guarded([&] {
            if (slices.keys.ranks != nullptr)
                rows = ledger::sorted_by_customer(rows, slices.spare);
            return ledger::laid_out(rows, whole, slices.columns);
        });
        result.put({day_column(some.step.start_of(some.first + i)), NullableResult{flattened(slice), false}});
    }
}

}  // namespace

// slices(ledger, step)
SQL_FUNCTION(ledger_slices)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const LedgerSource source = ledger_source(fcinfo, 0);
    const ledger::Step step = step_argument(fcinfo, 1);
    if (source.view.rows() == 0)
        return no_rows(fcinfo);
    const Periods periods = periods_of(step, source.view.first_day, source.view.last_day + 1, "step makes");
    const Slices slices = slices_of(source, {periods.step, periods.first, periods.count});
    const std::span places(room_for<std::uint64_t>(slices.counts.size()), slices.counts.size());
    Rows result(fcinfo);
    for (std::int32_t first = 0, count; first < periods.count; first += count) {
        count = periods_at_a_time(slices, first);
        put_slices(slices, first, count, places.first(static_cast<std::size_t>(count)), result);
    }
    return result.done();
}
