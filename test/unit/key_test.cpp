#include "core/common/key.h"

#include "unit/laws.h"

#include <gtest/gtest.h>

#include <bit>
#include <set>

namespace customer_value::test {
namespace {

TEST(Key, kinds_have_the_names_of_their_types)
{
    EXPECT_EQ(name_of(KeyKind::none), "none");
    EXPECT_EQ(name_of(KeyKind::bigint), "bigint");
    EXPECT_EQ(name_of(KeyKind::uuid), "uuid");
    EXPECT_EQ(name_of(KeyKind::text), "text");
}

TEST(Hash, mixes_as_splitmix64_does)
{
    // the first outputs of splitmix64 from state 0: mixed(n * 0x9e3779b97f4a7c15)
    EXPECT_EQ(mixed(0x9e3779b97f4a7c15u), 0xe220a8397b1dcdafu);
    EXPECT_EQ(mixed(2 * 0x9e3779b97f4a7c15u), 0x6e789e6aa1b965f4u);
    EXPECT_EQ(mixed(3 * 0x9e3779b97f4a7c15u), 0x06c45d188009454fu);
}

TEST(Hash, is_the_same_wherever_the_bytes_lie)
{
    Random random(31);
    for (std::size_t size = 0; size < 100; ++size) {
        const std::string bytes = random_digits(random, static_cast<int>(size));
        for (std::size_t offset = 0; offset < 8; ++offset) {
            const std::vector<char> moved = [&] {
                std::vector<char> buffer(offset, '?');
                buffer.insert(buffer.end(), bytes.begin(), bytes.end());
                return buffer;
            }();
            EXPECT_EQ(hash_of({moved.data() + offset, size}), hash_of(bytes));
        }
    }
}

TEST(Hash, tells_texts_apart_that_differ_in_length_or_in_one_letter)
{
    std::set<std::uint64_t> seen;
    std::size_t texts = 0;
    for (std::size_t size = 0; size <= 40; ++size) {
        seen.insert(hash_of(std::string(size, 'a')));
        ++texts;
        for (std::size_t at = 0; at < size; ++at)
            for (char letter = 'b'; letter <= 'z'; ++letter, ++texts) {
                std::string text(size, 'a');
                text[at] = letter;
                seen.insert(hash_of(text));
            }
    }
    EXPECT_EQ(seen.size(), texts);
}

TEST(Hash, flips_half_of_the_bits_for_each_bit_of_the_key)
{
    Random random(32);
    double flipped = 0;
    constexpr int rounds = 200;
    for (int round = 0; round < rounds; ++round) {
        const std::uint64_t key = random();
        for (int bit = 0; bit < 64; ++bit)
            flipped += std::popcount(mixed(key) ^ mixed(key ^ std::uint64_t{1} << bit));
    }
    EXPECT_NEAR(flipped / (rounds * 64), 32, 0.5);
}

}  // namespace
}  // namespace customer_value::test
