#include "pg/aggregate.h"
#include "pg/golden_top.h"
#include "pg/results.h"
#include "pg/window.h"

#include "core/golden/golden.h"
#include "core/golden/state.h"

using namespace customer_value;
using namespace customer_value::pg;
using golden::Exact;
using golden::LongSum;
using golden::State;
using golden::Whole;

namespace {

// A sum over a population that starts at 0, in the memory that its numbers need.
template <class Numbers> struct PopulationSum;
template <> struct PopulationSum<Whole> {
    Int128 sum;
    explicit PopulationSum(const Population<Whole>&) : sum(0) {}
    Int128& operator*() { return sum; }
};
template <> struct PopulationSum<Exact> {
    LongSum* sum;
    explicit PopulationSum(const Population<Exact>& population)
        : sum(LongSum::create(MemoryContextAlloc(population.scratch, LongSum::bytes_for(population.window)),
                              population.window))
    {
    }
    LongSum& operator*() { return *sum; }
};

template <class Numbers> PopulationSum<Numbers> total_of(const Population<Numbers>& population)
{
    PopulationSum<Numbers> total(population);
    for (std::size_t first = 0, end = 0; first < population.count; first = end) {
        CHECK_FOR_INTERRUPTS();
        end = golden::end_of_peers<Numbers>(population.items, first, population.count);
        Numbers::add(*total, population.items[first], static_cast<std::int64_t>(end - first));
    }
    return total;
}

struct GoldenRank {
    static constexpr bool positive_only = true, adds_up = false;
    static constexpr std::array<const char*, 0> options{};
    template <class Numbers> static void answer(const Population<Numbers>& population, const Options&)
    {
        population.answer_peers(
            [](std::size_t first, std::size_t) { return Int64GetDatum(static_cast<std::int64_t>(first) + 1); });
    }
    static Datum result(Datum answer) { return answer; }
};

// Class 0 is whose strictly higher sum is below the first cut of the total, class 1 below the second, and so on.
template <class Numbers, class AnswerOf>
void answer_classes(const Population<Numbers>& population, std::span<const double> cuts, AnswerOf answer_of)
{
    PopulationSum<Numbers> total = total_of(population), higher(population), line(population);
    std::size_t reached = 0;
    const auto set_line = [&] { guarded([&] { Numbers::set_ceiling(*line, ShortDecimal(cuts[reached]), *total); }); };
    set_line();
    population.answer_peers([&](std::size_t first, std::size_t end) {
        while (reached < cuts.size() && !(*higher < *line))
            if (++reached < cuts.size())
                set_line();
        Numbers::add(*higher, population.items[first], static_cast<std::int64_t>(end - first));
        return answer_of(reached);
    });
}

struct IsGolden {
    static constexpr bool positive_only = true, adds_up = true;
    static constexpr std::array options{"threshold"};
    static constexpr Datum golden = 1, not_golden = 2;
    template <class Numbers> static void answer(const Population<Numbers>& population, const Options& options)
    {
        const double threshold = DatumGetFloat8(options.values[0]);
        guarded([&] { golden::require_share("threshold", threshold); });
        answer_classes(population, {&threshold, 1},
                       [](std::size_t reached) { return reached == 0 ? golden : not_golden; });
    }
    static Datum result(Datum answer) { return BoolGetDatum(answer == golden); }
};

struct AbcClass {
    static constexpr bool positive_only = true, adds_up = true;
    static constexpr std::array options{"cuts"};
    template <class Numbers> static void answer(const Population<Numbers>& population, const Options& options)
    {
        const std::span<const double> cuts = cuts_of(options.values[0]);
        Datum letters[golden::most_cuts + 1];
        const MemoryContext caller = MemoryContextSwitchTo(population.memory);
        for (std::size_t i = 0; i <= cuts.size(); ++i) {
            const char letter = static_cast<char>('A' + i);
            letters[i] = PointerGetDatum(cstring_to_text_with_len(&letter, 1));
        }
        MemoryContextSwitchTo(caller);
        answer_classes(population, cuts, [&](std::size_t reached) { return letters[reached]; });
    }
    static Datum result(Datum answer) { return answer; }

private:
    static std::span<const double> cuts_of(Datum datum)
    {
        ArrayType* array = DatumGetArrayTypeP(datum);
        if (ARR_NDIM(array) > 1)
            ereport(ERROR,
                    (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("cuts must be an array of one dimension")));
        if (array_contains_nulls(array))
            ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("cuts must not contain nulls")));
        const auto count = static_cast<std::size_t>(ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)));
        const std::span<const double> cuts(reinterpret_cast<const double*>(ARR_DATA_PTR(array)), count);
        guarded([&] { golden::require_cuts(cuts); });
        return cuts;
    }
};

