-- Data quality: each check against a query of its own, mappings with columns missing, hostile names, kinds of sources,
-- row-level security, errors.
\set VERBOSITY terse
\pset null -
SELECT place, check_name, severity, needs FROM quality_checks();
SELECT word, is_known_status(word) FROM unnest(ARRAY['paid', 'CANCELLED', 'lost', '', ' paid', NULL]) AS word;

-- a shop with a fault of each kind
CREATE TABLE quality_shop (id bigint, customer text, at date, amount numeric(12,2), order_id bigint, status text, currency text);
INSERT INTO quality_shop VALUES
    (1, 'Ada', '2024-03-01', 100, 1, 'paid', 'EUR'), (2, 'Ada', '2024-03-02', 40, 2, 'shipped', 'EUR'), (3, 'Ben', '2024-03-03', 60, 3, 'paid', 'EUR'),
    (4, 'Ben', '2024-03-04', -60, 3, 'refunded', 'EUR'),            -- a refund as it should be
    (5, NULL, '2024-03-04', 10, 5, 'paid', 'EUR'), (6, ' ', '2024-03-04', 10, 6, 'paid', 'EUR'), (7, 'Cleo', NULL, 10, 7, 'paid', 'EUR'), (8, 'Cleo', '2024-03-05', NULL, 8, 'paid', 'EUR'),
    (9, 'Cleo', '2024-03-05', 10, NULL, 'paid', 'EUR'), (10, 'Cleo', '2024-03-05', 10, 9, NULL, 'EUR'), (11, 'Cleo', '2024-03-05', 10, 10, 'waiting', 'EUR'), (12, 'Cleo', '2024-03-05', 10, 11, 'paid', NULL),
    (13, 'Dora', '2024-03-06', 30, 12, 'paid', 'EUR'), (13, 'Dora', '2024-03-06', 30, 12, 'paid', 'EUR'),   -- loaded twice
    (NULL, 'Dora', '2024-03-06', 31, 13, 'paid', 'EUR'), (15, 'Emil', '2024-03-06', 31, 13, 'paid', 'EUR'), -- two customers, one order
    (16, 'Emil', '2024-04-01', 10, 16, 'paid', 'EUR'), (17, 'Emil', '1970-01-01', 10, 17, 'paid', 'EUR'), (18, 'Emil', 'infinity', 10, 18, 'paid', 'EUR'),
    (19, 'Emil', '2024-03-06', 'NaN', 19, 'paid', 'EUR'), (20, 'Emil', '2024-03-06', 0, 20, 'paid', 'EUR'), (21, 'Ada', '2024-03-06', -10, 1, 'paid', 'EUR'),
    (22, 'Emil', '2024-03-07', -10, 22, 'refunded', 'EUR'),         -- of nothing
    (23, 'Ada', '2024-03-07', -41, 2, 'refunded', 'EUR'),           -- of too much
    (24, 'Finn', '2024-03-07', 5, 24, 'cancelled', 'EUR'), (25, 'Finn', '2024-03-08', -5, 24, 'refunded', 'EUR'),   -- of a sale that counts nowhere
    (26, 'Finn', '2024-03-08', 5, 26, 'paid', 'USD'), (27, 'Finn', '2024-03-08', -6, 26, 'refunded', 'EUR');        -- in two currencies: not compared
SELECT check_name, severity, row_count, round(share_pct, 2) AS share_pct, sample
FROM data_quality('quality_shop', 'customer', 'at', 'amount', 'order_id', 'status', 'currency', row_id => 'id', as_of => '2024-03-20');
SELECT check_name, severity, row_count, sample FROM data_quality('quality_shop', ordered_at => 'at', as_of => '2024-03-15') WHERE severity <> 'skipped';
SELECT check_name, severity, row_count, about FROM data_quality('quality_shop', customer => 'customer', stale => NULL);

