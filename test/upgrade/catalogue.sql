-- Everything that the catalogue says of the extension and its members, a row of a catalogue a line: the object, the catalogue, the row.
-- References are written as what they refer to, so that two databases compare. pg_get_catalog_foreign_keys knows them, so that this
-- list has columns of later versions of PostgreSQL, too.
\pset format unaligned
\pset tuples_only on
SET search_path = pg_catalog;

CREATE TEMP VIEW member AS
SELECT classid, objid, coalesce(t.typrelid, 0) AS relation, pg_describe_object(classid, objid, 0) AS object
FROM pg_depend LEFT JOIN pg_type AS t ON classid = 'pg_type'::regclass AND t.oid = objid
WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'customer_value')
UNION ALL
SELECT 'pg_extension'::regclass, oid, 0, 'the extension' FROM pg_extension WHERE extname = 'customer_value';

CREATE TEMP VIEW reference AS
SELECT fktable AS catalogue, fkcols[1] AS name, CASE
    WHEN is_array THEN format('ARRAY(SELECT pg_describe_object(%s, one, 0) FROM unnest(c.%I::oid[]) WITH ORDINALITY AS u (one, n) ORDER BY n)', pktable::oid, fkcols[1])
    ELSE format('pg_describe_object(%s, c.%I, 0)', pktable::oid, fkcols[1])
END AS readable
FROM pg_get_catalog_foreign_keys() WHERE cardinality(fkcols) = 1
UNION ALL
-- what is a tree of nodes, full of oids; when a column was made, which some servers note among its options; and whom a row belongs to
VALUES ('pg_proc'::regclass, 'prosqlbody', 'pg_get_function_sqlbody(c.oid)'), ('pg_proc', 'proargdefaults', 'pg_get_function_arguments(c.oid)'),
    ('pg_attribute', 'attoptions', 'ARRAY(SELECT option FROM unnest(c.attoptions) AS option WHERE option NOT LIKE ''pg_attver=%'' ORDER BY option)'),
    ('pg_depend', 'objid', 'NULL'), ('pg_depend', 'refobjid', 'pg_describe_object(c.refclassid, c.refobjid, c.refobjsubid)'),
    ('pg_description', 'objoid', 'NULL'), ('pg_init_privs', 'objoid', 'NULL');

SELECT format('SELECT object, %L, to_jsonb(c) - ''oid'' || jsonb_build_object(%s) FROM member JOIN %s AS c ON %s ORDER BY 1, 3',
    catalogue, (SELECT string_agg(format('%L, %s', name, readable), ', ') FROM reference WHERE reference.catalogue = listed.catalogue), catalogue, rows)
FROM (VALUES
    ('pg_proc'::regclass, 'classid = ''pg_proc''::regclass AND c.oid = objid'),
    ('pg_aggregate', 'classid = ''pg_proc''::regclass AND aggfnoid = objid'),
    ('pg_type', 'classid = ''pg_type''::regclass AND c.oid = objid'),
    ('pg_class', 'c.oid = relation'),
    ('pg_attribute', 'attrelid = relation AND relation <> 0'),
    ('pg_operator', 'classid = ''pg_operator''::regclass AND c.oid = objid'),
    ('pg_cast', 'classid = ''pg_cast''::regclass AND c.oid = objid'),
    ('pg_language', 'classid = ''pg_language''::regclass AND c.oid = objid'),
    ('pg_extension', 'classid = ''pg_extension''::regclass AND c.oid = objid'),
    ('pg_depend', 'c.classid = member.classid AND c.objid = member.objid'),
    ('pg_description', 'c.classoid = member.classid AND c.objoid = member.objid'),
    ('pg_init_privs', 'c.classoid = member.classid AND c.objoid = member.objid')
) AS listed (catalogue, rows)
\gexec
-- a catalogue that is not in the list
SELECT object, 'is not compared: add its catalogue to test/upgrade/catalogue.sql' FROM member
WHERE classid NOT IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass, 'pg_cast'::regclass, 'pg_language'::regclass, 'pg_extension'::regclass);
