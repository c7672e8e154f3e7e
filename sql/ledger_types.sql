-- The types that ledger_agg takes: customers, days and amounts as people have them, each the same ledger as its exact twin.
\pset format unaligned
\pset null NULL

-- what literals and columns of each type are taken for; the ledger shows it
SELECT ledger_agg('a'::text, date '2024-01-01', 99900/100.0) AS division, ledger_agg('a'::text, timestamp '2024-01-01 23:59:59.999999', 2.50) AS own_day, ledger_agg('a'::varchar, date '2024-01-01', 15) AS integer;
SELECT net_revenue(ledger_agg(1, date '2024-01-01', amount)) AS six_times, net_revenue(ledger_agg(1, date '2024-01-01', 6 * amount) FILTER (WHERE n = 1)) AS product FROM (SELECT n, 2.55::double precision FROM generate_series(1, 6) AS n) AS s (n, amount);
SELECT ledger_agg(customer, date '2024-01-01') FROM (VALUES (1.0), (1), (1.00), (10), (0.50), (-0.5), (0), (-0.00), (123456789012345678901234567890.120), (1e-20)) AS customers (customer);
SELECT ledger_agg(customer, date '2024-01-01', amount) FROM (VALUES (1::smallint, 32767::smallint), (-32768, -32768)) AS v (customer, amount);
SELECT ledger_agg(customer, date '2024-01-01', amount) FROM (VALUES (2147483647, 2147483647), (-2147483648, -2147483648)) AS v (customer, amount);
SELECT ledger_agg(customer, date '2024-01-01', amount) FROM (VALUES (9223372036854775807, 9223372036854775807), (-9223372036854775808, -9223372036854775807)) AS v (customer, amount);
SELECT ledger_agg(1, date '2024-01-01', amount) FROM (VALUES (0.1::real), (16777217), (123456.79), (-1e-5), (-0.0)) AS v (amount);
SELECT ledger_agg(1, date '2024-01-01', amount) FROM (VALUES (0.1::double precision + 0.2), (1e-3), (-0.0), (123456789012.34)) AS v (amount);
SELECT ledger_agg(1, date '2024-01-01', amount) FROM (VALUES (9007199254740991::double precision), (-9007199254740992), (1e18)) AS v (amount);
SELECT ledger_agg(1, day) FROM (VALUES (timestamp '1970-01-01 00:00'), ('1969-12-31 23:59:59.999999'), ('1999-12-31 23:59'), ('2000-01-01'), ('4713-11-24 12:00 BC'), ('99999-12-31 23:59')) AS days (day);
-- shards are by the same keys
SELECT count(*) AS customers, count(*) FILTER (WHERE ledger_shard(n::smallint, 8) = ledger_shard(n::bigint, 8) AND ledger_shard(n::integer, 8) = ledger_shard(n::bigint, 8) AND ledger_shard(n::numeric(9, 2), 8) = ledger_shard(n::text, 8)) AS same FROM generate_series(-50, 50) AS n;
-- zeros at the end of an amount take no digits from others
SELECT ledger_agg(1, date '2024-01-01', amount) FROM (VALUES (12345/100.0), (900000000000000.0000000000), (-7.000000)) AS v (amount);
SELECT ledger_agg(1, date '2024-01-01', amount) FROM (VALUES (1000000000000000.00), (-7.000000)) AS v (amount);
SELECT ledger_agg(1, date '2024-01-01', amount) AS declared, ledger_agg(1, date '2024-01-01', amount::numeric(12, 6)) AS of_column FROM (VALUES (100.00), (5.5000)) AS v (amount);

-- every form gives the ledger of its twin of bigint or text, date and numeric
CALL matrix.make('ledger_types_sample', $$
    SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' + (id / 9)::int AS day,
           matrix.random(id, 3, 40)::smallint AS c_smallint, matrix.random(id, 3, 40)::integer * 100000 AS c_integer, matrix.random(id, 3, 40) * 10000000000 AS c_bigint,
           round(matrix.random(id, 3, 40) / 4.0, 2 + id::int % 5) AS c_numeric, md5(matrix.random(id, 3, 40)::text)::uuid AS c_uuid, 'c ' || matrix.random(id, 3, 40) AS c_text,
           date '2020-01-01' + matrix.random(id, 5, 1500)::int AS d_date, timestamp '1999-06-01 00:00' + matrix.random(id, 6, 15000 * 1440) * interval '1 minute' AS d_timestamp,
           timestamptz '2020-01-01 00:00Z' + matrix.random(id, 6, 1500 * 1440) * interval '1 minute' AS d_instant,
           matrix.random(id, 8, 150) AS o_bigint, md5(matrix.random(id, 8, 150)::text)::uuid AS o_uuid, CASE WHEN id % 9 > 0 THEN 'order ' || matrix.random(id, 8, 150) END AS o_text,
           matrix.random(id, 7, 60001) - 15000 AS a_bigint, (matrix.random(id, 7, 60001) - 15000) / 100.0 AS a_numeric,
           ((matrix.random(id, 7, 60001) - 15000) / 100.0)::real AS a_real, ((matrix.random(id, 7, 60001) - 15000) / 100.0)::double precision AS a_double,
           (matrix.random(id, 7, 60001) - 15000)::integer AS a_integer, (matrix.random(id, 7, 60001) / 4 - 7000)::smallint AS a_smallint
    FROM generate_series(1, 500) AS id $$);
