// States of every type go out by COPY and come back the same, in binary and in text form.
#include "connection.h"
#include "tap.h"

#include <stdexcept>

namespace {

using customer_value::test::Connection;
using customer_value::test::Result;
using customer_value::test::Tap;

constexpr const char* schema = R"(
    DROP SCHEMA IF EXISTS copying CASCADE;
    CREATE SCHEMA copying;
    SET search_path = copying, public;
    CREATE TABLE states (
        id integer, answers nps_state, satisfied csat_state, churn churn_state, revenue revenue_state,
        orders_by_bigint order_state, orders_by_uuid order_state, orders_by_text order_state
    );
    INSERT INTO states
    SELECT id, nps_agg(i % 11), csat_agg(i % 6, 4), churn_agg(i % 2 = 0, i % 3 = 0),
           CASE WHEN id % 2 = 0 THEN revenue_agg(amount) ELSE revenue_agg(amount, 'EUR') END,
           order_agg(amount, (i - 500) * 4611686018427387::bigint), order_agg(amount, md5((i / 2)::text)::uuid),
           order_agg(amount, E'№ "' || i / 2 || E'"\\ \t\n, (): ' || repeat('x', i % 40))
    FROM generate_series(1, 60) AS id,
         LATERAL (SELECT i, (i * 7919 % 20011 - 1000) / 10.0 ^ (id % 5) AS amount
                  FROM generate_series(1, id * id / 3) AS i) AS rows
    GROUP BY id;
    INSERT INTO states VALUES (0);
    INSERT INTO states VALUES (-1, 'empty', 'empty', 'empty', 'empty', 'empty', 'empty', 'empty');
    INSERT INTO states (id, revenue, orders_by_text)
    SELECT -2, revenue_agg(amount), order_agg(1, '') FROM (VALUES (1e120), (-1e-120), (0.00), (9.99e-30)) AS rows (amount);
    INSERT INTO states (id, orders_by_bigint) SELECT -3, order_agg(i, i * i) FROM generate_series(1::bigint, 100000) AS i;
    CREATE TABLE copies (LIKE states);
)";

constexpr const char* columns[] = {"answers",          "satisfied",      "churn",         "revenue",
                                   "orders_by_bigint", "orders_by_uuid", "orders_by_text"};

// Takes what the server says behind the data: the error, if there is one.
std::string end_of_copy(Connection& connection)
{
    std::string problem;
    while (PGresult* last = PQgetResult(connection.get()))
        problem += Result(last).message();
    return problem;
}

std::string copied_out(Connection& connection, const std::string& options)
{
    const Result started = connection.attempt("COPY states TO STDOUT " + options);
    if (started.status() != PGRES_COPY_OUT)
        throw std::runtime_error(started.message());
    std::string bytes;
    char* row = nullptr;
    int length;
    while ((length = PQgetCopyData(connection.get(), &row, 0)) > 0) {
        bytes.append(row, static_cast<std::size_t>(length));
        PQfreemem(row);
    }
    if (const auto problem = end_of_copy(connection); !problem.empty())
        throw std::runtime_error(problem);
    return bytes;
}

// The error, if there is one.
std::string copied_in(Connection& connection, const std::string& options, const std::string& bytes)
{
    connection.run("TRUNCATE copies");
    const Result started = connection.attempt("COPY copies FROM STDIN " + options);
    if (started.status() != PGRES_COPY_IN)
        throw std::runtime_error(started.message());
    PQputCopyData(connection.get(), bytes.data(), static_cast<int>(bytes.size()));
    PQputCopyEnd(connection.get(), nullptr);
    return end_of_copy(connection);
}

void test_round_trip(Tap& tap, Connection& connection, const std::string& form, const std::string& options)
{
    const auto bytes = copied_out(connection, options);
    tap.is(copied_in(connection, options, bytes), "", form + " COPY reads what it wrote");
    for (const std::string column : columns)
        tap.is(connection.value("SELECT count(*) FROM states FULL JOIN copies USING (id) WHERE states." + column +
                                "::text IS DISTINCT FROM copies." + column + "::text"),
               "0", column + " come back from " + form + " COPY the same");
    tap.is(connection.value("SELECT count(*) FROM copies"), connection.value("SELECT count(*) FROM states"),
           "every row comes back from " + form + " COPY");
    tap.ok(copied_out(connection, options) == bytes, "what is written in " + form + " form is always the same");
}

void test(Tap& tap)
{
    Connection connection;
    connection.run(schema);
    test_round_trip(tap, connection, "binary", "(FORMAT binary)");
    test_round_trip(tap, connection, "text", "");
    test_round_trip(tap, connection, "CSV", "(FORMAT csv)");
    connection.run("DROP SCHEMA copying CASCADE");
}

}  // namespace

int main() { return customer_value::test::tested(test); }
