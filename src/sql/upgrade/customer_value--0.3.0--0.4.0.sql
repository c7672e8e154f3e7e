-- complain if the script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION customer_value UPDATE TO '0.4.0'" to load this file. \quit

-- ---------- clv ----------

-- Forecasts: buy-till-you-die models, fitted by aggregates and applied by functions.

-- Models. Attributes are for ever, in number and order: a dumped value has no names.

CREATE TYPE bg_nbd_model AS (
    r double precision, alpha double precision, a double precision, b double precision,
    unit interval, log_likelihood double precision, customers bigint, standard_errors double precision[],
    converged boolean, at_boundary boolean, gradient double precision
);
CREATE TYPE mbg_nbd_model AS (
    r double precision, alpha double precision, a double precision, b double precision,
    unit interval, log_likelihood double precision, customers bigint, standard_errors double precision[],
    converged boolean, at_boundary boolean, gradient double precision
);
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
    population_mean double precision, log_likelihood double precision, customers bigint, standard_errors double precision[],
    converged boolean, at_boundary boolean, gradient double precision
);
COMMENT ON TYPE gamma_gamma_model IS
'a fitted Gamma-Gamma model of spend per purchase, parameters p, q, v; population_mean = p v / (q - 1) is NULL where it is infinite (q <= 1); then how the fit went';

CREATE FUNCTION bg_nbd_model(r double precision, alpha double precision, a double precision, b double precision) RETURNS bg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_bg_nbd_model';
COMMENT ON FUNCTION bg_nbd_model(r double precision, alpha double precision, a double precision, b double precision) IS
'a model of given parameters, for example published ones; alpha in the unit of time of the rows that it will be applied to';

CREATE FUNCTION bg_nbd_model(r double precision, alpha double precision, a double precision, b double precision, unit interval) RETURNS bg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_bg_nbd_model';
COMMENT ON FUNCTION bg_nbd_model(r double precision, alpha double precision, a double precision, b double precision, unit interval) IS
'a model of given parameters in a unit of time, for example 1 week';

CREATE FUNCTION mbg_nbd_model(r double precision, alpha double precision, a double precision, b double precision) RETURNS mbg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mbg_nbd_model';
COMMENT ON FUNCTION mbg_nbd_model(r double precision, alpha double precision, a double precision, b double precision) IS
'a model of given parameters, for example published ones; alpha in the unit of time of the rows that it will be applied to';

CREATE FUNCTION mbg_nbd_model(r double precision, alpha double precision, a double precision, b double precision, unit interval) RETURNS mbg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mbg_nbd_model';
COMMENT ON FUNCTION mbg_nbd_model(r double precision, alpha double precision, a double precision, b double precision, unit interval) IS
'a model of given parameters in a unit of time, for example 1 week';

CREATE FUNCTION pareto_nbd_model(r double precision, alpha double precision, s double precision, beta double precision) RETURNS pareto_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_pareto_nbd_model';
COMMENT ON FUNCTION pareto_nbd_model(r double precision, alpha double precision, s double precision, beta double precision) IS
'a model of given parameters, for example published ones; alpha and beta in the unit of time of the rows that it will be applied to';

CREATE FUNCTION pareto_nbd_model(r double precision, alpha double precision, s double precision, beta double precision, unit interval) RETURNS pareto_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_pareto_nbd_model';
COMMENT ON FUNCTION pareto_nbd_model(r double precision, alpha double precision, s double precision, beta double precision, unit interval) IS
'a model of given parameters in a unit of time, for example 1 week';

CREATE FUNCTION bg_bb_model(alpha double precision, beta double precision, gamma double precision, delta double precision) RETURNS bg_bb_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_bg_bb_model';
COMMENT ON FUNCTION bg_bb_model(alpha double precision, beta double precision, gamma double precision, delta double precision) IS
'a model of given parameters, for example published ones';

CREATE FUNCTION sbg_model(alpha double precision, beta double precision) RETURNS sbg_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sbg_model';
COMMENT ON FUNCTION sbg_model(alpha double precision, beta double precision) IS
'a model of given parameters, for example published ones';

CREATE FUNCTION gamma_gamma_model(p double precision, q double precision, v double precision) RETURNS gamma_gamma_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gamma_gamma_model';
COMMENT ON FUNCTION gamma_gamma_model(p double precision, q double precision, v double precision) IS
'a model of given parameters, for example published ones; v in the currency of the rows that it will be applied to';

CREATE FUNCTION with_unit(model bg_nbd_model, unit interval) RETURNS bg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_with_unit_bg_nbd';
COMMENT ON FUNCTION with_unit(model bg_nbd_model, unit interval) IS
'the same model, saying the unit of time of the rows that it was fitted to; clv_forecast asks for it';

CREATE FUNCTION with_unit(model mbg_nbd_model, unit interval) RETURNS mbg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_with_unit_mbg_nbd';
COMMENT ON FUNCTION with_unit(model mbg_nbd_model, unit interval) IS
'the same model, saying the unit of time of the rows that it was fitted to; clv_forecast asks for it';

CREATE FUNCTION with_unit(model pareto_nbd_model, unit interval) RETURNS pareto_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_with_unit_pareto_nbd';
COMMENT ON FUNCTION with_unit(model pareto_nbd_model, unit interval) IS
'the same model, saying the unit of time of the rows that it was fitted to; clv_forecast asks for it';

CREATE FUNCTION with_unit(model bg_bb_model, unit interval) RETURNS bg_bb_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_with_unit_bg_bb';
COMMENT ON FUNCTION with_unit(model bg_bb_model, unit interval) IS
'the same model, saying the unit of time of the rows that it was fitted to; clv_forecast asks for it';

CREATE FUNCTION with_unit(model sbg_model, unit interval) RETURNS sbg_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_with_unit_sbg';
COMMENT ON FUNCTION with_unit(model sbg_model, unit interval) IS
'the same model, saying the unit of time of the rows that it was fitted to; clv_forecast asks for it';


-- States: the distinct rows of a fit.

CREATE TYPE repeat_purchase_state;

CREATE FUNCTION repeat_purchase_state_in(cstring) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchase_state_in';
COMMENT ON FUNCTION repeat_purchase_state_in(cstring) IS
'reads the text form of repeat_purchase_state; the word empty stands for a state of no rows';

