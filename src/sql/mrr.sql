--@ requires: revenue, ledger, ltv
-- Subscriptions: monthly recurring revenue and how it moves.

--@ for amount in smallint, integer, bigint, numeric, real, double precision
--@ function monthly_amount(amount @amount@, every interval) returns @amount.result@ is monthly_amount_@amount.c@:
--@     what a subscription that bills amount every so often is worth a month: amount / months, weeks x 52 / 12, other days x 365
--@     / 12, rounded half away from zero to 8 decimal places; error 22023 unless every is positive, months or days
--@ function revenue_state_add(revenue_state, amount @amount@, every interval) returns revenue_state is revenue_add_monthly_@amount.c@:
--@     the state with one more subscription, by its monthly amount
CREATE FUNCTION revenue_state_add(revenue_state, amount @amount@, every interval, currency text) RETURNS revenue_state
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_revenue_add_monthly_currency_@amount.c@';
COMMENT ON FUNCTION revenue_state_add(revenue_state, @amount@, interval, text) IS 'the state with one more subscription, by its monthly amount; error 22023 on a second currency';

--@ end
--@ function annual_revenue(state revenue_state) returns numeric is annual_revenue: 12 times the sum of a state of monthly amounts
--@ function annual_revenue_double(state revenue_state) returns double precision is annual_revenue_double: 12 times the sum of a state of monthly amounts
--@ for amount in smallint, integer, bigint, numeric, real, double precision
--@ aggregate mrr(amount @amount@, every interval) of revenue_state ends with net_revenue@amount.suffix@:
--@     monthly recurring revenue of subscriptions that bill amount every so often: sum of monthly_amount(amount, every), exact;
--@     NULL without rows; leave out trials and one-offs: FILTER (WHERE ...); how does it move? mrr_movements
--@ aggregate mrr(amount @amount@, every interval, currency text) of revenue_state ends with net_revenue@amount.suffix@:
--@     monthly recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)
--@ aggregate arr(amount @amount@, every interval) of revenue_state ends with annual_revenue@amount.suffix@:
--@     annual recurring revenue of subscriptions that bill amount every so often: 12 x mrr(amount, every), to the last digit
--@ aggregate arr(amount @amount@, every interval, currency text) of revenue_state ends with annual_revenue@amount.suffix@:
--@     annual recurring revenue, with a check that all subscriptions are of one currency (error 22023 otherwise)
--@ end

--@ state mrr_ledger: per customer the days on which monthly recurring revenue begins and ends, exact and compressed; made by mrr_agg
ALTER TYPE mrr_ledger SET (STORAGE = external);

--@ for customer in bigint, uuid, text
--@ function mrr_ledger_add(mrr_ledger, customer @customer@, period daterange, amount numeric, every interval) returns mrr_ledger is mrr_add_@customer@:
--@     the ledger with one more subscription
--@ function mrr_ledger_add(mrr_ledger, customer @customer@, period tstzrange, amount numeric, every interval, tz text) returns mrr_ledger is mrr_add_instants_@customer@:
--@     the ledger with one more subscription
CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer @customer@, period daterange, amount numeric, every interval, currency text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_currency_@customer@';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, @customer@, daterange, numeric, interval, text) IS 'the ledger with one more subscription; error 22023 on a second currency';
CREATE FUNCTION mrr_ledger_add(mrr_ledger, customer @customer@, period tstzrange, amount numeric, every interval, tz text, currency text) RETURNS mrr_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_mrr_add_instants_currency_@customer@';
COMMENT ON FUNCTION mrr_ledger_add(mrr_ledger, @customer@, tstzrange, numeric, interval, text, text) IS 'the ledger with one more subscription; error 22023 on a second currency';

--@ aggregate mrr_agg(customer @customer@, period daterange, amount numeric, every interval) of mrr_ledger ends with mrr_ledger_finish:
--@     the recurring revenue of all customers in one value: subscriptions over days [start, end), or without end, that bill
--@     amount every so often; leave out trials and one-offs: FILTER (WHERE ...); what then? mrr_movements, mrr_cohorts
--@ aggregate mrr_agg(customer @customer@, period daterange, amount numeric, every interval, currency text) of mrr_ledger ends with mrr_ledger_finish:
--@     the recurring revenue of all customers in one value, with a check that all is of one currency (error 22023 otherwise)
--@ aggregate mrr_agg(customer @customer@, period tstzrange, amount numeric, every interval, tz text) of mrr_ledger ends with mrr_ledger_finish:
--@     the recurring revenue of all customers in one value, from instants: each bound counts on its day in the time zone tz, for
--@     example Europe/Berlin
--@ aggregate mrr_agg(customer @customer@, period tstzrange, amount numeric, every interval, tz text, currency text) of mrr_ledger ends with mrr_ledger_finish:
--@     the recurring revenue of all customers in one value, from instants in the time zone tz, with a check that all is of one
--@     currency (error 22023 otherwise)
--@ report mrr_changes(ledger mrr_ledger, key @customer@, "from" date, "to" date) returns (customer @customer@, movement text, start_mrr numeric, change numeric, end_mrr numeric) is mrr_changes_@customer@:
--@     whose recurring revenue differs between the start of day from and the start of day to, in the order of keys: movement is new,
--@     reactivation, expansion, contraction or churn, change = end_mrr - start_mrr; key is NULL::@customer@, its type
--@     names that of the customers; the sums are a row of mrr_movements
--@ end

