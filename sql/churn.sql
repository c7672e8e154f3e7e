-- Customer churn and retention.
\pset format unaligned
SELECT churn_rate(50, 1000), retention_rate(50, 1000), churn_rate_new_included(15, 100, 20), round(annualized_churn(5, 12), 4) AS annualized;
SELECT churn_rate(0, 0), retention_rate(0, 0), churn_rate_new_included(0, 0, 0), annualized_churn(0, 12), annualized_churn(100, 12), annualized_churn(100, 0), annualized_churn(5, 0);
SELECT round(lower_pct, 3) AS lower_pct, round(upper_pct, 3) AS upper_pct FROM churn_ci('(version:1,lost:50,at_start:1000)');
SELECT round(lower_pct, 2) AS lower_pct, round(upper_pct, 2) AS upper_pct FROM churn_ci('(version:1,lost:0,at_start:20)');
SELECT round(lower_pct, 2) AS lower_pct, round(upper_pct, 2) AS upper_pct FROM churn_ci('(version:1,lost:20,at_start:20)', confidence => 0.99);
SELECT churn_ci('empty'), churn_rate('empty'::churn_state), retention_rate('empty'::churn_state), lost('empty'), at_start('empty');
-- counts of any integer type, as constants, parameters and columns; NULL
SELECT churn_rate(5::smallint, 10::smallint), churn_rate(5, 10), churn_rate(5::bigint, 10), retention_rate(5::smallint, 10), retention_rate(5, count(*)) AS kept, (churn_ci(0, 20)).lower_pct, churn_rate(5, NULL) FROM generate_series(1, 10);
PREPARE rate(integer, integer) AS SELECT churn_rate($1, $2);
EXECUTE rate(1, 4);
SELECT churn_rate(lost, at_start::bigint) FROM (VALUES (1, 1), (0, 1), (0, 0)) AS months (lost, at_start);
-- flags of customers
SELECT churn_rate(was = 1, is_now = 1), retention_rate(was = 1, is_now = 1) FROM (VALUES (1, 1), (1, 1), (1, 1), (1, 0), (0, 1)) AS customers (was, is_now);
-- who joins inside the period is in neither number; who is unknown is ignored
SELECT churn_rate(was, is_now), retention_rate(was, is_now), churn_agg(was, is_now)
FROM (VALUES (true, true), (true, true), (true, true), (true, false), (false, true), (false, false), (NULL, true), (true, NULL)) AS customers (was, is_now);

-- covered times: a customer covered up to 1 February is there at the start of February and churns in February
SELECT period, churn_rate('{[2024-01-01,2024-02-01)}'::datemultirange, period), churn_agg('{[2024-01-01,2024-02-01)}'::datemultirange, period)
FROM (VALUES ('[2024-01-01,2024-02-01)'::daterange), ('[2024-02-01,2024-03-01)'), ('[2024-03-01,2024-04-01)')) AS periods (period) GROUP BY period ORDER BY period;
SELECT churn_agg(active, '[2024-02-01,2024-03-01)') FROM (VALUES ('{}'::datemultirange), ('{(,)}'), ('{(,2024-02-01)}'), ('{[2024-02-01,)}'), ('{[2024-01-01,2024-01-10),[2024-01-31,2024-02-01),[2024-02-29,2024-03-01)}'), (NULL)) AS customers (active);
SELECT churn_agg(active, '[2024-02-01 00:00+00,2024-03-01 00:00+00)') FROM (VALUES ('{[2024-01-31 23:59+00,2024-02-01 00:00+00)}'::tstzmultirange), ('{[2024-01-01 00:00+00,2024-01-31 23:59+00]}'), ('{[2024-02-01 00:00+00,)}')) AS customers (active);

-- against plain SQL
CALL matrix.make('churn_sample', $$
    SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' + (id / 9)::int AS day,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN matrix.random(id, 3, 4) > 0 END AS was,
           CASE WHEN matrix.random(id, 4, 10) > 0 THEN matrix.random(id, 5, 4) > 0 END AS is_now,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (SELECT range_agg(daterange(f, f + matrix.random(id + k, 7, 40)::int)) FROM generate_series(0, 3) AS k, LATERAL (SELECT date '2024-01-01' + matrix.random(id + k, 6, 366)::int) AS start (f)) END AS active,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (SELECT range_agg(tstzrange(f, f + matrix.random(id + k, 7, 40) * interval '1 day')) FROM generate_series(0, 3) AS k, LATERAL (SELECT timestamptz '2024-01-01 00:00+00' + matrix.random(id + k, 6, 366) * interval '1 day') AS start (f)) END AS active_time
    FROM generate_series(1, 3000) AS id $$);
