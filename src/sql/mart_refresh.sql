--@ requires: mart_fill, mart_kinds
-- refresh_mart: months whose orders have changed are read again, and all that follows from them is replaced in one transaction.

CREATE FUNCTION _mart_note(settings jsonb, from_day date, to_day date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    mart text := settings ->> 'mart';
BEGIN
    IF from_day IS NOT NULL OR to_day IS NOT NULL THEN
        IF NOT from_day < to_day IS NOT FALSE OR NOT isfinite(from_day) OR NOT isfinite(to_day) OR from_day IS NULL OR to_day IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('from_day and to_day must both be days, from_day before to_day: %s, %s', coalesce(from_day::text, 'NULL'), coalesce(to_day::text, 'NULL'));
        END IF;
        EXECUTE format('INSERT INTO %I.changes SELECT generate_series(date_trunc(''month'', $1::timestamp), $2::timestamp - interval ''1 day'', ''1 month'')::date', mart) USING from_day, to_day;
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
    IF @extschema@._mart_can_note((settings ->> 'orders')::regclass) THEN
        -- where it has to be given up, _mart_watch finds tables without triggers, and all is read
        PERFORM @extschema@._mart_put_triggers(settings);
        RETURN;
    END IF;
    -- a partition has joined that can have no triggers, and that nobody could write with triggers on the tables above it
    PERFORM @extschema@._mart_drop_triggers(settings, '{}'::text[], '{}'::text[]);
    EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
    RAISE WARNING USING MESSAGE = format('triggers of the mart "%s" cannot note all changes of %s: all months are read', mart, settings ->> 'orders'),
        HINT = 'They can be on tables of which you have the privilege TRIGGER, not on foreign tables, and do not fire for what is written through a table above the orders.';
END
$$;
COMMENT ON FUNCTION _mart_note(jsonb, date, date) IS
'notes in changes what triggers could not: the months of a period; those of orders whose day has come; all of a source without triggers; and puts triggers on tables that lack them';

-- What tells that orders have changed without a trigger: TRUNCATE, ALTER TABLE and CLUSTER give a table another file; a column that was dropped and
-- added again has another number; and what was altered for a time has another version of its row in the catalogue: triggers that were disabled, mapped
-- columns of a table that was a partition of another, the table of the changes themselves and the function that notes them.
CREATE FUNCTION _mart_sources(settings jsonb)
RETURNS TABLE (relation oid, file oid, columns text, triggers text, is_noted boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
BEGIN
    RETURN QUERY EXECUTE format($sql$
        SELECT r.relation::oid, c.relfilenode,
               coalesce((SELECT string_agg(format('%%s %%s %%s %%s %%s %%s', key, attnum, atttypid, atttypmod, a.xmin, (SELECT d.xmin FROM pg_attrdef AS d WHERE a.attgenerated <> '' AND adrelid = attrelid AND adnum = attnum))
                                             || coalesce((SELECT string_agg(format(' %%s %%L', oid, enumlabel), '' ORDER BY oid) FROM pg_enum WHERE enumtypid = %1$s._quality_column(r.relation::regclass, key, value)::regtype), ''), ', ' ORDER BY key)
                         FROM jsonb_each_text($1 -> 'columns') JOIN pg_attribute AS a ON attrelid = r.relation AND attname = value), ''),
               coalesce(t.versions, ''),
               w.are_there AND (w.is_owned OR NOT EXISTS (SELECT FROM pg_subscription_rel WHERE srrelid IN (SELECT relation::oid FROM %1$s._mart_relations($2)) OR srrelid IN (SELECT relid::oid FROM pg_partition_ancestors(r.relation) AS relid)))
        FROM %1$s._mart_relations($2) AS r (relation)
             JOIN pg_class AS c ON c.oid = r.relation
             CROSS JOIN LATERAL (
                SELECT string_agg(format('%%s %%s %%s', tgtype, oid, xmin), ', ' ORDER BY tgtype, oid) AS versions FROM pg_trigger WHERE tgrelid = r.relation AND tgfoid = $3) AS t
             CROSS JOIN LATERAL (
                SELECT bool_and(is_owned) AS is_owned, bool_and(EXISTS (SELECT FROM pg_trigger WHERE tgrelid = w.relation AND tgfoid = $3 AND tgtype = w.type AND tgattr::text = '' AND tgqual IS NULL
                                                                                                     AND (tgenabled = 'A' OR tgenabled = CASE w.event WHEN 'replica' THEN 'R' ELSE 'O' END))) AS are_there
                FROM %1$s._mart_triggers($2) AS w WHERE w.relation = r.relation) AS w
        UNION ALL
        SELECT c.oid, c.relfilenode, c.xmin::text, p.xmin::text, relkind = 'r' AND relpersistence = 'p' AND relowner = proowner AND relnatts = 1 AND NOT relrowsecurity AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid)
                                                                 AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid)
        FROM pg_class AS c, pg_proc AS p WHERE c.oid = $4 AND p.oid = $3$sql$, extension)
    USING settings, (settings ->> 'orders')::regclass, @extschema@._mart_note_changes(settings ->> 'mart'), to_regclass(format('%I.changes', settings ->> 'mart'));
