-- Reports over an mrr_ledger: the worked example, and random subscriptions against a spine of dates in plain SQL.
\pset format unaligned
\pset null NULL
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS spine CASCADE;
CREATE SCHEMA spine;

-- D2: A pays 100 a month from January; B 50 in January only, and again from March; C 80, then 120 from February; D 90, then 60 from February; E 600 a year from February
CREATE TEMP TABLE d2 AS SELECT mrr_agg(customer, period::daterange, amount, every::interval) AS m FROM (VALUES
    ('A', '[2024-01-01,)', 100, '1 month'), ('B', '[2024-01-01,2024-02-01)', 50, '1 month'), ('B', '[2024-03-01,)', 50, '1 month'), ('C', '[2024-01-01,2024-02-01)', 80, '1 month'),
    ('C', '[2024-02-01,)', 120, '1 month'), ('D', '[2024-01-01,2024-02-01)', 90, '1 month'), ('D', '[2024-02-01,)', 60, '1 month'), ('E', '[2024-02-01,)', 600, '1 year')) AS v (customer, period, amount, every);
\x on
SELECT report.* FROM d2, mrr_movements(m) AS report;
\x off
SELECT period, round(100 - net_churn_pct, 2) AS nrr_with_reactivation, churn_rate(churned_customers, start_customers), churn_rate_new_included(churned_customers, start_customers, new_customers + reactivated_customers) FROM d2, mrr_movements(m);
SELECT period, start_customers, new_customers, reactivated_customers, churned_customers, end_customers, churn_pct, round(churn_lower_pct, 2) AS lower, round(churn_upper_pct, 2) AS upper FROM d2, customer_churn(m);
SELECT report.* FROM d2, mrr_cohorts(m, as_of => '2024-03-31') AS report;
SELECT report.* FROM d2, renewals(m, as_of => '2024-03-31') AS report;
SELECT report.* FROM d2, mrr_changes(m, NULL::text, '2024-02-01', '2024-03-01') AS report;
SELECT ltv(m, '2024-02-01', '2024-03-01') AS february, ltv(m) AS all_months, ltv(m, '2024-03-01') AS nobody_churned, coverage_ratio(mrr(m, '2024-03-31'), 304) FROM d2;

-- Random subscriptions: overlapping, nested, adjacent, equal, empty, open and free ones, discounts that pass what they discount, leaving and coming back within
-- a period, amounts without a finite decimal a month
CREATE TABLE spine.subscriptions AS
SELECT customer, daterange(start, CASE WHEN matrix.random(id, 2, 6) > 0 THEN start + days END) AS period,
       CASE WHEN matrix.random(id, 3, 12) = 0 THEN 0 WHEN matrix.random(id, 3, 12) = 1 THEN -15.5 ELSE matrix.random(id, 4, 900) / 10.0 END AS amount,
       (ARRAY['1 month', '1 month', '1 year', '1 week', '10 days', '3 months']::interval[])[1 + matrix.random(id, 5, 6)] AS every
FROM (SELECT id, 1 + matrix.random(id, 6, 70) AS customer, date '2020-01-01' + CASE WHEN matrix.random(id, 7, 2) = 0 THEN matrix.random(id, 8, 700)::int ELSE 30 * (matrix.random(id, 8, 700) / 30)::int END AS start,
             (ARRAY[0, 1, 5, 30, 30, 60, 200])[1 + matrix.random(id, 9, 7)] AS days FROM generate_series(1, 420) AS id) AS drawn;
INSERT INTO spine.subscriptions SELECT customer, daterange(upper(period), upper(period) + 25), amount, every FROM spine.subscriptions WHERE NOT upper_inf(period) AND NOT isempty(period) AND customer % 3 = 0;
INSERT INTO spine.subscriptions SELECT * FROM spine.subscriptions WHERE customer % 5 = 0;
INSERT INTO spine.subscriptions VALUES (71, '[2020-02-29,2020-03-31)', 10, '1 month'), (72, '[2020-01-31,2020-03-01)', 10, '1 month'), (73, '[2020-05-03,2020-05-20)', 9, '1 month'), (73, '[2020-08-01,)', 9, '1 month');
CREATE TABLE spine.ledgers AS
SELECT 'bigint' AS keys, mrr_agg(customer, period, amount, every) AS m FROM spine.subscriptions
UNION ALL SELECT 'uuid', mrr_agg(md5(customer::text)::uuid, period, amount, every, 'EUR') FROM spine.subscriptions
UNION ALL SELECT 'text', rollup(m) FROM (SELECT mrr_agg('customer ' || customer, tstzrange(lower(period)::timestamp AT TIME ZONE 'Asia/Tokyo', upper(period)::timestamp AT TIME ZONE 'Asia/Tokyo'), amount, every, 'Asia/Tokyo')
    FROM spine.subscriptions WHERE NOT isempty(period) GROUP BY amount) AS parts (m);
