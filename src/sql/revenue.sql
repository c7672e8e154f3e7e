--@ requires: common
-- Revenue from signed rows: an amount >= 0 is a sale, an amount < 0 is a refund.

--@ state revenue_state: exact sums and counts of sales and of refunds
--@ state order_state: exact net revenue per order

CREATE FUNCTION net_revenue(state revenue_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_net_revenue';
COMMENT ON FUNCTION net_revenue(revenue_state) IS
'net revenue: sales less refunds, exact; NULL without rows; what did customers send back? refund_rate';

CREATE FUNCTION net_revenue_double(state revenue_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_net_revenue_double';
COMMENT ON FUNCTION net_revenue_double(revenue_state) IS 'net_revenue as it is returned for floating-point amounts';

CREATE FUNCTION gross_revenue(state revenue_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gross_revenue';
COMMENT ON FUNCTION gross_revenue(revenue_state) IS
'gross revenue: the sum of sales before refunds, exact; NULL without rows';

CREATE FUNCTION gross_revenue_double(state revenue_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gross_revenue_double';
COMMENT ON FUNCTION gross_revenue_double(revenue_state) IS 'gross_revenue as it is returned for floating-point amounts';

CREATE FUNCTION refund_rate(state revenue_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_refund_rate';
COMMENT ON FUNCTION refund_rate(revenue_state) IS 'refunds in percent of gross revenue; NULL without sales';

CREATE FUNCTION refund_rate_double(state revenue_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_refund_rate_double';
COMMENT ON FUNCTION refund_rate_double(revenue_state) IS 'refund_rate as it is returned for floating-point amounts';

CREATE FUNCTION avg_check(state revenue_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_avg_check';
COMMENT ON FUNCTION avg_check(revenue_state) IS
'average check: net revenue / number of sales, so that a refund lowers it and is not counted as an order; below 0 where refunds exceed sales; NULL without sales';

CREATE FUNCTION avg_check_double(state revenue_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_avg_check_double';
COMMENT ON FUNCTION avg_check_double(revenue_state) IS 'avg_check as it is returned for floating-point amounts';

CREATE FUNCTION gross_avg_check(state revenue_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gross_avg_check';
COMMENT ON FUNCTION gross_avg_check(revenue_state) IS
'average check before refunds: gross revenue / number of sales; NULL without sales';

CREATE FUNCTION gross_avg_check_double(state revenue_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gross_avg_check_double';
COMMENT ON FUNCTION gross_avg_check_double(revenue_state) IS
'gross_avg_check as it is returned for floating-point amounts';

CREATE FUNCTION sales_count(state revenue_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_count';
COMMENT ON FUNCTION sales_count(revenue_state) IS 'number of sales, free ones too';

CREATE FUNCTION refunds_count(state revenue_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_refunds_count';
COMMENT ON FUNCTION refunds_count(revenue_state) IS 'number of refunds';

CREATE FUNCTION avg_check(state order_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_order_avg_check';
COMMENT ON FUNCTION avg_check(order_state) IS
'average check by order: net revenue / number of orders, which are those that were not sent back down to nothing; below 0 where refunds exceed sales; NULL without orders';

CREATE FUNCTION avg_check_double(state order_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_order_avg_check_double';
COMMENT ON FUNCTION avg_check_double(order_state) IS 'avg_check as it is returned for floating-point amounts';

CREATE FUNCTION orders_count(state order_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_count';
COMMENT ON FUNCTION orders_count(order_state) IS 'number of orders that were not sent back down to nothing';

CREATE FUNCTION is_revenue_status(status text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'customer_value_is_revenue_status';
COMMENT ON FUNCTION is_revenue_status(text) IS
'whether rows of this order status are revenue: paid, completed, processing, shipped, delivered, fulfilled, succeeded, refunded, partially_refunded and the like are, cancelled, void, pending, on-hold, authorized, failed, draft and the like are not, as WooCommerce, Shopify, Stripe, Magento, PrestaShop and OpenCart write them; error 22023 for another word';

CREATE FUNCTION _revenue_of_status(status text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'customer_value_revenue_of_status';
COMMENT ON FUNCTION _revenue_of_status(text) IS 'is_revenue_status, but NULL instead of an error for a word that it does not know';

CREATE FUNCTION is_known_status(status text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_is_known_status';
COMMENT ON FUNCTION is_known_status(text) IS
'whether is_revenue_status knows this order status; which words of a table are unknown? data_quality';

--@ for amount in smallint, integer, bigint, numeric, real, double precision
CREATE FUNCTION _revenue_state_add(revenue_state, amount @amount@) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_@amount.c@';
COMMENT ON FUNCTION _revenue_state_add(revenue_state, @amount@) IS 'the state with one more row';

CREATE FUNCTION _revenue_state_remove(revenue_state, amount @amount@) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_remove_@amount.c@';
COMMENT ON FUNCTION _revenue_state_remove(revenue_state, @amount@) IS
'the state with one row less, for moving windows; NULL where the frame must be computed anew';

CREATE FUNCTION _revenue_state_add(revenue_state, amount @amount@, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_currency_@amount.c@';
COMMENT ON FUNCTION _revenue_state_add(revenue_state, @amount@, text) IS
'the state with one more row; error 22023 on a second currency';

CREATE FUNCTION _revenue_state_remove(revenue_state, amount @amount@, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_remove_currency_@amount.c@';
COMMENT ON FUNCTION _revenue_state_remove(revenue_state, @amount@, text) IS
'the state with one row less, for moving windows; NULL where the frame must be computed anew';

CREATE AGGREGATE revenue_agg(amount @amount@) (
    SFUNC = _revenue_state_add, STYPE = revenue_state, INITCOND = 'empty',
    COMBINEFUNC = _revenue_state_merge, FINALFUNC = _revenue_state_finish,
    MSFUNC = _revenue_state_add, MINVFUNC = _revenue_state_remove, MSTYPE = revenue_state,
    MINITCOND = 'empty', MFINALFUNC = _revenue_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE revenue_agg(@amount@) IS
'sums sales and refunds into a state to store, merge and read with net_revenue, gross_revenue, refund_rate, avg_check';

CREATE AGGREGATE revenue_agg(amount @amount@, currency text) (
    SFUNC = _revenue_state_add, STYPE = revenue_state, INITCOND = 'empty',
    COMBINEFUNC = _revenue_state_merge, FINALFUNC = _revenue_state_finish,
    MSFUNC = _revenue_state_add, MINVFUNC = _revenue_state_remove, MSTYPE = revenue_state,
    MINITCOND = 'empty', MFINALFUNC = _revenue_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE revenue_agg(@amount@, text) IS
'sums sales and refunds of one currency into a state; error 22023 on a second currency, in the rows or in a merge';

CREATE AGGREGATE net_revenue(amount @amount@, currency text) (
    SFUNC = _revenue_state_add, STYPE = revenue_state, INITCOND = 'empty',
    COMBINEFUNC = _revenue_state_merge, FINALFUNC = net_revenue@amount.suffix@,
    MSFUNC = _revenue_state_add, MINVFUNC = _revenue_state_remove, MSTYPE = revenue_state,
    MINITCOND = 'empty', MFINALFUNC = net_revenue@amount.suffix@, PARALLEL = SAFE
);
COMMENT ON AGGREGATE net_revenue(@amount@, text) IS
'net revenue, exact, with a check that all rows are of one currency (error 22023 otherwise); by currency: GROUP BY currency';

CREATE AGGREGATE net_revenue(amount @amount@) (
    SFUNC = _revenue_state_add, STYPE = revenue_state, INITCOND = 'empty',
    COMBINEFUNC = _revenue_state_merge, FINALFUNC = net_revenue@amount.suffix@,
    MSFUNC = _revenue_state_add, MINVFUNC = _revenue_state_remove, MSTYPE = revenue_state,
    MINITCOND = 'empty', MFINALFUNC = net_revenue@amount.suffix@, PARALLEL = SAFE
);
COMMENT ON AGGREGATE net_revenue(@amount@) IS
'net revenue: sales less refunds, exact; NULL without rows; what did customers send back? refund_rate';

CREATE AGGREGATE gross_revenue(amount @amount@) (
    SFUNC = _revenue_state_add, STYPE = revenue_state, INITCOND = 'empty',
    COMBINEFUNC = _revenue_state_merge, FINALFUNC = gross_revenue@amount.suffix@,
    MSFUNC = _revenue_state_add, MINVFUNC = _revenue_state_remove, MSTYPE = revenue_state,
    MINITCOND = 'empty', MFINALFUNC = gross_revenue@amount.suffix@, PARALLEL = SAFE
);
COMMENT ON AGGREGATE gross_revenue(@amount@) IS
'gross revenue: the sum of sales before refunds, exact; NULL without rows';

CREATE AGGREGATE refund_rate(amount @amount@) (
    SFUNC = _revenue_state_add, STYPE = revenue_state, INITCOND = 'empty',
    COMBINEFUNC = _revenue_state_merge, FINALFUNC = refund_rate@amount.suffix@,
    MSFUNC = _revenue_state_add, MINVFUNC = _revenue_state_remove, MSTYPE = revenue_state,
    MINITCOND = 'empty', MFINALFUNC = refund_rate@amount.suffix@, PARALLEL = SAFE
);
COMMENT ON AGGREGATE refund_rate(@amount@) IS 'refunds in percent of gross revenue; NULL without sales';

CREATE AGGREGATE avg_check(amount @amount@) (
    SFUNC = _revenue_state_add, STYPE = revenue_state, INITCOND = 'empty',
    COMBINEFUNC = _revenue_state_merge, FINALFUNC = avg_check@amount.suffix@,
    MSFUNC = _revenue_state_add, MINVFUNC = _revenue_state_remove, MSTYPE = revenue_state,
    MINITCOND = 'empty', MFINALFUNC = avg_check@amount.suffix@, PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(@amount@) IS
'average check: net revenue / number of sales, so that a refund lowers it and is not counted as an order; below 0 where refunds exceed sales; NULL without sales';

CREATE AGGREGATE gross_avg_check(amount @amount@) (
    SFUNC = _revenue_state_add, STYPE = revenue_state, INITCOND = 'empty',
    COMBINEFUNC = _revenue_state_merge, FINALFUNC = gross_avg_check@amount.suffix@,
    MSFUNC = _revenue_state_add, MINVFUNC = _revenue_state_remove, MSTYPE = revenue_state,
    MINITCOND = 'empty', MFINALFUNC = gross_avg_check@amount.suffix@, PARALLEL = SAFE
);
COMMENT ON AGGREGATE gross_avg_check(@amount@) IS
'average check before refunds: gross revenue / number of sales; NULL without sales';

--@ for order_id in bigint, uuid, text
CREATE FUNCTION _order_state_add(order_state, amount @amount@, order_id @order_id@) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_@order_id@_@amount.c@';
COMMENT ON FUNCTION _order_state_add(order_state, @amount@, @order_id@) IS 'the state with one more row';

CREATE AGGREGATE order_agg(amount @amount@, order_id @order_id@) (
    SFUNC = _order_state_add, STYPE = order_state, INITCOND = 'empty',
    COMBINEFUNC = _order_state_merge, FINALFUNC = _order_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(@amount@, @order_id@) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount @amount@, order_id @order_id@) (
    SFUNC = _order_state_add, STYPE = order_state, INITCOND = 'empty',
    COMBINEFUNC = _order_state_merge, FINALFUNC = avg_check@amount.suffix@, PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(@amount@, @order_id@) IS
'average check by order: net revenue / number of orders; an order that was sent back down to nothing is none, and neither is an id that has refunds only, but their money counts; a text order_id that looks like a currency code is an error (22023); below 0 where refunds exceed sales; NULL without orders';
--@ end
--@ end

-- Formulas: \sf shows them.

--@ formula
CREATE FUNCTION growth_rate(previous numeric, current numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100::numeric
    * (_checked_argument('current'::text, current, NULL::numeric, NULL::numeric)
        - _checked_argument('previous'::text, previous, NULL::numeric, NULL::numeric))
    / CASE WHEN previous > 0::numeric THEN previous END);
COMMENT ON FUNCTION growth_rate(numeric, numeric) IS
'growth in percent from previous to current: 100 (current - previous) / previous; NULL where previous is not above 0';
--@ end

--@ formula
CREATE FUNCTION margin_rate(revenue numeric, cost numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100::numeric
    * (_checked_argument('revenue'::text, revenue, NULL::numeric, NULL::numeric)
        - _checked_argument('cost'::text, cost, NULL::numeric, NULL::numeric))
    / NULLIF(revenue, 0::numeric));
COMMENT ON FUNCTION margin_rate(numeric, numeric) IS
'margin in percent of revenue: 100 (revenue - cost) / revenue; NULL where revenue is 0';
--@ end

--@ formula
CREATE FUNCTION discount_rate(list numeric, paid numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100::numeric
    * (_checked_argument('list'::text, list, NULL::numeric, NULL::numeric)
        - _checked_argument('paid'::text, paid, NULL::numeric, NULL::numeric))
    / NULLIF(list, 0::numeric));
COMMENT ON FUNCTION discount_rate(numeric, numeric) IS
'discount in percent of the list price: 100 (list - paid) / list; NULL where list is 0';
--@ end
