-- Survival: Kaplan-Meier.
\pset format unaligned
SELECT km_mean(state, horizon => 5) AS to_5, km_mean(state), km_hazard_mean(state), km_median(state), km_survival(state, 2), km_survival(state, 1.999), state
FROM (SELECT km_agg(duration, churned) FROM (VALUES (1, true), (2, true), (3, false), (4, true), (5, false)) AS customers (duration, churned)) AS s (state);
SELECT t, at_risk, events, round(survival::numeric, 4) AS survival, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper
FROM km_curve('(version:1,duration:1,churned:1,censored:0,entered:0,duration:2,churned:1,censored:0,entered:0,duration:3,churned:0,censored:1,entered:0,duration:4,churned:1,censored:0,entered:0,duration:5,churned:0,censored:1,entered:0)');

-- Remissions of leukaemia patients in weeks: E. J. Freireich et al., Blood 21 (1963) 699-716. The bounds are what Stata's sts list prints
-- (G. Rodriguez, The Gehan survival data, Princeton University).
CREATE TABLE remission (drug text, weeks int, relapsed boolean);
INSERT INTO remission SELECT '6-MP', unnest('{6,6,6,7,10,13,16,22,23}'::int[]), true;
INSERT INTO remission SELECT '6-MP', unnest('{6,9,10,11,17,19,20,25,32,32,34,35}'::int[]), false;
INSERT INTO remission SELECT 'placebo', unnest('{1,1,2,2,3,4,4,5,5,8,8,8,8,11,11,12,12,15,17,22,23}'::int[]), true;
SELECT drug, t, at_risk, events, round(survival::numeric, 4) AS survival, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper
FROM (SELECT drug, km_agg(weeks, relapsed) FROM remission GROUP BY drug) AS drugs (drug, state), km_curve(state) ORDER BY drug, t;
-- published: medians 23 and 8, weeks / relapses 359 / 9 and 182 / 21
SELECT drug, km_median(state), round(km_hazard_mean(state)::numeric, 4) AS hazard, round(km_mean(state)::numeric, 4) AS mean, round(km_mean(state, 20)::numeric, 4) AS to_20
FROM (SELECT drug, km_agg(weeks, relapsed) FROM remission GROUP BY drug) AS drugs (drug, state) ORDER BY drug;

-- Missions of the United Nations in months: J. M. Box-Steffensmeier, B. S. Jones, Event History Modeling (2004); the table that Stata
-- prints for it (B. Jones, Software tutorial, University of California, Davis), row for row
CREATE TABLE mission (t int, at_risk int, events int, lost int, survival numeric, lower numeric, upper numeric);
COPY mission FROM stdin DELIMITER ' ';
2 54 1 0 0.9815 0.8757 0.9974
4 53 1 0 0.9630 0.8599 0.9906
5 52 2 0 0.9259 0.8146 0.9715
7 50 3 0 0.8704 0.7472 0.9360
10 47 1 0 0.8519 0.7255 0.9230
11 46 1 0 0.8333 0.7042 0.9096
12 45 2 0 0.7963 0.6624 0.8816
13 43 1 1 0.7778 0.6420 0.8672
15 41 2 0 0.7398 0.6005 0.8369
16 39 1 1 0.7209 0.5802 0.8214
18 37 1 0 0.7014 0.5594 0.8053
19 36 1 0 0.6819 0.5389 0.7889
21 35 1 0 0.6624 0.5186 0.7723
23 34 2 1 0.6235 0.4789 0.7385
25 31 3 1 0.5631 0.4185 0.6848
26 27 1 0 0.5423 0.3980 0.6660
28 26 1 0 0.5214 0.3777 0.6469
29 25 1 1 0.5005 0.3577 0.6276
30 23 2 0 0.4570 0.3164 0.5870
31 21 1 0 0.4353 0.2962 0.5663
34 20 1 0 0.4135 0.2764 0.5453
46 19 3 0 0.3482 0.2189 0.4807
48 16 2 0 0.3047 0.1823 0.4362
49 14 1 0 0.2829 0.1645 0.4134
59 13 0 1 0.2829 0.1645 0.4134
66 12 1 0 0.2593 0.1453 0.3890
70 11 1 0 0.2358 0.1266 0.3642
71 10 0 1 0.2358 0.1266 0.3642
99 9 0 1 0.2358 0.1266 0.3642
127 8 0 2 0.2358 0.1266 0.3642
128 6 1 0 0.1965 0.0912 0.3310
284 5 0 1 0.1965 0.0912 0.3310
319 4 0 1 0.1965 0.0912 0.3310
452 3 0 1 0.1965 0.0912 0.3310
634 2 0 1 0.1965 0.0912 0.3310
641 1 0 1 0.1965 0.0912 0.3310
\.
SELECT count(*) AS steps, count(*) FILTER (WHERE row(m.at_risk, m.events, m.survival, m.lower, m.upper)
    = row(c.at_risk, c.events, round(c.survival::numeric, 4), round(c.lower::numeric, 4), round(c.upper::numeric, 4))) AS equal
