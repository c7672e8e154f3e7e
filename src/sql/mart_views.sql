--@ requires: quality, mart_overview
-- What a mart holds: its views, what each needs of the mapping, how those that are worked out when they are read do it,
-- and what each column means. create_mart, refresh_mart, describe_mart and the comments of the views all read these two
-- lists, so that they cannot contradict each other. Names without a schema are those of the mart. Tables of one row, which
-- the planner would take for long ones, are limited to it. A customer has a forecast where there is a model of spending,
-- too, as in clv_forecast. Rows that are stored are filled by the functions _mart_fill_...

CREATE FUNCTION _mart_views()
RETURNS TABLE (place integer, view_name text, needs text[], is_stored boolean, query text, about text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
    SELECT v.place, v.view_name, v.needs, v.query IS NULL, v.query, v.about FROM (VALUES
        (1, 'customers'::text, '{}'::text[], '
            SELECT customer, first_order, last_order, as_of - last_order, orders, revenue, gross_revenue, refunds, revenue / nullif(orders, 0), r, f, m, @extschema@.rfm_segment(r, f, m),
                   CASE WHEN revenue > 0 THEN revenue >= golden_revenue END, CASE WHEN revenue > 0 THEN 100 * revenue / positive_revenue END,
                   CASE WHEN last_order IS NULL THEN NULL WHEN first_order > lapsed_on THEN ''new'' WHEN last_order > lapsed_on THEN ''active'' ELSE ''lapsed'' END,
                   coalesce(@extschema@.p_alive(bg_nbd, frequency, recency, age), @extschema@.p_alive(mbg_nbd, frequency, recency, age), @extschema@.p_alive(pareto_nbd, frequency, recency, age)),
                   CASE WHEN model IS NULL THEN NULL WHEN frequency IS NULL THEN 0
                        ELSE coalesce(@extschema@.expected_purchases(bg_nbd, horizon_weeks, frequency, recency, age), @extschema@.expected_purchases(mbg_nbd, horizon_weeks, frequency, recency, age),
                                      @extschema@.expected_purchases(pareto_nbd, horizon_weeks, frequency, recency, age)) END,
                   CASE WHEN model IS NULL THEN NULL WHEN frequency IS NULL OR revenue <= 0 THEN 0 WHEN abs(monetary_value) <= 1e15
                        THEN coalesce(@extschema@.clv(bg_nbd, spend, horizon_weeks, discount_per_week, frequency, recency, age, monetary_value),
                                      @extschema@.clv(mbg_nbd, spend, horizon_weeks, discount_per_week, frequency, recency, age, monetary_value),
                                      @extschema@.clv(pareto_nbd, spend, horizon_weeks, discount_per_week, frequency, recency, age, monetary_value)) END
            FROM (SELECT c.customer, c.first_order, c.last_order, c.orders, c.revenue, c.gross_revenue, c.refunds, c.monetary_value, c.frequency::double precision AS frequency,
                         (c.last_purchase - c.first_purchase) / 7::double precision AS recency, (base.as_of - c.first_purchase) / 7::double precision AS age,
                         1 + width_bucket(c.last_order, base.r_cuts) AS r, CASE WHEN c.orders > 0 THEN 1 + width_bucket(c.orders, base.f_cuts) END AS f,
                         CASE WHEN c.orders > 0 THEN 1 + width_bucket(c.revenue, base.m_cuts) END AS m, base.*, forecast.*
                  FROM stored_customers AS c
                       CROSS JOIN (SELECT s.as_of, (s.as_of - m.lapse)::date AS lapsed_on, s.r_cuts, s.f_cuts, s.m_cuts, s.golden_revenue, s.positive_revenue FROM stored_state AS s, settings AS m LIMIT 1) AS base
                       LEFT JOIN (SELECT * FROM stored_fit WHERE spend IS DISTINCT FROM NULL LIMIT 1) AS forecast ON true) AS scored'::text,
            'one row a customer: what each bought, scores, segment, value and forecast; of one customer by their key at once'::text),
        (2, 'growth', '{}', NULL, 'how the customer base grew, a row a period; at_start + new_customers + reactivated_customers - churned_customers = at_end; without guests'),
        (3, 'revenue', '{}', '
            WITH periods AS (
                SELECT date_trunc(unit, month)::date AS period, category, sum(sales) AS orders, sum(refund_rows) AS refund_rows, sum(gross_revenue) AS gross_revenue,
                       sum(refunds) AS refunds, (date_trunc(unit, month)::date + step)::date <= max(as_of) + 1 AS is_complete, step
                FROM stored_months, (SELECT as_of FROM stored_state LIMIT 1) AS state, (SELECT * FROM settings LIMIT 1) AS mart WHERE is_published AND month <= as_of GROUP BY date_trunc(unit, month), category, step)
            SELECT r.period, r.category, r.orders, r.refund_rows, r.gross_revenue, r.refunds, r.gross_revenue + r.refunds, 100 * -r.refunds / nullif(r.gross_revenue, 0),
                   (r.gross_revenue + r.refunds) / nullif(r.orders, 0), p.gross_revenue + p.refunds,
                   CASE WHEN r.is_complete THEN @extschema@.growth_rate(p.gross_revenue + p.refunds, r.gross_revenue + r.refunds) END, r.is_complete
            FROM periods AS r LEFT JOIN periods AS p ON p.period = (r.period - r.step)::date AND p.category = r.category',
            'revenue by period and category; money adds up over both, of rows with a customer and without'),
        (4, 'cohorts', '{}', NULL, 'customers by the period of their first order (cohort): how many ordered in each period behind it; without guests'),
        (5, 'revenue_cohorts', '{}', NULL, 'what the customers of each cohort spent, by period and up to it: the curve of lifetime value; without guests'),
        (6, 'lifecycle', '{}', NULL, 'customers of each period against the previous one; without guests'),
        (7, 'active', '{}', NULL, 'daily and monthly active customers, a row a day; without guests'),
        (8, 'golden_trend', '{}', NULL, 'golden customers, who bring the first part of the revenue of a period (80 % if not set otherwise), a row a period; without guests'),
        (9, 'segment_migration', '{}', NULL, 'how many customers moved from one RFM segment to another over the last complete period; without guests'),
        (10, 'sales_kinds', '{product,price}', '
            SELECT period, kind, orders, revenue, sum(revenue) OVER period_rows, CASE WHEN sum(revenue) OVER period_rows > 0 THEN 100 * revenue / sum(revenue) OVER period_rows END, avg_check, (period + step)::date <= as_of + 1
            FROM stored_kinds, (SELECT as_of FROM stored_state LIMIT 1) AS state, (SELECT * FROM settings LIMIT 1) AS mart WHERE kind <> ''upsell_before'' WINDOW period_rows AS (PARTITION BY period)',
            'revenue by period and kind of sale: front end, repeat, upsell, add-on, cross-sell; rows with customer and product'),
        (11, 'mrr', '{subscriptions}', NULL, 'how monthly recurring revenue moved, a row a period; start_mrr and the movements add up to end_mrr, but for the rounding of each'),
        (12, 'nps', '{survey}', NULL, 'net promoter score, a row a period'),
        (13, 'unit_economics', '{costs}', '
            WITH spent AS (
                SELECT period, sum(cost) FILTER (WHERE kind = ''acquisition'') AS acquisition_cost, sum(cost) FILTER (WHERE kind = ''retention'') AS retention_cost,
                       sum(cost) FILTER (WHERE kind = ''fixed'') AS fixed_costs
                FROM stored_costs GROUP BY period),
            earned AS (
                SELECT date_trunc(unit, month)::date AS period, sum(gross_revenue + refunds) AS revenue
                FROM stored_ledgers, (SELECT * FROM settings LIMIT 1) AS mart WHERE is_published AND part = ''customers'' GROUP BY 1)
            SELECT period, c.acquisition_cost, l.new_customers, cac, c.retention_cost, g.at_start,
                   c.retention_cost / nullif(g.at_start, 0), r.revenue, l.active_customers, r.revenue / nullif(l.active_customers, 0), g.churn_pct,
                   ltv, ltv / nullif(cac, 0), 100 * (ltv / nullif(cac, 0) - 1), c.fixed_costs, recurring_revenue, 100 * recurring_revenue / nullif(c.fixed_costs, 0),
                   coalesce((period + step)::date <= (SELECT as_of FROM stored_state) + 1, false), customers
            FROM (SELECT period FROM stored_growth UNION SELECT period FROM stored_costs) AS periods CROSS JOIN (SELECT * FROM settings LIMIT 1) AS mart
                 LEFT JOIN stored_growth AS g USING (period) LEFT JOIN stored_lifecycle AS l USING (period)
                 LEFT JOIN earned AS r USING (period) LEFT JOIN spent AS c USING (period) LEFT JOIN stored_mrr AS m USING (period)
                 CROSS JOIN LATERAL (SELECT (g.at_start + g.at_end) / 2.0 AS customers, c.acquisition_cost / nullif(l.new_customers, 0) AS cac, m.end_mrr * months AS recurring_revenue) AS base
                 LEFT JOIN (SELECT period, ltv FROM overview) AS value USING (period)',
            'what a customer costs and is worth, a row a period; where costs lie before the first order or behind the last, there is nothing else; without guests'),
        (14, 'roi_by_method', '{costs,gain}', '
            SELECT period, method, sum(cost), sum(gain), 100 * (sum(gain) - sum(cost)) / nullif(sum(cost), 0), coalesce((period + step)::date <= (SELECT as_of FROM stored_state) + 1, false)
            FROM stored_costs, (SELECT * FROM settings LIMIT 1) AS mart GROUP BY period, method, step',
            'return on what was spent, by period and method (campaign, channel, program)'),
        (15, 'client_formula', '{}', '
            WITH earned AS (
                SELECT date_trunc(unit, month)::date AS period, sum(orders) AS orders, sum(gross_revenue + refunds) AS revenue
                FROM stored_ledgers, (SELECT * FROM settings LIMIT 1) AS mart WHERE is_published AND part = ''customers'' GROUP BY 1),
            levers AS (
                SELECT period, sum(revenue) FILTER (WHERE kind = ''front_end'') AS front_end, sum(revenue) FILTER (WHERE kind IN (''repeat'', ''upsell'', ''add_on'', ''cross_sell'')) AS back_end,
                       sum(revenue) FILTER (WHERE kind = ''repeat'') AS repeat, sum(revenue) FILTER (WHERE kind = ''upsell'') AS upsell, sum(revenue) FILTER (WHERE kind = ''add_on'') AS add_on,
                       sum(revenue) FILTER (WHERE kind = ''cross_sell'') AS cross_sell, sum(revenue) FILTER (WHERE kind = ''upsell_before'') AS upsell_before
                FROM stored_kinds GROUP BY period)
            SELECT l.period, l.active_customers, r.orders, r.orders::numeric / nullif(l.active_customers, 0), r.revenue / nullif(r.orders, 0), r.revenue,
                   k.front_end, k.back_end, k.repeat, k.upsell, k.add_on, k.cross_sell, k.upsell_before, 100 / nullif(g.churn_pct, 0), l.is_complete
            FROM stored_lifecycle AS l LEFT JOIN stored_growth AS g USING (period) LEFT JOIN earned AS r USING (period) LEFT JOIN levers AS k USING (period)',
            'customers x purchase frequency x average check = revenue, and its levers by kind of sale, a row a period; rows with a customer'),
        (16, 'forecast', '{}', NULL, 'what is expected of the customers there are, of all together, a row a period ahead; new customers come on top'),
        (17, 'models', '{}', NULL, 'models of buying and dropping out, fitted to all complete periods; the smaller the AIC, the better'),
        (18, 'data_quality', '{}', NULL, 'what the source of orders lacks, a row a check, as of the last CALL refresh_mart with quality => true'),
        (19, 'daily', '{}', NULL, 'orders, revenue and customers, a row a day; money and orders with guests'),
        (20, 'new_vs_returning', '{}', NULL, 'new and returning customers, what each of the two spend, and who comes back, a row a period; without guests'),
        (21, 'rejected', '{}', '
            SELECT source, reason, sum(rows), (SELECT string_agg(one, '', '' ORDER BY month, place) FROM (SELECT s.month, u.* FROM stored_rejected AS s, unnest(s.sample) WITH ORDINALITY AS u (one, place) WHERE s.is_published AND s.source = r.source AND s.reason = r.reason ORDER BY s.month, u.place LIMIT 5) AS few),
                   min(first_day), max(last_day)
            FROM stored_rejected AS r WHERE is_published GROUP BY source, reason',
            'rows of the sources that cannot be used and are in no figure, a row a reason; none is good'),
        (22, 'golden_customers', '{}', '
            SELECT golden_rank, customer, revenue, 100 * revenue / positive_revenue, 100 * cumulative / positive_revenue
            FROM (SELECT rank() OVER downward AS golden_rank, c.customer, c.revenue, sum(c.revenue) OVER downward AS cumulative, base.positive_revenue
                  FROM stored_customers AS c, (SELECT s.golden_revenue, s.positive_revenue FROM stored_state AS s LIMIT 1) AS base
                  WHERE c.revenue >= base.golden_revenue WINDOW downward AS (ORDER BY c.revenue DESC)) AS golden',
            'who brings the first part of the revenue (80 % if not set otherwise), a row a golden customer'),
        (23, 'weekly', '{}', NULL, 'orders, revenue and customers, a row a week, which begins on Monday; money and orders with guests'),
        (24, 'refreshes', '{}', '
            SELECT run, state, to_char(started_at AT TIME ZONE zone, ''YYYY-MM-DD HH24:MI:SS''), CASE WHEN state <> ''running'' THEN to_char(changed_at AT TIME ZONE zone, ''YYYY-MM-DD HH24:MI:SS'') END, as_of, months_done, rows_read, error
            FROM refresh_log, (SELECT coalesce(m.tz, ''UTC'') AS zone FROM settings AS m LIMIT 1) AS mart',
            'how current the mart is, a row a refresh: when it ended, up to which day orders count, and with which error it failed')
    ) AS v (place, view_name, needs, query, about)
    -- before those that read it
    UNION ALL SELECT 0, 'overview', '{}', false, _mart_overview_query(), 'the headline figures side by side, a row a period, each with its change on the period before and on the year before; orders and money with guests';
END;
COMMENT ON FUNCTION _mart_views() IS
'the views of a mart: order, name, what they need of the mapping, whether their rows are stored in a table stored_... or worked out when read, then by which query, in the schema of the mart, and what they answer; their columns: _mart_columns()';

-- Types: money, average (two digits more than money) stand for numeric of the decimals that the mart was created with.
CREATE FUNCTION _mart_columns()
RETURNS TABLE (view_name text, place integer, column_name text, type text, about text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 150
BEGIN ATOMIC
    SELECT v.view_name, pg_catalog.row_number() OVER ()::integer, v.column_name, v.type, v.about FROM (VALUES
        ('customers'::text, 'customer'::text, 'customer'::text, 'who; the key of the orders'::text),
        ('customers', 'first_order', 'date', 'day of the first order; NULL for who has refunds only'),
        ('customers', 'last_order', 'date', 'day of the last order; a refund does not move it'),
        ('customers', 'days_since_last_order', 'bigint', 'days from the last order to the last day that counts; do not sum'),
        ('customers', 'orders', 'bigint', 'number of orders (amount >= 0)'),
        ('customers', 'revenue', 'money', 'net revenue: gross_revenue + refunds'),
        ('customers', 'gross_revenue', 'money', 'orders before refunds'),
        ('customers', 'refunds', 'money', 'refunds, zero or below'),
        ('customers', 'avg_check', 'average', 'average check: revenue / orders; below 0 where refunds exceed sales, NULL without orders; do not sum, do not average'),
        ('customers', 'r_score', 'bigint', 'recency score from 1 to 5 (5: ordered latest) among customers with an order; do not sum'),
        ('customers', 'f_score', 'bigint', 'frequency score from 1 to 5 (5: most orders); do not sum'),
        ('customers', 'm_score', 'bigint', 'monetary score from 1 to 5 (5: most net revenue); do not sum'),
        ('customers', 'segment', 'text', 'RFM segment of the three scores, from Champions to Hibernating'),
        ('customers', 'is_golden', 'boolean', 'one of those who bring the first part of the revenue (80 % if not set otherwise)'),
        ('customers', 'revenue_share_pct', 'double precision', 'percent of the positive revenue of all: 100 x revenue / sum of positive revenue'),
        ('customers', 'lifecycle_stage', 'text', 'new (first order within the lapse), active (last order within the lapse), lapsed (none within it)'),
        ('customers', 'p_alive', 'double precision', 'probability, 0 to 1, of not having dropped out; NULL without a model; do not sum'),
        ('customers', 'expected_purchases', 'double precision', 'days with a purchase to be expected over the horizon; adds up'),
        ('customers', 'clv', 'double precision', 'customer lifetime value: expected net revenue over the horizon, discounted; adds up; an estimate, no money in the books'),
        ('golden_customers', 'golden_rank', 'bigint', 'rank by net revenue, equals share a rank; do not sum'),
        ('golden_customers', 'customer', 'customer', 'who; the key of the orders'),
        ('golden_customers', 'revenue', 'money', 'net revenue, above 0; adds up'),
        ('golden_customers', 'revenue_share_pct', 'double precision', 'percent of the positive revenue of all: 100 x revenue / sum of positive revenue; adds up'),
        ('golden_customers', 'cumulative_pct', 'double precision', 'percent of the positive revenue of all that customers of the same or a better rank bring; do not sum'),
        ('growth', 'period', 'date', 'first day of the period'),
        ('growth', 'at_start', 'bigint', 'customers active when the period begins: with an order within the lapse before; NULL where that begins before the first order; do not sum over periods'),
        ('growth', 'new_customers', 'bigint', 'active at the end, whose first order ever is in the period'),
        ('growth', 'reactivated_customers', 'bigint', 'active at the end and not at the start, who had ordered before; NULL where at_start is'),
        ('growth', 'churned_customers', 'bigint', 'active at the start and not at the end; NULL where at_start is'),
        ('growth', 'at_end', 'bigint', 'customers active when the period ends; NULL where the lapse before its end begins before the first order; do not sum over periods'),
        ('growth', 'churn_pct', 'double precision', 'percent: 100 x churned_customers / at_start; do not sum, do not average'),
        ('growth', 'churn_lower_pct', 'double precision', 'percent: lower bound of churn_pct with 95 % confidence'),
        ('growth', 'churn_upper_pct', 'double precision', 'percent: upper bound of churn_pct with 95 % confidence'),
        ('growth', 'retention_pct', 'double precision', 'percent: 100 - churn_pct'),
        ('growth', 'is_complete', 'boolean', 'the period has ended at the last day that counts; the figures of others will change'),
        ('revenue', 'period', 'date', 'first day of the period'),
        ('revenue', 'category', 'text', 'category of the rows; (none) for NULL, (all) where none is mapped'),
        ('revenue', 'orders', 'bigint', 'number of orders (amount >= 0); adds up over periods; an order of two categories counts in both'),
        ('revenue', 'refund_rows', 'bigint', 'number of refunds (amount < 0), counted like orders'),
        ('revenue', 'gross_revenue', 'money', 'orders before refunds; adds up'),
        ('revenue', 'refunds', 'money', 'refunds, zero or below, in the period in which they were made; adds up'),
        ('revenue', 'revenue', 'money', 'net revenue: gross_revenue + refunds; adds up'),
        ('revenue', 'refund_rate_pct', 'double precision', 'percent: 100 x -refunds / gross_revenue; do not sum, do not average'),
        ('revenue', 'avg_check', 'average', 'average check: revenue / orders; below 0 where refunds exceed sales, NULL without orders; do not sum, do not average'),
        ('revenue', 'previous_revenue', 'money', 'revenue of the same category in the period before; NULL where there is none'),
        ('revenue', 'growth_pct', 'double precision', 'percent: 100 x (revenue - previous_revenue) / previous_revenue; NULL while the period is not complete, and where previous_revenue is not above 0'),
        ('revenue', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('cohorts', 'cohort', 'date', 'first day of the period of the first order'),
        ('cohorts', 'period_number', 'bigint', 'periods behind the cohort: 0 is the period of the first order'),
        ('cohorts', 'period', 'date', 'first day of the period that is looked at'),
        ('cohorts', 'cohort_size', 'bigint', 'customers of the cohort; repeats in each row of the cohort, do not sum over period_number'),
        ('cohorts', 'active_customers', 'bigint', 'customers of the cohort who ordered in the period; NULL until it has ended'),
        ('cohorts', 'retention_pct', 'double precision', 'percent: 100 x active_customers / cohort_size; NULL, never 0, until the period has ended'),
        ('cohorts', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('revenue_cohorts', 'cohort', 'date', 'first day of the period of the first order'),
        ('revenue_cohorts', 'period_number', 'bigint', 'periods behind the cohort: 0 is the period of the first order'),
        ('revenue_cohorts', 'period', 'date', 'first day of the period that is looked at'),
        ('revenue_cohorts', 'cohort_size', 'bigint', 'customers of the cohort; repeats in each row of the cohort, do not sum over period_number'),
        ('revenue_cohorts', 'revenue', 'money', 'net revenue of the cohort in the period, in the first one with refunds from before; NULL until it has ended; adds up'),
        ('revenue_cohorts', 'cumulative_revenue', 'money', 'net revenue of the cohort up to the end of the period; do not sum over period_number'),
        ('revenue_cohorts', 'cumulative_per_customer', 'average', 'cumulative_revenue / cohort_size: lifetime value so far; do not sum'),
        ('revenue_cohorts', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('lifecycle', 'period', 'date', 'first day of the period'),
        ('lifecycle', 'new_customers', 'bigint', 'whose first order ever is in the period; adds up'),
        ('lifecycle', 'returning_customers', 'bigint', 'who ordered in this and in the previous period'),
        ('lifecycle', 'resurrecting_customers', 'bigint', 'who ordered in this and earlier, but not in the previous period'),
        ('lifecycle', 'dormant_customers', 'bigint', 'who ordered in the previous period and not in this one'),
        ('lifecycle', 'active_customers', 'bigint', 'who ordered in the period: new + returning + resurrecting; do not sum over periods'),
        ('lifecycle', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('active', 'day', 'date', 'the day'),
        ('active', 'dau', 'bigint', 'customers with an order on the day; do not sum over days'),
        ('active', 'mau', 'bigint', 'customers with an order in the 30 days that end with the day; NULL where these begin before the first order; do not sum over days'),
        ('active', 'stickiness_pct', 'double precision', 'percent: 100 x dau / mau; NULL where mau is; do not sum, do not average'),
        ('golden_trend', 'period', 'date', 'first day of the period'),
        ('golden_trend', 'customers', 'bigint', 'customers with positive net revenue in the period; do not sum over periods'),
        ('golden_trend', 'golden_customers', 'bigint', 'how many of them are golden'),
        ('golden_trend', 'golden_share_pct', 'double precision', 'percent: 100 x golden_customers / customers'),
        ('golden_trend', 'share_change_pp', 'double precision', 'percentage points: golden_share_pct less that of the period before'),
        ('golden_trend', 'entered', 'bigint', 'golden in this period and not in the one before'),
        ('golden_trend', 'left_golden', 'bigint', 'golden in the period before and not in this one'),
        ('golden_trend', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('segment_migration', 'before_as_of', 'date', 'the day at whose end customers were in from_segment'),
        ('segment_migration', 'as_of', 'date', 'the day at whose end they were in to_segment'),
        ('segment_migration', 'from_segment', 'text', 'RFM segment before; (none) for who had not ordered yet'),
        ('segment_migration', 'to_segment', 'text', 'RFM segment after'),
        ('segment_migration', 'customers', 'bigint', 'how many; adds up'),
        ('sales_kinds', 'period', 'date', 'first day of the period'),
        ('sales_kinds', 'kind', 'text', 'front_end (first basket), repeat (same product), upsell (same group, dearer), add_on (same group), cross_sell (another group), unknown (refund of what was never bought)'),
        ('sales_kinds', 'orders', 'bigint', 'orders with something of the kind that was not all sent back; one of two kinds counts in both'),
        ('sales_kinds', 'revenue', 'money', 'net revenue of the kind; adds up'),
        ('sales_kinds', 'period_revenue', 'money', 'net revenue of all kinds in the period; repeats in each row of the period, do not sum'),
        ('sales_kinds', 'share_pct', 'double precision', 'percent: 100 x revenue / period_revenue; NULL where that is not above 0'),
        ('sales_kinds', 'avg_check', 'average', 'average check: revenue / orders; below 0 where refunds exceed sales, NULL without orders; do not sum'),
        ('sales_kinds', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('mrr', 'period', 'date', 'first day of the period'),
        ('mrr', 'start_mrr', 'money', 'monthly recurring revenue when the period begins; do not sum over periods'),
        ('mrr', 'new_mrr', 'money', 'of customers who never paid before'),
        ('mrr', 'reactivation', 'money', 'of customers who had stopped and came back'),
        ('mrr', 'expansion', 'money', 'gained from customers who were paying'),
        ('mrr', 'contraction', 'money', 'lost from customers who pay less, zero or below'),
        ('mrr', 'churn', 'money', 'lost with customers who stopped, zero or below'),
        ('mrr', 'end_mrr', 'money', 'monthly recurring revenue when the period ends: start_mrr + the movements; do not sum over periods'),
        ('mrr', 'start_customers', 'bigint', 'paying customers when the period begins; do not sum over periods'),
        ('mrr', 'new_customers', 'bigint', 'who pay for the first time'),
        ('mrr', 'reactivated_customers', 'bigint', 'who pay again'),
        ('mrr', 'churned_customers', 'bigint', 'who stopped, those who came and left within the period too'),
        ('mrr', 'end_customers', 'bigint', 'paying customers when the period ends; do not sum over periods'),
        ('mrr', 'gross_churn_pct', 'double precision', 'percent of start_mrr: churn + contraction of those who paid at the start'),
        ('mrr', 'net_churn_pct', 'double precision', 'percent of start_mrr: churn + contraction less expansion and reactivation'),
        ('mrr', 'grr_pct', 'double precision', 'percent: gross revenue retention, 100 - gross_churn_pct'),
        ('mrr', 'nrr_pct', 'double precision', 'percent: net revenue retention of customers paying at the start, grr_pct + expansion'),
        ('mrr', 'quick_ratio', 'double precision', 'gains / losses; NULL without losses'),
        ('mrr', 'growth_existing_pct', 'double precision', 'percent of start_mrr: all movements but new_mrr'),
        ('mrr', 'arpa', 'average', 'average revenue per account: end_mrr / end_customers; do not sum'),
        ('mrr', 'arr', 'money', 'annual recurring revenue: 12 x end_mrr; do not sum over periods'),
        ('mrr', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('nps', 'period', 'date', 'first day of the period'),
        ('nps', 'responses', 'bigint', 'answers; adds up'),
        ('nps', 'promoters', 'bigint', 'answers of 9 and 10; adds up'),
        ('nps', 'passives', 'bigint', 'answers from 7 to below 9; adds up'),
        ('nps', 'detractors', 'bigint', 'answers below 7; adds up'),
        ('nps', 'nps', 'double precision', 'net promoter score, -100 to 100: 100 x (promoters - detractors) / responses; do not sum, do not average'),
        ('nps', 'nps_lower', 'double precision', 'lower bound of nps with 95 % confidence'),
        ('nps', 'nps_upper', 'double precision', 'upper bound of nps with 95 % confidence'),
        ('nps', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('unit_economics', 'period', 'date', 'first day of the period'),
        ('unit_economics', 'acquisition_cost', 'money', 'spent on winning customers (kind acquisition); adds up'),
        ('unit_economics', 'new_customers', 'bigint', 'whose first order ever is in the period; adds up'),
        ('unit_economics', 'cac', 'average', 'customer acquisition cost: acquisition_cost / new_customers; do not sum, do not average'),
        ('unit_economics', 'retention_cost', 'money', 'spent on keeping customers (kind retention); adds up'),
        ('unit_economics', 'at_start', 'bigint', 'customers active when the period begins; do not sum over periods'),
        ('unit_economics', 'retention_cost_per_customer', 'average', 'retention_cost / at_start; do not sum'),
        ('unit_economics', 'revenue', 'money', 'net revenue of rows with a customer; adds up'),
        ('unit_economics', 'active_customers', 'bigint', 'customers with an order in the period; do not sum over periods'),
        ('unit_economics', 'revenue_per_customer', 'average', 'revenue / active_customers; do not sum'),
        ('unit_economics', 'churn_pct', 'double precision', 'percent: customer churn of the period, as in growth'),
        ('unit_economics', 'ltv', 'average', 'lifetime value, as in overview: revenue / average_customers / churn of the complete periods of the year up to this one; NULL where nobody churned; do not sum'),
        ('unit_economics', 'ltv_cac_ratio', 'double precision', 'ltv / cac; a common target is 3 or more'),
        ('unit_economics', 'roi_pct', 'double precision', 'percent: 100 x (ltv - cac) / cac'),
        ('unit_economics', 'fixed_costs', 'money', 'fixed costs (kind fixed); adds up'),
        ('unit_economics', 'recurring_revenue', 'money', 'monthly recurring revenue at the end of the period x its months; NULL without subscriptions'),
        ('unit_economics', 'coverage_pct', 'double precision', 'percent: 100 x recurring_revenue / fixed_costs'),
        ('unit_economics', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('unit_economics', 'average_customers', 'average', 'customers active (with an order within the lapse) in the period: half the sum of those at its start and at its end; do not sum'),
        ('roi_by_method', 'period', 'date', 'first day of the period'),
        ('roi_by_method', 'method', 'text', 'what the money was spent on; (none) for NULL'),
        ('roi_by_method', 'cost', 'money', 'spent; adds up'),
        ('roi_by_method', 'gain', 'money', 'brought in by it; adds up'),
        ('roi_by_method', 'roi_pct', 'double precision', 'percent: 100 x (gain - cost) / cost; do not sum'),
        ('roi_by_method', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('client_formula', 'period', 'date', 'first day of the period'),
        ('client_formula', 'active_customers', 'bigint', 'customers with an order in the period; do not sum over periods'),
        ('client_formula', 'orders', 'bigint', 'orders of customers; adds up'),
        ('client_formula', 'purchase_frequency_ratio', 'double precision', 'orders / active_customers; do not sum'),
        ('client_formula', 'avg_check', 'average', 'average check: revenue / orders; below 0 where refunds exceed sales, NULL without orders; do not sum'),
        ('client_formula', 'revenue', 'money', 'net revenue of customers: active_customers x purchase_frequency_ratio x avg_check; adds up'),
        ('client_formula', 'front_end_revenue', 'money', 'lever front end: what customers bought in their first basket; NULL without product'),
        ('client_formula', 'back_end_revenue', 'money', 'lever back end: all later sales, the sum of the four that follow'),
        ('client_formula', 'repeat_revenue', 'money', 'lever repeat: the same product again'),
        ('client_formula', 'upsell_revenue', 'money', 'lever upsell: a dearer product of a group that the customer bought from before'),
        ('client_formula', 'add_on_revenue', 'money', 'lever upsell after the sale: another product of such a group'),
        ('client_formula', 'cross_sell_revenue', 'money', 'lever cross-sell: a product of another group'),
        ('client_formula', 'upsell_before_revenue', 'money', 'lever upsell before the sale: what was paid beyond the price of the product that the customer came for; NULL without intended_price'),
        ('client_formula', 'lifetime_periods', 'double precision', 'lever life cycle: periods that a customer is expected to stay, 100 / churn_pct; do not sum'),
        ('client_formula', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('forecast', 'period', 'date', 'first day of the period that is forecast'),
        ('forecast', 'horizon_number', 'bigint', 'periods ahead: 1 is the first after the last complete one'),
        ('forecast', 'customers', 'bigint', 'customers that the forecast is of: with an order up to the last complete period'),
        ('forecast', 'expected_purchases', 'double precision', 'days with a purchase to be expected in the period; adds up'),
        ('forecast', 'expected_revenue', 'double precision', 'net revenue to be expected in the period, not discounted; adds up; an estimate'),
        ('forecast', 'model', 'text', 'the model of buying that it is by'),
        ('models', 'fitted_until', 'date', 'last day of the rows that the models were fitted to'),
        ('models', 'model', 'text', 'name of the model'),
        ('models', 'parameters', 'text', 'its parameters by name, time in weeks'),
        ('models', 'log_likelihood', 'double precision', 'log likelihood at the optimum'),
        ('models', 'aic', 'double precision', 'Akaike information criterion; compare, the smaller the better'),
        ('models', 'bic', 'double precision', 'Bayesian information criterion; compare, the smaller the better'),
        ('models', 'converged', 'boolean', 'the search ended at an optimum'),
        ('models', 'at_boundary', 'boolean', 'a parameter is at the edge of its range; read the verdict'),
        ('models', 'is_recommended', 'boolean', 'the one with the smallest AIC'),
        ('models', 'verdict', 'text', 'what that means'),
        ('models', 'customers', 'bigint', 'how many customers they were fitted to: of more than 5,000 about so many, drawn by their keys'),
        ('data_quality', 'check_name', 'text', 'name of the check'),
        ('data_quality', 'severity', 'text', 'ok, info, warning, error, or skipped'),
        ('data_quality', 'row_count', 'bigint', 'rows that are concerned'),
        ('data_quality', 'share_pct', 'double precision', 'percent: 100 x row_count / all rows'),
        ('data_quality', 'sample', 'text', 'up to five sample keys'),
        ('data_quality', 'about', 'text', 'what it means'),
        ('data_quality', 'checked_on', 'date', 'the day of the check'),
        ('daily', 'day', 'date', 'the day'),
        ('daily', 'orders', 'bigint', 'number of orders (amount >= 0); an order of two categories counts once; adds up'),
        ('daily', 'refund_rows', 'bigint', 'number of refunds (amount < 0), counted like orders'),
        ('daily', 'gross_revenue', 'money', 'orders before refunds; adds up'),
        ('daily', 'refunds', 'money', 'refunds, zero or below, on the day on which they were made; adds up'),
        ('daily', 'revenue', 'money', 'net revenue: gross_revenue + refunds; adds up'),
        ('daily', 'avg_check', 'average', 'average check: revenue / orders; below 0 where refunds exceed sales, NULL without orders; do not sum, do not average'),
        ('daily', 'active_customers', 'bigint', 'customers with an order on the day; do not sum over days'),
        ('daily', 'new_customers', 'bigint', 'whose first order ever is on the day; adds up'),
        ('weekly', 'period', 'date', 'Monday, the first day of the week'),
        ('weekly', 'orders', 'bigint', 'number of orders (amount >= 0); an order of two categories counts once; adds up'),
        ('weekly', 'refund_rows', 'bigint', 'number of refunds (amount < 0), counted like orders'),
        ('weekly', 'gross_revenue', 'money', 'orders before refunds; adds up'),
        ('weekly', 'refunds', 'money', 'refunds, zero or below, in the week in which they were made; adds up'),
        ('weekly', 'revenue', 'money', 'net revenue: gross_revenue + refunds; adds up'),
        ('weekly', 'avg_check', 'average', 'average check: revenue / orders; below 0 where refunds exceed sales, NULL without orders; do not sum, do not average'),
        ('weekly', 'active_customers', 'bigint', 'customers with an order in the week; do not sum over weeks'),
        ('weekly', 'new_customers', 'bigint', 'whose first order ever is in the week; adds up'),
        ('weekly', 'returning_customers', 'bigint', 'active customers who had ordered before the week; do not sum over weeks'),
        ('weekly', 'returning_customer_rate_pct', 'double precision', 'percent of active customers with an earlier order or a second one in the week; do not sum, do not average'),
        ('weekly', 'is_complete', 'boolean', 'the week has ended at the last day that counts'),
        ('new_vs_returning', 'period', 'date', 'first day of the period'),
        ('new_vs_returning', 'active_customers', 'bigint', 'customers with an order in the period; do not sum over periods'),
        ('new_vs_returning', 'new_customers', 'bigint', 'whose first order ever is in the period; adds up'),
        ('new_vs_returning', 'returning_customers', 'bigint', 'active customers who had ordered before the period; do not sum over periods'),
        ('new_vs_returning', 'new_revenue', 'money', 'net revenue of customers without an order before the period; adds up'),
        ('new_vs_returning', 'returning_revenue', 'money', 'net revenue of customers with an order before the period; adds up'),
        ('new_vs_returning', 'returning_customer_rate_pct', 'double precision', 'percent of active customers with an earlier order or a second one in the period; do not sum, do not average'),
        ('new_vs_returning', 'repeat_rate_pct', 'double precision', 'percent of active customers with two orders or more in the period; do not sum, do not average'),
        ('new_vs_returning', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('rejected', 'source', 'text', 'the source: orders, subscriptions, survey or costs'),
        ('rejected', 'reason', 'text', 'why the rows cannot be used'),
        ('rejected', 'row_count', 'bigint', 'how many rows; adds up'),
        ('rejected', 'sample', 'text', 'up to five of them: the order, customer or day, and the value that is wrong'),
        ('rejected', 'first_day', 'date', 'day of the first of them'),
        ('rejected', 'last_day', 'date', 'day of the last of them'),
        ('refreshes', 'run', 'bigint', 'number of the refresh; the last has the highest'),
        ('refreshes', 'state', 'text', 'done, failed or running; one that was cancelled or killed is running until the next begins, which finds it failed'),
        ('refreshes', 'started_at', 'text', 'when it began, in tz of the mart, or else in UTC'),
        ('refreshes', 'ended_at', 'text', 'when it was done, had failed or was found unfinished, in tz of the mart, or else in UTC; NULL while it runs'),
        ('refreshes', 'data_until', 'date', 'the last day that counts since then; NULL for one that is not done, or found no orders'),
        ('refreshes', 'months_read', 'bigint', 'months of the orders that it has read; adds up'),
        ('refreshes', 'rows_read', 'bigint', 'rows that it has read; adds up'),
        ('refreshes', 'error', 'text', 'SQLSTATE and message of the error that it failed with; NULL for one that was cancelled or killed')
    ) AS v (view_name, column_name, type, about)
    UNION ALL SELECT 'overview', c.place, c.name, c.type, c.about FROM _mart_overview_columns() AS c;
END;
COMMENT ON FUNCTION _mart_columns() IS
'the columns of the views of a mart, in their order: type (money and average stand for numeric), unit, formula, and what not to do with it; a new version may add columns at the end, and takes none away';
