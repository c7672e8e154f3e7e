#include "core/ledger/standings.h"

namespace customer_value::ledger {

namespace {

template <class Value>
std::vector<std::int32_t> scores_by(const std::vector<Standing>& standings, Value Standing::*value, std::int32_t bins)
{
    std::vector<Value> values;
    values.reserve(standings.size());
    for (const Standing& standing : standings)
        values.push_back(standing.*value);
    return rfm::scores_of<Value>(values, bins);
}

}  // namespace

void Standings::score(bool has_amounts, std::int32_t bins)
{
    rfm::require_bins(bins);
    const auto r = scores_by(standings_, &Standing::last_order, bins);
    const auto f = scores_by(standings_, &Standing::orders, bins);
    const auto m = has_amounts ? scores_by(standings_, &Standing::revenue, bins) : f;
    for (std::size_t i = 0; i < standings_.size(); ++i) {
        Standing& standing = standings_[i];
        standing.r = r[i];
        standing.f = f[i];
        standing.m = m[i];
        standing.segment = rfm::segment_of(r[i], f[i], m[i], bins);
    }
}

Standings standings_at(const View& view, Day as_of, std::int32_t bins)
{
    Standings standings;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer)
        standings.add(customer, purchases_of(until(view.of(customer), as_of)));
    standings.score(view.has_amounts, bins);
    return standings;
}

}  // namespace customer_value::ledger
