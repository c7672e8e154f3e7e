--@ requires: ltv, revenue
-- The headline figures of a mart, side by side, a row a period: each by its one definition, so that nobody has to add up or average rows
-- of other views, and each with its change. The view reads stored rows of the others; what a column means is said here once.

CREATE FUNCTION _mart_headlines()
RETURNS TABLE (place integer, name text, type text, about text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
    SELECT * FROM (VALUES
        (1, 'orders'::text, 'bigint'::text, 'number of orders (amount >= 0), with guests; an order of two categories counts once; adds up'::text),
        (2, 'gross_revenue', 'money', 'orders before refunds, with guests; adds up'),
        (3, 'refunds', 'money', 'refunds, zero or below, in the period in which they were made, with guests; adds up'),
        (4, 'revenue', 'money', 'net revenue, with guests: gross_revenue + refunds = new_revenue + returning_revenue + guest_revenue; adds up'),
        (5, 'avg_check', 'average', 'average check: revenue / orders; below 0 where refunds exceed sales, NULL without orders; do not sum, do not average'),
        (6, 'guest_revenue', 'money', 'net revenue of rows without a customer; adds up'),
        (7, 'active_customers', 'bigint', 'customers with an order in the period; do not sum over periods'),
        (8, 'new_customers', 'bigint', 'whose first order ever is in the period; adds up'),
        (9, 'returning_customers', 'bigint', 'active customers who had ordered before the period; do not sum over periods'),
        (10, 'new_revenue', 'money', 'net revenue of customers without an order before the period; adds up'),
        (11, 'returning_revenue', 'money', 'net revenue of customers with an order before the period; adds up'),
        (12, 'returning_customer_rate_pct', 'double precision', 'percent of active customers with an earlier order or a second one in the period; do not sum, do not average'),
        (13, 'repeat_rate_pct', 'double precision', 'percent of active customers with two orders or more in the period; do not sum, do not average'),
        (14, 'churn_pct', 'double precision', 'percent: customer churn, as in growth; NULL before the data can know it; do not sum, do not average'),
        (15, 'ltv', 'average', 'lifetime value, over the complete periods of the year up to this one: revenue of customers / average customers / churn; NULL where nobody churned; do not sum'),
        (16, 'cac', 'average', 'customer acquisition cost: acquisition cost / new_customers; NULL without costs; do not sum, do not average'),
        (17, 'mrr', 'money', 'monthly recurring revenue at the end of the period; NULL without subscriptions; do not sum over periods'),
        (18, 'nps', 'double precision', 'net promoter score of the answers of the period, -100 to 100; NULL without a survey; do not sum, do not average')
    ) AS v (place, name, type, about);
END;
COMMENT ON FUNCTION _mart_headlines() IS 'the headline figures of a mart: order, name, type as in _mart_columns(), and what each means';

-- A change is one of percent, of refunds as they grow, but where the figure is one of percent itself, or a score.
CREATE FUNCTION _mart_changes_of_headlines()
RETURNS TABLE (place integer, name text, about text, expression text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 40
BEGIN ATOMIC
    SELECT 2 * h.place + c.turn, pg_catalog.format('%s%s_%s'::text, VARIADIC ARRAY[pg_catalog.replace(h.name, '_pct'::text, ''::text), c.suffix, u.suffix]),
           pg_catalog.format('%s: %s against %s; NULL while the period is not complete'::text, VARIADIC ARRAY[u.about, h.name, c.about]),
           'CASE WHEN is_complete THEN '::text
               || CASE u.suffix WHEN 'change_pct'::text THEN '@extschema@.growth_rate('::text || c.sign || '('::text || c.before || ')::numeric, '::text || c.sign || h.name || '::numeric)'::text
                                ELSE h.name || ' - '::text || c.before END || ' END'::text
    FROM _mart_headlines() AS h
         CROSS JOIN LATERAL (
            SELECT v.turn, v.suffix, v.about, pg_catalog.format('lag(%I, %s) OVER w'::text, VARIADIC ARRAY[h.name, v.back]) AS before, CASE h.name WHEN 'refunds'::text THEN '-'::text ELSE ''::text END AS sign
            FROM (VALUES (0, ''::text, '1'::text, 'the period before'::text), (1, '_year', 'periods_a_year', 'the same period of the year before')) AS v (turn, suffix, back, about)) AS c
         CROSS JOIN LATERAL (SELECT CASE WHEN h.name = 'nps'::text THEN 'change_points'::text WHEN h.type = 'double precision'::text THEN 'change_pp'::text ELSE 'change_pct'::text END,
                                    CASE WHEN h.name = 'nps'::text THEN 'points'::text WHEN h.type = 'double precision'::text THEN 'percentage points'::text ELSE 'percent'::text END) AS u (suffix, about);
END;
COMMENT ON FUNCTION _mart_changes_of_headlines() IS
'the columns of changes of the headline figures of a mart: order, name, what each means, and its expression over the rows of all periods, in a window w in their order';

CREATE FUNCTION _mart_overview_columns()
RETURNS TABLE (place integer, name text, type text, about text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 60
BEGIN ATOMIC
    SELECT 1, 'period'::text, 'date'::text, 'first day of the period'::text
    UNION ALL SELECT 1 + h.place, h.name, h.type, h.about FROM _mart_headlines() AS h
    UNION ALL SELECT 100, 'is_complete', 'boolean', 'the period has ended at the last day that counts; the figures of others will change'
    UNION ALL SELECT 101, 'rejected_rows', 'bigint', 'rows of the sources dated in the period that cannot be used and are in no figure; rejected says why; adds up'
    UNION ALL SELECT 101 + c.place, c.name, 'double precision', c.about FROM _mart_changes_of_headlines() AS c;
END;
COMMENT ON FUNCTION _mart_overview_columns() IS 'the columns of the view overview, in their order';

-- Growth has a row for each period, so that a year is a number of rows. Before one has passed the lifetime value is over the complete periods that there are. {changes} stands for the expressions of the changes.
CREATE FUNCTION _mart_overview_query()
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.replace('
            WITH mart AS MATERIALIZED (SELECT unit, 12 / months AS periods_a_year, as_of FROM (SELECT * FROM settings LIMIT 1) AS s, (SELECT as_of FROM stored_state LIMIT 1) AS state),
            earned AS (
                SELECT date_trunc(unit, month)::date AS period, sum(orders) AS orders, sum(gross_revenue) AS gross_revenue, sum(refunds) AS refunds, sum(gross_revenue + refunds) AS revenue,
                       sum(gross_revenue + refunds) FILTER (WHERE part = ''customers'') AS customer_revenue, sum(gross_revenue + refunds) FILTER (WHERE part = ''guests'') AS guest_revenue
                FROM stored_ledgers, mart WHERE is_published AND month <= as_of GROUP BY 1),
            spent AS (SELECT period, sum(cost) FILTER (WHERE kind = ''acquisition'') AS acquisition_cost FROM stored_costs GROUP BY period),
            rejected AS (SELECT date_trunc(unit, month)::date AS period, sum(rows) AS rows FROM stored_rejected, mart WHERE is_published GROUP BY 1),
            headline AS (
                SELECT period, coalesce(e.orders, 0) AS orders, coalesce(e.gross_revenue, 0) AS gross_revenue, coalesce(e.refunds, 0) AS refunds, coalesce(e.revenue, 0) AS revenue,
                       e.revenue / nullif(e.orders, 0) AS avg_check, coalesce(e.guest_revenue, 0) AS guest_revenue,
                       coalesce(n.active_customers, 0) AS active_customers, coalesce(n.new_customers, 0) AS new_customers, coalesce(n.returning_customers, 0) AS returning_customers,
                       coalesce(n.new_revenue, 0) AS new_revenue, coalesce(n.returning_revenue, 0) AS returning_revenue, n.returning_customer_rate_pct, n.repeat_rate_pct, g.churn_pct,
                       @extschema@.ltv_from_churn(sum(coalesce(e.customer_revenue, 0)) FILTER (WHERE k.is_known) OVER year / nullif(sum((g.at_start + g.at_end) / 2.0) FILTER (WHERE k.is_known) OVER year, 0),
                                                  100.0 * sum(g.churned_customers) FILTER (WHERE k.is_known) OVER year / nullif(sum(g.at_start) FILTER (WHERE k.is_known) OVER year, 0)) AS ltv,
                       s.acquisition_cost / nullif(n.new_customers, 0) AS cac, m.end_mrr AS mrr, a.nps, g.is_complete, coalesce(r.rows, 0) AS rejected_rows
                FROM stored_growth AS g CROSS JOIN LATERAL (SELECT g.is_complete AND g.at_start IS NOT NULL AND g.at_end IS NOT NULL AS is_known) AS k
                     LEFT JOIN earned AS e USING (period) LEFT JOIN stored_new_vs_returning AS n USING (period) LEFT JOIN spent AS s USING (period)
                     LEFT JOIN stored_mrr AS m USING (period) LEFT JOIN stored_nps AS a USING (period) LEFT JOIN rejected AS r USING (period)
                WINDOW year AS (ORDER BY period ROWS BETWEEN (SELECT periods_a_year - 1 FROM mart) PRECEDING AND CURRENT ROW))
            SELECT headline.*, {changes}
            FROM headline, mart WINDOW w AS (ORDER BY period)'::text,
        '{changes}'::text, (SELECT pg_catalog.string_agg(c.expression, ', '::text ORDER BY c.place) FROM _mart_changes_of_headlines() AS c));
END;
COMMENT ON FUNCTION _mart_overview_query() IS 'the query of the view overview, in the schema of a mart';
