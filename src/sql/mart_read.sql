--@ requires: mart_create, ledger_slices
-- How a mart reads its orders: in what pieces, and into which tables. From here on the mart is the first schema of
-- search_path, as _mart_enter leaves it: names without a schema are those of the mart.

CREATE FUNCTION _mart_today()
RETURNS date
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN (SELECT (now() AT TIME ZONE coalesce(s.tz, 'UTC'))::date FROM settings AS s);
END
$$;
COMMENT ON FUNCTION _mart_today() IS 'what day is today in the time zone of the mart: orders of later days are in no figure yet';

-- The planner's estimate, which there is for views and for tables that were never analyzed, too
CREATE FUNCTION _mart_rows_estimate()
RETURNS double precision
LANGUAGE plpgsql
AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM %s', (SELECT s.orders_table FROM settings AS s)) INTO plan;
    RETURN plan #>> '{0,Plan,Plan Rows}';
END
$$;
COMMENT ON FUNCTION _mart_rows_estimate() IS 'about how many rows the orders of the mart have';

CREATE FUNCTION _mart_expand_changes()
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    today date := @extschema@._mart_today();
BEGIN
    UPDATE stored_state SET currency = NULL;
    DELETE FROM changes;
    -- of days to come those that there are: one of the year 9999 must not make all months of a few rows
    INSERT INTO changes
    SELECT generate_series(date_trunc('month', o.first::timestamp), least(o.last, today)::timestamp, '1 month')::date
    FROM (SELECT min(day) AS first, max(day) AS last FROM source_orders WHERE problem IS NULL) AS o
    UNION SELECT month FROM stored_ledgers
    UNION SELECT date_trunc('month', day)::date FROM source_orders WHERE day > today OR problem IS NOT NULL;
END
$$;
COMMENT ON FUNCTION _mart_expand_changes() IS 'all months of the orders and of the mart in changes, one by one, in place of what is there';

-- As many months at once as one pass may take: ledgers of some 20 million rows, 400 MB. Where the average month has
-- more, months are stored in shards of about so many.
CREATE FUNCTION _mart_chunks()
RETURNS TABLE (from_day date, to_day date, months bigint, shards integer)
LANGUAGE plpgsql
AS $$
DECLARE
    most_rows CONSTANT double precision := 20e6;
    estimated double precision := @extschema@._mart_rows_estimate();
    rows_a_month double precision;
BEGIN
    IF EXISTS (SELECT FROM changes WHERE month IS NULL OR month > '275000-01-01') THEN
        IF estimated <= most_rows THEN
            RETURN QUERY SELECT NULL::date, NULL::date, NULL::bigint, 1;
            RETURN;
        END IF;
        PERFORM @extschema@._mart_expand_changes();
    END IF;
    SELECT greatest(estimated, 1) / greatest(count(*), 1) INTO rows_a_month
    FROM (SELECT month FROM changes UNION SELECT month FROM stored_ledgers) AS m;
    RETURN QUERY
        WITH pending AS (SELECT DISTINCT month FROM changes WHERE month IS NOT NULL),
        gaps AS (
            SELECT month, CASE WHEN lag(month) OVER (ORDER BY month) = (month - interval '1 month')::date THEN 0 ELSE 1 END AS gap
            FROM pending),
        runs AS (SELECT month, sum(gap) OVER (ORDER BY month) AS run FROM gaps),
        placed AS (
            SELECT month, run, (row_number() OVER (PARTITION BY run ORDER BY month) - 1)
                               / greatest(1, floor(most_rows / rows_a_month))::bigint AS chunk
            FROM runs)
        SELECT min(month), (max(month) + interval '1 month')::date, count(*), greatest(1, ceil(rows_a_month / most_rows))::integer
        FROM placed GROUP BY run, chunk ORDER BY 1;
END
$$;
COMMENT ON FUNCTION _mart_chunks() IS
'the months that have changed, in runs that one pass over the orders may take (some 20 million rows, 400 MB), and into how many shards a month of more is cut; one row without bounds where all are to be read at once';

