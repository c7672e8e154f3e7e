#include "core/picture/picture.h"

#include "core/common/decimal.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace customer_value::picture {

namespace {

// U+2588 minus `less` of the block elements: eighths of a bar from the left go down to U+258F, of a column from below
// to U+2581.
constexpr std::string_view full_block = "\xE2\x96\x88";

std::string block(int last_byte) { return {'\xE2', '\x96', static_cast<char>(last_byte)}; }

}  // namespace

std::optional<std::string> text_bar(double value, double max, std::int32_t width, Charset charset)
{
    require_finite("value", value);
    require_finite("max", max);
    if (width < 1 || width > most_width)
        throw Error(ErrorCode::out_of_range,
                    "width must lie between 1 and " + std::to_string(most_width) + ": " + std::to_string(width));
    if (max <= 0)
        return std::nullopt;
    if (value <= 0)
        return "";
    constexpr double noise = 1e-9;  // 0.3 / 0.1 is a hair above 3
    const auto eighths = std::max(1, static_cast<int>(std::ceil(std::min(value / max, 1.0) * width * 8 - noise)));
    if (charset == Charset::ascii)
        return std::string(static_cast<std::size_t>((eighths + 4) / 8), '#');
    std::string bar;
    for (int i = 0; i < eighths / 8; ++i)
        bar += full_block;
    if (eighths % 8 > 0)
        bar += block(0x90 - eighths % 8);
    return bar;
}

std::size_t Sparkline::write(std::optional<double> value, char* to) const noexcept
{
    constexpr int heights = 8, middle = 3;
    if (!value) {
        *to = ' ';
        return 1;
    }
    const int height =
        span_ > 0 ? std::min(static_cast<int>((*value / 2 - least_) / span_ * heights), heights - 1) : middle;
    if (charset_ == Charset::ascii) {
        *to = "_.-:=+*#"[height];
        return 1;
    }
    const char character[] = {'\xE2', '\x96', static_cast<char>(0x81 + height)};
    std::memcpy(to, character, sizeof character);
    return sizeof character;
}

}  // namespace customer_value::picture
