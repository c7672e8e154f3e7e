-- Forecasts: fits, what models say, reports. Published figures on data are in test/unit and test/tap; here the formulas have twins in SQL.
\pset format unaligned
\pset null NULL
SET IntervalStyle = postgres;

-- figures of the papers, at given parameters
SELECT round(p_alive(m, 2, 30.43, 38.86)::numeric, 6) AS p_alive, round(expected_purchases(m, 39, 2, 30.43, 38.86)::numeric, 6) AS purchases,
       p_alive(m, 0, 0, 38.86) AS p_alive_of_none, round(expected_purchases(m, 39, 0, 0, 38.86)::numeric, 6) AS purchases_of_none,
       round(expected_purchases(m, 2, 10, 35, 39)::numeric, 10) AS purchases_2, round(purchase_count_probability(m, 10, 2)::numeric, 15) AS p_10,
       round(purchase_count_probability(m, 0, 39)::numeric, 10) AS p_0, round(residual_transactions(m, 0.0027, 2, 30.43, 38.86)::numeric, 6) AS residual
FROM (SELECT bg_nbd_model(.243, 4.414, .793, 2.426)) AS s (m);
SELECT array_agg(round(expected_purchases(pareto_nbd_model(.55, 10.56, .61, 11.64), t)::numeric, 8)) AS purchases,
       round(purchase_count_probability(pareto_nbd_model(.55, 10.56, .61, 11.64), 0, 39)::numeric, 9) AS p_0,
       round(residual_transactions(pareto_nbd_model(.5629966, 12.5590370, .4081095, 10.5148048), 0.0027, 7, 35, 77.86)::numeric, 8) AS residual FROM generate_series(1, 5) AS t;
SELECT round(expected_value(m, 2, 22.35)::numeric, 6) AS of_customer, round(expected_value(m, 0, 0)::numeric, 6) AS of_population, round((m).population_mean::numeric, 6) AS population_mean
FROM (SELECT gamma_gamma_model(6.25, 3.74, 15.44)) AS s (m);
SELECT round((m).alpha::numeric, 7) AS alpha, round((m).beta::numeric, 7) AS beta, round((m).gamma::numeric, 7) AS gamma, round((m).delta::numeric, 7) AS delta, round((m).log_likelihood::numeric, 6) AS log_likelihood,
       (m).customers, (m).converged, (m).at_boundary, round(expected_purchases(m, 10)::numeric, 5) AS purchases
FROM (SELECT bg_bb_fit(x, t, 6, donors) FROM (VALUES (0,0,3464),(1,1,1091),(1,2,277),(1,3,129),(1,4,78),(1,5,119),(1,6,129),(2,2,613),(2,3,255),(2,4,155),(2,5,173),(2,6,234),(3,3,322),(3,4,181),(3,5,225),
    (3,6,357),(4,4,240),(4,5,284),(4,6,512),(5,5,335),(5,6,728),(6,6,1203)) AS donations (x, t, donors)) AS s (m);
SELECT segment, round((m).alpha::numeric, 7) AS alpha, round((m).beta::numeric, 7) AS beta, round((m).log_likelihood::numeric, 6) AS log_likelihood,
       array(SELECT round(p_alive_at(m, t)::numeric, 3) FROM generate_series(8, 12) AS t) AS survival
FROM (SELECT segment, sbg_fit(year, lag - left_over, CASE year WHEN 7 THEN left_over ELSE 0 END) FROM (
        SELECT segment, year, left_over, lag(left_over, 1, 1000) OVER (PARTITION BY segment ORDER BY year)
        FROM (VALUES ('High End', '{869,743,653,593,551,517,491}'::int[]), ('Regular', '{631,468,382,326,289,262,241}')) AS cohorts (segment, counts), unnest(counts) WITH ORDINALITY AS u (left_over, year)) AS years
      GROUP BY segment) AS s (segment, m) ORDER BY segment;

