#include "core/ledger/customer_table.h"

#include "core/common/error.h"
#include "core/common/interrupt.h"
#include "core/common/radix_sort.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace customer_value::ledger {

[[gnu::cold, gnu::noinline]] void CustomerTable::throw_collisions()
{
    throw Error(ErrorCode::too_large, "too many customer keys have the same hash");
}

std::optional<Request> CustomerTable::reserve(std::size_t more, std::size_t more_text) const
{
    const std::size_t customers = size_ + more;
    if (customers > key_capacity_) {
        if (customers > std::size_t{1} << 30)
            throw Error(ErrorCode::too_large, "a ledger holds at most 1073741824 customers");
        const std::size_t count = std::max(
            {std::size_t{8}, customers, key_capacity_ + grown_by(key_capacity_, words() * sizeof(std::uint64_t))});
        return request_for(Request::Use::keys, count, keys_, key_capacity_, words());
    }
    if (2 * customers > slot_count_) {
        const std::size_t count = std::bit_ceil(std::max<std::size_t>(16, 2 * customers));
        return request_for(Request::Use::slots, count, slots_, slot_count_);
    }
    if (text_used_ + more_text > text_capacity_) {
        const std::size_t count =
            std::max({std::size_t{64}, text_used_ + more_text, text_capacity_ + grown_by(text_capacity_, 1)});
        return request_for(Request::Use::text, count, text_, text_capacity_);
    }
    return std::nullopt;
}

void CustomerTable::adopt(const Request& request, void* memory)
{
    if (request.use == Request::Use::keys) {
        keys_ = static_cast<std::uint64_t*>(memory);
        key_capacity_ = request.count;
    } else if (request.use == Request::Use::slots) {
        slots_ = static_cast<std::uint64_t*>(memory);
        slot_count_ = request.count;
        for_kind(kind_, [&](auto kind) { index<kind>(); });
    } else {
        text_ = static_cast<char*>(memory);
        text_capacity_ = request.count;
    }
}

std::uint32_t CustomerTable::find_or_insert(const Key& customer)
{
    std::uint64_t key[2] = {0, 0};
    if (kind_ == KeyKind::text)
        key[0] = hash_of(customer.bytes);
    else
        std::memcpy(key, customer.bytes.data(), customer.bytes.size());
    return for_kind(kind_, [&](auto kind) {
        const std::uint64_t hash = table_hash<kind>(key);
        return find_or_insert<kind>(first_slot(hash), hash, key, customer.bytes);
    });
}

template <KeyKind kind> void CustomerTable::index()
{
    std::fill_n(slots_, slot_count_, 0);
    const std::size_t mask = slot_count_ - 1;
    for (std::uint32_t customer = 0; customer < size_; ++customer) {
        const std::uint64_t hash = table_hash<kind>(keys_ + customer * table_words<kind>);
        std::size_t at = first_slot(hash);
        for (std::size_t probe = 0; slots_[at] != 0; at = (at + 1) & mask)
            if (++probe > longest_probe) [[unlikely]]
                throw_collisions();
        slots_[at] = slot_of(hash, customer);
    }
}

void CustomerTable::rank(std::uint32_t* order, std::uint64_t* keys) const
{
    constexpr std::uint64_t sign = std::uint64_t{1} << 63;
    struct Ranked {
        std::uint64_t word;  // by which the key sorts, or its beginning
        std::uint32_t customer;
    };
    const auto big_endian = [](std::string_view bytes) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), std::min<std::size_t>(bytes.size(), 8));
        return __builtin_bswap64(word);
    };
    std::vector<Ranked> ranked(size_);
    std::uint64_t different = 0;
    for (std::uint32_t i = 0; i < size_; ++i) {
        ranked[i] = {kind_ == KeyKind::bigint ? keys_[i] ^ sign : big_endian(bytes_of(i)), i};
        different |= ranked[i].word ^ ranked[0].word;
    }
    std::vector<Ranked> spare(size_);
    const auto sorted =
        radix_sorted(std::span(ranked), spare.data(), different, [](const Ranked& each) { return each.word; });
    // keys with one beginning
    for (auto first = sorted.begin(), end = first; kind_ != KeyKind::bigint && first != sorted.end(); first = end) {
        for (end = first + 1; end != sorted.end() && end->word == first->word;)
            ++end;
        if (end - first > 1)
            sort_or_stop(first, end, [this](const Ranked& a, const Ranked& b) {
                return bytes_of(a.customer) < bytes_of(b.customer);
            });
    }
    const std::size_t width = words_of(kind_);
    for (std::uint32_t i = 0; i < size_; ++i) {
        order[i] = sorted[i].customer;
        std::memcpy(keys + i * width, keys_ + order[i] * words() + (kind_ == KeyKind::text ? 1 : 0),
                    width * sizeof(std::uint64_t));
    }
}

}  // namespace customer_value::ledger
