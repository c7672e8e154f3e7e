-- Several currencies in one mart: amounts are converted at the rates of their days, refunds at those of their orders, the same after each change of orders
-- and rates as in a mart made afresh and as in plain SQL.
\set VERBOSITY terse
\pset null -
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
CREATE TABLE rates_orders (id int, who text, day date, amount numeric, cur text, line text);
CREATE TABLE rates_daily (cur text, valid_from date, rate numeric);

-- by hand: a rate counts from its day on; halves are rounded away from 0; a refund has the rate of its order's first day; what cannot be converted is set aside
INSERT INTO rates_orders VALUES
    (1, 'a', '2024-01-31', 100, 'USD', 'x'), (1, 'a', '2024-02-10', -40, 'USD', 'x'), (2, 'b', '2024-02-01', 100, 'USD', 'y'), (3, 'b', '2024-02-01', 10, 'EUR', 'y'),
    (4, NULL, '2024-02-03', 0.01, 'USD', 'x'), (5, NULL, '2024-02-03', -0.01, 'USD', 'x'), (6, 'c', '2024-02-03', -10, 'USD', 'x'), (7, 'c', '2024-01-01', 7, 'USD', 'x'), (7, 'c', '2024-02-07', -7, 'USD', 'x'),
    (8, 'd', '2024-02-07', 5, NULL, 'x'), (8, 'd', '2024-02-07', 5, '', 'x'), (9, 'd', '2024-02-07', 5, 'usd', 'x'), (10, 'd', '2024-02-07', 5.005, 'EUR', 'x'), (11, 'd', '2024-02-07', 5.005, 'USD', 'x'),
    (12, 'd', '2024-02-07', 'NaN', 'USD', 'x'), (13, 'e', '2024-02-20', 1000, 'JPY', 'x'), (14, 'e', '2024-02-20', -1, 'JPY', 'x'), (15, 'e', '2024-02-25', 1e15, 'JPY', 'x');
INSERT INTO rates_daily VALUES ('USD', '2024-01-05', 0.9), ('USD', '2024-02-01', 0.5), ('USD', '2024-02-05', 0), ('USD', '2024-02-06', NULL), ('USD', '2024-02-07', 'NaN'), ('USD', '2024-02-08', -1), ('EUR', '2024-01-01', 1), ('JPY', '2024-02-15', 0.004), (NULL, '2024-02-15', 3), ('USD', 'infinity', 3);
CREATE FUNCTION rates_make(mart name, order_id text DEFAULT 'id', step interval DEFAULT '1 month') RETURNS void LANGUAGE sql AS $$
    SELECT create_mart(mart, 'rates_orders', 'who', 'day', 'amount', order_id => order_id, category => 'line', currency => 'cur', decimals => 2, step => step,
                       rates => '{"table": "rates_daily", "currency": "cur", "day": "valid_from", "rate": "rate"}', report_currency => 'EUR') $$;
SELECT rates_make('mart_kept');
CALL refresh_mart('mart_kept');
SELECT order_id, day, currency, original_amount, rate_day, rate, amount, problem FROM mart_kept.source_orders ORDER BY order_id, day, currency;
SELECT period, orders, gross_revenue, refunds, revenue FROM mart_kept.revenue WHERE category = 'x' ORDER BY period;
SELECT source, reason, row_count, sample FROM mart_kept.rejected ORDER BY source, reason;
SELECT obj_description('mart_kept'::regnamespace), obj_description('mart_kept.source_orders'::regclass);
CALL refresh_mart('mart_kept', strict => true);

-- what a refresh tells: new rates, only of months that use them
SET client_min_messages = notice;
INSERT INTO rates_daily VALUES ('USD', '2024-02-20', 0.6), ('CHF', '2023-01-01', 1.1);
DELETE FROM rates_daily WHERE valid_from BETWEEN '2024-02-05' AND '2024-02-08' OR cur IS NULL;
DELETE FROM rates_orders WHERE id IN (5, 8, 9, 10, 12, 14, 15);
CALL refresh_mart('mart_kept');
UPDATE rates_daily SET rate = 0.91 WHERE rate = 0.9;
CALL refresh_mart('mart_kept');
INSERT INTO rates_daily VALUES ('USD', '2025-02-01', 0.7);
CALL refresh_mart('mart_kept');
SET client_min_messages = warning;

