#include "core/ledger/codec.h"

#include "core/ledger/body_writer.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>

namespace customer_value::ledger {

namespace {

constexpr const char* what = "a ledger";

[[noreturn, gnu::cold]] void refuse_binary(const char* rule) { customer_value::refuse_binary(what, rule); }

// `write_rows_of` writes the rows of a customer.
template <class Ledger, class Out, class WriteRows>
void write_body(const Ledger& ledger, Out& out,
                WriteRows write_rows_of) noexcept(std::is_nothrow_invocable_v<WriteRows, std::uint32_t>)
{
    KeyWriter keys;
    for (std::uint32_t customer = 0; customer < ledger.customers; ++customer) {
        keys.write(out, ledger.key(customer));
        write_rows_of(customer);
    }
}
template <class Out> void write_body(const View& view, Out& out)
{
    write_body(view, out,
               [&](std::uint32_t customer) { write_rows(out, view.of(customer), view.first_day, view.kind_of_ids); });
}
template <class Out> void write_body(const EncodedLedger& ledger, Out& out) noexcept
{
    write_body(ledger, out, [&](std::uint32_t customer) noexcept { out.bytes(ledger.rows_of(customer)); });
}

// Reads a key, behind the one before, which is null for the first. `text` is where the body begins.
[[gnu::always_inline]] inline void read_key(Reader& reader, KeyKind kind, const std::uint64_t* previous,
                                            std::uint64_t* key, const char* text)
{
    if (kind == KeyKind::bigint) {
        const auto code = reader.short_number();
        if (previous == nullptr) {
            *key = static_cast<std::uint64_t>(unzigzag(code));
            return;
        }
        *key = *previous + code;
        if (code == 0 || static_cast<std::int64_t>(*key) <= static_cast<std::int64_t>(*previous))
            refuse_binary("Its customers are not in ascending order");
        return;
    }
    if (kind == KeyKind::uuid) {
        std::memcpy(key, reader.bytes(16).data(), 16);
    } else {
        const auto size = reader.short_number();
        if (size > longest_key)
            refuse_binary("A key is too long");
        *key = static_cast<std::uint64_t>(reader.bytes(size).data() - text) << 16 | size;
    }
    if (previous != nullptr && key_bytes(kind, previous, text) >= key_bytes(kind, key, text))
        refuse_binary("Its customers are not in ascending order");
}

[[gnu::always_inline]] inline RowCount read_count(Reader& reader, const Head& head, std::uint64_t most)
{
    const auto number = reader.short_number();
    const RowCount count{static_cast<std::size_t>(number >> 1), (number & 1) != 0};
    if (count.rows == 0 || count.rows > most)
        refuse_binary("The rows of a customer are not between one and those of the ledger");
    if (count.has_refunds && !head.has_amounts)
        refuse_binary("A ledger without amounts has refunds");
    return count;
}

// In these loops the place in the bytes is what each number waits for: a copy of the reader keeps it in a register.
[[gnu::always_inline]] inline void read_days(Reader& reader, const Head& head, Day* days, std::size_t count)
{
    Reader local = reader;
    const std::int64_t last = head.last_day;
    std::int64_t day = head.first_day;
    const auto put = [&](std::size_t i, std::uint64_t distance) {
        if (distance > static_cast<std::uint64_t>(last - day)) [[unlikely]]
            refuse_binary("A day lies behind its last day");
        day += static_cast<std::int64_t>(distance);
        days[i] = static_cast<Day>(day);
    };
    std::size_t i = 0;
    while (i + 4 <= count)
        if (!local.four_short_numbers([&](std::uint64_t distance) { put(i++, distance); }))
            put(i++, local.number());
    while (i < count)
        put(i++, local.short_number());
    reader = local;
}

// The bits of refunds; null where there are none.
const unsigned char* read_refunds(Reader& reader, RowCount count)
{
    if (!count.has_refunds)
        return nullptr;
    const auto bytes = reader.bytes((count.rows + 7) / 8);
    const auto* bits = reinterpret_cast<const unsigned char*>(bytes.data());
    if (std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == 0; }) ||
        (count.rows % 8 != 0 && bits[bytes.size() - 1] >> count.rows % 8 != 0))
        refuse_binary("Its refunds do not fit its rows");
    return bits;
}

