-- Customer churn and retention.

--@ state churn_state: customers who were active at the start of a period, and how many of them were lost

CREATE FUNCTION lost(state churn_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_lost';
COMMENT ON FUNCTION lost(churn_state) IS 'customers who were active at the start of the period and not at its end';

CREATE FUNCTION at_start(state churn_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_at_start';
COMMENT ON FUNCTION at_start(churn_state) IS 'customers who were active at the start of the period';

CREATE FUNCTION churn_rate(state churn_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_rate';
COMMENT ON FUNCTION churn_rate(churn_state) IS
'customer churn in percent: 100 lost / at_start; NULL where nobody was there at the start; see churn_ci for how sure it is';

CREATE FUNCTION retention_rate(state churn_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_rate';
COMMENT ON FUNCTION retention_rate(churn_state) IS 'customers kept in percent: 100 - churn_rate';

CREATE FUNCTION churn_ci(
    state churn_state, confidence double precision DEFAULT 0.95,
    OUT lower_pct numeric, OUT upper_pct numeric
)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_ci';
COMMENT ON FUNCTION churn_ci(churn_state, double precision) IS
'confidence interval of the churn rate in percent (Wilson score), right for few customers and for 0 or all lost too; NULL where nobody was there at the start';

CREATE FUNCTION churn_ci(
    lost bigint, at_start bigint, confidence double precision DEFAULT 0.95,
    OUT lower_pct numeric, OUT upper_pct numeric
)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_ci_counts';
COMMENT ON FUNCTION churn_ci(bigint, bigint, double precision) IS
'confidence interval of the churn rate of counts, in percent (Wilson score)';

CREATE FUNCTION churn_rate(lost bigint, at_start bigint) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_rate_counts';
COMMENT ON FUNCTION churn_rate(bigint, bigint) IS
'customer churn in percent from counts: 100 lost / at_start; NULL where at_start is 0; over a year: annualized_churn';

CREATE FUNCTION retention_rate(lost bigint, at_start bigint) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_rate_counts';
COMMENT ON FUNCTION retention_rate(bigint, bigint) IS
'customers kept in percent from counts, with the same arguments as churn_rate: 100 - churn_rate';

-- Columns of flags 0 and 1 would be taken for counts, row by row. Of smallint and integer, they are counts only where one of them is a constant.
--@ for count in smallint, integer
CREATE FUNCTION churn_rate(lost @count@, at_start @count@) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_rate_@count@';
COMMENT ON FUNCTION churn_rate(@count@, @count@) IS
'the same as churn_rate of bigint for constants; an error for columns, which may be flags of customers: write churn_rate(was = 1, is_now = 1), or cast counts to bigint';

CREATE FUNCTION retention_rate(lost @count@, at_start @count@) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_rate_@count@';
COMMENT ON FUNCTION retention_rate(@count@, @count@) IS
'the same as retention_rate of bigint for constants; an error for columns, which may be flags of customers: write retention_rate(was = 1, is_now = 1), or cast counts to bigint';

CREATE FUNCTION churn_ci(
    lost @count@, at_start @count@, confidence double precision DEFAULT 0.95,
    OUT lower_pct numeric, OUT upper_pct numeric
)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_ci_@count@';
COMMENT ON FUNCTION churn_ci(@count@, @count@, double precision) IS
'the same as churn_ci of bigint for constants; an error for columns, which may be flags of customers: write churn_ci(churn_agg(was = 1, is_now = 1)), or cast counts to bigint';
--@ end

CREATE FUNCTION churn_rate_new_included(lost bigint, at_start bigint, joined bigint) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_rate_new_included';
COMMENT ON FUNCTION churn_rate_new_included(bigint, bigint, bigint) IS
'churn in percent by the formula of Stripe, lower in months of growth: 100 lost / (at_start + joined); lost counts those who joined and left inside the period too';

CREATE FUNCTION annualized_churn(rate_pct double precision, periods double precision) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_annualized_churn';
COMMENT ON FUNCTION annualized_churn(double precision, double precision) IS
'churn in percent over so many periods at a constant rate in percent per period: 100 (1 - (1 - c)^n); 5 % a month is 45.96 % a year, not 60';

CREATE FUNCTION _churn_state_add(churn_state, was_active boolean, is_active boolean) RETURNS churn_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_add';
COMMENT ON FUNCTION _churn_state_add(churn_state, boolean, boolean) IS 'the state with one more customer';

CREATE FUNCTION _churn_state_remove(churn_state, was_active boolean, is_active boolean) RETURNS churn_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_remove';
COMMENT ON FUNCTION _churn_state_remove(churn_state, boolean, boolean) IS
'the state with one customer less, for moving windows';

CREATE AGGREGATE churn_agg(was_active boolean, is_active boolean) (
    SFUNC = _churn_state_add, STYPE = churn_state, INITCOND = 'empty',
    COMBINEFUNC = _churn_state_merge, FINALFUNC = _churn_state_finish,
    MSFUNC = _churn_state_add, MINVFUNC = _churn_state_remove, MSTYPE = churn_state,
    MINITCOND = 'empty', MFINALFUNC = _churn_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_agg(boolean, boolean) IS
'counts customers by whether they were active at the start and are at the end into a state to store, merge and read with churn_rate, retention_rate, churn_ci';

CREATE AGGREGATE churn_rate(was_active boolean, is_active boolean) (
    SFUNC = _churn_state_add, STYPE = churn_state, INITCOND = 'empty',
    COMBINEFUNC = _churn_state_merge, FINALFUNC = churn_rate,
    MSFUNC = _churn_state_add, MINVFUNC = _churn_state_remove, MSTYPE = churn_state,
    MINITCOND = 'empty', MFINALFUNC = churn_rate, PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_rate(boolean, boolean) IS
'customer churn in percent of customers by whether they were active at the start and are at the end: 100 lost / active at the start; who joins inside the period is in neither; how sure is it? churn_ci(churn_agg(was_active, is_active))';

CREATE AGGREGATE retention_rate(was_active boolean, is_active boolean) (
    SFUNC = _churn_state_add, STYPE = churn_state, INITCOND = 'empty',
    COMBINEFUNC = _churn_state_merge, FINALFUNC = retention_rate,
    MSFUNC = _churn_state_add, MINVFUNC = _churn_state_remove, MSTYPE = churn_state,
    MINITCOND = 'empty', MFINALFUNC = retention_rate, PARALLEL = SAFE
);
COMMENT ON AGGREGATE retention_rate(boolean, boolean) IS
'customers kept in percent of customers by whether they were active at the start and are at the end: 100 - churn_rate(was_active, is_active)';

--@ for time in tstz, date
CREATE FUNCTION _churn_state_add(churn_state, active @time@multirange, period @time@range) RETURNS churn_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_add_ranges';
COMMENT ON FUNCTION _churn_state_add(churn_state, @time@multirange, @time@range) IS 'the state with one more customer';

CREATE FUNCTION _churn_state_remove(churn_state, active @time@multirange, period @time@range) RETURNS churn_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_churn_remove_ranges';
COMMENT ON FUNCTION _churn_state_remove(churn_state, @time@multirange, @time@range) IS
'the state with one customer less, for moving windows';

CREATE AGGREGATE churn_agg(active @time@multirange, period @time@range) (
    SFUNC = _churn_state_add, STYPE = churn_state, INITCOND = 'empty',
    COMBINEFUNC = _churn_state_merge, FINALFUNC = _churn_state_finish,
    MSFUNC = _churn_state_add, MINVFUNC = _churn_state_remove, MSTYPE = churn_state,
    MINITCOND = 'empty', MFINALFUNC = _churn_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_agg(@time@multirange, @time@range) IS
'counts customers by whether the times they are covered reach up to the start and up to the end of the period into a state to store, merge and read with churn_rate, retention_rate, churn_ci';

CREATE AGGREGATE churn_rate(active @time@multirange, period @time@range) (
    SFUNC = _churn_state_add, STYPE = churn_state, INITCOND = 'empty',
    COMBINEFUNC = _churn_state_merge, FINALFUNC = churn_rate,
    MSFUNC = _churn_state_add, MINVFUNC = _churn_state_remove, MSTYPE = churn_state,
    MINITCOND = 'empty', MFINALFUNC = churn_rate, PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_rate(@time@multirange, @time@range) IS
'customer churn in percent of customers by whether the times they are covered reach up to the start and up to the end of the period: 100 lost / active at the start; who joins inside the period is in neither; how sure is it? churn_ci(churn_agg(active, period))';

CREATE AGGREGATE retention_rate(active @time@multirange, period @time@range) (
    SFUNC = _churn_state_add, STYPE = churn_state, INITCOND = 'empty',
    COMBINEFUNC = _churn_state_merge, FINALFUNC = retention_rate,
    MSFUNC = _churn_state_add, MINVFUNC = _churn_state_remove, MSTYPE = churn_state,
    MINITCOND = 'empty', MFINALFUNC = retention_rate, PARALLEL = SAFE
);
COMMENT ON AGGREGATE retention_rate(@time@multirange, @time@range) IS
'customers kept in percent of customers by whether the times they are covered reach up to the start and up to the end of the period: 100 - churn_rate(active, period)';
--@ end
