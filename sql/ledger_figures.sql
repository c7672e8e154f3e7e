-- Figures of a ledger: revenue, frequency, lifespan, lifetime value.
\getenv srcdir PG_ABS_SRCDIR
\set shop :srcdir '/sql/shop/ledger.sql'
\set ECHO none
\i :shop
\set ECHO all
\pset format unaligned
\pset null NULL
-- ledger D1: customer A bought 100, 40, 60; B 250 and sent it back; C 80 and 120, with 30 refunded
CREATE TEMP TABLE d1 (customer text, day date, amount numeric(12,2));
INSERT INTO d1 VALUES ('A', '2024-01-05', 100), ('A', '2024-01-20', 40), ('A', '2024-02-03', 60), ('B', '2024-01-10', 250),
                      ('C', '2024-02-01', 80), ('C', '2024-03-01', 120), ('B', '2024-02-11', -250), ('C', '2024-02-15', -30);
CREATE TEMP TABLE example AS SELECT ledger_agg(customer, day, amount) AS l, ledger_agg(customer, day) FILTER (WHERE amount >= 0) AS visits FROM d1;
SELECT gross_revenue(l), net_revenue(l), refund_rate(l), avg_check(l), purchase_frequency(l), round(repeat_purchase_rate(l), 2) AS repeat_purchase_rate FROM example;
SELECT round(historic_ltv(l), 2) AS historic_ltv, historic_ltv(l, 5) AS over_five, round(ltv(l), 4) AS ltv, round(ltv(l, '1 month'), 4) AS by_month, round(ltv(l, per => '1 week'), 4) AS by_week, round(ltv(l, '1 day'), 4) AS by_day FROM example;
SELECT round(ltv(customer, day, amount), 4) AS ltv FROM d1;
SELECT round(customer_lifespan(l)::numeric, 2) AS observed, customer_lifespan(l, 'km') AS none_churned, customer_lifespan(l, 'hazard') AS no_event,
       round(customer_lifespan(l, 'km', '30 days')::numeric, 12) AS km, customer_lifespan(l, 'hazard', lapse => '30 days') AS hazard, customer_lifespan(l, as_of => '2024-02-02') AS early FROM example;
-- all sums at once: over months each adds up but customers and buyers
SELECT t.* FROM (SELECT l FROM example UNION ALL SELECT visits FROM example UNION ALL SELECT 'empty' UNION ALL SELECT NULL) AS ledgers (l), totals(l) AS t;
SELECT m.period, t.* FROM (SELECT ledger_agg(customer, day, amount) AS l FROM d1) AS base, slices(base.l) AS m, totals(m.ledger) AS t ORDER BY m.period;
-- the sums of each period: of the days that are asked for, and of periods without rows
SELECT t.* FROM example, totals(l, '1 month') AS t;
SELECT t.* FROM example, totals(l, '2 weeks', '2024-01-20', '2024-02-15', origin => '2024-01-01') AS t;
SELECT t.* FROM example, totals(visits, '1 month', '2023-12-01', '2024-02-01') AS t;
SELECT count(*) AS none FROM totals('empty'::customer_ledger, '1 month');
-- against plain SQL, on a random shop
SELECT step, from_day, to_day, count(*) AS periods, sum(t.orders) > 0 AS has_orders,
       count(*) FILTER (WHERE (t.customers, t.buyers, t.orders, t.refund_rows, t.gross_revenue, t.refunds) IS DISTINCT FROM (r.customers, r.buyers, r.orders, r.refund_rows, r.gross_revenue, r.refunds)) AS differ
FROM (SELECT ledger, shop FROM shop.ledgers WHERE keys = 'bigint') AS l,
     (VALUES (interval '1 day', date '2020-01-10', date '2020-03-20'), ('1 week', NULL, NULL), ('1 month', '2020-02-14', '2020-11-03'), ('3 months', NULL, '2020-07-01'), ('1 year', '2019-12-31', NULL)) AS asked (step, from_day, to_day)
     CROSS JOIN LATERAL totals(l.ledger, step, from_day, to_day) AS t
     CROSS JOIN LATERAL (SELECT count(DISTINCT customer) AS customers, count(DISTINCT customer) FILTER (WHERE amount >= 0) AS buyers, count(*) FILTER (WHERE amount >= 0) AS orders, count(*) FILTER (WHERE amount < 0) AS refund_rows,
                                coalesce(sum(amount) FILTER (WHERE amount >= 0), 0) AS gross_revenue, coalesce(sum(amount) FILTER (WHERE amount < 0), 0) AS refunds
                         FROM shop.sales AS s WHERE s.shop = l.shop AND day >= t.period AND day < t.period + step AND day >= coalesce(from_day, '-infinity') AND day < coalesce(to_day, 'infinity')) AS r