-- Instants are bounded by two days more on either side, which an index on them can serve whatever the time zones of the
-- mart and of the session, and days exactly. A bound that is NULL is none. An order with lines of two categories is one of
-- each, so that these have ledgers of their own: in the same pass, which works out once what a row is. The planner takes few
-- rows to be left by the condition, and would sort all of them by category.
CREATE FUNCTION _mart_ledgers(from_day date, to_day date, shards integer)
RETURNS TABLE (shard integer, category text, whole customer_ledger, guests customer_ledger, rejected bigint)
LANGUAGE plpgsql
SET enable_sort = off
AS $$
DECLARE
    mart record;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    IF mart.columns ?& '{order_id,category}' THEN
        RETURN QUERY
            SELECT o.place, o.word, @extschema@.ledger_agg(customer, day, amount, order_id) FILTER (WHERE problem IS NULL),
                   @extschema@.ledger_agg(0::bigint, day, amount, order_id) FILTER (WHERE customer IS NULL AND problem IS NULL),
                   count(*) FILTER (WHERE problem IS NOT NULL)
            FROM (SELECT *, CASE WHEN shards > 1 THEN coalesce(@extschema@.ledger_shard(customer, shards), 0) ELSE 0 END AS place, coalesce(s.category, '(none)') AS word FROM source_orders AS s) AS o
            WHERE (from_day IS NULL OR at >= from_day - 2 AND day >= from_day) AND (to_day IS NULL OR at < to_day + 2 AND day < to_day)
            GROUP BY GROUPING SETS ((o.place), (o.word));
    ELSIF mart.columns ? 'order_id' THEN
        RETURN QUERY
            SELECT CASE WHEN shards > 1 THEN coalesce(@extschema@.ledger_shard(customer, shards), 0) ELSE 0 END, NULL,
                   @extschema@.ledger_agg(customer, day, amount, order_id) FILTER (WHERE problem IS NULL),
                   @extschema@.ledger_agg(0::bigint, day, amount, order_id) FILTER (WHERE customer IS NULL AND problem IS NULL),
                   count(*) FILTER (WHERE problem IS NOT NULL)
            FROM source_orders
            WHERE (from_day IS NULL OR at >= from_day - 2 AND day >= from_day) AND (to_day IS NULL OR at < to_day + 2 AND day < to_day)
            GROUP BY 1;
    ELSE
        RETURN QUERY
            SELECT CASE WHEN shards > 1 THEN coalesce(@extschema@.ledger_shard(customer, shards), 0) ELSE 0 END, NULL,
                   @extschema@.ledger_agg(customer, day, amount) FILTER (WHERE problem IS NULL),
                   @extschema@.ledger_agg(0::bigint, day, amount) FILTER (WHERE customer IS NULL AND problem IS NULL),
                   count(*) FILTER (WHERE problem IS NOT NULL)
            FROM source_orders
            WHERE (from_day IS NULL OR at >= from_day - 2 AND day >= from_day) AND (to_day IS NULL OR at < to_day + 2 AND day < to_day)
            GROUP BY 1;
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_ledgers(date, date, integer) IS
'ledgers of the orders of the days from_day <= day < to_day: a row for each shard of customers with the ledger of all its orders, in one of them that of orders without a customer, and how many rows are set aside; where ids of orders and categories are mapped, a row for each category, too, with the ledgers of its lines';

