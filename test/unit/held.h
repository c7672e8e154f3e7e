// A state as a program holds it that is not PostgreSQL, for tests and fuzzers. It does what src/pg/aggregate.h does, in
// memory that is exactly as large as the state asks for, full of rubbish before and aligned to 8 bytes but not to 16,
// so that the sanitizers see each byte too far.
#pragma once

#include "core/common/archive.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace customer_value::test {

// The forms of a state that grows, or has an order of its own, told apart as the server side does.
template <class State>
concept Growing = requires(const State& state, void* memory, typename State::Room room)
{
    State::bytes_for(room);
    State::relocate(state, memory, room);
    state.room();
};
template <class State>
concept Sortable = requires(State& state)
{
    state.sort();
    state.used();
};

// So many bytes, and not one more.
class Memory {
public:
    explicit Memory(std::size_t bytes) : start_(static_cast<char*>(std::malloc(header + bytes)))
    {
        if (start_ == nullptr)
            throw std::bad_alloc();
        std::memset(start_.get(), 0xA5, header + bytes);
    }
    [[nodiscard]] void* get() const noexcept { return start_.get() + header; }

private:
    static constexpr std::size_t header = 8;  // malloc aligns to 16
    struct Free {
        void operator()(char* start) const noexcept { std::free(start); }
    };
    std::unique_ptr<char, Free> start_;
};

template <class State> class Held {
    static_assert(std::is_trivially_copyable_v<State> && alignof(State) <= 8);

public:
    // The empty state.
    Held() : Held(smallest()) {}
    Held(const Held& other) : Held(copy_of(*other)) {}
    Held(Held&&) noexcept = default;
    Held& operator=(const Held& other) { return *this = copy_of(*other); }
    Held& operator=(Held&&) noexcept = default;
    ~Held() = default;

    State& operator*() noexcept { return *state_; }
    const State& operator*() const noexcept { return *state_; }
    State* operator->() noexcept { return state_; }
    const State* operator->() const noexcept { return state_; }

    template <class... Arguments> Held& add(const Arguments&... arguments)
    {
        if constexpr (Growing<State>)
            until_it_fits([&] { return state_->add(arguments...); });
        else
            state_->add(arguments...);
        return *this;
    }
    // False where the state cannot take the row out.
    template <class... Arguments> bool remove(const Arguments&... arguments)
    {
        if constexpr (std::is_void_v<decltype(state_->remove(arguments...))>)
            return state_->remove(arguments...), true;
        else
            return state_->remove(arguments...);
    }
    Held& merge(const Held& other)
    {
        if constexpr (Growing<State>) {
            until_it_fits([&] { return state_->merge(*other); });
        } else {
            state_->merge(*other);
        }
        return *this;
    }
    // As a result: without slack, in order.
    [[nodiscard]] Held finished() const
    {
        if constexpr (Sortable<State>) {
            Held result = with_room(*state_, state_->used());
            result->sort();
            return with_room(*result, result->used());
        } else {
            return *this;
        }
    }

    // The outside forms of the result.
    [[nodiscard]] std::string text() const { return finished().template written<TextWriter>(); }
    [[nodiscard]] std::string binary() const { return finished().template written<BinaryWriter>(); }
    static Held from_text(std::string_view form) { return read<TextReader>(form); }
    static Held from_binary(std::string_view form) { return read<BinaryReader>(form); }

private:
    Held(Memory memory, State* state) noexcept : memory_(std::move(memory)), state_(state) {}

    static Held smallest()
    {
        if constexpr (Growing<State>) {
            const typename State::Room room{};
            Memory memory(State::bytes_for(room));
            State* state = State::create(memory.get(), room);
            return {std::move(memory), state};
        } else {
            return copy_of(State{});
        }
    }
    static Held copy_of(const State& state)
    {
        if constexpr (Growing<State>) {
            return with_room(state, state.room());
        } else {
            Memory memory(sizeof(State));
            auto* copy = new (memory.get()) State(state);
            return {std::move(memory), copy};
        }
    }
    template <class Room> static Held with_room(const State& state, Room room)
    {
        Memory memory(State::bytes_for(room));
        State* copy = State::relocate(state, memory.get(), room);
        return {std::move(memory), copy};
    }
    template <class Operation> void until_it_fits(Operation operation)
    {
        for (int attempts = 0; const auto room = operation(); ++attempts) {
            if (attempts == 1)
                throw std::logic_error("the state asks for room again, in the room that it asked for");
            *this = with_room(*state_, *room);
        }
    }
    template <class Reader> static Held read(std::string_view form)
    {
        const std::vector<char> exact(form.begin(), form.end());
        Reader reader(State::type_name, {exact.data(), exact.size()});
        if constexpr (requires { State::measured(reader, exact.size()); }) {
            const auto room = State::measured(reader, exact.size());
            Memory memory(State::bytes_for(room));
            reader.begin(State::version);
            State* state = State::read(memory.get(), reader, exact.size(), room);
            reader.end();
            return Held(std::move(memory), state).finished();
        } else if constexpr (Growing<State>) {
            Memory memory(State::bytes_for_input(exact.size()));
            reader.begin(State::version);
            State* state;
            if constexpr (requires { State::read(memory.get(), reader, exact.size()); })
                state = State::read(memory.get(), reader, exact.size());
            else
                state = State::read(memory.get(), reader);
            reader.end();
            return Held(std::move(memory), state).finished();
        } else {
            State fields;
            reader.begin(State::version);
            State::describe(fields, reader);
            reader.end();
            fields.validate();
            return copy_of(fields);
        }
    }
    template <class Writer> void write(Sink& sink) const
    {
        Writer writer(sink);
        writer.begin(State::version);
        if constexpr (Growing<State>)
            state_->write(writer);
        else
            State::describe(std::as_const(*state_), writer);
        writer.end();
    }
    template <class Writer> std::string written() const
    {
        Sink counter;
        write<Writer>(counter);
        std::vector<char> form(counter.size());
        Sink sink(form.data(), form.size());
        write<Writer>(sink);
        if (sink.size() != form.size())
            throw std::logic_error("a form is written twice, with two lengths");
        return {form.begin(), form.end()};
    }

    Memory memory_;
    State* state_;
};

// Whether an outside form may be refused for this reason.
[[nodiscard]] inline bool refuses_a_form(ErrorCode code) noexcept
{
    return code == ErrorCode::malformed_text || code == ErrorCode::malformed_binary ||
           code == ErrorCode::invalid_parameter || code == ErrorCode::out_of_range || code == ErrorCode::too_large;
}

}  // namespace customer_value::test
