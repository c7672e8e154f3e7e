--@ requires: mart_create
-- What tells a refresh which orders have changed: notes of triggers and of its own, and what the catalogue says of the tables.

-- PostgreSQL hides the start of transactions of other roles from who is no member of pg_read_all_stats: changed_overlap is for them. Of a prepared one it shows
-- when it was prepared. Autovacuum writes no orders.
CREATE FUNCTION _mart_oldest_start()
RETURNS timestamptz
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN least(now(), (SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type <> 'autovacuum worker'),
                        (SELECT min(prepared) FROM pg_prepared_xacts WHERE database = current_database()));
END
$$;
COMMENT ON FUNCTION _mart_oldest_start() IS 'when the oldest open transaction of this database began, as far as the caller may see it: now() is not before that in any row that is not committed yet';

CREATE FUNCTION _mart_note(settings jsonb, from_day date, to_day date)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    orders regclass := settings ->> 'orders_table';
    triggers boolean := settings ->> 'triggers';
    has_changed_at boolean := settings -> 'columns' ? 'changed_at';
BEGIN
    IF from_day = '-infinity' AND to_day = 'infinity' OR from_day IS NULL AND to_day IS NULL AND NOT triggers AND NOT has_changed_at THEN
        INSERT INTO changes VALUES (NULL);
    ELSIF from_day IS NOT NULL OR to_day IS NOT NULL THEN
        IF NOT from_day < to_day IS NOT FALSE OR NOT isfinite(from_day) OR NOT isfinite(to_day) OR from_day IS NULL OR to_day IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('from_day and to_day must both be days, from_day before to_day: %s, %s', coalesce(from_day::text, 'NULL'), coalesce(to_day::text, 'NULL'));
        END IF;
        INSERT INTO changes SELECT generate_series(date_trunc('month', from_day::timestamp), to_day::timestamp - interval '1 day', '1 month')::date;
    END IF;
    IF has_changed_at THEN
        -- before the snapshot is taken, which then sees all that committed until now
        UPDATE stored_state SET changed_found = @extschema@._mart_oldest_start();
    END IF;
    -- orders that were dated in the future when their month was read, and whose day may have come
    INSERT INTO changes SELECT l.month FROM stored_ledgers AS l, (SELECT coalesce(as_of, '-infinity') AS as_of FROM stored_state) AS s
    WHERE is_published AND l.month BETWEEN date_trunc('month', s.as_of) AND @extschema@._mart_today() AND @extschema@.last_day(l.ledger) > s.as_of;
    -- months that a failed refresh has read count orders up to the day of then
    INSERT INTO changes SELECT month FROM stored_ledgers
    WHERE NOT is_published AND month >= (SELECT date_trunc('month', min(started_at) AT TIME ZONE 'UTC' - interval '1 day') FROM refresh_log
                                         WHERE run > coalesce((SELECT max(run) FROM refresh_log WHERE state = 'done'), 0));
    IF NOT triggers THEN
        RETURN;
    END IF;
    IF @extschema@._mart_can_note(orders) THEN
        -- where it has to be given up, _mart_watch finds tables without triggers, and all is read
        PERFORM @extschema@._mart_put_triggers(settings);
        RETURN;
    END IF;
    -- a partition has joined that can have no triggers, and that nobody could write with triggers on the tables above it
    PERFORM @extschema@._mart_drop_triggers(settings, '{}'::text[], '{}'::text[]);
    INSERT INTO changes VALUES (NULL);
    RAISE WARNING USING MESSAGE = format('triggers of the mart "%s" cannot note all changes of %s: all months are read', settings ->> 'mart', orders),
        HINT = 'They can be on tables of which you have the privilege TRIGGER, not on foreign tables, and do not fire for what is written through a table above the orders.';
END
$$;
COMMENT ON FUNCTION _mart_note(jsonb, date, date) IS
'notes in changes what triggers could not: the months of a period; those of orders whose day has come; all of a source without triggers and without changed_at; and puts triggers on tables that lack them';

