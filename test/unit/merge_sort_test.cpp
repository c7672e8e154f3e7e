#include "core/common/merge_sort.h"

#include "unit/decimals.h"

#include <gtest/gtest.h>

#include <numeric>

namespace customer_value::test {
namespace {

TEST(MergeSort, sorts_any_number_of_items_whatever_their_order)
{
    Random random(20240229);
    for (const std::size_t count : {0, 1, 2, 3, 4095, 4096, 4097, 8192, 8193, 12287, 12288, 12289, 16384, 65536, 100000, 131073})
        for (const int kind : {0, 1, 2, 3}) {
            std::vector<int> items(count), spare(count);
            std::iota(items.begin(), items.end(), 0);
            if (kind == 1)
                std::reverse(items.begin(), items.end());
            else if (kind > 1)
                for (int& item : items)
                    item = static_cast<int>(random() % (kind == 2 ? 1000000 : 7));
            std::vector<int> expected = items;
            std::sort(expected.begin(), expected.end());
            MergeSort sort{std::span<int>(items), spare.data(), std::less<>()};
            while (sort.advance()) {
            }
            EXPECT_TRUE(std::equal(expected.begin(), expected.end(), sort.sorted())) << count << " items, order " << kind;
            EXPECT_FALSE(sort.advance());
        }
}

TEST(MergeSort, goes_in_short_stretches)
{
    std::vector<int> items(1000000), spare(items.size());
    MergeSort sort{std::span<int>(items), spare.data(), std::less<>()};
    int stretches = 0;
    while (sort.advance())
        ++stretches;
    EXPECT_GT(stretches, 300);
}

}  // namespace
}  // namespace customer_value::test
