#include "core/common/int256.h"

#include "core/common/short_decimal.h"

#include <algorithm>

namespace customer_value {

Int256::Int256(Int128 value) noexcept
{
    const std::uint64_t sign = value < 0 ? ~std::uint64_t{0} : 0;
    words_ = {static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(static_cast<UInt128>(value) >> 64), sign,
              sign};
}

Int256::operator Int128() const noexcept
{
    return static_cast<Int128>(static_cast<UInt128>(words_[1]) << 64 | words_[0]);
}

Int256& Int256::operator+=(const Int256& other) noexcept
{
    UInt128 carry = 0;
    for (std::size_t i = 0; i < words_.size(); ++i, carry >>= 64) {
        carry += static_cast<UInt128>(words_[i]) + other.words_[i];
        words_[i] = static_cast<std::uint64_t>(carry);
    }
    return *this;
}

Int256& Int256::operator*=(std::int64_t factor) noexcept
{
    UInt128 carry = 0;
    for (std::uint64_t& word : words_) {
        carry += static_cast<UInt128>(word) *
                 static_cast<std::uint64_t>(factor < 0 ? -static_cast<UInt128>(factor) : static_cast<UInt128>(factor));
        word = static_cast<std::uint64_t>(carry);
        carry >>= 64;
    }
    if (factor < 0)
        negate();
    return *this;
}

std::strong_ordering Int256::operator<=>(const Int256& other) const noexcept
{
    if (is_negative() != other.is_negative())
        return is_negative() ? std::strong_ordering::less : std::strong_ordering::greater;
    return std::lexicographical_compare_three_way(words_.rbegin(), words_.rend(), other.words_.rbegin(),
                                                  other.words_.rend());
}

std::uint64_t Int256::divide(std::uint64_t divisor) noexcept
{
    UInt128 rest = 0;
    for (std::size_t i = words_.size(); i-- > 0;) {
        rest = rest << 64 | words_[i];
        words_[i] = static_cast<std::uint64_t>(rest / divisor);
        rest %= divisor;
    }
    return static_cast<std::uint64_t>(rest);
}

void Int256::negate() noexcept
{
    for (std::uint64_t& word : words_)
        word = ~word;
    *this += Int256(1);
}

std::string shown(Int256 value)
{
    const bool negative = value < Int256();
    if (negative)
        value *= -1;
    std::string text;
    do
        text += static_cast<char>('0' + value.divide(10));
    while (value != Int256());
    if (negative)
        text += '-';
    std::reverse(text.begin(), text.end());
    return text;
}

}  // namespace customer_value