SELECT count(*) AS groups, count(*) FILTER (WHERE ok) AS equal FROM (
    SELECT churn_rate(was, is_now) IS NOT DISTINCT FROM trim_scale(100.0 * count(*) FILTER (WHERE was AND NOT is_now) / nullif(count(*) FILTER (WHERE was AND is_now IS NOT NULL), 0))
       AND retention_rate(was, is_now) IS NOT DISTINCT FROM 100 - churn_rate(was, is_now) AS ok
    FROM churn_sample GROUP BY day) AS groups;
-- the day before a bound says whether the customer was covered up to it
SELECT count(*) AS periods, count(*) FILTER (WHERE ok) AS equal FROM (
    SELECT churn_agg(active, period)::text = format('(version:1,lost:%s,at_start:%s)', count(*) FILTER (WHERE active @> lower(period) - 1 AND NOT active @> upper(period) - 1), count(*) FILTER (WHERE active @> lower(period) - 1)) AS ok
    FROM churn_sample, LATERAL (SELECT daterange(date '2024-01-01' + 7 * week, date '2024-01-01' + 7 * week + 7) FROM generate_series(0, 52) AS week) AS periods (period)
    GROUP BY period) AS compared;

SELECT matrix.check('churn_rate(was, is_now)', 'churn_agg(was, is_now)', 'churn_rate', 'churn_sample', '{was}');
SELECT matrix.check('retention_rate(was, is_now)', 'churn_agg(was, is_now)', 'retention_rate', 'churn_sample', '{is_now}');
SELECT matrix.check(format('%s(active, daterange(''2024-06-01'', ''2024-07-01''))', rate), 'churn_agg(active, daterange(''2024-06-01'', ''2024-07-01''))', rate, 'churn_sample', '{active}') FROM unnest('{churn_rate,retention_rate}'::text[]) AS rate;
SELECT matrix.check(format('%s(active_time, tstzrange(''2024-06-01 00:00+00'', ''2024-07-01 00:00+00''))', rate), 'churn_agg(active_time, tstzrange(''2024-06-01 00:00+00'', ''2024-07-01 00:00+00''))', rate, 'churn_sample', '{active_time}') FROM unnest('{churn_rate,retention_rate}'::text[]) AS rate;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT churn_rate(5, 1)$$,
    $$SELECT churn_rate(was, is_now) FROM (VALUES (1, 1), (1, 0)) AS customers (was, is_now)$$,
    $$SELECT retention_rate(was, is_now) FROM (SELECT n::smallint, n::smallint FROM generate_series(0, 1) AS n) AS customers (was, is_now)$$,
    $$SELECT churn_ci(n, n) FROM generate_series(0, 1) AS n$$,
    $$SELECT churn_agg(n, n) FROM generate_series(0, 1) AS n$$,
    $$SELECT churn_rate(-1, 10)$$,
    $$SELECT retention_rate(1, -10)$$,
    $$SELECT churn_rate_new_included(25, 10, 10)$$,
    $$SELECT churn_rate_new_included(1, 2305843009213693952, 1)$$,
    $$SELECT annualized_churn(101, 12)$$,
    $$SELECT annualized_churn('NaN', 12)$$,
    $$SELECT annualized_churn(5, 'Infinity')$$,
    $$SELECT annualized_churn(5, -1)$$,
    $$SELECT churn_ci('empty', confidence => 95)$$,
    $$SELECT churn_rate('{[2024-01-01,2024-02-01)}'::datemultirange, '[2024-02-01,)'::daterange)$$,
    $$SELECT churn_rate('{[2024-01-01,2024-02-01)}'::datemultirange, 'empty'::daterange)$$,
    $$SELECT churn_rate('{}'::tstzmultirange, '[2024-02-01 00:00+00,infinity]'::tstzrange)$$,
    $$SELECT '(version:1,lost:2,at_start:1)'::churn_state$$);