-- customers in days with ties, NULLs, weights; some spend nothing
CALL matrix.make('clv_sample', $$
    SELECT id::int, part, date '2024-01-01' + (id / 9)::int AS day,
           CASE WHEN matrix.random(id, 9, 12) > 0 THEN x END AS x, CASE WHEN x = 0 THEN 0 ELSE least(t, x * gap - matrix.random(id, 3, 3))::float8 END AS tx, t::float8 AS t,
           CASE WHEN matrix.random(id, 4, 9) > 0 THEN 7.0 + matrix.random(id, 5, 4000) / 100.0 + matrix.random(id % 40, 6, 30) ELSE matrix.random(id, 5, 3) - 1 END::numeric AS m,
           (3.25 + matrix.random(id, 5, 50) + matrix.random(id % 40, 6, 70))::float8 AS d, matrix.random(id, 7, 3) AS w,
           least(x, n, leaves) AS bx, CASE WHEN x = 0 THEN 0 ELSE least(x, n) + matrix.random(id, 8, least(n, leaves) + 1 - least(x, n)) END AS bt, n, period,
           CASE WHEN period < 8 THEN 1 ELSE 0 END AS lost, CASE WHEN period < 8 THEN 0 ELSE 1 + matrix.random(id, 10, 2) END AS stayed
    -- customers of different rates drop out after none, few or many purchases; contracts end early or late
    FROM (SELECT *, least(leaves, (t / gap)::bigint) AS x FROM (
        SELECT id, matrix.random(id, 1, 3)::int AS part, 60 + matrix.random(id, 13, 90) AS t, 4 + matrix.random(id, 2, 60) * matrix.random(id, 2, 60) / 12 AS gap, ('{0,0,1,1,2,4,7,13,999,999}'::bigint[])[1 + matrix.random(id, 11, 10)] AS leaves,
               6 + matrix.random(id, 14, 2) AS n, ('{1,1,1,2,2,3,4,5,6,8,8,8}'::bigint[])[1 + matrix.random(id, 15, 12)] AS period FROM generate_series(1, 900) AS id) AS draws) AS customers
$$);
SELECT matrix.check(format('%s_fit(x, tx, t)', model), 'repeat_purchases_agg(x, tx, t)', model || '_fit', 'clv_sample', '{x}') FROM unnest('{bg_nbd,mbg_nbd,pareto_nbd}'::text[]) AS model;
SELECT matrix.check(format('%s_fit(x, tx, t, w)', model), 'repeat_purchases_agg(x, tx, t, w)', model || '_fit', 'clv_sample', '{t}') FROM unnest('{bg_nbd,mbg_nbd,pareto_nbd}'::text[]) AS model;
SELECT matrix.check('bg_bb_fit(bx, bt, n)', 'repeat_purchases_agg(bx, bt, n)', 'bg_bb_fit', 'clv_sample', '{n}');
SELECT matrix.check('bg_bb_fit(bx, bt, n, w)', 'repeat_purchases_agg(bx, bt, n, w)', 'bg_bb_fit', 'clv_sample', '{w}');
SELECT matrix.check(format('gamma_gamma_fit(x, %s)', value), format('repeat_spend_agg(x, %s)', value), 'gamma_gamma_fit', 'clv_sample', ARRAY[value]) FROM unnest('{m,d}'::text[]) AS value;
SELECT matrix.check(format('gamma_gamma_fit(x, %s, w)', value), format('repeat_spend_agg(x, %s, w)', value), 'gamma_gamma_fit', 'clv_sample', ARRAY[value]) FROM unnest('{m,d}'::text[]) AS value;
SELECT matrix.check('sbg_fit(period, lost, stayed)', 'renewals_agg(period, lost, stayed)', 'sbg_fit', 'clv_sample', '{period}');
SELECT matrix.check('sbg_fit(period, lost, stayed, w)', 'renewals_agg(period, lost, stayed, w)', 'sbg_fit', 'clv_sample', '{stayed}');

-- numeric and double precision are one; weights are rows; the state counts what was added
SELECT gamma_gamma_fit(x, m) = gamma_gamma_fit(x, m::float8) AS same_type, repeat_spend_agg(x, m)::text = repeat_spend_agg(x, m::float8)::text AS same_state,
       customers_count(repeat_spend_agg(x, m)) = count(*) FILTER (WHERE x > 0 AND m > 0) AS spenders, customers_count(repeat_purchases_agg(x, tx, t)) = count(x) AS customers,
       repeat_buyers(repeat_purchases_agg(x, tx, t, w)) = sum(w) FILTER (WHERE x > 0) AS buyers, customers_count(renewals_agg(period, lost, stayed)) = sum(lost + stayed) AS contracts FROM clv_sample;
SELECT bg_nbd_fit(x, tx, t, w)::text = (SELECT bg_nbd_fit(x, tx, t)::text FROM clv_sample, generate_series(1, w)) AS same_as_rows FROM clv_sample;

-- a frequency may come as a whole number of any type
SELECT type, bool_and(bg_nbd_fit::text = bg) AS bg, bool_and(gamma_gamma_fit::text = spend) AS spend, bool_and(bg_bb_fit::text = bg_bb) AS bg_bb
FROM (SELECT bg_nbd_fit(x, tx, t)::text AS bg, gamma_gamma_fit(x, m)::text AS spend, bg_bb_fit(bx, bt, n)::text AS bg_bb FROM clv_sample) AS twin, LATERAL (
    SELECT 'smallint' AS type, bg_nbd_fit(x::smallint, tx, t), gamma_gamma_fit(x::smallint, m), bg_bb_fit(bx::smallint, bt::smallint, n::smallint) FROM clv_sample
    UNION ALL SELECT 'integer', bg_nbd_fit(x::integer, tx, t), gamma_gamma_fit(x::integer, m), bg_bb_fit(bx::integer, bt::integer, n::integer) FROM clv_sample
    UNION ALL SELECT 'numeric', bg_nbd_fit(x::numeric(9, 1), tx, t), gamma_gamma_fit(x::numeric(9, 1), m), bg_bb_fit(bx::numeric(9, 1), bt::numeric, n::numeric) FROM clv_sample
    UNION ALL SELECT 'real', bg_nbd_fit(x::real, tx, t), gamma_gamma_fit(x::real, m), bg_bb_fit(bx::real, bt::real, n::real) FROM clv_sample
    UNION ALL SELECT 'double precision', bg_nbd_fit(x::double precision, tx, t), gamma_gamma_fit(x::double precision, m), bg_bb_fit(bx::double precision, bt::double precision, n::double precision) FROM clv_sample) AS of_type GROUP BY 1 ORDER BY 1;