-- what rates must not say
INSERT INTO rates_daily VALUES ('USD', '2024-02-20', 0.61);
CALL refresh_mart('mart_kept');
UPDATE rates_daily SET cur = 'EUR' WHERE rate = 0.61;
CALL refresh_mart('mart_kept');
DELETE FROM rates_daily WHERE rate = 0.61;
INSERT INTO rates_daily SELECT * FROM rates_daily;
CALL refresh_mart('mart_kept', strict => true);
SELECT period, revenue FROM mart_kept.overview ORDER BY period;
SELECT drop_mart('mart_kept');
TRUNCATE rates_orders, rates_daily;

-- plain SQL of its own: sums of sales and refunds by month
CREATE FUNCTION rates_plain(by_order boolean) RETURNS TABLE (period date, gross_revenue numeric, refunds numeric, rejected_rows bigint) LANGUAGE sql AS $$
    WITH dated AS MATERIALIZED (
        SELECT o.*, CASE WHEN amount < 0 AND by_order THEN coalesce((SELECT min(s.day) FROM rates_orders AS s WHERE s.id = o.id AND s.amount >= 0), o.day) ELSE o.day END AS rate_day FROM rates_orders AS o),
    spans AS (SELECT cur, daterange(valid_from, lead(valid_from) OVER (PARTITION BY cur ORDER BY valid_from)) AS days, rate FROM rates_daily WHERE rate > 0 AND rate <> 'NaN' UNION ALL SELECT 'EUR', '(,)', 1),
    rated AS (SELECT d.*, s.rate FROM dated AS d LEFT JOIN spans AS s ON s.cur = d.cur AND s.days @> d.rate_day),
    money AS (SELECT r.*, sign(amount) * floor(abs(amount) * rate * 100 + 0.5) / 100 AS euros FROM rated AS r)
    SELECT date_trunc('month', day)::date, coalesce(sum(euros) FILTER (WHERE amount >= 0), 0), coalesce(sum(euros) FILTER (WHERE amount < 0 AND euros <> 0), 0), count(*) FILTER (WHERE rate IS NULL OR amount < 0 AND euros = 0) FROM money GROUP BY 1 $$;
CREATE PROCEDURE rates_compare(what text, by_order boolean DEFAULT true, step interval DEFAULT '1 month') LANGUAGE plpgsql AS $$
DECLARE
    view name;
    differ bigint;
    wrong text := '';
    months bigint;
BEGIN
    CALL refresh_mart('mart_kept');
    SELECT count(*), count(*) FILTER (WHERE (coalesce(v.gross_revenue, 0), coalesce(v.refunds, 0), v.rejected_rows) IS DISTINCT FROM (p.gross_revenue, p.refunds, p.rejected_rows)) INTO months, differ
    FROM (SELECT s.month AS period, sum(s.gross_revenue) AS gross_revenue, sum(s.refunds) AS refunds, coalesce((SELECT sum(rows) FROM mart_kept.stored_rejected AS r WHERE r.month = s.month AND r.source = 'orders'), 0)::bigint AS rejected_rows FROM mart_kept.stored_months AS s GROUP BY 1) AS v
         FULL JOIN (SELECT * FROM rates_plain(by_order) AS p WHERE p.gross_revenue <> 0 OR p.refunds <> 0) AS p USING (period);
    PERFORM rates_make('mart_fresh', CASE WHEN by_order THEN 'id' END, step);
    CALL refresh_mart('mart_fresh');
    wrong := CASE WHEN differ > 0 THEN format(' plain SQL %s', differ) ELSE '' END;
    FOR view IN SELECT viewname FROM pg_views WHERE schemaname = 'mart_fresh' AND viewname <> 'refreshes' LOOP
        EXECUTE format('SELECT count(*) FROM ((TABLE mart_kept.%1$I EXCEPT ALL TABLE mart_fresh.%1$I) UNION ALL (TABLE mart_fresh.%1$I EXCEPT ALL TABLE mart_kept.%1$I)) AS d', view) INTO differ;
        wrong := wrong || CASE WHEN differ > 0 THEN format(' %s %s', view, differ) ELSE '' END;
    END LOOP;
    SELECT wrong || CASE WHEN count(*) > 0 THEN format(' stored_refunds %s', count(*)) ELSE '' END INTO wrong
    FROM ((TABLE mart_kept.stored_refunds EXCEPT ALL TABLE mart_fresh.stored_refunds) UNION ALL (TABLE mart_fresh.stored_refunds EXCEPT ALL TABLE mart_kept.stored_refunds)) AS d;
    PERFORM drop_mart('mart_fresh');
    RAISE WARNING '%: % (% months, % rows read, % rejected)', what, coalesce(nullif(wrong, ''), 'as made afresh and as plain SQL'), months, (SELECT rows_read FROM mart_kept.refresh_log ORDER BY run DESC LIMIT 1), (SELECT sum(rejected_rows) FROM mart_kept.overview);