-- the usual way: a row for each customer and day
CREATE TABLE spine.paid_days AS
SELECT customer, day::date, coalesce(sum(round(amount * factor / divisor, 8)), 0) AS worth
FROM (SELECT DISTINCT customer FROM spine.subscriptions) AS c CROSS JOIN generate_series(timestamp '2019-06-01', '2022-12-31', '1 day') AS d (day)
    LEFT JOIN (SELECT customer, period, amount, factor, divisor::numeric(40, 30) FROM spine.subscriptions
        JOIN (VALUES (interval '1 month', 1, 1), ('3 months', 1, 3), ('1 year', 1, 12), ('1 week', 52, 12), ('10 days', 365, 120)) AS v (every, factor, divisor) USING (every)) AS s USING (customer)
WHERE s.period @> day::date OR s.period IS NULL GROUP BY customer, day;
INSERT INTO spine.paid_days SELECT customer, day::date, 0 FROM (SELECT DISTINCT customer FROM spine.subscriptions) AS c CROSS JOIN generate_series(timestamp '2019-06-01', '2022-12-31', '1 day') AS d (day)
WHERE NOT EXISTS (SELECT FROM spine.paid_days AS p WHERE p.customer = c.customer AND p.day = d.day::date);
-- with a grace, days without pay count like the last one before, where there is pay again by the first of them and the grace
CREATE TABLE spine.graced_days AS
SELECT grace, customer, day, CASE WHEN worth <= 0 AND next_paid <= last_paid + 1 + grace THEN (SELECT p.worth FROM spine.paid_days AS p WHERE p.customer = d.customer AND p.day = last_paid) ELSE worth END AS worth
FROM (SELECT *, max(day) FILTER (WHERE worth > 0) OVER (PARTITION BY customer ORDER BY day) AS last_paid, min(day) FILTER (WHERE worth > 0) OVER (PARTITION BY customer ORDER BY day DESC) AS next_paid FROM spine.paid_days) AS d,
    unnest('{0 days,3 days,1 month,200 days}'::interval[]) AS grace;
CREATE INDEX ON spine.graced_days (grace, day, customer);
CREATE INDEX ON spine.graced_days (grace, customer, day) INCLUDE (worth);
CREATE FUNCTION spine.grace() RETURNS interval STABLE LANGUAGE sql AS $$ SELECT current_setting('spine.grace')::interval $$;
CREATE VIEW spine.days AS SELECT customer, day, worth FROM spine.graced_days WHERE grace = current_setting('spine.grace')::interval;
SET spine.grace = '0 days';
CREATE TABLE spine.calendar AS
SELECT step, start::date, (start + step)::date AS stop
FROM (VALUES (interval '1 day', timestamp '2019-12-20'), ('1 week', '2019-12-16'), ('10 days', '2000-01-01'), ('1 month', '2019-12-01'), ('3 months', '2019-10-01'), ('1 year', '2019-01-01')) AS v (step, origin),
    generate_series(origin, timestamp '2022-12-01', step) AS start WHERE start >= '2019-01-01';
