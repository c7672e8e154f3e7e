-- Lifetime value and unit economics.
\pset format unaligned
\pset null NULL
SELECT ltv(100, 24), ltv(50, 2, 24), ltv_from_churn(100, 5), round(ltv_from_retention(100, .8, .1), 2) AS retention, round(ltv_from_retention(100, .8, .1, include_first => true), 2) AS with_first;
SELECT cac(8000, 10), retention_cost(12000, 400), roi(2400, 800), ltv_cac(2400, 800), cac_payback(800, 100), max_cac(2400, 3), coverage_ratio(380, 304), cost_ratio(800, 30);
-- nothing to divide by
SELECT ltv_from_churn(100, 0), ltv_from_retention(100, 1, 0), cac(8000, 0), retention_cost(1, 0), roi(1, 0), ltv_cac(1, 0), cac_payback(1, 0), max_cac(1, 0), coverage_ratio(1, 0), cost_ratio(1, 0);
SELECT ltv(NULL, 24), ltv(50, NULL, 24), ltv_from_churn(NULL, 5), ltv_from_retention(100, NULL, .1), cac(NULL, 1), roi(1, NULL);
-- exact for money, floating point for floating point
SELECT pg_typeof(ltv(100, 24)), pg_typeof(ltv(100::smallint, 24::smallint)), pg_typeof(ltv(100::bigint, 24)), pg_typeof(ltv(99.95, 24)), pg_typeof(ltv(99.95::double precision, 24)), pg_typeof(ltv(99.95::real, 24::real)), pg_typeof(ltv_from_retention(100::double precision, .8, .1));
SELECT ltv(0.1, 3), ltv(0.1::double precision, 3), roi(2400::double precision, 800), ltv_from_retention(100::double precision, .8, .1);
SELECT ltv(99999999999999999999.99, 1000000000000);
-- the formula can be read
SELECT pg_get_functiondef('roi(numeric, numeric)'::regprocedure);
-- and is written into the plan
EXPLAIN (VERBOSE, COSTS OFF) SELECT roi(gain, cost) FROM (SELECT n::numeric, 2 FROM generate_series(1, 2) AS n) AS t (gain, cost);

SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT ltv('NaN'::numeric, 24)$$,
    $$SELECT ltv(100, -1)$$,
    $$SELECT ltv(50, 'Infinity'::double precision, 24)$$,
    $$SELECT ltv_from_churn(100, 101)$$,
    $$SELECT ltv_from_churn(100, -5)$$,
    $$SELECT ltv_from_retention(100, 80, .1)$$,
    $$SELECT ltv_from_retention(100, .8, -.1)$$,
    $$SELECT cac(8000, -10)$$,
    $$SELECT roi('Infinity'::numeric, 1)$$,
    $$SELECT ltv(1e308::double precision, 100)$$);
