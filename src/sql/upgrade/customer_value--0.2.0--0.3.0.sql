-- complain if the script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION customer_value UPDATE TO '0.3.0'" to load this file. \quit

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

