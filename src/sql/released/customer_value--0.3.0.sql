-- complain if the script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION customer_value" to load this file. \quit

-- ---------- behaviour_funnel ----------

-- How far customers get along a chain of steps.

CREATE TYPE funnel_state;

CREATE FUNCTION funnel_state_in(cstring) RETURNS funnel_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_funnel_state_in';
COMMENT ON FUNCTION funnel_state_in(cstring) IS
'reads the text form of funnel_state; the word empty stands for a state of no rows';

CREATE FUNCTION funnel_state_out(funnel_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_funnel_state_out';
COMMENT ON FUNCTION funnel_state_out(funnel_state) IS
'writes the text form of funnel_state, lossless';

CREATE FUNCTION funnel_state_recv(internal) RETURNS funnel_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_funnel_state_recv';
COMMENT ON FUNCTION funnel_state_recv(internal) IS
'reads the binary form of funnel_state';

CREATE FUNCTION funnel_state_send(funnel_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_funnel_state_send';
COMMENT ON FUNCTION funnel_state_send(funnel_state) IS
'writes the binary form of funnel_state, lossless';

CREATE TYPE funnel_state (
    INPUT = funnel_state_in, OUTPUT = funnel_state_out, RECEIVE = funnel_state_recv, SEND = funnel_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE funnel_state IS 'the instants at which a customer met steps of a chain, and which; store it, merge it with || or rollup, read it with the functions that take a funnel_state';

CREATE FUNCTION funnel_state_merge(funnel_state, funnel_state) RETURNS funnel_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_funnel_state_merge';
COMMENT ON FUNCTION funnel_state_merge(funnel_state, funnel_state) IS
'the funnel_state of the rows of both; || calls it';

CREATE FUNCTION funnel_state_finish(funnel_state) RETURNS funnel_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_funnel_state_finish';
COMMENT ON FUNCTION funnel_state_finish(funnel_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = funnel_state, RIGHTARG = funnel_state, FUNCTION = funnel_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (funnel_state, funnel_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state funnel_state) (
    SFUNC = funnel_state_merge, STYPE = funnel_state, INITCOND = 'empty', COMBINEFUNC = funnel_state_merge, FINALFUNC = funnel_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(funnel_state) IS 'merges stored states into one, as if their rows had been aggregated together';


CREATE FUNCTION window_funnel(state funnel_state) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_window_funnel';
COMMENT ON FUNCTION window_funnel(state funnel_state) IS
'how many steps of the chain were reached within the window that the rows were aggregated with; without limit of time for funnel_agg; NULL without rows';

CREATE FUNCTION window_funnel(state funnel_state, "window" interval, strict_increase boolean DEFAULT false) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_window_funnel_within';
COMMENT ON FUNCTION window_funnel(state funnel_state, "window" interval, strict_increase boolean) IS
'how many steps of the chain were reached, in their order, at most window after the first; with strict_increase each step must be later than the one before, otherwise the same instant will do; NULL without rows; by how many? GROUP BY it';

CREATE FUNCTION funnel_state_add(funnel_state, at timestamptz, steps boolean[]) RETURNS funnel_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_funnel_add';
COMMENT ON FUNCTION funnel_state_add(funnel_state, at timestamptz, steps boolean[]) IS
'the state with one more event';

CREATE FUNCTION funnel_state_add(funnel_state, "window" interval, at timestamptz, steps boolean[]) RETURNS funnel_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_funnel_add_within';
COMMENT ON FUNCTION funnel_state_add(funnel_state, "window" interval, at timestamptz, steps boolean[]) IS
'the state with one more event; error 22023 on a second window';

CREATE AGGREGATE funnel_agg(at timestamptz, VARIADIC steps boolean[]) (
    SFUNC = funnel_state_add, STYPE = funnel_state, INITCOND = 'empty', COMBINEFUNC = funnel_state_merge, FINALFUNC = funnel_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(at timestamptz, VARIADIC steps boolean[]) IS
'notes when the events of a customer met which of up to 32 steps, into a state to store, merge and read with window_funnel(state, window)';

CREATE AGGREGATE window_funnel("window" interval, at timestamptz, VARIADIC steps boolean[]) (
    SFUNC = funnel_state_add, STYPE = funnel_state, INITCOND = 'empty', COMBINEFUNC = funnel_state_merge, FINALFUNC = window_funnel,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel("window" interval, at timestamptz, VARIADIC steps boolean[]) IS
'how many steps of a chain the events of a customer reached, in their order, at most window (in days or shorter units) after the first: 0 for none; one instant may be several steps; a NULL step is not met; GROUP BY customer, then count the customers by steps reached; another window later? funnel_agg';


-- ---------- behaviour_ladder ----------

-- Behaviour: the ladder of loyalty.

CREATE TYPE ladder_state;

CREATE FUNCTION ladder_state_in(cstring) RETURNS ladder_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ladder_state_in';
COMMENT ON FUNCTION ladder_state_in(cstring) IS
'reads the text form of ladder_state; the word empty stands for a state of no rows';

CREATE FUNCTION ladder_state_out(ladder_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ladder_state_out';
COMMENT ON FUNCTION ladder_state_out(ladder_state) IS
'writes the text form of ladder_state, lossless';

CREATE FUNCTION ladder_state_recv(internal) RETURNS ladder_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ladder_state_recv';
COMMENT ON FUNCTION ladder_state_recv(internal) IS
'reads the binary form of ladder_state';

CREATE FUNCTION ladder_state_send(ladder_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ladder_state_send';
COMMENT ON FUNCTION ladder_state_send(ladder_state) IS
'writes the binary form of ladder_state, lossless';

CREATE TYPE ladder_state (
    INPUT = ladder_state_in, OUTPUT = ladder_state_out, RECEIVE = ladder_state_recv, SEND = ladder_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE ladder_state IS 'when each customer first reached each stage; store it, merge it with || or rollup, read it with the functions that take a ladder_state';

CREATE FUNCTION ladder_state_merge(ladder_state, ladder_state) RETURNS ladder_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ladder_state_merge';
COMMENT ON FUNCTION ladder_state_merge(ladder_state, ladder_state) IS
'the ladder_state of the rows of both; || calls it';

CREATE FUNCTION ladder_state_finish(ladder_state) RETURNS ladder_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ladder_state_finish';
COMMENT ON FUNCTION ladder_state_finish(ladder_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = ladder_state, RIGHTARG = ladder_state, FUNCTION = ladder_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (ladder_state, ladder_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state ladder_state) (
    SFUNC = ladder_state_merge, STYPE = ladder_state, INITCOND = 'empty', COMBINEFUNC = ladder_state_merge, FINALFUNC = ladder_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(ladder_state) IS 'merges stored states into one, as if their rows had been aggregated together';


CREATE FUNCTION ladder_transitions(state ladder_state, stages text[]) RETURNS TABLE (from_stage text, to_stage text, customers bigint, moved bigint, rate_pct numeric, median_time interval)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ladder_transitions';
COMMENT ON FUNCTION ladder_transitions(state ladder_state, stages text[]) IS
'a row from each stage of the list to the next: customers who reached the first, how many of them reached the second at the same time or later, rate_pct = 100 moved / customers, median_time of those who moved (days of 24 hours); each stage counts from when it was first reached; state is made by ladder_agg';


CREATE FUNCTION ladder_state_add(ladder_state, customer bigint, stage text, at timestamptz) RETURNS ladder_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ladder_add_bigint';
COMMENT ON FUNCTION ladder_state_add(ladder_state, customer bigint, stage text, at timestamptz) IS
'the state with one more row';

CREATE AGGREGATE ladder_agg(customer bigint, stage text, at timestamptz) (
    SFUNC = ladder_state_add, STYPE = ladder_state, INITCOND = 'empty', COMBINEFUNC = ladder_state_merge, FINALFUNC = ladder_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ladder_agg(customer bigint, stage text, at timestamptz) IS
'keeps when each customer first reached each stage, in a state to store, merge and read with ladder_transitions';

CREATE FUNCTION ladder_state_add(ladder_state, customer bigint, stage text, day date) RETURNS ladder_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ladder_add_day_bigint';
COMMENT ON FUNCTION ladder_state_add(ladder_state, customer bigint, stage text, day date) IS
'the state with one more row';

CREATE AGGREGATE ladder_agg(customer bigint, stage text, day date) (
    SFUNC = ladder_state_add, STYPE = ladder_state, INITCOND = 'empty', COMBINEFUNC = ladder_state_merge, FINALFUNC = ladder_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ladder_agg(customer bigint, stage text, day date) IS
'keeps on which day each customer first reached each stage, in a state to store, merge and read with ladder_transitions';

CREATE FUNCTION ladder_state_add(ladder_state, customer uuid, stage text, at timestamptz) RETURNS ladder_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ladder_add_uuid';
COMMENT ON FUNCTION ladder_state_add(ladder_state, customer uuid, stage text, at timestamptz) IS
'the state with one more row';

CREATE AGGREGATE ladder_agg(customer uuid, stage text, at timestamptz) (
    SFUNC = ladder_state_add, STYPE = ladder_state, INITCOND = 'empty', COMBINEFUNC = ladder_state_merge, FINALFUNC = ladder_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ladder_agg(customer uuid, stage text, at timestamptz) IS
'keeps when each customer first reached each stage, in a state to store, merge and read with ladder_transitions';

CREATE FUNCTION ladder_state_add(ladder_state, customer uuid, stage text, day date) RETURNS ladder_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ladder_add_day_uuid';
COMMENT ON FUNCTION ladder_state_add(ladder_state, customer uuid, stage text, day date) IS
'the state with one more row';

CREATE AGGREGATE ladder_agg(customer uuid, stage text, day date) (
    SFUNC = ladder_state_add, STYPE = ladder_state, INITCOND = 'empty', COMBINEFUNC = ladder_state_merge, FINALFUNC = ladder_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ladder_agg(customer uuid, stage text, day date) IS
'keeps on which day each customer first reached each stage, in a state to store, merge and read with ladder_transitions';

CREATE FUNCTION ladder_state_add(ladder_state, customer text, stage text, at timestamptz) RETURNS ladder_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ladder_add_text';
COMMENT ON FUNCTION ladder_state_add(ladder_state, customer text, stage text, at timestamptz) IS
'the state with one more row';

CREATE AGGREGATE ladder_agg(customer text, stage text, at timestamptz) (
    SFUNC = ladder_state_add, STYPE = ladder_state, INITCOND = 'empty', COMBINEFUNC = ladder_state_merge, FINALFUNC = ladder_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ladder_agg(customer text, stage text, at timestamptz) IS
'keeps when each customer first reached each stage, in a state to store, merge and read with ladder_transitions';

CREATE FUNCTION ladder_state_add(ladder_state, customer text, stage text, day date) RETURNS ladder_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ladder_add_day_text';
COMMENT ON FUNCTION ladder_state_add(ladder_state, customer text, stage text, day date) IS
'the state with one more row';

CREATE AGGREGATE ladder_agg(customer text, stage text, day date) (
    SFUNC = ladder_state_add, STYPE = ladder_state, INITCOND = 'empty', COMBINEFUNC = ladder_state_merge, FINALFUNC = ladder_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ladder_agg(customer text, stage text, day date) IS
'keeps on which day each customer first reached each stage, in a state to store, merge and read with ladder_transitions';


-- ---------- behaviour_retention ----------

-- Which conditions a customer met, together with the first.

CREATE TYPE retention_state;

CREATE FUNCTION retention_state_in(cstring) RETURNS retention_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_state_in';
COMMENT ON FUNCTION retention_state_in(cstring) IS
'reads the text form of retention_state; the word empty stands for a state of no rows';

CREATE FUNCTION retention_state_out(retention_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_state_out';
COMMENT ON FUNCTION retention_state_out(retention_state) IS
'writes the text form of retention_state, lossless';

CREATE FUNCTION retention_state_recv(internal) RETURNS retention_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_state_recv';
COMMENT ON FUNCTION retention_state_recv(internal) IS
'reads the binary form of retention_state';

CREATE FUNCTION retention_state_send(retention_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_state_send';
COMMENT ON FUNCTION retention_state_send(retention_state) IS
'writes the binary form of retention_state, lossless';

CREATE TYPE retention_state (
    INPUT = retention_state_in, OUTPUT = retention_state_out, RECEIVE = retention_state_recv, SEND = retention_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE retention_state IS 'which of several conditions were ever met by the rows of a customer; store it, merge it with || or rollup, read it with the functions that take a retention_state';

CREATE FUNCTION retention_state_merge(retention_state, retention_state) RETURNS retention_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_state_merge';
COMMENT ON FUNCTION retention_state_merge(retention_state, retention_state) IS
'the retention_state of the rows of both; || calls it';

CREATE FUNCTION retention_state_finish(retention_state) RETURNS retention_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_state_finish';
COMMENT ON FUNCTION retention_state_finish(retention_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = retention_state, RIGHTARG = retention_state, FUNCTION = retention_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (retention_state, retention_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state retention_state) (
    SFUNC = retention_state_merge, STYPE = retention_state, INITCOND = 'empty', COMBINEFUNC = retention_state_merge, FINALFUNC = retention_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(retention_state) IS 'merges stored states into one, as if their rows had been aggregated together';


CREATE FUNCTION retention(state retention_state) RETURNS boolean[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_value';
COMMENT ON FUNCTION retention(state retention_state) IS
'for each condition whether it and the first were ever met, not always by the same row; NULL without rows';

CREATE FUNCTION retention_state_add(retention_state, conditions boolean[]) RETURNS retention_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_add';
COMMENT ON FUNCTION retention_state_add(retention_state, conditions boolean[]) IS
'the state with one more row';

CREATE AGGREGATE retention_agg(VARIADIC conditions boolean[]) (
    SFUNC = retention_state_add, STYPE = retention_state, INITCOND = 'empty', COMBINEFUNC = retention_state_merge, FINALFUNC = retention_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE retention_agg(VARIADIC conditions boolean[]) IS
'notes which of up to 32 conditions the rows of a customer met, into a state to store, merge and read with retention';

CREATE AGGREGATE retention(VARIADIC conditions boolean[]) (
    SFUNC = retention_state_add, STYPE = retention_state, INITCOND = 'empty', COMBINEFUNC = retention_state_merge, FINALFUNC = retention,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE retention(VARIADIC conditions boolean[]) IS
'for each of up to 32 conditions whether rows of a customer met it and the first: retention(day = ''2024-01-01'', day = ''2024-01-08'') says who was there on the first day and came back a week later; a NULL condition is not met; GROUP BY customer, then count the customers with r[1], r[2], ...; in which order? window_funnel';


-- ---------- behaviour_sessions ----------

-- Behaviour: sessions.

CREATE FUNCTION sessionize(at timestamptz, gap interval) RETURNS bigint
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sessionize';
COMMENT ON FUNCTION sessionize(timestamptz, interval) IS
'number of the session of an event, from 1, OVER (PARTITION BY customer ORDER BY at): a pause longer than gap begins a new one; gap is a positive interval without months, a day of it is 24 hours; NULL where at or gap is; how long do they last? max(at) - min(at) GROUP BY customer, session';

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


-- ---------- experiment ----------

-- Experiments: two groups compared by the mean of a value or by the share that did something.

CREATE TYPE ab_state;

CREATE FUNCTION ab_state_in(cstring) RETURNS ab_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_state_in';
COMMENT ON FUNCTION ab_state_in(cstring) IS
'reads the text form of ab_state; the word empty stands for a state of no rows';

CREATE FUNCTION ab_state_out(ab_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_state_out';
COMMENT ON FUNCTION ab_state_out(ab_state) IS
'writes the text form of ab_state, lossless';

CREATE FUNCTION ab_state_recv(internal) RETURNS ab_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_state_recv';
COMMENT ON FUNCTION ab_state_recv(internal) IS
'reads the binary form of ab_state';

CREATE FUNCTION ab_state_send(ab_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_state_send';
COMMENT ON FUNCTION ab_state_send(ab_state) IS
'writes the binary form of ab_state, lossless';

CREATE TYPE ab_state (
    INPUT = ab_state_in, OUTPUT = ab_state_out, RECEIVE = ab_state_recv, SEND = ab_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE ab_state IS 'number, exact sum and exact sum of squares of the values of a group; store it, merge it with || or rollup, read it with the functions that take a ab_state';

CREATE FUNCTION ab_state_merge(ab_state, ab_state) RETURNS ab_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_state_merge';
COMMENT ON FUNCTION ab_state_merge(ab_state, ab_state) IS
'the ab_state of the rows of both; || calls it';

CREATE FUNCTION ab_state_finish(ab_state) RETURNS ab_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_state_finish';
COMMENT ON FUNCTION ab_state_finish(ab_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = ab_state, RIGHTARG = ab_state, FUNCTION = ab_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (ab_state, ab_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state ab_state) (
    SFUNC = ab_state_merge, STYPE = ab_state, INITCOND = 'empty', COMBINEFUNC = ab_state_merge, FINALFUNC = ab_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(ab_state) IS 'merges stored states into one, as if their rows had been aggregated together';


CREATE FUNCTION ab_count(state ab_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_count';
COMMENT ON FUNCTION ab_count(state ab_state) IS
'number of values in the group';

CREATE FUNCTION ab_mean(state ab_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_mean';
COMMENT ON FUNCTION ab_mean(state ab_state) IS
'mean of the values of the group; NULL without any; do two groups differ? ab_test_mean';

CREATE FUNCTION ab_variance(state ab_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_variance';
COMMENT ON FUNCTION ab_variance(state ab_state) IS
'sample variance of the values of the group, (sum of squares - n mean^2) / (n - 1) without rounding in between, as var_samp; NULL for fewer than two values';

CREATE FUNCTION ab_test_mean(a ab_state, b ab_state, confidence double precision DEFAULT 0.95, OUT difference numeric, OUT lower numeric, OUT upper numeric, OUT t double precision, OUT degrees_of_freedom double precision, OUT p_value double precision)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_test_mean';
COMMENT ON FUNCTION ab_test_mean(a ab_state, b ab_state, confidence double precision, OUT difference numeric, OUT lower numeric, OUT upper numeric, OUT t double precision, OUT degrees_of_freedom double precision, OUT p_value double precision) IS
'mean of group b minus mean of group a, its confidence interval, and the Welch test of whether it is more than chance: a small p_value says that it is; NULL where a group has no values, and all but the difference where one has a single value or neither varies; for shares: ab_test_rate';

CREATE FUNCTION ab_test_rate(x1 bigint, n1 bigint, x2 bigint, n2 bigint, confidence double precision DEFAULT 0.95, OUT difference numeric, OUT lower numeric, OUT upper numeric, OUT z double precision, OUT p_value double precision)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_test_rate';
COMMENT ON FUNCTION ab_test_rate(x1 bigint, n1 bigint, x2 bigint, n2 bigint, confidence double precision, OUT difference numeric, OUT lower numeric, OUT upper numeric, OUT z double precision, OUT p_value double precision) IS
'share of x2 in n2 minus share of x1 in n1 in percent points, its confidence interval, and the z test of whether it is more than chance: a small p_value says that it is; NULL where n1 or n2 is 0; no test where nobody or everybody did it in both groups, no interval where nobody or everybody did it in each; for amounts: ab_test_mean';


CREATE FUNCTION ab_state_add(ab_state, value smallint) RETURNS ab_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_add_smallint';
COMMENT ON FUNCTION ab_state_add(ab_state, value smallint) IS
'the state with one more value';

CREATE AGGREGATE ab_agg(value smallint) (
    SFUNC = ab_state_add, STYPE = ab_state, INITCOND = 'empty', COMBINEFUNC = ab_state_merge, FINALFUNC = ab_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_agg(value smallint) IS
'sums the values of a group of an experiment, and their squares, into a state to store, merge and read with ab_test_mean, ab_mean, ab_variance, ab_count';

CREATE FUNCTION ab_state_add(ab_state, value integer) RETURNS ab_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_add_integer';
COMMENT ON FUNCTION ab_state_add(ab_state, value integer) IS
'the state with one more value';

CREATE AGGREGATE ab_agg(value integer) (
    SFUNC = ab_state_add, STYPE = ab_state, INITCOND = 'empty', COMBINEFUNC = ab_state_merge, FINALFUNC = ab_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_agg(value integer) IS
'sums the values of a group of an experiment, and their squares, into a state to store, merge and read with ab_test_mean, ab_mean, ab_variance, ab_count';

CREATE FUNCTION ab_state_add(ab_state, value bigint) RETURNS ab_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_add_bigint';
COMMENT ON FUNCTION ab_state_add(ab_state, value bigint) IS
'the state with one more value';

CREATE AGGREGATE ab_agg(value bigint) (
    SFUNC = ab_state_add, STYPE = ab_state, INITCOND = 'empty', COMBINEFUNC = ab_state_merge, FINALFUNC = ab_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_agg(value bigint) IS
'sums the values of a group of an experiment, and their squares, into a state to store, merge and read with ab_test_mean, ab_mean, ab_variance, ab_count';

CREATE FUNCTION ab_state_add(ab_state, value numeric) RETURNS ab_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_add_numeric';
COMMENT ON FUNCTION ab_state_add(ab_state, value numeric) IS
'the state with one more value';

CREATE AGGREGATE ab_agg(value numeric) (
    SFUNC = ab_state_add, STYPE = ab_state, INITCOND = 'empty', COMBINEFUNC = ab_state_merge, FINALFUNC = ab_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_agg(value numeric) IS
'sums the values of a group of an experiment, and their squares, into a state to store, merge and read with ab_test_mean, ab_mean, ab_variance, ab_count';

CREATE FUNCTION ab_state_add(ab_state, value real) RETURNS ab_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_add_real';
COMMENT ON FUNCTION ab_state_add(ab_state, value real) IS
'the state with one more value';

CREATE AGGREGATE ab_agg(value real) (
    SFUNC = ab_state_add, STYPE = ab_state, INITCOND = 'empty', COMBINEFUNC = ab_state_merge, FINALFUNC = ab_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_agg(value real) IS
'sums the values of a group of an experiment, and their squares, into a state to store, merge and read with ab_test_mean, ab_mean, ab_variance, ab_count';

CREATE FUNCTION ab_state_add(ab_state, value double precision) RETURNS ab_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_add_double';
COMMENT ON FUNCTION ab_state_add(ab_state, value double precision) IS
'the state with one more value';

CREATE AGGREGATE ab_agg(value double precision) (
    SFUNC = ab_state_add, STYPE = ab_state, INITCOND = 'empty', COMBINEFUNC = ab_state_merge, FINALFUNC = ab_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_agg(value double precision) IS
'sums the values of a group of an experiment, and their squares, into a state to store, merge and read with ab_test_mean, ab_mean, ab_variance, ab_count';


-- ---------- golden ----------

-- Golden customers: who brings the first 80 % of revenue, and how evenly it is spread.

CREATE TYPE golden_state;

CREATE FUNCTION golden_state_in(cstring) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_state_in';
COMMENT ON FUNCTION golden_state_in(cstring) IS
'reads the text form of golden_state; the word empty stands for a state of no rows';

CREATE FUNCTION golden_state_out(golden_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_state_out';
COMMENT ON FUNCTION golden_state_out(golden_state) IS
'writes the text form of golden_state, lossless';

CREATE FUNCTION golden_state_recv(internal) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_state_recv';
COMMENT ON FUNCTION golden_state_recv(internal) IS
'reads the binary form of golden_state';

CREATE FUNCTION golden_state_send(golden_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_state_send';
COMMENT ON FUNCTION golden_state_send(golden_state) IS
'writes the binary form of golden_state, lossless';

CREATE TYPE golden_state (
    INPUT = golden_state_in, OUTPUT = golden_state_out, RECEIVE = golden_state_recv, SEND = golden_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE golden_state IS 'values with the number of times that each was seen, exact; who has nothing is counted only; store it, merge it with || or rollup, read it with the functions that take a golden_state';

CREATE FUNCTION golden_state_merge(golden_state, golden_state) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_state_merge';
COMMENT ON FUNCTION golden_state_merge(golden_state, golden_state) IS
'the golden_state of the rows of both; || calls it';

CREATE FUNCTION golden_state_finish(golden_state) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_state_finish';
COMMENT ON FUNCTION golden_state_finish(golden_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = golden_state, RIGHTARG = golden_state, FUNCTION = golden_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (golden_state, golden_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state golden_state) (
    SFUNC = golden_state_merge, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(golden_state) IS 'merges stored states into one, as if their rows had been aggregated together';


CREATE FUNCTION gini(state golden_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gini';
COMMENT ON FUNCTION gini(state golden_state) IS
'Gini coefficient: 0 when all values are the same, near 1 when one has everything; a value below 0 counts as 0; NULL without positive values';

CREATE FUNCTION gini_double(state golden_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gini_double';
COMMENT ON FUNCTION gini_double(state golden_state) IS
'gini as it is returned for floating-point values';

CREATE FUNCTION golden_income_share(state golden_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_income_share';
COMMENT ON FUNCTION golden_income_share(state golden_state) IS
'share of all positive values that the golden ones hold, percent; golden are those with less than the threshold of all above them, 0.8 if none came with the values; NULL without positive values';

CREATE FUNCTION golden_income_share_double(state golden_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_income_share_double';
COMMENT ON FUNCTION golden_income_share_double(state golden_state) IS
'golden_income_share as it is returned for floating-point values';

CREATE FUNCTION golden_income_share(state golden_state, threshold double precision) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_income_share_at';
COMMENT ON FUNCTION golden_income_share(state golden_state, threshold double precision) IS
'share of all positive values that the golden ones hold at any threshold from 0 to 1, percent; NULL without positive values';


CREATE FUNCTION golden_state_add(golden_state, value smallint) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_add_smallint';
COMMENT ON FUNCTION golden_state_add(golden_state, value smallint) IS
'the state with one more value';

CREATE FUNCTION golden_state_add(golden_state, value smallint, threshold double precision) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_add_threshold_smallint';
COMMENT ON FUNCTION golden_state_add(golden_state, value smallint, threshold double precision) IS
'the state with one more value, to be read at this threshold';

CREATE AGGREGATE golden_agg(value smallint) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_agg(value smallint) IS
'collects how values are spread, one a customer, into a state to store, merge and read with gini and golden_income_share';

CREATE AGGREGATE gini(value smallint) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = gini,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gini(value smallint) IS
'Gini coefficient of values, one a customer: 2 sum(i v) / (n sum v) - (n + 1) / n with v ascending, 0 when all are the same, near 1 when one has everything; a value below 0 counts as 0; NULL without positive values; who has it? golden_rank';

CREATE AGGREGATE golden_income_share(value smallint) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_income_share,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_income_share(value smallint) IS
'share of revenue that the golden customers hold, those who bring the first 80 %, percent; a row a customer; who are they? is_golden';

CREATE AGGREGATE golden_income_share(value smallint, threshold double precision) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_income_share,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_income_share(value smallint, threshold double precision) IS
'share of revenue that the golden customers hold at this threshold, 0 to 1, the same in all rows; percent; a row a customer; who are they? is_golden';

CREATE FUNCTION golden_rank(value smallint) RETURNS bigint
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_rank_smallint';
COMMENT ON FUNCTION golden_rank(value smallint) IS
'rank of a customer by revenue in the partition, the highest is 1, equals share a rank; NULL for NULL and for values up to 0; OVER () is enough: the whole partition counts, whatever ORDER BY or frame says; which share have they? golden_share';

CREATE FUNCTION golden_share(value smallint) RETURNS numeric
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_share_smallint';
COMMENT ON FUNCTION golden_share(value smallint) IS
'share of the positive values of the partition that is held by all with as much or more, percent, equals alike; NULL for NULL and for values up to 0; who makes up the first 80 %? is_golden';

CREATE FUNCTION is_golden(value smallint, threshold double precision DEFAULT 0.8) RETURNS boolean
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_is_golden_smallint';
COMMENT ON FUNCTION is_golden(value smallint, threshold double precision) IS
'whether the strictly higher values of the partition sum up to less than threshold, 0 to 1, of all positive ones: who crosses the line is golden, and equals are in or out together; NULL for NULL and for values up to 0; how much do they hold? golden_income_share';

CREATE FUNCTION abc_class(value smallint, cuts double precision[] DEFAULT '{0.8,0.95}') RETURNS text
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_abc_class_smallint';
COMMENT ON FUNCTION abc_class(value smallint, cuts double precision[]) IS
'ABC class in the partition: A are the golden values at the first cut, B those at the second that are not A, C the rest, by the rule of is_golden; up to 25 cuts that ascend from 0 to 1 make more letters; NULL for NULL and for values up to 0';

CREATE FUNCTION golden_state_add(golden_state, value integer) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_add_integer';
COMMENT ON FUNCTION golden_state_add(golden_state, value integer) IS
'the state with one more value';

CREATE FUNCTION golden_state_add(golden_state, value integer, threshold double precision) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_add_threshold_integer';
COMMENT ON FUNCTION golden_state_add(golden_state, value integer, threshold double precision) IS
'the state with one more value, to be read at this threshold';

CREATE AGGREGATE golden_agg(value integer) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_agg(value integer) IS
'collects how values are spread, one a customer, into a state to store, merge and read with gini and golden_income_share';

CREATE AGGREGATE gini(value integer) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = gini,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gini(value integer) IS
'Gini coefficient of values, one a customer: 2 sum(i v) / (n sum v) - (n + 1) / n with v ascending, 0 when all are the same, near 1 when one has everything; a value below 0 counts as 0; NULL without positive values; who has it? golden_rank';

CREATE AGGREGATE golden_income_share(value integer) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_income_share,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_income_share(value integer) IS
'share of revenue that the golden customers hold, those who bring the first 80 %, percent; a row a customer; who are they? is_golden';

CREATE AGGREGATE golden_income_share(value integer, threshold double precision) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_income_share,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_income_share(value integer, threshold double precision) IS
'share of revenue that the golden customers hold at this threshold, 0 to 1, the same in all rows; percent; a row a customer; who are they? is_golden';

CREATE FUNCTION golden_rank(value integer) RETURNS bigint
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_rank_integer';
COMMENT ON FUNCTION golden_rank(value integer) IS
'rank of a customer by revenue in the partition, the highest is 1, equals share a rank; NULL for NULL and for values up to 0; OVER () is enough: the whole partition counts, whatever ORDER BY or frame says; which share have they? golden_share';

CREATE FUNCTION golden_share(value integer) RETURNS numeric
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_share_integer';
COMMENT ON FUNCTION golden_share(value integer) IS
'share of the positive values of the partition that is held by all with as much or more, percent, equals alike; NULL for NULL and for values up to 0; who makes up the first 80 %? is_golden';

CREATE FUNCTION is_golden(value integer, threshold double precision DEFAULT 0.8) RETURNS boolean
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_is_golden_integer';
COMMENT ON FUNCTION is_golden(value integer, threshold double precision) IS
'whether the strictly higher values of the partition sum up to less than threshold, 0 to 1, of all positive ones: who crosses the line is golden, and equals are in or out together; NULL for NULL and for values up to 0; how much do they hold? golden_income_share';

CREATE FUNCTION abc_class(value integer, cuts double precision[] DEFAULT '{0.8,0.95}') RETURNS text
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_abc_class_integer';
COMMENT ON FUNCTION abc_class(value integer, cuts double precision[]) IS
'ABC class in the partition: A are the golden values at the first cut, B those at the second that are not A, C the rest, by the rule of is_golden; up to 25 cuts that ascend from 0 to 1 make more letters; NULL for NULL and for values up to 0';

CREATE FUNCTION golden_state_add(golden_state, value bigint) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_add_bigint';
COMMENT ON FUNCTION golden_state_add(golden_state, value bigint) IS
'the state with one more value';

CREATE FUNCTION golden_state_add(golden_state, value bigint, threshold double precision) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_add_threshold_bigint';
COMMENT ON FUNCTION golden_state_add(golden_state, value bigint, threshold double precision) IS
'the state with one more value, to be read at this threshold';

CREATE AGGREGATE golden_agg(value bigint) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_agg(value bigint) IS
'collects how values are spread, one a customer, into a state to store, merge and read with gini and golden_income_share';

CREATE AGGREGATE gini(value bigint) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = gini,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gini(value bigint) IS
'Gini coefficient of values, one a customer: 2 sum(i v) / (n sum v) - (n + 1) / n with v ascending, 0 when all are the same, near 1 when one has everything; a value below 0 counts as 0; NULL without positive values; who has it? golden_rank';

CREATE AGGREGATE golden_income_share(value bigint) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_income_share,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_income_share(value bigint) IS
'share of revenue that the golden customers hold, those who bring the first 80 %, percent; a row a customer; who are they? is_golden';

CREATE AGGREGATE golden_income_share(value bigint, threshold double precision) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_income_share,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_income_share(value bigint, threshold double precision) IS
'share of revenue that the golden customers hold at this threshold, 0 to 1, the same in all rows; percent; a row a customer; who are they? is_golden';

CREATE FUNCTION golden_rank(value bigint) RETURNS bigint
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_rank_bigint';
COMMENT ON FUNCTION golden_rank(value bigint) IS
'rank of a customer by revenue in the partition, the highest is 1, equals share a rank; NULL for NULL and for values up to 0; OVER () is enough: the whole partition counts, whatever ORDER BY or frame says; which share have they? golden_share';

CREATE FUNCTION golden_share(value bigint) RETURNS numeric
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_share_bigint';
COMMENT ON FUNCTION golden_share(value bigint) IS
'share of the positive values of the partition that is held by all with as much or more, percent, equals alike; NULL for NULL and for values up to 0; who makes up the first 80 %? is_golden';

CREATE FUNCTION is_golden(value bigint, threshold double precision DEFAULT 0.8) RETURNS boolean
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_is_golden_bigint';
COMMENT ON FUNCTION is_golden(value bigint, threshold double precision) IS
'whether the strictly higher values of the partition sum up to less than threshold, 0 to 1, of all positive ones: who crosses the line is golden, and equals are in or out together; NULL for NULL and for values up to 0; how much do they hold? golden_income_share';

CREATE FUNCTION abc_class(value bigint, cuts double precision[] DEFAULT '{0.8,0.95}') RETURNS text
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_abc_class_bigint';
COMMENT ON FUNCTION abc_class(value bigint, cuts double precision[]) IS
'ABC class in the partition: A are the golden values at the first cut, B those at the second that are not A, C the rest, by the rule of is_golden; up to 25 cuts that ascend from 0 to 1 make more letters; NULL for NULL and for values up to 0';

CREATE FUNCTION golden_state_add(golden_state, value numeric) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_add_numeric';
COMMENT ON FUNCTION golden_state_add(golden_state, value numeric) IS
'the state with one more value';

CREATE FUNCTION golden_state_add(golden_state, value numeric, threshold double precision) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_add_threshold_numeric';
COMMENT ON FUNCTION golden_state_add(golden_state, value numeric, threshold double precision) IS
'the state with one more value, to be read at this threshold';

CREATE AGGREGATE golden_agg(value numeric) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_agg(value numeric) IS
'collects how values are spread, one a customer, into a state to store, merge and read with gini and golden_income_share';

CREATE AGGREGATE gini(value numeric) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = gini,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gini(value numeric) IS
'Gini coefficient of values, one a customer: 2 sum(i v) / (n sum v) - (n + 1) / n with v ascending, 0 when all are the same, near 1 when one has everything; a value below 0 counts as 0; NULL without positive values; who has it? golden_rank';

CREATE AGGREGATE golden_income_share(value numeric) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_income_share,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_income_share(value numeric) IS
'share of revenue that the golden customers hold, those who bring the first 80 %, percent; a row a customer; who are they? is_golden';

CREATE AGGREGATE golden_income_share(value numeric, threshold double precision) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_income_share,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_income_share(value numeric, threshold double precision) IS
'share of revenue that the golden customers hold at this threshold, 0 to 1, the same in all rows; percent; a row a customer; who are they? is_golden';

CREATE FUNCTION golden_rank(value numeric) RETURNS bigint
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_rank_numeric';
COMMENT ON FUNCTION golden_rank(value numeric) IS
'rank of a customer by revenue in the partition, the highest is 1, equals share a rank; NULL for NULL and for values up to 0; OVER () is enough: the whole partition counts, whatever ORDER BY or frame says; which share have they? golden_share';

CREATE FUNCTION golden_share(value numeric) RETURNS numeric
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_share_numeric';
COMMENT ON FUNCTION golden_share(value numeric) IS
'share of the positive values of the partition that is held by all with as much or more, percent, equals alike; NULL for NULL and for values up to 0; who makes up the first 80 %? is_golden';

CREATE FUNCTION is_golden(value numeric, threshold double precision DEFAULT 0.8) RETURNS boolean
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_is_golden_numeric';
COMMENT ON FUNCTION is_golden(value numeric, threshold double precision) IS
'whether the strictly higher values of the partition sum up to less than threshold, 0 to 1, of all positive ones: who crosses the line is golden, and equals are in or out together; NULL for NULL and for values up to 0; how much do they hold? golden_income_share';

CREATE FUNCTION abc_class(value numeric, cuts double precision[] DEFAULT '{0.8,0.95}') RETURNS text
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_abc_class_numeric';
COMMENT ON FUNCTION abc_class(value numeric, cuts double precision[]) IS
'ABC class in the partition: A are the golden values at the first cut, B those at the second that are not A, C the rest, by the rule of is_golden; up to 25 cuts that ascend from 0 to 1 make more letters; NULL for NULL and for values up to 0';

CREATE FUNCTION golden_state_add(golden_state, value real) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_add_real';
COMMENT ON FUNCTION golden_state_add(golden_state, value real) IS
'the state with one more value';

CREATE FUNCTION golden_state_add(golden_state, value real, threshold double precision) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_add_threshold_real';
COMMENT ON FUNCTION golden_state_add(golden_state, value real, threshold double precision) IS
'the state with one more value, to be read at this threshold';

CREATE AGGREGATE golden_agg(value real) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_agg(value real) IS
'collects how values are spread, one a customer, into a state to store, merge and read with gini and golden_income_share';

CREATE AGGREGATE gini(value real) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = gini_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gini(value real) IS
'Gini coefficient of values, one a customer: 2 sum(i v) / (n sum v) - (n + 1) / n with v ascending, 0 when all are the same, near 1 when one has everything; a value below 0 counts as 0; NULL without positive values; who has it? golden_rank';

CREATE AGGREGATE golden_income_share(value real) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_income_share_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_income_share(value real) IS
'share of revenue that the golden customers hold, those who bring the first 80 %, percent; a row a customer; who are they? is_golden';

CREATE AGGREGATE golden_income_share(value real, threshold double precision) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_income_share_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_income_share(value real, threshold double precision) IS
'share of revenue that the golden customers hold at this threshold, 0 to 1, the same in all rows; percent; a row a customer; who are they? is_golden';

CREATE FUNCTION golden_rank(value real) RETURNS bigint
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_rank_real';
COMMENT ON FUNCTION golden_rank(value real) IS
'rank of a customer by revenue in the partition, the highest is 1, equals share a rank; NULL for NULL and for values up to 0; OVER () is enough: the whole partition counts, whatever ORDER BY or frame says; which share have they? golden_share';

CREATE FUNCTION golden_share(value real) RETURNS double precision
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_share_real';
COMMENT ON FUNCTION golden_share(value real) IS
'share of the positive values of the partition that is held by all with as much or more, percent, equals alike; NULL for NULL and for values up to 0; who makes up the first 80 %? is_golden';

CREATE FUNCTION is_golden(value real, threshold double precision DEFAULT 0.8) RETURNS boolean
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_is_golden_real';
COMMENT ON FUNCTION is_golden(value real, threshold double precision) IS
'whether the strictly higher values of the partition sum up to less than threshold, 0 to 1, of all positive ones: who crosses the line is golden, and equals are in or out together; NULL for NULL and for values up to 0; how much do they hold? golden_income_share';

CREATE FUNCTION abc_class(value real, cuts double precision[] DEFAULT '{0.8,0.95}') RETURNS text
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_abc_class_real';
COMMENT ON FUNCTION abc_class(value real, cuts double precision[]) IS
'ABC class in the partition: A are the golden values at the first cut, B those at the second that are not A, C the rest, by the rule of is_golden; up to 25 cuts that ascend from 0 to 1 make more letters; NULL for NULL and for values up to 0';

CREATE FUNCTION golden_state_add(golden_state, value double precision) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_add_double';
COMMENT ON FUNCTION golden_state_add(golden_state, value double precision) IS
'the state with one more value';

CREATE FUNCTION golden_state_add(golden_state, value double precision, threshold double precision) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_add_threshold_double';
COMMENT ON FUNCTION golden_state_add(golden_state, value double precision, threshold double precision) IS
'the state with one more value, to be read at this threshold';

CREATE AGGREGATE golden_agg(value double precision) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_agg(value double precision) IS
'collects how values are spread, one a customer, into a state to store, merge and read with gini and golden_income_share';

CREATE AGGREGATE gini(value double precision) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = gini_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gini(value double precision) IS
'Gini coefficient of values, one a customer: 2 sum(i v) / (n sum v) - (n + 1) / n with v ascending, 0 when all are the same, near 1 when one has everything; a value below 0 counts as 0; NULL without positive values; who has it? golden_rank';

CREATE AGGREGATE golden_income_share(value double precision) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_income_share_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_income_share(value double precision) IS
'share of revenue that the golden customers hold, those who bring the first 80 %, percent; a row a customer; who are they? is_golden';

CREATE AGGREGATE golden_income_share(value double precision, threshold double precision) (
    SFUNC = golden_state_add, STYPE = golden_state, INITCOND = 'empty', COMBINEFUNC = golden_state_merge, FINALFUNC = golden_income_share_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_income_share(value double precision, threshold double precision) IS
'share of revenue that the golden customers hold at this threshold, 0 to 1, the same in all rows; percent; a row a customer; who are they? is_golden';

CREATE FUNCTION golden_rank(value double precision) RETURNS bigint
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_rank_double';
COMMENT ON FUNCTION golden_rank(value double precision) IS
'rank of a customer by revenue in the partition, the highest is 1, equals share a rank; NULL for NULL and for values up to 0; OVER () is enough: the whole partition counts, whatever ORDER BY or frame says; which share have they? golden_share';

CREATE FUNCTION golden_share(value double precision) RETURNS double precision
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_share_double';
COMMENT ON FUNCTION golden_share(value double precision) IS
'share of the positive values of the partition that is held by all with as much or more, percent, equals alike; NULL for NULL and for values up to 0; who makes up the first 80 %? is_golden';

CREATE FUNCTION is_golden(value double precision, threshold double precision DEFAULT 0.8) RETURNS boolean
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_is_golden_double';
COMMENT ON FUNCTION is_golden(value double precision, threshold double precision) IS
'whether the strictly higher values of the partition sum up to less than threshold, 0 to 1, of all positive ones: who crosses the line is golden, and equals are in or out together; NULL for NULL and for values up to 0; how much do they hold? golden_income_share';

CREATE FUNCTION abc_class(value double precision, cuts double precision[] DEFAULT '{0.8,0.95}') RETURNS text
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_abc_class_double';
COMMENT ON FUNCTION abc_class(value double precision, cuts double precision[]) IS
'ABC class in the partition: A are the golden values at the first cut, B those at the second that are not A, C the rest, by the rule of is_golden; up to 25 cuts that ascend from 0 to 1 make more letters; NULL for NULL and for values up to 0';


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


-- ---------- picture ----------

-- Pictures of numbers in a terminal.

CREATE FUNCTION text_bar(value double precision, max double precision, width integer) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_text_bar';
COMMENT ON FUNCTION text_bar(value double precision, max double precision, width integer) IS
'a bar of up to width characters for a value out of max, in eighths of a character (in whole # where the database is not UTF-8); empty up to 0, full from max on; NULL where max is not above 0; of all rows: text_bar(v, max(v) OVER (), 20)';

CREATE FUNCTION sparkline(numbers double precision[]) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sparkline';
COMMENT ON FUNCTION sparkline(numbers double precision[]) IS
'a line of one character for each value, its height between the least and the largest of them; a space for NULL; of a column: sparkline(array_agg(revenue ORDER BY month))';


-- ---------- rfm ----------

-- RFM: recency, frequency, monetary value.

CREATE FUNCTION rfm_score(value smallint, bins integer, higher_is_better boolean) RETURNS integer
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_score_smallint';
COMMENT ON FUNCTION rfm_score(value smallint, bins integer, higher_is_better boolean) IS
'score from 1 to bins by rank in the partition: 1 + floor(bins * number of strictly worse values / number of values), so that equals share a score; days since the last order are better when lower; NULL for NULL; which segment do three scores make? rfm_segment';

CREATE FUNCTION rfm_score(value smallint, cuts numeric[], higher_is_better boolean) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_score_by_cuts_smallint';
COMMENT ON FUNCTION rfm_score(value smallint, cuts numeric[], higher_is_better boolean) IS
'score by thresholds of your own, which ascend: 1, and one more for each cut that the value reaches, being at it or on its better side; no window, as it depends on no other customer; which segment do three scores make? rfm_segment';

CREATE FUNCTION rfm_score(value integer, bins integer, higher_is_better boolean) RETURNS integer
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_score_integer';
COMMENT ON FUNCTION rfm_score(value integer, bins integer, higher_is_better boolean) IS
'score from 1 to bins by rank in the partition: 1 + floor(bins * number of strictly worse values / number of values), so that equals share a score; days since the last order are better when lower; NULL for NULL; which segment do three scores make? rfm_segment';

CREATE FUNCTION rfm_score(value integer, cuts numeric[], higher_is_better boolean) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_score_by_cuts_integer';
COMMENT ON FUNCTION rfm_score(value integer, cuts numeric[], higher_is_better boolean) IS
'score by thresholds of your own, which ascend: 1, and one more for each cut that the value reaches, being at it or on its better side; no window, as it depends on no other customer; which segment do three scores make? rfm_segment';

CREATE FUNCTION rfm_score(value bigint, bins integer, higher_is_better boolean) RETURNS integer
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_score_bigint';
COMMENT ON FUNCTION rfm_score(value bigint, bins integer, higher_is_better boolean) IS
'score from 1 to bins by rank in the partition: 1 + floor(bins * number of strictly worse values / number of values), so that equals share a score; days since the last order are better when lower; NULL for NULL; which segment do three scores make? rfm_segment';

CREATE FUNCTION rfm_score(value bigint, cuts numeric[], higher_is_better boolean) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_score_by_cuts_bigint';
COMMENT ON FUNCTION rfm_score(value bigint, cuts numeric[], higher_is_better boolean) IS
'score by thresholds of your own, which ascend: 1, and one more for each cut that the value reaches, being at it or on its better side; no window, as it depends on no other customer; which segment do three scores make? rfm_segment';

CREATE FUNCTION rfm_score(value numeric, bins integer, higher_is_better boolean) RETURNS integer
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_score_numeric';
COMMENT ON FUNCTION rfm_score(value numeric, bins integer, higher_is_better boolean) IS
'score from 1 to bins by rank in the partition: 1 + floor(bins * number of strictly worse values / number of values), so that equals share a score; days since the last order are better when lower; NULL for NULL; which segment do three scores make? rfm_segment';

CREATE FUNCTION rfm_score(value numeric, cuts numeric[], higher_is_better boolean) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_score_by_cuts_numeric';
COMMENT ON FUNCTION rfm_score(value numeric, cuts numeric[], higher_is_better boolean) IS
'score by thresholds of your own, which ascend: 1, and one more for each cut that the value reaches, being at it or on its better side; no window, as it depends on no other customer; which segment do three scores make? rfm_segment';

CREATE FUNCTION rfm_score(value real, bins integer, higher_is_better boolean) RETURNS integer
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_score_real';
COMMENT ON FUNCTION rfm_score(value real, bins integer, higher_is_better boolean) IS
'score from 1 to bins by rank in the partition: 1 + floor(bins * number of strictly worse values / number of values), so that equals share a score; days since the last order are better when lower; NULL for NULL; which segment do three scores make? rfm_segment';

CREATE FUNCTION rfm_score(value real, cuts numeric[], higher_is_better boolean) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_score_by_cuts_real';
COMMENT ON FUNCTION rfm_score(value real, cuts numeric[], higher_is_better boolean) IS
'score by thresholds of your own, which ascend: 1, and one more for each cut that the value reaches, being at it or on its better side; no window, as it depends on no other customer; which segment do three scores make? rfm_segment';

CREATE FUNCTION rfm_score(value double precision, bins integer, higher_is_better boolean) RETURNS integer
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_score_double';
COMMENT ON FUNCTION rfm_score(value double precision, bins integer, higher_is_better boolean) IS
'score from 1 to bins by rank in the partition: 1 + floor(bins * number of strictly worse values / number of values), so that equals share a score; days since the last order are better when lower; NULL for NULL; which segment do three scores make? rfm_segment';

CREATE FUNCTION rfm_score(value double precision, cuts numeric[], higher_is_better boolean) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_score_by_cuts_double';
COMMENT ON FUNCTION rfm_score(value double precision, cuts numeric[], higher_is_better boolean) IS
'score by thresholds of your own, which ascend: 1, and one more for each cut that the value reaches, being at it or on its better side; no window, as it depends on no other customer; which segment do three scores make? rfm_segment';


CREATE FUNCTION rfm_segment(r integer, f integer, m integer) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_segment';
COMMENT ON FUNCTION rfm_segment(r integer, f integer, m integer) IS
'the named segment of three RFM scores from 1 to 5, 5 being best: Champions, Loyal, Potential Loyalists, New Customers, Promising, Need Attention, About To Sleep, Cannot Lose Them, At Risk or Hibernating, by r against the mean of f and m (halves rounded up); who moved where? segment_migration';


-- ---------- survival ----------

-- How long customers stay, when many are still there: Kaplan-Meier.

CREATE TYPE km_state;

CREATE FUNCTION km_state_in(cstring) RETURNS km_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_state_in';
COMMENT ON FUNCTION km_state_in(cstring) IS
'reads the text form of km_state; the word empty stands for a state of no rows';

CREATE FUNCTION km_state_out(km_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_state_out';
COMMENT ON FUNCTION km_state_out(km_state) IS
'writes the text form of km_state, lossless';

CREATE FUNCTION km_state_recv(internal) RETURNS km_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_state_recv';
COMMENT ON FUNCTION km_state_recv(internal) IS
'reads the binary form of km_state';

CREATE FUNCTION km_state_send(km_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_state_send';
COMMENT ON FUNCTION km_state_send(km_state) IS
'writes the binary form of km_state, lossless';

CREATE TYPE km_state (
    INPUT = km_state_in, OUTPUT = km_state_out, RECEIVE = km_state_recv, SEND = km_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE km_state IS 'customers counted by duration, those who churned at it and those who were still there when they were last seen; store it, merge it with || or rollup, read it with the functions that take a km_state';

CREATE FUNCTION km_state_merge(km_state, km_state) RETURNS km_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_state_merge';
COMMENT ON FUNCTION km_state_merge(km_state, km_state) IS
'the km_state of the rows of both; || calls it';

CREATE FUNCTION km_state_finish(km_state) RETURNS km_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_state_finish';
COMMENT ON FUNCTION km_state_finish(km_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = km_state, RIGHTARG = km_state, FUNCTION = km_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (km_state, km_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state km_state) (
    SFUNC = km_state_merge, STYPE = km_state, INITCOND = 'empty', COMBINEFUNC = km_state_merge, FINALFUNC = km_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(km_state) IS 'merges stored states into one, as if their rows had been aggregated together';


CREATE FUNCTION km_state_add(km_state, duration double precision, churned boolean) RETURNS km_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_add';
COMMENT ON FUNCTION km_state_add(km_state, duration double precision, churned boolean) IS
'the state with one more customer';

CREATE AGGREGATE km_agg(duration double precision, churned boolean) (
    SFUNC = km_state_add, STYPE = km_state, INITCOND = 'empty', COMBINEFUNC = km_state_merge, FINALFUNC = km_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE km_agg(duration double precision, churned boolean) IS
'counts how long customers stayed, up to their churn or, where churned is false, up to the last time they were seen (censored), into a state to store, merge and read with km_survival, km_median, km_mean, km_curve; durations are in any unit from 0';

CREATE FUNCTION km_survival(state km_state, t double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_survival';
COMMENT ON FUNCTION km_survival(state km_state, t double precision) IS
'share of customers (0 to 1) who stay longer than t, by Kaplan-Meier; NULL where nobody was watched for so long and not all had churned; how sure is it? km_curve';

CREATE FUNCTION km_median(state km_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_median';
COMMENT ON FUNCTION km_median(state km_state) IS
'the duration that half of the customers do not survive: the shortest t with km_survival(state, t) at most 0.5; NULL where more than half are still there; on average? km_mean';

CREATE FUNCTION km_mean(state km_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_mean';
COMMENT ON FUNCTION km_mean(state km_state) IS
'mean duration within the longest that was seen: the area under the Kaplan-Meier curve up to it (restricted mean); to compare groups give all the same horizon';

CREATE FUNCTION km_mean(state km_state, horizon double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_mean_to_horizon';
COMMENT ON FUNCTION km_mean(state km_state, horizon double precision) IS
'mean duration within the horizon: the area under the Kaplan-Meier curve up to it (restricted mean); NULL where nobody was watched for so long and not all had churned; without a horizon? km_hazard_mean';

CREATE FUNCTION km_hazard_mean(state km_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_hazard_mean';
COMMENT ON FUNCTION km_hazard_mean(state km_state) IS
'mean lifetime if churn comes at a constant rate: the sum of all durations / number of churned; NULL where nobody churned';

CREATE FUNCTION km_curve(state km_state, confidence double precision DEFAULT 0.95) RETURNS TABLE (t double precision, at_risk bigint, events bigint, survival double precision, lower double precision, upper double precision)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_curve';
COMMENT ON FUNCTION km_curve(state km_state, confidence double precision) IS
'the Kaplan-Meier curve, a row for each duration t at which customers churned, in order: at_risk were there before it, events churned at it, survival is the share (0 to 1) who stay longer, lower and upper its confidence interval (Greenwood, log-log), NULL where nobody stays; one number? km_median';


-- ---------- sales ----------

-- Sales: what a line is to a customer who has bought before, revenue by kind of sale, and products bought together.

CREATE FUNCTION sale_type(product text, relation text, price smallint) RETURNS text
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_sale_type_smallint';
COMMENT ON FUNCTION sale_type(text, text, smallint) IS
'kind of sale of a line, OVER (PARTITION BY customer ORDER BY at): front_end in the first basket, repeat for a product bought before, upsell for one dearer than all so far of its relation group, add_on for another of that group, cross_sell for another group; equal instants are one basket; a price below zero is a refund, of the kind of its sale; NULL without product or price; what did each bring? sales_report';

CREATE FUNCTION sale_type(product text, relation text, price integer) RETURNS text
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_sale_type_integer';
COMMENT ON FUNCTION sale_type(text, text, integer) IS
'kind of sale of a line, OVER (PARTITION BY customer ORDER BY at): front_end in the first basket, repeat for a product bought before, upsell for one dearer than all so far of its relation group, add_on for another of that group, cross_sell for another group; equal instants are one basket; a price below zero is a refund, of the kind of its sale; NULL without product or price; what did each bring? sales_report';

CREATE FUNCTION sale_type(product text, relation text, price bigint) RETURNS text
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_sale_type_bigint';
COMMENT ON FUNCTION sale_type(text, text, bigint) IS
'kind of sale of a line, OVER (PARTITION BY customer ORDER BY at): front_end in the first basket, repeat for a product bought before, upsell for one dearer than all so far of its relation group, add_on for another of that group, cross_sell for another group; equal instants are one basket; a price below zero is a refund, of the kind of its sale; NULL without product or price; what did each bring? sales_report';

CREATE FUNCTION sale_type(product text, relation text, price numeric) RETURNS text
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_sale_type_numeric';
COMMENT ON FUNCTION sale_type(text, text, numeric) IS
'kind of sale of a line, OVER (PARTITION BY customer ORDER BY at): front_end in the first basket, repeat for a product bought before, upsell for one dearer than all so far of its relation group, add_on for another of that group, cross_sell for another group; equal instants are one basket; a price below zero is a refund, of the kind of its sale; NULL without product or price; what did each bring? sales_report';

CREATE FUNCTION sale_type(product text, relation text, price real) RETURNS text
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_sale_type_real';
COMMENT ON FUNCTION sale_type(text, text, real) IS
'kind of sale of a line, OVER (PARTITION BY customer ORDER BY at): front_end in the first basket, repeat for a product bought before, upsell for one dearer than all so far of its relation group, add_on for another of that group, cross_sell for another group; equal instants are one basket; a price below zero is a refund, of the kind of its sale; NULL without product or price; what did each bring? sales_report';

CREATE FUNCTION sale_type(product text, relation text, price double precision) RETURNS text
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_sale_type_double';
COMMENT ON FUNCTION sale_type(text, text, double precision) IS
'kind of sale of a line, OVER (PARTITION BY customer ORDER BY at): front_end in the first basket, repeat for a product bought before, upsell for one dearer than all so far of its relation group, add_on for another of that group, cross_sell for another group; equal instants are one basket; a price below zero is a refund, of the kind of its sale; NULL without product or price; what did each bring? sales_report';

CREATE FUNCTION upsell_before(intended_price smallint, bought_price smallint) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN checked_argument('bought_price'::text, bought_price::numeric, NULL::numeric, NULL::numeric) > checked_argument('intended_price'::text, intended_price::numeric, NULL::numeric, NULL::numeric);
COMMENT ON FUNCTION upsell_before(smallint, smallint) IS
'whether a dearer product was bought instead of the one that the customer came for: bought_price > intended_price; NULL where a price is; how many? count(*) FILTER (WHERE upsell_before(...))';

CREATE FUNCTION upsell_before(intended_price integer, bought_price integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN checked_argument('bought_price'::text, bought_price::numeric, NULL::numeric, NULL::numeric) > checked_argument('intended_price'::text, intended_price::numeric, NULL::numeric, NULL::numeric);
COMMENT ON FUNCTION upsell_before(integer, integer) IS
'whether a dearer product was bought instead of the one that the customer came for: bought_price > intended_price; NULL where a price is; how many? count(*) FILTER (WHERE upsell_before(...))';

CREATE FUNCTION upsell_before(intended_price bigint, bought_price bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN checked_argument('bought_price'::text, bought_price::numeric, NULL::numeric, NULL::numeric) > checked_argument('intended_price'::text, intended_price::numeric, NULL::numeric, NULL::numeric);
COMMENT ON FUNCTION upsell_before(bigint, bigint) IS
'whether a dearer product was bought instead of the one that the customer came for: bought_price > intended_price; NULL where a price is; how many? count(*) FILTER (WHERE upsell_before(...))';

CREATE FUNCTION upsell_before(intended_price numeric, bought_price numeric) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN checked_argument('bought_price'::text, bought_price::numeric, NULL::numeric, NULL::numeric) > checked_argument('intended_price'::text, intended_price::numeric, NULL::numeric, NULL::numeric);
COMMENT ON FUNCTION upsell_before(numeric, numeric) IS
'whether a dearer product was bought instead of the one that the customer came for: bought_price > intended_price; NULL where a price is; how many? count(*) FILTER (WHERE upsell_before(...))';

CREATE FUNCTION upsell_before(intended_price real, bought_price real) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN checked_argument('bought_price'::text, shortest_decimal(bought_price), NULL::numeric, NULL::numeric) > checked_argument('intended_price'::text, shortest_decimal(intended_price), NULL::numeric, NULL::numeric);
COMMENT ON FUNCTION upsell_before(real, real) IS
'whether a dearer product was bought instead of the one that the customer came for: bought_price > intended_price; NULL where a price is; how many? count(*) FILTER (WHERE upsell_before(...))';

CREATE FUNCTION upsell_before(intended_price double precision, bought_price double precision) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN checked_argument('bought_price'::text, shortest_decimal(bought_price), NULL::numeric, NULL::numeric) > checked_argument('intended_price'::text, shortest_decimal(intended_price), NULL::numeric, NULL::numeric);
COMMENT ON FUNCTION upsell_before(double precision, double precision) IS
'whether a dearer product was bought instead of the one that the customer came for: bought_price > intended_price; NULL where a price is; how many? count(*) FILTER (WHERE upsell_before(...))';

CREATE TYPE sales_state;

CREATE FUNCTION sales_state_in(cstring) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_state_in';
COMMENT ON FUNCTION sales_state_in(cstring) IS
'reads the text form of sales_state; the word empty stands for a state of no rows';

CREATE FUNCTION sales_state_out(sales_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_state_out';
COMMENT ON FUNCTION sales_state_out(sales_state) IS
'writes the text form of sales_state, lossless';

CREATE FUNCTION sales_state_recv(internal) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_state_recv';
COMMENT ON FUNCTION sales_state_recv(internal) IS
'reads the binary form of sales_state';

CREATE FUNCTION sales_state_send(sales_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_state_send';
COMMENT ON FUNCTION sales_state_send(sales_state) IS
'writes the binary form of sales_state, lossless';

CREATE TYPE sales_state (
    INPUT = sales_state_in, OUTPUT = sales_state_out, RECEIVE = sales_state_recv, SEND = sales_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE sales_state IS 'net amount per kind of sale and order; store it, merge it with || or rollup, read it with the functions that take a sales_state';

CREATE FUNCTION sales_state_merge(sales_state, sales_state) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_state_merge';
COMMENT ON FUNCTION sales_state_merge(sales_state, sales_state) IS
'the sales_state of the rows of both; || calls it';

CREATE FUNCTION sales_state_finish(sales_state) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_state_finish';
COMMENT ON FUNCTION sales_state_finish(sales_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = sales_state, RIGHTARG = sales_state, FUNCTION = sales_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (sales_state, sales_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state sales_state) (
    SFUNC = sales_state_merge, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(sales_state) IS 'merges stored states into one, as if their rows had been aggregated together';

CREATE TYPE affinity_state;

CREATE FUNCTION affinity_state_in(cstring) RETURNS affinity_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_affinity_state_in';
COMMENT ON FUNCTION affinity_state_in(cstring) IS
'reads the text form of affinity_state; the word empty stands for a state of no rows';

CREATE FUNCTION affinity_state_out(affinity_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_affinity_state_out';
COMMENT ON FUNCTION affinity_state_out(affinity_state) IS
'writes the text form of affinity_state, lossless';

CREATE FUNCTION affinity_state_recv(internal) RETURNS affinity_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_affinity_state_recv';
COMMENT ON FUNCTION affinity_state_recv(internal) IS
'reads the binary form of affinity_state';

CREATE FUNCTION affinity_state_send(affinity_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_affinity_state_send';
COMMENT ON FUNCTION affinity_state_send(affinity_state) IS
'writes the binary form of affinity_state, lossless';

CREATE TYPE affinity_state (
    INPUT = affinity_state_in, OUTPUT = affinity_state_out, RECEIVE = affinity_state_recv, SEND = affinity_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE affinity_state IS 'which products are in which orders; store it, merge it with || or rollup, read it with the functions that take a affinity_state';

CREATE FUNCTION affinity_state_merge(affinity_state, affinity_state) RETURNS affinity_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_affinity_state_merge';
COMMENT ON FUNCTION affinity_state_merge(affinity_state, affinity_state) IS
'the affinity_state of the rows of both; || calls it';

CREATE FUNCTION affinity_state_finish(affinity_state) RETURNS affinity_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_affinity_state_finish';
COMMENT ON FUNCTION affinity_state_finish(affinity_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = affinity_state, RIGHTARG = affinity_state, FUNCTION = affinity_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (affinity_state, affinity_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state affinity_state) (
    SFUNC = affinity_state_merge, STYPE = affinity_state, INITCOND = 'empty', COMBINEFUNC = affinity_state_merge, FINALFUNC = affinity_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(affinity_state) IS 'merges stored states into one, as if their rows had been aggregated together';


CREATE FUNCTION sales_report(state sales_state) RETURNS TABLE (kind text, revenue numeric, orders bigint, avg_check numeric, share_pct numeric)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_report';
COMMENT ON FUNCTION sales_report(state sales_state) IS
'a row per kind of sale, the largest revenue first: revenue net of refunds, orders with something of that kind that was not all sent back, avg_check = what these orders hold of the kind / orders, share_pct of the revenue of all kinds; an order of two kinds counts in both; state is made by sales_agg';

CREATE FUNCTION basket_affinity(state affinity_state, min_support_pct numeric DEFAULT 0.1) RETURNS TABLE (first_product text, second_product text, orders bigint, support_pct numeric, confidence_pct numeric, reverse_confidence_pct numeric, lift numeric)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_basket_affinity';
COMMENT ON FUNCTION basket_affinity(state affinity_state, min_support_pct numeric) IS
'pairs of products bought together in at least min_support_pct percent of all orders, one row a pair, by name (bytes): orders with both, support_pct = 100 orders / all orders, confidence_pct = percent of the orders with the first that have the second too, reverse_confidence_pct the other way round, lift = how many times more often together than if by chance (1: chance); state is made by affinity_agg';


CREATE FUNCTION sales_state_add(sales_state, kind text, order_id bigint, amount smallint) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_bigint_smallint';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id bigint, amount smallint) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id bigint, amount smallint) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id bigint, amount smallint) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id bigint, amount integer) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_bigint_integer';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id bigint, amount integer) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id bigint, amount integer) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id bigint, amount integer) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id bigint, amount bigint) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_bigint_bigint';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id bigint, amount bigint) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id bigint, amount bigint) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id bigint, amount bigint) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id bigint, amount numeric) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_bigint_numeric';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id bigint, amount numeric) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id bigint, amount numeric) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id bigint, amount numeric) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id bigint, amount real) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_bigint_real';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id bigint, amount real) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id bigint, amount real) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id bigint, amount real) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id bigint, amount double precision) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_bigint_double';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id bigint, amount double precision) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id bigint, amount double precision) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id bigint, amount double precision) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION affinity_state_add(affinity_state, order_id bigint, product text) RETURNS affinity_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_affinity_add_bigint';
COMMENT ON FUNCTION affinity_state_add(affinity_state, order_id bigint, product text) IS
'the state with one more row';

CREATE AGGREGATE affinity_agg(order_id bigint, product text) (
    SFUNC = affinity_state_add, STYPE = affinity_state, INITCOND = 'empty', COMBINEFUNC = affinity_state_merge, FINALFUNC = affinity_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE affinity_agg(order_id bigint, product text) IS
'collects which products are in which orders, each once, into a state to store, merge and read with basket_affinity';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id uuid, amount smallint) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_uuid_smallint';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id uuid, amount smallint) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id uuid, amount smallint) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id uuid, amount smallint) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id uuid, amount integer) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_uuid_integer';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id uuid, amount integer) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id uuid, amount integer) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id uuid, amount integer) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id uuid, amount bigint) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_uuid_bigint';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id uuid, amount bigint) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id uuid, amount bigint) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id uuid, amount bigint) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id uuid, amount numeric) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_uuid_numeric';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id uuid, amount numeric) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id uuid, amount numeric) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id uuid, amount numeric) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id uuid, amount real) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_uuid_real';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id uuid, amount real) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id uuid, amount real) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id uuid, amount real) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id uuid, amount double precision) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_uuid_double';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id uuid, amount double precision) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id uuid, amount double precision) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id uuid, amount double precision) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION affinity_state_add(affinity_state, order_id uuid, product text) RETURNS affinity_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_affinity_add_uuid';
COMMENT ON FUNCTION affinity_state_add(affinity_state, order_id uuid, product text) IS
'the state with one more row';

CREATE AGGREGATE affinity_agg(order_id uuid, product text) (
    SFUNC = affinity_state_add, STYPE = affinity_state, INITCOND = 'empty', COMBINEFUNC = affinity_state_merge, FINALFUNC = affinity_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE affinity_agg(order_id uuid, product text) IS
'collects which products are in which orders, each once, into a state to store, merge and read with basket_affinity';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id text, amount smallint) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_text_smallint';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id text, amount smallint) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id text, amount smallint) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id text, amount smallint) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id text, amount integer) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_text_integer';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id text, amount integer) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id text, amount integer) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id text, amount integer) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id text, amount bigint) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_text_bigint';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id text, amount bigint) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id text, amount bigint) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id text, amount bigint) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id text, amount numeric) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_text_numeric';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id text, amount numeric) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id text, amount numeric) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id text, amount numeric) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id text, amount real) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_text_real';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id text, amount real) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id text, amount real) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id text, amount real) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION sales_state_add(sales_state, kind text, order_id text, amount double precision) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_text_double';
COMMENT ON FUNCTION sales_state_add(sales_state, kind text, order_id text, amount double precision) IS
'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id text, amount double precision) (
    SFUNC = sales_state_add, STYPE = sales_state, INITCOND = 'empty', COMBINEFUNC = sales_state_merge, FINALFUNC = sales_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(kind text, order_id text, amount double precision) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';

CREATE FUNCTION affinity_state_add(affinity_state, order_id text, product text) RETURNS affinity_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_affinity_add_text';
COMMENT ON FUNCTION affinity_state_add(affinity_state, order_id text, product text) IS
'the state with one more row';

CREATE AGGREGATE affinity_agg(order_id text, product text) (
    SFUNC = affinity_state_add, STYPE = affinity_state, INITCOND = 'empty', COMBINEFUNC = affinity_state_merge, FINALFUNC = affinity_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE affinity_agg(order_id text, product text) IS
'collects which products are in which orders, each once, into a state to store, merge and read with basket_affinity';


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

