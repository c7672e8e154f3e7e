--@ requires: mart_views
-- A mart: a schema of commented views of plain types, made from the caller's own tables, for tools that read schemas. What is made belongs to
-- the caller and not to the extension: it survives dump and restore, and grants are its owner's business. The queries are made
-- when they run: with the rights of the caller, every name quoted, nothing found through search_path.

CREATE FUNCTION _mart_type(type text, settings jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE type WHEN 'money'::text THEN pg_catalog.format('numeric(38,%s)'::text, VARIADIC ARRAY[settings ->> 'decimals'::text])
                 WHEN 'average'::text THEN pg_catalog.format('numeric(38,%s)'::text, VARIADIC ARRAY[((settings ->> 'decimals'::text)::integer + 2)::text])
                 WHEN 'customer'::text THEN CASE WHEN settings ->> 'key'::text = 'bigint'::text THEN 'bigint'::text ELSE 'text'::text END
                 ELSE type END;
COMMENT ON FUNCTION _mart_type(text, jsonb) IS 'the SQL type of a column of _mart_columns() in a mart of these settings';

-- The columns of a mapping of another table than orders: which are there, which must be, and of what type
CREATE FUNCTION _mart_mapping(argument text, mapping jsonb, required text[], allowed text[])
RETURNS regclass
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wrong text;
    relation regclass;
BEGIN
    IF mapping IS NULL OR mapping = 'null' THEN
        RETURN NULL;
    END IF;
    wrong := CASE WHEN jsonb_typeof(mapping) <> 'object' THEN format('%s must be an object, such as {"table": "public.%s", ...}: %s', argument, argument, mapping) END;
    IF wrong IS NULL THEN
        SELECT format('%s has no "%s"; it can have %s', argument, key, array_to_string(array_prepend('table', allowed), ', ')) INTO wrong
        FROM jsonb_object_keys(mapping) AS key WHERE key <> 'table' AND key <> ALL (allowed) ORDER BY key LIMIT 1;
    END IF;
    IF wrong IS NULL THEN
        SELECT format('%s lacks "%s"', argument, needed) INTO wrong FROM unnest(array_prepend('table', required)) WITH ORDINALITY AS n (needed, place)
        WHERE mapping ->> needed IS NULL ORDER BY place LIMIT 1;
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = wrong;
    END IF;
    relation := (mapping ->> 'table')::oid::regclass;
    SELECT format('%s names the column "%s", which %s does not have', argument, value, relation) INTO wrong
    FROM jsonb_each_text(mapping) WHERE key <> 'table' AND value IS NOT NULL
        AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = relation AND attname = value AND attnum > 0 AND NOT attisdropped) LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_column', MESSAGE = wrong;
    END IF;
    RETURN relation;
END
$$;
COMMENT ON FUNCTION _mart_mapping(text, jsonb, text[], text[]) IS
'the table of a mapping such as {"table": "public.survey", "score": "answer"}, after a check of its keys and columns; error 22023 or 42703 that names what is wrong';

CREATE FUNCTION _mart_relations_now(source regclass)
RETURNS oid[]
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'customer_value_mart_relations_now';
COMMENT ON FUNCTION _mart_relations_now(regclass) IS 'a table and all that is below it, as the planner sees them: whatever the snapshot of the transaction';

CREATE FUNCTION _mart_relations(source regclass)
RETURNS SETOF regclass
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    WITH RECURSIVE tree (relation) AS (
        SELECT source::oid
        UNION
        -- not one that is half detached, nor a temporary table, which only its own session reads
        SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits AS i ON i.inhparent = tree.relation AND NOT i.inhdetachpending
            JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid AND c.relpersistence <> 't'::"char"
    )
    SELECT relation::regclass FROM tree ORDER BY relation;
END;
COMMENT ON FUNCTION _mart_relations(regclass) IS 'a table and all that is below it: its partitions and the tables that inherit from it';

-- A statement fires the triggers of the table that it names, not those of the tables below, whose rows it changes, too.
CREATE FUNCTION _mart_can_note(source regclass)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH tree (relation) AS (SELECT r.relation::oid FROM _mart_relations(source) AS r (relation))
    SELECT pg_catalog.bool_and(c.relkind IN ('r'::"char", 'p'::"char") AND pg_catalog.has_table_privilege(c.oid, 'TRIGGER'::text)
                               AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS i WHERE i.inhrelid = c.oid AND i.inhparent NOT IN (SELECT t.relation FROM tree AS t)))
    FROM tree JOIN pg_catalog.pg_class AS c ON c.oid = tree.relation;
