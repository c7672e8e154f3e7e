-- Revenue from signed rows.
\pset format unaligned
\pset null NULL
-- ledger D1: customer A bought 100, 40, 60; B 250 and sent it back; C 80 and 120, with 30 refunded
CREATE TABLE d1 (customer text, day date, amount numeric(12,2), order_id bigint);
INSERT INTO d1 VALUES ('A', '2024-01-05', 100, 1), ('A', '2024-01-20', 40, 2), ('A', '2024-02-03', 60, 3), ('B', '2024-01-10', 250, 4),
                      ('C', '2024-02-01', 80, 6), ('C', '2024-03-01', 120, 7), ('B', '2024-02-11', -250, 4), ('C', '2024-02-15', -30, 6);
SELECT gross_revenue(amount), net_revenue(amount), refund_rate(amount), avg_check(amount), gross_avg_check(amount), avg_check(amount, order_id) AS by_order FROM d1;
SELECT date_trunc('month', day)::date AS month, net_revenue(amount) FROM d1 GROUP BY month ORDER BY month;
SELECT revenue_agg(amount), order_agg(amount, order_id) FROM d1;
SELECT sales_count(state), refunds_count(state), net_revenue(state), gross_revenue(state), avg_check(state) FROM (SELECT revenue_agg(amount) FROM d1) AS stored (state);
SELECT orders_count(state), avg_check(state) FROM (SELECT order_agg(amount, order_id) FROM d1) AS stored (state);

-- only refunds: a revenue, but no check; a free order is an order; an id of nothing but refunds is none, but its money counts
SELECT net_revenue(amount), gross_revenue(amount), refund_rate(amount), avg_check(amount), gross_avg_check(amount), avg_check(amount, 1) FROM (VALUES (-5.00)) AS refunds (amount);
SELECT net_revenue(amount), gross_revenue(amount), refund_rate(amount), avg_check(amount), avg_check(amount, 1) FROM (VALUES (0.00)) AS free (amount);
SELECT avg_check(amount, order_id), orders_count(order_agg(amount, order_id)) FROM (VALUES (0, 1), (10, 2), (10, 3), (-10, 3), (-1, 4)) AS lines (amount, order_id);
SELECT avg_check(amount, order_id), orders_count(order_agg(amount, order_id)), avg_check(amount, 'id ' || order_id) AS by_text FROM (VALUES (107, 309), (50, 311), (-107, 310)) AS lines (amount, order_id);
-- more was sent back than sold: the check is below 0, and orders x check is still the net revenue
SELECT net_revenue(amount), sales_count(revenue_agg(amount)) AS sales, avg_check(amount), orders_count(order_agg(amount, order_id)) AS orders, avg_check(amount, order_id) AS by_order, gross_avg_check(amount), avg_check(ledger_agg(1, date '2024-02-01', amount)) AS of_ledger FROM (VALUES (80.00, 6), (-30, 6), (-250, 4), (10, 7)) AS lines (amount, order_id);
-- an id that looks like a currency code is refused; others of three letters are not
SELECT orders_count(order_agg(1, id)) FROM unnest('{eur,Eur,EU,EURO,EU1,#EUR,ÉUR}'::text[]) AS id;

-- exact at any scale, and of any size
SELECT net_revenue(amount) FROM (VALUES (1e40), (1e-40), (-1e40)) AS amounts (amount);
SELECT net_revenue(amount) = 2 * 9.999e30000 + 1e-16000 AS exact FROM (VALUES (9.999e30000), (1e-16000), (9.999e30000)) AS amounts (amount);
SELECT net_revenue(9223372036854775807), net_revenue(-9223372036854775808), avg_check(32767::smallint), net_revenue(amount) AS past_bigint FROM generate_series(9223372036854775806, 9223372036854775807) AS amount;
-- a floating-point amount is the decimal that is printed for it
SELECT net_revenue(amount) AS double, net_revenue(amount::real) AS real, sum(amount) AS sum FROM (VALUES (0.1::double precision), (0.2), (0.7), (-0.3)) AS amounts (amount);
SELECT net_revenue(amount) FROM (VALUES (1.7976931348623157e308::double precision), (5e-324), (-1.7976931348623157e308)) AS amounts (amount);
SELECT pg_typeof(net_revenue(1::smallint)), pg_typeof(avg_check(1)), pg_typeof(refund_rate(1::bigint)), pg_typeof(gross_revenue(1::real)), pg_typeof(gross_avg_check(1::double precision)), pg_typeof(avg_check(1::real, 1));

