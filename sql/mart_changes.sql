-- Changes of the orders, however they come, are in the mart after the next refresh; none of them fails for the mart's sake.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE TABLE changes_orders (c text, day date, a numeric(12,2), category text);
CREATE FUNCTION changes_noted() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT CASE WHEN count(DISTINCT month) > 20 THEN format('%s months%s', count(DISTINCT month), CASE WHEN count(*) > count(month) THEN ' and all' ELSE '' END)
                        ELSE coalesce(string_agg(DISTINCT coalesce(to_char(month, 'YYYY-MM'), 'all'), ' '), 'nothing') END FROM changes_mart.changes);
END $$;
-- what was noted, how many months are read for it, and whether the mart is then that of all orders
CREATE PROCEDURE changes_refresh() LANGUAGE plpgsql AS $$
DECLARE
    noted text := changes_noted();
    shown text;
BEGIN
    CALL refresh_mart('changes_mart');
    SELECT format('%s months read, %s', l.months_done, CASE WHEN r.net IS NOT DISTINCT FROM o.net AND c.n = o.n THEN 'exact' ELSE format('%s for %s, %s for %s customers', r.net, o.net, c.n, o.n) END) INTO shown
    FROM (SELECT months_done FROM changes_mart.refresh_log ORDER BY run DESC LIMIT 1) AS l, (SELECT sum(revenue) AS net FROM changes_mart.revenue) AS r,
         (SELECT count(*) AS n FROM changes_mart.customers) AS c, (SELECT sum(a) FILTER (WHERE isfinite(day) AND day < '2030-01-01') AS net, count(DISTINCT c) FILTER (WHERE isfinite(day) AND day < '2030-01-01') AS n FROM changes_orders) AS o;
    RAISE WARNING '% noted: %', noted, shown;
END $$;
INSERT INTO changes_orders SELECT 'c' || i % 7, date '2024-01-01' + i % 90, 10, 'x' FROM generate_series(1, 2000) AS i;
SELECT create_mart('changes_mart', 'changes_orders', 'c', 'day', 'a', category => 'category');
CALL changes_refresh();
CALL changes_refresh();

-- statements
INSERT INTO changes_orders VALUES ('new', '2024-02-29', 1, 'x');
CALL changes_refresh();
UPDATE changes_orders SET day = '2024-05-31' WHERE c = 'new';
CALL changes_refresh();
INSERT INTO changes_orders SELECT 'many', date '1960-01-15' + i * 31, 1, 'x' FROM generate_series(0, 599) AS i;
SELECT changes_noted();
INSERT INTO changes_orders SELECT 'many', date '1950-01-15' + i * 31, 1, 'x' FROM generate_series(0, 700) AS i;
SELECT changes_noted();   -- more months than a statement keeps apart
CALL changes_refresh();
DELETE FROM changes_orders WHERE c = 'many';
CALL changes_refresh();

