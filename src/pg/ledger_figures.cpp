#include "pg/arguments.h"
#include "pg/ledger_customers.h"

#include "pg/result_rows.h"

#include "core/ledger/figures.h"

using namespace customer_value;
using namespace customer_value::pg;
using ledger::Figures;
using ledger::Head;
using ledger::View;

namespace {

// Sums over all rows, which need no order and no columns.
Figures figures_of(const Ledger& ledger)
{
    return ledger.read([](const View& rows) { return ledger::figures_of(rows); }, ledger::CustomerStream::Amounts::read,
                       ledger::RowOrder::any);
}

NullableResult net_revenue(const Head& head, const Figures& figures)
{
    return head.rows == 0 ? null_column() : money_column(head, figures.net());
}
NullableResult gross_revenue(const Head& head, const Figures& figures)
{
    return head.rows == 0 ? null_column() : money_column(head, figures.gross);
}
NullableResult refund_rate(const Head&, const Figures& figures)
{
    return percent(numeric_of(-figures.refunds, 0), numeric_of(figures.gross, 0));
}
NullableResult avg_check(const Head& head, const Figures& figures)
{
    return mean_column(head, figures.net(), figures.orders);
}
NullableResult purchase_frequency(const Head&, const Figures& figures)
{
    return ratio(numeric_of(Int128{figures.orders}, 0), numeric_of(Int128{figures.buyers}, 0));
}
NullableResult repeat_purchase_rate(const Head&, const Figures& figures)
{
    return percent(figures.repeat_buyers, figures.buyers);
}
NullableResult historic_ltv(const Head& head, const Figures& figures)
{
    return mean_column(head, figures.net(), head.customers);
}

ledger::Step step_named(FunctionCallInfo fcinfo, int index, const char* name)
{
    const ledger::Span span = span_argument(fcinfo, index, name);
    if (span.months > 0 && span.days > 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("%s must be either of days and weeks or of months and years: %s", name,
                               DatumGetCString(DirectFunctionCall1(interval_out, PG_GETARG_DATUM(index)))),
                        errhint("Pass for example '1 month', '1 week' or '3 months'.")));
    return guarded([&] { return ledger::Step(span); });
}

Datum call(PGFunction function, Datum left, Datum right) { return DirectFunctionCall2(function, left, right); }

// The mean over n customers of net revenue / lifespan, times the mean lifespan: sum(net_i / s_i) sum(s_i) / n^2.
// Customers of one lifespan are summed exactly; each quotient carries 24 places more than it shows, so that only the
// last division rounds.
NullableResult ltv(const View& view, const ledger::Step& per)
{
    if (!view.has_amounts)
        return null_column();
    auto* groups = allocated<ledger::LifespanRevenue>(view.customers);
    const std::size_t count = guarded([&] { return ledger::revenue_by_lifespan(view, per, {groups, view.customers}); });
    const Datum places = numeric_of("1000000000000000000000000");
    Datum sum = numeric_of(Int128{0}, 0);
    Int128 customers = 0, steps = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const Datum net = call(numeric_mul, numeric_of(groups[i].net, view.scale), places);
        sum = call(numeric_add, sum, call(numeric_div, net, numeric_of(Int128{groups[i].steps}, 0)));
        customers += groups[i].customers;
        steps += Int128{groups[i].steps} * groups[i].customers;
        CHECK_FOR_INTERRUPTS();
    }
    return ratio(call(numeric_mul, sum, numeric_of(steps, 0)),
                 call(numeric_mul, numeric_of(customers * customers, 0), places), view.scale);
}

}  // namespace

#define LEDGER_FIGURE(name)                                       \
    SQL_FUNCTION(ledger_##name)                                   \
    {                                                             \
        const Ledger ledger(fcinfo, 0);                           \
        return name(ledger, figures_of(ledger)).returned(fcinfo); \
    }

LEDGER_FIGURE(net_revenue)
LEDGER_FIGURE(gross_revenue)
LEDGER_FIGURE(refund_rate)
LEDGER_FIGURE(avg_check)
LEDGER_FIGURE(purchase_frequency)
LEDGER_FIGURE(repeat_purchase_rate)
LEDGER_FIGURE(historic_ltv)

// totals(ledger)
SQL_FUNCTION(ledger_totals)
{
    if (lacks(fcinfo, {0}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const Figures figures = figures_of(ledger);
    ResultRows rows(fcinfo);
    rows.put({count_column(ledger.customers), count_column(figures.buyers), count_column(figures.orders),
              count_column(static_cast<std::int64_t>(ledger.rows) - figures.orders),
              money_column(ledger, figures.gross), money_column(ledger, figures.refunds)});
    return rows.done();
}

// totals(ledger, step, from_day, to_day, origin)
SQL_FUNCTION(ledger_totals_by_period)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const Periods periods = periods_argument(fcinfo, 1, 2, 3, ledger);
    const DayBounds bounds = day_bounds_argument(fcinfo, 2, 3);
    const std::int64_t from = bounds.from.value_or(ledger.first_day), to = bounds.to.value_or(ledger.last_day + 1);
    const auto report = zeros<ledger::PeriodTotals>(static_cast<std::size_t>(periods.count));
    ledger.read(
        [&](const View& view) { return ledger::totals_by_period(view, periods.step, periods.first, from, to, report); },
        ledger::CustomerStream::Amounts::read);
    ResultRows rows(fcinfo);
    for (std::size_t i = 0; i < report.size(); ++i) {
        const ledger::PeriodTotals& row = report[i];
        rows.put({day_column(periods.start(static_cast<std::int64_t>(i))), count_column(row.customers),
                  count_column(row.buyers), count_column(row.orders), count_column(row.refund_rows),
                  money_column(ledger, row.gross), money_column(ledger, row.refunds)});
    }
    return rows.done();
}

SQL_FUNCTION(ledger_historic_ltv_of)
{
    const Ledger ledger(fcinfo, 0);
    const std::int64_t customers = PG_GETARG_INT64(1);
    if (customers < 0)
        ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                        errmsg("customers must not be negative: " INT64_FORMAT, static_cast<int64>(customers))));
    return mean_column(ledger, figures_of(ledger).net(), customers).returned(fcinfo);
}

SQL_FUNCTION(ledger_ltv)
{
    const View view = Ledger(fcinfo, 0).laid_out();
    return ltv(view, guarded([&] { return ledger::Step({1, 0}); })).returned(fcinfo);
}

SQL_FUNCTION(ledger_ltv_per)
{
    const View view = Ledger(fcinfo, 0).laid_out();
    return ltv(view, step_named(fcinfo, 1, "per")).returned(fcinfo);
}

// customer_lifespan(ledger, method, lapse, as_of)
SQL_FUNCTION(customer_lifespan)
{
    if (lacks(fcinfo, {0, 1, 2}))
        PG_RETURN_NULL();
    const std::string_view name = text_of(PG_GETARG_DATUM(1));
    const auto method = guarded([&] { return ledger::lifespan_method(name); });
    const ledger::Span lapse = span_argument(fcinfo, 2, "lapse");
    const View view = Ledger(fcinfo, 0).laid_out();
    const ledger::Day as_of = as_of_argument(fcinfo, 3, view);
    const auto days = guarded([&] { return ledger::customer_lifespan(view, method, lapse, as_of); });
    if (!days)
        PG_RETURN_NULL();
    PG_RETURN_FLOAT8(*days);
}