-- thresholds: the day of as_of is not in the future, stale is more than, earliest is not absurd
SELECT as_of::date, stale::interval, earliest::date, string_agg(check_name || ' ' || coalesce(row_count::text, severity), ', ' ORDER BY check_name) AS found FROM (VALUES ('2024-03-08', '0', '1990-01-01'), ('2024-03-07', '7 days', '1990-01-01'), ('2024-03-15', '7 days', '1970-01-01'),
    ('2024-03-16', '7 days', '1970-01-02'), ('2024-04-08', '1 month', '2024-03-01'), ('2024-04-02', '36 hours', '-infinity'), ('2024-04-03', '36 hours', '-infinity'), ('2024-03-16', '7 days', '2025-01-01')) AS v (as_of, stale, earliest),
    data_quality('quality_shop', ordered_at => 'at', as_of => as_of::date, stale => stale::interval, earliest => earliest::date) WHERE severity = 'error' OR severity = 'skipped' AND check_name = 'stale_source' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;

-- assert_quality
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT assert_quality('quality_shop', customer => 'customer');
SELECT assert_quality('quality_shop', 'customer', 'at', 'amount', 'order_id', 'status', 'currency', row_id => 'id', as_of => '2024-03-20');
SELECT assert_quality('quality_shop', customer => 'customer', at_least => 'warning');
\set VERBOSITY terse
SELECT at_least, matrix.sqlstate_of(format($$SELECT assert_quality('quality_shop', order_id => 'order_id', amount => 'id', at_least => %L)$$, at_least)) FROM unnest(ARRAY['error', 'warning', 'info']) AS at_least;

-- the twin: each check by a query of its own, on random dirty rows
CREATE TABLE quality_dirty AS
SELECT CASE WHEN matrix.random(i, 16, 20) > 0 THEN i - i % 2 * (matrix.random(i, 9, 40) = 0)::int END::bigint AS id,
       CASE matrix.random(i, 1, 20) WHEN 0 THEN NULL WHEN 1 THEN ' ' WHEN 2 THEN E'\t\n' WHEN 3 THEN '' ELSE CASE matrix.random(i, 17, 60) WHEN 0 THEN 'C' WHEN 1 THEN ' c' ELSE 'c' END || CASE WHEN matrix.random(i, 10, 15) = 0 THEN matrix.random(i, 11, 30) ELSE matrix.random(i / 4, 2, 30) END END AS customer,
       CASE matrix.random(i, 3, 40) WHEN 0 THEN NULL WHEN 1 THEN 'infinity' WHEN 2 THEN '-infinity' WHEN 3 THEN '1970-01-01 12:00Z' WHEN 4 THEN '2024-07-01 21:59Z' WHEN 5 THEN '2024-07-01 22:00Z' WHEN 6 THEN '9999-12-31 00:00Z'
            ELSE timestamptz '2024-06-01 00:00Z' + matrix.random(i, 4, 40) * interval '17 hours' END AS at,
       CASE matrix.random(i, 5, 30) WHEN 0 THEN NULL WHEN 1 THEN 'NaN' WHEN 2 THEN 'Infinity' WHEN 3 THEN '-Infinity' WHEN 4 THEN 0 ELSE (matrix.random(i, 6, 7) - 2) * 1.1 END::numeric AS amount,
       CASE matrix.random(i, 7, 25) WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN E' \r' ELSE (i / 4 + matrix.random(i, 12, 2))::text END AS order_id,
       (string_to_array('paid Paid shipped REFUNDED refunded partially_refunded cancelled Void lost on-hand', ' ') || ARRAY[NULL, ''])[1 + matrix.random(i, 8, 12)] AS status,
       (ARRAY['EUR', 'EUR', 'EUR', 'EUR', 'USD', 'eur', NULL, ' '])[1 + matrix.random(i, 13, 8)] AS currency,
       (ARRAY['a', 'b', NULL])[1 + matrix.random(i, 14, 3)] AS product
FROM generate_series(1, 2000) AS i;
INSERT INTO quality_dirty SELECT CASE WHEN id % 3 > 0 THEN id END, customer, at, amount, order_id, status, currency, product FROM quality_dirty WHERE matrix.random(id, 15, 20) = 0;

