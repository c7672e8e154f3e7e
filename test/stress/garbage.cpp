// Tens of thousands of damaged states, in text and in binary form: each is refused with an error that a user may see,
// or is a state that every reader can read and that is written as it is read. The server outlives them all.
#include "connection.h"
#include "tap.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace {

using customer_value::test::Connection;
using customer_value::test::Format;
using customer_value::test::Result;
using customer_value::test::Tap;

using Random = std::mt19937_64;

constexpr int damaged_per_form = 3000;
constexpr int most_notes = 10;

struct Type {
    std::string name;
    std::vector<std::string> seeds;    // SQL of sound states
    std::vector<std::string> readers;  // SQL over $1
    bool composite = false;
    bool merges = true;  // with || and rollup
};

const std::vector<std::string> order_readers{"avg_check($1)", "avg_check_double($1)", "orders_count($1)"};

const std::vector<Type> types{
    {"nps_state",
     {"'empty'::nps_state", "nps_agg(i) FROM generate_series(0, 10) AS i",
      "'(version:1,promoters:2305843009213693952,passives:0,detractors:0,from_1_to_5:0)'::nps_state"},  // the largest count, 2^61
     {"nps($1)", "promoters($1)", "passives($1)", "detractors($1)", "responses($1)", "nps_ci($1)", "nps_ci($1, 0.5)",
      "nps_compare($1, $1)"}},
    {"csat_state",
     {"'empty'::csat_state", "csat_agg(i, 4) FROM generate_series(1, 5) AS i"},
     {"csat($1)", "satisfied($1)", "responses($1)"}},
    {"churn_state",
     {"'empty'::churn_state", "churn_agg(i % 2 = 0, i % 3 = 0) FROM generate_series(1, 100) AS i"},
     {"churn_rate($1)", "retention_rate($1)", "lost($1)", "at_start($1)", "churn_ci($1)"}},
    {"revenue_state",
     {"'empty'::revenue_state", "revenue_agg(i / 100.0) FROM generate_series(-5, 1000) AS i",
      "revenue_agg(i, 'EUR') FROM generate_series(-5, 1000) AS i",
      "revenue_agg(i) FROM unnest(ARRAY[1e60, -1e-60, 3]) AS i"},
     {"net_revenue($1)", "gross_revenue($1)", "refund_rate($1)", "avg_check($1)", "gross_avg_check($1)",
      "sales_count($1)", "refunds_count($1)", "net_revenue_double($1)", "gross_revenue_double($1)",
      "refund_rate_double($1)", "avg_check_double($1)", "gross_avg_check_double($1)"}},
    {"order_state",
     {"'empty'::order_state", "order_agg(i / 10.0, i / 2) FROM generate_series(-5::bigint, 20) AS i",
      "order_agg(1e-16383, 1)", "order_agg(12345678901234567890, 1)"},
     order_readers},
    {"order_state", {"order_agg(i / 10.0, md5((i / 2)::text)::uuid) FROM generate_series(-5, 20) AS i"}, order_readers},
    {"order_state",
     {"order_agg(i / 10.0, 'ordre nº \"' || i / 2 || E'\"\\\\') FROM generate_series(-5, 20) AS i"},
     order_readers},
    {"survey_state",
     {"'empty'::survey_state", "survey_agg(i / 3, date '2024-01-01' + i, i % 11) FROM generate_series(1, 30) AS i",
      "survey_agg('c' || i, timestamptz '1999-01-01 00:00Z', i / 2.0) FROM generate_series(1, 3) AS i"},
     {"nps($1)", "nps($1, 2, 4)", "responses($1)"}},
    {"sales_state",
     {"'empty'::sales_state", "sales_agg('kind ' || i % 3, i / 2, i / 10.0) FROM generate_series(-5::bigint, 20) AS i",
      "sales_agg('\"k\"', 'order ' || i, i) FROM generate_series(1, 5) AS i"},
     {"count(*) FROM sales_report($1)"}},
    {"sale_history",
     {"'empty'::sale_history",
      "'(version:1,products:2,product:\"a \\\"b\",kind:\"repeat\",product:\"é\",kind:\"upsell\",groups:1,group:\"g\",dearest:99.50)'::sale_history",
      "'(version:1,products:1,product:\"\",kind:\"front_end\",groups:1,group:\"\",dearest:99999999999999999999999999999999999999)'::sale_history"},
     {"(SELECT kind FROM (SELECT (class_sale('a', 'g', 1, $1) OVER ()).kind) AS s)"},
     false,
     false},
    {"affinity_state",
     {"'empty'::affinity_state", "affinity_agg(i / 3, 'product ' || i % 7) FROM generate_series(1::bigint, 30) AS i",
      "affinity_agg(md5((i / 3)::text)::uuid, 'p' || i % 7) FROM generate_series(1, 30) AS i"},
     {"count(*) FROM basket_affinity($1)", "count(*) FROM basket_affinity($1, 0)"}},
    {"ladder_state",
     {"'empty'::ladder_state",
      "ladder_agg(i / 3, 'stage ' || i % 3, date '2024-01-01' + i) FROM generate_series(1, 30) AS i",
      "ladder_agg('c' || i, 'a', timestamptz '1999-01-01 00:00Z') FROM generate_series(1, 3) AS i"},
     {"count(*) FROM ladder_transitions($1, '{stage 0,stage 1,stage 2,a}')"}},
    {"km_state",
     {"'empty'::km_state", "km_agg(i / 4.0, i % 3 > 0) FROM generate_series(0, 40) AS i", "km_agg(1e300, true)"},
     {"km_survival($1, 3)", "km_median($1)", "km_mean($1)", "km_mean($1, 2.5)", "km_hazard_mean($1)",
      "(SELECT count(*) FROM km_curve($1))"}},
    {"ab_state",
     {"'empty'::ab_state", "ab_agg(i / 100.0) FROM generate_series(-5, 1000) AS i", "ab_agg(1e-300)",
      "ab_agg(i) FROM unnest(ARRAY[1e300, -4.9e-324]::double precision[]) AS i"},
     {"ab_count($1)", "ab_mean($1)", "ab_variance($1)", "ab_test_mean($1, $1)",
      "ab_test_mean($1, _ab_state_add('empty', 1))"}},
    {"retention_state",
     {"'empty'::retention_state", "retention_agg(i = 1, i = 2, i = 9) FROM generate_series(1, 5) AS i",
      "retention_agg(VARIADIC array_fill(true, ARRAY[32]))"},
     {"retention($1)"}},
    {"funnel_state",
     {"'empty'::funnel_state",
      "funnel_agg('2024-01-01 00:00Z'::timestamptz + i * interval '1 s', i % 2 = 1, i % 3 = 2) FROM generate_series(1, 9) AS i",
      "_funnel_state_add('empty', '1 day', '1999-12-31 23:59:59.999999Z', '{t,f,t}')"},
     {"window_funnel($1)", "window_funnel($1, '1 hour')", "window_funnel($1, '0', true)",
      "window_funnel($1, '1 hour', once => true)"}},
    {"customer_ledger",
     {"'empty'::customer_ledger",
      "ledger_agg(i % 5, date '2024-01-01' + i, round(i / 7.0 - 1, 3)) FROM generate_series(-5, 40) AS i",
      "ledger_agg('nº ' || i / 2, date '2024-01-01' + 9 * i) FROM generate_series(-5, 20) AS i",
      "ledger_agg(md5(i::text)::uuid, date '2024-01-01' + i, i) FROM generate_series(-1, 4) AS i"},
     {"customers_count($1)", "rows_count($1)", "first_day($1)", "last_day($1)", "repeat_purchase_rate($1)",
      "rows_count(first_orders($1))", "rows_count(keep($1, slice($1, '2024-01-03', '2024-02-01')))",
      "rows_count(slice($1, '2024-01-03', '2024-02-01'))",
      "(SELECT sum(rows_count(s.ledger)) FROM slices($1, '1000 years') AS s)",
      "(SELECT sum(active_customers) FROM cohort_retention($1, '1000 years'))",
      "(SELECT sum(dormant_customers) FROM lifecycle($1, '1000 years'))",
      "(SELECT sum(returning_customers) FROM new_vs_returning($1, '1000 years'))", "time_to_next_order($1)",
      "(SELECT sum(median_days) FROM days_between_orders($1))",
      "(SELECT sum(active_customers) FROM retention_by_age($1, '{1,30}', 'within'))", "(SELECT count(*) FROM rfm($1))",
      "(SELECT sum(orders) FROM describe($1))",
      "(SELECT sum(active_customers) FROM cohort_retention_by_start($1, $1, '1000 years'))"}},
    {"mrr_ledger",
     {"'empty'::mrr_ledger",
      "mrr_agg(i, daterange('2024-01-01', date '2024-02-01' + i), i / 7.0, '1 week', 'EUR') FROM generate_series(-5, 20) AS i",
      "mrr_agg('nº ' || i / 2, daterange(date '2024-01-01' + i, NULL), i, '1 year') FROM generate_series(-5, 20) AS i",
      "mrr_agg(md5(i::text)::uuid, daterange(date '2024-01-01' + i, date '2024-03-01' + i), i, '1 month') FROM generate_series(1, 5) AS i"},
     {"mrr($1, '2024-02-01')", "arr($1, '2024-02-01')", "paying_customers($1, '2024-02-01')", "customers_count($1)",
      "rows_count($1)", "first_day($1)", "last_day($1)", "ltv($1, '2024-01-01', '2024-06-01')",
      "(SELECT sum(end_mrr) FROM mrr_movements($1, '1 month', '2024-01-01', '2024-06-01'))",
      "(SELECT sum(churned_customers) FROM customer_churn($1, '1 week', '2024-01-01', '2024-06-01'))",
      "(SELECT sum(mrr) FROM mrr_cohorts($1, '1000 years', '2024-06-01'))",
      "(SELECT sum(lost) FROM renewals($1, '1 year', '2024-06-01'))"}},
    {"all_states",
     {"ROW(nps_agg(i), csat_agg(i, 4), churn_agg(i > 1, i > 2), revenue_agg(i, 'EUR'), "
      "order_agg(i, 'order ' || i))::all_states FROM generate_series(0, 5) AS i"},
     {"nps(($1).answers)", "csat(($1).satisfied)", "churn_rate(($1).churn)", "net_revenue(($1).revenue)",
      "avg_check(($1).orders)"},
     true},
};