VACUUM ANALYZE spine.graced_days, spine.calendar, spine.subscriptions;
-- the customers of each period: what they are worth before it and at its end, whether they paid before, and what those paid last who came and left within it
CREATE FUNCTION spine.moves(step interval, from_day date, to_day date) RETURNS TABLE (period date, customer bigint, before numeric, after numeric, paid boolean, passing numeric) STABLE LANGUAGE sql AS $$
    SELECT start, e.customer, coalesce(s.worth, 0), e.worth, coalesce(first < start, false),
        CASE WHEN coalesce(s.worth, 0) <= 0 AND e.worth <= 0 THEN coalesce((SELECT worth FROM spine.days AS w WHERE w.customer = e.customer AND w.day >= start AND w.day < stop AND w.worth > 0 ORDER BY w.day DESC LIMIT 1), 0) ELSE 0 END
    FROM spine.calendar AS c JOIN spine.days AS e ON e.day = stop - 1 LEFT JOIN spine.days AS s ON s.day = start - 1 AND s.customer = e.customer
        LEFT JOIN (SELECT customer, min(day) AS first FROM spine.days WHERE worth > 0 GROUP BY customer) AS f ON f.customer = e.customer
    WHERE c.step = $1 AND start < coalesce($3, (SELECT max(b) + 1 FROM spine.subscriptions, unnest(ARRAY[lower(subscriptions.period), upper(subscriptions.period)]) AS b WHERE amount <> 0))
      AND stop > coalesce($2, (SELECT min(lower(subscriptions.period)) FROM spine.subscriptions WHERE amount <> 0)) AND ($2 < $3 OR $2 IS NULL OR $3 IS NULL)
$$;
CREATE FUNCTION spine.movements(step interval, from_day date, to_day date) RETURNS TABLE (period date, money numeric[], customers bigint[], ratios numeric[]) STABLE LANGUAGE sql AS $$
    WITH m AS (
        SELECT period, sum(before) AS s, sum(after) AS e, count(*) FILTER (WHERE before > 0) AS n, count(*) FILTER (WHERE after > 0) AS n_end,
            coalesce(sum(after - before + passing) FILTER (WHERE came AND NOT paid), 0) AS new, coalesce(sum(after - before + passing) FILTER (WHERE came AND paid), 0) AS again,
            coalesce(sum(after - before) FILTER (WHERE after > before AND NOT came AND NOT stopped), 0) AS up, coalesce(sum(after - before) FILTER (WHERE after < before AND NOT came AND NOT stopped), 0) AS down,
            coalesce(sum(after - before) FILTER (WHERE stopped), 0) AS lost, sum(passing) AS passing, coalesce(sum(passing) FILTER (WHERE NOT paid), 0) AS passing_new, coalesce(sum(passing) FILTER (WHERE paid), 0) AS passing_again,
            count(*) FILTER (WHERE came AND NOT paid) AS n_new, count(*) FILTER (WHERE came AND paid) AS n_again, count(*) FILTER (WHERE stopped) AS n_lost, count(*) FILTER (WHERE passing > 0) AS n_passing
        FROM (SELECT *, before <= 0 AND (after > 0 OR passing > 0) AS came, before > 0 AND after <= 0 AS stopped FROM spine.moves($1, $2, $3)) AS moves GROUP BY period)
    SELECT period, ARRAY[s, new, again, up, down, lost - passing, e], ARRAY[n, n_new, n_again, n_lost + n_passing, n_end],
        -- rates are those of the customers who pay at the start
        (SELECT array_agg(round(r, 12) ORDER BY i) FROM unnest(ARRAY[-100 * (down + lost) / nullif(s, 0), -100 * (down + lost + up + again - passing_again) / nullif(s, 0), 100 + 100 * (down + lost) / nullif(s, 0), 100 * (s + down + lost + up) / nullif(s, 0),
            (new + again + up) / nullif(passing - down - lost, 0), 100 * (e - (new - passing_new) - s) / nullif(s, 0), e / nullif(n_end, 0), 100.0 * n_lost / nullif(n, 0)]) WITH ORDINALITY AS r (r, i))
    FROM m $$;
CREATE FUNCTION spine.ours(keys text, step interval, from_day date, to_day date) RETURNS TABLE (period date, money numeric[], customers bigint[], ratios numeric[]) STABLE LANGUAGE sql AS $$
    SELECT period, ARRAY[start_mrr, new_mrr, reactivation, expansion, contraction, churn, end_mrr], ARRAY[start_customers, new_customers, reactivated_customers, churned_customers, end_customers],
        ARRAY[round(gross_churn_pct, 12), round(net_churn_pct, 12), round(grr_pct, 12), round(nrr_pct, 12), round(quick_ratio, 12), round(growth_existing_pct, 12), round(arpa, 12), round(churn_pct, 12)]
    FROM spine.ledgers AS l, mrr_movements(m, $2, $3, $4, spine.grace()) JOIN customer_churn(m, $2, $3, $4, spine.grace()) AS c USING (period, start_customers, new_customers, reactivated_customers, churned_customers, end_customers) WHERE l.keys = $1 $$;