// part / total in percent, in the caller's memory.
Datum share_of(const Int128& part, const Int128& total)
{
    return percent(numeric_of(part, 0), numeric_of(total, 0)).value;
}
Datum share_of(const LongSum& part, const LongSum& total)
{
    constexpr std::int32_t most_limbs = 32000;  // of a numeric, and some; what is below does not matter
    const std::int32_t skipped = std::max(total.used() - most_limbs, 0);
    const auto number = [skipped](const LongSum& sum) {
        return numeric_of(sum.decimal(
            static_cast<std::int16_t*>(palloc(static_cast<std::size_t>(sum.used() + 1) * sizeof(std::int16_t))),
            skipped));
    };
    return percent(number(part), number(total)).value;
}

// The sum of strictly higher values and of the peers, in percent of the total. No share is 0: the first has the highest
// value.
template <bool as_double> struct GoldenShare {
    static constexpr bool positive_only = true, adds_up = true;
    static constexpr std::array<const char*, 0> options{};
    template <class Numbers> static void answer(const Population<Numbers>& population, const Options&)
    {
        PopulationSum<Numbers> total = total_of(population), cumulative(population);
        const MemoryContext numbers =
            AllocSetContextCreate(population.scratch, "customer_value numbers", ALLOCSET_DEFAULT_SIZES);
        population.answer_peers([&](std::size_t first, std::size_t end) {
            Numbers::add(*cumulative, population.items[first], static_cast<std::int64_t>(end - first));
            MemoryContextSwitchTo(numbers);
            Datum share = share_of(*cumulative, *total);
            if constexpr (as_double)
                share = DirectFunctionCall1(numeric_float8, share);
            MemoryContextSwitchTo(population.memory);
            if constexpr (!as_double)
                share = datumCopy(share, false, -1);
            MemoryContextReset(numbers);
            return share;
        });
        MemoryContextSwitchTo(population.scratch);
    }
    static Datum result(Datum answer) { return answer; }
};

template <class Number> using ShareOf = GoldenShare<std::floating_point<Number>>;

// Readers of a state that may still be in the making.
const State& sorted_state(FunctionCallInfo fcinfo)
{
    const auto& state = read_state<State>(fcinfo, 0);
    return state.is_sorted() ? state : *finished(state);
}

// Numbers of 256 bits, as texts.
struct Fraction256 {
    static constexpr std::size_t longest = 80;
    char part[longest], whole[longest];

    void set(const Int256& new_part, const Int256& new_whole)
    {
        part[shown(new_part).copy(part, longest - 1)] = '\0';
        whole[shown(new_whole).copy(whole, longest - 1)] = '\0';
    }
};

NullableResult gini(const State& state)
{
    Fraction256 fraction;
    guarded([&] {
        const auto gini = state.gini();
        fraction.set(gini.numerator, gini.total * gini.count);
    });
    return ratio(numeric_of(fraction.part), numeric_of(fraction.whole));
}

NullableResult income_share(const State& state, double threshold)
{
    Fraction256 fraction;
    guarded([&] {
        const auto golden = state.golden(threshold);
        fraction.set(golden.golden_total, golden.total);
    });
    return percent(numeric_of(fraction.part), numeric_of(fraction.whole));
}

Datum numeric_of_256(const Int256& value)
{
    constexpr std::size_t longest = 80;
    char text[longest];
    guarded([&] { text[shown(value).copy(text, longest - 1)] = '\0'; });
    return numeric_of(text);
}

NullableResult top_share(const State& state, double share)
{
    const auto top = guarded([&] { return state.top(share); });
    return top_share_pct(numeric_of_256(top.total), numeric_of_256(top.whole), numeric_of_256(top.next), top.part,
                         top.places);
}

template <class Number> Datum add_for_top(FunctionCallInfo fcinfo)
{
    auto* state = own_state<State>(fcinfo);
    const Number value = argument<Number>(fcinfo, 1);
    const double share = PG_GETARG_FLOAT8(2);
    while (const auto room = guarded([&] { return state->add_for_top(value, share); }))
        state = relocated(*state, *room);
    return result_of(fcinfo, state);
}

NullableResult as_double(NullableResult number)
{
    if (!number.is_null)
        number.value = DirectFunctionCall1(numeric_float8, number.value);
    return number;
}

}  // namespace

