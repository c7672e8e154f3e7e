-- The mart: what create_mart makes, views against queries of their own, refresh after any change against a mart made afresh, triggers, periods,
-- hostile names, kinds of sources and keys, errors, what is left behind.
\set VERBOSITY terse
\pset null -
SET client_min_messages = warning;

-- D1 of the family ledger: a customer without orders and a cancelled order count nowhere
CREATE TABLE mart_orders (order_id bigint, customer_id text, ordered_on date, total numeric(12,2), status text, product text, product_group text, price numeric(12,2));
INSERT INTO mart_orders VALUES
    (1, 'A', '2024-01-05', 100, 'paid', 'camera', 'photo', 100), (2, 'A', '2024-01-20', 40, 'paid', 'lens', 'photo', 40), (3, 'A', '2024-02-03', 60, 'paid', 'camera', 'photo', 60),
    (4, 'B', '2024-01-10', 250, 'refunded', 'camera', 'photo', 250), (4, 'B', '2024-02-11', -250, 'refunded', 'camera', 'photo', 250), (6, 'C', '2024-02-01', 80, 'paid', 'bag', 'bags', 80),
    (6, 'C', '2024-02-15', -30, 'refunded', 'bag', 'bags', 80), (7, 'C', '2024-03-01', 120, 'paid', 'bag', 'bags', 120), (8, 'D', '2024-03-05', 500, 'cancelled', 'bag', 'bags', 500);
SELECT create_mart('mart_d1', 'mart_orders', 'customer_id', 'ordered_on', 'total', order_id => 'order_id', status => 'status', product => 'product', relation => 'product_group', price => 'price', lapse => '1 month');
SELECT count(*) AS nothing_yet FROM mart_d1.growth;
CALL refresh_mart('mart_d1', quality => true);
SELECT name, is_there, columns, regexp_replace(about, '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d', 'now', 'g') AS about FROM describe_mart('mart_d1');
SELECT customer, first_order, last_order, days_since_last_order AS days, orders, revenue, gross_revenue, refunds, avg_check, segment, is_golden, revenue_share_pct, lifecycle_stage FROM mart_d1.customers ORDER BY customer;
SELECT * FROM mart_d1.golden_customers ORDER BY golden_rank, customer;
SELECT period, category, orders, refund_rows, gross_revenue, refunds, revenue, refund_rate_pct, avg_check, previous_revenue, growth_pct, is_complete FROM mart_d1.revenue ORDER BY period;
SELECT period, at_start, new_customers, reactivated_customers, churned_customers, at_end, churn_pct, is_complete FROM mart_d1.growth;
SELECT * FROM mart_d1.cohorts ORDER BY cohort, period;
SELECT * FROM mart_d1.revenue_cohorts ORDER BY cohort, period;
SELECT period, kind, orders, revenue, period_revenue, round(share_pct::numeric, 2) AS share_pct, avg_check FROM mart_d1.sales_kinds ORDER BY period, kind;
-- the average check of all views is revenue / orders, also in February, where more was sent back than sold
SELECT name, count(*) AS rows, count(*) FILTER (WHERE avg_check < 0) AS below_0, count(*) FILTER (WHERE avg_check IS NOT DISTINCT FROM round(revenue / nullif(orders, 0), 4)) AS same
FROM (SELECT 'revenue' AS name, orders, revenue, avg_check FROM mart_d1.revenue UNION ALL SELECT 'sales_kinds', orders, revenue, avg_check FROM mart_d1.sales_kinds
      UNION ALL SELECT 'client_formula', orders, revenue, avg_check FROM mart_d1.client_formula UNION ALL SELECT 'customers', orders, revenue, avg_check FROM mart_d1.customers) AS checks GROUP BY name ORDER BY name;
SELECT * FROM mart_d1.client_formula ORDER BY period;
SELECT check_name, severity, row_count, sample FROM mart_d1.data_quality WHERE severity NOT IN ('ok', 'skipped') ORDER BY check_name;
SELECT run, state, months_done, months_total, rows_read FROM mart_d1.refresh_log;

-- plain types, comments, what tools see
CREATE FUNCTION mart_lint(mart name) RETURNS TABLE (wrong text) LANGUAGE sql AS $$
    SELECT format('%s.%s is of type %s', relname, attname, format_type(atttypid, atttypmod)) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
    WHERE relnamespace = mart::text::regnamespace AND relkind = 'v' AND relname !~ '^source_' AND format_type(atttypid, atttypmod) !~ '^(date|text|bigint|boolean|double precision|numeric\(38,\d+\))$'
    UNION ALL
    SELECT format('%s.%s has no comment', relname, attname) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
    WHERE relnamespace = mart::text::regnamespace AND relkind = 'v' AND relname !~ '^source_' AND col_description(attrelid, attnum) IS NULL
    UNION ALL
    SELECT relname || ' has no comment' FROM pg_class WHERE relnamespace = mart::text::regnamespace AND relkind IN ('v', 'r') AND obj_description(oid, 'pg_class') IS NULL
    UNION ALL
    SELECT format('%s.%s is a ratio whose name does not say so', relname, attname) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
    WHERE relnamespace = mart::text::regnamespace AND relkind = 'v' AND col_description(attrelid, attnum) ~ '^percent' AND attname !~ '_pct$|_pp$' AND attname <> 'share_change_pp'
$$;
SELECT * FROM mart_lint('mart_d1');
SELECT drop_mart('mart_d1');

-- a shop with everything, and the same mart made afresh after each kind of change
CREATE TABLE mart_shop AS
SELECT i::bigint AS id, CASE WHEN matrix.random(i, 1, 30) > 0 THEN 1 + matrix.random(i, 2, 1 + matrix.random(i, 3, 200)) END::bigint AS customer,
       timestamptz '2023-10-20 20:00Z' + matrix.random(i, 4, 420 * 24) * interval '1 hour' AS at, (matrix.random(i, 5, 9000) - 900) / 100.0::numeric(10,2) AS amount,
       (ARRAY['paid', 'Shipped', 'refunded', 'cancelled', 'pending', NULL])[1 + matrix.random(i, 6, 6) % (1 + matrix.random(i, 7, 6))] AS status, (ARRAY['books', 'toys', 'food', NULL])[1 + matrix.random(i, 8, 4)] AS category,
       'p' || matrix.random(i, 9, 25) AS product, 'g' || matrix.random(i, 9, 25) / 6 AS relation, (5 + matrix.random(i, 9, 25))::numeric AS price, (matrix.random(i, 10, 30))::numeric AS intended
FROM generate_series(1, 4000) AS i;
CREATE TABLE mart_survey AS SELECT date '2023-10-01' + i AS day, matrix.random(i, 11, 11) AS score FROM generate_series(1, 400) AS i;
CREATE TABLE mart_costs AS SELECT date '2023-10-01' + i AS day, matrix.random(i, 12, 5000) / 100.0 AS cost, (ARRAY['acquisition', 'retention', 'fixed'])[1 + i % 3] AS kind, 'm' || i % 2 AS method, matrix.random(i, 13, 9000) / 100.0 AS gain FROM generate_series(1, 400) AS i;
CREATE TABLE mart_subscriptions AS SELECT i::bigint AS customer, date '2023-10-01' + matrix.random(i, 14, 300)::integer AS starts, CASE WHEN i % 3 > 0 THEN date '2023-10-01' + 300 + matrix.random(i, 15, 200)::integer END AS ends, 10.5::numeric AS price, interval '1 month' AS every FROM generate_series(1, 100) AS i;
CREATE FUNCTION mart_make_shop(mart name, step interval) RETURNS void LANGUAGE sql AS $$
    SELECT create_mart(mart, 'mart_shop', 'customer', 'at', 'amount', status => 'status', category => 'category', product => 'product', relation => 'relation', price => 'price', intended_price => 'intended',
        subscriptions => '{"table": "mart_subscriptions", "customer": "customer", "starts_at": "starts", "ends_at": "ends", "amount": "price", "every": "every"}',
        survey => '{"table": "mart_survey", "answered_at": "day", "score": "score"}', costs => '{"table": "mart_costs", "spent_at": "day", "amount": "cost", "kind": "kind", "method": "method", "gain": "gain"}',
        tz => 'Europe/Berlin', step => step, lapse => '45 days', horizon => 3) $$;
-- rows of the views of two marts that the other lacks
CREATE FUNCTION mart_differences(a name, b name) RETURNS TABLE (view text, only_a bigint, only_b bigint) LANGUAGE plpgsql AS $$
DECLARE v record;
BEGIN
    FOR v IN SELECT viewname FROM pg_views WHERE schemaname = a AND viewname NOT IN ('data_quality', 'refreshes') AND viewname !~ '^source_' LOOP
        RETURN QUERY EXECUTE format('SELECT %1$L::text, (SELECT count(*) FROM (TABLE %2$I.%1$I EXCEPT ALL TABLE %3$I.%1$I) AS x), (SELECT count(*) FROM (TABLE %3$I.%1$I EXCEPT ALL TABLE %2$I.%1$I) AS x)', v.viewname, a, b);
    END LOOP;
