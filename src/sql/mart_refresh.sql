--@ requires: mart_watch, mart_fill, mart_customers, mart_kinds, mart_rates
-- refresh_mart: months whose orders have changed are read again, and all that follows from them is replaced in one transaction.

CREATE FUNCTION _mart_begin()
RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    log_run bigint;
BEGIN
    INSERT INTO refresh_log (state) VALUES ('running') RETURNING run INTO log_run;
    UPDATE refresh_log SET state = 'failed', changed_at = clock_timestamp()
    WHERE state = 'running' AND run <> log_run
        AND (process = pg_backend_pid() OR NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = process AND backend_start <= started_at IS NOT FALSE));
    RETURN log_run;
END
$$;
COMMENT ON FUNCTION _mart_begin() IS 'a row in refresh_log, whose number it returns; those of refreshes that were cancelled or killed say failed from now on';

CREATE FUNCTION _mart_publish(previous date)
RETURNS date
LANGUAGE plpgsql
AS $$
DECLARE
    today date := @extschema@._mart_today();
    changed_from date := (SELECT min(month) FROM stored_ledgers WHERE NOT is_published);
    touched @extschema@.customer_ledger := @extschema@._mart_changed_customers();
    as_of date;
BEGIN
    DELETE FROM stored_rejected WHERE is_published AND source = 'orders' AND month IN (SELECT month FROM stored_ledgers WHERE NOT is_published);
    DELETE FROM stored_months WHERE is_published AND month IN (SELECT month FROM stored_ledgers WHERE NOT is_published);
    DELETE FROM stored_ledgers WHERE is_published AND month IN (SELECT month FROM stored_ledgers WHERE NOT is_published);
    DELETE FROM stored_ledgers WHERE ledger IS NULL;
    UPDATE stored_ledgers SET is_published = true WHERE NOT is_published;
    UPDATE stored_months SET is_published = true WHERE NOT is_published;
    UPDATE stored_rejected SET is_published = true WHERE NOT is_published;
    -- an order dated in the future is shown from that day on: the running month may hold nothing else, the one before cannot
    SELECT max(@extschema@.last_day(@extschema@.as_of(ledger, today))) INTO as_of FROM stored_ledgers
    WHERE is_published AND month IN (SELECT DISTINCT month FROM stored_ledgers WHERE is_published AND month <= today ORDER BY month DESC LIMIT 2);
    IF as_of IS NOT NULL AND (changed_from IS NOT NULL OR as_of IS DISTINCT FROM previous) THEN
        PERFORM @extschema@._mart_fill_changed(changed_from, previous, as_of);
    END IF;
    IF as_of IS NOT NULL THEN
        PERFORM @extschema@._mart_fill_customers(touched, as_of);
    END IF;
    RETURN as_of;
END
$$;
COMMENT ON FUNCTION _mart_publish(date) IS
'makes the months that _mart_read has read those that are shown, and replaces what follows from them; the last day that counts';

CREATE FUNCTION _mart_finish(reads_all boolean, quality boolean, strict boolean)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    mart record;
    previous date := (SELECT as_of FROM stored_state);
    changed_from date := CASE WHEN reads_all THEN '-infinity'::date ELSE (SELECT min(month) FROM stored_ledgers WHERE NOT is_published) END;
    new_as_of date;
    until date;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    new_as_of := CASE WHEN reads_all THEN @extschema@._mart_fill_all() ELSE @extschema@._mart_publish(previous) END;
    UPDATE stored_state SET as_of = new_as_of, changed_until = changed_found;
    IF new_as_of IS NULL THEN
        PERFORM @extschema@._mart_fill_nothing(), @extschema@._mart_fill_no_customers();
    END IF;
    IF mart.columns ? 'product' AND changed_from IS NOT NULL THEN
        PERFORM @extschema@._mart_fill_kinds(changed_from, previous, new_as_of);
    END IF;
    until := coalesce(new_as_of, @extschema@._mart_today());
    IF mart.survey IS NOT NULL THEN
        PERFORM @extschema@._mart_fill_nps(until);
    END IF;
    IF mart.costs IS NOT NULL THEN
        PERFORM @extschema@._mart_fill_costs();
    END IF;
    IF mart.subscriptions IS NOT NULL THEN
        PERFORM @extschema@._mart_fill_mrr(until);
    END IF;
    IF quality THEN
        PERFORM @extschema@._mart_fill_quality();
    END IF;
    PERFORM @extschema@._mart_fill_rejected(), @extschema@._mart_tell_rejected(strict);
    -- the planner takes tables that nobody has analyzed for long ones, and views that join some of them for so long that it compiles them
    IF reads_all OR previous IS NULL THEN
        ANALYZE settings, stored_state, stored_ledgers, stored_months, stored_kinds, stored_costs, stored_growth, stored_lifecycle, stored_new_vs_returning, stored_mrr, stored_nps;
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_finish(boolean, boolean, boolean) IS
'the last transaction of a refresh: reads what is to be read at once, and replaces all that is shown';

