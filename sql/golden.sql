-- Golden customers: golden_rank, golden_share, is_golden, abc_class over a partition; gini and golden_income_share.
\pset format unaligned
\pset null NULL
-- the published examples: who crosses the line is golden, a peer group wholly in or out
CREATE TEMP TABLE example (name text, v numeric);
INSERT INTO example SELECT name, v FROM (VALUES ('usual', '{300,250,200,150,100,50}'::numeric[]), ('one', '{850,50,40,30,20,10}'), ('peers', '{400,200,200,200}'), ('none', '{0,-5,NULL}'), ('mixed', '{0,-5,NULL,10.00,10}')) AS e (name, vs), unnest(vs) AS v;
SELECT name, v, golden_rank(v) OVER w, round(golden_share(v) OVER w, 2) AS share, is_golden(v) OVER w, abc_class(v) OVER w FROM example WINDOW w AS (PARTITION BY name) ORDER BY name, v DESC NULLS LAST;
SELECT count(*) FILTER (WHERE is_golden) AS golden FROM (SELECT is_golden(v, 0.5) OVER () FROM example WHERE name = 'peers') AS e;
SELECT name, gini(v), golden_income_share(v), golden_income_share(v, 0.5) FROM example GROUP BY name ORDER BY name;
SELECT gini(v) FROM (VALUES (0), (0), (0), (10)) AS e (v);
SELECT gini(v) FROM (VALUES (1), (1), (1), (1)) AS e (v);

-- 0.8 means eight tenths: 80 of 100 are not below it, though the double is above; neither do thirds of a cent get lost
SELECT t, string_agg(CASE WHEN g THEN 'golden' ELSE '-' END, ' ' ORDER BY v DESC) FROM (
    SELECT 0.8 AS t, v, is_golden(v, 0.8) OVER () AS g FROM (VALUES (50), (30), (20)) AS e (v) UNION ALL
    SELECT 0.7, v, is_golden(v, 0.7) OVER () FROM (VALUES (0.7), (0.2), (0.1)) AS e (v) UNION ALL
    SELECT 0.7, v, is_golden(v, 0.7) OVER () FROM (VALUES (0.7::float8), (0.2), (0.1)) AS e (v) UNION ALL
    SELECT 0.71, v, is_golden(v, 0.7) OVER () FROM (VALUES (0.69999999999999999999999999999999999999), (0.2), (0.1)) AS e (v) UNION ALL
    SELECT 0.72, v, is_golden(v, 0.7) OVER () FROM (VALUES (0.70000000000000000000000000000000000001), (0.2), (0.1)) AS e (v)) AS t GROUP BY t ORDER BY t;
-- values that differ in the 40th digit, or by 600 powers of ten, are different; equal ones with other scales are not
SELECT golden_rank(v) OVER (), golden_share(v) OVER (), is_golden(v) OVER (), length(v::text) FROM (VALUES (1.0000000000000000000000000000000000000001), (1.00), (1), (1.0000000000000000000000000000000000000002), (1e-9)) AS e (v) ORDER BY v DESC, length;
SELECT golden_rank(v) OVER (), golden_share(v) OVER (), abc_class(v, '{0,0.1,1}') OVER () FROM (VALUES (1e300), (1e-300), (1e300), (1.5)) AS e (v) ORDER BY v DESC;
SELECT golden_rank(v) OVER (), golden_share(v) OVER (), is_golden(v) OVER (), v FROM (VALUES (1e308::float8), (1e308), (5e-324), (0.1), ('-0')) AS e (v) ORDER BY v DESC;
SELECT golden_rank(v) OVER (), golden_share(v) OVER (), is_golden(v, 1) OVER () FROM (VALUES (9e131071), (1e-16383), (9e131071)) AS e (v) ORDER BY v DESC;
SELECT golden_rank(v) OVER (), round(golden_share(v) OVER (), 12) AS share FROM (VALUES (9223372036854775807), (9223372036854775806), (-9223372036854775807 - 1), (1)) AS e (v) ORDER BY v DESC;

