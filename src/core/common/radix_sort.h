// Sorts by numbers without comparing: by digits of 10 bits, the lowest first. An element costs the same however many
// there are, and equal ones stay in their order.
#pragma once

#include "core/common/interrupt.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace customer_value {

// key_of(element) is its number, unsigned; `different` has the bits in which those numbers may differ. The result lies
// in `elements` or in `spare`, which has room for as many.
template <class Element, class KeyOf>
[[nodiscard]] std::span<Element> radix_sorted(std::span<Element> elements, Element* spare, std::uint64_t different,
                                              KeyOf key_of)
{
    constexpr unsigned digit_bits = 10, no_digit = 64;
    constexpr std::size_t few = 256;
    using Places = std::array<std::size_t, std::size_t{1} << digit_bits>;
    const auto digit_of = [&](const Element& element, unsigned shift) {
        return static_cast<std::size_t>(static_cast<std::uint64_t>(key_of(element)) >> shift &
                                        ((std::uint64_t{1} << digit_bits) - 1));
    };
    const auto digit_from = [&](unsigned shift) {
        while (shift < no_digit && (different >> shift & ((std::uint64_t{1} << digit_bits) - 1)) == 0)
            shift += digit_bits;
        return std::min(shift, no_digit);
    };
    if (elements.size() < few) {
        std::stable_sort(elements.begin(), elements.end(),
                         [&](const Element& left, const Element& right) { return key_of(left) < key_of(right); });
        return elements;
    }
    Element *from = elements.data(), *to = spare;
    Places places{};
    unsigned shift = digit_from(0);
    for (std::size_t i = 0; i < elements.size() && shift < no_digit; ++i)
        ++places[digit_of(from[i], shift)];
    while (shift < no_digit) {
        stop_if_interrupted();
        std::size_t place = 0;
        for (std::size_t& each : places)
            place += std::exchange(each, place);
        const unsigned next = digit_from(shift + digit_bits);
        Places counts{};  // of the next digit
        for (std::size_t i = 0; i < elements.size(); ++i) {
            const Element element = from[i];
            to[places[digit_of(element, shift)]++] = element;
            if (next < no_digit)
                ++counts[digit_of(element, next)];
        }
        std::swap(from, to);
        places = counts;
        shift = next;
    }
    return {from, elements.size()};
}

}  // namespace customer_value
