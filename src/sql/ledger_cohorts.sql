--@ requires: ledger
-- Cohorts of customers by the period of their first order.

CREATE FUNCTION cohort_retention(
    ledger customer_ledger, step interval DEFAULT '1 month', kind text DEFAULT 'on', as_of date DEFAULT NULL,
    origin date DEFAULT NULL
) RETURNS TABLE (cohort date, cohort_size bigint, period_number integer, active_customers bigint, retention_pct numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_cohort_retention';
COMMENT ON FUNCTION cohort_retention(customer_ledger, interval, text, date, date) IS
'how many customers of each cohort (the period of the first order) stayed: a row for each cohort and period_number 0, 1, 2, ... after it, in this order; kind on counts who ordered in the period, on_or_after in it or later, every in each period up to it; NULL where the period has not ended at as_of (the last day, if NULL); over shards of customers with one as_of cohort_size and active_customers add up where they are not NULL; origin is a day on which a period starts, if weeks do not start on Monday or years in January; what did they spend? revenue_cohorts';

CREATE FUNCTION revenue_cohorts(
    ledger customer_ledger, step interval DEFAULT '1 month', as_of date DEFAULT NULL, origin date DEFAULT NULL
) RETURNS TABLE (
    cohort date, cohort_size bigint, period_number integer, revenue numeric,
    cumulative_revenue numeric, cumulative_per_customer numeric
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_revenue_cohorts';
COMMENT ON FUNCTION revenue_cohorts(customer_ledger, interval, date, date) IS
'what the customers of each cohort (the period of the first order) spent, net of refunds, in period_number 0, 1, 2, ... after it and up to it; cumulative_per_customer is the curve of lifetime value; a row for each cohort and period, in this order; NULL where the period has not ended at as_of (the last day, if NULL); over shards of customers with one as_of cohort_size, revenue and cumulative_revenue add up where they are not NULL; origin is a day on which a period starts, if weeks do not start on Monday or years in January; how many stayed? cohort_retention';

CREATE FUNCTION cohort_retention_by_start(
    starts customer_ledger, ledger customer_ledger, step interval DEFAULT '1 month', kind text DEFAULT 'on',
    as_of date DEFAULT NULL, origin date DEFAULT NULL
) RETURNS TABLE (cohort date, cohort_size bigint, period_number integer, active_customers bigint, retention_pct numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_cohort_retention_by_start';
COMMENT ON FUNCTION cohort_retention_by_start(customer_ledger, customer_ledger, interval, text, date, date) IS
'the same as cohort_retention, of cohorts by another start than the first order: the first row of each customer in starts, such as ledger_agg(customer, signed_up); a customer who starts and never orders is in cohort_size, one who orders without a start is in no cohort, and orders before the period of the start do not count; as_of is the last day of both ledgers, if NULL; origin is a day on which a period starts, if weeks do not start on Monday or years in January; what did they spend? revenue_cohorts_by_start';

CREATE FUNCTION revenue_cohorts_by_start(
    starts customer_ledger, ledger customer_ledger, step interval DEFAULT '1 month', as_of date DEFAULT NULL,
    origin date DEFAULT NULL
) RETURNS TABLE (
    cohort date, cohort_size bigint, period_number integer, revenue numeric,
    cumulative_revenue numeric, cumulative_per_customer numeric
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_revenue_cohorts_by_start';
COMMENT ON FUNCTION revenue_cohorts_by_start(customer_ledger, customer_ledger, interval, date, date) IS
'the same as revenue_cohorts, of cohorts by another start than the first order: the first row of each customer in starts, such as ledger_agg(customer, signed_up); cumulative_per_customer is by all who started; money of customers without a start, or before its period, does not count; as_of is the last day of both ledgers, if NULL; origin is a day on which a period starts, if weeks do not start on Monday or years in January; how many stayed? cohort_retention_by_start';
