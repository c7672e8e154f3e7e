-- Behaviour: funnels.
\pset format unaligned
\pset null NULL
-- the documented example of ClickHouse's windowFunnel; its window of 6048000000000000 seconds is longer than any here
CREATE TABLE trend (customer int, at timestamptz, event int);
INSERT INTO trend VALUES (1, '2019-01-29 10:00Z', 1003), (1, '2019-01-31 09:00Z', 1007), (1, '2019-01-30 08:00Z', 1009), (1, '2019-02-01 08:00Z', 1010);
SELECT level, count(*) FROM (SELECT window_funnel('20000000 days', at, event = 1003, event = 1009, event = 1007, event = 1010) AS level FROM trend GROUP BY customer) AS customers GROUP BY level ORDER BY level;
-- that of Hologres: c1 c2 c3 c4, c4 c3 c2 c1, c4 c3 against c1, c2, c3
SELECT events, window_funnel('1 day', timestamptz '2024-01-01 00:00Z' + n * interval '1 minute', event = 'c1', event = 'c2', event = 'c3')
FROM (VALUES ('c1,c2,c3,c4'), ('c4,c3,c2,c1'), ('c4,c3')) AS v (events), string_to_table(events, ',') WITH ORDINALITY AS e (event, n) GROUP BY events ORDER BY events;

-- what happens between does not matter, a later start may do better, the window counts from the first step, and its end is in it
CREATE FUNCTION steps_at(events text, "window" interval, strict_increase boolean DEFAULT false) RETURNS int LANGUAGE sql
RETURN (SELECT window_funnel(funnel_agg(timestamptz '2024-01-01 00:00Z' + split_part(e, ':', 1)::interval, e ~ 'a', e ~ 'b', e ~ 'c', e ~ 'd'), $2, $3) FROM regexp_split_to_table(events, ' ') AS e);
SELECT what, events, format('%s %s', steps_at(events, '1 hour'), steps_at(events, '1 hour', true)) AS steps_strictly, wanted FROM (VALUES
    ('in order', '0min:a 10min:b 20min:c 30min:d', '4 4'), ('others between', '0min:a 10min:d 20min:b 30min:c', '3 3'), ('a step again', '0min:a 10min:b 20min:a 30min:c 40min:b 50min:d', '4 4'),
    ('out of order', '0min:b 10min:a 20min:c', '1 1'), ('later start', '0min:a 50min:a 70min:b 90min:c 100min:d', '4 4'), ('too long', '0min:a 50min:b 70min:c', '2 2'), ('the end is in', '0min:a 60min:b', '2 2'),
    ('a moment too long', '0min:a 3600.000001s:b', '1 1'), ('never starts', '0min:b 10min:c', '0 0'), ('best of two', '0min:a 10min:b 200min:a', '2 2'),
    ('a later start that comes before the end of an earlier chain', '0min:a 30min:b 40min:a 59min:c 90min:b 95min:c 99min:d', '4 4'),
    ('one event of two steps', '0min:ab', '2 1'), ('one instant of four events', '0min:d 0min:b 0min:c 0min:a', '4 1'), ('an instant again', '0min:a 10min:ab 20min:c', '3 3'), ('after an instant', '0min:ab 10min:b', '2 2'),
    ('two instants', '0min:ba 10min:dc', '4 1')) AS v (what, events, wanted);
-- each event once: as far as the events of an instant can be given to different steps
SELECT what, events, steps, n AS once, everything AS same_instant_counts, strictly FROM (VALUES
    ('one pageview is not two', 'signup pageview', 'signup pageview pageview'), ('two are', 'signup pageview pageview', 'signup pageview pageview'), ('an event of both', 'signup+pageview', 'signup pageview'),
    ('the other way about', 'a a+b', 'a b'), ('and this one', 'a+b a', 'a b'), ('not more than there are', 'a+b+c a+b+c', 'a b c'), ('a chain of moves', 'a+b b+c c+d a', 'a b c d'), ('later too', 'a a 60:a', 'a a a')) AS v (what, events, steps),
    LATERAL (SELECT funnel_agg(timestamptz '2024-01-01 00:00Z' + CASE WHEN e ~ ':' THEN 60 ELSE 0 END * interval '1 s', VARIADIC ARRAY(SELECT s = ANY (string_to_array(split_part(':' || e, ':', -1), '+')) FROM string_to_table(steps, ' ') WITH ORDINALITY AS s (s, n) ORDER BY n)) AS state
             FROM string_to_table(events, ' ') AS e) AS f, LATERAL (SELECT window_funnel(state, '1 day', once => true), window_funnel(state, '1 day'), window_funnel(state, '1 day', true)) AS l (n, everything, strictly);
