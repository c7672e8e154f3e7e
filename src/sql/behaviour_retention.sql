-- Which conditions a customer met, together with the first.

--@ state retention_state: which of several conditions were ever met by the rows of a customer

CREATE FUNCTION retention(state retention_state) RETURNS boolean[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_value';
COMMENT ON FUNCTION retention(retention_state) IS
'for each condition whether it and the first were ever met, not always by the same row; NULL without rows';

CREATE FUNCTION _retention_state_add(retention_state, conditions boolean[]) RETURNS retention_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_add';
COMMENT ON FUNCTION _retention_state_add(retention_state, boolean[]) IS 'the state with one more row';

CREATE AGGREGATE retention_agg(VARIADIC conditions boolean[]) (
    SFUNC = _retention_state_add, STYPE = retention_state, INITCOND = 'empty',
    COMBINEFUNC = _retention_state_merge, FINALFUNC = _retention_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE retention_agg(VARIADIC boolean[]) IS
'notes which of up to 32 conditions the rows of a customer met, into a state to store, merge and read with retention';

CREATE AGGREGATE retention(VARIADIC conditions boolean[]) (
    SFUNC = _retention_state_add, STYPE = retention_state, INITCOND = 'empty',
    COMBINEFUNC = _retention_state_merge, FINALFUNC = retention, PARALLEL = SAFE
);
COMMENT ON AGGREGATE retention(VARIADIC boolean[]) IS
'for each of up to 32 conditions whether rows of a customer met it and the first: retention(day = ''2024-01-01'', day = ''2024-01-08'') says who was there on the first day and came back a week later; a NULL condition is not met; GROUP BY customer, then count the customers with r[1], r[2], ...; in which order? window_funnel';