CREATE FUNCTION quality_twin(as_of date) RETURNS TABLE (check_name text, row_count bigint, sample text[]) LANGUAGE sql AS $$
    WITH line AS (SELECT ctid AS tid, (at AT TIME ZONE 'Europe/Berlin')::date AS day, amount NOT IN ('NaN', 'Infinity', '-Infinity') AS ok, lower(status) AS word, quality_dirty.* FROM quality_dirty),
    fact AS (SELECT *, status IS NOT NULL AND word NOT IN ('cancelled', 'void') AND ok AS counts, customer ~* '[a-z]' AS named, order_id ~ '[0-9]' AS ordered, coalesce(CASE WHEN order_id ~ '[0-9]' THEN order_id END, id::text, CASE WHEN customer ~* '[a-z]' THEN customer END) AS key FROM line),
    found (check_name, tid, key) AS (
        SELECT 'stale_source', tid, (SELECT to_char(max(day)::timestamp, 'YYYY-MM-DD') FROM fact WHERE day >= '1990-01-01' AND day <= as_of AND isfinite(day)) FROM fact WHERE (SELECT max(day) + 7 < as_of FROM fact WHERE day >= '1990-01-01' AND day <= as_of)
        UNION ALL SELECT 'null_customer', tid, key FROM fact WHERE customer IS NULL
        UNION ALL SELECT 'blank_customer', tid, key FROM fact WHERE NOT named
        UNION ALL SELECT 'null_order_id', tid, key FROM fact WHERE order_id IS NULL
        UNION ALL SELECT 'blank_order_id', tid, key FROM fact WHERE NOT ordered
        UNION ALL SELECT 'null_row_id', tid, NULL FROM fact WHERE id IS NULL
        UNION ALL SELECT 'duplicate_row_id', tid, id::text FROM fact AS f WHERE EXISTS (SELECT FROM fact AS g WHERE g.id = f.id AND g.tid < f.tid)
        UNION ALL SELECT 'duplicate_row', tid, order_id FROM fact AS f WHERE ordered AND EXISTS (SELECT FROM fact AS g WHERE g.tid < f.tid AND g.order_id = f.order_id AND (CASE WHEN g.named THEN g.customer END, g.at, CASE WHEN g.ok THEN g.amount END, g.status, nullif(btrim(g.currency), ''), g.product)
            IS NOT DISTINCT FROM (CASE WHEN f.named THEN f.customer END, f.at, CASE WHEN f.ok THEN f.amount END, f.status, nullif(btrim(f.currency), ''), f.product))
        UNION ALL SELECT 'shared_order_id', tid, order_id FROM fact AS f WHERE ordered AND EXISTS (SELECT FROM fact AS g JOIN fact AS h USING (order_id) WHERE order_id = f.order_id AND g.named AND h.named AND g.customer <> h.customer)
        UNION ALL SELECT 'similar_customer', tid, customer FROM fact AS f WHERE named AND EXISTS (SELECT FROM fact AS g WHERE g.named AND g.customer <> f.customer AND upper(regexp_replace(g.customer, '\s', '', 'g')) = upper(regexp_replace(f.customer, '\s', '', 'g')))
        UNION ALL SELECT 'several_lines', tid, order_id FROM fact AS f WHERE ordered AND counts AND amount >= 0 AND EXISTS (SELECT FROM fact AS g WHERE g.order_id = f.order_id AND g.tid <> f.tid AND g.counts AND g.amount >= 0)
        UNION ALL SELECT 'null_ordered_at', tid, key FROM fact WHERE at IS NULL
        UNION ALL SELECT 'future_date', tid, key FROM fact WHERE day > as_of AND day < 'infinity'
        UNION ALL SELECT 'absurd_date', tid, key FROM fact WHERE day IN ('infinity', '-infinity') OR day < '1990-01-01'
        UNION ALL SELECT 'null_amount', tid, key FROM fact WHERE amount IS NULL
        UNION ALL SELECT 'infinite_amount', tid, key FROM fact WHERE NOT ok
        UNION ALL SELECT 'zero_sale', tid, key FROM fact WHERE counts AND amount = 0
        UNION ALL SELECT 'negative_sale', tid, key FROM fact WHERE counts AND amount < 0 AND word IN ('paid', 'shipped')
        UNION ALL SELECT 'orphan_refund', tid, order_id FROM fact AS f WHERE ordered AND counts AND amount < 0 AND NOT EXISTS (SELECT FROM fact AS g WHERE g.order_id = f.order_id AND g.counts AND g.amount >= 0)
        UNION ALL SELECT 'over_refund', tid, order_id FROM fact AS f WHERE ordered AND counts AND amount < 0 AND EXISTS (SELECT FROM fact AS g WHERE g.order_id = f.order_id AND g.counts AND g.amount >= 0)
            AND (SELECT sum(amount) < 0 FROM fact AS g WHERE g.order_id = f.order_id AND g.counts) AND (SELECT count(DISTINCT nullif(btrim(currency), '')) <= 1 FROM fact AS g WHERE g.order_id = f.order_id)
        UNION ALL SELECT 'null_currency', tid, key FROM fact WHERE btrim(coalesce(currency, '')) = ''
        UNION ALL SELECT 'mixed_currencies', NULL, currency FROM fact WHERE currency = 'EUR'
        UNION ALL SELECT 'mixed_currencies', tid, currency FROM fact WHERE currency IN ('USD', 'eur')
        UNION ALL SELECT 'null_status', tid, key FROM fact WHERE status IS NULL
        UNION ALL SELECT 'unknown_status', tid, status FROM fact WHERE status IN ('lost', 'on-hand', ''))
    SELECT check_name, count(tid), (SELECT array_agg(key) FROM (SELECT DISTINCT key COLLATE "C" AS key FROM found AS f WHERE f.check_name = found.check_name AND key IS NOT NULL ORDER BY key LIMIT 5) AS least) FROM found GROUP BY check_name