-- what fires no trigger
-- what is not altered while a view of a mart reads it, as any view; the next refresh makes the view again
ALTER TABLE changes_orders ALTER a TYPE numeric(14,2);
ALTER TABLE changes_orders DISABLE TRIGGER ALL;
INSERT INTO changes_orders VALUES ('off', '2024-02-29', 1, 'x');
ALTER TABLE changes_orders ENABLE TRIGGER ALL;
CALL changes_refresh();
ALTER TABLE changes_orders DISABLE TRIGGER changes_mart_insert;
CALL changes_refresh();
INSERT INTO changes_orders VALUES ('off', '2024-01-29', 1, 'x');
CALL changes_refresh();
INSERT INTO changes_orders VALUES ('off', '2024-03-29', 1, 'x');
ALTER TABLE changes_orders ENABLE TRIGGER changes_mart_insert;
CALL changes_refresh();
CALL changes_refresh();
DROP TRIGGER changes_mart_delete ON changes_orders;
DELETE FROM changes_orders WHERE c = 'off';
CALL changes_refresh();
DROP VIEW IF EXISTS changes_mart.source_orders;
ALTER TABLE changes_orders ALTER a TYPE numeric(14,2) USING a * 100;
CALL changes_refresh();
DROP VIEW IF EXISTS changes_mart.source_orders;
ALTER TABLE changes_orders ALTER day TYPE date USING day + 400;
CALL changes_refresh();
DROP VIEW IF EXISTS changes_mart.source_orders;
ALTER TABLE changes_orders DROP COLUMN category;
ALTER TABLE changes_orders ADD COLUMN category text DEFAULT 'y';
CALL changes_refresh();
SELECT DISTINCT category FROM changes_mart.revenue;
-- columns that swap their names
ALTER TABLE changes_orders ADD COLUMN other text DEFAULT 'z';
UPDATE changes_orders SET category = c;
CALL changes_refresh();
ALTER TABLE changes_orders RENAME c TO k;
ALTER TABLE changes_orders RENAME other TO c;
ALTER TABLE changes_orders RENAME k TO other;
CALL changes_refresh();
ALTER TABLE changes_orders RENAME c TO k;
ALTER TABLE changes_orders RENAME other TO c;
ALTER TABLE changes_orders RENAME k TO other;
ALTER TABLE changes_orders RENAME c TO k;
ALTER TABLE changes_orders RENAME category TO c;
ALTER TABLE changes_orders RENAME k TO category;
CALL changes_refresh();
ALTER TABLE changes_orders RENAME c TO k;
ALTER TABLE changes_orders RENAME category TO c;
ALTER TABLE changes_orders RENAME k TO category;
CALL changes_refresh();
-- an enum whose values and whose own name change
CREATE TYPE changes_word AS ENUM ('x', 'y');
CREATE DOMAIN changes_word_of AS changes_word;
UPDATE changes_orders SET category = 'x';
DROP VIEW IF EXISTS changes_mart.source_orders;
ALTER TABLE changes_orders ALTER category DROP DEFAULT, ALTER category TYPE changes_word_of USING category::changes_word;
CALL changes_refresh();
ALTER TYPE changes_word RENAME VALUE 'x' TO 'renamed';
CALL changes_refresh();
SELECT DISTINCT category FROM changes_mart.revenue;
ALTER TYPE changes_word RENAME TO changes_other;
CALL changes_refresh();
CALL changes_refresh();
DROP VIEW IF EXISTS changes_mart.source_orders;
ALTER TABLE changes_orders ALTER category TYPE text;
DROP DOMAIN changes_word_of;
DROP TYPE changes_other;
CREATE TYPE changes_word AS ENUM ('any other');
CALL changes_refresh();
DROP TYPE changes_word;
-- a publication of all tables asks for a replica identity of each (where wal_level is below logical, too)
SET client_min_messages = error;
CREATE PUBLICATION changes_all FOR ALL TABLES;
SET client_min_messages = warning;
INSERT INTO changes_orders VALUES ('published', '2025-02-20', 1, 'x');
CALL changes_refresh();
DROP PUBLICATION changes_all;
DELETE FROM changes_orders WHERE c = 'published';
-- a table for changes that is not as it was made
ALTER TABLE changes_mart.changes ADD COLUMN note text;
INSERT INTO changes_orders VALUES ('not noted', '2025-02-20', 1, 'x');
CALL changes_refresh();
DELETE FROM changes_orders WHERE c = 'not noted';
SELECT drop_mart('changes_mart');
SELECT create_mart('changes_mart', 'changes_orders', 'c', 'day', 'a', category => 'category');
CALL changes_refresh();
-- another type of column is another way to read it
DROP VIEW IF EXISTS changes_mart.source_orders;
ALTER TABLE changes_orders ALTER a TYPE double precision;
CALL changes_refresh();
DROP VIEW IF EXISTS changes_mart.source_orders;
ALTER TABLE changes_orders ALTER a TYPE numeric(12,2);
CALL changes_refresh();
-- rows as loaders and logical replication write them, and TRUNCATE
SET session_replication_role = replica;
INSERT INTO changes_orders SELECT 'replica', date '2024-07-01' + i * 10, 3, 'x' FROM generate_series(1, 50) AS i;
BEGIN;
UPDATE changes_orders SET day = day + 31 WHERE c = 'replica' AND day < '2024-08-15';
SAVEPOINT one;
DELETE FROM changes_orders WHERE c = 'c1';
ROLLBACK TO one;
DELETE FROM changes_orders WHERE c = 'c2';
COMMIT;
RESET session_replication_role;
-- one row of a month in each (sub)transaction, not one for each row
SELECT count(*) BETWEEN 15 AND 60 AS few FROM changes_mart.changes;
CALL changes_refresh();
SET session_replication_role = replica;
CREATE TABLE changes_saved AS TABLE changes_orders;
TRUNCATE changes_orders;
SELECT changes_noted();
TRUNCATE changes_mart.changes;   -- even so
INSERT INTO changes_orders SELECT * FROM changes_saved WHERE c > 'c3';
RESET session_replication_role;
CALL changes_refresh();
-- another file of an index is none of the table, and hides none of it, whatever has emptied the table
ALTER TABLE changes_orders ADD id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
CALL changes_refresh();
REINDEX TABLE changes_orders;
CALL changes_refresh();
REINDEX TABLE changes_orders;
TRUNCATE changes_orders;
INSERT INTO changes_orders SELECT * FROM changes_saved WHERE c > 'c4';
REINDEX TABLE changes_orders;
CALL changes_refresh();
BEGIN;
REINDEX INDEX changes_orders_pkey;
SET LOCAL session_replication_role = replica;
TRUNCATE changes_orders;
REINDEX INDEX changes_orders_pkey;
INSERT INTO changes_orders SELECT * FROM changes_saved WHERE c > 'c3';
COMMIT;
CALL changes_refresh();
-- also of who does not own it, and has no trigger for it
CREATE ROLE regress_changes;
GRANT CREATE ON DATABASE :"DBNAME" TO regress_changes;
GRANT SELECT, TRIGGER ON changes_orders TO regress_changes;
SET ROLE regress_changes;
SELECT create_mart('changes_other', 'changes_orders', 'c', 'day', 'a');
CALL refresh_mart('changes_other');
RESET ROLE;
SET session_replication_role = replica;
REINDEX TABLE changes_orders;
TRUNCATE changes_orders;
RESET session_replication_role;
SELECT count(*) FROM changes_other.changes;
SET ROLE regress_changes;
CALL refresh_mart('changes_other');
SELECT count(*) FROM changes_other.revenue;
SELECT drop_mart('changes_other');
RESET ROLE;
DROP OWNED BY regress_changes;
DROP ROLE regress_changes;
INSERT INTO changes_orders SELECT * FROM changes_saved WHERE c > 'c3';
CALL changes_refresh();
ALTER TABLE changes_orders DROP id;
CALL changes_refresh();
-- the table into which changes are noted is not as it was made: the next refresh says so
CREATE INDEX ON changes_mart.changes (month);
INSERT INTO changes_orders VALUES ('index', '2024-07-29', 1, 'x');
CALL changes_refresh();
DROP INDEX changes_mart.changes_month_idx;
CALL changes_refresh();
ALTER TABLE changes_mart.changes ENABLE ROW LEVEL SECURITY;
CALL changes_refresh();
ALTER TABLE changes_mart.changes DISABLE ROW LEVEL SECURITY;
CALL changes_refresh();
-- another trigger of the same function stands for none that is missing
CREATE TRIGGER changes_extra BEFORE INSERT ON changes_orders EXECUTE FUNCTION changes_mart.note_changes('day');
ALTER TABLE changes_orders DISABLE TRIGGER changes_mart_delete;
CALL changes_refresh();
DELETE FROM changes_orders WHERE c = 'index';
CALL changes_refresh();
ALTER TABLE changes_orders ENABLE TRIGGER changes_mart_delete;
DROP TRIGGER changes_extra ON changes_orders;
CALL changes_refresh();
CALL changes_refresh();
-- and where it was so for a time, it may have lost some
ALTER TABLE changes_mart.changes SET SCHEMA public;
INSERT INTO changes_orders VALUES ('moved', '2024-07-29', 1, 'x');
ALTER TABLE public.changes SET SCHEMA changes_mart;
CALL changes_refresh();
DELETE FROM changes_orders WHERE c = 'moved';
TRUNCATE changes_mart.changes;
CALL changes_refresh();
INSERT INTO changes_orders VALUES ('renamed', '2024-07-29', 1, 'x');
ALTER FUNCTION changes_mart.note_changes() RENAME TO noted_changes;
ALTER FUNCTION changes_mart.noted_changes() RENAME TO note_changes;
CALL changes_refresh();
CALL changes_refresh();

