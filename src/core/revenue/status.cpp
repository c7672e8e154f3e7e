#include "core/revenue/status.h"

#include "core/common/error.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace customer_value::revenue {

namespace {

using namespace std::string_view_literals;

// The words of WooCommerce, Shopify, Stripe, Magento, PrestaShop and OpenCart, as they are written when they are English.
// Money that was sent back is a row of its own where the word says refunded, or closed (Magento); where it was charged
// back or reversed, shops keep the word only. Words that say one thing here and another there (open, new) are in
// neither list, and a part of the money (partially_paid) is not, either.
constexpr std::array counted{
    "paid"sv,
    "completed"sv,
    "complete"sv,
    "shipped"sv,
    "delivered"sv,
    "fulfilled"sv,
    "processing"sv,
    "processed"sv,
    "succeeded"sv,
    "closed"sv,
    "refunded"sv,
    "partially_refunded"sv,
    "payment_accepted"sv,
    "remote_payment_accepted"sv,
    "processing_in_progress"sv,
    "on_backorder_(paid)"sv,
    "canceled_reversal"sv,
    "paypal_canceled_reversal"sv,
};
constexpr std::array not_counted{
    "cancelled"sv,
    "canceled"sv,
    "void"sv,
    "voided"sv,
    "pending"sv,
    "failed"sv,
    "draft"sv,
    "on_hold"sv,
    "holded"sv,
    "checkout_draft"sv,
    "auto_draft"sv,
    "trash"sv,
    "authorized"sv,
    "expired"sv,
    "uncollectible"sv,
    "requires_payment_method"sv,
    "requires_confirmation"sv,
    "requires_action"sv,
    "requires_capture"sv,
    "pending_payment"sv,
    "pending_paypal"sv,
    "payment_review"sv,
    "fraud"sv,
    "paypal_reversed"sv,
    "payment_error"sv,
    "on_backorder_(not_paid)"sv,
    "awaiting_bank_wire_payment"sv,
    "awaiting_check_payment"sv,
    "awaiting_cash_on_delivery_validation"sv,
    "denied"sv,
    "reversed"sv,
    "chargeback"sv,
};

// Both lists in one table, in which a word stands at its hash or behind: rows of a table are asked one by one.
struct Known {
    std::string_view word;
    bool counts = false;
};

constexpr std::size_t table_size = 256;  // a power of two, of which a fifth is used

constexpr std::size_t place_of(std::string_view word)
{
    std::uint32_t hash = 2166136261;  // FNV-1a
    for (const char c : word)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
    return (hash ^ hash >> 16) % table_size;
}

constexpr auto known = [] {
    std::array<Known, table_size> table{};
    const auto add = [&](std::string_view word, bool counts) {
        std::size_t place = place_of(word);
        while (!table[place].word.empty())
            place = (place + 1) % table_size;
        table[place] = {word, counts};
    };
    for (const std::string_view word : counted)
        add(word, true);
    for (const std::string_view word : not_counted)
        add(word, false);
    return table;
}();

// A status as it stands in the list: in small letters, with underscores, without the prefix that WooCommerce stores.
// `space` is where it is written; what is longer is no word of the list, whole or cut.
std::string_view normalized(std::string_view status, std::array<char, 64>& space)
{
    status = status.substr(0, space.size());
    std::transform(status.begin(), status.end(), space.begin(), [](char c) {
        if (c >= 'A' && c <= 'Z')
            return static_cast<char>(c - 'A' + 'a');
        return c == ' ' || c == '-' ? '_' : c;
    });
    const std::string_view word(space.data(), status.size());
    return word.starts_with("wc_") ? word.substr(3) : word;
}

}  // namespace

std::optional<bool> revenue_of_status(std::string_view status)
{
    std::array<char, 64> space;
    const std::string_view word = normalized(status, space);
    for (std::size_t place = place_of(word); !known[place].word.empty(); place = (place + 1) % table_size)
        if (known[place].word == word)
            return known[place].counts;
    return std::nullopt;
}

bool is_known_status(std::string_view status) { return revenue_of_status(status).has_value(); }

bool is_revenue_status(std::string_view status)
{
    if (const auto revenue = revenue_of_status(status))
        return *revenue;
    throw Error(
        ErrorCode::invalid_parameter, "unknown order status: \"" + clipped(status) + "\"",
        "Known are paid, completed, processing, shipped, delivered, refunded and the like, and, without revenue, cancelled, "
        "pending, on-hold, failed, draft and the like.",
        "Map your own words first, for example with CASE; docs/revenue.md has the list.");
}

}  // namespace customer_value::revenue
