#include "pg/arguments.h"
#include "pg/ledger_customers.h"

#include "core/ledger/by_age.h"

using namespace customer_value;
using namespace customer_value::pg;

namespace {

// Ages in days; they lie in the argument.
std::span<const std::int32_t> ages_argument(FunctionCallInfo fcinfo, int index)
{
    ArrayType* array = PG_GETARG_ARRAYTYPE_P(index);
    if (ARR_NDIM(array) > 1)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("ages must be an array of one dimension")));
    if (array_contains_nulls(array))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("ages must not contain nulls")));
    const std::span<const std::int32_t> ages(
        reinterpret_cast<const std::int32_t*>(ARR_DATA_PTR(array)),
        static_cast<std::size_t>(ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array))));
    guarded([&] { ledger::require_ages(ages); });
    return ages;
}

NullableResult age_column(std::int32_t age) { return {Int32GetDatum(age), false}; }

}  // namespace

// retention_by_age(ledger, ages, kind, as_of)
SQL_FUNCTION(retention_by_age)
{
    if (lacks(fcinfo, {0, 1, 2}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const auto ages = ages_argument(fcinfo, 1);
    const std::string_view kind_name = text_of(PG_GETARG_DATUM(2));
    const auto kind = guarded([&] { return ledger::age_retention_kind_named(kind_name); });
    const ledger::Day as_of = as_of_argument(fcinfo, 3, ledger);
    const auto report = zeros<ledger::AgeRetention>(ages.size());
    ledger.read([&](const ledger::View& view) { return ledger::retention_by_age(view, ages, kind, as_of, report); });
    ResultRows rows(fcinfo);
    for (std::size_t i = 0; i < ages.size(); ++i)
        rows.put({age_column(ages[i]), count_column(report[i].customers),
                  report[i].customers > 0 ? count_column(report[i].active) : null_column(),
                  percent(report[i].active, report[i].customers)});
    return rows.done();
}

// revenue_by_age(ledger, ages, as_of)
SQL_FUNCTION(revenue_by_age)
{
    if (lacks(fcinfo, {0, 1}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const auto ages = ages_argument(fcinfo, 1);
    const ledger::Day as_of = as_of_argument(fcinfo, 2, ledger);
    const auto report = zeros<ledger::AgeRevenue>(ages.size());
    ledger.read([&](const ledger::View& view) { return ledger::revenue_by_age(view, ages, as_of, report); },
                ledger::CustomerStream::Amounts::read);
    ResultRows rows(fcinfo);
    for (std::size_t i = 0; i < ages.size(); ++i)
        rows.put({age_column(ages[i]), count_column(report[i].customers),
                  report[i].customers > 0 ? money_column(ledger, report[i].revenue) : null_column(),
                  mean_column(ledger, report[i].revenue, report[i].customers)});
    return rows.done();
}

// _mart_retention_days(ledger, step, ages, as_of)
SQL_FUNCTION(mart_retention_days)
{
    if (lacks(fcinfo, {0, 1, 2, 3}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const ledger::Step step = step_argument(fcinfo, 1);
    const auto ages = ages_argument(fcinfo, 2);
    const auto as_of = day_argument(fcinfo, 3, "as_of");
    const auto grid = guarded([&] { return ledger::cohort_grid(ledger, step, as_of); });
    const auto sizes = zeros<std::int64_t>(static_cast<std::size_t>(grid.periods));
    const auto report = zeros<ledger::AgeCohort>(sizes.size() * ages.size());
    ledger.read([&](const ledger::View& view) { return ledger::cohorts_by_age(view, grid, ages, sizes, report); },
                ledger::CustomerStream::Amounts::read);
    ResultRows rows(fcinfo);
    for (std::size_t i = 0; i < report.size(); ++i) {
        const std::size_t cohort = i / ages.size();
        const ledger::AgeCohort& cell = report[i];
        const auto known = [&](NullableResult column) { return cell.customers > 0 ? column : null_column(); };
        if (sizes[cohort] > 0)
            rows.put({day_column(grid.start(static_cast<std::int64_t>(cohort))), count_column(sizes[cohort]),
                      age_column(ages[i % ages.size()]), count_column(cell.customers),
                      known(count_column(cell.active_on)), known(count_column(cell.active_within)),
                      known(money_column(ledger, cell.revenue))});
    }
    return rows.done();
}
