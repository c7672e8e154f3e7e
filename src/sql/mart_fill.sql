--@ requires: mart_read, mart_customers, mrr, nps, clv, golden, rfm
-- What follows from the months that were read: rows of the stored views, models and forecasts; subscriptions, survey, costs
-- and checks of the source.

-- Models are estimates: some thousand customers, always the same, tell them as well as all.
CREATE FUNCTION _mart_fill_models(until date)
RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO stored_models
    SELECT until, c.model, c.parameters::text, c.log_likelihood, c.aic, c.bic, c.converged, c.at_boundary, c.is_recommended, c.verdict, (SELECT count(*) FROM stored_sample)
    FROM (SELECT @extschema@.repeat_purchases_agg(frequency::double precision, recency, age) AS state FROM stored_sample) AS base,
         @extschema@.model_comparison(base.state) AS c;
    RETURN NULL;
EXCEPTION WHEN invalid_parameter_value OR numeric_value_out_of_range THEN
    RETURN SQLERRM;
END
$$;
COMMENT ON FUNCTION _mart_fill_models(date) IS
'fits the models of a mart up to a day, to the customers of stored_sample; why there are none, where there is too little data';

CREATE FUNCTION _mart_fill_fit(until date)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    mart record;
    week CONSTANT interval := '1 week';
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    INSERT INTO stored_fit
    SELECT model, CASE model WHEN 'BG/NBD' THEN @extschema@.with_unit(@extschema@.bg_nbd_fit(s.state), week) END,
           CASE model WHEN 'MBG/NBD' THEN @extschema@.with_unit(@extschema@.mbg_nbd_fit(s.state), week) END,
           CASE model WHEN 'Pareto/NBD' THEN @extschema@.with_unit(@extschema@.pareto_nbd_fit(s.state), week) END, s.spend,
           ((until + 1 + mart.horizon * mart.step)::date - until - 1) / 7.0, (1 + mart.discount_pct / 100) ^ (7 / 365.25) - 1
    FROM (SELECT CASE model WHEN 'NBD' THEN 'BG/NBD' ELSE model END AS model FROM stored_models ORDER BY is_recommended DESC, aic LIMIT 1) AS best,
         (SELECT @extschema@.repeat_purchases_agg(frequency::double precision, recency, age) AS state,
                 @extschema@.gamma_gamma_fit(frequency::double precision, monetary_value) AS spend FROM stored_sample) AS s;
END
$$;
COMMENT ON FUNCTION _mart_fill_fit(date) IS 'keeps the model of the smallest AIC, with which forecasts are made, and that of spending; errors of class 22 where there is too little data';

-- The forecast is that of the sample, for all; its floating point numbers are added in an order, so that no plan changes
-- the last digit.
CREATE FUNCTION _mart_fill_forecast(until date, customers bigint)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    mart record;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    INSERT INTO stored_forecast
    WITH bought AS MATERIALIZED (
        SELECT s.frequency, s.recency, s.age, count(*) AS customers,
               sum(@extschema@.expected_value(f.spend, s.frequency::double precision, s.monetary_value::double precision) ORDER BY s.monetary_value) AS value,
               row_number() OVER (ORDER BY s.frequency, s.recency, s.age) AS place
        FROM stored_fit AS f, stored_sample AS s GROUP BY s.frequency, s.recency, s.age),
    horizons AS MATERIALIZED (
        SELECT n, (until + 1 + (n - 1) * mart.step)::date AS period, (((until + 1 + n * mart.step)::date - until - 1) / 7.0)::double precision AS weeks
        FROM generate_series(1, mart.horizon) AS n),
    expected AS (
        SELECT n, period, sum(each.customers * purchases ORDER BY place) AS purchases, sum(value * purchases ORDER BY place) AS revenue
        FROM (SELECT h.n, h.period, b.place, b.customers, b.value,
                     CASE f.model WHEN 'BG/NBD' THEN @extschema@.expected_purchases(f.bg_nbd, h.weeks, b.frequency::double precision, b.recency, b.age)
                                  WHEN 'MBG/NBD' THEN @extschema@.expected_purchases(f.mbg_nbd, h.weeks, b.frequency::double precision, b.recency, b.age)
                                  ELSE @extschema@.expected_purchases(f.pareto_nbd, h.weeks, b.frequency::double precision, b.recency, b.age) END AS purchases
              FROM stored_fit AS f, horizons AS h, bought AS b OFFSET 0) AS each
        GROUP BY n, period),
    scale AS (SELECT $2::double precision / nullif(count(*), 0) AS factor FROM stored_sample)
    SELECT period, n, $2, factor * (purchases - coalesce(lag(purchases) OVER (ORDER BY n), 0)), factor * (revenue - coalesce(lag(revenue) OVER (ORDER BY n), 0)),
           (SELECT model FROM stored_fit)
    FROM expected, scale;
