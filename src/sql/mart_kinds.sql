--@ requires: mart_read, sales
-- Kinds of sale in a mart. The kind of a sale depends on all that the customer bought before. Sales before a checkpoint,
-- which is the first day of a period, are classed for good; what customers had bought up to there is kept, so that a
-- refresh reads only the lines behind it.

-- The history of a customer is a row before the first line.
CREATE FUNCTION _mart_class(from_day date, to_day date, keeps boolean)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    mart record;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    WITH line AS (
        SELECT customer, at, day, order_id::text AS order_id, amount, product, relation, abs(price) AS price, intended_price FROM source_orders
        WHERE problem IS NULL AND customer IS NOT NULL AND product IS NOT NULL AND amount IS NOT NULL
            AND (from_day IS NULL OR at >= from_day - 2 AND day >= from_day) AND at < to_day + 2 AND day < to_day),
    classed AS (
        SELECT customer, day, order_id, amount, price, intended_price, (sale).kind, (sale).history
        FROM (SELECT customer, day, order_id, amount, price, intended_price,
                     @extschema@.class_sale(product, relation, CASE WHEN amount < 0 THEN -price ELSE price END, history) OVER (PARTITION BY customer ORDER BY at NULLS FIRST) AS sale
              FROM (SELECT customer, at, day, order_id, amount, product, relation, price, intended_price, NULL::@extschema@.sale_history AS history FROM line
                    UNION ALL
                    SELECT h.customer, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, h.history FROM stored_history AS h
                    WHERE from_day IS NOT NULL AND h.customer IN (SELECT l.customer FROM line AS l)) AS bought) AS sold),
    replaced AS (DELETE FROM stored_history AS h USING classed AS c WHERE keeps AND c.customer = h.customer AND c.history IS NOT NULL),
    kept AS (INSERT INTO stored_history SELECT customer, history FROM classed WHERE keeps AND history IS NOT NULL)
    INSERT INTO stored_kinds
    SELECT s.period, r.*
    FROM (SELECT date_trunc(mart.unit, day::timestamp)::date AS period,
                 @extschema@.sales_agg(coalesce(kind, 'unknown'), coalesce(order_id, customer::text || ' ' || day), amount) AS state,
                 count(*) FILTER (WHERE amount >= 0 AND @extschema@.upsell_before(intended_price, price)) AS upsells,
                 sum(price - intended_price) FILTER (WHERE amount >= 0 AND @extschema@.upsell_before(intended_price, price)) AS upsold
          FROM classed WHERE day IS NOT NULL GROUP BY 1) AS s
         CROSS JOIN LATERAL (SELECT kind, orders, revenue, avg_check FROM @extschema@.sales_report(s.state)
                             UNION ALL SELECT 'upsell_before', s.upsells, s.upsold, NULL WHERE s.upsells > 0) AS r;
END
$$;
COMMENT ON FUNCTION _mart_class(date, date, boolean) IS
'classes the sales of whole periods, those of days from_day <= day < to_day, after what customers had bought before; keeps: adds them to that';

CREATE FUNCTION _mart_fill_kinds(changed_from date, previous date, as_of date)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    mart record;
    usual date;     -- what changes is mostly in the running month or the one before
    reached date := (SELECT day FROM stored_checkpoint);
    wanted date;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    usual := date_trunc(mart.unit, date_trunc('month', as_of) - interval '1 month');
    wanted := usual;
    -- where late refunds come in later, they will come again
    IF reached IS NOT NULL AND changed_from >= date_trunc('month', as_of) - interval '3 months' THEN
        wanted := least(usual, date_trunc(mart.unit, changed_from));
    END IF;
    IF changed_from >= reached AND as_of >= reached THEN
        DELETE FROM stored_kinds WHERE period >= reached;
        IF usual > date_trunc(mart.unit, date_trunc('month', previous) - interval '1 month') IS NOT TRUE THEN
            wanted := reached;
        END IF;
    ELSE
        reached := NULL;
        DELETE FROM stored_kinds;
        DELETE FROM stored_history;
        DELETE FROM stored_checkpoint;
    END IF;
    IF as_of IS NULL THEN
        RETURN;
    END IF;
    IF wanted > reached IS NOT FALSE THEN
        PERFORM @extschema@._mart_class(reached, wanted, true);
        reached := wanted;
        DELETE FROM stored_checkpoint;
        INSERT INTO stored_checkpoint VALUES (reached);
    END IF;
    PERFORM @extschema@._mart_class(reached, as_of + 1, false);
END
$$;
COMMENT ON FUNCTION _mart_fill_kinds(date, date, date) IS
'classes the sales of a mart behind its checkpoint anew, or all where what has changed is older; with a new period the checkpoint moves on: up to it the kinds stay, and what customers had bought is kept';
