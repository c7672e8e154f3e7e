-- What formulas are made of. An extension that any user may create must not be fooled by objects that the user has put
-- into its schema: everything here and in the formulas is called with exactly the types that it is declared for.

CREATE FUNCTION _checked_argument(argument text, value numeric, at_least numeric, at_most numeric) RETURNS numeric
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_checked_argument';
COMMENT ON FUNCTION _checked_argument(text, numeric, numeric, numeric) IS
'the value itself, where it is finite and between at_least and at_most (NULL: no bound); otherwise error 22003 that names the argument';

--@ for number in real, double precision
CREATE FUNCTION _shortest_decimal(value @number@) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_shortest_decimal_@number.c@';
COMMENT ON FUNCTION _shortest_decimal(@number@) IS
'the shortest decimal that reads back as the same number, whatever extra_float_digits says';
--@ end