END
$$;
COMMENT ON FUNCTION _mart_sources(jsonb) IS 'the tables of the orders of a mart, and that of their changes, as they are now; stored_sources has them as they were when they were read';

-- What a snapshot does not see and may have written without a mark, where changes could not be noted for a time. Who has written holds its lock to the
-- end, so that one look at the locks tells who has not; who has ended since the snapshot was taken is in it no more, and counts.
CREATE FUNCTION _mart_writers(source regclass)
RETURNS xid8[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ARRAY(
        WITH locks AS MATERIALIZED (SELECT * FROM pg_locks WHERE granted)
        SELECT writer FROM pg_snapshot_xip(pg_current_snapshot()) AS s (writer)
        WHERE NOT EXISTS (SELECT FROM locks AS own WHERE own.locktype = 'transactionid' AND own.transactionid = writer::xid AND own.mode = 'ExclusiveLock'
                              AND NOT EXISTS (SELECT FROM locks AS l WHERE l.virtualtransaction = own.virtualtransaction AND l.locktype = 'relation' AND l.mode = 'RowExclusiveLock'
                                                  AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
                                                  AND l.relation IN (SELECT r.relation FROM @extschema@._mart_relations(source) AS r (relation)))));
END
$$;
COMMENT ON FUNCTION _mart_writers(regclass) IS 'the transactions under way that may have written a table or one below it, and whose changes the snapshot does not see';

CREATE FUNCTION _mart_watch(settings jsonb, is_first boolean)
RETURNS jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    mart text := settings ->> 'mart';
    day text;
    changes regclass := to_regclass(format('%I.changes', settings ->> 'mart'));
    types jsonb := @extschema@._mart_types(settings);
    seen record;
    reason text;
    is_empty boolean;
    is_unmarked boolean := false;
    reads_all boolean;
    unseen xid8[] := '{}';
BEGIN
    -- types as they are now: a column of floating point is read in another way than one of numeric
    EXECUTE format('UPDATE %I.settings SET settings = settings || $1 WHERE NOT settings @> $1', mart) USING types;
    settings := settings || types;
    IF NOT (settings ->> 'triggers')::boolean THEN
        RETURN settings;
    END IF;
    IF @extschema@._mart_note_changes(mart) IS NULL THEN
        -- there can be no triggers: all is read each time, and once more when there can
        EXECUTE format('DELETE FROM %I.stored_sources', mart);
        RETURN settings;
    END IF;
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I.stored_sources)', mart) INTO is_empty;
    reads_all := is_empty;
    FOR seen IN EXECUTE format('SELECT coalesce(now_there.relation, before.relation)::regclass AS relation, before.relation IS NULL AS is_new, now_there.relation IS NULL AS is_gone, before.file <> now_there.file AS is_rewritten,
                                       before.columns <> now_there.columns AS has_other_columns, before.triggers <> now_there.triggers AS has_other_triggers, NOT now_there.is_noted AS is_not_noted, NOT before.is_noted AS was_not_noted, before.unseen,
                                       relkind = ''r'' AND relation <> $2 AND has_table_privilege(c.oid, ''SELECT'') AND NOT row_security_active(c.oid) AS is_readable, relpersistence = ''u'' AND NOT EXISTS (SELECT FROM %1$I.stored_beside) AS is_emptied
                                FROM %1$I.stored_sources AS before FULL JOIN %2$s._mart_sources($1) AS now_there USING (relation) LEFT JOIN pg_class AS c ON c.oid = relation ORDER BY relation', mart, extension) USING settings, changes LOOP
        IF seen.relation = changes AND seen.is_not_noted THEN
            RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('%s is not as create_mart made it, so that changes of the orders cannot be noted in it', changes),
                HINT = 'It has one column, no index, no trigger, no row-level security, and the owner of note_changes().';
        END IF;
        -- a subscription that has ended, or changes that was altered, may have left writers under way without a mark
        is_unmarked := is_unmarked OR coalesce(CASE WHEN seen.relation = changes THEN seen.is_rewritten OR seen.has_other_columns OR seen.has_other_triggers OR seen.is_new AND NOT is_empty
                                                    ELSE is_first AND seen.was_not_noted AND NOT seen.is_not_noted END, false);
        IF seen.relation = changes THEN
            unseen := coalesce(seen.unseen, '{}');
        END IF;
        reason := CASE WHEN seen.relation = changes THEN CASE WHEN seen.is_rewritten OR seen.has_other_columns OR seen.has_other_triggers THEN 'or its function note_changes() was altered'
                                                              WHEN is_first AND seen.unseen <> '{}' THEN 'lacks what a writer who was under way has changed' END
                       WHEN seen.is_gone THEN 'is no table of it any more'
                       WHEN seen.is_rewritten THEN 'was emptied or rewritten' WHEN seen.has_other_columns THEN 'has other columns, or had them altered' WHEN seen.has_other_triggers THEN 'was without its triggers for a time, or they were off'
                       WHEN seen.is_emptied AND NOT seen.is_new THEN 'is UNLOGGED, and may have been emptied by a crash' END;
        IF reason IS NOT NULL THEN
            RAISE NOTICE USING MESSAGE = format('%s %s: all months of the mart "%s" are read', seen.relation, reason, mart);
        ELSIF is_first AND seen.is_not_noted THEN
            RAISE WARNING USING MESSAGE = format('triggers of the mart "%s" on %s are disabled or gone: all months are read', mart, seen.relation);
        END IF;
        reads_all := reads_all OR reason IS NOT NULL OR (is_first AND (seen.is_not_noted OR seen.was_not_noted IS TRUE)) OR (seen.is_new AND NOT seen.is_readable);
        -- a partition has joined
        IF seen.is_new AND seen.is_readable AND NOT reads_all THEN
            day := @extschema@._mart_day((settings ->> 'orders')::regclass, settings #>> '{columns,ordered_at}', settings ->> 'tz');
            EXECUTE format('INSERT INTO %I.changes SELECT DISTINCT date_trunc(''month'', %s)::date FROM ONLY %s AS t WHERE isfinite(t.%I)', mart, day, seen.relation, settings #>> '{columns,ordered_at}');
        END IF;
    END LOOP;
    IF reads_all THEN
        EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
    END IF;
    IF is_unmarked THEN
        unseen := @extschema@._mart_writers((settings ->> 'orders')::regclass);
    ELSIF is_first AND unseen <> '{}' THEN
        unseen := ARRAY(SELECT unnest(unseen) INTERSECT SELECT unnest(@extschema@._mart_writers((settings ->> 'orders')::regclass)));
    END IF;
    EXECUTE format('DELETE FROM %I.stored_sources WHERE relation NOT IN (SELECT s.relation FROM %s._mart_sources($1) AS s)', mart, extension) USING settings;
    -- what could not be noted while a part of the orders was read is for the next refresh, even if it can be noted by the next part
    EXECUTE format('INSERT INTO %I.stored_sources AS before (relation, file, columns, triggers, is_noted, unseen)
                    SELECT relation, file, columns, triggers, is_noted, CASE WHEN relation = $2 THEN $3 ELSE ''{}'' END FROM %s._mart_sources($1)
                    ON CONFLICT (relation) DO UPDATE SET file = excluded.file, columns = excluded.columns, triggers = excluded.triggers, is_noted = excluded.is_noted AND ($4 OR before.is_noted), unseen = excluded.unseen', mart, extension)
    USING settings, changes, unseen, is_first;
    EXECUTE format('INSERT INTO %1$I.stored_beside SELECT true WHERE NOT EXISTS (SELECT FROM %1$I.stored_beside)', mart);
    RETURN settings;
END
$$;
COMMENT ON FUNCTION _mart_watch(jsonb, boolean) IS
'compares the tables of the orders with what they were when they were read, and notes in changes what may have changed without a trigger: the months of a partition that has joined, or all; is_first: the first transaction of a refresh that reads; returns the settings with the types of today';

-- A table that joins the orders while they are read has rows that the snapshot sees, but is none of them to it: it would be recorded nowhere.
CREATE FUNCTION _mart_note_joined(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM unnest(@extschema@._mart_relations_now((settings ->> 'orders')::regclass)) AS now_there (relation) LEFT JOIN pg_class AS c ON c.oid = relation
               WHERE c.relpersistence IS DISTINCT FROM 't' AND relation NOT IN (SELECT r.relation FROM @extschema@._mart_relations((settings ->> 'orders')::regclass) AS r (relation))) THEN
        EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', settings ->> 'mart');
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_note_joined(jsonb) IS 'notes that all is to be read by the next refresh where a table has joined the orders since the snapshot of this one was taken';

CREATE FUNCTION _mart_begin(settings jsonb, from_day date, to_day date)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mart text := settings ->> 'mart';
    log_run bigint;
BEGIN
    EXECUTE format('INSERT INTO %I.refresh_log (state) VALUES (''running'') RETURNING run', mart) INTO log_run;
    EXECUTE format('UPDATE %I.refresh_log SET state = ''failed'', changed_at = clock_timestamp() WHERE state = ''running'' AND run <> $1
                        AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = process AND backend_start <= started_at IS NOT FALSE)', mart) USING log_run;
    EXECUTE format('UPDATE %I.refresh_log SET state = ''failed'', changed_at = clock_timestamp() WHERE state = ''running'' AND run <> $1 AND process = pg_backend_pid()', mart) USING log_run;
    PERFORM @extschema@._mart_update(settings);
    PERFORM @extschema@._mart_note(settings, from_day, to_day);
    RETURN log_run;
END
$$;
COMMENT ON FUNCTION _mart_begin(jsonb, date, date) IS 'a row in refresh_log, and in changes what only a refresh can note; the number of the row';

CREATE FUNCTION _mart_publish(settings jsonb, previous date)
RETURNS date
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
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
        PERFORM @extschema@._mart_fill_changed(settings, changed_from, previous, as_of);
    END IF;
    RETURN as_of;
END
$$;
COMMENT ON FUNCTION _mart_publish(jsonb, date) IS
'makes the months that _mart_read has read those that are shown, and replaces what follows from them; the last day that counts';

CREATE FUNCTION _mart_finish(settings jsonb, reads_all boolean, quality boolean, log_run bigint, started timestamptz)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mart text := settings ->> 'mart';
    previous date;
    changed_from date;
    as_of date;
    fraction text;
BEGIN
    EXECUTE format('SELECT as_of, (SELECT CASE WHEN $1 THEN ''-infinity'' ELSE min(month) END FROM %1$I.stored_ledgers WHERE NOT is_published) FROM %1$I.stored_state', mart) INTO previous, changed_from USING reads_all;
    IF reads_all THEN
        as_of := @extschema@._mart_fill_all(settings, log_run, started);
    ELSE
        as_of := @extschema@._mart_publish(settings, previous);
    END IF;
    EXECUTE format('UPDATE %I.stored_state SET as_of = $1', mart) USING as_of;
    EXECUTE format('SELECT to_char(month, ''YYYY-MM'') FROM %I.stored_months WHERE greatest(min_scale(gross_revenue), min_scale(refunds)) > $1 ORDER BY month LIMIT 1', mart) INTO fraction USING (settings ->> 'decimals')::integer;
    IF fraction IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'numeric_value_out_of_range', MESSAGE = format('amounts of %s in %s have more than %s decimals', settings ->> 'orders', fraction, settings ->> 'decimals'),
            HINT = 'drop_mart, and create_mart with more decimals.';
    END IF;
    IF as_of IS NULL THEN
        PERFORM @extschema@._mart_fill_nothing(settings);
    END IF;
    IF settings #>> '{columns,product}' IS NOT NULL AND changed_from IS NOT NULL THEN
        PERFORM @extschema@._mart_fill_kinds(settings, changed_from, previous, as_of);
    END IF;
    PERFORM @extschema@._mart_fill_others(settings, coalesce(as_of, (settings ->> 'today')::date));
    IF quality THEN
        PERFORM @extschema@._mart_fill_quality(settings);
    END IF;
    EXECUTE format('UPDATE %I.refresh_log SET state = ''done'', changed_at = clock_timestamp() WHERE run = $1', mart) USING log_run;
END
$$;
COMMENT ON FUNCTION _mart_finish(jsonb, boolean, boolean, bigint, timestamptz) IS
'the last transaction of a refresh: reads what is to be read at once, and replaces all that is shown';

-- A snapshot that is older than a lock does not see what the lock waited for: a table that is rewritten, or emptied and loaded.
CREATE PROCEDURE _mart_transaction(state regclass, sources regclass[])
LANGUAGE c AS 'MODULE_PATHNAME', 'customer_value_mart_transaction';
COMMENT ON PROCEDURE _mart_transaction(regclass, regclass[]) IS
'ends the transaction and begins another, REPEATABLE READ, which locks the state of a mart of the caller, for one refresh at a time, and the sources against all but changes of rows before it takes its snapshot';

-- No SET clause: a procedure that ends transactions may have none. search_path is set for each of its transactions instead, and qualified
-- names do without before. The snapshot of a transaction is one for all that it does, so that months, state and what follows from them are of one moment. A
-- change that commits later has its month in changes, neither seen nor deleted here, for the next refresh.
CREATE PROCEDURE refresh_mart(mart name, from_day date DEFAULT NULL, to_day date DEFAULT NULL, quality boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
DECLARE
    path CONSTANT pg_catalog.text := pg_catalog.current_setting('search_path');
    jit CONSTANT pg_catalog.text := pg_catalog.current_setting('jit');
    started CONSTANT pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    settings pg_catalog.jsonb;
    state pg_catalog.regclass;
    sources pg_catalog.regclass[];
    log_run bigint;
    chunk record;
    total bigint;
    done bigint := 0;
    rows_read bigint := 0;
    reads_all boolean;
    is_last boolean;
BEGIN
    -- what the transaction before has left open; whatever the session's default: what _mart_begin waits for, it must see
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    settings := @extschema@._mart_settings(mart);
    EXECUTE format('LOCK TABLE %I.stored_state IN SHARE UPDATE EXCLUSIVE MODE', mart);   -- one refresh at a time
    settings := @extschema@._mart_settings(mart);
    PERFORM @extschema@._mart_check_tables(settings);
    sources := ARRAY[settings ->> 'orders', settings ->> 'subscriptions_table', settings ->> 'survey_table', settings ->> 'costs_table'];
    log_run := @extschema@._mart_begin(settings, from_day, to_day);
    LOOP
        state := to_regclass(format('%I.stored_state', mart));
        CALL @extschema@._mart_transaction(state, sources);
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true), pg_catalog.set_config('jit', 'off', true);
        -- tables may have got other names meanwhile, and columns other types
        settings := @extschema@._mart_settings(mart);
        PERFORM @extschema@._mart_check_tables(settings);
        settings := @extschema@._mart_watch(settings, total IS NULL);
        reads_all := false;
        FOR chunk IN SELECT *, count(*) OVER () AS chunks, sum(months) OVER () AS left FROM @extschema@._mart_chunks(settings) LOOP
            reads_all := chunk.from_day IS NULL;
            EXIT WHEN reads_all;
            total := coalesce(total, chunk.left);
            rows_read := @extschema@._mart_read(settings, chunk.from_day, chunk.to_day, chunk.shards, log_run, done, total, rows_read, started);
            done := done + chunk.months;
            -- the months that were there at the beginning; those that changed meanwhile, and the last ones, are read together
            EXIT WHEN chunk.chunks > 1 AND done < total;
        END LOOP;
        is_last := NOT FOUND OR reads_all OR chunk.chunks = 1 OR done >= total;
        IF is_last THEN
            PERFORM @extschema@._mart_finish(settings, reads_all, quality, log_run, started);
        END IF;
        PERFORM @extschema@._mart_note_joined(settings);
        EXIT WHEN is_last;
    END LOOP;
    PERFORM set_config('search_path', path, true), set_config('jit', jit, true);
END
$$;
COMMENT ON PROCEDURE refresh_mart(name, date, date, boolean) IS
'brings a mart up to date: reads again the months whose orders have changed, or those of the days from <= day < to, and replaces all figures in one transaction; quality checks the source too, which reads all of it; ends transactions, so CALL it outside of a transaction block; how far is it? refresh_log in the mart';
