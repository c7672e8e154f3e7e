#include "core/revenue/status.h"

#include "unit/laws.h"

#include <gtest/gtest.h>

namespace customer_value::test {
namespace {

using revenue::is_known_status;
using revenue::is_revenue_status;

TEST(RevenueStatus, is_true_where_the_money_was_taken)
{
    for (const char* word : {"paid", "completed", "shipped", "delivered", "fulfilled", "refunded", "partially_refunded",
                             "PAID", "Partially_Refunded", "processing", "wc-completed", "Complete", "succeeded",
                             "Payment accepted", "On backorder (paid)", "Canceled Reversal"})
        EXPECT_TRUE(is_revenue_status(word)) << word;
}

TEST(RevenueStatus, is_false_where_it_was_not)
{
    for (const char* word :
         {"cancelled", "canceled", "void", "voided", "pending", "failed", "draft", "Cancelled", "DRAFT", "on-hold",
          "On Hold", "wc-on-hold", "authorized", "requires_payment_method", "pending_payment", "Payment error",
          "On backorder (not paid)", "Awaiting check payment", "Chargeback"})
        EXPECT_FALSE(is_revenue_status(word)) << word;
}

TEST(RevenueStatus, knows_the_words_of_both_kinds)
{
    for (const char* word : {"paid", "Partially_Refunded", "cancelled", "DRAFT"})
        EXPECT_TRUE(is_known_status(word)) << word;
}

TEST(RevenueStatus, refuses_a_word_that_it_does_not_know)
{
    for (const std::string& word :
         {std::string(), std::string("lost"), std::string("open"), std::string("partially_paid"), std::string("wc-"),
          std::string("wc-wc-paid"), std::string(" paid"), std::string("paid "), std::string("pai"),
          std::string("paid\0", 5), std::string(1000000, 'x'), "paid" + std::string(100, ' '),
          std::string("\xC3\xA9t\xC3\xA9")}) {
        EXPECT_ERROR(invalid_parameter, is_revenue_status(word));
        EXPECT_FALSE(is_known_status(word));
    }
    try {
        (void)is_revenue_status("Lost");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.message(), "unknown order status: \"Lost\"");
        EXPECT_FALSE(error.detail().empty());
        EXPECT_FALSE(error.hint().empty());
    }
}

}  // namespace
}  // namespace customer_value::test
