#include "cases.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace customer_value::bench {

namespace {

bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// The first word, which leaves the text
std::string next_word(std::string& text)
{
    std::istringstream words(text);
    std::string word, rest;
    words >> word;
    std::getline(words >> std::ws, rest);
    text = rest;
    return word;
}

std::vector<std::string> split_list(const std::string& text)
{
    std::istringstream items(text);
    std::vector<std::string> list;
    for (std::string item; std::getline(items >> std::ws, item, ',');)
        list.push_back(item);
    return list;
}

// Reads one file, line by line; `text_` is what the SQL under way belongs to.
class Parser {
public:
    explicit Parser(Family& family) : family_(family) {}

    void read(const std::string& line)
    {
        if (line.starts_with("--@ ")) {
            std::string rest = line.substr(4);
            const std::string word = next_word(rest);
            open(word, rest);
        } else if (!line.starts_with("--") && !line.empty() && text_ != nullptr) {
            *text_ += (text_->empty() ? "" : "\n") + line;
        }
    }

private:
    void open(const std::string& word, std::string rest)
    {
        text_ = nullptr;
        if (word == "default_rows")
            family_.rows = rest;
        else if (word == "table")
            text_ = &family_.tables.emplace_back(Table{rest, {}, {}}).sql;
        else if (word == "duckdb_table")
            text_ = &table_named(rest).duckdb;
        else if (word == "case")
            family_.cases.emplace_back().title = rest;
        else
            open_in_case(word, rest);
    }
    Table& table_named(const std::string& name)
    {
        const auto table = std::ranges::find(family_.tables, name, &Table::name);
        if (table == family_.tables.end())
            throw std::runtime_error("there is no --@ table " + name + " above");
        return *table;
    }
    void open_in_case(const std::string& word, std::string& rest)
    {
        if (family_.cases.empty())
            throw std::runtime_error("--@ " + word + " before the first --@ case");
        Case& current = family_.cases.back();
        if (word == "rows")
            current.rows = rest;
        else if (word == "limit")
            current.limit = std::stod(rest);
        else if (word == "limit_plain")
            current.limit_plain = std::stod(rest);
        else if (word == "limit_peer")
            current.limit_peer = std::stod(rest);
        else if (word == "growth")
            current.growth = std::stod(rest);
        else if (word == "for")
            read_series(current, rest);
        else if (word == "ours")
            text_ = &current.ours;
        else if (word == "built-in")
            text_ = &current.built_in;
        else if (word == "plain")
            text_ = &current.plain;
        else if (word == "duckdb")
            text_ = &current.duckdb;
        else if (word == "memory")
            text_ = &current.memory;
        else if (word == "size")
            text_ = &current.size;
        else
            throw std::runtime_error("unknown --@ " + word);
    }
    static void read_series(Case& current, std::string& rest)
    {
        current.variable = next_word(rest);
        if (next_word(rest) != "in")
            throw std::runtime_error("--@ for " + current.variable + " without \"in\"");
        current.values = split_list(rest);
    }

    Family& family_;
    std::string* text_ = nullptr;
};

Family read_family(const std::filesystem::path& path)
{
    Family family{path.stem().string(), default_rows, {}, {}};
    Parser parser(family);
    std::ifstream file(path);
    int number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        try {
            parser.read(line);
        } catch (const std::exception& problem) {
            throw std::runtime_error(path.string() + ":" + std::to_string(number) + ": " + problem.what());
        }
    }
    for (const auto& each : family.cases)
        if (each.ours.empty() && each.memory.empty() && each.size.empty())
            throw std::runtime_error(path.string() + ": case " + each.title +
                                     " has no --@ ours, --@ memory or --@ size");
    return family;
}

}  // namespace

std::vector<Family> read_families(const std::filesystem::path& folder)
{
    std::vector<Family> families;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".sql")
            families.push_back(read_family(entry.path()));
    std::ranges::sort(families, {}, &Family::name);
    return families;
}

std::vector<Case> members_of(const Case& each, const std::string& rows)
{
    std::vector<Case> members;
    for (const auto& value : each.values.empty() ? std::vector<std::string>{""} : each.values) {
        Case& member = members.emplace_back(each);
        for (std::string* text : {&member.title, &member.rows, &member.ours, &member.built_in, &member.plain,
                                  &member.duckdb, &member.memory, &member.size})
            *text = written_out(each.variable.empty() ? *text : written_out(*text, each.variable, value), "rows", rows);
    }
    return members;
}

std::string written_out(std::string_view text, std::string_view variable, std::string_view value)
{
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = at + 1 + variable.size();
        const bool found = text[at] == ':' && text.substr(at + 1).starts_with(variable) &&
                           (end == text.size() || !in_name(text[end])) &&
                           (at == 0 || text[at - 1] != ':');  // x::rows is a cast
        if (found)
            result += value;
        else
            result += text[at];
        at = found ? end : at + 1;
    }
    return result;
}

bool mentions(std::string_view text, std::string_view word)
{
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const auto end = at + word.size();
        if ((at == 0 || !in_name(text[at - 1])) && (end == text.size() || !in_name(text[end])))
            return true;
    }
    return false;
}

}  // namespace customer_value::bench