// Multiplied by 10^places, which is 1 where there are none.
NullableResult customer_value::pg::top_share_pct(Datum total, Datum whole, Datum next, customer_value::Int128 part,
                                                 std::int32_t places)
{
    if (places > 0) {
        const Datum unit = DirectFunctionCall2(numeric_power, NumericGetDatum(int64_to_numeric(10)),
                                               NumericGetDatum(int64_to_numeric(places)));
        const Datum parts = DirectFunctionCall2(numeric_mul, next, numeric_of(part, 0));
        whole = DirectFunctionCall2(numeric_add, DirectFunctionCall2(numeric_mul, whole, unit), parts);
        total = DirectFunctionCall2(numeric_mul, total, unit);
    }
    return percent(whole, total);
}

STATE_FUNCTIONS(golden_state, State)

#define GOLDEN_FUNCTIONS(suffix, Number)                                                             \
    SQL_FUNCTION(golden_rank_##suffix) { return window_function<GoldenRank, Number>(fcinfo); }       \
    SQL_FUNCTION(golden_share_##suffix) { return window_function<ShareOf<Number>, Number>(fcinfo); } \
    SQL_FUNCTION(is_golden_##suffix) { return window_function<IsGolden, Number>(fcinfo); }           \
    SQL_FUNCTION(abc_class_##suffix) { return window_function<AbcClass, Number>(fcinfo); }           \
    SQL_FUNCTION(golden_add_##suffix) { return transition<State, Number>(fcinfo); }                  \
    SQL_FUNCTION(golden_add_share_##suffix) { return add_for_top<Number>(fcinfo); }                  \
    SQL_FUNCTION(golden_add_threshold_##suffix) { return transition<State, Number, double>(fcinfo); }

FOR_EACH_NUMBER(GOLDEN_FUNCTIONS)

SQL_FUNCTION(gini) { return gini(sorted_state(fcinfo)).returned(fcinfo); }
SQL_FUNCTION(gini_double) { return as_double(gini(sorted_state(fcinfo))).returned(fcinfo); }

SQL_FUNCTION(golden_income_share)
{
    const State& state = sorted_state(fcinfo);
    return income_share(state, state.threshold()).returned(fcinfo);
}
SQL_FUNCTION(golden_income_share_double)
{
    const State& state = sorted_state(fcinfo);
    return as_double(income_share(state, state.threshold())).returned(fcinfo);
}
SQL_FUNCTION(golden_income_share_at)
{
    return income_share(sorted_state(fcinfo), PG_GETARG_FLOAT8(1)).returned(fcinfo);
}

// _golden_least(state, threshold)
SQL_FUNCTION(golden_least)
{
    const State& state = sorted_state(fcinfo);
    const double threshold = PG_GETARG_FLOAT8(1);
    struct {
        Int128 value;
        bool is_there;
    } least;
    guarded([&] {
        const auto golden = state.golden(threshold);
        least = {static_cast<Int128>(golden.least), golden.golden > 0};
    });
    if (!least.is_there)
        PG_RETURN_NULL();
    return numeric_of(least.value, state.scale());
}

// _golden_times(state)
SQL_FUNCTION(golden_times)
{
    const State& state = sorted_state(fcinfo);
    const std::span times(allocated<Datum>(state.size()), state.size());
    for (std::size_t place = 0; place < times.size(); ++place)
        times[place] = Int64GetDatum(state.times_at(place));
    PG_RETURN_ARRAYTYPE_P(construct_array(times.data(), static_cast<int>(times.size()), INT8OID, sizeof(std::int64_t),
                                          FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

// _golden_value(state, place)
SQL_FUNCTION(golden_value)
{
    const State& state = sorted_state(fcinfo);
    const std::int32_t place = PG_GETARG_INT32(1);
    if (place < 1 || static_cast<std::size_t>(place) > state.size())
        PG_RETURN_NULL();
    return numeric_of(state.value_at(static_cast<std::size_t>(place - 1)), state.scale());
}

SQL_FUNCTION(top_share)
{
    const State& state = sorted_state(fcinfo);
    return top_share(state, state.share()).returned(fcinfo);
}
SQL_FUNCTION(top_share_double)
{
    const State& state = sorted_state(fcinfo);
    return as_double(top_share(state, state.share())).returned(fcinfo);
}
SQL_FUNCTION(top_share_at) { return top_share(sorted_state(fcinfo), PG_GETARG_FLOAT8(1)).returned(fcinfo); }
