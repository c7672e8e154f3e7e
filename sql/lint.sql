-- What holds for every object of the extension. Each query lists what breaks a rule, and lists nothing.
\pset format unaligned
\pset tuples_only on
CREATE TEMP VIEW member AS
SELECT classid, objid, pg_describe_object(classid, objid, 0) AS object
FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'customer_value');
CREATE TEMP VIEW routine AS SELECT pg_proc.*, object FROM member JOIN pg_proc ON pg_proc.oid = objid AND classid = 'pg_proc'::regclass;
CREATE TEMP VIEW aggregate AS SELECT routine.*, pg_aggregate.* FROM routine JOIN pg_aggregate ON aggfnoid = routine.oid;

\echo objects without a comment
SELECT object FROM member WHERE obj_description(objid, classid::regclass::name) IS NULL
    AND NOT (classid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type WHERE pg_type.oid = objid AND typcategory = 'A')) ORDER BY 1;
\echo comments that are too short to help, or end in a full stop
SELECT object FROM member WHERE obj_description(objid, classid::regclass::name) ~ '\.$|^.{0,9}$' ORDER BY 1;
\echo routines that are not parallel safe, or not immutable
-- those of data_quality read a table of the caller: they are stable, and those that run the query leave workers to it; those of a mart
-- read and write its tables
SELECT object FROM routine WHERE (proparallel <> 's' OR provolatile <> 'i') AND proname !~ '^_mart_|_mart$'
    AND NOT (provolatile = 's' AND (proname IN ('_quality_counts', 'data_quality', 'assert_quality', 'subscription_quality') OR proparallel = 's' AND proname IN ('_extension_schema', '_subscription_source', '_quality_column', '_quality_source', 'quality_query', '_quality_failure'))) ORDER BY 1;
\echo C functions that are neither strict nor known to look at NULL themselves
SELECT object FROM routine WHERE prokind = 'f' AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'c') AND NOT proisstrict
    AND proname <> '_checked_argument' AND proargtypes[0] NOT IN ('customer_ledger'::regtype, 'mrr_ledger'::regtype) AND NOT (proname IN ('_revenue_state_add', '_revenue_state_remove') AND proargnames[pronargs] = 'currency') ORDER BY 1;
