-- Rows that a mart cannot use: set aside and shown, in figures of nothing else, the same after each change as in a mart made afresh.
\set VERBOSITY terse
\pset null -
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';

-- one answer of 11, one subscription that ends before it starts, an interval of 0 days: all else goes on
CREATE TABLE rejected_orders (id int, who text, day date, amount numeric, status text, line text);
INSERT INTO rejected_orders VALUES (1, 'a', '2024-01-03', 10, 'paid', 'x'), (2, 'b', '2024-01-20', 20.5, 'wc-completed', 'x'), (3, 'b', '2024-02-02', 30, 'Processing', 'y'), (4, NULL, '2024-02-03', 5, 'on-hold', 'y'), (5, NULL, '2024-02-29', 7.25, 'succeeded', 'x');
CREATE TABLE rejected_answers (day date, score int);
INSERT INTO rejected_answers VALUES ('2024-01-05', 10), ('2024-01-06', 11), ('2024-01-07', 3), ('2024-02-07', -1), ('2024-02-08', NULL);
CREATE TABLE rejected_terms (who text, starts date, ends date, fee numeric, every interval);
INSERT INTO rejected_terms VALUES ('a', '2024-01-01', NULL, 10, '1 month'), ('b', '2024-02-01', '2024-01-01', 10, '1 month'), ('c', '2024-01-01', NULL, 10, '0 days'), ('d', NULL, NULL, 10, '1 month'), ('e', '2024-01-01', NULL, 'NaN', '1 month'),
    ('f', '2024-01-01', NULL, 10, '1 month 2 days'), ('g', '2024-01-01', NULL, 10, '12 hours'), ('h', '2024-01-01', '2024-01-01', 10, '1 year 2 months'), (NULL, '2024-01-01', '2024-03-01', 10, '14 days'), ('i', '2024-01-01', NULL, 10, '-1 month');
CREATE TABLE rejected_costs (day date, cost numeric, kind text);
INSERT INTO rejected_costs VALUES ('2024-01-01', 100, 'acquisition'), ('2024-01-02', 1, 'coffee'), ('2024-02-02', 1, NULL), ('2024-02-03', 'Infinity', 'fixed');
CREATE FUNCTION rejected_make(mart name) RETURNS void LANGUAGE sql AS $$
    SELECT create_mart(mart, 'rejected_orders', 'who', 'day', 'amount', order_id => 'id', status => 'status', category => 'line', decimals => 2, survey => '{"table": "rejected_answers", "answered_at": "day", "score": "score"}', costs => '{"table": "rejected_costs", "spent_at": "day", "amount": "cost", "kind": "kind"}',
                       subscriptions => '{"table": "rejected_terms", "customer": "who", "starts_at": "starts", "ends_at": "ends", "amount": "fee", "every": "every"}') $$;
SELECT rejected_make('mart_kept');
SET client_min_messages = notice;
CALL refresh_mart('mart_kept');
SET client_min_messages = warning;
SELECT * FROM mart_kept.rejected ORDER BY source, reason;
SELECT period, orders, revenue, nps, mrr, rejected_rows FROM mart_kept.overview ORDER BY period;
SELECT period, responses FROM mart_kept.nps ORDER BY period;
SELECT period, acquisition_cost, fixed_costs FROM mart_kept.unit_economics ORDER BY period;
CALL refresh_mart('mart_kept', strict => true);

-- orders: each reason; after each change as in a mart made afresh, also where a month has nothing but such rows
CREATE PROCEDURE rejected_compare(what text) LANGUAGE plpgsql AS $$
DECLARE
    view name;
    differ bigint;
    wrong text := '';
BEGIN
    CALL refresh_mart('mart_kept');
    PERFORM rejected_make('mart_fresh');
    CALL refresh_mart('mart_fresh');
    FOR view IN SELECT viewname FROM pg_views WHERE schemaname = 'mart_fresh' AND viewname <> 'refreshes' AND viewname !~ '^source_' LOOP
        EXECUTE format('SELECT count(*) FROM ((TABLE mart_kept.%1$I EXCEPT ALL TABLE mart_fresh.%1$I) UNION ALL (TABLE mart_fresh.%1$I EXCEPT ALL TABLE mart_kept.%1$I)) AS d', view) INTO differ;
        wrong := wrong || CASE WHEN differ > 0 THEN format(' %s %s', view, differ) ELSE '' END;
    END LOOP;
    PERFORM drop_mart('mart_fresh');
    RAISE WARNING '%: %; rejected: %', what, coalesce(nullif(wrong, ''), 'as made afresh'), (SELECT string_agg(format('%s %s (%s)', row_count, reason, sample), ', ' ORDER BY reason) FROM mart_kept.rejected WHERE source = 'orders');
