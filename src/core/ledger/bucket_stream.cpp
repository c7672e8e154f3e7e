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
    if (!builder_.has_order_ids()) {
        bucket.each([this](std::uint16_t customer, std::uint64_t word) { words_[ends_[customer]++] = word; });
        return;
    }
    ids_.resize(words_.size());
    bucket.each_with_id([this](std::uint16_t customer, std::uint64_t word, OrderId order_id) {
        const std::uint32_t place = ends_[customer]++;
        words_[place] = word;
        ids_[place] = order_id;
    });
}

// They sort as the rows do.
void BucketStream::read_plain(std::span<std::uint64_t> words)
{
    if (order_ == RowOrder::by_day)
        sort_short_or_stop(words, std::less<>());
    const packed_row::Unpacker unpacked = unpacked_;  // a copy, which what is written cannot change
    std::transform(words.begin(), words.end(), days_.begin(),
                   [&](std::uint64_t word) { return unpacked.plain(word).day; });
    if (builder_.has_amounts())
        std::transform(words.begin(), words.end(), amounts_.begin(),
                       [&](std::uint64_t word) { return unpacked.plain(word).amount; });
}

void BucketStream::read_any(std::size_t from, std::size_t count)
{
    rows_read_.clear();
    for (std::size_t i = from; i < from + count; ++i) {
        const packed_row::Row row = unpacked_(words_[i]);
        rows_read_.push_back({row.day, row.amount, builder_.has_order_ids() ? ids_[i] : no_order_id});
    }
    if (order_ == RowOrder::by_day)
        sort_short_or_stop(std::span(rows_read_), [](const RowRead& left, const RowRead& right) {
            return std::tie(left.day, left.amount, left.order_id) < std::tie(right.day, right.amount, right.order_id);
        });
    for (std::size_t i = 0; i < count; ++i) {
        days_[i] = rows_read_[i].day;
        if (builder_.has_amounts())
            amounts_[i] = rows_read_[i].amount;
        if (builder_.has_order_ids())
            order_ids_[i] = rows_read_[i].order_id;
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
        order_ids_.resize(builder_.has_order_ids() ? 2 * words.size() : 0);
    }
    const bool are_plain =
        !builder_.has_order_ids() &&
        (unpacked_.all_are_plain() ||
         std::all_of(words.begin(), words.end(), [this](std::uint64_t word) { return unpacked_.is_plain(word); }));
    are_plain ? read_plain(words) : read_any(from, words.size());
    const Rows rows{{days_.data(), words.size()},
                    builder_.has_amounts() ? amounts_.data() : nullptr,
                    nullptr,
                    builder_.has_order_ids() ? order_ids_.data() : nullptr};
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
        if (rows.order_ids != nullptr)
            std::copy_n(rows.order_ids, rows.size(), into.order_ids + places[customer]);
    }
    return {builder.head(), nullptr, into.offsets, into.days, into.amounts, into.keys, builder.text(), into.order_ids};
}

}  // namespace customer_value::ledger
