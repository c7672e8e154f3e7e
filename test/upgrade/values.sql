-- Stores values of every type of the extension and a mart, and asks the same of them again and again. The table samples (type, state)
-- is filled beforehand.
SET client_min_messages = warning;
CREATE SCHEMA kept;

CREATE VIEW kept.types AS
SELECT t.oid::regtype AS type, typtype = 'c' AS is_composite, typrelid
FROM pg_depend JOIN pg_type AS t ON t.oid = objid
WHERE classid = 'pg_type'::regclass AND deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'customer_value') AND typtype IN ('b', 'c') AND typcategory <> 'A';

-- a table for each type: three samples, neither trivial nor huge, and an empty value, or one with a 1 in each attribute
DO $$
DECLARE
    type regtype;
    other text;
BEGIN
    FOR type, other IN
        SELECT t.type, CASE WHEN is_composite THEN
            (SELECT format('(%s)', string_agg(CASE WHEN typcategory = 'A' THEN '{1}' WHEN atttypid IN (SELECT t.type FROM kept.types AS t) THEN 'empty' ELSE '1' END, ',' ORDER BY attnum))
            FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid WHERE attrelid = t.typrelid) ELSE 'empty' END
        FROM kept.types AS t
    LOOP
        EXECUTE format('CREATE TABLE kept.%I (id serial, value %s)', type, type);
        EXECUTE format('INSERT INTO kept.%I (value) SELECT state::%s FROM (SELECT state FROM samples WHERE samples.type = $1 ORDER BY abs(length(state) - 3000), state LIMIT 3) AS s UNION ALL SELECT $2::%s',
            type, type, type) USING type::text, other;
    END LOOP;
END $$;

-- Each function and aggregate of a value and, where it needs more, of plain arguments, where the answer follows from them alone; the forms of the value; what
-- merges it
CREATE TABLE kept.questions AS
WITH plain (type, argument) AS (VALUES
    ('double precision'::regtype, '2'), ('numeric', '2'), ('integer', '2'), ('bigint', '2'), ('text', quote_literal('x')), ('date', quote_literal('2024-03-01')), ('interval', quote_literal('1 month'))
), routine AS (
    SELECT types.type, p.oid, proname, prokind,
        ARRAY(SELECT CASE WHEN argument IS NOT NULL THEN format('%s::%s', argument, a::regtype) WHEN a = types.type THEN 'value' END
            FROM unnest(proargtypes::oid[]) WITH ORDINALITY AS u (a, n) LEFT JOIN plain ON plain.type = a WHERE n <= pronargs - pronargdefaults ORDER BY n) AS arguments
    FROM kept.types JOIN pg_proc AS p ON proargtypes[0] = types.type
    JOIN pg_depend AS d ON classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e'
    WHERE prorettype <> 'cstring'::regtype AND provolatile = 'i'
)
SELECT oid::regprocedure::text AS asks, CASE prokind
    WHEN 'a' THEN format('SELECT %s(%s)::text FROM kept.%I, generate_series(1, 2) WHERE id = %s', proname, array_to_string(arguments, ', '), type, id)
    ELSE format('SELECT string_agg(answer::text, '';'') FROM (SELECT value FROM kept.%I WHERE id = %s OFFSET 0) AS v, %s(%s) AS answer', type, id, proname, array_to_string(arguments, ', '))
END AS query
FROM routine, generate_series(1, 4) AS id WHERE array_position(arguments, NULL) IS NULL
UNION ALL
SELECT NULL, format('SELECT string_agg(value::text, '';'' ORDER BY id) FROM kept.%I', type) FROM kept.types
UNION ALL
SELECT NULL, format('SELECT string_agg((value || value)::text, '';'' ORDER BY id) FROM kept.%I', type) FROM kept.types WHERE EXISTS (SELECT FROM pg_operator WHERE oprname = '||' AND oprleft = type);

CREATE FUNCTION kept.answer(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE query INTO answer;
    RETURN answer;
EXCEPTION WHEN data_exception THEN RETURN 'error: ' || SQLERRM;
END $$;
CREATE FUNCTION kept.answers() RETURNS TABLE (query text, answer text) LANGUAGE sql AS $$
    SELECT query, kept.answer(query) FROM kept.questions WHERE asks IS NULL OR to_regprocedure(asks) IS NOT NULL
$$;

-- A shop with all that a mart can have, and what the views of a mart show, what their columns are and say
CREATE TABLE lines AS SELECT i AS id, i * i % 7 AS customer, date '2024-01-01' + i AS day, (i * 11 % 40 - 5)::numeric AS amount, 'p' || i % 5 AS product, 'g' || i % 2 AS relation FROM generate_series(1, 200) AS i;
CREATE TABLE answers AS SELECT date '2024-01-01' + 2 * i AS day, i % 11 AS score FROM generate_series(1, 100) AS i;
CREATE TABLE spent AS SELECT date '2024-01-01' + 3 * i AS day, i AS cost, 'acquisition' AS kind, 'm' || i % 2 AS method, 2 * i AS gain FROM generate_series(1, 60) AS i;
CREATE TABLE contracts AS SELECT i AS customer, date '2024-01-01' + 9 * i AS starts, 10 AS amount, interval '1 month' AS every FROM generate_series(1, 20) AS i;
CREATE FUNCTION kept.make(mart name) RETURNS void LANGUAGE sql AS $$
    SELECT create_mart(mart, 'lines', 'customer', 'day', 'amount', product => 'product', price => 'amount', relation => 'relation', survey => '{"table": "answers", "answered_at": "day", "score": "score"}',
        costs => '{"table": "spent", "spent_at": "day", "amount": "cost", "kind": "kind", "method": "method", "gain": "gain"}', subscriptions => '{"table": "contracts", "customer": "customer", "starts_at": "starts", "amount": "amount", "every": "every"}')
$$;
CREATE FUNCTION kept.shown(mart name) RETURNS TABLE (view name, content text) LANGUAGE plpgsql STABLE AS $$
BEGIN
    FOR view IN SELECT viewname FROM pg_views WHERE schemaname = mart AND viewname NOT IN ('data_quality', 'refreshes') AND viewname !~ '^source_' ORDER BY viewname LOOP
        EXECUTE format('SELECT md5(string_agg(row::text, '';'' ORDER BY row::text)) FROM %I.%I AS row', mart, view) INTO content;
        RETURN NEXT;
        SELECT string_agg(format('%s %s %s', attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum)), ', ' ORDER BY attnum) INTO content FROM pg_attribute WHERE attrelid = format('%I.%I', mart, view)::regclass AND attnum > 0;
        RETURN NEXT;
    END LOOP;
END $$;
SELECT FROM kept.make('mart');
CALL refresh_mart('mart');

CREATE TABLE kept.before AS SELECT * FROM kept.answers() UNION ALL SELECT * FROM kept.shown('mart');
