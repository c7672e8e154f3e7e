-- Parts of a ledger: as_of, slice, slices, first_orders, shard, keep, ledger_shard.
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
SELECT slice(ledger, '2024-02-03', '2024-02-15')::text = slice(ledger, to_day => '2024-02-15', from_day => '2024-02-03')::text AS same FROM d1;
SELECT first_day(part), last_day(part), customers_count(part), rows_count(part) FROM d1, slice(ledger, '2024-01-06', '2024-02-15') AS part;
SELECT slice(ledger, '2024-02-03', '2024-02-03') AS no_days, as_of(ledger, '2023-12-31') AS before, slice(ledger, '2024-03-02') AS later, 'empty'::customer_ledger AS empty FROM d1;
SELECT slice(ledger)::text = ledger::text AS all_kept, slice(ledger, NULL, '2024-03-02')::text = ledger::text AS all_kept_to, as_of(ledger, '2024-03-01')::text = ledger::text AS all_kept_as_of FROM d1;
-- all of it, still in the making or stored: what is kept of it outlives where it came from
CREATE TEMP TABLE source AS SELECT * FROM shop.ledgers;
CREATE TEMP TABLE kept AS SELECT keys, as_of(ledger, '2030-01-01') AS ledger FROM source UNION ALL SELECT 'made', slice(base.ledger) FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts') AS base;
DROP TABLE source;
SELECT kept.keys, kept.ledger::text = ledgers.ledger::text AS same FROM kept JOIN shop.ledgers ON ledgers.keys = replace(kept.keys, 'made', 'bigint') ORDER BY keys;
SELECT rollup(as_of(base.ledger, '2030-01-01') || as_of(base.ledger, '2030-01-01'))::text = (rollup(base.ledger) || rollup(base.ledger))::text AS same FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts') AS base;
SELECT slice(NULL, '2024-01-01') IS NULL AS slice, as_of(NULL, '2024-01-01') IS NULL AS as_of, as_of('empty', NULL) IS NULL AS no_day, slice('empty', '2024-01-01', '2024-02-01') AS empty, as_of('empty', '2024-01-01') AS empty_as_of;
-- an empty part has no kind of key: it can be merged with any
SELECT slice(ledger, '2030-01-01') || ledger_agg FROM d1, (SELECT ledger_agg(7, date '2024-01-01')) AS other;

-- against ledgers of those rows
CREATE FUNCTION shop.ledger(keys text, from_day date, to_day date) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT CASE keys WHEN 'bigint' THEN ledger_agg(customer, day, amount)::text WHEN 'uuid' THEN ledger_agg(md5(customer::text)::uuid, day, amount)::text
                     WHEN 'text' THEN ledger_agg('customer ' || customer, day, amount)::text ELSE ledger_agg(customer, day)::text END
    FROM shop.sales WHERE shop = CASE keys WHEN 'none' THEN 'activity' ELSE 'amounts' END AND day >= from_day AND day < to_day
$$;
SELECT keys, count(*) AS cases, count(DISTINCT slice(ledger, from_day, to_day)::text) AS parts, count(*) FILTER (WHERE slice(ledger, from_day, to_day)::text <> shop.ledger(keys, from_day, to_day)) AS different,
    count(*) FILTER (WHERE as_of(ledger, to_day)::text <> shop.ledger(keys, '-infinity', to_day + 1)) AS different_as_of,
    count(*) FILTER (WHERE _customer_ledger_send(slice(ledger, from_day, to_day)) <> _customer_ledger_send(shop.ledger(keys, from_day, to_day)::customer_ledger)) AS different_bytes
FROM shop.ledgers, generate_series(1, 60) AS id, LATERAL (SELECT date '2019-10-25' + matrix.random(id, 1, 490)::int AS from_day) AS f, LATERAL (SELECT from_day + matrix.random(id, 2, CASE id % 3 WHEN 0 THEN 4 ELSE 200 END)::int AS to_day) AS t
GROUP BY keys ORDER BY keys;
-- a ledger in the making is cut as a stored one is
SELECT slice(ledger_agg(customer, day, amount), '2020-02-01', '2020-05-05')::text = shop.ledger('bigint', '2020-02-01', '2020-05-05') AS same FROM shop.sales WHERE shop = 'amounts';
-- reports of a ledger as of a day, and as-of reports of the whole
SELECT shop.same(format('SELECT report.* FROM shop.ledgers, cohort_retention(as_of(ledger, %L), as_of => %1$L) AS report WHERE keys = %L', as_of, keys),
                 format('SELECT report.* FROM shop.ledgers, cohort_retention(ledger, as_of => %L) AS report WHERE keys = %L', as_of, keys)) AS same, count(*)