SELECT p_alive(m, 2.0::double precision, 30, 38) = p_alive(m, 2, 30, 38) AS p_alive, expected_purchases(m, 39, 2.0, 30, 38) = expected_purchases(m, 39, 2, 30, 38) AS expected_purchases, p_alive(b, 2.0, 3.0, 6.0) = p_alive(b, 2, 3, 6) AS bg_bb,
       expected_value(s, 2.0, 20) = expected_value(s, 2, 20) AS expected_value FROM (SELECT bg_nbd_model(.243, 4.414, .793, 2.426), bg_bb_model(1, 2, 3, 4), gamma_gamma_model(6, 4, 15)) AS models (m, b, s);

-- The log-likelihood of a fit is that of the paper, by plain SQL; any other parameters are worse.
CREATE FUNCTION pg_temp.log_rising(z float8, n bigint) RETURNS float8 LANGUAGE sql AS $$ SELECT coalesce(sum(ln(z + i)), 0) FROM generate_series(0, n - 1) AS i $$;
CREATE FUNCTION pg_temp.log_gamma(z float8) RETURNS float8 LANGUAGE sql AS $$  -- Stirling's series
    SELECT (y - 0.5) * ln(y) - y + ln(2 * pi()) / 2 + 1 / (12 * y) - 1 / (360 * y ^ 3) + 1 / (1260 * y ^ 5) - pg_temp.log_rising(z, 20) FROM (SELECT z + 20) AS s (y) $$;
CREATE FUNCTION pg_temp.bg_nbd(r float8, alpha float8, a float8, b float8, first int) RETURNS float8 LANGUAGE sql AS $$
    SELECT sum(ways * (pg_temp.log_rising(r, x) + r * ln(alpha) + pg_temp.log_rising(b, x + first) - pg_temp.log_rising(a + b, x + first)
        + ln((alpha + t) ^ -(r + x) + CASE WHEN x + first > 0 THEN a / (b + x + first - 1) * (alpha + tx) ^ -(r + x) ELSE 0 END)))
    FROM (SELECT x, tx, t, count(*) AS ways FROM clv_sample WHERE x IS NOT NULL GROUP BY x, tx, t) AS rows $$;
CREATE FUNCTION pg_temp.pareto_nbd(r float8, alpha float8, s float8, beta float8) RETURNS float8 LANGUAGE sql AS $$  -- Simpson's rule over the time of the dropout
    SELECT sum(pg_temp.log_rising(r, x) + r * ln(alpha) + s * ln(beta) + ln((alpha + t) ^ -(r + x) * (beta + t) ^ -s + s * gone))
    FROM clv_sample, LATERAL (SELECT sum(CASE WHEN i IN (0, 400) THEN 1 WHEN i % 2 = 1 THEN 4 ELSE 2 END * (alpha + tx + i * (t - tx) / 400) ^ -(r + x) * (beta + tx + i * (t - tx) / 400) ^ -(s + 1)) * (t - tx) / 1200 FROM generate_series(0, 400) AS i) AS simpson (gone)
    WHERE x IS NOT NULL $$;
CREATE FUNCTION pg_temp.gamma_gamma(p float8, q float8, v float8) RETURNS float8 LANGUAGE sql AS $$
    SELECT sum(pg_temp.log_gamma(p * x + q) - pg_temp.log_gamma(p * x) - pg_temp.log_gamma(q) + q * ln(v) + (p * x - 1) * ln(d) + p * x * ln(x) - (p * x + q) * ln(x * d + v)) FROM clv_sample WHERE x > 0 $$;
CREATE TEMP TABLE fits AS SELECT bg_nbd_fit(x, tx, t) AS bg, mbg_nbd_fit(x, tx, t) AS mbg, pareto_nbd_fit(x, tx, t) AS pareto, gamma_gamma_fit(x, d) AS spend, bg_bb_fit(bx, bt, n) AS bg_bb, sbg_fit(period, lost, stayed) AS sbg FROM clv_sample;
SELECT abs((bg).log_likelihood - pg_temp.bg_nbd((bg).r, (bg).alpha, (bg).a, (bg).b, 0)) < 1e-6 AS bg_nbd, abs((mbg).log_likelihood - pg_temp.bg_nbd((mbg).r, (mbg).alpha, (mbg).a, (mbg).b, 1)) < 1e-6 AS mbg_nbd,
       abs((pareto).log_likelihood - pg_temp.pareto_nbd((pareto).r, (pareto).alpha, (pareto).s, (pareto).beta)) < 1e-4 AS pareto_nbd, abs((spend).log_likelihood - pg_temp.gamma_gamma((spend).p, (spend).q, (spend).v)) < 1e-6 AS gamma_gamma,
       (bg).converged AND (mbg).converged AND (pareto).converged AND (spend).converged AND (bg_bb).converged AND (sbg).converged AS converged FROM fits;
SELECT count(*) FILTER (WHERE pg_temp.bg_nbd((bg).r * f1, (bg).alpha * f2, (bg).a * f3, (bg).b * f4, 0) < (bg).log_likelihood) AS worse,
       count(*) FILTER (WHERE pg_temp.bg_nbd((mbg).r * f1, (mbg).alpha * f2, (mbg).a * f3, (mbg).b * f4, 1) < (mbg).log_likelihood) AS worse, count(*) AS tried
