-- Reports with a row per customer: customers, rfm_summary, segment_migration, rfm_segment.
\pset format unaligned
\pset null NULL
-- ledger D1: customer A bought 100, 40, 60; B 250 and sent it back; C 80 and 120, with 30 refunded
CREATE TEMP TABLE d1 (customer text, day date, amount numeric(12,2));
INSERT INTO d1 VALUES ('A', '2024-01-05', 100), ('A', '2024-01-20', 40), ('A', '2024-02-03', 60), ('B', '2024-01-10', 250),
                      ('C', '2024-02-01', 80), ('C', '2024-03-01', 120), ('B', '2024-02-11', -250), ('C', '2024-02-15', -30);
CREATE TEMP TABLE example AS SELECT ledger_agg(customer, day, amount) AS l, ledger_agg(customer, day) FILTER (WHERE amount >= 0) AS visits FROM d1;
SELECT report.* FROM example, customers(l, NULL::text) AS report;
SELECT report.* FROM example, customers(l, NULL::text, as_of => '2024-02-11') AS report;
SELECT report.* FROM example, customers(visits, NULL::text) AS report;
SELECT report.* FROM example, rfm_summary(l, NULL::text) AS report;
SELECT report.* FROM example, rfm_summary(l, NULL::text, '2024-04-01', unit => '1 week') AS report;
SELECT report.* FROM example, rfm_summary(visits, NULL::text, '2024-04-01') AS report;
-- days since the last order, orders, net revenue as of 2024-04-01: A 58, 3, 200; C 31, 2, 170
SELECT customer, date '2024-04-01' - last_order AS days, orders, revenue FROM example, customers(l, NULL::text, '2024-04-01') WHERE customer <> 'B';
-- ledger D3: who was there in which month
SELECT report.* FROM (SELECT ledger_agg(customer, day) FROM (VALUES ('A', date '2024-01-03'), ('A', '2024-02-03'), ('A', '2024-03-03'), ('B', '2024-01-09'), ('B', '2024-03-09'),
    ('C', '2024-01-12'), ('D', '2024-02-20'), ('D', '2024-03-20')) AS d3 (customer, day)) AS d3 (l), customers(l, NULL::text, '2024-04-01') AS report;

-- all rows of a day are one purchase; a day of refunds only is none, and a refund on it is in no purchase's spend
SELECT report.* FROM (SELECT ledger_agg(7, day, amount) FROM (VALUES (date '2024-02-28', 10.0), ('2024-02-29', 5), ('2024-02-29', 7), ('2024-02-29', -2), ('2024-03-01', -4),
    ('2024-03-02', 0), ('2024-03-03', 20)) AS rows (day, amount)) AS s (l), rfm_summary(l, NULL::bigint, '2024-03-09', '2 days') AS report;

-- shops: 1 small with many ties, 2 larger with refunds and a gap, 3 across 2000 with three decimal places, 4 single orders, 5 one row
CREATE TEMP TABLE shop AS
SELECT shop, matrix.random(id, shop * 10 + 1, customers) - customers / 3 AS customer, start + (day + CASE WHEN day > 100 AND shop = 2 THEN 95 ELSE 0 END)::int AS day,
       CASE WHEN kind < 12 OR customers > 9 AND matrix.random(id, shop * 10 + 1, customers) % 13 = 5 THEN -amount ELSE amount END AS amount
FROM (VALUES (1, 30, 200, date '2024-02-20', 40, 4, 5.0), (2, 260, 3000, '2023-11-20', 400, 100000, 0.01), (3, 90, 700, '1999-11-15', 500, 50, 0.125), (4, 400, 120, '2024-12-20', 30, 9, 1), (5, 1, 1, '2024-02-29', 1, 2, 1))
         AS shops (shop, customers, rows, start, days, amounts, unit),
    generate_series(1, rows) AS id, matrix.random(id, shop * 10 + 2, days) AS day, matrix.random(id, shop * 10 + 3, 100) AS kind,
    LATERAL (SELECT matrix.random(id, shop * 10 + 4, amounts) * unit AS amount) AS priced;
CREATE FUNCTION pg_temp.id_of(customer bigint) RETURNS uuid LANGUAGE sql RETURN md5(customer::text)::uuid;
CREATE TEMP TABLE ledgers AS
SELECT shop, ledger_agg(customer, day, amount) AS l, ledger_agg(customer, day) AS visits, ledger_agg(pg_temp.id_of(customer), day, amount) AS by_uuid,
       ledger_agg('c' || customer, day, amount) AS by_text FROM shop GROUP BY shop;
