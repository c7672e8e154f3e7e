-- complain if the script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION customer_value UPDATE TO '0.7.0'" to load this file. \quit

CREATE FUNCTION rollup(ledgers customer_ledger[]) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_rollup_array';
COMMENT ON FUNCTION rollup(ledgers customer_ledger[]) IS
'merges the ledgers of an array into one, as the aggregate does; up to 16 of one kind of key, and all with or all without amounts, in half the time; NULLs in the array count as no rows';

-- What a mart holds: its views, what each needs of the mapping, how it is worked out, and what each column means. create_mart, refresh_mart,
-- describe_mart and the comments of the views all read these two lists, so that they cannot contradict each other. In the
-- queries {mart} stands for the schema of the mart, {extension} for that of the extension, {step} and the like for settings.
-- Rows of stored views are filled from one row "base": ledger holds who ordered when first and all rows since well before the day "since", from which on
-- periods are filled; as_of is the last day that counts. When periods begin, the ledger does not say: the first rows may be of guests.
CREATE OR REPLACE FUNCTION mart_views()
RETURNS TABLE (place integer, view_name text, needs text[], is_stored boolean, query text, about text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
    SELECT v.place, v.view_name, v.needs, v.is_stored, v.query, v.about FROM (VALUES
        (1, 'customers'::text, '{}'::text[], false, NULL::text, 'one row a customer: what each bought, scores, segment, value and forecast; worked out when it is read'::text),
        (2, 'growth', '{}', true,
            'SELECT period, at_start, new, reactivated, churned, at_end, churn_pct, churn_lower_pct, churn_upper_pct, 100 - churn_pct, (period + {step})::date <= as_of + 1
             FROM base CROSS JOIN LATERAL {extension}.customer_growth(ledger, {step}, since, as_of + 1, {lapse})',
            'how the customer base grew, a row a period; at_start + new_customers + reactivated_customers - churned_customers = at_end'),
        (3, 'revenue', '{}', false,
            'SELECT r.period, r.category, r.sales, r.refund_rows, r.gross_revenue, r.refunds, r.gross_revenue + r.refunds, 100 * -r.refunds / nullif(r.gross_revenue, 0),
                    (r.gross_revenue + r.refunds) / nullif(r.sales, 0), p.gross_revenue + p.refunds,
                    CASE WHEN r.is_complete THEN 100 * (r.gross_revenue + r.refunds - p.gross_revenue - p.refunds) / nullif(p.gross_revenue + p.refunds, 0) END, r.is_complete
             FROM {periods} AS r LEFT JOIN {periods} AS p ON p.period = (r.period - {step})::date AND p.category = r.category',
            'revenue by period and category; money adds up over both, of rows with a customer and without'),
        (4, 'cohorts', '{}', true,
            'SELECT r.cohort, r.period, p.day, r.cohort_size, CASE WHEN p.is_complete THEN r.active END, CASE WHEN p.is_complete THEN r.retention_pct END, p.is_complete
             FROM base CROSS JOIN LATERAL {extension}.cohort_retention(ledger, {step}, ''on''::text, {period_end}) AS r CROSS JOIN LATERAL {cell} WHERE p.day BETWEEN since AND as_of',
            'customers by the period of their first order (cohort): how many ordered in each period behind it'),
        (5, 'revenue_cohorts', '{}', true,
            'SELECT r.cohort, r.period, p.day, r.cohort_size, CASE WHEN p.is_complete THEN r.revenue END, CASE WHEN p.is_complete THEN c.revenue END, CASE WHEN p.is_complete THEN c.revenue / r.cohort_size END, p.is_complete
             FROM (SELECT r.*, since, as_of, sum(r.revenue) FILTER (WHERE (r.cohort + r.period * {step})::date >= since) OVER (PARTITION BY r.cohort ORDER BY r.period) AS gained
                   FROM base CROSS JOIN LATERAL {extension}.revenue_cohorts(ledger, {step}, {period_end}) AS r) AS r
                  CROSS JOIN LATERAL {cell}
                  LEFT JOIN {mart}.stored_revenue_cohorts AS before ON before.cohort = r.cohort AND before.period = (since - {step})::date
                  CROSS JOIN LATERAL (SELECT coalesce(before.cumulative_revenue, 0) + r.gained) AS c (revenue)
             WHERE p.day BETWEEN since AND as_of',
            'what the customers of each cohort spent, by period and up to it: the curve of lifetime value'),
        (6, 'lifecycle', '{}', true,
            'SELECT period, "new", "returning", resurrecting, dormant, "new" + "returning" + resurrecting, (period + {step})::date <= as_of + 1
             FROM base CROSS JOIN LATERAL {extension}.lifecycle(ledger, {step}, since, as_of + 1)',
            'customers of each period against the previous one'),
        (7, 'active', '{}', true, 'SELECT day, dau, mau, stickiness_pct FROM base CROSS JOIN LATERAL {extension}.rolling_active(ledger, 30, greatest(since, {extension}.first_day(ledger)), as_of + 1)', 'daily and monthly active customers, a row a day'),
        (8, 'golden_trend', '{}', true,
            'SELECT period, customers, golden_customers, golden_share_pct, share_change_pp, entered, left_, (period + {step})::date <= as_of + 1
             FROM base CROSS JOIN LATERAL {extension}.golden_trend(ledger, {step}, {golden_threshold}, CASE WHEN (SELECT min(month) FROM {mart}.stored_ledgers WHERE is_published) < since THEN (since - {step})::date ELSE since END, as_of + 1)
             WHERE period >= since',
            'golden customers, who bring the first part of the revenue of a period (80 % if not set otherwise), a row a period'),
        (9, 'segment_migration', '{}', true, NULL, 'how many customers moved from one RFM segment to another over the last complete period'),
        (10, 'sales_kinds', '{product,price}', false,
            'SELECT period, kind, orders, revenue, sum(revenue) OVER period_rows, 100 * revenue / nullif(sum(revenue) OVER period_rows, 0), avg_check, (period + {step})::date <= as_of + 1
             FROM {mart}.stored_kinds, {mart}.stored_state WHERE kind <> ''upsell_before'' WINDOW period_rows AS (PARTITION BY period)',
            'revenue by period and kind of sale: front end, repeat, upsell, add-on, cross-sell; rows with customer and product'),
        (11, 'mrr', '{subscriptions}', true, NULL, 'how monthly recurring revenue moved, a row a period; start_mrr and the movements add up to end_mrr, but for the rounding of each'),
        (12, 'nps', '{survey}', true, NULL, 'net promoter score, a row a period'),
        (13, 'unit_economics', '{costs}', false,
            'SELECT period, c.acquisition_cost, l.new_customers, c.acquisition_cost / nullif(l.new_customers, 0) AS cac, c.retention_cost, g.at_start,
                    c.retention_cost / nullif(g.at_start, 0), r.revenue, l.active_customers, r.revenue / nullif(l.active_customers, 0) AS revenue_per_customer, g.churn_pct,
                    value.ltv, value.ltv / nullif(c.acquisition_cost / nullif(l.new_customers, 0), 0),
                    100 * (value.ltv / nullif(c.acquisition_cost / nullif(l.new_customers, 0), 0) - 1), c.fixed_costs, {recurring_revenue}, 100 * {recurring_revenue} / nullif(c.fixed_costs, 0), coalesce((period + {step})::date <= (SELECT as_of FROM {mart}.stored_state) + 1, false), base.customers
             FROM (SELECT period FROM {mart}.stored_growth UNION SELECT period FROM {mart}.stored_costs) AS periods
                  LEFT JOIN {mart}.stored_growth AS g USING (period)
                  LEFT JOIN {mart}.stored_lifecycle AS l USING (period)
                  LEFT JOIN {sums} AS r USING (period)
                  LEFT JOIN (SELECT period, sum(cost) FILTER (WHERE kind = ''acquisition'') AS acquisition_cost, sum(cost) FILTER (WHERE kind = ''retention'') AS retention_cost,
                                    sum(cost) FILTER (WHERE kind = ''fixed'') AS fixed_costs FROM {mart}.stored_costs GROUP BY period) AS c USING (period)
                  {join_mrr}
                  CROSS JOIN LATERAL (SELECT (g.at_start + g.at_end) / 2.0 AS customers) AS base
                  CROSS JOIN LATERAL (SELECT {extension}.ltv_from_churn(r.revenue / nullif(base.customers, 0), g.churn_pct::numeric) AS ltv) AS value',
            'what a customer costs and is worth, a row a period; where costs lie before the first order or behind the last, there is nothing else'),
        (14, 'roi_by_method', '{costs,gain}', false,
            'SELECT period, method, sum(cost), sum(gain), 100 * (sum(gain) - sum(cost)) / nullif(sum(cost), 0), coalesce((period + {step})::date <= (SELECT as_of FROM {mart}.stored_state) + 1, false)
             FROM {mart}.stored_costs GROUP BY period, method',
            'return on what was spent, by period and method (campaign, channel, program)'),
        (15, 'client_formula', '{}', false,
            'SELECT l.period, l.active_customers, r.orders, r.orders::numeric / nullif(l.active_customers, 0), r.revenue / nullif(r.orders, 0), r.revenue,
                    {kinds}, 100 / nullif(g.churn_pct, 0), l.is_complete
             FROM {mart}.stored_lifecycle AS l LEFT JOIN {mart}.stored_growth AS g USING (period)
                  LEFT JOIN {sums} AS r USING (period)
                  {join_kinds}',
            'customers x purchase frequency x average check = revenue, and its levers by kind of sale, a row a period; rows with a customer'),
        (16, 'forecast', '{}', true, NULL, 'what is expected of the customers there are, of all together, a row a period ahead; new customers come on top'),
        (17, 'models', '{}', true, NULL, 'models of buying and dropping out, fitted to all complete periods; the smaller the AIC, the better'),
        (18, 'data_quality', '{}', true, NULL, 'what the source of orders lacks, a row a check, as of the last CALL refresh_mart with quality => true')
    ) AS v (place, view_name, needs, is_stored, query, about);
END;

-- Types: money, average (two digits more than money) stand for numeric of the decimals that the mart was created with.
CREATE OR REPLACE FUNCTION mart_columns()
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
        ('customers', 'avg_check', 'average', 'average check: revenue / orders; do not sum, do not average'),
        ('customers', 'r_score', 'bigint', 'recency score from 1 to 5 (5: ordered latest) among customers with an order; do not sum'),
        ('customers', 'f_score', 'bigint', 'frequency score from 1 to 5 (5: most orders); do not sum'),
        ('customers', 'm_score', 'bigint', 'monetary score from 1 to 5 (5: most net revenue); do not sum'),
        ('customers', 'segment', 'text', 'RFM segment of the three scores, from Champions to Hibernating'),
        ('customers', 'golden_rank', 'bigint', 'rank by net revenue, equals share a rank; NULL for revenue of 0 or less; do not sum'),
        ('customers', 'is_golden', 'boolean', 'one of those who bring the first part of the revenue (80 % if not set otherwise)'),
        ('customers', 'revenue_share_pct', 'double precision', 'percent of the positive revenue of all: 100 x revenue / sum of positive revenue'),
        ('customers', 'lifecycle_stage', 'text', 'new (first order within the lapse), active (last order within the lapse), lapsed (none within it)'),
        ('customers', 'p_alive', 'double precision', 'probability, 0 to 1, of not having dropped out; NULL without a model; do not sum'),
        ('customers', 'expected_purchases', 'double precision', 'days with a purchase to be expected over the horizon; adds up'),
        ('customers', 'clv', 'double precision', 'customer lifetime value: expected net revenue over the horizon, discounted; adds up; an estimate, no money in the books'),
        ('growth', 'period', 'date', 'first day of the period'),
        ('growth', 'at_start', 'bigint', 'customers active when the period begins: with an order within the lapse before; do not sum over periods'),
        ('growth', 'new_customers', 'bigint', 'active at the end, whose first order ever is in the period'),
        ('growth', 'reactivated_customers', 'bigint', 'active at the end and not at the start, who had ordered before'),
        ('growth', 'churned_customers', 'bigint', 'active at the start and not at the end'),
        ('growth', 'at_end', 'bigint', 'customers active when the period ends; do not sum over periods'),
        ('growth', 'churn_pct', 'double precision', 'percent: 100 x churned_customers / at_start; do not sum, do not average'),
        ('growth', 'churn_lower_pct', 'double precision', 'percent: lower bound of churn_pct with 95 % confidence'),
        ('growth', 'churn_upper_pct', 'double precision', 'percent: upper bound of churn_pct with 95 % confidence'),
        ('growth', 'retention_pct', 'double precision', 'percent: 100 - churn_pct'),
        ('growth', 'is_complete', 'boolean', 'the period has ended at the last day that counts; the figures of others will change'),
        ('revenue', 'period', 'date', 'first day of the period'),
        ('revenue', 'category', 'text', 'category of the rows; (none) for NULL, (all) where none is mapped'),
        ('revenue', 'sales', 'bigint', 'number of sales (amount >= 0); adds up over periods; an order of two categories counts in both'),
        ('revenue', 'refund_rows', 'bigint', 'number of refunds (amount < 0), counted like sales'),
        ('revenue', 'gross_revenue', 'money', 'sales before refunds; adds up'),
        ('revenue', 'refunds', 'money', 'refunds, zero or below, in the period in which they were made; adds up'),
        ('revenue', 'net_revenue', 'money', 'gross_revenue + refunds; adds up'),
        ('revenue', 'refund_rate_pct', 'double precision', 'percent: 100 x -refunds / gross_revenue; do not sum, do not average'),
        ('revenue', 'avg_check', 'average', 'average check: net_revenue / sales; do not sum, do not average'),
        ('revenue', 'previous_net_revenue', 'money', 'net_revenue of the same category in the period before; NULL where there is none'),
        ('revenue', 'growth_pct', 'double precision', 'percent: 100 x (net_revenue - previous_net_revenue) / previous_net_revenue; NULL while the period is not complete'),
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
        ('active', 'mau', 'bigint', 'customers with an order in the 30 days that end with the day; do not sum over days'),
        ('active', 'stickiness_pct', 'double precision', 'percent: 100 x dau / mau; do not sum, do not average'),
        ('golden_trend', 'period', 'date', 'first day of the period'),
        ('golden_trend', 'customers', 'bigint', 'customers with positive net revenue in the period; do not sum over periods'),
        ('golden_trend', 'golden_customers', 'bigint', 'how many of them are golden'),
        ('golden_trend', 'golden_share_pct', 'double precision', 'percent: 100 x golden_customers / customers'),
        ('golden_trend', 'share_change_pp', 'double precision', 'percentage points: golden_share_pct less that of the period before'),
        ('golden_trend', 'entered', 'bigint', 'golden in this period and not in the one before'),
        ('golden_trend', 'left_golden', 'bigint', 'golden in the period before and not in this one'),
        ('golden_trend', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('segment_migration', 'from_day', 'date', 'the day at whose end customers were in from_segment'),
        ('segment_migration', 'to_day', 'date', 'the day at whose end they were in to_segment'),
        ('segment_migration', 'from_segment', 'text', 'RFM segment before; (none) for who had not ordered yet'),
        ('segment_migration', 'to_segment', 'text', 'RFM segment after'),
        ('segment_migration', 'customers', 'bigint', 'how many; adds up'),
        ('sales_kinds', 'period', 'date', 'first day of the period'),
        ('sales_kinds', 'kind', 'text', 'front_end (first basket), repeat (same product), upsell (same group, dearer), add_on (same group), cross_sell (another group), unknown (refund of what was never bought)'),
        ('sales_kinds', 'orders', 'bigint', 'orders with something of the kind that was not all sent back; one of two kinds counts in both'),
        ('sales_kinds', 'revenue', 'money', 'net revenue of the kind; adds up'),
        ('sales_kinds', 'period_revenue', 'money', 'net revenue of all kinds in the period; repeats in each row of the period, do not sum'),
        ('sales_kinds', 'share_pct', 'double precision', 'percent: 100 x revenue / period_revenue'),
        ('sales_kinds', 'avg_check', 'average', 'what the orders hold of the kind / orders; do not sum'),
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
        ('mrr', 'churned_customers', 'bigint', 'who stopped'),
        ('mrr', 'end_customers', 'bigint', 'paying customers when the period ends; do not sum over periods'),
        ('mrr', 'gross_churn_pct', 'double precision', 'percent of start_mrr: churn + contraction'),
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
        ('unit_economics', 'customers_at_start', 'bigint', 'customers active when the period begins; do not sum over periods'),
        ('unit_economics', 'retention_cost_per_customer', 'average', 'retention_cost / customers_at_start; do not sum'),
        ('unit_economics', 'revenue', 'money', 'net revenue of rows with a customer; adds up'),
        ('unit_economics', 'active_customers', 'bigint', 'customers with an order in the period; do not sum over periods'),
        ('unit_economics', 'revenue_per_customer', 'average', 'revenue / active_customers; do not sum'),
        ('unit_economics', 'churn_pct', 'double precision', 'percent: customer churn of the period, as in growth'),
        ('unit_economics', 'ltv', 'average', 'lifetime value: revenue / average_customers / churn; NULL where nobody churned; do not sum'),
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
        ('client_formula', 'customers', 'bigint', 'customers with an order in the period; do not sum over periods'),
        ('client_formula', 'orders', 'bigint', 'orders of customers; adds up'),
        ('client_formula', 'purchase_frequency_ratio', 'double precision', 'orders / customers; do not sum'),
        ('client_formula', 'avg_check', 'average', 'average check: revenue / orders; do not sum'),
        ('client_formula', 'revenue', 'money', 'net revenue of customers: customers x purchase_frequency_ratio x avg_check; adds up'),
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
        ('data_quality', 'checked_on', 'date', 'the day of the check')
    ) AS v (view_name, column_name, type, about);
END;

-- A row with a ledger has some 40 MB: a common table would be copied for each scan, and a parameter for each use.
CREATE FUNCTION mart_run(held text[], queries text[])
RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'customer_value_mart_run';
COMMENT ON FUNCTION mart_run(text[], text[]) IS
'runs queries one behind the other: the rows of the first ones are held in memory, as relations of the names in held, which those that follow read where they lie; error 22023 where what is to be held is not one query that gives rows, 22004 where a query is NULL';

-- Ledgers of as many customers as one value should hold: a month of many orders is stored in shards.
CREATE OR REPLACE FUNCTION mart_ledgers(settings jsonb, "from" date, "to" date, only_finite boolean, shards integer)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    arguments text := 'at, amount' || CASE WHEN settings ->> 'at_type' = 'timestamp with time zone' AND settings #>> '{columns,order_id}' IS NULL THEN format(', %L::text', settings ->> 'tz') ELSE '' END;
    has_guests boolean;
    source text;
BEGIN
    EXECUTE format('SELECT %s.mart_source($1, $2, $3, false, $4)', extension) INTO source USING settings, "from", "to", only_finite;
    -- a table below another, or a foreign one, may have what is NOT NULL above
    EXECUTE format('SELECT bool_or(c.relkind NOT IN (''r'', ''p'') OR NOT a.attnotnull OR EXISTS (SELECT FROM pg_constraint AS n WHERE n.conrelid = c.oid AND n.contype = ''n'' AND n.conkey = ARRAY[a.attnum] AND NOT n.convalidated))
                    FROM %s.mart_relations($1) AS r (relation) JOIN pg_class AS c ON c.oid = r.relation JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = $2', extension)
    INTO has_guests USING (settings ->> 'orders')::regclass, settings #>> '{columns,customer}';
    RETURN format('SELECT %2$s AS shard, %1$s.ledger_agg(customer, %3$s) AS whole, %4$s AS guests FROM (%5$s) AS orders%6$s',
        extension, CASE WHEN shards > 1 THEN format('coalesce(%s.ledger_shard(customer, %s), 0)', extension, shards) ELSE '0' END, arguments,
        CASE WHEN has_guests THEN format('%s.ledger_agg(0::bigint, %s) FILTER (WHERE customer IS NULL)', extension, arguments) ELSE format('NULL::%s.customer_ledger', extension) END,
        source, CASE WHEN shards > 1 THEN ' GROUP BY 1' ELSE '' END);
END
$$;
COMMENT ON FUNCTION mart_ledgers(jsonb, date, date, boolean, integer) IS
'the query that makes ledgers of the orders of a mart: a row for each shard of customers with the ledger of all its orders, and in one of them that of orders without a customer';

CREATE FUNCTION mart_store(settings jsonb, is_published boolean, "from" date, months_before bigint, months_total bigint, months_left bigint, rows_before bigint, started timestamptz)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    parts text;
BEGIN
    SELECT string_agg(format('SELECT %L, s.* FROM %s.slices(read.%I, ''1 month''::interval, %L::date) AS s', part, extension, ledger, settings ->> 'today'), ' UNION ALL ')
    INTO parts FROM (VALUES ('customers', 'whole'), ('guests', 'guests')) AS v (part, ledger);
    RETURN format($sql$
        INSERT INTO %1$I.stored_ledgers (month, part, shard, is_published, ledger, orders, refund_rows, gross_revenue, refunds)
        SELECT month, name, shard, %4$L::boolean, ledger, orders, refund_rows, gross_revenue, refunds
        FROM (SELECT sum(%2$s.rows_count(whole) + coalesce(%2$s.rows_count(guests), 0))::bigint AS rows FROM read) AS counted
             CROSS JOIN read CROSS JOIN LATERAL (%3$s) AS part (name, month, ledger, orders, refund_rows, gross_revenue, refunds)
        WHERE %2$s.mart_tell(name, month, %2$s.rows_count(ledger), %6$L::bigint + 1 + %2$s.mart_months(coalesce(%5$L::date, %2$s.first_day(read.whole)), month),
                             greatest(%7$L::bigint, 1 + %2$s.mart_months(%2$s.first_day(read.whole), %2$s.last_day(read.whole))), %8$L::bigint, %9$L::bigint + counted.rows, to_timestamp(%10$L::double precision))$sql$,
        settings ->> 'mart', extension, parts, is_published, "from", months_before, months_total, months_left, rows_before,
        extract(epoch FROM started));   -- as text an instant may have a zone that nobody can read
END
$$;
COMMENT ON FUNCTION mart_store(jsonb, boolean, date, bigint, bigint, bigint, bigint, timestamptz) IS
'the statement that cuts the ledgers of a relation read, which is of mart_ledgers(), into months and stores them, with the sums of each up to today, and tells of each month, from the first day "from" on, where that is known, and with the months that were read before, those to read in all and those to read after it, the rows that were read before, and when reading began';

CREATE OR REPLACE FUNCTION mart_read(settings jsonb, "from" date, "to" date, shards integer, log_run bigint, months_before bigint, months_total bigint, rows_before bigint, started timestamptz)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    in_range text := 'month >= $1 AND month < $2';
    months bigint;
    rows_read bigint;
BEGIN
    EXECUTE format('DELETE FROM %I.changes WHERE ' || in_range, mart) USING "from", "to";
    EXECUTE format('DELETE FROM %I.stored_ledgers WHERE NOT is_published AND ' || in_range, mart) USING "from", "to";
    EXECUTE format('SELECT %s.mart_months($1, $2)', extension) INTO months USING "from", "to";
    EXECUTE format('SELECT %1$s.mart_run(ARRAY[''read'']::text[], ARRAY[%1$s.mart_ledgers($1, $2, $3, true, $4), %1$s.mart_store($1, false, $2, $5, $6, $7, $8, $9)])', extension)
    USING settings, "from", "to", shards, months_before, months_total, greatest(months_total - months_before - months, 0), rows_before, started;
    -- a month that has no rows any more replaces the one it had
    EXECUTE format('INSERT INTO %1$I.stored_ledgers (month, part, is_published) SELECT DISTINCT month, ''customers'', false FROM %1$I.stored_ledgers AS old WHERE is_published AND %2$s
                        AND NOT EXISTS (SELECT FROM %1$I.stored_ledgers AS new WHERE NOT new.is_published AND new.month = old.month)', mart, in_range) USING "from", "to";
    EXECUTE format('SELECT %s.mart_read_categories($1, $2, $3, false)', extension) USING settings, "from", "to";
    EXECUTE format('SELECT $3 + coalesce(sum(%2$s.rows_count(ledger)), 0) FROM %1$I.stored_ledgers WHERE NOT is_published AND %3$s', mart, extension, in_range) INTO rows_read USING "from", "to", rows_before;
    EXECUTE format('UPDATE %I.refresh_log SET months_done = $1, months_total = $2, rows_read = $3, changed_at = clock_timestamp() WHERE run = $4', mart)
    USING months_before + months, greatest(months_total, months_before + months), rows_read, log_run;   -- some changed meanwhile, and are read again
    RETURN rows_read;
END
$$;

-- What follows from the months that were read: rows of the stored views, models and forecasts; subscriptions, survey, costs and checks of the source.
-- Models are estimates: some thousand customers, always the same, tell them as well as all. The forecast is that of the sample, for all;
-- its floating point numbers are added in an order, so that no plan changes the last digit.
CREATE OR REPLACE FUNCTION mart_fill_models(settings jsonb, fitted_until date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    customers bigint;
    fitted text;    -- the column of stored_fit with the model that forecasts are by
    note text;
    emptied text;
BEGIN
    FOREACH emptied IN ARRAY '{stored_models,stored_forecast,stored_fit}'::text[] LOOP
        EXECUTE format('DELETE FROM %I.%I', mart, emptied);
    END LOOP;
    EXECUTE format('SELECT coalesce(sum(cohort_size), 0) FROM %I.stored_cohorts WHERE period_number = 0 AND cohort <= $1', mart) INTO customers USING fitted_until;
    BEGIN
        EXECUTE format($sql$
            INSERT INTO %1$I.stored_models SELECT $1, model, parameters::text, log_likelihood, aic, bic, converged, at_boundary, recommended, verdict, (SELECT count(*) FROM %1$I.stored_sample)
            FROM (SELECT %2$s.repeat_purchases_agg(frequency, recency, age) AS state FROM %1$I.stored_sample) AS base, %2$s.model_comparison(base.state)$sql$, mart, extension) USING fitted_until;
    EXCEPTION WHEN invalid_parameter_value OR numeric_value_out_of_range THEN
        note := SQLERRM;
    END;
    BEGIN
        EXECUTE format($sql$
            INSERT INTO %1$I.stored_fit
            SELECT model, CASE model WHEN 'BG/NBD' THEN %2$s.with_unit(%2$s.bg_nbd_fit(s.state), '1 week'::interval) END, CASE model WHEN 'MBG/NBD' THEN %2$s.with_unit(%2$s.mbg_nbd_fit(s.state), '1 week'::interval) END,
                   CASE model WHEN 'Pareto/NBD' THEN %2$s.with_unit(%2$s.pareto_nbd_fit(s.state), '1 week'::interval) END, s.spend, ((($1 + $2 * $3::interval)::date - $1) / 7.0)::double precision, (1 + $4 / 100) ^ (7 / 365.25) - 1
            FROM (SELECT CASE model WHEN 'NBD' THEN 'BG/NBD' ELSE model END AS model FROM %1$I.stored_models ORDER BY is_recommended DESC, aic LIMIT 1) AS best,
                 (SELECT %2$s.repeat_purchases_agg(frequency, recency, age) AS state, %2$s.gamma_gamma_fit(frequency, monetary_value) AS spend FROM %1$I.stored_sample) AS s$sql$, mart, extension)
        USING fitted_until, (settings ->> 'horizon')::integer, settings ->> 'step', (settings ->> 'discount_pct')::double precision;
        EXECUTE format('SELECT CASE model WHEN ''BG/NBD'' THEN ''bg_nbd'' WHEN ''MBG/NBD'' THEN ''mbg_nbd'' ELSE ''pareto_nbd'' END FROM %I.stored_fit', mart) INTO fitted;
        IF fitted IS NOT NULL THEN
            EXECUTE format($sql$
                INSERT INTO %1$I.stored_forecast
                WITH fit AS MATERIALIZED (SELECT * FROM %1$I.stored_fit),
                bought AS MATERIALIZED (
                    SELECT frequency, recency, age, count(*) AS customers, sum(%2$s.expected_value(fit.spend, frequency, monetary_value::double precision) ORDER BY monetary_value) AS value,
                           row_number() OVER (ORDER BY frequency, recency, age) AS place
                    FROM fit, %1$I.stored_sample GROUP BY frequency, recency, age),
                horizons AS MATERIALIZED (SELECT n, ($1 + 1 + (n - 1) * $2::interval)::date AS period, ((($1 + 1 + n * $2::interval)::date - $1 - 1) / 7.0)::double precision AS weeks FROM generate_series(1, $3) AS n),
                expected AS (
                    SELECT n, period, sum(customers * purchases ORDER BY place) AS purchases, sum(value * purchases ORDER BY place) AS revenue
                    FROM (SELECT h.n, h.period, b.place, b.customers, b.value, %2$s.expected_purchases(fit.%3$I, h.weeks, b.frequency, b.recency, b.age) AS purchases FROM fit, horizons AS h, bought AS b OFFSET 0) AS each
                    GROUP BY n, period),
                scale AS (SELECT $4::double precision / nullif(count(*), 0) AS factor FROM %1$I.stored_sample)
                SELECT period, n, $4, factor * (purchases - coalesce(lag(purchases) OVER (ORDER BY n), 0)), factor * (revenue - coalesce(lag(revenue) OVER (ORDER BY n), 0)), (SELECT model FROM fit) FROM expected, scale$sql$, mart, extension,
                fitted)
            USING fitted_until, settings ->> 'step', (settings ->> 'horizon')::integer, customers;
        END IF;
    EXCEPTION WHEN invalid_parameter_value OR numeric_value_out_of_range THEN
        note := coalesce(note, SQLERRM);
    END;
    IF customers = 0 THEN
        note := format('nobody has ordered up to %s, the end of the last complete period', to_char(fitted_until, 'YYYY-MM-DD'));
    END IF;
    EXECUTE format('UPDATE %I.stored_state SET models_note = $1, fitted_until = $2', mart) USING note, fitted_until;
END
$$;

-- The end of the last complete period, the one before, and from which day on refreshes of this period and the last need all rows, that is of older ones the first
-- order of each customer only.
CREATE FUNCTION mart_days(settings jsonb, as_of date, OUT complete_until date, OUT before_until date, OUT known_until date)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    unit text := settings ->> 'unit';
    step interval := settings ->> 'step';
BEGIN
    complete_until := CASE WHEN date_trunc(unit, as_of + 1) = as_of + 1 THEN as_of ELSE date_trunc(unit, as_of)::date - 1 END;
    before_until := (complete_until + 1 - step)::date - 1;
    EXECUTE format('SELECT %s.mart_window($1, $2)', extension) INTO known_until USING settings, (date_trunc(unit, as_of) - step)::date;
END
$$;
COMMENT ON FUNCTION mart_days(jsonb, date) IS
'the days that follow from the last one that counts: the end of the last complete period and of the one before; and from which day on refreshes of this period and the last need all rows, and of older ones the first order of each customer only';

CREATE FUNCTION mart_fill(settings jsonb, parts text[])
RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    sample_size CONSTANT integer := 5000;   -- customers that models are fitted to
    filled text[];
BEGIN
    EXECUTE format($sql$
        SELECT array_agg(%1$s.mart_sql(statement, $1) ORDER BY place) FROM (
            SELECT place, 'periods', format('INSERT INTO {mart}.%%I %%s', 'stored_' || view_name, query) FROM %1$s.mart_views() WHERE is_stored AND query IS NOT NULL
            UNION ALL SELECT * FROM (VALUES
                (100, 'firsts', 'UPDATE {mart}.stored_state SET (firsts, firsts_until) = (SELECT {extension}.as_of({extension}.first_orders(ledger), known_until - 1), known_until FROM base)'),
                (101, 'complete', 'INSERT INTO {mart}.stored_segment_migration SELECT before_until, complete_until, coalesce(from_segment, ''(none)''), to_segment, customers
                    FROM base CROSS JOIN LATERAL {extension}.segment_migration(ledger, before_until, complete_until, 5)'),
                -- how many customers there are is estimated, from rows of complete periods only, so that a later refresh draws the same
                (102, 'complete', format('INSERT INTO {mart}.stored_sample SELECT frequency, recency, age, monetary_value
                    FROM base CROSS JOIN LATERAL (SELECT {extension}.shard(ledger, 64, 0) AS part OFFSET 0) AS few
                         CROSS JOIN LATERAL (SELECT greatest(1, ceil(64 * {extension}.customers_count({extension}.as_of(part, complete_until)) / %%s::double precision))::integer AS shards) AS drawn
                         CROSS JOIN LATERAL {extension}.rfm_summary({extension}.shard(CASE WHEN shards < 64 THEN ledger ELSE part END, shards, 0), {key}, complete_until, ''1 week''::interval)', $3))) AS other
        ) AS part (place, kind, statement) WHERE kind = ANY ($2)$sql$, extension)
    INTO filled USING settings, parts, sample_size;
    RETURN filled;
END
$$;
COMMENT ON FUNCTION mart_fill(jsonb, text[]) IS
'the statements that fill what follows from a relation base of one row: ledger, since, as_of and mart_days(as_of); parts are "periods" (stored views from the day since on), "firsts" (what is to be known of older orders) and "complete" (segments, and customers to fit models to)';

CREATE OR REPLACE FUNCTION mart_fill_all(settings jsonb, log_run bigint, started timestamptz)
RETURNS date
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    base text := format('SELECT ledger, %1$s.mart_first_period(%3$L::jsonb, first_day, as_of) AS since, as_of, days.*
        FROM (SELECT ledger, first_day, greatest(%1$s.last_day(ledger), %1$s.last_day(%1$s.as_of(guests, %2$L::date))) AS as_of
              FROM (SELECT %1$s.as_of(whole, %2$L::date) AS ledger, guests, least(%1$s.first_day(whole), %1$s.first_day(guests)) AS first_day FROM read OFFSET 0) AS cut OFFSET 0) AS counted
             CROSS JOIN LATERAL %1$s.mart_days(%3$L::jsonb, as_of) AS days', extension, settings ->> 'today', settings);
    fill text := format('SELECT %1$s.mart_run(ARRAY[''read'', ''base'']::text[], ARRAY[%1$s.mart_ledgers($1, NULL::date, NULL::date, $2, 1), $3, %1$s.mart_store($1, true, NULL::date, 0::bigint, 0::bigint, 0::bigint, 0::bigint, $4)]
                                                     || %1$s.mart_fill($1, ''{periods,firsts,complete}''::text[]) || $5)', extension);
    keep text := format('UPDATE %I.stored_state SET as_of = (SELECT as_of FROM base)', mart);
    as_of date;
    complete_until date;
    emptied text;
BEGIN
    FOREACH emptied IN ARRAY '{changes,stored_ledgers,stored_months,stored_segment_migration,stored_sample}'::text[] LOOP
        EXECUTE format('DELETE FROM %I.%I', mart, emptied);
    END LOOP;
    EXECUTE format('SELECT %s.mart_empty($1, NULL::date)', extension) USING settings;
    BEGIN
        EXECUTE fill USING settings, false, base, started, keep;
    EXCEPTION WHEN numeric_value_out_of_range THEN
        -- to ask each row whether its day is finite costs a fifth of reading it, and hardly any is not
        EXECUTE fill USING settings, true, base, started, keep;
    END;
    EXECUTE format('SELECT as_of, days.complete_until FROM %I.stored_state CROSS JOIN LATERAL %s.mart_days($1, as_of) AS days', mart, extension) INTO as_of, complete_until USING settings;
    IF as_of IS NOT NULL THEN
        EXECUTE format('SELECT %s.mart_fill_models($1, $2)', extension) USING settings, complete_until;
    END IF;
    EXECUTE format('SELECT %s.mart_read_categories($1, NULL::date, NULL::date, true)', extension) USING settings;
    EXECUTE format('UPDATE %I.refresh_log SET (months_done, months_total, rows_read) = (SELECT count(DISTINCT month), count(DISTINCT month), coalesce(sum(%s.rows_count(ledger)), 0) FROM %1$I.stored_ledgers),
                        changed_at = clock_timestamp() WHERE run = $1', mart, extension) USING log_run;
    RETURN as_of;
END
$$;

CREATE OR REPLACE FUNCTION mart_fill_changed(settings jsonb, changed_from date, previous date, as_of date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    unit text := settings ->> 'unit';
    complete_until date;
    usual date;             -- what the first orders would be known up to
    first_day date;
    since date;             -- first day of the first period that can have changed
    known_until date;       -- first orders are known of the days before
    window_from date;       -- rows from here on say all about those periods, beside the first order of each customer
    has_all boolean;
    is_known boolean;       -- those first orders are as they were
    is_complete boolean;    -- what looks at complete periods only stays as it is
    months text;
    whole text;             -- the ledger of all months, and what stands for it
    recent text;
    parts text;
    is_small boolean;
    base text := $base$SELECT ledger, %2$L::date AS since, %3$L::date AS as_of, days.*
        FROM (SELECT %1$s.as_of(%4$s, %3$L::date) AS ledger) AS whole CROSS JOIN %1$s.mart_days(%5$L::jsonb, %3$L::date) AS days$base$;
    fill text := format('SELECT %1$s.mart_run(ARRAY[''base'']::text[], $2 || %1$s.mart_fill($1, $3))', extension);
BEGIN
    EXECUTE format('SELECT min(%1$s.first_day(ledger)) FROM %2$I.stored_ledgers WHERE is_published AND month = (SELECT min(month) FROM %2$I.stored_ledgers WHERE is_published)', extension, mart) INTO first_day;
    EXECUTE format('SELECT complete_until, known_until FROM %s.mart_days($1, $2)', extension) INTO complete_until, usual USING settings, as_of;
    since := date_trunc(unit, least(changed_from, previous, as_of, CASE WHEN previous IS NULL THEN first_day END));
    EXECUTE format('SELECT firsts_until, %1$s.mart_window($1, $2), fitted_until IS NOT DISTINCT FROM $3 AND ($3 >= date_trunc(''month'', $4)) IS NOT TRUE, firsts_until = $5 AND ($4 < firsts_until) IS NOT TRUE
                    FROM %2$I.stored_state', extension, mart) INTO known_until, window_from, is_complete, is_known USING settings, since, complete_until, changed_from, usual;
    window_from := least(window_from, known_until);
    has_all := window_from <= first_day;

    EXECUTE format('SELECT %s.mart_empty($1, $2)', extension) USING settings, since;
    EXECUTE format('SELECT greatest($4, %s.mart_first_period($1, $2, $3))', extension) INTO since USING settings, first_day, as_of, since;
    IF NOT is_complete THEN
        EXECUTE format('DELETE FROM %I.stored_segment_migration', mart);
        EXECUTE format('DELETE FROM %I.stored_sample', mart);
    END IF;
    months := format('FROM %I.stored_ledgers WHERE is_published AND part = ''customers'' AND month <= %L::date', mart, as_of);
    whole := format('(SELECT %s.rollup(ledger) %s)', extension, months);
    recent := whole;
    IF NOT has_all THEN
        -- side by side in half the time, but only as much as an array holds
        months := format('%s AND month >= %L::date', months, window_from);
        EXECUTE format('SELECT coalesce(sum(pg_column_size(ledger)), 0) < 5e8 %s', months) INTO is_small;
        parts := format('SELECT %s.as_of(firsts, %L::date) FROM %I.stored_state WHERE firsts IS NOT NULL UNION ALL SELECT ledger %s', extension, window_from - 1, mart, months);
        recent := format(CASE WHEN is_small THEN '%s.rollup(ARRAY(%s))' ELSE '(SELECT %s.rollup(part) FROM (%s) AS parts (part))' END, extension, parts);
    END IF;
    EXECUTE fill USING settings, format(base, extension, since, as_of, recent, settings),
        '{periods}'::text[] || CASE WHEN is_known THEN '{}' ELSE '{firsts}' END::text[] || CASE WHEN has_all AND NOT is_complete THEN '{complete}' ELSE '{}' END::text[];
    IF NOT is_complete AND NOT has_all THEN
        EXECUTE fill USING settings, format(base, extension, since, as_of, whole, settings), '{complete}'::text[];
    END IF;
    IF NOT is_complete THEN
        EXECUTE format('SELECT %s.mart_fill_models($1, $2)', extension) USING settings, complete_until;
    END IF;
END
$$;

-- what nothing calls any more
DROP FUNCTION mart_store(jsonb, boolean);
DROP FUNCTION mart_fill(jsonb, text, text, text[]);
