-- Sessions of events.
\pset format unaligned
\pset null NULL
SELECT customer, at, sessionize(at, '30 minutes') OVER (PARTITION BY customer ORDER BY at)
FROM (VALUES (1, timestamptz '2024-01-01 10:00Z'), (1, '2024-01-01 10:30Z'), (1, '2024-01-01 11:00:00.000001Z'), (2, '2024-01-01 09:00Z'), (1, '2024-01-01 11:00:00.000001Z'), (1, NULL), (2, '2024-01-02 09:00Z')) AS events (customer, at) ORDER BY customer, at;
-- a gap for each row; a day is 24 hours in any time zone; the ends of time
SELECT sessionize(at, gap) OVER (ORDER BY at) FROM (VALUES (timestamptz '2024-01-01 10:00Z', interval '1 hour'), ('2024-01-01 10:20Z', '10 minutes'), ('2024-01-01 10:50Z', NULL), ('2024-01-01 11:00Z', '40 minutes')) AS events (at, gap);
SET TimeZone = 'Europe/Berlin';
SELECT sessionize(at, '1 day') OVER (ORDER BY at) FROM (VALUES (timestamptz '2024-03-30 12:00 Europe/Berlin'), ('2024-03-31 12:00 Europe/Berlin'), ('2024-04-01 12:00:00.1 Europe/Berlin')) AS events (at);
RESET TimeZone;
SELECT sessionize(at, '100000000 days') OVER (ORDER BY at) FROM (VALUES (timestamptz '4713-11-24 00:00Z BC'), ('2024-01-01 00:00Z'), ('294276-12-31 23:59Z')) AS events (at);
SELECT count(*) FROM (SELECT sessionize(at, '1 hour') OVER (ORDER BY at) FROM generate_series(timestamptz '2024-01-02', '2024-01-01', '1 hour') AS at) AS none;

-- against lag and a running sum, on random data with ties
CREATE TABLE session_events AS
SELECT id, matrix.random(id, 1, 40) AS customer, CASE WHEN matrix.random(id, 2, 20) > 0 THEN timestamptz '2024-01-01 00:00Z' + make_interval(mins => matrix.random(id, 3, 6000)::int) END AS at FROM generate_series(1, 6000) AS id;
SELECT gap, count(*) AS rows, max(ours) AS sessions, count(*) FILTER (WHERE ours IS DISTINCT FROM twin) AS different FROM (
    SELECT gap, sessionize(at, gap) OVER (PARTITION BY gap, customer ORDER BY at) AS ours, CASE WHEN at IS NOT NULL THEN sum(CASE WHEN is_new THEN 1 ELSE 0 END) OVER (PARTITION BY gap, customer ORDER BY at NULLS LAST RANGE UNBOUNDED PRECEDING) END AS twin
    FROM (SELECT gap, customer, at, at IS NOT NULL AND coalesce(at - lag(at) OVER (PARTITION BY gap, customer ORDER BY at) > gap, true) AS is_new FROM session_events, (VALUES (interval '1 minute'), ('30 minutes'), ('2 hours'), ('1 day')) AS gaps (gap)) AS marked) AS both_
GROUP BY gap ORDER BY gap;
SET work_mem = '64kB';
SELECT sessionize, count(*) FROM (SELECT sessionize(timestamptz '2024-01-01 00:00Z' + make_interval(secs => i + i / 40000 * 3600), '1 minute') OVER (ORDER BY i) FROM generate_series(1, 100000) AS i) AS long GROUP BY 1 ORDER BY 1;
RESET work_mem;

-- the laws
CALL matrix.make('stream_of_events', $$
    SELECT id::int, matrix.random(id, 1, 4)::int AS part, date '2024-01-01' + (id / 9)::int AS day, CASE WHEN matrix.random(id, 2, 20) > 0 THEN timestamptz '2024-01-01 00:00Z' + make_interval(mins => matrix.random(id, 3, 30000)::int) END AS at
    FROM generate_series(1, 2000) AS id $$);
SELECT matrix.check_stream('sessionize(at, ''30 minutes'')', 'at', 'stream_of_events');

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT sessionize(at, '1 hour') OVER (ORDER BY at DESC) FROM (VALUES (timestamptz '2024-01-01 00:00Z'), ('2024-01-02 00:00Z')) AS events (at)$$,
    $$SELECT sessionize('2024-01-01 00:00Z', '0') OVER ()$$,
    $$SELECT sessionize('2024-01-01 00:00Z', '-1 hour') OVER ()$$,
    $$SELECT sessionize('2024-01-01 00:00Z', '1 month') OVER ()$$,
    $$SELECT sessionize('2024-01-01 00:00Z', '2147483647 days') OVER ()$$,
    $$SELECT sessionize('infinity', '1 hour') OVER ()$$,
    $$SELECT sessionize('-infinity', '1 hour') OVER ()$$,
    $$SELECT sessionize('2024-01-01 00:00Z', '1 hour')$$);