template <bool has_refunds>
void read_amounts(Reader& reader, const Day* days, const unsigned char* refunds, std::int64_t* amounts,
                  std::size_t count)
{
    Reader local = reader;
    const auto size = local.short_number();
    const auto* const start = local.rest().data();
    std::size_t i = 0;
    const auto put = [&](std::uint64_t number) {
        const bool is_refund = has_refunds && (refunds[i / 8] >> i % 8 & 1) != 0;
        if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) || (is_refund && number == 0))
            [[unlikely]]
            refuse_binary("An amount is out of range");
        const std::int64_t sign = -static_cast<std::int64_t>(is_refund);
        amounts[i] = (static_cast<std::int64_t>(number) ^ sign) - sign;
        if (i > 0 && days[i] == days[i - 1] && amounts[i] < amounts[i - 1])
            refuse_binary("Rows of one day are not in the order of their amounts");
        ++i;
    };
    while (i + 2 <= count) {
        std::uint64_t first, second;
        if (local.two_numbers(first, second)) [[likely]] {
            put(first);
            put(second);
        } else {
            put(local.number());
        }
    }
    if (i < count)
        put(local.number());
    if (static_cast<std::uint64_t>(local.rest().data() - start) != size)
        refuse_binary("The amounts of a customer do not take the bytes that it says");
    reader = local;
}

void read_amounts(Reader& reader, const Day* days, const unsigned char* refunds, std::int64_t* amounts,
                  std::size_t count)
{
    refunds == nullptr ? read_amounts<false>(reader, days, refunds, amounts, count)
                       : read_amounts<true>(reader, days, refunds, amounts, count);
}

void read_order_ids(Reader& reader, KeyKind kind_of_ids, const Day* days, const std::int64_t* amounts, OrderId* ids,
                    std::size_t count)
{
    std::uint64_t previous = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (kind_of_ids == KeyKind::bigint) {
            previous += static_cast<std::uint64_t>(unzigzag(reader.number()));
        } else {
            previous = 0;
            for (int byte = 0; const char each : reader.bytes(8))
                previous |= std::uint64_t{static_cast<unsigned char>(each)} << 8 * byte++;
        }
        ids[i] = static_cast<OrderId>(previous);
        if (i > 0 && days[i] == days[i - 1] && amounts[i] == amounts[i - 1] && ids[i] <= ids[i - 1] &&
            ids[i] != no_order_id)
            refuse_binary("Rows of one day and amount are not in the order of their order ids");
    }
}

void skip_order_ids(Reader& reader, KeyKind kind_of_ids, std::size_t count)
{
    if (kind_of_ids == KeyKind::bigint)
        reader.skip_numbers(count);
    else if (kind_of_ids != KeyKind::none)
        (void)reader.bytes(8 * count);
}

void skip_key(Reader& reader, KeyKind kind)
{
    if (kind == KeyKind::bigint)
        (void)reader.short_number();
    else
        (void)reader.bytes(kind == KeyKind::uuid ? 16 : static_cast<std::size_t>(reader.short_number()));
}

}  // namespace

void CustomerStream::enter(std::uint32_t customer)
{
    if (customer != next_ || customer >= ledger_.customers)
        throw Error(ErrorCode::internal, "a streamed ledger is read in the order of its customers");
    lookout_.call();
    leave();
    Reader reader(rest_, what);
    if (keys_wanted_ == Keys::left_out) {
        skip_key(reader, ledger_.kind);
    } else {
        const auto previous = key_;
        read_key(reader, ledger_.kind, customer == 0 ? nullptr : previous.data(), key_.data(), text());
    }
    count_ = read_count(reader, ledger_, ledger_.rows - rows_read_);
    rest_ = reader.rest();
    rows_read_ += count_.rows;
    ++next_;
}