SELECT step, keys, count(*) AS ranges, sum(periods) AS periods, sum(different) AS different FROM (
    SELECT step, keys, (SELECT count(*) FROM spine.movements(step, from_day, to_day)) AS periods, compared.different
    FROM (SELECT DISTINCT step FROM spine.calendar) AS s, (VALUES (NULL::date, NULL::date), ('2020-03-10', '2020-11-30'), ('2021-01-01', '2021-01-01'), ('2021-05-15', NULL), (NULL, '2020-06-02'), ('2019-12-25', '2022-05-01')) AS v (from_day, to_day),
        unnest('{bigint,uuid,text}'::text[]) AS keys,
        LATERAL (WITH a AS (SELECT * FROM spine.ours(keys, step, from_day, to_day)), b AS (SELECT * FROM spine.movements(step, from_day, to_day))
            SELECT count(*) FROM ((TABLE a EXCEPT ALL TABLE b) UNION ALL (TABLE b EXCEPT ALL TABLE a)) AS d) AS compared (different)
    WHERE keys = 'bigint' OR step = '1 month') AS compared
GROUP BY step, keys ORDER BY step, keys;

-- what holds in every row: the sums, to the last digit, and each row goes on where the one before ended
SELECT count(*) AS periods, count(*) FILTER (WHERE start_mrr + new_mrr + reactivation + expansion + contraction + churn <> end_mrr) AS money, count(*) FILTER (WHERE start_customers + new_customers + reactivated_customers - churned_customers <> end_customers) AS customers,
    count(*) FILTER (WHERE start_mrr <> before OR start_customers <> customers_before) AS torn, count(*) FILTER (WHERE grr_pct + gross_churn_pct <> 100 OR end_mrr <> mrr(m, stop - 1) OR end_customers <> paying_customers(m, stop - 1) OR arr(m, stop - 1) <> 12 * end_mrr) AS contradicted
FROM (SELECT r.*, m, c.stop, lag(end_mrr) OVER (ORDER BY r.period) AS before, lag(end_customers) OVER (ORDER BY r.period) AS customers_before
      FROM spine.ledgers, mrr_movements(m, '1 week', '2020-01-01', '2022-06-01') AS r JOIN spine.calendar AS c ON c.step = '1 week' AND c.start = r.period WHERE keys = 'uuid') AS rows;
-- who left and came back within a month has not moved; who came and left within one is new and churned, and not new the next time
SELECT period, new_mrr, reactivation, end_mrr FROM (SELECT mrr_agg(customer, period, amount, every) FROM spine.subscriptions WHERE customer = 73) AS one (m), mrr_movements(m) WHERE period <> '2020-06-01';
SELECT report.period, start_mrr, expansion, contraction, churn, end_mrr, churned_customers FROM (SELECT mrr_agg(1, period, amount, '1 month') FROM (VALUES (daterange('2024-01-01', '2024-02-10'), 50), ('[2024-02-20,)', 70)) AS v (period, amount)) AS one (m), mrr_movements(m) AS report;
-- one of two subscriptions ends: contraction; the price changes from one day to the next: expansion
SELECT report.period, new_mrr, expansion, contraction, churn, end_mrr FROM (SELECT mrr_agg(1, period, amount, '1 month') FROM (VALUES (daterange('2024-01-01', '2024-02-15'), 30), ('[2024-01-01,2024-03-05)', 50), ('[2024-03-05,)', 60)) AS v (period, amount)) AS one (m), mrr_movements(m) AS report;
-- shards add up
SELECT count(*) AS periods, count(*) FILTER (WHERE s.money = r.money AND s.customers = r.customers) AS equal FROM (
    SELECT period, ARRAY[sum(start_mrr), sum(new_mrr), sum(reactivation), sum(expansion), sum(contraction), sum(churn), sum(end_mrr)] AS money, ARRAY[sum(start_customers), sum(new_customers), sum(reactivated_customers), sum(churned_customers), sum(end_customers)]::bigint[] AS customers
    FROM (SELECT mrr_agg(customer, period, amount, every) AS m FROM spine.subscriptions GROUP BY ledger_shard(customer, 5)) AS shards, mrr_movements(m, '1 month', '2019-12-01', '2022-06-01') GROUP BY period) AS s
