// Numbers in as few bytes as they need: LEB128, 7 bits a byte, the lowest first; the top bit says that more follow.
// Signed ones are zigzag-coded before: 0, -1, 1, -2, ...
#pragma once

#include "core/common/error.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace customer_value {

[[nodiscard]] constexpr std::uint64_t zigzag(std::int64_t value) noexcept
{
    return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
[[nodiscard]] constexpr std::int64_t unzigzag(std::uint64_t code) noexcept
{
    return static_cast<std::int64_t>(code >> 1) ^ -static_cast<std::int64_t>(code & 1);
}
[[nodiscard]] constexpr std::size_t size_of(std::uint64_t number) noexcept
{
    return (static_cast<std::size_t>(std::bit_width(number | 1)) * 9 + 64) /
           64;  // as bits / 7 rounded up, for up to 64 of them
}

// Counts the bytes of what it is given.
struct Counter {
    std::size_t size = 0;
    void number(std::uint64_t value) noexcept { size += size_of(value); }
    void bytes(std::string_view value) noexcept { size += value.size(); }
};
// Writes them.
struct Writer {
    unsigned char* at;
    void number(std::uint64_t value) noexcept
    {
        for (; value >= 0x80; value >>= 7)
            *at++ = static_cast<unsigned char>(value | 0x80);
        *at++ = static_cast<unsigned char>(value);
    }
    void bytes(std::string_view value) noexcept
    {
        std::memcpy(at, value.data(), value.size());
        at += value.size();
    }
};

// The same where memory goes on behind what is written: up to 8 bytes at once, without a branch on their number.
struct SlackWriter {
    static constexpr std::size_t slack = 8;  // bytes behind the end that it may write to
    unsigned char* at;

    [[gnu::always_inline]] void number(std::uint64_t value) noexcept
    {
        if (value < 0x80) [[likely]] {
            *at++ = static_cast<unsigned char>(value);
            return;
        }
        if (value >> 56 != 0 || std::endian::native != std::endian::little) [[unlikely]] {
            Writer writer{at};
            writer.number(value);
            at = writer.at;
            return;
        }
        const std::size_t size = size_of(value);
        value = (value & 0x000000000fffffffu) | (value & 0x00fffffff0000000u) << 4;
        value = (value & 0x00003fff00003fffu) | (value & 0x0fffc0000fffc000u) << 2;
        value = (value & 0x007f007f007f007fu) | (value & 0x3f803f803f803f80u) << 1;
        value |= 0x8080808080808080u & ((std::uint64_t{1} << 8 * (size - 1)) - 1);
        std::memcpy(at, &value, sizeof value);
        at += size;
    }
    void bytes(std::string_view value) noexcept
    {
        std::memcpy(at, value.data(), value.size());
        at += value.size();
    }
};

// Throws malformed_binary: the binary form of what is named (as "a ledger") breaks a rule.
[[noreturn, gnu::cold]] void refuse_binary(const char* what, const char* rule);

// Reads bytes from anybody; throws malformed_binary.
class Reader {
public:
    // `what` is read, as "a ledger".
    Reader(std::span<const unsigned char> bytes, const char* what) noexcept
        : at_(bytes.data()), end_(bytes.data() + bytes.size()), what_(what)
    {
    }

    [[gnu::always_inline]] std::uint64_t number()
    {
        if (end_ - at_ < 8) [[unlikely]]
            return number_slowly();
        // up to 8 bytes at once, without a branch on their number: lengths are mixed, and a misprediction costs more
        const std::uint64_t word = next_eight();
        const std::uint64_t stops = ~word & 0x8080808080808080u;
        if (stops == 0) [[unlikely]]
            return number_slowly();
        at_ += (std::countr_zero(stops) >> 3) + 1;
        return joined(word & (stops ^ (stops - 1)));
    }
    // The same for numbers that nearly always take one byte: where the next one starts is then guessed, not waited for.
    [[gnu::always_inline]] std::uint64_t short_number()
    {
        if (at_ != end_ && *at_ < 0x80) [[likely]]
            return *at_++;
        return number();
    }
    // Reads four numbers of one or two bytes each out of the next eight bytes, and calls `use` with each; false where
    // there is a longer one. Where a number starts is then known without waiting for the bytes before it, and nothing
    // is mispredicted.
    template <class Use> [[gnu::always_inline]] bool four_short_numbers(Use use)
    {
        if (end_ - at_ < 8) [[unlikely]]
            return false;
        const std::uint64_t word = next_eight();
        const std::uint64_t goes_on = word & 0x8080808080808080u;
        if ((goes_on & goes_on << 8) != 0) [[unlikely]]
            return false;
        std::uint64_t stops = goes_on ^ 0x8080808080808080u;
        int bits = 0;  // taken
        for (int i = 0; i < 4; ++i) {
            const std::uint64_t rest = word >> bits;
            use((rest & 0x7f) | (rest >> 1 & 0x3f80 & -(rest >> 7 & 1)));
            bits = std::countr_zero(stops) + 1;
            stops &= stops - 1;
        }
        at_ += bits / 8;
        return true;
    }
    // Reads two numbers out of the next eight bytes; false where they are longer. Most of the time is spent waiting for
    // where the next number starts: here that is every other one.
    [[gnu::always_inline]] bool two_numbers(std::uint64_t& first, std::uint64_t& second)
    {
        if (end_ - at_ < 8) [[unlikely]]
            return false;
        const std::uint64_t word = next_eight();
        const std::uint64_t stops = ~word & 0x8080808080808080u, stops_behind = stops & (stops - 1);
        if (stops_behind == 0) [[unlikely]]
            return false;
        at_ += (std::countr_zero(stops_behind) >> 3) + 1;
        const std::uint64_t of_first = stops ^ (stops - 1), of_both = stops_behind ^ (stops_behind - 1);
        first = joined(word & of_first);
        second = joined((word & of_both & ~of_first) >> (std::countr_zero(stops) + 1));
        return true;
    }
    // Steps over so many numbers, without a look at what they are.
    void skip_numbers(std::size_t count)
    {
        for (; count > 0 && end_ - at_ >= 8; at_ += 8) {
            const std::uint64_t word = next_eight();
            std::uint64_t stops = ~word & 0x8080808080808080u;
            const auto passed = static_cast<std::size_t>((stops >> 7) * 0x0101010101010101u >> 56);
            if (passed >= count) {
                for (; count > 1; --count)
                    stops &= stops - 1;
                at_ += (std::countr_zero(stops) >> 3) + 1;
                return;
            }
            count -= passed;
        }
        for (; count > 0; --count) {
            while (at_ != end_ && *at_ >= 0x80)
                ++at_;
            if (at_ == end_)
                refuse_binary(what_, "It ends too early");
            ++at_;
        }
    }
    [[gnu::noinline]] std::uint64_t number_slowly()
    {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (at_ == end_)
                refuse_binary(what_, "It ends too early");
            const std::uint64_t byte = *at_++;
            if (shift == 63 && byte > 1)
                refuse_binary(what_, "A number has more than 64 bits");
            value |= (byte & 0x7f) << shift;
            if (byte < 0x80)
                return value;
        }
        refuse_binary(what_, "A number has more than 64 bits");
    }
    std::string_view bytes(std::size_t size)
    {
        if (static_cast<std::size_t>(end_ - at_) < size)
            refuse_binary(what_, "It ends too early");
        const std::string_view taken(reinterpret_cast<const char*>(at_), size);
        at_ += size;
        return taken;
    }
    [[nodiscard]] std::span<const unsigned char> rest() const noexcept { return {at_, end_}; }

private:
    // The next eight bytes, the first the lowest, whatever the machine.
    [[gnu::always_inline]] std::uint64_t next_eight() const noexcept
    {
        std::uint64_t word;
        std::memcpy(&word, at_, sizeof word);
        return std::endian::native == std::endian::big ? __builtin_bswap64(word) : word;
    }
    // The seven bits of each byte, without the top ones.
    [[gnu::always_inline]] static std::uint64_t joined(std::uint64_t word) noexcept
    {
        word = (word & 0x007f007f007f007fu) | (word & 0x7f007f007f007f00u) >> 1;
        word = (word & 0x00003fff00003fffu) | (word & 0x3fff00003fff0000u) >> 2;
        return (word & 0x000000000fffffffu) | (word & 0x0fffffff00000000u) >> 4;
    }

    const unsigned char* at_;
    const unsigned char* end_;
    const char* what_;
};

}  // namespace customer_value
