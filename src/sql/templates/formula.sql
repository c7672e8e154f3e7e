--@ for number in smallint, integer, bigint
CREATE FUNCTION @name@(@arguments@) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN @name@(@casts@);
COMMENT ON FUNCTION @name@(@arguments@) IS
@comment@
--@ end

--@ for number in real, double precision
CREATE FUNCTION @name@(@arguments@) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN @name@(@decimals@)::double precision;
COMMENT ON FUNCTION @name@(@arguments@) IS
@comment@
--@ end