-- What tells that orders have changed without a trigger: TRUNCATE, ALTER TABLE and CLUSTER give a table another file; a column that was dropped and
-- added again has another number; and what was altered for a time has another version of its row in the catalogue: triggers that were disabled, mapped
-- columns of a table that was a partition of another, the table of the changes themselves and the function that notes them.
CREATE FUNCTION _mart_sources(settings jsonb)
RETURNS TABLE (relation oid, file oid, columns text, triggers text, is_noted boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    orders regclass := settings ->> 'orders_table';
    note_changes oid := @extschema@._mart_note_changes(settings ->> 'mart');
    changes oid := to_regclass(format('%I.changes', settings ->> 'mart'));
BEGIN
    RETURN QUERY
        SELECT r.relation::oid, c.relfilenode,
               -- a view that is replaced has another rule
               coalesce((SELECT string_agg(format('%s, ', w.xmin), '' ORDER BY w.oid) FROM pg_rewrite AS w WHERE w.ev_class = r.relation AND c.relkind = 'v'), '')
               || coalesce((SELECT string_agg(format('%s %s %s %s %s %s', m.key, a.attnum, a.atttypid, a.atttypmod, a.xmin, (SELECT d.xmin FROM pg_attrdef AS d WHERE a.attgenerated <> '' AND d.adrelid = a.attrelid AND d.adnum = a.attnum))
                                             || coalesce((SELECT string_agg(format(' %s %L', e.oid, e.enumlabel), '' ORDER BY e.oid) FROM pg_enum AS e WHERE e.enumtypid = @extschema@._quality_column(r.relation::regclass, m.key, m.value)::regtype), ''), ', ' ORDER BY m.key)
                         FROM jsonb_each_text(settings -> 'columns') AS m JOIN pg_attribute AS a ON a.attrelid = r.relation AND a.attname = m.value), ''),
               coalesce(t.versions, ''),
               settings -> 'columns' ? 'changed_at' OR w.are_there AND (w.is_owned OR NOT EXISTS (SELECT FROM pg_subscription_rel AS s WHERE s.srrelid IN (SELECT o.relation::oid FROM @extschema@._mart_relations(orders) AS o (relation))
                                                                                                   OR s.srrelid IN (SELECT p.relid::oid FROM pg_partition_ancestors(r.relation) AS p (relid))))
        FROM @extschema@._mart_relations(orders) AS r (relation)
             JOIN pg_class AS c ON c.oid = r.relation
             CROSS JOIN LATERAL (
                SELECT string_agg(format('%s %s %s', g.tgtype, g.oid, g.xmin), ', ' ORDER BY g.tgtype, g.oid) AS versions FROM pg_trigger AS g WHERE g.tgrelid = r.relation AND g.tgfoid = note_changes) AS t
             CROSS JOIN LATERAL (
                SELECT bool_and(v.is_owned) AS is_owned, bool_and(EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = v.relation AND g.tgfoid = note_changes AND g.tgtype = v.type AND g.tgattr::text = '' AND g.tgqual IS NULL
                                                                                                     AND (g.tgenabled = 'A' OR g.tgenabled = CASE v.event WHEN 'replica' THEN 'R' ELSE 'O' END))) AS are_there
                FROM @extschema@._mart_triggers(orders) AS v WHERE v.relation = r.relation) AS w
        UNION ALL
        SELECT c.oid, c.relfilenode, c.xmin::text, p.xmin::text,
               c.relkind = 'r' AND c.relpersistence = 'p' AND c.relowner = p.proowner AND c.relnatts = 1 AND NOT c.relrowsecurity AND NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.oid)
               AND NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = c.oid)
        FROM pg_class AS c, pg_proc AS p WHERE c.oid = changes AND p.oid = note_changes;
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

CREATE FUNCTION _mart_reason(seen record, changes regclass, is_first boolean)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE
        WHEN seen.relation = changes THEN
            CASE WHEN seen.is_rewritten OR seen.has_other_columns OR seen.has_other_triggers THEN 'or its function note_changes() was altered'
                 WHEN is_first AND seen.unseen <> '{}' THEN 'lacks what a writer who was under way has changed' END
        WHEN seen.is_gone THEN 'is no table of it any more'
        WHEN seen.is_rewritten THEN 'was emptied or rewritten'
        WHEN seen.has_other_columns THEN 'has other columns, or had them altered'
        WHEN seen.has_other_triggers THEN 'was without its triggers for a time, or they were off'
        WHEN seen.is_emptied AND NOT seen.is_new THEN 'is UNLOGGED, and may have been emptied by a crash' END;
