// Window functions whose population is the partition: they read it once, whatever order or frame the window has, sort
// it, and keep an answer for each row. A function is a struct:
//
//     struct GoldenRank {
//         static constexpr bool positive_only = true;    // values up to 0 have no answer, like NULL
//         static constexpr bool adds_up = false;         // the order of the values is all that counts
//         static constexpr std::array<const char*, 0> options{};  // names of the other arguments
//         template <class Numbers> static void answer(const Population<Numbers>&, const Options&);
//         static Datum result(Datum answer);
//     };
//     SQL_FUNCTION(golden_rank_numeric) { return window_function<GoldenRank, Decimal>(fcinfo); }
//
// The first argument is the value; the others are options, which must be the same in all rows of a partition. Memory
// lies in the partition's context, which PostgreSQL empties between partitions.
#pragma once

#include "pg/arguments.h"
#include "pg/guard.h"
#include "pg/memory.h"
#include "pg/partition.h"

#include "core/common/float_decimal.h"
#include "core/common/interrupt.h"
#include "core/golden/population.h"

#include <array>
#include <iterator>

namespace customer_value::pg {

using golden::Item;

// The arguments behind the value, of the row that was asked for first.
struct Options {
    static constexpr int most = 2;
    int count;
    bool can_change;  // from row to row
    Datum values[most];
    bool nulls[most];
};

// A partition in descending order of its values, without rows that have none.
template <class Numbers> struct Population {
    const Item* items;
    std::size_t count;
    LimbWindow window;      // of Exact values
    Datum* answers;         // by row, 0 for NULL
    MemoryContext memory;   // as long as the partition is there
    MemoryContext scratch;  // until all answers are known

    // Calls answer_of(first, end) for each group of equal values, from the highest down; it returns their answer.
    template <class AnswerOf> void answer_peers(AnswerOf answer_of) const
    {
        for (std::size_t first = 0; first < count;) {
            CHECK_FOR_INTERRUPTS();
            const std::size_t end = golden::end_of_peers<Numbers>(items, first, count);
            const Datum answer = answer_of(first, end);
            for (; first < end; ++first)
                answers[items[first].row] = answer;
        }
    }
};

// What is kept for a partition; zero when it begins.
struct PartitionState {
    bool ready;
    Options options;
    Datum* answers;  // none where an option is NULL
};

Options read_options(FunctionCallInfo fcinfo, WindowObject window, MemoryContext memory);
// Ereports 22023 where an option of this row differs from that of the first.
void require_same_options(FunctionCallInfo fcinfo, WindowObject window, const Options& options,
                          const char* const* names);
inline bool lacks_option(const Options& options)
{
    return (options.count > 0 && options.nulls[0]) || (options.count > 1 && options.nulls[1]);
}

// Values one after the other in large chunks.
struct ValueArena {
    static constexpr std::size_t chunk = std::size_t{1} << 16;
    MemoryContext memory;
    char* next;
    std::size_t left;

