-- Golden customers of a ledger: golden_customers, golden_trend, golden_income_share, gini.
\pset format unaligned
\pset null NULL
-- ledger D1: customer A bought 100, 40, 60; B 250 and sent it back; C 80 and 120, with 30 refunded
CREATE TEMP TABLE d1 (customer text, day date, amount numeric(12,2));
INSERT INTO d1 VALUES ('A', '2024-01-05', 100), ('A', '2024-01-20', 40), ('A', '2024-02-03', 60), ('B', '2024-01-10', 250),
                      ('C', '2024-02-01', 80), ('C', '2024-03-01', 120), ('B', '2024-02-11', -250), ('C', '2024-02-15', -30);
CREATE TEMP TABLE example AS SELECT ledger_agg(customer, day, amount) AS l, ledger_agg(customer, day) AS visits FROM d1;
SELECT report.* FROM example, golden_customers(l, NULL::text) AS report;
SELECT report.* FROM example, golden_customers(l, NULL::text, 0.5, '2024-01-01', '2024-02-01') AS report;
SELECT report.* FROM example, golden_trend(l) AS report;
SELECT golden_income_share(l), golden_income_share(l, 0.5), gini(l) FROM example;

-- the published cases: who crosses the line is golden, a peer group wholly in or out, 0.8 means eight tenths
CREATE FUNCTION pg_temp.ledger_of(VARIADIC revenues numeric[]) RETURNS customer_ledger LANGUAGE sql
RETURN (SELECT ledger_agg(customer, date '2024-02-29', revenue) FROM unnest(revenues) WITH ORDINALITY AS r (revenue, customer));
SELECT count(*) AS golden, max(cumulative_pct) AS cumulative_pct FROM golden_customers(pg_temp.ledger_of(300, 250, 200, 150, 100, 50), NULL::bigint);
SELECT * FROM golden_customers(pg_temp.ledger_of(300, 250, 200, 150, 100, 50), NULL::bigint, threshold => 1);
SELECT * FROM golden_customers(pg_temp.ledger_of(850, 50, 40, 30, 20, 10), NULL::bigint);
SELECT * FROM golden_customers(pg_temp.ledger_of(400, 200, 200, 200), NULL::bigint, 0.5);
SELECT threshold, count(golden_rank) AS golden FROM unnest(ARRAY[0, 5e-324, 0.1, 0.2, 0.3, 0.30000000000000004, 0.7, 0.7000000000000001, 0.8, 0.9, 0.9999999999999999, 1]::double precision[]) AS threshold
LEFT JOIN LATERAL golden_customers(pg_temp.ledger_of(1, 1, 1, 2, 2, 3), NULL::bigint, threshold) ON true GROUP BY threshold ORDER BY threshold;
SELECT golden_income_share(pg_temp.ledger_of(300, 250, 200, 150, 100, 50)), golden_income_share(pg_temp.ledger_of(50, 30, 20)), golden_income_share(pg_temp.ledger_of(50, 30, 20), 0);
SELECT gini(pg_temp.ledger_of(1, 1, 1, 1)), gini(pg_temp.ledger_of(0, 0, 0, 10)), gini(pg_temp.ledger_of(-7, 0, -0.01, 10)), gini(pg_temp.ledger_of(5)), gini(pg_temp.ledger_of(0, -5)), gini(pg_temp.ledger_of(1, 2, 3, 4));
-- 18 digits, whose products pass 128 bits
SELECT * FROM golden_customers(pg_temp.ledger_of(999999999999999999, 999999999999999998, 999999999999999998), NULL::bigint, 0.33333333333333331);
SELECT count(*), gini(pg_temp.ledger_of(999999999999999999, 0)) FROM golden_customers(pg_temp.ledger_of(0.9999999999999998, 1e-16, 1e-16), NULL::bigint, 0.9999999999999999);

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
SELECT shop, ledger_agg(customer, day, amount) AS l, ledger_agg(pg_temp.id_of(customer), day, amount) AS by_uuid, ledger_agg('c' || customer, day, amount) AS by_text FROM shop GROUP BY shop;
CREATE TEMP TABLE span AS
SELECT DISTINCT shop, threshold, from_day, to_day FROM (SELECT shop, min(day) AS first, max(day) AS last FROM shop GROUP BY shop) AS s, unnest(ARRAY[0.8, 0.5, 0.95, 0, 1]) AS threshold,
    unnest(ARRAY[NULL, first, first + (last - first) / 3, last + 1]) AS from_day, unnest(ARRAY[NULL, first, last - (last - first) / 3, last + 1]) AS to_day WHERE (from_day <= to_day) IS NOT false;

