-- The ladder of loyalty.
\pset format unaligned
\pset null NULL
CREATE TABLE ladder_steps (customer text, stage text, day date);
INSERT INTO ladder_steps VALUES ('A', 'visitor', '2024-01-01'), ('A', 'customer', '2024-01-11'), ('A', 'customer', '2024-01-05'), ('A', 'advocate', '2024-03-05'), ('B', 'visitor', '2024-01-02'), ('B', 'customer', '2024-01-02'),
    ('C', 'visitor', '2024-01-03'), ('C', 'customer', '2024-01-13'), ('D', 'visitor', '2024-01-10'), ('D', 'customer', '2024-01-09'), ('E', 'customer', '2024-01-09'), (NULL, 'visitor', '2024-01-01'), ('F', NULL, '2024-01-01'), ('F', 'visitor', NULL);
SELECT steps.* FROM (SELECT ladder_agg(customer, stage, day) AS state FROM ladder_steps) AS s, ladder_transitions(state, ARRAY['visitor', 'customer', 'advocate', 'partner']) AS steps;
SELECT ladder_agg(customer, stage, day) FROM ladder_steps WHERE customer IN ('A', 'B');
SELECT * FROM ladder_transitions('empty', '{a,b}');
SELECT count(*) FROM ladder_transitions('empty', NULL);
-- instants: the median of an even number lies between the two in the middle
SELECT steps.median_time FROM (SELECT ladder_agg(customer, stage, at) AS state FROM (VALUES (1, 'a', timestamptz '2024-01-01 00:00Z'), (1, 'b', '2024-01-02 06:00Z'), (2, 'a', '2024-01-01 00:00Z'), (2, 'b', '2024-01-01 00:00:01Z')) AS v (customer, stage, at)) AS s, ladder_transitions(state, '{a,b}') AS steps;
-- the ends of time; a day is midnight UTC, whatever the session's time zone
SELECT steps.* FROM (SELECT ladder_agg(1, stage, at) AS state FROM (VALUES ('a', timestamptz '2000-01-01 00:00Z'), ('b', '294276-12-31 23:59:59Z'), ('z', '4713-11-24 00:00Z BC')) AS v (stage, at)) AS s, ladder_transitions(state, '{z,a,b}') AS steps;
SET TimeZone = 'Asia/Tokyo';
SELECT ladder_agg(1, 'a', date '2000-01-02');
RESET TimeZone;

CALL matrix.make('ladder_sample', $$
    SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' + (id / 9)::int AS day,
           CASE WHEN matrix.random(id, 2, 20) > 0 THEN matrix.random(id, 3, 500) - 200 END AS b, md5(matrix.random(id, 3, 500)::text)::uuid AS u, 'customer ' || left(md5(matrix.random(id, 3, 500)::text), 1 + matrix.random(matrix.random(id, 3, 500), 4, 30)::int) AS t,
           CASE WHEN matrix.random(id, 5, 20) > 0 THEN (ARRAY['suspect', 'prospect', 'customer', 'client', 'advocate', 'gone'])[1 + matrix.random(id, 6, 6)] END AS stage,
           CASE WHEN matrix.random(id, 7, 20) > 0 THEN timestamptz '2024-01-01 00:00Z' + make_interval(hours => matrix.random(id, 8, 500)::int, secs => matrix.random(id, 9, 3) / 1000000.0) END AS at,
           CASE WHEN matrix.random(id, 7, 20) > 0 THEN date '2024-01-01' + matrix.random(id, 8, 50)::int END AS on_day
    FROM generate_series(1, 3000) AS id $$);
-- against self joins
CREATE VIEW ladder_twin AS
WITH first AS MATERIALIZED (SELECT id % 3 AS branch, b, stage, min(at) AS at FROM ladder_sample WHERE b IS NOT NULL AND stage IS NOT NULL AND at IS NOT NULL GROUP BY 1, 2, 3),
step AS (SELECT * FROM (VALUES ('suspect', 'prospect'), ('prospect', 'customer'), ('customer', 'client'), ('client', 'advocate')) AS v (from_stage, to_stage))
SELECT a.branch, from_stage, to_stage, count(*) AS customers, count(n.at) AS moved, 100.0 * count(n.at) / count(*) AS rate_pct, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM n.at - a.at)::double precision) AS median
FROM step JOIN first AS a ON a.stage = from_stage LEFT JOIN first AS n ON n.branch = a.branch AND n.b = a.b AND n.stage = to_stage AND n.at >= a.at GROUP BY 1, 2, 3;
SELECT count(*) AS rows, count(*) FILTER (WHERE ours.customers = twin.customers AND ours.moved = twin.moved AND round(ours.rate_pct, 9) = round(twin.rate_pct, 9) AND abs(extract(epoch FROM median_time) - median::numeric) <= 0.000001) AS equal
FROM (SELECT branch, steps.* FROM (SELECT id % 3 AS branch, ladder_agg(b, stage, at) AS state FROM ladder_sample GROUP BY 1) AS s, ladder_transitions(state, '{suspect,prospect,customer,client,advocate}') AS steps) AS ours
FULL JOIN ladder_twin AS twin USING (branch, from_stage, to_stage);

-- the laws
SELECT matrix.check(call, call, '_ladder_state_finish', 'ladder_sample', ARRAY[at])
FROM unnest(string_to_array('b u t', ' ')) AS key, unnest(string_to_array('at on_day', ' ')) AS at, format('ladder_agg(%s, stage, %s)', key, at) AS call;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT ladder_agg(1, 'a', timestamptz 'infinity')$$,
    $$SELECT ladder_agg(1, 'a', timestamptz '-infinity')$$,
    $$SELECT ladder_agg(1, 'a', date 'infinity')$$,
    $$SELECT ladder_agg(1, 'a', date '5000000-01-01')$$,
    $$SELECT ladder_agg(1, 'a', date '2024-01-01') || ladder_agg('one', 'a', date '2024-01-01')$$,
    $$SELECT count(*) FROM (SELECT ladder_agg(1, stage, at) AS state FROM (VALUES ('a', timestamptz '4713-11-24 00:00Z BC'), ('b', '294276-12-31 23:59:59Z')) AS v (stage, at)) AS s, ladder_transitions(state, '{a,b}')$$,
    $$SELECT ladder_transitions('empty', '{}')$$,
    $$SELECT ladder_transitions('empty', '{a}')$$,
    $$SELECT ladder_transitions('empty', '{a,NULL}')$$,
    $$SELECT ladder_transitions('empty', '{a,b,a}')$$,
    $$SELECT ladder_transitions('empty', '{{a,b},{c,d}}')$$,
    $$SELECT ladder_transitions('empty', array_agg(i::text)) FROM generate_series(1, 101) AS i$$,
    $$SELECT '(version:1,key:"bigint",customers:1,customer:"1",stages:1,stage:"a",arrivals:1,customer:1,stage:1,microseconds:1.5)'::ladder_state$$,
    $$SELECT '(version:1,key:"bigint",customers:1,customer:"1",stages:1,stage:"a",arrivals:1,customer:1,stage:1,microseconds:9223371331200000000)'::ladder_state$$);
