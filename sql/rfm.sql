-- RFM scores by rank and by own thresholds; the ten segments.
\pset format unaligned
\pset null NULL
-- the published example: seven customers with one order share the lowest score (ntile would split them)
SELECT v, rfm_score(v, 5, true) OVER () AS score, rfm_score(v, 5, false) OVER () AS when_lower_is_better FROM unnest('{1,1,1,1,1,1,1,2,3,9}'::int[]) AS v;
-- equals share their mean rank: all on one day are in the middle, half and half are the lowest and the highest, and the newest day is the highest whatever the number of customers on it
SELECT bins, string_agg(DISTINCT all_equal::text, ',') AS all_equal, string_agg(DISTINCT half::text, ',' ORDER BY half::text) AS half, string_agg(DISTINCT most_today::text, ',' ORDER BY most_today::text) AS most_today
FROM (SELECT bins, rfm_score(20, bins, true) OVER w AS all_equal, rfm_score(i % 2, bins, true) OVER w AS half, rfm_score(CASE WHEN i < 27 THEN 0 ELSE i END, bins, false) OVER w AS most_today
      FROM generate_series(1, 30) AS i, unnest('{2,3,4,5,10}'::int[]) AS bins WINDOW w AS (PARTITION BY bins)) AS s GROUP BY bins ORDER BY bins;
-- without equals: 1 + floor(bins i / (n - 1)) for i = 0 .. n - 1, at most bins
SELECT n, string_agg(score::text, ',' ORDER BY i) AS scores FROM (SELECT n, i, rfm_score(i * i, 5, true) OVER (PARTITION BY n) AS score FROM unnest('{1,2,3,5,6,10,11}'::int[]) AS n, generate_series(1, n) AS i) AS s GROUP BY n ORDER BY n;
-- three scores and a segment: recency in days, orders, net revenue
CREATE TEMP TABLE customer (name text, days int, orders int, revenue numeric);
INSERT INTO customer VALUES ('A', 58, 3, 200), ('C', 31, 2, 170), ('D', 2, 1, 0), ('E', 400, 9, 3000), ('F', 3, 12, 4000), ('G', NULL, 0, NULL);
SELECT name, r, f, m, rfm_segment(r, f, m) FROM (
    SELECT name, rfm_score(days, 5, false) OVER () AS r, rfm_score(orders, 5, true) OVER () AS f, rfm_score(revenue, 5, true) OVER () AS m FROM customer) AS scores ORDER BY name;
SELECT name, rfm_score(days, ARRAY[30, 90, 365], false) AS r, rfm_score(orders, '{2,5,10}'::numeric[], true) AS f, rfm_score(revenue, '{100,1000.00}'::numeric[], true) AS m FROM customer ORDER BY name;
-- at a cut is on its better side
SELECT v, rfm_score(v, '{0.1,0.3}'::numeric[], true) AS up, rfm_score(v, '{0.1,0.3}'::numeric[], false) AS down,
    rfm_score(v::float8, '{0.1,0.3}'::numeric[], true) AS up_double, rfm_score(v::real, '{0.1,0.3}'::numeric[], false) AS down_real
FROM (VALUES (-5.0), (0), (0.0999), (0.1), (0.10001), (0.3), (0.30001), (1e20)) AS e (v);

-- scores of other bins: brought to five first; the best of quartiles are champions
SELECT bins, string_agg(DISTINCT score || ' as ' || five, ', ' ORDER BY score || ' as ' || five) AS scores, count(*) AS combinations,
       count(*) FILTER (WHERE rfm_segment(score, f, m, bins) IS DISTINCT FROM rfm_segment(five, 1 + round(4.0 * (f - 1) / (bins - 1))::int, 1 + round(4.0 * (m - 1) / (bins - 1))::int)) AS different
