-- The lifecycle of the customers of a ledger: new, returning, resurrecting, dormant.
\getenv srcdir PG_ABS_SRCDIR
\set shop :srcdir '/sql/shop/ledger.sql'
\set ECHO none
\i :shop
\set ECHO all
\pset format unaligned

-- D3: A ordered in January, February and March, B in January and March, C in January, D in February and March
CREATE TEMP TABLE d3 AS SELECT ledger_agg(customer, day::date) AS ledger
FROM (VALUES ('A', '2024-01-03'), ('A', '2024-02-10'), ('A', '2024-03-31'), ('B', '2024-01-31'), ('B', '2024-03-01'), ('C', '2024-01-01'), ('D', '2024-02-29'), ('D', '2024-03-15')) AS orders (customer, day);
SELECT report.* FROM d3, lifecycle(ledger) AS report;
-- a month that comes later tells who became dormant; one before has nobody; the first ever order counts, also before from
SELECT report.* FROM d3, lifecycle(ledger, '1 month', '2024-02-20', '2024-05-02') AS report;
SELECT report.* FROM d3, lifecycle(ledger, '1 year', '2023-05-01') AS report;

-- against plain SQL
CREATE FUNCTION shop.lifecycle(shop text, step interval, from_day date, to_day date) RETURNS TABLE (period date, new_customers bigint, returning_customers bigint, resurrecting_customers bigint, dormant_customers bigint) STABLE LANGUAGE sql AS $$
    WITH o AS (SELECT n, lag(n) OVER w AS before, lead(n) OVER w AS next FROM shop.ordered($1, $2) WINDOW w AS (PARTITION BY customer ORDER BY n)),
         here AS (SELECT n, count(*) FILTER (WHERE before IS NULL) AS new, count(*) FILTER (WHERE before = n - 1) AS again, count(*) FILTER (WHERE before < n - 1) AS back FROM o GROUP BY n),
         gone AS (SELECT n + 1 AS n, count(*) AS number FROM o WHERE next IS DISTINCT FROM n + 1 GROUP BY n)
    SELECT start, coalesce(here.new, 0), coalesce(again, 0), coalesce(back, 0), coalesce(number, 0)
    FROM shop.calendar AS p LEFT JOIN here USING (n) LEFT JOIN gone USING (n) WHERE p.step = $2 AND stop > coalesce($3, shop.first_day($1)) AND start < coalesce($4, shop.last_day($1) + 1) AND coalesce($3, shop.first_day($1)) < coalesce($4, shop.last_day($1) + 1) ORDER BY start
$$;
SELECT step, count(*) AS cases, same FROM (SELECT step, shop.same(
    format('SELECT report.* FROM shop.ledgers, lifecycle(ledger, %L, %L, %L) AS report WHERE keys = %L', step, from_day, to_day, keys),
    format('SELECT * FROM shop.lifecycle(%L, %L, %L, %L)', shop, step, from_day, to_day)) AS same
    FROM shop.ledgers, (SELECT DISTINCT step FROM shop.calendar) AS s,
        (VALUES (NULL::date, NULL::date), ('2020-03-10', NULL), (NULL, '2020-03-10'), ('2020-02-29', '2020-12-31'), ('2019-01-01', '2019-12-01'), ('2020-05-05', '2020-05-05'),
                ('2020-05-05', '2020-05-06'), ('2021-02-01', '2022-03-01'), ('2022-01-01', NULL), (NULL, '2019-01-01')) AS v (from_day, to_day)) AS compared
GROUP BY step, same ORDER BY step, same;

-- what holds in every row: who ordered is new, returning or resurrecting; who ordered before returns or is dormant
SELECT step, count(*) > 0 AS any, count(*) FILTER (WHERE before IS NOT NULL AND before <> returning_customers + dormant_customers) AS broken, sum(new_customers) = (SELECT count(DISTINCT customer) FROM shop.ordered('amounts', '1 day')) AS all_new
FROM (SELECT step, report.*, lag(new_customers + returning_customers + resurrecting_customers) OVER (PARTITION BY step ORDER BY period) AS before
      FROM shop.ledgers, (SELECT DISTINCT step FROM shop.calendar) AS s, lifecycle(ledger, step) AS report WHERE keys = 'bigint') AS rows GROUP BY step ORDER BY step;
-- shards add up
SELECT shop.same($$SELECT period, sum(new_customers) AS new_customers, sum(returning_customers) AS returning_customers, sum(resurrecting_customers) AS resurrecting_customers, sum(dormant_customers) AS dormant_customers
        FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts' GROUP BY ledger_shard(customer, 7)) AS shards,
            lifecycle(ledger, '1 week', '2019-11-15', '2021-02-18') GROUP BY period ORDER BY period$$,
    $$SELECT report.* FROM shop.ledgers, lifecycle(ledger, '1 week', '2019-11-15', '2021-02-18') AS report WHERE keys = 'bigint'$$) AS shards;

-- edges
SELECT * FROM lifecycle('empty');
SELECT * FROM lifecycle('empty', '1 month', '2024-01-15', '2024-02-15');
SELECT * FROM lifecycle(NULL);
SELECT * FROM d3, lifecycle(ledger, NULL);
SELECT count(*) AS no_days FROM d3, lifecycle(ledger, '1 month', '2024-02-01', '2024-02-01');
SELECT report.* FROM (SELECT ledger_agg(7, day::date, amount) AS ledger FROM (VALUES ('2024-01-10', -4), ('2024-02-10', 0), ('2024-04-30', -2)) AS v (day, amount)) AS one, lifecycle(ledger) AS report;
-- two customers, three thousand years apart: days are no longer looked up in a table
SELECT count(*), sum(new_customers) AS new_customers, sum(returning_customers) AS returning_customers, sum(resurrecting_customers) AS resurrecting_customers, sum(dormant_customers) AS dormant_customers, min(period), max(period)
FROM (SELECT ledger_agg(n, make_date(1 + 3000 * n, 1, 1)) || ledger_agg(n, make_date(2 + 3000 * n, 12, 31)) AS ledger FROM generate_series(0, 1) AS n) AS apart, lifecycle(ledger, '1 year');

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT * FROM lifecycle('empty', '0 days')$$,
    $$SELECT * FROM lifecycle('empty', '1 month', '2024-02-01', '2024-01-01')$$,
    $$SELECT * FROM lifecycle('empty', '1 month', '-infinity')$$,
    $$SELECT * FROM lifecycle('empty', '1 day', '0001-01-01', '9999-12-31')$$);
DROP SCHEMA shop CASCADE;
