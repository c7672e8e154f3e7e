-- Cohorts of a ledger: cohort_retention, revenue_cohorts.
\getenv srcdir PG_ABS_SRCDIR
\set shop :srcdir '/sql/shop/ledger.sql'
\set ECHO none
\i :shop
\set ECHO all
\pset format unaligned

-- D3: A ordered in January, February and March, B in January and March, C in January, D in February and March
CREATE TEMP TABLE d3 AS SELECT ledger_agg(customer, day::date) AS ledger
FROM (VALUES ('A', '2024-01-03'), ('A', '2024-02-10'), ('A', '2024-03-31'), ('B', '2024-01-31'), ('B', '2024-03-01'), ('C', '2024-01-01'), ('D', '2024-02-29'), ('D', '2024-03-15')) AS orders (customer, day);
SELECT kind, cohort, cohort_size, period_number, active_customers, round(retention_pct, 2) AS retention_pct
FROM d3, unnest('{on,on_or_after,every}'::text[]) AS kind, cohort_retention(ledger, '1 month', kind, '2024-04-01');
-- D1, with the refunds of B and C
CREATE TEMP TABLE d1 AS SELECT ledger_agg(customer, day::date, amount) AS ledger
FROM (VALUES ('A', '2024-01-05', 100), ('A', '2024-01-20', 40), ('A', '2024-02-03', 60), ('B', '2024-01-10', 250), ('B', '2024-02-11', -250), ('C', '2024-02-01', 80), ('C', '2024-02-15', -30), ('C', '2024-03-01', 120)) AS orders (customer, day, amount);
SELECT report.* FROM d1, revenue_cohorts(ledger, as_of => '2024-04-01') AS report;
SELECT cohort, cohort_size, period_number, active_customers, round(retention_pct, 2) AS retention_pct FROM d1, cohort_retention(ledger, as_of => '2024-04-01');

-- against plain SQL
CREATE FUNCTION shop.cohorts(shop text, step interval, as_of date) RETURNS TABLE (c int, cohort date, cohort_size bigint, period_number int, complete boolean) STABLE LANGUAGE sql AS $$
    WITH first AS (SELECT customer, min(n) AS c FROM shop.ordered($1, $2, $3) GROUP BY customer),
         cohort AS (SELECT c, count(*) AS size FROM first GROUP BY c),
         complete AS (SELECT max(n) AS last FROM shop.calendar AS p WHERE p.step = $2 AND stop - 1 <= coalesce($3, shop.last_day($1)))
    SELECT c, start, size, k, c + k <= complete.last
    FROM complete, cohort JOIN shop.calendar AS p ON p.step = $2 AND p.n = c, generate_series(0, greatest(complete.last - (SELECT min(c) FROM cohort), 0)) AS k
$$;
CREATE FUNCTION shop.retention(shop text, step interval, kind text, as_of date) RETURNS TABLE (cohort date, cohort_size bigint, period_number int, active_customers bigint, retention_pct numeric) STABLE LANGUAGE sql AS $$
    WITH o AS MATERIALIZED (SELECT *, min(n) OVER w AS c, max(n) OVER w AS last, row_number() OVER (PARTITION BY customer ORDER BY n) AS place
                            FROM shop.ordered($1, $2, $4) WINDOW w AS (PARTITION BY customer)),
         stayed AS (SELECT c, n - c AS k FROM o WHERE $3 = 'on' OR ($3 = 'every' AND n - c = place - 1)
                    UNION ALL SELECT c, k FROM o, generate_series(0, last - c) AS k WHERE $3 = 'on_or_after' AND n = c),
         counted AS (SELECT c, k, count(*) AS number FROM stayed GROUP BY c, k)
    SELECT cohort, cohort_size, period_number, CASE WHEN complete THEN coalesce(number, 0) END, CASE WHEN complete THEN trim_scale(coalesce(number, 0) * 100.0 / cohort_size) END
    FROM shop.cohorts($1, $2, $4) AS g LEFT JOIN counted ON counted.c = g.c AND counted.k = g.period_number ORDER BY 1, 3
