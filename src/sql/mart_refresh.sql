--@ requires: mart_create, ledger_slices, mrr, nps, sales, clv, golden, rfm
-- refresh_mart: months whose orders have changed are read again, and all that follows from them is replaced in one transaction.

CREATE FUNCTION mart_check_tables(settings jsonb)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    used record;
    type text;
BEGIN
    FOR used IN SELECT * FROM (VALUES ('orders', settings ->> 'orders'), ('subscriptions', settings ->> 'subscriptions_table'), ('survey', settings ->> 'survey_table'), ('costs', settings ->> 'costs_table')) AS v (name, relation)
                WHERE relation IS NOT NULL LOOP
        IF used.relation ~ '^[0-9]+$' THEN
            RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('the table of %s of the mart "%s" is gone', used.name, settings ->> 'mart'), HINT = 'drop_mart, and create_mart of other tables.';
        END IF;
        IF row_security_active(used.relation::regclass) THEN
            RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('row-level security hides rows of %s from %s', used.relation, current_user),
                DETAIL = 'A mart holds what its owner sees, and shows it to all who may read the mart.', HINT = 'Make the mart as a role that sees all rows, or of a view that says which rows are meant.';
        END IF;
    END LOOP;
    EXECUTE format('SELECT %s.quality_column($1, ''ordered_at''::text, $2)', extension) INTO type USING (settings ->> 'orders')::regclass, settings #>> '{columns,ordered_at}';
    IF type::regtype <> (settings ->> 'at_type')::regtype THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the column "%s" of %s is of type %s now, and was of type %s', settings #>> '{columns,ordered_at}', settings ->> 'orders', type, settings ->> 'at_type'),
            HINT = 'drop_mart, and create_mart anew.';
    END IF;
END
$$;
COMMENT ON FUNCTION mart_check_tables(jsonb) IS 'an error where a table of a mart is gone, row-level security hides rows of it from the caller, or the column of dates is another';

