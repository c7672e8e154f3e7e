// The text form of a ledger:
// (version:1,key:"text",amounts:1,scale:2,customer:"A",day:2024-01-05,amount:100.00,day:...), behind the scale a
// currency:"EUR" where there is one; in a ledger with order ids their kind stands behind these, order_id:"bigint", and
// the id as it is kept behind each amount that has one: amount:100.00,order_id:17,day:...
#pragma once

#include "core/common/archive.h"
#include "core/common/currency.h"
#include "core/common/mantissa.h"
#include "core/ledger/view.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace customer_value::ledger {

// A day as ISO 8601 writes it; years before 1 and after 9999 have a sign or more digits.
[[nodiscard]] std::string iso_of(Day day);
// Throws malformed_text where the text is no such day.
[[nodiscard]] Day day_of_iso(std::string_view text);

template <class Archive> void write(const View& view, Archive& archive)
{
    archive.text("key", name_of(view.kind));
    archive.count("amounts", view.has_amounts);
    archive.count("scale", view.scale);
    if (!view.currency.empty())
        archive.text("currency", view.currency);
    if (view.kind_of_ids != KeyKind::none)
        archive.text("order_id", name_of(view.kind_of_ids));
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        archive.text("customer", printable(view.key(customer)));
        const Rows rows = view.of(customer);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            archive.number("day", iso_of(rows.days[i]));
            if (rows.amounts != nullptr)
                archive.number("amount", shown(static_cast<Int128>(rows.amounts[i]), view.scale));
            if (rows.order_id(i) != no_order_id)
                archive.number("order_id", std::to_string(rows.order_ids[i]));
        }
    }
}

// Reads the text form row by row.
class TextRows {
public:
    explicit TextRows(std::string_view text, std::string_view type = "customer_ledger") : reader_(type, text) {}

    // What stands before the rows: their kind of key, whether they have amounts, scale and currency. Throws
    // malformed_text, also in all that follows.
    [[nodiscard]] Head begin();
    struct Row {
        Key customer;  // lives until the next call
        Day day;
        std::int64_t amount;
        OrderId order_id;
    };
    // The next row; false at the end.
    bool next(Row& row);

private:
    TextReader reader_;
    Head head_;
    Currency currency_;
    std::size_t key_size_ = 0;
    KeyBuffer buffer_{};
    char key_[longest_key];
};

}  // namespace customer_value::ledger
