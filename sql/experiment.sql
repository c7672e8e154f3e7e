-- Experiments: means and rates of two groups.
\pset format unaligned
\pset null NULL
SELECT difference, round(lower, 2) AS lower, round(upper, 2) AS upper, round(z::numeric, 4) AS z, round(p_value::numeric, 5) AS p_value FROM ab_test_rate(200, 1000, 250, 1000);
SELECT difference, round(lower, 2) AS lower, round(upper, 2) AS upper FROM ab_test_rate(200, 1000, 250, 1000, confidence => 0.9);
-- Hours of sleep gained with two drugs (Student 1908). R prints for t.test(extra ~ group, data = sleep), group 1 minus 2:
-- t = -1.8608, df = 17.776, p-value = 0.07939, interval -3.3654832 to 0.2054832, means 0.75 and 2.33
CREATE TABLE sleep (drug int, extra numeric);
INSERT INTO sleep SELECT 2, unnest('{0.7,-1.6,-0.2,-1.2,-0.1,3.4,3.7,0.8,0.0,2.0}'::numeric[]) UNION ALL SELECT 1, unnest('{1.9,0.8,1.1,0.1,-0.1,4.4,5.5,1.6,4.6,3.4}'::numeric[]);
SELECT difference, round(lower, 7) AS lower, round(upper, 7) AS upper, round(t::numeric, 4) AS t, round(degrees_of_freedom::numeric, 3) AS df, round(p_value::numeric, 5) AS p_value
FROM ab_test_mean((SELECT ab_agg(extra) FROM sleep WHERE drug = 1), (SELECT ab_agg(extra) FROM sleep WHERE drug = 2));
SELECT drug, ab_count(s), ab_mean(s), ab_variance(s), s FROM (SELECT drug, ab_agg(extra) FROM sleep GROUP BY drug) AS groups (drug, s) ORDER BY drug;

-- edges: a group without values, with one, without variance; nobody and everybody
SELECT name, ab_count(a), ab_mean(a), ab_variance(a), t.* FROM (VALUES ('none', 'empty'::ab_state, _ab_state_add('empty', 3)), ('one', _ab_state_add('empty', 3), (SELECT ab_agg(v) FROM generate_series(1, 5) AS v)),
    ('alike', (SELECT ab_agg(2) FROM generate_series(1, 5)), (SELECT ab_agg(3.5) FROM generate_series(1, 5))), ('one varies', (SELECT ab_agg(2) FROM generate_series(1, 5)), (SELECT ab_agg(v) FROM generate_series(1, 3) AS v)),
    ('the same', (SELECT ab_agg(v) FROM generate_series(1, 3) AS v), (SELECT ab_agg(v) FROM generate_series(1, 3) AS v))) AS v (name, a, b), ab_test_mean(a, b) AS t;
SELECT x1, n1, x2, n2, t.* FROM (VALUES (0, 0, 1, 10), (1, 10, 0, 0), (0, 10, 0, 20), (10, 10, 20, 20), (0, 10, 20, 20), (1, 3, 2, 6), (1, 1, 0, 1)) AS v (x1, n1, x2, n2), ab_test_rate(x1, n1, x2, n2) AS t;
-- the largest counts
SELECT difference, z, p_value FROM ab_test_rate(1, 2305843009213693952, 2305843009213693952, 2305843009213693952);
-- nothing cancels
SELECT ab_variance(ab_agg(v)), ab_variance(ab_agg(v::double precision)), ab_mean(ab_agg(v::double precision)) FROM (VALUES (1000000000000000.1), (1000000000000000.2), (1000000000000000.4)) AS v (v);
-- every double is within the limits, and squares of the largest too
SELECT ab_count(s), round(ab_mean(s) / 1e307, 10) AS mean, scale(ab_mean(s)) > 300 AS keeps_the_least FROM (SELECT ab_agg(v) FROM unnest('{1.7976931348623157e308,4.9e-324,-1e300,0,2.2250738585072014e-308}'::double precision[]) AS v) AS s (s);
SELECT ab_mean(ab_agg(v)) FROM (VALUES (0.1::real), (0.2)) AS v (v);
SELECT ab_agg(v) FROM (VALUES (NULL::numeric), (0.00), (0)) AS v (v);
SELECT ab_agg(v) FROM unnest('{0,-0,-1e-5}'::double precision[]) AS v;