CREATE FUNCTION _mart_log(log_run bigint, months_done bigint, months_total bigint, rows_read bigint)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE refresh_log SET months_done = $2, months_total = $3, rows_read = $4, changed_at = clock_timestamp() WHERE run = $1;
END
$$;
COMMENT ON FUNCTION _mart_log(bigint, bigint, bigint, bigint) IS 'says in refresh_log how far a refresh is';

CREATE FUNCTION _mart_progress(months_done bigint, months_total bigint, rows_read bigint, seconds double precision)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN format('%s of %s months, %s rows, %s rows a second, %s s left to read', months_done, months_total, rows_read, round(rows_read / greatest(seconds, 0.001)),
                  ceil(seconds * greatest(months_total - months_done, 0) / greatest(months_done, 1)));
END
$$;
COMMENT ON FUNCTION _mart_progress(bigint, bigint, bigint, double precision) IS 'what a refresh tells of its progress after so many seconds';

CREATE FUNCTION _mart_tell_progress(log_run bigint, before timestamptz)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    log record;
    every CONSTANT double precision := 5;   -- seconds
BEGIN
    SELECT * INTO STRICT log FROM refresh_log WHERE run = log_run;
    IF floor(extract(epoch FROM log.changed_at - log.started_at) / every) > floor(extract(epoch FROM before - log.started_at) / every) THEN
        RAISE NOTICE '%', @extschema@._mart_progress(log.months_done, log.months_total, log.rows_read, extract(epoch FROM log.changed_at - log.started_at)::double precision);
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_tell_progress(bigint, timestamptz) IS 'a notice of how far a refresh is, one in five seconds: where they have passed since the part before was done';

CREATE FUNCTION _mart_pass(settings jsonb, log_run bigint, quality boolean, strict boolean)
RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    log record;
    chunk record;
    reads_all boolean := false;
    is_last boolean;
BEGIN
    PERFORM @extschema@._mart_check_tables(settings);
    SELECT * INTO STRICT log FROM refresh_log WHERE run = log_run;
    settings := @extschema@._mart_watch(settings, log.months_total IS NULL);
    PERFORM @extschema@._mart_convert(settings);
    FOR chunk IN SELECT *, count(*) OVER () AS chunks, sum(months) OVER () AS left FROM @extschema@._mart_chunks() LOOP
        reads_all := chunk.from_day IS NULL;
        EXIT WHEN reads_all;
        log.months_total := coalesce(log.months_total, chunk.left);
        log.rows_read := log.rows_read + @extschema@._mart_read(chunk.from_day, chunk.to_day, chunk.shards);
        log.months_done := log.months_done + chunk.months;
        PERFORM @extschema@._mart_log(log_run, log.months_done, greatest(log.months_total, log.months_done), log.rows_read);   -- some changed meanwhile, and are read again
        PERFORM @extschema@._mart_tell_progress(log_run, log.changed_at);
        log.changed_at := clock_timestamp();
        -- the months that were there at the beginning; those that changed meanwhile, and the last ones, are read together
        EXIT WHEN chunk.chunks > 1 AND log.months_done < log.months_total;
    END LOOP;
    is_last := NOT FOUND OR reads_all OR chunk.chunks = 1 OR log.months_done >= log.months_total;
    IF is_last THEN
        PERFORM @extschema@._mart_finish(reads_all, quality, strict);
        IF reads_all THEN
            PERFORM @extschema@._mart_log(log_run, count(DISTINCT month), count(DISTINCT month), coalesce(sum(@extschema@.rows_count(ledger)), 0)::bigint) FROM stored_ledgers;
        END IF;
        UPDATE refresh_log SET state = 'done', as_of = (SELECT s.as_of FROM stored_state AS s), changed_at = clock_timestamp() WHERE run = log_run;
    END IF;
    PERFORM @extschema@._mart_note_joined(settings);
    RETURN is_last;