END $$;
-- Rows of customers and golden_customers that are not what the reports of all that the mart has stored say, to the last digit, but for shares
CREATE FUNCTION mart_customers_wrong(mart name) RETURNS bigint LANGUAGE plpgsql SET jit = off AS $$
DECLARE wrong bigint; key text;
BEGIN
    EXECUTE format('SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = ''%I.source_orders''::regclass AND attname = ''customer''', mart) INTO key;
    EXECUTE replace(replace($query$
        WITH base AS MATERIALIZED (SELECT s.as_of, m.golden_threshold, m.lapse, m.decimals, (SELECT rollup(l.ledger) FROM {mart}.stored_ledgers AS l WHERE l.is_published AND l.part = 'customers') AS ledger FROM {mart}.stored_state AS s, {mart}.settings AS m),
        forecast AS MATERIALIZED (
            SELECT f.* FROM base, {mart}.stored_fit AS m, clv_forecast(ledger, m.bg_nbd, m.spend, m.horizon_weeks, m.discount_per_week, NULL::{key}, as_of) AS f
            UNION ALL SELECT f.* FROM base, {mart}.stored_fit AS m, clv_forecast(ledger, m.mbg_nbd, m.spend, m.horizon_weeks, m.discount_per_week, NULL::{key}, as_of) AS f
            UNION ALL SELECT f.* FROM base, {mart}.stored_fit AS m, clv_forecast(ledger, m.pareto_nbd, m.spend, m.horizon_weeks, m.discount_per_week, NULL::{key}, as_of) AS f),
        report AS (
            SELECT c.customer::text, c.first_order, c.last_order, (as_of - c.last_order)::bigint AS days, c.orders, c.revenue, c.gross_revenue, c.refunds, round(c.avg_check, decimals + 2) AS avg_check,
                   rfm_score(as_of - c.last_order, 5, false) OVER () AS r, rfm_score(CASE WHEN c.orders > 0 THEN c.orders END, 5, true) OVER () AS f, rfm_score(CASE WHEN c.orders > 0 THEN c.revenue END, 5, true) OVER () AS m,
                   is_golden(c.revenue, golden_threshold) OVER () AS is_golden, CASE WHEN c.first_order > (as_of - lapse)::date THEN 'new' WHEN c.last_order > (as_of - lapse)::date THEN 'active' WHEN c.last_order IS NOT NULL THEN 'lapsed' END AS stage,
                   f.p_alive, f.expected_purchases, f.clv, round(100 * greatest(c.revenue, 0) / nullif(sum(greatest(c.revenue, 0)) OVER (), 0), 9) AS share
            FROM base CROSS JOIN LATERAL customers(ledger, NULL::{key}, as_of) AS c LEFT JOIN forecast AS f USING (customer)),
        expected AS (SELECT customer, first_order, last_order, days, orders, revenue, gross_revenue, refunds, avg_check, r::bigint, f::bigint, m::bigint, rfm_segment(r, f, m), is_golden, CASE WHEN revenue > 0 THEN share END, stage, p_alive, expected_purchases, clv FROM report),
        shown AS (SELECT customer::text, first_order, last_order, days_since_last_order, orders, revenue, gross_revenue, refunds, avg_check, r_score, f_score, m_score, segment, is_golden, round(revenue_share_pct::numeric, 9), lifecycle_stage, p_alive, expected_purchases, clv FROM {mart}.customers),
        golden AS (SELECT g.golden_rank, g.customer::text, g.revenue, round(g.revenue_share_pct, 9), round(g.cumulative_pct, 9) FROM base, golden_customers(as_of(ledger, as_of), NULL::{key}, golden_threshold) AS g),
        shown_golden AS (SELECT golden_rank, customer::text, revenue, round(revenue_share_pct::numeric, 9), round(cumulative_pct::numeric, 9) FROM {mart}.golden_customers)
        SELECT (SELECT count(*) FROM (TABLE expected EXCEPT ALL TABLE shown) AS d) + (SELECT count(*) FROM (TABLE shown EXCEPT ALL TABLE expected) AS d)
             + (SELECT count(*) FROM (TABLE golden EXCEPT ALL TABLE shown_golden) AS d) + (SELECT count(*) FROM (TABLE shown_golden EXCEPT ALL TABLE golden) AS d)
        $query$, '{mart}', quote_ident(mart)), '{key}', key) INTO wrong;
    RETURN wrong;
END $$;
-- Rows of retention_days, added up over cohorts, and of order_gaps that are not what the reports of all that the mart has stored say of complete periods
CREATE FUNCTION mart_ages_wrong(mart name) RETURNS bigint LANGUAGE plpgsql SET jit = off AS $$
DECLARE wrong bigint;
BEGIN
    EXECUTE replace($query$
        WITH base AS MATERIALIZED (
            SELECT (SELECT rollup(l.ledger) FROM {mart}.stored_ledgers AS l WHERE l.is_published AND l.part = 'customers') AS ledger,
                   CASE WHEN date_trunc(m.unit, s.as_of + 1) = s.as_of + 1 THEN s.as_of ELSE date_trunc(m.unit, s.as_of)::date - 1 END AS until FROM {mart}.stored_state AS s, {mart}.settings AS m),
        report AS (
            SELECT o.age_days::bigint, o.customers, o.active_customers, w.active_customers AS again, r.cumulative_revenue, until
            FROM base, retention_by_age(ledger, kind => 'on', as_of => until) AS o, retention_by_age(ledger, kind => 'within', as_of => until) AS w, revenue_by_age(ledger, as_of => until) AS r
            WHERE w.age_days = o.age_days AND r.age_days = o.age_days AND EXISTS (SELECT FROM cohort_retention(ledger, as_of => until))),
        shown AS (SELECT age_days, sum(customers)::bigint, sum(active_customers)::bigint, sum(repeat_customers)::bigint, sum(cumulative_revenue), counted_until FROM {mart}.retention_days GROUP BY age_days, counted_until),
        gaps AS (
            SELECT (SELECT sum(c.cohort_size) FROM cohort_retention(ledger, as_of => until) AS c WHERE c.period_number = 0)::bigint AS customers, g.customers AS again, g.gaps, g.p25_days, g.median_days, g.p75_days, g.p90_days,
                   km_median(t), 100 * (1 - km_survival(t, 30)), 100 * (1 - km_survival(t, 60)), 100 * (1 - km_survival(t, 90)), 100 * (1 - km_survival(t, 365)), until
            FROM base, days_between_orders(ledger, until) AS g, time_to_next_order(ledger, 1, until) AS t)
        SELECT (SELECT count(*) FROM (TABLE report EXCEPT ALL TABLE shown) AS d) + (SELECT count(*) FROM (TABLE shown EXCEPT ALL TABLE report) AS d)
             + (SELECT count(*) FROM ((SELECT * FROM gaps WHERE customers > 0) EXCEPT ALL TABLE {mart}.order_gaps) AS d) + (SELECT count(*) FROM (TABLE {mart}.order_gaps EXCEPT ALL TABLE gaps) AS d)
        $query$, '{mart}', quote_ident(mart)) INTO wrong;
    RETURN wrong;
END $$;
-- refreshes, and says what differs from a mart made afresh, and how many months were read for it
CREATE PROCEDURE mart_compare(what text, step interval) LANGUAGE plpgsql AS $$
DECLARE months text; wrong text;
BEGIN
    SELECT string_agg(DISTINCT coalesce(month::text, 'all'), ', ' ORDER BY coalesce(month::text, 'all')) INTO months FROM mart_kept.changes;
    CALL refresh_mart('mart_kept');
    PERFORM mart_make_shop('mart_fresh', step);
    CALL refresh_mart('mart_fresh');
    SELECT string_agg(format('%s %s %s', view, only_a, only_b), ', ') INTO wrong FROM mart_differences('mart_kept', 'mart_fresh') WHERE only_a + only_b > 0;
    RAISE WARNING '% (%): %', what, months, concat_ws(', ', coalesce(wrong, 'as made afresh'), (SELECT format('%s of customers wrong', n) FROM mart_customers_wrong('mart_kept') AS n WHERE n > 0), (SELECT format('%s of ages wrong', n) FROM mart_ages_wrong('mart_kept') AS n WHERE n > 0));
    PERFORM drop_mart('mart_fresh');
END $$;
CREATE PROCEDURE mart_changes(step interval) LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS mart_saved;
    CREATE TABLE mart_saved AS TABLE mart_shop;
    PERFORM mart_make_shop('mart_kept', step);
    CALL mart_compare('first', step);
    CALL mart_compare('nothing', step);
    INSERT INTO mart_shop SELECT 10000 + i, i, '2024-12-12 12:00Z', 50, 'paid', 'toys', 'p1', 'g0', 6, 5 FROM generate_series(1, 20) AS i;
    CALL mart_compare('rows of the last month', step);
    INSERT INTO mart_shop SELECT 20000 + i, 190 + i, '2024-03-31 22:30Z', 50, 'paid', 'games', 'p1', 'g0', 6, 5 FROM generate_series(1, 20) AS i;
    CALL mart_compare('late rows, new customers, April in Berlin', step);
    UPDATE mart_shop SET at = at - interval '40 days', amount = amount - 1 WHERE id % 100 = 7;
    CALL mart_compare('rows moved', step);
    UPDATE mart_shop SET status = 'cancelled' WHERE at >= '2024-01-31 23:00Z' AND at < '2024-02-29 23:00Z';
    CALL mart_compare('a month cancelled', step);
    DELETE FROM mart_shop WHERE at < '2024-01-10';
    CALL mart_compare('the first months deleted', step);
    INSERT INTO mart_shop SELECT 30000 + i, i, '2025-06-03 12:00Z', 50, 'paid', 'toys', 'p1', 'g0', 6, 5 FROM generate_series(1, 20) AS i;
    CALL mart_compare('a month far on', step);
    DELETE FROM mart_shop WHERE id > 30000;
    CALL mart_compare('and gone again', step);
    UPDATE mart_shop SET at = CASE WHEN id % 2 = 0 THEN 'infinity' WHEN id % 3 > 0 THEN timestamptz '9999-01-01' END WHERE id BETWEEN 10001 AND 10006;
    CALL mart_compare('dates that are none, or far in the future', step);
    TRUNCATE mart_shop;
    CALL mart_compare('truncated', step);
    INSERT INTO mart_shop TABLE mart_saved;
    CALL mart_compare('all back', step);
    PERFORM drop_mart('mart_kept');
END $$;
CALL mart_changes('1 month');
CALL mart_changes('3 months');
CALL mart_changes('1 year');

-- kinds of sale: a refresh reads the lines behind the checkpoint only, after what was bought before it
CREATE TABLE mart_bought (order_id int, customer int, day date, amount numeric(10,2), status text, product text, relation text);
INSERT INTO mart_bought VALUES (1, 1, '2023-12-10', 10, 'paid', 'a', 'g'), (2, 1, '2024-02-10', 30, 'paid', 'b', 'g'), (3, 2, '2024-03-10', 5, 'paid', 'c', 'h'), (4, 2, '2024-05-01', 5, 'paid', 'c', 'h'), (5, 3, '2024-06-15', 7, 'paid', 'a', 'g');
CREATE FUNCTION mart_make_bought(mart name, step interval, triggers boolean) RETURNS void LANGUAGE sql AS $$
    SELECT create_mart(mart, 'mart_bought', 'customer', 'day', 'amount', order_id => 'order_id', status => 'status', product => 'product', relation => 'relation', price => 'amount', step => step, triggers => triggers) $$;
CREATE PROCEDURE mart_bought_compare(what text, step interval) LANGUAGE plpgsql AS $$
DECLARE wrong text; customers text; checkpoint date;
BEGIN
    CALL refresh_mart('mart_kept');
    PERFORM mart_make_bought('mart_fresh', step, true);
    CALL refresh_mart('mart_fresh');
    SELECT string_agg(format('%s %s %s', view, only_a, only_b), ', ') INTO wrong FROM mart_differences('mart_kept', 'mart_fresh') WHERE only_a + only_b > 0;
    SELECT string_agg(customer::text, ' ' ORDER BY customer) INTO customers FROM mart_kept.stored_history;
    SELECT day INTO checkpoint FROM mart_kept.stored_checkpoint;
    RAISE WARNING '%: % (before %: customers %)', what, coalesce(wrong, 'as made afresh'), to_char(checkpoint, 'YYYY-MM-DD'), customers;
    PERFORM drop_mart('mart_fresh');
