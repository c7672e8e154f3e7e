-- Ledgers of order lines, and settlement: what is left of orders after refunds.
\pset format unaligned
\pset null NULL
-- an order paid in two rows, and a part of it refunded
CREATE TEMP TABLE paid AS SELECT * FROM (VALUES (1, date '2021-06-01', 49.99, 1), (1, '2021-06-01', 20, 1), (1, '2021-06-03', -10, 1)) AS rows (customer, day, amount, order_id);
SELECT rows_count(l), round(repeat_purchase_rate(l), 2) AS repeat_pct, avg_check(l), gross_revenue, l FROM (SELECT ledger_agg(customer, day, amount, order_id) AS l FROM paid) AS base, customers(l);
SELECT rows_count(l), round(repeat_purchase_rate(l), 2) AS repeat_pct, avg_check(l) FROM (SELECT ledger_agg(customer, day, amount) AS l FROM paid) AS lines;
-- lines of other customers, days and signs are other rows, and so is each line without an id
SELECT ledger_agg(customer, day, amount, order_id) FROM (VALUES (1, date '2024-01-01', 1, 7), (2, '2024-01-01', 2, 7), (1, '2024-01-02', 4, 7), (1, '2024-01-02', -8, 7), (1, '2024-01-02', 16, 7), (1, '2024-01-02', 32, NULL), (1, '2024-01-02', 32, NULL), (1, '2024-01-02', 0, 8)) AS rows (customer, day, amount, order_id);
-- a timestamp is on its own day, whatever the session's time zone
SELECT ledger_agg(1, timestamp '2024-01-01 23:59:59', 1, 5), ledger_agg(1, timestamp '2024-01-01 23:59:59', 1, 5, 'EUR') FROM (SELECT set_config('TimeZone', 'Asia/Tokyo', true)) AS z;
-- kinds of ids: a uuid and a text are 64 bits of their hash, which must not change
SELECT ledger_agg(1, date '2024-01-01', 1, 'a'::text), ledger_agg(1, date '2024-01-01', 1, '00000000-0000-0000-0000-000000000001'::uuid);
SELECT ledger_agg(1, timestamptz '2024-01-01 23:30Z', 1, 5, 'Europe/Berlin'), ledger_agg('x'::text, date '2024-01-01', 1.5, 5, 'EUR'), ledger_agg(1, timestamptz '2024-01-01 23:30Z', 1, 'a'::text, 'UTC', 'EUR');
-- the text form, the binary form and the stored form hold all
CREATE TEMP TABLE forms AS SELECT ledger_agg(1, date '2024-01-01', i % 3, CASE WHEN i % 4 > 0 THEN i END, 'EUR') AS l FROM generate_series(1, 20) AS i;
SELECT l::text::customer_ledger::text = l::text AS text, record_image_eq(ROW(l::text::customer_ledger), ROW(l)) AS same_bytes, l FROM forms;

-- settlement: a first order that was sent back
SELECT report.* FROM (SELECT settled(ledger_agg(1, day, amount)) FROM (VALUES (date '2024-06-01', 9.89), ('2024-06-02', -9.89), ('2024-06-03', 4.94)) AS rows (day, amount)) AS base (l), customers(l) AS report;
-- until the refund is known the order counts; activity reports count it for ever, unless they read what is settled
SELECT settled(l, '2024-01-05') AS before, settled(l) AS after, (SELECT string_agg(cohort::text, ',') FROM cohort_retention(l)) AS cohorts, (SELECT string_agg(cohort::text, ',') FROM cohort_retention(settled(l))) AS settled_cohorts
FROM (SELECT ledger_agg(1, day, amount) FROM (VALUES (date '2024-01-05', 50), ('2024-01-06', -50), ('2024-03-01', 20)) AS rows (day, amount)) AS base (l);
SELECT settled(NULL::customer_ledger), settled('empty'), settled(ledger_agg(1, date '2024-01-01')), settled(ledger_agg(1, date '2024-01-01', -5)), settled(ledger_agg(1, date '2024-01-01', 5), '2023-12-31') FROM (VALUES (1)) AS one;

