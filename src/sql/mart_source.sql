--@ requires: mart, mart_rejected
-- The sources of a mart: the tables and columns that create_mart was told, and the views source_... of the mart's schema
-- over them. These views have the same columns in every mart and say how each mapped column is understood; all that
-- reads the sources is static SQL over them. They are of the reader's rights: who may read the mart gains none.

CREATE FUNCTION _mart_tables_of(settings jsonb)
RETURNS TABLE (source text, name text, relation regclass, mapping jsonb)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    SELECT v.source, v.name, pg_catalog.to_regclass(v.name), CASE WHEN pg_catalog.jsonb_typeof(v.mapping) = 'object'::text THEN v.mapping END
    FROM (VALUES ('orders'::text, settings ->> 'orders_table'::text, settings -> 'columns'::text),
                 ('subscriptions', settings ->> 'subscriptions_table'::text, settings -> 'subscriptions'::text),
                 ('survey', settings ->> 'survey_table'::text, settings -> 'survey'::text),
                 ('costs', settings ->> 'costs_table'::text, settings -> 'costs'::text),
                 ('rates', settings ->> 'rates_table'::text, settings -> 'rates'::text)) AS v (source, name, mapping)
    WHERE v.name IS NOT NULL;
END;
COMMENT ON FUNCTION _mart_tables_of(jsonb) IS
'the sources of a mart: orders, subscriptions, survey, costs, rates, as far as they are mapped, with their names, the tables that have these names now (NULL for none), and which argument is which column';

CREATE FUNCTION _mart_types(settings jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mapped record;
    type text;
    types jsonb := '{"orders": {}, "subscriptions": {}, "survey": {}, "costs": {}, "rates": {}}';
    customer text;
BEGIN
    FOR mapped IN
        SELECT s.source, s.relation, m.key AS argument, m.value AS "column"
        FROM @extschema@._mart_tables_of(settings) AS s CROSS JOIN LATERAL jsonb_each_text(s.mapping) AS m WHERE m.value IS NOT NULL
    LOOP
        type := @extschema@._quality_column(mapped.relation, mapped.argument, mapped."column");
        IF type = 'timestamp with time zone' AND settings ->> 'tz' IS NULL AND mapped.argument <> 'changed_at' THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the column "%s" of %s is of type %s: the mart needs tz', mapped."column", mapped.relation, type);
        END IF;
        types := jsonb_set(types, ARRAY[mapped.source, mapped.argument], to_jsonb(type));
    END LOOP;
    customer := types #>> '{orders,customer}';
    RETURN jsonb_build_object('types', types, 'at_type', types #>> '{orders,ordered_at}',
        'key', CASE WHEN customer IN ('smallint', 'integer', 'bigint') THEN 'bigint' WHEN customer = 'uuid' THEN 'uuid' ELSE 'text' END);
END
$$;
COMMENT ON FUNCTION _mart_types(jsonb) IS
'the types of all mapped columns as they are now, behind domains: types (source, argument: type), at_type of ordered_at, key for customers; an error that names argument and column where one is gone (42703) or cannot be of that type (22023)';

CREATE FUNCTION _mart_check_tables(settings jsonb)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    used record;
    temporary text;
    now_there jsonb;
BEGIN
    FOR used IN SELECT * FROM @extschema@._mart_tables_of(settings) LOOP
        IF used.relation IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('the table of %s of the mart "%s" is gone: %s', used.source, settings ->> 'mart', used.name),
                HINT = 'The mart stays as it is, and the next refresh with a table of that name goes on; or drop_mart, and create_mart of other tables.';
        END IF;
        SELECT c.oid::regclass::text INTO temporary FROM pg_class AS c
        WHERE c.relpersistence = 't' AND (c.oid = used.relation OR c.relnamespace = pg_my_temp_schema() AND c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent IN (SELECT @extschema@._mart_relations(used.relation)))) LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_table_definition', MESSAGE = format('a mart cannot read temporary tables, such as %s', temporary), HINT = 'Other sessions do not see the same rows in it.';
        END IF;
        IF row_security_active(used.relation) THEN
            RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('row-level security hides rows of %s from %s', used.relation, current_user),
                DETAIL = 'A mart holds what its owner sees, and shows it to all who may read the mart.', HINT = 'Make the mart as a role that sees all rows, or of a view that says which rows are meant.';
        END IF;
    END LOOP;
    now_there := @extschema@._mart_types(settings);
    FOR used IN SELECT * FROM (VALUES ('ordered_at', 'at_type'), ('customer', 'key')) AS v (name, kind) WHERE now_there ->> kind <> settings ->> kind LOOP
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the column "%s" of %s is of type %s now, and was of type %s',
                settings #>> ARRAY['columns', used.name], settings ->> 'orders_table', now_there #>> ARRAY['types', 'orders', used.name], settings #>> ARRAY['types', 'orders', used.name]),
            HINT = 'drop_mart, and create_mart anew.';
    END LOOP;
