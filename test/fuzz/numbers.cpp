// Takes any bytes as the text of a decimal: refused, or taken apart so that each way to keep it shows the same number.
#include "core/common/exact_sum.h"
#include "core/common/mantissa.h"

#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace customer_value;

namespace {

void require(bool holds, const char* rule, std::string_view text)
{
    if (holds)
        return;
    std::fprintf(stderr, "%s: %.*s\n", rule, static_cast<int>(text.size()), text.data());
    std::abort();
}

// Without zeros in front, and without the sign of zero.
std::string plain(std::string_view text)
{
    const bool negative = text.starts_with('-') && text.find_first_of("123456789") != text.npos;
    std::string digits(text.substr(text.starts_with('-') ? 1 : 0));
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits.empty() || digits.front() == '.')
        digits.insert(0, 1, '0');
    return negative ? "-" + digits : digits;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::vector<char> exact(data, data + size);
    const std::string_view text(exact.data(), exact.size());
    const auto parsed = DecimalText::parsed(text);
    if (!parsed)
        return 0;
    const DecimalText parts = *parsed;
    const auto scale = static_cast<std::int32_t>(parts.fraction.size());
    const LimbWindow window = ExactSum::needed(parts);
    std::vector<std::int64_t> limbs(static_cast<std::size_t>(window.count));
    ExactSum sum(limbs.data(), window);
    sum.add(parts, parts.negative ? -1 : 1);
    std::vector<std::int16_t> digits(sum.digits_needed());
    const Decimal decimal = sum.carried(digits, scale);
    require(shown(decimal) == plain(text), "its sum shows another number", text);
    const auto from_text = mantissa(parts), from_digits = mantissa(decimal);
    require(from_text == from_digits, "its digits have another mantissa", text);
    if (from_text)
        require(shown(*from_text, scale) == plain(text), "its mantissa shows another number", text);
    require(compare(decimal, decimal) == std::strong_ordering::equal, "it is not equal to itself", text);
    return 0;
}
