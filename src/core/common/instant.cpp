#include "core/common/instant.h"

#include "core/common/error.h"
#include "core/common/mantissa.h"

#include <string>

namespace customer_value {

namespace {

bool is_instant(Int128 at) noexcept { return at >= first_instant && at < end_of_instants; }

}  // namespace

void require_instant(std::int64_t at)
{
    if (!is_instant(at)) [[unlikely]]
        throw Error(ErrorCode::out_of_range,
                    std::string("at must be a finite instant: ") + (at < 0 ? "-infinity" : "infinity"));
}

std::int64_t midnight(std::int32_t day)
{
    constexpr std::int64_t day_length = 86'400'000'000;
    const Int128 at = Int128{day} * day_length;
    if (!is_instant(at)) [[unlikely]]
        throw Error(ErrorCode::out_of_range, "day must be finite and not after 294276 AD");
    return static_cast<std::int64_t>(at);
}

std::int64_t restored_instant(std::string_view type_name, const DecimalText& microseconds)
{
    const auto at = mantissa(microseconds);
    if (!at || !microseconds.fraction.empty() || !is_instant(*at))
        throw_invalid(
            type_name,
            "\"microseconds\" must be a whole number, an instant from 4713 BC to 294276 AD counted from 2000-01-01 UTC.");
    return static_cast<std::int64_t>(*at);
}

}  // namespace customer_value
