#include "core/ledger/row_numbers.h"

#include "core/ledger/body_writer.h"

#include "core/common/interrupt.h"

#include <functional>

namespace customer_value::ledger {

namespace {

// Rows of one customer: mostly one, two or three.
template <class Number> void sort_few(Number* first, Number* behind)
{
    if (behind - first > 24) {
        sort_or_stop(first, behind, std::less<>());
        return;
    }
    for (Number* i = first + 1; i < behind; ++i) {
        const Number row = *i;
        Number* at = i;
        for (; at > first && at[-1] > row; --at)
            *at = at[-1];
        *at = row;
    }
}

}  // namespace

template <class Number> std::size_t most_encoded(std::span<const Number> rows, const RowLayout& layout, const View& whole)
{
    const std::size_t customers = std::min<std::size_t>(rows.size(), whole.customers), count = size_of(2 * rows.size() + 1);
    const std::size_t key = whole.kind == KeyKind::uuid ? 16 : 10, day = size_of(static_cast<std::uint64_t>(std::int64_t{whole.last_day} - whole.first_day));
    std::size_t text_bytes = 0;
    std::uint32_t before = 0;
    for (std::size_t i = 0; whole.kind == KeyKind::text && i < rows.size(); ++i) {
        const std::uint32_t customer = layout.customer(rows[i]);
        if (i == 0 || customer != before)
            text_bytes += whole.keys[customer] & 0xffff;
        before = customer;
    }
    // of a customer: the key, the number of rows, the bits of a byte of refunds that are not used, how many bytes the amounts take
    return text_bytes + customers * (key + count + 1 + 10) + rows.size() * (day + size_of(layout.widest_amount())) + rows.size() / 8 + SlackWriter::slack;
}

template <class Number> Encoded encode(std::span<Number> rows, const RowLayout& row_layout, const View& whole, unsigned char* body)
{
    if (rows.empty())
        return {{}, body};
    const RowLayout layout = row_layout;  // a copy, which what is written cannot change
    const auto [first_day, last_day] = layout.days(std::span<const Number>(rows));
    const bool has_amounts = whole.has_amounts;
    SlackWriter writer{body};
    KeyWriter keys(whole);
    std::uint32_t customers = 0;
    Lookout lookout;
    Number* const end = rows.data() + rows.size();
    for (Number *first = rows.data(), *behind; first < end; first = behind, ++customers) {
        lookout.call();
        const std::uint32_t customer = layout.customer(*first);
        for (behind = first + 1; behind < end && layout.customer(*behind) == customer;)
            ++behind;
        sort_few(first, behind);
        keys.write(writer, customer);
        write_rows(writer, static_cast<std::size_t>(behind - first), has_amounts, first_day, [&](std::size_t i) { return layout.day(first[i]); },
                   [&](std::size_t i) { return layout.amount(first[i]); });
    }
    return {{whole.kind, has_amounts, static_cast<std::uint8_t>(whole.scale), customers, first_day, last_day, rows.size(), keys.text_bytes()}, writer.at};
}

template std::size_t most_encoded<NarrowRow>(std::span<const NarrowRow>, const RowLayout&, const View&);
template std::size_t most_encoded<WideRow>(std::span<const WideRow>, const RowLayout&, const View&);
template Encoded encode<NarrowRow>(std::span<NarrowRow>, const RowLayout&, const View&, unsigned char*);
template Encoded encode<WideRow>(std::span<WideRow>, const RowLayout&, const View&, unsigned char*);

}  // namespace customer_value::ledger
