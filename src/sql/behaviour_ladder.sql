-- Behaviour: the ladder of loyalty.

--@ state ladder_state: when each customer first reached each stage

CREATE FUNCTION ladder_transitions(state ladder_state, stages text[])
RETURNS TABLE (from_stage text, to_stage text, customers bigint, moved bigint, rate_pct numeric, median_time interval)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ladder_transitions';
COMMENT ON FUNCTION ladder_transitions(ladder_state, text[]) IS
'a row from each stage of the list to the next: customers who reached the first, how many of them reached the second at the same time or later, rate_pct = 100 moved / customers, median_time of those who moved (days of 24 hours); each stage counts from when it was first reached; state is made by ladder_agg';

--@ for customer in bigint, uuid, text
CREATE FUNCTION _ladder_state_add(ladder_state, customer @customer@, stage text, at timestamptz) RETURNS ladder_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ladder_add_@customer@';
COMMENT ON FUNCTION _ladder_state_add(ladder_state, @customer@, text, timestamptz) IS 'the state with one more row';

CREATE AGGREGATE ladder_agg(customer @customer@, stage text, at timestamptz) (
    SFUNC = _ladder_state_add, STYPE = ladder_state, INITCOND = 'empty',
    COMBINEFUNC = _ladder_state_merge, FINALFUNC = _ladder_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ladder_agg(@customer@, text, timestamptz) IS
'keeps when each customer first reached each stage, in a state to store, merge and read with ladder_transitions';

CREATE FUNCTION _ladder_state_add(ladder_state, customer @customer@, stage text, day date) RETURNS ladder_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ladder_add_day_@customer@';
COMMENT ON FUNCTION _ladder_state_add(ladder_state, @customer@, text, date) IS 'the state with one more row';

CREATE AGGREGATE ladder_agg(customer @customer@, stage text, day date) (
    SFUNC = _ladder_state_add, STYPE = ladder_state, INITCOND = 'empty',
    COMBINEFUNC = _ladder_state_merge, FINALFUNC = _ladder_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ladder_agg(@customer@, text, date) IS
'keeps on which day each customer first reached each stage, in a state to store, merge and read with ladder_transitions';
--@ end
