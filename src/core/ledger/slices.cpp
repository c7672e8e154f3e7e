#include "core/ledger/slices.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace customer_value::ledger {

namespace {

// The customer's rows that are kept, first..behind, as places in the columns of the view.
struct Kept {
    std::uint32_t first, behind;
};

Kept kept_rows(const View& view, std::uint32_t customer, Days kept) noexcept
{
    const Day* first = view.days + view.offsets[customer];
    const Day* behind = view.days + view.offsets[customer + 1];
    if (*first < kept.from)
        first = std::partition_point(first, behind, [&](Day day) { return day < kept.from; });
    if (first < behind && behind[-1] >= kept.to)
        behind = std::partition_point(first, behind, [&](Day day) { return day < kept.to; });
    return {static_cast<std::uint32_t>(first - view.days), static_cast<std::uint32_t>(behind - view.days)};
}

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15u;

// The bytes as a number, the first the lowest, whatever the machine.
std::uint64_t word_of(std::string_view bytes) noexcept
{
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return word;
}

// hash_of (core/common/key.h) may change, as it only serves tables in memory; these bits are stored.
std::uint64_t stable_hash(const Key& customer) noexcept
{
    std::string_view bytes = customer.bytes;
    if (customer.kind == KeyKind::bigint) {
        std::uint64_t number;
        std::memcpy(&number, bytes.data(), sizeof number);
        return mixed(number + golden);
    }
    std::uint64_t hash = bytes.size();
    for (; bytes.size() > 8; bytes.remove_prefix(8))
        hash = mixed((hash + golden) ^ word_of(bytes.substr(0, 8)));
    return mixed((hash + golden) ^ word_of(bytes));
}

[[noreturn, gnu::cold, gnu::noinline]] void fail_shards(std::int32_t shards)
{
    throw Error(ErrorCode::invalid_parameter, "shards must be at least 1: " + std::to_string(shards));
}

}  // namespace

SliceSize slice_size(const View& view, Days kept) noexcept
{
    SliceSize size;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const auto [first, behind] = kept_rows(view, customer, kept);
        size.customers += first < behind;
        size.rows += behind - first;
    }
    return size;
}

View sliced(const View& view, Days kept, const Columns& into) noexcept
{
    const std::size_t words = words_of(view.kind);
    std::uint32_t customers = 0, rows = 0;
    Day first_day = view.last_day, last_day = view.first_day;
    into.offsets[0] = 0;
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const auto [first, behind] = kept_rows(view, customer, kept);
        if (first == behind)
            continue;
        std::copy(view.days + first, view.days + behind, into.days + rows);
        if (view.amounts != nullptr)
            std::copy(view.amounts + first, view.amounts + behind, into.amounts + rows);
        std::copy_n(view.keys + customer * words, words, into.keys + customers * words);
        first_day = std::min(first_day, view.days[first]);
        last_day = std::max(last_day, view.days[behind - 1]);
        rows += behind - first;
        into.offsets[++customers] = rows;
    }
    if (customers == 0)
        return {};
    return {view.kind, view.has_amounts, view.scale, customers, first_day, last_day, into.offsets, into.days,
            view.amounts == nullptr ? nullptr : into.amounts, into.keys, view.text};
}

void require_shard(std::int32_t shards, std::int32_t shard)
{
    if (shards < 1)
        fail_shards(shards);
    if (shard < 0 || shard >= shards)
        throw Error(ErrorCode::invalid_parameter, "shard must lie between 0 and " + std::to_string(shards - 1) + ": " + std::to_string(shard));
}

std::int32_t shard_of(const Key& customer, std::int32_t shards)
{
    if (shards < 1)
        fail_shards(shards);
    // by the upper bits: hash tables take the lower ones, and should not find those of a shard to be equal
    return static_cast<std::int32_t>((stable_hash(customer) >> 32) * static_cast<std::uint64_t>(shards) >> 32);
}

}  // namespace customer_value::ledger
