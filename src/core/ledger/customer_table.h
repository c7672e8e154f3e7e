// Numbers for customers: their keys in a flat hash table, in the order in which they came. The memory is the caller's,
// in pieces that grow by themselves, unlike that of KeyTable, which is one with the state it belongs to.
#pragma once

#include "core/ledger/request.h"
#include "core/ledger/view.h"

#include "core/common/key.h"

#include <array>
#include <optional>
#include <type_traits>

namespace customer_value::ledger {

// Words of a key in the table: a text has its hash beside its place.
template <KeyKind kind> inline constexpr std::size_t table_words = kind == KeyKind::bigint ? 1 : 2;

template <KeyKind kind> [[nodiscard]] std::uint64_t table_hash(const std::uint64_t* words) noexcept
{
    return kind == KeyKind::bigint ? mixed(words[0])
           : kind == KeyKind::uuid ? mixed(words[0] ^ mixed(words[1]))
                                   : words[0];
}

// Calls `use` with the kind of key as a constant.
template <class Use> auto for_kind(KeyKind kind, Use use)
{
    return kind == KeyKind::bigint ? use(std::integral_constant<KeyKind, KeyKind::bigint>{})
           : kind == KeyKind::uuid ? use(std::integral_constant<KeyKind, KeyKind::uuid>{})
                                   : use(std::integral_constant<KeyKind, KeyKind::text>{});
}

class CustomerTable {
public:
    [[nodiscard]] KeyKind kind() const noexcept { return kind_; }
    void set_kind(KeyKind kind) noexcept { kind_ = kind; }
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
    // Where text keys are, and how many bytes they take.
    [[nodiscard]] const char* text() const noexcept { return text_; }
    [[nodiscard]] std::size_t text_bytes() const noexcept { return text_used_; }
    [[nodiscard]] std::size_t words() const noexcept { return kind_ == KeyKind::bigint ? 1 : 2; }

    // What is lacking for so many more keys, all new, with so many bytes of text.
    [[nodiscard]] std::optional<Request> reserve(std::size_t more, std::size_t more_text) const;
    void adopt(const Request& request, void* memory);

    // The number of a customer, a new one perhaps; there is room for it.
    [[nodiscard]] std::uint32_t find_or_insert(const Key& customer);

    // The same for `count` customers, at most `batch`: their keys as the table has them, and bytes_of(i) for those of
    // text. A loop for each step instead of one for all, so that cache misses overlap: prefetch the slots, find them
    // and prefetch the keys there, go on from the slots.
    static constexpr std::size_t batch = 256;  // what they touch stays in the first cache
    template <KeyKind kind, class BytesOf>
    void find_or_insert(const std::uint64_t* keys, std::size_t count, BytesOf bytes_of, std::uint32_t* numbers)
    {
        constexpr std::size_t words = table_words<kind>;
        std::array<std::uint64_t, batch> hashes;
        std::array<std::uint32_t, batch> slots;
        for (std::size_t i = 0; i < count; ++i) {
            hashes[i] = table_hash<kind>(keys + i * words);
            __builtin_prefetch(slots_ + first_slot(hashes[i]));
        }
        for (std::size_t i = 0; i < count; ++i)
            slots[i] = static_cast<std::uint32_t>(likely_slot<kind>(hashes[i]));
        for (std::size_t i = 0; i < count; ++i)
            numbers[i] = find_or_insert<kind>(slots[i], hashes[i], keys + i * words, bytes_of(i));
    }

    // Puts the customers in the order of their keys: their numbers, and their keys as a view has them.
    void rank(std::uint32_t* order, std::uint64_t* keys) const;

private:
    static constexpr std::size_t longest_probe = 4096;  // slots; a hash table at most half full needs a few dozen

    [[nodiscard]] std::size_t first_slot(std::uint64_t hash) const noexcept { return hash & (slot_count_ - 1); }
    template <KeyKind kind> [[nodiscard]] std::size_t likely_slot(std::uint64_t hash) const
    {
        std::size_t at = first_slot(hash);
        for (std::size_t probe = 0; slots_[at] != 0 && slots_[at] >> 32 != hash >> 32;
             at = (at + 1) & (slot_count_ - 1))
            if (++probe > longest_probe) [[unlikely]]
                throw_collisions();
        if (slots_[at] != 0)
            __builtin_prefetch(keys_ + number_in(slots_[at]) * table_words<kind>);
        return at;
    }
    template <KeyKind kind>
    [[nodiscard]] std::uint32_t find_or_insert(std::size_t at, std::uint64_t hash, const std::uint64_t* words,
                                               std::string_view bytes)
    {
        const std::size_t mask = slot_count_ - 1;
        for (std::size_t probe = 0; slots_[at] != 0; at = (at + 1) & mask) {
            const std::uint64_t slot = slots_[at];
            if (slot >> 32 == hash >> 32 && is_key<kind>(number_in(slot), words, bytes)) [[likely]]
                return number_in(slot);
            if (++probe > longest_probe) [[unlikely]]
                throw_collisions();
        }
        return insert<kind>(at, hash, words, bytes);
    }

    // A slot holds as much of the hash as tells nearly all other keys without a look at them.
    [[nodiscard]] static std::uint64_t slot_of(std::uint64_t hash, std::uint32_t customer) noexcept
    {
        return hash >> 32 << 32 | (customer + 1);
    }
    [[nodiscard]] static std::uint32_t number_in(std::uint64_t slot) noexcept
    {
        return static_cast<std::uint32_t>(slot) - 1;
    }
    [[noreturn]] static void throw_collisions();

    template <KeyKind kind>
    [[nodiscard]] bool is_key(std::uint32_t customer, const std::uint64_t* words, std::string_view bytes) const noexcept
    {
        const auto* stored = keys_ + customer * table_words<kind>;
        if constexpr (kind == KeyKind::bigint)
            return stored[0] == words[0];
        return stored[0] == words[0] && (kind == KeyKind::uuid ? stored[1] == words[1] : bytes_of(customer) == bytes);
    }
    template <KeyKind kind>
    std::uint32_t insert(std::size_t at, std::uint64_t hash, const std::uint64_t* words,
                         std::string_view bytes) noexcept
    {
        std::uint64_t* stored = keys_ + size_ * table_words<kind>;
        stored[0] = words[0];
        if constexpr (kind == KeyKind::uuid) {
            stored[1] = words[1];
        } else if constexpr (kind == KeyKind::text) {
            stored[1] = static_cast<std::uint64_t>(text_used_) << 16 | bytes.size();
            std::memcpy(text_ + text_used_, bytes.data(), bytes.size());
            text_used_ += bytes.size();
        }
        slots_[at] = slot_of(hash, size_);
        return size_++;
    }
    template <KeyKind kind> void index();
    [[nodiscard]] std::string_view bytes_of(std::uint32_t customer) const noexcept
    {
        const auto* stored = keys_ + customer * words();
        return key_bytes(kind_, kind_ == KeyKind::text ? stored + 1 : stored, text_);
    }

    KeyKind kind_ = KeyKind::none;
    std::uint32_t size_ = 0;
    std::uint64_t* keys_ = nullptr;
    std::uint64_t* slots_ = nullptr;  // of the hash table: the upper half of the hash, and number + 1; or 0
    std::size_t key_capacity_ = 0, slot_count_ = 0;  // the latter a power of two
    char* text_ = nullptr;
    std::size_t text_used_ = 0, text_capacity_ = 0;
};

}  // namespace customer_value::ledger
