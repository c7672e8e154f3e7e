-- Marts of orders without triggers that have a column changed_at: a refresh reads the months of rows that were written since, and the result is that of a
-- mart made afresh. Rows were written in 2024, so that what a refresh reads does not depend on when the test runs.
\set VERBOSITY terse
\pset null -
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
CREATE TABLE written_orders (id bigint, customer bigint, at timestamp, amount numeric(12,2), status text, category text, updated_at timestamptz, written timestamp GENERATED ALWAYS AS (updated_at AT TIME ZONE 'Europe/Berlin') STORED);
CREATE VIEW written_view AS SELECT id, customer, at::date AS day, amount, status, category, updated_at FROM written_orders;

-- what cannot be
SELECT create_mart('of_view', 'written_view', 'customer', 'day', 'amount', changed_at => 'updated_at', triggers => true);
SELECT create_mart('of_view', 'written_orders', 'customer', 'at', 'amount', changed_at => 'updated_at', triggers => true);
SELECT create_mart('of_view', 'written_view', 'customer', 'day', 'amount', changed_at => 'changed');
SELECT create_mart('of_view', 'written_view', 'customer', 'day', 'amount', changed_at => 'day');
SELECT create_mart('of_view', 'written_view', 'customer', 'day', 'amount', changed_at => 'id');
SELECT create_mart('of_view', 'written_view', 'customer', 'day', 'amount', changed_overlap => '1 day');
SELECT create_mart('of_view', 'written_view', 'customer', 'day', 'amount', changed_at => 'updated_at', changed_overlap => '119 minutes');
SELECT create_mart('of_view', 'written_view', 'customer', 'day', 'amount', changed_at => 'updated_at', changed_overlap => '-1 day');
SELECT create_mart('of_view', 'written_view', 'customer', 'day', 'amount', changed_at => 'updated_at', changed_overlap => '2 years');

-- of a view, whose changed_at is an instant, and of a table, whose is a timestamp
CREATE PROCEDURE written_make(mart name, with_changed_at boolean) LANGUAGE plpgsql AS $$
BEGIN
    IF mart ~ 'view' THEN
        PERFORM create_mart(mart, 'written_view', 'customer', 'day', 'amount', order_id => 'id', status => 'status', category => 'category', horizon => 2, changed_at => CASE WHEN with_changed_at THEN 'updated_at' END);
    ELSE
        PERFORM create_mart(mart, 'written_orders', 'customer', 'at', 'amount', status => 'status', tz => 'Pacific/Auckland', ordered_at_tz => 'Europe/Berlin', horizon => 2, changed_at => CASE WHEN with_changed_at THEN 'written' END,
            changed_overlap => CASE WHEN with_changed_at THEN interval '24 hours' END, triggers => false);
    END IF;
END $$;
-- what each view shows, as one text
CREATE FUNCTION written_shown(mart name) RETURNS TABLE (view name, content text) LANGUAGE plpgsql AS $$
BEGIN
    FOR view IN SELECT viewname FROM pg_views WHERE schemaname = mart AND viewname NOT IN ('data_quality', 'refreshes') AND viewname !~ '^source_' ORDER BY viewname LOOP
        EXECUTE format('SELECT md5(string_agg(row::text, '';'' ORDER BY row::text)) FROM %I.%I AS row', mart, view) INTO content;
        RETURN NEXT;
    END LOOP;
END $$;
-- refreshes both marts: the months that were read for it, the mark, and what differs from a mart made afresh
CREATE PROCEDURE written_refresh(what text, from_day date DEFAULT NULL, to_day date DEFAULT NULL) LANGUAGE plpgsql AS $$
DECLARE
    mart text;
    wrong text;
    told text := '';
    read record;
BEGIN
    FOREACH mart IN ARRAY '{of_view,of_table}'::text[] LOOP
        CALL refresh_mart(mart, from_day, to_day);
        CALL written_make('fresh_' || mart, false);
        CALL refresh_mart('fresh_' || mart);
        SELECT string_agg(k.view, ' ' ORDER BY k.view) INTO wrong FROM written_shown(mart) AS k FULL JOIN written_shown('fresh_' || mart) AS f USING (view) WHERE k.content IS DISTINCT FROM f.content;
        PERFORM drop_mart('fresh_' || mart);
        EXECUTE format('SELECT l.months_total, s.changed_until FROM %1$I.refresh_log AS l, %1$I.stored_state AS s ORDER BY run DESC LIMIT 1', mart) INTO read;
        told := told || format('; %s read %s months up to %s, %s', mart, coalesce(read.months_total, 0), CASE WHEN read.changed_until < '2025-01-01' THEN to_char(read.changed_until, 'YYYY-MM-DD HH24:MI') WHEN read.changed_until IS NULL THEN 'nothing' ELSE 'today' END, CASE WHEN wrong IS NULL THEN 'as made afresh' ELSE 'and not as made afresh' END);
    END LOOP;
    RAISE WARNING '%: %', what, substr(told, 3);
