--@ requires: ledger
-- Figures of a ledger: revenue, frequency, lifespan, lifetime value.

CREATE FUNCTION net_revenue(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_net_revenue';
COMMENT ON FUNCTION net_revenue(customer_ledger) IS
'net revenue: orders less refunds, exact; NULL without rows or amounts; adds up over shards; by customer? customers';

CREATE FUNCTION gross_revenue(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_gross_revenue';
COMMENT ON FUNCTION gross_revenue(customer_ledger) IS
'gross revenue: the sum of orders before refunds, exact; NULL without rows or amounts; adds up over shards';

CREATE FUNCTION refund_rate(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_refund_rate';
COMMENT ON FUNCTION refund_rate(customer_ledger) IS 'refunds in percent of gross revenue; NULL where that is 0';

CREATE FUNCTION avg_check(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_avg_check';
COMMENT ON FUNCTION avg_check(customer_ledger) IS
'average check: net revenue / number of orders; below 0 where refunds exceed sales; NULL without orders or amounts';

CREATE FUNCTION purchase_frequency(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_purchase_frequency';
COMMENT ON FUNCTION purchase_frequency(customer_ledger) IS
'orders per customer with an order; NULL without orders; who comes back? repeat_purchase_rate';

CREATE FUNCTION repeat_purchase_rate(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_repeat_purchase_rate';
COMMENT ON FUNCTION repeat_purchase_rate(customer_ledger) IS
'customers with two orders or more in percent of customers with an order; NULL without orders';

CREATE FUNCTION historic_ltv(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_historic_ltv';
COMMENT ON FUNCTION historic_ltv(customer_ledger) IS
'historic lifetime value: net revenue / customers with any row; NULL without rows or amounts';

CREATE FUNCTION historic_ltv(ledger customer_ledger, customers bigint) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_historic_ltv_of';
COMMENT ON FUNCTION historic_ltv(customer_ledger, bigint) IS
'historic lifetime value over a given number of customers, those who never bought too: net revenue / customers; NULL for 0';

CREATE FUNCTION ltv(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_ltv';
COMMENT ON FUNCTION ltv(customer_ledger) IS
'lifetime value: mean over customers of net revenue / lifespan, times the mean lifespan; a lifespan is the number of calendar months from the first to the last order, both counted; NULL without orders or amounts';

CREATE FUNCTION ltv(ledger customer_ledger, per interval) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_ltv_per';
COMMENT ON FUNCTION ltv(customer_ledger, interval) IS
'lifetime value with lifespans in other calendar steps than months: weeks, quarters, years; is it worth the cost? ltv_cac';

CREATE FUNCTION customer_lifespan(
    ledger customer_ledger, method text DEFAULT 'observed', lapse interval DEFAULT '90 days', as_of date DEFAULT NULL
) RETURNS double precision
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_customer_lifespan';
COMMENT ON FUNCTION customer_lifespan(customer_ledger, text, interval, date) IS
'mean lifespan of customers in days: observed from the first to the last order; or estimated, as customers go on living, by km (restricted mean of the Kaplan-Meier curve) or hazard (days seen / churned), where churned means no order within the lapse up to as_of; NULL without orders, or for hazard without churn';

--@ for customer in bigint, uuid, text
CREATE AGGREGATE ltv(customer @customer@, day date, amount numeric) (
    SFUNC = _customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty',
    COMBINEFUNC = _customer_ledger_merge, FINALFUNC = ltv, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ltv(@customer@, date, numeric) IS
'lifetime value from orders (amount >= 0) and refunds (amount < 0): mean over customers of net revenue / lifespan in months, times the mean lifespan; in other steps, or stored? ltv(ledger_agg(customer, day, amount), per)';
--@ end

CREATE FUNCTION totals(ledger customer_ledger)
RETURNS TABLE (
    customers bigint, buyers bigint, orders bigint, refund_rows bigint, gross_revenue numeric, refunds numeric
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_ledger_totals';
COMMENT ON FUNCTION totals(customer_ledger) IS
'the sums of a ledger in one row: customers with any row, buyers with an order, orders, refunds by number and by money (zero or below), each of which adds up over months, but customers and buyers, and over shards; net revenue is gross_revenue + refunds; by customer? customers';

CREATE FUNCTION totals(
    ledger customer_ledger, step interval, from_day date DEFAULT NULL, to_day date DEFAULT NULL, origin date DEFAULT NULL
) RETURNS TABLE (
    period date, customers bigint, buyers bigint, orders bigint, refund_rows bigint, gross_revenue numeric, refunds numeric
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_ledger_totals_by_period';
COMMENT ON FUNCTION totals(customer_ledger, interval, date, date, date) IS
'the sums of each period, those without any row too, in their order: customers with any row in it, buyers with an order in it, orders, refunds by number and by money (zero or below); of the periods of the days from_day <= day < to_day (those of the ledger, if NULL), whose other rows are left out; origin is a day on which a period starts, if weeks do not start on Monday or years in January; all add up over shards of customers with the same days; who of them is new? new_vs_returning';
