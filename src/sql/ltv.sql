--@ requires: common
-- Lifetime value and unit economics. The formulas are SQL: \sf shows them.

CREATE FUNCTION ltv(avg_value numeric, periods numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked('avg_value', avg_value) * checked('periods', periods, 0));
COMMENT ON FUNCTION ltv(numeric, numeric) IS
'lifetime value: average value per period x number of periods; where from? periods = 1 / churn, see ltv_from_churn';

CREATE FUNCTION ltv(avg_price numeric, purchases_per_period numeric, periods numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked('avg_price', avg_price) * checked('purchases_per_period', purchases_per_period, 0) * checked('periods', periods, 0));
COMMENT ON FUNCTION ltv(numeric, numeric, numeric) IS
'lifetime value: average price x purchases per period x number of periods';

CREATE FUNCTION ltv_from_churn(arpa numeric, churn_pct numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100 * checked('arpa', arpa) / NULLIF(checked('churn_pct', churn_pct, 0, 100), 0));
COMMENT ON FUNCTION ltv_from_churn(numeric, numeric) IS
'lifetime value: average revenue per account and period / churn per period (churn_pct: 5 means 5 %); NULL where nobody churns';

CREATE FUNCTION cac(cost numeric, new_customers numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked('cost', cost) / NULLIF(checked('new_customers', new_customers, 0), 0));
COMMENT ON FUNCTION cac(numeric, numeric) IS
'customer acquisition cost: cost of winning customers / customers won; NULL where none was won; is it worth it? ltv_cac';

CREATE FUNCTION retention_cost(cost numeric, customers numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked('cost', cost) / NULLIF(checked('customers', customers, 0), 0));
COMMENT ON FUNCTION retention_cost(numeric, numeric) IS
'cost of keeping one customer: cost / customers kept; NULL where there are none';

CREATE FUNCTION roi(gain numeric, cost numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100 * (checked('gain', gain) - checked('cost', cost)) / NULLIF(cost, 0));
COMMENT ON FUNCTION roi(numeric, numeric) IS
'return on investment in percent: 100 (gain - cost) / cost; NULL where cost is 0';

CREATE FUNCTION ltv_cac(ltv numeric, cac numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked('ltv', ltv) / NULLIF(checked('cac', cac), 0));
COMMENT ON FUNCTION ltv_cac(numeric, numeric) IS
'lifetime value per unit of acquisition cost, a plain factor: 3 means that a customer brings three times what it cost; NULL where cac is 0';

CREATE FUNCTION cac_payback(cac numeric, monthly_margin numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked('cac', cac) / NULLIF(checked('monthly_margin', monthly_margin), 0));
COMMENT ON FUNCTION cac_payback(numeric, numeric) IS
'months until a customer has paid back its acquisition cost: cac / monthly margin; NULL where the margin is 0';

CREATE FUNCTION max_cac(ltv numeric, target_ratio numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked('ltv', ltv) / NULLIF(checked('target_ratio', target_ratio, 0), 0));
COMMENT ON FUNCTION max_cac(numeric, numeric) IS
'the most to pay for a customer so that ltv_cac reaches target_ratio (3 means three times): ltv / target_ratio';

CREATE FUNCTION coverage_ratio(recurring_revenue numeric, fixed_costs numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100 * checked('recurring_revenue', recurring_revenue) / NULLIF(checked('fixed_costs', fixed_costs), 0));
COMMENT ON FUNCTION coverage_ratio(numeric, numeric) IS
'recurring revenue in percent of fixed costs: 100 and more means that they are covered; NULL where there are none';

CREATE FUNCTION cost_ratio(cac numeric, retention_cost numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100 * checked('cac', cac) / NULLIF(checked('retention_cost', retention_cost), 0));
COMMENT ON FUNCTION cost_ratio(numeric, numeric) IS
'cost of winning a customer in percent of the cost of keeping one; NULL where keeping costs nothing';

CREATE FUNCTION ltv_from_retention(margin numeric, retention_ratio numeric, discount_ratio numeric, include_first boolean DEFAULT false)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked('margin', margin)
    * CASE WHEN include_first THEN 1 + checked('discount_ratio', discount_ratio, 0) ELSE checked('retention_ratio', retention_ratio, 0, 1) END
    / NULLIF(1 + checked('discount_ratio', discount_ratio, 0) - checked('retention_ratio', retention_ratio, 0, 1), 0));
COMMENT ON FUNCTION ltv_from_retention(numeric, numeric, numeric, boolean) IS
'lifetime value from margin per period, retention and discount per period, both 0 to 1: m r / (1 + d - r); with include_first => true the margin of the first period is in it: m (1 + d) / (1 + d - r); NULL where r = 1 and d = 0';

