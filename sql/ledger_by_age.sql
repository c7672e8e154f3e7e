-- Retention and revenue of the customers of a ledger by age, days since the first order.
\getenv srcdir PG_ABS_SRCDIR
\set shop :srcdir '/sql/shop/ledger.sql'
\set ECHO none
\i :shop
\set ECHO all
\pset format unaligned
\pset null NULL

-- A orders on days 0, 7 and 30, B on days 0 and 6, C on day 25, twice; the last day is 30, so that C has not reached day 7
CREATE TEMP TABLE example AS SELECT ledger_agg(customer, date '2024-01-01' + day, amount) AS ledger
FROM (VALUES ('A', 0, 100.00), ('A', 7, 40), ('A', 30, 60), ('B', 0, 250), ('B', 2, -250), ('B', 6, 10), ('C', 25, 80), ('C', 25, 20), ('C', 24, -3), ('D', 3, -1)) AS orders (customer, day, amount);
SELECT kind, r.* FROM example, unnest('{on,on_or_after,within}'::text[]) AS kind, retention_by_age(ledger, '{0,5,6,7,30,31}', kind) AS r;
SELECT r.* FROM example, revenue_by_age(ledger, '{0,5,6,7,30,31}') AS r;
-- who is too young counts once old enough; ages come as asked for
SELECT as_of, r.* FROM example, unnest('{2024-01-30,2024-02-01,2024-03-01}'::date[]) AS as_of, retention_by_age(ledger, '{7,1,7}', 'within', as_of) AS r;
SELECT age_days, customers FROM example, retention_by_age(ledger);
SELECT age_days, customers FROM example, revenue_by_age(ledger);

-- against plain SQL
CREATE FUNCTION shop.firsts(shop text, as_of date) RETURNS TABLE (customer bigint, first date) STABLE LANGUAGE sql AS $$
    SELECT customer, min(day) FROM shop.sales AS s WHERE s.shop = $1 AND coalesce(amount, 0) >= 0 AND day <= $2 GROUP BY customer
$$;
CREATE FUNCTION shop.by_age(shop text, ages integer[], kind text, as_of date) RETURNS TABLE (age integer, customers bigint, active bigint, pct numeric) STABLE LANGUAGE sql AS $$
    SELECT age, count(customer), CASE WHEN count(customer) > 0 THEN count(customer) FILTER (WHERE active) END, trim_scale(100.0 * count(customer) FILTER (WHERE active) / nullif(count(customer), 0))
    FROM unnest($2) WITH ORDINALITY AS a (age, place) LEFT JOIN LATERAL (
        SELECT customer, EXISTS (SELECT FROM shop.sales AS s WHERE s.shop = $1 AND s.customer = f.customer AND coalesce(amount, 0) >= 0 AND day <= $4
                                 AND CASE $3 WHEN 'on' THEN day = first + age WHEN 'on_or_after' THEN day >= first + age ELSE day > first AND day <= first + age END) AS active
        FROM shop.firsts($1, $4) AS f WHERE first + age <= $4) AS c ON true GROUP BY place, age ORDER BY place
$$;
CREATE FUNCTION shop.money_by_age(ages integer[], as_of date) RETURNS TABLE (age integer, customers bigint, total numeric, each numeric) STABLE LANGUAGE sql AS $$
    SELECT age, count(DISTINCT f.customer), sum(amount), CASE WHEN scale(trim_scale(sum(amount) / count(DISTINCT f.customer))) < 2 THEN round(sum(amount) / count(DISTINCT f.customer), 2) ELSE trim_scale(sum(amount) / count(DISTINCT f.customer)) END
    FROM unnest($1) WITH ORDINALITY AS a (age, place) LEFT JOIN shop.firsts('amounts', $2) AS f ON first + age <= $2 LEFT JOIN shop.sales AS s ON s.shop = 'amounts' AND s.customer = f.customer AND s.day <= first + age
    GROUP BY place, age ORDER BY place
$$;
CREATE TEMP TABLE cases AS SELECT keys, shop, as_of FROM shop.ledgers, unnest('{2019-11-14,2019-11-16,2020-02-29,2020-07-12,2021-02-28,2022-03-31}'::date[]) AS as_of;
SELECT kind, same, count(*) AS cases FROM cases, unnest('{on,on_or_after,within}'::text[]) AS kind, shop.same(
    format('SELECT report.* FROM shop.ledgers, retention_by_age(ledger, %L, %L, %L) AS report WHERE keys = %L', '{0,1,3,7,30,90,91,365}', kind, as_of, keys),
    format('SELECT * FROM shop.by_age(%L, %L, %L, %L)', shop, '{0,1,3,7,30,90,91,365}', kind, as_of)) AS same GROUP BY kind, same ORDER BY kind, same;
SELECT same, count(*) AS cases FROM cases, shop.same(
    format('SELECT report.* FROM shop.ledgers, revenue_by_age(ledger, %L, %L) AS report WHERE keys = %L', '{0,1,3,7,30,90,91,365}', as_of, keys),
    format('SELECT * FROM shop.money_by_age(%L, %L)', '{0,1,3,7,30,90,91,365}', as_of)) AS same WHERE shop = 'amounts' GROUP BY same;
-- what holds in every row: on is within or 0 days, on is at most on or after; within rises, on or after falls among the same customers
SELECT count(*) AS rows, count(*) FILTER (WHERE o.active_customers > a.active_customers OR o.age_days > 0 AND o.active_customers > w.active_customers OR w.active_customers > o.customers) AS broken
FROM shop.ledgers, retention_by_age(ledger, '{0,1,2,5,10,20,50,100,200}') AS o JOIN LATERAL retention_by_age(ledger, '{0,1,2,5,10,20,50,100,200}', 'on_or_after') AS a USING (age_days)
    JOIN LATERAL retention_by_age(ledger, '{0,1,2,5,10,20,50,100,200}', 'within') AS w USING (age_days);
