-- What the catalogue and the views of a schema say, in tab-separated fields, to compare with what a driver shows.
-- psql -XqAt -F $'\t' -v schema=SCHEMA -f listing.sql
--
-- A view:   name, rows, comment
-- A column: view, name, type as declared, type as read, values that are not NULL, their total, least and greatest of dates and
--           texts, comment
--
-- The total is exact: it adds up numbers, days since 1970, characters of texts, 1 for true, and for floating point numbers their
-- 64 bits taken as an integer.
SET DateStyle = 'ISO';

WITH views AS (
    SELECT oid, relname AS view, oid::regclass AS source, coalesce(obj_description(oid, 'pg_class'), '') AS comment
    FROM pg_class
    WHERE relnamespace = :'schema'::regnamespace AND relkind = 'v' AND relname !~ '^source_'
), columns AS (
    SELECT view, source, attnum AS place, attname AS name, format_type(atttypid, atttypmod) AS type, coalesce(col_description(attrelid, attnum), '') AS comment,
           CASE WHEN atttypid = 'boolean'::regtype THEN '%I::integer'
                WHEN atttypid = 'date'::regtype THEN '%I - DATE ''1970-01-01'''
                WHEN atttypid = 'double precision'::regtype THEN '(''x'' || encode(float8send(%I), ''hex''))::bit(64)::bigint'
                WHEN typcategory = 'N' THEN '%I'
                ELSE 'length(%I::text)' END AS number,
           CASE WHEN atttypid = 'date'::regtype THEN '%I'
                WHEN atttypid = 'text'::regtype THEN '%I COLLATE "C"'
                ELSE 'NULL' END AS word
    FROM views JOIN pg_attribute ON attrelid = oid AND attnum > 0 AND NOT attisdropped JOIN pg_type ON pg_type.oid = atttypid
), queries AS (
    SELECT view, 0 AS place, format('SELECT %L, count(*), %L FROM %s', view, comment, source) AS query
    FROM views
    UNION ALL
    SELECT view, place, format('SELECT %1$L, %2$L, %3$L, %3$L, count(%2$I), coalesce(sum(%4$s), 0), min(%5$s), max(%5$s), %6$L FROM %7$s',
                               view, name, type, format(number, name), format(word, name), comment, source)
    FROM columns
)
SELECT query FROM queries ORDER BY view COLLATE "C", place
\gexec