-- against plain SQL, for every type: exact where it is numeric
CALL matrix.make('ab_sample', $$
    SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' + (id / 30)::int AS day,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 3, 60001) - 30000)::smallint END AS s,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 3, 4000000001) - 2000000000)::integer END AS i,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (hashint8extended(id, 4) >> (matrix.random(id, 5, 40))::int) END AS b,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 4, 2000001) - 1000000) * 10::numeric ^ (matrix.random(id, 6, 60) - 40) END AS n,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN ((matrix.random(id, 4, 100001) - 50000) / 64.0)::real END AS r,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 4, 2000001) - 1000000) / 10.0::double precision ^ matrix.random(id, 6, 8) END AS d
    FROM generate_series(1, 4000) AS id $$);
SELECT count(*) AS groups, count(*) FILTER (WHERE ok) AS equal FROM (
    SELECT bool_and(ab_count(state) = n AND abs(ab_mean(state) - mean) <= abs(mean) * 1e-15 AND abs(ab_variance(state) - variance) <= variance * 1e-15) AS ok FROM (
        SELECT day, unnest(ARRAY[ab_agg(s), ab_agg(i), ab_agg(b), ab_agg(n), ab_agg(r), ab_agg(d)]) AS state,
               unnest(ARRAY[count(s), count(i), count(b), count(n), count(r), count(d)]) AS n,
               unnest(ARRAY[avg(s), avg(i), avg(b), avg(n), avg(r::text::numeric), avg(round(d::text::numeric, 20))]) AS mean,
               unnest(ARRAY[var_samp(s), var_samp(i), var_samp(b), var_samp(n), var_samp(r::text::numeric), var_samp(round(d::text::numeric, 20))]) AS variance
        FROM ab_sample GROUP BY day) AS states GROUP BY day) AS groups;
-- the tests in plain SQL; two-sided p and quantiles were checked against R above
SELECT count(*) AS pairs, count(*) FILTER (WHERE abs(t.difference - (mb - ma)) < 1e-9 AND abs(t.t - (mb - ma) / sqrt(va + vb)) < 1e-9
        AND abs(t.degrees_of_freedom - (va + vb) ^ 2 / (va ^ 2 / (na - 1) + vb ^ 2 / (nb - 1))) < 1e-6 AND abs(t.upper + t.lower - 2 * t.difference) < 1e-9 AND t.lower < t.difference) AS equal
FROM (SELECT ab_agg(s) FILTER (WHERE part = 0) AS a, ab_agg(s) FILTER (WHERE part > 0) AS b, avg(s::float8) FILTER (WHERE part = 0) AS ma, avg(s::float8) FILTER (WHERE part > 0) AS mb,
             count(s) FILTER (WHERE part = 0) AS na, count(s) FILTER (WHERE part > 0) AS nb, var_samp(s::float8) FILTER (WHERE part = 0) / count(s) FILTER (WHERE part = 0) AS va,
             var_samp(s::float8) FILTER (WHERE part > 0) / count(s) FILTER (WHERE part > 0) AS vb FROM ab_sample GROUP BY day HAVING count(s) FILTER (WHERE part = 0) > 1) AS groups, ab_test_mean(a, b) AS t;
-- where the interval at confidence 1 - p_value ends, there is 0
SELECT count(*) AS pairs, count(*) FILTER (WHERE least(abs(edge.lower), abs(edge.upper)) < 1e-6 * (abs(edge.upper) + abs(edge.lower))) AS ends_at_0
FROM (SELECT ab_agg(s) FILTER (WHERE part = 0) AS a, ab_agg(s) FILTER (WHERE part > 0) AS b FROM ab_sample GROUP BY day HAVING count(s) FILTER (WHERE part = 0) > 1) AS groups,
     ab_test_mean(a, b) AS t, LATERAL ab_test_mean(a, b, 1 - t.p_value) AS edge;
