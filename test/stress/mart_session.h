// A session of a random workload. Its settings are random, the journal records each of its statements, and it
// reconnects with other settings after it was terminated.
#pragma once

#include "mart_journal.h"

#include <memory>
#include <thread>

namespace customer_value::test {

inline void pause(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

// Settings that a user may have. None of them may change the figures of a mart.
inline std::string random_settings(Draw& draw)
{
    static const std::vector<std::pair<std::string, std::vector<std::string>>> choices = {
        {"DateStyle", {"ISO, MDY", "German", "SQL, DMY", "Postgres, MDY"}},
        {"TimeZone", {"UTC", "America/New_York", "Asia/Kolkata", "Africa/Cairo", "Pacific/Apia"}},
        {"IntervalStyle", {"postgres", "sql_standard", "iso_8601"}},
        {"extra_float_digits", {"-15", "0", "1", "3"}},
        {"work_mem", {"64kB", "4MB", "64MB"}},
        {"default_transaction_isolation", {"read committed", "read committed", "repeatable read", "serializable"}},
        {"search_path", {"public", "shop, public", "kept, shop, public", "pg_catalog", "pg_temp, public"}},
        {"plan_cache_mode", {"auto", "force_generic_plan", "force_custom_plan"}},
        {"enable_hashagg", {"on", "off"}},
        {"enable_seqscan", {"on", "off"}},
        {"parallel_setup_cost", {"1000", "0"}},
        {"min_parallel_table_scan_size", {"8MB", "0"}},
        {"jit_above_cost", {"100000", "100000", "100000", "0"}},
    };
    std::string settings;
    for (const auto& [name, values] : choices)
        settings += "SET " + name + " = '" + draw.one_of(values) + "'; ";
    // search_path is a list of names
    const auto path = settings.find("search_path = '");
    const auto end = settings.find('\'', path + 15);
    settings.erase(end, 1).erase(path + 14, 1);
    if (draw.chance(20))
        settings += "SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', "
                    "'debug_parallel_query'); ";
    return settings;
}

class Session {
public:
    Session(Journal& journal, const Role& role, std::string name, unsigned seed)
        : draw(seed), journal_(journal), role_(role), name_(std::move(name))
    {
        connect();
    }

    // Runs a statement; true if it succeeds.
    bool run(const std::string& sql)
    {
        const auto from = Journal::Clock::now();
        return finish(sql, from, connection_->attempt(sql));
    }
    // Runs statements up to the first that fails; true if none does.
    bool run_all(const std::vector<std::string>& statements)
    {
        return std::ranges::all_of(statements, [&](const auto& sql) { return run(sql); });
    }
    // COPY table FROM STDIN
    bool copy(const std::string& sql, const std::string& lines)
    {
        const auto from = Journal::Clock::now();
        auto started = connection_->attempt(sql);
        if (started.status() != PGRES_COPY_IN)
            return finish(sql, from, std::move(started));
        PQputCopyData(connection_->get(), lines.data(), static_cast<int>(lines.size()));
        PQputCopyEnd(connection_->get(), nullptr);
        Result result(PQgetResult(connection_->get()));
        while (auto* rest = PQgetResult(connection_->get()))
            PQclear(rest);
        return finish(sql + "\n" + lines, from, std::move(result));
    }
    // The first value of a query that the journal does not record; empty where there is none.
    std::string value(const std::string& sql)
    {
        const auto result = connection_->attempt(sql);
        return result.succeeded() && result.rows() > 0 ? result.value() : "";
    }
    // An identifier for a prepared transaction, unique on the server.
    std::string new_identifier()
    {
        return name_ + " " + std::to_string(connection_->backend_pid()) + " " + std::to_string(++identifiers_);
    }
    // Ends a transaction that has failed.
    void give_up() { run("ROLLBACK"); }

    // Of the last statement that failed
    [[nodiscard]] const std::string& message() const { return message_; }

    Draw draw;

private:
    bool finish(const std::string& sql, Journal::Clock::time_point from, Result result)
    {
        if (!result.succeeded())
            message_ = result.message();
        journal_.record(role_, name_, sql, from, result, connection_->is_alive());
        if (!connection_->is_alive())
            connect();
        return result.succeeded();
    }
    void connect()
    {
        for (int attempts = 0;; ++attempts) {
            try {
                connection_ = std::make_unique<Connection>();
                const auto settings = random_settings(draw) + role_.settings;
                connection_->run("SET application_name = '" + name_ +
                                 "'; SET client_min_messages = error; SET deadlock_timeout = '100ms'; "
                                 "SET statement_timeout = '20s'; SET lock_timeout = '5s'; " +
                                 settings);
                journal_.remark(name_ + " has begun: " + settings);
                return;
            } catch (const std::runtime_error&) {
                if (attempts == 100)
                    throw;
                pause(50);
            }
        }
    }

    Journal& journal_;
    const Role& role_;
    std::string name_, message_;
    std::unique_ptr<Connection> connection_;
    int identifiers_ = 0;
};

}  // namespace customer_value::test
