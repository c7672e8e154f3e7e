-- The customer ledger: building, merging, storing. The reports have tests of their own.
\pset format unaligned
\pset null NULL
CREATE TABLE ledger_d1 (customer text, day date, amount numeric(12,2), order_id bigint);
INSERT INTO ledger_d1 VALUES ('A', '2024-01-05', 100, 1), ('A', '2024-01-20', 40, 2), ('A', '2024-02-03', 60, 3), ('B', '2024-01-10', 250, 4),
                             ('C', '2024-02-01', 80, 6), ('C', '2024-03-01', 120, 7), ('B', '2024-02-11', -250, 4), ('C', '2024-02-15', -30, 6);
SELECT ledger_agg(customer, day, amount) FROM ledger_d1;
SELECT customers_count(l), rows_count(l), first_day(l), last_day(l) FROM (SELECT ledger_agg(customer, day, amount) FROM ledger_d1) AS d1 (l);
SELECT customers_count(l), rows_count(l), first_day(l), last_day(l), l FROM (VALUES ('empty'::customer_ledger)) AS empty (l);

-- kinds of keys and of times
SELECT ledger_agg(customer, '2024-01-01'::date) FROM (VALUES (3), (-9223372036854775808), (2), (9223372036854775807), (3)) AS rows (customer);
SELECT ledger_agg(customer::uuid, '2024-01-01'::date, 1.5) FROM (VALUES ('ffffffff-ffff-ffff-ffff-ffffffffffff'), ('00000000-0000-0000-0000-000000000001'), ('7fffffff-0000-0000-0000-000000000000')) AS rows (customer);
SELECT ledger_agg(customer, '2024-01-01'::date, 0) FROM (VALUES ('b'), (''), ('a "quoted" \ key'), ('ab'), ('longer than eight bytes'), ('longer than seven')) AS rows (customer);
SELECT ledger_agg(1, at, 'Europe/Moscow') AS moscow, ledger_agg(1, at, 'UTC') AS utc, ledger_agg(1, at, 2.50, 'America/New_York') AS new_york
FROM (VALUES (timestamptz '2024-03-31 22:30Z')) AS rows (at);
-- NULL customers, days and amounts are ignored
SELECT ledger_agg(customer, day, amount) FROM (VALUES ('A', date '2024-01-01', 1.0), (NULL, '2024-01-01', 1), ('B', NULL, 1), ('C', '2024-01-01', NULL)) AS rows (customer, day, amount);
-- leap days, the end of ISO years, dates far away
SELECT ledger_agg(1, day) FROM (VALUES (date '2024-02-29'), ('2020-12-31'), ('2021-01-01'), ('0044-03-15 BC'), ('99999-12-31'), ('4713-11-24 BC')) AS days (day);

-- amounts keep their places, all at the largest scale
SELECT ledger_agg(1, '2024-01-01'::date, amount) FROM (VALUES (1), (0.5), (1234567890.1234), (-0.00000001), (12.34000000)) AS amounts (amount);
SELECT ledger_agg(1, '2024-01-01'::date, amount) FROM (VALUES (900000000000000.00), (-900000000000000.99)) AS amounts (amount);
SELECT ledger_agg(1, '2024-01-01'::date, amount) FROM (VALUES (9223372036854775807), (-9223372036854775807)) AS amounts (amount);

-- merging: other customers, the same customers over other months, the same rows twice
SELECT l || l FROM (SELECT ledger_agg(customer, day, amount) FROM ledger_d1 WHERE customer = 'A') AS a (l);
SELECT rollup(l)::text = (SELECT ledger_agg(customer, day, amount)::text FROM ledger_d1) AS by_month FROM (SELECT ledger_agg(customer, day, amount) FROM ledger_d1 GROUP BY date_trunc('month', day)) AS months (l);
SELECT rollup(l)::text = (SELECT ledger_agg(customer, day, amount)::text FROM ledger_d1) AS by_customer FROM (SELECT ledger_agg(customer, day, amount) FROM ledger_d1 GROUP BY customer) AS customers (l);
SELECT ledger_agg(1, '2024-01-01'::date, 1.5) || ledger_agg(1, '2024-01-02'::date, 1.25) AS scales;

