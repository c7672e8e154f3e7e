#include "pg/golden_top.h"
#include "pg/ledger_customers.h"

#include "core/ledger/golden.h"

using namespace customer_value;
using namespace customer_value::pg;
using ledger::Golden;
using ledger::View;

namespace {

// part / whole of two exact sums.
NullableResult share_column(Int128 part, Int128 whole) { return percent(numeric_of(part, 0), numeric_of(whole, 0)); }

// Every customer's net revenue, once to keep and once to be sorted.
struct Revenues {
    std::span<Int128> by_customer, sorted;
};

Revenues revenues_of(const View& view, ledger::DayRange range)
{
    const std::size_t count = view.customers;
    const Revenues revenues{{allocated<Int128>(count), count}, {allocated<Int128>(count), count}};
    guarded([&] { ledger::net_revenues(view, range, revenues.by_customer); });
    std::copy(revenues.by_customer.begin(), revenues.by_customer.end(), revenues.sorted.begin());
    return revenues;
}

// A NULL of another number type than bigint, such as NULL::integer, is no key: PostgreSQL takes it for the threshold.
[[noreturn]] void report_other_key()
{
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("threshold must not be NULL"),
                    errhint("Where it was meant as key, pass NULL::bigint, NULL::uuid or NULL::text.")));
    pg_unreachable();
}

// golden_customers(ledger, threshold, from_day, to_day), golden_customers(ledger, key, threshold, from_day, to_day)
Datum golden_customers(FunctionCallInfo fcinfo, StatedKind stated)
{
    const int threshold_index = stated ? 2 : 1;
    if (!stated && !PG_ARGISNULL(0) && PG_ARGISNULL(threshold_index))
        report_other_key();
    if (lacks(fcinfo, {0, threshold_index}))
        return no_rows(fcinfo);
    const View view = Ledger(fcinfo, 0).laid_out();
    require_kind(fcinfo, 1, view, stated);
    const double threshold = PG_GETARG_FLOAT8(threshold_index);
    const Revenues revenues = revenues_of(view, range_argument(fcinfo, threshold_index + 1, threshold_index + 2));
    const Golden golden = guarded([&] { return ledger::golden_of(revenues.sorted, threshold); });
    const auto count = static_cast<std::size_t>(golden.golden);
    const std::span standings(allocated<ledger::GoldenStanding>(count), count);
    guarded([&] { ledger::rank_golden(revenues.by_customer, golden, standings); });
    ResultRows rows(fcinfo);
    for (const ledger::GoldenStanding& standing : standings)
        rows.put({count_column(standing.rank), customer_column(view, standing.customer, stated),
                  money_column(view, standing.revenue), share_column(standing.revenue, golden.total),
                  share_column(standing.cumulative, golden.total)});
    return rows.done();
}

// The golden trend of the periods between the bounds; false where a revenue does not fit.
template <class Revenue>
bool fill_trend(const Ledger& ledger, std::span<const ledger::Day> bounds, std::span<const std::size_t> starts,
                std::size_t most, double threshold, std::span<ledger::GoldenPeriod> trend)
{
    const ledger::Incomes<Revenue> incomes{{allocated<std::size_t>(starts.size()), starts.size()},
                                           allocated<Revenue>(most),
                                           allocated<std::uint32_t>(most)};
    if (!ledger.read([&](const View& rows) { return ledger::collect_incomes(rows, bounds, starts, incomes); },
                     ledger::CustomerStream::Amounts::read))
        return false;
    guarded([&] { ledger::golden_trend(incomes, starts, ledger.customers, threshold, trend); });
    return true;
}

}  // namespace

CUSTOMER_REPORT(golden_customers, golden_customers)

// golden_trend(ledger, step, threshold, from_day, to_day, origin)
SQL_FUNCTION(golden_trend)
{
    if (lacks(fcinfo, {0, 1, 2}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const Periods periods = periods_argument(fcinfo, 1, 3, 4, ledger);
    const double threshold = PG_GETARG_FLOAT8(2);
    const auto count = static_cast<std::size_t>(periods.count);
    const std::span bounds(allocated<ledger::Day>(count + 1), count + 1);
    for (std::size_t i = 0; i <= count; ++i)
        bounds[i] = periods.start(static_cast<std::int64_t>(i));
    const std::span trend(allocated<ledger::GoldenPeriod>(count), count);
    std::fill(trend.begin(), trend.end(), ledger::GoldenPeriod{});
    const std::span starts(allocated<std::size_t>(count), count);
    const std::size_t most = ledger.read([&](const View& rows) { return ledger::place_incomes(rows, bounds, starts); });
    if (!fill_trend<std::int64_t>(ledger, bounds, starts, most, threshold, trend))
        fill_trend<Int128>(ledger, bounds, starts, most, threshold, trend);
    ResultRows rows(fcinfo);
    for (std::size_t i = 0; i < count; ++i) {
        const ledger::GoldenPeriod& row = trend[i];
        if (i == 0) {
            rows.put({day_column(bounds[i]), count_column(row.customers), count_column(row.golden),
                      percent(row.golden, row.customers), null_column(), null_column(), null_column()});
            continue;
        }
        // the difference of two fractions over their common denominator, so that it is rounded once
        const ledger::GoldenPeriod& before = trend[i - 1];
        rows.put({day_column(bounds[i]), count_column(row.customers), count_column(row.golden),
                  percent(row.golden, row.customers),
                  share_column(Int128{row.golden} * before.customers - Int128{before.golden} * row.customers,
                               Int128{row.customers} * before.customers),
                  count_column(row.entered), count_column(row.left)});
    }
    return rows.done();
}

SQL_FUNCTION(ledger_golden_income_share)
{
    const View view = Ledger(fcinfo, 0).laid_out();
    const double threshold = PG_GETARG_FLOAT8(1);
    const Revenues revenues = revenues_of(view, {});
    const Golden golden = guarded([&] { return ledger::golden_of(revenues.sorted, threshold); });
    return share_column(golden.golden_total, golden.total).returned(fcinfo);
}

SQL_FUNCTION(ledger_top_share)
{
    const View view = Ledger(fcinfo, 0).laid_out();
    const double share = PG_GETARG_FLOAT8(1);
    const Revenues revenues = revenues_of(view, {});
    const auto top = guarded([&] { return ledger::top_of(revenues.sorted, share); });
    return top_share_pct(numeric_of(top.total, 0), numeric_of(top.whole, 0), numeric_of(top.next, 0), top.part,
                         top.places)
        .returned(fcinfo);
}

SQL_FUNCTION(ledger_gini)
{
    const View view = Ledger(fcinfo, 0).laid_out();
    const Revenues revenues = revenues_of(view, {});
    const ledger::Gini gini = guarded([&] { return ledger::gini_of(revenues.sorted); });
    return ratio(numeric_of(gini.numerator, 0), numeric_of(gini.total * gini.count, 0)).returned(fcinfo);
}