void CustomerStream::leave()
{
    if (count_.rows == 0)
        return;
    Reader reader(rest_, what);
    reader.skip_numbers(count_.rows);
    if (ledger_.has_amounts) {
        (void)read_refunds(reader, count_);
        (void)reader.bytes(static_cast<std::size_t>(reader.short_number()));
        skip_order_ids(reader, ledger_.kind_of_ids, count_.rows);
    }
    rest_ = reader.rest();
    count_ = {};
}

Rows CustomerStream::rows_of(std::uint32_t customer)
{
    if (customer + 1 != next_)
        enter(customer);
    const RowCount count = count_;
    if (count.rows == 0)
        return rows_;
    if (count.rows > days_.size()) {
        days_.resize(2 * count.rows);
        if (amounts_wanted_ == Amounts::read)
            amounts_.resize(2 * count.rows);
        if (amounts_wanted_ == Amounts::read && ledger_.kind_of_ids != KeyKind::none)
            order_ids_.resize(2 * count.rows);
    }
    Reader reader(rest_, what);
    read_days(reader, ledger_, days_.data(), count.rows);
    Rows rows{{days_.data(), count.rows}, nullptr};
    if (ledger_.has_amounts) {
        rows.refunds = read_refunds(reader, count);
        if (amounts_wanted_ == Amounts::read) {
            read_amounts(reader, days_.data(), rows.refunds, amounts_.data(), count.rows);
            rows.amounts = amounts_.data();
            if (ledger_.kind_of_ids != KeyKind::none) {
                read_order_ids(reader, ledger_.kind_of_ids, days_.data(), amounts_.data(), order_ids_.data(),
                               count.rows);
                rows.order_ids = order_ids_.data();
            }
        } else {
            (void)reader.bytes(static_cast<std::size_t>(reader.short_number()));
            skip_order_ids(reader, ledger_.kind_of_ids, count.rows);
        }
    }
    if (ledger_.has_amounts == (rows.amounts != nullptr)) {
        const unsigned char* after_first_day = rest_.data();
        while (*after_first_day++ >= 0x80) {}
        rows.stored = {after_first_day, reader.rest().data()};
    }
    rest_ = reader.rest();
    count_ = {};
    rows_ = rows;
    return rows;
}

std::size_t encoded_size(const View& view)
{
    Counter counter;
    write_body(view, counter);
    return counter.size;
}

void encode(const View& view, unsigned char* body)
{
    Writer writer{body};
    write_body(view, writer);
}

std::size_t encoded_size(const EncodedLedger& ledger) noexcept
{
    Counter counter;
    write_body(ledger, counter);
    return counter.size;
}

void encode(const EncodedLedger& ledger, unsigned char* body) noexcept
{
    Writer writer{body};
    write_body(ledger, writer);
}

unsigned char* encode_rows(const Rows& rows, Day first_day, KeyKind kind_of_ids, unsigned char* to) noexcept
{
    SlackWriter writer{to};
    write_rows(writer, rows, first_day, kind_of_ids);
    return writer.at;
}

