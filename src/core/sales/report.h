// Revenue, orders and average check by kind of sale (or by any other name), from signed rows of orders.
#pragma once

#include "core/common/keyed_pairs.h"
#include "core/common/mantissa.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace customer_value::sales {

// The net amount of what an order holds of a kind. A row below zero is a refund.
struct Net {
    PackedInt128 net;
    std::int32_t scale;
    std::uint32_t refunded;  // 1 where there is a refund

    // Throws out_of_range where the sum has more than 38 digits.
    void merge(const Net& other);
    [[nodiscard]] bool counts() const noexcept { return net > 0 || refunded == 0; }

    template <class Archive> void write(Archive& archive) const
    {
        archive.number("net", shown(net, scale));
        archive.count("refunded", refunded);
    }
    template <class Archive> static Net read(Archive& archive)
    {
        const auto net = archive.number("net");
        std::int64_t refunded = 0;
        archive.count("refunded", refunded);
        return restored(net, refunded);
    }

private:
    static Net restored(const DecimalText& net, std::int64_t refunded);
};

struct Content {
    static constexpr const char* type_name = "sales_state";
    static constexpr const char *key_name = "order", *keys_name = "orders", *name_name = "kind", *names_name = "kinds",
                                *pairs_name = "amounts";
    static constexpr const char* too_large_hint = "Aggregate in parts, for example by month, and sum their reports.";
    using Value = Net;

    template <class Amount> static KeyedRow<Net> row(std::string_view kind, const Key& order, const Amount& amount)
    {
        const ScaledNumber number = scaled_number("amount", amount);
        return {order, kind, {number.mantissa, number.scale, number.mantissa < 0}};
    }
};
using State = KeyedPairs<Content>;

// One kind of the report. The average check is revenue / orders: an order in which all of the kind was sent back is none,
// as in avg_check by order.
struct ReportRow {
    std::uint32_t kind;  // number in the state
    std::int64_t orders;
    std::int32_t scale;  // of the revenue
    PackedInt128 revenue;
};
struct RevenueTotal {
    PackedInt128 revenue;
    std::int32_t scale;
};
// Fills a line for each kind (names_count() of them), the largest revenue first, then by name. Throws out_of_range
// where a sum has more than 38 digits.
RevenueTotal report(const State& state, std::span<ReportRow> lines);

}  // namespace customer_value::sales
