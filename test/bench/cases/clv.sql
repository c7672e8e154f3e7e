-- Forecasts: customers simulated from BG/NBD and Gamma-Gamma, at the parameters that are published for CDNOW, in days, over 189 to 273 days.
-- The built-in of each line goes over the same rows and does a little arithmetic; ratios to it are the limits.

--@ default_rows 1000000

--@ table clv_customers
CREATE UNLOGGED TABLE clv_customers AS
WITH RECURSIVE uniform AS (
    SELECT i AS id, 189 + draw(i, 61, 85)::integer AS age,
           -- a rate ~ Gamma(.243, 30.9), a dropout ~ Beta(.793, 2.426): near enough, by powers of uniform numbers
           power((1 + draw(i, 62, 999999)) / 1e6, 1 / .243) * -ln((1 + draw(i, 63, 999999)) / 1e6) / 30.9 AS rate,
           1 - power((1 + draw(i, 64, 999999)) / 1e6, 1 / 2.426) AS dropout
    FROM generate_series(1, :rows) AS i
), purchases AS (
    SELECT id, age, rate, dropout, 0 AS frequency, 0::double precision AS recency, -ln((1 + draw(id, 100, 999999)) / 1e6) / rate AS next FROM uniform
    UNION ALL
    SELECT id, age, rate, dropout, frequency + 1, ceil(next),
           CASE WHEN draw(id, 300 + frequency, 1000000) / 1e6 < dropout THEN 1e9 ELSE ceil(next) - ln((1 + draw(id, 101 + frequency, 999999)) / 1e6) / rate END
    FROM purchases WHERE ceil(next) <= age AND frequency < 120
)
SELECT id, frequency::bigint, recency, age::double precision,
       CASE WHEN frequency > 0 THEN round((5 + 60 * power((1 + draw(id, 65, 99999)) / 1e5, 2))::numeric, 2)::double precision ELSE 0 END AS monetary_value
FROM (SELECT DISTINCT ON (id) id, frequency, recency, age FROM purchases ORDER BY id, frequency DESC) AS last;

--@ table clv_models
CREATE UNLOGGED TABLE clv_models AS
SELECT bg_nbd_fit(frequency, recency, age) AS bg, mbg_nbd_fit(frequency, recency, age) AS mbg, pareto_nbd_fit(frequency, recency, age) AS pareto,
       gamma_gamma_fit(frequency, monetary_value) AS spend FROM clv_customers;

--@ table clv_ledger
CREATE UNLOGGED TABLE clv_ledger AS
SELECT ledger_agg(id, day, amount) AS ledger FROM (
    SELECT id, date '2024-01-01' - age::integer + CASE WHEN frequency = 0 THEN 0 ELSE (recency * k / frequency)::integer END AS day,
           CASE WHEN k = 0 THEN 20 ELSE monetary_value END::numeric(12,2) AS amount
    FROM clv_customers, generate_series(0, frequency) AS k) AS orders;

--@ table clv_ledger_models
CREATE UNLOGGED TABLE clv_ledger_models AS
SELECT bg_nbd_fit(ledger, '2024-01-01') AS bg, gamma_gamma_fit(ledger, '2024-01-01') AS spend FROM clv_ledger;

--@ case bg_nbd_fit(frequency, recency, age)
--@ limit 8
--@ ours
SELECT (bg_nbd_fit(frequency, recency, age)).converged FROM clv_customers
--@ built-in
SELECT corr(frequency + recency, age) IS NOT NULL FROM clv_customers
--@ plain
SELECT count(*) > 0 FROM (SELECT count(*) FROM clv_customers GROUP BY frequency, recency, age) AS triples

--@ case mbg_nbd_fit(frequency, recency, age)
--@ limit 8
--@ ours
SELECT (mbg_nbd_fit(frequency, recency, age)).converged FROM clv_customers
--@ built-in
SELECT corr(frequency + recency, age) IS NOT NULL FROM clv_customers

--@ case pareto_nbd_fit(frequency, recency, age)
--@ limit 30
--@ ours
SELECT (pareto_nbd_fit(frequency, recency, age)).converged FROM clv_customers
--@ built-in
SELECT corr(frequency + recency, age) IS NOT NULL FROM clv_customers

--@ case gamma_gamma_fit(frequency, monetary_value)
--@ limit 5
--@ ours
SELECT (gamma_gamma_fit(frequency, monetary_value)).converged FROM clv_customers
--@ built-in
SELECT corr(frequency, monetary_value) IS NOT NULL FROM clv_customers

--@ case p_alive(bg_nbd_model, ...)
--@ limit 5
--@ ours
SELECT sum(p_alive(bg, frequency, recency, age)) > 0 FROM clv_customers, clv_models
--@ built-in
SELECT corr(frequency + recency, age) IS NOT NULL FROM clv_customers

--@ case expected_purchases(bg_nbd_model, 273, ...)
--@ limit 12
--@ ours
SELECT sum(expected_purchases(bg, 273, frequency, recency, age)) > 0 FROM clv_customers, clv_models
--@ built-in
SELECT corr(frequency + recency, age) IS NOT NULL FROM clv_customers

--@ case p_alive(pareto_nbd_model, ...)
--@ limit 12
--@ ours
SELECT sum(p_alive(pareto, frequency, recency, age)) > 0 FROM clv_customers, clv_models
--@ built-in
SELECT corr(frequency + recency, age) IS NOT NULL FROM clv_customers

--@ case expected_purchases(pareto_nbd_model, 273, ...)
--@ limit 12
--@ ours
SELECT sum(expected_purchases(pareto, 273, frequency, recency, age)) > 0 FROM clv_customers, clv_models
--@ built-in
SELECT corr(frequency + recency, age) IS NOT NULL FROM clv_customers

--@ case expected_value(gamma_gamma_model, ...)
--@ limit 5
--@ ours
SELECT sum(expected_value(spend, frequency, monetary_value)) > 0 FROM clv_customers, clv_models
--@ built-in
SELECT corr(frequency, monetary_value) IS NOT NULL FROM clv_customers

-- one row per customer out of a stored ledger: the summary, and all that the models say of it
--@ case clv_forecast from a stored ledger, to rfm_summary
--@ limit 4
--@ ours
SELECT count(*) FROM clv_ledger, clv_ledger_models, clv_forecast(ledger, bg, spend, 273, 0.0004, NULL::bigint, '2024-01-01') WHERE clv IS NOT NULL
--@ built-in
SELECT count(*) FROM clv_ledger, rfm_summary(ledger, NULL::bigint, '2024-01-01') WHERE monetary_value IS NOT NULL
