-- Periods that start elsewhere: weeks from Sunday, fiscal years from April. In all reports of ledgers with a calendar step.
\getenv srcdir PG_ABS_SRCDIR
\set shop :srcdir '/sql/shop/ledger.sql'
\set ECHO none
\i :shop
\set ECHO all
\pset format unaligned
\pset null NULL

-- an order on Saturday, Sunday and Monday; one before the end of March and one after
CREATE TEMP TABLE example AS SELECT ledger_agg(customer, day::date, amount) AS ledger FROM (VALUES (1, '2024-01-06', 1), (1, '2024-01-07', 10), (1, '2024-01-08', 100), (2, '2024-03-31', 5), (2, '2024-04-01', 50)) AS orders (customer, day, amount);
SELECT origin, to_char(period, 'Dy YYYY-MM-DD') AS period, orders, gross_revenue FROM example, unnest('{NULL,2024-01-07,2020-02-29}'::date[]) AS origin, slices(slice(ledger, to_day => '2024-02-01'), '1 week', NULL, origin) AS s ORDER BY origin, s.period;
SELECT origin, period, orders, gross_revenue FROM example, unnest('{NULL,2024-04-01,1990-04-01}'::date[]) AS origin, slices(ledger, '1 year', NULL, origin) AS s ORDER BY origin, s.period;
SELECT r.* FROM example, lifecycle(ledger, '1 year', origin => '2024-04-01') AS r;
SELECT r.* FROM example, new_vs_returning(ledger, '1 year', '2023-12-01', '2024-04-02', '2024-04-01') AS r;

-- fiscal years and quarters, against plain SQL
CREATE FUNCTION shop.fiscal(day date, months integer, first_month integer) RETURNS date IMMUTABLE LANGUAGE sql AS $$
    SELECT make_date(div(n, 12)::integer, mod(n, 12)::integer + 1, 1) FROM (SELECT first_month - 1 + months * floor((extract(year FROM day) * 12 + extract(month FROM day) - first_month) / months)) AS m (n)
$$;
CREATE TEMP TABLE orders AS SELECT shop.fiscal(day, months, first_month) AS period, min(shop.fiscal(day, months, first_month)) FILTER (WHERE amount >= 0) OVER (PARTITION BY months, first_month, customer) AS cohort, months, first_month, customer, amount
FROM shop.sales, (VALUES (12, 4), (12, 7), (12, 1), (3, 2), (6, 3), (1, 1)) AS v (months, first_month) WHERE shop = 'amounts';
CREATE TEMP TABLE fiscal AS SELECT DISTINCT months, first_month, make_interval(months => months) AS step, make_date(2031, first_month, 1) AS origin FROM orders;
SELECT months, first_month, shop.same(
    format('SELECT s.period, s.orders, s.refund_rows, s.gross_revenue + s.refunds AS net FROM shop.ledgers, slices(ledger, %L, NULL, %L) AS s WHERE keys = ''bigint''', step, origin),
    format('SELECT period, count(*) FILTER (WHERE amount >= 0), count(*) FILTER (WHERE amount < 0), sum(amount) FROM orders WHERE (months, first_month) = (%s, %s) GROUP BY period ORDER BY period', months, first_month)) AS slices, shop.same(
    format('SELECT r.cohort, r.cohort_size FROM shop.ledgers, cohort_retention(ledger, %L, origin => %L) AS r WHERE keys = ''bigint'' AND r.period_number = 0', step, origin),
    format('SELECT cohort, count(DISTINCT customer) FROM orders WHERE (months, first_month) = (%s, %s) AND cohort IS NOT NULL GROUP BY cohort ORDER BY cohort', months, first_month)) AS cohorts, shop.same(
    format('SELECT r.period, r.customers, r.new_customers FROM shop.ledgers, new_vs_returning(ledger, %L, origin => %L) AS r WHERE keys = ''bigint'' AND customers > 0', step, origin),
    format('SELECT period, count(DISTINCT customer), count(DISTINCT customer) FILTER (WHERE period = cohort) FROM orders WHERE (months, first_month) = (%s, %s) AND amount >= 0 GROUP BY period ORDER BY period', months, first_month)) AS new_vs_returning, shop.same(
    format('SELECT r.active_periods, r.customers FROM shop.ledgers, stickiness(ledger, %L, %L) AS r WHERE keys = ''bigint''', step, origin),
    format('SELECT n::integer, count(*) FROM (SELECT count(DISTINCT period) AS n FROM orders WHERE (months, first_month) = (%s, %s) AND amount >= 0 GROUP BY customer) AS c GROUP BY n ORDER BY n', months, first_month)) AS stickiness
FROM fiscal ORDER BY months, first_month;

