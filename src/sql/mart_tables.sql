--@ requires: mart_source
-- The tables of a mart and its views: what they are, and how they are made, and brought up to date by a later version of the extension.

-- {key} stands for the type of customers, which the settings say, and {customer} for that which the views show them in. Constraints are added with a column.
CREATE FUNCTION _mart_tables()
RETURNS TABLE (place integer, name text, columns text, constraints text, about text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
    SELECT * FROM (VALUES
        (1, 'settings'::text,
            'version text NOT NULL, orders_table text NOT NULL, subscriptions_table text, survey_table text, costs_table text, columns jsonb NOT NULL, subscriptions jsonb, survey jsonb, costs jsonb, ends_inclusive boolean NOT NULL, types jsonb NOT NULL, at_type text NOT NULL, key text NOT NULL, tz text, step interval NOT NULL, unit text NOT NULL, months integer NOT NULL, lapse interval NOT NULL, golden_threshold double precision NOT NULL, horizon integer NOT NULL, discount_pct double precision NOT NULL, decimals integer NOT NULL, triggers boolean NOT NULL, signature text, statuses text[], ignored_statuses text[], ordered_at_tz text, grace interval, changed_overlap interval, rates_table text, rates jsonb, report_currency text'::text, NULL::text,
            'one row, what create_mart was told: the names of the tables of orders, subscriptions, survey, costs and rates, which argument is which column of theirs, and of what type; the step of periods, with the unit of date_trunc and the months of it'::text),
        (2, 'refresh_log', 'run bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL, started_at timestamptz NOT NULL DEFAULT clock_timestamp(), changed_at timestamptz NOT NULL DEFAULT clock_timestamp(), months_done bigint NOT NULL DEFAULT 0, months_total bigint, rows_read bigint NOT NULL DEFAULT 0, process integer NOT NULL DEFAULT pg_backend_pid(), error text, as_of date', NULL,
            'a row for each CALL refresh_mart, which changes while it runs: state is running, done, or failed; error is why, NULL for one that was cancelled or killed, which a later one finds unfinished; as_of is the last day that counts, of one that is done'),
        (3, 'changes', 'month date', NULL, 'months whose orders have changed since they were read, from triggers; NULL: all'),
        (4, 'stored_ledgers', 'month date NOT NULL, part text NOT NULL, is_published boolean NOT NULL, ledger @extschema@.customer_ledger, orders bigint, refund_rows bigint, gross_revenue numeric, refunds numeric, shard integer NOT NULL DEFAULT 0', 'PRIMARY KEY (month, part, shard, is_published)',
            'the orders of each month: part is customers, or guests for rows without a customer; a month of very many orders is in several shards of customers; orders, refunds and their sums are up to the last day that counts; not yet published are those of a refresh under way'),
        (5, 'stored_months', 'month date NOT NULL, category text NOT NULL, is_published boolean NOT NULL, sales bigint, refund_rows bigint, gross_revenue numeric, refunds numeric', 'PRIMARY KEY (month, category, is_published)', 'the revenue of each month and category'),
        (6, 'stored_state', 'as_of date, fitted_until date, models_note text, firsts @extschema@.customer_ledger, firsts_until date, is_there boolean NOT NULL DEFAULT true, currency text, customers_until date, r_cuts date[], f_cuts bigint[], m_cuts numeric[], golden_revenue numeric, positive_revenue numeric, changed_until timestamptz, changed_found timestamptz', 'PRIMARY KEY (is_there)',
            'one row, how far the mart is: last day that counts, first orders of the customers there were before the day firsts_until, and the currency of the orders, where one is mapped; of stored_customers, up to which day they count, the least values that reach the scores 2 to 5, the least revenue of golden customers, and the sum of positive revenue; where changed_at is mapped, the mark up to which changes have been read, changed_until, and that of a refresh under way, changed_found'),
        (7, 'stored_fit', 'model text NOT NULL, bg_nbd @extschema@.bg_nbd_model, mbg_nbd @extschema@.mbg_nbd_model, pareto_nbd @extschema@.pareto_nbd_model, spend @extschema@.gamma_gamma_model, horizon_weeks double precision, discount_per_week double precision', NULL, 'the models that forecasts are by'),
        (8, 'stored_sample', 'frequency bigint, recency double precision, age double precision, monetary_value numeric', NULL, 'the customers that models are fitted to, as rfm_summary has them, in weeks'),
        (9, 'stored_costs', 'period date, kind text, method text, cost numeric, gain numeric', NULL, 'what was spent, by period, kind and method'),
        (10, 'stored_kinds', 'period date, kind text, orders bigint, revenue numeric, avg_check numeric', NULL, 'revenue by period and kind of sale'),
        (11, 'stored_checkpoint', 'day date NOT NULL', NULL, 'the day before which sales are classed for good'),
        (12, 'stored_history', 'customer {key} NOT NULL, history @extschema@.sale_history NOT NULL', NULL, 'what each customer had bought before the day of stored_checkpoint'),
        (13, 'stored_sources', 'relation oid NOT NULL, file oid NOT NULL, columns text NOT NULL, triggers text NOT NULL, is_noted boolean NOT NULL, unseen xid8[] NOT NULL DEFAULT ''{}''', 'PRIMARY KEY (relation)',
            'the tables of the orders when they were read: their files, the numbers and types of mapped columns, the versions of the triggers on them, whether these can note all changes, and who may have written without a mark and was under way'),
        (14, 'stored_beside', 'is_there boolean NOT NULL', NULL, 'one row, UNLOGGED: a crash that has emptied UNLOGGED orders has emptied this table too'),
        (15, 'stored_rejected', 'source text NOT NULL, month date, reason text NOT NULL, is_published boolean NOT NULL, rows bigint NOT NULL, sample text[] NOT NULL, first_day date, last_day date', NULL,
            'rows of the sources that are set aside, by month and reason; those of orders that are not published yet are of a refresh under way'),
        (16, 'stored_customers', 'customer {customer} NOT NULL, first_order date, last_order date, orders bigint NOT NULL, revenue numeric NOT NULL, gross_revenue numeric NOT NULL, refunds numeric NOT NULL, first_purchase date, last_purchase date, frequency bigint, monetary_value double precision', 'PRIMARY KEY (customer)',
            'one row a customer: what each bought, and, of the orders that refunds leave, what forecasts go by: days of the first and the last, days with one behind the first, mean spend of these'),
        (17, 'stored_rates', 'currency text COLLATE "C" NOT NULL, day date NOT NULL, rate numeric NOT NULL', 'PRIMARY KEY (currency, day)',
            'the rates that amounts are converted at, as they were when the orders were read; the report currency has the rate 1'),
        (18, 'stored_refunds', 'order_id text COLLATE "C" NOT NULL, month date NOT NULL, day date, is_due boolean NOT NULL', 'PRIMARY KEY (order_id, month)',
            'the orders in other currencies that have refunds, by the month of the refund: the day of the order, whose rate converts it, NULL for none; is_due is true only while a refresh looks for that day')
    ) AS v (place, name, columns, constraints, about);
END;
COMMENT ON FUNCTION _mart_tables() IS
'the tables of a mart beside those that stored views have: order, name, columns, key, and what they hold; a new version may add columns at the end, and tables';

CREATE FUNCTION _mart_add_columns(mart text, "table" text, columns text[])
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    relation regclass := to_regclass(format('%I.%I', mart, "table"));
    added text;
    has_added boolean := false;
BEGIN
    IF relation IS NULL THEN
        EXECUTE format('CREATE TABLE %I.%I (%s)', mart, "table", array_to_string(columns, ', '));
        RETURN true;
    END IF;
    FOREACH added IN ARRAY columns LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = relation AND attname = split_part(added, ' ', 1) AND NOT attisdropped);
        EXECUTE format('ALTER TABLE %I.%I ADD COLUMN %s', mart, "table", added);
        has_added := true;
    END LOOP;
    RETURN has_added;
