// Takes any bytes as rows: decimals of any digits, weight and scale, with an order each. However the rows are split
// and merged, the states are the same, and they read back as they were written.
#include "core/nps/nps.h"
#include "core/revenue/orders.h"
#include "core/revenue/revenue.h"
#include "unit/held.h"

#include <cstdio>
#include <optional>

using namespace customer_value;
using test::Held;

namespace {

class Bytes {
public:
    Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    [[nodiscard]] bool empty() const { return size_ == 0; }
    std::uint8_t next()
    {
        if (size_ == 0)
            return 0;
        --size_;
        return *data_++;
    }

private:
    const std::uint8_t* data_;
    std::size_t size_;
};

// A decimal as PostgreSQL makes them: no groups of zeros at the ends, no digits behind its scale.
class Row {
public:
    explicit Row(Bytes& bytes)
    {
        const std::uint8_t form = bytes.next();
        order = bytes.next() % 8;
        part = form >> 7 & 1;
        std::vector<std::int16_t> digits(form & 7);
        for (auto& digit : digits)
            digit = static_cast<std::int16_t>((bytes.next() << 8 | bytes.next()) % 10000);
        weight = static_cast<std::int8_t>(bytes.next()) >> (form >> 3 & 7);
        while (!digits.empty() && digits.back() == 0)
            digits.pop_back();
        while (!digits.empty() && digits.front() == 0)
            digits.erase(digits.begin()), --weight;
        if (digits.empty())
            weight = 0;
        scale = std::max(0, 4 * (static_cast<int>(digits.size()) - weight - 1)) + bytes.next() % 4;
        negative = !digits.empty() && form >> 6 & 1;
        digits_.resize(1 + 2 * digits.size());
        if (!digits.empty())
            std::memcpy(digits_.data() + 1, digits.data(), 2 * digits.size());
    }
    [[nodiscard]] Decimal amount() const
    {
        return {digits_.data() + 1,   static_cast<std::int32_t>(digits_.size() / 2), weight, scale, negative,
                Decimal::Kind::finite};
    }
    std::int64_t order;
    std::size_t part;

private:
    std::vector<unsigned char> digits_;
    std::int32_t weight, scale;
    bool negative;
};

void require(bool holds, const char* rule, const std::string& text)
{
    if (holds)
        return;
    std::fprintf(stderr, "%s: %s\n", rule, text.c_str());
    std::abort();
}

// Nothing where a number of more than 38 digits comes up, which may depend on the order of rows.
template <class State, class Add> void check(const std::vector<Row>& rows, Add add)
try {
    Held<State> whole, parts[2];
    for (const Row& row : rows) {
        add(whole, row);
        add(parts[row.part], row);
    }
    const std::string text = whole.text();
    require(Held<State>(parts[0]).merge(parts[1]).text() == text, "the split matters", text);
    require(Held<State>(parts[1]).merge(parts[0]).text() == text, "the order of merging matters", text);
    require(Held<State>::from_text(text).text() == text, "the text form reads back as another state", text);
    require(Held<State>::from_binary(whole.binary()).text() == text, "the binary form reads back as another state",
            text);
    if constexpr (requires { whole->gross(std::span<std::int16_t>{}); }) {
        bool exact = true;
        for (const Row& row : rows)
            exact = exact && whole.remove(row.amount());
        require(!exact || whole.text() == Held<State>().text(), "something is left when all rows are taken out",
                whole.text());
    }
} catch (const Error& error) {
    require(error.code() == ErrorCode::out_of_range, "refused for an odd reason", error.message());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    Bytes bytes(data, size);
    std::vector<Row> rows;
    while (!bytes.empty())
        rows.emplace_back(bytes);
    check<revenue::State>(rows, [](auto& state, const Row& row) { state.add(row.amount()); });
    check<revenue::Orders>(rows, [](auto& state, const Row& row) {
        state.add(row.amount(), Key{KeyKind::bigint, {reinterpret_cast<const char*>(&row.order), sizeof row.order}});
    });
    check<nps::State>(rows, [](auto& state, const Row& row) { state.add(row.amount()); });
    return 0;
}
