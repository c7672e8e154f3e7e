-- Pictures of numbers in a terminal.

--@ function text_bar(value double precision, max double precision, width integer) returns text is text_bar:
--@     a bar of up to width characters for a value out of max, in eighths of a character (in whole # where the database is not
--@     UTF-8); empty up to 0, full from max on; NULL where max is not above 0; of all rows: text_bar(v, max(v) OVER (), 20)
--@ function sparkline(numbers double precision[]) returns text is sparkline:
--@     a line of one character for each value, its height between the least and the largest of them; a space for NULL; of a
--@     column: sparkline(array_agg(revenue ORDER BY month))