END
$$;
COMMENT ON FUNCTION _mart_fill_forecast(date, bigint) IS 'what is expected of so many customers, a row a period behind a day';

CREATE FUNCTION _mart_fill_forecasts(until date)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    customers bigint := (SELECT coalesce(sum(cohort_size), 0) FROM stored_cohorts WHERE period_number = 0 AND cohort <= until);
    note text;
BEGIN
    DELETE FROM stored_models;
    DELETE FROM stored_fit;
    DELETE FROM stored_forecast;
    note := @extschema@._mart_fill_models(until);
    BEGIN
        PERFORM @extschema@._mart_fill_fit(until);
        IF EXISTS (SELECT FROM stored_fit) THEN
            PERFORM @extschema@._mart_fill_forecast(until, customers);
        END IF;
    EXCEPTION WHEN invalid_parameter_value OR numeric_value_out_of_range THEN
        note := coalesce(note, SQLERRM);
    END;
    IF customers = 0 THEN
        note := format('nobody has ordered up to %s, the end of the last complete period', to_char(until, 'YYYY-MM-DD'));
    END IF;
    UPDATE stored_state SET models_note = note, fitted_until = until;
END
$$;
COMMENT ON FUNCTION _mart_fill_forecasts(date) IS
'fits models to complete periods, those up to a day, and forecasts with the one of the smallest AIC; where there is too little data for any, their views are empty and describe_mart says why';

CREATE FUNCTION _mart_window(since date)
RETURNS date
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN (SELECT date_trunc('month', least(since - s.step, since - s.lapse, since - interval '30 days'))::date FROM settings AS s);
END
$$;
COMMENT ON FUNCTION _mart_window(date) IS
'from which day on rows are needed to fill periods from a day on: of older ones it is enough to know the first order of each customer';

CREATE FUNCTION _mart_days(as_of date, OUT complete_until date, OUT before_until date, OUT known_until date)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    mart record;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    complete_until := CASE WHEN date_trunc(mart.unit, as_of + 1) = as_of + 1 THEN as_of ELSE date_trunc(mart.unit, as_of)::date - 1 END;
    before_until := (complete_until + 1 - mart.step)::date - 1;
    known_until := @extschema@._mart_window((date_trunc(mart.unit, as_of) - mart.step)::date);
END
$$;
COMMENT ON FUNCTION _mart_days(date) IS
'the days that follow from the last one that counts: the end of the last complete period and of the one before; and from which day on refreshes of this period and the last need all rows, and of older ones the first order of each customer only';

-- A plan for the ledger at hand would hold copies of it, which may have hundreds of MB: plans of what takes one are generic.

