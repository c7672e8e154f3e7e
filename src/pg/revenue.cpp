#include "pg/aggregate.h"
#include "pg/currency.h"
#include "pg/monthly.h"
#include "pg/results.h"

#include "core/revenue/orders.h"
#include "core/revenue/revenue.h"
#include "core/revenue/status.h"

namespace revenue = customer_value::revenue;
using namespace customer_value::pg;
using revenue::Orders;
using revenue::State;

namespace {

// Numbers of a revenue_state, read into palloc'd scratch.
Datum gross_of(const State& state)
{
    auto* digits = static_cast<std::int16_t*>(palloc(state.digits_needed() * sizeof(std::int16_t)));
    return numeric_of(state.gross({digits, state.digits_needed()}));
}

Datum refunded_of(const State& state)
{
    auto* digits = static_cast<std::int16_t*>(palloc(state.digits_needed() * sizeof(std::int16_t)));
    return numeric_of(state.refunded({digits, state.digits_needed()}));
}

Datum net_of(const State& state)
{
    auto* digits = static_cast<std::int16_t*>(palloc(state.digits_needed() * sizeof(std::int16_t)));
    auto* limbs = static_cast<std::int64_t*>(palloc(state.digits_needed() * sizeof(std::int64_t)));
    return numeric_of(state.net({limbs, state.digits_needed()}, {digits, state.digits_needed()}));
}

Datum count_of(std::int64_t count) { return NumericGetDatum(int64_to_numeric(count)); }

NullableResult net_revenue(const State& state) { return {net_of(state), state.rows() == 0}; }
NullableResult gross_revenue(const State& state) { return {gross_of(state), state.rows() == 0}; }
NullableResult refund_rate(const State& state)
{
    return percent(DirectFunctionCall1(numeric_uminus, refunded_of(state)), gross_of(state));
}
NullableResult avg_check(const State& state)
{
    return ratio(net_of(state), count_of(state.sales_count()), state.scale());
}
NullableResult gross_avg_check(const State& state)
{
    return ratio(gross_of(state), count_of(state.sales_count()), state.scale());
}

NullableResult avg_check(const Orders& orders)
{
    const auto total = guarded([&] { return orders.total(); });
    const std::size_t longest = customer_value::mantissa_digits + static_cast<std::size_t>(orders.scale()) + 4;
    char* text = static_cast<char*>(palloc(longest));
    guarded([&] { text[customer_value::shown(total.net, orders.scale()).copy(text, longest - 1)] = '\0'; });
    return ratio(numeric_of(text), count_of(total.orders), orders.scale());
}

// A row of a subscription: its amount a month.
template <class Amount> Datum add_monthly(FunctionCallInfo fcinfo)
{
    const customer_value::mrr::MonthlyAmount monthly = monthly_argument<Amount>(fcinfo, 1, 2);
    return datum_of(add(own_state<State>(fcinfo), monthly.view()));
}
template <class Amount> Datum add_monthly_currency(FunctionCallInfo fcinfo)
{
    const customer_value::mrr::MonthlyAmount monthly = monthly_argument<Amount>(fcinfo, 1, 2);
    return datum_of(add(own_state<State>(fcinfo), monthly.view(), text_of(PG_GETARG_DATUM(3))));
}

// Revenue in floating-point columns goes out as it came in.
NullableResult as_double(NullableResult number)
{
    if (!number.is_null)
        number.value = DirectFunctionCall1(numeric_float8, number.value);
    return number;
}

}  // namespace

STATE_FUNCTIONS(revenue_state, State)
STATE_FUNCTIONS(order_state, Orders)