FROM fits, (VALUES (.99, 1, 1, 1), (1.01, 1, 1, 1), (1, .99, 1, 1), (1, 1.01, 1, 1), (1, 1, .98, 1), (1, 1, 1.02, 1), (1, 1, 1, .98), (1, 1, 1, 1.02), (1.01, 1.01, 1.01, 1.01)) AS factors (f1, f2, f3, f4);

-- What lies ahead, by the printed forms: Gauss's series, and integrals by the midpoint rule.
CREATE FUNCTION pg_temp.gauss(a float8, b float8, c float8, z float8) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE term float8 := 1; total float8 := 1;
BEGIN
    FOR n IN 0..2000 LOOP
        term := term * (a + n) * (b + n) / ((c + n) * (n + 1)) * z;
        total := total + term;
        EXIT WHEN term < total * 1e-17;
    END LOOP;
    RETURN total;
END $$;
CREATE TEMP TABLE customers AS SELECT x, tx, t, 10 + matrix.random(x * 1000 + t::bigint, 3, 200) AS horizon FROM (SELECT DISTINCT ON (x, t::int / 30) x, tx, t FROM clv_sample WHERE x IS NOT NULL ORDER BY x, t::int / 30, tx) AS picked;
CREATE TEMP VIEW ahead AS
SELECT c.*, f.*, (bg).r, (bg).alpha, (bg).a, (bg).b, CASE WHEN x = 0 THEN 1 ELSE 1 / (1 + (bg).a / ((bg).b + x - 1) * (((bg).alpha + t) / ((bg).alpha + tx)) ^ ((bg).r + x)) END AS alive FROM customers AS c, fits AS f;
SELECT count(*) > 30 AS enough, max(abs(p_alive(bg, x, tx, t) - alive)) < 1e-12 AS p_alive,
       max(abs(expected_purchases(bg, horizon, x, tx, t) / (alive * (a + b + x - 1) / (a - 1) * (1 - ((alpha + t) / (alpha + t + horizon)) ^ (r + x) * pg_temp.gauss(r + x, b + x, a + b + x - 1, horizon / (alpha + t + horizon)))) - 1)) < 1e-8 AS purchases,
       max(abs(p_no_purchase(bg, horizon, x, tx, t) - 1 + alive * (1 - ((alpha + t) / (alpha + t + horizon)) ^ (r + x)))) < 1e-12 AS p_no_purchase,
       max(abs(p_alive_at(bg, horizon, x, tx, t) - alive * pg_temp.gauss(r + x, b + x, a + b + x, horizon / (alpha + t + horizon)) * ((alpha + t) / (alpha + t + horizon)) ^ (r + x))) < 1e-10 AS p_alive_at,
       bool_and(p_alive_at(bg, 0, x, tx, t) = p_alive(bg, x, tx, t) AND expected_purchases(bg, 0, x, tx, t) = 0 AND abs(p_no_purchase(bg, 0, x, tx, t) - 1) < 1e-15) AS at_once,
       bool_and(p_alive_at(bg, horizon, x, tx, t) BETWEEN 0 AND p_alive(bg, x, tx, t)) AND bool_and(p_alive_at(bg, 2 * horizon, x, tx, t) < p_alive_at(bg, horizon, x, tx, t)) AS falls FROM ahead;
CREATE TEMP VIEW pareto_ahead AS
SELECT c.*, f.pareto, alive / (alive + gone) AS alive, (pareto).r, (pareto).alpha, (pareto).s, (pareto).beta FROM customers AS c, fits AS f,
    LATERAL (SELECT ((pareto).alpha + t) ^ -((pareto).r + x) * ((pareto).beta + t) ^ -(pareto).s,
                    (pareto).s * sum(((pareto).alpha + tx + u) ^ -((pareto).r + x) * ((pareto).beta + tx + u) ^ -((pareto).s + 1)) * (t - tx) / 2000 FROM generate_series(0.5, 1999.5) AS i, LATERAL (SELECT (i * (t - tx) / 2000)::float8) AS step (u)) AS y (alive, gone);
SELECT max(abs(p_alive(pareto, x, tx, t) - alive)) < 1e-5 AS p_alive, max(abs(p_alive_at(pareto, horizon, x, tx, t) - alive * ((beta + t) / (beta + t + horizon)) ^ s)) < 1e-5 AS p_alive_at,
       max(abs(expected_purchases(pareto, horizon, x, tx, t) / (alive * (r + x) * (beta + t) / ((alpha + t) * (s - 1)) * (1 - ((beta + t) / (beta + t + horizon)) ^ (s - 1))) - 1)) < 1e-4 AS purchases FROM pareto_ahead;
SELECT max(abs(total - 1)) < 1e-9 AS sum_of_probabilities, max(abs(mean / expected - 1)) < 1e-8 AS mean
FROM fits, LATERAL (SELECT sum(purchase_count_probability(bg, n, 50)), sum(n * purchase_count_probability(bg, n, 50)), expected_purchases(bg, 50) FROM generate_series(0, 300) AS n
    UNION ALL SELECT sum(purchase_count_probability(mbg, n, 50)), sum(n * purchase_count_probability(mbg, n, 50)), expected_purchases(mbg, 50) FROM generate_series(0, 300) AS n
    UNION ALL SELECT sum(purchase_count_probability(pareto, n, 50)), sum(n * purchase_count_probability(pareto, n, 50)), expected_purchases(pareto, 50) FROM generate_series(0, 300) AS n
    UNION ALL SELECT sum(purchase_count_probability(bg_bb, n, 7)), sum(n * purchase_count_probability(bg_bb, n, 7)), expected_purchases(bg_bb, 7) FROM generate_series(0, 8) AS n) AS sums (total, mean, expected);
