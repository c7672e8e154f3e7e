#include "pg/aggregate.h"
#include "pg/results.h"

#include "core/churn/churn.h"
#include "core/common/statistics.h"

namespace churn = customer_value::churn;
using namespace customer_value::pg;

namespace {

// A period's start and end, as the subtype's own 64-bit (timestamptz) or 32-bit (date) count.
struct PeriodBounds {
    std::int64_t start, end;
};

std::int64_t instant(const RangeBound& bound, bool is_date)
{
    return is_date ? std::int64_t{DatumGetDateADT(bound.val)} : DatumGetTimestampTz(bound.val);
}

PeriodBounds bounds_of(TypeCacheEntry* range_type, const RangeType* period, bool is_date)
{
    RangeBound lower, upper;
    bool empty;
    range_deserialize(range_type, period, &lower, &upper, &empty);
    const bool finite_dates =
        !empty && !lower.infinite && !upper.infinite &&
        (is_date ? !DATE_NOT_FINITE(DatumGetDateADT(lower.val)) && !DATE_NOT_FINITE(DatumGetDateADT(upper.val))
                 : !TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(lower.val)) &&
                       !TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(upper.val)));
    if (!finite_dates)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("period must have a start and an end: %s",
                               OidOutputFunctionCall(F_RANGE_OUT, RangeTypePGetDatum(period)))));
    return {instant(lower, is_date), instant(upper, is_date)};
}

// Whether the time just before `at` is covered: from < at <= to for one of the ranges, which are sorted and apart.
bool covered_before(TypeCacheEntry* range_type, const MultirangeType* active, std::int64_t at, bool is_date)
{
    std::uint32_t first = 0, last = active->rangeCount;
    while (first < last) {
        const std::uint32_t middle = first + (last - first) / 2;
        RangeBound lower, upper;
        multirange_get_bounds(range_type, active, middle, &lower, &upper);
        if (!upper.infinite && instant(upper, is_date) < at)
            first = middle + 1;
        else if (lower.infinite || instant(lower, is_date) < at)
            return true;
        else
            last = middle;
    }
    return false;
}

struct Status {
    bool was_active, is_active;
};

Status status_of(FunctionCallInfo fcinfo)
{
    MultirangeType* active = PG_GETARG_MULTIRANGE_P(1);
    RangeType* period = PG_GETARG_RANGE_P(2);
    // looked up by type, not kept in fn_extra: a transition must not depend on its call site
    TypeCacheEntry* multirange = lookup_type_cache(MultirangeTypeGetOid(active), TYPECACHE_MULTIRANGE_INFO);
    TypeCacheEntry* range = multirange->rngtype;
    const bool is_date = range->rngelemtype->type_id == DATEOID;
    const PeriodBounds bounds = bounds_of(range, period, is_date);
    return {covered_before(range, active, bounds.start, is_date), covered_before(range, active, bounds.end, is_date)};
}

}  // namespace

STATE_FUNCTIONS(churn_state, churn::State)

SQL_FUNCTION(churn_add) { return transition<churn::State, bool, bool>(fcinfo); }
SQL_FUNCTION(churn_remove) { return inverse_transition<churn::State, bool, bool>(fcinfo); }

SQL_FUNCTION(churn_add_ranges)
{
    churn::State* state = own_state<churn::State>(fcinfo);
    const Status status = status_of(fcinfo);
    return datum_of(add(state, status.was_active, status.is_active));
}

SQL_FUNCTION(churn_remove_ranges)
{
    churn::State* state = own_state<churn::State>(fcinfo);
    const Status status = status_of(fcinfo);
    guarded([&] { state->remove(status.was_active, status.is_active); });
    return datum_of(state);
}

SQL_FUNCTION(churn_lost) { PG_RETURN_INT64(read_state<churn::State>(fcinfo, 0).hits); }
SQL_FUNCTION(churn_at_start) { PG_RETURN_INT64(read_state<churn::State>(fcinfo, 0).total); }

