// Products that are bought together: support, confidence and lift of pairs.
// Source: R. Agrawal, T. Imielinski, A. Swami, "Mining association rules between sets of items in large databases",
// SIGMOD 1993 (support and confidence); S. Brin, R. Motwani, J. Ullman, S. Tsur, "Dynamic itemset counting and
// implication rules for market basket data", SIGMOD 1997 (lift, there called interest).
#pragma once

#include "core/common/keyed_pairs.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace customer_value::sales {

// Which products are in which orders, each once.
struct AffinityContent {
    static constexpr const char* type_name = "affinity_state";
    static constexpr const char *key_name = "order", *keys_name = "orders", *name_name = "product",
                                *names_name = "products", *pairs_name = "lines";
    static constexpr const char* too_large_hint =
        "Take a sample of the orders, for example WHERE order_id % 10 = 0, or the orders of a shorter time; "
        "support, confidence and lift hardly change.";
    struct Value {
        void merge(const Value&) noexcept {}
        template <class Archive> void write(Archive&) const noexcept {}
        template <class Archive> static Value read(Archive&) noexcept { return {}; }
    };
    static KeyedRow<Value> row(const Key& order, std::string_view product) noexcept { return {order, product, {}}; }
};
using AffinityState = KeyedPairs<AffinityContent>;

// Counts pairs of the frequent products, those in at least `least` orders: no pair can be in more orders than its rarer
// product (Agrawal and Srikant 1994). For one product after the other it goes through the orders with it and counts the
// products behind it there, so that memory grows with the lines and never with the pairs. All memory is the caller's.
class PairCounter {
public:
    // Arrays of 32-bit numbers; sizes are known once the counts are.
    struct Memory {
        std::uint32_t* orders_of;  // names_count(): orders with each product, then its rank
        std::uint32_t* ranked;     // names_count(): frequent products in the order of their names
        std::uint32_t* starts;     // products() + 1: where the places of each begin
        std::uint32_t* places;     // lines(): places in `baskets` of each frequent product
        std::uint32_t*
            baskets;  // lines() + keys_count(): the frequent products of each order, by rank, and an end mark
        std::uint32_t* cursors;  // keys_count()
        std::uint32_t* counts;   // products(), zero
        std::uint32_t* touched;  // products()
    };

    PairCounter(const AffinityState& state, std::uint32_t least) noexcept : state_(&state), least_(least) {}

    // The three steps; the first needs orders_of and ranked, the second starts to cursors.
    void rank(const Memory& memory);
    void collect(const Memory& memory) const;
    // Counts the pairs of the product of that rank and those behind it; returns how many are frequent, their ranks in
    // `touched`, ascending, and in how many orders in `counts`, which the caller sets back to zero.
    std::uint32_t count(std::uint32_t rank, const Memory& memory) const;

    // Once they are collected.
    [[nodiscard]] std::uint32_t orders_of(std::uint32_t rank, const Memory& memory) const noexcept
    {
        return memory.starts[rank + 1] - memory.starts[rank];
    }
    [[nodiscard]] std::string_view name(std::uint32_t rank, const Memory& memory) const noexcept
    {
        return state_->name(memory.ranked[rank]);
    }

    [[nodiscard]] std::uint32_t products() const noexcept { return products_; }
    [[nodiscard]] std::size_t lines() const noexcept { return lines_; }

private:
    static constexpr std::uint32_t end_mark = 0xFFFFFFFF;

    const AffinityState* state_;
    std::uint32_t least_;
    std::uint32_t products_ = 0;
    std::size_t lines_ = 0;
};

}  // namespace customer_value::sales
