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

// An amount of `from` decimal places in units of 10^-to; those beyond are zeros.
std::int64_t rescaled(std::int64_t amount, std::int32_t from, std::int32_t to) noexcept
{
    for (; from > to; --from)
        amount /= 10;
    for (; from < to; ++from)
        amount *= 10;
    return amount;
}

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

// Words of one scale that hold their rows: they sort as the rows do.
void BucketStream::read_words(std::span<std::uint64_t> words)
{
    if (order_ == RowOrder::by_day)
        sort_words(words);
    for (std::size_t i = 0; i < words.size(); ++i)
        days_[i] = packed_row::day(words[i]);
    if (!builder_.has_amounts())
        return;
    const std::int32_t places = builder_.scale_ - builder_.shown_scale_;
    const std::uint64_t inverse = inverse_of_power_of_five(places);
    for (std::size_t i = 0; i < words.size(); ++i)
        amounts_[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(packed_row::amount(words[i]) >> places) * inverse);
}

BucketStream::Row BucketStream::row_of(std::uint64_t word) const noexcept
{
    if (word >= packed_row::elsewhere) {
        const auto& row = builder_.large_of(word);
        return {row.day, rescaled(row.amount, row.scale, builder_.shown_scale_)};
    }
    return {packed_row::day(word), rescaled(packed_row::amount(word), packed_row::scale(word), builder_.shown_scale_)};
}

void BucketStream::read_large(std::span<const std::uint64_t> words)
{
    large_.clear();
    std::transform(words.begin(), words.end(), std::back_inserter(large_), [this](std::uint64_t word) { return row_of(word); });
    if (order_ == RowOrder::by_day)
        sort_or_stop(large_.begin(), large_.end(), [](const Row& left, const Row& right) { return std::tie(left.day, left.amount) < std::tie(right.day, right.amount); });
    for (std::size_t i = 0; i < words.size(); ++i) {
        days_[i] = large_[i].day;
        if (builder_.has_amounts())
            amounts_[i] = large_[i].amount;
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
    const bool are_plain = !builder_.is_mixed_ && (builder_.large_count_ == 0 || std::all_of(words.begin(), words.end(), [](std::uint64_t word) { return word < packed_row::elsewhere; }));
    are_plain ? read_words(words) : read_large(words);
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
    View view = builder.head();
    view.offsets = into.offsets;
    view.days = into.days;
    view.amounts = into.amounts;
    view.keys = into.keys;
    return view;
}

}  // namespace customer_value::ledger
