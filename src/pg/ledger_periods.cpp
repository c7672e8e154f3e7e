#include "pg/ledger_customers.h"
#include "pg/ledger_rows.h"

#include "core/ledger/periods.h"

#include <algorithm>
#include <optional>
#include <span>

using namespace customer_value;
using namespace customer_value::pg;
using ledger::CustomerStream, ledger::PeriodRange, ledger::View;

namespace {

// What slices are cut of.
struct Cut {
    const LedgerSource& source;
    View whole;
    const std::uint32_t* ranks;
    PeriodRange periods;
    std::span<const std::uint64_t> counts;  // of rows, by period
    std::optional<ledger::Day> summed_until;
};

// Puts the slice of each period that has any rows into the result, with its sums where they are asked for; false, and nothing, where the layout has no room for an
// amount.
template <class Number> bool put_slices(FunctionCallInfo fcinfo, const Cut& cut, const ledger::RowLayout& layout)
{
    const std::span places(allocated<std::uint64_t>(cut.counts.size()), cut.counts.size());
    std::copy(cut.counts.begin(), cut.counts.end(), places.begin());
    const auto sums = zeros<ledger::PeriodSums>(places.size());
    auto* all = rows_of<Number>(cut.whole.rows());
    const ledger::Day until = cut.summed_until.value_or(ledger::latest_day);
    if (!cut.source.read_rows([&](const auto& rows) { return ledger::put_down(rows, cut.whole, cut.periods, cut.ranks, layout, places.data(), all, until, sums.data()); }, CustomerStream::Amounts::read))
        return false;
    auto* spare = cut.ranks == nullptr ? nullptr : rows_of<Number>(*std::max_element(cut.counts.begin(), cut.counts.end()));
    FlatRoom room{CurrentMemoryContext, nullptr, 0};
    Rows result(fcinfo);
    for (std::size_t i = 0; i < places.size(); ++i) {
        std::span<Number> rows(all + (places[i] - cut.counts[i]), all + places[i]);
        if (rows.empty())
            continue;
        if (cut.ranks != nullptr)
            rows = guarded([&] { return ledger::sorted_by_customer(rows, layout, spare); });
        const NullableResult start = day_column(cut.periods.step.start_of(cut.periods.first + static_cast<std::int64_t>(i)));
        const NullableResult slice{ledger_of(rows, layout, cut.whole, room), false};
        if (cut.summed_until)
            result.put({start, slice, count_column(sums[i].orders), count_column(sums[i].refund_rows), money_column(cut.whole, sums[i].gross), money_column(cut.whole, sums[i].refunds)});
        else
            result.put({start, slice});
    }
    result.done();
    return true;
}

Datum slices(FunctionCallInfo fcinfo, std::optional<ledger::Day> summed_until)
{
    const LedgerSource source = ledger_source(fcinfo, 0);
    const ledger::Step step = step_argument(fcinfo, 1);
    if (source.view.rows() == 0)
        return no_rows(fcinfo);
    const Periods named = periods_of(step, source.view.first_day, source.view.last_day + 1, "step makes");
    const PeriodRange periods{step, named.first, named.count};
    const OrderedKeys keys = ordered_keys(source);
    const auto counts = zeros<std::uint64_t>(static_cast<std::size_t>(periods.count));
    const Cut cut{source, whole_of(source, keys), keys.ranks, periods, counts, summed_until};
    source.read_rows([&](const auto& rows) { ledger::count_rows(rows, cut.whole, periods, counts.data()); }, CustomerStream::Amounts::left_out, keys.keys);
    // rows take 8 bytes each meanwhile, hardly ever 16
    if (!put_slices<ledger::NarrowRow>(fcinfo, cut, ledger::RowLayout::narrow(cut.whole)))
        put_slices<ledger::WideRow>(fcinfo, cut, ledger::RowLayout(cut.whole, ledger::any_amount));
    return 0;
}

}  // namespace

// slices(ledger, step)
SQL_FUNCTION(ledger_slices)
{
    return lacks(fcinfo, {0, 1}) ? no_rows(fcinfo) : slices(fcinfo, std::nullopt);
}

// slices(ledger, step, as_of)
SQL_FUNCTION(ledger_summed_slices)
{
    return lacks(fcinfo, {0, 1, 2}) ? no_rows(fcinfo) : slices(fcinfo, day_argument(fcinfo, 2, "as_of"));
}