END $$;
CALL written_make('of_view', true);
CALL written_make('of_table', true);
SELECT mart, triggers, changed_overlap, columns ->> 'changed_at' AS changed_at FROM (SELECT 'view' AS mart, * FROM of_view.settings UNION ALL SELECT 'table', * FROM of_table.settings) AS s;
SELECT count(*) AS triggers FROM pg_trigger WHERE tgrelid = 'written_orders'::regclass;

CALL written_refresh('no orders');
-- orders of January to May, written when they were made
INSERT INTO written_orders SELECT i, CASE WHEN i % 10 > 0 THEN i % 37 END, timestamp '2024-01-01 00:30' + i * interval '9 hours', 5 + i % 50, (ARRAY['paid', 'shipped', 'cancelled'])[1 + i % 3], 'c' || i % 2, timestamp '2024-01-01 00:30' + i * interval '9 hours' FROM generate_series(1, 400) AS i;
CALL written_refresh('the first orders');
CALL written_refresh('nothing new, the last day once more');
SELECT count(*) AS rows, count(changed_at) AS with_changed_at, bool_and(o.changed_at = t.updated_at) AS same FROM of_table.source_orders AS o JOIN written_orders AS t ON t.at = o.at;

INSERT INTO written_orders VALUES (1001, 5, '2024-02-10 10:00', 70, 'paid', 'c0', '2024-06-05 00:00Z');
CALL written_refresh('an order of February');
UPDATE written_orders SET amount = amount + 100, updated_at = '2024-06-07 00:00Z' WHERE id BETWEEN 200 AND 210;
CALL written_refresh('orders of March');
INSERT INTO written_orders VALUES (1002, 5, '2024-01-10 10:00', 71, 'paid', 'c1', '2024-06-06 00:00Z');
CALL written_refresh('of January, written a day before what was read, and committed later');
INSERT INTO written_orders VALUES (1003, 5, '2024-04-10 10:00', 72, 'paid', 'c1', '2024-06-05 23:59Z');
CALL written_refresh('longer before than the overlap');
CALL written_refresh('the period of it', '2024-04-10', '2024-04-11');
INSERT INTO written_orders VALUES (1003, 5, '2024-04-20 10:00', -72, 'refunded', 'c1', '2024-06-08 00:00Z'), (1004, NULL, '2024-05-20 10:00', 33, 'paid', 'c1', '2024-06-08 00:00Z');
CALL written_refresh('a refund of April, a guest of May');
UPDATE written_orders SET status = 'cancelled', updated_at = '2024-06-10 00:00Z' WHERE id = 1001;
CALL written_refresh('cancelled in February');
UPDATE written_orders SET status = 'unheard of', updated_at = '2024-06-12 00:00Z' WHERE id = 1002;
CALL written_refresh('set aside in January');
SELECT reason, row_count FROM of_view.rejected;
UPDATE written_orders SET status = 'paid', updated_at = '2024-06-14 00:00Z' WHERE id = 1002;
CALL written_refresh('and found to be right');
-- on the last day of a month in one time zone, on the first of the next in another
INSERT INTO written_orders VALUES (1005, 6, '2024-02-29 13:00', 8, 'paid', 'c0', '2024-06-16 00:00Z');
CALL written_refresh('over the end of February');

-- rows that do not say when they were written are read each time
INSERT INTO written_orders VALUES (1006, 6, '2024-03-15 13:00', 8, 'paid', 'c0', NULL);
CALL written_refresh('unknown');
UPDATE written_orders SET amount = 9 WHERE id = 1006;
CALL written_refresh('and written again');
UPDATE written_orders SET amount = 10, updated_at = '2024-06-18 00:00Z' WHERE id = 1006;
CALL written_refresh('known now');
CALL written_refresh('and read');