\echo C functions whose symbol is not customer_value_*
SELECT object, prosrc FROM routine WHERE probin IS NOT NULL AND prosrc !~ '^customer_value_' ORDER BY 1;
\echo SQL functions that depend on search_path (a body that is parsed only when it runs)
SELECT object FROM routine WHERE prolang = (SELECT oid FROM pg_language WHERE lanname = 'sql') AND prosqlbody IS NULL ORDER BY 1;
\echo functions in PL/pgSQL that do not set search_path, whose bodies are parsed only when they run
-- refresh_mart ends transactions, which a setting of its own would forbid: it sets search_path in each
SELECT object FROM routine WHERE proname !~ '^(refresh_mart$|_mart_)' AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql') AND proconfig IS DISTINCT FROM '{"search_path=pg_catalog, pg_temp"}' ORDER BY 1;
\echo functions in PL/pgSQL that find the tables of a mart by search_path, as _mart_enter sets it
SELECT object FROM routine WHERE proname ~ '^_mart_' AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql') AND proconfig IS DISTINCT FROM '{"search_path=pg_catalog, pg_temp"}' ORDER BY 1;
\echo functions in other languages
SELECT object FROM routine JOIN pg_language ON pg_language.oid = prolang WHERE prokind <> 'a' AND lanname NOT IN ('c', 'sql', 'plpgsql') ORDER BY 1;
\echo functions that depend on something outside the extension and pg_catalog, which a user may have planted
SELECT object, pg_describe_object(refclassid, refobjid, refobjsubid) FROM routine JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = routine.oid AND d.deptype = 'n'
WHERE refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass, 'pg_class'::regclass) AND NOT EXISTS (SELECT FROM member WHERE member.classid = d.refclassid AND member.objid = coalesce((SELECT e.oid FROM pg_type AS e WHERE d.refclassid = 'pg_type'::regclass AND e.typarray = d.refobjid), d.refobjid)) ORDER BY 1;
\echo functions that run with the rights of another, in the extension or in what create_mart makes (one would have to be for its owner only, and to end its search_path in pg_temp)
SET client_min_messages = warning;
CREATE TABLE lint_orders (customer bigint, at timestamptz, amount numeric);
SELECT FROM create_mart('lint_mart', 'lint_orders', 'customer', 'at', 'amount', tz => 'UTC');
CREATE TEMP VIEW of_mart AS SELECT * FROM pg_proc WHERE pronamespace = 'lint_mart'::regnamespace;
SELECT oid::regprocedure, array_to_string(proconfig, ' '), has_function_privilege('public', oid, 'EXECUTE') FROM pg_proc WHERE prosecdef AND (oid IN (SELECT oid FROM routine) OR oid IN (SELECT oid FROM of_mart)) ORDER BY 1;
\echo functions of a mart that others than its owner may execute, or that are no trigger function
SELECT oid::regprocedure FROM of_mart WHERE proowner <> current_user::regrole OR prorettype <> 'trigger'::regtype OR EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee <> proowner);
SELECT count(*) AS of_mart FROM of_mart;
\echo relations of a mart that others than its owner may use, and views of it that run with the rights of its owner what a reader could put in their way (operators and functions outside pg_catalog and the extension)
SELECT relname FROM pg_class WHERE relnamespace = 'lint_mart'::regnamespace AND EXISTS (SELECT FROM aclexplode(relacl) WHERE grantee <> relowner) ORDER BY 1;
SELECT DISTINCT c.relname, pg_describe_object(d.refclassid, d.refobjid, 0) FROM pg_class AS c JOIN pg_rewrite AS r ON r.ev_class = c.oid JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
WHERE c.relnamespace = 'lint_mart'::regnamespace AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass) AND NOT EXISTS (SELECT FROM member WHERE member.classid = d.refclassid AND member.objid = d.refobjid) ORDER BY 1;
DROP VIEW of_mart;
SELECT FROM drop_mart('lint_mart');
DROP TABLE lint_orders;
RESET client_min_messages;
\echo arguments without a name, but for the input and output of types and the first of state functions
SELECT object FROM routine WHERE pronargs > 0 AND (proargnames IS NULL OR '' = ANY (proargnames[2:])) AND proname !~ '_(in|out|recv|send|merge|finish|add|remove)$' ORDER BY 1;
\echo names of functions, arguments, columns, attributes and types that are meant for users and need quotes
SELECT object, name FROM (
    SELECT object, unnest(proname || coalesce(proargnames, '{}')) AS name FROM routine WHERE proname !~ '^_'
    UNION ALL SELECT object, unnest(typname || ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = typrelid AND attnum > 0 ORDER BY attnum)) FROM member JOIN pg_type ON pg_type.oid = objid AND classid = 'pg_type'::regclass
    UNION ALL SELECT 'view ' || view_name || ' of a mart', unnest(view_name || array_agg(column_name)) FROM _mart_columns() GROUP BY view_name) AS named
