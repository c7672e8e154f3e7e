--@ requires: mart_read, mrr, nps, clv, golden, rfm
-- What follows from the months that were read: rows of the stored views, models and forecasts; subscriptions, survey, costs and checks of the source.

-- Models are estimates: some thousand customers, always the same, tell them as well as all. The forecast is that of the sample, for all;
-- its floating point numbers are added in an order, so that no plan changes the last digit.
CREATE FUNCTION mart_fill_models(settings jsonb, ledger customer_ledger, fitted_until date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    sample_size CONSTANT integer := 5000;
    customers bigint;
    note text;
    emptied text;
BEGIN
    FOREACH emptied IN ARRAY '{stored_models,stored_forecast,stored_fit,stored_sample}'::text[] LOOP
        EXECUTE format('DELETE FROM %I.%I', mart, emptied);
    END LOOP;
    EXECUTE format($sql$INSERT INTO %1$I.stored_sample SELECT frequency, recency, age, monetary_value FROM %2$s.rfm_summary($1, NULL::%3$s, $2, '1 week'::interval)
                        WHERE %2$s.ledger_shard(customer, greatest(1, ceil(%2$s.customers_count($1)::double precision / $3))::integer) = 0$sql$, mart, extension, settings ->> 'key') USING ledger, fitted_until, sample_size;
    EXECUTE format('SELECT coalesce(sum(cohort_size), 0) FROM %I.stored_cohorts WHERE period_number = 0 AND cohort <= $1', mart) INTO customers USING fitted_until;
    BEGIN
        EXECUTE format($sql$
            INSERT INTO %1$I.stored_models SELECT $1, model, parameters::text, log_likelihood, aic, bic, converged, at_boundary, recommended, verdict, (SELECT count(*) FROM %1$I.stored_sample)
            FROM (SELECT %2$s.repeat_purchases_agg(frequency, recency, age) AS state FROM %1$I.stored_sample) AS base, %2$s.model_comparison(base.state)$sql$, mart, extension) USING fitted_until;
    EXCEPTION WHEN invalid_parameter_value OR numeric_value_out_of_range THEN
        note := SQLERRM;
    END;
    BEGIN
        EXECUTE format($sql$
            INSERT INTO %1$I.stored_fit
            SELECT model, CASE model WHEN 'BG/NBD' THEN %2$s.with_unit(%2$s.bg_nbd_fit(s.state), '1 week'::interval) END, CASE model WHEN 'MBG/NBD' THEN %2$s.with_unit(%2$s.mbg_nbd_fit(s.state), '1 week'::interval) END,
                   CASE model WHEN 'Pareto/NBD' THEN %2$s.with_unit(%2$s.pareto_nbd_fit(s.state), '1 week'::interval) END, s.spend, ((($1 + $2 * $3::interval)::date - $1) / 7.0)::double precision, (1 + $4 / 100) ^ (7 / 365.25) - 1
            FROM (SELECT CASE model WHEN 'NBD' THEN 'BG/NBD' ELSE model END AS model FROM %1$I.stored_models ORDER BY is_recommended DESC, aic LIMIT 1) AS best,
                 (SELECT %2$s.repeat_purchases_agg(frequency, recency, age) AS state, %2$s.gamma_gamma_fit(frequency, monetary_value) AS spend FROM %1$I.stored_sample) AS s$sql$, mart, extension)
        USING fitted_until, (settings ->> 'horizon')::integer, settings ->> 'step', (settings ->> 'discount_pct')::double precision;
        EXECUTE format($sql$
            INSERT INTO %1$I.stored_forecast
            WITH fit AS MATERIALIZED (SELECT * FROM %1$I.stored_fit),
            bought AS MATERIALIZED (
                SELECT frequency, recency, age, count(*) AS customers, sum(%2$s.expected_value(fit.spend, frequency, monetary_value::double precision) ORDER BY monetary_value) AS value
                FROM fit, %1$I.stored_sample GROUP BY frequency, recency, age),
            horizons AS (SELECT n, ($1 + 1 + (n - 1) * $2::interval)::date AS period, ((($1 + 1 + n * $2::interval)::date - $1 - 1) / 7.0)::double precision AS weeks FROM generate_series(1, $3) AS n),
            expected AS (
                SELECT h.n, h.period, sum(b.customers * e.purchases ORDER BY frequency, recency, age) AS purchases, sum(b.value * e.purchases ORDER BY frequency, recency, age) AS revenue
                FROM horizons AS h, bought AS b, LATERAL (%3$s) AS e (purchases) GROUP BY h.n, h.period),
            scale AS (SELECT $4::double precision / nullif(count(*), 0) AS factor FROM %1$I.stored_sample)
            SELECT period, n, $4, factor * (purchases - coalesce(lag(purchases) OVER (ORDER BY n), 0)), factor * (revenue - coalesce(lag(revenue) OVER (ORDER BY n), 0)), (SELECT model FROM fit) FROM expected, scale$sql$, mart, extension,
            (SELECT string_agg(format('SELECT %s.expected_purchases(fit.%I, h.weeks, b.frequency, b.recency, b.age) FROM fit WHERE model = %L', extension, name, model), ' UNION ALL ')
             FROM (VALUES ('bg_nbd', 'BG/NBD'), ('mbg_nbd', 'MBG/NBD'), ('pareto_nbd', 'Pareto/NBD')) AS v (name, model)))
        USING fitted_until, settings ->> 'step', (settings ->> 'horizon')::integer, customers;
    EXCEPTION WHEN invalid_parameter_value OR numeric_value_out_of_range THEN
        note := coalesce(note, SQLERRM);
    END;
    IF customers = 0 THEN
        note := format('nobody has ordered up to %s, the end of the last complete period', to_char(fitted_until, 'YYYY-MM-DD'));
    END IF;
    EXECUTE format('UPDATE %I.stored_state SET models_note = $1, fitted_until = $2', mart) USING note, fitted_until;
END
$$;
COMMENT ON FUNCTION mart_fill_models(jsonb, customer_ledger, date) IS
'fits the models of a mart up to a day, to some 5,000 customers drawn by their keys, and forecasts with the one of the smallest AIC; where there is too little data for any, their views are empty and describe_mart says why';

CREATE FUNCTION mart_fill_orders(settings jsonb, changed_from date, previous date, as_of date, recent customer_ledger)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    step interval := settings ->> 'step';
    first_month date;
    replaced_from date;     -- first day of the first period that can have changed
    window_from date;       -- rows from here on say all about them, beside the first order of each customer
    complete_until date;    -- last day of the last complete period
    fitted_until date;
    has_all boolean;
    view record;
BEGIN
    EXECUTE format('SELECT min(month) FROM %I.stored_ledgers WHERE is_published', mart) INTO first_month;
    replaced_from := date_trunc(settings ->> 'unit', least(changed_from, previous, as_of, CASE WHEN previous IS NULL THEN first_month END));
    window_from := date_trunc('month', least(replaced_from - step, replaced_from - (settings ->> 'lapse')::interval, replaced_from - interval '30 days'));
    has_all := recent IS NOT NULL OR window_from <= first_month;
    IF recent IS NULL THEN
        EXECUTE format($sql$SELECT %2$s.rollup(part) FROM (
                SELECT %2$s.as_of(firsts, $1 - 1) FROM %1$I.stored_state WHERE firsts IS NOT NULL
                UNION ALL SELECT ledger FROM %1$I.stored_ledgers WHERE is_published AND part = 'customers' AND month >= $1 AND month <= $2) AS parts (part)$sql$, mart, extension)
        INTO recent USING window_from, as_of;
    END IF;
    -- an order of a later day is not there yet, not even as somebody's first
    EXECUTE format('SELECT CASE WHEN %1$s.last_day($1) > $2 THEN %1$s.as_of($1, $2) ELSE $1 END', extension) INTO recent USING recent, as_of;
    EXECUTE format('UPDATE %I.stored_state SET firsts = %s.first_orders($1)', mart, extension) USING recent;
    FOR view IN EXECUTE format('SELECT view_name, %1$s.mart_sql(query, $1) AS query, CASE view_name WHEN ''active'' THEN ''day'' ELSE ''period'' END AS day FROM %1$s.mart_views() WHERE is_stored AND query IS NOT NULL ORDER BY place', extension) USING settings LOOP
        EXECUTE format('DELETE FROM %I.%I WHERE %I >= $1', mart, 'stored_' || view.view_name, view.day) USING replaced_from;
        EXECUTE format('INSERT INTO %I.%I %s', mart, 'stored_' || view.view_name, view.query) USING recent, greatest(replaced_from, date_trunc(settings ->> 'unit', first_month)::date), as_of;
    END LOOP;

    -- models and segments look at complete periods: they stay where only the running one has changed
    complete_until := CASE WHEN date_trunc(settings ->> 'unit', as_of + 1) = as_of + 1 THEN as_of ELSE date_trunc(settings ->> 'unit', as_of)::date - 1 END;
    EXECUTE format('SELECT fitted_until FROM %I.stored_state', mart) INTO fitted_until;
    IF complete_until IS DISTINCT FROM fitted_until OR complete_until >= date_trunc('month', changed_from) THEN
        IF NOT has_all THEN
            EXECUTE format('SELECT %2$s.rollup(ledger) FROM %1$I.stored_ledgers WHERE is_published AND part = ''customers'' AND month <= $1', mart, extension) INTO recent USING as_of;
        END IF;
        EXECUTE format('DELETE FROM %I.stored_segment_migration', mart);
        EXECUTE format('INSERT INTO %I.stored_segment_migration SELECT $2, $3, coalesce(from_segment, ''(none)''), to_segment, customers FROM %s.segment_migration($1, $2, $3, 5)', mart, extension)
        USING recent, (complete_until + 1 - step)::date - 1, complete_until;
        EXECUTE format('SELECT %s.mart_fill_models($1, $2, $3)', extension) USING settings, recent, complete_until;
    END IF;
END
$$;
COMMENT ON FUNCTION mart_fill_orders(jsonb, date, date, date, customer_ledger) IS
'replaces what follows from the orders, from the period on that the first changed month or the previous last day is in: earlier rows cannot have changed';

CREATE FUNCTION mart_fill_others(settings jsonb, as_of date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    tz text := settings ->> 'tz';
    mapping jsonb;
    day text;
    day_after text;
BEGIN
    mapping := settings -> 'survey';
    IF jsonb_typeof(mapping) = 'object' THEN
        EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'survey_table')::regclass, mapping ->> 'answered_at', tz;
        EXECUTE format('DELETE FROM %I.stored_nps', mart);
        EXECUTE format($sql$INSERT INTO %1$I.stored_nps
            SELECT period, %2$s.responses(state), %2$s.promoters(state), %2$s.passives(state), %2$s.detractors(state), %2$s.nps(state), interval.lower, interval.upper
            FROM (SELECT date_trunc(%3$L, %4$s)::date AS period, %2$s.nps_agg(t.%5$I) AS state FROM %6$s AS t WHERE isfinite(t.%7$I) GROUP BY 1) AS survey, %2$s.nps_ci(state, 0.95::double precision) AS interval$sql$,
            mart, extension, settings ->> 'unit', day, mapping ->> 'score', settings ->> 'survey_table', mapping ->> 'answered_at');
    END IF;

    mapping := settings -> 'costs';
    IF jsonb_typeof(mapping) = 'object' THEN
        EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'costs_table')::regclass, mapping ->> 'spent_at', tz;
        EXECUTE format('DELETE FROM %I.stored_costs', mart);
        EXECUTE format($sql$INSERT INTO %1$I.stored_costs SELECT date_trunc(%3$L, %4$s)::date, %5$s AS kind, %6$s AS method, %2$s.net_revenue(t.%7$I::numeric), %8$s FROM %9$s AS t WHERE isfinite(t.%10$I) GROUP BY 1, 2, 3$sql$,
            mart, extension, settings ->> 'unit', day, coalesce('t.' || quote_ident(mapping ->> 'kind') || '::text', '''acquisition'''), coalesce('coalesce(t.' || quote_ident(mapping ->> 'method') || '::text, ''(none)'')', '''(none)'''),
            mapping ->> 'amount', coalesce(extension || '.net_revenue(t.' || quote_ident(mapping ->> 'gain') || '::numeric)', 'NULL::numeric'), settings ->> 'costs_table', mapping ->> 'spent_at');
        EXECUTE format('SELECT string_agg(DISTINCT coalesce(quote_literal(kind), ''NULL''), '', '') FROM %I.stored_costs WHERE kind IN (''acquisition'', ''retention'', ''fixed'') IS NOT TRUE', mart) INTO day;
        IF day IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the kind of costs must be acquisition, retention or fixed: %s', day);
        END IF;
    END IF;

    mapping := settings -> 'subscriptions';
    IF jsonb_typeof(mapping) = 'object' THEN
        IF mapping ->> 'period' IS NOT NULL THEN
            day := format('t.%I', mapping ->> 'period');
        ELSE
            EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'subscriptions_table')::regclass, mapping ->> 'starts_at', tz;
            IF mapping ->> 'ends_at' IS NOT NULL THEN
                EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day_after USING (settings ->> 'subscriptions_table')::regclass, mapping ->> 'ends_at', tz;
            END IF;
            day := format('daterange(%s, %s)', day, coalesce(day_after, 'NULL'));
        END IF;
        EXECUTE format('DELETE FROM %I.stored_mrr', mart);
        EXECUTE format($sql$INSERT INTO %1$I.stored_mrr
            SELECT period, start_mrr, new_mrr, reactivation, expansion, contraction, churn, end_mrr, start_customers, new_customers, reactivated_customers, churned_customers, end_customers,
                   gross_churn_pct, net_churn_pct, grr_pct, nrr_pct, quick_ratio, growth_existing_pct, arpa, 12 * end_mrr
            FROM (SELECT %2$s.mrr_agg(t.%3$I::text, %4$s, t.%5$I::numeric, t.%6$I::interval%7$s) AS ledger FROM %8$s AS t) AS base, %2$s.mrr_movements(base.ledger, %9$L::interval, NULL::date, $1 + 1)$sql$,
            mart, extension, mapping ->> 'customer', day, mapping ->> 'amount', mapping ->> 'every', coalesce(', t.' || quote_ident(mapping ->> 'currency') || '::text', ''), settings ->> 'subscriptions_table', settings ->> 'step') USING as_of;
    END IF;
END
$$;
COMMENT ON FUNCTION mart_fill_others(jsonb, date) IS 'replaces what follows from subscriptions, survey and costs, which are read anew';

CREATE FUNCTION mart_fill_quality(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    columns jsonb := settings -> 'columns';
    today date := settings ->> 'today';
BEGIN
    EXECUTE format('DELETE FROM %I.stored_data_quality', settings ->> 'mart');
    EXECUTE format($sql$INSERT INTO %I.stored_data_quality SELECT check_name, severity, rows, share_pct, array_to_string(sample, ', '), about, $9
        FROM %s.data_quality($1, $2, $3, $4, $5, $6, $7, $8, NULL::text, $9, '7 days'::interval, '1990-01-01'::date, $10)$sql$, settings ->> 'mart', extension)
    USING (settings ->> 'orders')::regclass, columns ->> 'customer', columns ->> 'ordered_at', columns ->> 'amount', columns ->> 'order_id', columns ->> 'status', columns ->> 'currency', columns ->> 'product', today, settings ->> 'tz';
END
$$;
COMMENT ON FUNCTION mart_fill_quality(jsonb) IS 'checks the orders of a mart with data_quality and stores what it says';
