--@ requires: mart_tables
-- create_mart, drop_mart, describe_mart.

CREATE FUNCTION _mart_settings(mart name)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    settings jsonb;
    owner name;
BEGIN
    SELECT pg_get_userbyid(nspowner) INTO owner FROM pg_namespace WHERE nspname = mart;
    IF mart IS NULL OR to_regclass(format('%I.settings', mart)) IS NULL OR to_regclass(format('%I.stored_ledgers', mart)) IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no mart %s', coalesce(quote_literal(mart), 'NULL')), HINT = 'create_mart makes one.';
    END IF;
    IF owner <> current_user THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('the mart "%s" belongs to %s', mart, owner), HINT = format('Connect as %1$I, or SET ROLE %1$I if you trust it: what it has put into the mart could use your own rights.', owner);
    END IF;
    EXECUTE format('SELECT jsonb_strip_nulls(to_jsonb(s)) || jsonb_build_object(''mart'', $1) FROM %I.settings AS s', mart) INTO settings USING mart;
    RETURN settings;
END
$$;
COMMENT ON FUNCTION _mart_settings(name) IS
'the row of the table settings, with the name of the mart; error 42704 where there is no such mart, 42501 for another role than its owner';

-- A column of numeric without a scale holds what it holds; one of floating point has no decimals of its own.
CREATE FUNCTION _mart_decimals(orders regclass, "column" text)
RETURNS integer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    base record;
    longest integer;
BEGIN
    WITH RECURSIVE behind (type, modifier, depth) AS (
        SELECT atttypid, atttypmod, 0 FROM pg_attribute WHERE attrelid = orders AND attname = "column" AND attnum > 0 AND NOT attisdropped
        UNION ALL
        SELECT t.typbasetype, t.typtypmod, depth + 1 FROM behind JOIN pg_type AS t ON t.oid = behind.type AND t.typtype = 'd'
    )
    SELECT max((regexp_match(format_type(type, modifier), '^numeric\([0-9]+,(-?[0-9]+)'))[1]::integer) AS scale, (array_agg(type::regtype ORDER BY depth DESC))[1] AS type INTO base FROM behind;
    IF base.scale IS NULL AND base.type = 'numeric'::regtype THEN
        EXECUTE format('SELECT max(min_scale(%I)) FROM %s', "column", orders) INTO longest;
    END IF;
    RETURN least(12, greatest(2, base.scale, longest));
END
$$;
COMMENT ON FUNCTION _mart_decimals(regclass, text) IS
'the decimals of money in a mart of a column: those of numeric(p, s), also behind a domain, of the longest amount of a column of numeric, from 2 to 12';

CREATE FUNCTION _mart_name(relation regclass)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT pg_catalog.format('%s.%I'::text, VARIADIC ARRAY[c.relnamespace::regnamespace::text, c.relname::text]) FROM pg_catalog.pg_class AS c WHERE c.oid = relation::oid);
COMMENT ON FUNCTION _mart_name(regclass) IS 'the name of a table with its schema, whatever search_path is';

