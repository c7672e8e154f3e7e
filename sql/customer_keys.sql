-- Reports with a row per customer: with customers as text, and with the key whose type names theirs.
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.id_of(customer bigint) RETURNS uuid LANGUAGE sql RETURN md5(customer::text)::uuid;
CREATE TEMP TABLE orders AS
SELECT matrix.random(id, 1, 60) - 20 AS customer, date '2024-01-01' + matrix.random(id, 2, 300)::integer AS day,
       CASE WHEN matrix.random(id, 3, 10) = 0 THEN -1 ELSE 1 END * (1 + matrix.random(id, 4, 50)) AS amount
FROM generate_series(1, 600) AS id;
CREATE TEMP TABLE ledgers AS
SELECT 'bigint' AS key, ledger_agg(customer, day, amount) AS l, mrr_agg(customer, daterange(day, day + 40), abs(amount), '1 month') AS m FROM orders
UNION ALL SELECT 'uuid', ledger_agg(pg_temp.id_of(customer), day, amount), mrr_agg(pg_temp.id_of(customer), daterange(day, day + 40), abs(amount), '1 month') FROM orders
UNION ALL SELECT 'text', ledger_agg('Größe ' || customer, day, amount), mrr_agg('Größe ' || customer, daterange(day, day + 40), abs(amount), '1 month') FROM orders;

-- %s is nothing or the key, and a comma
CREATE TEMP TABLE reports (report text);
INSERT INTO reports VALUES ('customers(l%s)'), ('customers(l%s, as_of => ''2024-06-30'')'), ('rfm_summary(l%s)'), ('rfm_summary(l%s, DATE ''2024-06-30'', ''1 week'')'),
    ('rfm_summary(l%s, unit => ''2 days'')'), ('golden_customers(l%s)'), ('golden_customers(l%s, 0.5)'), ('golden_customers(l%s, 1)'), ('golden_customers(l%s, 0.5, ''2024-02-01'', ''2024-08-01'')'),
    ('golden_customers(l%s, from_day => ''2024-03-01'')'), ('mrr_changes(m%s, ''2024-03-01'', ''2024-05-01'')');
INSERT INTO reports SELECT format('clv_forecast(l%%s, %s(1, 30, 1, 2, ''1 week''), gamma_gamma_model(6, 4, 15), 26, 0.002%%s%s)', model, as_of)
FROM unnest('{bg_nbd_model,mbg_nbd_model,pareto_nbd_model}'::text[]) AS model, unnest('{"",", as_of => ''2024-06-30''"}'::text[]) AS as_of;
UPDATE reports SET report = replace(report, 'clv_forecast(l%s', 'clv_forecast(l');

\echo rows that a report has with a key and not without, or the other way round, or in another place
CREATE FUNCTION pg_temp.rows_of(report text, key text, stated text) RETURNS TABLE (shown jsonb) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT to_jsonb(r) || jsonb_build_object(''customer'', r.customer::text) FROM (SELECT * FROM ledgers WHERE key = %L) AS l, LATERAL %s WITH ORDINALITY AS r', key, format(report, stated));
END $$;
SELECT report, key, count(*) FROM reports, ledgers, LATERAL (
    (SELECT * FROM pg_temp.rows_of(report, key, '') EXCEPT ALL SELECT * FROM pg_temp.rows_of(report, key, ', NULL::' || key))
    UNION ALL (SELECT * FROM pg_temp.rows_of(report, key, ', NULL::' || key) EXCEPT ALL SELECT * FROM pg_temp.rows_of(report, key, ''))) AS d GROUP BY report, key;
\echo reports without rows, which would prove nothing
SELECT report, key FROM reports, ledgers WHERE NOT EXISTS (SELECT FROM pg_temp.rows_of(report, key, ''));
\echo a customer of each kind of key
SELECT key, customer, pg_typeof(customer) FROM ledgers, LATERAL (SELECT customer FROM customers(l) WHERE orders > 0 ORDER BY customer COLLATE "C" LIMIT 1) AS c ORDER BY key;
\echo functions with a key that the planner thinks of otherwise than of the one without
SELECT typed.oid::regprocedure FROM pg_proc AS typed JOIN pg_proc AS plain ON plain.proname = typed.proname AND plain.pronargs = typed.pronargs - 1 AND plain.proargtypes[0] = typed.proargtypes[0] AND plain.proargtypes[1] IN (typed.proargtypes[1], typed.proargtypes[2])
WHERE 'key' = ANY (typed.proargnames[1:typed.pronargs]) AND 'customer' = ANY (typed.proargnames) AND NOT 'key' = ANY (plain.proargnames) AND typed.proretset
    AND (typed.procost, typed.prorows, typed.provolatile, typed.proparallel, typed.proisstrict) IS DISTINCT FROM (plain.procost, plain.prorows, plain.provolatile, plain.proparallel, plain.proisstrict);
\echo functions with a key, and with none: three kinds of key for each
SELECT proname, count(*) FILTER (WHERE proargnames[1:pronargs] @> '{key}') AS typed, count(*) FILTER (WHERE NOT proargnames[1:pronargs] @> '{key}') AS plain
FROM pg_proc WHERE proname IN (SELECT proname FROM pg_proc WHERE proargnames[1:pronargs] @> '{key}' AND proname !~ '^_' AND probin LIKE '%customer_value%') GROUP BY proname ORDER BY proname;
\echo literals: an argument that PostgreSQL takes for a key is refused
SELECT error || E'\n    ' || query FROM matrix.errors(
    $$SELECT customers(l, '2024-06-30') FROM ledgers$$,
    $$SELECT rfm_summary(l, '2024-06-30') FROM ledgers$$,
    $$SELECT rfm_summary(l, '2024-06-30', '1 week') FROM ledgers$$,
    $$SELECT golden_customers(l, '0.5') FROM ledgers$$,
    $$SELECT golden_customers(l, NULL::integer) FROM ledgers$$,
    $$SELECT golden_customers(l, NULL::smallint, from_day => '2024-06-30') FROM ledgers$$,
    $$SELECT clv_forecast(l, bg_nbd_model(1, 30, 1, 2, '1 week'), gamma_gamma_model(6, 4, 15), 26, 0.002, '2024-06-30') FROM ledgers$$,
    $$SELECT mrr_changes(m, 5, '2024-03-01', '2024-05-01') FROM ledgers$$);
SELECT count(*) AS with_a_key_of_integer FROM ledgers, customers(l, NULL::integer) WHERE key = 'bigint';
SELECT count(*) AS unit_is_typed FROM ledgers, rfm_summary(l, '2024-06-30', interval '1 week') WHERE key = 'bigint';
SELECT count(*) AS none FROM customers(NULL::customer_ledger) FULL JOIN golden_customers(NULL) ON false FULL JOIN golden_customers('empty') AS g ON false FULL JOIN customers('empty') AS c ON false;