END
$$;
COMMENT ON FUNCTION _mart_pass(jsonb, bigint, boolean, boolean) IS
'what one transaction of a refresh does once it has its locks: reads a part of the months that have changed, and with the last part replaces all that is shown; was it the last?';

-- A snapshot that is older than a lock does not see what the lock waited for: a table that is rewritten, or emptied and loaded.
CREATE PROCEDURE _mart_transaction(state regclass, sources regclass[])
LANGUAGE c AS 'MODULE_PATHNAME', 'customer_value_mart_transaction';
COMMENT ON PROCEDURE _mart_transaction(regclass, regclass[]) IS
'ends the transaction and begins another, REPEATABLE READ, or goes on with that of a transaction block, which locks the state of a mart of the caller, for one refresh at a time, and the sources against all but changes of rows before it takes its snapshot';

CREATE PROCEDURE _mart_commit(INOUT commits boolean)
LANGUAGE c AS 'MODULE_PATHNAME', 'customer_value_mart_commit';
COMMENT ON PROCEDURE _mart_commit(boolean) IS
'ends the transaction and begins another, READ COMMITTED; false in a transaction block, where there is nothing to end; there, error 0A000 for another isolation level';

-- In a transaction block each statement has its own snapshot, and figures that were read one after the other are of one moment only where nobody has
-- committed changes meanwhile, who would have left a note.
CREATE FUNCTION _mart_is_stale(passes integer)
RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM changes) THEN
        RETURN false;
    ELSIF passes >= 20 THEN
        RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = format('orders are written all the time, so that the mart "%s" cannot be refreshed in a transaction block', current_schema), HINT = 'CALL refresh_mart outside of it.';
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION _mart_is_stale(integer) IS 'has somebody changed orders while a refresh in a transaction block has read them? error 55P03 after twenty passes';

CREATE FUNCTION _mart_relations_read(settings jsonb)
RETURNS regclass[]
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN ARRAY(SELECT r.relation FROM @extschema@._mart_tables_of(settings) AS t, unnest(ARRAY[t.relation, to_regclass('source_' || t.source)]) AS r (relation)
                 WHERE r.relation IS NOT NULL);
END
$$;
COMMENT ON FUNCTION _mart_relations_read(jsonb) IS 'the tables that a mart reads, and its views of them';

-- A call of a function or an operator finds the one whose arguments fit best, whichever schema of search_path it is in.
CREATE FUNCTION _mart_check_schema(mart name)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    schema record;
    others text;
BEGIN
    SELECT * INTO schema FROM pg_namespace WHERE nspname = mart;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no mart %L', mart), HINT = 'It may have been renamed, or dropped, just now.';
    END IF;
    SELECT string_agg(DISTINCT CASE role WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(role) END, ', ') INTO others
    FROM (SELECT grantee FROM aclexplode(schema.nspacl) WHERE privilege_type = 'CREATE'
          UNION SELECT proowner FROM pg_proc WHERE pronamespace = schema.oid
          UNION SELECT oprowner FROM pg_operator WHERE oprnamespace = schema.oid) AS has (role)
    WHERE role <> schema.nspowner;
    IF others IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('others may have functions or operators in the schema of the mart "%s", which a refresh would run: %s', mart, others),
            HINT = format('REVOKE CREATE ON SCHEMA %I, and drop what functions and operators they have in it.', mart);
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_check_schema(name) IS 'error 42501 where others than the owner of a mart may create objects in its schema, or have functions or operators in it: a refresh, which finds the tables of the mart by search_path, would run them with the rights of the owner';

CREATE FUNCTION _mart_enter(mart name)
RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    settings pg_catalog.jsonb := @extschema@._mart_settings(mart);
BEGIN
    PERFORM @extschema@._mart_check_schema(mart);
    -- a plan for any bounds would read all orders; what is stored as text is the same in every session
    PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', mart), true), pg_catalog.set_config('jit', 'off', true), pg_catalog.set_config('plan_cache_mode', 'force_custom_plan', true),
        pg_catalog.set_config('datestyle', 'ISO', true), pg_catalog.set_config('intervalstyle', 'postgres', true);
    RETURN settings;
