// What a ledger is, but for its rows. Each form of one has this head: a view (view.h), the stored form (codec.h), a
// builder (builder.h); reports take their arguments from it.
#pragma once

#include "core/common/key.h"
#include "core/ledger/calendar.h"

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace customer_value::ledger {

// What is stored of a head as it is here: its layout must not change.
struct Facts {
    KeyKind kind = KeyKind::none;
    bool has_amounts = false;
    std::uint8_t scale = 0;               // amounts are in units of 10^-scale
    KeyKind kind_of_ids = KeyKind::none;  // what the ids of the orders were, where the rows have them
    std::uint32_t customers = 0;
    Day first_day = 0, last_day = 0;  // of all rows
    std::uint64_t rows = 0;
    std::uint64_t text_bytes = 0;  // of all text keys
};
static_assert(sizeof(Facts) == 32 && std::has_unique_object_representations_v<Facts>);

// A ledger without rows has a head that says nothing, so that all such are equal.
struct Head : Facts {
    std::string_view currency = {};  // of all amounts; empty where none is said
};

// Of the text, the binary and the stored form.
inline constexpr std::uint8_t format_version = 1;

}  // namespace customer_value::ledger
