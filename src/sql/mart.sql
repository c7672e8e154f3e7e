--@ requires: mart_views
-- A mart: a schema of commented views of plain types, made from the caller's own tables, for tools that read schemas. What is made belongs to
-- the caller and not to the extension: it survives dump and restore, and grants are its owner's business. The queries are made
-- when they run: with the rights of the caller, every name quoted, nothing found through search_path.

CREATE FUNCTION mart_sql(template text, settings jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    has_kinds boolean := settings #>> '{columns,product}' IS NOT NULL;
    has_mrr boolean := settings ->> 'subscriptions' IS NOT NULL;
    kinds text;
    part record;
    values text[] := '{}';
BEGIN
    SELECT string_agg(format('sum(k.revenue) FILTER (WHERE k.kind IN (%s)) AS %s', words, name), ', ') INTO kinds
    FROM (VALUES ('''front_end''', 'front_end'), ('''repeat'', ''upsell'', ''add_on'', ''cross_sell''', 'back_end'), ('''repeat''', 'repeat'),
                 ('''upsell''', 'upsell'), ('''add_on''', 'add_on'), ('''cross_sell''', 'cross_sell'), ('''upsell_before''', 'upsell_before')) AS v (words, name);
    FOR part IN
        SELECT * FROM (VALUES
            ('{recurring_revenue}', CASE WHEN has_mrr THEN 'm.end_mrr * {months}' ELSE 'NULL::numeric' END),
            ('{join_mrr}', CASE WHEN has_mrr THEN 'LEFT JOIN {mart}.stored_mrr AS m USING (period)' ELSE '' END),
            ('{kinds}', CASE WHEN has_kinds THEN 'k.front_end, k.back_end, k.repeat, k.upsell, k.add_on, k.cross_sell, k.upsell_before'
                             ELSE 'NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric' END),
            ('{join_kinds}', CASE WHEN has_kinds THEN 'LEFT JOIN (SELECT k.period, ' || kinds || ' FROM {mart}.stored_kinds AS k GROUP BY k.period) AS k USING (period)' ELSE '' END),
            -- a cell of cohorts; the reports leave out what the oldest cohort does not know yet, so that they are asked up to the end of the running period
            ('{cell}', '(SELECT v.day, (v.day + {step})::date <= as_of + 1 FROM (SELECT (r.cohort + r.period * {step})::date) AS v (day)) AS p (day, is_complete)'),
            ('{period_end}', '((date_trunc({unit}, as_of) + {step})::date - 1)'),
            ('{periods}', '(SELECT date_trunc({unit}, month)::date AS period, category, sum(sales) AS sales, sum(refund_rows) AS refund_rows, sum(gross_revenue) AS gross_revenue,
                                   sum(refunds) AS refunds, (date_trunc({unit}, month)::date + {step})::date <= max(as_of) + 1 AS is_complete
                            FROM {mart}.stored_months, {mart}.stored_state WHERE is_published AND month <= as_of GROUP BY date_trunc({unit}, month), category)'),
            ('{sums}', '(SELECT date_trunc({unit}, month)::date AS period, sum(orders) AS orders, sum(gross_revenue + refunds) AS revenue FROM {mart}.stored_ledgers WHERE is_published AND part = ''customers'' GROUP BY 1)')) AS v (name, text)
    LOOP
        template := replace(template, part.name, part.text);
    END LOOP;
    -- what a user has named goes in last and at once, so that nothing in it is taken for a placeholder
    template := replace(template, '%', '%%');
    FOR part IN
        SELECT * FROM (VALUES
            ('{unit}', quote_literal(settings ->> 'unit')), ('{step}', 'interval ' || quote_literal(settings ->> 'step')), ('{months}', settings ->> 'months'), ('{lapse}', 'interval ' || quote_literal(settings ->> 'lapse')),
            ('{golden_threshold}', quote_literal(settings ->> 'golden_threshold') || '::double precision'), ('{key}', 'NULL::' || (settings ->> 'key')), ('{mart}', quote_ident(settings ->> 'mart')),
            ('{extension}', (SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'customer_value'))) AS v (name, value)
    LOOP
        values := values || part.value;
        template := replace(template, part.name, '%' || cardinality(values) || '$s');
    END LOOP;
    RETURN format(template, VARIADIC values);
END
$$;
COMMENT ON FUNCTION mart_sql(text, jsonb) IS
'a query of mart_views() as it runs in a mart: {mart}, {extension}, {step} and the like replaced by what the settings of the mart say';

CREATE FUNCTION mart_type(type text, settings jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE type WHEN 'money'::text THEN pg_catalog.format('numeric(38,%s)'::text, VARIADIC ARRAY[settings ->> 'decimals'::text])
                 WHEN 'average'::text THEN pg_catalog.format('numeric(38,%s)'::text, VARIADIC ARRAY[((settings ->> 'decimals'::text)::integer + 2)::text])
                 WHEN 'customer'::text THEN CASE WHEN settings ->> 'key'::text = 'bigint'::text THEN 'bigint'::text ELSE 'text'::text END
                 ELSE type END;
COMMENT ON FUNCTION mart_type(text, jsonb) IS 'the SQL type of a column of mart_columns() in a mart of these settings';

-- The columns of a mapping of another table than orders: which are there, which must be, and of what type
CREATE FUNCTION mart_mapping(argument text, mapping jsonb, required text[], allowed text[], tz text)
RETURNS regclass
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    wrong text;
    relation regclass;
    check_type text;
BEGIN
    IF mapping IS NULL OR mapping = 'null' THEN
        RETURN NULL;
    END IF;
    SELECT CASE WHEN jsonb_typeof(mapping) <> 'object' THEN format('%s must be an object, such as {"table": "public.%s", ...}: %s', argument, argument, mapping) END INTO wrong;
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
    FOR check_type IN
        SELECT CASE WHEN key IN ('starts_at', 'ends_at', 'answered_at', 'spent_at') THEN format('SELECT %s.mart_day(%L::regclass, %L::text, %L::text)', extension, relation, value, tz)
                    WHEN key IN ('amount', 'score', 'gain') THEN format('SELECT %s.quality_column(%L::regclass, ''amount''::text, %L::text)', extension, relation, value) END
        FROM jsonb_each_text(mapping) WHERE key <> 'table' AND value IS NOT NULL
    LOOP
        CONTINUE WHEN check_type IS NULL;
        EXECUTE check_type;
    END LOOP;
    RETURN relation;
END
$$;
COMMENT ON FUNCTION mart_mapping(text, jsonb, text[], text[], text) IS
'the table of a mapping such as {"table": "public.survey", "score": "answer"}, after a check of its keys and columns; error 22023 or 42703 that names what is wrong';

CREATE FUNCTION mart_relations(source regclass)
RETURNS SETOF regclass
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    WITH RECURSIVE tree (relation) AS (
        SELECT source::oid
        UNION
        SELECT i.inhrelid FROM tree, pg_catalog.pg_inherits AS i WHERE i.inhparent = tree.relation
    )
    SELECT relation::regclass FROM tree ORDER BY relation;
END;
COMMENT ON FUNCTION mart_relations(regclass) IS 'a table and all that is below it: its partitions and the tables that inherit from it';

CREATE FUNCTION mart_has_triggers(source regclass)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.bool_and(c.relkind IN ('r'::"char", 'p'::"char") AND pg_catalog.has_table_privilege(c.oid, 'TRIGGER'::text))
    FROM mart_relations(source) AS r (relation) JOIN pg_catalog.pg_class AS c ON c.oid = r.relation::oid;
END;
COMMENT ON FUNCTION mart_has_triggers(regclass) IS
'can changes of a table be noted by triggers of the caller? not of views and foreign tables, nor without the privilege TRIGGER on it and its partitions';

-- The months of changed orders are noted by triggers on the table and on each partition, as statements on a partition fire those of
-- the partition only. The function is the mart owner's and runs with the owner's rights, so that who may write orders needs no right
-- on the mart; it writes months and nothing else. It is silent where the mart was renamed or lost, and notes all months where the column was:
-- writes of orders never fail for the mart's sake, and refresh_mart finds out.
CREATE FUNCTION mart_trigger_function(settings jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    at text := quote_ident(settings #>> '{columns,ordered_at}');
    day text := CASE WHEN settings ->> 'at_type' = 'timestamp with time zone' THEN ' AT TIME ZONE ' || quote_literal(settings ->> 'tz') ELSE '' END;
    declared text := (SELECT atttypid::regtype FROM pg_attribute WHERE attrelid = (settings ->> 'orders')::regclass AND attname = settings #>> '{columns,ordered_at}');
    noted text[];
BEGIN
    -- the first day of the month by subtraction: date_trunc would go through timestamptz, which not every date fits
    SELECT array_agg(format($body$
        SELECT min(%1$s), max(%1$s) INTO first_at, last_at FROM %2$s WHERE isfinite(%1$s);
        first_month := (first_at%3$s)::date - extract(day FROM (first_at%3$s)::date)::integer + 1;
        last_month := (last_at%3$s)::date - extract(day FROM (last_at%3$s)::date)::integer + 1;
        IF first_month < last_month THEN
            INSERT INTO %4$I.changes (month) SELECT DISTINCT day - extract(day FROM day)::integer + 1 FROM (SELECT (%1$s%3$s)::date FROM %2$s WHERE isfinite(%1$s)) AS v (day);
        ELSIF first_month IS NOT NULL THEN
            INSERT INTO %4$I.changes (month) VALUES (first_month);
        END IF;$body$, at, rows, day, settings ->> 'mart') ORDER BY place) INTO noted
    FROM (VALUES (1, 'new_rows'), (2, 'old_rows')) AS v (place, rows);
    RETURN format($function$CREATE OR REPLACE FUNCTION %I.note_changes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS %L$function$, settings ->> 'mart', format($body$
DECLARE
    first_at %1$s;
    last_at %1$s;
    first_month date;
    last_month date;
BEGIN
    IF to_regclass(%2$L) IS NULL THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'TRUNCATE' OR NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = TG_RELID AND attname = %6$L AND atttypid = %7$L::regtype) THEN
        INSERT INTO %3$I.changes (month) VALUES (NULL);
        RETURN NULL;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN%4$s
    END IF;
    IF TG_OP IN ('UPDATE', 'DELETE') THEN%5$s
    END IF;
    RETURN NULL;
END
$body$, settings ->> 'at_type', format('%I.changes', settings ->> 'mart'), settings ->> 'mart', noted[1], noted[2], settings #>> '{columns,ordered_at}', declared));
END
$$;
COMMENT ON FUNCTION mart_trigger_function(jsonb) IS 'the statement that creates the function of the triggers which note the months of changed orders';

CREATE FUNCTION mart_add_triggers(settings jsonb)
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    relation regclass;
    event record;
    is_new boolean := false;
BEGIN
    EXECUTE format('SELECT FROM %I.stored_state FOR UPDATE', mart);   -- one session at a time
    FOR relation IN EXECUTE format('SELECT * FROM %s.mart_relations($1)', extension) USING (settings ->> 'orders')::regclass LOOP
        FOR event IN SELECT * FROM (VALUES ('insert', 'REFERENCING NEW TABLE AS new_rows'), ('update', 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'),
                                           ('delete', 'REFERENCING OLD TABLE AS old_rows'), ('truncate', '')) AS v (name, referencing) LOOP
            CONTINUE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = relation AND tgname LIKE '%\_' || event.name AND tgfoid = to_regprocedure(format('%I.note_changes()', mart)));
            is_new := true;
            EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION %I.note_changes()',
                           left(mart, 50) || '_' || event.name, event.name, relation, event.referencing, mart);
        END LOOP;
    END LOOP;
    RETURN is_new;
END
$$;
COMMENT ON FUNCTION mart_add_triggers(jsonb) IS
'triggers of a mart on its orders and all partitions that lack them; true where there were any to add';

-- A row with a ledger has some 40 MB: a common table would be copied for each scan, and a parameter for each use.
CREATE FUNCTION mart_run(held text[], queries text[])
RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'customer_value_mart_run';
COMMENT ON FUNCTION mart_run(text[], text[]) IS
'runs queries one behind the other: the rows of the first ones are held in memory, as relations of the names in held, which those that follow read where they lie; error 22023 where what is to be held is not one query that gives rows, 22004 where a query is NULL';