FULL JOIN spine.ours('bigint', '1 month', '2019-12-01', '2022-06-01') AS r USING (period);

-- churn of customers, without those who came and left within a period
SELECT step, count(*) AS periods, count(*) FILTER (WHERE customers = ARRAY[start_customers, new_customers, reactivated_customers, churned_customers, end_customers] AND round(churn_pct, 12) IS NOT DISTINCT FROM ratios[8]
    AND churn_lower_pct IS NOT DISTINCT FROM (churn_ci(lost, start_customers)).lower_pct AND churn_upper_pct IS NOT DISTINCT FROM (churn_ci(lost, start_customers)).upper_pct) AS equal, count(*) FILTER (WHERE churned_customers > lost) > 0 AS passing
FROM (SELECT DISTINCT step FROM spine.calendar) AS s, LATERAL (SELECT c.*, customers, ratios, coalesce(round(ratios[8] * start_customers / 100), 0)::bigint AS lost
    FROM spine.ledgers AS l, customer_churn(m, step, '2020-01-05', '2022-03-01') AS c FULL JOIN spine.movements(step, '2020-01-05', '2022-03-01') AS t USING (period) WHERE l.keys = 'text') AS compared
GROUP BY step ORDER BY step;
-- every customer who ever paid is new once, whatever the step
SELECT DISTINCT sum(new_customers) AS new_customers, (SELECT count(DISTINCT customer) FROM spine.days WHERE worth > 0) AS customers FROM (SELECT DISTINCT step FROM spine.calendar) AS s, spine.ledgers, mrr_movements(m, step) WHERE keys = 'bigint' GROUP BY step;

-- who moved: the same customers, and sums that are those of the periods
CREATE VIEW spine.check_changes AS
SELECT count(*) AS changes, count(DISTINCT r.movement) AS kinds, count(*) FILTER (WHERE t.customer IS NULL OR r.customer IS NULL OR t.before <> start_mrr OR t.after <> end_mrr OR t.after - t.before <> change) AS different, count(*) FILTER (WHERE passing > 0) AS passing
FROM (SELECT c.start, x.* FROM spine.ledgers, spine.calendar AS c, mrr_changes(m, NULL::bigint, c.start, c.stop, grace => spine.grace()) AS x WHERE keys = 'bigint' AND c.step = '1 month') AS r
FULL JOIN (SELECT period, customer, movement, m.before, m.after, passing FROM spine.moves('1 month', '2019-12-01', '2022-12-31') AS t,
    LATERAL (SELECT CASE WHEN t.before <= 0 AND t.after + passing > 0 THEN CASE WHEN paid THEN 'reactivation' ELSE 'new' END WHEN t.after <= 0 AND t.before > 0 THEN 'churn' WHEN t.after > t.before THEN 'expansion' ELSE 'contraction' END, t.before, t.after + passing
             WHERE t.before <> t.after OR passing > 0 UNION ALL SELECT 'churn', t.after + passing, t.after WHERE passing > 0) AS m (movement, before, after)) AS t ON t.period = r.start AND t.customer = r.customer AND t.movement = r.movement;
TABLE spine.check_changes;
SELECT count(*) AS uuids FROM spine.ledgers, mrr_changes(m, NULL::uuid, '2020-06-01', '2020-07-01') WHERE keys = 'uuid';

