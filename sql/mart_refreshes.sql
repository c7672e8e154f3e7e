-- What a mart says of its refreshes: how current it is, and with which error one has failed, to its owner and to who may only read it.
\pset null -
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';

CREATE TABLE refreshes_orders (id int, who text, day date, amount numeric(10,2), status text, line text);
INSERT INTO refreshes_orders VALUES (1, 'a', '2024-01-03', 10, 'paid', 'x'), (2, 'b', '2024-02-20', 20, 'paid', 'y');
SELECT create_mart('mart_kept', 'refreshes_orders', 'who', 'day', 'amount', order_id => 'id', status => 'status', tz => 'Asia/Tokyo');
-- the last row of describe_mart, and the last of refreshes; times without their digits
CREATE FUNCTION refreshes_told(OUT described text, OUT run bigint, OUT state text, OUT started boolean, OUT ended boolean, OUT data_until date, OUT months_read bigint, OUT rows_read bigint, OUT error text) LANGUAGE sql AS $$
    SELECT (SELECT regexp_replace(d.about, '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d', 'now', 'g') FROM describe_mart('mart_kept') AS d WHERE d.name = 'refreshes'), r.run, r.state,
           abs(extract(epoch FROM r.started_at::timestamp - now() AT TIME ZONE 'Asia/Tokyo')) < 600, abs(extract(epoch FROM r.ended_at::timestamp - now() AT TIME ZONE 'Asia/Tokyo')) < 600, r.data_until, r.months_read, r.rows_read, r.error
    FROM (SELECT) AS always LEFT JOIN mart_kept.refreshes AS r ON r.run = (SELECT max(l.run) FROM mart_kept.refreshes AS l)
$$;
SELECT * FROM refreshes_told();
-- the first one fails
INSERT INTO refreshes_orders VALUES (3, 'b', '2024-02-21', 20, 'odd', 'y');
CALL refresh_mart('mart_kept', strict => true);
SELECT * FROM refreshes_told();
SELECT count(*) AS nothing_yet FROM mart_kept.overview;
CALL refresh_mart('mart_kept');
SELECT * FROM refreshes_told();

-- each error leaves all that is shown as it was and is told with its detail and hint, to the one who calls and in the log; the next refresh does the work of both
CREATE FUNCTION refreshes_sum() RETURNS numeric LANGUAGE sql AS 'SELECT sum(revenue) FROM mart_kept.revenue';
INSERT INTO refreshes_orders VALUES (4, 'c', '2024-03-01', 5, 'paid', 'x');
CALL refresh_mart('mart_kept', strict => true);
SELECT *, refreshes_sum() FROM refreshes_told();
SELECT month FROM mart_kept.changes;
DELETE FROM refreshes_orders WHERE id = 3;
CALL refresh_mart('mart_kept', strict => true);
SELECT *, refreshes_sum() FROM refreshes_told();
-- all that an error says arrives
CREATE FUNCTION refreshes_stop() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the disk of "%" is on fire: 100 %%', TG_TABLE_NAME USING ERRCODE = 'AB123', DETAIL = 'a detail', HINT = 'a hint', TABLE = TG_TABLE_NAME; END $$;
CREATE TRIGGER stop BEFORE INSERT ON mart_kept.stored_growth EXECUTE FUNCTION refreshes_stop();
INSERT INTO refreshes_orders VALUES (5, 'c', '2024-03-02', 7, 'paid', 'x');
CREATE FUNCTION refreshes_catch(OUT code text, OUT message text, OUT detail text, OUT hint text, OUT relation text) LANGUAGE plpgsql AS $$
BEGIN
    CALL refresh_mart('mart_kept');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, relation = TABLE_NAME;
END $$;
SELECT * FROM refreshes_catch();
-- it was rolled back with the block
SELECT *, refreshes_sum() FROM refreshes_told();
CALL refresh_mart('mart_kept');
\echo :LAST_ERROR_SQLSTATE :LAST_ERROR_MESSAGE
SELECT *, refreshes_sum() FROM refreshes_told();
BEGIN;
CALL refresh_mart('mart_kept');
ROLLBACK;
SELECT run, state, error FROM mart_kept.refreshes ORDER BY run DESC LIMIT 1;
DROP TRIGGER stop ON mart_kept.stored_growth;
SELECT current_setting('search_path') AS search_path_as_before;
CALL refresh_mart('mart_kept');
SELECT *, refreshes_sum() FROM refreshes_told();

-- before anything is read: a table that is gone, days that are none
ALTER TABLE refreshes_orders RENAME TO refreshes_gone;
CALL refresh_mart('mart_kept');
SELECT *, refreshes_sum() FROM refreshes_told();
ALTER TABLE refreshes_gone RENAME TO refreshes_orders;
CALL refresh_mart('mart_kept', from_day => '2024-02-01');
SELECT * FROM refreshes_told();
CALL refresh_mart('mart_kept');
SELECT * FROM refreshes_told();
-- who was cancelled or killed has left no word
SET statement_timeout = '1s';
CREATE FUNCTION refreshes_sleep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
CREATE TRIGGER sleep BEFORE INSERT ON mart_kept.stored_growth EXECUTE FUNCTION refreshes_sleep();
INSERT INTO refreshes_orders VALUES (6, 'd', '2024-03-04', 1, 'paid', 'x');
CALL refresh_mart('mart_kept');
RESET statement_timeout;
SELECT *, refreshes_sum() FROM refreshes_told();
DROP TRIGGER sleep ON mart_kept.stored_growth;
ALTER TABLE mart_kept.stored_growth ADD CONSTRAINT stop CHECK (new_customers < 0) NOT VALID;
CALL refresh_mart('mart_kept');
ALTER TABLE mart_kept.stored_growth DROP CONSTRAINT stop;
SELECT run, state, error FROM mart_kept.refreshes ORDER BY run DESC LIMIT 2;
DELETE FROM mart_kept.refresh_log WHERE run = (SELECT max(run) FROM mart_kept.refresh_log);
SELECT described FROM refreshes_told();
DELETE FROM refreshes_orders;
CALL refresh_mart('mart_kept');
SELECT * FROM refreshes_told();

-- who may only read is told by the view, and describe_mart reads nothing for them
CREATE ROLE refreshes_reader;
GRANT USAGE ON SCHEMA mart_kept TO refreshes_reader;
GRANT SELECT ON mart_kept.refreshes, mart_kept.growth TO refreshes_reader;
SET ROLE refreshes_reader;
SELECT * FROM describe_mart('mart_kept');
SELECT state, error FROM mart_kept.refreshes ORDER BY run DESC LIMIT 2;
SELECT error FROM mart_kept.refresh_log;
RESET ROLE;
DROP OWNED BY refreshes_reader;
DROP ROLE refreshes_reader;
-- a mart without the view, as of an earlier version, is described too, and a view of another is not read
DROP VIEW mart_kept.refreshes;
SELECT about FROM describe_mart('mart_kept') WHERE name = 'refreshes';
SELECT drop_mart('mart_kept');
DROP FUNCTION refreshes_told, refreshes_sum;
DROP TABLE refreshes_orders;
DROP FUNCTION refreshes_stop, refreshes_sleep, refreshes_catch;
