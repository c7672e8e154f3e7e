--@ requires: ledger
-- How many customers are active, and how often.

--@ report rolling_active(ledger customer_ledger, window_days integer DEFAULT 30, "from" date DEFAULT NULL, "to" date DEFAULT NULL) returns (day date, dau bigint, mau bigint, stickiness_pct numeric) is rolling_active:
--@     customers with an order on each day (dau) and in the window_days that end with it (mau), in the order of days;
--@     stickiness_pct = 100 dau / mau; from the first to the last day, or from and to; dau and mau add up over shards of customers with
--@     the same from and to; who is new among them? lifecycle
--@ report stickiness(ledger customer_ledger, step interval DEFAULT '1 month') returns (active_periods integer, customers bigint) is stickiness:
--@     how many customers ordered in exactly so many periods, fewest periods first, without numbers that nobody has; customers adds up
--@     over shards of customers; when did they stop? cohort_retention
