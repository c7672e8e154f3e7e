#include "core/ledger/figures.h"

#include <gtest/gtest.h>

#include <vector>

namespace customer_value::test {
namespace {

using ledger::Lifetime;

TEST(Lifetimes, of_the_example_have_a_restricted_mean_of_3_3_and_a_hazard_mean_of_5)
{
    std::vector<Lifetime> lifetimes{{5, false}, {2, true}, {4, true}, {3, false}, {1, true}};
    EXPECT_NEAR(*ledger::restricted_mean(lifetimes), 3.3, 1e-12);
    EXPECT_EQ(ledger::hazard_mean(lifetimes), 5.0);
}

TEST(Lifetimes, that_all_end_have_their_plain_mean)
{
    std::vector<Lifetime> lifetimes{{0, true}, {7, true}, {7, true}, {2, true}};
    EXPECT_NEAR(*ledger::restricted_mean(lifetimes), 4.0, 1e-12);
    EXPECT_EQ(ledger::hazard_mean(lifetimes), 4.0);
}

TEST(Lifetimes, that_never_end_last_to_the_horizon)
{
    std::vector<Lifetime> lifetimes{{3, false}, {9, false}, {0, false}};
    EXPECT_EQ(ledger::restricted_mean(lifetimes), 9.0);
    EXPECT_EQ(ledger::hazard_mean(lifetimes), std::nullopt);
}

TEST(Lifetimes, of_nobody_have_no_mean)
{
    EXPECT_EQ(ledger::restricted_mean({}), std::nullopt);
    EXPECT_EQ(ledger::hazard_mean({}), std::nullopt);
}

TEST(Lifetimes, that_are_censored_on_a_day_are_at_risk_on_it)
{
    std::vector<Lifetime> lifetimes{{1, false}, {1, true}, {3, false}};
    EXPECT_NEAR(*ledger::restricted_mean(lifetimes), 1 + 2 * (2.0 / 3), 1e-12);
}

}  // namespace
}  // namespace customer_value::test