-- steps that break a chain: met after its first step and before its last, at other instants than these
SELECT events, window_funnel(state, '1 hour', excluded => '{3}') AS broken, window_funnel(state, '1 hour', excluded => '{3,1}') AS only_b, window_funnel(state, '1 hour', excluded => '{}') AS nothing_excluded, wanted FROM (VALUES
    ('0:a 10:b', 2), ('0:a 5:c 10:b', 1), ('5:c 6:a 10:b', 2), ('0:a 10:b 15:c', 2), ('0:a 0:c 10:b', 2), ('0:a 10:b 10:c', 2), ('0:a 5:c 6:a 10:b', 2), ('0:a 5:ac 10:b', 2), ('0:a 5:bc', 2), ('5:abc', 2), ('1:c 2:c', 0)) AS v (events, wanted),
    LATERAL (SELECT funnel_agg(timestamptz '2024-01-01 00:00Z' + split_part(e, ':', 1)::int * interval '1 min', e ~ 'a', e ~ 'b', e ~ 'c') AS state FROM string_to_table(events, ' ') AS e) AS f;
-- row order never matters, at one instant either
SELECT count(DISTINCT funnel_agg::text), min(funnel_agg::text) FROM (
    SELECT p, funnel_agg(timestamptz '2024-01-01 00:00Z' + (ARRAY[0, 0, 0, 60])[i] * interval '1 s', i = 1, i = 2, i = 3, i = 4 ORDER BY matrix.random(i, p, 1000)) FROM generate_series(1, 100) AS p, generate_series(1, 4) AS i GROUP BY p) AS orders;

-- edges: NULLs, no step met, nobody, windows of any length, times at the ends of time
SELECT window_funnel('1 day', at, a, b), funnel_agg(at, a, b) FROM (VALUES (NULL::timestamptz, true, true), ('2024-01-01 00:00Z', NULL, NULL)) AS v (at, a, b);
SELECT window_funnel('1 day', at, a, b), funnel_agg(at, a, b), window_funnel(NULL, at, a, b) FROM (VALUES ('2024-01-01 00:00Z'::timestamptz, NULL::boolean, false)) AS v (at, a, b);
SELECT window_funnel('empty'::funnel_state), window_funnel('empty'::funnel_state, '1 day'), window_funnel(NULL::funnel_state, '1 day');
SELECT window_funnel(funnel_agg(at, n = 1, n = 2)) AS no_limit, window_funnel(funnel_agg(at, n = 1, n = 2), '0') AS none, window_funnel(funnel_agg(at, n = 1, n = 2), '26645000 days') AS long, funnel_agg(at, n = 1, n = 2)
FROM (VALUES (timestamptz '4713-11-24 00:00Z BC', 1), ('294276-12-31 23:59:59.999999Z', 2)) AS v (at, n);
SELECT window_funnel('1 day 1 hour', at, n = 1, n = 2), window_funnel('24:59:59', at, n = 1, n = 2) FROM (VALUES (timestamptz '2024-01-01 00:00Z', 1), ('2024-01-02 01:00Z', 2)) AS v (at, n);

-- against plain SQL: joins of the events with themselves
CALL matrix.make('funnel_sample', $$
    SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' + (id / 8)::int AS day,
           CASE WHEN matrix.random(id, 2, 15) > 0 THEN timestamptz '2024-01-01 00:00Z' + matrix.random(id, 3, 12) * interval '10 minutes' END AS at,
           CASE WHEN matrix.random(id, 4, 9) > 0 THEN matrix.random(id, 5, 3) = 0 END AS a, CASE WHEN matrix.random(id, 6, 9) > 0 THEN matrix.random(id, 7, 3) = 0 END AS b,
           CASE WHEN matrix.random(id, 8, 9) > 0 THEN matrix.random(id, 5, 3) = 1 END AS c, CASE WHEN matrix.random(id, 8, 9) > 0 THEN matrix.random(id, 9, 3) = 1 END AS d
    FROM generate_series(1, 4000) AS id $$);
WITH chains AS (
    SELECT e1.day, s.strict, w.w, max(1 + (e2.at IS NOT NULL)::int + (e3.at IS NOT NULL)::int + (e4.at IS NOT NULL)::int) AS steps
    FROM (SELECT * FROM funnel_sample WHERE a) AS e1 CROSS JOIN (VALUES (true), (false)) AS s (strict) CROSS JOIN (VALUES (interval '0'), ('10 minutes'), ('30 minutes'), ('1 hour'), ('1 day')) AS w (w)
    LEFT JOIN funnel_sample AS e2 ON e2.b AND e2.day = e1.day AND e2.at <= e1.at + w AND (e2.at > e1.at OR e2.at = e1.at AND NOT strict)
    LEFT JOIN funnel_sample AS e3 ON e3.c AND e3.day = e1.day AND e3.at <= e1.at + w AND (e3.at > e2.at OR e3.at = e2.at AND NOT strict)
    LEFT JOIN funnel_sample AS e4 ON e4.d AND e4.day = e1.day AND e4.at <= e1.at + w AND (e4.at > e3.at OR e4.at = e3.at AND NOT strict)
    WHERE e1.at IS NOT NULL GROUP BY 1, 2, 3
), ours AS (SELECT day, funnel_agg(at, a, b, c, d) AS state, count(*) FILTER (WHERE at IS NOT NULL AND num_nonnulls(a, b, c, d) > 0) AS seen FROM funnel_sample GROUP BY day)
SELECT w, strict, count(*) AS customers, array_agg(DISTINCT window_funnel(state, w, strict)) AS levels,
       count(*) FILTER (WHERE window_funnel(state, w, strict) IS NOT DISTINCT FROM CASE WHEN seen > 0 THEN coalesce(steps, 0) END) AS equal