-- random customers: 60 partitions, with ties, NULLs, values below 0, and values beyond 64 bits in one of three
CALL matrix.make('golden_sample', $$
    SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' + (id / 9)::int AS day, matrix.random(id, 9, 60)::int AS shop,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 3, 300) - 60)::smallint END AS s,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 3, 300) - 60)::integer END AS i,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 3, 300) - 60) * 10000000000 END AS b,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN ((matrix.random(id, 4, 300) - 60) / 7.0)::numeric(12, 2) END AS n,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 4, 300) - 60) / 7.0 * (CASE matrix.random(id, 9, 3) WHEN 0 THEN 1000000 ELSE 1 END) END AS x,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN ((matrix.random(id, 4, 300) - 60) / 4.0)::real END AS r,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN ((matrix.random(id, 4, 300) - 60) / 100.0)::double precision END AS d
    FROM generate_series(1, 1500) AS id $$);

-- an independent twin: each customer against each other one of the same shop
CREATE TEMP TABLE golden_values AS
SELECT kind, shop, id, v FROM golden_sample, LATERAL (VALUES ('s', s::numeric), ('i', i), ('b', b), ('n', n), ('x', x), ('r', r::numeric), ('d', d::numeric)) AS e (kind, v);
CREATE TEMP TABLE twin AS
SELECT a.kind, a.shop, a.id, a.v, 1 + count(b.id) FILTER (WHERE b.v > a.v) AS rank, coalesce(sum(b.v) FILTER (WHERE b.v > a.v), 0) AS higher,
       sum(b.v) FILTER (WHERE b.v >= a.v) AS upto, sum(b.v) FILTER (WHERE b.v > 0) AS total