$$;
CREATE FUNCTION shop.revenue(shop text, step interval, as_of date) RETURNS TABLE (cohort date, cohort_size bigint, period_number int, revenue numeric, cumulative_revenue numeric, cumulative_per_customer numeric) STABLE LANGUAGE sql AS $$
    WITH first AS (SELECT customer, min(n) AS c FROM shop.ordered($1, $2, $3) GROUP BY customer),
         earned AS (SELECT c, greatest(n - c, 0) AS k, sum(amount) AS amount FROM first JOIN shop.sales AS s USING (customer) JOIN shop.calendar AS p ON p.step = $2 AND day >= start AND day < stop
                    WHERE s.shop = $1 AND day <= coalesce($3, 'infinity') GROUP BY 1, 2),
         cells AS (SELECT g.*, coalesce(amount, 0.00) AS revenue, sum(coalesce(amount, 0.00)) OVER (PARTITION BY g.c ORDER BY period_number) AS total
                   FROM shop.cohorts($1, $2, $3) AS g LEFT JOIN earned ON earned.c = g.c AND earned.k = g.period_number)
    SELECT cohort, cohort_size, period_number, CASE WHEN complete THEN revenue END, CASE WHEN complete THEN total END,
           CASE WHEN complete THEN CASE WHEN scale(trim_scale(total / cohort_size)) < 2 THEN round(total / cohort_size, 2) ELSE trim_scale(total / cohort_size) END END
    FROM cells ORDER BY 1, 3
$$;
CREATE TEMP TABLE cases AS SELECT keys, shop, step, as_of
FROM shop.ledgers, (SELECT DISTINCT step FROM shop.calendar) AS s, unnest('{NULL,2019-11-14,2019-11-16,2020-02-29,2020-07-12,2021-01-03,2021-02-28,2022-03-31}'::date[]) AS as_of
WHERE keys IN ('bigint', 'none') OR step = '1 month';
SELECT kind, step, count(*) AS cases, same FROM (SELECT kind, step, shop.same(
    format('SELECT report.* FROM shop.ledgers, cohort_retention(ledger, %L, %L, %L) AS report WHERE keys = %L', step, kind, as_of, keys),
    format('SELECT * FROM shop.retention(%L, %L, %L, %L)', shop, step, kind, as_of)) AS same FROM cases, unnest('{on,on_or_after,every}'::text[]) AS kind
    WHERE step > '1 day' OR as_of = '2020-07-12') AS compared GROUP BY kind, step, same ORDER BY kind, step, same;
SELECT step, count(*) AS cases, same FROM (SELECT step, shop.same(
    format('SELECT report.* FROM shop.ledgers, revenue_cohorts(ledger, %L, %L) AS report WHERE keys = %L', step, as_of, keys),
    format('SELECT * FROM shop.revenue(%L, %L, %L)', shop, step, as_of)) AS same FROM cases WHERE shop = 'amounts' AND (step > '1 day' OR as_of = '2020-07-12')) AS compared GROUP BY step, same ORDER BY step, same;

-- what holds in every row: nobody stays who was not there, on <= on_or_after, every <= on, and falling over time; NULL for all or none
SELECT count(*) > 1000 AS many, count(*) FILTER (WHERE o.active_customers IS NOT NULL AND NOT (0 <= e.active_customers AND e.active_customers <= o.active_customers AND o.active_customers <= a.active_customers AND a.active_customers <= o.cohort_size
        AND (o.period_number > 0 OR e.active_customers = o.cohort_size))) AS broken,
    count(*) FILTER (WHERE num_nulls(o.active_customers, a.active_customers, e.active_customers, o.retention_pct) NOT IN (0, 4)) AS half_null,
    count(*) FILTER (WHERE a.active_customers > a_before OR e.active_customers > e_before) AS rising
FROM shop.ledgers, cohort_retention(ledger, '1 week', 'on') AS o
    JOIN LATERAL (SELECT *, lag(active_customers) OVER (PARTITION BY cohort ORDER BY period_number) AS a_before FROM cohort_retention(ledger, '1 week', 'on_or_after')) AS a USING (cohort, period_number)
    JOIN LATERAL (SELECT *, lag(active_customers) OVER (PARTITION BY cohort ORDER BY period_number) AS e_before FROM cohort_retention(ledger, '1 week', 'every')) AS e USING (cohort, period_number)
WHERE keys IN ('bigint', 'none');
-- all cohorts together have every customer with an order, and all that they spent up to a month's end
SELECT (SELECT sum(cohort_size) FROM cohort_retention(ledger) WHERE period_number = 0) = (SELECT count(DISTINCT customer) FROM shop.sales WHERE amount >= 0) AS all_customers,
       (SELECT sum(revenue) FROM revenue_cohorts(ledger, as_of => '2020-08-31')) =
           (SELECT sum(amount) FROM shop.sales WHERE day <= '2020-08-31' AND customer IN (SELECT customer FROM shop.sales WHERE amount >= 0 AND day <= '2020-08-31')) AS all_revenue
FROM shop.ledgers WHERE keys = 'bigint';