GROUP BY step, from_day, to_day ORDER BY step;
-- durations 1 and 2 churned, 3 censored, 4 churned, 5 censored: what the last day and the lapse make of them
SELECT round(customer_lifespan(l, 'km', '30 days', '2024-04-01')::numeric, 12) AS km, customer_lifespan(l, 'hazard', '30 days', '2024-04-01') AS hazard
FROM (SELECT ledger_agg(customer, day) FROM (VALUES (1, date '2024-01-01'), (1, '2024-01-02'), (2, '2024-01-10'), (2, '2024-01-12'), (3, '2024-03-29'),
    (4, '2024-02-01'), (4, '2024-02-05'), (5, '2024-03-27'), (5, '2024-03-28')) AS rows (customer, day)) AS s (l);
-- the first day of the lapse still counts: as in customer_growth, an order keeps its customer for the lapse up to the end of as_of
SELECT as_of, customer_lifespan(l, 'hazard', '1 month', as_of::date) AS hazard, (SELECT at_start FROM customer_growth(l, '1 day', as_of::date + 1, as_of::date + 2, '1 month')) AS active
FROM (SELECT ledger_agg(1, day) FROM (VALUES (date '2024-01-01'), ('2024-01-31')) AS rows (day)) AS s (l), unnest(ARRAY['2024-02-28', '2024-02-29', '2024-03-01']) AS as_of;
-- no amounts: no money, but lives and habits
SELECT gross_revenue(visits), net_revenue(visits), refund_rate(visits), avg_check(visits), historic_ltv(visits), historic_ltv(visits, 5), ltv(visits), purchase_frequency(visits), round(repeat_purchase_rate(visits), 2) AS repeat_purchase_rate, round(customer_lifespan(visits)::numeric, 2) AS lifespan FROM example;
-- no rows
SELECT gross_revenue('empty'::customer_ledger), net_revenue(l), refund_rate(l), avg_check(l), historic_ltv(l), historic_ltv(l, 5), ltv(l), ltv(l, '1 week'), purchase_frequency(l), repeat_purchase_rate(l), customer_lifespan(l), customer_lifespan(l, 'km'), customer_lifespan(l, 'hazard')
FROM (VALUES ('empty'::customer_ledger)) AS s (l);
-- refunds only: revenue, but no order; a free order is one
SELECT gross_revenue(l), net_revenue(l), refund_rate(l), avg_check(l), historic_ltv(l), ltv(l), purchase_frequency(l), repeat_purchase_rate(l), customer_lifespan(l, 'km') FROM (SELECT ledger_agg(1, date '2024-02-29', -5.50)) AS s (l);
SELECT gross_revenue(l), net_revenue(l), refund_rate(l), avg_check(l), historic_ltv(l), ltv(l), purchase_frequency(l), repeat_purchase_rate(l), customer_lifespan(l, 'km') FROM (SELECT ledger_agg(1, date '2024-02-29', 0)) AS s (l);
SELECT net_revenue(NULL::customer_ledger), ltv(NULL::customer_ledger), ltv(l, NULL::interval), historic_ltv(l, NULL), historic_ltv(l, 0), customer_lifespan(l, NULL), customer_lifespan(NULL), customer_lifespan(l, lapse => NULL) FROM example;
-- before the first order there is nobody
SELECT customer_lifespan(l, method, as_of => '2024-01-04') FROM example, unnest(ARRAY['observed', 'km', 'hazard']) AS method;
-- sums past bigint, and thirds that make a whole
SELECT net_revenue(l), gross_revenue(l), refund_rate(l), historic_ltv(l), ltv(l) FROM (SELECT ledger_agg(i % 7, date '2024-01-01' + i % 7 * 31 * (i % 2), CASE i % 9 WHEN 0 THEN -1 ELSE 1 END * 900000000000000.25) FROM generate_series(1, 2000) AS i) AS s (l);
SELECT ltv(l) FROM (SELECT ledger_agg(customer, day, amount) FROM (VALUES (1, date '2024-01-01', 10), (1, '2024-03-01', 10), (2, '2024-01-01', 20), (2, '2024-03-01', 20), (3, '2024-01-01', 0), (4, '2024-01-01', 0), (4, '2024-06-01', 60)) AS rows (customer, day, amount)) AS s (l);

-- shops: 1 small with many ties, 2 larger with refunds and a gap, 3 across 2000 with three decimal places, 4 single orders, 5 one row
CREATE TEMP TABLE shop AS
SELECT shop, matrix.random(id, shop * 10 + 1, customers) - customers / 3 AS customer, start + (day + CASE WHEN day > 100 AND shop = 2 THEN 95 ELSE 0 END)::int AS day,
       CASE WHEN kind < 12 OR customers > 9 AND matrix.random(id, shop * 10 + 1, customers) % 13 = 5 THEN -amount ELSE amount END AS amount
