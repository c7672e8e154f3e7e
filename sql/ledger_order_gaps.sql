-- The time between orders of the customers of a ledger.
\getenv srcdir PG_ABS_SRCDIR
\set shop :srcdir '/sql/shop/ledger.sql'
\set ECHO none
\i :shop
\set ECHO all
\pset format unaligned
\pset null NULL

-- A orders on days 0, 10 (twice) and 30, B on days 0 and 4, C once; a refund is no order
CREATE TEMP TABLE example AS SELECT ledger_agg(customer, date '2024-01-01' + day, amount) AS ledger
FROM (VALUES ('A', 0, 100), ('A', 10, 40), ('A', 10, 5), ('A', 30, 60), ('B', 0, 250), ('B', 2, -250), ('B', 4, 10), ('C', 20, 80), ('D', 3, -1)) AS orders (customer, day, amount);
SELECT r.* FROM example, days_between_orders(ledger) AS r;
SELECT as_of, report.* FROM example, unnest('{2023-12-31,2024-01-04,2024-01-05,2024-12-31}'::date[]) AS as_of, days_between_orders(ledger, as_of) AS report;
SELECT nth, as_of, c.t, c.at_risk, c.events, km_mean(state) AS mean FROM example, generate_series(1, 4) AS nth, unnest('{NULL,2024-01-02}'::text[]) AS as_of, time_to_next_order(ledger, nth, as_of::date) AS state LEFT JOIN LATERAL km_curve(state) AS c ON true ORDER BY as_of DESC, nth, t;
SELECT km_median(state), km_survival(state, 10) AS still_waiting, km_survival(state, 9.99) AS just_before FROM example, time_to_next_order(ledger) AS state;
SELECT r.* FROM example, km_curve(time_to_next_order(ledger, as_of => '2024-03-01')) AS r;

-- against plain SQL
CREATE FUNCTION shop.order_days(shop text, as_of date) RETURNS TABLE (customer bigint, day date, n bigint, next date) STABLE LANGUAGE sql AS $$
    SELECT customer, day, row_number() OVER w, lead(day) OVER w
    FROM (SELECT DISTINCT customer, day FROM shop.sales AS s WHERE s.shop = $1 AND coalesce(amount, 0) >= 0 AND day <= coalesce($2, 'infinity')) AS d WINDOW w AS (PARTITION BY customer ORDER BY day)
$$;
CREATE TEMP TABLE cases AS SELECT keys, shop, ledger, as_of FROM shop.ledgers, unnest('{NULL,2019-11-14,2019-11-16,2020-02-29,2020-07-12,2021-02-28,2022-03-31}'::date[]) AS as_of;
SELECT same, count(*) AS cases FROM cases, shop.same(
    format('SELECT report.* FROM shop.ledgers, days_between_orders(ledger, %L) AS report WHERE keys = %L', as_of, keys),
    format('SELECT count(next), count(DISTINCT customer) FILTER (WHERE next IS NOT NULL), q[1], q[2], q[3], q[4] FROM shop.order_days(%1$L, %2$L), (SELECT percentile_cont(ARRAY[0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY next - day) AS q FROM shop.order_days(%1$L, %2$L)) AS q GROUP BY q
            UNION ALL SELECT 0, 0, NULL, NULL, NULL, NULL WHERE NOT EXISTS (SELECT FROM shop.order_days(%1$L, %2$L))', shop, as_of)) AS same GROUP BY same;
SELECT nth, count(*) AS cases, count(*) FILTER (WHERE time_to_next_order(ledger, nth, as_of)::text = coalesce(twin::text, 'empty')) AS same, count(twin) AS with_customers
FROM cases, unnest('{1,2,3,7,100}'::integer[]) AS nth, LATERAL (SELECT km_agg(coalesce(next, coalesce(as_of, shop.last_day(shop))) - day, next IS NOT NULL) AS twin FROM shop.order_days(shop, as_of) WHERE n = nth) AS t GROUP BY nth ORDER BY nth;
-- shards merge
SELECT rollup(time_to_next_order(ledger, 2, '2021-02-28'))::text = (SELECT time_to_next_order(ledger, 2, '2021-02-28')::text FROM shop.ledgers WHERE keys = 'bigint') AS shards
FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts' GROUP BY ledger_shard(customer, 7)) AS shards;
-- a ledger that is being built
SELECT shop.same($$SELECT report.*, time_to_next_order(ledger) FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts') AS base, days_between_orders(ledger) AS report$$,
    $$SELECT report.*, time_to_next_order(ledger) FROM shop.ledgers, days_between_orders(ledger) AS report WHERE keys = 'bigint'$$) AS being_built;

-- edges
SELECT * FROM days_between_orders('empty');
SELECT * FROM days_between_orders(NULL);
SELECT time_to_next_order('empty')::text = 'empty'::km_state::text AS empty, time_to_next_order(NULL), time_to_next_order(ledger, NULL) FROM example;
-- gaps of thousands of years, longer than a table of days
SELECT report.* FROM (SELECT ledger_agg(n % 2, make_date(1 + 1000 * n, 1, 1)) AS ledger FROM generate_series(0, 7) AS n) AS apart, days_between_orders(ledger) AS report;
SELECT km_median(time_to_next_order(ledger)) FROM (SELECT ledger_agg(n % 2, make_date(1 + 1000 * n, 1, 1)) AS ledger FROM generate_series(0, 3) AS n) AS apart;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT time_to_next_order('empty', 0)$$,
    $$SELECT time_to_next_order('empty', -2147483648)$$,
    $$SELECT time_to_next_order('empty', 1, 'infinity')$$,
    $$SELECT * FROM days_between_orders('empty', '-infinity')$$);
DROP SCHEMA shop CASCADE;
