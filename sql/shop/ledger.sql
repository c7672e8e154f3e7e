-- A random shop for the tests of ledger reports, in its rows and as ledgers with each kind of key, and what the tests share.
SET client_min_messages = warning;
SET DateStyle = ISO;
SET IntervalStyle = postgres;
DROP SCHEMA IF EXISTS shop CASCADE;
CREATE SCHEMA shop;

-- Sales from November 2019 to February 2021: a leap day, an ISO year of 53 weeks, days with many rows, customers with one order,
-- with long gaps, with refunds only. The row without amount is an order too.
CREATE TABLE shop.sales AS
SELECT shop, customer, day, CASE shop WHEN 'amounts' THEN amount END AS amount
FROM (VALUES ('amounts'), ('activity')) AS v (shop), LATERAL (
    SELECT customer, date '2019-11-15' + CASE WHEN customer % 7 = 0 THEN 90 * (day / 90) WHEN matrix.random(id, 4, 10) = 0 THEN 47 + 30 * (day / 200) ELSE day END AS day,
           (CASE WHEN customer % 11 = 0 OR matrix.random(id, 5, 100) < 15 THEN -0.01 WHEN matrix.random(id, 5, 100) < 20 THEN 0 ELSE 1 END
            * matrix.random(id, 6, 3000) / 7)::numeric(12, 2) AS amount
    FROM (SELECT id, 1 + least(matrix.random(id, 1, 160), matrix.random(id, 2, 160)) AS customer, matrix.random(id, 3, 460)::int AS day
          FROM generate_series(1, 1300) AS id) AS draws) AS sales;
INSERT INTO shop.sales VALUES ('amounts', 1, '2020-02-29', 5.00), ('activity', 1, '2020-02-29', NULL);

CREATE TABLE shop.ledgers AS
SELECT 'bigint' AS keys, 'amounts' AS shop, ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts'
UNION ALL SELECT 'uuid', 'amounts', ledger_agg(md5(customer::text)::uuid, day, amount) FROM shop.sales WHERE shop = 'amounts'
UNION ALL SELECT 'text', 'amounts', ledger_agg('customer ' || customer, day, amount) FROM shop.sales WHERE shop = 'amounts'
UNION ALL SELECT 'none', 'activity', ledger_agg(customer, day) FROM shop.sales WHERE shop = 'activity';

-- The periods of each step, by their number.
CREATE TABLE shop.calendar AS
SELECT step, row_number() OVER (PARTITION BY step ORDER BY start)::int AS n, start::date, (start + step)::date AS stop
FROM (VALUES (interval '1 day', timestamp '2000-01-01'), ('1 week', '2000-01-03'), ('2 weeks', '2000-01-03'), ('10 days', '2000-01-01'), ('1 month', '2000-01-01'),
             ('3 months', '2000-01-01'), ('1 year', '2000-01-01')) AS v (step, origin), generate_series(origin, timestamp '2022-12-31', step) AS start
WHERE start >= '2018-01-01';
CREATE INDEX ON shop.calendar (step, start);
ANALYZE shop.sales, shop.calendar;

-- The periods in which customers ordered, up to a day.
CREATE FUNCTION shop.ordered(shop text, step interval, as_of date DEFAULT NULL) RETURNS TABLE (customer bigint, n int) STABLE LANGUAGE sql AS $$
    SELECT DISTINCT customer, n FROM shop.sales AS s JOIN shop.calendar AS c ON c.step = $2 AND day >= start AND day < stop
    WHERE s.shop = $1 AND amount IS NOT NULL AND amount >= 0 AND day <= coalesce($3, 'infinity')
    UNION SELECT customer, n FROM shop.sales AS s JOIN shop.calendar AS c ON c.step = $2 AND day >= start AND day < stop
    WHERE s.shop = $1 AND amount IS NULL AND day <= coalesce($3, 'infinity')
$$;
CREATE FUNCTION shop.last_day(shop text) RETURNS date STABLE LANGUAGE sql AS $$ SELECT max(day) FROM shop.sales AS s WHERE s.shop = $1 $$;
CREATE FUNCTION shop.first_day(shop text) RETURNS date STABLE LANGUAGE sql AS $$ SELECT min(day) FROM shop.sales AS s WHERE s.shop = $1 $$;

-- Whether two queries give the same rows in the same order.
CREATE FUNCTION shop.same(report text, twin text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE same bigint; number bigint; example text;
BEGIN
    EXECUTE format('WITH report AS (SELECT row_number() OVER () AS place, r::text AS columns FROM (%s) AS r),
                         twin AS (SELECT row_number() OVER () AS place, t::text AS columns FROM (%s) AS t)
        SELECT count(*) FILTER (WHERE report.columns = twin.columns), count(*),
               min(place || '': '' || concat(report.columns, '' <> '', twin.columns)) FILTER (WHERE report.columns IS DISTINCT FROM twin.columns)
        FROM report FULL JOIN twin USING (place)', report, twin) INTO same, number, example;
    RETURN CASE WHEN same = number THEN 'same' ELSE format('%s of %s rows differ: %s [%s]', number - same, number, example, report) END;
END $$;
