-- Pictures of numbers in a terminal.

CREATE FUNCTION text_bar(value double precision, max double precision, width integer) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_text_bar';
COMMENT ON FUNCTION text_bar(double precision, double precision, integer) IS
'a bar of up to width characters for a value out of max, in eighths of a character (in whole # where the database is not UTF-8); empty up to 0, full from max on; NULL where max is not above 0; of all rows: text_bar(v, max(v) OVER (), 20)';

CREATE FUNCTION sparkline(numbers double precision[]) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sparkline';
COMMENT ON FUNCTION sparkline(double precision[]) IS
'a line of one character for each value, its height between the least and the largest of them; a space for NULL; of a column: sparkline(array_agg(revenue ORDER BY month))';
