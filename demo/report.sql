-- The report as views: one for each question, each readable by itself and by any BI tool.
-- Months are whole calendar months; a month that the data do not cover to its end is not compared with the one before.
CREATE SCHEMA report;

-- A bar of width characters for max, in eighths of a character; in # where report.blocks is off
CREATE FUNCTION report.bar(value numeric, max numeric, width integer) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT CASE
        WHEN value > 0 AND current_setting('report.blocks', true) IS DISTINCT FROM 'off'
        THEN repeat('█', eighths / 8) || substr('▏▎▍▌▋▊▉', eighths % 8, sign(eighths % 8)::integer)
        WHEN value > 0 THEN repeat('#', round(eighths / 8.0)::integer)
        ELSE '' END
    FROM (SELECT ceil(least(value / nullif(max, 0), 1) * width * 8)::integer AS eighths) AS scaled
$$;

CREATE VIEW report.span AS
SELECT min(day) AS first_day, max(day) AS last_day,
       date_trunc('month', min(day))::date AS first_month, date_trunc('month', max(day))::date AS last_month,
       date_trunc('month', max(day) + 1)::date AS complete_until
FROM shop.orders;
COMMENT ON VIEW report.span IS 'What the data cover; months from complete_until on are not complete.';

CREATE VIEW report.months AS
SELECT month::date, (month + INTERVAL '1 month')::date AS next_month, month < complete_until AS is_complete
FROM report.span, generate_series(first_month, last_month, INTERVAL '1 month') AS month;
COMMENT ON VIEW report.months IS 'The months that the data touch, and whether they cover them to the end.';

-- What has been sold ------------------------------------------------------------------------------

CREATE VIEW report.headline AS
SELECT count(DISTINCT customer_id) FILTER (WHERE amount >= 0) AS customers,
       count(DISTINCT order_id) FILTER (WHERE amount >= 0) AS orders,
       count(*) AS rows,
       count(*) FILTER (WHERE amount >= 0) AS sale_rows,
       count(*) FILTER (WHERE amount < 0) AS refund_rows,
       gross_revenue(amount) AS gross_revenue,
       net_revenue(amount) FILTER (WHERE amount < 0) AS refunds,
       net_revenue(amount) AS net_revenue,
       refund_rate(amount) AS refund_rate_pct,
       avg_check(amount) AS avg_check_by_row,
       avg_check(amount, order_id) AS avg_check_by_order,
       gross_avg_check(amount) AS gross_avg_check,
       count(*) FILTER (WHERE customer_id IS NULL) AS rows_without_customer,
       net_revenue(amount) FILTER (WHERE customer_id IS NULL) AS revenue_without_customer,
       count(*) FILTER (WHERE order_id IS NULL) AS rows_without_order,
       count(DISTINCT customer_id) - count(DISTINCT customer_id) FILTER (WHERE amount >= 0) AS customers_with_refunds_only,
       (SELECT count(*) FROM shop.orders WHERE is_revenue_status(status) IS NOT TRUE) AS rows_not_counted,
       (SELECT count(*) FROM shop.orders WHERE is_revenue_status(status) AND amount IS NULL) AS rows_without_amount
FROM shop.sales;
COMMENT ON VIEW report.headline IS 'The shop in one row.';

CREATE VIEW report.revenue_by_month AS
SELECT month, orders, net_revenue::numeric(20, 2), refund_rate_pct::numeric(20, 1), avg_check::numeric(20, 2),
       CASE WHEN is_complete THEN growth_rate(lag(net_revenue) OVER (ORDER BY month), net_revenue) END::numeric(20, 1) AS growth_pct,
       report.bar(net_revenue, max(net_revenue) OVER (), 22) AS bar
FROM (SELECT month, is_complete,
             CASE WHEN EXISTS (SELECT FROM shop.sales WHERE order_id IS NOT NULL) THEN count(DISTINCT order_id) FILTER (WHERE amount >= 0)
                  ELSE count(*) FILTER (WHERE amount >= 0) END AS orders,
             coalesce(net_revenue(amount), 0) AS net_revenue, refund_rate(amount) AS refund_rate_pct, avg_check(amount) AS avg_check
      FROM report.months LEFT JOIN shop.sales USING (month)
      GROUP BY month, is_complete) AS monthly
ORDER BY month;
COMMENT ON VIEW report.revenue_by_month IS 'Sales less refunds, each in the month of its own day.';

-- Who stays ---------------------------------------------------------------------------------------

CREATE VIEW report.active AS
SELECT DISTINCT customer_id, (month + make_interval(months => later))::date AS month
FROM (SELECT DISTINCT customer_id, month FROM shop.sales WHERE amount >= 0 AND customer_id IS NOT NULL) AS bought,
     generate_series(1, 3) AS later;
COMMENT ON VIEW report.active IS 'Who is active on the first day of a month: ordered in the three months before it.';

CREATE VIEW report.activity AS
SELECT months.month, customer_id, bool_or(active.month = months.month) AS was_active, bool_or(active.month = next_month) AS is_active
FROM report.months JOIN report.active ON active.month IN (months.month, next_month)
WHERE is_complete AND months.month >= (SELECT first_month + INTERVAL '3 months' FROM report.span)
GROUP BY months.month, customer_id;
COMMENT ON VIEW report.activity IS 'Active at the start and at the end of each month, from the first month in which anyone can lapse.';