CREATE TEMP TABLE ledger_forms AS
SELECT format('ledger_agg(%s)', concat_ws(', ', c, d, a, tz)) AS form, format('ledger_agg(%s)', concat_ws(', ', c_twin, d_twin, a_twin)) AS twin
FROM (VALUES ('c_smallint', 'c_smallint::bigint'), ('c_integer', 'c_integer::bigint'), ('c_bigint', 'c_bigint'), ('c_numeric', 'trim_scale(c_numeric)::text'), ('c_uuid', 'c_uuid'), ('c_text', 'c_text')) AS c (c, c_twin),
     (VALUES ('d_date', NULL, 'd_date'), ('d_timestamp', NULL, 'd_timestamp::date'), ('d_instant', '''Asia/Tokyo''', '(d_instant AT TIME ZONE ''Asia/Tokyo'')::date')) AS d (d, tz, d_twin),
     (VALUES (NULL, NULL), ('a_bigint', 'a_bigint::numeric'), ('a_numeric', 'a_numeric::numeric(12, 2)'), ('a_real', 'a_real::numeric(12, 2)'), ('a_double', 'a_double::numeric(12, 2)'), ('a_integer', 'a_integer::numeric'), ('a_smallint', 'a_smallint::numeric')) AS a (a, a_twin);
