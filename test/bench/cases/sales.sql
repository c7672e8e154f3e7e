-- Sales: orders of four lines, four fifths of them in a hundredth of the products.
--@ default_rows 2000000

--@ table sale_lines
CREATE UNLOGGED TABLE sale_lines AS
SELECT order_id, draw(order_id, 1, :rows / 40)::integer AS customer, timestamptz '2022-01-01 00:00Z' + make_interval(secs => (order_id * 7919 % 90000000)::double precision) AS at,
       'product ' || product AS product, 'group ' || product / 4 % 200 AS relation, ((product * 131 + draw(i, 4, 3) * 50) % 30000 / 100.0)::numeric(10, 2) AS price
FROM (SELECT i / 4 AS order_id, i, (CASE WHEN draw(i, 2, 5) > 0 THEN draw(i / 4 * 8 + i % 2, 3, 100) ELSE draw(i, 3, 10000) END) * 4 + i % 4 AS product FROM generate_series(0::bigint, :rows - 1) AS i) AS rows;

--@ table sold_lines
CREATE UNLOGGED TABLE sold_lines AS
SELECT order_id, CASE WHEN draw(order_id * 4 + n, 6, 20) = 0 THEN -price ELSE price END AS amount, (ARRAY['front_end', 'repeat', 'upsell', 'add_on', 'cross_sell'])[1 + draw(order_id * 4 + n, 7, 5)::integer] AS kind
FROM (SELECT *, row_number() OVER () % 4 AS n FROM sale_lines) AS lines;

--@ case sale_type(product, relation, price)
--@ limit_plain 0.8
--@ ours
SELECT kind, count(*), sum(price) FROM (SELECT price, sale_type(product, relation, price) OVER (PARTITION BY customer ORDER BY at) AS kind FROM sale_lines) AS lines GROUP BY kind ORDER BY kind
--@ built-in
SELECT sum(n) FROM (SELECT rank() OVER (PARTITION BY customer ORDER BY at) AS n, product, relation, price FROM sale_lines) AS lines
--@ plain
SELECT kind, count(*), sum(price)
FROM (SELECT price, CASE WHEN at = min(at) OVER (PARTITION BY customer) THEN 'front_end'
                         WHEN at > min(at) OVER (PARTITION BY customer, product) THEN 'repeat'
                         WHEN dearest IS NULL THEN 'cross_sell' WHEN price > dearest THEN 'upsell' ELSE 'add_on' END AS kind
      FROM (SELECT *, max(price) OVER (PARTITION BY customer, relation ORDER BY at, price, product COLLATE "C" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS dearest FROM sale_lines) AS lines) AS lines
GROUP BY kind ORDER BY kind

--@ case sales_report(sales_agg(kind, order_id, amount))
--@ limit_plain 0.8
--@ ours
SELECT kind, revenue, n, round(avg_check, 6), round(share_pct, 6)
FROM (SELECT sales_agg(kind, order_id, amount) AS state FROM sold_lines) AS sold, sales_report(state) AS report (kind, revenue, n, avg_check, share_pct) ORDER BY kind
--@ plain
SELECT kind, sum(net), count(*) FILTER (WHERE kept), round(avg(net) FILTER (WHERE kept), 6), round(100 * sum(net) / sum(sum(net)) OVER (), 6)
FROM (SELECT kind, sum(amount) AS net, sum(amount) > 0 OR NOT bool_or(amount < 0) AS kept FROM sold_lines GROUP BY kind, order_id) AS nets GROUP BY kind ORDER BY kind

--@ case basket_affinity(affinity_agg(order_id, product))
--@ limit_plain 0.4
--@ ours
SELECT count(*), sum(n), round(sum(lift), 3)
FROM (SELECT affinity_agg(order_id, product) AS state FROM sale_lines) AS lines, basket_affinity(state, 0.01) AS pairs (first, second, n, support, confidence, reverse, lift)
--@ plain
WITH single AS (SELECT product, count(DISTINCT order_id) AS n FROM sale_lines GROUP BY product),
     total AS (SELECT count(DISTINCT order_id) AS n FROM sale_lines),
     frequent AS MATERIALIZED (SELECT DISTINCT order_id, product FROM sale_lines JOIN single USING (product) WHERE single.n * 10000 >= (SELECT n FROM total)),
     pair AS (SELECT a.product AS first, b.product AS second, count(*) AS n FROM frequent AS a JOIN frequent AS b USING (order_id) WHERE a.product < b.product GROUP BY 1, 2)
SELECT count(*), sum(pair.n), round(sum(pair.n * total.n / (x.n * y.n)::numeric), 3)
FROM pair JOIN single AS x ON x.product = first JOIN single AS y ON y.product = second, total WHERE pair.n * 10000 >= total.n
