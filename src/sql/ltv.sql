--@ requires: common
-- Lifetime value and unit economics. The formulas are SQL: \sf shows them.

--@ formula ltv(avg_value, periods) is checked('avg_value', avg_value) * checked('periods', periods, 0):
--@     lifetime value: average value per period x number of periods; where from? periods = 1 / churn, see ltv_from_churn
--@ formula ltv(avg_price, purchases_per_period, periods) is checked('avg_price', avg_price) * checked('purchases_per_period', purchases_per_period, 0) * checked('periods', periods, 0):
--@     lifetime value: average price x purchases per period x number of periods
--@ formula ltv_from_churn(arpa, churn_pct) is 100 * checked('arpa', arpa) / NULLIF(checked('churn_pct', churn_pct, 0, 100), 0):
--@     lifetime value: average revenue per account and period / churn per period (churn_pct: 5 means 5 %); NULL where
--@     nobody churns
--@ formula cac(cost, new_customers) is checked('cost', cost) / NULLIF(checked('new_customers', new_customers, 0), 0):
--@     customer acquisition cost: cost of winning customers / customers won; NULL where none was won; is it worth it?
--@     ltv_cac
--@ formula retention_cost(cost, customers) is checked('cost', cost) / NULLIF(checked('customers', customers, 0), 0):
--@     cost of keeping one customer: cost / customers kept; NULL where there are none
--@ formula roi(gain, cost) is 100 * (checked('gain', gain) - checked('cost', cost)) / NULLIF(cost, 0):
--@     return on investment in percent: 100 (gain - cost) / cost; NULL where cost is 0
--@ formula ltv_cac(ltv, cac) is checked('ltv', ltv) / NULLIF(checked('cac', cac), 0):
--@     lifetime value per unit of acquisition cost, a plain factor: 3 means that a customer brings three times what it
--@     cost; NULL where cac is 0
--@ formula cac_payback(cac, monthly_margin) is checked('cac', cac) / NULLIF(checked('monthly_margin', monthly_margin), 0):
--@     months until a customer has paid back its acquisition cost: cac / monthly margin; NULL where the margin is 0
--@ formula max_cac(ltv, target_ratio) is checked('ltv', ltv) / NULLIF(checked('target_ratio', target_ratio, 0), 0):
--@     the most to pay for a customer so that ltv_cac reaches target_ratio (3 means three times): ltv / target_ratio
--@ formula coverage_ratio(recurring_revenue, fixed_costs) is 100 * checked('recurring_revenue', recurring_revenue) / NULLIF(checked('fixed_costs', fixed_costs), 0):
--@     recurring revenue in percent of fixed costs: 100 and more means that they are covered; NULL where there are none
--@ formula cost_ratio(cac, retention_cost) is 100 * checked('cac', cac) / NULLIF(checked('retention_cost', retention_cost), 0):
--@     cost of winning a customer in percent of the cost of keeping one; NULL where keeping costs nothing

CREATE FUNCTION ltv_from_retention(margin numeric, retention_ratio numeric, discount_ratio numeric, include_first boolean DEFAULT false)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked('margin', margin)
    * CASE WHEN include_first THEN 1 + checked('discount_ratio', discount_ratio, 0) ELSE checked('retention_ratio', retention_ratio, 0, 1) END
    / NULLIF(1 + checked('discount_ratio', discount_ratio, 0) - checked('retention_ratio', retention_ratio, 0, 1), 0));
COMMENT ON FUNCTION ltv_from_retention(numeric, numeric, numeric, boolean) IS
'lifetime value from margin per period, retention and discount per period, both 0 to 1: m r / (1 + d - r); with include_first => true the margin of the first period is in it: m (1 + d) / (1 + d - r); NULL where r = 1 and d = 0';

CREATE FUNCTION ltv_from_retention(margin double precision, retention_ratio double precision, discount_ratio double precision, include_first boolean DEFAULT false)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv_from_retention(margin::numeric, retention_ratio::numeric, discount_ratio::numeric, include_first)::double precision;
COMMENT ON FUNCTION ltv_from_retention(double precision, double precision, double precision, boolean) IS
'lifetime value from margin per period, retention and discount per period, both 0 to 1; with include_first => true the margin of the first period is in it';