END;
COMMENT ON FUNCTION _mart_can_note(regclass) IS
'can changes of a table be noted by triggers of the caller? not of views and foreign tables, without the privilege TRIGGER on it and its partitions, nor where it can be written through a table above it';

-- The months of changed orders are noted by triggers on the table and on each partition, as statements on a partition fire those of
-- the partition only. Their function is the mart owner's, in a language of its own whose handler notes months and does nothing else
-- (src/pg/mart_changes.cpp): who may write orders needs no right on the mart, and no write fails for the mart's sake.
CREATE FUNCTION _mart_call()
RETURNS language_handler
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'customer_value_mart_call';
COMMENT ON FUNCTION _mart_call() IS 'the handler of the language customer_value';

CREATE FUNCTION _mart_validate(function oid)
RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'customer_value_mart_validate';
COMMENT ON FUNCTION _mart_validate(oid) IS 'the validator of the language customer_value: error 42P13 for what is no trigger function';

CREATE TRUSTED LANGUAGE customer_value HANDLER _mart_call VALIDATOR _mart_validate;
COMMENT ON LANGUAGE customer_value IS
'the language of note_changes(), the trigger function of a mart, which notes in the table changes beside it which months of the orders a statement has changed; nothing else can be written in it';

-- Rows that are written while session_replication_role is replica, by loaders and by logical replication, fire only triggers that are
-- enabled for it, and logical replication no statement triggers. Who does not own a table cannot enable them.
CREATE FUNCTION _mart_triggers(source regclass)
RETURNS TABLE (relation regclass, event text, type smallint, definition text, enabled "char", is_owned boolean)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
    SELECT r.relation, v.event, v.type::smallint, v.definition, CASE WHEN is_owned THEN v.enabled ELSE 'O'::text END::"char", is_owned
    FROM _mart_relations(source) AS r (relation)
         JOIN pg_catalog.pg_class AS c ON c.oid = r.relation::oid
         CROSS JOIN LATERAL (SELECT pg_catalog.pg_has_role(c.relowner, 'USAGE'::text) AS is_owned) AS o
         CROSS JOIN (VALUES
            ('insert'::text, 4, 'AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT'::text, 'O'::text),
            ('update', 16, 'AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT', 'O'),
            ('delete', 8, 'AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT', 'O'),
            ('truncate', 32, 'AFTER TRUNCATE ON %s FOR EACH STATEMENT', 'A'),
            ('replica', 29, 'AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW', 'R')) AS v (event, type, definition, enabled)
    WHERE v.event <> 'replica'::text OR is_owned AND c.relkind = 'r'::"char";
END;
COMMENT ON FUNCTION _mart_triggers(regclass) IS
'the triggers by which changes of a table, and of all below it, are noted: type as in pg_trigger.tgtype, and how each is to be enabled, as in pg_trigger.tgenabled; those of rows written as a replica need a table that the caller owns';

-- Whoever may create functions in the schema of a mart could else have one of their own put on the orders.
CREATE FUNCTION _mart_note_changes(mart text)
RETURNS regprocedure
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    note_changes regprocedure := to_regprocedure(format('%I.note_changes()', mart));
BEGIN
    IF EXISTS (SELECT FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang WHERE p.oid = note_changes AND (pg_get_userbyid(p.proowner) <> current_user OR l.lanname <> 'customer_value')) THEN
        RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('%s is not as create_mart made it', note_changes),
            HINT = format('DROP FUNCTION %s CASCADE; and do not let others create functions in the schema of a mart.', note_changes);
    END IF;
    RETURN note_changes;
END
$$;
COMMENT ON FUNCTION _mart_note_changes(text) IS 'the trigger function of a mart of the caller, NULL where there is none; error 55000 where somebody else has made it, or in another language';

CREATE FUNCTION _mart_lacking_triggers(settings jsonb)
RETURNS TABLE (relation regclass, event text, definition text, enabled "char", name name)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
    SELECT w.relation, w.event, w.definition, w.enabled, t.tgname
    FROM _mart_triggers((settings ->> 'orders_table'::text)::regclass) AS w
         LEFT JOIN pg_catalog.pg_trigger AS t
                ON t.tgrelid = w.relation::oid AND t.tgtype = w.type AND t.tgfoid = _mart_note_changes(settings ->> 'mart'::text)::oid
    -- one that somebody has disabled stays so
    WHERE t.oid IS NULL OR w.is_owned AND t.tgenabled NOT IN ('D'::"char", w.enabled);
END;
COMMENT ON FUNCTION _mart_lacking_triggers(jsonb) IS
'the triggers of _mart_triggers() that the orders of a mart lack, or that are to be enabled in another way: name is that of the one that is there';

