--@ requires: ledger
-- Golden customers: who brings the first 80 % of revenue.

CREATE FUNCTION golden_customers(
    ledger customer_ledger, threshold double precision DEFAULT 0.8,
    from_day date DEFAULT NULL, to_day date DEFAULT NULL
) RETURNS TABLE (golden_rank bigint, customer text, revenue numeric, revenue_share_pct numeric, cumulative_pct numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_golden_customers';
COMMENT ON FUNCTION golden_customers(customer_ledger, double precision, date, date) IS
'the golden customers by net revenue in [from_day, to_day), by rank, then key, which is given as text: golden is who has less than threshold of all positive revenue above, so who crosses the line is in, and equals are in or out together; revenue_share_pct is of all positive revenue, cumulative_pct with all of the same or a better rank; the reports of shards do not add up; to join with other tables? golden_customers(ledger, NULL::bigint); how do they change? golden_trend';

--@ for customer in bigint, uuid, text
CREATE FUNCTION golden_customers(
    ledger customer_ledger, key @customer@, threshold double precision DEFAULT 0.8,
    from_day date DEFAULT NULL, to_day date DEFAULT NULL
) RETURNS TABLE (
    golden_rank bigint, customer @customer@, revenue numeric, revenue_share_pct numeric, cumulative_pct numeric
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100
AS 'MODULE_PATHNAME', 'customer_value_golden_customers_@customer@';
COMMENT ON FUNCTION golden_customers(customer_ledger, @customer@, double precision, date, date) IS
'the same as golden_customers(ledger, threshold, from_day, to_day) with customers as @customer@, to join them with other tables: key is NULL::@customer@, its type names theirs';
--@ end

CREATE FUNCTION golden_trend(
    ledger customer_ledger, step interval DEFAULT '1 month',
    threshold double precision DEFAULT 0.8, from_day date DEFAULT NULL, to_day date DEFAULT NULL,
    origin date DEFAULT NULL
) RETURNS TABLE (
    period date, customers bigint, golden_customers bigint,
    golden_share_pct numeric, share_change_pp numeric, entered bigint, left_golden bigint
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_golden_trend';
COMMENT ON FUNCTION golden_trend(customer_ledger, interval, double precision, date, date, date) IS
'golden customers by the net revenue of each period, a row a period: customers are those with positive net revenue in it, golden_share_pct = 100 golden_customers / customers, share_change_pp against the row before, entered and left_golden who became and who no longer is golden since (NULL in the first row); the reports of shards do not add up; origin is a day on which a period starts, if weeks do not start on Monday or years in January; who are they? golden_customers';

CREATE FUNCTION golden_income_share(ledger customer_ledger, threshold double precision DEFAULT 0.8) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_golden_income_share';
COMMENT ON FUNCTION golden_income_share(customer_ledger, double precision) IS
'positive net revenue held by the golden customers, percent; NULL without any; who are they? golden_customers';

CREATE FUNCTION top_share(ledger customer_ledger, share double precision DEFAULT 0.2) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_top_share';
COMMENT ON FUNCTION top_share(customer_ledger, double precision) IS
'what the best customers bring, percent of all positive net revenue: top_share(ledger, 0.2) for the best 20 % of the customers with any row; where that is not a whole number of customers, the last one counts in part; NULL without positive revenue; of a period: top_share(slice(ledger, from_day, to_day)); how many customers bring 80 %? golden_customers';

CREATE FUNCTION gini(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_gini';
COMMENT ON FUNCTION gini(customer_ledger) IS
'Gini coefficient of the net revenue of customers with any row: 0 when all bring the same, near 1 when one brings everything; a customer below 0 counts as 0; NULL without positive revenue; who is it? golden_customers';
