-- Parts of a ledger: as_of, slice, "between", ledger_shard.
\getenv srcdir PG_ABS_SRCDIR
\set shop :srcdir '/sql/shop/ledger.sql'
\set ECHO none
\i :shop
\set ECHO all
\pset format unaligned

CREATE TEMP TABLE d1 AS SELECT ledger_agg(customer, day::date, amount) AS ledger
FROM (VALUES ('A', '2024-01-05', 100.50), ('A', '2024-01-20', 40), ('A', '2024-02-03', 60), ('B', '2024-01-10', 250), ('B', '2024-02-11', -250), ('C', '2024-02-01', 80), ('C', '2024-02-15', -30), ('C', '2024-03-01', 120)) AS orders (customer, day, amount);
SELECT as_of(ledger, '2024-02-01') FROM d1;
-- from <= day < to; the scale that is shown stays; customers without rows vanish
SELECT slice(ledger, '2024-02-03', '2024-02-15') FROM d1;
SELECT "between"(ledger, '2024-02-03', '2024-02-15')::text = slice(ledger, "to" => '2024-02-15', "from" => '2024-02-03')::text AS same FROM d1;
SELECT first_day(part), last_day(part), customers_count(part), rows_count(part) FROM d1, slice(ledger, '2024-01-06', '2024-02-15') AS part;
SELECT slice(ledger, '2024-02-03', '2024-02-03') AS no_days, as_of(ledger, '2023-12-31') AS before, slice(ledger, '2024-03-02') AS later, 'empty'::customer_ledger AS empty FROM d1;
SELECT slice(ledger)::text = ledger::text AS all_kept, slice(ledger, NULL, '2024-03-02')::text = ledger::text AS all_kept_to, as_of(ledger, '2024-03-01')::text = ledger::text AS all_kept_as_of FROM d1;
SELECT slice(NULL, '2024-01-01') IS NULL AS slice, as_of(NULL, '2024-01-01') IS NULL AS as_of, as_of('empty', NULL) IS NULL AS no_day, slice('empty', '2024-01-01', '2024-02-01') AS empty, as_of('empty', '2024-01-01') AS empty_as_of;
-- an empty part has no kind of key: it can be merged with any
SELECT slice(ledger, '2030-01-01') || ledger_agg FROM d1, (SELECT ledger_agg(7, date '2024-01-01')) AS other;

-- against ledgers of those rows
CREATE FUNCTION shop.ledger(keys text, "from" date, "to" date) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT CASE keys WHEN 'bigint' THEN ledger_agg(customer, day, amount)::text WHEN 'uuid' THEN ledger_agg(md5(customer::text)::uuid, day, amount)::text
                     WHEN 'text' THEN ledger_agg('customer ' || customer, day, amount)::text ELSE ledger_agg(customer, day)::text END
    FROM shop.sales WHERE shop = CASE keys WHEN 'none' THEN 'activity' ELSE 'amounts' END AND day >= "from" AND day < "to"
$$;
SELECT keys, count(*) AS cases, count(DISTINCT slice(ledger, "from", "to")::text) AS parts, count(*) FILTER (WHERE slice(ledger, "from", "to")::text <> shop.ledger(keys, "from", "to")) AS different,
    count(*) FILTER (WHERE as_of(ledger, "to")::text <> shop.ledger(keys, '-infinity', "to" + 1)) AS different_as_of,
    count(*) FILTER (WHERE customer_ledger_send(slice(ledger, "from", "to")) <> customer_ledger_send(shop.ledger(keys, "from", "to")::customer_ledger)) AS different_bytes
FROM shop.ledgers, generate_series(1, 60) AS id, LATERAL (SELECT date '2019-10-25' + matrix.random(id, 1, 490)::int AS "from") AS f, LATERAL (SELECT "from" + matrix.random(id, 2, CASE id % 3 WHEN 0 THEN 4 ELSE 200 END)::int AS "to") AS t
GROUP BY keys ORDER BY keys;
-- a ledger in the making is cut as a stored one is
SELECT slice(ledger_agg(customer, day, amount), '2020-02-01', '2020-05-05')::text = shop.ledger('bigint', '2020-02-01', '2020-05-05') AS same FROM shop.sales WHERE shop = 'amounts';
-- reports of a ledger as of a day, and as-of reports of the whole
SELECT shop.same(format('SELECT report.* FROM shop.ledgers, cohort_retention(as_of(ledger, %L), as_of => %1$L) AS report WHERE keys = %L', as_of, keys),
                 format('SELECT report.* FROM shop.ledgers, cohort_retention(ledger, as_of => %L) AS report WHERE keys = %L', as_of, keys)) AS same, count(*)
FROM shop.ledgers, unnest('{2019-11-01,2020-02-28,2020-02-29,2020-12-31,2021-06-01}'::date[]) AS as_of GROUP BY same;

