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
CREATE FUNCTION rollup(ledgers customer_ledger[]) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_rollup_array';
COMMENT ON FUNCTION rollup(ledgers customer_ledger[]) IS
'merges the ledgers of an array into one, as the aggregate does; up to 16 of one kind of key, and all with or all without amounts, in half the time; NULLs in the array count as no rows';


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

CREATE TYPE sale_history;

CREATE FUNCTION sale_history_in(cstring) RETURNS sale_history
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sale_history_in';
COMMENT ON FUNCTION sale_history_in(cstring) IS
'reads the text form of sale_history; the word empty stands for one of no sales';

CREATE FUNCTION sale_history_out(sale_history) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sale_history_out';
COMMENT ON FUNCTION sale_history_out(sale_history) IS
'writes the text form of sale_history, lossless';

CREATE FUNCTION sale_history_recv(internal) RETURNS sale_history
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sale_history_recv';
COMMENT ON FUNCTION sale_history_recv(internal) IS
'reads the binary form of sale_history';

CREATE FUNCTION sale_history_send(sale_history) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sale_history_send';
COMMENT ON FUNCTION sale_history_send(sale_history) IS
'writes the binary form of sale_history, lossless';

CREATE TYPE sale_history (
    INPUT = sale_history_in, OUTPUT = sale_history_out, RECEIVE = sale_history_recv, SEND = sale_history_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended
);
COMMENT ON TYPE sale_history IS 'what one customer has bought: the products, each with the kind that it was last sold as, and the dearest price of each relation group; made by class_sale, which goes on from it';

CREATE TYPE classed_sale AS (kind text, history sale_history);
COMMENT ON TYPE classed_sale IS 'what class_sale says of a line: its kind, as sale_type has it, and in the last line of a customer all that was bought up to it';