-- each query counts what one side has and the other has not
CREATE TEMP VIEW golden_report AS
SELECT shop, span.threshold, from_day, to_day, golden_rank, customer, revenue, round(revenue_share_pct, 9) AS revenue_share_pct, round(cumulative_pct, 9) AS cumulative_pct
FROM ledgers JOIN span USING (shop), golden_customers(l, NULL::bigint, span.threshold, from_day, to_day);
CREATE TEMP VIEW golden_twin AS
WITH revenue AS (SELECT shop, threshold, from_day, to_day, customer, sum(amount) AS revenue FROM shop JOIN span USING (shop)
                 WHERE (from_day <= day) IS NOT false AND (day < to_day) IS NOT false GROUP BY 1, 2, 3, 4, 5 HAVING sum(amount) > 0),
     sums AS (SELECT *, rank() OVER w AS golden_rank, sum(revenue) OVER w AS upto, sum(revenue) OVER (PARTITION BY shop, threshold, from_day, to_day) AS total,
                     sum(revenue) OVER w - revenue * count(*) OVER (PARTITION BY shop, threshold, from_day, to_day, revenue) AS higher
              FROM revenue WINDOW w AS (PARTITION BY shop, threshold, from_day, to_day ORDER BY revenue DESC))
SELECT shop, threshold, from_day, to_day, golden_rank, customer, revenue, round(100 * revenue / total, 9) AS revenue_share_pct, round(100 * upto / total, 9) AS cumulative_pct
FROM sums WHERE higher < threshold::numeric * total;
SELECT (SELECT count(*) FROM golden_report) AS rows, count(*) AS different FROM (
    (TABLE golden_report EXCEPT ALL TABLE golden_twin) UNION ALL (TABLE golden_twin EXCEPT ALL TABLE golden_report)) AS d;
-- by rank, then key
SELECT count(*) AS rows, count(*) FILTER (WHERE place <> expected) AS out_of_order FROM (
    SELECT r.ordinality AS place, row_number() OVER (PARTITION BY shop ORDER BY golden_rank, customer) AS expected FROM ledgers, golden_customers(l, NULL::bigint, 1) WITH ORDINALITY AS r
    UNION ALL SELECT r.ordinality, row_number() OVER (PARTITION BY shop ORDER BY golden_rank, customer) FROM ledgers, golden_customers(by_uuid, NULL::uuid, 1) WITH ORDINALITY AS r
    UNION ALL SELECT r.ordinality, row_number() OVER (PARTITION BY shop ORDER BY golden_rank, customer COLLATE "C") FROM ledgers, golden_customers(by_text, NULL::text, 1) WITH ORDINALITY AS r) AS s;
SELECT count(*) AS rows, count(*) FILTER (WHERE (u.golden_rank, u.revenue, u.revenue_share_pct, u.cumulative_pct) IS DISTINCT FROM (b.golden_rank, b.revenue, b.revenue_share_pct, b.cumulative_pct)
                                             OR (t.golden_rank, t.revenue, t.revenue_share_pct, t.cumulative_pct) IS DISTINCT FROM (b.golden_rank, b.revenue, b.revenue_share_pct, b.cumulative_pct)) AS different
FROM ledgers, golden_customers(l, NULL::bigint) AS b, golden_customers(by_uuid, NULL::uuid) AS u, golden_customers(by_text, NULL::text) AS t WHERE u.customer = pg_temp.id_of(b.customer) AND t.customer = 'c' || b.customer;
SELECT shop, golden_income_share(l) = (SELECT max(cumulative_pct) FROM golden_customers(l, NULL::bigint)) AS equal, golden_income_share(l) = golden_income_share(by_text) AS by_text,
       round(gini(l), 12) = (SELECT round(2 * sum(i * v) / (count(*) * sum(v)) - (count(*) + 1.0) / count(*), 12)
                             FROM (SELECT greatest(sum(amount), 0) AS v, row_number() OVER (ORDER BY greatest(sum(amount), 0)) AS i FROM shop WHERE shop = ledgers.shop GROUP BY customer) AS s) AS gini
FROM ledgers ORDER BY shop;