-- Orders that are read later may be in another currency than those that were read before.
CREATE FUNCTION _mart_check_currency(from_day date, to_day date)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    mart record;
    before text := CASE WHEN from_day IS NOT NULL THEN (SELECT s.currency FROM stored_state AS s) END;
    lowest text;
    highest text;
    example text;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    IF NOT mart.columns ? 'currency' OR mart.rates IS NOT NULL THEN
        RETURN;
    END IF;
    SELECT min(o.word), max(o.word) INTO lowest, highest
    FROM (SELECT coalesce(currency, '(none)') COLLATE "C" AS word FROM source_orders
          WHERE problem IS NULL AND (from_day IS NULL OR at >= from_day - 2 AND day >= from_day) AND (to_day IS NULL OR at < to_day + 2 AND day < to_day)
          UNION ALL SELECT before WHERE before IS NOT NULL) AS o;
    IF lowest <> highest THEN
        SELECT string_agg(format('%s: customer %s, day %s, amount %s', word, coalesce(o.customer::text, 'NULL'), to_char(o.day, 'YYYY-MM-DD'), o.amount), '; ' ORDER BY word) INTO example
        FROM unnest(ARRAY[lowest, highest]) AS word CROSS JOIN LATERAL (SELECT * FROM source_orders WHERE problem IS NULL AND coalesce(currency, '(none)') = word LIMIT 1) AS o;
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('%s has orders in two currencies, which cannot be added: %s and %s', mart.orders_table, lowest, highest), DETAIL = example,
            HINT = 'Give create_mart rates and a report_currency, which convert them, or make a mart of a view for each currency.';
    END IF;
    UPDATE stored_state AS s SET currency = highest WHERE highest IS NOT NULL AND s.currency IS DISTINCT FROM highest;
END
$$;
COMMENT ON FUNCTION _mart_check_currency(date, date) IS
'error 22023 where orders of the days from_day <= day < to_day are in another currency than others, or than those that the mart holds, and no rates are mapped; it names both and an order of each';

CREATE FUNCTION _mart_store(shard integer, whole customer_ledger, guests customer_ledger, is_published boolean)
RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    today date := @extschema@._mart_today();
BEGIN
    INSERT INTO stored_ledgers (month, part, shard, is_published, ledger, orders, refund_rows, gross_revenue, refunds)
    SELECT s.period, 'customers', $1, $4, s.ledger, s.orders, s.refund_rows, s.gross_revenue, s.refunds
    FROM @extschema@.slices(whole, '1 month'::interval, today, NULL::date) AS s
    UNION ALL
    SELECT s.period, 'guests', $1, $4, s.ledger, s.orders, s.refund_rows, s.gross_revenue, s.refunds
    FROM @extschema@.slices(guests, '1 month'::interval, today, NULL::date) AS s;
END
$$;
COMMENT ON FUNCTION _mart_store(integer, customer_ledger, customer_ledger, boolean) IS
'cuts the ledgers of a shard, of customers and of orders without one, into months and stores them, with the sums of each up to today';

CREATE FUNCTION _mart_store_category(category text, whole customer_ledger, guests customer_ledger, is_published boolean)
RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    today date := @extschema@._mart_today();
BEGIN
    INSERT INTO stored_months
    SELECT t.period, $1, $4, sum(t.orders), sum(t.refund_rows), sum(t.gross_revenue), sum(t.refunds)
    FROM (SELECT * FROM @extschema@.totals(whole, '1 month'::interval, NULL::date, today + 1, NULL::date)
          UNION ALL SELECT * FROM @extschema@.totals(guests, '1 month'::interval, NULL::date, today + 1, NULL::date)) AS t
    WHERE t.orders + t.refund_rows > 0 GROUP BY t.period;
END
$$;
COMMENT ON FUNCTION _mart_store_category(text, customer_ledger, customer_ledger, boolean) IS 'sums the ledgers of a category, of customers and of orders without one, up to today by month into stored_months';

-- Orders without a customer are a customer to the ledger.
CREATE FUNCTION _mart_sum_categories(from_day date, to_day date, is_published boolean)
RETURNS void
LANGUAGE plpgsql
SET enable_sort = off
AS $$
DECLARE
    mart record;