SQL_FUNCTION(churn_rate)
{
    const auto& state = read_state<churn::State>(fcinfo, 0);
    return percent(state.hits, state.total).returned(fcinfo);
}

SQL_FUNCTION(retention_rate)
{
    const auto& state = read_state<churn::State>(fcinfo, 0);
    return percent(state.total - state.hits, state.total).returned(fcinfo);
}

SQL_FUNCTION(churn_rate_new_included)
{
    const std::int64_t lost = PG_GETARG_INT64(0), at_start = PG_GETARG_INT64(1), joined = PG_GETARG_INT64(2);
    const auto rate = guarded([&] { return churn::of_counts_new_included(lost, at_start, joined); });
    return percent(rate.hits, rate.total).returned(fcinfo);
}

SQL_FUNCTION(annualized_churn)
{
    const double rate_pct = PG_GETARG_FLOAT8(0), periods = PG_GETARG_FLOAT8(1);
    return numeric_of(guarded([&] { return churn::annualized(rate_pct, periods); }));
}

namespace {

Datum interval_row(FunctionCallInfo fcinfo, const customer_value::Proportion& rate, double confidence)
{
    const auto interval = guarded([&]() -> std::optional<customer_value::ConfidenceInterval> {
        const double z = customer_value::two_sided_z(confidence);
        return rate.total == 0 ? std::nullopt : std::optional(customer_value::wilson(rate, z));
    });
    if (!interval)
        return row_of(fcinfo, {{}, {}});
    return row_of(fcinfo, {{numeric_of(100 * interval->lower), false}, {numeric_of(100 * interval->upper), false}});
}

// lost and at_start. As columns, smaller integers are refused: 0 and 1 may be flags of a customer.
template <class Count> customer_value::Proportion counts_argument(FunctionCallInfo fcinfo)
{
    const auto lost = argument<Count>(fcinfo, 0), at_start = argument<Count>(fcinfo, 1);
    if constexpr (!std::same_as<Count, std::int64_t>)
        if (!get_fn_expr_arg_stable(fcinfo->flinfo, 0) && !get_fn_expr_arg_stable(fcinfo->flinfo, 1))
            ereport(
                ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("columns of type %s may be counts or flags: lost and at_start must be bigint",
                        sizeof(Count) == sizeof(std::int16_t) ? "smallint" : "integer"),
                 errhint("For flags 0 and 1, a customer a row, write churn_rate(was = 1, is_now = 1). For counts write "
                         "churn_rate(lost::bigint, at_start::bigint).")));
    return guarded([&] { return churn::of_counts(lost, at_start); });
}

}  // namespace

#define CHURN_OF_COUNTS(suffix, Count)                                                    \
    SQL_FUNCTION(churn_rate_##suffix)                                                     \
    {                                                                                     \
        const auto rate = counts_argument<Count>(fcinfo);                                 \
        return percent(rate.hits, rate.total).returned(fcinfo);                           \
    }                                                                                     \
    SQL_FUNCTION(retention_rate_##suffix)                                                 \
    {                                                                                     \
        const auto rate = counts_argument<Count>(fcinfo);                                 \
        return percent(rate.total - rate.hits, rate.total).returned(fcinfo);              \
    }                                                                                     \
    SQL_FUNCTION(churn_ci_##suffix)                                                       \
    {                                                                                     \
        return interval_row(fcinfo, counts_argument<Count>(fcinfo), PG_GETARG_FLOAT8(2)); \
    }

CHURN_OF_COUNTS(smallint, std::int16_t)
CHURN_OF_COUNTS(integer, std::int32_t)
CHURN_OF_COUNTS(counts, std::int64_t)

SQL_FUNCTION(churn_ci) { return interval_row(fcinfo, read_state<churn::State>(fcinfo, 0), PG_GETARG_FLOAT8(1)); }
