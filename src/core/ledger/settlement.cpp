#include "core/ledger/settlement.h"

#include "core/common/interrupt.h"
#include "core/ledger/customers.h"

#include <algorithm>
#include <functional>
#include <tuple>

namespace customer_value::ledger {

void OrdersByValue::begin(std::vector<std::int64_t>& values, std::size_t orders)
{
    sort_short_or_stop(std::span(values), std::less<>());
    stacks_.clear();
    wanted_ = 0;
    for (const std::int64_t value : values) {
        if (stacks_.empty() || stacks_.back().value != value)
            stacks_.push_back({value, none});
        wanted_ |= bit_of(value);
    }
    below_.resize(orders);
}

Rows Settlement::of(const Rows& rows)
{
    if (rows.amounts == nullptr ||
        std::none_of(rows.amounts, rows.amounts + rows.size(), [](std::int64_t amount) { return amount < 0; }))
        return rows;
    rest_.assign(rows.amounts, rows.amounts + rows.size());
    if (rows.order_ids != nullptr)
        take_off_own_orders(rows);
    take_off_earlier_orders(rows);
    return rest_of(rows);
}

inline void Settlement::take(std::size_t refund, std::uint32_t order) noexcept
{
    const std::int64_t taken = std::min(-rest_[refund], rest_[order]);
    rest_[refund] += taken;
    rest_[order] -= taken;
}

void Settlement::take_off_own_orders(const Rows& rows)
{
    values_.clear();
    for (std::size_t row = 0; row < rows.size(); ++row)
        if (!rows.is_order(row) && rows.order_ids[row] != no_order_id)
            values_.push_back(rows.order_ids[row]);
    by_id_.begin(values_, rows.size());
    for (std::uint32_t row = 0; row < rows.size(); ++row)
        if (rows.is_order(row) && rows.order_ids[row] != no_order_id)
            by_id_.push(rows.order_ids[row], row);
    const auto is_open = [this](std::uint32_t order) { return rest_[order] > 0; };
    for (std::size_t row = 0; row < rows.size(); ++row)
        while (rest_[row] < 0 && rows.order_ids[row] != no_order_id) {
            const std::uint32_t order = by_id_.latest(rows.order_ids[row], is_open);
            if (order == OrdersByValue::none)
                break;
            take(row, order);
        }
}

void Settlement::take_off_earlier_orders(const Rows& rows)
{
    values_.clear();
    std::size_t end = 0;  // of the rows up to the last refund
    for (std::size_t row = 0; row < rows.size(); ++row)
        if (rest_[row] < 0) {
            values_.push_back(-rest_[row]);
            end = row + 1;
        }
    by_amount_.begin(values_, rows.size());
    open_.clear();
    const auto is_untouched = [&](std::uint32_t order) { return rest_[order] == rows.amounts[order]; };
    for (std::size_t first = 0, behind = 0; first < end; first = behind) {
        while (behind < rows.size() && rows.days[behind] == rows.days[first])
            ++behind;
        for (std::size_t row = first; row < behind; ++row)
            if (rest_[row] > 0) {
                open_.push_back(static_cast<std::uint32_t>(row));
                by_amount_.push(rows.amounts[row], open_.back());
            }
        for (std::size_t row = first; row < behind && rest_[row] <= 0; ++row) {
            if (rest_[row] == 0)
                continue;
            const std::uint32_t same = by_amount_.latest(-rest_[row], is_untouched);
            same != OrdersByValue::none ? take(row, same) : take_off_latest(row);
        }
    }
}

void Settlement::take_off_latest(std::size_t refund)
{
    while (rest_[refund] < 0 && !open_.empty()) {
        take(refund, open_.back());
        if (rest_[open_.back()] == 0)
            open_.pop_back();
    }
}

Rows Settlement::rest_of(const Rows& rows)
{
    kept_.resize(rows.size());
    std::size_t count = 0;
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
        kept_[count] = row;
        count += static_cast<std::size_t>(rest_[row] != 0) | static_cast<std::size_t>(rows.amounts[row] == 0);
    }
    kept_.resize(count);
    const auto is_before = [&](std::uint32_t left, std::uint32_t right) {
        return std::tuple(rows.days[left], rest_[left], rows.order_id(left)) <
               std::tuple(rows.days[right], rest_[right], rows.order_id(right));
    };
    // an order that is left in part may come before others of its day now
    if (!std::is_sorted(kept_.begin(), kept_.end(), is_before))
        sort_short_or_stop(std::span(kept_), is_before);
    const auto gather = [&](const auto* from, auto& into) {
        into.resize(count);
        std::ranges::transform(kept_, into.begin(), [from](std::uint32_t row) { return from[row]; });
    };
    gather(rows.days.data(), days_);
    gather(rest_.data(), amounts_);
    if (rows.order_ids != nullptr)
        gather(rows.order_ids, order_ids_);
    return {days_, amounts_.data(), nullptr, rows.order_ids == nullptr ? nullptr : order_ids_.data()};
}

bool is_settled(const View& view, Day as_of)
{
    return view.last_day <= as_of &&
           (view.amounts == nullptr ||
            std::all_of(view.amounts, view.amounts + view.rows, [lookout = Lookout()](std::int64_t amount) mutable {
                lookout.call();
                return amount >= 0;
            }));
}

View settled(const View& view, Day as_of, const Columns& into)
{
    Settlement settlement;
    Lookout lookout;
    std::uint32_t row = 0;
    into.offsets[0] = 0;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        lookout.call();
        const Rows left = settlement.of(until(view.of(customer), as_of));
        std::copy(left.days.begin(), left.days.end(), into.days + row);
        if (left.amounts != nullptr)
            std::copy_n(left.amounts, left.size(), into.amounts + row);
        if (left.order_ids != nullptr)
            std::copy_n(left.order_ids, left.size(), into.order_ids + row);
        row += static_cast<std::uint32_t>(left.size());
        into.offsets[customer + 1] = row;
    }
    View whole{view, nullptr, into.offsets, into.days, into.amounts, view.keys, view.text, into.order_ids};
    whole.rows = row;
    if (row > 0) {
        const auto [first, last] = std::minmax_element(into.days, into.days + row);
        whole.first_day = *first;
        whole.last_day = *last;
    }
    return whole;
}

}  // namespace customer_value::ledger