-- weeks and days, in every report: days that are moved so that the origin becomes the default have the same periods, moved
CREATE TABLE shop.moved AS
SELECT step, origin, by, (SELECT ledger FROM shop.ledgers WHERE keys = 'bigint') AS ledger, (SELECT ledger_agg(customer, day - by, amount) FROM shop.sales WHERE shop = 'amounts') AS moved_ledger,
       (SELECT ledger_agg(customer, day - 10) FROM shop.sales WHERE shop = 'amounts') AS starts, (SELECT ledger_agg(customer, day - 10 - by) FROM shop.sales WHERE shop = 'amounts') AS moved_starts,
       (SELECT mrr_agg(customer, daterange(day, day + 20 + customer::int), amount, '1 month') FROM shop.sales WHERE amount > 50) AS mrr,
       (SELECT mrr_agg(customer, daterange(day - by, day - by + 20 + customer::int), amount, '1 month') FROM shop.sales WHERE amount > 50) AS moved_mrr
FROM (VALUES (7, date '2024-01-07'), (7, '1999-12-29'), (14, '2024-01-09'), (10, '2020-05-05'), (35, '2020-05-06')) AS v (days, origin), make_interval(days => days) AS step,
    LATERAL (SELECT (origin - CASE days % 7 WHEN 0 THEN date '2000-01-03' ELSE '2000-01-01' END) % days AS by) AS b;
CREATE FUNCTION shop.moved_report(call text, which text, moved boolean) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT coalesce(r ->> ''period'', r ->> ''cohort'')::date%s, r - ''period'' - ''cohort'' - ''ledger'' FROM shop.moved AS m, LATERAL (SELECT to_jsonb(report) AS r FROM %s AS report) AS j WHERE (m.step, m.origin) = (%s)',
                  CASE WHEN moved THEN '' ELSE ' - by' END, replace(replace(call, '@', CASE WHEN moved THEN 'm.moved_' ELSE 'm.' END), 'ORIGIN', CASE WHEN moved THEN 'NULL' ELSE 'm.origin' END), which)
$$;
SELECT split_part(call, '(', 1) AS report, same, count(*) AS cases FROM shop.moved, unnest(ARRAY[
    'customer_growth(@ledger, m.step, lapse => ''30 days'', origin => ORIGIN)', 'lifecycle(@ledger, m.step, origin => ORIGIN)', 'new_vs_returning(@ledger, m.step, origin => ORIGIN)', 'golden_trend(@ledger, m.step, origin => ORIGIN)',
    'cohort_retention(@ledger, m.step, origin => ORIGIN)', 'revenue_cohorts(@ledger, m.step, origin => ORIGIN)', 'cohort_retention_by_start(@starts, @ledger, m.step, origin => ORIGIN)', 'revenue_cohorts_by_start(@starts, @ledger, m.step, origin => ORIGIN)',
    'stickiness(@ledger, m.step, ORIGIN)', 'slices(@ledger, m.step, NULL, ORIGIN)', 'mrr_movements(@mrr, m.step, origin => ORIGIN)', 'customer_churn(@mrr, m.step, origin => ORIGIN)', 'mrr_cohorts(@mrr, m.step, origin => ORIGIN)']) AS call,
    LATERAL (SELECT format('%L, %L', step, origin) AS which) AS w, shop.same(shop.moved_report(call, which, false), shop.moved_report(call, which, true)) AS same GROUP BY 1, 2 ORDER BY 1, 2;
-- which are not those without an origin
SELECT split_part(call, '(', 1) AS report, count(*) FILTER (WHERE same <> 'same') AS different FROM shop.moved, unnest(ARRAY['lifecycle(@ledger, m.step, origin => ORIGIN)', 'mrr_movements(@mrr, m.step, origin => ORIGIN)', 'cohort_retention(@ledger, m.step, origin => ORIGIN)']) AS call,
    LATERAL (SELECT format('%L, %L', step, origin) AS which) AS w, shop.same(replace(shop.moved_report(call, which, false), ' - by,', ','), replace(replace(shop.moved_report(call, which, false), ' - by,', ','), 'm.origin)', 'NULL)')) AS same WHERE by > 0 GROUP BY 1 ORDER BY 1;

-- slices of a day that is NULL are those of all rows
SELECT shop.same($$SELECT s.period, s.ledger::text, s.gross_revenue FROM shop.ledgers, slices(ledger, '1 month', NULL) AS s WHERE keys = 'text'$$, $$SELECT s.period, s.ledger::text, gross_revenue(s.ledger) FROM shop.ledgers, slices(ledger) AS s WHERE keys = 'text'$$) AS all_rows;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT * FROM lifecycle('empty', '1 year', origin => '2024-04-02')$$,
    $$SELECT * FROM customer_growth('empty', '1 month', origin => '2024-03-31')$$,
    $$SELECT * FROM cohort_retention('empty', '3 months', origin => '0044-03-15 BC')$$,
    $$SELECT * FROM mrr_movements('empty', '1 year', origin => '2024-12-31')$$,
    $$SELECT * FROM mrr_cohorts('empty', '1 week', origin => 'infinity')$$,
    $$SELECT * FROM stickiness('empty', '1 week', '-infinity')$$,
    $$SELECT * FROM slices('empty', '1 year', NULL, '2024-12-31')$$);
DROP SCHEMA shop CASCADE;
