--@ requires: mart_read, mrr, nps, clv, golden, rfm
-- What follows from the months that were read: rows of the stored views, models and forecasts; subscriptions, survey, costs and checks of the source.

-- Models are estimates: some thousand customers, always the same, tell them as well as all. The forecast is that of the sample, for all;
-- its floating point numbers are added in an order, so that no plan changes the last digit.
CREATE FUNCTION _mart_fill_models(settings jsonb, fitted_until date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    mart text := settings ->> 'mart';
    customers bigint;
    fitted text;    -- the column of stored_fit with the model that forecasts are by
    note text;
    emptied text;
BEGIN
    FOREACH emptied IN ARRAY '{stored_models,stored_forecast,stored_fit}'::text[] LOOP
        EXECUTE format('DELETE FROM %I.%I', mart, emptied);
    END LOOP;
    EXECUTE format('SELECT coalesce(sum(cohort_size), 0) FROM %I.stored_cohorts WHERE period_number = 0 AND cohort <= $1', mart) INTO customers USING fitted_until;
    BEGIN
        EXECUTE format($sql$
            INSERT INTO %1$I.stored_models SELECT $1, model, parameters::text, log_likelihood, aic, bic, converged, at_boundary, is_recommended, verdict, (SELECT count(*) FROM %1$I.stored_sample)
            FROM (SELECT %2$s.repeat_purchases_agg(frequency::double precision, recency, age) AS state FROM %1$I.stored_sample) AS base, %2$s.model_comparison(base.state)$sql$, mart, extension) USING fitted_until;
    EXCEPTION WHEN invalid_parameter_value OR numeric_value_out_of_range THEN
        note := SQLERRM;
    END;
    BEGIN
        EXECUTE format($sql$
            INSERT INTO %1$I.stored_fit
            SELECT model, CASE model WHEN 'BG/NBD' THEN %2$s.with_unit(%2$s.bg_nbd_fit(s.state), '1 week'::interval) END, CASE model WHEN 'MBG/NBD' THEN %2$s.with_unit(%2$s.mbg_nbd_fit(s.state), '1 week'::interval) END,
                   CASE model WHEN 'Pareto/NBD' THEN %2$s.with_unit(%2$s.pareto_nbd_fit(s.state), '1 week'::interval) END, s.spend, ((($1 + $2 * $3::interval)::date - $1) / 7.0)::double precision, (1 + $4 / 100) ^ (7 / 365.25) - 1
            FROM (SELECT CASE model WHEN 'NBD' THEN 'BG/NBD' ELSE model END AS model FROM %1$I.stored_models ORDER BY is_recommended DESC, aic LIMIT 1) AS best,
                 (SELECT %2$s.repeat_purchases_agg(frequency::double precision, recency, age) AS state, %2$s.gamma_gamma_fit(frequency::double precision, monetary_value) AS spend FROM %1$I.stored_sample) AS s$sql$, mart, extension)
        USING fitted_until, (settings ->> 'horizon')::integer, settings ->> 'step', (settings ->> 'discount_pct')::double precision;
        EXECUTE format('SELECT CASE model WHEN ''BG/NBD'' THEN ''bg_nbd'' WHEN ''MBG/NBD'' THEN ''mbg_nbd'' ELSE ''pareto_nbd'' END FROM %I.stored_fit', mart) INTO fitted;
        IF fitted IS NOT NULL THEN
            EXECUTE format($sql$
                INSERT INTO %1$I.stored_forecast
                WITH fit AS MATERIALIZED (SELECT * FROM %1$I.stored_fit),
                bought AS MATERIALIZED (
                    SELECT frequency, recency, age, count(*) AS customers, sum(%2$s.expected_value(fit.spend, frequency::double precision, monetary_value::double precision) ORDER BY monetary_value) AS value,
                           row_number() OVER (ORDER BY frequency, recency, age) AS place
                    FROM fit, %1$I.stored_sample GROUP BY frequency, recency, age),
                horizons AS MATERIALIZED (SELECT n, ($1 + 1 + (n - 1) * $2::interval)::date AS period, ((($1 + 1 + n * $2::interval)::date - $1 - 1) / 7.0)::double precision AS weeks FROM generate_series(1, $3) AS n),
                expected AS (
                    SELECT n, period, sum(customers * purchases ORDER BY place) AS purchases, sum(value * purchases ORDER BY place) AS revenue
                    FROM (SELECT h.n, h.period, b.place, b.customers, b.value, %2$s.expected_purchases(fit.%3$I, h.weeks, b.frequency::double precision, b.recency, b.age) AS purchases FROM fit, horizons AS h, bought AS b OFFSET 0) AS each
                    GROUP BY n, period),
                scale AS (SELECT $4::double precision / nullif(count(*), 0) AS factor FROM %1$I.stored_sample)
                SELECT period, n, $4, factor * (purchases - coalesce(lag(purchases) OVER (ORDER BY n), 0)), factor * (revenue - coalesce(lag(revenue) OVER (ORDER BY n), 0)), (SELECT model FROM fit) FROM expected, scale$sql$, mart, extension,
                fitted)
            USING fitted_until, settings ->> 'step', (settings ->> 'horizon')::integer, customers;
        END IF;
    EXCEPTION WHEN invalid_parameter_value OR numeric_value_out_of_range THEN
        note := coalesce(note, SQLERRM);
    END;
    IF customers = 0 THEN
        note := format('nobody has ordered up to %s, the end of the last complete period', to_char(fitted_until, 'YYYY-MM-DD'));
    END IF;
    EXECUTE format('UPDATE %I.stored_state SET models_note = $1, fitted_until = $2', mart) USING note, fitted_until;
END
$$;
COMMENT ON FUNCTION _mart_fill_models(jsonb, date) IS
'fits the models of a mart up to a day, to the customers of stored_sample, and forecasts with the one of the smallest AIC; where there is too little data for any, their views are empty and describe_mart says why';

CREATE FUNCTION _mart_window(settings jsonb, since date)
RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
RETURN date_trunc('month'::text, least(since - (settings ->> 'step'::text)::interval, since - (settings ->> 'lapse'::text)::interval, since - '30 days'::interval))::date;
COMMENT ON FUNCTION _mart_window(jsonb, date) IS
'from which day on rows are needed to fill periods from a day on: of older ones it is enough to know the first order of each customer';

-- The end of the last complete period, the one before, and from which day on refreshes of this period and the last need all rows, that is of older ones the first
-- order of each customer only.
CREATE FUNCTION _mart_days(settings jsonb, as_of date, OUT complete_until date, OUT before_until date, OUT known_until date)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    unit text := settings ->> 'unit';
    step interval := settings ->> 'step';
BEGIN
    complete_until := CASE WHEN date_trunc(unit, as_of + 1) = as_of + 1 THEN as_of ELSE date_trunc(unit, as_of)::date - 1 END;
    before_until := (complete_until + 1 - step)::date - 1;
    known_until := @extschema@._mart_window(settings, (date_trunc(unit, as_of) - step)::date);
END
$$;
COMMENT ON FUNCTION _mart_days(jsonb, date) IS
'the days that follow from the last one that counts: the end of the last complete period and of the one before; and from which day on refreshes of this period and the last need all rows, and of older ones the first order of each customer only';

CREATE FUNCTION _mart_fill(settings jsonb, parts text[])
RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    sample_size CONSTANT integer := 5000;   -- customers that models are fitted to
    filled text[];
BEGIN
    EXECUTE format($sql$
        SELECT array_agg(%1$s._mart_sql(statement, $1) ORDER BY place) FROM (
            SELECT place, 'periods', format('INSERT INTO {mart}.%%I %%s', 'stored_' || view_name, query) FROM %1$s._mart_views() WHERE is_stored AND query IS NOT NULL
            UNION ALL SELECT * FROM (VALUES
                (100, 'firsts', 'UPDATE {mart}.stored_state SET (firsts, firsts_until) = (SELECT {extension}.as_of({extension}.first_orders(ledger), known_until - 1), known_until FROM base)'),
                (101, 'complete', 'INSERT INTO {mart}.stored_segment_migration SELECT before_until, complete_until, coalesce(from_segment, ''(none)''), to_segment, customers
                    FROM base CROSS JOIN LATERAL {extension}.segment_migration(ledger, before_until, complete_until, 5)'),
                -- how many customers there are is estimated, from rows of complete periods only, so that a later refresh draws the same
                (102, 'complete', format('INSERT INTO {mart}.stored_sample SELECT frequency, recency, age, monetary_value
                    FROM base CROSS JOIN LATERAL (SELECT {extension}.shard(ledger, 64, 0) AS part OFFSET 0) AS few
                         CROSS JOIN LATERAL (SELECT greatest(1, ceil(64 * {extension}.customers_count({extension}.as_of(part, complete_until)) / %%s::double precision))::integer AS shards) AS drawn
                         CROSS JOIN LATERAL {extension}.rfm_summary({extension}.shard(CASE WHEN shards < 64 THEN ledger ELSE part END, shards, 0), {key}, complete_until, ''1 week''::interval)', $3))) AS other
        ) AS part (place, kind, statement) WHERE kind = ANY ($2)$sql$, extension)
    INTO filled USING settings, parts, sample_size;
    RETURN filled;
END
$$;
COMMENT ON FUNCTION _mart_fill(jsonb, text[]) IS
'the statements that fill what follows from a relation base of one row: ledger, since, as_of and _mart_days(as_of); parts are "periods" (stored views from the day since on), "firsts" (what is to be known of older orders) and "complete" (segments, and customers to fit models to)';

CREATE FUNCTION _mart_first_period(settings jsonb, first_day date, as_of date)
RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF first_day < as_of - interval '500 years' THEN
        RAISE EXCEPTION USING ERRCODE = 'datetime_field_overflow', MESSAGE = format('orders of %s begin on %s: a mart takes up to 500 years', settings ->> 'orders', to_char(first_day, 'YYYY-MM-DD BC')),
            HINT = 'Correct the dates, or make the mart of a view without these rows.';
    END IF;
    RETURN date_trunc(settings ->> 'unit', first_day)::date;
END
$$;
COMMENT ON FUNCTION _mart_first_period(jsonb, date, date) IS 'the first day of the first period of a mart; error 22008 where that is too long ago to have a row for each period since';

CREATE FUNCTION _mart_empty(settings jsonb, since date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    view text;
BEGIN
    FOR view IN SELECT view_name FROM @extschema@._mart_views() WHERE is_stored AND query IS NOT NULL LOOP
        EXECUTE format('DELETE FROM %I.%I WHERE %I >= coalesce($1, ''-infinity'')', settings ->> 'mart', 'stored_' || view, CASE view WHEN 'active' THEN 'day' ELSE 'period' END) USING since;
    END LOOP;
END
$$;
COMMENT ON FUNCTION _mart_empty(jsonb, date) IS 'removes the rows of stored views that _mart_fill() makes anew, those of periods from a day on; all without a day';

CREATE FUNCTION _mart_fill_all(settings jsonb, log_run bigint, started timestamptz)
RETURNS date
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    mart text := settings ->> 'mart';
    base text := format('SELECT ledger, %1$s._mart_first_period(%3$L::jsonb, first_day, as_of) AS since, as_of, days.*
        FROM (SELECT ledger, first_day, greatest(%1$s.last_day(ledger), %1$s.last_day(%1$s.as_of(guests, %2$L::date))) AS as_of
              FROM (SELECT %1$s.as_of(whole, %2$L::date) AS ledger, guests, least(%1$s.first_day(whole), %1$s.first_day(guests)) AS first_day FROM read OFFSET 0) AS cut OFFSET 0) AS counted
             CROSS JOIN LATERAL %1$s._mart_days(%3$L::jsonb, as_of) AS days', extension, settings ->> 'today', settings);
    fill text := format('SELECT %1$s._mart_run(ARRAY[''read'', ''base'']::text[], ARRAY[%1$s._mart_ledgers($1, NULL::date, NULL::date, $2, 1), $3, %1$s._mart_store($1, true, NULL::date, 0::bigint, 0::bigint, 0::bigint, 0::bigint, $4)]
                                                     || %1$s._mart_fill($1, ''{periods,firsts,complete}''::text[]) || $5)', extension);
    keep text := format('UPDATE %I.stored_state SET as_of = (SELECT as_of FROM base)', mart);
    as_of date;
    complete_until date;
    emptied text;
BEGIN
    FOREACH emptied IN ARRAY '{changes,stored_ledgers,stored_months,stored_segment_migration,stored_sample}'::text[] LOOP
        EXECUTE format('DELETE FROM %I.%I', mart, emptied);
    END LOOP;
    PERFORM @extschema@._mart_empty(settings, NULL::date);
    BEGIN
        EXECUTE fill USING settings, false, base, started, keep;
    EXCEPTION WHEN numeric_value_out_of_range THEN
        -- to ask each row whether its day is finite costs a fifth of reading it, and hardly any is not
        EXECUTE fill USING settings, true, base, started, keep;
    END;
    EXECUTE format('SELECT as_of, days.complete_until FROM %I.stored_state CROSS JOIN LATERAL %s._mart_days($1, as_of) AS days', mart, extension) INTO as_of, complete_until USING settings;
    IF as_of IS NOT NULL THEN
        PERFORM @extschema@._mart_fill_models(settings, complete_until);
    END IF;
    PERFORM @extschema@._mart_read_categories(settings, NULL::date, NULL::date, true);
    EXECUTE format('UPDATE %I.refresh_log SET (months_done, months_total, rows_read) = (SELECT count(DISTINCT month), count(DISTINCT month), coalesce(sum(%s.rows_count(ledger)), 0) FROM %1$I.stored_ledgers),
                        changed_at = clock_timestamp() WHERE run = $1', mart, extension) USING log_run;
    RETURN as_of;
END
$$;
COMMENT ON FUNCTION _mart_fill_all(jsonb, bigint, timestamptz) IS 'reads all orders, stores them by month and fills all that follows from them, in one go; the last day that counts';

CREATE FUNCTION _mart_fill_changed(settings jsonb, changed_from date, previous date, as_of date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    mart text := settings ->> 'mart';
    unit text := settings ->> 'unit';
    complete_until date;
    usual date;             -- what the first orders would be known up to
    first_day date;
    since date;             -- first day of the first period that can have changed
    known_until date;       -- first orders are known of the days before
    window_from date;       -- rows from here on say all about those periods, beside the first order of each customer
    has_all boolean;
    is_known boolean;       -- those first orders are as they were
    is_complete boolean;    -- what looks at complete periods only stays as it is
    months text;
    whole text;             -- the ledger of all months, and what stands for it
    recent text;
    parts text;
    is_small boolean;
    base text := $base$SELECT ledger, %2$L::date AS since, %3$L::date AS as_of, days.*
        FROM (SELECT %1$s.as_of(%4$s, %3$L::date) AS ledger) AS whole CROSS JOIN %1$s._mart_days(%5$L::jsonb, %3$L::date) AS days$base$;
    fill text := format('SELECT %1$s._mart_run(ARRAY[''base'']::text[], $2 || %1$s._mart_fill($1, $3))', extension);
BEGIN
    EXECUTE format('SELECT min(%1$s.first_day(ledger)) FROM %2$I.stored_ledgers WHERE is_published AND month = (SELECT min(month) FROM %2$I.stored_ledgers WHERE is_published)', extension, mart) INTO first_day;
    SELECT days.complete_until, days.known_until INTO complete_until, usual FROM @extschema@._mart_days(settings, as_of) AS days;
    since := date_trunc(unit, least(changed_from, previous, as_of, CASE WHEN previous IS NULL THEN first_day END));
    EXECUTE format('SELECT firsts_until, %1$s._mart_window($1, $2), fitted_until IS NOT DISTINCT FROM $3 AND ($3 >= date_trunc(''month'', $4)) IS NOT TRUE, firsts_until = $5 AND ($4 < firsts_until) IS NOT TRUE
                    FROM %2$I.stored_state', extension, mart) INTO known_until, window_from, is_complete, is_known USING settings, since, complete_until, changed_from, usual;
    window_from := least(window_from, known_until);
    has_all := window_from <= first_day;

    PERFORM @extschema@._mart_empty(settings, since);
    since := greatest(since, @extschema@._mart_first_period(settings, first_day, as_of));
    IF NOT is_complete THEN
        EXECUTE format('DELETE FROM %I.stored_segment_migration', mart);
        EXECUTE format('DELETE FROM %I.stored_sample', mart);
    END IF;
    months := format('FROM %I.stored_ledgers WHERE is_published AND part = ''customers'' AND month <= %L::date', mart, as_of);
    whole := format('(SELECT %s.rollup(ledger) %s)', extension, months);
    recent := whole;
    IF NOT has_all THEN
        -- side by side in half the time, but only as much as an array holds
        months := format('%s AND month >= %L::date', months, window_from);
        EXECUTE format('SELECT coalesce(sum(pg_column_size(ledger)), 0) < 5e8 %s', months) INTO is_small;
        parts := format('SELECT %s.as_of(firsts, %L::date) FROM %I.stored_state WHERE firsts IS NOT NULL UNION ALL SELECT ledger %s', extension, window_from - 1, mart, months);
        recent := format(CASE WHEN is_small THEN '%s.rollup(ARRAY(%s))' ELSE '(SELECT %s.rollup(part) FROM (%s) AS parts (part))' END, extension, parts);
    END IF;
    EXECUTE fill USING settings, format(base, extension, since, as_of, recent, settings),
        '{periods}'::text[] || CASE WHEN is_known THEN '{}' ELSE '{firsts}' END::text[] || CASE WHEN has_all AND NOT is_complete THEN '{complete}' ELSE '{}' END::text[];
    IF NOT is_complete AND NOT has_all THEN
        EXECUTE fill USING settings, format(base, extension, since, as_of, whole, settings), '{complete}'::text[];
    END IF;
    IF NOT is_complete THEN
        PERFORM @extschema@._mart_fill_models(settings, complete_until);
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_fill_changed(jsonb, date, date, date) IS
'replaces what follows from the months that are stored, from the period on that the first changed month or the previous last day is in: earlier rows cannot have changed';

CREATE FUNCTION _mart_fill_nothing(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mart text := settings ->> 'mart';
    stored text;
BEGIN
    FOR stored IN SELECT view_name FROM @extschema@._mart_views() WHERE is_stored AND needs = '{}' AND view_name <> 'data_quality' LOOP
        EXECUTE format('DELETE FROM %I.%I', mart, 'stored_' || stored);
    END LOOP;
    EXECUTE format('UPDATE %I.stored_state SET firsts = NULL, firsts_until = NULL, fitted_until = NULL, models_note = ''there are no orders''', mart);
    EXECUTE format('DELETE FROM %I.stored_fit', mart);
END
$$;
COMMENT ON FUNCTION _mart_fill_nothing(jsonb) IS 'the figures of a mart without orders: none';

-- The arguments of mrr_agg as expressions over the table of subscriptions, named t
CREATE FUNCTION _mart_subscriptions(settings jsonb, OUT customer text, OUT starts_at text, OUT ends_at text, OUT period text, OUT amount text, OUT every text, OUT currency text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mapping jsonb := settings -> 'subscriptions';
    subscriptions regclass := settings ->> 'subscriptions_table';
BEGIN
    SELECT @extschema@._mart_text('subscriptions'::text, 'customer'::text, settings), @extschema@._mart_text('subscriptions'::text, 'currency'::text, settings) INTO customer, currency;
    amount := format('t.%I::numeric', mapping ->> 'amount');
    every := format('t.%I::interval', mapping ->> 'every');
    IF mapping ->> 'period' IS NOT NULL THEN
        starts_at := format('lower(t.%I)', mapping ->> 'period');
        ends_at := format('upper(t.%I)', mapping ->> 'period');
        period := format('t.%I::daterange', mapping ->> 'period');
        RETURN;
    END IF;
    SELECT @extschema@._mart_day(subscriptions, mapping ->> 'starts_at', settings ->> 'tz'), CASE WHEN (mapping ->> 'ends_at') IS NULL THEN 'NULL::date' ELSE @extschema@._mart_day(subscriptions, mapping ->> 'ends_at', settings ->> 'tz') END INTO starts_at, ends_at;
    period := format('daterange(%s, %s, %L)', starts_at, ends_at, CASE WHEN (settings ->> 'ends_inclusive')::boolean THEN '[]' ELSE '[)' END);
END
$$;
COMMENT ON FUNCTION _mart_subscriptions(jsonb) IS 'the arguments of mrr_agg for the subscriptions of a mart, and the days from starts_at up to before ends_at, or up to it where ends are inclusive, as expressions over t';

CREATE FUNCTION _mart_blame_subscription(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    of record;
    one record;
    read_one text;
    rule text;
BEGIN
    SELECT * INTO of FROM @extschema@._mart_subscriptions(settings);
    read_one := format('SELECT %s.mrr_agg($1, %s, $4, $5)', extension, CASE WHEN settings #>> '{subscriptions,period}' IS NULL THEN format('daterange($2, $3, %L)', CASE WHEN (settings ->> 'ends_inclusive')::boolean THEN '[]' ELSE '[)' END) ELSE '$6' END);
    FOR one IN EXECUTE format('SELECT %s AS customer, %s AS starts_at, %s AS ends_at, %s AS amount, %s AS every, %s AS period FROM %s AS t', of.customer, of.starts_at, of.ends_at, of.amount, of.every,
                              CASE WHEN settings #>> '{subscriptions,period}' IS NULL THEN 'NULL::daterange' ELSE of.period END, settings ->> 'subscriptions_table') LOOP
        EXECUTE read_one USING one.customer, one.starts_at, one.ends_at, one.amount, one.every, one.period;
    END LOOP;
EXCEPTION WHEN data_exception THEN
    GET STACKED DIAGNOSTICS rule = MESSAGE_TEXT;
    RAISE EXCEPTION USING ERRCODE = SQLSTATE, DETAIL = rule, HINT = format('Correct it in %s, or map a view without it.', settings ->> 'subscriptions_table'),
        MESSAGE = format('%s has a subscription that cannot be one: customer %s, starts_at %s, ends_at %s, amount %s, every %s', settings ->> 'subscriptions_table', quote_nullable(one.customer),
                         coalesce(to_char(one.starts_at, 'YYYY-MM-DD'), one.starts_at::text, 'NULL'), coalesce(to_char(one.ends_at, 'YYYY-MM-DD'), one.ends_at::text, 'NULL'), coalesce(one.amount::text, 'NULL'), coalesce(one.every::text, 'NULL'));
END
$$;
COMMENT ON FUNCTION _mart_blame_subscription(jsonb) IS 'reads the subscriptions of a mart one by one; the error of the first that cannot be read names its row; nothing where each can be read';

CREATE FUNCTION _mart_fill_mrr(settings jsonb, as_of date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    mart text := settings ->> 'mart';
    of record;
BEGIN
    SELECT * INTO of FROM @extschema@._mart_subscriptions(settings);
    EXECUTE format('DELETE FROM %I.stored_mrr', mart);
    EXECUTE format($sql$INSERT INTO %1$I.stored_mrr
        SELECT period, start_mrr, new_mrr, reactivation, expansion, contraction, churn, end_mrr, start_customers, new_customers, reactivated_customers, churned_customers, end_customers,
               gross_churn_pct, net_churn_pct, grr_pct, nrr_pct, quick_ratio, growth_existing_pct, arpa, 12 * end_mrr, (period + %9$L::interval)::date <= $1 + 1
        FROM (SELECT %2$s.mrr_agg(%3$s, %4$s, %5$s, %6$s%7$s) AS ledger FROM %8$s AS t) AS base, %2$s.mrr_movements(base.ledger, %9$L::interval, NULL::date, $1 + 1, NULL::interval, NULL::date)$sql$,
        mart, extension, of.customer, of.period, of.amount, of.every, CASE WHEN settings #>> '{subscriptions,currency}' IS NULL THEN '' ELSE ', ' || of.currency END, settings ->> 'subscriptions_table', settings ->> 'step') USING as_of;
EXCEPTION WHEN data_exception THEN
    PERFORM @extschema@._mart_blame_subscription(settings);
    RAISE;
END
$$;
COMMENT ON FUNCTION _mart_fill_mrr(jsonb, date) IS 'replaces the recurring revenue of a mart, which is read from all subscriptions; an error of class 22 that names the row that cannot be read';

CREATE FUNCTION _mart_fill_others(settings jsonb, as_of date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    mart text := settings ->> 'mart';
    tz text := settings ->> 'tz';
    mapping jsonb;
    named record;       -- the columns that are read as text
    day text;
BEGIN
    SELECT @extschema@._mart_text('costs'::text, 'kind'::text, settings) AS kind, @extschema@._mart_text('costs'::text, 'method'::text, settings) AS method INTO named;
    mapping := settings -> 'survey';
    IF jsonb_typeof(mapping) = 'object' THEN
        day := @extschema@._mart_day((settings ->> 'survey_table')::regclass, mapping ->> 'answered_at', tz);
        EXECUTE format('DELETE FROM %I.stored_nps', mart);
        EXECUTE format($sql$INSERT INTO %1$I.stored_nps
            SELECT period, %2$s.responses(state), %2$s.promoters(state), %2$s.passives(state), %2$s.detractors(state), %2$s.nps(state), interval.lower, interval.upper, (period + %8$L::interval)::date <= $1 + 1
            FROM (SELECT date_trunc(%3$L, %4$s)::date AS period, %2$s.nps_agg(t.%5$I::%9$s) AS state FROM %6$s AS t WHERE isfinite(t.%7$I) GROUP BY 1) AS survey, %2$s.nps_ci(state, 0.95::double precision) AS interval$sql$,
            mart, extension, settings ->> 'unit', day, mapping ->> 'score', settings ->> 'survey_table', mapping ->> 'answered_at', settings ->> 'step', settings #>> '{types,survey,score}') USING as_of;
    END IF;

    mapping := settings -> 'costs';
    IF jsonb_typeof(mapping) = 'object' THEN
        day := @extschema@._mart_day((settings ->> 'costs_table')::regclass, mapping ->> 'spent_at', tz);
        EXECUTE format('DELETE FROM %I.stored_costs', mart);
        EXECUTE format($sql$INSERT INTO %1$I.stored_costs SELECT date_trunc(%3$L, %4$s)::date, %5$s AS kind, %6$s AS method, %2$s.net_revenue(t.%7$I::numeric), %8$s FROM %9$s AS t WHERE isfinite(t.%10$I) GROUP BY 1, 2, 3$sql$,
            mart, extension, settings ->> 'unit', day, CASE WHEN mapping ->> 'kind' IS NULL THEN '''acquisition''' ELSE named.kind END, format('coalesce(%s, ''(none)'')', named.method),
            mapping ->> 'amount', coalesce(extension || '.net_revenue(t.' || quote_ident(mapping ->> 'gain') || '::numeric)', 'NULL::numeric'), settings ->> 'costs_table', mapping ->> 'spent_at');
        EXECUTE format('SELECT string_agg(DISTINCT coalesce(quote_literal(kind), ''NULL''), '', '') FROM %I.stored_costs WHERE kind IN (''acquisition'', ''retention'', ''fixed'') IS NOT TRUE', mart) INTO day;
        IF day IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the kind of costs must be acquisition, retention or fixed: %s', day);
        END IF;
    END IF;

    IF jsonb_typeof(settings -> 'subscriptions') = 'object' THEN
        PERFORM @extschema@._mart_fill_mrr(settings, as_of);
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_fill_others(jsonb, date) IS 'replaces what follows from subscriptions, survey and costs, which are read anew';

CREATE FUNCTION _mart_fill_quality(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    columns jsonb := settings -> 'columns';
    today date := settings ->> 'today';
BEGIN
    EXECUTE format('DELETE FROM %I.stored_data_quality', settings ->> 'mart');
    EXECUTE format($sql$INSERT INTO %I.stored_data_quality SELECT check_name, severity, row_count, share_pct, array_to_string(sample, ', '), about, $9
        FROM %s.data_quality($1, $2, $3, $4, $5, $6, $7, $8, NULL::text, $9, '7 days'::interval, '1990-01-01'::date, $10)$sql$, settings ->> 'mart', extension)
    USING (settings ->> 'orders')::regclass, columns ->> 'customer', columns ->> 'ordered_at', columns ->> 'amount', columns ->> 'order_id', columns ->> 'status', columns ->> 'currency', columns ->> 'product', today, settings ->> 'tz';
END
$$;
COMMENT ON FUNCTION _mart_fill_quality(jsonb) IS 'checks the orders of a mart with data_quality and stores what it says';