FROM unnest('{2,3,4,5,9}'::int[]) AS bins, generate_series(1, bins) AS score, LATERAL (SELECT 1 + round(4.0 * (score - 1) / (bins - 1))::int) AS s (five), generate_series(1, bins) AS f, generate_series(1, bins) AS m
GROUP BY bins ORDER BY bins;
SELECT rfm_segment(4, 4, 4) AS of_five, rfm_segment(4, 4, 4, 4) AS of_quartiles, rfm_segment(1, 4, 3, bins => 4), rfm_segment(NULL, 1, 1, 4), rfm_segment(1, 1, 1, NULL);

-- against plain SQL, in every type, by shop
CALL matrix.make('rfm_sample', $$
    SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' + (id / 9)::int AS day, matrix.random(id, 9, 40)::int AS shop,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 3, 50) - 10)::smallint END AS s,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 3, 50) - 10)::integer END AS i,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 3, 50) - 10) * 200000000000000000 END AS b,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN ((matrix.random(id, 4, 50) - 10) / 7.0)::numeric(12, 4) END AS n,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 4, 50) - 10) / 7.0 * 1e18 END AS x,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN ((matrix.random(id, 4, 50) - 10) / 4.0)::real END AS r,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 4, 50) - 10) / 7.0::double precision END AS d
    FROM generate_series(1, 2000) AS id $$);
