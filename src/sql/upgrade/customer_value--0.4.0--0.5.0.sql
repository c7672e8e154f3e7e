-- complain if the script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION customer_value UPDATE TO '0.5.0'" to load this file. \quit
CREATE FUNCTION first_orders(ledger customer_ledger) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_first_orders';
COMMENT ON FUNCTION first_orders(ledger customer_ledger) IS
'the first order of each customer, with its amount (the least of that day), and refunds before it: with the rows of later months it tells new customers from old ones as the whole ledger does, in a fraction of its size';
CREATE FUNCTION slices(ledger customer_ledger, step interval DEFAULT '1 month')
RETURNS TABLE (period date, ledger customer_ledger)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_ledger_slices';
COMMENT ON FUNCTION slices(ledger customer_ledger, step interval) IS
'the ledger cut into its calendar periods: a row for each that has any row, in their order, with the ledger of those rows; rollup makes the whole again; to store a ledger by month, and to add or replace months one by one';
CREATE FUNCTION totals(ledger customer_ledger)
RETURNS TABLE (customers bigint, buyers bigint, orders bigint, refund_rows bigint, gross_revenue numeric, refunds numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_ledger_totals';
COMMENT ON FUNCTION totals(ledger customer_ledger) IS
'the sums of a ledger in one row: customers with any row, buyers with an order, orders, refunds by number and by money (zero or below), each of which adds up over months, but customers and buyers, and over shards; net revenue is gross_revenue + refunds; by customer? customers';
-- ---------- mart_views ----------

-- What a mart holds: its views, what each needs of the mapping, how it is worked out, and what each column means. create_mart, refresh_mart,
-- describe_mart and the comments of the views all read these two lists, so that they cannot contradict each other. In the
-- queries {mart} stands for the schema of the mart, {extension} for that of the extension, {step} and the like for settings.

-- Rows of stored views are filled for periods from $2 on: $1 is a ledger of who ordered when first and of all rows since well before $2, $3 is the
-- last day that counts. When periods begin, $1 does not say: the first rows may be of guests.
CREATE FUNCTION mart_views()
RETURNS TABLE (place integer, view_name text, needs text[], is_stored boolean, query text, about text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
    SELECT v.place, v.view_name, v.needs, v.is_stored, v.query, v.about FROM (VALUES
        (1, 'customers'::text, '{}'::text[], false, NULL::text, 'one row a customer: what each bought, scores, segment, value and forecast; worked out when it is read'::text),
        (2, 'growth', '{}', true,
            'SELECT period, at_start, new, reactivated, churned, at_end, churn_pct, churn_lower_pct, churn_upper_pct, 100 - churn_pct, (period + {step})::date <= $3 + 1
             FROM {extension}.customer_growth($1, {step}, $2, $3 + 1, {lapse})',
            'how the customer base grew, a row a period; at_start + new_customers + reactivated_customers - churned_customers = at_end'),
        (3, 'revenue', '{}', false,
            'SELECT r.period, r.category, r.sales, r.refund_rows, r.gross_revenue, r.refunds, r.gross_revenue + r.refunds, 100 * -r.refunds / nullif(r.gross_revenue, 0),
                    (r.gross_revenue + r.refunds) / nullif(r.sales, 0), p.gross_revenue + p.refunds,
                    CASE WHEN r.is_complete THEN 100 * (r.gross_revenue + r.refunds - p.gross_revenue - p.refunds) / nullif(p.gross_revenue + p.refunds, 0) END, r.is_complete
             FROM {periods} AS r LEFT JOIN {periods} AS p ON p.period = (r.period - {step})::date AND p.category = r.category',
            'revenue by period and category; money adds up over both, of rows with a customer and without'),
        (4, 'cohorts', '{}', true,
            'SELECT r.cohort, r.period, p.day, r.cohort_size, CASE WHEN p.is_complete THEN r.active END, CASE WHEN p.is_complete THEN r.retention_pct END, p.is_complete
             FROM {extension}.cohort_retention($1, {step}, ''on''::text, {period_end}) AS r CROSS JOIN LATERAL {cell} WHERE p.day BETWEEN $2 AND $3',
            'customers by the period of their first order (cohort): how many ordered in each period behind it'),
        (5, 'revenue_cohorts', '{}', true,
            'SELECT r.cohort, r.period, p.day, r.cohort_size, CASE WHEN p.is_complete THEN r.revenue END, CASE WHEN p.is_complete THEN c.revenue END, CASE WHEN p.is_complete THEN c.revenue / r.cohort_size END, p.is_complete
             FROM (SELECT *, sum(revenue) FILTER (WHERE (cohort + period * {step})::date >= $2) OVER (PARTITION BY cohort ORDER BY period) AS since FROM {extension}.revenue_cohorts($1, {step}, {period_end})) AS r
                  CROSS JOIN LATERAL {cell}
                  LEFT JOIN {mart}.stored_revenue_cohorts AS before ON before.cohort = r.cohort AND before.period = ($2 - {step})::date
                  CROSS JOIN LATERAL (SELECT coalesce(before.cumulative_revenue, 0) + r.since) AS c (revenue)
             WHERE p.day BETWEEN $2 AND $3',
            'what the customers of each cohort spent, by period and up to it: the curve of lifetime value'),
        (6, 'lifecycle', '{}', true,
            'SELECT period, "new", "returning", resurrecting, dormant, "new" + "returning" + resurrecting, (period + {step})::date <= $3 + 1
             FROM {extension}.lifecycle($1, {step}, $2, $3 + 1)',
            'customers of each period against the previous one'),
        (7, 'active', '{}', true, 'SELECT day, dau, mau, stickiness_pct FROM {extension}.rolling_active($1, 30, greatest($2, {extension}.first_day($1)), $3 + 1)', 'daily and monthly active customers, a row a day'),
        (8, 'golden_trend', '{}', true,
            'SELECT period, customers, golden_customers, golden_share_pct, share_change_pp, entered, left_, (period + {step})::date <= $3 + 1
             FROM {extension}.golden_trend($1, {step}, {golden_threshold}, CASE WHEN (SELECT min(month) FROM {mart}.stored_ledgers WHERE is_published) < $2 THEN ($2 - {step})::date ELSE $2 END, $3 + 1) WHERE period >= $2',
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
                    100 * (value.ltv / nullif(c.acquisition_cost / nullif(l.new_customers, 0), 0) - 1), c.fixed_costs, {recurring_revenue}, 100 * {recurring_revenue} / nullif(c.fixed_costs, 0), coalesce((period + {step})::date <= (SELECT as_of FROM {mart}.stored_state) + 1, false)
             FROM (SELECT period FROM {mart}.stored_growth UNION SELECT period FROM {mart}.stored_costs) AS periods
                  LEFT JOIN {mart}.stored_growth AS g USING (period)
                  LEFT JOIN {mart}.stored_lifecycle AS l USING (period)
                  LEFT JOIN {sums} AS r USING (period)
                  LEFT JOIN (SELECT period, sum(cost) FILTER (WHERE kind = ''acquisition'') AS acquisition_cost, sum(cost) FILTER (WHERE kind = ''retention'') AS retention_cost,
                                    sum(cost) FILTER (WHERE kind = ''fixed'') AS fixed_costs FROM {mart}.stored_costs GROUP BY period) AS c USING (period)
                  {join_mrr}
                  CROSS JOIN LATERAL (SELECT {extension}.ltv_from_churn(r.revenue / nullif(l.active_customers, 0), g.churn_pct::numeric) AS ltv) AS value',
            'what a customer costs and is worth, a row a period; where costs lie before the first order or behind the last, there is nothing else'),
        (14, 'roi_by_method', '{costs,gain}', false,
            'SELECT period, method, sum(cost), sum(gain), 100 * (sum(gain) - sum(cost)) / nullif(sum(cost), 0) FROM {mart}.stored_costs GROUP BY period, method',
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
COMMENT ON FUNCTION mart_views() IS
'the views of a mart: order, name, what they need of the mapping, whether their rows are stored or worked out when read, the query that works them out (NULL: one of its own), and what they answer; their columns: mart_columns()';
-- Types: money, average (two digits more than money) stand for numeric of the decimals that the mart was created with.
CREATE FUNCTION mart_columns()
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
        ('nps', 'period', 'date', 'first day of the period'),
        ('nps', 'responses', 'bigint', 'answers; adds up'),
        ('nps', 'promoters', 'bigint', 'answers of 9 and 10; adds up'),
        ('nps', 'passives', 'bigint', 'answers from 7 to below 9; adds up'),
        ('nps', 'detractors', 'bigint', 'answers below 7; adds up'),
        ('nps', 'nps', 'double precision', 'net promoter score, -100 to 100: 100 x (promoters - detractors) / responses; do not sum, do not average'),
        ('nps', 'nps_lower', 'double precision', 'lower bound of nps with 95 % confidence'),
        ('nps', 'nps_upper', 'double precision', 'upper bound of nps with 95 % confidence'),
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
        ('unit_economics', 'ltv', 'average', 'lifetime value: revenue_per_customer / churn; NULL where nobody churned; do not sum'),
        ('unit_economics', 'ltv_cac_ratio', 'double precision', 'ltv / cac; a common target is 3 or more'),
        ('unit_economics', 'roi_pct', 'double precision', 'percent: 100 x (ltv - cac) / cac'),
        ('unit_economics', 'fixed_costs', 'money', 'fixed costs (kind fixed); adds up'),
        ('unit_economics', 'recurring_revenue', 'money', 'monthly recurring revenue at the end of the period x its months; NULL without subscriptions'),
        ('unit_economics', 'coverage_pct', 'double precision', 'percent: 100 x recurring_revenue / fixed_costs'),
        ('unit_economics', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('roi_by_method', 'period', 'date', 'first day of the period'),
        ('roi_by_method', 'method', 'text', 'what the money was spent on; (none) for NULL'),
        ('roi_by_method', 'cost', 'money', 'spent; adds up'),
        ('roi_by_method', 'gain', 'money', 'brought in by it; adds up'),
        ('roi_by_method', 'roi_pct', 'double precision', 'percent: 100 x (gain - cost) / cost; do not sum'),
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
COMMENT ON FUNCTION mart_columns() IS
'the columns of the views of a mart, in their order: type (money and average stand for numeric), unit, formula, and what not to do with it; a new version may add columns at the end, and takes none away';
-- ---------- mart ----------

-- A mart: a schema of commented views of plain types, made from the caller's own tables, for tools that read schemas. What is made belongs to
-- the caller and not to the extension: it survives dump and restore, and grants are its owner's business. The queries are made
-- when they run: with the rights of the caller, every name quoted, nothing found through search_path.

CREATE FUNCTION mart_sql(template text, settings jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    has_kinds boolean := settings #>> '{columns,product}' IS NOT NULL;
    has_mrr boolean := settings ->> 'subscriptions' IS NOT NULL;
    kinds text;
    part record;
    values text[] := '{}';
BEGIN
    SELECT string_agg(format('sum(k.revenue) FILTER (WHERE k.kind IN (%s)) AS %s', words, name), ', ') INTO kinds
    FROM (VALUES ('''front_end''', 'front_end'), ('''repeat'', ''upsell'', ''add_on'', ''cross_sell''', 'back_end'), ('''repeat''', 'repeat'),
                 ('''upsell''', 'upsell'), ('''add_on''', 'add_on'), ('''cross_sell''', 'cross_sell'), ('''upsell_before''', 'upsell_before')) AS v (words, name);
    FOR part IN
        SELECT * FROM (VALUES
            ('{recurring_revenue}', CASE WHEN has_mrr THEN 'm.end_mrr * {months}' ELSE 'NULL::numeric' END),
            ('{join_mrr}', CASE WHEN has_mrr THEN 'LEFT JOIN {mart}.stored_mrr AS m USING (period)' ELSE '' END),
            ('{kinds}', CASE WHEN has_kinds THEN 'k.front_end, k.back_end, k.repeat, k.upsell, k.add_on, k.cross_sell, k.upsell_before'
                             ELSE 'NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric' END),
            ('{join_kinds}', CASE WHEN has_kinds THEN 'LEFT JOIN (SELECT k.period, ' || kinds || ' FROM {mart}.stored_kinds AS k GROUP BY k.period) AS k USING (period)' ELSE '' END),
            -- a cell of cohorts; the reports leave out what the oldest cohort does not know yet, so that they are asked up to the end of the running period
            ('{cell}', '(SELECT v.day, (v.day + {step})::date <= $3 + 1 FROM (SELECT (r.cohort + r.period * {step})::date) AS v (day)) AS p (day, is_complete)'),
            ('{period_end}', '((date_trunc({unit}, $3) + {step})::date - 1)'),
            ('{periods}', '(SELECT date_trunc({unit}, month)::date AS period, category, sum(sales) AS sales, sum(refund_rows) AS refund_rows, sum(gross_revenue) AS gross_revenue,
                                   sum(refunds) AS refunds, (date_trunc({unit}, month)::date + {step})::date <= max(as_of) + 1 AS is_complete
                            FROM {mart}.stored_months, {mart}.stored_state WHERE is_published AND month <= as_of GROUP BY date_trunc({unit}, month), category)'),
            ('{sums}', '(SELECT date_trunc({unit}, month)::date AS period, sum(orders) AS orders, sum(gross_revenue + refunds) AS revenue FROM {mart}.stored_ledgers WHERE is_published AND part = ''customers'' GROUP BY 1)')) AS v (name, text)
    LOOP
        template := replace(template, part.name, part.text);
    END LOOP;
    -- what a user has named goes in last and at once, so that nothing in it is taken for a placeholder
    template := replace(template, '%', '%%');
    FOR part IN
        SELECT * FROM (VALUES
            ('{unit}', quote_literal(settings ->> 'unit')), ('{step}', 'interval ' || quote_literal(settings ->> 'step')), ('{months}', settings ->> 'months'), ('{lapse}', 'interval ' || quote_literal(settings ->> 'lapse')),
            ('{golden_threshold}', quote_literal(settings ->> 'golden_threshold') || '::double precision'), ('{key}', 'NULL::' || (settings ->> 'key')), ('{mart}', quote_ident(settings ->> 'mart')),
            ('{extension}', (SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'customer_value'))) AS v (name, value)
    LOOP
        values := values || part.value;
        template := replace(template, part.name, '%' || cardinality(values) || '$s');
    END LOOP;
    RETURN format(template, VARIADIC values);
END
$$;
COMMENT ON FUNCTION mart_sql(text, jsonb) IS
'a query of mart_views() as it runs in a mart: {mart}, {extension}, {step} and the like replaced by what the settings of the mart say';
CREATE FUNCTION mart_type(type text, settings jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE type WHEN 'money'::text THEN pg_catalog.format('numeric(38,%s)'::text, VARIADIC ARRAY[settings ->> 'decimals'::text])
                 WHEN 'average'::text THEN pg_catalog.format('numeric(38,%s)'::text, VARIADIC ARRAY[((settings ->> 'decimals'::text)::integer + 2)::text])
                 WHEN 'customer'::text THEN CASE WHEN settings ->> 'key'::text = 'bigint'::text THEN 'bigint'::text ELSE 'text'::text END
                 ELSE type END;
COMMENT ON FUNCTION mart_type(text, jsonb) IS 'the SQL type of a column of mart_columns() in a mart of these settings';
-- The columns of a mapping of another table than orders: which are there, which must be, and of what type
CREATE FUNCTION mart_mapping(argument text, mapping jsonb, required text[], allowed text[], tz text)
RETURNS regclass
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    wrong text;
    relation regclass;
    check_type text;
BEGIN
    IF mapping IS NULL OR mapping = 'null' THEN
        RETURN NULL;
    END IF;
    SELECT CASE WHEN jsonb_typeof(mapping) <> 'object' THEN format('%s must be an object, such as {"table": "public.%s", ...}: %s', argument, argument, mapping) END INTO wrong;
    IF wrong IS NULL THEN
        SELECT format('%s has no "%s"; it can have %s', argument, key, array_to_string(array_prepend('table', allowed), ', ')) INTO wrong
        FROM jsonb_object_keys(mapping) AS key WHERE key <> 'table' AND key <> ALL (allowed) ORDER BY key LIMIT 1;
    END IF;
    IF wrong IS NULL THEN
        SELECT format('%s lacks "%s"', argument, needed) INTO wrong FROM unnest(array_prepend('table', required)) WITH ORDINALITY AS n (needed, place)
        WHERE mapping ->> needed IS NULL ORDER BY place LIMIT 1;
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = wrong;
    END IF;
    relation := (mapping ->> 'table')::oid::regclass;
    SELECT format('%s names the column "%s", which %s does not have', argument, value, relation) INTO wrong
    FROM jsonb_each_text(mapping) WHERE key <> 'table' AND value IS NOT NULL
        AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = relation AND attname = value AND attnum > 0 AND NOT attisdropped) LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_column', MESSAGE = wrong;
    END IF;
    FOR check_type IN
        SELECT CASE WHEN key IN ('starts_at', 'ends_at', 'answered_at', 'spent_at') THEN format('SELECT %s.mart_day(%L::regclass, %L::text, %L::text)', extension, relation, value, tz)
                    WHEN key IN ('amount', 'score', 'gain') THEN format('SELECT %s.quality_column(%L::regclass, ''amount''::text, %L::text)', extension, relation, value) END
        FROM jsonb_each_text(mapping) WHERE key <> 'table' AND value IS NOT NULL
    LOOP
        CONTINUE WHEN check_type IS NULL;
        EXECUTE check_type;
    END LOOP;
    RETURN relation;
END
$$;
COMMENT ON FUNCTION mart_mapping(text, jsonb, text[], text[], text) IS
'the table of a mapping such as {"table": "public.survey", "score": "answer"}, after a check of its keys and columns; error 22023 or 42703 that names what is wrong';
CREATE FUNCTION mart_relations(source regclass)
RETURNS SETOF regclass
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    WITH RECURSIVE tree (relation) AS (
        SELECT source::oid
        UNION
        SELECT i.inhrelid FROM tree, pg_catalog.pg_inherits AS i WHERE i.inhparent = tree.relation
    )
    SELECT relation::regclass FROM tree ORDER BY relation;
END;
COMMENT ON FUNCTION mart_relations(regclass) IS 'a table and all that is below it: its partitions and the tables that inherit from it';
CREATE FUNCTION mart_has_triggers(source regclass)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.bool_and(c.relkind IN ('r'::"char", 'p'::"char") AND pg_catalog.has_table_privilege(c.oid, 'TRIGGER'::text))
    FROM mart_relations(source) AS r (relation) JOIN pg_catalog.pg_class AS c ON c.oid = r.relation::oid;
END;
COMMENT ON FUNCTION mart_has_triggers(regclass) IS
'can changes of a table be noted by triggers of the caller? not of views and foreign tables, nor without the privilege TRIGGER on it and its partitions';
-- The months of changed orders are noted by triggers on the table and on each partition, as statements on a partition fire those of
-- the partition only. The function is the mart owner's and runs with the owner's rights, so that who may write orders needs no right
-- on the mart; it writes months and nothing else. It is silent where the mart was renamed or lost, and notes all months where the column was:
-- writes of orders never fail for the mart's sake, and refresh_mart finds out.
CREATE FUNCTION mart_trigger_function(settings jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    at text := quote_ident(settings #>> '{columns,ordered_at}');
    day text := CASE WHEN settings ->> 'at_type' = 'timestamp with time zone' THEN ' AT TIME ZONE ' || quote_literal(settings ->> 'tz') ELSE '' END;
    declared text := (SELECT atttypid::regtype FROM pg_attribute WHERE attrelid = (settings ->> 'orders')::regclass AND attname = settings #>> '{columns,ordered_at}');
    noted text[];
BEGIN
    -- the first day of the month by subtraction: date_trunc would go through timestamptz, which not every date fits
    SELECT array_agg(format($body$
        SELECT min(%1$s), max(%1$s) INTO first_at, last_at FROM %2$s WHERE isfinite(%1$s);
        first_month := (first_at%3$s)::date - extract(day FROM (first_at%3$s)::date)::integer + 1;
        last_month := (last_at%3$s)::date - extract(day FROM (last_at%3$s)::date)::integer + 1;
        IF first_month < last_month THEN
            INSERT INTO %4$I.changes (month) SELECT DISTINCT day - extract(day FROM day)::integer + 1 FROM (SELECT (%1$s%3$s)::date FROM %2$s WHERE isfinite(%1$s)) AS v (day);
        ELSIF first_month IS NOT NULL THEN
            INSERT INTO %4$I.changes (month) VALUES (first_month);
        END IF;$body$, at, rows, day, settings ->> 'mart') ORDER BY place) INTO noted
    FROM (VALUES (1, 'new_rows'), (2, 'old_rows')) AS v (place, rows);
    RETURN format($function$CREATE OR REPLACE FUNCTION %I.note_changes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS %L$function$, settings ->> 'mart', format($body$
DECLARE
    first_at %1$s;
    last_at %1$s;
    first_month date;
    last_month date;
BEGIN
    IF to_regclass(%2$L) IS NULL THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'TRUNCATE' OR NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = TG_RELID AND attname = %6$L AND atttypid = %7$L::regtype) THEN
        INSERT INTO %3$I.changes (month) VALUES (NULL);
        RETURN NULL;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN%4$s
    END IF;
    IF TG_OP IN ('UPDATE', 'DELETE') THEN%5$s
    END IF;
    RETURN NULL;
END
$body$, settings ->> 'at_type', format('%I.changes', settings ->> 'mart'), settings ->> 'mart', noted[1], noted[2], settings #>> '{columns,ordered_at}', declared));
END
$$;
COMMENT ON FUNCTION mart_trigger_function(jsonb) IS 'the statement that creates the function of the triggers which note the months of changed orders';
CREATE FUNCTION mart_add_triggers(settings jsonb)
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    relation regclass;
    event record;
    is_new boolean := false;
BEGIN
    EXECUTE format('SELECT FROM %I.stored_state FOR UPDATE', mart);   -- one session at a time
    FOR relation IN EXECUTE format('SELECT * FROM %s.mart_relations($1)', extension) USING (settings ->> 'orders')::regclass LOOP
        FOR event IN SELECT * FROM (VALUES ('insert', 'REFERENCING NEW TABLE AS new_rows'), ('update', 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'),
                                           ('delete', 'REFERENCING OLD TABLE AS old_rows'), ('truncate', '')) AS v (name, referencing) LOOP
            CONTINUE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = relation AND tgname LIKE '%\_' || event.name AND tgfoid = to_regprocedure(format('%I.note_changes()', mart)));
            is_new := true;
            EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION %I.note_changes()',
                           left(mart, 50) || '_' || event.name, event.name, relation, event.referencing, mart);
        END LOOP;
    END LOOP;
    RETURN is_new;
END
$$;
COMMENT ON FUNCTION mart_add_triggers(jsonb) IS
'triggers of a mart on its orders and all partitions that lack them; true where there were any to add';
CREATE FUNCTION mart_add_view(settings jsonb, view_name text, query text, about text)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    name text := format('%I.%I', settings ->> 'mart', view_name);
    columns record;
    comment text;
BEGIN
    EXECUTE format('SELECT string_agg(quote_ident(column_name), '', '' ORDER BY place) AS names, string_agg(format(''%%1$I %%2$s'', column_name, %1$s.mart_type(type, $2)), '', '' ORDER BY place) AS definitions,
                           string_agg(format(''%%1$I::%%2$s'', column_name, %1$s.mart_type(type, $2)), '', '' ORDER BY place) AS casts FROM %1$s.mart_columns() WHERE view_name = $1', extension)
    INTO columns USING view_name, settings;
    IF query IS NULL THEN
        EXECUTE format('CREATE TABLE %I.%I (%s)', settings ->> 'mart', 'stored_' || view_name, columns.definitions);
        EXECUTE format('COMMENT ON TABLE %I.%I IS %L', settings ->> 'mart', 'stored_' || view_name, 'the rows of the view ' || view_name || '; refresh_mart replaces them');
        query := format('SELECT * FROM %I.%I', settings ->> 'mart', 'stored_' || view_name);
    END IF;
    EXECUTE format('CREATE VIEW %s AS SELECT %s FROM (%s) AS q (%s)', name, columns.casts, query, columns.names);
    EXECUTE format('COMMENT ON VIEW %s IS %L', name, about);
    FOR comment IN EXECUTE format('SELECT format(''COMMENT ON COLUMN %%s.%%I IS %%L'', $1, column_name, about) FROM %s.mart_columns() WHERE view_name = $2', extension) USING name, view_name LOOP
        EXECUTE comment;
    END LOOP;
END
$$;
COMMENT ON FUNCTION mart_add_view(jsonb, text, text, text) IS
'a view of a mart with its comments; without a query, over a table stored_... of the same columns';
-- ---------- mart_create ----------

-- create_mart, drop_mart, describe_mart.

CREATE FUNCTION mart_settings(mart name)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    settings jsonb;
    owner name;
BEGIN
    SELECT pg_get_userbyid(nspowner) INTO owner FROM pg_namespace WHERE nspname = mart;
    IF mart IS NULL OR to_regclass(format('%I.settings', mart)) IS NULL OR to_regclass(format('%I.stored_ledgers', mart)) IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no mart %s', coalesce(quote_literal(mart), 'NULL')), HINT = 'create_mart makes one.';
    END IF;
    IF owner <> current_user THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('the mart "%s" belongs to %s', mart, owner), HINT = format('Connect as %1$I, or SET ROLE %1$I if you trust it: what it has put into the mart could use your own rights.', owner);
    END IF;
    EXECUTE format('SELECT settings || jsonb_strip_nulls(jsonb_build_object(''mart'', $1, ''today'', (now() AT TIME ZONE coalesce(settings ->> ''tz'', ''UTC''))::date, ''made_as'', settings ->> ''mart'', ''orders'', orders::regclass::text, ''subscriptions_table'', subscriptions::text, ''survey_table'', survey::text, ''costs_table'', costs::text)) FROM %I.settings', mart)
    INTO settings USING mart;
    RETURN settings;
END
$$;
COMMENT ON FUNCTION mart_settings(name) IS
'what create_mart was told, with the tables by their names of today, and what day is today; error 42704 where there is no such mart, 42501 for another role than its owner';
CREATE FUNCTION mart_number_type(orders regclass, "column" text)
RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE base (type, modifier) AS (
        SELECT atttypid, atttypmod FROM pg_catalog.pg_attribute WHERE attrelid = orders::oid AND attname = "column"::name AND attnum > 0 AND NOT attisdropped
        UNION ALL
        SELECT t.typbasetype, t.typtypmod FROM base JOIN pg_catalog.pg_type AS t ON t.oid = base.type AND t.typtype = 'd'::"char"
    )
    SELECT greatest(2, max((pg_catalog.regexp_match(pg_catalog.format_type(type, modifier), '^numeric\([0-9]+,(-?[0-9]+)'::text))[1]::integer)) FROM base;
END;
COMMENT ON FUNCTION mart_number_type(regclass, text) IS 'the decimals of money in a mart of a column: those of numeric(p, s), also behind a domain, at least 2';
CREATE FUNCTION mart_absent(needs text[], settings jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT 'the mapping lacks '::text || pg_catalog.string_agg(need, ' and '::text ORDER BY place)
    FROM pg_catalog.unnest(needs) WITH ORDINALITY AS n (need, place)
    WHERE NOT CASE need WHEN 'gain'::text THEN pg_catalog.jsonb_exists(settings -> 'costs'::text, 'gain'::text) IS TRUE
                        ELSE coalesce(pg_catalog.jsonb_exists(settings -> 'columns'::text, need), false) OR coalesce(pg_catalog.jsonb_typeof(settings -> need) = 'object'::text, false) END;
END;
COMMENT ON FUNCTION mart_absent(text[], jsonb) IS 'why a view of mart_views() is not in a mart of these settings: what the mapping lacks; NULL where it is there';
-- The ledger is read where rollup has built it: by the report on what customers bought and by the forecast of the chosen model
CREATE FUNCTION mart_customers_query(settings jsonb)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    forecasts text;
BEGIN
    SELECT string_agg(format($sql$SELECT f.customer, f.p_alive, f.expected_purchases, f.clv FROM {mart}.stored_fit AS m, {extension}.clv_forecast(base.ledger, m.%1$I, m.spend, m.horizon_weeks, m.discount_per_week, {key}, base.as_of) AS f WHERE m.model = %2$L$sql$, name, model), ' UNION ALL ')
    INTO forecasts FROM (VALUES ('bg_nbd', 'BG/NBD'), ('mbg_nbd', 'MBG/NBD'), ('pareto_nbd', 'Pareto/NBD')) AS v (name, model);
    RETURN format($sql$
        SELECT customer, first_order, last_order, as_of - last_order, orders, revenue, gross_revenue, refunds, avg_check, r, f, m, {extension}.rfm_segment(r, f, m), golden_rank, is_golden,
               100 * positive / nullif(sum(positive) OVER (), 0),
               CASE WHEN last_order IS NULL THEN NULL WHEN first_order > (as_of - {lapse})::date THEN 'new' WHEN last_order > (as_of - {lapse})::date THEN 'active' ELSE 'lapsed' END,
               p_alive, expected_purchases, clv
        FROM (SELECT c.customer%1$s AS customer, c.first_order, c.last_order, base.as_of, c.orders, c.revenue, c.gross_revenue, c.refunds, c.avg_check,
                     {extension}.rfm_score(base.as_of - c.last_order, 5, false) OVER () AS r, {extension}.rfm_score(CASE WHEN c.orders > 0 THEN c.orders END, 5, true) OVER () AS f,
                     {extension}.rfm_score(CASE WHEN c.orders > 0 THEN c.revenue END, 5, true) OVER () AS m,
                     {extension}.golden_rank(c.revenue) OVER () AS golden_rank, {extension}.is_golden(c.revenue, {golden_threshold}) OVER () AS is_golden,
                     CASE WHEN c.revenue > 0 THEN c.revenue END AS positive, forecast.p_alive, forecast.expected_purchases, forecast.clv
              FROM (SELECT (SELECT s.as_of FROM {mart}.stored_state AS s) AS as_of, {extension}.rollup(l.ledger) AS ledger FROM {mart}.stored_ledgers AS l WHERE l.is_published AND l.part = 'customers') AS base
                   CROSS JOIN LATERAL {extension}.customers(base.ledger, {key}, base.as_of) AS c
                   LEFT JOIN LATERAL (%2$s) AS forecast ON forecast.customer = c.customer) AS scored$sql$,
        CASE WHEN settings ->> 'key' = 'uuid' THEN '::text' ELSE '' END, forecasts);
END
$$;
COMMENT ON FUNCTION mart_customers_query(jsonb) IS 'the query of the view customers of a mart';
CREATE FUNCTION mart_make(mart name, orders regclass, columns jsonb, mappings jsonb, tz text, step interval, lapse interval, golden_threshold double precision, horizon integer, discount_pct double precision,
                          decimals integer, triggers boolean)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    subscriptions jsonb := nullif(mappings -> 'subscriptions', 'null');
    survey jsonb := nullif(mappings -> 'survey', 'null');
    costs jsonb := nullif(mappings -> 'costs', 'null');
    tables regclass[];
    types jsonb := '{}';
    type text;
    named record;
    wrong text;
    settings jsonb;
    can_note boolean;
    view record;
BEGIN
    SELECT m INTO wrong FROM (VALUES
        (CASE WHEN mart IS NULL THEN 'mart must not be NULL: it names the schema that is made' END),
        (CASE WHEN octet_length(mart) > 48 OR mart = '' THEN format('mart must have from 1 to 48 bytes: %L', mart) END),
        (CASE WHEN step NOT IN ('1 month', '3 months', '1 year') IS NOT FALSE THEN format('step must be 1 month, 3 months or 1 year: %s', coalesce(step::text, 'NULL')) END),
        (CASE WHEN lapse BETWEEN '1 day' AND '10 years' AND date_trunc('day', lapse) = lapse IS NOT TRUE THEN format('lapse must be whole days or months, from 1 day to 10 years: %s', coalesce(lapse::text, 'NULL')) END),
        (CASE WHEN golden_threshold > 0 AND golden_threshold <= 1 IS NOT TRUE THEN format('golden_threshold must be above 0 and up to 1: %s', coalesce(golden_threshold::text, 'NULL')) END),
        (CASE WHEN horizon BETWEEN 1 AND 120 IS NOT TRUE THEN format('horizon must be from 1 to 120 periods: %s', coalesce(horizon::text, 'NULL')) END),
        (CASE WHEN discount_pct BETWEEN 0 AND 1000 IS NOT TRUE THEN format('discount_pct must be from 0 to 1000 percent a year: %s', coalesce(discount_pct::text, 'NULL')) END),
        (CASE WHEN decimals NOT BETWEEN 0 AND 12 THEN format('decimals must be from 0 to 12: %s', decimals) END),
        ((SELECT needed || ' must name a column' FROM unnest('{customer,ordered_at,amount}'::text[]) AS needed WHERE NOT columns ? needed LIMIT 1)),
        (CASE WHEN columns ? 'product' <> columns ? 'price' OR NOT columns ? 'product' AND columns ?| '{relation,intended_price}' THEN 'product and price belong together; relation and intended_price need both' END)) AS v (m)
    WHERE m IS NOT NULL LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = wrong;
    END IF;
    IF tz IS NOT NULL THEN
        PERFORM now() AT TIME ZONE tz;
    END IF;
    EXECUTE format('SELECT %s.quality_source($1, $2, $3)', extension) INTO type USING orders, columns - '{category,relation,price,intended_price}'::text[], tz;
    FOR named IN SELECT key, value, CASE key WHEN 'category' THEN 'product' WHEN 'relation' THEN 'product' WHEN 'price' THEN 'amount' WHEN 'intended_price' THEN 'amount' ELSE key END AS like_argument FROM jsonb_each_text(columns) LOOP
        EXECUTE format('SELECT %s.quality_column($1, $2, $3)', extension) INTO type USING orders, named.like_argument, named.value;
        types := types || jsonb_build_object(named.key, type);
    END LOOP;
    EXECUTE format('SELECT ARRAY[%1$s.mart_mapping(''subscriptions''::text, $1, ''{customer,amount,every}''::text[], ''{customer,period,starts_at,ends_at,amount,every,currency}''::text[], $4),
                                 %1$s.mart_mapping(''survey''::text, $2, ''{answered_at,score}''::text[], ''{answered_at,score}''::text[], $4), %1$s.mart_mapping(''costs''::text, $3, ''{spent_at,amount}''::text[], ''{spent_at,amount,kind,method,gain}''::text[], $4)]', extension)
    INTO tables USING subscriptions, survey, costs, tz;
    IF tables[1] IS NOT NULL AND (subscriptions ->> 'period' IS NULL) = (subscriptions ->> 'starts_at' IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'subscriptions must have either "period", a daterange, or "starts_at", and "ends_at" where they end';
    END IF;
    EXECUTE format('SELECT %s.mart_has_triggers($1)', extension) INTO can_note USING orders;
    IF triggers AND NOT can_note THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('triggers cannot be put on %s', orders), HINT = 'Views and foreign tables, and tables without the privilege TRIGGER, are refreshed by period: triggers => false.';
    END IF;
    EXECUTE format('SELECT %s.mart_check_tables(jsonb_build_object(''orders'', $1::text, ''subscriptions_table'', $2::text, ''survey_table'', $3::text, ''costs_table'', $4::text))', extension)
    USING orders, tables[1], tables[2], tables[3];

    settings := jsonb_build_object('mart', mart, 'columns', columns, 'types', types, 'tz', tz, 'unit', CASE step WHEN '1 month' THEN 'month' WHEN '3 months' THEN 'quarter' ELSE 'year' END,
        'step', format('%s months', extract(year FROM step) * 12 + extract(month FROM step)), 'months', extract(year FROM step) * 12 + extract(month FROM step), 'lapse', format('%s months %s days', extract(year FROM lapse) * 12 + extract(month FROM lapse), extract(day FROM lapse)), 'horizon', horizon,
        'key', CASE WHEN types ->> 'customer' IN ('smallint', 'integer', 'bigint') THEN 'bigint' WHEN types ->> 'customer' = 'uuid' THEN 'uuid' ELSE 'text' END,
        'at_type', types ->> 'ordered_at', 'subscriptions', subscriptions - 'table', 'survey', survey - 'table', 'costs', costs - 'table', 'triggers', coalesce(triggers, can_note));
    EXECUTE format('SELECT $1 || jsonb_build_object(''decimals'', coalesce($2, %1$s.mart_number_type($3, $4)), ''golden_threshold'', %1$s.shortest_decimal($5), ''discount_pct'', %1$s.shortest_decimal($6))', extension)
    INTO settings USING settings, decimals, orders, columns ->> 'amount', golden_threshold, discount_pct;

    EXECUTE format('CREATE SCHEMA %I', mart);
    EXECUTE format('COMMENT ON SCHEMA %I IS %L', mart, format('customer figures of %s: views to read; made by create_mart, kept by refresh_mart, removed by drop_mart', orders));
    EXECUTE replace(replace($ddl$
        CREATE TABLE {mart}.settings (settings jsonb NOT NULL, orders regclass NOT NULL, subscriptions regclass, survey regclass, costs regclass);
        COMMENT ON TABLE {mart}.settings IS 'what create_mart was told';
        CREATE TABLE {mart}.refresh_log (run bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL, started_at timestamptz NOT NULL DEFAULT clock_timestamp(), changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            months_done bigint NOT NULL DEFAULT 0, months_total bigint, rows_read bigint NOT NULL DEFAULT 0, process integer NOT NULL DEFAULT pg_backend_pid());
        COMMENT ON TABLE {mart}.refresh_log IS 'a row for each CALL refresh_mart, which changes while it runs: state is running, done, or failed (found unfinished by a later one)';
        CREATE TABLE {mart}.changes (month date);
        COMMENT ON TABLE {mart}.changes IS 'months whose orders have changed since they were read, from triggers; NULL: all';
        CREATE TABLE {mart}.stored_ledgers (month date NOT NULL, part text NOT NULL, is_published boolean NOT NULL, ledger {extension}.customer_ledger, orders bigint, refund_rows bigint, gross_revenue numeric, refunds numeric, PRIMARY KEY (month, part, is_published));
        COMMENT ON TABLE {mart}.stored_ledgers IS 'the orders of each month: part is customers, or guests for rows without a customer; orders, refunds and their sums are up to the last day that counts; not yet published are those of a refresh under way';
        CREATE TABLE {mart}.stored_months (month date NOT NULL, category text NOT NULL, is_published boolean NOT NULL, sales bigint, refund_rows bigint, gross_revenue numeric, refunds numeric,
            PRIMARY KEY (month, category, is_published));
        COMMENT ON TABLE {mart}.stored_months IS 'the revenue of each month and category';
        CREATE TABLE {mart}.stored_state (as_of date, fitted_until date, models_note text, firsts {extension}.customer_ledger, relations regclass[]);
        COMMENT ON TABLE {mart}.stored_state IS 'how far the mart is: last day that counts, first orders of all customers, tables that have triggers';
        CREATE TABLE {mart}.stored_fit (model text NOT NULL, bg_nbd {extension}.bg_nbd_model, mbg_nbd {extension}.mbg_nbd_model, pareto_nbd {extension}.pareto_nbd_model, spend {extension}.gamma_gamma_model, horizon_weeks double precision, discount_per_week double precision);
        COMMENT ON TABLE {mart}.stored_fit IS 'the models that forecasts are by';
        CREATE TABLE {mart}.stored_sample (frequency bigint, recency double precision, age double precision, monetary_value numeric);
        COMMENT ON TABLE {mart}.stored_sample IS 'the customers that models are fitted to, as rfm_summary has them, in weeks';
        INSERT INTO {mart}.stored_state DEFAULT VALUES;
        INSERT INTO {mart}.changes VALUES (NULL)$ddl$, '{mart}', quote_ident(mart)), '{extension}', extension);
    EXECUTE format('INSERT INTO %I.settings VALUES ($1, $2, $3, $4, $5)', mart) USING settings, orders, tables[1], tables[2], tables[3];
    IF tables[3] IS NOT NULL THEN
        EXECUTE format('CREATE TABLE %1$I.stored_costs (period date, kind text, method text, cost numeric, gain numeric); COMMENT ON TABLE %1$I.stored_costs IS %2$L', mart, 'what was spent, by period, kind and method');
    END IF;
    IF columns ? 'product' THEN
        EXECUTE format('CREATE TABLE %1$I.stored_kinds (period date, kind text, orders bigint, revenue numeric, avg_check numeric); COMMENT ON TABLE %1$I.stored_kinds IS %2$L', mart, 'revenue by period and kind of sale');
    END IF;
    FOR view IN EXECUTE format('SELECT d.view_name, %1$s.mart_sql(CASE WHEN d.view_name = ''customers'' THEN %1$s.mart_customers_query($1) WHEN NOT d.is_stored THEN d.query END, $1) AS query, d.about
                                FROM %1$s.mart_views() AS d WHERE %1$s.mart_absent(d.needs, $1) IS NULL ORDER BY d.is_stored DESC, d.place', extension) USING settings LOOP
        EXECUTE format('SELECT %s.mart_add_view($1, $2, $3, $4)', extension) USING settings, view.view_name, view.query, view.about;
    END LOOP;
    IF (settings ->> 'triggers')::boolean THEN
        settings := settings || jsonb_build_object('orders', orders::text);
        EXECUTE format('SELECT %s.mart_trigger_function($1)', extension) INTO type USING settings;
        EXECUTE type;
        EXECUTE format('SELECT %s.mart_add_triggers($1)', extension) USING settings;
    END IF;
END
$$;
COMMENT ON FUNCTION mart_make(name, regclass, jsonb, jsonb, text, interval, interval, double precision, integer, double precision, integer, boolean) IS
'makes the schema, tables, views and triggers of a mart, for create_mart, which has found tables by the search_path of its caller; columns: argument to column of orders; mappings: subscriptions, survey, costs';
CREATE FUNCTION mart_found(mapping jsonb)
RETURNS jsonb
LANGUAGE sql STABLE
RETURN CASE WHEN pg_catalog.jsonb_exists(mapping, 'table'::text) THEN mapping || pg_catalog.jsonb_build_object('table'::text, (mapping ->> 'table'::text)::regclass::oid::text) ELSE mapping END;
COMMENT ON FUNCTION mart_found(jsonb) IS 'a mapping whose table, a name that is looked for in the search_path of the caller, is one that needs none';
CREATE FUNCTION create_mart(mart name, orders regclass, customer text, ordered_at text, amount text, order_id text DEFAULT NULL, status text DEFAULT NULL, category text DEFAULT NULL,
                            product text DEFAULT NULL, relation text DEFAULT NULL, price text DEFAULT NULL, intended_price text DEFAULT NULL, currency text DEFAULT NULL,
                            subscriptions jsonb DEFAULT NULL, survey jsonb DEFAULT NULL, costs jsonb DEFAULT NULL, tz text DEFAULT NULL, step interval DEFAULT '1 month', lapse interval DEFAULT '90 days',
                            golden_threshold double precision DEFAULT 0.8, horizon integer DEFAULT 12, discount_pct double precision DEFAULT 10, decimals integer DEFAULT NULL, triggers boolean DEFAULT NULL)
RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    SELECT mart_make(mart, orders,
        pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('customer'::text, customer, 'ordered_at'::text, ordered_at, 'amount'::text, amount, 'order_id'::text, order_id, 'status'::text, status, 'category'::text, category,
            'product'::text, product, 'relation'::text, relation, 'price'::text, price, 'intended_price'::text, intended_price, 'currency'::text, currency)),
        pg_catalog.jsonb_build_object('subscriptions'::text, mart_found(subscriptions), 'survey'::text, mart_found(survey), 'costs'::text, mart_found(costs)),
        tz, step, lapse, golden_threshold, horizon, discount_pct, decimals, triggers);
END;
COMMENT ON FUNCTION create_mart(name, regclass, text, text, text, text, text, text, text, text, text, text, text, jsonb, jsonb, jsonb, text, interval, interval, double precision, integer, double precision, integer, boolean) IS
'makes the schema mart: views of plain types over the figures of a table of orders, for BI tools; arguments name columns of orders, subscriptions, survey and costs are mappings such as {"table": "public.survey", "answered_at": "day", "score": "score"}; empty until CALL refresh_mart; what is in it? describe_mart';
CREATE FUNCTION describe_mart(mart name)
RETURNS TABLE (name text, is_there boolean, columns bigint, about text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    settings jsonb;
BEGIN
    EXECUTE format('SELECT %s.mart_settings($1)', extension) INTO settings USING mart;
    RETURN QUERY EXECUTE format($sql$
        SELECT d.view_name, reason IS NULL, (SELECT count(*) FROM %1$s.mart_columns() AS c WHERE c.view_name = d.view_name),
               CASE WHEN reason IS NOT NULL THEN 'absent: ' || reason
                    WHEN d.view_name = 'models' AND NOT EXISTS (SELECT FROM %2$I.models) OR d.view_name = 'forecast' AND NOT EXISTS (SELECT FROM %2$I.forecast) THEN coalesce('empty: ' || s.models_note, 'empty until CALL refresh_mart(' || quote_literal($2) || '): ' || d.about)
                    WHEN s.as_of IS NULL THEN 'empty until CALL refresh_mart(' || quote_literal($2) || '): ' || d.about
                    WHEN d.view_name = 'data_quality' AND NOT EXISTS (SELECT FROM %2$I.data_quality) THEN 'empty until CALL refresh_mart(' || quote_literal($2) || ', quality => true): ' || d.about
                    ELSE d.about END
        FROM %1$s.mart_views() AS d CROSS JOIN %2$I.stored_state AS s CROSS JOIN LATERAL %1$s.mart_absent(d.needs, $1) AS reason
        ORDER BY d.place$sql$, extension, mart) USING settings, mart;
END
$$;
COMMENT ON FUNCTION describe_mart(name) IS
'the views of a mart: is each there, with how many columns, what it answers, or why it is absent or empty; how current is it? refresh_log in the mart';
CREATE FUNCTION drop_mart(mart name)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    settings jsonb;
    command text;
BEGIN
    EXECUTE format('SELECT %s.mart_settings($1)', extension) INTO settings USING mart;
    -- behind a refresh under way, which may be about to read the orders
    EXECUTE format('LOCK TABLE %I.stored_state', mart);
    FOR command IN
        -- its triggers go with it, also from tables that the owner of the mart does not own
        SELECT format('DROP FUNCTION %I.note_changes() CASCADE', mart) WHERE to_regprocedure(format('%I.note_changes()', mart)) IS NOT NULL
    LOOP
        EXECUTE command;
    END LOOP;
    FOR command IN EXECUTE format($sql$
        SELECT format('DROP %%s %%s', kind, string_agg(relation::regclass::text, ', ')) FROM (
            SELECT 1 AS turn, 'VIEW' AS kind, to_regclass(format('%%I.%%I', $1, view_name)) AS relation FROM %1$s.mart_views()
            UNION ALL SELECT 2, 'TABLE', to_regclass(format('%%I.%%I', $1, 'stored_' || view_name)) FROM %1$s.mart_views() WHERE is_stored
            UNION ALL SELECT 2, 'TABLE', to_regclass(format('%%I.%%I', $1, name)) FROM unnest('{settings,refresh_log,changes,stored_ledgers,stored_months,stored_state,stored_fit,stored_sample,stored_costs,stored_kinds}'::text[]) AS own (name)) AS object
        WHERE relation IS NOT NULL GROUP BY turn, kind ORDER BY turn$sql$, extension) USING mart
    LOOP
        EXECUTE command;
    END LOOP;
    EXECUTE format('DROP SCHEMA %I', mart);
END
$$;
COMMENT ON FUNCTION drop_mart(name) IS
'removes a mart: its views, tables, triggers and schema, and nothing else; an error, and nothing removed, where something of yours is in the schema or depends on it';
-- ---------- mart_refresh ----------

-- refresh_mart: months whose orders have changed are read again, and all that follows from them is replaced in one transaction.

CREATE FUNCTION mart_check_tables(settings jsonb)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    used record;
    type text;
BEGIN
    FOR used IN SELECT * FROM (VALUES ('orders', settings ->> 'orders'), ('subscriptions', settings ->> 'subscriptions_table'), ('survey', settings ->> 'survey_table'), ('costs', settings ->> 'costs_table')) AS v (name, relation)
                WHERE relation IS NOT NULL LOOP
        IF used.relation ~ '^[0-9]+$' THEN
            RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('the table of %s of the mart "%s" is gone', used.name, settings ->> 'mart'), HINT = 'drop_mart, and create_mart of other tables.';
        END IF;
        IF row_security_active(used.relation::regclass) THEN
            RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('row-level security hides rows of %s from %s', used.relation, current_user),
                DETAIL = 'A mart holds what its owner sees, and shows it to all who may read the mart.', HINT = 'Make the mart as a role that sees all rows, or of a view that says which rows are meant.';
        END IF;
    END LOOP;
    EXECUTE format('SELECT %s.quality_column($1, ''ordered_at''::text, $2)', extension) INTO type USING (settings ->> 'orders')::regclass, settings #>> '{columns,ordered_at}';
    IF type::regtype <> (settings ->> 'at_type')::regtype THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the column "%s" of %s is of type %s now, and was of type %s', settings #>> '{columns,ordered_at}', settings ->> 'orders', type, settings ->> 'at_type'),
            HINT = 'drop_mart, and create_mart anew.';
    END IF;
END
$$;
COMMENT ON FUNCTION mart_check_tables(jsonb) IS 'an error where a table of a mart is gone, row-level security hides rows of it from the caller, or the column of dates is another';
-- The day of a column of a table, as an expression over t
CREATE FUNCTION mart_day(relation regclass, "column" text, tz text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    type text;
BEGIN
    EXECUTE format('SELECT %s.quality_column($1, ''ordered_at''::text, $2)', extension) INTO type USING relation, "column";
    IF type = 'timestamp with time zone' AND tz IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the column "%s" of %s is of type %s: the mart needs tz', "column", relation, type);
    END IF;
    RETURN CASE type WHEN 'timestamp with time zone' THEN format('(t.%I AT TIME ZONE %L)::date', "column", tz) ELSE format('t.%I::date', "column") END;
END
$$;
COMMENT ON FUNCTION mart_day(regclass, text, text) IS 'the day of a column of dates or instants as an expression over t; error 22023 where instants have no time zone';
CREATE FUNCTION mart_number(argument text, settings jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN c.name IS NULL THEN 'NULL::numeric'::text
                    WHEN settings -> 'types'::text ->> argument IN ('real'::text, 'double precision'::text)
                    THEN pg_catalog.format('%s.shortest_decimal(t.%I)'::text, VARIADIC ARRAY[e.extnamespace::regnamespace::text, c.name])
                    ELSE pg_catalog.format('t.%I::numeric'::text, VARIADIC ARRAY[c.name]) END
        FROM pg_catalog.pg_extension AS e, (SELECT settings -> 'columns'::text ->> argument) AS c (name) WHERE e.extname = 'customer_value'::name);
COMMENT ON FUNCTION mart_number(text, jsonb) IS 'a column of orders as an exact number, as an expression over t; NULL where the mapping lacks it';
-- The orders of the days from <= day < to, those that count, as customer, at, amount (and category, where asked): at is a day, or an instant where
-- an aggregate is to be told the time zone. Lines of one order are one row.
CREATE FUNCTION mart_source(settings jsonb, "from" date, "to" date, by_category boolean)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    columns jsonb := settings -> 'columns';
    at text := format('t.%I', columns ->> 'ordered_at');
    bounds text := format('isfinite(%s)', at);
    key text := format('t.%I::%s', columns ->> 'customer', settings ->> 'key');
    category text := CASE WHEN by_category THEN format(', coalesce(t.%I::text, ''(none)'') AS category', columns ->> 'category') ELSE '' END;
    day text;
    amount text;
    source text;
BEGIN
    EXECUTE format('SELECT %1$s.mart_day($1, $2, $3), %1$s.mart_number(''amount''::text, $4)', extension) INTO day, amount
    USING (settings ->> 'orders')::regclass, columns ->> 'ordered_at', settings ->> 'tz', settings;
    IF "from" IS NOT NULL THEN
        bounds := CASE WHEN settings ->> 'at_type' = 'timestamp with time zone' THEN format('%1$s >= timezone(%2$L, %3$L::timestamp) AND %1$s < timezone(%2$L, %4$L::timestamp)', at, settings ->> 'tz', "from", "to")
                       ELSE format('%1$s >= %2$L AND %1$s < %3$L', at, "from", "to") END;
    END IF;
    IF columns ->> 'order_id' IS NULL AND NOT by_category THEN
        day := CASE settings ->> 'at_type' WHEN 'timestamp with time zone' THEN at ELSE day END;
    END IF;
    source := format('SELECT %s AS customer, %s AS at, %s AS amount%s%s FROM %s AS t WHERE %s', key, day, amount, category,
        CASE WHEN columns ->> 'order_id' IS NULL THEN '' ELSE format(', t.%I AS order_id', columns ->> 'order_id') END, settings ->> 'orders',
        bounds || CASE WHEN columns ->> 'status' IS NULL THEN '' ELSE format(' AND %s.is_revenue_status(t.%I::text)', extension, columns ->> 'status') END);
    IF columns ->> 'order_id' IS NOT NULL THEN
        source := format('SELECT customer, at, sum(amount) AS amount%1$s FROM (%2$s) AS line WHERE amount IS NOT NULL GROUP BY customer, at, order_id, amount < 0%1$s', CASE WHEN by_category THEN ', category' ELSE '' END, source);
    END IF;
    RETURN source;
END
$$;
COMMENT ON FUNCTION mart_source(jsonb, date, date, boolean) IS
'the query with which a mart reads its orders: customer, at, amount, and category if asked; all days without bounds; lines of one order, day, sign (and category) are one row';
CREATE FUNCTION mart_read(settings jsonb, "from" date, "to" date, log_run bigint, months_done bigint, months_total bigint, rows_before bigint, started timestamptz)
RETURNS TABLE (rows_read bigint, whole customer_ledger)
LANGUAGE plpgsql ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    today date := settings ->> 'today';
    in_range text := 'month >= coalesce($1, ''-infinity'') AND month < coalesce($2, ''infinity'')';
    source text;
    arguments text;
    has_guests boolean;
    guests whole%TYPE;
    months bigint;
    seconds double precision;
BEGIN
    EXECUTE format('DELETE FROM %I.changes WHERE month >= $1 AND month < $2 OR $1 IS NULL', mart) USING "from", "to";
    EXECUTE format('SELECT %s.mart_source($1, $2, $3, false)', extension) INTO source USING settings, "from", "to";
    SELECT NOT attnotnull INTO has_guests FROM pg_attribute WHERE attrelid = (settings ->> 'orders')::regclass AND attname = settings #>> '{columns,customer}';
    arguments := 'at, amount' || CASE WHEN settings ->> 'at_type' = 'timestamp with time zone' AND settings #>> '{columns,order_id}' IS NULL THEN format(', %L', settings ->> 'tz') ELSE '' END;

    EXECUTE format('DELETE FROM %I.stored_ledgers WHERE NOT is_published AND ' || in_range, mart) USING "from", "to";
    arguments := format('%1$s.ledger_agg(customer, %2$s) AS whole, %3$s AS guests FROM (%4$s) AS orders', extension, arguments,
        CASE WHEN has_guests THEN format('%s.ledger_agg(0::bigint, %s) FILTER (WHERE customer IS NULL)', extension, arguments) ELSE format('NULL::%s.customer_ledger', extension) END, source);
    IF "from" IS NULL THEN
        -- what follows from all orders reads this, and not the months again
        EXECUTE 'SELECT ' || arguments INTO whole, guests;
        arguments := '$1 AS whole, $2 AS guests';
    END IF;
    EXECUTE format($sql$INSERT INTO %1$I.stored_ledgers
        SELECT part.month, part.name, false, part.ledger, total.orders, total.refund_rows, total.gross_revenue, total.refunds
        FROM (SELECT %3$s) AS base
             CROSS JOIN LATERAL (SELECT s.period, 'customers', s.ledger FROM %2$s.slices(base.whole, '1 month'::interval) AS s UNION ALL SELECT s.period, 'guests', s.ledger FROM %2$s.slices(base.guests, '1 month'::interval) AS s) AS part (month, name, ledger)
             LEFT JOIN LATERAL %2$s.totals(CASE WHEN %2$s.last_day(part.ledger) > $3 THEN %2$s.as_of(part.ledger, $3) ELSE part.ledger END) AS total ON true$sql$,
        mart, extension, arguments) USING whole, guests, today;
    -- a month that has no rows any more replaces the one it had
    EXECUTE format('INSERT INTO %1$I.stored_ledgers (month, part, is_published) SELECT DISTINCT month, ''customers'', false FROM %1$I.stored_ledgers AS old WHERE is_published AND %2$s
                        AND NOT EXISTS (SELECT FROM %1$I.stored_ledgers AS new WHERE NOT new.is_published AND new.month = old.month AND new.part = ''customers'')', mart, in_range) USING "from", "to";
    EXECUTE format('SELECT coalesce(sum(%2$s.rows_count(ledger)), 0) FROM %1$I.stored_ledgers WHERE NOT is_published AND %3$s', mart, extension, in_range) INTO rows_read USING "from", "to";

    EXECUTE format('DELETE FROM %I.stored_months WHERE NOT is_published AND ' || in_range, mart) USING "from", "to";
    IF settings #>> '{columns,category}' IS NULL THEN
        EXECUTE format($sql$INSERT INTO %1$I.stored_months
            SELECT month, '(all)', false, sum(orders), sum(refund_rows), sum(gross_revenue), sum(refunds)
            FROM %1$I.stored_ledgers WHERE NOT is_published AND orders + refund_rows > 0 AND %2$s GROUP BY month$sql$, mart, in_range) USING "from", "to";
    ELSE
        EXECUTE format('SELECT %s.mart_source($1, $2, $3, true)', extension) INTO source USING settings, "from", "to";
        EXECUTE format($sql$INSERT INTO %1$I.stored_months
            SELECT date_trunc('month', at)::date, category, false, count(*) FILTER (WHERE amount >= 0), count(*) FILTER (WHERE amount < 0), coalesce(sum(amount) FILTER (WHERE amount >= 0), 0),
                   coalesce(sum(amount) FILTER (WHERE amount < 0), 0)
            FROM (%2$s) AS orders WHERE amount IS NOT NULL AND at <= $1 GROUP BY 1, 2$sql$, mart, source) USING today;
    END IF;
    seconds := greatest(extract(epoch FROM clock_timestamp() - started), 0.001);
    EXECUTE format('SELECT count(DISTINCT month) FROM %I.stored_ledgers WHERE NOT is_published AND ' || in_range, mart) INTO months USING "from", "to";
    months_total := coalesce(months_total, months);
    IF "from" IS NOT NULL THEN
        months := extract(year FROM age("to", "from")) * 12 + extract(month FROM age("to", "from"));
    END IF;
    months := months + months_done;
    months_total := greatest(months_total, months);   -- some changed meanwhile, and are read again
    EXECUTE format('UPDATE %I.refresh_log SET months_done = $1, months_total = $2, rows_read = $3, changed_at = clock_timestamp() WHERE run = $4', mart) USING months, months_total, rows_before + rows_read, log_run;
    RAISE NOTICE '%', format('%s: %s rows%s, %s rows a second', CASE WHEN "from" IS NULL THEN 'all months' WHEN "to" - "from" <= 31 THEN to_char("from", 'YYYY-MM') ELSE to_char("from", 'YYYY-MM') || ' to ' || to_char("to" - 1, 'YYYY-MM') END,
        rows_read, CASE WHEN months_total > 1 THEN format('; %s of %s months, %s s left', months, months_total, ceil(seconds * greatest(months_total - months, 0) / months)) ELSE '' END, round((rows_before + rows_read) / seconds));
    rows_read := rows_before + rows_read;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION mart_read(jsonb, date, date, bigint, bigint, bigint, bigint, timestamptz) IS
'reads the orders of the months from <= month < to (all without bounds) into rows of stored_ledgers and stored_months that are not published yet, and says so in a notice and in refresh_log; the number of rows read, those before included, and the ledger of all where it read all';
CREATE FUNCTION mart_note(settings jsonb, "from" date, "to" date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    statement text;
    known regclass[];
    now_there regclass[];
    added regclass;
    day text;
    has_function boolean := to_regprocedure(format('%I.note_changes()', settings ->> 'mart')) IS NOT NULL;
    can_note boolean;
    is_off boolean;
BEGIN
    IF "from" IS NOT NULL OR "to" IS NOT NULL THEN
        IF NOT "from" < "to" IS NOT FALSE OR NOT isfinite("from") OR NOT isfinite("to") OR "from" IS NULL OR "to" IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('from and to must both be days, from before to: %s, %s', coalesce("from"::text, 'NULL'), coalesce("to"::text, 'NULL'));
        END IF;
        EXECUTE format('INSERT INTO %I.changes SELECT generate_series(date_trunc(''month'', $1::timestamp), $2::timestamp - interval ''1 day'', ''1 month'')::date', mart) USING "from", "to";
    ELSIF NOT (settings ->> 'triggers')::boolean THEN
        EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
    END IF;
    -- orders that were dated in the future when their month was read, and whose day may have come
    EXECUTE format('INSERT INTO %1$I.changes SELECT month FROM %1$I.stored_ledgers, (SELECT coalesce(as_of, ''-infinity'') AS as_of FROM %1$I.stored_state) AS s
                    WHERE is_published AND month BETWEEN date_trunc(''month'', s.as_of) AND $1 AND %2$s.last_day(ledger) > s.as_of', mart, extension) USING (settings ->> 'today')::date;
    IF NOT (settings ->> 'triggers')::boolean THEN
        RETURN;
    END IF;
    -- a partition can have joined that can have none, and that nobody could write with triggers on the tables above it
    EXECUTE format('SELECT %s.mart_has_triggers($1)', extension) INTO can_note USING (settings ->> 'orders')::regclass;
    IF NOT can_note THEN
        RAISE WARNING USING MESSAGE = format('triggers of the mart "%s" cannot be on all tables of %s: all months are read', mart, settings ->> 'orders');
        IF has_function THEN
            EXECUTE format('DROP FUNCTION %I.note_changes() CASCADE', mart);
        END IF;
        EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
        RETURN;
    END IF;
    -- a mart that was renamed has triggers that do not find it; tables that joined or left the orders changed without any
    IF settings ->> 'made_as' <> mart OR NOT has_function THEN
        EXECUTE format('SELECT %s.mart_trigger_function($1)', extension) INTO statement USING settings;
        EXECUTE statement;
        EXECUTE format('SELECT %s.mart_add_triggers($1)', extension) USING settings;
        EXECUTE format('UPDATE %I.settings SET settings = settings || jsonb_build_object(''mart'', $1)', mart) USING mart;
        EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
    END IF;
    EXECUTE format('SELECT (SELECT relations FROM %2$I.stored_state), ARRAY(SELECT * FROM %1$s.mart_relations($1))', extension, mart) INTO known, now_there USING (settings ->> 'orders')::regclass;
    IF known IS DISTINCT FROM now_there THEN
        EXECUTE format('SELECT %s.mart_add_triggers($1)', extension) USING settings;
        -- that has waited for another refresh, which may just have done the same
        EXECUTE format('SELECT relations FROM %I.stored_state', mart) INTO known;
        EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'orders')::regclass, settings #>> '{columns,ordered_at}', settings ->> 'tz';
        FOREACH added IN ARRAY now_there LOOP
            IF added <> ALL (known) AND NOT has_table_privilege(added, 'SELECT') THEN
                -- who may read the table above it may read its rows there
                EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
            ELSIF added <> ALL (known) AND EXISTS (SELECT FROM pg_class WHERE oid = added AND relkind = 'r') THEN
                EXECUTE format('INSERT INTO %I.changes SELECT DISTINCT date_trunc(''month'', %s)::date FROM ONLY %s AS t WHERE isfinite(t.%I)', mart, day, added, settings #>> '{columns,ordered_at}');
            END IF;
        END LOOP;
        IF NOT known <@ now_there THEN
            EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
        END IF;
        EXECUTE format('UPDATE %I.stored_state SET relations = $1', mart) USING now_there;
    END IF;
    SELECT bool_or(tgenabled IN ('D', 'R')) OR count(*) < 4 * cardinality(now_there) INTO is_off
    FROM pg_trigger WHERE tgfoid = to_regprocedure(format('%I.note_changes()', mart)) AND tgrelid = ANY (now_there::oid[]);
    IF is_off IS NOT FALSE THEN
        EXECUTE format('SELECT %s.mart_add_triggers($1)', extension) USING settings;
        RAISE WARNING USING MESSAGE = format('triggers of the mart "%s" on %s are disabled or gone: all months are read', mart, settings ->> 'orders');
        EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
    END IF;
END
$$;
COMMENT ON FUNCTION mart_note(jsonb, date, date) IS
'notes in changes what triggers could not: the months of a period; those of orders whose day has come; or all of a source without triggers; those of partitions that came; all where some left or triggers are off';
CREATE FUNCTION mart_begin(settings jsonb, "from" date, "to" date)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    log_run bigint;
BEGIN
    EXECUTE format('INSERT INTO %I.refresh_log (state) VALUES (''running'') RETURNING run', mart) INTO log_run;
    EXECUTE format('UPDATE %I.refresh_log SET state = ''failed'', changed_at = clock_timestamp() WHERE state = ''running'' AND run <> $1
                        AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = process AND backend_start <= started_at IS NOT FALSE)', mart) USING log_run;
    EXECUTE format('UPDATE %I.refresh_log SET state = ''failed'', changed_at = clock_timestamp() WHERE state = ''running'' AND run <> $1 AND process = pg_backend_pid()', mart) USING log_run;
    EXECUTE format('SELECT %s.mart_note($1, $2, $3)', extension) USING settings, "from", "to";
    RETURN log_run;
END
$$;
COMMENT ON FUNCTION mart_begin(jsonb, date, date) IS 'a row in refresh_log, and in changes what only a refresh can note; the number of the row';
-- As many months at once as one pass may take: ledgers of some 20 million rows, 400 MB
CREATE FUNCTION mart_chunks(settings jsonb)
RETURNS TABLE ("from" date, "to" date, months bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    most_rows CONSTANT double precision := 20e6;
    plan jsonb;
    estimated double precision;
    all_months boolean;
    bounds record;
    day text;
    at_once bigint;
BEGIN
    EXECUTE format('SELECT coalesce(bool_or(month IS NULL OR month > ''275000-01-01''), false) FROM %I.changes', mart) INTO all_months;
    -- the planner's estimate, which there is for views and for tables that were never analyzed, too
    EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM %s', settings ->> 'orders') INTO plan;
    estimated := plan #>> '{0,Plan,Plan Rows}';
    IF all_months AND estimated <= most_rows THEN
        RETURN QUERY SELECT NULL::date, NULL::date, NULL::bigint;
        RETURN;
    END IF;
    IF all_months THEN
        EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'orders')::regclass, settings #>> '{columns,ordered_at}', settings ->> 'tz';
        EXECUTE format('SELECT min(%1$s) AS first, max(%1$s) AS last FROM %2$s AS t WHERE isfinite(t.%3$I)', day, settings ->> 'orders', settings #>> '{columns,ordered_at}') INTO bounds;
        EXECUTE format('DELETE FROM %I.changes', mart);
        EXECUTE format('INSERT INTO %1$I.changes SELECT generate_series(date_trunc(''month'', $1::timestamp), $2::timestamp, ''1 month'')::date UNION SELECT month FROM %1$I.stored_ledgers', mart) USING bounds.first, bounds.last;
    END IF;
    EXECUTE format('SELECT greatest(1, floor($1 * count(*) / greatest($2, 1))) FROM (SELECT month FROM %1$I.changes UNION SELECT month FROM %1$I.stored_ledgers) AS m', mart) INTO at_once USING most_rows, estimated;
    RETURN QUERY EXECUTE format($sql$
        WITH pending AS (SELECT DISTINCT month FROM %1$I.changes WHERE month IS NOT NULL),
        gaps AS (SELECT month, CASE WHEN lag(month) OVER (ORDER BY month) = (month - interval '1 month')::date THEN 0 ELSE 1 END AS gap FROM pending),
        runs AS (SELECT month, sum(gap) OVER (ORDER BY month) AS run FROM gaps),
        placed AS (SELECT month, run, (row_number() OVER (PARTITION BY run ORDER BY month) - 1) / $1 AS chunk FROM runs)
        SELECT min(month), (max(month) + interval '1 month')::date, count(*) FROM placed GROUP BY run, chunk ORDER BY 1$sql$, mart) USING at_once;
END
$$;
COMMENT ON FUNCTION mart_chunks(jsonb) IS
'the months that have changed, in runs that one pass over the orders may take (some 20 million rows, 400 MB); one row without bounds where all are to be read at once';
-- Models are estimates: some thousand customers, always the same, tell them as well as all. The forecast is that of the sample, for all;
-- its floating point numbers are added in an order, so that no plan changes the last digit.
CREATE FUNCTION mart_fill_models(settings jsonb, ledger customer_ledger, fitted_until date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    sample_size CONSTANT integer := 5000;
    customers bigint;
    note text;
    emptied text;
BEGIN
    FOREACH emptied IN ARRAY '{stored_models,stored_forecast,stored_fit,stored_sample}'::text[] LOOP
        EXECUTE format('DELETE FROM %I.%I', mart, emptied);
    END LOOP;
    EXECUTE format($sql$INSERT INTO %1$I.stored_sample SELECT frequency, recency, age, monetary_value FROM %2$s.rfm_summary($1, NULL::%3$s, $2, '1 week'::interval)
                        WHERE %2$s.ledger_shard(customer, greatest(1, ceil(%2$s.customers_count($1)::double precision / $3))::integer) = 0$sql$, mart, extension, settings ->> 'key') USING ledger, fitted_until, sample_size;
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
        EXECUTE format($sql$
            INSERT INTO %1$I.stored_forecast
            WITH fit AS MATERIALIZED (SELECT * FROM %1$I.stored_fit),
            bought AS MATERIALIZED (
                SELECT frequency, recency, age, count(*) AS customers, sum(%2$s.expected_value(fit.spend, frequency, monetary_value::double precision) ORDER BY monetary_value) AS value
                FROM fit, %1$I.stored_sample GROUP BY frequency, recency, age),
            horizons AS (SELECT n, ($1 + 1 + (n - 1) * $2::interval)::date AS period, ((($1 + 1 + n * $2::interval)::date - $1 - 1) / 7.0)::double precision AS weeks FROM generate_series(1, $3) AS n),
            expected AS (
                SELECT h.n, h.period, sum(b.customers * e.purchases ORDER BY frequency, recency, age) AS purchases, sum(b.value * e.purchases ORDER BY frequency, recency, age) AS revenue
                FROM horizons AS h, bought AS b, LATERAL (%3$s) AS e (purchases) GROUP BY h.n, h.period),
            scale AS (SELECT $4::double precision / nullif(count(*), 0) AS factor FROM %1$I.stored_sample)
            SELECT period, n, $4, factor * (purchases - coalesce(lag(purchases) OVER (ORDER BY n), 0)), factor * (revenue - coalesce(lag(revenue) OVER (ORDER BY n), 0)), (SELECT model FROM fit) FROM expected, scale$sql$, mart, extension,
            (SELECT string_agg(format('SELECT %s.expected_purchases(fit.%I, h.weeks, b.frequency, b.recency, b.age) FROM fit WHERE model = %L', extension, name, model), ' UNION ALL ')
             FROM (VALUES ('bg_nbd', 'BG/NBD'), ('mbg_nbd', 'MBG/NBD'), ('pareto_nbd', 'Pareto/NBD')) AS v (name, model)))
        USING fitted_until, settings ->> 'step', (settings ->> 'horizon')::integer, customers;
    EXCEPTION WHEN invalid_parameter_value OR numeric_value_out_of_range THEN
        note := coalesce(note, SQLERRM);
    END;
    IF customers = 0 THEN
        note := format('nobody has ordered up to %s, the end of the last complete period', to_char(fitted_until, 'YYYY-MM-DD'));
    END IF;
    EXECUTE format('UPDATE %I.stored_state SET models_note = $1, fitted_until = $2', mart) USING note, fitted_until;
END
$$;
COMMENT ON FUNCTION mart_fill_models(jsonb, customer_ledger, date) IS
'fits the models of a mart up to a day, to some 5,000 customers drawn by their keys, and forecasts with the one of the smallest AIC; where there is too little data for any, their views are empty and describe_mart says why';
CREATE FUNCTION mart_fill_orders(settings jsonb, changed_from date, previous date, as_of date, recent customer_ledger)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    step interval := settings ->> 'step';
    first_month date;
    replaced_from date;     -- first day of the first period that can have changed
    window_from date;       -- rows from here on say all about them, beside the first order of each customer
    complete_until date;    -- last day of the last complete period
    fitted_until date;
    has_all boolean;
    view record;
BEGIN
    EXECUTE format('SELECT min(month) FROM %I.stored_ledgers WHERE is_published', mart) INTO first_month;
    replaced_from := date_trunc(settings ->> 'unit', least(changed_from, previous, as_of, CASE WHEN previous IS NULL THEN first_month END));
    window_from := date_trunc('month', least(replaced_from - step, replaced_from - (settings ->> 'lapse')::interval, replaced_from - interval '30 days'));
    has_all := recent IS NOT NULL OR window_from <= first_month;
    IF recent IS NULL THEN
        EXECUTE format($sql$SELECT %2$s.rollup(part) FROM (
                SELECT %2$s.as_of(firsts, $1 - 1) FROM %1$I.stored_state WHERE firsts IS NOT NULL
                UNION ALL SELECT ledger FROM %1$I.stored_ledgers WHERE is_published AND part = 'customers' AND month >= $1 AND month <= $2) AS parts (part)$sql$, mart, extension)
        INTO recent USING window_from, as_of;
    END IF;
    -- an order of a later day is not there yet, not even as somebody's first
    EXECUTE format('SELECT CASE WHEN %1$s.last_day($1) > $2 THEN %1$s.as_of($1, $2) ELSE $1 END', extension) INTO recent USING recent, as_of;
    EXECUTE format('UPDATE %I.stored_state SET firsts = %s.first_orders($1)', mart, extension) USING recent;
    FOR view IN EXECUTE format('SELECT view_name, %1$s.mart_sql(query, $1) AS query, CASE view_name WHEN ''active'' THEN ''day'' ELSE ''period'' END AS day FROM %1$s.mart_views() WHERE is_stored AND query IS NOT NULL ORDER BY place', extension) USING settings LOOP
        EXECUTE format('DELETE FROM %I.%I WHERE %I >= $1', mart, 'stored_' || view.view_name, view.day) USING replaced_from;
        EXECUTE format('INSERT INTO %I.%I %s', mart, 'stored_' || view.view_name, view.query) USING recent, greatest(replaced_from, date_trunc(settings ->> 'unit', first_month)::date), as_of;
    END LOOP;

    -- models and segments look at complete periods: they stay where only the running one has changed
    complete_until := CASE WHEN date_trunc(settings ->> 'unit', as_of + 1) = as_of + 1 THEN as_of ELSE date_trunc(settings ->> 'unit', as_of)::date - 1 END;
    EXECUTE format('SELECT fitted_until FROM %I.stored_state', mart) INTO fitted_until;
    IF complete_until IS DISTINCT FROM fitted_until OR complete_until >= date_trunc('month', changed_from) THEN
        IF NOT has_all THEN
            EXECUTE format('SELECT %2$s.rollup(ledger) FROM %1$I.stored_ledgers WHERE is_published AND part = ''customers'' AND month <= $1', mart, extension) INTO recent USING as_of;
        END IF;
        EXECUTE format('DELETE FROM %I.stored_segment_migration', mart);
        EXECUTE format('INSERT INTO %I.stored_segment_migration SELECT $2, $3, coalesce(from_segment, ''(none)''), to_segment, customers FROM %s.segment_migration($1, $2, $3, 5)', mart, extension)
        USING recent, (complete_until + 1 - step)::date - 1, complete_until;
        EXECUTE format('SELECT %s.mart_fill_models($1, $2, $3)', extension) USING settings, recent, complete_until;
    END IF;
END
$$;
COMMENT ON FUNCTION mart_fill_orders(jsonb, date, date, date, customer_ledger) IS
'replaces what follows from the orders, from the period on that the first changed month or the previous last day is in: earlier rows cannot have changed';
-- Kinds of sale depend on all that a customer bought before
CREATE FUNCTION mart_fill_kinds(settings jsonb, as_of date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    columns jsonb := settings -> 'columns';
    mart text := settings ->> 'mart';
    price text;
    intended text;
    amount text;
    day text;
BEGIN
    EXECUTE format('SELECT %1$s.mart_number(''price''::text, $1), %1$s.mart_number(''intended_price''::text, $1), %1$s.mart_number(''amount''::text, $1), %1$s.mart_day($2, $1 #>> ''{columns,ordered_at}'', $1 ->> ''tz'')', extension)
    INTO price, intended, amount, day USING settings, (settings ->> 'orders')::regclass;
    EXECUTE format('DELETE FROM %I.stored_kinds', mart);
    EXECUTE format($sql$
        INSERT INTO %1$I.stored_kinds
        WITH line AS (
            SELECT t.%3$I::%4$s AS customer, t.%5$I AS at, %6$s AS day, %7$s AS amount, t.%8$I::text AS product, %9$s AS relation, abs(%10$s) AS price, %11$s AS intended, %12$s AS order_id
            FROM %13$s AS t WHERE t.%3$I IS NOT NULL AND isfinite(t.%5$I) AND t.%8$I IS NOT NULL AND %14$s),
        classed AS (
            SELECT date_trunc(%15$L, day)::date AS period, coalesce(order_id, customer::text || ' ' || day) AS order_id, amount, price, intended,
                   coalesce(%2$s.sale_type(product, relation, CASE WHEN amount < 0 THEN -price ELSE price END) OVER (PARTITION BY customer ORDER BY at), 'unknown') AS kind
            FROM line WHERE amount IS NOT NULL AND day <= $1)
        SELECT s.period, r.kind, r.orders, r.revenue, r.avg_check FROM (SELECT period, %2$s.sales_agg(kind, order_id, amount) AS state FROM classed GROUP BY period) AS s, %2$s.sales_report(s.state) AS r
        UNION ALL
        SELECT period, 'upsell_before', count(*), sum(price - intended), NULL FROM classed WHERE amount >= 0 AND %2$s.upsell_before(intended, price) GROUP BY period$sql$,
        mart, extension, columns ->> 'customer', settings ->> 'key', columns ->> 'ordered_at', day, amount, columns ->> 'product', coalesce('t.' || quote_ident(columns ->> 'relation'), 'NULL') || '::text', price,
        intended, coalesce('t.' || quote_ident(columns ->> 'order_id'), 'NULL') || '::text', settings ->> 'orders',
        CASE WHEN columns ->> 'status' IS NULL THEN 'true' ELSE format('%s.is_revenue_status(t.%I::text)', extension, columns ->> 'status') END, settings ->> 'unit') USING as_of;
END
$$;
COMMENT ON FUNCTION mart_fill_kinds(jsonb, date) IS
'classes the sales of a mart anew: the kind of a sale depends on all that the customer bought before, so that this reads all orders';
CREATE FUNCTION mart_fill_others(settings jsonb, as_of date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    tz text := settings ->> 'tz';
    mapping jsonb;
    day text;
    day_after text;
BEGIN
    mapping := settings -> 'survey';
    IF jsonb_typeof(mapping) = 'object' THEN
        EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'survey_table')::regclass, mapping ->> 'answered_at', tz;
        EXECUTE format('DELETE FROM %I.stored_nps', mart);
        EXECUTE format($sql$INSERT INTO %1$I.stored_nps
            SELECT period, %2$s.responses(state), %2$s.promoters(state), %2$s.passives(state), %2$s.detractors(state), %2$s.nps(state), interval.lower, interval.upper
            FROM (SELECT date_trunc(%3$L, %4$s)::date AS period, %2$s.nps_agg(t.%5$I) AS state FROM %6$s AS t WHERE isfinite(t.%7$I) GROUP BY 1) AS survey, %2$s.nps_ci(state, 0.95::double precision) AS interval$sql$,
            mart, extension, settings ->> 'unit', day, mapping ->> 'score', settings ->> 'survey_table', mapping ->> 'answered_at');
    END IF;

    mapping := settings -> 'costs';
    IF jsonb_typeof(mapping) = 'object' THEN
        EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'costs_table')::regclass, mapping ->> 'spent_at', tz;
        EXECUTE format('DELETE FROM %I.stored_costs', mart);
        EXECUTE format($sql$INSERT INTO %1$I.stored_costs SELECT date_trunc(%3$L, %4$s)::date, %5$s AS kind, %6$s AS method, %2$s.net_revenue(t.%7$I::numeric), %8$s FROM %9$s AS t WHERE isfinite(t.%10$I) GROUP BY 1, 2, 3$sql$,
            mart, extension, settings ->> 'unit', day, coalesce('t.' || quote_ident(mapping ->> 'kind') || '::text', '''acquisition'''), coalesce('coalesce(t.' || quote_ident(mapping ->> 'method') || '::text, ''(none)'')', '''(none)'''),
            mapping ->> 'amount', coalesce(extension || '.net_revenue(t.' || quote_ident(mapping ->> 'gain') || '::numeric)', 'NULL::numeric'), settings ->> 'costs_table', mapping ->> 'spent_at');
        EXECUTE format('SELECT string_agg(DISTINCT coalesce(quote_literal(kind), ''NULL''), '', '') FROM %I.stored_costs WHERE kind IN (''acquisition'', ''retention'', ''fixed'') IS NOT TRUE', mart) INTO day;
        IF day IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the kind of costs must be acquisition, retention or fixed: %s', day);
        END IF;
    END IF;

    mapping := settings -> 'subscriptions';
    IF jsonb_typeof(mapping) = 'object' THEN
        IF mapping ->> 'period' IS NOT NULL THEN
            day := format('t.%I', mapping ->> 'period');
        ELSE
            EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'subscriptions_table')::regclass, mapping ->> 'starts_at', tz;
            IF mapping ->> 'ends_at' IS NOT NULL THEN
                EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day_after USING (settings ->> 'subscriptions_table')::regclass, mapping ->> 'ends_at', tz;
            END IF;
            day := format('daterange(%s, %s)', day, coalesce(day_after, 'NULL'));
        END IF;
        EXECUTE format('DELETE FROM %I.stored_mrr', mart);
        EXECUTE format($sql$INSERT INTO %1$I.stored_mrr
            SELECT period, start_mrr, new_mrr, reactivation, expansion, contraction, churn, end_mrr, start_customers, new_customers, reactivated_customers, churned_customers, end_customers,
                   gross_churn_pct, net_churn_pct, grr_pct, nrr_pct, quick_ratio, growth_existing_pct, arpa, 12 * end_mrr
            FROM (SELECT %2$s.mrr_agg(t.%3$I::text, %4$s, t.%5$I::numeric, t.%6$I::interval%7$s) AS ledger FROM %8$s AS t) AS base, %2$s.mrr_movements(base.ledger, %9$L::interval, NULL::date, $1 + 1)$sql$,
            mart, extension, mapping ->> 'customer', day, mapping ->> 'amount', mapping ->> 'every', coalesce(', t.' || quote_ident(mapping ->> 'currency') || '::text', ''), settings ->> 'subscriptions_table', settings ->> 'step') USING as_of;
    END IF;
END
$$;
COMMENT ON FUNCTION mart_fill_others(jsonb, date) IS 'replaces what follows from subscriptions, survey and costs, which are read anew';
CREATE FUNCTION mart_fill_quality(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    columns jsonb := settings -> 'columns';
    today date := settings ->> 'today';
BEGIN
    EXECUTE format('DELETE FROM %I.stored_data_quality', settings ->> 'mart');
    EXECUTE format($sql$INSERT INTO %I.stored_data_quality SELECT check_name, severity, rows, share_pct, array_to_string(sample, ', '), about, $9
        FROM %s.data_quality($1, $2, $3, $4, $5, $6, $7, $8, NULL::text, $9, '7 days'::interval, '1990-01-01'::date, $10)$sql$, settings ->> 'mart', extension)
    USING (settings ->> 'orders')::regclass, columns ->> 'customer', columns ->> 'ordered_at', columns ->> 'amount', columns ->> 'order_id', columns ->> 'status', columns ->> 'currency', columns ->> 'product', today, settings ->> 'tz';
END
$$;
COMMENT ON FUNCTION mart_fill_quality(jsonb) IS 'checks the orders of a mart with data_quality and stores what it says';
CREATE FUNCTION mart_publish(settings jsonb, log_run bigint, quality boolean, whole customer_ledger)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    today date := settings ->> 'today';
    changed_from date;
    previous date;
    first_day date;
    as_of date;
    stored text;
    fraction text;
BEGIN
    EXECUTE format('SELECT as_of FROM %I.stored_state', mart) INTO previous;
    EXECUTE format('SELECT min(month) FROM %I.stored_ledgers WHERE NOT is_published', mart) INTO changed_from;
    EXECUTE format('DELETE FROM %1$I.stored_months WHERE is_published AND month IN (SELECT month FROM %1$I.stored_ledgers WHERE NOT is_published)', mart);
    EXECUTE format('DELETE FROM %1$I.stored_ledgers WHERE is_published AND month IN (SELECT month FROM %1$I.stored_ledgers WHERE NOT is_published)', mart);
    EXECUTE format('DELETE FROM %1$I.stored_ledgers WHERE ledger IS NULL', mart);
    EXECUTE format('UPDATE %I.stored_ledgers SET is_published = true WHERE NOT is_published', mart);
    EXECUTE format('UPDATE %I.stored_months SET is_published = true WHERE NOT is_published', mart);
    EXECUTE format('SELECT to_char(month, ''YYYY-MM'') FROM %I.stored_months WHERE greatest(min_scale(gross_revenue), min_scale(refunds)) > $1 ORDER BY month LIMIT 1', mart) INTO fraction USING (settings ->> 'decimals')::integer;
    IF fraction IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'numeric_value_out_of_range', MESSAGE = format('amounts of %s in %s have more than %s decimals', settings ->> 'orders', fraction, settings ->> 'decimals'),
            HINT = 'drop_mart, and create_mart with more decimals.';
    END IF;
    -- an order dated in the future is shown from that day on: the running month may hold nothing else, the one before cannot
    EXECUTE format('SELECT max(%2$s.last_day(%2$s.as_of(ledger, $1))) FROM %1$I.stored_ledgers
                    WHERE is_published AND month IN (SELECT DISTINCT month FROM %1$I.stored_ledgers WHERE is_published AND month <= $1 ORDER BY month DESC LIMIT 2)', mart, extension) INTO as_of USING today;
    EXECUTE format('SELECT min(%1$s.first_day(ledger)) FROM %2$I.stored_ledgers WHERE is_published AND month = (SELECT min(month) FROM %2$I.stored_ledgers WHERE is_published)', extension, mart) INTO first_day;
    IF first_day < as_of - interval '500 years' THEN
        RAISE EXCEPTION USING ERRCODE = 'datetime_field_overflow', MESSAGE = format('orders of %s begin on %s: a mart takes up to 500 years', settings ->> 'orders', to_char(first_day, 'YYYY-MM-DD BC')),
            HINT = 'Correct the dates, or make the mart of a view without these rows.';
    END IF;
    EXECUTE format('UPDATE %I.stored_state SET as_of = $1', mart) USING as_of;
    IF as_of IS NULL THEN
        FOR stored IN EXECUTE format('SELECT view_name FROM %s.mart_views() WHERE is_stored AND needs = ''{}'' AND view_name <> ''data_quality''', extension) LOOP
            EXECUTE format('DELETE FROM %I.%I', mart, 'stored_' || stored);
        END LOOP;
        EXECUTE format('UPDATE %I.stored_state SET firsts = NULL, fitted_until = NULL, models_note = ''there are no orders''', mart);
        EXECUTE format('DELETE FROM %I.stored_fit', mart);
    ELSIF changed_from IS NOT NULL OR as_of IS DISTINCT FROM previous THEN
        EXECUTE format('SELECT %s.mart_fill_orders($1, $2, $3, $4, $5)', extension) USING settings, changed_from, previous, as_of, whole;
    END IF;
    IF settings #>> '{columns,product}' IS NOT NULL AND changed_from IS NOT NULL THEN
        EXECUTE format('SELECT %s.mart_fill_kinds($1, $2)', extension) USING settings, as_of;
    END IF;
    EXECUTE format('SELECT %s.mart_fill_others($1, $2)', extension) USING settings, coalesce(as_of, today);
    IF quality THEN
        EXECUTE format('SELECT %s.mart_fill_quality($1)', extension) USING settings;
    END IF;
    EXECUTE format('UPDATE %I.refresh_log SET state = ''done'', changed_at = clock_timestamp() WHERE run = $1', mart) USING log_run;
END
$$;
COMMENT ON FUNCTION mart_publish(jsonb, bigint, boolean, customer_ledger) IS
'makes the months that mart_read has read those that are shown, and replaces all that follows from them';
-- No SET clause: a procedure that ends transactions may have none. search_path is set for each of its transactions instead, and qualified
-- names do without before. Each transaction begins with an update of the one row of stored_state, which waits for another refresh, and fails where that
-- has committed since the snapshot: then it begins again with a new one. The snapshot of the last is one for all, so that months, state
-- and what follows from them are of one moment. A change that commits later has its month in changes, neither seen nor deleted here, for the next
-- refresh.
CREATE PROCEDURE refresh_mart(mart name, "from" date DEFAULT NULL, "to" date DEFAULT NULL, quality boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
DECLARE
    extension CONSTANT pg_catalog.text := (SELECT extnamespace::pg_catalog.regnamespace FROM pg_catalog.pg_extension WHERE extname OPERATOR(pg_catalog.=) 'customer_value');
    path CONSTANT pg_catalog.text := pg_catalog.current_setting('search_path');
    jit CONSTANT pg_catalog.text := pg_catalog.current_setting('jit');
    started CONSTANT pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    settings pg_catalog.jsonb;
    log_run bigint;
    chunk record;
    total bigint;
    done bigint := 0;
    result record;  -- of mart_read: rows read so far, and the ledger of all where all were read at once
BEGIN
    -- whatever the session's default: what mart_begin waits for, it must see
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    EXECUTE pg_catalog.format('SELECT 0::bigint AS rows_read, NULL::%s.customer_ledger AS whole', extension) INTO result;
    EXECUTE pg_catalog.format('SELECT %s.mart_settings($1)', extension) INTO settings USING mart;
    EXECUTE pg_catalog.format('SELECT %s.mart_check_tables($1)', extension) USING settings;
    EXECUTE pg_catalog.format('SELECT %s.mart_begin($1, $2, $3)', extension) INTO log_run USING settings, "from", "to";
    LOOP
        COMMIT;
        SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true), pg_catalog.set_config('jit', 'off', true);
        BEGIN
            EXECUTE format('UPDATE %I.stored_state SET as_of = as_of', mart);
        EXCEPTION WHEN serialization_failure THEN
            CONTINUE;
        END;
        FOR chunk IN EXECUTE format('SELECT *, count(*) OVER () AS chunks, sum(months) OVER () AS left FROM %s.mart_chunks($1)', extension) USING settings LOOP
            total := coalesce(total, chunk.left);
            EXECUTE format('SELECT * FROM %s.mart_read($1, $2, $3, $4, $5, $6, $7, $8)', extension) INTO result USING settings, chunk."from", chunk."to", log_run, done, total, result.rows_read, started;
            done := done + coalesce(chunk.months, 0);
            -- the months that were there at the beginning; those that changed meanwhile, and the last ones, are read together
            EXIT WHEN chunk.chunks > 1 AND done < total;
        END LOOP;
        IF NOT FOUND OR chunk.chunks = 1 OR done >= total THEN
            EXECUTE format('SELECT %s.mart_publish($1, $2, $3, $4)', extension) USING settings, log_run, quality, result.whole;
            PERFORM set_config('search_path', path, true), set_config('jit', jit, true);
            EXIT;
        END IF;
    END LOOP;
END
$$;
COMMENT ON PROCEDURE refresh_mart(name, date, date, boolean) IS
'brings a mart up to date: reads again the months whose orders have changed, or those of the days from <= day < to, and replaces all figures in one transaction; quality checks the source too, which reads all of it; ends transactions, so CALL it outside of a transaction block; how far is it? refresh_log in the mart';
