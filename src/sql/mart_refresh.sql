--@ requires: mart_fill, mart_kinds
-- refresh_mart: months whose orders have changed are read again, and all that follows from them is replaced in one transaction.

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
    -- months that a failed refresh has read count orders up to the day of then
    EXECUTE format('INSERT INTO %1$I.changes SELECT month FROM %1$I.stored_ledgers WHERE NOT is_published
                    AND month >= (SELECT date_trunc(''month'', min(started_at) AT TIME ZONE ''UTC'' - interval ''1 day'') FROM %1$I.refresh_log WHERE run > coalesce((SELECT max(run) FROM %1$I.refresh_log WHERE state = ''done''), 0))', mart);
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
    EXECUTE format('SELECT %s.mart_update($1)', extension) USING settings;
    EXECUTE format('SELECT %s.mart_note($1, $2, $3)', extension) USING settings, "from", "to";
    RETURN log_run;
END
$$;
COMMENT ON FUNCTION mart_begin(jsonb, date, date) IS 'a row in refresh_log, and in changes what only a refresh can note; the number of the row';

CREATE FUNCTION mart_publish(settings jsonb, previous date)
RETURNS date
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    changed_from date;
    as_of date;
BEGIN
    EXECUTE format('SELECT min(month) FROM %I.stored_ledgers WHERE NOT is_published', mart) INTO changed_from;
    EXECUTE format('DELETE FROM %1$I.stored_months WHERE is_published AND month IN (SELECT month FROM %1$I.stored_ledgers WHERE NOT is_published)', mart);
    EXECUTE format('DELETE FROM %1$I.stored_ledgers WHERE is_published AND month IN (SELECT month FROM %1$I.stored_ledgers WHERE NOT is_published)', mart);
    EXECUTE format('DELETE FROM %1$I.stored_ledgers WHERE ledger IS NULL', mart);
    EXECUTE format('UPDATE %I.stored_ledgers SET is_published = true WHERE NOT is_published', mart);
    EXECUTE format('UPDATE %I.stored_months SET is_published = true WHERE NOT is_published', mart);
    -- an order dated in the future is shown from that day on: the running month may hold nothing else, the one before cannot
    EXECUTE format('SELECT max(%2$s.last_day(%2$s.as_of(ledger, $1))) FROM %1$I.stored_ledgers
                    WHERE is_published AND month IN (SELECT DISTINCT month FROM %1$I.stored_ledgers WHERE is_published AND month <= $1 ORDER BY month DESC LIMIT 2)', mart, extension) INTO as_of USING (settings ->> 'today')::date;
    IF as_of IS NOT NULL AND (changed_from IS NOT NULL OR as_of IS DISTINCT FROM previous) THEN
        EXECUTE format('SELECT %s.mart_fill_changed($1, $2, $3, $4)', extension) USING settings, changed_from, previous, as_of;
    END IF;
    RETURN as_of;
END
$$;
COMMENT ON FUNCTION mart_publish(jsonb, date) IS
'makes the months that mart_read has read those that are shown, and replaces what follows from them; the last day that counts';

CREATE FUNCTION mart_finish(settings jsonb, reads_all boolean, quality boolean, log_run bigint, started timestamptz)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    previous date;
    changed_from date;
    as_of date;
    fraction text;
BEGIN
    EXECUTE format('SELECT as_of, (SELECT CASE WHEN $1 THEN ''-infinity'' ELSE min(month) END FROM %1$I.stored_ledgers WHERE NOT is_published) FROM %1$I.stored_state', mart) INTO previous, changed_from USING reads_all;
    IF reads_all THEN
        EXECUTE format('SELECT %s.mart_fill_all($1, $2, $3)', extension) INTO as_of USING settings, log_run, started;
    ELSE
        EXECUTE format('SELECT %s.mart_publish($1, $2)', extension) INTO as_of USING settings, previous;
    END IF;
    EXECUTE format('UPDATE %I.stored_state SET as_of = $1', mart) USING as_of;
    EXECUTE format('SELECT to_char(month, ''YYYY-MM'') FROM %I.stored_months WHERE greatest(min_scale(gross_revenue), min_scale(refunds)) > $1 ORDER BY month LIMIT 1', mart) INTO fraction USING (settings ->> 'decimals')::integer;
    IF fraction IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'numeric_value_out_of_range', MESSAGE = format('amounts of %s in %s have more than %s decimals', settings ->> 'orders', fraction, settings ->> 'decimals'),
            HINT = 'drop_mart, and create_mart with more decimals.';
    END IF;
    IF as_of IS NULL THEN
        EXECUTE format('SELECT %s.mart_fill_nothing($1)', extension) USING settings;
    END IF;
    IF settings #>> '{columns,product}' IS NOT NULL AND changed_from IS NOT NULL THEN
        EXECUTE format('SELECT %s.mart_fill_kinds($1, $2, $3, $4)', extension) USING settings, changed_from, previous, as_of;
    END IF;
    EXECUTE format('SELECT %s.mart_fill_others($1, $2)', extension) USING settings, coalesce(as_of, (settings ->> 'today')::date);
    IF quality THEN
        EXECUTE format('SELECT %s.mart_fill_quality($1)', extension) USING settings;
    END IF;
    EXECUTE format('UPDATE %I.refresh_log SET state = ''done'', changed_at = clock_timestamp() WHERE run = $1', mart) USING log_run;
END
$$;
COMMENT ON FUNCTION mart_finish(jsonb, boolean, boolean, bigint, timestamptz) IS
'the last transaction of a refresh: reads what is to be read at once, and replaces all that is shown';

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
    rows_read bigint := 0;
    reads_all boolean;
BEGIN
    -- whatever the session's default: what mart_begin waits for, it must see
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
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
        reads_all := false;
        FOR chunk IN EXECUTE format('SELECT *, count(*) OVER () AS chunks, sum(months) OVER () AS left FROM %s.mart_chunks($1)', extension) USING settings LOOP
            reads_all := chunk."from" IS NULL;
            EXIT WHEN reads_all;
            total := coalesce(total, chunk.left);
            EXECUTE format('SELECT %s.mart_read($1, $2, $3, $4, $5, $6, $7, $8, $9)', extension) INTO rows_read USING settings, chunk."from", chunk."to", chunk.shards, log_run, done, total, rows_read, started;
            done := done + chunk.months;
            -- the months that were there at the beginning; those that changed meanwhile, and the last ones, are read together
            EXIT WHEN chunk.chunks > 1 AND done < total;
        END LOOP;
        IF NOT FOUND OR reads_all OR chunk.chunks = 1 OR done >= total THEN
            EXECUTE format('SELECT %s.mart_finish($1, $2, $3, $4, $5)', extension) USING settings, reads_all, quality, log_run, started;
            PERFORM set_config('search_path', path, true), set_config('jit', jit, true);
            EXIT;
        END IF;
    END LOOP;
END
$$;
COMMENT ON PROCEDURE refresh_mart(name, date, date, boolean) IS
'brings a mart up to date: reads again the months whose orders have changed, or those of the days from <= day < to, and replaces all figures in one transaction; quality checks the source too, which reads all of it; ends transactions, so CALL it outside of a transaction block; how far is it? refresh_log in the mart';
