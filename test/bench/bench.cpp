// Measures the extension against what PostgreSQL offers, and prints one table. The server is the one that the PG*
// variables name; script/bench starts it.
//
//     bench FOLDER ROWS ROUNDS [FAMILY]
//
// ROWS is a number, or "default" for that of each family. FOLDER has duckdb.mjs and the folder cases; tables
// on their way to DuckDB are files in TMPDIR.

#include "measure.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <set>

namespace {

using namespace customer_value;
using bench::Case, bench::Family, bench::Measurement, bench::Ratio;

constexpr const char* draw = R"(
    CREATE FUNCTION draw(i bigint, seed bigint, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (hashint8extended(i, seed) & 9223372036854775807) % n
)";

// The tables of all families, each made when it is first needed, with the rows of the family that needs it.
class Tables {
public:
    Tables(test::Connection& connection, bench::Peer& peer, const std::vector<Family>& families)
        : connection_(connection), peer_(peer), families_(families)
    {
    }
    // Makes the tables that the SQL mentions, and those that these are made from.
    void need(const std::string& sql, const std::string& rows)
    {
        each_mentioned(sql, [&](const bench::Table& table) {
            if (made_.insert(table.name).second)
                make(table, rows);
        });
    }
    // Makes the tables of DuckDB that the SQL mentions.
    void need_in_peer(const std::string& sql, const std::string& rows)
    {
        each_mentioned(sql, [&](const bench::Table& table) {
            need(table.name, rows);
            if (!table.duckdb.empty() && copied_.insert(table.name).second) {
                std::fprintf(stderr, "copying %s to DuckDB\n", table.name.c_str());
                peer_.copy_table(connection_, table.name, table.duckdb,
                                 std::filesystem::temp_directory_path().string());
            }
        });
    }

private:
    template <class Visit> void each_mentioned(const std::string& sql, Visit visit)
    {
        for (const auto& family : families_)
            for (const auto& table : family.tables)
                if (bench::mentions(sql, table.name))
                    visit(table);
    }
    void make(const bench::Table& table, const std::string& rows)
    {
        need(table.sql, rows);
        std::fprintf(stderr, "making %s\n", table.name.c_str());
        connection_.run(bench::written_out(table.sql, "rows", rows));
        connection_.run("VACUUM (FREEZE, ANALYZE) " + table.name);
        connection_.run("SELECT count(*) FROM " + table.name);
    }

    test::Connection& connection_;
    bench::Peer& peer_;
    const std::vector<Family>& families_;
    std::set<std::string> made_, copied_;
};

std::string with_commas(double number)
{
    std::string digits = std::to_string(static_cast<long long>(number));
    for (auto at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3)
        digits.insert(static_cast<std::size_t>(at), ",");
    return digits;
}

std::string shown(const std::optional<Ratio>& ratio)
{
    if (!ratio)
        return "";
    char text[64];
    const int places = ratio->median < 0.1 ? 3 : 2;
    std::snprintf(text, sizeof text, "%.*f (%.*f..%.*f)", places, ratio->median, places, ratio->least, places,
                  ratio->most);
    return text;
}

// The ratio and how many times faster that is: 0.25 (0.24..0.26), 4.0 x.
std::string shown_with_factor(const std::optional<Ratio>& ratio)
{
    char text[32] = "";
    if (ratio)
        std::snprintf(text, sizeof text, ", %.1f x", 1 / ratio->median);
    return shown(ratio) + text;
}

std::string shown(const std::optional<double>& limit)
{
    char text[32] = "";
    if (limit)
        std::snprintf(text, sizeof text, "%.*f", *limit < 0.1 ? 3 : 2, *limit);
    return text;
}

struct Line {
    std::string metric, speed, built_in, limit, plain, limit_plain, peer, limit_peer, growth;
};

void print(const Line& line)
{
    std::printf("%-58s %13s  %-19s %-6s %-28s %-6s %-28s %-6s %s\n", line.metric.c_str(), line.speed.c_str(),
                line.built_in.c_str(), line.limit.c_str(), line.plain.c_str(), line.limit_plain.c_str(),
                line.peer.c_str(), line.limit_peer.c_str(), line.growth.c_str());
    std::fflush(stdout);
}

double load()
{
    double loads[3] = {};
    getloadavg(loads, 3);
    return loads[0];
}

void print_head(test::Connection& connection, const bench::Peer& peer, int rounds)
{
    std::printf("PostgreSQL %s, %d rounds, load %.2f\n", connection.value("SHOW server_version").c_str(), rounds,
                load());
    if (peer.is_there())
        std::printf("DuckDB %s, one thread, native tables\n", peer.version().c_str());
    else
        std::printf("DuckDB is not installed; for a comparison: npm install --prefix build @duckdb/node-api\n");
    std::printf(
        "Ratios are time to time (below 1: faster; 4 x: four times faster), median of the rounds (least..most);\n"
        "growth is the cost of a row to that of a row in the first line of the series.\n");
}

void print_family_head(const Family& family)
{
    std::printf("\n%s, %s rows, load %.2f\n", family.name.c_str(), with_commas(std::stod(family.rows)).c_str(), load());
    print({"metric", "rows/s", "to built-in", "limit", "to best plain SQL", "limit", "to DuckDB", "limit", "growth"});
}

bool passed(const std::optional<Ratio>& ratio, const std::optional<double>& limit)
{
    return ratio && limit && ratio->median > *limit;
}

std::string bytes_shown(double bytes)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f B/row", bytes);
    return text;
}