-- a table that can be written through one above it, which fires no trigger of its own: for a time, and from then on
CREATE TABLE changes_whole (LIKE changes_orders) PARTITION BY RANGE (day);
ALTER TABLE changes_whole ATTACH PARTITION changes_orders DEFAULT;
INSERT INTO changes_whole SELECT c, '2024-07-29', a, category FROM changes_orders LIMIT 1;
ALTER TABLE changes_whole DETACH PARTITION changes_orders;
CALL changes_refresh();
CALL changes_refresh();
ALTER TABLE changes_whole ATTACH PARTITION changes_orders DEFAULT;
INSERT INTO changes_whole SELECT c, '2024-06-29', a, category FROM changes_orders LIMIT 1;
CALL changes_refresh();
INSERT INTO changes_whole SELECT c, '2024-05-29', a, category FROM changes_orders LIMIT 1;
CALL changes_refresh();
SELECT create_mart('changes_part', 'changes_orders', 'c', 'day', 'a', triggers => true);
SELECT create_mart('changes_part', 'changes_orders', 'c', 'day', 'a');
SELECT triggers FROM changes_part.settings;
SELECT drop_mart('changes_part');
ALTER TABLE changes_whole DETACH PARTITION changes_orders;
DROP TABLE changes_whole;
CALL changes_refresh();
CALL changes_refresh();
CREATE TABLE changes_above (LIKE changes_orders);
ALTER TABLE changes_orders INHERIT changes_above;
UPDATE changes_above SET a = a + 1 WHERE day = '2024-06-29';
ALTER TABLE changes_orders NO INHERIT changes_above;
CALL changes_refresh();
DROP TABLE changes_above;

