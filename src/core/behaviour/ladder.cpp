#include "core/behaviour/ladder.h"

#include "core/common/instant.h"

namespace customer_value::behaviour {

Reached Reached::restored(const DecimalText& at) { return {restored_instant(LadderContent::type_name, at)}; }

KeyedRow<Reached> LadderContent::row(const Key& customer, std::string_view stage, std::int64_t at)
{
    require_instant(at);
    return {customer, stage, {at}};
}

KeyedRow<Reached> LadderContent::row(const Key& customer, std::string_view stage, std::int32_t day)
{
    return {customer, stage, {midnight(day)}};
}

void arrivals(const Ladder& ladder, std::string_view stage, std::span<std::int64_t> at)
{
    std::fill(at.begin(), at.end(), never);
    const auto number = ladder.number_of(stage);
    if (!number)
        return;
    for (const auto& pair : ladder.pairs())
        if (pair.name_number() == *number)
            at[pair.key_number()] = pair.value.at;
}

Transition transition(std::span<const std::int64_t> stage, std::span<const std::int64_t> next,
                      std::span<std::int64_t> times)
{
    Transition result;
    for (std::size_t customer = 0; customer < stage.size(); ++customer) {
        if (stage[customer] == never)
            continue;
        ++result.customers;
        if (next[customer] == never || next[customer] < stage[customer])
            continue;
        std::int64_t time;
        if (__builtin_sub_overflow(next[customer], stage[customer], &time))
            throw Error(ErrorCode::out_of_range, "the time between two stages is out of range");
        times[static_cast<std::size_t>(result.moved++)] = time;
    }
    if (result.moved == 0)
        return result;
    const auto found = times.first(static_cast<std::size_t>(result.moved));
    const auto middle = found.begin() + result.moved / 2;
    std::nth_element(found.begin(), middle, found.end());
    result.median = *middle;
    if (result.moved % 2 == 0) {
        const std::int64_t lower = *std::max_element(found.begin(), middle);
        result.median = lower + (*middle - lower) / 2;
    }
    return result;
}

}  // namespace customer_value::behaviour
