// Pictures of numbers made of characters, for reports in a terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace customer_value::picture {

// Which characters can be shown: eighths of blocks (UTF-8), or ASCII.
enum class Charset : std::uint8_t { blocks, ascii };

inline constexpr std::int32_t most_width = 1000;

// A bar of `width` characters for a value of `max`, in eighths of a character, rounded up so that what is there is
// seen; in whole characters, rounded, in ASCII. Empty up to 0, full from max on, nothing where max is not above 0.
// Throws out_of_range for numbers that are not finite and for a width outside 1 to most_width.
[[nodiscard]] std::optional<std::string> text_bar(double value, double max, std::int32_t width, Charset charset);

// One character of a sparkline, by where the value lies between least and most: eight heights, the middle where both
// are equal.
class Sparkline {
public:
    Sparkline(double least, double most, Charset charset) noexcept
        : least_(least / 2), span_(most / 2 - least / 2), charset_(charset)
    {
    }
    static constexpr std::size_t longest = 3;  // bytes of a character
    // Writes the character for the value, a space for nothing; returns its length.
    std::size_t write(std::optional<double> value, char* to) const noexcept;

private:
    double least_, span_;  // halves, so that no difference overflows
    Charset charset_;
};

}  // namespace customer_value::picture