Line line_of(const Case& each, const Measurement& measured)
{
    Line line;
    line.metric = measured.title;
    line.speed = measured.bytes_per_row ? bytes_shown(*measured.bytes_per_row) : with_commas(measured.rows_per_second);
    line.built_in = shown(measured.to_built_in);
    line.limit = shown(each.limit);
    line.plain = shown_with_factor(measured.to_plain);
    line.limit_plain = shown(each.limit_plain);
    line.peer = !measured.to_peer && !each.duckdb.empty() ? "-" : shown_with_factor(measured.to_peer);
    line.limit_peer = shown(each.limit_peer);
    line.growth = shown(measured.growth) + (measured.growth && each.growth ? ", limit " + shown(each.growth) : "");
    return line;
}

// Prints the lines of a case; the number of limits passed and of wrong answers.
int report(const Case& each, const std::vector<Measurement>& measurements)
{
    int failures = 0;
    const auto check = [&](bool failed, const std::string& complaint) {
        failures += failed;
        if (failed)
            std::printf("  FAILED: %s\n", complaint.c_str());
    };
    for (const auto& line : measurements) {
        print(line_of(each, line));
        check(!line.difference.empty(), "the answer is " + line.difference);
        check(line.bytes_per_row && each.limit && *line.bytes_per_row > *each.limit,
              "over the limit of its bytes per row");
        check(passed(line.to_built_in, each.limit), "over the limit of its ratio to the built-in");
        check(passed(line.to_plain, each.limit_plain), "over the limit of its ratio to plain SQL");
        check(passed(line.to_peer, each.limit_peer), "over the limit of its ratio to DuckDB");
        check(passed(line.growth, each.growth), "over the limit of its growth");
    }
    std::fflush(stdout);
    return failures;
}

// Makes all tables of a family before the first measurement.
void need_tables(Tables& tables, const bench::Peer& peer, const Family& family)
{
    for (const auto& each : family.cases)
        for (const auto& sql : bench::members_of(each, family.rows)) {
            tables.need(sql.rows + "\n" + sql.ours + "\n" + sql.built_in + "\n" + sql.plain + "\n" + sql.memory + "\n" +
                            sql.size,
                        family.rows);
            if (peer.is_there())
                tables.need_in_peer(sql.duckdb, family.rows);
        }
}

int run(const std::string& folder, const std::string& rows, int rounds, const std::string& wanted)
{
    auto families = bench::read_families(folder + "/cases");
    test::Connection connection;
    connection.run("CREATE EXTENSION IF NOT EXISTS customer_value");
    connection.run(draw);
    bench::Peer peer(folder + "/duckdb.mjs");
    Tables tables(connection, peer, families);
    print_head(connection, peer, rounds);
    int failures = 0;
    for (auto& family : families) {
        if (rows != "default")
            family.rows = rows;
        if (!wanted.empty() && family.name != wanted)
            continue;
        need_tables(tables, peer, family);
        print_family_head(family);
        for (const auto& each : family.cases)
            failures += report(each, bench::measure(connection, peer, each, family.rows, rounds));
    }
    if (failures > 0)
        std::printf(
            "\n%d failed. A busy machine is noisy: believe a limit that is narrowly passed only where a calm one says so too.\n",
            failures);
    return failures == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments)
{
    if (count < 4 || count > 5) {
        std::fprintf(stderr, "usage: bench FOLDER ROWS ROUNDS [FAMILY]\n");
        return 2;
    }
    try {
        return run(arguments[1], arguments[2], std::atoi(arguments[3]), count > 4 ? arguments[4] : "");
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "error: %s\n", problem.what());
        return 1;
    }
}