SELECT shop, share, round(top_share(l, share::float8), 12) = (SELECT round(100 * sum(greatest(v, 0) * greatest(0, least(1, share * n - place + 1))) / sum(greatest(v, 0)), 12)
                             FROM (SELECT sum(amount) AS v, row_number() OVER (ORDER BY sum(amount) DESC) AS place, count(*) OVER () AS n FROM shop WHERE shop = ledgers.shop GROUP BY customer) AS s) AS top_share, top_share(l, share::float8) = top_share(by_uuid, share::float8) AS by_uuid
FROM ledgers, unnest(ARRAY[0.07, 0.2]) AS share ORDER BY shop, share;
SELECT top_share('empty'::customer_ledger), top_share(NULL::customer_ledger), top_share(ledger_agg(1, date '2024-01-01', -5)), top_share(ledger_agg(i, date '2024-01-01', 1e14), 0.25) FROM generate_series(1, 3) AS i;
-- the trend: calendar steps, weeks from Monday
CREATE TEMP TABLE step AS SELECT step::interval FROM unnest(ARRAY['1 day', '1 week', '2 weeks', '1 month', '3 months', '1 year', '10 days']) AS step;
CREATE FUNCTION pg_temp.period_of(step interval, day date) RETURNS date LANGUAGE sql IMMUTABLE
RETURN CASE step WHEN '1 day' THEN day WHEN '1 month' THEN date_trunc('month', day::timestamp) WHEN '3 months' THEN date_trunc('quarter', day::timestamp) WHEN '1 year' THEN date_trunc('year', day::timestamp)
                 WHEN '1 week' THEN date_trunc('week', day::timestamp) WHEN '10 days' THEN date_bin(step, day, timestamp '2000-01-01') ELSE date_bin(step, day, timestamp '2000-01-03') END::date;
CREATE TEMP TABLE trend_span AS SELECT DISTINCT shop, threshold, from_day, to_day, step FROM span, step WHERE threshold IN (0.8, 0.5) AND (shop = 2) <= (step <> '1 day')
    AND (from_day IS NULL OR to_day IS NULL) AND (shop <= 3 OR step = '1 month');
CREATE TEMP TABLE trend_report AS
SELECT shop, s.threshold, from_day, to_day, s.step, row_number() OVER w AS number, ordinality, report.period, customers, golden_customers, round(golden_share_pct, 9) AS golden_share_pct, round(share_change_pp, 9) AS share_change_pp, entered, left_golden
FROM ledgers JOIN trend_span AS s USING (shop), golden_trend(l, s.step, s.threshold, from_day, to_day) WITH ORDINALITY AS report WINDOW w AS (PARTITION BY shop, s.threshold, from_day, to_day, s.step ORDER BY report.period);
CREATE TEMP TABLE trend_twin AS
WITH bounds AS (SELECT s.*, pg_temp.period_of(step, coalesce(from_day, min(day))) AS first, pg_temp.period_of(step, coalesce(to_day, max(day) + 1) - 1) AS last
                FROM trend_span AS s JOIN shop USING (shop) GROUP BY 1, 2, 3, 4, 5 HAVING coalesce(from_day, min(day)) < coalesce(to_day, max(day) + 1)),
     periods AS MATERIALIZED (SELECT DISTINCT b.*, pg_temp.period_of(step, d::date) AS period FROM bounds AS b, generate_series(first, last, '1 day') AS d),
     numbered AS MATERIALIZED (SELECT *, row_number() OVER (PARTITION BY shop, threshold, from_day, to_day, step ORDER BY period) AS number FROM periods),
     revenue AS MATERIALIZED (SELECT shop, step, pg_temp.period_of(step, day) AS period, customer, sum(amount) AS revenue FROM shop, step GROUP BY 1, 2, 3, 4 HAVING sum(amount) > 0),
     golden AS MATERIALIZED (SELECT shop, step, threshold, period, customer, sum(revenue) OVER w - revenue * count(*) OVER (PARTITION BY shop, step, threshold, period, revenue)
                       < threshold::numeric * sum(revenue) OVER (PARTITION BY shop, step, threshold, period) AS golden
                FROM revenue, unnest(ARRAY[0.8, 0.5]) AS threshold WINDOW w AS (PARTITION BY shop, step, threshold, period ORDER BY revenue DESC)),
     listed AS (SELECT n.*, customer, golden, golden AND lag(CASE WHEN golden THEN number END) OVER (PARTITION BY shop, threshold, from_day, to_day, step, customer ORDER BY number) = number - 1 AS golden_before
                FROM numbered AS n LEFT JOIN golden USING (shop, step, threshold, period)),
     counted AS (SELECT shop, threshold, from_day, to_day, step, period, number, count(customer) AS customers, count(*) FILTER (WHERE golden) AS golden_customers,
                        count(*) FILTER (WHERE golden AND golden_before IS NOT true) AS entered FROM listed GROUP BY 1, 2, 3, 4, 5, 6, 7)