-- rows that others do not see
CREATE TEMP TABLE changes_below () INHERITS (changes_orders);
CALL changes_refresh();
DROP TABLE changes_below;
CREATE TEMP TABLE changes_temporary AS TABLE changes_orders;
SELECT create_mart('changes_part', 'changes_temporary', 'c', 'day', 'a');
CREATE TEMP VIEW changes_temporary_view AS TABLE changes_orders;
SELECT create_mart('changes_part', 'changes_orders', 'c', 'day', 'a', survey => '{"table": "changes_temporary_view", "answered_at": "day", "score": "a"}');
DROP VIEW changes_temporary_view;
CALL changes_refresh();

-- a mart that is renamed notes on, and leaves its name to another
ALTER SCHEMA changes_mart RENAME TO changes_renamed;
SELECT create_mart('changes_mart', 'changes_orders', 'c', 'day', 'a', category => 'category');
INSERT INTO changes_orders VALUES ('renamed', '2025-06-29', 1, 'x');
SELECT string_agg(DISTINCT month::text, ' ') FROM changes_renamed.changes;
CALL changes_refresh();
SELECT tgname, tgfoid::regprocedure, tgenabled FROM pg_trigger WHERE tgrelid = 'changes_orders'::regclass AND tgname ~ '_insert|_replica' ORDER BY tgname;
SELECT drop_mart('changes_renamed');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'changes_orders'::regclass;