--@ function customers_count(ledger mrr_ledger) returns bigint is customers_count: number of customers who ever had recurring revenue
--@ function rows_count(ledger mrr_ledger) returns bigint is ledger_rows_count: number of rows: two a subscription, one where it has no end
--@ function first_day(ledger mrr_ledger) returns date is ledger_first_day: first day with recurring revenue; NULL without rows
--@ function last_day(ledger mrr_ledger) returns date is ledger_last_day: last day on which a subscription begins or ends; NULL without rows
--@ function mrr(ledger mrr_ledger, as_of date) returns numeric is mrr_as_of: monthly recurring revenue at the end of a day; does it cover the costs? coverage_ratio
--@ function arr(ledger mrr_ledger, as_of date) returns numeric is arr_as_of: annual recurring revenue at the end of a day: 12 x mrr(ledger, as_of), to the last digit
--@ function paying_customers(ledger mrr_ledger, as_of date) returns bigint is paying_customers: customers with recurring revenue at the end of a day

-- Reports.

--@ report mrr_movements(ledger mrr_ledger, step interval DEFAULT '1 month', "from" date DEFAULT NULL, "to" date DEFAULT NULL) returns (period date, start_mrr numeric, new_mrr numeric, reactivation numeric, expansion numeric, contraction numeric, churn numeric, end_mrr numeric, start_customers bigint, new_customers bigint, reactivated_customers bigint, churned_customers bigint, end_customers bigint, gross_churn_pct numeric, net_churn_pct numeric, grr_pct numeric, nrr_pct numeric, quick_ratio numeric, growth_existing_pct numeric, arpa numeric) is mrr_movements:
--@     how recurring revenue moved, by customer, a row a period; start_mrr + new_mrr + reactivation + expansion + contraction +
--@     churn = end_mrr (losses are negative); in percent of start_mrr: gross_churn_pct = churn + contraction, net_churn_pct = that less
--@     expansion and reactivation, grr_pct = 100 - gross_churn_pct, nrr_pct = grr_pct + expansion (of customers paying at the start
--@     only; with reactivation: 100 - net_churn_pct), growth_existing_pct = all but new_mrr; quick_ratio = gains / losses; arpa =
--@     end_mrr / end_customers; over shards of customers money and counts add up; who was it? mrr_changes
--@ report customer_churn(ledger mrr_ledger, step interval DEFAULT '1 month', "from" date DEFAULT NULL, "to" date DEFAULT NULL) returns (period date, at_start bigint, new bigint, reactivated bigint, churned bigint, at_end bigint, churn_pct numeric, churn_lower_pct numeric, churn_upper_pct numeric) is customer_churn:
--@     how many paying customers were won and lost, a row a period: at_start + new + reactivated - churned = at_end; churn_pct = 100
--@     churned / at_start with its 95 % interval; who were they? mrr_changes
--@ report mrr_cohorts(ledger mrr_ledger, step interval DEFAULT '1 month', as_of date DEFAULT NULL) returns (cohort date, cohort_size bigint, period integer, customers bigint, customer_retention_pct numeric, mrr numeric, net_retention_pct numeric, retained_mrr numeric, gross_retention_pct numeric) is mrr_cohorts:
--@     what became of the customers who first paid in a period (the cohort), at the end of period 0, 1, 2, ... behind it: who pays, in
--@     percent of cohort_size; what they pay, and of it what does not exceed what each paid at the end of period 0, in percent of
--@     that; NULL where the period has not ended at as_of (the last day, if NULL)
--@ report renewals(ledger mrr_ledger, step interval DEFAULT '1 month', as_of date DEFAULT NULL) returns (period bigint, lost bigint, survived bigint) is mrr_renewals:
--@     first contracts by how many steps they lasted, what sbg_fit(period, lost, survived) takes: lost ended in that step, survived
--@     were still going on at as_of (the last day, if NULL) after that many; each customer is in one row; who has not come to the
--@     first renewal is in none

CREATE FUNCTION ltv(ledger mrr_ledger, "from" date DEFAULT NULL, "to" date DEFAULT NULL) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT ltv_from_churn(sum(end_mrr) / NULLIF(sum(end_customers), 0::numeric), 100::numeric * sum(churned_customers) / NULLIF(sum(start_customers), 0::numeric))
        FROM mrr_movements(ledger, '1 month'::interval, "from", "to"));
COMMENT ON FUNCTION ltv(mrr_ledger, date, date) IS
'lifetime value of a subscriber, ARPA / churn over the months of [from, to), all if NULL: (end_mrr / end_customers) / (churned_customers / start_customers), each the sum over the months; NULL where nobody churned; against cost? ltv_cac';
