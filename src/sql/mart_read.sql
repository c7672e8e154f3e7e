--@ requires: mart_create, ledger_slices
-- How a mart reads its orders: which rows count, in what pieces, and into which tables.

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
    FOR used IN SELECT * FROM (VALUES ('orders', settings ->> 'orders'), ('subscriptions', settings ->> 'subscriptions_table'), ('survey', settings ->> 'survey_table'), ('costs', settings ->> 'costs_table')) AS v (name, relation)
                WHERE relation IS NOT NULL LOOP
        IF used.relation ~ '^[0-9]+$' THEN
            RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('the table of %s of the mart "%s" is gone', used.name, settings ->> 'mart'), HINT = 'drop_mart, and create_mart of other tables.';
        END IF;
        SELECT c.oid::regclass::text INTO temporary FROM pg_class AS c
        WHERE c.relpersistence = 't' AND (c.oid = used.relation::regclass OR c.relnamespace = pg_my_temp_schema() AND c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent IN (SELECT @extschema@._mart_relations(used.relation::regclass)))) LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_table_definition', MESSAGE = format('a mart cannot read temporary tables, such as %s', temporary), HINT = 'Other sessions do not see the same rows in it.';
        END IF;
        IF row_security_active(used.relation::regclass) THEN
            RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('row-level security hides rows of %s from %s', used.relation, current_user),
                DETAIL = 'A mart holds what its owner sees, and shows it to all who may read the mart.', HINT = 'Make the mart as a role that sees all rows, or of a view that says which rows are meant.';
        END IF;
    END LOOP;
    now_there := @extschema@._mart_types(settings);
    FOR used IN SELECT * FROM (VALUES ('ordered_at', 'at_type'), ('customer', 'key')) AS v (name, kind) WHERE now_there ->> kind <> settings ->> kind LOOP
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the column "%s" of %s is of type %s now, and was of type %s',
                settings #>> ARRAY['columns', used.name], settings ->> 'orders', now_there #>> ARRAY['types', 'orders', used.name], settings #>> ARRAY['types', 'orders', used.name]),
            HINT = 'drop_mart, and create_mart anew.';
    END LOOP;
END
$$;
COMMENT ON FUNCTION _mart_check_tables(jsonb) IS 'an error where a table of a mart is gone or temporary, row-level security hides rows of it from the caller, or a mapped column is gone or of a type that it cannot be of';

