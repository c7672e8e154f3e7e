#include "pg/ledger_cohorts.h"
#include "pg/ledger_customers.h"

#include "core/common/statistics.h"
#include "core/mrr/movements.h"

using namespace customer_value;
using namespace customer_value::pg;
using ledger::Day;
using ledger::View;
using mrr::Movements;

namespace {

constexpr auto with_amounts = ledger::CustomerStream::Amounts::read;

// The movements of the periods that two arguments name.
struct Report {
    std::span<const Day> bounds;
    std::span<const Movements> rows;
    std::int32_t scale;
};

Report report_of(const Ledger& ledger, const Periods& periods, ledger::Span grace)
{
    const auto count = static_cast<std::size_t>(periods.count);
    auto* bounds = static_cast<Day*>(palloc((count + 1) * sizeof(Day)));
    const auto rows = zeros<Movements>(count);
    for (std::size_t i = 0; i <= count; ++i)
        bounds[i] = periods.start(static_cast<std::int64_t>(i));
    if (count > 0)
        ledger.read([&](const View& view) { mrr::movements(view, {bounds, count + 1}, grace, rows); }, with_amounts);
    return {{bounds, count + 1}, rows, ledger.scale};
}

NullableResult hundred_less(NullableResult percentage)
{
    if (!percentage.is_null)
        percentage.value = DirectFunctionCall2(numeric_sub, NumericGetDatum(int64_to_numeric(100)), percentage.value);
    return percentage;
}

Datum times_hundred(Datum number)
{
    return DirectFunctionCall2(numeric_mul, number, NumericGetDatum(int64_to_numeric(100)));
}

// (ledger, step, from, to, grace, origin)
template <class Put> Datum report(FunctionCallInfo fcinfo, Put put)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const Report report = report_of(ledger, periods_argument(fcinfo, 1, 2, 3, ledger), grace_argument(fcinfo, 4));
    ResultRows rows(fcinfo);
    for (std::size_t i = 0; i < report.rows.size(); ++i)
        put(rows, report.bounds[i], report.rows[i], report.scale);
    return rows.done();
}

mrr::RecurringRevenue standing_argument(FunctionCallInfo fcinfo, const Ledger& ledger)
{
    const Day as_of = *day_argument(fcinfo, 1, "as_of");
    const ledger::Span grace = grace_argument(fcinfo, 2);
    return ledger.read([&](const View& view) { return mrr::standing(view, as_of, grace); }, with_amounts,
                       grace.is_none() ? ledger::RowOrder::any : ledger::RowOrder::by_day);
}

// mrr_changes(ledger, from_day, to_day, grace), mrr_changes(ledger, key, from_day, to_day, grace)
Datum changes(FunctionCallInfo fcinfo, StatedKind stated)
{
    const int from_index = stated ? 2 : 1, to_index = from_index + 1;
    if (lacks(fcinfo, {0, from_index, to_index}))
        return no_rows(fcinfo);
    const View view = Ledger(fcinfo, 0).laid_out();
    require_kind(fcinfo, 1, view, stated);
    const DayBounds days = day_bounds_argument(fcinfo, from_index, to_index);
    const ledger::Span grace = grace_argument(fcinfo, to_index + 1);
    ResultRows rows(fcinfo);
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const mrr::Change change = mrr::change_of(view.of(customer), *days.from, *days.to, grace);
        const auto put = [&](mrr::Movement movement, Int128 before, Int128 after) {
            const std::string_view name = name_of(movement);
            rows.put({customer_column(view, customer, stated),
                      {PointerGetDatum(cstring_to_text_with_len(name.data(), static_cast<int>(name.size()))), false},
                      money_column(view, before),
                      money_column(view, after - before),
                      money_column(view, after)});
        };
        const mrr::Movement movement = change.movement();
        if (movement == mrr::Movement::none)
            continue;
        put(movement, change.before, change.after + change.passing);
        if (change.passing > 0)
            put(mrr::Movement::churn, change.after + change.passing, change.after);
    }
    return rows.done();
}

}  // namespace

// mrr_movements(ledger, step, from_day, to_day, grace)
SQL_FUNCTION(mrr_movements)
{
    return report(fcinfo, [](ResultRows& rows, Day period, const Movements& row, std::int32_t scale) {
        const auto money = [&](Int128 amount) { return NullableResult{numeric_of(amount, scale), false}; };
        const Datum start = numeric_of(row.start, scale);
        const auto of_start = [&](Int128 amount) { return ratio(times_hundred(numeric_of(amount, scale)), start); };
        const NullableResult gross_churn = of_start(row.lost());
        rows.put({day_column(period),
                  money(row.start),
                  money(row.joined),
                  money(row.reactivation),
                  money(row.expansion),
                  money(row.contraction),
                  money(row.churn),
                  money(row.end()),
                  count_column(row.start_customers),
                  count_column(row.new_customers),
                  count_column(row.reactivated_customers),
                  count_column(row.churned_customers),
                  count_column(row.end_customers()),
                  gross_churn,
                  of_start(row.lost() - row.expansion - row.won_back()),
                  hundred_less(gross_churn),
                  of_start(row.start - row.lost() + row.expansion),
                  ratio(numeric_of(row.joined + row.reactivation + row.expansion, scale),
                        numeric_of(-(row.churn + row.contraction), scale)),
                  of_start(row.end() - (row.joined - row.passing_joined) - row.start),
                  ratio(numeric_of(row.end(), scale), numeric_of(Int128{row.end_customers()}, 0), scale)});
    });
}

// customer_churn(ledger, step, from_day, to_day, grace)
SQL_FUNCTION(customer_churn)
{
    const double z = guarded([&] { return two_sided_z(0.95); });
    return report(fcinfo, [z](ResultRows& rows, Day period, const Movements& row, std::int32_t) {
        const bool nobody = row.start_customers == 0;
        const customer_value::ConfidenceInterval interval =
            nobody ? customer_value::ConfidenceInterval{} : guarded([&] {
                return wilson({row.lost_customers(), row.start_customers}, z);
            });
        const auto bound = [&](double share) {
            return nobody ? null_column() : NullableResult{numeric_of(100 * share), false};
        };
        rows.put({day_column(period), count_column(row.start_customers), count_column(row.new_customers),
                  count_column(row.reactivated_customers), count_column(row.churned_customers),
                  count_column(row.end_customers()), percent(row.lost_customers(), row.start_customers),
                  bound(interval.lower), bound(interval.upper)});
    });
}

// mrr(ledger, as_of, grace), arr(ledger, as_of, grace), paying_customers(ledger, as_of, grace)
SQL_FUNCTION(mrr_as_of)
{
    if (lacks(fcinfo, {0, 1}))
        PG_RETURN_NULL();
    const Ledger ledger(fcinfo, 0);
    PG_RETURN_DATUM(numeric_of(standing_argument(fcinfo, ledger).mrr, ledger.scale));
}
SQL_FUNCTION(arr_as_of)
{
    if (lacks(fcinfo, {0, 1}))
        PG_RETURN_NULL();
    const Ledger ledger(fcinfo, 0);
    PG_RETURN_DATUM(numeric_of(12 * standing_argument(fcinfo, ledger).mrr, ledger.scale));
}
SQL_FUNCTION(paying_customers)
{
    if (lacks(fcinfo, {0, 1}))
        PG_RETURN_NULL();
    PG_RETURN_INT64(standing_argument(fcinfo, Ledger(fcinfo, 0)).customers);
}

CUSTOMER_REPORT(mrr_changes, changes)