CREATE VIEW report.churn_by_month AS
SELECT month, at_start(state), lost(state), joined, at_start(state) - lost(state) + joined AS at_end, churn_rate(state)::numeric(20, 1) AS churn_pct,
       (churn_ci(state)).lower_pct::numeric(20, 1) AS low_pct, (churn_ci(state)).upper_pct::numeric(20, 1) AS high_pct,
       report.bar(churn_rate(state), max(churn_rate(state)) OVER (), 22) AS bar
FROM (SELECT month, churn_agg(was_active, is_active) AS state, count(*) FILTER (WHERE is_active AND NOT was_active) AS joined
      FROM report.activity
      GROUP BY month) AS monthly
ORDER BY month;
COMMENT ON VIEW report.churn_by_month IS 'Share of the customers active at the start of a month who are not active at its end.';

CREATE VIEW report.subscriber_churn_by_month AS
SELECT month, at_start(state), lost(state), joined, at_start(state) - lost(state) + joined AS at_end, churn_rate(state)::numeric(20, 1) AS churn_pct,
       (churn_ci(state)).lower_pct::numeric(20, 1) AS low_pct, (churn_ci(state)).upper_pct::numeric(20, 1) AS high_pct,
       report.bar(churn_rate(state), max(churn_rate(state)) OVER (), 22) AS bar
FROM (SELECT month, churn_agg(covered, daterange(month, next_month)) AS state,
             count(*) FILTER (WHERE covered @> next_month - 1 AND NOT covered @> month - 1) AS joined
      FROM (SELECT customer_id, range_agg(period) AS covered FROM shop.subscriptions GROUP BY customer_id) AS subscribers, report.months
      WHERE is_complete
      GROUP BY month) AS monthly
WHERE at_start(state) > 0
ORDER BY month;
COMMENT ON VIEW report.subscriber_churn_by_month IS 'Share of those subscribed when a month begins who are not when it ends.';

-- What they say -----------------------------------------------------------------------------------

CREATE VIEW report.nps_by_month AS
SELECT month, responses(state) AS answers,
       (100.0 * promoters(state) / responses(state))::numeric(20, 1) AS promoters_pct,
       (100.0 * passives(state) / responses(state))::numeric(20, 1) AS passives_pct,
       (100.0 * detractors(state) / responses(state))::numeric(20, 1) AS detractors_pct,
       nps(state)::numeric(20, 1) AS nps,
       (nps_ci(state)).lower::numeric(20, 1) AS low, (nps_ci(state)).upper::numeric(20, 1) AS high,
       report.bar(nps(state), max(nps(state)) OVER (), 22) AS bar
FROM (SELECT date_trunc('month', day)::date AS month, nps_agg(score) AS state FROM shop.survey GROUP BY 1) AS monthly
ORDER BY month;
COMMENT ON VIEW report.nps_by_month IS 'Net promoter score: share of 9 and 10 less share of 0 to 6, from -100 to 100.';

-- What a customer is worth ------------------------------------------------------------------------

CREATE VIEW report.new_customers AS
SELECT first_month AS month, count(*) AS new_customers
FROM (SELECT customer_id, min(month) AS first_month FROM shop.sales WHERE amount >= 0 AND customer_id IS NOT NULL GROUP BY customer_id) AS firsts
GROUP BY first_month;
COMMENT ON VIEW report.new_customers IS 'How many customers ordered for the first time in each month.';

CREATE VIEW report.acquisition_by_month AS
SELECT month, cost::numeric(20, 2) AS marketing_cost, coalesce(new_customers, 0) AS new_customers,
       cac(cost, new_customers)::numeric(20, 2) AS cac, report.bar(cac(cost, new_customers), max(cac(cost, new_customers)) OVER (), 22) AS bar
FROM shop.marketing LEFT JOIN report.new_customers USING (month)
ORDER BY month;
COMMENT ON VIEW report.acquisition_by_month IS 'What was spent on winning customers, and what it came to for each new one.';

CREATE VIEW report.unit_economics AS
SELECT revenue_per_month, churn_pct, 100 / nullif(churn_pct, 0) AS months_as_customer, ltv, cac, ltv_cac(ltv, cac) AS ltv_cac,
       roi(ltv, cac) AS roi_pct, cac_payback(cac, revenue_per_month) AS payback_months
FROM (SELECT revenue_per_month, churn_pct, ltv_from_churn(revenue_per_month, churn_pct) AS ltv, cac
      FROM (SELECT churn_rate(was_active, is_active) AS churn_pct,
                   (SELECT net_revenue(amount) FROM shop.sales
                    WHERE customer_id IS NOT NULL AND month IN (SELECT month FROM report.activity))
                   / count(*) FILTER (WHERE is_active) AS revenue_per_month
            FROM report.activity) AS customers,
           (SELECT cac(sum(marketing_cost), sum(new_customers)) AS cac FROM report.acquisition_by_month) AS acquisition
     ) AS worth;
COMMENT ON VIEW report.unit_economics IS 'Revenue of a customer over the expected time as one, against the cost of winning one.';