END $$;
CREATE PROCEDURE mart_bought_changes(step interval) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mart_make_bought('mart_kept', step, true);
    CALL mart_bought_compare('first', step);
    INSERT INTO mart_bought VALUES (6, 1, '2024-06-16', -30, 'paid', 'b', 'g'), (6, 1, '2024-06-16', -1, 'paid', 'z', 'g');
    CALL mart_bought_compare('refunds of what was sold before the checkpoint, and never', step);
    INSERT INTO mart_bought VALUES (7, 1, '2024-06-17', 20, 'paid', 'd', 'g'), (7, 1, '2024-06-17', 40, 'paid', 'e', 'g'), (7, 2, '2024-06-17', 4, 'paid', 'd', 'g');
    CALL mart_bought_compare('dearer in the group before the checkpoint, or not', step);
    INSERT INTO mart_bought VALUES (8, 4, '2024-06-18', 9, 'paid', 'a', 'g'), (3, 4, '2024-06-19', 9, 'paid', 'a', 'g'), (3, 4, '2024-05-19', -9, 'paid', 'a', 'g');
    CALL mart_bought_compare('a first basket, and an order id that was there before', step);
    UPDATE mart_bought SET product = 'x' WHERE order_id = 4;
    CALL mart_bought_compare('a line on the day of the checkpoint of a month', step);
    INSERT INTO mart_bought VALUES (9, 5, '2024-04-30', 9, 'paid', 'a', 'g');
    CALL mart_bought_compare('a line on the day before it', step);
    UPDATE mart_bought SET relation = 'h' WHERE order_id = 1;
    CALL mart_bought_compare('a line long before it', step);
    INSERT INTO mart_bought VALUES (10, 1, '2024-07-01', 41, 'paid', 'e', 'g'), (10, 5, '2024-07-01', 8, 'paid', 'f', 'g');
    CALL mart_bought_compare('the first line of a quarter', step);
    INSERT INTO mart_bought VALUES (11, 4, '2024-08-01', 1, 'paid', 'e', 'g');
    CALL mart_bought_compare('the next month', step);
    INSERT INTO mart_bought VALUES (12, 3, '2025-01-31', 41, 'paid', 'e', 'g'), (12, 6, '2024-11-30', 1, 'paid', 'a', 'g');
    CALL mart_bought_compare('months later', step);
    DELETE FROM mart_bought WHERE order_id = 12;
    CALL mart_bought_compare('and gone again', step);
    UPDATE mart_bought SET status = 'cancelled' WHERE day >= '2024-07-01';
    CALL mart_bought_compare('cancelled', step);
    DROP TABLE mart_kept.stored_history, mart_kept.stored_checkpoint;
    UPDATE mart_kept.settings SET version = 'older';
    CALL mart_bought_compare('made by a version that kept no history, not changed since', step);
    UPDATE mart_bought SET status = 'paid' WHERE day >= '2024-07-01';
    CALL mart_bought_compare('and changed', step);
    DELETE FROM mart_bought WHERE order_id >= 6;
    UPDATE mart_bought SET product = 'c' WHERE order_id = 4;
    UPDATE mart_bought SET relation = 'g' WHERE order_id = 1;
    CALL mart_bought_compare('as in the beginning', step);
    PERFORM drop_mart('mart_kept');
END $$;
CALL mart_bought_changes('1 month');
CALL mart_bought_changes('3 months');
CALL mart_bought_changes('1 year');
-- lines before the checkpoint are not read: what has become of one of them is not seen before they are
SELECT mart_make_bought('mart_kept', '1 month', false);
CALL refresh_mart('mart_kept');
UPDATE mart_bought SET status = 'who knows' WHERE order_id = 1;
INSERT INTO mart_bought VALUES (13, 1, '2024-06-20', 31, 'paid', 'e', 'g');
CALL refresh_mart('mart_kept', from_day => '2024-06-01', to_day => '2024-07-01');
SELECT period, kind, revenue FROM mart_kept.sales_kinds WHERE period = '2024-06-01' ORDER BY kind;
SELECT period, kind, revenue FROM mart_kept.sales_kinds WHERE period = '2023-12-01';
CALL refresh_mart('mart_kept', from_day => '2024-02-01', to_day => '2024-07-01');
SELECT period, kind, revenue FROM mart_kept.sales_kinds WHERE period = '2023-12-01';
SELECT drop_mart('mart_kept');
DROP TABLE mart_bought;

-- twins: views against plain SQL over the orders
SELECT mart_make_shop('mart_kept', '1 month');
CALL refresh_mart('mart_kept');
SELECT * FROM mart_lint('mart_kept');
CREATE VIEW mart_lines AS SELECT *, (at AT TIME ZONE 'Europe/Berlin')::date AS day, date_trunc('month', at AT TIME ZONE 'Europe/Berlin')::date AS month FROM mart_shop WHERE lower(status) IN ('paid', 'shipped', 'refunded');
WITH twin AS (SELECT month, coalesce(category, '(none)') AS category, count(*) FILTER (WHERE amount >= 0) AS sales, count(*) FILTER (WHERE amount < 0) AS refund_rows, coalesce(sum(amount) FILTER (WHERE amount >= 0), 0) AS gross, coalesce(sum(amount) FILTER (WHERE amount < 0), 0) AS refunds FROM mart_lines GROUP BY 1, 2)
SELECT count(*) AS rows, count(*) FILTER (WHERE (v.orders, v.refund_rows, v.gross_revenue, v.refunds, v.revenue) IS NOT DISTINCT FROM (t.sales, t.refund_rows, t.gross, t.refunds, t.gross + t.refunds)) AS same
FROM twin AS t FULL JOIN mart_kept.revenue AS v ON v.period = t.month AND v.category = t.category;
WITH twin AS (
    SELECT customer, min(day) FILTER (WHERE amount >= 0) AS first_order, max(day) FILTER (WHERE amount >= 0) AS last_order, count(*) FILTER (WHERE amount >= 0) AS orders, sum(amount) AS revenue, round(sum(amount) / nullif(count(*) FILTER (WHERE amount >= 0), 0), 4) AS avg_check
    FROM mart_lines WHERE customer IS NOT NULL GROUP BY customer),
-- mean ranks of equals among customers with an order, stretched to the scale from the lowest to the highest
ranks AS (SELECT customer, rank() OVER (ORDER BY last_order) + (count(*) OVER (PARTITION BY last_order) - 1) / 2.0 AS r, rank() OVER (ORDER BY orders) + (count(*) OVER (PARTITION BY orders) - 1) / 2.0 AS f, rank() OVER (ORDER BY revenue) + (count(*) OVER (PARTITION BY revenue) - 1) / 2.0 AS m FROM twin WHERE orders > 0),
stretched AS (SELECT customer, r - min(r) OVER () AS r_low, max(r) OVER () - min(r) OVER () AS r_range, f - min(f) OVER () AS f_low, max(f) OVER () - min(f) OVER () AS f_range, m - min(m) OVER () AS m_low, max(m) OVER () - min(m) OVER () AS m_range FROM ranks),
ranked AS (SELECT *, rank() OVER (ORDER BY CASE WHEN revenue > 0 THEN revenue END DESC NULLS LAST) AS place, sum(CASE WHEN revenue > 0 THEN revenue END) OVER () AS total, (SELECT max(day) FROM mart_lines) AS as_of FROM twin LEFT JOIN stretched USING (customer))
SELECT count(*) AS rows, count(*) FILTER (WHERE (v.first_order, v.last_order, v.days_since_last_order, v.orders, v.revenue, v.avg_check) IS NOT DISTINCT FROM (t.first_order, t.last_order, (t.as_of - t.last_order)::bigint, t.orders, t.revenue, t.avg_check)
        AND (v.r_score, v.f_score, v.m_score) IS NOT DISTINCT FROM (CASE WHEN t.orders > 0 THEN least(5, 1 + floor(5 * r_low / r_range)) END, CASE WHEN t.orders > 0 THEN least(5, 1 + floor(5 * f_low / f_range)) END, CASE WHEN t.orders > 0 THEN least(5, 1 + floor(5 * m_low / m_range)) END)
        AND v.segment IS NOT DISTINCT FROM rfm_segment(v.r_score::integer, v.f_score::integer, v.m_score::integer)
        AND (g.golden_rank, g.revenue) IS NOT DISTINCT FROM (CASE WHEN v.is_golden THEN t.place END, CASE WHEN v.is_golden THEN t.revenue END)
        AND round(v.revenue_share_pct::numeric, 9) IS NOT DISTINCT FROM CASE WHEN t.revenue > 0 THEN round(100 * t.revenue / t.total, 9) END
        AND v.is_golden IS NOT DISTINCT FROM CASE WHEN t.revenue > 0 THEN coalesce((SELECT sum(revenue) FROM ranked AS better WHERE better.revenue > t.revenue AND better.revenue > 0), 0) < 0.8 * t.total END
        AND v.lifecycle_stage IS NOT DISTINCT FROM CASE WHEN t.first_order > t.as_of - 45 THEN 'new' WHEN t.last_order > t.as_of - 45 THEN 'active' WHEN t.last_order IS NOT NULL THEN 'lapsed' END) AS same