-- three customers with 21 orders of 60 each, 9 days apart; the second sends each back after three days, the third on the same day
CREATE TEMP TABLE sent_back AS
SELECT customer, date '2024-01-01' + 9 * n AS day, 60 AS amount FROM generate_series(1, 3) AS customer, generate_series(0, 20) AS n
UNION ALL SELECT 2, date '2024-01-04' + 9 * n, -60 FROM generate_series(0, 20) AS n
UNION ALL SELECT 3, date '2024-01-01' + 9 * n, -60 FROM generate_series(0, 20) AS n;
SELECT customer, frequency, monetary_value, round(p_alive::numeric, 3) AS p_alive, round(expected_purchases::numeric, 2) AS expected_purchases, round(clv::numeric, 1) AS clv
FROM (SELECT ledger_agg(customer, day, amount) AS l FROM sent_back) AS base,
     clv_forecast(l, bg_nbd_model(0.25, 4.4, 0.8, 2.4, '1 week'), gamma_gamma_model(6, 4, 30), 26, 0, as_of => '2024-07-07');
SELECT report.* FROM (SELECT ledger_agg(customer, day, amount) AS l FROM sent_back) AS base, rfm_summary(l, as_of => '2024-07-07') AS report;
-- a mean spend of 0 is 0, not that of everybody
SELECT expected_value(gamma_gamma_model(6, 4, 30), 3, 0) AS nothing, expected_value(gamma_gamma_model(6, 4, 30), 0, 0) AS unknown;

-- random shops with refunds against a settlement in SQL, line by line; a third of the refunds names its order, a third another id
CREATE TEMP TABLE lines AS
SELECT shop, customer, day, CASE WHEN kind < 3 THEN -amount ELSE amount END AS amount, CASE WHEN kind = 1 THEN 100000 + id WHEN kind = 2 OR kind = 9 THEN NULL ELSE order_id END AS order_id
FROM (SELECT shop, id, matrix.random(id, shop * 10 + 1, customers) AS customer, date '2024-01-01' + matrix.random(id, shop * 10 + 2, days)::int AS day, matrix.random(id, shop * 10 + 3, 12) AS kind,
             matrix.random(id, shop * 10 + 4, amounts) * 0.25 AS amount, matrix.random(id, shop * 10 + 5, orders) AS order_id
      FROM (VALUES (1, 12, 300, 40, 4, 9), (2, 40, 600, 200, 30, 40), (3, 1, 90, 10, 3, 5), (4, 200, 500, 90, 8, 2)) AS shops (shop, customers, rows, days, amounts, orders), generate_series(1, rows) AS id) AS drawn;
SELECT count(*) AS lines, count(*) FILTER (WHERE amount < 0) AS refunds, count(*) FILTER (WHERE amount = 0) AS free FROM lines;
CREATE TEMP TABLE as_of AS SELECT as_of FROM (VALUES (date '2023-12-31'), ('2024-01-01'), ('2024-01-20'), ('2024-02-15'), ('2024-12-31')) AS days (as_of);
CREATE TEMP TABLE twin AS
SELECT shop, as_of, with_ids, t.* FROM (VALUES (1), (2), (3), (4)) AS shops (shop), as_of, (VALUES (true), (false)) AS kinds (with_ids),
    matrix.settled(format('SELECT customer::text, day, amount, %s FROM lines WHERE shop = %s AND day <= %L', CASE WHEN with_ids THEN 'order_id' ELSE 'NULL::bigint' END, shop, as_of)) AS t;
CREATE TEMP VIEW report AS
SELECT shop, as_of, with_ids, r.customer, r.day, r.amount FROM (
    SELECT shop, true AS with_ids, ledger_agg(customer, day, amount, order_id) AS l FROM lines GROUP BY shop
    UNION ALL SELECT shop, false, ledger_agg(customer, day, amount) FROM lines GROUP BY shop) AS ledgers, as_of, matrix.ledger_rows(settled(l, as_of)) AS r;