-- many rows: through chunks, batches and growing tables; compared as sets of rows
CREATE TABLE ledger_big AS SELECT matrix.random(i, 1, 3000) * 7 - 9000 AS customer, date '2020-01-01' + matrix.random(i, 2, 1500)::int AS day,
    ((matrix.random(i, 3, 40000) - 8000) / 100.0)::numeric(12, 2) AS amount FROM generate_series(1, 60000) AS i;
-- the rows of a ledger, read off its text form
CREATE FUNCTION ledger_rows(l customer_ledger) RETURNS TABLE (customer text, day date, amount numeric) LANGUAGE sql AS $$
    SELECT customer, day::date, amount::numeric FROM (
        SELECT max(substr(field, 11, length(field) - 11)) FILTER (WHERE field LIKE 'customer:%') OVER (PARTITION BY block) AS customer, substr(field, 5) AS day, lead(substr(rtrim(field, ')'), 8)) OVER (ORDER BY n) AS amount, field
        FROM (SELECT field, n, count(*) FILTER (WHERE field LIKE 'customer:%') OVER (ORDER BY n) AS block FROM string_to_table(l::text, ',') WITH ORDINALITY AS fields (field, n)) AS blocks) AS rows
    WHERE field LIKE 'day:%' $$;
SELECT count(*) AS rows, count(*) FILTER (WHERE n <> m) AS different FROM (
    SELECT customer::text, day, amount, count(*) AS n FROM ledger_big GROUP BY 1, 2, 3) AS a
FULL JOIN (SELECT customer, day, amount, count(*) AS m FROM ledger_rows((SELECT ledger_agg(customer, day, amount) FROM ledger_big)) GROUP BY 1, 2, 3) AS b USING (customer, day, amount);
SELECT count(DISTINCT l::text) AS one_ledger FROM (
    SELECT ledger_agg(customer, day, amount) FROM ledger_big
    UNION ALL SELECT ledger_agg(customer, day, amount ORDER BY amount, day) FROM ledger_big
    UNION ALL SELECT rollup(l) FROM (SELECT ledger_agg(customer, day, amount) FROM ledger_big GROUP BY day) AS days (l)) AS ledgers (l);
-- equal ledgers are the same bytes on disk, whatever they were made of
CREATE TEMP TABLE ledger_ways AS WITH whole AS MATERIALIZED (SELECT ledger_agg(customer, day, amount) AS l FROM ledger_big)
    SELECT 'aggregate' AS way, l FROM whole UNION ALL SELECT 'text', l::text::customer_ledger FROM whole
    UNION ALL SELECT 'slices', (SELECT rollup(array_agg(s.ledger)) FROM slices(l, '1 year') AS s) FROM whole UNION ALL SELECT 'many slices', (SELECT rollup(array_agg(s.ledger)) FROM slices(l) AS s) FROM whole
    UNION ALL SELECT 'shards', (SELECT rollup(shard(l, 3, n)) FROM generate_series(0, 2) AS n) FROM whole;
SELECT a.way, record_image_eq(ROW(a.l), ROW(b.l)) AS same_bytes FROM ledger_ways AS a, ledger_ways AS b WHERE b.way = 'aggregate' ORDER BY 1;
SELECT pg_column_size(l) < 5 * 60000 AS small FROM (SELECT ledger_agg(customer, day, amount) FROM ledger_big) AS big (l);
-- a growing window: the same object is read and goes on growing
SELECT count(*) FILTER (WHERE rows_count(l) = n) = count(*) AS every_frame FROM (
    SELECT ledger_agg(customer, day, amount) OVER (ORDER BY n), n FROM (SELECT *, row_number() OVER () AS n FROM ledger_big LIMIT 700) AS numbered) AS frames (l, n);
-- many small ledgers
SELECT count(*) AS ledgers, sum(rows_count(l)) AS rows FROM (SELECT ledger_agg(customer, day, amount) FROM ledger_big GROUP BY customer, day) AS small (l);

