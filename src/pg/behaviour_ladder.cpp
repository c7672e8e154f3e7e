#include "pg/aggregate.h"
#include "pg/memory.h"
#include "pg/result_rows.h"

#include "core/behaviour/ladder.h"

extern "C" {
#include "utils/array.h"
#include "utils/memutils.h"
}

#include <utility>

using namespace customer_value;
using namespace customer_value::pg;
using behaviour::Ladder;

STATE_FUNCTIONS(ladder_state, Ladder)

#define LADDER_ADD(suffix, KeyType)                                                                                   \
    SQL_FUNCTION(ladder_add_##suffix) { return transition<Ladder, KeyType, std::string_view, std::int64_t>(fcinfo); } \
    SQL_FUNCTION(ladder_add_day_##suffix)                                                                             \
    {                                                                                                                 \
        return transition<Ladder, KeyType, std::string_view, std::int32_t>(fcinfo);                                   \
    }

LADDER_ADD(bigint, BigintKey)
LADDER_ADD(uuid, UuidKey)
LADDER_ADD(text, TextKey)

namespace {

struct Stages {
    Datum* names;
    int count;
};

[[noreturn]] void report_stages(const char* rule)
{
    ereport(
        ERROR,
        (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("stages must %s", rule),
         errhint(
             "List the stages from the lowest to the highest, for example ARRAY['visitor', 'customer', 'advocate'].")));
    pg_unreachable();
}

Stages stages_argument(FunctionCallInfo fcinfo, int index)
{
    constexpr int most_stages = 100;
    ArrayType* array = PG_GETARG_ARRAYTYPE_P(index);
    Stages stages{nullptr, 0};
    bool* nulls;
    if (ARR_NDIM(array) > 1)
        report_stages("be a list, not a table");
    deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &stages.names, &nulls, &stages.count);
    if (stages.count < 2 || stages.count > most_stages)
        report_stages("name 2 to 100 stages");
    for (int i = 0; i < stages.count; ++i) {
        if (nulls[i])
            report_stages("not contain NULL");
        for (int j = 0; j < i; ++j)
            if (text_of(stages.names[i]) == text_of(stages.names[j]))
                report_stages("name each stage once");
    }
    return stages;
}

std::span<std::int64_t> instants(std::size_t count)
{
    return {allocated_in<std::int64_t>(CurrentMemoryContext, count), count};
}

// In days of 24 hours and the rest, as the difference of two timestamptz.
NullableResult interval_column(std::int64_t microseconds)
{
    auto* interval = static_cast<Interval*>(palloc0(sizeof(Interval)));
    interval->day = static_cast<std::int32_t>(microseconds / USECS_PER_DAY);
    interval->time = microseconds % USECS_PER_DAY;
    return {IntervalPGetDatum(interval), false};
}

}  // namespace

// ladder_transitions(state, stages)
SQL_FUNCTION(ladder_transitions)
{
    const auto& ladder = read_state<Ladder>(fcinfo, 0);
    const Stages stages = stages_argument(fcinfo, 1);
    std::span<std::int64_t> here = instants(ladder.keys_count()), next = instants(ladder.keys_count());
    const std::span<std::int64_t> times = instants(ladder.keys_count());
    const std::string_view lowest = text_of(stages.names[0]);
    guarded([&] { behaviour::arrivals(ladder, lowest, here); });
    ResultRows rows(fcinfo);
    for (int i = 1; i < stages.count; ++i) {
        const std::string_view name = text_of(stages.names[i]);
        guarded([&] { behaviour::arrivals(ladder, name, next); });
        CHECK_FOR_INTERRUPTS();
        const auto found = guarded([&] { return behaviour::transition(here, next, times); });
        rows.put({{stages.names[i - 1], false},
                  {stages.names[i], false},
                  count_column(found.customers),
                  count_column(found.moved),
                  percent(found.moved, found.customers),
                  found.moved == 0 ? null_column() : interval_column(found.median)});
        std::swap(here, next);
    }
    return rows.done();
}
