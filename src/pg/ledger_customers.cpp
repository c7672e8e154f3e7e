#include "pg/ledger_customers.h"

#include "core/ledger/migration.h"

using namespace customer_value;
using namespace customer_value::pg;
using ledger::Day;
using ledger::View;

namespace {

// customers(ledger, as_of), customers(ledger, key, as_of)
Datum customers(FunctionCallInfo fcinfo, StatedKind stated)
{
    if (lacks(fcinfo, {0}))
        return no_rows(fcinfo);
    const View view = Ledger(fcinfo, 0).laid_out();
    require_kind(fcinfo, 1, view, stated);
    const Day as_of = as_of_argument(fcinfo, stated ? 2 : 1, view);
    ResultRows rows(fcinfo);
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const auto bought = ledger::purchases_of(ledger::until(view.of(customer), as_of));
        if (bought.rows == 0)
            continue;
        const bool ordered = bought.orders > 0;
        rows.put({customer_column(view, customer, stated), count_column(bought.orders),
                  money_column(view, bought.net()), money_column(view, bought.gross),
                  money_column(view, bought.refunds), ordered ? day_column(bought.first_order) : null_column(),
                  ordered ? day_column(bought.last_order) : null_column(), count_column(bought.active_days),
                  mean_column(view, bought.net(), bought.orders)});
    }
    return rows.done();
}

// The length of a unit in days: whole days or weeks.
std::int32_t unit_argument(FunctionCallInfo fcinfo, int index)
{
    const ledger::Span unit = span_argument(fcinfo, index, "unit");
    if (unit.months != 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("unit must be a number of days or weeks: %s",
                               DatumGetCString(DirectFunctionCall1(interval_out, PG_GETARG_DATUM(index)))),
                        errhint("Months differ in length: pass '1 day' or '1 week', for example.")));
    return unit.days;
}

NullableResult units_column(std::int64_t days, std::int32_t unit)
{
    return {Float8GetDatum(static_cast<double>(days) / unit), false};
}

// rfm_summary(ledger, as_of, unit), rfm_summary(ledger, key, as_of, unit)
Datum rfm_summary(FunctionCallInfo fcinfo, StatedKind stated)
{
    const int as_of_index = stated ? 2 : 1, unit_index = as_of_index + 1;
    if (lacks(fcinfo, {0, unit_index}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    require_kind(fcinfo, 1, ledger, stated);
    const Day as_of = as_of_argument(fcinfo, as_of_index, ledger);
    const std::int32_t unit = unit_argument(fcinfo, unit_index);
    const View view = settled(ledger.laid_out(), as_of);
    ResultRows rows(fcinfo);
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const auto repeat = ledger::repeat_purchases_of(view.of(customer));
        if (!repeat)
            continue;
        rows.put(
            {customer_column(view, customer, stated), count_column(repeat->frequency),
             units_column(std::int64_t{repeat->last} - repeat->first, unit),
             units_column(std::int64_t{as_of} - repeat->first, unit),
             repeat->frequency == 0 ? money_column(view, 0) : mean_column(view, repeat->spend, repeat->frequency)});
    }
    return rows.done();
}

NullableResult segment_column(std::size_t segment)
{
    if (segment == rfm::segment_count)
        return null_column();
    const auto name = rfm::name_of(static_cast<rfm::Segment>(segment));
    return {PointerGetDatum(cstring_to_text_with_len(name.data(), static_cast<int>(name.size()))), false};
}

}  // namespace

CUSTOMER_REPORT(customers, customers)
CUSTOMER_REPORT(rfm_summary, rfm_summary)

// segment_migration(ledger, before_as_of, as_of, bins)
SQL_FUNCTION(segment_migration)
{
    if (lacks(fcinfo, {0, 1, 2, 3}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const auto from = day_argument(fcinfo, 1, "before_as_of"), to = day_argument(fcinfo, 2, "as_of");
    require_order(*from, *to, "before_as_of", "as_of");
    const std::int32_t bins = PG_GETARG_INT32(3);
    const auto migration =
        ledger.read([&](const View& view) { return ledger::segment_migration(view, *from, *to, bins); },
                    ledger::CustomerStream::Amounts::read);
    ResultRows rows(fcinfo);
    for (std::size_t before = 0; before < migration.size(); ++before)
        for (std::size_t after = 0; after < migration[before].size(); ++after)
            if (migration[before][after] > 0)
                rows.put({segment_column(before), segment_column(after), count_column(migration[before][after])});
    return rows.done();
}