CREATE FUNCTION _mart_absent(needs text[], settings jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT 'the mapping lacks '::text || pg_catalog.string_agg(need, ' and '::text ORDER BY place)
    FROM pg_catalog.unnest(needs) WITH ORDINALITY AS n (need, place)
    WHERE NOT CASE need WHEN 'gain'::text THEN pg_catalog.jsonb_exists(settings -> 'costs'::text, 'gain'::text) IS TRUE
                        ELSE coalesce(pg_catalog.jsonb_exists(settings -> 'columns'::text, need), false) OR coalesce(pg_catalog.jsonb_typeof(settings -> need) = 'object'::text, false) END;
END;
COMMENT ON FUNCTION _mart_absent(text[], jsonb) IS 'why a view of _mart_views() is not in a mart of these settings: what the mapping lacks; NULL where it is there';

CREATE FUNCTION _mart_grace(grace text)
RETURNS interval
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    days interval;
BEGIN
    days := grace;
    IF days < '0 days' OR days > '366 days' OR make_interval(days => extract(day FROM days)::integer) <> days OR extract(month FROM days) <> 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('"grace" of subscriptions must be days, up to 366: %s', grace), HINT = 'Say "3 days", for example.';
    END IF;
    RETURN days;
EXCEPTION WHEN invalid_datetime_format OR datetime_field_overflow THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('"grace" of subscriptions must be days, up to 366: %s', grace), HINT = 'Say "3 days", for example.';
END
$$;
COMMENT ON FUNCTION _mart_grace(text) IS 'the days of grace of subscriptions; error 22023 for anything else';

CREATE FUNCTION _mart_check_zone(argument text, zone text)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM now() AT TIME ZONE zone;
    -- AT TIME ZONE takes CET for an abbreviation, that is without summer time, and ledgers take it for the zone of that name
    IF zone IS NOT NULL AND (NOT EXISTS (SELECT FROM pg_timezone_names AS z WHERE lower(z.name) = lower(zone))
                             OR upper(zone) NOT IN ('UTC', 'GMT') AND EXISTS (SELECT FROM pg_timezone_abbrevs AS a WHERE upper(a.abbrev) = upper(zone))) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('%s must be the name of a time zone, not an abbreviation or an offset: %L', argument, zone), HINT = 'Name it by a place, such as Europe/Berlin.';
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_check_zone(text, text) IS 'error 22023 where an argument of create_mart is no time zone, and not NULL';

CREATE FUNCTION _mart_check_zones(orders regclass, "column" text, tz text, ordered_at_tz text)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    type text := @extschema@._quality_column(orders, 'ordered_at'::text, "column");
BEGIN
    IF ordered_at_tz IS NOT NULL AND (type <> 'timestamp without time zone' OR tz IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('ordered_at_tz says which time zone a timestamp without time zone is in, to find its day in tz: %s',
                CASE WHEN tz IS NULL THEN 'tz is missing' ELSE format('the column "%s" of %s is of type %s', "column", orders, type) END);
    ELSIF tz IS NOT NULL AND ordered_at_tz IS NULL AND type = 'timestamp without time zone' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('tz does not say which time zone the column "%s" of %s is in: it is a timestamp without time zone', "column", orders),
            HINT = 'If it is in UTC, say ordered_at_tz => ''UTC''. If its days are the ones you want, leave tz out.';
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_check_zones(regclass, text, text, text) IS 'error 22023 where tz and ordered_at_tz do not say on which day an order is, or say it twice';

CREATE FUNCTION _mart_checked(mart name, orders regclass, columns jsonb, mappings jsonb, tz text, step interval, lapse interval, golden_threshold double precision, horizon integer, discount_pct double precision,
                          decimals integer, triggers boolean)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    subscriptions jsonb := nullif(mappings -> 'subscriptions', 'null') - '{ends_inclusive,grace}'::text[];
    grace interval := @extschema@._mart_grace(mappings #>> '{subscriptions,grace}');
    ends_inclusive jsonb := coalesce(mappings #> '{subscriptions,ends_inclusive}', 'false');
    survey jsonb := nullif(mappings -> 'survey', 'null');
    costs jsonb := nullif(mappings -> 'costs', 'null');
    rates jsonb := nullif(mappings -> 'rates', 'null');
    tables regclass[];
    wrong text;
    settings jsonb;
    can_note boolean;
BEGIN
    SELECT m INTO wrong FROM (VALUES
        (CASE WHEN mart IS NULL THEN 'mart must not be NULL: it names the schema that is made' END),
        (CASE WHEN octet_length(mart) > 48 OR mart = '' THEN format('mart must have from 1 to 48 bytes: %L', mart) END),
        (CASE WHEN (step IN ('1 month', '3 months', '1 year') AND extract(day FROM step) = 0) IS NOT TRUE THEN format('step must be 1 month, 3 months or 1 year: %s', coalesce(step::text, 'NULL')) END),
        (CASE WHEN (lapse BETWEEN '1 day' AND '10 years' AND date_trunc('day', lapse) = lapse) IS NOT TRUE THEN format('lapse must be whole days or months, from 1 day to 10 years: %s', coalesce(lapse::text, 'NULL')) END),
        (CASE WHEN (golden_threshold > 0 AND golden_threshold <= 1) IS NOT TRUE THEN format('golden_threshold must be above 0 and up to 1: %s', coalesce(golden_threshold::text, 'NULL')) END),
        (CASE WHEN (horizon BETWEEN 1 AND 120) IS NOT TRUE THEN format('horizon must be from 1 to 120 periods: %s', coalesce(horizon::text, 'NULL')) END),
        (CASE WHEN (discount_pct BETWEEN 0 AND 1000) IS NOT TRUE THEN format('discount_pct must be from 0 to 1000 percent a year: %s', coalesce(discount_pct::text, 'NULL')) END),
        (CASE WHEN decimals NOT BETWEEN 0 AND 12 THEN format('decimals must be from 0 to 12: %s', decimals) END),
        (CASE WHEN columns ? 'changed_at' AND triggers THEN 'triggers and changed_at are two ways to find changed orders: leave out one' END),
        (CASE WHEN mappings ->> 'changed_overlap' IS NOT NULL AND NOT columns ? 'changed_at' THEN 'changed_overlap needs changed_at' END),
        (CASE WHEN (mappings ->> 'changed_overlap')::interval NOT BETWEEN '2 hours' AND '366 days' THEN format('changed_overlap must be from 2 hours to 366 days: %s', mappings ->> 'changed_overlap') END),
        (CASE WHEN NOT columns ? 'status' AND (jsonb_typeof(mappings -> 'statuses') = 'array' OR jsonb_typeof(mappings -> 'ignored_statuses') = 'array') THEN 'statuses and ignored_statuses need status' END),
        ((SELECT format('statuses and ignored_statuses must not both have the same word: %L', min(lower(w))) FROM jsonb_array_elements_text(nullif(mappings -> 'statuses', 'null')) AS w
          WHERE lower(w) IN (SELECT lower(i) FROM jsonb_array_elements_text(nullif(mappings -> 'ignored_statuses', 'null')) AS i) HAVING count(*) > 0)),
        ((SELECT needed || ' must name a column' FROM unnest('{customer,ordered_at,amount}'::text[]) AS needed WHERE NOT columns ? needed LIMIT 1)),
        (CASE WHEN rates IS NOT NULL AND NOT columns ? 'currency' THEN 'rates need currency, the column of the orders that says what currency an amount is in' END),
        (CASE WHEN rates IS NOT NULL AND coalesce(mappings ->> 'report_currency', '') = '' THEN 'rates need report_currency, the currency that amounts are converted to' END),
        (CASE WHEN rates IS NULL AND mappings ->> 'report_currency' IS NOT NULL THEN 'report_currency needs rates, a mapping such as {"table": "public.rates", "currency": "cur", "day": "valid_from", "rate": "rate"}' END),
        (CASE WHEN columns ? 'product' <> columns ? 'price' OR NOT columns ? 'product' AND columns ?| '{relation,intended_price}' THEN 'product and price belong together; relation and intended_price need both' END)) AS v (m)
    WHERE m IS NOT NULL LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = wrong;
    END IF;
    PERFORM @extschema@._mart_check_zone('tz'::text, tz), @extschema@._mart_check_zone('ordered_at_tz'::text, mappings ->> 'ordered_at_tz');
    PERFORM @extschema@._quality_source(orders, columns - '{category,relation,price,intended_price}'::text[], tz);
    PERFORM @extschema@._mart_check_zones(orders, columns ->> 'ordered_at', tz, mappings ->> 'ordered_at_tz');
    tables := ARRAY[@extschema@._mart_mapping('subscriptions'::text, subscriptions, '{customer,amount,every}'::text[], '{customer,period,starts_at,ends_at,ends_inclusive,grace,amount,every,currency}'::text[]),
                                 @extschema@._mart_mapping('survey'::text, survey, '{answered_at,score}'::text[], '{answered_at,score}'::text[]), @extschema@._mart_mapping('costs'::text, costs, '{spent_at,amount}'::text[], '{spent_at,amount,kind,method,gain}'::text[]),
                                 @extschema@._mart_mapping('rates'::text, rates, '{currency,day,rate}'::text[], '{currency,day,rate}'::text[])];
    IF tables[1] IS NOT NULL AND (subscriptions ->> 'period' IS NULL) = (subscriptions ->> 'starts_at' IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'subscriptions must have either "period", a daterange, or "starts_at", and "ends_at" where they end';
    END IF;
    IF jsonb_typeof(ends_inclusive) <> 'boolean' OR ends_inclusive = 'true' AND subscriptions ->> 'ends_at' IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('"ends_inclusive" of subscriptions says true where "ends_at" is the last day, and false where it is the day after: %s', ends_inclusive),
            HINT = 'A column "period" is a daterange, which has bounds of its own.';
    END IF;
    can_note := @extschema@._mart_can_note(orders);
    IF triggers AND NOT can_note THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('triggers cannot note the changes of %s', orders),
            HINT = 'Views and foreign tables, tables without the privilege TRIGGER, and those that can be written through a table above them, are refreshed by changed_at, or by period: triggers => false.';
    END IF;
    settings := jsonb_build_object('mart', mart, 'columns', columns, 'tz', tz, 'unit', CASE step WHEN '1 month' THEN 'month' WHEN '3 months' THEN 'quarter' ELSE 'year' END,
        'step', format('%s months', extract(year FROM step) * 12 + extract(month FROM step)), 'months', extract(year FROM step) * 12 + extract(month FROM step), 'lapse', format('%s months %s days', extract(year FROM lapse) * 12 + extract(month FROM lapse), extract(day FROM lapse)), 'horizon', horizon,
        'subscriptions', subscriptions - 'table', 'ends_inclusive', ends_inclusive, 'grace', grace, 'ordered_at_tz', mappings ->> 'ordered_at_tz', 'survey', survey - 'table', 'costs', costs - 'table', 'rates', rates - 'table', 'report_currency', mappings ->> 'report_currency', 'triggers', coalesce(triggers, can_note AND NOT columns ? 'changed_at'), 'changed_overlap', CASE WHEN columns ? 'changed_at' THEN coalesce(mappings ->> 'changed_overlap', '1 day') END, 'statuses', mappings -> 'statuses', 'ignored_statuses', mappings -> 'ignored_statuses',
        'orders_table', @extschema@._mart_name(orders), 'subscriptions_table', @extschema@._mart_name(tables[1]), 'survey_table', @extschema@._mart_name(tables[2]), 'costs_table', @extschema@._mart_name(tables[3]), 'rates_table', @extschema@._mart_name(tables[4]),
        'version', (SELECT extversion FROM pg_extension WHERE extname = 'customer_value'));
    settings := settings || @extschema@._mart_types(settings);
    PERFORM @extschema@._mart_check_tables(settings);
    settings := settings || jsonb_build_object('decimals', coalesce(decimals, @extschema@._mart_decimals(orders, columns ->> 'amount')), 'golden_threshold', @extschema@._shortest_decimal(golden_threshold), 'discount_pct', @extschema@._shortest_decimal(discount_pct));
    RETURN settings;
END
$$;
COMMENT ON FUNCTION _mart_checked(name, regclass, jsonb, jsonb, text, interval, interval, double precision, integer, double precision, integer, boolean) IS
'the settings of a mart, after a check of all arguments of create_mart; columns: argument to column of orders; mappings: subscriptions, survey, costs, rates, and settings that not every mart has; an error of class 22 or 42 that names what is wrong';

-- Views run functions, and so does planning, for indexes of tables: who owns what a mart reads can have code run with the rights of who refreshes it. Tables need
-- more of an attack than views, and are of others as a rule: only a superuser is told of them.
CREATE FUNCTION _mart_tell_risks(settings jsonb)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_superuser boolean := (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);
    others text;
BEGIN
    SELECT string_agg(format('%s (%s)', c.oid::regclass, pg_get_userbyid(c.relowner)), ', ' ORDER BY place) INTO others
    FROM unnest(ARRAY[settings ->> 'orders_table', settings ->> 'subscriptions_table', settings ->> 'survey_table', settings ->> 'costs_table', settings ->> 'rates_table']) WITH ORDINALITY AS s (source, place)
         JOIN pg_class AS c ON c.oid = source::regclass WHERE c.relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user) AND (is_superuser OR c.relkind = 'v');
    IF others IS NOT NULL THEN
        RAISE NOTICE USING MESSAGE = format('the mart "%s" of %s%s reads what others own: %s', settings ->> 'mart', CASE WHEN is_superuser THEN 'the superuser ' ELSE '' END, current_user, others),
            DETAIL = 'Who owns a table or a view that a mart reads can have functions run with the rights of the owner of the mart.', HINT = 'Make marts as a role of their own: docs/mart.md, "Rights", has the statements.';
    END IF;
    IF (settings ->> 'triggers')::boolean THEN
        SELECT string_agg(DISTINCT relation::text, ', ') INTO others FROM @extschema@._mart_triggers((settings ->> 'orders_table')::regclass) WHERE NOT is_owned;
        IF others IS NOT NULL THEN
            RAISE NOTICE USING MESSAGE = format('the mart "%s" does not notice rows of %s that are written with session_replication_role = replica, as loaders and logical replication do: %s belongs to another role', settings ->> 'mart', settings ->> 'orders_table', others),
                HINT = 'Where such rows come, map changed_at, refresh by period, or let the owner of the orders own the mart.';
        END IF;
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_tell_risks(jsonb) IS
'notices for who makes a mart: views of others that are read, and for a superuser their tables; changes that triggers cannot note because the orders belong to another role';

CREATE FUNCTION _mart_make(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mart text := settings ->> 'mart';
BEGIN
    EXECUTE format('CREATE SCHEMA %I', mart);
    EXECUTE format('COMMENT ON SCHEMA %I IS %L', mart, format('customer figures of %s: views to read%s; made by create_mart, kept by refresh_mart, removed by drop_mart', settings ->> 'orders_table', ', amounts in ' || (settings ->> 'report_currency')));
    PERFORM @extschema@._mart_add_tables(settings), @extschema@._mart_add_views(settings);
    EXECUTE format('INSERT INTO %1$I.settings SELECT * FROM jsonb_populate_record(NULL::%1$I.settings, $1)', mart) USING settings || jsonb_build_object('signature', @extschema@._mart_signature(settings));
    EXECUTE format('INSERT INTO %I.stored_state DEFAULT VALUES', mart);
    EXECUTE format('INSERT INTO %I.changes VALUES (NULL)', mart);
    IF (settings ->> 'triggers')::boolean AND NOT @extschema@._mart_put_triggers(settings) THEN
        RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = format('%s is written all the time, so that no triggers can be put on it', settings ->> 'orders_table'), HINT = 'Try again when there are fewer long transactions, or with triggers => false.';
    END IF;
    -- only now: a view locks the orders, and a writer who waited for that would be in a deadlock with who waits to put triggers
    PERFORM @extschema@._mart_add_sources(settings), @extschema@._mart_tell_risks(settings);
END
$$;
COMMENT ON FUNCTION _mart_make(jsonb) IS 'makes the schema, tables, views and triggers of a mart of these settings';

CREATE FUNCTION _mart_found(mapping jsonb)
RETURNS jsonb
LANGUAGE sql STABLE
RETURN CASE WHEN pg_catalog.jsonb_exists(mapping, 'table'::text) THEN mapping || pg_catalog.jsonb_build_object('table'::text, (mapping ->> 'table'::text)::regclass::oid::text) ELSE mapping END;
COMMENT ON FUNCTION _mart_found(jsonb) IS 'a mapping whose table, a name that is looked for in the search_path of the caller, is one that needs none';

CREATE FUNCTION create_mart(mart name, orders regclass, customer text, ordered_at text, amount text, order_id text DEFAULT NULL, status text DEFAULT NULL, category text DEFAULT NULL,
                            product text DEFAULT NULL, relation text DEFAULT NULL, price text DEFAULT NULL, intended_price text DEFAULT NULL, currency text DEFAULT NULL,
                            subscriptions jsonb DEFAULT NULL, survey jsonb DEFAULT NULL, costs jsonb DEFAULT NULL, tz text DEFAULT NULL, step interval DEFAULT '1 month', lapse interval DEFAULT '90 days',
                            golden_threshold double precision DEFAULT 0.8, horizon integer DEFAULT 12, discount_pct double precision DEFAULT 10, decimals integer DEFAULT NULL, triggers boolean DEFAULT NULL,
                            statuses text[] DEFAULT NULL, ignored_statuses text[] DEFAULT NULL, ordered_at_tz text DEFAULT NULL, changed_at text DEFAULT NULL, changed_overlap interval DEFAULT NULL, rates jsonb DEFAULT NULL, report_currency text DEFAULT NULL)
RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    SELECT _mart_make(_mart_checked(mart, orders,
        pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('customer'::text, customer, 'ordered_at'::text, ordered_at, 'amount'::text, amount, 'order_id'::text, order_id, 'status'::text, status, 'category'::text, category,
            'product'::text, product, 'relation'::text, relation, 'price'::text, price, 'intended_price'::text, intended_price, 'currency'::text, currency, 'changed_at'::text, changed_at)),
        pg_catalog.jsonb_build_object('subscriptions'::text, _mart_found(subscriptions), 'survey'::text, _mart_found(survey), 'costs'::text, _mart_found(costs), 'rates'::text, _mart_found(rates), 'report_currency'::text, report_currency, 'statuses'::text, statuses, 'ignored_statuses'::text, ignored_statuses, 'ordered_at_tz'::text, ordered_at_tz, 'changed_overlap'::text, changed_overlap),
        tz, step, lapse, golden_threshold, horizon, discount_pct, decimals, triggers));
END;
COMMENT ON FUNCTION create_mart(name, regclass, text, text, text, text, text, text, text, text, text, text, text, jsonb, jsonb, jsonb, text, interval, interval, double precision, integer, double precision, integer, boolean, text[], text[], text, text, interval, jsonb, text) IS
'makes the schema mart: views of plain types over the figures of a table of orders, for BI tools; arguments name columns of orders, subscriptions, survey, costs and rates are mappings such as {"table": "public.survey", "answered_at": "day", "score": "score"}; empty until CALL refresh_mart; what is in it? describe_mart';

-- A mart of an earlier version has the view after its next refresh only.
CREATE FUNCTION _mart_last_refresh(settings jsonb)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refreshes regclass := (SELECT c.oid FROM pg_class AS c WHERE c.oid = to_regclass(format('%I.refreshes', settings ->> 'mart')) AND pg_get_userbyid(c.relowner) = current_user);
    zone text := coalesce(settings ->> 'tz', 'UTC');
    last record;
    done record;
BEGIN
    IF refreshes IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT * FROM %s ORDER BY run DESC LIMIT 1', refreshes) INTO last;
    EXECUTE format('SELECT * FROM %s WHERE state = ''done'' ORDER BY run DESC LIMIT 1', refreshes) INTO done;
    RETURN CASE WHEN last.run IS NOT NULL THEN
        concat_ws('; ', CASE last.state WHEN 'running' THEN format('a refresh that began at %s %s is under way, or was cancelled or killed', last.started_at, zone)
                                        WHEN 'failed' THEN format('the last refresh failed at %s %s: %s', last.ended_at, zone, coalesce(last.error, 'it was cancelled or killed')) END,
                  CASE WHEN done.run IS NULL THEN 'none is done yet'
                       ELSE format('refreshed at %s %s, %s', done.ended_at, zone, coalesce('orders up to ' || to_char(done.data_until, 'YYYY-MM-DD'), 'there are no orders')) END) END;
END
$$;
COMMENT ON FUNCTION _mart_last_refresh(jsonb) IS 'when the last refresh of a mart was done, and up to which day orders count; before that, when and with which error a later one failed, or that it has not ended; NULL where there was none';

CREATE FUNCTION describe_mart(mart name)
RETURNS TABLE (name text, is_there boolean, columns bigint, about text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    settings jsonb;
    refreshed text := format('empty until CALL refresh_mart(%L): ', mart);
    state record;
BEGIN
    -- who may only read it is told what the catalogue says: nothing in a schema of another is read
    IF EXISTS (SELECT FROM pg_namespace AS n WHERE n.nspname = mart AND pg_get_userbyid(n.nspowner) <> current_user AND has_schema_privilege(n.oid, 'USAGE')) THEN
        RETURN QUERY
            SELECT v.view_name, true, c.relnatts::bigint, obj_description(c.oid, 'pg_class')
            FROM @extschema@._mart_views() AS v JOIN pg_class AS c ON c.relname = v.view_name AND c.relkind = 'v' AND c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = mart)
            WHERE has_table_privilege(c.oid, 'SELECT') ORDER BY v.place;
        RETURN;
    END IF;
    settings := @extschema@._mart_settings(mart);
    EXECUTE format('SELECT as_of, models_note, EXISTS (SELECT FROM %1$I.stored_models) AS has_models, EXISTS (SELECT FROM %1$I.stored_forecast) AS has_forecast, EXISTS (SELECT FROM %1$I.stored_data_quality) AS is_checked
                    FROM %1$I.stored_state', mart) INTO state;
    RETURN QUERY
        SELECT d.view_name, d.reason IS NULL,
               (SELECT count(*) FROM @extschema@._mart_columns() AS c WHERE c.view_name = d.view_name),
               CASE WHEN d.reason IS NOT NULL THEN 'absent: ' || d.reason
                    WHEN d.view_name = 'refreshes' THEN coalesce(@extschema@._mart_last_refresh(settings), refreshed || d.about)
                    WHEN d.view_name = 'models' AND NOT state.has_models OR d.view_name = 'forecast' AND NOT state.has_forecast THEN coalesce('empty: ' || state.models_note, refreshed || d.about)
                    WHEN state.as_of IS NULL THEN refreshed || d.about
                    WHEN d.view_name = 'data_quality' AND NOT state.is_checked THEN format('empty until CALL refresh_mart(%L, quality => true): ', mart) || d.about
                    ELSE d.about END
        FROM (SELECT v.*, @extschema@._mart_absent(v.needs, settings) AS reason FROM @extschema@._mart_views() AS v) AS d ORDER BY d.place;
END
$$;
COMMENT ON FUNCTION describe_mart(name) IS
'the views of a mart: is each there, with how many columns, what it answers, or why it is absent or empty; for who does not own the mart, those that they may read; the last row says how current it is, and why a refresh has failed';

CREATE FUNCTION drop_mart(mart name)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    settings jsonb := @extschema@._mart_settings(mart);
    commands text[];
BEGIN
    -- after a refresh under way; no reader waits for this lock
    EXECUTE format('LOCK TABLE %I.stored_state IN SHARE UPDATE EXCLUSIVE MODE', mart);
    SELECT array_agg(format('DROP %s %s', kind, to_regclass(format('%I.%I', mart, object))) ORDER BY turn, place DESC, object) INTO commands
    FROM (SELECT 1 AS turn, place, 'VIEW' AS kind, view_name AS object FROM @extschema@._mart_views()
          UNION ALL SELECT 1, 0, 'VIEW', 'source_' || s FROM unnest('{orders,subscriptions,survey,costs,rates}'::text[]) AS s
          UNION ALL SELECT 2, place, 'TABLE', 'stored_' || view_name FROM @extschema@._mart_views() WHERE is_stored
          UNION ALL SELECT 2, place, 'TABLE', t.name FROM @extschema@._mart_tables() AS t WHERE t.name <> 'changes') AS made
    WHERE to_regclass(format('%I.%I', mart, object)) IS NOT NULL;
    IF NOT @extschema@._mart_drop_triggers(settings, commands, ARRAY[format('DROP TABLE %I.changes', mart), format('DROP SCHEMA %I', mart)]) THEN
        RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = format('%s or the mart "%s" is in use all the time, so that the mart cannot be dropped', settings ->> 'orders_table', mart), HINT = 'Try again when there are fewer long transactions.';
    END IF;
END
$$;
COMMENT ON FUNCTION drop_mart(name) IS
'removes a mart: its views, tables, triggers and schema, and nothing else; an error, and nothing removed, where something of yours is in the schema or depends on it';