$$;
CREATE TABLE quality_expected AS SELECT as_of, twin.* FROM unnest('{2024-07-01,2024-07-20}'::date[]) AS as_of, quality_twin(as_of) AS twin;
CREATE FUNCTION quality_difference(source regclass, as_of date) RETURNS TABLE (check_name text, ours text, twin text) LANGUAGE sql AS $$
    SELECT q.check_name, q.row_count || ' ' || coalesce(q.sample::text, ''), t.row_count || ' ' || coalesce(t.sample::text, '')
    FROM data_quality(source, 'customer', 'at', 'amount', 'order_id', 'status', 'currency', 'product', 'id', as_of => as_of, tz => 'Europe/Berlin') AS q FULL JOIN (SELECT * FROM quality_expected AS e WHERE e.as_of = quality_difference.as_of) AS t USING (check_name)
    WHERE q.row_count IS DISTINCT FROM coalesce(t.row_count, 0) OR q.sample IS DISTINCT FROM t.sample OR (q.severity = 'ok') <> (t.row_count IS NULL)
$$;
SELECT * FROM quality_difference('quality_dirty', '2024-07-01');
SELECT * FROM quality_difference('quality_dirty', '2024-07-20');
SELECT as_of, count(*), min(row_count), max(row_count) FROM quality_expected GROUP BY as_of ORDER BY as_of;
SELECT assert_quality('quality_dirty', 'customer', 'at', 'amount', 'order_id', 'status', 'currency', 'product', 'id', as_of => '2024-07-01', tz => 'Europe/Berlin');