SELECT shop, threshold, from_day, to_day, step, number, number AS ordinality, period, customers, golden_customers, round(100.0 * golden_customers / nullif(customers, 0), 9) AS golden_share_pct,
       round(100.0 * golden_customers / nullif(customers, 0) - lag(100.0 * golden_customers / nullif(customers, 0)) OVER w, 9) AS share_change_pp,
       CASE WHEN number > 1 THEN entered END AS entered, lag(golden_customers) OVER w - (golden_customers - entered) AS left_golden
FROM counted WINDOW w AS (PARTITION BY shop, threshold, from_day, to_day, step ORDER BY number);
SELECT (SELECT count(*) FROM trend_report) AS rows, (SELECT count(*) FROM trend_report WHERE left_golden > 0 AND entered > 0) AS both_ways, count(*) AS different FROM (
    (TABLE trend_report EXCEPT ALL TABLE trend_twin) UNION ALL (TABLE trend_twin EXCEPT ALL TABLE trend_report)) AS d;
SELECT count(*) FILTER (WHERE golden_customers <> before + entered - left_golden OR golden_customers > customers OR entered < 0 OR left_golden < 0 OR left_golden > before) AS broken
FROM (SELECT *, lag(golden_customers) OVER (PARTITION BY shop, threshold, from_day, to_day, step ORDER BY number) AS before FROM trend_report) AS r;
-- the customers of a period are those that golden_customers lists for it
SELECT count(*) AS periods, count(*) FILTER (WHERE golden_customers <> (SELECT count(*) FROM golden_customers(l, NULL::bigint, 0.8, period, (period + interval '1 month')::date))) AS different FROM ledgers, golden_trend(l);

-- edges: no rows, NULL, no amounts, no days
SELECT count(*) AS none FROM golden_customers('empty', NULL::bigint);
SELECT count(*) AS none FROM golden_trend('empty');
SELECT count(*) AS none FROM golden_customers(NULL, NULL::bigint);
SELECT count(*) AS none FROM example, golden_customers(l, NULL::text, NULL);
SELECT count(*) AS none FROM example, golden_customers(visits, NULL::text);
SELECT count(*) AS none FROM example, golden_customers(l, NULL::text, from_day => '2024-01-20', to_day => '2024-01-20');
SELECT count(*) AS none FROM example, golden_trend(l, from_day => '2024-01-20', to_day => '2024-01-20');
SELECT count(*) AS none FROM example, golden_trend(l, step => NULL);
SELECT * FROM golden_trend('empty', from_day => '2024-01-31', to_day => '2024-02-02');
SELECT report.* FROM example, golden_trend(visits, from_day => '2024-03-01') AS report;
SELECT golden_income_share('empty'::customer_ledger), gini('empty'::customer_ledger), golden_income_share(visits), gini(visits), golden_income_share(l, NULL) FROM example;
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT * FROM example, golden_customers(l, NULL::uuid)$$,
    $$SELECT * FROM example, golden_customers(l, NULL::text, 80)$$,
    $$SELECT * FROM example, golden_customers(l, NULL::text, -0.1)$$,
    $$SELECT * FROM example, golden_customers(l, NULL::text, 'NaN')$$,
    $$SELECT * FROM example, golden_customers(l, NULL::text, 0.8, '2024-02-01', '2024-01-31')$$,
    $$SELECT * FROM example, golden_customers(l, NULL::text, 0.8, '-infinity')$$,
    $$SELECT * FROM example, golden_trend(l, '1 month 3 days')$$,
    $$SELECT * FROM example, golden_trend(l, '-1 month')$$,
    $$SELECT * FROM example, golden_trend(l, threshold => 1.5)$$,
    $$SELECT * FROM example, golden_trend(l, '1 month', 0.8, '2024-02-01', '2024-01-31')$$,
    $$SELECT * FROM example, golden_trend(l, '1 day', 0.8, '0001-01-01', '9999-01-01')$$,
    $$SELECT golden_income_share(l, 2) FROM example$$);