FROM ours CROSS JOIN (VALUES (true), (false)) AS s (strict) CROSS JOIN (VALUES (interval '0'), ('10 minutes'), ('30 minutes'), ('1 hour'), ('1 day')) AS w (w) LEFT JOIN chains USING (day, strict, w) GROUP BY w, strict ORDER BY w, strict;
-- each row once, and d excluded, by joins in which a row is joined once, or no d is between
CREATE FUNCTION pg_temp.broken(on_day date, first timestamptz, last timestamptz, by_d boolean) RETURNS boolean LANGUAGE sql RETURN by_d AND EXISTS (SELECT FROM funnel_sample WHERE d AND day = on_day AND at > first AND at < last);
WITH sample AS (SELECT * FROM funnel_sample WHERE id <= 1600), chains AS (
    SELECT e1.day, by_d, once, w.w, max(1 + (e2.at IS NOT NULL)::int + (e3.at IS NOT NULL)::int + (e4.at IS NOT NULL)::int) AS steps
    FROM (SELECT * FROM sample WHERE a) AS e1 CROSS JOIN (VALUES (true, true), (true, false), (false, true)) AS m (once, by_d) CROSS JOIN (VALUES (interval '0'), ('30 minutes'), ('1 day')) AS w (w)
    LEFT JOIN sample AS e2 ON e2.b AND e2.day = e1.day AND e2.at BETWEEN e1.at AND e1.at + w AND (e2.id <> e1.id OR NOT once) AND NOT pg_temp.broken(e1.day, e1.at, e2.at, by_d)
    LEFT JOIN sample AS e3 ON e3.c AND e3.day = e1.day AND e3.at BETWEEN e2.at AND e1.at + w AND (e3.id NOT IN (e1.id, e2.id) OR NOT once) AND NOT pg_temp.broken(e1.day, e1.at, e3.at, by_d)
    LEFT JOIN sample AS e4 ON e4.d AND e4.day = e1.day AND e4.at BETWEEN e3.at AND e1.at + w AND (e4.id NOT IN (e1.id, e2.id, e3.id) OR NOT once) AND NOT by_d
    WHERE e1.at IS NOT NULL GROUP BY 1, 2, 3, 4
), ours AS (SELECT day, funnel_agg(at, a, b, c, d) AS state, count(*) FILTER (WHERE at IS NOT NULL AND num_nonnulls(a, b, c, d) > 0) AS seen FROM sample GROUP BY day)
SELECT w, once, by_d, count(*) AS customers, array_agg(DISTINCT n) AS levels, count(*) FILTER (WHERE n <> window_funnel(state, w)) AS other_than_plain, count(*) FILTER (WHERE n IS NOT DISTINCT FROM CASE WHEN seen > 0 THEN coalesce(steps, 0) END) AS equal
FROM ours CROSS JOIN (VALUES (true, true), (true, false), (false, true)) AS m (once, by_d) CROSS JOIN (VALUES (interval '0'), ('30 minutes'), ('1 day')) AS w (w) LEFT JOIN chains USING (day, once, by_d, w)
    CROSS JOIN LATERAL window_funnel(state, w, once => once, excluded => CASE WHEN by_d THEN '{4}' ELSE '{}' END::int[]) AS n GROUP BY w, once, by_d ORDER BY w, once, by_d;
-- one-step, and step by step over a customer's history
SELECT count(*) AS customers, count(*) FILTER (WHERE window_funnel = two_step) AS equal FROM (SELECT window_funnel('30 minutes', at, a, b, c, d), window_funnel(funnel_agg(at, a, b, c, d), '30 minutes') AS two_step FROM funnel_sample GROUP BY day) AS customers;
SELECT count(*) AS events, count(*) FILTER (WHERE so_far IS NOT DISTINCT FROM anew) AS equal FROM (
    SELECT window_funnel('30 minutes', at, a, b, c, d) OVER (PARTITION BY day ORDER BY at, id ROWS UNBOUNDED PRECEDING) AS so_far,
           (SELECT window_funnel('30 minutes', at, a, b, c, d) FROM funnel_sample AS e WHERE e.day = s.day AND (e.at, e.id) <= (s.at, s.id)) AS anew FROM funnel_sample AS s WHERE id < 400 AND at IS NOT NULL) AS events;

