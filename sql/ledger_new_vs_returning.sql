-- New and returning customers of a ledger, and what they spend.
\getenv srcdir PG_ABS_SRCDIR
\set shop :srcdir '/sql/shop/ledger.sql'
\set ECHO none
\i :shop
\set ECHO all
\pset format unaligned

-- A and B buy in January, A again in the same month, and both sides of the month's end; C buys in February and sends a part back in March; E's
-- refund is of an order that the ledger does not have
CREATE TEMP TABLE example AS SELECT ledger_agg(customer, day::date, amount) AS ledger
FROM (VALUES ('A', '2024-01-05', 100.00), ('A', '2024-01-20', 40), ('A', '2024-02-03', 60), ('B', '2024-01-31', 250), ('B', '2024-02-11', -250), ('B', '2024-03-01', 10),
             ('C', '2024-02-01', 80), ('C', '2024-03-15', -30), ('E', '2024-03-20', -7)) AS orders (customer, day, amount);
SELECT period, customers, new_customers AS new, returning_customers AS returning, new_revenue, returning_revenue, round(returning_customer_rate_pct, 2) AS rate_pct FROM example, new_vs_returning(ledger);
-- what came before the first period counts; a period without orders has no rate
SELECT report.* FROM example, new_vs_returning(ledger, '1 month', '2024-03-02', '2024-04-30') AS report;
-- a free order is an order; a refund before the first order is money of a new customer
SELECT report.* FROM (SELECT ledger_agg(7, day::date, amount) AS ledger FROM (VALUES ('2024-01-10', -4), ('2024-02-10', 0), ('2024-02-11', -1), ('2024-04-30', -2)) AS v (day, amount)) AS one, new_vs_returning(ledger) AS report;

-- against plain SQL
CREATE FUNCTION shop.new_vs_returning(shop text, step interval, from_day date, to_day date)
RETURNS TABLE (period date, customers bigint, new_customers bigint, returning_customers bigint, new_revenue numeric, returning_revenue numeric, rate numeric, repeat bigint) STABLE LANGUAGE sql AS $$
    WITH first AS (SELECT customer, min(day) AS day FROM shop.sales AS s WHERE s.shop = $1 AND coalesce(amount, 0) >= 0 GROUP BY customer),
         each AS (SELECT p.start, s.customer, coalesce(f.day < p.start, false) AS old, count(*) FILTER (WHERE coalesce(amount, 0) >= 0) AS orders, sum(amount) AS net
                  FROM shop.sales AS s JOIN shop.calendar AS p ON p.step = $2 AND s.day >= p.start AND s.day < p.stop LEFT JOIN first AS f USING (customer) WHERE s.shop = $1 GROUP BY 1, 2, 3)
    SELECT p.start, count(customer) FILTER (WHERE orders > 0), count(customer) FILTER (WHERE orders > 0 AND NOT old), count(customer) FILTER (WHERE orders > 0 AND old),
           CASE $1 WHEN 'amounts' THEN coalesce(sum(net) FILTER (WHERE NOT old), 0.00) END, CASE $1 WHEN 'amounts' THEN coalesce(sum(net) FILTER (WHERE old), 0.00) END,
           trim_scale(100.0 * count(customer) FILTER (WHERE orders > 0 AND old OR orders > 1) / nullif(count(customer) FILTER (WHERE orders > 0), 0)), count(customer) FILTER (WHERE orders > 1)
    FROM shop.calendar AS p LEFT JOIN each USING (start)
    WHERE p.step = $2 AND stop > coalesce($3, shop.first_day($1)) AND start < coalesce($4, shop.last_day($1) + 1) AND coalesce($3, shop.first_day($1)) < coalesce($4, shop.last_day($1) + 1) GROUP BY p.start ORDER BY p.start
$$;
SELECT step, count(*) AS cases, same FROM (SELECT step, shop.same(
    format('SELECT report.* FROM shop.ledgers, new_vs_returning(ledger, %L, %L, %L) AS report WHERE keys = %L', step, from_day, to_day, keys),
    format('SELECT * FROM shop.new_vs_returning(%L, %L, %L, %L)', shop, step, from_day, to_day)) AS same
    FROM shop.ledgers, (SELECT DISTINCT step FROM shop.calendar) AS s,
        (VALUES (NULL::date, NULL::date), ('2020-03-10', NULL), ('2020-02-29', '2020-12-31'), ('2019-01-01', '2019-12-01'), ('2020-05-05', '2020-05-05'), ('2021-02-01', '2022-03-01')) AS v (from_day, to_day)) AS compared
