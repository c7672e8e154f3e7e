--@ requires: revenue
-- Is a table of orders fit to be measured? One row a check. The table and the names of its columns are the caller's, so the
-- query is made when it runs: with the rights of the caller, with every name quoted, and with nothing found through
-- search_path. In bodies that are parsed when the extension is created, functions with polymorphic arguments are qualified:
-- others could match better.

CREATE FUNCTION _extension_schema()
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT extnamespace::pg_catalog.regnamespace::text FROM pg_catalog.pg_extension WHERE extname = 'customer_value'::name);
COMMENT ON FUNCTION _extension_schema() IS 'the schema of the extension, quoted, for queries that are made when they run';

CREATE FUNCTION quality_checks()
RETURNS TABLE (place integer, check_name text, severity text, needs text[], condition text, about text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 24
BEGIN ATOMIC
    SELECT v.place, v.check_name, v.severity, v.needs, v.condition, v.about FROM (VALUES
        (1, 'empty_source'::text, 'error'::text, '{}'::text[], NULL::text, 'the source has no rows that the caller can see'::text),
        (2, 'stale_source', 'error', '{ordered_at,stale}', NULL, 'the newest day that is neither future nor absurd (the sample) is more than stale before as_of; the rows are all'),
        (3, 'null_customer', 'warning', '{customer}', 'customer_is_blank IS NULL', 'rows without a customer are in revenue, in no customer figure'),
        (4, 'blank_customer', 'error', '{customer}', 'customer_is_blank', 'customers of nothing but white space become one large customer'),
        (5, 'similar_customer', 'warning', '{customer}', NULL, 'rows of customers whose keys differ only in upper and lower case, or in white space around them: each is a customer of its own; samples are the keys'),
        (6, 'null_order_id', 'warning', '{order_id}', 'order_id_is_blank IS NULL', 'rows without an order id are in no figure by order, and their refunds belong to no sale'),
        (7, 'blank_order_id', 'error', '{order_id}', 'order_id_is_blank', 'order ids of nothing but white space become one large order'),
        (8, 'null_row_id', 'error', '{row_id}', NULL, 'rows without a row id cannot be told apart'),
        (9, 'duplicate_row_id', 'error', '{row_id}', NULL, 'rows that repeat a row id, beyond its first; samples are row ids'),
        (10, 'duplicate_row', 'warning', '{order_id}', NULL, 'rows that repeat another in all columns of the mapping but row_id, beyond the first; samples are order ids; loaded twice, or is a column (product?) missing in the mapping?'),
        (11, 'shared_order_id', 'error', '{order_id,customer}', NULL, 'rows of orders that belong to more than one customer; samples are order ids'),
        (12, 'several_lines', 'info', '{order_id,amount}', NULL, 'sales that are lines of an order with other sales: each counts as an order unless you pass order_id, as in ledger_agg(customer, day, amount, order_id); samples are order ids'),
        (13, 'null_ordered_at', 'warning', '{ordered_at}', 'day IS NULL', 'rows without a date are in no figure by time'),
        (14, 'future_date', 'error', '{ordered_at}', 'isfinite(day) AND day > $1', 'rows after as_of'),
        (15, 'absurd_date', 'error', '{ordered_at}', 'NOT isfinite(day) OR day < $2', 'rows before earliest or at infinity'),
        (16, 'null_amount', 'warning', '{amount}', 'amount_is_finite IS NULL', 'rows without an amount are in no figure'),
        (17, 'infinite_amount', 'error', '{amount}', 'NOT amount_is_finite', 'amounts that are NaN or infinite end every sum with an error'),
        (18, 'zero_sale', 'info', '{amount}', 'is_counted AND amount = 0', 'sales of 0: a free order is an order, and lowers the average check'),
        (19, 'negative_sale', 'warning', '{amount,status}', 'is_counted AND amount < 0 AND is_sale', 'amounts below 0 with a status of a sale (not refunded, partially_refunded): they count as refunds, by their sign'),
        (20, 'orphan_refund', 'error', '{order_id,amount}', NULL, 'refunds of orders that have no sale; samples are order ids'),
        (21, 'over_refund', 'error', '{order_id,amount}', NULL, 'refunds of orders that were refunded more than they were sold for, in one currency; samples are order ids'),
        (22, 'null_currency', 'error', '{currency}', 'currency IS NULL', 'rows without a currency, or with a blank one, cannot be added to the others'),
        (23, 'mixed_currencies', 'warning', '{currency}', NULL, 'rows in another currency than the most frequent one; group by currency; samples are the currencies'),
        (24, 'null_status', 'warning', '{status}', 'status IS NULL', 'rows without a status are left out by FILTER (WHERE is_revenue_status(status))'),
        (25, 'unknown_status', 'error', '{status}', NULL, 'rows whose status is_revenue_status does not know, and refuses; samples are the words')
    ) AS v (place, check_name, severity, needs, condition, about);
END;
COMMENT ON FUNCTION quality_checks() IS
'what data_quality looks for: order of the report, name, severity where it is found (error: a figure is wrong or ends with an error; warning: rows are left out, or may mislead; info: good to know), arguments that it needs, and meaning; condition is the SQL of a check that looks at one row alone';

CREATE FUNCTION _quality_column(orders regclass, argument text, column_name text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    declared regtype;
    base oid;
    category "char";
    wanted text;
BEGIN
    IF column_name IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT atttypid, atttypid INTO declared, base FROM pg_attribute WHERE attrelid = orders AND attname = column_name AND attnum > 0 AND NOT attisdropped;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'undefined_column', MESSAGE = format('%s names the column "%s", which %s does not have', argument, column_name, orders);
    END IF;
    WHILE (SELECT typtype = 'd' FROM pg_type WHERE oid = base) LOOP
        SELECT typbasetype INTO base FROM pg_type WHERE oid = base;
    END LOOP;
    SELECT typcategory INTO category FROM pg_type WHERE oid = base;
    wanted := CASE
        WHEN argument IN ('ordered_at', 'starts_at', 'ends_at', 'answered_at', 'spent_at', 'day') THEN CASE WHEN base NOT IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype) THEN 'a date or a timestamp' END
        WHEN argument = 'changed_at' THEN CASE WHEN base NOT IN ('timestamp'::regtype, 'timestamptz'::regtype) THEN 'the timestamp of a row''s last write, which a view can make of another type' END
        WHEN argument IN ('amount', 'price', 'intended_price', 'score', 'gain', 'rate') THEN CASE WHEN base NOT IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype, 'float4'::regtype, 'float8'::regtype) THEN 'a number' END
        WHEN argument = 'every' THEN CASE WHEN base NOT IN ('interval'::regtype, 'text'::regtype, 'varchar'::regtype, 'bpchar'::regtype) THEN 'an interval' END
        WHEN argument = 'period' THEN CASE WHEN base <> 'daterange'::regtype THEN 'a daterange' END
        WHEN argument IN ('status', 'currency') THEN CASE WHEN category NOT IN ('S', 'E') THEN 'text or an enum' END
        ELSE CASE WHEN category NOT IN ('S', 'E') AND base NOT IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype, 'uuid'::regtype) THEN 'text, an integer, numeric, uuid or an enum' END
    END;
    IF wanted IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('%s must be %s: the column "%s" of %s is of type %s', argument, wanted, column_name, orders, declared);
    END IF;
    RETURN base::regtype;
