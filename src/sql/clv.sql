--@ requires: ledger
-- Forecasts: buy-till-you-die models, fitted by aggregates and applied by functions.

-- Models. Attributes are for ever, in number and order: a dumped value has no names.

--@ for model in bg_nbd, mbg_nbd
CREATE TYPE @model@_model AS (
    r double precision, alpha double precision, a double precision, b double precision,
    unit interval, log_likelihood double precision, customers bigint, standard_errors double precision[],
    converged boolean, at_boundary boolean, gradient double precision
);
--@ end

COMMENT ON TYPE bg_nbd_model IS
'a fitted BG/NBD model: purchase rates ~ Gamma(r, alpha), dropout after a repeat purchase with probability ~ Beta(a, b); a = 0: nobody drops out; then the unit of time, and how the fit went';
COMMENT ON TYPE mbg_nbd_model IS
'a fitted MBG/NBD model: purchase rates ~ Gamma(r, alpha), dropout after any purchase with probability ~ Beta(a, b); a = 0: nobody drops out; then the unit of time, and how the fit went';

CREATE TYPE pareto_nbd_model AS (
    r double precision, alpha double precision, s double precision, beta double precision,
    unit interval, log_likelihood double precision, customers bigint, standard_errors double precision[],
    converged boolean, at_boundary boolean, gradient double precision
);
COMMENT ON TYPE pareto_nbd_model IS
'a fitted Pareto/NBD model: purchase rates ~ Gamma(r, alpha), dropout at a rate ~ Gamma(s, beta); s = 0: nobody drops out; then the unit of time, and how the fit went';

CREATE TYPE bg_bb_model AS (
    alpha double precision, beta double precision, gamma double precision, delta double precision,
    unit interval, log_likelihood double precision, customers bigint, standard_errors double precision[],
    converged boolean, at_boundary boolean, gradient double precision
);
COMMENT ON TYPE bg_bb_model IS
'a fitted BG/BB model: at each opportunity a purchase with probability ~ Beta(alpha, beta), dropout before it with probability ~ Beta(gamma, delta); gamma = 0: nobody drops out; then how the fit went';

CREATE TYPE sbg_model AS (
    alpha double precision, beta double precision,
    unit interval, log_likelihood double precision, customers bigint, standard_errors double precision[],
    converged boolean, at_boundary boolean, gradient double precision
);
COMMENT ON TYPE sbg_model IS
'a fitted sBG model of contracts: each period a customer leaves with a probability ~ Beta(alpha, beta) of their own; then how the fit went';

CREATE TYPE gamma_gamma_model AS (
    p double precision, q double precision, v double precision,
    population_mean double precision,
    log_likelihood double precision, customers bigint, standard_errors double precision[],
    converged boolean, at_boundary boolean, gradient double precision
);
COMMENT ON TYPE gamma_gamma_model IS
'a fitted Gamma-Gamma model of spend per purchase, parameters p, q, v; population_mean = p v / (q - 1) is NULL where it is infinite (q <= 1); then how the fit went';

--@ for model in bg_nbd, mbg_nbd
CREATE FUNCTION @model@_model(r double precision, alpha double precision, a double precision, b double precision)
RETURNS @model@_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_@model@_model';
COMMENT ON FUNCTION @model@_model(double precision, double precision, double precision, double precision) IS
'a model of given parameters, for example published ones; alpha in the unit of time of the rows that it will be applied to';

CREATE FUNCTION @model@_model(
    r double precision, alpha double precision, a double precision, b double precision, unit interval
) RETURNS @model@_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_@model@_model';
COMMENT ON FUNCTION @model@_model(double precision, double precision, double precision, double precision, interval) IS
'a model of given parameters in a unit of time, for example 1 week';
--@ end