CREATE FUNCTION _mart_types(settings jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mapped record;
    type text;
    types jsonb := '{"orders": {}, "subscriptions": {}, "survey": {}, "costs": {}}';
    customer text;
BEGIN
    FOR mapped IN
        SELECT source, relation::regclass, argument, "column"
        FROM (VALUES ('orders', 'orders', 'columns'), ('subscriptions', 'subscriptions_table', 'subscriptions'), ('survey', 'survey_table', 'survey'), ('costs', 'costs_table', 'costs')) AS v (source, tables, mapping)
             CROSS JOIN LATERAL (SELECT settings ->> tables) AS t (relation)
             CROSS JOIN LATERAL jsonb_each_text(CASE WHEN jsonb_typeof(settings -> mapping) = 'object' THEN settings -> mapping ELSE '{}' END) AS m (argument, "column")
        WHERE relation IS NOT NULL AND "column" IS NOT NULL
    LOOP
        type := @extschema@._quality_column(mapped.relation, mapped.argument, mapped."column");
        IF type = 'timestamp with time zone' AND settings ->> 'tz' IS NULL THEN
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

-- The day of a column of a table, as an expression over t
CREATE FUNCTION _mart_day(relation regclass, "column" text, tz text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    type text;
BEGIN
    type := @extschema@._quality_column(relation, 'ordered_at'::text, "column");
    IF type = 'timestamp with time zone' AND tz IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the column "%s" of %s is of type %s: the mart needs tz', "column", relation, type);
    END IF;
    RETURN CASE type WHEN 'timestamp with time zone' THEN format('(t.%I AT TIME ZONE %L)::date', "column", tz) ELSE format('t.%I::date', "column") END;
END
$$;
COMMENT ON FUNCTION _mart_day(regclass, text, text) IS 'the day of a column of dates or instants as an expression over t; error 22023 where instants have no time zone';

CREATE FUNCTION _mart_number(argument text, settings jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN c.name IS NULL THEN 'NULL::numeric'::text
                    -- the cast of double precision rounds to the 15 digits that it holds for certain: 6 * 2.55 is 15.3; that of real would round to 6
                    WHEN settings -> 'types'::text -> 'orders'::text ->> argument = 'real'::text THEN pg_catalog.format('%s._shortest_decimal(t.%I::real)'::text, VARIADIC ARRAY[_extension_schema(), c.name])
                    ELSE pg_catalog.format('t.%I::numeric'::text, VARIADIC ARRAY[c.name]) END
        FROM (SELECT settings -> 'columns'::text ->> argument) AS c (name));
COMMENT ON FUNCTION _mart_number(text, jsonb) IS 'a column of orders as an exact number, as an expression over t; NULL where the mapping lacks it';

CREATE FUNCTION _mart_text(source text, argument text, settings jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN c.name IS NULL THEN 'NULL::text'::text
                    ELSE _quality_text(pg_catalog.format('t.%I'::text, VARIADIC ARRAY[c.name]), (settings -> 'types'::text -> source ->> argument)::regtype) END
        FROM (SELECT settings -> CASE source WHEN 'orders'::text THEN 'columns'::text ELSE source END ->> argument) AS c (name));
COMMENT ON FUNCTION _mart_text(text, text, jsonb) IS 'a mapped column of orders, subscriptions, survey or costs as text, as an expression over t, without a cast that a user has made; NULL where the mapping lacks it';

-- Midnight can come twice, where clocks go back at it: instants are bounded by a day more on either side, which an index can serve, and days exactly.
CREATE FUNCTION _mart_bounds(settings jsonb, from_day date, to_day date)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    at text := format('t.%I', settings #>> '{columns,ordered_at}');
    tz text := settings ->> 'tz';
    bounds text;
BEGIN
    IF settings ->> 'at_type' = 'timestamp with time zone' THEN
        SELECT string_agg(format('%1$s %2$s timezone(%3$L, %4$L::timestamp) AND (%1$s AT TIME ZONE %3$L)::date %2$s %5$L', at, sign, tz, day + more, day), ' AND ' ORDER BY more) INTO bounds
        FROM (VALUES ('>=', from_day, -1), ('<', to_day, 1)) AS bound (sign, day, more) WHERE day IS NOT NULL;
    ELSE
        SELECT string_agg(format('%s %s %L', at, sign, day), ' AND ') INTO bounds FROM (VALUES ('>=', from_day), ('<', to_day)) AS bound (sign, day) WHERE day IS NOT NULL;
    END IF;
    RETURN coalesce(bounds, 'true');
END
$$;
COMMENT ON FUNCTION _mart_bounds(jsonb, date, date) IS 'the condition that orders, named t, are of days from <= day < to, without a bound where one is NULL; an index on their date can serve it';

-- The orders of the days from <= day < to, those that count, as customer, at, amount (and category, where asked): at is a day, or an instant where
-- an aggregate is to be told the time zone. Lines of one order are one row.
CREATE FUNCTION _mart_source(settings jsonb, from_day date, to_day date, by_category boolean, only_finite boolean)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    columns jsonb := settings -> 'columns';
    at text := format('t.%I', columns ->> 'ordered_at');
    bounds text;
    named record;       -- the columns that are read as text
    day text;
    amount text;
    source text;
BEGIN
    SELECT @extschema@._mart_day((settings ->> 'orders')::regclass, columns ->> 'ordered_at', settings ->> 'tz'), @extschema@._mart_number('amount'::text, settings), @extschema@._mart_bounds(settings, from_day, to_day) INTO day, amount, bounds;
    SELECT @extschema@._mart_text('orders'::text, 'customer'::text, settings) AS customer, @extschema@._mart_text('orders'::text, 'category'::text, settings) AS category,
                           @extschema@._mart_text('orders'::text, 'order_id'::text, settings) AS order_id, @extschema@._mart_text('orders'::text, 'status'::text, settings) AS status INTO named;
    IF only_finite AND from_day IS NULL THEN
        bounds := format('isfinite(%s)', at);
    END IF;
    IF columns ->> 'order_id' IS NULL AND NOT by_category THEN
        day := CASE settings ->> 'at_type' WHEN 'timestamp with time zone' THEN at || '::timestamptz' ELSE day END;
    END IF;
    source := format('SELECT %s AS customer, %s AS at, %s AS amount%s%s FROM %s AS t WHERE %s',
        CASE WHEN settings ->> 'key' = 'text' THEN named.customer ELSE format('t.%I::%s', columns ->> 'customer', settings ->> 'key') END, day, amount,
        CASE WHEN by_category THEN format(', coalesce(%s, ''(none)'') AS category', named.category) ELSE '' END,
        -- numbers are grouped in less time than their texts
        CASE WHEN columns ->> 'order_id' IS NULL THEN '' WHEN named.order_id LIKE '%::text' THEN format(', t.%I AS order_id', columns ->> 'order_id') ELSE format(', %s AS order_id', named.order_id) END, settings ->> 'orders',
        bounds || CASE WHEN columns ->> 'status' IS NULL THEN '' ELSE format(' AND %s.is_revenue_status(%s)', extension, named.status) END);
    IF columns ->> 'order_id' IS NOT NULL THEN
        source := format('SELECT customer, at, sum(amount) AS amount%1$s FROM (%2$s) AS line WHERE amount IS NOT NULL GROUP BY customer, at, order_id, amount < 0%1$s', CASE WHEN by_category THEN ', category' ELSE '' END, source);
    END IF;
    RETURN source;
END
$$;
COMMENT ON FUNCTION _mart_source(jsonb, date, date, boolean, boolean) IS
'the query with which a mart reads its orders: customer, at, amount, and category if asked; all days without bounds, and those that are infinite, which no ledger takes, unless only finite ones are asked for; lines of one order, day, sign (and category) are one row';

-- Ledgers of as many customers as one value should hold: a month of many orders is stored in shards.
CREATE FUNCTION _mart_ledgers(settings jsonb, from_day date, to_day date, only_finite boolean, shards integer)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    arguments text := 'at, amount' || CASE WHEN settings ->> 'at_type' = 'timestamp with time zone' AND settings #>> '{columns,order_id}' IS NULL THEN format(', %L::text', settings ->> 'tz') ELSE '' END;
    has_guests boolean;
    source text;
BEGIN
    source := @extschema@._mart_source(settings, from_day, to_day, false, only_finite);
    -- a table below another, or a foreign one, may have what is NOT NULL above
    SELECT bool_or(c.relkind NOT IN ('r', 'p') OR NOT a.attnotnull OR EXISTS (SELECT FROM pg_constraint AS n WHERE n.conrelid = c.oid AND n.contype = 'n' AND n.conkey = ARRAY[a.attnum] AND NOT n.convalidated)) INTO has_guests
                    FROM @extschema@._mart_relations((settings ->> 'orders')::regclass) AS r (relation) JOIN pg_class AS c ON c.oid = r.relation JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = (settings #>> '{columns,customer}');
    RETURN format('SELECT %2$s AS shard, %1$s.ledger_agg(customer, %3$s) AS whole, %4$s AS guests FROM (%5$s) AS orders%6$s',
        extension, CASE WHEN shards > 1 THEN format('coalesce(%s.ledger_shard(customer, %s), 0)', extension, shards) ELSE '0' END, arguments,
        CASE WHEN has_guests THEN format('%s.ledger_agg(0::bigint, %s) FILTER (WHERE customer IS NULL)', extension, arguments) ELSE format('NULL::%s.customer_ledger', extension) END,
        source, CASE WHEN shards > 1 THEN ' GROUP BY 1' ELSE '' END);
END
$$;
COMMENT ON FUNCTION _mart_ledgers(jsonb, date, date, boolean, integer) IS
'the query that makes ledgers of the orders of a mart: a row for each shard of customers with the ledger of all its orders, and in one of them that of orders without a customer';

CREATE FUNCTION _mart_months(from_day date, to_day date)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 12::numeric * (extract(year FROM to_day) - extract(year FROM from_day)) + extract(month FROM to_day) - extract(month FROM from_day);
COMMENT ON FUNCTION _mart_months(date, date) IS 'how many months the month of a day is behind that of another';

CREATE FUNCTION _mart_tell(part text, month date, rows bigint, months_done bigint, months_total bigint, months_left bigint, rows_read bigint, started timestamptz)
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    seconds double precision := greatest(extract(epoch FROM clock_timestamp() - started), 0.001);
BEGIN
    IF part = 'customers' THEN
        RAISE NOTICE '%', format('%s: %s rows; %s of %s months, %s rows a second, %s s left to read', to_char(month, 'YYYY-MM'), rows, months_done, months_total, round(rows_read / seconds),
                                 ceil(seconds * months_left / greatest(months_total - months_left, 1)));
    ELSE
        RAISE NOTICE '%', format('%s: %s rows without a customer', to_char(month, 'YYYY-MM'), rows);
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION _mart_tell(text, date, bigint, bigint, bigint, bigint, bigint, timestamptz) IS 'tells in a notice that a month has been read, how fast, and for how long reading will go on; true';

CREATE FUNCTION _mart_store(settings jsonb, is_published boolean, from_day date, months_before bigint, months_total bigint, months_left bigint, rows_before bigint, started timestamptz)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    parts text;
BEGIN
    SELECT string_agg(format('SELECT %L, s.* FROM %s.slices(read.%I, ''1 month''::interval, %L::date, NULL::date) AS s', part, extension, ledger, settings ->> 'today'), ' UNION ALL ')
    INTO parts FROM (VALUES ('customers', 'whole'), ('guests', 'guests')) AS v (part, ledger);
    RETURN format($sql$
        INSERT INTO %1$I.stored_ledgers (month, part, shard, is_published, ledger, orders, refund_rows, gross_revenue, refunds)
        SELECT month, name, shard, %4$L::boolean, ledger, orders, refund_rows, gross_revenue, refunds
        FROM (SELECT sum(%2$s.rows_count(whole) + coalesce(%2$s.rows_count(guests), 0))::bigint AS rows FROM read) AS counted
             CROSS JOIN read CROSS JOIN LATERAL (%3$s) AS part (name, month, ledger, orders, refund_rows, gross_revenue, refunds)
        WHERE %2$s._mart_tell(name, month, %2$s.rows_count(ledger), %6$L::bigint + 1 + %2$s._mart_months(coalesce(%5$L::date, %2$s.first_day(read.whole)), month),
                             greatest(%7$L::bigint, 1 + %2$s._mart_months(%2$s.first_day(read.whole), %2$s.last_day(read.whole))), %8$L::bigint, %9$L::bigint + counted.rows, to_timestamp(%10$L::double precision))$sql$,
        settings ->> 'mart', extension, parts, is_published, from_day, months_before, months_total, months_left, rows_before,
        extract(epoch FROM started));   -- as text an instant may have a zone that nobody can read
END
$$;
COMMENT ON FUNCTION _mart_store(jsonb, boolean, date, bigint, bigint, bigint, bigint, timestamptz) IS
'the statement that cuts the ledgers of a relation read, which is of _mart_ledgers(), into months and stores them, with the sums of each up to today, and tells of each month, from the first day from_day on, where that is known, and with the months that were read before, those to read in all and those to read after it, the rows that were read before, and when reading began';

-- As many months at once as one pass may take: ledgers of some 20 million rows, 400 MB. Where the average month has more, months are stored in shards of about so many.
CREATE FUNCTION _mart_chunks(settings jsonb)
RETURNS TABLE (from_day date, to_day date, months bigint, shards integer)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mart text := settings ->> 'mart';
    most_rows CONSTANT double precision := 20e6;
    plan jsonb;
    estimated double precision;
    all_months boolean;
    bounds record;
    day text;
    rows_a_month double precision;
BEGIN
    EXECUTE format('SELECT coalesce(bool_or(month IS NULL OR month > ''275000-01-01''), false) FROM %I.changes', mart) INTO all_months;
    -- the planner's estimate, which there is for views and for tables that were never analyzed, too
    EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM %s', settings ->> 'orders') INTO plan;
    estimated := plan #>> '{0,Plan,Plan Rows}';
    IF all_months AND estimated <= most_rows THEN
        RETURN QUERY SELECT NULL::date, NULL::date, NULL::bigint, 1;
        RETURN;
    END IF;
    IF all_months THEN
        day := @extschema@._mart_day((settings ->> 'orders')::regclass, settings #>> '{columns,ordered_at}', settings ->> 'tz');
        EXECUTE format('SELECT min(%1$s) AS first, max(%1$s) AS last FROM %2$s AS t WHERE isfinite(t.%3$I)', day, settings ->> 'orders', settings #>> '{columns,ordered_at}') INTO bounds;
        EXECUTE format('DELETE FROM %I.changes', mart);
        -- of days to come those that there are: one of the year 9999 must not make all months of a few rows
        EXECUTE format('INSERT INTO %1$I.changes SELECT generate_series(date_trunc(''month'', $1::timestamp), least($2, $3)::timestamp, ''1 month'')::date UNION SELECT month FROM %1$I.stored_ledgers
                        UNION SELECT date_trunc(''month'', %2$s)::date FROM %3$s AS t WHERE %2$s > $3 AND isfinite(t.%4$I)', mart, day, settings ->> 'orders', settings #>> '{columns,ordered_at}')
        USING bounds.first, bounds.last, (settings ->> 'today')::date;
    END IF;
    EXECUTE format('SELECT greatest($1, 1) / greatest(count(*), 1) FROM (SELECT month FROM %1$I.changes UNION SELECT month FROM %1$I.stored_ledgers) AS m', mart) INTO rows_a_month USING estimated;
    RETURN QUERY EXECUTE format($sql$
        WITH pending AS (SELECT DISTINCT month FROM %1$I.changes WHERE month IS NOT NULL),
        gaps AS (SELECT month, CASE WHEN lag(month) OVER (ORDER BY month) = (month - interval '1 month')::date THEN 0 ELSE 1 END AS gap FROM pending),
        runs AS (SELECT month, sum(gap) OVER (ORDER BY month) AS run FROM gaps),
        placed AS (SELECT month, run, (row_number() OVER (PARTITION BY run ORDER BY month) - 1) / $1 AS chunk FROM runs)
        SELECT min(month), (max(month) + interval '1 month')::date, count(*), $2 FROM placed GROUP BY run, chunk ORDER BY 1$sql$, mart)
    USING greatest(1, floor(most_rows / rows_a_month))::bigint, greatest(1, ceil(rows_a_month / most_rows))::integer;
END
$$;
COMMENT ON FUNCTION _mart_chunks(jsonb) IS
'the months that have changed, in runs that one pass over the orders may take (some 20 million rows, 400 MB), and into how many shards a month of more is cut; one row without bounds where all are to be read at once';

CREATE FUNCTION _mart_read_categories(settings jsonb, from_day date, to_day date, is_published boolean)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    mart text := settings ->> 'mart';
    source text;
BEGIN
    EXECUTE format('DELETE FROM %I.stored_months WHERE is_published = $3 AND month >= coalesce($1, ''-infinity'') AND month < coalesce($2, ''infinity'')', mart) USING from_day, to_day, is_published;
    IF settings #>> '{columns,category}' IS NULL THEN
        EXECUTE format($sql$INSERT INTO %1$I.stored_months
            SELECT month, '(all)', is_published, sum(orders), sum(refund_rows), sum(gross_revenue), sum(refunds)
            FROM %1$I.stored_ledgers WHERE is_published = $3 AND orders + refund_rows > 0 AND month >= coalesce($1, '-infinity') AND month < coalesce($2, 'infinity') GROUP BY month, is_published$sql$, mart)
        USING from_day, to_day, is_published;
    ELSE
        source := @extschema@._mart_source(settings, from_day, to_day, true, true);
        -- a ledger of one customer sums faster than numeric aggregates do
        EXECUTE format($sql$INSERT INTO %1$I.stored_months
            SELECT s.period, base.category, $2, s.orders, s.refund_rows, s.gross_revenue, s.refunds
            FROM (SELECT category, %3$s.ledger_agg(0::bigint, at, amount) AS ledger FROM (%2$s) AS orders GROUP BY category) AS base CROSS JOIN LATERAL %3$s.slices(base.ledger, '1 month'::interval, $1, NULL::date) AS s
            WHERE s.orders + s.refund_rows > 0$sql$, mart, source, extension) USING (settings ->> 'today')::date, is_published;
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_read_categories(jsonb, date, date, boolean) IS 'sums the orders of the months from <= month < to (all without bounds) by category into stored_months, in place of those that are there';

CREATE FUNCTION _mart_read(settings jsonb, from_day date, to_day date, shards integer, log_run bigint, months_before bigint, months_total bigint, rows_before bigint, started timestamptz)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    mart text := settings ->> 'mart';
    in_range text := 'month >= $1 AND month < $2';
    months bigint;
    rows_read bigint;
BEGIN
    EXECUTE format('DELETE FROM %I.changes WHERE ' || in_range, mart) USING from_day, to_day;
    EXECUTE format('DELETE FROM %I.stored_ledgers WHERE NOT is_published AND ' || in_range, mart) USING from_day, to_day;
    months := @extschema@._mart_months(from_day, to_day);
    PERFORM @extschema@._mart_run(ARRAY['read']::text[], ARRAY[@extschema@._mart_ledgers(settings, from_day, to_day, true, shards), @extschema@._mart_store(settings, false, from_day, months_before, months_total, greatest(months_total - months_before - months, 0), rows_before, started)]);
    -- a month that has no rows any more replaces the one it had
    EXECUTE format('INSERT INTO %1$I.stored_ledgers (month, part, is_published) SELECT DISTINCT month, ''customers'', false FROM %1$I.stored_ledgers AS old WHERE is_published AND %2$s
                        AND NOT EXISTS (SELECT FROM %1$I.stored_ledgers AS new WHERE NOT new.is_published AND new.month = old.month)', mart, in_range) USING from_day, to_day;
    PERFORM @extschema@._mart_read_categories(settings, from_day, to_day, false);
    EXECUTE format('SELECT $3 + coalesce(sum(%2$s.rows_count(ledger)), 0) FROM %1$I.stored_ledgers WHERE NOT is_published AND %3$s', mart, extension, in_range) INTO rows_read USING from_day, to_day, rows_before;
    EXECUTE format('UPDATE %I.refresh_log SET months_done = $1, months_total = $2, rows_read = $3, changed_at = clock_timestamp() WHERE run = $4', mart)
    USING months_before + months, greatest(months_total, months_before + months), rows_read, log_run;   -- some changed meanwhile, and are read again
    RETURN rows_read;
END
$$;
COMMENT ON FUNCTION _mart_read(jsonb, date, date, integer, bigint, bigint, bigint, bigint, timestamptz) IS
'reads the orders of the months from <= month < to into rows of stored_ledgers and stored_months that are not published yet, and says so in notices and in refresh_log; the number of rows read, those before included';
