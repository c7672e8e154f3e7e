-- complain if the script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION customer_value UPDATE TO '0.6.0'" to load this file. \quit

-- what returns something else now
DROP FUNCTION mart_chunks(jsonb);

CREATE TYPE sale_history;

CREATE FUNCTION sale_history_in(cstring) RETURNS sale_history
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sale_history_in';
COMMENT ON FUNCTION sale_history_in(cstring) IS
'reads the text form of sale_history; the word empty stands for one of no sales';

CREATE FUNCTION sale_history_out(sale_history) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sale_history_out';
COMMENT ON FUNCTION sale_history_out(sale_history) IS
'writes the text form of sale_history, lossless';

CREATE FUNCTION sale_history_recv(internal) RETURNS sale_history
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sale_history_recv';
COMMENT ON FUNCTION sale_history_recv(internal) IS
'reads the binary form of sale_history';

CREATE FUNCTION sale_history_send(sale_history) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sale_history_send';
COMMENT ON FUNCTION sale_history_send(sale_history) IS
'writes the binary form of sale_history, lossless';

CREATE TYPE sale_history (
    INPUT = sale_history_in, OUTPUT = sale_history_out, RECEIVE = sale_history_recv, SEND = sale_history_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended
);
COMMENT ON TYPE sale_history IS 'what one customer has bought: the products, each with the kind that it was last sold as, and the dearest price of each relation group; made by class_sale, which goes on from it';

CREATE TYPE classed_sale AS (kind text, history sale_history);
COMMENT ON TYPE classed_sale IS 'what class_sale says of a line: its kind, as sale_type has it, and in the last line of a customer all that was bought up to it';

