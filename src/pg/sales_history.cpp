#include "pg/sales_history.h"

#include "pg/aggregate.h"

namespace customer_value::pg {

using sales::SaleHistory;

std::span<const unsigned char> stored_sale_history(Datum datum)
{
    const varlena* value = PG_DETOAST_DATUM_PACKED(datum);
    const auto* bytes = reinterpret_cast<const unsigned char*>(VARDATA_ANY(value));
    if (*bytes != SaleHistory::version)
        report_unknown_version(SaleHistory::type_name, *bytes, SaleHistory::version);
    return {bytes + 1, VARSIZE_ANY_EXHDR(value) - 1};
}

namespace {

// As `written` takes it.
struct Outside {
    static constexpr int version = SaleHistory::version;
    static constexpr const char* type_name = SaleHistory::type_name;
    std::span<const unsigned char> bytes;

    template <class Archive> static void describe(const Outside& self, Archive& archive)
    {
        SaleHistory::write(self.bytes, archive);
    }
};

constexpr std::string_view nothing = "(version:1,products:0,groups:0)";

template <class Reader> Datum read(Reader reader, std::size_t length)
{
    const auto stored = new_sale_history(length);
    const std::size_t size = guarded([&] {
        reader.begin(SaleHistory::version);
        const std::size_t taken = SaleHistory::read(reader, stored);
        reader.end();
        return taken;
    });
    return sale_history_datum(stored, size);
}

}  // namespace

}  // namespace customer_value::pg

using namespace customer_value;
using namespace customer_value::pg;

// The word `empty` stands for a history without a sale, as in states.
SQL_FUNCTION(sale_history_in)
{
    const std::string_view text(PG_GETARG_CSTRING(0));
    if (text == "empty")
        return read(TextReader(SaleHistory::type_name, nothing), nothing.size());
    return read(TextReader(SaleHistory::type_name, text), text.size());
}

SQL_FUNCTION(sale_history_out)
{
    std::size_t length;
    PG_RETURN_CSTRING(written<TextWriter>(Outside{stored_sale_history(PG_GETARG_DATUM(0))}, 0, length));
}

SQL_FUNCTION(sale_history_recv)
{
    const std::string_view bytes = rest_of_message(fcinfo);
    const Datum history = read(BinaryReader(SaleHistory::type_name, bytes), bytes.size());
    require_valid_text(Outside{stored_sale_history(history)});
    return history;
}

SQL_FUNCTION(sale_history_send)
{
    std::size_t length;
    char* bytes = written<BinaryWriter>(Outside{stored_sale_history(PG_GETARG_DATUM(0))}, VARHDRSZ, length);
    SET_VARSIZE(bytes, VARHDRSZ + length);
    PG_RETURN_BYTEA_P(reinterpret_cast<bytea*>(bytes));
}
