#include "pg/ledger_arguments.h"
#include "pg/ledger_rows.h"
#include "pg/rows.h"

#include "core/ledger/periods.h"

#include <algorithm>
#include <span>

using namespace customer_value;
using namespace customer_value::pg;
using ledger::CustomerStream, ledger::PeriodRange, ledger::View;

namespace {

// How many rows lie in each period, in the current context.
std::span<std::uint64_t> no_rows_in(std::int32_t periods)
{
    const auto count = static_cast<std::size_t>(periods);
    return {static_cast<std::uint64_t*>(MemoryContextAllocExtended(CurrentMemoryContext, count * sizeof(std::uint64_t), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO)), count};
}

// Puts the slice of each period that has any rows into the result. Rows take 8 bytes each meanwhile, hardly ever 16.
template <class Number>
Datum put_slices(FunctionCallInfo fcinfo, const LedgerSource& source, const View& whole, const std::uint32_t* ranks, const PeriodRange& periods,
                 const ledger::RowLayout& layout, std::span<std::uint64_t> places)
{
    auto* spare = ranks == nullptr ? nullptr : rows_of<Number>(*std::max_element(places.begin(), places.end()));
    auto* all = rows_of<Number>(whole.rows());
    source.read_rows([&](const auto& rows) { ledger::put_down(rows, whole, periods, ranks, layout, places.data(), all); }, CustomerStream::Amounts::read);
    FlatRoom room{CurrentMemoryContext, nullptr, 0};
    Rows result(fcinfo);
    for (std::size_t i = 0; i < places.size(); ++i) {
        std::span<Number> rows(all + (i == 0 ? 0 : places[i - 1]), all + places[i]);
        if (rows.empty())
            continue;
        if (ranks != nullptr)
            rows = guarded([&] { return ledger::sorted_by_customer(rows, layout, spare); });
        const ledger::Day start = periods.step.start_of(periods.first + static_cast<std::int64_t>(i));
        result.put({day_column(start), NullableResult{ledger_of(rows, layout, whole, room), false}});
    }
    return result.done();
}

}  // namespace

// slices(ledger, step)
SQL_FUNCTION(ledger_slices)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const LedgerSource source = ledger_source(fcinfo, 0);
    const ledger::Step step = step_argument(fcinfo, 1);
    View whole = source.view;
    if (whole.rows() == 0)
        return no_rows(fcinfo);
    const Periods named = periods_of(step, whole.first_day, whole.last_day + 1, "step makes");
    const PeriodRange periods{step, named.first, named.count};
    const OrderedKeys keys = ordered_keys(source);
    whole.keys = keys.keys;
    const auto counts = no_rows_in(periods.count);
    const auto amounts = source.read_rows([&](const auto& rows) { return ledger::count_rows(rows, whole, periods, counts.data()); }, CustomerStream::Amounts::read, keys.keys);
    const ledger::RowLayout layout(whole, amounts);
    return layout.is_narrow() ? put_slices<ledger::NarrowRow>(fcinfo, source, whole, keys.ranks, periods, layout, counts)
                              : put_slices<ledger::WideRow>(fcinfo, source, whole, keys.ranks, periods, layout, counts);
}