-- The reports leave out what the oldest cohort does not know yet, so that they are asked up to the end of the running period.
CREATE FUNCTION _mart_fill_cohorts(ledger customer_ledger, since date, as_of date)
RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    mart record;
    until date;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    until := (date_trunc(mart.unit, as_of) + mart.step)::date - 1;
    INSERT INTO stored_cohorts
    SELECT r.cohort, r.period_number, p.day, r.cohort_size, CASE WHEN p.is_complete THEN r.active_customers END, CASE WHEN p.is_complete THEN r.retention_pct END, p.is_complete
    FROM @extschema@.cohort_retention(ledger, mart.step, 'on'::text, until, NULL::date) AS r
         CROSS JOIN LATERAL (SELECT v.day, (v.day + mart.step)::date <= as_of + 1 FROM (SELECT (r.cohort + r.period_number * mart.step)::date) AS v (day)) AS p (day, is_complete)
    WHERE p.day BETWEEN since AND as_of;
    INSERT INTO stored_revenue_cohorts
    SELECT r.cohort, r.period_number, p.day, r.cohort_size, CASE WHEN p.is_complete THEN r.revenue END, CASE WHEN p.is_complete THEN c.revenue END,
           CASE WHEN p.is_complete THEN c.revenue / r.cohort_size END, p.is_complete
    FROM (SELECT r.*, sum(r.revenue) FILTER (WHERE (r.cohort + r.period_number * mart.step)::date >= since) OVER (PARTITION BY r.cohort ORDER BY r.period_number) AS gained
          FROM @extschema@.revenue_cohorts(ledger, mart.step, until, NULL::date) AS r) AS r
         CROSS JOIN LATERAL (SELECT v.day, (v.day + mart.step)::date <= as_of + 1 FROM (SELECT (r.cohort + r.period_number * mart.step)::date) AS v (day)) AS p (day, is_complete)
         LEFT JOIN stored_revenue_cohorts AS before ON before.cohort = r.cohort AND before.period = (since - mart.step)::date
         CROSS JOIN LATERAL (SELECT coalesce(before.cumulative_revenue, 0) + r.gained) AS c (revenue)
    WHERE p.day BETWEEN since AND as_of;
END
$$;
COMMENT ON FUNCTION _mart_fill_cohorts(customer_ledger, date, date) IS
'the rows of cohorts and revenue_cohorts of periods from the day since on, up to the last day that counts, of a ledger that holds who ordered when first and all rows since well before';

CREATE FUNCTION _mart_fill_new_vs_returning(ledger customer_ledger, since date, as_of date)
RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    mart record;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    INSERT INTO stored_new_vs_returning
    SELECT r.period, r.customers, r.new_customers, r.returning_customers, r.new_revenue, r.returning_revenue, r.returning_customer_rate_pct, 100.0 * r.repeat_customers / nullif(r.customers, 0),
           (r.period + mart.step)::date <= as_of + 1
    FROM @extschema@.new_vs_returning(ledger, mart.step, since, as_of + 1, NULL::date) AS r;
END
$$;
COMMENT ON FUNCTION _mart_fill_new_vs_returning(customer_ledger, date, date) IS
'the rows of new_vs_returning of periods from the day since on, up to the last day that counts, of a ledger that holds who ordered when first and all rows since well before';

-- Orders of guests are in the ledgers of the months only.
CREATE FUNCTION _mart_short_periods(ledger customer_ledger, step interval, since date, as_of date)
RETURNS TABLE (period date, orders bigint, refund_rows bigint, gross_revenue numeric, refunds numeric, avg_check numeric, active_customers bigint, new_customers bigint, returning_customers bigint,
               returning_customer_rate_pct numeric)
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN QUERY
        SELECT d.period, coalesce(s.orders, 0)::bigint, coalesce(s.refund_rows, 0)::bigint, coalesce(s.gross_revenue, 0), coalesce(s.refunds, 0), (s.gross_revenue + s.refunds) / nullif(s.orders, 0),
               coalesce(n.customers, 0), coalesce(n.new_customers, 0), coalesce(n.returning_customers, 0), n.returning_customer_rate_pct
        FROM (SELECT g::date AS period FROM generate_series(since::timestamp, as_of::timestamp, step) AS g) AS d
             LEFT JOIN (SELECT s.period, sum(s.orders) AS orders, sum(s.refund_rows) AS refund_rows, sum(s.gross_revenue) AS gross_revenue, sum(s.refunds) AS refunds
                        FROM stored_ledgers AS l CROSS JOIN LATERAL @extschema@.totals(l.ledger, step, NULL::date, as_of + 1, NULL::date) AS s
                        WHERE is_published AND month BETWEEN date_trunc('month', since) AND as_of GROUP BY 1) AS s USING (period)
             LEFT JOIN @extschema@.new_vs_returning(ledger, step, since, as_of + 1, NULL::date) AS n USING (period);