-- sources of other kinds: partitions, views, materialized views, other types of columns, other orders of rows, other settings
CREATE TABLE quality_parts (LIKE quality_dirty) PARTITION BY LIST (product);
CREATE TABLE quality_part_a PARTITION OF quality_parts FOR VALUES IN ('a');
CREATE TABLE quality_part_b PARTITION OF quality_parts DEFAULT;
INSERT INTO quality_parts SELECT * FROM quality_dirty ORDER BY matrix.random(id, 20, 1000);
CREATE VIEW quality_view AS SELECT * FROM quality_parts;
CREATE MATERIALIZED VIEW quality_stored AS SELECT * FROM quality_view;
CREATE DOMAIN quality_key AS varchar(20) COLLATE "C";
CREATE DOMAIN quality_other_key AS quality_key;
CREATE TYPE quality_status AS ENUM ('paid', 'Paid', 'shipped', 'REFUNDED', 'refunded', 'partially_refunded', 'cancelled', 'Void', 'lost', 'on-hand', '');
CREATE VIEW quality_typed AS SELECT id::numeric, customer::quality_other_key, at, amount::double precision, order_id::varchar(10), status::quality_status, currency::name, product::char(3) FROM quality_dirty;
CREATE VIEW quality_real AS SELECT id::text, customer, at, amount::real, order_id, status, currency, product FROM quality_dirty;
CREATE VIEW quality_local AS SELECT id, customer, at AT TIME ZONE 'Europe/Berlin' AS at, amount, order_id, status, currency, product FROM quality_dirty;
SELECT source, (SELECT count(*) FROM quality_difference(source::regclass, '2024-07-01')) AS differences
FROM unnest('{quality_parts,quality_view,quality_stored,quality_typed,quality_real,quality_local}'::text[]) AS source;
SET TimeZone = 'Pacific/Kiritimati'; SET DateStyle = 'German'; SET extra_float_digits = -10; SET lc_monetary = 'C'; SET work_mem = '64kB'; SET enable_hashagg = off; SET IntervalStyle = 'iso_8601';
SELECT * FROM quality_difference('quality_typed', '2024-07-01');
RESET TimeZone; RESET DateStyle; RESET extra_float_digits; RESET lc_monetary; RESET work_mem; RESET enable_hashagg; RESET IntervalStyle;
-- keys of other types, a uuid and integers: what is found in one is found in the other
CREATE VIEW quality_bigint AS SELECT CASE WHEN customer ~* 'c' THEN substr(btrim(customer), 2)::int END AS customer, CASE WHEN order_id ~ '[0-9]' THEN order_id::bigint END AS order_id, (amount * 10)::int AS amount, id::smallint
    FROM quality_dirty WHERE isfinite(at) AND amount NOT IN ('NaN', 'Infinity', '-Infinity');
CREATE VIEW quality_uuid AS SELECT md5(customer::text)::uuid AS customer, md5(order_id::text)::uuid AS order_id, amount, md5(id::text)::uuid AS id FROM quality_bigint;
SELECT string_agg(check_name || ' ' || a.row_count, ', ') AS found, count(*) FILTER (WHERE a.row_count <> b.row_count) AS differences, count(*) FILTER (WHERE cardinality(a.sample) IS DISTINCT FROM cardinality(b.sample)) AS samples
FROM data_quality('quality_bigint', 'customer', NULL, 'amount', 'order_id', row_id => 'id') AS a JOIN data_quality('quality_uuid', 'customer', NULL, 'amount', 'order_id', row_id => 'id') AS b USING (check_name) WHERE a.row_count > 0;
-- floating point is read as the decimal that is printed: 0.3 - 0.1 - 0.2 is nothing
CREATE TABLE quality_float (order_id int, amount double precision);
INSERT INTO quality_float VALUES (1, 0.3), (1, -0.1), (1, -0.2), (2, 0.1), (2, -0.1000000000000001);
SELECT check_name, row_count, sample FROM data_quality('quality_float', amount => 'amount', order_id => 'order_id') WHERE row_count > 0;

-- no rows
CREATE TABLE quality_nothing (LIKE quality_dirty);
SELECT string_agg(check_name, ', ') FILTER (WHERE severity = 'ok') AS ok, string_agg(check_name || ': ' || severity || ' ' || coalesce(row_count::text, '-') || ' ' || coalesce(share_pct::text, '-') || ' ' || about, E'\n') FILTER (WHERE severity <> 'ok') AS others
FROM data_quality('quality_nothing', 'customer', 'at', 'amount', 'order_id', 'status', 'currency', 'product', 'id', tz => 'UTC');
SELECT assert_quality('quality_nothing', customer => 'customer');
INSERT INTO quality_nothing (customer) SELECT NULL FROM generate_series(1, 3);
SELECT check_name, severity, row_count, share_pct, sample FROM data_quality('quality_nothing', 'customer', 'at', 'amount', 'order_id', 'status', 'currency', 'product', 'id', tz => 'UTC') WHERE severity <> 'ok';