-- money keeps its places, rates lose their zeros
SELECT avg_check(amount), refund_rate(amount) FROM (VALUES (10.00), (20.00), (-15.00)) AS amounts (amount);

-- one currency
SELECT net_revenue(amount, currency), revenue_agg(amount, currency) FROM (VALUES (10.50, 'EUR'), (NULL, NULL), (-1.25, 'EUR')) AS amounts (amount, currency);
SELECT currency, net_revenue(amount, currency) FROM (VALUES (10, 'EUR'), (20, 'USD'), (-1, 'EUR')) AS amounts (amount, currency) GROUP BY currency ORDER BY currency;
SELECT net_revenue(amount, currency::char(3)) FROM (VALUES (10, 'EUR'), (20, 'EUR')) AS amounts (amount, currency);
SELECT id, net_revenue(amount, currency) OVER (ORDER BY id ROWS 1 PRECEDING) FROM (VALUES (1, 10, 'EUR'), (2, 5, 'EUR'), (3, 4, 'EUR')) AS amounts (id, amount, currency);

SELECT status, is_revenue_status(status) FROM unnest(string_to_array('paid completed shipped delivered fulfilled refunded partially_refunded PAID Cancelled canceled void voided pending failed draft', ' ')) AS status;
SELECT is_revenue_status(NULL);
SELECT growth_rate(70, 75), growth_rate(0, 5), growth_rate(-100, -50), growth_rate(-10, 5), margin_rate(100, 60), margin_rate(0, 60), discount_rate(100, 80), growth_rate(NULL, 5);
SELECT pg_typeof(growth_rate(70, 75)), pg_typeof(growth_rate(70::bigint, 75)), pg_typeof(growth_rate(7::smallint, 8::smallint)), pg_typeof(growth_rate(7.0, 8)), pg_typeof(growth_rate(70::double precision, 75)), growth_rate(70::real, 75), growth_rate(70, 75::double precision);

-- against plain SQL, by group
CALL matrix.make('revenue_sample', $$
    SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' + (id / 9)::int AS day, 'EUR'::text AS currency,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN ((matrix.random(id, 3, 60001) - 15000) / 10)::smallint END AS s,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 4, 600000001) - 150000000)::integer END AS i,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN (matrix.random(id, 5, 4000000000000000001) - 1000000000000000000) END AS b,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN ((matrix.random(id, 6, 60001) - 15000) / 100.0)::numeric(12, 2) END AS m,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN round((matrix.random(id, 7, 4000001) - 1000000) * 10::numeric ^ (matrix.random(id, 8, 30) - 20), matrix.random(id, 9, 25)::int) END AS n,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN ((matrix.random(id, 6, 60001) - 15000) / 100.0)::real END AS r,
           CASE WHEN matrix.random(id, 2, 10) > 0 THEN ((matrix.random(id, 7, 4000001) - 1000000) * 10::numeric ^ (matrix.random(id, 8, 30) - 20))::double precision END AS d,
           matrix.random(id, 10, 1500) - 700 AS order_id, md5((matrix.random(id, 10, 1500))::text)::uuid AS order_uuid, 'order ' || left(md5((matrix.random(id, 10, 1500))::text), matrix.random(matrix.random(id, 10, 1500), 11, 30)::int + 3) AS order_text
    FROM generate_series(1, 4000) AS id $$);
