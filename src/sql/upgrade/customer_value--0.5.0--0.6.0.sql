-- complain if the script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION customer_value UPDATE TO '0.6.0'" to load this file. \quit

-- kinds of sale behind a checkpoint
CREATE TYPE sale_history;

CREATE FUNCTION sale_history_in(cstring) RETURNS sale_history
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sale_history_in';
COMMENT ON FUNCTION sale_history_in(cstring) IS
'reads the text form of sale_history; the word empty stands for one of no sales';

CREATE FUNCTION sale_history_out(sale_history) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sale_history_out';
COMMENT ON FUNCTION sale_history_out(sale_history) IS
'writes the text form of sale_history, lossless';

CREATE FUNCTION sale_history_recv(internal) RETURNS sale_history
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sale_history_recv';
COMMENT ON FUNCTION sale_history_recv(internal) IS
'reads the binary form of sale_history';

CREATE FUNCTION sale_history_send(sale_history) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sale_history_send';
COMMENT ON FUNCTION sale_history_send(sale_history) IS
'writes the binary form of sale_history, lossless';

CREATE TYPE sale_history (
    INPUT = sale_history_in, OUTPUT = sale_history_out, RECEIVE = sale_history_recv, SEND = sale_history_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended
);
COMMENT ON TYPE sale_history IS 'what one customer has bought: the products, each with the kind that it was last sold as, and the dearest price of each relation group; made by class_sale, which goes on from it';

CREATE TYPE classed_sale AS (kind text, history sale_history);
COMMENT ON TYPE classed_sale IS 'what class_sale says of a line: its kind, as sale_type has it, and in the last line of a customer all that was bought up to it';

