-- RFM scores: one row a customer.

--@ default_rows 1000000

--@ table rfm_customers
CREATE UNLOGGED TABLE rfm_customers AS
SELECT draw(i, 31, 730)::integer AS days, (1 + draw(i, 32, 40) * draw(i, 33, 40) / 40)::integer AS orders,
       (exp(draw(i, 34, 1000000) * 7e-6) * (1 + draw(i, 35, 1000) / 1000.0))::numeric(12,2) AS revenue
FROM generate_series(1, :rows) AS i;

--@ case three scores by rfm_score
--@ limit_plain 0.6
--@ ours
SELECT sum(r), sum(f), sum(m), sum(r * f * m)
FROM (SELECT rfm_score(days, 5, false) OVER () AS r, rfm_score(orders, 5, true) OVER () AS f, rfm_score(revenue, 5, true) OVER () AS m FROM rfm_customers) AS scores
--@ plain
SELECT sum(r), sum(f), sum(m), sum(r * f * m)
FROM (SELECT 1 + 5 * (rank() OVER (ORDER BY days DESC) - 1) / count(*) OVER () AS r, 1 + 5 * (rank() OVER (ORDER BY orders) - 1) / count(*) OVER () AS f,
             1 + 5 * (rank() OVER (ORDER BY revenue) - 1) / count(*) OVER () AS m FROM rfm_customers) AS scores