    void* take(std::size_t bytes)
    {
        if (bytes > left) {
            left = std::max(bytes, chunk);
            next = allocated_in<char>(memory, left);
        }
        void* taken = next;
        next += bytes;
        left -= bytes;
        return taken;
    }
};

// Calls take(value, row) for each row with a value; stops where it returns false, and returns false then. What
// evaluating the argument leaves behind is freed every few rows.
template <class Number, class Take>
bool for_each_value(WindowObject window, std::int64_t rows, MemoryContext arguments, Take take)
{
    constexpr std::int64_t rows_between_resets = 64;
    const MemoryContext caller = MemoryContextSwitchTo(arguments);
    bool all = true;
    for (std::int64_t row = 0; all && row < rows; ++row) {
        bool is_null, is_out;
        const Datum datum =
            WinGetFuncArgInPartition(window, 0, static_cast<int>(row), WINDOW_SEEK_HEAD, false, &is_null, &is_out);
        if (!is_null)
            all = take(value_of<Number>(datum), static_cast<std::uint64_t>(row));
        if (row % rows_between_resets == rows_between_resets - 1)
            MemoryContextReset(arguments);
    }
    MemoryContextSwitchTo(caller);
    MemoryContextReset(arguments);
    return all;
}

template <class Number> bool is_positive(const Number& value)
{
    if constexpr (std::same_as<Number, Decimal>)
        return !value.negative && !value.zero();
    else
        return value > 0;
}

// Calls take(decimal) with the number as a Decimal.
template <class Number, class Take> auto with_decimal(const Number& value, Take take)
{
    if constexpr (std::integral<Number>)
        return take(IntegerDecimal(value).view());
    else if constexpr (std::floating_point<Number>)
        return take(FloatDecimal(value).view());
    else
        return take(value);
}

// What values a function looks at, which is all that collecting them needs to know of it.
template <bool only_positive, bool sums> struct Values {
    static constexpr bool positive_only = only_positive, adds_up = sums;
};
template <class Function> using ValuesOf = Values<Function::positive_only, Function::adds_up>;

template <class Wanted, class Number> bool takes(const Number& value)
{
    guarded([&] { require_finite("value", value); });
    return !Wanted::positive_only || is_positive(value);
}

template <class Wanted, class Number>
bool collect_whole(WindowObject window, std::int64_t rows, MemoryContext arguments, golden::Collector& collector)
{
    return for_each_value<Number>(window, rows, arguments, [&](const Number& value, std::uint64_t row) {
        if (!takes<Wanted>(value))
            return true;
        if constexpr (std::integral<Number>)
            return collector.add(std::int64_t{value}, row);
        else if constexpr (std::floating_point<Number> && !Wanted::adds_up)
            return collector.add(golden::ordered(value), row);
        else
            return with_decimal(value, [&](const Decimal& decimal) { return collector.add(decimal, row); });
    });
}

template <class Wanted, class Number>
void collect_exact(WindowObject window, std::int64_t rows, MemoryContext arguments, ValueArena& arena,
                   golden::Collector& collector)
{
    for_each_value<Number>(window, rows, arguments, [&](const Number& value, std::uint64_t row) {
        if (takes<Wanted>(value))
            with_decimal(value, [&](const Decimal& decimal) {
                collector.add(golden::KeptDecimal::create(arena.take(golden::KeptDecimal::bytes_for(decimal)), decimal),
                              row);
            });
        return true;
    });
}

// Sorts what was collected and has the function answer it.
template <class Function, class Numbers>
void answer_collected(const golden::Collector& collector, Item* items, std::int64_t rows, MemoryContext scratch,
                      MemoryContext memory, PartitionState& state)
{
    guarded([&] {
        sort_or_stop(items, items + collector.count(),
                     [](const Item& left, const Item& right) { return Numbers::before(left, right); });
    });
    state.answers = allocated_in<Datum>(memory, static_cast<std::size_t>(rows), MCXT_ALLOC_ZERO);
    const MemoryContext caller = MemoryContextSwitchTo(scratch);
    Function::answer(Population<Numbers>{items, collector.count(), collector.window(), state.answers, memory, scratch},
                     state.options);
    MemoryContextSwitchTo(caller);
}

template <class Function, class Number>
void answer_partition(WindowObject window, MemoryContext memory, PartitionState& state)
{
    const std::int64_t rows = WinGetPartitionRowCount(window);
    if (rows > INT32_MAX)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("a partition must not have more than %d rows", INT32_MAX)));
    const MemoryContext scratch = AllocSetContextCreate(memory, "customer_value population", ALLOCSET_DEFAULT_SIZES);
    const MemoryContext arguments = AllocSetContextCreate(scratch, "customer_value arguments", ALLOCSET_SMALL_SIZES);
    auto* items = allocated_in<Item>(scratch, static_cast<std::size_t>(rows));
    golden::Collector whole(items);
    if (collect_whole<ValuesOf<Function>, Number>(window, rows, arguments, whole)) {
        answer_collected<Function, golden::Whole>(whole, items, rows, scratch, memory, state);
    } else {
        golden::Collector exact(items);
        ValueArena arena{scratch, nullptr, 0};
        collect_exact<ValuesOf<Function>, Number>(window, rows, arguments, arena, exact);
        answer_collected<Function, golden::Exact>(exact, items, rows, scratch, memory, state);
    }
    MemoryContextDelete(scratch);
}

template <class Function, class Number> Datum window_function(FunctionCallInfo fcinfo)
{
    WindowObject window = window_of(fcinfo);
    auto& state = *static_cast<PartitionState*>(WinGetPartitionLocalMemory(window, sizeof(PartitionState)));
    if (!state.ready) {
        const MemoryContext memory = GetMemoryChunkContext(&state);
        state.options = read_options(fcinfo, window, memory);
        if (!lacks_option(state.options))
            answer_partition<Function, Number>(window, memory, state);
        state.ready = true;
    } else if (state.options.can_change) {
        require_same_options(fcinfo, window, state.options, std::data(Function::options));
    }
    const Datum answer = state.answers == nullptr ? 0 : state.answers[WinGetCurrentPosition(window)];
    if (answer == 0)
        PG_RETURN_NULL();
    return Function::result(answer);
}

}  // namespace customer_value::pg
