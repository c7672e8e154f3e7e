-- How far customers get along a chain of steps.

--@ state funnel_state: the instants at which a customer met steps of a chain, and which

CREATE FUNCTION window_funnel(state funnel_state) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_window_funnel';
COMMENT ON FUNCTION window_funnel(funnel_state) IS
'how many steps of the chain were reached within the window that the rows were aggregated with; without limit of time for funnel_agg; NULL without rows';

CREATE FUNCTION window_funnel(
    state funnel_state, window_length interval,
    strict_increase boolean DEFAULT false, once boolean DEFAULT false, excluded integer[] DEFAULT '{}'
) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_window_funnel_within';
COMMENT ON FUNCTION window_funnel(funnel_state, interval, boolean, boolean, integer[]) IS
'how many steps of the chain were reached, in their order, at most window_length after the first; the same instant will do, but with strict_increase each step must be later than the one before, and with once each row is one step at most; steps whose numbers are in excluded belong to no chain and break one where they are met after its first step and before its last; NULL without rows; by how many? GROUP BY it';

CREATE FUNCTION _funnel_state_add(funnel_state, at timestamptz, steps boolean[]) RETURNS funnel_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_funnel_add';
COMMENT ON FUNCTION _funnel_state_add(funnel_state, timestamptz, boolean[]) IS 'the state with one more event';

CREATE FUNCTION _funnel_state_add(funnel_state, window_length interval, at timestamptz, steps boolean[]) RETURNS funnel_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_funnel_add_within';
COMMENT ON FUNCTION _funnel_state_add(funnel_state, interval, timestamptz, boolean[]) IS
'the state with one more event; error 22023 on a second window';

CREATE AGGREGATE funnel_agg(at timestamptz, VARIADIC steps boolean[]) (
    SFUNC = _funnel_state_add, STYPE = funnel_state, INITCOND = 'empty',
    COMBINEFUNC = _funnel_state_merge, FINALFUNC = _funnel_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(timestamptz, VARIADIC boolean[]) IS
'notes when the events of a customer met which of up to 32 steps, into a state to store, merge and read with window_funnel(state, window_length), which can take each event once, or have steps that break a chain';

CREATE AGGREGATE window_funnel(window_length interval, at timestamptz, VARIADIC steps boolean[]) (
    SFUNC = _funnel_state_add, STYPE = funnel_state, INITCOND = 'empty',
    COMBINEFUNC = _funnel_state_merge, FINALFUNC = window_funnel, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, timestamptz, VARIADIC boolean[]) IS
'how many steps of a chain the events of a customer reached, in their order, at most window_length (in days or shorter units) after the first: 0 for none; one instant may be several steps; a NULL step is not met; GROUP BY customer, then count the customers by steps reached; another window later, each event once, events that break a chain? funnel_agg';