FROM shop.ledgers, unnest('{2019-11-01,2020-02-28,2020-02-29,2020-12-31,2021-06-01}'::date[]) AS as_of GROUP BY same;

-- all periods of a ledger, each as its rows would have made it
SELECT s.* FROM d1, slices(ledger) AS s;
SELECT s.period, rows_count(s.ledger), first_day(s.ledger), last_day(s.ledger) FROM d1, slices(ledger, '1 week') AS s;
SELECT step, count(*) AS cases, same FROM (SELECT step, shop.same(
    format('SELECT period, s.ledger, _customer_ledger_send(s.ledger) FROM shop.ledgers AS l, slices(l.ledger, %L) AS s WHERE keys = %L', step, keys),
    format('SELECT start, ledger, _customer_ledger_send(ledger::customer_ledger) FROM shop.calendar, shop.ledger(%L, start, stop) AS ledger WHERE step = %L AND customers_count(ledger::customer_ledger) > 0 ORDER BY start', keys, step)) AS same
    FROM shop.ledgers, (SELECT DISTINCT step FROM shop.calendar WHERE step > '1 day') AS s) AS compared
GROUP BY step, same ORDER BY step, same;
SELECT keys, count(*) AS days, count(*) FILTER (WHERE s.ledger::text <> slice(l.ledger, period, period + 1)::text) AS different, rollup(s.ledger)::text = l.ledger::text AS whole
FROM shop.ledgers AS l, slices(l.ledger, '1 day') AS s GROUP BY keys, l.ledger::text ORDER BY keys;
-- a ledger in the making, of more customers and rows than are sorted by comparing: against its stored form, and against slice
CREATE TEMP TABLE many AS SELECT matrix.random(id, 1, 20000) - 9000 AS customer, date '2024-01-25' + matrix.random(id, 2, 60)::int AS day, (matrix.random(id, 3, 2000) - 300) / 4::numeric AS amount FROM generate_series(1, 30000) AS id;
CREATE FUNCTION pg_temp.many_slices(keys text) RETURNS TABLE (period date, ledger customer_ledger) LANGUAGE sql AS $$
    SELECT s.* FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM many) AS base, slices(base.ledger) AS s WHERE keys = 'bigint'
    UNION ALL SELECT s.* FROM (SELECT ledger_agg(md5(customer::text)::uuid, day, amount) AS ledger FROM many) AS base, slices(base.ledger) AS s WHERE keys = 'uuid'
    UNION ALL SELECT s.* FROM (SELECT ledger_agg('customer ' || customer, day, amount) AS ledger FROM many) AS base, slices(base.ledger) AS s WHERE keys = 'text'
    UNION ALL SELECT s.* FROM (SELECT ledger_agg(customer, day) AS ledger FROM many) AS base, slices(base.ledger) AS s WHERE keys = 'none'
$$;
CREATE TEMP TABLE whole AS SELECT 'bigint' AS keys, ledger_agg(customer, day, amount) AS ledger FROM many UNION ALL SELECT 'uuid', ledger_agg(md5(customer::text)::uuid, day, amount) FROM many
UNION ALL SELECT 'text', ledger_agg('customer ' || customer, day, amount) FROM many UNION ALL SELECT 'none', ledger_agg(customer, day) FROM many;
SELECT keys, m.period, customers_count(m.ledger), rows_count(m.ledger), _customer_ledger_send(m.ledger) = _customer_ledger_send(s.ledger) AS as_stored,
    _customer_ledger_send(m.ledger) = _customer_ledger_send(slice(whole.ledger, m.period, (m.period + interval '1 month')::date)) AS as_slice
