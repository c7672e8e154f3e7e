--@ requires: mart_create, ledger_slices
-- How a mart reads its orders: which rows count, in what pieces, and into which tables.

CREATE FUNCTION mart_check_tables(settings jsonb)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    used record;
    type text;
BEGIN
    FOR used IN SELECT * FROM (VALUES ('orders', settings ->> 'orders'), ('subscriptions', settings ->> 'subscriptions_table'), ('survey', settings ->> 'survey_table'), ('costs', settings ->> 'costs_table')) AS v (name, relation)
                WHERE relation IS NOT NULL LOOP
        IF used.relation ~ '^[0-9]+$' THEN
            RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('the table of %s of the mart "%s" is gone', used.name, settings ->> 'mart'), HINT = 'drop_mart, and create_mart of other tables.';
        END IF;
        IF row_security_active(used.relation::regclass) THEN
            RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('row-level security hides rows of %s from %s', used.relation, current_user),
                DETAIL = 'A mart holds what its owner sees, and shows it to all who may read the mart.', HINT = 'Make the mart as a role that sees all rows, or of a view that says which rows are meant.';
        END IF;
    END LOOP;
    EXECUTE format('SELECT %s.quality_column($1, ''ordered_at''::text, $2)', extension) INTO type USING (settings ->> 'orders')::regclass, settings #>> '{columns,ordered_at}';
    IF type::regtype <> (settings ->> 'at_type')::regtype THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the column "%s" of %s is of type %s now, and was of type %s', settings #>> '{columns,ordered_at}', settings ->> 'orders', type, settings ->> 'at_type'),
            HINT = 'drop_mart, and create_mart anew.';
    END IF;
END
$$;
COMMENT ON FUNCTION mart_check_tables(jsonb) IS 'an error where a table of a mart is gone, row-level security hides rows of it from the caller, or the column of dates is another';

