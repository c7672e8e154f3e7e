#include "core/ledger/text.h"

#include "core/common/mantissa.h"

#include <charconv>
#include <limits>

namespace customer_value::ledger {

namespace {

std::string padded(std::int64_t value, std::size_t width)
{
    auto digits = std::to_string(value < 0 ? -value : value);
    digits.insert(0, width > digits.size() ? width - digits.size() : 0, '0');
    return value < 0 ? "-" + digits : digits;
}

[[noreturn]] void throw_no_day(std::string_view text)
{
    throw Error(ErrorCode::malformed_text, "\"" + std::string(text.substr(0, 40)) + "\" is not a day of a ledger", {},
                "Write it as 2024-12-31.");
}

}  // namespace

std::string iso_of(Day day)
{
    const CivilDate date = civil_of(day);
    return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2);
}

Day day_of_iso(std::string_view text)
{
    const auto two_digits = [&](std::size_t at) {
        const char tens = text[at], ones = text[at + 1];
        if (tens < '0' || tens > '9' || ones < '0' || ones > '9')
            throw_no_day(text);
        return (tens - '0') * 10 + (ones - '0');
    };
    if (text.size() < 10 || text.size() > 13 || text[text.size() - 6] != '-' || text[text.size() - 3] != '-')
        throw_no_day(text);
    std::int32_t year = 0;
    const char* year_end = text.data() + text.size() - 6;
    const auto [stop, problem] = std::from_chars(text.data(), year_end, year);
    const int month = two_digits(text.size() - 5), day = two_digits(text.size() - 2);
    if (problem != std::errc{} || stop != year_end || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month))
        throw_no_day(text);
    const Day number = day_of(year, month, day);
    if (year < -4713 || year > 300000 || number < earliest_day || number > latest_day)
        throw_no_day(text);
    return number;
}

Head TextRows::begin()
{
    reader_.begin(format_version);
    std::int64_t amounts = 0, scale = 0;
    const auto size = reader_.text("key", key_, sizeof key_);
    const auto kind = kind_named({key_, size});
    if (!kind)
        reader_.fail("\"key\" must be none, bigint, uuid or text");
    reader_.count("amounts", amounts);
    reader_.count("scale", scale);
    if (amounts > 1 || scale > 16 || (amounts == 0 && scale > 0))
        reader_.fail("\"amounts\" must be 0 or 1, \"scale\" 0 to 16, and 0 without amounts");
    if (reader_.next_is("currency")) {
        const std::string_view currency(key_, reader_.text("currency", key_, Currency::longest));
        if (currency.empty() || amounts == 0)
            reader_.fail("\"currency\" must not be empty, and is that of amounts");
        currency_.become(currency);
    }
    if (reader_.next_is("order_id")) {
        const auto kind_of_ids = kind_named({key_, reader_.text("order_id", key_, sizeof key_)});
        if (!kind_of_ids || *kind_of_ids == KeyKind::none || amounts == 0)
            reader_.fail("\"order_id\" must be bigint, uuid or text, and is that of amounts");
        head_.kind_of_ids = *kind_of_ids;
    }
    head_.kind = *kind;
    head_.has_amounts = amounts == 1;
    head_.scale = static_cast<std::uint8_t>(scale);
    head_.currency = currency_.name();
    return head_;
}

bool TextRows::next(Row& row)
{
    if (!reader_.more()) {
        reader_.end();
        return false;
    }
    if (reader_.next_is("customer")) {
        if (head_.kind == KeyKind::none)
            reader_.fail("a ledger with customers must name the kind of their keys");
        key_size_ = reader_.text("customer", key_, sizeof key_);
    } else if (key_size_ == 0 && head_.kind != KeyKind::text) {
        reader_.fail("expected \"customer\"");
    }
    row.day = day_of_iso(reader_.word("day"));
    const auto key = parsed_key(head_.kind, {key_, key_size_}, buffer_);
    if (!key)
        reader_.fail("\"customer\" must be a " + std::string(name_of(head_.kind)));
    row.customer = *key;
    if (!head_.has_amounts)
        return true;
    const auto parts = reader_.number("amount");
    const auto amount = mantissa(parts);
    if (!amount || static_cast<std::int32_t>(parts.fraction.size()) != head_.scale ||
        *amount > std::numeric_limits<std::int64_t>::max() || *amount < -std::numeric_limits<std::int64_t>::max())
        reader_.fail("\"amount\" must fit into 64 bits, and have as many decimal places as \"scale\" says");
    row.amount = static_cast<std::int64_t>(*amount);
    row.order_id = no_order_id;
    if (head_.kind_of_ids != KeyKind::none && reader_.next_is("order_id")) {
        const std::string_view id = reader_.word("order_id");
        const auto [stop, problem] = std::from_chars(id.data(), id.data() + id.size(), row.order_id);
        if (problem != std::errc{} || stop != id.data() + id.size())
            reader_.fail("\"order_id\" must be a bigint");
    }
    return true;
}

}  // namespace customer_value::ledger
