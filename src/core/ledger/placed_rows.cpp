#include "core/ledger/placed_rows.h"

#include "core/common/interrupt.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace customer_value::ledger {

namespace {

bool is_before(const PlacedRow& left, const PlacedRow& right) noexcept
{
    return std::tie(left.day, left.amount) < std::tie(right.day, right.amount);
}

// Rows of one customer: mostly one, two or three.
void sort_by_day(std::span<PlacedRow> rows)
{
    if (rows.size() > 24) {
        sort_or_stop(rows.begin(), rows.end(), is_before);
        return;
    }
    for (auto i = rows.begin(); i != rows.end(); ++i) {
        const PlacedRow row = *i;
        auto at = i;
        for (; at != rows.begin() && is_before(row, at[-1]); --at)
            *at = at[-1];
        *at = row;
    }
}

}  // namespace

// By digits, the lowest first, so that a row costs the same however many there are; a few rows are sorted as usual.
std::span<PlacedRow> sorted_by_customer(std::span<PlacedRow> rows, PlacedRow* spare)
{
    constexpr unsigned digit_bits = 11;
    constexpr std::size_t digits = std::size_t{1} << digit_bits;
    if (rows.size() < digits) {
        std::sort(rows.begin(), rows.end(), [](const PlacedRow& left, const PlacedRow& right) { return left.customer < right.customer; });
        return rows;
    }
    std::uint32_t used = 0;
    for (const PlacedRow& row : rows)
        used |= row.customer;
    PlacedRow *from = rows.data(), *to = spare;
    for (unsigned shift = 0; shift < 32 && used >> shift != 0; shift += digit_bits, std::swap(from, to)) {
        stop_if_interrupted();
        const auto digit = [shift](const PlacedRow& row) { return row.customer >> shift & (digits - 1); };
        std::array<std::size_t, digits> places{};
        for (std::size_t i = 0; i < rows.size(); ++i)
            ++places[digit(from[i])];
        std::size_t place = 0;
        for (std::size_t& each : places)
            place += std::exchange(each, place);
        for (std::size_t i = 0; i < rows.size(); ++i)
            to[places[digit(from[i])]++] = from[i];
    }
    return {from, rows.size()};
}

View laid_out(std::span<PlacedRow> rows, const View& whole, const Columns& into)
{
    if (rows.empty())
        return {};
    const std::size_t words = words_of(whole.kind);
    Day first_day = whole.last_day, last_day = whole.first_day;
    std::uint32_t customers = 0;
    Lookout lookout;
    for (std::size_t first = 0, behind; first < rows.size(); first = behind) {
        lookout.call();
        const std::uint32_t customer = rows[first].customer;
        for (behind = first + 1; behind < rows.size() && rows[behind].customer == customer;)
            ++behind;
        const auto own = rows.subspan(first, behind - first);
        sort_by_day(own);
        std::transform(own.begin(), own.end(), into.days + first, [](const PlacedRow& row) { return row.day; });
        if (whole.has_amounts)
            std::transform(own.begin(), own.end(), into.amounts + first, [](const PlacedRow& row) { return row.amount; });
        first_day = std::min(first_day, own.front().day);
        last_day = std::max(last_day, own.back().day);
        std::copy_n(whole.keys + customer * words, words, into.keys + customers * words);
        into.offsets[customers++] = static_cast<std::uint32_t>(first);
    }
    into.offsets[customers] = static_cast<std::uint32_t>(rows.size());
    return {whole.kind, whole.has_amounts, whole.scale, customers, first_day, last_day, into.offsets, into.days,
            whole.has_amounts ? into.amounts : nullptr, into.keys, whole.text};
}

}  // namespace customer_value::ledger