CREATE TEMP TABLE score (kind text, id int, bins int, up int, down int, v text);
DO $$
DECLARE kind text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['s', 'i', 'b', 'n', 'x', 'r', 'd'] LOOP
        EXECUTE format('INSERT INTO score SELECT %1$L, id, bins, rfm_score(%1$I, bins, true) OVER w, rfm_score(%1$I, bins, false) OVER w, %1$I::text
                        FROM rfm_sample, unnest(ARRAY[2, 3, 5, 10, 1000]) AS bins WINDOW w AS (PARTITION BY bins, shop)', kind);
        EXECUTE format('CREATE TEMP TABLE expected_%1$s AS
            WITH numbered AS (SELECT id, shop, %1$I AS value, row_number() OVER (PARTITION BY shop ORDER BY %1$I) AS place FROM rfm_sample WHERE %1$I IS NOT NULL),
                 ranked AS (SELECT id, shop, avg(place) OVER (PARTITION BY shop, value) AS m FROM numbered),
                 bounds AS (SELECT id, m, min(m) OVER (PARTITION BY shop) AS lowest, max(m) OVER (PARTITION BY shop) AS highest FROM ranked)
            SELECT id, bins, CASE WHEN m IS NULL THEN NULL WHEN lowest = highest THEN ceil((bins + 1) / 2.0) ELSE least(bins, 1 + floor(bins * (m - lowest) / (highest - lowest))) END AS up,
                   CASE WHEN m IS NULL THEN NULL WHEN lowest = highest THEN ceil((bins + 1) / 2.0) ELSE least(bins, 1 + floor(bins * (highest - m) / (highest - lowest))) END AS down
            FROM rfm_sample LEFT JOIN bounds USING (id), unnest(ARRAY[2, 3, 5, 10, 1000]) AS bins', kind);
        EXECUTE format('DELETE FROM score USING expected_%1$s AS e WHERE kind = %1$L AND score.id = e.id AND score.bins = e.bins AND score.up IS NOT DISTINCT FROM e.up AND score.down IS NOT DISTINCT FROM e.down', kind);
    END LOOP;
END $$;
SELECT count(*) AS different FROM score;
SELECT (SELECT count(*) FROM expected_n) AS rows, (SELECT count(*) FROM expected_n WHERE up = 5 AND bins = 5) AS of_score_5;
SELECT count(*) AS rows, count(*) FILTER (WHERE rfm_score(v, cuts, true) = 1 + (SELECT count(*) FROM unnest(cuts) AS c WHERE v >= c) AND rfm_score(v, cuts, false) = 1 + (SELECT count(*) FROM unnest(cuts) AS c WHERE v <= c)
    AND rfm_score(v::float8, cuts, true) = rfm_score(v, cuts, true)) AS equal
FROM rfm_sample, LATERAL (SELECT n AS v) AS e, (VALUES ('{0}'::numeric[]), ('{-1.4286,0.1429,1,3.0000,5}'), ('{-1e30,1e-20,1e30}')) AS c (cuts) WHERE n IS NOT NULL;
SELECT count(*) AS rows, count(*) FILTER (WHERE rfm_score(s, c, true) = rfm_score(s::numeric, c, true) AND rfm_score(i, c, true) = rfm_score(i::numeric, c, true) AND rfm_score(b, c, true) = rfm_score(b::numeric, c, true)) AS equal
FROM rfm_sample, (VALUES ('{0,7,12,2000000000000000000}'::numeric[])) AS e (c) WHERE s IS NOT NULL AND i IS NOT NULL AND b IS NOT NULL;
-- the values that are the first to reach each score tell the scores of all
SELECT bins, count(*) AS rows, count(*) FILTER (WHERE score = 1 + (SELECT count(*) FROM unnest(_rfm_cut_places(times, bins)) AS place WHERE n >= numbers[place])) AS same
FROM (SELECT n, bins, rfm_score(n, bins, true) OVER (PARTITION BY bins) AS score FROM rfm_sample, unnest('{2,5,7,100}'::integer[]) AS bins WHERE n IS NOT NULL) AS scored,
    (SELECT array_agg(n ORDER BY n) AS numbers, array_agg(times ORDER BY n) AS times FROM (SELECT n, count(*) AS times FROM rfm_sample WHERE n IS NOT NULL GROUP BY n) AS equals) AS all_of_them
GROUP BY bins ORDER BY bins;
SELECT times, _rfm_cut_places(times, 5) AS places FROM (VALUES ('{}'::bigint[]), ('{1}'), ('{9}'), ('{1,1}'), ('{7,1,1,1}'), ('{1,6}'), ('{1,1,1,1,1}')) AS e (times);

-- the laws
SELECT matrix.check_window(format('rfm_score(%%s, %s)', options), v, 'rfm_sample') FROM unnest(ARRAY['5, true', '7, false']) AS options, unnest(string_to_array('s i b n x r d', ' ')) AS v;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT rfm_score(1, 1, true) OVER ()$$,
    $$SELECT rfm_score(1, 1001, true) OVER ()$$,
    $$SELECT rfm_score('NaN'::numeric, 5, true) OVER ()$$,
    $$SELECT rfm_score('Infinity'::float8, 5, true) OVER ()$$,
    $$SELECT rfm_score(v, v, true) OVER () FROM (VALUES (5), (6)) AS e (v)$$,
    $$SELECT rfm_score(v, 5, v > 5) OVER () FROM (VALUES (5), (6)) AS e (v)$$,
    $$SELECT rfm_score(1, '{}'::numeric[], true)$$,
    $$SELECT rfm_score(1, '{2,2.0}'::numeric[], true)$$,
    $$SELECT rfm_score(1, '{3,2}'::numeric[], true)$$,
    $$SELECT rfm_score(1, '{3,NULL}'::numeric[], true)$$,
    $$SELECT rfm_score(1, '{3,NaN}'::numeric[], true)$$,
    $$SELECT rfm_score(1, '{{3},{4}}'::numeric[], true)$$,
    $$SELECT rfm_score('NaN'::float8, '{3}'::numeric[], true)$$,
    $$SELECT rfm_score(1, ARRAY(SELECT generate_series(1, 1000))::numeric[], true)$$,
    $$SELECT rfm_score(1, '{3}'::numeric[], true) OVER ()$$,
    $$SELECT rfm_segment(0, 1, 1)$$,
    $$SELECT rfm_segment(6, 1, 1)$$,
    $$SELECT rfm_segment(1, 5, 1, bins => 4)$$,
    $$SELECT rfm_segment(1, 1, 0, 4)$$,
    $$SELECT rfm_segment(1, 1, 1, 1)$$,
    $$SELECT rfm_segment(1, 1, 1, 1001)$$);
SELECT rfm_score(NULL::int, '{3}'::numeric[], true), rfm_score(1, NULL::numeric[], true), rfm_score(1, '{3}'::numeric[], NULL);
SELECT rfm_score(v, NULL::integer, true) OVER (), rfm_score(v, 5, NULL) OVER () FROM (VALUES (1), (2)) AS e (v);
