-- How the customer base of a ledger grows: customer_growth, and the rates between two days.
\getenv srcdir PG_ABS_SRCDIR
\set shop :srcdir '/sql/shop/ledger.sql'
\set ECHO none
\i :shop
\set ECHO all
\pset format unaligned

-- D3: A ordered in January, February and March, B in January and March, C in January, D in February and March
CREATE TEMP TABLE d3 AS SELECT ledger_agg(customer, day::date) AS ledger
FROM (VALUES ('A', '2024-01-03'), ('A', '2024-02-10'), ('A', '2024-03-31'), ('B', '2024-01-31'), ('B', '2024-03-01'), ('C', '2024-01-01'), ('D', '2024-02-29'), ('D', '2024-03-15')) AS orders (customer, day);
SELECT period, at_start, new_customers, reactivated_customers, churned_customers, at_end, round(churn_pct, 2) AS churn_pct, round(churn_lower_pct, 2) AS lower, round(churn_upper_pct, 2) AS upper FROM d3, customer_growth(ledger, lapse => '1 month');
-- nobody knows who ordered in the lapse before the first day; who knows that the shop opened in January says so
SELECT period, at_start, new_customers, reactivated_customers, churned_customers, at_end, churn_pct, round(churn_lower_pct, 2) AS lower FROM d3, customer_growth(ledger, lapse => '45 days');
SELECT period, at_start, new_customers, reactivated_customers, churned_customers, at_end, round(churn_pct, 2) AS churn_pct, round(churn_lower_pct, 2) AS lower FROM d3, customer_growth(ledger, lapse => '45 days', known_from => '2023-11-17');
SELECT known_from, churn_rate(ledger, '2024-02-01', '2024-03-01', '31 days', known_from::date) AS churn, retention_rate(ledger, '2024-02-01', '2024-03-01', '31 days', known_from::date) AS retention FROM d3, unnest('{NULL,2023-06-01,2024-01-01,2024-01-02}'::text[]) AS known_from;
SELECT churn_rate(ledger, '2024-02-01', '2024-03-01', '1 month'), retention_rate(ledger, '2024-02-01', '2024-03-01', lapse => '1 month'), churn_rate(ledger, '2024-02-01', '2024-03-01') AS unknown FROM d3;

-- against plain SQL; the interval by Wilson's formula
CREATE FUNCTION shop.active(shop text, at date, lapse interval) RETURNS SETOF bigint STABLE LANGUAGE sql AS $$
    SELECT DISTINCT customer FROM shop.sales AS s WHERE s.shop = $1 AND coalesce(amount, 0) >= 0 AND day < $2 AND day >= $2 - $3
$$;
CREATE FUNCTION shop.growth(shop text, step interval, from_day date, to_day date, lapse interval, known_from date) RETURNS TABLE (period date, at_start bigint, new_customers bigint, reactivated_customers bigint, churned_customers bigint, at_end bigint, churn_pct numeric, lower numeric, upper numeric) STABLE LANGUAGE sql AS $$
    WITH p AS MATERIALIZED (SELECT start, stop, start - $5 >= coalesce($6, shop.first_day($1)) AS knows_start, stop - $5 >= coalesce($6, shop.first_day($1)) AS knows_end FROM shop.calendar AS p WHERE p.step = $2 AND stop > coalesce($3, shop.first_day($1)) AND start < coalesce($4, shop.last_day($1) + 1) AND coalesce($3, shop.first_day($1)) < coalesce($4, shop.last_day($1) + 1)),
         bounds AS (SELECT start AS at FROM p UNION SELECT stop FROM p),
         a AS MATERIALIZED (SELECT at, customer FROM bounds, shop.active($1, at, $5) AS customer),
         first AS MATERIALIZED (SELECT customer, min(day) AS day FROM shop.sales AS s WHERE s.shop = $1 AND coalesce(amount, 0) >= 0 GROUP BY customer),
         moves AS (SELECT start, s.customer IS NOT NULL AS was, e.customer IS NOT NULL AS is_, f.day >= start AS is_new
                   FROM p CROSS JOIN first AS f LEFT JOIN a AS s ON s.at = start AND s.customer = f.customer LEFT JOIN a AS e ON e.at = stop AND e.customer = f.customer),
         counted AS (SELECT start, count(*) FILTER (WHERE was) AS n, count(*) FILTER (WHERE NOT was AND is_ AND is_new) AS new, count(*) FILTER (WHERE NOT was AND is_ AND NOT is_new) AS again,
                            count(*) FILTER (WHERE was AND NOT is_) AS x, count(*) FILTER (WHERE is_) AS at_end FROM moves GROUP BY start),
         known AS (SELECT start, CASE WHEN knows_start THEN n END AS n, new, CASE WHEN knows_start THEN again END AS again, CASE WHEN knows_start THEN x END AS x, CASE WHEN knows_end THEN at_end END AS at_end FROM counted JOIN p USING (start))
    SELECT start, n, new, again, x, at_end, trim_scale(100.0 * x / nullif(n, 0)),
           round((100 * (x + z * z / 2 - z * sqrt(x::float8 * (n - x) / nullif(n, 0) + z * z / 4)) / (nullif(n, 0) + z * z))::numeric, 6),
           round((100 * (x + z * z / 2 + z * sqrt(x::float8 * (n - x) / nullif(n, 0) + z * z / 4)) / (nullif(n, 0) + z * z))::numeric, 6)
    FROM known, (VALUES (1.959963984540054::float8)) AS v (z) ORDER BY start
