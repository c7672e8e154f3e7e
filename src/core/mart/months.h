// The months in which orders have changed, as a statement leaves them for a mart: a few of them, or all.
#pragma once

#include "core/ledger/calendar.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace customer_value::mart {

using ledger::Day;

// A set of months by their first days, in ascending order. It never fails: more months than it has room for, and days
// whose month no date can name, make it the set of all months.
class Months {
public:
    static constexpr std::size_t most = 600;  // fifty years: to read all is then no more work

    // Adds the month of a day; whether that is new. Rows of one statement are mostly of one month, so the last one is
    // looked at first.
    bool add(Day day) noexcept
    {
        if (all_ || (day >= last_from_ && day < last_to_))
            return false;
        if (day < ledger::earliest_day || day > ledger::latest_day)
            return add_all();
        const ledger::CivilDate date = ledger::civil_of(day);
        last_from_ = ledger::day_of(date.year, date.month, 1);
        last_to_ = last_from_ + ledger::days_in_month(date.year, date.month);
        Day* const end = days_.data() + count_;
        Day* const place = std::lower_bound(days_.data(), end, last_from_);
        if (place != end && *place == last_from_)
            return false;
        if (count_ == most)
            return add_all();
        std::copy_backward(place, end, end + 1);
        *place = last_from_;
        ++count_;
        return true;
    }
    // Makes it the set of all months; whether it was not.
    bool add_all() noexcept
    {
        const bool is_new = !all_;
        all_ = true;
        return is_new;
    }

    [[nodiscard]] bool all() const noexcept { return all_; }
    // The first days of the months; of no meaning where it is all.
    [[nodiscard]] std::span<const Day> first_days() const noexcept { return {days_.data(), count_}; }

private:
    std::array<Day, most> days_{};
    std::size_t count_ = 0;
    Day last_from_ = 0, last_to_ = 0;  // the month that was added last: from <= day < to
    bool all_ = false;
};

}  // namespace customer_value::mart
