#include "core/churn/churn.h"

#include "core/common/decimal.h"

#include <cmath>
#include <string>

namespace customer_value::churn {

namespace {

void require_count(const char* argument, std::int64_t value)
{
    if (value < 0)
        throw Error(ErrorCode::out_of_range, std::string(argument) + " must not be negative: " + std::to_string(value));
    if (value > max_count)
        throw Error(ErrorCode::out_of_range, std::string(argument) + " must not pass 2^61: " + std::to_string(value));
}

}  // namespace

Proportion of_counts(std::int64_t lost, std::int64_t at_start)
{
    require_count("lost", lost);
    require_count("at_start", at_start);
    if (lost > at_start)
        throw Error(ErrorCode::out_of_range,
                    "lost must not be larger than at_start: " + std::to_string(lost) + " > " + std::to_string(at_start),
                    {}, "Who joins inside the period counts in neither; see churn_rate_new_included.");
    return {lost, at_start};
}

Proportion of_counts_new_included(std::int64_t lost, std::int64_t at_start, std::int64_t joined)
{
    require_count("lost", lost);
    require_count("at_start", at_start);
    require_count("joined", joined);
    auto all = at_start;
    add_count(all, joined);
    if (lost > all)
        throw Error(ErrorCode::out_of_range, "lost must not be larger than at_start + joined: " + std::to_string(lost) +
                                                 " > " + std::to_string(all));
    return {lost, all};
}

double annualized(double rate_pct, double periods)
{
    if (!(rate_pct >= 0 && rate_pct <= 100))
        throw Error(ErrorCode::out_of_range, "rate_pct must lie between 0 and 100: " + shown(rate_pct), {},
                    "Pass 5 for 5 %.");
    require_finite("periods", periods);
    if (periods < 0)
        throw Error(ErrorCode::out_of_range, "periods must not be negative: " + shown(periods));
    if (periods == 0)
        return 0;  // where nobody is kept too, for 0^0 is 1
    // log1p and expm1 keep the digits of small rates
    return -100 * std::expm1(periods * std::log1p(-rate_pct / 100));
}

}  // namespace customer_value::churn
