-- What every family's test reuses: schema matrix checks the laws that hold for any aggregate of this extension.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION customer_value;
CREATE SCHEMA matrix;

-- The aggregates and window functions whose laws were checked; the lint at the end demands all of them.
CREATE TABLE matrix.covered (aggregate regprocedure PRIMARY KEY);
-- The states that the checks met, for the tests of dump and binary COPY that come after.
CREATE TABLE matrix.states (call text, type regtype, state text);

-- A table of sample rows from a query with the columns id, part (0 to 2) and day: three partitions, and one that is empty.
CREATE PROCEDURE matrix.make(name text, query text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE VIEW matrix.query AS %s', query);
    EXECUTE format('CREATE TABLE %s (LIKE matrix.query) PARTITION BY LIST (part)', name);
    FOR part IN 0..3 LOOP
        EXECUTE format('CREATE TABLE %s PARTITION OF %s FOR VALUES IN (%s)', name || '_' || part, name, part);
    END LOOP;
    EXECUTE format('INSERT INTO %s SELECT * FROM matrix.query', name);
    EXECUTE format('ANALYZE %s', name);
    DROP VIEW matrix.query;
END $$;

-- A pseudo-random number below n, the same on every machine.
CREATE FUNCTION matrix.random(seed bigint, stream bigint, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(seed, stream) & 9223372036854775807) % n;

CREATE FUNCTION matrix.plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; plan text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP plan := plan || line || E'\n'; END LOOP;
    RETURN plan;
END $$;

CREATE FUNCTION matrix.text_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE value text;
BEGIN
    EXECUTE format('SELECT value::text FROM (%s) AS result (value)', query) INTO value;
    RETURN value;
END $$;

-- The SQLSTATE that a query ends with, 00000 for none.
CREATE FUNCTION matrix.sqlstate_of(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN '00000';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;

-- How queries fail: SQLSTATE, message, detail and hint.
CREATE FUNCTION matrix.errors(VARIADIC queries text[]) RETURNS TABLE (query text, error text) LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
    FOREACH query IN ARRAY queries LOOP
        BEGIN
            EXECUTE query;
            error := 'no error';
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
            error := SQLSTATE || ': ' || SQLERRM || coalesce(' -- ' || nullif(detail, ''), '') || coalesce(' -- ' || nullif(hint, ''), '');
        END;
        RETURN NEXT;
    END LOOP;
END $$;

-- Notes the aggregates (kind a) or window functions (kind w) in views as checked.
CREATE FUNCTION matrix.cover(kind "char", VARIADIC views text[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO matrix.covered SELECT DISTINCT refobjid::regprocedure FROM pg_depend JOIN pg_rewrite ON pg_rewrite.oid = objid JOIN pg_proc ON pg_proc.oid = refobjid AND prokind = kind
    WHERE refclassid = 'pg_proc'::regclass AND ev_class = ANY (views::regclass[]) ON CONFLICT DO NOTHING
$$;

-- Settings that change plans, for the rest of the transaction.
CREATE FUNCTION matrix.plan_for(kind text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('max_parallel_workers_per_gather', CASE kind WHEN 'parallel' THEN '3' ELSE '0' END, true),
            set_config('parallel_setup_cost', '0', true), set_config('parallel_tuple_cost', '0', true),
            set_config('min_parallel_table_scan_size', '0', true), set_config('parallel_leader_participation', 'off', true),
            set_config('enable_partitionwise_aggregate', CASE kind WHEN 'partitionwise' THEN 'on' ELSE 'off' END, true),
            set_config('jit', 'off', true);
END $$;

-- Answers with the mutations of a state's text that do not end in a state or in an error of class 22 or 54.
CREATE FUNCTION matrix.garbage(form text, type regtype) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE mutant text; state text; length int := length(form); step int := greatest(1, length(form) / 60);
BEGIN
    FOR i IN 0..length BY step LOOP
        FOREACH mutant IN ARRAY ARRAY[left(form, i), substr(form, i), overlay(form PLACING 'x' FROM i + 1 FOR 1),
                                      overlay(form PLACING '9999999999999999999999' FROM i + 1 FOR 1), overlay(form PLACING '-' FROM i + 1 FOR 0),
                                      overlay(form PLACING '"' FROM i + 1 FOR 1), left(form, i) || form] LOOP
            state := matrix.sqlstate_of(format('SELECT %L::%s', mutant, type));
            IF state !~ '^(00|22|54)' THEN RETURN NEXT state || ' for ' || mutant; END IF;
        END LOOP;
    END LOOP;
END $$;

-- Whether an aggregate keeps the laws. `call` is one-step, `state_call` makes the state, `reader` turns the state into what
-- the call returns, all over the columns of the table `rows`, which matrix.make has made; `null_columns` lists columns
-- that are NULL for "all NULL". Returns one line: ok, or what is broken.
CREATE FUNCTION matrix.check(call text, state_call text, reader text, rows text, null_columns text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    broken text[] := '{}';
    laws int := 0;
    state_type regtype;
    expected text; expected_state text; got text; plan text; kind text;
    has_moving boolean;
    nothing text;
    nulled text := rows;
    frame text;
    law record;
BEGIN
    EXECUTE format('CREATE VIEW matrix.value AS SELECT %s AS value FROM %s', call, rows);
    EXECUTE format('CREATE VIEW matrix.state AS SELECT %s AS state FROM %s', state_call, rows);
    SELECT atttypid INTO state_type FROM pg_attribute WHERE attrelid = 'matrix.state'::regclass AND attnum = 1;
    PERFORM matrix.cover('a', 'matrix.value', 'matrix.state');
    INSERT INTO matrix.covered VALUES (format('rollup(%s)', state_type)::regprocedure) ON CONFLICT DO NOTHING;

    PERFORM matrix.plan_for('serial');
    expected := matrix.text_of('SELECT value FROM matrix.value');
    expected_state := matrix.text_of('SELECT state FROM matrix.state');
    INSERT INTO matrix.states VALUES (call, state_type, expected_state);
    IF expected IS NULL THEN broken := broken || 'the sample gives NULL'::text; END IF;

    -- the same whatever the plan, and the plan really is the one meant
    FOREACH kind IN ARRAY ARRAY['parallel', 'partitionwise'] LOOP
        PERFORM matrix.plan_for(kind);
        FOR law IN SELECT * FROM (VALUES ('SELECT value FROM matrix.value', expected), ('SELECT state FROM matrix.state', expected_state)) AS v (query, expected) LOOP
            plan := matrix.plan(law.query);
            IF plan !~ 'Partial Aggregate' OR (kind = 'parallel') <> (plan ~ 'Gather') OR plan !~ 'Append' THEN
                broken := broken || format('the plan is not %s: %s', kind, plan);
            END IF;
            got := matrix.text_of(law.query);
            IF got IS DISTINCT FROM law.expected THEN broken := broken || format('%s: %s, not %s', kind, left(got, 200), left(law.expected, 200)); END IF;
            laws := laws + 1;
        END LOOP;
    END LOOP;
    PERFORM matrix.plan_for('serial');

    -- no rows, all NULL, nothing that passes the filter
    nothing := matrix.text_of(format('SELECT %s(''empty''::%s)', reader, state_type));
    SELECT string_agg(CASE WHEN attname = ANY (null_columns) THEN format('NULL::%s AS %I', format_type(atttypid, atttypmod), attname) ELSE quote_ident(attname) END, ', ')
        INTO nulled FROM pg_attribute WHERE attrelid = rows::regclass AND attnum > 0;
    FOR law IN SELECT * FROM (VALUES
            ('no rows: value', format('SELECT %s FROM %s WHERE false', call, rows), nothing),
            ('no rows: state', format('SELECT %s FROM %s WHERE false', state_call, rows), matrix.text_of(format('SELECT ''empty''::%s', state_type))),
            ('all NULL: value', format('SELECT %s FROM (SELECT %s FROM %s) AS nulled', call, nulled, rows), nothing),
            ('FILTER (WHERE false): value', format('SELECT %s FILTER (WHERE false) FROM %s', call, rows), nothing),
            -- states
            ('reader of the state', format('SELECT %s(state) FROM matrix.state', reader), expected),
            ('stored', format('SELECT %s(rollup(state)) FROM (SELECT state FROM matrix.state) AS s', reader), expected),
            ('text form', format('SELECT %L::%s', expected_state, state_type), expected_state),
            ('empty || state', format('SELECT ''empty''::%s || state FROM matrix.state', state_type), expected_state),
            ('state || empty', format('SELECT state || ''empty''::%s FROM matrix.state', state_type), expected_state),
            ('random split', format('SELECT rollup(state) FROM (SELECT %s AS state FROM %s GROUP BY matrix.random(id, 77, 11)) AS s', state_call, rows), expected_state),
            ('tree of splits', format('SELECT rollup(state) FROM (SELECT rollup(state) AS state FROM (SELECT id %% 5 AS branch, %s AS state FROM %s GROUP BY id %% 5, id %% 35) AS leaves GROUP BY branch) AS s', state_call, rows), expected_state),
            ('commuted ||', format('SELECT b || a FROM (SELECT %1$s FILTER (WHERE id %% 3 = 0), %1$s FILTER (WHERE id %% 3 > 0) FROM %2$s) AS s (a, b)', state_call, rows), expected_state),
            ('reversed rows', format('SELECT %s FROM (SELECT * FROM %s ORDER BY id DESC) AS reversed', state_call, rows), expected_state)
        ) AS v (law, query, expected) LOOP
        got := matrix.text_of(law.query);
        IF got IS DISTINCT FROM law.expected THEN broken := broken || format('%s: %s, not %s', law.law, left(got, 200), left(law.expected, 200)); END IF;
        laws := laws + 1;
    END LOOP;

    -- stored in a table, packed and toasted
    EXECUTE 'CREATE TABLE matrix.stored AS SELECT state FROM matrix.state';
    EXECUTE format('INSERT INTO matrix.stored VALUES (''empty''::%s)', state_type);
    got := matrix.text_of('SELECT rollup(state) FROM matrix.stored');
    IF got IS DISTINCT FROM expected_state THEN broken := broken || 'stored in a table'::text; END IF;
    DROP TABLE matrix.stored;

    -- independent of the session
    PERFORM set_config('TimeZone', 'Pacific/Kiritimati', true), set_config('DateStyle', 'SQL, DMY', true),
            set_config('IntervalStyle', 'iso_8601', true), set_config('search_path', 'pg_temp', true);
    got := matrix.text_of('SELECT value FROM matrix.value');
    PERFORM set_config('extra_float_digits', '-15', true);
    IF got IS DISTINCT FROM expected OR matrix.text_of('SELECT state FROM matrix.state') <> expected_state THEN broken := broken || 'session settings'::text; END IF;
    PERFORM set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, MDY', true), set_config('IntervalStyle', 'postgres', true),
            set_config('search_path', 'public', true), set_config('extra_float_digits', '1', true);
    laws := laws + 2;

    -- moving windows give what computing each frame anew gives, by value (==, for the scale shown may differ in nothing either)
    SELECT bool_and(aggminvtransfn <> 0) INTO has_moving FROM matrix.covered JOIN pg_aggregate ON aggfnoid = covered.aggregate
        WHERE aggfnoid::regproc::text = split_part(call, '(', 1) AND covered.aggregate IN (SELECT refobjid FROM pg_depend JOIN pg_rewrite ON pg_rewrite.oid = objid WHERE ev_class = 'matrix.value'::regclass);
    IF has_moving THEN
        FOREACH frame IN ARRAY ARRAY['ORDER BY day RANGE BETWEEN ''9 days'' PRECEDING AND CURRENT ROW', 'ORDER BY id ROWS BETWEEN 7 PRECEDING AND 3 PRECEDING',
                                     'ORDER BY id ROWS BETWEEN 1 FOLLOWING AND 4 FOLLOWING'] LOOP
            EXECUTE format(
                'WITH few AS MATERIALIZED (SELECT * FROM %1$s WHERE id <= 300),
                      -- a volatile filter keeps PostgreSQL from using the inverse transition
                      moving AS (SELECT id, %2$s OVER (%3$s) AS value, %4$s OVER (%3$s) AS state FROM few),
                      anew AS (SELECT id, %2$s FILTER (WHERE random() >= 0) OVER (%3$s) AS value, %4$s FILTER (WHERE random() >= 0) OVER (%3$s) AS state FROM few)
                 SELECT count(*) FROM moving JOIN anew USING (id)
                 WHERE moving.value::text IS DISTINCT FROM anew.value::text OR moving.state::text IS DISTINCT FROM anew.state::text',
                rows, call, frame, state_call) INTO got;
            IF got <> '0' THEN broken := broken || format('moving window: %s frames differ for %s', got, frame); END IF;
            laws := laws + 1;
        END LOOP;
    END IF;

    -- garbage
    FOR got IN SELECT * FROM matrix.garbage(left(expected_state, 400), state_type) LIMIT 3 LOOP broken := broken || got; END LOOP;
    laws := laws + 1;

    DROP VIEW matrix.value, matrix.state;
    RETURN format('%s: %s', call, CASE WHEN broken = '{}' THEN format('ok, %s laws', laws) ELSE array_to_string(broken, E'\n    ') END);
END $$;

-- The answers of a window function by id: `call` has %s for the value, `source` is a table or query with an alias.
CREATE FUNCTION matrix.answers(call text, value text, over_clause text, source text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN format('SELECT id, (%s OVER (%s))::text AS answer FROM %s', format(call, value), over_clause, source);

-- How many rows differ between two queries for answers.
CREATE FUNCTION matrix.differences(one text, other text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
    EXECUTE format('WITH one AS MATERIALIZED (%s), other AS MATERIALIZED (%s)
                    SELECT count(*) FROM ((TABLE one EXCEPT ALL TABLE other) UNION ALL (TABLE other EXCEPT ALL TABLE one)) AS d', one, other) INTO n;
    RETURN n;
END $$;

-- Before the laws of a window function: the view of its answers, the answers of a serial plan, and that it is covered.
CREATE PROCEDURE matrix.begin_window(whole text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE VIEW matrix.value AS %s', whole);
    PERFORM matrix.cover('w', 'matrix.value');
    PERFORM matrix.plan_for('serial');
    CREATE TABLE matrix.expected AS SELECT * FROM matrix.value;
END $$;

-- After them: the same answers in a parallel plan of this query, on disk, and whatever the session's settings.
CREATE FUNCTION matrix.end_window(query text, expected text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    broken text[] := '{}';
    n bigint;
    plan text;
BEGIN
    PERFORM matrix.plan_for('parallel');
    plan := matrix.plan(query);
    IF plan !~ 'WindowAgg.*Gather' THEN broken := broken || format('the plan is not parallel: %s', plan); END IF;
    EXECUTE format('CREATE TABLE matrix.parallel AS %s', query);
    PERFORM matrix.plan_for('serial');
    n := matrix.differences('TABLE matrix.parallel', expected);
    IF n > 0 THEN broken := broken || format('parallel: %s rows differ', n); END IF;
    DROP TABLE matrix.parallel;

    PERFORM set_config('work_mem', '64kB', true), set_config('TimeZone', 'Pacific/Kiritimati', true), set_config('DateStyle', 'SQL, DMY', true),
            set_config('search_path', 'pg_temp', true);
    n := matrix.differences('SELECT * FROM matrix.value', 'SELECT id, answer FROM matrix.expected');
    IF n > 0 THEN broken := broken || format('session settings: %s rows differ', n); END IF;
    PERFORM set_config('work_mem', '4MB', true), set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, MDY', true), set_config('search_path', 'public', true);
    RETURN broken;
END $$;

-- Whether a window function whose population is the partition keeps the laws: `call` with %s for the value, which is a column
-- of the table `rows`, made by matrix.make. Returns one line: ok, or what is broken.
CREATE FUNCTION matrix.check_window(call text, value text, rows text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    broken text[] := '{}';
    laws int := 0;
    thinned text := format('CASE WHEN id %% 3 > 0 THEN %s END', value);
    whole text := matrix.answers(call, value, '', rows);
    by_part text := matrix.answers(call, value, 'PARTITION BY part', rows);
    expected text := 'SELECT id, answer FROM matrix.expected';
    n bigint;
    law record;
BEGIN
    CALL matrix.begin_window(whole);
    EXECUTE format('SELECT count(DISTINCT answer) FROM matrix.expected') INTO n;
    IF n < 2 THEN broken := broken || 'the sample has fewer than two answers'::text; END IF;
    -- equal values, equal answers, and NULL for NULL
    EXECUTE format('SELECT count(*) FROM (SELECT %1$s FROM %2$s JOIN matrix.expected USING (id) GROUP BY %1$s HAVING count(DISTINCT coalesce(answer, ''none'')) > 1
                        OR (%1$s IS NULL AND count(answer) > 0)) AS unequal', value, rows) INTO n;
    IF n > 0 THEN broken := broken || format('%s values with more than one answer', n); END IF;

    FOR law IN SELECT * FROM (VALUES
            -- no order of rows, of the window or of its frame matters
            ('reversed rows', matrix.answers(call, value, '', format('(SELECT * FROM %s ORDER BY id DESC) AS r', rows)), expected),
            ('shuffled rows', matrix.answers(call, value, '', format('(SELECT * FROM %s ORDER BY hashint8extended(id, 7)) AS r', rows)), expected),
            ('rows by value', matrix.answers(call, value, '', format('(SELECT * FROM %s ORDER BY %s NULLS FIRST) AS r', rows, value)), expected),
            ('ORDER BY', matrix.answers(call, value, format('ORDER BY %s DESC', value), rows), expected),
            ('ORDER BY something else', matrix.answers(call, value, 'ORDER BY day, id DESC', rows), expected),
            ('frame of rows', matrix.answers(call, value, 'ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING', rows), expected),
            ('frame of days', matrix.answers(call, value, 'ORDER BY day RANGE BETWEEN ''3 days'' PRECEDING AND CURRENT ROW EXCLUDE TIES', rows), expected),
            ('frame of groups', matrix.answers(call, value, 'PARTITION BY part ORDER BY day GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW', rows), by_part),
            -- where the rows come from
            ('view', 'SELECT * FROM matrix.value', expected),
            ('subquery', format('SELECT id, (SELECT answer FROM (%s) AS w WHERE w.id = r.id) FROM %s AS r WHERE id <= 20', whole, rows), expected || ' WHERE id <= 20'),
            ('next to another window', format('SELECT id, answer FROM (SELECT id, (%1$s OVER ())::text AS answer, %1$s OVER (PARTITION BY day) AS d, rank() OVER (ORDER BY id DESC), sum(id) OVER (ORDER BY day) FROM %2$s) AS w',
                                              format(call, value), rows), expected),
            ('cut short by the row number', format('SELECT id, answer FROM (SELECT id, (%s OVER w)::text AS answer, row_number() OVER w AS place FROM %s WINDOW w AS (ORDER BY id)) AS numbered WHERE place <= 50',
                                                   format(call, value), rows), format('SELECT id, answer FROM (%s) AS e ORDER BY id LIMIT 50', expected)),
            ('an aggregate', format('SELECT id, (%s OVER ())::text FROM %s GROUP BY id', format(call, format('min(%s)', value)), rows), expected),
            -- NULL is ignored: as if its rows were not there
            ('NULL', matrix.answers(call, thinned, '', rows), matrix.answers(call, value, '', format('(SELECT * FROM %s WHERE id %% 3 > 0) AS r', rows)) || format(' UNION ALL SELECT id, NULL FROM %s WHERE id %% 3 = 0', rows)),
            ('FILTER', format('SELECT id, (%s OVER ())::text FROM %s GROUP BY id', format(call, format('min(%s) FILTER (WHERE id %% 3 > 0)', value)), rows), matrix.answers(call, thinned, '', rows)),
            ('all NULL', matrix.answers(call, format('nullif(%1$s, %1$s)', value), '', rows), format('SELECT id, NULL::text FROM %s', rows)),
            ('no rows', matrix.answers(call, value, '', format('%s WHERE false', rows)), expected || ' WHERE false'),
            -- partitions do not know each other
            ('partitions', by_part, format('SELECT id, answer FROM generate_series(0, 3) AS p, LATERAL (%s) AS w', matrix.answers(call, value, '', format('%s WHERE part = p', rows)))),
            ('random partitions', matrix.answers(call, value, 'PARTITION BY matrix.random(id, 5, 60)', rows),
                format('SELECT id, answer FROM generate_series(0, 59) AS p, LATERAL (%s) AS w', matrix.answers(call, value, '', format('%s WHERE matrix.random(id, 5, 60) = p', rows)))),
            ('partitions of one row', matrix.answers(call, value, 'PARTITION BY id', format('%s WHERE id <= 100', rows)),
                format('SELECT id, answer FROM generate_series(1, 100) AS p, LATERAL (%s) AS w', matrix.answers(call, value, '', format('%s WHERE id = p', rows))))
        ) AS v (law, query, expected) LOOP
        n := matrix.differences(law.query, law.expected);
        IF n > 0 THEN broken := broken || format('%s: %s rows differ', law.law, n); END IF;
        laws := laws + 1;
    END LOOP;

    -- the same whatever the plan and the session
    broken := broken || matrix.end_window(whole, expected) || matrix.end_window(by_part, by_part);
    laws := laws + 4;

    -- a population needs a window
    IF matrix.sqlstate_of(format('SELECT %s FROM %s', format(call, value), rows)) NOT IN ('42809') THEN broken := broken || 'called without OVER'::text; END IF;

    DROP VIEW matrix.value;
    DROP TABLE matrix.expected;
    RETURN format('%s: %s', format(call, value), CASE WHEN broken = '{}' THEN format('ok, %s laws', laws) ELSE array_to_string(broken, E'\n    ') END);
END $$;

-- Whether a window function that goes through its partition in order keeps the laws: `call` as it is written, PARTITION BY part
-- ORDER BY `ordering` over the table `rows`, made by matrix.make. Returns one line: ok, or what is broken.
CREATE FUNCTION matrix.check_stream(call text, ordering text, rows text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    broken text[] := '{}';
    over_clause text := format('PARTITION BY part ORDER BY %s', ordering);
    whole text := matrix.answers(call, '', over_clause, rows);
    expected text := 'SELECT id, answer FROM matrix.expected';
    laws int := 0;
    n bigint;
    law record;
BEGIN
    CALL matrix.begin_window(whole);
    SELECT count(DISTINCT answer) FROM matrix.expected INTO n;
    IF n < 2 THEN broken := broken || 'the sample has fewer than two answers'::text; END IF;
    FOR law IN SELECT * FROM (VALUES
            ('reversed rows', matrix.answers(call, '', over_clause, format('(SELECT * FROM %s ORDER BY id DESC) AS r', rows)), expected),
            ('shuffled rows', matrix.answers(call, '', over_clause, format('(SELECT * FROM %s ORDER BY hashint8extended(id, 7)) AS r', rows)), expected),
            ('frame of rows', matrix.answers(call, '', over_clause || ' ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING', rows), expected),
            ('frame of groups', matrix.answers(call, '', over_clause || ' GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW', rows), expected),
            ('view', 'SELECT * FROM matrix.value', expected),
            ('next to other windows', format('SELECT id, answer FROM (SELECT id, (%1$s OVER (%2$s))::text AS answer, %1$s OVER (ORDER BY %3$s) AS all_, sum(id) OVER (%2$s), rank() OVER (ORDER BY id DESC) FROM %4$s) AS w',
                                             call, over_clause, ordering, rows), expected),
            ('no rows', matrix.answers(call, '', over_clause, format('%s WHERE false', rows)), expected || ' WHERE false'),
            ('partitions', whole, format('SELECT id, answer FROM generate_series(0, 3) AS p, LATERAL (%s) AS w', matrix.answers(call, '', format('ORDER BY %s', ordering), format('%s WHERE part = p', rows)))),
            ('partitions of one row', matrix.answers(call, '', format('PARTITION BY id ORDER BY %s', ordering), format('%s WHERE id <= 100', rows)),
                format('SELECT id, answer FROM generate_series(1, 100) AS p, LATERAL (%s) AS w', matrix.answers(call, '', '', format('%s WHERE id = p', rows))))
        ) AS v (law, query, expected) LOOP
        n := matrix.differences(law.query, law.expected);
        IF n > 0 THEN broken := broken || format('%s: %s rows differ', law.law, n); END IF;
        laws := laws + 1;
    END LOOP;
    broken := broken || matrix.end_window(whole, expected);
    IF matrix.sqlstate_of(format('SELECT %s FROM %s', call, rows)) <> '42809' THEN broken := broken || 'called without OVER'::text; END IF;
    DROP VIEW matrix.value;
    DROP TABLE matrix.expected;
    RETURN format('%s: %s', call, CASE WHEN broken = '{}' THEN format('ok, %s laws', laws + 3) ELSE array_to_string(broken, E'\n    ') END);
END $$;

-- Whether a call that makes a ledger of the table `rows`, which matrix.make has made, gives that of its twin, which may be the call itself: of all
-- rows, of parts, in a parallel plan, and with rows that it ignores because their column `nullable` is NULL. These are the laws that remain for
-- calls which share what merges and reads with one that matrix.check has seen.
CREATE FUNCTION matrix.keeps_ledger(call text, twin text, rows text, nullable text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE expected text; whole text; merged text; with_nulls text; plan text; parallel text;
BEGIN
    EXECUTE format('CREATE VIEW matrix.value AS SELECT %s AS value FROM %I', call, rows);
    PERFORM matrix.cover('a', 'matrix.value');
    PERFORM matrix.plan_for('serial');
    expected := matrix.text_of(format('SELECT %s FROM %I', twin, rows));
    whole := matrix.text_of('SELECT value FROM matrix.value');
    merged := matrix.text_of(format('SELECT rollup(part) FROM (SELECT %s AS part FROM %I GROUP BY matrix.random(id, 77, 11)) AS parts', call, rows));
    with_nulls := matrix.text_of(format('SELECT %s FROM (SELECT sampled.* FROM %I AS sampled UNION ALL SELECT (jsonb_populate_record(sampled, jsonb_build_object(%L, NULL))).* FROM %2$I AS sampled WHERE id < 20) AS nulled', call, rows, nullable));
    PERFORM matrix.plan_for('parallel');
    plan := matrix.plan('SELECT value FROM matrix.value');
    parallel := matrix.text_of('SELECT value FROM matrix.value');
    PERFORM matrix.plan_for('serial');
    DROP VIEW matrix.value;
    RETURN plan ~ 'Gather' AND plan ~ 'Partial Aggregate' AND whole = expected AND merged = expected AND with_nulls = expected AND parallel = expected;
END $$;

-- The rows of a ledger, read off its text form.
CREATE FUNCTION matrix.ledger_rows(l customer_ledger) RETURNS TABLE (customer text, day date, amount numeric) LANGUAGE sql STABLE AS $$
SELECT split_part(block, '"', 1), row[1]::date, row[2]::numeric
FROM regexp_split_to_table(l::text, ',customer:"') WITH ORDINALITY AS blocks (block, n), regexp_matches(block, 'day:([-0-9]*),amount:([-.0-9]*)', 'g') AS row WHERE n > 1 $$;

-- Settles the rows of a query (customer text, day, amount, order_id) as the rule says, refund by refund and order by order.
CREATE FUNCTION matrix.settled(query text) RETURNS TABLE (customer text, day date, amount numeric) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    refund record;
    sale record;
    due numeric;
BEGIN
    CREATE TEMP TABLE rest (n int GENERATED ALWAYS AS IDENTITY, customer text, day date, amount numeric, order_id bigint, rest numeric);
    EXECUTE format('INSERT INTO rest (customer, day, amount, order_id, rest) SELECT customer, day, sum(amount), order_id, sum(amount)
        FROM (SELECT row_number() OVER () AS line, * FROM (%s) AS lines (customer, day, amount, order_id)) AS lines
        GROUP BY customer, day, order_id, amount < 0, CASE WHEN order_id IS NULL THEN line END', query);
    CREATE INDEX ON rest (customer);
    FOR pass IN 1..2 LOOP   -- orders of their own, then all others
        FOR refund IN SELECT * FROM rest WHERE rest < 0 ORDER BY customer, day, amount, order_id NULLS FIRST LOOP
            SELECT -rest INTO due FROM rest WHERE n = refund.n;
            FOR sale IN SELECT * FROM rest WHERE rest > 0 AND customer = refund.customer AND CASE pass WHEN 1 THEN order_id = refund.order_id ELSE day <= refund.day END
                        ORDER BY pass = 2 AND rest = amount AND amount = due DESC, day DESC, amount DESC, order_id DESC NULLS LAST LOOP
                EXIT WHEN due = 0;
                UPDATE rest SET rest = rest - least(due, sale.rest) WHERE n = sale.n;
                due := due - least(due, sale.rest);
            END LOOP;
            UPDATE rest SET rest = -due WHERE n = refund.n;
        END LOOP;
    END LOOP;
    RETURN QUERY SELECT customer, day, rest FROM rest WHERE rest <> 0 OR amount = 0;
    DROP TABLE rest;
END $$;
