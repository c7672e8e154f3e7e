--@ requires: ledger, churn
-- Customers of a period against the one before, and who was lost between two days.

CREATE FUNCTION lifecycle(
    ledger customer_ledger, step interval DEFAULT '1 month', from_day date DEFAULT NULL, to_day date DEFAULT NULL,
    origin date DEFAULT NULL
) RETURNS TABLE (period date, new_customers bigint, returning_customers bigint, resurrecting_customers bigint, dormant_customers bigint)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_lifecycle';
COMMENT ON FUNCTION lifecycle(customer_ledger, interval, date, date, date) IS
'customers of each period against the previous one, in the order of periods: new_customers ordered for the first time ever, returning_customers in the previous period too, resurrecting_customers earlier but not in the previous period, dormant_customers in the previous period and not in this one; all columns add up over shards of customers with the same days; origin is a day on which a period starts, if weeks do not start on Monday or years in January; how often do they come? stickiness';

CREATE FUNCTION churn_rate(
    ledger customer_ledger, from_day date, to_day date, lapse interval DEFAULT '90 days', known_from date DEFAULT NULL
) RETURNS numeric
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_churn_rate';
COMMENT ON FUNCTION churn_rate(customer_ledger, date, date, interval, date) IS
'customer churn in percent between two days: of the customers with an order within the lapse before from_day, those without one within the lapse before to_day; NULL where nobody was active, or where the lapse before from_day begins before known_from, the day from which the ledger has all orders (the first day, if NULL); month by month: customer_growth';

CREATE FUNCTION retention_rate(
    ledger customer_ledger, from_day date, to_day date, lapse interval DEFAULT '90 days', known_from date DEFAULT NULL
) RETURNS numeric
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_retention_rate';
COMMENT ON FUNCTION retention_rate(customer_ledger, date, date, interval, date) IS
'customers kept in percent between two days: 100 - churn_rate(ledger, from_day, to_day, lapse, known_from); by cohort: cohort_retention';
