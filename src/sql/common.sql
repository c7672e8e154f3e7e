CREATE FUNCTION checked(argument text, value numeric, at_least numeric DEFAULT NULL, at_most numeric DEFAULT NULL)
RETURNS numeric LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_checked';
COMMENT ON FUNCTION checked(text, numeric, numeric, numeric) IS
'the value itself, where it is finite and between at_least and at_most (NULL: no bound); otherwise error 22003 that names the argument';
