#include "core/common/decimal.h"

namespace customer_value {

void throw_not_finite(std::string_view argument, std::string_view value)
{
    throw Error(ErrorCode::out_of_range, joined({argument, " must be a finite number: ", value}));
}

std::string shown(const Decimal& value)
{
    if (value.kind != Decimal::Kind::finite)
        return std::string(name_of(value.kind));
    std::string text;
    const auto group = [&](std::int32_t position) {
        const auto digits = std::to_string(10000 + value.at(position));
        text.append(digits, 1);
    };
    for (std::int32_t position = std::max(value.weight, 0); position >= 0; --position)
        group(position);
    text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
    if (value.scale > 0) {
        const auto point = text.size();
        for (std::int32_t position = -1; - 4 * position < value.scale + 4; --position)
            group(position);
        text.resize(point + static_cast<std::size_t>(value.scale));
        text.insert(point, 1, '.');
    }
    return value.negative && !value.zero() ? "-" + text : text;
}

namespace {

// How many groups of 4 digits a decimal has behind the point.
std::int32_t fraction_groups(const Decimal& value) noexcept
{
    return std::max(0, value.digit_count - 1 - value.weight);
}

char* write_group(char* at, std::int16_t group) noexcept
{
    for (const int unit : {1000, 100, 10, 1})
        *at++ = static_cast<char>('0' + group / unit % 10);
    return at;
}

}  // namespace

std::size_t value_text_size(const Decimal& value) noexcept
{
    return 2 + 4 * static_cast<std::size_t>(std::max(value.weight, 0) + 1 + fraction_groups(value));
}

std::string_view value_text(const Decimal& value, char* into) noexcept
{
    char* at = into;
    if (value.negative && !value.zero())
        *at++ = '-';
    char* const whole = at;
    for (std::int32_t position = std::max(value.weight, 0); position >= 0; --position)
        at = write_group(at, value.at(position));
    const char* const first = std::find_if(whole, at - 1, [](char c) { return c != '0'; });
    at = std::copy(first, static_cast<const char*>(at), whole);
    if (!value.zero() && fraction_groups(value) > 0) {
        *at++ = '.';
        for (std::int32_t position = -1; position >= -fraction_groups(value); --position)
            at = write_group(at, value.at(position));
        while (at[-1] == '0')
            --at;
    }
    return {into, static_cast<std::size_t>(at - into)};
}

// d[.ddd]e[+-]xx without its exponent.
template <std::floating_point Float> void ShortestDecimal::read(Float value)
{
    std::array<char, 40> scientific;
    const auto end =
        std::to_chars(scientific.data(), scientific.data() + scientific.size(), value, std::chars_format::scientific)
            .ptr;
    const std::string_view form(scientific.data(), static_cast<std::size_t>(end - scientific.data()));
    const auto exponent_at = form.find('e');
    int exponent = 0;
    std::from_chars(form.data() + exponent_at + 1 + (form[exponent_at + 1] == '+'), end, exponent);
    std::string_view mantissa = form.substr(0, exponent_at);
    if (mantissa.starts_with('-')) {
        put('-');
        mantissa.remove_prefix(1);
    }
    const char first = mantissa.front();
    mantissa.remove_prefix(std::min<std::size_t>(mantissa.size(), 2));
    if (exponent < 0) {
        put("0.");
        for (int zeros = -1 - exponent; zeros > 0; --zeros)
            put('0');
        put(first);
        put(mantissa);
    } else {
        put(first);
        const auto whole = std::min(mantissa.size(), static_cast<std::size_t>(exponent));
        put(mantissa.substr(0, whole));
        for (int zeros = exponent - static_cast<int>(whole); zeros > 0; --zeros)
            put('0');
        if (mantissa.size() > whole) {
            put('.');
            put(mantissa.substr(whole));
        }
    }
}
template void ShortestDecimal::read(double);
template void ShortestDecimal::read(float);

void ShortestDecimal::put(std::string_view digits) noexcept
{
    std::memcpy(text_.data() + length_, digits.data(), digits.size());
    length_ += digits.size();
}

std::optional<DecimalText> DecimalText::parsed(std::string_view text)
{
    DecimalText parts;
    std::string_view rest = text;
    if (rest.starts_with('-')) {
        parts.negative = true;
        rest.remove_prefix(1);
    }
    const auto point = rest.find('.');
    parts.whole = rest.substr(0, point);
    if (point != std::string_view::npos)
        parts.fraction = rest.substr(point + 1);
    const auto all_digits = [](std::string_view digits) {
        return std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    };
    if (parts.whole.empty() || !all_digits(parts.whole) || !all_digits(parts.fraction) ||
        (point != std::string_view::npos && parts.fraction.empty()))
        return std::nullopt;
    return parts;
}

}  // namespace customer_value
