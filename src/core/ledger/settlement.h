// Settlement: what is left of a customer's orders when refunds are taken off them.
//
// A refund is taken off the order with its own id, if the customer has one, whatever its day. Another refund is taken
// off the latest order up to its day that has the same amount and that nothing was taken off yet; where there is none,
// off the latest orders up to its day, back in time, until it is used up. Refunds with an order of their own come
// first, then the others by day, on a day the largest first. What is left of a refund remains, as a loss of the
// customer. An order of which nothing is left is gone; a free order, which had nothing from the start, is not.
//
// The sum of the amounts stays the same. Time grows as n log n with the rows of a customer, whatever they are.
#pragma once

#include "core/ledger/view.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace customer_value::ledger {

// Stacks of a customer's orders, one for each value that refunds ask for: an id, or an amount.
class OrdersByValue {
public:
    static constexpr std::uint32_t none = 0xffffffff;

    // Empty stacks for these values, of which there may be several alike, and orders with numbers below `orders`.
    void begin(std::vector<std::int64_t>& values, std::size_t orders);
    // An order, later than those before. Most have a value that no refund asks for, and are in no stack.
    void push(std::int64_t value, std::uint32_t order)
    {
        if ((wanted_ & bit_of(value)) == 0) [[likely]]
            return;
        if (const auto stack = stack_of(value); stack != stacks_.end()) {
            below_[order] = stack->top;
            stack->top = order;
        }
    }
    // The latest order of one of these values for which is_open(order) holds, or none. Those later than it are given up.
    template <class IsOpen> [[nodiscard]] std::uint32_t latest(std::int64_t value, IsOpen is_open)
    {
        std::uint32_t& top = stack_of(value)->top;
        while (top != none && !is_open(top))
            top = below_[top];
        return top;
    }

private:
    struct Stack {
        std::int64_t value;
        std::uint32_t top;
    };
    [[nodiscard]] std::vector<Stack>::iterator stack_of(std::int64_t value)
    {
        const auto stack = std::ranges::lower_bound(stacks_, value, {}, &Stack::value);
        return stack != stacks_.end() && stack->value == value ? stack : stacks_.end();
    }

    // One of 64 bits, about evenly.
    [[nodiscard]] static std::uint64_t bit_of(std::int64_t value) noexcept
    {
        return std::uint64_t{1} << (static_cast<std::uint64_t>(value) * 0x9e3779b97f4a7c15u >> 58);
    }

    std::uint64_t wanted_ = 0;          // the bits of all values that have a stack
    std::vector<Stack> stacks_;         // by value
    std::vector<std::uint32_t> below_;  // each order, in its stack
};

// Settles one customer after the other.
class Settlement {
public:
    // The rows after settlement, in their order; there may be none. They live until the next call, and are those that
    // came where these have no refund, or no amounts.
    [[nodiscard]] Rows of(const Rows& rows);

private:
    void take_off_own_orders(const Rows& rows);
    void take_off_earlier_orders(const Rows& rows);
    void take_off_latest(std::size_t refund);
    void take(std::size_t refund, std::uint32_t order) noexcept;
    [[nodiscard]] Rows rest_of(const Rows& rows);

    std::vector<std::int64_t> rest_;  // of each row
    std::vector<std::int64_t> values_;
    OrdersByValue by_id_, by_amount_;
    std::vector<std::uint32_t> open_;  // orders up to the refund under way, of which something may be left
    std::vector<std::uint32_t> kept_;  // rows
    std::vector<Day> days_;
    std::vector<std::int64_t> amounts_;
    std::vector<OrderId> order_ids_;
};

// Whether there is nothing to settle or leave out as of the end of a day.
[[nodiscard]] bool is_settled(const View& view, Day as_of);
// The view settled as of the end of a day, in columns of the size of its own. Customers are the same, also those without
// a row that is left; `keys` is not written.
[[nodiscard]] View settled(const View& view, Day as_of, const Columns& into);

}  // namespace customer_value::ledger
