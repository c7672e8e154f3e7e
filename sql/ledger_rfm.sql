-- What a ledger holds, and RFM of its customers in one report.
\getenv srcdir PG_ABS_SRCDIR
\set shop :srcdir '/sql/shop/ledger.sql'
\set ECHO none
\i :shop
\set ECHO all
\pset format unaligned
\pset null NULL

-- describe
CREATE TEMP TABLE d1 AS SELECT ledger_agg(customer, day::date, amount) AS ledger, ledger_agg(customer, day::date) AS visits
FROM (VALUES ('A', '2024-01-05', 100.00), ('A', '2024-01-20', 40), ('A', '2024-02-03', 60), ('B', '2024-01-10', 250), ('C', '2024-02-01', 80), ('C', '2024-03-01', 120), ('B', '2024-02-11', -250), ('C', '2024-02-15', -30)) AS orders (customer, day, amount);
SELECT row_count, customers, orders, refund_rows, first_day, last_day, gross_revenue, refunds, net_revenue, currency, customer_type, order_id_type, stored_bytes = pg_column_size(ledger) AS size FROM d1, describe(ledger);
SELECT row_count, customers, orders, refund_rows, first_day, last_day, gross_revenue, refunds, net_revenue, currency, customer_type, order_id_type, stored_bytes = pg_column_size(visits) AS size FROM d1, describe(visits);
SELECT row_count, customers, orders, refund_rows, first_day, last_day, gross_revenue, refunds, net_revenue, currency, customer_type, order_id_type, stored_bytes > 0 AS size FROM describe('empty');
SELECT count(*) AS null FROM describe(NULL);
-- a currency and order ids, where there are any
SELECT d.currency, d.customer_type, d.order_id_type, d.orders FROM (SELECT ledger_agg(n, date '2024-01-01', 5.0, 100 + n / 2, 'EUR') AS ledger FROM generate_series(1, 5) AS n) AS base, describe(ledger) AS d;
-- against plain SQL, and the same while it is being built
SELECT keys, (row_count, customers, orders, refund_rows, d.first_day, d.last_day, gross_revenue, refunds, net_revenue) IS NOT DISTINCT FROM (n, c, o, n - o, f, l, gross, back, gross + back) AS same, customer_type, stored_bytes = pg_column_size(ledger) AS size
FROM shop.ledgers, describe(ledger) AS d, LATERAL (SELECT count(*) AS n, count(DISTINCT customer) AS c, count(*) FILTER (WHERE coalesce(amount, 0) >= 0) AS o, min(day) AS f, max(day) AS l, sum(amount) FILTER (WHERE amount >= 0) AS gross,
    sum(amount) FILTER (WHERE amount < 0) AS back FROM shop.sales AS s WHERE s.shop = ledgers.shop) AS t ORDER BY keys;
SELECT shop.same($$SELECT d.* FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts') AS base, describe(ledger) AS d$$,
    $$SELECT d.* FROM (SELECT ledger || 'empty' AS ledger FROM shop.ledgers WHERE keys = 'bigint' OFFSET 0) AS base, describe(ledger) AS d$$) AS being_built;

-- rfm
SELECT r.* FROM d1, rfm(ledger) AS r;
SELECT r.* FROM d1, rfm(visits, DATE '2024-04-01', 3) AS r;
SELECT r.* FROM d1, rfm(ledger, NULL::text, '2024-01-31', 2) AS r;
-- against plain SQL, by the window function; bins other than 5 are brought to 5 for the segment
CREATE FUNCTION shop.rfm(shop text, as_of date, bins integer) RETURNS TABLE (customer bigint, days bigint, orders bigint, revenue numeric, r integer, f integer, m integer) STABLE LANGUAGE sql AS $$
    SELECT customer, ($2 - last)::bigint, orders, revenue, rfm_score($2 - last, $3, false) OVER (), rfm_score(orders, $3, true) OVER (), CASE WHEN revenue IS NULL THEN rfm_score(orders, $3, true) OVER () ELSE rfm_score(revenue, $3, true) OVER () END
    FROM (SELECT customer, max(day) FILTER (WHERE coalesce(amount, 0) >= 0) AS last, count(*) FILTER (WHERE coalesce(amount, 0) >= 0) AS orders, sum(amount) AS revenue FROM shop.sales AS s WHERE s.shop = $1 AND day <= $2 GROUP BY customer) AS c
    WHERE orders > 0 ORDER BY customer
$$;
SELECT keys, bins, same, count(*) AS cases FROM shop.ledgers, unnest('{2,3,5,10,100}'::integer[]) AS bins, unnest('{2019-11-14,2019-11-16,2020-02-29,2021-02-28,2022-03-31}'::date[]) AS as_of, shop.same(
    format('SELECT customer, days_since_last_order, orders, revenue, r_score, f_score, m_score FROM shop.ledgers, rfm(ledger, NULL::bigint, %L, %s) WHERE keys = %L', as_of, bins, keys),
    format('SELECT * FROM shop.rfm(%L, %L, %s)', shop, as_of, bins)) AS same WHERE keys IN ('bigint', 'none') GROUP BY keys, bins, same ORDER BY keys, bins, same;
SELECT keys, count(*) AS customers, count(*) FILTER (WHERE segment = rfm_segment(r_score, f_score, m_score)) AS same FROM shop.ledgers, rfm(ledger) GROUP BY keys ORDER BY keys;
-- as segment_migration counts them
SELECT keys, bins, shop.same(
    format('SELECT segment, count(*) FROM shop.ledgers, rfm(ledger, DATE ''2020-09-30'', %s) WHERE keys = %L GROUP BY segment ORDER BY segment', bins, keys),
    format('SELECT to_segment, sum(customers) FROM shop.ledgers, segment_migration(ledger, ''2020-06-30'', ''2020-09-30'', %s) WHERE keys = %L GROUP BY to_segment ORDER BY to_segment', bins, keys)) AS migration
FROM shop.ledgers, unnest('{2,5,7}'::integer[]) AS bins ORDER BY keys, bins;
-- customers are text without a key, and of their type with one
SELECT keys, shop.same(format('SELECT r.* FROM shop.ledgers, rfm(ledger, NULL::%s) AS r WHERE keys = %L', keys, keys), format('SELECT r.* FROM shop.ledgers, rfm(ledger) AS r WHERE keys = %L', keys)) AS with_key
FROM shop.ledgers WHERE keys <> 'none' ORDER BY keys;

-- edges
SELECT * FROM rfm('empty');
SELECT count(*) AS null FROM rfm(NULL);
SELECT count(*) AS null FROM d1, rfm(ledger, bins => NULL);
SELECT count(*) AS before FROM d1, rfm(ledger, as_of => '2024-01-04');
SELECT count(*) AS refunds_only FROM (SELECT ledger_agg(7, date '2024-02-28', -1) AS ledger) AS one, rfm(ledger);
SELECT r.* FROM (SELECT ledger_agg(7, date '2024-02-28', 12.5) AS ledger) AS one, rfm(ledger) AS r;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT * FROM rfm('empty', bins => 1)$$,
    $$SELECT * FROM rfm('empty', bins => 1001)$$,
    $$SELECT * FROM rfm('empty', as_of => 'infinity')$$,
    $$SELECT * FROM d1, rfm(ledger, '2024-12-31')$$,
    $$SELECT * FROM d1, rfm(ledger, NULL::bigint)$$);
DROP SCHEMA shop CASCADE;