END $$;
INSERT INTO rejected_orders VALUES (6, 'a', '2024-01-31', 1, 'lost', 'x'), (7, 'a', '2024-01-31', 1, 'lost', 'y'), (8, NULL, '2024-02-01', 2, 'Open', 'x'), (9, 'z', '2024-02-01', 2, NULL, 'x'), (10, 'z', '2024-03-01', 2, '', 'x');
CALL rejected_compare('statuses');
INSERT INTO rejected_orders VALUES (11, 'a', '2024-02-28', 1.005, 'paid', 'x'), (12, 'a', '2024-04-30', 'NaN', 'paid', 'y'), (13, 'q', '2024-04-01', '-Infinity', 'paid', 'x'), (14, NULL, '2024-05-01', 1e15, 'paid', 'x'), (15, 'a', '1899-12-31', 1, 'paid', 'x'), (16, 'a', '0024-02-01', 1, 'paid', 'x');
CALL rejected_compare('amounts and days');
INSERT INTO rejected_orders VALUES (17, 'a', '2024-02-27', 1.100, 'paid', 'x'), (18, 'a', '1900-01-01', 1, 'paid', 'x'), (19, 'a', '2024-02-28', 900000000000000, 'paid', 'x'), (20, 'a', '2024-02-28', -900000000000000, 'refunded', 'x');
CALL rejected_compare('those that are just right');
UPDATE rejected_orders SET status = 'paid' WHERE id IN (6, 9);
CALL rejected_compare('corrected');
DELETE FROM rejected_orders WHERE id IN (10, 12, 13, 14, 16);
CALL rejected_compare('months that had nothing else');
SELECT orders, revenue FROM mart_kept.overview WHERE period = '2024-01-01';
UPDATE pg_class SET reltuples = 1e8 WHERE oid = 'rejected_orders'::regclass;
INSERT INTO mart_kept.changes VALUES (NULL);
CALL rejected_compare('read in parts');
DELETE FROM rejected_orders WHERE id > 5 AND id <> 9;
DELETE FROM rejected_answers WHERE score NOT BETWEEN 0 AND 10;
DELETE FROM rejected_terms WHERE who <> 'a';
DELETE FROM rejected_costs WHERE kind IS DISTINCT FROM 'acquisition';
CALL rejected_compare('all right');
CALL refresh_mart('mart_kept', strict => true);
SELECT drop_mart('mart_kept');

-- words of one's own go before those that are known, in any case
SELECT create_mart('mart_kept', 'rejected_orders', 'who', 'day', 'amount', status => 'status', statuses => '{ON-HOLD,lost}', ignored_statuses => '{Paid}');
CALL refresh_mart('mart_kept', strict => true);
SELECT period, orders, revenue FROM mart_kept.overview ORDER BY period;
SELECT drop_mart('mart_kept');
SELECT create_mart('mart_kept', 'rejected_orders', 'who', 'day', 'amount', statuses => '{paid}');
SELECT create_mart('mart_kept', 'rejected_orders', 'who', 'day', 'amount', ignored_statuses => '{paid}');
SELECT create_mart('mart_kept', 'rejected_orders', 'who', 'day', 'amount', status => 'status', statuses => '{a,Paid}', ignored_statuses => '{b,pAID}');

-- money of a column without decimals has as many as there are, up to 12, and floating point is rounded, halves away from 0
UPDATE rejected_orders SET amount = amount + 0.0625;
SELECT create_mart('mart_kept', 'rejected_orders', 'who', 'day', 'amount');
CALL refresh_mart('mart_kept', strict => true);
SELECT format_type(atttypid, atttypmod), (SELECT sum(revenue) FROM mart_kept.overview) AS revenue, (SELECT sum(amount) FROM rejected_orders) AS amount FROM pg_attribute WHERE attrelid = 'mart_kept.overview'::regclass AND attname = 'revenue';
SELECT drop_mart('mart_kept');
CREATE TABLE rejected_floats AS SELECT 'a' AS who, date '2024-01-01' AS day, x::double precision AS double, x::real AS real FROM unnest(ARRAY[6 * 2.55::double precision, 0.1::double precision + 0.2::double precision, 1.005, -1.005, 'NaN', 'Infinity']) AS x;
SELECT create_mart('mart_double', 'rejected_floats', 'who', 'day', 'double'), create_mart('mart_real', 'rejected_floats', 'who', 'day', 'real', decimals => 3);
CALL refresh_mart('mart_double');
CALL refresh_mart('mart_real');
SELECT amount, problem FROM mart_double.source_orders;
SELECT amount, problem FROM mart_real.source_orders;
SELECT drop_mart('mart_double'), drop_mart('mart_real');
DROP TABLE rejected_floats, rejected_orders, rejected_answers, rejected_terms, rejected_costs;
DROP FUNCTION rejected_make;
DROP PROCEDURE rejected_compare;
