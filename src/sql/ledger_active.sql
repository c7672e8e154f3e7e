--@ requires: ledger
-- How many customers are active, and how often.

CREATE FUNCTION rolling_active(
    ledger customer_ledger, window_days integer DEFAULT 30, from_day date DEFAULT NULL,
    to_day date DEFAULT NULL, known_from date DEFAULT NULL
) RETURNS TABLE (day date, dau bigint, mau bigint, stickiness_pct numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_rolling_active';
COMMENT ON FUNCTION rolling_active(customer_ledger, integer, date, date, date) IS
'customers with an order on each day (dau) and in the window_days that end with it (mau), in the order of days; stickiness_pct = 100 dau / mau; mau and stickiness_pct are NULL where the window begins before known_from, the day from which the ledger has all orders (the first day, if NULL); from the first to the last day, or of the days from_day <= day < to_day; dau and mau add up over shards of customers with the same days and one known_from; who is new among them? lifecycle';

CREATE FUNCTION stickiness(ledger customer_ledger, step interval DEFAULT '1 month', origin date DEFAULT NULL)
RETURNS TABLE (active_periods integer, customers bigint)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_stickiness';
COMMENT ON FUNCTION stickiness(customer_ledger, interval, date) IS
'how many customers ordered in exactly so many periods, fewest periods first, without numbers that nobody has; customers adds up over shards of customers; origin is a day on which a period starts, if weeks do not start on Monday or years in January; when did they stop? cohort_retention';