END
$$;
COMMENT ON FUNCTION _quality_column(regclass, text, text) IS
'the type of a column behind its domains, for data_quality; an error that names argument and column where there is none (42703), or where it is not of a type that the argument can have (22023)';

-- A type of a user may have a cast to text that is a function of that user, and would run with the rights of who reads the column:
-- its values are written as its output function has them.
CREATE FUNCTION _quality_text(expression text, type regtype)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN type::oid < 16384::oid THEN expression || '::text'::text
            ELSE pg_catalog.format('CASE WHEN %1$s IS NOT NULL THEN pg_catalog.concat(%1$s) END'::text, VARIADIC ARRAY[expression]) END;
COMMENT ON FUNCTION _quality_text(text, regtype) IS 'an expression of a type, which _quality_column() has allowed, as text, without a cast that a user has made';

CREATE FUNCTION _quality_source(orders regclass, mapping jsonb, tz text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    argument text;
    type text;
    quoted text;        -- the column
    word text;          -- the same as text
    key text;           -- the same as a key: text is compared byte by byte, whatever its collation
    is_blank text;
    is_finite text;
    number text;
    at text;
    columns text := '';
BEGIN
    IF orders IS NULL OR NOT EXISTS (SELECT FROM pg_class WHERE oid = orders AND relkind IN ('r', 'p', 'v', 'm', 'f')) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('orders must be a table or a view: %s', coalesce(orders::text, 'NULL'));
    END IF;
    FOREACH argument IN ARRAY ARRAY['customer', 'ordered_at', 'amount', 'order_id', 'status', 'currency', 'product', 'row_id'] LOOP
        type := @extschema@._quality_column(orders, argument, mapping ->> argument);
        IF type = 'timestamp with time zone' AND tz IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', HINT = 'Say whose days are meant, for example tz => ''Europe/Berlin''.',
                MESSAGE = format('ordered_at needs tz: the column "%s" of %s is of type %s', mapping ->> argument, orders, type);
        END IF;
        quoted := format('t.%I', coalesce(mapping ->> argument, ''));
        word := @extschema@._quality_text(quoted, type::regtype);
        key := CASE WHEN type IN ('smallint', 'integer', 'bigint', 'numeric') THEN quoted ELSE format('(%s) COLLATE "C"', word) END;
        is_blank := CASE WHEN type IN ('smallint', 'integer', 'bigint', 'numeric', 'uuid') THEN 'false' ELSE format('btrim(%s, E'' \t\n\r'') = ''''', word) END;
        is_finite := CASE WHEN type ~ 'int$' OR type = 'integer' THEN 'true' ELSE quoted || ' NOT IN (''NaN'', ''Infinity'', ''-Infinity'')' END;
        number := CASE WHEN type IN ('real', 'double precision') THEN format('%s._shortest_decimal(%s::%s)', extension, quoted, type) ELSE quoted END;
        at := CASE WHEN type = 'timestamp with time zone' THEN format('(%s AT TIME ZONE %L)', quoted, tz) ELSE quoted END;
        columns := columns || (
            SELECT string_agg(format(', %s AS %I', CASE WHEN type IS NULL THEN absent ELSE format(present, quoted, key, is_blank, is_finite, number, at, extension) END, name), '')
            FROM (VALUES
                ('customer', 'customer', 'CASE WHEN NOT %3$s THEN %2$s END', 'NULL::text'),
                ('customer', 'customer_is_blank', 'CASE WHEN %1$s IS NOT NULL THEN %3$s END', 'NULL::boolean'),
                ('order_id', 'order_id', 'CASE WHEN NOT %3$s THEN %2$s END', 'NULL::text'),
                ('order_id', 'order_id_is_blank', 'CASE WHEN %1$s IS NOT NULL THEN %3$s END', 'NULL::boolean'),
                ('ordered_at', 'ordered_at', '%1$s', 'NULL::date'),
                ('ordered_at', 'day', '%6$s::date', 'NULL::date'),
                ('amount', 'amount', 'CASE WHEN %4$s THEN %5$s END', 'NULL::numeric'),
                ('amount', 'amount_is_finite', 'CASE WHEN %1$s IS NOT NULL THEN %4$s END', 'NULL::boolean'),
                ('status', 'status', '%2$s', 'NULL::text'),
                ('status', 'is_counted', 'CASE WHEN %7$s.is_known_status(%2$s) THEN %7$s.is_revenue_status(%2$s) ELSE %1$s IS NOT NULL END', 'true'),
                ('status', 'is_sale', 'lower(%2$s) IN (''paid'', ''completed'', ''shipped'', ''delivered'', ''fulfilled'')', 'NULL::boolean'),
                ('currency', 'currency', 'CASE WHEN NOT %3$s THEN %2$s END', 'NULL::text'),
                ('product', 'product', '%2$s', 'NULL::text'),
                ('row_id', 'row_id', '%2$s', 'NULL::text')) AS v (of_argument, name, present, absent)
            WHERE of_argument = argument);
    END LOOP;
    RETURN format('SELECT %s FROM %s AS t OFFSET 0', substr(columns, 3), orders);
END
$$;
COMMENT ON FUNCTION _quality_source(regclass, jsonb, text) IS
'the query with which data_quality reads its source: columns under the names of the arguments (mapping: argument to column), NULL for what is not in the mapping';

CREATE FUNCTION quality_query(orders regclass, mapping jsonb, tz text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text := @extschema@._extension_schema();
    source text;
    flags text;         -- which checks that look at one row alone find something, a bit each
    bits text;
    rows text;          -- what the pass groups by: what is not in the mapping is NULL and makes no groups;
    copies text;        -- to go on from rows lets both share a sort
    is_text boolean;    -- customers can differ in their spelling
BEGIN
    source := @extschema@._quality_source(orders, mapping, tz);
    SELECT coalesce(string_agg(format('CASE WHEN %s THEN %s ELSE 0 END', condition, 1 << place), ' | '), '0'),
           coalesce(string_agg(format('(%L, %s)', check_name, 1 << place), ', '), '(NULL, 0)')
    INTO flags, bits
    FROM @extschema@.quality_checks() WHERE condition IS NOT NULL AND mapping ?& needs;
    is_text := @extschema@._quality_column(orders, 'customer', mapping ->> 'customer') NOT IN ('smallint', 'integer', 'bigint', 'numeric', 'uuid');
    rows := 'order_id, flags, key, currency, status' || CASE WHEN mapping ->> 'row_id' IS NULL THEN ', row_id' ELSE '' END;
    copies := rows || ', is_copied' || CASE WHEN mapping ->> 'order_id' IS NULL THEN '' ELSE ', customer, ordered_at, amount, product' END;
    RETURN format($query$
WITH source AS (%1$s),
flagged AS (SELECT *, %2$s AS flags FROM source OFFSET 0),
keyed AS (SELECT *, CASE WHEN flags <> 0 THEN coalesce(order_id::text, row_id::text, customer::text) END AS key, true AS is_copied FROM flagged OFFSET 0),
grouped AS MATERIALIZED (
    SELECT CASE WHEN GROUPING(is_copied) = 0 THEN 'copies' WHEN GROUPING(flags) = 0 THEN 'rows' %7$sELSE 'ids' END AS part,
           order_id, flags, key, row_id, currency, status, count(*) AS n, max(day) FILTER (WHERE isfinite(day) AND day BETWEEN $2 AND $1) AS newest,
           count(*) FILTER (WHERE is_counted AND amount >= 0) AS sales, count(*) FILTER (WHERE is_counted AND amount < 0) AS refunds, sum(amount) FILTER (WHERE is_counted) AS net,
           min(customer) AS least_customer, max(customer) AS greatest_customer
    FROM keyed
    GROUP BY GROUPING SETS (%3$s%6$s)
    HAVING count(*) > 1 OR GROUPING(is_copied) = 1 AND (GROUPING(flags) = 0 OR row_id IS NULL)),
total AS (SELECT coalesce(sum(n), 0) AS n, max(newest) AS newest FROM grouped WHERE part = 'rows'),
by_order AS (
    SELECT order_id::text AS key, sum(n) AS n, sum(sales) AS sales, sum(refunds) AS refunds, sum(net) AS net,
           min(least_customer) <> max(greatest_customer) AS is_shared, min(currency) IS NOT DISTINCT FROM max(currency) AS is_in_one_currency
    FROM grouped WHERE part = 'rows' AND order_id IS NOT NULL GROUP BY order_id),
by_currency AS (SELECT currency, sum(n) AS n FROM grouped WHERE part = 'rows' AND currency IS NOT NULL GROUP BY currency),
by_status AS (SELECT status, sum(n) AS n FROM grouped WHERE part = 'rows' AND status IS NOT NULL GROUP BY status),
found (check_name, n, key) AS (
    SELECT bit.check_name, n, key FROM grouped JOIN (VALUES %4$s) AS bit (check_name, mask) ON flags & mask <> 0 WHERE part = 'rows' AND flags <> 0
    UNION ALL
    SELECT hit.check_name, hit.n, key FROM by_order, LATERAL (VALUES ('shared_order_id', n, is_shared), ('several_lines', sales, sales > 1), ('orphan_refund', refunds, refunds > 0 AND sales = 0),
        ('over_refund', refunds, refunds > 0 AND sales > 0 AND net < 0 AND is_in_one_currency)) AS hit (check_name, n, is_hit) WHERE is_hit
    UNION ALL
    SELECT CASE WHEN row_id IS NULL THEN 'null_row_id' ELSE 'duplicate_row_id' END, CASE WHEN row_id IS NULL THEN n ELSE n - 1 END, row_id::text FROM grouped WHERE part = 'ids'
    UNION ALL
    SELECT 'similar_customer', n, least_customer::text FROM (SELECT *, count(*) OVER (PARTITION BY lower(btrim(least_customer::text COLLATE "default", E' \t\n\r'))) AS spellings FROM grouped WHERE part = 'customers' AND least_customer IS NOT NULL) AS spelled
    WHERE spellings > 1
    UNION ALL
    SELECT 'duplicate_row', n - 1, order_id::text FROM grouped WHERE part = 'copies' AND order_id IS NOT NULL
    UNION ALL
    SELECT 'mixed_currencies', CASE WHEN row_number() OVER (ORDER BY n DESC, currency) = 1 THEN 0 ELSE n END, currency FROM by_currency
    UNION ALL
    SELECT 'unknown_status', n, status FROM by_status WHERE NOT %5$s.is_known_status(status)),
placed AS (
    SELECT check_name, key, sum(n) AS n, row_number() OVER (PARTITION BY check_name ORDER BY key COLLATE "C") AS place FROM found GROUP BY check_name, key)
SELECT check_name, sum(n)::bigint, array_agg(key ORDER BY place) FILTER (WHERE place <= 5 AND key IS NOT NULL) FROM placed GROUP BY check_name HAVING sum(n) > 0
UNION ALL
SELECT hit.check_name, n::bigint, ARRAY[to_char(newest::timestamp, 'YYYY-MM-DD')]
FROM total, LATERAL (VALUES ('source', true), ('stale_source', newest < $1 - $3), ('empty_source', n = 0)) AS hit (check_name, is_hit) WHERE is_hit$query$, source, flags, format('(%s), (%s)', rows, copies), bits, extension,
        CASE WHEN mapping ->> 'row_id' IS NULL THEN '' ELSE ', (row_id)' END || CASE WHEN is_text THEN ', (customer)' ELSE '' END, CASE WHEN is_text THEN 'WHEN GROUPING(customer) = 0 THEN ''customers'' ' ELSE '' END);
END
$$;
COMMENT ON FUNCTION quality_query(regclass, jsonb, text) IS
'the query that data_quality runs over its source, in one pass, for who wants to read it or EXPLAIN it; $1 is as_of, $2 earliest, $3 stale';

CREATE FUNCTION _quality_counts(orders regclass, mapping jsonb, as_of date, stale interval, earliest date, tz text)
RETURNS TABLE (check_name text, row_count bigint, sample text[])
LANGUAGE plpgsql STABLE ROWS 24
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    query text;
    wrong text;
BEGIN
    wrong := CASE WHEN NOT isfinite(as_of) THEN format('as_of must be a day: %s', as_of)
                  WHEN earliest IS NULL THEN 'earliest must not be NULL'
                  WHEN stale < '0'::interval OR stale > '10000 years'::interval THEN format('stale must be between nothing and 10,000 years: %s', stale)
                  WHEN NOT EXISTS (SELECT FROM jsonb_each_text(mapping) WHERE value IS NOT NULL) THEN 'no column is named, as in customer => ''customer_id''' END;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = wrong;
    END IF;
    query := @extschema@.quality_query(orders, mapping, tz);
    RETURN QUERY EXECUTE query USING coalesce(as_of, (now() AT TIME ZONE coalesce(tz, 'UTC'))::date), earliest, stale;
END
$$;
COMMENT ON FUNCTION _quality_counts(regclass, jsonb, date, interval, date, text) IS
'what data_quality finds: rows and samples of each check that finds something, and of source, which is all rows and the newest day';

CREATE FUNCTION data_quality(orders regclass, customer text DEFAULT NULL, ordered_at text DEFAULT NULL, amount text DEFAULT NULL, order_id text DEFAULT NULL, status text DEFAULT NULL,
                             currency text DEFAULT NULL, product text DEFAULT NULL, row_id text DEFAULT NULL,
                             as_of date DEFAULT NULL, stale interval DEFAULT '7 days', earliest date DEFAULT '1990-01-01', tz text DEFAULT NULL)
RETURNS TABLE (check_name text, severity text, row_count bigint, share_pct numeric, sample text[], about text)
LANGUAGE sql STABLE ROWS 24
BEGIN ATOMIC
    WITH mapping (columns) AS (SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('customer'::text, customer, 'ordered_at'::text, ordered_at, 'amount'::text, amount, 'order_id'::text, order_id,
                                                                          'status'::text, status, 'currency'::text, currency, 'product'::text, product, 'row_id'::text, row_id))),
    counts AS MATERIALIZED (SELECT c.check_name, c.row_count, c.sample FROM mapping, _quality_counts(orders, mapping.columns, as_of, stale, earliest, tz) AS c),
    checks AS (
        SELECT c.place, c.check_name, c.severity, c.about,
               (SELECT pg_catalog.string_agg(need, ', '::text) FROM pg_catalog.unnest(c.needs) AS need WHERE NOT CASE WHEN need = 'stale'::text THEN stale IS NOT NULL ELSE pg_catalog.jsonb_exists(mapping.columns, need) END) AS missing
        FROM quality_checks() AS c, mapping)
    SELECT c.check_name,
           CASE WHEN c.missing IS NOT NULL OR without_day THEN 'skipped'::text WHEN found.check_name IS NULL THEN 'ok'::text ELSE c.severity END,
           CASE WHEN c.missing IS NULL AND NOT without_day THEN coalesce(found.row_count, 0::bigint) END,
           CASE WHEN c.missing IS NULL AND NOT without_day THEN 100::numeric * coalesce(found.row_count, 0::bigint)::numeric / NULLIF(source.row_count, 0::bigint)::numeric END,
           found.sample,
           CASE WHEN c.missing IS NOT NULL THEN 'not checked, because the mapping lacks '::text || c.missing WHEN without_day THEN 'not checked, because no row has a day from earliest to as_of'::text ELSE c.about END
    FROM checks AS c CROSS JOIN LATERAL (SELECT s.row_count, s.sample FROM counts AS s WHERE s.check_name = 'source'::text) AS source
        LEFT JOIN counts AS found ON found.check_name = c.check_name
        CROSS JOIN LATERAL (SELECT c.check_name = 'stale_source'::text AND source.sample[1] IS NULL) AS fresh (without_day)
    ORDER BY c.place;
END;
COMMENT ON FUNCTION data_quality(regclass, text, text, text, text, text, text, text, text, date, interval, date, text) IS
'is a table of orders fit to be measured? a row for each check of quality_checks(): severity (ok, info, warning, error, or skipped where the mapping lacks a column), rows that are concerned and their share in percent, up to five sample keys, meaning; arguments name columns; as_of is today in tz (UTC), older than stale is stale, before earliest is absurd; how to stop a job on errors? assert_quality';

CREATE FUNCTION _quality_failure(orders regclass, at_least text, failures text[])
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF at_least NOT IN ('info', 'warning', 'error') IS NOT FALSE THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('at_least must be info, warning or error: %s', coalesce(quote_literal(at_least), 'NULL'));
    END IF;
    IF cardinality(failures) > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'data_exception', MESSAGE = format('%s fails %s of data quality', coalesce(orders::text, 'the table'), CASE cardinality(failures) WHEN 1 THEN '1 check' ELSE format('%s checks', cardinality(failures)) END),
            DETAIL = array_to_string(failures, E'\n'), HINT = 'data_quality, with the same arguments, shows all checks and what they mean.';
    END IF;
END
$$;
COMMENT ON FUNCTION _quality_failure(regclass, text, text[]) IS
'the error 22000 of assert_quality, with a line of detail for each failure; nothing where there are none; error 22023 where at_least is not info, warning or error';

CREATE FUNCTION assert_quality(orders regclass, customer text DEFAULT NULL, ordered_at text DEFAULT NULL, amount text DEFAULT NULL, order_id text DEFAULT NULL, status text DEFAULT NULL,
                               currency text DEFAULT NULL, product text DEFAULT NULL, row_id text DEFAULT NULL,
                               as_of date DEFAULT NULL, stale interval DEFAULT '7 days', earliest date DEFAULT '1990-01-01', tz text DEFAULT NULL, at_least text DEFAULT 'error')
RETURNS void
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT _quality_failure(orders, at_least, pg_catalog.array_agg(failed.line ORDER BY failed.place))
    FROM (SELECT pg_catalog.format('%s: %s, %s%s%s'::text, VARIADIC ARRAY[q.severity, q.check_name, q.row_count::text || CASE WHEN q.row_count = 1::bigint THEN ' row'::text ELSE ' rows'::text END,
                        coalesce(' ('::text || pg_catalog.round(q.share_pct, 2)::text || ' %)'::text, ''::text),
                        coalesce(', such as '::text || NULLIF(pg_catalog.array_to_string(q.sample, ', '::text), ''::text), ''::text)]) AS line, q.place
          FROM data_quality(orders, customer, ordered_at, amount, order_id, status, currency, product, row_id, as_of, stale, earliest, tz)
               WITH ORDINALITY AS q (check_name, severity, row_count, share_pct, sample, about, place)
          WHERE pg_catalog.array_position(ARRAY['info'::text, 'warning'::text, 'error'::text], q.severity) >= pg_catalog.array_position(ARRAY['info'::text, 'warning'::text, 'error'::text], at_least)) AS failed;
END;
COMMENT ON FUNCTION assert_quality(regclass, text, text, text, text, text, text, text, text, date, interval, date, text, text) IS
'nothing where no check of data_quality, which has the same arguments, is at_least as severe (info, warning, error); otherwise error 22000, with the failing checks in its detail; for cron and CI';

-- Subscriptions: rows of a customer with the days that they cover.

CREATE FUNCTION _subscription_source(subscriptions regclass, mapping jsonb, tz text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    argument text;
    type text;
    days text[] := '{}';    -- starts, ends
BEGIN
    IF subscriptions IS NULL OR NOT EXISTS (SELECT FROM pg_class WHERE oid = subscriptions AND relkind IN ('r', 'p', 'v', 'm', 'f')) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('subscriptions must be a table or a view: %s', coalesce(subscriptions::text, 'NULL'));
    END IF;
    IF mapping ->> 'customer' IS NULL OR (mapping ->> 'period' IS NULL) = (mapping ->> 'starts_at' IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'subscription_quality needs customer, and either period, a daterange, or starts_at, and ends_at where they end';
    END IF;
    FOREACH argument IN ARRAY ARRAY['starts_at', 'ends_at'] LOOP
        type := @extschema@._quality_column(subscriptions, argument, mapping ->> argument);
        IF type = 'timestamp with time zone' AND tz IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', HINT = 'Say whose days are meant, for example tz => ''Europe/Berlin''.',
                MESSAGE = format('%s needs tz: the column "%s" of %s is of type %s', argument, mapping ->> argument, subscriptions, type);
        END IF;
        days := days || CASE WHEN type IS NULL THEN 'NULL::date' WHEN type = 'timestamp with time zone' THEN format('(t.%I AT TIME ZONE %L)::date', mapping ->> argument, tz) ELSE format('t.%I::date', mapping ->> argument) END;
    END LOOP;
    type := @extschema@._quality_column(subscriptions, 'period'::text, mapping ->> 'period');
    IF type IS NOT NULL THEN
        days := ARRAY[format('lower(t.%I)', mapping ->> 'period'), format('upper(t.%I)', mapping ->> 'period')];
    END IF;
    type := @extschema@._quality_column(subscriptions, 'customer'::text, mapping ->> 'customer');
    RETURN format('SELECT (%s) COLLATE "C" AS customer, %s AS starts, %s AS ends, %s AS is_empty FROM %s AS t OFFSET 0',
                  @extschema@._quality_text(format('t.%I', mapping ->> 'customer'), type::regtype), days[1], days[2], CASE WHEN mapping ->> 'period' IS NULL THEN 'false' ELSE format('isempty(t.%I)', mapping ->> 'period') END, subscriptions);
END
$$;
COMMENT ON FUNCTION _subscription_source(regclass, jsonb, text) IS
'the query with which subscription_quality reads its source: customer, the days starts and ends, and whether the period is empty; an error of class 22 or 42 that names what is wrong';

CREATE FUNCTION subscription_quality(subscriptions regclass, customer text, starts_at text DEFAULT NULL, ends_at text DEFAULT NULL, period text DEFAULT NULL, tz text DEFAULT NULL)
RETURNS TABLE (check_name text, severity text, row_count bigint, share_pct numeric, sample text[], about text)
LANGUAGE plpgsql STABLE ROWS 6
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format($query$
WITH source AS MATERIALIZED (%s),
checked AS (
    SELECT s.customer, s.customer IS NULL AS null_customer, s.starts IS NULL AND NOT coalesce(s.is_empty, false) OR s.starts = '-infinity' AS null_start, coalesce(s.ends < s.starts, false) AS ends_before_start,
           coalesce(s.is_empty OR s.ends = s.starts, false) AS no_days, s.ends > s.starts AND EXISTS (SELECT FROM source AS n WHERE n.customer = s.customer AND n.starts = s.ends + 1) AS inclusive_end
    FROM source AS s)
SELECT v.check_name, CASE WHEN f.n > 0 THEN v.severity ELSE 'ok' END, CASE WHEN v.place > 1 THEN coalesce(f.n, 0) ELSE 0 END, 100 * coalesce(f.n, 0)::numeric / nullif((SELECT count(*) FROM source), 0), f.sample, v.about
FROM (VALUES
    (1, 'empty_source', 'error', 'the source has no rows that the caller can see'),
    (2, 'null_customer', 'warning', 'subscriptions without a customer are in no figure'),
    (3, 'null_start', 'error', 'a subscription without a first day ends mrr_agg with an error'),
    (4, 'ends_before_start', 'error', 'a subscription that ends before it starts cannot be made a period'),
    (5, 'no_days', 'info', 'subscriptions that end on the day they start cover no day, and are in no figure; if the end is the last day, it is inclusive'),
    (6, 'inclusive_end', 'warning', 'subscriptions that end the day before the next of their customer begins: if the end is the last day, say so, or each renewal is churn and reactivation: daterange(starts, ends, ''[]''), "ends_inclusive" of a mart')) AS v (place, check_name, severity, about)
    LEFT JOIN (
        SELECT hit.check_name, count(*) AS n, (array_agg(DISTINCT c.customer) FILTER (WHERE c.customer IS NOT NULL))[:5] AS sample
        FROM checked AS c, LATERAL (VALUES ('null_customer', null_customer), ('null_start', null_start), ('ends_before_start', ends_before_start), ('no_days', no_days), ('inclusive_end', inclusive_end)) AS hit (check_name, is_hit)
        WHERE is_hit GROUP BY hit.check_name
        UNION ALL SELECT 'empty_source', 1, NULL WHERE NOT EXISTS (SELECT FROM source)) AS f USING (check_name)
ORDER BY v.place$query$,
        @extschema@._subscription_source(subscriptions, jsonb_build_object('customer', customer, 'starts_at', starts_at, 'ends_at', ends_at, 'period', period), tz));
END
$$;
COMMENT ON FUNCTION subscription_quality(regclass, text, text, text, text, text) IS
'is a table of subscriptions fit to be measured? a row for each check: severity (ok, info, warning, error), subscriptions that are concerned and their share in percent, up to five customers, meaning; arguments name columns: customer, and period, a daterange, or starts_at and ends_at; above all: do they end on their last day, or on the day after it?';
