#include "core/ledger/order_gaps.h"

#include "core/common/error.h"
#include "core/common/interrupt.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace customer_value::ledger {

namespace {

// How often each number of days came.
class DayCounts {
public:
    void add(Day days)
    {
        ++total_;
        if (days >= longest_table) {
            ++long_[days];
            return;
        }
        const auto place = static_cast<std::size_t>(days);
        if (place >= short_.size())
            short_.resize(std::max(place + 1, 2 * short_.size()));
        ++short_[place];
    }
    [[nodiscard]] std::int64_t total() const noexcept { return total_; }
    // The number of days at a rank from 0 to total - 1.
    [[nodiscard]] Day at(std::int64_t rank) const
    {
        std::int64_t before = 0;
        for (std::size_t days = 0; days < short_.size(); ++days)
            if ((before += short_[days]) > rank)
                return static_cast<Day>(days);
        const auto found = std::find_if(long_.begin(), long_.end(),
                                        [&](const auto& entry) { return (before += entry.second) > rank; });
        return found->first;
    }
    [[nodiscard]] double quantile(double share) const
    {
        const double rank = share * static_cast<double>(total_ - 1);
        const auto lower = static_cast<std::int64_t>(std::floor(rank)),
                   upper = static_cast<std::int64_t>(std::ceil(rank));
        const auto from = static_cast<double>(at(lower)), to = static_cast<double>(at(upper));
        return from + (rank - static_cast<double>(lower)) * (to - from);
    }

private:
    static constexpr Day longest_table = 1 << 16;
    std::vector<std::int64_t> short_;
    std::map<Day, std::int64_t> long_;
    std::int64_t total_ = 0;
};

// Calls `visit` with each day up to as_of on which there is an order, ascending, until that says false.
template <class Visit> void each_order_day(const Rows& rows, Day as_of, Visit visit)
{
    bool any = false;
    Day last = 0;
    for (std::size_t i = 0; i < rows.size() && rows.days[i] <= as_of; ++i) {
        if (!rows.is_order(i) || (any && rows.days[i] == last))
            continue;
        any = true;
        last = rows.days[i];
        if (!visit(last))
            return;
    }
}

// The wait of one customer; nothing with fewer than n purchases.
std::optional<Wait> wait_of(const Rows& rows, std::int32_t nth, Day as_of)
{
    std::int64_t purchases = 0;
    Day from = 0;
    std::optional<Wait> wait;
    each_order_day(rows, as_of, [&](Day day) {
        ++purchases;
        if (purchases == nth) {
            from = day;
            wait = {as_of - from, 0, 1};
        } else if (purchases > nth) {
            wait = {day - from, 1, 0};
        }
        return purchases <= nth;
    });
    return wait;
}

}  // namespace

OrderGaps order_gaps(const View& view, Day as_of)
{
    DayCounts counts;
    OrderGaps gaps;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        std::optional<Day> before;
        const std::int64_t counted = counts.total();
        each_order_day(view.of(customer), as_of, [&](Day day) {
            if (before)
                counts.add(day - *before);
            before = day;
            return true;
        });
        gaps.customers += counts.total() > counted;
    }
    gaps.gaps = counts.total();
    if (gaps.gaps > 0)
        for (std::size_t i = 0; i < gap_shares.size(); ++i)
            gaps.quantiles[i] = counts.quantile(gap_shares[i]);
    return gaps;
}

std::size_t waits_for_next_order(const View& view, std::int32_t nth, Day as_of, std::span<Wait> waits)
{
    if (nth < 1)
        throw Error(ErrorCode::invalid_parameter, "nth must be at least 1: " + std::to_string(nth), {},
                    "1 is the time from the first order to the second.");
    std::size_t count = 0;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer)
        if (const auto wait = wait_of(view.of(customer), nth, as_of))
            waits[count++] = *wait;
    waits = waits.first(count);
    sort_or_stop(waits.begin(), waits.end(),
                 [](const Wait& left, const Wait& right) { return left.days < right.days; });
    std::size_t last = 0;
    for (std::size_t i = 1; i < count; ++i)
        if (waits[i].days == waits[last].days) {
            waits[last].ordered += waits[i].ordered;
            waits[last].waiting += waits[i].waiting;
        } else {
            waits[++last] = waits[i];
        }
    return count == 0 ? 0 : last + 1;
}

}  // namespace customer_value::ledger
