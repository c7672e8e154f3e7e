-- The customer ledger: the whole customer base in one value.

CREATE TYPE customer_ledger;

CREATE FUNCTION _customer_ledger_in(cstring) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customer_ledger_in';
COMMENT ON FUNCTION _customer_ledger_in(cstring) IS
'reads the text form of customer_ledger; the word empty stands for a ledger of no rows';

CREATE FUNCTION _customer_ledger_out(customer_ledger) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customer_ledger_out';
COMMENT ON FUNCTION _customer_ledger_out(customer_ledger) IS 'writes the text form of customer_ledger, lossless';

CREATE FUNCTION _customer_ledger_recv(internal) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customer_ledger_recv';
COMMENT ON FUNCTION _customer_ledger_recv(internal) IS 'reads the binary form of customer_ledger';

CREATE FUNCTION _customer_ledger_send(customer_ledger) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customer_ledger_send';
COMMENT ON FUNCTION _customer_ledger_send(customer_ledger) IS 'writes the binary form of customer_ledger, lossless';

CREATE TYPE customer_ledger (
    INPUT = _customer_ledger_in, OUTPUT = _customer_ledger_out,
    RECEIVE = _customer_ledger_recv, SEND = _customer_ledger_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = external
);
COMMENT ON TYPE customer_ledger IS
'per customer the days and exact signed amounts of all orders and refunds, compressed; made by ledger_agg, merged by || and rollup, read by the reports and figures that take a customer_ledger';

CREATE FUNCTION _customer_ledger_merge(customer_ledger, customer_ledger) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customer_ledger_merge';
COMMENT ON FUNCTION _customer_ledger_merge(customer_ledger, customer_ledger) IS
'the ledger of the rows of both; || calls it';

CREATE OPERATOR || (
    LEFTARG = customer_ledger, RIGHTARG = customer_ledger, FUNCTION = _customer_ledger_merge, COMMUTATOR = ||
);
COMMENT ON OPERATOR || (customer_ledger, customer_ledger) IS
'the ledger of the rows of both: of other customers, or of the same customers over other days';

CREATE FUNCTION _customer_ledger_finish(customer_ledger) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customer_ledger_finish';
COMMENT ON FUNCTION _customer_ledger_finish(customer_ledger) IS 'the ledger as an aggregate returns it';

