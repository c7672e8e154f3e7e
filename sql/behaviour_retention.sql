-- Behaviour: retention.
\pset format unaligned
\pset null NULL
-- the documented example of ClickHouse's retention
CREATE TABLE visit (day date, customer int);
INSERT INTO visit SELECT date '2020-01-01', i FROM generate_series(0, 4) AS i UNION ALL SELECT '2020-01-02', i FROM generate_series(0, 9) AS i UNION ALL SELECT '2020-01-03', i FROM generate_series(0, 14) AS i;
SELECT customer, retention(day = '2020-01-01', day = '2020-01-02', day = '2020-01-03') AS r FROM visit GROUP BY customer ORDER BY customer;
SELECT count(*) FILTER (WHERE r[1]) AS r1, count(*) FILTER (WHERE r[2]) AS r2, count(*) FILTER (WHERE r[3]) AS r3
FROM (SELECT retention(day = '2020-01-01', day = '2020-01-02', day = '2020-01-03') AS r FROM visit GROUP BY customer) AS customers;

-- edges: conditions are met by rows together; without the first nothing is; NULL is not met; a row of NULLs is no row
SELECT retention(a, b) FROM (VALUES (true, false), (false, true)) AS v (a, b);
SELECT retention(a, b, c), retention_agg(a, b, c) FROM (VALUES (false, true, NULL), (NULL, false, true)) AS v (a, b, c);
SELECT retention(a, b), retention_agg(a, b) FROM (VALUES (NULL::boolean, NULL::boolean)) AS v (a, b);
SELECT retention(a), retention(VARIADIC NULL::boolean[]), retention(VARIADIC ARRAY[a, NOT a]), retention('empty'::retention_state) FROM (VALUES (true)) AS v (a);
SELECT retention(VARIADIC array_fill(true, ARRAY[32])) = array_fill(true, ARRAY[32]) AS all_32, retention_agg(VARIADIC array_fill(true, ARRAY[32])), retention_agg(VARIADIC '[5:6]={f,t}'::boolean[]);

-- against plain SQL
CALL matrix.make('retention_sample', $$
    SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' + (id / 4)::int AS day,
           CASE WHEN matrix.random(id, 2, 5) > 0 THEN matrix.random(id, 3, 3) = 0 END AS a, CASE WHEN matrix.random(id, 4, 5) > 0 THEN matrix.random(id, 5, 3) = 0 END AS b,
           CASE WHEN matrix.random(id, 6, 5) > 0 THEN matrix.random(id, 7, 1500) = 0 END AS c
    FROM generate_series(1, 4000) AS id $$);
SELECT count(*) AS customers, count(DISTINCT r) AS different, count(*) FILTER (WHERE r = wanted) AS equal
FROM (SELECT retention(a, b, c) AS r, ARRAY[coalesce(bool_or(a), false), coalesce(bool_or(a) AND bool_or(b), false), coalesce(bool_or(a) AND bool_or(c), false)] AS wanted FROM retention_sample GROUP BY day) AS customers;

-- the laws
SELECT matrix.check('retention(a, b, c)', 'retention_agg(a, b, c)', 'retention', 'retention_sample', '{a,b,c}');

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT retention(VARIADIC '{}'::boolean[])$$,
    $$SELECT retention(VARIADIC '{{t,f},{f,t}}'::boolean[])$$,
    $$SELECT retention(VARIADIC array_fill(true, ARRAY[33]))$$,
    $$SELECT retention(VARIADIC array_fill(true, ARRAY[n])) FROM generate_series(2, 3) AS n$$,
    $$SELECT retention_agg(true) || retention_agg(true, false)$$,
    $$SELECT '(version:1,conditions:2,met:4)'::retention_state$$,
    $$SELECT '(version:1,conditions:33,met:0)'::retention_state$$,
    $$SELECT '(version:1,conditions:0,met:1)'::retention_state$$,
    $$SELECT '(version:1,conditions:-1,met:1)'::retention_state$$);
