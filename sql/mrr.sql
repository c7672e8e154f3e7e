-- Subscriptions: monthly amounts, MRR and ARR, building and storing an mrr_ledger. The reports are in mrr_movements.
\pset format unaligned
\pset null NULL
SELECT monthly_amount(600, '1 year') AS year, monthly_amount(10, '1 week') AS week, monthly_amount(1, '1 day') AS day, monthly_amount(90.00, '3 months') AS quarter,
       monthly_amount(30, '30 days') AS days, monthly_amount(26, '2 weeks') AS two_weeks, monthly_amount(-10, '1 month') AS discount, monthly_amount(0, '1 month') AS free;
-- half a unit of the eighth place away from zero, and no other rounding before
SELECT monthly_amount(0.000000005, '1 month') AS up, monthly_amount(-0.000000005, '1 month') AS down, monthly_amount(0.0000000049999999999999999999, '1 month') AS below,
       monthly_amount(0.00000003, '6 months') AS half, monthly_amount(0.0000000299999999999999999999, '6 months') AS less, monthly_amount(9.999999999, '1 month') AS carried,
       monthly_amount(1e-16383, '1 month') AS tiny, monthly_amount(99999999999999999999999999999999.99, '1 month') AS large;
-- types
SELECT pg_typeof(monthly_amount(i::smallint, '1 year')), monthly_amount(i::smallint, '1 year'), monthly_amount(i, '1 year'), monthly_amount(i::bigint, '1 year'), monthly_amount(i::numeric, '1 year'),
       pg_typeof(monthly_amount(i::real, '1 year')), monthly_amount(i::real, '1 year'), monthly_amount(i::double precision, '1 year'), monthly_amount(0.1::real, '1 month') FROM (VALUES (100)) AS v (i);
-- against numeric's own division
SELECT count(*) AS amounts, count(*) FILTER (WHERE monthly_amount(amount, every) = round(amount * factor / divisor, 8)) AS equal
FROM (SELECT (matrix.random(i, 1, 2000000000) - 1000000000) / 10.0 ^ matrix.random(i, 2, 12) AS amount, 1 + matrix.random(i, 3, 40) AS n, matrix.random(i, 4, 3) AS unit FROM generate_series(1, 5000) AS i) AS drawn,
    LATERAL (SELECT CASE unit WHEN 0 THEN make_interval(months => n::int) WHEN 1 THEN make_interval(weeks => n::int) ELSE make_interval(days => n::int) END,
                    CASE WHEN unit = 0 THEN 1 WHEN unit = 1 OR n % 7 = 0 THEN 52 ELSE 365 END,
                    (CASE WHEN unit = 0 THEN n WHEN unit = 1 THEN 12 * n WHEN n % 7 = 0 THEN 12 * n / 7 ELSE 12 * n END)::numeric(40, 30)) AS v (every, factor, divisor);

-- ARR is 12 times MRR to the last digit, and both are sums of monthly amounts
CREATE TABLE subscription AS SELECT (ARRAY[9.99, 29, 100.00, 499, 0, 1234.567])[1 + matrix.random(i, 1, 6)] AS amount,
    (ARRAY['1 month', '1 year', '3 months', '1 week', '4 weeks', '30 days', '2 years', '7 months']::interval[])[1 + matrix.random(i, 2, 8)] AS every FROM generate_series(1, 1000) AS i;
SELECT mrr(amount, every), arr(amount, every), arr(amount, every) = 12 * mrr(amount, every) AS twelve, mrr(amount, every) = sum(monthly_amount(amount, every)) AS sum,
       arr(amount::double precision, every) = 12 * mrr(amount::double precision, every) AS twelve_double, mrr(amount, every) = customers_mrr AS ledger FROM subscription,
    (SELECT mrr(mrr_agg(7, '[2024-01-01,)', amount, every), '2024-01-01') FROM subscription) AS l (customers_mrr) GROUP BY customers_mrr;
SELECT mrr(amount, every), arr(amount, every), mrr(amount, every, 'EUR') FROM subscription WHERE false;
SELECT mrr(100, '1 year'), arr(100, '1 year'), round(arr(100, '1 year'), 2) AS cents;