-- nor does what was written in times to come hide what is written until then
INSERT INTO written_orders VALUES (1007, 6, '2024-01-15 13:00', 8, 'paid', 'c0', now() + interval '1 day'), (1008, 6, '2024-02-15 13:00', 8, 'paid', 'c0', 'infinity'), (1009, 6, '2024-02-15 14:00', 8, 'paid', 'c0', '-infinity');
CALL written_refresh('in the future');
INSERT INTO written_orders VALUES (1010, 6, '2024-04-15 13:00', 8, 'paid', 'c0', '2024-06-20 00:00Z');
CALL written_refresh('and then now');
DELETE FROM written_orders WHERE id BETWEEN 1007 AND 1009;
CALL written_refresh('deleted, which is not seen', '2024-01-01', '2024-03-01');

-- rows that were deleted, or have left a month, are not seen: a period, or all
DELETE FROM written_orders WHERE id BETWEEN 10 AND 20;
UPDATE written_orders SET at = at - interval '3 months', updated_at = '2024-06-24 00:00Z' WHERE id = 1004;
CALL written_refresh('moved from May to February');
CALL refresh_mart('of_view', from_day => '-infinity', to_day => '2024-02-01');
CALL written_refresh('all', '-infinity', 'infinity');
-- the newest rows go: from where the last are on, once more
DELETE FROM written_orders WHERE updated_at > '2024-05-29';
CALL written_refresh('the newest rows are deleted', '2024-01-01', '2024-06-01');
CALL written_refresh('and from then on');
INSERT INTO written_orders VALUES (1011, 6, '2024-04-15 13:00', 8, 'paid', 'c0', '2024-05-29 00:00Z');
CALL written_refresh('older than what had been read');

-- a view that is another; and what was done to a table
CREATE OR REPLACE VIEW written_view AS SELECT id, customer, at::date AS day, (2 * amount)::numeric(12,2) AS amount, status, category, updated_at FROM written_orders;
CALL written_refresh('a view replaced');
CREATE TEMP TABLE written_saved AS SELECT id, customer, at, amount + 1 AS amount, status, category, updated_at FROM written_orders WHERE id <> 300;
TRUNCATE written_orders;
INSERT INTO written_orders TABLE written_saved;
CALL written_refresh('emptied and loaded, which is seen of a table');
CREATE TABLE written_child () INHERITS (written_orders);
INSERT INTO written_child VALUES (1012, 7, '2023-12-15 13:00', 8, 'paid', 'c0', '2023-01-01 00:00Z');
CALL written_refresh('a table joins, which is seen of a table');
ALTER TABLE written_child NO INHERIT written_orders;
CALL written_refresh('and leaves');
CALL written_refresh('all', '-infinity', 'infinity');

-- in a transaction block, which has changed orders itself
BEGIN;
INSERT INTO written_orders VALUES (1013, 6, '2024-03-15 13:00', 8, 'paid', 'c0', now());
CALL refresh_mart('of_view');
CALL refresh_mart('of_table');
INSERT INTO written_orders VALUES (1014, 6, '2024-04-15 13:00', 8, 'paid', 'c0', now());
COMMIT;
CALL written_refresh('what was written behind the refresh');
DELETE FROM written_orders WHERE updated_at > '2024-06-01';
CALL written_refresh('as it was', '2024-03-01', '2024-05-01');

-- a column of another type
DROP VIEW of_table.source_orders;
ALTER TABLE written_orders DROP COLUMN written;
CALL refresh_mart('of_table');
ALTER TABLE written_orders ADD COLUMN written date;
CALL refresh_mart('of_table');
ALTER TABLE written_orders ALTER written TYPE timestamptz USING updated_at;
CALL written_refresh('an instant now');
UPDATE written_orders SET amount = amount + 1, updated_at = '2024-06-02 00:00Z', written = '2024-06-02 00:00Z' WHERE id = 300 + 1;
CALL written_refresh('and compared as one');

-- whole columns without values, and all rows written at once
UPDATE written_orders SET updated_at = NULL, written = NULL;
CALL written_refresh('nothing known');
CALL written_refresh('nor now');
UPDATE written_orders SET updated_at = '2024-07-01 00:00Z', written = '2024-07-01 00:00Z', amount = amount + 1;
CALL written_refresh('all at once');
CALL written_refresh('and within the overlap');
DELETE FROM written_orders;
CALL written_refresh('nothing left', '-infinity', 'infinity');
SELECT drop_mart('of_view');
SELECT drop_mart('of_table');
DROP PROCEDURE written_make, written_refresh;
DROP FUNCTION written_shown;
DROP TABLE written_orders, written_child CASCADE;
