// What is measured, as data: one file per family in test/bench/cases. A line that begins with --@ opens something, the
// lines below it are its SQL:
//
//     --@ table NAME            made once, when a case that runs mentions NAME
//     --@ case TITLE            a line of the report, with
//     --@ rows EXPRESSION         rows it goes through, for rows per second; :rows if not given
//     --@ limit NUMBER            the most that it may take, as a multiple of the built-in
//     --@ for NAME in 1, 2, 3     a series: one line for each, with :NAME in title, rows and SQL written out
//     --@ growth NUMBER           the most that a row may cost, as a multiple of a row of the first of the series
//     --@ ours                    the statement that is measured
//     --@ built-in                what PostgreSQL offers next to it, if not the same answer then the same work
//     --@ plain                   the best plain SQL for the same answer, which is compared
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
    std::string name, sql;
};

struct Case {
    std::string title, rows = ":rows";
    std::optional<double> limit, growth;
    std::string variable;
    std::vector<std::string> values;
    std::string ours, built_in, plain;
};

struct Family {
    std::string name;
    std::vector<Table> tables;
    std::vector<Case> cases;
};

// The families in a folder, by name. Throws where a file is not in the form above.
std::vector<Family> read_families(const std::filesystem::path& folder);

// The text with `value` for each :variable in it.
std::string written_out(std::string_view text, std::string_view variable, std::string_view value);

// True where `word` is in the text, not as part of a longer name.
bool mentions(std::string_view text, std::string_view word);

}  // namespace customer_value::bench
