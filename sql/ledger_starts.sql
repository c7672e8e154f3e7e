-- Cohorts of customers by a start that is not the first order.
\getenv srcdir PG_ABS_SRCDIR
\set shop :srcdir '/sql/shop/ledger.sql'
\set ECHO none
\i :shop
\set ECHO all
\pset format unaligned
\pset null NULL

-- A signs up in January and orders in February and March; B signs up in January and never orders; C signs up in February and ordered before, and in the
-- same month; D orders without a sign-up
CREATE TEMP TABLE example AS SELECT (SELECT ledger_agg(customer, day::date) FROM (VALUES ('A', '2024-01-31'), ('A', '2024-03-01'), ('B', '2024-01-02'), ('C', '2024-02-20')) AS s (customer, day)) AS starts,
    (SELECT ledger_agg(customer, day::date, amount) FROM (VALUES ('A', '2024-02-01', 100.00), ('A', '2024-03-10', 40), ('A', '2024-03-11', -10), ('C', '2024-01-05', 500), ('C', '2024-02-01', 80), ('D', '2024-02-03', 60), ('D', '2024-03-31', 1)) AS o (customer, day, amount)) AS orders;
SELECT r.* FROM example, cohort_retention_by_start(starts, orders, as_of => '2024-04-15') AS r;
SELECT r.* FROM example, cohort_retention_by_start(starts, orders, '1 month', 'on_or_after') AS r;
SELECT r.* FROM example, cohort_retention_by_start(starts, orders, '1 month', 'every', '2024-03-31') AS r;
SELECT r.* FROM example, revenue_cohorts_by_start(starts, orders, as_of => '2024-03-31') AS r;
-- first orders as starts are the cohorts of first orders
SELECT keys, kind, shop.same(format('SELECT r.* FROM shop.ledgers, cohort_retention_by_start(first_orders(ledger), ledger, %L, %L) AS r WHERE keys = %L', '1 month', kind, keys),
    format('SELECT r.* FROM shop.ledgers, cohort_retention(ledger, %L, %L) AS r WHERE keys = %L', '1 month', kind, keys)) AS same FROM shop.ledgers, unnest('{on,on_or_after,every}'::text[]) AS kind ORDER BY keys, kind;

-- against plain SQL: sign-ups of three in four customers of the shop and of others who never order, some before and some after the first order
CREATE TABLE shop.starts AS SELECT customer, date '2019-10-01' + matrix.random(customer, 21, 400)::int AS day FROM generate_series(1, 250) AS customer WHERE customer % 4 > 0
UNION ALL SELECT customer, date '2020-06-01' + matrix.random(customer, 22, 100)::int FROM generate_series(2, 200, 5) AS customer WHERE customer % 4 > 0;
CREATE TABLE shop.started AS SELECT 'bigint' AS keys, ledger_agg(customer, day) AS starts FROM shop.starts UNION ALL SELECT 'none', ledger_agg(customer, day) FROM shop.starts
UNION ALL SELECT 'uuid', ledger_agg(md5(customer::text)::uuid, day) FROM shop.starts UNION ALL SELECT 'text', ledger_agg('customer ' || customer, day) FROM shop.starts;
ANALYZE shop.starts, shop.started;
CREATE FUNCTION shop.grid(shop text, step interval, as_of date) RETURNS TABLE (c int, cohort date, cohort_size bigint, k int, complete boolean) STABLE LANGUAGE sql AS $$
    WITH last AS (SELECT coalesce($3, greatest((SELECT max(day) FROM shop.starts), shop.last_day($1))) AS day),
         sizes AS (SELECT n, start, count(*) AS size FROM (SELECT customer, min(day) AS day FROM shop.starts GROUP BY customer) AS s JOIN shop.calendar AS p ON p.step = $2 AND s.day >= start AND s.day < stop, last WHERE s.day <= last.day GROUP BY 1, 2),
         ended AS (SELECT max(n) FILTER (WHERE stop <= last.day + 1) AS n FROM shop.calendar AS p, last WHERE p.step = $2)
    SELECT s.n, start, size, k, s.n + k <= ended.n FROM sizes AS s, ended, LATERAL generate_series(0, greatest(ended.n - (SELECT min(n) FROM sizes), 0)) AS k