END $$;
CREATE PROCEDURE rates_change(by_order boolean, step interval DEFAULT '1 month') LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE rates_orders, rates_daily;
    -- daily rates of one currency, weekly ones of another, which begin later; and currencies in other letters, which have none
    INSERT INTO rates_daily SELECT 'USD', date '2023-01-01' + d::integer, round(0.8 + matrix.random(d, 1, 2000) / 10000.0, 4) FROM generate_series(0, 500) AS d
        UNION ALL SELECT 'JPY', date '2023-02-01' + 7 * d::integer, 0.005 + matrix.random(d, 2, 2000) / 1000000.0 FROM generate_series(0, 60) AS d;
    INSERT INTO rates_orders
    SELECT 1 + matrix.random(i, 3, 250)::integer, CASE WHEN i % 20 > 0 THEN 'c' || matrix.random(i, 4, 60) END, date '2023-01-10' + matrix.random(i, 5, 480)::integer,
           (matrix.random(i, 6, 20000) - CASE WHEN i % 3 = 0 THEN 20000 ELSE 0 END) / 100.0, (ARRAY['EUR', 'USD', 'USD', 'JPY', 'JPY', 'usd', NULL])[1 + matrix.random(i, 7, 5 + 2 * (i % 40 / 39))], 'l' || i % 3
    FROM generate_series(1, 800) AS i;
    PERFORM rates_make('mart_kept', CASE WHEN by_order THEN 'id' END, step);
    CALL refresh_mart('mart_kept');
    UPDATE rates_daily SET rate = rate + 0.001 WHERE cur = 'USD' AND valid_from BETWEEN '2023-06-10' AND '2023-06-20';
    CALL rates_compare('rates corrected', by_order, step);
    DELETE FROM rates_daily WHERE cur = 'JPY' AND valid_from < '2023-03-01';
    INSERT INTO rates_daily VALUES ('usd', '2023-01-01', 2), ('USD', '2024-06-01', 1.5), ('JPY', '2023-01-01', 0.5), ('USD', '2023-05-05', -3) ;
    DELETE FROM rates_daily WHERE cur = 'USD' AND valid_from = '2023-05-05' AND rate > 0;
    CALL rates_compare('rates that are new', by_order, step);
    IF by_order THEN
        UPDATE rates_orders SET day = day + 31 WHERE amount >= 0 AND id % 20 = 1;
        CALL rates_compare('orders of refunds moved', by_order, step);
        DELETE FROM rates_orders WHERE amount >= 0 AND id % 20 = 2;
        CALL rates_compare('orders of refunds gone', by_order, step);
        INSERT INTO rates_orders SELECT id, who, '2023-01-02', 5, 'EUR', 'l1' FROM rates_orders WHERE amount < 0 AND id % 20 = 3;
        CALL rates_compare('orders of refunds that come late', by_order, step);
        UPDATE rates_orders SET cur = 'USD' WHERE amount < 0 AND id % 20 = 4;
        UPDATE rates_orders SET id = id + 1 WHERE amount < 0 AND id % 20 = 5;
        CALL rates_compare('refunds of another order', by_order, step);
    END IF;
    UPDATE rates_orders SET day = day - 40, amount = amount + CASE WHEN cur = 'EUR' THEN 0 ELSE 0.005 END WHERE id % 20 = 6;
    UPDATE rates_daily SET valid_from = valid_from + 1 WHERE cur = 'JPY' AND valid_from > '2023-09-01';
    CALL rates_compare('both', by_order, step);
    UPDATE pg_class SET reltuples = 1e8 WHERE oid = 'rates_orders'::regclass;
    INSERT INTO mart_kept.changes VALUES (NULL);
    UPDATE rates_daily SET rate = rate + 0.001 WHERE valid_from > '2023-06-20';
    CALL rates_compare('read in parts', by_order, step);
    TRUNCATE rates_daily;
    CALL rates_compare('no rates', by_order, step);
    PERFORM drop_mart('mart_kept');
