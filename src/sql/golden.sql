-- Golden customers: who brings the first 80 % of revenue, and how evenly it is spread.

--@ state golden_state: values with the number of times that each was seen, exact; who has nothing is counted only

CREATE FUNCTION gini(state golden_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gini';
COMMENT ON FUNCTION gini(golden_state) IS
'Gini coefficient: 0 when all values are the same, near 1 when one has everything; a value below 0 counts as 0; NULL without positive values';

CREATE FUNCTION gini_double(state golden_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gini_double';
COMMENT ON FUNCTION gini_double(golden_state) IS 'gini as it is returned for floating-point values';

CREATE FUNCTION golden_income_share(state golden_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_income_share';
COMMENT ON FUNCTION golden_income_share(golden_state) IS
'share of all positive values that the golden ones hold, percent; golden are those with less than the threshold of all above them, 0.8 if none came with the values; NULL without positive values';

CREATE FUNCTION golden_income_share_double(state golden_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_income_share_double';
COMMENT ON FUNCTION golden_income_share_double(golden_state) IS
'golden_income_share as it is returned for floating-point values';

CREATE FUNCTION golden_income_share(state golden_state, threshold double precision) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_income_share_at';
COMMENT ON FUNCTION golden_income_share(golden_state, double precision) IS
'share of all positive values that the golden ones hold at any threshold from 0 to 1, percent; NULL without positive values';

CREATE FUNCTION _golden_least(state golden_state, threshold double precision) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_least';
COMMENT ON FUNCTION _golden_least(golden_state, double precision) IS
'the least golden value at a threshold from 0 to 1: golden is who has as much; NULL where none is';

CREATE FUNCTION _golden_times(state golden_state) RETURNS bigint[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_times';
COMMENT ON FUNCTION _golden_times(golden_state) IS 'how often each of the different positive values was seen, in the order of the values';

CREATE FUNCTION _golden_value(state golden_state, place integer) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_value';
COMMENT ON FUNCTION _golden_value(golden_state, integer) IS 'one of the different positive values, by its place from 1 on; NULL for another place';

CREATE FUNCTION top_share(state golden_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_top_share';
COMMENT ON FUNCTION top_share(golden_state) IS
'share of all positive values that the best values hold, percent; the best are 20 % of them if no share came with the values; NULL without positive values';

CREATE FUNCTION top_share_double(state golden_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_top_share_double';
COMMENT ON FUNCTION top_share_double(golden_state) IS 'top_share as it is returned for floating-point values';

CREATE FUNCTION top_share(state golden_state, share double precision) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_top_share_at';
COMMENT ON FUNCTION top_share(golden_state, double precision) IS
'share of all positive values that the best values hold, percent, the best being any share from 0 to 1 of them; NULL without positive values';

--@ for value in smallint, integer, bigint, numeric, real, double precision
CREATE FUNCTION _golden_state_add_share(golden_state, value @value@, share double precision) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_add_share_@value.c@';
COMMENT ON FUNCTION _golden_state_add_share(golden_state, @value@, double precision) IS
'the state with one more value, to be read for this share of the customers';

CREATE AGGREGATE top_share(value @value@, share double precision) (
    SFUNC = _golden_state_add_share, STYPE = golden_state, INITCOND = 'empty',
    COMBINEFUNC = _golden_state_merge, FINALFUNC = top_share@value.suffix@, PARALLEL = SAFE
);
COMMENT ON AGGREGATE top_share(@value@, double precision) IS
'what the best customers bring, percent of all positive values, a row a customer: top_share(revenue, 0.2) for the best 20 %, those without revenue counted among the customers; where that is not a whole number of customers, the last one counts in part; share is the same in all rows; NULL without positive values; how many customers bring 80 %? is_golden';

CREATE FUNCTION _golden_state_add(golden_state, value @value@) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_add_@value.c@';
COMMENT ON FUNCTION _golden_state_add(golden_state, @value@) IS 'the state with one more value';

CREATE FUNCTION _golden_state_add(golden_state, value @value@, threshold double precision) RETURNS golden_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_add_threshold_@value.c@';
COMMENT ON FUNCTION _golden_state_add(golden_state, @value@, double precision) IS
'the state with one more value, to be read at this threshold';

CREATE AGGREGATE golden_agg(value @value@) (
    SFUNC = _golden_state_add, STYPE = golden_state, INITCOND = 'empty',
    COMBINEFUNC = _golden_state_merge, FINALFUNC = _golden_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_agg(@value@) IS
'collects how values are spread, one a customer, into a state to store, merge and read with gini, golden_income_share and top_share';

CREATE AGGREGATE gini(value @value@) (
    SFUNC = _golden_state_add, STYPE = golden_state, INITCOND = 'empty',
    COMBINEFUNC = _golden_state_merge, FINALFUNC = gini@value.suffix@, PARALLEL = SAFE
);
COMMENT ON AGGREGATE gini(@value@) IS
'Gini coefficient of values, one a customer: 2 sum(i v) / (n sum v) - (n + 1) / n with v ascending, 0 when all are the same, near 1 when one has everything; a value below 0 counts as 0; NULL without positive values; who has it? golden_rank';

CREATE AGGREGATE golden_income_share(value @value@) (
    SFUNC = _golden_state_add, STYPE = golden_state, INITCOND = 'empty',
    COMBINEFUNC = _golden_state_merge, FINALFUNC = golden_income_share@value.suffix@, PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_income_share(@value@) IS
'share of revenue that the golden customers hold, those who bring the first 80 %, percent; a row a customer; who are they? is_golden';

CREATE AGGREGATE golden_income_share(value @value@, threshold double precision) (
    SFUNC = _golden_state_add, STYPE = golden_state, INITCOND = 'empty',
    COMBINEFUNC = _golden_state_merge, FINALFUNC = golden_income_share@value.suffix@, PARALLEL = SAFE
);
COMMENT ON AGGREGATE golden_income_share(@value@, double precision) IS
'share of revenue that the golden customers hold at this threshold, 0 to 1, the same in all rows; percent; a row a customer; who are they? is_golden';

CREATE FUNCTION golden_rank(value @value@) RETURNS bigint
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_rank_@value.c@';
COMMENT ON FUNCTION golden_rank(@value@) IS
'rank of a customer by revenue in the partition, the highest is 1, equals share a rank; NULL for NULL and for values up to 0; OVER () is enough: the whole partition counts, whatever ORDER BY or frame says; which share have they? golden_share';

CREATE FUNCTION golden_share(value @value@) RETURNS @value.result@
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_golden_share_@value.c@';
COMMENT ON FUNCTION golden_share(@value@) IS
'share of the positive values of the partition that is held by all with as much or more, percent, equals alike; NULL for NULL and for values up to 0; who makes up the first 80 %? is_golden';

CREATE FUNCTION is_golden(value @value@, threshold double precision DEFAULT 0.8) RETURNS boolean
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_is_golden_@value.c@';
COMMENT ON FUNCTION is_golden(@value@, double precision) IS
'whether the strictly higher values of the partition sum up to less than threshold, 0 to 1, of all positive ones: who crosses the line is golden, and equals are in or out together; NULL for NULL and for values up to 0; how much do they hold? golden_income_share';

CREATE FUNCTION abc_class(value @value@, cuts double precision[] DEFAULT '{0.8,0.95}') RETURNS text
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_abc_class_@value.c@';
COMMENT ON FUNCTION abc_class(@value@, double precision[]) IS
'ABC class in the partition: A are the golden values at the first cut, B those at the second that are not A, C the rest, by the rule of is_golden; up to 25 cuts that ascend from 0 to 1 make more letters; NULL for NULL and for values up to 0';
--@ end
