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
FROM (SELECT least(5, 1 + 5 * (r - min(r) OVER ()) / (max(r) OVER () - min(r) OVER ())) AS r, least(5, 1 + 5 * (f - min(f) OVER ()) / (max(f) OVER () - min(f) OVER ())) AS f,
             least(5, 1 + 5 * (m - min(m) OVER ()) / (max(m) OVER () - min(m) OVER ())) AS m
      FROM (SELECT rank() OVER (ORDER BY days DESC) - rank() OVER (ORDER BY days) AS r, rank() OVER (ORDER BY orders) - rank() OVER (ORDER BY orders DESC) AS f,
                   rank() OVER (ORDER BY revenue) - rank() OVER (ORDER BY revenue DESC) AS m FROM rfm_customers) AS ranks) AS scores
