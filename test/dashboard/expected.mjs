// What the pages must show, in SQL over the views of the mart: the queries know nothing of the pages' own.
// {mart} is its schema; {last(view)} the last complete period of a view, or the latest where none is complete.

/** Single figures: page, title, the view that they need, query */
export const figures = [
    ['/', 'Net revenue', 'revenue', 'SELECT sum(revenue) FROM {mart}.revenue WHERE period = {last(revenue)}'],
    ['/', 'Orders', 'overview', `SELECT sum(orders) FROM {mart}.daily WHERE to_char(day, 'YYYY-MM') = to_char({last(overview)}, 'YYYY-MM')`],
    ['/', 'Average check', 'overview', `SELECT sum(revenue) / sum(orders) FROM {mart}.daily WHERE to_char(day, 'YYYY-MM') = to_char({last(overview)}, 'YYYY-MM')`],
    ['/', 'Refund rate', 'revenue', 'SELECT -100 * sum(refunds) / sum(gross_revenue) FROM {mart}.revenue WHERE period = {last(revenue)}'],
    ['/', 'Active customers at its end', 'growth', 'SELECT at_end FROM {mart}.growth WHERE period = {last(growth)}'],
    ['/', 'Customer churn', 'growth', 'SELECT churn_pct FROM {mart}.growth WHERE period = {last(growth)}'],
    ['/', 'Golden customers', 'golden_trend', 'SELECT golden_share_pct FROM {mart}.golden_trend WHERE period = {last(golden_trend)}'],
    ['/', 'NPS', 'nps', 'SELECT nps FROM {mart}.nps ORDER BY is_complete DESC, period DESC LIMIT 1'],
    ['/', 'Monthly recurring revenue at its end', 'mrr', 'SELECT end_mrr FROM {mart}.mrr ORDER BY is_complete DESC, period DESC LIMIT 1'],
    ['/customers/', 'Customers', 'customers', 'SELECT count(*) FROM {mart}.customers WHERE orders > 0'],
    ['/customers/', 'Golden customers', 'customers', 'SELECT count(*) FROM {mart}.customers WHERE orders > 0 AND is_golden'],
    ['/customers/', 'Net revenue', 'customers', 'SELECT sum(revenue) FROM {mart}.customers WHERE orders > 0'],
    ['/customers/', 'Net revenue per customer', 'customers', 'SELECT avg(revenue) FROM {mart}.customers WHERE orders > 0'],
    ['/customers/', 'Value still to come (CLV)', 'customers', 'SELECT sum(clv) FROM {mart}.customers WHERE orders > 0'],
    ['/cohorts/', 'Cohorts', 'cohorts', 'SELECT count(DISTINCT cohort) FROM {mart}.cohorts WHERE is_complete'],
    ['/cohorts/', 'Order one period later', 'cohorts', 'SELECT 100.0 * sum(active_customers) / sum(cohort_size) FROM {mart}.cohorts WHERE is_complete AND period_number = 1'],
    ['/cohorts/', 'Order six periods later', 'cohorts', 'SELECT 100.0 * sum(active_customers) / sum(cohort_size) FROM {mart}.cohorts WHERE is_complete AND period_number = 6'],
    ['/economics/', 'Cost of a new customer (CAC)', 'unit_economics', 'SELECT cac FROM {mart}.unit_economics WHERE period = {last(unit_economics)}'],
    ['/economics/', 'Lifetime value (LTV)', 'unit_economics', 'SELECT ltv FROM {mart}.unit_economics WHERE period = {last(unit_economics)}'],
    ['/economics/', 'LTV to CAC', 'unit_economics', 'SELECT ltv_cac_ratio FROM {mart}.unit_economics WHERE period = {last(unit_economics)}'],
    ['/forecast/', 'Net revenue expected', 'forecast', 'SELECT sum(expected_revenue) FROM {mart}.forecast'],
    ['/forecast/', 'By the model', 'forecast', 'SELECT DISTINCT model FROM {mart}.forecast'],
    ['/quality/', 'Errors', 'data_quality', "SELECT count(*) FROM {mart}.data_quality WHERE severity = 'error'"],
    ['/quality/', 'Checks passed', 'data_quality', "SELECT count(*) FROM {mart}.data_quality WHERE severity = 'ok'"],
];