END $$;
CALL rates_change(true);
CALL rates_change(false, '3 months');

-- prices of kinds of sale are converted too; days of a time zone, keys of text, floating point, and periods without triggers
CREATE VIEW rates_view AS SELECT 'order ' || id AS id, who, (day + time '23:30') AT TIME ZONE 'UTC' AS at, amount::double precision AS amount, cur, 'p' || id % 4 AS product, 'g' AS relation, 3 * abs(amount) AS price, 2 * abs(amount) AS intended FROM rates_orders;
CREATE VIEW rates_instants AS SELECT cur, (valid_from + time '23:30') AT TIME ZONE 'UTC' AS at, rate::double precision AS rate FROM rates_daily;
TRUNCATE rates_orders, rates_daily;
INSERT INTO rates_daily VALUES ('USD', '2024-01-01', 0.9), ('USD', '2024-02-01', 0.5), ('JPY', '2024-01-01', 0.01), ('JPY', '2024-01-31', 'NaN');
INSERT INTO rates_orders VALUES (1, 'a', '2024-01-30', 10.1, 'USD', 'x'), (2, 'a', '2024-01-31', 10.15, 'USD', 'x'), (3, 'b', '2024-02-10', 1.005, 'EUR', 'x'), (4, 'b', '2024-02-11', 50, 'JPY', 'x'), (1, 'a', '2024-03-02', -10.1, 'USD', 'x'), (9, 'a', '2024-03-02', -1, 'USD', 'x');
CREATE FUNCTION rates_make_view(mart name) RETURNS void LANGUAGE sql AS $$
    SELECT create_mart(mart, 'rates_view', 'who', 'at', 'amount', order_id => 'id', currency => 'cur', tz => 'Europe/Berlin', product => 'product', relation => 'relation', price => 'price', intended_price => 'intended',
                       rates => '{"table": "rates_instants", "currency": "cur", "day": "at", "rate": "rate"}', report_currency => 'EUR') $$;
SELECT rates_make_view('mart_kept');
CALL refresh_mart('mart_kept');
SELECT order_id, day, currency, original_amount, rate_day, rate, amount, price, intended_price, problem FROM mart_kept.source_orders ORDER BY day, order_id;
SELECT source, reason, sample FROM mart_kept.rejected;
SELECT period, kind, orders, revenue FROM mart_kept.sales_kinds ORDER BY period, kind;
-- the order of March's refund is another day's: a refresh of its month alone reads that of the refund, too
UPDATE rates_orders SET day = '2024-02-20' WHERE id = 1 AND amount > 0;
CALL refresh_mart('mart_kept', from_day => '2024-02-01', to_day => '2024-03-01');
SELECT period, refunds FROM mart_kept.revenue ORDER BY period;
DELETE FROM rates_orders WHERE id = 1 AND amount > 0;
BEGIN;
CALL refresh_mart('mart_kept');
SELECT period, gross_revenue, refunds FROM mart_kept.revenue ORDER BY period;
ROLLBACK;
SELECT period, gross_revenue, refunds FROM mart_kept.revenue ORDER BY period;
SELECT drop_mart('mart_kept');

-- subscriptions are in the report currency
CREATE TABLE rates_terms (who text, starts date, fee numeric, every interval, cur text);
INSERT INTO rates_terms VALUES ('a', '2024-01-01', 10, '1 month', 'EUR'), ('b', '2024-01-01', 10, '1 month', 'USD'), ('c', '2024-01-01', 10, '1 month', NULL);
SELECT create_mart('mart_kept', 'rates_orders', 'who', 'day', 'amount', currency => 'cur', rates => '{"table": "rates_daily", "currency": "cur", "day": "valid_from", "rate": "rate"}', report_currency => 'EUR',
                   subscriptions => '{"table": "rates_terms", "customer": "who", "starts_at": "starts", "amount": "fee", "every": "every", "currency": "cur"}');