END
$$;
COMMENT ON FUNCTION _mart_check_tables(jsonb) IS 'an error where a table of a mart is gone or temporary, row-level security hides rows of it from the caller, or a mapped column is gone or of a type that it cannot be of';

CREATE FUNCTION _mart_changed_zone(settings jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE settings #>> '{types,orders,changed_at}'::text[] WHEN 'timestamp without time zone'::text THEN coalesce(settings ->> 'ordered_at_tz'::text, 'UTC'::text) END;
COMMENT ON FUNCTION _mart_changed_zone(jsonb) IS 'the time zone of a column changed_at that is a timestamp without one; NULL where it has one';

-- How a column is understood, as an expression over t: as a day, an instant, a number, a text or a key
CREATE FUNCTION _mart_expression(kind text, source text, argument text, settings jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    name text := settings #>> ARRAY[CASE source WHEN 'orders' THEN 'columns' ELSE source END, argument];
    type text := settings #>> ARRAY['types', source, argument];
    at text := 't.' || quote_ident(name);
BEGIN
    IF name IS NULL THEN
        IF source = 'costs' AND argument = 'kind' THEN
            RETURN '''acquisition''::text';
        END IF;
        RETURN format('NULL::%s', CASE kind WHEN 'day' THEN 'date' WHEN 'number' THEN 'numeric' WHEN 'money' THEN 'numeric' WHEN 'instant' THEN 'timestamptz' ELSE 'text' END);
    ELSIF kind = 'money' THEN
        at := @extschema@._mart_expression('number'::text, source, argument, settings);
        RETURN CASE WHEN settings ->> 'rates' IS NULL THEN at ELSE format('round(%s * r.rate, %s)', at, settings ->> 'decimals') END;
    END IF;
    RETURN CASE
        WHEN kind = 'day' AND type = 'timestamp with time zone' THEN format('(%s AT TIME ZONE %L)::date', at, settings ->> 'tz')
        WHEN kind = 'day' AND source = 'orders' AND settings ->> 'ordered_at_tz' IS NOT NULL THEN format('(%s AT TIME ZONE %L AT TIME ZONE %L)::date', at, settings ->> 'ordered_at_tz', settings ->> 'tz')
        WHEN kind = 'day' THEN at || '::date'
        -- the cast of double precision rounds to the 15 digits that it holds for certain: 6 * 2.55 is 15.3; that of real would round to 6. Then
        -- it has the decimals of the mart, halves away from 0, unless it is converted first
        WHEN kind = 'number' AND source = 'orders' AND argument = 'amount' AND type IN ('real', 'double precision') AND settings ->> 'rates' IS NULL
            THEN 'round(' || CASE type WHEN 'real' THEN '@extschema@._shortest_decimal(' || at || '::real)' ELSE at || '::numeric' END || ', ' || (settings ->> 'decimals') || ')'
        WHEN kind = 'number' AND type = 'real' THEN '@extschema@._shortest_decimal(' || at || '::real)'
        WHEN kind = 'number' THEN at || '::numeric'
        WHEN kind = 'instant' AND type = 'timestamp without time zone' THEN format('(%s AT TIME ZONE %L)', at, @extschema@._mart_changed_zone(settings))
        WHEN kind IN ('raw', 'instant') THEN format('%s::%s', at, type)
        WHEN kind = 'key' AND type IN ('smallint', 'integer', 'bigint') THEN at || '::bigint'
        WHEN kind = 'key' AND type = 'uuid' THEN at || '::uuid'
        ELSE @extschema@._quality_text(at, type::regtype) END;
END
$$;
COMMENT ON FUNCTION _mart_expression(text, text, text, jsonb) IS
'a mapped column of a source as a day, instant, number, money (a number in the report currency, over r of _mart_rate_join() too), text, key (which is a bigint, a uuid or a text) or raw, of the type behind its domains, as an expression over t, without a cast that a user has made; NULL of that type where the mapping lacks it, and acquisition for the kind of costs';

-- Rows without a day, or at infinity, are in no figure. They are left out here, as no ledger takes them.
CREATE FUNCTION _mart_condition(source text, settings jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    day text := settings #>> CASE source WHEN 'orders' THEN '{columns,ordered_at}' WHEN 'survey' THEN '{survey,answered_at}' WHEN 'costs' THEN '{costs,spent_at}' WHEN 'rates' THEN '{rates,day}' END::text[];
BEGIN
    RETURN CASE WHEN day IS NULL THEN 'true' ELSE format('isfinite(t.%I)', day) END
        || CASE WHEN source = 'orders' AND settings -> 'columns' ? 'status' THEN format(' AND (%s) IS NOT FALSE', @extschema@._mart_status_counts(settings)) ELSE '' END;
END
$$;
COMMENT ON FUNCTION _mart_condition(text, jsonb) IS 'which rows of a source of a mart count or have a problem, as an expression over t';

CREATE FUNCTION _mart_source_views(settings jsonb)
RETURNS TABLE (source text, query text, about text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    one record;
    selected text;
    joined text;
BEGIN
    FOR one IN SELECT * FROM @extschema@._mart_tables_of(settings) LOOP
        SELECT string_agg(format('%s AS %I', @extschema@._mart_expression(kind, one.source, argument, settings), name), ', ' ORDER BY place) INTO selected
        FROM (VALUES (1, 'orders', 'customer', 'customer', 'key'), (2, 'orders', 'day', 'ordered_at', 'day'), (3, 'orders', 'at', 'ordered_at', 'raw'), (4, 'orders', 'amount', 'amount', 'money'),
                     (5, 'orders', 'order_id', 'order_id', 'key'), (6, 'orders', 'category', 'category', 'text'), (7, 'orders', 'product', 'product', 'text'), (8, 'orders', 'relation', 'relation', 'text'),
                     (9, 'orders', 'price', 'price', 'money'), (10, 'orders', 'intended_price', 'intended_price', 'money'), (11, 'orders', 'currency', 'currency', 'text'),
                     (12, 'orders', 'changed_at', 'changed_at', 'instant'), (13, 'orders', 'original_amount', 'amount', 'number'),
                     (1, 'subscriptions', 'customer', 'customer', 'text'), (2, 'subscriptions', 'starts_at', 'starts_at', 'day'), (3, 'subscriptions', 'ends_at', 'ends_at', 'day'),
                     (4, 'subscriptions', 'amount', 'amount', 'number'), (6, 'subscriptions', 'currency', 'currency', 'text'),
                     (1, 'survey', 'day', 'answered_at', 'day'), (2, 'survey', 'score', 'score', 'raw'),
                     (1, 'costs', 'day', 'spent_at', 'day'), (2, 'costs', 'amount', 'amount', 'number'), (3, 'costs', 'kind', 'kind', 'text'), (4, 'costs', 'method', 'method', 'text'), (5, 'costs', 'gain', 'gain', 'number'),
                     (1, 'rates', 'currency', 'currency', 'text'), (2, 'rates', 'day', 'day', 'day'), (3, 'rates', 'rate', 'rate', 'number'))
             AS v (place, source, name, argument, kind)
        WHERE v.source = one.source AND NOT (one.source = 'subscriptions' AND one.mapping ? 'period' AND name IN ('starts_at', 'ends_at'));
        joined := '';
        IF one.source = 'orders' THEN
            joined := @extschema@._mart_rate_join(settings);
            selected := selected || CASE joined WHEN '' THEN ', NULL::date AS rate_day, NULL::numeric AS rate' ELSE ', c.day AS rate_day, r.rate AS rate' END;
        ELSIF one.source = 'subscriptions' AND one.mapping ? 'period' THEN
            selected := selected || format(', lower(%1$s) AS starts_at, upper(%1$s) AS ends_at, %1$s AS period', format('t.%I::daterange', one.mapping ->> 'period'));
        ELSIF one.source = 'subscriptions' THEN
            selected := selected || format(', CASE WHEN %1$s <= %2$s IS NOT FALSE THEN daterange(%1$s, %2$s, %3$L) END AS period', @extschema@._mart_expression('day'::text, 'subscriptions'::text, 'starts_at'::text, settings), @extschema@._mart_expression('day'::text, 'subscriptions'::text, 'ends_at'::text, settings),
                                           CASE WHEN (settings ->> 'ends_inclusive')::boolean THEN '[]' ELSE '[)' END);
        END IF;
        IF one.source = 'subscriptions' THEN
            selected := selected || format(', t.%I::interval AS every', one.mapping ->> 'every');
        END IF;
        selected := format('%s, %s AS problem', selected, @extschema@._mart_problem(one.source, settings));
        source := one.source;
        query := format('SELECT %s FROM %s AS t%s WHERE %s', selected, one.name, joined, @extschema@._mart_condition(one.source, settings));
        about := format('how this mart understands %s: the rows of its %s', one.name, one.source)
            || CASE WHEN one.source = 'orders' THEN ' that count, day in the time zone of the mart, at as it stands there'
                    || coalesce(format('; amount and prices in %s: converted from currency at rate, which is that of rate_day', settings ->> 'report_currency'), '') ELSE '' END || '; those with a problem (its reason, and the value) are set aside';
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION _mart_source_views(jsonb) IS
'the views source_... of a mart of these settings: the source, the query of the view, and what it is; the same columns in each mart, NULL where the mapping lacks one';

CREATE FUNCTION _mart_signature(settings jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.string_agg(pg_catalog.format('%s %s %s: %s'::text, VARIADIC ARRAY[s.source, s.name, s.relation::oid::text, c.columns]), '; '::text ORDER BY s.source)
    FROM _mart_tables_of(settings) AS s
         CROSS JOIN LATERAL (
            SELECT pg_catalog.string_agg(pg_catalog.format('%s %s %s %s'::text, VARIADIC ARRAY[m.key, a.attnum::text, a.atttypid::text, a.atttypmod::text]), ', '::text ORDER BY m.key) AS columns
            FROM pg_catalog.jsonb_each_text(s.mapping) AS m JOIN pg_catalog.pg_attribute AS a ON a.attrelid = s.relation::oid AND a.attname = m.value::name) AS c;
END;
COMMENT ON FUNCTION _mart_signature(jsonb) IS 'which tables and columns the sources of a mart are now: what has changed where it is another';

-- Views keep to the tables and columns that they were made of, and a mart to names.
CREATE FUNCTION _mart_add_sources(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    view record;
    name text;
BEGIN
    FOR view IN SELECT * FROM @extschema@._mart_source_views(settings) LOOP
        name := format('%I.%I', settings ->> 'mart', 'source_' || view.source);
        IF to_regclass(name) IS NOT NULL THEN
            EXECUTE format('DROP VIEW %s', name);
        END IF;
        EXECUTE format('CREATE VIEW %s WITH (security_invoker = true) AS %s', name, view.query);
        EXECUTE format('COMMENT ON VIEW %s IS %L', name, view.about);
    END LOOP;
END
$$;
COMMENT ON FUNCTION _mart_add_sources(jsonb) IS 'makes the views source_... of a mart, in place of those that are there';