$$;
SELECT step, count(*) AS cases, same FROM (SELECT step, shop.same(
    format('SELECT period, at_start, new_customers, reactivated_customers, churned_customers, at_end, churn_pct, round(churn_lower_pct, 6), round(churn_upper_pct, 6) FROM shop.ledgers, customer_growth(ledger, %L, %L, %L, %L, %L) WHERE keys = %L', step, from_day, to_day, lapse, known_from, keys),
    format('SELECT * FROM shop.growth(%L, %L, %L, %L, %L, %L)', shop, step, from_day, to_day, lapse, known_from)) AS same
    FROM shop.ledgers, (SELECT DISTINCT step FROM shop.calendar WHERE step > '1 day') AS s, unnest('{90 days,9 days,1 month 3 days}'::interval[]) AS lapse,
        (VALUES (NULL::date, NULL::date, NULL::date), (NULL, NULL, '2019-01-01'), ('2020-03-10', '2020-11-30', NULL), ('2020-03-10', '2020-11-30', '2020-04-02'), ('2020-05-05', '2020-05-05', NULL), ('2021-01-15', '2021-06-01', NULL),
                ('2019-06-01', '2019-12-01', NULL), ('2019-06-01', '2019-12-01', '2018-06-01')) AS v (from_day, to_day, known_from)
    WHERE keys IN ('bigint', 'none') OR step = '1 month') AS compared
GROUP BY step, same ORDER BY step, same;
SELECT step, count(*) AS cases, same FROM (SELECT step, shop.same(
    format('SELECT period, at_start, new_customers, reactivated_customers, churned_customers, at_end FROM shop.ledgers, customer_growth(ledger, %L, lapse => %L) WHERE keys = %L', step, lapse, keys),
    format('SELECT period, at_start, new_customers, reactivated_customers, churned_customers, at_end FROM shop.growth(%L, %L, NULL, NULL, %L, NULL)', shop, step, lapse)) AS same
    FROM shop.ledgers, (VALUES (interval '1 day')) AS s (step), unnest('{7 days,1 month}'::interval[]) AS lapse WHERE keys IN ('bigint', 'none')) AS compared
GROUP BY step, same ORDER BY step, same;

-- what holds in every row
SELECT count(*) AS periods, count(*) FILTER (WHERE at_start + new_customers + reactivated_customers - churned_customers <> at_end) AS broken, count(*) FILTER (WHERE before IS DISTINCT FROM at_start AND place > 1) AS torn,
    count(*) FILTER (WHERE num_nulls(at_start, reactivated_customers, churned_customers) NOT IN (0, 3) OR new_customers IS NULL OR at_end IS NULL AND at_start IS NOT NULL) AS half_known, count(at_start) AS known,
    count(*) FILTER (WHERE NOT (churn_lower_pct <= churn_pct AND churn_pct <= churn_upper_pct)) AS outside