-- shards add up
SELECT shop.same($$SELECT age_days, sum(r.customers) AS customers, sum(active_customers) AS active, sum(cumulative_revenue) AS revenue
        FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts' GROUP BY ledger_shard(customer, 7)) AS shards, retention_by_age(ledger, as_of => '2021-02-28') AS r JOIN LATERAL revenue_by_age(ledger, as_of => '2021-02-28') USING (age_days) GROUP BY age_days ORDER BY age_days$$,
    $$SELECT age_days, r.customers, active_customers, cumulative_revenue FROM shop.ledgers, retention_by_age(ledger, as_of => '2021-02-28') AS r JOIN LATERAL revenue_by_age(ledger, as_of => '2021-02-28') USING (age_days) WHERE keys = 'bigint' ORDER BY age_days$$) AS shards;
-- a ledger that is being built
SELECT shop.same($$SELECT report.* FROM (SELECT ledger_agg(customer, day, amount) AS ledger FROM shop.sales WHERE shop = 'amounts') AS base, revenue_by_age(ledger) AS report$$,
    $$SELECT report.* FROM shop.ledgers, revenue_by_age(ledger) AS report WHERE keys = 'bigint'$$) AS being_built;

-- windows of 24 hours: a ledger whose days are the first day and whole 24 hours since the first order. A customer who is there at 23:45 and at 00:01 came
-- back on the next calendar day, but not after 24 hours.
CREATE TEMP TABLE visits AS SELECT customer, at::timestamptz FROM (VALUES (1, '2024-03-01 23:45+00'), (1, '2024-03-02 00:01+00'), (2, '2024-03-01 12:00+00'), (2, '2024-03-02 12:00+00'),
    (3, '2024-03-01 12:00+00'), (3, '2024-03-03 11:59:59+00'), (4, '2024-03-01 12:00+00'), (4, '2024-03-03 12:00+00')) AS v (customer, at);
SELECT r.* FROM (SELECT ledger_agg(customer, at, 'UTC') AS ledger FROM visits WHERE customer = 1) AS calendar, retention_by_age(ledger, '{1}', as_of => '2024-03-10') AS r;
SELECT customer, r.age_days, r.retention_pct FROM (
    SELECT customer, ledger_agg(customer, (first_at AT TIME ZONE 'UTC')::date + floor(extract(epoch FROM at - first_at) / 86400)::integer) AS ledger
    FROM (SELECT *, min(at) OVER (PARTITION BY customer) AS first_at FROM visits) AS v GROUP BY customer) AS ages, retention_by_age(ledger, '{0,1,2}', as_of => '2024-03-10') AS r ORDER BY customer, age_days;
-- against plain SQL: instants of one customer in four zones and over the change to summer time
CREATE TEMP TABLE instants AS SELECT customer, timestamptz '2024-03-20 00:00+00' + make_interval(mins => matrix.random(id, 2, 40000)::int) AS at FROM generate_series(1, 400) AS id, LATERAL (SELECT matrix.random(id, 1, 60) AS customer) AS c;
SELECT zone, count(*) AS ages, count(*) FILTER (WHERE r.active_customers = (SELECT count(DISTINCT customer) FROM (SELECT customer, at, min(at) OVER (PARTITION BY customer) AS first_at FROM instants) AS i
        WHERE at >= first_at + make_interval(hours => 24 * age_days) AND at < first_at + make_interval(hours => 24 * age_days + 24))) AS same
FROM unnest('{UTC,Europe/Berlin,America/New_York,Pacific/Auckland}'::text[]) AS zone, LATERAL (
    SELECT ledger_agg(customer, (first_at AT TIME ZONE zone)::date + floor(extract(epoch FROM at - first_at) / 86400)::integer) AS ledger
    FROM (SELECT *, min(at) OVER (PARTITION BY customer) AS first_at FROM instants) AS i) AS base, retention_by_age(ledger, '{0,1,2,3,4,5,6,7,10,14}', as_of => '2024-12-31') AS r GROUP BY zone ORDER BY zone;

-- edges
SELECT * FROM retention_by_age('empty');
SELECT * FROM revenue_by_age('empty', '{7}');
SELECT count(*) AS null FROM retention_by_age(NULL);
SELECT count(*) AS null FROM example, retention_by_age(ledger, NULL);
SELECT count(*) AS none FROM example, retention_by_age(ledger, '{}');
SELECT r.* FROM example, retention_by_age(ledger, '{3652500}', 'within', '9999-12-31') AS r;
-- refunds only: nobody; sums pass 64 bits
SELECT r.* FROM (SELECT ledger_agg(7, date '2024-02-28', -1) AS ledger) AS one, revenue_by_age(ledger, '{0}') AS r;
SELECT report.* FROM (SELECT ledger_agg(n, date '2024-01-31', 922337203685477.5807) AS ledger FROM generate_series(1, 2000) AS n) AS large, revenue_by_age(ledger, '{0}') AS report;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT * FROM retention_by_age('empty', '{-1}')$$,
    $$SELECT * FROM retention_by_age('empty', '{1,3652501}')$$,
    $$SELECT * FROM retention_by_age('empty', '{1,NULL}')$$,
    $$SELECT * FROM revenue_by_age('empty', '{{1},{2}}')$$,
    $$SELECT * FROM retention_by_age('empty', kind => 'every')$$,
    $$SELECT * FROM retention_by_age('empty', as_of => 'infinity')$$,
    $$SELECT * FROM revenue_by_age((SELECT ledger_agg(1, date '2024-01-01')))$$);
DROP SCHEMA shop CASCADE;
