#include "core/sales/report.h"

#include "core/common/interrupt.h"

#include <algorithm>

namespace customer_value::sales {

namespace {

[[noreturn, gnu::cold]] void throw_too_large()
{
    throw Error(ErrorCode::out_of_range, "the net amount of a kind of sale has more than 38 digits",
                "Decimal places are counted at the largest scale among the amounts.",
                "Round the amounts first, for example amount::numeric(20,4).");
}

Int128 at_scale(const ScaledNumber& number, std::int32_t scale)
{
    const auto scaled = scaled_up(number.mantissa, scale - number.scale);
    if (!scaled) [[unlikely]]
        throw_too_large();
    return *scaled;
}

Int128 sum(Int128 left, Int128 right)
{
    Int128 both;
    if (__builtin_add_overflow(left, right, &both) || both >= mantissa_limit || both <= -mantissa_limit) [[unlikely]]
        throw_too_large();
    return both;
}

}  // namespace

void Net::merge(const Net& other)
{
    const std::int32_t common = std::max(scale, other.scale);
    net = sum(at_scale({net, scale}, common), at_scale({other.net, other.scale}, common));
    scale = common;
    refunded |= other.refunded;
}

Net Net::restored(const DecimalText& net, std::int64_t refunded)
{
    const auto invalid = [](const char* rule) { throw_invalid(Content::type_name, rule); };
    const auto amount = mantissa(net);
    if (!amount || net.fraction.size() > 16383)
        invalid("\"net\" must have at most 38 digits and 16383 decimal places.");
    if (refunded > 1)
        invalid("\"refunded\" must be 0 or 1.");
    if (*amount < 0 && refunded == 0)
        invalid("An order below zero must be \"refunded\".");
    return {*amount, static_cast<std::int32_t>(net.fraction.size()), static_cast<std::uint32_t>(refunded)};
}

RevenueTotal report(const State& state, std::span<ReportRow> lines)
{
    for (std::uint32_t kind = 0; kind < lines.size(); ++kind)
        lines[kind] = {kind, 0, 0, Int128{0}};
    std::int32_t scale = 0;
    for (const auto& pair : state.pairs()) {
        ReportRow& line = lines[pair.name_number()];
        line.scale = std::max(line.scale, pair.value.scale);
        scale = std::max(scale, pair.value.scale);
    }
    for (const auto& pair : state.pairs()) {
        ReportRow& line = lines[pair.name_number()];
        const Int128 net = at_scale({pair.value.net, pair.value.scale}, line.scale);
        line.revenue = sum(line.revenue, net);
        line.orders += pair.value.counts();
    }
    RevenueTotal total{Int128{0}, scale};
    for (const ReportRow& line : lines)
        total.revenue = sum(total.revenue, at_scale({line.revenue, line.scale}, scale));
    sort_or_stop(lines.begin(), lines.end(), [&state](const ReportRow& left, const ReportRow& right) {
        const auto revenues = compare(ScaledNumber{left.revenue, left.scale}, ScaledNumber{right.revenue, right.scale});
        return revenues != 0 ? revenues > 0 : state.name(left.kind) < state.name(right.kind);
    });
    return total;
}

}  // namespace customer_value::sales
