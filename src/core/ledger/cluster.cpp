// The second half of the builder: rows put in order, by customer, day and amount.
#include "core/ledger/builder.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

namespace customer_value::ledger {

namespace {

constexpr std::size_t stretch = 65536;  // customers between two looks for a cancel request

// The multiplier m with 5^places * m = 1 modulo 2^64: dividing exactly by 10^places is a shift and a multiplication.
constexpr std::uint64_t inverse_of_power_of_five(std::int32_t places) noexcept
{
    std::uint64_t power = 1;
    for (std::int32_t i = 0; i < places; ++i)
        power *= 5;
    std::uint64_t inverse = power;  // right to three bits; each Newton step doubles them
    for (int i = 0; i < 5; ++i)
        inverse *= 2 - power * inverse;
    return inverse;
}

}  // namespace

void Builder::rank(const Clustered& to) const
{
    constexpr std::uint64_t sign = std::uint64_t{1} << 63;
    if (rows() > std::numeric_limits<std::uint32_t>::max())
        throw Error(ErrorCode::too_large, "a ledger holds at most 4294967295 rows");
    if (last_chunk_ != nullptr)
        last_chunk_->count = room_.count;
    const std::span ranked(to.scratch, customers_);
    const auto big_endian = [](std::string_view bytes) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), std::min<std::size_t>(bytes.size(), 8));
        return __builtin_bswap64(word);
    };
    for (std::uint32_t i = 0; i < customers_; ++i)
        ranked[i] = {kind_ == KeyKind::bigint ? keys_[i] ^ sign : big_endian(key_bytes_of(i)), i};
    if (kind_ == KeyKind::bigint)
        std::sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) { return a.order < b.order; });
    else
        std::sort(ranked.begin(), ranked.end(), [this](const Ranked& a, const Ranked& b) {
            return a.order != b.order ? a.order < b.order : key_bytes_of(a.number) < key_bytes_of(b.number);
        });
    std::fill_n(to.places, customers_, 0);
    first_day_ = latest_day;
    last_day_ = earliest_day;
    for (Chunk* chunk = first_chunk_; chunk != nullptr; chunk = chunk->next) {
        for (const auto customer : std::span(chunk->customers(has_amounts()), chunk->count))
            ++to.places[customer];
        for (const Day day : std::span(chunk->days(has_amounts()), chunk->count)) {
            first_day_ = std::min(first_day_, day);
            last_day_ = std::max(last_day_, day);
        }
    }
    if (rows() == 0)
        first_day_ = last_day_ = 0;
    // from counts to places: where the next row of a customer goes
    const std::size_t words = words_of(kind_);
    std::uint32_t place = 0;
    for (std::uint32_t i = 0; i < customers_; ++i) {
        const auto number = ranked[i].number;
        std::memcpy(to.keys + i * words, keys_ + number * width() + (kind_ == KeyKind::text ? 1 : 0), words * sizeof(std::uint64_t));
        to.offsets[i] = place;
        place += std::exchange(to.places[number], place);
    }
    to.offsets[customers_] = place;
}

bool Builder::scatter(const Clustered& to) const noexcept
{
    if (first_chunk_ == nullptr)
        return false;
    const std::span customers(first_chunk_->customers(has_amounts()), first_chunk_->count);
    const Day* days = first_chunk_->days(has_amounts());
    const std::int64_t* amounts = first_chunk_->amounts();
    const std::int32_t places = scale_ - shown_scale_;
    const std::uint64_t inverse = inverse_of_power_of_five(places);
    for (std::size_t i = 0; i < customers.size(); ++i) {
        const auto place = to.places[customers[i]]++;
        to.days[place] = days[i];
        if (to.amounts != nullptr)  // exact division by 10^places
            to.amounts[place] = static_cast<std::int64_t>(static_cast<std::uint64_t>(amounts[i] >> places) * inverse);
    }
    return true;
}

namespace {

// Sorts rows by day and amount: few in place, many through pairs.
void sort_run(Day* days, std::int64_t* amounts, std::size_t size)
{
    const auto ordered = [&](std::size_t i) {
        return days[i - 1] < days[i] || (days[i - 1] == days[i] && (amounts == nullptr || amounts[i - 1] <= amounts[i]));
    };
    std::size_t sorted = 1;
    while (sorted < size && ordered(sorted))
        ++sorted;
    if (sorted >= size)
        return;
    if (amounts == nullptr) {
        std::sort(days, days + size);
        return;
    }
    if (size <= 48) {
        for (std::size_t i = sorted; i < size; ++i) {
            const Day day = days[i];
            const std::int64_t amount = amounts[i];
            std::size_t at = i;
            for (; at > 0 && (days[at - 1] > day || (days[at - 1] == day && amounts[at - 1] > amount)); --at) {
                days[at] = days[at - 1];
                amounts[at] = amounts[at - 1];
            }
            days[at] = day;
            amounts[at] = amount;
        }
        return;
    }
    std::vector<std::pair<Day, std::int64_t>> rows(size);
    for (std::size_t i = 0; i < size; ++i)
        rows[i] = {days[i], amounts[i]};
    std::sort(rows.begin(), rows.end());
    for (std::size_t i = 0; i < size; ++i) {
        days[i] = rows[i].first;
        amounts[i] = rows[i].second;
    }
}

}  // namespace

void Builder::sort_rows(const Clustered& to, std::uint32_t& customer) const
{
    const auto stop = static_cast<std::uint32_t>(std::min<std::size_t>(customers_, customer + stretch));
    for (; customer < stop; ++customer) {
        const auto from = to.offsets[customer];
        sort_run(to.days + from, to.amounts == nullptr ? nullptr : to.amounts + from, to.offsets[customer + 1] - from);
    }
}

View Builder::view(const Clustered& from) const noexcept
{
    return {kind_, has_amounts(), shown_scale_, customers_, first_day_, last_day_, from.offsets, from.days, from.amounts, from.keys, text_};
}

}  // namespace customer_value::ledger
