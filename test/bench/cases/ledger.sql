-- The customer ledger: four years of orders, in no order of days, of 500,000 customers of whom some buy much more than others;
-- one row in twenty is a refund.

--@ default_rows 10000000

--@ table ledger_orders
CREATE UNLOGGED TABLE ledger_orders AS
SELECT 1 + part * part / 2000000 AS customer, date '2021-01-01' + draw(i, 12, 1461)::integer AS day,
       (CASE WHEN draw(i, 13, 20) = 0 THEN -cents ELSE cents END / 100.0)::numeric(12,2) AS amount
FROM (SELECT i::bigint, draw(i, 11, 1000000) AS part, draw(i, 14, 20000) AS cents FROM generate_series(1, :rows) AS i) AS rows;

--@ duckdb_table ledger_orders
CREATE TABLE ledger_orders (customer BIGINT, day DATE, amount DECIMAL(12,2))

--@ table ledger_orders_tenth
CREATE UNLOGGED TABLE ledger_orders_tenth AS SELECT * FROM ledger_orders LIMIT :rows / 10;

--@ table ledger_orders_quarter
CREATE UNLOGGED TABLE ledger_orders_quarter AS SELECT * FROM ledger_orders LIMIT :rows / 4;

--@ table stored_ledger
CREATE UNLOGGED TABLE stored_ledger AS SELECT ledger_agg(customer, day, amount) AS ledger FROM ledger_orders;

--@ table stored_starts
CREATE UNLOGGED TABLE stored_starts AS SELECT ledger_agg(customer, day) AS starts FROM (SELECT customer, min(day) - 10 AS day FROM ledger_orders GROUP BY customer) AS starts;

--@ table stored_months
CREATE UNLOGGED TABLE stored_months AS SELECT months.* FROM stored_ledger, slices(stored_ledger.ledger) AS months;

-- takes all rows in
--@ case ledger_agg(customer, day, amount)
--@ limit 1.4
--@ limit_plain 0.25
--@ ours
SELECT ledger_agg(customer, day, amount) IS NULL FROM ledger_orders
--@ built-in
SELECT sum(amount) FROM ledger_orders
--@ plain
SELECT count(*) = 0
FROM (SELECT customer FROM ledger_orders GROUP BY customer HAVING count(*) > 0 AND sum(amount) IS NOT NULL AND min(day) <= max(day)) AS customers
--@ duckdb
SELECT count(*) = 0
FROM (SELECT customer FROM ledger_orders GROUP BY customer HAVING count(*) > 0 AND sum(amount) IS NOT NULL AND min(day) <= max(day)) AS customers

-- and brings them into the order of customers and days
--@ case customers_count(ledger_agg(customer, day, amount))
--@ limit_plain 0.25
--@ ours
SELECT customers_count(ledger_agg(customer, day, amount)) FROM ledger_orders
--@ built-in
SELECT sum(amount) FROM ledger_orders
--@ plain
SELECT count(*)
FROM (SELECT customer FROM ledger_orders GROUP BY customer HAVING count(*) > 0 AND sum(amount) IS NOT NULL AND min(day) <= max(day)) AS customers
--@ duckdb
SELECT count(*)
FROM (SELECT customer FROM ledger_orders GROUP BY customer HAVING count(*) > 0 AND sum(amount) IS NOT NULL AND min(day) <= max(day)) AS customers