FROM whole, pg_temp.many_slices(keys) AS m JOIN LATERAL slices(whole.ledger) AS s USING (period) ORDER BY keys, m.period;
-- rows that do not fit into a word while a ledger is built, amounts of several scales, thousands of years
CREATE TEMP TABLE odd AS SELECT id % 3 AS customer, make_date(1 + (id * 277 % 5000)::int, 1 + (id % 12)::int, 5) AS day, CASE id % 4 WHEN 0 THEN 92233720368.54 WHEN 1 THEN 0.1234567 WHEN 2 THEN -5 ELSE -0.00001 END AS amount FROM generate_series(1, 300) AS id;
SELECT count(*) AS years, count(*) FILTER (WHERE _customer_ledger_send(s.ledger) <> _customer_ledger_send(slice(base.ledger, s.period, (s.period + interval '1 year')::date))) AS different, rollup(s.ledger)::text = min(base.ledger::text) AS whole
FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM odd) AS base, slices(base.ledger, '1 year') AS s;
-- sums of each slice up to a day: those of its rows until then; 0 where there are none
SELECT period, orders, refund_rows, gross_revenue, refunds FROM d1, slices(ledger, '1 month', '2024-02-11');
SELECT keys, as_of, count(*) AS slices, count(*) FILTER (WHERE _customer_ledger_send(s.ledger) <> _customer_ledger_send(plain.ledger)) AS different,
    count(*) FILTER (WHERE (s.orders, s.refund_rows, s.gross_revenue, s.refunds) IS DISTINCT FROM (t.orders, t.refund_rows, coalesce(t.gross_revenue, 0 * s.gross_revenue), coalesce(t.refunds, 0 * s.refunds))) AS other_sums
FROM shop.ledgers AS l, unnest('{2019-01-01,2020-02-14,2030-01-01}'::date[]) AS as_of, slices(l.ledger, '1 month', as_of) AS s JOIN LATERAL slices(l.ledger) AS plain USING (period), LATERAL totals(as_of(s.ledger, as_of)) AS t
GROUP BY keys, as_of ORDER BY keys, as_of;
SELECT count(*) AS years, bool_and((s.orders, s.refund_rows, s.gross_revenue, s.refunds) IS NOT DISTINCT FROM (t.orders, t.refund_rows, coalesce(t.gross_revenue, 0 * s.gross_revenue), coalesce(t.refunds, 0 * s.refunds))) AS same
FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM odd) AS base, slices(base.ledger, '1 year', '2999-12-31') AS s, LATERAL totals(as_of(s.ledger, '2999-12-31')) AS t;
SELECT (SELECT count(*) FROM slices('empty', '1 month', '2024-01-01')) AS empty, (SELECT count(*) FROM d1, slices(ledger, '1 month', NULL)) AS null;
SELECT count(*) FROM d1, slices(ledger, '1 month', 'infinity');
SELECT count(*) AS slices, count(period) AS periods FROM slices('empty');
SELECT count(*) AS slices FROM slices(NULL);
SELECT count(*) AS slices FROM d1, slices(ledger, NULL);