END
$$;
COMMENT ON FUNCTION _mart_short_periods(customer_ledger, interval, date, date) IS
'the figures of days or weeks from since on, the first day of one, up to the last day that counts: money and orders of the ledgers of the months, customers of one that holds who ordered when first and all rows since well before';

CREATE FUNCTION _mart_fill_short_periods(ledger customer_ledger, since date, as_of date)
RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    INSERT INTO stored_daily
    SELECT d.period, d.orders, d.refund_rows, d.gross_revenue, d.refunds, d.gross_revenue + d.refunds, d.avg_check, d.active_customers, d.new_customers
    FROM @extschema@._mart_short_periods(ledger, '1 day'::interval, since, as_of) AS d;
    INSERT INTO stored_weekly
    SELECT w.period, w.orders, w.refund_rows, w.gross_revenue, w.refunds, w.gross_revenue + w.refunds, w.avg_check, w.active_customers, w.new_customers, w.returning_customers, w.returning_customer_rate_pct,
           w.period + 7 <= as_of + 1
    FROM @extschema@._mart_short_periods(ledger, '1 week'::interval, date_trunc('week', since)::date, as_of) AS w;
END
$$;
COMMENT ON FUNCTION _mart_fill_short_periods(customer_ledger, date, date) IS
'the rows of daily and weekly from the day since on, up to the last day that counts, of a ledger that holds who ordered when first and all rows since well before';

-- When periods begin, the ledger does not say: the first rows may be of guests.
CREATE FUNCTION _mart_fill_periods(ledger customer_ledger, since date, as_of date)
RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    mart record;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    INSERT INTO stored_growth
    SELECT period, at_start, new_customers, reactivated_customers, churned_customers, at_end, churn_pct, churn_lower_pct, churn_upper_pct, 100 - churn_pct, (period + mart.step)::date <= as_of + 1
    FROM @extschema@.customer_growth(ledger, mart.step, since, as_of + 1, mart.lapse, NULL::date, NULL::date);
    PERFORM @extschema@._mart_fill_cohorts(ledger, since, as_of), @extschema@._mart_fill_new_vs_returning(ledger, since, as_of), @extschema@._mart_fill_short_periods(ledger, since, as_of);
    INSERT INTO stored_lifecycle
    SELECT period, new_customers, returning_customers, resurrecting_customers, dormant_customers, new_customers + returning_customers + resurrecting_customers, (period + mart.step)::date <= as_of + 1
    FROM @extschema@.lifecycle(ledger, mart.step, since, as_of + 1, NULL::date);
    INSERT INTO stored_active
    SELECT day, dau, mau, stickiness_pct FROM @extschema@.rolling_active(ledger, 30, greatest(since, @extschema@.first_day(ledger)), as_of + 1, NULL::date);
    INSERT INTO stored_golden_trend
    SELECT period, customers, golden_customers, golden_share_pct, share_change_pp, entered, left_golden, (period + mart.step)::date <= as_of + 1
    FROM @extschema@.golden_trend(ledger, mart.step, mart.golden_threshold,
            CASE WHEN (SELECT min(month) FROM stored_ledgers WHERE is_published) < since THEN (since - mart.step)::date ELSE since END, as_of + 1, NULL::date)
    WHERE period >= since;
END
$$;
COMMENT ON FUNCTION _mart_fill_periods(customer_ledger, date, date) IS
'the rows of growth, cohorts, revenue_cohorts, lifecycle, active and golden_trend of periods from the day since on, up to the last day that counts, of a ledger that holds who ordered when first and all rows since well before';

CREATE FUNCTION _mart_fill_firsts(ledger customer_ledger, until date)
RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    UPDATE stored_state SET firsts = @extschema@.as_of(@extschema@.first_orders(ledger), until - 1), firsts_until = until;
END
$$;
COMMENT ON FUNCTION _mart_fill_firsts(customer_ledger, date) IS 'keeps the first orders of the customers that there were before a day';

