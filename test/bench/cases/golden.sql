-- Golden customers: one row a customer, with a revenue that is rarely that of another.

--@ default_rows 1000000

--@ table customer_revenue
CREATE UNLOGGED TABLE customer_revenue AS
SELECT i AS customer, (exp(draw(i, 21, 1000000) * 7e-6) * (1 + draw(i, 22, 1000) / 1000.0))::numeric(12,2) AS revenue FROM generate_series(1, :rows) AS i;

--@ case golden_rank(revenue) OVER ()
--@ limit 1.0
--@ ours
SELECT sum(golden_rank) FROM (SELECT golden_rank(revenue) OVER () FROM customer_revenue) AS ranked
--@ built-in
SELECT sum(rank) FROM (SELECT rank() OVER (ORDER BY revenue DESC) FROM customer_revenue) AS ranked

--@ case is_golden(revenue) OVER ()
--@ limit_plain 0.7
--@ ours
SELECT count(*) FILTER (WHERE is_golden), sum(revenue) FILTER (WHERE is_golden) FROM (SELECT revenue, is_golden(revenue) OVER () FROM customer_revenue) AS classed
--@ plain
SELECT count(*) FILTER (WHERE is_golden), sum(revenue) FILTER (WHERE is_golden)
FROM (SELECT revenue, higher < 0.8 * total AS is_golden
      FROM (SELECT revenue, sum(revenue) OVER (ORDER BY revenue DESC) - revenue * count(*) OVER (PARTITION BY revenue) AS higher, sum(revenue) OVER () AS total
            FROM customer_revenue) AS sums) AS classed

-- the quickest way to the same answer in SQL: the least golden revenue among groups of equal ones
--@ case is_golden(revenue) OVER (), to a subquery for the least golden revenue
--@ limit_plain 0.7
--@ ours
SELECT count(*) FILTER (WHERE is_golden), sum(revenue) FILTER (WHERE is_golden) FROM (SELECT revenue, is_golden(revenue) OVER () FROM customer_revenue) AS classed
--@ plain
SELECT count(*) FILTER (WHERE is_golden), sum(revenue) FILTER (WHERE is_golden)
FROM (SELECT revenue, revenue >= (
          SELECT min(revenue)
          FROM (SELECT revenue, sum(sum(revenue)) OVER (ORDER BY revenue DESC) - sum(revenue) AS higher, sum(sum(revenue)) OVER () AS total
                FROM customer_revenue WHERE revenue > 0 GROUP BY revenue) AS groups
          WHERE higher < 0.8 * total) AS is_golden
      FROM customer_revenue) AS classed

--@ case golden_share(revenue) OVER ()
--@ ours
SELECT round(sum(golden_share), 3) FROM (SELECT golden_share(revenue) OVER () FROM customer_revenue) AS shares
--@ plain
SELECT round(sum(share), 3) FROM (SELECT 100 * sum(revenue) OVER (ORDER BY revenue DESC) / sum(revenue) OVER () AS share FROM customer_revenue) AS shares

--@ case gini(revenue)
--@ ours
SELECT round(gini(revenue), 9) FROM customer_revenue
--@ plain
SELECT round(2 * sum(i * revenue) / (count(*) * sum(revenue)) - (count(*) + 1.0) / count(*), 9)
FROM (SELECT revenue, row_number() OVER (ORDER BY revenue) AS i FROM customer_revenue) AS ranked

-- costs per row must not grow with the number of partitions
--@ case golden_rank in :partitions partitions
--@ for partitions in 1, 1000, 100000
--@ growth 2
--@ ours
SELECT sum(golden_rank) FROM (SELECT golden_rank(revenue) OVER (PARTITION BY customer * :partitions::bigint / 1000001) FROM customer_revenue) AS ranked
--@ built-in
SELECT sum(rank) FROM (SELECT rank() OVER (PARTITION BY customer * :partitions::bigint / 1000001 ORDER BY revenue DESC) FROM customer_revenue) AS ranked

--@ case memory of golden_rank
--@ limit 160
--@ memory
SELECT sum(golden_rank) FROM (SELECT golden_rank(revenue) OVER () FROM customer_revenue) AS ranked
