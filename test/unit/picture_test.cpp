#include "core/picture/picture.h"

#include "core/common/error.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace customer_value::test {
namespace {

using namespace picture;

std::string line(std::initializer_list<double> values, double least, double most, Charset charset)
{
    const Sparkline sparkline(least, most, charset);
    std::string text;
    for (const double value : values) {
        char character[Sparkline::longest];
        text.append(character, sparkline.write(value, character));
    }
    return text;
}

TEST(TextBar, is_as_long_as_its_share_in_eighths)
{
    const char* eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
    for (int i = 0; i <= 8; ++i) {
        EXPECT_EQ(text_bar(i, 8, 1, Charset::blocks), eighths[i]);
        EXPECT_EQ(text_bar(8 + i, 16, 2, Charset::blocks), std::string("█") + eighths[i]);
        EXPECT_EQ(text_bar(i, 8, 1, Charset::ascii), i < 4 ? "" : "#");
    }
    EXPECT_EQ(text_bar(1e-300, 1, 1, Charset::blocks), "▏");
    EXPECT_EQ(text_bar(99, 1, 3, Charset::blocks), "███");
    EXPECT_EQ(text_bar(-1, 1, 3, Charset::blocks), "");
    EXPECT_EQ(text_bar(1, 0, 3, Charset::blocks), std::nullopt);
    EXPECT_EQ(text_bar(0.3, 0.1 * 8, 1, Charset::blocks), "▍");
}

TEST(TextBar, refuses_what_cannot_be_drawn)
{
    EXPECT_THROW((void)text_bar(std::nan(""), 1, 1, Charset::blocks), Error);
    EXPECT_THROW((void)text_bar(1, std::numeric_limits<double>::infinity(), 1, Charset::blocks), Error);
    EXPECT_THROW((void)text_bar(1, 1, 0, Charset::blocks), Error);
    EXPECT_THROW((void)text_bar(1, 1, most_width + 1, Charset::blocks), Error);
}

TEST(Sparkline, has_eight_heights_between_least_and_most)
{
    EXPECT_EQ(line({0, 1, 2, 3, 4, 5, 6, 7}, 0, 7, Charset::blocks), "▁▂▃▄▅▆▇█");
    EXPECT_EQ(line({0, 1, 2, 3, 4, 5, 6, 7}, 0, 7, Charset::ascii), "_.-:=+*#");
    EXPECT_EQ(line({5, 5}, 5, 5, Charset::blocks), "▄▄");
    constexpr double huge = std::numeric_limits<double>::max();
    EXPECT_EQ(line({-huge, 0, huge}, -huge, huge, Charset::blocks), "▁▅█");
    constexpr double tiny = std::numeric_limits<double>::denorm_min();
    EXPECT_EQ(line({0, tiny}, 0, tiny, Charset::blocks).size(), 6U);
    char character[Sparkline::longest];
    EXPECT_EQ(Sparkline(0, 1, Charset::blocks).write(std::nullopt, character), 1U);
    EXPECT_EQ(character[0], ' ');
}

}  // namespace
}  // namespace customer_value::test