-- cohorts
CREATE FUNCTION spine.cohorts(step interval, as_of date) RETURNS TABLE (cohort date, cohort_size bigint, k bigint, customers bigint, customer_pct numeric, mrr numeric, net_pct numeric, retained numeric, gross_pct numeric) STABLE LANGUAGE sql AS $$
    WITH p AS MATERIALIZED (SELECT start, stop, row_number() OVER (ORDER BY start) AS n FROM spine.calendar AS c WHERE c.step = $1),
         first AS MATERIALIZED (SELECT customer, n, stop FROM (SELECT customer, min(day) AS day FROM spine.days WHERE worth > 0 AND day <= $2 GROUP BY customer) AS f JOIN p ON f.day >= start AND f.day < stop),
         base AS MATERIALIZED (SELECT customer, n, worth FROM first JOIN spine.days USING (customer) WHERE day = stop - 1),
         cells AS (SELECT b.n, p.n - b.n AS k, count(*) AS size, count(*) FILTER (WHERE d.worth > 0) AS customers, sum(d.worth) AS mrr, sum(greatest(least(d.worth, b.worth), 0)) AS retained
                   FROM base AS b JOIN p ON p.n >= b.n AND p.stop <= $2 + 1 JOIN spine.days AS d ON d.customer = b.customer AND d.day = p.stop - 1 GROUP BY 1, 2)
    SELECT p.start, size, k, customers, round(100.0 * customers / size, 10), cells.mrr, round(100 * cells.mrr / nullif(first_value(cells.mrr) OVER w, 0), 10), retained, round(100 * retained / nullif(first_value(cells.mrr) OVER w, 0), 10)
    FROM cells JOIN p USING (n) WINDOW w AS (PARTITION BY n ORDER BY k) $$;
CREATE VIEW spine.check_cohorts AS
SELECT step, as_of, count(*) AS cells, count(*) FILTER (WHERE t.cohort IS NULL OR r.cohort IS NULL OR (r.cohort_size, r.paying_customers, round(customer_retention_pct, 10), r.mrr, round(net_retention_pct, 10), retained_mrr, round(gross_retention_pct, 10))
    IS DISTINCT FROM (t.cohort_size, t.customers, t.customer_pct, t.mrr, t.net_pct, t.retained, t.gross_pct)) AS different
FROM (VALUES (interval '1 month', date '2021-06-30'), ('1 month', '2022-09-15'), ('1 week', '2021-01-31'), ('3 months', '2022-12-31'), ('1 year', '2022-12-31'), ('10 days', '2020-05-05')) AS v (step, as_of),
    LATERAL (SELECT r.* FROM spine.ledgers, mrr_cohorts(m, step, as_of, spine.grace()) AS r WHERE keys = 'text' AND r.mrr IS NOT NULL) AS r FULL JOIN LATERAL (SELECT * FROM spine.cohorts(step, as_of)) AS t ON r.cohort = t.cohort AND r.period_number = t.k
GROUP BY step, as_of ORDER BY step, as_of;
TABLE spine.check_cohorts;
SELECT count(*) AS cells, sum(cohort_size) FILTER (WHERE period_number = 0) AS customers, count(*) FILTER (WHERE (mrr IS NULL) <> (cohort + (period_number + 1) * interval '1 month' > date '2021-06-16') OR (mrr IS NULL) <> (paying_customers IS NULL)) AS wrongly_known
FROM spine.ledgers, mrr_cohorts(m, as_of => '2021-06-15') WHERE keys = 'uuid';

-- renewals: anniversaries counted one by one
CREATE VIEW spine.check_renewals AS
SELECT step, as_of, count(*) AS periods, sum(t.lost) AS lost, sum(t.survived) AS survived, count(*) FILTER (WHERE (r.lost, r.survived) IS DISTINCT FROM (t.lost, t.survived)) AS different
FROM (VALUES (interval '1 month', date '2021-06-30'), ('1 month', '2020-03-31'), ('1 month', NULL), ('1 week', '2021-01-31'), ('3 months', '2022-12-30'), ('1 year', '2022-12-30')) AS v (step, as_of),
LATERAL (SELECT r.* FROM spine.ledgers, renewals(m, step, as_of, spine.grace()) AS r WHERE keys = 'bigint' AND lost + survived > 0) AS r FULL JOIN LATERAL (
    SELECT t, count(*) FILTER (WHERE lost_on IS NOT NULL) AS lost, count(*) FILTER (WHERE lost_on IS NULL) AS survived FROM (
        SELECT customer, first, lost_on, CASE WHEN lost_on IS NULL THEN (SELECT max(n) FROM generate_series(0, 400) AS n WHERE (first + n * step)::date <= until) ELSE (SELECT min(n) FROM generate_series(0, 400) AS n WHERE (first + n * step)::date >= lost_on) END AS t
        FROM (SELECT customer, first, (SELECT min(day) FROM spine.days AS e WHERE e.customer = f.customer AND worth <= 0 AND day > first AND day <= until) AS lost_on, until
              FROM (SELECT customer, min(day) AS first, until FROM spine.days, (SELECT coalesce(as_of, (SELECT last_day(m) FROM spine.ledgers WHERE keys = 'bigint')) AS until) AS u WHERE worth > 0 AND day <= until GROUP BY customer, until) AS f) AS runs) AS counted
    WHERE t > 0 GROUP BY t) AS t ON t.t = r.period_number
