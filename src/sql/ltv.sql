--@ requires: common
-- Lifetime value and unit economics. The formulas are SQL: \sf shows them.

--@ formula
CREATE FUNCTION ltv(avg_value numeric, periods numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(_checked_argument('avg_value'::text, avg_value, NULL::numeric, NULL::numeric)
    * _checked_argument('periods'::text, periods, 0::numeric, NULL::numeric));
COMMENT ON FUNCTION ltv(numeric, numeric) IS
'lifetime value: average value per period x number of periods; where from? periods = 1 / churn, see ltv_from_churn';
--@ end

--@ formula
CREATE FUNCTION ltv(avg_price numeric, purchases_per_period numeric, periods numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(_checked_argument('avg_price'::text, avg_price, NULL::numeric, NULL::numeric)
    * _checked_argument('purchases_per_period'::text, purchases_per_period, 0::numeric, NULL::numeric)
    * _checked_argument('periods'::text, periods, 0::numeric, NULL::numeric));
COMMENT ON FUNCTION ltv(numeric, numeric, numeric) IS
'lifetime value: average price x purchases per period x number of periods';
--@ end

--@ formula
CREATE FUNCTION ltv_from_churn(arpa numeric, churn_pct numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100::numeric
    * _checked_argument('arpa'::text, arpa, NULL::numeric, NULL::numeric)
    / NULLIF(_checked_argument('churn_pct'::text, churn_pct, 0::numeric, 100::numeric), 0::numeric));
COMMENT ON FUNCTION ltv_from_churn(numeric, numeric) IS
'lifetime value: average revenue per account and period / churn per period (churn_pct: 5 means 5 %); NULL where nobody churns';
--@ end

--@ formula
CREATE FUNCTION cac(cost numeric, new_customers numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(_checked_argument('cost'::text, cost, NULL::numeric, NULL::numeric)
    / NULLIF(_checked_argument('new_customers'::text, new_customers, 0::numeric, NULL::numeric), 0::numeric));
COMMENT ON FUNCTION cac(numeric, numeric) IS
'customer acquisition cost: cost of winning customers / customers won; NULL where none was won; is it worth it? ltv_cac';
--@ end

--@ formula
CREATE FUNCTION retention_cost(cost numeric, customers numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(_checked_argument('cost'::text, cost, NULL::numeric, NULL::numeric)
    / NULLIF(_checked_argument('customers'::text, customers, 0::numeric, NULL::numeric), 0::numeric));
COMMENT ON FUNCTION retention_cost(numeric, numeric) IS
'cost of keeping one customer: cost / customers kept; NULL where there are none';
--@ end

--@ formula
CREATE FUNCTION roi(gain numeric, cost numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100::numeric
    * (_checked_argument('gain'::text, gain, NULL::numeric, NULL::numeric)
        - _checked_argument('cost'::text, cost, NULL::numeric, NULL::numeric))
    / NULLIF(cost, 0::numeric));
COMMENT ON FUNCTION roi(numeric, numeric) IS
'return on investment in percent: 100 (gain - cost) / cost; NULL where cost is 0';
--@ end

--@ formula
CREATE FUNCTION ltv_cac(ltv numeric, cac numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(_checked_argument('ltv'::text, ltv, NULL::numeric, NULL::numeric)
    / NULLIF(_checked_argument('cac'::text, cac, NULL::numeric, NULL::numeric), 0::numeric));
COMMENT ON FUNCTION ltv_cac(numeric, numeric) IS
'lifetime value per unit of acquisition cost, a plain factor: 3 means that a customer brings three times what it cost; NULL where cac is 0';
--@ end

--@ formula
CREATE FUNCTION cac_payback(cac numeric, monthly_margin numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(_checked_argument('cac'::text, cac, NULL::numeric, NULL::numeric)
    / NULLIF(_checked_argument('monthly_margin'::text, monthly_margin, NULL::numeric, NULL::numeric), 0::numeric));
COMMENT ON FUNCTION cac_payback(numeric, numeric) IS
'months until a customer has paid back its acquisition cost: cac / monthly margin; NULL where the margin is 0';
--@ end

--@ formula
CREATE FUNCTION max_cac(ltv numeric, target_ratio numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(_checked_argument('ltv'::text, ltv, NULL::numeric, NULL::numeric)
    / NULLIF(_checked_argument('target_ratio'::text, target_ratio, 0::numeric, NULL::numeric), 0::numeric));
COMMENT ON FUNCTION max_cac(numeric, numeric) IS
'the most to pay for a customer so that ltv_cac reaches target_ratio (3 means three times): ltv / target_ratio';
--@ end

--@ formula
CREATE FUNCTION coverage_ratio(recurring_revenue numeric, fixed_costs numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100::numeric
    * _checked_argument('recurring_revenue'::text, recurring_revenue, NULL::numeric, NULL::numeric)
    / NULLIF(_checked_argument('fixed_costs'::text, fixed_costs, NULL::numeric, NULL::numeric), 0::numeric));
COMMENT ON FUNCTION coverage_ratio(numeric, numeric) IS
'recurring revenue in percent of fixed costs: 100 and more means that they are covered; NULL where there are none';
--@ end

--@ formula
CREATE FUNCTION cost_ratio(cac numeric, retention_cost numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100::numeric
    * _checked_argument('cac'::text, cac, NULL::numeric, NULL::numeric)
    / NULLIF(_checked_argument('retention_cost'::text, retention_cost, NULL::numeric, NULL::numeric), 0::numeric));
COMMENT ON FUNCTION cost_ratio(numeric, numeric) IS
'cost of winning a customer in percent of the cost of keeping one; NULL where keeping costs nothing';
--@ end

CREATE FUNCTION ltv_from_retention(
    margin numeric, retention_ratio numeric, discount_ratio numeric, include_first boolean DEFAULT false
) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(_checked_argument('margin'::text, margin, NULL::numeric, NULL::numeric)
    * CASE
        WHEN include_first
        THEN 1::numeric + _checked_argument('discount_ratio'::text, discount_ratio, 0::numeric, 1::numeric)
        ELSE _checked_argument('retention_ratio'::text, retention_ratio, 0::numeric, 1::numeric)
    END
    / NULLIF(
        1::numeric
            + _checked_argument('discount_ratio'::text, discount_ratio, 0::numeric, 1::numeric)
            - _checked_argument('retention_ratio'::text, retention_ratio, 0::numeric, 1::numeric),
        0::numeric));
COMMENT ON FUNCTION ltv_from_retention(numeric, numeric, numeric, boolean) IS
'lifetime value from margin per period, retention and discount per period, both 0 to 1: m r / (1 + d - r); with include_first => true the margin of the first period is in it: m (1 + d) / (1 + d - r); NULL where r = 1 and d = 0';

CREATE FUNCTION ltv_from_retention(
    margin double precision, retention_ratio double precision,
    discount_ratio double precision, include_first boolean DEFAULT false
) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv_from_retention(
    _shortest_decimal(margin), _shortest_decimal(retention_ratio), _shortest_decimal(discount_ratio), include_first
)::double precision;
COMMENT ON FUNCTION ltv_from_retention(double precision, double precision, double precision, boolean) IS
'lifetime value from margin per period, retention and discount per period, both 0 to 1; with include_first => true the margin of the first period is in it';
