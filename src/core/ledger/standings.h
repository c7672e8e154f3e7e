// Customers scored among themselves by recency, frequency and monetary value.
#pragma once

#include "core/ledger/customers.h"
#include "core/rfm/segment.h"

#include <cstdint>
#include <vector>

namespace customer_value::ledger {

// What a customer with an order had bought by a day, and the scores of that.
struct Standing {
    std::uint32_t customer;
    Day last_order;
    std::int64_t orders;
    Int128 revenue;
    std::int32_t r = 0, f = 0, m = 0;  // 1 to bins
    rfm::Segment segment = rfm::Segment::hibernating;
};

// Of customers with an order, in the order in which they are added: R by the day of the last order, F by the number of
// orders, M by net revenue; in a ledger without amounts M is F.
class Standings {
public:
    void add(std::uint32_t customer, const Purchases& purchases)
    {
        if (purchases.orders > 0)
            standings_.push_back({customer, purchases.last_order, purchases.orders, purchases.net()});
    }
    // Scores them. Throws invalid_parameter for bins out of range.
    void score(bool has_amounts, std::int32_t bins);
    [[nodiscard]] const std::vector<Standing>& all() const noexcept { return standings_; }

private:
    std::vector<Standing> standings_;
};

// Those of all customers at the end of a day, in the order of the view.
[[nodiscard]] Standings standings_at(const View& view, Day as_of, std::int32_t bins);

}  // namespace customer_value::ledger