GROUP BY step, as_of ORDER BY step, as_of;
TABLE spine.check_renewals;

-- a grace for late renewals: the same against days that it has filled
CREATE VIEW spine.check_movements AS
SELECT step, keys, count(*) AS ranges, sum(periods) AS periods, sum(different) AS different FROM (
    SELECT step, keys, (SELECT count(*) FROM spine.movements(step, from_day, to_day)) AS periods, compared.different
    FROM (SELECT DISTINCT step FROM spine.calendar WHERE step <> '1 day') AS s, (VALUES ('bigint', NULL::date, NULL::date), ('text', '2020-03-10', '2020-11-30')) AS v (keys, from_day, to_day),
        LATERAL (WITH a AS (SELECT * FROM spine.ours(keys, step, from_day, to_day)), b AS (SELECT * FROM spine.movements(step, from_day, to_day))
            SELECT count(*) FROM ((TABLE a EXCEPT ALL TABLE b) UNION ALL (TABLE b EXCEPT ALL TABLE a)) AS d) AS compared (different)) AS compared
GROUP BY step, keys ORDER BY step, keys;
CREATE VIEW spine.check_days AS
SELECT count(*) AS days, count(*) FILTER (WHERE mrr(m, day, spine.grace()) = worth AND arr(m, day, spine.grace()) = 12 * worth AND paying_customers(m, day, spine.grace()) = customers) AS equal
FROM (SELECT day, sum(worth) AS worth, count(*) FILTER (WHERE worth > 0) AS customers FROM spine.days WHERE extract(day FROM day) IN (1, 17, 28) AND day < '2022-06-01' GROUP BY day) AS d, spine.ledgers WHERE keys = 'text';
SET spine.grace = '3 days';
TABLE spine.check_movements;
TABLE spine.check_changes;
TABLE spine.check_cohorts;
TABLE spine.check_renewals;
TABLE spine.check_days;
SET spine.grace = '1 month';
TABLE spine.check_movements;
TABLE spine.check_changes;
TABLE spine.check_cohorts;
TABLE spine.check_renewals;
TABLE spine.check_days;
SET spine.grace = '200 days';
TABLE spine.check_movements;
TABLE spine.check_changes;
TABLE spine.check_days;
SET spine.grace = '0 days';
-- a renewal a day late over the end of a month: no churn, and the first term is new; a day later than the grace it is both; a return that is not known yet is none
CREATE TEMP TABLE late AS SELECT mrr_agg(1, period, 10, '1 month') AS m FROM unnest('{"[2024-01-10,2024-01-31)","[2024-02-01,2024-02-29)"}'::daterange[]) AS period;
SELECT grace, r.period, new_customers, reactivated_customers, churned_customers, new_mrr, reactivation, churn, end_mrr, gross_churn_pct FROM late, unnest('{NULL,1 day,3 days}'::interval[]) AS grace, mrr_movements(m, grace => grace) AS r ORDER BY 1 NULLS FIRST, 2;
SELECT grace, r.* FROM late, unnest('{NULL,3 days}'::interval[]) AS grace, mrr_changes(m, '2024-01-01', '2024-02-01', grace => grace) AS r;
SELECT ltv(m), ltv(m, grace => '3 days') AS with_grace, mrr(m, '2024-01-31'), mrr(m, '2024-01-31', '3 days') AS with_grace, paying_customers(m, '2024-02-29', '3 days') AS after FROM late;
-- the last amount counts through a gap, and the grace begins anew with each gap; a discount that takes all is a gap, too
SELECT day::date, mrr(m, day::date) AS mrr, mrr(m, day::date, '2 days') AS with_grace FROM (
    SELECT mrr_agg(1, period, amount, '1 month') FROM (VALUES (daterange('2024-01-01', '2024-01-03'), 10), ('[2024-01-05,2024-01-07)', 20), ('[2024-01-06,2024-01-07)', -20), ('[2024-01-10,2024-01-12)', 30)) AS v (period, amount)) AS s (m), generate_series(timestamp '2024-01-01', '2024-01-12', '1 day') AS day;