// --- damage ---

std::size_t below(Random& random, std::size_t n) { return n == 0 ? 0 : random() % n; }

template <class Choices> const auto& any_of(Random& random, const Choices& choices)
{
    return choices[below(random, std::size(choices))];
}

const std::vector<std::string> strange_numbers{"",
                                               "0",
                                               "1",
                                               "00",
                                               "-1",
                                               "-0",
                                               "+1",
                                               "1.",
                                               ".5",
                                               "1e400",
                                               "0x10",
                                               "NaN",
                                               "Infinity",
                                               "16383",
                                               "16384",
                                               "2147483648",
                                               "4294967296",
                                               "562949953421312",
                                               "562949953421313",
                                               "2305843009213693952",
                                               "2305843009213693953",
                                               "9223372036854775807",
                                               "9223372036854775808",
                                               "18446744073709551616",
                                               std::string(38, '9'),
                                               std::string(39, '9'),
                                               std::string(131072, '9'),
                                               std::string(140000, '9'),
                                               "0." + std::string(16383, '1'),
                                               "-0." + std::string(20000, '1')};

const std::vector<std::string> strange_bytes{
    "\xC3\x28", "\xFF", "\xE2\x82", "\xF0\x9F\x98\x80", "\xED\xA0\x80", "é", "\"", "\\", "(", ")", ",",
    ":",        "\n",   "empty"};