-- the laws
CREATE FUNCTION matrix.half_hour(state funnel_state) RETURNS int LANGUAGE sql IMMUTABLE RETURN window_funnel(state, '30 minutes');
CALL matrix.make('funnel_of_one', $$ SELECT * FROM funnel_sample WHERE a IS DISTINCT FROM true OR matrix.random(id, 12, 900) = 0 $$);
SELECT matrix.check('window_funnel(''30 minutes'', at, a, b, c, d)', 'funnel_agg(at, a, b, c, d)', 'matrix.half_hour', 'funnel_of_one', '{at}');
SELECT matrix.check('window_funnel(''30 minutes'', at, a, b, c, d)', 'funnel_agg(at, a, b, c, d)', 'matrix.half_hour', 'funnel_of_one', '{a,b,c,d}');
-- thousands of instants, so that states grow and are put in order many times
CALL matrix.make('funnel_many', $$ SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' AS day, timestamptz '2024-01-01 00:00Z' + matrix.random(id, 3, 100000) * interval '1 ms' AS at, matrix.random(id, 5, 40) = 0 AS a, matrix.random(id, 5, 40) = 1 AS b, matrix.random(id, 5, 50) = 2 AS c FROM generate_series(1, 30000) AS id $$);
SELECT matrix.check('funnel_agg(at, a, b, c)', 'funnel_agg(at, a, b, c)', '_funnel_state_finish', 'funnel_many', '{at}');

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT window_funnel('1 month', now(), true)$$,
    $$SELECT window_funnel('1 year 1 day', now(), true)$$,
    $$SELECT window_funnel('-1 s', now(), true)$$,
    $$SELECT window_funnel('2000000000 days', now(), true)$$,
    $$SELECT window_funnel('empty'::funnel_state, '1 month')$$,
    $$SELECT window_funnel(funnel_agg(now(), true), '-1 day')$$,
    $$SELECT window_funnel(funnel_agg(now(), true, true), '1 day', excluded => '{0}')$$,
    $$SELECT window_funnel(funnel_agg(now(), true, true), '1 day', excluded => '{3}')$$,
    $$SELECT window_funnel(funnel_agg(now(), true, true), '1 day', excluded => '{1,1}')$$,
    $$SELECT window_funnel(funnel_agg(now(), true, true), '1 day', excluded => '{1,2}')$$,
    $$SELECT window_funnel(funnel_agg(now(), true, true), '1 day', excluded => '{1,NULL}')$$,
    $$SELECT window_funnel(funnel_agg(now(), true, true), '1 day', excluded => '{{1}}')$$,
    $$SELECT '(version:1,steps:1,window:5,at:0,met:1,times:0)'::funnel_state$$,
    $$SELECT window_funnel('1 day', 'infinity'::timestamptz, true)$$,
    $$SELECT funnel_agg('-infinity'::timestamptz, true)$$,
    $$SELECT funnel_agg(now(), VARIADIC '{}'::boolean[])$$,
    $$SELECT funnel_agg(now(), VARIADIC array_fill(true, ARRAY[33]))$$,
    $$SELECT funnel_agg(now(), VARIADIC array_fill(true, ARRAY[n])) FROM generate_series(2, 3) AS n$$,
    $$SELECT window_funnel(n * interval '1 day', now(), true) FROM generate_series(1, 2) AS n$$,
    $$SELECT funnel_agg(now(), true) || funnel_agg(now(), true, false)$$,
    $$SELECT '(version:1,steps:1,window:5,at:0,met:1,times:1)'::funnel_state || '(version:1,steps:1,window:2305843009213.693952,at:0,met:1,times:1)'$$,
    $$SELECT '(version:1,steps:2,window:5,at:0,met:4,times:1)'::funnel_state$$,
    $$SELECT '(version:1,steps:2,window:5,at:0,met:0,times:1)'::funnel_state$$,
    $$SELECT '(version:1,steps:33,window:5)'::funnel_state$$,
    $$SELECT '(version:1,steps:0,window:5)'::funnel_state$$,
    $$SELECT '(version:1,steps:1,window:-5)'::funnel_state$$,
    $$SELECT '(version:1,steps:1,window:5,at:0.0000001,met:1,times:1)'::funnel_state$$,
    $$SELECT '(version:1,steps:1,window:5,at:9223371331200,met:1,times:1)'::funnel_state$$,
    $$SELECT '(version:1,steps:1,window:5,at:99999999999999999999,met:1,times:1)'::funnel_state$$);