END
$$;
COMMENT ON FUNCTION _mart_add_columns(text, text, text[]) IS 'makes a table of a mart, or the columns that it lacks, each given as its name and definition; false where there was nothing to add';

CREATE FUNCTION _mart_add_tables(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mart text := settings ->> 'mart';
    wanted record;
BEGIN
    FOR wanted IN SELECT t.name, regexp_split_to_array(replace(replace(t.columns, '{key}', settings ->> 'key'), '{customer}', @extschema@._mart_type('customer', settings)), ', ') AS columns, t.constraints, t.about FROM @extschema@._mart_tables() AS t ORDER BY t.place LOOP
        CONTINUE WHEN NOT @extschema@._mart_add_columns(mart, wanted.name, wanted.columns);
        IF wanted.constraints IS NOT NULL THEN
            EXECUTE format('ALTER TABLE %1$I.%2$I %5$s ADD CONSTRAINT %3$I %4$s', mart, wanted.name, wanted.name || '_pkey', wanted.constraints,
                (SELECT format('DROP CONSTRAINT %I,', conname) FROM pg_constraint WHERE conrelid = format('%I.%I', mart, wanted.name)::regclass AND contype = 'p'));
        END IF;
        IF wanted.about ~ 'UNLOGGED:' THEN
            EXECUTE format('ALTER TABLE %I.%I SET UNLOGGED', mart, wanted.name);
        END IF;
        -- a publication of all tables would else stop UPDATE and DELETE
        IF wanted.constraints IS NULL THEN
            EXECUTE format('ALTER TABLE %I.%I REPLICA IDENTITY FULL', mart, wanted.name);
        END IF;
        EXECUTE format('COMMENT ON TABLE %I.%I IS %L', mart, wanted.name, wanted.about);
    END LOOP;
    FOR wanted IN
        SELECT 'stored_' || v.view_name AS name, v.view_name, (SELECT array_agg(format('%I %s', c.column_name, @extschema@._mart_type(c.type, settings)) ORDER BY c.place) FROM @extschema@._mart_columns() AS c WHERE c.view_name = v.view_name) AS columns
        FROM @extschema@._mart_views() AS v WHERE v.is_stored ORDER BY v.place
    LOOP
        CONTINUE WHEN NOT @extschema@._mart_add_columns(mart, wanted.name, wanted.columns);
        EXECUTE format('ALTER TABLE %I.%I REPLICA IDENTITY FULL', mart, wanted.name);
        EXECUTE format('COMMENT ON TABLE %I.%I IS %L', mart, wanted.name, 'the rows of the view ' || wanted.view_name || '; refresh_mart replaces them');
    END LOOP;
END
$$;
COMMENT ON FUNCTION _mart_add_tables(jsonb) IS 'makes the tables of a mart of these settings that it lacks, and the columns that a later version has added';

-- The query finds the tables of the mart as it is made, by the schema that is the first of search_path then.
CREATE FUNCTION _mart_add_view(settings jsonb, view_name text, query text, about text)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    name text := format('%I.%I', settings ->> 'mart', view_name);
    columns record;
    comment text;
BEGIN
    SELECT string_agg(quote_ident(c.column_name), ', ' ORDER BY c.place) AS names, string_agg(format('%1$I::%2$s', c.column_name, @extschema@._mart_type(c.type, settings)), ', ' ORDER BY c.place) AS casts INTO columns
    FROM @extschema@._mart_columns() AS c WHERE c.view_name = $2;
    PERFORM set_config('search_path', format('%I, pg_temp', settings ->> 'mart'), true);
    EXECUTE format('CREATE OR REPLACE VIEW %s AS SELECT %s FROM (%s) AS q (%s)', name, columns.casts, query, columns.names);
    PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
    EXECUTE format('COMMENT ON VIEW %s IS %L', name, about);
    FOR comment IN SELECT format('COMMENT ON COLUMN %s.%I IS %L', name, c.column_name, c.about) FROM @extschema@._mart_columns() AS c WHERE c.view_name = $2 LOOP
        EXECUTE comment;
    END LOOP;
END
$$;
COMMENT ON FUNCTION _mart_add_view(jsonb, text, text, text) IS 'a view of a mart with its comments, made or brought up to date';

CREATE FUNCTION _mart_add_views(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM @extschema@._mart_add_view(settings, v.view_name, CASE WHEN v.is_stored THEN 'SELECT * FROM stored_' || v.view_name ELSE v.query END, v.about)
    FROM (SELECT * FROM @extschema@._mart_views() AS d WHERE @extschema@._mart_absent(d.needs, settings) IS NULL ORDER BY d.place) AS v;
END
$$;
COMMENT ON FUNCTION _mart_add_views(jsonb) IS 'makes the views of _mart_views() that a mart of these settings can have, or brings them up to date: columns and views that a later version has added, queries and comments';

CREATE FUNCTION _mart_update(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    version text := (SELECT extversion FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    is_updated boolean;
BEGIN
    IF settings ->> 'version' = version THEN
        RETURN;
    END IF;
    EXECUTE format('UPDATE %I.settings SET version = $1 WHERE version <> $1 RETURNING true', mart) INTO is_updated USING version;
    -- views that are replaced wait for who reads them
    IF is_updated AND NOT @extschema@._mart_patiently(ARRAY[format('SELECT %1$s._mart_add_tables($1), %1$s._mart_add_views($1)', @extschema@._extension_schema())], 20, settings) THEN
        RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = format('the mart "%s" is read all the time, so that it cannot be brought up to date', mart), HINT = 'Try again when there are fewer long transactions.';
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_update(jsonb) IS 'brings a mart that another version of the extension has made up to date: what is new is added at the end, and nothing that is there changes its name or type';