-- a subscription is two rows, an open one a single one; who gets what
CREATE TABLE d2 (customer text, period daterange, amount numeric, every interval);
INSERT INTO d2 VALUES ('A', '[2024-01-01,)', 100, '1 month'), ('B', '[2024-01-01,2024-02-01)', 50, '1 month'), ('B', '[2024-03-01,)', 50, '1 month'), ('C', '[2024-01-01,2024-02-01)', 80, '1 month'),
    ('C', '[2024-02-01,)', 120, '1 month'), ('D', '[2024-01-01,2024-02-01)', 90, '1 month'), ('D', '[2024-02-01,)', 60, '1 month'), ('E', '[2024-02-01,)', 600, '1 year');
SELECT mrr_agg(customer, period, amount, every) FROM d2;
SELECT customers_count(m), rows_count(m), first_day(m), last_day(m), mrr(m, '2023-12-31') AS before, mrr(m, '2024-01-31') AS january, mrr(m, '2024-02-01') AS february, arr(m, '2999-12-31'), paying_customers(m, '2024-02-29')
FROM (SELECT mrr_agg(customer, period, amount, every) FROM d2) AS d2 (m);
SELECT customers_count(m), rows_count(m), first_day(m), last_day(m), mrr(m, '2024-01-31'), arr(m, '2024-01-31'), paying_customers(m, '2024-01-31'), m FROM (VALUES ('empty'::mrr_ledger)) AS empty (m);
-- empty periods, free subscriptions and rows with a NULL are nobody's; infinity is no end
SELECT mrr_agg(customer, period, amount, every) FROM (VALUES (1, daterange('empty'), 10, interval '1 month'), (2, '[2024-01-01,)', 0, '1 month'), (NULL, '[2024-01-01,)', 10, '1 month'), (3, NULL, 10, '1 month'),
    (4, '[2024-01-01,)', NULL, '1 month'), (5, '[2024-01-01,)', 10, NULL), (6, '[2024-01-01,infinity)', 10, '1 month'), (7, '[2024-01-31,2024-02-29]', 10, '1 year')) AS rows (customer, period, amount, every);
-- times: days by the time zone, half-open; within a day nothing
SELECT mrr_agg(1, period, 10, '1 month', 'Europe/Moscow') AS moscow, mrr_agg(1, period, 10, '1 month', 'UTC') AS utc, mrr_agg(1, period, 10, '1 month', 'America/New_York', 'USD') AS new_york
FROM (VALUES (tstzrange('2024-03-31 22:30Z', '2024-04-30 02:00Z'))) AS v (period);
SELECT mrr_agg(1, period, 10, '1 month', 'UTC') FROM unnest(ARRAY[tstzrange('2024-03-31 08:00Z', '2024-03-31 20:00Z'), 'empty', tstzrange('2024-03-31 20:00Z', '2024-04-01 00:00Z', '[]'), tstzrange('2024-05-01Z', 'infinity')]) AS period;
-- currency
SELECT mrr_agg(1, daterange('2024-01-01', NULL), 10, '1 month', 'EUR'), mrr(10, '1 month', 'EUR'), arr(10, '1 month', 'EUR');
SELECT mrr_agg(1, daterange('2024-01-01', NULL), 10, '1 month', 'EUR') || mrr_agg(2, daterange('2024-01-01', NULL), 10, '1 month', 'EUR') || 'empty' AS merged;
SELECT mrr_agg(customer, daterange('2024-01-01', NULL), amount, '1 month', currency) FROM (VALUES (1, 0, 'USD'), (2, 5, 'EUR'), (3, 0, 'USD'), (NULL, 1, NULL)) AS rows (customer, amount, currency);
-- a subscription that ends later than it was stored: the rest of it is taken off
SELECT mrr_agg(1, '[2024-01-01,)', 10, '1 month') || mrr_agg(1, '[2024-03-01,)', -10, '1 month') AS ended;
-- the binary form
CREATE TABLE mrr_stored AS SELECT mrr_agg(customer, period, amount, every, 'EUR') AS m FROM d2 UNION ALL SELECT mrr_agg(customer, period, amount, every) FROM d2 UNION ALL SELECT 'empty';
SELECT length(_mrr_ledger_send(m)), _mrr_ledger_send(m) FROM mrr_stored;

