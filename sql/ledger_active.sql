-- Active customers of a ledger: rolling_active, stickiness.
\getenv srcdir PG_ABS_SRCDIR
\set shop :srcdir '/sql/shop/ledger.sql'
\set ECHO none
\i :shop
\set ECHO all
\pset format unaligned

-- u1 ordered on each of 30 days, u2 on the 1st and the 15th, u3 on the 30th
SELECT report.day, dau, mau, round(stickiness_pct, 2) AS stickiness_pct
FROM (SELECT ledger_agg(customer, date '2024-04-01' + number - 1) AS ledger
      FROM (SELECT 'u1', number FROM generate_series(1, 30) AS number UNION ALL VALUES ('u2', 1), ('u2', 15), ('u3', 30)) AS orders (customer, number)) AS u, rolling_active(ledger) AS report
WHERE extract(day FROM report.day) IN (1, 2, 15, 29, 30);
-- the days whose window begins before the first day, and those of who knows that the shop opened on it, or knows of all orders later only
SELECT known_from, count(*) AS days, count(dau) AS dau, count(mau) AS mau, count(stickiness_pct) AS stickiness_pct, min(report.day) FILTER (WHERE mau IS NOT NULL) AS first
FROM (SELECT ledger_agg(7, date '2024-04-01' + number) AS ledger FROM generate_series(0, 39) AS number) AS u, unnest('{NULL,2024-03-01,2024-03-10,2024-04-05,2024-06-01}'::date[]) AS known_from, rolling_active(ledger, known_from => known_from) AS report
GROUP BY known_from ORDER BY known_from NULLS FIRST;
-- D3: A ordered in three months, B and D in two, C in one
CREATE TEMP TABLE d3 AS SELECT ledger_agg(customer, day::date) AS ledger
FROM (VALUES ('A', '2024-01-03'), ('A', '2024-02-10'), ('A', '2024-03-31'), ('B', '2024-01-31'), ('B', '2024-03-01'), ('C', '2024-01-01'), ('D', '2024-02-29'), ('D', '2024-03-15')) AS orders (customer, day);
SELECT report.* FROM d3, stickiness(ledger) AS report;
SELECT report.* FROM d3, stickiness(ledger, '1 year') AS report;
SELECT report.* FROM d3, rolling_active(ledger, 2, '2024-02-28', '2024-03-03') AS report;

-- against plain SQL
CREATE FUNCTION shop.rolling(shop text, days int, from_day date, to_day date, known_from date) RETURNS TABLE (day date, dau bigint, mau bigint, stickiness_pct numeric) STABLE LANGUAGE sql AS $$
    WITH o AS MATERIALIZED (SELECT customer, day FROM shop.sales AS s WHERE s.shop = $1 AND coalesce(amount, 0) >= 0),
         counted AS (SELECT d::date AS day, count(DISTINCT customer) FILTER (WHERE o.day = d) AS dau, count(DISTINCT customer) AS mau
                     FROM generate_series(coalesce($3, shop.first_day($1))::timestamp, coalesce($4 - 1, shop.last_day($1))::timestamp, '1 day') AS d
                         LEFT JOIN o ON o.day <= d AND o.day > d - make_interval(days => $2) GROUP BY d),
         known AS (SELECT day, dau, CASE WHEN day - $2 + 1 >= coalesce($5, shop.first_day($1)) THEN mau END AS mau FROM counted)
    SELECT day, dau, mau, trim_scale(100.0 * dau / nullif(mau, 0)) FROM known ORDER BY day
$$;
SELECT days, count(*) AS cases, same FROM (SELECT days, shop.same(
    format('SELECT report.* FROM shop.ledgers, rolling_active(ledger, %L, %L, %L, %L) AS report WHERE keys = %L', days, from_day, to_day, known_from, keys),
    format('SELECT * FROM shop.rolling(%L, %L, %L, %L, %L)', shop, days, from_day, to_day, known_from)) AS same
    FROM shop.ledgers, unnest('{1,2,7,30,365,1000}'::int[]) AS days,
        (VALUES (NULL::date, NULL::date, NULL::date), (NULL, NULL, '2019-01-01'), ('2020-03-10', NULL, NULL), ('2020-03-10', NULL, '2020-03-20'), (NULL, '2020-03-10', NULL), ('2020-02-29', '2020-03-31', NULL), ('2019-10-01', '2019-12-01', NULL),
                ('2019-10-01', '2019-12-01', '2018-06-01'), ('2020-05-05', '2020-05-05', NULL), ('2020-05-05', '2020-05-06', NULL), ('2021-01-15', '2021-06-01', NULL), ('2022-01-01', NULL, NULL), (NULL, '2019-01-01', NULL)) AS v (from_day, to_day, known_from)) AS compared
