--@ requires: mart_read, mart_rejected
-- Several currencies in a mart. The rates are copied into stored_rates, and the days of orders that have refunds into stored_refunds, before orders are
-- read: the view source_orders looks up both by their keys. What has changed in them tells which months are to be read again.

CREATE FUNCTION _mart_rate_join(settings jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    day text := @extschema@._mart_expression('day'::text, 'orders'::text, 'ordered_at'::text, settings);
BEGIN
    IF settings ->> 'rates' IS NULL THEN
        RETURN '';
    END IF;
    -- OFFSET 0 keeps currency and day together: the planner can then remember the few rates that there are
    RETURN format(' CROSS JOIN LATERAL (SELECT (%s) COLLATE "C" AS currency, %s AS day OFFSET 0) AS c'
                  ' LEFT JOIN LATERAL (SELECT s.rate FROM %I.stored_rates AS s WHERE s.currency = c.currency AND s.day <= c.day ORDER BY s.day DESC LIMIT 1) AS r ON true',
                  @extschema@._mart_expression('text'::text, 'orders'::text, 'currency'::text, settings),
                  CASE WHEN settings -> 'columns' ? 'order_id'
                       THEN format('CASE WHEN %s < 0 THEN coalesce((SELECT f.day FROM %I.stored_refunds AS f WHERE f.order_id = (%s)::text COLLATE "C" AND f.month = date_trunc(''month'', %4$s::timestamp)::date), %4$s) ELSE %4$s END',
                                   @extschema@._mart_expression('number'::text, 'orders'::text, 'amount'::text, settings), settings ->> 'mart', @extschema@._mart_expression('key'::text, 'orders'::text, 'order_id'::text, settings), day)
                       ELSE day END,
                  settings ->> 'mart');
END
$$;
COMMENT ON FUNCTION _mart_rate_join(jsonb) IS
'what source_orders joins to the orders t of a mart with rates: c, the currency and the day whose rate counts, and r, the rate, NULL where there is none; an empty text without rates';

CREATE FUNCTION _mart_rate_problem(settings jsonb)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    decimals integer := settings ->> 'decimals';
    number text := @extschema@._mart_expression('number'::text, 'orders'::text, 'amount'::text, settings);
    money text := @extschema@._mart_expression('money'::text, 'orders'::text, 'amount'::text, settings);
BEGIN
    -- each row is asked all of it, so that what is dear is asked once: NaN is above all numbers
    RETURN ' WHEN r.rate IS NULL THEN CASE WHEN c.currency <> '''' THEN ARRAY[''currency has no rate'', c.currency || '' on '' || to_char(c.day, ''YYYY-MM-DD'')] ELSE ARRAY[''currency is missing'', NULL] END'
        || format(' WHEN abs(%1$s) > %2$s THEN ARRAY[CASE WHEN %3$s IN (''NaN'', ''Infinity'', ''-Infinity'') THEN ''amount is no number'' ELSE ''amount is too large'' END, %3$s::text]', money, @extschema@._mart_most(decimals), number)
        -- the sign of an amount says whether it is a refund
        || format(' WHEN %1$s < 0 AND %2$s = 0 THEN ARRAY[''refund is 0 in the report currency'', %1$s || '' '' || c.currency]', number, money)
        -- amounts of the report currency are not rounded, as in a mart without rates; those of floating point are
        || CASE WHEN settings #>> '{types,orders,amount}' = 'numeric'
                THEN format(' WHEN r.rate = 1 AND c.currency = %L AND %2$s <> %3$s THEN ARRAY[''amount has more than %4$s decimals'', %2$s::text]', settings ->> 'report_currency', number, money, decimals) ELSE '' END;
END
$$;
COMMENT ON FUNCTION _mart_rate_problem(jsonb) IS 'what can be wrong with the amount of an order that is converted, as cases of an expression over t and what _mart_rate_join() joins';

CREATE FUNCTION _mart_check_rates()
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    mart record;
    wrong record;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    SELECT currency COLLATE "C" AS currency, to_char(day, 'YYYY-MM-DD') AS day, min(rate) AS lowest, max(rate) AS highest INTO wrong
    FROM source_rates AS r WHERE problem IS NULL GROUP BY currency COLLATE "C", r.day
    HAVING min(rate) <> max(rate) OR (currency COLLATE "C" = mart.report_currency AND max(rate) <> 1) ORDER BY 1, 2 LIMIT 1;
    IF wrong.lowest <> wrong.highest THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('%s has two rates of %s on %s: %s and %s', mart.rates_table, wrong.currency, wrong.day, wrong.lowest, wrong.highest),
            HINT = 'Map a view that has one rate a day.';
    ELSIF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('%s has a rate of the report currency other than 1: %s on %s is %s', mart.rates_table, wrong.currency, wrong.day, wrong.highest),
            HINT = format('A rate is what one unit of the currency is worth in %s: map a view that has it so.', wrong.currency);
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_check_rates() IS 'error 22023 where the rates of a mart say two things of one day, or are in another currency than the report currency';

CREATE FUNCTION _mart_rates()
RETURNS TABLE (currency text, day date, rate numeric)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN QUERY
        SELECT r.currency COLLATE "C", r.day, min(r.rate) FROM source_rates AS r, settings AS s WHERE r.problem IS NULL AND r.currency COLLATE "C" <> s.report_currency GROUP BY r.currency COLLATE "C", r.day
        UNION ALL SELECT s.report_currency, '-infinity', 1 FROM settings AS s;
END
$$;
COMMENT ON FUNCTION _mart_rates() IS 'the rates of a mart as they are now, one a day, and the report currency with the rate 1: what stored_rates is to have';

-- A rate counts up to the next one: what has changed is a span of days, in which orders are, or the orders of refunds. One statement has one snapshot of the
-- rates, also in a transaction block: none is stored that was not compared.
CREATE FUNCTION _mart_keep_rates()
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    noted record;
BEGIN
    WITH new AS MATERIALIZED (SELECT currency, day, rate FROM @extschema@._mart_rates()),
    compared AS (
        SELECT currency, day, lead(day, 1, 'infinity') OVER (PARTITION BY currency COLLATE "C" ORDER BY day) AS until, new.rate, old.rate IS DISTINCT FROM new.rate AS differs
        FROM stored_rates AS old FULL JOIN new USING (currency, day)),
    spans AS (SELECT DISTINCT date_trunc('month', day::timestamp) AS first, date_trunc('month', (until - 1)::timestamp) AS last FROM compared WHERE differs),
    -- months that are stored, with the months whose rates they use
    used AS (
        SELECT month, month AS rates_month FROM stored_ledgers UNION SELECT month, month FROM stored_rejected WHERE source = 'orders'
        UNION SELECT month, date_trunc('month', day)::date FROM stored_refunds WHERE day IS NOT NULL),
    added AS (
        INSERT INTO changes SELECT month FROM used WHERE EXISTS (SELECT FROM spans WHERE rates_month BETWEEN first AND last) AND NOT EXISTS (SELECT FROM changes WHERE month IS NULL)
        EXCEPT SELECT month FROM changes RETURNING month),
    removed AS (DELETE FROM stored_rates AS s USING compared AS c WHERE c.differs AND c.rate IS NULL AND s.currency = c.currency COLLATE "C" AND s.day = c.day),
    stored AS (
        INSERT INTO stored_rates SELECT currency, day, rate FROM compared WHERE differs AND rate IS NOT NULL
        ON CONFLICT (currency, day) DO UPDATE SET rate = excluded.rate)
    SELECT min(month) AS first, count(*) AS months INTO noted FROM added;
    IF noted.months > 0 THEN
        RAISE NOTICE USING MESSAGE = format('rates in %s have changed: the mart "%s" reads %s of its months again, from %s on', (SELECT s.rates_table FROM settings AS s), current_schema, noted.months, to_char(noted.first, 'YYYY-MM'));
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_keep_rates() IS 'makes stored_rates what the rates of a mart are now, notes in changes the months whose amounts were converted at other ones, and tells';

-- Where orders of the months from_day <= month < to_day have changed, so may have refunds in them, and the days of orders whose refunds are in other months.
CREATE FUNCTION _mart_due_refunds(from_day date, to_day date)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    mart record;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    DELETE FROM stored_refunds WHERE month >= coalesce(from_day, '-infinity') AND month < coalesce(to_day, 'infinity');
    UPDATE stored_refunds SET is_due = true
    WHERE day >= from_day AND day < to_day
        OR order_id IN (SELECT o.order_id::text COLLATE "C" FROM source_orders AS o WHERE original_amount >= 0 AND at >= from_day - 2 AND o.day >= from_day AND at < to_day + 2 AND o.day < to_day);
    INSERT INTO stored_refunds (order_id, month, is_due)
    SELECT DISTINCT order_id::text COLLATE "C", date_trunc('month', day::timestamp)::date, true
    FROM source_orders
    WHERE original_amount < 0 AND order_id IS NOT NULL AND currency COLLATE "C" <> mart.report_currency
        AND (from_day IS NULL OR at >= from_day - 2 AND day >= from_day) AND (to_day IS NULL OR at < to_day + 2 AND day < to_day);
END
$$;
COMMENT ON FUNCTION _mart_due_refunds(date, date) IS
'puts into stored_refunds the orders that have refunds in the months from_day <= month < to_day (all without bounds), and marks those there that have orders in these months, or had: the days of both are to be looked for';

-- The orders are searched by the column itself, which may have an index, and compared byte by byte.
CREATE FUNCTION _mart_date_refunds(settings jsonb)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    key text := format('(%s)::text COLLATE "C"', @extschema@._mart_expression('key'::text, 'orders'::text, 'order_id'::text, settings));
    type text := settings #>> '{types,orders,order_id}';
BEGIN
    EXECUTE format('
        WITH due AS MATERIALIZED (SELECT order_id, month, day FROM stored_refunds WHERE is_due),
        found AS (
            SELECT %1$s AS order_id, min(%2$s) AS day FROM %3$s AS t WHERE %4$s AND %5$s >= 0 AND %6$s GROUP BY 1),
        dated AS (
            UPDATE stored_refunds AS r SET day = f.day, is_due = false FROM due AS d LEFT JOIN found AS f ON f.order_id = d.order_id
            WHERE r.order_id = d.order_id AND r.month = d.month RETURNING r.month, r.day IS DISTINCT FROM d.day AS differs)
        INSERT INTO changes SELECT month FROM dated WHERE differs EXCEPT SELECT month FROM changes',
        key, @extschema@._mart_expression('day'::text, 'orders'::text, 'ordered_at'::text, settings), settings ->> 'orders_table', @extschema@._mart_condition('orders'::text, settings),
        @extschema@._mart_expression('number'::text, 'orders'::text, 'amount'::text, settings),
        CASE WHEN type::regtype::oid < 16384 THEN format('t.%1$I::%2$s IN (SELECT d.order_id::%2$s FROM due AS d)', settings #>> '{columns,order_id}', type) ELSE key || ' IN (SELECT d.order_id FROM due AS d)' END);
END
$$;
COMMENT ON FUNCTION _mart_date_refunds(jsonb) IS
'looks for the days of the orders in stored_refunds that are due: the earliest day with a row of that order which is no refund; notes in changes the months of refunds whose order has another day than before';

CREATE FUNCTION _mart_convert(settings jsonb)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF settings ->> 'rates' IS NULL THEN
        RETURN;
    END IF;
    PERFORM @extschema@._mart_check_rates(), @extschema@._mart_keep_rates();
    IF settings -> 'columns' ? 'order_id' THEN
        PERFORM @extschema@._mart_due_refunds(c.from_day, c.to_day) FROM @extschema@._mart_chunks() AS c;
        PERFORM @extschema@._mart_date_refunds(settings);
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_convert(jsonb) IS 'brings up to date what orders in other currencies are converted by, and notes in changes the months that it changes; nothing in a mart without rates';
