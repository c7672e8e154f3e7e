#include "core/ledger/rollup.h"

#include <algorithm>
#include <compare>
#include <functional>
#include <limits>
#include <tuple>
#include <vector>

namespace customer_value::ledger {

namespace {

// One of the ledgers, and the customer that it is at.
class Side {
public:
    explicit Side(const StoredLedger& ledger) noexcept
        : customers_(ledger.customers), stream_(ledger, CustomerStream::Amounts::read, CustomerStream::Keys::read)
    {
    }
    // To the next customer; false where there is none.
    [[nodiscard]] bool advance()
    {
        if (next_ == customers_)
            return false;
        stream_.enter(next_++);
        customer_ = stream_.customer();
        return true;
    }
    [[nodiscard]] const Key& customer() const noexcept { return customer_; }
    [[nodiscard]] Rows rows() { return stream_.rows_of(next_ - 1); }

private:
    std::uint32_t customers_, next_ = 0;
    CustomerStream stream_;
    Key customer_{};
};

// The rows of one customer, of one side after the other; lines of one order on one day, from two sides, become one.
class Gathered {
public:
    void clear() noexcept { rows_.clear(); }
    void add(const Rows& rows)
    {
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows_.push_back({rows.days[i], rows.amount(i), rows.order_id(i)});
        has_amounts_ = rows.amounts != nullptr;
        has_order_ids_ = rows.order_ids != nullptr;
    }
    // In their order, which they have at once where the sides are of days one behind the other. Throws out_of_range
    // where the lines of an order are too much together.
    [[nodiscard]] Rows ordered()
    {
        if (has_order_ids_)
            combine_lines();
        if (!std::is_sorted(rows_.begin(), rows_.end()))
            sort_or_stop(rows_.begin(), rows_.end(), std::less<>());
        days_.clear(), amounts_.clear(), order_ids_.clear();
        for (const Row& row : rows_) {
            days_.push_back(row.day);
            if (has_amounts_)
                amounts_.push_back(row.amount);
            if (has_order_ids_)
                order_ids_.push_back(row.order_id);
        }
        return {days_, has_amounts_ ? amounts_.data() : nullptr, nullptr, has_order_ids_ ? order_ids_.data() : nullptr};
    }

private:
    struct Row {
        Day day;
        std::int64_t amount;
        OrderId order_id;
        friend auto operator<=>(const Row&, const Row&) = default;

        // Whether both are lines of one order, day and sign.
        [[nodiscard]] bool belongs_to(const Row& other) const noexcept
        {
            return order_id == other.order_id && order_id != no_order_id && day == other.day &&
                   (amount < 0) == (other.amount < 0);
        }
    };

    void combine_lines()
    {
        sort_or_stop(rows_.begin(), rows_.end(), [](const Row& left, const Row& right) {
            return std::tuple(left.order_id, left.day, left.amount < 0) <
                   std::tuple(right.order_id, right.day, right.amount < 0);
        });
        std::size_t kept = 0;
        for (const Row& row : rows_) {
            if (kept == 0 || !row.belongs_to(rows_[kept - 1]))
                rows_[kept++] = row;
            else if (__builtin_add_overflow(rows_[kept - 1].amount, row.amount, &rows_[kept - 1].amount))
                throw Error(ErrorCode::out_of_range,
                            "the lines of an order have more digits together than a ledger keeps");
        }
        rows_.resize(kept);
    }

    std::vector<Row> rows_;
    bool has_amounts_ = false, has_order_ids_ = false;
    std::vector<Day> days_;
    std::vector<std::int64_t> amounts_;
    std::vector<OrderId> order_ids_;
};

}  // namespace

bool fit_together(std::span<const StoredLedger> ledgers) noexcept
{
    std::uint64_t rows = 0;
    for (const StoredLedger& ledger : ledgers)
        rows += ledger.rows;
    // no more rows than a Head counts
    return !ledgers.empty() && ledgers.size() <= most_side_by_side &&
           rows < std::numeric_limits<std::uint32_t>::max() &&
           std::all_of(ledgers.begin(), ledgers.end(), [&](const StoredLedger& ledger) {
               const Head& first = ledgers.front();
               return ledger.rows > 0 && ledger.kind == first.kind && ledger.scale == first.scale &&
                      ledger.has_amounts == first.has_amounts && ledger.currency == first.currency &&
                      ledger.kind_of_ids == first.kind_of_ids;
           });
}

Day first_day_of(std::span<const StoredLedger> ledgers) noexcept
{
    return std::ranges::min(ledgers, {}, &StoredLedger::first_day).first_day;
}

// Days are farther apart in the whole, and customers counted once.
std::size_t likely_room(std::span<const StoredLedger> ledgers) noexcept
{
    std::size_t room = 256;
    for (const StoredLedger& ledger : ledgers)
        room += ledger.body.size() + ledger.rows;
    return room;
}

void write_together(std::span<const StoredLedger> ledgers, PartWriter& writer)
{
    std::vector<const StoredLedger*> by_day;
    for (const StoredLedger& ledger : ledgers)
        by_day.push_back(&ledger);
    std::stable_sort(by_day.begin(), by_day.end(), [](const StoredLedger* left, const StoredLedger* right) {
        return left->first_day < right->first_day;
    });
    std::vector<Side> sides;
    sides.reserve(ledgers.size());
    for (const StoredLedger* ledger : by_day)
        sides.emplace_back(*ledger);
    std::vector<Side*> open;
    for (Side& side : sides)
        if (side.advance())
            open.push_back(&side);
    Gathered gathered;
    std::vector<Side*> same;
    while (!open.empty()) {
        same.clear();
        for (Side* side : open) {
            const int order = same.empty() ? -1 : compare(side->customer(), same.front()->customer());
            if (order < 0)
                same.clear();
            if (order <= 0)
                same.push_back(side);
        }
        if (same.size() == 1) {
            writer.add(same.front()->customer(), same.front()->rows());
        } else {
            gathered.clear();
            for (Side* side : same)
                gathered.add(side->rows());
            writer.add(same.front()->customer(), gathered.ordered());
        }
        for (Side* side : same)
            if (!side->advance())
                std::erase(open, side);
    }
}

}  // namespace customer_value::ledger