CREATE FUNCTION class_sale(product text, relation text, price smallint, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_smallint';
COMMENT ON FUNCTION class_sale(text, text, smallint, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

CREATE FUNCTION class_sale(product text, relation text, price integer, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_integer';
COMMENT ON FUNCTION class_sale(text, text, integer, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

CREATE FUNCTION class_sale(product text, relation text, price bigint, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_bigint';
COMMENT ON FUNCTION class_sale(text, text, bigint, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

CREATE FUNCTION class_sale(product text, relation text, price numeric, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_numeric';
COMMENT ON FUNCTION class_sale(text, text, numeric, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

CREATE FUNCTION class_sale(product text, relation text, price real, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_real';
COMMENT ON FUNCTION class_sale(text, text, real, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

CREATE FUNCTION class_sale(product text, relation text, price double precision, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_double';
COMMENT ON FUNCTION class_sale(text, text, double precision, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

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

CREATE FUNCTION is_known_status(status text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_is_known_status';
COMMENT ON FUNCTION is_known_status(status text) IS
'whether is_revenue_status knows this order status; which words of a table are unknown? data_quality';


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
CREATE FUNCTION first_orders(ledger customer_ledger) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_first_orders';
COMMENT ON FUNCTION first_orders(ledger customer_ledger) IS
'the first order of each customer, with its amount (the least of that day), and refunds before it: with the rows of later months it tells new customers from old ones as the whole ledger does, in a fraction of its size';


CREATE FUNCTION shard(ledger customer_ledger, shards integer, shard integer) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_of_shard';
COMMENT ON FUNCTION shard(ledger customer_ledger, shards integer, shard integer) IS
'the customers of one shard, from 0 to shards - 1, those whose ledger_shard(customer, shards) it is, with all their rows: a sample that is always the same, shard(ledger, 100, 0) being about one in a hundred';


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


CREATE FUNCTION slices(ledger customer_ledger, step interval DEFAULT '1 month')
RETURNS TABLE (period date, ledger customer_ledger)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_ledger_slices';
COMMENT ON FUNCTION slices(ledger customer_ledger, step interval) IS
'the ledger cut into its calendar periods: a row for each that has any row, in their order, with the ledger of those rows; rollup makes the whole again; to store a ledger by month, and to add or replace months one by one';

CREATE FUNCTION slices(ledger customer_ledger, step interval, as_of date)
RETURNS TABLE (period date, ledger customer_ledger, orders bigint, refund_rows bigint, gross_revenue numeric, refunds numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_ledger_summed_slices';
COMMENT ON FUNCTION slices(ledger customer_ledger, step interval, as_of date) IS
'the same with the sums of each period, of its rows up to the end of the day as_of: orders, refunds by number and by money (zero or below); net revenue is gross_revenue + refunds; of a whole ledger? totals';


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

CREATE FUNCTION totals(ledger customer_ledger)
RETURNS TABLE (customers bigint, buyers bigint, orders bigint, refund_rows bigint, gross_revenue numeric, refunds numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_ledger_totals';
COMMENT ON FUNCTION totals(ledger customer_ledger) IS
'the sums of a ledger in one row: customers with any row, buyers with an order, orders, refunds by number and by money (zero or below), each of which adds up over months, but customers and buyers, and over shards; net revenue is gross_revenue + refunds; by customer? customers';


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


-- ---------- clv ----------

-- Forecasts: buy-till-you-die models, fitted by aggregates and applied by functions.

-- Models. Attributes are for ever, in number and order: a dumped value has no names.

CREATE TYPE bg_nbd_model AS (
    r double precision, alpha double precision, a double precision, b double precision,
    unit interval, log_likelihood double precision, customers bigint, standard_errors double precision[],
    converged boolean, at_boundary boolean, gradient double precision
);
CREATE TYPE mbg_nbd_model AS (
    r double precision, alpha double precision, a double precision, b double precision,
    unit interval, log_likelihood double precision, customers bigint, standard_errors double precision[],
    converged boolean, at_boundary boolean, gradient double precision
);
COMMENT ON TYPE bg_nbd_model IS
'a fitted BG/NBD model: purchase rates ~ Gamma(r, alpha), dropout after a repeat purchase with probability ~ Beta(a, b); a = 0: nobody drops out; then the unit of time, and how the fit went';
COMMENT ON TYPE mbg_nbd_model IS
'a fitted MBG/NBD model: purchase rates ~ Gamma(r, alpha), dropout after any purchase with probability ~ Beta(a, b); a = 0: nobody drops out; then the unit of time, and how the fit went';

CREATE TYPE pareto_nbd_model AS (
    r double precision, alpha double precision, s double precision, beta double precision,
    unit interval, log_likelihood double precision, customers bigint, standard_errors double precision[],
    converged boolean, at_boundary boolean, gradient double precision
);
COMMENT ON TYPE pareto_nbd_model IS
'a fitted Pareto/NBD model: purchase rates ~ Gamma(r, alpha), dropout at a rate ~ Gamma(s, beta); s = 0: nobody drops out; then the unit of time, and how the fit went';

CREATE TYPE bg_bb_model AS (
    alpha double precision, beta double precision, gamma double precision, delta double precision,
    unit interval, log_likelihood double precision, customers bigint, standard_errors double precision[],
    converged boolean, at_boundary boolean, gradient double precision
);
COMMENT ON TYPE bg_bb_model IS
'a fitted BG/BB model: at each opportunity a purchase with probability ~ Beta(alpha, beta), dropout before it with probability ~ Beta(gamma, delta); gamma = 0: nobody drops out; then how the fit went';

CREATE TYPE sbg_model AS (
    alpha double precision, beta double precision,
    unit interval, log_likelihood double precision, customers bigint, standard_errors double precision[],
    converged boolean, at_boundary boolean, gradient double precision
);
COMMENT ON TYPE sbg_model IS
'a fitted sBG model of contracts: each period a customer leaves with a probability ~ Beta(alpha, beta) of their own; then how the fit went';

CREATE TYPE gamma_gamma_model AS (
    p double precision, q double precision, v double precision,
    population_mean double precision, log_likelihood double precision, customers bigint, standard_errors double precision[],
    converged boolean, at_boundary boolean, gradient double precision
);
COMMENT ON TYPE gamma_gamma_model IS
'a fitted Gamma-Gamma model of spend per purchase, parameters p, q, v; population_mean = p v / (q - 1) is NULL where it is infinite (q <= 1); then how the fit went';

CREATE FUNCTION bg_nbd_model(r double precision, alpha double precision, a double precision, b double precision) RETURNS bg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_bg_nbd_model';
COMMENT ON FUNCTION bg_nbd_model(r double precision, alpha double precision, a double precision, b double precision) IS
'a model of given parameters, for example published ones; alpha in the unit of time of the rows that it will be applied to';

CREATE FUNCTION bg_nbd_model(r double precision, alpha double precision, a double precision, b double precision, unit interval) RETURNS bg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_bg_nbd_model';
COMMENT ON FUNCTION bg_nbd_model(r double precision, alpha double precision, a double precision, b double precision, unit interval) IS
'a model of given parameters in a unit of time, for example 1 week';

CREATE FUNCTION mbg_nbd_model(r double precision, alpha double precision, a double precision, b double precision) RETURNS mbg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mbg_nbd_model';
COMMENT ON FUNCTION mbg_nbd_model(r double precision, alpha double precision, a double precision, b double precision) IS
'a model of given parameters, for example published ones; alpha in the unit of time of the rows that it will be applied to';

CREATE FUNCTION mbg_nbd_model(r double precision, alpha double precision, a double precision, b double precision, unit interval) RETURNS mbg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mbg_nbd_model';
COMMENT ON FUNCTION mbg_nbd_model(r double precision, alpha double precision, a double precision, b double precision, unit interval) IS
'a model of given parameters in a unit of time, for example 1 week';

CREATE FUNCTION pareto_nbd_model(r double precision, alpha double precision, s double precision, beta double precision) RETURNS pareto_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_pareto_nbd_model';
COMMENT ON FUNCTION pareto_nbd_model(r double precision, alpha double precision, s double precision, beta double precision) IS
'a model of given parameters, for example published ones; alpha and beta in the unit of time of the rows that it will be applied to';

CREATE FUNCTION pareto_nbd_model(r double precision, alpha double precision, s double precision, beta double precision, unit interval) RETURNS pareto_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_pareto_nbd_model';
COMMENT ON FUNCTION pareto_nbd_model(r double precision, alpha double precision, s double precision, beta double precision, unit interval) IS
'a model of given parameters in a unit of time, for example 1 week';

CREATE FUNCTION bg_bb_model(alpha double precision, beta double precision, gamma double precision, delta double precision) RETURNS bg_bb_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_bg_bb_model';
COMMENT ON FUNCTION bg_bb_model(alpha double precision, beta double precision, gamma double precision, delta double precision) IS
'a model of given parameters, for example published ones';

CREATE FUNCTION sbg_model(alpha double precision, beta double precision) RETURNS sbg_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sbg_model';
COMMENT ON FUNCTION sbg_model(alpha double precision, beta double precision) IS
'a model of given parameters, for example published ones';

CREATE FUNCTION gamma_gamma_model(p double precision, q double precision, v double precision) RETURNS gamma_gamma_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gamma_gamma_model';
COMMENT ON FUNCTION gamma_gamma_model(p double precision, q double precision, v double precision) IS
'a model of given parameters, for example published ones; v in the currency of the rows that it will be applied to';

CREATE FUNCTION with_unit(model bg_nbd_model, unit interval) RETURNS bg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_with_unit_bg_nbd';
COMMENT ON FUNCTION with_unit(model bg_nbd_model, unit interval) IS
'the same model, saying the unit of time of the rows that it was fitted to; clv_forecast asks for it';

CREATE FUNCTION with_unit(model mbg_nbd_model, unit interval) RETURNS mbg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_with_unit_mbg_nbd';
COMMENT ON FUNCTION with_unit(model mbg_nbd_model, unit interval) IS
'the same model, saying the unit of time of the rows that it was fitted to; clv_forecast asks for it';

CREATE FUNCTION with_unit(model pareto_nbd_model, unit interval) RETURNS pareto_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_with_unit_pareto_nbd';
COMMENT ON FUNCTION with_unit(model pareto_nbd_model, unit interval) IS
'the same model, saying the unit of time of the rows that it was fitted to; clv_forecast asks for it';

CREATE FUNCTION with_unit(model bg_bb_model, unit interval) RETURNS bg_bb_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_with_unit_bg_bb';
COMMENT ON FUNCTION with_unit(model bg_bb_model, unit interval) IS
'the same model, saying the unit of time of the rows that it was fitted to; clv_forecast asks for it';

CREATE FUNCTION with_unit(model sbg_model, unit interval) RETURNS sbg_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_with_unit_sbg';
COMMENT ON FUNCTION with_unit(model sbg_model, unit interval) IS
'the same model, saying the unit of time of the rows that it was fitted to; clv_forecast asks for it';


-- States: the distinct rows of a fit.

CREATE TYPE repeat_purchase_state;

CREATE FUNCTION repeat_purchase_state_in(cstring) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchase_state_in';
COMMENT ON FUNCTION repeat_purchase_state_in(cstring) IS
'reads the text form of repeat_purchase_state; the word empty stands for a state of no rows';

CREATE FUNCTION repeat_purchase_state_out(repeat_purchase_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchase_state_out';
COMMENT ON FUNCTION repeat_purchase_state_out(repeat_purchase_state) IS
'writes the text form of repeat_purchase_state, lossless';

CREATE FUNCTION repeat_purchase_state_recv(internal) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchase_state_recv';
COMMENT ON FUNCTION repeat_purchase_state_recv(internal) IS
'reads the binary form of repeat_purchase_state';

CREATE FUNCTION repeat_purchase_state_send(repeat_purchase_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchase_state_send';
COMMENT ON FUNCTION repeat_purchase_state_send(repeat_purchase_state) IS
'writes the binary form of repeat_purchase_state, lossless';

CREATE TYPE repeat_purchase_state (
    INPUT = repeat_purchase_state_in, OUTPUT = repeat_purchase_state_out, RECEIVE = repeat_purchase_state_recv, SEND = repeat_purchase_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE repeat_purchase_state IS 'distinct frequency, recency and age, each with the number of customers: all that a fit needs to know; store it, merge it with || or rollup, read it with the functions that take a repeat_purchase_state';

CREATE FUNCTION repeat_purchase_state_merge(repeat_purchase_state, repeat_purchase_state) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchase_state_merge';
COMMENT ON FUNCTION repeat_purchase_state_merge(repeat_purchase_state, repeat_purchase_state) IS
'the repeat_purchase_state of the rows of both; || calls it';

CREATE FUNCTION repeat_purchase_state_finish(repeat_purchase_state) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchase_state_finish';
COMMENT ON FUNCTION repeat_purchase_state_finish(repeat_purchase_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = repeat_purchase_state, RIGHTARG = repeat_purchase_state, FUNCTION = repeat_purchase_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (repeat_purchase_state, repeat_purchase_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state repeat_purchase_state) (
    SFUNC = repeat_purchase_state_merge, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = repeat_purchase_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(repeat_purchase_state) IS 'merges stored states into one, as if their rows had been aggregated together';

CREATE TYPE repeat_spend_state;

CREATE FUNCTION repeat_spend_state_in(cstring) RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_state_in';
COMMENT ON FUNCTION repeat_spend_state_in(cstring) IS
'reads the text form of repeat_spend_state; the word empty stands for a state of no rows';

CREATE FUNCTION repeat_spend_state_out(repeat_spend_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_state_out';
COMMENT ON FUNCTION repeat_spend_state_out(repeat_spend_state) IS
'writes the text form of repeat_spend_state, lossless';

CREATE FUNCTION repeat_spend_state_recv(internal) RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_state_recv';
COMMENT ON FUNCTION repeat_spend_state_recv(internal) IS
'reads the binary form of repeat_spend_state';

CREATE FUNCTION repeat_spend_state_send(repeat_spend_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_state_send';
COMMENT ON FUNCTION repeat_spend_state_send(repeat_spend_state) IS
'writes the binary form of repeat_spend_state, lossless';

CREATE TYPE repeat_spend_state (
    INPUT = repeat_spend_state_in, OUTPUT = repeat_spend_state_out, RECEIVE = repeat_spend_state_recv, SEND = repeat_spend_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE repeat_spend_state IS 'distinct frequency and monetary_value of customers who bought again, each with the number of customers; store it, merge it with || or rollup, read it with the functions that take a repeat_spend_state';

CREATE FUNCTION repeat_spend_state_merge(repeat_spend_state, repeat_spend_state) RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_state_merge';
COMMENT ON FUNCTION repeat_spend_state_merge(repeat_spend_state, repeat_spend_state) IS
'the repeat_spend_state of the rows of both; || calls it';

CREATE FUNCTION repeat_spend_state_finish(repeat_spend_state) RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_state_finish';
COMMENT ON FUNCTION repeat_spend_state_finish(repeat_spend_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = repeat_spend_state, RIGHTARG = repeat_spend_state, FUNCTION = repeat_spend_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (repeat_spend_state, repeat_spend_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state repeat_spend_state) (
    SFUNC = repeat_spend_state_merge, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = repeat_spend_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(repeat_spend_state) IS 'merges stored states into one, as if their rows had been aggregated together';

CREATE TYPE renewal_state;

CREATE FUNCTION renewal_state_in(cstring) RETURNS renewal_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_state_in';
COMMENT ON FUNCTION renewal_state_in(cstring) IS
'reads the text form of renewal_state; the word empty stands for a state of no rows';

CREATE FUNCTION renewal_state_out(renewal_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_state_out';
COMMENT ON FUNCTION renewal_state_out(renewal_state) IS
'writes the text form of renewal_state, lossless';

CREATE FUNCTION renewal_state_recv(internal) RETURNS renewal_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_state_recv';
COMMENT ON FUNCTION renewal_state_recv(internal) IS
'reads the binary form of renewal_state';

CREATE FUNCTION renewal_state_send(renewal_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_state_send';
COMMENT ON FUNCTION renewal_state_send(renewal_state) IS
'writes the binary form of renewal_state, lossless';

CREATE TYPE renewal_state (
    INPUT = renewal_state_in, OUTPUT = renewal_state_out, RECEIVE = renewal_state_recv, SEND = renewal_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE renewal_state IS 'contracts that ended, or were last seen going on, by period, with the number of customers; store it, merge it with || or rollup, read it with the functions that take a renewal_state';

CREATE FUNCTION renewal_state_merge(renewal_state, renewal_state) RETURNS renewal_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_state_merge';
COMMENT ON FUNCTION renewal_state_merge(renewal_state, renewal_state) IS
'the renewal_state of the rows of both; || calls it';

CREATE FUNCTION renewal_state_finish(renewal_state) RETURNS renewal_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_state_finish';
COMMENT ON FUNCTION renewal_state_finish(renewal_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = renewal_state, RIGHTARG = renewal_state, FUNCTION = renewal_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (renewal_state, renewal_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state renewal_state) (
    SFUNC = renewal_state_merge, STYPE = renewal_state, INITCOND = 'empty', COMBINEFUNC = renewal_state_merge, FINALFUNC = renewal_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(renewal_state) IS 'merges stored states into one, as if their rows had been aggregated together';


CREATE FUNCTION repeat_purchase_state_add(repeat_purchase_state, frequency bigint, recency double precision, age double precision) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchases_add';
COMMENT ON FUNCTION repeat_purchase_state_add(repeat_purchase_state, frequency bigint, recency double precision, age double precision) IS
'the state with one more customer';

CREATE FUNCTION repeat_purchase_state_add(repeat_purchase_state, frequency bigint, recency double precision, age double precision, weight bigint) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchases_add_weighted';
COMMENT ON FUNCTION repeat_purchase_state_add(repeat_purchase_state, frequency bigint, recency double precision, age double precision, weight bigint) IS
'the state with so many more customers';

CREATE FUNCTION repeat_purchase_state_add(repeat_purchase_state, frequency bigint, recency bigint, opportunities bigint) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_opportunities_add';
COMMENT ON FUNCTION repeat_purchase_state_add(repeat_purchase_state, frequency bigint, recency bigint, opportunities bigint) IS
'the state with one more customer';

CREATE FUNCTION repeat_purchase_state_add(repeat_purchase_state, frequency bigint, recency bigint, opportunities bigint, weight bigint) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_opportunities_add_weighted';
COMMENT ON FUNCTION repeat_purchase_state_add(repeat_purchase_state, frequency bigint, recency bigint, opportunities bigint, weight bigint) IS
'the state with so many more customers';

CREATE FUNCTION repeat_spend_state_add(repeat_spend_state, frequency bigint, monetary_value numeric) RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_add_numeric';
COMMENT ON FUNCTION repeat_spend_state_add(repeat_spend_state, frequency bigint, monetary_value numeric) IS
'the state with one more customer';

CREATE FUNCTION repeat_spend_state_add(repeat_spend_state, frequency bigint, monetary_value numeric, weight bigint) RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_add_weighted_numeric';
COMMENT ON FUNCTION repeat_spend_state_add(repeat_spend_state, frequency bigint, monetary_value numeric, weight bigint) IS
'the state with so many more customers';

CREATE FUNCTION repeat_spend_state_add(repeat_spend_state, frequency bigint, monetary_value double precision) RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_add_double';
COMMENT ON FUNCTION repeat_spend_state_add(repeat_spend_state, frequency bigint, monetary_value double precision) IS
'the state with one more customer';

CREATE FUNCTION repeat_spend_state_add(repeat_spend_state, frequency bigint, monetary_value double precision, weight bigint) RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_add_weighted_double';
COMMENT ON FUNCTION repeat_spend_state_add(repeat_spend_state, frequency bigint, monetary_value double precision, weight bigint) IS
'the state with so many more customers';

CREATE FUNCTION renewal_state_add(renewal_state, period bigint, lost bigint, survived bigint) RETURNS renewal_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_add';
COMMENT ON FUNCTION renewal_state_add(renewal_state, period bigint, lost bigint, survived bigint) IS
'the state with the customers of one more row';

CREATE FUNCTION renewal_state_add(renewal_state, period bigint, lost bigint, survived bigint, weight bigint) RETURNS renewal_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_add_weighted';
COMMENT ON FUNCTION renewal_state_add(renewal_state, period bigint, lost bigint, survived bigint, weight bigint) IS
'the state with the customers of one more row, so many times';


CREATE FUNCTION counted_customers(state repeat_purchase_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchases_customers';
COMMENT ON FUNCTION counted_customers(state repeat_purchase_state) IS
'number of customers';

CREATE FUNCTION repeat_buyers(state repeat_purchase_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_buyers';
COMMENT ON FUNCTION repeat_buyers(state repeat_purchase_state) IS
'number of customers who bought again; without any, no model can be fitted';

CREATE FUNCTION counted_customers(state repeat_spend_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_customers';
COMMENT ON FUNCTION counted_customers(state repeat_spend_state) IS
'number of customers who bought again and spent';

CREATE FUNCTION counted_customers(state renewal_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_customers';
COMMENT ON FUNCTION counted_customers(state renewal_state) IS
'number of customers';


-- Fits of states.

CREATE FUNCTION bg_nbd_fit(state repeat_purchase_state) RETURNS bg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_bg_nbd_fit';
COMMENT ON FUNCTION bg_nbd_fit(state repeat_purchase_state) IS
'the BG/NBD model with the largest likelihood; NULL without customers, error 22023 where nobody bought again; how sure is it? (model).standard_errors, (model).at_boundary';

CREATE FUNCTION mbg_nbd_fit(state repeat_purchase_state) RETURNS mbg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mbg_nbd_fit';
COMMENT ON FUNCTION mbg_nbd_fit(state repeat_purchase_state) IS
'the MBG/NBD model with the largest likelihood; NULL without customers, error 22023 where nobody bought again; how sure is it? (model).standard_errors, (model).at_boundary';

CREATE FUNCTION pareto_nbd_fit(state repeat_purchase_state) RETURNS pareto_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_pareto_nbd_fit';
COMMENT ON FUNCTION pareto_nbd_fit(state repeat_purchase_state) IS
'the Pareto/NBD model with the largest likelihood; NULL without customers, error 22023 where nobody bought again; how sure is it? (model).standard_errors, (model).at_boundary';

CREATE FUNCTION bg_bb_fit(state repeat_purchase_state) RETURNS bg_bb_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_bg_bb_fit';
COMMENT ON FUNCTION bg_bb_fit(state repeat_purchase_state) IS
'the BG/BB model with the largest likelihood, where age counts opportunities; NULL without customers, error 22023 where nobody bought again or times are no whole numbers';

CREATE FUNCTION gamma_gamma_fit(state repeat_spend_state) RETURNS gamma_gamma_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gamma_gamma_fit';
COMMENT ON FUNCTION gamma_gamma_fit(state repeat_spend_state) IS
'the Gamma-Gamma model with the largest likelihood; NULL without customers who bought again, error 22023 where all spend the same';

CREATE FUNCTION sbg_fit(state renewal_state) RETURNS sbg_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sbg_fit';
COMMENT ON FUNCTION sbg_fit(state renewal_state) IS
'the sBG model with the largest likelihood; NULL without customers, error 22023 where nobody left or there is one period only';


-- Fits of rows.

CREATE AGGREGATE repeat_purchases_agg(frequency bigint, recency double precision, age double precision) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = repeat_purchase_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_purchases_agg(frequency bigint, recency double precision, age double precision) IS
'customers into a state to store, merge and fit with bg_nbd_fit, mbg_nbd_fit, pareto_nbd_fit, bg_bb_fit, model_comparison';

CREATE AGGREGATE repeat_purchases_agg(frequency bigint, recency double precision, age double precision, weight bigint) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = repeat_purchase_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_purchases_agg(frequency bigint, recency double precision, age double precision, weight bigint) IS
'rows that stand for many customers each into a state to store, merge and fit';

CREATE AGGREGATE repeat_spend_agg(frequency bigint, monetary_value numeric) (
    SFUNC = repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = repeat_spend_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_spend_agg(frequency bigint, monetary_value numeric) IS
'spend per repeat purchase into a state to store, merge and fit with gamma_gamma_fit; customers without repeat purchase, or who spent nothing, are left out';

CREATE AGGREGATE repeat_spend_agg(frequency bigint, monetary_value numeric, weight bigint) (
    SFUNC = repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = repeat_spend_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_spend_agg(frequency bigint, monetary_value numeric, weight bigint) IS
'rows that stand for many customers each into a state to store, merge and fit';

CREATE AGGREGATE gamma_gamma_fit(frequency bigint, monetary_value numeric) (
    SFUNC = repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = gamma_gamma_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gamma_gamma_fit(frequency bigint, monetary_value numeric) IS
'fits the Gamma-Gamma model of spend per purchase to customers with a repeat purchase: frequency, and monetary_value = their mean spend; then expected_value, clv';

CREATE AGGREGATE gamma_gamma_fit(frequency bigint, monetary_value numeric, weight bigint) (
    SFUNC = repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = gamma_gamma_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gamma_gamma_fit(frequency bigint, monetary_value numeric, weight bigint) IS
'fits the Gamma-Gamma model to rows that stand for many customers each';

CREATE AGGREGATE repeat_spend_agg(frequency bigint, monetary_value double precision) (
    SFUNC = repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = repeat_spend_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_spend_agg(frequency bigint, monetary_value double precision) IS
'spend per repeat purchase into a state to store, merge and fit with gamma_gamma_fit; customers without repeat purchase, or who spent nothing, are left out';

CREATE AGGREGATE repeat_spend_agg(frequency bigint, monetary_value double precision, weight bigint) (
    SFUNC = repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = repeat_spend_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_spend_agg(frequency bigint, monetary_value double precision, weight bigint) IS
'rows that stand for many customers each into a state to store, merge and fit';

CREATE AGGREGATE gamma_gamma_fit(frequency bigint, monetary_value double precision) (
    SFUNC = repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = gamma_gamma_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gamma_gamma_fit(frequency bigint, monetary_value double precision) IS
'fits the Gamma-Gamma model of spend per purchase to customers with a repeat purchase: frequency, and monetary_value = their mean spend; then expected_value, clv';

CREATE AGGREGATE gamma_gamma_fit(frequency bigint, monetary_value double precision, weight bigint) (
    SFUNC = repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = gamma_gamma_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gamma_gamma_fit(frequency bigint, monetary_value double precision, weight bigint) IS
'fits the Gamma-Gamma model to rows that stand for many customers each';

CREATE AGGREGATE renewals_agg(period bigint, lost bigint, survived bigint) (
    SFUNC = renewal_state_add, STYPE = renewal_state, INITCOND = 'empty', COMBINEFUNC = renewal_state_merge, FINALFUNC = renewal_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE renewals_agg(period bigint, lost bigint, survived bigint) IS
'contracts that ended in a period, or were last seen going on at its end, into a state to store, merge and fit with sbg_fit';

CREATE AGGREGATE renewals_agg(period bigint, lost bigint, survived bigint, weight bigint) (
    SFUNC = renewal_state_add, STYPE = renewal_state, INITCOND = 'empty', COMBINEFUNC = renewal_state_merge, FINALFUNC = renewal_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE renewals_agg(period bigint, lost bigint, survived bigint, weight bigint) IS
'rows that stand for many each into a state to store, merge and fit';


CREATE AGGREGATE bg_nbd_fit(frequency bigint, recency double precision, age double precision) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = bg_nbd_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE bg_nbd_fit(frequency bigint, recency double precision, age double precision) IS
'fits a model of buying and dropping out to customers (see rfm_summary), with GROUP BY one for each segment; then p_alive, expected_purchases, clv; which model? model_comparison';

CREATE AGGREGATE bg_nbd_fit(frequency bigint, recency double precision, age double precision, weight bigint) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = bg_nbd_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE bg_nbd_fit(frequency bigint, recency double precision, age double precision, weight bigint) IS
'fits a model of buying and dropping out to rows that stand for many customers each';

CREATE AGGREGATE mbg_nbd_fit(frequency bigint, recency double precision, age double precision) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = mbg_nbd_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mbg_nbd_fit(frequency bigint, recency double precision, age double precision) IS
'fits a model of buying and dropping out to customers (see rfm_summary), with GROUP BY one for each segment; then p_alive, expected_purchases, clv; which model? model_comparison';

CREATE AGGREGATE mbg_nbd_fit(frequency bigint, recency double precision, age double precision, weight bigint) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = mbg_nbd_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mbg_nbd_fit(frequency bigint, recency double precision, age double precision, weight bigint) IS
'fits a model of buying and dropping out to rows that stand for many customers each';

CREATE AGGREGATE pareto_nbd_fit(frequency bigint, recency double precision, age double precision) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = pareto_nbd_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE pareto_nbd_fit(frequency bigint, recency double precision, age double precision) IS
'fits a model of buying and dropping out to customers (see rfm_summary), with GROUP BY one for each segment; then p_alive, expected_purchases, clv; which model? model_comparison';

CREATE AGGREGATE pareto_nbd_fit(frequency bigint, recency double precision, age double precision, weight bigint) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = pareto_nbd_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE pareto_nbd_fit(frequency bigint, recency double precision, age double precision, weight bigint) IS
'fits a model of buying and dropping out to rows that stand for many customers each';

CREATE AGGREGATE bg_bb_fit(frequency bigint, recency bigint, opportunities bigint) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = bg_bb_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE bg_bb_fit(frequency bigint, recency bigint, opportunities bigint) IS
'fits the BG/BB model to customers who may buy once at each of a number of opportunities: how often they did, at which one last, how many there were';

CREATE AGGREGATE bg_bb_fit(frequency bigint, recency bigint, opportunities bigint, weight bigint) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = bg_bb_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE bg_bb_fit(frequency bigint, recency bigint, opportunities bigint, weight bigint) IS
'fits the BG/BB model to rows that stand for many customers each';

CREATE AGGREGATE sbg_fit(period bigint, lost bigint, survived bigint) (
    SFUNC = renewal_state_add, STYPE = renewal_state, INITCOND = 'empty', COMBINEFUNC = renewal_state_merge, FINALFUNC = sbg_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sbg_fit(period bigint, lost bigint, survived bigint) IS
'fits the sBG model to contracts: how many ended in their period-th renewal, and how many were last seen going on after it (each customer in one row: not the base of every period)';

CREATE AGGREGATE sbg_fit(period bigint, lost bigint, survived bigint, weight bigint) (
    SFUNC = renewal_state_add, STYPE = renewal_state, INITCOND = 'empty', COMBINEFUNC = renewal_state_merge, FINALFUNC = sbg_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sbg_fit(period bigint, lost bigint, survived bigint, weight bigint) IS
'fits the sBG model to rows that stand for many each';


-- Fits of ledgers.

CREATE FUNCTION bg_nbd_fit(ledger customer_ledger, as_of date DEFAULT NULL, unit interval DEFAULT '1 day') RETURNS bg_nbd_model
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_bg_nbd_fit_ledger';
COMMENT ON FUNCTION bg_nbd_fit(customer_ledger, date, interval) IS
'fits the model to a ledger as of the end of a day (NULL: its last), in units of days or weeks; then clv_forecast; does it forecast well? holdout_check';

CREATE FUNCTION mbg_nbd_fit(ledger customer_ledger, as_of date DEFAULT NULL, unit interval DEFAULT '1 day') RETURNS mbg_nbd_model
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_mbg_nbd_fit_ledger';
COMMENT ON FUNCTION mbg_nbd_fit(customer_ledger, date, interval) IS
'fits the model to a ledger as of the end of a day (NULL: its last), in units of days or weeks; then clv_forecast; does it forecast well? holdout_check';

CREATE FUNCTION pareto_nbd_fit(ledger customer_ledger, as_of date DEFAULT NULL, unit interval DEFAULT '1 day') RETURNS pareto_nbd_model
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_pareto_nbd_fit_ledger';
COMMENT ON FUNCTION pareto_nbd_fit(customer_ledger, date, interval) IS
'fits the model to a ledger as of the end of a day (NULL: its last), in units of days or weeks; then clv_forecast; does it forecast well? holdout_check';

CREATE FUNCTION bg_bb_fit(ledger customer_ledger, as_of date DEFAULT NULL, step interval DEFAULT '1 year') RETURNS bg_bb_model
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_bg_bb_fit_ledger';
COMMENT ON FUNCTION bg_bb_fit(customer_ledger, date, interval) IS
'fits the BG/BB model to a ledger: the opportunities are the calendar periods after that of the first order which are complete at the end of as_of (NULL: the last day)';

CREATE FUNCTION gamma_gamma_fit(ledger customer_ledger, as_of date DEFAULT NULL) RETURNS gamma_gamma_model
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_gamma_gamma_fit_ledger';
COMMENT ON FUNCTION gamma_gamma_fit(customer_ledger, date) IS
'fits the Gamma-Gamma model of spend per purchase day to a ledger as of the end of a day (NULL: its last); customers without repeat purchase, or whose repeat days came to nothing, are left out';

CREATE FUNCTION repeat_purchases(ledger customer_ledger, as_of date DEFAULT NULL, unit interval DEFAULT '1 day') RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_repeat_purchases_ledger';
COMMENT ON FUNCTION repeat_purchases(customer_ledger, date, interval) IS
'the state of a ledger''s customers as of the end of a day, as repeat_purchases_agg over rfm_summary makes it; states of shards merge with ||, then bg_nbd_fit';

-- What models say.

CREATE FUNCTION p_alive(model bg_nbd_model, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_bg_nbd';
COMMENT ON FUNCTION p_alive(model bg_nbd_model, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer has not dropped out by now; times in the unit of the model; what will they buy? expected_purchases';

CREATE FUNCTION p_alive_at(model bg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_at_bg_nbd';
COMMENT ON FUNCTION p_alive_at(model bg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer has not dropped out by the time horizon from now';

CREATE FUNCTION expected_purchases(model bg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_expected_purchases_bg_nbd';
COMMENT ON FUNCTION expected_purchases(model bg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the expected number of purchases of a customer from now to the horizon, in the unit of the model';

CREATE FUNCTION expected_purchases(model bg_nbd_model, horizon double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_new_expected_purchases_bg_nbd';
COMMENT ON FUNCTION expected_purchases(model bg_nbd_model, horizon double precision) IS
'the expected number of repeat purchases of a new customer from the first purchase to the horizon';

CREATE FUNCTION p_no_purchase(model bg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_no_purchase_bg_nbd';
COMMENT ON FUNCTION p_no_purchase(model bg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer buys nothing from now to the horizon, dropped out or not';

CREATE FUNCTION purchase_count_probability(model bg_nbd_model, n bigint, horizon double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_purchase_count_probability_bg_nbd';
COMMENT ON FUNCTION purchase_count_probability(model bg_nbd_model, n bigint, horizon double precision) IS
'the probability that a new customer makes exactly n repeat purchases up to the horizon';

CREATE FUNCTION residual_transactions(model bg_nbd_model, continuous_discount_per_unit double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_residual_transactions_bg_nbd';
COMMENT ON FUNCTION residual_transactions(model bg_nbd_model, continuous_discount_per_unit double precision, frequency bigint, recency double precision, age double precision) IS
'the expected number of purchases of a customer in all the time to come, each discounted by e^(-rate times its time); a yearly discount d is ln(1 + d) / 52 a week; times expected_value it is the value of a customer';

CREATE FUNCTION clv(model bg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, frequency bigint, recency double precision, age double precision, monetary_value double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_clv_bg_nbd';
COMMENT ON FUNCTION clv(model bg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, frequency bigint, recency double precision, age double precision, monetary_value double precision) IS
'the value of a customer over the horizon: expected_value times the purchases of each unit of time, discounted by (1 + discount_per_unit) for each unit up to its end; NULL where expected_value is';

CREATE FUNCTION p_alive(model mbg_nbd_model, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_mbg_nbd';
COMMENT ON FUNCTION p_alive(model mbg_nbd_model, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer has not dropped out by now; times in the unit of the model; what will they buy? expected_purchases';

CREATE FUNCTION p_alive_at(model mbg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_at_mbg_nbd';
COMMENT ON FUNCTION p_alive_at(model mbg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer has not dropped out by the time horizon from now';

CREATE FUNCTION expected_purchases(model mbg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_expected_purchases_mbg_nbd';
COMMENT ON FUNCTION expected_purchases(model mbg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the expected number of purchases of a customer from now to the horizon, in the unit of the model';

CREATE FUNCTION expected_purchases(model mbg_nbd_model, horizon double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_new_expected_purchases_mbg_nbd';
COMMENT ON FUNCTION expected_purchases(model mbg_nbd_model, horizon double precision) IS
'the expected number of repeat purchases of a new customer from the first purchase to the horizon';

CREATE FUNCTION p_no_purchase(model mbg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_no_purchase_mbg_nbd';
COMMENT ON FUNCTION p_no_purchase(model mbg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer buys nothing from now to the horizon, dropped out or not';

CREATE FUNCTION purchase_count_probability(model mbg_nbd_model, n bigint, horizon double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_purchase_count_probability_mbg_nbd';
COMMENT ON FUNCTION purchase_count_probability(model mbg_nbd_model, n bigint, horizon double precision) IS
'the probability that a new customer makes exactly n repeat purchases up to the horizon';

CREATE FUNCTION residual_transactions(model mbg_nbd_model, continuous_discount_per_unit double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_residual_transactions_mbg_nbd';
COMMENT ON FUNCTION residual_transactions(model mbg_nbd_model, continuous_discount_per_unit double precision, frequency bigint, recency double precision, age double precision) IS
'the expected number of purchases of a customer in all the time to come, each discounted by e^(-rate times its time); a yearly discount d is ln(1 + d) / 52 a week; times expected_value it is the value of a customer';

CREATE FUNCTION clv(model mbg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, frequency bigint, recency double precision, age double precision, monetary_value double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_clv_mbg_nbd';
COMMENT ON FUNCTION clv(model mbg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, frequency bigint, recency double precision, age double precision, monetary_value double precision) IS
'the value of a customer over the horizon: expected_value times the purchases of each unit of time, discounted by (1 + discount_per_unit) for each unit up to its end; NULL where expected_value is';

CREATE FUNCTION p_alive(model pareto_nbd_model, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_pareto_nbd';
COMMENT ON FUNCTION p_alive(model pareto_nbd_model, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer has not dropped out by now; times in the unit of the model; what will they buy? expected_purchases';

CREATE FUNCTION p_alive_at(model pareto_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_at_pareto_nbd';
COMMENT ON FUNCTION p_alive_at(model pareto_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer has not dropped out by the time horizon from now';

CREATE FUNCTION expected_purchases(model pareto_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_expected_purchases_pareto_nbd';
COMMENT ON FUNCTION expected_purchases(model pareto_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the expected number of purchases of a customer from now to the horizon, in the unit of the model';

CREATE FUNCTION expected_purchases(model pareto_nbd_model, horizon double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_new_expected_purchases_pareto_nbd';
COMMENT ON FUNCTION expected_purchases(model pareto_nbd_model, horizon double precision) IS
'the expected number of repeat purchases of a new customer from the first purchase to the horizon';

CREATE FUNCTION p_no_purchase(model pareto_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_no_purchase_pareto_nbd';
COMMENT ON FUNCTION p_no_purchase(model pareto_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer buys nothing from now to the horizon, dropped out or not';

CREATE FUNCTION purchase_count_probability(model pareto_nbd_model, n bigint, horizon double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_purchase_count_probability_pareto_nbd';
COMMENT ON FUNCTION purchase_count_probability(model pareto_nbd_model, n bigint, horizon double precision) IS
'the probability that a new customer makes exactly n repeat purchases up to the horizon';

CREATE FUNCTION residual_transactions(model pareto_nbd_model, continuous_discount_per_unit double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_residual_transactions_pareto_nbd';
COMMENT ON FUNCTION residual_transactions(model pareto_nbd_model, continuous_discount_per_unit double precision, frequency bigint, recency double precision, age double precision) IS
'the expected number of purchases of a customer in all the time to come, each discounted by e^(-rate times its time); a yearly discount d is ln(1 + d) / 52 a week; times expected_value it is the value of a customer';

CREATE FUNCTION clv(model pareto_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, frequency bigint, recency double precision, age double precision, monetary_value double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_clv_pareto_nbd';
COMMENT ON FUNCTION clv(model pareto_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, frequency bigint, recency double precision, age double precision, monetary_value double precision) IS
'the value of a customer over the horizon: expected_value times the purchases of each unit of time, discounted by (1 + discount_per_unit) for each unit up to its end; NULL where expected_value is';


CREATE FUNCTION p_alive(model bg_bb_model, frequency bigint, recency bigint, opportunities bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_bg_bb';
COMMENT ON FUNCTION p_alive(model bg_bb_model, frequency bigint, recency bigint, opportunities bigint) IS
'the probability that a customer has not dropped out by the last opportunity';

CREATE FUNCTION p_alive_at(model bg_bb_model, horizon bigint, frequency bigint, recency bigint, opportunities bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_at_bg_bb';
COMMENT ON FUNCTION p_alive_at(model bg_bb_model, horizon bigint, frequency bigint, recency bigint, opportunities bigint) IS
'the probability that a customer has not dropped out so many opportunities from now';

CREATE FUNCTION expected_purchases(model bg_bb_model, horizon bigint, frequency bigint, recency bigint, opportunities bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_expected_purchases_bg_bb';
COMMENT ON FUNCTION expected_purchases(model bg_bb_model, horizon bigint, frequency bigint, recency bigint, opportunities bigint) IS
'the expected number of purchases of a customer at the next opportunities';

CREATE FUNCTION expected_purchases(model bg_bb_model, horizon bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_new_expected_purchases_bg_bb';
COMMENT ON FUNCTION expected_purchases(model bg_bb_model, horizon bigint) IS
'the expected number of purchases of a new customer at the first opportunities';

CREATE FUNCTION p_no_purchase(model bg_bb_model, horizon bigint, frequency bigint, recency bigint, opportunities bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_no_purchase_bg_bb';
COMMENT ON FUNCTION p_no_purchase(model bg_bb_model, horizon bigint, frequency bigint, recency bigint, opportunities bigint) IS
'the probability that a customer buys nothing at the next opportunities';

CREATE FUNCTION purchase_count_probability(model bg_bb_model, n bigint, horizon bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_purchase_count_probability_bg_bb';
COMMENT ON FUNCTION purchase_count_probability(model bg_bb_model, n bigint, horizon bigint) IS
'the probability that a new customer buys at exactly n of the first opportunities';

CREATE FUNCTION residual_transactions(model bg_bb_model, discount_per_opportunity double precision, frequency bigint, recency bigint, opportunities bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_residual_transactions_bg_bb';
COMMENT ON FUNCTION residual_transactions(model bg_bb_model, discount_per_opportunity double precision, frequency bigint, recency bigint, opportunities bigint) IS
'the expected number of purchases of a customer at all opportunities to come, each discounted by (1 + discount) for each opportunity';


CREATE FUNCTION p_alive_at(model sbg_model, horizon bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_at_sbg';
COMMENT ON FUNCTION p_alive_at(model sbg_model, horizon bigint) IS
'the share of new customers who are still there after so many periods';

CREATE FUNCTION p_alive_at(model sbg_model, horizon bigint, age bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_at_sbg';
COMMENT ON FUNCTION p_alive_at(model sbg_model, horizon bigint, age bigint) IS
'the share of customers who are still there after horizon more periods, among those who were there after age periods';

CREATE FUNCTION retention_ratio(model sbg_model, age bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_ratio_sbg';
COMMENT ON FUNCTION retention_ratio(model sbg_model, age bigint) IS
'the share of customers who renew once more, from 0 to 1, among those who were there after age periods; it grows with age, for the loyal remain';

CREATE FUNCTION expected_lifetime(model sbg_model, discount_per_period double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_expected_lifetime_sbg';
COMMENT ON FUNCTION expected_lifetime(model sbg_model, discount_per_period double precision) IS
'the expected number of periods of a new customer, the first in full, each later one discounted by (1 + discount) for each period; times the margin of a period it is the value of a customer';

CREATE FUNCTION residual_lifetime(model sbg_model, discount_per_period double precision, age bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_residual_lifetime_sbg';
COMMENT ON FUNCTION residual_lifetime(model sbg_model, discount_per_period double precision, age bigint) IS
'the expected number of periods to come, discounted, of a customer who was there for age periods (the renewals so far, and the first) and is about to renew, which pays at once';


CREATE FUNCTION expected_value(model gamma_gamma_model, frequency bigint, monetary_value double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_expected_value_gamma_gamma';
COMMENT ON FUNCTION expected_value(model gamma_gamma_model, frequency bigint, monetary_value double precision) IS
'the expected spend per purchase of a customer with so many repeat purchases of that mean value: between it and the mean of the population; NULL where it is infinite (p frequency + q <= 1)';


-- Reports.

CREATE FUNCTION clv_forecast(ledger customer_ledger, model bg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key bigint, as_of date DEFAULT NULL)
RETURNS TABLE (customer bigint, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_bg_nbd_bigint';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model bg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key bigint, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::bigint; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION clv_forecast(ledger customer_ledger, model bg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key uuid, as_of date DEFAULT NULL)
RETURNS TABLE (customer uuid, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_bg_nbd_uuid';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model bg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key uuid, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::uuid; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION clv_forecast(ledger customer_ledger, model bg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key text, as_of date DEFAULT NULL)
RETURNS TABLE (customer text, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_bg_nbd_text';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model bg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key text, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::text; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION clv_forecast(ledger customer_ledger, model mbg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key bigint, as_of date DEFAULT NULL)
RETURNS TABLE (customer bigint, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_mbg_nbd_bigint';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model mbg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key bigint, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::bigint; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION clv_forecast(ledger customer_ledger, model mbg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key uuid, as_of date DEFAULT NULL)
RETURNS TABLE (customer uuid, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_mbg_nbd_uuid';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model mbg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key uuid, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::uuid; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION clv_forecast(ledger customer_ledger, model mbg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key text, as_of date DEFAULT NULL)
RETURNS TABLE (customer text, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_mbg_nbd_text';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model mbg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key text, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::text; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION clv_forecast(ledger customer_ledger, model pareto_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key bigint, as_of date DEFAULT NULL)
RETURNS TABLE (customer bigint, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_pareto_nbd_bigint';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model pareto_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key bigint, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::bigint; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION clv_forecast(ledger customer_ledger, model pareto_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key uuid, as_of date DEFAULT NULL)
RETURNS TABLE (customer uuid, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_pareto_nbd_uuid';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model pareto_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key uuid, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::uuid; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION clv_forecast(ledger customer_ledger, model pareto_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key text, as_of date DEFAULT NULL)
RETURNS TABLE (customer text, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_pareto_nbd_text';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model pareto_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key text, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::text; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION holdout_check(ledger customer_ledger, fit_until date, unit interval DEFAULT '1 day')
RETURNS TABLE (model text, frequency text, customers bigint, actual bigint, predicted double precision, actual_per_customer double precision, predicted_per_customer double precision, mean_absolute_error double precision, at_boundary boolean)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_holdout_check';
COMMENT ON FUNCTION holdout_check(ledger customer_ledger, fit_until date, unit interval) IS
'how well the models forecast: each is fitted up to the end of a day, and its purchases up to the last day of the ledger are compared with those that came, by frequency up to then (0 to 6, 7+, all); mean_absolute_error is per customer';

CREATE FUNCTION model_comparison(ledger customer_ledger, as_of date DEFAULT NULL, unit interval DEFAULT '1 day')
RETURNS TABLE (model text, parameters jsonb, log_likelihood double precision, aic double precision, bic double precision, converged boolean, at_boundary boolean, recommended boolean, verdict text)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_model_comparison_ledger';
COMMENT ON FUNCTION model_comparison(ledger customer_ledger, as_of date, unit interval) IS
'the models of buying and dropping out fitted to a ledger, and NBD without dropout: the smaller AIC and BIC, the better; recommended is the smallest AIC';

CREATE FUNCTION model_comparison(state repeat_purchase_state)
RETURNS TABLE (model text, parameters jsonb, log_likelihood double precision, aic double precision, bic double precision, converged boolean, at_boundary boolean, recommended boolean, verdict text)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 4 AS 'MODULE_PATHNAME', 'customer_value_model_comparison_state';
COMMENT ON FUNCTION model_comparison(repeat_purchase_state) IS
'the models of buying and dropping out fitted to a state of repeat_purchases_agg, and NBD without dropout: the smaller AIC and BIC, the better; recommended is the smallest AIC';

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


-- ---------- quality ----------

-- Is a table of orders fit to be measured? One row a check. The table and the names of its columns are the caller's, so the
-- query is made when it runs: with the rights of the caller, with every name quoted, and with nothing found through
-- search_path. What it needs of this extension it calls in the schema where the extension is now. In bodies that are parsed when
-- the extension is created, functions with polymorphic arguments are qualified: others could match better.

CREATE FUNCTION quality_checks()
RETURNS TABLE (place integer, check_name text, severity text, needs text[], condition text, about text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 24
BEGIN ATOMIC
    SELECT v.place, v.check_name, v.severity, v.needs, v.condition, v.about FROM (VALUES
        (1, 'empty_source'::text, 'error'::text, '{}'::text[], NULL::text, 'the source has no rows that the caller can see'::text),
        (2, 'stale_source', 'error', '{ordered_at,stale}', NULL, 'the newest day that is neither future nor absurd (the sample) is more than stale before as_of; the rows are all'),
        (3, 'null_customer', 'warning', '{customer}', 'customer_is_blank IS NULL', 'rows without a customer are in revenue, in no customer figure'),
        (4, 'blank_customer', 'error', '{customer}', 'customer_is_blank', 'customers of nothing but white space become one large customer'),
        (5, 'null_order_id', 'warning', '{order_id}', 'order_id_is_blank IS NULL', 'rows without an order id are in no figure by order, and their refunds belong to no sale'),
        (6, 'blank_order_id', 'error', '{order_id}', 'order_id_is_blank', 'order ids of nothing but white space become one large order'),
        (7, 'null_row_id', 'error', '{row_id}', NULL, 'rows without a row id cannot be told apart'),
        (8, 'duplicate_row_id', 'error', '{row_id}', NULL, 'rows that repeat a row id, beyond its first; samples are row ids'),
        (9, 'duplicate_row', 'warning', '{order_id}', NULL, 'rows that repeat another in all columns of the mapping but row_id, beyond the first; samples are order ids; loaded twice, or is a column (product?) missing in the mapping?'),
        (10, 'shared_order_id', 'error', '{order_id,customer}', NULL, 'rows of orders that belong to more than one customer; samples are order ids'),
        (11, 'null_ordered_at', 'warning', '{ordered_at}', 'day IS NULL', 'rows without a date are in no figure by time'),
        (12, 'future_date', 'error', '{ordered_at}', 'isfinite(day) AND day > $1', 'rows after as_of'),
        (13, 'absurd_date', 'error', '{ordered_at}', 'NOT isfinite(day) OR day < $2', 'rows before earliest or at infinity'),
        (14, 'null_amount', 'warning', '{amount}', 'amount_is_finite IS NULL', 'rows without an amount are in no figure'),
        (15, 'infinite_amount', 'error', '{amount}', 'NOT amount_is_finite', 'amounts that are NaN or infinite end every sum with an error'),
        (16, 'zero_sale', 'info', '{amount}', 'is_counted AND amount = 0', 'sales of 0: a free order is an order, and lowers the average check'),
        (17, 'negative_sale', 'warning', '{amount,status}', 'is_counted AND amount < 0 AND is_sale', 'amounts below 0 with a status of a sale (not refunded, partially_refunded): they count as refunds, by their sign'),
        (18, 'orphan_refund', 'error', '{order_id,amount}', NULL, 'refunds of orders that have no sale; samples are order ids'),
        (19, 'over_refund', 'error', '{order_id,amount}', NULL, 'refunds of orders that were refunded more than they were sold for, in one currency; samples are order ids'),
        (20, 'null_currency', 'error', '{currency}', 'currency IS NULL', 'rows without a currency, or with a blank one, cannot be added to the others'),
        (21, 'mixed_currencies', 'warning', '{currency}', NULL, 'rows in another currency than the most frequent one; group by currency; samples are the currencies'),
        (22, 'null_status', 'warning', '{status}', 'status IS NULL', 'rows without a status are left out by FILTER (WHERE is_revenue_status(status))'),
        (23, 'unknown_status', 'error', '{status}', NULL, 'rows whose status is_revenue_status does not know, and refuses; samples are the words')
    ) AS v (place, check_name, severity, needs, condition, about);
END;
COMMENT ON FUNCTION quality_checks() IS
'what data_quality looks for: order of the report, name, severity where it is found (error: a figure is wrong or ends with an error; warning: rows are left out, or may mislead; info: good to know), arguments that it needs, and meaning; condition is the SQL of a check that looks at one row alone';

CREATE FUNCTION quality_column(orders regclass, argument text, "column" text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    declared regtype;
    base oid;
    category "char";
    wanted text;
BEGIN
    IF "column" IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT atttypid, atttypid INTO declared, base FROM pg_attribute WHERE attrelid = orders AND attname = "column" AND attnum > 0 AND NOT attisdropped;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_column', MESSAGE = format('%s names the column "%s", which %s does not have', argument, "column", orders);
    END IF;
    WHILE (SELECT typtype = 'd' FROM pg_type WHERE oid = base) LOOP
        SELECT typbasetype INTO base FROM pg_type WHERE oid = base;
    END LOOP;
    SELECT typcategory INTO category FROM pg_type WHERE oid = base;
    wanted := CASE argument
        WHEN 'ordered_at' THEN CASE WHEN base NOT IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype) THEN 'a date or a timestamp' END
        WHEN 'amount' THEN CASE WHEN base NOT IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype, 'float4'::regtype, 'float8'::regtype) THEN 'a number' END
        WHEN 'status' THEN CASE WHEN category NOT IN ('S', 'E') THEN 'text or an enum' END
        WHEN 'currency' THEN CASE WHEN category NOT IN ('S', 'E') THEN 'text or an enum' END
        ELSE CASE WHEN category NOT IN ('S', 'E') AND base NOT IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype, 'uuid'::regtype) THEN 'text, an integer, numeric, uuid or an enum' END
    END;
    IF wanted IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('%s must be %s: the column "%s" of %s is of type %s', argument, wanted, "column", orders, declared);
    END IF;
    RETURN base::regtype;
END
$$;
COMMENT ON FUNCTION quality_column(regclass, text, text) IS
'the type of a column behind its domains, for data_quality; an error that names argument and column where there is none (42703), or where it is not of a type that the argument can have (22023)';

CREATE FUNCTION quality_source(orders regclass, mapping jsonb, tz text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    argument text;
    type text;
    quoted text;        -- the column
    key text;           -- the same as a key: text is compared byte by byte, whatever its collation
    is_blank text;
    is_finite text;
    number text;
    at text;
    columns text := '';
BEGIN
    IF orders IS NULL OR NOT EXISTS (SELECT FROM pg_class WHERE oid = orders AND relkind IN ('r', 'p', 'v', 'm', 'f')) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('orders must be a table or a view: %s', coalesce(orders::text, 'NULL'));
    END IF;
    FOREACH argument IN ARRAY ARRAY['customer', 'ordered_at', 'amount', 'order_id', 'status', 'currency', 'product', 'row_id'] LOOP
        EXECUTE format('SELECT %s.quality_column($1, $2, $3)', extension) INTO type USING orders, argument, mapping ->> argument;
        IF type = 'timestamp with time zone' AND tz IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', HINT = 'Say whose days are meant, for example tz => ''Europe/Berlin''.',
                MESSAGE = format('ordered_at needs tz: the column "%s" of %s is of type %s', mapping ->> argument, orders, type);
        END IF;
        quoted := format('t.%I', coalesce(mapping ->> argument, ''));
        key := CASE WHEN type IN ('smallint', 'integer', 'bigint', 'numeric') THEN quoted ELSE quoted || '::text COLLATE "C"' END;
        is_blank := CASE WHEN type IN ('smallint', 'integer', 'bigint', 'numeric', 'uuid') THEN 'false' ELSE format('btrim(%s::text, E'' \t\n\r'') = ''''', quoted) END;
        is_finite := CASE WHEN type ~ 'int$' OR type = 'integer' THEN 'true' ELSE quoted || ' NOT IN (''NaN'', ''Infinity'', ''-Infinity'')' END;
        number := CASE WHEN type IN ('real', 'double precision') THEN format('%s.shortest_decimal(%s::%s)', extension, quoted, type) ELSE quoted END;
        at := CASE WHEN type = 'timestamp with time zone' THEN format('(%s AT TIME ZONE %L)', quoted, tz) ELSE quoted END;
        columns := columns || (
            SELECT string_agg(format(', %s AS %I', CASE WHEN type IS NULL THEN absent ELSE format(present, quoted, key, is_blank, is_finite, number, at, extension) END, name), '')
            FROM (VALUES
                ('customer', 'customer', 'CASE WHEN NOT %3$s THEN %2$s END', 'NULL::text'),
                ('customer', 'customer_is_blank', 'CASE WHEN %1$s IS NOT NULL THEN %3$s END', 'NULL::boolean'),
                ('order_id', 'order_id', 'CASE WHEN NOT %3$s THEN %2$s END', 'NULL::text'),
                ('order_id', 'order_id_is_blank', 'CASE WHEN %1$s IS NOT NULL THEN %3$s END', 'NULL::boolean'),
                ('ordered_at', 'ordered_at', '%1$s', 'NULL::date'),
                ('ordered_at', 'day', '%6$s::date', 'NULL::date'),
                ('amount', 'amount', 'CASE WHEN %4$s THEN %5$s END', 'NULL::numeric'),
                ('amount', 'amount_is_finite', 'CASE WHEN %1$s IS NOT NULL THEN %4$s END', 'NULL::boolean'),
                ('status', 'status', '%2$s', 'NULL::text'),
                ('status', 'is_counted', 'CASE WHEN %7$s.is_known_status(%2$s) THEN %7$s.is_revenue_status(%2$s) ELSE %1$s IS NOT NULL END', 'true'),
                ('status', 'is_sale', 'lower(%2$s) IN (''paid'', ''completed'', ''shipped'', ''delivered'', ''fulfilled'')', 'NULL::boolean'),
                ('currency', 'currency', 'CASE WHEN NOT %3$s THEN %2$s END', 'NULL::text'),
                ('product', 'product', '%2$s', 'NULL::text'),
                ('row_id', 'row_id', '%2$s', 'NULL::text')) AS v (of_argument, name, present, absent)
            WHERE of_argument = argument);
    END LOOP;
    RETURN format('SELECT %s FROM %s AS t OFFSET 0', substr(columns, 3), orders);
END
$$;
COMMENT ON FUNCTION quality_source(regclass, jsonb, text) IS
'the query with which data_quality reads its source: columns under the names of the arguments (mapping: argument to column), NULL for what is not in the mapping';

CREATE FUNCTION quality_query(orders regclass, mapping jsonb, tz text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    source text;
    flags text;         -- which checks that look at one row alone find something, a bit each
    bits text;
    rows text;          -- what the pass groups by: what is not in the mapping is NULL and makes no groups;
    copies text;        -- to go on from rows lets both share a sort
BEGIN
    EXECUTE format('SELECT %s.quality_source($1, $2, $3)', extension) INTO source USING orders, mapping, tz;
    EXECUTE format('SELECT coalesce(string_agg(format(''CASE WHEN %%s THEN %%s ELSE 0 END'', condition, 1 << place), '' | ''), ''0''),
                           coalesce(string_agg(format(''(%%L, %%s)'', check_name, 1 << place), '', ''), ''(NULL, 0)'')
                    FROM %s.quality_checks() WHERE condition IS NOT NULL AND $1 ?& needs', extension) INTO flags, bits USING mapping;
    rows := 'order_id, flags, key, currency, status' || CASE WHEN mapping ->> 'row_id' IS NULL THEN ', row_id' ELSE '' END;
    copies := rows || ', is_copied' || CASE WHEN mapping ->> 'order_id' IS NULL THEN '' ELSE ', customer, ordered_at, amount, product' END;
    RETURN format($query$
WITH source AS (%1$s),
flagged AS (SELECT *, %2$s AS flags FROM source OFFSET 0),
keyed AS (SELECT *, CASE WHEN flags <> 0 THEN coalesce(order_id::text, row_id::text, customer::text) END AS key, true AS is_copied FROM flagged OFFSET 0),
grouped AS MATERIALIZED (
    SELECT CASE WHEN GROUPING(is_copied) = 0 THEN 'copies' WHEN GROUPING(flags) = 0 THEN 'rows' ELSE 'ids' END AS part,
           order_id, flags, key, row_id, currency, status, count(*) AS n, max(day) FILTER (WHERE isfinite(day) AND day BETWEEN $2 AND $1) AS newest,
           count(*) FILTER (WHERE is_counted AND amount >= 0) AS sales, count(*) FILTER (WHERE is_counted AND amount < 0) AS refunds, sum(amount) FILTER (WHERE is_counted) AS net,
           min(customer) AS least_customer, max(customer) AS greatest_customer
    FROM keyed
    GROUP BY GROUPING SETS (%3$s%6$s)
    HAVING count(*) > 1 OR GROUPING(is_copied) = 1 AND (GROUPING(flags) = 0 OR row_id IS NULL)),
total AS (SELECT coalesce(sum(n), 0) AS n, max(newest) AS newest FROM grouped WHERE part = 'rows'),
by_order AS (
    SELECT order_id::text AS key, sum(n) AS n, sum(sales) AS sales, sum(refunds) AS refunds, sum(net) AS net,
           min(least_customer) <> max(greatest_customer) AS is_shared, min(currency) IS NOT DISTINCT FROM max(currency) AS is_in_one_currency
    FROM grouped WHERE part = 'rows' AND order_id IS NOT NULL GROUP BY order_id),
by_currency AS (SELECT currency, sum(n) AS n FROM grouped WHERE part = 'rows' AND currency IS NOT NULL GROUP BY currency),
by_status AS (SELECT status, sum(n) AS n FROM grouped WHERE part = 'rows' AND status IS NOT NULL GROUP BY status),
found (check_name, n, key) AS (
    SELECT bit.check_name, n, key FROM grouped JOIN (VALUES %4$s) AS bit (check_name, mask) ON flags & mask <> 0 WHERE part = 'rows' AND flags <> 0
    UNION ALL
    SELECT hit.check_name, hit.n, key FROM by_order, LATERAL (VALUES ('shared_order_id', n, is_shared), ('orphan_refund', refunds, refunds > 0 AND sales = 0),
        ('over_refund', refunds, refunds > 0 AND sales > 0 AND net < 0 AND is_in_one_currency)) AS hit (check_name, n, is_hit) WHERE is_hit
    UNION ALL
    SELECT CASE WHEN row_id IS NULL THEN 'null_row_id' ELSE 'duplicate_row_id' END, CASE WHEN row_id IS NULL THEN n ELSE n - 1 END, row_id::text FROM grouped WHERE part = 'ids'
    UNION ALL
    SELECT 'duplicate_row', n - 1, order_id::text FROM grouped WHERE part = 'copies' AND order_id IS NOT NULL
    UNION ALL
    SELECT 'mixed_currencies', CASE WHEN row_number() OVER (ORDER BY n DESC, currency) = 1 THEN 0 ELSE n END, currency FROM by_currency
    UNION ALL
    SELECT 'unknown_status', n, status FROM by_status WHERE NOT %5$s.is_known_status(status)),
placed AS (
    SELECT check_name, key, sum(n) AS n, row_number() OVER (PARTITION BY check_name ORDER BY key COLLATE "C") AS place FROM found GROUP BY check_name, key)
SELECT check_name, sum(n)::bigint, array_agg(key ORDER BY place) FILTER (WHERE place <= 5 AND key IS NOT NULL) FROM placed GROUP BY check_name HAVING sum(n) > 0
UNION ALL
SELECT hit.check_name, n::bigint, ARRAY[to_char(newest::timestamp, 'YYYY-MM-DD')]
FROM total, LATERAL (VALUES ('source', true), ('stale_source', newest < $1 - $3), ('empty_source', n = 0)) AS hit (check_name, is_hit) WHERE is_hit$query$, source, flags, format('(%s), (%s)', rows, copies), bits, extension, CASE WHEN mapping ->> 'row_id' IS NULL THEN '' ELSE ', (row_id)' END);
END
$$;
COMMENT ON FUNCTION quality_query(regclass, jsonb, text) IS
'the query that data_quality runs over its source, in one pass, for who wants to read it or EXPLAIN it; $1 is as_of, $2 earliest, $3 stale';

CREATE FUNCTION quality_counts(orders regclass, mapping jsonb, as_of date, stale interval, earliest date, tz text)
RETURNS TABLE (check_name text, rows bigint, sample text[])
LANGUAGE plpgsql STABLE ROWS 24
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    query text;
    wrong text;
BEGIN
    wrong := CASE WHEN NOT isfinite(as_of) THEN format('as_of must be a day: %s', as_of)
                  WHEN earliest IS NULL THEN 'earliest must not be NULL'
                  WHEN stale < '0'::interval OR stale > '10000 years'::interval THEN format('stale must be between nothing and 10,000 years: %s', stale)
                  WHEN NOT EXISTS (SELECT FROM jsonb_each_text(mapping) WHERE value IS NOT NULL) THEN 'no column is named, as in customer => ''customer_id''' END;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = wrong;
    END IF;
    EXECUTE format('SELECT %s.quality_query($1, $2, $3)', extension) INTO query USING orders, mapping, tz;
    RETURN QUERY EXECUTE query USING coalesce(as_of, (now() AT TIME ZONE coalesce(tz, 'UTC'))::date), earliest, stale;
END
$$;
COMMENT ON FUNCTION quality_counts(regclass, jsonb, date, interval, date, text) IS
'what data_quality finds: rows and samples of each check that finds something, and of source, which is all rows and the newest day';

CREATE FUNCTION data_quality(orders regclass, customer text DEFAULT NULL, ordered_at text DEFAULT NULL, amount text DEFAULT NULL, order_id text DEFAULT NULL, status text DEFAULT NULL,
                             currency text DEFAULT NULL, product text DEFAULT NULL, row_id text DEFAULT NULL,
                             as_of date DEFAULT NULL, stale interval DEFAULT '7 days', earliest date DEFAULT '1990-01-01', tz text DEFAULT NULL)
RETURNS TABLE (check_name text, severity text, rows bigint, share_pct numeric, sample text[], about text)
LANGUAGE sql STABLE ROWS 24
BEGIN ATOMIC
    WITH mapping (columns) AS (SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('customer'::text, customer, 'ordered_at'::text, ordered_at, 'amount'::text, amount, 'order_id'::text, order_id,
                                                                          'status'::text, status, 'currency'::text, currency, 'product'::text, product, 'row_id'::text, row_id))),
    counts AS MATERIALIZED (SELECT c.check_name, c.rows, c.sample FROM mapping, quality_counts(orders, mapping.columns, as_of, stale, earliest, tz) AS c),
    checks AS (
        SELECT c.place, c.check_name, c.severity, c.about,
               (SELECT pg_catalog.string_agg(need, ', '::text) FROM pg_catalog.unnest(c.needs) AS need WHERE NOT CASE WHEN need = 'stale'::text THEN stale IS NOT NULL ELSE pg_catalog.jsonb_exists(mapping.columns, need) END) AS missing
        FROM quality_checks() AS c, mapping)
    SELECT c.check_name,
           CASE WHEN c.missing IS NOT NULL OR without_day THEN 'skipped'::text WHEN found.check_name IS NULL THEN 'ok'::text ELSE c.severity END,
           CASE WHEN c.missing IS NULL AND NOT without_day THEN coalesce(found.rows, 0::bigint) END,
           CASE WHEN c.missing IS NULL AND NOT without_day THEN 100::numeric * coalesce(found.rows, 0::bigint)::numeric / NULLIF(source.rows, 0::bigint)::numeric END,
           found.sample,
           CASE WHEN c.missing IS NOT NULL THEN 'not checked, because the mapping lacks '::text || c.missing WHEN without_day THEN 'not checked, because no row has a day from earliest to as_of'::text ELSE c.about END
    FROM checks AS c CROSS JOIN LATERAL (SELECT s.rows, s.sample FROM counts AS s WHERE s.check_name = 'source'::text) AS source
        LEFT JOIN counts AS found ON found.check_name = c.check_name
        CROSS JOIN LATERAL (SELECT c.check_name = 'stale_source'::text AND source.sample[1] IS NULL) AS fresh (without_day)
    ORDER BY c.place;
END;
COMMENT ON FUNCTION data_quality(regclass, text, text, text, text, text, text, text, text, date, interval, date, text) IS
'is a table of orders fit to be measured? a row for each check of quality_checks(): severity (ok, info, warning, error, or skipped where the mapping lacks a column), rows that are concerned and their share in percent, up to five sample keys, meaning; arguments name columns; as_of is today in tz (UTC), older than stale is stale, before earliest is absurd; how to stop a job on errors? assert_quality';

CREATE FUNCTION quality_failure(orders regclass, at_least text, failures text[])
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF at_least NOT IN ('info', 'warning', 'error') IS NOT FALSE THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('at_least must be info, warning or error: %s', coalesce(quote_literal(at_least), 'NULL'));
    END IF;
    IF cardinality(failures) > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'data_exception', MESSAGE = format('%s fails %s of data quality', coalesce(orders::text, 'the table'), CASE cardinality(failures) WHEN 1 THEN '1 check' ELSE format('%s checks', cardinality(failures)) END),
            DETAIL = array_to_string(failures, E'\n'), HINT = 'data_quality, with the same arguments, shows all checks and what they mean.';
    END IF;
END
$$;
COMMENT ON FUNCTION quality_failure(regclass, text, text[]) IS
'the error 22000 of assert_quality, with a line of detail for each failure; nothing where there are none; error 22023 where at_least is not info, warning or error';

CREATE FUNCTION assert_quality(orders regclass, customer text DEFAULT NULL, ordered_at text DEFAULT NULL, amount text DEFAULT NULL, order_id text DEFAULT NULL, status text DEFAULT NULL,
                               currency text DEFAULT NULL, product text DEFAULT NULL, row_id text DEFAULT NULL,
                               as_of date DEFAULT NULL, stale interval DEFAULT '7 days', earliest date DEFAULT '1990-01-01', tz text DEFAULT NULL, at_least text DEFAULT 'error')
RETURNS void
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT quality_failure(orders, at_least, pg_catalog.array_agg(failed.line ORDER BY failed.place))
    FROM (SELECT pg_catalog.format('%s: %s, %s%s%s'::text, VARIADIC ARRAY[q.severity, q.check_name, q.rows::text || CASE WHEN q.rows = 1::bigint THEN ' row'::text ELSE ' rows'::text END,
                        coalesce(' ('::text || pg_catalog.round(q.share_pct, 2)::text || ' %)'::text, ''::text),
                        coalesce(', such as '::text || NULLIF(pg_catalog.array_to_string(q.sample, ', '::text), ''::text), ''::text)]) AS line, q.place
          FROM data_quality(orders, customer, ordered_at, amount, order_id, status, currency, product, row_id, as_of, stale, earliest, tz)
               WITH ORDINALITY AS q (check_name, severity, rows, share_pct, sample, about, place)
          WHERE pg_catalog.array_position(ARRAY['info'::text, 'warning'::text, 'error'::text], q.severity) >= pg_catalog.array_position(ARRAY['info'::text, 'warning'::text, 'error'::text], at_least)) AS failed;
END;
COMMENT ON FUNCTION assert_quality(regclass, text, text, text, text, text, text, text, text, date, interval, date, text, text) IS
'nothing where no check of data_quality, which has the same arguments, is at_least as severe (info, warning, error); otherwise error 22000, with the failing checks in its detail; for cron and CI';

-- ---------- mrr ----------

-- Subscriptions: monthly recurring revenue and how it moves.

CREATE FUNCTION monthly_amount(amount smallint, every interval) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_monthly_amount_smallint';
COMMENT ON FUNCTION monthly_amount(amount smallint, every interval) IS
'what a subscription that bills amount every so often is worth a month: amount / months, weeks x 52 / 12, other days x 365 / 12, rounded half away from zero to 8 decimal places; error 22023 unless every is positive, months or days';

CREATE FUNCTION revenue_state_add(revenue_state, amount smallint, every interval) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_smallint';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount smallint, every interval) IS
'the state with one more subscription, by its monthly amount';

CREATE FUNCTION revenue_state_add(revenue_state, amount smallint, every interval, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_currency_smallint';
COMMENT ON FUNCTION revenue_state_add(revenue_state, smallint, interval, text) IS 'the state with one more subscription, by its monthly amount; error 22023 on a second currency';

CREATE FUNCTION monthly_amount(amount integer, every interval) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_monthly_amount_integer';
COMMENT ON FUNCTION monthly_amount(amount integer, every interval) IS
'what a subscription that bills amount every so often is worth a month: amount / months, weeks x 52 / 12, other days x 365 / 12, rounded half away from zero to 8 decimal places; error 22023 unless every is positive, months or days';

CREATE FUNCTION revenue_state_add(revenue_state, amount integer, every interval) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_integer';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount integer, every interval) IS
'the state with one more subscription, by its monthly amount';

CREATE FUNCTION revenue_state_add(revenue_state, amount integer, every interval, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_currency_integer';
COMMENT ON FUNCTION revenue_state_add(revenue_state, integer, interval, text) IS 'the state with one more subscription, by its monthly amount; error 22023 on a second currency';

CREATE FUNCTION monthly_amount(amount bigint, every interval) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_monthly_amount_bigint';
COMMENT ON FUNCTION monthly_amount(amount bigint, every interval) IS
'what a subscription that bills amount every so often is worth a month: amount / months, weeks x 52 / 12, other days x 365 / 12, rounded half away from zero to 8 decimal places; error 22023 unless every is positive, months or days';

CREATE FUNCTION revenue_state_add(revenue_state, amount bigint, every interval) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_bigint';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount bigint, every interval) IS
'the state with one more subscription, by its monthly amount';

CREATE FUNCTION revenue_state_add(revenue_state, amount bigint, every interval, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_currency_bigint';
COMMENT ON FUNCTION revenue_state_add(revenue_state, bigint, interval, text) IS 'the state with one more subscription, by its monthly amount; error 22023 on a second currency';

CREATE FUNCTION monthly_amount(amount numeric, every interval) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_monthly_amount_numeric';
COMMENT ON FUNCTION monthly_amount(amount numeric, every interval) IS
'what a subscription that bills amount every so often is worth a month: amount / months, weeks x 52 / 12, other days x 365 / 12, rounded half away from zero to 8 decimal places; error 22023 unless every is positive, months or days';

CREATE FUNCTION revenue_state_add(revenue_state, amount numeric, every interval) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_numeric';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount numeric, every interval) IS
'the state with one more subscription, by its monthly amount';

CREATE FUNCTION revenue_state_add(revenue_state, amount numeric, every interval, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_currency_numeric';
COMMENT ON FUNCTION revenue_state_add(revenue_state, numeric, interval, text) IS 'the state with one more subscription, by its monthly amount; error 22023 on a second currency';

CREATE FUNCTION monthly_amount(amount real, every interval) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_monthly_amount_real';
COMMENT ON FUNCTION monthly_amount(amount real, every interval) IS
'what a subscription that bills amount every so often is worth a month: amount / months, weeks x 52 / 12, other days x 365 / 12, rounded half away from zero to 8 decimal places; error 22023 unless every is positive, months or days';

CREATE FUNCTION revenue_state_add(revenue_state, amount real, every interval) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_real';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount real, every interval) IS
'the state with one more subscription, by its monthly amount';

CREATE FUNCTION revenue_state_add(revenue_state, amount real, every interval, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_currency_real';
COMMENT ON FUNCTION revenue_state_add(revenue_state, real, interval, text) IS 'the state with one more subscription, by its monthly amount; error 22023 on a second currency';

CREATE FUNCTION monthly_amount(amount double precision, every interval) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_monthly_amount_double';
COMMENT ON FUNCTION monthly_amount(amount double precision, every interval) IS
'what a subscription that bills amount every so often is worth a month: amount / months, weeks x 52 / 12, other days x 365 / 12, rounded half away from zero to 8 decimal places; error 22023 unless every is positive, months or days';

CREATE FUNCTION revenue_state_add(revenue_state, amount double precision, every interval) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_double';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount double precision, every interval) IS
'the state with one more subscription, by its monthly amount';

CREATE FUNCTION revenue_state_add(revenue_state, amount double precision, every interval, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_currency_double';
COMMENT ON FUNCTION revenue_state_add(revenue_state, double precision, interval, text) IS 'the state with one more subscription, by its monthly amount; error 22023 on a second currency';

CREATE FUNCTION annual_revenue(state revenue_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_annual_revenue';
COMMENT ON FUNCTION annual_revenue(state revenue_state) IS
'12 times the sum of a state of monthly amounts';

CREATE FUNCTION annual_revenue_double(state revenue_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_annual_revenue_double';
COMMENT ON FUNCTION annual_revenue_double(state revenue_state) IS
'12 times the sum of a state of monthly amounts';

CREATE AGGREGATE mrr(amount smallint, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount smallint, every interval) IS
'monthly recurring revenue of subscriptions that bill amount every so often: sum of monthly_amount(amount, every), exact; NULL without rows; leave out trials and one-offs: FILTER (WHERE ...); how does it move? mrr_movements';

CREATE AGGREGATE mrr(amount smallint, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount smallint, every interval, currency text) IS
'monthly recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE arr(amount smallint, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount smallint, every interval) IS
'annual recurring revenue of subscriptions that bill amount every so often: 12 x mrr(amount, every), to the last digit';

CREATE AGGREGATE arr(amount smallint, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount smallint, every interval, currency text) IS
'annual recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr(amount integer, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount integer, every interval) IS
'monthly recurring revenue of subscriptions that bill amount every so often: sum of monthly_amount(amount, every), exact; NULL without rows; leave out trials and one-offs: FILTER (WHERE ...); how does it move? mrr_movements';

CREATE AGGREGATE mrr(amount integer, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount integer, every interval, currency text) IS
'monthly recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE arr(amount integer, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount integer, every interval) IS
'annual recurring revenue of subscriptions that bill amount every so often: 12 x mrr(amount, every), to the last digit';

CREATE AGGREGATE arr(amount integer, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount integer, every interval, currency text) IS
'annual recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr(amount bigint, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount bigint, every interval) IS
'monthly recurring revenue of subscriptions that bill amount every so often: sum of monthly_amount(amount, every), exact; NULL without rows; leave out trials and one-offs: FILTER (WHERE ...); how does it move? mrr_movements';

CREATE AGGREGATE mrr(amount bigint, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount bigint, every interval, currency text) IS
'monthly recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE arr(amount bigint, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount bigint, every interval) IS
'annual recurring revenue of subscriptions that bill amount every so often: 12 x mrr(amount, every), to the last digit';

CREATE AGGREGATE arr(amount bigint, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount bigint, every interval, currency text) IS
'annual recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr(amount numeric, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount numeric, every interval) IS
'monthly recurring revenue of subscriptions that bill amount every so often: sum of monthly_amount(amount, every), exact; NULL without rows; leave out trials and one-offs: FILTER (WHERE ...); how does it move? mrr_movements';

CREATE AGGREGATE mrr(amount numeric, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount numeric, every interval, currency text) IS
'monthly recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE arr(amount numeric, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount numeric, every interval) IS
'annual recurring revenue of subscriptions that bill amount every so often: 12 x mrr(amount, every), to the last digit';

CREATE AGGREGATE arr(amount numeric, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount numeric, every interval, currency text) IS
'annual recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr(amount real, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount real, every interval) IS
'monthly recurring revenue of subscriptions that bill amount every so often: sum of monthly_amount(amount, every), exact; NULL without rows; leave out trials and one-offs: FILTER (WHERE ...); how does it move? mrr_movements';

CREATE AGGREGATE mrr(amount real, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount real, every interval, currency text) IS
'monthly recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE arr(amount real, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount real, every interval) IS
'annual recurring revenue of subscriptions that bill amount every so often: 12 x mrr(amount, every), to the last digit';

CREATE AGGREGATE arr(amount real, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount real, every interval, currency text) IS
'annual recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr(amount double precision, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount double precision, every interval) IS
'monthly recurring revenue of subscriptions that bill amount every so often: sum of monthly_amount(amount, every), exact; NULL without rows; leave out trials and one-offs: FILTER (WHERE ...); how does it move? mrr_movements';

CREATE AGGREGATE mrr(amount double precision, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount double precision, every interval, currency text) IS
'monthly recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE arr(amount double precision, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount double precision, every interval) IS
'annual recurring revenue of subscriptions that bill amount every so often: 12 x mrr(amount, every), to the last digit';

CREATE AGGREGATE arr(amount double precision, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount double precision, every interval, currency text) IS
'annual recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';


CREATE TYPE mrr_ledger;

CREATE FUNCTION mrr_ledger_in(cstring) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_ledger_in';
COMMENT ON FUNCTION mrr_ledger_in(cstring) IS
'reads the text form of mrr_ledger; the word empty stands for a state of no rows';

CREATE FUNCTION mrr_ledger_out(mrr_ledger) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_ledger_out';
COMMENT ON FUNCTION mrr_ledger_out(mrr_ledger) IS
'writes the text form of mrr_ledger, lossless';

CREATE FUNCTION mrr_ledger_recv(internal) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_ledger_recv';
COMMENT ON FUNCTION mrr_ledger_recv(internal) IS
'reads the binary form of mrr_ledger';

CREATE FUNCTION mrr_ledger_send(mrr_ledger) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_ledger_send';
COMMENT ON FUNCTION mrr_ledger_send(mrr_ledger) IS
'writes the binary form of mrr_ledger, lossless';

CREATE TYPE mrr_ledger (
    INPUT = mrr_ledger_in, OUTPUT = mrr_ledger_out, RECEIVE = mrr_ledger_recv, SEND = mrr_ledger_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE mrr_ledger IS 'per customer the days on which monthly recurring revenue begins and ends, exact and compressed; made by mrr_agg; store it, merge it with || or rollup, read it with the functions that take a mrr_ledger';

CREATE FUNCTION mrr_ledger_merge(mrr_ledger, mrr_ledger) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_ledger_merge';
COMMENT ON FUNCTION mrr_ledger_merge(mrr_ledger, mrr_ledger) IS
'the mrr_ledger of the rows of both; || calls it';

CREATE FUNCTION mrr_ledger_finish(mrr_ledger) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_ledger_finish';
COMMENT ON FUNCTION mrr_ledger_finish(mrr_ledger) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = mrr_ledger, RIGHTARG = mrr_ledger, FUNCTION = mrr_ledger_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (mrr_ledger, mrr_ledger) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state mrr_ledger) (
    SFUNC = mrr_ledger_merge, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(mrr_ledger) IS 'merges stored states into one, as if their rows had been aggregated together';

ALTER TYPE mrr_ledger SET (STORAGE = external);

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer bigint, period daterange, amount numeric, every interval) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_bigint';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, customer bigint, period daterange, amount numeric, every interval) IS
'the ledger with one more subscription';

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer bigint, period tstzrange, amount numeric, every interval, tz text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_instants_bigint';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, customer bigint, period tstzrange, amount numeric, every interval, tz text) IS
'the ledger with one more subscription';

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer bigint, period daterange, amount numeric, every interval, currency text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_currency_bigint';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, bigint, daterange, numeric, interval, text) IS 'the ledger with one more subscription; error 22023 on a second currency';
CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer bigint, period tstzrange, amount numeric, every interval, tz text, currency text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_instants_currency_bigint';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, bigint, tstzrange, numeric, interval, text, text) IS 'the ledger with one more subscription; error 22023 on a second currency';

CREATE AGGREGATE mrr_agg(customer bigint, period daterange, amount numeric, every interval) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer bigint, period daterange, amount numeric, every interval) IS
'the recurring revenue of all customers in one value: subscriptions over days [start, end), or without end, that bill amount every so often; leave out trials and one-offs: FILTER (WHERE ...); what then? mrr_movements, mrr_cohorts';

CREATE AGGREGATE mrr_agg(customer bigint, period daterange, amount numeric, every interval, currency text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer bigint, period daterange, amount numeric, every interval, currency text) IS
'the recurring revenue of all customers in one value, with a check that all is of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr_agg(customer bigint, period tstzrange, amount numeric, every interval, tz text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer bigint, period tstzrange, amount numeric, every interval, tz text) IS
'the recurring revenue of all customers in one value, from instants: each bound counts on its day in the time zone tz, for example Europe/Berlin';

CREATE AGGREGATE mrr_agg(customer bigint, period tstzrange, amount numeric, every interval, tz text, currency text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer bigint, period tstzrange, amount numeric, every interval, tz text, currency text) IS
'the recurring revenue of all customers in one value, from instants in the time zone tz, with a check that all is of one currency (error 22023 otherwise)';

CREATE FUNCTION mrr_changes(ledger mrr_ledger, key bigint, "from" date, "to" date)
RETURNS TABLE (customer bigint, movement text, start_mrr numeric, change numeric, end_mrr numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_changes_bigint';
COMMENT ON FUNCTION mrr_changes(ledger mrr_ledger, key bigint, "from" date, "to" date) IS
'whose recurring revenue differs between the start of day from and the start of day to, in the order of keys: movement is new, reactivation, expansion, contraction or churn, change = end_mrr - start_mrr; key is NULL::bigint, its type names that of the customers; the sums are a row of mrr_movements';

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer uuid, period daterange, amount numeric, every interval) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_uuid';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, customer uuid, period daterange, amount numeric, every interval) IS
'the ledger with one more subscription';

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer uuid, period tstzrange, amount numeric, every interval, tz text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_instants_uuid';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, customer uuid, period tstzrange, amount numeric, every interval, tz text) IS
'the ledger with one more subscription';

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer uuid, period daterange, amount numeric, every interval, currency text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_currency_uuid';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, uuid, daterange, numeric, interval, text) IS 'the ledger with one more subscription; error 22023 on a second currency';
CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer uuid, period tstzrange, amount numeric, every interval, tz text, currency text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_instants_currency_uuid';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, uuid, tstzrange, numeric, interval, text, text) IS 'the ledger with one more subscription; error 22023 on a second currency';

CREATE AGGREGATE mrr_agg(customer uuid, period daterange, amount numeric, every interval) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer uuid, period daterange, amount numeric, every interval) IS
'the recurring revenue of all customers in one value: subscriptions over days [start, end), or without end, that bill amount every so often; leave out trials and one-offs: FILTER (WHERE ...); what then? mrr_movements, mrr_cohorts';

CREATE AGGREGATE mrr_agg(customer uuid, period daterange, amount numeric, every interval, currency text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer uuid, period daterange, amount numeric, every interval, currency text) IS
'the recurring revenue of all customers in one value, with a check that all is of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr_agg(customer uuid, period tstzrange, amount numeric, every interval, tz text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer uuid, period tstzrange, amount numeric, every interval, tz text) IS
'the recurring revenue of all customers in one value, from instants: each bound counts on its day in the time zone tz, for example Europe/Berlin';

CREATE AGGREGATE mrr_agg(customer uuid, period tstzrange, amount numeric, every interval, tz text, currency text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer uuid, period tstzrange, amount numeric, every interval, tz text, currency text) IS
'the recurring revenue of all customers in one value, from instants in the time zone tz, with a check that all is of one currency (error 22023 otherwise)';

CREATE FUNCTION mrr_changes(ledger mrr_ledger, key uuid, "from" date, "to" date)
RETURNS TABLE (customer uuid, movement text, start_mrr numeric, change numeric, end_mrr numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_changes_uuid';
COMMENT ON FUNCTION mrr_changes(ledger mrr_ledger, key uuid, "from" date, "to" date) IS
'whose recurring revenue differs between the start of day from and the start of day to, in the order of keys: movement is new, reactivation, expansion, contraction or churn, change = end_mrr - start_mrr; key is NULL::uuid, its type names that of the customers; the sums are a row of mrr_movements';

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer text, period daterange, amount numeric, every interval) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_text';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, customer text, period daterange, amount numeric, every interval) IS
'the ledger with one more subscription';

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer text, period tstzrange, amount numeric, every interval, tz text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_instants_text';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, customer text, period tstzrange, amount numeric, every interval, tz text) IS
'the ledger with one more subscription';

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer text, period daterange, amount numeric, every interval, currency text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_currency_text';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, text, daterange, numeric, interval, text) IS 'the ledger with one more subscription; error 22023 on a second currency';
CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer text, period tstzrange, amount numeric, every interval, tz text, currency text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_instants_currency_text';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, text, tstzrange, numeric, interval, text, text) IS 'the ledger with one more subscription; error 22023 on a second currency';

CREATE AGGREGATE mrr_agg(customer text, period daterange, amount numeric, every interval) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer text, period daterange, amount numeric, every interval) IS
'the recurring revenue of all customers in one value: subscriptions over days [start, end), or without end, that bill amount every so often; leave out trials and one-offs: FILTER (WHERE ...); what then? mrr_movements, mrr_cohorts';

CREATE AGGREGATE mrr_agg(customer text, period daterange, amount numeric, every interval, currency text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer text, period daterange, amount numeric, every interval, currency text) IS
'the recurring revenue of all customers in one value, with a check that all is of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr_agg(customer text, period tstzrange, amount numeric, every interval, tz text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer text, period tstzrange, amount numeric, every interval, tz text) IS
'the recurring revenue of all customers in one value, from instants: each bound counts on its day in the time zone tz, for example Europe/Berlin';

CREATE AGGREGATE mrr_agg(customer text, period tstzrange, amount numeric, every interval, tz text, currency text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer text, period tstzrange, amount numeric, every interval, tz text, currency text) IS
'the recurring revenue of all customers in one value, from instants in the time zone tz, with a check that all is of one currency (error 22023 otherwise)';

CREATE FUNCTION mrr_changes(ledger mrr_ledger, key text, "from" date, "to" date)
RETURNS TABLE (customer text, movement text, start_mrr numeric, change numeric, end_mrr numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_changes_text';
COMMENT ON FUNCTION mrr_changes(ledger mrr_ledger, key text, "from" date, "to" date) IS
'whose recurring revenue differs between the start of day from and the start of day to, in the order of keys: movement is new, reactivation, expansion, contraction or churn, change = end_mrr - start_mrr; key is NULL::text, its type names that of the customers; the sums are a row of mrr_movements';


CREATE FUNCTION customers_count(ledger mrr_ledger) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customers_count';
COMMENT ON FUNCTION customers_count(ledger mrr_ledger) IS
'number of customers who ever had recurring revenue';

CREATE FUNCTION rows_count(ledger mrr_ledger) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_rows_count';
COMMENT ON FUNCTION rows_count(ledger mrr_ledger) IS
'number of rows: two a subscription, one where it has no end';

CREATE FUNCTION first_day(ledger mrr_ledger) RETURNS date
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_first_day';
COMMENT ON FUNCTION first_day(ledger mrr_ledger) IS
'first day with recurring revenue; NULL without rows';

CREATE FUNCTION last_day(ledger mrr_ledger) RETURNS date
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_last_day';
COMMENT ON FUNCTION last_day(ledger mrr_ledger) IS
'last day on which a subscription begins or ends; NULL without rows';

CREATE FUNCTION mrr(ledger mrr_ledger, as_of date) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_as_of';
COMMENT ON FUNCTION mrr(ledger mrr_ledger, as_of date) IS
'monthly recurring revenue at the end of a day; does it cover the costs? coverage_ratio';

CREATE FUNCTION arr(ledger mrr_ledger, as_of date) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_arr_as_of';
COMMENT ON FUNCTION arr(ledger mrr_ledger, as_of date) IS
'annual recurring revenue at the end of a day: 12 x mrr(ledger, as_of), to the last digit';

CREATE FUNCTION paying_customers(ledger mrr_ledger, as_of date) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_paying_customers';
COMMENT ON FUNCTION paying_customers(ledger mrr_ledger, as_of date) IS
'customers with recurring revenue at the end of a day';


-- Reports.

CREATE FUNCTION mrr_movements(ledger mrr_ledger, step interval DEFAULT '1 month', "from" date DEFAULT NULL, "to" date DEFAULT NULL)
RETURNS TABLE (period date, start_mrr numeric, new_mrr numeric, reactivation numeric, expansion numeric, contraction numeric, churn numeric, end_mrr numeric, start_customers bigint, new_customers bigint, reactivated_customers bigint, churned_customers bigint, end_customers bigint, gross_churn_pct numeric, net_churn_pct numeric, grr_pct numeric, nrr_pct numeric, quick_ratio numeric, growth_existing_pct numeric, arpa numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_movements';
COMMENT ON FUNCTION mrr_movements(ledger mrr_ledger, step interval, "from" date, "to" date) IS
'how recurring revenue moved, by customer, a row a period; start_mrr + new_mrr + reactivation + expansion + contraction + churn = end_mrr (losses are negative); in percent of start_mrr: gross_churn_pct = churn + contraction, net_churn_pct = that less expansion and reactivation, grr_pct = 100 - gross_churn_pct, nrr_pct = grr_pct + expansion (of customers paying at the start only; with reactivation: 100 - net_churn_pct), growth_existing_pct = all but new_mrr; quick_ratio = gains / losses; arpa = end_mrr / end_customers; over shards of customers money and counts add up; who was it? mrr_changes';

CREATE FUNCTION customer_churn(ledger mrr_ledger, step interval DEFAULT '1 month', "from" date DEFAULT NULL, "to" date DEFAULT NULL)
RETURNS TABLE (period date, at_start bigint, new bigint, reactivated bigint, churned bigint, at_end bigint, churn_pct numeric, churn_lower_pct numeric, churn_upper_pct numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_customer_churn';
COMMENT ON FUNCTION customer_churn(ledger mrr_ledger, step interval, "from" date, "to" date) IS
'how many paying customers were won and lost, a row a period: at_start + new + reactivated - churned = at_end; churn_pct = 100 churned / at_start with its 95 % interval; who were they? mrr_changes';

CREATE FUNCTION mrr_cohorts(ledger mrr_ledger, step interval DEFAULT '1 month', as_of date DEFAULT NULL)
RETURNS TABLE (cohort date, cohort_size bigint, period integer, customers bigint, customer_retention_pct numeric, mrr numeric, net_retention_pct numeric, retained_mrr numeric, gross_retention_pct numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_cohorts';
COMMENT ON FUNCTION mrr_cohorts(ledger mrr_ledger, step interval, as_of date) IS
'what became of the customers who first paid in a period (the cohort), at the end of period 0, 1, 2, ... behind it: who pays, in percent of cohort_size; what they pay, and of it what does not exceed what each paid at the end of period 0, in percent of that; NULL where the period has not ended at as_of (the last day, if NULL)';

CREATE FUNCTION renewals(ledger mrr_ledger, step interval DEFAULT '1 month', as_of date DEFAULT NULL)
RETURNS TABLE (period bigint, lost bigint, survived bigint)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_renewals';
COMMENT ON FUNCTION renewals(ledger mrr_ledger, step interval, as_of date) IS
'first contracts by how many steps they lasted, what sbg_fit(period, lost, survived) takes: lost ended in that step, survived were still going on at as_of (the last day, if NULL) after that many; each customer is in one row; who has not come to the first renewal is in none';


CREATE FUNCTION ltv(ledger mrr_ledger, "from" date DEFAULT NULL, "to" date DEFAULT NULL) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT ltv_from_churn(sum(end_mrr) / NULLIF(sum(end_customers), 0::numeric), 100::numeric * sum(churned_customers) / NULLIF(sum(start_customers), 0::numeric))
        FROM mrr_movements(ledger, '1 month'::interval, "from", "to"));
COMMENT ON FUNCTION ltv(mrr_ledger, date, date) IS
'lifetime value of a subscriber, ARPA / churn over the months of [from, to), all if NULL: (end_mrr / end_customers) / (churned_customers / start_customers), each the sum over the months; NULL where nobody churned; against cost? ltv_cac';

-- ---------- mart_views ----------

-- What a mart holds: its views, what each needs of the mapping, how it is worked out, and what each column means. create_mart, refresh_mart,
-- describe_mart and the comments of the views all read these two lists, so that they cannot contradict each other. In the
-- queries {mart} stands for the schema of the mart, {extension} for that of the extension, {step} and the like for settings.

-- Rows of stored views are filled from one row "base": ledger holds who ordered when first and all rows since well before the day "since", from which on
-- periods are filled; as_of is the last day that counts. When periods begin, the ledger does not say: the first rows may be of guests.
CREATE FUNCTION mart_views()
RETURNS TABLE (place integer, view_name text, needs text[], is_stored boolean, query text, about text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
    SELECT v.place, v.view_name, v.needs, v.is_stored, v.query, v.about FROM (VALUES
        (1, 'customers'::text, '{}'::text[], false, NULL::text, 'one row a customer: what each bought, scores, segment, value and forecast; worked out when it is read'::text),
        (2, 'growth', '{}', true,
            'SELECT period, at_start, new, reactivated, churned, at_end, churn_pct, churn_lower_pct, churn_upper_pct, 100 - churn_pct, (period + {step})::date <= as_of + 1
             FROM base CROSS JOIN LATERAL {extension}.customer_growth(ledger, {step}, since, as_of + 1, {lapse})',
            'how the customer base grew, a row a period; at_start + new_customers + reactivated_customers - churned_customers = at_end'),
        (3, 'revenue', '{}', false,
            'SELECT r.period, r.category, r.sales, r.refund_rows, r.gross_revenue, r.refunds, r.gross_revenue + r.refunds, 100 * -r.refunds / nullif(r.gross_revenue, 0),
                    (r.gross_revenue + r.refunds) / nullif(r.sales, 0), p.gross_revenue + p.refunds,
                    CASE WHEN r.is_complete THEN 100 * (r.gross_revenue + r.refunds - p.gross_revenue - p.refunds) / nullif(p.gross_revenue + p.refunds, 0) END, r.is_complete
             FROM {periods} AS r LEFT JOIN {periods} AS p ON p.period = (r.period - {step})::date AND p.category = r.category',
            'revenue by period and category; money adds up over both, of rows with a customer and without'),
        (4, 'cohorts', '{}', true,
            'SELECT r.cohort, r.period, p.day, r.cohort_size, CASE WHEN p.is_complete THEN r.active END, CASE WHEN p.is_complete THEN r.retention_pct END, p.is_complete
             FROM base CROSS JOIN LATERAL {extension}.cohort_retention(ledger, {step}, ''on''::text, {period_end}) AS r CROSS JOIN LATERAL {cell} WHERE p.day BETWEEN since AND as_of',
            'customers by the period of their first order (cohort): how many ordered in each period behind it'),
        (5, 'revenue_cohorts', '{}', true,
            'SELECT r.cohort, r.period, p.day, r.cohort_size, CASE WHEN p.is_complete THEN r.revenue END, CASE WHEN p.is_complete THEN c.revenue END, CASE WHEN p.is_complete THEN c.revenue / r.cohort_size END, p.is_complete
             FROM (SELECT r.*, since, as_of, sum(r.revenue) FILTER (WHERE (r.cohort + r.period * {step})::date >= since) OVER (PARTITION BY r.cohort ORDER BY r.period) AS gained
                   FROM base CROSS JOIN LATERAL {extension}.revenue_cohorts(ledger, {step}, {period_end}) AS r) AS r
                  CROSS JOIN LATERAL {cell}
                  LEFT JOIN {mart}.stored_revenue_cohorts AS before ON before.cohort = r.cohort AND before.period = (since - {step})::date
                  CROSS JOIN LATERAL (SELECT coalesce(before.cumulative_revenue, 0) + r.gained) AS c (revenue)
             WHERE p.day BETWEEN since AND as_of',
            'what the customers of each cohort spent, by period and up to it: the curve of lifetime value'),
        (6, 'lifecycle', '{}', true,
            'SELECT period, "new", "returning", resurrecting, dormant, "new" + "returning" + resurrecting, (period + {step})::date <= as_of + 1
             FROM base CROSS JOIN LATERAL {extension}.lifecycle(ledger, {step}, since, as_of + 1)',
            'customers of each period against the previous one'),
        (7, 'active', '{}', true, 'SELECT day, dau, mau, stickiness_pct FROM base CROSS JOIN LATERAL {extension}.rolling_active(ledger, 30, greatest(since, {extension}.first_day(ledger)), as_of + 1)', 'daily and monthly active customers, a row a day'),
        (8, 'golden_trend', '{}', true,
            'SELECT period, customers, golden_customers, golden_share_pct, share_change_pp, entered, left_, (period + {step})::date <= as_of + 1
             FROM base CROSS JOIN LATERAL {extension}.golden_trend(ledger, {step}, {golden_threshold}, CASE WHEN (SELECT min(month) FROM {mart}.stored_ledgers WHERE is_published) < since THEN (since - {step})::date ELSE since END, as_of + 1)
             WHERE period >= since',
            'golden customers, who bring the first part of the revenue of a period (80 % if not set otherwise), a row a period'),
        (9, 'segment_migration', '{}', true, NULL, 'how many customers moved from one RFM segment to another over the last complete period'),
        (10, 'sales_kinds', '{product,price}', false,
            'SELECT period, kind, orders, revenue, sum(revenue) OVER period_rows, 100 * revenue / nullif(sum(revenue) OVER period_rows, 0), avg_check, (period + {step})::date <= as_of + 1
             FROM {mart}.stored_kinds, {mart}.stored_state WHERE kind <> ''upsell_before'' WINDOW period_rows AS (PARTITION BY period)',
            'revenue by period and kind of sale: front end, repeat, upsell, add-on, cross-sell; rows with customer and product'),
        (11, 'mrr', '{subscriptions}', true, NULL, 'how monthly recurring revenue moved, a row a period; start_mrr and the movements add up to end_mrr, but for the rounding of each'),
        (12, 'nps', '{survey}', true, NULL, 'net promoter score, a row a period'),
        (13, 'unit_economics', '{costs}', false,
            'SELECT period, c.acquisition_cost, l.new_customers, c.acquisition_cost / nullif(l.new_customers, 0) AS cac, c.retention_cost, g.at_start,
                    c.retention_cost / nullif(g.at_start, 0), r.revenue, l.active_customers, r.revenue / nullif(l.active_customers, 0) AS revenue_per_customer, g.churn_pct,
                    value.ltv, value.ltv / nullif(c.acquisition_cost / nullif(l.new_customers, 0), 0),
                    100 * (value.ltv / nullif(c.acquisition_cost / nullif(l.new_customers, 0), 0) - 1), c.fixed_costs, {recurring_revenue}, 100 * {recurring_revenue} / nullif(c.fixed_costs, 0), coalesce((period + {step})::date <= (SELECT as_of FROM {mart}.stored_state) + 1, false), base.customers
             FROM (SELECT period FROM {mart}.stored_growth UNION SELECT period FROM {mart}.stored_costs) AS periods
                  LEFT JOIN {mart}.stored_growth AS g USING (period)
                  LEFT JOIN {mart}.stored_lifecycle AS l USING (period)
                  LEFT JOIN {sums} AS r USING (period)
                  LEFT JOIN (SELECT period, sum(cost) FILTER (WHERE kind = ''acquisition'') AS acquisition_cost, sum(cost) FILTER (WHERE kind = ''retention'') AS retention_cost,
                                    sum(cost) FILTER (WHERE kind = ''fixed'') AS fixed_costs FROM {mart}.stored_costs GROUP BY period) AS c USING (period)
                  {join_mrr}
                  CROSS JOIN LATERAL (SELECT (g.at_start + g.at_end) / 2.0 AS customers) AS base
                  CROSS JOIN LATERAL (SELECT {extension}.ltv_from_churn(r.revenue / nullif(base.customers, 0), g.churn_pct::numeric) AS ltv) AS value',
            'what a customer costs and is worth, a row a period; where costs lie before the first order or behind the last, there is nothing else'),
        (14, 'roi_by_method', '{costs,gain}', false,
            'SELECT period, method, sum(cost), sum(gain), 100 * (sum(gain) - sum(cost)) / nullif(sum(cost), 0), coalesce((period + {step})::date <= (SELECT as_of FROM {mart}.stored_state) + 1, false)
             FROM {mart}.stored_costs GROUP BY period, method',
            'return on what was spent, by period and method (campaign, channel, program)'),
        (15, 'client_formula', '{}', false,
            'SELECT l.period, l.active_customers, r.orders, r.orders::numeric / nullif(l.active_customers, 0), r.revenue / nullif(r.orders, 0), r.revenue,
                    {kinds}, 100 / nullif(g.churn_pct, 0), l.is_complete
             FROM {mart}.stored_lifecycle AS l LEFT JOIN {mart}.stored_growth AS g USING (period)
                  LEFT JOIN {sums} AS r USING (period)
                  {join_kinds}',
            'customers x purchase frequency x average check = revenue, and its levers by kind of sale, a row a period; rows with a customer'),
        (16, 'forecast', '{}', true, NULL, 'what is expected of the customers there are, of all together, a row a period ahead; new customers come on top'),
        (17, 'models', '{}', true, NULL, 'models of buying and dropping out, fitted to all complete periods; the smaller the AIC, the better'),
        (18, 'data_quality', '{}', true, NULL, 'what the source of orders lacks, a row a check, as of the last CALL refresh_mart with quality => true')
    ) AS v (place, view_name, needs, is_stored, query, about);
END;
COMMENT ON FUNCTION mart_views() IS
'the views of a mart: order, name, what they need of the mapping, whether their rows are stored or worked out when read, the query that works them out (NULL: one of its own), and what they answer; their columns: mart_columns()';

-- Types: money, average (two digits more than money) stand for numeric of the decimals that the mart was created with.
CREATE FUNCTION mart_columns()
RETURNS TABLE (view_name text, place integer, column_name text, type text, about text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 150
BEGIN ATOMIC
    SELECT v.view_name, pg_catalog.row_number() OVER ()::integer, v.column_name, v.type, v.about FROM (VALUES
        ('customers'::text, 'customer'::text, 'customer'::text, 'who; the key of the orders'::text),
        ('customers', 'first_order', 'date', 'day of the first order; NULL for who has refunds only'),
        ('customers', 'last_order', 'date', 'day of the last order; a refund does not move it'),
        ('customers', 'days_since_last_order', 'bigint', 'days from the last order to the last day that counts; do not sum'),
        ('customers', 'orders', 'bigint', 'number of orders (amount >= 0)'),
        ('customers', 'revenue', 'money', 'net revenue: gross_revenue + refunds'),
        ('customers', 'gross_revenue', 'money', 'orders before refunds'),
        ('customers', 'refunds', 'money', 'refunds, zero or below'),
        ('customers', 'avg_check', 'average', 'average check: revenue / orders; do not sum, do not average'),
        ('customers', 'r_score', 'bigint', 'recency score from 1 to 5 (5: ordered latest) among customers with an order; do not sum'),
        ('customers', 'f_score', 'bigint', 'frequency score from 1 to 5 (5: most orders); do not sum'),
        ('customers', 'm_score', 'bigint', 'monetary score from 1 to 5 (5: most net revenue); do not sum'),
        ('customers', 'segment', 'text', 'RFM segment of the three scores, from Champions to Hibernating'),
        ('customers', 'golden_rank', 'bigint', 'rank by net revenue, equals share a rank; NULL for revenue of 0 or less; do not sum'),
        ('customers', 'is_golden', 'boolean', 'one of those who bring the first part of the revenue (80 % if not set otherwise)'),
        ('customers', 'revenue_share_pct', 'double precision', 'percent of the positive revenue of all: 100 x revenue / sum of positive revenue'),
        ('customers', 'lifecycle_stage', 'text', 'new (first order within the lapse), active (last order within the lapse), lapsed (none within it)'),
        ('customers', 'p_alive', 'double precision', 'probability, 0 to 1, of not having dropped out; NULL without a model; do not sum'),
        ('customers', 'expected_purchases', 'double precision', 'days with a purchase to be expected over the horizon; adds up'),
        ('customers', 'clv', 'double precision', 'customer lifetime value: expected net revenue over the horizon, discounted; adds up; an estimate, no money in the books'),
        ('growth', 'period', 'date', 'first day of the period'),
        ('growth', 'at_start', 'bigint', 'customers active when the period begins: with an order within the lapse before; do not sum over periods'),
        ('growth', 'new_customers', 'bigint', 'active at the end, whose first order ever is in the period'),
        ('growth', 'reactivated_customers', 'bigint', 'active at the end and not at the start, who had ordered before'),
        ('growth', 'churned_customers', 'bigint', 'active at the start and not at the end'),
        ('growth', 'at_end', 'bigint', 'customers active when the period ends; do not sum over periods'),
        ('growth', 'churn_pct', 'double precision', 'percent: 100 x churned_customers / at_start; do not sum, do not average'),
        ('growth', 'churn_lower_pct', 'double precision', 'percent: lower bound of churn_pct with 95 % confidence'),
        ('growth', 'churn_upper_pct', 'double precision', 'percent: upper bound of churn_pct with 95 % confidence'),
        ('growth', 'retention_pct', 'double precision', 'percent: 100 - churn_pct'),
        ('growth', 'is_complete', 'boolean', 'the period has ended at the last day that counts; the figures of others will change'),
        ('revenue', 'period', 'date', 'first day of the period'),
        ('revenue', 'category', 'text', 'category of the rows; (none) for NULL, (all) where none is mapped'),
        ('revenue', 'sales', 'bigint', 'number of sales (amount >= 0); adds up over periods; an order of two categories counts in both'),
        ('revenue', 'refund_rows', 'bigint', 'number of refunds (amount < 0), counted like sales'),
        ('revenue', 'gross_revenue', 'money', 'sales before refunds; adds up'),
        ('revenue', 'refunds', 'money', 'refunds, zero or below, in the period in which they were made; adds up'),
        ('revenue', 'net_revenue', 'money', 'gross_revenue + refunds; adds up'),
        ('revenue', 'refund_rate_pct', 'double precision', 'percent: 100 x -refunds / gross_revenue; do not sum, do not average'),
        ('revenue', 'avg_check', 'average', 'average check: net_revenue / sales; do not sum, do not average'),
        ('revenue', 'previous_net_revenue', 'money', 'net_revenue of the same category in the period before; NULL where there is none'),
        ('revenue', 'growth_pct', 'double precision', 'percent: 100 x (net_revenue - previous_net_revenue) / previous_net_revenue; NULL while the period is not complete'),
        ('revenue', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('cohorts', 'cohort', 'date', 'first day of the period of the first order'),
        ('cohorts', 'period_number', 'bigint', 'periods behind the cohort: 0 is the period of the first order'),
        ('cohorts', 'period', 'date', 'first day of the period that is looked at'),
        ('cohorts', 'cohort_size', 'bigint', 'customers of the cohort; repeats in each row of the cohort, do not sum over period_number'),
        ('cohorts', 'active_customers', 'bigint', 'customers of the cohort who ordered in the period; NULL until it has ended'),
        ('cohorts', 'retention_pct', 'double precision', 'percent: 100 x active_customers / cohort_size; NULL, never 0, until the period has ended'),
        ('cohorts', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('revenue_cohorts', 'cohort', 'date', 'first day of the period of the first order'),
        ('revenue_cohorts', 'period_number', 'bigint', 'periods behind the cohort: 0 is the period of the first order'),
        ('revenue_cohorts', 'period', 'date', 'first day of the period that is looked at'),
        ('revenue_cohorts', 'cohort_size', 'bigint', 'customers of the cohort; repeats in each row of the cohort, do not sum over period_number'),
        ('revenue_cohorts', 'revenue', 'money', 'net revenue of the cohort in the period, in the first one with refunds from before; NULL until it has ended; adds up'),
        ('revenue_cohorts', 'cumulative_revenue', 'money', 'net revenue of the cohort up to the end of the period; do not sum over period_number'),
        ('revenue_cohorts', 'cumulative_per_customer', 'average', 'cumulative_revenue / cohort_size: lifetime value so far; do not sum'),
        ('revenue_cohorts', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('lifecycle', 'period', 'date', 'first day of the period'),
        ('lifecycle', 'new_customers', 'bigint', 'whose first order ever is in the period; adds up'),
        ('lifecycle', 'returning_customers', 'bigint', 'who ordered in this and in the previous period'),
        ('lifecycle', 'resurrecting_customers', 'bigint', 'who ordered in this and earlier, but not in the previous period'),
        ('lifecycle', 'dormant_customers', 'bigint', 'who ordered in the previous period and not in this one'),
        ('lifecycle', 'active_customers', 'bigint', 'who ordered in the period: new + returning + resurrecting; do not sum over periods'),
        ('lifecycle', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('active', 'day', 'date', 'the day'),
        ('active', 'dau', 'bigint', 'customers with an order on the day; do not sum over days'),
        ('active', 'mau', 'bigint', 'customers with an order in the 30 days that end with the day; do not sum over days'),
        ('active', 'stickiness_pct', 'double precision', 'percent: 100 x dau / mau; do not sum, do not average'),
        ('golden_trend', 'period', 'date', 'first day of the period'),
        ('golden_trend', 'customers', 'bigint', 'customers with positive net revenue in the period; do not sum over periods'),
        ('golden_trend', 'golden_customers', 'bigint', 'how many of them are golden'),
        ('golden_trend', 'golden_share_pct', 'double precision', 'percent: 100 x golden_customers / customers'),
        ('golden_trend', 'share_change_pp', 'double precision', 'percentage points: golden_share_pct less that of the period before'),
        ('golden_trend', 'entered', 'bigint', 'golden in this period and not in the one before'),
        ('golden_trend', 'left_golden', 'bigint', 'golden in the period before and not in this one'),
        ('golden_trend', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('segment_migration', 'from_day', 'date', 'the day at whose end customers were in from_segment'),
        ('segment_migration', 'to_day', 'date', 'the day at whose end they were in to_segment'),
        ('segment_migration', 'from_segment', 'text', 'RFM segment before; (none) for who had not ordered yet'),
        ('segment_migration', 'to_segment', 'text', 'RFM segment after'),
        ('segment_migration', 'customers', 'bigint', 'how many; adds up'),
        ('sales_kinds', 'period', 'date', 'first day of the period'),
        ('sales_kinds', 'kind', 'text', 'front_end (first basket), repeat (same product), upsell (same group, dearer), add_on (same group), cross_sell (another group), unknown (refund of what was never bought)'),
        ('sales_kinds', 'orders', 'bigint', 'orders with something of the kind that was not all sent back; one of two kinds counts in both'),
        ('sales_kinds', 'revenue', 'money', 'net revenue of the kind; adds up'),
        ('sales_kinds', 'period_revenue', 'money', 'net revenue of all kinds in the period; repeats in each row of the period, do not sum'),
        ('sales_kinds', 'share_pct', 'double precision', 'percent: 100 x revenue / period_revenue'),
        ('sales_kinds', 'avg_check', 'average', 'what the orders hold of the kind / orders; do not sum'),
        ('sales_kinds', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('mrr', 'period', 'date', 'first day of the period'),
        ('mrr', 'start_mrr', 'money', 'monthly recurring revenue when the period begins; do not sum over periods'),
        ('mrr', 'new_mrr', 'money', 'of customers who never paid before'),
        ('mrr', 'reactivation', 'money', 'of customers who had stopped and came back'),
        ('mrr', 'expansion', 'money', 'gained from customers who were paying'),
        ('mrr', 'contraction', 'money', 'lost from customers who pay less, zero or below'),
        ('mrr', 'churn', 'money', 'lost with customers who stopped, zero or below'),
        ('mrr', 'end_mrr', 'money', 'monthly recurring revenue when the period ends: start_mrr + the movements; do not sum over periods'),
        ('mrr', 'start_customers', 'bigint', 'paying customers when the period begins; do not sum over periods'),
        ('mrr', 'new_customers', 'bigint', 'who pay for the first time'),
        ('mrr', 'reactivated_customers', 'bigint', 'who pay again'),
        ('mrr', 'churned_customers', 'bigint', 'who stopped'),
        ('mrr', 'end_customers', 'bigint', 'paying customers when the period ends; do not sum over periods'),
        ('mrr', 'gross_churn_pct', 'double precision', 'percent of start_mrr: churn + contraction'),
        ('mrr', 'net_churn_pct', 'double precision', 'percent of start_mrr: churn + contraction less expansion and reactivation'),
        ('mrr', 'grr_pct', 'double precision', 'percent: gross revenue retention, 100 - gross_churn_pct'),
        ('mrr', 'nrr_pct', 'double precision', 'percent: net revenue retention of customers paying at the start, grr_pct + expansion'),
        ('mrr', 'quick_ratio', 'double precision', 'gains / losses; NULL without losses'),
        ('mrr', 'growth_existing_pct', 'double precision', 'percent of start_mrr: all movements but new_mrr'),
        ('mrr', 'arpa', 'average', 'average revenue per account: end_mrr / end_customers; do not sum'),
        ('mrr', 'arr', 'money', 'annual recurring revenue: 12 x end_mrr; do not sum over periods'),
        ('mrr', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('nps', 'period', 'date', 'first day of the period'),
        ('nps', 'responses', 'bigint', 'answers; adds up'),
        ('nps', 'promoters', 'bigint', 'answers of 9 and 10; adds up'),
        ('nps', 'passives', 'bigint', 'answers from 7 to below 9; adds up'),
        ('nps', 'detractors', 'bigint', 'answers below 7; adds up'),
        ('nps', 'nps', 'double precision', 'net promoter score, -100 to 100: 100 x (promoters - detractors) / responses; do not sum, do not average'),
        ('nps', 'nps_lower', 'double precision', 'lower bound of nps with 95 % confidence'),
        ('nps', 'nps_upper', 'double precision', 'upper bound of nps with 95 % confidence'),
        ('nps', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('unit_economics', 'period', 'date', 'first day of the period'),
        ('unit_economics', 'acquisition_cost', 'money', 'spent on winning customers (kind acquisition); adds up'),
        ('unit_economics', 'new_customers', 'bigint', 'whose first order ever is in the period; adds up'),
        ('unit_economics', 'cac', 'average', 'customer acquisition cost: acquisition_cost / new_customers; do not sum, do not average'),
        ('unit_economics', 'retention_cost', 'money', 'spent on keeping customers (kind retention); adds up'),
        ('unit_economics', 'customers_at_start', 'bigint', 'customers active when the period begins; do not sum over periods'),
        ('unit_economics', 'retention_cost_per_customer', 'average', 'retention_cost / customers_at_start; do not sum'),
        ('unit_economics', 'revenue', 'money', 'net revenue of rows with a customer; adds up'),
        ('unit_economics', 'active_customers', 'bigint', 'customers with an order in the period; do not sum over periods'),
        ('unit_economics', 'revenue_per_customer', 'average', 'revenue / active_customers; do not sum'),
        ('unit_economics', 'churn_pct', 'double precision', 'percent: customer churn of the period, as in growth'),
        ('unit_economics', 'ltv', 'average', 'lifetime value: revenue / average_customers / churn; NULL where nobody churned; do not sum'),
        ('unit_economics', 'ltv_cac_ratio', 'double precision', 'ltv / cac; a common target is 3 or more'),
        ('unit_economics', 'roi_pct', 'double precision', 'percent: 100 x (ltv - cac) / cac'),
        ('unit_economics', 'fixed_costs', 'money', 'fixed costs (kind fixed); adds up'),
        ('unit_economics', 'recurring_revenue', 'money', 'monthly recurring revenue at the end of the period x its months; NULL without subscriptions'),
        ('unit_economics', 'coverage_pct', 'double precision', 'percent: 100 x recurring_revenue / fixed_costs'),
        ('unit_economics', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('unit_economics', 'average_customers', 'average', 'customers active (with an order within the lapse) in the period: half the sum of those at its start and at its end; do not sum'),
        ('roi_by_method', 'period', 'date', 'first day of the period'),
        ('roi_by_method', 'method', 'text', 'what the money was spent on; (none) for NULL'),
        ('roi_by_method', 'cost', 'money', 'spent; adds up'),
        ('roi_by_method', 'gain', 'money', 'brought in by it; adds up'),
        ('roi_by_method', 'roi_pct', 'double precision', 'percent: 100 x (gain - cost) / cost; do not sum'),
        ('roi_by_method', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('client_formula', 'period', 'date', 'first day of the period'),
        ('client_formula', 'customers', 'bigint', 'customers with an order in the period; do not sum over periods'),
        ('client_formula', 'orders', 'bigint', 'orders of customers; adds up'),
        ('client_formula', 'purchase_frequency_ratio', 'double precision', 'orders / customers; do not sum'),
        ('client_formula', 'avg_check', 'average', 'average check: revenue / orders; do not sum'),
        ('client_formula', 'revenue', 'money', 'net revenue of customers: customers x purchase_frequency_ratio x avg_check; adds up'),
        ('client_formula', 'front_end_revenue', 'money', 'lever front end: what customers bought in their first basket; NULL without product'),
        ('client_formula', 'back_end_revenue', 'money', 'lever back end: all later sales, the sum of the four that follow'),
        ('client_formula', 'repeat_revenue', 'money', 'lever repeat: the same product again'),
        ('client_formula', 'upsell_revenue', 'money', 'lever upsell: a dearer product of a group that the customer bought from before'),
        ('client_formula', 'add_on_revenue', 'money', 'lever upsell after the sale: another product of such a group'),
        ('client_formula', 'cross_sell_revenue', 'money', 'lever cross-sell: a product of another group'),
        ('client_formula', 'upsell_before_revenue', 'money', 'lever upsell before the sale: what was paid beyond the price of the product that the customer came for; NULL without intended_price'),
        ('client_formula', 'lifetime_periods', 'double precision', 'lever life cycle: periods that a customer is expected to stay, 100 / churn_pct; do not sum'),
        ('client_formula', 'is_complete', 'boolean', 'the period has ended at the last day that counts'),
        ('forecast', 'period', 'date', 'first day of the period that is forecast'),
        ('forecast', 'horizon_number', 'bigint', 'periods ahead: 1 is the first after the last complete one'),
        ('forecast', 'customers', 'bigint', 'customers that the forecast is of: with an order up to the last complete period'),
        ('forecast', 'expected_purchases', 'double precision', 'days with a purchase to be expected in the period; adds up'),
        ('forecast', 'expected_revenue', 'double precision', 'net revenue to be expected in the period, not discounted; adds up; an estimate'),
        ('forecast', 'model', 'text', 'the model of buying that it is by'),
        ('models', 'fitted_until', 'date', 'last day of the rows that the models were fitted to'),
        ('models', 'model', 'text', 'name of the model'),
        ('models', 'parameters', 'text', 'its parameters by name, time in weeks'),
        ('models', 'log_likelihood', 'double precision', 'log likelihood at the optimum'),
        ('models', 'aic', 'double precision', 'Akaike information criterion; compare, the smaller the better'),
        ('models', 'bic', 'double precision', 'Bayesian information criterion; compare, the smaller the better'),
        ('models', 'converged', 'boolean', 'the search ended at an optimum'),
        ('models', 'at_boundary', 'boolean', 'a parameter is at the edge of its range; read the verdict'),
        ('models', 'is_recommended', 'boolean', 'the one with the smallest AIC'),
        ('models', 'verdict', 'text', 'what that means'),
        ('models', 'customers', 'bigint', 'how many customers they were fitted to: of more than 5,000 about so many, drawn by their keys'),
        ('data_quality', 'check_name', 'text', 'name of the check'),
        ('data_quality', 'severity', 'text', 'ok, info, warning, error, or skipped'),
        ('data_quality', 'row_count', 'bigint', 'rows that are concerned'),
        ('data_quality', 'share_pct', 'double precision', 'percent: 100 x row_count / all rows'),
        ('data_quality', 'sample', 'text', 'up to five sample keys'),
        ('data_quality', 'about', 'text', 'what it means'),
        ('data_quality', 'checked_on', 'date', 'the day of the check')
    ) AS v (view_name, column_name, type, about);
END;
COMMENT ON FUNCTION mart_columns() IS
'the columns of the views of a mart, in their order: type (money and average stand for numeric), unit, formula, and what not to do with it; a new version may add columns at the end, and takes none away';

-- ---------- mart ----------

-- A mart: a schema of commented views of plain types, made from the caller's own tables, for tools that read schemas. What is made belongs to
-- the caller and not to the extension: it survives dump and restore, and grants are its owner's business. The queries are made
-- when they run: with the rights of the caller, every name quoted, nothing found through search_path.

CREATE FUNCTION mart_sql(template text, settings jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    has_kinds boolean := settings #>> '{columns,product}' IS NOT NULL;
    has_mrr boolean := settings ->> 'subscriptions' IS NOT NULL;
    kinds text;
    part record;
    values text[] := '{}';
BEGIN
    SELECT string_agg(format('sum(k.revenue) FILTER (WHERE k.kind IN (%s)) AS %s', words, name), ', ') INTO kinds
    FROM (VALUES ('''front_end''', 'front_end'), ('''repeat'', ''upsell'', ''add_on'', ''cross_sell''', 'back_end'), ('''repeat''', 'repeat'),
                 ('''upsell''', 'upsell'), ('''add_on''', 'add_on'), ('''cross_sell''', 'cross_sell'), ('''upsell_before''', 'upsell_before')) AS v (words, name);
    FOR part IN
        SELECT * FROM (VALUES
            ('{recurring_revenue}', CASE WHEN has_mrr THEN 'm.end_mrr * {months}' ELSE 'NULL::numeric' END),
            ('{join_mrr}', CASE WHEN has_mrr THEN 'LEFT JOIN {mart}.stored_mrr AS m USING (period)' ELSE '' END),
            ('{kinds}', CASE WHEN has_kinds THEN 'k.front_end, k.back_end, k.repeat, k.upsell, k.add_on, k.cross_sell, k.upsell_before'
                             ELSE 'NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric' END),
            ('{join_kinds}', CASE WHEN has_kinds THEN 'LEFT JOIN (SELECT k.period, ' || kinds || ' FROM {mart}.stored_kinds AS k GROUP BY k.period) AS k USING (period)' ELSE '' END),
            -- a cell of cohorts; the reports leave out what the oldest cohort does not know yet, so that they are asked up to the end of the running period
            ('{cell}', '(SELECT v.day, (v.day + {step})::date <= as_of + 1 FROM (SELECT (r.cohort + r.period * {step})::date) AS v (day)) AS p (day, is_complete)'),
            ('{period_end}', '((date_trunc({unit}, as_of) + {step})::date - 1)'),
            ('{periods}', '(SELECT date_trunc({unit}, month)::date AS period, category, sum(sales) AS sales, sum(refund_rows) AS refund_rows, sum(gross_revenue) AS gross_revenue,
                                   sum(refunds) AS refunds, (date_trunc({unit}, month)::date + {step})::date <= max(as_of) + 1 AS is_complete
                            FROM {mart}.stored_months, {mart}.stored_state WHERE is_published AND month <= as_of GROUP BY date_trunc({unit}, month), category)'),
            ('{sums}', '(SELECT date_trunc({unit}, month)::date AS period, sum(orders) AS orders, sum(gross_revenue + refunds) AS revenue FROM {mart}.stored_ledgers WHERE is_published AND part = ''customers'' GROUP BY 1)')) AS v (name, text)
    LOOP
        template := replace(template, part.name, part.text);
    END LOOP;
    -- what a user has named goes in last and at once, so that nothing in it is taken for a placeholder
    template := replace(template, '%', '%%');
    FOR part IN
        SELECT * FROM (VALUES
            ('{unit}', quote_literal(settings ->> 'unit')), ('{step}', 'interval ' || quote_literal(settings ->> 'step')), ('{months}', settings ->> 'months'), ('{lapse}', 'interval ' || quote_literal(settings ->> 'lapse')),
            ('{golden_threshold}', quote_literal(settings ->> 'golden_threshold') || '::double precision'), ('{key}', 'NULL::' || (settings ->> 'key')), ('{mart}', quote_ident(settings ->> 'mart')),
            ('{extension}', (SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'customer_value'))) AS v (name, value)
    LOOP
        values := values || part.value;
        template := replace(template, part.name, '%' || cardinality(values) || '$s');
    END LOOP;
    RETURN format(template, VARIADIC values);
END
$$;
COMMENT ON FUNCTION mart_sql(text, jsonb) IS
'a query of mart_views() as it runs in a mart: {mart}, {extension}, {step} and the like replaced by what the settings of the mart say';

CREATE FUNCTION mart_type(type text, settings jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE type WHEN 'money'::text THEN pg_catalog.format('numeric(38,%s)'::text, VARIADIC ARRAY[settings ->> 'decimals'::text])
                 WHEN 'average'::text THEN pg_catalog.format('numeric(38,%s)'::text, VARIADIC ARRAY[((settings ->> 'decimals'::text)::integer + 2)::text])
                 WHEN 'customer'::text THEN CASE WHEN settings ->> 'key'::text = 'bigint'::text THEN 'bigint'::text ELSE 'text'::text END
                 ELSE type END;
COMMENT ON FUNCTION mart_type(text, jsonb) IS 'the SQL type of a column of mart_columns() in a mart of these settings';

-- The columns of a mapping of another table than orders: which are there, which must be, and of what type
CREATE FUNCTION mart_mapping(argument text, mapping jsonb, required text[], allowed text[], tz text)
RETURNS regclass
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    wrong text;
    relation regclass;
    check_type text;
BEGIN
    IF mapping IS NULL OR mapping = 'null' THEN
        RETURN NULL;
    END IF;
    SELECT CASE WHEN jsonb_typeof(mapping) <> 'object' THEN format('%s must be an object, such as {"table": "public.%s", ...}: %s', argument, argument, mapping) END INTO wrong;
    IF wrong IS NULL THEN
        SELECT format('%s has no "%s"; it can have %s', argument, key, array_to_string(array_prepend('table', allowed), ', ')) INTO wrong
        FROM jsonb_object_keys(mapping) AS key WHERE key <> 'table' AND key <> ALL (allowed) ORDER BY key LIMIT 1;
    END IF;
    IF wrong IS NULL THEN
        SELECT format('%s lacks "%s"', argument, needed) INTO wrong FROM unnest(array_prepend('table', required)) WITH ORDINALITY AS n (needed, place)
        WHERE mapping ->> needed IS NULL ORDER BY place LIMIT 1;
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = wrong;
    END IF;
    relation := (mapping ->> 'table')::oid::regclass;
    SELECT format('%s names the column "%s", which %s does not have', argument, value, relation) INTO wrong
    FROM jsonb_each_text(mapping) WHERE key <> 'table' AND value IS NOT NULL
        AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = relation AND attname = value AND attnum > 0 AND NOT attisdropped) LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_column', MESSAGE = wrong;
    END IF;
    FOR check_type IN
        SELECT CASE WHEN key IN ('starts_at', 'ends_at', 'answered_at', 'spent_at') THEN format('SELECT %s.mart_day(%L::regclass, %L::text, %L::text)', extension, relation, value, tz)
                    WHEN key IN ('amount', 'score', 'gain') THEN format('SELECT %s.quality_column(%L::regclass, ''amount''::text, %L::text)', extension, relation, value) END
        FROM jsonb_each_text(mapping) WHERE key <> 'table' AND value IS NOT NULL
    LOOP
        CONTINUE WHEN check_type IS NULL;
        EXECUTE check_type;
    END LOOP;
    RETURN relation;
END
$$;
COMMENT ON FUNCTION mart_mapping(text, jsonb, text[], text[], text) IS
'the table of a mapping such as {"table": "public.survey", "score": "answer"}, after a check of its keys and columns; error 22023 or 42703 that names what is wrong';

CREATE FUNCTION mart_relations(source regclass)
RETURNS SETOF regclass
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    WITH RECURSIVE tree (relation) AS (
        SELECT source::oid
        UNION
        SELECT i.inhrelid FROM tree, pg_catalog.pg_inherits AS i WHERE i.inhparent = tree.relation
    )
    SELECT relation::regclass FROM tree ORDER BY relation;
END;
COMMENT ON FUNCTION mart_relations(regclass) IS 'a table and all that is below it: its partitions and the tables that inherit from it';

CREATE FUNCTION mart_has_triggers(source regclass)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.bool_and(c.relkind IN ('r'::"char", 'p'::"char") AND pg_catalog.has_table_privilege(c.oid, 'TRIGGER'::text))
    FROM mart_relations(source) AS r (relation) JOIN pg_catalog.pg_class AS c ON c.oid = r.relation::oid;
END;
COMMENT ON FUNCTION mart_has_triggers(regclass) IS
'can changes of a table be noted by triggers of the caller? not of views and foreign tables, nor without the privilege TRIGGER on it and its partitions';

-- The months of changed orders are noted by triggers on the table and on each partition, as statements on a partition fire those of
-- the partition only. The function is the mart owner's and runs with the owner's rights, so that who may write orders needs no right
-- on the mart; it writes months and nothing else. It is silent where the mart was renamed or lost, and notes all months where the column was:
-- writes of orders never fail for the mart's sake, and refresh_mart finds out.
CREATE FUNCTION mart_trigger_function(settings jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    at text := quote_ident(settings #>> '{columns,ordered_at}');
    day text := CASE WHEN settings ->> 'at_type' = 'timestamp with time zone' THEN ' AT TIME ZONE ' || quote_literal(settings ->> 'tz') ELSE '' END;
    declared text := (SELECT atttypid::regtype FROM pg_attribute WHERE attrelid = (settings ->> 'orders')::regclass AND attname = settings #>> '{columns,ordered_at}');
    noted text[];
BEGIN
    -- the first day of the month by subtraction: date_trunc would go through timestamptz, which not every date fits
    SELECT array_agg(format($body$
        SELECT min(%1$s), max(%1$s) INTO first_at, last_at FROM %2$s WHERE isfinite(%1$s);
        first_month := (first_at%3$s)::date - extract(day FROM (first_at%3$s)::date)::integer + 1;
        last_month := (last_at%3$s)::date - extract(day FROM (last_at%3$s)::date)::integer + 1;
        IF first_month < last_month THEN
            INSERT INTO %4$I.changes (month) SELECT DISTINCT day - extract(day FROM day)::integer + 1 FROM (SELECT (%1$s%3$s)::date FROM %2$s WHERE isfinite(%1$s)) AS v (day);
        ELSIF first_month IS NOT NULL THEN
            INSERT INTO %4$I.changes (month) VALUES (first_month);
        END IF;$body$, at, rows, day, settings ->> 'mart') ORDER BY place) INTO noted
    FROM (VALUES (1, 'new_rows'), (2, 'old_rows')) AS v (place, rows);
    RETURN format($function$CREATE OR REPLACE FUNCTION %I.note_changes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS %L$function$, settings ->> 'mart', format($body$
DECLARE
    first_at %1$s;
    last_at %1$s;
    first_month date;
    last_month date;
BEGIN
    IF to_regclass(%2$L) IS NULL THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'TRUNCATE' OR NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = TG_RELID AND attname = %6$L AND atttypid = %7$L::regtype) THEN
        INSERT INTO %3$I.changes (month) VALUES (NULL);
        RETURN NULL;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN%4$s
    END IF;
    IF TG_OP IN ('UPDATE', 'DELETE') THEN%5$s
    END IF;
    RETURN NULL;
END
$body$, settings ->> 'at_type', format('%I.changes', settings ->> 'mart'), settings ->> 'mart', noted[1], noted[2], settings #>> '{columns,ordered_at}', declared));
END
$$;
COMMENT ON FUNCTION mart_trigger_function(jsonb) IS 'the statement that creates the function of the triggers which note the months of changed orders';

CREATE FUNCTION mart_add_triggers(settings jsonb)
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    relation regclass;
    event record;
    is_new boolean := false;
BEGIN
    EXECUTE format('SELECT FROM %I.stored_state FOR UPDATE', mart);   -- one session at a time
    FOR relation IN EXECUTE format('SELECT * FROM %s.mart_relations($1)', extension) USING (settings ->> 'orders')::regclass LOOP
        FOR event IN SELECT * FROM (VALUES ('insert', 'REFERENCING NEW TABLE AS new_rows'), ('update', 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'),
                                           ('delete', 'REFERENCING OLD TABLE AS old_rows'), ('truncate', '')) AS v (name, referencing) LOOP
            CONTINUE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = relation AND tgname LIKE '%\_' || event.name AND tgfoid = to_regprocedure(format('%I.note_changes()', mart)));
            is_new := true;
            EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION %I.note_changes()',
                           left(mart, 50) || '_' || event.name, event.name, relation, event.referencing, mart);
        END LOOP;
    END LOOP;
    RETURN is_new;
END
$$;
COMMENT ON FUNCTION mart_add_triggers(jsonb) IS
'triggers of a mart on its orders and all partitions that lack them; true where there were any to add';

-- A row with a ledger has some 40 MB: a common table would be copied for each scan, and a parameter for each use.
CREATE FUNCTION mart_run(held text[], queries text[])
RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'customer_value_mart_run';
COMMENT ON FUNCTION mart_run(text[], text[]) IS
'runs queries one behind the other: the rows of the first ones are held in memory, as relations of the names in held, which those that follow read where they lie; error 22023 where what is to be held is not one query that gives rows, 22004 where a query is NULL';

-- ---------- mart_tables ----------

-- The tables of a mart and its views: what they are, and how they are made, and brought up to date by a later version of the extension.

-- {extension} stands for the schema of the extension, {key} for the type of customers, which the settings say. Constraints are added with a column.
CREATE FUNCTION mart_tables()
RETURNS TABLE (place integer, name text, needs text[], columns text, constraints text, about text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 15
BEGIN ATOMIC
    SELECT * FROM (VALUES
        (1, 'settings'::text, '{}'::text[], 'settings jsonb NOT NULL, orders regclass NOT NULL, subscriptions regclass, survey regclass, costs regclass'::text, NULL::text, 'what create_mart was told'::text),
        (2, 'refresh_log', '{}', 'run bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL, started_at timestamptz NOT NULL DEFAULT clock_timestamp(), changed_at timestamptz NOT NULL DEFAULT clock_timestamp(), months_done bigint NOT NULL DEFAULT 0, months_total bigint, rows_read bigint NOT NULL DEFAULT 0, process integer NOT NULL DEFAULT pg_backend_pid()', NULL,
            'a row for each CALL refresh_mart, which changes while it runs: state is running, done, or failed (found unfinished by a later one)'),
        (3, 'changes', '{}', 'month date', NULL, 'months whose orders have changed since they were read, from triggers; NULL: all'),
        (4, 'stored_ledgers', '{}', 'month date NOT NULL, part text NOT NULL, is_published boolean NOT NULL, ledger {extension}.customer_ledger, orders bigint, refund_rows bigint, gross_revenue numeric, refunds numeric, shard integer NOT NULL DEFAULT 0', 'PRIMARY KEY (month, part, shard, is_published)',
            'the orders of each month: part is customers, or guests for rows without a customer; a month of very many orders is in several shards of customers; orders, refunds and their sums are up to the last day that counts; not yet published are those of a refresh under way'),
        (5, 'stored_months', '{}', 'month date NOT NULL, category text NOT NULL, is_published boolean NOT NULL, sales bigint, refund_rows bigint, gross_revenue numeric, refunds numeric', 'PRIMARY KEY (month, category, is_published)', 'the revenue of each month and category'),
        (6, 'stored_state', '{}', 'as_of date, fitted_until date, models_note text, firsts {extension}.customer_ledger, relations regclass[], firsts_until date', NULL,
            'how far the mart is: last day that counts, first orders of the customers there were before the day firsts_until, tables that have triggers'),
        (7, 'stored_fit', '{}', 'model text NOT NULL, bg_nbd {extension}.bg_nbd_model, mbg_nbd {extension}.mbg_nbd_model, pareto_nbd {extension}.pareto_nbd_model, spend {extension}.gamma_gamma_model, horizon_weeks double precision, discount_per_week double precision', NULL, 'the models that forecasts are by'),
        (8, 'stored_sample', '{}', 'frequency bigint, recency double precision, age double precision, monetary_value numeric', NULL, 'the customers that models are fitted to, as rfm_summary has them, in weeks'),
        (9, 'stored_costs', '{costs}', 'period date, kind text, method text, cost numeric, gain numeric', NULL, 'what was spent, by period, kind and method'),
        (10, 'stored_kinds', '{product}', 'period date, kind text, orders bigint, revenue numeric, avg_check numeric', NULL, 'revenue by period and kind of sale'),
        (11, 'stored_checkpoint', '{product}', 'day date NOT NULL', NULL, 'the day before which sales are classed for good'),
        (12, 'stored_history', '{product}', 'customer {key} NOT NULL, history {extension}.sale_history NOT NULL', NULL, 'what each customer had bought before the day of stored_checkpoint')
    ) AS v (place, name, needs, columns, constraints, about);
END;
COMMENT ON FUNCTION mart_tables() IS
'the tables of a mart beside those that stored views have: order, name, what they need of the mapping, columns, key, and what they hold; a new version may add columns at the end, and tables';

CREATE FUNCTION mart_add_columns(mart text, "table" text, columns text[])
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    relation regclass := to_regclass(format('%I.%I', mart, "table"));
    added text;
    has_added boolean := false;
BEGIN
    IF relation IS NULL THEN
        EXECUTE format('CREATE TABLE %I.%I (%s)', mart, "table", array_to_string(columns, ', '));
        RETURN true;
    END IF;
    FOREACH added IN ARRAY columns LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = relation AND attname = split_part(added, ' ', 1) AND NOT attisdropped);
        EXECUTE format('ALTER TABLE %I.%I ADD COLUMN %s', mart, "table", added);
        has_added := true;
    END LOOP;
    RETURN has_added;
END
$$;
COMMENT ON FUNCTION mart_add_columns(text, text, text[]) IS 'makes a table of a mart, or the columns that it lacks, each given as its name and definition; false where there was nothing to add';

CREATE FUNCTION mart_add_tables(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    wanted record;
    has_added boolean;
BEGIN
    FOR wanted IN EXECUTE format('SELECT name, regexp_split_to_array(replace(replace(columns, ''{extension}'', %1$L), ''{key}'', $1 ->> ''key''), '', '') AS columns, constraints, about
                                  FROM %1$s.mart_tables() WHERE %1$s.mart_absent(needs, $1) IS NULL ORDER BY place', extension) USING settings LOOP
        EXECUTE format('SELECT %s.mart_add_columns($1, $2, $3)', extension) INTO has_added USING mart, wanted.name, wanted.columns;
        CONTINUE WHEN NOT has_added;
        IF wanted.constraints IS NOT NULL THEN
            EXECUTE format('ALTER TABLE %1$I.%2$I %5$s ADD CONSTRAINT %3$I %4$s', mart, wanted.name, wanted.name || '_pkey', wanted.constraints,
                (SELECT format('DROP CONSTRAINT %I,', conname) FROM pg_constraint WHERE conrelid = format('%I.%I', mart, wanted.name)::regclass AND contype = 'p'));
        END IF;
        EXECUTE format('COMMENT ON TABLE %I.%I IS %L', mart, wanted.name, wanted.about);
    END LOOP;
END
$$;
COMMENT ON FUNCTION mart_add_tables(jsonb) IS 'makes the tables of mart_tables() that a mart of these settings lacks, and the columns that a later version has added';

CREATE FUNCTION mart_add_view(settings jsonb, view_name text, query text, about text)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    name text := format('%I.%I', mart, view_name);
    columns record;
    comment text;
BEGIN
    EXECUTE format('SELECT string_agg(quote_ident(column_name), '', '' ORDER BY place) AS names, array_agg(format(''%%1$I %%2$s'', column_name, %1$s.mart_type(type, $2)) ORDER BY place) AS definitions,
                           string_agg(format(''%%1$I::%%2$s'', column_name, %1$s.mart_type(type, $2)), '', '' ORDER BY place) AS casts FROM %1$s.mart_columns() WHERE view_name = $1', extension)
    INTO columns USING view_name, settings;
    IF query IS NULL THEN
        EXECUTE format('SELECT %s.mart_add_columns($1, $2, $3)', extension) USING mart, 'stored_' || view_name, columns.definitions;
        EXECUTE format('COMMENT ON TABLE %I.%I IS %L', mart, 'stored_' || view_name, 'the rows of the view ' || view_name || '; refresh_mart replaces them');
        query := format('SELECT * FROM %I.%I', mart, 'stored_' || view_name);
    END IF;
    EXECUTE format('CREATE OR REPLACE VIEW %s AS SELECT %s FROM (%s) AS q (%s)', name, columns.casts, query, columns.names);
    EXECUTE format('COMMENT ON VIEW %s IS %L', name, about);
    FOR comment IN EXECUTE format('SELECT format(''COMMENT ON COLUMN %%s.%%I IS %%L'', $1, column_name, about) FROM %s.mart_columns() WHERE view_name = $2', extension) USING name, view_name LOOP
        EXECUTE comment;
    END LOOP;
END
$$;
COMMENT ON FUNCTION mart_add_view(jsonb, text, text, text) IS
'a view of a mart with its comments, made or brought up to date; without a query, over a table stored_... of the same columns';

CREATE FUNCTION mart_add_views(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    view record;
BEGIN
    FOR view IN EXECUTE format('SELECT d.view_name, %1$s.mart_sql(CASE WHEN d.view_name = ''customers'' THEN %1$s.mart_customers_query($1) WHEN NOT d.is_stored THEN d.query END, $1) AS query, d.about
                                FROM %1$s.mart_views() AS d WHERE %1$s.mart_absent(d.needs, $1) IS NULL ORDER BY d.is_stored DESC, d.place', extension) USING settings LOOP
        EXECUTE format('SELECT %s.mart_add_view($1, $2, $3, $4)', extension) USING settings, view.view_name, view.query, view.about;
    END LOOP;
END
$$;
COMMENT ON FUNCTION mart_add_views(jsonb) IS 'makes the views of mart_views() that a mart of these settings can have, or brings them up to date: columns and views that a later version has added, queries and comments';

CREATE FUNCTION mart_update(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    version text := (SELECT extversion FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    is_updated boolean;
BEGIN
    IF settings ->> 'version' = version THEN
        RETURN;
    END IF;
    EXECUTE format('SELECT FROM %I.stored_state FOR UPDATE', mart);   -- one session at a time
    EXECUTE format('UPDATE %I.settings SET settings = settings || jsonb_build_object(''version'', $1) WHERE settings ->> ''version'' IS DISTINCT FROM $1 RETURNING true', mart) INTO is_updated USING version;
    IF is_updated THEN
        EXECUTE format('SELECT %1$s.mart_add_tables($1), %1$s.mart_add_views($1)', extension) USING settings;
    END IF;
END
$$;
COMMENT ON FUNCTION mart_update(jsonb) IS 'brings a mart that another version of the extension has made up to date: what is new is added at the end, and nothing that is there changes its name or type';

-- ---------- mart_create ----------

-- create_mart, drop_mart, describe_mart.

CREATE FUNCTION mart_settings(mart name)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    settings jsonb;
    owner name;
BEGIN
    SELECT pg_get_userbyid(nspowner) INTO owner FROM pg_namespace WHERE nspname = mart;
    IF mart IS NULL OR to_regclass(format('%I.settings', mart)) IS NULL OR to_regclass(format('%I.stored_ledgers', mart)) IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no mart %s', coalesce(quote_literal(mart), 'NULL')), HINT = 'create_mart makes one.';
    END IF;
    IF owner <> current_user THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('the mart "%s" belongs to %s', mart, owner), HINT = format('Connect as %1$I, or SET ROLE %1$I if you trust it: what it has put into the mart could use your own rights.', owner);
    END IF;
    EXECUTE format('SELECT settings || jsonb_strip_nulls(jsonb_build_object(''mart'', $1, ''today'', (now() AT TIME ZONE coalesce(settings ->> ''tz'', ''UTC''))::date, ''made_as'', settings ->> ''mart'', ''orders'', orders::regclass::text, ''subscriptions_table'', subscriptions::text, ''survey_table'', survey::text, ''costs_table'', costs::text)) FROM %I.settings', mart)
    INTO settings USING mart;
    RETURN settings;
END
$$;
COMMENT ON FUNCTION mart_settings(name) IS
'what create_mart was told, with the tables by their names of today, and what day is today; error 42704 where there is no such mart, 42501 for another role than its owner';

CREATE FUNCTION mart_number_type(orders regclass, "column" text)
RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE base (type, modifier) AS (
        SELECT atttypid, atttypmod FROM pg_catalog.pg_attribute WHERE attrelid = orders::oid AND attname = "column"::name AND attnum > 0 AND NOT attisdropped
        UNION ALL
        SELECT t.typbasetype, t.typtypmod FROM base JOIN pg_catalog.pg_type AS t ON t.oid = base.type AND t.typtype = 'd'::"char"
    )
    SELECT greatest(2, max((pg_catalog.regexp_match(pg_catalog.format_type(type, modifier), '^numeric\([0-9]+,(-?[0-9]+)'::text))[1]::integer)) FROM base;
END;
COMMENT ON FUNCTION mart_number_type(regclass, text) IS 'the decimals of money in a mart of a column: those of numeric(p, s), also behind a domain, at least 2';

CREATE FUNCTION mart_absent(needs text[], settings jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT 'the mapping lacks '::text || pg_catalog.string_agg(need, ' and '::text ORDER BY place)
    FROM pg_catalog.unnest(needs) WITH ORDINALITY AS n (need, place)
    WHERE NOT CASE need WHEN 'gain'::text THEN pg_catalog.jsonb_exists(settings -> 'costs'::text, 'gain'::text) IS TRUE
                        ELSE coalesce(pg_catalog.jsonb_exists(settings -> 'columns'::text, need), false) OR coalesce(pg_catalog.jsonb_typeof(settings -> need) = 'object'::text, false) END;
END;
COMMENT ON FUNCTION mart_absent(text[], jsonb) IS 'why a view of mart_views() is not in a mart of these settings: what the mapping lacks; NULL where it is there';

-- The ledger is read where rollup has built it: by the report on what customers bought and by the forecast of the chosen model
CREATE FUNCTION mart_customers_query(settings jsonb)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    forecasts text;
BEGIN
    SELECT string_agg(format($sql$SELECT f.customer, f.p_alive, f.expected_purchases, f.clv FROM {mart}.stored_fit AS m, {extension}.clv_forecast(base.ledger, m.%1$I, m.spend, m.horizon_weeks, m.discount_per_week, {key}, base.as_of) AS f WHERE m.model = %2$L$sql$, name, model), ' UNION ALL ')
    INTO forecasts FROM (VALUES ('bg_nbd', 'BG/NBD'), ('mbg_nbd', 'MBG/NBD'), ('pareto_nbd', 'Pareto/NBD')) AS v (name, model);
    RETURN format($sql$
        SELECT customer, first_order, last_order, as_of - last_order, orders, revenue, gross_revenue, refunds, avg_check, r, f, m, {extension}.rfm_segment(r, f, m), golden_rank, is_golden,
               100 * positive / nullif(sum(positive) OVER (), 0),
               CASE WHEN last_order IS NULL THEN NULL WHEN first_order > (as_of - {lapse})::date THEN 'new' WHEN last_order > (as_of - {lapse})::date THEN 'active' ELSE 'lapsed' END,
               p_alive, expected_purchases, clv
        FROM (SELECT c.customer%1$s AS customer, c.first_order, c.last_order, base.as_of, c.orders, c.revenue, c.gross_revenue, c.refunds, c.avg_check,
                     {extension}.rfm_score(base.as_of - c.last_order, 5, false) OVER () AS r, {extension}.rfm_score(CASE WHEN c.orders > 0 THEN c.orders END, 5, true) OVER () AS f,
                     {extension}.rfm_score(CASE WHEN c.orders > 0 THEN c.revenue END, 5, true) OVER () AS m,
                     {extension}.golden_rank(c.revenue) OVER () AS golden_rank, {extension}.is_golden(c.revenue, {golden_threshold}) OVER () AS is_golden,
                     CASE WHEN c.revenue > 0 THEN c.revenue END AS positive, forecast.p_alive, forecast.expected_purchases, forecast.clv
              FROM (SELECT (SELECT s.as_of FROM {mart}.stored_state AS s) AS as_of, {extension}.rollup(l.ledger) AS ledger FROM {mart}.stored_ledgers AS l WHERE l.is_published AND l.part = 'customers') AS base
                   CROSS JOIN LATERAL {extension}.customers(base.ledger, {key}, base.as_of) AS c
                   LEFT JOIN LATERAL (%2$s) AS forecast ON forecast.customer = c.customer) AS scored$sql$,
        CASE WHEN settings ->> 'key' = 'uuid' THEN '::text' ELSE '' END, forecasts);
END
$$;
COMMENT ON FUNCTION mart_customers_query(jsonb) IS 'the query of the view customers of a mart';

CREATE FUNCTION mart_checked(mart name, orders regclass, columns jsonb, mappings jsonb, tz text, step interval, lapse interval, golden_threshold double precision, horizon integer, discount_pct double precision,
                          decimals integer, triggers boolean)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    subscriptions jsonb := nullif(mappings -> 'subscriptions', 'null');
    survey jsonb := nullif(mappings -> 'survey', 'null');
    costs jsonb := nullif(mappings -> 'costs', 'null');
    tables regclass[];
    types jsonb := '{}';
    type text;
    named record;
    wrong text;
    settings jsonb;
    can_note boolean;
BEGIN
    SELECT m INTO wrong FROM (VALUES
        (CASE WHEN mart IS NULL THEN 'mart must not be NULL: it names the schema that is made' END),
        (CASE WHEN octet_length(mart) > 48 OR mart = '' THEN format('mart must have from 1 to 48 bytes: %L', mart) END),
        (CASE WHEN step NOT IN ('1 month', '3 months', '1 year') IS NOT FALSE THEN format('step must be 1 month, 3 months or 1 year: %s', coalesce(step::text, 'NULL')) END),
        (CASE WHEN lapse BETWEEN '1 day' AND '10 years' AND date_trunc('day', lapse) = lapse IS NOT TRUE THEN format('lapse must be whole days or months, from 1 day to 10 years: %s', coalesce(lapse::text, 'NULL')) END),
        (CASE WHEN golden_threshold > 0 AND golden_threshold <= 1 IS NOT TRUE THEN format('golden_threshold must be above 0 and up to 1: %s', coalesce(golden_threshold::text, 'NULL')) END),
        (CASE WHEN horizon BETWEEN 1 AND 120 IS NOT TRUE THEN format('horizon must be from 1 to 120 periods: %s', coalesce(horizon::text, 'NULL')) END),
        (CASE WHEN discount_pct BETWEEN 0 AND 1000 IS NOT TRUE THEN format('discount_pct must be from 0 to 1000 percent a year: %s', coalesce(discount_pct::text, 'NULL')) END),
        (CASE WHEN decimals NOT BETWEEN 0 AND 12 THEN format('decimals must be from 0 to 12: %s', decimals) END),
        ((SELECT needed || ' must name a column' FROM unnest('{customer,ordered_at,amount}'::text[]) AS needed WHERE NOT columns ? needed LIMIT 1)),
        (CASE WHEN columns ? 'product' <> columns ? 'price' OR NOT columns ? 'product' AND columns ?| '{relation,intended_price}' THEN 'product and price belong together; relation and intended_price need both' END)) AS v (m)
    WHERE m IS NOT NULL LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = wrong;
    END IF;
    IF tz IS NOT NULL THEN
        PERFORM now() AT TIME ZONE tz;
    END IF;
    EXECUTE format('SELECT %s.quality_source($1, $2, $3)', extension) INTO type USING orders, columns - '{category,relation,price,intended_price}'::text[], tz;
    FOR named IN SELECT key, value, CASE key WHEN 'category' THEN 'product' WHEN 'relation' THEN 'product' WHEN 'price' THEN 'amount' WHEN 'intended_price' THEN 'amount' ELSE key END AS like_argument FROM jsonb_each_text(columns) LOOP
        EXECUTE format('SELECT %s.quality_column($1, $2, $3)', extension) INTO type USING orders, named.like_argument, named.value;
        types := types || jsonb_build_object(named.key, type);
    END LOOP;
    EXECUTE format('SELECT ARRAY[%1$s.mart_mapping(''subscriptions''::text, $1, ''{customer,amount,every}''::text[], ''{customer,period,starts_at,ends_at,amount,every,currency}''::text[], $4),
                                 %1$s.mart_mapping(''survey''::text, $2, ''{answered_at,score}''::text[], ''{answered_at,score}''::text[], $4), %1$s.mart_mapping(''costs''::text, $3, ''{spent_at,amount}''::text[], ''{spent_at,amount,kind,method,gain}''::text[], $4)]', extension)
    INTO tables USING subscriptions, survey, costs, tz;
    IF tables[1] IS NOT NULL AND (subscriptions ->> 'period' IS NULL) = (subscriptions ->> 'starts_at' IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'subscriptions must have either "period", a daterange, or "starts_at", and "ends_at" where they end';
    END IF;
    EXECUTE format('SELECT %s.mart_has_triggers($1)', extension) INTO can_note USING orders;
    IF triggers AND NOT can_note THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('triggers cannot be put on %s', orders), HINT = 'Views and foreign tables, and tables without the privilege TRIGGER, are refreshed by period: triggers => false.';
    END IF;
    EXECUTE format('SELECT %s.mart_check_tables(jsonb_build_object(''orders'', $1::text, ''subscriptions_table'', $2::text, ''survey_table'', $3::text, ''costs_table'', $4::text))', extension)
    USING orders, tables[1], tables[2], tables[3];

    settings := jsonb_build_object('mart', mart, 'columns', columns, 'types', types, 'tz', tz, 'unit', CASE step WHEN '1 month' THEN 'month' WHEN '3 months' THEN 'quarter' ELSE 'year' END,
        'step', format('%s months', extract(year FROM step) * 12 + extract(month FROM step)), 'months', extract(year FROM step) * 12 + extract(month FROM step), 'lapse', format('%s months %s days', extract(year FROM lapse) * 12 + extract(month FROM lapse), extract(day FROM lapse)), 'horizon', horizon,
        'key', CASE WHEN types ->> 'customer' IN ('smallint', 'integer', 'bigint') THEN 'bigint' WHEN types ->> 'customer' = 'uuid' THEN 'uuid' ELSE 'text' END,
        'at_type', types ->> 'ordered_at', 'subscriptions', subscriptions - 'table', 'survey', survey - 'table', 'costs', costs - 'table', 'triggers', coalesce(triggers, can_note));
    settings := settings || jsonb_build_object('orders', orders::text, 'subscriptions_table', tables[1]::text, 'survey_table', tables[2]::text, 'costs_table', tables[3]::text,
        'version', (SELECT extversion FROM pg_extension WHERE extname = 'customer_value'));
    EXECUTE format('SELECT $1 || jsonb_build_object(''decimals'', coalesce($2, %1$s.mart_number_type($3, $4)), ''golden_threshold'', %1$s.shortest_decimal($5), ''discount_pct'', %1$s.shortest_decimal($6))', extension)
    INTO settings USING settings, decimals, orders, columns ->> 'amount', golden_threshold, discount_pct;
    RETURN settings;
END
$$;
COMMENT ON FUNCTION mart_checked(name, regclass, jsonb, jsonb, text, interval, interval, double precision, integer, double precision, integer, boolean) IS
'the settings of a mart, after a check of all arguments of create_mart; columns: argument to column of orders; mappings: subscriptions, survey, costs; an error of class 22 or 42 that names what is wrong';

CREATE FUNCTION mart_make(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    tables text[] := '{orders,subscriptions_table,survey_table,costs_table}';   -- kept by their numbers, for they may be renamed
    statement text;
BEGIN
    EXECUTE format('CREATE SCHEMA %I', mart);
    EXECUTE format('COMMENT ON SCHEMA %I IS %L', mart, format('customer figures of %s: views to read; made by create_mart, kept by refresh_mart, removed by drop_mart', settings ->> 'orders'));
    EXECUTE format('SELECT %1$s.mart_add_tables($1), %1$s.mart_add_views($1)', extension) USING settings;
    EXECUTE format('INSERT INTO %1$I.settings SELECT $1 - $2, ($1 ->> $2[1])::regclass, ($1 ->> $2[2])::regclass, ($1 ->> $2[3])::regclass, ($1 ->> $2[4])::regclass', mart) USING settings, tables;
    EXECUTE format('INSERT INTO %I.stored_state DEFAULT VALUES', mart);
    EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
    IF (settings ->> 'triggers')::boolean THEN
        EXECUTE format('SELECT %s.mart_trigger_function($1)', extension) INTO statement USING settings;
        EXECUTE statement;
        EXECUTE format('SELECT %s.mart_add_triggers($1)', extension) USING settings;
    END IF;
END
$$;
COMMENT ON FUNCTION mart_make(jsonb) IS 'makes the schema, tables, views and triggers of a mart of these settings';

CREATE FUNCTION mart_found(mapping jsonb)
RETURNS jsonb
LANGUAGE sql STABLE
RETURN CASE WHEN pg_catalog.jsonb_exists(mapping, 'table'::text) THEN mapping || pg_catalog.jsonb_build_object('table'::text, (mapping ->> 'table'::text)::regclass::oid::text) ELSE mapping END;
COMMENT ON FUNCTION mart_found(jsonb) IS 'a mapping whose table, a name that is looked for in the search_path of the caller, is one that needs none';

CREATE FUNCTION create_mart(mart name, orders regclass, customer text, ordered_at text, amount text, order_id text DEFAULT NULL, status text DEFAULT NULL, category text DEFAULT NULL,
                            product text DEFAULT NULL, relation text DEFAULT NULL, price text DEFAULT NULL, intended_price text DEFAULT NULL, currency text DEFAULT NULL,
                            subscriptions jsonb DEFAULT NULL, survey jsonb DEFAULT NULL, costs jsonb DEFAULT NULL, tz text DEFAULT NULL, step interval DEFAULT '1 month', lapse interval DEFAULT '90 days',
                            golden_threshold double precision DEFAULT 0.8, horizon integer DEFAULT 12, discount_pct double precision DEFAULT 10, decimals integer DEFAULT NULL, triggers boolean DEFAULT NULL)
RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    SELECT mart_make(mart_checked(mart, orders,
        pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('customer'::text, customer, 'ordered_at'::text, ordered_at, 'amount'::text, amount, 'order_id'::text, order_id, 'status'::text, status, 'category'::text, category,
            'product'::text, product, 'relation'::text, relation, 'price'::text, price, 'intended_price'::text, intended_price, 'currency'::text, currency)),
        pg_catalog.jsonb_build_object('subscriptions'::text, mart_found(subscriptions), 'survey'::text, mart_found(survey), 'costs'::text, mart_found(costs)),
        tz, step, lapse, golden_threshold, horizon, discount_pct, decimals, triggers));
END;
COMMENT ON FUNCTION create_mart(name, regclass, text, text, text, text, text, text, text, text, text, text, text, jsonb, jsonb, jsonb, text, interval, interval, double precision, integer, double precision, integer, boolean) IS
'makes the schema mart: views of plain types over the figures of a table of orders, for BI tools; arguments name columns of orders, subscriptions, survey and costs are mappings such as {"table": "public.survey", "answered_at": "day", "score": "score"}; empty until CALL refresh_mart; what is in it? describe_mart';

CREATE FUNCTION describe_mart(mart name)
RETURNS TABLE (name text, is_there boolean, columns bigint, about text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    settings jsonb;
BEGIN
    EXECUTE format('SELECT %s.mart_settings($1)', extension) INTO settings USING mart;
    RETURN QUERY EXECUTE format($sql$
        SELECT d.view_name, reason IS NULL, coalesce((SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass(format('%%I.%%I', %2$L, d.view_name)) AND attnum > 0 HAVING count(*) > 0), (SELECT count(*) FROM %1$s.mart_columns() AS c WHERE c.view_name = d.view_name)),
               CASE WHEN reason IS NOT NULL THEN 'absent: ' || reason
                    WHEN d.view_name = 'models' AND NOT EXISTS (SELECT FROM %2$I.models) OR d.view_name = 'forecast' AND NOT EXISTS (SELECT FROM %2$I.forecast) THEN coalesce('empty: ' || s.models_note, 'empty until CALL refresh_mart(' || quote_literal($2) || '): ' || d.about)
                    WHEN s.as_of IS NULL THEN 'empty until CALL refresh_mart(' || quote_literal($2) || '): ' || d.about
                    WHEN d.view_name = 'data_quality' AND NOT EXISTS (SELECT FROM %2$I.data_quality) THEN 'empty until CALL refresh_mart(' || quote_literal($2) || ', quality => true): ' || d.about
                    ELSE d.about END
        FROM %1$s.mart_views() AS d CROSS JOIN %2$I.stored_state AS s CROSS JOIN LATERAL %1$s.mart_absent(d.needs, $1) AS reason
        ORDER BY d.place$sql$, extension, mart) USING settings, mart;
END
$$;
COMMENT ON FUNCTION describe_mart(name) IS
'the views of a mart: is each there, with how many columns, what it answers, or why it is absent or empty; how current is it? refresh_log in the mart';

CREATE FUNCTION drop_mart(mart name)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    settings jsonb;
    command text;
BEGIN
    EXECUTE format('SELECT %s.mart_settings($1)', extension) INTO settings USING mart;
    -- behind a refresh under way, which may be about to read the orders
    EXECUTE format('LOCK TABLE %I.stored_state', mart);
    FOR command IN
        -- its triggers go with it, also from tables that the owner of the mart does not own
        SELECT format('DROP FUNCTION %I.note_changes() CASCADE', mart) WHERE to_regprocedure(format('%I.note_changes()', mart)) IS NOT NULL
    LOOP
        EXECUTE command;
    END LOOP;
    FOR command IN EXECUTE format($sql$
        SELECT format('DROP %%s %%s', kind, string_agg(relation::regclass::text, ', ')) FROM (
            SELECT 1 AS turn, 'VIEW' AS kind, to_regclass(format('%%I.%%I', $1, view_name)) AS relation FROM %1$s.mart_views()
            UNION ALL SELECT 2, 'TABLE', to_regclass(format('%%I.%%I', $1, 'stored_' || view_name)) FROM %1$s.mart_views() WHERE is_stored
            UNION ALL SELECT 2, 'TABLE', to_regclass(format('%%I.%%I', $1, name)) FROM %1$s.mart_tables()) AS object
        WHERE relation IS NOT NULL GROUP BY turn, kind ORDER BY turn$sql$, extension) USING mart
    LOOP
        EXECUTE command;
    END LOOP;
    EXECUTE format('DROP SCHEMA %I', mart);
END
$$;
COMMENT ON FUNCTION drop_mart(name) IS
'removes a mart: its views, tables, triggers and schema, and nothing else; an error, and nothing removed, where something of yours is in the schema or depends on it';

-- ---------- mart_read ----------

-- How a mart reads its orders: which rows count, in what pieces, and into which tables.

CREATE FUNCTION mart_check_tables(settings jsonb)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    used record;
    type text;
BEGIN
    FOR used IN SELECT * FROM (VALUES ('orders', settings ->> 'orders'), ('subscriptions', settings ->> 'subscriptions_table'), ('survey', settings ->> 'survey_table'), ('costs', settings ->> 'costs_table')) AS v (name, relation)
                WHERE relation IS NOT NULL LOOP
        IF used.relation ~ '^[0-9]+$' THEN
            RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('the table of %s of the mart "%s" is gone', used.name, settings ->> 'mart'), HINT = 'drop_mart, and create_mart of other tables.';
        END IF;
        IF row_security_active(used.relation::regclass) THEN
            RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('row-level security hides rows of %s from %s', used.relation, current_user),
                DETAIL = 'A mart holds what its owner sees, and shows it to all who may read the mart.', HINT = 'Make the mart as a role that sees all rows, or of a view that says which rows are meant.';
        END IF;
    END LOOP;
    EXECUTE format('SELECT %s.quality_column($1, ''ordered_at''::text, $2)', extension) INTO type USING (settings ->> 'orders')::regclass, settings #>> '{columns,ordered_at}';
    IF type::regtype <> (settings ->> 'at_type')::regtype THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the column "%s" of %s is of type %s now, and was of type %s', settings #>> '{columns,ordered_at}', settings ->> 'orders', type, settings ->> 'at_type'),
            HINT = 'drop_mart, and create_mart anew.';
    END IF;
END
$$;
COMMENT ON FUNCTION mart_check_tables(jsonb) IS 'an error where a table of a mart is gone, row-level security hides rows of it from the caller, or the column of dates is another';

-- The day of a column of a table, as an expression over t
CREATE FUNCTION mart_day(relation regclass, "column" text, tz text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    type text;
BEGIN
    EXECUTE format('SELECT %s.quality_column($1, ''ordered_at''::text, $2)', extension) INTO type USING relation, "column";
    IF type = 'timestamp with time zone' AND tz IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the column "%s" of %s is of type %s: the mart needs tz', "column", relation, type);
    END IF;
    RETURN CASE type WHEN 'timestamp with time zone' THEN format('(t.%I AT TIME ZONE %L)::date', "column", tz) ELSE format('t.%I::date', "column") END;
END
$$;
COMMENT ON FUNCTION mart_day(regclass, text, text) IS 'the day of a column of dates or instants as an expression over t; error 22023 where instants have no time zone';

CREATE FUNCTION mart_number(argument text, settings jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN c.name IS NULL THEN 'NULL::numeric'::text
                    WHEN settings -> 'types'::text ->> argument IN ('real'::text, 'double precision'::text)
                    THEN pg_catalog.format('%s.shortest_decimal(t.%I)'::text, VARIADIC ARRAY[e.extnamespace::regnamespace::text, c.name])
                    ELSE pg_catalog.format('t.%I::numeric'::text, VARIADIC ARRAY[c.name]) END
        FROM pg_catalog.pg_extension AS e, (SELECT settings -> 'columns'::text ->> argument) AS c (name) WHERE e.extname = 'customer_value'::name);
COMMENT ON FUNCTION mart_number(text, jsonb) IS 'a column of orders as an exact number, as an expression over t; NULL where the mapping lacks it';

-- Midnight can come twice, where clocks go back at it: instants are bounded by a day more on either side, which an index can serve, and days exactly.
CREATE FUNCTION mart_bounds(settings jsonb, "from" date, "to" date)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    at text := format('t.%I', settings #>> '{columns,ordered_at}');
    tz text := settings ->> 'tz';
    bounds text;
BEGIN
    IF settings ->> 'at_type' = 'timestamp with time zone' THEN
        SELECT string_agg(format('%1$s %2$s timezone(%3$L, %4$L::timestamp) AND (%1$s AT TIME ZONE %3$L)::date %2$s %5$L', at, sign, tz, day + more, day), ' AND ' ORDER BY more) INTO bounds
        FROM (VALUES ('>=', "from", -1), ('<', "to", 1)) AS bound (sign, day, more) WHERE day IS NOT NULL;
    ELSE
        SELECT string_agg(format('%s %s %L', at, sign, day), ' AND ') INTO bounds FROM (VALUES ('>=', "from"), ('<', "to")) AS bound (sign, day) WHERE day IS NOT NULL;
    END IF;
    RETURN coalesce(bounds, 'true');
END
$$;
COMMENT ON FUNCTION mart_bounds(jsonb, date, date) IS 'the condition that orders, named t, are of days from <= day < to, without a bound where one is NULL; an index on their date can serve it';

-- The orders of the days from <= day < to, those that count, as customer, at, amount (and category, where asked): at is a day, or an instant where
-- an aggregate is to be told the time zone. Lines of one order are one row.
CREATE FUNCTION mart_source(settings jsonb, "from" date, "to" date, by_category boolean, only_finite boolean)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    columns jsonb := settings -> 'columns';
    at text := format('t.%I', columns ->> 'ordered_at');
    bounds text;
    key text := format('t.%I::%s', columns ->> 'customer', settings ->> 'key');
    category text := CASE WHEN by_category THEN format(', coalesce(t.%I::text, ''(none)'') AS category', columns ->> 'category') ELSE '' END;
    day text;
    amount text;
    source text;
BEGIN
    EXECUTE format('SELECT %1$s.mart_day($1, $2, $3), %1$s.mart_number(''amount''::text, $4), %1$s.mart_bounds($4, $5, $6)', extension) INTO day, amount, bounds
    USING (settings ->> 'orders')::regclass, columns ->> 'ordered_at', settings ->> 'tz', settings, "from", "to";
    IF only_finite AND "from" IS NULL THEN
        bounds := format('isfinite(%s)', at);
    END IF;
    IF columns ->> 'order_id' IS NULL AND NOT by_category THEN
        day := CASE settings ->> 'at_type' WHEN 'timestamp with time zone' THEN at ELSE day END;
    END IF;
    source := format('SELECT %s AS customer, %s AS at, %s AS amount%s%s FROM %s AS t WHERE %s', key, day, amount, category,
        CASE WHEN columns ->> 'order_id' IS NULL THEN '' ELSE format(', t.%I AS order_id', columns ->> 'order_id') END, settings ->> 'orders',
        bounds || CASE WHEN columns ->> 'status' IS NULL THEN '' ELSE format(' AND %s.is_revenue_status(t.%I::text)', extension, columns ->> 'status') END);
    IF columns ->> 'order_id' IS NOT NULL THEN
        source := format('SELECT customer, at, sum(amount) AS amount%1$s FROM (%2$s) AS line WHERE amount IS NOT NULL GROUP BY customer, at, order_id, amount < 0%1$s', CASE WHEN by_category THEN ', category' ELSE '' END, source);
    END IF;
    RETURN source;
END
$$;
COMMENT ON FUNCTION mart_source(jsonb, date, date, boolean, boolean) IS
'the query with which a mart reads its orders: customer, at, amount, and category if asked; all days without bounds, and those that are infinite, which no ledger takes, unless only finite ones are asked for; lines of one order, day, sign (and category) are one row';

-- Ledgers of as many customers as one value should hold: a month of many orders is stored in shards.
CREATE FUNCTION mart_ledgers(settings jsonb, "from" date, "to" date, only_finite boolean, shards integer)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    arguments text := 'at, amount' || CASE WHEN settings ->> 'at_type' = 'timestamp with time zone' AND settings #>> '{columns,order_id}' IS NULL THEN format(', %L::text', settings ->> 'tz') ELSE '' END;
    has_guests boolean;
    source text;
BEGIN
    EXECUTE format('SELECT %s.mart_source($1, $2, $3, false, $4)', extension) INTO source USING settings, "from", "to", only_finite;
    -- a table below another, or a foreign one, may have what is NOT NULL above
    EXECUTE format('SELECT bool_or(c.relkind NOT IN (''r'', ''p'') OR NOT a.attnotnull OR EXISTS (SELECT FROM pg_constraint AS n WHERE n.conrelid = c.oid AND n.contype = ''n'' AND n.conkey = ARRAY[a.attnum] AND NOT n.convalidated))
                    FROM %s.mart_relations($1) AS r (relation) JOIN pg_class AS c ON c.oid = r.relation JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = $2', extension)
    INTO has_guests USING (settings ->> 'orders')::regclass, settings #>> '{columns,customer}';
    RETURN format('SELECT %2$s AS shard, %1$s.ledger_agg(customer, %3$s) AS whole, %4$s AS guests FROM (%5$s) AS orders%6$s',
        extension, CASE WHEN shards > 1 THEN format('coalesce(%s.ledger_shard(customer, %s), 0)', extension, shards) ELSE '0' END, arguments,
        CASE WHEN has_guests THEN format('%s.ledger_agg(0::bigint, %s) FILTER (WHERE customer IS NULL)', extension, arguments) ELSE format('NULL::%s.customer_ledger', extension) END,
        source, CASE WHEN shards > 1 THEN ' GROUP BY 1' ELSE '' END);
END
$$;
COMMENT ON FUNCTION mart_ledgers(jsonb, date, date, boolean, integer) IS
'the query that makes ledgers of the orders of a mart: a row for each shard of customers with the ledger of all its orders, and in one of them that of orders without a customer';

CREATE FUNCTION mart_months("from" date, "to" date)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 12::numeric * (extract(year FROM "to") - extract(year FROM "from")) + extract(month FROM "to") - extract(month FROM "from");
COMMENT ON FUNCTION mart_months(date, date) IS 'how many months the month of a day is behind that of another';

CREATE FUNCTION mart_tell(part text, month date, rows bigint, months_done bigint, months_total bigint, months_left bigint, rows_read bigint, started timestamptz)
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    seconds double precision := greatest(extract(epoch FROM clock_timestamp() - started), 0.001);
BEGIN
    IF part = 'customers' THEN
        RAISE NOTICE '%', format('%s: %s rows; %s of %s months, %s rows a second, %s s left to read', to_char(month, 'YYYY-MM'), rows, months_done, months_total, round(rows_read / seconds),
                                 ceil(seconds * months_left / greatest(months_total - months_left, 1)));
    ELSE
        RAISE NOTICE '%', format('%s: %s rows without a customer', to_char(month, 'YYYY-MM'), rows);
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION mart_tell(text, date, bigint, bigint, bigint, bigint, bigint, timestamptz) IS 'tells in a notice that a month has been read, how fast, and for how long reading will go on; true';

CREATE FUNCTION mart_store(settings jsonb, is_published boolean, "from" date, months_before bigint, months_total bigint, months_left bigint, rows_before bigint, started timestamptz)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    parts text;
BEGIN
    SELECT string_agg(format('SELECT %L, s.* FROM %s.slices(read.%I, ''1 month''::interval, %L::date) AS s', part, extension, ledger, settings ->> 'today'), ' UNION ALL ')
    INTO parts FROM (VALUES ('customers', 'whole'), ('guests', 'guests')) AS v (part, ledger);
    RETURN format($sql$
        INSERT INTO %1$I.stored_ledgers (month, part, shard, is_published, ledger, orders, refund_rows, gross_revenue, refunds)
        SELECT month, name, shard, %4$L::boolean, ledger, orders, refund_rows, gross_revenue, refunds
        FROM (SELECT sum(%2$s.rows_count(whole) + coalesce(%2$s.rows_count(guests), 0))::bigint AS rows FROM read) AS counted
             CROSS JOIN read CROSS JOIN LATERAL (%3$s) AS part (name, month, ledger, orders, refund_rows, gross_revenue, refunds)
        WHERE %2$s.mart_tell(name, month, %2$s.rows_count(ledger), %6$L::bigint + 1 + %2$s.mart_months(coalesce(%5$L::date, %2$s.first_day(read.whole)), month),
                             greatest(%7$L::bigint, 1 + %2$s.mart_months(%2$s.first_day(read.whole), %2$s.last_day(read.whole))), %8$L::bigint, %9$L::bigint + counted.rows, to_timestamp(%10$L::double precision))$sql$,
        settings ->> 'mart', extension, parts, is_published, "from", months_before, months_total, months_left, rows_before,
        extract(epoch FROM started));   -- as text an instant may have a zone that nobody can read
END
$$;
COMMENT ON FUNCTION mart_store(jsonb, boolean, date, bigint, bigint, bigint, bigint, timestamptz) IS
'the statement that cuts the ledgers of a relation read, which is of mart_ledgers(), into months and stores them, with the sums of each up to today, and tells of each month, from the first day "from" on, where that is known, and with the months that were read before, those to read in all and those to read after it, the rows that were read before, and when reading began';

-- As many months at once as one pass may take: ledgers of some 20 million rows, 400 MB. Where the average month has more, months are stored in shards of about so many.
CREATE FUNCTION mart_chunks(settings jsonb)
RETURNS TABLE ("from" date, "to" date, months bigint, shards integer)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    most_rows CONSTANT double precision := 20e6;
    plan jsonb;
    estimated double precision;
    all_months boolean;
    bounds record;
    day text;
    rows_a_month double precision;
BEGIN
    EXECUTE format('SELECT coalesce(bool_or(month IS NULL OR month > ''275000-01-01''), false) FROM %I.changes', mart) INTO all_months;
    -- the planner's estimate, which there is for views and for tables that were never analyzed, too
    EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM %s', settings ->> 'orders') INTO plan;
    estimated := plan #>> '{0,Plan,Plan Rows}';
    IF all_months AND estimated <= most_rows THEN
        RETURN QUERY SELECT NULL::date, NULL::date, NULL::bigint, 1;
        RETURN;
    END IF;
    IF all_months THEN
        EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'orders')::regclass, settings #>> '{columns,ordered_at}', settings ->> 'tz';
        EXECUTE format('SELECT min(%1$s) AS first, max(%1$s) AS last FROM %2$s AS t WHERE isfinite(t.%3$I)', day, settings ->> 'orders', settings #>> '{columns,ordered_at}') INTO bounds;
        EXECUTE format('DELETE FROM %I.changes', mart);
        -- of days to come those that there are: one of the year 9999 must not make all months of a few rows
        EXECUTE format('INSERT INTO %1$I.changes SELECT generate_series(date_trunc(''month'', $1::timestamp), least($2, $3)::timestamp, ''1 month'')::date UNION SELECT month FROM %1$I.stored_ledgers
                        UNION SELECT date_trunc(''month'', %2$s)::date FROM %3$s AS t WHERE %2$s > $3 AND isfinite(t.%4$I)', mart, day, settings ->> 'orders', settings #>> '{columns,ordered_at}')
        USING bounds.first, bounds.last, (settings ->> 'today')::date;
    END IF;
    EXECUTE format('SELECT greatest($1, 1) / greatest(count(*), 1) FROM (SELECT month FROM %1$I.changes UNION SELECT month FROM %1$I.stored_ledgers) AS m', mart) INTO rows_a_month USING estimated;
    RETURN QUERY EXECUTE format($sql$
        WITH pending AS (SELECT DISTINCT month FROM %1$I.changes WHERE month IS NOT NULL),
        gaps AS (SELECT month, CASE WHEN lag(month) OVER (ORDER BY month) = (month - interval '1 month')::date THEN 0 ELSE 1 END AS gap FROM pending),
        runs AS (SELECT month, sum(gap) OVER (ORDER BY month) AS run FROM gaps),
        placed AS (SELECT month, run, (row_number() OVER (PARTITION BY run ORDER BY month) - 1) / $1 AS chunk FROM runs)
        SELECT min(month), (max(month) + interval '1 month')::date, count(*), $2 FROM placed GROUP BY run, chunk ORDER BY 1$sql$, mart)
    USING greatest(1, floor(most_rows / rows_a_month))::bigint, greatest(1, ceil(rows_a_month / most_rows))::integer;
END
$$;
COMMENT ON FUNCTION mart_chunks(jsonb) IS
'the months that have changed, in runs that one pass over the orders may take (some 20 million rows, 400 MB), and into how many shards a month of more is cut; one row without bounds where all are to be read at once';

CREATE FUNCTION mart_read_categories(settings jsonb, "from" date, "to" date, is_published boolean)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    source text;
BEGIN
    EXECUTE format('DELETE FROM %I.stored_months WHERE is_published = $3 AND month >= coalesce($1, ''-infinity'') AND month < coalesce($2, ''infinity'')', mart) USING "from", "to", is_published;
    IF settings #>> '{columns,category}' IS NULL THEN
        EXECUTE format($sql$INSERT INTO %1$I.stored_months
            SELECT month, '(all)', is_published, sum(orders), sum(refund_rows), sum(gross_revenue), sum(refunds)
            FROM %1$I.stored_ledgers WHERE is_published = $3 AND orders + refund_rows > 0 AND month >= coalesce($1, '-infinity') AND month < coalesce($2, 'infinity') GROUP BY month, is_published$sql$, mart)
        USING "from", "to", is_published;
    ELSE
        EXECUTE format('SELECT %s.mart_source($1, $2, $3, true, true)', extension) INTO source USING settings, "from", "to";
        -- a ledger of one customer sums faster than numeric aggregates do
        EXECUTE format($sql$INSERT INTO %1$I.stored_months
            SELECT s.period, base.category, $2, s.orders, s.refund_rows, s.gross_revenue, s.refunds
            FROM (SELECT category, %3$s.ledger_agg(0::bigint, at, amount) AS ledger FROM (%2$s) AS orders GROUP BY category) AS base CROSS JOIN LATERAL %3$s.slices(base.ledger, '1 month'::interval, $1) AS s
            WHERE s.orders + s.refund_rows > 0$sql$, mart, source, extension) USING (settings ->> 'today')::date, is_published;
    END IF;
END
$$;
COMMENT ON FUNCTION mart_read_categories(jsonb, date, date, boolean) IS 'sums the orders of the months from <= month < to (all without bounds) by category into stored_months, in place of those that are there';

CREATE FUNCTION mart_read(settings jsonb, "from" date, "to" date, shards integer, log_run bigint, months_before bigint, months_total bigint, rows_before bigint, started timestamptz)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    in_range text := 'month >= $1 AND month < $2';
    months bigint;
    rows_read bigint;
BEGIN
    EXECUTE format('DELETE FROM %I.changes WHERE ' || in_range, mart) USING "from", "to";
    EXECUTE format('DELETE FROM %I.stored_ledgers WHERE NOT is_published AND ' || in_range, mart) USING "from", "to";
    EXECUTE format('SELECT %s.mart_months($1, $2)', extension) INTO months USING "from", "to";
    EXECUTE format('SELECT %1$s.mart_run(ARRAY[''read'']::text[], ARRAY[%1$s.mart_ledgers($1, $2, $3, true, $4), %1$s.mart_store($1, false, $2, $5, $6, $7, $8, $9)])', extension)
    USING settings, "from", "to", shards, months_before, months_total, greatest(months_total - months_before - months, 0), rows_before, started;
    -- a month that has no rows any more replaces the one it had
    EXECUTE format('INSERT INTO %1$I.stored_ledgers (month, part, is_published) SELECT DISTINCT month, ''customers'', false FROM %1$I.stored_ledgers AS old WHERE is_published AND %2$s
                        AND NOT EXISTS (SELECT FROM %1$I.stored_ledgers AS new WHERE NOT new.is_published AND new.month = old.month)', mart, in_range) USING "from", "to";
    EXECUTE format('SELECT %s.mart_read_categories($1, $2, $3, false)', extension) USING settings, "from", "to";
    EXECUTE format('SELECT $3 + coalesce(sum(%2$s.rows_count(ledger)), 0) FROM %1$I.stored_ledgers WHERE NOT is_published AND %3$s', mart, extension, in_range) INTO rows_read USING "from", "to", rows_before;
    EXECUTE format('UPDATE %I.refresh_log SET months_done = $1, months_total = $2, rows_read = $3, changed_at = clock_timestamp() WHERE run = $4', mart)
    USING months_before + months, greatest(months_total, months_before + months), rows_read, log_run;   -- some changed meanwhile, and are read again
    RETURN rows_read;
END
$$;
COMMENT ON FUNCTION mart_read(jsonb, date, date, integer, bigint, bigint, bigint, bigint, timestamptz) IS
'reads the orders of the months from <= month < to into rows of stored_ledgers and stored_months that are not published yet, and says so in notices and in refresh_log; the number of rows read, those before included';

-- ---------- mart_kinds ----------

-- Kinds of sale in a mart. The kind of a sale depends on all that the customer bought before. Sales before a checkpoint, which is the first day of a period,
-- are classed for good; what customers had bought up to there is kept, so that a refresh reads only the lines behind it.

-- The lines of the days from <= day < to; all before to where from is NULL
CREATE FUNCTION mart_lines(settings jsonb, "from" date, "to" date)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    columns jsonb := settings -> 'columns';
    at text := format('t.%I', columns ->> 'ordered_at');
    bounds text;
    number record;
    day text;
BEGIN
    EXECUTE format('SELECT %1$s.mart_number(''amount''::text, $1) AS amount, %1$s.mart_number(''price''::text, $1) AS price, %1$s.mart_number(''intended_price''::text, $1) AS intended', extension) INTO number USING settings;
    EXECUTE format('SELECT %1$s.mart_day($1, $2, $3), %1$s.mart_bounds($4, $5, $6)', extension) INTO day, bounds
    USING (settings ->> 'orders')::regclass, columns ->> 'ordered_at', settings ->> 'tz', settings, "from", "to";
    RETURN format('SELECT t.%1$I::%2$s AS customer, %3$s AS at, %4$s AS day, %5$s AS amount, t.%6$I::text AS product, %7$s::text AS relation, abs(%8$s) AS price, %9$s AS intended, %10$s::text AS order_id
                   FROM %11$s AS t WHERE t.%1$I IS NOT NULL AND t.%6$I IS NOT NULL AND %5$s IS NOT NULL AND %12$s',
        columns ->> 'customer', settings ->> 'key', at, day, number.amount, columns ->> 'product', coalesce('t.' || quote_ident(columns ->> 'relation'), 'NULL'), number.price, number.intended,
        coalesce('t.' || quote_ident(columns ->> 'order_id'), 'NULL'), settings ->> 'orders',
        format('isfinite(%s) AND ', at) || bounds || CASE WHEN columns ->> 'status' IS NULL THEN '' ELSE format(' AND %s.is_revenue_status(t.%I::text)', extension, columns ->> 'status') END);
END
$$;
COMMENT ON FUNCTION mart_lines(jsonb, date, date) IS
'the query with which a mart reads the lines that have a kind of sale, those of days from <= day < to: customer, at, day, amount, product, relation, price, intended, order_id';

CREATE FUNCTION mart_class(settings jsonb, "from" date, "to" date, keeps boolean)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    lines text;
BEGIN
    EXECUTE format('SELECT %s.mart_lines($1, $2, $3)', extension) INTO lines USING settings, "from", "to";
    -- the history of a customer is a row before the first line
    EXECUTE format($sql$
        WITH line AS (%3$s),
        classed AS (
            SELECT customer, day, order_id, amount, price, intended, (sale).kind, (sale).history
            FROM (SELECT customer, day, order_id, amount, price, intended, %2$s.class_sale(product, relation, CASE WHEN amount < 0 THEN -price ELSE price END, history) OVER (PARTITION BY customer ORDER BY at NULLS FIRST) AS sale
                  FROM (SELECT customer, at, day, amount, product, relation, price, intended, order_id, NULL::%2$s.sale_history AS history FROM line%4$s) AS bought) AS classed)%5$s
        INSERT INTO %1$I.stored_kinds
        SELECT s.period, r.*
        FROM (SELECT date_trunc(%6$L, day::timestamp)::date AS period, %2$s.sales_agg(coalesce(kind, 'unknown'), coalesce(order_id, customer::text || ' ' || day), amount) AS state, %7$s
              FROM classed WHERE day IS NOT NULL GROUP BY 1) AS s
             CROSS JOIN LATERAL (SELECT kind, orders, revenue, avg_check FROM %2$s.sales_report(s.state) UNION ALL SELECT 'upsell_before', s.upsells, s.upsold, NULL WHERE s.upsells > 0) AS r$sql$,
        mart, extension, lines,
        CASE WHEN "from" IS NULL THEN '' ELSE format(' UNION ALL SELECT h.customer, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, h.history FROM %I.stored_history AS h WHERE h.customer IN (SELECT line.customer FROM line)', mart) END,
        CASE WHEN keeps AND "from" IS NOT NULL THEN format(', replaced AS (DELETE FROM %I.stored_history AS h USING classed AS c WHERE c.customer = h.customer AND c.history IS NOT NULL)', mart) ELSE '' END
            || CASE WHEN keeps THEN format(', kept AS (INSERT INTO %I.stored_history SELECT customer, history FROM classed WHERE history IS NOT NULL)', mart) ELSE '' END,
        settings ->> 'unit',
        CASE WHEN settings #>> '{columns,intended_price}' IS NULL THEN '0::bigint AS upsells, NULL::numeric AS upsold'
             ELSE format('count(*) FILTER (WHERE amount >= 0 AND %1$s.upsell_before(intended, price)) AS upsells, sum(price - intended) FILTER (WHERE amount >= 0 AND %1$s.upsell_before(intended, price)) AS upsold', extension) END);
END
$$;
COMMENT ON FUNCTION mart_class(jsonb, date, date, boolean) IS
'classes the sales of whole periods, those of days from <= day < to, after what customers had bought before; keeps: adds them to that';

CREATE FUNCTION mart_fill_kinds(settings jsonb, changed_from date, previous date, as_of date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    unit text := settings ->> 'unit';
    -- what changes is mostly in the running month or the one before
    usual date := date_trunc(unit, date_trunc('month', as_of) - interval '1 month');
    reached date;
    wanted date := usual;
BEGIN
    EXECUTE format('SELECT day FROM %I.stored_checkpoint', mart) INTO reached;
    -- where late refunds come in later, they will come again
    IF reached IS NOT NULL AND changed_from >= date_trunc('month', as_of) - interval '3 months' THEN
        wanted := least(usual, date_trunc(unit, changed_from));
    END IF;
    IF changed_from >= reached AND as_of >= reached THEN
        EXECUTE format('DELETE FROM %I.stored_kinds WHERE period >= $1', mart) USING reached;
        IF usual > date_trunc(unit, date_trunc('month', previous) - interval '1 month') IS NOT TRUE THEN
            wanted := reached;
        END IF;
    ELSE
        reached := NULL;
        EXECUTE format('DELETE FROM %I.stored_kinds', mart);
        EXECUTE format('DELETE FROM %I.stored_history', mart);
        EXECUTE format('DELETE FROM %I.stored_checkpoint', mart);
    END IF;
    IF as_of IS NULL THEN
        RETURN;
    END IF;
    IF wanted > reached IS NOT FALSE THEN
        EXECUTE format('SELECT %s.mart_class($1, $2, $3, true)', extension) USING settings, reached, wanted;
        reached := wanted;
        EXECUTE format('DELETE FROM %I.stored_checkpoint', mart);
        EXECUTE format('INSERT INTO %I.stored_checkpoint VALUES ($1)', mart) USING reached;
    END IF;
    EXECUTE format('SELECT %s.mart_class($1, $2, $3, false)', extension) USING settings, reached, as_of + 1;
END
$$;
COMMENT ON FUNCTION mart_fill_kinds(jsonb, date, date, date) IS
'classes the sales of a mart behind its checkpoint anew, or all where what has changed is older; with a new period the checkpoint moves on: up to it the kinds stay, and what customers had bought is kept';

-- ---------- mart_fill ----------

-- What follows from the months that were read: rows of the stored views, models and forecasts; subscriptions, survey, costs and checks of the source.

-- Models are estimates: some thousand customers, always the same, tell them as well as all. The forecast is that of the sample, for all;
-- its floating point numbers are added in an order, so that no plan changes the last digit.
CREATE FUNCTION mart_fill_models(settings jsonb, fitted_until date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    customers bigint;
    fitted text;    -- the column of stored_fit with the model that forecasts are by
    note text;
    emptied text;
BEGIN
    FOREACH emptied IN ARRAY '{stored_models,stored_forecast,stored_fit}'::text[] LOOP
        EXECUTE format('DELETE FROM %I.%I', mart, emptied);
    END LOOP;
    EXECUTE format('SELECT coalesce(sum(cohort_size), 0) FROM %I.stored_cohorts WHERE period_number = 0 AND cohort <= $1', mart) INTO customers USING fitted_until;
    BEGIN
        EXECUTE format($sql$
            INSERT INTO %1$I.stored_models SELECT $1, model, parameters::text, log_likelihood, aic, bic, converged, at_boundary, recommended, verdict, (SELECT count(*) FROM %1$I.stored_sample)
            FROM (SELECT %2$s.repeat_purchases_agg(frequency, recency, age) AS state FROM %1$I.stored_sample) AS base, %2$s.model_comparison(base.state)$sql$, mart, extension) USING fitted_until;
    EXCEPTION WHEN invalid_parameter_value OR numeric_value_out_of_range THEN
        note := SQLERRM;
    END;
    BEGIN
        EXECUTE format($sql$
            INSERT INTO %1$I.stored_fit
            SELECT model, CASE model WHEN 'BG/NBD' THEN %2$s.with_unit(%2$s.bg_nbd_fit(s.state), '1 week'::interval) END, CASE model WHEN 'MBG/NBD' THEN %2$s.with_unit(%2$s.mbg_nbd_fit(s.state), '1 week'::interval) END,
                   CASE model WHEN 'Pareto/NBD' THEN %2$s.with_unit(%2$s.pareto_nbd_fit(s.state), '1 week'::interval) END, s.spend, ((($1 + $2 * $3::interval)::date - $1) / 7.0)::double precision, (1 + $4 / 100) ^ (7 / 365.25) - 1
            FROM (SELECT CASE model WHEN 'NBD' THEN 'BG/NBD' ELSE model END AS model FROM %1$I.stored_models ORDER BY is_recommended DESC, aic LIMIT 1) AS best,
                 (SELECT %2$s.repeat_purchases_agg(frequency, recency, age) AS state, %2$s.gamma_gamma_fit(frequency, monetary_value) AS spend FROM %1$I.stored_sample) AS s$sql$, mart, extension)
        USING fitted_until, (settings ->> 'horizon')::integer, settings ->> 'step', (settings ->> 'discount_pct')::double precision;
        EXECUTE format('SELECT CASE model WHEN ''BG/NBD'' THEN ''bg_nbd'' WHEN ''MBG/NBD'' THEN ''mbg_nbd'' ELSE ''pareto_nbd'' END FROM %I.stored_fit', mart) INTO fitted;
        IF fitted IS NOT NULL THEN
            EXECUTE format($sql$
                INSERT INTO %1$I.stored_forecast
                WITH fit AS MATERIALIZED (SELECT * FROM %1$I.stored_fit),
                bought AS MATERIALIZED (
                    SELECT frequency, recency, age, count(*) AS customers, sum(%2$s.expected_value(fit.spend, frequency, monetary_value::double precision) ORDER BY monetary_value) AS value,
                           row_number() OVER (ORDER BY frequency, recency, age) AS place
                    FROM fit, %1$I.stored_sample GROUP BY frequency, recency, age),
                horizons AS MATERIALIZED (SELECT n, ($1 + 1 + (n - 1) * $2::interval)::date AS period, ((($1 + 1 + n * $2::interval)::date - $1 - 1) / 7.0)::double precision AS weeks FROM generate_series(1, $3) AS n),
                expected AS (
                    SELECT n, period, sum(customers * purchases ORDER BY place) AS purchases, sum(value * purchases ORDER BY place) AS revenue
                    FROM (SELECT h.n, h.period, b.place, b.customers, b.value, %2$s.expected_purchases(fit.%3$I, h.weeks, b.frequency, b.recency, b.age) AS purchases FROM fit, horizons AS h, bought AS b OFFSET 0) AS each
                    GROUP BY n, period),
                scale AS (SELECT $4::double precision / nullif(count(*), 0) AS factor FROM %1$I.stored_sample)
                SELECT period, n, $4, factor * (purchases - coalesce(lag(purchases) OVER (ORDER BY n), 0)), factor * (revenue - coalesce(lag(revenue) OVER (ORDER BY n), 0)), (SELECT model FROM fit) FROM expected, scale$sql$, mart, extension,
                fitted)
            USING fitted_until, settings ->> 'step', (settings ->> 'horizon')::integer, customers;
        END IF;
    EXCEPTION WHEN invalid_parameter_value OR numeric_value_out_of_range THEN
        note := coalesce(note, SQLERRM);
    END;
    IF customers = 0 THEN
        note := format('nobody has ordered up to %s, the end of the last complete period', to_char(fitted_until, 'YYYY-MM-DD'));
    END IF;
    EXECUTE format('UPDATE %I.stored_state SET models_note = $1, fitted_until = $2', mart) USING note, fitted_until;
END
$$;
COMMENT ON FUNCTION mart_fill_models(jsonb, date) IS
'fits the models of a mart up to a day, to the customers of stored_sample, and forecasts with the one of the smallest AIC; where there is too little data for any, their views are empty and describe_mart says why';

CREATE FUNCTION mart_window(settings jsonb, since date)
RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
RETURN date_trunc('month'::text, least(since - (settings ->> 'step'::text)::interval, since - (settings ->> 'lapse'::text)::interval, since - '30 days'::interval))::date;
COMMENT ON FUNCTION mart_window(jsonb, date) IS
'from which day on rows are needed to fill periods from a day on: of older ones it is enough to know the first order of each customer';

-- The end of the last complete period, the one before, and from which day on refreshes of this period and the last need all rows, that is of older ones the first
-- order of each customer only.
CREATE FUNCTION mart_days(settings jsonb, as_of date, OUT complete_until date, OUT before_until date, OUT known_until date)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    unit text := settings ->> 'unit';
    step interval := settings ->> 'step';
BEGIN
    complete_until := CASE WHEN date_trunc(unit, as_of + 1) = as_of + 1 THEN as_of ELSE date_trunc(unit, as_of)::date - 1 END;
    before_until := (complete_until + 1 - step)::date - 1;
    EXECUTE format('SELECT %s.mart_window($1, $2)', extension) INTO known_until USING settings, (date_trunc(unit, as_of) - step)::date;
END
$$;
COMMENT ON FUNCTION mart_days(jsonb, date) IS
'the days that follow from the last one that counts: the end of the last complete period and of the one before; and from which day on refreshes of this period and the last need all rows, and of older ones the first order of each customer only';

CREATE FUNCTION mart_fill(settings jsonb, parts text[])
RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    sample_size CONSTANT integer := 5000;   -- customers that models are fitted to
    filled text[];
BEGIN
    EXECUTE format($sql$
        SELECT array_agg(%1$s.mart_sql(statement, $1) ORDER BY place) FROM (
            SELECT place, 'periods', format('INSERT INTO {mart}.%%I %%s', 'stored_' || view_name, query) FROM %1$s.mart_views() WHERE is_stored AND query IS NOT NULL
            UNION ALL SELECT * FROM (VALUES
                (100, 'firsts', 'UPDATE {mart}.stored_state SET (firsts, firsts_until) = (SELECT {extension}.as_of({extension}.first_orders(ledger), known_until - 1), known_until FROM base)'),
                (101, 'complete', 'INSERT INTO {mart}.stored_segment_migration SELECT before_until, complete_until, coalesce(from_segment, ''(none)''), to_segment, customers
                    FROM base CROSS JOIN LATERAL {extension}.segment_migration(ledger, before_until, complete_until, 5)'),
                -- how many customers there are is estimated, from rows of complete periods only, so that a later refresh draws the same
                (102, 'complete', format('INSERT INTO {mart}.stored_sample SELECT frequency, recency, age, monetary_value
                    FROM base CROSS JOIN LATERAL (SELECT {extension}.shard(ledger, 64, 0) AS part OFFSET 0) AS few
                         CROSS JOIN LATERAL (SELECT greatest(1, ceil(64 * {extension}.customers_count({extension}.as_of(part, complete_until)) / %%s::double precision))::integer AS shards) AS drawn
                         CROSS JOIN LATERAL {extension}.rfm_summary({extension}.shard(CASE WHEN shards < 64 THEN ledger ELSE part END, shards, 0), {key}, complete_until, ''1 week''::interval)', $3))) AS other
        ) AS part (place, kind, statement) WHERE kind = ANY ($2)$sql$, extension)
    INTO filled USING settings, parts, sample_size;
    RETURN filled;
END
$$;
COMMENT ON FUNCTION mart_fill(jsonb, text[]) IS
'the statements that fill what follows from a relation base of one row: ledger, since, as_of and mart_days(as_of); parts are "periods" (stored views from the day since on), "firsts" (what is to be known of older orders) and "complete" (segments, and customers to fit models to)';

CREATE FUNCTION mart_first_period(settings jsonb, first_day date, as_of date)
RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF first_day < as_of - interval '500 years' THEN
        RAISE EXCEPTION USING ERRCODE = 'datetime_field_overflow', MESSAGE = format('orders of %s begin on %s: a mart takes up to 500 years', settings ->> 'orders', to_char(first_day, 'YYYY-MM-DD BC')),
            HINT = 'Correct the dates, or make the mart of a view without these rows.';
    END IF;
    RETURN date_trunc(settings ->> 'unit', first_day)::date;
END
$$;
COMMENT ON FUNCTION mart_first_period(jsonb, date, date) IS 'the first day of the first period of a mart; error 22008 where that is too long ago to have a row for each period since';

CREATE FUNCTION mart_empty(settings jsonb, since date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    view text;
BEGIN
    FOR view IN EXECUTE format('SELECT view_name FROM %s.mart_views() WHERE is_stored AND query IS NOT NULL', extension) LOOP
        EXECUTE format('DELETE FROM %I.%I WHERE %I >= coalesce($1, ''-infinity'')', settings ->> 'mart', 'stored_' || view, CASE view WHEN 'active' THEN 'day' ELSE 'period' END) USING since;
    END LOOP;
END
$$;
COMMENT ON FUNCTION mart_empty(jsonb, date) IS 'removes the rows of stored views that mart_fill() makes anew, those of periods from a day on; all without a day';

CREATE FUNCTION mart_fill_all(settings jsonb, log_run bigint, started timestamptz)
RETURNS date
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    base text := format('SELECT ledger, %1$s.mart_first_period(%3$L::jsonb, first_day, as_of) AS since, as_of, days.*
        FROM (SELECT ledger, first_day, greatest(%1$s.last_day(ledger), %1$s.last_day(%1$s.as_of(guests, %2$L::date))) AS as_of
              FROM (SELECT %1$s.as_of(whole, %2$L::date) AS ledger, guests, least(%1$s.first_day(whole), %1$s.first_day(guests)) AS first_day FROM read OFFSET 0) AS cut OFFSET 0) AS counted
             CROSS JOIN LATERAL %1$s.mart_days(%3$L::jsonb, as_of) AS days', extension, settings ->> 'today', settings);
    fill text := format('SELECT %1$s.mart_run(ARRAY[''read'', ''base'']::text[], ARRAY[%1$s.mart_ledgers($1, NULL::date, NULL::date, $2, 1), $3, %1$s.mart_store($1, true, NULL::date, 0::bigint, 0::bigint, 0::bigint, 0::bigint, $4)]
                                                     || %1$s.mart_fill($1, ''{periods,firsts,complete}''::text[]) || $5)', extension);
    keep text := format('UPDATE %I.stored_state SET as_of = (SELECT as_of FROM base)', mart);
    as_of date;
    complete_until date;
    emptied text;
BEGIN
    FOREACH emptied IN ARRAY '{changes,stored_ledgers,stored_months,stored_segment_migration,stored_sample}'::text[] LOOP
        EXECUTE format('DELETE FROM %I.%I', mart, emptied);
    END LOOP;
    EXECUTE format('SELECT %s.mart_empty($1, NULL::date)', extension) USING settings;
    BEGIN
        EXECUTE fill USING settings, false, base, started, keep;
    EXCEPTION WHEN numeric_value_out_of_range THEN
        -- to ask each row whether its day is finite costs a fifth of reading it, and hardly any is not
        EXECUTE fill USING settings, true, base, started, keep;
    END;
    EXECUTE format('SELECT as_of, days.complete_until FROM %I.stored_state CROSS JOIN LATERAL %s.mart_days($1, as_of) AS days', mart, extension) INTO as_of, complete_until USING settings;
    IF as_of IS NOT NULL THEN
        EXECUTE format('SELECT %s.mart_fill_models($1, $2)', extension) USING settings, complete_until;
    END IF;
    EXECUTE format('SELECT %s.mart_read_categories($1, NULL::date, NULL::date, true)', extension) USING settings;
    EXECUTE format('UPDATE %I.refresh_log SET (months_done, months_total, rows_read) = (SELECT count(DISTINCT month), count(DISTINCT month), coalesce(sum(%s.rows_count(ledger)), 0) FROM %1$I.stored_ledgers),
                        changed_at = clock_timestamp() WHERE run = $1', mart, extension) USING log_run;
    RETURN as_of;
END
$$;
COMMENT ON FUNCTION mart_fill_all(jsonb, bigint, timestamptz) IS 'reads all orders, stores them by month and fills all that follows from them, in one go; the last day that counts';

CREATE FUNCTION mart_fill_changed(settings jsonb, changed_from date, previous date, as_of date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    unit text := settings ->> 'unit';
    complete_until date;
    usual date;             -- what the first orders would be known up to
    first_day date;
    since date;             -- first day of the first period that can have changed
    known_until date;       -- first orders are known of the days before
    window_from date;       -- rows from here on say all about those periods, beside the first order of each customer
    has_all boolean;
    is_known boolean;       -- those first orders are as they were
    is_complete boolean;    -- what looks at complete periods only stays as it is
    months text;
    whole text;             -- the ledger of all months, and what stands for it
    recent text;
    parts text;
    is_small boolean;
    base text := $base$SELECT ledger, %2$L::date AS since, %3$L::date AS as_of, days.*
        FROM (SELECT %1$s.as_of(%4$s, %3$L::date) AS ledger) AS whole CROSS JOIN %1$s.mart_days(%5$L::jsonb, %3$L::date) AS days$base$;
    fill text := format('SELECT %1$s.mart_run(ARRAY[''base'']::text[], $2 || %1$s.mart_fill($1, $3))', extension);
BEGIN
    EXECUTE format('SELECT min(%1$s.first_day(ledger)) FROM %2$I.stored_ledgers WHERE is_published AND month = (SELECT min(month) FROM %2$I.stored_ledgers WHERE is_published)', extension, mart) INTO first_day;
    EXECUTE format('SELECT complete_until, known_until FROM %s.mart_days($1, $2)', extension) INTO complete_until, usual USING settings, as_of;
    since := date_trunc(unit, least(changed_from, previous, as_of, CASE WHEN previous IS NULL THEN first_day END));
    EXECUTE format('SELECT firsts_until, %1$s.mart_window($1, $2), fitted_until IS NOT DISTINCT FROM $3 AND ($3 >= date_trunc(''month'', $4)) IS NOT TRUE, firsts_until = $5 AND ($4 < firsts_until) IS NOT TRUE
                    FROM %2$I.stored_state', extension, mart) INTO known_until, window_from, is_complete, is_known USING settings, since, complete_until, changed_from, usual;
    window_from := least(window_from, known_until);
    has_all := window_from <= first_day;

    EXECUTE format('SELECT %s.mart_empty($1, $2)', extension) USING settings, since;
    EXECUTE format('SELECT greatest($4, %s.mart_first_period($1, $2, $3))', extension) INTO since USING settings, first_day, as_of, since;
    IF NOT is_complete THEN
        EXECUTE format('DELETE FROM %I.stored_segment_migration', mart);
        EXECUTE format('DELETE FROM %I.stored_sample', mart);
    END IF;
    months := format('FROM %I.stored_ledgers WHERE is_published AND part = ''customers'' AND month <= %L::date', mart, as_of);
    whole := format('(SELECT %s.rollup(ledger) %s)', extension, months);
    recent := whole;
    IF NOT has_all THEN
        -- side by side in half the time, but only as much as an array holds
        months := format('%s AND month >= %L::date', months, window_from);
        EXECUTE format('SELECT coalesce(sum(pg_column_size(ledger)), 0) < 5e8 %s', months) INTO is_small;
        parts := format('SELECT %s.as_of(firsts, %L::date) FROM %I.stored_state WHERE firsts IS NOT NULL UNION ALL SELECT ledger %s', extension, window_from - 1, mart, months);
        recent := format(CASE WHEN is_small THEN '%s.rollup(ARRAY(%s))' ELSE '(SELECT %s.rollup(part) FROM (%s) AS parts (part))' END, extension, parts);
    END IF;
    EXECUTE fill USING settings, format(base, extension, since, as_of, recent, settings),
        '{periods}'::text[] || CASE WHEN is_known THEN '{}' ELSE '{firsts}' END::text[] || CASE WHEN has_all AND NOT is_complete THEN '{complete}' ELSE '{}' END::text[];
    IF NOT is_complete AND NOT has_all THEN
        EXECUTE fill USING settings, format(base, extension, since, as_of, whole, settings), '{complete}'::text[];
    END IF;
    IF NOT is_complete THEN
        EXECUTE format('SELECT %s.mart_fill_models($1, $2)', extension) USING settings, complete_until;
    END IF;
END
$$;
COMMENT ON FUNCTION mart_fill_changed(jsonb, date, date, date) IS
'replaces what follows from the months that are stored, from the period on that the first changed month or the previous last day is in: earlier rows cannot have changed';

CREATE FUNCTION mart_fill_nothing(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    stored text;
BEGIN
    FOR stored IN EXECUTE format('SELECT view_name FROM %s.mart_views() WHERE is_stored AND needs = ''{}'' AND view_name <> ''data_quality''', extension) LOOP
        EXECUTE format('DELETE FROM %I.%I', mart, 'stored_' || stored);
    END LOOP;
    EXECUTE format('UPDATE %I.stored_state SET firsts = NULL, firsts_until = NULL, fitted_until = NULL, models_note = ''there are no orders''', mart);
    EXECUTE format('DELETE FROM %I.stored_fit', mart);
END
$$;
COMMENT ON FUNCTION mart_fill_nothing(jsonb) IS 'the figures of a mart without orders: none';

CREATE FUNCTION mart_fill_others(settings jsonb, as_of date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    tz text := settings ->> 'tz';
    mapping jsonb;
    day text;
    day_after text;
BEGIN
    mapping := settings -> 'survey';
    IF jsonb_typeof(mapping) = 'object' THEN
        EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'survey_table')::regclass, mapping ->> 'answered_at', tz;
        EXECUTE format('DELETE FROM %I.stored_nps', mart);
        EXECUTE format($sql$INSERT INTO %1$I.stored_nps
            SELECT period, %2$s.responses(state), %2$s.promoters(state), %2$s.passives(state), %2$s.detractors(state), %2$s.nps(state), interval.lower, interval.upper, (period + %8$L::interval)::date <= $1 + 1
            FROM (SELECT date_trunc(%3$L, %4$s)::date AS period, %2$s.nps_agg(t.%5$I) AS state FROM %6$s AS t WHERE isfinite(t.%7$I) GROUP BY 1) AS survey, %2$s.nps_ci(state, 0.95::double precision) AS interval$sql$,
            mart, extension, settings ->> 'unit', day, mapping ->> 'score', settings ->> 'survey_table', mapping ->> 'answered_at', settings ->> 'step') USING as_of;
    END IF;

    mapping := settings -> 'costs';
    IF jsonb_typeof(mapping) = 'object' THEN
        EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'costs_table')::regclass, mapping ->> 'spent_at', tz;
        EXECUTE format('DELETE FROM %I.stored_costs', mart);
        EXECUTE format($sql$INSERT INTO %1$I.stored_costs SELECT date_trunc(%3$L, %4$s)::date, %5$s AS kind, %6$s AS method, %2$s.net_revenue(t.%7$I::numeric), %8$s FROM %9$s AS t WHERE isfinite(t.%10$I) GROUP BY 1, 2, 3$sql$,
            mart, extension, settings ->> 'unit', day, coalesce('t.' || quote_ident(mapping ->> 'kind') || '::text', '''acquisition'''), coalesce('coalesce(t.' || quote_ident(mapping ->> 'method') || '::text, ''(none)'')', '''(none)'''),
            mapping ->> 'amount', coalesce(extension || '.net_revenue(t.' || quote_ident(mapping ->> 'gain') || '::numeric)', 'NULL::numeric'), settings ->> 'costs_table', mapping ->> 'spent_at');
        EXECUTE format('SELECT string_agg(DISTINCT coalesce(quote_literal(kind), ''NULL''), '', '') FROM %I.stored_costs WHERE kind IN (''acquisition'', ''retention'', ''fixed'') IS NOT TRUE', mart) INTO day;
        IF day IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the kind of costs must be acquisition, retention or fixed: %s', day);
        END IF;
    END IF;

    mapping := settings -> 'subscriptions';
    IF jsonb_typeof(mapping) = 'object' THEN
        IF mapping ->> 'period' IS NOT NULL THEN
            day := format('t.%I', mapping ->> 'period');
        ELSE
            EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'subscriptions_table')::regclass, mapping ->> 'starts_at', tz;
            IF mapping ->> 'ends_at' IS NOT NULL THEN
                EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day_after USING (settings ->> 'subscriptions_table')::regclass, mapping ->> 'ends_at', tz;
            END IF;
            day := format('daterange(%s, %s)', day, coalesce(day_after, 'NULL'));
        END IF;
        EXECUTE format('DELETE FROM %I.stored_mrr', mart);
        EXECUTE format($sql$INSERT INTO %1$I.stored_mrr
            SELECT period, start_mrr, new_mrr, reactivation, expansion, contraction, churn, end_mrr, start_customers, new_customers, reactivated_customers, churned_customers, end_customers,
                   gross_churn_pct, net_churn_pct, grr_pct, nrr_pct, quick_ratio, growth_existing_pct, arpa, 12 * end_mrr, (period + %9$L::interval)::date <= $1 + 1
            FROM (SELECT %2$s.mrr_agg(t.%3$I::text, %4$s, t.%5$I::numeric, t.%6$I::interval%7$s) AS ledger FROM %8$s AS t) AS base, %2$s.mrr_movements(base.ledger, %9$L::interval, NULL::date, $1 + 1)$sql$,
            mart, extension, mapping ->> 'customer', day, mapping ->> 'amount', mapping ->> 'every', coalesce(', t.' || quote_ident(mapping ->> 'currency') || '::text', ''), settings ->> 'subscriptions_table', settings ->> 'step') USING as_of;
    END IF;
END
$$;
COMMENT ON FUNCTION mart_fill_others(jsonb, date) IS 'replaces what follows from subscriptions, survey and costs, which are read anew';

CREATE FUNCTION mart_fill_quality(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    columns jsonb := settings -> 'columns';
    today date := settings ->> 'today';
BEGIN
    EXECUTE format('DELETE FROM %I.stored_data_quality', settings ->> 'mart');
    EXECUTE format($sql$INSERT INTO %I.stored_data_quality SELECT check_name, severity, rows, share_pct, array_to_string(sample, ', '), about, $9
        FROM %s.data_quality($1, $2, $3, $4, $5, $6, $7, $8, NULL::text, $9, '7 days'::interval, '1990-01-01'::date, $10)$sql$, settings ->> 'mart', extension)
    USING (settings ->> 'orders')::regclass, columns ->> 'customer', columns ->> 'ordered_at', columns ->> 'amount', columns ->> 'order_id', columns ->> 'status', columns ->> 'currency', columns ->> 'product', today, settings ->> 'tz';
END
$$;
COMMENT ON FUNCTION mart_fill_quality(jsonb) IS 'checks the orders of a mart with data_quality and stores what it says';

-- ---------- mart_refresh ----------

-- refresh_mart: months whose orders have changed are read again, and all that follows from them is replaced in one transaction.

CREATE FUNCTION mart_note(settings jsonb, "from" date, "to" date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    statement text;
    known regclass[];
    now_there regclass[];
    added regclass;
    day text;
    has_function boolean := to_regprocedure(format('%I.note_changes()', settings ->> 'mart')) IS NOT NULL;
    can_note boolean;
    is_off boolean;
BEGIN
    IF "from" IS NOT NULL OR "to" IS NOT NULL THEN
        IF NOT "from" < "to" IS NOT FALSE OR NOT isfinite("from") OR NOT isfinite("to") OR "from" IS NULL OR "to" IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('from and to must both be days, from before to: %s, %s', coalesce("from"::text, 'NULL'), coalesce("to"::text, 'NULL'));
        END IF;
        EXECUTE format('INSERT INTO %I.changes SELECT generate_series(date_trunc(''month'', $1::timestamp), $2::timestamp - interval ''1 day'', ''1 month'')::date', mart) USING "from", "to";
    ELSIF NOT (settings ->> 'triggers')::boolean THEN
        EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
    END IF;
    -- orders that were dated in the future when their month was read, and whose day may have come
    EXECUTE format('INSERT INTO %1$I.changes SELECT month FROM %1$I.stored_ledgers, (SELECT coalesce(as_of, ''-infinity'') AS as_of FROM %1$I.stored_state) AS s
                    WHERE is_published AND month BETWEEN date_trunc(''month'', s.as_of) AND $1 AND %2$s.last_day(ledger) > s.as_of', mart, extension) USING (settings ->> 'today')::date;
    -- months that a failed refresh has read count orders up to the day of then
    EXECUTE format('INSERT INTO %1$I.changes SELECT month FROM %1$I.stored_ledgers WHERE NOT is_published
                    AND month >= (SELECT date_trunc(''month'', min(started_at) AT TIME ZONE ''UTC'' - interval ''1 day'') FROM %1$I.refresh_log WHERE run > coalesce((SELECT max(run) FROM %1$I.refresh_log WHERE state = ''done''), 0))', mart);
    IF NOT (settings ->> 'triggers')::boolean THEN
        RETURN;
    END IF;
    -- a partition can have joined that can have none, and that nobody could write with triggers on the tables above it
    EXECUTE format('SELECT %s.mart_has_triggers($1)', extension) INTO can_note USING (settings ->> 'orders')::regclass;
    IF NOT can_note THEN
        RAISE WARNING USING MESSAGE = format('triggers of the mart "%s" cannot be on all tables of %s: all months are read', mart, settings ->> 'orders');
        IF has_function THEN
            EXECUTE format('DROP FUNCTION %I.note_changes() CASCADE', mart);
        END IF;
        EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
        RETURN;
    END IF;
    -- a mart that was renamed has triggers that do not find it; tables that joined or left the orders changed without any
    IF settings ->> 'made_as' <> mart OR NOT has_function THEN
        EXECUTE format('SELECT %s.mart_trigger_function($1)', extension) INTO statement USING settings;
        EXECUTE statement;
        EXECUTE format('SELECT %s.mart_add_triggers($1)', extension) USING settings;
        EXECUTE format('UPDATE %I.settings SET settings = settings || jsonb_build_object(''mart'', $1)', mart) USING mart;
        EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
    END IF;
    EXECUTE format('SELECT (SELECT relations FROM %2$I.stored_state), ARRAY(SELECT * FROM %1$s.mart_relations($1))', extension, mart) INTO known, now_there USING (settings ->> 'orders')::regclass;
    IF known IS DISTINCT FROM now_there THEN
        EXECUTE format('SELECT %s.mart_add_triggers($1)', extension) USING settings;
        -- that has waited for another refresh, which may just have done the same
        EXECUTE format('SELECT relations FROM %I.stored_state', mart) INTO known;
        EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'orders')::regclass, settings #>> '{columns,ordered_at}', settings ->> 'tz';
        FOREACH added IN ARRAY now_there LOOP
            IF added <> ALL (known) AND NOT has_table_privilege(added, 'SELECT') THEN
                -- who may read the table above it may read its rows there
                EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
            ELSIF added <> ALL (known) AND EXISTS (SELECT FROM pg_class WHERE oid = added AND relkind = 'r') THEN
                EXECUTE format('INSERT INTO %I.changes SELECT DISTINCT date_trunc(''month'', %s)::date FROM ONLY %s AS t WHERE isfinite(t.%I)', mart, day, added, settings #>> '{columns,ordered_at}');
            END IF;
        END LOOP;
        IF NOT known <@ now_there THEN
            EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
        END IF;
        EXECUTE format('UPDATE %I.stored_state SET relations = $1', mart) USING now_there;
    END IF;
    SELECT bool_or(tgenabled IN ('D', 'R')) OR count(*) < 4 * cardinality(now_there) INTO is_off
    FROM pg_trigger WHERE tgfoid = to_regprocedure(format('%I.note_changes()', mart)) AND tgrelid = ANY (now_there::oid[]);
    IF is_off IS NOT FALSE THEN
        EXECUTE format('SELECT %s.mart_add_triggers($1)', extension) USING settings;
        RAISE WARNING USING MESSAGE = format('triggers of the mart "%s" on %s are disabled or gone: all months are read', mart, settings ->> 'orders');
        EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
    END IF;
END
$$;
COMMENT ON FUNCTION mart_note(jsonb, date, date) IS
'notes in changes what triggers could not: the months of a period; those of orders whose day has come; or all of a source without triggers; those of partitions that came; all where some left or triggers are off';

CREATE FUNCTION mart_begin(settings jsonb, "from" date, "to" date)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    log_run bigint;
BEGIN
    EXECUTE format('INSERT INTO %I.refresh_log (state) VALUES (''running'') RETURNING run', mart) INTO log_run;
    EXECUTE format('UPDATE %I.refresh_log SET state = ''failed'', changed_at = clock_timestamp() WHERE state = ''running'' AND run <> $1
                        AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = process AND backend_start <= started_at IS NOT FALSE)', mart) USING log_run;
    EXECUTE format('UPDATE %I.refresh_log SET state = ''failed'', changed_at = clock_timestamp() WHERE state = ''running'' AND run <> $1 AND process = pg_backend_pid()', mart) USING log_run;
    EXECUTE format('SELECT %s.mart_update($1)', extension) USING settings;
    EXECUTE format('SELECT %s.mart_note($1, $2, $3)', extension) USING settings, "from", "to";
    RETURN log_run;
END
$$;
COMMENT ON FUNCTION mart_begin(jsonb, date, date) IS 'a row in refresh_log, and in changes what only a refresh can note; the number of the row';

CREATE FUNCTION mart_publish(settings jsonb, previous date)
RETURNS date
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    changed_from date;
    as_of date;
BEGIN
    EXECUTE format('SELECT min(month) FROM %I.stored_ledgers WHERE NOT is_published', mart) INTO changed_from;
    EXECUTE format('DELETE FROM %1$I.stored_months WHERE is_published AND month IN (SELECT month FROM %1$I.stored_ledgers WHERE NOT is_published)', mart);
    EXECUTE format('DELETE FROM %1$I.stored_ledgers WHERE is_published AND month IN (SELECT month FROM %1$I.stored_ledgers WHERE NOT is_published)', mart);
    EXECUTE format('DELETE FROM %1$I.stored_ledgers WHERE ledger IS NULL', mart);
    EXECUTE format('UPDATE %I.stored_ledgers SET is_published = true WHERE NOT is_published', mart);
    EXECUTE format('UPDATE %I.stored_months SET is_published = true WHERE NOT is_published', mart);
    -- an order dated in the future is shown from that day on: the running month may hold nothing else, the one before cannot
    EXECUTE format('SELECT max(%2$s.last_day(%2$s.as_of(ledger, $1))) FROM %1$I.stored_ledgers
                    WHERE is_published AND month IN (SELECT DISTINCT month FROM %1$I.stored_ledgers WHERE is_published AND month <= $1 ORDER BY month DESC LIMIT 2)', mart, extension) INTO as_of USING (settings ->> 'today')::date;
    IF as_of IS NOT NULL AND (changed_from IS NOT NULL OR as_of IS DISTINCT FROM previous) THEN
        EXECUTE format('SELECT %s.mart_fill_changed($1, $2, $3, $4)', extension) USING settings, changed_from, previous, as_of;
    END IF;
    RETURN as_of;
END
$$;
COMMENT ON FUNCTION mart_publish(jsonb, date) IS
'makes the months that mart_read has read those that are shown, and replaces what follows from them; the last day that counts';

CREATE FUNCTION mart_finish(settings jsonb, reads_all boolean, quality boolean, log_run bigint, started timestamptz)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    previous date;
    changed_from date;
    as_of date;
    fraction text;
BEGIN
    EXECUTE format('SELECT as_of, (SELECT CASE WHEN $1 THEN ''-infinity'' ELSE min(month) END FROM %1$I.stored_ledgers WHERE NOT is_published) FROM %1$I.stored_state', mart) INTO previous, changed_from USING reads_all;
    IF reads_all THEN
        EXECUTE format('SELECT %s.mart_fill_all($1, $2, $3)', extension) INTO as_of USING settings, log_run, started;
    ELSE
        EXECUTE format('SELECT %s.mart_publish($1, $2)', extension) INTO as_of USING settings, previous;
    END IF;
    EXECUTE format('UPDATE %I.stored_state SET as_of = $1', mart) USING as_of;
    EXECUTE format('SELECT to_char(month, ''YYYY-MM'') FROM %I.stored_months WHERE greatest(min_scale(gross_revenue), min_scale(refunds)) > $1 ORDER BY month LIMIT 1', mart) INTO fraction USING (settings ->> 'decimals')::integer;
    IF fraction IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'numeric_value_out_of_range', MESSAGE = format('amounts of %s in %s have more than %s decimals', settings ->> 'orders', fraction, settings ->> 'decimals'),
            HINT = 'drop_mart, and create_mart with more decimals.';
    END IF;
    IF as_of IS NULL THEN
        EXECUTE format('SELECT %s.mart_fill_nothing($1)', extension) USING settings;
    END IF;
    IF settings #>> '{columns,product}' IS NOT NULL AND changed_from IS NOT NULL THEN
        EXECUTE format('SELECT %s.mart_fill_kinds($1, $2, $3, $4)', extension) USING settings, changed_from, previous, as_of;
    END IF;
    EXECUTE format('SELECT %s.mart_fill_others($1, $2)', extension) USING settings, coalesce(as_of, (settings ->> 'today')::date);
    IF quality THEN
        EXECUTE format('SELECT %s.mart_fill_quality($1)', extension) USING settings;
    END IF;
    EXECUTE format('UPDATE %I.refresh_log SET state = ''done'', changed_at = clock_timestamp() WHERE run = $1', mart) USING log_run;
END
$$;
COMMENT ON FUNCTION mart_finish(jsonb, boolean, boolean, bigint, timestamptz) IS
'the last transaction of a refresh: reads what is to be read at once, and replaces all that is shown';

-- No SET clause: a procedure that ends transactions may have none. search_path is set for each of its transactions instead, and qualified
-- names do without before. Each transaction begins with an update of the one row of stored_state, which waits for another refresh, and fails where that
-- has committed since the snapshot: then it begins again with a new one. The snapshot of the last is one for all, so that months, state
-- and what follows from them are of one moment. A change that commits later has its month in changes, neither seen nor deleted here, for the next
-- refresh.
CREATE PROCEDURE refresh_mart(mart name, "from" date DEFAULT NULL, "to" date DEFAULT NULL, quality boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
DECLARE
    extension CONSTANT pg_catalog.text := (SELECT extnamespace::pg_catalog.regnamespace FROM pg_catalog.pg_extension WHERE extname OPERATOR(pg_catalog.=) 'customer_value');
    path CONSTANT pg_catalog.text := pg_catalog.current_setting('search_path');
    jit CONSTANT pg_catalog.text := pg_catalog.current_setting('jit');
    started CONSTANT pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    settings pg_catalog.jsonb;
    log_run bigint;
    chunk record;
    total bigint;
    done bigint := 0;
    rows_read bigint := 0;
    reads_all boolean;
BEGIN
    -- whatever the session's default: what mart_begin waits for, it must see
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    EXECUTE pg_catalog.format('SELECT %s.mart_settings($1)', extension) INTO settings USING mart;
    EXECUTE pg_catalog.format('SELECT %s.mart_check_tables($1)', extension) USING settings;
    EXECUTE pg_catalog.format('SELECT %s.mart_begin($1, $2, $3)', extension) INTO log_run USING settings, "from", "to";
    LOOP
        COMMIT;
        SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true), pg_catalog.set_config('jit', 'off', true);
        BEGIN
            EXECUTE format('UPDATE %I.stored_state SET as_of = as_of', mart);
        EXCEPTION WHEN serialization_failure THEN
            CONTINUE;
        END;
        reads_all := false;
        FOR chunk IN EXECUTE format('SELECT *, count(*) OVER () AS chunks, sum(months) OVER () AS left FROM %s.mart_chunks($1)', extension) USING settings LOOP
            reads_all := chunk."from" IS NULL;
            EXIT WHEN reads_all;
            total := coalesce(total, chunk.left);
            EXECUTE format('SELECT %s.mart_read($1, $2, $3, $4, $5, $6, $7, $8, $9)', extension) INTO rows_read USING settings, chunk."from", chunk."to", chunk.shards, log_run, done, total, rows_read, started;
            done := done + chunk.months;
            -- the months that were there at the beginning; those that changed meanwhile, and the last ones, are read together
            EXIT WHEN chunk.chunks > 1 AND done < total;
        END LOOP;
        IF NOT FOUND OR reads_all OR chunk.chunks = 1 OR done >= total THEN
            EXECUTE format('SELECT %s.mart_finish($1, $2, $3, $4, $5)', extension) USING settings, reads_all, quality, log_run, started;
            PERFORM set_config('search_path', path, true), set_config('jit', jit, true);
            EXIT;
        END IF;
    END LOOP;
END
$$;
COMMENT ON PROCEDURE refresh_mart(name, date, date, boolean) IS
'brings a mart up to date: reads again the months whose orders have changed, or those of the days from <= day < to, and replaces all figures in one transaction; quality checks the source too, which reads all of it; ends transactions, so CALL it outside of a transaction block; how far is it? refresh_log in the mart';