-- value: the sum over units of time, and the limit of a continuous rate
SELECT max(abs(clv(bg, spend, 12.5, 0.01, x, tx, t, 20) / (expected_value(spend, x, 20) * (SELECT sum((expected_purchases(bg, least(k, 12.5), x, tx, t) - expected_purchases(bg, k - 1, x, tx, t)) * 1.01 ^ -least(k, 12.5)::float8) FROM generate_series(1, 13) AS k)) - 1)) < 1e-12 AS clv,
       max(abs(clv(pareto, spend, 50, 0, x, tx, t, 20) / (expected_value(spend, x, 20) * expected_purchases(pareto, 50, x, tx, t)) - 1)) < 1e-12 AS undiscounted,
       max(abs(residual_transactions(bg, 0.05, x, tx, t) / (SELECT sum((expected_purchases(bg, k / 4.0, x, tx, t) - expected_purchases(bg, (k - 1) / 4.0, x, tx, t)) * exp(-0.05 * (k - 0.5) / 4)) FROM generate_series(1, 3000) AS k) - 1)) < 1e-5 AS residual
FROM (SELECT * FROM customers ORDER BY x, t LIMIT 8) AS c, fits;
-- contracts
SELECT max(abs(p_alive_at(sbg, 5, 3) - p_alive_at(sbg, 8) / p_alive_at(sbg, 3))) < 1e-14 AS survival, max(abs(retention_ratio(sbg, 3) - p_alive_at(sbg, 4) / p_alive_at(sbg, 3))) < 1e-14 AS retention,
       max(abs(expected_lifetime(sbg, 0.1) - (SELECT sum(p_alive_at(sbg, k) / 1.1 ^ k::float8) FROM generate_series(0, 600) AS k))) < 1e-10 AS lifetime,
       max(abs(residual_lifetime(sbg, 0.1, 3) - (SELECT sum(p_alive_at(sbg, k + 1, 3) / 1.1 ^ k::float8) FROM generate_series(0, 600) AS k))) < 1e-10 AS residual FROM fits;

-- one model for each segment, whatever the plan
SELECT count(*) AS segments, bool_and(fit::text = alone::text) AS same FROM (SELECT id % 3 AS segment, bg_nbd_fit(x, tx, t) AS fit FROM clv_sample GROUP BY id % 3) AS each,
    LATERAL (SELECT bg_nbd_fit(x, tx, t) FILTER (WHERE id % 3 = segment) AS alone FROM clv_sample) AS one;

-- boundary: nobody is silent at the end
SELECT (m).a, (m).b, (m).at_boundary, (m).converged, (m).standard_errors[1] > 0 AS r_error, (m).standard_errors[3] AS a_error, p_alive(m, 3, 10, 100) AS p_alive, p_alive_at(m, 50, 3, 10, 100) AS later, abs(expected_purchases(m, 7, 3, 10, 100) - ((m).r + 3) / ((m).alpha + 100) * 7) < 1e-12 AS nbd,
       (p).s, (p).beta, p_alive(p, 3, 10, 100) AS pareto, residual_transactions(m, 0.1, 3, 10, 100) = expected_purchases(m, 10, 3, 10, 100) AS residual
FROM (SELECT bg_nbd_fit(x, CASE x WHEN 0 THEN 0 ELSE t END, t), pareto_nbd_fit(x, CASE x WHEN 0 THEN 0 ELSE t END, t) FROM clv_sample) AS s (m, p);
SELECT model, converged, at_boundary, is_recommended, verdict, parameters - 'r' - 'alpha' AS dropout FROM (SELECT repeat_purchases_agg(x, CASE x WHEN 0 THEN 0 ELSE t END, t) FROM clv_sample) AS s (state), model_comparison(state);
SELECT model, abs(aic - (2 * k - 2 * log_likelihood)) < 1e-9 AS aic, abs(bic - (k * ln(900.0 - nulls) - 2 * log_likelihood)) < 1e-9 AS bic, is_recommended = (aic = min(aic) OVER ()) AS smallest
FROM (SELECT repeat_purchases_agg(x, tx, t), count(*) FILTER (WHERE x IS NULL)::float8 FROM clv_sample) AS s (state, nulls), model_comparison(state), LATERAL (SELECT CASE model WHEN 'NBD' THEN 2 ELSE 4 END AS k) AS free;
-- an infinite mean is NULL, not a negative number
SELECT (m).population_mean, expected_value(m, 0, 0) AS of_none, expected_value(m, 1, 2) AS of_one, round(expected_value(m, 2, 2)::numeric, 9) AS of_two, clv(bg_nbd_model(1, 1, 1, 1), m, 5, 0, 0, 0, 1, 0) AS clv FROM (SELECT gamma_gamma_model(.3, .5, 1)) AS s (m);

