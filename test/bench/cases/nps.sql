-- Surveys.

--@ table answers
CREATE UNLOGGED TABLE answers AS
SELECT draw(i, 1, 11)::integer AS score, draw(i, 2, 10) < 7 AS was_active, draw(i, 3, 10) < 6 AS is_active
FROM generate_series(1, :rows) AS i;

-- a thousand days, in order, in four equal shares
--@ table answers_by_day
CREATE UNLOGGED TABLE answers_by_day AS
SELECT date '2022-01-01' + (i * 1000 / (:rows / 5))::integer AS day, (i % 4)::integer AS share, draw(i, 4, 11)::integer AS score
FROM generate_series(0::bigint, :rows / 5 - 1) AS i;

--@ table few_answers_by_day
CREATE UNLOGGED TABLE few_answers_by_day AS
SELECT date '2022-01-01' + (i / 10)::integer AS day, draw(i, 5, 11)::integer AS score
FROM generate_series(0, 9999) AS i;
CREATE INDEX ON few_answers_by_day (day) INCLUDE (score);

--@ table stored_answers
CREATE UNLOGGED TABLE stored_answers AS
SELECT nps_agg(draw(i, 1, 11)::integer) AS state FROM generate_series(1, :rows) AS i GROUP BY i % 100000;

--@ case nps(score)
--@ limit 1.15
--@ ours
SELECT nps(score) FROM answers
--@ built-in
SELECT avg(score::integer) FROM answers
--@ plain
SELECT 100.0 * (count(*) FILTER (WHERE score >= 9) - count(*) FILTER (WHERE score < 7)) / NULLIF(count(score), 0) FROM answers

--@ case csat(score, 4)
--@ ours
SELECT csat(score, 4) FROM answers
--@ built-in
SELECT avg(score::integer) FROM answers
--@ plain
SELECT 100.0 * count(*) FILTER (WHERE score >= 4) / NULLIF(count(score), 0) FROM answers

--@ case moving nps, window of :days of 1,000 days
--@ rows :rows / 5
--@ for days in 10, 100, 1000
--@ growth 1.5
--@ ours
SELECT count(moving), sum(moving)
FROM (SELECT nps(score) OVER (ORDER BY day RANGE BETWEEN make_interval(days => :days - 1) PRECEDING AND CURRENT ROW) AS moving FROM answers_by_day) AS days
--@ built-in
SELECT count(moving), sum(moving)
FROM (SELECT avg(score) OVER (ORDER BY day RANGE BETWEEN make_interval(days => :days - 1) PRECEDING AND CURRENT ROW) AS moving FROM answers_by_day) AS days
--@ plain
SELECT count(moving), sum(moving)
FROM (SELECT 100.0 * sum((score >= 9)::integer - (score < 7)::integer) OVER frame / count(score) OVER frame AS moving FROM answers_by_day
      WINDOW frame AS (ORDER BY day RANGE BETWEEN make_interval(days => :days - 1) PRECEDING AND CURRENT ROW)) AS days

--@ case moving nps, 30 days, :shares x rows per day
--@ rows :rows / 20 * :shares
--@ for shares in 1, 2, 4
--@ growth 1.5
--@ ours
SELECT count(moving), sum(moving)
FROM (SELECT nps(score) OVER (ORDER BY day RANGE BETWEEN '29 days' PRECEDING AND CURRENT ROW) AS moving FROM answers_by_day WHERE share < :shares) AS days
--@ built-in
SELECT count(moving), sum(moving)
FROM (SELECT avg(score) OVER (ORDER BY day RANGE BETWEEN '29 days' PRECEDING AND CURRENT ROW) AS moving FROM answers_by_day WHERE share < :shares) AS days

--@ case moving nps, 10,000 rows, to correlated subquery
--@ rows 10000
--@ ours
SELECT count(moving), sum(moving)
FROM (SELECT nps(score) OVER (ORDER BY day RANGE BETWEEN '29 days' PRECEDING AND CURRENT ROW) AS moving FROM few_answers_by_day) AS days
--@ plain
SELECT count(moving), sum(moving)
FROM (SELECT (SELECT 100.0 * (count(*) FILTER (WHERE earlier.score >= 9) - count(*) FILTER (WHERE earlier.score < 7)) / count(*)
              FROM few_answers_by_day AS earlier WHERE earlier.day BETWEEN answer.day - 29 AND answer.day) AS moving
      FROM few_answers_by_day AS answer) AS days

--@ case nps(rollup(state)) of 100,000 states
--@ rows 100000
--@ ours
SELECT nps(rollup(state)) FROM stored_answers
--@ plain
SELECT 100.0 * (count(*) FILTER (WHERE score >= 9) - count(*) FILTER (WHERE score < 7)) / NULLIF(count(score), 0) FROM answers
