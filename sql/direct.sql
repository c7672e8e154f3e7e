-- Every function of the extension, called by hand with odd arguments: it ends in a value, which can be written and read
-- again, or in an error of class 22 or 54. Support functions of aggregates too: any user may call them.
\pset format unaligned
CREATE FUNCTION direct_samples(type regtype) RETURNS text[] LANGUAGE sql AS $$
    SELECT CASE type::text
        WHEN 'smallint' THEN ARRAY['NULL', '-32768', '0', '7', '32767']
        WHEN 'integer' THEN ARRAY['NULL', '-2147483648', '0', '1', '2147483647']
        WHEN 'bigint' THEN ARRAY['NULL', '-9223372036854775808', '0', '5', '9223372036854775807', '2305843009213693953']
        WHEN 'numeric' THEN ARRAY['NULL', 'NaN', 'Infinity', '-Infinity', '0', '-5.25', '7.00', '9.9e131071', '-1e131000', '1e-16383', '0e-16383', '99999999999999999999999999999999999999', '1e100']
        WHEN 'real' THEN ARRAY['NULL', 'NaN', 'Infinity', '-Infinity', '-0', '3.4e38', '1e-45', '8.5']
        WHEN 'double precision' THEN ARRAY['NULL', 'NaN', 'Infinity', '-Infinity', '-0', '1.7e308', '5e-324', '8.5', '0.95']
        WHEN 'boolean' THEN ARRAY['NULL', 'true', 'false']
        WHEN 'text' THEN ARRAY['NULL', '', 'EUR', 'paid', repeat('x', 5000), 'é"\']
        WHEN 'uuid' THEN ARRAY['NULL', '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']
        WHEN 'date' THEN ARRAY['NULL', 'infinity', '-infinity', '4713-11-24 BC', '2024-02-29', '5874897-12-31']
        WHEN 'timestamp with time zone' THEN ARRAY['NULL', 'infinity', '-infinity', '4713-11-24 BC', '2024-02-29 00:00Z', '294276-12-31 23:59Z']
        WHEN 'interval' THEN ARRAY['NULL', '0', '1 month', '-1 day', '1 month 1 day', '1 hour', '178000000 years', '7 days']
        WHEN 'daterange' THEN ARRAY['NULL', 'empty', '(,)', '[2024-01-01,)', '[2024-01-01,2024-02-01)', '[-infinity,infinity]']
        WHEN 'tstzrange' THEN ARRAY['NULL', 'empty', '(,)', '[2024-01-01 00:00Z,2024-02-01 00:00Z]', '[-infinity,infinity]']
        WHEN 'datemultirange' THEN ARRAY['NULL', '{}', '{(,)}', '{[2023-01-01,2024-01-15)}']
        WHEN 'tstzmultirange' THEN ARRAY['NULL', '{}', '{(,)}', '{[2023-01-01 00:00Z,2024-01-15 00:00Z)}']
        ELSE ARRAY['NULL', 'empty'] || ARRAY(SELECT DISTINCT ON (length(state) / 100) state FROM matrix.states WHERE states.type = direct_samples.type AND length(state) < 3000 ORDER BY length(state) / 100, state LIMIT 5)
    END $$;

-- One call; returns what is wrong with its end, or nothing.
CREATE FUNCTION direct_call(call text, result regtype) RETURNS text LANGUAGE plpgsql AS $$
DECLARE value text; again text;
BEGIN
    EXECUTE format('SELECT (%s)::text', call) INTO value;
    IF value IS NOT NULL AND result::text ~ '_state$|ledger$' THEN
        EXECUTE format('SELECT %L::%s::text', value, result) INTO again;
        IF again <> value THEN RETURN format('%s is read back as another state', call); END IF;
    END IF;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    IF SQLSTATE !~ '^(22|54)' OR value IS NOT NULL THEN RETURN format('%s: %s %s', left(call, 300), SQLSTATE, left(SQLERRM, 100)); END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION direct_calls(calls int) RETURNS TABLE (functions bigint, tried bigint, wrong text) LANGUAGE plpgsql AS $$
DECLARE f record; args text; answer text; argument regtype; samples text[]; i int; n int;
BEGIN
    functions := 0; tried := 0;
    FOR f IN SELECT pg_proc.oid, proname, pronamespace::regnamespace AS schema, proargtypes, prorettype::regtype AS result, proretset, row_number() OVER (ORDER BY pg_proc.oid::regprocedure::text) AS seed
             FROM pg_proc JOIN pg_depend ON classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'customer_value')
             WHERE prokind = 'f' AND NOT proargtypes::oid[] && ARRAY['internal'::regtype, 'cstring'::regtype]::oid[] LOOP
        functions := functions + 1;
        FOR i IN 1..calls LOOP
            args := '';
            FOR n IN 0..cardinality(f.proargtypes) - 1 LOOP
                argument := f.proargtypes[n];
                samples := direct_samples(argument);
                -- the first calls have a NULL in each place, the others anything
                answer := CASE WHEN i = n + 1 THEN 'NULL' ELSE samples[1 + matrix.random(f.seed * 1000 + i, n, cardinality(samples))] END;
                args := args || CASE WHEN n > 0 THEN ', ' ELSE '' END || CASE answer WHEN 'NULL' THEN 'NULL' ELSE quote_literal(answer) END || '::' || argument;
            END LOOP;
            answer := direct_call(CASE WHEN f.proretset THEN format('SELECT count(*) FROM %I.%I(%s)', f.schema, f.proname, args) ELSE format('%I.%I(%s)', f.schema, f.proname, args) END,
                                  CASE WHEN f.proretset THEN 'bigint'::regtype ELSE f.result END);
            tried := tried + 1;
            IF answer IS NOT NULL THEN wrong := answer; RETURN NEXT; END IF;
        END LOOP;
    END LOOP;
    wrong := 'nothing else'; tried := NULL; functions := NULL; RETURN NEXT;
END $$;
SELECT left(wrong, 300) AS wrong FROM direct_calls(60) LIMIT 40;
