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
    ledger::net_revenues(view, range, revenues.by_customer);
    std::copy(revenues.by_customer.begin(), revenues.by_customer.end(), revenues.sorted.begin());
    return revenues;
}

// golden_customers(ledger, key, threshold, from, to)
Datum golden_customers(FunctionCallInfo fcinfo, KeyKind kind)
{
    if (lacks(fcinfo, {0, 2}))
        return no_rows(fcinfo);
    const View view = read_ledger(fcinfo, 0);
    require_kind(view, kind);
    const double threshold = PG_GETARG_FLOAT8(2);
    const Revenues revenues = revenues_of(view, range_argument(fcinfo, 3, 4));
    const Golden golden = guarded([&] { return ledger::golden_of(revenues.sorted, threshold); });
    const auto count = static_cast<std::size_t>(golden.golden);
    const std::span standings(allocated<ledger::Standing>(count), count);
    guarded([&] { ledger::rank_golden(revenues.by_customer, golden, standings); });
    Rows rows(fcinfo);
    for (const ledger::Standing& standing : standings)
        rows.put({count_column(standing.rank), customer_column(view, standing.customer), money_column(view, standing.revenue),
                  share_column(standing.revenue, golden.total), share_column(standing.cumulative, golden.total)});
    return rows.done();
}

}  // namespace

SQL_FUNCTION(golden_customers_bigint) { return golden_customers(fcinfo, KeyKind::bigint); }
SQL_FUNCTION(golden_customers_uuid) { return golden_customers(fcinfo, KeyKind::uuid); }
SQL_FUNCTION(golden_customers_text) { return golden_customers(fcinfo, KeyKind::text); }

// golden_trend(ledger, step, threshold, from, to)
SQL_FUNCTION(golden_trend)
{
    if (lacks(fcinfo, {0, 1, 2}))
        return no_rows(fcinfo);
    const View view = read_ledger(fcinfo, 0);
    const Periods periods = periods_argument(fcinfo, 1, 3, 4, view);
    const double threshold = PG_GETARG_FLOAT8(2);
    const auto count = static_cast<std::size_t>(periods.count);
    auto* bounds = allocated<ledger::Day>(count + 1);
    for (std::size_t i = 0; i <= count; ++i)
        bounds[i] = periods.start(static_cast<std::int64_t>(i));
    const std::span trend(allocated<ledger::GoldenPeriod>(count), count);
    std::fill(trend.begin(), trend.end(), ledger::GoldenPeriod{});
    guarded([&] { ledger::golden_trend(view, {bounds, count + 1}, threshold, trend); });
    Rows rows(fcinfo);
    for (std::size_t i = 0; i < count; ++i) {
        const ledger::GoldenPeriod& row = trend[i];
        if (i == 0) {
            rows.put({day_column(bounds[i]), count_column(row.customers), count_column(row.golden), percent(row.golden, row.customers),
                      null_column(), null_column(), null_column()});
            continue;
        }
        // the difference of two fractions over their common denominator, so that it is rounded once
        const ledger::GoldenPeriod& before = trend[i - 1];
        rows.put({day_column(bounds[i]), count_column(row.customers), count_column(row.golden), percent(row.golden, row.customers),
                  share_column(Int128{row.golden} * before.customers - Int128{before.golden} * row.customers, Int128{row.customers} * before.customers),
                  count_column(row.entered), count_column(row.left)});
    }
    return rows.done();
}

SQL_FUNCTION(ledger_golden_income_share)
{
    const View view = read_ledger(fcinfo, 0);
    const double threshold = PG_GETARG_FLOAT8(1);
    const Revenues revenues = revenues_of(view, {});
    const Golden golden = guarded([&] { return ledger::golden_of(revenues.sorted, threshold); });
    return share_column(golden.golden_total, golden.total).returned(fcinfo);
}

SQL_FUNCTION(ledger_gini)
{
    const View view = read_ledger(fcinfo, 0);
    const Revenues revenues = revenues_of(view, {});
    const ledger::Gini gini = guarded([&] { return ledger::gini_of(revenues.sorted); });
    return ratio(numeric_of(gini.numerator, 0), numeric_of(gini.total * gini.count, 0)).returned(fcinfo);
}
