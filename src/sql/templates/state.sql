CREATE TYPE @state@;

CREATE FUNCTION _@state@_in(cstring) RETURNS @state@
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_@state@_in';
COMMENT ON FUNCTION _@state@_in(cstring) IS
'reads the text form of @state@; the word empty stands for a state of no rows';

CREATE FUNCTION _@state@_out(@state@) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_@state@_out';
COMMENT ON FUNCTION _@state@_out(@state@) IS 'writes the text form of @state@, lossless';

CREATE FUNCTION _@state@_recv(internal) RETURNS @state@
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_@state@_recv';
COMMENT ON FUNCTION _@state@_recv(internal) IS 'reads the binary form of @state@';

CREATE FUNCTION _@state@_send(@state@) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_@state@_send';
COMMENT ON FUNCTION _@state@_send(@state@) IS 'writes the binary form of @state@, lossless';

CREATE TYPE @state@ (
    INPUT = _@state@_in, OUTPUT = _@state@_out, RECEIVE = _@state@_recv, SEND = _@state@_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE @state@ IS
'@about@; store it, merge it with || or rollup, read it with the functions that take a @state@';

CREATE FUNCTION _@state@_merge(@state@, @state@) RETURNS @state@
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_@state@_merge';
COMMENT ON FUNCTION _@state@_merge(@state@, @state@) IS 'the @state@ of the rows of both; || calls it';

CREATE FUNCTION _@state@_finish(@state@) RETURNS @state@
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_@state@_finish';
COMMENT ON FUNCTION _@state@_finish(@state@) IS 'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = @state@, RIGHTARG = @state@, FUNCTION = _@state@_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (@state@, @state@) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state @state@) (
    SFUNC = _@state@_merge, STYPE = @state@, INITCOND = 'empty',
    COMBINEFUNC = _@state@_merge, FINALFUNC = _@state@_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(@state@) IS 'merges stored states into one, as if their rows had been aggregated together';