/** Tables, cell by cell: page, heading above, the view that they need, query for the rows that are shown first */
export const tables = [
    ['/', 'How much do we sell, and how much comes back?', 'overview',
        `SELECT to_char(period, 'YYYY-MM'), orders, gross_revenue, refunds, -100 * refunds / nullif(gross_revenue, 0), revenue, revenue / nullif(orders, 0),
                CASE WHEN is_complete THEN 100 * (revenue / nullif(lag(revenue) OVER (ORDER BY period), 0) - 1) END,
                CASE WHEN is_complete THEN 100 * (revenue / nullif(lag(revenue, 12) OVER (ORDER BY period), 0) - 1) END, CASE WHEN is_complete THEN 'yes' ELSE 'not yet' END
         FROM {mart}.overview ORDER BY period DESC LIMIT 12`],
    ['/', 'Does the customer base grow?', 'growth',
        `SELECT to_char(period, 'YYYY-MM'), at_start, new_customers, reactivated_customers, churned_customers, at_end, churn_pct, churn_lower_pct, churn_upper_pct, CASE WHEN is_complete THEN 'yes' ELSE 'not yet' END
         FROM {mart}.growth ORDER BY period DESC LIMIT 12`],
    ['/', 'Would they recommend us?', 'nps',
        `SELECT to_char(period, 'YYYY-MM'), responses, promoters, passives, detractors, nps, nps_lower, nps_upper, CASE WHEN is_complete THEN 'yes' ELSE 'not yet' END FROM {mart}.nps ORDER BY period DESC LIMIT 12`],
    ['/', 'How does recurring revenue move?', 'mrr',
        `SELECT to_char(period, 'YYYY-MM'), start_mrr, new_mrr, reactivation, expansion, contraction, churn, end_mrr, end_customers, gross_churn_pct, nrr_pct, arr, CASE WHEN is_complete THEN 'yes' ELSE 'not yet' END FROM {mart}.mrr ORDER BY period DESC LIMIT 12`],
    ['/customers/', 'Who are they?', 'customers',
        `SELECT segment, count(*), 100.0 * count(*) / sum(count(*)) OVER (), sum(revenue), 100 * sum(revenue) / nullif(sum(sum(revenue)) OVER (), 0), avg(revenue), count(*) FILTER (WHERE is_golden), sum(p_alive), sum(clv)
         FROM {mart}.customers WHERE orders > 0 GROUP BY segment ORDER BY sum(revenue) DESC`],
    ['/customers/', 'Who brings the most?', 'customers',
        `SELECT customer, segment, concat_ws(' ', r_score, f_score, m_score), to_char(first_order, 'YYYY-MM-DD'), to_char(last_order, 'YYYY-MM-DD'), orders, revenue, refunds, avg_check, 100 * p_alive, clv
         FROM {mart}.customers ORDER BY revenue DESC, customer LIMIT 20`],
    ['/cohorts/', 'What does a customer bring in time?', 'revenue_cohorts',
        `SELECT to_char(cohort, 'YYYY-MM'), min(cohort_size), min(cumulative_per_customer) FILTER (WHERE period_number = 0), min(cumulative_per_customer) FILTER (WHERE period_number = 1),
                min(cumulative_per_customer) FILTER (WHERE period_number = 3), min(cumulative_per_customer) FILTER (WHERE period_number = 6), min(cumulative_per_customer) FILTER (WHERE period_number = 12), sum(revenue)
         FROM {mart}.revenue_cohorts WHERE is_complete GROUP BY cohort ORDER BY cohort DESC LIMIT 12`],
    ['/economics/', 'Does a customer bring more than one costs?', 'unit_economics',
        `SELECT to_char(period, 'YYYY-MM'), acquisition_cost, new_customers, cac, retention_cost_per_customer, revenue_per_customer, churn_pct, ltv, ltv_cac_ratio, roi_pct, coverage_pct,
                CASE WHEN is_complete THEN 'yes' ELSE 'not yet' END FROM {mart}.unit_economics ORDER BY period DESC LIMIT 12`],
    ['/economics/', 'Customers × orders each × average check', 'client_formula',
        `SELECT to_char(period, 'YYYY-MM'), active_customers, purchase_frequency_ratio, avg_check, revenue, lifetime_periods, CASE WHEN is_complete THEN 'yes' ELSE 'not yet' END FROM {mart}.client_formula ORDER BY period DESC LIMIT 12`],
    ['/forecast/', 'What will they bring?', 'forecast',
        `SELECT to_char(period, 'YYYY-MM'), horizon_number, customers, expected_purchases, expected_revenue, model FROM {mart}.forecast ORDER BY period`],
];
