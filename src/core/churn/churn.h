// Customer churn: of the customers who were active at the start of a period, how many are not at its end. Who joins
// inside the period is in neither number.
#pragma once

#include "core/common/proportion.h"

namespace customer_value::churn {

// hits: lost; total: active at the start.
struct State : Proportion {
    static constexpr int version = 1;
    static constexpr const char* type_name = "churn_state";

    void add(bool was_active, bool is_active) { Proportion::add(!is_active, was_active); }
    void remove(bool was_active, bool is_active) { Proportion::remove(!is_active, was_active); }
    void merge(const State& other) { Proportion::merge(other); }
    void validate() const
    {
        if (hits > total)
            throw Error(ErrorCode::invalid_parameter, "\"lost\" must not be larger than \"at_start\"");
    }
    template <class Self, class Archive> static void describe(Self& self, Archive& archive)
    {
        archive.count("lost", self.hits);
        archive.count("at_start", self.total);
    }
};

// The rate of counts that the caller has: lost of at_start. Throws out_of_range unless 0 <= lost <= at_start.
Proportion of_counts(std::int64_t lost, std::int64_t at_start);

// Stripe's formula: lost of all who were there at any time, at_start + joined. Throws out_of_range unless all are >= 0
// and lost <= at_start + joined.
Proportion of_counts_new_included(std::int64_t lost, std::int64_t at_start, std::int64_t joined);

// The churn over `periods` periods at a constant rate per period, both in percent: 100 (1 - (1 - c)^n).
// Throws out_of_range unless 0 <= rate_pct <= 100 and periods >= 0 and both are finite.
double annualized(double rate_pct, double periods);

}  // namespace customer_value::churn