CREATE TEMP TABLE as_of AS
SELECT DISTINCT shop, day AS as_of FROM (SELECT shop, min(day) AS first, max(day) AS last FROM shop GROUP BY shop) AS s,
    unnest(ARRAY[NULL, first - 1, first, first + (last - first) / 3, date '2024-02-29', first + (last - first) * 2 / 3, last, last + 45]) AS day;
SELECT count(*) AS rows, count(DISTINCT (shop, customer)) AS customers, count(*) FILTER (WHERE amount < 0) AS refunds, count(*) FILTER (WHERE amount = 0) AS free FROM shop;

-- each query counts what one side has and the other has not
CREATE TEMP VIEW customers_twin AS
SELECT shop, as_of, customer, count(*) FILTER (WHERE amount >= 0) AS orders, sum(amount) AS revenue, coalesce(sum(amount) FILTER (WHERE amount >= 0), 0) AS gross_revenue,
       coalesce(sum(amount) FILTER (WHERE amount < 0), 0) AS refunds, min(day) FILTER (WHERE amount >= 0) AS first_order, max(day) FILTER (WHERE amount >= 0) AS last_order,
       count(DISTINCT day) FILTER (WHERE amount >= 0) AS active_days, sum(amount) / nullif(count(*) FILTER (WHERE amount >= 0), 0) AS avg_check
FROM shop JOIN as_of USING (shop) WHERE as_of IS NULL OR day <= as_of GROUP BY shop, as_of, customer;
CREATE TEMP VIEW customers_report AS SELECT shop, as_of, report.* FROM ledgers JOIN as_of USING (shop), customers(l, NULL::bigint, as_of) AS report;
SELECT (SELECT count(*) FROM customers_report) AS rows, count(*) AS different FROM (
    (TABLE customers_report EXCEPT ALL TABLE customers_twin) UNION ALL (TABLE customers_twin EXCEPT ALL TABLE customers_report)) AS d;
SELECT count(*) FILTER (WHERE revenue <> gross_revenue + refunds OR refunds > 0 OR orders < active_days OR (orders = 0) <> (first_order IS NULL) OR (orders = 0) <> (avg_check IS NULL)) AS broken,
       count(*) FILTER (WHERE orders = 0) > 0 AS refunds_only FROM customers_report;
-- without amounts, every row is an order
SELECT count(*) AS different FROM (
    (SELECT shop, as_of, r.* FROM ledgers JOIN as_of USING (shop), customers(visits, NULL::bigint, as_of) AS r
     EXCEPT ALL SELECT shop, as_of, customer, count(*), NULL, NULL, NULL, min(day), max(day), count(DISTINCT day), NULL FROM shop JOIN as_of USING (shop) WHERE as_of IS NULL OR day <= as_of GROUP BY 1, 2, 3)
    UNION ALL
    (SELECT shop, as_of, customer, count(*), NULL, NULL, NULL, min(day), max(day), count(DISTINCT day), NULL FROM shop JOIN as_of USING (shop) WHERE as_of IS NULL OR day <= as_of GROUP BY 1, 2, 3
     EXCEPT ALL SELECT shop, as_of, r.* FROM ledgers JOIN as_of USING (shop), customers(visits, NULL::bigint, as_of) AS r)) AS d;
-- other keys: the same figures, in the order of the key
SELECT count(*) AS rows, count(*) FILTER (WHERE u.customer IS DISTINCT FROM pg_temp.id_of(b.customer) OR (u.orders, u.revenue, u.refunds, u.last_order, u.avg_check) IS DISTINCT FROM (b.orders, b.revenue, b.refunds, b.last_order, b.avg_check)) AS uuid_different,
       count(*) FILTER (WHERE t.customer IS DISTINCT FROM 'c' || b.customer OR (t.orders, t.revenue, t.refunds, t.last_order, t.avg_check) IS DISTINCT FROM (b.orders, b.revenue, b.refunds, b.last_order, b.avg_check)) AS text_different
