-- Churn, over the table `answers` of the family nps.

--@ case churn_rate(was_active, is_active)
--@ limit 1.15
--@ ours
SELECT churn_rate(was_active, is_active) FROM answers
--@ built-in
SELECT avg(score::integer) FROM answers
--@ plain
SELECT 100.0 * count(*) FILTER (WHERE was_active AND NOT is_active) / NULLIF(count(*) FILTER (WHERE was_active), 0) FROM answers
