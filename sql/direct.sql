-- Every function of the extension, called by hand with odd arguments: it ends in a value, which can be written and read
-- again, or in an error of class 22 or 54, or 42703 for a column that is not there. Support functions of aggregates too: any user may call them.
\pset format unaligned
-- A table for functions that read one, whose columns are among the samples of text.
CREATE TABLE direct_orders (paid text, "EUR" numeric, "é""\" date);
INSERT INTO direct_orders VALUES ('lost', 'NaN', 'infinity'), (NULL, -1, NULL);
-- Some states of each type, short and long.
CREATE TABLE direct_states AS
SELECT type, ARRAY(SELECT DISTINCT ON (length(state) / 100) state FROM matrix.states WHERE states.type = types.type AND length(state) < 3000 ORDER BY length(state) / 100, state LIMIT 5) AS samples
FROM (SELECT DISTINCT type FROM matrix.states) AS types;
CREATE FUNCTION direct_samples(type regtype) RETURNS text[] LANGUAGE sql AS $$
    SELECT CASE type::text
        WHEN 'smallint' THEN ARRAY['NULL', '-32768', '0', '7', '32767']
        WHEN 'integer' THEN ARRAY['NULL', '-2147483648', '0', '1', '2147483647']
        WHEN 'bigint' THEN ARRAY['NULL', '-9223372036854775808', '0', '5', '9223372036854775807', '2305843009213693953']
        WHEN 'bigint[]' THEN ARRAY['NULL', '{}', '{NULL}', '{1,2,3}', '{0}', '{-1,5}', '{9223372036854775807,9223372036854775807}', '{{1,2},{3,4}}', '[5:6]={7,8}']
        WHEN 'numeric' THEN ARRAY['NULL', 'NaN', 'Infinity', '-Infinity', '0', '-5.25', '7.00', '9.9e131071', '-1e131000', '1e-16383', '0e-16383', '99999999999999999999999999999999999999', '1e100']
        WHEN 'real' THEN ARRAY['NULL', 'NaN', 'Infinity', '-Infinity', '-0', '3.4e38', '1e-45', '8.5']
        WHEN 'double precision' THEN ARRAY['NULL', 'NaN', 'Infinity', '-Infinity', '-0', '1.7e308', '5e-324', '8.5', '0.95']
        WHEN 'numeric[]' THEN ARRAY['NULL', '{}', '{NULL}', '{NaN}', '{1,2,3}', '{-1e131000,1e-16383,9.9e131071}', '{{1,2},{3,4}}', '[5:6]={1,2}', '{3,2}']
        WHEN 'double precision[]' THEN ARRAY['NULL', '{}', '{NULL,1}', '{NaN}', '{-Infinity,1}', '{1.7e308,-1.7e308,5e-324}', '{{0.1,0.2},{0.3,0.4}}', '[5:6]={0.8,0.95}']
        WHEN 'boolean' THEN ARRAY['NULL', 'true', 'false']
        WHEN 'boolean[]' THEN ARRAY['NULL', '{}', '{t}', '{t,f,NULL}', '{NULL,NULL}', '[7:8]={f,t}', '{{t,f},{f,t}}', format('{%s}', repeat('t,', 31) || 't'), format('{%s}', repeat('t,', 40) || 'f')]
        WHEN 'text' THEN ARRAY['NULL', '', 'EUR', 'paid', repeat('x', 5000), 'é"\']
        WHEN 'text[]' THEN ARRAY['NULL', '{}', '{a}', '{a,b}', '{a,NULL}', '{{a,b},{c,d}}', '{front_end,repeat,upsell}']
        WHEN 'regclass' THEN ARRAY['NULL', '0', 'direct_orders', 'direct_orders', 'pg_catalog.pg_class_oid_index', 'matrix.covered']
        WHEN 'regtype' THEN ARRAY['NULL', 'text', 'date', 'matrix.covered', '0', 'revenue_state']
        WHEN 'jsonb' THEN ARRAY['NULL', '{}', '[]', '7', '{"customer": null}', '{"amount": "EUR", "customer": "paid"}', '{"order_id": "paid", "ordered_at": "é\"\\", "odd": [1, {}]}', '{"customer": 7}']
        WHEN 'uuid' THEN ARRAY['NULL', '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']
        WHEN 'date' THEN ARRAY['NULL', 'infinity', '-infinity', '4713-11-24 BC', '2024-02-29', '5874897-12-31']
        WHEN 'timestamp with time zone' THEN ARRAY['NULL', 'infinity', '-infinity', '4713-11-24 BC', '2024-02-29 00:00Z', '294276-12-31 23:59Z']
        WHEN 'interval' THEN ARRAY['NULL', '0', '1 month', '-1 day', '1 month 1 day', '1 hour', '178000000 years', '7 days']
        WHEN 'daterange' THEN ARRAY['NULL', 'empty', '(,)', '[2024-01-01,)', '[2024-01-01,2024-02-01)', '[-infinity,infinity]']
        WHEN 'tstzrange' THEN ARRAY['NULL', 'empty', '(,)', '[2024-01-01 00:00Z,2024-02-01 00:00Z]', '[-infinity,infinity]']
        WHEN 'datemultirange' THEN ARRAY['NULL', '{}', '{(,)}', '{[2023-01-01,2024-01-15)}']
        WHEN 'tstzmultirange' THEN ARRAY['NULL', '{}', '{(,)}', '{[2023-01-01 00:00Z,2024-01-15 00:00Z)}']
        WHEN 'bg_nbd_model' THEN ARRAY['NULL', '(.243,4.414,.793,2.426,"7 days",,,,,,)', '(1e100,1e-100,1e100,1e-100,"1 mon",,,,,,)', '(.4,12,0,,"1 day",,,,t,t,0)', '(,NaN,-1,Infinity,,,,,,,)']
        WHEN 'mbg_nbd_model' THEN ARRAY['NULL', '(.525,6.18,.89,1.61,"7 days",,,,,,)', '(1e-100,1e100,1e-100,1e100,"1 mon",,,,,,)', '(.4,12,0,,"1 day",,,,t,t,0)', '(,NaN,-1,Infinity,,,,,,,)']
        WHEN 'pareto_nbd_model' THEN ARRAY['NULL', '(.55,10.56,.61,11.64,"7 days",,,,,,)', '(1e100,1e-100,1e100,1e-100,"1 mon",,,,,,)', '(.4,12,0,,"1 day",,,,t,t,0)', '(1,1e100,1,1e-100,,,,,,,)', '(,NaN,-1,Infinity,,,,,,,)']
        WHEN 'bg_bb_model' THEN ARRAY['NULL', '(1.2,.75,.66,2.78,"1 year",,,,,,)', '(1e100,1e-100,1e100,1e-100,,,,,,,)', '(1,1,0,,,,,,,,)', '(,NaN,-1,Infinity,,,,,,,)']
        WHEN 'sbg_model' THEN ARRAY['NULL', '(.668,3.8,,,,,,,)', '(1e100,1e-100,,,,,,,)', '(1e-100,1e-100,,,,,,,)', '(,NaN,,,,,,,)']
        WHEN 'gamma_gamma_model' THEN ARRAY['NULL', '(6.25,3.74,15.44,35,,,,,,)', '(1e100,1e-100,1e100,,,,,,,)', '(.3,.5,1,,,,,,,)', '(,NaN,-1,,,,,,,)']
        ELSE ARRAY['NULL', 'empty'] || coalesce((SELECT samples FROM direct_states WHERE direct_states.type = direct_samples.type), '{}')
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
    IF SQLSTATE !~ '^(22|54|42703)' OR value IS NOT NULL THEN RETURN format('%s: %s %s', left(call, 300), SQLSTATE, left(SQLERRM, 100)); END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION direct_calls(calls int) RETURNS TABLE (functions bigint, tried bigint, wrong text) LANGUAGE plpgsql AS $$
DECLARE f record; args text; answer text; argument regtype; samples text[]; i int; n int;
BEGIN
    functions := 0; tried := 0;
    FOR f IN SELECT pg_proc.oid, proname, pronamespace::regnamespace AS schema, proargtypes, prorettype::regtype AS result, proretset, row_number() OVER (ORDER BY pg_proc.oid::regprocedure::text) AS seed
             FROM pg_proc JOIN pg_depend ON classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'customer_value')
             WHERE prokind = 'f' AND proname !~ 'mart' /* they make schemas and tables: see mart.sql */ AND NOT proargtypes::oid[] && ARRAY['internal'::regtype, 'cstring'::regtype]::oid[] LOOP
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