FROM km_curve((SELECT km_agg(t, churned) FROM mission, LATERAL (SELECT true FROM generate_series(1, events) UNION ALL SELECT false FROM generate_series(1, lost)) AS e (churned))) AS c
FULL JOIN mission AS m ON m.t = c.t WHERE m.events > 0 OR m.t IS NULL;

-- edges: nobody, all churned, nobody churned, at once, ties of churned and censored, what is behind the end
\pset null NULL
SELECT name, km_survival(s, 3), km_survival(s, 100), km_median(s), km_mean(s), km_mean(s, 3), km_mean(s, 100), km_hazard_mean(s), (SELECT string_agg(format('%s/%s', events, at_risk), ' ' ORDER BY t) FROM km_curve(s)) AS steps
FROM (VALUES ('nobody', 'empty'::km_state), ('all churned', (SELECT km_agg(d, true) FROM generate_series(1, 5) AS d)), ('nobody churned', (SELECT km_agg(d, false) FROM generate_series(1, 5) AS d)),
             ('at once', _km_state_add('empty', 0, true)), ('never seen again', _km_state_add('empty', 0, false)), ('ties', (SELECT km_agg(d, c) FROM (VALUES (2, true), (2, false), (2, true), (5, true)) AS v (d, c)))) AS bases (name, s);
SELECT lower, upper FROM km_curve(_km_state_add('empty', 7, true));
SELECT km_agg(d, c) FROM (VALUES (1, NULL), (NULL, true), ('-0'::float8, false), (0, true)) AS v (d, c);
-- the median at a survival of exactly one half whose factors no double holds: (1 - 3/21) (1 - 5/12)
SELECT km_median(km_agg(d, c)) FROM (SELECT 1, true FROM generate_series(1, 3) UNION ALL SELECT 1, false FROM generate_series(1, 6) UNION ALL SELECT 2, true FROM generate_series(1, 5) UNION ALL SELECT 3, false FROM generate_series(1, 7)) AS v (d, c);

-- against plain SQL: the product over event times as a sum of logarithms
CALL matrix.make('km_sample', $$
    SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' + (id / 40)::int AS day,
           CASE WHEN matrix.random(id, 2, 12) > 0 THEN matrix.random(id, 3, 30)::double precision / 4 END AS duration,
           CASE WHEN matrix.random(id, 4, 12) > 0 THEN matrix.random(id, 5, 3) > 0 END AS churned
    FROM generate_series(1, 4000) AS id $$);
WITH per AS (
    SELECT day, duration, count(*) FILTER (WHERE churned) AS events,
           sum(count(*)) OVER (PARTITION BY day ORDER BY duration DESC) AS at_risk
    FROM km_sample WHERE duration IS NOT NULL AND churned IS NOT NULL GROUP BY day, duration
), curve AS (
    SELECT *, CASE WHEN bool_or(at_risk = events) OVER upto THEN 0 ELSE exp(sum(ln((at_risk - events) / nullif(at_risk, events)::float8)) OVER upto) END AS survival,
           sum(events / at_risk / nullif(at_risk - events, 0)::float8) OVER upto AS greenwood
    FROM per WINDOW upto AS (PARTITION BY day ORDER BY duration)
), ours AS (SELECT day, km_agg(duration, churned) AS state FROM km_sample GROUP BY day),
steps AS (SELECT day, c.* FROM ours, km_curve(state, 0.9) AS c)
SELECT count(*) AS steps, count(*) FILTER (WHERE steps.events = curve.events AND steps.at_risk = curve.at_risk AND abs(steps.survival - curve.survival) < 1e-12
    AND (curve.survival = 0 OR abs(steps.lower - curve.survival ^ exp(1.6448536269514722 * sqrt(greenwood) / -ln(curve.survival))) < 1e-9)
    AND (curve.survival = 0 OR abs(steps.upper - curve.survival ^ exp(-1.6448536269514722 * sqrt(greenwood) / -ln(curve.survival))) < 1e-9)
    AND (curve.survival > 0) = (steps.lower IS NOT NULL)) AS equal
