#include "core/sales/affinity.h"
#include "core/sales/kinds.h"
#include "core/sales/report.h"

#include "unit/laws.h"
#include "unit/owned_key.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace customer_value::test {
namespace {

using sales::Line;
using sales::SaleHistory;
using sales::SaleKind;

TEST(ScaledNumbers, are_ordered_by_value_whatever_their_scale)
{
    const Int128 nines = mantissa_limit - 1;
    const std::vector<ScaledNumber> ascending{{-nines, 0}, {-5, 0},  {-49, 1}, {-1, 38},   {0, 7},    {1, 16383},
                                              {1, 38},     {499, 2}, {5, 0},   {nines, 1}, {nines, 0}};
    for (std::size_t i = 0; i < ascending.size(); ++i)
        for (std::size_t j = 0; j < ascending.size(); ++j)
            EXPECT_TRUE(compare(ascending[i], ascending[j]) == (i <=> j)) << i << " " << j;
    EXPECT_TRUE(compare(ScaledNumber{5, 0}, ScaledNumber{500, 2}) == 0);
    EXPECT_TRUE(compare(ScaledNumber{0, 0}, ScaledNumber{0, 9}) == 0);
}

// A history as the server keeps it, in memory of exactly the size that it asks for.
class HeldHistory {
public:
    HeldHistory()
        : memory_(SaleHistory::bytes_for({{0, 0}, {0, 0}})),
          history_(SaleHistory::create(memory_.get(), {{0, 0}, {0, 0}}))
    {
    }
    std::vector<SaleKind> basket(std::vector<Line> lines)
    {
        std::vector<SaleKind> kinds(lines.size());
        for (std::size_t i = 0; i < lines.size(); ++i)
            lines[i].row = i;
        std::sort(lines.begin(), lines.end(), sales::before);
        while (const auto room = history_->add(lines, kinds)) {
            Memory larger(SaleHistory::bytes_for(*room));
            history_ = SaleHistory::relocate(*history_, larger.get(), *room);
            memory_ = std::move(larger);
        }
        history_->end_basket(lines, kinds);
        return kinds;
    }
    [[nodiscard]] std::vector<unsigned char> stored() const
    {
        std::vector<unsigned char> bytes(history_->stored_size());
        history_->store(bytes.data());
        return bytes;
    }
    void know(const std::vector<unsigned char>& stored)
    {
        while (const auto room = history_->know(stored)) {
            Memory larger(SaleHistory::bytes_for(*room));
            history_ = SaleHistory::relocate(*history_, larger.get(), *room);
            memory_ = std::move(larger);
        }
    }

private:
    Memory memory_;
    SaleHistory* history_;
};

Line line(std::string_view product, std::optional<std::string_view> relation, int price)
{
    return {product, relation, {price, 0}, 0};
}

TEST(KindsOfSale, of_the_published_example)
{
    HeldHistory history;
    const auto one = [&](const Line& bought) { return history.basket({bought}).front(); };
    EXPECT_EQ(one(line("cam", "photo", 500)), SaleKind::front_end);
    EXPECT_EQ(one(line("lens", "photo", 300)), SaleKind::add_on);
    EXPECT_EQ(one(line("cam", "photo", 500)), SaleKind::repeat);
    EXPECT_EQ(one(line("pro", "photo", 900)), SaleKind::upsell);
    EXPECT_EQ(one(line("book", "books", 20)), SaleKind::cross_sell);
}

// The outside forms and back.
template <class Writer, class Reader>
std::vector<unsigned char> passed_through(const std::vector<unsigned char>& stored)
{
    std::string form(100000, '\0');
    Sink sink(form.data(), form.size());
    Writer writer(sink);
    writer.begin(SaleHistory::version);
    SaleHistory::write(stored, writer);
    writer.end();
    form.resize(sink.size());
    Reader reader(SaleHistory::type_name, form);
    std::vector<unsigned char> read(form.size());
    reader.begin(SaleHistory::version);
    read.resize(SaleHistory::read(reader, read));
    reader.end();
    return read;
}

TEST(KindsOfSale, follow_the_rules_on_random_baskets_also_after_a_stored_history)
{
    Random random(77);
    for (int customer = 0; customer < 200; ++customer) {
        HeldHistory history;
        std::map<std::string, SaleKind> last;  // of each product sold
        std::map<std::string, int> dearest;    // of each group
        bool first = true;
        for (int basket = 0; basket < 12; ++basket) {
            if (between(random, 0, 2) == 0) {
                const auto stored = history.stored();
                EXPECT_EQ((passed_through<TextWriter, TextReader>(stored)), stored);
                EXPECT_EQ((passed_through<BinaryWriter, BinaryReader>(stored)), stored);
                history = HeldHistory();
                history.know(stored);
                EXPECT_EQ(history.stored(), stored);
            }
            std::vector<std::pair<std::string, std::optional<std::string>>> names;
            std::vector<Line> lines;
            for (int i = between(random, 0, 5); i >= 0; --i) {
                const int product = between(random, 0, 12);
                names.emplace_back("product " + std::to_string(product),
                                   product % 5 == 0 ? std::nullopt
                                                    : std::optional("group " + std::to_string(product % 3)));
            }
            for (const auto& [product, relation] : names)
                lines.push_back(line(product, relation ? std::optional<std::string_view>(*relation) : std::nullopt,
                                     between(random, -2, 9)));
            const auto kinds = history.basket(lines);
            std::vector<std::size_t> order(lines.size());
            for (std::size_t i = 0; i < order.size(); ++i)
                order[i] = i;
            std::sort(order.begin(), order.end(), [&](auto a, auto b) { return sales::before(lines[a], lines[b]); });
            std::map<std::string, SaleKind> here;
            for (const auto i : order) {
                const auto& [product, relation] = names[i];
                const int price = static_cast<int>(lines[i].price.mantissa);
                if (price < 0)
                    continue;
                const auto group = relation ? dearest.find(*relation) : dearest.end();
                const SaleKind kind = last.contains(product)   ? SaleKind::repeat
                                      : first                  ? SaleKind::front_end
                                      : group == dearest.end() ? SaleKind::cross_sell
                                      : price > group->second  ? SaleKind::upsell
                                                               : SaleKind::add_on;
                here.emplace(product, kind);
                EXPECT_EQ(kinds[i], here[product]);
                if (relation)
                    dearest[*relation] = std::max(price, group == dearest.end() ? 0 : group->second);
            }
            for (const auto& [product, kind] : here)
                last[product] = kind;
            first = first && here.empty();
            for (std::size_t i = 0; i < lines.size(); ++i)
                if (lines[i].price.mantissa < 0) {
                    EXPECT_EQ(kinds[i], last.contains(names[i].first) ? last[names[i].first] : SaleKind::none);
                }
        }
    }
}

std::vector<unsigned char> read_text(std::string_view text)
{
    TextReader reader(SaleHistory::type_name, text);
    std::vector<unsigned char> stored(text.size());
    reader.begin(SaleHistory::version);
    stored.resize(SaleHistory::read(reader, stored));
    reader.end();
    return stored;
}

TEST(KindsOfSale, a_stored_history_keeps_any_price_and_name)
{
    const std::string form =
        "(version:1,products:2,product:\"\",kind:\"front_end\",product:\"" + std::string(300, 'x') +
        "\",kind:\"cross_sell\",groups:3,group:\"\",dearest:" + std::string(38, '9') + ",group:\"a\",dearest:0." +
        std::string(400, '0') + "1,group:\"b\",dearest:18446744073709551616)";
    const auto stored = read_text(form);
    std::string text(form.size(), '\0');
    Sink sink(text.data(), text.size());
    TextWriter writer(sink);
    writer.begin(SaleHistory::version);
    SaleHistory::write(stored, writer);
    writer.end();
    EXPECT_EQ(sink.size(), form.size());
    EXPECT_EQ(text, form);
}

TEST(KindsOfSale, a_history_that_contradicts_itself_is_refused)
{
    for (const char* form :
         {"(version:1,products:1,product:\"a\",kind:\"none\",groups:0)",
          "(version:1,products:1,product:\"a\",kind:\"front_end, and more\",groups:0)",
          "(version:1,products:2,product:\"a\",kind:\"repeat\",product:\"a\",kind:\"repeat\",groups:0)",
          "(version:1,products:0,groups:1,group:\"g\",dearest:1)",
          "(version:1,products:1,product:\"a\",kind:\"repeat\",groups:2,group:\"g\",dearest:1,group:\"g\",dearest:1)",
          "(version:1,products:1,product:\"a\",kind:\"repeat\",groups:1,group:\"g\",dearest:-1)",
          "(version:1,products:9,groups:0)", "(version:1,products:1000000000000,groups:0)"})
        EXPECT_THROW(read_text(form), Error) << form;
}

// as the server reads them where a customer has several
TEST(KindsOfSale, of_several_histories_all_count_in_any_order)
{
    HeldHistory one, other, both, reversed;
    one.basket({line("a", "g", 5)});
    one.basket({line("a", "g", 5), line("b", "h", 7)});
    other.basket({line("a", "g", 9), line("c", "g", 6)});
    both.know(one.stored());
    both.know(other.stored());
    reversed.know(other.stored());
    reversed.know(one.stored());
    for (HeldHistory* history : {&both, &reversed}) {
        EXPECT_EQ(history->basket({line("a", "g", -5)}).front(), SaleKind::repeat);
        EXPECT_EQ(history->basket({line("d", "g", 9)}).front(), SaleKind::add_on);
        EXPECT_EQ(history->basket({line("e", "h", 8)}).front(), SaleKind::upsell);
        EXPECT_EQ(history->basket({line("f", "i", 8)}).front(), SaleKind::cross_sell);
    }
}

TEST(SalesReport, drops_what_was_sent_back_from_orders_but_not_from_revenue)
{
    Held<sales::State> state;
    const auto row = [&](const char* kind, int order, const char* amount) {
        state.add(std::string_view(kind), Key(OwnedKey(order)), OwnedDecimal(amount).view());
    };
    row("a", 1, "10.5");
    row("a", 2, "30");
    row("a", 2, "-40.00");
    row("b", 1, "7");
    std::vector<sales::ReportRow> lines(state->names_count());
    const auto total = sales::report(*state, lines);
    EXPECT_TRUE(total.revenue == 750 && total.scale == 2);
    EXPECT_EQ(state->name(lines[0].kind), "b");
    EXPECT_TRUE(lines[1].revenue == 50 && lines[1].orders == 1 && lines[1].scale == 2);
}

TEST(PairCounter, counts_what_a_map_counts)
{
    Random random(11);
    for (const int least : {1, 2, 5}) {
        Held<sales::AffinityState> state;
        std::map<int, std::set<std::string>> baskets;
        for (int i = 0; i < 1500; ++i) {
            const int order = between(random, 1, 200);
            const auto product = "p" + std::to_string(between(random, 0, between(random, 3, 40)));
            state.add(Key(OwnedKey(order)), std::string_view(product));
            baskets[order].insert(product);
        }
        std::map<std::string, int> singles;
        std::map<std::pair<std::string, std::string>, int> expected, found;
        for (const auto& [order, products] : baskets)
            for (auto a = products.begin(); a != products.end(); ++a) {
                ++singles[*a];
                for (auto b = std::next(a); b != products.end(); ++b)
                    ++expected[{*a, *b}];
            }
        std::erase_if(expected, [&](const auto& pair) { return pair.second < least; });

        // not put in order: numbers are by first row, names must be by bytes all the same
        sales::PairCounter counter(*state, static_cast<std::uint32_t>(least));
        const std::size_t names = state->names_count(), orders = state->keys_count(), rows = state->size();
        std::vector<std::uint32_t> of(names), ranked(names), starts(names + 1), places(rows), all(rows + orders),
            cursors(orders), counts(names), touched(names);
        const sales::PairCounter::Memory memory{of.data(),  ranked.data(),  starts.data(), places.data(),
                                                all.data(), cursors.data(), counts.data(), touched.data()};
        counter.rank(memory);
        counter.collect(memory);
        for (std::uint32_t rank = 0; rank < counter.products(); ++rank) {
            EXPECT_EQ(counter.orders_of(rank, memory),
                      static_cast<std::uint32_t>(singles[std::string(counter.name(rank, memory))]));
            const auto size = counter.count(rank, memory);
            for (const auto other : std::span(touched).first(size))
                found[{std::string(counter.name(rank, memory)), std::string(counter.name(other, memory))}] =
                    static_cast<int>(std::exchange(counts[other], 0));
        }
        EXPECT_EQ(found, expected);
    }
}

}  // namespace
}  // namespace customer_value::test
