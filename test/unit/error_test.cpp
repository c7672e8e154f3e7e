#include "core/common/error.h"

#include <gtest/gtest.h>

namespace customer_value::test {
namespace {

TEST(Error, keeps_what_failed_why_and_what_to_do)
{
    const Error error(ErrorCode::out_of_range, "score must lie between 0 and 10: 11", "A detail.", "A hint.");
    EXPECT_EQ(error.code(), ErrorCode::out_of_range);
    EXPECT_EQ(error.message(), "score must lie between 0 and 10: 11");
    EXPECT_EQ(error.detail(), "A detail.");
    EXPECT_EQ(error.hint(), "A hint.");
    EXPECT_STREQ(error.what(), "score must lie between 0 and 10: 11");
}

TEST(Error, needs_neither_detail_nor_hint)
{
    const Error error(ErrorCode::internal, "message");
    EXPECT_TRUE(error.detail().empty());
    EXPECT_TRUE(error.hint().empty());
}

}  // namespace
}  // namespace customer_value::test