FROM ranked AS t FULL JOIN mart_kept.customers AS v ON v.customer = t.customer LEFT JOIN mart_kept.golden_customers AS g ON g.customer = v.customer;
SELECT mart_customers_wrong('mart_kept') AS wrong, count(*) AS rows, count(p_alive) AS forecasts, count(DISTINCT clv) > 50 AS differ FROM mart_kept.customers;
-- one customer is found by their key, and costs no look at the others
CREATE FUNCTION mart_plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
SET enable_seqscan = off;
SELECT count(*) FILTER (WHERE line LIKE '%Index Scan using stored_customers_pkey%') AS by_key, count(*) FILTER (WHERE line LIKE '%WindowAgg%') AS windows FROM mart_plan('SELECT * FROM mart_kept.customers WHERE customer = 7') AS line;
RESET enable_seqscan;
-- reports over the whole ledger at once
CREATE TEMP TABLE whole AS SELECT ledger_agg(customer, at, amount, 'Europe/Berlin') AS ledger FROM mart_lines;
SELECT 'growth' AS view, count(*) AS rows, count(*) FILTER (WHERE (v.at_start, v.new_customers, v.reactivated_customers, v.churned_customers, v.at_end, v.churn_lower_pct) IS NOT DISTINCT FROM (r.at_start, r.new_customers, r.reactivated_customers, r.churned_customers, r.at_end, r.churn_lower_pct::double precision)) AS same
FROM whole CROSS JOIN LATERAL customer_growth(ledger, '1 month', lapse => '45 days') AS r FULL JOIN mart_kept.growth AS v USING (period)
UNION ALL SELECT 'cohorts', count(*), count(*) FILTER (WHERE (v.cohort_size, v.active_customers, v.is_complete) IS NOT DISTINCT FROM (r.cohort_size, CASE WHEN r.is_known THEN r.active_customers END, r.is_known)) FROM whole CROSS JOIN LATERAL (SELECT *, cohort + (period_number + 1) * interval '1 month' <= last_day(ledger) + 1 AS is_known FROM cohort_retention(ledger, '1 month', 'on', '2024-12-31') WHERE cohort + period_number * interval '1 month' <= last_day(ledger)) AS r FULL JOIN mart_kept.cohorts AS v ON v.cohort = r.cohort AND v.period_number = r.period_number
UNION ALL SELECT 'revenue_cohorts', count(*), count(*) FILTER (WHERE (v.revenue, v.cumulative_revenue, v.cumulative_per_customer) IS NOT DISTINCT FROM (r.revenue, r.cumulative_revenue, round(r.cumulative_per_customer, 4))) FROM whole CROSS JOIN LATERAL (SELECT * FROM revenue_cohorts(ledger) WHERE cohort + period_number * interval '1 month' <= last_day(ledger)) AS r FULL JOIN mart_kept.revenue_cohorts AS v ON v.cohort = r.cohort AND v.period_number = r.period_number
UNION ALL SELECT 'lifecycle', count(*), count(*) FILTER (WHERE (v.new_customers, v.returning_customers, v.resurrecting_customers, v.dormant_customers) IS NOT DISTINCT FROM (r.new_customers, r.returning_customers, r.resurrecting_customers, r.dormant_customers)) FROM whole CROSS JOIN LATERAL lifecycle(ledger) AS r FULL JOIN mart_kept.lifecycle AS v USING (period)
UNION ALL SELECT 'active', count(*), count(*) FILTER (WHERE (v.dau, v.mau) IS NOT DISTINCT FROM (r.dau, r.mau)) FROM whole CROSS JOIN LATERAL rolling_active(ledger) AS r FULL JOIN mart_kept.active AS v USING (day)
UNION ALL SELECT 'golden_trend', count(*), count(*) FILTER (WHERE (v.customers, v.golden_customers, v.entered, v.left_golden) IS NOT DISTINCT FROM (r.customers, r.golden_customers, r.entered, r.left_golden)) FROM whole CROSS JOIN LATERAL golden_trend(ledger) AS r FULL JOIN mart_kept.golden_trend AS v USING (period)
UNION ALL SELECT 'segment_migration', count(*), count(*) FILTER (WHERE v.customers IS NOT DISTINCT FROM r.customers) FROM whole CROSS JOIN LATERAL segment_migration(ledger, '2024-10-31', '2024-11-30') AS r FULL JOIN mart_kept.segment_migration AS v ON v.from_segment = coalesce(r.from_segment, '(none)') AND v.to_segment = r.to_segment
UNION ALL SELECT 'models', count(*), count(*) FILTER (WHERE (v.aic, v.fitted_until) IS NOT DISTINCT FROM (r.aic, date '2024-11-30')) FROM whole CROSS JOIN LATERAL model_comparison(ledger, '2024-11-30', '1 week') AS r FULL JOIN mart_kept.models AS v USING (model)
UNION ALL SELECT 'nps', count(*), count(*) FILTER (WHERE (v.responses, v.nps) IS NOT DISTINCT FROM (r.n, r.nps)) FROM (SELECT date_trunc('month', day)::date AS period, count(*) AS n, (100 * (count(*) FILTER (WHERE score >= 9) - count(*) FILTER (WHERE score < 7))::numeric / count(*))::double precision AS nps FROM mart_survey GROUP BY 1) AS r FULL JOIN mart_kept.nps AS v USING (period)
UNION ALL SELECT 'mrr', count(*), count(*) FILTER (WHERE (v.end_mrr, v.end_customers) IS NOT DISTINCT FROM (r.mrr, r.n)) FROM mart_kept.mrr AS v, LATERAL (SELECT sum(price) AS mrr, count(*) AS n FROM mart_subscriptions WHERE starts < v.period + interval '1 month' AND (ends IS NULL OR ends >= v.period + interval '1 month')) AS r
UNION ALL SELECT 'roi_by_method', count(*), count(*) FILTER (WHERE (v.cost, v.gain) IS NOT DISTINCT FROM (r.cost, r.gain)) FROM (SELECT date_trunc('month', day)::date AS period, method, sum(cost) AS cost, sum(gain) AS gain FROM mart_costs GROUP BY 1, 2) AS r FULL JOIN mart_kept.roi_by_method AS v USING (period, method);
-- the headline figures, by month and by day
CREATE TEMP TABLE mart_firsts AS SELECT customer, min(day) AS first FROM mart_lines WHERE customer IS NOT NULL AND amount >= 0 GROUP BY customer;
CREATE TEMP TABLE mart_headlines AS
WITH money AS (
    SELECT l.month AS period, count(*) FILTER (WHERE amount >= 0) AS orders, coalesce(sum(amount) FILTER (WHERE amount >= 0), 0) AS gross_revenue, coalesce(sum(amount) FILTER (WHERE amount < 0), 0) AS refunds, sum(amount) AS revenue,
           coalesce(sum(amount) FILTER (WHERE l.customer IS NULL), 0) AS guest_revenue, coalesce(sum(amount) FILTER (WHERE f.first < l.month), 0) AS returning_revenue,
           coalesce(sum(amount) FILTER (WHERE l.customer IS NOT NULL AND f.first >= l.month IS NOT FALSE), 0) AS new_revenue
    FROM mart_lines AS l LEFT JOIN mart_firsts AS f USING (customer) GROUP BY l.month),
buyers AS (SELECT month AS period, customer, first, count(*) AS orders FROM mart_lines JOIN mart_firsts USING (customer) WHERE amount >= 0 GROUP BY 1, 2, 3),
customers AS (
    SELECT period, count(*) AS active_customers, count(*) FILTER (WHERE first >= period) AS new_customers, count(*) FILTER (WHERE first < period) AS returning_customers,
           100.0 * count(*) FILTER (WHERE first < period OR orders > 1) / count(*) AS returning_rate, 100.0 * count(*) FILTER (WHERE orders > 1) / count(*) AS repeat_rate FROM buyers GROUP BY period)
SELECT * FROM money FULL JOIN customers USING (period);
SELECT count(*) AS periods,
       count(*) FILTER (WHERE (v.orders, v.gross_revenue, v.refunds, v.revenue, v.avg_check, v.guest_revenue) IS NOT DISTINCT FROM (t.orders, t.gross_revenue, t.refunds, t.revenue, round(t.revenue / nullif(t.orders, 0), 4), t.guest_revenue)) AS money,
       count(*) FILTER (WHERE (v.active_customers, v.new_customers, v.returning_customers, v.new_revenue, v.returning_revenue) IS NOT DISTINCT FROM (t.active_customers, t.new_customers, t.returning_customers, t.new_revenue, t.returning_revenue)
                          AND v.new_revenue + v.returning_revenue + v.guest_revenue = v.revenue) AS customers,
       count(*) FILTER (WHERE abs(v.returning_customer_rate_pct - t.returning_rate) + abs(v.repeat_rate_pct - t.repeat_rate) < 1e-9) AS rates,
       count(*) FILTER (WHERE (v.churn_pct, v.is_complete) IS NOT DISTINCT FROM (g.churn_pct, g.is_complete)) AS growth, count(*) FILTER (WHERE (v.mrr, v.nps) IS NOT DISTINCT FROM (m.end_mrr, n.nps)) AS others,
       count(*) FILTER (WHERE (v.ltv, v.cac) IS NOT DISTINCT FROM (u.ltv, u.cac)) AS economics
FROM mart_headlines AS t FULL JOIN mart_kept.overview AS v USING (period) LEFT JOIN mart_kept.growth AS g USING (period) LEFT JOIN mart_kept.mrr AS m USING (period) LEFT JOIN mart_kept.nps AS n USING (period) LEFT JOIN mart_kept.unit_economics AS u USING (period);
-- each change against the rows themselves, whose averages are rounded: numbers in percent where there was something, refunds as they grow, percentages in points
CREATE TEMP TABLE mart_said AS SELECT v.period, v.is_complete, (to_jsonb(v) ->> j.key)::numeric AS value, j.key FROM mart_kept.overview AS v CROSS JOIN LATERAL jsonb_each(to_jsonb(v)) AS j WHERE j.key NOT IN ('period', 'is_complete');
SELECT count(*) AS changes, count(c.value) AS known, count(*) FILTER (WHERE c.value IS NOT DISTINCT FROM e.value OR abs(c.value - e.value) < 0.001 * greatest(1, abs(e.value))) AS same
FROM mart_said AS c JOIN mart_said AS v ON v.period = c.period AND v.key IN (substring(c.key FROM '^(.+?)(?:_year)?_change_'), substring(c.key FROM '^(.+?)(?:_year)?_change_pp$') || '_pct')
     LEFT JOIN mart_said AS b ON b.key = v.key AND b.period = v.period - CASE WHEN c.key ~ '_year_change_' THEN interval '1 year' ELSE interval '1 month' END
     CROSS JOIN LATERAL (SELECT CASE WHEN NOT c.is_complete THEN NULL WHEN c.key !~ '_pct$' THEN v.value - b.value WHEN v.key = 'refunds' THEN 100 * (v.value / nullif(b.value, 0) - 1) WHEN b.value > 0 THEN 100 * (v.value / b.value - 1) END AS value) AS e;
SELECT count(*) AS days, count(*) FILTER (WHERE (v.orders, v.refund_rows, v.gross_revenue, v.refunds, v.revenue, v.avg_check, v.active_customers, v.new_customers)
        IS NOT DISTINCT FROM (t.orders, t.refund_rows, t.gross, t.refunds, t.gross + t.refunds, round((t.gross + t.refunds) / nullif(t.orders, 0), 4), t.active, t.fresh)) AS same
FROM (SELECT d::date AS day, count(*) FILTER (WHERE amount >= 0) AS orders, count(*) FILTER (WHERE amount < 0) AS refund_rows, coalesce(sum(amount) FILTER (WHERE amount >= 0), 0) AS gross, coalesce(sum(amount) FILTER (WHERE amount < 0), 0) AS refunds,
             count(DISTINCT l.customer) FILTER (WHERE amount >= 0) AS active, count(DISTINCT l.customer) FILTER (WHERE amount >= 0 AND f.first = l.day) AS fresh
      FROM (SELECT date_trunc('month', min(day)) AS first, max(day) AS last FROM mart_lines) AS s CROSS JOIN generate_series(s.first, s.last, '1 day') AS d LEFT JOIN mart_lines AS l ON l.day = d LEFT JOIN mart_firsts AS f USING (customer) GROUP BY d) AS t
     FULL JOIN mart_kept.daily AS v USING (day);