-- The day of a column of a table, as an expression over t
CREATE FUNCTION mart_day(relation regclass, "column" text, tz text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    type text;
BEGIN
    EXECUTE format('SELECT %s.quality_column($1, ''ordered_at''::text, $2)', extension) INTO type USING relation, "column";
    IF type = 'timestamp with time zone' AND tz IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the column "%s" of %s is of type %s: the mart needs tz', "column", relation, type);
    END IF;
    RETURN CASE type WHEN 'timestamp with time zone' THEN format('(t.%I AT TIME ZONE %L)::date', "column", tz) ELSE format('t.%I::date', "column") END;
END
$$;
COMMENT ON FUNCTION mart_day(regclass, text, text) IS 'the day of a column of dates or instants as an expression over t; error 22023 where instants have no time zone';

CREATE FUNCTION mart_number(argument text, settings jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN c.name IS NULL THEN 'NULL::numeric'::text
                    WHEN settings -> 'types'::text ->> argument IN ('real'::text, 'double precision'::text)
                    THEN pg_catalog.format('%s.shortest_decimal(t.%I)'::text, VARIADIC ARRAY[e.extnamespace::regnamespace::text, c.name])
                    ELSE pg_catalog.format('t.%I::numeric'::text, VARIADIC ARRAY[c.name]) END
        FROM pg_catalog.pg_extension AS e, (SELECT settings -> 'columns'::text ->> argument) AS c (name) WHERE e.extname = 'customer_value'::name);
COMMENT ON FUNCTION mart_number(text, jsonb) IS 'a column of orders as an exact number, as an expression over t; NULL where the mapping lacks it';

-- The orders of the days from <= day < to, those that count, as customer, at, amount (and category, where asked): at is a day, or an instant where
-- an aggregate is to be told the time zone. Lines of one order are one row.
CREATE FUNCTION mart_source(settings jsonb, "from" date, "to" date, by_category boolean)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    columns jsonb := settings -> 'columns';
    at text := format('t.%I', columns ->> 'ordered_at');
    bounds text := format('isfinite(%s)', at);
    key text := format('t.%I::%s', columns ->> 'customer', settings ->> 'key');
    category text := CASE WHEN by_category THEN format(', coalesce(t.%I::text, ''(none)'') AS category', columns ->> 'category') ELSE '' END;
    day text;
    amount text;
    source text;
BEGIN
    EXECUTE format('SELECT %1$s.mart_day($1, $2, $3), %1$s.mart_number(''amount''::text, $4)', extension) INTO day, amount
    USING (settings ->> 'orders')::regclass, columns ->> 'ordered_at', settings ->> 'tz', settings;
    IF "from" IS NOT NULL THEN
        bounds := CASE WHEN settings ->> 'at_type' = 'timestamp with time zone' THEN format('%1$s >= timezone(%2$L, %3$L::timestamp) AND %1$s < timezone(%2$L, %4$L::timestamp)', at, settings ->> 'tz', "from", "to")
                       ELSE format('%1$s >= %2$L AND %1$s < %3$L', at, "from", "to") END;
    END IF;
    IF columns ->> 'order_id' IS NULL AND NOT by_category THEN
        day := CASE settings ->> 'at_type' WHEN 'timestamp with time zone' THEN at ELSE day END;
    END IF;
    source := format('SELECT %s AS customer, %s AS at, %s AS amount%s%s FROM %s AS t WHERE %s', key, day, amount, category,
        CASE WHEN columns ->> 'order_id' IS NULL THEN '' ELSE format(', t.%I AS order_id', columns ->> 'order_id') END, settings ->> 'orders',
        bounds || CASE WHEN columns ->> 'status' IS NULL THEN '' ELSE format(' AND %s.is_revenue_status(t.%I::text)', extension, columns ->> 'status') END);
    IF columns ->> 'order_id' IS NOT NULL THEN
        source := format('SELECT customer, at, sum(amount) AS amount%1$s FROM (%2$s) AS line WHERE amount IS NOT NULL GROUP BY customer, at, order_id, amount < 0%1$s', CASE WHEN by_category THEN ', category' ELSE '' END, source);
    END IF;
    RETURN source;
END
$$;
COMMENT ON FUNCTION mart_source(jsonb, date, date, boolean) IS
'the query with which a mart reads its orders: customer, at, amount, and category if asked; all days without bounds; lines of one order, day, sign (and category) are one row';

CREATE FUNCTION mart_read(settings jsonb, "from" date, "to" date, log_run bigint, months_done bigint, months_total bigint, rows_before bigint, started timestamptz)
RETURNS TABLE (rows_read bigint, whole customer_ledger)
LANGUAGE plpgsql ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    today date := settings ->> 'today';
    in_range text := 'month >= coalesce($1, ''-infinity'') AND month < coalesce($2, ''infinity'')';
    source text;
    arguments text;
    has_guests boolean;
    guests whole%TYPE;
    months bigint;
    seconds double precision;
BEGIN
    EXECUTE format('DELETE FROM %I.changes WHERE month >= $1 AND month < $2 OR $1 IS NULL', mart) USING "from", "to";
    EXECUTE format('SELECT %s.mart_source($1, $2, $3, false)', extension) INTO source USING settings, "from", "to";
    SELECT NOT attnotnull INTO has_guests FROM pg_attribute WHERE attrelid = (settings ->> 'orders')::regclass AND attname = settings #>> '{columns,customer}';
    arguments := 'at, amount' || CASE WHEN settings ->> 'at_type' = 'timestamp with time zone' AND settings #>> '{columns,order_id}' IS NULL THEN format(', %L', settings ->> 'tz') ELSE '' END;

    EXECUTE format('DELETE FROM %I.stored_ledgers WHERE NOT is_published AND ' || in_range, mart) USING "from", "to";
    arguments := format('%1$s.ledger_agg(customer, %2$s) AS whole, %3$s AS guests FROM (%4$s) AS orders', extension, arguments,
        CASE WHEN has_guests THEN format('%s.ledger_agg(0::bigint, %s) FILTER (WHERE customer IS NULL)', extension, arguments) ELSE format('NULL::%s.customer_ledger', extension) END, source);
    IF "from" IS NULL THEN
        -- what follows from all orders reads this, and not the months again
        EXECUTE 'SELECT ' || arguments INTO whole, guests;
        arguments := '$1 AS whole, $2 AS guests';
    END IF;
    EXECUTE format($sql$INSERT INTO %1$I.stored_ledgers
        SELECT part.month, part.name, false, part.ledger, total.orders, total.refund_rows, total.gross_revenue, total.refunds
        FROM (SELECT %3$s) AS base
             CROSS JOIN LATERAL (SELECT s.period, 'customers', s.ledger FROM %2$s.slices(base.whole, '1 month'::interval) AS s UNION ALL SELECT s.period, 'guests', s.ledger FROM %2$s.slices(base.guests, '1 month'::interval) AS s) AS part (month, name, ledger)
             LEFT JOIN LATERAL %2$s.totals(CASE WHEN %2$s.last_day(part.ledger) > $3 THEN %2$s.as_of(part.ledger, $3) ELSE part.ledger END) AS total ON true$sql$,
        mart, extension, arguments) USING whole, guests, today;
    -- a month that has no rows any more replaces the one it had
    EXECUTE format('INSERT INTO %1$I.stored_ledgers (month, part, is_published) SELECT DISTINCT month, ''customers'', false FROM %1$I.stored_ledgers AS old WHERE is_published AND %2$s
                        AND NOT EXISTS (SELECT FROM %1$I.stored_ledgers AS new WHERE NOT new.is_published AND new.month = old.month AND new.part = ''customers'')', mart, in_range) USING "from", "to";
    EXECUTE format('SELECT coalesce(sum(%2$s.rows_count(ledger)), 0) FROM %1$I.stored_ledgers WHERE NOT is_published AND %3$s', mart, extension, in_range) INTO rows_read USING "from", "to";

    EXECUTE format('DELETE FROM %I.stored_months WHERE NOT is_published AND ' || in_range, mart) USING "from", "to";
    IF settings #>> '{columns,category}' IS NULL THEN
        EXECUTE format($sql$INSERT INTO %1$I.stored_months
            SELECT month, '(all)', false, sum(orders), sum(refund_rows), sum(gross_revenue), sum(refunds)
            FROM %1$I.stored_ledgers WHERE NOT is_published AND orders + refund_rows > 0 AND %2$s GROUP BY month$sql$, mart, in_range) USING "from", "to";
    ELSE
        EXECUTE format('SELECT %s.mart_source($1, $2, $3, true)', extension) INTO source USING settings, "from", "to";
        EXECUTE format($sql$INSERT INTO %1$I.stored_months
            SELECT date_trunc('month', at)::date, category, false, count(*) FILTER (WHERE amount >= 0), count(*) FILTER (WHERE amount < 0), coalesce(sum(amount) FILTER (WHERE amount >= 0), 0),
                   coalesce(sum(amount) FILTER (WHERE amount < 0), 0)
            FROM (%2$s) AS orders WHERE amount IS NOT NULL AND at <= $1 GROUP BY 1, 2$sql$, mart, source) USING today;
    END IF;
    seconds := greatest(extract(epoch FROM clock_timestamp() - started), 0.001);
    EXECUTE format('SELECT count(DISTINCT month) FROM %I.stored_ledgers WHERE NOT is_published AND ' || in_range, mart) INTO months USING "from", "to";
    months_total := coalesce(months_total, months);
    IF "from" IS NOT NULL THEN
        months := extract(year FROM age("to", "from")) * 12 + extract(month FROM age("to", "from"));
    END IF;
    months := months + months_done;
    months_total := greatest(months_total, months);   -- some changed meanwhile, and are read again
    EXECUTE format('UPDATE %I.refresh_log SET months_done = $1, months_total = $2, rows_read = $3, changed_at = clock_timestamp() WHERE run = $4', mart) USING months, months_total, rows_before + rows_read, log_run;
    RAISE NOTICE '%', format('%s: %s rows%s, %s rows a second', CASE WHEN "from" IS NULL THEN 'all months' WHEN "to" - "from" <= 31 THEN to_char("from", 'YYYY-MM') ELSE to_char("from", 'YYYY-MM') || ' to ' || to_char("to" - 1, 'YYYY-MM') END,
        rows_read, CASE WHEN months_total > 1 THEN format('; %s of %s months, %s s left', months, months_total, ceil(seconds * greatest(months_total - months, 0) / months)) ELSE '' END, round((rows_before + rows_read) / seconds));
    rows_read := rows_before + rows_read;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION mart_read(jsonb, date, date, bigint, bigint, bigint, bigint, timestamptz) IS
'reads the orders of the months from <= month < to (all without bounds) into rows of stored_ledgers and stored_months that are not published yet, and says so in a notice and in refresh_log; the number of rows read, those before included, and the ledger of all where it read all';

CREATE FUNCTION mart_note(settings jsonb, "from" date, "to" date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    statement text;
    known regclass[];
    now_there regclass[];
    added regclass;
    day text;
    has_function boolean := to_regprocedure(format('%I.note_changes()', settings ->> 'mart')) IS NOT NULL;
    can_note boolean;
    is_off boolean;
BEGIN
    IF "from" IS NOT NULL OR "to" IS NOT NULL THEN
        IF NOT "from" < "to" IS NOT FALSE OR NOT isfinite("from") OR NOT isfinite("to") OR "from" IS NULL OR "to" IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('from and to must both be days, from before to: %s, %s', coalesce("from"::text, 'NULL'), coalesce("to"::text, 'NULL'));
        END IF;
        EXECUTE format('INSERT INTO %I.changes SELECT generate_series(date_trunc(''month'', $1::timestamp), $2::timestamp - interval ''1 day'', ''1 month'')::date', mart) USING "from", "to";
    ELSIF NOT (settings ->> 'triggers')::boolean THEN
        EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
    END IF;
    -- orders that were dated in the future when their month was read, and whose day may have come
    EXECUTE format('INSERT INTO %1$I.changes SELECT month FROM %1$I.stored_ledgers, (SELECT coalesce(as_of, ''-infinity'') AS as_of FROM %1$I.stored_state) AS s
                    WHERE is_published AND month BETWEEN date_trunc(''month'', s.as_of) AND $1 AND %2$s.last_day(ledger) > s.as_of', mart, extension) USING (settings ->> 'today')::date;
    IF NOT (settings ->> 'triggers')::boolean THEN
        RETURN;
    END IF;
    -- a partition can have joined that can have none, and that nobody could write with triggers on the tables above it
    EXECUTE format('SELECT %s.mart_has_triggers($1)', extension) INTO can_note USING (settings ->> 'orders')::regclass;
    IF NOT can_note THEN
        RAISE WARNING USING MESSAGE = format('triggers of the mart "%s" cannot be on all tables of %s: all months are read', mart, settings ->> 'orders');
        IF has_function THEN
            EXECUTE format('DROP FUNCTION %I.note_changes() CASCADE', mart);
        END IF;
        EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
        RETURN;
    END IF;
    -- a mart that was renamed has triggers that do not find it; tables that joined or left the orders changed without any
    IF settings ->> 'made_as' <> mart OR NOT has_function THEN
        EXECUTE format('SELECT %s.mart_trigger_function($1)', extension) INTO statement USING settings;
        EXECUTE statement;
        EXECUTE format('SELECT %s.mart_add_triggers($1)', extension) USING settings;
        EXECUTE format('UPDATE %I.settings SET settings = settings || jsonb_build_object(''mart'', $1)', mart) USING mart;
        EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
    END IF;
    EXECUTE format('SELECT (SELECT relations FROM %2$I.stored_state), ARRAY(SELECT * FROM %1$s.mart_relations($1))', extension, mart) INTO known, now_there USING (settings ->> 'orders')::regclass;
    IF known IS DISTINCT FROM now_there THEN
        EXECUTE format('SELECT %s.mart_add_triggers($1)', extension) USING settings;
        -- that has waited for another refresh, which may just have done the same
        EXECUTE format('SELECT relations FROM %I.stored_state', mart) INTO known;
        EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'orders')::regclass, settings #>> '{columns,ordered_at}', settings ->> 'tz';
        FOREACH added IN ARRAY now_there LOOP
            IF added <> ALL (known) AND NOT has_table_privilege(added, 'SELECT') THEN
                -- who may read the table above it may read its rows there
                EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
            ELSIF added <> ALL (known) AND EXISTS (SELECT FROM pg_class WHERE oid = added AND relkind = 'r') THEN
                EXECUTE format('INSERT INTO %I.changes SELECT DISTINCT date_trunc(''month'', %s)::date FROM ONLY %s AS t WHERE isfinite(t.%I)', mart, day, added, settings #>> '{columns,ordered_at}');
            END IF;
        END LOOP;
        IF NOT known <@ now_there THEN
            EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
        END IF;
        EXECUTE format('UPDATE %I.stored_state SET relations = $1', mart) USING now_there;
    END IF;
    SELECT bool_or(tgenabled IN ('D', 'R')) OR count(*) < 4 * cardinality(now_there) INTO is_off
    FROM pg_trigger WHERE tgfoid = to_regprocedure(format('%I.note_changes()', mart)) AND tgrelid = ANY (now_there::oid[]);
    IF is_off IS NOT FALSE THEN
        EXECUTE format('SELECT %s.mart_add_triggers($1)', extension) USING settings;
        RAISE WARNING USING MESSAGE = format('triggers of the mart "%s" on %s are disabled or gone: all months are read', mart, settings ->> 'orders');
        EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
    END IF;
END
$$;
COMMENT ON FUNCTION mart_note(jsonb, date, date) IS
'notes in changes what triggers could not: the months of a period; those of orders whose day has come; or all of a source without triggers; those of partitions that came; all where some left or triggers are off';

CREATE FUNCTION mart_begin(settings jsonb, "from" date, "to" date)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    log_run bigint;
BEGIN
    EXECUTE format('INSERT INTO %I.refresh_log (state) VALUES (''running'') RETURNING run', mart) INTO log_run;
    EXECUTE format('UPDATE %I.refresh_log SET state = ''failed'', changed_at = clock_timestamp() WHERE state = ''running'' AND run <> $1
                        AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = process AND backend_start <= started_at IS NOT FALSE)', mart) USING log_run;
    EXECUTE format('UPDATE %I.refresh_log SET state = ''failed'', changed_at = clock_timestamp() WHERE state = ''running'' AND run <> $1 AND process = pg_backend_pid()', mart) USING log_run;
    EXECUTE format('SELECT %s.mart_note($1, $2, $3)', extension) USING settings, "from", "to";
    RETURN log_run;
END
$$;
COMMENT ON FUNCTION mart_begin(jsonb, date, date) IS 'a row in refresh_log, and in changes what only a refresh can note; the number of the row';

-- As many months at once as one pass may take: ledgers of some 20 million rows, 400 MB
CREATE FUNCTION mart_chunks(settings jsonb)
RETURNS TABLE ("from" date, "to" date, months bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    most_rows CONSTANT double precision := 20e6;
    plan jsonb;
    estimated double precision;
    all_months boolean;
    bounds record;
    day text;
    at_once bigint;
BEGIN
    EXECUTE format('SELECT coalesce(bool_or(month IS NULL OR month > ''275000-01-01''), false) FROM %I.changes', mart) INTO all_months;
    -- the planner's estimate, which there is for views and for tables that were never analyzed, too
    EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM %s', settings ->> 'orders') INTO plan;
    estimated := plan #>> '{0,Plan,Plan Rows}';
    IF all_months AND estimated <= most_rows THEN
        RETURN QUERY SELECT NULL::date, NULL::date, NULL::bigint;
        RETURN;
    END IF;
    IF all_months THEN
        EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'orders')::regclass, settings #>> '{columns,ordered_at}', settings ->> 'tz';
        EXECUTE format('SELECT min(%1$s) AS first, max(%1$s) AS last FROM %2$s AS t WHERE isfinite(t.%3$I)', day, settings ->> 'orders', settings #>> '{columns,ordered_at}') INTO bounds;
        EXECUTE format('DELETE FROM %I.changes', mart);
        EXECUTE format('INSERT INTO %1$I.changes SELECT generate_series(date_trunc(''month'', $1::timestamp), $2::timestamp, ''1 month'')::date UNION SELECT month FROM %1$I.stored_ledgers', mart) USING bounds.first, bounds.last;
    END IF;
    EXECUTE format('SELECT greatest(1, floor($1 * count(*) / greatest($2, 1))) FROM (SELECT month FROM %1$I.changes UNION SELECT month FROM %1$I.stored_ledgers) AS m', mart) INTO at_once USING most_rows, estimated;
    RETURN QUERY EXECUTE format($sql$
        WITH pending AS (SELECT DISTINCT month FROM %1$I.changes WHERE month IS NOT NULL),
        gaps AS (SELECT month, CASE WHEN lag(month) OVER (ORDER BY month) = (month - interval '1 month')::date THEN 0 ELSE 1 END AS gap FROM pending),
        runs AS (SELECT month, sum(gap) OVER (ORDER BY month) AS run FROM gaps),
        placed AS (SELECT month, run, (row_number() OVER (PARTITION BY run ORDER BY month) - 1) / $1 AS chunk FROM runs)
        SELECT min(month), (max(month) + interval '1 month')::date, count(*) FROM placed GROUP BY run, chunk ORDER BY 1$sql$, mart) USING at_once;
END
$$;
COMMENT ON FUNCTION mart_chunks(jsonb) IS
'the months that have changed, in runs that one pass over the orders may take (some 20 million rows, 400 MB); one row without bounds where all are to be read at once';

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

-- Kinds of sale depend on all that a customer bought before
CREATE FUNCTION mart_fill_kinds(settings jsonb, as_of date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    columns jsonb := settings -> 'columns';
    mart text := settings ->> 'mart';
    price text;
    intended text;
    amount text;
    day text;
BEGIN
    EXECUTE format('SELECT %1$s.mart_number(''price''::text, $1), %1$s.mart_number(''intended_price''::text, $1), %1$s.mart_number(''amount''::text, $1), %1$s.mart_day($2, $1 #>> ''{columns,ordered_at}'', $1 ->> ''tz'')', extension)
    INTO price, intended, amount, day USING settings, (settings ->> 'orders')::regclass;
    EXECUTE format('DELETE FROM %I.stored_kinds', mart);
    EXECUTE format($sql$
        INSERT INTO %1$I.stored_kinds
        WITH line AS (
            SELECT t.%3$I::%4$s AS customer, t.%5$I AS at, %6$s AS day, %7$s AS amount, t.%8$I::text AS product, %9$s AS relation, abs(%10$s) AS price, %11$s AS intended, %12$s AS order_id
            FROM %13$s AS t WHERE t.%3$I IS NOT NULL AND isfinite(t.%5$I) AND t.%8$I IS NOT NULL AND %14$s),
        classed AS (
            SELECT date_trunc(%15$L, day)::date AS period, coalesce(order_id, customer::text || ' ' || day) AS order_id, amount, price, intended,
                   coalesce(%2$s.sale_type(product, relation, CASE WHEN amount < 0 THEN -price ELSE price END) OVER (PARTITION BY customer ORDER BY at), 'unknown') AS kind
            FROM line WHERE amount IS NOT NULL AND day <= $1)
        SELECT s.period, r.kind, r.orders, r.revenue, r.avg_check FROM (SELECT period, %2$s.sales_agg(kind, order_id, amount) AS state FROM classed GROUP BY period) AS s, %2$s.sales_report(s.state) AS r
        UNION ALL
        SELECT period, 'upsell_before', count(*), sum(price - intended), NULL FROM classed WHERE amount >= 0 AND %2$s.upsell_before(intended, price) GROUP BY period$sql$,
        mart, extension, columns ->> 'customer', settings ->> 'key', columns ->> 'ordered_at', day, amount, columns ->> 'product', coalesce('t.' || quote_ident(columns ->> 'relation'), 'NULL') || '::text', price,
        intended, coalesce('t.' || quote_ident(columns ->> 'order_id'), 'NULL') || '::text', settings ->> 'orders',
        CASE WHEN columns ->> 'status' IS NULL THEN 'true' ELSE format('%s.is_revenue_status(t.%I::text)', extension, columns ->> 'status') END, settings ->> 'unit') USING as_of;
END
$$;
COMMENT ON FUNCTION mart_fill_kinds(jsonb, date) IS
'classes the sales of a mart anew: the kind of a sale depends on all that the customer bought before, so that this reads all orders';

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

CREATE FUNCTION mart_publish(settings jsonb, log_run bigint, quality boolean, whole customer_ledger)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    today date := settings ->> 'today';
    changed_from date;
    previous date;
    first_day date;
    as_of date;
    stored text;
    fraction text;
BEGIN
    EXECUTE format('SELECT as_of FROM %I.stored_state', mart) INTO previous;
    EXECUTE format('SELECT min(month) FROM %I.stored_ledgers WHERE NOT is_published', mart) INTO changed_from;
    EXECUTE format('DELETE FROM %1$I.stored_months WHERE is_published AND month IN (SELECT month FROM %1$I.stored_ledgers WHERE NOT is_published)', mart);
    EXECUTE format('DELETE FROM %1$I.stored_ledgers WHERE is_published AND month IN (SELECT month FROM %1$I.stored_ledgers WHERE NOT is_published)', mart);
    EXECUTE format('DELETE FROM %1$I.stored_ledgers WHERE ledger IS NULL', mart);
    EXECUTE format('UPDATE %I.stored_ledgers SET is_published = true WHERE NOT is_published', mart);
    EXECUTE format('UPDATE %I.stored_months SET is_published = true WHERE NOT is_published', mart);
    EXECUTE format('SELECT to_char(month, ''YYYY-MM'') FROM %I.stored_months WHERE greatest(min_scale(gross_revenue), min_scale(refunds)) > $1 ORDER BY month LIMIT 1', mart) INTO fraction USING (settings ->> 'decimals')::integer;
    IF fraction IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'numeric_value_out_of_range', MESSAGE = format('amounts of %s in %s have more than %s decimals', settings ->> 'orders', fraction, settings ->> 'decimals'),
            HINT = 'drop_mart, and create_mart with more decimals.';
    END IF;
    -- an order dated in the future is shown from that day on: the running month may hold nothing else, the one before cannot
    EXECUTE format('SELECT max(%2$s.last_day(%2$s.as_of(ledger, $1))) FROM %1$I.stored_ledgers
                    WHERE is_published AND month IN (SELECT DISTINCT month FROM %1$I.stored_ledgers WHERE is_published AND month <= $1 ORDER BY month DESC LIMIT 2)', mart, extension) INTO as_of USING today;
    EXECUTE format('SELECT min(%1$s.first_day(ledger)) FROM %2$I.stored_ledgers WHERE is_published AND month = (SELECT min(month) FROM %2$I.stored_ledgers WHERE is_published)', extension, mart) INTO first_day;
    IF first_day < as_of - interval '500 years' THEN
        RAISE EXCEPTION USING ERRCODE = 'datetime_field_overflow', MESSAGE = format('orders of %s begin on %s: a mart takes up to 500 years', settings ->> 'orders', to_char(first_day, 'YYYY-MM-DD BC')),
            HINT = 'Correct the dates, or make the mart of a view without these rows.';
    END IF;
    EXECUTE format('UPDATE %I.stored_state SET as_of = $1', mart) USING as_of;
    IF as_of IS NULL THEN
        FOR stored IN EXECUTE format('SELECT view_name FROM %s.mart_views() WHERE is_stored AND needs = ''{}'' AND view_name <> ''data_quality''', extension) LOOP
            EXECUTE format('DELETE FROM %I.%I', mart, 'stored_' || stored);
        END LOOP;
        EXECUTE format('UPDATE %I.stored_state SET firsts = NULL, fitted_until = NULL, models_note = ''there are no orders''', mart);
        EXECUTE format('DELETE FROM %I.stored_fit', mart);
    ELSIF changed_from IS NOT NULL OR as_of IS DISTINCT FROM previous THEN
        EXECUTE format('SELECT %s.mart_fill_orders($1, $2, $3, $4, $5)', extension) USING settings, changed_from, previous, as_of, whole;
    END IF;
    IF settings #>> '{columns,product}' IS NOT NULL AND changed_from IS NOT NULL THEN
        EXECUTE format('SELECT %s.mart_fill_kinds($1, $2)', extension) USING settings, as_of;
    END IF;
    EXECUTE format('SELECT %s.mart_fill_others($1, $2)', extension) USING settings, coalesce(as_of, today);
    IF quality THEN
        EXECUTE format('SELECT %s.mart_fill_quality($1)', extension) USING settings;
    END IF;
    EXECUTE format('UPDATE %I.refresh_log SET state = ''done'', changed_at = clock_timestamp() WHERE run = $1', mart) USING log_run;
END
$$;
COMMENT ON FUNCTION mart_publish(jsonb, bigint, boolean, customer_ledger) IS
'makes the months that mart_read has read those that are shown, and replaces all that follows from them';

-- No SET clause: a procedure that ends transactions may have none. search_path is set for each of its transactions instead, and qualified
-- names do without before. Each transaction begins with an update of the one row of stored_state, which waits for another refresh, and fails where that
-- has committed since the snapshot: then it begins again with a new one. The snapshot of the last is one for all, so that months, state
-- and what follows from them are of one moment. A change that commits later has its month in changes, neither seen nor deleted here, for the next
-- refresh.
CREATE PROCEDURE refresh_mart(mart name, "from" date DEFAULT NULL, "to" date DEFAULT NULL, quality boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
DECLARE
    extension CONSTANT pg_catalog.text := (SELECT extnamespace::pg_catalog.regnamespace FROM pg_catalog.pg_extension WHERE extname OPERATOR(pg_catalog.=) 'customer_value');
    path CONSTANT pg_catalog.text := pg_catalog.current_setting('search_path');
    jit CONSTANT pg_catalog.text := pg_catalog.current_setting('jit');
    started CONSTANT pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    settings pg_catalog.jsonb;
    log_run bigint;
    chunk record;
    total bigint;
    done bigint := 0;
    result record;  -- of mart_read: rows read so far, and the ledger of all where all were read at once
BEGIN
    -- whatever the session's default: what mart_begin waits for, it must see
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    EXECUTE pg_catalog.format('SELECT 0::bigint AS rows_read, NULL::%s.customer_ledger AS whole', extension) INTO result;
    EXECUTE pg_catalog.format('SELECT %s.mart_settings($1)', extension) INTO settings USING mart;
    EXECUTE pg_catalog.format('SELECT %s.mart_check_tables($1)', extension) USING settings;
    EXECUTE pg_catalog.format('SELECT %s.mart_begin($1, $2, $3)', extension) INTO log_run USING settings, "from", "to";
    LOOP
        COMMIT;
        SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true), pg_catalog.set_config('jit', 'off', true);
        BEGIN
            EXECUTE format('UPDATE %I.stored_state SET as_of = as_of', mart);
        EXCEPTION WHEN serialization_failure THEN
            CONTINUE;
        END;
        FOR chunk IN EXECUTE format('SELECT *, count(*) OVER () AS chunks, sum(months) OVER () AS left FROM %s.mart_chunks($1)', extension) USING settings LOOP
            total := coalesce(total, chunk.left);
            EXECUTE format('SELECT * FROM %s.mart_read($1, $2, $3, $4, $5, $6, $7, $8)', extension) INTO result USING settings, chunk."from", chunk."to", log_run, done, total, result.rows_read, started;
            done := done + coalesce(chunk.months, 0);
            -- the months that were there at the beginning; those that changed meanwhile, and the last ones, are read together
            EXIT WHEN chunk.chunks > 1 AND done < total;
        END LOOP;
        IF NOT FOUND OR chunk.chunks = 1 OR done >= total THEN
            EXECUTE format('SELECT %s.mart_publish($1, $2, $3, $4)', extension) USING settings, log_run, quality, result.whole;
            PERFORM set_config('search_path', path, true), set_config('jit', jit, true);
            EXIT;
        END IF;
    END LOOP;
END
$$;
COMMENT ON PROCEDURE refresh_mart(name, date, date, boolean) IS
'brings a mart up to date: reads again the months whose orders have changed, or those of the days from <= day < to, and replaces all figures in one transaction; quality checks the source too, which reads all of it; ends transactions, so CALL it outside of a transaction block; how far is it? refresh_log in the mart';