CREATE FUNCTION pareto_nbd_model(r double precision, alpha double precision, s double precision, beta double precision)
RETURNS pareto_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_pareto_nbd_model';
COMMENT ON FUNCTION pareto_nbd_model(double precision, double precision, double precision, double precision) IS
'a model of given parameters, for example published ones; alpha and beta in the unit of time of the rows that it will be applied to';

CREATE FUNCTION pareto_nbd_model(
    r double precision, alpha double precision, s double precision, beta double precision, unit interval
) RETURNS pareto_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_pareto_nbd_model';
COMMENT ON FUNCTION pareto_nbd_model(
    double precision, double precision, double precision, double precision, interval
) IS
'a model of given parameters in a unit of time, for example 1 week';

CREATE FUNCTION bg_bb_model(
    alpha double precision, beta double precision, gamma double precision, delta double precision
) RETURNS bg_bb_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_bg_bb_model';
COMMENT ON FUNCTION bg_bb_model(double precision, double precision, double precision, double precision) IS
'a model of given parameters, for example published ones';

CREATE FUNCTION sbg_model(alpha double precision, beta double precision) RETURNS sbg_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sbg_model';
COMMENT ON FUNCTION sbg_model(double precision, double precision) IS
'a model of given parameters, for example published ones';

CREATE FUNCTION gamma_gamma_model(p double precision, q double precision, v double precision) RETURNS gamma_gamma_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gamma_gamma_model';
COMMENT ON FUNCTION gamma_gamma_model(double precision, double precision, double precision) IS
'a model of given parameters, for example published ones; v in the currency of the rows that it will be applied to';

--@ for model in bg_nbd, mbg_nbd, pareto_nbd, bg_bb, sbg
CREATE FUNCTION with_unit(model @model@_model, unit interval) RETURNS @model@_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_with_unit_@model@';
COMMENT ON FUNCTION with_unit(@model@_model, interval) IS
'the same model, saying the unit of time of the rows that it was fitted to; clv_forecast asks for it';
--@ end

-- States: the distinct rows of a fit.

--@ state repeat_purchase_state: distinct frequency, recency and age, each with the number of customers: all that a fit needs to know
--@ state repeat_spend_state: distinct frequency and monetary_value of customers who bought again, each with the number of customers
--@ state renewal_state: contracts that ended, or were last seen going on, by period, with the number of customers

CREATE FUNCTION _repeat_purchase_state_add(
    repeat_purchase_state, frequency double precision, recency double precision, age double precision
) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchases_add';
COMMENT ON FUNCTION _repeat_purchase_state_add(
    repeat_purchase_state, double precision, double precision, double precision
) IS
'the state with one more customer';

CREATE FUNCTION _repeat_purchase_state_add(
    repeat_purchase_state, frequency double precision, recency double precision, age double precision, weight bigint
) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchases_add_weighted';
COMMENT ON FUNCTION _repeat_purchase_state_add(
    repeat_purchase_state, double precision, double precision, double precision, bigint
) IS
'the state with so many more customers';

CREATE FUNCTION _opportunities_add(
    repeat_purchase_state, frequency double precision, recency double precision, opportunities double precision
)
RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_opportunities_add';
COMMENT ON FUNCTION _opportunities_add(repeat_purchase_state, double precision, double precision, double precision) IS
'the state with one more customer';

CREATE FUNCTION _opportunities_add(
    repeat_purchase_state,
    frequency double precision, recency double precision, opportunities double precision, weight bigint
) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_opportunities_add_weighted';
COMMENT ON FUNCTION _opportunities_add(
    repeat_purchase_state, double precision, double precision, double precision, bigint
) IS
'the state with so many more customers';

--@ for value in numeric, double precision
CREATE FUNCTION _repeat_spend_state_add(repeat_spend_state, frequency double precision, monetary_value @value@)
RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_add_@value.c@';
COMMENT ON FUNCTION _repeat_spend_state_add(repeat_spend_state, double precision, @value@) IS
'the state with one more customer';