SELECT count(*) AS weeks, count(*) FILTER (WHERE (v.orders, v.refund_rows, v.gross_revenue, v.refunds, v.revenue, v.avg_check, v.active_customers, v.new_customers, v.returning_customers, round(v.returning_customer_rate_pct::numeric, 6))
        IS NOT DISTINCT FROM (t.orders, t.refund_rows, t.gross, t.refunds, t.gross + t.refunds, round((t.gross + t.refunds) / nullif(t.orders, 0), 4), t.active, t.fresh, t.active - t.fresh, round(t.rate, 6)) AND v.is_complete = (v.period + 6 <= t.last)) AS same
FROM (SELECT w::date AS period, s.last, count(*) FILTER (WHERE amount >= 0) AS orders, count(*) FILTER (WHERE amount < 0) AS refund_rows, coalesce(sum(amount) FILTER (WHERE amount >= 0), 0) AS gross, coalesce(sum(amount) FILTER (WHERE amount < 0), 0) AS refunds,
             count(DISTINCT l.customer) FILTER (WHERE amount >= 0) AS active, count(DISTINCT l.customer) FILTER (WHERE amount >= 0 AND f.first >= w) AS fresh,
             100.0 * count(DISTINCT l.customer) FILTER (WHERE amount >= 0 AND (f.first < w OR EXISTS (SELECT FROM mart_lines AS o WHERE o.customer = l.customer AND o.amount >= 0 AND o.id <> l.id AND o.day >= w AND o.day < w + interval '7 days')))
                   / nullif(count(DISTINCT l.customer) FILTER (WHERE amount >= 0), 0) AS rate
      FROM (SELECT date_trunc('week', date_trunc('month', min(day))) AS first, max(day) AS last FROM mart_lines) AS s CROSS JOIN generate_series(s.first, s.last, '7 days') AS w LEFT JOIN mart_lines AS l ON l.day >= w AND l.day < w + interval '7 days'
           LEFT JOIN mart_firsts AS f USING (customer) GROUP BY w, s.last) AS t
     FULL JOIN mart_kept.weekly AS v USING (period);
-- by days since the own first order, up to the end of November; the reports say the same of all cohorts together
CREATE TEMP TABLE mart_early AS SELECT l.*, min(day) FILTER (WHERE amount >= 0) OVER (PARTITION BY customer) AS first FROM mart_lines AS l WHERE customer IS NOT NULL AND day <= '2024-11-30';
CREATE TEMP TABLE mart_aged AS
SELECT customer, date_trunc('month', first)::date AS cohort, age, first + age <= '2024-11-30' AS has_reached, bool_or(amount >= 0 AND day = first + age) AS is_active, bool_or(amount >= 0 AND day > first AND day <= first + age) AS is_back, sum(amount) FILTER (WHERE day <= first + age) AS revenue
FROM mart_early, unnest('{1,7,30,60,90,365}'::integer[]) AS age WHERE first IS NOT NULL GROUP BY customer, first, age;
SELECT count(*) AS cells, count(*) FILTER (WHERE v.is_complete) AS complete, count(v.retention_pct) AS known, count(*) FILTER (WHERE v.active_customers > 0) AS active,
       count(*) FILTER (WHERE (v.cohort_size, v.customers, v.active_customers, v.repeat_customers, v.cumulative_revenue, v.cumulative_per_customer, v.is_complete, v.counted_until)
           IS NOT DISTINCT FROM (t.size, t.customers, t.active, t.again, t.revenue, round(t.revenue / nullif(t.customers, 0), 4), t.customers = t.size, date '2024-11-30')
           AND (round(v.retention_pct::numeric, 9), round(v.repeat_pct::numeric, 9)) IS NOT DISTINCT FROM (round(100.0 * t.active / t.customers, 9), round(100.0 * t.again / t.customers, 9))) AS same
FROM (SELECT cohort, age, count(*) AS size, count(*) FILTER (WHERE has_reached) AS customers, CASE WHEN bool_or(has_reached) THEN count(*) FILTER (WHERE has_reached AND is_active) END AS active,
             CASE WHEN bool_or(has_reached) THEN count(*) FILTER (WHERE has_reached AND is_back) END AS again, sum(revenue) FILTER (WHERE has_reached) AS revenue FROM mart_aged GROUP BY cohort, age) AS t
     FULL JOIN mart_kept.retention_days AS v ON v.cohort = t.cohort AND v.age_days = t.age;
WITH days AS (SELECT customer, day, lead(day) OVER w AS next, row_number() OVER w AS n FROM (SELECT DISTINCT customer, day FROM mart_early WHERE amount >= 0) AS d WINDOW w AS (PARTITION BY customer ORDER BY day)),
-- share of those still there behind each day on which somebody ordered again, by the logarithms of the factors
waits AS (SELECT coalesce(next, '2024-11-30') - day AS days, next IS NOT NULL AS again FROM days WHERE n = 1),
curve AS (SELECT t, exp(sum(ln(nullif(1 - events / at_risk, 0))) OVER (ORDER BY t)) AS waiting FROM (SELECT w.days AS t, count(*) FILTER (WHERE again)::numeric AS events, (SELECT count(*) FROM waits AS o WHERE o.days >= w.days) AS at_risk FROM waits AS w GROUP BY w.days) AS s WHERE events > 0)
SELECT v.all_customers, v.repeat_customers, v.gaps, v.median_days, v.second_order_median_days, round(v.second_order_90_pct::numeric, 2) AS second_order_90_pct, v.counted_until,
       (v.all_customers, v.repeat_customers, v.gaps) = (t.customers, t.again, t.gaps) AS counts, ARRAY[v.p25_days, v.median_days, v.p75_days, v.p90_days] = t.quantiles AS quantiles,
       v.second_order_median_days = (SELECT min(c.t) FROM curve AS c WHERE c.waiting <= 0.5) AS median,
       abs(v.second_order_30_pct - 100 * (1 - (SELECT min(waiting) FROM curve AS c WHERE c.t <= 30))) + abs(v.second_order_60_pct - 100 * (1 - (SELECT min(waiting) FROM curve AS c WHERE c.t <= 60)))
           + abs(v.second_order_90_pct - 100 * (1 - (SELECT min(waiting) FROM curve AS c WHERE c.t <= 90))) + abs(v.second_order_365_pct - 100 * (1 - (SELECT min(waiting) FROM curve AS c WHERE c.t <= 365))) < 1e-9 AS shares
FROM mart_kept.order_gaps AS v, (SELECT count(DISTINCT customer) AS customers, count(DISTINCT customer) FILTER (WHERE next IS NOT NULL) AS again, count(next) AS gaps, percentile_cont(ARRAY[0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY next - day) AS quantiles FROM days) AS t;
SELECT mart_ages_wrong('mart_kept') AS wrong;
-- identities
SELECT count(*) AS periods, bool_and(f.revenue = k.revenue) AS kinds_add_up, bool_and(f.back_end_revenue IS NOT DISTINCT FROM nullif(coalesce(f.repeat_revenue, 0) + coalesce(f.upsell_revenue, 0) + coalesce(f.add_on_revenue, 0) + coalesce(f.cross_sell_revenue, 0), 0)) AS back_end,
       bool_and(abs(f.active_customers * f.purchase_frequency_ratio * f.avg_check::double precision - f.revenue::double precision) < 0.02) AS formula, bool_and(f.orders = l.orders) AS orders
FROM mart_kept.client_formula AS f JOIN (SELECT period, sum(revenue) AS revenue FROM mart_kept.sales_kinds GROUP BY period) AS k USING (period) JOIN (SELECT month AS period, count(*) FILTER (WHERE amount >= 0) AS orders FROM mart_lines WHERE customer IS NOT NULL GROUP BY month) AS l USING (period);
SELECT count(*) AS periods, bool_and((u.acquisition_cost, u.retention_cost, u.fixed_costs) IS NOT DISTINCT FROM (c.a, c.r, c.f)) AS costs, bool_and(u.cac IS NOT DISTINCT FROM round(c.a / nullif(u.new_customers, 0), 4)) AS cac, bool_and(u.recurring_revenue IS NOT DISTINCT FROM m.end_mrr) AS recurring,
       count(u.ltv) > 0 AND bool_and(u.average_customers = (g.at_start + g.at_end) / 2.0) AND bool_and(u.ltv IS NOT DISTINCT FROM round(y.revenue / y.customers / nullif(y.churn, 0), 4)) AS ltv
FROM mart_kept.unit_economics AS u LEFT JOIN mart_kept.growth AS g USING (period)
     LEFT JOIN LATERAL (SELECT sum(c.revenue) AS revenue, sum((k.at_start + k.at_end) / 2.0) AS customers, sum(k.churned_customers) / nullif(sum(k.at_start), 0) AS churn
                        FROM mart_kept.growth AS k CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS revenue FROM mart_lines WHERE customer IS NOT NULL AND month = k.period) AS c
                        WHERE k.is_complete AND k.at_start + k.at_end IS NOT NULL AND k.period BETWEEN u.period - interval '11 months' AND u.period) AS y ON g.period IS NOT NULL LEFT JOIN (SELECT date_trunc('month', day)::date AS period, sum(cost) FILTER (WHERE kind = 'acquisition') AS a, sum(cost) FILTER (WHERE kind = 'retention') AS r, sum(cost) FILTER (WHERE kind = 'fixed') AS f FROM mart_costs GROUP BY 1) AS c USING (period) LEFT JOIN mart_kept.mrr AS m USING (period);
SELECT count(*) AS periods, bool_and(expected_purchases > 0 AND expected_revenue > 0) AS positive, min(period) AS first FROM mart_kept.forecast;
SELECT drop_mart('mart_kept');
SELECT count(*) AS triggers_left FROM pg_trigger WHERE tgrelid = 'mart_shop'::regclass;

-- an order of two categories is one order, also where guests have more: sums over categories count it twice
CREATE TABLE mart_split (id int, customer text, day date, amount numeric(10,2), category text);
INSERT INTO mart_split VALUES (1, 'a', '2024-01-03', 10, 'books'), (1, 'a', '2024-01-03', 12, 'toys'), (2, NULL, '2024-01-09', 12, 'toys'), (3, 'b', '2024-01-31', 10, 'books'), (3, NULL, '2024-02-01', 5, 'books'), (3, NULL, '2024-02-01', 7, 'toys');
SELECT create_mart('mart_kept', 'mart_split', 'customer', 'day', 'amount', order_id => 'id', category => 'category');
CALL refresh_mart('mart_kept');
SELECT period, orders, revenue, round(avg_check, 2) AS avg_check, (SELECT round(sum(r.revenue) / sum(r.orders), 2) FROM mart_kept.revenue AS r WHERE r.period = o.period) AS of_categories, guest_revenue, active_customers FROM mart_kept.overview AS o ORDER BY period;
SELECT day, orders, revenue, avg_check FROM mart_kept.daily WHERE orders > 0 ORDER BY day;
SELECT drop_mart('mart_kept');
DROP TABLE mart_split;