CREATE FUNCTION _mart_retention_days(ledger customer_ledger, step interval, ages integer[], as_of date)
RETURNS TABLE (cohort date, cohort_size bigint, age_days integer, customers bigint, active_on bigint, active_within bigint, cumulative_revenue numeric)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mart_retention_days';
COMMENT ON FUNCTION _mart_retention_days(customer_ledger, interval, integer[], date) IS
'retention_by_age, of the kinds on and within, and revenue_by_age of each cohort (the period of the first order), a row for each cohort and age; customers and all behind add up over cohorts to what these reports say';

CREATE FUNCTION _mart_fill_ages(ledger customer_ledger, until date)
RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    mart record;
    second @extschema@.km_state := @extschema@.time_to_next_order(ledger, 1, until);
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    DELETE FROM stored_retention_days;
    INSERT INTO stored_retention_days
    SELECT r.cohort, r.cohort_size, r.age_days, r.customers, r.active_on, 100.0 * r.active_on / nullif(r.customers, 0), r.active_within, 100.0 * r.active_within / nullif(r.customers, 0),
           r.cumulative_revenue, r.cumulative_revenue / nullif(r.customers, 0), r.customers = r.cohort_size, until
    FROM @extschema@._mart_retention_days(ledger, mart.step, '{1,7,30,60,90,365}'::integer[], until) AS r;
    DELETE FROM stored_order_gaps;
    INSERT INTO stored_order_gaps
    SELECT c.customers, g.customers, g.gaps, g.p25_days, g.median_days, g.p75_days, g.p90_days, @extschema@.km_median(second), 100 * (1 - @extschema@.km_survival(second, 30::double precision)),
           100 * (1 - @extschema@.km_survival(second, 60::double precision)), 100 * (1 - @extschema@.km_survival(second, 90::double precision)), 100 * (1 - @extschema@.km_survival(second, 365::double precision)), until
    FROM @extschema@.days_between_orders(ledger, until) AS g, (SELECT sum(r.cohort_size) AS customers FROM stored_retention_days AS r WHERE r.age_days = 1) AS c
    WHERE c.customers > 0;
END
$$;
COMMENT ON FUNCTION _mart_fill_ages(customer_ledger, date) IS
'replaces retention_days and order_gaps, as of the end of the last complete period, of the ledger of all orders';

-- How many customers there are is estimated, from rows of complete periods only, so that a later refresh draws the same.
CREATE FUNCTION _mart_fill_complete(ledger customer_ledger, as_of date)
RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    sample_size CONSTANT double precision := 5000;   -- customers that models are fitted to
    days record;
    part @extschema@.customer_ledger := @extschema@.shard(ledger, 64, 0);
    shards integer;
BEGIN
    SELECT * INTO days FROM @extschema@._mart_days(as_of);
    DELETE FROM stored_segment_migration;
    INSERT INTO stored_segment_migration
    SELECT days.before_until, days.complete_until, coalesce(from_segment, '(none)'), to_segment, customers FROM @extschema@.segment_migration(ledger, days.before_until, days.complete_until, 5);
    PERFORM @extschema@._mart_fill_ages(ledger, days.complete_until);
    shards := greatest(1, ceil(64 * @extschema@.customers_count(@extschema@.as_of(part, days.complete_until)) / sample_size));
    DELETE FROM stored_sample;
    INSERT INTO stored_sample
    SELECT s.frequency, s.recency, s.age, s.monetary_value
    FROM @extschema@.rfm_summary(@extschema@.shard(CASE WHEN shards < 64 THEN ledger ELSE part END, shards, 0), days.complete_until, '1 week'::interval) AS s;
    PERFORM @extschema@._mart_fill_forecasts(days.complete_until);
END
$$;
COMMENT ON FUNCTION _mart_fill_complete(customer_ledger, date) IS
'what looks at complete periods only, of the ledger of all orders up to the last day that counts: segment_migration, retention_days, order_gaps, the sample that models are fitted to, models, forecast';

