-- Experiments: two groups compared by the mean of a value or by the share that did something.

--@ state ab_state: number, exact sum and exact sum of squares of the values of a group

CREATE FUNCTION ab_count(state ab_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_count';
COMMENT ON FUNCTION ab_count(ab_state) IS 'number of values in the group';

CREATE FUNCTION ab_mean(state ab_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_mean';
COMMENT ON FUNCTION ab_mean(ab_state) IS
'mean of the values of the group; NULL without any; do two groups differ? ab_test_mean';

CREATE FUNCTION ab_variance(state ab_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_variance';
COMMENT ON FUNCTION ab_variance(ab_state) IS
'sample variance of the values of the group, (sum of squares - n mean^2) / (n - 1) without rounding in between, as var_samp; NULL for fewer than two values';

CREATE FUNCTION ab_test_mean(
    a ab_state, b ab_state, confidence double precision DEFAULT 0.95,
    OUT difference numeric, OUT lower numeric, OUT upper numeric, OUT t double precision,
    OUT degrees_of_freedom double precision, OUT p_value double precision
)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_test_mean';
COMMENT ON FUNCTION ab_test_mean(ab_state, ab_state, double precision) IS
'mean of group b minus mean of group a, its confidence interval, and the Welch test of whether it is more than chance: a small p_value says that it is; NULL where a group has no values, and all but the difference where one has a single value or neither varies; for shares: ab_test_rate';

CREATE FUNCTION ab_test_rate(
    x1 bigint, n1 bigint, x2 bigint, n2 bigint, confidence double precision DEFAULT 0.95,
    OUT difference numeric, OUT lower numeric, OUT upper numeric, OUT z double precision, OUT p_value double precision
)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_test_rate';
COMMENT ON FUNCTION ab_test_rate(bigint, bigint, bigint, bigint, double precision) IS
'share of x2 in n2 minus share of x1 in n1 in percent points, its confidence interval, and the z test of whether it is more than chance: a small p_value says that it is; NULL where n1 or n2 is 0; no test where nobody or everybody did it in both groups, no interval where nobody or everybody did it in each; for amounts: ab_test_mean';

--@ for value in smallint, integer, bigint, numeric, real, double precision
CREATE FUNCTION _ab_state_add(ab_state, value @value@) RETURNS ab_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ab_add_@value.c@';
COMMENT ON FUNCTION _ab_state_add(ab_state, @value@) IS 'the state with one more value';

CREATE AGGREGATE ab_agg(value @value@) (
    SFUNC = _ab_state_add, STYPE = ab_state, INITCOND = 'empty',
    COMBINEFUNC = _ab_state_merge, FINALFUNC = _ab_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_agg(@value@) IS
'sums the values of a group of an experiment, and their squares, into a state to store, merge and read with ab_test_mean, ab_mean, ab_variance, ab_count';
--@ end
