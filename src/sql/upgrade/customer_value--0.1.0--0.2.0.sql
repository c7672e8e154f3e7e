-- complain if the script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION customer_value UPDATE TO '0.2.0'" to load this file. \quit

-- ---------- ledger ----------

-- The customer ledger: the whole customer base in one value.

CREATE TYPE customer_ledger;

CREATE FUNCTION customer_ledger_in(cstring) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customer_ledger_in';
COMMENT ON FUNCTION customer_ledger_in(cstring) IS
'reads the text form of customer_ledger; the word empty stands for a ledger of no rows';

CREATE FUNCTION customer_ledger_out(customer_ledger) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customer_ledger_out';
COMMENT ON FUNCTION customer_ledger_out(customer_ledger) IS
'writes the text form of customer_ledger, lossless';

CREATE FUNCTION customer_ledger_recv(internal) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customer_ledger_recv';
COMMENT ON FUNCTION customer_ledger_recv(internal) IS
'reads the binary form of customer_ledger';

CREATE FUNCTION customer_ledger_send(customer_ledger) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customer_ledger_send';
COMMENT ON FUNCTION customer_ledger_send(customer_ledger) IS
'writes the binary form of customer_ledger, lossless';

CREATE TYPE customer_ledger (
    INPUT = customer_ledger_in, OUTPUT = customer_ledger_out, RECEIVE = customer_ledger_recv, SEND = customer_ledger_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = external
);
COMMENT ON TYPE customer_ledger IS
'per customer the days and exact signed amounts of all orders and refunds, compressed; made by ledger_agg, merged by || and rollup, read by the reports and figures that take a customer_ledger';

CREATE FUNCTION customer_ledger_merge(customer_ledger, customer_ledger) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customer_ledger_merge';
COMMENT ON FUNCTION customer_ledger_merge(customer_ledger, customer_ledger) IS
'the ledger of the rows of both; || calls it';

