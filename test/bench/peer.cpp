#include "peer.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace customer_value::bench {

namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("DuckDB: " + what); }

std::vector<std::string> split(const std::string& text, char mark)
{
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find(mark, at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

// Writes the rows of a table as CSV.
void export_table(test::Connection& connection, const std::string& name, const std::string& path)
{
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "wb"));
    if (!file)
        fail("cannot write " + path + ": " + std::strerror(errno));
    connection.attempt("COPY (SELECT * FROM " + name + ") TO STDOUT (FORMAT csv)");
    char* row = nullptr;
    int length;
    bool is_written = true;
    while ((length = PQgetCopyData(connection.get(), &row, 0)) > 0) {
        is_written = is_written && std::fwrite(row, 1, static_cast<std::size_t>(length), file.get()) ==
                                       static_cast<std::size_t>(length);
        PQfreemem(row);
    }
    while (PGresult* rest = PQgetResult(connection.get()))
        PQclear(rest);
    if (length != -1 || !is_written || std::fflush(file.get()) != 0)
        fail("cannot copy table " + name + " to " + path);
}

}  // namespace

Peer::Peer(const std::string& script)
{
    int to[2], from[2];
    if (pipe(to) != 0 || pipe(from) != 0)
        fail(std::string("no pipe: ") + std::strerror(errno));
    std::signal(SIGPIPE, SIG_IGN);  // a child that is gone shows when it is written to
    std::fflush(nullptr);
    child_ = fork();
    if (child_ < 0)
        fail(std::string("no process: ") + std::strerror(errno));
    if (child_ == 0) {
        dup2(to[0], STDIN_FILENO);
        dup2(from[1], STDOUT_FILENO);
        for (const int end : {to[0], to[1], from[0], from[1]})
            close(end);
        execlp("node", "node", script.c_str(), static_cast<char*>(nullptr));
        _exit(dprintf(STDOUT_FILENO, "missing\n") > 0 ? 0 : 127);
    }
    close(to[0]);
    close(from[1]);
    to_.reset(fdopen(to[1], "w"));
    from_.reset(fdopen(from[0], "r"));
    const std::string greeting = read_line();
    if (greeting.starts_with("ready "))
        version_ = greeting.substr(6);
    else if (greeting != "missing")
        fail("\"" + greeting + "\" instead of ready");
}

Peer::~Peer()
{
    to_.reset();  // the end of its input is the end of the child
    from_.reset();
    waitpid(child_, nullptr, 0);
}

std::string Peer::read_line()
{
    char* line = nullptr;
    std::size_t room = 0;
    const auto length = getline(&line, &room, from_.get());
    const std::unique_ptr<char, decltype(&std::free)> owner(line, &std::free);
    if (length <= 0)
        fail("the process has ended; what it said is above");
    return {line, static_cast<std::size_t>(length) - 1};
}

Peer::Reply Peer::run(const std::string& sql)
{
    std::string line = sql;
    std::ranges::replace(line, '\n', ' ');
    line += '\n';
    if (std::fputs(line.c_str(), to_.get()) < 0 || std::fflush(to_.get()) != 0)
        fail("the process has ended; what it said is above");
    const std::string reply = read_line();
    const auto tab = reply.find('\t');
    const std::string head = reply.substr(0, tab), rest = tab == std::string::npos ? "" : reply.substr(tab + 1);
    char* end;
    const double seconds = std::strtod(head.c_str(), &end);
    if (head.empty() || *end != '\0')
        fail(rest + " in: " + sql.substr(0, 500));
    Answer answer;
    if (!rest.empty())
        for (const auto& row : split(rest, '\x1e'))
            answer.push_back(split(row, '\x1f'));
    return {seconds, answer};
}

void Peer::copy_table(test::Connection& from, const std::string& name, const std::string& definition,
                      const std::string& folder)
{
    const std::string path = (std::filesystem::path(folder) / (name + ".csv")).string();
    export_table(from, name, path);
    run(definition);
    run("COPY " + name + " FROM '" + path + "' (FORMAT csv, HEADER false)");
    std::filesystem::remove(path);
}

}  // namespace customer_value::bench
