// Retention and revenue by age: days since a customer's own first order. Only customers who have reached an age count
// for it.
#pragma once

#include "core/common/mantissa.h"
#include "core/ledger/cohorts.h"
#include "core/ledger/view.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace customer_value::ledger {

enum class AgeRetentionKind : std::uint8_t {
    on,           // ordered on the day of that age
    on_or_after,  // ordered on that day or later, up to as_of
    within,       // ordered again, at most so many days after the day of the first order
};
// The kind of that name; throws invalid_parameter.
[[nodiscard]] AgeRetentionKind age_retention_kind_named(std::string_view name);

// Of one age in days. A customer has reached it when the day first order + age is not later than as_of.
struct AgeRetention {
    std::int64_t customers = 0, active = 0;
};
struct AgeRevenue {
    std::int64_t customers = 0;
    Int128 revenue = 0;  // amounts up to the day of that age, also those before the first order
};

// Throws out_of_range where an age is negative or more than `longest_age`.
inline constexpr std::int32_t longest_age = 3'652'500;
void require_ages(std::span<const std::int32_t> ages);

// Adds the customers to a row for each age, in their order.
void retention_by_age(const View& view, std::span<const std::int32_t> ages, AgeRetentionKind kind, Day as_of,
                      std::span<AgeRetention> report);
// Throws invalid_parameter for a ledger without amounts.
void revenue_by_age(const View& view, std::span<const std::int32_t> ages, Day as_of, std::span<AgeRevenue> report);

// Of one age and the customers of a cohort, whose first order is in one period.
struct AgeCohort {
    std::int64_t customers = 0, active_on = 0, active_within = 0;
    Int128 revenue = 0;
};

// Adds the customers to `sizes`, a cohort of the grid each, and what they did by age to `report`, all ages of the first
// cohort, then those of the next. Throws invalid_parameter for a ledger without amounts.
void cohorts_by_age(const View& view, const CohortGrid& grid, std::span<const std::int32_t> ages,
                    std::span<std::int64_t> sizes, std::span<AgeCohort> report);

}  // namespace customer_value::ledger
