#include "pg/aggregate.h"
#include "pg/memory.h"
#include "pg/result_rows.h"

#include "core/sales/affinity.h"
#include "core/sales/report.h"

extern "C" {
#include "utils/memutils.h"
}

#include <utility>

using namespace customer_value;
using namespace customer_value::pg;
using sales::AffinityState;
using sales::PairCounter;

STATE_FUNCTIONS(sales_state, sales::State)
STATE_FUNCTIONS(affinity_state, AffinityState)

#define SALES_FUNCTIONS(suffix, Amount)                                               \
    SQL_FUNCTION(sales_add_bigint_##suffix)                                           \
    {                                                                                 \
        return transition<sales::State, std::string_view, BigintKey, Amount>(fcinfo); \
    }                                                                                 \
    SQL_FUNCTION(sales_add_uuid_##suffix)                                             \
    {                                                                                 \
        return transition<sales::State, std::string_view, UuidKey, Amount>(fcinfo);   \
    }                                                                                 \
    SQL_FUNCTION(sales_add_text_##suffix)                                             \
    {                                                                                 \
        return transition<sales::State, std::string_view, TextKey, Amount>(fcinfo);   \
    }

FOR_EACH_NUMBER(SALES_FUNCTIONS)

SQL_FUNCTION(affinity_add_bigint) { return transition<AffinityState, BigintKey, std::string_view>(fcinfo); }
SQL_FUNCTION(affinity_add_uuid) { return transition<AffinityState, UuidKey, std::string_view>(fcinfo); }
SQL_FUNCTION(affinity_add_text) { return transition<AffinityState, TextKey, std::string_view>(fcinfo); }

namespace {

NullableResult text_column(std::string_view text)
{
    return {PointerGetDatum(cstring_to_text_with_len(text.data(), static_cast<int>(text.size()))), false};
}

// The least number of orders that is so many percent of all, exactly; at least 1.
std::uint32_t least_orders(Datum percent, std::uint32_t orders)
{
    const Decimal value = decimal_of(percent);
    const IntegerDecimal hundred(100);
    guarded([&] {
        require_finite("min_support_pct", value);
        if ((value.negative && !value.zero()) || compare(value, hundred.view()) > 0)
            throw Error(ErrorCode::out_of_range,
                        "min_support_pct must lie between 0 and 100: " + clipped(shown(value)));
    });
    const Datum product = DirectFunctionCall2(numeric_mul, percent, NumericGetDatum(int64_to_numeric(orders)));
    const Datum share = DirectFunctionCall2(numeric_mul, product, NumericGetDatum(int64_div_fast_to_numeric(1, 2)));
    const auto least = DatumGetInt64(DirectFunctionCall1(numeric_int8, DirectFunctionCall1(numeric_ceil, share)));
    return static_cast<std::uint32_t>(std::max<std::int64_t>(least, 1));
}

// The pairs found, by rank of their products, and in how many orders they are together.
struct Pairs {
    struct Pair {
        std::uint32_t first, second, together;
    };
    Pair* all;
    std::size_t count, capacity;
};

// Pairs are collected before the first goes out, so that a request for too many ends soon.
void collect(Pairs* pairs, std::uint32_t first, std::span<const std::uint32_t> others, std::uint32_t* counts,
             std::uint32_t least)
{
    constexpr std::size_t most = 10'000'000;
    if (pairs->count + others.size() > most)
        ereport(ERROR,
                (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                 errmsg("more than %zu pairs of products are together in at least %u of the orders", most, least),
                 errhint("Raise min_support_pct.")));
    if (pairs->count + others.size() > pairs->capacity) {
        pairs->capacity = 2 * (pairs->count + others.size());
        pairs->all = static_cast<Pairs::Pair*>(repalloc_huge(pairs->all, pairs->capacity * sizeof(Pairs::Pair)));
    }
    for (const std::uint32_t other : others)
        pairs->all[pairs->count++] = {first, other, std::exchange(counts[other], 0)};
}

NullableResult count_numeric(std::int64_t count) { return {NumericGetDatum(int64_to_numeric(count)), false}; }

}  // namespace

// sales_report(state)
SQL_FUNCTION(sales_report)
{
    const auto& state = read_state<sales::State>(fcinfo, 0);
    const std::span lines(allocated_in<sales::ReportRow>(CurrentMemoryContext, state.names_count()),
                          state.names_count());
    const sales::RevenueTotal total = guarded([&] { return sales::report(state, lines); });
    const Datum whole = numeric_of(total.revenue, total.scale);
    ResultRows rows(fcinfo);
    for (const sales::ReportRow& line : lines) {
        const Datum revenue = numeric_of(line.revenue, line.scale);
        rows.put({text_column(state.name(line.kind)),
                  {revenue, false},
                  count_column(line.orders),
                  ratio(revenue, count_numeric(line.orders).value, line.scale),
                  total.revenue > 0 ? percent(revenue, whole) : NullableResult{}});
    }
    return rows.done();
}

// basket_affinity(state, min_support_pct)
SQL_FUNCTION(basket_affinity)
{
    const auto& state = read_state<AffinityState>(fcinfo, 0);
    const std::uint32_t orders = state.keys_count(), products = state.names_count();
    const std::uint32_t least = least_orders(PG_GETARG_DATUM(1), orders);
    PairCounter counter(state, least);
    PairCounter::Memory memory{allocated_in<std::uint32_t>(CurrentMemoryContext, products),
                               allocated_in<std::uint32_t>(CurrentMemoryContext, products),
                               nullptr,
                               nullptr,
                               nullptr,
                               nullptr,
                               nullptr,
                               nullptr};
    guarded([&] { counter.rank(memory); });
    CHECK_FOR_INTERRUPTS();
    memory.starts = allocated_in<std::uint32_t>(CurrentMemoryContext, counter.products());
    memory.places = allocated_in<std::uint32_t>(CurrentMemoryContext, counter.lines());
    memory.baskets = allocated_in<std::uint32_t>(CurrentMemoryContext, counter.lines() + orders);
    memory.cursors = allocated_in<std::uint32_t>(CurrentMemoryContext, orders);
    memory.counts = allocated_in<std::uint32_t>(CurrentMemoryContext, counter.products());
    memory.touched = allocated_in<std::uint32_t>(CurrentMemoryContext, counter.products());
    guarded([&] { counter.collect(memory); });
    Pairs pairs{allocated_in<Pairs::Pair>(CurrentMemoryContext, 0), 0, 0};
    for (std::uint32_t rank = 0; rank < counter.products(); ++rank) {
        CHECK_FOR_INTERRUPTS();
        const std::uint32_t found = guarded([&] { return counter.count(rank, memory); });
        collect(&pairs, rank, {memory.touched, found}, memory.counts, least);
    }
    ResultRows rows(fcinfo);
    for (const auto& pair : std::span(pairs.all, pairs.count)) {
        const std::int64_t together = pair.together, first = counter.orders_of(pair.first, memory),
                           second = counter.orders_of(pair.second, memory);
        rows.put({text_column(counter.name(pair.first, memory)), text_column(counter.name(pair.second, memory)),
                  count_column(together), percent(together, orders), percent(together, first),
                  percent(together, second),
                  ratio(numeric_of(Int128{together} * orders, 0), numeric_of(Int128{first} * second, 0))});
    }
    return rows.done();
}
