-- The report as views: one for each question, each readable by itself and by any BI tool.
-- Months are whole calendar months; a month that the data do not cover to its end is not compared with the one before.
CREATE SCHEMA report;

-- A bar of width characters for max; in # where report.blocks is off
CREATE FUNCTION report.bar(value numeric, max numeric, width integer) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN current_setting('report.blocks', true) IS DISTINCT FROM 'off' THEN bar ELSE translate(bar, '█▉▊▋▌▍▎▏', '#####') END
    FROM coalesce(text_bar(value, max, width), '') AS bar
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
SELECT month, orders, net_revenue::numeric(20, 2), refund_rate_pct::numeric(20, 1), (net_revenue / nullif(orders, 0))::numeric(20, 2) AS avg_check,
       CASE WHEN is_complete THEN growth_rate(lag(net_revenue) OVER (ORDER BY month), net_revenue) END::numeric(20, 1) AS growth_pct,
       report.bar(net_revenue, max(net_revenue) OVER (), 22) AS bar
FROM (SELECT month, is_complete,
             CASE WHEN EXISTS (SELECT FROM shop.sales WHERE order_id IS NOT NULL) THEN count(DISTINCT order_id) FILTER (WHERE amount >= 0)
                  ELSE count(*) FILTER (WHERE amount >= 0) END AS orders,
             coalesce(net_revenue(amount), 0) AS net_revenue, refund_rate(amount) AS refund_rate_pct
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

-- Who matters ------------------------------------------------------------------------------------

CREATE VIEW report.customers AS
SELECT customer_id, max(day) FILTER (WHERE amount >= 0) AS last_order,
       CASE WHEN EXISTS (SELECT FROM shop.sales WHERE order_id IS NOT NULL) THEN count(DISTINCT order_id) FILTER (WHERE amount >= 0)
            ELSE count(*) FILTER (WHERE amount >= 0) END AS orders,
       net_revenue(amount) AS revenue
FROM shop.sales
WHERE customer_id IS NOT NULL
GROUP BY customer_id
HAVING count(*) FILTER (WHERE amount >= 0) > 0;
COMMENT ON VIEW report.customers IS 'Who ordered at least once: the last order, how many, and sales less refunds.';

CREATE VIEW report.golden_customers AS
SELECT count(*) AS customers, count(*) FILTER (WHERE is_golden) AS golden_customers, 100.0 * count(*) FILTER (WHERE is_golden) / nullif(count(*), 0) AS golden_customers_pct,
       min(revenue) FILTER (WHERE is_golden) AS least_revenue, golden_income_share(revenue) AS golden_income_share_pct, gini(revenue) AS gini
FROM (SELECT revenue, is_golden(revenue) OVER () FROM report.customers) AS classed;
COMMENT ON VIEW report.golden_customers IS 'The customers who bring the first 80 % of revenue, and how evenly revenue is spread.';

CREATE VIEW report.rfm AS
SELECT customer_id, revenue, rfm_score(last_day - last_order, 5, false) OVER () AS r, rfm_score(orders, 5, true) OVER () AS f, rfm_score(revenue, 5, true) OVER () AS m
FROM report.customers, report.span;
COMMENT ON VIEW report.rfm IS 'Scores from 1 to 5 of each customer: recency of the last order, frequency of orders, monetary value.';

CREATE VIEW report.rfm_segments AS
SELECT segment, count(revenue) AS customers, (100.0 * count(revenue) / nullif(sum(count(revenue)) OVER (), 0))::numeric(20, 1) AS customers_pct,
       coalesce(sum(revenue), 0)::numeric(20, 2) AS net_revenue, (100 * coalesce(sum(revenue), 0) / nullif(sum(sum(revenue)) OVER (), 0))::numeric(20, 1) AS revenue_pct,
       report.bar(sum(revenue), max(sum(revenue)) OVER (), 22) AS bar
FROM unnest(ARRAY['Champions', 'Loyal', 'Potential Loyalists', 'New Customers', 'Promising', 'Need Attention', 'About To Sleep', 'Cannot Lose Them', 'At Risk', 'Hibernating'])
     WITH ORDINALITY AS named (segment, place)
     LEFT JOIN (SELECT revenue, rfm_segment(r, f, m) AS segment FROM report.rfm) AS customers USING (segment)
GROUP BY segment, place
ORDER BY place;
COMMENT ON VIEW report.rfm_segments IS 'Customers and revenue of the ten segments that the RFM scores make.';

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

-- What sells what ---------------------------------------------------------------------------------

CREATE VIEW report.sales_by_kind AS
SELECT kind, orders, revenue::numeric(20, 2) AS net_revenue, share_pct::numeric(20, 1), avg_check::numeric(20, 2), report.bar(revenue, max(revenue) OVER (), 22) AS bar
FROM (SELECT sales_agg(coalesce(kind, 'unknown'), order_id, amount) AS state
      FROM (SELECT coalesce(order_id, customer_id || ' ' || day) AS order_id, amount,
                   sale_type(product, relation, CASE WHEN amount < 0 THEN -price ELSE price END) OVER (PARTITION BY customer_id ORDER BY day) AS kind
            FROM shop.sales
            WHERE customer_id IS NOT NULL AND product IS NOT NULL) AS lines) AS sold, sales_report(state);
COMMENT ON VIEW report.sales_by_kind IS 'Net revenue of lines with a customer by kind of sale; the lines of one day are one basket; unknown are refunds whose sale is not in the data.';

CREATE VIEW report.products_together AS
SELECT left(first_product, 36) AS first_product, left(second_product, 36) AS second_product, orders,
       confidence_pct::numeric(20, 1) AS with_first_pct, reverse_confidence_pct::numeric(20, 1) AS with_second_pct, lift::numeric(20, 1)
FROM (SELECT affinity_agg(order_id, product) AS state FROM shop.sales WHERE amount >= 0) AS bought, basket_affinity(state)
ORDER BY orders DESC, lift DESC, first_product, second_product
LIMIT 10;
COMMENT ON VIEW report.products_together IS 'The ten pairs of products that are most often in one order.';
-- What is ahead -----------------------------------------------------------------------------------

CREATE MATERIALIZED VIEW report.forecast_base AS
SELECT ledger, fit_until, last_day(ledger) AS last_day
FROM (SELECT ledger_agg(customer_id, day, amount, order_id) AS ledger FROM shop.sales WHERE customer_id IS NOT NULL) AS base,
     LATERAL (SELECT first_day(ledger) + (last_day(ledger) - first_day(ledger)) / 2 AS fit_until) AS half
WHERE fit_until < last_day(ledger) AND repeat_buyers(repeat_purchases(ledger, fit_until)) > 0
      AND (SELECT count(DISTINCT monetary_value) > 1 FROM rfm_summary(ledger) WHERE frequency > 0 AND monetary_value > 0);
COMMENT ON MATERIALIZED VIEW report.forecast_base IS 'All orders as one ledger, and the middle of the time; no row where too few customers came back to fit a model.';

CREATE VIEW report.forecast_models AS
SELECT model, log_likelihood::numeric(20, 1), aic::numeric(20, 1), verdict
FROM report.forecast_base, model_comparison(ledger, fit_until, '1 week');
COMMENT ON VIEW report.forecast_models IS 'Models of buying and dropping out, fitted to the first half of the time.';

CREATE VIEW report.forecast_check AS
SELECT frequency AS came_back, min(customers) AS customers, min(actual) AS actual,
       sum(predicted) FILTER (WHERE model = 'BG/NBD')::numeric(20, 0) AS "BG/NBD", sum(predicted) FILTER (WHERE model = 'MBG/NBD')::numeric(20, 0) AS "MBG/NBD",
       sum(predicted) FILTER (WHERE model = 'Pareto/NBD')::numeric(20, 0) AS "Pareto/NBD"
FROM report.forecast_base, holdout_check(ledger, fit_until, '1 week')
GROUP BY frequency
ORDER BY frequency = 'all', frequency;
COMMENT ON VIEW report.forecast_check IS 'Purchase days of the second half by how often customers had come back in the first: what came, and what each model expected.';

CREATE VIEW report.forecast_model AS
SELECT CASE model WHEN 'NBD' THEN 'BG/NBD' ELSE model END AS model  -- without dropout they are the same
FROM report.forecast_base, model_comparison(ledger, fit_until, '1 week') WHERE is_recommended;
COMMENT ON VIEW report.forecast_model IS 'The model with the smallest AIC, by which the best customers are found.';

CREATE VIEW report.best_customers AS
SELECT customer, frequency AS came_back, monetary_value::numeric(20, 2) AS mean_spend, (100 * p_alive)::numeric(20, 0) AS alive_pct,
       expected_purchases::numeric(20, 1) AS purchases_ahead, clv::numeric(20, 2) AS value_ahead, report.bar(clv::numeric, max(clv::numeric) OVER (), 22) AS bar
FROM report.forecast_base, report.forecast_model,
     LATERAL (SELECT * FROM clv_forecast(ledger, bg_nbd_fit(ledger, NULL, '1 week'), gamma_gamma_fit(ledger), 52, 0.002) WHERE model = 'BG/NBD'
              UNION ALL SELECT * FROM clv_forecast(ledger, mbg_nbd_fit(ledger, NULL, '1 week'), gamma_gamma_fit(ledger), 52, 0.002) WHERE model = 'MBG/NBD'
              UNION ALL SELECT * FROM clv_forecast(ledger, pareto_nbd_fit(ledger, NULL, '1 week'), gamma_gamma_fit(ledger), 52, 0.002) WHERE model = 'Pareto/NBD') AS ahead
ORDER BY clv DESC NULLS LAST, customer
LIMIT 10;
COMMENT ON VIEW report.best_customers IS 'The ten customers who are expected to be worth most over the next 52 weeks, discounted by 0.2 % a week.';
