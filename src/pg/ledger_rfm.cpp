#include "pg/ledger_customers.h"

#include "core/ledger/standings.h"

#include <algorithm>

using namespace customer_value;
using namespace customer_value::pg;
using ledger::Standing;

namespace {

NullableResult score_column(std::int32_t score) { return {Int32GetDatum(score), false}; }

// rfm(ledger, as_of, bins), rfm(ledger, key, as_of, bins)
Datum rfm_report(FunctionCallInfo fcinfo, StatedKind stated)
{
    const int as_of_index = stated ? 2 : 1, bins_index = as_of_index + 1;
    if (lacks(fcinfo, {0, bins_index}))
        return no_rows(fcinfo);
    const ledger::View view = Ledger(fcinfo, 0).laid_out();
    require_kind(fcinfo, 1, view, stated);
    const ledger::Day as_of = as_of_argument(fcinfo, as_of_index, view);
    const std::int32_t bins = PG_GETARG_INT32(bins_index);
    auto* standings = allocated<Standing>(view.customers);
    const std::size_t count = guarded([&] {
        const auto scored = ledger::standings_at(view, as_of, bins);
        std::copy(scored.all().begin(), scored.all().end(), standings);
        return scored.all().size();
    });
    ResultRows rows(fcinfo);
    for (std::size_t i = 0; i < count; ++i) {
        const Standing& standing = standings[i];
        const auto segment = rfm::name_of(standing.segment);
        rows.put(
            {customer_column(view, standing.customer, stated),
             count_column(std::int64_t{as_of} - standing.last_order),
             count_column(standing.orders),
             money_column(view, standing.revenue),
             score_column(standing.r),
             score_column(standing.f),
             score_column(standing.m),
             {PointerGetDatum(cstring_to_text_with_len(segment.data(), static_cast<int>(segment.size()))), false}});
    }
    return rows.done();
}

}  // namespace

CUSTOMER_REPORT(rfm, rfm_report)