CREATE FUNCTION class_sale(product text, relation text, price smallint, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_smallint';
COMMENT ON FUNCTION class_sale(text, text, smallint, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

CREATE FUNCTION class_sale(product text, relation text, price integer, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_integer';
COMMENT ON FUNCTION class_sale(text, text, integer, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

CREATE FUNCTION class_sale(product text, relation text, price bigint, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_bigint';
COMMENT ON FUNCTION class_sale(text, text, bigint, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

CREATE FUNCTION class_sale(product text, relation text, price numeric, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_numeric';
COMMENT ON FUNCTION class_sale(text, text, numeric, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

CREATE FUNCTION class_sale(product text, relation text, price real, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_real';
COMMENT ON FUNCTION class_sale(text, text, real, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

CREATE FUNCTION class_sale(product text, relation text, price double precision, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_double';
COMMENT ON FUNCTION class_sale(text, text, double precision, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

CREATE FUNCTION shard(ledger customer_ledger, shards integer, shard integer) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_of_shard';
COMMENT ON FUNCTION shard(ledger customer_ledger, shards integer, shard integer) IS
'the customers of one shard, from 0 to shards - 1, those whose ledger_shard(customer, shards) it is, with all their rows: a sample that is always the same, shard(ledger, 100, 0) being about one in a hundred';

CREATE FUNCTION slices(ledger customer_ledger, step interval, as_of date)
RETURNS TABLE (period date, ledger customer_ledger, orders bigint, refund_rows bigint, gross_revenue numeric, refunds numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_ledger_summed_slices';
COMMENT ON FUNCTION slices(ledger customer_ledger, step interval, as_of date) IS
'the same with the sums of each period, of its rows up to the end of the day as_of: orders, refunds by number and by money (zero or below); net revenue is gross_revenue + refunds; of a whole ledger? totals';

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

-- A mart: a schema of commented views of plain types, made from the caller's own tables, for tools that read schemas. What is made belongs to
-- the caller and not to the extension: it survives dump and restore, and grants are its owner's business. The queries are made
-- when they run: with the rights of the caller, every name quoted, nothing found through search_path.
CREATE OR REPLACE FUNCTION mart_sql(template text, settings jsonb)
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
            ('{cell}', '(SELECT v.day, (v.day + {step})::date <= as_of + 1 FROM (SELECT (r.cohort + r.period * {step})::date) AS v (day)) AS p (day, is_complete)'),
            ('{period_end}', '((date_trunc({unit}, as_of) + {step})::date - 1)'),
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

-- The tables of a mart and its views: what they are, and how they are made, and brought up to date by a later version of the extension.
-- {extension} stands for the schema of the extension, {key} for the type of customers, which the settings say. Constraints are added with a column.
CREATE FUNCTION mart_tables()
RETURNS TABLE (place integer, name text, needs text[], columns text, constraints text, about text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 15
BEGIN ATOMIC
    SELECT * FROM (VALUES
        (1, 'settings'::text, '{}'::text[], 'settings jsonb NOT NULL, orders regclass NOT NULL, subscriptions regclass, survey regclass, costs regclass'::text, NULL::text, 'what create_mart was told'::text),
        (2, 'refresh_log', '{}', 'run bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL, started_at timestamptz NOT NULL DEFAULT clock_timestamp(), changed_at timestamptz NOT NULL DEFAULT clock_timestamp(), months_done bigint NOT NULL DEFAULT 0, months_total bigint, rows_read bigint NOT NULL DEFAULT 0, process integer NOT NULL DEFAULT pg_backend_pid()', NULL,
            'a row for each CALL refresh_mart, which changes while it runs: state is running, done, or failed (found unfinished by a later one)'),
        (3, 'changes', '{}', 'month date', NULL, 'months whose orders have changed since they were read, from triggers; NULL: all'),
        (4, 'stored_ledgers', '{}', 'month date NOT NULL, part text NOT NULL, is_published boolean NOT NULL, ledger {extension}.customer_ledger, orders bigint, refund_rows bigint, gross_revenue numeric, refunds numeric, shard integer NOT NULL DEFAULT 0', 'PRIMARY KEY (month, part, shard, is_published)',
            'the orders of each month: part is customers, or guests for rows without a customer; a month of very many orders is in several shards of customers; orders, refunds and their sums are up to the last day that counts; not yet published are those of a refresh under way'),
        (5, 'stored_months', '{}', 'month date NOT NULL, category text NOT NULL, is_published boolean NOT NULL, sales bigint, refund_rows bigint, gross_revenue numeric, refunds numeric', 'PRIMARY KEY (month, category, is_published)', 'the revenue of each month and category'),
        (6, 'stored_state', '{}', 'as_of date, fitted_until date, models_note text, firsts {extension}.customer_ledger, relations regclass[], firsts_until date', NULL,
            'how far the mart is: last day that counts, first orders of the customers there were before the day firsts_until, tables that have triggers'),
        (7, 'stored_fit', '{}', 'model text NOT NULL, bg_nbd {extension}.bg_nbd_model, mbg_nbd {extension}.mbg_nbd_model, pareto_nbd {extension}.pareto_nbd_model, spend {extension}.gamma_gamma_model, horizon_weeks double precision, discount_per_week double precision', NULL, 'the models that forecasts are by'),
        (8, 'stored_sample', '{}', 'frequency bigint, recency double precision, age double precision, monetary_value numeric', NULL, 'the customers that models are fitted to, as rfm_summary has them, in weeks'),
        (9, 'stored_costs', '{costs}', 'period date, kind text, method text, cost numeric, gain numeric', NULL, 'what was spent, by period, kind and method'),
        (10, 'stored_kinds', '{product}', 'period date, kind text, orders bigint, revenue numeric, avg_check numeric', NULL, 'revenue by period and kind of sale'),
        (11, 'stored_checkpoint', '{product}', 'day date NOT NULL', NULL, 'the day before which sales are classed for good'),
        (12, 'stored_history', '{product}', 'customer {key} NOT NULL, history {extension}.sale_history NOT NULL', NULL, 'what each customer had bought before the day of stored_checkpoint')
    ) AS v (place, name, needs, columns, constraints, about);
END;
COMMENT ON FUNCTION mart_tables() IS
'the tables of a mart beside those that stored views have: order, name, what they need of the mapping, columns, key, and what they hold; a new version may add columns at the end, and tables';

CREATE FUNCTION mart_add_columns(mart text, "table" text, columns text[])
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    relation regclass := to_regclass(format('%I.%I', mart, "table"));
    added text;
    has_added boolean := false;
BEGIN
    IF relation IS NULL THEN
        EXECUTE format('CREATE TABLE %I.%I (%s)', mart, "table", array_to_string(columns, ', '));
        RETURN true;
    END IF;
    FOREACH added IN ARRAY columns LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = relation AND attname = split_part(added, ' ', 1) AND NOT attisdropped);
        EXECUTE format('ALTER TABLE %I.%I ADD COLUMN %s', mart, "table", added);
        has_added := true;
    END LOOP;
    RETURN has_added;
END
$$;
COMMENT ON FUNCTION mart_add_columns(text, text, text[]) IS 'makes a table of a mart, or the columns that it lacks, each given as its name and definition; false where there was nothing to add';

CREATE FUNCTION mart_add_tables(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    wanted record;
    has_added boolean;
BEGIN
    FOR wanted IN EXECUTE format('SELECT name, regexp_split_to_array(replace(replace(columns, ''{extension}'', %1$L), ''{key}'', $1 ->> ''key''), '', '') AS columns, constraints, about
                                  FROM %1$s.mart_tables() WHERE %1$s.mart_absent(needs, $1) IS NULL ORDER BY place', extension) USING settings LOOP
        EXECUTE format('SELECT %s.mart_add_columns($1, $2, $3)', extension) INTO has_added USING mart, wanted.name, wanted.columns;
        CONTINUE WHEN NOT has_added;
        IF wanted.constraints IS NOT NULL THEN
            EXECUTE format('ALTER TABLE %1$I.%2$I %5$s ADD CONSTRAINT %3$I %4$s', mart, wanted.name, wanted.name || '_pkey', wanted.constraints,
                (SELECT format('DROP CONSTRAINT %I,', conname) FROM pg_constraint WHERE conrelid = format('%I.%I', mart, wanted.name)::regclass AND contype = 'p'));
        END IF;
        EXECUTE format('COMMENT ON TABLE %I.%I IS %L', mart, wanted.name, wanted.about);
    END LOOP;
END
$$;
COMMENT ON FUNCTION mart_add_tables(jsonb) IS 'makes the tables of mart_tables() that a mart of these settings lacks, and the columns that a later version has added';

CREATE OR REPLACE FUNCTION mart_add_view(settings jsonb, view_name text, query text, about text)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    name text := format('%I.%I', mart, view_name);
    columns record;
    comment text;
BEGIN
    EXECUTE format('SELECT string_agg(quote_ident(column_name), '', '' ORDER BY place) AS names, array_agg(format(''%%1$I %%2$s'', column_name, %1$s.mart_type(type, $2)) ORDER BY place) AS definitions,
                           string_agg(format(''%%1$I::%%2$s'', column_name, %1$s.mart_type(type, $2)), '', '' ORDER BY place) AS casts FROM %1$s.mart_columns() WHERE view_name = $1', extension)
    INTO columns USING view_name, settings;
    IF query IS NULL THEN
        EXECUTE format('SELECT %s.mart_add_columns($1, $2, $3)', extension) USING mart, 'stored_' || view_name, columns.definitions;
        EXECUTE format('COMMENT ON TABLE %I.%I IS %L', mart, 'stored_' || view_name, 'the rows of the view ' || view_name || '; refresh_mart replaces them');
        query := format('SELECT * FROM %I.%I', mart, 'stored_' || view_name);
    END IF;
    EXECUTE format('CREATE OR REPLACE VIEW %s AS SELECT %s FROM (%s) AS q (%s)', name, columns.casts, query, columns.names);
    EXECUTE format('COMMENT ON VIEW %s IS %L', name, about);
    FOR comment IN EXECUTE format('SELECT format(''COMMENT ON COLUMN %%s.%%I IS %%L'', $1, column_name, about) FROM %s.mart_columns() WHERE view_name = $2', extension) USING name, view_name LOOP
        EXECUTE comment;
    END LOOP;
END
$$;
COMMENT ON FUNCTION mart_add_view(jsonb, text, text, text) IS
'a view of a mart with its comments, made or brought up to date; without a query, over a table stored_... of the same columns';

CREATE FUNCTION mart_add_views(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    view record;
BEGIN
    FOR view IN EXECUTE format('SELECT d.view_name, %1$s.mart_sql(CASE WHEN d.view_name = ''customers'' THEN %1$s.mart_customers_query($1) WHEN NOT d.is_stored THEN d.query END, $1) AS query, d.about
                                FROM %1$s.mart_views() AS d WHERE %1$s.mart_absent(d.needs, $1) IS NULL ORDER BY d.is_stored DESC, d.place', extension) USING settings LOOP
        EXECUTE format('SELECT %s.mart_add_view($1, $2, $3, $4)', extension) USING settings, view.view_name, view.query, view.about;
    END LOOP;
END
$$;
COMMENT ON FUNCTION mart_add_views(jsonb) IS 'makes the views of mart_views() that a mart of these settings can have, or brings them up to date: columns and views that a later version has added, queries and comments';

CREATE FUNCTION mart_update(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    version text := (SELECT extversion FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    is_updated boolean;
BEGIN
    IF settings ->> 'version' = version THEN
        RETURN;
    END IF;
    EXECUTE format('SELECT FROM %I.stored_state FOR UPDATE', mart);   -- one session at a time
    EXECUTE format('UPDATE %I.settings SET settings = settings || jsonb_build_object(''version'', $1) WHERE settings ->> ''version'' IS DISTINCT FROM $1 RETURNING true', mart) INTO is_updated USING version;
    IF is_updated THEN
        EXECUTE format('SELECT %1$s.mart_add_tables($1), %1$s.mart_add_views($1)', extension) USING settings;
    END IF;
END
$$;
COMMENT ON FUNCTION mart_update(jsonb) IS 'brings a mart that another version of the extension has made up to date: what is new is added at the end, and nothing that is there changes its name or type';

CREATE FUNCTION mart_checked(mart name, orders regclass, columns jsonb, mappings jsonb, tz text, step interval, lapse interval, golden_threshold double precision, horizon integer, discount_pct double precision,
                          decimals integer, triggers boolean)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
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
    settings := settings || jsonb_build_object('orders', orders::text, 'subscriptions_table', tables[1]::text, 'survey_table', tables[2]::text, 'costs_table', tables[3]::text,
        'version', (SELECT extversion FROM pg_extension WHERE extname = 'customer_value'));
    EXECUTE format('SELECT $1 || jsonb_build_object(''decimals'', coalesce($2, %1$s.mart_number_type($3, $4)), ''golden_threshold'', %1$s.shortest_decimal($5), ''discount_pct'', %1$s.shortest_decimal($6))', extension)
    INTO settings USING settings, decimals, orders, columns ->> 'amount', golden_threshold, discount_pct;
    RETURN settings;
END
$$;
COMMENT ON FUNCTION mart_checked(name, regclass, jsonb, jsonb, text, interval, interval, double precision, integer, double precision, integer, boolean) IS
'the settings of a mart, after a check of all arguments of create_mart; columns: argument to column of orders; mappings: subscriptions, survey, costs; an error of class 22 or 42 that names what is wrong';

CREATE FUNCTION mart_make(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    tables text[] := '{orders,subscriptions_table,survey_table,costs_table}';   -- kept by their numbers, for they may be renamed
    statement text;
BEGIN
    EXECUTE format('CREATE SCHEMA %I', mart);
    EXECUTE format('COMMENT ON SCHEMA %I IS %L', mart, format('customer figures of %s: views to read; made by create_mart, kept by refresh_mart, removed by drop_mart', settings ->> 'orders'));
    EXECUTE format('SELECT %1$s.mart_add_tables($1), %1$s.mart_add_views($1)', extension) USING settings;
    EXECUTE format('INSERT INTO %1$I.settings SELECT $1 - $2, ($1 ->> $2[1])::regclass, ($1 ->> $2[2])::regclass, ($1 ->> $2[3])::regclass, ($1 ->> $2[4])::regclass', mart) USING settings, tables;
    EXECUTE format('INSERT INTO %I.stored_state DEFAULT VALUES', mart);
    EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
    IF (settings ->> 'triggers')::boolean THEN
        EXECUTE format('SELECT %s.mart_trigger_function($1)', extension) INTO statement USING settings;
        EXECUTE statement;
        EXECUTE format('SELECT %s.mart_add_triggers($1)', extension) USING settings;
    END IF;
END
$$;
COMMENT ON FUNCTION mart_make(jsonb) IS 'makes the schema, tables, views and triggers of a mart of these settings';

CREATE OR REPLACE FUNCTION create_mart(mart name, orders regclass, customer text, ordered_at text, amount text, order_id text DEFAULT NULL, status text DEFAULT NULL, category text DEFAULT NULL,
                            product text DEFAULT NULL, relation text DEFAULT NULL, price text DEFAULT NULL, intended_price text DEFAULT NULL, currency text DEFAULT NULL,
                            subscriptions jsonb DEFAULT NULL, survey jsonb DEFAULT NULL, costs jsonb DEFAULT NULL, tz text DEFAULT NULL, step interval DEFAULT '1 month', lapse interval DEFAULT '90 days',
                            golden_threshold double precision DEFAULT 0.8, horizon integer DEFAULT 12, discount_pct double precision DEFAULT 10, decimals integer DEFAULT NULL, triggers boolean DEFAULT NULL)
RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    SELECT mart_make(mart_checked(mart, orders,
        pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('customer'::text, customer, 'ordered_at'::text, ordered_at, 'amount'::text, amount, 'order_id'::text, order_id, 'status'::text, status, 'category'::text, category,
            'product'::text, product, 'relation'::text, relation, 'price'::text, price, 'intended_price'::text, intended_price, 'currency'::text, currency)),
        pg_catalog.jsonb_build_object('subscriptions'::text, mart_found(subscriptions), 'survey'::text, mart_found(survey), 'costs'::text, mart_found(costs)),
        tz, step, lapse, golden_threshold, horizon, discount_pct, decimals, triggers));
END;

CREATE OR REPLACE FUNCTION describe_mart(mart name)
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
        SELECT d.view_name, reason IS NULL, coalesce((SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass(format('%%I.%%I', %2$L, d.view_name)) AND attnum > 0 HAVING count(*) > 0), (SELECT count(*) FROM %1$s.mart_columns() AS c WHERE c.view_name = d.view_name)),
               CASE WHEN reason IS NOT NULL THEN 'absent: ' || reason
                    WHEN d.view_name = 'models' AND NOT EXISTS (SELECT FROM %2$I.models) OR d.view_name = 'forecast' AND NOT EXISTS (SELECT FROM %2$I.forecast) THEN coalesce('empty: ' || s.models_note, 'empty until CALL refresh_mart(' || quote_literal($2) || '): ' || d.about)
                    WHEN s.as_of IS NULL THEN 'empty until CALL refresh_mart(' || quote_literal($2) || '): ' || d.about
                    WHEN d.view_name = 'data_quality' AND NOT EXISTS (SELECT FROM %2$I.data_quality) THEN 'empty until CALL refresh_mart(' || quote_literal($2) || ', quality => true): ' || d.about
                    ELSE d.about END
        FROM %1$s.mart_views() AS d CROSS JOIN %2$I.stored_state AS s CROSS JOIN LATERAL %1$s.mart_absent(d.needs, $1) AS reason
        ORDER BY d.place$sql$, extension, mart) USING settings, mart;
END
$$;

CREATE OR REPLACE FUNCTION drop_mart(mart name)
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
            UNION ALL SELECT 2, 'TABLE', to_regclass(format('%%I.%%I', $1, name)) FROM %1$s.mart_tables()) AS object
        WHERE relation IS NOT NULL GROUP BY turn, kind ORDER BY turn$sql$, extension) USING mart
    LOOP
        EXECUTE command;
    END LOOP;
    EXECUTE format('DROP SCHEMA %I', mart);
END
$$;

-- Midnight can come twice, where clocks go back at it: instants are bounded by a day more on either side, which an index can serve, and days exactly.
CREATE FUNCTION mart_bounds(settings jsonb, "from" date, "to" date)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    at text := format('t.%I', settings #>> '{columns,ordered_at}');
    tz text := settings ->> 'tz';
    bounds text;
BEGIN
    IF settings ->> 'at_type' = 'timestamp with time zone' THEN
        SELECT string_agg(format('%1$s %2$s timezone(%3$L, %4$L::timestamp) AND (%1$s AT TIME ZONE %3$L)::date %2$s %5$L', at, sign, tz, day + more, day), ' AND ' ORDER BY more) INTO bounds
        FROM (VALUES ('>=', "from", -1), ('<', "to", 1)) AS bound (sign, day, more) WHERE day IS NOT NULL;
    ELSE
        SELECT string_agg(format('%s %s %L', at, sign, day), ' AND ') INTO bounds FROM (VALUES ('>=', "from"), ('<', "to")) AS bound (sign, day) WHERE day IS NOT NULL;
    END IF;
    RETURN coalesce(bounds, 'true');
END
$$;
COMMENT ON FUNCTION mart_bounds(jsonb, date, date) IS 'the condition that orders, named t, are of days from <= day < to, without a bound where one is NULL; an index on their date can serve it';

-- The orders of the days from <= day < to, those that count, as customer, at, amount (and category, where asked): at is a day, or an instant where
-- an aggregate is to be told the time zone. Lines of one order are one row.
CREATE FUNCTION mart_source(settings jsonb, "from" date, "to" date, by_category boolean, only_finite boolean)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    columns jsonb := settings -> 'columns';
    at text := format('t.%I', columns ->> 'ordered_at');
    bounds text;
    key text := format('t.%I::%s', columns ->> 'customer', settings ->> 'key');
    category text := CASE WHEN by_category THEN format(', coalesce(t.%I::text, ''(none)'') AS category', columns ->> 'category') ELSE '' END;
    day text;
    amount text;
    source text;
BEGIN
    EXECUTE format('SELECT %1$s.mart_day($1, $2, $3), %1$s.mart_number(''amount''::text, $4), %1$s.mart_bounds($4, $5, $6)', extension) INTO day, amount, bounds
    USING (settings ->> 'orders')::regclass, columns ->> 'ordered_at', settings ->> 'tz', settings, "from", "to";
    IF only_finite AND "from" IS NULL THEN
        bounds := format('isfinite(%s)', at);
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
COMMENT ON FUNCTION mart_source(jsonb, date, date, boolean, boolean) IS
'the query with which a mart reads its orders: customer, at, amount, and category if asked; all days without bounds, and those that are infinite, which no ledger takes, unless only finite ones are asked for; lines of one order, day, sign (and category) are one row';

-- Ledgers of as many customers as one value should hold: a month of many orders is stored in shards.
CREATE FUNCTION mart_ledgers(settings jsonb, "from" date, "to" date, only_finite boolean, shards integer)
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
    -- the window sets the ledgers down, which are put together for each use otherwise
    RETURN format('SELECT *, sum(%1$s.rows_count(whole) + coalesce(%1$s.rows_count(guests), 0)) OVER ()::bigint AS rows FROM (SELECT %2$s AS shard, %1$s.ledger_agg(customer, %3$s) AS whole, %4$s AS guests FROM (%5$s) AS orders%6$s) AS ledgers',
        extension, CASE WHEN shards > 1 THEN format('coalesce(%s.ledger_shard(customer, %s), 0)', extension, shards) ELSE '0' END, arguments,
        CASE WHEN has_guests THEN format('%s.ledger_agg(0::bigint, %s) FILTER (WHERE customer IS NULL)', extension, arguments) ELSE format('NULL::%s.customer_ledger', extension) END,
        source, CASE WHEN shards > 1 THEN ' GROUP BY 1' ELSE '' END);
END
$$;
COMMENT ON FUNCTION mart_ledgers(jsonb, date, date, boolean, integer) IS
'the query that makes ledgers of the orders of a mart: a row for each shard of customers with the ledger of all its orders, in one of them that of orders without a customer, and the rows of all ledgers';

CREATE FUNCTION mart_months("from" date, "to" date)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 12::numeric * (extract(year FROM "to") - extract(year FROM "from")) + extract(month FROM "to") - extract(month FROM "from");
COMMENT ON FUNCTION mart_months(date, date) IS 'how many months the month of a day is behind that of another';

CREATE FUNCTION mart_tell(part text, month date, rows bigint, months_done bigint, months_total bigint, months_left bigint, rows_read bigint, started timestamptz)
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    seconds double precision := greatest(extract(epoch FROM clock_timestamp() - started), 0.001);
BEGIN
    IF part = 'customers' THEN
        RAISE NOTICE '%', format('%s: %s rows; %s of %s months, %s rows a second, %s s left to read', to_char(month, 'YYYY-MM'), rows, months_done, months_total, round(rows_read / seconds),
                                 ceil(seconds * months_left / greatest(months_total - months_left, 1)));
    ELSE
        RAISE NOTICE '%', format('%s: %s rows without a customer', to_char(month, 'YYYY-MM'), rows);
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION mart_tell(text, date, bigint, bigint, bigint, bigint, bigint, timestamptz) IS 'tells in a notice that a month has been read, how fast, and for how long reading will go on; true';

-- For the caller to execute with a common table "read" of mart_ledgers(): $1 is today, $2 the first day that it read, where that is known; $3 the months that were read
-- before, $4 those to read in all, $5 those to read after it, $6 the rows that were read before, $7 when reading began.
CREATE FUNCTION mart_store(settings jsonb, is_published boolean)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    parts text;
BEGIN
    SELECT string_agg(format('SELECT %L, s.* FROM %s.slices(read.%I, ''1 month''::interval, $1) AS s', part, extension, ledger), ' UNION ALL ')
    INTO parts FROM (VALUES ('customers', 'whole'), ('guests', 'guests')) AS v (part, ledger);
    RETURN format($sql$
        INSERT INTO %1$I.stored_ledgers (month, part, shard, is_published, ledger, orders, refund_rows, gross_revenue, refunds)
        SELECT month, name, shard, %4$L::boolean, ledger, orders, refund_rows, gross_revenue, refunds
        FROM read CROSS JOIN LATERAL (%3$s) AS part (name, month, ledger, orders, refund_rows, gross_revenue, refunds)
        WHERE %2$s.mart_tell(name, month, %2$s.rows_count(ledger), $3 + 1 + %2$s.mart_months(coalesce($2, %2$s.first_day(read.whole)), month), greatest($4, 1 + %2$s.mart_months(%2$s.first_day(read.whole), %2$s.last_day(read.whole))), $5,
                             $6 + read.rows, $7)$sql$, settings ->> 'mart', extension, parts, is_published);
END
$$;
COMMENT ON FUNCTION mart_store(jsonb, boolean) IS 'the statement that cuts ledgers which were read into months and stores them, with the sums of each up to today';

-- As many months at once as one pass may take: ledgers of some 20 million rows, 400 MB. Where the average month has more, months are stored in shards of about so many.
CREATE FUNCTION mart_chunks(settings jsonb)
RETURNS TABLE ("from" date, "to" date, months bigint, shards integer)
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
    rows_a_month double precision;
BEGIN
    EXECUTE format('SELECT coalesce(bool_or(month IS NULL OR month > ''275000-01-01''), false) FROM %I.changes', mart) INTO all_months;
    -- the planner's estimate, which there is for views and for tables that were never analyzed, too
    EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM %s', settings ->> 'orders') INTO plan;
    estimated := plan #>> '{0,Plan,Plan Rows}';
    IF all_months AND estimated <= most_rows THEN
        RETURN QUERY SELECT NULL::date, NULL::date, NULL::bigint, 1;
        RETURN;
    END IF;
    IF all_months THEN
        EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'orders')::regclass, settings #>> '{columns,ordered_at}', settings ->> 'tz';
        EXECUTE format('SELECT min(%1$s) AS first, max(%1$s) AS last FROM %2$s AS t WHERE isfinite(t.%3$I)', day, settings ->> 'orders', settings #>> '{columns,ordered_at}') INTO bounds;
        EXECUTE format('DELETE FROM %I.changes', mart);
        -- of days to come those that there are: one of the year 9999 must not make all months of a few rows
        EXECUTE format('INSERT INTO %1$I.changes SELECT generate_series(date_trunc(''month'', $1::timestamp), least($2, $3)::timestamp, ''1 month'')::date UNION SELECT month FROM %1$I.stored_ledgers
                        UNION SELECT date_trunc(''month'', %2$s)::date FROM %3$s AS t WHERE %2$s > $3 AND isfinite(t.%4$I)', mart, day, settings ->> 'orders', settings #>> '{columns,ordered_at}')
        USING bounds.first, bounds.last, (settings ->> 'today')::date;
    END IF;
    EXECUTE format('SELECT greatest($1, 1) / greatest(count(*), 1) FROM (SELECT month FROM %1$I.changes UNION SELECT month FROM %1$I.stored_ledgers) AS m', mart) INTO rows_a_month USING estimated;
    RETURN QUERY EXECUTE format($sql$
        WITH pending AS (SELECT DISTINCT month FROM %1$I.changes WHERE month IS NOT NULL),
        gaps AS (SELECT month, CASE WHEN lag(month) OVER (ORDER BY month) = (month - interval '1 month')::date THEN 0 ELSE 1 END AS gap FROM pending),
        runs AS (SELECT month, sum(gap) OVER (ORDER BY month) AS run FROM gaps),
        placed AS (SELECT month, run, (row_number() OVER (PARTITION BY run ORDER BY month) - 1) / $1 AS chunk FROM runs)
        SELECT min(month), (max(month) + interval '1 month')::date, count(*), $2 FROM placed GROUP BY run, chunk ORDER BY 1$sql$, mart)
    USING greatest(1, floor(most_rows / rows_a_month))::bigint, greatest(1, ceil(rows_a_month / most_rows))::integer;
END
$$;
COMMENT ON FUNCTION mart_chunks(jsonb) IS
'the months that have changed, in runs that one pass over the orders may take (some 20 million rows, 400 MB), and into how many shards a month of more is cut; one row without bounds where all are to be read at once';

CREATE FUNCTION mart_read_categories(settings jsonb, "from" date, "to" date, is_published boolean)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    source text;
BEGIN
    EXECUTE format('DELETE FROM %I.stored_months WHERE is_published = $3 AND month >= coalesce($1, ''-infinity'') AND month < coalesce($2, ''infinity'')', mart) USING "from", "to", is_published;
    IF settings #>> '{columns,category}' IS NULL THEN
        EXECUTE format($sql$INSERT INTO %1$I.stored_months
            SELECT month, '(all)', is_published, sum(orders), sum(refund_rows), sum(gross_revenue), sum(refunds)
            FROM %1$I.stored_ledgers WHERE is_published = $3 AND orders + refund_rows > 0 AND month >= coalesce($1, '-infinity') AND month < coalesce($2, 'infinity') GROUP BY month, is_published$sql$, mart)
        USING "from", "to", is_published;
    ELSE
        EXECUTE format('SELECT %s.mart_source($1, $2, $3, true, true)', extension) INTO source USING settings, "from", "to";
        -- a ledger of one customer sums faster than numeric aggregates do
        EXECUTE format($sql$INSERT INTO %1$I.stored_months
            SELECT s.period, base.category, $2, s.orders, s.refund_rows, s.gross_revenue, s.refunds
            FROM (SELECT category, %3$s.ledger_agg(0::bigint, at, amount) AS ledger FROM (%2$s) AS orders GROUP BY category) AS base CROSS JOIN LATERAL %3$s.slices(base.ledger, '1 month'::interval, $1) AS s
            WHERE s.orders + s.refund_rows > 0$sql$, mart, source, extension) USING (settings ->> 'today')::date, is_published;
    END IF;
END
$$;
COMMENT ON FUNCTION mart_read_categories(jsonb, date, date, boolean) IS 'sums the orders of the months from <= month < to (all without bounds) by category into stored_months, in place of those that are there';

CREATE FUNCTION mart_read(settings jsonb, "from" date, "to" date, shards integer, log_run bigint, months_before bigint, months_total bigint, rows_before bigint, started timestamptz)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    in_range text := 'month >= $1 AND month < $2';
    months bigint;
    read text;
    store text;
    rows_read bigint;
BEGIN
    EXECUTE format('DELETE FROM %I.changes WHERE ' || in_range, mart) USING "from", "to";
    EXECUTE format('DELETE FROM %I.stored_ledgers WHERE NOT is_published AND ' || in_range, mart) USING "from", "to";
    EXECUTE format('SELECT %1$s.mart_ledgers($1, $2, $3, true, $4), %1$s.mart_store($1, false), %1$s.mart_months($2, $3)', extension) INTO read, store, months USING settings, "from", "to", shards;
    EXECUTE format('WITH read AS MATERIALIZED (%s) %s', read, store) USING (settings ->> 'today')::date, "from", months_before, months_total, greatest(months_total - months_before - months, 0), rows_before, started;
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
COMMENT ON FUNCTION mart_read(jsonb, date, date, integer, bigint, bigint, bigint, bigint, timestamptz) IS
'reads the orders of the months from <= month < to into rows of stored_ledgers and stored_months that are not published yet, and says so in notices and in refresh_log; the number of rows read, those before included';

-- Kinds of sale in a mart. The kind of a sale depends on all that the customer bought before. Sales before a checkpoint, which is the first day of a period,
-- are classed for good; what customers had bought up to there is kept, so that a refresh reads only the lines behind it.
-- The lines of the days from <= day < to; all before to where from is NULL
CREATE FUNCTION mart_lines(settings jsonb, "from" date, "to" date)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    columns jsonb := settings -> 'columns';
    at text := format('t.%I', columns ->> 'ordered_at');
    bounds text;
    number record;
    day text;
BEGIN
    EXECUTE format('SELECT %1$s.mart_number(''amount''::text, $1) AS amount, %1$s.mart_number(''price''::text, $1) AS price, %1$s.mart_number(''intended_price''::text, $1) AS intended', extension) INTO number USING settings;
    EXECUTE format('SELECT %1$s.mart_day($1, $2, $3), %1$s.mart_bounds($4, $5, $6)', extension) INTO day, bounds
    USING (settings ->> 'orders')::regclass, columns ->> 'ordered_at', settings ->> 'tz', settings, "from", "to";
    RETURN format('SELECT t.%1$I::%2$s AS customer, %3$s AS at, %4$s AS day, %5$s AS amount, t.%6$I::text AS product, %7$s::text AS relation, abs(%8$s) AS price, %9$s AS intended, %10$s::text AS order_id
                   FROM %11$s AS t WHERE t.%1$I IS NOT NULL AND t.%6$I IS NOT NULL AND %5$s IS NOT NULL AND %12$s',
        columns ->> 'customer', settings ->> 'key', at, day, number.amount, columns ->> 'product', coalesce('t.' || quote_ident(columns ->> 'relation'), 'NULL'), number.price, number.intended,
        coalesce('t.' || quote_ident(columns ->> 'order_id'), 'NULL'), settings ->> 'orders',
        format('isfinite(%s) AND ', at) || bounds || CASE WHEN columns ->> 'status' IS NULL THEN '' ELSE format(' AND %s.is_revenue_status(t.%I::text)', extension, columns ->> 'status') END);
END
$$;
COMMENT ON FUNCTION mart_lines(jsonb, date, date) IS
'the query with which a mart reads the lines that have a kind of sale, those of days from <= day < to: customer, at, day, amount, product, relation, price, intended, order_id';

CREATE FUNCTION mart_class(settings jsonb, "from" date, "to" date, keeps boolean)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    lines text;
BEGIN
    EXECUTE format('SELECT %s.mart_lines($1, $2, $3)', extension) INTO lines USING settings, "from", "to";
    -- the history of a customer is a row before the first line
    EXECUTE format($sql$
        WITH line AS (%3$s),
        classed AS (
            SELECT customer, day, order_id, amount, price, intended, (sale).kind, (sale).history
            FROM (SELECT customer, day, order_id, amount, price, intended, %2$s.class_sale(product, relation, CASE WHEN amount < 0 THEN -price ELSE price END, history) OVER (PARTITION BY customer ORDER BY at NULLS FIRST) AS sale
                  FROM (SELECT customer, at, day, amount, product, relation, price, intended, order_id, NULL::%2$s.sale_history AS history FROM line%4$s) AS bought) AS classed)%5$s
        INSERT INTO %1$I.stored_kinds
        SELECT s.period, r.*
        FROM (SELECT date_trunc(%6$L, day::timestamp)::date AS period, %2$s.sales_agg(coalesce(kind, 'unknown'), coalesce(order_id, customer::text || ' ' || day), amount) AS state, %7$s
              FROM classed WHERE day IS NOT NULL GROUP BY 1) AS s
             CROSS JOIN LATERAL (SELECT kind, orders, revenue, avg_check FROM %2$s.sales_report(s.state) UNION ALL SELECT 'upsell_before', s.upsells, s.upsold, NULL WHERE s.upsells > 0) AS r$sql$,
        mart, extension, lines,
        CASE WHEN "from" IS NULL THEN '' ELSE format(' UNION ALL SELECT h.customer, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, h.history FROM %I.stored_history AS h WHERE h.customer IN (SELECT line.customer FROM line)', mart) END,
        CASE WHEN keeps AND "from" IS NOT NULL THEN format(', replaced AS (DELETE FROM %I.stored_history AS h USING classed AS c WHERE c.customer = h.customer AND c.history IS NOT NULL)', mart) ELSE '' END
            || CASE WHEN keeps THEN format(', kept AS (INSERT INTO %I.stored_history SELECT customer, history FROM classed WHERE history IS NOT NULL)', mart) ELSE '' END,
        settings ->> 'unit',
        CASE WHEN settings #>> '{columns,intended_price}' IS NULL THEN '0::bigint AS upsells, NULL::numeric AS upsold'
             ELSE format('count(*) FILTER (WHERE amount >= 0 AND %1$s.upsell_before(intended, price)) AS upsells, sum(price - intended) FILTER (WHERE amount >= 0 AND %1$s.upsell_before(intended, price)) AS upsold', extension) END);
END
$$;
COMMENT ON FUNCTION mart_class(jsonb, date, date, boolean) IS
'classes the sales of whole periods, those of days from <= day < to, after what customers had bought before; keeps: adds them to that';

CREATE FUNCTION mart_fill_kinds(settings jsonb, changed_from date, previous date, as_of date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    unit text := settings ->> 'unit';
    -- what changes is mostly in the running month or the one before
    usual date := date_trunc(unit, date_trunc('month', as_of) - interval '1 month');
    reached date;
    wanted date := usual;
BEGIN
    EXECUTE format('SELECT day FROM %I.stored_checkpoint', mart) INTO reached;
    -- where late refunds come in later, they will come again
    IF reached IS NOT NULL AND changed_from >= date_trunc('month', as_of) - interval '3 months' THEN
        wanted := least(usual, date_trunc(unit, changed_from));
    END IF;
    IF changed_from >= reached AND as_of >= reached THEN
        EXECUTE format('DELETE FROM %I.stored_kinds WHERE period >= $1', mart) USING reached;
        IF usual > date_trunc(unit, date_trunc('month', previous) - interval '1 month') IS NOT TRUE THEN
            wanted := reached;
        END IF;
    ELSE
        reached := NULL;
        EXECUTE format('DELETE FROM %I.stored_kinds', mart);
        EXECUTE format('DELETE FROM %I.stored_history', mart);
        EXECUTE format('DELETE FROM %I.stored_checkpoint', mart);
    END IF;
    IF as_of IS NULL THEN
        RETURN;
    END IF;
    IF wanted > reached IS NOT FALSE THEN
        EXECUTE format('SELECT %s.mart_class($1, $2, $3, true)', extension) USING settings, reached, wanted;
        reached := wanted;
        EXECUTE format('DELETE FROM %I.stored_checkpoint', mart);
        EXECUTE format('INSERT INTO %I.stored_checkpoint VALUES ($1)', mart) USING reached;
    END IF;
    EXECUTE format('SELECT %s.mart_class($1, $2, $3, false)', extension) USING settings, reached, as_of + 1;
END
$$;
COMMENT ON FUNCTION mart_fill_kinds(jsonb, date, date, date) IS
'classes the sales of a mart behind its checkpoint anew, or all where what has changed is older; with a new period the checkpoint moves on: up to it the kinds stay, and what customers had bought is kept';

-- What follows from the months that were read: rows of the stored views, models and forecasts; subscriptions, survey, costs and checks of the source.
-- Models are estimates: some thousand customers, always the same, tell them as well as all. The forecast is that of the sample, for all;
-- its floating point numbers are added in an order, so that no plan changes the last digit.
CREATE FUNCTION mart_fill_models(settings jsonb, fitted_until date)
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
                horizons AS (SELECT n, ($1 + 1 + (n - 1) * $2::interval)::date AS period, ((($1 + 1 + n * $2::interval)::date - $1 - 1) / 7.0)::double precision AS weeks FROM generate_series(1, $3) AS n),
                expected AS (
                    SELECT h.n, h.period, sum(b.customers * e.purchases ORDER BY place) AS purchases, sum(b.value * e.purchases ORDER BY place) AS revenue
                    FROM fit, horizons AS h, bought AS b, LATERAL %2$s.expected_purchases(fit.%3$I, h.weeks, b.frequency, b.recency, b.age) AS e (purchases) GROUP BY h.n, h.period),
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
COMMENT ON FUNCTION mart_fill_models(jsonb, date) IS
'fits the models of a mart up to a day, to the customers of stored_sample, and forecasts with the one of the smallest AIC; where there is too little data for any, their views are empty and describe_mart says why';

CREATE FUNCTION mart_window(settings jsonb, since date)
RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
RETURN date_trunc('month'::text, least(since - (settings ->> 'step'::text)::interval, since - (settings ->> 'lapse'::text)::interval, since - '30 days'::interval))::date;
COMMENT ON FUNCTION mart_window(jsonb, date) IS
'from which day on rows are needed to fill periods from a day on: of older ones it is enough to know the first order of each customer';

-- One statement works everything out, so that the ledger is made once and read where it lies: as a parameter or a variable it would be copied for each use.
CREATE FUNCTION mart_fill(settings jsonb, before text, base text, parts text[])
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    sample_size CONSTANT integer := 5000;   -- customers that models are fitted to
    filled text;
BEGIN
    EXECUTE format($sql$
        SELECT string_agg(format('%%I AS (%%s)', name, statement), ', ' ORDER BY place) FROM (
            SELECT place, 'periods', view_name AS name, format('INSERT INTO %%I.%%I %%s', $2, 'stored_' || view_name, %1$s.mart_sql(query, $1)) FROM %1$s.mart_views() WHERE is_stored AND query IS NOT NULL
            UNION ALL SELECT * FROM (VALUES
                (100, 'firsts', 'firsts', format('UPDATE %%1$I.stored_state SET (firsts, firsts_until) = (SELECT %%2$s.as_of(%%2$s.first_orders(ledger), known_until - 1), known_until FROM base)', $2, $4)),
                (101, 'complete', 'segment_migration', format('INSERT INTO %%1$I.stored_segment_migration SELECT before_until, complete_until, coalesce(from_segment, ''(none)''), to_segment, customers
                    FROM base CROSS JOIN LATERAL %%2$s.segment_migration(ledger, before_until, complete_until, 5)', $2, $4)),
                -- how many customers there are is estimated, from rows of complete periods only, so that a later refresh draws the same
                (102, 'complete', 'sample', format('INSERT INTO %%1$I.stored_sample SELECT frequency, recency, age, monetary_value
                    FROM base CROSS JOIN LATERAL (SELECT %%2$s.shard(ledger, 64, 0) AS part OFFSET 0) AS few
                         CROSS JOIN LATERAL (SELECT greatest(1, ceil(64 * %%2$s.customers_count(%%2$s.as_of(part, complete_until)) / %%3$s::double precision))::integer AS shards) AS drawn
                         CROSS JOIN LATERAL %%2$s.rfm_summary(%%2$s.shard(CASE WHEN shards < 64 THEN ledger ELSE part END, shards, 0), NULL::%%4$s, complete_until, ''1 week''::interval)', $2, $4, $5, $1 ->> 'key'))) AS other
        ) AS part (place, kind, name, statement) WHERE kind = ANY ($3)$sql$, extension)
    INTO filled USING settings, mart, parts, extension, sample_size;
    -- what refreshes of this period and the one before need of older rows is known up to known_until
    RETURN format('WITH %s base AS MATERIALIZED (SELECT ledger, since, as_of, complete_until, (complete_until + 1 - %L::interval)::date - 1 AS before_until, %6$s.mart_window(%7$L::jsonb, (date_trunc(%3$L, as_of) - %2$L::interval)::date) AS known_until
                       FROM (SELECT *, CASE WHEN date_trunc(%3$L, as_of + 1) = as_of + 1 THEN as_of ELSE date_trunc(%3$L, as_of)::date - 1 END AS complete_until FROM (%4$s) AS base OFFSET 0) AS base),
                   %5$s SELECT as_of, complete_until FROM base', before, settings ->> 'step', settings ->> 'unit', base, filled, extension, settings);
END
$$;
COMMENT ON FUNCTION mart_fill(jsonb, text, text, text[]) IS
'the statement that fills what follows from a ledger: before are common tables that the query base needs, which gives one row ledger, since, as_of; parts are "periods" (stored views from the day since on), "firsts" (what is to be known of older orders) and "complete" (segments, and customers to fit models to); it returns as_of, and the end of the last complete period';

CREATE FUNCTION mart_first_period(settings jsonb, first_day date, as_of date)
RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF first_day < as_of - interval '500 years' THEN
        RAISE EXCEPTION USING ERRCODE = 'datetime_field_overflow', MESSAGE = format('orders of %s begin on %s: a mart takes up to 500 years', settings ->> 'orders', to_char(first_day, 'YYYY-MM-DD BC')),
            HINT = 'Correct the dates, or make the mart of a view without these rows.';
    END IF;
    RETURN date_trunc(settings ->> 'unit', first_day)::date;
END
$$;
COMMENT ON FUNCTION mart_first_period(jsonb, date, date) IS 'the first day of the first period of a mart; error 22008 where that is too long ago to have a row for each period since';

CREATE FUNCTION mart_empty(settings jsonb, since date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    view text;
BEGIN
    FOR view IN EXECUTE format('SELECT view_name FROM %s.mart_views() WHERE is_stored AND query IS NOT NULL', extension) LOOP
        EXECUTE format('DELETE FROM %I.%I WHERE %I >= coalesce($1, ''-infinity'')', settings ->> 'mart', 'stored_' || view, CASE view WHEN 'active' THEN 'day' ELSE 'period' END) USING since;
    END LOOP;
END
$$;
COMMENT ON FUNCTION mart_empty(jsonb, date) IS 'removes the rows of stored views that mart_fill() makes anew, those of periods from a day on; all without a day';

CREATE FUNCTION mart_fill_all(settings jsonb, log_run bigint, started timestamptz)
RETURNS date
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    statements text[];
    filled record;
    emptied text;
BEGIN
    FOREACH emptied IN ARRAY '{changes,stored_ledgers,stored_months,stored_segment_migration,stored_sample}'::text[] LOOP
        EXECUTE format('DELETE FROM %I.%I', mart, emptied);
    END LOOP;
    EXECUTE format('SELECT %s.mart_empty($1, NULL::date)', extension) USING settings;
    EXECUTE format($sql$
        SELECT array_agg(%1$s.mart_fill($1, format('read AS MATERIALIZED (%%s), stored AS (%%s),', %1$s.mart_ledgers($1, NULL::date, NULL::date, only_finite, 1), %1$s.mart_store($1, true)), $2, '{periods,firsts,complete}'::text[]) ORDER BY only_finite)
        FROM (VALUES (false), (true)) AS v (only_finite)$sql$, extension)
    INTO statements USING settings, format('SELECT ledger, %1$s.mart_first_period($8, first_day, as_of) AS since, as_of
        FROM (SELECT ledger, first_day, greatest(%1$s.last_day(ledger), %1$s.last_day(%1$s.as_of(guests, $1))) AS as_of
              FROM (SELECT %1$s.as_of(whole, $1) AS ledger, guests, least(%1$s.first_day(whole), %1$s.first_day(guests)) AS first_day FROM read OFFSET 0) AS cut OFFSET 0) AS counted', extension);
    BEGIN
        EXECUTE statements[1] INTO filled USING (settings ->> 'today')::date, NULL::date, 0::bigint, 0::bigint, 0::bigint, 0::bigint, started, settings;
    EXCEPTION WHEN numeric_value_out_of_range THEN
        -- to ask each row whether its day is finite costs a fifth of reading it, and hardly any is not
        EXECUTE statements[2] INTO filled USING (settings ->> 'today')::date, NULL::date, 0::bigint, 0::bigint, 0::bigint, 0::bigint, started, settings;
    END;
    IF filled.as_of IS NOT NULL THEN
        EXECUTE format('SELECT %s.mart_fill_models($1, $2)', extension) USING settings, filled.complete_until;
    END IF;
    EXECUTE format('SELECT %s.mart_read_categories($1, NULL::date, NULL::date, true)', extension) USING settings;
    EXECUTE format('UPDATE %I.refresh_log SET (months_done, months_total, rows_read) = (SELECT count(DISTINCT month), count(DISTINCT month), coalesce(sum(%s.rows_count(ledger)), 0) FROM %1$I.stored_ledgers),
                        changed_at = clock_timestamp() WHERE run = $1', mart, extension) USING log_run;
    RETURN filled.as_of;
END
$$;
COMMENT ON FUNCTION mart_fill_all(jsonb, bigint, timestamptz) IS 'reads all orders, stores them by month and fills all that follows from them, in one go; the last day that counts';

CREATE FUNCTION mart_fill_changed(settings jsonb, changed_from date, previous date, as_of date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    unit text := settings ->> 'unit';
    step interval := settings ->> 'step';
    complete_until date := CASE WHEN date_trunc(unit, as_of + 1) = as_of + 1 THEN as_of ELSE date_trunc(unit, as_of)::date - 1 END;
    first_day date;
    since date;             -- first day of the first period that can have changed
    known_until date;       -- first orders are known of the days before
    window_from date;       -- rows from here on say all about those periods, beside the first order of each customer
    has_all boolean;
    is_known boolean;       -- those first orders are as they were
    is_complete boolean;    -- what looks at complete periods only stays as it is
    whole text := format('SELECT ledger FROM %I.stored_ledgers WHERE is_published AND part = ''customers'' AND month <= $2', mart);
    -- the order sets the ledger down, which is put together for each use otherwise
    base text := format('SELECT ledger, $1 AS since, $2 AS as_of FROM (SELECT %1$s.as_of(%1$s.rollup(part), $2) AS ledger FROM (%%s) AS parts (part)) AS whole ORDER BY %1$s.rows_count(ledger)', replace(extension, '%', '%%'));
    fill text := format('SELECT %s.mart_fill($1, ''''::text, $2, $3)', extension);
    statement text;
BEGIN
    EXECUTE format('SELECT min(%1$s.first_day(ledger)) FROM %2$I.stored_ledgers WHERE is_published AND month = (SELECT min(month) FROM %2$I.stored_ledgers WHERE is_published)', extension, mart) INTO first_day;
    since := date_trunc(unit, least(changed_from, previous, as_of, CASE WHEN previous IS NULL THEN first_day END));
    EXECUTE format('SELECT firsts_until, %1$s.mart_window($1, $2), fitted_until IS NOT DISTINCT FROM $3 AND ($3 >= date_trunc(''month'', $4)) IS NOT TRUE, firsts_until = %1$s.mart_window($1, (date_trunc($5, $6) - $7)::date) AND ($4 < firsts_until) IS NOT TRUE
                    FROM %2$I.stored_state', extension, mart) INTO known_until, window_from, is_complete, is_known USING settings, since, complete_until, changed_from, unit, as_of, step;
    window_from := least(window_from, known_until);
    has_all := window_from <= first_day;

    EXECUTE format('SELECT %s.mart_empty($1, $2)', extension) USING settings, since;
    EXECUTE format('SELECT greatest($4, %s.mart_first_period($1, $2, $3))', extension) INTO since USING settings, first_day, as_of, since;
    IF NOT is_complete THEN
        EXECUTE format('DELETE FROM %I.stored_segment_migration', mart);
        EXECUTE format('DELETE FROM %I.stored_sample', mart);
    END IF;
    EXECUTE fill INTO statement USING settings, format(base, CASE WHEN has_all THEN whole ELSE format('SELECT %s FROM %I.stored_state WHERE firsts IS NOT NULL UNION ALL %s AND month >= $3',
            CASE WHEN window_from = known_until THEN 'firsts' ELSE format('%s.as_of(firsts, $3 - 1)', extension) END, mart, whole) END),
        '{periods}'::text[] || CASE WHEN is_known THEN '{}' ELSE '{firsts}' END::text[] || CASE WHEN has_all AND NOT is_complete THEN '{complete}' ELSE '{}' END::text[];
    EXECUTE statement USING since, as_of, window_from;
    IF NOT is_complete AND NOT has_all THEN
        EXECUTE fill INTO statement USING settings, format(base, whole), '{complete}'::text[];
        EXECUTE statement USING since, as_of;
    END IF;
    IF NOT is_complete THEN
        EXECUTE format('SELECT %s.mart_fill_models($1, $2)', extension) USING settings, complete_until;
    END IF;
END
$$;
COMMENT ON FUNCTION mart_fill_changed(jsonb, date, date, date) IS
'replaces what follows from the months that are stored, from the period on that the first changed month or the previous last day is in: earlier rows cannot have changed';

CREATE FUNCTION mart_fill_nothing(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    stored text;
BEGIN
    FOR stored IN EXECUTE format('SELECT view_name FROM %s.mart_views() WHERE is_stored AND needs = ''{}'' AND view_name <> ''data_quality''', extension) LOOP
        EXECUTE format('DELETE FROM %I.%I', mart, 'stored_' || stored);
    END LOOP;
    EXECUTE format('UPDATE %I.stored_state SET firsts = NULL, firsts_until = NULL, fitted_until = NULL, models_note = ''there are no orders''', mart);
    EXECUTE format('DELETE FROM %I.stored_fit', mart);
END
$$;
COMMENT ON FUNCTION mart_fill_nothing(jsonb) IS 'the figures of a mart without orders: none';

CREATE OR REPLACE FUNCTION mart_fill_others(settings jsonb, as_of date)
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
            SELECT period, %2$s.responses(state), %2$s.promoters(state), %2$s.passives(state), %2$s.detractors(state), %2$s.nps(state), interval.lower, interval.upper, (period + %8$L::interval)::date <= $1 + 1
            FROM (SELECT date_trunc(%3$L, %4$s)::date AS period, %2$s.nps_agg(t.%5$I) AS state FROM %6$s AS t WHERE isfinite(t.%7$I) GROUP BY 1) AS survey, %2$s.nps_ci(state, 0.95::double precision) AS interval$sql$,
            mart, extension, settings ->> 'unit', day, mapping ->> 'score', settings ->> 'survey_table', mapping ->> 'answered_at', settings ->> 'step') USING as_of;
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
                   gross_churn_pct, net_churn_pct, grr_pct, nrr_pct, quick_ratio, growth_existing_pct, arpa, 12 * end_mrr, (period + %9$L::interval)::date <= $1 + 1
            FROM (SELECT %2$s.mrr_agg(t.%3$I::text, %4$s, t.%5$I::numeric, t.%6$I::interval%7$s) AS ledger FROM %8$s AS t) AS base, %2$s.mrr_movements(base.ledger, %9$L::interval, NULL::date, $1 + 1)$sql$,
            mart, extension, mapping ->> 'customer', day, mapping ->> 'amount', mapping ->> 'every', coalesce(', t.' || quote_ident(mapping ->> 'currency') || '::text', ''), settings ->> 'subscriptions_table', settings ->> 'step') USING as_of;
    END IF;
END
$$;

-- refresh_mart: months whose orders have changed are read again, and all that follows from them is replaced in one transaction.
CREATE OR REPLACE FUNCTION mart_note(settings jsonb, "from" date, "to" date)
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
    -- months that a failed refresh has read count orders up to the day of then
    EXECUTE format('INSERT INTO %1$I.changes SELECT month FROM %1$I.stored_ledgers WHERE NOT is_published
                    AND month >= (SELECT date_trunc(''month'', min(started_at) AT TIME ZONE ''UTC'' - interval ''1 day'') FROM %1$I.refresh_log WHERE run > coalesce((SELECT max(run) FROM %1$I.refresh_log WHERE state = ''done''), 0))', mart);
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

CREATE OR REPLACE FUNCTION mart_begin(settings jsonb, "from" date, "to" date)
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
    EXECUTE format('SELECT %s.mart_update($1)', extension) USING settings;
    EXECUTE format('SELECT %s.mart_note($1, $2, $3)', extension) USING settings, "from", "to";
    RETURN log_run;
END
$$;

CREATE FUNCTION mart_publish(settings jsonb, previous date)
RETURNS date
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    changed_from date;
    as_of date;
BEGIN
    EXECUTE format('SELECT min(month) FROM %I.stored_ledgers WHERE NOT is_published', mart) INTO changed_from;
    EXECUTE format('DELETE FROM %1$I.stored_months WHERE is_published AND month IN (SELECT month FROM %1$I.stored_ledgers WHERE NOT is_published)', mart);
    EXECUTE format('DELETE FROM %1$I.stored_ledgers WHERE is_published AND month IN (SELECT month FROM %1$I.stored_ledgers WHERE NOT is_published)', mart);
    EXECUTE format('DELETE FROM %1$I.stored_ledgers WHERE ledger IS NULL', mart);
    EXECUTE format('UPDATE %I.stored_ledgers SET is_published = true WHERE NOT is_published', mart);
    EXECUTE format('UPDATE %I.stored_months SET is_published = true WHERE NOT is_published', mart);
    -- an order dated in the future is shown from that day on: the running month may hold nothing else, the one before cannot
    EXECUTE format('SELECT max(%2$s.last_day(%2$s.as_of(ledger, $1))) FROM %1$I.stored_ledgers
                    WHERE is_published AND month IN (SELECT DISTINCT month FROM %1$I.stored_ledgers WHERE is_published AND month <= $1 ORDER BY month DESC LIMIT 2)', mart, extension) INTO as_of USING (settings ->> 'today')::date;
    IF as_of IS NOT NULL AND (changed_from IS NOT NULL OR as_of IS DISTINCT FROM previous) THEN
        EXECUTE format('SELECT %s.mart_fill_changed($1, $2, $3, $4)', extension) USING settings, changed_from, previous, as_of;
    END IF;
    RETURN as_of;
END
$$;
COMMENT ON FUNCTION mart_publish(jsonb, date) IS
'makes the months that mart_read has read those that are shown, and replaces what follows from them; the last day that counts';

CREATE FUNCTION mart_finish(settings jsonb, reads_all boolean, quality boolean, log_run bigint, started timestamptz)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    previous date;
    changed_from date;
    as_of date;
    fraction text;
BEGIN
    EXECUTE format('SELECT as_of, (SELECT CASE WHEN $1 THEN ''-infinity'' ELSE min(month) END FROM %1$I.stored_ledgers WHERE NOT is_published) FROM %1$I.stored_state', mart) INTO previous, changed_from USING reads_all;
    IF reads_all THEN
        EXECUTE format('SELECT %s.mart_fill_all($1, $2, $3)', extension) INTO as_of USING settings, log_run, started;
    ELSE
        EXECUTE format('SELECT %s.mart_publish($1, $2)', extension) INTO as_of USING settings, previous;
    END IF;
    EXECUTE format('UPDATE %I.stored_state SET as_of = $1', mart) USING as_of;
    EXECUTE format('SELECT to_char(month, ''YYYY-MM'') FROM %I.stored_months WHERE greatest(min_scale(gross_revenue), min_scale(refunds)) > $1 ORDER BY month LIMIT 1', mart) INTO fraction USING (settings ->> 'decimals')::integer;
    IF fraction IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'numeric_value_out_of_range', MESSAGE = format('amounts of %s in %s have more than %s decimals', settings ->> 'orders', fraction, settings ->> 'decimals'),
            HINT = 'drop_mart, and create_mart with more decimals.';
    END IF;
    IF as_of IS NULL THEN
        EXECUTE format('SELECT %s.mart_fill_nothing($1)', extension) USING settings;
    END IF;
    IF settings #>> '{columns,product}' IS NOT NULL AND changed_from IS NOT NULL THEN
        EXECUTE format('SELECT %s.mart_fill_kinds($1, $2, $3, $4)', extension) USING settings, changed_from, previous, as_of;
    END IF;
    EXECUTE format('SELECT %s.mart_fill_others($1, $2)', extension) USING settings, coalesce(as_of, (settings ->> 'today')::date);
    IF quality THEN
        EXECUTE format('SELECT %s.mart_fill_quality($1)', extension) USING settings;
    END IF;
    EXECUTE format('UPDATE %I.refresh_log SET state = ''done'', changed_at = clock_timestamp() WHERE run = $1', mart) USING log_run;
END
$$;
COMMENT ON FUNCTION mart_finish(jsonb, boolean, boolean, bigint, timestamptz) IS
'the last transaction of a refresh: reads what is to be read at once, and replaces all that is shown';

-- No SET clause: a procedure that ends transactions may have none. search_path is set for each of its transactions instead, and qualified
-- names do without before. Each transaction begins with an update of the one row of stored_state, which waits for another refresh, and fails where that
-- has committed since the snapshot: then it begins again with a new one. The snapshot of the last is one for all, so that months, state
-- and what follows from them are of one moment. A change that commits later has its month in changes, neither seen nor deleted here, for the next
-- refresh.
CREATE OR REPLACE PROCEDURE refresh_mart(mart name, "from" date DEFAULT NULL, "to" date DEFAULT NULL, quality boolean DEFAULT false)
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
    rows_read bigint := 0;
    reads_all boolean;
BEGIN
    -- whatever the session's default: what mart_begin waits for, it must see
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
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
        reads_all := false;
        FOR chunk IN EXECUTE format('SELECT *, count(*) OVER () AS chunks, sum(months) OVER () AS left FROM %s.mart_chunks($1)', extension) USING settings LOOP
            reads_all := chunk."from" IS NULL;
            EXIT WHEN reads_all;
            total := coalesce(total, chunk.left);
            EXECUTE format('SELECT %s.mart_read($1, $2, $3, $4, $5, $6, $7, $8, $9)', extension) INTO rows_read USING settings, chunk."from", chunk."to", chunk.shards, log_run, done, total, rows_read, started;
            done := done + chunk.months;
            -- the months that were there at the beginning; those that changed meanwhile, and the last ones, are read together
            EXIT WHEN chunk.chunks > 1 AND done < total;
        END LOOP;
        IF NOT FOUND OR reads_all OR chunk.chunks = 1 OR done >= total THEN
            EXECUTE format('SELECT %s.mart_finish($1, $2, $3, $4, $5)', extension) USING settings, reads_all, quality, log_run, started;
            PERFORM set_config('search_path', path, true), set_config('jit', jit, true);
            EXIT;
        END IF;
    END LOOP;
END
$$;

-- what nothing calls any more
DROP FUNCTION mart_make(name, regclass, jsonb, jsonb, text, interval, interval, double precision, integer, double precision, integer, boolean);
DROP FUNCTION mart_source(jsonb, date, date, boolean);
DROP FUNCTION mart_read(jsonb, date, date, bigint, bigint, bigint, bigint, timestamptz);
DROP FUNCTION mart_fill_models(jsonb, customer_ledger, date);
DROP FUNCTION mart_fill_orders(jsonb, date, date, date, customer_ledger);
DROP FUNCTION mart_fill_kinds(jsonb, date);
DROP FUNCTION mart_publish(jsonb, bigint, boolean, customer_ledger);
