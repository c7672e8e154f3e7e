--@ requires: mart_read, golden, rfm, clv
-- The customers of a mart, a row each: what changes with their orders only. A refresh writes the rows of those who have orders in a changed
-- month. What moves with the day or with the other customers is worked out by the views, from cut points that are kept in stored_state.

--@ for key in bigint, text
CREATE FUNCTION _mart_customers(ledger customer_ledger, key @key@, as_of date)
RETURNS TABLE (
    customer @key@, first_order date, last_order date, orders bigint, revenue numeric, gross_revenue numeric, refunds numeric,
    first_purchase date, last_purchase date, frequency bigint, monetary_value double precision
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_mart_customers_@key@';
COMMENT ON FUNCTION _mart_customers(customer_ledger, @key@, date) IS
'the rows of stored_customers: one per customer with any row up to as_of, with customers as @key@, of the type of key, which is NULL; what customers says, and of the orders that refunds leave (settled) what clv_forecast goes by';
--@ end

CREATE FUNCTION _mart_changed_customers()
RETURNS customer_ledger
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    -- who they are is all that counts: an order of each
    RETURN (SELECT @extschema@.rollup(@extschema@.first_orders(l.ledger)) FROM stored_ledgers AS l
            WHERE part = 'customers' AND month IN (SELECT month FROM stored_ledgers WHERE NOT is_published));
END
$$;
COMMENT ON FUNCTION _mart_changed_customers() IS
'a ledger of the customers of the months that have been read again, of both what is shown of them and what will replace it; NULL where no month was read';

CREATE FUNCTION _mart_due_customers(until date, as_of date)
RETURNS customer_ledger
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    from_day date := least(until, as_of) + 1;
    to_day date := greatest(until, as_of) + 1;
BEGIN
    RETURN (SELECT @extschema@.rollup(@extschema@.slice(l.ledger, from_day, to_day)) FROM stored_ledgers AS l
            WHERE is_published AND part = 'customers' AND month >= date_trunc('month', from_day) AND month < to_day);
END
$$;
COMMENT ON FUNCTION _mart_due_customers(date, date) IS
'a ledger of the customers of a mart with orders between two last days that count: they were dated in the future, and count now';

CREATE FUNCTION _mart_put_customers(ledger customer_ledger, touched customer_ledger, as_of date)
RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    IF touched IS NULL THEN
        DELETE FROM stored_customers;
        INSERT INTO stored_customers (customer, first_order, last_order, orders, revenue, gross_revenue, refunds, first_purchase, last_purchase, frequency, monetary_value)
        SELECT n.* FROM @extschema@._mart_customers(ledger, (SELECT k.customer FROM stored_customers AS k LIMIT 0), as_of) AS n;
    ELSE
        PERFORM @extschema@._mart_put_touched(ledger, touched, as_of);
    END IF;
    PERFORM @extschema@._mart_fill_cuts();
    UPDATE stored_state SET customers_until = $3;
END
$$;
COMMENT ON FUNCTION _mart_put_customers(customer_ledger, customer_ledger, date) IS
'brings stored_customers up to date for the customers of one ledger, those of another that has all rows of each; for all customers where touched is NULL';

-- One customer has one row, and is written where it differs: what a refresh leaves behind is little, however many it has looked at.
CREATE FUNCTION _mart_put_touched(ledger customer_ledger, touched customer_ledger, as_of date)
RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    WITH now_there AS MATERIALIZED (SELECT n.* FROM @extschema@._mart_customers(ledger, (SELECT k.customer FROM stored_customers AS k LIMIT 0), as_of) AS n),
    gone AS (
        SELECT t.customer FROM @extschema@._mart_customers(touched, (SELECT k.customer FROM stored_customers AS k LIMIT 0), @extschema@.last_day(touched)) AS t
        EXCEPT SELECT n.customer FROM now_there AS n),
    deleted AS (DELETE FROM stored_customers AS s USING gone AS g WHERE s.customer = g.customer)
    INSERT INTO stored_customers AS s (customer, first_order, last_order, orders, revenue, gross_revenue, refunds, first_purchase, last_purchase, frequency, monetary_value)
    SELECT n.* FROM now_there AS n
    ON CONFLICT (customer) DO UPDATE
    SET first_order = excluded.first_order, last_order = excluded.last_order, orders = excluded.orders, revenue = excluded.revenue, gross_revenue = excluded.gross_revenue, refunds = excluded.refunds,
        first_purchase = excluded.first_purchase, last_purchase = excluded.last_purchase, frequency = excluded.frequency, monetary_value = excluded.monetary_value
    WHERE (s.first_order, s.last_order, s.orders, s.revenue, s.gross_revenue, s.refunds, s.first_purchase, s.last_purchase, s.frequency, s.monetary_value)
        IS DISTINCT FROM (excluded.first_order, excluded.last_order, excluded.orders, excluded.revenue, excluded.gross_revenue, excluded.refunds,
                          excluded.first_purchase, excluded.last_purchase, excluded.frequency, excluded.monetary_value);
END
$$;
COMMENT ON FUNCTION _mart_put_touched(customer_ledger, customer_ledger, date) IS
'the rows in stored_customers of the customers of one ledger, by another that has all rows of each: who has none any more is removed';

-- Scores grow with the value, so that the least value which reaches each of them says all. Golden is who has as much revenue as the least golden one.
-- Revenue has nearly as many values as there are customers: a golden_state counts those above 0 in a third of the time that GROUP BY takes.
CREATE FUNCTION _mart_fill_cuts()
RETURNS void
LANGUAGE plpgsql
SET work_mem = '64MB'
AS $$
DECLARE
    days record;
    orders record;
    low record;     -- revenue up to 0
    high @extschema@.golden_state;
    positive numeric;
BEGIN
    SELECT array_agg(v.value) AS values, array_agg(v.times) AS times INTO days
    FROM (SELECT last_order AS value, count(*) AS times FROM stored_customers AS c WHERE c.orders > 0 GROUP BY 1 ORDER BY 1) AS v;
    SELECT array_agg(v.value) AS values, array_agg(v.times) AS times INTO orders
    FROM (SELECT c.orders AS value, count(*) AS times FROM stored_customers AS c WHERE c.orders > 0 GROUP BY 1 ORDER BY 1) AS v;
    SELECT array_agg(v.value) AS values, array_agg(v.times) AS times, count(*) AS size INTO low
    FROM (SELECT revenue AS value, count(*) AS times FROM stored_customers AS c WHERE c.orders > 0 AND revenue <= 0 GROUP BY 1 ORDER BY 1) AS v;
    SELECT @extschema@.golden_agg(revenue), sum(revenue) INTO high, positive FROM stored_customers WHERE revenue > 0;
    UPDATE stored_state
    SET r_cuts = ARRAY(SELECT days.values[place] FROM unnest(@extschema@._rfm_cut_places(days.times, 5)) WITH ORDINALITY AS p (place, n) ORDER BY n),
        f_cuts = ARRAY(SELECT orders.values[place] FROM unnest(@extschema@._rfm_cut_places(orders.times, 5)) WITH ORDINALITY AS p (place, n) ORDER BY n),
        m_cuts = ARRAY(SELECT CASE WHEN place <= low.size THEN low.values[place] ELSE @extschema@._golden_value(high, place - low.size::integer) END
                       FROM unnest(@extschema@._rfm_cut_places(low.times || @extschema@._golden_times(high), 5)) WITH ORDINALITY AS p (place, n) ORDER BY n),
        positive_revenue = positive, golden_revenue = @extschema@._golden_least(high, (SELECT s.golden_threshold FROM settings AS s));
END
$$;
COMMENT ON FUNCTION _mart_fill_cuts() IS
'keeps the least last day, number of orders and revenue for each of the scores 2 to 5 among customers with an order, the least revenue of golden customers, and the positive revenue of all';

CREATE FUNCTION _mart_fill_customers(touched customer_ledger, as_of date)
RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    until date := (SELECT s.customers_until FROM stored_state AS s);
    all_touched @extschema@.customer_ledger;
BEGIN
    IF until IS NULL OR NOT EXISTS (SELECT FROM stored_customers) THEN
        PERFORM @extschema@._mart_put_customers(@extschema@._mart_whole(as_of), NULL::@extschema@.customer_ledger, as_of);
        RETURN;
    END IF;
    all_touched := @extschema@.rollup(ARRAY[touched, CASE WHEN until <> as_of THEN @extschema@._mart_due_customers(until, as_of) END]);
    IF @extschema@.customers_count(all_touched) > 0 THEN
        PERFORM @extschema@._mart_put_customers(
            (SELECT @extschema@.rollup(@extschema@.keep(l.ledger, all_touched)) FROM stored_ledgers AS l WHERE is_published AND part = 'customers' AND month <= $2), all_touched, as_of);
    ELSE
        UPDATE stored_state SET customers_until = $2 WHERE until <> $2;
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_fill_customers(customer_ledger, date) IS
'brings stored_customers up to date for the customers of the changed months and for those whose orders have come due, from the months that are stored; for all, where a version before had no such table';

CREATE FUNCTION _mart_fill_no_customers()
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    DELETE FROM stored_customers;
    UPDATE stored_state SET r_cuts = NULL, f_cuts = NULL, m_cuts = NULL, golden_revenue = NULL, positive_revenue = NULL, customers_until = NULL;
END
$$;
COMMENT ON FUNCTION _mart_fill_no_customers() IS 'the customers of a mart without orders: none';
