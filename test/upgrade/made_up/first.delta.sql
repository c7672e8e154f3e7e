CREATE TYPE made_up_state;
CREATE FUNCTION _made_up_state_in(cstring) RETURNS made_up_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_state_in';
CREATE FUNCTION _made_up_state_out(made_up_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_state_out';
CREATE TYPE made_up_state (
    INPUT = _made_up_state_in, OUTPUT = _made_up_state_out,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);

CREATE TYPE made_up_pair AS (score integer, amount numeric);

--@ functions

CREATE OPERATOR || (LEFTARG = made_up_state, RIGHTARG = made_up_state, FUNCTION = _made_up_state_merge, COMMUTATOR = ||);

CREATE CAST (made_up_state AS nps_state) WITH FUNCTION made_up_answers(made_up_state);
