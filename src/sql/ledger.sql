-- The customer ledger: the whole customer base in one value.

CREATE TYPE customer_ledger;

--@ function customer_ledger_in(cstring) returns customer_ledger is customer_ledger_in:
--@     reads the text form of customer_ledger; the word empty stands for a ledger of no rows
--@ function customer_ledger_out(customer_ledger) returns cstring is customer_ledger_out: writes the text form of customer_ledger, lossless
--@ function customer_ledger_recv(internal) returns customer_ledger is customer_ledger_recv: reads the binary form of customer_ledger
--@ function customer_ledger_send(customer_ledger) returns bytea is customer_ledger_send: writes the binary form of customer_ledger, lossless
CREATE TYPE customer_ledger (
    INPUT = customer_ledger_in, OUTPUT = customer_ledger_out, RECEIVE = customer_ledger_recv, SEND = customer_ledger_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = external
);
COMMENT ON TYPE customer_ledger IS
'per customer the days and exact signed amounts of all orders and refunds, compressed; made by ledger_agg, merged by || and rollup, read by the reports and figures that take a customer_ledger';

--@ function customer_ledger_merge(customer_ledger, customer_ledger) returns customer_ledger is customer_ledger_merge:
--@     the ledger of the rows of both; || calls it
CREATE OPERATOR || (LEFTARG = customer_ledger, RIGHTARG = customer_ledger, FUNCTION = customer_ledger_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (customer_ledger, customer_ledger) IS
'the ledger of the rows of both: of other customers, or of the same customers over other days';

--@ function customer_ledger_finish(customer_ledger) returns customer_ledger is customer_ledger_finish: the ledger as an aggregate returns it
CREATE AGGREGATE rollup(ledger customer_ledger) (
    SFUNC = customer_ledger_merge, STYPE = customer_ledger, INITCOND = 'empty', COMBINEFUNC = customer_ledger_merge,
    FINALFUNC = customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(customer_ledger) IS 'merges stored ledgers into one, as if their rows had been aggregated together';
--@ function rollup(ledgers customer_ledger[]) returns customer_ledger is ledger_rollup_array:
--@     merges the ledgers of an array into one, as the aggregate does; up to 16 of one kind of key, and all with or all without amounts, in half the time;
--@     NULLs in the array count as no rows

--@ for customer in bigint, uuid, text
--@ function customer_ledger_add(customer_ledger, customer @customer@, day date, amount numeric) returns customer_ledger is ledger_add_@customer@:
--@     the ledger with one more row
--@ function customer_ledger_add(customer_ledger, customer @customer@, day date) returns customer_ledger is ledger_add_activity_@customer@:
--@     the ledger with one more row
--@ function customer_ledger_add(customer_ledger, customer @customer@, at timestamptz, amount numeric, tz text) returns customer_ledger is ledger_add_instant_@customer@:
--@     the ledger with one more row
--@ function customer_ledger_add(customer_ledger, customer @customer@, at timestamptz, tz text) returns customer_ledger is ledger_add_activity_instant_@customer@:
--@     the ledger with one more row
--@ ledger_aggregate ledger_agg(customer @customer@, day date, amount numeric):
--@     the customer ledger of orders (amount >= 0) and refunds (amount < 0); what then? customer_growth, cohort_retention, customers
--@ ledger_aggregate ledger_agg(customer @customer@, day date):
--@     the customer ledger of activity without amounts: days on which customers were there; what then? rolling_active, lifecycle
--@ ledger_aggregate ledger_agg(customer @customer@, at timestamptz, amount numeric, tz text):
--@     the customer ledger of orders and refunds at instants, each on its day in the time zone tz, for example Europe/Berlin
--@ ledger_aggregate ledger_agg(customer @customer@, at timestamptz, tz text):
--@     the customer ledger of activity at instants, each on its day in the time zone tz
--@ end

--@ function customers_count(ledger customer_ledger) returns bigint is customers_count: number of customers with any row
--@ function rows_count(ledger customer_ledger) returns bigint is ledger_rows_count: number of rows, orders and refunds
--@ function first_day(ledger customer_ledger) returns date is ledger_first_day: day of the first row; NULL without rows
--@ function last_day(ledger customer_ledger) returns date is ledger_last_day: day of the last row; NULL without rows

-- Reports.

--@ report customer_growth(ledger customer_ledger, step interval DEFAULT '1 month', "from" date DEFAULT NULL, "to" date DEFAULT NULL, lapse interval DEFAULT '90 days') returns (period date, at_start bigint, new bigint, reactivated bigint, churned bigint, at_end bigint, churn_pct numeric, churn_lower_pct numeric, churn_upper_pct numeric) is customer_growth:
--@     how the customer base grew, a row a period: active means an order within the lapse before a bound; at_start + new +
--@     reactivated - churned = at_end; churn_pct = 100 churned / at_start with its 95 % interval; who were they? customers