-- as_of is today in tz: what is tomorrow in Kiribati is today there
CREATE VIEW quality_today AS SELECT now() AS at, (now() AT TIME ZONE 'Etc/GMT-14')::date AS day, (now() AT TIME ZONE 'UTC')::date AS utc;
SELECT tz, ordered_at, row_count FROM (VALUES ('Etc/GMT-14', 'at'), ('Etc/GMT+12', 'at'), ('Etc/GMT-14', 'day'), (NULL, 'utc'), ('Etc/GMT+12', 'day')) AS v (tz, ordered_at), data_quality('quality_today', ordered_at => ordered_at, tz => tz) WHERE check_name = 'future_date';

-- only days that are no days: nothing is stale
CREATE VIEW quality_never AS SELECT '-infinity'::date AS day;
SELECT check_name, severity, row_count FROM data_quality('quality_never', ordered_at => 'day', earliest => '-infinity') WHERE severity IN ('error', 'skipped') AND check_name ~ 'source|date';

-- hostile names; nothing is found through search_path, nothing planted is called
CREATE SCHEMA "Odd ""Schema'; --";
CREATE TABLE "Odd ""Schema'; --"."%I $1 ""t""" ("customer" text, "select 1; DROP TABLE quality_shop; --" text, "%1$s" date, "a""b'c" numeric, "$1" int, "t" text, "é%s" text, "flags" text);
INSERT INTO "Odd ""Schema'; --"."%I $1 ""t""" VALUES ('x', NULL, '1900-01-01', -1, 7, 'lost''; --', 'a'), ('x', 'y', '2024-01-01', 1, 8, 'paid', 'b');
SELECT check_name, severity, row_count, sample FROM data_quality('"Odd ""Schema''; --"."%I $1 ""t"""', 'select 1; DROP TABLE quality_shop; --', '%1$s', 'a"b''c', '$1', 't', 'é%s', 'customer', 'flags', as_of => '2024-01-02') WHERE row_count > 0;
SELECT assert_quality('"Odd ""Schema''; --"."%I $1 ""t"""', 'select 1; DROP TABLE quality_shop; --');
CREATE TABLE quality_before AS SELECT * FROM data_quality('quality_dirty', 'customer', 'at', 'amount', 'order_id', 'status', 'currency', 'product', 'id', as_of => '2024-07-01', tz => 'UTC');
CREATE SCHEMA quality_trap;
CREATE FUNCTION quality_trap.trapped() RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'trapped'; END$$;
CREATE FUNCTION quality_trap.is_known_status(varchar) RETURNS boolean LANGUAGE sql RETURN quality_trap.trapped();
CREATE FUNCTION quality_trap.quality_query(regclass, jsonb, text) RETURNS text LANGUAGE sql RETURN quality_trap.trapped()::text;
CREATE FUNCTION quality_trap.btrim(text, text) RETURNS text LANGUAGE sql RETURN quality_trap.trapped()::text;
CREATE FUNCTION quality_trap.text_lt(text, text) RETURNS boolean LANGUAGE sql RETURN quality_trap.trapped();
CREATE OPERATOR quality_trap.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = quality_trap.text_lt);
CREATE TABLE quality_trap.pg_attribute (attrelid regclass);
CREATE TEMP TABLE pg_class (oid oid, relkind text);
SET search_path = quality_trap, pg_temp, public, pg_catalog;
SELECT count(*) FROM (SELECT * FROM public.data_quality('public.quality_dirty', 'customer', 'at', 'amount', 'order_id', 'status', 'currency', 'product', 'id', as_of => '2024-07-01', tz => 'UTC') INTERSECT TABLE public.quality_before) AS same;
SELECT check_name, row_count FROM public.data_quality('pg_temp.pg_class', customer => 'relkind', row_id => 'relkind') WHERE severity = 'error';
RESET search_path;
DROP TABLE pg_temp.pg_class;

