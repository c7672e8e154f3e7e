// One template for every aggregate. From a core state (pg/state.h) with
//
//     version, type_name                  what a stored value says of itself
//     add(args...), merge(other)          and remove(args...) where it is exact
//     describe(self, archive)             its fields (states of fixed size)
//     validate()                          throws where they contradict each other
//
// it makes the SQL functions of a state type: transition, inverse transition, merge (combine function and ||), in, out,
// send and recv.
#pragma once

#include "pg/arguments.h"
#include "pg/guard.h"
#include "pg/state.h"

#include "core/common/archive.h"

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace customer_value::pg {

template <class State, class... Arguments>
[[gnu::always_inline]] inline State* add(State* state, const Arguments&... arguments)
{
    if constexpr (Growing<State>) {
        for (;;) {
            const auto room = guarded([&] { return state->add(arguments...); });
            if (!room) [[likely]]
                return state;
            state = relocated(*state, *room);
        }
    } else {
        guarded([&] { state->add(arguments...); });
        return state;
    }
}

// What an operation made: outside an aggregate nobody else would put it in order.
template <class State> [[gnu::always_inline]] inline Datum result_of(FunctionCallInfo fcinfo, State* state)
{
    if constexpr (Sortable<State>)
        if (!in_aggregate(fcinfo)) [[unlikely]]
            state = finished(*state);
    return datum_of(state);
}

template <class State, class... Types> Datum transition(FunctionCallInfo fcinfo)
{
    // clang-format off
    return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        return result_of(fcinfo, add(own_state<State>(fcinfo), argument<Types>(fcinfo, static_cast<int>(Index) + 1)...));
    }(std::index_sequence_for<Types...>{});
    // clang-format on
}

// NULL where the state cannot take the row out exactly: PostgreSQL then computes the frame anew.
template <class State, class... Types> Datum inverse_transition(FunctionCallInfo fcinfo)
{
    State* state = own_state<State>(fcinfo);
    // clang-format off
    return [&]<std::size_t... Index>(std::index_sequence<Index...>) -> Datum {
        const auto remove = [&](const auto&... arguments) {
            return guarded([&] {
                if constexpr (std::is_void_v<decltype(state->remove(arguments...))>)
                    return state->remove(arguments...), true;
                else
                    return state->remove(arguments...);
            });
        };
        if (!remove(argument<Types>(fcinfo, static_cast<int>(Index) + 1)...))
            PG_RETURN_NULL();
        return datum_of(state);
    }(std::index_sequence_for<Types...>{});
    // clang-format on
}

template <class State> State* merged(State* state, const State& other)
{
    if constexpr (Growing<State>) {
        while (const auto room = guarded([&] { return state->merge(other); }))
            state = relocated(*state, *room);
    } else {
        guarded([&] { state->merge(other); });
    }
    return state;
}

template <class State> Datum merge(FunctionCallInfo fcinfo)
{
    const State& other = read_state<State>(fcinfo, 1);
    return result_of(fcinfo, merged(own_state<State>(fcinfo), other));
}

template <class State> Datum finish(FunctionCallInfo fcinfo)
{
    return datum_of(finished(read_state<State>(fcinfo, 0)));
}

// Reads either outside form into new memory.
template <class State, class Reader> State* restored(Reader& reader, std::size_t length)
{
    if constexpr (requires { State::measured(reader, length); }) {
        const auto room = guarded([&] { return State::measured(reader, length); });
        CHECK_FOR_INTERRUPTS();
        void* memory = allocate<State>(guarded([&] { return State::bytes_for(room); }));
        State* state = guarded([&] {
            reader.begin(State::version);
            State* read = State::read(memory, reader, length, room);
            reader.end();
            return read;
        });
        CHECK_FOR_INTERRUPTS();
        return finished(*state);
    } else if constexpr (Growing<State>) {
        void* memory = allocate<State>(guarded([&] { return State::bytes_for_input(length); }));
        State* state = guarded([&] {
            reader.begin(State::version);
            State* read;
            if constexpr (requires { State::read(memory, reader, length); })
                read = State::read(memory, reader, length);
            else
                read = State::read(memory, reader);
            reader.end();
            return read;
        });
        CHECK_FOR_INTERRUPTS();
        return finished(*state);
    } else {
        auto* state = static_cast<State*>(allocate<State>(sizeof(State)));
        guarded([&] {
            State fields;
            reader.begin(State::version);
            State::describe(fields, reader);
            reader.end();
            fields.validate();
            *state = fields;
        });
        return state;
    }
}