FROM (VALUES (1, 30, 200, date '2024-02-20', 40, 4, 5.0), (2, 260, 3000, '2023-11-20', 400, 100000, 0.01), (3, 90, 700, '1999-11-15', 500, 50, 0.125), (4, 400, 120, '2024-12-20', 30, 9, 1), (5, 1, 1, '2024-02-29', 1, 2, 1))
         AS shops (shop, customers, rows, start, days, amounts, unit),
    generate_series(1, rows) AS id, matrix.random(id, shop * 10 + 2, days) AS day, matrix.random(id, shop * 10 + 3, 100) AS kind,
    LATERAL (SELECT matrix.random(id, shop * 10 + 4, amounts) * unit AS amount) AS priced;
CREATE TEMP TABLE ledgers AS SELECT shop, ledger_agg(customer, day, amount) AS l, ledger_agg('c' || customer, day, amount) AS by_text, ledger_agg(md5(customer::text)::uuid, day, amount) AS by_uuid FROM shop GROUP BY shop;
SELECT shop, (net, gross, round(rate, 9), round(check_, 9), round(frequency, 9), round(repeat_rate, 9), round(value, 9)) = (net_revenue(l), gross_revenue(l), round(refund_rate(l), 9), round(avg_check(l), 9), round(purchase_frequency(l), 9),
       round(repeat_purchase_rate(l), 9), round(historic_ltv(l), 9)) AS equal, historic_ltv(l, 7) = trim_scale(net / 7) AS over_seven
FROM ledgers JOIN (SELECT shop, sum(amount) AS net, sum(amount) FILTER (WHERE amount >= 0) AS gross, -100 * coalesce(sum(amount) FILTER (WHERE amount < 0), 0) / nullif(sum(amount) FILTER (WHERE amount >= 0), 0) AS rate,
        sum(amount) / count(*) FILTER (WHERE amount >= 0) AS check_, count(*) FILTER (WHERE amount >= 0) / count(DISTINCT customer) FILTER (WHERE amount >= 0)::numeric AS frequency,
        100 * (SELECT count(*) FROM (SELECT FROM shop AS s WHERE s.shop = shop.shop AND amount >= 0 GROUP BY customer HAVING count(*) > 1) AS r) / count(DISTINCT customer) FILTER (WHERE amount >= 0)::numeric AS repeat_rate,
        sum(amount) / count(DISTINCT customer) AS value FROM shop GROUP BY shop) AS twin USING (shop) ORDER BY shop;

-- lifetime value by calendar steps, weeks from Monday
CREATE FUNCTION pg_temp.number_of(step interval, day date) RETURNS bigint LANGUAGE sql IMMUTABLE
RETURN CASE step WHEN '1 day' THEN day - date '2000-01-01' WHEN '1 month' THEN extract(year FROM day) * 12 + extract(month FROM day) WHEN '3 months' THEN extract(year FROM day) * 4 + extract(quarter FROM day)
                 WHEN '1 year' THEN extract(year FROM day) WHEN '1 week' THEN (date_trunc('week', day::timestamp)::date - date '2000-01-03') / 7 ELSE (date_bin(step, day, timestamp '2000-01-03')::date - date '2000-01-03') / 14 END;
SELECT step, count(*) AS shops, count(*) FILTER (WHERE round(ltv(l, step), 9) = round(twin, 9) AND ltv(by_text, step) = ltv(l, step) AND ltv(by_uuid, step) = ltv(l, step) AND (step <> '1 month' OR ltv(l) = ltv(l, step))) AS equal
FROM (SELECT step, shop, avg(net / steps) * avg(steps) AS twin
      FROM (SELECT step, shop, customer, sum(amount) AS net, (max(pg_temp.number_of(step, day)) FILTER (WHERE amount >= 0) - min(pg_temp.number_of(step, day)) FILTER (WHERE amount >= 0) + 1)::numeric AS steps
            FROM shop, unnest(ARRAY['1 day', '1 week', '2 weeks', '1 month', '3 months', '1 year']::interval[]) AS step GROUP BY 1, 2, 3 HAVING max(amount) >= 0) AS lives
      GROUP BY step, shop) AS t JOIN ledgers USING (shop) GROUP BY step ORDER BY step;

-- lifespans: Kaplan-Meier as a product over the days with events
CREATE TEMP VIEW lives AS
SELECT shop, lapse, as_of, customer, max(day) < (as_of + 1 - lapse)::date AS churned, max(day) - min(day) AS observed, CASE WHEN max(day) < (as_of + 1 - lapse)::date THEN max(day) ELSE as_of END - min(day) AS days
FROM shop JOIN (SELECT shop, d AS as_of FROM (SELECT shop, min(day) AS first, max(day) AS last FROM shop GROUP BY shop) AS s, unnest(ARRAY[first, first + (last - first) / 2, last, last + 20, last + 200]) AS d) AS a USING (shop),
    unnest(ARRAY['90 days', '1 week', '1 month', '1 year']::interval[]) AS lapse