-- the rights of the caller, and the rows that the caller may see
CREATE ROLE regress_quality;
GRANT SELECT ON quality_view TO regress_quality;
GRANT SELECT (customer, at) ON quality_shop TO regress_quality;
CREATE TABLE quality_secret AS SELECT * FROM quality_shop;
ALTER TABLE quality_secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON quality_secret USING (currency = 'USD');
GRANT SELECT ON quality_secret TO regress_quality;
SELECT sum(row_count) FROM data_quality('quality_secret', 'customer', 'at') WHERE check_name IN ('stale_source');
SET ROLE regress_quality;
SELECT row_count, sample FROM data_quality('quality_secret', 'customer', 'at') WHERE check_name IN ('stale_source');
SELECT sum(row_count) FROM data_quality('quality_shop', 'customer', 'at');
SELECT count(*) FROM data_quality('quality_shop', 'customer', 'at', 'amount');
SELECT count(*) FROM data_quality('quality_parts', 'customer');
SELECT count(*) FROM data_quality('quality_view', 'customer');
SET row_security = off;
SELECT count(*) FROM data_quality('quality_secret', 'customer', 'at');
RESET ROLE;
RESET row_security;
DROP TABLE quality_secret;
REVOKE ALL ON quality_view, quality_shop FROM regress_quality;
DROP ROLE regress_quality;

-- subscriptions: terms up to their last day, inclusively, and one of each fault
CREATE TABLE quality_terms AS SELECT customer, month::date AS starts, (month + interval '1 month' - interval '1 day')::date AS ends FROM generate_series(1, 100) AS customer, generate_series(timestamp '2024-01-01', '2024-07-01', '1 month') AS month;
SELECT check_name, severity, row_count, round(share_pct, 2) AS share_pct, sample FROM subscription_quality('quality_terms', 'customer', 'starts', 'ends');
SELECT about FROM subscription_quality('quality_terms', 'customer', 'starts', 'ends') WHERE severity <> 'ok';
UPDATE quality_terms SET ends = ends + 1;
SELECT string_agg(check_name || ' ' || severity, ', ') AS exclusive FROM subscription_quality('quality_terms', 'customer', 'starts', 'ends');
INSERT INTO quality_terms VALUES (NULL, '2024-01-01', '2024-02-01'), (101, NULL, '2024-02-01'), (102, '-infinity', NULL), (103, '2024-02-01', '2024-01-01'), (104, '2024-02-01', '2024-02-01'), (105, '2024-02-01', 'infinity'), (105, '2024-02-01', NULL), (106, '2024-01-01', '2024-01-31'), (106, '2024-02-01', NULL);
SELECT check_name, severity, row_count, sample FROM subscription_quality('quality_terms', 'customer', 'starts', 'ends') WHERE severity <> 'ok';
SELECT check_name, severity, row_count, sample FROM subscription_quality('quality_terms', 'customer', 'starts') WHERE severity <> 'ok';
-- as ranges and as instants; customers of any type; no rows
CREATE VIEW quality_periods AS SELECT CASE WHEN customer < 106 THEN 'a' ELSE 'b' END AS customer, CASE WHEN ends >= starts THEN daterange(starts, ends) ELSE 'empty' END AS period, starts::timestamp AT TIME ZONE 'Asia/Tokyo' AS starts_at, (ends::timestamp + interval '1 day' - interval '1 second') AT TIME ZONE 'Asia/Tokyo' AS ends_at FROM quality_terms WHERE customer > 100;
SELECT check_name, severity, row_count, sample FROM subscription_quality('quality_periods', 'customer', period => 'period') WHERE severity <> 'ok';
SELECT check_name, severity, row_count, sample FROM subscription_quality('quality_periods', 'customer', 'starts_at', 'ends_at', tz => 'Asia/Tokyo') WHERE severity <> 'ok';
CREATE TABLE quality_no_terms (LIKE quality_terms);
SELECT check_name, severity, row_count, share_pct FROM subscription_quality('quality_no_terms', 'customer', 'starts', 'ends');
-- against a query of its own
CREATE TABLE quality_random AS SELECT matrix.random(i, 1, 40) AS customer, date '2024-01-01' + matrix.random(i, 2, 200)::int AS starts, date '2024-01-01' + (matrix.random(i, 2, 200) + matrix.random(i, 3, 40))::int AS ends FROM generate_series(1, 1000) AS i;
SELECT row_count = (SELECT count(*) FROM quality_random AS s WHERE ends > starts AND ends + 1 IN (SELECT starts FROM quality_random AS n WHERE n.customer = s.customer)) AS same, row_count BETWEEN 10 AND 990 AS some FROM subscription_quality('quality_random', 'customer', 'starts', 'ends') WHERE check_name = 'inclusive_end';
DROP VIEW quality_periods;