std::string big_endian(std::uint64_t value)
{
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes += static_cast<char>(value >> shift);
    return bytes;
}

void truncate(std::string& bytes, Random& random) { bytes.resize(below(random, bytes.size() + 1)); }

void flip_bit(std::string& bytes, Random& random)
{
    if (!bytes.empty())
        bytes[below(random, bytes.size())] ^= static_cast<char>(1 << below(random, 8));
}

void insert(std::string& bytes, Random& random, const std::string& what)
{
    bytes.insert(below(random, bytes.size() + 1), what);
}

void remove_some(std::string& bytes, Random& random)
{
    const auto at = below(random, bytes.size());
    bytes.erase(at, 1 + below(random, 20));
}

void repeat_some(std::string& bytes, Random& random)
{
    const auto at = below(random, bytes.size());
    insert(bytes, random, bytes.substr(at, 1 + below(random, 40)));
}

// The head of one and the tail of another, cut between fields where there are any.
void splice(std::string& bytes, Random& random, const std::string& other)
{
    const auto cut = [&](const std::string& text) {
        const auto at = below(random, text.size() + 1), comma = text.find(',', at);
        return comma == std::string::npos ? at : comma;
    };
    bytes = bytes.substr(0, cut(bytes)) + other.substr(cut(other));
}