FROM (SELECT *, lag(at_end) OVER (ORDER BY period) AS before, row_number() OVER (ORDER BY period) AS place FROM shop.ledgers, customer_growth(ledger, '1 week', '2019-11-01', '2021-12-01', '1 month') WHERE keys = 'uuid') AS rows;
-- shards add up
SELECT shop.same($$SELECT period, sum(at_start) AS at_start, sum(new_customers) AS new_customers, sum(reactivated_customers) AS reactivated_customers, sum(churned_customers) AS churned_customers, sum(at_end) AS at_end
        FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts' GROUP BY ledger_shard(customer, 7)) AS shards,
            customer_growth(ledger, '1 week', '2019-11-15', '2021-02-18', known_from => '2019-01-01') GROUP BY period ORDER BY period$$,
    $$SELECT period, at_start, new_customers, reactivated_customers, churned_customers, at_end FROM shop.ledgers, customer_growth(ledger, '1 week', '2019-11-15', '2021-02-18', known_from => '2019-01-01') AS report WHERE keys = 'bigint'$$) AS shards;

-- rates between two days, against plain SQL and against each other
SELECT count(*) AS cases, count(churn) AS rates, count(*) FILTER (WHERE churn IS DISTINCT FROM CASE WHEN is_known THEN 100.0 * lost / nullif(n, 0) END OR retention IS DISTINCT FROM CASE WHEN is_known THEN 100.0 * (n - lost) / nullif(n, 0) END) AS different, count(*) FILTER (WHERE n > 0 AND NOT is_known) AS unknown
FROM (SELECT from_day - lapse >= shop.first_day(shop) AS is_known, churn_rate(ledger, from_day, to_day, lapse) AS churn, retention_rate(ledger, from_day, to_day, lapse) AS retention,
             (SELECT count(*) FROM shop.active(shop, from_day, lapse)) AS n, (SELECT count(*) FROM (SELECT shop.active(shop, from_day, lapse) EXCEPT SELECT shop.active(shop, to_day, lapse)) AS l) AS lost
      FROM shop.ledgers, generate_series(1, 40) AS id, unnest('{90 days,1 month,1 week}'::interval[]) AS lapse,
          LATERAL (SELECT date '2019-11-01' + matrix.random(id, 1, 400)::int AS from_day) AS f, LATERAL (SELECT from_day + matrix.random(id, 2, 120)::int AS to_day) AS t) AS c;

-- edges
SELECT * FROM customer_growth('empty');
SELECT * FROM customer_growth('empty', '1 month', '2024-01-15', '2024-02-15');
SELECT * FROM customer_growth(NULL);
SELECT * FROM d3, customer_growth(ledger, NULL);
SELECT * FROM d3, customer_growth(ledger, lapse => NULL);
SELECT churn_rate('empty'::customer_ledger, '2024-01-01', '2024-02-01') AS empty, churn_rate(NULL::customer_ledger, '2024-01-01', '2024-02-01') AS null, churn_rate(ledger, '2024-01-01', '2024-02-01') AS nobody, churn_rate(ledger, '2024-06-01', '2024-06-01') AS same_day,
       churn_rate(ledger, '2024-02-01', NULL) AS open, retention_rate(ledger, '2030-01-01', '2030-02-01') AS later, churn_rate(ledger, '2024-02-01', '2024-02-01', NULL) AS no_lapse FROM d3;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT * FROM customer_growth('empty', '1 second')$$,
    $$SELECT * FROM customer_growth('empty', '1 month', '2024-02-01', '2024-01-01')$$,
    $$SELECT * FROM customer_growth('empty', lapse => '0 days')$$,
    $$SELECT * FROM customer_growth('empty', known_from => 'infinity')$$,
    $$SELECT churn_rate('empty'::customer_ledger, '2024-02-01', '2024-03-01', known_from => '-infinity')$$,
    $$SELECT churn_rate('empty'::customer_ledger, '2024-02-01', '2024-01-01')$$,
    $$SELECT retention_rate('empty'::customer_ledger, '2024-02-01', 'infinity')$$,
    $$SELECT churn_rate('empty'::customer_ledger, '2024-02-01', '2024-03-01', '-90 days')$$,
    $$SELECT churn_rate('empty'::customer_ledger, '2024-02-01', '2024-03-01', '2 hours')$$);
DROP SCHEMA shop CASCADE;
