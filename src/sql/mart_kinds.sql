--@ requires: mart_read, sales
-- Kinds of sale in a mart.

-- Kinds of sale depend on all that a customer bought before
CREATE FUNCTION mart_fill_kinds(settings jsonb, as_of date)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'customer_value');
    columns jsonb := settings -> 'columns';
    mart text := settings ->> 'mart';
    price text;
    intended text;
    amount text;
    day text;
BEGIN
    EXECUTE format('SELECT %1$s.mart_number(''price''::text, $1), %1$s.mart_number(''intended_price''::text, $1), %1$s.mart_number(''amount''::text, $1), %1$s.mart_day($2, $1 #>> ''{columns,ordered_at}'', $1 ->> ''tz'')', extension)
    INTO price, intended, amount, day USING settings, (settings ->> 'orders')::regclass;
    EXECUTE format('DELETE FROM %I.stored_kinds', mart);
    EXECUTE format($sql$
        INSERT INTO %1$I.stored_kinds
        WITH line AS (
            SELECT t.%3$I::%4$s AS customer, t.%5$I AS at, %6$s AS day, %7$s AS amount, t.%8$I::text AS product, %9$s AS relation, abs(%10$s) AS price, %11$s AS intended, %12$s AS order_id
            FROM %13$s AS t WHERE t.%3$I IS NOT NULL AND isfinite(t.%5$I) AND t.%8$I IS NOT NULL AND %14$s),
        classed AS (
            SELECT date_trunc(%15$L, day)::date AS period, coalesce(order_id, customer::text || ' ' || day) AS order_id, amount, price, intended,
                   coalesce(%2$s.sale_type(product, relation, CASE WHEN amount < 0 THEN -price ELSE price END) OVER (PARTITION BY customer ORDER BY at), 'unknown') AS kind
            FROM line WHERE amount IS NOT NULL AND day <= $1)
        SELECT s.period, r.kind, r.orders, r.revenue, r.avg_check FROM (SELECT period, %2$s.sales_agg(kind, order_id, amount) AS state FROM classed GROUP BY period) AS s, %2$s.sales_report(s.state) AS r
        UNION ALL
        SELECT period, 'upsell_before', count(*), sum(price - intended), NULL FROM classed WHERE amount >= 0 AND %2$s.upsell_before(intended, price) GROUP BY period$sql$,
        mart, extension, columns ->> 'customer', settings ->> 'key', columns ->> 'ordered_at', day, amount, columns ->> 'product', coalesce('t.' || quote_ident(columns ->> 'relation'), 'NULL') || '::text', price,
        intended, coalesce('t.' || quote_ident(columns ->> 'order_id'), 'NULL') || '::text', settings ->> 'orders',
        CASE WHEN columns ->> 'status' IS NULL THEN 'true' ELSE format('%s.is_revenue_status(t.%I::text)', extension, columns ->> 'status') END, settings ->> 'unit') USING as_of;
END
$$;
COMMENT ON FUNCTION mart_fill_kinds(jsonb, date) IS
'classes the sales of a mart anew: the kind of a sale depends on all that the customer bought before, so that this reads all orders';