-- no write fails for the mart's sake
INSERT INTO changes_orders VALUES ('far', '4714-11-24 BC', 1, 'x'), ('far', '5874897-12-31', 1, 'x'), ('far', 'infinity', 1, 'x'), ('far', NULL, 1, 'x');
SELECT changes_noted();
DELETE FROM changes_orders WHERE c = 'far';
INSERT INTO changes_orders VALUES ('far', 'infinity', 1, 'x'), ('far', NULL, 1, 'x');
CALL changes_refresh();
INSERT INTO changes_orders VALUES ('far', '-infinity', 1, 'x');
SELECT changes_noted();
ALTER TABLE changes_mart.changes RENAME TO other;
INSERT INTO changes_orders VALUES ('no changes', '2024-02-29', 1, 'x');
ALTER TABLE changes_mart.other RENAME TO changes;
DROP TABLE changes_mart.changes;
CREATE VIEW changes_mart.changes AS SELECT 1 / 0 AS month;
INSERT INTO changes_orders VALUES ('a view', '2024-02-29', 1, 'x');
UPDATE changes_orders SET a = a + 1 WHERE c = 'a view';
DELETE FROM changes_orders WHERE c = 'a view';
DROP VIEW changes_mart.changes;
CREATE TABLE changes_mart.changes (month date, more text NOT NULL);
INSERT INTO changes_orders VALUES ('two columns', '2024-02-29', 1, 'x');
DROP FUNCTION changes_mart.note_changes CASCADE;
DROP SCHEMA changes_mart CASCADE;
DROP TABLE changes_orders;
-- a column whose domain goes away, and instants beyond what a date can say
CREATE DOMAIN changes_day AS date;
CREATE TABLE changes_orders (c text, day changes_day, a numeric(12,2), at timestamptz, local timestamp);
SELECT create_mart('changes_mart', 'changes_orders', 'c', 'day', 'a');
INSERT INTO changes_orders VALUES ('domain', '2024-02-29', 1);
CALL changes_refresh();
DROP VIEW IF EXISTS changes_mart.source_orders;
ALTER TABLE changes_orders ALTER day TYPE date;
DROP DOMAIN changes_day;
INSERT INTO changes_orders VALUES ('none', '2024-03-29', 1);
CALL changes_refresh();
ALTER TABLE changes_orders RENAME day TO ordered_on;
INSERT INTO changes_orders VALUES ('renamed', '2024-03-29', 1);
SELECT changes_noted();
CALL refresh_mart('changes_mart');
ALTER TABLE changes_orders RENAME ordered_on TO day;
DROP VIEW IF EXISTS changes_mart.source_orders;
ALTER TABLE changes_orders ALTER day TYPE text USING day::text;
INSERT INTO changes_orders VALUES ('text', 'some day', 1);
CALL refresh_mart('changes_mart');
DROP VIEW IF EXISTS changes_mart.source_orders;
ALTER TABLE changes_orders ALTER day TYPE date USING CASE WHEN day ~ '^2' THEN day::date END;
CALL changes_refresh();
DROP VIEW IF EXISTS changes_mart.source_orders;
ALTER TABLE changes_orders ALTER c TYPE bigint USING length(c);
INSERT INTO changes_orders VALUES (1, '2024-03-29', 1);
CALL refresh_mart('changes_mart');
SELECT drop_mart('changes_mart');
SELECT create_mart('changes_mart', 'changes_orders', 'c', 'at', 'a', tz => 'Pacific/Kiritimati');
CALL refresh_mart('changes_mart');
INSERT INTO changes_orders (c, a, at) VALUES (1, 1, '2024-01-31 09:59:59Z'), (1, 1, '2024-01-31 10:00Z');
SELECT changes_noted();
CALL refresh_mart('changes_mart');
INSERT INTO changes_orders (c, a, at) VALUES (1, 1, '294276-12-31 23:59:59+00');
SELECT changes_noted();
DELETE FROM changes_orders WHERE at > '3000-01-01';
INSERT INTO changes_orders (c, a, at) VALUES (1, 1, '4714-11-24 00:00:00+00 BC'), (1, 1, 'infinity'), (1, 1, NULL);
SELECT changes_noted();
SELECT drop_mart('changes_mart');
SELECT create_mart('changes_mart', 'changes_orders', 'c', 'local', 'a');
CALL refresh_mart('changes_mart');
INSERT INTO changes_orders (c, a, local) VALUES (1, 1, '1999-12-31 23:59:59.999999'), (1, 1, '2000-01-01'), (1, 1, '2000-02-01');
SELECT changes_noted();
INSERT INTO changes_orders (c, a, local) VALUES (1, 1, '294276-12-31 23:59:59'), (1, 1, '4714-11-24 BC'), (1, 1, '-infinity');
SELECT changes_noted();
SELECT drop_mart('changes_mart');

