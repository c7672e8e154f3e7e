--@ requires: mart
-- The tables of a mart and its views: what they are, and how they are made, and brought up to date by a later version of the extension.

-- {extension} stands for the schema of the extension, {key} for the type of customers, which the settings say. Constraints are added with a column.
CREATE FUNCTION _mart_tables()
RETURNS TABLE (place integer, name text, needs text[], columns text, constraints text, about text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 15
BEGIN ATOMIC
    SELECT * FROM (VALUES
        (1, 'settings'::text, '{}'::text[], 'settings jsonb NOT NULL, orders regclass NOT NULL, subscriptions regclass, survey regclass, costs regclass'::text, NULL::text, 'what create_mart was told'::text),
        (2, 'refresh_log', '{}', 'run bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL, started_at timestamptz NOT NULL DEFAULT clock_timestamp(), changed_at timestamptz NOT NULL DEFAULT clock_timestamp(), months_done bigint NOT NULL DEFAULT 0, months_total bigint, rows_read bigint NOT NULL DEFAULT 0, process integer NOT NULL DEFAULT pg_backend_pid()', NULL,
            'a row for each CALL refresh_mart, which changes while it runs: state is running, done, or failed (found unfinished by a later one)'),
        (3, 'changes', '{}', 'month date', NULL, 'months whose orders have changed since they were read, from triggers; NULL: all'),
        (4, 'stored_ledgers', '{}', 'month date NOT NULL, part text NOT NULL, is_published boolean NOT NULL, ledger {extension}.customer_ledger, orders bigint, refund_rows bigint, gross_revenue numeric, refunds numeric, shard integer NOT NULL DEFAULT 0', 'PRIMARY KEY (month, part, shard, is_published)',
            'the orders of each month: part is customers, or guests for rows without a customer; a month of very many orders is in several shards of customers; orders, refunds and their sums are up to the last day that counts; not yet published are those of a refresh under way'),
        (5, 'stored_months', '{}', 'month date NOT NULL, category text NOT NULL, is_published boolean NOT NULL, sales bigint, refund_rows bigint, gross_revenue numeric, refunds numeric', 'PRIMARY KEY (month, category, is_published)', 'the revenue of each month and category'),
        (6, 'stored_state', '{}', 'as_of date, fitted_until date, models_note text, firsts {extension}.customer_ledger, firsts_until date, is_there boolean NOT NULL DEFAULT true', 'PRIMARY KEY (is_there)',
            'one row, how far the mart is: last day that counts, and first orders of the customers there were before the day firsts_until'),
        (7, 'stored_fit', '{}', 'model text NOT NULL, bg_nbd {extension}.bg_nbd_model, mbg_nbd {extension}.mbg_nbd_model, pareto_nbd {extension}.pareto_nbd_model, spend {extension}.gamma_gamma_model, horizon_weeks double precision, discount_per_week double precision', NULL, 'the models that forecasts are by'),
        (8, 'stored_sample', '{}', 'frequency bigint, recency double precision, age double precision, monetary_value numeric', NULL, 'the customers that models are fitted to, as rfm_summary has them, in weeks'),
        (9, 'stored_costs', '{costs}', 'period date, kind text, method text, cost numeric, gain numeric', NULL, 'what was spent, by period, kind and method'),
        (10, 'stored_kinds', '{product}', 'period date, kind text, orders bigint, revenue numeric, avg_check numeric', NULL, 'revenue by period and kind of sale'),
        (11, 'stored_checkpoint', '{product}', 'day date NOT NULL', NULL, 'the day before which sales are classed for good'),
        (13, 'stored_sources', '{}', 'relation oid NOT NULL, file oid NOT NULL, columns text NOT NULL, triggers text NOT NULL, is_noted boolean NOT NULL, unseen xid8[] NOT NULL DEFAULT ''{}''', 'PRIMARY KEY (relation)',
            'the tables of the orders when they were read: their files, the numbers and types of mapped columns, the versions of the triggers on them, whether these can note all changes, and who may have written without a mark and was under way'),
        (14, 'stored_beside', '{}', 'is_there boolean NOT NULL', NULL, 'one row, UNLOGGED: a crash that has emptied UNLOGGED orders has emptied this table too'),
        (12, 'stored_history', '{product}', 'customer {key} NOT NULL, history {extension}.sale_history NOT NULL', NULL, 'what each customer had bought before the day of stored_checkpoint')
    ) AS v (place, name, needs, columns, constraints, about);
END;
COMMENT ON FUNCTION _mart_tables() IS
'the tables of a mart beside those that stored views have: order, name, what they need of the mapping, columns, key, and what they hold; a new version may add columns at the end, and tables';

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
    extension text := @extschema@._extension_schema();
    mart text := settings ->> 'mart';
    wanted record;
    has_added boolean;
BEGIN
    FOR wanted IN EXECUTE format('SELECT name, regexp_split_to_array(replace(replace(columns, ''{extension}'', %1$L), ''{key}'', $1 ->> ''key''), '', '') AS columns, constraints, about
                                  FROM %1$s._mart_tables() WHERE %1$s._mart_absent(needs, $1) IS NULL ORDER BY place', extension) USING settings LOOP
        has_added := @extschema@._mart_add_columns(mart, wanted.name, wanted.columns);
        CONTINUE WHEN NOT has_added;
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
END
$$;
COMMENT ON FUNCTION _mart_add_tables(jsonb) IS 'makes the tables of _mart_tables() that a mart of these settings lacks, and the columns that a later version has added';

CREATE FUNCTION _mart_add_view(settings jsonb, view_name text, query text, about text)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    mart text := settings ->> 'mart';
    name text := format('%I.%I', mart, view_name);
    columns record;
    comment text;
BEGIN
    EXECUTE format('SELECT string_agg(quote_ident(column_name), '', '' ORDER BY place) AS names, array_agg(format(''%%1$I %%2$s'', column_name, %1$s._mart_type(type, $2)) ORDER BY place) AS definitions,
                           string_agg(format(''%%1$I::%%2$s'', column_name, %1$s._mart_type(type, $2)), '', '' ORDER BY place) AS casts FROM %1$s._mart_columns() WHERE view_name = $1', extension)
    INTO columns USING view_name, settings;
    IF query IS NULL THEN
        PERFORM @extschema@._mart_add_columns(mart, 'stored_' || view_name, columns.definitions);
        EXECUTE format('ALTER TABLE %I.%I REPLICA IDENTITY FULL', mart, 'stored_' || view_name);
        EXECUTE format('COMMENT ON TABLE %I.%I IS %L', mart, 'stored_' || view_name, 'the rows of the view ' || view_name || '; refresh_mart replaces them');
        query := format('SELECT * FROM %I.%I', mart, 'stored_' || view_name);
    END IF;
    EXECUTE format('CREATE OR REPLACE VIEW %s AS SELECT %s FROM (%s) AS q (%s)', name, columns.casts, query, columns.names);
    EXECUTE format('COMMENT ON VIEW %s IS %L', name, about);
    FOR comment IN EXECUTE format('SELECT format(''COMMENT ON COLUMN %%s.%%I IS %%L'', $1, column_name, about) FROM %s._mart_columns() WHERE view_name = $2', extension) USING name, view_name LOOP
        EXECUTE comment;
    END LOOP;
END
$$;
COMMENT ON FUNCTION _mart_add_view(jsonb, text, text, text) IS
'a view of a mart with its comments, made or brought up to date; without a query, over a table stored_... of the same columns';

CREATE FUNCTION _mart_add_views(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    view record;
BEGIN
    FOR view IN SELECT d.view_name, @extschema@._mart_sql(CASE WHEN d.view_name = 'customers' THEN @extschema@._mart_customers_query(settings) WHEN NOT d.is_stored THEN d.query END, settings) AS query, d.about
                                FROM @extschema@._mart_views() AS d WHERE @extschema@._mart_absent(d.needs, settings) IS NULL ORDER BY d.is_stored DESC, d.place LOOP
        PERFORM @extschema@._mart_add_view(settings, view.view_name, view.query, view.about);
    END LOOP;
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
    EXECUTE format('UPDATE %I.settings SET settings = settings || jsonb_build_object(''version'', $1) WHERE settings ->> ''version'' IS DISTINCT FROM $1 RETURNING true', mart) INTO is_updated USING version;
    -- views that are replaced wait for who reads them
    IF is_updated AND NOT @extschema@._mart_patiently(ARRAY[format('SELECT %1$s._mart_add_tables($1), %1$s._mart_add_views($1)', @extschema@._extension_schema())], 20, settings) THEN
        RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = format('the mart "%s" is read all the time, so that it cannot be brought up to date', mart), HINT = 'Try again when there are fewer long transactions.';
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_update(jsonb) IS 'brings a mart that another version of the extension has made up to date: what is new is added at the end, and nothing that is there changes its name or type';
