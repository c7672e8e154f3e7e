// Work that would go on for hours answers a cancel request and a statement timeout within moments, and the session goes
// on working.
#include "connection.h"
#include "tap.h"

#include <chrono>
#include <memory>
#include <thread>

namespace {

using customer_value::test::Connection;
using customer_value::test::Tap;
using Clock = std::chrono::steady_clock;

// From the request to the error; generous, for machines that do other things too.
constexpr auto patience = std::chrono::seconds(5);
constexpr auto before_request = std::chrono::milliseconds(700);

struct Work {
    const char* title;
    const char* sql;
};

constexpr Work endless[] = {
    {"nps over generated scores",
     "SELECT nps((i % 11)::integer) FROM (SELECT generate_series(1, 2000000000) AS i) AS rows"},
    {"avg_check over generated amounts",
     "SELECT avg_check(i / 100.0) FROM (SELECT generate_series(1, 2000000000) AS i) AS rows"},
    {"a moving nps", "SELECT count(*) FROM (SELECT nps((i % 11)::integer) OVER (ORDER BY i ROWS 1000 PRECEDING) "
                     "FROM generate_series(1, 20000000) AS i) AS rows"},
    {"avg_check of ever more orders by bigint",
     "SELECT avg_check(i, i) FROM (SELECT generate_series(1::bigint, 20000000000) AS i) AS rows"},
    {"avg_check of ever more orders by text",
     "SELECT avg_check(i, i::text) FROM (SELECT generate_series(1::bigint, 20000000000) AS i) AS rows"},
    {"avg_check by order in groups",
     "SELECT count(*) FROM (SELECT avg_check(i, i / 2) FROM (SELECT generate_series(1::bigint, 20000000000) AS i) AS rows "
     "GROUP BY i % 1000) AS groups"},
    {"golden ranks of a large partition",
     "SELECT count(golden_rank) FROM (SELECT golden_rank(i) OVER () FROM generate_series(1, 20000000) AS i) AS rows"},
    {"golden shares of long numbers",
     "SELECT count(golden_share) FROM (SELECT golden_share(i * 1.000000000000000000000001) OVER () FROM generate_series(1, 5000000) AS i) AS rows"},
    {"a rollup of large order states",
     "SELECT orders_count(rollup(state)) FROM cancellation.large, generate_series(1, 100000)"},
    {"merging two large order states",
     "SELECT count(orders_count(a.state || b.state)) FROM cancellation.large AS a, cancellation.large AS b, "
     "generate_series(1, 100000)"},
    {"writing and reading large order states as text",
     "SELECT count(state::text::order_state) FROM cancellation.large, generate_series(1, 100000)"},
    {"fits of many distinct rows",
     "SELECT count(bg_nbd_fit(state)) + count(pareto_nbd_fit(state)) FROM cancellation.customers, generate_series(1, 100000)"},
    {"a comparison of models",
     "SELECT count(*) FROM generate_series(1, 100000), cancellation.customers, model_comparison(state)"},
};

constexpr const char* schema = R"(
    DROP SCHEMA IF EXISTS cancellation CASCADE;
    CREATE SCHEMA cancellation;
    CREATE TABLE cancellation.large (state order_state);
    ALTER TABLE cancellation.large ALTER state SET STORAGE EXTERNAL;
    INSERT INTO cancellation.large
    SELECT order_agg(i, i * 4 + part)
    FROM generate_series(1::bigint, 400000) AS i, generate_series(0, 3) AS part GROUP BY part;
    CREATE TABLE cancellation.customers AS
    SELECT repeat_purchases_agg(i % 7, CASE i % 7 WHEN 0 THEN 0 ELSE 0.5 + i % 1009 * 0.3 END, 310 + i / 1e4) AS state FROM generate_series(1, 400000) AS i;
)";

// Ended in time, by the error for a cancelled query, and all is as before.
void check(Tap& tap, Connection& connection, const std::string& title, const std::string& sqlstate,
           Clock::duration waited)
{
    tap.is(sqlstate, "57014", title + " is cancelled");
    const auto seconds = std::chrono::duration<double>(waited).count();
    if (!tap.ok(waited < patience, title + " ends in time"))
        tap.note(std::to_string(seconds) + " s after the request");
    tap.is(connection.value("SELECT nps(score) FROM (VALUES (10), (9), (3)) AS answers (score)").substr(0, 5), "33.33",
           "the session goes on working after " + title);
}

void test_timeout(Tap& tap, Connection& connection, const Work& work)
{
    connection.run("SET statement_timeout = " + std::to_string(before_request.count()));
    const auto start = Clock::now();
    const auto result = connection.attempt(work.sql);
    const auto waited = Clock::now() - start - before_request;
    connection.run("SET statement_timeout = 0");
    check(tap, connection, std::string(work.title) + ", past its statement_timeout,", result.sqlstate(), waited);
}

void test_request(Tap& tap, Connection& connection, const Work& work)
{
    const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> handle(PQgetCancel(connection.get()), PQfreeCancel);
    Clock::time_point requested;
    std::thread other([&] {
        std::this_thread::sleep_for(before_request);
        requested = Clock::now();
        char problem[256];
        PQcancel(handle.get(), problem, sizeof problem);
    });
    const auto result = connection.attempt(work.sql);
    const auto ended = Clock::now();
    other.join();
    check(tap, connection, std::string(work.title) + ", with a cancel request,", result.sqlstate(), ended - requested);
}

void test(Tap& tap)
{
    Connection connection;
    connection.run(schema);
    for (const auto& work : endless) {
        test_timeout(tap, connection, work);
        test_request(tap, connection, work);
    }
    tap.ok(std::stod(connection.value("SELECT sum(total_bytes) FROM pg_backend_memory_contexts")) < 32e6,
           "the cancelled statements have given back their memory");
    connection.run("DROP SCHEMA cancellation CASCADE");
}

}  // namespace

int main() { return customer_value::test::tested(test); }
