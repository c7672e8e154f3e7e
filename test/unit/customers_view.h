// A view of few customers for tests of reports.
#pragma once

#include "core/ledger/view.h"

#include <cstdint>
#include <vector>

namespace customer_value::test {

using ledger::Day;

// Customers with the days of their orders, and amounts of 1, but of -1 on the days that are given negative.
class Customers {
public:
    explicit Customers(const std::vector<std::vector<Day>>& customers)
    {
        for (const auto& days : customers) {
            offsets_.push_back(static_cast<std::uint32_t>(days_.size()));
            for (const Day day : days) {
                days_.push_back(day < 0 ? -day : day);
                amounts_.push_back(day < 0 ? -1 : 1);
            }
        }
        offsets_.push_back(static_cast<std::uint32_t>(days_.size()));
    }
    [[nodiscard]] ledger::View view() const
    {
        ledger::View view;
        view.has_amounts = true;
        view.customers = static_cast<std::uint32_t>(offsets_.size() - 1);
        view.rows = days_.size();
        view.offsets = offsets_.data();
        view.days = days_.data();
        view.amounts = amounts_.data();
        return view;
    }

private:
    std::vector<std::uint32_t> offsets_;
    std::vector<Day> days_;
    std::vector<std::int64_t> amounts_;
};

}  // namespace customer_value::test