BEGIN
    SELECT * INTO STRICT mart FROM settings;
    IF NOT mart.columns ? 'category' THEN
        INSERT INTO stored_months
        SELECT month, '(all)', $3, sum(orders), sum(refund_rows), sum(gross_revenue), sum(refunds)
        FROM stored_ledgers AS l
        WHERE l.is_published = $3 AND orders + refund_rows > 0 AND month >= coalesce(from_day, '-infinity') AND month < coalesce(to_day, 'infinity')
        GROUP BY month;
    ELSIF NOT mart.columns ? 'order_id' THEN
        -- a ledger of one customer sums faster than numeric aggregates do
        PERFORM @extschema@._mart_store_category(l.category, l.whole, NULL::@extschema@.customer_ledger, $3)
        FROM (SELECT coalesce(category, '(none)') AS category, @extschema@.ledger_agg(0::bigint, day, amount) AS whole
              FROM source_orders
              WHERE problem IS NULL AND (from_day IS NULL OR at >= from_day - 2 AND day >= from_day) AND (to_day IS NULL OR at < to_day + 2 AND day < to_day)
              GROUP BY 1) AS l;
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_sum_categories(date, date, boolean) IS
'sums the orders of the months from_day <= month < to_day (all without bounds) by category into stored_months, where _mart_ledgers() does not say them: without categories, or without ids of orders';

CREATE FUNCTION _mart_store_all(from_day date, to_day date, shards integer, is_published boolean, OUT whole customer_ledger, OUT guests customer_ledger)
LANGUAGE plpgsql
AS $$
DECLARE
    part record;
    rejected bigint := 0;
BEGIN
    DELETE FROM stored_ledgers AS l WHERE from_day IS NULL OR l.is_published = $4 AND month >= from_day AND month < to_day;
    DELETE FROM stored_months AS m WHERE from_day IS NULL OR m.is_published = $4 AND month >= from_day AND month < to_day;
    DELETE FROM stored_rejected AS r WHERE source = 'orders' AND (from_day IS NULL OR r.is_published = $4 AND month >= from_day AND month < to_day);
    FOR part IN SELECT * FROM @extschema@._mart_ledgers(from_day, to_day, shards) LOOP
        IF part.category IS NULL THEN
            whole := part.whole;
            guests := part.guests;
            rejected := rejected + part.rejected;
            PERFORM @extschema@._mart_store(part.shard, whole, guests, is_published);
        ELSE
            PERFORM @extschema@._mart_store_category(part.category, part.whole, part.guests, is_published);
        END IF;
    END LOOP;
    PERFORM @extschema@._mart_sum_categories(from_day, to_day, is_published);
    IF rejected > 0 THEN
        PERFORM @extschema@._mart_read_rejected(from_day, to_day, is_published);
    END IF;
END
$$;
COMMENT ON FUNCTION _mart_store_all(date, date, integer, boolean) IS
'reads the orders of the months from_day <= month < to_day (all without bounds) into stored_ledgers, stored_months and stored_rejected, in place of what is there; the ledgers of the last shard, of customers and of orders without one';

CREATE FUNCTION _mart_read(from_day date, to_day date, shards integer)
RETURNS bigint
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM @extschema@._mart_check_currency(from_day, to_day);
    DELETE FROM changes WHERE month >= from_day AND month < to_day;
    PERFORM @extschema@._mart_store_all(from_day, to_day, shards, false);
    -- a month that has no rows any more replaces the one it had
    INSERT INTO stored_ledgers (month, part, is_published)
    SELECT month, 'customers', false
    FROM (SELECT month FROM stored_ledgers WHERE is_published UNION SELECT month FROM stored_rejected WHERE is_published AND source = 'orders') AS old
    WHERE month >= from_day AND month < to_day AND NOT EXISTS (SELECT FROM stored_ledgers AS new WHERE NOT new.is_published AND new.month = old.month);
    RETURN (SELECT coalesce(sum(@extschema@.rows_count(ledger)), 0) FROM stored_ledgers WHERE NOT is_published AND month >= from_day AND month < to_day);
END
$$;
COMMENT ON FUNCTION _mart_read(date, date, integer) IS
'reads the orders of the months from_day <= month < to_day into rows of stored_ledgers and stored_months that are not published yet; the number of rows read';
