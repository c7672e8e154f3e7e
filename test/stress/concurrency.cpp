// Eight clients add the same orders to the same stored states at the same time, with upserts of `state ||
// excluded.state`, and read rollups meanwhile. At the end the states are those of one aggregation over all orders.
#include "connection.h"
#include "tap.h"

#include <future>
#include <vector>

namespace {

using customer_value::test::Connection;
using customer_value::test::Tap;

constexpr int clients = 8, batches = 10;

constexpr const char* schema = R"(
    DROP SCHEMA IF EXISTS concurrency CASCADE;
    CREATE SCHEMA concurrency;
    SET search_path = concurrency, public;
    CREATE TABLE orders AS
    SELECT i AS id, i % 20 AS day, ((i * 7919) % 100000 - 5000) / 100.0 AS amount, i / 3 AS order_id,
           'order ' || i / 3 AS order_name, (i % 11)::integer AS score, i % 3 > 0 AS was_active, i % 7 > 0 AS is_active
    FROM generate_series(0::bigint, 39999) AS i;
    CREATE TABLE daily (day bigint PRIMARY KEY, rows bigint, revenue revenue_state, orders order_state, named_orders order_state,
                        answers nps_state, satisfied csat_state, churn churn_state);
)";

constexpr const char* states_by_day = R"(
    SELECT day, count(*) AS rows, revenue_agg(amount) AS revenue, order_agg(amount, order_id) AS orders,
           order_agg(amount, order_name) AS named_orders, nps_agg(score) AS answers, csat_agg(score, 9) AS satisfied,
           churn_agg(was_active, is_active) AS churn
    FROM orders WHERE id % 80 BETWEEN $1::bigint AND $2::bigint GROUP BY day ORDER BY day
)";

// Each client adds rows of its own, all clients to the same days.
void add_batches(int client)
{
    Connection connection;
    connection.run("SET search_path = concurrency, public");
    for (int batch = 0; batch < batches; ++batch) {
        const auto part = std::to_string(batch * clients + client);
        connection.run("INSERT INTO daily AS stored " + std::string(states_by_day) + R"(
            ON CONFLICT (day) DO UPDATE SET
                rows = stored.rows + excluded.rows, revenue = stored.revenue || excluded.revenue,
                orders = stored.orders || excluded.orders, named_orders = stored.named_orders || excluded.named_orders,
                answers = stored.answers || excluded.answers, satisfied = stored.satisfied || excluded.satisfied,
                churn = stored.churn || excluded.churn)",
                       {{part}, {part}});
    }
}

// What a reader sees between two commits is whole: all states of a day hold the same rows.
bool reads_whole_states(int client)
{
    Connection connection;
    connection.run("SET search_path = concurrency, public");
    if (client % 2 == 0)
        connection.run(
            "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0");
    for (int i = 0; i < 20; ++i) {
        const auto whole = connection.value(R"(
            SELECT coalesce(rows = responses(answers) AND rows = responses(satisfied)
                            AND rows = sales_count(revenue) + refunds_count(revenue)
                            AND avg_check(orders) = avg_check(named_orders) AND orders_count(orders) = orders_count(named_orders), true)
            FROM (SELECT sum(rows) AS rows, rollup(answers) AS answers, rollup(satisfied) AS satisfied,
                         rollup(revenue) AS revenue, rollup(orders) AS orders, rollup(named_orders) AS named_orders
                  FROM daily) AS total)");
        const auto nps = connection.value(R"(
            SELECT abs(nps(score) - 100.0 * sum((score >= 9)::integer - (score < 7)::integer) / count(*)) < 1e-9 FROM orders)");
        if (whole != "t" || nps != "t")
            return false;
    }
    return true;
}

void test(Tap& tap)
{
    Connection connection;
    connection.run(schema);

    std::vector<std::future<void>> writers;
    std::vector<std::future<bool>> readers;
    for (int client = 0; client < clients; ++client) {
        writers.push_back(std::async(std::launch::async, add_batches, client));
        readers.push_back(std::async(std::launch::async, reads_whole_states, client));
    }
    bool whole = true;
    for (auto& writer : writers)
        writer.get();
    for (auto& reader : readers)
        whole = reader.get() && whole;
    tap.ok(whole, "what is read between two upserts is whole");

    connection.run("CREATE TABLE expected AS " + std::string(states_by_day), {{"0"}, {"79"}});
    for (const auto* column : {"rows", "revenue", "orders", "named_orders", "answers", "satisfied", "churn"})
        tap.is(connection.value("SELECT count(*) FROM daily FULL JOIN expected USING (day) WHERE daily." +
                                std::string(column) + "::text IS DISTINCT FROM expected." + column + "::text"),
               "0", std::string(column) + " after upserts by eight clients are those of one aggregation");
    tap.is(connection.value("SELECT string_agg(net_revenue(revenue)::text || ' ' || avg_check(orders), ' ') FROM "
                            "(SELECT rollup(revenue) AS revenue, rollup(orders) AS orders FROM daily) AS total"),
           connection.value("SELECT net_revenue(amount)::text || ' ' || avg_check(amount, order_id) FROM orders"),
           "the rollup of all days gives the figures of one aggregation");
    connection.run("DROP SCHEMA concurrency CASCADE");
}

}  // namespace

int main() { return customer_value::test::tested(test); }