-- errors
CREATE TABLE quality_odd (j jsonb, m money, b boolean, i interval, t text, f real, n numeric, d date, ts timestamptz, gone text);
ALTER TABLE quality_odd DROP COLUMN gone;
CREATE INDEX quality_index ON quality_odd (t);
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT data_quality(NULL, 'customer')$$,
    $$SELECT data_quality('quality_index', 't')$$,
    $$SELECT data_quality('quality_shop')$$,
    $$SELECT assert_quality('quality_shop')$$,
    $$SELECT data_quality('quality_shop', 'nobody')$$,
    $$SELECT data_quality('quality_shop', 'Customer')$$,
    $$SELECT data_quality('quality_shop', '')$$,
    $$SELECT data_quality('quality_odd', 'gone')$$,
    $$SELECT data_quality('quality_odd', row_id => 'ctid')$$,
    $$SELECT data_quality('quality_odd', 'j')$$,
    $$SELECT data_quality('quality_odd', order_id => 'f')$$,
    $$SELECT data_quality('quality_odd', row_id => 'b')$$,
    $$SELECT data_quality('quality_odd', product => 'd')$$,
    $$SELECT data_quality('quality_odd', ordered_at => 't')$$,
    $$SELECT data_quality('quality_odd', amount => 'm')$$,
    $$SELECT data_quality('quality_odd', amount => 't')$$,
    $$SELECT data_quality('quality_odd', status => 'n')$$,
    $$SELECT data_quality('quality_odd', currency => 'b')$$,
    $$SELECT data_quality('quality_odd', ordered_at => 'ts')$$,
    $$SELECT data_quality('quality_odd', ordered_at => 'ts', tz => 'Europe/Nowhere')$$,
    $$SELECT data_quality('quality_odd', 't', tz => 'Europe/Nowhere')$$,
    $$SELECT data_quality('quality_odd', 't', as_of => 'infinity')$$,
    $$SELECT data_quality('quality_odd', 't', stale => '-1 day')$$,
    $$SELECT data_quality('quality_odd', 't', stale => '20000 years')$$,
    $$SELECT data_quality('quality_odd', 't', earliest => NULL)$$,
    $$SELECT subscription_quality(NULL, 'customer', 'starts')$$,
    $$SELECT subscription_quality('quality_index', 'customer', 'starts')$$,
    $$SELECT subscription_quality('quality_terms', 'customer')$$,
    $$SELECT subscription_quality('quality_terms', 'customer', 'starts', period => 'period')$$,
    $$SELECT subscription_quality('quality_terms', 'nobody', 'starts')$$,
    $$SELECT subscription_quality('quality_terms', 'customer', 'customer')$$,
    $$SELECT subscription_quality('quality_odd', 't', 'ts')$$,
    $$SELECT subscription_quality('quality_odd', 't', period => 'd')$$,
    $$SELECT assert_quality('quality_float', amount => 'amount', at_least => 'fatal')$$,
    $$SELECT assert_quality('quality_float', amount => 'amount', at_least => NULL)$$,
    $$SELECT assert_quality('quality_float', amount => 'amount', at_least => 'ok')$$);

DROP SCHEMA "Odd ""Schema'; --", quality_trap CASCADE;
