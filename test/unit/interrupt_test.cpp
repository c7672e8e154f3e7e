#include "unit/interrupted.h"

#include "core/common/archive.h"

#include <functional>
#include <gtest/gtest.h>
#include <numeric>
#include <string>
#include <vector>

namespace customer_value::test {
namespace {

TEST(Interrupt, nobody_is_interrupted_unless_told)
{
    EXPECT_NO_THROW(stop_if_interrupted());
    expect_stops(stop_if_interrupted);
    EXPECT_NO_THROW(stop_if_interrupted());
}

TEST(Interrupt, ends_a_long_sort_and_leaves_a_short_one_alone)
{
    std::vector<int> numbers(100'000);
    std::iota(numbers.rbegin(), numbers.rend(), 0);
    auto few = std::vector<int>{3, 1, 2};
    expect_stops([&] {
        sort_or_stop(few.begin(), few.end(), std::less<>());
        EXPECT_EQ(few, (std::vector<int>{1, 2, 3}));
        sort_or_stop(numbers.begin(), numbers.end(), std::less<>());
    });
    sort_or_stop(numbers.begin(), numbers.end(), std::greater<>());
    EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end(), std::greater<>()));
}

template <class Writer> void expect_writing_stops()
{
    Sink sink;
    Writer writer(sink);
    expect_stops([&] {
        for (int i = 0; i < 100'000; ++i)
            writer.count("n", i);
    });
}

TEST(Interrupt, ends_the_writing_and_reading_of_a_long_form)
{
    expect_writing_stops<TextWriter>();
    expect_writing_stops<BinaryWriter>();
    std::string text = "(version:1";
    for (int i = 0; i < 100'000; ++i)
        text += ",n:1";
    text += ")";
    TextReader reader("form", text);
    std::int64_t n = 0;
    reader.begin(1);
    expect_stops([&] {
        while (reader.more())
            reader.count("n", n);
    });
}

}  // namespace
}  // namespace customer_value::test