CREATE FUNCTION repeat_purchase_state_out(repeat_purchase_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchase_state_out';
COMMENT ON FUNCTION repeat_purchase_state_out(repeat_purchase_state) IS
'writes the text form of repeat_purchase_state, lossless';

CREATE FUNCTION repeat_purchase_state_recv(internal) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchase_state_recv';
COMMENT ON FUNCTION repeat_purchase_state_recv(internal) IS
'reads the binary form of repeat_purchase_state';

CREATE FUNCTION repeat_purchase_state_send(repeat_purchase_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchase_state_send';
COMMENT ON FUNCTION repeat_purchase_state_send(repeat_purchase_state) IS
'writes the binary form of repeat_purchase_state, lossless';

CREATE TYPE repeat_purchase_state (
    INPUT = repeat_purchase_state_in, OUTPUT = repeat_purchase_state_out, RECEIVE = repeat_purchase_state_recv, SEND = repeat_purchase_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE repeat_purchase_state IS 'distinct frequency, recency and age, each with the number of customers: all that a fit needs to know; store it, merge it with || or rollup, read it with the functions that take a repeat_purchase_state';

CREATE FUNCTION repeat_purchase_state_merge(repeat_purchase_state, repeat_purchase_state) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchase_state_merge';
COMMENT ON FUNCTION repeat_purchase_state_merge(repeat_purchase_state, repeat_purchase_state) IS
'the repeat_purchase_state of the rows of both; || calls it';

CREATE FUNCTION repeat_purchase_state_finish(repeat_purchase_state) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchase_state_finish';
COMMENT ON FUNCTION repeat_purchase_state_finish(repeat_purchase_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = repeat_purchase_state, RIGHTARG = repeat_purchase_state, FUNCTION = repeat_purchase_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (repeat_purchase_state, repeat_purchase_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state repeat_purchase_state) (
    SFUNC = repeat_purchase_state_merge, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = repeat_purchase_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(repeat_purchase_state) IS 'merges stored states into one, as if their rows had been aggregated together';

CREATE TYPE repeat_spend_state;

CREATE FUNCTION repeat_spend_state_in(cstring) RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_state_in';
COMMENT ON FUNCTION repeat_spend_state_in(cstring) IS
'reads the text form of repeat_spend_state; the word empty stands for a state of no rows';

CREATE FUNCTION repeat_spend_state_out(repeat_spend_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_state_out';
COMMENT ON FUNCTION repeat_spend_state_out(repeat_spend_state) IS
'writes the text form of repeat_spend_state, lossless';

CREATE FUNCTION repeat_spend_state_recv(internal) RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_state_recv';
COMMENT ON FUNCTION repeat_spend_state_recv(internal) IS
'reads the binary form of repeat_spend_state';

CREATE FUNCTION repeat_spend_state_send(repeat_spend_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_state_send';
COMMENT ON FUNCTION repeat_spend_state_send(repeat_spend_state) IS
'writes the binary form of repeat_spend_state, lossless';

CREATE TYPE repeat_spend_state (
    INPUT = repeat_spend_state_in, OUTPUT = repeat_spend_state_out, RECEIVE = repeat_spend_state_recv, SEND = repeat_spend_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE repeat_spend_state IS 'distinct frequency and monetary_value of customers who bought again, each with the number of customers; store it, merge it with || or rollup, read it with the functions that take a repeat_spend_state';

CREATE FUNCTION repeat_spend_state_merge(repeat_spend_state, repeat_spend_state) RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_state_merge';
COMMENT ON FUNCTION repeat_spend_state_merge(repeat_spend_state, repeat_spend_state) IS
'the repeat_spend_state of the rows of both; || calls it';

CREATE FUNCTION repeat_spend_state_finish(repeat_spend_state) RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_state_finish';
COMMENT ON FUNCTION repeat_spend_state_finish(repeat_spend_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = repeat_spend_state, RIGHTARG = repeat_spend_state, FUNCTION = repeat_spend_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (repeat_spend_state, repeat_spend_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state repeat_spend_state) (
    SFUNC = repeat_spend_state_merge, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = repeat_spend_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(repeat_spend_state) IS 'merges stored states into one, as if their rows had been aggregated together';

CREATE TYPE renewal_state;

CREATE FUNCTION renewal_state_in(cstring) RETURNS renewal_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_state_in';
COMMENT ON FUNCTION renewal_state_in(cstring) IS
'reads the text form of renewal_state; the word empty stands for a state of no rows';

CREATE FUNCTION renewal_state_out(renewal_state) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_state_out';
COMMENT ON FUNCTION renewal_state_out(renewal_state) IS
'writes the text form of renewal_state, lossless';

CREATE FUNCTION renewal_state_recv(internal) RETURNS renewal_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_state_recv';
COMMENT ON FUNCTION renewal_state_recv(internal) IS
'reads the binary form of renewal_state';

CREATE FUNCTION renewal_state_send(renewal_state) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_state_send';
COMMENT ON FUNCTION renewal_state_send(renewal_state) IS
'writes the binary form of renewal_state, lossless';

CREATE TYPE renewal_state (
    INPUT = renewal_state_in, OUTPUT = renewal_state_out, RECEIVE = renewal_state_recv, SEND = renewal_state_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE renewal_state IS 'contracts that ended, or were last seen going on, by period, with the number of customers; store it, merge it with || or rollup, read it with the functions that take a renewal_state';

CREATE FUNCTION renewal_state_merge(renewal_state, renewal_state) RETURNS renewal_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_state_merge';
COMMENT ON FUNCTION renewal_state_merge(renewal_state, renewal_state) IS
'the renewal_state of the rows of both; || calls it';

CREATE FUNCTION renewal_state_finish(renewal_state) RETURNS renewal_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_state_finish';
COMMENT ON FUNCTION renewal_state_finish(renewal_state) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = renewal_state, RIGHTARG = renewal_state, FUNCTION = renewal_state_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (renewal_state, renewal_state) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state renewal_state) (
    SFUNC = renewal_state_merge, STYPE = renewal_state, INITCOND = 'empty', COMBINEFUNC = renewal_state_merge, FINALFUNC = renewal_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(renewal_state) IS 'merges stored states into one, as if their rows had been aggregated together';


CREATE FUNCTION repeat_purchase_state_add(repeat_purchase_state, frequency bigint, recency double precision, age double precision) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchases_add';
COMMENT ON FUNCTION repeat_purchase_state_add(repeat_purchase_state, frequency bigint, recency double precision, age double precision) IS
'the state with one more customer';

CREATE FUNCTION repeat_purchase_state_add(repeat_purchase_state, frequency bigint, recency double precision, age double precision, weight bigint) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchases_add_weighted';
COMMENT ON FUNCTION repeat_purchase_state_add(repeat_purchase_state, frequency bigint, recency double precision, age double precision, weight bigint) IS
'the state with so many more customers';

CREATE FUNCTION repeat_purchase_state_add(repeat_purchase_state, frequency bigint, recency bigint, opportunities bigint) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_opportunities_add';
COMMENT ON FUNCTION repeat_purchase_state_add(repeat_purchase_state, frequency bigint, recency bigint, opportunities bigint) IS
'the state with one more customer';

CREATE FUNCTION repeat_purchase_state_add(repeat_purchase_state, frequency bigint, recency bigint, opportunities bigint, weight bigint) RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_opportunities_add_weighted';
COMMENT ON FUNCTION repeat_purchase_state_add(repeat_purchase_state, frequency bigint, recency bigint, opportunities bigint, weight bigint) IS
'the state with so many more customers';

CREATE FUNCTION repeat_spend_state_add(repeat_spend_state, frequency bigint, monetary_value numeric) RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_add_numeric';
COMMENT ON FUNCTION repeat_spend_state_add(repeat_spend_state, frequency bigint, monetary_value numeric) IS
'the state with one more customer';

CREATE FUNCTION repeat_spend_state_add(repeat_spend_state, frequency bigint, monetary_value numeric, weight bigint) RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_add_weighted_numeric';
COMMENT ON FUNCTION repeat_spend_state_add(repeat_spend_state, frequency bigint, monetary_value numeric, weight bigint) IS
'the state with so many more customers';

CREATE FUNCTION repeat_spend_state_add(repeat_spend_state, frequency bigint, monetary_value double precision) RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_add_double';
COMMENT ON FUNCTION repeat_spend_state_add(repeat_spend_state, frequency bigint, monetary_value double precision) IS
'the state with one more customer';

CREATE FUNCTION repeat_spend_state_add(repeat_spend_state, frequency bigint, monetary_value double precision, weight bigint) RETURNS repeat_spend_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_add_weighted_double';
COMMENT ON FUNCTION repeat_spend_state_add(repeat_spend_state, frequency bigint, monetary_value double precision, weight bigint) IS
'the state with so many more customers';

CREATE FUNCTION renewal_state_add(renewal_state, period bigint, lost bigint, survived bigint) RETURNS renewal_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_add';
COMMENT ON FUNCTION renewal_state_add(renewal_state, period bigint, lost bigint, survived bigint) IS
'the state with the customers of one more row';

CREATE FUNCTION renewal_state_add(renewal_state, period bigint, lost bigint, survived bigint, weight bigint) RETURNS renewal_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_add_weighted';
COMMENT ON FUNCTION renewal_state_add(renewal_state, period bigint, lost bigint, survived bigint, weight bigint) IS
'the state with the customers of one more row, so many times';


CREATE FUNCTION counted_customers(state repeat_purchase_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_purchases_customers';
COMMENT ON FUNCTION counted_customers(state repeat_purchase_state) IS
'number of customers';

CREATE FUNCTION repeat_buyers(state repeat_purchase_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_buyers';
COMMENT ON FUNCTION repeat_buyers(state repeat_purchase_state) IS
'number of customers who bought again; without any, no model can be fitted';

CREATE FUNCTION counted_customers(state repeat_spend_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_repeat_spend_customers';
COMMENT ON FUNCTION counted_customers(state repeat_spend_state) IS
'number of customers who bought again and spent';

CREATE FUNCTION counted_customers(state renewal_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_renewal_customers';
COMMENT ON FUNCTION counted_customers(state renewal_state) IS
'number of customers';


-- Fits of states.

CREATE FUNCTION bg_nbd_fit(state repeat_purchase_state) RETURNS bg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_bg_nbd_fit';
COMMENT ON FUNCTION bg_nbd_fit(state repeat_purchase_state) IS
'the BG/NBD model with the largest likelihood; NULL without customers, error 22023 where nobody bought again; how sure is it? (model).standard_errors, (model).at_boundary';

CREATE FUNCTION mbg_nbd_fit(state repeat_purchase_state) RETURNS mbg_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mbg_nbd_fit';
COMMENT ON FUNCTION mbg_nbd_fit(state repeat_purchase_state) IS
'the MBG/NBD model with the largest likelihood; NULL without customers, error 22023 where nobody bought again; how sure is it? (model).standard_errors, (model).at_boundary';

CREATE FUNCTION pareto_nbd_fit(state repeat_purchase_state) RETURNS pareto_nbd_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_pareto_nbd_fit';
COMMENT ON FUNCTION pareto_nbd_fit(state repeat_purchase_state) IS
'the Pareto/NBD model with the largest likelihood; NULL without customers, error 22023 where nobody bought again; how sure is it? (model).standard_errors, (model).at_boundary';

CREATE FUNCTION bg_bb_fit(state repeat_purchase_state) RETURNS bg_bb_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_bg_bb_fit';
COMMENT ON FUNCTION bg_bb_fit(state repeat_purchase_state) IS
'the BG/BB model with the largest likelihood, where age counts opportunities; NULL without customers, error 22023 where nobody bought again or times are no whole numbers';

CREATE FUNCTION gamma_gamma_fit(state repeat_spend_state) RETURNS gamma_gamma_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_gamma_gamma_fit';
COMMENT ON FUNCTION gamma_gamma_fit(state repeat_spend_state) IS
'the Gamma-Gamma model with the largest likelihood; NULL without customers who bought again, error 22023 where all spend the same';

CREATE FUNCTION sbg_fit(state renewal_state) RETURNS sbg_model
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sbg_fit';
COMMENT ON FUNCTION sbg_fit(state renewal_state) IS
'the sBG model with the largest likelihood; NULL without customers, error 22023 where nobody left or there is one period only';


-- Fits of rows.

CREATE AGGREGATE repeat_purchases_agg(frequency bigint, recency double precision, age double precision) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = repeat_purchase_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_purchases_agg(frequency bigint, recency double precision, age double precision) IS
'customers into a state to store, merge and fit with bg_nbd_fit, mbg_nbd_fit, pareto_nbd_fit, bg_bb_fit, model_comparison';

CREATE AGGREGATE repeat_purchases_agg(frequency bigint, recency double precision, age double precision, weight bigint) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = repeat_purchase_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_purchases_agg(frequency bigint, recency double precision, age double precision, weight bigint) IS
'rows that stand for many customers each into a state to store, merge and fit';

CREATE AGGREGATE repeat_spend_agg(frequency bigint, monetary_value numeric) (
    SFUNC = repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = repeat_spend_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_spend_agg(frequency bigint, monetary_value numeric) IS
'spend per repeat purchase into a state to store, merge and fit with gamma_gamma_fit; customers without repeat purchase, or who spent nothing, are left out';

CREATE AGGREGATE repeat_spend_agg(frequency bigint, monetary_value numeric, weight bigint) (
    SFUNC = repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = repeat_spend_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_spend_agg(frequency bigint, monetary_value numeric, weight bigint) IS
'rows that stand for many customers each into a state to store, merge and fit';

CREATE AGGREGATE gamma_gamma_fit(frequency bigint, monetary_value numeric) (
    SFUNC = repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = gamma_gamma_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gamma_gamma_fit(frequency bigint, monetary_value numeric) IS
'fits the Gamma-Gamma model of spend per purchase to customers with a repeat purchase: frequency, and monetary_value = their mean spend; then expected_value, clv';

CREATE AGGREGATE gamma_gamma_fit(frequency bigint, monetary_value numeric, weight bigint) (
    SFUNC = repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = gamma_gamma_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gamma_gamma_fit(frequency bigint, monetary_value numeric, weight bigint) IS
'fits the Gamma-Gamma model to rows that stand for many customers each';

CREATE AGGREGATE repeat_spend_agg(frequency bigint, monetary_value double precision) (
    SFUNC = repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = repeat_spend_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_spend_agg(frequency bigint, monetary_value double precision) IS
'spend per repeat purchase into a state to store, merge and fit with gamma_gamma_fit; customers without repeat purchase, or who spent nothing, are left out';

CREATE AGGREGATE repeat_spend_agg(frequency bigint, monetary_value double precision, weight bigint) (
    SFUNC = repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = repeat_spend_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_spend_agg(frequency bigint, monetary_value double precision, weight bigint) IS
'rows that stand for many customers each into a state to store, merge and fit';

CREATE AGGREGATE gamma_gamma_fit(frequency bigint, monetary_value double precision) (
    SFUNC = repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = gamma_gamma_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gamma_gamma_fit(frequency bigint, monetary_value double precision) IS
'fits the Gamma-Gamma model of spend per purchase to customers with a repeat purchase: frequency, and monetary_value = their mean spend; then expected_value, clv';

CREATE AGGREGATE gamma_gamma_fit(frequency bigint, monetary_value double precision, weight bigint) (
    SFUNC = repeat_spend_state_add, STYPE = repeat_spend_state, INITCOND = 'empty', COMBINEFUNC = repeat_spend_state_merge, FINALFUNC = gamma_gamma_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE gamma_gamma_fit(frequency bigint, monetary_value double precision, weight bigint) IS
'fits the Gamma-Gamma model to rows that stand for many customers each';

CREATE AGGREGATE renewals_agg(period bigint, lost bigint, survived bigint) (
    SFUNC = renewal_state_add, STYPE = renewal_state, INITCOND = 'empty', COMBINEFUNC = renewal_state_merge, FINALFUNC = renewal_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE renewals_agg(period bigint, lost bigint, survived bigint) IS
'contracts that ended in a period, or were last seen going on at its end, into a state to store, merge and fit with sbg_fit';

CREATE AGGREGATE renewals_agg(period bigint, lost bigint, survived bigint, weight bigint) (
    SFUNC = renewal_state_add, STYPE = renewal_state, INITCOND = 'empty', COMBINEFUNC = renewal_state_merge, FINALFUNC = renewal_state_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE renewals_agg(period bigint, lost bigint, survived bigint, weight bigint) IS
'rows that stand for many each into a state to store, merge and fit';


CREATE AGGREGATE bg_nbd_fit(frequency bigint, recency double precision, age double precision) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = bg_nbd_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE bg_nbd_fit(frequency bigint, recency double precision, age double precision) IS
'fits a model of buying and dropping out to customers (see rfm_summary), with GROUP BY one for each segment; then p_alive, expected_purchases, clv; which model? model_comparison';

CREATE AGGREGATE bg_nbd_fit(frequency bigint, recency double precision, age double precision, weight bigint) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = bg_nbd_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE bg_nbd_fit(frequency bigint, recency double precision, age double precision, weight bigint) IS
'fits a model of buying and dropping out to rows that stand for many customers each';

CREATE AGGREGATE mbg_nbd_fit(frequency bigint, recency double precision, age double precision) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = mbg_nbd_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mbg_nbd_fit(frequency bigint, recency double precision, age double precision) IS
'fits a model of buying and dropping out to customers (see rfm_summary), with GROUP BY one for each segment; then p_alive, expected_purchases, clv; which model? model_comparison';

CREATE AGGREGATE mbg_nbd_fit(frequency bigint, recency double precision, age double precision, weight bigint) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = mbg_nbd_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mbg_nbd_fit(frequency bigint, recency double precision, age double precision, weight bigint) IS
'fits a model of buying and dropping out to rows that stand for many customers each';

CREATE AGGREGATE pareto_nbd_fit(frequency bigint, recency double precision, age double precision) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = pareto_nbd_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE pareto_nbd_fit(frequency bigint, recency double precision, age double precision) IS
'fits a model of buying and dropping out to customers (see rfm_summary), with GROUP BY one for each segment; then p_alive, expected_purchases, clv; which model? model_comparison';

CREATE AGGREGATE pareto_nbd_fit(frequency bigint, recency double precision, age double precision, weight bigint) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = pareto_nbd_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE pareto_nbd_fit(frequency bigint, recency double precision, age double precision, weight bigint) IS
'fits a model of buying and dropping out to rows that stand for many customers each';

CREATE AGGREGATE bg_bb_fit(frequency bigint, recency bigint, opportunities bigint) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = bg_bb_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE bg_bb_fit(frequency bigint, recency bigint, opportunities bigint) IS
'fits the BG/BB model to customers who may buy once at each of a number of opportunities: how often they did, at which one last, how many there were';

CREATE AGGREGATE bg_bb_fit(frequency bigint, recency bigint, opportunities bigint, weight bigint) (
    SFUNC = repeat_purchase_state_add, STYPE = repeat_purchase_state, INITCOND = 'empty', COMBINEFUNC = repeat_purchase_state_merge, FINALFUNC = bg_bb_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE bg_bb_fit(frequency bigint, recency bigint, opportunities bigint, weight bigint) IS
'fits the BG/BB model to rows that stand for many customers each';

CREATE AGGREGATE sbg_fit(period bigint, lost bigint, survived bigint) (
    SFUNC = renewal_state_add, STYPE = renewal_state, INITCOND = 'empty', COMBINEFUNC = renewal_state_merge, FINALFUNC = sbg_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sbg_fit(period bigint, lost bigint, survived bigint) IS
'fits the sBG model to contracts: how many ended in their period-th renewal, and how many were last seen going on after it (each customer in one row: not the base of every period)';

CREATE AGGREGATE sbg_fit(period bigint, lost bigint, survived bigint, weight bigint) (
    SFUNC = renewal_state_add, STYPE = renewal_state, INITCOND = 'empty', COMBINEFUNC = renewal_state_merge, FINALFUNC = sbg_fit,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE sbg_fit(period bigint, lost bigint, survived bigint, weight bigint) IS
'fits the sBG model to rows that stand for many each';


-- Fits of ledgers.

CREATE FUNCTION bg_nbd_fit(ledger customer_ledger, as_of date DEFAULT NULL, unit interval DEFAULT '1 day') RETURNS bg_nbd_model
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_bg_nbd_fit_ledger';
COMMENT ON FUNCTION bg_nbd_fit(customer_ledger, date, interval) IS
'fits the model to a ledger as of the end of a day (NULL: its last), in units of days or weeks; then clv_forecast; does it forecast well? holdout_check';

CREATE FUNCTION mbg_nbd_fit(ledger customer_ledger, as_of date DEFAULT NULL, unit interval DEFAULT '1 day') RETURNS mbg_nbd_model
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_mbg_nbd_fit_ledger';
COMMENT ON FUNCTION mbg_nbd_fit(customer_ledger, date, interval) IS
'fits the model to a ledger as of the end of a day (NULL: its last), in units of days or weeks; then clv_forecast; does it forecast well? holdout_check';

CREATE FUNCTION pareto_nbd_fit(ledger customer_ledger, as_of date DEFAULT NULL, unit interval DEFAULT '1 day') RETURNS pareto_nbd_model
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_pareto_nbd_fit_ledger';
COMMENT ON FUNCTION pareto_nbd_fit(customer_ledger, date, interval) IS
'fits the model to a ledger as of the end of a day (NULL: its last), in units of days or weeks; then clv_forecast; does it forecast well? holdout_check';

CREATE FUNCTION bg_bb_fit(ledger customer_ledger, as_of date DEFAULT NULL, step interval DEFAULT '1 year') RETURNS bg_bb_model
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_bg_bb_fit_ledger';
COMMENT ON FUNCTION bg_bb_fit(customer_ledger, date, interval) IS
'fits the BG/BB model to a ledger: the opportunities are the calendar periods after that of the first order which are complete at the end of as_of (NULL: the last day)';

CREATE FUNCTION gamma_gamma_fit(ledger customer_ledger, as_of date DEFAULT NULL) RETURNS gamma_gamma_model
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_gamma_gamma_fit_ledger';
COMMENT ON FUNCTION gamma_gamma_fit(customer_ledger, date) IS
'fits the Gamma-Gamma model of spend per purchase day to a ledger as of the end of a day (NULL: its last); customers without repeat purchase, or whose repeat days came to nothing, are left out';

CREATE FUNCTION repeat_purchases(ledger customer_ledger, as_of date DEFAULT NULL, unit interval DEFAULT '1 day') RETURNS repeat_purchase_state
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_repeat_purchases_ledger';
COMMENT ON FUNCTION repeat_purchases(customer_ledger, date, interval) IS
'the state of a ledger''s customers as of the end of a day, as repeat_purchases_agg over rfm_summary makes it; states of shards merge with ||, then bg_nbd_fit';

-- What models say.

CREATE FUNCTION p_alive(model bg_nbd_model, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_bg_nbd';
COMMENT ON FUNCTION p_alive(model bg_nbd_model, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer has not dropped out by now; times in the unit of the model; what will they buy? expected_purchases';

CREATE FUNCTION p_alive_at(model bg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_at_bg_nbd';
COMMENT ON FUNCTION p_alive_at(model bg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer has not dropped out by the time horizon from now';

CREATE FUNCTION expected_purchases(model bg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_expected_purchases_bg_nbd';
COMMENT ON FUNCTION expected_purchases(model bg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the expected number of purchases of a customer from now to the horizon, in the unit of the model';

CREATE FUNCTION expected_purchases(model bg_nbd_model, horizon double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_new_expected_purchases_bg_nbd';
COMMENT ON FUNCTION expected_purchases(model bg_nbd_model, horizon double precision) IS
'the expected number of repeat purchases of a new customer from the first purchase to the horizon';

CREATE FUNCTION p_no_purchase(model bg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_no_purchase_bg_nbd';
COMMENT ON FUNCTION p_no_purchase(model bg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer buys nothing from now to the horizon, dropped out or not';

CREATE FUNCTION purchase_count_probability(model bg_nbd_model, n bigint, horizon double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_purchase_count_probability_bg_nbd';
COMMENT ON FUNCTION purchase_count_probability(model bg_nbd_model, n bigint, horizon double precision) IS
'the probability that a new customer makes exactly n repeat purchases up to the horizon';

CREATE FUNCTION residual_transactions(model bg_nbd_model, continuous_discount_per_unit double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_residual_transactions_bg_nbd';
COMMENT ON FUNCTION residual_transactions(model bg_nbd_model, continuous_discount_per_unit double precision, frequency bigint, recency double precision, age double precision) IS
'the expected number of purchases of a customer in all the time to come, each discounted by e^(-rate times its time); a yearly discount d is ln(1 + d) / 52 a week; times expected_value it is the value of a customer';

CREATE FUNCTION clv(model bg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, frequency bigint, recency double precision, age double precision, monetary_value double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_clv_bg_nbd';
COMMENT ON FUNCTION clv(model bg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, frequency bigint, recency double precision, age double precision, monetary_value double precision) IS
'the value of a customer over the horizon: expected_value times the purchases of each unit of time, discounted by (1 + discount_per_unit) for each unit up to its end; NULL where expected_value is';

CREATE FUNCTION p_alive(model mbg_nbd_model, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_mbg_nbd';
COMMENT ON FUNCTION p_alive(model mbg_nbd_model, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer has not dropped out by now; times in the unit of the model; what will they buy? expected_purchases';

CREATE FUNCTION p_alive_at(model mbg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_at_mbg_nbd';
COMMENT ON FUNCTION p_alive_at(model mbg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer has not dropped out by the time horizon from now';

CREATE FUNCTION expected_purchases(model mbg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_expected_purchases_mbg_nbd';
COMMENT ON FUNCTION expected_purchases(model mbg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the expected number of purchases of a customer from now to the horizon, in the unit of the model';

CREATE FUNCTION expected_purchases(model mbg_nbd_model, horizon double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_new_expected_purchases_mbg_nbd';
COMMENT ON FUNCTION expected_purchases(model mbg_nbd_model, horizon double precision) IS
'the expected number of repeat purchases of a new customer from the first purchase to the horizon';

CREATE FUNCTION p_no_purchase(model mbg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_no_purchase_mbg_nbd';
COMMENT ON FUNCTION p_no_purchase(model mbg_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer buys nothing from now to the horizon, dropped out or not';

CREATE FUNCTION purchase_count_probability(model mbg_nbd_model, n bigint, horizon double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_purchase_count_probability_mbg_nbd';
COMMENT ON FUNCTION purchase_count_probability(model mbg_nbd_model, n bigint, horizon double precision) IS
'the probability that a new customer makes exactly n repeat purchases up to the horizon';

CREATE FUNCTION residual_transactions(model mbg_nbd_model, continuous_discount_per_unit double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_residual_transactions_mbg_nbd';
COMMENT ON FUNCTION residual_transactions(model mbg_nbd_model, continuous_discount_per_unit double precision, frequency bigint, recency double precision, age double precision) IS
'the expected number of purchases of a customer in all the time to come, each discounted by e^(-rate times its time); a yearly discount d is ln(1 + d) / 52 a week; times expected_value it is the value of a customer';

CREATE FUNCTION clv(model mbg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, frequency bigint, recency double precision, age double precision, monetary_value double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_clv_mbg_nbd';
COMMENT ON FUNCTION clv(model mbg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, frequency bigint, recency double precision, age double precision, monetary_value double precision) IS
'the value of a customer over the horizon: expected_value times the purchases of each unit of time, discounted by (1 + discount_per_unit) for each unit up to its end; NULL where expected_value is';

CREATE FUNCTION p_alive(model pareto_nbd_model, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_pareto_nbd';
COMMENT ON FUNCTION p_alive(model pareto_nbd_model, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer has not dropped out by now; times in the unit of the model; what will they buy? expected_purchases';

CREATE FUNCTION p_alive_at(model pareto_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_at_pareto_nbd';
COMMENT ON FUNCTION p_alive_at(model pareto_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer has not dropped out by the time horizon from now';

CREATE FUNCTION expected_purchases(model pareto_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_expected_purchases_pareto_nbd';
COMMENT ON FUNCTION expected_purchases(model pareto_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the expected number of purchases of a customer from now to the horizon, in the unit of the model';

CREATE FUNCTION expected_purchases(model pareto_nbd_model, horizon double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_new_expected_purchases_pareto_nbd';
COMMENT ON FUNCTION expected_purchases(model pareto_nbd_model, horizon double precision) IS
'the expected number of repeat purchases of a new customer from the first purchase to the horizon';

CREATE FUNCTION p_no_purchase(model pareto_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_no_purchase_pareto_nbd';
COMMENT ON FUNCTION p_no_purchase(model pareto_nbd_model, horizon double precision, frequency bigint, recency double precision, age double precision) IS
'the probability that a customer buys nothing from now to the horizon, dropped out or not';

CREATE FUNCTION purchase_count_probability(model pareto_nbd_model, n bigint, horizon double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_purchase_count_probability_pareto_nbd';
COMMENT ON FUNCTION purchase_count_probability(model pareto_nbd_model, n bigint, horizon double precision) IS
'the probability that a new customer makes exactly n repeat purchases up to the horizon';

CREATE FUNCTION residual_transactions(model pareto_nbd_model, continuous_discount_per_unit double precision, frequency bigint, recency double precision, age double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_residual_transactions_pareto_nbd';
COMMENT ON FUNCTION residual_transactions(model pareto_nbd_model, continuous_discount_per_unit double precision, frequency bigint, recency double precision, age double precision) IS
'the expected number of purchases of a customer in all the time to come, each discounted by e^(-rate times its time); a yearly discount d is ln(1 + d) / 52 a week; times expected_value it is the value of a customer';

CREATE FUNCTION clv(model pareto_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, frequency bigint, recency double precision, age double precision, monetary_value double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_clv_pareto_nbd';
COMMENT ON FUNCTION clv(model pareto_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, frequency bigint, recency double precision, age double precision, monetary_value double precision) IS
'the value of a customer over the horizon: expected_value times the purchases of each unit of time, discounted by (1 + discount_per_unit) for each unit up to its end; NULL where expected_value is';


CREATE FUNCTION p_alive(model bg_bb_model, frequency bigint, recency bigint, opportunities bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_bg_bb';
COMMENT ON FUNCTION p_alive(model bg_bb_model, frequency bigint, recency bigint, opportunities bigint) IS
'the probability that a customer has not dropped out by the last opportunity';

CREATE FUNCTION p_alive_at(model bg_bb_model, horizon bigint, frequency bigint, recency bigint, opportunities bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_at_bg_bb';
COMMENT ON FUNCTION p_alive_at(model bg_bb_model, horizon bigint, frequency bigint, recency bigint, opportunities bigint) IS
'the probability that a customer has not dropped out so many opportunities from now';

CREATE FUNCTION expected_purchases(model bg_bb_model, horizon bigint, frequency bigint, recency bigint, opportunities bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_expected_purchases_bg_bb';
COMMENT ON FUNCTION expected_purchases(model bg_bb_model, horizon bigint, frequency bigint, recency bigint, opportunities bigint) IS
'the expected number of purchases of a customer at the next opportunities';

CREATE FUNCTION expected_purchases(model bg_bb_model, horizon bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_new_expected_purchases_bg_bb';
COMMENT ON FUNCTION expected_purchases(model bg_bb_model, horizon bigint) IS
'the expected number of purchases of a new customer at the first opportunities';

CREATE FUNCTION p_no_purchase(model bg_bb_model, horizon bigint, frequency bigint, recency bigint, opportunities bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_no_purchase_bg_bb';
COMMENT ON FUNCTION p_no_purchase(model bg_bb_model, horizon bigint, frequency bigint, recency bigint, opportunities bigint) IS
'the probability that a customer buys nothing at the next opportunities';

CREATE FUNCTION purchase_count_probability(model bg_bb_model, n bigint, horizon bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_purchase_count_probability_bg_bb';
COMMENT ON FUNCTION purchase_count_probability(model bg_bb_model, n bigint, horizon bigint) IS
'the probability that a new customer buys at exactly n of the first opportunities';

CREATE FUNCTION residual_transactions(model bg_bb_model, discount_per_opportunity double precision, frequency bigint, recency bigint, opportunities bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_residual_transactions_bg_bb';
COMMENT ON FUNCTION residual_transactions(model bg_bb_model, discount_per_opportunity double precision, frequency bigint, recency bigint, opportunities bigint) IS
'the expected number of purchases of a customer at all opportunities to come, each discounted by (1 + discount) for each opportunity';


CREATE FUNCTION p_alive_at(model sbg_model, horizon bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_at_sbg';
COMMENT ON FUNCTION p_alive_at(model sbg_model, horizon bigint) IS
'the share of new customers who are still there after so many periods';

CREATE FUNCTION p_alive_at(model sbg_model, horizon bigint, age bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_p_alive_at_sbg';
COMMENT ON FUNCTION p_alive_at(model sbg_model, horizon bigint, age bigint) IS
'the share of customers who are still there after horizon more periods, among those who were there after age periods';

CREATE FUNCTION retention_ratio(model sbg_model, age bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_retention_ratio_sbg';
COMMENT ON FUNCTION retention_ratio(model sbg_model, age bigint) IS
'the share of customers who renew once more, from 0 to 1, among those who were there after age periods; it grows with age, for the loyal remain';

CREATE FUNCTION expected_lifetime(model sbg_model, discount_per_period double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_expected_lifetime_sbg';
COMMENT ON FUNCTION expected_lifetime(model sbg_model, discount_per_period double precision) IS
'the expected number of periods of a new customer, the first in full, each later one discounted by (1 + discount) for each period; times the margin of a period it is the value of a customer';

CREATE FUNCTION residual_lifetime(model sbg_model, discount_per_period double precision, age bigint) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_residual_lifetime_sbg';
COMMENT ON FUNCTION residual_lifetime(model sbg_model, discount_per_period double precision, age bigint) IS
'the expected number of periods to come, discounted, of a customer who was there for age periods (the renewals so far, and the first) and is about to renew, which pays at once';


CREATE FUNCTION expected_value(model gamma_gamma_model, frequency bigint, monetary_value double precision) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_expected_value_gamma_gamma';
COMMENT ON FUNCTION expected_value(model gamma_gamma_model, frequency bigint, monetary_value double precision) IS
'the expected spend per purchase of a customer with so many repeat purchases of that mean value: between it and the mean of the population; NULL where it is infinite (p frequency + q <= 1)';


-- Reports.

CREATE FUNCTION clv_forecast(ledger customer_ledger, model bg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key bigint, as_of date DEFAULT NULL)
RETURNS TABLE (customer bigint, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_bg_nbd_bigint';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model bg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key bigint, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::bigint; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION clv_forecast(ledger customer_ledger, model bg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key uuid, as_of date DEFAULT NULL)
RETURNS TABLE (customer uuid, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_bg_nbd_uuid';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model bg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key uuid, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::uuid; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION clv_forecast(ledger customer_ledger, model bg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key text, as_of date DEFAULT NULL)
RETURNS TABLE (customer text, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_bg_nbd_text';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model bg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key text, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::text; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION clv_forecast(ledger customer_ledger, model mbg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key bigint, as_of date DEFAULT NULL)
RETURNS TABLE (customer bigint, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_mbg_nbd_bigint';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model mbg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key bigint, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::bigint; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION clv_forecast(ledger customer_ledger, model mbg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key uuid, as_of date DEFAULT NULL)
RETURNS TABLE (customer uuid, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_mbg_nbd_uuid';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model mbg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key uuid, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::uuid; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION clv_forecast(ledger customer_ledger, model mbg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key text, as_of date DEFAULT NULL)
RETURNS TABLE (customer text, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_mbg_nbd_text';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model mbg_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key text, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::text; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION clv_forecast(ledger customer_ledger, model pareto_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key bigint, as_of date DEFAULT NULL)
RETURNS TABLE (customer bigint, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_pareto_nbd_bigint';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model pareto_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key bigint, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::bigint; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION clv_forecast(ledger customer_ledger, model pareto_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key uuid, as_of date DEFAULT NULL)
RETURNS TABLE (customer uuid, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_pareto_nbd_uuid';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model pareto_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key uuid, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::uuid; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION clv_forecast(ledger customer_ledger, model pareto_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key text, as_of date DEFAULT NULL)
RETURNS TABLE (customer text, frequency bigint, recency double precision, age double precision, monetary_value numeric, p_alive double precision, expected_purchases double precision, expected_value double precision, clv double precision)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_clv_forecast_pareto_nbd_text';
COMMENT ON FUNCTION clv_forecast(ledger customer_ledger, model pareto_nbd_model, spend_model gamma_gamma_model, horizon double precision, discount_per_unit double precision, key text, as_of date) IS
'one row per customer with an order up to as_of, in the order of their keys: rfm_summary in the unit of the model, and what the models say of the horizon, in that unit too; clv is discounted by (1 + discount_per_unit) for each unit; key is NULL::text; who is worth most? ORDER BY clv DESC';

CREATE FUNCTION holdout_check(ledger customer_ledger, fit_until date, unit interval DEFAULT '1 day')
RETURNS TABLE (model text, frequency text, customers bigint, actual bigint, predicted double precision, actual_per_customer double precision, predicted_per_customer double precision, mean_absolute_error double precision, at_boundary boolean)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_holdout_check';
COMMENT ON FUNCTION holdout_check(ledger customer_ledger, fit_until date, unit interval) IS
'how well the models forecast: each is fitted up to the end of a day, and its purchases up to the last day of the ledger are compared with those that came, by frequency up to then (0 to 6, 7+, all); mean_absolute_error is per customer';

CREATE FUNCTION model_comparison(ledger customer_ledger, as_of date DEFAULT NULL, unit interval DEFAULT '1 day')
RETURNS TABLE (model text, parameters jsonb, log_likelihood double precision, aic double precision, bic double precision, converged boolean, at_boundary boolean, recommended boolean, verdict text)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_model_comparison_ledger';
COMMENT ON FUNCTION model_comparison(ledger customer_ledger, as_of date, unit interval) IS
'the models of buying and dropping out fitted to a ledger, and NBD without dropout: the smaller AIC and BIC, the better; recommended is the smallest AIC';

CREATE FUNCTION model_comparison(state repeat_purchase_state)
RETURNS TABLE (model text, parameters jsonb, log_likelihood double precision, aic double precision, bic double precision, converged boolean, at_boundary boolean, recommended boolean, verdict text)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 4 AS 'MODULE_PATHNAME', 'customer_value_model_comparison_state';
COMMENT ON FUNCTION model_comparison(repeat_purchase_state) IS
'the models of buying and dropping out fitted to a state of repeat_purchases_agg, and NBD without dropout: the smaller AIC and BIC, the better; recommended is the smallest AIC';

-- ---------- revenue ----------

CREATE FUNCTION is_known_status(status text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_is_known_status';
COMMENT ON FUNCTION is_known_status(status text) IS
'whether is_revenue_status knows this order status; which words of a table are unknown? data_quality';


-- ---------- quality ----------

-- Is a table of orders fit to be measured? One row a check. The table and the names of its columns are the caller's, so the
-- query is made when it runs: with the rights of the caller, with every name quoted, and with nothing found through
-- search_path. What it needs of this extension it calls in the schema where the extension is now. In bodies that are parsed when
-- the extension is created, functions with polymorphic arguments are qualified: others could match better.

CREATE FUNCTION quality_checks()
RETURNS TABLE (place integer, check_name text, severity text, needs text[], condition text, about text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 24
BEGIN ATOMIC
    SELECT v.place, v.check_name, v.severity, v.needs, v.condition, v.about FROM (VALUES
        (1, 'empty_source'::text, 'error'::text, '{}'::text[], NULL::text, 'the source has no rows that the caller can see'::text),
        (2, 'stale_source', 'error', '{ordered_at,stale}', NULL, 'the newest day that is neither future nor absurd (the sample) is more than stale before as_of; the rows are all'),
        (3, 'null_customer', 'warning', '{customer}', 'customer_is_blank IS NULL', 'rows without a customer are in revenue, in no customer figure'),
        (4, 'blank_customer', 'error', '{customer}', 'customer_is_blank', 'customers of nothing but white space become one large customer'),
        (5, 'null_order_id', 'warning', '{order_id}', 'order_id_is_blank IS NULL', 'rows without an order id are in no figure by order, and their refunds belong to no sale'),
        (6, 'blank_order_id', 'error', '{order_id}', 'order_id_is_blank', 'order ids of nothing but white space become one large order'),
        (7, 'null_row_id', 'error', '{row_id}', NULL, 'rows without a row id cannot be told apart'),
        (8, 'duplicate_row_id', 'error', '{row_id}', NULL, 'rows that repeat a row id, beyond its first; samples are row ids'),
        (9, 'duplicate_row', 'warning', '{order_id}', NULL, 'rows that repeat another in all columns of the mapping but row_id, beyond the first; samples are order ids; loaded twice, or is a column (product?) missing in the mapping?'),
        (10, 'shared_order_id', 'error', '{order_id,customer}', NULL, 'rows of orders that belong to more than one customer; samples are order ids'),
        (11, 'null_ordered_at', 'warning', '{ordered_at}', 'day IS NULL', 'rows without a date are in no figure by time'),
        (12, 'future_date', 'error', '{ordered_at}', 'isfinite(day) AND day > $1', 'rows after as_of'),
        (13, 'absurd_date', 'error', '{ordered_at}', 'NOT isfinite(day) OR day < $2', 'rows before earliest or at infinity'),
        (14, 'null_amount', 'warning', '{amount}', 'amount_is_finite IS NULL', 'rows without an amount are in no figure'),
        (15, 'infinite_amount', 'error', '{amount}', 'NOT amount_is_finite', 'amounts that are NaN or infinite end every sum with an error'),
        (16, 'zero_sale', 'info', '{amount}', 'is_counted AND amount = 0', 'sales of 0: a free order is an order, and lowers the average check'),
        (17, 'negative_sale', 'warning', '{amount,status}', 'is_counted AND amount < 0 AND is_sale', 'amounts below 0 with a status of a sale (not refunded, partially_refunded): they count as refunds, by their sign'),
        (18, 'orphan_refund', 'error', '{order_id,amount}', NULL, 'refunds of orders that have no sale; samples are order ids'),
        (19, 'over_refund', 'error', '{order_id,amount}', NULL, 'refunds of orders that were refunded more than they were sold for, in one currency; samples are order ids'),
        (20, 'null_currency', 'error', '{currency}', 'currency IS NULL', 'rows without a currency, or with a blank one, cannot be added to the others'),
        (21, 'mixed_currencies', 'warning', '{currency}', NULL, 'rows in another currency than the most frequent one; group by currency; samples are the currencies'),
        (22, 'null_status', 'warning', '{status}', 'status IS NULL', 'rows without a status are left out by FILTER (WHERE is_revenue_status(status))'),
        (23, 'unknown_status', 'error', '{status}', NULL, 'rows whose status is_revenue_status does not know, and refuses; samples are the words')
    ) AS v (place, check_name, severity, needs, condition, about);
END;
COMMENT ON FUNCTION quality_checks() IS
'what data_quality looks for: order of the report, name, severity where it is found (error: a figure is wrong or ends with an error; warning: rows are left out, or may mislead; info: good to know), arguments that it needs, and meaning; condition is the SQL of a check that looks at one row alone';

CREATE FUNCTION quality_column(orders regclass, argument text, "column" text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    declared regtype;
    base oid;
    category "char";
    wanted text;
BEGIN
    IF "column" IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT atttypid, atttypid INTO declared, base FROM pg_attribute WHERE attrelid = orders AND attname = "column" AND attnum > 0 AND NOT attisdropped;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_column', MESSAGE = format('%s names the column "%s", which %s does not have', argument, "column", orders);
    END IF;
    WHILE (SELECT typtype = 'd' FROM pg_type WHERE oid = base) LOOP
        SELECT typbasetype INTO base FROM pg_type WHERE oid = base;
    END LOOP;
    SELECT typcategory INTO category FROM pg_type WHERE oid = base;
    wanted := CASE argument
        WHEN 'ordered_at' THEN CASE WHEN base NOT IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype) THEN 'a date or a timestamp' END
        WHEN 'amount' THEN CASE WHEN base NOT IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype, 'float4'::regtype, 'float8'::regtype) THEN 'a number' END
        WHEN 'status' THEN CASE WHEN category NOT IN ('S', 'E') THEN 'text or an enum' END
        WHEN 'currency' THEN CASE WHEN category NOT IN ('S', 'E') THEN 'text or an enum' END
        ELSE CASE WHEN category NOT IN ('S', 'E') AND base NOT IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype, 'uuid'::regtype) THEN 'text, an integer, numeric, uuid or an enum' END
    END;
    IF wanted IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('%s must be %s: the column "%s" of %s is of type %s', argument, wanted, "column", orders, declared);
    END IF;
    RETURN base::regtype;
END
$$;
COMMENT ON FUNCTION quality_column(regclass, text, text) IS
'the type of a column behind its domains, for data_quality; an error that names argument and column where there is none (42703), or where it is not of a type that the argument can have (22023)';

CREATE FUNCTION quality_source(orders regclass, mapping jsonb, tz text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    argument text;
    type text;
    quoted text;        -- the column
    key text;           -- the same as a key: text is compared byte by byte, whatever its collation
    is_blank text;
    is_finite text;
    number text;
    at text;
    columns text := '';
BEGIN
    IF orders IS NULL OR NOT EXISTS (SELECT FROM pg_class WHERE oid = orders AND relkind IN ('r', 'p', 'v', 'm', 'f')) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('orders must be a table or a view: %s', coalesce(orders::text, 'NULL'));
    END IF;
    FOREACH argument IN ARRAY ARRAY['customer', 'ordered_at', 'amount', 'order_id', 'status', 'currency', 'product', 'row_id'] LOOP
        EXECUTE format('SELECT %s.quality_column($1, $2, $3)', extension) INTO type USING orders, argument, mapping ->> argument;
        IF type = 'timestamp with time zone' AND tz IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', HINT = 'Say whose days are meant, for example tz => ''Europe/Berlin''.',
                MESSAGE = format('ordered_at needs tz: the column "%s" of %s is of type %s', mapping ->> argument, orders, type);
        END IF;
        quoted := format('t.%I', coalesce(mapping ->> argument, ''));
        key := CASE WHEN type IN ('smallint', 'integer', 'bigint', 'numeric') THEN quoted ELSE quoted || '::text COLLATE "C"' END;
        is_blank := CASE WHEN type IN ('smallint', 'integer', 'bigint', 'numeric', 'uuid') THEN 'false' ELSE format('btrim(%s::text, E'' \t\n\r'') = ''''', quoted) END;
        is_finite := CASE WHEN type ~ 'int$' OR type = 'integer' THEN 'true' ELSE quoted || ' NOT IN (''NaN'', ''Infinity'', ''-Infinity'')' END;
        number := CASE WHEN type IN ('real', 'double precision') THEN format('%s.shortest_decimal(%s::%s)', extension, quoted, type) ELSE quoted END;
        at := CASE WHEN type = 'timestamp with time zone' THEN format('(%s AT TIME ZONE %L)', quoted, tz) ELSE quoted END;
        columns := columns || (
            SELECT string_agg(format(', %s AS %I', CASE WHEN type IS NULL THEN absent ELSE format(present, quoted, key, is_blank, is_finite, number, at, extension) END, name), '')
            FROM (VALUES
                ('customer', 'customer', 'CASE WHEN NOT %3$s THEN %2$s END', 'NULL::text'),
                ('customer', 'customer_is_blank', 'CASE WHEN %1$s IS NOT NULL THEN %3$s END', 'NULL::boolean'),
                ('order_id', 'order_id', 'CASE WHEN NOT %3$s THEN %2$s END', 'NULL::text'),
                ('order_id', 'order_id_is_blank', 'CASE WHEN %1$s IS NOT NULL THEN %3$s END', 'NULL::boolean'),
                ('ordered_at', 'ordered_at', '%1$s', 'NULL::date'),
                ('ordered_at', 'day', '%6$s::date', 'NULL::date'),
                ('amount', 'amount', 'CASE WHEN %4$s THEN %5$s END', 'NULL::numeric'),
                ('amount', 'amount_is_finite', 'CASE WHEN %1$s IS NOT NULL THEN %4$s END', 'NULL::boolean'),
                ('status', 'status', '%2$s', 'NULL::text'),
                ('status', 'is_counted', 'CASE WHEN %7$s.is_known_status(%2$s) THEN %7$s.is_revenue_status(%2$s) ELSE %1$s IS NOT NULL END', 'true'),
                ('status', 'is_sale', 'lower(%2$s) IN (''paid'', ''completed'', ''shipped'', ''delivered'', ''fulfilled'')', 'NULL::boolean'),
                ('currency', 'currency', 'CASE WHEN NOT %3$s THEN %2$s END', 'NULL::text'),
                ('product', 'product', '%2$s', 'NULL::text'),
                ('row_id', 'row_id', '%2$s', 'NULL::text')) AS v (of_argument, name, present, absent)
            WHERE of_argument = argument);
    END LOOP;
    RETURN format('SELECT %s FROM %s AS t OFFSET 0', substr(columns, 3), orders);
END
$$;
COMMENT ON FUNCTION quality_source(regclass, jsonb, text) IS
'the query with which data_quality reads its source: columns under the names of the arguments (mapping: argument to column), NULL for what is not in the mapping';

CREATE FUNCTION quality_query(orders regclass, mapping jsonb, tz text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    source text;
    flags text;         -- which checks that look at one row alone find something, a bit each
    bits text;
    rows text;          -- what the pass groups by: what is not in the mapping is NULL and makes no groups;
    copies text;        -- to go on from rows lets both share a sort
BEGIN
    EXECUTE format('SELECT %s.quality_source($1, $2, $3)', extension) INTO source USING orders, mapping, tz;
    EXECUTE format('SELECT coalesce(string_agg(format(''CASE WHEN %%s THEN %%s ELSE 0 END'', condition, 1 << place), '' | ''), ''0''),
                           coalesce(string_agg(format(''(%%L, %%s)'', check_name, 1 << place), '', ''), ''(NULL, 0)'')
                    FROM %s.quality_checks() WHERE condition IS NOT NULL AND $1 ?& needs', extension) INTO flags, bits USING mapping;
    rows := 'order_id, flags, key, currency, status' || CASE WHEN mapping ->> 'row_id' IS NULL THEN ', row_id' ELSE '' END;
    copies := rows || ', is_copied' || CASE WHEN mapping ->> 'order_id' IS NULL THEN '' ELSE ', customer, ordered_at, amount, product' END;
    RETURN format($query$
WITH source AS (%1$s),
flagged AS (SELECT *, %2$s AS flags FROM source OFFSET 0),
keyed AS (SELECT *, CASE WHEN flags <> 0 THEN coalesce(order_id::text, row_id::text, customer::text) END AS key, true AS is_copied FROM flagged OFFSET 0),
grouped AS MATERIALIZED (
    SELECT CASE WHEN GROUPING(is_copied) = 0 THEN 'copies' WHEN GROUPING(flags) = 0 THEN 'rows' ELSE 'ids' END AS part,
           order_id, flags, key, row_id, currency, status, count(*) AS n, max(day) FILTER (WHERE isfinite(day) AND day BETWEEN $2 AND $1) AS newest,
           count(*) FILTER (WHERE is_counted AND amount >= 0) AS sales, count(*) FILTER (WHERE is_counted AND amount < 0) AS refunds, sum(amount) FILTER (WHERE is_counted) AS net,
           min(customer) AS least_customer, max(customer) AS greatest_customer
    FROM keyed
    GROUP BY GROUPING SETS (%3$s%6$s)
    HAVING count(*) > 1 OR GROUPING(is_copied) = 1 AND (GROUPING(flags) = 0 OR row_id IS NULL)),
total AS (SELECT coalesce(sum(n), 0) AS n, max(newest) AS newest FROM grouped WHERE part = 'rows'),
by_order AS (
    SELECT order_id::text AS key, sum(n) AS n, sum(sales) AS sales, sum(refunds) AS refunds, sum(net) AS net,
           min(least_customer) <> max(greatest_customer) AS is_shared, min(currency) IS NOT DISTINCT FROM max(currency) AS is_in_one_currency
    FROM grouped WHERE part = 'rows' AND order_id IS NOT NULL GROUP BY order_id),
by_currency AS (SELECT currency, sum(n) AS n FROM grouped WHERE part = 'rows' AND currency IS NOT NULL GROUP BY currency),
by_status AS (SELECT status, sum(n) AS n FROM grouped WHERE part = 'rows' AND status IS NOT NULL GROUP BY status),
found (check_name, n, key) AS (
    SELECT bit.check_name, n, key FROM grouped JOIN (VALUES %4$s) AS bit (check_name, mask) ON flags & mask <> 0 WHERE part = 'rows' AND flags <> 0
    UNION ALL
    SELECT hit.check_name, hit.n, key FROM by_order, LATERAL (VALUES ('shared_order_id', n, is_shared), ('orphan_refund', refunds, refunds > 0 AND sales = 0),
        ('over_refund', refunds, refunds > 0 AND sales > 0 AND net < 0 AND is_in_one_currency)) AS hit (check_name, n, is_hit) WHERE is_hit
    UNION ALL
    SELECT CASE WHEN row_id IS NULL THEN 'null_row_id' ELSE 'duplicate_row_id' END, CASE WHEN row_id IS NULL THEN n ELSE n - 1 END, row_id::text FROM grouped WHERE part = 'ids'
    UNION ALL
    SELECT 'duplicate_row', n - 1, order_id::text FROM grouped WHERE part = 'copies' AND order_id IS NOT NULL
    UNION ALL
    SELECT 'mixed_currencies', CASE WHEN row_number() OVER (ORDER BY n DESC, currency) = 1 THEN 0 ELSE n END, currency FROM by_currency
    UNION ALL
    SELECT 'unknown_status', n, status FROM by_status WHERE NOT %5$s.is_known_status(status)),
placed AS (
    SELECT check_name, key, sum(n) AS n, row_number() OVER (PARTITION BY check_name ORDER BY key COLLATE "C") AS place FROM found GROUP BY check_name, key)
SELECT check_name, sum(n)::bigint, array_agg(key ORDER BY place) FILTER (WHERE place <= 5 AND key IS NOT NULL) FROM placed GROUP BY check_name HAVING sum(n) > 0
UNION ALL
SELECT hit.check_name, n::bigint, ARRAY[to_char(newest::timestamp, 'YYYY-MM-DD')]
FROM total, LATERAL (VALUES ('source', true), ('stale_source', newest < $1 - $3), ('empty_source', n = 0)) AS hit (check_name, is_hit) WHERE is_hit$query$, source, flags, format('(%s), (%s)', rows, copies), bits, extension, CASE WHEN mapping ->> 'row_id' IS NULL THEN '' ELSE ', (row_id)' END);
END
$$;
COMMENT ON FUNCTION quality_query(regclass, jsonb, text) IS
'the query that data_quality runs over its source, in one pass, for who wants to read it or EXPLAIN it; $1 is as_of, $2 earliest, $3 stale';

CREATE FUNCTION quality_counts(orders regclass, mapping jsonb, as_of date, stale interval, earliest date, tz text)
RETURNS TABLE (check_name text, rows bigint, sample text[])
LANGUAGE plpgsql STABLE ROWS 24
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    query text;
    wrong text;
BEGIN
    wrong := CASE WHEN NOT isfinite(as_of) THEN format('as_of must be a day: %s', as_of)
                  WHEN earliest IS NULL THEN 'earliest must not be NULL'
                  WHEN stale < '0'::interval OR stale > '10000 years'::interval THEN format('stale must be between nothing and 10,000 years: %s', stale)
                  WHEN NOT EXISTS (SELECT FROM jsonb_each_text(mapping) WHERE value IS NOT NULL) THEN 'no column is named, as in customer => ''customer_id''' END;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = wrong;
    END IF;
    EXECUTE format('SELECT %s.quality_query($1, $2, $3)', extension) INTO query USING orders, mapping, tz;
    RETURN QUERY EXECUTE query USING coalesce(as_of, (now() AT TIME ZONE coalesce(tz, 'UTC'))::date), earliest, stale;
END
$$;
COMMENT ON FUNCTION quality_counts(regclass, jsonb, date, interval, date, text) IS
'what data_quality finds: rows and samples of each check that finds something, and of source, which is all rows and the newest day';

CREATE FUNCTION data_quality(orders regclass, customer text DEFAULT NULL, ordered_at text DEFAULT NULL, amount text DEFAULT NULL, order_id text DEFAULT NULL, status text DEFAULT NULL,
                             currency text DEFAULT NULL, product text DEFAULT NULL, row_id text DEFAULT NULL,
                             as_of date DEFAULT NULL, stale interval DEFAULT '7 days', earliest date DEFAULT '1990-01-01', tz text DEFAULT NULL)
RETURNS TABLE (check_name text, severity text, rows bigint, share_pct numeric, sample text[], about text)
LANGUAGE sql STABLE ROWS 24
BEGIN ATOMIC
    WITH mapping (columns) AS (SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('customer'::text, customer, 'ordered_at'::text, ordered_at, 'amount'::text, amount, 'order_id'::text, order_id,
                                                                          'status'::text, status, 'currency'::text, currency, 'product'::text, product, 'row_id'::text, row_id))),
    counts AS MATERIALIZED (SELECT c.check_name, c.rows, c.sample FROM mapping, quality_counts(orders, mapping.columns, as_of, stale, earliest, tz) AS c),
    checks AS (
        SELECT c.place, c.check_name, c.severity, c.about,
               (SELECT pg_catalog.string_agg(need, ', '::text) FROM pg_catalog.unnest(c.needs) AS need WHERE NOT CASE WHEN need = 'stale'::text THEN stale IS NOT NULL ELSE pg_catalog.jsonb_exists(mapping.columns, need) END) AS missing
        FROM quality_checks() AS c, mapping)
    SELECT c.check_name,
           CASE WHEN c.missing IS NOT NULL OR without_day THEN 'skipped'::text WHEN found.check_name IS NULL THEN 'ok'::text ELSE c.severity END,
           CASE WHEN c.missing IS NULL AND NOT without_day THEN coalesce(found.rows, 0::bigint) END,
           CASE WHEN c.missing IS NULL AND NOT without_day THEN 100::numeric * coalesce(found.rows, 0::bigint)::numeric / NULLIF(source.rows, 0::bigint)::numeric END,
           found.sample,
           CASE WHEN c.missing IS NOT NULL THEN 'not checked, because the mapping lacks '::text || c.missing WHEN without_day THEN 'not checked, because no row has a day from earliest to as_of'::text ELSE c.about END
    FROM checks AS c CROSS JOIN LATERAL (SELECT s.rows, s.sample FROM counts AS s WHERE s.check_name = 'source'::text) AS source
        LEFT JOIN counts AS found ON found.check_name = c.check_name
        CROSS JOIN LATERAL (SELECT c.check_name = 'stale_source'::text AND source.sample[1] IS NULL) AS fresh (without_day)
    ORDER BY c.place;
END;
COMMENT ON FUNCTION data_quality(regclass, text, text, text, text, text, text, text, text, date, interval, date, text) IS
'is a table of orders fit to be measured? a row for each check of quality_checks(): severity (ok, info, warning, error, or skipped where the mapping lacks a column), rows that are concerned and their share in percent, up to five sample keys, meaning; arguments name columns; as_of is today in tz (UTC), older than stale is stale, before earliest is absurd; how to stop a job on errors? assert_quality';

CREATE FUNCTION quality_failure(orders regclass, at_least text, failures text[])
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF at_least NOT IN ('info', 'warning', 'error') IS NOT FALSE THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('at_least must be info, warning or error: %s', coalesce(quote_literal(at_least), 'NULL'));
    END IF;
    IF cardinality(failures) > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'data_exception', MESSAGE = format('%s fails %s of data quality', coalesce(orders::text, 'the table'), CASE cardinality(failures) WHEN 1 THEN '1 check' ELSE format('%s checks', cardinality(failures)) END),
            DETAIL = array_to_string(failures, E'\n'), HINT = 'data_quality, with the same arguments, shows all checks and what they mean.';
    END IF;
END
$$;
COMMENT ON FUNCTION quality_failure(regclass, text, text[]) IS
'the error 22000 of assert_quality, with a line of detail for each failure; nothing where there are none; error 22023 where at_least is not info, warning or error';

CREATE FUNCTION assert_quality(orders regclass, customer text DEFAULT NULL, ordered_at text DEFAULT NULL, amount text DEFAULT NULL, order_id text DEFAULT NULL, status text DEFAULT NULL,
                               currency text DEFAULT NULL, product text DEFAULT NULL, row_id text DEFAULT NULL,
                               as_of date DEFAULT NULL, stale interval DEFAULT '7 days', earliest date DEFAULT '1990-01-01', tz text DEFAULT NULL, at_least text DEFAULT 'error')
RETURNS void
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT quality_failure(orders, at_least, pg_catalog.array_agg(failed.line ORDER BY failed.place))
    FROM (SELECT pg_catalog.format('%s: %s, %s%s%s'::text, VARIADIC ARRAY[q.severity, q.check_name, q.rows::text || CASE WHEN q.rows = 1::bigint THEN ' row'::text ELSE ' rows'::text END,
                        coalesce(' ('::text || pg_catalog.round(q.share_pct, 2)::text || ' %)'::text, ''::text),
                        coalesce(', such as '::text || NULLIF(pg_catalog.array_to_string(q.sample, ', '::text), ''::text), ''::text)]) AS line, q.place
          FROM data_quality(orders, customer, ordered_at, amount, order_id, status, currency, product, row_id, as_of, stale, earliest, tz)
               WITH ORDINALITY AS q (check_name, severity, rows, share_pct, sample, about, place)
          WHERE pg_catalog.array_position(ARRAY['info'::text, 'warning'::text, 'error'::text], q.severity) >= pg_catalog.array_position(ARRAY['info'::text, 'warning'::text, 'error'::text], at_least)) AS failed;
END;
COMMENT ON FUNCTION assert_quality(regclass, text, text, text, text, text, text, text, text, date, interval, date, text, text) IS
'nothing where no check of data_quality, which has the same arguments, is at_least as severe (info, warning, error); otherwise error 22000, with the failing checks in its detail; for cron and CI';

-- ---------- mrr ----------

-- Subscriptions: monthly recurring revenue and how it moves.

CREATE FUNCTION monthly_amount(amount smallint, every interval) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_monthly_amount_smallint';
COMMENT ON FUNCTION monthly_amount(amount smallint, every interval) IS
'what a subscription that bills amount every so often is worth a month: amount / months, weeks x 52 / 12, other days x 365 / 12, rounded half away from zero to 8 decimal places; error 22023 unless every is positive, months or days';

CREATE FUNCTION revenue_state_add(revenue_state, amount smallint, every interval) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_smallint';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount smallint, every interval) IS
'the state with one more subscription, by its monthly amount';

CREATE FUNCTION revenue_state_add(revenue_state, amount smallint, every interval, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_currency_smallint';
COMMENT ON FUNCTION revenue_state_add(revenue_state, smallint, interval, text) IS 'the state with one more subscription, by its monthly amount; error 22023 on a second currency';

CREATE FUNCTION monthly_amount(amount integer, every interval) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_monthly_amount_integer';
COMMENT ON FUNCTION monthly_amount(amount integer, every interval) IS
'what a subscription that bills amount every so often is worth a month: amount / months, weeks x 52 / 12, other days x 365 / 12, rounded half away from zero to 8 decimal places; error 22023 unless every is positive, months or days';

CREATE FUNCTION revenue_state_add(revenue_state, amount integer, every interval) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_integer';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount integer, every interval) IS
'the state with one more subscription, by its monthly amount';

CREATE FUNCTION revenue_state_add(revenue_state, amount integer, every interval, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_currency_integer';
COMMENT ON FUNCTION revenue_state_add(revenue_state, integer, interval, text) IS 'the state with one more subscription, by its monthly amount; error 22023 on a second currency';

CREATE FUNCTION monthly_amount(amount bigint, every interval) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_monthly_amount_bigint';
COMMENT ON FUNCTION monthly_amount(amount bigint, every interval) IS
'what a subscription that bills amount every so often is worth a month: amount / months, weeks x 52 / 12, other days x 365 / 12, rounded half away from zero to 8 decimal places; error 22023 unless every is positive, months or days';

CREATE FUNCTION revenue_state_add(revenue_state, amount bigint, every interval) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_bigint';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount bigint, every interval) IS
'the state with one more subscription, by its monthly amount';

CREATE FUNCTION revenue_state_add(revenue_state, amount bigint, every interval, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_currency_bigint';
COMMENT ON FUNCTION revenue_state_add(revenue_state, bigint, interval, text) IS 'the state with one more subscription, by its monthly amount; error 22023 on a second currency';

CREATE FUNCTION monthly_amount(amount numeric, every interval) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_monthly_amount_numeric';
COMMENT ON FUNCTION monthly_amount(amount numeric, every interval) IS
'what a subscription that bills amount every so often is worth a month: amount / months, weeks x 52 / 12, other days x 365 / 12, rounded half away from zero to 8 decimal places; error 22023 unless every is positive, months or days';

CREATE FUNCTION revenue_state_add(revenue_state, amount numeric, every interval) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_numeric';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount numeric, every interval) IS
'the state with one more subscription, by its monthly amount';

CREATE FUNCTION revenue_state_add(revenue_state, amount numeric, every interval, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_currency_numeric';
COMMENT ON FUNCTION revenue_state_add(revenue_state, numeric, interval, text) IS 'the state with one more subscription, by its monthly amount; error 22023 on a second currency';

CREATE FUNCTION monthly_amount(amount real, every interval) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_monthly_amount_real';
COMMENT ON FUNCTION monthly_amount(amount real, every interval) IS
'what a subscription that bills amount every so often is worth a month: amount / months, weeks x 52 / 12, other days x 365 / 12, rounded half away from zero to 8 decimal places; error 22023 unless every is positive, months or days';

CREATE FUNCTION revenue_state_add(revenue_state, amount real, every interval) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_real';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount real, every interval) IS
'the state with one more subscription, by its monthly amount';

CREATE FUNCTION revenue_state_add(revenue_state, amount real, every interval, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_currency_real';
COMMENT ON FUNCTION revenue_state_add(revenue_state, real, interval, text) IS 'the state with one more subscription, by its monthly amount; error 22023 on a second currency';

CREATE FUNCTION monthly_amount(amount double precision, every interval) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_monthly_amount_double';
COMMENT ON FUNCTION monthly_amount(amount double precision, every interval) IS
'what a subscription that bills amount every so often is worth a month: amount / months, weeks x 52 / 12, other days x 365 / 12, rounded half away from zero to 8 decimal places; error 22023 unless every is positive, months or days';

CREATE FUNCTION revenue_state_add(revenue_state, amount double precision, every interval) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_double';
COMMENT ON FUNCTION revenue_state_add(revenue_state, amount double precision, every interval) IS
'the state with one more subscription, by its monthly amount';

CREATE FUNCTION revenue_state_add(revenue_state, amount double precision, every interval, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_currency_double';
COMMENT ON FUNCTION revenue_state_add(revenue_state, double precision, interval, text) IS 'the state with one more subscription, by its monthly amount; error 22023 on a second currency';

CREATE FUNCTION annual_revenue(state revenue_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_annual_revenue';
COMMENT ON FUNCTION annual_revenue(state revenue_state) IS
'12 times the sum of a state of monthly amounts';

CREATE FUNCTION annual_revenue_double(state revenue_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_annual_revenue_double';
COMMENT ON FUNCTION annual_revenue_double(state revenue_state) IS
'12 times the sum of a state of monthly amounts';

CREATE AGGREGATE mrr(amount smallint, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount smallint, every interval) IS
'monthly recurring revenue of subscriptions that bill amount every so often: sum of monthly_amount(amount, every), exact; NULL without rows; leave out trials and one-offs: FILTER (WHERE ...); how does it move? mrr_movements';

CREATE AGGREGATE mrr(amount smallint, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount smallint, every interval, currency text) IS
'monthly recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE arr(amount smallint, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount smallint, every interval) IS
'annual recurring revenue of subscriptions that bill amount every so often: 12 x mrr(amount, every), to the last digit';

CREATE AGGREGATE arr(amount smallint, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount smallint, every interval, currency text) IS
'annual recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr(amount integer, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount integer, every interval) IS
'monthly recurring revenue of subscriptions that bill amount every so often: sum of monthly_amount(amount, every), exact; NULL without rows; leave out trials and one-offs: FILTER (WHERE ...); how does it move? mrr_movements';

CREATE AGGREGATE mrr(amount integer, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount integer, every interval, currency text) IS
'monthly recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE arr(amount integer, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount integer, every interval) IS
'annual recurring revenue of subscriptions that bill amount every so often: 12 x mrr(amount, every), to the last digit';

CREATE AGGREGATE arr(amount integer, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount integer, every interval, currency text) IS
'annual recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr(amount bigint, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount bigint, every interval) IS
'monthly recurring revenue of subscriptions that bill amount every so often: sum of monthly_amount(amount, every), exact; NULL without rows; leave out trials and one-offs: FILTER (WHERE ...); how does it move? mrr_movements';

CREATE AGGREGATE mrr(amount bigint, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount bigint, every interval, currency text) IS
'monthly recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE arr(amount bigint, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount bigint, every interval) IS
'annual recurring revenue of subscriptions that bill amount every so often: 12 x mrr(amount, every), to the last digit';

CREATE AGGREGATE arr(amount bigint, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount bigint, every interval, currency text) IS
'annual recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr(amount numeric, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount numeric, every interval) IS
'monthly recurring revenue of subscriptions that bill amount every so often: sum of monthly_amount(amount, every), exact; NULL without rows; leave out trials and one-offs: FILTER (WHERE ...); how does it move? mrr_movements';

CREATE AGGREGATE mrr(amount numeric, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount numeric, every interval, currency text) IS
'monthly recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE arr(amount numeric, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount numeric, every interval) IS
'annual recurring revenue of subscriptions that bill amount every so often: 12 x mrr(amount, every), to the last digit';

CREATE AGGREGATE arr(amount numeric, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount numeric, every interval, currency text) IS
'annual recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr(amount real, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount real, every interval) IS
'monthly recurring revenue of subscriptions that bill amount every so often: sum of monthly_amount(amount, every), exact; NULL without rows; leave out trials and one-offs: FILTER (WHERE ...); how does it move? mrr_movements';

CREATE AGGREGATE mrr(amount real, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount real, every interval, currency text) IS
'monthly recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE arr(amount real, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount real, every interval) IS
'annual recurring revenue of subscriptions that bill amount every so often: 12 x mrr(amount, every), to the last digit';

CREATE AGGREGATE arr(amount real, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount real, every interval, currency text) IS
'annual recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr(amount double precision, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount double precision, every interval) IS
'monthly recurring revenue of subscriptions that bill amount every so often: sum of monthly_amount(amount, every), exact; NULL without rows; leave out trials and one-offs: FILTER (WHERE ...); how does it move? mrr_movements';

CREATE AGGREGATE mrr(amount double precision, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = net_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(amount double precision, every interval, currency text) IS
'monthly recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE arr(amount double precision, every interval) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount double precision, every interval) IS
'annual recurring revenue of subscriptions that bill amount every so often: 12 x mrr(amount, every), to the last digit';

CREATE AGGREGATE arr(amount double precision, every interval, currency text) (
    SFUNC = revenue_state_add, STYPE = revenue_state, INITCOND = 'empty', COMBINEFUNC = revenue_state_merge, FINALFUNC = annual_revenue_double,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(amount double precision, every interval, currency text) IS
'annual recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';


CREATE TYPE mrr_ledger;

CREATE FUNCTION mrr_ledger_in(cstring) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_ledger_in';
COMMENT ON FUNCTION mrr_ledger_in(cstring) IS
'reads the text form of mrr_ledger; the word empty stands for a state of no rows';

CREATE FUNCTION mrr_ledger_out(mrr_ledger) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_ledger_out';
COMMENT ON FUNCTION mrr_ledger_out(mrr_ledger) IS
'writes the text form of mrr_ledger, lossless';

CREATE FUNCTION mrr_ledger_recv(internal) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_ledger_recv';
COMMENT ON FUNCTION mrr_ledger_recv(internal) IS
'reads the binary form of mrr_ledger';

CREATE FUNCTION mrr_ledger_send(mrr_ledger) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_ledger_send';
COMMENT ON FUNCTION mrr_ledger_send(mrr_ledger) IS
'writes the binary form of mrr_ledger, lossless';

CREATE TYPE mrr_ledger (
    INPUT = mrr_ledger_in, OUTPUT = mrr_ledger_out, RECEIVE = mrr_ledger_recv, SEND = mrr_ledger_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE mrr_ledger IS 'per customer the days on which monthly recurring revenue begins and ends, exact and compressed; made by mrr_agg; store it, merge it with || or rollup, read it with the functions that take a mrr_ledger';

CREATE FUNCTION mrr_ledger_merge(mrr_ledger, mrr_ledger) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_ledger_merge';
COMMENT ON FUNCTION mrr_ledger_merge(mrr_ledger, mrr_ledger) IS
'the mrr_ledger of the rows of both; || calls it';

CREATE FUNCTION mrr_ledger_finish(mrr_ledger) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_ledger_finish';
COMMENT ON FUNCTION mrr_ledger_finish(mrr_ledger) IS
'the state as an aggregate returns it: without slack, in its own order';

CREATE OPERATOR || (LEFTARG = mrr_ledger, RIGHTARG = mrr_ledger, FUNCTION = mrr_ledger_merge, COMMUTATOR = ||);
COMMENT ON OPERATOR || (mrr_ledger, mrr_ledger) IS 'the state of the rows of both, as if they had been aggregated together';

CREATE AGGREGATE rollup(state mrr_ledger) (
    SFUNC = mrr_ledger_merge, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(mrr_ledger) IS 'merges stored states into one, as if their rows had been aggregated together';

ALTER TYPE mrr_ledger SET (STORAGE = external);

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer bigint, period daterange, amount numeric, every interval) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_bigint';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, customer bigint, period daterange, amount numeric, every interval) IS
'the ledger with one more subscription';

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer bigint, period tstzrange, amount numeric, every interval, tz text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_instants_bigint';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, customer bigint, period tstzrange, amount numeric, every interval, tz text) IS
'the ledger with one more subscription';

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer bigint, period daterange, amount numeric, every interval, currency text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_currency_bigint';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, bigint, daterange, numeric, interval, text) IS 'the ledger with one more subscription; error 22023 on a second currency';
CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer bigint, period tstzrange, amount numeric, every interval, tz text, currency text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_instants_currency_bigint';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, bigint, tstzrange, numeric, interval, text, text) IS 'the ledger with one more subscription; error 22023 on a second currency';

CREATE AGGREGATE mrr_agg(customer bigint, period daterange, amount numeric, every interval) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer bigint, period daterange, amount numeric, every interval) IS
'the recurring revenue of all customers in one value: subscriptions over days [start, end), or without end, that bill amount every so often; leave out trials and one-offs: FILTER (WHERE ...); what then? mrr_movements, mrr_cohorts';

CREATE AGGREGATE mrr_agg(customer bigint, period daterange, amount numeric, every interval, currency text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer bigint, period daterange, amount numeric, every interval, currency text) IS
'the recurring revenue of all customers in one value, with a check that all is of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr_agg(customer bigint, period tstzrange, amount numeric, every interval, tz text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer bigint, period tstzrange, amount numeric, every interval, tz text) IS
'the recurring revenue of all customers in one value, from instants: each bound counts on its day in the time zone tz, for example Europe/Berlin';

CREATE AGGREGATE mrr_agg(customer bigint, period tstzrange, amount numeric, every interval, tz text, currency text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer bigint, period tstzrange, amount numeric, every interval, tz text, currency text) IS
'the recurring revenue of all customers in one value, from instants in the time zone tz, with a check that all is of one currency (error 22023 otherwise)';

CREATE FUNCTION mrr_changes(ledger mrr_ledger, key bigint, "from" date, "to" date)
RETURNS TABLE (customer bigint, movement text, start_mrr numeric, change numeric, end_mrr numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_changes_bigint';
COMMENT ON FUNCTION mrr_changes(ledger mrr_ledger, key bigint, "from" date, "to" date) IS
'whose recurring revenue differs between the start of day from and the start of day to, in the order of keys: movement is new, reactivation, expansion, contraction or churn, change = end_mrr - start_mrr; key is NULL::bigint, its type names that of the customers; the sums are a row of mrr_movements';

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer uuid, period daterange, amount numeric, every interval) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_uuid';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, customer uuid, period daterange, amount numeric, every interval) IS
'the ledger with one more subscription';

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer uuid, period tstzrange, amount numeric, every interval, tz text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_instants_uuid';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, customer uuid, period tstzrange, amount numeric, every interval, tz text) IS
'the ledger with one more subscription';

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer uuid, period daterange, amount numeric, every interval, currency text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_currency_uuid';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, uuid, daterange, numeric, interval, text) IS 'the ledger with one more subscription; error 22023 on a second currency';
CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer uuid, period tstzrange, amount numeric, every interval, tz text, currency text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_instants_currency_uuid';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, uuid, tstzrange, numeric, interval, text, text) IS 'the ledger with one more subscription; error 22023 on a second currency';

CREATE AGGREGATE mrr_agg(customer uuid, period daterange, amount numeric, every interval) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer uuid, period daterange, amount numeric, every interval) IS
'the recurring revenue of all customers in one value: subscriptions over days [start, end), or without end, that bill amount every so often; leave out trials and one-offs: FILTER (WHERE ...); what then? mrr_movements, mrr_cohorts';

CREATE AGGREGATE mrr_agg(customer uuid, period daterange, amount numeric, every interval, currency text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer uuid, period daterange, amount numeric, every interval, currency text) IS
'the recurring revenue of all customers in one value, with a check that all is of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr_agg(customer uuid, period tstzrange, amount numeric, every interval, tz text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer uuid, period tstzrange, amount numeric, every interval, tz text) IS
'the recurring revenue of all customers in one value, from instants: each bound counts on its day in the time zone tz, for example Europe/Berlin';

CREATE AGGREGATE mrr_agg(customer uuid, period tstzrange, amount numeric, every interval, tz text, currency text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer uuid, period tstzrange, amount numeric, every interval, tz text, currency text) IS
'the recurring revenue of all customers in one value, from instants in the time zone tz, with a check that all is of one currency (error 22023 otherwise)';

CREATE FUNCTION mrr_changes(ledger mrr_ledger, key uuid, "from" date, "to" date)
RETURNS TABLE (customer uuid, movement text, start_mrr numeric, change numeric, end_mrr numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_changes_uuid';
COMMENT ON FUNCTION mrr_changes(ledger mrr_ledger, key uuid, "from" date, "to" date) IS
'whose recurring revenue differs between the start of day from and the start of day to, in the order of keys: movement is new, reactivation, expansion, contraction or churn, change = end_mrr - start_mrr; key is NULL::uuid, its type names that of the customers; the sums are a row of mrr_movements';

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer text, period daterange, amount numeric, every interval) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_text';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, customer text, period daterange, amount numeric, every interval) IS
'the ledger with one more subscription';

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer text, period tstzrange, amount numeric, every interval, tz text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_instants_text';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, customer text, period tstzrange, amount numeric, every interval, tz text) IS
'the ledger with one more subscription';

CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer text, period daterange, amount numeric, every interval, currency text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_currency_text';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, text, daterange, numeric, interval, text) IS 'the ledger with one more subscription; error 22023 on a second currency';
CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer text, period tstzrange, amount numeric, every interval, tz text, currency text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_instants_currency_text';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, text, tstzrange, numeric, interval, text, text) IS 'the ledger with one more subscription; error 22023 on a second currency';

CREATE AGGREGATE mrr_agg(customer text, period daterange, amount numeric, every interval) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer text, period daterange, amount numeric, every interval) IS
'the recurring revenue of all customers in one value: subscriptions over days [start, end), or without end, that bill amount every so often; leave out trials and one-offs: FILTER (WHERE ...); what then? mrr_movements, mrr_cohorts';

CREATE AGGREGATE mrr_agg(customer text, period daterange, amount numeric, every interval, currency text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer text, period daterange, amount numeric, every interval, currency text) IS
'the recurring revenue of all customers in one value, with a check that all is of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr_agg(customer text, period tstzrange, amount numeric, every interval, tz text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer text, period tstzrange, amount numeric, every interval, tz text) IS
'the recurring revenue of all customers in one value, from instants: each bound counts on its day in the time zone tz, for example Europe/Berlin';

CREATE AGGREGATE mrr_agg(customer text, period tstzrange, amount numeric, every interval, tz text, currency text) (
    SFUNC = mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty', COMBINEFUNC = mrr_ledger_merge, FINALFUNC = mrr_ledger_finish,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(customer text, period tstzrange, amount numeric, every interval, tz text, currency text) IS
'the recurring revenue of all customers in one value, from instants in the time zone tz, with a check that all is of one currency (error 22023 otherwise)';

CREATE FUNCTION mrr_changes(ledger mrr_ledger, key text, "from" date, "to" date)
RETURNS TABLE (customer text, movement text, start_mrr numeric, change numeric, end_mrr numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_changes_text';
COMMENT ON FUNCTION mrr_changes(ledger mrr_ledger, key text, "from" date, "to" date) IS
'whose recurring revenue differs between the start of day from and the start of day to, in the order of keys: movement is new, reactivation, expansion, contraction or churn, change = end_mrr - start_mrr; key is NULL::text, its type names that of the customers; the sums are a row of mrr_movements';


CREATE FUNCTION customers_count(ledger mrr_ledger) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customers_count';
COMMENT ON FUNCTION customers_count(ledger mrr_ledger) IS
'number of customers who ever had recurring revenue';

CREATE FUNCTION rows_count(ledger mrr_ledger) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_rows_count';
COMMENT ON FUNCTION rows_count(ledger mrr_ledger) IS
'number of rows: two a subscription, one where it has no end';

CREATE FUNCTION first_day(ledger mrr_ledger) RETURNS date
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_first_day';
COMMENT ON FUNCTION first_day(ledger mrr_ledger) IS
'first day with recurring revenue; NULL without rows';

CREATE FUNCTION last_day(ledger mrr_ledger) RETURNS date
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_last_day';
COMMENT ON FUNCTION last_day(ledger mrr_ledger) IS
'last day on which a subscription begins or ends; NULL without rows';

CREATE FUNCTION mrr(ledger mrr_ledger, as_of date) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_as_of';
COMMENT ON FUNCTION mrr(ledger mrr_ledger, as_of date) IS
'monthly recurring revenue at the end of a day; does it cover the costs? coverage_ratio';

CREATE FUNCTION arr(ledger mrr_ledger, as_of date) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_arr_as_of';
COMMENT ON FUNCTION arr(ledger mrr_ledger, as_of date) IS
'annual recurring revenue at the end of a day: 12 x mrr(ledger, as_of), to the last digit';

CREATE FUNCTION paying_customers(ledger mrr_ledger, as_of date) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_paying_customers';
COMMENT ON FUNCTION paying_customers(ledger mrr_ledger, as_of date) IS
'customers with recurring revenue at the end of a day';


-- Reports.

CREATE FUNCTION mrr_movements(ledger mrr_ledger, step interval DEFAULT '1 month', "from" date DEFAULT NULL, "to" date DEFAULT NULL)
RETURNS TABLE (period date, start_mrr numeric, new_mrr numeric, reactivation numeric, expansion numeric, contraction numeric, churn numeric, end_mrr numeric, start_customers bigint, new_customers bigint, reactivated_customers bigint, churned_customers bigint, end_customers bigint, gross_churn_pct numeric, net_churn_pct numeric, grr_pct numeric, nrr_pct numeric, quick_ratio numeric, growth_existing_pct numeric, arpa numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_movements';
COMMENT ON FUNCTION mrr_movements(ledger mrr_ledger, step interval, "from" date, "to" date) IS
'how recurring revenue moved, by customer, a row a period; start_mrr + new_mrr + reactivation + expansion + contraction + churn = end_mrr (losses are negative); in percent of start_mrr: gross_churn_pct = churn + contraction, net_churn_pct = that less expansion and reactivation, grr_pct = 100 - gross_churn_pct, nrr_pct = grr_pct + expansion (of customers paying at the start only; with reactivation: 100 - net_churn_pct), growth_existing_pct = all but new_mrr; quick_ratio = gains / losses; arpa = end_mrr / end_customers; over shards of customers money and counts add up; who was it? mrr_changes';

CREATE FUNCTION customer_churn(ledger mrr_ledger, step interval DEFAULT '1 month', "from" date DEFAULT NULL, "to" date DEFAULT NULL)
RETURNS TABLE (period date, at_start bigint, new bigint, reactivated bigint, churned bigint, at_end bigint, churn_pct numeric, churn_lower_pct numeric, churn_upper_pct numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_customer_churn';
COMMENT ON FUNCTION customer_churn(ledger mrr_ledger, step interval, "from" date, "to" date) IS
'how many paying customers were won and lost, a row a period: at_start + new + reactivated - churned = at_end; churn_pct = 100 churned / at_start with its 95 % interval; who were they? mrr_changes';

CREATE FUNCTION mrr_cohorts(ledger mrr_ledger, step interval DEFAULT '1 month', as_of date DEFAULT NULL)
RETURNS TABLE (cohort date, cohort_size bigint, period integer, customers bigint, customer_retention_pct numeric, mrr numeric, net_retention_pct numeric, retained_mrr numeric, gross_retention_pct numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_cohorts';
COMMENT ON FUNCTION mrr_cohorts(ledger mrr_ledger, step interval, as_of date) IS
'what became of the customers who first paid in a period (the cohort), at the end of period 0, 1, 2, ... behind it: who pays, in percent of cohort_size; what they pay, and of it what does not exceed what each paid at the end of period 0, in percent of that; NULL where the period has not ended at as_of (the last day, if NULL)';

CREATE FUNCTION renewals(ledger mrr_ledger, step interval DEFAULT '1 month', as_of date DEFAULT NULL)
RETURNS TABLE (period bigint, lost bigint, survived bigint)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_renewals';
COMMENT ON FUNCTION renewals(ledger mrr_ledger, step interval, as_of date) IS
'first contracts by how many steps they lasted, what sbg_fit(period, lost, survived) takes: lost ended in that step, survived were still going on at as_of (the last day, if NULL) after that many; each customer is in one row; who has not come to the first renewal is in none';


CREATE FUNCTION ltv(ledger mrr_ledger, "from" date DEFAULT NULL, "to" date DEFAULT NULL) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT ltv_from_churn(sum(end_mrr) / NULLIF(sum(end_customers), 0::numeric), 100::numeric * sum(churned_customers) / NULLIF(sum(start_customers), 0::numeric))
        FROM mrr_movements(ledger, '1 month'::interval, "from", "to"));
COMMENT ON FUNCTION ltv(mrr_ledger, date, date) IS
'lifetime value of a subscriber, ARPA / churn over the months of [from, to), all if NULL: (end_mrr / end_customers) / (churned_customers / start_customers), each the sum over the months; NULL where nobody churned; against cost? ltv_cac';