END
$$;
COMMENT ON FUNCTION _mart_reason(record, regclass, boolean) IS 'why all orders are to be read, by what _mart_seen() says of a table; NULL where it says nothing of the kind';

CREATE FUNCTION _mart_seen(settings jsonb)
RETURNS TABLE (relation regclass, is_new boolean, is_gone boolean, is_rewritten boolean, has_other_columns boolean, has_other_triggers boolean, is_not_noted boolean, was_not_noted boolean,
               unseen xid8[], is_readable boolean, is_emptied boolean)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN QUERY
        SELECT coalesce(now_there.relation, before.relation)::regclass, before.relation IS NULL, now_there.relation IS NULL, before.file <> now_there.file, before.columns <> now_there.columns,
               before.triggers <> now_there.triggers, NOT now_there.is_noted, NOT before.is_noted, before.unseen,
               c.relkind = 'r' AND c.oid <> to_regclass('changes') AND has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid),
               c.relpersistence = 'u' AND NOT EXISTS (SELECT FROM stored_beside)
        FROM stored_sources AS before FULL JOIN @extschema@._mart_sources(settings) AS now_there ON now_there.relation = before.relation
             LEFT JOIN pg_class AS c ON c.oid = coalesce(now_there.relation, before.relation)
        ORDER BY 1;
END
$$;
COMMENT ON FUNCTION _mart_seen(jsonb) IS 'the tables of the orders of a mart, and that of their changes, as they are now against what they were when they were read';

-- Rows that are in no figure count, too: an order that was cancelled was in one before.
CREATE FUNCTION _mart_note_rows(source text, condition text)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE format('INSERT INTO changes SELECT DISTINCT date_trunc(''month'', %s)::date FROM %s AS t WHERE isfinite(t.%I) AND %s',
                   @extschema@._mart_expression('day'::text, 'orders'::text, 'ordered_at'::text, to_jsonb(s)), source, s.columns ->> 'ordered_at', condition) FROM settings AS s;
END
$$;
COMMENT ON FUNCTION _mart_note_rows(text, text) IS 'notes the months of rows of the orders: of a table, such as ONLY a partition that has joined them, those that fulfil a condition over t';

