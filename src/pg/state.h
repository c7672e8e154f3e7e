// States of the core as values of PostgreSQL: what they must offer, how they lie in memory and on disk, how they grow
// and become results. A state of fixed size is a trivially copyable struct. One that grows has a `Room`, says with
// bytes_for(room) how much memory it takes, and is moved to more with relocate(): see Growing.
#pragma once

#include "pg/guard.h"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

namespace customer_value::pg {

// A state as it lies in memory and on disk.
template <class State> struct Stored {
    std::int32_t varlena_header;
    std::uint8_t version;
    std::uint8_t unused[3];
    State state;
};
inline constexpr std::size_t stored_header = 8;

// A state whose memory is larger than itself. Operations return the room they need first, or nothing when done. One
// that returns room is called again from its start, so it has counted nothing yet.
template <class State>
concept Growing = requires(const State& state, void* memory, typename State::Room room)
{
    {
        State::bytes_for(room)
        } -> std::convertible_to<std::size_t>;
    {
        State::relocate(state, memory, room)
        } -> std::same_as<State*>;
    {
        state.room()
        } -> std::same_as<typename State::Room>;
};

// A state with slack and an order of its own: both are mended when it becomes a result.
template <class State>
concept Sortable = requires(State& state)
{
    state.sort();
    state.used();
};

template <class State> Datum datum_of(State* state)
{
    return PointerGetDatum(reinterpret_cast<char*>(state) - stored_header);
}

// palloc'd memory for a state of so many bytes, its header filled in.
template <class State> void* allocate(std::size_t bytes)
{
    static_assert(std::is_trivially_copyable_v<State>);
    static_assert(offsetof(Stored<State>, state) == stored_header && alignof(State) <= MAXIMUM_ALIGNOF);
    if (bytes > MaxAllocSize - stored_header)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("a %s would pass the limit of 1 GB", State::type_name)));
    auto* memory = static_cast<char*>(palloc0(stored_header + bytes));
    auto* header = reinterpret_cast<Stored<State>*>(memory);
    SET_VARSIZE(memory, stored_header + bytes);
    header->version = State::version;
    return memory + stored_header;
}

[[noreturn]] void report_unknown_version(const char* type_name, int found, int known);

template <class State> State* checked(varlena* value)
{
    auto* stored = reinterpret_cast<Stored<State>*>(value);
    if (stored->version != State::version) [[unlikely]]
        report_unknown_version(State::type_name, stored->version, State::version);
    return &stored->state;
}

// An argument that is only read.
template <class State> const State& read_state(FunctionCallInfo fcinfo, int index)
{
    return *checked<State>(PG_DETOAST_DATUM(fcinfo->args[index].value));
}

// AggCheckCallContext without the call, for what runs once a row.
inline bool in_aggregate(FunctionCallInfo fcinfo)
{
    return fcinfo->context != nullptr && (IsA(fcinfo->context, AggState) || IsA(fcinfo->context, WindowAggState));
}

// The first argument, to be changed: in place where it is an aggregate's own, otherwise a copy.
template <class State> [[gnu::always_inline]] inline State* own_state(FunctionCallInfo fcinfo)
{
    auto* value = reinterpret_cast<varlena*>(DatumGetPointer(fcinfo->args[0].value));
    if (in_aggregate(fcinfo) && VARATT_IS_4B_U(value)) [[likely]]
        return checked<State>(value);
    return checked<State>(PG_DETOAST_DATUM_COPY(fcinfo->args[0].value));
}

// A copy with more room (nodeAgg moves what we return into the aggregate's own context and frees what was there).
template <Growing State> State* relocated(const State& from, typename State::Room room)
{
    const std::size_t bytes = guarded([&] { return State::bytes_for(room); });
    void* memory = allocate<State>(bytes);
    return guarded([&] { return State::relocate(from, memory, room); });
}

// The state as a result: a copy, because a moving window goes on changing its own; without slack, in order.
template <class State> State* finished(const State& state)
{
    if constexpr (Sortable<State>) {
        State* copy = relocated(state, state.used());
        CHECK_FOR_INTERRUPTS();
        guarded([&] { copy->sort(); });
        CHECK_FOR_INTERRUPTS();
        // what the order has brought together leaves slack
        const bool has_slack = guarded([&] { return State::bytes_for(copy->used()) < State::bytes_for(copy->room()); });
        return has_slack ? relocated(*copy, copy->used()) : copy;
    } else if constexpr (Growing<State>) {
        return relocated(state, state.room());
    } else {
        return new (allocate<State>(sizeof(State))) State(state);
    }
}

// An argument that is only read, in its order.
template <Sortable State> const State& sorted_state(FunctionCallInfo fcinfo, int index)
{
    const State& state = read_state<State>(fcinfo, index);
    return state.is_sorted() ? state : *finished(state);
}

template <class State> State* empty()
{
    if constexpr (Growing<State>)
        return State::create(allocate<State>(State::bytes_for(typename State::Room{})), typename State::Room{});
    else
        return new (allocate<State>(sizeof(State))) State;
}

}  // namespace customer_value::pg