CREATE FUNCTION class_sale(product text, relation text, price smallint, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_smallint';
COMMENT ON FUNCTION class_sale(text, text, smallint, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

CREATE FUNCTION class_sale(product text, relation text, price integer, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_integer';
COMMENT ON FUNCTION class_sale(text, text, integer, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

CREATE FUNCTION class_sale(product text, relation text, price bigint, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_bigint';
COMMENT ON FUNCTION class_sale(text, text, bigint, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

CREATE FUNCTION class_sale(product text, relation text, price numeric, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_numeric';
COMMENT ON FUNCTION class_sale(text, text, numeric, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

CREATE FUNCTION class_sale(product text, relation text, price real, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_real';
COMMENT ON FUNCTION class_sale(text, text, real, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

CREATE FUNCTION class_sale(product text, relation text, price double precision, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_double';
COMMENT ON FUNCTION class_sale(text, text, double precision, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';

DROP FUNCTION mart_fill_kinds(jsonb, date);

CREATE FUNCTION mart_add_tables(settings jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    added record;
BEGIN
    FOR added IN
        SELECT * FROM (VALUES
            ('product', 'stored_kinds', 'period date, kind text, orders bigint, revenue numeric, avg_check numeric', 'revenue by period and kind of sale'),
            ('product', 'stored_checkpoint', 'day date NOT NULL', 'the day before which sales are classed for good'),
            ('product', 'stored_history', format('customer %s NOT NULL, history %s.sale_history NOT NULL', settings ->> 'key', extension), 'what each customer had bought before the day of stored_checkpoint')) AS v (needs, name, columns, about)
        WHERE settings -> 'columns' ? needs AND to_regclass(format('%I.%I', mart, name)) IS NULL
    LOOP
        EXECUTE format('CREATE TABLE %1$I.%2$I (%3$s); COMMENT ON TABLE %1$I.%2$I IS %4$L', mart, added.name, added.columns, added.about);
    END LOOP;
END
$$;
COMMENT ON FUNCTION mart_add_tables(jsonb) IS 'makes the tables that a mart of these settings needs and lacks: when it is made, and when a later version refreshes it';

CREATE OR REPLACE FUNCTION mart_make(mart name, orders regclass, columns jsonb, mappings jsonb, tz text, step interval, lapse interval, golden_threshold double precision, horizon integer, discount_pct double precision,
                          decimals integer, triggers boolean)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    subscriptions jsonb := nullif(mappings -> 'subscriptions', 'null');
    survey jsonb := nullif(mappings -> 'survey', 'null');
    costs jsonb := nullif(mappings -> 'costs', 'null');
    tables regclass[];
    types jsonb := '{}';
    type text;
    named record;
    wrong text;
    settings jsonb;
    can_note boolean;
    view record;
BEGIN
    SELECT m INTO wrong FROM (VALUES
        (CASE WHEN mart IS NULL THEN 'mart must not be NULL: it names the schema that is made' END),
        (CASE WHEN octet_length(mart) > 48 OR mart = '' THEN format('mart must have from 1 to 48 bytes: %L', mart) END),
        (CASE WHEN step NOT IN ('1 month', '3 months', '1 year') IS NOT FALSE THEN format('step must be 1 month, 3 months or 1 year: %s', coalesce(step::text, 'NULL')) END),
        (CASE WHEN lapse BETWEEN '1 day' AND '10 years' AND date_trunc('day', lapse) = lapse IS NOT TRUE THEN format('lapse must be whole days or months, from 1 day to 10 years: %s', coalesce(lapse::text, 'NULL')) END),
        (CASE WHEN golden_threshold > 0 AND golden_threshold <= 1 IS NOT TRUE THEN format('golden_threshold must be above 0 and up to 1: %s', coalesce(golden_threshold::text, 'NULL')) END),
        (CASE WHEN horizon BETWEEN 1 AND 120 IS NOT TRUE THEN format('horizon must be from 1 to 120 periods: %s', coalesce(horizon::text, 'NULL')) END),
        (CASE WHEN discount_pct BETWEEN 0 AND 1000 IS NOT TRUE THEN format('discount_pct must be from 0 to 1000 percent a year: %s', coalesce(discount_pct::text, 'NULL')) END),
        (CASE WHEN decimals NOT BETWEEN 0 AND 12 THEN format('decimals must be from 0 to 12: %s', decimals) END),
        ((SELECT needed || ' must name a column' FROM unnest('{customer,ordered_at,amount}'::text[]) AS needed WHERE NOT columns ? needed LIMIT 1)),
        (CASE WHEN columns ? 'product' <> columns ? 'price' OR NOT columns ? 'product' AND columns ?| '{relation,intended_price}' THEN 'product and price belong together; relation and intended_price need both' END)) AS v (m)
    WHERE m IS NOT NULL LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = wrong;
    END IF;
    IF tz IS NOT NULL THEN
        PERFORM now() AT TIME ZONE tz;
    END IF;
    EXECUTE format('SELECT %s.quality_source($1, $2, $3)', extension) INTO type USING orders, columns - '{category,relation,price,intended_price}'::text[], tz;
    FOR named IN SELECT key, value, CASE key WHEN 'category' THEN 'product' WHEN 'relation' THEN 'product' WHEN 'price' THEN 'amount' WHEN 'intended_price' THEN 'amount' ELSE key END AS like_argument FROM jsonb_each_text(columns) LOOP
        EXECUTE format('SELECT %s.quality_column($1, $2, $3)', extension) INTO type USING orders, named.like_argument, named.value;
        types := types || jsonb_build_object(named.key, type);
    END LOOP;
    EXECUTE format('SELECT ARRAY[%1$s.mart_mapping(''subscriptions''::text, $1, ''{customer,amount,every}''::text[], ''{customer,period,starts_at,ends_at,amount,every,currency}''::text[], $4),
                                 %1$s.mart_mapping(''survey''::text, $2, ''{answered_at,score}''::text[], ''{answered_at,score}''::text[], $4), %1$s.mart_mapping(''costs''::text, $3, ''{spent_at,amount}''::text[], ''{spent_at,amount,kind,method,gain}''::text[], $4)]', extension)
    INTO tables USING subscriptions, survey, costs, tz;
    IF tables[1] IS NOT NULL AND (subscriptions ->> 'period' IS NULL) = (subscriptions ->> 'starts_at' IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'subscriptions must have either "period", a daterange, or "starts_at", and "ends_at" where they end';
    END IF;
    EXECUTE format('SELECT %s.mart_has_triggers($1)', extension) INTO can_note USING orders;
    IF triggers AND NOT can_note THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('triggers cannot be put on %s', orders), HINT = 'Views and foreign tables, and tables without the privilege TRIGGER, are refreshed by period: triggers => false.';
    END IF;
    EXECUTE format('SELECT %s.mart_check_tables(jsonb_build_object(''orders'', $1::text, ''subscriptions_table'', $2::text, ''survey_table'', $3::text, ''costs_table'', $4::text))', extension)
    USING orders, tables[1], tables[2], tables[3];

    settings := jsonb_build_object('mart', mart, 'columns', columns, 'types', types, 'tz', tz, 'unit', CASE step WHEN '1 month' THEN 'month' WHEN '3 months' THEN 'quarter' ELSE 'year' END,
        'step', format('%s months', extract(year FROM step) * 12 + extract(month FROM step)), 'months', extract(year FROM step) * 12 + extract(month FROM step), 'lapse', format('%s months %s days', extract(year FROM lapse) * 12 + extract(month FROM lapse), extract(day FROM lapse)), 'horizon', horizon,
        'key', CASE WHEN types ->> 'customer' IN ('smallint', 'integer', 'bigint') THEN 'bigint' WHEN types ->> 'customer' = 'uuid' THEN 'uuid' ELSE 'text' END,
        'at_type', types ->> 'ordered_at', 'subscriptions', subscriptions - 'table', 'survey', survey - 'table', 'costs', costs - 'table', 'triggers', coalesce(triggers, can_note));
    EXECUTE format('SELECT $1 || jsonb_build_object(''decimals'', coalesce($2, %1$s.mart_number_type($3, $4)), ''golden_threshold'', %1$s.shortest_decimal($5), ''discount_pct'', %1$s.shortest_decimal($6))', extension)
    INTO settings USING settings, decimals, orders, columns ->> 'amount', golden_threshold, discount_pct;

    EXECUTE format('CREATE SCHEMA %I', mart);
    EXECUTE format('COMMENT ON SCHEMA %I IS %L', mart, format('customer figures of %s: views to read; made by create_mart, kept by refresh_mart, removed by drop_mart', orders));
    EXECUTE replace(replace($ddl$
        CREATE TABLE {mart}.settings (settings jsonb NOT NULL, orders regclass NOT NULL, subscriptions regclass, survey regclass, costs regclass);
        COMMENT ON TABLE {mart}.settings IS 'what create_mart was told';
        CREATE TABLE {mart}.refresh_log (run bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL, started_at timestamptz NOT NULL DEFAULT clock_timestamp(), changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            months_done bigint NOT NULL DEFAULT 0, months_total bigint, rows_read bigint NOT NULL DEFAULT 0, process integer NOT NULL DEFAULT pg_backend_pid());
        COMMENT ON TABLE {mart}.refresh_log IS 'a row for each CALL refresh_mart, which changes while it runs: state is running, done, or failed (found unfinished by a later one)';
        CREATE TABLE {mart}.changes (month date);
        COMMENT ON TABLE {mart}.changes IS 'months whose orders have changed since they were read, from triggers; NULL: all';
        CREATE TABLE {mart}.stored_ledgers (month date NOT NULL, part text NOT NULL, is_published boolean NOT NULL, ledger {extension}.customer_ledger, orders bigint, refund_rows bigint, gross_revenue numeric, refunds numeric, PRIMARY KEY (month, part, is_published));
        COMMENT ON TABLE {mart}.stored_ledgers IS 'the orders of each month: part is customers, or guests for rows without a customer; orders, refunds and their sums are up to the last day that counts; not yet published are those of a refresh under way';
        CREATE TABLE {mart}.stored_months (month date NOT NULL, category text NOT NULL, is_published boolean NOT NULL, sales bigint, refund_rows bigint, gross_revenue numeric, refunds numeric,
            PRIMARY KEY (month, category, is_published));
        COMMENT ON TABLE {mart}.stored_months IS 'the revenue of each month and category';
        CREATE TABLE {mart}.stored_state (as_of date, fitted_until date, models_note text, firsts {extension}.customer_ledger, relations regclass[]);
        COMMENT ON TABLE {mart}.stored_state IS 'how far the mart is: last day that counts, first orders of all customers, tables that have triggers';
        CREATE TABLE {mart}.stored_fit (model text NOT NULL, bg_nbd {extension}.bg_nbd_model, mbg_nbd {extension}.mbg_nbd_model, pareto_nbd {extension}.pareto_nbd_model, spend {extension}.gamma_gamma_model, horizon_weeks double precision, discount_per_week double precision);
        COMMENT ON TABLE {mart}.stored_fit IS 'the models that forecasts are by';
        CREATE TABLE {mart}.stored_sample (frequency bigint, recency double precision, age double precision, monetary_value numeric);
        COMMENT ON TABLE {mart}.stored_sample IS 'the customers that models are fitted to, as rfm_summary has them, in weeks';
        INSERT INTO {mart}.stored_state DEFAULT VALUES;
        INSERT INTO {mart}.changes VALUES (NULL)$ddl$, '{mart}', quote_ident(mart)), '{extension}', extension);
    EXECUTE format('INSERT INTO %I.settings VALUES ($1, $2, $3, $4, $5)', mart) USING settings, orders, tables[1], tables[2], tables[3];
    IF tables[3] IS NOT NULL THEN
        EXECUTE format('CREATE TABLE %1$I.stored_costs (period date, kind text, method text, cost numeric, gain numeric); COMMENT ON TABLE %1$I.stored_costs IS %2$L', mart, 'what was spent, by period, kind and method');
    END IF;
    EXECUTE format('SELECT %s.mart_add_tables($1)', extension) USING settings;
    FOR view IN EXECUTE format('SELECT d.view_name, %1$s.mart_sql(CASE WHEN d.view_name = ''customers'' THEN %1$s.mart_customers_query($1) WHEN NOT d.is_stored THEN d.query END, $1) AS query, d.about
                                FROM %1$s.mart_views() AS d WHERE %1$s.mart_absent(d.needs, $1) IS NULL ORDER BY d.is_stored DESC, d.place', extension) USING settings LOOP
        EXECUTE format('SELECT %s.mart_add_view($1, $2, $3, $4)', extension) USING settings, view.view_name, view.query, view.about;
    END LOOP;
    IF (settings ->> 'triggers')::boolean THEN
        settings := settings || jsonb_build_object('orders', orders::text);
        EXECUTE format('SELECT %s.mart_trigger_function($1)', extension) INTO type USING settings;
        EXECUTE type;
        EXECUTE format('SELECT %s.mart_add_triggers($1)', extension) USING settings;
    END IF;
END
$$;
COMMENT ON FUNCTION mart_make(name, regclass, jsonb, jsonb, text, interval, interval, double precision, integer, double precision, integer, boolean) IS
'makes the schema, tables, views and triggers of a mart, for create_mart, which has found tables by the search_path of its caller; columns: argument to column of orders; mappings: subscriptions, survey, costs';

CREATE OR REPLACE FUNCTION drop_mart(mart name)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    settings jsonb;
    command text;
BEGIN
    EXECUTE format('SELECT %s.mart_settings($1)', extension) INTO settings USING mart;
    -- behind a refresh under way, which may be about to read the orders
    EXECUTE format('LOCK TABLE %I.stored_state', mart);
    FOR command IN
        -- its triggers go with it, also from tables that the owner of the mart does not own
        SELECT format('DROP FUNCTION %I.note_changes() CASCADE', mart) WHERE to_regprocedure(format('%I.note_changes()', mart)) IS NOT NULL
    LOOP
        EXECUTE command;
    END LOOP;
    FOR command IN EXECUTE format($sql$
        SELECT format('DROP %%s %%s', kind, string_agg(relation::regclass::text, ', ')) FROM (
            SELECT 1 AS turn, 'VIEW' AS kind, to_regclass(format('%%I.%%I', $1, view_name)) AS relation FROM %1$s.mart_views()
            UNION ALL SELECT 2, 'TABLE', to_regclass(format('%%I.%%I', $1, 'stored_' || view_name)) FROM %1$s.mart_views() WHERE is_stored
            UNION ALL SELECT 2, 'TABLE', to_regclass(format('%%I.%%I', $1, name)) FROM unnest('{settings,refresh_log,changes,stored_ledgers,stored_months,stored_state,stored_fit,stored_sample,stored_costs,stored_kinds,stored_history,stored_checkpoint}'::text[]) AS own (name)) AS object
        WHERE relation IS NOT NULL GROUP BY turn, kind ORDER BY turn$sql$, extension) USING mart
    LOOP
        EXECUTE command;
    END LOOP;
    EXECUTE format('DROP SCHEMA %I', mart);
END
$$;
COMMENT ON FUNCTION drop_mart(name) IS
'removes a mart: its views, tables, triggers and schema, and nothing else; an error, and nothing removed, where something of yours is in the schema or depends on it';

CREATE FUNCTION mart_lines(settings jsonb, "from" date, "to" date)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    columns jsonb := settings -> 'columns';
    at text := format('t.%I', columns ->> 'ordered_at');
    bound text := CASE settings ->> 'at_type' WHEN 'timestamp with time zone' THEN 'timezone(%1$L, %2$L::timestamp)' ELSE '%2$L' END;
    bounds text := format('isfinite(%s)', at);
    number record;
    day text;
BEGIN
    EXECUTE format('SELECT %1$s.mart_number(''amount''::text, $1) AS amount, %1$s.mart_number(''price''::text, $1) AS price, %1$s.mart_number(''intended_price''::text, $1) AS intended', extension) INTO number USING settings;
    EXECUTE format('SELECT %s.mart_day($1, $2, $3)', extension) INTO day USING (settings ->> 'orders')::regclass, columns ->> 'ordered_at', settings ->> 'tz';
    IF "from" IS NOT NULL THEN
        bounds := bounds || format(' AND %s >= ', at) || format(bound, settings ->> 'tz', "from");
    END IF;
    bounds := bounds || format(' AND %s < ', at) || format(bound, settings ->> 'tz', "to");
    RETURN format('SELECT t.%1$I::%2$s AS customer, %3$s AS at, %4$s AS day, %5$s AS amount, t.%6$I::text AS product, %7$s::text AS relation, abs(%8$s) AS price, %9$s AS intended, %10$s::text AS order_id
                   FROM %11$s AS t WHERE t.%1$I IS NOT NULL AND t.%6$I IS NOT NULL AND %5$s IS NOT NULL AND %12$s',
        columns ->> 'customer', settings ->> 'key', at, day, number.amount, columns ->> 'product', coalesce('t.' || quote_ident(columns ->> 'relation'), 'NULL'), number.price, number.intended,
        coalesce('t.' || quote_ident(columns ->> 'order_id'), 'NULL'), settings ->> 'orders',
        bounds || CASE WHEN columns ->> 'status' IS NULL THEN '' ELSE format(' AND %s.is_revenue_status(t.%I::text)', extension, columns ->> 'status') END);
END
$$;
COMMENT ON FUNCTION mart_lines(jsonb, date, date) IS
'the query with which a mart reads the lines that have a kind of sale, those of days from <= day < to: customer, at, day, amount, product, relation, price, intended, order_id';

CREATE FUNCTION mart_class(settings jsonb, "from" date, "to" date, keeps boolean)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    lines text;
BEGIN
    EXECUTE format('SELECT %s.mart_lines($1, $2, $3)', extension) INTO lines USING settings, "from", "to";
    -- the history of a customer is a row before the first line
    EXECUTE format($sql$
        WITH line AS (%3$s),
        classed AS (
            SELECT customer, day, order_id, amount, price, intended, (sale).kind, (sale).history
            FROM (SELECT customer, day, order_id, amount, price, intended, %2$s.class_sale(product, relation, CASE WHEN amount < 0 THEN -price ELSE price END, history) OVER (PARTITION BY customer ORDER BY at NULLS FIRST) AS sale
                  FROM (SELECT customer, at, day, amount, product, relation, price, intended, order_id, NULL::%2$s.sale_history AS history FROM line%4$s) AS bought) AS classed)%5$s
        INSERT INTO %1$I.stored_kinds
        SELECT s.period, r.*
        FROM (SELECT date_trunc(%6$L, day::timestamp)::date AS period, %2$s.sales_agg(coalesce(kind, 'unknown'), coalesce(order_id, customer::text || ' ' || day), amount) AS state, %7$s
              FROM classed WHERE day IS NOT NULL GROUP BY 1) AS s
             CROSS JOIN LATERAL (SELECT kind, orders, revenue, avg_check FROM %2$s.sales_report(s.state) UNION ALL SELECT 'upsell_before', s.upsells, s.upsold, NULL WHERE s.upsells > 0) AS r$sql$,
        mart, extension, lines,
        CASE WHEN "from" IS NULL THEN '' ELSE format(' UNION ALL SELECT h.customer, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, h.history FROM %I.stored_history AS h WHERE h.customer IN (SELECT line.customer FROM line)', mart) END,
        CASE WHEN keeps AND "from" IS NOT NULL THEN format(', replaced AS (DELETE FROM %I.stored_history AS h USING classed AS c WHERE c.customer = h.customer AND c.history IS NOT NULL)', mart) ELSE '' END
            || CASE WHEN keeps THEN format(', kept AS (INSERT INTO %I.stored_history SELECT customer, history FROM classed WHERE history IS NOT NULL)', mart) ELSE '' END,
        settings ->> 'unit',
        CASE WHEN settings #>> '{columns,intended_price}' IS NULL THEN '0::bigint AS upsells, NULL::numeric AS upsold'
             ELSE format('count(*) FILTER (WHERE amount >= 0 AND %1$s.upsell_before(intended, price)) AS upsells, sum(price - intended) FILTER (WHERE amount >= 0 AND %1$s.upsell_before(intended, price)) AS upsold', extension) END);
END
$$;
COMMENT ON FUNCTION mart_class(jsonb, date, date, boolean) IS
'classes the sales of whole periods, those of days from <= day < to, after what customers had bought before; keeps: adds them to that';

CREATE FUNCTION mart_fill_kinds(settings jsonb, changed_from date, previous date, as_of date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    unit text := settings ->> 'unit';
    -- what changes is mostly in the running month or the one before
    usual date := date_trunc(unit, date_trunc('month', as_of) - interval '1 month');
    reached date;
    wanted date := usual;
BEGIN
    EXECUTE format('SELECT day FROM %I.stored_checkpoint', mart) INTO reached;
    -- where late refunds come in later, they will come again
    IF reached IS NOT NULL AND changed_from >= date_trunc('month', as_of) - interval '3 months' THEN
        wanted := least(usual, date_trunc(unit, changed_from));
    END IF;
    IF changed_from >= reached AND as_of >= reached THEN
        EXECUTE format('DELETE FROM %I.stored_kinds WHERE period >= $1', mart) USING reached;
        IF usual > date_trunc(unit, date_trunc('month', previous) - interval '1 month') IS NOT TRUE THEN
            wanted := reached;
        END IF;
    ELSE
        reached := NULL;
        EXECUTE format('DELETE FROM %I.stored_kinds', mart);
        EXECUTE format('DELETE FROM %I.stored_history', mart);
        EXECUTE format('DELETE FROM %I.stored_checkpoint', mart);
    END IF;
    IF as_of IS NULL THEN
        RETURN;
    END IF;
    IF wanted > reached IS NOT FALSE THEN
        EXECUTE format('SELECT %s.mart_class($1, $2, $3, true)', extension) USING settings, reached, wanted;
        reached := wanted;
        EXECUTE format('DELETE FROM %I.stored_checkpoint', mart);
        EXECUTE format('INSERT INTO %I.stored_checkpoint VALUES ($1)', mart) USING reached;
    END IF;
    EXECUTE format('SELECT %s.mart_class($1, $2, $3, false)', extension) USING settings, reached, as_of + 1;
END
$$;
COMMENT ON FUNCTION mart_fill_kinds(jsonb, date, date, date) IS
'classes the sales of a mart behind its checkpoint anew, or all where what has changed is older; with a new period the checkpoint moves on: up to it the kinds stay, and what customers had bought is kept';

CREATE OR REPLACE FUNCTION mart_publish(settings jsonb, log_run bigint, quality boolean, whole customer_ledger)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    mart text := settings ->> 'mart';
    today date := settings ->> 'today';
    changed_from date;
    previous date;
    first_day date;
    as_of date;
    stored text;
    fraction text;
BEGIN
    EXECUTE format('SELECT %s.mart_add_tables($1)', extension) USING settings;
    EXECUTE format('SELECT as_of FROM %I.stored_state', mart) INTO previous;
    EXECUTE format('SELECT min(month) FROM %I.stored_ledgers WHERE NOT is_published', mart) INTO changed_from;
    EXECUTE format('DELETE FROM %1$I.stored_months WHERE is_published AND month IN (SELECT month FROM %1$I.stored_ledgers WHERE NOT is_published)', mart);
    EXECUTE format('DELETE FROM %1$I.stored_ledgers WHERE is_published AND month IN (SELECT month FROM %1$I.stored_ledgers WHERE NOT is_published)', mart);
    EXECUTE format('DELETE FROM %1$I.stored_ledgers WHERE ledger IS NULL', mart);
    EXECUTE format('UPDATE %I.stored_ledgers SET is_published = true WHERE NOT is_published', mart);
    EXECUTE format('UPDATE %I.stored_months SET is_published = true WHERE NOT is_published', mart);
    EXECUTE format('SELECT to_char(month, ''YYYY-MM'') FROM %I.stored_months WHERE greatest(min_scale(gross_revenue), min_scale(refunds)) > $1 ORDER BY month LIMIT 1', mart) INTO fraction USING (settings ->> 'decimals')::integer;
    IF fraction IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'numeric_value_out_of_range', MESSAGE = format('amounts of %s in %s have more than %s decimals', settings ->> 'orders', fraction, settings ->> 'decimals'),
            HINT = 'drop_mart, and create_mart with more decimals.';
    END IF;
    -- an order dated in the future is shown from that day on: the running month may hold nothing else, the one before cannot
    EXECUTE format('SELECT max(%2$s.last_day(%2$s.as_of(ledger, $1))) FROM %1$I.stored_ledgers
                    WHERE is_published AND month IN (SELECT DISTINCT month FROM %1$I.stored_ledgers WHERE is_published AND month <= $1 ORDER BY month DESC LIMIT 2)', mart, extension) INTO as_of USING today;
    EXECUTE format('SELECT min(%1$s.first_day(ledger)) FROM %2$I.stored_ledgers WHERE is_published AND month = (SELECT min(month) FROM %2$I.stored_ledgers WHERE is_published)', extension, mart) INTO first_day;
    IF first_day < as_of - interval '500 years' THEN
        RAISE EXCEPTION USING ERRCODE = 'datetime_field_overflow', MESSAGE = format('orders of %s begin on %s: a mart takes up to 500 years', settings ->> 'orders', to_char(first_day, 'YYYY-MM-DD BC')),
            HINT = 'Correct the dates, or make the mart of a view without these rows.';
    END IF;
    EXECUTE format('UPDATE %I.stored_state SET as_of = $1', mart) USING as_of;
    IF as_of IS NULL THEN
        FOR stored IN EXECUTE format('SELECT view_name FROM %s.mart_views() WHERE is_stored AND needs = ''{}'' AND view_name <> ''data_quality''', extension) LOOP
            EXECUTE format('DELETE FROM %I.%I', mart, 'stored_' || stored);
        END LOOP;
        EXECUTE format('UPDATE %I.stored_state SET firsts = NULL, fitted_until = NULL, models_note = ''there are no orders''', mart);
        EXECUTE format('DELETE FROM %I.stored_fit', mart);
    ELSIF changed_from IS NOT NULL OR as_of IS DISTINCT FROM previous THEN
        EXECUTE format('SELECT %s.mart_fill_orders($1, $2, $3, $4, $5)', extension) USING settings, changed_from, previous, as_of, whole;
    END IF;
    IF settings #>> '{columns,product}' IS NOT NULL AND changed_from IS NOT NULL THEN
        EXECUTE format('SELECT %s.mart_fill_kinds($1, $2, $3, $4)', extension) USING settings, changed_from, previous, as_of;
    END IF;
    EXECUTE format('SELECT %s.mart_fill_others($1, $2)', extension) USING settings, coalesce(as_of, today);
    IF quality THEN
        EXECUTE format('SELECT %s.mart_fill_quality($1)', extension) USING settings;
    END IF;
    EXECUTE format('UPDATE %I.refresh_log SET state = ''done'', changed_at = clock_timestamp() WHERE run = $1', mart) USING log_run;
END
$$;
COMMENT ON FUNCTION mart_publish(jsonb, bigint, boolean, customer_ledger) IS
'makes the months that mart_read has read those that are shown, and replaces all that follows from them';
