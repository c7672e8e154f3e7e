-- complain if the script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION customer_value" to load this file. \quit

-- ---------- churn ----------

-- Customer churn and retention.

CREATE TYPE churn_state;

CREATE FUNCTION churn_state_in(cstring) RETURNS churn_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_state_in';
COMMENT ON FUNCTION churn_state_in(cstring) IS
'reads the text form of churn_state; the word empty stands for a state of no rows';

CREATE FUNCTION churn_state_out(churn_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_state_out';
COMMENT ON FUNCTION churn_state_out(churn_state) IS
'writes the text form of churn_state, lossless';

CREATE FUNCTION churn_state_recv(internal) RETURNS churn_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_state_recv';
COMMENT ON FUNCTION churn_state_recv(internal) IS
'reads the binary form of churn_state';

CREATE FUNCTION churn_state_send(churn_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_state_send';
COMMENT ON FUNCTION churn_state_send(churn_state) IS
'writes the binary form of churn_state, lossless';

CREATE TYPE churn_state (
    INPUT = churn_state_in, OUTPUT = churn_state_out, RECEIVE = churn_state_recv, SEND = churn_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE churn_state IS 'customers who were active at the start of a period, and how many of them were lost; store it, merge it with || or rollup, read it with the functions that take a churn_state';

CREATE FUNCTION churn_state_merge(churn_state, churn_state) RETURNS churn_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_state_merge';
COMMENT ON FUNCTION churn_state_merge(churn_state, churn_state) IS
'the churn_state of the rows of both; || calls it';

CREATE FUNCTION churn_state_finish(churn_state) RETURNS churn_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_state_finish';
COMMENT ON FUNCTION churn_state_finish(churn_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = churn_state, RIGHTARG = churn_state, FUNCTION = churn_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (churn_state, churn_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state churn_state) (
    SFUNC = churn_state_merge, STYPE = churn_state, INITCOND = 'empty', COMBINEFUNC = churn_state_merge, FINALFUNC = churn_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(churn_state) IS 'merges stored states into one, as if their rows had been aggregated together';


CREATE FUNCTION lost(state churn_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_lost';
COMMENT ON FUNCTION lost(state churn_state) IS
'customers who were active at the start of the period and not at its end';

CREATE FUNCTION at_start(state churn_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_at_start';
COMMENT ON FUNCTION at_start(state churn_state) IS
'customers who were active at the start of the period';

CREATE FUNCTION churn_rate(state churn_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_rate';
COMMENT ON FUNCTION churn_rate(state churn_state) IS
'customer churn in percent: 100 lost / at_start; NULL where nobody was there at the start; see churn_ci for how sure it is';

CREATE FUNCTION retention_rate(state churn_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_rate';
COMMENT ON FUNCTION retention_rate(state churn_state) IS
'customers kept in percent: 100 - churn_rate';

CREATE FUNCTION churn_ci(state churn_state, confidence double precision DEFAULT 0.95, OUT lower_pct numeric, OUT upper_pct numeric)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_ci';
COMMENT ON FUNCTION churn_ci(state churn_state, confidence double precision, OUT lower_pct numeric, OUT upper_pct numeric) IS
'confidence interval of the churn rate in percent (Wilson score), right for few customers and for 0 or all lost too; NULL where nobody was there at the start';

CREATE FUNCTION churn_ci(lost bigint, at_start bigint, confidence double precision DEFAULT 0.95, OUT lower_pct numeric, OUT upper_pct numeric)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_ci_counts';
COMMENT ON FUNCTION churn_ci(lost bigint, at_start bigint, confidence double precision, OUT lower_pct numeric, OUT upper_pct numeric) IS
'confidence interval of the churn rate of counts, in percent (Wilson score)';

CREATE FUNCTION churn_rate(lost bigint, at_start bigint) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_rate_counts';
COMMENT ON FUNCTION churn_rate(lost bigint, at_start bigint) IS
'customer churn in percent from counts: 100 lost / at_start; NULL where at_start is 0; over a year: annualized_churn';

CREATE FUNCTION retention_rate(lost bigint, at_start bigint) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_rate_counts';
COMMENT ON FUNCTION retention_rate(lost bigint, at_start bigint) IS
'customers kept in percent from counts, with the same arguments as churn_rate: 100 - churn_rate';

CREATE FUNCTION churn_rate_new_included(lost bigint, at_start bigint, joined bigint) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_rate_new_included';
COMMENT ON FUNCTION churn_rate_new_included(lost bigint, at_start bigint, joined bigint) IS
'churn in percent by the formula of Stripe, lower in months of growth: 100 lost / (at_start + joined); lost counts those who joined and left inside the period too';

CREATE FUNCTION annualized_churn(rate_pct double precision, periods double precision) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_annualized_churn';
COMMENT ON FUNCTION annualized_churn(rate_pct double precision, periods double precision) IS
'churn in percent over so many periods at a constant rate in percent per period: 100 (1 - (1 - c)^n); 5 % a month is 45.96 % a year, not 60';

CREATE FUNCTION churn_state_add(churn_state, was_active boolean, is_active boolean) RETURNS churn_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_add';
COMMENT ON FUNCTION churn_state_add(churn_state, was_active boolean, is_active boolean) IS
'the state with one more customer';

CREATE FUNCTION churn_state_remove(churn_state, was_active boolean, is_active boolean) RETURNS churn_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_remove';
COMMENT ON FUNCTION churn_state_remove(churn_state, was_active boolean, is_active boolean) IS
'the state with one customer less, for moving windows';

CREATE AGGREGATE churn_agg(was_active boolean, is_active boolean) (
    SFUNC = churn_state_add, STYPE = churn_state, INITCOND = 'empty', COMBINEFUNC = churn_state_merge, FINALFUNC = churn_state_finish,
    MSFUNC = churn_state_add, MINVFUNC = churn_state_remove, MSTYPE = churn_state, MINITCOND = 'empty', MFINALFUNC = churn_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_agg(was_active boolean, is_active boolean) IS
'counts customers by whether they were active at the start and are at the end into a state to store, merge and read with churn_rate, retention_rate, churn_ci';

CREATE AGGREGATE churn_rate(was_active boolean, is_active boolean) (
    SFUNC = churn_state_add, STYPE = churn_state, INITCOND = 'empty', COMBINEFUNC = churn_state_merge, FINALFUNC = churn_rate,
    MSFUNC = churn_state_add, MINVFUNC = churn_state_remove, MSTYPE = churn_state, MINITCOND = 'empty', MFINALFUNC = churn_rate,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_rate(was_active boolean, is_active boolean) IS
'customer churn in percent of customers by whether they were active at the start and are at the end: 100 lost / active at the start; who joins inside the period is in neither; how sure is it? churn_ci(churn_agg(was_active, is_active))';

CREATE AGGREGATE retention_rate(was_active boolean, is_active boolean) (
    SFUNC = churn_state_add, STYPE = churn_state, INITCOND = 'empty', COMBINEFUNC = churn_state_merge, FINALFUNC = retention_rate,
    MSFUNC = churn_state_add, MINVFUNC = churn_state_remove, MSTYPE = churn_state, MINITCOND = 'empty', MFINALFUNC = retention_rate,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE retention_rate(was_active boolean, is_active boolean) IS
'customers kept in percent of customers by whether they were active at the start and are at the end: 100 - churn_rate(was_active, is_active)';

CREATE FUNCTION churn_state_add(churn_state, active tstzmultirange, period tstzrange) RETURNS churn_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_add_ranges';
COMMENT ON FUNCTION churn_state_add(churn_state, active tstzmultirange, period tstzrange) IS
'the state with one more customer';

CREATE FUNCTION churn_state_remove(churn_state, active tstzmultirange, period tstzrange) RETURNS churn_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_remove_ranges';
COMMENT ON FUNCTION churn_state_remove(churn_state, active tstzmultirange, period tstzrange) IS
'the state with one customer less, for moving windows';

CREATE AGGREGATE churn_agg(active tstzmultirange, period tstzrange) (
    SFUNC = churn_state_add, STYPE = churn_state, INITCOND = 'empty', COMBINEFUNC = churn_state_merge, FINALFUNC = churn_state_finish,
    MSFUNC = churn_state_add, MINVFUNC = churn_state_remove, MSTYPE = churn_state, MINITCOND = 'empty', MFINALFUNC = churn_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_agg(active tstzmultirange, period tstzrange) IS
'counts customers by whether the times they are covered reach up to the start and up to the end of the period into a state to store, merge and read with churn_rate, retention_rate, churn_ci';

CREATE AGGREGATE churn_rate(active tstzmultirange, period tstzrange) (
    SFUNC = churn_state_add, STYPE = churn_state, INITCOND = 'empty', COMBINEFUNC = churn_state_merge, FINALFUNC = churn_rate,
    MSFUNC = churn_state_add, MINVFUNC = churn_state_remove, MSTYPE = churn_state, MINITCOND = 'empty', MFINALFUNC = churn_rate,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_rate(active tstzmultirange, period tstzrange) IS
'customer churn in percent of customers by whether the times they are covered reach up to the start and up to the end of the period: 100 lost / active at the start; who joins inside the period is in neither; how sure is it? churn_ci(churn_agg(active, period))';

CREATE AGGREGATE retention_rate(active tstzmultirange, period tstzrange) (
    SFUNC = churn_state_add, STYPE = churn_state, INITCOND = 'empty', COMBINEFUNC = churn_state_merge, FINALFUNC = retention_rate,
    MSFUNC = churn_state_add, MINVFUNC = churn_state_remove, MSTYPE = churn_state, MINITCOND = 'empty', MFINALFUNC = retention_rate,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE retention_rate(active tstzmultirange, period tstzrange) IS
'customers kept in percent of customers by whether the times they are covered reach up to the start and up to the end of the period: 100 - churn_rate(active, period)';

CREATE FUNCTION churn_state_add(churn_state, active datemultirange, period daterange) RETURNS churn_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_add_ranges';
COMMENT ON FUNCTION churn_state_add(churn_state, active datemultirange, period daterange) IS
'the state with one more customer';

CREATE FUNCTION churn_state_remove(churn_state, active datemultirange, period daterange) RETURNS churn_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_remove_ranges';
COMMENT ON FUNCTION churn_state_remove(churn_state, active datemultirange, period daterange) IS
'the state with one customer less, for moving windows';

CREATE AGGREGATE churn_agg(active datemultirange, period daterange) (
    SFUNC = churn_state_add, STYPE = churn_state, INITCOND = 'empty', COMBINEFUNC = churn_state_merge, FINALFUNC = churn_state_finish,
    MSFUNC = churn_state_add, MINVFUNC = churn_state_remove, MSTYPE = churn_state, MINITCOND = 'empty', MFINALFUNC = churn_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_agg(active datemultirange, period daterange) IS
'counts customers by whether the times they are covered reach up to the start and up to the end of the period into a state to store, merge and read with churn_rate, retention_rate, churn_ci';

CREATE AGGREGATE churn_rate(active datemultirange, period daterange) (
    SFUNC = churn_state_add, STYPE = churn_state, INITCOND = 'empty', COMBINEFUNC = churn_state_merge, FINALFUNC = churn_rate,
    MSFUNC = churn_state_add, MINVFUNC = churn_state_remove, MSTYPE = churn_state, MINITCOND = 'empty', MFINALFUNC = churn_rate,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_rate(active datemultirange, period daterange) IS
'customer churn in percent of customers by whether the times they are covered reach up to the start and up to the end of the period: 100 lost / active at the start; who joins inside the period is in neither; how sure is it? churn_ci(churn_agg(active, period))';

CREATE AGGREGATE retention_rate(active datemultirange, period daterange) (
    SFUNC = churn_state_add, STYPE = churn_state, INITCOND = 'empty', COMBINEFUNC = churn_state_merge, FINALFUNC = retention_rate,
    MSFUNC = churn_state_add, MINVFUNC = churn_state_remove, MSTYPE = churn_state, MINITCOND = 'empty', MFINALFUNC = retention_rate,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE retention_rate(active datemultirange, period daterange) IS
'customers kept in percent of customers by whether the times they are covered reach up to the start and up to the end of the period: 100 - churn_rate(active, period)';


-- ---------- common ----------

-- What formulas are made of. An extension that any user may create must not be fooled by objects that the user has put into
-- its schema: everything here and in the formulas is called with exactly the types that it is declared for.

CREATE FUNCTION checked_argument(argument text, value numeric, at_least numeric, at_most numeric)
RETURNS numeric LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_checked_argument';
COMMENT ON FUNCTION checked_argument(text, numeric, numeric, numeric) IS
'the value itself, where it is finite and between at_least and at_most (NULL: no bound); otherwise error 22003 that names the argument';

CREATE FUNCTION shortest_decimal(value real) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_shortest_decimal_real';
COMMENT ON FUNCTION shortest_decimal(value real) IS
'the shortest decimal that reads back as the same number, whatever extra_float_digits says';

CREATE FUNCTION shortest_decimal(value double precision) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_shortest_decimal_double';
COMMENT ON FUNCTION shortest_decimal(value double precision) IS
'the shortest decimal that reads back as the same number, whatever extra_float_digits says';


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


-- ---------- nps ----------

-- Surveys: net promoter score and customer satisfaction.

CREATE TYPE nps_state;

CREATE FUNCTION nps_state_in(cstring) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_state_in';
COMMENT ON FUNCTION nps_state_in(cstring) IS
'reads the text form of nps_state; the word empty stands for a state of no rows';

CREATE FUNCTION nps_state_out(nps_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_state_out';
COMMENT ON FUNCTION nps_state_out(nps_state) IS
'writes the text form of nps_state, lossless';

CREATE FUNCTION nps_state_recv(internal) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_state_recv';
COMMENT ON FUNCTION nps_state_recv(internal) IS
'reads the binary form of nps_state';

CREATE FUNCTION nps_state_send(nps_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_state_send';
COMMENT ON FUNCTION nps_state_send(nps_state) IS
'writes the binary form of nps_state, lossless';

CREATE TYPE nps_state (
    INPUT = nps_state_in, OUTPUT = nps_state_out, RECEIVE = nps_state_recv, SEND = nps_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE nps_state IS 'answers to "would you recommend us?" counted as promoters, passives and detractors; store it, merge it with || or rollup, read it with the functions that take a nps_state';

CREATE FUNCTION nps_state_merge(nps_state, nps_state) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_state_merge';
COMMENT ON FUNCTION nps_state_merge(nps_state, nps_state) IS
'the nps_state of the rows of both; || calls it';

CREATE FUNCTION nps_state_finish(nps_state) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_state_finish';
COMMENT ON FUNCTION nps_state_finish(nps_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = nps_state, RIGHTARG = nps_state, FUNCTION = nps_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (nps_state, nps_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state nps_state) (
    SFUNC = nps_state_merge, STYPE = nps_state, INITCOND = 'empty', COMBINEFUNC = nps_state_merge, FINALFUNC = nps_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(nps_state) IS 'merges stored states into one, as if their rows had been aggregated together';

CREATE TYPE csat_state;

CREATE FUNCTION csat_state_in(cstring) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_state_in';
COMMENT ON FUNCTION csat_state_in(cstring) IS
'reads the text form of csat_state; the word empty stands for a state of no rows';

CREATE FUNCTION csat_state_out(csat_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_state_out';
COMMENT ON FUNCTION csat_state_out(csat_state) IS
'writes the text form of csat_state, lossless';

CREATE FUNCTION csat_state_recv(internal) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_state_recv';
COMMENT ON FUNCTION csat_state_recv(internal) IS
'reads the binary form of csat_state';

CREATE FUNCTION csat_state_send(csat_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_state_send';
COMMENT ON FUNCTION csat_state_send(csat_state) IS
'writes the binary form of csat_state, lossless';

CREATE TYPE csat_state (
    INPUT = csat_state_in, OUTPUT = csat_state_out, RECEIVE = csat_state_recv, SEND = csat_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE csat_state IS 'survey answers counted as satisfied or not; store it, merge it with || or rollup, read it with the functions that take a csat_state';

CREATE FUNCTION csat_state_merge(csat_state, csat_state) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_state_merge';
COMMENT ON FUNCTION csat_state_merge(csat_state, csat_state) IS
'the csat_state of the rows of both; || calls it';

CREATE FUNCTION csat_state_finish(csat_state) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_state_finish';
COMMENT ON FUNCTION csat_state_finish(csat_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = csat_state, RIGHTARG = csat_state, FUNCTION = csat_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (csat_state, csat_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state csat_state) (
    SFUNC = csat_state_merge, STYPE = csat_state, INITCOND = 'empty', COMBINEFUNC = csat_state_merge, FINALFUNC = csat_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(csat_state) IS 'merges stored states into one, as if their rows had been aggregated together';


CREATE FUNCTION promoters(state nps_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_promoters';
COMMENT ON FUNCTION promoters(state nps_state) IS
'number of answers of 9 and more';

CREATE FUNCTION passives(state nps_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_passives';
COMMENT ON FUNCTION passives(state nps_state) IS
'number of answers from 7 to below 9';

CREATE FUNCTION detractors(state nps_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_detractors';
COMMENT ON FUNCTION detractors(state nps_state) IS
'number of answers below 7';

CREATE FUNCTION responses(state nps_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_responses';
COMMENT ON FUNCTION responses(state nps_state) IS
'number of answers; the smaller, the wider nps_ci';

CREATE FUNCTION nps(state nps_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_value';
COMMENT ON FUNCTION nps(state nps_state) IS
'net promoter score, -100 to 100 points: 100 (promoters - detractors) / responses; NULL without responses; see nps_ci for how sure it is';

CREATE FUNCTION nps_ci(state nps_state, confidence double precision DEFAULT 0.95, OUT lower numeric, OUT upper numeric)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_ci';
COMMENT ON FUNCTION nps_ci(state nps_state, confidence double precision, OUT lower numeric, OUT upper numeric) IS
'confidence interval of the net promoter score in points, nps +- z 100 sqrt((p + d - (p - d)^2) / n), cut at -100 and 100; two months whose intervals overlap may not differ: see nps_compare';

CREATE FUNCTION nps_compare(first nps_state, second nps_state, OUT difference numeric, OUT z double precision, OUT p_value double precision)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_compare';
COMMENT ON FUNCTION nps_compare(first nps_state, second nps_state, OUT difference numeric, OUT z double precision, OUT p_value double precision) IS
'second net promoter score minus first, in points, with the z and two-sided p-value of the difference; a small p-value says that it is more than chance';

CREATE FUNCTION satisfied(state csat_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_satisfied';
COMMENT ON FUNCTION satisfied(state csat_state) IS
'number of answers at or above the top that they were counted with';

CREATE FUNCTION responses(state csat_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_responses';
COMMENT ON FUNCTION responses(state csat_state) IS
'number of answers';

CREATE FUNCTION csat(state csat_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_value';
COMMENT ON FUNCTION csat(state csat_state) IS
'customer satisfaction in percent: 100 satisfied / responses; NULL without responses';


CREATE FUNCTION nps_valid(score smallint) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_valid_smallint';
COMMENT ON FUNCTION nps_valid(score smallint) IS
'true for a score from 0 to 10; for FILTER (WHERE nps_valid(score))';

CREATE FUNCTION nps_state_add(nps_state, score smallint) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_add_smallint';
COMMENT ON FUNCTION nps_state_add(nps_state, score smallint) IS
'the state with one more answer';

CREATE FUNCTION nps_state_remove(nps_state, score smallint) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_remove_smallint';
COMMENT ON FUNCTION nps_state_remove(nps_state, score smallint) IS
'the state with one answer less, for moving windows';

CREATE AGGREGATE nps_agg(score smallint) (
    SFUNC = nps_state_add, STYPE = nps_state, INITCOND = 'empty', COMBINEFUNC = nps_state_merge, FINALFUNC = nps_state_finish,
    MSFUNC = nps_state_add, MINVFUNC = nps_state_remove, MSTYPE = nps_state, MINITCOND = 'empty', MFINALFUNC = nps_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps_agg(score smallint) IS
'counts survey answers from 0 to 10 into a state to store, merge and read with nps, nps_ci, promoters';

CREATE AGGREGATE nps(score smallint) (
    SFUNC = nps_state_add, STYPE = nps_state, INITCOND = 'empty', COMBINEFUNC = nps_state_merge, FINALFUNC = nps,
    MSFUNC = nps_state_add, MINVFUNC = nps_state_remove, MSTYPE = nps_state, MINITCOND = 'empty', MFINALFUNC = nps,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps(score smallint) IS
'net promoter score, -100 to 100 points: percent of answers of 9 and more, less percent below 7; how sure is it? nps_ci(nps_agg(score))';

CREATE FUNCTION csat_state_add(csat_state, score smallint, top smallint) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_add_smallint';
COMMENT ON FUNCTION csat_state_add(csat_state, score smallint, top smallint) IS
'the state with one more answer';

CREATE FUNCTION csat_state_remove(csat_state, score smallint, top smallint) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_remove_smallint';
COMMENT ON FUNCTION csat_state_remove(csat_state, score smallint, top smallint) IS
'the state with one answer less, for moving windows';

CREATE AGGREGATE csat_agg(score smallint, top smallint) (
    SFUNC = csat_state_add, STYPE = csat_state, INITCOND = 'empty', COMBINEFUNC = csat_state_merge, FINALFUNC = csat_state_finish,
    MSFUNC = csat_state_add, MINVFUNC = csat_state_remove, MSTYPE = csat_state, MINITCOND = 'empty', MFINALFUNC = csat_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat_agg(score smallint, top smallint) IS
'counts survey answers at or above top into a state to store, merge and read with csat';

CREATE AGGREGATE csat(score smallint, top smallint) (
    SFUNC = csat_state_add, STYPE = csat_state, INITCOND = 'empty', COMBINEFUNC = csat_state_merge, FINALFUNC = csat,
    MSFUNC = csat_state_add, MINVFUNC = csat_state_remove, MSTYPE = csat_state, MINITCOND = 'empty', MFINALFUNC = csat,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat(score smallint, top smallint) IS
'customer satisfaction: percent of answers at or above top, for example csat(score, 4) on a scale of 5';

CREATE FUNCTION nps_valid(score integer) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_valid_integer';
COMMENT ON FUNCTION nps_valid(score integer) IS
'true for a score from 0 to 10; for FILTER (WHERE nps_valid(score))';

CREATE FUNCTION nps_state_add(nps_state, score integer) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_add_integer';
COMMENT ON FUNCTION nps_state_add(nps_state, score integer) IS
'the state with one more answer';

CREATE FUNCTION nps_state_remove(nps_state, score integer) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_remove_integer';
COMMENT ON FUNCTION nps_state_remove(nps_state, score integer) IS
'the state with one answer less, for moving windows';

CREATE AGGREGATE nps_agg(score integer) (
    SFUNC = nps_state_add, STYPE = nps_state, INITCOND = 'empty', COMBINEFUNC = nps_state_merge, FINALFUNC = nps_state_finish,
    MSFUNC = nps_state_add, MINVFUNC = nps_state_remove, MSTYPE = nps_state, MINITCOND = 'empty', MFINALFUNC = nps_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps_agg(score integer) IS
'counts survey answers from 0 to 10 into a state to store, merge and read with nps, nps_ci, promoters';

CREATE AGGREGATE nps(score integer) (
    SFUNC = nps_state_add, STYPE = nps_state, INITCOND = 'empty', COMBINEFUNC = nps_state_merge, FINALFUNC = nps,
    MSFUNC = nps_state_add, MINVFUNC = nps_state_remove, MSTYPE = nps_state, MINITCOND = 'empty', MFINALFUNC = nps,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps(score integer) IS
'net promoter score, -100 to 100 points: percent of answers of 9 and more, less percent below 7; how sure is it? nps_ci(nps_agg(score))';

CREATE FUNCTION csat_state_add(csat_state, score integer, top integer) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_add_integer';
COMMENT ON FUNCTION csat_state_add(csat_state, score integer, top integer) IS
'the state with one more answer';

CREATE FUNCTION csat_state_remove(csat_state, score integer, top integer) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_remove_integer';
COMMENT ON FUNCTION csat_state_remove(csat_state, score integer, top integer) IS
'the state with one answer less, for moving windows';

CREATE AGGREGATE csat_agg(score integer, top integer) (
    SFUNC = csat_state_add, STYPE = csat_state, INITCOND = 'empty', COMBINEFUNC = csat_state_merge, FINALFUNC = csat_state_finish,
    MSFUNC = csat_state_add, MINVFUNC = csat_state_remove, MSTYPE = csat_state, MINITCOND = 'empty', MFINALFUNC = csat_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat_agg(score integer, top integer) IS
'counts survey answers at or above top into a state to store, merge and read with csat';

CREATE AGGREGATE csat(score integer, top integer) (
    SFUNC = csat_state_add, STYPE = csat_state, INITCOND = 'empty', COMBINEFUNC = csat_state_merge, FINALFUNC = csat,
    MSFUNC = csat_state_add, MINVFUNC = csat_state_remove, MSTYPE = csat_state, MINITCOND = 'empty', MFINALFUNC = csat,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat(score integer, top integer) IS
'customer satisfaction: percent of answers at or above top, for example csat(score, 4) on a scale of 5';

CREATE FUNCTION nps_valid(score bigint) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_valid_bigint';
COMMENT ON FUNCTION nps_valid(score bigint) IS
'true for a score from 0 to 10; for FILTER (WHERE nps_valid(score))';

CREATE FUNCTION nps_state_add(nps_state, score bigint) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_add_bigint';
COMMENT ON FUNCTION nps_state_add(nps_state, score bigint) IS
'the state with one more answer';

CREATE FUNCTION nps_state_remove(nps_state, score bigint) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_remove_bigint';
COMMENT ON FUNCTION nps_state_remove(nps_state, score bigint) IS
'the state with one answer less, for moving windows';

CREATE AGGREGATE nps_agg(score bigint) (
    SFUNC = nps_state_add, STYPE = nps_state, INITCOND = 'empty', COMBINEFUNC = nps_state_merge, FINALFUNC = nps_state_finish,
    MSFUNC = nps_state_add, MINVFUNC = nps_state_remove, MSTYPE = nps_state, MINITCOND = 'empty', MFINALFUNC = nps_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps_agg(score bigint) IS
'counts survey answers from 0 to 10 into a state to store, merge and read with nps, nps_ci, promoters';

CREATE AGGREGATE nps(score bigint) (
    SFUNC = nps_state_add, STYPE = nps_state, INITCOND = 'empty', COMBINEFUNC = nps_state_merge, FINALFUNC = nps,
    MSFUNC = nps_state_add, MINVFUNC = nps_state_remove, MSTYPE = nps_state, MINITCOND = 'empty', MFINALFUNC = nps,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps(score bigint) IS
'net promoter score, -100 to 100 points: percent of answers of 9 and more, less percent below 7; how sure is it? nps_ci(nps_agg(score))';

CREATE FUNCTION csat_state_add(csat_state, score bigint, top bigint) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_add_bigint';
COMMENT ON FUNCTION csat_state_add(csat_state, score bigint, top bigint) IS
'the state with one more answer';

CREATE FUNCTION csat_state_remove(csat_state, score bigint, top bigint) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_remove_bigint';
COMMENT ON FUNCTION csat_state_remove(csat_state, score bigint, top bigint) IS
'the state with one answer less, for moving windows';

CREATE AGGREGATE csat_agg(score bigint, top bigint) (
    SFUNC = csat_state_add, STYPE = csat_state, INITCOND = 'empty', COMBINEFUNC = csat_state_merge, FINALFUNC = csat_state_finish,
    MSFUNC = csat_state_add, MINVFUNC = csat_state_remove, MSTYPE = csat_state, MINITCOND = 'empty', MFINALFUNC = csat_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat_agg(score bigint, top bigint) IS
'counts survey answers at or above top into a state to store, merge and read with csat';

CREATE AGGREGATE csat(score bigint, top bigint) (
    SFUNC = csat_state_add, STYPE = csat_state, INITCOND = 'empty', COMBINEFUNC = csat_state_merge, FINALFUNC = csat,
    MSFUNC = csat_state_add, MINVFUNC = csat_state_remove, MSTYPE = csat_state, MINITCOND = 'empty', MFINALFUNC = csat,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat(score bigint, top bigint) IS
'customer satisfaction: percent of answers at or above top, for example csat(score, 4) on a scale of 5';

CREATE FUNCTION nps_valid(score numeric) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_valid_numeric';
COMMENT ON FUNCTION nps_valid(score numeric) IS
'true for a score from 0 to 10; for FILTER (WHERE nps_valid(score))';

CREATE FUNCTION nps_state_add(nps_state, score numeric) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_add_numeric';
COMMENT ON FUNCTION nps_state_add(nps_state, score numeric) IS
'the state with one more answer';

CREATE FUNCTION nps_state_remove(nps_state, score numeric) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_remove_numeric';
COMMENT ON FUNCTION nps_state_remove(nps_state, score numeric) IS
'the state with one answer less, for moving windows';

CREATE AGGREGATE nps_agg(score numeric) (
    SFUNC = nps_state_add, STYPE = nps_state, INITCOND = 'empty', COMBINEFUNC = nps_state_merge, FINALFUNC = nps_state_finish,
    MSFUNC = nps_state_add, MINVFUNC = nps_state_remove, MSTYPE = nps_state, MINITCOND = 'empty', MFINALFUNC = nps_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps_agg(score numeric) IS
'counts survey answers from 0 to 10 into a state to store, merge and read with nps, nps_ci, promoters';

CREATE AGGREGATE nps(score numeric) (
    SFUNC = nps_state_add, STYPE = nps_state, INITCOND = 'empty', COMBINEFUNC = nps_state_merge, FINALFUNC = nps,
    MSFUNC = nps_state_add, MINVFUNC = nps_state_remove, MSTYPE = nps_state, MINITCOND = 'empty', MFINALFUNC = nps,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps(score numeric) IS
'net promoter score, -100 to 100 points: percent of answers of 9 and more, less percent below 7; how sure is it? nps_ci(nps_agg(score))';

CREATE FUNCTION csat_state_add(csat_state, score numeric, top numeric) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_add_numeric';
COMMENT ON FUNCTION csat_state_add(csat_state, score numeric, top numeric) IS
'the state with one more answer';

CREATE FUNCTION csat_state_remove(csat_state, score numeric, top numeric) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_remove_numeric';
COMMENT ON FUNCTION csat_state_remove(csat_state, score numeric, top numeric) IS
'the state with one answer less, for moving windows';

CREATE AGGREGATE csat_agg(score numeric, top numeric) (
    SFUNC = csat_state_add, STYPE = csat_state, INITCOND = 'empty', COMBINEFUNC = csat_state_merge, FINALFUNC = csat_state_finish,
    MSFUNC = csat_state_add, MINVFUNC = csat_state_remove, MSTYPE = csat_state, MINITCOND = 'empty', MFINALFUNC = csat_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat_agg(score numeric, top numeric) IS
'counts survey answers at or above top into a state to store, merge and read with csat';

CREATE AGGREGATE csat(score numeric, top numeric) (
    SFUNC = csat_state_add, STYPE = csat_state, INITCOND = 'empty', COMBINEFUNC = csat_state_merge, FINALFUNC = csat,
    MSFUNC = csat_state_add, MINVFUNC = csat_state_remove, MSTYPE = csat_state, MINITCOND = 'empty', MFINALFUNC = csat,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat(score numeric, top numeric) IS
'customer satisfaction: percent of answers at or above top, for example csat(score, 4) on a scale of 5';

CREATE FUNCTION nps_valid(score real) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_valid_real';
COMMENT ON FUNCTION nps_valid(score real) IS
'true for a score from 0 to 10; for FILTER (WHERE nps_valid(score))';

CREATE FUNCTION nps_state_add(nps_state, score real) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_add_real';
COMMENT ON FUNCTION nps_state_add(nps_state, score real) IS
'the state with one more answer';

CREATE FUNCTION nps_state_remove(nps_state, score real) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_remove_real';
COMMENT ON FUNCTION nps_state_remove(nps_state, score real) IS
'the state with one answer less, for moving windows';

CREATE AGGREGATE nps_agg(score real) (
    SFUNC = nps_state_add, STYPE = nps_state, INITCOND = 'empty', COMBINEFUNC = nps_state_merge, FINALFUNC = nps_state_finish,
    MSFUNC = nps_state_add, MINVFUNC = nps_state_remove, MSTYPE = nps_state, MINITCOND = 'empty', MFINALFUNC = nps_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps_agg(score real) IS
'counts survey answers from 0 to 10 into a state to store, merge and read with nps, nps_ci, promoters';

CREATE AGGREGATE nps(score real) (
    SFUNC = nps_state_add, STYPE = nps_state, INITCOND = 'empty', COMBINEFUNC = nps_state_merge, FINALFUNC = nps,
    MSFUNC = nps_state_add, MINVFUNC = nps_state_remove, MSTYPE = nps_state, MINITCOND = 'empty', MFINALFUNC = nps,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps(score real) IS
'net promoter score, -100 to 100 points: percent of answers of 9 and more, less percent below 7; how sure is it? nps_ci(nps_agg(score))';

CREATE FUNCTION csat_state_add(csat_state, score real, top real) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_add_real';
COMMENT ON FUNCTION csat_state_add(csat_state, score real, top real) IS
'the state with one more answer';

CREATE FUNCTION csat_state_remove(csat_state, score real, top real) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_remove_real';
COMMENT ON FUNCTION csat_state_remove(csat_state, score real, top real) IS
'the state with one answer less, for moving windows';

CREATE AGGREGATE csat_agg(score real, top real) (
    SFUNC = csat_state_add, STYPE = csat_state, INITCOND = 'empty', COMBINEFUNC = csat_state_merge, FINALFUNC = csat_state_finish,
    MSFUNC = csat_state_add, MINVFUNC = csat_state_remove, MSTYPE = csat_state, MINITCOND = 'empty', MFINALFUNC = csat_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat_agg(score real, top real) IS
'counts survey answers at or above top into a state to store, merge and read with csat';

CREATE AGGREGATE csat(score real, top real) (
    SFUNC = csat_state_add, STYPE = csat_state, INITCOND = 'empty', COMBINEFUNC = csat_state_merge, FINALFUNC = csat,
    MSFUNC = csat_state_add, MINVFUNC = csat_state_remove, MSTYPE = csat_state, MINITCOND = 'empty', MFINALFUNC = csat,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat(score real, top real) IS
'customer satisfaction: percent of answers at or above top, for example csat(score, 4) on a scale of 5';

CREATE FUNCTION nps_valid(score double precision) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_valid_double';
COMMENT ON FUNCTION nps_valid(score double precision) IS
'true for a score from 0 to 10; for FILTER (WHERE nps_valid(score))';

CREATE FUNCTION nps_state_add(nps_state, score double precision) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_add_double';
COMMENT ON FUNCTION nps_state_add(nps_state, score double precision) IS
'the state with one more answer';

CREATE FUNCTION nps_state_remove(nps_state, score double precision) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_remove_double';
COMMENT ON FUNCTION nps_state_remove(nps_state, score double precision) IS
'the state with one answer less, for moving windows';

CREATE AGGREGATE nps_agg(score double precision) (
    SFUNC = nps_state_add, STYPE = nps_state, INITCOND = 'empty', COMBINEFUNC = nps_state_merge, FINALFUNC = nps_state_finish,
    MSFUNC = nps_state_add, MINVFUNC = nps_state_remove, MSTYPE = nps_state, MINITCOND = 'empty', MFINALFUNC = nps_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps_agg(score double precision) IS
'counts survey answers from 0 to 10 into a state to store, merge and read with nps, nps_ci, promoters';

CREATE AGGREGATE nps(score double precision) (
    SFUNC = nps_state_add, STYPE = nps_state, INITCOND = 'empty', COMBINEFUNC = nps_state_merge, FINALFUNC = nps,
    MSFUNC = nps_state_add, MINVFUNC = nps_state_remove, MSTYPE = nps_state, MINITCOND = 'empty', MFINALFUNC = nps,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps(score double precision) IS
'net promoter score, -100 to 100 points: percent of answers of 9 and more, less percent below 7; how sure is it? nps_ci(nps_agg(score))';

CREATE FUNCTION csat_state_add(csat_state, score double precision, top double precision) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_add_double';
COMMENT ON FUNCTION csat_state_add(csat_state, score double precision, top double precision) IS
'the state with one more answer';

CREATE FUNCTION csat_state_remove(csat_state, score double precision, top double precision) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_remove_double';
COMMENT ON FUNCTION csat_state_remove(csat_state, score double precision, top double precision) IS
'the state with one answer less, for moving windows';

CREATE AGGREGATE csat_agg(score double precision, top double precision) (
    SFUNC = csat_state_add, STYPE = csat_state, INITCOND = 'empty', COMBINEFUNC = csat_state_merge, FINALFUNC = csat_state_finish,
    MSFUNC = csat_state_add, MINVFUNC = csat_state_remove, MSTYPE = csat_state, MINITCOND = 'empty', MFINALFUNC = csat_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat_agg(score double precision, top double precision) IS
'counts survey answers at or above top into a state to store, merge and read with csat';

CREATE AGGREGATE csat(score double precision, top double precision) (
    SFUNC = csat_state_add, STYPE = csat_state, INITCOND = 'empty', COMBINEFUNC = csat_state_merge, FINALFUNC = csat,
    MSFUNC = csat_state_add, MINVFUNC = csat_state_remove, MSTYPE = csat_state, MINITCOND = 'empty', MFINALFUNC = csat,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat(score double precision, top double precision) IS
'customer satisfaction: percent of answers at or above top, for example csat(score, 4) on a scale of 5';


-- ---------- rfm ----------

-- RFM: recency, frequency, monetary value.

CREATE FUNCTION rfm_segment(r integer, f integer, m integer) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_segment';
COMMENT ON FUNCTION rfm_segment(r integer, f integer, m integer) IS
'the named segment of three RFM scores from 1 to 5, 5 being best: Champions, Loyal, Potential Loyalists, New Customers, Promising, Need Attention, About To Sleep, Cannot Lose Them, At Risk or Hibernating, by r against the mean of f and m (halves rounded up); who moved where? segment_migration';


-- ---------- revenue ----------

-- Revenue from signed rows: an amount >= 0 is a sale, an amount < 0 is a refund.

CREATE TYPE revenue_state;

CREATE FUNCTION revenue_state_in(cstring) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_state_in';
COMMENT ON FUNCTION revenue_state_in(cstring) IS
'reads the text form of revenue_state; the word empty stands for a state of no rows';

CREATE FUNCTION revenue_state_out(revenue_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_state_out';
COMMENT ON FUNCTION revenue_state_out(revenue_state) IS
'writes the text form of revenue_state, lossless';

CREATE FUNCTION revenue_state_recv(internal) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_state_recv';
COMMENT ON FUNCTION revenue_state_recv(internal) IS
'reads the binary form of revenue_state';

CREATE FUNCTION revenue_state_send(revenue_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_state_send';
COMMENT ON FUNCTION revenue_state_send(revenue_state) IS
'writes the binary form of revenue_state, lossless';

CREATE TYPE revenue_state (
    INPUT = revenue_state_in, OUTPUT = revenue_state_out, RECEIVE = revenue_state_recv, SEND = revenue_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE revenue_state IS 'exact sums and counts of sales and of refunds; store it, merge it with || or rollup, read it with the functions that take a revenue_state';

CREATE FUNCTION revenue_state_merge(revenue_state, revenue_state) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_state_merge';
COMMENT ON FUNCTION revenue_state_merge(revenue_state, revenue_state) IS
'the revenue_state of the rows of both; || calls it';

CREATE FUNCTION revenue_state_finish(revenue_state) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_state_finish';
COMMENT ON FUNCTION revenue_state_finish(revenue_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = revenue_state, RIGHTARG = revenue_state, FUNCTION = revenue_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (revenue_state, revenue_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state revenue_state) (
    SFUNC = revenue_state_merge, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = revenue_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(revenue_state) IS 'merges stored states into one, as if their rows had been aggregated together';

CREATE TYPE order_state;

CREATE FUNCTION order_state_in(cstring) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_order_state_in';
COMMENT ON FUNCTION order_state_in(cstring) IS
'reads the text form of order_state; the word empty stands for a state of no rows';

CREATE FUNCTION order_state_out(order_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_order_state_out';
COMMENT ON FUNCTION order_state_out(order_state) IS
'writes the text form of order_state, lossless';

CREATE FUNCTION order_state_recv(internal) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_order_state_recv';
COMMENT ON FUNCTION order_state_recv(internal) IS
'reads the binary form of order_state';

CREATE FUNCTION order_state_send(order_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_order_state_send';
COMMENT ON FUNCTION order_state_send(order_state) IS
'writes the binary form of order_state, lossless';

CREATE TYPE order_state (
    INPUT = order_state_in, OUTPUT = order_state_out, RECEIVE = order_state_recv, SEND = order_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE order_state IS 'exact net revenue per order; store it, merge it with || or rollup, read it with the functions that take a order_state';

CREATE FUNCTION order_state_merge(order_state, order_state) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_order_state_merge';
COMMENT ON FUNCTION order_state_merge(order_state, order_state) IS
'the order_state of the rows of both; || calls it';

CREATE FUNCTION order_state_finish(order_state) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_order_state_finish';
COMMENT ON FUNCTION order_state_finish(order_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = order_state, RIGHTARG = order_state, FUNCTION = order_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (order_state, order_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state order_state) (
    SFUNC = order_state_merge, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(order_state) IS 'merges stored states into one, as if their rows had been aggregated together';


CREATE FUNCTION net_revenue(state revenue_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_net_revenue';
COMMENT ON FUNCTION net_revenue(state revenue_state) IS
'net revenue: sales less refunds, exact; NULL without rows; what did customers send back? refund_rate';

CREATE FUNCTION net_revenue_double(state revenue_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_net_revenue_double';
COMMENT ON FUNCTION net_revenue_double(state revenue_state) IS
'net_revenue as it is returned for floating-point amounts';

CREATE FUNCTION gross_revenue(state revenue_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gross_revenue';
COMMENT ON FUNCTION gross_revenue(state revenue_state) IS
'gross revenue: the sum of sales before refunds, exact; NULL without rows';

CREATE FUNCTION gross_revenue_double(state revenue_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gross_revenue_double';
COMMENT ON FUNCTION gross_revenue_double(state revenue_state) IS
'gross_revenue as it is returned for floating-point amounts';

CREATE FUNCTION refund_rate(state revenue_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_refund_rate';
COMMENT ON FUNCTION refund_rate(state revenue_state) IS
'refunds in percent of gross revenue; NULL without sales';

CREATE FUNCTION refund_rate_double(state revenue_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_refund_rate_double';
COMMENT ON FUNCTION refund_rate_double(state revenue_state) IS
'refund_rate as it is returned for floating-point amounts';

CREATE FUNCTION avg_check(state revenue_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_avg_check';
COMMENT ON FUNCTION avg_check(state revenue_state) IS
'average check: net revenue / number of sales, so that a refund lowers it and is not counted as an order; NULL without sales';

CREATE FUNCTION avg_check_double(state revenue_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_avg_check_double';
COMMENT ON FUNCTION avg_check_double(state revenue_state) IS
'avg_check as it is returned for floating-point amounts';

CREATE FUNCTION gross_avg_check(state revenue_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gross_avg_check';
COMMENT ON FUNCTION gross_avg_check(state revenue_state) IS
'average check before refunds: gross revenue / number of sales; NULL without sales';

CREATE FUNCTION gross_avg_check_double(state revenue_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gross_avg_check_double';
COMMENT ON FUNCTION gross_avg_check_double(state revenue_state) IS
'gross_avg_check as it is returned for floating-point amounts';

CREATE FUNCTION sales_count(state revenue_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_count';
COMMENT ON FUNCTION sales_count(state revenue_state) IS
'number of sales, free ones too';

CREATE FUNCTION refunds_count(state revenue_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_refunds_count';
COMMENT ON FUNCTION refunds_count(state revenue_state) IS
'number of refunds';

CREATE FUNCTION avg_check(state order_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_order_avg_check';
COMMENT ON FUNCTION avg_check(state order_state) IS
'average check by order: net revenue / number of orders, without the orders that were refunded down to nothing; NULL without orders';

CREATE FUNCTION avg_check_double(state order_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_order_avg_check_double';
COMMENT ON FUNCTION avg_check_double(state order_state) IS
'avg_check as it is returned for floating-point amounts';

CREATE FUNCTION orders_count(state order_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_count';
COMMENT ON FUNCTION orders_count(state order_state) IS
'number of orders, without those that were refunded down to nothing';

CREATE FUNCTION is_revenue_status(status text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_is_revenue_status';
COMMENT ON FUNCTION is_revenue_status(status text) IS
'whether rows of this order status are revenue: paid, completed, shipped, delivered, fulfilled, refunded, partially_refunded are, cancelled, canceled, void, voided, pending, failed, draft are not; error 22023 for another word';


CREATE FUNCTION revenue_state_add(revenue_state, amount smallint) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_smallint';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount smallint) IS
'the state with one more row';

CREATE FUNCTION revenue_state_remove(revenue_state, amount smallint) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_remove_smallint';
COMMENT ON FUNCTION revenue_state_remove(revenue_state, amount smallint) IS
'the state with one row less, for moving windows; NULL where the frame must be computed anew';

CREATE FUNCTION revenue_state_add(revenue_state, amount smallint, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_currency_smallint';
COMMENT ON FUNCTION revenue_state_add(revenue_state, smallint, text) IS 'the state with one more row; error 22023 on a second currency';

CREATE FUNCTION revenue_state_remove(revenue_state, amount smallint, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_remove_currency_smallint';
COMMENT ON FUNCTION revenue_state_remove(revenue_state, smallint, text) IS 'the state with one row less, for moving windows; NULL where the frame must be computed anew';

CREATE AGGREGATE revenue_agg(amount smallint) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = revenue_state_finish,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = revenue_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE revenue_agg(amount smallint) IS
'sums sales and refunds into a state to store, merge and read with net_revenue, gross_revenue, refund_rate, avg_check';

CREATE AGGREGATE revenue_agg(amount smallint, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = revenue_state_finish,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = revenue_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE revenue_agg(amount smallint, currency text) IS
'sums sales and refunds of one currency into a state; error 22023 on a second currency, in the rows or in a merge';

CREATE AGGREGATE net_revenue(amount smallint, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE net_revenue(amount smallint, currency text) IS
'net revenue, exact, with a check that all rows are of one currency (error 22023 otherwise); by currency: GROUP BY currency';

CREATE AGGREGATE net_revenue(amount smallint) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE net_revenue(amount smallint) IS
'net revenue: sales less refunds, exact; NULL without rows; what did customers send back? refund_rate';

CREATE AGGREGATE gross_revenue(amount smallint) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = gross_revenue,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = gross_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gross_revenue(amount smallint) IS
'gross revenue: the sum of sales before refunds, exact; NULL without rows';

CREATE AGGREGATE refund_rate(amount smallint) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = refund_rate,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = refund_rate,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE refund_rate(amount smallint) IS
'refunds in percent of gross revenue; NULL without sales';

CREATE AGGREGATE avg_check(amount smallint) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = avg_check,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount smallint) IS
'average check: net revenue / number of sales, so that a refund lowers it and is not counted as an order; NULL without sales';

CREATE AGGREGATE gross_avg_check(amount smallint) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = gross_avg_check,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = gross_avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gross_avg_check(amount smallint) IS
'average check before refunds: gross revenue / number of sales; NULL without sales';

CREATE FUNCTION order_state_add(order_state, amount smallint, order_id bigint) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_bigint_smallint';
COMMENT ON FUNCTION order_state_add(order_state, amount smallint, order_id bigint) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount smallint, order_id bigint) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount smallint, order_id bigint) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount smallint, order_id bigint) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount smallint, order_id bigint) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION order_state_add(order_state, amount smallint, order_id uuid) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_uuid_smallint';
COMMENT ON FUNCTION order_state_add(order_state, amount smallint, order_id uuid) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount smallint, order_id uuid) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount smallint, order_id uuid) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount smallint, order_id uuid) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount smallint, order_id uuid) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION order_state_add(order_state, amount smallint, order_id text) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_text_smallint';
COMMENT ON FUNCTION order_state_add(order_state, amount smallint, order_id text) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount smallint, order_id text) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount smallint, order_id text) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount smallint, order_id text) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount smallint, order_id text) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION revenue_state_add(revenue_state, amount integer) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_integer';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount integer) IS
'the state with one more row';

CREATE FUNCTION revenue_state_remove(revenue_state, amount integer) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_remove_integer';
COMMENT ON FUNCTION revenue_state_remove(revenue_state, amount integer) IS
'the state with one row less, for moving windows; NULL where the frame must be computed anew';

CREATE FUNCTION revenue_state_add(revenue_state, amount integer, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_currency_integer';
COMMENT ON FUNCTION revenue_state_add(revenue_state, integer, text) IS 'the state with one more row; error 22023 on a second currency';

CREATE FUNCTION revenue_state_remove(revenue_state, amount integer, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_remove_currency_integer';
COMMENT ON FUNCTION revenue_state_remove(revenue_state, integer, text) IS 'the state with one row less, for moving windows; NULL where the frame must be computed anew';

CREATE AGGREGATE revenue_agg(amount integer) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = revenue_state_finish,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = revenue_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE revenue_agg(amount integer) IS
'sums sales and refunds into a state to store, merge and read with net_revenue, gross_revenue, refund_rate, avg_check';

CREATE AGGREGATE revenue_agg(amount integer, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = revenue_state_finish,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = revenue_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE revenue_agg(amount integer, currency text) IS
'sums sales and refunds of one currency into a state; error 22023 on a second currency, in the rows or in a merge';

CREATE AGGREGATE net_revenue(amount integer, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE net_revenue(amount integer, currency text) IS
'net revenue, exact, with a check that all rows are of one currency (error 22023 otherwise); by currency: GROUP BY currency';

CREATE AGGREGATE net_revenue(amount integer) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE net_revenue(amount integer) IS
'net revenue: sales less refunds, exact; NULL without rows; what did customers send back? refund_rate';

CREATE AGGREGATE gross_revenue(amount integer) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = gross_revenue,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = gross_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gross_revenue(amount integer) IS
'gross revenue: the sum of sales before refunds, exact; NULL without rows';

CREATE AGGREGATE refund_rate(amount integer) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = refund_rate,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = refund_rate,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE refund_rate(amount integer) IS
'refunds in percent of gross revenue; NULL without sales';

CREATE AGGREGATE avg_check(amount integer) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = avg_check,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount integer) IS
'average check: net revenue / number of sales, so that a refund lowers it and is not counted as an order; NULL without sales';

CREATE AGGREGATE gross_avg_check(amount integer) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = gross_avg_check,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = gross_avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gross_avg_check(amount integer) IS
'average check before refunds: gross revenue / number of sales; NULL without sales';

CREATE FUNCTION order_state_add(order_state, amount integer, order_id bigint) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_bigint_integer';
COMMENT ON FUNCTION order_state_add(order_state, amount integer, order_id bigint) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount integer, order_id bigint) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount integer, order_id bigint) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount integer, order_id bigint) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount integer, order_id bigint) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION order_state_add(order_state, amount integer, order_id uuid) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_uuid_integer';
COMMENT ON FUNCTION order_state_add(order_state, amount integer, order_id uuid) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount integer, order_id uuid) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount integer, order_id uuid) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount integer, order_id uuid) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount integer, order_id uuid) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION order_state_add(order_state, amount integer, order_id text) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_text_integer';
COMMENT ON FUNCTION order_state_add(order_state, amount integer, order_id text) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount integer, order_id text) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount integer, order_id text) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount integer, order_id text) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount integer, order_id text) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION revenue_state_add(revenue_state, amount bigint) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_bigint';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount bigint) IS
'the state with one more row';

CREATE FUNCTION revenue_state_remove(revenue_state, amount bigint) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_remove_bigint';
COMMENT ON FUNCTION revenue_state_remove(revenue_state, amount bigint) IS
'the state with one row less, for moving windows; NULL where the frame must be computed anew';

CREATE FUNCTION revenue_state_add(revenue_state, amount bigint, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_currency_bigint';
COMMENT ON FUNCTION revenue_state_add(revenue_state, bigint, text) IS 'the state with one more row; error 22023 on a second currency';

CREATE FUNCTION revenue_state_remove(revenue_state, amount bigint, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_remove_currency_bigint';
COMMENT ON FUNCTION revenue_state_remove(revenue_state, bigint, text) IS 'the state with one row less, for moving windows; NULL where the frame must be computed anew';

CREATE AGGREGATE revenue_agg(amount bigint) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = revenue_state_finish,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = revenue_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE revenue_agg(amount bigint) IS
'sums sales and refunds into a state to store, merge and read with net_revenue, gross_revenue, refund_rate, avg_check';

CREATE AGGREGATE revenue_agg(amount bigint, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = revenue_state_finish,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = revenue_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE revenue_agg(amount bigint, currency text) IS
'sums sales and refunds of one currency into a state; error 22023 on a second currency, in the rows or in a merge';

CREATE AGGREGATE net_revenue(amount bigint, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE net_revenue(amount bigint, currency text) IS
'net revenue, exact, with a check that all rows are of one currency (error 22023 otherwise); by currency: GROUP BY currency';

CREATE AGGREGATE net_revenue(amount bigint) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE net_revenue(amount bigint) IS
'net revenue: sales less refunds, exact; NULL without rows; what did customers send back? refund_rate';

CREATE AGGREGATE gross_revenue(amount bigint) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = gross_revenue,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = gross_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gross_revenue(amount bigint) IS
'gross revenue: the sum of sales before refunds, exact; NULL without rows';

CREATE AGGREGATE refund_rate(amount bigint) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = refund_rate,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = refund_rate,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE refund_rate(amount bigint) IS
'refunds in percent of gross revenue; NULL without sales';

CREATE AGGREGATE avg_check(amount bigint) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = avg_check,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount bigint) IS
'average check: net revenue / number of sales, so that a refund lowers it and is not counted as an order; NULL without sales';

CREATE AGGREGATE gross_avg_check(amount bigint) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = gross_avg_check,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = gross_avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gross_avg_check(amount bigint) IS
'average check before refunds: gross revenue / number of sales; NULL without sales';

CREATE FUNCTION order_state_add(order_state, amount bigint, order_id bigint) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_bigint_bigint';
COMMENT ON FUNCTION order_state_add(order_state, amount bigint, order_id bigint) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount bigint, order_id bigint) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount bigint, order_id bigint) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount bigint, order_id bigint) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount bigint, order_id bigint) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION order_state_add(order_state, amount bigint, order_id uuid) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_uuid_bigint';
COMMENT ON FUNCTION order_state_add(order_state, amount bigint, order_id uuid) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount bigint, order_id uuid) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount bigint, order_id uuid) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount bigint, order_id uuid) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount bigint, order_id uuid) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION order_state_add(order_state, amount bigint, order_id text) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_text_bigint';
COMMENT ON FUNCTION order_state_add(order_state, amount bigint, order_id text) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount bigint, order_id text) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount bigint, order_id text) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount bigint, order_id text) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount bigint, order_id text) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION revenue_state_add(revenue_state, amount numeric) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_numeric';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount numeric) IS
'the state with one more row';

CREATE FUNCTION revenue_state_remove(revenue_state, amount numeric) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_remove_numeric';
COMMENT ON FUNCTION revenue_state_remove(revenue_state, amount numeric) IS
'the state with one row less, for moving windows; NULL where the frame must be computed anew';

CREATE FUNCTION revenue_state_add(revenue_state, amount numeric, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_currency_numeric';
COMMENT ON FUNCTION revenue_state_add(revenue_state, numeric, text) IS 'the state with one more row; error 22023 on a second currency';

CREATE FUNCTION revenue_state_remove(revenue_state, amount numeric, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_remove_currency_numeric';
COMMENT ON FUNCTION revenue_state_remove(revenue_state, numeric, text) IS 'the state with one row less, for moving windows; NULL where the frame must be computed anew';

CREATE AGGREGATE revenue_agg(amount numeric) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = revenue_state_finish,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = revenue_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE revenue_agg(amount numeric) IS
'sums sales and refunds into a state to store, merge and read with net_revenue, gross_revenue, refund_rate, avg_check';

CREATE AGGREGATE revenue_agg(amount numeric, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = revenue_state_finish,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = revenue_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE revenue_agg(amount numeric, currency text) IS
'sums sales and refunds of one currency into a state; error 22023 on a second currency, in the rows or in a merge';

CREATE AGGREGATE net_revenue(amount numeric, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE net_revenue(amount numeric, currency text) IS
'net revenue, exact, with a check that all rows are of one currency (error 22023 otherwise); by currency: GROUP BY currency';

CREATE AGGREGATE net_revenue(amount numeric) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE net_revenue(amount numeric) IS
'net revenue: sales less refunds, exact; NULL without rows; what did customers send back? refund_rate';

CREATE AGGREGATE gross_revenue(amount numeric) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = gross_revenue,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = gross_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gross_revenue(amount numeric) IS
'gross revenue: the sum of sales before refunds, exact; NULL without rows';

CREATE AGGREGATE refund_rate(amount numeric) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = refund_rate,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = refund_rate,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE refund_rate(amount numeric) IS
'refunds in percent of gross revenue; NULL without sales';

CREATE AGGREGATE avg_check(amount numeric) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = avg_check,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount numeric) IS
'average check: net revenue / number of sales, so that a refund lowers it and is not counted as an order; NULL without sales';

CREATE AGGREGATE gross_avg_check(amount numeric) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = gross_avg_check,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = gross_avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gross_avg_check(amount numeric) IS
'average check before refunds: gross revenue / number of sales; NULL without sales';

CREATE FUNCTION order_state_add(order_state, amount numeric, order_id bigint) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_bigint_numeric';
COMMENT ON FUNCTION order_state_add(order_state, amount numeric, order_id bigint) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount numeric, order_id bigint) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount numeric, order_id bigint) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount numeric, order_id bigint) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount numeric, order_id bigint) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION order_state_add(order_state, amount numeric, order_id uuid) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_uuid_numeric';
COMMENT ON FUNCTION order_state_add(order_state, amount numeric, order_id uuid) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount numeric, order_id uuid) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount numeric, order_id uuid) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount numeric, order_id uuid) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount numeric, order_id uuid) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION order_state_add(order_state, amount numeric, order_id text) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_text_numeric';
COMMENT ON FUNCTION order_state_add(order_state, amount numeric, order_id text) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount numeric, order_id text) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount numeric, order_id text) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount numeric, order_id text) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount numeric, order_id text) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION revenue_state_add(revenue_state, amount real) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_real';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount real) IS
'the state with one more row';

CREATE FUNCTION revenue_state_remove(revenue_state, amount real) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_remove_real';
COMMENT ON FUNCTION revenue_state_remove(revenue_state, amount real) IS
'the state with one row less, for moving windows; NULL where the frame must be computed anew';

CREATE FUNCTION revenue_state_add(revenue_state, amount real, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_currency_real';
COMMENT ON FUNCTION revenue_state_add(revenue_state, real, text) IS 'the state with one more row; error 22023 on a second currency';

CREATE FUNCTION revenue_state_remove(revenue_state, amount real, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_remove_currency_real';
COMMENT ON FUNCTION revenue_state_remove(revenue_state, real, text) IS 'the state with one row less, for moving windows; NULL where the frame must be computed anew';

CREATE AGGREGATE revenue_agg(amount real) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = revenue_state_finish,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = revenue_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE revenue_agg(amount real) IS
'sums sales and refunds into a state to store, merge and read with net_revenue, gross_revenue, refund_rate, avg_check';

CREATE AGGREGATE revenue_agg(amount real, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = revenue_state_finish,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = revenue_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE revenue_agg(amount real, currency text) IS
'sums sales and refunds of one currency into a state; error 22023 on a second currency, in the rows or in a merge';

CREATE AGGREGATE net_revenue(amount real, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue_double,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = net_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE net_revenue(amount real, currency text) IS
'net revenue, exact, with a check that all rows are of one currency (error 22023 otherwise); by currency: GROUP BY currency';

CREATE AGGREGATE net_revenue(amount real) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue_double,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = net_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE net_revenue(amount real) IS
'net revenue: sales less refunds, exact; NULL without rows; what did customers send back? refund_rate';

CREATE AGGREGATE gross_revenue(amount real) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = gross_revenue_double,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = gross_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gross_revenue(amount real) IS
'gross revenue: the sum of sales before refunds, exact; NULL without rows';

CREATE AGGREGATE refund_rate(amount real) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = refund_rate_double,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = refund_rate_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE refund_rate(amount real) IS
'refunds in percent of gross revenue; NULL without sales';

CREATE AGGREGATE avg_check(amount real) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = avg_check_double,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = avg_check_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount real) IS
'average check: net revenue / number of sales, so that a refund lowers it and is not counted as an order; NULL without sales';

CREATE AGGREGATE gross_avg_check(amount real) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = gross_avg_check_double,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = gross_avg_check_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gross_avg_check(amount real) IS
'average check before refunds: gross revenue / number of sales; NULL without sales';

CREATE FUNCTION order_state_add(order_state, amount real, order_id bigint) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_bigint_real';
COMMENT ON FUNCTION order_state_add(order_state, amount real, order_id bigint) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount real, order_id bigint) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount real, order_id bigint) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount real, order_id bigint) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount real, order_id bigint) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION order_state_add(order_state, amount real, order_id uuid) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_uuid_real';
COMMENT ON FUNCTION order_state_add(order_state, amount real, order_id uuid) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount real, order_id uuid) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount real, order_id uuid) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount real, order_id uuid) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount real, order_id uuid) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION order_state_add(order_state, amount real, order_id text) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_text_real';
COMMENT ON FUNCTION order_state_add(order_state, amount real, order_id text) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount real, order_id text) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount real, order_id text) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount real, order_id text) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount real, order_id text) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION revenue_state_add(revenue_state, amount double precision) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_double';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount double precision) IS
'the state with one more row';

CREATE FUNCTION revenue_state_remove(revenue_state, amount double precision) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_remove_double';
COMMENT ON FUNCTION revenue_state_remove(revenue_state, amount double precision) IS
'the state with one row less, for moving windows; NULL where the frame must be computed anew';

CREATE FUNCTION revenue_state_add(revenue_state, amount double precision, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_currency_double';
COMMENT ON FUNCTION revenue_state_add(revenue_state, double precision, text) IS 'the state with one more row; error 22023 on a second currency';

CREATE FUNCTION revenue_state_remove(revenue_state, amount double precision, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_remove_currency_double';
COMMENT ON FUNCTION revenue_state_remove(revenue_state, double precision, text) IS 'the state with one row less, for moving windows; NULL where the frame must be computed anew';

CREATE AGGREGATE revenue_agg(amount double precision) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = revenue_state_finish,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = revenue_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE revenue_agg(amount double precision) IS
'sums sales and refunds into a state to store, merge and read with net_revenue, gross_revenue, refund_rate, avg_check';

CREATE AGGREGATE revenue_agg(amount double precision, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = revenue_state_finish,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = revenue_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE revenue_agg(amount double precision, currency text) IS
'sums sales and refunds of one currency into a state; error 22023 on a second currency, in the rows or in a merge';

CREATE AGGREGATE net_revenue(amount double precision, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue_double,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = net_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE net_revenue(amount double precision, currency text) IS
'net revenue, exact, with a check that all rows are of one currency (error 22023 otherwise); by currency: GROUP BY currency';

CREATE AGGREGATE net_revenue(amount double precision) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue_double,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = net_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE net_revenue(amount double precision) IS
'net revenue: sales less refunds, exact; NULL without rows; what did customers send back? refund_rate';

CREATE AGGREGATE gross_revenue(amount double precision) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = gross_revenue_double,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = gross_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gross_revenue(amount double precision) IS
'gross revenue: the sum of sales before refunds, exact; NULL without rows';

CREATE AGGREGATE refund_rate(amount double precision) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = refund_rate_double,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = refund_rate_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE refund_rate(amount double precision) IS
'refunds in percent of gross revenue; NULL without sales';

CREATE AGGREGATE avg_check(amount double precision) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = avg_check_double,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = avg_check_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount double precision) IS
'average check: net revenue / number of sales, so that a refund lowers it and is not counted as an order; NULL without sales';

CREATE AGGREGATE gross_avg_check(amount double precision) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = gross_avg_check_double,
    MSFUNC = revenue_state_add, MINVFUNC = revenue_state_remove, MSTYPE = revenue_state, MINITCOND = 'empty', MFINALFUNC = gross_avg_check_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gross_avg_check(amount double precision) IS
'average check before refunds: gross revenue / number of sales; NULL without sales';

CREATE FUNCTION order_state_add(order_state, amount double precision, order_id bigint) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_bigint_double';
COMMENT ON FUNCTION order_state_add(order_state, amount double precision, order_id bigint) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount double precision, order_id bigint) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount double precision, order_id bigint) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount double precision, order_id bigint) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount double precision, order_id bigint) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION order_state_add(order_state, amount double precision, order_id uuid) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_uuid_double';
COMMENT ON FUNCTION order_state_add(order_state, amount double precision, order_id uuid) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount double precision, order_id uuid) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount double precision, order_id uuid) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount double precision, order_id uuid) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount double precision, order_id uuid) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';

CREATE FUNCTION order_state_add(order_state, amount double precision, order_id text) RETURNS order_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_orders_add_text_double';
COMMENT ON FUNCTION order_state_add(order_state, amount double precision, order_id text) IS
'the state with one more row';

CREATE AGGREGATE order_agg(amount double precision, order_id text) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = order_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE order_agg(amount double precision, order_id text) IS
'sums the rows of each order into a state to store, merge and read with avg_check, orders_count';

CREATE AGGREGATE avg_check(amount double precision, order_id text) (
    SFUNC = order_state_add, STYPE = order_state, INITCOND = 'empty', COMBINEFUNC = order_state_merge, FINALFUNC = avg_check_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE avg_check(amount double precision, order_id text) IS
'average check by order: refunds are netted within their order first, and an order that was refunded down to nothing is dropped; NULL without orders';


-- Formulas: \sf shows them.

CREATE FUNCTION growth_rate(previous numeric, current numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100::numeric * (checked_argument('current'::text, current, NULL::numeric, NULL::numeric) - checked_argument('previous'::text, previous, NULL::numeric, NULL::numeric)) / NULLIF(previous, 0::numeric));
COMMENT ON FUNCTION growth_rate(previous numeric, current numeric) IS
'growth in percent from previous to current: 100 (current - previous) / previous; NULL where previous is 0';

CREATE FUNCTION growth_rate(previous smallint, current smallint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN growth_rate(previous::numeric, current::numeric);
COMMENT ON FUNCTION growth_rate(previous smallint, current smallint) IS
'growth in percent from previous to current: 100 (current - previous) / previous; NULL where previous is 0';

CREATE FUNCTION growth_rate(previous integer, current integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN growth_rate(previous::numeric, current::numeric);
COMMENT ON FUNCTION growth_rate(previous integer, current integer) IS
'growth in percent from previous to current: 100 (current - previous) / previous; NULL where previous is 0';

CREATE FUNCTION growth_rate(previous bigint, current bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN growth_rate(previous::numeric, current::numeric);
COMMENT ON FUNCTION growth_rate(previous bigint, current bigint) IS
'growth in percent from previous to current: 100 (current - previous) / previous; NULL where previous is 0';

CREATE FUNCTION growth_rate(previous real, current real) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN growth_rate(shortest_decimal(previous), shortest_decimal(current))::double precision;
COMMENT ON FUNCTION growth_rate(previous real, current real) IS
'growth in percent from previous to current: 100 (current - previous) / previous; NULL where previous is 0';

CREATE FUNCTION growth_rate(previous double precision, current double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN growth_rate(shortest_decimal(previous), shortest_decimal(current))::double precision;
COMMENT ON FUNCTION growth_rate(previous double precision, current double precision) IS
'growth in percent from previous to current: 100 (current - previous) / previous; NULL where previous is 0';

CREATE FUNCTION margin_rate(revenue numeric, cost numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100::numeric * (checked_argument('revenue'::text, revenue, NULL::numeric, NULL::numeric) - checked_argument('cost'::text, cost, NULL::numeric, NULL::numeric)) / NULLIF(revenue, 0::numeric));
COMMENT ON FUNCTION margin_rate(revenue numeric, cost numeric) IS
'margin in percent of revenue: 100 (revenue - cost) / revenue; NULL where revenue is 0';

CREATE FUNCTION margin_rate(revenue smallint, cost smallint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN margin_rate(revenue::numeric, cost::numeric);
COMMENT ON FUNCTION margin_rate(revenue smallint, cost smallint) IS
'margin in percent of revenue: 100 (revenue - cost) / revenue; NULL where revenue is 0';

CREATE FUNCTION margin_rate(revenue integer, cost integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN margin_rate(revenue::numeric, cost::numeric);
COMMENT ON FUNCTION margin_rate(revenue integer, cost integer) IS
'margin in percent of revenue: 100 (revenue - cost) / revenue; NULL where revenue is 0';

CREATE FUNCTION margin_rate(revenue bigint, cost bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN margin_rate(revenue::numeric, cost::numeric);
COMMENT ON FUNCTION margin_rate(revenue bigint, cost bigint) IS
'margin in percent of revenue: 100 (revenue - cost) / revenue; NULL where revenue is 0';

CREATE FUNCTION margin_rate(revenue real, cost real) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN margin_rate(shortest_decimal(revenue), shortest_decimal(cost))::double precision;
COMMENT ON FUNCTION margin_rate(revenue real, cost real) IS
'margin in percent of revenue: 100 (revenue - cost) / revenue; NULL where revenue is 0';

CREATE FUNCTION margin_rate(revenue double precision, cost double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN margin_rate(shortest_decimal(revenue), shortest_decimal(cost))::double precision;
COMMENT ON FUNCTION margin_rate(revenue double precision, cost double precision) IS
'margin in percent of revenue: 100 (revenue - cost) / revenue; NULL where revenue is 0';

CREATE FUNCTION discount_rate(list numeric, paid numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100::numeric * (checked_argument('list'::text, list, NULL::numeric, NULL::numeric) - checked_argument('paid'::text, paid, NULL::numeric, NULL::numeric)) / NULLIF(list, 0::numeric));
COMMENT ON FUNCTION discount_rate(list numeric, paid numeric) IS
'discount in percent of the list price: 100 (list - paid) / list; NULL where list is 0';

CREATE FUNCTION discount_rate(list smallint, paid smallint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN discount_rate(list::numeric, paid::numeric);
COMMENT ON FUNCTION discount_rate(list smallint, paid smallint) IS
'discount in percent of the list price: 100 (list - paid) / list; NULL where list is 0';

CREATE FUNCTION discount_rate(list integer, paid integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN discount_rate(list::numeric, paid::numeric);
COMMENT ON FUNCTION discount_rate(list integer, paid integer) IS
'discount in percent of the list price: 100 (list - paid) / list; NULL where list is 0';

CREATE FUNCTION discount_rate(list bigint, paid bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN discount_rate(list::numeric, paid::numeric);
COMMENT ON FUNCTION discount_rate(list bigint, paid bigint) IS
'discount in percent of the list price: 100 (list - paid) / list; NULL where list is 0';

CREATE FUNCTION discount_rate(list real, paid real) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN discount_rate(shortest_decimal(list), shortest_decimal(paid))::double precision;
COMMENT ON FUNCTION discount_rate(list real, paid real) IS
'discount in percent of the list price: 100 (list - paid) / list; NULL where list is 0';

CREATE FUNCTION discount_rate(list double precision, paid double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN discount_rate(shortest_decimal(list), shortest_decimal(paid))::double precision;
COMMENT ON FUNCTION discount_rate(list double precision, paid double precision) IS
'discount in percent of the list price: 100 (list - paid) / list; NULL where list is 0';


-- ---------- ltv ----------

-- Lifetime value and unit economics. The formulas are SQL: \sf shows them.

CREATE FUNCTION ltv(avg_value numeric, periods numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked_argument('avg_value'::text, avg_value, NULL::numeric, NULL::numeric) * checked_argument('periods'::text, periods, 0::numeric, NULL::numeric));
COMMENT ON FUNCTION ltv(avg_value numeric, periods numeric) IS
'lifetime value: average value per period x number of periods; where from? periods = 1 / churn, see ltv_from_churn';

CREATE FUNCTION ltv(avg_value smallint, periods smallint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv(avg_value::numeric, periods::numeric);
COMMENT ON FUNCTION ltv(avg_value smallint, periods smallint) IS
'lifetime value: average value per period x number of periods; where from? periods = 1 / churn, see ltv_from_churn';

CREATE FUNCTION ltv(avg_value integer, periods integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv(avg_value::numeric, periods::numeric);
COMMENT ON FUNCTION ltv(avg_value integer, periods integer) IS
'lifetime value: average value per period x number of periods; where from? periods = 1 / churn, see ltv_from_churn';

CREATE FUNCTION ltv(avg_value bigint, periods bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv(avg_value::numeric, periods::numeric);
COMMENT ON FUNCTION ltv(avg_value bigint, periods bigint) IS
'lifetime value: average value per period x number of periods; where from? periods = 1 / churn, see ltv_from_churn';

CREATE FUNCTION ltv(avg_value real, periods real) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv(shortest_decimal(avg_value), shortest_decimal(periods))::double precision;
COMMENT ON FUNCTION ltv(avg_value real, periods real) IS
'lifetime value: average value per period x number of periods; where from? periods = 1 / churn, see ltv_from_churn';

CREATE FUNCTION ltv(avg_value double precision, periods double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv(shortest_decimal(avg_value), shortest_decimal(periods))::double precision;
COMMENT ON FUNCTION ltv(avg_value double precision, periods double precision) IS
'lifetime value: average value per period x number of periods; where from? periods = 1 / churn, see ltv_from_churn';

CREATE FUNCTION ltv(avg_price numeric, purchases_per_period numeric, periods numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked_argument('avg_price'::text, avg_price, NULL::numeric, NULL::numeric) * checked_argument('purchases_per_period'::text, purchases_per_period, 0::numeric, NULL::numeric) * checked_argument('periods'::text, periods, 0::numeric, NULL::numeric));
COMMENT ON FUNCTION ltv(avg_price numeric, purchases_per_period numeric, periods numeric) IS
'lifetime value: average price x purchases per period x number of periods';

CREATE FUNCTION ltv(avg_price smallint, purchases_per_period smallint, periods smallint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv(avg_price::numeric, purchases_per_period::numeric, periods::numeric);
COMMENT ON FUNCTION ltv(avg_price smallint, purchases_per_period smallint, periods smallint) IS
'lifetime value: average price x purchases per period x number of periods';

CREATE FUNCTION ltv(avg_price integer, purchases_per_period integer, periods integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv(avg_price::numeric, purchases_per_period::numeric, periods::numeric);
COMMENT ON FUNCTION ltv(avg_price integer, purchases_per_period integer, periods integer) IS
'lifetime value: average price x purchases per period x number of periods';

CREATE FUNCTION ltv(avg_price bigint, purchases_per_period bigint, periods bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv(avg_price::numeric, purchases_per_period::numeric, periods::numeric);
COMMENT ON FUNCTION ltv(avg_price bigint, purchases_per_period bigint, periods bigint) IS
'lifetime value: average price x purchases per period x number of periods';

CREATE FUNCTION ltv(avg_price real, purchases_per_period real, periods real) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv(shortest_decimal(avg_price), shortest_decimal(purchases_per_period), shortest_decimal(periods))::double precision;
COMMENT ON FUNCTION ltv(avg_price real, purchases_per_period real, periods real) IS
'lifetime value: average price x purchases per period x number of periods';

CREATE FUNCTION ltv(avg_price double precision, purchases_per_period double precision, periods double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv(shortest_decimal(avg_price), shortest_decimal(purchases_per_period), shortest_decimal(periods))::double precision;
COMMENT ON FUNCTION ltv(avg_price double precision, purchases_per_period double precision, periods double precision) IS
'lifetime value: average price x purchases per period x number of periods';

CREATE FUNCTION ltv_from_churn(arpa numeric, churn_pct numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100::numeric * checked_argument('arpa'::text, arpa, NULL::numeric, NULL::numeric) / NULLIF(checked_argument('churn_pct'::text, churn_pct, 0::numeric, 100::numeric), 0::numeric));
COMMENT ON FUNCTION ltv_from_churn(arpa numeric, churn_pct numeric) IS
'lifetime value: average revenue per account and period / churn per period (churn_pct: 5 means 5 %); NULL where nobody churns';

CREATE FUNCTION ltv_from_churn(arpa smallint, churn_pct smallint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv_from_churn(arpa::numeric, churn_pct::numeric);
COMMENT ON FUNCTION ltv_from_churn(arpa smallint, churn_pct smallint) IS
'lifetime value: average revenue per account and period / churn per period (churn_pct: 5 means 5 %); NULL where nobody churns';

CREATE FUNCTION ltv_from_churn(arpa integer, churn_pct integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv_from_churn(arpa::numeric, churn_pct::numeric);
COMMENT ON FUNCTION ltv_from_churn(arpa integer, churn_pct integer) IS
'lifetime value: average revenue per account and period / churn per period (churn_pct: 5 means 5 %); NULL where nobody churns';

CREATE FUNCTION ltv_from_churn(arpa bigint, churn_pct bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv_from_churn(arpa::numeric, churn_pct::numeric);
COMMENT ON FUNCTION ltv_from_churn(arpa bigint, churn_pct bigint) IS
'lifetime value: average revenue per account and period / churn per period (churn_pct: 5 means 5 %); NULL where nobody churns';

CREATE FUNCTION ltv_from_churn(arpa real, churn_pct real) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv_from_churn(shortest_decimal(arpa), shortest_decimal(churn_pct))::double precision;
COMMENT ON FUNCTION ltv_from_churn(arpa real, churn_pct real) IS
'lifetime value: average revenue per account and period / churn per period (churn_pct: 5 means 5 %); NULL where nobody churns';

CREATE FUNCTION ltv_from_churn(arpa double precision, churn_pct double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv_from_churn(shortest_decimal(arpa), shortest_decimal(churn_pct))::double precision;
COMMENT ON FUNCTION ltv_from_churn(arpa double precision, churn_pct double precision) IS
'lifetime value: average revenue per account and period / churn per period (churn_pct: 5 means 5 %); NULL where nobody churns';

CREATE FUNCTION cac(cost numeric, new_customers numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked_argument('cost'::text, cost, NULL::numeric, NULL::numeric) / NULLIF(checked_argument('new_customers'::text, new_customers, 0::numeric, NULL::numeric), 0::numeric));
COMMENT ON FUNCTION cac(cost numeric, new_customers numeric) IS
'customer acquisition cost: cost of winning customers / customers won; NULL where none was won; is it worth it? ltv_cac';

CREATE FUNCTION cac(cost smallint, new_customers smallint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cac(cost::numeric, new_customers::numeric);
COMMENT ON FUNCTION cac(cost smallint, new_customers smallint) IS
'customer acquisition cost: cost of winning customers / customers won; NULL where none was won; is it worth it? ltv_cac';

CREATE FUNCTION cac(cost integer, new_customers integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cac(cost::numeric, new_customers::numeric);
COMMENT ON FUNCTION cac(cost integer, new_customers integer) IS
'customer acquisition cost: cost of winning customers / customers won; NULL where none was won; is it worth it? ltv_cac';

CREATE FUNCTION cac(cost bigint, new_customers bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cac(cost::numeric, new_customers::numeric);
COMMENT ON FUNCTION cac(cost bigint, new_customers bigint) IS
'customer acquisition cost: cost of winning customers / customers won; NULL where none was won; is it worth it? ltv_cac';

CREATE FUNCTION cac(cost real, new_customers real) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cac(shortest_decimal(cost), shortest_decimal(new_customers))::double precision;
COMMENT ON FUNCTION cac(cost real, new_customers real) IS
'customer acquisition cost: cost of winning customers / customers won; NULL where none was won; is it worth it? ltv_cac';

CREATE FUNCTION cac(cost double precision, new_customers double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cac(shortest_decimal(cost), shortest_decimal(new_customers))::double precision;
COMMENT ON FUNCTION cac(cost double precision, new_customers double precision) IS
'customer acquisition cost: cost of winning customers / customers won; NULL where none was won; is it worth it? ltv_cac';

CREATE FUNCTION retention_cost(cost numeric, customers numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked_argument('cost'::text, cost, NULL::numeric, NULL::numeric) / NULLIF(checked_argument('customers'::text, customers, 0::numeric, NULL::numeric), 0::numeric));
COMMENT ON FUNCTION retention_cost(cost numeric, customers numeric) IS
'cost of keeping one customer: cost / customers kept; NULL where there are none';

CREATE FUNCTION retention_cost(cost smallint, customers smallint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN retention_cost(cost::numeric, customers::numeric);
COMMENT ON FUNCTION retention_cost(cost smallint, customers smallint) IS
'cost of keeping one customer: cost / customers kept; NULL where there are none';

CREATE FUNCTION retention_cost(cost integer, customers integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN retention_cost(cost::numeric, customers::numeric);
COMMENT ON FUNCTION retention_cost(cost integer, customers integer) IS
'cost of keeping one customer: cost / customers kept; NULL where there are none';

CREATE FUNCTION retention_cost(cost bigint, customers bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN retention_cost(cost::numeric, customers::numeric);
COMMENT ON FUNCTION retention_cost(cost bigint, customers bigint) IS
'cost of keeping one customer: cost / customers kept; NULL where there are none';

CREATE FUNCTION retention_cost(cost real, customers real) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN retention_cost(shortest_decimal(cost), shortest_decimal(customers))::double precision;
COMMENT ON FUNCTION retention_cost(cost real, customers real) IS
'cost of keeping one customer: cost / customers kept; NULL where there are none';

CREATE FUNCTION retention_cost(cost double precision, customers double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN retention_cost(shortest_decimal(cost), shortest_decimal(customers))::double precision;
COMMENT ON FUNCTION retention_cost(cost double precision, customers double precision) IS
'cost of keeping one customer: cost / customers kept; NULL where there are none';

CREATE FUNCTION roi(gain numeric, cost numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100::numeric * (checked_argument('gain'::text, gain, NULL::numeric, NULL::numeric) - checked_argument('cost'::text, cost, NULL::numeric, NULL::numeric)) / NULLIF(cost, 0::numeric));
COMMENT ON FUNCTION roi(gain numeric, cost numeric) IS
'return on investment in percent: 100 (gain - cost) / cost; NULL where cost is 0';

CREATE FUNCTION roi(gain smallint, cost smallint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN roi(gain::numeric, cost::numeric);
COMMENT ON FUNCTION roi(gain smallint, cost smallint) IS
'return on investment in percent: 100 (gain - cost) / cost; NULL where cost is 0';

CREATE FUNCTION roi(gain integer, cost integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN roi(gain::numeric, cost::numeric);
COMMENT ON FUNCTION roi(gain integer, cost integer) IS
'return on investment in percent: 100 (gain - cost) / cost; NULL where cost is 0';

CREATE FUNCTION roi(gain bigint, cost bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN roi(gain::numeric, cost::numeric);
COMMENT ON FUNCTION roi(gain bigint, cost bigint) IS
'return on investment in percent: 100 (gain - cost) / cost; NULL where cost is 0';

CREATE FUNCTION roi(gain real, cost real) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN roi(shortest_decimal(gain), shortest_decimal(cost))::double precision;
COMMENT ON FUNCTION roi(gain real, cost real) IS
'return on investment in percent: 100 (gain - cost) / cost; NULL where cost is 0';

CREATE FUNCTION roi(gain double precision, cost double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN roi(shortest_decimal(gain), shortest_decimal(cost))::double precision;
COMMENT ON FUNCTION roi(gain double precision, cost double precision) IS
'return on investment in percent: 100 (gain - cost) / cost; NULL where cost is 0';

CREATE FUNCTION ltv_cac(ltv numeric, cac numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked_argument('ltv'::text, ltv, NULL::numeric, NULL::numeric) / NULLIF(checked_argument('cac'::text, cac, NULL::numeric, NULL::numeric), 0::numeric));
COMMENT ON FUNCTION ltv_cac(ltv numeric, cac numeric) IS
'lifetime value per unit of acquisition cost, a plain factor: 3 means that a customer brings three times what it cost; NULL where cac is 0';

CREATE FUNCTION ltv_cac(ltv smallint, cac smallint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv_cac(ltv::numeric, cac::numeric);
COMMENT ON FUNCTION ltv_cac(ltv smallint, cac smallint) IS
'lifetime value per unit of acquisition cost, a plain factor: 3 means that a customer brings three times what it cost; NULL where cac is 0';

CREATE FUNCTION ltv_cac(ltv integer, cac integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv_cac(ltv::numeric, cac::numeric);
COMMENT ON FUNCTION ltv_cac(ltv integer, cac integer) IS
'lifetime value per unit of acquisition cost, a plain factor: 3 means that a customer brings three times what it cost; NULL where cac is 0';

CREATE FUNCTION ltv_cac(ltv bigint, cac bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv_cac(ltv::numeric, cac::numeric);
COMMENT ON FUNCTION ltv_cac(ltv bigint, cac bigint) IS
'lifetime value per unit of acquisition cost, a plain factor: 3 means that a customer brings three times what it cost; NULL where cac is 0';

CREATE FUNCTION ltv_cac(ltv real, cac real) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv_cac(shortest_decimal(ltv), shortest_decimal(cac))::double precision;
COMMENT ON FUNCTION ltv_cac(ltv real, cac real) IS
'lifetime value per unit of acquisition cost, a plain factor: 3 means that a customer brings three times what it cost; NULL where cac is 0';

CREATE FUNCTION ltv_cac(ltv double precision, cac double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv_cac(shortest_decimal(ltv), shortest_decimal(cac))::double precision;
COMMENT ON FUNCTION ltv_cac(ltv double precision, cac double precision) IS
'lifetime value per unit of acquisition cost, a plain factor: 3 means that a customer brings three times what it cost; NULL where cac is 0';

CREATE FUNCTION cac_payback(cac numeric, monthly_margin numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked_argument('cac'::text, cac, NULL::numeric, NULL::numeric) / NULLIF(checked_argument('monthly_margin'::text, monthly_margin, NULL::numeric, NULL::numeric), 0::numeric));
COMMENT ON FUNCTION cac_payback(cac numeric, monthly_margin numeric) IS
'months until a customer has paid back its acquisition cost: cac / monthly margin; NULL where the margin is 0';

CREATE FUNCTION cac_payback(cac smallint, monthly_margin smallint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cac_payback(cac::numeric, monthly_margin::numeric);
COMMENT ON FUNCTION cac_payback(cac smallint, monthly_margin smallint) IS
'months until a customer has paid back its acquisition cost: cac / monthly margin; NULL where the margin is 0';

CREATE FUNCTION cac_payback(cac integer, monthly_margin integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cac_payback(cac::numeric, monthly_margin::numeric);
COMMENT ON FUNCTION cac_payback(cac integer, monthly_margin integer) IS
'months until a customer has paid back its acquisition cost: cac / monthly margin; NULL where the margin is 0';

CREATE FUNCTION cac_payback(cac bigint, monthly_margin bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cac_payback(cac::numeric, monthly_margin::numeric);
COMMENT ON FUNCTION cac_payback(cac bigint, monthly_margin bigint) IS
'months until a customer has paid back its acquisition cost: cac / monthly margin; NULL where the margin is 0';

CREATE FUNCTION cac_payback(cac real, monthly_margin real) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cac_payback(shortest_decimal(cac), shortest_decimal(monthly_margin))::double precision;
COMMENT ON FUNCTION cac_payback(cac real, monthly_margin real) IS
'months until a customer has paid back its acquisition cost: cac / monthly margin; NULL where the margin is 0';

CREATE FUNCTION cac_payback(cac double precision, monthly_margin double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cac_payback(shortest_decimal(cac), shortest_decimal(monthly_margin))::double precision;
COMMENT ON FUNCTION cac_payback(cac double precision, monthly_margin double precision) IS
'months until a customer has paid back its acquisition cost: cac / monthly margin; NULL where the margin is 0';

CREATE FUNCTION max_cac(ltv numeric, target_ratio numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked_argument('ltv'::text, ltv, NULL::numeric, NULL::numeric) / NULLIF(checked_argument('target_ratio'::text, target_ratio, 0::numeric, NULL::numeric), 0::numeric));
COMMENT ON FUNCTION max_cac(ltv numeric, target_ratio numeric) IS
'the most to pay for a customer so that ltv_cac reaches target_ratio (3 means three times): ltv / target_ratio';

CREATE FUNCTION max_cac(ltv smallint, target_ratio smallint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN max_cac(ltv::numeric, target_ratio::numeric);
COMMENT ON FUNCTION max_cac(ltv smallint, target_ratio smallint) IS
'the most to pay for a customer so that ltv_cac reaches target_ratio (3 means three times): ltv / target_ratio';

CREATE FUNCTION max_cac(ltv integer, target_ratio integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN max_cac(ltv::numeric, target_ratio::numeric);
COMMENT ON FUNCTION max_cac(ltv integer, target_ratio integer) IS
'the most to pay for a customer so that ltv_cac reaches target_ratio (3 means three times): ltv / target_ratio';

CREATE FUNCTION max_cac(ltv bigint, target_ratio bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN max_cac(ltv::numeric, target_ratio::numeric);
COMMENT ON FUNCTION max_cac(ltv bigint, target_ratio bigint) IS
'the most to pay for a customer so that ltv_cac reaches target_ratio (3 means three times): ltv / target_ratio';

CREATE FUNCTION max_cac(ltv real, target_ratio real) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN max_cac(shortest_decimal(ltv), shortest_decimal(target_ratio))::double precision;
COMMENT ON FUNCTION max_cac(ltv real, target_ratio real) IS
'the most to pay for a customer so that ltv_cac reaches target_ratio (3 means three times): ltv / target_ratio';

CREATE FUNCTION max_cac(ltv double precision, target_ratio double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN max_cac(shortest_decimal(ltv), shortest_decimal(target_ratio))::double precision;
COMMENT ON FUNCTION max_cac(ltv double precision, target_ratio double precision) IS
'the most to pay for a customer so that ltv_cac reaches target_ratio (3 means three times): ltv / target_ratio';

CREATE FUNCTION coverage_ratio(recurring_revenue numeric, fixed_costs numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100::numeric * checked_argument('recurring_revenue'::text, recurring_revenue, NULL::numeric, NULL::numeric) / NULLIF(checked_argument('fixed_costs'::text, fixed_costs, NULL::numeric, NULL::numeric), 0::numeric));
COMMENT ON FUNCTION coverage_ratio(recurring_revenue numeric, fixed_costs numeric) IS
'recurring revenue in percent of fixed costs: 100 and more means that they are covered; NULL where there are none';

CREATE FUNCTION coverage_ratio(recurring_revenue smallint, fixed_costs smallint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coverage_ratio(recurring_revenue::numeric, fixed_costs::numeric);
COMMENT ON FUNCTION coverage_ratio(recurring_revenue smallint, fixed_costs smallint) IS
'recurring revenue in percent of fixed costs: 100 and more means that they are covered; NULL where there are none';

CREATE FUNCTION coverage_ratio(recurring_revenue integer, fixed_costs integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coverage_ratio(recurring_revenue::numeric, fixed_costs::numeric);
COMMENT ON FUNCTION coverage_ratio(recurring_revenue integer, fixed_costs integer) IS
'recurring revenue in percent of fixed costs: 100 and more means that they are covered; NULL where there are none';

CREATE FUNCTION coverage_ratio(recurring_revenue bigint, fixed_costs bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coverage_ratio(recurring_revenue::numeric, fixed_costs::numeric);
COMMENT ON FUNCTION coverage_ratio(recurring_revenue bigint, fixed_costs bigint) IS
'recurring revenue in percent of fixed costs: 100 and more means that they are covered; NULL where there are none';

CREATE FUNCTION coverage_ratio(recurring_revenue real, fixed_costs real) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coverage_ratio(shortest_decimal(recurring_revenue), shortest_decimal(fixed_costs))::double precision;
COMMENT ON FUNCTION coverage_ratio(recurring_revenue real, fixed_costs real) IS
'recurring revenue in percent of fixed costs: 100 and more means that they are covered; NULL where there are none';

CREATE FUNCTION coverage_ratio(recurring_revenue double precision, fixed_costs double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coverage_ratio(shortest_decimal(recurring_revenue), shortest_decimal(fixed_costs))::double precision;
COMMENT ON FUNCTION coverage_ratio(recurring_revenue double precision, fixed_costs double precision) IS
'recurring revenue in percent of fixed costs: 100 and more means that they are covered; NULL where there are none';

CREATE FUNCTION cost_ratio(cac numeric, retention_cost numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(100::numeric * checked_argument('cac'::text, cac, NULL::numeric, NULL::numeric) / NULLIF(checked_argument('retention_cost'::text, retention_cost, NULL::numeric, NULL::numeric), 0::numeric));
COMMENT ON FUNCTION cost_ratio(cac numeric, retention_cost numeric) IS
'cost of winning a customer in percent of the cost of keeping one; NULL where keeping costs nothing';

CREATE FUNCTION cost_ratio(cac smallint, retention_cost smallint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cost_ratio(cac::numeric, retention_cost::numeric);
COMMENT ON FUNCTION cost_ratio(cac smallint, retention_cost smallint) IS
'cost of winning a customer in percent of the cost of keeping one; NULL where keeping costs nothing';

CREATE FUNCTION cost_ratio(cac integer, retention_cost integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cost_ratio(cac::numeric, retention_cost::numeric);
COMMENT ON FUNCTION cost_ratio(cac integer, retention_cost integer) IS
'cost of winning a customer in percent of the cost of keeping one; NULL where keeping costs nothing';

CREATE FUNCTION cost_ratio(cac bigint, retention_cost bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cost_ratio(cac::numeric, retention_cost::numeric);
COMMENT ON FUNCTION cost_ratio(cac bigint, retention_cost bigint) IS
'cost of winning a customer in percent of the cost of keeping one; NULL where keeping costs nothing';

CREATE FUNCTION cost_ratio(cac real, retention_cost real) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cost_ratio(shortest_decimal(cac), shortest_decimal(retention_cost))::double precision;
COMMENT ON FUNCTION cost_ratio(cac real, retention_cost real) IS
'cost of winning a customer in percent of the cost of keeping one; NULL where keeping costs nothing';

CREATE FUNCTION cost_ratio(cac double precision, retention_cost double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cost_ratio(shortest_decimal(cac), shortest_decimal(retention_cost))::double precision;
COMMENT ON FUNCTION cost_ratio(cac double precision, retention_cost double precision) IS
'cost of winning a customer in percent of the cost of keeping one; NULL where keeping costs nothing';


CREATE FUNCTION ltv_from_retention(margin numeric, retention_ratio numeric, discount_ratio numeric, include_first boolean DEFAULT false)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN trim_scale(checked_argument('margin'::text, margin, NULL::numeric, NULL::numeric)
    * CASE WHEN include_first THEN 1::numeric + checked_argument('discount_ratio'::text, discount_ratio, 0::numeric, 1::numeric) ELSE checked_argument('retention_ratio'::text, retention_ratio, 0::numeric, 1::numeric) END
    / NULLIF(1::numeric + checked_argument('discount_ratio'::text, discount_ratio, 0::numeric, 1::numeric) - checked_argument('retention_ratio'::text, retention_ratio, 0::numeric, 1::numeric), 0::numeric));
COMMENT ON FUNCTION ltv_from_retention(numeric, numeric, numeric, boolean) IS
'lifetime value from margin per period, retention and discount per period, both 0 to 1: m r / (1 + d - r); with include_first => true the margin of the first period is in it: m (1 + d) / (1 + d - r); NULL where r = 1 and d = 0';

CREATE FUNCTION ltv_from_retention(margin double precision, retention_ratio double precision, discount_ratio double precision, include_first boolean DEFAULT false)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ltv_from_retention(shortest_decimal(margin), shortest_decimal(retention_ratio), shortest_decimal(discount_ratio), include_first)::double precision;
COMMENT ON FUNCTION ltv_from_retention(double precision, double precision, double precision, boolean) IS
'lifetime value from margin per period, retention and discount per period, both 0 to 1; with include_first => true the margin of the first period is in it';

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