CREATE FUNCTION _mart_empty(since date)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    DELETE FROM stored_growth WHERE period >= since;
    DELETE FROM stored_cohorts WHERE period >= since;
    DELETE FROM stored_revenue_cohorts WHERE period >= since;
    DELETE FROM stored_lifecycle WHERE period >= since;
    DELETE FROM stored_active WHERE day >= since;
    DELETE FROM stored_new_vs_returning WHERE period >= since;
    DELETE FROM stored_daily WHERE day >= since;
    DELETE FROM stored_weekly WHERE period >= date_trunc('week', since);
    DELETE FROM stored_golden_trend WHERE period >= since;
END
$$;
COMMENT ON FUNCTION _mart_empty(date) IS 'removes the rows that _mart_fill_periods() makes anew, those of periods from a day on';

CREATE FUNCTION _mart_fill_all()
RETURNS date
LANGUAGE plpgsql
AS $$
DECLARE
    all_orders record;
    ledger @extschema@.customer_ledger;
    as_of date;
    days record;
BEGIN
    PERFORM @extschema@._mart_check_currency(NULL::date, NULL::date);
    DELETE FROM changes;
    PERFORM @extschema@._mart_empty('-infinity'::date);
    SELECT * INTO all_orders FROM @extschema@._mart_store_all(NULL::date, NULL::date, 1, true);
    ledger := @extschema@.as_of(all_orders.whole, @extschema@._mart_today());
    as_of := greatest(@extschema@.last_day(ledger), @extschema@.last_day(@extschema@.as_of(all_orders.guests, @extschema@._mart_today())));
    IF as_of IS NOT NULL THEN
        SELECT * INTO days FROM @extschema@._mart_days(as_of);
        PERFORM @extschema@._mart_fill_periods(ledger, date_trunc((SELECT s.unit FROM settings AS s), least(@extschema@.first_day(all_orders.whole), @extschema@.first_day(all_orders.guests)))::date, as_of);
        PERFORM @extschema@._mart_fill_firsts(ledger, days.known_until);
        PERFORM @extschema@._mart_fill_complete(ledger, as_of);
        PERFORM @extschema@._mart_put_customers(ledger, NULL::@extschema@.customer_ledger, as_of);
    END IF;
    RETURN as_of;
END
$$;
COMMENT ON FUNCTION _mart_fill_all() IS 'reads all orders, stores them by month and fills all that follows from them, in one go; the last day that counts';

CREATE FUNCTION _mart_whole(as_of date)
RETURNS customer_ledger
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN (SELECT @extschema@.as_of(@extschema@.rollup(l.ledger), $1) FROM stored_ledgers AS l WHERE is_published AND part = 'customers' AND month <= $1);
END
$$;
COMMENT ON FUNCTION _mart_whole(date) IS 'the ledger of all orders of customers up to a day';

CREATE FUNCTION _mart_recent(from_day date, as_of date)
RETURNS customer_ledger
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    parts @extschema@.customer_ledger[];
BEGIN
    -- side by side in half the time, but only as much as an array holds
    IF (SELECT coalesce(sum(pg_column_size(l.ledger)), 0) < 5e8 FROM stored_ledgers AS l WHERE is_published AND part = 'customers' AND month BETWEEN from_day AND $2) THEN
        parts := ARRAY(SELECT @extschema@.as_of(s.firsts, from_day - 1) FROM stored_state AS s WHERE s.firsts IS NOT NULL
                       UNION ALL SELECT l.ledger FROM stored_ledgers AS l WHERE is_published AND part = 'customers' AND month BETWEEN from_day AND $2);
        RETURN @extschema@.as_of(@extschema@.rollup(parts), $2);
    END IF;
    RETURN (SELECT @extschema@.as_of(@extschema@.rollup(p.ledger), $2)
            FROM (SELECT @extschema@.as_of(s.firsts, from_day - 1) AS ledger FROM stored_state AS s WHERE s.firsts IS NOT NULL
                  UNION ALL SELECT l.ledger FROM stored_ledgers AS l WHERE is_published AND part = 'customers' AND month BETWEEN from_day AND $2) AS p);
END
$$;
COMMENT ON FUNCTION _mart_recent(date, date) IS 'a ledger of all orders of customers from the first day of a month on up to a day, and of the first order of each from before';