// Another number in the place of one that is there.
void replace_number(std::string& text, Random& random)
{
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto from =
        std::find_if(text.begin() + static_cast<std::ptrdiff_t>(below(random, text.size() + 1)), text.end(), digit);
    const auto to = std::find_if_not(from, text.end(), digit);
    text.replace(from, to, any_of(random, strange_numbers));
}

void overwrite_integer(std::string& bytes, Random& random)
{
    constexpr std::uint64_t strange[] = {0,
                                         1,
                                         8,
                                         0x3FFFFFFF,
                                         0x7FFFFFFF,
                                         0x80000000,
                                         0xFFFFFFFF,
                                         0x100000000,
                                         1ull << 49,
                                         (1ull << 49) + 1,
                                         1ull << 61,
                                         (1ull << 61) + 1,
                                         0x7FFFFFFFFFFFFFFF,
                                         0x8000000000000000,
                                         0xFFFFFFFFFFFFFFFF};
    const auto value = big_endian(any_of(random, strange));
    const auto at = below(random, bytes.size() + 1);
    // fields of eight bytes behind one of version, most of the time
    bytes.replace(at % 4 == 0 ? at : std::min(bytes.size(), at / 8 * 8 + 1), 8, value);
}

std::string damaged(std::string bytes, Random& random, Format format, const std::string& other)
{
    constexpr int often[] = {1, 1, 1, 2, 3};  // mostly once: what is damaged twice is refused for the first damage
    for (int times = any_of(random, often); times > 0; --times)
        switch (below(random, 10)) {
        case 0:
            truncate(bytes, random);
            break;
        case 1:
            flip_bit(bytes, random);
            break;
        case 2:
            insert(bytes, random, any_of(random, strange_bytes));
            break;
        case 3:
            remove_some(bytes, random);
            break;
        case 4:
            repeat_some(bytes, random);
            break;
        case 5:
            splice(bytes, random, other);
            break;
        case 6:
            insert(bytes, random, std::string(1, static_cast<char>(random())));
            break;
        default:
            format == Format::text ? replace_number(bytes, random) : overwrite_integer(bytes, random);
        }
    return bytes;
}

// --- what comes of it ---

// The counts of a form, and the first few claims that did not hold.
struct Outcome {
    int sent = 0, refused = 0, wrong = 0;
    std::set<std::string> codes;
    std::vector<std::string> notes;

    void complain(const std::string& what, const std::string& bytes)
    {
        if (++wrong <= most_notes)
            notes.push_back(what + "\nfor " + printable(bytes));
    }
    static std::string printable(const std::string& bytes)
    {
        std::string text;
        for (const char c : bytes.substr(0, 300)) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\x%02X", static_cast<unsigned char>(c));
            text += c >= ' ' && c <= '~' ? std::string(1, c) : escape;
        }
        return text;
    }
};

// Data exceptions, a limit of the program, and out of memory are for users; the rest would be our bug. What surrounds a
// state is PostgreSQL's own, and it has two more codes for that.
bool is_for_users(const std::string& sqlstate, bool composite)
{
    return sqlstate.starts_with("22") || sqlstate == "54000" || sqlstate == "53200" ||
           (composite && (sqlstate == "42804" || sqlstate == "08P01"));
}

class Trial {
public:
    Trial(Connection& connection, const Type& type, Format format, Outcome& outcome)
        : connection_(connection),
          type_(type),
          format_(format),
          outcome_(outcome),
          oid_(static_cast<Oid>(std::stoul(connection.value("SELECT '" + type.name + "'::regtype::oid"))))
    {
    }

