#!/usr/bin/env bash
# The extension in other schemas, for users who are no superusers, in parallel workers, and in databases of other
# locales.
source "$(dirname "$0")/tap.sh"

new_database install
sql install 'CREATE SCHEMA "Odd Schema é;"; CREATE EXTENSION customer_value SCHEMA "Odd Schema é;"'
is "$(sql install 'SELECT "Odd Schema é;".nps(s) FROM (VALUES (9), (10), (1)) AS survey (s)')" 33.3333333333333333 'aggregates work in a schema that is not on the search_path'
is "$(sql install 'SELECT "Odd Schema é;".roi(2400, 800)')" 200 'SQL functions find what they call in a schema that is not on the search_path'
is "$(sql install 'SELECT "Odd Schema é;".rollup(state) FROM (SELECT "Odd Schema é;".nps_agg(9) AS state) AS s')" '(version:1,promoters:1,passives:0,detractors:0,from_1_to_5:0)' 'states too'
is "$(sql install 'CREATE SCHEMA other; ALTER EXTENSION customer_value SET SCHEMA other')" 'ERROR:  extension "customer_value" does not support SET SCHEMA' 'the extension does not move: its functions call each other where they are'
objects='SELECT count(*) FROM pg_depend WHERE refobjid IN (SELECT oid FROM pg_namespace WHERE nspname = $$Odd Schema é;$$)'
sql install 'DROP EXTENSION customer_value'
is "$(sql install "$objects")" 0 'DROP EXTENSION leaves nothing behind'
is "$(sql install "SELECT count(*) FROM pg_proc WHERE probin LIKE '%customer_value%'; SELECT count(*) FROM pg_language WHERE lanname = 'customer_value'")" $'0\n0' 'no function neither, and no language'
is "$(sql install 'CREATE SCHEMA "Quote""d"; CREATE EXTENSION customer_value SCHEMA "Quote""d"')" $'ERROR:  invalid character in extension "customer_value" schema: must not contain any of ""$\'\\"' 'PostgreSQL says which names the schema of the extension cannot have'

# another user
sql install "DROP ROLE IF EXISTS shop_owner" >/dev/null
sql install "CREATE ROLE shop_owner LOGIN; GRANT CREATE ON DATABASE install TO shop_owner; CREATE SCHEMA shop AUTHORIZATION shop_owner"
is "$(PGUSER=shop_owner sql install 'CREATE EXTENSION customer_value SCHEMA shop')" '' 'a user with CREATE on the database may create it (trusted)'
is "$(PGUSER=shop_owner sql install 'SELECT shop.ltv(100, 24)')" 2400 'and use it'
sql install 'DROP EXTENSION customer_value; DROP SCHEMA shop; REVOKE CREATE ON DATABASE install FROM shop_owner; DROP ROLE shop_owner'

# a user who has put objects into the schema beforehand does not get at who calls the extension later
sql install "DROP ROLE IF EXISTS mallory" >/dev/null
sql install "CREATE ROLE mallory LOGIN; GRANT CREATE ON DATABASE install TO mallory; CREATE SCHEMA trap AUTHORIZATION mallory"
decoys trap | PGUSER=mallory sql install
is "$(PGUSER=mallory sql install 'CREATE EXTENSION customer_value SCHEMA trap')" '' 'the extension can be created beside decoys'
is "$(sql install 'SELECT trap.ltv_from_retention(100, 0.8, 0.1, true), trap.roi(2400, 800), trap.ltv(50::real, 2::real, 24::real), trap.growth_rate(70::bigint, 75::bigint)')" \
   '366.6666666666666667|200|2400|7.1428571428571429' 'and calls none of them'
is "$(sql install "CREATE TABLE orders (status varchar); INSERT INTO orders VALUES ('odd'); SELECT row_count, sample FROM trap.data_quality('orders', status => 'status') WHERE row_count > 0; SELECT trap.assert_quality('orders', status => 'status')" | grep -v CONTEXT)" \
   $'1|{odd}\nERROR:  public.orders fails 1 check of data quality\nDETAIL:  error: unknown_status, 1 row (100.00 %), such as odd\nHINT:  data_quality, with the same arguments, shows all checks and what they mean.\nSQL function "assert_quality" statement 1' 'nor does data quality'
# what is bound when the extension is created is of the extension or of pg_catalog
is "$(trapped install trap)" '' 'and none of its functions calls one'
sql install 'DROP EXTENSION customer_value; DROP SCHEMA trap CASCADE; REVOKE CREATE ON DATABASE install FROM mallory; DROP ROLE mallory' >/dev/null

# workers that really run
sql install 'CREATE EXTENSION customer_value;
    CREATE TABLE rows AS SELECT i % 11 AS score, (i % 7)::numeric / 4 - 0.5 AS amount, i % 5000 AS order_id FROM generate_series(1, 400000) AS i; ANALYZE rows'
query='SELECT nps(score), net_revenue(amount), avg_check(amount, order_id) FROM rows'
settings='SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET parallel_leader_participation = off'
[[ $(sql install "$settings; EXPLAIN (ANALYZE, COSTS OFF) $query") =~ 'Workers Launched: '[1-9] ]]
ok $? 'parallel workers are launched'
is "$(sql install "$settings; $query")" "$(sql install "SET max_parallel_workers_per_gather = 0; $query")" 'and give what one process gives'

# locales
for locale in $(locale -a | grep -E '^(C|POSIX|C\.utf8|de_DE.*|fr_FR.*|tr_TR.*)$'); do
    new_database install_locale -T template0 -E UTF8 --locale="$locale" 2>/dev/null || continue
    sql install_locale 'CREATE EXTENSION customer_value'
    is "$(sql install_locale "SELECT avg_check(amount, id), is_revenue_status('PAID'), is_revenue_status('FULFILLED'), revenue_agg(amount) FROM (VALUES (1234.50, 'İ'), (2.25::numeric, 'ı')) AS rows (amount, id)")" \
       '618.375|t|t|(version:1,sales:1236.75,sales_count:2,refunds:0.00,refunds_count:0,scale_count:2,currency:"")' "locale $locale"
done

done_testing