FROM (SELECT * FROM curve WHERE events > 0) AS curve FULL JOIN steps ON steps.day = curve.day AND steps.t = curve.duration;
-- and with it survival, median, means: areas of the steps
WITH ours AS (SELECT day, km_agg(duration, churned) AS state, max(duration) FILTER (WHERE churned IS NOT NULL) AS longest, sum(duration) FILTER (WHERE churned IS NOT NULL) AS total, count(*) FILTER (WHERE churned AND duration IS NOT NULL) AS events FROM km_sample GROUP BY day),
steps AS (SELECT day, longest, t, survival, lead(t, 1, longest) OVER (PARTITION BY day ORDER BY t) AS next FROM ours, LATERAL (SELECT 0::float8, 1::float8 UNION ALL SELECT t, survival FROM km_curve(state) WHERE t > 0) AS s (t, survival)),
areas AS (SELECT day, sum(survival * (next - t)) AS area, sum(survival * greatest(least(next, 3.1) - t, 0)) AS area_to_3_1, min(t) FILTER (WHERE survival <= 0.5000000001) AS median, min(survival) FILTER (WHERE t <= 3.1) AS survival FROM steps GROUP BY day)
SELECT count(*) AS groups, count(*) FILTER (WHERE abs(km_mean(state) - area) < 1e-9 AND abs(km_mean(state, 3.1) - area_to_3_1) < 1e-9 AND km_median(state) IS NOT DISTINCT FROM median
    AND abs(km_survival(state, 3.1) - survival) < 1e-12 AND abs(km_hazard_mean(state) - total / nullif(events, 0)) < 1e-9 AND km_mean(state, longest) = km_mean(state)) AS equal
FROM ours JOIN areas USING (day) WHERE events > 0 AND NOT EXISTS (SELECT FROM km_curve(state) WHERE t = 0);

-- left truncation: at risk of churn are those who entered before; the same product over risk sets that are counted one by one
SELECT t, at_risk, events, round(survival::numeric, 4) AS survival FROM km_curve((SELECT km_agg(entry, duration, churned) FROM (VALUES (0, 2, true), (0, 6, false), (1, 3, true), (2, 5, true), (4, 8, true), (3, 3.5, false)) AS known (entry, duration, churned)));
SELECT km_agg(entry, duration, churned) AS state, km_agg(0, duration, churned)::text = km_agg(duration, churned)::text AS none_is_0, km_hazard_mean(km_agg(entry, duration, churned)) AS hazard FROM (VALUES (2, 3, true), (0, 3, false), (3, 4, false), (NULL, 1, true)) AS known (entry, duration, churned);
CALL matrix.make('km_known', $$ SELECT id, part, day, churned, entry, CASE WHEN entry > 0 THEN entry + 0.25 + duration ELSE duration END AS duration
    FROM (SELECT *, greatest(0, matrix.random(id, 6, 20) - 10) / 4.0::double precision AS entry FROM km_sample) AS s $$);