END
$$;
COMMENT ON FUNCTION _mart_enter(name) IS
'the settings of a mart, after a check of its schema, with the mart as the first schema of search_path up to the end of the transaction: functions that read its tables by their names are called next';

-- To be called by the handler of an error, which has undone what the transaction did. Who cancels a refresh, or ends it, wants it to end at once.
CREATE PROCEDURE _mart_fail(log_run bigint, commits boolean, code text, message text)
LANGUAGE plpgsql
AS $$
BEGIN
    -- in a transaction block the row is gone with all else
    IF commits THEN
        UPDATE refresh_log SET state = 'failed', error = pg_catalog.concat(code, ': ', message), changed_at = pg_catalog.clock_timestamp() WHERE run = log_run;
        CALL @extschema@._mart_commit(commits);
    END IF;
END
$$;
COMMENT ON PROCEDURE _mart_fail(bigint, boolean, text, text) IS 'says in refresh_log with which error a refresh has failed, and ends the transaction; nothing in a transaction block';

-- No SET clause: a procedure that ends transactions may have none. search_path is set for each of its transactions instead, and qualified
-- names do without before. The snapshot of a transaction is one for all that it does, so that months, state and what follows from them are of one moment. A
-- change that commits later has its month in changes, neither seen nor deleted here, for the next refresh.
CREATE PROCEDURE refresh_mart(mart name, from_day date DEFAULT NULL, to_day date DEFAULT NULL, quality boolean DEFAULT false, strict boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
DECLARE
    before CONSTANT pg_catalog.jsonb := pg_catalog.jsonb_object_agg(n, pg_catalog.current_setting(n)) FROM pg_catalog.unnest('{search_path,jit,plan_cache_mode,datestyle,intervalstyle}'::pg_catalog.text[]) AS n;
    settings pg_catalog.jsonb;
    state pg_catalog.regclass;
    sources pg_catalog.regclass[];
    log_run bigint;
    is_last boolean;
    commits boolean;
    passes integer := 0;
BEGIN
    -- what the transaction before has left open; whatever the session's default: what _mart_begin waits for, it must see
    CALL @extschema@._mart_commit(commits);
    settings := @extschema@._mart_enter(mart);
    LOCK TABLE stored_state IN SHARE UPDATE EXCLUSIVE MODE;   -- one refresh at a time
    PERFORM @extschema@._mart_update(settings);
    settings := @extschema@._mart_enter(mart);
    log_run := @extschema@._mart_begin();
    BEGIN
        PERFORM @extschema@._mart_check_tables(settings), @extschema@._mart_note(settings, from_day, to_day);
    EXCEPTION WHEN OTHERS THEN
        CALL @extschema@._mart_fail(log_run, commits, SQLSTATE, SQLERRM);
        RAISE;
    END;
    LOOP
        state := 'stored_state'::regclass;
        sources := @extschema@._mart_relations_read(settings);
        CALL @extschema@._mart_transaction(state, sources);
        settings := @extschema@._mart_enter(mart);
        CONTINUE WHEN sources <> @extschema@._mart_relations_read(settings);   -- others have these names now
        BEGIN
            is_last := @extschema@._mart_pass(settings, log_run, quality, strict);
        EXCEPTION WHEN OTHERS THEN
            CALL @extschema@._mart_fail(log_run, commits, SQLSTATE, SQLERRM);
            RAISE;
        END;
        CONTINUE WHEN NOT is_last;
        passes := passes + 1;
        EXIT WHEN commits OR NOT @extschema@._mart_is_stale(passes);
        UPDATE refresh_log SET months_done = 0, months_total = NULL WHERE run = log_run;
    END LOOP;
    PERFORM pg_catalog.set_config(b.key, b.value, true) FROM pg_catalog.jsonb_each_text(before) AS b;
END
$$;
COMMENT ON PROCEDURE refresh_mart(name, date, date, boolean, boolean) IS
'brings a mart up to date: reads again the months whose orders have changed, and those of the days from_day <= day < to_day (all, from -infinity to infinity), and replaces all figures in one transaction; quality checks the source too, which reads all of it; rows that cannot be used are set aside and shown in rejected, and are errors if strict; ends transactions, but in a transaction block is a part of that; how far is it, and why has it failed? refreshes in the mart';