-- the same rows, whatever places their amounts are shown with
CREATE FUNCTION pg_temp.same(one text, other text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE same boolean;
BEGIN
    EXECUTE format('SELECT record_image_eq(ROW(a), ROW(b)) OR regexp_replace(a::text, ''scale:\d+|(\.\d*?)0+(?=[,)])|\.(?=[,)])'', ''\1'', ''g'') = regexp_replace(b::text, ''scale:\d+|(\.\d*?)0+(?=[,)])|\.(?=[,)])'', ''\1'', ''g'')
                    FROM (SELECT %s AS a, %s AS b FROM ledger_types_sample) AS s', one, other) INTO same;
    RETURN same;
END $$;
SELECT count(*) AS forms, coalesce(string_agg(form, ', ') FILTER (WHERE NOT pg_temp.same(form, twin)), 'none') AS differ FROM ledger_forms;
-- whatever the time zone of the session
SET TimeZone = 'America/New_York';
SELECT count(*) AS forms, coalesce(string_agg(form, ', ') FILTER (WHERE NOT pg_temp.same(form, twin)), 'none') AS differ FROM ledger_forms WHERE form ~ 'd_timestamp';
SET TimeZone = 'UTC';

-- the laws: all of them for some forms, which share what merges and reads with the others; for these, that plans, splits and NULLs do not matter
SELECT split_part(result, ': ', 2) AS result, count(*) FROM (
    SELECT matrix.check(form, form, '_customer_ledger_finish', 'ledger_types_sample', ARRAY[substring(form FROM 'c_\w+')]) AS result FROM ledger_forms
    WHERE form IN ('ledger_agg(c_smallint, d_date, a_bigint)', 'ledger_agg(c_numeric, d_timestamp, a_double)', 'ledger_agg(c_integer, d_instant, a_real, ''Asia/Tokyo'')', 'ledger_agg(c_numeric, d_timestamp)')) AS checks GROUP BY 1;
SELECT count(*) AS forms, coalesce(string_agg(form, ', ') FILTER (WHERE NOT matrix.keeps_ledger(form, form, 'ledger_types_sample', substring(form FROM 'c_\w+'))), 'none') AS broken FROM ledger_forms WHERE form !~ 'a_smallint|a_integer';

-- order lines: the same with an order id, and with a currency
CREATE TEMP TABLE ledger_order_forms AS
SELECT regexp_replace(form, '\)$', format(', %s)', o)) AS form, regexp_replace(twin, '\)$', format(', %s)', o)) AS twin FROM ledger_forms, unnest('{o_bigint,o_uuid,o_text}'::text[]) AS o WHERE form !~ 'd_instant' AND form ~ 'a_'
UNION ALL SELECT format('ledger_agg(%s, d_timestamp, a_numeric, %s, ''EUR'')', c, o), format('ledger_agg(%s, d_timestamp::date, a_numeric::numeric(12, 2), %s, ''EUR'')', c, o) FROM unnest('{c_bigint,c_uuid,c_text}'::text[]) AS c, unnest('{o_bigint,o_uuid,o_text}'::text[]) AS o;
SELECT count(*) AS forms, coalesce(string_agg(form, ', ') FILTER (WHERE NOT pg_temp.same(form, twin)), 'none') AS differ FROM ledger_order_forms;
SELECT count(*) AS forms, coalesce(string_agg(form, ', ') FILTER (WHERE NOT matrix.keeps_ledger(form, form, 'ledger_types_sample', substring(form FROM 'c_\w+'))), 'none') AS broken FROM ledger_order_forms WHERE form !~ 'a_smallint|a_integer';
SELECT ledger_agg(1, date '2024-01-01', 5, 'a'::text)::text = ledger_agg(1::bigint, date '2024-01-01', 5::numeric, 'a'::text)::text AS text, ledger_agg(1, timestamp '2024-01-01 12:00', 5.5::real, 7)::text = ledger_agg(1::bigint, date '2024-01-01', 5.5, 7::bigint)::text AS bigint,
       ledger_agg(1, timestamp '2024-01-01 12:00', 5, 7, 'EUR')::text = ledger_agg(1::bigint, date '2024-01-01', 5::numeric, 7::bigint, 'EUR')::text AS currency;

-- other types of strings; an amount that is a literal
SELECT ledger_agg(n::name, date '2024-01-01', 5) AS name, ledger_agg(n::char(3), timestamp '2024-01-01 12:00') AS char, ledger_agg(n, date '2024-01-01', 5) AS literal FROM (SELECT 'a') AS s (n);

-- what needs another form says which, with rows and without
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT ledger_agg(1, now(), 5)$$,
    $$SELECT ledger_agg('a'::varchar, at, 5.5) FROM (SELECT now() WHERE false) AS none (at)$$,
    $$SELECT ledger_agg(1, now())$$,
    $$SELECT ledger_agg(1::double precision, now(), 5)$$,
    $$SELECT ledger_agg(true, date '2024-01-01', 5)$$,
    $$SELECT ledger_agg(1::double precision, date '2024-01-01')$$,
    $$SELECT ledger_agg(1, date '2024-01-01', 'UTC')$$,
    $$SELECT ledger_agg('a'::text, timestamp '2024-01-01 01:30', 'America/New_York')$$,
    $$SELECT ledger_agg(customer, at, tz) FROM (SELECT 1::bigint, now()::timestamp, 'UTC'::text WHERE false) AS none (customer, at, tz)$$,
    $$SELECT ledger_agg(1, timestamp '2024-01-01 01:30', 5, 7, 'UTC', 'EUR')$$,
    $$SELECT ledger_agg(1, timestamp '2024-01-01 01:30', 5, 'America/New_York')$$,
    $$SELECT ledger_agg(1, timestamp 'infinity')$$,
    $$SELECT ledger_agg(1, date '2024-01-01', 'NaN'::double precision)$$,
    $$SELECT ledger_agg(1, date '2024-01-01', '-Infinity'::real)$$,
    $$SELECT ledger_agg('NaN'::numeric, date '2024-01-01', 5)$$,
    $$SELECT ledger_agg(10::numeric ^ 5000, date '2024-01-01', 5)$$,
    $$SELECT ledger_agg(1, date '2024-01-01', 1e300::double precision)$$,
    $$SELECT ledger_agg(1, date '2024-01-01', 1e-300::double precision)$$,
    $$SELECT ledger_agg(1, date '2024-01-01', -9223372036854775808)$$,
    $$SELECT ledger_agg(1, date '2024-01-01', 10000 / 3.0)$$);
-- and what the hints say works
SELECT ledger_agg(1, timestamptz '2024-04-01 01:30Z', 5, 'America/New_York') AS instant, ledger_agg(1, timestamp '2024-04-01 01:30' AT TIME ZONE 'UTC', 'America/New_York') AS in_utc,
       ledger_agg(1, date '2024-01-01', round((10000 / 3.0)::numeric, 2)) AS rounded, ledger_agg(1, date '2024-01-01', round((10000 / 3.0::double precision)::numeric, 2)) AS double;
