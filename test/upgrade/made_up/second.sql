--@ requires: nps
-- The same, a version later. Its symbols are those of nps_state, so that no module need be built.

CREATE TYPE made_up_state;

CREATE FUNCTION _made_up_state_in(cstring) RETURNS made_up_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_state_in';
COMMENT ON FUNCTION _made_up_state_in(cstring) IS 'reads the text form of made_up_state';

CREATE FUNCTION _made_up_state_out(made_up_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_state_out';
COMMENT ON FUNCTION _made_up_state_out(made_up_state) IS 'writes the text form of made_up_state';

CREATE TYPE made_up_state (
    INPUT = _made_up_state_in, OUTPUT = _made_up_state_out,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = external
);
COMMENT ON TYPE made_up_state IS 'a new state';

CREATE FUNCTION _made_up_state_merge(made_up_state, made_up_state) RETURNS made_up_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_state_merge';
COMMENT ON FUNCTION _made_up_state_merge(made_up_state, made_up_state) IS 'the function of a new operator';

CREATE OPERATOR || (LEFTARG = made_up_state, RIGHTARG = made_up_state, FUNCTION = _made_up_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (made_up_state, made_up_state) IS 'a new operator';

CREATE AGGREGATE rollup(state made_up_state) (
    SFUNC = _made_up_state_merge, STYPE = made_up_state, INITCOND = 'empty', PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE rollup(made_up_state) IS 'an aggregate that has changed';

CREATE TYPE made_up_pair AS (score integer, amount numeric, label text);
COMMENT ON TYPE made_up_pair IS 'a new composite type';

CREATE FUNCTION made_up_answers(state made_up_state) RETURNS nps_state
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN state::text::nps_state;
COMMENT ON FUNCTION made_up_answers(made_up_state) IS 'the function of a new cast';

CREATE CAST (made_up_state AS nps_state) WITH FUNCTION made_up_answers(made_up_state);
COMMENT ON CAST (made_up_state AS nps_state) IS 'a new cast';

CREATE FUNCTION made_up_rate(amount numeric) RETURNS numeric
LANGUAGE plpgsql STABLE STRICT COST 7
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN 2 * amount;
END $$;
COMMENT ON FUNCTION made_up_rate(numeric) IS 'a function of which everything has changed that can be replaced';

CREATE FUNCTION made_up_rate(amount integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN amount::numeric;
COMMENT ON FUNCTION made_up_rate(integer) IS 'a new overload';

CREATE FUNCTION made_up_level(score numeric, "unit" text) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN score;
COMMENT ON FUNCTION made_up_level(numeric, text) IS 'a function whose arguments have changed';
