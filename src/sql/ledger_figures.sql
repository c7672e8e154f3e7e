--@ requires: ledger
-- Figures of a ledger: revenue, frequency, lifespan, lifetime value.

--@ function net_revenue(ledger customer_ledger) returns numeric is ledger_net_revenue:
--@     net revenue: orders less refunds, exact; NULL without rows or amounts; adds up over shards; by customer? customers
--@ function gross_revenue(ledger customer_ledger) returns numeric is ledger_gross_revenue:
--@     gross revenue: the sum of orders before refunds, exact; NULL without rows or amounts; adds up over shards
--@ function refund_rate(ledger customer_ledger) returns numeric is ledger_refund_rate:
--@     refunds in percent of gross revenue; NULL where that is 0
--@ function avg_check(ledger customer_ledger) returns numeric is ledger_avg_check:
--@     average check: net revenue / number of orders; NULL without orders or amounts
--@ function purchase_frequency(ledger customer_ledger) returns numeric is ledger_purchase_frequency:
--@     orders per customer with an order; NULL without orders; who comes back? repeat_purchase_rate
--@ function repeat_purchase_rate(ledger customer_ledger) returns numeric is ledger_repeat_purchase_rate:
--@     customers with two orders or more in percent of customers with an order; NULL without orders
--@ function historic_ltv(ledger customer_ledger) returns numeric is ledger_historic_ltv:
--@     historic lifetime value: net revenue / customers with any row; NULL without rows or amounts
--@ function historic_ltv(ledger customer_ledger, customers bigint) returns numeric is ledger_historic_ltv_of:
--@     historic lifetime value over a given number of customers, those who never bought too: net revenue / customers; NULL for 0
--@ function ltv(ledger customer_ledger) returns numeric is ledger_ltv:
--@     lifetime value: mean over customers of net revenue / lifespan, times the mean lifespan; a lifespan is the number of
--@     calendar months from the first to the last order, both counted; NULL without orders or amounts
--@ function ltv(ledger customer_ledger, per interval) returns numeric is ledger_ltv_per:
--@     lifetime value with lifespans in other calendar steps than months: weeks, quarters, years; is it worth the cost? ltv_cac

CREATE FUNCTION customer_lifespan(ledger customer_ledger, method text DEFAULT 'observed', lapse interval DEFAULT '90 days', as_of date DEFAULT NULL)
RETURNS double precision
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_customer_lifespan';
COMMENT ON FUNCTION customer_lifespan(customer_ledger, text, interval, date) IS
'mean lifespan of customers in days: observed from the first to the last order; or estimated, as customers go on living, by km (restricted mean of the Kaplan-Meier curve) or hazard (days seen / churned), where churned means no order within the lapse up to as_of; NULL without orders, or for hazard without churn';

--@ for customer in bigint, uuid, text
CREATE AGGREGATE ltv(customer @customer@, day date, amount numeric) (
    SFUNC = customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = ltv, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ltv(customer @customer@, day date, amount numeric) IS
'lifetime value from orders (amount >= 0) and refunds (amount < 0): mean over customers of net revenue / lifespan in months, times the mean lifespan; in other steps, or stored? ltv(ledger_agg(customer, day, amount), per)';

--@ end
--@ report totals(ledger customer_ledger) returns (customers bigint, buyers bigint, orders bigint, refund_rows bigint, gross_revenue numeric, refunds numeric) is ledger_totals:
--@     the sums of a ledger in one row: customers with any row, buyers with an order, orders, refunds by number and by money (zero or below), each
--@     of which adds up over months, but customers and buyers, and over shards; net revenue is gross_revenue + refunds; by customer? customers