#define REVENUE_FUNCTIONS(suffix, Amount)                                                              \
    SQL_FUNCTION(revenue_add_##suffix) { return transition<State, Amount>(fcinfo); }                   \
    SQL_FUNCTION(revenue_remove_##suffix) { return inverse_transition<State, Amount>(fcinfo); }        \
    SQL_FUNCTION(revenue_add_currency_##suffix)                                                        \
    {                                                                                                  \
        return with_currency<transition<State, Amount, std::string_view>, 2>(fcinfo);                  \
    }                                                                                                  \
    SQL_FUNCTION(revenue_remove_currency_##suffix)                                                     \
    {                                                                                                  \
        return with_currency<inverse_transition<State, Amount, std::string_view>, 2>(fcinfo);          \
    }                                                                                                  \
    SQL_FUNCTION(revenue_add_monthly_##suffix) { return add_monthly<Amount>(fcinfo); }                 \
    SQL_FUNCTION(revenue_add_monthly_currency_##suffix)                                                \
    {                                                                                                  \
        return with_currency<add_monthly_currency<Amount>, 3>(fcinfo);                                 \
    }                                                                                                  \
    SQL_FUNCTION(orders_add_bigint_##suffix) { return transition<Orders, Amount, BigintKey>(fcinfo); } \
    SQL_FUNCTION(orders_add_uuid_##suffix) { return transition<Orders, Amount, UuidKey>(fcinfo); }     \
    SQL_FUNCTION(orders_add_text_##suffix) { return transition<Orders, Amount, TextKey>(fcinfo); }

FOR_EACH_NUMBER(REVENUE_FUNCTIONS)

// A reader, and the same for floating-point amounts.
#define REVENUE_READER(name, function, State)                                              \
    SQL_FUNCTION(name) { return function(read_state<State>(fcinfo, 0)).returned(fcinfo); } \
    SQL_FUNCTION(name##_double) { return as_double(function(read_state<State>(fcinfo, 0))).returned(fcinfo); }

REVENUE_READER(net_revenue, net_revenue, State)
// Of a state of monthly amounts. For floating-point amounts too it is 12 times what net_revenue gives.
SQL_FUNCTION(annual_revenue)
{
    const State& state = read_state<State>(fcinfo, 0);
    const Datum annual = DirectFunctionCall2(numeric_mul, net_of(state), NumericGetDatum(int64_to_numeric(12)));
    return NullableResult{annual, state.rows() == 0}.returned(fcinfo);
}
SQL_FUNCTION(annual_revenue_double)
{
    NullableResult net = as_double(net_revenue(read_state<State>(fcinfo, 0)));
    if (!net.is_null)
        net.value = Float8GetDatum(12 * DatumGetFloat8(net.value));
    return net.returned(fcinfo);
}
REVENUE_READER(gross_revenue, gross_revenue, State)
REVENUE_READER(refund_rate, refund_rate, State)
REVENUE_READER(avg_check, avg_check, State)
REVENUE_READER(gross_avg_check, gross_avg_check, State)
REVENUE_READER(order_avg_check, avg_check, Orders)

SQL_FUNCTION(sales_count) { PG_RETURN_INT64(read_state<State>(fcinfo, 0).sales_count()); }
SQL_FUNCTION(refunds_count) { PG_RETURN_INT64(read_state<State>(fcinfo, 0).refunds_count()); }

SQL_FUNCTION(orders_count)
{
    const auto& orders = read_state<Orders>(fcinfo, 0);
    PG_RETURN_INT64(guarded([&] { return orders.total().orders; }));
}

SQL_FUNCTION(is_revenue_status)
{
    const std::string_view status = text_of(PG_GETARG_DATUM(0));
    PG_RETURN_BOOL(guarded([&] { return revenue::is_revenue_status(status); }));
}

SQL_FUNCTION(revenue_of_status)
{
    const std::string_view status = text_of(PG_GETARG_DATUM(0));
    const auto counts = guarded([&] { return revenue::revenue_of_status(status); });
    if (!counts)
        PG_RETURN_NULL();
    PG_RETURN_BOOL(*counts);
}

SQL_FUNCTION(is_known_status)
{
    const std::string_view status = text_of(PG_GETARG_DATUM(0));
    PG_RETURN_BOOL(guarded([&] { return revenue::is_known_status(status); }));
}
