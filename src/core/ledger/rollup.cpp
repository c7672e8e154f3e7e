#include "core/ledger/rollup.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
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
        if (customer_.kind == KeyKind::bigint)
            std::memcpy(&number_, customer_.bytes.data(), sizeof number_);
        return true;
    }
    [[nodiscard]] const Key& customer() const noexcept { return customer_; }
    [[nodiscard]] Rows rows() { return stream_.rows_of(next_ - 1); }
    // Below 0 where its customer comes before that of the other side, 0 where both are the same.
    [[nodiscard]] int compare(const Side& other) const noexcept
    {
        return customer_.kind == KeyKind::bigint ? (number_ > other.number_) - (number_ < other.number_)
                                                 : customer_.bytes.compare(other.customer_.bytes);
    }

private:
    std::uint32_t customers_, next_ = 0;
    CustomerStream stream_;
    Key customer_{};
    std::int64_t number_ = 0;  // of a bigint
};

// The rows of one customer, of one side after the other.
class Gathered {
public:
    void clear() noexcept { days_.clear(), amounts_.clear(); }
    void add(const Rows& rows)
    {
        days_.insert(days_.end(), rows.days.begin(), rows.days.end());
        if (rows.amounts != nullptr)
            amounts_.insert(amounts_.end(), rows.amounts, rows.amounts + rows.size());
    }
    // In their order, which they have at once where the sides are of days one behind the other.
    [[nodiscard]] Rows ordered()
    {
        const auto is_before = [this](std::size_t left, std::size_t right) {
            return days_[left] != days_[right] ? days_[left] < days_[right]
                                               : !amounts_.empty() && amounts_[left] < amounts_[right];
        };
        bool is_ordered = true;
        for (std::size_t i = 1; i < days_.size(); ++i)
            is_ordered = is_ordered && !is_before(i, i - 1);
        if (!is_ordered) {
            order_.resize(days_.size());
            std::iota(order_.begin(), order_.end(), std::size_t{0});
            sort_or_stop(order_.begin(), order_.end(), is_before);
            sorted_days_.clear(), sorted_amounts_.clear();
            for (const std::size_t i : order_) {
                sorted_days_.push_back(days_[i]);
                if (!amounts_.empty())
                    sorted_amounts_.push_back(amounts_[i]);
            }
            days_.swap(sorted_days_);
            amounts_.swap(sorted_amounts_);
        }
        return {days_, amounts_.empty() ? nullptr : amounts_.data()};
    }

private:
    std::vector<Day> days_, sorted_days_;
    std::vector<std::int64_t> amounts_, sorted_amounts_;
    std::vector<std::size_t> order_;
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
                      ledger.has_amounts == first.has_amounts && ledger.currency == first.currency;
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
            const int order = same.empty() ? -1 : side->compare(*same.front());
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