CREATE FUNCTION _mart_fill_changed(changed_from date, previous date, as_of date)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    mart record;
    state record;
    days record;
    first_day date;
    since date;             -- first day of the first period that can have changed
    window_from date;       -- rows from here on say all about those periods, beside the first order of each customer
    has_all boolean;
    is_known boolean;       -- those first orders are as they were
    is_complete boolean;    -- what looks at complete periods only stays as it is
    ledger @extschema@.customer_ledger;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    SELECT fitted_until, firsts_until INTO STRICT state FROM stored_state;
    SELECT * INTO days FROM @extschema@._mart_days(as_of);
    SELECT min(@extschema@.first_day(l.ledger)) INTO first_day FROM stored_ledgers AS l WHERE is_published AND month = (SELECT min(month) FROM stored_ledgers WHERE is_published);
    since := date_trunc(mart.unit, least(changed_from, previous, as_of, CASE WHEN previous IS NULL THEN first_day END));
    is_complete := state.fitted_until IS NOT DISTINCT FROM days.complete_until AND (days.complete_until >= date_trunc('month', changed_from)) IS NOT TRUE;
    is_known := state.firsts_until = days.known_until AND (changed_from < state.firsts_until) IS NOT TRUE;
    window_from := least(@extschema@._mart_window(since), state.firsts_until);
    has_all := window_from <= first_day;

    PERFORM @extschema@._mart_empty(since);
    ledger := CASE WHEN has_all THEN @extschema@._mart_whole(as_of) ELSE @extschema@._mart_recent(window_from, as_of) END;
    PERFORM @extschema@._mart_fill_periods(ledger, greatest(since, date_trunc(mart.unit, first_day)::date), as_of);
    IF is_known IS NOT TRUE THEN
        PERFORM @extschema@._mart_fill_firsts(ledger, days.known_until);
    END IF;
    IF NOT is_complete THEN
        IF NOT has_all THEN
            ledger := @extschema@._mart_whole(as_of);
        END IF;
        PERFORM @extschema@._mart_fill_complete(ledger, as_of);
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_fill_changed(date, date, date) IS
'replaces what follows from the months that are stored, from the period on that the first changed month or the previous last day is in: earlier rows cannot have changed';

CREATE FUNCTION _mart_fill_nothing()
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM @extschema@._mart_empty('-infinity'::date);
    DELETE FROM stored_segment_migration;
    DELETE FROM stored_retention_days;
    DELETE FROM stored_order_gaps;
    DELETE FROM stored_forecast;
    DELETE FROM stored_models;
    DELETE FROM stored_fit;
    UPDATE stored_state SET firsts = NULL, firsts_until = NULL, fitted_until = NULL, models_note = 'there are no orders';
END
$$;
COMMENT ON FUNCTION _mart_fill_nothing() IS 'the figures of a mart without orders: none';

CREATE FUNCTION _mart_blame_subscription()
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    mart record;
    one record;
    days daterange;
    read_one @extschema@.mrr_ledger;
    rule text;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    FOR one IN SELECT customer, starts_at, ends_at, amount, every FROM source_subscriptions WHERE problem IS NULL LOOP
        days := daterange(one.starts_at, one.ends_at, CASE WHEN mart.ends_inclusive THEN '[]' ELSE '[)' END);
        read_one := (SELECT @extschema@.mrr_agg(one.customer, days, one.amount, one.every));
    END LOOP;
EXCEPTION WHEN data_exception THEN
    GET STACKED DIAGNOSTICS rule = MESSAGE_TEXT;
    RAISE EXCEPTION USING ERRCODE = SQLSTATE, DETAIL = rule, HINT = format('Correct it in %s, or map a view without it.', mart.subscriptions_table),
        MESSAGE = format('%s has a subscription that cannot be one: customer %s, starts_at %s, ends_at %s, amount %s, every %s', mart.subscriptions_table, quote_nullable(one.customer),
                         coalesce(to_char(one.starts_at, 'YYYY-MM-DD'), one.starts_at::text, 'NULL'), coalesce(to_char(one.ends_at, 'YYYY-MM-DD'), one.ends_at::text, 'NULL'), coalesce(one.amount::text, 'NULL'), coalesce(one.every::text, 'NULL'));
