// sale_type and class_sale: the kinds of sale, as window functions over one customer's lines in the order of time;
// class_sale goes on from a history, and hands it on.
//
// At the first row of a basket (rows that are peers in ORDER BY) all of it is read and classed; its other rows only
// take their answers. Rows before are given back to the executor at once. What remains is the customer's history, in
// the memory of the partition, which goes when the next customer begins.
#include "pg/arguments.h"
#include "pg/guard.h"
#include "pg/partition.h"
#include "pg/results.h"
#include "pg/sales_history.h"

#include "core/sales/kinds.h"

extern "C" {
#include "utils/memutils.h"
}

using namespace customer_value;
using namespace customer_value::pg;
using sales::Line;
using sales::SaleHistory;
using sales::SaleKind;

namespace {

// The basket at hand; one for the query, its memory is used again for each.
struct Basket {
    MemoryContext memory;
    Line* lines;      // of the rows that count
    SaleKind* kinds;  // of all rows
    std::size_t count, rows, capacity;
    Datum answers[6];  // for each kind
};

struct Customer {
    SaleHistory* history;
    int64 first, end;  // positions of the basket's rows
    bool is_last;      // no basket follows
};

NullableResult name_column(SaleKind kind)
{
    return kind == SaleKind::none ? NullableResult{} : NullableResult{CStringGetTextDatum(name_of(kind).data()), false};
}
Datum kind_alone(FunctionCallInfo, SaleKind kind) { return name_column(kind).value; }
Datum kind_without_history(FunctionCallInfo fcinfo, SaleKind kind) { return row_of(fcinfo, {name_column(kind), {}}); }

// answer_of says what is returned for a kind; that is made once.
template <class AnswerOf> Basket* basket_of(FunctionCallInfo fcinfo, AnswerOf answer_of)
{
    if (fcinfo->flinfo->fn_extra == nullptr) {
        MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
        auto* basket = static_cast<Basket*>(palloc0(sizeof(Basket)));
        basket->memory = AllocSetContextCreate(CurrentMemoryContext, "customer_value basket", ALLOCSET_DEFAULT_SIZES);
        for (const auto kind : {SaleKind::none, SaleKind::front_end, SaleKind::repeat, SaleKind::upsell,
                                SaleKind::add_on, SaleKind::cross_sell})
            basket->answers[static_cast<int>(kind)] = answer_of(fcinfo, kind);
        MemoryContextSwitchTo(caller);
        fcinfo->flinfo->fn_extra = basket;
    }
    return static_cast<Basket*>(fcinfo->flinfo->fn_extra);
}

void clear(Basket* basket)
{
    constexpr std::size_t usual = 16;
    MemoryContextReset(basket->memory);
    basket->count = basket->rows = 0;
    basket->capacity = usual;
    basket->lines = static_cast<Line*>(MemoryContextAlloc(basket->memory, usual * sizeof(Line)));
    basket->kinds = static_cast<SaleKind*>(MemoryContextAlloc(basket->memory, usual * sizeof(SaleKind)));
}

// A row of which nothing is known yet.
void add_row(Basket* basket)
{
    if (basket->rows == basket->capacity) {
        basket->capacity *= 2;
        basket->lines = static_cast<Line*>(repalloc_huge(basket->lines, basket->capacity * sizeof(Line)));
        basket->kinds = static_cast<SaleKind*>(repalloc_huge(basket->kinds, basket->capacity * sizeof(SaleKind)));
    }
    basket->kinds[basket->rows++] = SaleKind::none;
}

// An argument of the row so many behind the current one. It lives until the next is asked for.
struct Found {
    Datum value;
    bool is_null, is_out;
};
Found argument_at(WindowObject window, int index, int distance)
{
    Found found{0, false, false};
    found.value = distance == 0 ? WinGetFuncArgCurrent(window, index, &found.is_null)
                                : WinGetFuncArgInPartition(window, index, distance, WINDOW_SEEK_CURRENT, false,
                                                           &found.is_null, &found.is_out);
    return found;
}

std::string_view kept(Basket* basket, Datum text)
{
    const std::string_view bytes = text_of(text);
    auto* copy = static_cast<char*>(MemoryContextAllocHuge(basket->memory, bytes.size() + 1));
    std::memcpy(copy, bytes.data(), bytes.size());
    return {copy, bytes.size()};
}

template <class Price> ScaledNumber price_of(Datum datum)
{
    LOCAL_FCINFO(call, 1);
    call->args[0].value = datum;
    const auto price = argument<Price>(call, 0);
    return guarded([&] { return scaled_number("price", price); });
}

void grow(Customer* customer, SaleHistory::Room room)
{
    SaleHistory* old = customer->history;
    void* memory = MemoryContextAllocHuge(GetMemoryChunkContext(customer), SaleHistory::bytes_for(room));
    customer->history = old == nullptr ? SaleHistory::create(memory, room)
                                       : guarded([&] { return SaleHistory::relocate(*old, memory, room); });
    if (old != nullptr)
        pfree(old);
}

void know(Customer* customer, Datum datum)
{
    const auto stored = stored_sale_history(datum);
    if (customer->history == nullptr)
        grow(customer, {{0, 0}, {0, 0}});
    while (const auto room = guarded([&] { return customer->history->know(stored); }))
        grow(customer, *room);
}

// Reads the row so far behind the current one into the basket; false where it is of another basket or partition.
template <class Price>
bool read_row(WindowObject window, Customer* customer, Basket* basket, int distance, bool goes_on)
{
    const Found product = argument_at(window, 0, distance);
    if (product.is_out) {
        customer->is_last = true;
        return false;
    }
    Line line{};
    if (!product.is_null)
        line.product = kept(basket, product.value);
    const int64 position = WinGetCurrentPosition(window) + distance;
    if (distance > 0 && !WinRowsArePeers(window, position - 1, position))
        return false;
    add_row(basket);
    if (goes_on)
        if (const Found history = argument_at(window, 3, distance); !history.is_null)
            know(customer, history.value);
    if (product.is_null)
        return true;
    if (const Found relation = argument_at(window, 1, distance); !relation.is_null)
        line.relation = kept(basket, relation.value);
    const Found price = argument_at(window, 2, distance);
    if (price.is_null)
        return true;
    line.price = price_of<Price>(price.value);
    line.row = basket->rows - 1;
    basket->lines[basket->count++] = line;
    return true;
}

void class_lines(Customer* customer, Basket* basket)
{
    if (customer->history == nullptr)
        grow(customer, {});
    const std::span lines(basket->lines, basket->count);
    const std::span kinds(basket->kinds, basket->rows);
    guarded([&] {
        sort_or_stop(lines.begin(), lines.end(),
                     [](const Line& left, const Line& right) { return sales::before(left, right); });
    });
    while (const auto room = guarded([&] { return customer->history->add(lines, kinds); }))
        grow(customer, *room);
    guarded([&] { customer->history->end_basket(lines, kinds); });
}

template <class Price> void read_basket(WindowObject window, Customer* customer, Basket* basket, bool has_history)
{
    clear(basket);
    customer->first = WinGetCurrentPosition(window);
    const bool goes_on = has_history && customer->first == 0;
    while (read_row<Price>(window, customer, basket, static_cast<int>(basket->rows), goes_on)) {
        CHECK_FOR_INTERRUPTS();
        if (basket->rows == INT_MAX)
            ereport(ERROR,
                    (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("a basket has more than %d lines", INT_MAX - 1)));
    }
    customer->end = customer->first + static_cast<int64>(basket->rows);
    WinSetMarkPosition(window, customer->end - 1);
    class_lines(customer, basket);
}

// The kind of the current row.
template <class Price> SaleKind kind_of_row(WindowObject window, Customer* customer, Basket* basket, bool has_history)
{
    const int64 position = WinGetCurrentPosition(window);
    if (position >= customer->end || position < customer->first)
        read_basket<Price>(window, customer, basket, has_history);
    return basket->kinds[position - customer->first];
}

template <class Price> Datum sale_type(FunctionCallInfo fcinfo)
{
    WindowObject window = window_of(fcinfo);
    Basket* basket = basket_of(fcinfo, kind_alone);
    const SaleKind kind = kind_of_row<Price>(window, partition_memory<Customer>(window), basket, false);
    if (kind == SaleKind::none)
        PG_RETURN_NULL();
    return basket->answers[static_cast<int>(kind)];
}

template <class Price> Datum class_sale(FunctionCallInfo fcinfo)
{
    WindowObject window = window_of(fcinfo);
    auto* customer = partition_memory<Customer>(window);
    Basket* basket = basket_of(fcinfo, kind_without_history);
    const SaleKind kind = kind_of_row<Price>(window, customer, basket, true);
    if (!customer->is_last || WinGetCurrentPosition(window) < customer->end - 1 || customer->history->is_empty())
        return basket->answers[static_cast<int>(kind)];
    const auto stored = new_sale_history(guarded([&] { return customer->history->stored_size(); }));
    guarded([&] { customer->history->store(stored.data()); });
    return row_of(fcinfo, {name_column(kind), {sale_history_datum(stored, stored.size()), false}});
}

}  // namespace

#define KINDS_OF_SALE(suffix, Price)                                      \
    SQL_FUNCTION(sale_type_##suffix) { return sale_type<Price>(fcinfo); } \
    SQL_FUNCTION(class_sale_##suffix) { return class_sale<Price>(fcinfo); }

FOR_EACH_NUMBER(KINDS_OF_SALE)
