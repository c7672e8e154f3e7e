--@ requires: common
-- Revenue from signed rows: an amount >= 0 is a sale, an amount < 0 is a refund.

--@ state revenue_state: exact sums and counts of sales and of refunds
--@ state order_state: exact net revenue per order

--@ function net_revenue(state revenue_state) returns numeric is net_revenue:
--@     net revenue: sales less refunds, exact; NULL without rows; what did customers send back? refund_rate
--@ function net_revenue_double(state revenue_state) returns double precision is net_revenue_double:
--@     net_revenue as it is returned for floating-point amounts
--@ function gross_revenue(state revenue_state) returns numeric is gross_revenue:
--@     gross revenue: the sum of sales before refunds, exact; NULL without rows
--@ function gross_revenue_double(state revenue_state) returns double precision is gross_revenue_double:
--@     gross_revenue as it is returned for floating-point amounts
--@ function refund_rate(state revenue_state) returns numeric is refund_rate:
--@     refunds in percent of gross revenue; NULL without sales
--@ function refund_rate_double(state revenue_state) returns double precision is refund_rate_double:
--@     refund_rate as it is returned for floating-point amounts
--@ function avg_check(state revenue_state) returns numeric is avg_check:
--@     average check: net revenue / number of sales, so that a refund lowers it and is not counted as an order; NULL
--@     without sales
--@ function avg_check_double(state revenue_state) returns double precision is avg_check_double:
--@     avg_check as it is returned for floating-point amounts
--@ function gross_avg_check(state revenue_state) returns numeric is gross_avg_check:
--@     average check before refunds: gross revenue / number of sales; NULL without sales
--@ function gross_avg_check_double(state revenue_state) returns double precision is gross_avg_check_double:
--@     gross_avg_check as it is returned for floating-point amounts
--@ function sales_count(state revenue_state) returns bigint is sales_count: number of sales, free ones too
--@ function refunds_count(state revenue_state) returns bigint is refunds_count: number of refunds
--@ function avg_check(state order_state) returns numeric is order_avg_check:
--@     average check by order: net revenue / number of orders, without the orders that were refunded down to nothing; NULL
--@     without orders
--@ function avg_check_double(state order_state) returns double precision is order_avg_check_double:
--@     avg_check as it is returned for floating-point amounts
--@ function orders_count(state order_state) returns bigint is orders_count:
--@     number of orders, without those that were refunded down to nothing
--@ function is_revenue_status(status text) returns boolean is is_revenue_status:
--@     whether rows of this order status are revenue: paid, completed, shipped, delivered, fulfilled, refunded,
--@     partially_refunded are, cancelled, canceled, void, voided, pending, failed, draft are not; error 22023 for another
--@     word
--@ function is_known_status(status text) returns boolean is is_known_status:
--@     whether is_revenue_status knows this order status; which words of a table are unknown? data_quality

--@ for amount in smallint, integer, bigint, numeric, real, double precision
--@ function revenue_state_add(revenue_state, amount @amount@) returns revenue_state is revenue_add_@amount.c@:
--@     the state with one more row
--@ function revenue_state_remove(revenue_state, amount @amount@) returns revenue_state is revenue_remove_@amount.c@:
--@     the state with one row less, for moving windows; NULL where the frame must be computed anew
CREATE FUNCTION revenue_state_add(revenue_state, amount @amount@, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_currency_@amount.c@';
COMMENT ON FUNCTION revenue_state_add(revenue_state, @amount@, text) IS 'the state with one more row; error 22023 on a second currency';

CREATE FUNCTION revenue_state_remove(revenue_state, amount @amount@, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_remove_currency_@amount.c@';
COMMENT ON FUNCTION revenue_state_remove(revenue_state, @amount@, text) IS 'the state with one row less, for moving windows; NULL where the frame must be computed anew';

--@ moving_aggregate revenue_agg(amount @amount@) of revenue_state ends with revenue_state_finish:
--@     sums sales and refunds into a state to store, merge and read with net_revenue, gross_revenue, refund_rate, avg_check
--@ moving_aggregate revenue_agg(amount @amount@, currency text) of revenue_state ends with revenue_state_finish:
--@     sums sales and refunds of one currency into a state; error 22023 on a second currency, in the rows or in a merge
--@ moving_aggregate net_revenue(amount @amount@, currency text) of revenue_state ends with net_revenue@amount.suffix@:
--@     net revenue, exact, with a check that all rows are of one currency (error 22023 otherwise); by currency: GROUP BY
--@     currency
--@ moving_aggregate net_revenue(amount @amount@) of revenue_state ends with net_revenue@amount.suffix@:
--@     net revenue: sales less refunds, exact; NULL without rows; what did customers send back? refund_rate
--@ moving_aggregate gross_revenue(amount @amount@) of revenue_state ends with gross_revenue@amount.suffix@:
--@     gross revenue: the sum of sales before refunds, exact; NULL without rows
--@ moving_aggregate refund_rate(amount @amount@) of revenue_state ends with refund_rate@amount.suffix@:
--@     refunds in percent of gross revenue; NULL without sales
--@ moving_aggregate avg_check(amount @amount@) of revenue_state ends with avg_check@amount.suffix@:
--@     average check: net revenue / number of sales, so that a refund lowers it and is not counted as an order; NULL
--@     without sales
--@ moving_aggregate gross_avg_check(amount @amount@) of revenue_state ends with gross_avg_check@amount.suffix@:
--@     average check before refunds: gross revenue / number of sales; NULL without sales
--@ for order_id in bigint, uuid, text
--@ function order_state_add(order_state, amount @amount@, order_id @order_id@) returns order_state is orders_add_@order_id@_@amount.c@:
--@     the state with one more row
--@ aggregate order_agg(amount @amount@, order_id @order_id@) of order_state ends with order_state_finish:
--@     sums the rows of each order into a state to store, merge and read with avg_check, orders_count
--@ aggregate avg_check(amount @amount@, order_id @order_id@) of order_state ends with avg_check@amount.suffix@:
--@     average check by order: refunds are netted within their order first, and an order that was refunded down to nothing
--@     is dropped; NULL without orders
--@ end
--@ end

-- Formulas: \sf shows them.

--@ formula growth_rate(previous, current) is 100::numeric * (checked_argument('current'::text, current, NULL::numeric, NULL::numeric) - checked_argument('previous'::text, previous, NULL::numeric, NULL::numeric)) / NULLIF(previous, 0::numeric):
--@     growth in percent from previous to current: 100 (current - previous) / previous; NULL where previous is 0
--@ formula margin_rate(revenue, cost) is 100::numeric * (checked_argument('revenue'::text, revenue, NULL::numeric, NULL::numeric) - checked_argument('cost'::text, cost, NULL::numeric, NULL::numeric)) / NULLIF(revenue, 0::numeric):
--@     margin in percent of revenue: 100 (revenue - cost) / revenue; NULL where revenue is 0
--@ formula discount_rate(list, paid) is 100::numeric * (checked_argument('list'::text, list, NULL::numeric, NULL::numeric) - checked_argument('paid'::text, paid, NULL::numeric, NULL::numeric)) / NULLIF(list, 0::numeric):
--@     discount in percent of the list price: 100 (list - paid) / list; NULL where list is 0
