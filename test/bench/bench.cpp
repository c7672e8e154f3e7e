// Measures the extension against what PostgreSQL offers, and prints one table. The server is the one that the PG*
// variables name; script/bench starts it.
//
//     bench FOLDER ROWS ROUNDS [FAMILY]

#include "measure.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <set>

namespace {

using namespace customer_value;
using bench::Case, bench::Family, bench::Measurement, bench::Ratio;

constexpr const char* draw = R"(
    CREATE FUNCTION draw(i bigint, seed bigint, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (hashint8extended(i, seed) & 9223372036854775807) % n
)";

// The tables of all families, each made when it is first needed.
class Tables {
public:
    Tables(test::Connection& connection, const std::vector<Family>& families, std::string rows)
        : connection_(connection), families_(families), rows_(std::move(rows))
    {
    }
    // Makes the tables that the SQL mentions, and those that these are made from.
    void need(const std::string& sql)
    {
        for (const auto& family : families_)
            for (const auto& table : family.tables)
                if (bench::mentions(sql, table.name) && made_.insert(table.name).second)
                    make(table);
    }

private:
    void make(const bench::Table& table)
    {
        need(table.sql);
        std::fprintf(stderr, "making %s\n", table.name.c_str());
        connection_.run(bench::written_out(table.sql, "rows", rows_));
        connection_.run("VACUUM (FREEZE, ANALYZE) " + table.name);
        connection_.run("SELECT count(*) FROM " + table.name);
    }

    test::Connection& connection_;
    const std::vector<Family>& families_;
    std::string rows_;
    std::set<std::string> made_;
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
    std::snprintf(text, sizeof text, "%.*f (%.*f..%.*f)", places, ratio->median, places, ratio->least, places, ratio->most);
    return text;
}

std::string shown(const std::optional<double>& limit)
{
    char text[32] = "";
    if (limit)
        std::snprintf(text, sizeof text, "%.2f", *limit);
    return text;
}

void print_line(const std::string& metric, const std::string& speed, const std::string& built_in, const std::string& limit,
                const std::string& plain, const std::string& growth)
{
    std::printf("%-50s %12s  %-19s %-5s  %-22s %s\n", metric.c_str(), speed.c_str(), built_in.c_str(), limit.c_str(),
                plain.c_str(), growth.c_str());
    std::fflush(stdout);
}

void print_head(test::Connection& connection, const std::string& rows, int rounds)
{
    double load[3] = {};
    getloadavg(load, 3);
    std::printf("PostgreSQL %s, %s rows, %d rounds, load %.2f\n", connection.value("SHOW server_version").c_str(),
                with_commas(std::stod(rows)).c_str(), rounds, load[0]);
    std::printf("Ratios are time to time (below 1: faster), median of the rounds (least..most);\n"
                "growth is the cost of a row to that of a row in the first line of the series.\n\n");
    print_line("metric", "rows/s", "to built-in", "limit", "to best plain SQL", "growth");
}

bool passed(const std::optional<Ratio>& ratio, const std::optional<double>& limit)
{
    return ratio && limit && ratio->median > *limit;
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
        print_line(line.title, with_commas(line.rows_per_second), shown(line.to_built_in), shown(each.limit),
                   shown(line.to_plain), shown(line.growth) + (line.growth && each.growth ? ", limit " + shown(each.growth) : ""));
        check(!line.difference.empty(), "the answer is " + line.difference);
        check(passed(line.to_built_in, each.limit), "over the limit of its ratio to the built-in");
        check(passed(line.growth, each.growth), "over the limit of its growth");
    }
    std::fflush(stdout);
    return failures;
}

int run(const std::string& folder, const std::string& rows, int rounds, const std::string& wanted)
{
    const auto families = bench::read_families(folder);
    test::Connection connection;
    connection.run("CREATE EXTENSION IF NOT EXISTS customer_value");
    connection.run(draw);
    Tables tables(connection, families, rows);
    const auto selected = [&](const Family& family) { return wanted.empty() || family.name == wanted; };
    for (const auto& family : families)
        if (selected(family))
            for (const auto& each : family.cases)
                tables.need(each.ours + "\n" + each.built_in + "\n" + each.plain);

    print_head(connection, rows, rounds);
    int failures = 0;
    for (const auto& family : families)
        if (selected(family))
            for (const auto& each : family.cases)
                failures += report(each, bench::measure(connection, each, rows, rounds));
    if (failures > 0)
        std::printf("\n%d failed. A busy machine is noisy: believe a limit that is narrowly passed only where a calm one says so too.\n",
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