-- The day of a column of a table, as an expression over t
CREATE FUNCTION mart_day(relation regclass, "column" text, tz text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    type text;
BEGIN
    EXECUTE format('SELECT %s.quality_column($1, ''ordered_at''::text, $2)', extension) INTO type USING relation, "column";
    IF type = 'timestamp with time zone' AND tz IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the column "%s" of %s is of type %s: the mart needs tz', "column", relation, type);
    END IF;
    RETURN CASE type WHEN 'timestamp with time zone' THEN format('(t.%I AT TIME ZONE %L)::date', "column", tz) ELSE format('t.%I::date', "column") END;
END
$$;
COMMENT ON FUNCTION mart_day(regclass, text, text) IS 'the day of a column of dates or instants as an expression over t; error 22023 where instants have no time zone';

CREATE FUNCTION mart_number(argument text, settings jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN c.name IS NULL THEN 'NULL::numeric'::text
                    WHEN settings -> 'types'::text ->> argument IN ('real'::text, 'double precision'::text)
                    THEN pg_catalog.format('%s.shortest_decimal(t.%I)'::text, VARIADIC ARRAY[e.extnamespace::regnamespace::text, c.name])
                    ELSE pg_catalog.format('t.%I::numeric'::text, VARIADIC ARRAY[c.name]) END
        FROM pg_catalog.pg_extension AS e, (SELECT settings -> 'columns'::text ->> argument) AS c (name) WHERE e.extname = 'customer_value'::name);
COMMENT ON FUNCTION mart_number(text, jsonb) IS 'a column of orders as an exact number, as an expression over t; NULL where the mapping lacks it';

-- The orders of the days from <= day < to, those that count, as customer, at, amount (and category, where asked): at is a day, or an instant where
-- an aggregate is to be told the time zone. Lines of one order are one row.
CREATE FUNCTION mart_source(settings jsonb, "from" date, "to" date, by_category boolean)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    columns jsonb := settings -> 'columns';
    at text := format('t.%I', columns ->> 'ordered_at');
    bounds text := format('isfinite(%s)', at);
    key text := format('t.%I::%s', columns ->> 'customer', settings ->> 'key');
    category text := CASE WHEN by_category THEN format(', coalesce(t.%I::text, ''(none)'') AS category', columns ->> 'category') ELSE '' END;
    day text;
    amount text;
    source text;
BEGIN
    EXECUTE format('SELECT %1$s.mart_day($1, $2, $3), %1$s.mart_number(''amount''::text, $4)', extension) INTO day, amount
    USING (settings ->> 'orders')::regclass, columns ->> 'ordered_at', settings ->> 'tz', settings;
    IF "from" IS NOT NULL THEN
        bounds := CASE WHEN settings ->> 'at_type' = 'timestamp with time zone' THEN format('%1$s >= timezone(%2$L, %3$L::timestamp) AND %1$s < timezone(%2$L, %4$L::timestamp)', at, settings ->> 'tz', "from", "to")
                       ELSE format('%1$s >= %2$L AND %1$s < %3$L', at, "from", "to") END;
    END IF;
    IF columns ->> 'order_id' IS NULL AND NOT by_category THEN
        day := CASE settings ->> 'at_type' WHEN 'timestamp with time zone' THEN at ELSE day END;
    END IF;
    source := format('SELECT %s AS customer, %s AS at, %s AS amount%s%s FROM %s AS t WHERE %s', key, day, amount, category,
        CASE WHEN columns ->> 'order_id' IS NULL THEN '' ELSE format(', t.%I AS order_id', columns ->> 'order_id') END, settings ->> 'orders',
        bounds || CASE WHEN columns ->> 'status' IS NULL THEN '' ELSE format(' AND %s.is_revenue_status(t.%I::text)', extension, columns ->> 'status') END);
    IF columns ->> 'order_id' IS NOT NULL THEN
        source := format('SELECT customer, at, sum(amount) AS amount%1$s FROM (%2$s) AS line WHERE amount IS NOT NULL GROUP BY customer, at, order_id, amount < 0%1$s', CASE WHEN by_category THEN ', category' ELSE '' END, source);
    END IF;
    RETURN source;
END
$$;
COMMENT ON FUNCTION mart_source(jsonb, date, date, boolean) IS
'the query with which a mart reads its orders: customer, at, amount, and category if asked; all days without bounds; lines of one order, day, sign (and category) are one row';

-- As many months at once as one pass may take: ledgers of some 20 million rows, 400 MB
CREATE FUNCTION mart_chunks(settings jsonb)
RETURNS TABLE ("from" date, "to" date, months bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    most_rows CONSTANT double precision := 20e6;
    plan jsonb;
    estimated double precision;
    all_months boolean;
    bounds record;
    day text;
    at_once bigint;
BEGIN
    EXECUTE format('SELECT coalesce(bool_or(month IS NULL OR month > ''275000-01-01''), false) FROM %I.changes', mart) INTO all_months;
    -- the planner's estimate, which there is for views and for tables that were never analyzed, too
    EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM %s', settings ->> 'orders') INTO plan;
    estimated := plan #>> '{0,Plan,Plan Rows}';
    IF all_months AND estimated <= most_rows THEN
        RETURN QUERY SELECT NULL::date, NULL::date, NULL::bigint;
        RETURN;
    END IF;
    IF all_months THEN
        EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'orders')::regclass, settings #>> '{columns,ordered_at}', settings ->> 'tz';
        EXECUTE format('SELECT min(%1$s) AS first, max(%1$s) AS last FROM %2$s AS t WHERE isfinite(t.%3$I)', day, settings ->> 'orders', settings #>> '{columns,ordered_at}') INTO bounds;
        EXECUTE format('DELETE FROM %I.changes', mart);
        EXECUTE format('INSERT INTO %1$I.changes SELECT generate_series(date_trunc(''month'', $1::timestamp), $2::timestamp, ''1 month'')::date UNION SELECT month FROM %1$I.stored_ledgers', mart) USING bounds.first, bounds.last;
    END IF;
    EXECUTE format('SELECT greatest(1, floor($1 * count(*) / greatest($2, 1))) FROM (SELECT month FROM %1$I.changes UNION SELECT month FROM %1$I.stored_ledgers) AS m', mart) INTO at_once USING most_rows, estimated;
    RETURN QUERY EXECUTE format($sql$
        WITH pending AS (SELECT DISTINCT month FROM %1$I.changes WHERE month IS NOT NULL),
        gaps AS (SELECT month, CASE WHEN lag(month) OVER (ORDER BY month) = (month - interval '1 month')::date THEN 0 ELSE 1 END AS gap FROM pending),
        runs AS (SELECT month, sum(gap) OVER (ORDER BY month) AS run FROM gaps),
        placed AS (SELECT month, run, (row_number() OVER (PARTITION BY run ORDER BY month) - 1) / $1 AS chunk FROM runs)
        SELECT min(month), (max(month) + interval '1 month')::date, count(*) FROM placed GROUP BY run, chunk ORDER BY 1$sql$, mart) USING at_once;
END
$$;
COMMENT ON FUNCTION mart_chunks(jsonb) IS
'the months that have changed, in runs that one pass over the orders may take (some 20 million rows, 400 MB); one row without bounds where all are to be read at once';

CREATE FUNCTION mart_read(settings jsonb, "from" date, "to" date, log_run bigint, months_done bigint, months_total bigint, rows_before bigint, started timestamptz)
RETURNS TABLE (rows_read bigint, whole customer_ledger)
LANGUAGE plpgsql ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    today date := settings ->> 'today';
    in_range text := 'month >= coalesce($1, ''-infinity'') AND month < coalesce($2, ''infinity'')';
    source text;
    arguments text;
    has_guests boolean;
    guests whole%TYPE;
    months bigint;
    seconds double precision;
BEGIN
    EXECUTE format('DELETE FROM %I.changes WHERE month >= $1 AND month < $2 OR $1 IS NULL', mart) USING "from", "to";
    EXECUTE format('SELECT %s.mart_source($1, $2, $3, false)', extension) INTO source USING settings, "from", "to";
    SELECT NOT attnotnull INTO has_guests FROM pg_attribute WHERE attrelid = (settings ->> 'orders')::regclass AND attname = settings #>> '{columns,customer}';
    arguments := 'at, amount' || CASE WHEN settings ->> 'at_type' = 'timestamp with time zone' AND settings #>> '{columns,order_id}' IS NULL THEN format(', %L', settings ->> 'tz') ELSE '' END;

    EXECUTE format('DELETE FROM %I.stored_ledgers WHERE NOT is_published AND ' || in_range, mart) USING "from", "to";
    arguments := format('%1$s.ledger_agg(customer, %2$s) AS whole, %3$s AS guests FROM (%4$s) AS orders', extension, arguments,
        CASE WHEN has_guests THEN format('%s.ledger_agg(0::bigint, %s) FILTER (WHERE customer IS NULL)', extension, arguments) ELSE format('NULL::%s.customer_ledger', extension) END, source);
    IF "from" IS NULL THEN
        -- what follows from all orders reads this, and not the months again
        EXECUTE 'SELECT ' || arguments INTO whole, guests;
        arguments := '$1 AS whole, $2 AS guests';
    END IF;
    EXECUTE format($sql$INSERT INTO %1$I.stored_ledgers
        SELECT part.month, part.name, false, part.ledger, total.orders, total.refund_rows, total.gross_revenue, total.refunds
        FROM (SELECT %3$s) AS base
             CROSS JOIN LATERAL (SELECT s.period, 'customers', s.ledger FROM %2$s.slices(base.whole, '1 month'::interval) AS s UNION ALL SELECT s.period, 'guests', s.ledger FROM %2$s.slices(base.guests, '1 month'::interval) AS s) AS part (month, name, ledger)
             LEFT JOIN LATERAL %2$s.totals(CASE WHEN %2$s.last_day(part.ledger) > $3 THEN %2$s.as_of(part.ledger, $3) ELSE part.ledger END) AS total ON true$sql$,
        mart, extension, arguments) USING whole, guests, today;
    -- a month that has no rows any more replaces the one it had
    EXECUTE format('INSERT INTO %1$I.stored_ledgers (month, part, is_published) SELECT DISTINCT month, ''customers'', false FROM %1$I.stored_ledgers AS old WHERE is_published AND %2$s
                        AND NOT EXISTS (SELECT FROM %1$I.stored_ledgers AS new WHERE NOT new.is_published AND new.month = old.month AND new.part = ''customers'')', mart, in_range) USING "from", "to";
    EXECUTE format('SELECT coalesce(sum(%2$s.rows_count(ledger)), 0) FROM %1$I.stored_ledgers WHERE NOT is_published AND %3$s', mart, extension, in_range) INTO rows_read USING "from", "to";

    EXECUTE format('DELETE FROM %I.stored_months WHERE NOT is_published AND ' || in_range, mart) USING "from", "to";
    IF settings #>> '{columns,category}' IS NULL THEN
        EXECUTE format($sql$INSERT INTO %1$I.stored_months
            SELECT month, '(all)', false, sum(orders), sum(refund_rows), sum(gross_revenue), sum(refunds)
            FROM %1$I.stored_ledgers WHERE NOT is_published AND orders + refund_rows > 0 AND %2$s GROUP BY month$sql$, mart, in_range) USING "from", "to";
    ELSE
        EXECUTE format('SELECT %s.mart_source($1, $2, $3, true)', extension) INTO source USING settings, "from", "to";
        EXECUTE format($sql$INSERT INTO %1$I.stored_months
            SELECT date_trunc('month', at)::date, category, false, count(*) FILTER (WHERE amount >= 0), count(*) FILTER (WHERE amount < 0), coalesce(sum(amount) FILTER (WHERE amount >= 0), 0),
                   coalesce(sum(amount) FILTER (WHERE amount < 0), 0)
            FROM (%2$s) AS orders WHERE amount IS NOT NULL AND at <= $1 GROUP BY 1, 2$sql$, mart, source) USING today;
    END IF;
    seconds := greatest(extract(epoch FROM clock_timestamp() - started), 0.001);
    EXECUTE format('SELECT count(DISTINCT month) FROM %I.stored_ledgers WHERE NOT is_published AND ' || in_range, mart) INTO months USING "from", "to";
    months_total := coalesce(months_total, months);
    IF "from" IS NOT NULL THEN
        months := extract(year FROM age("to", "from")) * 12 + extract(month FROM age("to", "from"));
    END IF;
    months := months + months_done;
    months_total := greatest(months_total, months);   -- some changed meanwhile, and are read again
    EXECUTE format('UPDATE %I.refresh_log SET months_done = $1, months_total = $2, rows_read = $3, changed_at = clock_timestamp() WHERE run = $4', mart) USING months, months_total, rows_before + rows_read, log_run;
    RAISE NOTICE '%', format('%s: %s rows%s, %s rows a second', CASE WHEN "from" IS NULL THEN 'all months' WHEN "to" - "from" <= 31 THEN to_char("from", 'YYYY-MM') ELSE to_char("from", 'YYYY-MM') || ' to ' || to_char("to" - 1, 'YYYY-MM') END,
        rows_read, CASE WHEN months_total > 1 THEN format('; %s of %s months, %s s left', months, months_total, ceil(seconds * greatest(months_total - months, 0) / months)) ELSE '' END, round((rows_before + rows_read) / seconds));
    rows_read := rows_before + rows_read;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION mart_read(jsonb, date, date, bigint, bigint, bigint, bigint, timestamptz) IS
'reads the orders of the months from <= month < to (all without bounds) into rows of stored_ledgers and stored_months that are not published yet, and says so in a notice and in refresh_log; the number of rows read, those before included, and the ledger of all where it read all';
