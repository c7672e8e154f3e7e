--@ requires: ledger
-- Retention and revenue by age, which is days since a customer's own first order.

CREATE FUNCTION retention_by_age(
    ledger customer_ledger, ages integer[] DEFAULT '{1,7,30,60,90,365}', kind text DEFAULT 'on', as_of date DEFAULT NULL
) RETURNS TABLE (age_days integer, customers bigint, active_customers bigint, retention_pct numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 10 AS 'MODULE_PATHNAME', 'customer_value_retention_by_age';
COMMENT ON FUNCTION retention_by_age(customer_ledger, integer[], text, date) IS
'how many customers came back by days since their own first order, a row for each of ages, in this order: customers is the number of those who have reached that age at as_of (the last day, if NULL), younger ones do not count; active_customers of these, by kind: on = ordered on the day of that age, on_or_after = on it or later, within = ordered again, on another day up to that age (repeat purchase within that many days); NULL where nobody has reached it; customers and active_customers add up over shards of customers with one as_of; by calendar period? cohort_retention';

CREATE FUNCTION revenue_by_age(
    ledger customer_ledger, ages integer[] DEFAULT '{1,7,30,60,90,365}', as_of date DEFAULT NULL
) RETURNS TABLE (age_days integer, customers bigint, cumulative_revenue numeric, cumulative_per_customer numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 10 AS 'MODULE_PATHNAME', 'customer_value_revenue_by_age';
COMMENT ON FUNCTION revenue_by_age(customer_ledger, integer[], date) IS
'what customers had spent at the end of the day of an age, days since their own first order, net of refunds: a row for each of ages, in this order; customers is the number of those who have reached that age at as_of (the last day, if NULL), younger ones and their money do not count; cumulative_per_customer at 365 is the lifetime value of a year; NULL where nobody has reached it; customers and cumulative_revenue add up over shards of customers with one as_of; by calendar period? revenue_cohorts';
