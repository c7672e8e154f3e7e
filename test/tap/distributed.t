#!/usr/bin/env bash
# Ledgers and states over postgres_fdw, and with Citus where it is installed: the remote side aggregates, and the merged
# result is the one of a single table.
# shellcheck source=test/tap/tap.sh
source "$(dirname "$0")/tap.sh"

rows="SELECT matrix_random(i, 1, 900) - 300 AS customer, date '2023-01-01' + matrix_random(i, 2, 400)::int AS day,
             ((matrix_random(i, 3, 40000) - 8000) / 100.0)::numeric(12, 2) AS amount, (i % 11)::int AS score, (i % 2)::int AS region
      FROM generate_series(1, 20000) AS i"
random="CREATE FUNCTION matrix_random(seed bigint, stream bigint, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN (hashint8extended(seed, stream) & 9223372036854775807) % n"

# --- postgres_fdw: two foreign partitions on two other databases of this server
for part in 0 1; do
    new_database "remote_$part"
    sql "remote_$part" "CREATE EXTENSION customer_value; $random"
    sql "remote_$part" "CREATE TABLE orders AS SELECT * FROM ($rows) AS rows WHERE region = $part; ANALYZE orders"
done
new_database distributed
sql distributed "CREATE EXTENSION customer_value; CREATE EXTENSION postgres_fdw; $random"
sql distributed "CREATE TABLE local AS $rows; ANALYZE local"
sql distributed 'CREATE TABLE orders (customer bigint, day date, amount numeric(12,2), score int, region int) PARTITION BY LIST (region)'
for part in 0 1; do
    sql distributed "CREATE SERVER remote_$part FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$PGHOST', port '${PGPORT:-5432}', dbname 'remote_$part', extensions 'customer_value', use_remote_estimate 'true');
        CREATE USER MAPPING FOR CURRENT_USER SERVER remote_$part OPTIONS (user '$PGUSER');
        CREATE FOREIGN TABLE orders_$part PARTITION OF orders FOR VALUES IN ($part) SERVER remote_$part OPTIONS (table_name 'orders')"
done

# pushed_down NAME AGGREGATE ROLLUP: the aggregate of each region is made by its server, and their rollup is that of all rows
pushed_down() {
    local two_phases="SELECT $3 FROM (SELECT region, $2 AS state FROM orders GROUP BY region) AS regions" plan
    plan=$(sql distributed "SET enable_partitionwise_aggregate = on; EXPLAIN (VERBOSE, COSTS OFF) $two_phases")
    is "$(grep -c "Remote SQL: SELECT .*${2%%(*}(" <<<"$plan")" 2 "$1: both servers aggregate"
    is "$(sql distributed "SET enable_partitionwise_aggregate = on; $two_phases")" \
       "$(sql distributed "SELECT $3 FROM (SELECT $2 AS state FROM local) AS whole")" "$1: and their rollup is that of one table"
}
pushed_down 'ledger' 'ledger_agg(customer, day, amount)' 'rollup(state)'
pushed_down 'subscriptions' "mrr_agg(customer, daterange(day, day + 40), amount, '1 week'::interval)" 'rollup(state)'
pushed_down 'surveys' 'nps_agg(score)' 'rollup(state)'
pushed_down 'revenue' 'revenue_agg(amount)' 'net_revenue(rollup(state))'
pushed_down 'orders' 'order_agg(amount, customer)' 'avg_check(rollup(state))'

# --- Citus: pulling rows to the coordinator would be an error
name='Citus'
if [[ $(sql postgres 'SHOW shared_preload_libraries') != *citus* ]]; then
    skip "$name" 'Citus is not in shared_preload_libraries'
else
    new_database on_citus
    sql on_citus "CREATE EXTENSION citus; CREATE EXTENSION customer_value; $random"
    sql on_citus "SET citus.shard_replication_factor = 1; SET citus.shard_count = 4; SET client_min_messages = error;
        SELECT citus_set_coordinator_host('127.0.0.1', ${PGPORT:-5432})"
    sql on_citus "CREATE TABLE orders AS $rows; CREATE TABLE local AS TABLE orders"
    sql on_citus "SET citus.shard_count = 4; SELECT create_distributed_table('orders', 'customer')"
    for query in 'ledger_agg(customer, day, amount)' 'nps(score)' 'nps_agg(score)' 'net_revenue(amount)' 'avg_check(amount)' 'avg_check(amount, customer)' \
                 'churn_rate(score > 3, score > 5)' 'csat(score, 7)' 'customers_count(ledger_agg(customer, day))'; do
        is "$(sql on_citus "SET citus.coordinator_aggregation_strategy = 'disabled'; SELECT $query FROM orders")" "$(sql on_citus "SELECT $query FROM local")" "Citus: $query"
    done
fi

done_testing
