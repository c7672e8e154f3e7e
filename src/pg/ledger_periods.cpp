#include "pg/ledger_customers.h"
#include "pg/ledger_rows.h"

#include "core/ledger/figures.h"

#include <algorithm>
#include <span>

using namespace customer_value;
using namespace customer_value::pg;
using ledger::CustomerStream, ledger::PeriodRange, ledger::View;

namespace {

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

// Those of the rows, of which there is one at least.
PeriodRange all_periods(const LedgerSource& source, const ledger::Step& step)
{
    const Periods named = periods_of(step, source.view.first_day, source.view.last_day + 1, "step makes");
    return {step, named.first, named.count};
}

}  // namespace

// totals(ledger, step)
SQL_FUNCTION(ledger_period_totals)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const LedgerSource source = ledger_source(fcinfo, 0);
    const ledger::Step step = step_argument(fcinfo, 1);
    if (source.view.rows() == 0)
        return no_rows(fcinfo);
    const PeriodRange periods = all_periods(source, step);
    const auto totals = zeros<ledger::Totals>(static_cast<std::size_t>(periods.count));
    source.read([&](const View& rows) { return ledger::add_totals(rows, periods, totals); }, CustomerStream::Amounts::read);
    Rows result(fcinfo);
    for (std::size_t i = 0; i < totals.size(); ++i)
        if (const ledger::Totals& sums = totals[i]; !sums.is_empty())
            result.put({day_column(periods.step.start_of(periods.first + static_cast<std::int64_t>(i))), count_column(sums.customers), count_column(sums.buyers), count_column(sums.orders),
                        count_column(sums.refund_rows), money_column(source.view, sums.gross), money_column(source.view, sums.refunds)});
    return result.done();
}

// slices(ledger, step)
SQL_FUNCTION(ledger_slices)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const LedgerSource source = ledger_source(fcinfo, 0);
    const ledger::Step step = step_argument(fcinfo, 1);
    if (source.view.rows() == 0)
        return no_rows(fcinfo);
    const PeriodRange periods = all_periods(source, step);
    const OrderedKeys keys = ordered_keys(source);
    const View whole = whole_of(source, keys);
    const auto counts = zeros<std::uint64_t>(static_cast<std::size_t>(periods.count));
    const auto amounts = source.read_rows([&](const auto& rows) { return ledger::count_rows(rows, whole, periods, counts.data()); }, CustomerStream::Amounts::read, keys.keys);
    const ledger::RowLayout layout(whole, amounts);
    return layout.is_narrow() ? put_slices<ledger::NarrowRow>(fcinfo, source, whole, keys.ranks, periods, layout, counts)
                              : put_slices<ledger::WideRow>(fcinfo, source, whole, keys.ranks, periods, layout, counts);
}
