--@ requires: ledger
-- What a ledger holds.

CREATE FUNCTION describe(ledger customer_ledger)
RETURNS TABLE (
    row_count bigint, customers bigint, orders bigint, refund_rows bigint, first_day date, last_day date,
    gross_revenue numeric, refunds numeric, net_revenue numeric, currency text, customer_type text,
    order_id_type text, stored_bytes bigint
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1 AS 'MODULE_PATHNAME', 'customer_value_ledger_describe';
COMMENT ON FUNCTION describe(customer_ledger) IS
'what a ledger holds, in one row to read: rows, customers with any row, orders and refunds, first and last day, money (NULL without amounts), currency if one is stated, the types of the customers and of the order ids (NULL without), and the bytes that it takes on disk; sums of shards? totals; by customer? customers';
