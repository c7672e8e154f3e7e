#include "pg/ledger_customers.h"

#include "core/ledger/figures.h"

extern "C" {
#include "access/detoast.h"
}

using namespace customer_value;
using namespace customer_value::pg;

namespace {

NullableResult name_column(std::string_view name)
{
    return name.empty()
               ? null_column()
               : NullableResult{PointerGetDatum(cstring_to_text_with_len(name.data(), static_cast<int>(name.size()))),
                                false};
}

// The type of keys; NULL where there are none.
NullableResult kind_column(KeyKind kind) { return kind == KeyKind::none ? null_column() : name_column(name_of(kind)); }

}  // namespace

// describe(ledger)
SQL_FUNCTION(ledger_describe)
{
    if (lacks(fcinfo, {0}))
        return no_rows(fcinfo);
    Datum value = fcinfo->args[0].value;
    if (VARATT_IS_EXTERNAL_EXPANDED(reinterpret_cast<varlena*>(DatumGetPointer(value))))
        value = PointerGetDatum(PG_DETOAST_DATUM(value));  // being built: as it would be stored
    const Ledger ledger(value);
    const auto figures = ledger.read([](const ledger::View& view) { return ledger::figures_of(view); },
                                     ledger::CustomerStream::Amounts::read, ledger::RowOrder::any);
    const bool has_rows = ledger.rows > 0;
    const auto money = [&](Int128 amount) { return has_rows ? money_column(ledger, amount) : null_column(); };
    ResultRows rows(fcinfo);
    rows.put({count_column(static_cast<std::int64_t>(ledger.rows)), count_column(ledger.customers),
              count_column(figures.orders), count_column(static_cast<std::int64_t>(ledger.rows) - figures.orders),
              has_rows ? day_column(ledger.first_day) : null_column(),
              has_rows ? day_column(ledger.last_day) : null_column(), money(figures.gross), money(figures.refunds),
              money(figures.net()), name_column(ledger.currency), kind_column(ledger.kind),
              kind_column(ledger.kind_of_ids), count_column(static_cast<std::int64_t>(toast_datum_size(value)))});
    return rows.done();
}
