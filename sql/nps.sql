-- Surveys: nps, csat.
\pset format unaligned
SELECT nps(score) FROM (SELECT 10 FROM generate_series(1, 50) UNION ALL SELECT 8 FROM generate_series(1, 30) UNION ALL SELECT 0 FROM generate_series(1, 20)) AS survey (score);
SELECT nps(score) FROM (VALUES (6.5), (8.5)) AS survey (score);
SELECT csat(score, 4) FROM (VALUES (5), (4), (3), (5)) AS survey (score);

-- readers
SELECT nps(state), promoters(state), passives(state), detractors(state), responses(state), round(lower, 2) AS lower, round(upper, 2) AS upper
FROM (VALUES ('(version:1,promoters:50,passives:30,detractors:20,from_1_to_5:0)'::nps_state)) AS stored (state), nps_ci(state);
SELECT round(lower, 2) AS lower, round(upper, 2) AS upper FROM nps_ci('(version:1,promoters:50,passives:30,detractors:20,from_1_to_5:0)', confidence => 0.8);
SELECT * FROM nps_ci('(version:1,promoters:3,passives:0,detractors:0,from_1_to_5:0)');
SELECT responses('empty'::nps_state), nps('empty'::nps_state), nps_ci('empty'), nps_compare('empty', 'empty'), csat('empty'::csat_state), satisfied('empty'::csat_state);
SELECT round(difference, 2) AS difference, round(z::numeric, 6) AS z, round(p_value::numeric, 6) AS p_value
FROM nps_compare('(version:1,promoters:50,passives:30,detractors:20,from_1_to_5:0)', '(version:1,promoters:70,passives:20,detractors:10,from_1_to_5:0)');
-- no variance on either side: the difference cannot be tested
SELECT nps_compare('(version:1,promoters:5,passives:0,detractors:0,from_1_to_5:0)', '(version:1,promoters:0,passives:0,detractors:5,from_1_to_5:0)');
SELECT satisfied(state), responses(state), csat(state) FROM (SELECT csat_agg(score, 4) FROM (VALUES (5), (4), (3), (5)) AS survey (score)) AS s (state);

-- the edges of the categories, for every type
SELECT score, nps(score) FROM (VALUES (0), (6), (6.99), (7), (8.9999), (9), (9.0), (10), (10.000)) AS survey (score) GROUP BY score ORDER BY score;
SELECT score, nps(score) FROM (VALUES (0::float8), (6.999999999999999), (7), (8.999999999999998), (9), (10)) AS survey (score) GROUP BY score ORDER BY score;
SELECT nps_valid(-1), nps_valid(0), nps_valid(10), nps_valid(10.0001), nps_valid(-0.0001), nps_valid(0.0000), nps_valid('NaN'::float8), nps_valid('NaN'::numeric), nps_valid('Infinity'::real), nps_valid(NULL::int), nps_valid(100000::bigint), nps_valid(7::smallint);

-- own cuts: up to the first are detractors, from the second on promoters
SELECT nps, promoters(state), passives(state), detractors(state), round(lower, 2) AS lower FROM (SELECT nps(score, 2, 4), nps_agg(score, 2, 4) FROM unnest('{4,4,3,2,1,4}'::int[]) AS score) AS s (nps, state), nps_ci(state);
SELECT score, nps(score, 2.5, 4) AS numeric, nps(score::float8, 2.5, 4) AS double, nps(score::real, 2.5::real, 4::real) AS real FROM unnest('{-1e20,2.5,2.50001,3.9999,4.0,1e20}'::numeric[]) AS score GROUP BY score ORDER BY score;
-- fewer than 30 answers may be bad luck; a 0, a 6 or what is between 0 and 1 belongs to a scale from 0 to 10
CREATE TEMP TABLE low (name text, score numeric);
INSERT INTO low SELECT 'few', 1 + i % 5 FROM generate_series(1, 29) AS i UNION ALL SELECT 'with 0', i % 5 FROM generate_series(1, 40) AS i
UNION ALL SELECT 'with 6', 1 + i % 6 FROM generate_series(1, 40) AS i UNION ALL SELECT 'with 0.5', (1 + i % 10) / 2.0 FROM generate_series(1, 40) AS i UNION ALL SELECT 'with 5.1', (2 + i % 11) / 2.0 + 0.1 FROM generate_series(1, 44) AS i;
SELECT name, count(*), nps(score), nps(score::float8) AS double, nps_agg(score) FROM low GROUP BY name ORDER BY name;

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

