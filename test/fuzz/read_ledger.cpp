// The binary form of a ledger, from anybody: refused, or decoded into memory of exactly the size that its head asks
// for; then a stream of its customers gives the same rows, and it can be written again.
#include "core/ledger/codec.h"

#include <cstdint>
#include <cstdlib>
#include <vector>

using namespace customer_value;
using namespace customer_value::ledger;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void check(const View& view, const StoredLedger& ledger)
{
    CustomerStream stream(ledger, CustomerStream::Amounts::read), days(ledger, CustomerStream::Amounts::left_out);
    const View streamed = stream.view(), without = days.view();
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer), again = streamed.of(customer), left_out = without.of(customer);
        require(rows.size() == again.size() && rows.size() == left_out.size());
        for (std::size_t i = 0; i < rows.size(); ++i)
            require(rows.days[i] == again.days[i] && rows.amount(i) == again.amount(i) &&
                    rows.is_order(i) == left_out.is_order(i));
    }
    std::vector<unsigned char> written(encoded_size(view));
    encode(view, written.data());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::vector<unsigned char> exact(data, data + size);
    std::span<const unsigned char> body(exact);
    try {
        const Head head = read_head(body);
        std::vector<std::uint32_t> offsets(head.customers + std::size_t{1});
        std::vector<Day> days(head.rows);
        std::vector<std::int64_t> amounts(head.has_amounts ? head.rows : 0);
        std::vector<std::uint64_t> keys(head.customers * words_of(head.kind));
        std::vector<OrderId> order_ids(head.kind_of_ids == KeyKind::none ? 0 : head.rows);
        const View view =
            decode({head, body}, {offsets.data(), days.data(), amounts.data(), keys.data(), order_ids.data()});
        check(view, {head, body});
    } catch (const Error& error) {
        require(error.code() == ErrorCode::malformed_binary);
    }
    return 0;
}