--@ case cohort_retention by month, from the table
--@ limit_plain 0.0909
--@ limit_peer 0.667
--@ ours
SELECT count(*) FILTER (WHERE active_customers > 0), sum(active_customers), sum(active_customers * (cohort - date '2000-01-01') * (period_number + 1))
FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM ledger_orders) AS base, cohort_retention(ledger, '1 month')
--@ plain
WITH months AS (
    SELECT DISTINCT customer, (date_part('year', day) * 12 + date_part('month', day) - 1)::integer AS month FROM ledger_orders WHERE amount >= 0
), firsts AS (
    SELECT customer, min(month) AS first FROM months GROUP BY customer
), cells AS (
    SELECT first, month, count(*) AS active FROM months JOIN firsts USING (customer) GROUP BY first, month
)
SELECT count(*), sum(active), sum(active * (make_date(first / 12, first % 12 + 1, 1) - date '2000-01-01') * (month - first + 1)) FROM cells
--@ duckdb
WITH months AS (
    SELECT DISTINCT customer, (year(day) * 12 + month(day) - 1)::INTEGER AS month FROM ledger_orders WHERE amount >= 0
), firsts AS (
    SELECT customer, min(month) AS first FROM months GROUP BY customer
), cells AS (
    SELECT first, month, count(*) AS active FROM months JOIN firsts USING (customer) GROUP BY first, month
)
SELECT count(*), sum(active), sum(active * (make_date(first // 12, first % 12 + 1, 1) - DATE '2000-01-01') * (month - first + 1)) FROM cells

-- the same where the ledger is the value of a subquery: PostgreSQL copies that, which is to flatten the ledger as for storing
--@ case cohort_retention by month, from a subquery
--@ limit_plain 0.25
--@ ours
SELECT count(*) FILTER (WHERE active_customers > 0), sum(active_customers), sum(active_customers * (cohort - date '2000-01-01') * (period_number + 1))
FROM cohort_retention((SELECT ledger_agg(customer, day, amount) FROM ledger_orders), '1 month')
--@ plain
WITH months AS (
    SELECT DISTINCT customer, (date_part('year', day) * 12 + date_part('month', day) - 1)::integer AS month FROM ledger_orders WHERE amount >= 0
), firsts AS (
    SELECT customer, min(month) AS first FROM months GROUP BY customer
), cells AS (
    SELECT first, month, count(*) AS active FROM months JOIN firsts USING (customer) GROUP BY first, month
)
SELECT count(*), sum(active), sum(active * (make_date(first / 12, first % 12 + 1, 1) - date '2000-01-01') * (month - first + 1)) FROM cells
--@ duckdb
WITH months AS (
    SELECT DISTINCT customer, (year(day) * 12 + month(day) - 1)::INTEGER AS month FROM ledger_orders WHERE amount >= 0
), firsts AS (
    SELECT customer, min(month) AS first FROM months GROUP BY customer
), cells AS (
    SELECT first, month, count(*) AS active FROM months JOIN firsts USING (customer) GROUP BY first, month
)
SELECT count(*), sum(active), sum(active * (make_date(first // 12, first % 12 + 1, 1) - DATE '2000-01-01') * (month - first + 1)) FROM cells

--@ case cohort_retention by month, from a stored ledger
--@ limit_peer 0.0667
--@ ours
SELECT count(*) FILTER (WHERE active_customers > 0), sum(active_customers), sum(active_customers * (cohort - date '2000-01-01') * (period_number + 1))
FROM stored_ledger, cohort_retention(ledger, '1 month')
--@ duckdb
WITH months AS (
    SELECT DISTINCT customer, (year(day) * 12 + month(day) - 1)::INTEGER AS month FROM ledger_orders WHERE amount >= 0
), firsts AS (
    SELECT customer, min(month) AS first FROM months GROUP BY customer
), cells AS (
    SELECT first, month, count(*) AS active FROM months JOIN firsts USING (customer) GROUP BY first, month
)
SELECT count(*), sum(active), sum(active * (make_date(first // 12, first % 12 + 1, 1) - DATE '2000-01-01') * (month - first + 1)) FROM cells

-- Exact in SQL: runs of days in whose window a customer is active, one up where a run begins, one down where it has ended.
--@ case rolling_active, 30 days, over a year, from a stored ledger
--@ limit_plain 0.1
--@ ours
SELECT count(*), sum(dau), sum(mau), sum(mau * (day - date '2024-01-01'))
FROM stored_ledger, rolling_active(ledger, 30, '2024-01-01', '2025-01-01')
--@ plain
WITH days AS MATERIALIZED (
    SELECT day, lag(day) OVER customers AS before, lead(day) OVER customers AS after
    FROM ledger_orders WHERE amount >= 0 AND day >= date '2024-01-01' - 29 AND day < date '2025-01-01'
    WINDOW customers AS (PARTITION BY customer ORDER BY day)
), changes AS (
    SELECT day, 1 AS dau, CASE WHEN before + 30 >= day THEN 0 ELSE 1 END AS change FROM days WHERE before IS NULL OR before < day
    UNION ALL
    SELECT day + 30, 0, -1 FROM days WHERE after IS NULL OR after > day + 30
), sums AS (
    SELECT day, sum(dau) AS dau, sum(sum(change)) OVER (ORDER BY day) AS mau FROM changes GROUP BY day
)
SELECT count(*), sum(dau), sum(mau), sum(mau * (day - date '2024-01-01')) FROM sums WHERE day >= date '2024-01-01' AND day < date '2025-01-01'
--@ duckdb
WITH days AS MATERIALIZED (
    SELECT day, lag(day) OVER customers AS before, lead(day) OVER customers AS after
    FROM ledger_orders WHERE amount >= 0 AND day >= DATE '2024-01-01' - 29 AND day < DATE '2025-01-01'
    WINDOW customers AS (PARTITION BY customer ORDER BY day)
), changes AS (
    SELECT day, 1 AS dau, CASE WHEN before + 30 >= day THEN 0 ELSE 1 END AS change FROM days WHERE before IS NULL OR before < day
    UNION ALL
    SELECT day + 30, 0, -1 FROM days WHERE after IS NULL OR after > day + 30
), sums AS (
    SELECT day, sum(dau) AS dau, sum(sum(change)) OVER (ORDER BY day) AS mau FROM changes GROUP BY day
)
SELECT count(*), sum(dau), sum(mau), sum(mau * (day - DATE '2024-01-01')) FROM sums WHERE day >= DATE '2024-01-01' AND day < DATE '2025-01-01'

--@ case customers, from a stored ledger
--@ ours
SELECT count(*), sum(bought), sum(net), min(first_order), max(last_order)
FROM stored_ledger, customers(ledger, NULL::bigint) AS each (customer, bought, net)
--@ plain
SELECT count(*), sum(bought), sum(net), min(first_order), max(last_order)
FROM (SELECT customer, count(*) FILTER (WHERE amount >= 0) AS bought, sum(amount) AS net,
             min(day) FILTER (WHERE amount >= 0) AS first_order, max(day) FILTER (WHERE amount >= 0) AS last_order
      FROM ledger_orders GROUP BY customer) AS each
--@ duckdb
SELECT count(*), sum(bought), sum(net), min(first_order), max(last_order)
FROM (SELECT customer, count(*) FILTER (WHERE amount >= 0) AS bought, sum(amount) AS net,
             min(day) FILTER (WHERE amount >= 0) AS first_order, max(day) FILTER (WHERE amount >= 0) AS last_order
      FROM ledger_orders GROUP BY customer) AS each

-- reads all rows and does little else; the built-in of this line is to build the ledger again
--@ case new_vs_returning by month, from a stored ledger
--@ ours
SELECT sum(customers), sum(new_customers), sum(new_revenue), sum(returning_revenue) FROM stored_ledger, new_vs_returning(ledger)
--@ plain
WITH firsts AS (
    SELECT customer, min(day) AS first FROM ledger_orders WHERE amount >= 0 GROUP BY customer
), months AS (
    SELECT customer, date_trunc('month', day) AS month, sum(amount) AS net, count(*) FILTER (WHERE amount >= 0) AS orders FROM ledger_orders GROUP BY 1, 2
)
SELECT count(*) FILTER (WHERE orders > 0), count(*) FILTER (WHERE orders > 0 AND first >= month), sum(net) FILTER (WHERE first >= month OR first IS NULL), sum(net) FILTER (WHERE first < month)
FROM months LEFT JOIN firsts USING (customer)

--@ case days_between_orders, from a stored ledger
--@ ours
SELECT gaps, median_days, p90_days FROM stored_ledger, days_between_orders(ledger)
--@ plain
SELECT count(gap), percentile_cont(0.5) WITHIN GROUP (ORDER BY gap), percentile_cont(0.9) WITHIN GROUP (ORDER BY gap)
FROM (SELECT day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS gap FROM (SELECT DISTINCT customer, day FROM ledger_orders WHERE amount >= 0) AS days) AS gaps

--@ case time_to_next_order, from a stored ledger
--@ ours
SELECT km_median(time_to_next_order(ledger)) FROM stored_ledger
--@ plain
SELECT km_median(km_agg(coalesce(next, (SELECT max(day) FROM ledger_orders)) - day, next IS NOT NULL))
FROM (SELECT day, lead(day) OVER w AS next, row_number() OVER w AS n FROM (SELECT DISTINCT customer, day FROM ledger_orders WHERE amount >= 0) AS days WINDOW w AS (PARTITION BY customer ORDER BY day)) AS orders
WHERE n = 1

--@ case retention_by_age, from a stored ledger
--@ ours
SELECT sum(customers), sum(active_customers) FROM stored_ledger, retention_by_age(ledger)
--@ plain
WITH days AS (
    SELECT DISTINCT customer, day FROM ledger_orders WHERE amount >= 0
), firsts AS (
    SELECT customer, min(day) AS first FROM days GROUP BY customer
)
SELECT sum(customers), sum(active)
FROM unnest('{1,7,30,60,90,365}'::integer[]) AS age,
    LATERAL (SELECT count(*) AS customers, count(days.day) AS active FROM firsts LEFT JOIN days ON days.customer = firsts.customer AND days.day = first + age
             WHERE first + age <= (SELECT max(day) FROM ledger_orders)) AS counted

--@ case revenue_by_age, from a stored ledger
--@ ours
SELECT sum(customers), sum(cumulative_revenue) FROM stored_ledger, revenue_by_age(ledger)
--@ plain
WITH firsts AS (
    SELECT customer, min(day) AS first FROM ledger_orders WHERE amount >= 0 GROUP BY customer
), spent AS (
    SELECT age, customer, sum(amount) FILTER (WHERE day <= first + age) AS revenue
    FROM ledger_orders JOIN firsts USING (customer), unnest('{1,7,30,60,90,365}'::integer[]) AS age
    WHERE first + age <= (SELECT max(day) FROM ledger_orders) GROUP BY age, customer
)
SELECT count(*), sum(revenue) FROM spent

--@ case rfm, from a stored ledger
--@ ours
SELECT count(*), sum(r_score), sum(f_score), sum(m_score) FROM stored_ledger, rfm(ledger, NULL::bigint)
--@ plain
SELECT count(*), sum(r), sum(f), sum(m)
FROM (SELECT rfm_score(last - date '2000-01-01', 5, true) OVER () AS r, rfm_score(orders, 5, true) OVER () AS f, rfm_score(revenue, 5, true) OVER () AS m
      FROM (SELECT max(day) FILTER (WHERE amount >= 0) AS last, count(*) FILTER (WHERE amount >= 0) AS orders, sum(amount) AS revenue FROM ledger_orders GROUP BY customer) AS customers
      WHERE orders > 0) AS scored

--@ case describe, from a stored ledger
--@ ours
SELECT row_count, customers, orders, net_revenue FROM stored_ledger, describe(ledger)
--@ plain
SELECT count(*), count(DISTINCT customer), count(*) FILTER (WHERE amount >= 0), sum(amount) FROM ledger_orders

--@ case cohort_retention_by_start by month, from stored ledgers
--@ ours
SELECT count(*) FILTER (WHERE active_customers > 0), sum(active_customers)
FROM stored_ledger, stored_starts, cohort_retention_by_start(starts, ledger, '1 month', as_of => '2024-12-31')
--@ plain
WITH months AS (
    SELECT DISTINCT customer, (date_part('year', day) * 12 + date_part('month', day) - 1)::integer AS month FROM ledger_orders WHERE amount >= 0
), firsts AS (
    SELECT customer, (date_part('year', min(day) - 10) * 12 + date_part('month', min(day) - 10) - 1)::integer AS first FROM ledger_orders GROUP BY customer
), cells AS (
    SELECT first, month, count(*) AS active FROM months JOIN firsts USING (customer) GROUP BY first, month
)
SELECT count(*), sum(active) FROM cells

--@ case revenue_cohorts_by_start by month, from stored ledgers
--@ ours
SELECT sum(revenue) FROM stored_ledger, stored_starts, revenue_cohorts_by_start(starts, ledger, '1 month', '2024-12-31')
--@ plain
SELECT sum(amount) FROM (SELECT customer, min(day) - 10 AS start FROM ledger_orders GROUP BY customer) AS starts JOIN ledger_orders USING (customer)

--@ case repeat_purchase_rate, from a stored ledger, to building it
--@ limit 0.3
--@ ours
SELECT repeat_purchase_rate(ledger) FROM stored_ledger
--@ built-in
SELECT customers_count(ledger_agg(customer, day, amount)) FROM ledger_orders

--@ table order_lines
CREATE UNLOGGED TABLE order_lines AS
SELECT customer, day, amount, (i / 3)::bigint AS order_id
FROM (SELECT i, draw(i / 3, 11, 500000) AS customer, date '2021-01-01' + draw(i / 3, 12, 1461)::integer AS day, (draw(i, 14, 20000) / 100.0)::numeric(12,2) AS amount FROM generate_series(1, :rows) AS i) AS rows;
ANALYZE order_lines

-- three lines an order; the built-in of this line is to take each line for an order
--@ case ledger_agg(customer, day, amount, order_id), to that without ids
--@ limit 2
--@ ours
SELECT customers_count(ledger_agg(customer, day, amount, order_id)) FROM order_lines
--@ built-in
SELECT customers_count(ledger_agg(customer, day, amount)) FROM order_lines
--@ plain
SELECT customers_count(ledger_agg(customer, day, amount)) FROM (SELECT customer, day, sum(amount) AS amount FROM order_lines GROUP BY customer, day, order_id, amount < 0) AS orders

-- one row in twenty is a refund
--@ case settled, of a stored ledger, to building it
--@ limit 0.3
--@ ours
SELECT customers_count(settled(ledger)) FROM stored_ledger
--@ built-in
SELECT customers_count(ledger_agg(customer, day, amount)) FROM ledger_orders

-- the ledger and its 48 months; the built-in of this line is to build the ledger alone
--@ case slices by month, to building the ledger
--@ limit 1.6
--@ ours
SELECT count(*), sum(rows_count(months.ledger)) FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM ledger_orders) AS base, slices(base.ledger) AS months
--@ built-in
SELECT ledger_agg(customer, day, amount) IS NULL FROM ledger_orders

-- what a mart of months does where it needs the whole again
--@ case rollup of stored months, to building the ledger
--@ limit 0.7
--@ ours
SELECT customers_count(rollup(ledger)) FROM stored_months
--@ built-in
SELECT customers_count(ledger_agg(customer, day, amount)) FROM ledger_orders

--@ case customers_count(ledger_agg(...)) of :part
--@ rows (SELECT count(*) FROM :part)
--@ for part in ledger_orders_tenth, ledger_orders_quarter, ledger_orders
--@ growth 1.5
--@ ours
SELECT customers_count(ledger_agg(customer, day, amount)) FROM :part
--@ built-in
SELECT sum(amount) FROM :part

-- the more groups, the more cache misses, for the built-in too: what grows faster than their number leaves it far behind
--@ case :groups ledgers of a tenth of the rows
--@ rows :rows / 10
--@ limit 4
--@ for groups in 1000, 10000, 100000
--@ ours
SELECT count(*), sum(customers_count(ledger)) FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM ledger_orders_tenth GROUP BY customer % :groups) AS groups
--@ built-in
SELECT count(*), sum(total) FROM (SELECT sum(amount) AS total FROM ledger_orders_tenth GROUP BY customer % :groups) AS groups
--@ plain
SELECT count(*), sum(customers) FROM (SELECT count(DISTINCT customer) AS customers FROM ledger_orders_tenth GROUP BY customer % :groups) AS groups

--@ case memory to take all rows in
--@ limit 24
--@ memory
SELECT ledger_agg(customer, day, amount) IS NULL FROM ledger_orders

--@ case memory to build and store a ledger
--@ limit 24
--@ memory
CREATE TEMPORARY TABLE built AS SELECT ledger_agg(customer, day, amount) AS ledger FROM ledger_orders

--@ case size of a stored ledger
--@ limit 6
--@ size
SELECT pg_column_size(ledger) FROM stored_ledger