SELECT count(*) AS groups, count(*) FILTER (WHERE ok) AS equal FROM (
    SELECT nps(n, 2.5, 8) = trim_scale(100.0 * (count(*) FILTER (WHERE n >= 8) - count(*) FILTER (WHERE n <= 2.5)) / count(n)) AS ok FROM nps_sample GROUP BY day) AS groups;
SELECT matrix.check(format('nps(%1$s, 4::%2$s, 8::%2$s)', score, type), format('nps_agg(%1$s, 4::%2$s, 8::%2$s)', score, type), 'nps', 'nps_sample', ARRAY[score])
FROM (VALUES ('s', 'smallint'), ('i', 'integer'), ('b', 'bigint'), ('n', 'numeric'), ('r', 'real'), ('d', 'double precision')) AS v (score, type);

-- the latest answer of each respondent; of two at one instant the lower one, whatever the order of rows
SELECT nps_latest(respondent, day, score), nps(survey_agg(respondent, day, score)), nps(score) AS of_all, nps(survey_agg(respondent, day, score), 6, 8) AS by_cuts, responses(survey_agg(respondent, day, score)), latest_answers(survey_agg(respondent, day, score))
FROM (VALUES ('Ann', date '2024-01-05', 3), ('Ann', '2024-02-05', 10), ('Bob', '2024-02-01', 9), ('Bob', '2024-01-01', 2), ('Cid', '2024-01-01', 9), ('Cid', '2024-01-01', 8), (NULL, '2024-01-01', 0), ('Dan', NULL, 0), ('Eve', '2024-01-01', NULL)) AS survey (respondent, day, score);
SELECT survey_agg(respondent, at, score ORDER BY n), survey_agg(respondent, at, score ORDER BY n)::text = survey_agg(respondent, at, score ORDER BY n DESC)::text AS same
FROM (VALUES (1, 7, '2024-01-01 00:00Z'::timestamptz, 9.00), (2, 7, '2024-01-01 00:00Z', 9.0), (3, 8, '2024-01-01 00:00:00.000001Z', -2.5), (4, 8, '2024-01-01 00:00Z', -3)) AS survey (n, respondent, at, score);
SELECT nps('empty'::survey_state), nps('empty'::survey_state, 2, 4), responses('empty'::survey_state), latest_answers('empty'), nps(NULL::survey_state), nps(survey_agg(1, now(), 5), NULL, 4);
CALL matrix.make('survey_sample', $$
    SELECT *, CASE WHEN matrix.random(id, 5, 30) > 0 THEN matrix.random(id, 6, 400) - 200 END AS respondent, md5(matrix.random(id, 6, 400)::text)::uuid AS respondent_uuid, 'r' || matrix.random(id, 6, 400) AS respondent_text,
           timestamptz '2024-01-01 00:00Z' + matrix.random(id, 7, 40) * interval '1 hour' AS at FROM nps_sample WHERE id <= 1200 $$);
SELECT count(*) AS groups, count(*) FILTER (WHERE ok) AS equal FROM (
    SELECT nps_latest(respondent_uuid, at, n) = (SELECT nps(n) FROM (SELECT DISTINCT ON (respondent_uuid) n FROM survey_sample AS s WHERE s.id % 7 = g.branch AND n IS NOT NULL ORDER BY respondent_uuid, at DESC, n) AS latest)
       AND nps_latest(respondent_text, day, d) = (SELECT nps(d) FROM (SELECT DISTINCT ON (respondent_text) d FROM survey_sample AS s WHERE s.id % 7 = g.branch AND d IS NOT NULL ORDER BY respondent_text, day DESC, d) AS latest)
       AND nps(survey_agg(respondent, at, i), 3, 8) = (SELECT nps(i, 3, 8) FROM (SELECT DISTINCT ON (respondent) i FROM survey_sample AS s WHERE s.id % 7 = g.branch AND i IS NOT NULL AND respondent IS NOT NULL ORDER BY respondent, at DESC, i) AS latest)
       AND responses(survey_agg(respondent, day, r)) = count(DISTINCT respondent) FILTER (WHERE r IS NOT NULL) AS ok
    FROM (SELECT id % 7 AS branch, * FROM survey_sample) AS g GROUP BY branch) AS groups;
