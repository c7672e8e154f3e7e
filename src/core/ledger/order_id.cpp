#include "core/ledger/order_id.h"

#include "core/common/error.h"
#include "core/common/order_id_text.h"

#include <algorithm>
#include <array>

namespace customer_value::ledger {

namespace {

// Europe/Berlin and the like: the areas of the time zone database.
bool looks_like_time_zone(std::string_view text) noexcept
{
    constexpr std::array<std::string_view, 12> areas{"Africa/", "America/",  "Antarctica/", "Arctic/",
                                                     "Asia/",   "Atlantic/", "Australia/",  "Europe/",
                                                     "Indian/", "Pacific/",  "Etc/",        "US/"};
    return text.find('/') != std::string_view::npos &&
           std::ranges::any_of(areas, [&](std::string_view area) { return text.starts_with(area); });
}

void require_no_time_zone(std::string_view text)
{
    if (looks_like_time_zone(text)) [[unlikely]]
        throw Error(
            ErrorCode::invalid_parameter,
            "order_id must not be a time zone: \"" + std::string(text.substr(0, 40)) + "\"",
            "A time zone belongs to a timestamp with time zone.",
            "Write ledger_agg(customer, at, amount, order_id, tz) for a timestamptz, or turn a timestamp into one first: at AT TIME ZONE 'UTC'.");
}

}  // namespace

OrderId order_id_of(const Key& id)
{
    if (id.kind == KeyKind::bigint) {
        OrderId number;
        std::memcpy(&number, id.bytes.data(), sizeof number);
        if (number == no_order_id) [[unlikely]]
            throw Error(ErrorCode::out_of_range, "order_id is out of range: -9223372036854775808");
        return number;
    }
    if (id.kind == KeyKind::text) {
        require_order_id(id.bytes);
        require_no_time_zone(id.bytes);
    }
    const auto hash = static_cast<OrderId>(stable_hash_of(id));
    return hash == no_order_id ? 0 : hash;
}

}  // namespace customer_value::ledger