WHERE day <= as_of AND amount >= 0 GROUP BY 1, 2, 3, 4;
CREATE TEMP VIEW curve AS
SELECT *, coalesce(exp(sum(ln(CASE WHEN events < at_risk THEN 1 - events::double precision / at_risk END)) OVER before) * (NOT bool_or(events = at_risk) OVER before)::int, 1) AS survival, days - coalesce(lag(days) OVER w, 0) AS width
FROM (SELECT shop, lapse, as_of, days, count(*) FILTER (WHERE churned) AS events, sum(count(*)) OVER (PARTITION BY shop, lapse, as_of ORDER BY days DESC) AS at_risk FROM lives GROUP BY 1, 2, 3, 4) AS d
WINDOW w AS (PARTITION BY shop, lapse, as_of ORDER BY days), before AS (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);
SELECT count(*) AS cases, count(*) FILTER (WHERE abs(customer_lifespan(l, 'observed', lapse, as_of) - observed) <= 1e-9 * observed) AS observed, count(*) FILTER (WHERE abs(customer_lifespan(l, 'km', lapse, as_of) - km) <= 1e-9 * km) AS km,
       count(*) FILTER (WHERE abs(customer_lifespan(l, 'hazard', lapse, as_of) - hazard) <= 1e-9 * hazard OR customer_lifespan(l, 'hazard', lapse, as_of) IS NULL AND hazard IS NULL) AS hazard, count(hazard) AS with_churn
FROM ledgers JOIN (SELECT shop, lapse, as_of, avg(observed)::double precision AS observed, sum(days)::double precision / nullif(count(*) FILTER (WHERE churned), 0) AS hazard FROM lives GROUP BY 1, 2, 3) AS t USING (shop)
    JOIN (SELECT shop, lapse, as_of, sum(survival * width) AS km FROM curve GROUP BY 1, 2, 3) AS k USING (shop, lapse, as_of);
SELECT count(*) AS cases, count(*) FILTER (WHERE customer_lifespan(l, method) IS DISTINCT FROM customer_lifespan(l, method, '90 days', last_day(l)) OR customer_lifespan(by_text, method) IS DISTINCT FROM customer_lifespan(l, method)
    OR customer_lifespan(by_uuid, method) IS DISTINCT FROM customer_lifespan(l, method)) AS different FROM ledgers, unnest(ARRAY['observed', 'km', 'hazard']) AS method;

-- the laws of the aggregates
CALL matrix.make('figures_sample', $$
    SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' + (id / 9)::int AS day, matrix.random(id, 2, 90) AS b, 'c' || matrix.random(id, 2, 90) AS t, md5(matrix.random(id, 2, 90)::text)::uuid AS u,
           CASE WHEN matrix.random(id, 3, 20) > 0 THEN ((matrix.random(id, 4, 100001) - 20000) / 100.0)::numeric(12,2) END AS amount
    FROM generate_series(1, 3000) AS id $$);
SELECT matrix.check(format('ltv(%s, day, amount)', key), format('ledger_agg(%s, day, amount)', key), 'ltv', 'figures_sample', '{amount}') FROM unnest(ARRAY['b', 't', 'u']) AS key;
SELECT ltv(b, day, amount) = ltv(t, day, amount) AND ltv(b, day, amount) = ltv(u, day, amount) AND ltv(b::int, day, amount) = ltv(ledger_agg(b, day, amount), '1 month') AS equal FROM figures_sample;
-- beside the formulas of that name
SELECT ltv(100, 24), ltv(50, 2, 24), ltv(50::numeric, 2, 24), pg_typeof(ltv(1, date '2024-01-01', 5)), ltv('A', '2024-01-01'::date, 5);

SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT ltv(l, '1 month 3 days') FROM example$$,
    $$SELECT ltv(l, '0 days') FROM example$$,
    $$SELECT ltv(l, '12 hours') FROM example$$,
    $$SELECT historic_ltv(l, -1) FROM example$$,
    $$SELECT customer_lifespan(l, 'mean') FROM example$$,
    $$SELECT customer_lifespan(l, 'KM') FROM example$$,
    $$SELECT customer_lifespan(l, 'km', '-1 day') FROM example$$,
    $$SELECT customer_lifespan(l, 'km', '1 day 1 second') FROM example$$,
    $$SELECT customer_lifespan(l, as_of => 'infinity') FROM example$$,
    $$SELECT ltv(customer, day, amount) FROM (VALUES (1, date '2024-01-01', 'NaN'::numeric)) AS rows (customer, day, amount)$$,
    $$SELECT ltv(customer, day, amount) FROM (VALUES (1, date 'infinity', 1)) AS rows (customer, day, amount)$$);
