#include "core/sales/affinity.h"

#include "core/common/interrupt.h"

#include <algorithm>
#include <utility>

namespace customer_value::sales {

void PairCounter::rank(const Memory& memory)
{
    std::fill_n(memory.orders_of, state_->names_count(), 0);
    for (const auto& pair : state_->pairs())
        ++memory.orders_of[pair.name_number()];
    products_ = 0;
    lines_ = 0;
    for (std::uint32_t product = 0; product < state_->names_count(); ++product)
        if (memory.orders_of[product] >= least_) {
            memory.ranked[products_++] = product;
            lines_ += memory.orders_of[product];
        }
    const auto by_name = [this](std::uint32_t left, std::uint32_t right) {
        return state_->name(left) < state_->name(right);
    };
    const std::span ranked(memory.ranked, products_);
    if (!std::is_sorted(ranked.begin(), ranked.end(), by_name))
        sort_or_stop(ranked.begin(), ranked.end(), by_name);
}

void PairCounter::collect(const Memory& memory) const
{
    // which orders each frequent product is in; orders_of becomes the rank of each
    constexpr std::uint32_t rare = end_mark;
    std::uint32_t start = 0;
    for (std::uint32_t rank = 0; rank < products_; ++rank) {
        memory.starts[rank] = start;
        start += memory.orders_of[memory.ranked[rank]];
    }
    memory.starts[products_] = start;
    std::fill_n(memory.orders_of, state_->names_count(), rare);
    for (std::uint32_t rank = 0; rank < products_; ++rank)
        memory.orders_of[memory.ranked[rank]] = rank;
    std::copy_n(memory.starts, products_, memory.counts);
    std::fill_n(memory.cursors, state_->keys_count(), 1);  // the end mark
    for (const auto& pair : state_->pairs())
        if (const std::uint32_t rank = memory.orders_of[pair.name_number()]; rank != rare) {
            memory.places[memory.counts[rank]++] = pair.key_number();
            ++memory.cursors[pair.key_number()];
        }
    // from sizes to places
    start = 0;
    for (std::uint32_t order = 0; order < state_->keys_count(); ++order)
        start += std::exchange(memory.cursors[order], start);
    // product by product, so that each basket is in the order of ranks
    for (std::uint32_t rank = 0; rank < products_; ++rank)
        for (std::uint32_t& place :
             std::span(memory.places + memory.starts[rank], memory.places + memory.starts[rank + 1])) {
            const std::uint32_t at = memory.cursors[place]++;
            memory.baskets[at] = rank;
            place = at;
        }
    for (std::uint32_t order = 0; order < state_->keys_count(); ++order)
        memory.baskets[memory.cursors[order]] = end_mark;
    std::fill_n(memory.counts, products_, 0);
}

std::uint32_t PairCounter::count(std::uint32_t rank, const Memory& memory) const
{
    std::uint32_t size = 0;
    for (const std::uint32_t place :
         std::span(memory.places + memory.starts[rank], memory.places + memory.starts[rank + 1]))
        for (const std::uint32_t* other = memory.baskets + place + 1; *other != end_mark; ++other)
            if (memory.counts[*other]++ == 0)
                memory.touched[size++] = *other;
    const auto frequent = std::partition(memory.touched, memory.touched + size, [&](std::uint32_t other) {
        if (memory.counts[other] >= least_)
            return true;
        memory.counts[other] = 0;
        return false;
    });
    std::sort(memory.touched, frequent);
    return static_cast<std::uint32_t>(frequent - memory.touched);
}

}  // namespace customer_value::sales
