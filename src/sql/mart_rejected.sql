--@ requires: mart, revenue
-- Rows of the sources that cannot be used: they are set aside, counted and shown, neither silently lost nor fatal. The views source_... tell by their
-- column problem, which is NULL for a row that counts and else the reason and the value; the view rejected counts them.

CREATE FUNCTION _mart_status_counts(settings jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    status text := @extschema@._mart_expression('text'::text, 'orders'::text, 'status'::text, settings);
    cases text := '';
BEGIN
    SELECT string_agg(format('WHEN lower(%s) = ANY (%L::text[]) THEN %s ', status, ARRAY(SELECT lower(w) FROM jsonb_array_elements_text(v.words) AS w), v.counts), '' ORDER BY v.place) INTO cases
    FROM (VALUES (1, settings -> 'statuses', 'true'), (2, settings -> 'ignored_statuses', 'false')) AS v (place, words, counts) WHERE jsonb_typeof(v.words) = 'array';
    status := '@extschema@._revenue_of_status(' || status || ')';   -- no format: the schema may have a percent sign in its name
    RETURN CASE WHEN cases IS NULL THEN status ELSE 'CASE ' || cases || 'ELSE ' || status || ' END' END;
END
$$;
COMMENT ON FUNCTION _mart_status_counts(jsonb) IS
'whether the status of an order is revenue, NULL for an unknown word, as an expression over t: by the words that create_mart was given, in any case, and else as is_revenue_status has it';

-- An amount must fit the ledger, which keeps 64 bits at 4, 8 or 12 decimals, and the columns of the mart.
CREATE FUNCTION _mart_most(decimals integer)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.trunc(9e18::numeric / 10::numeric ^ (4::numeric * greatest(1::numeric, pg_catalog.ceil(decimals::numeric / 4.0))));
COMMENT ON FUNCTION _mart_most(integer) IS 'the largest amount of an order that a mart of so many decimals can hold';

CREATE FUNCTION _mart_amount_problem(amount text, type text, typmod integer, decimals integer)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    most numeric := @extschema@._mart_most(decimals);
    scale integer := CASE WHEN type = 'numeric' AND typmod > 3 THEN (typmod - 4) & 2047 END;
    digits integer := CASE WHEN type = 'numeric' AND typmod > 3 THEN (typmod - 4) >> 16 & 65535 END;
BEGIN
    RETURN CASE WHEN type IN ('smallint', 'integer') AND most > 2147483647 THEN ''
                WHEN type IN ('smallint', 'integer', 'bigint') THEN format(' WHEN %1$s NOT BETWEEN -%2$s AND %2$s THEN ARRAY[''amount is too large'', %1$s::text]', amount, most)
                WHEN scale <= decimals AND 10::numeric ^ (digits - scale) <= most THEN format(' WHEN %1$s = ''NaN'' THEN ARRAY[''amount is no number'', %1$s::text]', amount)
                ELSE format(' WHEN %1$s IN (''NaN'', ''Infinity'', ''-Infinity'') THEN ARRAY[''amount is no number'', %1$s::text] WHEN %1$s NOT BETWEEN -%2$s AND %2$s THEN ARRAY[''amount is too large'', %1$s::text]', amount, most)
                     || CASE WHEN type IN ('real', 'double precision') THEN '' ELSE format(' WHEN %1$s <> round(%1$s, %2$s) THEN ARRAY[''amount has more than %2$s decimals'', %1$s::text]', amount, decimals) END END;
END
$$;
COMMENT ON FUNCTION _mart_amount_problem(text, text, integer, integer) IS
'what can be wrong with the amount of an order, as cases of an expression; what its type, which numeric(p, s) says by its modifier, rules out is not asked of each row';

CREATE FUNCTION _mart_problem(source text, settings jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    decimals integer := settings ->> 'decimals';
    number text := @extschema@._mart_expression('number'::text, source, CASE source WHEN 'survey' THEN 'score' ELSE 'amount' END::text, settings);
    day text := @extschema@._mart_expression('day'::text, source, CASE source WHEN 'orders' THEN 'ordered_at' WHEN 'subscriptions' THEN 'starts_at' WHEN 'survey' THEN 'answered_at' ELSE 'spent_at' END::text, settings);
    ends text := @extschema@._mart_expression('day'::text, source, 'ends_at'::text, settings);
    every text := 't.' || quote_ident(settings #>> '{subscriptions,every}') || '::interval';
    kind text := @extschema@._mart_expression('text'::text, 'costs'::text, 'kind'::text, settings);
    cases text := '';
BEGIN
    IF source NOT IN ('survey', 'rates') THEN
        cases := format(' WHEN %1$s IN (''NaN'', ''Infinity'', ''-Infinity'') THEN ARRAY[''amount is no number'', %1$s::text]', number);
    END IF;
    IF source = 'orders' THEN
        cases := CASE WHEN settings ->> 'rates' IS NOT NULL THEN @extschema@._mart_rate_problem(settings)
            ELSE @extschema@._mart_amount_problem(number, settings #>> '{types,orders,amount}', (SELECT a.atttypmod FROM pg_attribute AS a WHERE a.attrelid = to_regclass(settings ->> 'orders_table') AND a.attname = settings #>> '{columns,amount}' AND a.atttypid = 'numeric'::regtype), decimals) END;
        -- instants are cheaper to compare than to bring to their day
        cases := cases || format(' WHEN t.%I < %L::%s THEN ARRAY[''day is absurd'', to_char(%s, ''YYYY-MM-DD BC'')]', settings #>> '{columns,ordered_at}', '1900-01-01 00:00Z', settings ->> 'at_type', day);
        IF settings #>> '{columns,status}' IS NOT NULL THEN
            cases := format(' WHEN %1$s IS NULL THEN ARRAY[''status is missing'', NULL] WHEN %2$s IS NULL THEN ARRAY[''status is unknown'', %1$s]', @extschema@._mart_expression('text'::text, 'orders'::text, 'status'::text, settings), @extschema@._mart_status_counts(settings)) || cases;
        END IF;
    ELSIF source = 'survey' THEN
        cases := format(' WHEN %1$s NOT BETWEEN 0 AND 10 THEN ARRAY[''score is not from 0 to 10'', %1$s::text]', number);
    ELSIF source = 'rates' THEN
        cases := format(' WHEN coalesce(%1$s, '''') = '''' THEN ARRAY[''currency is missing'', %1$s] WHEN (%2$s > 0 AND %2$s < ''Infinity'') IS NOT TRUE THEN ARRAY[''rate is not a number above 0'', %1$s || '' '' || coalesce(%2$s::text, ''NULL'')]',
                        @extschema@._mart_expression('text'::text, 'rates'::text, 'currency'::text, settings), @extschema@._mart_expression('number'::text, 'rates'::text, 'rate'::text, settings));
    ELSIF source = 'costs' THEN
        cases := cases || format(' WHEN %1$s IN (''acquisition'', ''retention'', ''fixed'') IS NOT TRUE THEN ARRAY[''kind is none of acquisition, retention, fixed'', %1$s]', kind);
    ELSE
        cases := cases || CASE WHEN settings #>> '{subscriptions,period}' IS NULL
            THEN format(' WHEN %1$s IS NULL THEN ARRAY[''start is missing'', NULL] WHEN %2$s < %1$s THEN ARRAY[''end is before the start'', to_char(%1$s, ''YYYY-MM-DD'') || '' > '' || to_char(%2$s, ''YYYY-MM-DD'')]', day, ends)
            ELSE format(' WHEN lower(%1$s) IS NULL AND NOT isempty(%1$s) THEN ARRAY[''start is missing'', %1$s::text]', format('t.%I::daterange', settings #>> '{subscriptions,period}')) END
            || format(' WHEN %1$s <= interval ''0'' OR date_trunc(''day'', %1$s) <> %1$s OR date_trunc(''month'', %1$s) NOT IN (interval ''0'', %1$s)'
                      ' THEN ARRAY[''billing interval is not of days, or of months, above 0'', %1$s::text]', every)
            || CASE WHEN settings ->> 'rates' IS NOT NULL AND settings -> 'subscriptions' ? 'currency'
                    THEN format(' WHEN %1$s IS DISTINCT FROM %2$L THEN ARRAY[''currency is not the report currency'', %1$s]', @extschema@._mart_expression('text'::text, source, 'currency'::text, settings), settings ->> 'report_currency') ELSE '' END;
    END IF;
    RETURN 'CASE' || cases || ' END';
END
$$;
COMMENT ON FUNCTION _mart_problem(text, jsonb) IS
'why a row of a source cannot be used, as an expression over t: an array of the reason and the value that is wrong, or NULL';

CREATE FUNCTION _mart_read_rejected(from_day date, to_day date, is_published boolean)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO stored_rejected
    SELECT 'orders', date_trunc('month', day)::date, problem[1], $3, count(*),
           (array_agg(format('%s: %s', coalesce('order ' || order_id, 'customer ' || customer, 'guest'), coalesce(problem[2], 'NULL')) ORDER BY day, order_id, customer))[1:5], min(day), max(day)
    FROM source_orders
    WHERE problem IS NOT NULL AND (from_day IS NULL OR at >= from_day - 2 AND day >= from_day) AND (to_day IS NULL OR at < to_day + 2 AND day < to_day)
    GROUP BY 2, 3;
END
$$;
COMMENT ON FUNCTION _mart_read_rejected(date, date, boolean) IS
'counts the orders of the months from_day <= month < to_day (all without bounds) that are set aside';

CREATE FUNCTION _mart_fill_rejected()
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    mart record;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    DELETE FROM stored_rejected WHERE source <> 'orders';
    IF mart.subscriptions IS NOT NULL THEN
        INSERT INTO stored_rejected
        SELECT 'subscriptions', date_trunc('month', starts_at)::date, problem[1], true, count(*), (array_agg(format('customer %s: %s', coalesce(customer, 'NULL'), coalesce(problem[2], 'NULL')) ORDER BY starts_at, customer))[1:5], min(starts_at), max(starts_at)
        FROM source_subscriptions WHERE problem IS NOT NULL GROUP BY 2, 3;
    END IF;
    IF mart.survey IS NOT NULL THEN
        INSERT INTO stored_rejected
        SELECT 'survey', date_trunc('month', day)::date, problem[1], true, count(*), (array_agg(format('answer of %s: %s', to_char(day, 'YYYY-MM-DD'), problem[2]) ORDER BY day, problem[2]))[1:5], min(day), max(day)
        FROM source_survey WHERE problem IS NOT NULL GROUP BY 2, 3;
    END IF;
    IF mart.costs IS NOT NULL THEN
        INSERT INTO stored_rejected
        SELECT 'costs', date_trunc('month', day)::date, problem[1], true, count(*), (array_agg(format('cost of %s: %s', to_char(day, 'YYYY-MM-DD'), coalesce(problem[2], 'NULL')) ORDER BY day, problem[2]))[1:5], min(day), max(day)
        FROM source_costs WHERE problem IS NOT NULL GROUP BY 2, 3;
    END IF;
    IF mart.rates IS NOT NULL THEN
        INSERT INTO stored_rejected
        SELECT 'rates', date_trunc('month', day)::date, problem[1], true, count(*), (array_agg(format('rate of %s: %s', to_char(day, 'YYYY-MM-DD'), coalesce(problem[2], 'NULL')) ORDER BY day, problem[2]))[1:5], min(day), max(day)
        FROM source_rates WHERE problem IS NOT NULL GROUP BY 2, 3;
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_fill_rejected() IS 'counts the rows of subscriptions, survey, costs and rates that are set aside';

CREATE FUNCTION _mart_tell_rejected(strict boolean)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    first record;
    whole text;
BEGIN
    SELECT string_agg(format('%s of %s (%s)', r.rows, r.source, r.reason), ', ' ORDER BY r.source, r.reason) INTO whole
    FROM (SELECT source, reason, sum(rows) AS rows FROM stored_rejected WHERE is_published GROUP BY source, reason) AS r;
    IF whole IS NULL THEN
        RETURN;
    ELSIF strict THEN
        SELECT * INTO first FROM stored_rejected WHERE is_published ORDER BY source, reason, month LIMIT 1;
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('%s: %s: %s', first.source, first.reason, first.sample[1]), DETAIL = 'Rows that cannot be used: ' || whole,
            HINT = 'Correct them, or refresh with strict => false, which sets them aside.';
    END IF;
    RAISE NOTICE USING MESSAGE = format('rows that cannot be used are set aside: %s', whole), HINT = format('Which? SELECT * FROM %s', (SELECT c.oid::regclass FROM pg_class AS c WHERE c.oid = 'rejected'::regclass));
END
$$;
COMMENT ON FUNCTION _mart_tell_rejected(boolean) IS 'a notice of the rows that are set aside, if there are any; strict: error 22023 that names one of them, the value and the rule';
