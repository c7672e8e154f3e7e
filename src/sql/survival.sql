-- How long customers stay, when many are still there: Kaplan-Meier.

--@ state km_state: customers counted by duration, those who churned at it and those who were still there when they were last seen

CREATE FUNCTION _km_state_add(km_state, duration double precision, churned boolean) RETURNS km_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_add';
COMMENT ON FUNCTION _km_state_add(km_state, double precision, boolean) IS 'the state with one more customer';

CREATE AGGREGATE km_agg(duration double precision, churned boolean) (
    SFUNC = _km_state_add, STYPE = km_state, INITCOND = 'empty',
    COMBINEFUNC = _km_state_merge, FINALFUNC = _km_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE km_agg(double precision, boolean) IS
'counts how long customers stayed, up to their churn or, where churned is false, up to the last time they were seen (censored), into a state to store, merge and read with km_survival, km_median, km_mean, km_curve; durations are in any unit from 0';

CREATE FUNCTION _km_state_add(km_state, entry double precision, duration double precision, churned boolean) RETURNS km_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_add_entry';
COMMENT ON FUNCTION _km_state_add(km_state, double precision, double precision, boolean) IS 'the state with one more customer';

CREATE AGGREGATE km_agg(entry double precision, duration double precision, churned boolean) (
    SFUNC = _km_state_add, STYPE = km_state, INITCOND = 'empty',
    COMBINEFUNC = _km_state_merge, FINALFUNC = _km_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE km_agg(double precision, double precision, boolean) IS
'the same for customers who are known only from an age on (left truncation), such as those who were there when records began: they are at risk of churn after entry only; entry is 0 for who was known from the start, and otherwise below duration';

CREATE FUNCTION km_survival(state km_state, t double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_survival';
COMMENT ON FUNCTION km_survival(km_state, double precision) IS
'share of customers (0 to 1) who stay longer than t, by Kaplan-Meier; NULL where nobody was watched for so long and not all had churned; how sure is it? km_curve';

CREATE FUNCTION km_median(state km_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_median';
COMMENT ON FUNCTION km_median(km_state) IS
'the duration that half of the customers do not survive: the shortest t with km_survival(state, t) at most 0.5; NULL where more than half are still there; on average? km_mean';

CREATE FUNCTION km_mean(state km_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_mean';
COMMENT ON FUNCTION km_mean(km_state) IS
'mean duration within the longest that was seen: the area under the Kaplan-Meier curve up to it (restricted mean); to compare groups give all the same horizon';

CREATE FUNCTION km_mean(state km_state, horizon double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_mean_to_horizon';
COMMENT ON FUNCTION km_mean(km_state, double precision) IS
'mean duration within the horizon: the area under the Kaplan-Meier curve up to it (restricted mean); NULL where nobody was watched for so long and not all had churned; without a horizon? km_hazard_mean';

CREATE FUNCTION km_hazard_mean(state km_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_hazard_mean';
COMMENT ON FUNCTION km_hazard_mean(km_state) IS
'mean lifetime if churn comes at a constant rate: the time that all customers were watched, from entry to duration / number of churned; NULL where nobody churned';

CREATE FUNCTION km_curve(state km_state, confidence double precision DEFAULT 0.95)
RETURNS TABLE (
    t double precision, at_risk bigint, events bigint,
    survival double precision, lower double precision, upper double precision
)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_km_curve';
COMMENT ON FUNCTION km_curve(km_state, double precision) IS
'the Kaplan-Meier curve, a row for each duration t at which customers churned, in order: at_risk had entered before it and were still there, events churned at it, survival is the share (0 to 1) who stay longer, lower and upper its confidence interval (Greenwood, log-log), NULL where nobody stays; one number? km_median';