WITH known AS (SELECT * FROM km_known WHERE duration IS NOT NULL AND churned IS NOT NULL), risk AS (
    SELECT day, e.duration, count(*) AS at_risk, count(*) FILTER (WHERE k.duration = e.duration AND k.churned) AS events
    FROM (SELECT DISTINCT day, duration FROM known WHERE churned) AS e JOIN known AS k USING (day) WHERE k.duration >= e.duration AND (k.entry < e.duration OR k.entry = 0) GROUP BY day, e.duration
), curve AS (
    SELECT *, CASE WHEN bool_or(at_risk = events) OVER upto THEN 0 ELSE exp(sum(ln((at_risk - events) / nullif(at_risk, events)::float8)) OVER upto) END AS survival,
           sum(events / at_risk::numeric / nullif(at_risk - events, 0)::float8) OVER upto AS greenwood FROM risk WINDOW upto AS (PARTITION BY day ORDER BY duration)
), ours AS (SELECT day, km_agg(entry, duration, churned) AS state FROM km_known GROUP BY day), steps AS (SELECT day, c.* FROM ours, km_curve(state, 0.9) AS c)
SELECT count(*) AS steps, count(*) FILTER (WHERE steps.events = curve.events AND steps.at_risk = curve.at_risk AND abs(steps.survival - curve.survival) < 1e-12 AND (curve.survival > 0) = (steps.lower IS NOT NULL)
    AND (curve.survival = 0 OR abs(steps.lower - curve.survival ^ exp(1.6448536269514722 * sqrt(greenwood) / -ln(curve.survival))) < 1e-9)
    AND (curve.survival = 0 OR abs(steps.upper - curve.survival ^ exp(-1.6448536269514722 * sqrt(greenwood) / -ln(curve.survival))) < 1e-9)) AS equal,
    (SELECT count(*) FILTER (WHERE abs(km_hazard_mean(state) - watched) < 1e-9) FROM ours JOIN (SELECT day, sum(duration - entry) / count(*) FILTER (WHERE churned) AS watched FROM known GROUP BY day HAVING bool_or(churned)) AS w USING (day)) AS equal_hazards
FROM curve FULL JOIN steps ON steps.day = curve.day AND steps.t = curve.duration;
-- customers who are known from an age on make the curve too high where they count as if they had been watched before
SELECT round(km_survival(km_agg(duration, churned), 2)::numeric, 4) AS without_entry, round(km_survival(km_agg(entry, duration, churned), 2)::numeric, 4) AS with_entry FROM km_known;

-- the laws
SELECT matrix.check('km_agg(entry, duration, churned)', 'km_agg(entry, duration, churned)', '_km_state_finish', 'km_known', '{churned}');
SELECT matrix.check('km_agg(duration, churned)', 'km_agg(duration, churned)', '_km_state_finish', 'km_sample', '{duration}');
SELECT matrix.check('km_agg(duration, churned)', 'km_agg(duration, churned)', '_km_state_finish', 'km_sample', '{churned}');
-- thousands of durations, so that states grow and are put in order many times
CALL matrix.make('km_many', $$ SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' AS day, matrix.random(id, 3, 20000) / 1000.0 AS duration, matrix.random(id, 5, 3) > 0 AS churned FROM generate_series(1, 30000) AS id $$);
SELECT matrix.check('km_agg(duration, churned)', 'km_agg(duration, churned)', '_km_state_finish', 'km_many', '{duration}');
SELECT (SELECT count(*) FROM km_many) = (SELECT at_risk FROM km_curve((SELECT km_agg(duration, churned) FROM km_many)) ORDER BY t LIMIT 1) AS all_there;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT km_agg(-1, true)$$,
    $$SELECT km_agg('NaN'::float8, true)$$,
    $$SELECT km_agg('Infinity'::float8, true)$$,
    $$SELECT km_agg(-1, 5, true)$$,
    $$SELECT km_agg('NaN', 5, true)$$,
    $$SELECT km_agg(5, 5, true)$$,
    $$SELECT km_agg(5, 4.5, true)$$,
    $$SELECT '(version:1,duration:1,churned:1,censored:0,entered:1)'::km_state$$,
    $$SELECT km_survival('empty', -1)$$,
    $$SELECT km_survival('empty', 'NaN')$$,
    $$SELECT km_mean('empty', -0.5)$$,
    $$SELECT km_mean('empty', 'Infinity')$$,
    $$SELECT km_curve('empty', 1)$$,
    $$SELECT km_curve('empty', confidence => 95)$$,
    $$SELECT '(version:1,duration:-1,churned:1,censored:0,entered:0)'::km_state$$,
    $$SELECT '(version:1,duration:1,churned:0,censored:0,entered:0)'::km_state$$,
    $$SELECT '(version:1,duration:1)'::km_state$$,
    $$SELECT km_median('(version:1,duration:1,churned:2305843009213693952,censored:1,entered:0)')$$,
    $$SELECT '(version:1,duration:1,churned:2305843009213693952,censored:0,entered:0)'::km_state || '(version:1,duration:1,churned:1,censored:0,entered:0)'$$,
    $$SELECT km_hazard_mean(km_agg(1.7e308, d = 1)) FROM generate_series(1, 9) AS d$$);
