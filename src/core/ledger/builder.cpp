#include "core/ledger/builder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

namespace customer_value::ledger {

namespace {

constexpr std::size_t longest_probe = 4096;  // slots; a hash table at most half full needs a few dozen
constexpr std::size_t stretch = 65536;  // rows or customers between two looks for a cancel request

// 10^places for the scales that amounts are kept in.
constexpr std::array<std::int64_t, 17> powers = [] {
    std::array<std::int64_t, 17> table{1};
    for (std::size_t i = 1; i < table.size(); ++i)
        table[i] = table[i - 1] * 10;
    return table;
}();

[[noreturn, gnu::cold, gnu::noinline]] void throw_too_many_digits(const std::string& amount)
{
    throw Error(ErrorCode::out_of_range, "amount has more digits than a ledger keeps: " + clipped(amount),
                "It keeps 18 digits, up to 16 of them after the decimal point, at the same scale for all amounts of the ledger.",
                "Round the amounts first, for example round(amount, 2).");
}

[[noreturn, gnu::cold, gnu::noinline]] void throw_collisions()
{
    throw Error(ErrorCode::too_large, "too many customer keys have the same hash");
}

[[noreturn, gnu::cold, gnu::noinline]] void throw_day_out_of_range()
{
    throw Error(ErrorCode::out_of_range, "day is out of range", "A ledger takes days from 4713 BC to about the year 275000, and no infinity.");
}

std::string shown_amount(std::int64_t amount, std::int32_t scale) { return shown(static_cast<Int128>(amount), scale); }

std::int32_t kept_scale(std::int32_t scale) noexcept { return (scale + 3) / 4 * 4; }

}  // namespace

void Builder::set_kind(KeyKind kind, bool has_amounts)
{
    const auto amounts = has_amounts ? Amounts::present : Amounts::absent;
    if (kind == kind_ && amounts == amounts_) [[likely]]
        return;
    if (kind_ != KeyKind::none && kind != kind_)
        throw Error(ErrorCode::invalid_parameter, "ledgers of two kinds of customer key cannot be merged: " + std::string(name_of(kind_)) +
                    " and " + std::string(name_of(kind)));
    if (amounts_ != Amounts::unknown && amounts != amounts_)
        throw Error(ErrorCode::invalid_parameter, "a ledger with amounts and one without cannot be merged", {},
                    "Build both with ledger_agg(customer, day, amount), or both without the amount.");
    kind_ = kind;
    amounts_ = amounts;
}

void Builder::widen_scale(std::int32_t scale)
{
    if (scale > largest_scale)
        throw_too_many_digits("more than 16 decimal places");
    const std::int64_t factor = powers[static_cast<std::size_t>(scale - scale_)];
    const std::int64_t limit = std::numeric_limits<std::int64_t>::max() / factor;
    if (last_chunk_ != nullptr)
        last_chunk_->count = room_.count;
    for (Chunk* chunk = first_chunk_; chunk != nullptr; chunk = chunk->next)
        for (std::uint32_t i = 0; i < chunk->count; ++i)
            if (const auto amount = chunk->amounts()[i]; amount > limit || amount < -limit)
                throw_too_many_digits(shown_amount(amount, scale_));
    for (Chunk* chunk = first_chunk_; chunk != nullptr; chunk = chunk->next)
        for (std::uint32_t i = 0; i < chunk->count; ++i)
            chunk->amounts()[i] *= factor;
    scale_ = scale;
}

void Builder::see_scale(std::int32_t scale)
{
    shown_scale_ = std::max(shown_scale_, scale);
    if (kept_scale(scale) > scale_)
        widen_scale(kept_scale(scale));
}

std::int64_t Builder::scaled(std::int64_t amount, std::int32_t scale) const
{
    std::int64_t value;
    if (__builtin_mul_overflow(amount, powers[static_cast<std::size_t>(scale_ - scale)], &value))
        throw_too_many_digits(shown_amount(amount, scale));
    return value;
}

std::int64_t Builder::scaled_slowly(const Decimal& amount)
{
    require_finite("amount", amount);
    shown_scale_ = std::max(shown_scale_, std::min(amount.scale, largest_scale));
    const std::int32_t places = std::max(4 * (amount.digit_count - 1 - amount.weight), kept_scale(shown_scale_));
    if (places > scale_)
        widen_scale(places);
    const std::int32_t groups = scale_ / 4;
    if (amount.zero())
        return 0;
    if (amount.weight + groups + 1 > 4) {
        if (amount.weight + groups + 1 > 6)
            throw_too_many_digits(shown(amount));
        Int128 wide = 0;
        for (std::int32_t position = amount.weight; position >= -groups; --position)
            wide = wide * 10000 + amount.at(position);
        if (wide > std::numeric_limits<std::int64_t>::max())
            throw_too_many_digits(shown(amount));
        return static_cast<std::int64_t>(amount.negative ? -wide : wide);
    }
    return scaled(amount);
}

Request Builder::chunk_request() const noexcept
{
    const std::size_t count = last_chunk_ == nullptr ? 8 : std::min<std::size_t>(std::size_t{2} * last_chunk_->capacity, largest_chunk);
    return {Request::Use::chunk, count, sizeof(Chunk) + count * (sizeof(std::uint32_t) + sizeof(Day) + (has_amounts() ? sizeof(std::int64_t) : 0))};
}

std::optional<Request> Builder::reserve_keys(std::size_t more, std::size_t more_text) const
{
    if (customers_ + more > key_capacity_) {
        const std::size_t count = std::bit_ceil(std::max<std::size_t>(8, customers_ + more));
        if (count > (std::size_t{1} << 30))
            throw Error(ErrorCode::too_large, "a ledger holds at most 1073741824 customers");
        return Request{Request::Use::keys, count, count * (width() * sizeof(std::uint64_t) + 2 * sizeof(std::uint32_t))};
    }
    if (text_used_ + more_text > text_capacity_) {
        const std::size_t count = std::bit_ceil(std::max<std::size_t>(64, text_used_ + more_text));
        return Request{Request::Use::text, count, count};
    }
    return std::nullopt;
}

std::optional<Request> Builder::reserve_pending(std::size_t text_bytes)
{
    if (pending_ == nullptr)
        return Request{Request::Use::pending, batch, batch * width() * sizeof(std::uint64_t) + (kind_ == KeyKind::text ? batch_text : 0)};
    if (pending_count_ == batch || (kind_ == KeyKind::text && pending_text_used_ + text_bytes > batch_text))
        return flush();
    return std::nullopt;
}

void* Builder::adopt(const Request& request, void* memory)
{
    bytes_ += request.bytes;
    void* replaced = nullptr;
    switch (request.use) {
    case Request::Use::pending:
        pending_ = static_cast<std::uint64_t*>(memory);
        break;
    case Request::Use::chunk: {
        auto* chunk = static_cast<Chunk*>(memory);
        *chunk = {nullptr, static_cast<std::uint32_t>(request.count), 0};
        if (last_chunk_ != nullptr)
            last_chunk_->count = room_.count;
        (last_chunk_ == nullptr ? first_chunk_ : last_chunk_->next) = chunk;
        last_chunk_ = chunk;
        rows_before_ += room_.count;
        room_ = {0, chunk->capacity, chunk->customers(has_amounts()), chunk->days(has_amounts()), has_amounts() ? chunk->amounts() : nullptr};
        break;
    }
    case Request::Use::keys: {
        bytes_ -= key_capacity_ * (width() * sizeof(std::uint64_t) + 2 * sizeof(std::uint32_t));
        replaced = keys_;
        auto* keys = static_cast<std::uint64_t*>(memory);
        if (customers_ > 0)
            std::memcpy(keys, keys_, customers_ * width() * sizeof(std::uint64_t));
        keys_ = keys;
        key_capacity_ = static_cast<std::uint32_t>(request.count);
        index_keys();
        break;
    }
    case Request::Use::text:
        bytes_ -= text_capacity_;
        replaced = text_;
        if (text_used_ > 0)
            std::memcpy(memory, text_, text_used_);
        text_ = static_cast<char*>(memory);
        text_capacity_ = request.count;
        break;
    }
    return replaced;
}

void* Builder::release_chunk() noexcept
{
    Chunk* chunk = first_chunk_;
    if (chunk != nullptr) {
        first_chunk_ = chunk->next;
        if (first_chunk_ == nullptr)
            last_chunk_ = nullptr;  // rows() goes on counting what was there
    }
    return chunk;
}

std::uint64_t Builder::hash_of(const std::uint64_t* words) const noexcept
{
    return kind_ == KeyKind::bigint ? mixed(words[0]) : kind_ == KeyKind::uuid ? mixed(words[0] ^ mixed(words[1])) : words[0];
}

template <KeyKind kind> bool Builder::same_key(std::uint32_t customer, const std::uint64_t* words, std::string_view bytes) const noexcept
{
    if constexpr (kind == KeyKind::bigint)
        return keys_[customer] == words[0];
    const auto* stored = keys_ + customer * std::size_t{2};
    return stored[0] == words[0] && (kind == KeyKind::uuid ? stored[1] == words[1] : key_bytes_of(customer) == bytes);
}

template <KeyKind kind> std::uint32_t Builder::find_or_insert(std::uint64_t hash, const std::uint64_t* words, std::string_view bytes)
{
    const std::size_t mask = slot_count() - 1;
    std::uint32_t* const table = slots();
    std::size_t at = hash & mask;
    for (std::size_t probe = 0; table[at] != 0; at = (at + 1) & mask) {
        if (same_key<kind>(table[at] - 1, words, bytes))
            return table[at] - 1;
        if (++probe > longest_probe) [[unlikely]]
            throw_collisions();
    }
    std::uint64_t* stored = keys_ + customers_ * width();
    stored[0] = words[0];
    if (kind_ == KeyKind::uuid) {
        stored[1] = words[1];
    } else if (kind_ == KeyKind::text) {
        stored[1] = static_cast<std::uint64_t>(text_used_) << 16 | bytes.size();
        std::memcpy(text_ + text_used_, bytes.data(), bytes.size());
        text_used_ += bytes.size();
    }
    table[at] = ++customers_;
    return customers_ - 1;
}

// The number of a customer; there is room for one more.
std::uint32_t Builder::find_or_insert(const Key& customer)
{
    std::uint64_t words[2] = {0, 0};
    if (kind_ == KeyKind::text)
        words[0] = customer_value::hash_of(customer.bytes);
    else
        std::memcpy(words, customer.bytes.data(), customer.bytes.size());
    const auto hash = hash_of(words);
    return kind_ == KeyKind::bigint ? find_or_insert<KeyKind::bigint>(hash, words, {})
           : kind_ == KeyKind::uuid ? find_or_insert<KeyKind::uuid>(hash, words, {})
                                    : find_or_insert<KeyKind::text>(hash, words, customer.bytes);
}

void Builder::index_keys()
{
    std::uint32_t* const table = slots();
    std::memset(table, 0, slot_count() * sizeof *table);
    const std::size_t mask = slot_count() - 1;
    for (std::uint32_t customer = 0; customer < customers_; ++customer) {
        std::size_t at = hash_of(keys_ + customer * width()) & mask;
        for (std::size_t probe = 0; table[at] != 0; at = (at + 1) & mask)
            if (++probe > longest_probe) [[unlikely]]
                throw_collisions();
        table[at] = customer + 1;
    }
}

std::string_view Builder::pending_bytes(std::size_t i) const noexcept
{
    return kind_ == KeyKind::text ? key_bytes(kind_, pending_ + 2 * i + 1, reinterpret_cast<const char*>(pending_ + 2 * batch)) : std::string_view{};
}

// There is room for all keys if all are new. Three loops instead of one, so that cache misses overlap.
template <KeyKind kind> void Builder::resolve_pending()
{
    constexpr std::size_t words = kind == KeyKind::bigint ? 1 : 2;
    std::array<std::uint64_t, batch> hashes;
    const std::size_t mask = slot_count() - 1;
    const std::uint32_t* const table = slots();
    const std::uint32_t count = pending_count_;
    for (std::uint32_t i = 0; i < count; ++i) {
        hashes[i] = hash_of(pending_ + i * words);
        __builtin_prefetch(table + (hashes[i] & mask));
    }
    for (std::uint32_t i = 0; i < count; ++i)
        if (const auto slot = table[hashes[i] & mask]; slot != 0)
            __builtin_prefetch(keys_ + (slot - 1) * words);
    std::uint32_t* numbers = room_.customers + room_.count - count;
    for (std::uint32_t i = 0; i < count; ++i)
        numbers[i] = find_or_insert<kind>(hashes[i], pending_ + i * words, pending_bytes(i));
    pending_count_ = 0;
    pending_text_used_ = 0;
}

std::optional<Request> Builder::flush()
{
    if (pending_count_ == 0)
        return std::nullopt;
    if (const auto request = reserve_keys(pending_count_, pending_text_used_))
        return request;
    if (kind_ == KeyKind::bigint)
        resolve_pending<KeyKind::bigint>();
    else if (kind_ == KeyKind::uuid)
        resolve_pending<KeyKind::uuid>();
    else
        resolve_pending<KeyKind::text>();
    return std::nullopt;
}

void Builder::push_pending(const Key& customer) noexcept
{
    std::uint64_t* words = pending_ + pending_count_++ * width();
    if (kind_ != KeyKind::text) {
        std::memcpy(words, customer.bytes.data(), customer.bytes.size());
        return;
    }
    words[0] = customer_value::hash_of(customer.bytes);
    words[1] = static_cast<std::uint64_t>(pending_text_used_) << 16 | customer.bytes.size();
    std::memcpy(reinterpret_cast<char*>(pending_ + 2 * batch) + pending_text_used_, customer.bytes.data(), customer.bytes.size());
    pending_text_used_ += static_cast<std::uint32_t>(customer.bytes.size());
}

std::optional<Request> Builder::add(const Key& customer, Day day, const std::int64_t* amount, std::int32_t scale)
{
    set_kind(customer.kind, amount != nullptr);
    see_scale(scale);
    return place(customer, day, amount == nullptr ? 0 : scaled(*amount, scale));
}

std::optional<Request> Builder::place_slowly(const Key& customer, Day day, std::int64_t value)
{
    if (day < earliest_day || day > latest_day)
        throw_day_out_of_range();
    if (room_.count == room_.capacity) {
        if (const auto request = flush())
            return request;
        return chunk_request();
    }
    if (room_.capacity >= batch && customer.bytes.size() <= batch_text / 8) {
        if (const auto request = reserve_pending(customer.bytes.size()))
            return request;
        push_pending(customer);
        push_row(0, day, value);
        return std::nullopt;
    }
    if (customer.bytes.size() > longest_key)
        throw Error(ErrorCode::out_of_range, "customer must have at most " + std::to_string(longest_key) + " bytes: \"" + clipped(customer.bytes, 40) + "\"");
    if (const auto request = flush())
        return request;
    if (const auto request = reserve_keys(1, customer.kind == KeyKind::text ? customer.bytes.size() : 0))
        return request;
    push_row(find_or_insert(customer), day, value);
    return std::nullopt;
}

std::optional<Request> Builder::append(const View& view, Cursor& cursor)
{
    if (view.customers == 0)
        return std::nullopt;
    set_kind(view.kind, view.has_amounts);
    if (const auto request = flush())
        return request;
    see_scale(view.scale);
    std::size_t left = stretch;
    for (; cursor.customer < view.customers && left > 0; ++cursor.customer, cursor.row = 0) {
        const Key key = view.key(cursor.customer);
        if (const auto request = reserve_keys(1, kind_ == KeyKind::text ? key.bytes.size() : 0))
            return request;
        const auto number = find_or_insert(key);
        const Rows rows = view.of(cursor.customer);
        for (; cursor.row < rows.size(); ++cursor.row) {
            if (room_.count == room_.capacity)
                return chunk_request();
            push_row(number, rows.days[cursor.row], scaled(rows.amount(cursor.row), view.scale));
        }
        left -= std::min(left, rows.size() + 1);
    }
    return std::nullopt;
}

}  // namespace customer_value::ledger