-- models are values: in tables, as text, and in a type that has grown
CREATE TEMP TABLE stored AS SELECT 'all' AS segment, bg, mbg, pareto, spend, bg_bb, sbg FROM fits;
SELECT bg::text::bg_nbd_model = bg AS bg, pareto::text::pareto_nbd_model = pareto AS pareto, spend::text::gamma_gamma_model = spend AS spend, (with_unit(bg, '1 week')).unit, (with_unit(sbg, '1 month')).unit AS month, (with_unit(bg, '1 week')).r = (bg).r AS kept FROM stored;
BEGIN;
ALTER TYPE bg_nbd_model ADD ATTRIBUTE later text CASCADE;
SELECT p_alive(bg, 2, 20, 50) = p_alive((SELECT bg FROM fits), 2, 20, 50) AS read, (bg).later, (with_unit(bg, '1 week')).later AS changed, (SELECT (bg_nbd_fit(x, tx, t)).later FROM clv_sample) AS fitted, bg_nbd_model(1, 2, 3, 4) AS given FROM stored;
ROLLBACK;
SELECT bg_nbd_model(.243, 4.414, .793, 2.426, '1 week'), pareto_nbd_model(.5, 1, 0, 7), sbg_model(1, 2), gamma_gamma_model(6, 4, 15);

-- ledgers: as their summaries
\getenv srcdir PG_ABS_SRCDIR
\set shop :srcdir '/sql/shop/ledger.sql'
\set ECHO none
\i :shop
\set ECHO all
CREATE TEMP TABLE ledger_fits AS SELECT l.keys, ledger, bg_nbd_fit(ledger, '2020-10-31', '1 week') AS bg, mbg_nbd_fit(ledger, '2020-10-31', '1 week') AS mbg, pareto_nbd_fit(ledger, '2020-10-31', '1 week') AS pareto
FROM shop.ledgers AS l;
SELECT keys, bg::text = with_unit(f, '1 week')::text AS bg, mbg::text = with_unit(g, '1 week')::text AS mbg, pareto::text = with_unit(h, '1 week')::text AS pareto, repeat_purchases(ledger, '2020-10-31', '1 week')::text = state::text AS state
FROM ledger_fits, LATERAL (
    SELECT bg_nbd_fit(frequency, recency, age), mbg_nbd_fit(frequency, recency, age), pareto_nbd_fit(frequency, recency, age), repeat_purchases_agg(frequency, recency, age) FROM rfm_summary(ledger, NULL::bigint, '2020-10-31', '1 week')) AS s (f, g, h, state)
WHERE keys IN ('bigint', 'none');
SELECT keys, count(DISTINCT bg::text) AS fits FROM (SELECT 'all' AS keys, bg FROM ledger_fits WHERE keys <> 'none') AS all_keys GROUP BY keys;
SELECT abs((m).p / (f).p - 1) < 1e-8 AS p, abs((m).q / (f).q - 1) < 1e-8 AS q, abs((m).v / (f).v - 1) < 1e-8 AS v, abs((m).log_likelihood - (f).log_likelihood) < 1e-8 AS log_likelihood, (m).customers = (f).customers AS customers, (m).converged
FROM ledger_fits, (VALUES (date '2020-10-31'), ('2020-11-30')) AS v (as_of), LATERAL (SELECT gamma_gamma_fit(ledger, as_of), (SELECT gamma_gamma_fit(frequency, monetary_value) FROM rfm_summary(ledger, NULL::bigint, as_of))) AS s (m, f) WHERE keys = 'bigint';
-- opportunities: complete months after that of the first order, of which something is left
CREATE TEMP TABLE clv_settled AS SELECT as_of, s.* FROM (VALUES (date '2021-02-14'), ('infinity')) AS days (as_of), matrix.settled(format('SELECT customer::text, day, amount, NULL::bigint FROM shop.sales WHERE shop = ''amounts'' AND day <= %L', as_of)) AS s;
SELECT (m).unit, m::text = with_unit(twin, '1 month')::text AS same FROM ledger_fits, LATERAL (SELECT bg_bb_fit(ledger, '2021-02-14', '1 month')) AS s (m), LATERAL (
    SELECT bg_bb_fit(bought, last, 252 - first) FROM (SELECT first, count(*) FILTER (WHERE month > first) AS bought, coalesce(max(month) FILTER (WHERE month > first) - first, 0) AS last FROM (
        SELECT customer, month, min(month) OVER (PARTITION BY customer) AS first FROM (
            SELECT DISTINCT customer, (extract(year FROM day)::int - 2000) * 12 + extract(month FROM day)::int - 1 AS month FROM clv_settled WHERE as_of = '2021-02-14' AND amount >= 0) AS months WHERE month <= 252) AS bought GROUP BY customer, first) AS histories) AS t (twin)
WHERE keys = 'bigint';

-- the forecast is the summary with what the functions say; keys of each kind
CREATE TEMP VIEW forecast AS SELECT f.* FROM ledger_fits, clv_forecast(ledger, bg, gamma_gamma_model(6, 4, 15), 26, 0.002, NULL::bigint, '2020-10-31') AS f WHERE keys = 'bigint';
SELECT count(*) AS customers, count(*) FILTER (WHERE frequency = 0) > 0 AS some_once FROM forecast;
SELECT count(*) AS different FROM (
    SELECT customer, frequency, recency, age, monetary_value, p_alive(bg, frequency, recency, age), expected_purchases(bg, 26, frequency, recency, age)::numeric, round(expected_value(spend, frequency, monetary_value::float8)::numeric, 9),
           round(clv(bg, spend, 26, 0.002, frequency, recency, age, monetary_value::float8)::numeric, 9) FROM ledger_fits, gamma_gamma_model(6, 4, 15) AS spend, rfm_summary(ledger, NULL::bigint, '2020-10-31', '1 week') WHERE keys = 'bigint'
    EXCEPT ALL SELECT customer, frequency, recency, age, monetary_value, p_alive, expected_purchases::numeric, round(expected_value::numeric, 9), round(clv::numeric, 9) FROM forecast) AS d;