FROM ledgers, customers(l, NULL::bigint) AS b, customers(by_uuid, NULL::uuid) AS u, customers(by_text, NULL::text) AS t WHERE u.customer = pg_temp.id_of(b.customer) AND t.customer = 'c' || b.customer;
SELECT count(*) AS rows, count(*) FILTER (WHERE place <> expected) AS out_of_order FROM (
    SELECT r.ordinality AS place, rank() OVER (PARTITION BY shop ORDER BY customer) AS expected FROM ledgers, customers(l, NULL::bigint) WITH ORDINALITY AS r
    UNION ALL SELECT r.ordinality, rank() OVER (PARTITION BY shop ORDER BY customer) FROM ledgers, customers(by_uuid, NULL::uuid) WITH ORDINALITY AS r
    UNION ALL SELECT r.ordinality, rank() OVER (PARTITION BY shop ORDER BY customer COLLATE "C") FROM ledgers, customers(by_text, NULL::text) WITH ORDINALITY AS r
    UNION ALL SELECT r.ordinality, rank() OVER (PARTITION BY shop ORDER BY customer COLLATE "C") FROM ledgers, rfm_summary(by_text, NULL::text) WITH ORDINALITY AS r) AS s;

-- refunds are taken off their orders first
CREATE TEMP TABLE settled_shop AS
SELECT shop, as_of, t.* FROM as_of, matrix.settled(format('SELECT customer::text, day, amount, NULL::bigint FROM shop WHERE shop = %s AND day <= %L', shop, coalesce(as_of, 'infinity'))) AS t;
CREATE TEMP TABLE unit AS SELECT unit::interval, days FROM (VALUES ('1 day', 1), ('1 week', 7), ('30 days', 30)) AS u (unit, days);
CREATE TEMP VIEW summary_twin AS
SELECT shop, as_of, unit, customer, count(*) - 1 AS frequency, (max(day) - min(day))::double precision / min(days) AS recency,
       (coalesce(as_of, last_day) - min(day))::double precision / min(days) AS age, coalesce(avg(spend) FILTER (WHERE day > first_day), 0) AS monetary_value
FROM (SELECT shop, as_of, customer::bigint, day, sum(amount) AS spend, min(day) OVER (PARTITION BY shop, as_of, customer) AS first_day, last_day
      FROM settled_shop JOIN (SELECT shop, max(day) AS last_day FROM shop GROUP BY shop) AS l USING (shop)
      GROUP BY shop, as_of, customer, day, last_day HAVING max(amount) >= 0) AS purchases, unit
GROUP BY shop, as_of, unit, customer, last_day;
CREATE TEMP VIEW summary_report AS SELECT shop, as_of, unit, report.* FROM ledgers JOIN as_of USING (shop), unit, rfm_summary(l, NULL::bigint, as_of, unit) AS report;
SELECT (SELECT count(*) FROM summary_report) AS rows, count(*) AS different FROM (
    (TABLE summary_report EXCEPT ALL TABLE summary_twin) UNION ALL (TABLE summary_twin EXCEPT ALL TABLE summary_report)) AS d;
SELECT count(*) FILTER (WHERE recency < 0 OR recency > age OR (frequency = 0) <> (recency = 0) OR frequency = 0 AND monetary_value <> 0) AS broken FROM summary_report;
SELECT count(*) AS rows, count(*) FILTER (WHERE (r.frequency, r.recency, r.age) IS DISTINCT FROM (c.active_days - 1, c.last_order - c.first_order, last_day(visits) - c.first_order) OR r.monetary_value IS NOT NULL) AS different
FROM ledgers, rfm_summary(visits, NULL::bigint) AS r JOIN LATERAL customers(visits, NULL::bigint) AS c USING (customer);
SELECT count(*) AS rows, count(*) FILTER (WHERE (u.frequency, u.recency, u.age, u.monetary_value) IS DISTINCT FROM (b.frequency, b.recency, b.age, b.monetary_value)
                                             OR (t.frequency, t.recency, t.age, t.monetary_value) IS DISTINCT FROM (b.frequency, b.recency, b.age, b.monetary_value)) AS different
FROM ledgers, rfm_summary(l, NULL::bigint) AS b, rfm_summary(by_uuid, NULL::uuid) AS u, rfm_summary(by_text, NULL::text) AS t WHERE u.customer = pg_temp.id_of(b.customer) AND t.customer = 'c' || b.customer;

