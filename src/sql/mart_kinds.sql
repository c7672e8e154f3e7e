--@ requires: mart_read, sales
-- Kinds of sale in a mart. The kind of a sale depends on all that the customer bought before. Sales before a checkpoint, which is the first day of a period,
-- are classed for good; what customers had bought up to there is kept, so that a refresh reads only the lines behind it.

-- The lines of the days from_day <= day < to_day; all before to_day where from_day is NULL
CREATE FUNCTION _mart_lines(settings jsonb, from_day date, to_day date)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    columns jsonb := settings -> 'columns';
    at text := format('t.%I', columns ->> 'ordered_at');
    bounds text;
    number record;
    named record;       -- the columns that are read as text
    day text;
BEGIN
    SELECT @extschema@._mart_number('amount'::text, settings) AS amount, @extschema@._mart_number('price'::text, settings) AS price, @extschema@._mart_number('intended_price'::text, settings) AS intended INTO number;
    SELECT @extschema@._mart_day((settings ->> 'orders')::regclass, columns ->> 'ordered_at', settings ->> 'tz'), @extschema@._mart_bounds(settings, from_day, to_day) INTO day, bounds;
    SELECT @extschema@._mart_text('orders'::text, 'customer'::text, settings) AS customer, @extschema@._mart_text('orders'::text, 'product'::text, settings) AS product, @extschema@._mart_text('orders'::text, 'relation'::text, settings) AS relation,
                           @extschema@._mart_text('orders'::text, 'order_id'::text, settings) AS order_id, @extschema@._mart_text('orders'::text, 'status'::text, settings) AS status INTO named;
    RETURN format('SELECT %2$s AS customer, %3$s AS at, %4$s AS day, %5$s AS amount, %6$s AS product, %7$s AS relation, abs(%8$s) AS price, %9$s AS intended, %10$s AS order_id
                   FROM %11$s AS t WHERE t.%1$I IS NOT NULL AND t.%12$I IS NOT NULL AND %5$s IS NOT NULL AND %13$s',
        columns ->> 'customer', CASE WHEN settings ->> 'key' = 'text' THEN named.customer ELSE format('t.%I::%s', columns ->> 'customer', settings ->> 'key') END, at, day, number.amount,
        named.product, named.relation, number.price, number.intended, named.order_id, settings ->> 'orders', columns ->> 'product',
        format('isfinite(%s) AND ', at) || bounds || CASE WHEN columns ->> 'status' IS NULL THEN '' ELSE format(' AND %s.is_revenue_status(%s)', extension, named.status) END);
END
$$;
COMMENT ON FUNCTION _mart_lines(jsonb, date, date) IS
'the query with which a mart reads the lines that have a kind of sale, those of days from_day <= day < to_day: customer, at, day, amount, product, relation, price, intended, order_id';

CREATE FUNCTION _mart_class(settings jsonb, from_day date, to_day date, keeps boolean)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    mart text := settings ->> 'mart';
    lines text;
BEGIN
    lines := @extschema@._mart_lines(settings, from_day, to_day);
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
        CASE WHEN from_day IS NULL THEN '' ELSE format(' UNION ALL SELECT h.customer, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, h.history FROM %I.stored_history AS h WHERE h.customer IN (SELECT line.customer FROM line)', mart) END,
        CASE WHEN keeps AND from_day IS NOT NULL THEN format(', replaced AS (DELETE FROM %I.stored_history AS h USING classed AS c WHERE c.customer = h.customer AND c.history IS NOT NULL)', mart) ELSE '' END
            || CASE WHEN keeps THEN format(', kept AS (INSERT INTO %I.stored_history SELECT customer, history FROM classed WHERE history IS NOT NULL)', mart) ELSE '' END,
        settings ->> 'unit',
        CASE WHEN settings #>> '{columns,intended_price}' IS NULL THEN '0::bigint AS upsells, NULL::numeric AS upsold'
             ELSE format('count(*) FILTER (WHERE amount >= 0 AND %1$s.upsell_before(intended, price)) AS upsells, sum(price - intended) FILTER (WHERE amount >= 0 AND %1$s.upsell_before(intended, price)) AS upsold', extension) END);
END
$$;
COMMENT ON FUNCTION _mart_class(jsonb, date, date, boolean) IS
'classes the sales of whole periods, those of days from_day <= day < to_day, after what customers had bought before; keeps: adds them to that';

CREATE FUNCTION _mart_fill_kinds(settings jsonb, changed_from date, previous date, as_of date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
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
        PERFORM @extschema@._mart_class(settings, reached, wanted, true);
        reached := wanted;
        EXECUTE format('DELETE FROM %I.stored_checkpoint', mart);
        EXECUTE format('INSERT INTO %I.stored_checkpoint VALUES ($1)', mart) USING reached;
    END IF;
    PERFORM @extschema@._mart_class(settings, reached, as_of + 1, false);
END
$$;
COMMENT ON FUNCTION _mart_fill_kinds(jsonb, date, date, date) IS
'classes the sales of a mart behind its checkpoint anew, or all where what has changed is older; with a new period the checkpoint moves on: up to it the kinds stay, and what customers had bought is kept';
