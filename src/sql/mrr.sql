--@ requires: revenue, ledger, ltv
-- Subscriptions: monthly recurring revenue and how it moves.

--@ for amount in smallint, integer, bigint, numeric, real, double precision
CREATE FUNCTION monthly_amount(amount @amount@, every interval) RETURNS @amount.result@
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_monthly_amount_@amount.c@';
COMMENT ON FUNCTION monthly_amount(@amount@, interval) IS
'what a subscription that bills amount every so often is worth a month: amount / months, weeks x 52 / 12, other days x 365 / 12, rounded half away from zero to 8 decimal places; error 22023 unless every is positive, months or days';

CREATE FUNCTION _revenue_state_add(revenue_state, amount @amount@, every interval) RETURNS revenue_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_@amount.c@';
COMMENT ON FUNCTION _revenue_state_add(revenue_state, @amount@, interval) IS
'the state with one more subscription, by its monthly amount';

CREATE FUNCTION _revenue_state_add(revenue_state, amount @amount@, every interval, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_currency_@amount.c@';
COMMENT ON FUNCTION _revenue_state_add(revenue_state, @amount@, interval, text) IS
'the state with one more subscription, by its monthly amount; error 22023 on a second currency';
--@ end

CREATE FUNCTION annual_revenue(state revenue_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_annual_revenue';
COMMENT ON FUNCTION annual_revenue(revenue_state) IS '12 times the sum of a state of monthly amounts';

CREATE FUNCTION annual_revenue_double(state revenue_state) RETURNS double precision
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_annual_revenue_double';
COMMENT ON FUNCTION annual_revenue_double(revenue_state) IS '12 times the sum of a state of monthly amounts';

--@ for amount in smallint, integer, bigint, numeric, real, double precision
CREATE AGGREGATE mrr(amount @amount@, every interval) (
    SFUNC = _revenue_state_add, STYPE = revenue_state, INITCOND = 'empty',
    COMBINEFUNC = _revenue_state_merge, FINALFUNC = net_revenue@amount.suffix@, PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(@amount@, interval) IS
'monthly recurring revenue of subscriptions that bill amount every so often: sum of monthly_amount(amount, every), exact; NULL without rows; leave out trials and one-offs: FILTER (WHERE ...); how does it move? mrr_movements';

CREATE AGGREGATE mrr(amount @amount@, every interval, currency text) (
    SFUNC = _revenue_state_add, STYPE = revenue_state, INITCOND = 'empty',
    COMBINEFUNC = _revenue_state_merge, FINALFUNC = net_revenue@amount.suffix@, PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr(@amount@, interval, text) IS
'monthly recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';

CREATE AGGREGATE arr(amount @amount@, every interval) (
    SFUNC = _revenue_state_add, STYPE = revenue_state, INITCOND = 'empty',
    COMBINEFUNC = _revenue_state_merge, FINALFUNC = annual_revenue@amount.suffix@, PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(@amount@, interval) IS
'annual recurring revenue of subscriptions that bill amount every so often: 12 x mrr(amount, every), to the last digit';

CREATE AGGREGATE arr(amount @amount@, every interval, currency text) (
    SFUNC = _revenue_state_add, STYPE = revenue_state, INITCOND = 'empty',
    COMBINEFUNC = _revenue_state_merge, FINALFUNC = annual_revenue@amount.suffix@, PARALLEL = SAFE
);
COMMENT ON AGGREGATE arr(@amount@, interval, text) IS
'annual recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)';
--@ end

--@ state mrr_ledger: per customer the days on which monthly recurring revenue begins and ends, exact and compressed; made by mrr_agg
ALTER TYPE mrr_ledger SET (STORAGE = external);

--@ for customer in bigint, uuid, text
-- smaller integers are cast to double precision, which holds them exactly
--@ for amount in bigint, numeric, real, double precision
CREATE FUNCTION _mrr_ledger_add(mrr_ledger, customer @customer@, period daterange, amount @amount@, every interval)
RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_@customer@_@amount.c@';
COMMENT ON FUNCTION _mrr_ledger_add(mrr_ledger, @customer@, daterange, @amount@, interval) IS
'the ledger with one more subscription';

CREATE FUNCTION _mrr_ledger_add(
    mrr_ledger, customer @customer@, period tstzrange, amount @amount@, every interval, tz text
) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_instants_@customer@_@amount.c@';
COMMENT ON FUNCTION _mrr_ledger_add(mrr_ledger, @customer@, tstzrange, @amount@, interval, text) IS
'the ledger with one more subscription';

CREATE FUNCTION _mrr_ledger_add(
    mrr_ledger, customer @customer@, period daterange, amount @amount@, every interval, currency text
) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_currency_@customer@_@amount.c@';
COMMENT ON FUNCTION _mrr_ledger_add(mrr_ledger, @customer@, daterange, @amount@, interval, text) IS
'the ledger with one more subscription; error 22023 on a second currency';

CREATE FUNCTION _mrr_ledger_add(
    mrr_ledger, customer @customer@, period tstzrange, amount @amount@, every interval, tz text, currency text
) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_instants_currency_@customer@_@amount.c@';
COMMENT ON FUNCTION _mrr_ledger_add(mrr_ledger, @customer@, tstzrange, @amount@, interval, text, text) IS
'the ledger with one more subscription; error 22023 on a second currency';

CREATE AGGREGATE mrr_agg(customer @customer@, period daterange, amount @amount@, every interval) (
    SFUNC = _mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty',
    COMBINEFUNC = _mrr_ledger_merge, FINALFUNC = _mrr_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(@customer@, daterange, @amount@, interval) IS
'the recurring revenue of all customers in one value: subscriptions over days [start, end), or without end, that bill amount every so often; leave out trials and one-offs: FILTER (WHERE ...); what then? mrr_movements, mrr_cohorts';

CREATE AGGREGATE mrr_agg(customer @customer@, period daterange, amount @amount@, every interval, currency text) (
    SFUNC = _mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty',
    COMBINEFUNC = _mrr_ledger_merge, FINALFUNC = _mrr_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(@customer@, daterange, @amount@, interval, text) IS
'the recurring revenue of all customers in one value, with a check that all is of one currency (error 22023 otherwise)';

CREATE AGGREGATE mrr_agg(customer @customer@, period tstzrange, amount @amount@, every interval, tz text) (
    SFUNC = _mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty',
    COMBINEFUNC = _mrr_ledger_merge, FINALFUNC = _mrr_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(@customer@, tstzrange, @amount@, interval, text) IS
'the recurring revenue of all customers in one value, from instants: each bound counts on its day in the time zone tz, for example Europe/Berlin';

CREATE AGGREGATE mrr_agg(
    customer @customer@, period tstzrange, amount @amount@, every interval, tz text, currency text
) (
    SFUNC = _mrr_ledger_add, STYPE = mrr_ledger, INITCOND = 'empty',
    COMBINEFUNC = _mrr_ledger_merge, FINALFUNC = _mrr_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE mrr_agg(@customer@, tstzrange, @amount@, interval, text, text) IS
'the recurring revenue of all customers in one value, from instants in the time zone tz, with a check that all is of one currency (error 22023 otherwise)';
--@ end

CREATE FUNCTION mrr_changes(
    ledger mrr_ledger, key @customer@, from_day date, to_day date, grace interval DEFAULT NULL
) RETURNS TABLE (customer @customer@, movement text, start_mrr numeric, change numeric, end_mrr numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_changes_@customer@';
COMMENT ON FUNCTION mrr_changes(mrr_ledger, @customer@, date, date, interval) IS
'the same as mrr_changes(ledger, from_day, to_day) with customers as @customer@, to join them with other tables: key is NULL::@customer@, its type names theirs';
--@ end

CREATE FUNCTION customers_count(ledger mrr_ledger) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customers_count';
COMMENT ON FUNCTION customers_count(mrr_ledger) IS 'number of customers who ever had recurring revenue';

CREATE FUNCTION rows_count(ledger mrr_ledger) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_rows_count';
COMMENT ON FUNCTION rows_count(mrr_ledger) IS 'number of rows: two a subscription, one where it has no end';

CREATE FUNCTION first_day(ledger mrr_ledger) RETURNS date
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_first_day';
COMMENT ON FUNCTION first_day(mrr_ledger) IS 'first day with recurring revenue; NULL without rows';

CREATE FUNCTION last_day(ledger mrr_ledger) RETURNS date
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_last_day';
COMMENT ON FUNCTION last_day(mrr_ledger) IS 'last day on which a subscription begins or ends; NULL without rows';

CREATE FUNCTION mrr(ledger mrr_ledger, as_of date, grace interval DEFAULT NULL) RETURNS numeric
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_as_of';
COMMENT ON FUNCTION mrr(mrr_ledger, date, interval) IS
'monthly recurring revenue at the end of a day, a gap in paying of up to grace being none; does it cover the costs? coverage_ratio';

CREATE FUNCTION arr(ledger mrr_ledger, as_of date, grace interval DEFAULT NULL) RETURNS numeric
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_arr_as_of';
COMMENT ON FUNCTION arr(mrr_ledger, date, interval) IS
'annual recurring revenue at the end of a day: 12 x mrr(ledger, as_of, grace), to the last digit';

CREATE FUNCTION paying_customers(ledger mrr_ledger, as_of date, grace interval DEFAULT NULL) RETURNS bigint
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_paying_customers';
COMMENT ON FUNCTION paying_customers(mrr_ledger, date, interval) IS 'customers with recurring revenue at the end of a day, a gap in paying of up to grace being none';

-- Reports.

CREATE FUNCTION mrr_changes(ledger mrr_ledger, from_day date, to_day date, grace interval DEFAULT NULL)
RETURNS TABLE (customer text, movement text, start_mrr numeric, change numeric, end_mrr numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_changes';
COMMENT ON FUNCTION mrr_changes(mrr_ledger, date, date, interval) IS
'whose recurring revenue differs between the start of from_day and the start of to_day, such as the last 30 days, in the order of keys, which are given as text: movement is new, reactivation, expansion, contraction or churn, change = end_mrr - start_mrr; who came and left in between has two rows; the sums are a row of mrr_movements; grace as there; to join with other tables? mrr_changes(ledger, NULL::bigint, from_day, to_day)';

CREATE FUNCTION mrr_movements(
    ledger mrr_ledger, step interval DEFAULT '1 month', from_day date DEFAULT NULL, to_day date DEFAULT NULL,
    grace interval DEFAULT NULL, origin date DEFAULT NULL
) RETURNS TABLE (
    period date, start_mrr numeric, new_mrr numeric, reactivation numeric, expansion numeric, contraction numeric,
    churn numeric, end_mrr numeric, start_customers bigint, new_customers bigint, reactivated_customers bigint,
    churned_customers bigint, end_customers bigint, gross_churn_pct numeric, net_churn_pct numeric,
    grr_pct numeric, nrr_pct numeric, quick_ratio numeric, growth_existing_pct numeric, arpa numeric
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_movements';
COMMENT ON FUNCTION mrr_movements(mrr_ledger, interval, date, date, interval, date) IS
'how recurring revenue moved, by customer, a row a period; start_mrr + new_mrr + reactivation + expansion + contraction + churn = end_mrr (losses are negative); in percent of start_mrr: gross_churn_pct = churn + contraction, net_churn_pct = that less expansion and reactivation, grr_pct = 100 - gross_churn_pct, nrr_pct = grr_pct + expansion (of customers paying at the start only; with reactivation: 100 - net_churn_pct), growth_existing_pct = all but new_mrr; quick_ratio = gains / losses; arpa = end_mrr / end_customers; who came and left within a period is new and churned, and in no rate; a gap in paying of up to grace is none; over shards of customers money and counts add up; who was it? mrr_changes; origin is a day on which a period starts, if weeks do not start on Monday or years in January; of the last 30 days? mrr_changes or from_day and a step of 30 days';

CREATE FUNCTION customer_churn(
    ledger mrr_ledger, step interval DEFAULT '1 month', from_day date DEFAULT NULL, to_day date DEFAULT NULL,
    grace interval DEFAULT NULL, origin date DEFAULT NULL
) RETURNS TABLE (
    period date, start_customers bigint, new_customers bigint, reactivated_customers bigint, churned_customers bigint,
    end_customers bigint, churn_pct numeric, churn_lower_pct numeric, churn_upper_pct numeric
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_customer_churn';
COMMENT ON FUNCTION customer_churn(mrr_ledger, interval, date, date, interval, date) IS
'how many paying customers were won and lost, a row a period: start_customers + new_customers + reactivated_customers - churned_customers = end_customers; churn_pct is the share of start_customers that churned, in percent, with its 95 % interval; who came and left within a period is new and churned, and not in churn_pct; a gap in paying of up to grace is none; origin is a day on which a period starts, if weeks do not start on Monday or years in January; who were they? mrr_changes';

CREATE FUNCTION mrr_cohorts(
    ledger mrr_ledger, step interval DEFAULT '1 month', as_of date DEFAULT NULL, grace interval DEFAULT NULL,
    origin date DEFAULT NULL
) RETURNS TABLE (
    cohort date, cohort_size bigint, period_number integer, paying_customers bigint, customer_retention_pct numeric,
    mrr numeric, net_retention_pct numeric, retained_mrr numeric, gross_retention_pct numeric
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_cohorts';
COMMENT ON FUNCTION mrr_cohorts(mrr_ledger, interval, date, interval, date) IS
'what became of the customers who first paid in a period (the cohort), at the end of period_number 0, 1, 2, ... after it: who pays, in percent of cohort_size; what they pay, and of it what does not exceed what each paid at the end of period_number 0, in percent of that; NULL where the period has not ended at as_of (the last day, if NULL); a gap in paying of up to grace is none; origin is a day on which a period starts, if weeks do not start on Monday or years in January';

CREATE FUNCTION renewals(
    ledger mrr_ledger, step interval DEFAULT '1 month', as_of date DEFAULT NULL, grace interval DEFAULT NULL
) RETURNS TABLE (period_number bigint, lost bigint, survived bigint)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mrr_renewals';
COMMENT ON FUNCTION renewals(mrr_ledger, interval, date, interval) IS
'first contracts by how many steps they lasted, what sbg_fit(period_number, lost, survived) takes: lost ended in that step, survived were still going on at as_of (the last day, if NULL) after that many; each customer is in one row; who has not come to the first renewal is in none; a gap in paying of up to grace is none';

CREATE FUNCTION ltv(
    ledger mrr_ledger, from_day date DEFAULT NULL, to_day date DEFAULT NULL, grace interval DEFAULT NULL
) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT ltv_from_churn(
        sum(end_mrr) / NULLIF(sum(end_customers), 0::numeric),
        100::numeric * sum(churned_customers) / NULLIF(sum(start_customers), 0::numeric))
    FROM mrr_movements(ledger, '1 month'::interval, from_day, to_day, grace)
);
COMMENT ON FUNCTION ltv(mrr_ledger, date, date, interval) IS
'lifetime value of a subscriber, ARPA / churn over the months of [from_day, to_day), all if NULL: (end_mrr / end_customers) / (churned_customers / start_customers), each the sum over the months; NULL where nobody churned; against cost? ltv_cac';
