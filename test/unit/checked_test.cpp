#include "core/common/checked.h"

#include "unit/laws.h"

#include <gtest/gtest.h>

#include <limits>

namespace customer_value::test {
namespace {

constexpr auto most = customer_value::max_count;

TEST(Checked, counts_up_to_the_largest_count)
{
    std::int64_t count = most - 1;
    add_count(count, 1);
    EXPECT_EQ(count, most);
    add_count(count, 0);
    EXPECT_EQ(count, most);
}

TEST(Checked, refuses_to_count_past_it)
{
    std::int64_t count = most;
    EXPECT_ERROR(out_of_range, (add_count(count, 1), 0));
    count = 1;
    EXPECT_ERROR(out_of_range, (add_count(count, most), 0));
}

TEST(Checked, leaves_a_count_alone_that_it_refuses_to_raise)
{
    std::int64_t count = most;
    EXPECT_ERROR(out_of_range, (add_count(count, 1), 0));
    EXPECT_EQ(count, most);
}

}  // namespace
}  // namespace customer_value::test