-- the laws
CALL matrix.make('mrr_sample', $$
    SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' + (id / 9)::int AS day,
           CASE WHEN matrix.random(id, 2, 20) > 0 THEN matrix.random(id, 3, 300) - 100 END AS b,
           CASE WHEN matrix.random(id, 2, 20) > 0 THEN md5(matrix.random(id, 3, 300)::text)::uuid END AS u,
           CASE WHEN matrix.random(id, 2, 20) > 0 THEN 'customer ' || matrix.random(id, 3, 300) END AS t,
           daterange(date '2020-01-01' + matrix.random(id, 5, 1500)::int, CASE WHEN matrix.random(id, 6, 4) > 0 THEN date '2020-01-01' + (matrix.random(id, 5, 1500) + matrix.random(id, 7, 400))::int END) AS period,
           tstzrange(timestamptz '2020-01-01Z' + matrix.random(id, 5, 1500) * interval '10 hours', CASE WHEN matrix.random(id, 6, 4) > 0 THEN timestamptz '2020-01-01Z' + (matrix.random(id, 5, 1500) + matrix.random(id, 7, 400)) * interval '10 hours' END) AS times,
           matrix.random(id, 8, 500)::smallint AS s, matrix.random(id, 8, 500)::int AS i, matrix.random(id, 8, 500) AS n, ((matrix.random(id, 8, 60001) - 5000) / 100.0)::numeric(12, 2) AS m,
           (matrix.random(id, 8, 60001) / 100.0)::real AS r, (matrix.random(id, 8, 60001) / 100.0)::double precision AS d,
           (ARRAY['1 month', '1 year', '3 months', '1 week', '30 days']::interval[])[1 + matrix.random(id, 9, 5)] AS every
    FROM generate_series(1, 2000) AS id $$);
SELECT matrix.check(call, call, '_mrr_ledger_finish', 'mrr_sample', ARRAY[key])
FROM unnest('{b,u,t}'::text[]) AS key, LATERAL unnest(ARRAY[format('mrr_agg(%s, period, m, every)', key), format('mrr_agg(%s, period, m, every, ''EUR'')', key),
    format('mrr_agg(%s, times, m, every, ''Asia/Tokyo'')', key), format('mrr_agg(%s, times, m, every, ''Asia/Tokyo'', ''JPY'')', key)]) AS call;
SELECT split_part(result, ': ', 2) AS result, count(*) FROM (
    SELECT matrix.check(call, call, '_mrr_ledger_finish', 'mrr_sample', ARRAY[key]) AS result FROM unnest('{b,u,t}'::text[]) AS key, unnest('{n,r,d}'::text[]) AS amount,
        LATERAL unnest(ARRAY[format('mrr_agg(%s, period, %s, every)', key, amount), format('mrr_agg(%s, period, %s, every, ''EUR'')', key, amount),
            format('mrr_agg(%s, times, %s, every, ''Asia/Tokyo'')', key, amount), format('mrr_agg(%s, times, %s, every, ''Asia/Tokyo'', ''JPY'')', key, amount)]) AS call) AS checks GROUP BY 1;
-- amounts of each type are the decimals that are printed for them
SELECT mrr_agg(b, period, s, every)::text = mrr_agg(b, period, s::numeric, every)::text AS smallint, mrr_agg(b, period, i * 4000000, every)::text = mrr_agg(b, period, (i * 4000000)::numeric, every)::text AS integer,
       mrr_agg(b, period, n, every)::text = mrr_agg(b, period, n::numeric, every)::text AS bigint, mrr_agg(b, period, r, every)::text = mrr_agg(b, period, trim_scale(r::numeric), every)::text AS real,
       mrr_agg(t, times, d, every, 'UTC')::text = mrr_agg(t, times, trim_scale(d::numeric), every, 'UTC')::text AS double FROM mrr_sample;
SELECT mrr_agg('a'::varchar, period, 2147483647, '1 month') AS integer, mrr_agg(1, period, 6 * 2.55::double precision, '1 month') AS double, mrr_agg(1, period, 9.99::real, '1 year') AS real FROM (SELECT daterange('2024-01-01', NULL)) AS s (period);
SELECT matrix.check(format(call, amount), format('revenue_agg(monthly_amount(%s, every)%s)', amount, substr(call, 14, length(call) - 14)),
    CASE left(call, 3) WHEN 'mrr' THEN 'net_revenue' ELSE 'annual_revenue' END || CASE WHEN amount IN ('r', 'd') THEN '_double' ELSE '' END, 'mrr_sample', ARRAY[amount])
