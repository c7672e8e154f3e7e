--@ requires: ledger, rfm
-- Reports with a row per customer, and how customers move between segments.

-- Each exists without key, with customers as text, and with key, which names the type of the customers and keeps it: to join
-- them with other tables. A key of text is the same as none for a ledger of text.

CREATE FUNCTION customers(ledger customer_ledger, as_of date DEFAULT NULL)
RETURNS TABLE (
    customer text, orders bigint, revenue numeric, gross_revenue numeric,
    refunds numeric, first_order date, last_order date, active_days bigint, avg_check numeric
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_customers';
COMMENT ON FUNCTION customers(customer_ledger, date) IS
'one row per customer with any row up to as_of, in the order of their keys, which are given as text; revenue = gross_revenue + refunds (refunds are negative), avg_check = revenue / orders, active_days counts days with an order; money is NULL in a ledger without amounts; shards give their own customers; to join with other tables? customers(ledger, NULL::bigint); who matters most? golden_customers';

CREATE FUNCTION rfm_summary(ledger customer_ledger, as_of date DEFAULT NULL, unit interval DEFAULT '1 day')
RETURNS TABLE (
    customer text, frequency bigint, recency double precision, age double precision, monetary_value numeric
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_rfm_summary';
COMMENT ON FUNCTION rfm_summary(customer_ledger, date, interval) IS
'what models of repeat buying take, after refunds are taken off their orders (settled), one row per customer of whom an order is left up to as_of, in the order of their keys, which are given as text: frequency = days with an order but the first, recency = last - first order and age = as_of - first order in units of days or weeks, monetary_value = mean spend of the repeat days (0 without any); shards give their own customers, pass the same as_of to each; which segment? rfm_segment';

--@ for customer in bigint, uuid, text
CREATE FUNCTION customers(ledger customer_ledger, key @customer@, as_of date DEFAULT NULL)
RETURNS TABLE (
    customer @customer@, orders bigint, revenue numeric, gross_revenue numeric,
    refunds numeric, first_order date, last_order date, active_days bigint, avg_check numeric
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_customers_@customer@';
COMMENT ON FUNCTION customers(customer_ledger, @customer@, date) IS
'the same as customers(ledger, as_of) with customers as @customer@, to join them with other tables: key is NULL::@customer@, its type names theirs';

CREATE FUNCTION rfm_summary(
    ledger customer_ledger, key @customer@, as_of date DEFAULT NULL, unit interval DEFAULT '1 day'
) RETURNS TABLE (
    customer @customer@, frequency bigint, recency double precision, age double precision, monetary_value numeric
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_rfm_summary_@customer@';
COMMENT ON FUNCTION rfm_summary(customer_ledger, @customer@, date, interval) IS
'the same as rfm_summary(ledger, as_of, unit) with customers as @customer@, to join them with other tables: key is NULL::@customer@, its type names theirs';
--@ end

CREATE FUNCTION segment_migration(ledger customer_ledger, before_as_of date, as_of date, bins integer DEFAULT 5)
RETURNS TABLE (from_segment text, to_segment text, customers bigint)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_segment_migration';
COMMENT ON FUNCTION segment_migration(customer_ledger, date, date, integer) IS
'how many customers moved from one RFM segment (see rfm_segment) at the end of day from to another at the end of day to, from the best segment down; from_segment is NULL for who had no order yet; R, F and M are scored among customers with an order by that day, in bins by rank as rfm_score gives them (M is F in a ledger without amounts), so the reports of shards do not add up; who are they? customers';
