// Arrays in memory of PostgreSQL, which it frees with their context: also past 1 GB, and of none. An error where there
// is no memory.
#pragma once

#include "pg/server.h"

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

namespace customer_value::pg {

// Memory of the current context that many pages are read from in no order: the system is asked for large pages.
void* allocated_large(std::size_t bytes);
// Asks for large pages where there are enough bytes for them.
void advise_large_pages(void* memory, std::size_t bytes);

// So many values of a type that palloc aligns, not cleared but with MCXT_ALLOC_ZERO in `flags`.
template <class T> T* allocated_in(MemoryContext memory, std::size_t count, int flags = 0)
{
    static_assert(alignof(T) <= MAXIMUM_ALIGNOF);
    return static_cast<T*>(MemoryContextAllocExtended(memory, count * sizeof(T) + 1, MCXT_ALLOC_HUGE | flags));
}

// The same of any alignment (128-bit integers), in the current context.
template <class T> T* allocated(std::size_t count)
{
    std::size_t bytes = (count + 1) * sizeof(T) + alignof(T);
    void* memory = allocated_large(bytes);
    return static_cast<T*>(std::align(alignof(T), count * sizeof(T), memory, bytes));
}

// So many zeros.
template <class T> std::span<T> zeros(std::size_t count)
{
    auto* memory = allocated<T>(count);
    std::memset(static_cast<void*>(memory), 0, count * sizeof(T));
    return {memory, count};
}

}  // namespace customer_value::pg