SELECT count(*) AS groups, count(*) FILTER (WHERE ok) AS equal FROM (
    SELECT net_revenue(n)::text = sum(n)::text AND gross_revenue(n) = sum(n) FILTER (WHERE n >= 0) AND avg_check(n) = sum(n) / count(n) FILTER (WHERE n >= 0)
       AND refund_rate(n) = -100 * coalesce(sum(n) FILTER (WHERE n < 0), 0) / sum(n) FILTER (WHERE n >= 0) AND round(gross_avg_check(n), scale(avg(n) FILTER (WHERE n >= 0))) = avg(n) FILTER (WHERE n >= 0)
       AND net_revenue(m)::text = sum(m)::text AND net_revenue(s) = sum(s) AND net_revenue(i) = sum(i) AND net_revenue(b) = sum(b)
       AND avg_check(i) = sum(i)::numeric / count(i) FILTER (WHERE i >= 0) AND avg_check(b) = sum(b) / count(b) FILTER (WHERE b >= 0)
       AND net_revenue(d) = sum(d::text::numeric)::double precision AND avg_check(r) = (sum(r::text::numeric) / count(r) FILTER (WHERE r >= 0))::double precision AS ok
    FROM revenue_sample GROUP BY day) AS groups;
SELECT count(*) AS groups, count(*) FILTER (WHERE ok) AS equal FROM (
    SELECT bool_and(avg_check IS NOT DISTINCT FROM expected AND avg_check = by_uuid AND avg_check = by_text) AS ok FROM (
        SELECT id % 7 AS branch, avg_check(m, order_id), avg_check(m, order_uuid) AS by_uuid, avg_check(m, order_text) AS by_text FROM revenue_sample GROUP BY branch) AS ours
    JOIN (SELECT branch, sum(net) / count(*) FILTER (WHERE net > 0 OR NOT refunded) AS expected
          FROM (SELECT id % 7 AS branch, order_id, sum(m) AS net, bool_or(m < 0) AS refunded FROM revenue_sample WHERE m IS NOT NULL GROUP BY 1, 2) AS orders GROUP BY branch) AS twin USING (branch)
    GROUP BY branch) AS groups;

-- the laws
SELECT matrix.check(format('%s(%s)', metric, amount), format('revenue_agg(%s)', amount), metric || CASE WHEN amount IN ('r', 'd') THEN '_double' ELSE '' END, 'revenue_sample', ARRAY[amount])
FROM unnest(string_to_array('net_revenue gross_revenue refund_rate avg_check gross_avg_check', ' ')) AS metric, unnest(string_to_array('s i b m n r d', ' ')) AS amount;
SELECT matrix.check(format('net_revenue(%s, currency)', amount), format('revenue_agg(%s, currency)', amount), 'net_revenue' || CASE WHEN amount IN ('r', 'd') THEN '_double' ELSE '' END, 'revenue_sample', ARRAY[amount])
FROM unnest(string_to_array('s i b m n r d', ' ')) AS amount;
SELECT matrix.check(format('avg_check(%s, %s)', amount, key), format('order_agg(%s, %s)', amount, key), 'avg_check' || CASE WHEN amount IN ('r', 'd') THEN '_double' ELSE '' END, 'revenue_sample', ARRAY[amount])
FROM unnest(string_to_array('s i b m r', ' ')) AS amount, unnest(string_to_array('order_id order_uuid order_text', ' ')) AS key;
SELECT matrix.check(format('avg_check(d, %s)', key), format('order_agg(d, %s)', key), 'avg_check_double', 'revenue_sample', '{d}') FROM unnest(string_to_array('order_id order_uuid order_text', ' ')) AS key;