GROUP BY days, same ORDER BY days, same;
SELECT step, count(*) AS cases, same FROM (SELECT step, shop.same(
    format('SELECT report.* FROM shop.ledgers, stickiness(ledger, %L) AS report WHERE keys = %L', step, keys),
    format('SELECT periods::int, count(*) FROM (SELECT count(*) AS periods FROM shop.ordered(%L, %L) GROUP BY customer) AS o GROUP BY periods ORDER BY periods', shop, step)) AS same
    FROM shop.ledgers, (SELECT DISTINCT step FROM shop.calendar) AS s) AS compared GROUP BY step, same ORDER BY step, same;

-- what holds in every row, and in all: the window counts who ordered on its last day too; active periods are those of lifecycle
SELECT count(*) AS days, count(mau) AS known, count(*) FILTER (WHERE NOT (0 <= dau AND dau <= mau) OR (mau IS NULL) <> (report.day < first_day(ledger) + 29) OR mau IS NULL AND stickiness_pct IS NOT NULL) AS broken FROM shop.ledgers, rolling_active(ledger) AS report WHERE keys = 'bigint';
SELECT (SELECT sum(active_periods * customers) FROM stickiness(ledger)) = (SELECT sum(new_customers + returning_customers + resurrecting_customers) FROM lifecycle(ledger)) AS equal FROM shop.ledgers WHERE keys = 'bigint';
-- shards add up
SELECT shop.same($$SELECT day, sum(dau) AS dau, sum(mau) AS mau
        FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts' GROUP BY ledger_shard(customer, 7)) AS shards,
            rolling_active(ledger, 28, '2019-11-15', '2021-02-18', '2019-01-01') GROUP BY day ORDER BY day$$,
    $$SELECT day, dau, mau FROM shop.ledgers, rolling_active(ledger, 28, '2019-11-15', '2021-02-18', '2019-01-01') AS report WHERE keys = 'bigint'$$) AS rolling_active,
    shop.same($$SELECT active_periods, sum(customers) AS customers
        FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts' GROUP BY ledger_shard(customer, 7)) AS shards, stickiness(ledger) GROUP BY active_periods ORDER BY active_periods$$,
    $$SELECT report.* FROM shop.ledgers, stickiness(ledger) AS report WHERE keys = 'bigint'$$) AS stickiness;

-- edges
SELECT * FROM rolling_active('empty');
SELECT * FROM rolling_active('empty', 30, '2024-01-15', '2024-01-17');
SELECT * FROM rolling_active('empty', 30, '2024-01-15', '2024-01-17', '2023-01-01');
SELECT * FROM rolling_active(NULL);
SELECT * FROM d3, rolling_active(ledger, NULL);
SELECT * FROM stickiness('empty');
SELECT * FROM stickiness(NULL);
SELECT * FROM d3, stickiness(ledger, NULL);
SELECT count(*) AS no_days FROM d3, rolling_active(ledger, 30, '2024-02-01', '2024-02-01');
-- the longest window there is; refunds are no orders
SELECT report.* FROM (SELECT ledger_agg(7, day::date, amount) AS ledger FROM (VALUES ('2024-01-10', -4), ('2024-01-11', 0), ('2024-01-12', -2)) AS v (day, amount)) AS one, rolling_active(ledger, 2147483647) AS report;
SELECT report.* FROM (SELECT ledger_agg(7, day::date, amount) AS ledger FROM (VALUES ('2024-01-10', -4), ('2024-01-11', 0), ('2024-01-12', -2)) AS v (day, amount)) AS one, rolling_active(ledger, 1000, known_from => '2020-01-01') AS report;
SELECT count(*) AS refunds_only FROM (SELECT ledger_agg(7, date '2024-02-28', -1) AS ledger) AS one, stickiness(ledger);

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT * FROM rolling_active('empty', 0)$$,
    $$SELECT * FROM rolling_active('empty', -30)$$,
    $$SELECT * FROM rolling_active('empty', 30, '2024-02-01', '2024-01-01')$$,
    $$SELECT * FROM rolling_active('empty', 30, '0001-01-01', '9999-12-31')$$,
    $$SELECT * FROM rolling_active('empty', 30, '2024-01-01', 'infinity')$$,
    $$SELECT * FROM rolling_active('empty', known_from => '-infinity')$$,
    $$SELECT * FROM stickiness('empty', '1 month 3 days')$$);
DROP SCHEMA shop CASCADE;
