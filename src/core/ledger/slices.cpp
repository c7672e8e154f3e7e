#include "core/ledger/slices.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace customer_value::ledger {

namespace {

[[noreturn, gnu::cold, gnu::noinline]] void fail_shards(std::int32_t shards)
{
    throw Error(ErrorCode::invalid_parameter, "shards must be at least 1: " + std::to_string(shards));
}

}  // namespace

PartWriter::PartWriter(const Head& whole, Day first_day, unsigned char* body, std::size_t room) noexcept
    : head_(whole), begin_(body), at_(body), end_(body + room)
{
    head_.customers = 0;
    head_.first_day = head_.last_day = first_day;
    head_.rows = head_.text_bytes = 0;
}

void PartWriter::add(const Key& customer, const Rows& kept) noexcept
{
    ++head_.customers;
    head_.last_day = std::max(head_.last_day, kept.days.back());
    head_.rows += kept.size();
    head_.text_bytes += customer.kind == KeyKind::text ? customer.bytes.size() : 0;
    const auto room = static_cast<std::size_t>(end_ - at_);
    // stored rows that are damaged may be longer than those of any writer
    const std::size_t most =
        kept.stored.empty() ? most_encoded(kept.size(), 1) : most_encoded(0, 1) + kept.stored.size();
    if (counted_ > 0 || most + KeyWriter::most_bytes(customer) > room) [[unlikely]] {
        Counter counter;
        KeyWriter keys = keys_;
        keys.write(counter, customer);
        write_rows(counter, kept, head_.first_day, head_.kind_of_ids);
        if (counted_ > 0 || counter.size + SlackWriter::slack > room) {
            keys_ = keys;
            counted_ += counter.size;
            return;
        }
    }
    SlackWriter writer{at_};
    keys_.write(writer, customer);
    write_rows(writer, kept, head_.first_day, head_.kind_of_ids);
    at_ = writer.at;
}

// In the whole the bytes of a customer that are not of a row are shared by more rows.
std::size_t PartWriter::likely_room(const StoredLedger& whole, const Extent& part) noexcept
{
    const std::size_t key = whole.kind == KeyKind::uuid   ? 16
                            : whole.kind == KeyKind::text ? 2 + whole.text_bytes / whole.customers
                                                          : 4;
    constexpr std::size_t counts = 3, spare = 256;
    const std::size_t row = whole.body.size() / whole.rows + 1;
    return part.rows * row + std::min<std::size_t>(part.rows, whole.customers) * (key + counts) + spare;
}

OfShard::OfShard(std::int32_t shards, std::int32_t shard) : shards_(shards), shard_(shard)
{
    if (shards < 1)
        fail_shards(shards);
    if (shard < 0 || shard >= shards)
        throw Error(ErrorCode::invalid_parameter,
                    "shard must lie between 0 and " + std::to_string(shards - 1) + ": " + std::to_string(shard));
}

InOther::InOther(const Head& whole, const StoredLedger& other)
    : other_(other, CustomerStream::Amounts::left_out, CustomerStream::Keys::read), customers_(other.customers)
{
    if (whole.customers > 0 && other.customers > 0 && whole.kind != other.kind)
        throw Error(ErrorCode::invalid_parameter, "ledgers of two kinds of customer key have no customers in common: " +
                                                      std::string(name_of(whole.kind)) + " and " +
                                                      std::string(name_of(other.kind)));
    advance();
}

std::int32_t shard_of(const Key& customer, std::int32_t shards)
{
    if (shards < 1)
        fail_shards(shards);
    // by the upper bits: hash tables take the lower ones, and should not find those of a shard to be equal
    return static_cast<std::int32_t>((stable_hash_of(customer) >> 32) * static_cast<std::uint64_t>(shards) >> 32);
}

}  // namespace customer_value::ledger