-- a large scale is no trouble, nor are many digits
SELECT scale(avg_check(('0.' || repeat('0', 16000) || '1')::numeric, 1)), avg_check(1e-320::double precision, 1), orders_count(order_agg(('0.' || repeat('0', 16000) || '1')::numeric, 'a'));
SELECT net_revenue(amount) FROM (VALUES (1e22::double precision), (-1.5e300), (1.5e300)) AS amounts (amount);

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT net_revenue('NaN'::numeric)$$,
    $$SELECT net_revenue('-Infinity'::numeric)$$,
    $$SELECT gross_revenue('Infinity'::double precision)$$,
    $$SELECT avg_check('NaN'::real, 1)$$,
    $$SELECT avg_check(1e39, 1)$$,
    $$SELECT avg_check(amount, 1) FROM (VALUES (9e36), (0.00), (9e36)) AS amounts (amount)$$,
    $$SELECT avg_check(amount, 1) FROM (VALUES (9e37), (9e37)) AS amounts (amount)$$,
    $$SELECT avg_check(1e300::double precision, 1)$$,
    $$SELECT net_revenue(amount) FROM (VALUES (1.7976931348623157e308::double precision), (1.7976931348623157e308)) AS amounts (amount)$$,
    $$SELECT net_revenue(amount, currency) FROM (VALUES (1, 'EUR'), (2, 'USD')) AS amounts (amount, currency)$$,
    $$SELECT net_revenue(1, NULL)$$,
    $$SELECT net_revenue(1, '')$$,
    $$SELECT net_revenue(1, 'a currency with a very long name')$$,
    $$SELECT rollup(state) FROM (SELECT revenue_agg(1, currency) FROM (VALUES ('EUR'), ('USD')) AS c (currency) GROUP BY currency) AS s (state)$$,
    $$SELECT revenue_agg(1) || revenue_agg(1, 'EUR')$$,
    $$SELECT order_agg(1, 1) || order_agg(1, 'one')$$,
    $$SELECT avg_check(10, 'EUR')$$,
    $$SELECT order_agg(amount, currency) FROM (VALUES (1.5::double precision, 'USD')) AS sales (amount, currency)$$,
    $$SELECT is_revenue_status('lost')$$,
    $$SELECT is_revenue_status('')$$,
    $$SELECT growth_rate('NaN'::numeric, 1)$$,
    $$SELECT margin_rate(1::double precision, 'Infinity')$$,
    $$SELECT '(version:1,sales:-1,sales_count:1,refunds:0,refunds_count:0,scale_count:1,currency:"")'::revenue_state$$,
    $$SELECT '(version:1,sales:1.0,sales_count:1,refunds:0,refunds_count:0,scale_count:1,currency:"")'::revenue_state$$,
    $$SELECT '(version:1,sales:1,sales_count:0,refunds:0,refunds_count:0,scale_count:0,currency:"")'::revenue_state$$,
    $$SELECT '(version:1,sales:0,sales_count:1,refunds:0,refunds_count:1,scale_count:1,currency:"")'::revenue_state$$,
    $$SELECT '(version:1,sales:1,sales_count:1,refunds:0,refunds_count:0,scale_count:2,currency:"")'::revenue_state$$,
    $$SELECT '(version:1,sales:1,sales_count:999999999999999999,refunds:0,refunds_count:0,scale_count:2,currency:"")'::revenue_state$$,
    $$SELECT '(version:1,sales:NaN,sales_count:1,refunds:0,refunds_count:0,scale_count:1,currency:"")'::revenue_state$$,
    $$SELECT format('(version:1,sales:1%s,sales_count:1,refunds:0,refunds_count:0,scale_count:1,currency:"")', repeat('0', 140000))::revenue_state$$,
    $$SELECT '(version:1,key:"bigint",scale:2)'::order_state$$,
    $$SELECT '(version:1,key:"none",scale:5)'::order_state$$,
    $$SELECT '(version:1,key:"bigint",scale:2,order:"1",net:1.00,refunded:0,order:"1",net:1.00,refunded:0)'::order_state$$,
    $$SELECT '(version:1,key:"bigint",scale:2,order:"x",net:1.00,refunded:0)'::order_state$$,
    $$SELECT '(version:1,key:"uuid",scale:0,order:"x",net:1,refunded:0)'::order_state$$,
    $$SELECT '(version:1,key:"date",scale:0,order:"x",net:1,refunded:0)'::order_state$$,
    $$SELECT '(version:1,key:"none",scale:0,order:"x",net:1,refunded:0)'::order_state$$,
    $$SELECT '(version:1,key:"bigint",scale:2,order:"1",net:-1.00,refunded:0)'::order_state$$);
