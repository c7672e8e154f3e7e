-- A file of the user's becomes shop.orders. script/demo calls, in this order:
--   import.open(header, delimiter)  makes the table for the file's text and returns the COPY command that fills it
--   import.orders(...)              finds the columns, checks every row, fills shop.orders
-- What is wrong with a file is raised as one line: file, line number, value, rule.
CREATE SCHEMA import;

-- The names in a header line, lower-cased; an empty or repeated one gets a number
CREATE FUNCTION import.names(header text, delimiter text) RETURNS text[]
LANGUAGE sql STABLE
AS $$
    WITH field AS (
        SELECT n, CASE WHEN cell[1] LIKE '"%' THEN replace(substr(cell[1], 2, length(cell[1]) - 2), '""', '"') ELSE cell[1] END AS written
        FROM regexp_matches(delimiter || header, format('[%1$s]("(?:[^"]|"")*"|[^%1$s]*)', regexp_replace(delimiter, '([\]\\^-])', '\\\1')), 'g')
             WITH ORDINALITY AS field (cell, n)
    ), lowered AS (
        SELECT n, coalesce(nullif(lower(trim(written)), ''), 'column') AS name, trim(written) = '' AS is_empty FROM field
    )
    SELECT array_agg(name || CASE WHEN is_empty OR earlier > 0 THEN '_' || n ELSE '' END ORDER BY n)
    FROM (SELECT *, count(*) OVER (PARTITION BY name ORDER BY n) - 1 AS earlier FROM lowered) AS numbered
$$;

CREATE TABLE import.columns (n integer PRIMARY KEY, name text);