CREATE FUNCTION _repeat_spend_state_add(
    repeat_spend_state, frequency double precision, monetary_value @value@, weight bigint
)
RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_add_weighted_@value.c@';
COMMENT ON FUNCTION _repeat_spend_state_add(repeat_spend_state, double precision, @value@, bigint) IS
'the state with so many more customers';
--@ end

CREATE FUNCTION _renewal_state_add(renewal_state, period_number bigint, lost bigint, survived bigint) RETURNS renewal_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_add';
COMMENT ON FUNCTION _renewal_state_add(renewal_state, bigint, bigint, bigint) IS
'the state with the customers of one more row';

CREATE FUNCTION _renewal_state_add(renewal_state, period_number bigint, lost bigint, survived bigint, weight bigint)
RETURNS renewal_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_add_weighted';
COMMENT ON FUNCTION _renewal_state_add(renewal_state, bigint, bigint, bigint, bigint) IS
'the state with the customers of one more row, so many times';

CREATE FUNCTION customers_count(state repeat_purchase_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchases_customers';
COMMENT ON FUNCTION customers_count(repeat_purchase_state) IS 'number of customers';

CREATE FUNCTION repeat_buyers(state repeat_purchase_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_buyers';
COMMENT ON FUNCTION repeat_buyers(repeat_purchase_state) IS
'number of customers who bought again; without any, no model can be fitted';

CREATE FUNCTION customers_count(state repeat_spend_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_customers';
COMMENT ON FUNCTION customers_count(repeat_spend_state) IS 'number of customers who bought again and spent';

CREATE FUNCTION customers_count(state renewal_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_customers';
COMMENT ON FUNCTION customers_count(renewal_state) IS 'number of customers';

-- Fits of states.

CREATE FUNCTION bg_nbd_fit(state repeat_purchase_state) RETURNS bg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_bg_nbd_fit';
COMMENT ON FUNCTION bg_nbd_fit(repeat_purchase_state) IS
'the BG/NBD model with the largest likelihood; NULL without customers, error 22023 where nobody bought again; how sure is it? (model).standard_errors, (model).at_boundary';

CREATE FUNCTION mbg_nbd_fit(state repeat_purchase_state) RETURNS mbg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mbg_nbd_fit';
COMMENT ON FUNCTION mbg_nbd_fit(repeat_purchase_state) IS
'the MBG/NBD model with the largest likelihood; NULL without customers, error 22023 where nobody bought again; how sure is it? (model).standard_errors, (model).at_boundary';

CREATE FUNCTION pareto_nbd_fit(state repeat_purchase_state) RETURNS pareto_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_pareto_nbd_fit';
COMMENT ON FUNCTION pareto_nbd_fit(repeat_purchase_state) IS
'the Pareto/NBD model with the largest likelihood; NULL without customers, error 22023 where nobody bought again; how sure is it? (model).standard_errors, (model).at_boundary';

CREATE FUNCTION bg_bb_fit(state repeat_purchase_state) RETURNS bg_bb_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_bg_bb_fit';
COMMENT ON FUNCTION bg_bb_fit(repeat_purchase_state) IS
'the BG/BB model with the largest likelihood, where age counts opportunities; NULL without customers, error 22023 where nobody bought again or times are no whole numbers';

CREATE FUNCTION gamma_gamma_fit(state repeat_spend_state) RETURNS gamma_gamma_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gamma_gamma_fit';
COMMENT ON FUNCTION gamma_gamma_fit(repeat_spend_state) IS
'the Gamma-Gamma model with the largest likelihood; NULL without customers who bought again, error 22023 where all spend the same';

CREATE FUNCTION sbg_fit(state renewal_state) RETURNS sbg_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sbg_fit';
COMMENT ON FUNCTION sbg_fit(renewal_state) IS
'the sBG model with the largest likelihood; NULL without customers, error 22023 where nobody left or there is one period only';

-- Fits of rows.

CREATE AGGREGATE repeat_purchases_agg(frequency double precision, recency double precision, age double precision) (
    SFUNC = _repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty',
    COMBINEFUNC = _repeat_purchase_state_merge, FINALFUNC = _repeat_purchase_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_purchases_agg(double precision, double precision, double precision) IS
'customers into a state to store, merge and fit with bg_nbd_fit, mbg_nbd_fit, pareto_nbd_fit, bg_bb_fit, model_comparison';

CREATE AGGREGATE repeat_purchases_agg(
    frequency double precision, recency double precision, age double precision, weight bigint
) (
    SFUNC = _repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty',
    COMBINEFUNC = _repeat_purchase_state_merge, FINALFUNC = _repeat_purchase_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_purchases_agg(double precision, double precision, double precision, bigint) IS
'rows that stand for many customers each into a state to store, merge and fit';

--@ for value in numeric, double precision
CREATE AGGREGATE repeat_spend_agg(frequency double precision, monetary_value @value@) (
    SFUNC = _repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty',
    COMBINEFUNC = _repeat_spend_state_merge, FINALFUNC = _repeat_spend_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_spend_agg(double precision, @value@) IS
'spend per repeat purchase into a state to store, merge and fit with gamma_gamma_fit; customers without repeat purchase, or who spent nothing, are left out';

CREATE AGGREGATE repeat_spend_agg(frequency double precision, monetary_value @value@, weight bigint) (
    SFUNC = _repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty',
    COMBINEFUNC = _repeat_spend_state_merge, FINALFUNC = _repeat_spend_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_spend_agg(double precision, @value@, bigint) IS
'rows that stand for many customers each into a state to store, merge and fit';

CREATE AGGREGATE gamma_gamma_fit(frequency double precision, monetary_value @value@) (
    SFUNC = _repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty',
    COMBINEFUNC = _repeat_spend_state_merge, FINALFUNC = gamma_gamma_fit, PARALLEL = SAFE
);
COMMENT ON AGGREGATE gamma_gamma_fit(double precision, @value@) IS
'fits the Gamma-Gamma model of spend per purchase to customers with a repeat purchase: frequency, and monetary_value = their mean spend; then expected_value, clv';

CREATE AGGREGATE gamma_gamma_fit(frequency double precision, monetary_value @value@, weight bigint) (
    SFUNC = _repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty',
    COMBINEFUNC = _repeat_spend_state_merge, FINALFUNC = gamma_gamma_fit, PARALLEL = SAFE
);
COMMENT ON AGGREGATE gamma_gamma_fit(double precision, @value@, bigint) IS
'fits the Gamma-Gamma model to rows that stand for many customers each';
--@ end

CREATE AGGREGATE renewals_agg(period_number bigint, lost bigint, survived bigint) (
    SFUNC = _renewal_state_add, STYPE = renewal_state, INITCOND = 'empty',
    COMBINEFUNC = _renewal_state_merge, FINALFUNC = _renewal_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE renewals_agg(bigint, bigint, bigint) IS
'contracts that ended in a period, or were last seen going on at its end, into a state to store, merge and fit with sbg_fit';

CREATE AGGREGATE renewals_agg(period_number bigint, lost bigint, survived bigint, weight bigint) (
    SFUNC = _renewal_state_add, STYPE = renewal_state, INITCOND = 'empty',
    COMBINEFUNC = _renewal_state_merge, FINALFUNC = _renewal_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE renewals_agg(bigint, bigint, bigint, bigint) IS
'rows that stand for many each into a state to store, merge and fit';

--@ for model in bg_nbd, mbg_nbd, pareto_nbd
CREATE AGGREGATE @model@_fit(frequency double precision, recency double precision, age double precision) (
    SFUNC = _repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty',
    COMBINEFUNC = _repeat_purchase_state_merge, FINALFUNC = @model@_fit, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @model@_fit(double precision, double precision, double precision) IS
'fits a model of buying and dropping out to customers (see rfm_summary), with GROUP BY one for each segment; then p_alive, expected_purchases, clv; which model? model_comparison';

CREATE AGGREGATE @model@_fit(
    frequency double precision, recency double precision, age double precision, weight bigint
) (
    SFUNC = _repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty',
    COMBINEFUNC = _repeat_purchase_state_merge, FINALFUNC = @model@_fit, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @model@_fit(double precision, double precision, double precision, bigint) IS
'fits a model of buying and dropping out to rows that stand for many customers each';
--@ end

CREATE AGGREGATE bg_bb_fit(frequency double precision, recency double precision, opportunities double precision) (
    SFUNC = _opportunities_add, STYPE = repeat_purchase_state, INITCOND = 'empty',
    COMBINEFUNC = _repeat_purchase_state_merge, FINALFUNC = bg_bb_fit, PARALLEL = SAFE
);
COMMENT ON AGGREGATE bg_bb_fit(double precision, double precision, double precision) IS
'fits the BG/BB model to customers who may buy once at each of a number of opportunities: how often they did, at which one last, how many there were';

CREATE AGGREGATE bg_bb_fit(
    frequency double precision, recency double precision, opportunities double precision, weight bigint
) (
    SFUNC = _opportunities_add, STYPE = repeat_purchase_state, INITCOND = 'empty',
    COMBINEFUNC = _repeat_purchase_state_merge, FINALFUNC = bg_bb_fit, PARALLEL = SAFE
);
COMMENT ON AGGREGATE bg_bb_fit(double precision, double precision, double precision, bigint) IS
'fits the BG/BB model to rows that stand for many customers each';

CREATE AGGREGATE sbg_fit(period_number bigint, lost bigint, survived bigint) (
    SFUNC = _renewal_state_add, STYPE = renewal_state, INITCOND = 'empty',
    COMBINEFUNC = _renewal_state_merge, FINALFUNC = sbg_fit, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sbg_fit(bigint, bigint, bigint) IS
'fits the sBG model to contracts: how many ended in the renewal of that number, and how many were last seen going on after it (each customer in one row: not the base of every period)';

CREATE AGGREGATE sbg_fit(period_number bigint, lost bigint, survived bigint, weight bigint) (
    SFUNC = _renewal_state_add, STYPE = renewal_state, INITCOND = 'empty',
    COMBINEFUNC = _renewal_state_merge, FINALFUNC = sbg_fit, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sbg_fit(bigint, bigint, bigint, bigint) IS 'fits the sBG model to rows that stand for many each';

-- Fits of ledgers.

--@ for model in bg_nbd, mbg_nbd, pareto_nbd
CREATE FUNCTION @model@_fit(ledger customer_ledger, as_of date DEFAULT NULL, unit interval DEFAULT '1 day')
RETURNS @model@_model
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_@model@_fit_ledger';
COMMENT ON FUNCTION @model@_fit(customer_ledger, date, interval) IS
'fits the model to a ledger as of the end of a day (NULL: its last), in units of days or weeks; then clv_forecast; does it forecast well? holdout_check';
--@ end

CREATE FUNCTION bg_bb_fit(ledger customer_ledger, as_of date DEFAULT NULL, step interval DEFAULT '1 year')
RETURNS bg_bb_model
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_bg_bb_fit_ledger';
COMMENT ON FUNCTION bg_bb_fit(customer_ledger, date, interval) IS
'fits the BG/BB model to a ledger: the opportunities are the calendar periods after that of the first order which are complete at the end of as_of (NULL: the last day)';

CREATE FUNCTION gamma_gamma_fit(ledger customer_ledger, as_of date DEFAULT NULL) RETURNS gamma_gamma_model
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_gamma_gamma_fit_ledger';
COMMENT ON FUNCTION gamma_gamma_fit(customer_ledger, date) IS
'fits the Gamma-Gamma model of spend per purchase day to a ledger as of the end of a day (NULL: its last); customers without repeat purchase, or whose repeat days came to nothing, are left out';

CREATE FUNCTION repeat_purchases(ledger customer_ledger, as_of date DEFAULT NULL, unit interval DEFAULT '1 day')
RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_repeat_purchases_ledger';
COMMENT ON FUNCTION repeat_purchases(customer_ledger, date, interval) IS
'the state of a ledger''s customers as of the end of a day, as repeat_purchases_agg over rfm_summary makes it; states of shards merge with ||, then bg_nbd_fit';

-- What models say.

--@ for model in bg_nbd, mbg_nbd, pareto_nbd
CREATE FUNCTION p_alive(model @model@_model, frequency double precision, recency double precision, age double precision)
RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_@model@';
COMMENT ON FUNCTION p_alive(@model@_model, double precision, double precision, double precision) IS
'the probability that a customer has not dropped out by now; times in the unit of the model; what will they buy? expected_purchases';

CREATE FUNCTION p_alive_at(
    model @model@_model, horizon double precision,
    frequency double precision, recency double precision, age double precision
) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_at_@model@';
COMMENT ON FUNCTION p_alive_at(@model@_model, double precision, double precision, double precision, double precision) IS
'the probability that a customer has not dropped out by the time horizon from now';

CREATE FUNCTION expected_purchases(
    model @model@_model, horizon double precision,
    frequency double precision, recency double precision, age double precision
) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_expected_purchases_@model@';
COMMENT ON FUNCTION expected_purchases(
    @model@_model, double precision, double precision, double precision, double precision
) IS
'the expected number of purchases of a customer from now to the horizon, in the unit of the model';

CREATE FUNCTION expected_purchases(model @model@_model, horizon double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_new_expected_purchases_@model@';
COMMENT ON FUNCTION expected_purchases(@model@_model, double precision) IS
'the expected number of repeat purchases of a new customer from the first purchase to the horizon';

CREATE FUNCTION p_no_purchase(
    model @model@_model, horizon double precision,
    frequency double precision, recency double precision, age double precision
) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_no_purchase_@model@';
COMMENT ON FUNCTION p_no_purchase(
    @model@_model, double precision, double precision, double precision, double precision
) IS
'the probability that a customer buys nothing from now to the horizon, dropped out or not';

CREATE FUNCTION purchase_count_probability(model @model@_model, n bigint, horizon double precision)
RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_purchase_count_probability_@model@';
COMMENT ON FUNCTION purchase_count_probability(@model@_model, bigint, double precision) IS
'the probability that a new customer makes exactly n repeat purchases up to the horizon';

CREATE FUNCTION residual_transactions(
    model @model@_model, continuous_discount_per_unit double precision,
    frequency double precision, recency double precision, age double precision
) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_residual_transactions_@model@';
COMMENT ON FUNCTION residual_transactions(
    @model@_model, double precision, double precision, double precision, double precision
) IS
'the expected number of purchases of a customer in all the time to come, each discounted by e^(-rate times its time); a yearly discount d is ln(1 + d) / 52 a week; times expected_value it is the value of a customer';

CREATE FUNCTION clv(
    model @model@_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision,
    frequency double precision, recency double precision, age double precision, monetary_value double precision
) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_clv_@model@';
COMMENT ON FUNCTION clv(
    @model@_model, gamma_gamma_model, double precision, double precision,
    double precision, double precision, double precision, double precision
) IS
'the value of a customer over the horizon: expected_value times the purchases of each unit of time, discounted by (1 + discount_per_unit) for each unit up to its end; NULL where expected_value is';
--@ end

CREATE FUNCTION p_alive(
    model bg_bb_model, frequency double precision, recency double precision, opportunities double precision
)
RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_bg_bb';
COMMENT ON FUNCTION p_alive(bg_bb_model, double precision, double precision, double precision) IS
'the probability that a customer has not dropped out by the last opportunity';

CREATE FUNCTION p_alive_at(
    model bg_bb_model, horizon bigint,
    frequency double precision, recency double precision, opportunities double precision
)
RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_at_bg_bb';
COMMENT ON FUNCTION p_alive_at(bg_bb_model, bigint, double precision, double precision, double precision) IS
'the probability that a customer has not dropped out so many opportunities from now';

CREATE FUNCTION expected_purchases(
    model bg_bb_model, horizon bigint,
    frequency double precision, recency double precision, opportunities double precision
) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_expected_purchases_bg_bb';
COMMENT ON FUNCTION expected_purchases(bg_bb_model, bigint, double precision, double precision, double precision) IS
'the expected number of purchases of a customer at the next opportunities';

CREATE FUNCTION expected_purchases(model bg_bb_model, horizon bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_new_expected_purchases_bg_bb';
COMMENT ON FUNCTION expected_purchases(bg_bb_model, bigint) IS
'the expected number of purchases of a new customer at the first opportunities';

CREATE FUNCTION p_no_purchase(
    model bg_bb_model, horizon bigint,
    frequency double precision, recency double precision, opportunities double precision
)
RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_no_purchase_bg_bb';
COMMENT ON FUNCTION p_no_purchase(bg_bb_model, bigint, double precision, double precision, double precision) IS
'the probability that a customer buys nothing at the next opportunities';

CREATE FUNCTION purchase_count_probability(model bg_bb_model, n bigint, horizon bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_purchase_count_probability_bg_bb';
COMMENT ON FUNCTION purchase_count_probability(bg_bb_model, bigint, bigint) IS
'the probability that a new customer buys at exactly n of the first opportunities';

CREATE FUNCTION residual_transactions(
    model bg_bb_model, discount_per_opportunity double precision,
    frequency double precision, recency double precision, opportunities double precision
) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_residual_transactions_bg_bb';
COMMENT ON FUNCTION residual_transactions(
    bg_bb_model, double precision, double precision, double precision, double precision
) IS
'the expected number of purchases of a customer at all opportunities to come, each discounted by (1 + discount) for each opportunity';

CREATE FUNCTION p_alive_at(model sbg_model, horizon bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_at_sbg';
COMMENT ON FUNCTION p_alive_at(sbg_model, bigint) IS
'the share of new customers who are still there after so many periods';

CREATE FUNCTION p_alive_at(model sbg_model, horizon bigint, age bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_at_sbg';
COMMENT ON FUNCTION p_alive_at(sbg_model, bigint, bigint) IS
'the share of customers who are still there after horizon more periods, among those who were there after age periods';

CREATE FUNCTION retention_ratio(model sbg_model, age bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_ratio_sbg';
COMMENT ON FUNCTION retention_ratio(sbg_model, bigint) IS
'the share of customers who renew once more, from 0 to 1, among those who were there after age periods; it grows with age, for the loyal remain';

CREATE FUNCTION expected_lifetime(model sbg_model, discount_per_period double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_expected_lifetime_sbg';
COMMENT ON FUNCTION expected_lifetime(sbg_model, double precision) IS
'the expected number of periods of a new customer, the first in full, each later one discounted by (1 + discount) for each period; times the margin of a period it is the value of a customer';

CREATE FUNCTION residual_lifetime(model sbg_model, discount_per_period double precision, age bigint)
RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_residual_lifetime_sbg';
COMMENT ON FUNCTION residual_lifetime(sbg_model, double precision, bigint) IS
'the expected number of periods to come, discounted, of a customer who was there for age periods (the renewals so far, and the first) and is about to renew, which pays at once';

CREATE FUNCTION expected_value(model gamma_gamma_model, frequency double precision, monetary_value double precision)
RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_expected_value_gamma_gamma';
COMMENT ON FUNCTION expected_value(gamma_gamma_model, double precision, double precision) IS
'the expected spend per purchase of a customer with so many repeat purchases of that mean value: between it and the mean of the population; NULL where it is infinite (p frequency + q <= 1)';

-- Reports.

--@ for model in bg_nbd, mbg_nbd, pareto_nbd
CREATE FUNCTION clv_forecast(
    ledger customer_ledger, model @model@_model, spend_model gamma_gamma_model, horizon double precision,
    discount_per_unit double precision, as_of date DEFAULT NULL
) RETURNS TABLE (
    customer text, frequency bigint, recency double precision, age double precision, monetary_value numeric,
    p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_@model@';
COMMENT ON FUNCTION clv_forecast(
    customer_ledger, @model@_model, gamma_gamma_model, double precision, double precision, date
) IS
'one row per customer with any row up to as_of, in the order of their keys, which are given as text: rfm_summary in the unit of the model, after refunds are taken off their orders, and what the models say of the horizon, in that unit too; a customer who sent everything back has expected_purchases and clv 0, one whose revenue is not above 0 has clv 0; clv is discounted by (1 + discount_per_unit) for each unit; to join with other tables? NULL::bigint before as_of; who is worth most? ORDER BY clv DESC';

--@ for customer in bigint, uuid, text
CREATE FUNCTION clv_forecast(
    ledger customer_ledger, model @model@_model, spend_model gamma_gamma_model, horizon double precision,
    discount_per_unit double precision, key @customer@, as_of date DEFAULT NULL
) RETURNS TABLE (
    customer @customer@, frequency bigint, recency double precision, age double precision, monetary_value numeric,
    p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100
AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_@model@_@customer@';
COMMENT ON FUNCTION clv_forecast(
    customer_ledger, @model@_model, gamma_gamma_model, double precision, double precision, @customer@, date
) IS
'the same as clv_forecast without key, with customers as @customer@, to join them with other tables: key is NULL::@customer@, its type names theirs';
--@ end
--@ end

CREATE FUNCTION holdout_check(ledger customer_ledger, fit_until date, unit interval DEFAULT '1 day')
RETURNS TABLE (
    model text, frequency text, customers bigint, actual bigint, predicted double precision,
    actual_per_customer double precision, predicted_per_customer double precision,
    mean_absolute_error double precision, at_boundary boolean
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_holdout_check';
COMMENT ON FUNCTION holdout_check(customer_ledger, date, interval) IS
'how well the models forecast: each is fitted up to the end of a day, and its purchases up to the last day of the ledger are compared with those that came, by frequency up to then (0 to 6, 7+, all); mean_absolute_error is per customer';

CREATE FUNCTION model_comparison(ledger customer_ledger, as_of date DEFAULT NULL, unit interval DEFAULT '1 day')
RETURNS TABLE (
    model text, parameters jsonb, log_likelihood double precision, aic double precision,
    bic double precision, converged boolean, at_boundary boolean, is_recommended boolean, verdict text
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_model_comparison_ledger';
COMMENT ON FUNCTION model_comparison(customer_ledger, date, interval) IS
'the models of buying and dropping out fitted to a ledger, and NBD without dropout: the smaller AIC and BIC, the better; is_recommended is the smallest AIC';

CREATE FUNCTION model_comparison(state repeat_purchase_state)
RETURNS TABLE (
    model text, parameters jsonb, log_likelihood double precision, aic double precision,
    bic double precision, converged boolean, at_boundary boolean, is_recommended boolean, verdict text
)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 4
AS 'MODULE_PATHNAME', 'customer_value_model_comparison_state';
COMMENT ON FUNCTION model_comparison(repeat_purchase_state) IS
'the models of buying and dropping out fitted to a state of repeat_purchases_agg, and NBD without dropout: the smaller AIC and BIC, the better; is_recommended is the smallest AIC';