-- first orders: of several on a day the least, and refunds of days before; all of who has refunds only
SELECT first_orders(ledger) FROM d1;
SELECT first_orders(ledger_agg(customer, day::date, amount)) FROM (VALUES (7, '2024-03-01', 5), (7, '2024-03-01', 2.50), (7, '2024-03-01', -9), (7, '2024-02-29', -0.5), (8, '2024-01-01', -1), (9, '2024-01-01', 0)) AS orders (customer, day, amount);
SELECT first_orders('empty') AS empty, first_orders(NULL) IS NULL AS null, first_orders(ledger_agg(8, date '2024-01-01', -1)) AS refunds_only, first_orders(ledger_agg(8, date '2024-01-01')) AS activity;
CREATE FUNCTION pg_temp.firsts(keys text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE keys WHEN 'bigint' THEN ledger_agg(customer, day, amount)::text WHEN 'uuid' THEN ledger_agg(md5(customer::text)::uuid, day, amount)::text
                     WHEN 'text' THEN ledger_agg('customer ' || customer, day, amount)::text ELSE ledger_agg(customer, day)::text END
    FROM (SELECT *, coalesce(amount, 0) >= 0 AS is_order, min(day) FILTER (WHERE coalesce(amount, 0) >= 0) OVER (PARTITION BY customer) AS first, row_number() OVER (PARTITION BY customer, coalesce(amount, 0) >= 0 ORDER BY day, amount) AS n
          FROM shop.sales WHERE shop = CASE keys WHEN 'none' THEN 'activity' ELSE 'amounts' END) AS row
    WHERE is_order AND n = 1 OR NOT is_order AND (day < first) IS NOT FALSE
$$;
SELECT keys, customers_count(f), rows_count(f), f::text = pg_temp.firsts(keys) AS same, _customer_ledger_send(f) = _customer_ledger_send(pg_temp.firsts(keys)::customer_ledger) AS same_bytes FROM shop.ledgers, first_orders(ledger) AS f ORDER BY keys;
SELECT first_orders(ledger_agg(customer, day, amount))::text = pg_temp.firsts('bigint') AS in_the_making FROM shop.sales WHERE shop = 'amounts';
SELECT first_orders(ledger_agg(md5(customer::text)::uuid, day, amount))::text = (SELECT first_orders(ledger)::text FROM whole WHERE keys = 'uuid') AS in_the_making FROM many;

-- first orders before a day, and all rows from it on, tell of the time behind it what the whole ledger tells
CREATE TABLE shop.recent AS SELECT keys, cut, ledger AS whole, as_of(first_orders(ledger), cut - 1) AS firsts, slice(ledger, cut) AS recent, step, lapse
FROM shop.ledgers, generate_series(1, 12) AS id, LATERAL (SELECT date '2019-11-20' + matrix.random(id, 7, 400)::int AS cut, (ARRAY['1 month', '1 week', '10 days', '3 months']::interval[])[1 + id % 4] AS step, (ARRAY['90 days', '1 month', '9 days']::interval[])[1 + id % 3] AS lapse) AS c;
-- the first period of a step that begins so much later than the cut
CREATE FUNCTION pg_temp.start(step interval, day timestamp) RETURNS date LANGUAGE sql AS $$ SELECT min(start) FROM shop.calendar AS c WHERE c.step = $1 AND start >= $2 $$;
CREATE FUNCTION pg_temp.compared(part text) RETURNS TABLE (report text, same text) LANGUAGE sql AS $$
    SELECT report, shop.same(format('SELECT report.* FROM (SELECT whole AS ledger FROM shop.recent WHERE (keys, cut) = (%L, %L)) AS l, %s', keys, cut, call),
                             format('SELECT report.* FROM (SELECT %s AS ledger FROM shop.recent WHERE (keys, cut) = (%L, %L)) AS l, %s', part, keys, cut, call))
    FROM shop.recent, LATERAL (VALUES
        ('customer_growth', format('customer_growth(ledger, %L, %L, NULL, %L) AS report', step, pg_temp.start(step, cut + lapse), lapse)),
        ('lifecycle', format('lifecycle(ledger, %L, %L) AS report', step, pg_temp.start(step, cut + step))),
        ('rolling_active', format('rolling_active(ledger, 30, %L) AS report', cut + 30)),
        ('cohort_retention', format('cohort_retention(ledger, %1$L, ''on'') AS report WHERE cohort + period_number * interval %1$L >= %2$L', step, cut)),
        ('cohort_retention, on or after', format('cohort_retention(ledger, %1$L, ''on_or_after'') AS report WHERE cohort + period_number * interval %1$L >= %2$L', step, cut)),
        ('golden_trend', format('golden_trend(ledger, %L, 0.8, %L) AS report', step, pg_temp.start(step, cut))),
        ('revenue_cohorts', format('LATERAL (SELECT cohort, cohort_size, period_number, revenue FROM revenue_cohorts(ledger, %1$L)) AS report WHERE cohort + period_number * interval %1$L >= %2$L', step, cut))) AS r (report, call)
    WHERE keys <> 'none' OR report NOT IN ('golden_trend', 'revenue_cohorts')
$$;
SELECT report, count(*) AS cases, same FROM pg_temp.compared('firsts || recent') GROUP BY report, same ORDER BY report, same;
-- which the rows from that day on alone do not
SELECT report, count(*) AS cases, count(*) FILTER (WHERE same <> 'same') > 30 AS different FROM pg_temp.compared('recent') WHERE report IN ('customer_growth', 'lifecycle', 'cohort_retention', 'revenue_cohorts') GROUP BY report ORDER BY report;
SELECT bool_and(rows_count(firsts || recent) < rows_count(whole)) AS smaller FROM shop.recent;

-- all parts together are the whole: by months, by slices, by shards, by both
SELECT rollup(month)::text = (SELECT ledger::text FROM shop.ledgers WHERE keys = 'bigint') AS months FROM (SELECT ledger_agg(customer, day, amount) AS month FROM shop.sales WHERE shop = 'amounts' GROUP BY date_trunc('month', day)) AS m;
SELECT keys, rollup(slice(ledger, start, stop))::text = ledger::text AS slices FROM shop.ledgers, shop.calendar WHERE step = '3 months' GROUP BY keys, ledger::text ORDER BY keys;
SELECT keys, (slice(ledger, NULL, '2020-07-01') || slice(ledger, '2020-07-01'))::text = ledger::text AS halves FROM shop.ledgers ORDER BY keys;
SELECT rollup(part)::text = (SELECT ledger::text FROM shop.ledgers WHERE keys = 'text') AS shards, count(*) AS parts, sum(customers_count(part)) = (SELECT count(DISTINCT customer) FROM shop.sales) AS customers
FROM (SELECT ledger_agg('customer ' || customer, day, amount) AS part FROM shop.sales WHERE shop = 'amounts' GROUP BY ledger_shard('customer ' || customer, 5)) AS s;
SELECT rollup(part)::text = (SELECT ledger::text FROM shop.ledgers WHERE keys = 'uuid') AS shards_of_months
FROM (SELECT ledger_agg(md5(customer::text)::uuid, day, amount) AS part FROM shop.sales WHERE shop = 'amounts' GROUP BY ledger_shard(md5(customer::text)::uuid, 3), date_trunc('month', day)) AS s;

-- the customers of a shard of a ledger: those that a ledger built of them would hold, stored or in the making
CREATE FUNCTION pg_temp.of_shard(keys text, shards integer, shard integer) RETURNS customer_ledger LANGUAGE sql AS $$
    SELECT CASE keys WHEN 'bigint' THEN (SELECT ledger_agg(customer, day, amount) FROM many WHERE ledger_shard(customer, shards) = shard)
        WHEN 'uuid' THEN (SELECT ledger_agg(md5(customer::text)::uuid, day, amount) FROM many WHERE ledger_shard(md5(customer::text)::uuid, shards) = shard)
        WHEN 'text' THEN (SELECT ledger_agg('customer ' || customer, day, amount) FROM many WHERE ledger_shard('customer ' || customer, shards) = shard)
        ELSE (SELECT ledger_agg(customer, day) FROM many WHERE ledger_shard(customer, shards) = shard) END
$$;
SELECT keys, shards, count(*) AS parts, count(*) FILTER (WHERE _customer_ledger_send(part) <> _customer_ledger_send(pg_temp.of_shard(keys, shards, n))) AS different, rollup(part)::text = ledger::text AS whole
FROM whole, unnest('{1,3,10}'::integer[]) AS shards, generate_series(0, shards - 1) AS n, shard(ledger, shards, n) AS part GROUP BY keys, shards, ledger::text ORDER BY keys, shards;
SELECT shard(ledger_agg(md5(customer::text)::uuid, day, amount), 7, 2)::text = pg_temp.of_shard('uuid', 7, 2)::text AS in_the_making FROM many;
SELECT shard('empty', 3, 1) AS empty, shard(NULL, 3, 1) IS NULL AS null;
SELECT shard(ledger, 0, 0) FROM d1;
SELECT shard(ledger, 3, 3) FROM d1;
SELECT shard(ledger, 3, -1) FROM d1;

-- the customers who are in another ledger, too: those that a ledger built of all their rows would hold, stored or in the making
SELECT keep(ledger, slice(ledger, '2024-02-04', '2024-02-15')) FROM d1;
CREATE FUNCTION pg_temp.of_kept(keys text, from_day date, to_day date) RETURNS customer_ledger LANGUAGE sql AS $$
    WITH kept AS (SELECT * FROM many WHERE customer IN (SELECT m.customer FROM many AS m WHERE m.day >= from_day AND m.day < to_day))
    SELECT CASE keys WHEN 'bigint' THEN (SELECT ledger_agg(customer, day, amount) FROM kept) WHEN 'uuid' THEN (SELECT ledger_agg(md5(customer::text)::uuid, day, amount) FROM kept)
        WHEN 'text' THEN (SELECT ledger_agg('customer ' || customer, day, amount) FROM kept) ELSE (SELECT ledger_agg(customer, day) FROM kept) END
$$;
SELECT keys, count(*) AS parts, count(DISTINCT customers_count(part)) > 3 AS differ, count(*) FILTER (WHERE _customer_ledger_send(part) <> _customer_ledger_send(pg_temp.of_kept(keys, from_day, to_day))) AS different
FROM whole, (VALUES (date '2024-01-25', date '2024-01-26'), ('2024-02-10', '2024-02-12'), ('2024-03-01', '2024-03-20'), ('2024-01-01', '2025-01-01'), ('2025-01-01', '2025-01-02')) AS d (from_day, to_day), keep(ledger, slice(ledger, from_day, to_day)) AS part GROUP BY keys ORDER BY keys;
SELECT keep(ledger_agg(md5(customer::text)::uuid, day, amount), ledger_agg(md5(customer::text)::uuid, day, amount) FILTER (WHERE day < '2024-02-01'))::text = pg_temp.of_kept('uuid', '2024-01-01', '2024-02-01')::text AS in_the_making FROM many;
-- only who they are counts of the other: without amounts, with order ids, in another currency, customers that are in no other
SELECT keep(ledger_agg(c, date '2024-01-01' + c::int, 1.5, 7::bigint, 'EUR'), (SELECT ledger_agg(o, date '1999-01-01') FROM unnest('{-9223372036854775808,-3,-1,2,4,9223372036854775807}'::bigint[]) AS o)) FROM generate_series(-4, 4) AS c;
SELECT keep('empty', ledger) AS empty, keep(ledger, 'empty') AS none, keep(NULL, ledger) IS NULL AS null, keep(ledger, NULL) IS NULL AS null_other, keep(ledger, ledger)::text = ledger::text AS all FROM d1;
SELECT keep(ledger, (SELECT ledger_agg(7, date '2024-01-01'))) FROM d1;

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
    $$SELECT slice('empty', '-infinity', '2024-01-01')$$,
    $$SELECT between('empty', '2024-01-01', '2024-02-01')$$,
    $$SELECT * FROM slices('empty', '1 hour')$$,
    $$SELECT * FROM slices('empty', '1 month 1 day')$$,
    $$SELECT slices(ledger, '1 day') FROM (SELECT ledger_agg(1, make_date(1 + 3000 * n, 1, 1)) AS ledger FROM generate_series(0, 1) AS n) AS apart$$,
    $$SELECT ledger_shard(7, 0)$$,
    $$SELECT ledger_shard('seven', -8)$$);