-- segments: the map of r against the mean of f and m, halves up, written out once more
CREATE TEMP TABLE map (r int, f_m int, segment text);
INSERT INTO map VALUES (5, 5, 'Champions'), (5, 4, 'Champions'), (4, 5, 'Loyal'), (4, 4, 'Loyal'), (3, 5, 'Loyal'), (3, 4, 'Loyal'),
    (5, 3, 'Potential Loyalists'), (5, 2, 'Potential Loyalists'), (4, 3, 'Potential Loyalists'), (4, 2, 'Potential Loyalists'), (5, 1, 'New Customers'), (4, 1, 'Promising'),
    (3, 3, 'Need Attention'), (3, 2, 'About To Sleep'), (3, 1, 'About To Sleep'), (2, 5, 'Cannot Lose Them'), (1, 5, 'Cannot Lose Them'),
    (2, 4, 'At Risk'), (2, 3, 'At Risk'), (1, 4, 'At Risk'), (1, 3, 'At Risk'), (2, 2, 'Hibernating'), (2, 1, 'Hibernating'), (1, 2, 'Hibernating'), (1, 1, 'Hibernating');
SELECT count(*) AS scores, count(*) FILTER (WHERE rfm_segment(r, f, m) = segment) AS equal, count(DISTINCT rfm_segment(r, f, m)) AS segments
FROM generate_series(1, 5) AS f, generate_series(1, 5) AS m, map WHERE f_m = ceil((f + m) / 2.0);
SELECT rfm_segment(5, 5, 4) AS best, rfm_segment(5, 1, 1) AS new, rfm_segment(1, 5, 5) AS lost, rfm_segment(NULL, 1, 1) AS unknown;

SELECT report.* FROM example, segment_migration(l, '2024-01-20', '2024-04-01') AS report;
-- scores are those of rfm_score; other bins than 5 are spread evenly over 1 to 5, the lowest 1 and the highest 5
CREATE FUNCTION pg_temp.five(m bigint, lowest bigint, highest bigint, bins int) RETURNS numeric LANGUAGE sql AS $$
    SELECT 1 + round(4.0 * (CASE WHEN lowest = highest THEN ceil((bins + 1) / 2.0) ELSE least(bins, 1 + floor(bins * (m - lowest) / (highest - lowest)::numeric)) END - 1) / (bins - 1)) $$;
CREATE FUNCTION pg_temp.segments(shop_ int, as_of date, bins int, has_amounts boolean) RETURNS TABLE (customer bigint, segment text) LANGUAGE sql AS $$
    WITH bought AS (SELECT customer, max(day) FILTER (WHERE amount >= 0 OR NOT has_amounts) AS last, count(*) FILTER (WHERE amount >= 0 OR NOT has_amounts) AS orders, sum(amount) AS net
                    FROM shop WHERE shop = shop_ AND day <= as_of GROUP BY customer HAVING bool_or(amount >= 0 OR NOT has_amounts)),
         ranked AS (SELECT customer, rank() OVER (ORDER BY last) - rank() OVER (ORDER BY last DESC) AS r, rank() OVER (ORDER BY orders) - rank() OVER (ORDER BY orders DESC) AS f,
                           rank() OVER (ORDER BY net) - rank() OVER (ORDER BY net DESC) AS by_net FROM bought),  -- differences are twice the mean rank, less n + 1
         scored AS (SELECT customer, pg_temp.five(r, min(r) OVER (), max(r) OVER (), bins) AS r, pg_temp.five(f, min(f) OVER (), max(f) OVER (), bins) AS f,
                           CASE WHEN has_amounts THEN pg_temp.five(by_net, min(by_net) OVER (), max(by_net) OVER (), bins) ELSE pg_temp.five(f, min(f) OVER (), max(f) OVER (), bins) END AS m FROM ranked)
    SELECT customer, segment FROM scored JOIN map ON map.r = scored.r AND f_m = ceil((f + m) / 2) $$;
CREATE TEMP TABLE span AS SELECT shop, a.as_of AS from_day, b.as_of AS to_day, bins FROM as_of AS a JOIN as_of AS b USING (shop), unnest(ARRAY[5, 2, 3, 4, 9, 10, 100]) AS bins WHERE a.as_of <= b.as_of AND (shop <> 2 OR bins IN (5, 10));
CREATE TEMP VIEW migration_report AS
SELECT shop, from_day, to_day, bins, has_amounts, report.* FROM ledgers JOIN span USING (shop), unnest(ARRAY[true, false]) AS has_amounts,
    segment_migration(CASE WHEN has_amounts THEN l ELSE visits END, from_day, to_day, bins) AS report;