CREATE AGGREGATE rollup(ledger customer_ledger) (
    SFUNC = _customer_ledger_merge, STYPE = customer_ledger, INITCOND = 'empty',
    COMBINEFUNC = _customer_ledger_merge, FINALFUNC = _customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(customer_ledger) IS
'merges stored ledgers into one, as if their rows had been aggregated together';

CREATE FUNCTION rollup(ledgers customer_ledger[]) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_rollup_array';
COMMENT ON FUNCTION rollup(customer_ledger[]) IS
'merges the ledgers of an array into one, as the aggregate does; up to 16 of one kind of key, and all with or all without amounts, in half the time; NULLs in the array count as no rows';

-- Of a literal or a column of each type PostgreSQL must find one overload: smaller integers have their own as customers. As amounts they are cast to
-- double precision, which holds them exactly.
--@ for customer in smallint, integer, bigint, numeric, uuid, text
--@ for day in date, timestamp
--@ for amount in bigint, numeric, real, double precision
CREATE FUNCTION _customer_ledger_add(customer_ledger, customer @customer@, day @day@, amount @amount@)
RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_add_@customer@_@day@_@amount.c@';
COMMENT ON FUNCTION _customer_ledger_add(customer_ledger, @customer@, @day@, @amount@) IS 'the ledger with one more row';

CREATE AGGREGATE ledger_agg(customer @customer@, day @day@, amount @amount@) (
    SFUNC = _customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty',
    COMBINEFUNC = _customer_ledger_merge, FINALFUNC = _customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(@customer@, @day@, @amount@) IS
'the customer ledger of orders (amount >= 0) and refunds (amount < 0); what then? customer_growth, cohort_retention, customers';
--@ end

CREATE FUNCTION _customer_ledger_add(customer_ledger, customer @customer@, day @day@) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_add_@customer@_@day@';
COMMENT ON FUNCTION _customer_ledger_add(customer_ledger, @customer@, @day@) IS 'the ledger with one more row';

CREATE AGGREGATE ledger_agg(customer @customer@, day @day@) (
    SFUNC = _customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty',
    COMBINEFUNC = _customer_ledger_merge, FINALFUNC = _customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(@customer@, @day@) IS
'the customer ledger of activity without amounts: days on which customers were there; what then? rolling_active, lifecycle';
--@ end

--@ for amount in bigint, numeric, real, double precision
CREATE FUNCTION _customer_ledger_add(
    customer_ledger, customer @customer@, at timestamptz, amount @amount@, tz text
) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_add_@customer@_instant_@amount.c@';
COMMENT ON FUNCTION _customer_ledger_add(customer_ledger, @customer@, timestamptz, @amount@, text) IS
'the ledger with one more row';

CREATE AGGREGATE ledger_agg(customer @customer@, at timestamptz, amount @amount@, tz text) (
    SFUNC = _customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty',
    COMBINEFUNC = _customer_ledger_merge, FINALFUNC = _customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(@customer@, timestamptz, @amount@, text) IS
'the customer ledger of orders and refunds at instants, each on its day in the time zone tz, for example Europe/Berlin';
--@ end

CREATE FUNCTION _customer_ledger_add(customer_ledger, customer @customer@, at timestamptz, tz text)
RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_add_@customer@_instant';
COMMENT ON FUNCTION _customer_ledger_add(customer_ledger, @customer@, timestamptz, text) IS
'the ledger with one more row';

CREATE AGGREGATE ledger_agg(customer @customer@, at timestamptz, tz text) (
    SFUNC = _customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty',
    COMBINEFUNC = _customer_ledger_merge, FINALFUNC = _customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(@customer@, timestamptz, text) IS
'the customer ledger of activity at instants, each on its day in the time zone tz';
--@ end

-- What would pass through the time zone of the session, or not be found, gets an error that says what to write: from the transition function,
-- which knows the types, or without rows from the final function.
CREATE FUNCTION _ledger_lacks_tz(ledger customer_ledger) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_lacks_tz';
COMMENT ON FUNCTION _ledger_lacks_tz(customer_ledger) IS 'error 22023: instants need a time zone';

CREATE FUNCTION _ledger_lacks_tz(customer_ledger, customer "any", at timestamptz, amount "any") RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_lacks_tz';
COMMENT ON FUNCTION _ledger_lacks_tz(customer_ledger, "any", timestamptz, "any") IS
'error 22023: instants need a time zone';

CREATE FUNCTION _ledger_lacks_tz(customer_ledger, customer "any", at timestamptz) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_lacks_tz';
COMMENT ON FUNCTION _ledger_lacks_tz(customer_ledger, "any", timestamptz) IS 'error 22023: instants need a time zone';

CREATE AGGREGATE ledger_agg(customer "any", at timestamptz, amount "any") (
    SFUNC = _ledger_lacks_tz, STYPE = customer_ledger, INITCOND = 'empty',
    COMBINEFUNC = _customer_ledger_merge, FINALFUNC = _ledger_lacks_tz, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg("any", timestamptz, "any") IS
'always an error: the day of an instant depends on the time zone; write ledger_agg(customer, at, amount, tz)';

CREATE AGGREGATE ledger_agg(customer "any", at timestamptz) (
    SFUNC = _ledger_lacks_tz, STYPE = customer_ledger, INITCOND = 'empty',
    COMBINEFUNC = _customer_ledger_merge, FINALFUNC = _ledger_lacks_tz, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg("any", timestamptz) IS
'always an error: the day of an instant depends on the time zone; write ledger_agg(customer, at, tz)';

CREATE FUNCTION _ledger_has_spare_tz(ledger customer_ledger) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_has_spare_tz';
COMMENT ON FUNCTION _ledger_has_spare_tz(customer_ledger) IS
'error 22023: a date or a timestamp takes no time zone';

--@ for customer in smallint, integer, bigint, numeric, uuid, text
--@ for day in date, timestamp
CREATE FUNCTION _ledger_has_spare_tz(customer_ledger, customer @customer@, day @day@, tz text) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_has_spare_tz';
COMMENT ON FUNCTION _ledger_has_spare_tz(customer_ledger, @customer@, @day@, text) IS
'error 22023: a date or a timestamp takes no time zone';

CREATE AGGREGATE ledger_agg(customer @customer@, day @day@, tz text) (
    SFUNC = _ledger_has_spare_tz, STYPE = customer_ledger, INITCOND = 'empty',
    COMBINEFUNC = _customer_ledger_merge, FINALFUNC = _ledger_has_spare_tz, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(@customer@, @day@, text) IS
'always an error: a date or a timestamp is on its own day; write ledger_agg(customer, day)';
--@ end
--@ end

CREATE FUNCTION customers_count(ledger customer_ledger) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_customers_count';
COMMENT ON FUNCTION customers_count(customer_ledger) IS 'number of customers with any row';

CREATE FUNCTION rows_count(ledger customer_ledger) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_rows_count';
COMMENT ON FUNCTION rows_count(customer_ledger) IS 'number of rows, orders and refunds';

CREATE FUNCTION first_day(ledger customer_ledger) RETURNS date
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_first_day';
COMMENT ON FUNCTION first_day(customer_ledger) IS 'day of the first row; NULL without rows';

CREATE FUNCTION last_day(ledger customer_ledger) RETURNS date
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_last_day';
COMMENT ON FUNCTION last_day(customer_ledger) IS 'day of the last row; NULL without rows';

-- Reports.

CREATE FUNCTION customer_growth(
    ledger customer_ledger, step interval DEFAULT '1 month', from_day date DEFAULT NULL,
    to_day date DEFAULT NULL, lapse interval DEFAULT '90 days', known_from date DEFAULT NULL, origin date DEFAULT NULL
) RETURNS TABLE (
    period date, at_start bigint, new_customers bigint, reactivated_customers bigint, churned_customers bigint,
    at_end bigint, churn_pct numeric, churn_lower_pct numeric, churn_upper_pct numeric
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_customer_growth';
COMMENT ON FUNCTION customer_growth(customer_ledger, interval, date, date, interval, date, date) IS
'how the customer base grew, a row a period: active means an order within the lapse before a bound; at_start + new_customers + reactivated_customers - churned_customers = at_end; churn_pct = 100 churned_customers / at_start with its 95 % interval; NULL where the lapse before a bound begins before known_from, the day from which the ledger has all orders (the first day, if NULL): at_end of the period before that bound, all but at_end and new_customers of the period after it; counts add up over shards of customers with the same days and one known_from; origin is a day on which a period starts, if weeks do not start on Monday or years in January; who were they? customers';
