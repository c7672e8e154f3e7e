#include "core/behaviour/ladder.h"
#include "core/behaviour/sessions.h"
#include "core/common/instant.h"

#include "unit/laws.h"

#include <gtest/gtest.h>

namespace customer_value::test {
namespace {

TEST(Sessions, begin_anew_after_a_pause_longer_than_the_gap)
{
    behaviour::Sessions sessions{};
    EXPECT_EQ(sessions.add(-5, 10), 1);
    EXPECT_EQ(sessions.add(5, 10), 1);
    EXPECT_EQ(sessions.add(16, 10), 2);
    EXPECT_EQ(sessions.add(16, 10), 2);
    EXPECT_ERROR(invalid_parameter, sessions.add(15, 10));
}

TEST(Sessions, do_not_overflow)
{
    behaviour::Sessions sessions{};
    EXPECT_EQ(sessions.add(first_instant, INT64_MAX), 1);
    EXPECT_EQ(sessions.add(end_of_instants - 1, INT64_MAX), 2);
}

TEST(Transitions, have_the_median_of_a_sorted_list)
{
    Random random(3);
    for (int round = 0; round < 300; ++round) {
        const auto customers = static_cast<std::size_t>(between(random, 0, 12));
        std::vector<std::int64_t> here(customers), next(customers), scratch(customers), times;
        std::int64_t reached = 0;
        for (std::size_t i = 0; i < customers; ++i) {
            here[i] = between(random, 0, 3) == 0 ? behaviour::never : between(random, -20, 20);
            next[i] = between(random, 0, 3) == 0 ? behaviour::never : between(random, -20, 20);
            reached += here[i] != behaviour::never;
            if (here[i] != behaviour::never && next[i] != behaviour::never && next[i] >= here[i])
                times.push_back(next[i] - here[i]);
        }
        std::sort(times.begin(), times.end());
        const auto found = behaviour::transition(here, next, scratch);
        EXPECT_EQ(found.customers, reached);
        EXPECT_EQ(found.moved, static_cast<std::int64_t>(times.size()));
        if (!times.empty()) {
            EXPECT_EQ(found.median, (times[(times.size() - 1) / 2] + times[times.size() / 2]) / 2);
        }
    }
}

TEST(Transitions, of_times_that_do_not_fit_are_refused)
{
    const std::vector<std::int64_t> here{first_instant}, next{end_of_instants - 1};
    std::vector<std::int64_t> scratch(1);
    EXPECT_ERROR(out_of_range, behaviour::transition(here, next, scratch));
}

}  // namespace
}  // namespace customer_value::test