    void send(const std::string& bytes)
    {
        ++outcome_.sent;
        const auto text = ask("$1::text", bytes, format_);
        if (!text.succeeded()) {
            ++outcome_.refused;
            outcome_.codes.insert(text.sqlstate());
            if (!is_for_users(text.sqlstate(), type_.composite))
                outcome_.complain("error " + text.sqlstate() + " " + text.message(), bytes);
            return;
        }
        check_forms(bytes, text.value());
        check_readers(bytes);
    }

private:
    Result ask(const std::string& expression, const std::string& bytes, Format format, Format answer = Format::text)
    {
        return connection_.attempt("SELECT " + expression, {{bytes, oid_, format}}, answer);
    }
    // Its text and its binary form are read, and give the same text.
    void check_forms(const std::string& bytes, const std::string& text)
    {
        const auto again = ask("$1::text", text, Format::text);
        if (!again.succeeded() || again.value() != text)
            outcome_.complain("the text form is not stable, " + again.message() + again.value().substr(0, 300), text);
        const auto binary = ask("$1", bytes, format_, Format::binary);
        const auto back = binary.succeeded() ? ask("$1::text", binary.value(), Format::binary) : Result(nullptr);
        if (!back.succeeded() || back.value() != text)
            outcome_.complain("the binary form is not stable, " + back.message(), text);
    }
    // A figure may be out of range, as in any sum of large numbers; no other error is.
    void check_readers(const std::string& bytes)
    {
        auto readers = type_.readers;
        if (!type_.composite && type_.merges)
            for (const auto* merged : {"$1 || $1", "rollup(state) FROM (VALUES ($1), ($1)) AS states (state)"})
                readers.emplace_back(merged);
        for (const auto& reader : readers) {
            if (!connection_.is_alive())
                return;
            const auto result = ask(reader, bytes, format_);
            if (!result.succeeded() && result.sqlstate() != "22003")
                outcome_.complain(reader + ": error " + result.sqlstate() + " " + result.message(), bytes);
        }
    }

    Connection& connection_;
    const Type& type_;
    Format format_;
    Outcome& outcome_;
    Oid oid_;
};

std::vector<std::string> sound_forms(Connection& connection, const Type& type, Format format)
{
    std::vector<std::string> forms;
    for (const auto& seed : type.seeds)
        forms.push_back(connection.attempt("SELECT " + seed, {}, format).value());
    return forms;
}

void test_form(Tap& tap, Connection& connection, const Type& type, Format format,
               const std::vector<std::string>& strangers)
{
    Random random(static_cast<std::uint64_t>(format) + 1);
    Outcome outcome;
    Trial trial(connection, type, format, outcome);
    const auto forms = sound_forms(connection, type, format);
    for (const auto& sound : forms)
        trial.send(sound);
    const int refused = outcome.refused;
    const std::string what = type.name + (format == Format::text ? " as text" : " in binary form");
    tap.ok(refused == 0, "sound values of " + what + " are read");
    for (int i = 0; i < damaged_per_form && connection.is_alive(); ++i)
        trial.send(
            damaged(any_of(random, forms), random, format, any_of(random, below(random, 4) == 0 ? strangers : forms)));
    tap.ok(outcome.wrong == 0 && connection.is_alive(),
           "damaged values of " + what + " are refused with an error for users, or sound");
    std::string codes;
    for (const auto& code : outcome.codes)
        codes += " " + code;
    tap.note(std::to_string(outcome.sent) + " sent, " + std::to_string(outcome.refused) + " refused, with" + codes);
    for (const auto& note : outcome.notes)
        tap.note(note);
}

void test(Tap& tap)
{
    Connection watcher;  // a crash of any backend would end this session too
    Connection connection;
    connection.run("DROP TYPE IF EXISTS all_states");
    connection.run(
        "CREATE TYPE all_states AS (answers nps_state, satisfied csat_state, churn churn_state, revenue revenue_state, "
        "orders order_state)");
    for (const auto format : {Format::text, Format::binary}) {
        std::vector<std::string> strangers;
        for (const auto& type : types)
            if (connection.is_alive())
                std::ranges::copy(sound_forms(connection, type, format), std::back_inserter(strangers));
        for (const auto& type : types)
            if (connection.is_alive())
                test_form(tap, connection, type, format, strangers);
    }
    connection.attempt("DROP TYPE all_states");
    tap.ok(watcher.attempt("SELECT 1").succeeded() && connection.is_alive(), "no connection is lost");
}

}  // namespace

int main() { return customer_value::test::tested(test); }
