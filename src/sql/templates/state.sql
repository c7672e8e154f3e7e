CREATE TYPE @state@;

CREATE FUNCTION @state@_in(cstring) RETURNS @state@
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_@state@_in';
COMMENT ON FUNCTION @state@_in(cstring) IS
'reads the text form of @state@; the word empty stands for a state of no rows';

CREATE FUNCTION @state@_out(@state@) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_@state@_out';
COMMENT ON FUNCTION @state@_out(@state@) IS 'writes the text form of @state@, lossless';

CREATE FUNCTION @state@_recv(internal) RETURNS @state@
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_@state@_recv';
COMMENT ON FUNCTION @state@_recv(internal) IS 'reads the binary form of @state@';

CREATE FUNCTION @state@_send(@state@) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_@state@_send';
COMMENT ON FUNCTION @state@_send(@state@) IS 'writes the binary form of @state@, lossless';

CREATE TYPE @state@ (
    INPUT = @state@_in, OUTPUT = @state@_out, RECEIVE = @state@_recv, SEND = @state@_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE @state@ IS
'@about@; store it, merge it with || or rollup, read it with the functions that take a @state@';

CREATE FUNCTION @state@_merge(@state@, @state@) RETURNS @state@
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_@state@_merge';
COMMENT ON FUNCTION @state@_merge(@state@, @state@) IS 'the @state@ of the rows of both; || calls it';

CREATE FUNCTION @state@_finish(@state@) RETURNS @state@
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_@state@_finish';
COMMENT ON FUNCTION @state@_finish(@state@) IS 'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = @state@, RIGHTARG = @state@, FUNCTION = @state@_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (@state@, @state@) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state @state@) (
    SFUNC = @state@_merge, STYPE = @state@, INITCOND = 'empty',
    COMBINEFUNC = @state@_merge, FINALFUNC = @state@_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(@state@) IS 'merges stored states into one, as if their rows had been aggregated together';
