#include "core/common/proportion.h"

#include "unit/laws.h"

#include <gtest/gtest.h>

#include <limits>

namespace customer_value::test {
namespace {

constexpr auto most = customer_value::max_count;

TEST(Proportion, counts_cases_that_are_present_and_hits_among_them)
{
    Proportion proportion;
    for (const auto& [hit, present] : {std::pair{true, true}, {false, true}, {true, false}, {false, false}})
        proportion.add(hit, present);
    EXPECT_EQ(proportion.hits, 1);
    EXPECT_EQ(proportion.total, 2);
}

TEST(Proportion, takes_a_case_out_as_it_was_put_in)
{
    Random random(21);
    Proportion proportion;
    std::vector<std::pair<bool, bool>> cases;
    for (int i = 0; i < 100; ++i) {
        cases.emplace_back(random() % 2 == 0, random() % 2 == 0);
        proportion.add(cases.back().first, cases.back().second);
    }
    for (const auto& [hit, present] : cases)
        proportion.remove(hit, present);
    EXPECT_EQ(proportion.hits, 0);
    EXPECT_EQ(proportion.total, 0);
}

TEST(Proportion, refuses_to_count_past_the_largest_count)
{
    const auto full = [] { return Proportion{most, most}; };
    EXPECT_ERROR(out_of_range, (full().add(true), 0));
    EXPECT_ERROR(out_of_range, (full().merge({0, 1}), 0));
    EXPECT_NO_THROW(full().add(true, false));
}

}  // namespace
}  // namespace customer_value::test
