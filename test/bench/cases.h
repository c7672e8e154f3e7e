// What is measured, as data: one file per family in test/bench/cases. A line that begins with --@ opens something, the
// lines below it are its SQL:
//
//     --@ default_rows NUMBER   :rows of this family, if not asked for
//     --@ table NAME            made once, when a case that runs mentions NAME
//     --@ duckdb_table NAME     the definition of the same table for DuckDB, which gets its rows
//     --@ case TITLE            a line of the report, with
//     --@ rows EXPRESSION         rows it goes through, for rows per second; :rows if not given
//     --@ limit NUMBER            the most that it may take, as a multiple of the built-in
//     --@ limit_plain NUMBER      the most that it may take, as a multiple of plain SQL; 0.25 is four times faster
//     --@ limit_peer NUMBER       the most that it may take, as a multiple of DuckDB
//     --@ for NAME in 1, 2, 3     a series: one line for each, with :NAME in title, rows and SQL written out
//     --@ growth NUMBER           the most that a row may cost, as a multiple of a row of the first of the series
//     --@ ours                    the statement that is measured
//     --@ built-in                what PostgreSQL offers next to it, if not the same answer then the same work
//     --@ plain                   the best plain SQL for the same answer, which is compared
//     --@ duckdb                  the statement for DuckDB, on one thread; its answer is compared too
//
// A case of bytes instead of time has one of these for --@ ours, and --@ limit is the most bytes per row:
//
//     --@ memory                  a statement: how much private memory the server has at its peak
//     --@ size                    a query for a number of bytes
//
// :rows is the number of rows asked for, draw(i, seed, n) a number below n that depends on nothing else.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace customer_value::bench {

struct Table {
    std::string name, sql, duckdb;
};

struct Case {
    std::string title, rows = ":rows";
    std::optional<double> limit, limit_plain, limit_peer, growth;
    std::string variable;
    std::vector<std::string> values;
    std::string ours, built_in, plain, duckdb, memory, size;
};

struct Family {
    std::string name;
    std::string rows;
    std::vector<Table> tables;
    std::vector<Case> cases;
};

// Rows of a family whose file names no other number.
inline constexpr const char* default_rows = "5000000";

// The families in a folder, by name. Throws where a file is not in the form above.
std::vector<Family> read_families(const std::filesystem::path& folder);

// The SQL of a case, in each of the values of its series or once, with all written out.
std::vector<Case> members_of(const Case& each, const std::string& rows);

// The text with `value` for each :variable in it.
std::string written_out(std::string_view text, std::string_view variable, std::string_view value);

// True where `word` is in the text, not as part of a longer name.
bool mentions(std::string_view text, std::string_view word);

}  // namespace customer_value::bench