CREATE OPERATOR || (LEFTARG = customer_ledger, RIGHTARG = customer_ledger, FUNCTION = customer_ledger_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (customer_ledger, customer_ledger) IS
'the ledger of the rows of both: of other customers, or of the same customers over other days';

CREATE FUNCTION customer_ledger_finish(customer_ledger) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customer_ledger_finish';
COMMENT ON FUNCTION customer_ledger_finish(customer_ledger) IS
'the ledger as an aggregate returns it';

CREATE AGGREGATE rollup(ledger customer_ledger) (
    SFUNC = customer_ledger_merge, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(customer_ledger) IS 'merges stored ledgers into one, as if their rows had been aggregated together';

CREATE FUNCTION customer_ledger_add(customer_ledger, customer bigint, day date, amount numeric) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_add_bigint';
COMMENT ON FUNCTION customer_ledger_add(customer_ledger, customer bigint, day date, amount numeric) IS
'the ledger with one more row';

CREATE FUNCTION customer_ledger_add(customer_ledger, customer bigint, day date) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_add_activity_bigint';
COMMENT ON FUNCTION customer_ledger_add(customer_ledger, customer bigint, day date) IS
'the ledger with one more row';

CREATE FUNCTION customer_ledger_add(customer_ledger, customer bigint, at timestamptz, amount numeric, tz text) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_add_instant_bigint';
COMMENT ON FUNCTION customer_ledger_add(customer_ledger, customer bigint, at timestamptz, amount numeric, tz text) IS
'the ledger with one more row';

CREATE FUNCTION customer_ledger_add(customer_ledger, customer bigint, at timestamptz, tz text) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_add_activity_instant_bigint';
COMMENT ON FUNCTION customer_ledger_add(customer_ledger, customer bigint, at timestamptz, tz text) IS
'the ledger with one more row';

CREATE AGGREGATE ledger_agg(customer bigint, day date, amount numeric) (
    SFUNC = customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(customer bigint, day date, amount numeric) IS
'the customer ledger of orders (amount >= 0) and refunds (amount < 0); what then? customer_growth, cohort_retention, customers';

CREATE AGGREGATE ledger_agg(customer bigint, day date) (
    SFUNC = customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(customer bigint, day date) IS
'the customer ledger of activity without amounts: days on which customers were there; what then? rolling_active, lifecycle';

CREATE AGGREGATE ledger_agg(customer bigint, at timestamptz, amount numeric, tz text) (
    SFUNC = customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(customer bigint, at timestamptz, amount numeric, tz text) IS
'the customer ledger of orders and refunds at instants, each on its day in the time zone tz, for example Europe/Berlin';

CREATE AGGREGATE ledger_agg(customer bigint, at timestamptz, tz text) (
    SFUNC = customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(customer bigint, at timestamptz, tz text) IS
'the customer ledger of activity at instants, each on its day in the time zone tz';

CREATE FUNCTION customer_ledger_add(customer_ledger, customer uuid, day date, amount numeric) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_add_uuid';
COMMENT ON FUNCTION customer_ledger_add(customer_ledger, customer uuid, day date, amount numeric) IS
'the ledger with one more row';

CREATE FUNCTION customer_ledger_add(customer_ledger, customer uuid, day date) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_add_activity_uuid';
COMMENT ON FUNCTION customer_ledger_add(customer_ledger, customer uuid, day date) IS
'the ledger with one more row';

CREATE FUNCTION customer_ledger_add(customer_ledger, customer uuid, at timestamptz, amount numeric, tz text) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_add_instant_uuid';
COMMENT ON FUNCTION customer_ledger_add(customer_ledger, customer uuid, at timestamptz, amount numeric, tz text) IS
'the ledger with one more row';

CREATE FUNCTION customer_ledger_add(customer_ledger, customer uuid, at timestamptz, tz text) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_add_activity_instant_uuid';
COMMENT ON FUNCTION customer_ledger_add(customer_ledger, customer uuid, at timestamptz, tz text) IS
'the ledger with one more row';

CREATE AGGREGATE ledger_agg(customer uuid, day date, amount numeric) (
    SFUNC = customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(customer uuid, day date, amount numeric) IS
'the customer ledger of orders (amount >= 0) and refunds (amount < 0); what then? customer_growth, cohort_retention, customers';

CREATE AGGREGATE ledger_agg(customer uuid, day date) (
    SFUNC = customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(customer uuid, day date) IS
'the customer ledger of activity without amounts: days on which customers were there; what then? rolling_active, lifecycle';

CREATE AGGREGATE ledger_agg(customer uuid, at timestamptz, amount numeric, tz text) (
    SFUNC = customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(customer uuid, at timestamptz, amount numeric, tz text) IS
'the customer ledger of orders and refunds at instants, each on its day in the time zone tz, for example Europe/Berlin';

CREATE AGGREGATE ledger_agg(customer uuid, at timestamptz, tz text) (
    SFUNC = customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(customer uuid, at timestamptz, tz text) IS
'the customer ledger of activity at instants, each on its day in the time zone tz';

CREATE FUNCTION customer_ledger_add(customer_ledger, customer text, day date, amount numeric) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_add_text';
COMMENT ON FUNCTION customer_ledger_add(customer_ledger, customer text, day date, amount numeric) IS
'the ledger with one more row';

CREATE FUNCTION customer_ledger_add(customer_ledger, customer text, day date) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_add_activity_text';
COMMENT ON FUNCTION customer_ledger_add(customer_ledger, customer text, day date) IS
'the ledger with one more row';

CREATE FUNCTION customer_ledger_add(customer_ledger, customer text, at timestamptz, amount numeric, tz text) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_add_instant_text';
COMMENT ON FUNCTION customer_ledger_add(customer_ledger, customer text, at timestamptz, amount numeric, tz text) IS
'the ledger with one more row';

CREATE FUNCTION customer_ledger_add(customer_ledger, customer text, at timestamptz, tz text) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_add_activity_instant_text';
COMMENT ON FUNCTION customer_ledger_add(customer_ledger, customer text, at timestamptz, tz text) IS
'the ledger with one more row';

CREATE AGGREGATE ledger_agg(customer text, day date, amount numeric) (
    SFUNC = customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(customer text, day date, amount numeric) IS
'the customer ledger of orders (amount >= 0) and refunds (amount < 0); what then? customer_growth, cohort_retention, customers';

CREATE AGGREGATE ledger_agg(customer text, day date) (
    SFUNC = customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(customer text, day date) IS
'the customer ledger of activity without amounts: days on which customers were there; what then? rolling_active, lifecycle';

CREATE AGGREGATE ledger_agg(customer text, at timestamptz, amount numeric, tz text) (
    SFUNC = customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(customer text, at timestamptz, amount numeric, tz text) IS
'the customer ledger of orders and refunds at instants, each on its day in the time zone tz, for example Europe/Berlin';

CREATE AGGREGATE ledger_agg(customer text, at timestamptz, tz text) (
    SFUNC = customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(customer text, at timestamptz, tz text) IS
'the customer ledger of activity at instants, each on its day in the time zone tz';


CREATE FUNCTION customers_count(ledger customer_ledger) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customers_count';
COMMENT ON FUNCTION customers_count(ledger customer_ledger) IS
'number of customers with any row';

CREATE FUNCTION rows_count(ledger customer_ledger) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_rows_count';
COMMENT ON FUNCTION rows_count(ledger customer_ledger) IS
'number of rows, orders and refunds';

CREATE FUNCTION first_day(ledger customer_ledger) RETURNS date
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_first_day';
COMMENT ON FUNCTION first_day(ledger customer_ledger) IS
'day of the first row; NULL without rows';

CREATE FUNCTION last_day(ledger customer_ledger) RETURNS date
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_last_day';
COMMENT ON FUNCTION last_day(ledger customer_ledger) IS
'day of the last row; NULL without rows';


-- Reports.

CREATE FUNCTION customer_growth(ledger customer_ledger, step interval DEFAULT '1 month', "from" date DEFAULT NULL, "to" date DEFAULT NULL, lapse interval DEFAULT '90 days')
RETURNS TABLE (period date, at_start bigint, new bigint, reactivated bigint, churned bigint, at_end bigint, churn_pct numeric, churn_lower_pct numeric, churn_upper_pct numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_customer_growth';
COMMENT ON FUNCTION customer_growth(ledger customer_ledger, step interval, "from" date, "to" date, lapse interval) IS
'how the customer base grew, a row a period: active means an order within the lapse before a bound; at_start + new + reactivated - churned = at_end; churn_pct = 100 churned / at_start with its 95 % interval; who were they? customers';


-- ---------- rfm ----------

-- RFM: recency, frequency, monetary value.

CREATE FUNCTION rfm_segment(r integer, f integer, m integer) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_segment';
COMMENT ON FUNCTION rfm_segment(r integer, f integer, m integer) IS
'the named segment of three RFM scores from 1 to 5, 5 being best: Champions, Loyal, Potential Loyalists, New Customers, Promising, Need Attention, About To Sleep, Cannot Lose Them, At Risk or Hibernating, by r against the mean of f and m (halves rounded up); who moved where? segment_migration';


-- ---------- ledger_slices ----------

-- Parts of a ledger.

CREATE FUNCTION as_of(ledger customer_ledger, as_of date) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_as_of';
COMMENT ON FUNCTION as_of(ledger customer_ledger, as_of date) IS
'the ledger as it was at the end of a day: without the rows of later days, and the customers who have no others';

CREATE FUNCTION slice(ledger customer_ledger, "from" date DEFAULT NULL, "to" date DEFAULT NULL) RETURNS customer_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_slice';
COMMENT ON FUNCTION slice(customer_ledger, date, date) IS
'the rows of the days from <= day < to, NULL for no bound, and the customers who have any; slices that cover all days make the whole again with rollup';
-- the word is reserved where a function is called: without quotes it is slice
CREATE FUNCTION "between"(ledger customer_ledger, "from" date, "to" date) RETURNS customer_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_slice';
COMMENT ON FUNCTION "between"(customer_ledger, date, date) IS
'the rows of the days from <= day < to, NULL for no bound: slice under the name that must be quoted';

CREATE FUNCTION ledger_shard(customer bigint, shards integer) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_shard_bigint';
COMMENT ON FUNCTION ledger_shard(customer bigint, shards integer) IS
'a number from 0 to shards - 1 for a customer, the same for ever and everywhere: to build ledgers in parts (GROUP BY ledger_shard(customer, 8)) whose reports add up';

CREATE FUNCTION ledger_shard(customer uuid, shards integer) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_shard_uuid';
COMMENT ON FUNCTION ledger_shard(customer uuid, shards integer) IS
'a number from 0 to shards - 1 for a customer, the same for ever and everywhere: to build ledgers in parts (GROUP BY ledger_shard(customer, 8)) whose reports add up';

CREATE FUNCTION ledger_shard(customer text, shards integer) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_shard_text';
COMMENT ON FUNCTION ledger_shard(customer text, shards integer) IS
'a number from 0 to shards - 1 for a customer, the same for ever and everywhere: to build ledgers in parts (GROUP BY ledger_shard(customer, 8)) whose reports add up';


-- ---------- ledger_lifecycle ----------

-- Customers of a period against the one before, and who was lost between two days.

CREATE FUNCTION lifecycle(ledger customer_ledger, step interval DEFAULT '1 month', "from" date DEFAULT NULL, "to" date DEFAULT NULL)
RETURNS TABLE (period date, new bigint, "returning" bigint, resurrecting bigint, dormant bigint)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_lifecycle';
COMMENT ON FUNCTION lifecycle(ledger customer_ledger, step interval, "from" date, "to" date) IS
'customers of each period against the previous one, in the order of periods: new ordered for the first time ever, returning in the previous period too, resurrecting earlier but not in the previous period, dormant in the previous period and not in this one; all columns add up over shards of customers with the same from and to; how often do they come? stickiness';

CREATE FUNCTION churn_rate(ledger customer_ledger, "from" date, "to" date, lapse interval DEFAULT '90 days') RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_churn_rate';
COMMENT ON FUNCTION churn_rate(ledger customer_ledger, "from" date, "to" date, lapse interval) IS
'customer churn in percent between two days: of the customers with an order within the lapse before from, those without one within the lapse before to; NULL where nobody was active; month by month: customer_growth';

CREATE FUNCTION retention_rate(ledger customer_ledger, "from" date, "to" date, lapse interval DEFAULT '90 days') RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_retention_rate';
COMMENT ON FUNCTION retention_rate(ledger customer_ledger, "from" date, "to" date, lapse interval) IS
'customers kept in percent between two days: 100 - churn_rate(ledger, from, to, lapse); by cohort: cohort_retention';


-- ---------- ledger_golden ----------

-- Golden customers: who brings the first 80 % of revenue.

CREATE FUNCTION golden_customers(ledger customer_ledger, key bigint, threshold double precision DEFAULT 0.8, "from" date DEFAULT NULL, "to" date DEFAULT NULL)
RETURNS TABLE (rank bigint, customer bigint, revenue numeric, share_pct numeric, cumulative_pct numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_golden_customers_bigint';
COMMENT ON FUNCTION golden_customers(ledger customer_ledger, key bigint, threshold double precision, "from" date, "to" date) IS
'the golden customers by net revenue in [from, to), by rank, then key: golden is who has less than threshold of all positive revenue above, so who crosses the line is in, and equals are in or out together; key is NULL::bigint; share_pct is of all positive revenue, cumulative_pct with all of the same or a better rank; the reports of shards do not add up; how do they change? golden_trend';

CREATE FUNCTION golden_customers(ledger customer_ledger, key uuid, threshold double precision DEFAULT 0.8, "from" date DEFAULT NULL, "to" date DEFAULT NULL)
RETURNS TABLE (rank bigint, customer uuid, revenue numeric, share_pct numeric, cumulative_pct numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_golden_customers_uuid';
COMMENT ON FUNCTION golden_customers(ledger customer_ledger, key uuid, threshold double precision, "from" date, "to" date) IS
'the golden customers by net revenue in [from, to), by rank, then key: golden is who has less than threshold of all positive revenue above, so who crosses the line is in, and equals are in or out together; key is NULL::uuid; share_pct is of all positive revenue, cumulative_pct with all of the same or a better rank; the reports of shards do not add up; how do they change? golden_trend';

CREATE FUNCTION golden_customers(ledger customer_ledger, key text, threshold double precision DEFAULT 0.8, "from" date DEFAULT NULL, "to" date DEFAULT NULL)
RETURNS TABLE (rank bigint, customer text, revenue numeric, share_pct numeric, cumulative_pct numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_golden_customers_text';
COMMENT ON FUNCTION golden_customers(ledger customer_ledger, key text, threshold double precision, "from" date, "to" date) IS
'the golden customers by net revenue in [from, to), by rank, then key: golden is who has less than threshold of all positive revenue above, so who crosses the line is in, and equals are in or out together; key is NULL::text; share_pct is of all positive revenue, cumulative_pct with all of the same or a better rank; the reports of shards do not add up; how do they change? golden_trend';


CREATE FUNCTION golden_trend(ledger customer_ledger, step interval DEFAULT '1 month', threshold double precision DEFAULT 0.8, "from" date DEFAULT NULL, "to" date DEFAULT NULL)
RETURNS TABLE (period date, customers bigint, golden_customers bigint, golden_share_pct numeric, share_change_pp numeric, entered bigint, left_ bigint)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_golden_trend';
COMMENT ON FUNCTION golden_trend(ledger customer_ledger, step interval, threshold double precision, "from" date, "to" date) IS
'golden customers by the net revenue of each period, a row a period: customers are those with positive net revenue in it, golden_share_pct = 100 golden_customers / customers, share_change_pp against the row before, entered and left_ who became and who no longer is golden since (NULL in the first row); the reports of shards do not add up; who are they? golden_customers';


CREATE FUNCTION golden_income_share(ledger customer_ledger, threshold double precision DEFAULT 0.8) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_golden_income_share';
COMMENT ON FUNCTION golden_income_share(ledger customer_ledger, threshold double precision) IS
'positive net revenue held by the golden customers, percent; NULL without any; who are they? golden_customers';

CREATE FUNCTION gini(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_gini';
COMMENT ON FUNCTION gini(ledger customer_ledger) IS
'Gini coefficient of the net revenue of customers with any row: 0 when all bring the same, near 1 when one brings everything; a customer below 0 counts as 0; NULL without positive revenue; who is it? golden_customers';


-- ---------- ledger_figures ----------

-- Figures of a ledger: revenue, frequency, lifespan, lifetime value.

CREATE FUNCTION net_revenue(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_net_revenue';
COMMENT ON FUNCTION net_revenue(ledger customer_ledger) IS
'net revenue: orders less refunds, exact; NULL without rows or amounts; adds up over shards; by customer? customers';

CREATE FUNCTION gross_revenue(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_gross_revenue';
COMMENT ON FUNCTION gross_revenue(ledger customer_ledger) IS
'gross revenue: the sum of orders before refunds, exact; NULL without rows or amounts; adds up over shards';

CREATE FUNCTION refund_rate(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_refund_rate';
COMMENT ON FUNCTION refund_rate(ledger customer_ledger) IS
'refunds in percent of gross revenue; NULL where that is 0';

CREATE FUNCTION avg_check(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_avg_check';
COMMENT ON FUNCTION avg_check(ledger customer_ledger) IS
'average check: net revenue / number of orders; NULL without orders or amounts';

CREATE FUNCTION purchase_frequency(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_purchase_frequency';
COMMENT ON FUNCTION purchase_frequency(ledger customer_ledger) IS
'orders per customer with an order; NULL without orders; who comes back? repeat_purchase_rate';

CREATE FUNCTION repeat_purchase_rate(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_repeat_purchase_rate';
COMMENT ON FUNCTION repeat_purchase_rate(ledger customer_ledger) IS
'customers with two orders or more in percent of customers with an order; NULL without orders';

CREATE FUNCTION historic_ltv(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_historic_ltv';
COMMENT ON FUNCTION historic_ltv(ledger customer_ledger) IS
'historic lifetime value: net revenue / customers with any row; NULL without rows or amounts';

CREATE FUNCTION historic_ltv(ledger customer_ledger, customers bigint) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_historic_ltv_of';
COMMENT ON FUNCTION historic_ltv(ledger customer_ledger, customers bigint) IS
'historic lifetime value over a given number of customers, those who never bought too: net revenue / customers; NULL for 0';

CREATE FUNCTION ltv(ledger customer_ledger) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_ltv';
COMMENT ON FUNCTION ltv(ledger customer_ledger) IS
'lifetime value: mean over customers of net revenue / lifespan, times the mean lifespan; a lifespan is the number of calendar months from the first to the last order, both counted; NULL without orders or amounts';

CREATE FUNCTION ltv(ledger customer_ledger, per interval) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_ltv_per';
COMMENT ON FUNCTION ltv(ledger customer_ledger, per interval) IS
'lifetime value with lifespans in other calendar steps than months: weeks, quarters, years; is it worth the cost? ltv_cac';


CREATE FUNCTION customer_lifespan(ledger customer_ledger, method text DEFAULT 'observed', lapse interval DEFAULT '90 days', as_of date DEFAULT NULL)
RETURNS double precision
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_customer_lifespan';
COMMENT ON FUNCTION customer_lifespan(customer_ledger, text, interval, date) IS
'mean lifespan of customers in days: observed from the first to the last order; or estimated, as customers go on living, by km (restricted mean of the Kaplan-Meier curve) or hazard (days seen / churned), where churned means no order within the lapse up to as_of; NULL without orders, or for hazard without churn';

CREATE AGGREGATE ltv(customer bigint, day date, amount numeric) (
    SFUNC = customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = ltv, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ltv(customer bigint, day date, amount numeric) IS
'lifetime value from orders (amount >= 0) and refunds (amount < 0): mean over customers of net revenue / lifespan in months, times the mean lifespan; in other steps, or stored? ltv(ledger_agg(customer, day, amount), per)';

CREATE AGGREGATE ltv(customer uuid, day date, amount numeric) (
    SFUNC = customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = ltv, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ltv(customer uuid, day date, amount numeric) IS
'lifetime value from orders (amount >= 0) and refunds (amount < 0): mean over customers of net revenue / lifespan in months, times the mean lifespan; in other steps, or stored? ltv(ledger_agg(customer, day, amount), per)';

CREATE AGGREGATE ltv(customer text, day date, amount numeric) (
    SFUNC = customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = ltv, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ltv(customer text, day date, amount numeric) IS
'lifetime value from orders (amount >= 0) and refunds (amount < 0): mean over customers of net revenue / lifespan in months, times the mean lifespan; in other steps, or stored? ltv(ledger_agg(customer, day, amount), per)';


-- ---------- ledger_cohorts ----------

-- Cohorts of customers by the period of their first order.

CREATE FUNCTION cohort_retention(ledger customer_ledger, step interval DEFAULT '1 month', kind text DEFAULT 'on', as_of date DEFAULT NULL)
RETURNS TABLE (cohort date, cohort_size bigint, period integer, active bigint, retention_pct numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_cohort_retention';
COMMENT ON FUNCTION cohort_retention(ledger customer_ledger, step interval, kind text, as_of date) IS
'how many customers of each cohort (the period of the first order) stayed: a row for each cohort and period 0, 1, 2, ... behind it, in this order; kind on counts who ordered in the period, on_or_after in it or later, every in each period up to it; NULL where the period has not ended at as_of (the last day, if NULL); over shards of customers with one as_of cohort_size and active add up where they are not NULL; what did they spend? revenue_cohorts';

CREATE FUNCTION revenue_cohorts(ledger customer_ledger, step interval DEFAULT '1 month', as_of date DEFAULT NULL)
RETURNS TABLE (cohort date, cohort_size bigint, period integer, revenue numeric, cumulative_revenue numeric, cumulative_per_customer numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_revenue_cohorts';
COMMENT ON FUNCTION revenue_cohorts(ledger customer_ledger, step interval, as_of date) IS
'what the customers of each cohort (the period of the first order) spent, net of refunds, in period 0, 1, 2, ... behind it and up to it; cumulative_per_customer is the curve of lifetime value; a row for each cohort and period, in this order; NULL where the period has not ended at as_of (the last day, if NULL); over shards of customers with one as_of cohort_size, revenue and cumulative_revenue add up where they are not NULL; how many stayed? cohort_retention';


-- ---------- ledger_active ----------

-- How many customers are active, and how often.

CREATE FUNCTION rolling_active(ledger customer_ledger, window_days integer DEFAULT 30, "from" date DEFAULT NULL, "to" date DEFAULT NULL)
RETURNS TABLE (day date, dau bigint, mau bigint, stickiness_pct numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_rolling_active';
COMMENT ON FUNCTION rolling_active(ledger customer_ledger, window_days integer, "from" date, "to" date) IS
'customers with an order on each day (dau) and in the window_days that end with it (mau), in the order of days; stickiness_pct = 100 dau / mau; from the first to the last day, or from and to; dau and mau add up over shards of customers with the same from and to; who is new among them? lifecycle';

CREATE FUNCTION stickiness(ledger customer_ledger, step interval DEFAULT '1 month')
RETURNS TABLE (active_periods integer, customers bigint)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_stickiness';
COMMENT ON FUNCTION stickiness(ledger customer_ledger, step interval) IS
'how many customers ordered in exactly so many periods, fewest periods first, without numbers that nobody has; customers adds up over shards of customers; when did they stop? cohort_retention';


-- ---------- ledger_customers ----------

-- Reports with a row per customer, and how customers move between segments.

CREATE FUNCTION customers(ledger customer_ledger, key bigint, as_of date DEFAULT NULL)
RETURNS TABLE (customer bigint, orders bigint, revenue numeric, gross_revenue numeric, refunds numeric, first_order date, last_order date, active_days bigint, avg_check numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_customers_bigint';
COMMENT ON FUNCTION customers(ledger customer_ledger, key bigint, as_of date) IS
'one row per customer with any row up to as_of, in the order of their keys; key is NULL::bigint, its type names that of the customers; revenue = gross_revenue + refunds (refunds are negative), avg_check = revenue / orders, active_days counts days with an order; money is NULL in a ledger without amounts; shards give their own customers; who matters most? golden_customers';

CREATE FUNCTION rfm_summary(ledger customer_ledger, key bigint, as_of date DEFAULT NULL, unit interval DEFAULT '1 day')
RETURNS TABLE (customer bigint, frequency bigint, recency double precision, age double precision, monetary_value numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_rfm_summary_bigint';
COMMENT ON FUNCTION rfm_summary(ledger customer_ledger, key bigint, as_of date, unit interval) IS
'what models of repeat buying take, one row per customer with an order up to as_of, in the order of their keys: frequency = days with an order but the first, recency = last - first order and age = as_of - first order in units of days or weeks, monetary_value = mean net spend of the repeat days, refunds of the same day taken off (0 without any); shards give their own customers, pass the same as_of to each; key is NULL::bigint; which segment? rfm_segment';

CREATE FUNCTION customers(ledger customer_ledger, key uuid, as_of date DEFAULT NULL)
RETURNS TABLE (customer uuid, orders bigint, revenue numeric, gross_revenue numeric, refunds numeric, first_order date, last_order date, active_days bigint, avg_check numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_customers_uuid';
COMMENT ON FUNCTION customers(ledger customer_ledger, key uuid, as_of date) IS
'one row per customer with any row up to as_of, in the order of their keys; key is NULL::uuid, its type names that of the customers; revenue = gross_revenue + refunds (refunds are negative), avg_check = revenue / orders, active_days counts days with an order; money is NULL in a ledger without amounts; shards give their own customers; who matters most? golden_customers';

CREATE FUNCTION rfm_summary(ledger customer_ledger, key uuid, as_of date DEFAULT NULL, unit interval DEFAULT '1 day')
RETURNS TABLE (customer uuid, frequency bigint, recency double precision, age double precision, monetary_value numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_rfm_summary_uuid';
COMMENT ON FUNCTION rfm_summary(ledger customer_ledger, key uuid, as_of date, unit interval) IS
'what models of repeat buying take, one row per customer with an order up to as_of, in the order of their keys: frequency = days with an order but the first, recency = last - first order and age = as_of - first order in units of days or weeks, monetary_value = mean net spend of the repeat days, refunds of the same day taken off (0 without any); shards give their own customers, pass the same as_of to each; key is NULL::uuid; which segment? rfm_segment';

CREATE FUNCTION customers(ledger customer_ledger, key text, as_of date DEFAULT NULL)
RETURNS TABLE (customer text, orders bigint, revenue numeric, gross_revenue numeric, refunds numeric, first_order date, last_order date, active_days bigint, avg_check numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_customers_text';
COMMENT ON FUNCTION customers(ledger customer_ledger, key text, as_of date) IS
'one row per customer with any row up to as_of, in the order of their keys; key is NULL::text, its type names that of the customers; revenue = gross_revenue + refunds (refunds are negative), avg_check = revenue / orders, active_days counts days with an order; money is NULL in a ledger without amounts; shards give their own customers; who matters most? golden_customers';

CREATE FUNCTION rfm_summary(ledger customer_ledger, key text, as_of date DEFAULT NULL, unit interval DEFAULT '1 day')
RETURNS TABLE (customer text, frequency bigint, recency double precision, age double precision, monetary_value numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_rfm_summary_text';
COMMENT ON FUNCTION rfm_summary(ledger customer_ledger, key text, as_of date, unit interval) IS
'what models of repeat buying take, one row per customer with an order up to as_of, in the order of their keys: frequency = days with an order but the first, recency = last - first order and age = as_of - first order in units of days or weeks, monetary_value = mean net spend of the repeat days, refunds of the same day taken off (0 without any); shards give their own customers, pass the same as_of to each; key is NULL::text; which segment? rfm_segment';


CREATE FUNCTION segment_migration(ledger customer_ledger, "from" date, "to" date, bins integer DEFAULT 5)
RETURNS TABLE (from_segment text, to_segment text, customers bigint)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_segment_migration';
COMMENT ON FUNCTION segment_migration(ledger customer_ledger, "from" date, "to" date, bins integer) IS
'how many customers moved from one RFM segment (see rfm_segment) at the end of day from to another at the end of day to, from the best segment down; from_segment is NULL for who had no order yet; R, F and M are scored among customers with an order by that day, in bins of equal rank (M is F in a ledger without amounts), so the reports of shards do not add up; who are they? customers';