GROUP BY step, same ORDER BY step, same;

-- what holds in every row: both kinds together are all customers and all revenue, and those of lifecycle; every customer is new once
SELECT step, count(*) > 0 AS any, count(*) FILTER (WHERE customers <> r.new_customers + r.returning_customers OR r.new_customers <> l.new_customers OR r.returning_customers <> l.returning_customers + l.resurrecting_customers) AS broken,
       count(*) FILTER (WHERE new_revenue + returning_revenue <> coalesce(net, 0)) AS lost, sum(r.new_customers) = (SELECT count(DISTINCT customer) FROM shop.ordered('amounts', '1 day')) AS all_new,
       count(*) FILTER (WHERE NOT (returning_customer_rate_pct BETWEEN 0 AND 100 AND returning_customer_rate_pct >= 100.0 * r.returning_customers / nullif(customers, 0))) AS outside
FROM shop.ledgers, (SELECT DISTINCT step FROM shop.calendar) AS s, new_vs_returning(ledger, step) AS r JOIN LATERAL lifecycle(ledger, step) AS l USING (period)
    LEFT JOIN LATERAL (SELECT sum(amount) AS net FROM shop.sales JOIN shop.calendar AS c ON c.step = s.step AND day >= start AND day < stop WHERE start = period AND shop = 'amounts') AS n ON true
WHERE keys = 'bigint' GROUP BY step ORDER BY step;
-- shards add up
SELECT shop.same($$SELECT period, sum(customers) AS customers, sum(new_customers) AS new_customers, sum(returning_customers) AS returning_customers, sum(new_revenue) AS new_revenue, sum(returning_revenue) AS returning_revenue
        FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts' GROUP BY ledger_shard(customer, 7)) AS shards,
            new_vs_returning(ledger, '1 week', '2019-11-15', '2021-02-18') GROUP BY period ORDER BY period$$,
    $$SELECT period, customers, new_customers, returning_customers, new_revenue, returning_revenue FROM shop.ledgers, new_vs_returning(ledger, '1 week', '2019-11-15', '2021-02-18') WHERE keys = 'bigint'$$) AS shards;
-- a ledger that is being built
SELECT shop.same($$SELECT report.* FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts') AS base, new_vs_returning(ledger) AS report$$,
    $$SELECT report.* FROM shop.ledgers, new_vs_returning(ledger) AS report WHERE keys = 'bigint'$$) AS being_built;

-- edges
SELECT * FROM new_vs_returning('empty');
SELECT * FROM new_vs_returning('empty', '1 month', '2024-01-15', '2024-02-15');
SELECT * FROM new_vs_returning(NULL);
SELECT * FROM example, new_vs_returning(ledger, NULL);
-- sums pass 64 bits; two customers, three thousand years apart
SELECT report.* FROM (SELECT ledger_agg(n, date '2024-01-31', 922337203685477.5807) AS ledger FROM generate_series(1, 2000) AS n) AS large, new_vs_returning(ledger) AS report;
SELECT count(*), sum(new_customers) AS new, sum(returning_customers) AS returning FROM (SELECT ledger_agg(n, make_date(1 + 3000 * n, 1, 1)) || ledger_agg(n, make_date(2 + 3000 * n, 12, 31)) AS ledger FROM generate_series(0, 1) AS n) AS apart, new_vs_returning(ledger, '1 year');

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT * FROM new_vs_returning('empty', '1 hour')$$,
    $$SELECT * FROM new_vs_returning('empty', '1 month', '2024-02-01', '2024-01-01')$$,
    $$SELECT * FROM new_vs_returning('empty', '1 month', '-infinity')$$,
    $$SELECT * FROM new_vs_returning('empty', '1 day', '0001-01-01', '9999-12-31')$$);
DROP SCHEMA shop CASCADE;
