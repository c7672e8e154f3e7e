--@ requires: ledger
-- New and returning customers of each period, and what each of the two spend.

CREATE FUNCTION new_vs_returning(
    ledger customer_ledger, step interval DEFAULT '1 month', from_day date DEFAULT NULL, to_day date DEFAULT NULL,
    origin date DEFAULT NULL
) RETURNS TABLE (
    period date, customers bigint, new_customers bigint, returning_customers bigint,
    new_revenue numeric, returning_revenue numeric, returning_customer_rate_pct numeric, repeat_customers bigint
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_new_vs_returning';
COMMENT ON FUNCTION new_vs_returning(customer_ledger, interval, date, date, date) IS
'customers with an order in each period, in the order of periods: new_customers ordered for the first time ever, returning_customers had ordered before the period; returning_revenue is the net revenue of customers with an order before the period, new_revenue that of all others, so that both are the net revenue of the period; returning_customer_rate_pct is the share of customers with an earlier order or a second one in the period; repeat_customers are those with two orders or more in the period; all but the rate add up over shards of customers with the same days; origin is a day on which a period starts, if weeks do not start on Monday or years in January; who stopped? lifecycle';
