--@ requires: ledger
-- Ledgers of order lines, and what is left of orders after refunds.

--@ for customer in smallint, integer, bigint, numeric, uuid, text
--@ for day in date, timestamp
--@ for amount in bigint, numeric, real, double precision
--@ for order_id in bigint, uuid, text
CREATE FUNCTION _customer_ledger_add(
    customer_ledger, customer @customer@, day @day@, amount @amount@, order_id @order_id@
) RETURNS customer_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'customer_value_ledger_add_@customer@_@day@_@amount.c@_order_@order_id@';
COMMENT ON FUNCTION _customer_ledger_add(customer_ledger, @customer@, @day@, @amount@, @order_id@) IS
'the ledger with one more line of an order';

CREATE AGGREGATE ledger_agg(customer @customer@, day @day@, amount @amount@, order_id @order_id@) (
    SFUNC = _customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty',
    COMBINEFUNC = _customer_ledger_merge, FINALFUNC = _customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(@customer@, @day@, @amount@, @order_id@) IS
'the customer ledger of a table of order lines: lines of one customer, order and day are one order (amounts >= 0) or one refund (amounts < 0); a line without an order_id is an order of its own; what is left after refunds? settled';
--@ end
--@ end
--@ end
--@ end

-- With a time zone or a currency. A date or a timestamp with a time zone would be cast in that of the session.
--@ for customer in bigint, uuid, text
--@ for order_id in bigint, uuid, text
--@ for day in date, timestamp
CREATE FUNCTION _customer_ledger_add(
    customer_ledger, customer @customer@, day @day@, amount numeric, order_id @order_id@, currency text
) RETURNS customer_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'customer_value_ledger_add_@customer@_@day@_order_@order_id@_currency';
COMMENT ON FUNCTION _customer_ledger_add(customer_ledger, @customer@, @day@, numeric, @order_id@, text) IS
'the ledger with one more line of an order';

CREATE AGGREGATE ledger_agg(customer @customer@, day @day@, amount numeric, order_id @order_id@, currency text) (
    SFUNC = _customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty',
    COMBINEFUNC = _customer_ledger_merge, FINALFUNC = _customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(@customer@, @day@, numeric, @order_id@, text) IS
'the same for amounts that name their currency: a second one is an error; without order ids pass NULL::bigint';

CREATE FUNCTION _ledger_has_spare_tz(
    customer_ledger, customer @customer@, day @day@, amount numeric, order_id @order_id@, tz text, currency text
) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_has_spare_tz';
COMMENT ON FUNCTION _ledger_has_spare_tz(customer_ledger, @customer@, @day@, numeric, @order_id@, text, text) IS
'error 22023: a date or a timestamp takes no time zone';

CREATE AGGREGATE ledger_agg(
    customer @customer@, day @day@, amount numeric, order_id @order_id@, tz text, currency text
) (
    SFUNC = _ledger_has_spare_tz, STYPE = customer_ledger, INITCOND = 'empty',
    COMBINEFUNC = _customer_ledger_merge, FINALFUNC = _ledger_has_spare_tz, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(@customer@, @day@, numeric, @order_id@, text, text) IS
'always an error: a date or a timestamp is on its own day; write ledger_agg(customer, day, amount, order_id, currency)';
--@ end

CREATE FUNCTION _customer_ledger_add(
    customer_ledger, customer @customer@, at timestamptz, amount numeric, order_id @order_id@, tz text
) RETURNS customer_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'customer_value_ledger_add_@customer@_instant_order_@order_id@';
COMMENT ON FUNCTION _customer_ledger_add(customer_ledger, @customer@, timestamptz, numeric, @order_id@, text) IS
'the ledger with one more line of an order';

CREATE FUNCTION _customer_ledger_add(
    customer_ledger, customer @customer@, at timestamptz, amount numeric, order_id @order_id@, tz text, currency text
) RETURNS customer_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'customer_value_ledger_add_@customer@_instant_order_@order_id@_currency';
COMMENT ON FUNCTION _customer_ledger_add(customer_ledger, @customer@, timestamptz, numeric, @order_id@, text, text) IS
'the ledger with one more line of an order';

CREATE AGGREGATE ledger_agg(customer @customer@, at timestamptz, amount numeric, order_id @order_id@, tz text) (
    SFUNC = _customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty',
    COMBINEFUNC = _customer_ledger_merge, FINALFUNC = _customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(@customer@, timestamptz, numeric, @order_id@, text) IS
'the customer ledger of order lines at instants, each on its day in the time zone tz, for example Europe/Berlin';

CREATE AGGREGATE ledger_agg(
    customer @customer@, at timestamptz, amount numeric, order_id @order_id@, tz text, currency text
) (
    SFUNC = _customer_ledger_add, STYPE = customer_ledger, INITCOND = 'empty',
    COMBINEFUNC = _customer_ledger_merge, FINALFUNC = _customer_ledger_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg(@customer@, timestamptz, numeric, @order_id@, text, text) IS
'the same for amounts that name their currency: a second one is an error; without order ids pass NULL::bigint';
--@ end
--@ end

--@ for order_id in bigint, uuid
CREATE FUNCTION _ledger_lacks_tz(customer_ledger, customer "any", at timestamptz, amount "any", order_id @order_id@)
RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_lacks_tz';
COMMENT ON FUNCTION _ledger_lacks_tz(customer_ledger, "any", timestamptz, "any", @order_id@) IS
'error 22023: instants need a time zone';

CREATE AGGREGATE ledger_agg(customer "any", at timestamptz, amount "any", order_id @order_id@) (
    SFUNC = _ledger_lacks_tz, STYPE = customer_ledger, INITCOND = 'empty',
    COMBINEFUNC = _customer_ledger_merge, FINALFUNC = _ledger_lacks_tz, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ledger_agg("any", timestamptz, "any", @order_id@) IS
'always an error: the day of an instant depends on the time zone; write ledger_agg(customer, at, amount, order_id, tz)';
--@ end

CREATE FUNCTION settled(ledger customer_ledger, as_of date DEFAULT NULL) RETURNS customer_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'customer_value_ledger_settled';
COMMENT ON FUNCTION settled(customer_ledger, date) IS
'the ledger after refunds are taken off their orders, of rows up to as_of: off the order with the same order_id; else off the latest order before it with the same amount; else off the latest orders before it until the refund is used up; an order of which nothing is left is gone, what is left of a refund stays; forecasts work on it by themselves; without orders that were sent back: customer_growth(settled(ledger)), for example';