SELECT (SELECT count(*) FROM report) AS rows, count(*) AS different FROM (
    (TABLE report EXCEPT ALL SELECT shop, as_of, with_ids, customer, day, amount FROM twin) UNION ALL (SELECT shop, as_of, with_ids, customer, day, amount FROM twin EXCEPT ALL TABLE report)) AS d;
-- money stays, however it is settled
SELECT count(*) AS ledgers, count(*) FILTER (WHERE net_revenue(settled(l)) IS DISTINCT FROM net_revenue(l)) AS different FROM (SELECT ledger_agg(customer, day, amount, order_id) AS l FROM lines GROUP BY shop) AS ledgers;
-- fits read what is settled
SELECT count(*) AS ledgers, count(*) FILTER (WHERE repeat_purchases(l, as_of)::text IS DISTINCT FROM repeat_purchases(settled(l, as_of), as_of)::text) AS different
FROM (SELECT ledger_agg(customer, day, amount, order_id) AS l FROM lines GROUP BY shop) AS ledgers, as_of;
-- stored by day, by customer and at random, it is the same ledger
SELECT count(DISTINCT l::text) AS one_ledger FROM (
    SELECT ledger_agg(customer, day, amount, order_id) FROM lines
    UNION ALL SELECT rollup(l) FROM (SELECT ledger_agg(customer, day, amount, order_id) AS l FROM lines GROUP BY day) AS days
    UNION ALL SELECT rollup(array_agg(l)) FROM (SELECT ledger_agg(customer, day, amount, order_id) AS l FROM lines GROUP BY random() < 0.5) AS halves
    UNION ALL SELECT rollup(s.ledger) FROM (SELECT ledger_agg(customer, day, amount, order_id) AS l FROM lines) AS base, slices(l) AS s
    UNION ALL SELECT rollup(shard(l, 5, n)) FROM (SELECT ledger_agg(customer, day, amount, order_id) AS l FROM lines) AS base, generate_series(0, 4) AS n) AS ledgers (l);
-- reports of orders are those of the grouped table
SELECT count(*) AS different FROM (
    (SELECT shop, r.* FROM (SELECT shop, ledger_agg(customer, day, amount, order_id) AS l FROM lines GROUP BY shop) AS a, customers(l) AS r)
    EXCEPT ALL (SELECT shop, r.* FROM (SELECT shop, ledger_agg(customer, day, amount) AS l FROM (
        SELECT shop, customer, day, sum(amount) AS amount FROM lines GROUP BY shop, customer, day, amount < 0, order_id, CASE WHEN order_id IS NULL THEN lines.ctid END) AS orders GROUP BY shop) AS b, customers(l) AS r)) AS d;

-- the laws
CALL matrix.make('order_lines', $$
    SELECT id::int, matrix.random(id, 1, 3)::int AS part, matrix.random(id, 2, 60) AS b, md5(matrix.random(id, 2, 60)::text)::uuid AS u, 'customer ' || matrix.random(id, 2, 60) AS t,
           CASE WHEN matrix.random(id, 3, 20) > 0 THEN matrix.random(id, 3, 400) END AS order_b, CASE WHEN matrix.random(id, 3, 20) > 0 THEN md5(matrix.random(id, 3, 400)::text)::uuid END AS order_u,
           CASE WHEN matrix.random(id, 3, 20) > 0 THEN 'order ' || matrix.random(id, 3, 400) END AS order_t,
           date '2020-01-01' + matrix.random(id, 5, 20)::int AS ordered, timestamptz '2020-01-01 00:00Z' + matrix.random(id, 6, 20 * 1440) * interval '1 minute' AS at, timestamp '2020-01-01 00:00' + matrix.random(id, 6, 20 * 1440) * interval '1 minute' AS local,
           CASE WHEN matrix.random(id, 8, 20) > 0 THEN ((matrix.random(id, 7, 60001) - 15000) / 100.0)::numeric(12, 2) END AS m, 'EUR' AS currency
    FROM generate_series(1, 500) AS id $$);
