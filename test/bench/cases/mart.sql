-- A mart of four years of orders that came in one after the other, of three lines each, of 500,000 customers of whom some buy much more than others; the last
-- month is half over. The table has ids of orders, a status, a category, and an index on the day, as tables of orders do.

--@ default_rows 10000000

--@ table mart_orders
CREATE UNLOGGED TABLE mart_orders AS
SELECT o AS order_id, 1 + part * part / 2000000 AS customer, date '2021-01-01' + (o * 3 * 1446 / :rows)::integer AS day, (CASE WHEN draw(i, 13, 20) = 0 THEN -cents ELSE cents END / 100.0)::numeric(12,2) AS amount,
       (ARRAY['paid', 'completed', 'shipped', 'delivered', 'refunded', 'cancelled'])[1 + draw(o, 17, 6)] AS status, 'category ' || draw(i, 18, 12) AS category
FROM (SELECT i::bigint, i::bigint / 3 AS o, draw(i / 3, 11, 1000000) AS part, draw(i, 14, 20000) AS cents FROM generate_series(1, :rows) AS i) AS rows;
ALTER TABLE mart_orders ALTER customer SET NOT NULL, ALTER day SET NOT NULL, ALTER amount SET NOT NULL;
CREATE INDEX ON mart_orders (day);
ANALYZE mart_orders;
SET client_min_messages = warning;
SELECT create_mart('mart_of_all', 'mart_orders', 'customer', 'day', 'amount', order_id => 'order_id', status => 'status', category => 'category', triggers => false)

--@ table mart_noted
CREATE TABLE mart_noted (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer bigint NOT NULL, created_at timestamptz NOT NULL, amount numeric(12,2) NOT NULL, status text);
CREATE TABLE mart_plain (LIKE mart_noted INCLUDING ALL);
SELECT create_mart('mart_of_noted', 'mart_noted', 'customer', 'created_at', 'amount', status => 'status', tz => 'Europe/Berlin');
DO $$
BEGIN
    EXECUTE format('COPY (SELECT i, timestamptz ''2024-01-01'' + i * interval ''20 s'', 10 + i %% 90, ''paid'' FROM generate_series(1, 1000000) AS i) TO %L', current_setting('data_directory') || '/mart_rows');
END $$

-- all views, models and forecasts included
--@ case refresh_mart, all months (mart_orders)
--@ limit 5
--@ ours
CALL refresh_mart('mart_of_all')
--@ built-in
SELECT ledger_agg(customer, day, amount, order_id) IS NULL FROM mart_orders

-- what new rows in the running month cost
--@ case refresh_mart, the last month (mart_orders)
--@ limit 0.08
--@ ours
CALL refresh_mart('mart_of_all', from_day => '2024-12-01', to_day => '2025-01-01')
--@ built-in
CALL refresh_mart('mart_of_all')

--@ table mart_lines
CREATE UNLOGGED TABLE mart_lines AS
SELECT 1 + part * part / 8000000 AS customer, date '2021-01-01' + (i * 1446 / (:rows / 4))::integer AS day, (CASE WHEN draw(i, 13, 20) = 0 THEN -cents ELSE cents END / 100.0)::numeric(12,2) AS amount,
       'product ' || n AS product, 'group ' || n / 25 AS relation, (5 + n % 100)::numeric(12,2) AS price
FROM (SELECT i::bigint, draw(i, 11, 1000000) AS part, draw(i, 14, 20000) AS cents, draw(i, 15, 1 + draw(i, 16, 1000)) AS n FROM generate_series(1, :rows / 4) AS i) AS rows;
ALTER TABLE mart_lines ALTER customer SET NOT NULL, ALTER day SET NOT NULL, ALTER amount SET NOT NULL;
CREATE INDEX ON mart_lines (day);
ANALYZE mart_lines;
SELECT create_mart('mart_lines', 'mart_lines', 'customer', 'day', 'amount', product => 'product', relation => 'relation', price => 'price', triggers => false)

-- a quarter of the rows, as products; kinds of sale depend on all that was bought before
--@ case refresh_mart, the last month, with kinds of sale (mart_lines)
--@ rows :rows / 4
--@ limit 0.15
--@ ours
CALL refresh_mart('mart_lines', from_day => '2024-12-01', to_day => '2025-01-01')
--@ built-in
CALL refresh_mart('mart_lines')

--@ case INSERT of 100,000 rows with triggers (mart_noted)
--@ rows 100000
--@ limit 1.15
--@ ours
INSERT INTO mart_noted (customer, created_at, amount, status) SELECT i, timestamptz '2024-12-01' + i * interval '10 s', 10 + i % 90, 'paid' FROM generate_series(1, 100000) AS i
--@ built-in
INSERT INTO mart_plain (customer, created_at, amount, status) SELECT i, timestamptz '2024-12-01' + i * interval '10 s', 10 + i % 90, 'paid' FROM generate_series(1, 100000) AS i

-- to count the orders takes some 400 ms
-- eight months
--@ case COPY of 1,000,000 rows with triggers (mart_noted)
--@ rows 1000000
--@ limit 1.25
--@ ours
COPY mart_noted (customer, created_at, amount, status) FROM 'mart_rows'
--@ built-in
COPY mart_plain (customer, created_at, amount, status) FROM 'mart_rows'

--@ case 20,000 INSERTs of one row with triggers (mart_noted)
--@ rows 20000
--@ limit 1.75
--@ ours
DO $$ BEGIN FOR i IN 1..20000 LOOP INSERT INTO mart_noted (customer, created_at, amount, status) VALUES (i, '2024-12-01', 10, 'paid'); END LOOP; END $$
--@ built-in
DO $$ BEGIN FOR i IN 1..20000 LOOP INSERT INTO mart_plain (customer, created_at, amount, status) VALUES (i, '2024-12-01', 10, 'paid'); END LOOP; END $$

--@ case SELECT * FROM :view (mart_orders)
--@ limit 0.02
--@ for view in overview, daily, weekly, new_vs_returning, growth, revenue, cohorts, revenue_cohorts, lifecycle, active, golden_trend, segment_migration, client_formula, forecast, models
--@ ours
SELECT * FROM mart_of_all.:view
--@ built-in
SELECT count(*) FROM mart_orders

-- one customer by the key: to count the orders takes some 400 ms
--@ case SELECT * FROM customers WHERE customer = 77 (mart_orders)
--@ limit 0.004
--@ ours
SELECT * FROM mart_of_all.customers WHERE customer = 77
--@ built-in
SELECT count(*) FROM mart_orders

--@ case SELECT * FROM customers ORDER BY revenue DESC LIMIT 100 (mart_orders)
--@ ours
SELECT * FROM mart_of_all.customers ORDER BY revenue DESC LIMIT 100
--@ built-in
SELECT ledger_agg(customer, day, amount) IS NULL FROM mart_orders

--@ case SELECT * FROM customers (mart_orders)
--@ ours
SELECT * FROM mart_of_all.customers
--@ built-in
SELECT ledger_agg(customer, day, amount) IS NULL FROM mart_orders
