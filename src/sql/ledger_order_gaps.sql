--@ requires: ledger, survival
-- How long customers take from one order to the next.

CREATE FUNCTION days_between_orders(ledger customer_ledger, as_of date DEFAULT NULL)
RETURNS TABLE (
    gaps bigint, customers bigint, p25_days double precision, median_days double precision,
    p75_days double precision, p90_days double precision
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1 AS 'MODULE_PATHNAME', 'customer_value_days_between_orders';
COMMENT ON FUNCTION days_between_orders(customer_ledger, date) IS
'how many days are between one order and the next, in one row: the gaps between consecutive days with an order up to as_of (the last day, if NULL), the customers who have any, and the quantiles of the gaps, interpolated as by percentile_cont: 25 %, median, 75 %, 90 %; orders of one day are one purchase; customers who have not ordered again yet are in no gap, so gaps look short; to include them? time_to_next_order';

CREATE FUNCTION time_to_next_order(ledger customer_ledger, nth integer DEFAULT 1, as_of date DEFAULT NULL)
RETURNS km_state
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_time_to_next_order';
COMMENT ON FUNCTION time_to_next_order(customer_ledger, integer, date) IS
'the days from each customer''s nth order to the next one, or to as_of (the last day, if NULL) for customers who have not ordered again by then, as a state of the survival family: km_median(state) is the time by which half have ordered again, 1 - km_survival(state, 60) the share within 60 days, km_curve(state) the whole curve; orders of one day are one purchase; states of shards merge with rollup if they have one as_of; how long are all gaps? days_between_orders';