SELECT (SELECT round(sum(clv)::numeric, 6) FROM forecast) = (SELECT round(sum(f.clv)::numeric, 6) FROM ledger_fits, clv_forecast(ledger, bg, gamma_gamma_model(6, 4, 15), 26, 0.002, NULL::uuid, '2020-10-31') AS f WHERE keys = 'uuid') AS by_uuid,
       (SELECT round(sum(clv)::numeric, 6) FROM forecast) = (SELECT round(sum(f.clv)::numeric, 6) FROM ledger_fits, clv_forecast(ledger, bg, gamma_gamma_model(6, 4, 15), 26, 0.002, NULL::text, '2020-10-31') AS f WHERE keys = 'text') AS by_text;
SELECT count(*) > 0 AS mbg, sum(p.clv) > 0 AS pareto FROM ledger_fits, clv_forecast(ledger, mbg, gamma_gamma_model(6, 4, 15), 26, 0.002, NULL::bigint) AS f, LATERAL (SELECT * FROM clv_forecast(ledger, pareto, gamma_gamma_model(6, 4, 15), 26, 0.002, NULL::bigint) AS p WHERE p.customer = f.customer) AS p WHERE keys = 'bigint' AND f.customer < 5;

-- what came after the fit, in plain SQL
SELECT model, count(*) AS buckets, bool_and(h.customers = t.customers AND actual = came) AS actual, bool_and(abs(predicted - forecast) < 1e-9 * (1 + forecast)) AS predicted,
       bool_and(coalesce(abs(mean_absolute_error - error) < 1e-9, h.customers = 0)) AS error, bool_and(coalesce(actual_per_customer = came::float8 / h.customers AND abs(predicted_per_customer * h.customers - predicted) < 1e-9 * (1 + predicted), h.customers = 0)) AS means
FROM ledger_fits, LATERAL (SELECT * FROM holdout_check(ledger, '2020-10-31', '1 week')) AS h, LATERAL (
    SELECT count(*) AS customers, coalesce(sum(came), 0) AS came, coalesce(sum(e), 0) AS forecast, avg(abs(e - came)) AS error FROM (
        SELECT frequency, (SELECT count(DISTINCT day) FROM clv_settled AS c WHERE as_of = 'infinity' AND c.customer = s.customer::text AND day > '2020-10-31' AND amount >= 0) AS came,
               CASE h.model WHEN 'BG/NBD' THEN expected_purchases(bg, weeks, s.frequency, recency, age) WHEN 'MBG/NBD' THEN expected_purchases(mbg, weeks, s.frequency, recency, age) ELSE expected_purchases(pareto, weeks, s.frequency, recency, age) END AS e
        FROM rfm_summary(ledger, NULL::bigint, '2020-10-31', '1 week') AS s, LATERAL (SELECT (last_day(ledger) - '2020-10-31') / 7.0::float8 AS weeks) AS w) AS each
    WHERE h.frequency IN ('all', least(each.frequency, 7) || CASE WHEN each.frequency > 6 THEN '+' ELSE '' END)) AS t
WHERE keys = 'bigint' GROUP BY model ORDER BY model;
SELECT model, abs(c.log_likelihood - CASE model WHEN 'BG/NBD' THEN (bg).log_likelihood WHEN 'MBG/NBD' THEN (mbg).log_likelihood WHEN 'Pareto/NBD' THEN (pareto).log_likelihood ELSE c.log_likelihood END) < 1e-9 AS same
FROM ledger_fits, model_comparison(ledger, '2020-10-31', '1 week') AS c WHERE keys = 'bigint';

-- nothing to say
SELECT bg_nbd_fit('empty'::customer_ledger), bg_nbd_fit('empty'::repeat_purchase_state), gamma_gamma_fit('empty'::customer_ledger), sbg_fit('empty'::renewal_state), bg_bb_fit('empty'::customer_ledger), repeat_buyers('empty');
SELECT count(*) FROM (SELECT FROM model_comparison('empty'::customer_ledger) UNION ALL SELECT FROM model_comparison('empty'::repeat_purchase_state) UNION ALL SELECT FROM holdout_check('empty', '2024-01-01') UNION ALL SELECT FROM holdout_check(NULL, '2024-01-01')
    UNION ALL SELECT FROM clv_forecast('empty', bg_nbd_model(1, 1, 1, 1, '1 day'), gamma_gamma_model(6, 4, 15), 5, 0, NULL::text) UNION ALL SELECT FROM clv_forecast(NULL, bg_nbd_model(1, 1, 1, 1, '1 day'), gamma_gamma_model(6, 4, 15), 5, 0, NULL::text)) AS none;