FROM unnest('{s,i,n,m,r,d}'::text[]) AS amount, unnest(ARRAY['mrr(%s, every)', 'mrr(%s, every, ''EUR'')', 'arr(%s, every)', 'arr(%s, every, ''EUR'')']) AS call;
-- small ones for the calls by hand
INSERT INTO matrix.states SELECT 'd2', 'mrr_ledger'::regtype, m::text FROM mrr_stored UNION ALL SELECT 'd2', 'mrr_ledger', mrr_agg(ascii(customer), period, amount / 7, every)::text FROM d2
UNION ALL SELECT 'd2', 'mrr_ledger', mrr_agg(md5(customer)::uuid, period, -amount, every, 'JPY')::text FROM d2;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT monthly_amount(1, '0')$$,
    $$SELECT monthly_amount(1, '-1 month')$$,
    $$SELECT monthly_amount(1, '1 month 1 day')$$,
    $$SELECT monthly_amount(1, '24 hours')$$,
    $$SELECT monthly_amount(1, '10001 years')$$,
    $$SELECT monthly_amount('NaN'::numeric, '1 month')$$,
    $$SELECT monthly_amount('Infinity'::real, '1 month')$$,
    $$SELECT monthly_amount(1e120, '1 month')$$,
    $$SELECT mrr('-Infinity'::numeric, '1 month')$$,
    $$SELECT mrr(1, '0')$$,
    $$SELECT mrr(amount, '1 month', currency) FROM (VALUES (1, 'EUR'), (2, 'USD')) AS amounts (amount, currency)$$,
    $$SELECT mrr(1, '1 month', NULL)$$,
    $$SELECT mrr_agg(1, '(,2024-01-01)', 1, '1 month')$$,
    $$SELECT mrr_agg(1, '[-infinity,2024-01-01)', 1, '1 month')$$,
    $$SELECT mrr_agg(1, tstzrange(NULL, '2024-01-01Z'), 1, '1 month', 'UTC')$$,
    $$SELECT mrr_agg(1, tstzrange('2024-01-01Z', NULL), 1, '1 month', 'Mars/Olympus')$$,
    $$SELECT mrr_agg(1, '[2024-01-01,)', 'NaN', '1 month')$$,
    $$SELECT mrr_agg(1, '[2024-01-01,)', '-Infinity'::real, '1 month')$$,
    $$SELECT mrr_agg(1, '[2024-01-01,)', 1, '-1 month')$$,
    $$SELECT mrr_agg(1, '[2024-01-01,)', 1e30, '1 month')$$,
    $$SELECT mrr_agg(1, '[2024-01-01,)', 1e12, '1 week')$$,
    $$SELECT mrr_agg(1, '[5874897-01-01,)', 1, '1 month')$$,
    $$SELECT mrr_agg(1, daterange('2024-01-01', NULL), 1, '1 month', currency) FROM (VALUES ('EUR'), ('USD')) AS c (currency)$$,
    $$SELECT mrr_agg(1, daterange('2024-01-01', NULL), 1, '1 month', NULL)$$,
    $$SELECT mrr_agg(1, daterange('2024-01-01', NULL), 1, '1 month', '')$$,
    $$SELECT mrr_agg(1, daterange('2024-01-01', NULL), 1, '1 month', 'a currency with a very long name')$$,
    $$SELECT mrr_agg(1, daterange('2024-01-01', NULL), 1, '1 month', 'EUR') || mrr_agg(1, '[2024-01-01,)', 1, '1 month')$$,
    $$SELECT mrr_agg(1, '[2024-01-01,)', 1, '1 month') || mrr_agg('1'::text, '[2024-01-01,)', 1, '1 month')$$,
    $$SELECT mrr('empty'::mrr_ledger, 'infinity')$$,
    $$SELECT '(version:1,key:"bigint",amounts:0,scale:0,customer:"1",day:2024-01-01)'::mrr_ledger$$,
    $$SELECT '(version:1,key:"bigint",amounts:1,scale:0,currency:"",customer:"1",day:2024-01-01,amount:1)'::mrr_ledger$$,
    $$SELECT '(version:1,key:"bigint",amounts:1,scale:0,currency:"a currency with a very long name",customer:"1",day:2024-01-01,amount:1)'::mrr_ledger$$,
    $$SELECT '(version:1,key:"x"'::mrr_ledger$$);