CREATE FUNCTION _mart_add_triggers(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mart text := settings ->> 'mart';
    wanted record;
    name text;
BEGIN
    IF @extschema@._mart_note_changes(mart) IS NULL THEN
        EXECUTE format('CREATE FUNCTION %I.note_changes() RETURNS trigger LANGUAGE customer_value AS %L', mart, '');
        EXECUTE format('REVOKE ALL ON FUNCTION %I.note_changes() FROM PUBLIC', mart);
        EXECUTE format('COMMENT ON FUNCTION %I.note_changes() IS %L', mart, 'notes in changes which months of the orders a statement has changed');
    END IF;
    FOR wanted IN SELECT * FROM @extschema@._mart_lacking_triggers(settings) LOOP
        name := wanted.name;
        IF name IS NULL THEN
            -- another mart may have had this one's name before it was renamed
            SELECT free INTO name FROM generate_series(1, 1000) AS n, format('%s_%s%s', mart, wanted.event, CASE WHEN n > 1 THEN '_' || n ELSE '' END) AS free
            WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = wanted.relation AND tgname = free) ORDER BY n LIMIT 1;
            EXECUTE format('CREATE TRIGGER %I %s EXECUTE FUNCTION %I.note_changes(%s)', name, format(wanted.definition, wanted.relation), mart,
                           concat_ws(', ', quote_literal(settings #>> '{columns,ordered_at}'), quote_literal(settings ->> 'tz'), quote_literal(settings ->> 'ordered_at_tz')));
        END IF;
        IF wanted.name IS NOT NULL OR wanted.enabled <> 'O' THEN
            EXECUTE format('ALTER TABLE %s ENABLE %s TRIGGER %I', wanted.relation, CASE wanted.enabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, name);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION _mart_add_triggers(jsonb) IS 'makes the trigger function of a mart, and the triggers of _mart_triggers() that its orders lack';

-- Triggers need locks that wait for writers, and writers of several tables may wait for the first of them while the next is waited for: PostgreSQL would
-- end one of both, after deadlock_timeout. So that it is never the writer, all that is waited for in one try takes half of that at most, and all is given
-- up before the next.
CREATE FUNCTION _mart_patiently(statements text[], tables bigint, settings jsonb)
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before text := current_setting('lock_timeout');
    -- that of the writers, which is seldom set to less than its default
    shortly interval := least(current_setting('deadlock_timeout')::interval, '1 s') / 2;
    until timestamptz;
    statement text;
BEGIN
    IF before::interval > '0'::interval THEN
        shortly := least(shortly, before::interval);
    END IF;
    FOR try IN 1..20 LOOP
        BEGIN
            until := clock_timestamp() + shortly;
            FOREACH statement IN ARRAY statements LOOP
                PERFORM set_config('lock_timeout', greatest(1, floor(1000 * extract(epoch FROM until - clock_timestamp()) / greatest(tables, 1))) || 'ms', true);
                EXECUTE statement USING settings;
            END LOOP;
            PERFORM set_config('lock_timeout', before, true);
            RETURN true;
        EXCEPTION WHEN lock_not_available THEN
            PERFORM pg_sleep(0.02 * try);
        END;
    END LOOP;
    RETURN false;
END
$$;
COMMENT ON FUNCTION _mart_patiently(text[], bigint, jsonb) IS
'runs statements that each lock up to so many tables, as often as it takes to get them all without waiting long, up to 20 times; whether they have run';

CREATE FUNCTION _mart_put_triggers(settings jsonb)
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN @extschema@._mart_patiently(ARRAY[format('SELECT %s._mart_add_triggers($1)', @extschema@._extension_schema())],
                                       (SELECT count(DISTINCT relation) FROM @extschema@._mart_lacking_triggers(settings)), settings);
END
$$;
COMMENT ON FUNCTION _mart_put_triggers(jsonb) IS 'puts the triggers on the orders of a mart that they lack; false where writers do not let it';

-- The triggers go with their function, also from tables that the owner of the mart does not own.
CREATE FUNCTION _mart_drop_triggers(settings jsonb, before text[], after text[])
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    note_changes regprocedure := @extschema@._mart_note_changes(settings ->> 'mart');
BEGIN
    RETURN @extschema@._mart_patiently(before || CASE WHEN note_changes IS NOT NULL THEN ARRAY[format('DROP FUNCTION %s CASCADE', note_changes)] END || after,
                                       (SELECT count(DISTINCT tgrelid) FROM pg_trigger WHERE tgfoid = note_changes), settings);
END
$$;
COMMENT ON FUNCTION _mart_drop_triggers(jsonb, text[], text[]) IS
'drops the trigger function of a mart, if it has one, and its triggers, between other statements, all or nothing; false where writers or readers do not let it';
