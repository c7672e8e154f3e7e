#include "core/clv/outlook.h"

namespace customer_value::clv {

double checked_horizon(double horizon)
{
    if (!(horizon >= 0 && horizon <= longest_time)) [[unlikely]]
        throw Error(ErrorCode::out_of_range, "horizon must lie between 0 and 1e12: " + shown(horizon));
    return horizon;
}

double checked_discounted_horizon(double horizon)
{
    if (!(horizon >= 0 && horizon <= most_steps)) [[unlikely]]
        throw Error(ErrorCode::out_of_range, "horizon must lie between 0 and 10000 units of time: " + shown(horizon),
                    {}, "Fit in longer units, for example weeks, or take residual_transactions.");
    return horizon;
}

double checked_discount(double discount, const char* name, bool may_be_zero)
{
    if (!(discount <= 1000 && (may_be_zero ? discount >= 0 : discount >= 1e-9))) [[unlikely]]
        throw Error(ErrorCode::out_of_range,
                    std::string(name) +
                        (may_be_zero ? " must lie between 0 and 1000: " : " must lie between 1e-9 and 1000: ") +
                        shown(discount),
                    "It is a rate for one unit of the model's time: 0.01 is one percent.");
    return discount;
}

std::optional<Bought> bought_by(const ledger::Rows& rows, ledger::Day as_of) noexcept
{
    const auto repeat = ledger::repeat_purchases_of(ledger::until(rows, as_of));
    if (!repeat)
        return std::nullopt;
    return Bought{repeat->frequency, repeat->last - repeat->first, as_of - repeat->first, repeat->spend};
}

std::optional<Opportunities> opportunities_by(const ledger::Rows& rows, ledger::Day as_of,
                                              const ledger::Step& step) noexcept
{
    const std::int32_t end = step.period_of(as_of + 1);  // the first period that is not complete
    std::optional<Opportunities> history;
    std::int32_t first = 0, last = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!rows.is_order(i))
            continue;
        const std::int32_t period = step.period_of(rows.days[i]);
        if (period >= end)
            break;
        if (!history) {
            first = last = period;
            history = Opportunities{0, 0, end - 1 - first};
        }
        if (period > last) {
            last = period;
            ++history->frequency;
            history->recency = period - first;
        }
    }
    return history;
}

}  // namespace customer_value::clv