END
$$;
COMMENT ON FUNCTION _mart_blame_subscription() IS 'reads the subscriptions of a mart one by one; the error of the first that cannot be read names its row; nothing where each can be read';

CREATE FUNCTION _mart_fill_mrr(as_of date)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    mart record;
    ledger @extschema@.mrr_ledger;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    IF mart.subscriptions ? 'currency' THEN
        ledger := (SELECT @extschema@.mrr_agg(customer, period, amount, every, currency) FROM source_subscriptions WHERE problem IS NULL);
    ELSE
        ledger := (SELECT @extschema@.mrr_agg(customer, period, amount, every) FROM source_subscriptions WHERE problem IS NULL);
    END IF;
    DELETE FROM stored_mrr;
    INSERT INTO stored_mrr
    SELECT period, start_mrr, new_mrr, reactivation, expansion, contraction, churn, end_mrr, start_customers, new_customers, reactivated_customers, churned_customers, end_customers,
           gross_churn_pct, net_churn_pct, grr_pct, nrr_pct, quick_ratio, growth_existing_pct, arpa, 12 * end_mrr, (period + mart.step)::date <= as_of + 1
    FROM @extschema@.mrr_movements(ledger, mart.step, NULL::date, as_of + 1, mart.grace, NULL::date);
EXCEPTION WHEN data_exception THEN
    PERFORM @extschema@._mart_blame_subscription();
    RAISE;
END
$$;
COMMENT ON FUNCTION _mart_fill_mrr(date) IS 'replaces the recurring revenue of a mart, which is read from all subscriptions; an error of class 22 that names the row that cannot be read';

CREATE FUNCTION _mart_fill_nps(as_of date)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    mart record;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    DELETE FROM stored_nps;
    INSERT INTO stored_nps
    SELECT s.period, @extschema@.responses(s.state), @extschema@.promoters(s.state), @extschema@.passives(s.state), @extschema@.detractors(s.state), @extschema@.nps(s.state), i.lower, i.upper,
           (s.period + mart.step)::date <= as_of + 1
    FROM (SELECT date_trunc(mart.unit, day)::date AS period, @extschema@.nps_agg(score) AS state FROM source_survey WHERE problem IS NULL GROUP BY 1) AS s, @extschema@.nps_ci(s.state, 0.95::double precision) AS i;
END
$$;
COMMENT ON FUNCTION _mart_fill_nps(date) IS 'replaces the net promoter score of a mart, which is read from all answers';

CREATE FUNCTION _mart_fill_costs()
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    mart record;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    DELETE FROM stored_costs;
    INSERT INTO stored_costs
    SELECT date_trunc(mart.unit, day)::date, kind, coalesce(method, '(none)'), @extschema@.net_revenue(amount), CASE WHEN mart.costs ? 'gain' THEN @extschema@.net_revenue(gain) END
    FROM source_costs WHERE problem IS NULL GROUP BY 1, 2, 3;
END
$$;
COMMENT ON FUNCTION _mart_fill_costs() IS 'replaces the costs of a mart, which are read anew';

CREATE FUNCTION _mart_fill_quality()
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    mart record;
    today date := @extschema@._mart_today();
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    DELETE FROM stored_data_quality;
    INSERT INTO stored_data_quality
    SELECT q.check_name, q.severity, q.row_count, q.share_pct, array_to_string(q.sample, ', '), q.about, today
    FROM @extschema@.data_quality(mart.orders_table::regclass, mart.columns ->> 'customer', mart.columns ->> 'ordered_at', mart.columns ->> 'amount', mart.columns ->> 'order_id', mart.columns ->> 'status',
            mart.columns ->> 'currency', mart.columns ->> 'product', NULL::text, today, '7 days'::interval, '1990-01-01'::date, CASE WHEN mart.ordered_at_tz IS NULL THEN mart.tz END) AS q;
END
$$;
COMMENT ON FUNCTION _mart_fill_quality() IS 'checks the orders of a mart with data_quality and stores what it says';