SELECT matrix.check(format('nps_latest(%s, %s, %s)', key, at, score), format('survey_agg(%s, %s, %s)', key, at, score), 'nps', 'survey_sample', ARRAY[score])
FROM unnest(ARRAY['respondent', 'respondent_uuid', 'respondent_text']) AS key, unnest(ARRAY['at', 'day']) AS at, unnest(string_to_array('s i b n r d', ' ')) AS score;

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
    $$SELECT nps(1 + i % 4) FROM generate_series(1, 30) AS i$$,
    $$SELECT nps_ci(nps_agg(1 + i % 5)) FROM generate_series(1, 500) AS i$$,
    $$SELECT nps_compare(nps_agg(9), nps_agg((i % 9 + 2) / 2.0)) FROM generate_series(0, 39) AS i$$,
    $$SELECT nps(state) FROM (SELECT nps_agg(1) || '(version:1,promoters:0,passives:0,detractors:29,from_1_to_5:29)') AS s (state)$$,
    $$SELECT nps(3, 4, 4)$$,
    $$SELECT nps(3, 4.5, 4)$$,
    $$SELECT nps(3::float8, 4, 'NaN')$$,
    $$SELECT nps('NaN'::numeric, 3, 5)$$,
    $$SELECT nps(survey_agg(1, now(), 5), 4, 4)$$,
    $$SELECT nps(survey_agg(1, now(), 5), 'NaN', 4)$$,
    $$SELECT nps_latest(1, now(), 11)$$,
    $$SELECT nps_latest(i, now(), 1 + i % 4) FROM generate_series(1, 40) AS i$$,
    $$SELECT survey_agg('a', 'infinity'::timestamptz, 5)$$,
    $$SELECT survey_agg('a', '-infinity'::date, 5)$$,
    $$SELECT survey_agg('a', now(), 'NaN'::numeric)$$,
    $$SELECT survey_agg('a', now(), 1e39)$$,
    $$SELECT survey_agg(1, now(), 5) || survey_agg('a', now(), 5)$$,
    $$SELECT '(version:1,key:"bigint",respondents:1,respondent:"1",surveys:1,survey:"",answers:1,respondent:1,survey:1,microseconds:0.5,score:5)'::survey_state$$,
    $$SELECT '(version:1,promoters:5,passives:0,detractors:1,from_1_to_5:2)'::nps_state$$,
    $$SELECT nps('NaN'::double precision)$$,
    $$SELECT nps('Infinity'::numeric)$$,
    $$SELECT nps(1e300::double precision)$$,
    $$SELECT csat('NaN'::numeric, 4)$$,
    $$SELECT csat(4::double precision, 'NaN')$$,
    $$SELECT nps_ci('empty', confidence => 1)$$,
    $$SELECT nps_ci('empty', confidence => 'NaN')$$,
    $$SELECT '(version:1,promoters:5)'::nps_state$$,
    $$SELECT '(version:2,promoters:5,passives:0,detractors:0,from_1_to_5:0)'::nps_state$$,
    $$SELECT '(version:1,promoters:-5,passives:0,detractors:0,from_1_to_5:0)'::nps_state$$,
    $$SELECT '(version:1,promoters:5,passives:0,detractors:0,from_1_to_5:0) '::nps_state$$,
    $$SELECT '(version:1,promoters:5,passives:0,detractors:0,from_1_to_5:0)x'::nps_state$$,
    $$SELECT ''::nps_state$$,
    $$SELECT '(version:1,promoters:2305843009213693953,passives:1,detractors:0,from_1_to_5:0)'::nps_state$$,
    $$SELECT responses('(version:1,promoters:2305843009213693952,passives:2305843009213693952,detractors:2305843009213693952,from_1_to_5:0)'::nps_state)$$,
    $$SELECT '(version:1,promoters:2305843009213693952,passives:0,detractors:0,from_1_to_5:0)'::nps_state || '(version:1,promoters:1,passives:0,detractors:0,from_1_to_5:0)'$$,
    $$SELECT _nps_state_add('(version:1,promoters:2305843009213693952,passives:0,detractors:0,from_1_to_5:0)', 10)$$,
    $$SELECT '(version:1,satisfied:2,responses:1)'::csat_state$$);