-- each term up to its last day, inclusively: 100 customers of 10 a month, seven months in a row
CREATE TEMP TABLE terms AS SELECT customer, month::date AS starts, (month + interval '1 month' - interval '1 day')::date AS ends FROM generate_series(1, 100) AS customer, generate_series(timestamp '2024-01-01', '2024-07-01', '1 month') AS month;
SELECT r.period, new_mrr, reactivation, churn, end_mrr, churned_customers FROM (SELECT mrr_agg(customer, daterange(starts, ends, '[]'), 10, '1 month') FROM terms) AS s (m), mrr_movements(m, to_day => '2024-08-01') AS r;
SELECT r.period, new_mrr, reactivation, churn, end_mrr, churned_customers FROM (SELECT mrr_agg(customer, daterange(starts, ends), 10, '1 month') FROM terms) AS s (m), mrr_movements(m, to_day => '2024-08-01') AS r;

-- nothing, NULL, one customer, large amounts, far days
SELECT * FROM mrr_movements('empty');
SELECT * FROM mrr_movements(NULL);
SELECT * FROM customer_churn('empty', from_day => '2024-01-01', to_day => '2024-02-02');
SELECT count(*) FROM mrr_cohorts('empty');
SELECT count(*) FROM mrr_cohorts('empty', as_of => '2024-01-01');
SELECT count(*) FROM renewals('empty', as_of => '2024-01-01');
SELECT ltv('empty'::mrr_ledger), ltv(NULL::mrr_ledger);
SELECT count(*) FROM d2, mrr_changes(m, NULL::text, NULL, '2024-01-01');
SELECT count(*) AS before_the_first FROM d2, mrr_cohorts(m, as_of => '2023-12-31');
SELECT start_mrr, new_mrr, churn, end_mrr, nrr_pct FROM (SELECT mrr_agg(n, daterange('2024-01-15', '2024-02-15'), 92233720368.54775807, '1 month') FROM generate_series(1, 2000) AS n) AS large (m), mrr_movements(m);
SELECT period, new_mrr, churn FROM (SELECT mrr_agg(1, daterange('0044-03-15 BC', '90000-01-01'), 1, '1 month')) AS far (m), mrr_movements(m, '1000 years') WHERE new_mrr + churn <> 0;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT * FROM mrr_movements('empty', '1 month 1 day')$$,
    $$SELECT * FROM mrr_movements('empty', '0')$$,
    $$SELECT * FROM mrr_movements('empty', grace => '-1 day')$$,
    $$SELECT * FROM mrr_cohorts('empty', as_of => '2024-01-01', grace => '1 hour')$$,
    $$SELECT mrr('empty'::mrr_ledger, '2024-01-01', grace => '10001 years')$$,
    $$SELECT * FROM mrr_movements('empty', from_day => '2024-02-01', to_day => '2024-01-01')$$,
    $$SELECT r.* FROM (SELECT mrr_agg(1, daterange('0044-03-15 BC', NULL), 1, '1 month')) AS far (m), mrr_movements(m, '10000 years') AS r$$,
    $$SELECT r.* FROM (SELECT mrr_agg(1, daterange('0044-03-15 BC', NULL), 1, '1 month')) AS far (m), mrr_cohorts(m, '10000 years', '2024-01-01') AS r$$,
    $$SELECT * FROM customer_churn('empty', from_day => 'infinity')$$,
    $$SELECT * FROM mrr_cohorts('empty', as_of => '-infinity')$$,
    $$SELECT * FROM d2, mrr_cohorts(m, '1 day', '9999-12-31')$$,
    $$SELECT * FROM d2, renewals(m, '1 day', '90000-12-31')$$,
    $$SELECT * FROM renewals('empty', '1 month 1 day')$$,
    $$SELECT * FROM d2, mrr_changes(m, NULL::bigint, '2024-01-01', '2024-02-01')$$,
    $$SELECT * FROM d2, mrr_changes(m, NULL::text, '2024-03-01', '2024-02-01')$$);
DROP SCHEMA spine CASCADE;