-- errors
SELECT error FROM matrix.errors(
    'SELECT bg_nbd_fit(x, y, 5) FROM (VALUES (0, 0.0)) AS v (x, y)', 'SELECT pareto_nbd_fit(0, 0, 5, 40)', 'SELECT mbg_nbd_fit(-1, 0, 5)', 'SELECT bg_nbd_fit(2, 6, 5)', 'SELECT bg_nbd_fit(0, 2, 5)', 'SELECT bg_nbd_fit(2, 0, 5)',
    'SELECT bg_nbd_fit(2, 1, ''NaN'')', 'SELECT bg_nbd_fit(2, 1, 5, -1)', 'SELECT bg_bb_fit(1, 2, 1)', 'SELECT bg_bb_fit(0, 0, 4)', 'SELECT bg_bb_fit(''(version:1,frequency:1,recency:1.5,age:3,customers:1)''::repeat_purchase_state)', 'SELECT bg_bb_fit(1, 1, 10001)',
    'SELECT gamma_gamma_fit(1, 5.0)', 'SELECT gamma_gamma_fit(1, ''NaN''::numeric)', 'SELECT gamma_gamma_fit(1, ''Infinity''::float8)', 'SELECT sbg_fit(3, 0, 9)', 'SELECT sbg_fit(1, 3, 9)', 'SELECT sbg_fit(0, 1, 1)', 'SELECT sbg_fit(1, -1, 1)',
    'SELECT bg_nbd_model(-1, 1, 1, 1)', 'SELECT bg_nbd_model(1, ''NaN'', 1, 1)', 'SELECT pareto_nbd_model(1, 1, -1, 1)', 'SELECT gamma_gamma_model(0, 1, 1)', 'SELECT p_alive(ROW(1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::bg_nbd_model, 2, 1, 5)',
    'SELECT p_alive(bg_nbd_model(1, 1, 1, 1), 2, 6, 5)', 'SELECT expected_purchases(bg_nbd_model(1, 1, 1, 1), -1, 2, 1, 5)', 'SELECT expected_purchases(pareto_nbd_model(1, 1, 1, 1), ''Infinity'')', 'SELECT purchase_count_probability(bg_nbd_model(1, 1, 1, 1), -1, 5)',
    'SELECT residual_transactions(bg_nbd_model(1, 1, 1, 1), 0, 2, 1, 5)', 'SELECT clv(bg_nbd_model(1, 1, 1, 1), gamma_gamma_model(6, 4, 15), 10001, 0, 2, 1, 5, 10)', 'SELECT clv(bg_nbd_model(1, 1, 1, 1), gamma_gamma_model(6, 4, 15), 10, -0.1, 2, 1, 5, 10)',
    'SELECT expected_purchases(bg_bb_model(1, 1, 1, 1), -1)', 'SELECT with_unit(sbg_model(1, 1), ''-1 day'')', 'SELECT bg_nbd_model(1, 1, 1, 1, ''0'')', 'SELECT p_alive_at(sbg_model(1, 1), -1)', 'SELECT expected_lifetime(sbg_model(1, 1), 0)');
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    'SELECT bg_nbd_fit(2.5, 1, 5)', 'SELECT repeat_purchases_agg(''NaN'', 1, 5)', 'SELECT pareto_nbd_fit(1e300, 1, 5, 2)', 'SELECT gamma_gamma_fit(''-Infinity''::real, 5.0)', 'SELECT bg_bb_fit(1, 1.5, 3)', 'SELECT bg_bb_fit(1, 1, 3.5)',
    'SELECT p_alive(bg_nbd_model(1, 1, 1, 1), 0.1, 1, 5)', 'SELECT expected_purchases(bg_bb_model(1, 1, 1, 1), 3, 1, 1.5, 2)', 'SELECT expected_value(gamma_gamma_model(6, 4, 15), 1.5, 10)');
SELECT error FROM ledger_fits, LATERAL matrix.errors(
    format('SELECT bg_nbd_fit(%L::customer_ledger, NULL, ''1 month'')', ledger), format('SELECT clv_forecast(%L, bg_nbd_model(1, 1, 1, 1), gamma_gamma_model(6, 4, 15), 5, 0, NULL::bigint)', ledger),
    format('SELECT clv_forecast(%L, bg_nbd_model(1, 1, 1, 1, ''1 month''), gamma_gamma_model(6, 4, 15), 5, 0, NULL::bigint)', ledger), format('SELECT clv_forecast(%L, bg_nbd_model(1, 1, 1, 1, ''1 day''), gamma_gamma_model(6, 4, 15), 5, 0, NULL::text)', ledger),
    format('SELECT clv_forecast(%L, bg_nbd_model(1, 1, 1, 1, ''1 day''), gamma_gamma_model(6, 4, 15), 20000, 0, NULL::bigint)', ledger), format('SELECT holdout_check(%L, ''2030-01-01'')', ledger), format('SELECT bg_nbd_fit(%L::customer_ledger, ''2019-11-15'')', ledger)) WHERE keys = 'bigint';
SELECT error FROM ledger_fits, LATERAL matrix.errors(format('SELECT gamma_gamma_fit(%L::customer_ledger)', ledger), format('SELECT clv_forecast(%L, bg_nbd_model(1, 1, 1, 1, ''1 day''), gamma_gamma_model(6, 4, 15), 5, 0, NULL::bigint)', ledger)) WHERE keys = 'none';