-- A bound of the type of the column, so that an index on it can be used
CREATE FUNCTION _mart_changed_bound(instant timestamptz, settings jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    zone text := @extschema@._mart_changed_zone(settings);
BEGIN
    RETURN CASE WHEN zone IS NULL THEN format('%L::timestamptz', instant) ELSE format('%L::timestamp', instant AT TIME ZONE zone) END;
END
$$;
COMMENT ON FUNCTION _mart_changed_bound(timestamptz, jsonb) IS 'an instant to compare the column changed_at with, as an expression';

-- The mark is the greatest changed_at up to changed_found, where _mart_note has left the start of the oldest open transaction: no row that is not committed yet
-- has one below. It is read before the rows are, as in a transaction block each statement sees what was committed meanwhile.
CREATE FUNCTION _mart_note_written(settings jsonb)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    written text := 't.' || quote_ident(settings #>> '{columns,changed_at}');
    state record;
    since timestamptz;
    found_until timestamptz;
BEGIN
    -- after a clock was put back the mark may be in the future
    SELECT CASE WHEN s.changed_until > now() THEN now() ELSE s.changed_until END AS until, s.changed_found INTO STRICT state FROM stored_state AS s;
    EXECUTE format('SELECT max(%1$s)%2$s FROM %3$s AS t WHERE %1$s <= %4$s', written, ' AT TIME ZONE ' || quote_literal(@extschema@._mart_changed_zone(settings)), settings ->> 'orders_table',
                   @extschema@._mart_changed_bound(state.changed_found, settings)) INTO found_until;
    UPDATE stored_state SET changed_found = found_until;
    IF state.until IS NULL THEN
        INSERT INTO changes VALUES (NULL);
        RETURN;
    END IF;
    SELECT (state.until AT TIME ZONE 'UTC' - s.changed_overlap) AT TIME ZONE 'UTC' INTO since FROM settings AS s;
    PERFORM @extschema@._mart_note_rows(settings ->> 'orders_table', format('(%1$s >= %2$s OR %1$s IS NULL)', written, @extschema@._mart_changed_bound(since, settings)));
END
$$;
COMMENT ON FUNCTION _mart_note_written(jsonb) IS
'notes the months of the rows whose changed_at is NULL, or not older than the mark of the last refresh less changed_overlap (all where there is no mark); keeps the new mark in changed_found';

CREATE FUNCTION _mart_keep_sources(settings jsonb)
RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    now_there jsonb := @extschema@._mart_types(settings) || jsonb_build_object('signature', @extschema@._mart_signature(settings));
BEGIN
    IF now_there ->> 'signature' IS DISTINCT FROM settings ->> 'signature'
        OR EXISTS (SELECT FROM @extschema@._mart_tables_of(settings) AS t WHERE to_regclass('source_' || t.source) IS NULL) THEN
        PERFORM @extschema@._mart_add_sources(settings || now_there);
        UPDATE settings AS s SET types = now_there -> 'types', signature = now_there ->> 'signature';
    END IF;
    RETURN settings || now_there;
END
$$;
COMMENT ON FUNCTION _mart_keep_sources(jsonb) IS
'makes the views of the sources anew where their tables were replaced, or mapped columns are others or of other types now, as one of floating point is read in another way than one of numeric; the settings with the types of today';

-- A writer who cannot lock changes leaves a mark with note_changes() instead, which no lock of the mart is in the way of.
CREATE FUNCTION _mart_take_marks(note_changes regproc)
RETURNS boolean
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'customer_value_mart_take_marks';
COMMENT ON FUNCTION _mart_take_marks(regproc) IS
'removes the marks of writers who could not note what they have changed, as changes was locked and a lock_timeout, or a deadlock, ended the wait; were there any? error 42501 where the function is not the caller''s';

CREATE FUNCTION _mart_watch(settings jsonb, is_first boolean)
RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    mart text := settings ->> 'mart';
    orders regclass := settings ->> 'orders_table';
    has_changed_at boolean := settings -> 'columns' ? 'changed_at';
    changes regclass := to_regclass('changes');
    note_changes regproc;
    seen record;
    reason text;
    is_empty boolean := NOT EXISTS (SELECT FROM stored_sources);
    is_unmarked boolean := false;
    reads_all boolean := is_empty;
    unseen xid8[] := '{}';
BEGIN
    settings := @extschema@._mart_keep_sources(settings);
    IF NOT (settings ->> 'triggers')::boolean AND NOT has_changed_at THEN
        RETURN settings;
    END IF;
    note_changes := @extschema@._mart_note_changes(mart);
    IF note_changes IS NULL AND NOT has_changed_at THEN
        -- there can be no triggers: all is read each time, and once more when there can
        DELETE FROM stored_sources;
        RETURN settings;
    END IF;
    IF @extschema@._mart_take_marks(note_changes) THEN
        RAISE NOTICE USING MESSAGE = format('%s was locked while orders were written: all months of the mart "%s" are read', changes, mart);
        reads_all := true;
    END IF;
    FOR seen IN SELECT * FROM @extschema@._mart_seen(settings) LOOP
        IF seen.relation = changes AND seen.is_not_noted THEN
            RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('%s is not as create_mart made it, so that changes of the orders cannot be noted in it', format('%I.changes', mart)),
                HINT = 'It has one column, no index, no trigger, no row-level security, and the owner of note_changes().';
        END IF;
        -- a subscription that has ended, or changes that was altered, may have left writers under way without a mark
        is_unmarked := is_unmarked OR coalesce(CASE WHEN seen.relation = changes THEN seen.is_rewritten OR seen.has_other_columns OR seen.has_other_triggers OR seen.is_new AND NOT is_empty
                                                    ELSE is_first AND seen.was_not_noted AND NOT seen.is_not_noted END, false);
        IF seen.relation = changes THEN
            unseen := coalesce(seen.unseen, '{}');
        END IF;
        reason := @extschema@._mart_reason(seen, changes, is_first);
        IF reason IS NOT NULL THEN
            RAISE NOTICE USING MESSAGE = format('%s %s: all months of the mart "%s" are read', seen.relation, reason, mart);
        ELSIF is_first AND seen.is_not_noted THEN
            RAISE WARNING USING MESSAGE = format('triggers of the mart "%s" on %s are disabled or gone: all months are read', mart, seen.relation);
        END IF;
        reads_all := reads_all OR reason IS NOT NULL OR (is_first AND (seen.is_not_noted OR seen.was_not_noted IS TRUE)) OR (seen.is_new AND NOT seen.is_readable);
        IF seen.is_new AND seen.is_readable AND NOT reads_all THEN
            PERFORM @extschema@._mart_note_rows('ONLY ' || seen.relation, 'true'::text);
        END IF;
    END LOOP;
    IF reads_all THEN
        INSERT INTO changes VALUES (NULL);
    END IF;
    IF has_changed_at AND is_first THEN
        PERFORM @extschema@._mart_note_written(settings);
    END IF;
    IF is_unmarked THEN
        unseen := @extschema@._mart_writers(orders);
    ELSIF is_first AND unseen <> '{}' THEN
        unseen := ARRAY(SELECT unnest(unseen) INTERSECT SELECT unnest(@extschema@._mart_writers(orders)));
    END IF;
    PERFORM @extschema@._mart_remember(settings, unseen, is_first);
    RETURN settings;
END
$$;
COMMENT ON FUNCTION _mart_watch(jsonb, boolean) IS
'compares the tables of the orders with what they were when they were read, and notes in changes what may have changed without a trigger: the months of a partition that has joined, of rows that changed_at says were written, or all; is_first: the first transaction of a refresh that reads; returns the settings with the types of today';

-- What could not be noted while a part of the orders was read is for the next refresh, even if it can be noted by the next part.
CREATE FUNCTION _mart_remember(settings jsonb, unseen xid8[], is_first boolean)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    DELETE FROM stored_sources WHERE relation NOT IN (SELECT s.relation FROM @extschema@._mart_sources(settings) AS s);
    INSERT INTO stored_sources AS before (relation, file, columns, triggers, is_noted, unseen)
    SELECT s.relation, s.file, s.columns, s.triggers, s.is_noted, CASE WHEN s.relation = to_regclass('changes') THEN $2 ELSE '{}' END FROM @extschema@._mart_sources(settings) AS s
    ON CONFLICT (relation) DO UPDATE SET file = excluded.file, columns = excluded.columns, triggers = excluded.triggers, is_noted = excluded.is_noted AND ($3 OR before.is_noted), unseen = excluded.unseen;
    INSERT INTO stored_beside SELECT true WHERE NOT EXISTS (SELECT FROM stored_beside);
END
$$;
COMMENT ON FUNCTION _mart_remember(jsonb, xid8[], boolean) IS 'keeps in stored_sources what the tables of the orders are as they are read, and which writers may have left no mark';

-- A table that joins the orders while they are read has rows that the snapshot sees, but is none of them to it: it would be recorded nowhere.
CREATE FUNCTION _mart_note_joined(settings jsonb)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (SELECT FROM unnest(@extschema@._mart_relations_now((settings ->> 'orders_table')::regclass)) AS now_there (relation) LEFT JOIN pg_class AS c ON c.oid = relation
               WHERE c.relpersistence IS DISTINCT FROM 't' AND relation NOT IN (SELECT r.relation FROM @extschema@._mart_relations((settings ->> 'orders_table')::regclass) AS r (relation))) THEN
        INSERT INTO changes VALUES (NULL);
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_note_joined(jsonb) IS 'notes that all is to be read by the next refresh where a table has joined the orders since the snapshot of this one was taken';