SELECT matrix.check(call, call, '_customer_ledger_finish', 'order_lines', '{m}')
FROM unnest('{b,u,t}'::text[]) AS key, unnest('{order_b,order_u,order_t}'::text[]) AS id,
     unnest(ARRAY[format('ledger_agg(%s, ordered, m, %s)', key, id), format('ledger_agg(%s, ordered, m, %s, currency)', key, id),
                  format('ledger_agg(%s, local, m, %s)', key, id), format('ledger_agg(%s, local, m, %s, currency)', key, id),
                  format('ledger_agg(%s, at, m, %s, ''Asia/Tokyo'')', key, id), format('ledger_agg(%s, at, m, %s, ''Asia/Tokyo'', currency)', key, id)]) AS call;

-- text ids with all types of customers and amounts: the ledger of the twin of bigint or text and numeric, whole and of parts, in a parallel plan, with NULLs
SELECT count(*) AS forms, coalesce(string_agg(form, ', ') FILTER (WHERE NOT matrix.keeps_ledger(form, twin, 'order_lines', 'm')), 'none') AS differ FROM (
    SELECT format('ledger_agg(%s, %s, %s, order_t)', c, d, a) AS form, format('ledger_agg(%s, %s, %s, order_t)', c_twin, d, a_twin) AS twin
    FROM (VALUES ('b::smallint', 'b'), ('b::integer', 'b'), ('b', 'b'), ('b::numeric', 'b::text'), ('u', 'u'), ('t', 't')) AS c (c, c_twin), (VALUES ('ordered'), ('local')) AS d (d),
         (VALUES ('trunc(m)::bigint', 'trunc(m)'), ('m', 'm'), ('m::real', 'm'), ('m::double precision', 'm')) AS a (a, a_twin)) AS forms;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT ledger_agg(1, date '2024-01-01', 1, -9223372036854775808)$$,
    $$SELECT ledger_agg(1, date '2024-01-01', 1, 'Europe/Berlin'::text)$$,
    $$SELECT ledger_agg(1, date '2024-01-01', 1, 'EUR'::text)$$,
    $$SELECT ledger_agg(1, now(), 1, 5)$$,
    $$SELECT ledger_agg(1, timestamp '2024-01-01 00:00', 1, 5, 'Europe/Berlin')$$,
    $$SELECT ledger_agg(1, date '2024-01-01', 1, 5, NULL)$$,
    $$SELECT ledger_agg(1, date '2024-01-01', 1, 5, 'Europe/Berlin')$$,
    $$SELECT ledger_agg(1, date '2024-01-01', amount, 5, currency) FROM (VALUES (100, 'USD'), (50000, 'CRC'), (80, 'USD')) AS rows (amount, currency)$$,
    $$SELECT ledger_agg(1, date '2024-01-01', 1, 5, 'EUR') || ledger_agg(1, date '2024-01-01', 1, 5, 'USD')$$,
    $$SELECT ledger_agg(1, date '2024-01-01', 1, 5) || ledger_agg(1, date '2024-01-01', 1)$$,
    $$SELECT ledger_agg(1, date '2024-01-01', 1, 5) || ledger_agg(1, date '2024-01-01', 1, 'a'::text)$$,
    $$SELECT ledger_agg(1, date '2024-01-01', 9223372036854775807, 5) FROM generate_series(1, 2)$$,
    $$SELECT '(version:1,key:"bigint",amounts:1,scale:0,order_id:"none",customer:"1",day:2024-01-01,amount:1)'::customer_ledger$$,
    $$SELECT '(version:1,key:"bigint",amounts:1,scale:0,order_id:"bigint",customer:"1",day:2024-01-01,amount:1,order_id:x)'::customer_ledger$$,
    $$SELECT '(version:1,key:"bigint",amounts:1,scale:0,customer:"1",day:2024-01-01,amount:1,order_id:5)'::customer_ledger$$);