template <class Writer, class State> void write(Sink& sink, const State& state)
{
    Writer writer(sink);
    writer.begin(State::version);
    if constexpr (Growing<State>)
        state.write(writer);
    else
        State::describe(state, writer);
    writer.end();
}

// Either outside form in palloc'd memory behind `header` bytes, with a zero byte at its end.
template <class Writer, class State> char* written(const State& state, std::size_t header, std::size_t& length)
{
    length = guarded([&] {
        Sink counter;
        write<Writer>(counter, state);
        return counter.size();
    });
    if (length > MaxAllocSize - header - 1)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("the outside form of this %s would pass the limit of 1 GB", State::type_name)));
    CHECK_FOR_INTERRUPTS();
    auto* memory = static_cast<char*>(palloc(header + length + 1));
    guarded([&] {
        Sink sink(memory + header, length);
        write<Writer>(sink, state);
    });
    memory[header + length] = '\0';
    return memory;
}

// The word `empty` stands for a state of no rows, as in range types.
template <class State> Datum in(FunctionCallInfo fcinfo)
{
    const std::string_view text(PG_GETARG_CSTRING(0));
    if (text == "empty")
        return datum_of(empty<State>());
    TextReader reader(State::type_name, text);
    return datum_of(restored<State>(reader, text.size()));
}

template <class State> Datum out(FunctionCallInfo fcinfo)
{
    std::size_t length;
    PG_RETURN_CSTRING(written<TextWriter>(read_state<State>(fcinfo, 0), 0, length));
}

// The binary form that a receive function is given.
inline std::string_view rest_of_message(FunctionCallInfo fcinfo)
{
    auto* message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    const auto length = message->len - message->cursor;
    return {pq_getmsgbytes(message, length), static_cast<std::size_t>(length)};
}

// Texts inside of what was received must be valid in this database's encoding, as in any other value.
template <class State> void require_valid_text(const State& state)
{
    std::size_t length;
    const char* text = written<TextWriter>(state, 0, length);
    if (std::strlen(text) != length || !pg_verifymbstr(text, static_cast<int>(length), true))
        ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
                        errmsg("invalid binary form of type %s", State::type_name),
                        errdetail("A text inside is not valid in encoding %s.", GetDatabaseEncodingName())));
}

template <class State> Datum recv(FunctionCallInfo fcinfo)
{
    const std::string_view bytes = rest_of_message(fcinfo);
    BinaryReader reader(State::type_name, bytes);
    State* state = restored<State>(reader, bytes.size());
    require_valid_text(*state);
    return datum_of(state);
}

template <class State> Datum send(FunctionCallInfo fcinfo)
{
    std::size_t length;
    char* bytes = written<BinaryWriter>(read_state<State>(fcinfo, 0), VARHDRSZ, length);
    SET_VARSIZE(bytes, VARHDRSZ + length);
    PG_RETURN_BYTEA_P(reinterpret_cast<bytea*>(bytes));
}

}  // namespace customer_value::pg

// The functions that every state type has.
#define STATE_FUNCTIONS(name, State)                                                \
    SQL_FUNCTION(name##_in) { return customer_value::pg::in<State>(fcinfo); }       \
    SQL_FUNCTION(name##_out) { return customer_value::pg::out<State>(fcinfo); }     \
    SQL_FUNCTION(name##_recv) { return customer_value::pg::recv<State>(fcinfo); }   \
    SQL_FUNCTION(name##_send) { return customer_value::pg::send<State>(fcinfo); }   \
    SQL_FUNCTION(name##_merge) { return customer_value::pg::merge<State>(fcinfo); } \
    SQL_FUNCTION(name##_finish) { return customer_value::pg::finish<State>(fcinfo); }
