-- A synthetic shop: 5,000 customers who join over 18 months, from 2024-01-01 to 2025-06-30.
-- Chance comes from hashing a key, so every run and every PostgreSQL makes the same shop.

-- A number in [0, 1) for a key; each throw of the same key is independent of the others
CREATE FUNCTION shop.dice(key bigint, throw bigint) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT ((hashint8extended(key, throw) >> 11) & 9007199254740991) / 9007199254740992.0::float8 $$;

-- Customers: some never come back, some come now and then, some are regulars. More join every month.
CREATE TEMP TABLE customers AS
SELECT id,
       DATE '2024-01-01' + floor(546 * shop.dice(id, 1) ^ 0.75)::integer AS joined,
       CASE WHEN shop.dice(id, 2) < 0.30 THEN 75 WHEN shop.dice(id, 2) < 0.80 THEN 48 ELSE 26 END AS days_between,
       CASE WHEN shop.dice(id, 2) < 0.30 THEN 0.62 WHEN shop.dice(id, 2) < 0.80 THEN 0.20 ELSE 0.07 END AS leaves
FROM generate_series(1, 5000) AS id;

-- Visits: exponential gaps until the customer leaves for good, which may happen after any of them
CREATE TEMP TABLE visits AS
SELECT id, n, id * 100 + n AS visit,
       joined + floor(sum(CASE WHEN n = 1 THEN 0 ELSE -ln(1 - shop.dice(id * 100 + n, 3)) * days_between END)
                      OVER (PARTITION BY id ORDER BY n))::integer AS day,
       bool_and(n = 1 OR shop.dice(id * 100 + n, 4) >= leaves) OVER (PARTITION BY id ORDER BY n) AS happens
FROM customers, generate_series(1, 40) AS n;

-- Orders: a visit brings one article, and in three of ten cases a second. November and December are the busy season. A category
-- has twelve products, the dearer the higher their number
INSERT INTO shop.orders (customer_id, order_id, day, amount, status, category, product, relation, price)
SELECT id, dense_rank() OVER (ORDER BY day, visit), day,
       round((price * exp(0.9 * (shop.dice(article, 7) + shop.dice(article, 8) + shop.dice(article, 9) - 1.5)))::numeric, 2),
       CASE WHEN shop.dice(visit, 10) < 0.03 THEN 'cancelled'
            WHEN day >= DATE '2025-06-29' THEN 'pending'
            WHEN day >= DATE '2025-06-25' THEN 'shipped'
            ELSE 'delivered' END,
       category, category || ' ' || 1 + floor(4 * (shop.dice(article, 7) + shop.dice(article, 8) + shop.dice(article, 9)))::integer, category,
       round((price * exp(0.9 * (shop.dice(article, 7) + shop.dice(article, 8) + shop.dice(article, 9) - 1.5)))::numeric, 2)
FROM (SELECT *, visit * 2 + position AS article FROM visits, generate_series(0, 1) AS position) AS basket
JOIN (VALUES (0.00, 0.34, 'books', 21.0), (0.34, 0.60, 'toys', 32.0), (0.60, 0.80, 'kitchen', 54.0),
             (0.80, 0.94, 'garden', 68.0), (0.94, 1.00, 'cameras', 240.0)) AS shelf (low, high, category, price)
     ON shop.dice(article, 6) >= low AND shop.dice(article, 6) < high
WHERE happens AND day <= DATE '2025-06-30'
  AND (position = 0 OR shop.dice(visit, 14) < 0.3)
  AND (n = 1 OR shop.dice(visit, 5) < CASE WHEN extract(month FROM day) >= 11 THEN 1.0 ELSE 0.8 END)
ORDER BY day, visit, position;

-- Refunds: one order in sixteen comes back within three weeks, all of it or half
INSERT INTO shop.orders (customer_id, order_id, day, amount, status, category, product, relation, price)
SELECT customer_id, order_id, refunded_on,
       CASE WHEN shop.dice(order_id::bigint, 12) < 0.7 THEN -amount ELSE -round(amount / 2, 2) END,
       'refunded', category, product, relation, price
FROM (SELECT *, day + 3 + floor(18 * shop.dice(order_id::bigint, 13))::integer AS refunded_on FROM shop.orders) AS delivered
WHERE status = 'delivered' AND shop.dice(order_id::bigint, 11) < 0.06 AND refunded_on <= DATE '2025-06-30' AND amount > 0
ORDER BY refunded_on, order_id::bigint;

-- Subscriptions: a quarter of the customers subscribe, by the month or by the year; some come back after a pause
INSERT INTO shop.subscriptions (customer_id, period, amount, every)
WITH subscriber AS (
    SELECT id, joined + floor(60 * shop.dice(id, 20))::integer AS since, shop.dice(id, 21) < 0.2 AS yearly,
           1 + floor(ln(1 - shop.dice(id, 22)) / ln(0.95))::integer AS months,
           1 + floor(ln(1 - shop.dice(id, 23)) / ln(0.93))::integer AS months_again,
           shop.dice(id, 24) < 0.25 AS comes_back
    FROM customers
    WHERE shop.dice(id, 25) < 0.25
), paid AS (
    SELECT id, yearly, since, (since + make_interval(months => CASE WHEN yearly THEN 12 * (1 + months / 12) ELSE months END))::date AS until
    FROM subscriber
    UNION ALL
    SELECT id, false, (since + make_interval(months => months + 2))::date,
           (since + make_interval(months => months + 2 + months_again))::date
    FROM subscriber
    WHERE comes_back AND NOT yearly
)
SELECT id, daterange(since, CASE WHEN until <= DATE '2025-07-01' THEN until END),
       CASE WHEN yearly THEN 99.00 ELSE 9.90 END,
       CASE WHEN yearly THEN INTERVAL '1 year' ELSE INTERVAL '1 month' END
FROM paid
WHERE since <= DATE '2025-06-30'
ORDER BY since, id;

-- Survey: one order in four is followed by a question; the answers improve from month to month
INSERT INTO shop.survey (customer_id, day, score)
SELECT customer_id, day + 2, CASE
           WHEN luck < 0.33 + 0.012 * age THEN 9 + (luck * 1000)::integer % 2
           WHEN luck < 0.70 + 0.008 * age THEN 7 + (luck * 1000)::integer % 2
           ELSE (luck * 1000)::integer % 7 END
FROM (SELECT DISTINCT customer_id, order_id::bigint AS order_id, day, shop.dice(order_id::bigint, 30) AS luck,
             (extract(year FROM day) - 2024) * 12 + extract(month FROM day) AS age
      FROM shop.orders
      WHERE status IN ('delivered', 'shipped') AND amount > 0) AS asked
WHERE shop.dice(order_id, 31) < 0.25 AND day + 2 <= DATE '2025-06-30'
ORDER BY day, order_id;

-- Marketing: a growing budget, half as much again before the holidays
INSERT INTO shop.marketing (month, cost)
SELECT month, (10000 + 600 * n) * CASE WHEN extract(month FROM month) IN (11, 12) THEN 1.5 ELSE 1 END
              + round((1000 * shop.dice(n, 40))::numeric, 2)
FROM (SELECT n, (DATE '2024-01-01' + make_interval(months => n))::date AS month FROM generate_series(0, 17) AS n) AS months;

DROP TABLE visits, customers;