CREATE TEMP TABLE migration_twin AS
SELECT shop, from_day, to_day, bins, has_amounts, before.segment AS from_segment, after.segment AS to_segment, count(*) AS customers
FROM span, unnest(ARRAY[true, false]) AS has_amounts, LATERAL (
    SELECT * FROM pg_temp.segments(shop, to_day, bins, has_amounts)) AS after (customer, segment) LEFT JOIN LATERAL (
    SELECT * FROM pg_temp.segments(shop, from_day, bins, has_amounts)) AS before (customer, segment) USING (customer)
GROUP BY 1, 2, 3, 4, 5, 6, 7;
SELECT (SELECT count(*) FROM migration_twin) AS rows, count(*) AS different FROM (
    (TABLE migration_report EXCEPT ALL TABLE migration_twin) UNION ALL (TABLE migration_twin EXCEPT ALL TABLE migration_report)) AS d;
-- the same day twice: nobody moves
SELECT count(*) AS stay, count(*) FILTER (WHERE from_segment IS DISTINCT FROM to_segment) AS move FROM migration_report WHERE from_day = to_day;
-- from the best segment down, those without an order last
SELECT array_agg(from_segment ORDER BY ordinality) AS from_segments FROM (SELECT from_segment, min(ordinality) AS ordinality FROM ledgers, segment_migration(l, '2024-03-01', '2024-12-31') WITH ORDINALITY WHERE shop = 2 GROUP BY from_segment) AS s;

-- edges: no rows, NULL, before the first row, money past bigint
SELECT count(*) AS none FROM customers('empty', NULL::bigint) FULL JOIN customers('empty', NULL::text) AS t ON false FULL JOIN rfm_summary('empty', NULL::uuid) AS u ON false FULL JOIN segment_migration('empty', '2024-01-01', '2024-02-01') AS m ON false;
SELECT count(*) AS none FROM customers(NULL, NULL::bigint);
SELECT count(*) AS none FROM example, customers(l, NULL::text, '2024-01-04');
SELECT count(*) AS none FROM example, rfm_summary(l, NULL::text, unit => NULL);
SELECT count(*) AS none FROM example, segment_migration(l, NULL, '2024-01-04');
SELECT count(*) AS none FROM example, segment_migration(l, '2024-01-01', '2024-01-04');
SELECT report.* FROM (SELECT ledger_agg(1, date '2024-01-01' + i, 900000000000000.25) FROM generate_series(1, 2000) AS i) AS s (l), customers(l, NULL::bigint) AS report;
SELECT report.* FROM (SELECT ledger_agg('', date '2024-02-29', -1)) AS s (l), customers(l) AS report;
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT * FROM example, customers(l, NULL::bigint)$$,
    $$SELECT * FROM example, customers(l, 5)$$,
    $$SELECT * FROM example, customers(l, '2024-02-11')$$,
    $$SELECT * FROM ledgers, customers(by_uuid, NULL)$$,
    $$SELECT * FROM ledgers, rfm_summary(l, NULL::uuid)$$,
    $$SELECT * FROM example, customers(l, NULL::text, 'infinity')$$,
    $$SELECT * FROM example, rfm_summary(l, NULL::text, '-infinity')$$,
    $$SELECT * FROM example, rfm_summary(l, NULL::text, unit => '1 month')$$,
    $$SELECT * FROM example, rfm_summary(l, NULL::text, unit => '0 days')$$,
    $$SELECT * FROM example, rfm_summary(l, NULL::text, unit => '1 hour')$$,
    $$SELECT * FROM example, segment_migration(l, '2024-02-01', '2024-01-01')$$,
    $$SELECT * FROM example, segment_migration(l, '2024-01-01', '2024-02-01', 1)$$,
    $$SELECT * FROM example, segment_migration(l, '2024-01-01', '2024-02-01', 1001)$$,
    $$SELECT * FROM example, segment_migration(l, '-infinity', '2024-02-01')$$,
    $$SELECT rfm_segment(0, 1, 1)$$,
    $$SELECT rfm_segment(1, 6, 1)$$,
    $$SELECT rfm_segment(1, 1, -5)$$);