$$;
CREATE FUNCTION shop.retention(shop text, step interval, kind text, as_of date) RETURNS TABLE (cohort date, size bigint, k int, active bigint, pct numeric) STABLE LANGUAGE sql AS $$
    WITH member AS MATERIALIZED (SELECT customer, n AS c FROM (SELECT customer, min(day) AS day FROM shop.starts GROUP BY customer) AS s JOIN shop.calendar AS p ON p.step = $2 AND s.day >= start AND s.day < stop WHERE s.day <= coalesce($4, 'infinity')),
         ordered AS MATERIALIZED (SELECT * FROM shop.ordered($1, $2, $4)),
         o AS MATERIALIZED (SELECT customer, c, n - c AS k FROM member JOIN ordered USING (customer) WHERE n >= c),
         run AS MATERIALIZED (SELECT customer, c, max(k) AS last, max(k) FILTER (WHERE k = place) AS unbroken FROM (SELECT *, row_number() OVER (PARTITION BY customer ORDER BY k) - 1 AS place FROM o) AS o GROUP BY customer, c)
    SELECT g.cohort, g.cohort_size, g.k, CASE WHEN complete THEN n END, CASE WHEN complete THEN trim_scale(100.0 * n / g.cohort_size) END
    FROM shop.grid($1, $2, $4) AS g LEFT JOIN (SELECT c, k, count(*) AS number FROM o GROUP BY c, k) AS cells USING (c, k),
        LATERAL (SELECT CASE $3 WHEN 'on' THEN coalesce(number, 0) ELSE (SELECT count(*) FROM run WHERE run.c = g.c AND CASE $3 WHEN 'on_or_after' THEN last ELSE unbroken END >= g.k) END AS n) AS a ORDER BY 1, 3
$$;
CREATE FUNCTION shop.revenue(step interval, as_of date) RETURNS TABLE (cohort date, size bigint, k int, revenue numeric, total numeric, each numeric) STABLE LANGUAGE sql AS $$
    WITH member AS MATERIALIZED (SELECT customer, n AS c FROM (SELECT customer, min(day) AS day FROM shop.starts GROUP BY customer) AS s JOIN shop.calendar AS p ON p.step = $1 AND s.day >= start AND s.day < stop WHERE s.day <= coalesce($2, 'infinity')),
         sold AS MATERIALIZED (SELECT customer, n, amount FROM shop.sales AS s JOIN shop.calendar AS p ON p.step = $1 AND s.day >= start AND s.day < stop WHERE shop = 'amounts' AND s.day <= coalesce($2, 'infinity')),
         earned AS (SELECT c, n - c AS k, sum(amount) AS amount FROM member JOIN sold USING (customer) WHERE n >= c GROUP BY 1, 2),
         cells AS (SELECT g.*, coalesce(amount, 0.00) AS revenue, sum(coalesce(amount, 0.00)) OVER (PARTITION BY g.c ORDER BY g.k) AS total FROM shop.grid('amounts', $1, $2) AS g LEFT JOIN earned ON earned.c = g.c AND earned.k = g.k)
    SELECT cohort, cohort_size, k, CASE WHEN complete THEN revenue END, CASE WHEN complete THEN total END,
           CASE WHEN complete THEN CASE WHEN scale(trim_scale(total / cohort_size)) < 2 THEN round(total / cohort_size, 2) ELSE trim_scale(total / cohort_size) END END FROM cells ORDER BY 1, 3
$$;
CREATE TEMP TABLE cases AS SELECT keys, shop, step, as_of FROM shop.ledgers, unnest('{1 week,1 month,3 months}'::interval[]) AS step, unnest('{NULL,2019-10-01,2019-11-16,2020-02-29,2020-07-12,2022-03-31}'::date[]) AS as_of
WHERE (keys IN ('bigint', 'none') OR step = '1 month') AND (step > '1 week' OR as_of = '2020-07-12');
SELECT kind, step, same, count(*) AS cases FROM cases, unnest('{on,on_or_after,every}'::text[]) AS kind, shop.same(
    format('SELECT report.* FROM shop.ledgers JOIN shop.started USING (keys), cohort_retention_by_start(starts, ledger, %L, %L, %L) AS report WHERE keys = %L', step, kind, as_of, keys),
    format('SELECT * FROM shop.retention(%L, %L, %L, %L)', shop, step, kind, as_of)) AS same GROUP BY kind, step, same ORDER BY kind, step, same;
