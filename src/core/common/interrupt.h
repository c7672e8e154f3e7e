// How long work in the core is cancelled. The core knows no database: now and then it calls what the database has set,
// which only reads flags, and throws `interrupted` where they are set. What polls is not noexcept.
#pragma once

#include "core/common/error.h"

#include <algorithm>
#include <cstdint>
#include <span>

namespace customer_value {

inline bool (*is_interrupted)() noexcept = []() noexcept { return false; };

[[noreturn, gnu::cold]] void throw_interrupted();
inline void stop_if_interrupted()
{
    if (is_interrupted()) [[unlikely]]
        throw_interrupted();
}

// Polls once in 65,536 calls.
class Lookout {
public:
    void call()
    {
        if ((++calls_ & 0xffff) == 0) [[unlikely]]
            stop_if_interrupted();
    }

private:
    std::uint32_t calls_ = 0;
};

// std::sort with a comparator that polls. Where it stops half-way, elements may be missing: their owner is given up
// then.
template <class Iterator, class Before> void sort_or_stop(Iterator first, Iterator end, Before before)
{
    Lookout lookout;
    std::sort(first, end, [&](const auto& left, const auto& right) {
        lookout.call();
        return before(left, right);
    });
}

// The same for what is mostly short: then by insertion.
template <class Element, class Before> void sort_short_or_stop(std::span<Element> elements, Before before)
{
    if (elements.size() > 48) {
        sort_or_stop(elements.begin(), elements.end(), before);
        return;
    }
    for (auto i = elements.begin(); i != elements.end(); ++i) {
        const Element element = *i;
        auto at = i;
        for (; at != elements.begin() && before(element, at[-1]); --at)
            *at = at[-1];
        *at = element;
    }
}

}  // namespace customer_value
