#include "core/ledger/builder.h"

#include "core/common/mantissa.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <numeric>
#include <tuple>
#include <vector>

namespace customer_value::ledger {

namespace {

// 10^places for the scales that amounts are kept in.
constexpr std::array<std::int64_t, 17> powers = [] {
    std::array<std::int64_t, 17> table{1};
    for (std::size_t i = 1; i < table.size(); ++i)
        table[i] = table[i - 1] * 10;
    return table;
}();

[[noreturn, gnu::cold, gnu::noinline]] void throw_too_many_digits(const std::string& amount)
{
    throw Error(
        ErrorCode::out_of_range, "amount has more digits than a ledger keeps: " + clipped(amount),
        "All its amounts are kept in 64 bits, at 0, 4, 8, 12 or 16 decimal places, as many as the longest of them needs: with 1 to 4 places, up to 922337203685477.",
        "Round the amounts first, for example ledger_agg(customer, day, round(amount::numeric, 2)).");
}

[[noreturn, gnu::cold, gnu::noinline]] void throw_day_out_of_range()
{
    throw Error(ErrorCode::out_of_range, "day is out of range",
                "A ledger takes days from 4713 BC to about the year 275000, and no infinity.");
}

std::string shown_amount(std::int64_t amount, std::int32_t scale) { return shown(static_cast<Int128>(amount), scale); }

std::int32_t kept_scale(std::int32_t scale) noexcept { return (scale + 3) / 4 * 4; }

// The decimal places of an amount. Zeros at its end are none where they would take digits from larger amounts: what a
// division leaves, as 999.0000000000000000, and those of amounts from 10^12 on.
std::int32_t places_of(const Decimal& amount) noexcept
{
    if (amount.scale <= 4 && amount.weight < 3)
        return amount.scale;
    std::int32_t count = amount.digit_count;
    while (count > 0 && amount.digit(count - 1) == 0)
        --count;
    std::int32_t places = 4 * (count - 1 - amount.weight);
    if (count == 0 || places <= 0)
        return 0;
    for (std::int32_t last = amount.digit(count - 1); last % 10 == 0; last /= 10)
        --places;
    return places;
}

}  // namespace

void Builder::set_kind(KeyKind kind, bool has_amounts, KeyKind kind_of_ids)
{
    const auto amounts = kind_of_ids != KeyKind::none ? Amounts::by_order
                         : has_amounts                ? Amounts::present
                                                      : Amounts::absent;
    if (kind == table_.kind() && amounts == amounts_ && kind_of_ids == kind_of_ids_) [[likely]]
        return;
    if (table_.kind() != KeyKind::none && kind != table_.kind())
        throw Error(ErrorCode::invalid_parameter,
                    "ledgers of two kinds of customer key cannot be merged: " + std::string(name_of(table_.kind())) +
                        " and " + std::string(name_of(kind)));
    if (amounts_ != Amounts::unknown && has_amounts != this->has_amounts())
        throw Error(ErrorCode::invalid_parameter, "a ledger with amounts and one without cannot be merged", {},
                    "Build both with ledger_agg(customer, day, amount), or both without the amount.");
    if (amounts_ != Amounts::unknown && amounts != amounts_)
        throw Error(ErrorCode::invalid_parameter, "a ledger with order ids and one without cannot be merged", {},
                    "Build both with ledger_agg(customer, day, amount, order_id), or both without the id.");
    if (amounts_ != Amounts::unknown && kind_of_ids != kind_of_ids_)
        throw Error(ErrorCode::invalid_parameter,
                    "ledgers of two kinds of order id cannot be merged: " + std::string(name_of(kind_of_ids_)) +
                        " and " + std::string(name_of(kind_of_ids)));
    table_.set_kind(kind);
    amounts_ = amounts;
    kind_of_ids_ = kind_of_ids;
}

// Replaces the word of each row.
template <class Change> void Builder::change_words(Change changed)
{
    std::transform(pending_, pending_ + pending_count_, pending_, changed);
    for (auto& bucket : buckets_.all())
        bucket.change(changed);
}

// Amounts that come from now on have more places. Those that are there get them too where they still fit into a word.
void Builder::widen_scale(std::int32_t scale)
{
    if (scale > largest_scale)
        throw_too_many_digits("more than 16 decimal places");
    const auto widened = [&](std::int64_t amount, std::int32_t from) {
        std::int64_t value;
        if (__builtin_mul_overflow(amount, powers[static_cast<std::size_t>(scale - from)], &value))
            throw_too_many_digits(shown_amount(amount, from));
        return value;
    };
    change_words([&](std::uint64_t word) {
        if (word >= packed_row::elsewhere) {
            (void)widened(large_of(word).amount, large_of(word).scale);
            return word;
        }
        const Day day = packed_row::day(word);
        const std::int64_t amount = widened(packed_row::amount(word), packed_row::scale(word));
        if (packed_row::fits(day, amount))
            return packed_row::of(day, amount, scale);
        is_mixed_ = true;
        return word;
    });
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
    if (__builtin_mul_overflow(amount, powers[static_cast<std::size_t>(scale_ - scale)], &value) ||
        value == std::numeric_limits<std::int64_t>::min())  // -value would not fit
        throw_too_many_digits(shown_amount(amount, scale));
    return value;
}

std::int64_t Builder::scaled_slowly(const Decimal& amount)
{
    require_finite("amount", amount);
    const std::int32_t places = places_of(amount);
    if (kept_scale(places) > scale_)
        widen_scale(kept_scale(places));
    shown_scale_ = std::max(shown_scale_, places);
    const std::int32_t groups = scale_ / 4;
    if (amount.zero())
        return 0;
    if (amount.weight + groups + 1 > 6)
        throw_too_many_digits(shown(amount));
    Int128 wide = 0;
    for (std::int32_t position = amount.weight; position >= -groups; --position)
        wide = wide * 10000 + amount.at(position);
    if (wide > std::numeric_limits<std::int64_t>::max())
        throw_too_many_digits(shown(amount));
    return static_cast<std::int64_t>(amount.negative ? -wide : wide);
}

Request Builder::pending_request() const noexcept
{
    return {Request::Use::pending,
            batch,
            4 * batch * sizeof(std::uint64_t) + (kind() == KeyKind::text ? batch_text : 0),
            nullptr,
            0,
            0};
}

Request Builder::rows_request(std::uint32_t customer) const
{
    if (rows() > std::numeric_limits<std::uint32_t>::max())
        throw Error(ErrorCode::too_large, "a ledger holds at most 4294967295 rows");
    const std::size_t bucket = Buckets::bucket_of(customer), count = buckets_.all().size();
    if (bucket >= count) {
        const std::size_t more = std::max(bucket + 1, 2 * count);
        return request_for<Buckets::Bucket>(Request::Use::buckets, more, buckets_.all().data(), count);
    }
    const std::size_t capacity = buckets_.next_capacity(bucket);
    return {Request::Use::chunk, capacity, Buckets::chunk_bytes(capacity, has_order_ids()), nullptr, 0, bucket};
}

Request Builder::large_rows_request() const
{
    const std::size_t count = std::max<std::size_t>(8, large_capacity_ + grown_by(large_capacity_, sizeof(LargeRow)));
    return request_for<LargeRow>(Request::Use::large_rows, count, large_, large_capacity_);
}

void Builder::adopt(const Request& request, void* memory)
{
    bytes_ += request.bytes - request.old_bytes;
    switch (request.use) {
    case Request::Use::pending:
        pending_ = static_cast<std::uint64_t*>(memory);
        break;
    case Request::Use::buckets:
        buckets_.place_at(memory, request.count);
        break;
    case Request::Use::chunk:
        buckets_.add_chunk(request.bucket, memory, request.count, has_order_ids());
        break;
    case Request::Use::large_rows:
        large_ = static_cast<LargeRow*>(memory);
        large_capacity_ = request.count;
        break;
    case Request::Use::keys:
    case Request::Use::slots:
    case Request::Use::text:
        table_.adopt(request, memory);
        break;
    }
}

std::string_view Builder::pending_bytes(std::size_t i) const noexcept
{
    return kind() == KeyKind::text ? key_bytes(kind(), pending_keys() + 2 * i + 1, pending_text()) : std::string_view{};
}

inline std::optional<Request> Builder::push(std::uint32_t customer, std::uint64_t word, OrderId order_id)
{
    if (!buckets_.push(customer, word, has_order_ids() ? &order_id : nullptr)) [[unlikely]]
        return rows_request(customer);
    combined_ = 0;
    // as numbers with a sign, words of rows that lie elsewhere are below all others; without, above
    lowest_ = std::min(lowest_, word);
    highest_ = std::max(highest_, static_cast<std::int64_t>(word));
    ++rows_;
    return std::nullopt;
}

// There is room for all keys if all are new.
template <KeyKind kind> std::optional<Request> Builder::resolve_pending()
{
    constexpr std::size_t words = table_words<kind>;
    std::array<std::uint32_t, batch> customers;
    const std::uint64_t* const keys = pending_keys();
    const std::uint32_t count = pending_count_;
    table_.find_or_insert<kind>(
        keys, count, [this](std::size_t i) { return pending_bytes(i); }, customers.data());
    for (std::uint32_t i = 0; i < count; ++i)
        if (const auto request = push(customers[i], pending_[i], pending_order_ids()[i])) [[unlikely]] {
            // those that are placed wait no longer
            std::copy(pending_ + i, pending_ + count, pending_);
            std::copy(pending_order_ids() + i, pending_order_ids() + count, pending_order_ids());
            std::copy(keys + i * words, keys + count * words, pending_keys());
            pending_count_ = count - i;
            return request;
        }
    pending_count_ = 0;
    pending_text_used_ = 0;
    return std::nullopt;
}

std::optional<Request> Builder::flush()
{
    if (const auto request = send_pending())
        return request;
    for (; has_order_ids() && combined_ < bucket_count(); ++combined_)
        if (const auto request = combine_lines(buckets_.all()[combined_]))
            return request;
    return std::nullopt;
}

std::optional<Request> Builder::send_pending()
{
    if (pending_count_ == 0)
        return std::nullopt;
    if (const auto request = table_.reserve(pending_count_, pending_text_used_))
        return request;
    return for_kind(kind(), [&](auto kind) { return resolve_pending<kind>(); });
}

namespace {

struct Line {
    std::uint64_t word;
    OrderId order_id;
    std::int64_t day_and_sign;
};

}  // namespace

// Its rows are sorted by customer, which is counted, and those of a customer so that the lines of an order lie together.
std::optional<Request> Builder::combine_lines(Buckets::Bucket& bucket)
{
    stop_if_interrupted();
    const packed_row::Unpacker unpacked(scale_, scale_, is_mixed_, large_);
    std::vector<std::uint32_t> ends(Buckets::customers + 1);
    std::vector<Line> lines(bucket.rows());
    bucket.each([&](std::uint16_t customer, std::uint64_t) { ++ends[customer + 1u]; });
    std::partial_sum(ends.begin(), ends.end(), ends.begin());
    bucket.each_with_id([&](std::uint16_t customer, std::uint64_t word, OrderId order_id) {
        const packed_row::Row row = unpacked(word);
        lines[ends[customer]++] = {word, order_id, packed_row::day_and_sign(row.day, row.amount)};
    });
    const std::size_t large_before = large_count_;
    std::uint32_t kept = 0;
    for (std::uint32_t customer = 0, first = 0; customer < Buckets::customers; ++customer) {
        const std::span of_customer(lines.data() + first, ends[customer] - first);
        first = ends[customer];
        sort_short_or_stop(of_customer, [](const Line& left, const Line& right) {
            return std::tie(left.order_id, left.day_and_sign) < std::tie(right.order_id, right.day_and_sign);
        });
        for (auto line = of_customer.begin(), end = line; line != of_customer.end(); line = end) {
            Int128 sum = 0;
            do
                sum += unpacked(end->word).amount;
            while (++end != of_customer.end() && line->order_id != no_order_id && end->order_id == line->order_id &&
                   end->day_and_sign == line->day_and_sign);
            lines[kept] = *line;
            if (end - line > 1) {
                if (sum != static_cast<std::int64_t>(sum))
                    throw_too_many_digits(shown(sum, scale_));
                const auto word = packed(unpacked(line->word).day, static_cast<std::int64_t>(sum));
                if (!word) {
                    large_count_ = large_before;
                    return large_rows_request();
                }
                lines[kept].word = *word;
            }
            ++kept;
        }
        ends[customer] = kept;
    }
    if (kept == lines.size())
        return std::nullopt;
    rows_ -= lines.size() - kept;
    bucket.clear();
    // into the memory that the lines had
    const auto number = static_cast<std::uint32_t>(&bucket - buckets_.all().data()) * Buckets::customers;
    for (std::uint32_t customer = 0, row = 0; customer < Buckets::customers; ++customer)
        for (; row < ends[customer]; ++row)
            (void)buckets_.push(number + customer, lines[row].word, &lines[row].order_id);
    return std::nullopt;
}

void Builder::push_pending(const Key& customer, std::uint64_t word, OrderId order_id) noexcept
{
    pending_order_ids()[pending_count_] = order_id;
    std::uint64_t* words = pending_keys() + pending_count_ * table_.words();
    pending_[pending_count_++] = word;
    if (kind() != KeyKind::text) {
        std::memcpy(words, customer.bytes.data(), customer.bytes.size());
        return;
    }
    words[0] = customer_value::hash_of(customer.bytes);
    words[1] = static_cast<std::uint64_t>(pending_text_used_) << 16 | customer.bytes.size();
    std::memcpy(pending_text() + pending_text_used_, customer.bytes.data(), customer.bytes.size());
    pending_text_used_ += static_cast<std::uint32_t>(customer.bytes.size());
}

std::optional<Request> Builder::add(const Key& customer, Day day, const std::int64_t* amount, std::int32_t scale,
                                    KeyKind kind_of_id, OrderId order_id)
{
    set_kind(customer.kind, amount != nullptr, kind_of_id);
    see_scale(scale);
    return place(customer, day, amount == nullptr ? 0 : scaled(*amount, scale), order_id);
}

inline std::optional<std::uint64_t> Builder::packed(Day day, std::int64_t value)
{
    if (packed_row::fits(day, value)) [[likely]]
        return packed_row::of(day, value, scale_);
    if (day < earliest_day || day > latest_day)
        throw_day_out_of_range();
    if (large_count_ == large_capacity_)
        return std::nullopt;
    first_large_ = std::min(first_large_, day);
    last_large_ = std::max(last_large_, day);
    large_[large_count_] = {value, day, scale_};
    return packed_row::elsewhere | large_count_++;
}

std::optional<Request> Builder::place_slowly(const Key& customer, Day day, std::int64_t value, OrderId order_id)
{
    if (customer.bytes.size() > longest_key)
        throw Error(ErrorCode::out_of_range, "customer must have at most " + std::to_string(longest_key) +
                                                 " bytes: \"" + clipped(customer.bytes, 40) + "\"");
    const bool waits = rows() >= unbatched && customer.bytes.size() <= batch_text / 8;
    if (waits && pending_ == nullptr)
        return pending_request();
    if (!waits || pending_count_ == batch ||
        (kind() == KeyKind::text && pending_text_used_ + customer.bytes.size() > batch_text))
        if (const auto request = send_pending())
            return request;
    if (!waits)
        if (const auto request = table_.reserve(1, customer.kind == KeyKind::text ? customer.bytes.size() : 0))
            return request;
    const auto word = packed(day, value);
    if (!word)
        return large_rows_request();
    if (waits) {
        push_pending(customer, *word, order_id);
        return std::nullopt;
    }
    auto request = push(table_.find_or_insert(customer), *word, order_id);
    if (request && *word >= packed_row::elsewhere)
        --large_count_;  // it comes again
    return request;
}

// The numbers of some customers of a view, at most a batch of them.
std::optional<Request> Builder::resolve(const View& view, std::uint32_t first, std::uint32_t count,
                                        std::uint32_t* numbers)
{
    const std::uint64_t* const keys = view.keys + first * words_of(kind());
    const auto bytes_of = [&](std::size_t i) { return key_bytes(kind(), keys + i, view.text); };
    std::size_t text_bytes = 0;
    for (std::uint32_t i = 0; kind() == KeyKind::text && i < count; ++i)
        text_bytes += bytes_of(i).size();
    if (const auto request = table_.reserve(count, text_bytes))
        return request;
    if (kind() == KeyKind::text) {
        std::array<std::uint64_t, 2 * batch> hashed;  // the second word of a key is that of its place in the table
        for (std::uint32_t i = 0; i < count; ++i)
            hashed[2 * i] = customer_value::hash_of(bytes_of(i));
        table_.find_or_insert<KeyKind::text>(hashed.data(), count, bytes_of, numbers);
    } else {
        const auto no_bytes = [](std::size_t) { return std::string_view{}; };
        kind() == KeyKind::bigint ? table_.find_or_insert<KeyKind::bigint>(keys, count, no_bytes, numbers)
                                  : table_.find_or_insert<KeyKind::uuid>(keys, count, no_bytes, numbers);
    }
    return std::nullopt;
}

std::optional<Request> Builder::append(const View& view, Cursor& cursor)
{
    if (view.customers == 0)
        return std::nullopt;
    set_kind(view.kind, view.has_amounts, view.kind_of_ids);
    set_currency(view.currency);
    if (const auto request = send_pending())
        return request;
    if (view.customers > customers())  // there will be so many at least
        if (const auto request = table_.reserve(view.customers - customers(), 0))
            return request;
    see_scale(view.scale);
    const std::int64_t factor = powers[static_cast<std::size_t>(scale_ - view.scale)];
    std::array<std::uint32_t, batch> numbers;
    while (cursor.customer < view.customers) {
        stop_if_interrupted();
        const std::uint32_t first = cursor.customer, count = std::min<std::uint32_t>(view.customers - first, batch);
        if (const auto request = resolve(view, first, count, numbers.data()))
            return request;
        for (; cursor.customer < first + count; ++cursor.customer, cursor.row = 0) {
            const Rows rows = view.of(cursor.customer);
            for (; cursor.row < rows.size(); ++cursor.row) {
                std::int64_t amount;
                if (__builtin_mul_overflow(rows.amount(cursor.row), factor, &amount)) [[unlikely]]
                    throw_too_many_digits(shown_amount(rows.amount(cursor.row), view.scale));
                const auto word = packed(rows.days[cursor.row], amount);
                if (!word)
                    return large_rows_request();
                if (const auto request = push(numbers[cursor.customer - first], *word, rows.order_id(cursor.row))) {
                    large_count_ -= *word >= packed_row::elsewhere;
                    return request;
                }
            }
        }
    }
    return std::nullopt;
}

Head Builder::head() const noexcept
{
    if (rows_ == 0)
        return {};
    Head head;
    head.kind = kind();
    head.has_amounts = has_amounts();
    head.scale = static_cast<std::uint8_t>(shown_scale_);
    head.kind_of_ids = kind_of_ids_;
    head.customers = customers();
    head.first_day = first_large_;
    head.last_day = last_large_;
    if (static_cast<std::int64_t>(lowest_) <= highest_) {  // some row fits into a word
        head.first_day = std::min(head.first_day, packed_row::day(lowest_));
        head.last_day = std::max(head.last_day, packed_row::day(static_cast<std::uint64_t>(highest_)));
    }
    head.rows = rows_;
    head.text_bytes = table_.text_bytes();
    head.currency = currency_.name();
    return head;
}

void Builder::count_rows(std::span<std::uint32_t> rows) const noexcept
{
    std::size_t first = 0;
    for (const auto& bucket : buckets_.all()) {
        bucket.each([&](std::uint16_t customer, std::uint64_t) { ++rows[first + customer]; });
        first += Buckets::customers;
    }
}

}  // namespace customer_value::ledger
