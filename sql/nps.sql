-- Surveys: nps, csat.
\pset format unaligned
SELECT nps(score) FROM (SELECT 10 FROM generate_series(1, 50) UNION ALL SELECT 8 FROM generate_series(1, 30) UNION ALL SELECT 0 FROM generate_series(1, 20)) AS survey (score);
SELECT nps(score) FROM (VALUES (6.5), (8.5)) AS survey (score);
SELECT csat(score, 4) FROM (VALUES (5), (4), (3), (5)) AS survey (score);

-- readers
SELECT nps(state), promoters(state), passives(state), detractors(state), responses(state), round(lower, 2) AS lower, round(upper, 2) AS upper
FROM (VALUES ('(version:1,promoters:50,passives:30,detractors:20)'::nps_state)) AS stored (state), nps_ci(state);
SELECT round(lower, 2) AS lower, round(upper, 2) AS upper FROM nps_ci('(version:1,promoters:50,passives:30,detractors:20)', confidence => 0.8);
SELECT * FROM nps_ci('(version:1,promoters:3,passives:0,detractors:0)');
SELECT responses('empty'::nps_state), nps('empty'::nps_state), nps_ci('empty'), nps_compare('empty', 'empty'), csat('empty'::csat_state), satisfied('empty'::csat_state);
SELECT round(difference, 2) AS difference, round(z::numeric, 6) AS z, round(p_value::numeric, 6) AS p_value
FROM nps_compare('(version:1,promoters:50,passives:30,detractors:20)', '(version:1,promoters:70,passives:20,detractors:10)');
-- no variance on either side: the difference cannot be tested
SELECT nps_compare('(version:1,promoters:5,passives:0,detractors:0)', '(version:1,promoters:0,passives:0,detractors:5)');
SELECT satisfied(state), responses(state), csat(state) FROM (SELECT csat_agg(score, 4) FROM (VALUES (5), (4), (3), (5)) AS survey (score)) AS s (state);

-- the edges of the categories, for every type
SELECT score, nps(score) FROM (VALUES (0), (6), (6.99), (7), (8.9999), (9), (9.0), (10), (10.000)) AS survey (score) GROUP BY score ORDER BY score;
SELECT score, nps(score) FROM (VALUES (0::float8), (6.999999999999999), (7), (8.999999999999998), (9), (10)) AS survey (score) GROUP BY score ORDER BY score;
SELECT nps_valid(-1), nps_valid(0), nps_valid(10), nps_valid(10.0001), nps_valid(-0.0001), nps_valid(0.0000), nps_valid('NaN'::float8), nps_valid('NaN'::numeric), nps_valid('Infinity'::real), nps_valid(NULL::int), nps_valid(100000::bigint), nps_valid(7::smallint);

-- against plain SQL, for every type, by group
CALL matrix.make('nps_sample', $$
    SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' + (id / 9)::int AS day,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN matrix.random(id, 3, 11)::smallint END AS s,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN matrix.random(id, 3, 11)::integer END AS i,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN matrix.random(id, 3, 11) END AS b,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 4, 100001) / 10000.0)::numeric(8, 4) END AS n,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 4, 41) / 4.0)::real END AS r,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 4, 41) / 4.0)::double precision END AS d
    FROM generate_series(1, 4000) AS id $$);
SELECT count(*) AS groups, count(*) FILTER (WHERE ok) AS equal FROM (
    SELECT nps(i) = trim_scale(100.0 * (count(*) FILTER (WHERE i >= 9) - count(*) FILTER (WHERE i < 7)) / count(i))
       AND nps(n) = trim_scale(100.0 * (count(*) FILTER (WHERE n >= 9) - count(*) FILTER (WHERE n < 7)) / count(n))
       AND nps(d) = trim_scale(100.0 * (count(*) FILTER (WHERE d >= 9) - count(*) FILTER (WHERE d < 7)) / count(d))
       AND nps(s) = nps(i) AND nps(b) = nps(i) AND nps(r) = nps(d)
       AND csat(n, 7.25) = trim_scale(100.0 * count(*) FILTER (WHERE n >= 7.25) / count(n))
       AND csat(d, 7.25) = trim_scale(100.0 * count(*) FILTER (WHERE d >= 7.25) / count(d)) AS ok
    FROM nps_sample GROUP BY day) AS groups;

-- the laws
SELECT matrix.check(format('%s(%s)', 'nps', score), format('nps_agg(%s)', score), 'nps', 'nps_sample', ARRAY[score]) FROM unnest(string_to_array('s i b n r d', ' ')) AS score;
SELECT matrix.check(format('csat(%1$s, 7::%2$s)', score, type), format('csat_agg(%1$s, 7::%2$s)', score, type), 'csat', 'nps_sample', ARRAY[score])
FROM (VALUES ('s', 'smallint'), ('i', 'integer'), ('b', 'bigint'), ('n', 'numeric'), ('r', 'real'), ('d', 'double precision')) AS v (score, type);

-- an upsert, as a daily job does it
CREATE TABLE nps_daily (day date PRIMARY KEY, survey nps_state NOT NULL);
INSERT INTO nps_daily SELECT day, nps_agg(i) FROM nps_sample WHERE id % 2 = 0 GROUP BY day;
INSERT INTO nps_daily AS stored SELECT day, nps_agg(i) FROM nps_sample WHERE id % 2 = 1 GROUP BY day
ON CONFLICT (day) DO UPDATE SET survey = stored.survey || excluded.survey;
SELECT nps(rollup(survey)) = (SELECT nps(i) FROM nps_sample) AS equal, responses(rollup(survey)) = (SELECT count(i) FROM nps_sample) AS all_counted FROM nps_daily;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT nps(11)$$,
    $$SELECT nps(-0.5)$$,
    $$SELECT nps('NaN'::double precision)$$,
    $$SELECT nps('Infinity'::numeric)$$,
    $$SELECT nps(1e300::double precision)$$,
    $$SELECT csat('NaN'::numeric, 4)$$,
    $$SELECT csat(4::double precision, 'NaN')$$,
    $$SELECT nps_ci('empty', confidence => 1)$$,
    $$SELECT nps_ci('empty', confidence => 'NaN')$$,
    $$SELECT '(version:1,promoters:5)'::nps_state$$,
    $$SELECT '(version:2,promoters:5,passives:0,detractors:0)'::nps_state$$,
    $$SELECT '(version:1,promoters:-5,passives:0,detractors:0)'::nps_state$$,
    $$SELECT '(version:1,promoters:5,passives:0,detractors:0) '::nps_state$$,
    $$SELECT '(version:1,promoters:5,passives:0,detractors:0)x'::nps_state$$,
    $$SELECT ''::nps_state$$,
    $$SELECT '(version:1,promoters:2305843009213693953,passives:1,detractors:0)'::nps_state$$,
    $$SELECT responses('(version:1,promoters:2305843009213693952,passives:2305843009213693952,detractors:2305843009213693952)'::nps_state)$$,
    $$SELECT '(version:1,promoters:2305843009213693952,passives:0,detractors:0)'::nps_state || '(version:1,promoters:1,passives:0,detractors:0)'$$,
    $$SELECT _nps_state_add('(version:1,promoters:2305843009213693952,passives:0,detractors:0)', 10)$$,
    $$SELECT '(version:1,satisfied:2,responses:1)'::csat_state$$);
