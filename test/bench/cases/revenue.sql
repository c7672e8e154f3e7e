-- Revenue. A sale belongs to one order with its neighbours; one row in twenty is a refund of some earlier order.

--@ table orders
CREATE UNLOGGED TABLE orders AS
SELECT (CASE WHEN refund THEN -cents ELSE cents END / 100.0)::numeric(12,2) AS amount,
       (CASE WHEN refund THEN -cents ELSE cents END / 100.0)::double precision AS amount_double,
       CASE WHEN refund THEN draw(i, 3, i / 3 + 1) ELSE i / 3 END AS order_id,
       draw(i, 4, 1000000)::integer AS customer
FROM (SELECT i::bigint, draw(i, 1, 20) = 0 AS refund, draw(i, 2, 20000) AS cents FROM generate_series(1, :rows) AS i) AS rows;

--@ table orders_by_name
CREATE UNLOGGED TABLE orders_by_name AS
SELECT amount, 'order ' || order_id AS order_id, md5(order_id::text)::uuid AS order_uuid FROM orders LIMIT :rows / 5;

--@ table stored_revenue
CREATE UNLOGGED TABLE stored_revenue AS
SELECT revenue_agg(amount) AS state FROM (SELECT amount, row_number() OVER () % 100000 AS part FROM orders) AS parts GROUP BY part;

--@ table stored_orders
CREATE UNLOGGED TABLE stored_orders AS
SELECT order_agg(amount, order_id) AS state FROM (SELECT amount, order_id, row_number() OVER () % 100000 AS part FROM orders) AS parts GROUP BY part;

--@ case net_revenue(amount)
--@ limit 1.0
--@ ours
SELECT net_revenue(amount) FROM orders
--@ built-in
SELECT sum(amount) FROM orders
--@ plain
SELECT sum(amount) FROM orders

--@ case avg_check(amount)
--@ limit 1.0
--@ ours
SELECT avg_check(amount) FROM orders
--@ built-in
SELECT sum(amount) FROM orders
--@ plain
SELECT sum(amount) / NULLIF(count(*) FILTER (WHERE amount >= 0), 0) FROM orders

--@ case refund_rate(amount)
--@ ours
SELECT refund_rate(amount) FROM orders
--@ built-in
SELECT sum(amount) FROM orders
--@ plain
SELECT -100 * sum(amount) FILTER (WHERE amount < 0) / NULLIF(sum(amount) FILTER (WHERE amount >= 0), 0) FROM orders

--@ case net_revenue(amount double precision)
--@ ours
SELECT net_revenue(amount_double) FROM orders
--@ built-in
SELECT sum(amount_double) FROM orders
--@ plain
SELECT sum(amount_double::numeric)::double precision FROM orders

--@ case avg_check(amount, order_id bigint)
--@ ours
SELECT avg_check(amount, order_id) FROM orders
--@ built-in
SELECT sum(amount) FROM orders
--@ plain
SELECT sum(net) / NULLIF(count(*), 0)
FROM (SELECT sum(amount) AS net FROM orders GROUP BY order_id HAVING sum(amount) > 0 OR NOT bool_or(amount < 0)) AS orders

--@ case avg_check(amount, order_id text)
--@ rows :rows / 5
--@ ours
SELECT avg_check(amount, order_id) FROM orders_by_name
--@ built-in
SELECT sum(amount) FROM orders_by_name
--@ plain
SELECT sum(net) / NULLIF(count(*), 0)
FROM (SELECT sum(amount) AS net FROM orders_by_name GROUP BY order_id HAVING sum(amount) > 0 OR NOT bool_or(amount < 0)) AS orders

--@ case avg_check(amount, order_id uuid)
--@ rows :rows / 5
--@ ours
SELECT avg_check(amount, order_uuid) FROM orders_by_name
--@ built-in
SELECT sum(amount) FROM orders_by_name
--@ plain
SELECT sum(net) / NULLIF(count(*), 0)
FROM (SELECT sum(amount) AS net FROM orders_by_name GROUP BY order_uuid HAVING sum(amount) > 0 OR NOT bool_or(amount < 0)) AS orders

-- what grows faster than the number of groups leaves the built-in far behind
--@ case avg_check(amount) in :groups groups
--@ limit 1.5
--@ for groups in 1000, 10000, 100000
--@ ours
SELECT count(*), sum(avg_check) FROM (SELECT avg_check(amount) FROM orders GROUP BY customer % :groups) AS groups
--@ built-in
SELECT count(*), sum(avg) FROM (SELECT avg(amount) FROM orders GROUP BY customer % :groups) AS groups
--@ plain
SELECT count(*), sum(avg_check)
FROM (SELECT sum(amount) / NULLIF(count(*) FILTER (WHERE amount >= 0), 0) AS avg_check FROM orders GROUP BY customer % :groups) AS groups

--@ case net_revenue(rollup(state)) of 100,000 states
--@ rows 100000
--@ ours
SELECT net_revenue(rollup(state)) FROM stored_revenue
--@ plain
SELECT sum(amount) FROM orders

--@ case avg_check(rollup(state)) of 100,000 order states
--@ rows 100000
--@ ours
SELECT avg_check(rollup(state)) FROM stored_orders
--@ plain
SELECT sum(net) / NULLIF(count(*), 0)
FROM (SELECT sum(amount) AS net FROM orders GROUP BY order_id HAVING sum(amount) > 0 OR NOT bool_or(amount < 0)) AS orders