FROM golden_values AS a JOIN golden_values AS b USING (kind, shop) WHERE a.v > 0 GROUP BY a.kind, a.shop, a.id, a.v;
CREATE TEMP TABLE threshold (t) AS VALUES (0::numeric), (0.1), (0.5), (0.8), (0.95), (1);
CREATE TEMP TABLE answer (kind text, id int, t numeric, rank bigint, share numeric, golden boolean, class text);
DO $$
DECLARE kind text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['s', 'i', 'b', 'n', 'x', 'r', 'd'] LOOP
        EXECUTE format('INSERT INTO answer SELECT %1$L, id, t, golden_rank(%1$I) OVER w, golden_share(%1$I) OVER w, is_golden(%1$I, t::double precision) OVER w,
                        CASE WHEN t > 0 THEN abc_class(%1$I, ARRAY[t / 2, greatest(t, 0.01)]::double precision[]) OVER w END
                        FROM golden_sample, threshold WINDOW w AS (PARTITION BY t, shop)', kind);
    END LOOP;
END $$;
SELECT answer.kind, count(*) AS rows, count(*) FILTER (WHERE twin.v IS NULL AND num_nulls(answer.rank, share, golden, class) = 4) AS unranked,
    count(*) FILTER (WHERE answer.rank = twin.rank AND round(answer.share, 9) = round(100 * upto / total, 9) AND golden = (higher < t * total)
                           AND class IS NOT DISTINCT FROM CASE WHEN t = 0 THEN NULL WHEN higher < t / 2 * total THEN 'A' WHEN higher < t * total THEN 'B' ELSE 'C' END) AS equal,
    count(*) FILTER (WHERE golden) AS golden
FROM answer LEFT JOIN twin USING (kind, id) GROUP BY answer.kind ORDER BY answer.kind;
-- the shares add up to what the aggregate says, and the state to what the values say
SELECT kind, count(*) AS shops, count(*) FILTER (WHERE ok) AS equal FROM (
    SELECT kind, gini(v) = gini(golden_agg(v)) AND golden_income_share(v) = golden_income_share(golden_agg(v), 0.8) AND golden_income_share(v, 0.5) = golden_income_share(golden_agg(v), 0.5)
           AND round(gini(v), 9) = round((SELECT 2 * sum(i * v) / (count(*) * sum(v)) - (count(*) + 1.0) / count(*)
                                          FROM (SELECT greatest(o.v, 0) AS v, row_number() OVER (ORDER BY o.v) AS i FROM golden_values AS o WHERE o.kind = c.kind AND o.shop = c.shop AND o.v IS NOT NULL) AS s), 9)
           AND round(golden_income_share(v), 9) = (SELECT round(100 * sum(twin.v) FILTER (WHERE higher < 0.8 * total) / max(total), 9) FROM twin WHERE twin.kind = c.kind AND twin.shop = c.shop)
           AND round(golden_income_share(v, 0.5), 9) = (SELECT round(100 * sum(twin.v) FILTER (WHERE higher < 0.5 * total) / max(total), 9) FROM twin WHERE twin.kind = c.kind AND twin.shop = c.shop) AS ok
    FROM golden_values AS c GROUP BY kind, shop) AS shops GROUP BY kind ORDER BY kind;
SELECT gini(s) = gini(i) AND gini(i) = gini(s::bigint) AND gini(i)::float8 = gini(i::real) AND gini(i)::float8 = gini(i::float8) AND gini(i) = gini(i::numeric) AS same_in_all_types,
       golden_income_share(s, 0.7) = golden_income_share(i, 0.7) AND golden_income_share(i, 0.7)::float8 = golden_income_share(i::float8, 0.7) AND golden_income_share(b, 0.7) = golden_income_share(b::numeric, 0.7) AS shares_too,
       gini(d) = gini(d::numeric)::float8 AS decimals_too FROM golden_sample WHERE s = i;
-- the least golden value tells who is golden
SELECT threshold, count(*) FILTER (WHERE golden) > 5 AS some, count(*) FILTER (WHERE golden IS DISTINCT FROM CASE WHEN n > 0 THEN coalesce(n >= least, false) END) AS different
FROM (SELECT n, threshold, is_golden(n, threshold) OVER (PARTITION BY threshold) AS golden FROM golden_sample, unnest('{0,0.1,0.5,0.8,1}'::float8[]) AS threshold) AS rows,
    LATERAL (SELECT _golden_least(golden_agg(n), threshold) AS least FROM golden_sample) AS l GROUP BY threshold ORDER BY threshold;
SELECT _golden_least('empty', 0.8) AS nobody, _golden_least(golden_agg(v), 0.8) AS nothing FROM (VALUES (0), (-1), (NULL)) AS e (v);
-- what the best customers bring, by an area: each customer counts by how much of the places rank - 1 to rank is below share * n
SELECT top_share(v, 0.2) AS best_20, top_share(v, 0.1) AS half_of_the_first, round(top_share(v, 0.5), 6) AS best_half, top_share(v, 0), top_share(v, 1), top_share(golden_agg(v)) AS usual FROM unnest('{500,200,100,100,100}'::int[]) AS v;
SELECT top_share(v, 0.5) AS with_noughts, top_share(v, 1 / 3.0::float8) AS third, top_share(v, 1e-300) > 0 AS next_to_nothing FROM unnest('{6,3,0,-5}'::numeric[]) AS v;
SELECT top_share(v, 0.2), top_share(golden_agg(v)), top_share(golden_agg(v), NULL) FROM (VALUES (0), (-1), (NULL)) AS e (v);
SELECT top_share('empty'::golden_state), top_share('empty'::golden_state, 0.5), top_share(5, NULL), pg_typeof(top_share(5, 0.2)), pg_typeof(top_share(5::real, 0.2));
SELECT kind, count(*) AS shops, count(*) FILTER (WHERE ok) AS equal FROM (
    SELECT kind, bool_and(round(100 * best / nullif(total, 0), 12) IS NOT DISTINCT FROM round(top_share(state, share::float8), 12)) AS ok FROM (
        SELECT kind, shop, share, sum(greatest(v, 0) * greatest(0, least(1, share * n - place + 1))) AS best, sum(greatest(v, 0)) AS total, golden_agg(v) AS state
        FROM (SELECT kind, shop, v, row_number() OVER (PARTITION BY kind, shop ORDER BY v DESC) AS place, count(*) OVER (PARTITION BY kind, shop) AS n FROM golden_values WHERE v IS NOT NULL) AS ranked,
             unnest(ARRAY[0, 0.01, 0.2, 0.333, 0.5, 0.80001, 1]) AS share GROUP BY kind, shop, share) AS twin GROUP BY kind, shop) AS shops GROUP BY kind ORDER BY kind;
SELECT top_share(s, 0.3) = top_share(i, 0.3) AND top_share(i, 0.3)::float8 = top_share(i::float8, 0.3) AND top_share(i, 0.3)::float8 = top_share(i::real, 0.3) AND top_share(i, 0.3) = top_share(i::bigint, 0.3) AND top_share(i, 0.3) = top_share(i::numeric, 0.3) AS same_in_all_types
FROM golden_sample WHERE s = i;
SELECT top_share(n, 0.15) = top_share(ledger_agg(id, date '2024-02-29', n), 0.15) AS as_of_a_ledger FROM golden_sample WHERE n IS NOT NULL;
-- the same as of a ledger of these customers
SELECT gini(i) = gini(ledger_agg(id, date '2024-02-29', i)) AS gini, golden_income_share(n, 0.9) = golden_income_share(ledger_agg(id, date '2024-02-29', n), 0.9) AS share FROM golden_sample WHERE n IS NOT NULL AND i IS NOT NULL;

-- the laws
SELECT matrix.check_window(call || '(%s' || options || ')', v, 'golden_sample')
FROM (VALUES ('golden_rank', ''), ('golden_share', ''), ('is_golden', ', 0.3'), ('abc_class', ', ''{0.2,0.5,0.9}''')) AS f (call, options), unnest(string_to_array('s i b n r d', ' ')) AS v;
-- where the values are not whole at a common scale
SELECT matrix.check_window(call || '(%s)', 'x', 'golden_sample') FROM unnest(ARRAY['golden_rank', 'golden_share', 'is_golden', 'abc_class']) AS call;
SELECT matrix.check(format('gini(%s)', v), format('golden_agg(%s)', v), CASE WHEN v IN ('r', 'd') THEN 'gini_double' ELSE 'gini' END, 'golden_sample', ARRAY[v]) FROM unnest(string_to_array('s i b n x r d', ' ')) AS v;
SELECT matrix.check(format('golden_income_share(%s)', v), format('golden_agg(%s)', v), CASE WHEN v IN ('r', 'd') THEN 'golden_income_share_double' ELSE 'golden_income_share' END, 'golden_sample', ARRAY[v]) FROM unnest(string_to_array('s i b n r d', ' ')) AS v;
-- a threshold of one's own, which the reader has to be told
CREATE FUNCTION matrix.half_share(golden_state) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN public.golden_income_share($1, 0.5);
CREATE FUNCTION matrix.half_share_double(golden_state) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN public.golden_income_share($1, 0.5)::double precision;
SELECT matrix.check(format('golden_income_share(%s, 0.5)', v), format('golden_agg(%s)', v), CASE WHEN v IN ('r', 'd') THEN 'matrix.half_share_double' ELSE 'matrix.half_share' END, 'golden_sample', ARRAY[v]) FROM unnest(string_to_array('s i b n r d', ' ')) AS v;

CREATE FUNCTION matrix.best_third(golden_state) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN public.top_share($1, 0.33);
CREATE FUNCTION matrix.best_third_double(golden_state) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN public.top_share($1, 0.33)::double precision;
SELECT matrix.check(format('top_share(%s, 0.33)', v), format('golden_agg(%s)', v), CASE WHEN v IN ('r', 'd') THEN 'matrix.best_third_double' ELSE 'matrix.best_third' END, 'golden_sample', ARRAY[v]) FROM unnest(string_to_array('s i b n r d', ' ')) AS v;

-- an option that changes from partition to partition, or is NULL
SELECT count(*) FILTER (WHERE g = e) AS equal, count(*) AS rows FROM (
    SELECT is_golden(n, t) OVER (PARTITION BY shop, t) AS g, CASE WHEN t > 0.5 THEN is_golden(n, 0.8) OVER (PARTITION BY shop, t) ELSE is_golden(n, 0.1) OVER (PARTITION BY shop, t) END AS e
    FROM golden_sample, (VALUES (0.8::float8), (0.1)) AS o (t) WHERE n > 0) AS c;
SELECT count(is_golden) AS golden, count(abc_class) AS classes FROM (SELECT is_golden(n, NULL) OVER (), abc_class(n, NULL) OVER () FROM golden_sample) AS nothing;
-- a parameter
PREPARE golden_at(double precision) AS SELECT count(*) FILTER (WHERE g) FROM (SELECT is_golden(v, $1) OVER () AS g FROM example WHERE name = 'usual') AS e;
SET plan_cache_mode = force_generic_plan;
EXECUTE golden_at(0.8);
EXECUTE golden_at(0);
-- up to 26 classes
SELECT string_agg(abc_class, '' ORDER BY i) FROM (SELECT i, abc_class(1, ARRAY(SELECT k / 25.0 FROM generate_series(1, 25) AS k)::float8[]) OVER () FROM generate_series(1, 3) AS i) AS ones;
SELECT string_agg(abc_class, '' ORDER BY i) FROM (SELECT i, abc_class(1e6 + i, ARRAY(SELECT k / 26.0 FROM generate_series(1, 25) AS k)::float8[]) OVER () FROM generate_series(1, 52) AS i) AS many;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT golden_rank('NaN'::double precision) OVER ()$$,
    $$SELECT golden_share('Infinity'::numeric) OVER ()$$,
    $$SELECT is_golden('-Infinity'::real) OVER ()$$,
    $$SELECT golden_rank(v) OVER () FROM (VALUES (1e30), ('NaN'::numeric)) AS e (v)$$,
    $$SELECT is_golden(1, -0.1) OVER ()$$,
    $$SELECT is_golden(1, 80) OVER ()$$,
    $$SELECT is_golden(1, 'NaN') OVER ()$$,
    $$SELECT is_golden(v, v / 10) OVER () FROM (VALUES (1::float8), (2)) AS e (v)$$,
    $$SELECT abc_class(v, CASE WHEN v > 1 THEN '{0.8}'::float8[] END) OVER () FROM (VALUES (3), (1)) AS e (v)$$,
    $$SELECT abc_class(1, '{}') OVER ()$$,
    $$SELECT abc_class(1, '{0.8,0.8}') OVER ()$$,
    $$SELECT abc_class(1, '{0.95,0.8}') OVER ()$$,
    $$SELECT abc_class(1, '{0.8,1.5}') OVER ()$$,
    $$SELECT abc_class(1, '{0.8,NULL}') OVER ()$$,
    $$SELECT abc_class(1, '{{0.8},{0.9}}') OVER ()$$,
    $$SELECT abc_class(1, ARRAY(SELECT k / 100.0 FROM generate_series(1, 26) AS k)::float8[]) OVER ()$$,
    $$SELECT golden_rank(1)$$,
    $$SELECT golden_rank(1) FILTER (WHERE true) OVER ()$$,
    $$SELECT gini('NaN'::numeric)$$,
    $$SELECT gini('Infinity'::float8)$$,
    $$SELECT gini(v) FROM (VALUES (1e37), (0.01)) AS e (v)$$,
    $$SELECT gini(1e300::float8)$$,
    $$SELECT golden_income_share(v, v) FROM (VALUES (0.5), (0.6)) AS e (v)$$,
    $$SELECT golden_income_share(1, 1.5)$$,
    $$SELECT golden_income_share(golden_agg(1), -1)$$,
    $$SELECT top_share(1, 20)$$,
    $$SELECT top_share(v, v) FROM (VALUES (0.5), (0.6)) AS e (v)$$,
    $$SELECT top_share(golden_agg(1), -1)$$,
    $$SELECT top_share('NaN'::numeric, 0.2)$$,
    $$SELECT '(version:1,scale:0,zeros:0,threshold:"0.5",value:1,times:1)'::golden_state || golden_agg(5)$$,
    $$SELECT '(version:1,scale:0,zeros:0,threshold:"0.5",value:1,times:1)'::golden_state || '(version:1,scale:0,zeros:0,threshold:"0.6",value:1,times:1)'$$,
    $$SELECT '(version:1,scale:0,zeros:0,threshold:"",value:2,times:1,value:1,times:1)'::golden_state$$,
    $$SELECT '(version:1,scale:0,zeros:0,threshold:"",value:0,times:1)'::golden_state$$,
    $$SELECT '(version:1,scale:0,zeros:0,threshold:"",value:1,times:0)'::golden_state$$,
    $$SELECT '(version:1,scale:1,zeros:0,threshold:"",value:1,times:1)'::golden_state$$,
    $$SELECT '(version:1,scale:0,zeros:0,threshold:"0.50",value:1,times:1)'::golden_state$$,
    $$SELECT '(version:1,scale:0,zeros:0,threshold:"2",value:1,times:1)'::golden_state$$,
    $$SELECT '(version:1,scale:2,zeros:1,threshold:"")'::golden_state$$);
-- a window function that somebody has made an operator of
CREATE OPERATOR public.<#> (RIGHTARG = numeric, FUNCTION = golden_rank);
SELECT error FROM matrix.errors($$SELECT <#> 1.5$$);
DROP OPERATOR public.<#> (NONE, numeric);