CALL refresh_mart('mart_kept');
SELECT period, end_mrr FROM mart_kept.mrr ORDER BY period LIMIT 1;
SELECT source, reason, sample FROM mart_kept.rejected WHERE source = 'subscriptions' ORDER BY reason, sample;
-- tables of rates that are replaced, are gone, or become something else
CREATE TABLE rates_other AS SELECT cur, valid_from::timestamp AS valid_from, (rate * 2)::real AS rate FROM rates_daily WHERE rate <> 'NaN';
BEGIN;
ALTER TABLE rates_daily RENAME TO rates_old;
ALTER TABLE rates_other RENAME TO rates_daily;
COMMIT;
CALL refresh_mart('mart_kept');
SELECT period, gross_revenue, refunds FROM mart_kept.revenue ORDER BY period;
DROP TABLE rates_daily CASCADE;
CALL refresh_mart('mart_kept');
ALTER TABLE rates_old RENAME TO rates_daily;
CALL refresh_mart('mart_kept');
SELECT period, gross_revenue, refunds FROM mart_kept.revenue ORDER BY period;
SELECT drop_mart('mart_kept');

-- errors
\set VERBOSITY default
CREATE FUNCTION rates_try(rates jsonb, report_currency text, currency text DEFAULT 'cur') RETURNS void LANGUAGE sql AS $$ SELECT create_mart('mart_kept', 'rates_orders', 'who', 'day', 'amount', currency => currency, rates => rates, report_currency => report_currency) $$;
\set SHOW_CONTEXT never
SELECT rates_try(NULL, NULL);
CALL refresh_mart('mart_kept');
SELECT drop_mart('mart_kept');
SELECT rates_try('{"table": "rates_daily", "currency": "cur", "day": "valid_from", "rate": "rate"}', 'EUR', NULL);
SELECT rates_try('{"table": "rates_daily", "currency": "cur", "day": "valid_from", "rate": "rate"}', NULL);
SELECT rates_try('{"table": "rates_daily", "currency": "cur", "day": "valid_from", "rate": "rate"}', '');
SELECT rates_try(NULL, 'EUR');
SELECT rates_try('{"table": "rates_daily", "currency": "cur", "day": "valid_from"}', 'EUR');
SELECT rates_try('{"table": "rates_daily", "currency": "cur", "day": "valid_from", "rate": "rate", "to": "x"}', 'EUR');
SELECT rates_try('{"table": "rates_daily", "currency": "cur", "day": "valid_on", "rate": "rate"}', 'EUR');
SELECT rates_try('{"table": "rates_daily", "currency": "cur", "day": "rate", "rate": "rate"}', 'EUR');
SELECT rates_try('{"table": "rates_daily", "currency": "cur", "day": "valid_from", "rate": "cur"}', 'EUR');
SELECT rates_try('{"table": "rates_instants", "currency": "cur", "day": "at", "rate": "rate"}', 'EUR');
CREATE TEMP TABLE rates_here AS TABLE rates_daily;
SELECT rates_try('{"table": "rates_here", "currency": "cur", "day": "valid_from", "rate": "rate"}', 'EUR');
DROP TABLE rates_here;
CREATE ROLE rates_maker;
GRANT SELECT ON rates_orders, rates_daily TO rates_maker;
ALTER TABLE rates_daily ENABLE ROW LEVEL SECURITY;
SET ROLE rates_maker;
SELECT rates_try('{"table": "rates_daily", "currency": "cur", "day": "valid_from", "rate": "rate"}', 'EUR');
RESET ROLE;
DROP OWNED BY rates_maker;
DROP ROLE rates_maker;
DROP FUNCTION rates_try, rates_make, rates_make_view, rates_plain;
DROP PROCEDURE rates_change, rates_compare;
DROP VIEW rates_view;
DROP TABLE rates_orders, rates_terms, rates_daily CASCADE;
