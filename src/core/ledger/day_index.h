// From a day to a number, looked up once for each day of a ledger instead of once for each row.
#pragma once

#include "core/ledger/head.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace customer_value::ledger {

// `Function` is called with a day. Ledgers that span more than `longest_table` days call it for every row.
template <class Function> class DayIndex {
public:
    DayIndex(const Head& head, Function function) : function_(std::move(function)), first_(head.first_day)
    {
        const std::int64_t days = std::int64_t{head.last_day} - head.first_day + 1;
        if (days <= longest_table)
            for (std::int64_t i = 0; i < days; ++i)
                table_.push_back(static_cast<std::int32_t>(function_(static_cast<Day>(first_ + i))));
    }
    [[nodiscard]] std::int32_t operator()(Day day) const
    {
        return table_.empty() ? static_cast<std::int32_t>(function_(day))
                              : table_[static_cast<std::size_t>(day - first_)];
    }

private:
    static constexpr std::int64_t longest_table = 1 << 20;
    Function function_;
    Day first_;
    std::vector<std::int32_t> table_;
};

}  // namespace customer_value::ledger