WHERE quote_ident(name) <> name ORDER BY 1, 2;
\echo columns of reports that are named period, cohort or day and are no date, or period_number and no whole number: as in a mart
SELECT object, name FROM (SELECT object, unnest(proargnames) AS name, unnest(proargmodes) AS mode, unnest(coalesce(proallargtypes, proargtypes::oid[]))::regtype AS type FROM routine WHERE proretset) AS argument
WHERE mode = 't' AND (name IN ('period', 'cohort', 'day') AND type <> 'date'::regtype OR name = 'period_number' AND type NOT IN ('integer'::regtype, 'bigint'::regtype)) ORDER BY 1, 2;
\echo aggregates without a combine function, or with one that is not for their state
SELECT object FROM aggregate WHERE aggcombinefn = 0 OR NOT EXISTS (SELECT FROM pg_proc AS f WHERE f.oid = aggcombinefn AND f.proargtypes[0] = aggtranstype AND f.proargtypes[1] = aggtranstype) ORDER BY 1;
\echo aggregates whose state is no type of this extension (internal, polymorphic), or collatable, or without binary input and output
SELECT object FROM aggregate JOIN pg_type ON pg_type.oid = aggtranstype
WHERE aggtranstype NOT IN (SELECT objid FROM member WHERE classid = 'pg_type'::regclass) OR typtype = 'p' OR typcollation <> 0 OR typreceive = 0 OR typsend = 0 OR aggserialfn <> 0 ORDER BY 1;
\echo aggregates with polymorphic arguments, but for those that are always an error
SELECT object FROM aggregate WHERE obj_description(oid, 'pg_proc') NOT LIKE 'always an error: %' AND EXISTS (SELECT FROM unnest(proargtypes) AS type JOIN pg_type ON pg_type.oid = type AND typtype = 'p') ORDER BY 1;
\echo aggregates whose support functions are not immutable and parallel safe
SELECT object, support::regprocedure FROM aggregate, unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggmtransfn, aggminvtransfn, aggmfinalfn]::oid[]) AS support JOIN pg_proc AS f ON f.oid = support
WHERE f.provolatile <> 'i' OR f.proparallel <> 's' ORDER BY 1;
\echo aggregates with an inverse whose moving form has another state, start or end
SELECT object FROM aggregate WHERE aggminvtransfn <> 0 AND (aggmtranstype <> aggtranstype OR agginitval IS DISTINCT FROM aggminitval OR aggfinalfn <> aggmfinalfn OR aggtransfn <> aggmtransfn) ORDER BY 1;
\echo state types that cannot be compressed, or lack rollup and ||
SELECT object FROM member JOIN pg_type ON pg_type.oid = objid AND classid = 'pg_type'::regclass AND typname ~ '_state$' AND typcategory <> 'A'
WHERE typstorage <> 'x' OR typlen <> -1 OR typalign <> 'd'
    OR NOT EXISTS (SELECT FROM aggregate WHERE proname = 'rollup' AND proargtypes[0] = objid)
    OR NOT EXISTS (SELECT FROM pg_operator WHERE oprname = '||' AND oprleft = objid AND oprright = objid AND oprresult = objid) ORDER BY 1;
\echo numeric aggregates that lack an overload
SELECT proname, missing FROM (SELECT DISTINCT proname, proargtypes[1:] AS others FROM aggregate WHERE proargtypes[0] = 'numeric'::regtype AND proargnames[1] <> 'customer') AS a,
    unnest('{smallint,integer,bigint,real,double precision}'::regtype[]) AS missing
WHERE NOT EXISTS (SELECT FROM aggregate AS b WHERE b.proname = a.proname AND b.proargtypes[0] = missing) ORDER BY 1, 2;
\echo objects outside the schema of the extension
SELECT object FROM routine WHERE pronamespace <> (SELECT extnamespace FROM pg_extension WHERE extname = 'customer_value') ORDER BY 1;
\echo names that hide a built-in function with the same arguments
SELECT object FROM routine JOIN pg_proc AS b ON b.proname = routine.proname AND b.proargtypes = routine.proargtypes AND b.pronamespace = 'pg_catalog'::regnamespace ORDER BY 1;
\echo numeric window functions that lack an overload
SELECT proname, missing FROM (SELECT DISTINCT proname, proargtypes[1:] AS others FROM routine WHERE prokind = 'w' AND proargtypes[0] = 'numeric'::regtype) AS a,
    unnest('{smallint,integer,bigint,real,double precision}'::regtype[]) AS missing
WHERE NOT EXISTS (SELECT FROM routine AS b WHERE b.prokind = 'w' AND b.proname = a.proname AND b.proargtypes[0] = missing AND b.proargtypes[1:] = a.others) ORDER BY 1, 2;
\echo aggregates and window functions whose laws no test checks
SELECT object FROM routine WHERE prokind IN ('a', 'w') AND obj_description(oid, 'pg_proc') NOT LIKE 'always an error: %' AND oid::regprocedure NOT IN (SELECT covered.aggregate FROM matrix.covered) ORDER BY 1;

-- and it all goes away
\echo after DROP EXTENSION
\set VERBOSITY terse
BEGIN;
SET client_min_messages = warning;
SELECT count(*) > 300 AS there FROM member;
DROP EXTENSION customer_value CASCADE;
SELECT pg_describe_object(classid, objid, 0) FROM pg_depend WHERE deptype = 'e' AND refobjid NOT IN (SELECT oid FROM pg_extension);
SELECT proname FROM pg_proc WHERE probin LIKE '%customer_value%';
ROLLBACK;