--@ for number in smallint, integer, bigint, double precision
CREATE FUNCTION ltv(avg_value @number@, periods @number@) RETURNS @number.result@
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv(avg_value::numeric, periods::numeric)::@number.result@;
COMMENT ON FUNCTION ltv(@number@, @number@) IS
'lifetime value: average value per period x number of periods; where from? periods = 1 / churn, see ltv_from_churn';

CREATE FUNCTION ltv(avg_price @number@, purchases_per_period @number@, periods @number@) RETURNS @number.result@
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv(avg_price::numeric, purchases_per_period::numeric, periods::numeric)::@number.result@;
COMMENT ON FUNCTION ltv(@number@, @number@, @number@) IS
'lifetime value: average price x purchases per period x number of periods';

CREATE FUNCTION ltv_from_churn(arpa @number@, churn_pct @number@) RETURNS @number.result@
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv_from_churn(arpa::numeric, churn_pct::numeric)::@number.result@;
COMMENT ON FUNCTION ltv_from_churn(@number@, @number@) IS
'lifetime value: average revenue per account and period / churn per period (churn_pct: 5 means 5 %); NULL where nobody churns';

CREATE FUNCTION cac(cost @number@, new_customers @number@) RETURNS @number.result@
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cac(cost::numeric, new_customers::numeric)::@number.result@;
COMMENT ON FUNCTION cac(@number@, @number@) IS
'customer acquisition cost: cost of winning customers / customers won; NULL where none was won; is it worth it? ltv_cac';

CREATE FUNCTION retention_cost(cost @number@, customers @number@) RETURNS @number.result@
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN retention_cost(cost::numeric, customers::numeric)::@number.result@;
COMMENT ON FUNCTION retention_cost(@number@, @number@) IS
'cost of keeping one customer: cost / customers kept; NULL where there are none';

CREATE FUNCTION roi(gain @number@, cost @number@) RETURNS @number.result@
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN roi(gain::numeric, cost::numeric)::@number.result@;
COMMENT ON FUNCTION roi(@number@, @number@) IS
'return on investment in percent: 100 (gain - cost) / cost; NULL where cost is 0';

CREATE FUNCTION ltv_cac(ltv @number@, cac @number@) RETURNS @number.result@
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv_cac(ltv::numeric, cac::numeric)::@number.result@;
COMMENT ON FUNCTION ltv_cac(@number@, @number@) IS
'lifetime value per unit of acquisition cost, a plain factor: 3 means that a customer brings three times what it cost; NULL where cac is 0';

CREATE FUNCTION cac_payback(cac @number@, monthly_margin @number@) RETURNS @number.result@
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cac_payback(cac::numeric, monthly_margin::numeric)::@number.result@;
COMMENT ON FUNCTION cac_payback(@number@, @number@) IS
'months until a customer has paid back its acquisition cost: cac / monthly margin; NULL where the margin is 0';

CREATE FUNCTION max_cac(ltv @number@, target_ratio @number@) RETURNS @number.result@
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN max_cac(ltv::numeric, target_ratio::numeric)::@number.result@;
COMMENT ON FUNCTION max_cac(@number@, @number@) IS
'the most to pay for a customer so that ltv_cac reaches target_ratio (3 means three times): ltv / target_ratio';

CREATE FUNCTION coverage_ratio(recurring_revenue @number@, fixed_costs @number@) RETURNS @number.result@
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coverage_ratio(recurring_revenue::numeric, fixed_costs::numeric)::@number.result@;
COMMENT ON FUNCTION coverage_ratio(@number@, @number@) IS
'recurring revenue in percent of fixed costs: 100 and more means that they are covered; NULL where there are none';

CREATE FUNCTION cost_ratio(cac @number@, retention_cost @number@) RETURNS @number.result@
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cost_ratio(cac::numeric, retention_cost::numeric)::@number.result@;
COMMENT ON FUNCTION cost_ratio(@number@, @number@) IS
'cost of winning a customer in percent of the cost of keeping one; NULL where keeping costs nothing';
--@ end

CREATE FUNCTION ltv_from_retention(margin double precision, retention_ratio double precision, discount_ratio double precision, include_first boolean DEFAULT false)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv_from_retention(margin::numeric, retention_ratio::numeric, discount_ratio::numeric, include_first)::double precision;
COMMENT ON FUNCTION ltv_from_retention(double precision, double precision, double precision, boolean) IS
'lifetime value from margin per period, retention and discount per period, both 0 to 1; with include_first => true the margin of the first period is in it';