SELECT step, same, count(*) AS cases FROM cases, shop.same(
    format('SELECT report.* FROM shop.ledgers JOIN shop.started USING (keys), revenue_cohorts_by_start(starts, ledger, %L, %L) AS report WHERE keys = %L', step, as_of, keys),
    format('SELECT * FROM shop.revenue(%L, %L)', step, as_of)) AS same WHERE shop = 'amounts' GROUP BY step, same ORDER BY step, same;
-- shards add up
SELECT shop.same($$SELECT cohort, sum(cohort_size) AS cohort_size, period_number, sum(active_customers) AS active
        FROM (SELECT ledger_agg(customer, day) AS starts, ledger_shard(customer, 7) AS shard FROM shop.starts GROUP BY shard) AS s JOIN (SELECT ledger_agg(customer, day, amount) AS ledger, ledger_shard(customer, 7) AS shard FROM shop.sales WHERE shop = 'amounts' GROUP BY shard) AS o USING (shard),
            cohort_retention_by_start(starts, ledger, '1 month', 'on', '2020-12-31') WHERE active_customers IS NOT NULL GROUP BY cohort, period_number ORDER BY cohort, period_number$$,
    $$SELECT cohort, cohort_size, period_number, active_customers FROM shop.ledgers JOIN shop.started USING (keys), cohort_retention_by_start(starts, ledger, '1 month', 'on', '2020-12-31') WHERE keys = 'bigint' AND active_customers IS NOT NULL$$) AS shards;
-- ledgers that are being built
SELECT shop.same($$SELECT report.* FROM (SELECT ledger_agg(customer, day) AS starts FROM shop.starts) AS s, (SELECT ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts') AS o, revenue_cohorts_by_start(starts, ledger) AS report$$,
    $$SELECT report.* FROM shop.ledgers JOIN shop.started USING (keys), revenue_cohorts_by_start(starts, ledger) AS report WHERE keys = 'bigint'$$) AS being_built;

-- edges
SELECT * FROM cohort_retention_by_start('empty', 'empty');
SELECT count(*) AS no_starts FROM example, cohort_retention_by_start('empty', orders);
SELECT r.* FROM example, revenue_cohorts_by_start(starts, 'empty', as_of => '2024-02-29') AS r;
SELECT count(*) AS null FROM example, cohort_retention_by_start(NULL, orders);
SELECT count(*) AS null FROM example, cohort_retention_by_start(starts, NULL);
SELECT count(*) AS null FROM example, revenue_cohorts_by_start(starts, orders, NULL);
SELECT count(*) AS before FROM example, cohort_retention_by_start(starts, orders, as_of => '2024-01-01');
-- who has refunds only in the starts has not started
SELECT r.* FROM (SELECT ledger_agg(n, date '2024-01-31', 1 - n) AS starts, ledger_agg(n, date '2024-01-31', 5) AS orders FROM generate_series(1, 2) AS n) AS two, revenue_cohorts_by_start(starts, orders) AS r;
-- three thousand years apart: days are no longer looked up in a table
SELECT count(*), min(cohort), max(cohort), sum(active_customers) FROM (SELECT ledger_agg(n, make_date(1 + 3000 * n, 1, 1)) AS starts, ledger_agg(n, make_date(2 + 3000 * n, 12, 31)) AS orders FROM generate_series(0, 1) AS n) AS apart, cohort_retention_by_start(starts, orders, '1 year');

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT * FROM cohort_retention_by_start('empty', 'empty', kind => 'sometimes')$$,
    $$SELECT * FROM cohort_retention_by_start('empty', 'empty', '1 hour')$$,
    $$SELECT * FROM revenue_cohorts_by_start('empty', 'empty', as_of => 'infinity')$$,
    $$SELECT * FROM example, cohort_retention_by_start(starts, (SELECT ledger_agg(1, date '2024-01-01')))$$,
    $$SELECT * FROM example, cohort_retention_by_start(starts, orders, '1 day', as_of => '9999-12-31')$$,
    $$SELECT * FROM example, revenue_cohorts_by_start(orders, starts)$$);
DROP SCHEMA shop CASCADE;