-- shards add up
SELECT shop.same($$SELECT cohort, sum(cohort_size) AS cohort_size, period_number, sum(active_customers) AS active
        FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts' GROUP BY ledger_shard(customer, 7)) AS shards, cohort_retention(ledger, '1 month', 'every', '2020-12-31')
        WHERE active_customers IS NOT NULL GROUP BY cohort, period_number ORDER BY cohort, period_number$$,
    $$SELECT cohort, cohort_size, period_number, active_customers FROM shop.ledgers, cohort_retention(ledger, '1 month', 'every', '2020-12-31') WHERE keys = 'bigint' AND active_customers IS NOT NULL$$) AS retention,
    shop.same($$SELECT cohort, sum(cohort_size) AS cohort_size, period_number, sum(revenue) AS revenue, sum(cumulative_revenue) AS cumulative
        FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts' GROUP BY ledger_shard(customer, 7)) AS shards, revenue_cohorts(ledger, '1 month', '2020-12-31')
        WHERE revenue IS NOT NULL GROUP BY cohort, period_number ORDER BY cohort, period_number$$,
    $$SELECT cohort, cohort_size, period_number, revenue, cumulative_revenue FROM shop.ledgers, revenue_cohorts(ledger, '1 month', '2020-12-31') WHERE keys = 'bigint' AND revenue IS NOT NULL$$) AS revenue;

-- edges
SELECT * FROM cohort_retention('empty');
SELECT * FROM revenue_cohorts('empty');
SELECT * FROM cohort_retention(NULL);
SELECT * FROM d3, cohort_retention(ledger, NULL);
SELECT * FROM d3, cohort_retention(ledger, kind => NULL);
SELECT count(*) AS before_the_first_row FROM d3, cohort_retention(ledger, as_of => '2023-12-31');
SELECT report.* FROM (SELECT ledger_agg(7, date '2024-02-29', 12.5) AS ledger) AS one, revenue_cohorts(ledger, '1 day') AS report;
-- a period that has not ended is unknown, also the first
SELECT report.* FROM (SELECT ledger_agg(7, date '2024-02-28', 12.5) AS ledger) AS one, revenue_cohorts(ledger) AS report;
SELECT report.* FROM (SELECT ledger_agg(7, date '2024-02-28', 12.5) AS ledger) AS one, cohort_retention(ledger) AS report;
-- refunds only make no cohort; one before the first order counts with it
SELECT count(*) AS refunds_only FROM (SELECT ledger_agg(7, date '2024-02-28', -1) AS ledger) AS one, cohort_retention(ledger, as_of => '2024-06-01');
SELECT report.* FROM (SELECT ledger_agg(7, day::date, amount) AS ledger FROM (VALUES ('2024-01-10', -4), ('2024-03-10', 9.25), ('2024-04-30', -2)) AS v (day, amount)) AS one, revenue_cohorts(ledger) AS report;
-- amounts to the last digit: sums pass 64 bits
SELECT report.* FROM (SELECT ledger_agg(n, date '2024-01-31', 922337203685477.5807) AS ledger FROM generate_series(1, 2000) AS n) AS large, revenue_cohorts(ledger) AS report;
SELECT report.* FROM (SELECT ledger_agg(n, date '2024-01-31', 0.0000000000000001 * n * CASE n WHEN 2 THEN -1 ELSE 1 END) AS ledger FROM generate_series(1, 3) AS n) AS small, revenue_cohorts(ledger) AS report;
-- two customers, three thousand years apart: days are no longer looked up in a table
SELECT kind, count(*), min(cohort), max(cohort), sum(active_customers), max(period_number) FROM (SELECT ledger_agg(n, make_date(1 + 3000 * n, 1, 1)) || ledger_agg(n, make_date(2 + 3000 * n, 12, 31)) AS ledger FROM generate_series(0, 1) AS n) AS apart,
    unnest('{on,on_or_after,every}'::text[]) AS kind, cohort_retention(ledger, '1 year', kind) GROUP BY kind ORDER BY kind;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT * FROM cohort_retention('empty', kind => 'sometimes')$$,
    $$SELECT * FROM cohort_retention('empty', kind => '')$$,
    $$SELECT * FROM cohort_retention('empty', '1 hour')$$,
    $$SELECT * FROM cohort_retention('empty', '1 month 1 day')$$,
    $$SELECT * FROM cohort_retention('empty', '-1 month')$$,
    $$SELECT * FROM cohort_retention('empty', as_of => 'infinity')$$,
    $$SELECT * FROM d3, cohort_retention(ledger, '1 day', as_of => '9999-12-31')$$,
    $$SELECT * FROM (SELECT ledger_agg(n, date '1990-01-01' + 10000 * n) AS ledger FROM generate_series(0, 1) AS n) AS l, cohort_retention(ledger, '1 day')$$,
    $$SELECT * FROM d3, revenue_cohorts(ledger)$$);
DROP SCHEMA shop CASCADE;