SELECT count(*) AS pairs, count(*) FILTER (WHERE abs(t.difference - 100 * (p2 - p1)) < 1e-9 AND abs(t.z - (p2 - p1) / sqrt(p * (1 - p) * (1.0 / n1 + 1.0 / n2))) < 1e-9
        AND (p1 * (1 - p1) + p2 * (1 - p2) > 0) = (t.lower IS NOT NULL)
        AND (t.lower IS NULL OR abs(t.lower - greatest(-100, 100 * (p2 - p1 - 1.959963984540054 * sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)))) < 1e-9) AND (t.upper IS NULL OR abs(t.upper - least(100, 100 * (p2 - p1 + 1.959963984540054 * sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)))) < 1e-9)) AS equal
FROM (SELECT matrix.random(id, 1, n1 + 1) AS x1, n1, matrix.random(id, 2, n2 + 1) AS x2, n2 FROM (SELECT id, 1 + matrix.random(id, 3, 50) AS n1, 1 + matrix.random(id, 4, 5000) AS n2 FROM generate_series(1, 1000) AS id) AS n) AS v,
     LATERAL (SELECT x1::float8 / n1, x2::float8 / n2, (x1 + x2)::float8 / (n1 + n2)) AS shares (p1, p2, p), ab_test_rate(x1, n1, x2, n2) AS t WHERE x1 + x2 > 0 AND x1 + x2 < n1 + n2;

-- the laws
SELECT matrix.check(format('ab_agg(%s)', value), format('ab_agg(%s)', value), '_ab_state_finish', 'ab_sample', ARRAY[value]) FROM unnest(string_to_array('s i b n r d', ' ')) AS value;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT ab_test_rate(11, 10, 1, 10)$$,
    $$SELECT ab_test_rate(1, 10, -1, 10)$$,
    $$SELECT ab_test_rate(1, 10, 1, -10)$$,
    $$SELECT ab_test_rate(1, 2305843009213693953, 1, 10)$$,
    $$SELECT ab_test_rate(1, 10, 1, 10, 95)$$,
    $$SELECT ab_test_mean('empty', 'empty', 0)$$,
    $$SELECT ab_test_mean('empty', 'empty', 'NaN')$$,
    $$SELECT ab_agg('NaN'::double precision)$$,
    $$SELECT ab_agg('Infinity'::numeric)$$,
    $$SELECT ab_agg('-Infinity'::real)$$,
    $$SELECT ab_agg(1e312::numeric)$$,
    $$SELECT ab_agg(1e-325::numeric)$$,
    $$SELECT ab_agg(0e-325::numeric)$$,
    $$SELECT ab_test_mean(ab_agg(v), ab_agg(-v)) FROM unnest('{1.7e308,1.7e308}'::double precision[]) AS v$$,
    $$SELECT '(version:1,values:1,sum:3,sum_of_squares:1)'::ab_state$$,
    $$SELECT '(version:1,values:0,sum:0,sum_of_squares:1)'::ab_state$$,
    $$SELECT '(version:1,values:3,sum:0.5,sum_of_squares:1)'::ab_state$$,
    $$SELECT '(version:1,values:3,sum:0,sum_of_squares:-1)'::ab_state$$,
    $$SELECT '(version:1,values:562949953421313,sum:0,sum_of_squares:1)'::ab_state$$,
    $$SELECT _ab_state_add('(version:1,values:562949953421312,sum:0,sum_of_squares:1)', 1)$$,
    $$SELECT '(version:1,values:562949953421312,sum:0,sum_of_squares:1)'::ab_state || '(version:1,values:1,sum:0,sum_of_squares:1)'$$);