-- customers of few rows, all alike, with refunds only, with free orders, of keys of each kind; orders that come due, and a mart of a version without the table
CREATE TABLE mart_few (customer text, day date, amount numeric(12,2));
CREATE PROCEDURE mart_few_compare(what text) LANGUAGE plpgsql AS $$
DECLARE key text; said text;
BEGIN
    FOREACH key IN ARRAY '{text,uuid,bigint}'::text[] LOOP
        EXECUTE format('CREATE VIEW mart_few_%1$s AS SELECT %2$s AS customer, day, amount FROM mart_few', key, CASE key WHEN 'text' THEN 'customer' WHEN 'uuid' THEN 'md5(customer)::uuid' ELSE 'ascii(customer)::bigint - 100' END);
        PERFORM create_mart('mart_few_mart', ('mart_few_' || key)::regclass, 'customer', 'day', 'amount');
        CALL refresh_mart('mart_few_mart');
        said := concat_ws('; ', said, format('%s: %s wrong', key, mart_customers_wrong('mart_few_mart') + mart_ages_wrong('mart_few_mart')));
        IF key = 'text' THEN
            said := concat_ws(' ', said, (SELECT format('(%s)', string_agg(concat_ws(' ', customer, r_score, f_score, m_score, is_golden), ', ' ORDER BY customer)) FROM mart_few_mart.customers));
        END IF;
        PERFORM drop_mart('mart_few_mart');
        EXECUTE 'DROP VIEW mart_few_' || key;
    END LOOP;
    RAISE WARNING '%: %', what, said;
END $$;
CALL mart_few_compare('nobody');
INSERT INTO mart_few VALUES ('a', '2024-01-01', 10);
CALL mart_few_compare('one');
INSERT INTO mart_few VALUES ('b', '2024-01-01', 10), ('c', '2024-01-01', 10);
CALL mart_few_compare('alike');
INSERT INTO mart_few VALUES ('d', '2024-02-01', -3), ('e', '2024-02-02', 0);
CALL mart_few_compare('refunds only, and nothing paid');
INSERT INTO mart_few SELECT chr(97 + i / 9), date '2024-01-15' + i * i % 700, (i * 37 % 200 - 20) / 4.0 FROM generate_series(1, 100) AS i;
CALL mart_few_compare('twelve');
UPDATE mart_few SET amount = -amount;
CALL mart_few_compare('nobody brings anything');
UPDATE mart_few SET amount = 0;
CALL mart_few_compare('nobody paid');
DELETE FROM mart_few;
INSERT INTO mart_few SELECT chr(97 + i / 9), date '2024-01-15' + i * i % 700, (i * 37 % 200 - 20) / 4.0 FROM generate_series(1, 100) AS i;
-- today and the days before: the customers as they were at the end of one of them
INSERT INTO mart_few SELECT chr(97 + i), (now() AT TIME ZONE 'UTC')::date - i % 4, 5 + i FROM generate_series(0, 15) AS i;
SELECT create_mart('mart_kept', 'mart_few', 'customer', 'day', 'amount');
CALL refresh_mart('mart_kept');
CREATE FUNCTION mart_customers_back(days integer) RETURNS bigint LANGUAGE plpgsql SET search_path = mart_kept, public AS $$
BEGIN
    PERFORM _mart_put_customers(_mart_whole('2999-01-01'), NULL, as_of - days) FROM stored_state;
    RETURN mart_customers_wrong('mart_kept');
END $$;
SELECT mart_customers_back(2) > 4 AS of_before;
CREATE TEMP TABLE mart_rows AS SELECT customer, xmin::text AS version FROM mart_kept.stored_customers;
CALL refresh_mart('mart_kept');
SELECT mart_customers_wrong('mart_kept') AS wrong FROM mart_kept.stored_state;
SELECT count(*) AS rows, count(*) FILTER (WHERE s.xmin::text = r.version) AS not_written FROM mart_rows AS r JOIN mart_kept.stored_customers AS s USING (customer);
DELETE FROM mart_few WHERE customer = 'p';
UPDATE mart_few SET amount = amount + 1 WHERE customer = 'o';
CALL refresh_mart('mart_kept');
SELECT mart_customers_wrong('mart_kept') AS wrong, count(*) AS rows FROM mart_kept.stored_customers;
-- made by a version without the table, not changed since
DROP TABLE mart_kept.stored_customers CASCADE;
ALTER TABLE mart_kept.stored_state DROP COLUMN customers_until, DROP COLUMN r_cuts, DROP COLUMN f_cuts;
UPDATE mart_kept.settings SET version = 'older';
CALL refresh_mart('mart_kept');
SELECT mart_customers_wrong('mart_kept') AS wrong, count(*) AS rows, (SELECT count(*) FROM mart_lint('mart_kept')) AS lint FROM mart_kept.customers;
DELETE FROM mart_few;
CALL refresh_mart('mart_kept');
SELECT mart_customers_wrong('mart_kept') AS wrong, count(*) AS rows FROM mart_kept.stored_customers;
SELECT drop_mart('mart_kept');
DROP TABLE mart_few;

-- sources without triggers: all or a period
CREATE VIEW mart_view AS SELECT customer, at::date AS day, amount FROM mart_shop WHERE at IS NOT NULL;
SELECT create_mart('mart_kept', 'mart_view', 'customer', 'day', 'amount', triggers => true);
SELECT create_mart('mart_kept', 'mart_view', 'customer', 'day', 'amount');
CALL refresh_mart('mart_kept');
CREATE TEMP TABLE mart_before AS TABLE mart_kept.revenue;
UPDATE mart_shop SET amount = amount + 1 WHERE at >= '2024-02-01' AND at < '2024-06-01';
CALL refresh_mart('mart_kept', from_day => '2024-03-01', to_day => '2024-05-01');
SELECT period FROM mart_kept.revenue EXCEPT SELECT period FROM (SELECT period, revenue FROM mart_kept.revenue INTERSECT SELECT period, revenue FROM mart_before) AS same ORDER BY 1;
CALL refresh_mart('mart_kept');
SELECT period FROM mart_kept.revenue EXCEPT SELECT period FROM (SELECT period, revenue FROM mart_kept.revenue INTERSECT SELECT period, revenue FROM mart_before) AS same ORDER BY 1;
CALL refresh_mart('mart_kept', from_day => '2024-03-01');
CALL refresh_mart('mart_kept', from_day => '2024-03-01', to_day => '2024-03-01');
SELECT drop_mart('mart_kept');

-- partitions: statements on a partition, partitions that come and go
CREATE TABLE mart_parts (customer uuid, day date, amount integer) PARTITION BY RANGE (day);
CREATE TABLE mart_parts_1 PARTITION OF mart_parts FOR VALUES FROM ('2024-01-01') TO ('2024-04-01');
CREATE TABLE mart_parts_2 PARTITION OF mart_parts FOR VALUES FROM ('2024-04-01') TO ('2024-07-01');
INSERT INTO mart_parts SELECT ('00000000-0000-0000-0000-0000000000' || lpad((i % 40)::text, 2, '0'))::uuid, date '2024-01-01' + matrix.random(i, 1, 180)::integer, 10 FROM generate_series(1, 500) AS i;
SELECT create_mart('mart_kept', 'mart_parts', 'customer', 'day', 'amount');
CALL refresh_mart('mart_kept');
INSERT INTO mart_parts_1 SELECT customer, day + 1, amount FROM mart_parts_1 WHERE day < '2024-01-20';
SELECT DISTINCT month FROM mart_kept.changes;
CREATE TABLE mart_parts_3 PARTITION OF mart_parts FOR VALUES FROM ('2024-07-01') TO ('2024-10-01');
INSERT INTO mart_parts_3 SELECT customer, day + 200, amount FROM mart_parts_1 WHERE day < '2024-01-20';
CALL refresh_mart('mart_kept');
SELECT sum(revenue) = (SELECT sum(amount) FROM mart_parts) AS whole, max(period) FROM mart_kept.revenue;
COPY mart_parts_3 FROM STDIN;
00000000-0000-0000-0000-000000000001	2024-08-05	7
\.
ALTER TABLE mart_parts DETACH PARTITION mart_parts_1;
CALL refresh_mart('mart_kept');
SELECT sum(revenue) = (SELECT sum(amount) FROM mart_parts) AS whole, min(period) FROM mart_kept.revenue;
ALTER TABLE mart_parts DISABLE TRIGGER ALL;
\set SHOW_CONTEXT never
INSERT INTO mart_parts SELECT customer, '2024-05-05', 1 FROM mart_parts_2;
CALL refresh_mart('mart_kept');
SELECT sum(revenue) = (SELECT sum(amount) FROM mart_parts) AS whole, (SELECT count(*) FROM mart_kept.customers) = (SELECT count(DISTINCT customer) FROM mart_parts) AS customers FROM mart_kept.revenue;
SELECT drop_mart('mart_kept');

-- an order with lines of two categories is one order; its rows may be of a day to come; guests may come first; costs come when they come
CREATE DOMAIN mart_money AS numeric(12,4);
CREATE TABLE mart_lines_of (order_id int, customer int, day date, amount mart_money, category text, product text);
INSERT INTO mart_lines_of VALUES (1, NULL, '2023-02-01', 5, 'a', 'p'), (2, 1, '2024-05-05', 10, 'a', 'p'), (2, 1, '2024-05-05', 20.0001, 'b', 'q'), (3, 2, '2024-06-06', 30, 'a', 'p'), (4, 2, '2024-06-07', -3, 'a', 'p');
CREATE TABLE mart_spent AS SELECT * FROM (VALUES (timestamptz '2022-12-31 12:00Z', 100), ('2024-05-05', 10), ('2024-07-31 22:00Z', 7)) AS v (at, cost);
CREATE FUNCTION mart_make_lines(mart name, tz text) RETURNS void LANGUAGE sql AS $$
    SELECT create_mart(mart, 'mart_lines_of', 'customer', 'day', 'amount', order_id => 'order_id', category => 'category', product => 'product', price => 'amount', costs => '{"table": "mart_spent", "spent_at": "at", "amount": "cost"}', tz => tz, lapse => '1 month') $$;
