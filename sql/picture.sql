-- Pictures of numbers: text_bar, sparkline.
\pset format unaligned
\pset null NULL
SELECT v, '[' || text_bar(v, 10, 5) || ']' AS bar FROM (VALUES (-1), (0), (0.0001), (0.25), (1), (2), (3.3), (9.75), (9.76), (10), (11)) AS e (v);
-- never a hair more than there is: width * 8 eighths for max, and each eighth exactly one
SELECT count(*) AS eighths, count(*) FILTER (WHERE length(text_bar(k, 80, 10)) = ceil(k / 8.0) AND length(text_bar(k / 10.0, 8, 10)) = ceil(k / 8.0) AND length(text_bar(k * 0.1::float8, 8, 10)) = ceil(k / 8.0)) AS as_long
FROM generate_series(1, 80) AS k;
SELECT length(text_bar(1e308, 1e308, 1000)), length(text_bar(5e-324, 1e308, 1)), text_bar(5, 0, 10), text_bar(5, -1, 10), text_bar(NULL, 1, 10), text_bar(1, NULL, 10);
SELECT text_bar(v, max(v) OVER (), 8) FROM (VALUES (1), (2), (4)) AS e (v);
SELECT sparkline('{0,1,2,3,4,5,6,7}'), sparkline(ARRAY[7, 6, 5, 4, 3, 2, 1, 0]), sparkline(ARRAY[1.5, NULL, 3]), sparkline('{5}'), sparkline('{3,3,3}'), sparkline('{NULL,NULL}'), sparkline('{}') = '', sparkline(NULL), sparkline('{-1.7e308,0,1.7e308}'), sparkline('{{1,2},{3,4}}');
SELECT sparkline(array_agg(v ORDER BY v)) FROM generate_series(1, 40) AS v;
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT text_bar('NaN', 1, 10)$$,
    $$SELECT text_bar(1, 'Infinity', 10)$$,
    $$SELECT text_bar(1, 1, 0)$$,
    $$SELECT text_bar(1, 1, 1001)$$,
    $$SELECT sparkline('{1,NaN}')$$);
-- where the database has no block characters
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT current_database() AS here, quote_ident(current_database() || '_latin') AS latin \gset
CREATE DATABASE :latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;
\connect :latin
CREATE EXTENSION customer_value;
SELECT v, text_bar(v, 10, 5), sparkline(ARRAY[0, v, 10]) FROM (VALUES (0), (0.5), (1), (3), (9), (10)) AS e (v);
\connect :here
DROP DATABASE :latin;