-- all parts together are the whole: by months, by slices, by shards, by both
SELECT rollup(month)::text = (SELECT ledger::text FROM shop.ledgers WHERE keys = 'bigint') AS months FROM (SELECT ledger_agg(customer, day, amount) AS month FROM shop.sales WHERE shop = 'amounts' GROUP BY date_trunc('month', day)) AS m;
SELECT keys, rollup(slice(ledger, start, stop))::text = ledger::text AS slices FROM shop.ledgers, shop.calendar WHERE step = '3 months' GROUP BY keys, ledger::text ORDER BY keys;
SELECT keys, (slice(ledger, NULL, '2020-07-01') || slice(ledger, '2020-07-01'))::text = ledger::text AS halves FROM shop.ledgers ORDER BY keys;
SELECT rollup(part)::text = (SELECT ledger::text FROM shop.ledgers WHERE keys = 'text') AS shards, count(*) AS parts, sum(customers_count(part)) = (SELECT count(DISTINCT customer) FROM shop.sales) AS customers
FROM (SELECT ledger_agg('customer ' || customer, day, amount) AS part FROM shop.sales WHERE shop = 'amounts' GROUP BY ledger_shard('customer ' || customer, 5)) AS s;
SELECT rollup(part)::text = (SELECT ledger::text FROM shop.ledgers WHERE keys = 'uuid') AS shards_of_months
FROM (SELECT ledger_agg(md5(customer::text)::uuid, day, amount) AS part FROM shop.sales WHERE shop = 'amounts' GROUP BY ledger_shard(md5(customer::text)::uuid, 3), date_trunc('month', day)) AS s;

-- the day of an instant is that of its time zone: 1 April in Moscow, 31 March in London
SELECT tz, first_day(ledger_agg(1, at, 5, tz)), (SELECT lifecycle.period FROM lifecycle(ledger_agg(1, at, 5, tz)) LIMIT 1) AS month
FROM (VALUES (timestamptz '2024-03-31 22:30Z', 'Europe/Moscow'), ('2024-03-31 22:30Z', 'UTC'), ('2024-03-31 22:59:59.999999Z', 'Europe/London'), ('2024-03-31 23:00Z', 'Europe/London'), ('2024-04-01 03:59Z', 'America/New_York')) AS v (at, tz) GROUP BY at, tz ORDER BY at, tz;

-- shards, pinned for ever: users store what follows from them
SELECT customer, ledger_shard(customer, 1) AS of_1, ledger_shard(customer, 8) AS of_8, ledger_shard(customer, 1000) AS of_1000, ledger_shard(customer, 2147483647) AS of_all
FROM unnest('{0,1,2,-1,42,9223372036854775807,-9223372036854775808}'::bigint[]) AS customer;
SELECT customer, ledger_shard(customer, 8) AS of_8, ledger_shard(customer, 1000) AS of_1000, ledger_shard(customer, 2147483647) AS of_all
FROM unnest(ARRAY['', 'a', 'A', 'abcdefgh', 'abcdefghi', 'customer 42', repeat('long ', 20)]) AS customer;
SELECT customer, ledger_shard(customer, 8) AS of_8, ledger_shard(customer, 1000) AS of_1000, ledger_shard(customer, 2147483647) AS of_all
FROM unnest('{00000000-0000-0000-0000-000000000000,00000000-0000-0000-0000-000000000001,6ba7b810-9dad-11d1-80b4-00c04fd430c8,ffffffff-ffff-ffff-ffff-ffffffffffff}'::uuid[]) AS customer;
-- an integer is a bigint; NULL has no shard
SELECT ledger_shard(42, 1000) = ledger_shard(42::bigint, 1000) AS integer, ledger_shard(NULL::text, 8) IS NULL AS no_customer, ledger_shard(1, NULL) IS NULL AS no_shards;
-- of about one size, also for customers in sequence
SELECT min(least(b, t, u)) > 1050 AND max(greatest(b, t, u)) < 1450 AS even, sum(b) AS customers
FROM (SELECT count(*) FILTER (WHERE ledger_shard(n, 8) = shard) AS b, count(*) FILTER (WHERE ledger_shard(n::text, 8) = shard) AS t, count(*) FILTER (WHERE ledger_shard(md5(n::text)::uuid, 8) = shard) AS u
      FROM generate_series(0, 7) AS shard, generate_series(1, 10000) AS n GROUP BY shard) AS sizes;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT as_of('empty', 'infinity')$$,
    $$SELECT slice('empty', '2024-02-01', '2024-01-01')$$,
    $$SELECT "between"('empty', '-infinity', '2024-01-01')$$,
    $$SELECT between('empty', '2024-01-01', '2024-02-01')$$,
    $$SELECT ledger_shard(7, 0)$$,
    $$SELECT ledger_shard('seven', -8)$$);
DROP SCHEMA shop CASCADE;
