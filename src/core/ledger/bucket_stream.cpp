#include "core/ledger/bucket_stream.h"

#include "core/common/interrupt.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>
#include <tuple>
#include <utility>

namespace customer_value::ledger {

namespace {

void sort_words(std::span<std::uint64_t> words)
{
    if (words.size() > 48) {
        sort_or_stop(words.begin(), words.end(), std::less<>());
        return;
    }
    for (auto i = words.begin(); i != words.end(); ++i) {
        const std::uint64_t word = *i;
        auto at = i;
        for (; at != words.begin() && at[-1] > word; --at)
            *at = at[-1];
        *at = word;
    }
}

}  // namespace

// A counting sort.
void BucketStream::load(std::size_t number)
{
    const auto& bucket = builder_.buckets_.all()[number];
    const std::size_t rows = bucket.rows();
    if (words_.size() < rows)
        words_.resize(rows + rows / 4);
    ends_.assign(Buckets::customers + 1, 0);
    bucket.each([this](std::uint16_t customer, std::uint64_t) { ++ends_[customer + 1u]; });
    std::partial_sum(ends_.begin(), ends_.end(), ends_.begin());
    bucket.each([this](std::uint16_t customer, std::uint64_t word) { words_[ends_[customer]++] = word; });
}

// They sort as the rows do.
void BucketStream::read_plain(std::span<std::uint64_t> words)
{
    if (order_ == RowOrder::by_day)
        sort_words(words);
    const packed_row::Unpacker unpacked = unpacked_;  // a copy, which what is written cannot change
    std::transform(words.begin(), words.end(), days_.begin(),
                   [&](std::uint64_t word) { return unpacked.plain(word).day; });
    if (builder_.has_amounts())
        std::transform(words.begin(), words.end(), amounts_.begin(),
                       [&](std::uint64_t word) { return unpacked.plain(word).amount; });
}

void BucketStream::read_any(std::span<const std::uint64_t> words)
{
    rows_read_.clear();
    std::transform(words.begin(), words.end(), std::back_inserter(rows_read_), unpacked_);
    if (order_ == RowOrder::by_day)
        sort_or_stop(rows_read_.begin(), rows_read_.end(), [](const auto& left, const auto& right) {
            return std::tie(left.day, left.amount) < std::tie(right.day, right.amount);
        });
    for (std::size_t i = 0; i < words.size(); ++i) {
        days_[i] = rows_read_[i].day;
        if (builder_.has_amounts())
            amounts_[i] = rows_read_[i].amount;
    }
}

Rows BucketStream::rows_of(std::uint32_t customer)
{
    if (customer != next_ || customer >= builder_.customers()) {
        if (customer + 1 != next_)
            throw Error(ErrorCode::internal, "a streamed ledger is read in the order of its customers");
        return rows_;
    }
    lookout_.call();
    const std::size_t place = customer % Buckets::customers;
    if (place == 0) {
        stop_if_interrupted();
        load(Buckets::bucket_of(customer));
    }
    const std::size_t from = place == 0 ? 0 : ends_[place - 1];
    const std::span words(words_.data() + from, ends_[place] - from);
    if (words.size() > days_.size()) {
        days_.resize(2 * words.size());
        amounts_.resize(builder_.has_amounts() ? 2 * words.size() : 0);
    }
    const bool are_plain =
        unpacked_.all_are_plain() ||
        std::all_of(words.begin(), words.end(), [this](std::uint64_t word) { return unpacked_.is_plain(word); });
    are_plain ? read_plain(words) : read_any(words);
    const Rows rows{{days_.data(), words.size()}, builder_.has_amounts() ? amounts_.data() : nullptr};
    ++next_;
    rows_ = rows;
    return rows;
}

View laid_out(const Builder& builder, const Columns& into)
{
    std::vector<std::uint32_t> order(builder.customers()), places(builder.customers());
    builder.rank(order.data(), into.keys);
    builder.count_rows(places);
    std::uint32_t place = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        into.offsets[i] = place;
        place += std::exchange(places[order[i]], place);
    }
    into.offsets[order.size()] = place;
    BucketStream stream(builder, RowOrder::by_day);
    for (std::uint32_t customer = 0; customer < builder.customers(); ++customer) {
        const Rows rows = stream.rows_of(customer);
        std::copy(rows.days.begin(), rows.days.end(), into.days + places[customer]);
        if (rows.amounts != nullptr)
            std::copy_n(rows.amounts, rows.size(), into.amounts + places[customer]);
    }
    return {builder.head(), nullptr, into.offsets, into.days, into.amounts, into.keys, builder.text()};
}

}  // namespace customer_value::ledger