-- a table that is replaced, as loaders do: by another that takes its name, by one that is made again, by one with other types
DROP TABLE changes_orders;
CREATE TABLE changes_orders AS SELECT 'c' || i % 7 AS c, date '2024-01-01' + i % 90 AS day, 10.00 AS a FROM generate_series(1, 100) AS i;
SELECT create_mart('changes_mart', 'changes_orders', 'c', 'day', 'a');
CALL changes_refresh();
GRANT SELECT ON changes_mart.revenue TO PUBLIC;
CREATE TABLE changes_loaded AS SELECT c, day, a + 1 AS a FROM changes_orders WHERE day < '2024-03-01';
ALTER TABLE changes_orders RENAME TO changes_old;
CALL refresh_mart('changes_mart');
SELECT sum(revenue) FROM changes_mart.revenue;
ALTER TABLE changes_loaded RENAME TO changes_orders;
SET client_min_messages = notice;
CALL refresh_mart('changes_mart');
SET client_min_messages = warning;
CALL changes_refresh();
DROP TABLE changes_old;
INSERT INTO changes_orders VALUES ('new', '2024-02-29', 1);
CALL changes_refresh();
DROP TABLE changes_orders;
DROP TABLE changes_orders CASCADE;
CALL refresh_mart('changes_mart');
CREATE TABLE changes_orders AS SELECT 'd' || i % 7 AS c, timestamp '2024-01-01' + i * interval '1 day' AS day, 10.00::real AS a FROM generate_series(1, 100) AS i;
CALL refresh_mart('changes_mart');
DROP TABLE changes_orders;
CREATE TABLE changes_orders AS SELECT 0.1::double precision + 0.2 AS a, date '2024-01-01' + i AS day, 'd' || i % 7 AS c FROM generate_series(1, 100) AS i;
CALL refresh_mart('changes_mart');
SELECT sum(revenue), has_table_privilege('pg_monitor', 'changes_mart.revenue', 'SELECT') AS is_granted FROM changes_mart.revenue;
INSERT INTO changes_orders VALUES (1, '2024-02-29', 'new');
SELECT changes_noted();
CALL refresh_mart('changes_mart');
SELECT sum(revenue) FROM changes_mart.revenue;
SELECT drop_mart('changes_mart');
DROP TABLE changes_orders;
CREATE TABLE changes_orders (c bigint);

-- the language has one use
CREATE FUNCTION changes_call() RETURNS integer LANGUAGE customer_value AS '';
SET check_function_bodies = off;
CREATE FUNCTION changes_call() RETURNS integer LANGUAGE customer_value AS '';
RESET check_function_bodies;
SELECT changes_call();
CREATE FUNCTION changes_note() RETURNS trigger LANGUAGE customer_value AS '';
CREATE TRIGGER swallows BEFORE INSERT OR UPDATE OR DELETE ON changes_orders FOR EACH ROW EXECUTE FUNCTION changes_note();
ALTER TABLE changes_orders ENABLE ALWAYS TRIGGER swallows;
TRUNCATE changes_orders;
INSERT INTO changes_orders VALUES (1), (2);
SET session_replication_role = replica;
UPDATE changes_orders SET c = 3 WHERE c = 2;
DELETE FROM changes_orders WHERE c = 1;
RESET session_replication_role;
SELECT c FROM changes_orders;
DO LANGUAGE customer_value '';
DROP TABLE changes_orders, changes_saved;
DROP FUNCTION changes_note, changes_noted;
DROP PROCEDURE changes_refresh;

-- a subscription that cannot be one is named
CREATE TABLE changes_orders AS SELECT 1 AS c, date '2024-01-01' AS day, 1.00 AS a;
CREATE TABLE changes_subscriptions (who text, starts date, ends date, fee numeric, every interval);
SELECT create_mart('changes_mart', 'changes_orders', 'c', 'day', 'a', subscriptions => '{"table": "changes_subscriptions", "customer": "who", "starts_at": "starts", "ends_at": "ends", "amount": "fee", "every": "every"}');
\set VERBOSITY default
\set SHOW_CONTEXT never
INSERT INTO changes_subscriptions VALUES ('Ann', '2024-01-01', NULL, 10, '1 month'), ('Bob', '2024-03-01', '2024-02-01', 10, '1 month');
CALL refresh_mart('changes_mart', strict => true);
UPDATE changes_subscriptions SET starts = NULL WHERE who = 'Bob';
CALL refresh_mart('changes_mart', strict => true);
UPDATE changes_subscriptions SET starts = 'infinity', ends = NULL WHERE who = 'Bob';
CALL refresh_mart('changes_mart', strict => true);
UPDATE changes_subscriptions SET starts = '2024-01-01', every = '0 days' WHERE who = 'Bob';
CALL refresh_mart('changes_mart', strict => true);
UPDATE changes_subscriptions SET every = '1 month', fee = 'NaN' WHERE who = 'Bob';
CALL refresh_mart('changes_mart', strict => true);
UPDATE changes_subscriptions SET fee = 1 WHERE who = 'Bob';
CALL refresh_mart('changes_mart', strict => true);
SELECT period, end_mrr FROM changes_mart.mrr;
SELECT drop_mart('changes_mart');
DROP TABLE changes_orders, changes_subscriptions;
