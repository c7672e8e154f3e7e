--@ requires: ledger, rfm
-- Recency, frequency and monetary value of each customer, scored.

-- It exists without key, with customers as text, and with key, as customers does.
CREATE FUNCTION rfm(ledger customer_ledger, as_of date DEFAULT NULL, bins integer DEFAULT 5)
RETURNS TABLE (
    customer text, days_since_last_order bigint, orders bigint, revenue numeric,
    r_score integer, f_score integer, m_score integer, segment text
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_rfm';
COMMENT ON FUNCTION rfm(customer_ledger, date, integer) IS
'RFM of each customer with an order up to as_of, in the order of their keys, which are given as text: recency as days_since_last_order, frequency as orders, monetary value as net revenue; their scores from 1 to bins, highest best, among these customers, as rfm_score makes them (the m_score of a ledger without amounts is its f_score), and the segment; scores of shards are among the customers of the shard; to join with other tables? rfm(ledger, NULL::bigint); how do customers move? segment_migration';

--@ for customer in bigint, uuid, text
CREATE FUNCTION rfm(ledger customer_ledger, key @customer@, as_of date DEFAULT NULL, bins integer DEFAULT 5)
RETURNS TABLE (
    customer @customer@, days_since_last_order bigint, orders bigint, revenue numeric,
    r_score integer, f_score integer, m_score integer, segment text
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_rfm_@customer@';
COMMENT ON FUNCTION rfm(customer_ledger, @customer@, date, integer) IS
'the same as rfm(ledger, as_of, bins) with customers as @customer@, to join them with other tables: key is NULL::@customer@, its type names theirs';
--@ end