-- Columns #1, #2, ... hold the text as it is written; #row counts the rows
CREATE FUNCTION import.open(header text, delimiter text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    columns text;
BEGIN
    INSERT INTO import.columns SELECT n, name FROM unnest(import.names(header, delimiter)) WITH ORDINALITY AS header (name, n);
    SELECT string_agg(format('%I text', '#' || n), ', ' ORDER BY n) INTO columns FROM import.columns;
    EXECUTE format('CREATE UNLOGGED TABLE import.text (%s, "#row" bigint GENERATED ALWAYS AS IDENTITY)', columns);
    RETURN format('COPY import.text (%s) FROM STDIN (FORMAT csv, HEADER true, DELIMITER %L)', replace(columns, ' text', ''), delimiter);
END
$$;

-- The line of the file on which a row begins: fields in quotes may run over several lines
CREATE FUNCTION import.line(row_number bigint) RETURNS bigint
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN row_number + 1 + (SELECT coalesce(sum(length(written) - length(replace(written, E'\n', ''))), 0)
                             FROM (SELECT t::text AS written FROM import.text AS t WHERE "#row" < row_number) AS before);
END
$$;

-- A value as a message shows it: on one line and not too long
CREATE FUNCTION import.shown(value text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$ SELECT '''' || CASE WHEN length(value) > 40 THEN left(translate(value, E'\r\n\t', '   '), 37) || '...' ELSE translate(value, E'\r\n\t', '   ') END || '''' $$;

CREATE FUNCTION import.is_number(written text) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$ SELECT written ~ '^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?\s*$' $$;

-- The day of a date or timestamp as written (its own time zone, if it names one), or NULL
CREATE FUNCTION import.day(written text) RETURNS date
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    part text[] := regexp_match(written, '^\s*(\d{4})(-?)(\d\d?)\2(\d\d?)([ T]+\d\d?:\d\d(:\d\d([.,]\d+)?)? ?(Z|UTC|[+-]\d\d(:?\d\d)?)?)?\s*$');
BEGIN
    IF part IS NULL OR (part[2] = '' AND length(part[3] || part[4]) < 4) THEN
        RETURN NULL;
    END IF;
    RETURN make_date(part[1]::integer, part[3]::integer, part[4]::integer);
EXCEPTION WHEN datetime_field_overflow THEN
    RETURN NULL;
END
$$;

-- Columns that an expression mentions and that hold numbers only are numeric in it, the others are text
CREATE FUNCTION import.make_view(mentions text) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    field record;
    numeric_only boolean;
    columns text := '';
BEGIN
    FOR field IN SELECT n, name, format('%I', '#' || n) AS written FROM import.columns ORDER BY n LOOP
        numeric_only := false;
        IF strpos(lower(mentions), field.name) > 0 THEN
            EXECUTE format('SELECT coalesce(bool_and(import.is_number(%1$s)), false) FROM import.text WHERE trim(%1$s) <> ''''', field.written)
            INTO numeric_only;
        END IF;
        columns := columns || format(CASE WHEN numeric_only THEN ', nullif(trim(%s), '''')::numeric AS %I' ELSE ', %s AS %I' END, field.written, field.name);
    END LOOP;
    EXECUTE format('CREATE VIEW import.file AS SELECT text.*%s FROM import.text', columns);
END
$$;

-- What an option says as an SQL expression over import.file: a column's text as it stands, or the user's own expression
CREATE FUNCTION import.expression(said text) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT coalesce((SELECT format('%I', '#' || n) FROM import.columns WHERE name = lower(trim(said)) ORDER BY n LIMIT 1),
                    E'((' || said || E'\n)::text)')
$$;

-- Stop if the user's expression does not hold in every row, and say where it fails: halve the rows until one is left
CREATE FUNCTION import.check(file text, option text, said text, expression text) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    low bigint := 1;
    high bigint;
    middle bigint;
    reason text;
    columns text;
BEGIN
    BEGIN
        EXECUTE format('SELECT count(%s) FROM import.file WHERE false', expression);
    EXCEPTION WHEN OTHERS THEN
        SELECT string_agg(name, ', ' ORDER BY n) || CASE WHEN count(*) = 1 THEN ' (is --delimiter right?)' ELSE '' END INTO columns FROM import.columns;
        IF said ~ '^[[:alnum:]_ ]+$' THEN
            RAISE EXCEPTION '%: there is no column %; the columns are %', option, import.shown(said), columns;
        END IF;
        RAISE EXCEPTION '%: % is not an expression over the columns %: %', option, import.shown(said), columns, SQLERRM;
    END;
    SELECT coalesce(max("#row"), 0) INTO high FROM import.text;
    WHILE low <= high LOOP
        middle := CASE WHEN reason IS NULL THEN high ELSE (low + high) / 2 END;
        BEGIN
            EXECUTE format('SELECT count(%s) FROM import.file WHERE "#row" BETWEEN $1 AND $2', expression) USING low, middle;
            IF reason IS NULL THEN
                RETURN;
            END IF;
            low := middle + 1;
        EXCEPTION WHEN OTHERS THEN
            EXIT WHEN low = middle AND reason IS NOT NULL;
            reason := SQLERRM;
            high := middle;
        END;
    END LOOP;
    IF reason IS NOT NULL THEN
        RAISE EXCEPTION '% line %: % % fails: %', file, import.line(low), option, import.shown(said), reason;
    END IF;
END
$$;

-- An option that may be left out, as an SQL expression; `otherwise` stands for it then
CREATE FUNCTION import.expression(said text, otherwise text) RETURNS text
LANGUAGE sql STABLE
AS $$ SELECT CASE WHEN said = '' THEN otherwise ELSE import.expression(said) END $$;

-- Fill shop.orders; what comes behind amount_is may be empty
CREATE FUNCTION import.orders(file text, customer_is text, date_is text, amount_is text, order_is text, status_is text,
                              product_is text, relation_is text, price_is text) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    bad record;
    option record;
    known text := CASE WHEN status_is = '' THEN '''paid''' ELSE import.expression(status_is) END;
BEGIN
    PERFORM import.make_view((SELECT coalesce(string_agg(said, ' '), '') FROM unnest(ARRAY[customer_is, date_is, amount_is, order_is, status_is, product_is, relation_is, price_is]) AS said
                              WHERE import.expression(said) LIKE '((%'));
    PERFORM import.check(file, '--customer', customer_is, import.expression(customer_is)),
            import.check(file, '--date', date_is, import.expression(date_is)),
            import.check(file, '--amount', amount_is, import.expression(amount_is));
    FOR option IN SELECT * FROM (VALUES ('--order', order_is), ('--product', product_is), ('--relation', relation_is), ('--price', price_is)) AS options (name, said) WHERE said <> '' LOOP
        PERFORM import.check(file, option.name, option.said, import.expression(option.said));
    END LOOP;
    IF status_is <> '' THEN
        PERFORM import.check(file, '--status', status_is, format('is_revenue_status(nullif(trim(%s), ''''))', known));
    END IF;

    EXECUTE format('CREATE TEMP TABLE checked AS
        SELECT "#row" AS row_number, nullif(trim(%s), '''') AS customer_id, %s AS day, trim(%s) AS amount, nullif(trim(%s), '''') AS order_id,
               nullif(trim(%s), '''') AS status, nullif(trim(%s), '''') AS product, nullif(trim(%s), '''') AS relation, nullif(trim(%s), '''') AS price
        FROM import.file', import.expression(customer_is), import.expression(date_is), import.expression(amount_is),
        import.expression(order_is, 'NULL'), known, import.expression(product_is, 'NULL'), import.expression(relation_is, 'NULL'),
        CASE WHEN product_is = '' THEN 'NULL' ELSE import.expression(price_is, import.expression(amount_is)) END);
    CREATE TEMP TABLE days AS SELECT written, import.day(written) AS day FROM (SELECT DISTINCT day AS written FROM checked) AS every;

    SELECT row_number, checked.day IS NULL OR trim(checked.day) = '' AS no_day, days.day IS NULL AS bad_day, checked.day AS written_day,
           amount <> '' AND NOT import.is_number(amount) AS bad_amount, amount, price
    INTO bad
    FROM checked LEFT JOIN days ON checked.day = days.written
    WHERE days.day IS NULL OR (amount <> '' AND NOT import.is_number(amount)) OR NOT import.is_number(price)
    ORDER BY row_number
    LIMIT 1;
    IF bad.no_day THEN
        RAISE EXCEPTION '% line %: there is no date; every row needs one', file, import.line(bad.row_number);
    ELSIF bad.bad_day THEN
        RAISE EXCEPTION '% line %: date % cannot be read; dates are written 2024-01-31, 20240131 or 2024-01-31 08:26',
            file, import.line(bad.row_number), import.shown(bad.written_day);
    ELSIF bad.bad_amount THEN
        RAISE EXCEPTION '% line %: amount % is not a number; amounts are written 1234.50 or -12.5',
            file, import.line(bad.row_number), import.shown(bad.amount);
    ELSIF FOUND THEN
        RAISE EXCEPTION '% line %: price % is not a number; prices are written 1234.50', file, import.line(bad.row_number), import.shown(bad.price);
    END IF;

    INSERT INTO shop.orders (customer_id, order_id, day, amount, status, product, relation, price)
    SELECT customer_id, order_id, days.day, nullif(amount, '')::numeric, status, product, relation, abs(price::numeric)
    FROM checked JOIN days ON checked.day = days.written
    ORDER BY row_number;
    IF NOT FOUND THEN
        RAISE EXCEPTION '%: there are no rows below the header', file;
    END IF;
    DROP TABLE checked, days;
END
$$;