DROP SCHEMA shop CASCADE;

-- an array of ledgers as one: the aggregate's ledger to the last byte, whatever they share, read side by side or not
CREATE TEMP TABLE pieces AS
SELECT keys, 'months' AS cut, s.ledger FROM whole, slices(ledger) AS s
UNION ALL SELECT keys, 'days', s.ledger FROM whole, slices(ledger, '1 day') AS s
UNION ALL SELECT keys, 'shards', shard(ledger, 5, i) FROM whole, generate_series(0, 4) AS i
UNION ALL SELECT keys, 'both', shard(s.ledger, 3, i) FROM whole, slices(ledger) AS s, generate_series(0, 2) AS i
UNION ALL SELECT keys, 'overlapping', l FROM whole, unnest(ARRAY[ledger, slice(ledger, '2024-02-01'), first_orders(ledger), 'empty', NULL, shard(ledger, 2, 1)]) AS l
UNION ALL SELECT keys, 'one', ledger FROM whole;
SELECT cut, keys, count(*) AS pieces, _customer_ledger_send(rollup(array_agg(ledger ORDER BY rows_count(ledger) % 7, first_day(ledger)))) = _customer_ledger_send(rollup(ledger)) AS same FROM pieces GROUP BY cut, keys ORDER BY cut, keys;
SELECT rollup(ARRAY[ledger_agg(1, date '2024-01-01', 1.5), ledger_agg(2, date '2024-01-01', 2)]) AS scales, rollup('{}'::customer_ledger[]) AS nothing, rollup('{NULL,empty}'::customer_ledger[]) AS no_rows, rollup(NULL::customer_ledger[]) IS NULL AS null,
       rollup(ARRAY[ledger_agg(5, date '2024-01-01', -1), ledger_agg(-5, date '2024-01-01', 1), ledger_agg(5, date '2023-12-31', 7), ledger_agg(5, date '2024-01-01', -2)]) AS signs;
SELECT rollup(ARRAY[ledger_agg(1, date '2024-01-01', 1), ledger_agg('a'::text, date '2024-01-01', 1)]);
SELECT rollup(ARRAY[ledger_agg(1, date '2024-01-01', 1), ledger_agg(2, date '2024-01-01')]);