View decode(const StoredLedger& ledger, const Columns& into)
{
    const Head& head = ledger;
    const auto* text = reinterpret_cast<const char*>(ledger.body.data());
    const std::size_t words = words_of(head.kind);
    Reader reader(ledger.body, what);
    std::size_t text_bytes = 0, row = 0;
    Day last_seen = head.first_day, first_seen = head.last_day;
    into.offsets[0] = 0;
    Lookout lookout;
    for (std::uint32_t customer = 0; customer < head.customers; ++customer) {
        lookout.call();
        std::uint64_t* const key = into.keys + customer * words;
        read_key(reader, head.kind, customer == 0 ? nullptr : key - words, key, text);
        text_bytes += head.kind == KeyKind::text ? *key & 0xffff : 0;
        const RowCount count = read_count(reader, head, head.rows - row);
        read_days(reader, head, into.days + row, count.rows);
        if (head.has_amounts)
            read_amounts(reader, into.days + row, read_refunds(reader, count), into.amounts + row, count.rows);
        if (head.kind_of_ids != KeyKind::none)
            read_order_ids(reader, head.kind_of_ids, into.days + row, into.amounts + row, into.order_ids + row,
                           count.rows);
        first_seen = std::min(first_seen, into.days[row]);
        row += count.rows;
        last_seen = std::max(last_seen, into.days[row - 1]);
        into.offsets[customer + 1] = static_cast<std::uint32_t>(row);
    }
    if (row != head.rows || text_bytes != head.text_bytes || !reader.rest().empty())
        refuse_binary("Its parts do not add up to its head");
    if (head.rows > 0 && (first_seen != head.first_day || last_seen != head.last_day))
        refuse_binary("Its first and last day are not those of its rows");
    return {head, nullptr, into.offsets, into.days, into.amounts, into.keys, text, into.order_ids};
}

std::size_t write_head(const Head& head, unsigned char* to) noexcept
{
    Writer writer{to};
    for (const std::uint64_t field :
         {static_cast<std::uint64_t>(head.kind), head.has_amounts + static_cast<std::uint64_t>(head.kind_of_ids),
          static_cast<std::uint64_t>(head.scale), static_cast<std::uint64_t>(head.customers), head.rows,
          head.text_bytes, zigzag(head.first_day), zigzag(head.last_day)})
        writer.number(field);
    return static_cast<std::size_t>(writer.at - to);
}

Head read_head(std::span<const unsigned char>& bytes)
{
    Reader reader(bytes, what);
    const auto below = [&](std::uint64_t limit, const char* rule) {
        const auto value = reader.number();
        if (value >= limit)
            refuse_binary(rule);
        return value;
    };
    const auto day = [&] {
        const auto value = unzigzag(reader.number());
        if (value < earliest_day || value > latest_day)
            refuse_binary("A day is out of range");
        return static_cast<Day>(value);
    };
    Head head;
    head.kind = static_cast<KeyKind>(below(4, "Its kind of key is unknown"));
    const auto amounts = below(5, "Its flag for amounts and order ids is larger than 4");
    head.has_amounts = amounts > 0;
    head.kind_of_ids = static_cast<KeyKind>(amounts > 0 ? amounts - 1 : 0);
    head.scale = static_cast<std::uint8_t>(below(17, "Its scale is larger than 16"));
    head.customers =
        static_cast<std::uint32_t>(below(std::numeric_limits<std::uint32_t>::max(), "It has too many customers"));
    head.rows = below(std::numeric_limits<std::uint32_t>::max(), "It has too many rows");
    head.text_bytes = reader.number();
    head.first_day = day();
    head.last_day = day();
    bytes = reader.rest();
    // each row and each customer takes at least a byte: no memory is asked for that a body could not fill
    if (head.rows < head.customers || head.rows > bytes.size() || head.text_bytes > bytes.size() ||
        head.first_day > head.last_day || (head.rows > 0) != (head.customers > 0) ||
        (head.kind == KeyKind::none && head.customers > 0) ||
        (head.customers == 0 &&
         (head.first_day != 0 || head.last_day != 0 || head.scale != 0 || head.has_amounts || head.text_bytes != 0)) ||
        (head.kind != KeyKind::text && head.text_bytes != 0) || (!head.has_amounts && head.scale != 0))
        refuse_binary("Its head contradicts itself");
    return head.customers == 0 ? Head{} : head;
}

}  // namespace customer_value::ledger
