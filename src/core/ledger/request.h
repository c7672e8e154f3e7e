// How the core asks for memory: it allocates none of what may grow large, but says what it needs, and goes on when it
// has it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace customer_value::ledger {

// Memory that an operation needs first.
struct Request {
    enum class Use : std::uint8_t { pending, buckets, chunk, large_rows, keys, slots, text } use;
    std::size_t count;  // of rows, buckets, rows, rows, keys, slots, bytes
    std::size_t bytes;
    void* old;  // what it replaces, if anything: its contents are kept, as by realloc
    std::size_t old_bytes;
    std::size_t bucket;  // that a chunk is for
};

// For `count` elements of `width` T each, instead of the old ones.
template <class T>
[[nodiscard]] Request request_for(Request::Use use, std::size_t count, T* old, std::size_t old_count,
                                  std::size_t width = 1) noexcept
{
    return {use, count, count * width * sizeof(T), old, old_count * width * sizeof(T), 0};
}

// By how many elements of a size an array grows: doubled while it is small, by a quarter past a megabyte.
[[nodiscard]] constexpr std::size_t grown_by(std::size_t count, std::size_t size) noexcept
{
    return count * size < std::size_t{1} << 20 ? count : count / 4;
}

}  // namespace customer_value::ledger
