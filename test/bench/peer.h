// DuckDB beside PostgreSQL, in a child process (duckdb.mjs says how to talk with it).
#pragma once

#include "answer.h"

#include <sys/types.h>

#include <cstdio>
#include <memory>
#include <string>

namespace customer_value::bench {

class Peer {
public:
    // Starts `node SCRIPT`. Without node or the package there is no peer.
    explicit Peer(const std::string& script);
    ~Peer();
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    [[nodiscard]] bool is_there() const { return !version_.empty(); }
    [[nodiscard]] const std::string& version() const { return version_; }

    struct Reply {
        double seconds;
        Answer answer;
    };
    // Throws where the statement fails, or the child is gone.
    Reply run(const std::string& sql);

    // Makes a table by its definition and fills it with that of the same name in PostgreSQL, through a file in
    // `folder`.
    void copy_table(test::Connection& from, const std::string& name, const std::string& definition,
                    const std::string& folder);

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    using File = std::unique_ptr<std::FILE, Close>;

    [[nodiscard]] std::string read_line();

    pid_t child_ = -1;
    File to_, from_;
    std::string version_;
};

}  // namespace customer_value::bench