-- the laws
CALL matrix.make('ledger_sample', $$
    SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' + (id / 9)::int AS day,
           CASE WHEN matrix.random(id, 2, 20) > 0 THEN matrix.random(id, 3, 300) - 100 END AS b,
           CASE WHEN matrix.random(id, 2, 20) > 0 THEN md5(matrix.random(id, 3, 300)::text)::uuid END AS u,
           CASE WHEN matrix.random(id, 2, 20) > 0 THEN left(md5(matrix.random(id, 3, 300)::text), matrix.random(matrix.random(id, 3, 300), 4, 20)::int + 6) END AS t,
           date '2020-01-01' + matrix.random(id, 5, 1500)::int AS ordered, timestamptz '2020-01-01 00:00Z' + matrix.random(id, 6, 1500 * 1440) * interval '1 minute' AS at,
           ((matrix.random(id, 7, 60001) - 15000) / 100.0)::numeric(12, 2) AS m
    FROM generate_series(1, 3000) AS id $$);
SELECT matrix.check(call, call, '_customer_ledger_finish', 'ledger_sample', ARRAY[key])
FROM unnest('{b,u,t}'::text[]) AS key, LATERAL unnest(ARRAY[format('ledger_agg(%s, ordered, m)', key), format('ledger_agg(%s, ordered)', key), format('ledger_agg(%s, at, m, ''Asia/Tokyo'')', key), format('ledger_agg(%s, at, ''Asia/Tokyo'')', key)]) AS call;

-- memory is bounded
SET customer_value.max_ledger_memory = '1MB';
SELECT error AS errors FROM matrix.errors('SELECT rows_count(ledger_agg(i, date ''2024-01-01'', 1.5)) FROM generate_series(1, 100000) AS i');
RESET customer_value.max_ledger_memory;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT ledger_agg(1, 'infinity'::date)$$,
    $$SELECT ledger_agg(1, '-infinity'::timestamptz, 'UTC')$$,
    $$SELECT ledger_agg(1, now(), 'Mars/Olympus')$$,
    $$SELECT ledger_agg(1, '2024-01-01'::date, 'NaN'::numeric)$$,
    $$SELECT ledger_agg(1, '2024-01-01'::date, 'Infinity'::numeric)$$,
    $$SELECT ledger_agg(1, '2024-01-01'::date, 1e30)$$,
    $$SELECT ledger_agg(1, '2024-01-01'::date, 1e-17)$$,
    $$SELECT ledger_agg(1, '2024-01-01'::date, amount) FROM (VALUES (9223372036854775807), (0.1)) AS a (amount)$$,
    $$SELECT ledger_agg(1, '2024-01-01'::date, amount) FROM (VALUES (0.1), (9223372036854775807)) AS a (amount)$$,
    $$SELECT ledger_agg(1, '2024-01-01'::date, 922337203685477.59)$$,
    $$SELECT ledger_agg(repeat('x', 5000), '2024-01-01'::date)$$,
    $$SELECT ledger_agg(1, '2024-01-01'::date) || ledger_agg('1', '2024-01-01'::date)$$,
    $$SELECT ledger_agg(1, '2024-01-01'::date) || ledger_agg(1, '2024-01-01'::date, 5)$$,
    $$SELECT '(version:1,key:"bigint",amounts:1,scale:2,customer:"x",day:2024-01-01,amount:1.00)'::customer_ledger$$,
    $$SELECT '(version:1,key:"bigint",amounts:1,scale:2,customer:"1",day:2024-02-30,amount:1.00)'::customer_ledger$$,
    $$SELECT '(version:1,key:"bigint",amounts:1,scale:2,customer:"1",day:2024-01-01,amount:1.0)'::customer_ledger$$,
    $$SELECT '(version:1,key:"bigint",amounts:1,scale:2,day:2024-01-01,amount:1.00)'::customer_ledger$$,
    $$SELECT '(version:1,key:"bigint",amounts:0,scale:2,customer:"1",day:2024-01-01)'::customer_ledger$$,
    $$SELECT '(version:9,key:"bigint",amounts:0,scale:0)'::customer_ledger$$);
