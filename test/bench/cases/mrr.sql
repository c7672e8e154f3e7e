-- Subscriptions of 300,000 customers over 60 months: a quarter still run, the others lasted up to two years; they bill monthly,
-- quarterly or yearly.

--@ default_rows 1000000

--@ table subscriptions
CREATE UNLOGGED TABLE subscriptions AS
SELECT customer, daterange(start, CASE WHEN draw(i, 31, 4) > 0 THEN start + 1 + draw(i, 32, 730)::integer END) AS period,
       (ARRAY[9.99, 29, 49.90, 499, 99])[plan]::numeric(12,2) AS amount, (ARRAY['1 month', '1 month', '1 month', '1 year', '3 months'])[plan]::interval AS every
FROM (SELECT i, draw(i, 33, 300000) AS customer, date '2019-01-01' + draw(i, 34, 1826)::integer AS start, 1 + draw(i, 35, 5)::integer AS plan FROM generate_series(1::bigint, :rows) AS i) AS rows;

--@ table stored_subscriptions
CREATE UNLOGGED TABLE stored_subscriptions AS SELECT mrr_agg(customer, period, amount, every) AS m FROM subscriptions;

--@ case mrr(amount, every)
--@ ours
SELECT mrr(amount, every) FROM subscriptions
--@ built-in
SELECT sum(amount) FROM subscriptions
--@ plain
SELECT sum(round(amount / (extract(year FROM every) * 12 + extract(month FROM every)), 8)) FROM subscriptions

-- the usual query has a row for each customer and month
--@ case mrr_movements by month, from the table, to a spine of dates
--@ limit_plain 0.05
--@ ours
SELECT count(*), sum(new_mrr), sum(reactivation), sum(expansion), sum(contraction), sum(churn), sum(end_mrr), sum(new_customers), sum(reactivated_customers), sum(churned_customers), sum(end_customers)
FROM (SELECT mrr_agg(customer, period, amount, every) AS m FROM subscriptions) AS base, mrr_movements(m, '1 month', '2019-01-01', '2024-01-01')
--@ plain
WITH months AS MATERIALIZED (
    SELECT start::date, (start + interval '1 month')::date AS stop FROM generate_series(timestamp '2019-01-01', timestamp '2023-12-01', interval '1 month') AS start),
monthly AS MATERIALIZED (
    SELECT customer, lower(period) AS day, coalesce(upper(period), 'infinity') AS behind, round(amount / (extract(year FROM every) * 12 + extract(month FROM every)), 8) AS amount FROM subscriptions),
paying AS MATERIALIZED (
    SELECT customer, start, stop, sum(amount) AS mrr FROM monthly JOIN months ON day < stop AND behind >= stop GROUP BY customer, start, stop),
first AS (SELECT customer, min(day) AS day FROM monthly GROUP BY customer),
moves AS (
    SELECT coalesce(now.customer, before.customer) AS customer, coalesce(now.start, before.stop) AS start, coalesce(before.mrr, 0) AS start_mrr, coalesce(now.mrr, 0) AS end_mrr
    FROM paying AS now FULL JOIN paying AS before ON before.customer = now.customer AND before.stop = now.start),
named AS (
    SELECT start, end_mrr, end_mrr - start_mrr AS change,
           CASE WHEN start_mrr = 0 AND day >= start THEN 'new' WHEN start_mrr = 0 THEN 'reactivation' WHEN end_mrr = 0 THEN 'churn' WHEN end_mrr > start_mrr THEN 'expansion' ELSE 'contraction' END AS movement
    FROM moves JOIN first USING (customer) WHERE start < '2024-01-01')
SELECT count(DISTINCT start), sum(change) FILTER (WHERE movement = 'new'), sum(change) FILTER (WHERE movement = 'reactivation'), sum(change) FILTER (WHERE movement = 'expansion'),
       sum(change) FILTER (WHERE movement = 'contraction'), sum(change) FILTER (WHERE movement = 'churn'), sum(end_mrr), count(*) FILTER (WHERE movement = 'new')::numeric,
       count(*) FILTER (WHERE movement = 'reactivation')::numeric, count(*) FILTER (WHERE movement = 'churn')::numeric, count(*) FILTER (WHERE end_mrr > 0)::numeric FROM named

-- the built-in of these lines is to build the ledger again
--@ case mrr_movements by week, from a stored ledger, to building it
--@ limit 0.5
--@ ours
SELECT count(*) > 0 FROM stored_subscriptions, mrr_movements(m, '1 week')
--@ built-in
SELECT customers_count(mrr_agg(customer, period, amount, every)) > 0 FROM subscriptions

--@ case mrr_cohorts by month, from a stored ledger, to building it
--@ limit 0.5
--@ ours
SELECT count(*) > 0 FROM stored_subscriptions, mrr_cohorts(m)
--@ built-in
SELECT customers_count(mrr_agg(customer, period, amount, every)) > 0 FROM subscriptions

--@ case size of a stored ledger of subscriptions
--@ limit 16
--@ size
SELECT pg_column_size(m) FROM stored_subscriptions