SELECT mart_make_lines('mart_kept', NULL);
SELECT mart_make_lines('mart_kept', 'Europe/Berlin');
CALL refresh_mart('mart_kept');
SELECT period, category, orders, revenue FROM mart_kept.revenue ORDER BY period, category;
SELECT period, active_customers, orders, purchase_frequency_ratio, avg_check, revenue FROM mart_kept.client_formula WHERE orders > 0 ORDER BY period;
SELECT period, acquisition_cost, new_customers, cac, is_complete FROM mart_kept.unit_economics WHERE acquisition_cost IS NOT NULL ORDER BY period;
UPDATE mart_lines_of SET amount = amount + 1 WHERE order_id = 2;
CALL refresh_mart('mart_kept');
SELECT mart_make_lines('mart_fresh', 'Europe/Berlin');
CALL refresh_mart('mart_fresh');
SELECT * FROM mart_differences('mart_kept', 'mart_fresh') WHERE only_a + only_b > 0;
SELECT drop_mart('mart_kept');
SELECT drop_mart('mart_fresh');
-- whoever is in Samoa has never the day that it is on Christmas Island
CREATE FUNCTION mart_today(tz text) RETURNS date LANGUAGE sql RETURN (now() AT TIME ZONE tz)::date;
INSERT INTO mart_lines_of VALUES (5, 1, mart_today('Pacific/Pago_Pago'), 40, 'a', 'p'), (6, 3, mart_today('Pacific/Kiritimati'), 1000, 'a', 'r'), (7, 3, mart_today('Pacific/Kiritimati') + 1, 5000, 'a', 'r');
SELECT mart_make_lines('mart_kept', 'Pacific/Pago_Pago');
CALL refresh_mart('mart_kept');
CREATE FUNCTION mart_sums(mart name) RETURNS TABLE (revenue numeric, customers numeric, formula numeric, kinds numeric, new_customers numeric, cohorts numeric) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT (SELECT sum(revenue) FROM %1$I.revenue), (SELECT sum(revenue) FROM %1$I.customers), (SELECT sum(revenue) FROM %1$I.client_formula), (SELECT sum(revenue) FROM %1$I.sales_kinds),
        (SELECT sum(new_customers) FROM %1$I.lifecycle), (SELECT sum(cohort_size) FROM %1$I.cohorts WHERE period_number = 0)', mart);
END $$;
SELECT * FROM mart_sums('mart_kept');
SELECT drop_mart('mart_kept');
SELECT mart_make_lines('mart_kept', 'Pacific/Kiritimati');
CALL refresh_mart('mart_kept');
SELECT * FROM mart_sums('mart_kept');
-- orders can be written whatever became of the column, and whatever date it is
DELETE FROM mart_lines_of WHERE order_id >= 5;
INSERT INTO mart_lines_of VALUES (8, 1, '5000000-01-01', 1, 'a', 'p');
CALL refresh_mart('mart_kept');
UPDATE mart_lines_of SET day = '0001-01-01' WHERE order_id = 8;
CALL refresh_mart('mart_kept');
SELECT reason, row_count, sample, first_day FROM mart_kept.rejected;
ALTER TABLE mart_lines_of RENAME COLUMN day TO ordered_on;
UPDATE mart_lines_of SET ordered_on = '2024-06-08' WHERE order_id = 8;
CALL refresh_mart('mart_kept');
ALTER TABLE mart_lines_of RENAME COLUMN ordered_on TO day;
CALL refresh_mart('mart_kept');
SELECT sum(revenue) FROM mart_kept.revenue;
DROP VIEW mart_kept.source_orders;
ALTER TABLE mart_lines_of ALTER COLUMN day TYPE timestamp;
INSERT INTO mart_lines_of VALUES (9, 1, '2024-06-09', 1, 'a', 'p');
CALL refresh_mart('mart_kept');
SELECT drop_mart('mart_kept');
SET extra_float_digits = -15;
SELECT create_mart('mart_kept', 'mart_lines_of', 'customer', 'day', 'amount', golden_threshold => 0.7654321, discount_pct => 9.87654321);
RESET extra_float_digits;
SELECT golden_threshold, discount_pct, decimals FROM mart_kept.settings;
SELECT drop_mart('mart_kept');

-- a mart that is renamed goes on, and no write of orders fails for its sake
SELECT create_mart('mart_kept', 'mart_orders', 'customer_id', 'ordered_on', 'total', status => 'status');
CALL refresh_mart('mart_kept');
ALTER SCHEMA mart_kept RENAME TO mart_other;
INSERT INTO mart_orders VALUES (9, 'E', '2024-03-02', 5, 'paid');
CALL refresh_mart('mart_other');
SELECT sum(revenue) FROM mart_other.revenue;
INSERT INTO mart_orders VALUES (10, 'E', '2024-03-02', 5, 'paid');
ALTER TABLE mart_orders RENAME TO mart_renamed;
CALL refresh_mart('mart_other');
SELECT sum(revenue) FROM mart_other.revenue;
-- what is the user's own stays
CREATE VIEW mart_mine AS SELECT period, revenue FROM mart_other.revenue;
SELECT drop_mart('mart_other');
DROP VIEW mart_mine;
CREATE TABLE mart_other.mine (i int);
SELECT drop_mart('mart_other');
DROP TABLE mart_other.mine;
DROP TABLE mart_renamed CASCADE;
CALL refresh_mart('mart_other');
SELECT drop_mart('mart_other');

-- hostile names
CREATE SCHEMA "Mart's ""schema""; --";
CREATE TABLE "Mart's ""schema""; --"."or'ders $$ %s" ("cust""omer'" text, "at %I" timestamp, "am'ount $1" double precision, "st\atus" text, "cat{mart}" text);
INSERT INTO "Mart's ""schema""; --"."or'ders $$ %s" VALUES ('x', '2024-01-05 10:00', 0.1, 'paid', 'a''b'), ('x', '2024-02-05 10:00', 0.2, 'paid', '"'), ('y%s', '2024-02-05 10:00', 0.25, 'paid', '$$');
SELECT create_mart('Shop''s "mart" {step} %s $1', '"Mart''s ""schema""; --"."or''ders $$ %s"', 'cust"omer''', 'at %I', 'am''ount $1', status => 'st\atus', category => 'cat{mart}');
CALL refresh_mart('Shop''s "mart" {step} %s $1', quality => true);
INSERT INTO "Mart's ""schema""; --"."or'ders $$ %s" VALUES ('z', '2024-02-06 10:00', 1, 'paid', 'a''b');
CALL refresh_mart('Shop''s "mart" {step} %s $1');
SELECT period, category, revenue FROM "Shop's ""mart"" {step} %s $1".revenue ORDER BY period, category;
SELECT customer, revenue FROM "Shop's ""mart"" {step} %s $1".customers ORDER BY customer;
SELECT drop_mart('Shop''s "mart" {step} %s $1');
DROP SCHEMA "Mart's ""schema""; --" CASCADE;

-- amounts in floating point, with what arithmetic leaves in the last digits
CREATE TABLE mart_float AS SELECT 1 AS customer, date '2024-01-05' AS day, 6 * 2.55::double precision AS amount UNION ALL SELECT 2, '2024-02-05', 0.1::double precision + 0.2;
SELECT create_mart('mart_float', 'mart_float', 'customer', 'day', 'amount');
CALL refresh_mart('mart_float');
SELECT period, revenue FROM mart_float.revenue ORDER BY period;
SELECT drop_mart('mart_float');

-- subscriptions whose ends_at is the last day: 100 customers of 10 a month, seven months in a row
CREATE TABLE mart_terms AS SELECT customer, month::date AS starts, (month + interval '1 month' - interval '1 day')::date AS ends, 10 AS fee, interval '1 month' AS every FROM generate_series(1, 100) AS customer, generate_series(timestamp '2024-01-01', '2024-07-01', '1 month') AS month;
SELECT create_mart('mart_last', 'mart_terms', 'customer', 'starts', 'fee', subscriptions => '{"table": "mart_terms", "customer": "customer", "starts_at": "starts", "ends_at": "ends", "amount": "fee", "every": "every", "ends_inclusive": true}');
SELECT create_mart('mart_after', 'mart_terms', 'customer', 'starts', 'fee', subscriptions => '{"table": "mart_terms", "customer": "customer", "starts_at": "starts", "ends_at": "ends", "amount": "fee", "every": "every", "ends_inclusive": false}');
UPDATE mart_terms SET fee = 11 WHERE starts = '2024-07-01' AND customer = 1;
CALL refresh_mart('mart_last');
CALL refresh_mart('mart_after');
SELECT period, i.new_mrr, i.churn, i.end_mrr, i.churned_customers, e.churn AS exclusive_churn, e.end_mrr AS exclusive_end_mrr FROM mart_last.mrr AS i JOIN mart_after.mrr AS e USING (period) ORDER BY period;
-- the row that cannot be one is found, and left out
INSERT INTO mart_terms VALUES (7, '2024-08-02', '2024-08-01', 10, '1 month');
CALL refresh_mart('mart_last', strict => true);
CALL refresh_mart('mart_last');
SELECT source, reason, row_count, sample FROM mart_last.rejected;
SELECT drop_mart('mart_last'), drop_mart('mart_after');

-- a second currency is an error, when it is read with the first and when it comes later
CREATE TABLE mart_currencies (customer int, day date, amount numeric, cur text);
INSERT INTO mart_currencies VALUES (1, '2024-01-05', 100, 'USD'), (2, '2024-02-05', 50000, 'CRC'), (NULL, '2024-02-06', 80, 'USD');
SELECT create_mart('mart_kept', 'mart_currencies', 'customer', 'day', 'amount', currency => 'cur');
CALL refresh_mart('mart_kept');
DELETE FROM mart_currencies WHERE cur = 'CRC';
CALL refresh_mart('mart_kept');
INSERT INTO mart_currencies VALUES (NULL, '2024-03-05', 50000, 'CRC');
CALL refresh_mart('mart_kept');
UPDATE mart_currencies SET cur = NULL WHERE cur = 'CRC';
CALL refresh_mart('mart_kept');
UPDATE mart_currencies SET cur = 'EUR';
TRUNCATE mart_kept.changes;
INSERT INTO mart_kept.changes VALUES (NULL);
CALL refresh_mart('mart_kept');
SELECT sum(revenue) FROM mart_kept.revenue;
SELECT drop_mart('mart_kept');
DROP TABLE mart_currencies;

