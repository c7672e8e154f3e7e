-- Survival: durations in days of up to three years, and to the second.

--@ table durations
CREATE UNLOGGED TABLE durations AS
SELECT draw(i, 71, 1000)::double precision AS days, draw(i, 72, 86400000) / 86400.0::double precision AS exact_days, draw(i, 73, 3) > 0 AS churned
FROM generate_series(1, :rows) AS i;

--@ case km_median(km_agg(...)) of a thousand durations
--@ ours
SELECT km_median(km_agg(days, churned)) FROM durations
--@ built-in
SELECT avg(days) FROM durations
--@ plain
SELECT min(days) FROM (
    SELECT days, sum(ln((at_risk - events) / at_risk)) OVER (ORDER BY days) AS log_survival FROM (
        SELECT days, count(*) FILTER (WHERE churned) AS events, sum(count(*)) OVER (ORDER BY days DESC)::double precision AS at_risk FROM durations GROUP BY days) AS steps
    WHERE at_risk > events) AS curve WHERE log_survival <= ln(0.5)

--@ case km_median(km_agg(...)) of millions of durations
--@ ours
SELECT km_median(km_agg(exact_days, churned)) FROM durations
--@ built-in
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY exact_days) FROM durations