-- errors
\set VERBOSITY default
CREATE TABLE mart_orders (order_id bigint, customer_id text, ordered_on date, at timestamptz, total numeric, status text);
SELECT create_mart('m', 'mart_orders', 'customer', 'ordered_on', 'total');
SELECT create_mart('m', 'mart_orders', 'customer_id', 'at', 'total');
SELECT create_mart('m', 'mart_orders', 'customer_id', 'ordered_on', 'status');
SELECT create_mart('m', 'mart_orders', 'customer_id', 'ordered_on', 'total', tz => 'Europe/Nowhere');
SELECT create_mart('m', 'mart_orders', 'customer_id', 'at', 'total', tz => 'CET');
SELECT create_mart('m', 'mart_orders', 'customer_id', 'at', 'total', tz => 'MSK');
CREATE VIEW mart_local AS SELECT customer_id, at AT TIME ZONE 'UTC' AS local, total FROM mart_orders;
SELECT create_mart('m', 'mart_local', 'customer_id', 'local', 'total', tz => 'America/New_York');
DROP VIEW mart_local;
SELECT create_mart('m', 'mart_orders', 'customer_id', 'ordered_on', 'total', step => '1 week');
SELECT create_mart('m', 'mart_orders', 'customer_id', 'ordered_on', 'total', survey => '[]');
SELECT create_mart('m', 'mart_orders', 'customer_id', 'ordered_on', 'total', survey => '{"table": "mart_orders", "score": "total"}');
SELECT create_mart('m', 'mart_orders', 'customer_id', 'ordered_on', 'total', survey => '{"table": "mart_orders", "answered_at": "at", "points": "total"}');
SELECT create_mart('m', 'mart_orders', 'customer_id', 'ordered_on', 'total', costs => '{"table": "mart_orders", "spent_at": "at", "amount": "nothing"}');
SELECT create_mart('m', 'mart_orders', 'customer_id', 'ordered_on', 'total', subscriptions => '{"table": "mart_orders", "customer": "customer_id", "amount": "total", "every": "at"}');
SELECT create_mart('m', 'mart_orders', 'customer_id', 'ordered_on', 'total', subscriptions => '{"table": "mart_orders", "customer": "customer_id", "starts_at": "ordered_on", "amount": "total", "every": "status", "ends_inclusive": true}');
SELECT create_mart('m', 'mart_orders', 'customer_id', 'ordered_on', 'total', subscriptions => '{"table": "mart_orders", "customer": "customer_id", "starts_at": "ordered_on", "ends_at": "ordered_on", "amount": "total", "every": "status", "ends_inclusive": "yes"}');
SELECT create_mart('m', 'mart_orders', 'customer_id', 'ordered_on', 'total', product => 'status');
-- each rule below, at and above its bounds, and for NULL
CREATE FUNCTION mart_rule(argument text, value text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT create_mart(mart => %L, orders => ''mart_orders'', customer => ''customer_id'', ordered_at => ''ordered_on'', amount => ''total''%s)',
                   CASE argument WHEN 'mart' THEN value ELSE 'm' END, CASE WHEN argument <> 'mart' THEN format(', %s => %s', argument, value) END);
    EXECUTE format('SELECT drop_mart(%L)', CASE argument WHEN 'mart' THEN value ELSE 'm' END);
    RETURN 'taken';
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN SQLERRM;
END $$;
SELECT argument, value, mart_rule(argument, value) FROM (VALUES
    ('step', '''1 day'''), ('step', '''1 month'''), ('step', '''30 days'''), ('step', '''3 months'''), ('step', '''12 months'''), ('step', '''2 years'''), ('step', 'NULL'),
    ('lapse', '''-5 days'''), ('lapse', '''0 days'''), ('lapse', '''1 day'''), ('lapse', '''36 hours'''), ('lapse', '''10 years'''), ('lapse', '''10 years 1 day'''), ('lapse', '''20 years'''), ('lapse', 'NULL'),
    ('golden_threshold', '-1'), ('golden_threshold', '0'), ('golden_threshold', '1e-9'), ('golden_threshold', '1'), ('golden_threshold', '1.0001'), ('golden_threshold', '''NaN'''), ('golden_threshold', 'NULL'),
    ('horizon', '0'), ('horizon', '1'), ('horizon', '120'), ('horizon', '121'), ('horizon', 'NULL'),
    ('discount_pct', '-0.1'), ('discount_pct', '0'), ('discount_pct', '1000'), ('discount_pct', '1000.1'), ('discount_pct', '''NaN'''), ('discount_pct', 'NULL'),
    ('decimals', '-1'), ('decimals', '0'), ('decimals', '12'), ('decimals', '13'), ('decimals', 'NULL'),
    ('tz', '''UTC'''), ('tz', '''Europe/Nowhere'''), ('tz', '''CET'''), ('tz', ''''''), ('tz', 'NULL'),
    ('mart', ''), ('mart', repeat('m', 48)), ('mart', repeat('m', 49))) AS v (argument, value);
DROP FUNCTION mart_rule;
SELECT create_mart('pg_catalog', 'mart_orders', 'customer_id', 'ordered_on', 'total');
SELECT create_mart(NULL, 'mart_orders', 'customer_id', 'ordered_on', 'total');
CALL refresh_mart('matrix');
CALL refresh_mart(NULL);
SELECT create_mart('mart_kept', 'mart_orders', 'customer_id', 'ordered_on', 'total', status => 'status');
CALL refresh_mart('mart_kept');
INSERT INTO mart_orders VALUES (1, 'A', '2024-01-05', NULL, 1.005, 'paid');
CALL refresh_mart('mart_kept', strict => true);
UPDATE mart_orders SET total = 1, status = 'who knows';
CALL refresh_mart('mart_kept', strict => true);
BEGIN;
CALL refresh_mart('mart_kept');
ROLLBACK;
UPDATE mart_orders SET status = 'paid';
CALL refresh_mart('mart_kept');
SELECT sum(revenue) FROM mart_kept.revenue;
SELECT name, about FROM describe_mart('mart_kept') WHERE about LIKE 'empty%' OR about LIKE 'absent%';
SELECT run, state, rows_read FROM mart_kept.refresh_log;
CREATE ROLE mart_stranger;
GRANT USAGE ON SCHEMA mart_kept TO mart_stranger;
GRANT SELECT ON ALL TABLES IN SCHEMA mart_kept TO mart_stranger;
SET ROLE mart_stranger;
SELECT sum(revenue) FROM mart_kept.revenue;
CALL refresh_mart('mart_kept');
SELECT drop_mart('mart_kept');
RESET ROLE;
SELECT drop_mart('mart_kept');
DROP ROLE mart_stranger;

-- a midnight that comes twice: in Havana clocks went back from 1 to 0 on 1 November 2020
CREATE TABLE mart_havana AS SELECT i AS customer, timestamptz '2020-10-01 12:00Z' + i * interval '1 day' AS at, 10 AS amount, 'p' || i % 3 AS product FROM generate_series(1, 100) AS i;
INSERT INTO mart_havana VALUES (1, '2020-11-01 00:30-04', 1000, 'p1');
CREATE FUNCTION mart_make_havana(mart name) RETURNS void LANGUAGE sql AS $$ SELECT create_mart(mart, 'mart_havana', 'customer', 'at', 'amount', product => 'product', price => 'amount', tz => 'America/Havana') $$;
CREATE PROCEDURE mart_compare_havana(what text) LANGUAGE plpgsql AS $$
DECLARE
    wrong text;
BEGIN
    CALL refresh_mart('mart_kept');
    PERFORM mart_make_havana('mart_fresh');
    CALL refresh_mart('mart_fresh');
    SELECT string_agg(format('%s %s %s', view, only_a, only_b), ', ') INTO wrong FROM mart_differences('mart_kept', 'mart_fresh') WHERE only_a + only_b > 0;
    PERFORM drop_mart('mart_fresh');
    RAISE WARNING '%: %', what, coalesce(wrong, 'as made afresh');
END $$;
SELECT mart_make_havana('mart_kept');
CALL mart_compare_havana('first');
INSERT INTO mart_havana VALUES (2, '2020-10-20 12:00Z', 1, 'p1');
CALL mart_compare_havana('the month before');
INSERT INTO mart_havana VALUES (2, '2020-11-20 12:00Z', 1, 'p1');
CALL mart_compare_havana('the month that begins twice');
INSERT INTO mart_havana VALUES (2, '2020-12-20 12:00Z', 1, 'p1');
CALL mart_compare_havana('the month behind');
SELECT period, sum(revenue) FROM mart_kept.sales_kinds GROUP BY period ORDER BY period;
SELECT drop_mart('mart_kept');
-- orders without a customer, where only the table above says that there are none
SELECT CASE WHEN current_setting('server_version_num')::int >= 180000 THEN 'NO INHERIT' ELSE '' END AS no_inherit \gset
CREATE TABLE mart_above (customer bigint NOT NULL :no_inherit, day date, amount numeric);
CREATE TABLE mart_below () INHERITS (mart_above);
ALTER TABLE mart_below ALTER customer DROP NOT NULL;
INSERT INTO mart_above VALUES (1, '2024-01-01', 10);
INSERT INTO mart_below VALUES (NULL, '2024-01-02', 1000);
SELECT create_mart('mart_kept', 'mart_above', 'customer', 'day', 'amount');
CALL refresh_mart('mart_kept');
SELECT sum(revenue) FROM mart_kept.revenue;
SELECT drop_mart('mart_kept');
-- new customers of the running period draw no other sample
CREATE TABLE mart_many AS SELECT i AS customer, date '2024-01-01' + (i * 7 % 200 + n * (10 + i % 50)) AS day, 5 + i * 3 % 40 AS amount FROM generate_series(1, 5200) AS i, generate_series(0, i % 3) AS n;
SELECT create_mart('mart_kept', 'mart_many', 'customer', 'day', 'amount');
CALL refresh_mart('mart_kept');
INSERT INTO mart_many SELECT 10000 + i, max(day), 7 FROM mart_many, generate_series(1, 3000) AS i GROUP BY i;
CALL refresh_mart('mart_kept');
SELECT create_mart('mart_fresh', 'mart_many', 'customer', 'day', 'amount', triggers => false);
CALL refresh_mart('mart_fresh');
SELECT view, only_a, only_b FROM mart_differences('mart_kept', 'mart_fresh') WHERE only_a + only_b > 0;
SELECT drop_mart('mart_kept'), drop_mart('mart_fresh');
-- days and instants as a session writes them, zones of which no abbreviation can be read
SET DateStyle = 'SQL, DMY';
SET TimeZone = 'Asia/Jakarta';
SELECT create_mart('mart_kept', 'mart_orders', 'customer_id', 'ordered_on', 'total');
CALL refresh_mart('mart_kept');
CALL refresh_mart('mart_kept', from_day => '01/03/2024', to_day => '01/04/2024');
RESET DateStyle;
RESET TimeZone;
SELECT create_mart('mart_fresh', 'mart_orders', 'customer_id', 'ordered_on', 'total', triggers => false);
CALL refresh_mart('mart_fresh');
SELECT view, only_a, only_b FROM mart_differences('mart_kept', 'mart_fresh') WHERE only_a + only_b > 0;
SELECT drop_mart('mart_kept'), drop_mart('mart_fresh');
-- no word about a key that is not there yet
SET client_min_messages = notice;
SELECT create_mart('mart_kept', 'mart_orders', 'customer_id', 'ordered_on', 'total');
SET client_min_messages = warning;
SELECT drop_mart('mart_kept');
SELECT nspname FROM pg_namespace WHERE nspname ~* 'mart';
